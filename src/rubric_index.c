/*
 * rubric_index.c
 *		Tells the planner that attrs @@ rubric can use a GIN index on attrs.
 *
 * What a constant rubric requires to be equal to something (field = value, in
 * with one value, has) is also a containment, attrs @> '{"field": value}', which
 * jsonb_ops and jsonb_path_ops can look up. The rest is rechecked.
 */
#include "compat.h"

#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "rubric.h"

/* of @> in the GIN operator families of jsonb */
#define CONTAINS_STRATEGY	7

/*
 * The keys that lead to a field, the outermost first; how many, 0 when it is not
 * among those from first to before end.
 */
static int
find_path(const Rubric *rubric, int first, int end, int field, const RubricKey **path)
{
	const RubricKey *keys = rubric_keys(rubric);

	for (int i = first; i < end; i++)
	{
		int			below = find_path(rubric, keys[i].first_child, keys[i].end_child, field, path + 1);

		path[0] = &keys[i];
		if (keys[i].field == field)
			return 1;
		if (below > 0)
			return below + 1;
	}
	return 0;
}

/*
 * The object that contains a field with one value, or with an array of it.
 */
static Jsonb *
object_with(const Rubric *rubric, const RubricNode *node)
{
	const RubricValue *given = rubric_values(rubric) + node->first_value;
	const RubricKey *path[RUBRIC_MAX_DEPTH + 1];
	int			depth = find_path(rubric, 0, rubric->top_key_count, node->field, path);
	JsonbParseState *state = NULL;
	JsonbValue	value = {0};
	JsonbValue *result = NULL;

	if (node->type == TYPE_NUMBER)
	{
		value.type = jbvNumeric;
		value.val.numeric = (Numeric) rubric_at(rubric, given->bytes.offset);
	}
	else if (node->type == TYPE_BOOLEAN)
	{
		value.type = jbvBool;
		value.val.boolean = given->high != 0;
	}
	else
	{
		value.type = jbvString;
		value.val.string.val = unconstify(char *, rubric_at(rubric, given->bytes.offset));
		value.val.string.len = given->bytes.length;
	}
	for (int i = 0; i < depth; i++)
	{
		JsonbValue	name = {.type = jbvString};

		name.val.string.val = unconstify(char *, rubric_at(rubric, path[i]->name.offset));
		name.val.string.len = path[i]->name.length;
		pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
		pushJsonbValue(&state, WJB_KEY, &name);
	}
	if (node->op == RUBRIC_HAS)
	{
		pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
		pushJsonbValue(&state, WJB_ELEM, &value);
		pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	}
	else
		pushJsonbValue(&state, WJB_VALUE, &value);
	for (int i = 0; i < depth; i++)
		result = pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	return JsonbValueToJsonb(result);
}

/*
 * Adds what a required condition says of the object, as far as containment can
 * say it: the operands of and, each.
 */
static void
add_containments(const Rubric *rubric, uint32 place, Oid operator, Node *attrs, List **clauses)
{
	const RubricNode *nodes = rubric_nodes(rubric);
	const RubricNode *node = &nodes[place];

	if (node->op == RUBRIC_AND)
	{
		for (uint32 operand = place + 1; operand < node->end; operand = nodes[operand].end)
			add_containments(rubric, operand, operator, attrs, clauses);
	}
	else if ((node->op == RUBRIC_EQ || node->op == RUBRIC_IN || node->op == RUBRIC_HAS) &&
			 node->value_count == 1 && node->type != TYPE_INSTANT)
		*clauses = lappend(*clauses,
						   make_opclause(operator, BOOLOID, false, (Expr *) copyObject(attrs),
										 (Expr *) makeConst(JSONBOID, -1, InvalidOid, -1,
															JsonbPGetDatum(object_with(rubric, node)), false, false),
										 InvalidOid, InvalidOid));
}

PG_FUNCTION_INFO_V1(align_rubric_support);
Datum
align_rubric_support(PG_FUNCTION_ARGS)
{
	Node	   *raw = (Node *) PG_GETARG_POINTER(0);
	SupportRequestIndexCondition *request = (SupportRequestIndexCondition *) raw;
	List	   *arguments;
	Const	   *constant;
	const Rubric *rubric;
	Oid			operator;
	List	   *clauses = NIL;

	if (!IsA(raw, SupportRequestIndexCondition) || request->indexarg != 0)
		PG_RETURN_POINTER(NULL);
	if (is_opclause(request->node))
		arguments = ((OpExpr *) request->node)->args;
	else if (is_funcclause(request->node))
		arguments = ((FuncExpr *) request->node)->args;
	else
		PG_RETURN_POINTER(NULL);
	constant = lsecond(arguments);
	operator = get_opfamily_member(request->opfamily, JSONBOID, JSONBOID, CONTAINS_STRATEGY);
	if (!IsA(constant, Const) || constant->constisnull ||
		!OidIsValid(operator) || get_opcode(operator) != F_JSONB_CONTAINS)
		PG_RETURN_POINTER(NULL);

	rubric = align_rubric_get(constant->constvalue);
	for (int i = 0; i < rubric->clause_count; i++)
	{
		const RubricClause *clause = &rubric_clauses(rubric)[i];

		if (clause->kind == CLAUSE_REQUIRE)
			add_containments(rubric, clause->node, operator, linitial(arguments), &clauses);
	}
	request->lossy = true;
	PG_RETURN_POINTER(clauses);
}
