/*
 * base_graph.h
 *		Directed graphs of numbered nodes, as lists of neighbours.
 */
#ifndef ALIGN_BASE_GRAPH_H
#define ALIGN_BASE_GRAPH_H

#include "compat.h"

/*
 * Neighbours: those of node n stand at to[first[n]] up to, without,
 * to[first[n + 1]], in the order of the edges; edge[] has the number of each.
 */
typedef struct Places
{
	int		   *first;
	int		   *to;
	int		   *edge;
} Places;

/* With a body in braces, so that it is indented as one. */
#define foreach_place(at, list, i) \
	for (int at##_at = (list)->first[i], at; \
		 at##_at < (list)->first[(i) + 1] && ((at = (list)->to[at##_at]), true); at##_at++)

extern Places align_graph_gather(int nodes, const int *from, const int *to, int edges);
extern int	align_graph_order(int nodes, const Places *out, int *order, int *waiting);

#endif							/* ALIGN_BASE_GRAPH_H */
