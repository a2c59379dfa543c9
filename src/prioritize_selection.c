/*
 * prioritize_selection.c
 *		Good choices by simple means: add what fits, swap what pays.
 *
 * Every function leaves a choice that keeps all rules: all that a chosen item
 * needs is chosen, no alternative is chosen twice, no limit is passed, and all
 * musts are in.
 */
#include "compat.h"

#include "miscadmin.h"

#include "prioritize.h"

/* Looks at items that one call of align_selection_improve may take. */
#define MAX_LOOKS 30000000

/* An empty choice. */
void
align_selection_create(const Portfolio *portfolio, Selection *selection)
{
	selection->chosen = palloc0(sizeof(bool) * (portfolio->items + 1));
	selection->taken = palloc0(sizeof(int) * (portfolio->alternatives + 1));
	selection->used = palloc0(sizeof(int64) * (portfolio->resources + 1));
	selection->value = 0;
}

void
align_selection_copy(const Portfolio *portfolio, Selection *to, const Selection *from)
{
	memcpy(to->chosen, from->chosen, sizeof(bool) * portfolio->items);
	memcpy(to->taken, from->taken, sizeof(int) * portfolio->alternatives);
	memcpy(to->used, from->used, sizeof(int64) * portfolio->resources);
	to->value = from->value;
}

/* Puts an item in, or takes it out, whatever the rules say. */
static void
toggle(const Portfolio *portfolio, Selection *selection, int item)
{
	int			sign = selection->chosen[item] ? -1 : 1;

	selection->chosen[item] = !selection->chosen[item];
	selection->value += sign * portfolio->value[item];
	for (int r = 0; r < portfolio->resources; r++)
		selection->used[r] += sign * portfolio->cost[(Size) item * portfolio->resources + r];
	foreach_place(alternative, &portfolio->alternatives_of, item)
	{
		selection->taken[alternative] += sign;
	}
}

static bool
keeps_rules(const Portfolio *portfolio, const Selection *selection, const int *items, int count)
{
	for (int r = 0; r < portfolio->resources; r++)
		if (selection->used[r] > portfolio->limit[r])
			return false;
	for (int i = 0; i < count; i++)
	{
		foreach_place(alternative, &portfolio->alternatives_of, items[i])
		{
			if (selection->taken[alternative] > 1)
				return false;
		}
	}
	return true;
}

/* Adds an item with all that it needs; false, and no change, when that breaks a rule. */
bool
align_selection_add(const Portfolio *portfolio, Selection *selection, int item)
{
	int			single;
	int		   *found = &single;
	int			count;

	if (selection->chosen[item])
		return true;
	if (portfolio->state[item] == ITEM_IMPOSSIBLE)
		return false;
	if (portfolio->needs.first[item] == portfolio->needs.first[item + 1])
	{
		single = item;
		count = 1;
	}
	else
	{
		bool	   *seen = palloc0(sizeof(bool) * portfolio->items);

		found = palloc(sizeof(int) * portfolio->items);
		count = align_portfolio_closure(portfolio, &portfolio->needs, item, selection->chosen, false, seen, found);
		pfree(seen);
	}
	for (int i = 0; i < count; i++)
		toggle(portfolio, selection, found[i]);
	if (!keeps_rules(portfolio, selection, found, count))
	{
		for (int i = 0; i < count; i++)
			toggle(portfolio, selection, found[i]);
		count = 0;
	}
	if (found != &single)
		pfree(found);
	return count > 0;
}

/* Takes out what is worth nothing and serves nothing that is chosen. */
void
align_selection_trim(const Portfolio *portfolio, Selection *selection)
{
	for (int i = portfolio->items - 1; i >= 0; i--)
	{
		int			item = portfolio->depth_first[i];
		bool		is_needed = false;

		if (!selection->chosen[item] || portfolio->state[item] == ITEM_MUST || portfolio->value[item] > 0)
			continue;
		foreach_place(next, &portfolio->needed_by, item)
		{
			is_needed = is_needed || selection->chosen[next];
		}
		if (!is_needed)
			toggle(portfolio, selection, item);
	}
}

/* Adds items of an order as long as that pays and fits. */
void
align_selection_fill(const Portfolio *portfolio, Selection *selection, const int *order, int count)
{
	for (int i = 0; i < count; i++)
	{
		int64		before = selection->value;

		if (selection->chosen[order[i]] || portfolio->value[order[i]] <= 0)
			continue;
		if (align_selection_add(portfolio, selection, order[i]) && selection->value < before)
		{
			/* what it needs costs more than it is worth */
			toggle(portfolio, selection, order[i]);
			align_selection_trim(portfolio, selection);
		}
	}
}

/*
 * What goes when an item goes: it and the chosen ones that need it, into found.
 * Returns how many; 0 when a must, or what may not go, is among them.
 */
static int
gather_loss(const Portfolio *portfolio, const Selection *selection, int item,
			const bool *stays, bool *seen, int *found)
{
	int			count;

	if (portfolio->needed_by.first[item] == portfolio->needed_by.first[item + 1])
	{
		found[0] = item;
		count = 1;
	}
	else
		count = align_portfolio_closure(portfolio, &portfolio->needed_by, item, selection->chosen, true, seen, found);
	for (int i = 0; i < count; i++)
		if (portfolio->state[found[i]] == ITEM_MUST || stays[found[i]])
			return 0;
	return count;
}

/*
 * Puts an item in with what it needs, and takes out what is in the way: the
 * alternatives to it, then, as long as a limit is passed, what loses least for
 * what it frees. What was taken out and still fits comes back. False, and then
 * the choice is worthless, when only musts are in the way.
 */
bool
align_selection_force(const Portfolio *portfolio, Selection *selection, int item)
{
	int			items = portfolio->items;
	bool	   *seen = palloc0(sizeof(bool) * items);
	bool	   *stays = palloc0(sizeof(bool) * items);
	int		   *found = palloc(sizeof(int) * items);
	int		   *out = palloc(sizeof(int) * items);
	int			out_count = 0;
	bool		result = true;
	int			count = align_portfolio_closure(portfolio, &portfolio->needs, item, selection->chosen, false, seen, found);

	for (int i = 0; i < count; i++)
	{
		toggle(portfolio, selection, found[i]);
		stays[found[i]] = true;
	}
	/* what it needs and is chosen already may not go either */
	count = align_portfolio_closure(portfolio, &portfolio->needs, item, NULL, false, seen, found);
	for (int i = 0; i < count; i++)
		stays[found[i]] = true;
	for (int i = 0; i < items && result; i++)
		if (stays[i])
		{
			foreach_place(alternative, &portfolio->alternatives_of, i)
			{
				foreach_place(member, &portfolio->members, alternative)
				{
					if (selection->chosen[member] && !stays[member] && result)
					{
						count = gather_loss(portfolio, selection, member, stays, seen, found);
						result = count > 0;
						for (int k = 0; k < count; k++)
						{
							toggle(portfolio, selection, found[k]);
							out[out_count++] = found[k];
						}
					}
				}
			}
		}
	while (result)
	{
		int			worst = -1;
		double		worst_rate = 0;
		bool		is_over = false;

		for (int r = 0; r < portfolio->resources; r++)
			is_over = is_over || selection->used[r] > portfolio->limit[r];
		if (!is_over)
			break;
		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < items; i++)
		{
			double		freed = 0;
			double		loss = 0;

			if (!selection->chosen[i] || stays[i] || portfolio->state[i] == ITEM_MUST)
				continue;
			for (int r = 0; r < portfolio->resources; r++)
			{
				int64		over = selection->used[r] - portfolio->limit[r];

				if (over > 0)
					freed += (double) Min(over, portfolio->cost[(Size) i * portfolio->resources + r]) / over;
			}
			if (freed <= 0)
				continue;
			count = gather_loss(portfolio, selection, i, stays, seen, found);
			if (count == 0)
				continue;
			for (int k = 0; k < count; k++)
				loss += portfolio->value[found[k]];
			if (worst < 0 || loss / freed < worst_rate)
			{
				worst = i;
				worst_rate = loss / freed;
			}
		}
		result = worst >= 0;
		if (result)
		{
			count = gather_loss(portfolio, selection, worst, stays, seen, found);
			for (int k = 0; k < count; k++)
			{
				toggle(portfolio, selection, found[k]);
				out[out_count++] = found[k];
			}
		}
	}
	/* the last to go is worth most, and comes back first */
	for (int i = out_count - 1; i >= 0 && result; i--)
		(void) align_selection_add(portfolio, selection, out[i]);
	pfree(seen);
	pfree(stays);
	pfree(found);
	pfree(out);
	return result;
}

/*
 * Swaps as long as that pays: every item that is not chosen is forced in, the
 * rest is filled up, and what is worth more is kept. The order is that in which
 * to fill. Returns whether the choice is better than before.
 */
bool
align_selection_improve(const Portfolio *portfolio, Selection *selection, const int *order, int count)
{
	Selection	tried;
	bool		is_better = false;
	bool		again = true;
	int64		tries = MAX_LOOKS / Max(1, (int64) portfolio->items * (portfolio->resources + 1));

	align_selection_create(portfolio, &tried);
	while (again)
	{
		again = false;
		for (int i = 0; i < count; i++)
		{
			if (selection->chosen[order[i]] || portfolio->state[order[i]] != ITEM_FREE || portfolio->value[order[i]] <= 0)
				continue;
			if (tries-- <= 0)
				return is_better;
			CHECK_FOR_INTERRUPTS();
			align_selection_copy(portfolio, &tried, selection);
			if (!align_selection_force(portfolio, &tried, order[i]))
				continue;
			align_selection_fill(portfolio, &tried, order, count);
			align_selection_trim(portfolio, &tried);
			if (tried.value > selection->value)
			{
				align_selection_copy(portfolio, selection, &tried);
				is_better = again = true;
			}
		}
	}
	return is_better;
}
