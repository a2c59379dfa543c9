/*
 * rubric_diff.c
 *		What is different between two rubrics, statement by statement.
 *
 *		SELECT * FROM align.diff(one.rubric, other.rubric);
 *
 * Statements that are alike in both are left out. Of the rest, those belong
 * together that ask the same condition for other points, and then those of one
 * kind that ask of the same fields.
 */
#include "compat.h"

#include "funcapi.h"
#include "nodes/value.h"
#include "utils/builtins.h"

#include "rubric.h"

typedef struct Statement
{
	const char *kind;
	char	   *text;			/* canonical */
	char	   *group;			/* NULL for none */
	char	   *subject;		/* condition, or what there is one of */
	char	   *fields;
	struct Statement *other;	/* of the other rubric */
} Statement;

typedef struct Statements
{
	Statement  *all;
	int			count;
} Statements;

static char *
bytes_text(const Rubric *rubric, RubricBytes bytes)
{
	return pnstrdup(rubric_at(rubric, bytes.offset), bytes.length);
}

/* The fields of a clause as one text, each once in the rubric's order. */
static char *
field_names(const Rubric *rubric, const RubricClause *clause)
{
	const RubricNode *nodes = rubric_nodes(rubric);
	List	   *names = NIL;
	StringInfoData out;
	ListCell   *cell;

	initStringInfo(&out);
	for (uint32 i = clause->node; clause->has_condition && i < nodes[clause->node].end; i++)
		if (nodes[i].op > RUBRIC_NOT)
			names = list_append_unique(names, makeString(bytes_text(rubric, rubric_fields(rubric)[nodes[i].field])));
	if (clause->half_life > 0)
		names = list_append_unique(names, makeString(bytes_text(rubric, rubric_fields(rubric)[clause->since])));
	foreach(cell, names)
		appendStringInfo(&out, "%s ", strVal(lfirst(cell)));
	return out.data;
}

static void
add(Statements *statements, const char *kind, char *text, char *group, char *subject, char *fields)
{
	Statement	statement = {kind, text, group, subject, fields, NULL};

	statements->all[statements->count++] = statement;
}

static Statements
statements_of(const Rubric *rubric)
{
	Statements	statements = {palloc((rubric->clause_count + rubric->group_count + 2) * sizeof(Statement)), 0};

	for (int i = 0; i < rubric->clause_count; i++)
	{
		const RubricClause *clause = &rubric_clauses(rubric)[i];

		add(&statements, align_rubric_kinds[clause->kind], bytes_text(rubric, clause->text),
			clause->group == 0 ? NULL : bytes_text(rubric, rubric_groups(rubric)[clause->group - 1].name),
			bytes_text(rubric, clause->condition), field_names(rubric, clause));
	}
	for (int i = 0; i < rubric->group_count; i++)
	{
		const RubricGroup *group = &rubric_groups(rubric)[i];
		char	   *name = bytes_text(rubric, group->name);

		add(&statements, "group", bytes_text(rubric, group->text), name, name, NULL);
	}
	if (rubric->qualify_text.length > 0)
		add(&statements, "qualify", bytes_text(rubric, rubric->qualify_text), NULL, "", NULL);
	if (rubric->grade_text.length > 0)
		add(&statements, "grade", bytes_text(rubric, rubric->grade_text), NULL, "", NULL);
	return statements;
}

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* In which way two statements are the same. */
typedef bool (*Likeness) (const Statement *a, const Statement *b);

static bool
is_equal(const Statement *a, const Statement *b)
{
	return same(a->text, b->text) && same(a->group, b->group);
}

static bool
has_same_subject(const Statement *a, const Statement *b)
{
	return same(a->subject, b->subject);
}

static bool
has_same_fields(const Statement *a, const Statement *b)
{
	return a->fields != NULL && same(a->fields, b->fields);
}

/* Pairs what is of one kind, alike, and not yet paired. */
static void
pair(Statements *a, Statements *b, Likeness alike)
{
	for (int i = 0; i < a->count; i++)
	{
		for (int j = 0; a->all[i].other == NULL && j < b->count; j++)
		{
			if (b->all[j].other == NULL && strcmp(a->all[i].kind, b->all[j].kind) == 0 && alike(&a->all[i], &b->all[j]))
			{
				a->all[i].other = &b->all[j];
				b->all[j].other = &a->all[i];
			}
		}
	}
}

static void
put(ReturnSetInfo *rsinfo, const char *change, const Statement *before, const Statement *after)
{
	const Statement *shown = after != NULL ? after : before;
	Datum		values[5];
	bool		nulls[5] = {0};

	values[0] = CStringGetTextDatum(change);
	values[1] = CStringGetTextDatum(shown->kind);
	nulls[2] = shown->group == NULL;
	if (!nulls[2])
		values[2] = CStringGetTextDatum(shown->group);
	nulls[3] = before == NULL;
	if (!nulls[3])
		values[3] = CStringGetTextDatum(before->text);
	nulls[4] = after == NULL;
	if (!nulls[4])
		values[4] = CStringGetTextDatum(after->text);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* diff(rubric, rubric): a row per statement that is not in both */
PG_FUNCTION_INFO_V1(align_rubric_diff);
Datum
align_rubric_diff(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Statements	before = statements_of(align_rubric_get(PG_GETARG_DATUM(0)));
	Statements	after = statements_of(align_rubric_get(PG_GETARG_DATUM(1)));

	InitMaterializedSRF(fcinfo, 0);
	pair(&before, &after, is_equal);
	pair(&before, &after, has_same_subject);
	pair(&before, &after, has_same_fields);
	for (int i = 0; i < before.count; i++)
	{
		const Statement *old = &before.all[i];

		if (old->other == NULL)
			put(rsinfo, "removed", old, NULL);
		else if (!is_equal(old, old->other))
			put(rsinfo, "changed", old, old->other);
	}
	for (int i = 0; i < after.count; i++)
		if (after.all[i].other == NULL)
			put(rsinfo, "added", NULL, &after.all[i]);
	return (Datum) 0;
}
