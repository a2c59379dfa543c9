/*
 * agreement.c
 *		How far two judges agree, and how far two groups differ: kappa and the
 *		Jensen-Shannon divergence, read from a crosstab.
 *
 *		SELECT align.kappa(by_marketing, by_sales) FROM verdicts;
 *		SELECT align.jensen_shannon(segment, won) FROM leads;
 *
 * The cells come sorted by their bytes, so sums of floating-point numbers are
 * made in one order, and the order of the rows does not show.
 */
#include "compat.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "agreement.h"
#include "base.h"
#include "base_special.h"

/* A category, and how often each judge said it. */
typedef struct Category
{
	const char *name;
	uint32		length;
	int64		by_a;
	int64		by_b;
} Category;

typedef struct Kappa
{
	double		kappa;			/* NaN when undefined */
	double		standard_error;
	double		agree_ratio;
	double		chance_ratio;
	int64		rows;
} Kappa;

typedef struct Divergence
{
	double		bits;			/* NaN when one side is empty */
	int64		in_a;
	int64		in_b;
	int64		categories;
} Divergence;

/*
 * The first four columns of a result: value, standard error, and the 95 % normal
 * interval within the bounds that the value itself has.
 */
void
align_agreement_put_interval(Datum *values, bool *nulls, double value, double error,
							 double lowest, double highest)
{
	double		low = value - ALIGN_NORMAL_975 * error;
	double		high = value + ALIGN_NORMAL_975 * error;

	put_float(values, nulls, 0, value);
	put_float(values, nulls, 1, error);
	put_float(values, nulls, 2, low < lowest ? lowest : low);
	put_float(values, nulls, 3, high > highest ? highest : high);
}

static int
compare_categories(const void *left, const void *right)
{
	const Category *l = left;
	const Category *r = right;

	return compare_bytes(l->name, l->length, r->name, r->length);
}

static Category *
find_category(Category *categories, int count, const char *name, uint32 length)
{
	Category	wanted = {name, length, 0, 0};

	return bsearch(&wanted, categories, count, sizeof(Category), compare_categories);
}

/* The distinct categories of the cells, sorted, with their marginal counts. */
static int
list_categories(CrosstabCell **cells, int count, Category **categories)
{
	Category   *list = palloc0((2 * count + 1) * sizeof(Category));
	int			distinct = 0;

	for (int i = 0; i < count; i++)
	{
		list[2 * i].name = cells[i]->a;
		list[2 * i].length = cells[i]->a_length;
		list[2 * i + 1].name = cells[i]->b;
		list[2 * i + 1].length = cells[i]->b_length;
	}
	qsort(list, 2 * count, sizeof(Category), compare_categories);
	for (int i = 0; i < 2 * count; i++)
		if (distinct == 0 || compare_categories(&list[distinct - 1], &list[i]) != 0)
			list[distinct++] = list[i];
	for (int i = 0; i < count; i++)
	{
		find_category(list, distinct, cells[i]->a, cells[i]->a_length)->by_a += cells[i]->count;
		find_category(list, distinct, cells[i]->b, cells[i]->b_length)->by_b += cells[i]->count;
		CHECK_FOR_INTERRUPTS();
	}
	*categories = list;
	return distinct;
}

/*
 * Cohen's kappa (Cohen 1960) and its large-sample standard error, that which
 * does not suppose kappa to be zero (Fleiss, Cohen and Everitt 1969):
 *
 *		kappa = (agree - chance) / (1 - chance)
 *		variance = (sum over i of p[ii] (1 - (a[i] + b[i]) (1 - kappa))^2
 *					+ (1 - kappa)^2 sum over i <> j of p[ij] (b[i] + a[j])^2
 *					- (kappa - chance (1 - kappa))^2) / (n (1 - chance)^2)
 *
 * where p are the shares of the cells, a and b those of the two judges.
 */
static Kappa
measure_kappa(Datum datum)
{
	Kappa		result = {NAN, NAN, NAN, NAN, 0};
	CrosstabCell **cells;
	Category   *categories;
	int			count = align_crosstab_read(datum, &cells);
	int			distinct = list_categories(cells, count, &categories);
	double		rows;
	double		chance = 0;		/* times rows^2: exact while it has 53 bits */
	double		agree = 0;		/* times rows */
	double		rest;
	double		sum = 0;
	double		last;

	for (int i = 0; i < distinct; i++)
	{
		result.rows += categories[i].by_a;
		chance += (double) categories[i].by_a * categories[i].by_b;
	}
	if (result.rows == 0)
		return result;
	rows = result.rows;
	for (int i = 0; i < count; i++)
		if (compare_bytes(cells[i]->a, cells[i]->a_length, cells[i]->b, cells[i]->b_length) == 0)
			agree += cells[i]->count;
	result.agree_ratio = agree / rows;
	result.chance_ratio = chance / (rows * rows);
	if (chance == rows * rows)
		return result;
	result.kappa = (rows * agree - chance) / (rows * rows - chance);

	rest = 1 - result.kappa;
	for (int i = 0; i < count; i++)
	{
		const Category *a = find_category(categories, distinct, cells[i]->a, cells[i]->a_length);
		const Category *b = find_category(categories, distinct, cells[i]->b, cells[i]->b_length);
		double		part = ((double) a->by_b + b->by_a) / rows * rest;

		if (a == b)
			part = 1 - part;
		sum += cells[i]->count * part * part;
		CHECK_FOR_INTERRUPTS();
	}
	last = result.kappa - result.chance_ratio * rest;
	sum = sum / rows - last * last;
	result.standard_error = sum <= 0 ? 0 : sqrt(sum / rows) / (1 - result.chance_ratio);
	return result;
}

PG_FUNCTION_INFO_V1(align_agreement_kappa);
Datum
align_agreement_kappa(PG_FUNCTION_ARGS)
{
	return float_or_null(fcinfo, measure_kappa(PG_GETARG_DATUM(0)).kappa);
}

PG_FUNCTION_INFO_V1(align_agreement_kappa_detail);
Datum
align_agreement_kappa_detail(PG_FUNCTION_ARGS)
{
	Kappa		kappa = measure_kappa(PG_GETARG_DATUM(0));
	Datum		values[7];
	bool		nulls[7] = {0};

	align_agreement_put_interval(values, nulls, kappa.kappa, kappa.standard_error, -1, 1);
	put_float(values, nulls, 4, kappa.agree_ratio);
	put_float(values, nulls, 5, kappa.chance_ratio);
	values[6] = Int64GetDatum(kappa.rows);
	return align_base_row(fcinfo, values, nulls);
}

static bool
is_side(const CrosstabCell *cell, const char *name)
{
	return cell->b_length == strlen(name) && memcmp(cell->b, name, cell->b_length) == 0;
}

/*
 * The Jensen-Shannon divergence (Lin 1991) of the categories where b is true
 * from those where it is false, in bits:
 *
 *		half the sum of p log2(2 p / (p + q)) + q log2(2 q / (p + q))
 *
 * Shares are compared as products of counts, and each side is divided by its
 * count at the end: equal distributions give 0 and disjoint ones 1, exactly.
 */
static Divergence
measure_divergence(Datum datum)
{
	Divergence	result = {NAN, 0, 0, 0};
	CrosstabCell **cells;
	int			count = align_crosstab_read(datum, &cells);
	double		sum_a = 0;
	double		sum_b = 0;

	for (int i = 0; i < count; i++)
	{
		if (is_side(cells[i], "true"))
			result.in_a += cells[i]->count;
		else if (is_side(cells[i], "false"))
			result.in_b += cells[i]->count;
		else
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("invalid side: \"%.*s\"", (int) cells[i]->b_length, cells[i]->b),
					 errdetail("Two groups are compared; the second category of each cell is true or false."),
					 errhint("Build the crosstab by crosstab(category, in_a::text).")));
	}
	for (int i = 0; i < count;)
	{
		const CrosstabCell *cell = cells[i];
		int64		in_a = 0;
		int64		in_b = 0;
		double		p;
		double		q;

		for (; i < count && compare_bytes(cells[i]->a, cells[i]->a_length, cell->a, cell->a_length) == 0; i++)
		{
			if (is_side(cells[i], "true"))
				in_a = cells[i]->count;
			else
				in_b = cells[i]->count;
		}
		result.categories++;
		p = (double) in_a * result.in_b;
		q = (double) in_b * result.in_a;
		if (p > 0)
			sum_a += in_a * log2(2 * p / (p + q));
		if (q > 0)
			sum_b += in_b * log2(2 * q / (p + q));
		CHECK_FOR_INTERRUPTS();
	}
	if (result.in_a > 0 && result.in_b > 0)
		result.bits = Min(Max((sum_a / result.in_a + sum_b / result.in_b) / 2, 0), 1);
	return result;
}

PG_FUNCTION_INFO_V1(align_agreement_jensen_shannon);
Datum
align_agreement_jensen_shannon(PG_FUNCTION_ARGS)
{
	return float_or_null(fcinfo, measure_divergence(PG_GETARG_DATUM(0)).bits);
}

PG_FUNCTION_INFO_V1(align_agreement_jensen_shannon_detail);
Datum
align_agreement_jensen_shannon_detail(PG_FUNCTION_ARGS)
{
	Divergence	divergence = measure_divergence(PG_GETARG_DATUM(0));
	Datum		values[5];
	bool		nulls[5] = {0};

	put_float(values, nulls, 0, divergence.bits);
	put_float(values, nulls, 1, sqrt(divergence.bits));
	values[2] = Int64GetDatum(divergence.in_a);
	values[3] = Int64GetDatum(divergence.in_b);
	values[4] = Int64GetDatum(divergence.categories);
	return align_base_row(fcinfo, values, nulls);
}
