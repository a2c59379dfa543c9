/*
 * map_tidy.c
 *		Places the boxes of a picture: a tidy tree, from left to right.
 *
 * Buchheim, Juenger and Leipert, Improving Walker's Algorithm to Run in Linear
 * Time, Graph Drawing 2002: the linear form of the tree of Reingold and Tilford.
 * Here a tree grows to the right, a level is a column, and the sizes that differ
 * are heights. Where an item skips levels a flat box leads its edge past each
 * column between, so that nothing lies on the edge.
 *
 * Leaves that are siblings may stand beside each other in a grid, which is one box
 * to the algorithm: so the picture of a broad plan becomes wide, not high.
 * Trees of one band are then let down onto each other, column by column.
 */
#include "compat.h"

#include "utils/memutils.h"

#include "map.h"

#define GAP_COUSINS		14.0
#define GAP_EDGES		3.0
#define EDGE_HEIGHT		2.0

typedef struct Box
{
	struct Box *parent;
	struct Box *previous;		/* siblings */
	struct Box *next;
	struct Box *first;
	struct Box *last;
	int			number;			/* among its siblings */
	int			column;
	double		height;
	int		   *nodes;			/* what it shows, in a grid */
	int			node_count;		/* 0: an edge that passes */
	/* of the algorithm */
	struct Box *thread;
	struct Box *ancestor;
	double		prelim;			/* its middle */
	double		mod;
	double		shift;
	double		change;
} Box;

typedef struct Layout
{
	Map		   *map;
	double		bottoms[MAP_LEVELS];	/* what is taken, by column */
} Layout;

static double
distance(const Box *above, const Box *below)
{
	double		gap = above->node_count == 0 || below->node_count == 0 ? GAP_EDGES
	: above->parent == below->parent ? MAP_GAP : GAP_COUSINS;

	return (above->height + below->height) / 2 + gap;
}

/* The next box of the upper, and of the lower contour. */
static Box *
next_upper(const Box *box)
{
	return box->first != NULL ? box->first : box->thread;
}

static Box *
next_lower(const Box *box)
{
	return box->last != NULL ? box->last : box->thread;
}

static void
move_subtree(Box *upper, Box *lower, double shift)
{
	int			subtrees = lower->number - upper->number;

	lower->change -= shift / subtrees;
	lower->shift += shift;
	upper->change += shift / subtrees;
	lower->prelim += shift;
	lower->mod += shift;
}

/*
 * Moves the subtree of a box down until it is clear of those before it. Inside
 * and outside are meant as in the paper, for a tree that lies on its side.
 */
static Box *
apportion(Box *box, Box *default_ancestor)
{
	Box		   *inside_lower = box;
	Box		   *outside_lower = box;
	Box		   *inside_upper = box->previous;
	Box		   *outside_upper;
	double		sum_inside_lower,
				sum_outside_lower,
				sum_inside_upper,
				sum_outside_upper;

	if (box->previous == NULL)
		return default_ancestor;
	outside_upper = box->parent->first;
	sum_inside_lower = sum_outside_lower = box->mod;
	sum_inside_upper = inside_upper->mod;
	sum_outside_upper = outside_upper->mod;
	while (next_lower(inside_upper) != NULL && next_upper(inside_lower) != NULL)
	{
		double		shift;

		inside_upper = next_lower(inside_upper);
		inside_lower = next_upper(inside_lower);
		outside_upper = next_upper(outside_upper);
		outside_lower = next_lower(outside_lower);
		outside_lower->ancestor = box;
		shift = inside_upper->prelim + sum_inside_upper + distance(inside_upper, inside_lower) -
			(inside_lower->prelim + sum_inside_lower);
		if (shift > 0)
		{
			Box		   *ancestor = inside_upper->ancestor->parent == box->parent ? inside_upper->ancestor : default_ancestor;

			move_subtree(ancestor, box, shift);
			sum_inside_lower += shift;
			sum_outside_lower += shift;
		}
		sum_inside_upper += inside_upper->mod;
		sum_inside_lower += inside_lower->mod;
		sum_outside_upper += outside_upper->mod;
		sum_outside_lower += outside_lower->mod;
	}
	if (next_lower(inside_upper) != NULL && next_lower(outside_lower) == NULL)
	{
		outside_lower->thread = next_lower(inside_upper);
		outside_lower->mod += sum_inside_upper - sum_outside_lower;
	}
	if (next_upper(inside_lower) != NULL && next_upper(outside_upper) == NULL)
	{
		outside_upper->thread = next_upper(inside_lower);
		outside_upper->mod += sum_inside_lower - sum_outside_upper;
		default_ancestor = box;
	}
	return default_ancestor;
}

static void
execute_shifts(Box *box)
{
	double		shift = 0;
	double		change = 0;

	for (Box *child = box->last; child != NULL; child = child->previous)
	{
		child->prelim += shift;
		child->mod += shift;
		change += child->change;
		shift += child->shift + change;
	}
}

/* The recursion is as deep as there are levels. */
static void
first_walk(Box *box)
{
	Box		   *default_ancestor = box->first;
	double		middle = 0;

	for (Box *child = box->first; child != NULL; child = child->next)
	{
		first_walk(child);
		default_ancestor = apportion(child, default_ancestor);
	}
	if (box->first != NULL)
	{
		execute_shifts(box);
		middle = (box->first->prelim + box->last->prelim) / 2;
	}
	if (box->previous == NULL)
		box->prelim = middle;
	else
	{
		box->prelim = box->previous->prelim + distance(box->previous, box);
		box->mod = box->prelim - middle;
	}
}

/* From here on prelim is the middle of a box as it is drawn. */
static void
second_walk(Box *box, double sum)
{
	box->prelim += sum;
	for (Box *child = box->first; child != NULL; child = child->next)
		second_walk(child, sum + box->mod);
}

static Box *
add_box(Box *parent, int column)
{
	Box		   *box = palloc0(sizeof(Box));

	box->parent = parent;
	box->column = column;
	box->height = EDGE_HEIGHT;
	box->ancestor = box;
	if (parent == NULL)
		return box;
	box->previous = parent->last;
	if (box->previous != NULL)
	{
		box->previous->next = box;
		box->number = box->previous->number + 1;
	}
	else
		parent->first = box;
	parent->last = box;
	return box;
}

static int
column_of(const Map *map, const MapNode *node)
{
	return map->column_of[node->level];
}

/* Whether a node stands in a grid when it has siblings that do. */
static bool
is_grid_leaf(const Layout *layout, const MapNode *node)
{
	return node->first_child < 0 && layout->map->columns[column_of(layout->map, node)].grid > 1;
}

static int
grid_of(const Layout *layout, const Box *box)
{
	return layout->map->columns[box->column].grid;
}

static double
row_height(const Layout *layout, const Box *box, int row)
{
	int			grid = grid_of(layout, box);
	double		height = 0;

	for (int i = row * grid; i < Min((row + 1) * grid, box->node_count); i++)
		height = Max(height, layout->map->nodes[box->nodes[i]].height);
	return height;
}

static void
set_height(const Layout *layout, Box *box)
{
	int			rows = (box->node_count + grid_of(layout, box) - 1) / grid_of(layout, box);

	box->height = (rows - 1) * MAP_GAP + (box->node_count > 1 ? 2 * MAP_FRAME : 0);
	for (int row = 0; row < rows; row++)
		box->height += row_height(layout, box, row);
}

/* Makes the boxes of a list of siblings and of all below them. */
static void
build(Layout *layout, Box *parent, int first)
{
	Map		   *map = layout->map;
	Box		   *grids[MAP_LEVELS] = {NULL};

	for (int i = first; i >= 0; i = map->nodes[i].next_sibling)
	{
		const MapNode *node = &map->nodes[i];
		int			column = column_of(map, node);
		Box		   *box = parent;

		if (is_grid_leaf(layout, node) && grids[column] != NULL)
			box = grids[column];
		else
		{
			for (int c = parent->column + 1; node->parent >= 0 && c < column; c++)
				box = add_box(box, c);
			box = add_box(box, column);
			box->nodes = palloc(map->node_count * sizeof(int));
			if (is_grid_leaf(layout, node))
				grids[column] = box;
		}
		box->nodes[box->node_count++] = i;
		set_height(layout, box);
		build(layout, box, node->first_child);
	}
}

/* Where a tree begins and ends in every column. */
static void
measure(const Box *box, double *tops, double *bottoms)
{
	tops[box->column] = Min(tops[box->column], box->prelim - box->height / 2);
	bottoms[box->column] = Max(bottoms[box->column], box->prelim + box->height / 2);
	for (const Box *child = box->first; child != NULL; child = child->next)
		measure(child, tops, bottoms);
}

static void
place_grid(const Layout *layout, const Box *box, double top)
{
	const MapColumn *column = &layout->map->columns[box->column];
	int			grid = column->grid;
	bool		has_frame = box->node_count > 1;
	double		y = top + (has_frame ? MAP_FRAME : 0);

	for (int i = 0; i < box->node_count; i++)
	{
		MapNode    *node = &layout->map->nodes[box->nodes[i]];
		double		height = row_height(layout, box, i / grid);

		node->width = column->cell;
		node->x = column->x + (has_frame ? MAP_FRAME : 0) + i % grid * (column->cell + MAP_GAP);
		node->y = y;
		if (has_frame)
			node->height = height;
		if (i % grid == grid - 1)
			y += height + MAP_GAP;
	}
}

/* Sets the nodes and routes of a tree that is moved down by so much. */
static void
place(const Layout *layout, const Box *box, double down)
{
	Map		   *map = layout->map;

	if (box->node_count > 0)
	{
		const MapNode *node = &map->nodes[box->nodes[0]];
		const Box  *passed = box->parent;
		MapRoute   *route = &map->routes[map->route_count];

		place_grid(layout, box, box->prelim - box->height / 2 + down);
		route->from = node->parent;
		route->to = box->nodes[0];
		route->is_loose = node->item != NULL && node->parent >= 0 && node->item->parent != node->item->above;
		route->is_group = box->node_count > 1;
		route->top = box->prelim - box->height / 2 + down;
		route->height = box->height;
		for (; passed != NULL && passed->node_count == 0 && passed->parent != NULL; passed = passed->parent)
			route->middles[passed->column] = passed->prelim + down;
		if (node->parent >= 0 || route->is_group)
			map->route_count++;
	}
	for (const Box *child = box->first; child != NULL; child = child->next)
		place(layout, child, down);
}

/* Lets a tree down until it lies on what is there. */
static void
let_down(Layout *layout, Box *box, double top)
{
	double		tops[MAP_LEVELS];
	double		bottoms[MAP_LEVELS];
	double		down = -1e9;

	for (int i = 0; i < MAP_LEVELS; i++)
	{
		tops[i] = 1e9;
		bottoms[i] = -1e9;
	}
	first_walk(box);
	second_walk(box, 0);
	measure(box, tops, bottoms);
	for (int i = 0; i < layout->map->column_count; i++)
		if (tops[i] < 1e9)
			down = Max(down, Max(top, layout->bottoms[i] + GAP_COUSINS) - tops[i]);
	place(layout, box, down);
	for (int i = 0; i < layout->map->column_count; i++)
		layout->bottoms[i] = Max(layout->bottoms[i], bottoms[i] + down);
}

/* Places the trees of one band. Returns where the band ends. */
static double
place_band(Layout *layout, int first, double top)
{
	Box			root = {.column = -1};
	double		bottom = top;

	build(layout, &root, first);
	for (int i = 0; i < MAP_LEVELS; i++)
		layout->bottoms[i] = top - GAP_COUSINS;
	for (Box *box = root.first, *next; box != NULL; box = next)
	{
		next = box->next;
		box->parent = box->previous = box->next = NULL;
		let_down(layout, box, top);
	}
	for (int i = 0; i < layout->map->column_count; i++)
		bottom = Max(bottom, layout->bottoms[i]);
	return bottom;
}

/*
 * Places all nodes, whose columns and heights are known. y begins at 0; sets
 * columns_bottom, band_top and band_bottom.
 */
void
align_map_place(Map *map)
{
	Layout		layout = {map};
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "align map", ALLOCSET_DEFAULT_SIZES);
	MemoryContext before = MemoryContextSwitchTo(context);

	map->route_count = 0;
	map->columns_bottom = place_band(&layout, map->roots[0], 0);
	map->band_top = map->band_bottom = map->columns_bottom;
	if (map->roots[1] >= 0)
	{
		map->band_top += map->roots[0] < 0 ? 0 : 2 * GAP_COUSINS;
		map->band_bottom = place_band(&layout, map->roots[1], map->band_top + MAP_BAND_HEAD) + GAP_COUSINS;
	}
	MemoryContextSwitchTo(before);
	MemoryContextDelete(context);
}
