/*
 * base_graph.c
 *		The neighbours of each node, and an order in which every edge leads
 *		forward.
 *
 *		Places out = align_graph_gather(3, (int[]) {0, 2}, (int[]) {2, 1}, 2);	-- order: 0 2 1
 *
 * Both are linear in nodes and edges, and depend on nothing but their order.
 */
#include "compat.h"

#include "miscadmin.h"

#include "base_graph.h"

/*
 * The edges from[i] to to[i] by the node from which they come; one from -1 is
 * none.
 */
Places
align_graph_gather(int nodes, const int *from, const int *to, int edges)
{
	Places		places;

	places.first = palloc0(sizeof(int) * (nodes + 2));
	places.to = palloc(sizeof(int) * (edges + 1));
	places.edge = palloc(sizeof(int) * (edges + 1));
	/* counted two places on, so that filling moves each to where it begins */
	for (int i = 0; i < edges; i++)
		if (from[i] >= 0)
			places.first[from[i] + 2]++;
	for (int n = 2; n < nodes + 2; n++)
		places.first[n] += places.first[n - 1];
	for (int i = 0; i < edges; i++)
		if (from[i] >= 0)
		{
			int			at = places.first[from[i] + 1]++;

			places.to[at] = to[i];
			places.edge[at] = i;
		}
	return places;
}

/*
 * Nodes in an order in which every edge leads forward, by Kahn (1962): those
 * without an edge into them, then those to which all edges come from these.
 * Returns how many nodes could be ordered: fewer than all when there is a cycle;
 * waiting then is above 0 for the rest, each of which has an edge from another.
 */
int
align_graph_order(int nodes, const Places *out, int *order, int *waiting)
{
	int			count = 0;

	memset(waiting, 0, sizeof(int) * nodes);
	for (int i = 0; i < out->first[nodes]; i++)
		waiting[out->to[i]]++;
	for (int n = 0; n < nodes; n++)
		if (waiting[n] == 0)
			order[count++] = n;
	for (int done = 0; done < count; done++)
	{
		CHECK_FOR_INTERRUPTS();
		foreach_place(next, out, order[done])
		{
			if (--waiting[next] == 0)
				order[count++] = next;
		}
	}
	return count;
}
