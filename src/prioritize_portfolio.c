/*
 * prioritize_portfolio.c
 *		What can be said of a choice before any search: which items must be done,
 *		which cannot be, and whether the rules contradict each other.
 *
 * An item that must be done makes all that it needs a must. An item is
 * impossible when it, with all that it needs, breaks a rule beside the musts:
 * then so does every choice with it. What is left is free, and each free item
 * alone, with what it needs and the musts, keeps all rules.
 */
#include "compat.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"

#include "prioritize.h"

#define NAMES_SHOWN 10

/* An amount with a comma after each thousand of it, and the decimals it has. */
char *
align_portfolio_amount(int64 amount, int decimals)
{
	char		digits[PORTFOLIO_MAX_DECIMALS + 21];
	StringInfoData out;
	int			length;
	int			whole;

	while (decimals > 0 && amount % 10 == 0)
	{
		amount /= 10;
		decimals--;
	}
	length = snprintf(digits, sizeof(digits), "%0*lld", Max(decimals + 1, 1), (long long) (amount < 0 ? -amount : amount));
	whole = length - Max(decimals, 0);
	initStringInfo(&out);
	if (amount < 0)
		appendStringInfoChar(&out, '-');
	if (decimals < 0 && amount != 0)
		whole = length - decimals;
	for (int i = 0; i < whole; i++)
	{
		if (i > 0 && (whole - i) % 3 == 0)
			appendStringInfoChar(&out, ',');
		appendStringInfoChar(&out, i < length ? digits[i] : '0');
	}
	if (decimals > 0)
		appendStringInfo(&out, ".%s", digits + whole);
	return out.data;
}

/*
 * An item and all to which edges lead from it, as far as among[] is as wanted
 * (NULL: wherever they lead). seen is all false before and after. The item comes
 * first. Returns how many were found.
 */
int
align_portfolio_closure(const Portfolio *portfolio, const Places *edges, int item,
						const bool *among, bool wanted, bool *seen, int *found)
{
	int			count = 0;

	found[count++] = item;
	seen[item] = true;
	for (int done = 0; done < count; done++)
	{
		foreach_place(next, edges, found[done])
		{
			if (!seen[next] && (among == NULL || among[next] == wanted))
			{
				seen[next] = true;
				found[count++] = next;
			}
		}
	}
	for (int i = 0; i < count; i++)
		seen[found[i]] = false;
	return count;
}

/*
 * Orders the items so that each comes after all that it needs.
 * An error names the items of a cycle.
 */
static void
order_items(Portfolio *portfolio)
{
	int			items = portfolio->items;
	int		   *waits = palloc(sizeof(int) * (items + 1));
	int			count;
	int			item = 0;
	StringInfoData cycle;
	int		   *seen;
	int		   *way;

	portfolio->depth_first = palloc(sizeof(int) * (items + 1));
	if (align_graph_order(items, &portfolio->needed_by, portfolio->depth_first, waits) == items)
		return;

	/* what still waits needs something that still waits: follow it round */
	seen = palloc0(sizeof(int) * items);
	way = palloc(sizeof(int) * items);
	while (waits[item] == 0)
		item++;
	for (count = 0; seen[item] == 0;)
	{
		way[count++] = item;
		seen[item] = count;
		foreach_place(next, &portfolio->needs, item)
		{
			if (waits[next] > 0)
			{
				item = next;
				break;
			}
		}
	}
	initStringInfo(&cycle);
	for (int i = seen[item] - 1; i < count && i < seen[item] - 1 + NAMES_SHOWN; i++)
		appendStringInfo(&cycle, "%s needs ", portfolio->name[way[i]]);
	if (count - seen[item] + 1 > NAMES_SHOWN)
		appendStringInfoString(&cycle, "... ");
	appendStringInfoString(&cycle, portfolio->name[item]);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the needs have a cycle: %s", cycle.data),
			 errdetail("What waits for itself can never begin."),
			 errhint("Take one of these needs away first.")));
}

/* The musts, as many as are shown, those that take most of a resource first. */
static char *
list_musts(const Portfolio *portfolio, int resource)
{
	StringInfoData list;
	bool	   *listed = palloc0(sizeof(bool) * portfolio->items);
	int			shown = 0;

	initStringInfo(&list);
	for (;;)
	{
		int			most = -1;
		int64		most_cost = 0;

		for (int i = 0; i < portfolio->items; i++)
		{
			int64		cost = portfolio->cost[(Size) i * portfolio->resources + resource];

			if (portfolio->state[i] == ITEM_MUST && !listed[i] && cost > most_cost)
			{
				most = i;
				most_cost = cost;
			}
		}
		if (most < 0)
			break;
		if (shown++ == NAMES_SHOWN)
		{
			appendStringInfoString(&list, ", ...");
			break;
		}
		listed[most] = true;
		appendStringInfo(&list, "%s%s (%s%s)", list.len > 0 ? ", " : "", portfolio->name[most],
						 align_portfolio_amount(most_cost, portfolio->decimals[resource]),
						 portfolio->must[most] ? "" : ", needed by a must");
	}
	return list.data;
}

/* Makes musts of all that the musts need; an error when they contradict each other. */
static void
settle_musts(Portfolio *portfolio, Selection *musts)
{
	for (int i = portfolio->items - 1; i >= 0; i--)
	{
		int			item = portfolio->depth_first[i];

		if (portfolio->must[item])
			portfolio->state[item] = ITEM_MUST;
		if (portfolio->state[item] != ITEM_MUST)
			continue;
		if (portfolio->blocked[item] != NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("\"%s\" must be done, and cannot be", portfolio->name[item]),
					 errdetail("%s%s.", portfolio->must[item] ? "" : "A must needs it. ", portfolio->blocked[item]),
					 errhint("Clear what blocks it, or let it be no must.")));
		foreach_place(next, &portfolio->needs, item)
		{
			portfolio->state[next] = ITEM_MUST;
		}
	}
	for (int i = 0; i < portfolio->items; i++)
	{
		if (portfolio->state[i] != ITEM_MUST)
			continue;
		foreach_place(alternative, &portfolio->alternatives_of, i)
		{
			if (musts->taken[alternative]++ > 0)
			{
				int			other = -1;

				foreach_place(member, &portfolio->members, alternative)
				{
					if (portfolio->state[member] == ITEM_MUST && member != i && other < 0)
						other = member;
				}
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("the must-dos exclude one another: \"%s\" and \"%s\"", portfolio->name[other], portfolio->name[i]),
						 errdetail("Both are of \"%s\", of which one is done at most%s.", portfolio->alternative[alternative],
								   portfolio->must[other] && portfolio->must[i] ? "" : "; a must needs what is no must itself"),
						 errhint("Let one of them be no must.")));
			}
		}
		musts->chosen[i] = true;
		musts->value += portfolio->value[i];
		for (int r = 0; r < portfolio->resources; r++)
			musts->used[r] += portfolio->cost[(Size) i * portfolio->resources + r];
	}
	for (int r = 0; r < portfolio->resources; r++)
		if (musts->used[r] > portfolio->limit[r])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("the must-dos do not fit: they take %s %s, and there are %s",
							align_portfolio_amount(musts->used[r], portfolio->decimals[r]), portfolio->unit[r],
							align_portfolio_amount(portfolio->limit[r], portfolio->decimals[r])),
					 errdetail("They are: %s.", list_musts(portfolio, r)),
					 errhint("Let one of them be no must, or raise the limit.")));
}

/* Why an item cannot be done with all that it needs, or NULL when it can be. */
static char *
find_fault(const Portfolio *portfolio, const Selection *musts, int item,
		   bool *seen, int *found, int *taken_by)
{
	int			count;
	char	   *fault = NULL;

	if (portfolio->blocked[item] != NULL)
		return portfolio->blocked[item];
	count = align_portfolio_closure(portfolio, &portfolio->needs, item, musts->chosen, false, seen, found);
	for (int i = 1; i < count; i++)
		if (portfolio->blocked[found[i]] != NULL)
			return psprintf("it needs %s, which is not possible: %s", portfolio->name[found[i]], portfolio->blocked[found[i]]);
	for (int i = 0; i < count && fault == NULL; i++)
	{
		foreach_place(alternative, &portfolio->alternatives_of, found[i])
		{
			if (musts->taken[alternative] > 0)
			{
				foreach_place(member, &portfolio->members, alternative)
				{
					if (musts->chosen[member] && fault == NULL)
						fault = psprintf("%s%s must be done, and of \"%s\" one is done at most", i > 0 ? "with what it needs: " : "",
										 portfolio->name[member], portfolio->alternative[alternative]);
				}
			}
			else if (taken_by[alternative] >= 0)
				fault = psprintf("it needs both %s and %s, and of \"%s\" one is done at most", portfolio->name[taken_by[alternative]],
								 portfolio->name[found[i]], portfolio->alternative[alternative]);
			taken_by[alternative] = found[i];
		}
	}
	for (int i = 0; i < count; i++)
	{
		foreach_place(alternative, &portfolio->alternatives_of, found[i])
		{
			taken_by[alternative] = -1;
		}
	}
	for (int r = 0; r < portfolio->resources && fault == NULL; r++)
	{
		int64		cost = 0;

		if (portfolio->limit[r] == PORTFOLIO_NO_LIMIT)
			continue;
		for (int i = 0; i < count; i++)
			cost += portfolio->cost[(Size) found[i] * portfolio->resources + r];
		if (cost + musts->used[r] > portfolio->limit[r])
		{
			bool		alone = cost > portfolio->limit[r];

			fault = psprintf("%s%s %s needed, %s %s", count > 1 ? "with what it needs, " : "",
							 align_portfolio_amount(cost, portfolio->decimals[r]), portfolio->unit[r],
							 align_portfolio_amount(portfolio->limit[r] - (alone ? 0 : musts->used[r]), portfolio->decimals[r]),
							 alone ? "there are in all" : "left beside what must be done");
		}
	}
	return fault;
}

/*
 * Decides what must be done and what is impossible. An error for needs that come
 * round, and for musts that contradict each other.
 */
void
align_portfolio_prepare(Portfolio *portfolio)
{
	int			items = portfolio->items;
	bool	   *seen = palloc0(sizeof(bool) * (items + 1));
	int		   *found = palloc(sizeof(int) * (items + 1));
	int		   *taken_by = palloc(sizeof(int) * (portfolio->alternatives + 1));
	Selection	musts;

	portfolio->state = palloc0(sizeof(ItemState) * (items + 1));
	portfolio->fault = palloc0(sizeof(char *) * (items + 1));
	for (int i = 0; i < portfolio->alternatives; i++)
		taken_by[i] = -1;
	order_items(portfolio);
	align_selection_create(portfolio, &musts);
	settle_musts(portfolio, &musts);
	for (int i = 0; i < items; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (portfolio->state[i] == ITEM_FREE)
			portfolio->fault[i] = find_fault(portfolio, &musts, i, seen, found, taken_by);
	}
	for (int i = 0; i < items; i++)
		if (portfolio->fault[i] != NULL)
			portfolio->state[i] = ITEM_IMPOSSIBLE;
}
