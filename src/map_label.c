/*
 * map_label.c
 *		The words of a picture, and how wide they are.
 *
 * A picture is drawn by programs whose fonts are not known here, so widths are
 * estimated: those of a usual sans serif, and somewhat more. Nothing of a text can
 * get out of its place: control characters and marks that turn the direction of
 * writing become spaces.
 */
#include "compat.h"

#include <math.h>

#include "mb/pg_wchar.h"

#include "map.h"

#define FONT_WIDTH	0.95		/* beside DejaVu Sans, which is a wide one */

const char *const align_map_levels[MAP_LEVELS] = {
	"mission", "vision", "picture", "goal", "strategy", "rock", "activity"
};
static const char *const plurals[MAP_LEVELS] = {
	"missions", "visions", "pictures", "goals", "strategies", "rocks", "activities"
};
const char *const align_map_heads[MAP_LEVELS] = {
	"Mission", "Ten-year vision", "Three-year picture", "Goals", "Strategies", "Rocks", "Activities"
};
const char *const align_map_statuses[3] = {"proposed", "active", "done"};

/* Of dark and pale pairs, dark enough for letters on the pale one. */
static const MapColor colors[MAP_COLORS + 1] = {
	{"#1f7a45", "#eef8f1", ""},
	{"#6f6510", "#f9f7e6", "7 2"},
	{"#a82f7f", "#fcf0f8", "3 2"},
	{"#7a3aa3", "#f7f1fb", "9 2 2 2"},
	{"#b0253f", "#fdf0f2", "1.5 1.5"},
	{"#b85400", "#fdf4ea", "5 4"},
	{"#0b7380", "#ebf7f8", "12 3"},
	{"#1d5fa6", "#eff5fc", "4 1 1 1"},
	{"#3d4bb0", "#f1f2fc", "2 4"},
	{"#7a4a26", "#f9f3ee", "8 4 2 4"},
	{"#5a6673", "#f5f6f8", "1 3"},
};

const MapColor *
align_map_color(int team)
{
	return &colors[team < 0 ? MAP_COLORS : team % MAP_COLORS];
}

/* Whether a character is no letter, but a control or a mark of direction. */
static bool
is_control(const char *at, int length)
{
	const unsigned char *byte = (const unsigned char *) at;

	if (length == 1)
		return byte[0] <= ' ' || byte[0] == 0x7f;
	if (GetDatabaseEncoding() != PG_UTF8)
		return false;
	if (length == 2)
		return byte[0] == 0xc2 && byte[1] <= 0xa0;
	/* U+2028 to U+202E, U+2066 to U+2069, U+FEFF, U+FFFE, U+FFFF */
	return length == 3 &&
		((byte[0] == 0xe2 && byte[1] == 0x80 && byte[2] >= 0xa8 && byte[2] <= 0xae) ||
		 (byte[0] == 0xe2 && byte[1] == 0x81 && byte[2] >= 0xa6 && byte[2] <= 0xa9) ||
		 (byte[0] == 0xef && byte[1] == 0xbb && byte[2] == 0xbf) ||
		 (byte[0] == 0xef && byte[1] == 0xbf && byte[2] >= 0xbe));
}

/*
 * A text as it may be shown: controls and white space become single spaces, and
 * what is longer than MAP_MAX_TEXT characters is cut. Never empty.
 */
char *
align_map_clean(const char *text, int length)
{
	StringInfoData out;
	char	   *exact;
	int			count = 0;
	bool		space = false;

	initStringInfo(&out);
	for (int at = 0; at < length;)
	{
		int			bytes = Min(pg_mblen(text + at), length - at);

		if (is_control(text + at, bytes))
			space = out.len > 0;
		else if (count++ >= MAP_MAX_TEXT - (space ? 1 : 0))
		{
			appendStringInfoString(&out, "...");
			break;
		}
		else
		{
			if (space)
			{
				appendStringInfoChar(&out, ' ');
				count++;
			}
			space = false;
			appendBinaryStringInfo(&out, text + at, bytes);
		}
		at += bytes;
	}
	if (out.len == 0)
		appendStringInfoString(&out, "(no words)");
	/* a map keeps many */
	exact = pnstrdup(out.data, out.len);
	pfree(out.data);
	return exact;
}

/* Width of one character for letters of size 1. */
static double
character_width(const char *at, int bytes)
{
	/* hundredths, from ' ' to '~' */
	static const unsigned char widths[] =
	"\x20\x28\x2e\x54\x40\x5f\x4e\x1c\x27\x27\x34\x54\x20\x24\x20\x22\x40\x40\x40\x40\x40\x40\x40\x40\x40\x40\x22\x22\x54\x54\x54\x35"
	"\x64\x44\x45\x46\x4d\x40\x3a\x4e\x4c\x1e\x1e\x42\x39\x57\x4b\x4f\x3d\x4f\x45\x40\x3e\x4a\x44\x63\x44\x3e\x44\x27\x22\x27\x54\x32"
	"\x32\x3d\x40\x37\x40\x3e\x24\x40\x40\x1c\x1c\x3a\x1c\x62\x40\x3d\x40\x40\x2a\x35\x28\x40\x3b\x52\x3b\x3b\x35\x40\x22\x40\x54";
	int			columns;

	StaticAssertStmt(sizeof(widths) == '~' - ' ' + 2, "a width for each character");
	if (bytes == 1)
		return *at < ' ' || *at > '~' ? 0 : widths[*at - ' '] / 100.0;
	columns = pg_dsplen(at);
	return columns <= 0 ? 0 : columns == 1 ? 0.66 : 1.06;
}

double
align_map_text_width(const char *text, int length, double size)
{
	double		width = 0;

	for (int at = 0; at < length;)
	{
		int			bytes = Min(pg_mblen(text + at), length - at);

		width += character_width(text + at, bytes);
		at += bytes;
	}
	return width * size * FONT_WIDTH;
}

/* Whether a line may end before this character, as between Chinese ones. */
static bool
breaks_anywhere(const char *at, int bytes)
{
	return bytes >= 2 && pg_dsplen(at) == 2;
}

/*
 * Breaks a text into lines of at most a width, at spaces where it can. The last
 * line is cut where more would follow. Returns how many there are.
 */
int
align_map_wrap(const char *text, double width, double size, MapLine *lines, int max_lines)
{
	int			length = strlen(text);
	int			from = 0;

	for (int count = 0;; count++)
	{
		MapLine    *line = &lines[count];
		double		room = width - (count == max_lines - 1 ? align_map_text_width("...", 3, size) : 0);
		double		used = 0;
		int			fits = from;	/* end of what fits */
		int			break_at = -1;	/* last place to end at */

		if (count == max_lines - 1 && align_map_text_width(text + from, length - from, size) <= width)
			room = width;
		for (int at = from; at < length;)
		{
			int			bytes = pg_mblen(text + at);

			if (text[at] == ' ' || (at > from && breaks_anywhere(text + at, bytes)))
				break_at = at;
			used += character_width(text + at, bytes) * size * FONT_WIDTH;
			if (used > room && at > from && text[at] != ' ')
				break;
			at += bytes;
			fits = at;
		}
		if (fits < length && break_at > from && (count < max_lines - 1 || break_at > from + (fits - from) * 2 / 3))
			fits = break_at;
		line->text = text + from;
		line->length = fits - from;
		while (line->length > 0 && line->text[line->length - 1] == ' ')
			line->length--;
		line->is_cut = fits < length && count == max_lines - 1;
		if (fits >= length || line->is_cut)
			return count + 1;
		from = fits + (text[fits] == ' ' ? 1 : 0);
	}
}

void
align_map_set_part(MapPart *part, MapPartKind kind, int which, double size, const char *words)
{
	part->kind = kind;
	part->which = which;
	part->size = size;
	part->words = words;
}

/* Width of the sign before a part's words. */
static double
sign_width(const MapPart *part)
{
	switch (part->kind)
	{
		case PART_STATUS:
		case PART_MONEY:
			return MAP_SWATCH + 2;
		case PART_PROGRESS:
		case PART_LINK:
			return MAP_BAR + 4;
		default:
			return 0;
	}
}

/* Cuts a part to a width; returns how wide it is. */
static double
fit_part(MapPart *part, double width)
{
	double		size = part->size * (part->kind == PART_TEAM || part->kind == PART_FOLD ? MAP_BOLD : 1);
	double		sign = sign_width(part);

	align_map_wrap(part->words, width - sign, size, &part->text, 1);
	return sign + align_map_text_width(part->text.text, part->text.length, size) +
		(part->text.is_cut ? align_map_text_width("...", 3, size) : 0);
}

/*
 * Puts parts beside each other, and below where a line of this width is full.
 * Returns the number of lines, 0 where there are no parts.
 */
int
align_map_flow(MapPart *parts, int count, double width, double gap)
{
	double		x = 0;
	int			line = 0;

	for (int i = 0; i < count; i++)
	{
		double		part_width = fit_part(&parts[i], width);

		if (x > 0 && x + part_width > width)
		{
			x = 0;
			line++;
		}
		parts[i].x = x;
		parts[i].line = line;
		x += part_width + gap;
	}
	return count == 0 ? 0 : line + 1;
}

static MapPart *
add_part(MapNode *node, MapPartKind kind, int which, const char *words)
{
	MapPart    *part = &node->parts[node->part_count++];

	align_map_set_part(part, kind, which, MAP_SMALL_SIZE, words);
	return part;
}

/*
 * Makes what stands under a node's title: team, status, progress, share of the
 * money, key, and what is folded below it. A fold has its money alone.
 */
void
align_map_make_parts(const Map *map, MapNode *node)
{
	const MapItem *item = node->item;

	if (item != NULL)
	{
		double		progress = align_map_progress(item);

		add_part(node, PART_TEAM, item->team, item->team < 0 ? "no team" : map->teams[item->team]);
		add_part(node, PART_STATUS, item->status, align_map_statuses[item->status]);
		add_part(node, PART_PROGRESS, 0, align_map_percent(progress))->ratio = progress;
	}
	if (map->money > 0)
		add_part(node, PART_MONEY, 0, align_map_percent(node->money / map->money));
	if (item != NULL)
		add_part(node, PART_KEY, 0, align_map_clean(item->key, strlen(item->key)));
	if (item != NULL && node->folded_count > 0)
		add_part(node, PART_FOLD, 0, psprintf("+ %s", align_map_counts(node->folded)));
}

/* Progress of an item: that of its leaves by effort, their mean where they have none. */
double
align_map_progress(const MapItem *item)
{
	return item->work > 0 ? item->work_done / item->work : item->leaves_done / item->leaves;
}

/* Counts by level in words: "3 rocks, 12 activities". */
char *
align_map_counts(const int *counts)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < MAP_LEVELS; i++)
		if (counts[i] > 0)
			appendStringInfo(&out, "%s%d %s", out.len > 0 ? ", " : "", counts[i], counts[i] == 1 ? align_map_levels[i] : plurals[i]);
	return out.data;
}

/* A ratio of 0 to 1 as a percentage; only nothing is 0 %, and only all is 100 %. */
char *
align_map_percent(double ratio)
{
	if (ratio > 0 && ratio < 0.01)
		return pstrdup("<1 %");
	if (ratio < 1 && ratio > 0.99)
		return pstrdup(">99 %");
	return psprintf("%d %%", (int) rint(ratio * 100));
}

/* A whole amount with its thousands parted. */
char *
align_map_amount(double amount)
{
	char	   *digits = psprintf("%.0f", amount);
	int			length = strlen(digits);
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < length; i++)
	{
		if (i > 0 && (length - i) % 3 == 0)
			appendStringInfoChar(&out, ',');
		appendStringInfoChar(&out, digits[i]);
	}
	return out.data;
}

/* What the picture is of: the mission, where there is one. */
char *
align_map_heading(const Map *map)
{
	const MapItem *mission = NULL;
	int			count = 0;

	for (int i = 0; i < map->item_count; i++)
	{
		if (map->items[i].level == 0 && map->items[i].is_linked)
		{
			mission = mission == NULL ? &map->items[i] : mission;
			count++;
		}
	}
	if (map->item_count == 0)
		return pstrdup("Nothing is planned");
	if (count == 0)
		return pstrdup("A plan without an active mission");
	return count == 1 ? mission->title : psprintf("%s, and %d more", mission->title, count - 1);
}

char *
align_map_nothing(const Map *map)
{
	return map->period == NULL ? pstrdup("The plan has no item yet.")
		: psprintf("No item of the plan lies in %s.", map->period);
}

/* The period and the totals. */
char *
align_map_subtitle(const Map *map)
{
	StringInfoData out;
	MapItem		all = {0};

	initStringInfo(&out);
	appendStringInfo(&out, "%s: %d item%s", map->period == NULL ? "The whole plan" : map->period,
					 map->item_count, map->item_count == 1 ? "" : "s");
	for (int i = 0; i < map->item_count; i++)
	{
		const MapItem *item = &map->items[i];

		if (item->children > 0)
			continue;
		all.work += item->work;
		all.work_done += item->work_done;
		all.leaves += item->leaves;
		all.leaves_done += item->leaves_done;
	}
	if (map->money > 0)
		appendStringInfo(&out, ", %s budgeted", align_map_amount(map->money));
	appendStringInfo(&out, ", %s of the work done", align_map_percent(align_map_progress(&all)));
	if (map->orphan_count > 0)
		appendStringInfo(&out, ", %d not connected to the mission", map->orphan_count);
	return out.data;
}

char *
align_map_orphan_heading(const Map *map)
{
	return psprintf("Not connected to the mission: %d item%s%s", map->orphan_count, map->orphan_count == 1 ? "" : "s",
					map->money > 0 ? psprintf(", %s of the money", align_map_percent(map->orphan_money / map->money)) : "");
}
