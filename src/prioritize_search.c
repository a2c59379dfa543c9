/*
 * prioritize_search.c
 *		The best choice: branch and bound, depth first.
 *
 * At each node some items are fixed in or out. What follows from that is fixed
 * too (what an item needs, what excludes it, what fits no more); the rest is
 * bounded. Items that the bound shows to be worth too little on the other side
 * are fixed where they are. What is left is split by an item of which the
 * relaxation takes a part.
 *
 * The work is counted, not timed, so that the same input has the same answer.
 * When it is used up, the best choice so far is given with the greatest bound of
 * the nodes that were not looked at.
 */
#include "compat.h"

#include <math.h>

#include "miscadmin.h"

#include "prioritize.h"

#define CORE_ITEMS 25
#define CORE_SHARE 10			/* what part of the work goes into it */

typedef struct Search
{
	Portfolio  *portfolio;
	Bound	   *bound;
	Outcome    *outcome;
	Selection	musts;
	Selection	tried;
	int8	   *fixed;			/* by item: 0, 1, or -1 for free */
	int		   *trail;			/* items in the order in which they were fixed */
	int			trail_length;
	int64	   *used;			/* by resource, of what is fixed in */
	int		   *order;			/* free items, the most promising first */
	int			order_count;
	int64		work_limit;
	int64		open;			/* greatest bound of what was not looked at */
} Search;

static bool
set_fixed(Search *search, int item, int to)
{
	if (search->fixed[item] >= 0)
		return search->fixed[item] == to;
	search->fixed[item] = to;
	search->trail[search->trail_length++] = item;
	return true;
}

/* Fixes an item, and all that follows; false when that breaks a rule. */
static bool
fix(Search *search, int item, int to)
{
	const Portfolio *portfolio = search->portfolio;
	int			done = search->trail_length;
	bool		keeps = set_fixed(search, item, to);

	/*
	 * all that was fixed is counted, also after a rule was broken: undo
	 * relies on it
	 */
	for (; done < search->trail_length; done++)
	{
		item = search->trail[done];
		if (search->fixed[item] == 0)
		{
			foreach_place(next, &portfolio->needed_by, item)
			{
				keeps = keeps && set_fixed(search, next, 0);
			}
			continue;
		}
		for (int r = 0; r < portfolio->resources; r++)
		{
			search->used[r] += portfolio->cost[(Size) item * portfolio->resources + r];
			keeps = keeps && search->used[r] <= portfolio->limit[r];
		}
		foreach_place(next, &portfolio->needs, item)
		{
			keeps = keeps && set_fixed(search, next, 1);
		}
		foreach_place(alternative, &portfolio->alternatives_of, item)
		{
			foreach_place(next, &portfolio->members, alternative)
			{
				if (next != item)
					keeps = keeps && set_fixed(search, next, 0);
			}
		}
	}
	return keeps;
}

static void
undo(Search *search, int length)
{
	const Portfolio *portfolio = search->portfolio;

	while (search->trail_length > length)
	{
		int			item = search->trail[--search->trail_length];

		if (search->fixed[item] == 1)
			for (int r = 0; r < portfolio->resources; r++)
				search->used[r] -= portfolio->cost[(Size) item * portfolio->resources + r];
		search->fixed[item] = -1;
	}
}

/* Keeps a choice when it is the best so far. */
static void
offer(Search *search, Selection *selection)
{
	align_selection_trim(search->portfolio, selection);
	if (selection->value > search->outcome->best.value)
		align_selection_copy(search->portfolio, &search->outcome->best, selection);
}

/* A choice from the relaxation: what is fixed in, what it takes whole, then what fits. */
static void
round_off(Search *search)
{
	Selection  *tried = &search->tried;

	align_selection_copy(search->portfolio, tried, &search->musts);
	for (int i = 0; i < search->order_count; i++)
		if (search->fixed[search->order[i]] == 1)
			(void) align_selection_add(search->portfolio, tried, search->order[i]);
	for (int i = 0; i < search->order_count; i++)
		if (search->fixed[search->order[i]] < 0 && align_bound_share(search->bound, search->order[i]) > 0.999)
			(void) align_selection_add(search->portfolio, tried, search->order[i]);
	align_selection_fill(search->portfolio, tried, search->order, search->order_count);
	offer(search, tried);
}

/*
 * Fixes what fits no more, and what cannot be on the other side of the bound in
 * a choice better than the best; false when that breaks a rule. with_bound:
 * whether the node has its bound.
 */
static bool
fix_forced(Search *search, bool with_bound)
{
	const Portfolio *portfolio = search->portfolio;

	for (int i = 0; i < search->order_count; i++)
	{
		int			item = search->order[i];
		int			to = 0;

		if (search->fixed[item] >= 0)
			continue;
		if (!with_bound)
		{
			bool		fits = true;

			for (int r = 0; r < portfolio->resources; r++)
				fits = fits && search->used[r] + portfolio->cost[(Size) item * portfolio->resources + r] <= portfolio->limit[r];
			if (fits)
				continue;
		}
		else
		{
			if (search->musts.value + align_bound_value(search->bound, item) > search->outcome->best.value)
				continue;
			to = align_bound_gain(search->bound, item) > 0 ? 1 : 0;
		}
		if (!fix(search, item, to))
			return false;
	}
	return true;
}

/* The free item whose share is nearest to a half, the more valuable the rather; -1 when none is free. */
static int
choose_branch(const Search *search)
{
	int			best = -1;
	double		best_score = -1;

	for (int i = 0; i < search->order_count; i++)
	{
		int			item = search->order[i];
		double		share;
		double		score;

		if (search->fixed[item] >= 0)
			continue;
		share = align_bound_share(search->bound, item);
		score = Max(0, Min(share, 1 - share)) + 1e-6;
		score *= 1 + fabs((double) search->portfolio->value[item]);
		if (score > best_score)
		{
			best = item;
			best_score = score;
		}
	}
	return best;
}

static void
explore(Search *search, int64 limit)
{
	Outcome    *outcome = search->outcome;
	int			mark = search->trail_length;
	int			item;
	int			first;
	double		share;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (align_bound_work(search->bound) + outcome->nodes * search->order_count > search->work_limit)
	{
		search->open = Max(search->open, limit);
		return;
	}
	outcome->nodes++;
	if (!fix_forced(search, false) || !align_bound_compute(search->bound, search->fixed, false))
		goto end;
	limit = Min(limit, search->musts.value + align_bound_value(search->bound, -1));
	if (limit <= outcome->best.value)
		goto end;
	if (outcome->nodes <= 100 || outcome->nodes % 16 == 0)
		round_off(search);
	if (limit <= outcome->best.value || !fix_forced(search, true))
		goto end;
	item = choose_branch(search);
	if (item < 0)
	{
		/* all is fixed, and keeps the rules */
		align_selection_copy(search->portfolio, &search->tried, &search->musts);
		for (int i = 0; i < search->order_count; i++)
			if (search->fixed[search->order[i]] == 1)
				(void) align_selection_add(search->portfolio, &search->tried, search->order[i]);
		offer(search, &search->tried);
		goto end;
	}
	share = align_bound_share(search->bound, item);
	if (Min(share, 1 - share) < 1e-6)
	{
		/* the relaxation takes nothing in part: most often it is a choice */
		round_off(search);
		if (limit <= outcome->best.value)
			goto end;
	}
	first = share >= 0.5 ? 1 : 0;
	for (int side = 0; side < 2; side++)
	{
		int			length = search->trail_length;

		if (fix(search, item, side == 0 ? first : 1 - first))
			explore(search, limit);
		undo(search, length);
	}
end:
	undo(search, mark);
}

/* An item and by how much it goes before others. */
typedef struct Promise
{
	int			item;
	double		rate;
} Promise;

static int
compare_promises(const void *a, const void *b)
{
	const Promise *left = a;
	const Promise *right = b;

	if (left->rate != right->rate)
		return left->rate > right->rate ? -1 : 1;
	return left->item - right->item;
}

/* The free items by what they are worth for what they cost at the prices. */
static void
order_by_promise(Search *search, const double *price)
{
	const Portfolio *portfolio = search->portfolio;
	Promise    *promises = palloc(sizeof(Promise) * (portfolio->items + 1));
	int			count = 0;

	for (int i = 0; i < portfolio->items; i++)
	{
		double		cost = 0;

		if (portfolio->state[i] != ITEM_FREE)
			continue;
		for (int r = 0; r < portfolio->resources; r++)
			cost += price[r] * portfolio->cost[(Size) i * portfolio->resources + r];
		promises[count].item = i;
		promises[count++].rate = cost > 0 ? portfolio->value[i] / cost : portfolio->value[i] > 0 ? HUGE_VAL : -HUGE_VAL;
	}
	qsort(promises, count, sizeof(Promise), compare_promises);
	search->order = palloc(sizeof(int) * (count + 1));
	for (int i = 0; i < count; i++)
		search->order[i] = promises[i].item;
	search->order_count = count;
	pfree(promises);
}

/*
 * Searches among the items alone about which the bound is least sure, with all
 * others where the bound wants them: the core, in which the best choice most
 * often differs (Balas and Zemel 1980). What is found there makes the whole
 * search shorter. It proves nothing.
 */
static void
explore_core(Search *search)
{
	Promise    *promises = palloc(sizeof(Promise) * (search->order_count + 1));
	int64		open = search->open;
	int64		work_limit = search->work_limit;

	for (int i = 0; i < search->order_count; i++)
	{
		promises[i].item = search->order[i];
		promises[i].rate = fabs(align_bound_gain(search->bound, search->order[i]));
	}
	qsort(promises, search->order_count, sizeof(Promise), compare_promises);
	for (int i = 0; i < search->order_count - CORE_ITEMS; i++)
	{
		int			length = search->trail_length;

		if (!fix(search, promises[i].item, align_bound_gain(search->bound, promises[i].item) > 0 ? 1 : 0))
			undo(search, length);
	}
	search->work_limit = work_limit / CORE_SHARE;
	explore(search, PORTFOLIO_MAX_SUM);
	undo(search, 0);
	search->open = open;
	search->work_limit = work_limit;
	pfree(promises);
}

/*
 * Chooses among the items of a portfolio that was prepared. work_limit: sums of
 * products that may be computed.
 */
void
align_portfolio_search(Portfolio *portfolio, int64 work_limit, Outcome *outcome)
{
	Search		search = {.portfolio = portfolio,.outcome = outcome,.work_limit = work_limit};
	int64		limit;

	search.fixed = palloc(sizeof(int8) * (portfolio->items + 1));
	search.trail = palloc(sizeof(int) * (portfolio->items + 1));
	search.used = palloc0(sizeof(int64) * (portfolio->resources + 1));
	align_selection_create(portfolio, &search.musts);
	align_selection_create(portfolio, &search.tried);
	align_selection_create(portfolio, &outcome->best);
	for (int i = 0; i < portfolio->items; i++)
	{
		search.fixed[i] = portfolio->state[i] == ITEM_FREE ? -1 : portfolio->state[i] == ITEM_MUST;
		if (portfolio->state[portfolio->depth_first[i]] == ITEM_MUST)
			(void) align_selection_add(portfolio, &search.musts, portfolio->depth_first[i]);
	}
	memcpy(search.used, search.musts.used, sizeof(int64) * portfolio->resources);
	align_selection_copy(portfolio, &outcome->best, &search.musts);
	outcome->price = palloc0(sizeof(double) * (portfolio->resources + 1));
	outcome->nodes = 0;

	search.bound = align_bound_create(portfolio, &search.musts);
	(void) align_bound_compute(search.bound, search.fixed, true);
	align_bound_prices(search.bound, outcome->price);
	order_by_promise(&search, outcome->price);
	round_off(&search);
	(void) align_selection_improve(portfolio, &outcome->best, search.order, search.order_count);

	limit = search.musts.value + align_bound_value(search.bound, -1);
	if (search.order_count > CORE_ITEMS && limit > outcome->best.value)
		explore_core(&search);
	search.open = outcome->best.value;
	explore(&search, limit);
	outcome->bound = Max(search.open, outcome->best.value);

	/*
	 * what was found late may still gain by swaps, where the search did not
	 * end
	 */
	if (outcome->bound > outcome->best.value)
	{
		(void) align_selection_improve(portfolio, &outcome->best, search.order, search.order_count);
		outcome->bound = Max(outcome->bound, outcome->best.value);
	}
}
