/*
 * map_layout.c
 *		Finds the form in which the picture of a plan is read best.
 *
 * Letters have one size, so a picture is the easier to read the less it has to be
 * made smaller for a sheet or a screen. Several widths of the columns are tried,
 * and grids of several boxes abreast in the last one, and the form is taken that
 * fills a landscape sheet best and cuts the fewest titles.
 */
#include "compat.h"

#include <math.h>

#include "map.h"

#define SHEET_WIDTH		1600.0
#define SHEET_HEIGHT	1060.0
#define LEAST_WIDTH		1000.0	/* of a picture */
#define LEAST_CELL		170
#define GREATEST_CELL	320
#define CELL_STEP		15
#define GREATEST_GRID	8
#define NARROW_CELL		150.0	/* of a column with few boxes */
#define USUAL_LINES		3		/* of a title */
#define LEGEND_GAP		18.0

typedef struct Form
{
	double		cell;
	int			grid;
} Form;

/* Whether a node's title is set in bold: who reads only those reads the strategy. */
static double
title_size(const MapNode *node)
{
	return node->item != NULL && node->level < 5 ? MAP_TITLE_SIZE * 1.09 : MAP_TITLE_SIZE;
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
	}
}

/* Lays all out in one form; returns how many titles are cut. */
static int
lay_out(Map *map, Form form)
{
	int			most = 0;
	int			cuts = 0;
	double		x = MAP_MARGIN;

	for (int i = 0; i < map->column_count; i++)
		most = Max(most, map->columns[i].node_count);
	for (int i = 0; i < map->column_count; i++)
	{
		MapColumn  *column = &map->columns[i];
		bool		is_last = i == map->column_count - 1;
		bool		is_narrow = column->node_count * 4 <= most;

		column->cell = is_narrow ? Min(NARROW_CELL, form.cell) : form.cell;
		column->x = x;
		column->width = column->cell;
		if (is_last && form.grid > 1)
			column->width = form.grid * column->cell + (form.grid - 1) * 7 + 2 * MAP_FRAME;
		x += column->width + MAP_GUTTER;
	}
	map->width = x - MAP_GUTTER + MAP_MARGIN;
	for (int i = 0; i < map->node_count; i++)
	{
		MapNode    *node = &map->nodes[i];
		const MapColumn *column = &map->columns[map->column_of[node->level]];
		double		room = column->cell - MAP_BOX_LEFT - MAP_BOX_RIGHT;
		MapPart		parts[MAP_MAX_PARTS];
		int			part_lines;

		node->line_count = align_map_wrap(node->title, room, title_size(node), node->lines,
										  column->node_count * 4 <= most ? MAP_MAX_LINES : USUAL_LINES);
		cuts += node->lines[node->line_count - 1].is_cut ? 1 : 0;
		align_map_parts(map, node, room, parts, &part_lines);
		node->height = MAP_BOX_TOP + node->line_count * MAP_TITLE_LINE + part_lines * MAP_SMALL_LINE + MAP_BOX_BOTTOM;
	}
	align_map_place(map, form.grid);
	map->height = map->band_bottom;
	return cuts;
}

static void
add_legend(Map *map, MapPartKind kind, int which, char *text)
{
	MapPart    *part = &map->legend[map->legend_count++];

	part->kind = kind;
	part->which = which;
	part->ratio = 0.6;
	part->text.text = text;
	part->text.length = strlen(text);
	part->text.is_cut = false;
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
			add_legend(map, PART_STATUS, i, unconstify(char *, align_map_statuses[i]));
	if (map->node_count > 0)
		add_legend(map, PART_PROGRESS, 0, "progress");
	for (int i = 0; i < map->item_count; i++)
		has_loose |= map->items[i].support_count > 0;
	if (has_loose)
		add_legend(map, PART_LINK, 0, "serves this, too");
	if (map->money > 0)
		add_legend(map, PART_TEXT, 0, "money: share of the plan's, with all below");
	pfree(teams);
}

/* Moves the picture down below its head. */
static void
add_head(Map *map)
{
	double		room = map->width - 2 * MAP_MARGIN;
	double		y = MAP_MARGIN;
	int			legend_lines;

	map->title_count = align_map_wrap(align_map_heading(map), room, MAP_HEAD_SIZE * 1.09, map->title, lengthof(map->title));
	make_legend(map);
	for (int i = 0; i < map->legend_count; i++)
		if (map->legend[i].kind == PART_TEAM)
			align_map_wrap(map->legend[i].text.text, room / 2, MAP_SMALL_SIZE, &map->legend[i].text, 1);
	legend_lines = align_map_flow(map->legend, map->legend_count, room, LEGEND_GAP + MAP_SWATCH);
	y += map->title_count * MAP_HEAD_LINE + 24;
	map->legend_top = y;
	y += legend_lines * 18 + 12;
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
	Form		best = {220, 1};
	double		best_value = -1;

	map->routes = palloc0((map->node_count + 1) * sizeof(MapRoute));
	find_columns(map);
	for (Form form = {0, 1}; map->node_count > 0 && form.grid <= GREATEST_GRID; form.grid++)
	{
		for (form.cell = LEAST_CELL; form.cell <= GREATEST_CELL; form.cell += CELL_STEP)
		{
			int			cuts = lay_out(map, form);
			double		scale = Min(Min(SHEET_WIDTH / map->width, SHEET_HEIGHT / (map->height + 170)), 1.4);
			double		value = scale * (1 - 0.5 * cuts / map->node_count);

			if (value > best_value)
			{
				best = form;
				best_value = value;
			}
		}
	}
	if (map->node_count > 0)
		lay_out(map, best);
	map->width = Max(map->width, LEAST_WIDTH);
	add_head(map);
}
