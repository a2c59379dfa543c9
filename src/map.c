/*
 * map.c
 *		The plan as a picture: from the mission down to this week's activity.
 *
 *		SELECT align.mission_map('2026-Q1');
 *
 * A picture is drawn from one jsonb document, the map, which map_plan gathers:
 *
 *		{"period": "2026-Q1", "teams": ["Marketing", "Sales"], "items": [
 *		 {"key": "G1", "level": "goal", "parent": "M", "title": "...", "team": "Sales",
 *		  "status": "active", "budget": 1000, "effort": 5, "progress": 0.4,
 *		  "supports": ["G2"]}]}
 *
 * This file reads it. map_tree.c hangs every item below one other and folds what
 * is too much, map_layout.c and map_tidy.c place the boxes, map_label.c has the
 * words, and map_svg.c and map_graph.c write. The same map gives the same bytes.
 */
#include "compat.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "base.h"
#include "map.h"

#define MAX_AMOUNT	1e18
#define MAX_TEAMS	1000

static void
fault(const char *what, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid map: %s", what),
			 errdetail("%s", detail),
			 errhint("Take the map from align.map_plan(period).")));
}

/* A field of an object; false where it is missing or null. */
static bool
get_field(JsonbContainer *object, const char *name, JsonbValue *value)
{
	return getKeyJsonValueFromContainer(object, name, strlen(name), value) != NULL && value->type != jbvNull;
}

/* A field that is a text, NULL where there is none. */
static char *
get_text(JsonbContainer *object, const char *name)
{
	JsonbValue	value;

	if (!get_field(object, name, &value))
		return NULL;
	if (value.type != jbvString)
		fault(psprintf("\"%s\" is no text", name), "Keys, levels, titles, teams, statuses and the period are texts.");
	return pnstrdup(value.val.string.val, value.val.string.len);
}

static double
get_number(JsonbContainer *object, const char *name, double most)
{
	JsonbValue	value;
	double		number;

	if (!get_field(object, name, &value))
		return 0;
	if (value.type != jbvNumeric)
		fault(psprintf("\"%s\" is no number", name), "Budget, effort and progress are numbers.");
	number = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value.val.numeric)));
	if (!(number >= 0 && number <= most))
		fault(psprintf("\"%s\" is out of range", name), "Budget and effort lie between 0 and 1e18, progress between 0 and 1.");
	return number;
}

/* An array of an object, NULL where there is none. */
static JsonbContainer *
get_array(JsonbContainer *object, const char *name)
{
	JsonbValue	value;

	if (!get_field(object, name, &value))
		return NULL;
	if (value.type != jbvBinary || !JsonContainerIsArray(value.val.binary.data))
		fault(psprintf("\"%s\" is no array", name), "A map has the array items, and may have the array teams; an item may have the array supports.");
	return value.val.binary.data;
}

static int
get_word(JsonbContainer *object, const char *name, const char *const *words, int count, const char *detail)
{
	char	   *text = get_text(object, name);

	for (int i = 0; text != NULL && i < count; i++)
		if (strcmp(text, words[i]) == 0)
		{
			pfree(text);
			return i;
		}
	fault(text == NULL ? psprintf("an item has no %s", name) : psprintf("the %s \"%s\"", name, text), detail);
	return -1;
}

/* The number of a team, which is added where it is new; -1 for none. */
static int
get_team(Map *map, const char *name)
{
	char	   *shown = name == NULL ? NULL : align_map_clean(name, strlen(name));

	if (shown == NULL)
		return -1;
	for (int i = 0; i < map->team_count; i++)
		if (strcmp(map->teams[i], shown) == 0)
		{
			pfree(shown);
			return i;
		}
	if (map->team_count == MAX_TEAMS)
		fault("too many teams", psprintf("A map has at most %d teams.", MAX_TEAMS));
	map->teams = map->team_count == 0 ? palloc(sizeof(char *)) : repalloc(map->teams, (map->team_count + 1) * sizeof(char *));
	map->teams[map->team_count] = shown;
	return map->team_count++;
}

static int
compare_keys(const void *left, const void *right)
{
	return strcmp((*(MapItem *const *) left)->key, (*(MapItem *const *) right)->key);
}

/* The number of the item of a key, -1 where the map has none. */
static int
find_item(const Map *map, MapItem **sorted, char *key)
{
	MapItem		wanted = {.key = key};
	MapItem    *pointer = &wanted;
	MapItem   **found = key == NULL ? NULL : bsearch(&pointer, sorted, map->item_count, sizeof(MapItem *), compare_keys);

	return found == NULL ? -1 : (int) (*found - map->items);
}

/* An item's parent, or what it supports, where the map has it: -1 where not. Levels count from the highest. */
static int
checked_parent(const Map *map, MapItem **sorted, const MapItem *item, char *key, bool is_support)
{
	int			parent = find_item(map, sorted, key);

	if (parent >= 0 && map->items[parent].level >= item->level + (is_support ? 1 : 0))
		fault(psprintf("\"%s\" %s \"%s\"", item->key, is_support ? "supports" : "hangs from", key),
			  "A parent is of a higher level than its item, and what is supported of no lower one.");
	return parent;
}

static void
read_item(Map *map, MapItem *item, JsonbContainer *object)
{
	char	   *title = get_text(object, "title");

	item->key = get_text(object, "key");
	if (item->key == NULL || title == NULL)
		fault("an item has no key or no title", "Every item has a key, a title, a level and a status.");
	item->title = align_map_clean(title, strlen(title));
	pfree(title);
	item->level = get_word(object, "level", align_map_levels, MAP_LEVELS,
						   "Levels are mission, vision, picture, goal, strategy, rock and activity.");
	item->status = get_word(object, "status", align_map_statuses, lengthof(align_map_statuses),
							"An item that is drawn is proposed, active or done.");
	item->team = get_team(map, get_text(object, "team"));
	item->budget = get_number(object, "budget", MAX_AMOUNT);
	item->effort = get_number(object, "effort", MAX_AMOUNT);
	item->progress = get_number(object, "progress", 1);
}

/* Finds the parents of an item, once all items are read. */
static void
read_parents(Map *map, MapItem **sorted, MapItem *item, JsonbContainer *object)
{
	JsonbContainer *supports = get_array(object, "supports");
	JsonbIterator *iterator;
	JsonbValue	value;

	item->parent = checked_parent(map, sorted, item, get_text(object, "parent"), false);
	item->supports = map->support_count;
	if (supports == NULL || JsonContainerSize(supports) == 0)
		return;
	item->support_count = 0;
	map->supports = map->supports == NULL ? palloc_extended(JsonContainerSize(supports) * sizeof(int), MCXT_ALLOC_HUGE)
		: repalloc_huge(map->supports, (map->support_count + (Size) JsonContainerSize(supports)) * sizeof(int));
	iterator = JsonbIteratorInit(supports);
	JsonbIteratorNext(&iterator, &value, false);
	while (JsonbIteratorNext(&iterator, &value, true) == WJB_ELEM)
	{
		int			parent;

		if (value.type != jbvString)
			fault("\"supports\" holds what is no text", "The supports of an item are keys.");
		parent = checked_parent(map, sorted, item, pnstrdup(value.val.string.val, value.val.string.len), true);
		if (parent >= 0)
			map->supports[map->support_count + item->support_count++] = parent;
	}
	map->support_count += item->support_count;
}

/* The next object of an array of them. */
static JsonbContainer *
next_object(JsonbIterator **iterator)
{
	JsonbValue	value;

	CHECK_FOR_INTERRUPTS();
	JsonbIteratorNext(iterator, &value, true);
	if (value.type != jbvBinary || !JsonContainerIsObject(value.val.binary.data))
		fault("an item is no object", "Every item has a key, a title, a level and a status.");
	return value.val.binary.data;
}

static JsonbIterator *
iterate(JsonbContainer *array)
{
	JsonbIterator *iterator = JsonbIteratorInit(array);
	JsonbValue	value;

	JsonbIteratorNext(&iterator, &value, false);
	return iterator;
}

static void
read_teams(Map *map, JsonbContainer *teams)
{
	JsonbIterator *iterator;
	JsonbValue	value;

	if (teams == NULL)
		return;
	iterator = iterate(teams);
	while (JsonbIteratorNext(&iterator, &value, true) == WJB_ELEM)
	{
		if (value.type != jbvString)
			fault("\"teams\" holds what is no text", "Teams are texts, in the order of their colours.");
		get_team(map, pnstrdup(value.val.string.val, value.val.string.len));
	}
}

/*
 * Reads a map and decides what of it is drawn. All is allocated in the current
 * memory context.
 */
static Map *
read_map(Jsonb *json)
{
	Map		   *map = palloc0(sizeof(Map));
	JsonbContainer *items;
	JsonbIterator *iterator;
	MapItem   **sorted;
	char	   *period;

	if (!JB_ROOT_IS_OBJECT(json) || (items = get_array(&json->root, "items")) == NULL)
		fault("it has no items", "A map is an object with the array items.");
	period = get_text(&json->root, "period");
	map->period = period == NULL ? NULL : align_map_clean(period, strlen(period));
	read_teams(map, get_array(&json->root, "teams"));

	align_base_check_memory(JsonContainerSize(items) * (sizeof(MapItem) + sizeof(MapItem *)), "this map");
	map->items = palloc_extended((JsonContainerSize(items) + 1) * sizeof(MapItem), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	sorted = palloc_extended((JsonContainerSize(items) + 1) * sizeof(MapItem *), MCXT_ALLOC_HUGE);
	iterator = iterate(items);
	for (; map->item_count < JsonContainerSize(items); map->item_count++)
	{
		sorted[map->item_count] = &map->items[map->item_count];
		read_item(map, sorted[map->item_count], next_object(&iterator));
	}
	qsort(sorted, map->item_count, sizeof(MapItem *), compare_keys);
	for (int i = 1; i < map->item_count; i++)
		if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0)
			fault(psprintf("the key \"%s\" is there twice", sorted[i]->key), "Every item has a key of its own.");
	iterator = iterate(items);
	for (int i = 0; i < map->item_count; i++)
		read_parents(map, sorted, &map->items[i], next_object(&iterator));
	pfree(sorted);
	align_map_arrange(map);
	return map;
}

static text *
written(Jsonb *json, void (*write) (StringInfo out, const Map *map))
{
	Map		   *map = read_map(json);
	StringInfoData out;

	initStringInfo(&out);
	align_map_lay_out(map);
	write(&out, map);
	return cstring_to_text_with_len(out.data, out.len);
}

PG_FUNCTION_INFO_V1(align_map_svg);
Datum
align_map_svg(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(written(PG_GETARG_JSONB_P(0), align_map_write_svg));
}

PG_FUNCTION_INFO_V1(align_map_mermaid);
Datum
align_map_mermaid(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(written(PG_GETARG_JSONB_P(0), align_map_write_mermaid));
}

PG_FUNCTION_INFO_V1(align_map_dot);
Datum
align_map_dot(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(written(PG_GETARG_JSONB_P(0), align_map_write_dot));
}

/* The key of a node: an item's own, NULL for a fold. */
static bool
set_key(Datum *value, bool *is_null, const MapNode *node)
{
	*is_null = node == NULL || node->item == NULL;
	if (!*is_null)
		*value = CStringGetTextDatum(node->item->key);
	return !*is_null;
}

PG_FUNCTION_INFO_V1(align_map_boxes);
Datum
align_map_boxes(PG_FUNCTION_ARGS)
{
	Map		   *map = read_map(PG_GETARG_JSONB_P(0));
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	align_map_lay_out(map);
	for (int i = 0; i < map->node_count; i++)
	{
		const MapNode *node = &map->nodes[i];
		Datum		values[11];
		bool		nulls[11] = {0};

		set_key(&values[0], &nulls[0], node);
		set_key(&values[1], &nulls[1], node->parent < 0 ? NULL : &map->nodes[node->parent]);
		values[2] = CStringGetTextDatum(align_map_levels[node->level]);
		values[3] = CStringGetTextDatum(node->title);
		values[4] = BoolGetDatum(node->is_orphan);
		values[5] = Int32GetDatum(node->folded_count);
		nulls[6] = !(map->money > 0);
		values[6] = Float8GetDatum(nulls[6] ? 0 : node->money / map->money);
		values[7] = Float8GetDatum(node->x);
		values[8] = Float8GetDatum(node->y);
		values[9] = Float8GetDatum(node->width);
		values[10] = Float8GetDatum(node->height);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
