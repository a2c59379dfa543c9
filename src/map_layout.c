/*
 * map_layout.c
 *		Finds the form in which the picture of a plan is read best.
 *
 * Letters have one size, so a picture is the easier to read the less it has to be
 * made smaller for a sheet or a screen. Several widths of the columns are tried,
 * and grids of leaves abreast, and the form is taken that fills a landscape sheet
 * best and cuts the fewest titles.
 */
#include "compat.h"

#include "miscadmin.h"

#include "map.h"

#define SHEET_WIDTH		1600.0
#define SHEET_HEIGHT	1060.0
#define LEAST_WIDTH		1000.0	/* of a picture */
#define HEAD_HEIGHT		170.0	/* about, with the margins */
#define GREATEST_SCALE	1.4		/* to which a small picture is enlarged */
#define LEAST_CELL		170
#define GREATEST_CELL	320
#define CELL_STEP		15
#define GREATEST_GRID	8		/* in the last column */
#define GREATEST_INNER	6		/* in the others */
#define NARROW_CELL		150.0	/* of a column with few boxes */
#define USUAL_LINES		3		/* of a title */
#define LEGEND_GAP		18.0
#define PART_GAP		7.0

typedef struct Form
{
	double		cell;
	int			grid;
	int			inner;
} Form;

/* Whether a node's title is set in bold: who reads only those reads the strategy. */
static double
title_size(const MapNode *node)
{
	return node->item != NULL && node->level < 5 ? MAP_TITLE_SIZE * MAP_BOLD : MAP_TITLE_SIZE;
}

/* The columns: the levels that something is drawn on. */
static void
find_columns(Map *map)
{
	int			counts[MAP_LEVELS] = {0};

	for (int i = 0; i < map->node_count; i++)
		counts[map->nodes[i].level]++;
	for (int level = 0; level < MAP_LEVELS; level++)
	{
		map->column_of[level] = -1;
		if (counts[level] == 0)
			continue;
		map->column_of[level] = map->column_count;
		map->columns[map->column_count].level = level;
		map->columns[map->column_count++].node_count = counts[level];
		map->most = Max(map->most, counts[level]);
	}
	for (int i = 0; i < map->node_count; i++)
	{
		const MapNode *node = &map->nodes[i];

		for (int j = node->next_sibling; j >= 0 && node->first_child < 0; j = map->nodes[j].next_sibling)
			if (map->nodes[j].level == node->level && map->nodes[j].first_child < 0)
				map->columns[map->column_of[node->level]].has_group = true;
	}
}

/* A column with few boxes is narrow: there is room for more lines instead. */
static bool
is_narrow(const Map *map, const MapColumn *column)
{
	return column->node_count * 4 <= map->most;
}

/* Breaks all titles for boxes of a width; returns how many are cut. */
static int
break_titles(Map *map, double cell)
{
	int			cuts = 0;

	for (int i = 0; i < map->column_count; i++)
		map->columns[i].cell = is_narrow(map, &map->columns[i]) ? Min(NARROW_CELL, cell) : cell;
	for (int i = 0; i < map->node_count; i++)
	{
		MapNode    *node = &map->nodes[i];
		const MapColumn *column = &map->columns[map->column_of[node->level]];
		double		room = column->cell - MAP_BOX_LEFT - MAP_BOX_RIGHT;

		node->line_count = align_map_wrap(node->title, room, title_size(node), node->lines,
										  is_narrow(map, column) ? MAP_MAX_LINES : USUAL_LINES);
		cuts += node->lines[node->line_count - 1].is_cut ? 1 : 0;
		node->text_height = MAP_BOX_TOP + node->line_count * MAP_TITLE_LINE +
			align_map_flow(node->parts, node->part_count, room, PART_GAP) * MAP_SMALL_LINE + MAP_BOX_BOTTOM;
	}
	return cuts;
}

/* Places all in one form, the titles of which are broken. */
static void
place(Map *map, Form form)
{
	double		x = MAP_MARGIN;

	for (int i = 0; i < map->column_count; i++)
	{
		MapColumn  *column = &map->columns[i];

		column->x = x;
		column->grid = !column->has_group ? 1 : i < map->column_count - 1 ? form.inner : form.grid;
		column->width = column->grid * (column->cell + MAP_GAP) - MAP_GAP + (column->grid > 1 ? 2 * MAP_FRAME : 0);
		x += column->width + MAP_GUTTER;
	}
	map->width = x - MAP_GUTTER + MAP_MARGIN;
	for (int i = 0; i < map->node_count; i++)
		map->nodes[i].height = map->nodes[i].text_height;
	align_map_place(map);
}

static void
add_legend(Map *map, MapPartKind kind, int which, const char *words)
{
	MapPart    *part = &map->legend[map->legend_count++];

	align_map_set_part(part, kind, which, MAP_LEGEND_SIZE, words);
	part->ratio = 0.6;
}

/* The teams that own something, then what the signs mean. */
static void
make_legend(Map *map)
{
	bool		statuses[3] = {0};
	bool	   *teams = palloc0((map->team_count + 1) * sizeof(bool));
	bool		has_loose = false;

	map->legend = palloc0((map->team_count + 8) * sizeof(MapPart));
	for (int i = 0; i < map->node_count; i++)
	{
		const MapItem *item = map->nodes[i].item;

		if (item == NULL)
			continue;
		teams[item->team < 0 ? map->team_count : item->team] = true;
		statuses[item->status] = true;
	}
	for (int i = 0; i <= map->team_count; i++)
		if (teams[i])
			add_legend(map, PART_TEAM, i < map->team_count ? i : -1, i < map->team_count ? map->teams[i] : "no team");
	for (int i = 0; i < 3; i++)
		if (statuses[i])
			add_legend(map, PART_STATUS, i, align_map_statuses[i]);
	if (map->node_count > 0)
		add_legend(map, PART_PROGRESS, 0, "progress");
	for (int i = 0; i < map->item_count; i++)
		has_loose |= map->items[i].support_count > 0;
	if (has_loose)
		add_legend(map, PART_LINK, 0, "serves this, too");
	if (map->money > 0)
		add_legend(map, PART_MONEY, 0, "share of the money, with all below");
	pfree(teams);
}

/* Moves the picture down below its head. */
static void
add_head(Map *map)
{
	double		room = map->width - 2 * MAP_MARGIN;
	double		y = MAP_MARGIN;
	int			legend_lines;

	map->title_count = align_map_wrap(align_map_heading(map), room, MAP_HEAD_SIZE * MAP_BOLD, map->title, lengthof(map->title));
	make_legend(map);
	legend_lines = align_map_flow(map->legend, map->legend_count, room - MAP_SWATCH, LEGEND_GAP + MAP_SWATCH);
	y += map->title_count * MAP_HEAD_LINE + 30;
	map->legend_top = y;
	y += legend_lines * MAP_LEGEND_LINE + 14;
	map->columns_top = y;
	y += 30;
	map->columns_bottom += y;
	map->band_top += y;
	map->band_bottom += y;
	for (int i = 0; i < map->node_count; i++)
		map->nodes[i].y += y;
	for (int i = 0; i < map->route_count; i++)
	{
		map->routes[i].top += y;
		for (int column = 0; column < MAP_LEVELS; column++)
			map->routes[i].middles[column] += y;
	}
	map->height = map->band_bottom + MAP_MARGIN;
}

/* Sets where everything is. */
void
align_map_lay_out(Map *map)
{
	Form		best = {LEAST_CELL, 1, 1};
	Form		form;
	double		best_value = -1;

	map->routes = palloc0((map->node_count + 1) * sizeof(MapRoute));
	find_columns(map);
	for (int i = 0; i < map->node_count; i++)
		align_map_make_parts(map, &map->nodes[i]);
	for (form.cell = LEAST_CELL; form.cell <= GREATEST_CELL; form.cell += CELL_STEP)
	{
		double		readable = 1 - 0.5 * break_titles(map, form.cell) / Max(map->node_count, 1);

		for (form.grid = 1; form.grid <= GREATEST_GRID; form.grid++)
		{
			for (form.inner = 1; form.inner <= GREATEST_INNER; form.inner++)
			{
				double		value;

				CHECK_FOR_INTERRUPTS();
				place(map, form);
				value = readable * Min(Min(SHEET_WIDTH / map->width, SHEET_HEIGHT / (map->band_bottom + HEAD_HEIGHT)), GREATEST_SCALE);
				if (value > best_value)
				{
					best = form;
					best_value = value;
				}
			}
		}
	}
	break_titles(map, best.cell);
	place(map, best);
	map->width = Max(map->width, LEAST_WIDTH);
	add_head(map);
}
