/*
 * map_svg.c
 *		Writes the picture of a plan as SVG.
 *
 * One file that needs nothing else: no script, no style sheet, no font, no address
 * of anything. It has a ground of its own, so that it reads on dark screens, and a
 * title and a description for those who hear it. Attributes alone, no id and no
 * class, so that several of them may stand in one page.
 */
#include "compat.h"

#include <math.h>

#include "map.h"

#define INK				"#1b2733"
#define GREY			"#55616e"
#define EDGE			"#93a0ae"
#define ALARM			"#b0253f"
#define COLUMN_PAD		10.0
#define BOTTOM_PAD		10.0
#define NS				"http://www.w3.org/2000/svg"

/* Text of XML; what align_map_clean gave has no controls any more. */
static void
put_escaped(StringInfo out, const char *text, int length)
{
	for (int i = 0; i < length; i++)
	{
		switch (text[i])
		{
			case '&':
				appendStringInfoString(out, "&amp;");
				break;
			case '<':
				appendStringInfoString(out, "&lt;");
				break;
			case '>':
				appendStringInfoString(out, "&gt;");
				break;
			case '"':
				appendStringInfoString(out, "&quot;");
				break;
			default:
				appendStringInfoCharMacro(out, text[i]);
		}
	}
}

/* A length to a tenth, in the fewest digits. */
static const char *
number(double value)
{
	int64		tenths = (int64) rint(value * 10);

	return tenths % 10 == 0 ? psprintf(INT64_FORMAT, tenths / 10) : psprintf("%.1f", tenths / 10.0);
}

static void
put_text(StringInfo out, double x, double y, double size, const char *fill, bool is_bold, MapLine line)
{
	appendStringInfo(out, "<text x=\"%s\" y=\"%s\" font-size=\"%s\" fill=\"%s\"%s>", number(x), number(y), number(size), fill,
					 is_bold ? " font-weight=\"700\"" : "");
	put_escaped(out, line.text, line.length);
	/* by its number, for databases that have no such character */
	appendStringInfo(out, "%s</text>\n", line.is_cut ? "&#8230;" : "");
}

static void
put_string(StringInfo out, double x, double y, double size, const char *fill, bool is_bold, const char *text)
{
	MapLine		line = {text, strlen(text), false};

	put_text(out, x, y, size, fill, is_bold, line);
}

static void
put_rectangle(StringInfo out, double x, double y, double width, double height, double radius, const char *fill, const char *more)
{
	appendStringInfo(out, "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"%s\" fill=\"%s\"%s/>\n",
					 number(x), number(y), number(width), number(height), number(radius), fill, more);
}

/* A team's bar, from top to bottom: its dashes tell it from others without colour. */
static void
put_bar(StringInfo out, double x, double y, double height, int team)
{
	const MapColor *color = align_map_color(team);

	appendStringInfo(out, "<path d=\"M%s %sv%s\" stroke=\"%s\" stroke-width=\"5\"%s/>\n",
					 number(x), number(y), number(height), color->line,
					 color->dash[0] == '\0' ? "" : psprintf(" stroke-dasharray=\"%s\"", color->dash));
}

/* A ring, a disc, or a disc with a tick; y is that of the letters beside it. */
static void
put_status(StringInfo out, double x, double y, int status)
{
	const char *cx = number(x + 4.5);
	const char *cy = number(y - 3.5);

	if (status == MAP_PROPOSED)
		appendStringInfo(out, "<circle cx=\"%s\" cy=\"%s\" r=\"3.4\" fill=\"#fff\" stroke=\"%s\" stroke-width=\"1.4\"/>\n", cx, cy, GREY);
	else
		appendStringInfo(out, "<circle cx=\"%s\" cy=\"%s\" r=\"4\" fill=\"%s\"/>\n", cx, cy, status == MAP_DONE ? "#1f7a45" : "#1d5fa6");
	if (status == MAP_DONE)
		appendStringInfo(out, "<path d=\"M%s %sl1.5 1.6l2.6 -3\" fill=\"none\" stroke=\"#fff\" stroke-width=\"1.3\"/>\n",
						 number(x + 2.5), number(y - 3.3));
}

static void
put_coin(StringInfo out, double x, double y)
{
	appendStringInfo(out, "<circle cx=\"%s\" cy=\"%s\" r=\"4\" fill=\"#f6e3a8\" stroke=\"#8a6a0a\"/>\n<path d=\"M%s %sv3.6\" stroke=\"#8a6a0a\"/>\n",
					 number(x + 4.5), number(y - 3.5), number(x + 4.5), number(y - 5.3));
}

static void
put_progress(StringInfo out, double x, double y, double ratio)
{
	put_rectangle(out, x, y - 6, MAP_BAR, 5, 2.5, "#d5dbe1", "");
	if (ratio > 0)
		put_rectangle(out, x, y - 6, Max(MAP_BAR * ratio, 2), 5, 2.5, INK, "");
}

/* A part of a node or of the legend; y is that of the letters. */
static void
put_part(StringInfo out, const MapPart *part, double x, double y)
{
	const char *fill = GREY;

	switch (part->kind)
	{
		case PART_TEAM:
			fill = align_map_color(part->which)->line;
			break;
		case PART_STATUS:
			put_status(out, x, y, part->which);
			x += MAP_SWATCH + 2;
			break;
		case PART_PROGRESS:
			put_progress(out, x, y, part->ratio);
			x += MAP_BAR + 4;
			break;
		case PART_LINK:
			appendStringInfo(out, "<path d=\"M%s %sh%s\" stroke=\"%s\" stroke-dasharray=\"3 3\"/>\n",
							 number(x), number(y - 3.5), number(MAP_BAR), GREY);
			x += MAP_BAR + 4;
			break;
		case PART_MONEY:
			put_coin(out, x, y);
			x += MAP_SWATCH + 2;
			break;
		case PART_KEY:
		case PART_FOLD:
			break;
	}
	put_text(out, x, y, part->size, fill, part->kind == PART_TEAM || part->kind == PART_FOLD, part->text);
}

static void
put_head(StringInfo out, const Map *map)
{
	double		y = MAP_MARGIN + MAP_HEAD_SIZE - 4;

	for (int i = 0; i < map->title_count; i++, y += MAP_HEAD_LINE)
		put_text(out, MAP_MARGIN, y, MAP_HEAD_SIZE, INK, true, map->title[i]);
	put_string(out, MAP_MARGIN, y - 4, 14, GREY, false, map->item_count > 0 ? align_map_subtitle(map) : align_map_nothing(map));
	for (int i = 0; i < map->legend_count; i++)
	{
		const MapPart *part = &map->legend[i];
		double		x = MAP_MARGIN + part->x;

		y = map->legend_top + 12 + MAP_LEGEND_LINE * part->line;
		if (part->kind == PART_TEAM)
		{
			put_bar(out, x + 3, y - 10, 13, part->which);
			x += MAP_SWATCH;
		}
		put_part(out, part, x, y);
	}
}

static void
put_columns(StringInfo out, const Map *map)
{
	for (int i = 0; i < map->column_count; i++)
	{
		const MapColumn *column = &map->columns[i];
		int			count = map->level_counts[column->level];

		if (map->roots[0] >= 0)
			put_rectangle(out, column->x - COLUMN_PAD, map->columns_top, column->width + 2 * COLUMN_PAD,
						  map->columns_bottom - map->columns_top + BOTTOM_PAD, 8, "#f3f5f7", "");
		put_string(out, column->x, map->columns_top + 18, 12, GREY, true,
				   count > 1 ? psprintf("%s (%d)", align_map_heads[column->level], count) : align_map_heads[column->level]);
	}
}

/* The band of what hangs from no mission: marked by a frame, a sign and words. */
static void
put_band(StringInfo out, const Map *map)
{
	double		x = MAP_MARGIN - COLUMN_PAD;
	double		y = map->band_top;

	if (map->roots[1] < 0)
		return;
	put_rectangle(out, x, y, map->width - 2 * x, map->band_bottom - y, 8, "#fdf3f1",
				  " stroke=\"" ALARM "\" stroke-dasharray=\"6 4\"");
	appendStringInfo(out, "<path d=\"M%s %sl7.5 13h-15z\" fill=\"" ALARM "\"/>\n<path d=\"M%s %sv4.5m0 1.5v1.6\" stroke=\"#fff\" stroke-width=\"1.6\"/>\n",
					 number(MAP_MARGIN + 8), number(y + 8), number(MAP_MARGIN + 8), number(y + 12.5));
	put_string(out, MAP_MARGIN + 22, y + 20, 13, ALARM, true, align_map_orphan_heading(map));
}

/* A curve through a gutter. */
static void
put_curve(StringInfo out, double from_x, double from_y, double to_x, double to_y)
{
	double		middle = (from_x + to_x) / 2;

	if (fabs(from_y - to_y) < 0.5)
		appendStringInfo(out, "H%s", number(to_x));
	else
		appendStringInfo(out, "C%s %s %s %s %s %s", number(middle), number(from_y), number(middle), number(to_y), number(to_x), number(to_y));
}

/* From a parent to its child or to the frame of its children. */
static void
put_route(StringInfo out, const Map *map, const MapRoute *route)
{
	const MapNode *to = &map->nodes[route->to];
	const MapNode *from;
	int			last = map->column_of[to->level];
	double		x;
	double		y;

	if (route->is_group)
		put_rectangle(out, to->x - MAP_FRAME, route->top, map->columns[last].width, route->height, 9, "#e6eaee",
					  " stroke=\"" EDGE "\" stroke-width=\"0.8\"");
	if (route->from < 0)
		return;
	from = &map->nodes[route->from];
	x = from->x + from->width;
	y = from->y + from->height / 2;
	appendStringInfo(out, "<path d=\"M%s %s", number(x), number(y));
	x = map->columns[map->column_of[from->level]].x + map->columns[map->column_of[from->level]].width;
	if (x > from->x + from->width)
		appendStringInfo(out, "H%s", number(x));
	for (int column = map->column_of[from->level] + 1; column < last; column++)
	{
		put_curve(out, x, y, map->columns[column].x, route->middles[column]);
		x = map->columns[column].x + map->columns[column].width;
		y = route->middles[column];
		appendStringInfo(out, "H%s", number(x));
	}
	put_curve(out, x, y, to->x - (route->is_group ? MAP_FRAME : 0),
			  route->is_group ? route->top + route->height / 2 : to->y + to->height / 2);
	appendStringInfo(out, "\" fill=\"none\" stroke=\"" EDGE "\" stroke-width=\"1.4\"%s/>\n", route->is_loose ? " stroke-dasharray=\"3 3\"" : "");
}

/* From what an item serves, too, under the boxes between, to the item. */
static void
put_links(StringInfo out, const Map *map)
{
	int			(*links)[2];
	int			count = align_map_links(map, &links);

	for (int i = 0; i < count; i++)
	{
		const MapNode *item = &map->nodes[links[i][0]];
		const MapNode *served = &map->nodes[links[i][1]];
		double		from_y = served->y + served->height * 0.75;
		double		to_y = item->y + item->height * 0.75;

		appendStringInfo(out, "<path d=\"M%s %s", number(served->x + served->width), number(from_y));
		put_curve(out, served->x + served->width, from_y, item->x, to_y);
		appendStringInfo(out, "\" fill=\"none\" stroke=\"" GREY "\" stroke-width=\"0.9\" stroke-dasharray=\"3 3\"/>\n<circle cx=\"%s\" cy=\"%s\" r=\"2.4\" fill=\"" GREY "\"/>\n",
						 number(item->x - 2), number(to_y));
	}
}

static void
put_node(StringInfo out, const MapNode *node)
{
	const MapItem *item = node->item;
	int			team = item == NULL ? -1 : item->team;
	const MapColor *color = align_map_color(team);
	bool		is_bold = item != NULL && node->level < 5;
	double		x = node->x + MAP_BOX_LEFT;
	double		y = node->y + MAP_BOX_TOP + MAP_TITLE_SIZE - 1;

	/* the whole title, for who points at it */
	appendStringInfoString(out, "<g>\n<title>");
	put_escaped(out, node->title, strlen(node->title));
	appendStringInfoString(out, "</title>\n");
	put_rectangle(out, node->x, node->y, node->width, node->height, 6, item == NULL ? "#e6eaee" : "#fff",
				  psprintf(" stroke=\"%s\"%s", node->is_orphan ? ALARM : item == NULL ? GREY : color->line,
						   item == NULL || node->is_orphan ? " stroke-dasharray=\"4 3\"" : ""));
	if (item != NULL)
		put_bar(out, node->x + 5.5, node->y + 4, node->height - 8, team);
	for (int i = 0; i < node->line_count; i++, y += MAP_TITLE_LINE)
		put_text(out, x, y, MAP_TITLE_SIZE, INK, is_bold, node->lines[i]);
	for (int i = 0; i < node->part_count; i++)
		put_part(out, &node->parts[i], x + node->parts[i].x, y - 1 + node->parts[i].line * MAP_SMALL_LINE);
	appendStringInfoString(out, "</g>\n");
}

/* What the picture shows, in words. */
static void
put_description(StringInfo out, const Map *map)
{
	const char *heading = align_map_heading(map);
	const char *subtitle = map->item_count > 0 ? align_map_subtitle(map) : align_map_nothing(map);

	appendStringInfoString(out, "<title>");
	put_escaped(out, heading, strlen(heading));
	appendStringInfoString(out, "</title>\n<desc>");
	put_escaped(out, subtitle, strlen(subtitle));
	if (map->item_count > 0)
		appendStringInfo(out, ". A tree from the mission down: %s.", align_map_counts(map->level_counts));
	for (int i = map->roots[1], count = 0; i >= 0 && count < 10; i = map->nodes[i].next_sibling, count++)
	{
		appendStringInfoString(out, count == 0 ? " Not connected: " : "; ");
		put_escaped(out, map->nodes[i].title, strlen(map->nodes[i].title));
	}
	appendStringInfoString(out, map->roots[1] >= 0 ? ".</desc>\n" : "</desc>\n");
}

void
align_map_write_svg(StringInfo out, const Map *map)
{
	appendStringInfo(out, "<svg xmlns=\"" NS "\" role=\"img\" width=\"%s\" height=\"%s\" viewBox=\"0 0 %s %s\" unicode-bidi=\"plaintext\""
					 " font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif\">\n",
					 number(map->width), number(map->height), number(map->width), number(map->height));
	put_description(out, map);
	put_rectangle(out, 0, 0, map->width, map->height, 0, "#fff", "");
	put_head(out, map);
	put_columns(out, map);
	put_band(out, map);
	for (int i = 0; i < map->route_count; i++)
		put_route(out, map, &map->routes[i]);
	put_links(out, map);
	for (int i = 0; i < map->node_count; i++)
		put_node(out, &map->nodes[i]);
	appendStringInfoString(out, "</svg>\n");
}
