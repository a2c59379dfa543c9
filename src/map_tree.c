/*
 * map_tree.c
 *		Makes a tree of the plan, and folds what is too much for one picture.
 *
 * An item may have several parents, but in a picture it hangs from one: the first
 * of its parent and its supports of a higher level that reaches an active mission,
 * and where none does the first there is. So every item counts once in the money of what is
 * above it, and the shares of siblings never pass that of their parent.
 *
 * No way up goes down in levels, so the work goes level by level and nothing
 * recurses. What supports an item of its own level is linked by it, and does not
 * hang from it.
 */
#include "compat.h"

#include "miscadmin.h"

#include "map.h"

/* The items in the order of their levels, and in the map's order within. */
static int *
order_by_level(const Map *map)
{
	int		   *order = palloc_extended((map->item_count + 1) * sizeof(int), MCXT_ALLOC_HUGE);
	int			next[MAP_LEVELS] = {0};

	for (int i = 1; i < MAP_LEVELS; i++)
		next[i] = next[i - 1] + map->level_counts[i - 1];
	for (int i = 0; i < map->item_count; i++)
		order[next[map->items[i].level]++] = i;
	return order;
}

/* Parent number i of an item: 0 is its parent, then its supports; -1 for none. */
static int
parent_at(const Map *map, const MapItem *item, int i)
{
	return i == 0 ? item->parent : map->supports[item->supports + i - 1];
}

/* Decides whether an item reaches an active mission, and from what it hangs. */
static void
hang(const Map *map, MapItem *item)
{
	item->is_linked = item->level == 0 && item->status == MAP_ACTIVE;
	item->above = -1;
	for (int i = 0; i <= item->support_count; i++)
	{
		int			parent = parent_at(map, item, i);

		if (parent < 0)
			continue;
		item->is_linked |= map->items[parent].is_linked;
		if (map->items[parent].level < item->level &&
			(item->above < 0 || (map->items[parent].is_linked && !map->items[item->above].is_linked)))
			item->above = parent;
	}
}

/*
 * The same for the items of one level, until no more are linked by what they
 * support on it.
 */
static void
hang_level(const Map *map, const int *order, int count)
{
	bool		changed;

	do
	{
		CHECK_FOR_INTERRUPTS();
		changed = false;
		for (int i = 0; i < count; i++)
		{
			MapItem    *item = &map->items[order[i]];
			bool		was_linked = item->is_linked;

			hang(map, item);
			changed |= item->is_linked != was_linked;
		}
	} while (changed);
}

/* What an item passes on to the one above it. */
static void
sum_up(Map *map, MapItem *item)
{
	MapItem    *above = item->above < 0 ? NULL : &map->items[item->above];

	if (item->children == 0)
	{
		double		progress = item->status == MAP_DONE ? 1 : item->progress;

		item->work = item->effort;
		item->work_done = item->effort * progress;
		item->leaves = 1;
		item->leaves_done = progress;
	}
	if (!item->is_linked)
		map->orphan_count++;
	map->money += item->budget;
	if (!item->is_linked)
		map->orphan_money += item->budget;
	if (above != NULL)
	{
		above->money += item->money;
		above->work += item->work;
		above->work_done += item->work_done;
		above->leaves += item->leaves;
		above->leaves_done += item->leaves_done;
	}
}

/* By item, and two more for those that hang from none. */
typedef struct Slots
{
	int		   *folded;			/* items below it that are not drawn */
	int		   *drawn;			/* its children that are */
} Slots;

/* Where an item is folded: the one above it, or one of the two slots for roots. */
static int
slot_of(const Map *map, const MapItem *item)
{
	return item->above >= 0 ? item->above : map->item_count + (item->is_linked ? 0 : 1);
}

static int
compare_for_folding(const void *left, const void *right, void *arg)
{
	const MapItem *items = arg;
	const MapItem *l = &items[*(const int *) left];
	const MapItem *r = &items[*(const int *) right];

	if (l->level != r->level)
		return r->level - l->level;
	if (l->money != r->money)
		return l->money < r->money ? -1 : 1;
	return r < l ? -1 : r > l;
}

/*
 * Whether what is folded below an item has a box of its own. Where all is folded,
 * the item's own box says so.
 */
static bool
has_fold(const Map *map, const Slots *slots, int slot)
{
	return slots->folded[slot] > 0 && (slots->drawn[slot] > 0 || slot >= map->item_count);
}

/*
 * Folds items until few enough boxes are drawn: the deepest level first, within it
 * the least money first. What is below an item is deeper, so it is folded before
 * it. The box of a single folded item would take that item's place, so it is shown
 * instead.
 */
static void
fold(Map *map, int *order, Slots *slots)
{
	int			boxes = map->item_count;

	qsort_arg(order, map->item_count, sizeof(int), compare_for_folding, map->items);
	for (int i = 0; boxes > MAP_MAX_NODES; i++)
	{
		MapItem    *item = &map->items[order[i]];
		int			slot = slot_of(map, item);

		boxes -= 1 + (has_fold(map, slots, slot) ? 1 : 0);
		slots->folded[slot] += 1 + slots->folded[order[i]];
		slots->drawn[slot]--;
		boxes += has_fold(map, slots, slot) ? 1 : 0;
		item->node = -1;
	}
	for (int i = 0; i < map->item_count; i++)
	{
		MapItem    *item = &map->items[i];
		int			slot = slot_of(map, item);

		if (item->node < 0 && slots->folded[slot] == 1 && has_fold(map, slots, slot) &&
			(slot >= map->item_count || map->items[slot].node >= 0))
		{
			item->node = 0;
			slots->folded[slot] = 0;
			slots->drawn[slot]++;
		}
	}
}

/* The node that shows an item, or the fold that holds it. */
static int
node_of(const Map *map, const int *fold_nodes, int i)
{
	while (map->items[i].node < 0)
	{
		int			slot = slot_of(map, &map->items[i]);

		if (fold_nodes[slot] >= 0)
			return fold_nodes[slot];
		i = slot;
	}
	return map->items[i].node;
}

static MapNode *
add_node(Map *map)
{
	MapNode    *node = &map->nodes[map->node_count++];

	node->parent = node->first_child = node->next_sibling = -1;
	return node;
}

/*
 * Makes a node for what is drawn, parents first, and then one for every fold, so
 * that a fold is the last of its siblings. Returns what shows the folded, by slot.
 */
static int *
make_nodes(Map *map, const int *order, const Slots *slots)
{
	int			slot_count = map->item_count + 2;
	int		   *fold_nodes = palloc_extended(slot_count * sizeof(int), MCXT_ALLOC_HUGE);

	map->nodes = palloc0((MAP_MAX_NODES + 1) * sizeof(MapNode));
	for (int i = 0; i < slot_count; i++)
		fold_nodes[i] = -1;
	for (int i = 0; i < map->item_count; i++)
	{
		MapItem    *item = &map->items[order[i]];
		MapNode    *node;

		if (item->node < 0)
			continue;
		item->node = map->node_count;
		node = add_node(map);
		node->item = item;
		node->title = item->title;
		node->level = item->level;
		node->is_orphan = !item->is_linked;
		node->money = item->money;
		node->parent = item->above < 0 ? -1 : map->items[item->above].node;
	}
	for (int i = 0; i < slot_count; i++)
	{
		MapNode    *node;

		if (slots->folded[i] == 0 || (i < map->item_count && map->items[i].node < 0))
			continue;
		if (!has_fold(map, slots, i))
		{
			fold_nodes[i] = map->items[i].node;
			continue;
		}
		fold_nodes[i] = map->node_count;
		node = add_node(map);
		node->level = MAP_LEVELS - 1;
		node->is_orphan = i < map->item_count ? !map->items[i].is_linked : i > map->item_count;
		node->parent = i < map->item_count ? map->items[i].node : -1;
	}
	for (int i = 0; i < map->item_count; i++)
	{
		MapItem    *item = &map->items[i];
		MapNode    *node;

		if (item->node >= 0)
			continue;
		node = &map->nodes[node_of(map, fold_nodes, i)];
		node->folded[item->level]++;
		node->folded_count++;
		if (node->item != NULL)
			continue;
		node->level = Min(node->level, item->level);
		node->money += item->budget;
	}
	for (int i = 0; i < map->node_count; i++)
		if (map->nodes[i].item == NULL)
			map->nodes[i].title = psprintf("+ %s", align_map_counts(map->nodes[i].folded));
	return fold_nodes;
}

/* Chains the nodes to their parents, in order. */
static void
chain_nodes(Map *map)
{
	map->roots[0] = map->roots[1] = -1;
	for (int i = map->node_count - 1; i >= 0; i--)
	{
		MapNode    *node = &map->nodes[i];
		int		   *first = node->parent >= 0 ? &map->nodes[node->parent].first_child : &map->roots[node->is_orphan ? 1 : 0];

		node->next_sibling = *first;
		*first = i;
	}
}

/* Makes the tree, its sums and its nodes. */
void
align_map_arrange(Map *map)
{
	int		   *order;
	int		   *by_need;
	int		   *fold_nodes;
	Slots		slots;

	for (int i = 0; i < map->item_count; i++)
		map->level_counts[map->items[i].level]++;
	order = order_by_level(map);
	for (int level = 0, from = 0; level < MAP_LEVELS; from += map->level_counts[level++])
		hang_level(map, order + from, map->level_counts[level]);
	for (int i = 0; i < map->item_count; i++)
	{
		MapItem    *item = &map->items[order[i]];

		item->money = item->budget;
		if (item->above >= 0)
			map->items[item->above].children++;
	}
	for (int i = map->item_count - 1; i >= 0; i--)
		sum_up(map, &map->items[order[i]]);

	slots.folded = palloc_extended((map->item_count + 2) * sizeof(int), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	slots.drawn = palloc_extended((map->item_count + 2) * sizeof(int), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int i = 0; i < map->item_count; i++)
		slots.drawn[slot_of(map, &map->items[i])]++;
	by_need = palloc_extended((map->item_count + 1) * sizeof(int), MCXT_ALLOC_HUGE);
	memcpy(by_need, order, map->item_count * sizeof(int));
	fold(map, by_need, &slots);
	fold_nodes = make_nodes(map, order, &slots);
	chain_nodes(map);

	/* from here on a folded item is shown by its fold */
	for (int i = 0; i < map->item_count; i++)
		map->items[order[i]].node = node_of(map, fold_nodes, order[i]);
	pfree(fold_nodes);
	pfree(by_need);
	pfree(order);
	pfree(slots.folded);
	pfree(slots.drawn);
}

static int
compare_links(const void *left, const void *right)
{
	const int  *l = left;
	const int  *r = right;

	return l[0] != r[0] ? l[0] - r[0] : l[1] - r[1];
}

/*
 * The further parents, as pairs of nodes: what serves, and what it serves also.
 * Each pair once, none that the tree shows already, and none of what is folded.
 */
int
align_map_links(const Map *map, int (**links)[2])
{
	int			(*all)[2] = palloc_extended((map->support_count + (Size) map->item_count + 1) * sizeof(int[2]), MCXT_ALLOC_HUGE);
	int			count = 0;
	int			kept = 0;

	for (int i = 0; i < map->item_count; i++)
	{
		const MapItem *item = &map->items[i];

		for (int j = 0; j <= item->support_count; j++)
		{
			int			parent = parent_at(map, item, j);

			if (parent < 0 || parent == item->above || map->nodes[item->node].item != item)
				continue;
			all[count][0] = item->node;
			all[count][1] = map->items[parent].node;
			if (all[count][0] != all[count][1] && map->nodes[item->node].parent != all[count][1])
				count++;
		}
	}
	qsort(all, count, sizeof(int[2]), compare_links);
	for (int i = 0; i < count; i++)
	{
		if (kept > 0 && compare_links(all[kept - 1], all[i]) == 0)
			continue;
		all[kept][0] = all[i][0];
		all[kept++][1] = all[i][1];
	}
	*links = all;
	return kept;
}
