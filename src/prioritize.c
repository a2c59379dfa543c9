/*
 * prioritize.c
 *		What is done now, and what is deferred? Chooses items that are worth most
 *		together under limits.
 *
 *		SELECT chosen, total_value FROM align.choose('{60,100,120}', '{{10},{20},{30}}', '{50}');
 *		-- {f,t,t} | 220
 *
 * This file reads the arrays and writes the answer. prioritize_portfolio.c settles
 * what is decided before any search, prioritize_bound.c says how much a choice can
 * be worth, prioritize_selection.c finds good ones, prioritize_search.c the best,
 * and prioritize_reason.c tells why.
 *
 * Amounts are numeric, and are taken as whole numbers of the smallest decimal that
 * any of them has, so that sums are exact: a limit is never passed by rounding.
 * Where their sum would then pass 2^52 they lose decimals: costs up, limits down,
 * values to the nearest. There are at most 60 decimals.
 *
 * All is a pure function of the arrays. The work is bounded by a count, not by a
 * clock. Memory is taken at the beginning, and bounded by align.state_memory.
 */
#include "compat.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "base.h"
#include "prioritize.h"

typedef struct Elements
{
	Datum	   *values;
	bool	   *nulls;
	int			count;
	int			columns;		/* of two dimensions; else 1, of none 0 */
} Elements;

/* The elements of an argument, which may be NULL; at most so many dimensions. */
static Elements
read_elements(FunctionCallInfo fcinfo, int argument, Oid type, int dimensions, const char *name)
{
	Elements	result = {0};
	ArrayType  *array;
	int16		length;
	bool		by_value;
	char		alignment;

	if (PG_ARGISNULL(argument))
		return result;
	array = PG_GETARG_ARRAYTYPE_P(argument);
	if (ARR_NDIM(array) > dimensions)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("invalid %s: an array of %d dimensions", name, ARR_NDIM(array)),
				 errdetail("There are at most %d.", dimensions),
				 errhint("Gather the elements by array_agg.")));
	align_base_check_memory(mul_size(ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)), 32), "the choice");
	length = type == NUMERICOID || type == TEXTOID ? -1 : type == INT4OID ? 4 : 1;
	by_value = length > 0;
	alignment = length == 1 ? TYPALIGN_CHAR : TYPALIGN_INT;
	deconstruct_array(array, type, length, by_value, alignment, &result.values, &result.nulls, &result.count);
	result.columns = ARR_NDIM(array) == 2 ? ARR_DIMS(array)[1] : ARR_NDIM(array);
	return result;
}

/* Refuses an array that has another length than there are things; none at all is allowed. */
static void
check_count(const Elements *elements, int wanted, const char *name, const char *things)
{
	if (elements->count != wanted && elements->count > 0)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("invalid %s: %d of them for %d %s", name, elements->count, wanted, things),
				 errdetail("There is one for each."),
				 errhint("Gather all arrays in one query, in one order.")));
}

static char *
text_at(const Elements *elements, int i)
{
	return elements->count > 0 && !elements->nulls[i] ? TextDatumGetCString(elements->values[i]) : NULL;
}

/* An amount as an approximate number; an error for one that is none, or is below what it may be. */
static double
approximate(Datum value, double least, const char *name, const char *of)
{
	double		result = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, value));

	if (isnan(result) || isinf(result) || result < least)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid %s of %s: %s", name, of, DatumGetCString(DirectFunctionCall1(numeric_out, value))),
				 least == 0 ? errdetail("It is a number, 0 or more.") : errdetail("It is a number."),
				 errhint("Give NULL where there is none.")));
	return result;
}

/* Adds an amount without its sign to a sum, which stays a number. */
static void
add_amount(double *sum, Datum value, double least, const char *name, const char *of)
{
	*sum += fabs(approximate(value, least, name, of));
	if (isinf(*sum))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("invalid %s of %s: %s", name, of, DatumGetCString(DirectFunctionCall1(numeric_out, value))),
				 errdetail("With those before it the sum passes 1.8e308."),
				 errhint("Count in a larger unit.")));
}

static int
decimals_of(Datum value)
{
	return DatumGetInt32(DirectFunctionCall1(numeric_min_scale, value));
}

/* As many decimals as asked, or as many as keep a sum exact. */
static int
bounded_decimals(int decimals, double sum)
{
	decimals = Min(decimals, PORTFOLIO_MAX_DECIMALS);
	while (sum * pow(10, decimals) > (double) PORTFOLIO_MAX_SUM / 2)
		decimals--;
	return decimals;
}

static Datum
numeric_of(const char *text)
{
	return DirectFunctionCall3(numeric_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

/* A number times 10^decimals. */
static Datum
shifted(Datum value, int decimals)
{
	return decimals == 0 ? value : DirectFunctionCall2(numeric_mul, value, numeric_of(psprintf("1e%d", decimals)));
}

/* A number as a whole number of 10^-decimals, rounded by a function. */
static int64
to_units(Datum value, int decimals, PGFunction rounded)
{
	value = shifted(value, decimals);
	return DatumGetInt64(DirectFunctionCall1(numeric_int8, DirectFunctionCall1(rounded, value)));
}

static Datum
nearest(PG_FUNCTION_ARGS)
{
	return DirectFunctionCall2(numeric_round, PG_GETARG_DATUM(0), Int32GetDatum(0));
}

/* The number that so many units are. */
static Datum
from_units(int64 units, int decimals)
{
	return numeric_of(psprintf("%llde%d", (long long) units, -decimals));
}

/* A price with six digits. */
static Datum
price_datum(double price)
{
	return numeric_of(psprintf("%.6g", price));
}

static void
read_values(Portfolio *portfolio, const Elements *values)
{
	double		sum = 0;
	int			decimals = 0;

	portfolio->value = palloc0(sizeof(int64) * (portfolio->items + 1));
	portfolio->is_valued = palloc0(sizeof(bool) * (portfolio->items + 1));
	for (int i = 0; i < portfolio->items; i++)
	{
		portfolio->is_valued[i] = !values->nulls[i];
		if (values->nulls[i])
			continue;
		add_amount(&sum, values->values[i], -HUGE_VAL, "value", portfolio->name[i]);
		decimals = Max(decimals, decimals_of(values->values[i]));
	}
	portfolio->value_decimals = bounded_decimals(decimals, sum);
	for (int i = 0; i < portfolio->items; i++)
		if (portfolio->is_valued[i])
			portfolio->value[i] = to_units(values->values[i], portfolio->value_decimals, nearest);
}

static void
read_costs(Portfolio *portfolio, const Elements *costs, const Elements *limits)
{
	int			resources = portfolio->resources;

	portfolio->cost = palloc_extended(sizeof(int64) * ((Size) portfolio->items * resources + 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	portfolio->limit = palloc(sizeof(int64) * (resources + 1));
	portfolio->decimals = palloc0(sizeof(int) * (resources + 1));
	for (int r = 0; r < resources; r++)
	{
		double		sum = 0;
		double		limit = limits->nulls[r] ? HUGE_VAL : approximate(limits->values[r], 0, "limit", psprintf("resource %d", r + 1));
		int			decimals = 0;

		for (int i = 0; i < portfolio->items; i++)
		{
			Size		at = (Size) i * resources + r;

			if (costs->nulls[at])
				continue;
			add_amount(&sum, costs->values[at], 0, "cost", portfolio->name[i]);
			decimals = Max(decimals, decimals_of(costs->values[at]));
		}
		if (limit <= sum * (1 + 1e-9))
			decimals = Max(decimals, decimals_of(limits->values[r]));
		decimals = bounded_decimals(decimals, sum);
		portfolio->decimals[r] = decimals;
		portfolio->limit[r] = limit <= sum * (1 + 1e-9) ? to_units(limits->values[r], decimals, numeric_floor) : PORTFOLIO_NO_LIMIT;
		for (int i = 0; i < portfolio->items; i++)
		{
			Size		at = (Size) i * resources + r;

			if (!costs->nulls[at])
				portfolio->cost[at] = to_units(costs->values[at], decimals, numeric_ceil);
		}
	}
}

/* The item that an element names by its number, from 1; its place, from 0. */
static int
place_at(const Portfolio *portfolio, const Elements *elements, int i, const char *name)
{
	int			number = elements->nulls[i] ? 0 : DatumGetInt32(elements->values[i]);

	if (number < 1 || number > portfolio->items)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid %s: item %s", name, elements->nulls[i] ? "NULL" : psprintf("%d", number)),
				 errdetail("Items are numbered from 1 to %d, as they stand in the array of values.", portfolio->items),
				 errhint("Leave out what is not to be chosen from.")));
	return number - 1;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

/* Alternatives by their names, and the items of each. */
static void
read_alternatives(Portfolio *portfolio, const Elements *members, const Elements *choices)
{
	int			count = members->count;
	char	  **names = palloc(sizeof(char *) * (count + 1));
	int		   *item = palloc(sizeof(int) * (count + 1));
	int		   *alternative = palloc(sizeof(int) * (count + 1));
	int		   *seen_in;
	int			kept = 0;

	if (choices->count != count)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("invalid alternatives: %d members and %d choices", count, choices->count),
				 errdetail("Item member[i] is of choice[i]; of a choice at most one item is chosen."),
				 errhint("Gather both arrays in one query.")));
	portfolio->alternative = palloc(sizeof(char *) * (count + 1));
	for (int i = 0; i < count; i++)
	{
		item[i] = place_at(portfolio, members, i, "member");
		names[i] = text_at(choices, i);
		if (names[i] == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("invalid choice of %s: NULL", portfolio->name[item[i]]),
					 errdetail("Items of one choice exclude one another, so it has a name."),
					 errhint("Leave out the members that exclude nothing.")));
		portfolio->alternative[i] = names[i];
	}
	qsort(portfolio->alternative, count, sizeof(char *), compare_names);
	for (int i = 0; i < count; i++)
		if (i == 0 || strcmp(portfolio->alternative[i], portfolio->alternative[portfolio->alternatives - 1]) != 0)
			portfolio->alternative[portfolio->alternatives++] = portfolio->alternative[i];
	for (int i = 0; i < count; i++)
	{
		char	  **found = bsearch(&names[i], portfolio->alternative, portfolio->alternatives, sizeof(char *), compare_names);

		alternative[i] = found - portfolio->alternative;
	}
	/* each pair once */
	portfolio->members = align_graph_gather(portfolio->alternatives, alternative, item, count);
	seen_in = palloc0(sizeof(int) * (portfolio->items + 1));
	for (int i = 0; i < portfolio->alternatives; i++)
	{
		foreach_place(member, &portfolio->members, i)
		{
			if (seen_in[member] != i + 1)
			{
				seen_in[member] = i + 1;
				item[kept] = member;
				alternative[kept++] = i;
			}
		}
	}
	portfolio->members = align_graph_gather(portfolio->alternatives, alternative, item, kept);
	portfolio->alternatives_of = align_graph_gather(portfolio->items, item, alternative, kept);
}

static void
read_needs(Portfolio *portfolio, const Elements *items, const Elements *needs)
{
	int		   *from = palloc(sizeof(int) * (items->count + 1));
	int		   *to = palloc(sizeof(int) * (items->count + 1));

	if (needs->count != items->count)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("invalid needs: %d items and %d needs", items->count, needs->count),
				 errdetail("Item item[i] needs item needs[i]."),
				 errhint("Gather both arrays in one query.")));
	for (int i = 0; i < items->count; i++)
	{
		from[i] = place_at(portfolio, items, i, "item");
		to[i] = place_at(portfolio, needs, i, "need");
	}
	portfolio->needs = align_graph_gather(portfolio->items, from, to, items->count);
	portfolio->needed_by = align_graph_gather(portfolio->items, to, from, items->count);
}

/* The portfolio of the arguments; every array but the first three may be NULL. */
static void
read_portfolio(FunctionCallInfo fcinfo, Portfolio *portfolio)
{
	Elements	values = read_elements(fcinfo, 0, NUMERICOID, 1, "value");
	Elements	costs = read_elements(fcinfo, 1, NUMERICOID, 2, "cost");
	Elements	limits = read_elements(fcinfo, 2, NUMERICOID, 1, "available");
	Elements	musts = read_elements(fcinfo, 3, BOOLOID, 1, "must");
	Elements	items = read_elements(fcinfo, 4, INT4OID, 1, "item");
	Elements	needs = read_elements(fcinfo, 5, INT4OID, 1, "needs");
	Elements	members = read_elements(fcinfo, 6, INT4OID, 1, "member");
	Elements	choices = read_elements(fcinfo, 7, TEXTOID, 1, "choice");
	Elements	blocked = read_elements(fcinfo, 8, TEXTOID, 1, "blocked");
	Elements	names = read_elements(fcinfo, 9, TEXTOID, 1, "name");
	Elements	units = read_elements(fcinfo, 10, TEXTOID, 1, "unit");

	portfolio->items = values.count;
	portfolio->resources = limits.count;
	if (values.count > PORTFOLIO_MAX_ITEMS || limits.count > PORTFOLIO_MAX_RESOURCES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many to choose from: %d items under %d limits", values.count, limits.count),
				 errdetail("There may be %d items and %d limits.", PORTFOLIO_MAX_ITEMS, PORTFOLIO_MAX_RESOURCES),
				 errhint("Choose within parts of them.")));
	/* a matrix without rows or columns has no shape */
	if ((Size) costs.count != (Size) values.count * limits.count || (costs.count > 0 && costs.columns != limits.count))
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("invalid cost: %d rows of %d for %d items and %d limits", costs.count / Max(costs.columns, 1), costs.columns,
						values.count, limits.count),
				 errdetail("There is a row for each item, in it an amount for each limit."),
				 errhint("Gather the rows by array_agg(ARRAY[money, days]).")));
	check_count(&musts, values.count, "must", "items");
	check_count(&blocked, values.count, "blocked", "items");
	check_count(&names, values.count, "name", "items");
	check_count(&units, limits.count, "unit", "limits");

	portfolio->must = palloc0(sizeof(bool) * (portfolio->items + 1));
	portfolio->name = palloc(sizeof(char *) * (portfolio->items + 1));
	portfolio->blocked = palloc(sizeof(char *) * (portfolio->items + 1));
	portfolio->unit = palloc(sizeof(char *) * (portfolio->resources + 1));
	for (int i = 0; i < portfolio->items; i++)
	{
		char	   *name = text_at(&names, i);

		portfolio->name[i] = name ? name : psprintf("item %d", i + 1);
		portfolio->blocked[i] = text_at(&blocked, i);
		portfolio->must[i] = musts.count > 0 && !musts.nulls[i] && DatumGetBool(musts.values[i]);
	}
	for (int r = 0; r < portfolio->resources; r++)
	{
		char	   *unit = text_at(&units, r);

		portfolio->unit[r] = unit ? unit : psprintf("of resource %d", r + 1);
	}
	read_values(portfolio, &values);
	read_costs(portfolio, &costs, &limits);
	read_needs(portfolio, &items, &needs);
	read_alternatives(portfolio, &members, &choices);
}

PG_FUNCTION_INFO_V1(align_prioritize_choose);
Datum
align_prioritize_choose(PG_FUNCTION_ARGS)
{
	Portfolio	portfolio = {0};
	Outcome		outcome = {0};
	int			work_limit = PG_ARGISNULL(11) ? 1000 : PG_GETARG_INT32(11);
	int		   *rank;
	int			chosen_count = 0;
	Datum	   *lists[5];
	Datum		values[9];
	bool		nulls[9] = {0};

	if (work_limit < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid work limit: %d", work_limit),
				 errdetail("It is in millions of products that may be summed, 0 or more."),
				 errhint("Leave it out for 1000, which takes seconds.")));
	read_portfolio(fcinfo, &portfolio);
	align_portfolio_prepare(&portfolio);
	align_portfolio_search(&portfolio, (int64) work_limit * 1000000, &outcome);
	rank = align_portfolio_rank(&portfolio, &outcome);
	for (int i = 0; i < portfolio.items; i++)
		chosen_count += outcome.best.chosen[i];

	for (int i = 0; i < 5; i++)
		lists[i] = palloc(sizeof(Datum) * (Max(portfolio.items, portfolio.resources) + 1));
	for (int i = 0; i < portfolio.items; i++)
	{
		lists[0][i] = BoolGetDatum(outcome.best.chosen[i]);
		lists[1][i] = Int32GetDatum(rank[i]);
		lists[2][i] = CStringGetTextDatum(outcome.best.chosen[i] ? "do now" : portfolio.state[i] == ITEM_FREE ? "deferred" : "not possible");
		lists[3][i] = CStringGetTextDatum(align_portfolio_reason(&portfolio, &outcome, i, rank[i] - 1 - chosen_count));
	}
	for (int r = 0; r < portfolio.resources; r++)
		lists[4][r] = DirectFunctionCall1(numeric_trim_scale, shifted(price_datum(outcome.price[r]), portfolio.decimals[r] - portfolio.value_decimals));
	values[0] = PointerGetDatum(construct_array(lists[0], portfolio.items, BOOLOID, 1, true, TYPALIGN_CHAR));
	values[1] = PointerGetDatum(construct_array(lists[1], portfolio.items, INT4OID, 4, true, TYPALIGN_INT));
	values[2] = PointerGetDatum(construct_array(lists[2], portfolio.items, TEXTOID, -1, false, TYPALIGN_INT));
	values[3] = PointerGetDatum(construct_array(lists[3], portfolio.items, TEXTOID, -1, false, TYPALIGN_INT));
	values[4] = PointerGetDatum(construct_array(lists[4], portfolio.resources, NUMERICOID, -1, false, TYPALIGN_INT));
	values[5] = from_units(outcome.best.value, portfolio.value_decimals);
	values[6] = from_units(outcome.bound, portfolio.value_decimals);
	nulls[7] = outcome.bound <= 0 && outcome.bound > outcome.best.value;
	values[7] = nulls[7] ? (Datum) 0 : outcome.bound == outcome.best.value ? from_units(0, 0) :
		DirectFunctionCall2(numeric_round, price_datum((double) (outcome.bound - outcome.best.value) / outcome.bound), Int32GetDatum(6));
	values[8] = Int64GetDatum(outcome.nodes);
	return align_base_row(fcinfo, values, nulls);
}
