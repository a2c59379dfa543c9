/*
 * rubric_tree.c
 *		What the parser of rubrics builds, and what it refuses.
 *
 * Every rule of the language that is not grammar stands here: what fits
 * together, which numbers are in range, and that what is asked can be reached.
 */
#include "compat.h"

#include <ctype.h>
#include <math.h>

#include "catalog/pg_collation.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "regex/regex.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/varlena.h"

#include "base_instant.h"
#include "rubric_tree.h"

/*
 * Notes the first thing that is wrong, by line and column in characters.
 */
void
align_tree_fault(RubricParse *parse, int sqlstate, int location,
				 const char *message, const char *detail, const char *hint)
{
	int			line = 1;
	const char *begin = parse->text;

	if (parse->failed)
		return;
	location = Min(location, parse->length);
	for (const char *at = parse->text; at < parse->text + location; at++)
	{
		if (*at == '\n')
		{
			line++;
			begin = at + 1;
		}
	}
	parse->failed = true;
	parse->sqlstate = sqlstate;
	parse->message = psprintf("invalid rubric: line %d, column %d: %s", line,
							  pg_mbstrlen_with_len(begin, (int) (parse->text + location - begin)) + 1, message);
	parse->detail = pstrdup(detail);
	parse->hint = pstrdup(hint);
}

static TreeValue *
make_value(RubricType type, char *text, int location)
{
	TreeValue  *value = palloc0(sizeof(TreeValue));

	value->type = type;
	value->text = text;
	value->location = location;
	return value;
}

static void
number_fault(RubricParse *parse, const char *text, int location)
{
	align_tree_fault(parse, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, location,
					 psprintf("the number %.40s%s is out of range", text, strlen(text) > 40 ? "..." : ""),
					 psprintf("A number has at most %d characters, written without an exponent.", RUBRIC_MAX_DIGITS),
					 "Write a shorter one.");
}

/*
 * A number, exactly. One that would be too long is refused before it is made, and
 * by its canonical text, so that this reads back.
 */
TreeValue *
align_tree_number(RubricParse *parse, const char *text, bool negative, int location)
{
	TreeValue  *value = make_value(TYPE_NUMBER, NULL, location);
	const char *exponent = strpbrk(text, "eE");

	if (strlen(text) > RUBRIC_MAX_DIGITS ||
		(exponent != NULL && fabs(strtod(exponent + 1, NULL)) > RUBRIC_MAX_DIGITS))
	{
		number_fault(parse, text, location);
		text = "0";
	}
	value->number = DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(psprintf("%s%s", negative ? "-" : "", text)),
														ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
	/* 1.50 and 1.5 are the same number and the same text; there is no -0 */
	value->number = DatumGetNumeric(DirectFunctionCall1(numeric_trim_scale, NumericGetDatum(value->number)));
	value->text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value->number)));
	if (strlen(value->text) > RUBRIC_MAX_DIGITS + (value->text[0] == '-'))
		number_fault(parse, text, location);
	return value;
}

TreeValue *
align_tree_string(char *text, int location)
{
	return make_value(TYPE_STRING, text, location);
}

TreeValue *
align_tree_boolean(bool flag, int location)
{
	TreeValue  *value = make_value(TYPE_BOOLEAN, pstrdup(flag ? "true" : "false"), location);

	value->high = flag;
	return value;
}

/*
 * A date means its whole day in UTC, an instant itself.
 */
TreeValue *
align_tree_instant(RubricParse *parse, const char *text, int location)
{
	TreeValue  *value = make_value(TYPE_INSTANT, NULL, location);
	bool		is_date = strpbrk(text, "Tt") == NULL;
	StringInfoData out;

	initStringInfo(&out);
	if (align_base_instant_read_utc(text, text + strlen(text), &value->low))
		align_base_instant_write(&out, value->low);
	/* by its zone an instant may lie in a year that is not written so */
	if (out.len == 0 || !isdigit((unsigned char) out.data[0]))
		align_tree_fault(parse, ERRCODE_INVALID_DATETIME_FORMAT, location,
						 psprintf("invalid instant: %s", text),
						 "A date or instant is one of the calendar, of the years 0000 to 9999, as ISO 8601 writes it.",
						 "Write 2026-03-01 for a day, 2026-03-01T09:30:00Z for an instant.");
	value->high = value->low + (is_date ? USECS_PER_DAY : 1);
	if (is_date)
	{
		resetStringInfo(&out);
		appendStringInfoString(&out, text);
	}
	value->text = out.data;
	return value;
}

static void
check_depth(RubricParse *parse, const TreeCondition *condition, int location)
{
	if (condition->depth > RUBRIC_MAX_DEPTH)
		align_tree_fault(parse, ERRCODE_PROGRAM_LIMIT_EXCEEDED, location, "it is nested too deeply",
						 psprintf("Conditions are nested at most %d deep.", RUBRIC_MAX_DEPTH),
						 "Write it in several clauses.");
}

/*
 * A condition of at most one operand; its depth is one more.
 */
static TreeCondition *
make_condition(RubricParse *parse, RubricOp op, TreeCondition *operand, int location)
{
	TreeCondition *condition = palloc0(sizeof(TreeCondition));

	condition->op = op;
	condition->operands = operand == NULL ? NIL : list_make1(operand);
	condition->depth = operand == NULL ? 1 : operand->depth + 1;
	check_depth(parse, condition, location);
	return condition;
}

/*
 * Both or either. What is joined by the same word lies side by side: a and (b
 * and c) is a and b and c.
 */
TreeCondition *
align_tree_join(RubricParse *parse, RubricOp op, TreeCondition *left, TreeCondition *right, int location)
{
	TreeCondition *joined = left->op == op ? left : make_condition(parse, op, left, location);

	if (right->op == op)
		joined->operands = list_concat(joined->operands, right->operands);
	else
		joined->operands = lappend(joined->operands, right);
	joined->depth = Max(joined->depth, right->depth + (right->op != op));
	check_depth(parse, joined, location);
	return joined;
}

TreeCondition *
align_tree_not(RubricParse *parse, TreeCondition *operand, int location)
{
	return make_condition(parse, RUBRIC_NOT, operand, location);
}

static void
check_regex(RubricParse *parse, const TreeValue *value)
{
	int			length = strlen(value->text);
	pg_wchar   *wide = palloc((length + 1) * sizeof(pg_wchar));
	int			wide_length = pg_mb2wchar_with_len(value->text, wide, length);
	regex_t		regex;
	int			result = pg_regcomp(&regex, wide, wide_length, REG_ADVANCED, DEFAULT_COLLATION_OID);
	char		reason[100];

	if (result == REG_OKAY)
	{
		pg_regfree(&regex);
		return;
	}
	CHECK_FOR_INTERRUPTS();
	pg_regerror(result, &regex, reason, sizeof(reason));
	align_tree_fault(parse, ERRCODE_INVALID_REGULAR_EXPRESSION, value->location,
					 psprintf("invalid regular expression '%s'", value->text),
					 psprintf("It cannot be read: %s.", reason),
					 "Regular expressions are those of operator ~; a backslash takes a character as it is.");
}

static int
compare_values(const TreeValue *a, const TreeValue *b)
{
	switch (a->type)
	{
		case TYPE_NUMBER:
			return DatumGetInt32(DirectFunctionCall2(numeric_cmp, NumericGetDatum(a->number), NumericGetDatum(b->number)));
		case TYPE_INSTANT:
			return a->low < b->low ? -1 : a->low > b->low;
		default:
			return varstr_cmp(a->text, strlen(a->text), b->text, strlen(b->text), DEFAULT_COLLATION_OID);
	}
}

/*
 * A condition on one field; values of one type each.
 */
TreeCondition *
align_tree_condition(RubricParse *parse, RubricOp op, bool negated, List *field, List *values, int location)
{
	TreeCondition *condition = make_condition(parse, op, NULL, location);
	TreeValue  *first = values == NIL ? NULL : linitial(values);
	ListCell   *cell;

	condition->field = field;
	condition->values = values;
	condition->type = first == NULL ? TYPE_ANY : first->type;
	foreach(cell, values)
	{
		TreeValue  *value = lfirst(cell);

		if (value->type != condition->type)
			align_tree_fault(parse, ERRCODE_DATATYPE_MISMATCH, value->location,
							 psprintf("%s is of another type than %s", value->text, first->text),
							 "Values that are compared with one field are all numbers, all texts, all dates or all true and false.",
							 "Write two conditions joined by or.");
		if (op == RUBRIC_MATCHES)
			check_regex(parse, value);
		else if (op == RUBRIC_LIKE || op == RUBRIC_ILIKE)
		{
			int			backslashes = 0;

			for (int i = strlen(value->text) - 1; i >= 0 && value->text[i] == '\\'; i--)
				backslashes++;
			if (backslashes % 2 == 1)
				align_tree_fault(parse, ERRCODE_INVALID_ESCAPE_SEQUENCE, value->location,
								 psprintf("invalid pattern '%s'", value->text),
								 "A backslash takes the character after it as it is, and here none follows.",
								 "Write it twice to mean a backslash.");
		}
	}
	if (condition->type == TYPE_BOOLEAN && (op == RUBRIC_BETWEEN || (op >= RUBRIC_LT && op <= RUBRIC_GE)))
		align_tree_fault(parse, ERRCODE_DATATYPE_MISMATCH, first->location,
						 psprintf("%s has no order", first->text),
						 "True and false are equal or not.", "Write = true or = false.");
	if (condition->type == TYPE_INSTANT && op == RUBRIC_HAS)
		align_tree_fault(parse, ERRCODE_DATATYPE_MISMATCH, first->location,
						 psprintf("a list has no dates: %s", first->text),
						 "The elements of a list are texts, numbers, true or false.", "Write the date in quotes, as it stands in the list.");
	if (op == RUBRIC_BETWEEN && !parse->failed && compare_values(first, lsecond(values)) > 0)
		align_tree_fault(parse, ERRCODE_INVALID_PARAMETER_VALUE, first->location,
						 psprintf("between %s and %s is the wrong way round", first->text, ((TreeValue *) lsecond(values))->text),
						 "Nothing is between a higher value and a lower one.",
						 psprintf("Write between %s and %s.", ((TreeValue *) lsecond(values))->text, first->text));
	return negated ? align_tree_not(parse, condition, location) : condition;
}

TreeStatement *
align_tree_statement(TreeKind kind, TreeCondition *condition, int location)
{
	TreeStatement *statement = palloc0(sizeof(TreeStatement));

	statement->kind = kind;
	statement->condition = condition;
	statement->location = location;
	return statement;
}

/*
 * A number as points: at most RUBRIC_MAX_POINTS, to a millionth.
 */
Points
align_tree_points(RubricParse *parse, TreeValue *value, const char *what, int location)
{
	const char *dot = strchr(value->text, '.');
	double		size = fabs(strtod(value->text, NULL));
	Numeric		scaled;

	if (size > RUBRIC_MAX_POINTS || (dot != NULL && strlen(dot + 1) > 6) ||
		(strcmp(what, "points") == 0 && size == 0) || (strcmp(what, "cap") == 0 && value->text[0] == '-'))
	{
		align_tree_fault(parse, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, location,
						 psprintf("%s out of range: %s", what, value->text),
						 psprintf("Points are at most %d with at most 6 decimals; a clause gives or takes some, and no cap is below 0.", RUBRIC_MAX_POINTS),
						 "Write whole points, such as +10.");
		return 0;
	}
	scaled = DatumGetNumeric(DirectFunctionCall2(numeric_mul, NumericGetDatum(value->number),
												 DirectFunctionCall1(int8_numeric, Int64GetDatum(POINTS_SCALE))));
	return DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(scaled)));
}

/*
 * The half-life of points: a count of minutes, hours, days or weeks.
 */
void
align_tree_decay(RubricParse *parse, TreeStatement *statement, TreeValue *count, char *unit, List *since, int location)
{
	static const struct
	{
		const char *name;
		int64		usecs;
	}			units[] = {
		{"minute", USECS_PER_MINUTE}, {"hour", USECS_PER_HOUR}, {"day", USECS_PER_DAY}, {"week", 7 * USECS_PER_DAY}
	};
	double		number = strtod(count->text, NULL);
	int			i = 0;

	while (pg_strncasecmp(unit, units[i].name, strlen(units[i].name)) != 0)
		i++;
	if (!(number * units[i].usecs >= 1 && number * units[i].usecs <= 36525.0 * USECS_PER_DAY))
	{
		align_tree_fault(parse, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, location,
						 psprintf("half-life out of range: %s %s", count->text, unit),
						 "Points lose half their worth in more than nothing and in at most 100 years.",
						 "Write decaying 14 days.");
		return;
	}
	statement->half_life = (int64) rint(number * units[i].usecs);
	statement->half_life_text = psprintf("%s %s%s", count->text, units[i].name, strcmp(count->text, "1") == 0 ? "" : "s");
	statement->since = since;
}

void
align_tree_grade(RubricParse *parse, TreeStatement *statement, char *letter, TreeValue *bound, int location)
{
	int			grade = pg_toupper((unsigned char) letter[0]) - 'A';

	if (strlen(letter) != 1 || grade < 0 || grade >= GRADE_COUNT || statement->grade_count != grade)
	{
		align_tree_fault(parse, ERRCODE_SYNTAX_ERROR, location, psprintf("grade %s", letter),
						 "Grades are A, B and C, in this order, with the points from which they are given; who has fewer is D.",
						 "Write grade A at 80, B at 60, C at 40.");
		return;
	}
	statement->grades[grade] = align_tree_points(parse, bound, "grade", location);
	statement->grade_count++;
}

/* A statement that may stand once only. */
static TreeStatement *
the_only(RubricParse *parse, TreeKind kind)
{
	TreeStatement *found = NULL;
	ListCell   *cell;

	foreach(cell, parse->statements)
	{
		TreeStatement *statement = lfirst(cell);

		if (statement->kind != kind)
			continue;
		if (found != NULL)
			align_tree_fault(parse, ERRCODE_SYNTAX_ERROR, statement->location,
							 kind == TREE_QUALIFY ? "a second qualify at" : "a second grade",
							 "A rubric has at most one of each.", "Take one of them out.");
		found = statement;
	}
	return found;
}

static void
check_reachable(RubricParse *parse, const TreeStatement *statement, Points bound, const char *what)
{
	if (bound > parse->max_points)
		align_tree_fault(parse, ERRCODE_INVALID_PARAMETER_VALUE, statement->location,
						 psprintf("%s %s can never be reached", what, align_rubric_points_text(bound)),
						 psprintf("All clauses together, within the caps, give at most %s points.", align_rubric_points_text(parse->max_points)),
						 "Lower it, or give more points.");
}

/*
 * The points that the best possible lead gets: per group what its clauses add
 * up to, at most its cap.
 */
static Points
attainable(RubricParse *parse)
{
	Points		total = 0;
	Points		sum = 0;
	Points		cap = POINTS_NONE;
	ListCell   *cell;

	foreach(cell, parse->statements)
	{
		TreeStatement *statement = lfirst(cell);

		if (statement->kind == TREE_POINTS && statement->points > 0)
			sum += statement->points;
		if (statement->kind == TREE_GROUP)
		{
			total += cap == POINTS_NONE ? sum : Min(sum, cap);
			sum = 0;
			cap = statement->points;
		}
	}
	return total + (cap == POINTS_NONE ? sum : Min(sum, cap));
}

/*
 * What the statements must be together.
 */
void
align_tree_check(RubricParse *parse)
{
	TreeStatement *qualify = the_only(parse, TREE_QUALIFY);
	TreeStatement *grade = the_only(parse, TREE_GRADE);
	int			clauses = 0;
	List	   *groups = NIL;
	ListCell   *cell;
	ListCell   *other;

	foreach(cell, parse->statements)
	{
		TreeStatement *statement = lfirst(cell);

		clauses += statement->kind <= TREE_POINTS;
		if (statement->kind != TREE_GROUP)
			continue;
		foreach(other, groups)
			if (strcmp(statement->name, lfirst(other)) == 0)
			align_tree_fault(parse, ERRCODE_SYNTAX_ERROR, statement->location,
							 psprintf("a second group \"%s\"", statement->name),
							 "The clauses of a group stand together, under its one name.", "Join both, or name them differently.");
		groups = lappend(groups, statement->name);
	}
	if (clauses == 0)
		align_tree_fault(parse, ERRCODE_SYNTAX_ERROR, 0, "it says nothing",
						 "A rubric has at least one require, reject or points clause.",
						 "Write require country = 'US'.");
	if (clauses > RUBRIC_MAX_CLAUSES || list_length(groups) > RUBRIC_MAX_GROUPS)
		align_tree_fault(parse, ERRCODE_PROGRAM_LIMIT_EXCEEDED, parse->length, psprintf("it has %d clauses and %d groups", clauses, list_length(groups)),
						 psprintf("A rubric has at most %d clauses and %d groups.", RUBRIC_MAX_CLAUSES, RUBRIC_MAX_GROUPS),
						 "Join clauses, such as values of one field by in.");
	parse->max_points = attainable(parse);
	if (qualify != NULL)
		check_reachable(parse, qualify, qualify->points, "qualify at");
	if (grade != NULL)
	{
		if (grade->grade_count != GRADE_COUNT || grade->grades[0] <= grade->grades[1] || grade->grades[1] <= grade->grades[2])
			align_tree_fault(parse, ERRCODE_INVALID_PARAMETER_VALUE, grade->location, "grades that do not go down",
							 "Grades A, B and C are given from ever fewer points.", "Write grade A at 80, B at 60, C at 40.");
		check_reachable(parse, grade, grade->grades[0], "grade A at");
	}
}
