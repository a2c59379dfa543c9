/*
 * rubric_text.c
 *		The canonical text of a rubric: one way to write what it means, read back
 *		to the same value.
 *
 * A statement a line, the clauses of a group indented; when before conditions
 * of points; parentheses only where they matter; fields in double quotes only
 * where they must be.
 */
#include "compat.h"

#include "rubric_scan.h"
#include "rubric_tree.h"

static const char *const op_words[] = {
	[RUBRIC_AND] = "and",[RUBRIC_OR] = "or",[RUBRIC_NOT] = "not",
	[RUBRIC_EQ] = "=",[RUBRIC_NE] = "<>",[RUBRIC_LT] = "<",[RUBRIC_LE] = "<=",[RUBRIC_GT] = ">",[RUBRIC_GE] = ">=",
	[RUBRIC_IN] = "in",[RUBRIC_BETWEEN] = "between",[RUBRIC_LIKE] = "like",[RUBRIC_ILIKE] = "ilike",
	[RUBRIC_MATCHES] = "matches",[RUBRIC_HAS] = "has",[RUBRIC_KNOWN] = "is known",[RUBRIC_UNKNOWN] = "is unknown"
};

const char *const align_rubric_kinds[] = {
	[CLAUSE_REQUIRE] = "require",[CLAUSE_REJECT] = "reject",[CLAUSE_POINTS] = "points"
};

static void
write_quoted(StringInfo out, const char *text, char quote)
{
	appendStringInfoChar(out, quote);
	for (; *text; text++)
	{
		if (*text == quote)
			appendStringInfoChar(out, quote);
		appendStringInfoChar(out, *text);
	}
	appendStringInfoChar(out, quote);
}

static void
write_name(StringInfo out, const char *name)
{
	if (align_scan_is_plain(name))
		appendStringInfoString(out, name);
	else
		write_quoted(out, name, '"');
}

void
align_rubric_write_field(StringInfo out, List *field)
{
	ListCell   *cell;

	foreach(cell, field)
	{
		if (cell != list_head(field))
			appendStringInfoChar(out, '.');
		write_name(out, lfirst(cell));
	}
}

static void
write_values(StringInfo out, const TreeCondition *condition, const char *separator)
{
	ListCell   *cell;

	foreach(cell, condition->values)
	{
		TreeValue  *value = lfirst(cell);

		if (cell != list_head(condition->values))
			appendStringInfoString(out, separator);
		if (value->type == TYPE_STRING)
			write_quoted(out, value->text, '\'');
		else
			appendStringInfoString(out, value->text);
	}
}

static bool
has_not_form(RubricOp op)
{
	return op >= RUBRIC_IN && op <= RUBRIC_MATCHES;
}

static void
write_predicate(StringInfo out, const TreeCondition *condition, bool negated)
{
	align_rubric_write_field(out, condition->field);
	appendStringInfo(out, "%s %s", negated ? " not" : "", op_words[condition->op]);
	if (condition->values == NIL)
		return;
	appendStringInfoChar(out, ' ');
	if (condition->op == RUBRIC_BETWEEN)
		write_values(out, condition, " and ");
	else if (condition->op == RUBRIC_IN || list_length(condition->values) > 1)
	{
		appendStringInfoString(out, condition->op == RUBRIC_IN ? "(" : "any (");
		write_values(out, condition, ", ");
		appendStringInfoChar(out, ')');
	}
	else
		write_values(out, condition, "");
}

static void
write_condition(StringInfo out, const TreeCondition *condition)
{
	ListCell   *cell;
	const TreeCondition *operand;
	bool		parted;

	if (condition->operands == NIL)
	{
		write_predicate(out, condition, false);
		return;
	}
	operand = linitial(condition->operands);
	if (condition->op == RUBRIC_NOT && has_not_form(operand->op))
	{
		write_predicate(out, operand, true);
		return;
	}
	foreach(cell, condition->operands)
	{
		operand = lfirst(cell);
		/* or binds least, then and, then not */
		parted = operand->op == RUBRIC_OR || (condition->op == RUBRIC_NOT && operand->op == RUBRIC_AND);
		if (condition->op == RUBRIC_NOT)
			appendStringInfoString(out, "not ");
		else if (cell != list_head(condition->operands))
			appendStringInfo(out, " %s ", op_words[condition->op]);
		if (parted)
			appendStringInfoChar(out, '(');
		write_condition(out, operand);
		if (parted)
			appendStringInfoChar(out, ')');
	}
}

/*
 * Points without needless zeros, as 12.5.
 */
char *
align_rubric_points_text(Points points)
{
	uint64		size = points < 0 ? -(uint64) points : (uint64) points;
	char	   *text = psprintf("%s%llu.%06llu", points < 0 ? "-" : "", (unsigned long long) (size / POINTS_SCALE),
								(unsigned long long) (size % POINTS_SCALE));
	int			length = strlen(text);

	while (text[length - 1] == '0')
		length--;
	if (text[length - 1] == '.')
		length--;
	text[length] = '\0';
	return text;
}

/*
 * One statement without its line end; where its condition begins, behind the
 * word and the points.
 */
void
align_rubric_write_statement(StringInfo out, const TreeStatement *statement, int *condition_offset)
{
	const char *points = align_rubric_points_text(statement->points);

	switch (statement->kind)
	{
		case TREE_REQUIRE:
		case TREE_REJECT:
			appendStringInfo(out, "%s ", align_rubric_kinds[statement->kind]);
			break;
		case TREE_POINTS:
			appendStringInfo(out, "%s%s ", statement->points > 0 ? "+" : "", points);
			break;
		case TREE_GROUP:
			appendStringInfoString(out, "group ");
			write_name(out, statement->name);
			if (statement->points != POINTS_NONE)
				appendStringInfo(out, " cap %s", points);
			break;
		case TREE_QUALIFY:
			appendStringInfo(out, "qualify at %s", points);
			break;
		case TREE_GRADE:
			appendStringInfoString(out, "grade ");
			for (int i = 0; i < GRADE_COUNT; i++)
				appendStringInfo(out, "%s%c at %s", i > 0 ? ", " : "", 'A' + i, align_rubric_points_text(statement->grades[i]));
			break;
	}
	*condition_offset = out->len;
	if (statement->half_life > 0)
	{
		appendStringInfo(out, "decaying %s since ", statement->half_life_text);
		align_rubric_write_field(out, statement->since);
	}
	if (statement->condition == NULL)
		return;
	if (statement->kind == TREE_POINTS)
		appendStringInfo(out, "%swhen ", statement->half_life > 0 ? " " : "");
	write_condition(out, statement->condition);
}
