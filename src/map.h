/*
 * map.h
 *		The plan as a picture: what is read, what of it is drawn, and where.
 */
#ifndef ALIGN_MAP_H
#define ALIGN_MAP_H

#include "compat.h"

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

#define MAP_LEVELS			7
#define MAP_MAX_NODES		100 /* drawn; what is beyond is folded */
#define MAP_MAX_TEXT		500 /* characters of a text that is kept */
#define MAP_MAX_LINES		6	/* of a title */
#define MAP_MAX_PARTS		6	/* of the line under a title */
#define MAP_COLORS			10

typedef enum MapStatus
{
	MAP_PROPOSED,
	MAP_ACTIVE,
	MAP_DONE
} MapStatus;

/* An item of the plan. Numbers of other items are -1 for none. */
typedef struct MapItem
{
	char	   *key;
	char	   *title;			/* fit to be shown */
	int			level;			/* 0: mission */
	int			team;			/* in Map.teams, -1: none */
	MapStatus	status;
	double		budget;
	double		effort;
	double		progress;
	int			parent;
	int			supports;		/* where its further parents begin */
	int			support_count;
	/* by align_map_arrange */
	bool		is_linked;		/* reaches an active mission */
	int			above;			/* the one of its parents that it hangs from */
	int			children;		/* how many hang from it */
	double		money;			/* its budget and all below it */
	double		work;			/* effort of the leaves below it */
	double		work_done;
	double		leaves;			/* how many they are */
	double		leaves_done;	/* the sum of their progress */
	int			node;			/* that shows it, -1: it is folded */
} MapItem;

/* Bytes of a text on one line; cut: an ellipsis follows. */
typedef struct MapLine
{
	const char *text;
	int			length;
	bool		is_cut;
} MapLine;

/* What stands under a title, or in the legend. */
typedef enum MapPartKind
{
	PART_TEAM,
	PART_STATUS,
	PART_PROGRESS,
	PART_MONEY,
	PART_KEY,
	PART_FOLD,
	PART_LINK
} MapPartKind;

typedef struct MapPart
{
	MapPartKind kind;
	int			which;			/* team or status */
	double		ratio;			/* progress */
	const char *words;
	MapLine		text;			/* as much of them as there is room for */
	double		size;			/* of its letters */
	double		x;
	int			line;
} MapPart;

/* A box of the picture: an item, or a fold of several. */
typedef struct MapNode
{
	const MapItem *item;		/* NULL: a fold */
	const char *title;
	int			parent;			/* node, -1: none */
	int			first_child;	/* node, -1: none */
	int			next_sibling;	/* also of the nodes without a parent */
	int			level;
	bool		is_orphan;
	int			folded[MAP_LEVELS]; /* not drawn, by level */
	int			folded_count;
	double		money;
	/* by align_map_lay_out */
	MapPart		parts[MAP_MAX_PARTS];
	int			part_count;
	MapLine		lines[MAP_MAX_LINES];
	int			line_count;
	double		text_height;
	double		x;
	double		y;
	double		width;
	double		height;
} MapNode;

/* A way over skipped columns, or the frame around a group: by column its middle. */
typedef struct MapRoute
{
	int			from;			/* node */
	int			to;				/* node, or the first of a group */
	bool		is_loose;		/* by a support, not by the parent */
	bool		is_group;
	double		middles[MAP_LEVELS];
	double		top;			/* of the frame */
	double		height;
} MapRoute;

typedef struct MapColumn
{
	int			level;
	int			node_count;
	bool		has_group;		/* of leaves that are siblings */
	int			grid;			/* boxes of such a group that stand abreast */
	double		x;
	double		width;
	double		cell;			/* width of a box */
} MapColumn;

typedef struct Map
{
	char	   *period;			/* NULL: all of the plan */
	char	  **teams;
	int			team_count;
	MapItem    *items;
	int			item_count;
	int		   *supports;
	int			support_count;
	/* by align_map_arrange */
	double		money;
	double		orphan_money;
	int			orphan_count;
	int			level_counts[MAP_LEVELS];
	MapNode    *nodes;
	int			node_count;
	int			roots[2];		/* first node of the tree, and of the orphans;
								 * -1: none */
	/* by align_map_lay_out */
	double		width;
	double		height;
	MapLine		title[2];
	int			title_count;
	MapPart    *legend;
	int			legend_count;
	double		legend_top;
	double		columns_top;
	double		columns_bottom;
	double		band_top;		/* of the orphans */
	double		band_bottom;
	MapColumn	columns[MAP_LEVELS];
	int			column_count;
	int			most;			/* nodes of a column */
	int			column_of[MAP_LEVELS];	/* of a level; -1: none */
	MapRoute   *routes;
	int			route_count;
} Map;

#define MAP_MARGIN			28.0
#define MAP_GUTTER			36.0
#define MAP_BOLD			1.08	/* bold letters are wider by so much */
#define MAP_TITLE_SIZE		13.0
#define MAP_TITLE_LINE		16.0
#define MAP_SMALL_SIZE		11.0
#define MAP_SMALL_LINE		15.0
#define MAP_LEGEND_SIZE		12.5
#define MAP_LEGEND_LINE		21.0
#define MAP_BOX_LEFT		13.0
#define MAP_BOX_RIGHT		7.0
#define MAP_BOX_TOP			5.0
#define MAP_BOX_BOTTOM		4.0
#define MAP_HEAD_SIZE		24.0
#define MAP_HEAD_LINE		30.0
#define MAP_BAR				24.0	/* length of a bar of progress */
#define MAP_SWATCH			10.0	/* width of a glyph beside a word */
#define MAP_GAP				7.0 /* between boxes that belong together */
#define MAP_FRAME			6.0 /* from a frame to its boxes */
#define MAP_BAND_HEAD		30.0

/* map_tree.c */
extern void align_map_arrange(Map *map);
extern int	align_map_links(const Map *map, int (**links)[2]);

/* map_layout.c, map_tidy.c */
extern void align_map_lay_out(Map *map);
extern void align_map_place(Map *map);

/* map_label.c */
extern const char *const align_map_levels[MAP_LEVELS];
extern const char *const align_map_heads[MAP_LEVELS];
extern const char *const align_map_statuses[3];
extern char *align_map_clean(const char *text, int length);
extern double align_map_text_width(const char *text, int length, double size);
extern int	align_map_wrap(const char *text, double width, double size, MapLine *lines, int max_lines);
extern void align_map_make_parts(const Map *map, MapNode *node);
extern void align_map_set_part(MapPart *part, MapPartKind kind, int which, double size, const char *words);
extern int	align_map_flow(MapPart *parts, int count, double width, double gap);
extern char *align_map_counts(const int *counts);
extern char *align_map_percent(double ratio);
extern char *align_map_amount(double amount);
extern char *align_map_subtitle(const Map *map);
extern char *align_map_heading(const Map *map);
extern char *align_map_orphan_heading(const Map *map);
extern char *align_map_nothing(const Map *map);
extern double align_map_progress(const MapItem *item);

/* map_svg.c, map_graph.c */
extern void align_map_write_svg(StringInfo out, const Map *map);
extern void align_map_write_mermaid(StringInfo out, const Map *map);
extern void align_map_write_dot(StringInfo out, const Map *map);

/* A team's colour by its number; MAP_COLORS is that of no team. */
typedef struct MapColor
{
	const char *line;
	const char *fill;
	const char *dash;			/* of its bar, so that colour is not the only
								 * sign */
} MapColor;

extern const MapColor *align_map_color(int team);

#endif							/* ALIGN_MAP_H */
