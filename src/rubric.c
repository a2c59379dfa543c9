/*
 * rubric.c
 *		The type rubric: what "qualified" means, as a value that judges.
 *
 *		SELECT key FROM align.lead WHERE attrs @@ 'require country = ''US'' and employees >= 50';
 *
 * A rubric holds its canonical text and, behind it, the program that the text
 * compiles to (rubric.h). Text and binary form are the text alone, so no program
 * that was not compiled here is ever run.
 *
 * Points are counted in millionths, exactly; those of a decaying clause are
 * rounded to one. Of a group no more than its cap counts.
 */
#include "compat.h"

#include <math.h>

#include "common/hashfn.h"
#include "libpq/pqformat.h"
#include "nodes/primnodes.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "rubric_tree.h"

/*
 * Compiles a text; NULL when escontext takes the error.
 */
static Rubric *
compile(const char *text, int length, Node *escontext)
{
	RubricParse parse = {.text = text,.length = length};
	Rubric	   *rubric = NULL;

	if (length > RUBRIC_MAX_LENGTH)
		align_tree_fault(&parse, ERRCODE_PROGRAM_LIMIT_EXCEEDED, 0, psprintf("it has %d bytes", length),
						 psprintf("A rubric has at most %d bytes.", RUBRIC_MAX_LENGTH), "Leave out what does not decide.");
	else
		align_rubric_parse_text(&parse);
	if (!parse.failed)
		rubric = align_rubric_compile(&parse);
	if (parse.failed)
		ereturn(escontext, NULL,
				(errcode(parse.sqlstate),
				 errmsg("%s", parse.message),
				 errdetail("%s", parse.detail),
				 errhint("%s", parse.hint)));
	return rubric;
}

/*
 * The program of a datum: as it is, or compiled anew where another version of
 * align stored it.
 */
const Rubric *
align_rubric_get(Datum datum)
{
	const Rubric *rubric = (const Rubric *) PG_DETOAST_DATUM(datum);

	if (rubric->version != RUBRIC_VERSION)
		rubric = compile(pnstrdup(rubric_at(rubric, rubric->text.offset), rubric->text.length), rubric->text.length, NULL);
	return rubric;
}

PG_FUNCTION_INFO_V1(align_rubric_in);
Datum
align_rubric_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	Rubric	   *rubric = compile(text, strlen(text), fcinfo->context);

	if (rubric == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(rubric);
}

PG_FUNCTION_INFO_V1(align_rubric_out);
Datum
align_rubric_out(PG_FUNCTION_ARGS)
{
	const Rubric *rubric = align_rubric_get(PG_GETARG_DATUM(0));

	PG_RETURN_CSTRING(pnstrdup(rubric_at(rubric, rubric->text.offset), rubric->text.length));
}

PG_FUNCTION_INFO_V1(align_rubric_recv);
Datum
align_rubric_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	int			length;
	char	   *text;

	if (pq_getmsgbyte(in) != RUBRIC_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid rubric in binary input"),
				 errdetail("It begins with the version, which is %d, and then has the text.", RUBRIC_VERSION),
				 errhint("Send the value as it was received.")));
	text = pq_getmsgtext(in, in->len - in->cursor, &length);
	PG_RETURN_POINTER(compile(text, length, NULL));
}

PG_FUNCTION_INFO_V1(align_rubric_send);
Datum
align_rubric_send(PG_FUNCTION_ARGS)
{
	const Rubric *rubric = align_rubric_get(PG_GETARG_DATUM(0));
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendbyte(&out, RUBRIC_VERSION);
	pq_sendtext(&out, rubric_at(rubric, rubric->text.offset), rubric->text.length);
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

static bool
same_text(FunctionCallInfo fcinfo)
{
	const Rubric *a = align_rubric_get(PG_GETARG_DATUM(0));
	const Rubric *b = align_rubric_get(PG_GETARG_DATUM(1));

	return a->text.length == b->text.length &&
		memcmp(rubric_at(a, a->text.offset), rubric_at(b, b->text.offset), a->text.length) == 0;
}

PG_FUNCTION_INFO_V1(align_rubric_eq);
Datum
align_rubric_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(same_text(fcinfo));
}

PG_FUNCTION_INFO_V1(align_rubric_ne);
Datum
align_rubric_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!same_text(fcinfo));
}

PG_FUNCTION_INFO_V1(align_rubric_hash);
Datum
align_rubric_hash(PG_FUNCTION_ARGS)
{
	const Rubric *rubric = align_rubric_get(PG_GETARG_DATUM(0));

	return hash_any((const unsigned char *) rubric_at(rubric, rubric->text.offset), rubric->text.length);
}

PG_FUNCTION_INFO_V1(align_rubric_hash_extended);
Datum
align_rubric_hash_extended(PG_FUNCTION_ARGS)
{
	const Rubric *rubric = align_rubric_get(PG_GETARG_DATUM(0));

	return hash_any_extended((const unsigned char *) rubric_at(rubric, rubric->text.offset), rubric->text.length, PG_GETARG_INT64(1));
}

/*
 * Whether an argument is written in the query. Nothing else is sure to stay as it
 * is: a parameter changes in a loop of PL/pgSQL, an array has other elements.
 */
static bool
is_constant(const FmgrInfo *flinfo, int argument)
{
	const Node *call = flinfo->fn_expr;

	if (call != NULL && IsA(call, OpExpr))
		return IsA(list_nth(((const OpExpr *) call)->args, argument), Const);
	if (call != NULL && IsA(call, FuncExpr))
		return IsA(list_nth(((const FuncExpr *) call)->args, argument), Const);
	return false;
}

/*
 * What a function judges by: the rubric of an argument. It is kept, and where the
 * next row has the same, byte by byte, not detoasted anew; what is stored out of
 * line is known by its pointer, which means one value while a query runs.
 */
Judge *
align_rubric_judge(FunctionCallInfo fcinfo, int argument)
{
	FmgrInfo   *flinfo = fcinfo->flinfo;
	struct varlena *given = (struct varlena *) PG_GETARG_POINTER(argument);
	Judge	   *judge = flinfo->fn_extra;
	MemoryContext caller;

	if (judge == NULL)
	{
		judge = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(Judge));
		judge->context = flinfo->fn_mcxt;
		judge->rubric_context = AllocSetContextCreate(flinfo->fn_mcxt, "rubric", ALLOCSET_DEFAULT_SIZES);
		judge->is_constant = is_constant(flinfo, argument);
		flinfo->fn_extra = judge;
	}
	judge->is_repeated = judge->given != NULL &&
		(judge->is_constant ||
		 (VARSIZE_ANY(given) == VARSIZE_ANY(judge->given) &&
		  memcmp(given, judge->given, VARSIZE_ANY(given)) == 0));
	if (judge->is_repeated)
		return judge;

	judge->given = NULL;
	judge->shape.count = 0;
	MemoryContextReset(judge->rubric_context);
	caller = MemoryContextSwitchTo(judge->rubric_context);
	given = memcpy(palloc(VARSIZE_ANY(given)), given, VARSIZE_ANY(given));
	judge->rubric = align_rubric_get(PointerGetDatum(given));
	judge->given = given;
	MemoryContextSwitchTo(caller);
	return judge;
}

/*
 * Makes an object ready to be judged at an instant, which a rubric whose points
 * decay needs.
 */
void
align_rubric_begin(Subject *subject, Judge *judge, Jsonb *object, bool has_as_of, TimestampTz as_of)
{
	if (judge->rubric->decays && !has_as_of)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the points of this rubric decay: an instant is needed"),
				 errdetail("A clause with decaying counts the time up to as_of."),
				 errhint("Write qualify(rubric, attrs, now()), and so for points and explain.")));
	if (has_as_of && TIMESTAMP_NOT_FINITE(as_of))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("invalid as_of: infinity"),
				 errdetail("A lead is judged at a finite instant."),
				 errhint("Write now() to mean the present.")));
	subject->as_of = as_of;
	align_rubric_read(subject, judge, object);
}

/*
 * Whether the condition of a clause holds, and the points it then gives or
 * takes. What is dated after as_of has not happened yet.
 */
Truth
align_rubric_test_clause(const Subject *subject, const RubricClause *clause, Points *points)
{
	Truth		truth = clause->has_condition ? align_rubric_test(subject, clause->node) : TRUTH_TRUE;
	TimestampTz since;

	*points = 0;
	if (truth != TRUTH_TRUE)
		return truth;
	if (clause->half_life == 0)
		*points = clause->points;
	else if (!align_rubric_since(subject, clause, &since))
		return TRUTH_UNKNOWN;
	else if (since > subject->as_of)
		return TRUTH_FALSE;
	else
		*points = (Points) rint(clause->points * exp2(((double) since - (double) subject->as_of) / clause->half_life));
	return truth;
}

/*
 * All points, from what the clauses of each group add up to; sums begins with
 * what is in none.
 */
Points
align_rubric_capped(const Rubric *rubric, const Points *sums)
{
	const RubricGroup *groups = rubric_groups(rubric);
	Points		total = sums[0];

	for (int i = 0; i < rubric->group_count; i++)
		total += groups[i].cap == POINTS_NONE ? sums[i + 1] : Min(sums[i + 1], groups[i].cap);
	return total;
}

static Points
total_points(const Subject *subject)
{
	const Rubric *rubric = subject->rubric;
	const RubricClause *clauses = rubric_clauses(rubric);
	Points		sums[RUBRIC_MAX_GROUPS + 1] = {0};
	Points		points;

	for (int i = 0; i < rubric->clause_count; i++)
	{
		if (clauses[i].kind != CLAUSE_POINTS)
			continue;
		align_rubric_test_clause(subject, &clauses[i], &points);
		sums[clauses[i].group] += points;
	}
	return align_rubric_capped(rubric, sums);
}

/* Whether all that is required holds and nothing that is rejected. */
static bool
is_eligible(const Subject *subject)
{
	const RubricClause *clauses = rubric_clauses(subject->rubric);

	for (int i = 0; i < subject->rubric->clause_count; i++)
	{
		if (clauses[i].kind != CLAUSE_POINTS &&
			(align_rubric_test(subject, clauses[i].node) == TRUTH_TRUE) != (clauses[i].kind == CLAUSE_REQUIRE))
			return false;
	}
	return true;
}

/* attrs @@ rubric */
PG_FUNCTION_INFO_V1(align_rubric_match);
Datum
align_rubric_match(PG_FUNCTION_ARGS)
{
	Jsonb	   *object = PG_GETARG_JSONB_P(0);
	Judge	   *judge = align_rubric_judge(fcinfo, 1);
	Subject		subject;
	bool		asks_points = judge->rubric->qualify_at != POINTS_NONE;
	bool		qualified;

	if (asks_points)
		align_rubric_begin(&subject, judge, object, false, 0);
	else
		align_rubric_read(&subject, judge, object);
	qualified = is_eligible(&subject) &&
		(!asks_points || total_points(&subject) >= judge->rubric->qualify_at);
	PG_FREE_IF_COPY(object, 0);
	PG_RETURN_BOOL(qualified);
}

/* points(rubric, attrs, as_of) */
PG_FUNCTION_INFO_V1(align_rubric_points);
Datum
align_rubric_points(PG_FUNCTION_ARGS)
{
	Subject		subject;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	align_rubric_begin(&subject, align_rubric_judge(fcinfo, 0), PG_GETARG_JSONB_P(1),
					   !PG_ARGISNULL(2), PG_ARGISNULL(2) ? 0 : PG_GETARG_TIMESTAMPTZ(2));
	PG_RETURN_FLOAT8(points_float(total_points(&subject)));
}
