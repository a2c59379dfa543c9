/*
 * rubric_compile.c
 *		From what the parser read to the value: canonical text and flat program.
 *
 * All bytes (texts, names, values) lie behind the header, the arrays behind
 * them. Fields are numbered in the order in which they are first asked for;
 * their keys form a tree, each object's keys side by side and sorted as jsonb
 * sorts them, so that one walk over an object finds all.
 */
#include "compat.h"

#include "utils/builtins.h"

#include "rubric_tree.h"

typedef struct Compile
{
	RubricParse *parse;
	List	   *fields;			/* of List of char *, by number */
	StringInfoData bytes;
	StringInfoData clauses;
	StringInfoData groups;
	StringInfoData nodes;
	StringInfoData values;
	StringInfoData literals;
	StringInfoData keys;
	StringInfoData names;		/* of the fields */
} Compile;

#define MAX_LITERALS	64

static RubricBytes
add_bytes(Compile *compile, const char *data, int length)
{
	RubricBytes bytes = {MAXALIGN(sizeof(Rubric)) + compile->bytes.len, length};

	appendBinaryStringInfo(&compile->bytes, data, length);
	return bytes;
}

static RubricBytes
add_text(Compile *compile, const char *text)
{
	return add_bytes(compile, text, strlen(text));
}

static bool
same_field(const List *a, const List *b)
{
	if (list_length(a) != list_length(b))
		return false;
	for (int i = 0; i < list_length(a); i++)
		if (strcmp(list_nth(a, i), list_nth(b, i)) != 0)
			return false;
	return true;
}

static int
field_number(Compile *compile, List *field)
{
	ListCell   *cell;

	foreach(cell, compile->fields)
		if (same_field(lfirst(cell), field))
		return foreach_current_index(cell);
	if (list_length(compile->fields) == RUBRIC_MAX_FIELDS || list_length(field) > RUBRIC_MAX_DEPTH)
	{
		align_tree_fault(compile->parse, ERRCODE_PROGRAM_LIMIT_EXCEEDED, compile->parse->length, "it asks for too many fields",
						 psprintf("A rubric asks for at most %d fields, at most %d deep.", RUBRIC_MAX_FIELDS, RUBRIC_MAX_DEPTH),
						 "Leave out what does not decide.");
		return 0;
	}
	compile->fields = lappend(compile->fields, field);
	return list_length(compile->fields) - 1;
}

/* Strings by length, then bytes, as jsonb sorts keys. */
static int
compare_strings(const char *a, const char *b)
{
	size_t		a_length = strlen(a);
	size_t		b_length = strlen(b);

	return a_length != b_length ? (a_length < b_length ? -1 : 1) : memcmp(a, b, a_length);
}

static int
compare_values(const ListCell *a, const ListCell *b)
{
	const TreeValue *left = lfirst(a);
	const TreeValue *right = lfirst(b);

	switch (left->type)
	{
		case TYPE_NUMBER:
			return DatumGetInt32(DirectFunctionCall2(numeric_cmp, NumericGetDatum(left->number), NumericGetDatum(right->number)));
		case TYPE_STRING:
			return compare_strings(left->text, right->text);
		case TYPE_INSTANT:
			/* of those that begin alike, the day first */
			if (left->low != right->low)
				return left->low < right->low ? -1 : 1;
			return left->high > right->high ? -1 : left->high < right->high;
		default:
			return (int) (left->high - right->high);
	}
}

static void
add_value(Compile *compile, RubricOp op, const TreeValue *given)
{
	RubricValue value = {0};
	RubricLiteral literals[MAX_LITERALS] = {0};
	char	   *pattern;
	int			length;

	value.low = given->low;
	value.high = given->high;
	if (given->type == TYPE_NUMBER)
	{
		/* read in place as a numeric */
		while (compile->bytes.len % MAXIMUM_ALIGNOF != 0)
			appendStringInfoChar(&compile->bytes, '\0');
		value.bytes = add_bytes(compile, (const char *) given->number, VARSIZE(given->number));
		value.high = align_number_head((const char *) given->number, &value.low);
	}
	else if (op == RUBRIC_LIKE || op == RUBRIC_ILIKE)
	{
		pattern = given->text;
		length = strlen(pattern);
		if (op == RUBRIC_ILIKE)
			pattern = align_pattern_fold(pattern, length, &length);
		pattern = align_pattern_compile(pattern, length, &length);
		value.bytes = add_bytes(compile, pattern, length);
	}
	else if (op == RUBRIC_MATCHES)
	{
		/* read in place as a text */
		while (compile->bytes.len % MAXIMUM_ALIGNOF != 0)
			appendStringInfoChar(&compile->bytes, '\0');
		length = strlen(given->text);
		value.bytes = add_bytes(compile, (const char *) cstring_to_text(given->text), VARHDRSZ + length);
		value.first_literal = compile->literals.len / sizeof(RubricLiteral);
		value.literal_count = align_pattern_literals(given->text, length, literals, MAX_LITERALS, &value.literals_decide);
		for (uint32 i = 0; i < value.literal_count; i++)
			literals[i].bytes.offset += value.bytes.offset + VARHDRSZ;
		appendBinaryStringInfo(&compile->literals, (const char *) literals, value.literal_count * sizeof(RubricLiteral));
	}
	else if (given->type == TYPE_STRING)
		value.bytes = add_text(compile, given->text);
	appendBinaryStringInfo(&compile->values, (const char *) &value, sizeof(value));
}

/*
 * Adds a condition and all in it; its place among the nodes.
 */
static uint32
add_node(Compile *compile, const TreeCondition *condition)
{
	uint32		place = compile->nodes.len / sizeof(RubricNode);
	RubricNode	node = {0};
	ListCell   *cell;

	node.op = condition->op;
	node.type = condition->type;
	node.first_value = compile->values.len / sizeof(RubricValue);
	node.value_count = list_length(condition->values);
	if (condition->field != NIL)
		node.field = field_number(compile, condition->field);
	if (condition->op == RUBRIC_IN || condition->op == RUBRIC_HAS)
	{
		List	   *sorted = list_copy(condition->values);
		int64		covered = PG_INT64_MIN;

		list_sort(sorted, compare_values);
		node.value_count = 0;
		foreach(cell, sorted)
		{
			const TreeValue *value = lfirst(cell);

			/* an instant of a day in the list would lead a search astray */
			if (condition->type == TYPE_INSTANT && value->high <= covered)
				continue;
			covered = value->high;
			add_value(compile, condition->op, value);
			node.value_count++;
		}
	}
	else
		foreach(cell, condition->values)
			add_value(compile, condition->op, lfirst(cell));
	appendBinaryStringInfo(&compile->nodes, (const char *) &node, sizeof(node));
	foreach(cell, condition->operands)
		add_node(compile, lfirst(cell));
	((RubricNode *) compile->nodes.data)[place].end = compile->nodes.len / sizeof(RubricNode);
	return place;
}

static int
compare_fields(const ListCell *a, const ListCell *b)
{
	const List *left = lfirst(a);
	const List *right = lfirst(b);

	for (int i = 0; i < list_length(left) && i < list_length(right); i++)
	{
		int			order = compare_strings(list_nth(left, i), list_nth(right, i));

		if (order != 0)
			return order;
	}
	return list_length(left) - list_length(right);
}

/*
 * Adds the keys of one object, the names at a depth of sorted fields that are
 * alike above it, and behind them those of the objects within. How many the
 * object itself has.
 */
static int
add_keys(Compile *compile, List *sorted, int depth)
{
	int			first = compile->keys.len / sizeof(RubricKey);
	List	   *deeper = NIL;	/* of each key, the fields that go on below it */
	const char *last = NULL;
	ListCell   *cell;

	foreach(cell, sorted)
	{
		List	   *field = lfirst(cell);
		const char *name = list_nth(field, depth);

		if (last == NULL || strcmp(last, name) != 0)
		{
			RubricKey	key = {.field = -1};

			key.name = add_text(compile, name);
			appendBinaryStringInfo(&compile->keys, (const char *) &key, sizeof(key));
			deeper = lappend(deeper, NIL);
			last = name;
		}
		if (list_length(field) == depth + 1)
			((RubricKey *) compile->keys.data)[first + list_length(deeper) - 1].field = field_number(compile, field);
		else
			llast(deeper) = lappend(llast(deeper), field);
	}
	foreach(cell, deeper)
	{
		int			begin = compile->keys.len / sizeof(RubricKey);
		int			count = lfirst(cell) == NIL ? 0 : add_keys(compile, lfirst(cell), depth + 1);
		RubricKey  *key = (RubricKey *) compile->keys.data + first + foreach_current_index(cell);

		key->first_child = begin;
		key->end_child = begin + count;
	}
	return list_length(deeper);
}

/*
 * Adds the canonical text, and the clauses and groups with their places in it.
 */
static void
add_statements(Compile *compile, Rubric *head)
{
	ListCell   *cell;

	foreach(cell, compile->parse->statements)
	{
		TreeStatement *statement = lfirst(cell);
		int			base = MAXALIGN(sizeof(Rubric));
		int			start;
		int			condition;
		RubricBytes text;

		if (compile->bytes.len > 0)
			appendStringInfoChar(&compile->bytes, '\n');
		if (statement->kind == TREE_POINTS && head->group_count > 0)
			appendStringInfoString(&compile->bytes, "  ");
		start = compile->bytes.len;
		align_rubric_write_statement(&compile->bytes, statement, &condition);
		text.offset = base + start;
		text.length = compile->bytes.len - start;
		if (statement->kind <= TREE_POINTS)
		{
			RubricClause clause = {.text = text};

			clause.condition.offset = base + condition;
			clause.condition.length = base + compile->bytes.len - clause.condition.offset;
			clause.kind = (uint8) statement->kind;
			clause.points = statement->points;
			clause.half_life = statement->half_life;
			clause.has_condition = statement->condition != NULL;
			clause.group = statement->kind == TREE_POINTS ? head->group_count : 0;
			head->decays |= clause.half_life > 0;
			head->clause_count++;
			appendBinaryStringInfo(&compile->clauses, (const char *) &clause, sizeof(clause));
		}
		else if (statement->kind == TREE_GROUP)
		{
			RubricGroup group = {.text = text,.cap = statement->points};

			head->group_count++;
			appendBinaryStringInfo(&compile->groups, (const char *) &group, sizeof(group));
		}
		else if (statement->kind == TREE_QUALIFY)
		{
			head->qualify_at = statement->points;
			head->qualify_text = text;
		}
		else
		{
			memcpy(head->grades, statement->grades, sizeof(head->grades));
			head->grade_text = text;
		}
	}
	head->text.offset = MAXALIGN(sizeof(Rubric));
	head->text.length = compile->bytes.len;
}

/*
 * Adds the conditions of the clauses and the names of the groups.
 */
static void
add_conditions(Compile *compile)
{
	RubricClause *clause = (RubricClause *) compile->clauses.data;
	RubricGroup *group = (RubricGroup *) compile->groups.data;
	ListCell   *cell;

	foreach(cell, compile->parse->statements)
	{
		TreeStatement *statement = lfirst(cell);

		if (statement->kind == TREE_GROUP)
			(group++)->name = add_text(compile, statement->name);
		if (statement->kind > TREE_POINTS)
			continue;
		if (statement->condition != NULL)
			clause->node = add_node(compile, statement->condition);
		if (statement->half_life > 0)
			clause->since = field_number(compile, statement->since);
		clause++;
	}
}

static uint32
append_array(StringInfo out, const StringInfoData *array)
{
	uint32		offset;

	while (out->len % MAXIMUM_ALIGNOF != 0)
		appendStringInfoChar(out, '\0');
	offset = out->len;
	appendBinaryStringInfo(out, array->data, array->len);
	return offset;
}

/*
 * The value of what was parsed; NULL, and the parse's fault, when it passes a
 * limit.
 */
Rubric *
align_rubric_compile(RubricParse *parse)
{
	Compile		compile = {.parse = parse};
	Rubric		head = {.version = RUBRIC_VERSION,.qualify_at = POINTS_NONE,.max_points = parse->max_points};
	StringInfo	all[] = {&compile.bytes, &compile.clauses, &compile.groups, &compile.nodes, &compile.values, &compile.literals, &compile.keys, &compile.names};
	StringInfoData out;
	List	   *sorted;
	ListCell   *cell;

	for (int i = 0; i < lengthof(all); i++)
		initStringInfo(all[i]);
	for (int i = 0; i < GRADE_COUNT; i++)
		head.grades[i] = parse->max_points * (GRADE_COUNT - i) / (GRADE_COUNT + 1);
	add_statements(&compile, &head);
	if (compile.bytes.len > RUBRIC_MAX_LENGTH)
		align_tree_fault(parse, ERRCODE_PROGRAM_LIMIT_EXCEEDED, parse->length, "it is too long",
						 psprintf("A rubric has at most %d bytes.", RUBRIC_MAX_LENGTH), "Leave out what does not decide.");
	add_conditions(&compile);
	if (parse->failed)
		return NULL;
	sorted = list_copy(compile.fields);
	list_sort(sorted, compare_fields);
	head.top_key_count = add_keys(&compile, sorted, 0);
	head.field_count = list_length(compile.fields);
	foreach(cell, compile.fields)
	{
		RubricBytes name = add_bytes(&compile, "", 0);

		align_rubric_write_field(&compile.bytes, lfirst(cell));
		name.length = MAXALIGN(sizeof(Rubric)) + compile.bytes.len - name.offset;
		appendBinaryStringInfo(&compile.names, (const char *) &name, sizeof(name));
	}

	initStringInfo(&out);
	appendStringInfoSpaces(&out, MAXALIGN(sizeof(Rubric)));
	memset(out.data, 0, out.len);
	append_array(&out, &compile.bytes);
	head.fields = append_array(&out, &compile.names);
	head.keys = append_array(&out, &compile.keys);
	head.clauses = append_array(&out, &compile.clauses);
	head.groups = append_array(&out, &compile.groups);
	head.nodes = append_array(&out, &compile.nodes);
	head.values = append_array(&out, &compile.values);
	head.literals = append_array(&out, &compile.literals);
	memcpy(out.data, &head, sizeof(head));
	SET_VARSIZE(out.data, out.len);
	return (Rubric *) out.data;
}
