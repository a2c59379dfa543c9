/*
 * prioritize_reason.c
 *		Why each item is done, deferred or impossible, in words, and in which
 *		order to tell it.
 *
 * What is done now stands first: musts, then what is worth most for what it
 * costs at the prices, each after what it needs. Then what is deferred, the most
 * valuable first, then what is impossible.
 *
 * What a deferred item would displace is found by putting it in: the least
 * valuable choice of things to take out that was found, not the least there is.
 */
#include "compat.h"

#include <math.h>

#include "lib/stringinfo.h"

#include "prioritize.h"

#define NAMES_SHOWN 3
/* Looks at items that finding what is displaced may take, one deferred item each. */
#define MAX_LOOKS 60000000

typedef struct Standing
{
	int			item;
	int			group;			/* 0: must, 1: chosen, 2: deferred, 3:
								 * impossible */
	double		rate;			/* the greater, the earlier */
} Standing;

static int
compare_standings(const void *a, const void *b)
{
	const Standing *left = a;
	const Standing *right = b;

	if (left->group != right->group)
		return left->group - right->group;
	if (left->rate != right->rate)
		return left->rate > right->rate ? -1 : 1;
	return left->item - right->item;
}

/* What an item costs at the prices, in units of worth. */
static double
priced(const Portfolio *portfolio, const Outcome *outcome, int item)
{
	double		cost = 0;

	for (int r = 0; r < portfolio->resources; r++)
		cost += outcome->price[r] * portfolio->cost[(Size) item * portfolio->resources + r];
	return cost;
}

/* Ranks an item after what it needs; what is ranked has a rank above 0. */
static void
rank_item(const Portfolio *portfolio, const bool *chosen, int item, int *rank, int *next, int *way)
{
	int			depth = 0;

	way[depth++] = item;
	while (depth > 0)
	{
		int			waits_for = -1;

		item = way[depth - 1];
		if (chosen[item])
		{
			foreach_place(need, &portfolio->needs, item)
			{
				if (rank[need] == 0 && waits_for < 0)
					waits_for = need;
			}
		}
		if (waits_for >= 0)
			way[depth++] = waits_for;
		else
		{
			rank[item] = ++*next;
			depth--;
		}
	}
}

/* The place of each item in the order in which to tell it, from 1. */
int *
align_portfolio_rank(const Portfolio *portfolio, const Outcome *outcome)
{
	int			items = portfolio->items;
	Standing   *standings = palloc(sizeof(Standing) * (items + 1));
	int		   *rank = palloc0(sizeof(int) * (items + 1));
	int		   *way = palloc(sizeof(int) * (items + 1));
	int			next = 0;

	for (int i = 0; i < items; i++)
	{
		double		cost = priced(portfolio, outcome, i);
		Standing   *standing = &standings[i];

		standing->item = i;
		standing->group = portfolio->state[i] == ITEM_MUST ? 0 : outcome->best.chosen[i] ? 1 : portfolio->state[i] == ITEM_FREE ? 2 : 3;
		standing->rate = standing->group > 1 ? portfolio->value[i] :
			cost > 0 ? portfolio->value[i] / cost : portfolio->value[i] > 0 ? HUGE_VAL : 0;
	}
	qsort(standings, items, sizeof(Standing), compare_standings);
	for (int i = 0; i < items; i++)
		if (rank[standings[i].item] == 0)
			rank_item(portfolio, outcome->best.chosen, standings[i].item, rank, &next, way);
	return rank;
}

/* A worth rounded to three digits, since prices are no more exact than that in words. */
static char *
rounded_worth(const Portfolio *portfolio, double worth)
{
	double		step = fabs(worth) < 1000 ? 1 : pow(10, floor(log10(fabs(worth))) - 2);

	return align_portfolio_amount((int64) (rint(worth / step) * step), portfolio->value_decimals);
}

static char *
worth(const Portfolio *portfolio, int64 value)
{
	return align_portfolio_amount(value, portfolio->value_decimals);
}

/* Adds names to a list: the first few, and how many more. */
static void
append_names(StringInfo out, const Portfolio *portfolio, const int *items, int count)
{
	for (int i = 0; i < Min(count, NAMES_SHOWN); i++)
		appendStringInfo(out, "%s%s", i == 0 ? "" : i == count - 1 ? " and " : ", ", portfolio->name[items[i]]);
	if (count > NAMES_SHOWN)
		appendStringInfo(out, " and %d more", count - NAMES_SHOWN);
}

/* The items next to one that are chosen, or are not. */
static int
gather(const Places *edges, int item, const bool *chosen, bool wanted, int *found)
{
	int			count = 0;

	foreach_place(next, edges, item)
	{
		if (chosen[next] == wanted)
			found[count++] = next;
	}
	return count;
}

static void
explain_chosen(StringInfo out, const Portfolio *portfolio, const Outcome *outcome, int item, int *found)
{
	double		cost = priced(portfolio, outcome, item);
	int			count = gather(&portfolio->needed_by, item, outcome->best.chosen, true, found);

	if (portfolio->must[item])
		appendStringInfoString(out, "it must be done");
	else if (count > 0 && (portfolio->state[item] == ITEM_MUST || portfolio->value[item] <= cost))
	{
		append_names(out, portfolio, found, count);
		appendStringInfo(out, " %s it", count > 1 ? "need" : "needs");
	}
	else if (cost < 0.5)
		appendStringInfo(out, "worth %s, and it takes nothing that is scarce", worth(portfolio, portfolio->value[item]));
	else if (portfolio->value[item] >= cost)
		appendStringInfo(out, "worth %s; what it takes would bring %s elsewhere", worth(portfolio, portfolio->value[item]), rounded_worth(portfolio, cost));
	else
		appendStringInfo(out, "worth %s; it fits into what the others leave", worth(portfolio, portfolio->value[item]));
}

/* What is lacking for a deferred item with what it needs; false when nothing is. */
static bool
explain_lack(StringInfo out, const Portfolio *portfolio, const Outcome *outcome, const int *items, int count)
{
	bool		lacks = false;

	for (int r = 0; r < portfolio->resources; r++)
	{
		int64		cost = 0;
		int64		left = portfolio->limit[r] - outcome->best.used[r];

		if (portfolio->limit[r] == PORTFOLIO_NO_LIMIT)
			continue;
		for (int i = 0; i < count; i++)
			cost += portfolio->cost[(Size) items[i] * portfolio->resources + r];
		if (cost <= left)
			continue;
		if (lacks)
			appendStringInfoString(out, " and ");
		else if (count > 1)
			appendStringInfoString(out, "with what it needs, ");
		appendStringInfo(out, "%s %s needed, %s left", align_portfolio_amount(cost, portfolio->decimals[r]), portfolio->unit[r],
						 align_portfolio_amount(left, portfolio->decimals[r]));
		lacks = true;
	}
	if (lacks)
		appendStringInfoString(out, " after the items above");
	return lacks;
}

/* What would have to go for a deferred item. */
static void
explain_displaced(StringInfo out, const Portfolio *portfolio, const Outcome *outcome, int item, int *found)
{
	Selection	without;
	int			count = 0;
	int64		value = 0;

	align_selection_create(portfolio, &without);
	align_selection_copy(portfolio, &without, &outcome->best);
	if (!align_selection_force(portfolio, &without, item))
		appendStringInfoString(out, "; musts are in its way");
	else
	{
		for (int i = 0; i < portfolio->items; i++)
			if (outcome->best.chosen[i] && !without.chosen[i] && portfolio->value[i] != 0)
			{
				/* the most valuable first */
				int			at = count++;

				for (; at > 0 && portfolio->value[found[at - 1]] < portfolio->value[i]; at--)
					found[at] = found[at - 1];
				found[at] = i;
				value += portfolio->value[i];
			}
		if (count > 0)
		{
			appendStringInfoString(out, "; it would displace ");
			append_names(out, portfolio, found, count);
			appendStringInfo(out, ", worth %s%s", worth(portfolio, value), count > 1 ? " together" : "");
		}
	}
	pfree(without.chosen);
	pfree(without.taken);
	pfree(without.used);
}

static void
explain_deferred(StringInfo out, const Portfolio *portfolio, const Outcome *outcome, int item, bool with_displaced, bool *seen, int *found)
{
	const bool *chosen = outcome->best.chosen;
	int			count;
	int64		value = 0;
	bool		is_told = false;

	if (portfolio->value[item] <= 0)
	{
		count = gather(&portfolio->needed_by, item, chosen, false, found);
		if (count > 0)
		{
			appendStringInfoString(out, "only ");
			append_names(out, portfolio, found, count);
			appendStringInfo(out, " %s it, and %s not done", count > 1 ? "need" : "needs", count > 1 ? "are" : "is");
		}
		else if (portfolio->is_valued[item])
			appendStringInfo(out, "it is worth %s", worth(portfolio, portfolio->value[item]));
		else
			appendStringInfoString(out, "nothing says what it is worth");
		return;
	}
	count = align_portfolio_closure(portfolio, &portfolio->needs, item, chosen, false, seen, found);
	for (int i = 0; i < count; i++)
		value += portfolio->value[found[i]];
	if (value <= 0)
	{
		appendStringInfo(out, "with what it needs it is worth %s", worth(portfolio, value));
		return;
	}
	appendStringInfo(out, "worth %s: ", worth(portfolio, portfolio->value[item]));
	for (int i = 0; i < count && !is_told; i++)
	{
		foreach_place(alternative, &portfolio->alternatives_of, found[i])
		{
			foreach_place(member, &portfolio->members, alternative)
			{
				if (chosen[member] && !is_told)
				{
					appendStringInfo(out, "of \"%s\" %s is done instead", portfolio->alternative[alternative], portfolio->name[member]);
					is_told = true;
				}
			}
		}
	}
	if (!is_told && !explain_lack(out, portfolio, outcome, found, count))
	{
		appendStringInfoString(out, "what it needs is in the way of others");
		is_told = true;
	}
	if (with_displaced)
		explain_displaced(out, portfolio, outcome, item, found);
}

/*
 * Why an item is done, deferred or impossible. Among thousands of items what is
 * displaced is told of the first deferred ones alone.
 */
char *
align_portfolio_reason(const Portfolio *portfolio, const Outcome *outcome, int item, int deferred_before)
{
	StringInfoData out;
	bool	   *seen = palloc0(sizeof(bool) * portfolio->items);
	int		   *found = palloc(sizeof(int) * portfolio->items);

	initStringInfo(&out);
	if (portfolio->state[item] == ITEM_IMPOSSIBLE)
		appendStringInfoString(&out, portfolio->fault[item]);
	else if (outcome->best.chosen[item])
		explain_chosen(&out, portfolio, outcome, item, found);
	else
		explain_deferred(&out, portfolio, outcome, item,
						 (int64) deferred_before * portfolio->items * (portfolio->resources + 1) < MAX_LOOKS, seen, found);
	pfree(seen);
	pfree(found);
	return out.data;
}
