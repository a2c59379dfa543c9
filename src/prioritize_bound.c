/*
 * prioritize_bound.c
 *		How much a choice can be worth at most.
 *
 * Every rule is a row: sum of a[j] x[j] <= b. For any prices u >= 0 of the rows
 *
 *		L(u) = sum of u[i] b[i] + sum of max(0, value[j] - sum of u[i] a[i][j])
 *
 * is at least the worth of every choice (Lagrangian relaxation, Everett 1963),
 * whatever u is. So the proof is L(u), added up from the rows as they were given,
 * with the rounding of that sum; where u comes from needs no proof. It comes from
 * the linear relaxation, whose prices make L(u) smallest, by the dual simplex
 * method with bounded variables: it goes on from where it stood after an item
 * is fixed or freed, and after a row is added. Rows of needs and alternatives
 * come in only when they are broken.
 *
 * The tableau has a row per basic variable and a column per other one:
 *		basic[r] + sum of t[r][c] * other[c] = right[r]
 * A variable is an item (by its column at the beginning) or, from column_count
 * on, the slack of a row. gain[c] is what the objective gains per unit.
 */
#include "compat.h"

#include <float.h>
#include <math.h>

#include "miscadmin.h"

#include "base.h"
#include "prioritize.h"

#define MAX_CUTS 1500			/* rows of needs and alternatives at a time */
#define CUTS_A_ROUND 200
#define PIVOTS_TO_REBUILD 3000
#define SMALL 1e-9
#define TOLERANCE 1e-7

typedef enum RowKind
{
	ROW_NONE,
	ROW_RESOURCE,				/* what all cost, up to what the musts leave */
	ROW_NEED,					/* a - b <= 0 */
	ROW_ALTERNATIVE				/* sum of members <= 1 */
} RowKind;

typedef struct Row
{
	RowKind		kind;
	int			a;				/* resource, item or alternative */
	int			b;				/* item */
	double		right;
	double		scale;			/* of a resource: what 1 is */
} Row;

struct Bound
{
	const Portfolio *portfolio;
	int			column_count;	/* items that are free */
	int		   *item;			/* by column */
	int		   *column;			/* by item, or -1 */
	double	   *value;			/* by column, at most 1 in size */
	double		unit;			/* what 1 is */
	Row		   *rows;
	int			row_slots;
	int			resource_rows;	/* the first ones; they stay */
	double	   *cost;			/* of resource rows, by column */

	/* the tableau */
	int			height;
	double	   *t;				/* height x column_count */
	double	   *right;
	double	   *gain;
	int		   *basic;
	int		   *other;
	int		   *where;			/* by variable: column, or -1 - row */
	double	   *at;				/* by column: value of the other variable */
	double	   *basic_at;		/* by row */
	int			pivots;			/* since it was built anew */

	/* of the last computation */
	const		int8 *fixed;	/* by item: 0, 1, or -1 for free */
	double	   *price;			/* by row */
	double	   *reduced;		/* by column: value less what it costs */
	double		limit;			/* L(u) with its rounding error */
	double	   *row;			/* scratch */
	int		   *order;
	double	   *ratio;
	int64		work;
};

static inline double *
tableau_row(const Bound *bound, int r)
{
	return bound->t + (Size) r * bound->column_count;
}

static inline int
fixed_at(const Bound *bound, int column)
{
	return bound->fixed[bound->item[column]];
}

/* Adds factor times the coefficients of a row to to[], by column. */
static void
add_row(const Bound *bound, int id, double factor, double *to)
{
	const Row  *row = &bound->rows[id];

	switch (row->kind)
	{
		case ROW_RESOURCE:
			{
				const double *cost = bound->cost + (Size) id * bound->column_count;

				for (int c = 0; c < bound->column_count; c++)
					to[c] += factor * cost[c];
				break;
			}
		case ROW_NEED:
			to[bound->column[row->a]] += factor;
			to[bound->column[row->b]] -= factor;
			break;
		case ROW_ALTERNATIVE:
			foreach_place(member, &bound->portfolio->members, row->a)
			{
				if (bound->column[member] >= 0)
					to[bound->column[member]] += factor;
			}
			break;
		case ROW_NONE:
			break;
	}
}

/*
 * L(u) of the prices, rounded up by more than the sum can be wrong; reduced[] as
 * a by-product. without_value: of a problem in which nothing is worth anything;
 * below 0 it proves that no choice keeps the rules.
 */
static double
lagrange(Bound *bound, const double *price, bool without_value)
{
	double		sum = 0;
	double		mass = 0;

	for (int c = 0; c < bound->column_count; c++)
	{
		bound->reduced[c] = without_value ? 0 : bound->value[c];
		mass += fabs(bound->reduced[c]);
	}
	for (int id = 0; id < bound->row_slots; id++)
		if (bound->rows[id].kind != ROW_NONE && price[id] > 0)
		{
			add_row(bound, id, -price[id], bound->reduced);
			sum += price[id] * bound->rows[id].right;
			mass += price[id] * (fabs(bound->rows[id].right) + bound->column_count);
		}
	for (int c = 0; c < bound->column_count; c++)
	{
		int			fixed = fixed_at(bound, c);

		if (fixed == 1 || (fixed < 0 && bound->reduced[c] > 0))
			sum += bound->reduced[c];
	}
	bound->work += (int64) bound->column_count * (bound->resource_rows + 2);
	return sum + 2 * DBL_EPSILON * (bound->column_count + bound->height + 10) * mass;
}

/* Takes a row away as often as a row has of the entering variable; returns how often. */
static double
eliminate(double *pg_restrict to, const double *pg_restrict row, int c, int count)
{
	double		share = to[c];

	to[c] = 0;
	for (int k = 0; k < count; k++)
		to[k] -= share * row[k];
	return share;
}

/* Makes the variable of a column basic in a row, and that row's one the other. */
static void
pivot(Bound *bound, int r, int c)
{
	double	   *row = tableau_row(bound, r);
	double		factor = 1 / row[c];
	int			entering = bound->other[c];
	int			leaving = bound->basic[r];

	row[c] = 1;
	for (int i = 0; i < bound->column_count; i++)
		row[i] *= factor;
	bound->right[r] *= factor;
	for (int i = 0; i < bound->height; i++)
		if (i != r && tableau_row(bound, i)[c] != 0)
			bound->right[i] -= bound->right[r] * eliminate(tableau_row(bound, i), row, c, bound->column_count);
	eliminate(bound->gain, row, c, bound->column_count);
	bound->basic[r] = entering;
	bound->other[c] = leaving;
	bound->where[entering] = -1 - r;
	bound->where[leaving] = c;
	bound->pivots++;
	bound->work += (int64) bound->height * bound->column_count;
}

/* Adds a row, with its slack basic. */
static void
enter_row(Bound *bound, int id)
{
	int			r = bound->height++;
	double	   *to = tableau_row(bound, r);

	memset(bound->row, 0, sizeof(double) * bound->column_count);
	add_row(bound, id, 1, bound->row);
	for (int c = 0; c < bound->column_count; c++)
		to[c] = bound->other[c] < bound->column_count ? bound->row[bound->other[c]] : 0;
	bound->right[r] = bound->rows[id].right;
	for (int i = 0; i < r; i++)
	{
		double		share = bound->basic[i] < bound->column_count ? bound->row[bound->basic[i]] : 0;
		const double *from = tableau_row(bound, i);

		if (share == 0)
			continue;
		for (int c = 0; c < bound->column_count; c++)
			to[c] -= share * from[c];
		bound->right[r] -= share * bound->right[i];
	}
	bound->basic[r] = bound->column_count + id;
	bound->where[bound->column_count + id] = -1 - r;
	bound->work += (int64) bound->height * bound->column_count;
}

/* Removes the rows of needs and alternatives that bind nothing. */
static void
drop_loose_rows(Bound *bound)
{
	for (int r = bound->height - 1; r >= 0; r--)
	{
		int			id = bound->basic[r] - bound->column_count;

		if (id < bound->resource_rows)
			continue;
		bound->rows[id].kind = ROW_NONE;
		bound->height--;
		if (r < bound->height)
		{
			memcpy(tableau_row(bound, r), tableau_row(bound, bound->height), sizeof(double) * bound->column_count);
			bound->right[r] = bound->right[bound->height];
			bound->basic_at[r] = bound->basic_at[bound->height];
			bound->basic[r] = bound->basic[bound->height];
			bound->where[bound->basic[r]] = -1 - r;
		}
	}
}

/* Builds the tableau anew from the rows, with the same variables basic. */
static void
rebuild(Bound *bound)
{
	int			basic_count = 0;
	int		   *basic = bound->order;
	bool	   *leaves = palloc0(sizeof(bool) * bound->row_slots);

	for (int r = 0; r < bound->height; r++)
		if (bound->basic[r] < bound->column_count)
			basic[basic_count++] = bound->basic[r];
	for (int id = 0; id < bound->row_slots; id++)
		leaves[id] = bound->rows[id].kind != ROW_NONE && bound->where[bound->column_count + id] >= 0;
	for (int c = 0; c < bound->column_count; c++)
	{
		bound->other[c] = bound->where[c] = c;
		bound->gain[c] = bound->value[c];
	}
	bound->height = 0;
	for (int id = 0; id < bound->row_slots; id++)
		if (bound->rows[id].kind != ROW_NONE)
			enter_row(bound, id);
	for (int i = 0; i < basic_count; i++)
	{
		int			best = -1;
		int			c = bound->where[basic[i]];

		CHECK_FOR_INTERRUPTS();
		for (int r = 0; r < bound->height; r++)
			if (bound->basic[r] >= bound->column_count && leaves[bound->basic[r] - bound->column_count] &&
				(best < 0 || fabs(tableau_row(bound, r)[c]) > fabs(tableau_row(bound, best)[c])))
				best = r;
		if (best >= 0 && fabs(tableau_row(bound, best)[c]) > SMALL)
			pivot(bound, best, c);
	}
	bound->pivots = 0;
	pfree(leaves);
}

/* Puts every variable that is not basic where the objective wants it. */
static void
place_variables(Bound *bound)
{
	for (int c = 0; c < bound->column_count; c++)
	{
		int			variable = bound->other[c];

		if (variable >= bound->column_count)
		{
			bound->at[c] = 0;
			bound->gain[c] = Min(bound->gain[c], 0);
		}
		else if (fixed_at(bound, variable) >= 0)
			bound->at[c] = fixed_at(bound, variable);
		else
			bound->at[c] = bound->gain[c] > 0 ? 1 : 0;
	}
	for (int r = 0; r < bound->height; r++)
	{
		const double *row = tableau_row(bound, r);
		double		sum = bound->right[r];

		for (int c = 0; c < bound->column_count; c++)
			sum -= row[c] * bound->at[c];
		bound->basic_at[r] = sum;
	}
	bound->work += (int64) bound->height * bound->column_count;
}

/* The range of a variable. */
static inline double
lowest(const Bound *bound, int variable)
{
	return variable < bound->column_count && fixed_at(bound, variable) >= 0 ? fixed_at(bound, variable) : 0;
}

static inline double
highest(const Bound *bound, int variable)
{
	return variable >= bound->column_count ? HUGE_VAL : fixed_at(bound, variable) >= 0 ? fixed_at(bound, variable) : 1;
}

/* The row whose variable is furthest outside its range, and how far: below 0 or above. */
static int
find_leaving(const Bound *bound, double *outside)
{
	int			leaving = -1;
	double		furthest = TOLERANCE;

	for (int r = 0; r < bound->height; r++)
	{
		double		out = Min(bound->basic_at[r] - lowest(bound, bound->basic[r]), 0);

		if (out == 0)
			out = Max(bound->basic_at[r] - highest(bound, bound->basic[r]), 0);
		if (fabs(out) > furthest)
		{
			leaving = r;
			furthest = fabs(out);
			*outside = out;
		}
	}
	return leaving;
}

/*
 * The column to enter for a row that is outside by so much: candidates in the
 * order in which their gain would change its sign. One that cannot bring the row
 * back inside goes to its other end, and the next is looked at. -1 when none can:
 * then no choice keeps the rules.
 */
static int
find_entering(Bound *bound, int r, double outside)
{
	const double *row = tableau_row(bound, r);
	double		missing = fabs(outside);
	int			count = 0;

	for (int c = 0; c < bound->column_count; c++)
	{
		int			variable = bound->other[c];
		double		slope = outside < 0 ? row[c] : -row[c];

		if (fabs(slope) <= SMALL || (variable < bound->column_count && fixed_at(bound, variable) >= 0))
			continue;
		if (bound->at[c] > 0.5 ? slope > 0 : slope < 0)
		{
			bound->ratio[c] = fabs(bound->gain[c]) / fabs(slope);
			bound->order[count++] = c;
		}
	}
	bound->work += bound->column_count;
	while (count > 0)
	{
		int			next = 0;
		int			c;
		double		step;

		for (int i = 1; i < count; i++)
		{
			int			a = bound->order[i];
			int			b = bound->order[next];

			if (bound->ratio[a] < bound->ratio[b] - SMALL ||
				(bound->ratio[a] < bound->ratio[b] + SMALL && fabs(row[a]) > fabs(row[b])))
				next = i;
		}
		c = bound->order[next];
		bound->order[next] = bound->order[--count];
		bound->work += count;
		missing -= fabs(row[c]);
		if (bound->other[c] >= bound->column_count || missing <= 0)
			return c;
		step = bound->at[c] > 0.5 ? -1 : 1;
		bound->at[c] += step;
		for (int i = 0; i < bound->height; i++)
			bound->basic_at[i] -= tableau_row(bound, i)[c] * step;
	}
	return -1;
}

/*
 * The dual simplex method. Returns -1 when it came to an end or gave up, else a
 * row that shows that no choice keeps the rules; *outside then tells on which side.
 */
static int
solve(Bound *bound, double *outside)
{
	int			most = 200 + 4 * bound->height;

	place_variables(bound);
	for (int i = 0; i < most; i++)
	{
		int			r = find_leaving(bound, outside);
		int			c;
		double		target;
		double		step;
		double		from;

		if (r < 0)
			return -1;
		CHECK_FOR_INTERRUPTS();
		c = find_entering(bound, r, *outside);
		if (c < 0)
			return r;
		/* what was outside ends where its range begins */
		target = *outside < 0 ? lowest(bound, bound->basic[r]) : highest(bound, bound->basic[r]);
		step = (bound->basic_at[r] - target) / tableau_row(bound, r)[c];
		from = bound->at[c];
		for (int k = 0; k < bound->height; k++)
			bound->basic_at[k] -= tableau_row(bound, k)[c] * step;
		bound->at[c] = target;
		pivot(bound, r, c);
		bound->basic_at[r] = from + step;
	}
	return -1;
}

/* Adds a rule of needs or alternatives as a row; false when there is no room. */
static bool
add_cut(Bound *bound, RowKind kind, int a, int b)
{
	for (int id = bound->resource_rows; id < bound->row_slots; id++)
		if (bound->rows[id].kind == ROW_NONE)
		{
			bound->rows[id].kind = kind;
			bound->rows[id].a = a;
			bound->rows[id].b = b;
			bound->rows[id].right = kind == ROW_NEED ? 0 : 1;
			enter_row(bound, id);
			return true;
		}
	return false;
}

/* Adds rows for rules that the shares of the items break; how many. */
static int
add_cuts(Bound *bound)
{
	const Portfolio *portfolio = bound->portfolio;
	int			count = 0;

	if (bound->row_slots - bound->height < CUTS_A_ROUND)
		drop_loose_rows(bound);
	for (int i = 0; i < portfolio->alternatives && count < CUTS_A_ROUND; i++)
	{
		double		sum = 0;

		foreach_place(member, &portfolio->members, i)
		{
			if (bound->column[member] >= 0)
				sum += align_bound_share(bound, member);
		}
		if (sum > 1 + 1e-6)
		{
			if (!add_cut(bound, ROW_ALTERNATIVE, i, 0))
				return count;
			count++;
		}
	}
	for (int c = 0; c < bound->column_count && count < CUTS_A_ROUND; c++)
	{
		foreach_place(need, &portfolio->needs, bound->item[c])
		{
			if (bound->column[need] >= 0 && count < CUTS_A_ROUND &&
				align_bound_share(bound, bound->item[c]) > align_bound_share(bound, need) + 1e-6)
			{
				if (!add_cut(bound, ROW_NEED, bound->item[c], need))
					return count;
				count++;
			}
		}
	}
	return count;
}

Bound *
align_bound_create(const Portfolio *portfolio, const Selection *musts)
{
	Bound	   *bound = palloc0(sizeof(Bound));
	int			columns = 0;
	double	   *dense;

	bound->portfolio = portfolio;
	bound->item = palloc(sizeof(int) * (portfolio->items + 1));
	bound->column = palloc(sizeof(int) * (portfolio->items + 1));
	for (int i = 0; i < portfolio->items; i++)
	{
		bound->column[i] = portfolio->state[i] == ITEM_FREE ? columns : -1;
		if (portfolio->state[i] == ITEM_FREE)
			bound->item[columns++] = i;
	}
	bound->column_count = columns;
	bound->row_slots = portfolio->resources + MAX_CUTS;
	align_base_check_memory(mul_size(mul_size(bound->row_slots + portfolio->resources + 8, columns + 1), sizeof(double)), "the choice");

	bound->value = palloc(sizeof(double) * (columns + 1));
	bound->unit = 1;
	for (int c = 0; c < columns; c++)
		bound->unit = Max(bound->unit, fabs((double) portfolio->value[bound->item[c]]));
	for (int c = 0; c < columns; c++)
		bound->value[c] = portfolio->value[bound->item[c]] / bound->unit;

	/* only limits that can be passed */
	bound->rows = palloc0(sizeof(Row) * (bound->row_slots + 1));
	bound->cost = palloc_extended(sizeof(double) * ((Size) portfolio->resources * columns + 1), MCXT_ALLOC_HUGE);
	for (int r = 0; r < portfolio->resources; r++)
	{
		int64		sum = 0;
		int64		most = 1;
		Row		   *row = &bound->rows[bound->resource_rows];

		for (int c = 0; c < columns; c++)
		{
			int64		cost = portfolio->cost[(Size) bound->item[c] * portfolio->resources + r];

			sum += cost;
			most = Max(most, cost);
		}
		if (portfolio->limit[r] == PORTFOLIO_NO_LIMIT || sum <= portfolio->limit[r] - musts->used[r])
			continue;
		dense = bound->cost + (Size) bound->resource_rows * columns;
		for (int c = 0; c < columns; c++)
			dense[c] = (double) portfolio->cost[(Size) bound->item[c] * portfolio->resources + r] / most;
		row->kind = ROW_RESOURCE;
		row->a = r;
		row->scale = most;
		row->right = (double) (portfolio->limit[r] - musts->used[r]) / most;
		bound->resource_rows++;
	}

	bound->t = palloc_extended(sizeof(double) * ((Size) bound->row_slots * columns + 1), MCXT_ALLOC_HUGE);
	bound->right = palloc(sizeof(double) * (bound->row_slots + 1));
	bound->basic = palloc(sizeof(int) * (bound->row_slots + 1));
	bound->basic_at = palloc(sizeof(double) * (bound->row_slots + 1));
	bound->price = palloc0(sizeof(double) * (bound->row_slots + 1));
	bound->gain = palloc(sizeof(double) * (columns + 1));
	bound->other = palloc(sizeof(int) * (columns + 1));
	bound->where = palloc(sizeof(int) * (columns + bound->row_slots + 1));
	memset(bound->where, -1, sizeof(int) * (columns + bound->row_slots + 1));
	bound->at = palloc(sizeof(double) * (columns + 1));
	bound->reduced = palloc0(sizeof(double) * (columns + 1));
	bound->row = palloc(sizeof(double) * (columns + 1));
	bound->order = palloc(sizeof(int) * (columns + bound->row_slots + 1));
	bound->ratio = palloc(sizeof(double) * (columns + 1));
	rebuild(bound);
	return bound;
}

/*
 * Bounds the worth of all choices in which items are fixed so. False when there
 * is none that keeps the rules. is_root: take more rounds to add rows.
 */
bool
align_bound_compute(Bound *bound, const int8 * fixed, bool is_root)
{
	int			rounds = is_root ? 100 : 4;
	double		outside = 0;
	int			r;

	bound->fixed = fixed;
	if (bound->pivots > PIVOTS_TO_REBUILD)
		rebuild(bound);
	do
		r = solve(bound, &outside);
	while (r < 0 && rounds-- > 0 && add_cuts(bound) > 0);

	if (r >= 0)
	{
		/* the row as a sum of the rows that were given: its prices prove it */
		memset(bound->price, 0, sizeof(double) * bound->row_slots);
		for (int c = 0; c < bound->column_count; c++)
			if (bound->other[c] >= bound->column_count)
				bound->price[bound->other[c] - bound->column_count] = Max(0, outside < 0 ? tableau_row(bound, r)[c] : -tableau_row(bound, r)[c]);
		if (bound->basic[r] >= bound->column_count)
			bound->price[bound->basic[r] - bound->column_count] = 1;
		if (lagrange(bound, bound->price, true) < -TOLERANCE)
			return false;
	}
	memset(bound->price, 0, sizeof(double) * bound->row_slots);
	for (int c = 0; c < bound->column_count; c++)
		if (bound->other[c] >= bound->column_count)
			bound->price[bound->other[c] - bound->column_count] = Max(0, -bound->gain[c]);
	bound->limit = lagrange(bound, bound->price, false);
	return true;
}

/*
 * The bound as a worth of the free items, in whole units; with an item (not -1),
 * of the choices in which it is not where the bound wants it.
 */
int64
align_bound_value(const Bound *bound, int item)
{
	double		limit = bound->limit;

	if (item >= 0)
		limit -= fabs(bound->reduced[bound->column[item]]);
	limit = floor(limit * bound->unit * (limit > 0 ? 1 + 1e-15 : 1 - 1e-15));
	return (int64) Max(Min(limit, (double) PORTFOLIO_MAX_SUM), -(double) PORTFOLIO_MAX_SUM);
}

/* The share of an item that the relaxation takes, 0 to 1. */
double
align_bound_share(const Bound *bound, int item)
{
	int			where = bound->where[bound->column[item]];

	return where >= 0 ? bound->at[where] : bound->basic_at[-1 - where];
}

/* What an item is worth less what it costs at the prices, in shares of the greatest worth. */
double
align_bound_gain(const Bound *bound, int item)
{
	return bound->reduced[bound->column[item]];
}

/* What one more unit of each resource would be worth, in units of worth. */
void
align_bound_prices(const Bound *bound, double *price)
{
	for (int r = 0; r < bound->portfolio->resources; r++)
		price[r] = 0;
	for (int id = 0; id < bound->resource_rows; id++)
		price[bound->rows[id].a] = bound->price[id] * bound->unit / bound->rows[id].scale;
}

/* How much was computed so far, in sums of products. */
int64
align_bound_work(const Bound *bound)
{
	return bound->work;
}
