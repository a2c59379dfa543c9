/*
 * rubric_read.c
 *		What a rubric says of one lead and why, and what it asks.
 *
 *		SELECT * FROM align.explain(rubric, attrs, now());
 *
 * The rows of explain add up to the points of qualify: where a group's cap cuts
 * off, a row of kind cap takes away what was too much.
 */
#include "compat.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "rubric.h"

static Datum
text_datum(const Rubric *rubric, RubricBytes bytes)
{
	return PointerGetDatum(cstring_to_text_with_len(rubric_at(rubric, bytes.offset), bytes.length));
}

/* The names of the marked fields, in the order in which the rubric asks for them. */
static Datum
marked_fields(const Rubric *rubric, const bool *marks)
{
	Datum		names[RUBRIC_MAX_FIELDS];
	int			count = 0;

	for (int i = 0; i < rubric->field_count; i++)
		if (marks[i])
			names[count++] = text_datum(rubric, rubric_fields(rubric)[i]);
	if (count == 0)
		return PointerGetDatum(construct_empty_array(TEXTOID));
	return PointerGetDatum(construct_array(names, count, TEXTOID, -1, false, TYPALIGN_INT));
}

/* Marks the fields that leave a clause undecided. */
static void
mark_undecided(const Subject *subject, const RubricClause *clause, bool *missing, bool *mismatched)
{
	TimestampTz since;

	if (clause->has_condition)
		align_rubric_undecided(subject, clause->node, missing, mismatched);
	if (clause->half_life > 0 && !align_rubric_since(subject, clause, &since))
	{
		bool	   *marks = subject->values[clause->since].type == FIELD_ABSENT ? missing : mismatched;

		marks[clause->since] = true;
	}
}

static const char *
grade_of(const Rubric *rubric, Points points)
{
	static const char *const letters[] = {"A", "B", "C"};

	for (int i = 0; i < GRADE_COUNT; i++)
		if (points >= rubric->grades[i])
			return letters[i];
	return "D";
}

/* The result type of a function that gives one row, looked up once a query. */
static TupleDesc
row_type(FunctionCallInfo fcinfo, Judge *judge)
{
	if (judge->row_type == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
		TupleDesc	type;

		if (get_call_result_type(fcinfo, NULL, &type) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "return type must be a row type");
		judge->row_type = BlessTupleDesc(type);
		MemoryContextSwitchTo(caller);
	}
	return judge->row_type;
}

/* qualify(rubric, attrs, as_of) */
PG_FUNCTION_INFO_V1(align_rubric_qualify);
Datum
align_rubric_qualify(PG_FUNCTION_ARGS)
{
	Judge	   *judge;
	const Rubric *rubric;
	Subject		subject;
	Points		sums[RUBRIC_MAX_GROUPS + 1] = {0};
	Points		total;
	bool		qualified = true;
	bool		missing[RUBRIC_MAX_FIELDS] = {0};
	bool		mismatched[RUBRIC_MAX_FIELDS] = {0};
	Datum		values[6];
	bool		nulls[6] = {0};

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	judge = align_rubric_judge(fcinfo, 0);
	rubric = judge->rubric;
	align_rubric_begin(&subject, judge, PG_GETARG_JSONB_P(1),
					   !PG_ARGISNULL(2), PG_ARGISNULL(2) ? 0 : PG_GETARG_TIMESTAMPTZ(2));
	for (int i = 0; i < rubric->clause_count; i++)
	{
		const RubricClause *clause = &rubric_clauses(rubric)[i];
		Points		points;
		Truth		truth = align_rubric_test_clause(&subject, clause, &points);

		if (clause->kind == CLAUSE_POINTS)
			sums[clause->group] += points;
		else
			qualified &= (truth == TRUTH_TRUE) == (clause->kind == CLAUSE_REQUIRE);
		if (truth == TRUTH_UNKNOWN)
			mark_undecided(&subject, clause, missing, mismatched);
	}
	total = align_rubric_capped(rubric, sums);
	qualified &= rubric->qualify_at == POINTS_NONE || total >= rubric->qualify_at;
	values[0] = BoolGetDatum(qualified);
	values[1] = Float8GetDatum(points_float(total));
	values[2] = Float8GetDatum(points_float(rubric->max_points));
	nulls[3] = rubric->max_points == 0;
	if (!nulls[3])
		values[3] = CStringGetTextDatum(grade_of(rubric, total));
	values[4] = marked_fields(rubric, missing);
	values[5] = marked_fields(rubric, mismatched);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(row_type(fcinfo, judge), values, nulls)));
}

static void
mark_fields(const Rubric *rubric, const RubricClause *clause, bool *marks)
{
	if (clause->has_condition)
	{
		const RubricNode *nodes = rubric_nodes(rubric);

		for (uint32 i = clause->node; i < nodes[clause->node].end; i++)
			if (nodes[i].op > RUBRIC_NOT)
				marks[nodes[i].field] = true;
	}
	if (clause->half_life > 0)
		marks[clause->since] = true;
}

/* An object of what the lead has for the fields of a clause. */
static Datum
found_values(const Subject *subject, const RubricClause *clause)
{
	const Rubric *rubric = subject->rubric;
	bool		marks[RUBRIC_MAX_FIELDS] = {0};
	JsonbParseState *state = NULL;

	mark_fields(rubric, clause, marks);
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < rubric->field_count; i++)
	{
		const FieldValue *field = &subject->values[i];
		JsonbValue	name = {.type = jbvString};
		JsonbValue	value;

		if (!marks[i] || field->type == FIELD_ABSENT)
			continue;
		name.val.string.val = unconstify(char *, rubric_at(rubric, rubric_fields(rubric)[i].offset));
		name.val.string.len = rubric_fields(rubric)[i].length;
		switch (field->type)
		{
			case JENTRY_ISSTRING:
				value.type = jbvString;
				value.val.string.val = unconstify(char *, field->data);
				value.val.string.len = field->length;
				break;
			case JENTRY_ISNUMERIC:
				value.type = jbvNumeric;
				value.val.numeric = (Numeric) unconstify(char *, field->data);
				break;
			case JENTRY_ISCONTAINER:
				value.type = jbvBinary;
				value.val.binary.data = (JsonbContainer *) unconstify(char *, field->data);
				value.val.binary.len = field->length;
				break;
			default:
				value.type = jbvBool;
				value.val.boolean = field->type == JENTRY_ISBOOL_TRUE;
		}
		pushJsonbValue(&state, WJB_KEY, &name);
		pushJsonbValue(&state, WJB_VALUE, &value);
	}
	return JsonbPGetDatum(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)));
}

/* explain(rubric, attrs, as_of): a row per clause */
PG_FUNCTION_INFO_V1(align_rubric_explain);
Datum
align_rubric_explain(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Judge	   *judge;
	const Rubric *rubric;
	Subject		subject;
	Points		sums[RUBRIC_MAX_GROUPS + 1] = {0};
	int			order = 0;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	judge = align_rubric_judge(fcinfo, 0);
	rubric = judge->rubric;
	align_rubric_begin(&subject, judge, PG_GETARG_JSONB_P(1),
					   !PG_ARGISNULL(2), PG_ARGISNULL(2) ? 0 : PG_GETARG_TIMESTAMPTZ(2));
	for (int i = 0; i < rubric->clause_count; i++)
	{
		const RubricClause *clause = &rubric_clauses(rubric)[i];
		bool		missing[RUBRIC_MAX_FIELDS] = {0};
		bool		mismatched[RUBRIC_MAX_FIELDS] = {0};
		Points		points;
		Truth		truth = align_rubric_test_clause(&subject, clause, &points);
		Datum		values[10];
		bool		nulls[10] = {0};

		if (truth == TRUTH_UNKNOWN)
			mark_undecided(&subject, clause, missing, mismatched);
		if (clause->kind == CLAUSE_POINTS)
			sums[clause->group] += points;
		values[0] = Int32GetDatum(++order);
		values[1] = CStringGetTextDatum(align_rubric_kinds[clause->kind]);
		nulls[2] = clause->group == 0;
		if (!nulls[2])
			values[2] = text_datum(rubric, rubric_groups(rubric)[clause->group - 1].name);
		values[3] = text_datum(rubric, clause->text);
		nulls[4] = truth == TRUTH_UNKNOWN;
		values[4] = BoolGetDatum(truth == TRUTH_TRUE);
		nulls[5] = nulls[6] = clause->kind != CLAUSE_POINTS;
		values[5] = Float8GetDatum(points_float(points));
		values[6] = Float8GetDatum(points_float(clause->points));
		values[7] = found_values(&subject, clause);
		values[8] = marked_fields(rubric, missing);
		values[9] = marked_fields(rubric, mismatched);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	for (int i = 0; i < rubric->group_count; i++)
	{
		const RubricGroup *group = &rubric_groups(rubric)[i];
		Datum		values[10];
		bool		nulls[10] = {false, false, false, false, true, false, true, true, true, true};

		if (group->cap == POINTS_NONE || sums[i + 1] <= group->cap)
			continue;
		values[0] = Int32GetDatum(++order);
		values[1] = CStringGetTextDatum("cap");
		values[2] = text_datum(rubric, group->name);
		values[3] = text_datum(rubric, group->text);
		values[5] = Float8GetDatum(points_float(group->cap - sums[i + 1]));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	if (rubric->qualify_at != POINTS_NONE)
	{
		Datum		values[10];
		bool		nulls[10] = {false, false, true, false, false, true, true, true, true, true};

		values[0] = Int32GetDatum(++order);
		values[1] = CStringGetTextDatum("qualify");
		values[3] = text_datum(rubric, rubric->qualify_text);
		values[4] = BoolGetDatum(align_rubric_capped(rubric, sums) >= rubric->qualify_at);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* What a node expects of its field, as a bit of the words below. */
static int
expected_type(const RubricNode *node)
{
	if (node->op == RUBRIC_HAS)
		return 4;
	switch (node->type)
	{
		case TYPE_NUMBER:
			return 0;
		case TYPE_STRING:
			return 1;
		case TYPE_BOOLEAN:
			return 2;
		case TYPE_INSTANT:
			return 3;
		default:
			return 5;
	}
}

/* fields(rubric): a row per field */
PG_FUNCTION_INFO_V1(align_rubric_get_fields);
Datum
align_rubric_get_fields(PG_FUNCTION_ARGS)
{
	static const char *const words[] = {"number", "text", "boolean", "instant", "array"};
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const Rubric *rubric = align_rubric_get(PG_GETARG_DATUM(0));
	const RubricNode *nodes = rubric_nodes(rubric);
	int			types[RUBRIC_MAX_FIELDS] = {0};
	int			counts[RUBRIC_MAX_FIELDS] = {0};

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < rubric->clause_count; i++)
	{
		const RubricClause *clause = &rubric_clauses(rubric)[i];
		bool		marks[RUBRIC_MAX_FIELDS] = {0};

		mark_fields(rubric, clause, marks);
		for (int field = 0; field < rubric->field_count; field++)
			counts[field] += marks[field];
		if (clause->half_life > 0)
			types[clause->since] |= 1 << 3;
		for (uint32 node = clause->node; clause->has_condition && node < nodes[clause->node].end; node++)
			if (nodes[node].op > RUBRIC_NOT)
				types[nodes[node].field] |= 1 << expected_type(&nodes[node]);
	}
	for (int field = 0; field < rubric->field_count; field++)
	{
		StringInfoData type;
		Datum		values[3];
		bool		nulls[3] = {0};

		initStringInfo(&type);
		for (int i = 0; i < lengthof(words); i++)
			if (types[field] & (1 << i))
				appendStringInfo(&type, "%s%s", type.len > 0 ? " or " : "", words[i]);
		values[0] = text_datum(rubric, rubric_fields(rubric)[field]);
		values[1] = CStringGetTextDatum(type.len > 0 ? type.data : "any");
		values[2] = Int32GetDatum(counts[field]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* threshold(rubric) */
PG_FUNCTION_INFO_V1(align_rubric_threshold);
Datum
align_rubric_threshold(PG_FUNCTION_ARGS)
{
	const Rubric *rubric = align_rubric_get(PG_GETARG_DATUM(0));

	if (rubric->qualify_at == POINTS_NONE)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(points_float(rubric->qualify_at));
}

/* max_points(rubric) */
PG_FUNCTION_INFO_V1(align_rubric_max_points);
Datum
align_rubric_max_points(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(points_float(align_rubric_get(PG_GETARG_DATUM(0))->max_points));
}
