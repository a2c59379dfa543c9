/*
 * plan.c
 *		The plan as a graph: what leads to what, and in which order.
 *
 *		SELECT * FROM align.plan_above('{1,2,3}', '{1,2}', '{2,3}');	-- 1: 1 2 3, 2: 2 3, 3: 3
 *
 * A graph comes as arrays: the nodes, and the edges from tail[i] to head[i].
 * An edge that is NULL at either end, or whose end is no node, is none, so that
 * the parents of all items can be given as they are. Work flows along edges:
 * from a child to its parent, from an item to what it supports, from what is
 * needed to what needs it.
 *
 * Nodes are handled by their place in the array, their neighbours in the order
 * of the edges, so that results depend on nothing but the input.
 *
 * All are pure functions of their arguments, linear in nodes and edges but for
 * plan_above, which is linear in its result.
 */
#include "compat.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "base.h"
#include "base_graph.h"

typedef struct PlanNode
{
	int64		id;
	int			place;			/* in the array that was given */
} PlanNode;

typedef struct PlanGraph
{
	int			node_count;
	int			edge_count;
	int64	   *ids;			/* by place */
	int		   *tails;			/* by edge: a place, or -1 for no edge */
	int		   *heads;
} PlanGraph;

static int
compare_nodes(const void *a, const void *b)
{
	int64		left = ((const PlanNode *) a)->id;
	int64		right = ((const PlanNode *) b)->id;

	return (left > right) - (left < right);
}

/* The elements of an array of one dimension, or of an empty one. */
static int
read_array(ArrayType *array, Oid type, Datum **values, bool **nulls)
{
	int			count;
	bool		by_value = type == INT8OID && FLOAT8PASSBYVAL;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("invalid graph: an array of %d dimensions", ARR_NDIM(array)),
				 errdetail("Nodes and edges are arrays of one dimension."),
				 errhint("Gather them by array_agg over numbers.")));
	align_base_check_memory(mul_size(ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)), 64), "a plan");
	deconstruct_array(array, type, type == INT8OID ? 8 : -1, by_value,
					  type == INT8OID ? TYPALIGN_DOUBLE : TYPALIGN_INT, values, nulls, &count);
	return count;
}

/* The place of an id among sorted nodes, or -1. */
static int
find_place(const PlanNode *sorted, int count, int64 id)
{
	PlanNode	wanted = {.id = id};
	PlanNode   *found = bsearch(&wanted, sorted, count, sizeof(PlanNode), compare_nodes);

	return found ? found->place : -1;
}

/*
 * The graph of three arrays, and the places of further ids (which may be NULL);
 * those that are no node are left out.
 */
static PlanGraph
read_graph(ArrayType *node_array, ArrayType *tail_array, ArrayType *head_array,
		   ArrayType *wanted_array, int **wanted, int *wanted_count)
{
	PlanGraph	graph;
	PlanNode   *sorted;
	Datum	   *values;
	Datum	   *head_values;
	bool	   *nulls;
	bool	   *head_nulls;
	bool		in_order = true;

	graph.node_count = read_array(node_array, INT8OID, &values, &nulls);
	graph.ids = palloc(sizeof(int64) * (graph.node_count + 1));
	sorted = palloc(sizeof(PlanNode) * (graph.node_count + 1));
	for (int i = 0; i < graph.node_count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("invalid graph: a node is NULL"),
					 errdetail("Every node has a number."),
					 errhint("Leave out what has none.")));
		graph.ids[i] = DatumGetInt64(values[i]);
		sorted[i].id = graph.ids[i];
		sorted[i].place = i;
		in_order = in_order && (i == 0 || graph.ids[i - 1] <= graph.ids[i]);
	}
	if (!in_order)
		qsort(sorted, graph.node_count, sizeof(PlanNode), compare_nodes);
	for (int i = 1; i < graph.node_count; i++)
		if (sorted[i - 1].id == sorted[i].id)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("invalid graph: node %lld stands twice", (long long) sorted[i].id),
					 errdetail("A node is named once."),
					 errhint("Gather the nodes by array_agg(DISTINCT ...).")));

	graph.edge_count = read_array(tail_array, INT8OID, &values, &nulls);
	if (read_array(head_array, INT8OID, &head_values, &head_nulls) != graph.edge_count)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("invalid graph: as many heads as tails are needed"),
				 errdetail("Edge i goes from tail[i] to head[i]."),
				 errhint("Gather both in one query.")));
	graph.tails = palloc(sizeof(int) * (graph.edge_count + 1));
	graph.heads = palloc(sizeof(int) * (graph.edge_count + 1));
	for (int i = 0; i < graph.edge_count; i++)
	{
		graph.tails[i] = nulls[i] ? -1 : find_place(sorted, graph.node_count, DatumGetInt64(values[i]));
		graph.heads[i] = head_nulls[i] ? -1 : find_place(sorted, graph.node_count, DatumGetInt64(head_values[i]));
		if (graph.tails[i] < 0 || graph.heads[i] < 0)
			graph.tails[i] = graph.heads[i] = -1;
	}

	if (wanted_array)
	{
		int			count = read_array(wanted_array, INT8OID, &values, &nulls);

		*wanted = palloc(sizeof(int) * (count + 1));
		*wanted_count = 0;
		for (int i = 0; i < count; i++)
		{
			int			place = nulls[i] ? -1 : find_place(sorted, graph.node_count, DatumGetInt64(values[i]));

			if (place >= 0)
				(*wanted)[(*wanted_count)++] = place;
		}
	}
	pfree(sorted);
	return graph;
}

/*
 * plan_cycle(node, tail, head): the numbers of the edges of a cycle, each
 * ending where the one before began; NULL when there is none. What Kahn's order
 * leaves over has an edge from its like into each node, so that going back
 * along those must come round.
 */
PG_FUNCTION_INFO_V1(align_plan_cycle);
Datum
align_plan_cycle(PG_FUNCTION_ARGS)
{
	PlanGraph	graph = read_graph(PG_GETARG_ARRAYTYPE_P(0), PG_GETARG_ARRAYTYPE_P(1),
								   PG_GETARG_ARRAYTYPE_P(2), NULL, NULL, NULL);
	Places		out = align_graph_gather(graph.node_count, graph.tails, graph.heads, graph.edge_count);
	Places		in = align_graph_gather(graph.node_count, graph.heads, graph.tails, graph.edge_count);
	int		   *order = palloc(sizeof(int) * (graph.node_count + 1));
	int		   *waiting = palloc(sizeof(int) * (graph.node_count + 1));
	int		   *seen = palloc0(sizeof(int) * (graph.node_count + 1));
	Datum	   *edges = palloc(sizeof(Datum) * (graph.node_count + 1));
	int			count = 0;
	int			node = 0;

	if (align_graph_order(graph.node_count, &out, order, waiting) == graph.node_count)
		PG_RETURN_NULL();
	while (waiting[node] == 0)
		node++;
	while (seen[node] == 0)
	{
		int			i = in.first[node];

		while (waiting[in.to[i]] == 0)
			i++;
		seen[node] = count + 1;
		edges[count++] = Int32GetDatum(in.edge[i] + 1);
		node = in.to[i];
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(edges + seen[node] - 1, count - seen[node] + 1,
										  INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

/*
 * plan_above(node, tail, head): every node with every node to which a way
 * leads, itself included, each pair once.
 */
PG_FUNCTION_INFO_V1(align_plan_above);
Datum
align_plan_above(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	PlanGraph	graph = read_graph(PG_GETARG_ARRAYTYPE_P(0), PG_GETARG_ARRAYTYPE_P(1),
								   PG_GETARG_ARRAYTYPE_P(2), NULL, NULL, NULL);
	Places		out = align_graph_gather(graph.node_count, graph.tails, graph.heads, graph.edge_count);
	int		   *seen_by = palloc(sizeof(int) * (graph.node_count + 1));
	int		   *found = palloc(sizeof(int) * (graph.node_count + 1));

	InitMaterializedSRF(fcinfo, 0);
	memset(seen_by, -1, sizeof(int) * (graph.node_count + 1));
	for (int n = 0; n < graph.node_count; n++)
	{
		int			count = 0;

		CHECK_FOR_INTERRUPTS();
		found[count++] = n;
		seen_by[n] = n;
		for (int done = 0; done < count; done++)
		{
			Datum		values[2];
			bool		nulls[2] = {0};

			values[0] = Int64GetDatum(graph.ids[n]);
			values[1] = Int64GetDatum(graph.ids[found[done]]);
			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
			foreach_place(next, &out, found[done])
			{
				if (seen_by[next] != n)
				{
					seen_by[next] = n;
					found[count++] = next;
				}
			}
		}
	}
	return (Datum) 0;
}

/*
 * plan_reaching(node, tail, head, target): the nodes from which a way leads to
 * a target, the targets included, each once.
 */
PG_FUNCTION_INFO_V1(align_plan_reaching);
Datum
align_plan_reaching(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int		   *found;
	int			target_count;
	PlanGraph	graph = read_graph(PG_GETARG_ARRAYTYPE_P(0), PG_GETARG_ARRAYTYPE_P(1),
								   PG_GETARG_ARRAYTYPE_P(2), PG_GETARG_ARRAYTYPE_P(3),
								   &found, &target_count);
	Places		in = align_graph_gather(graph.node_count, graph.heads, graph.tails, graph.edge_count);
	int		   *order = palloc(sizeof(int) * (graph.node_count + 1));
	bool	   *seen = palloc0(sizeof(bool) * (graph.node_count + 1));
	int			count = 0;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (int i = 0; i < target_count; i++)
		if (!seen[found[i]])
		{
			seen[found[i]] = true;
			order[count++] = found[i];
		}
	for (int done = 0; done < count; done++)
	{
		Datum		value = Int64GetDatum(graph.ids[order[done]]);
		bool		null = false;

		CHECK_FOR_INTERRUPTS();
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, &value, &null);
		foreach_place(next, &in, order[done])
		{
			if (!seen[next])
			{
				seen[next] = true;
				order[count++] = next;
			}
		}
	}
	return (Datum) 0;
}

static Numeric
later_of(Numeric a, Numeric b)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, NumericGetDatum(a), NumericGetDatum(b))) >= 0 ? a : b;
}

static Numeric
earlier_of(Numeric a, Numeric b)
{
	return later_of(a, b) == a ? b : a;
}

static Numeric
plus_days(Numeric a, Numeric b)
{
	return DatumGetNumeric(DirectFunctionCall2(numeric_add, NumericGetDatum(a), NumericGetDatum(b)));
}

static Numeric
minus_days(Numeric a, Numeric b)
{
	return DatumGetNumeric(DirectFunctionCall2(numeric_sub, NumericGetDatum(a), NumericGetDatum(b)));
}

/*
 * plan_schedule(node, days, tail, head): the critical path method of Kelley and
 * Walker (1959). Forward, a node starts when the last of those before it is
 * done; backward from the end of all, it must be done before the first of those
 * after it must start. What lies between is its slack.
 */
PG_FUNCTION_INFO_V1(align_plan_schedule);
Datum
align_plan_schedule(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	PlanGraph	graph = read_graph(PG_GETARG_ARRAYTYPE_P(0), PG_GETARG_ARRAYTYPE_P(2),
								   PG_GETARG_ARRAYTYPE_P(3), NULL, NULL, NULL);
	Places		out = align_graph_gather(graph.node_count, graph.tails, graph.heads, graph.edge_count);
	int		   *order = palloc(sizeof(int) * (graph.node_count + 1));
	int		   *steps = palloc0(sizeof(int) * (graph.node_count + 1));
	int		   *waiting = palloc(sizeof(int) * (graph.node_count + 1));
	Numeric    *days = palloc(sizeof(Numeric) * (graph.node_count + 1));
	Numeric    *start = palloc(sizeof(Numeric) * (graph.node_count + 1));
	Numeric    *finish = palloc(sizeof(Numeric) * (graph.node_count + 1));
	Numeric    *latest = palloc(sizeof(Numeric) * (graph.node_count + 1));
	Numeric		zero = int64_to_numeric(0);
	Numeric		end = zero;
	Datum	   *day_values;
	bool	   *day_nulls;

	if (read_array(PG_GETARG_ARRAYTYPE_P(1), NUMERICOID, &day_values, &day_nulls) != graph.node_count)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("invalid graph: as many days as nodes are needed"),
				 errdetail("Node i takes days[i]."),
				 errhint("Gather both in one query.")));
	for (int n = 0; n < graph.node_count; n++)
	{
		days[n] = day_nulls[n] ? zero : DatumGetNumeric(day_values[n]);
		if (numeric_is_nan(days[n]) || numeric_is_inf(days[n]) || later_of(days[n], zero) != days[n])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("invalid days of node %lld: %s", (long long) graph.ids[n],
							DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(days[n])))),
					 errdetail("Days are a number, 0 or more."),
					 errhint("Give NULL where they are not known; it counts as 0.")));
		start[n] = zero;
	}
	if (align_graph_order(graph.node_count, &out, order, waiting) < graph.node_count)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid graph: it has a cycle"),
				 errdetail("What waits for itself can never begin."),
				 errhint("See plan_cycle for its edges.")));

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < graph.node_count; i++)
	{
		int			n = order[i];

		CHECK_FOR_INTERRUPTS();
		finish[n] = plus_days(start[n], days[n]);
		end = later_of(end, finish[n]);
		foreach_place(next, &out, n)
		{
			start[next] = later_of(start[next], finish[n]);
			steps[next] = Max(steps[next], steps[n] + 1);
		}
	}
	/* latest: when a node must be done, from the last back */
	for (int i = graph.node_count - 1; i >= 0; i--)
	{
		int			n = order[i];

		CHECK_FOR_INTERRUPTS();
		latest[n] = end;
		foreach_place(next, &out, n)
		{
			latest[n] = earlier_of(latest[n], minus_days(latest[next], days[next]));
		}
	}
	for (int n = 0; n < graph.node_count; n++)
	{
		Datum		values[5];
		bool		nulls[5] = {0};

		CHECK_FOR_INTERRUPTS();
		values[0] = Int64GetDatum(graph.ids[n]);
		values[1] = Int32GetDatum(steps[n]);
		values[2] = NumericGetDatum(start[n]);
		values[3] = NumericGetDatum(finish[n]);
		values[4] = NumericGetDatum(minus_days(latest[n], finish[n]));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
