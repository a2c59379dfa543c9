/*
 * prioritize.h
 *		Choosing among items under limits: the problem, a choice of items, and
 *		the parts that work on them.
 *
 * Items, resources and alternatives are handled by their place, from 0. All
 * amounts are whole numbers of a unit of 10^-decimals, so that sums are exact.
 */
#ifndef ALIGN_PRIORITIZE_H
#define ALIGN_PRIORITIZE_H

#include "compat.h"

#include "base_graph.h"

#define PORTFOLIO_NO_LIMIT PG_INT64_MAX
#define PORTFOLIO_MAX_SUM (INT64CONST(1) << 53) /* exact in a double */
#define PORTFOLIO_MAX_DECIMALS 60
#define PORTFOLIO_MAX_ITEMS 5000
#define PORTFOLIO_MAX_RESOURCES 100

typedef enum ItemState
{
	ITEM_FREE,
	ITEM_MUST,					/* or needed by one that must be done */
	ITEM_IMPOSSIBLE
} ItemState;

typedef struct Portfolio
{
	int			items;
	int			resources;
	int			alternatives;
	int64	   *value;			/* by item */
	int			value_decimals;
	int64	   *cost;			/* by item, and within by resource */
	int64	   *limit;			/* by resource, or PORTFOLIO_NO_LIMIT */
	int		   *decimals;		/* by resource */
	bool	   *is_valued;		/* by item: whether it has a value at all */
	bool	   *must;			/* as asked */
	char	  **name;			/* by item */
	char	  **unit;			/* by resource: the words after an amount */
	char	  **alternative;	/* names */
	char	  **blocked;		/* by item: why it cannot be done, or NULL */
	Places		needs;			/* by item: items */
	Places		needed_by;
	Places		members;		/* by alternative: items, of which one may be
								 * chosen */
	Places		alternatives_of;	/* by item */

	/* what align_portfolio_prepare adds */
	ItemState  *state;			/* by item */
	char	  **fault;			/* by item that is impossible: why */
	int		   *depth_first;	/* items, each after all that it needs */
} Portfolio;

/* A choice that keeps all rules, and what it takes. */
typedef struct Selection
{
	bool	   *chosen;			/* by item */
	int		   *taken;			/* by alternative: how many are chosen */
	int64	   *used;			/* by resource */
	int64		value;
} Selection;

/* What the search found and proved. */
typedef struct Outcome
{
	Selection	best;
	int64		bound;			/* no choice is worth more */
	double	   *price;			/* by resource: worth of one unit of it, in
								 * units */
	int64		nodes;
} Outcome;

typedef struct Bound Bound;

/* prioritize_portfolio.c */
extern void align_portfolio_prepare(Portfolio *portfolio);
extern char *align_portfolio_amount(int64 amount, int decimals);
extern int	align_portfolio_closure(const Portfolio *portfolio, const Places *edges, int item,
									const bool *among, bool wanted, bool *seen, int *found);

/* prioritize_selection.c */
extern void align_selection_create(const Portfolio *portfolio, Selection *selection);
extern void align_selection_copy(const Portfolio *portfolio, Selection *to, const Selection *from);
extern bool align_selection_add(const Portfolio *portfolio, Selection *selection, int item);
extern void align_selection_trim(const Portfolio *portfolio, Selection *selection);
extern void align_selection_fill(const Portfolio *portfolio, Selection *selection, const int *order, int count);
extern bool align_selection_force(const Portfolio *portfolio, Selection *selection, int item);
extern bool align_selection_improve(const Portfolio *portfolio, Selection *selection, const int *order, int count);

/* prioritize_bound.c */
extern Bound *align_bound_create(const Portfolio *portfolio, const Selection *musts);
extern bool align_bound_compute(Bound *bound, const int8 * fixed, bool is_root);
extern int64 align_bound_value(const Bound *bound, int item);
extern double align_bound_share(const Bound *bound, int item);
extern double align_bound_gain(const Bound *bound, int item);
extern void align_bound_prices(const Bound *bound, double *price);
extern int64 align_bound_work(const Bound *bound);

/* prioritize_search.c */
extern void align_portfolio_search(Portfolio *portfolio, int64 work_limit, Outcome *outcome);

/* prioritize_reason.c */
extern int *align_portfolio_rank(const Portfolio *portfolio, const Outcome *outcome);
extern char *align_portfolio_reason(const Portfolio *portfolio, const Outcome *outcome, int item, int deferred_before);

#endif							/* ALIGN_PRIORITIZE_H */
