/*
 * map_graph.c
 *		Writes the picture of a plan as text for Mermaid and for Graphviz, which
 *		lay it out themselves.
 */
#include "compat.h"

#include "map.h"

#define LABEL_WIDTH		230.0
#define LABEL_LINES		4

typedef void (*PutText) (StringInfo out, const char *text, int length);

/*
 * Mermaid reads marks of its own anywhere, also within quotes, so all but letters,
 * digits and the plainest signs are written by their numbers.
 */
static void
put_mermaid(StringInfo out, const char *text, int length)
{
	for (int i = 0; i < length; i++)
	{
		if (IS_HIGHBIT_SET(text[i]) || isalnum((unsigned char) text[i]) || strchr(" ,.+-", text[i]) != NULL)
			appendStringInfoChar(out, text[i]);
		else
			appendStringInfo(out, "#%d;", text[i]);
	}
}

/* Graphviz reads entities of HTML in its labels, and escapes after a backslash. */
static void
put_dot(StringInfo out, const char *text, int length)
{
	for (int i = 0; i < length; i++)
	{
		if (text[i] == '&')
			appendStringInfoString(out, "&amp;");
		else if (text[i] == '"' || text[i] == '\\')
			appendStringInfo(out, "\\%c", text[i]);
		else
			appendStringInfoChar(out, text[i]);
	}
}

/* A node's title and facts, parted into lines by a mark of the language. */
static void
put_label(StringInfo out, const Map *map, const MapNode *node, PutText put, const char *line_end)
{
	const MapItem *item = node->item;
	MapLine		lines[LABEL_LINES];
	int			count = align_map_wrap(node->title, LABEL_WIDTH, MAP_TITLE_SIZE, lines, LABEL_LINES);
	StringInfoData facts;

	for (int i = 0; i < count; i++)
	{
		put(out, lines[i].text, lines[i].length);
		appendStringInfo(out, "%s%s", lines[i].is_cut ? "..." : "", line_end);
	}
	initStringInfo(&facts);
	if (item != NULL)
		appendStringInfo(&facts, "%s, %s, %s done", item->team < 0 ? "no team" : map->teams[item->team],
						 align_map_statuses[item->status], align_map_percent(align_map_progress(item)));
	if (map->money > 0)
		appendStringInfo(&facts, "%smoney %s", facts.len > 0 ? ", " : "", align_map_percent(node->money / map->money));
	if (item != NULL && node->folded_count > 0)
		appendStringInfo(&facts, ", + %s", align_map_counts(node->folded));
	put(out, facts.data, facts.len);
	if (item != NULL)
	{
		char	   *name = psprintf("%s %s", align_map_levels[node->level], align_map_clean(item->key, strlen(item->key)));

		appendStringInfoString(out, line_end);
		put(out, name, strlen(name));
	}
	pfree(facts.data);
}

static void
put_mermaid_node(StringInfo out, const Map *map, int i)
{
	const MapNode *node = &map->nodes[i];
	int			team = node->item == NULL || node->item->team < 0 ? MAP_COLORS : node->item->team % MAP_COLORS;

	appendStringInfo(out, "    n%d[\"", i);
	put_label(out, map, node, put_mermaid, "<br/>");
	appendStringInfo(out, "\"]:::t%d\n", team);
}

void
align_map_write_mermaid(StringInfo out, const Map *map)
{
	int			(*links)[2];
	int			link_count = align_map_links(map, &links);
	const char *heading = align_map_heading(map);

	appendStringInfoString(out, "flowchart LR\n    accTitle: ");
	put_mermaid(out, heading, strlen(heading));
	appendStringInfoChar(out, '\n');
	if (map->node_count == 0)
	{
		appendStringInfoString(out, "    n0[\"");
		put_mermaid(out, align_map_nothing(map), strlen(align_map_nothing(map)));
		appendStringInfoString(out, "\"]\n");
		return;
	}
	for (int i = 0; i < map->node_count; i++)
		if (!map->nodes[i].is_orphan)
			put_mermaid_node(out, map, i);
	if (map->roots[1] >= 0)
	{
		appendStringInfoString(out, "    subgraph orphans[\"");
		put_mermaid(out, align_map_orphan_heading(map), strlen(align_map_orphan_heading(map)));
		appendStringInfoString(out, "\"]\n");
		for (int i = 0; i < map->node_count; i++)
			if (map->nodes[i].is_orphan)
				put_mermaid_node(out, map, i);
		appendStringInfoString(out, "    end\n    style orphans fill:#fdf3f1,stroke:#b0253f,stroke-dasharray:6 4\n");
	}
	for (int i = 0; i < map->node_count; i++)
		if (map->nodes[i].parent >= 0)
			appendStringInfo(out, "    n%d --> n%d\n", map->nodes[i].parent, i);
	for (int i = 0; i < link_count; i++)
		appendStringInfo(out, "    n%d -.-> n%d\n", links[i][1], links[i][0]);
	for (int i = 0; i <= MAP_COLORS; i++)
	{
		const MapColor *color = align_map_color(i < MAP_COLORS ? i : -1);

		appendStringInfo(out, "    classDef t%d fill:%s,stroke:%s,color:#1b2733\n", i, color->fill, color->line);
	}
}

static void
put_dot_node(StringInfo out, const Map *map, int i)
{
	const MapNode *node = &map->nodes[i];
	const MapColor *color = align_map_color(node->item == NULL ? -1 : node->item->team);

	appendStringInfo(out, "  n%d [label=\"", i);
	put_label(out, map, node, put_dot, "\\n");
	appendStringInfo(out, "\", color=\"%s\", fillcolor=\"%s\"%s];\n", color->line, color->fill,
					 node->item == NULL || node->is_orphan ? ", style=\"filled,rounded,dashed\"" : "");
}

void
align_map_write_dot(StringInfo out, const Map *map)
{
	int			(*links)[2];
	int			link_count = align_map_links(map, &links);
	const char *heading = align_map_heading(map);
	const char *subtitle = map->item_count > 0 ? align_map_subtitle(map) : align_map_nothing(map);

	appendStringInfoString(out, "digraph plan {\n  rankdir=LR; newrank=true; labelloc=t; fontname=\"Helvetica\";\n  label=\"");
	put_dot(out, heading, strlen(heading));
	appendStringInfoString(out, "\\n");
	put_dot(out, subtitle, strlen(subtitle));
	appendStringInfoString(out, "\";\n  node [shape=box, style=\"filled,rounded\", fontname=\"Helvetica\", fontsize=11];\n");
	for (int i = 0; i < map->node_count; i++)
		if (!map->nodes[i].is_orphan)
			put_dot_node(out, map, i);
	if (map->roots[1] >= 0)
	{
		appendStringInfoString(out, "  subgraph cluster_orphans {\n  color=\"#b0253f\"; style=dashed; label=\"");
		put_dot(out, align_map_orphan_heading(map), strlen(align_map_orphan_heading(map)));
		appendStringInfoString(out, "\";\n");
		for (int i = 0; i < map->node_count; i++)
			if (map->nodes[i].is_orphan)
				put_dot_node(out, map, i);
		appendStringInfoString(out, "  }\n");
	}
	for (int column = 0; column < map->column_count; column++)
	{
		appendStringInfoString(out, "  { rank=same;");
		for (int i = 0; i < map->node_count; i++)
			if (map->nodes[i].level == map->columns[column].level)
				appendStringInfo(out, " n%d;", i);
		appendStringInfoString(out, " }\n");
	}
	for (int i = 0; i < map->node_count; i++)
		if (map->nodes[i].parent >= 0)
			appendStringInfo(out, "  n%d -> n%d;\n", map->nodes[i].parent, i);
	for (int i = 0; i < link_count; i++)
		appendStringInfo(out, "  n%d -> n%d [style=dashed, constraint=false];\n", links[i][1], links[i][0]);
	appendStringInfoString(out, "}\n");
}
