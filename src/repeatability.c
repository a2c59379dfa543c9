/*
 * repeatability.c
 *		Is the outcome that of the process, or that of the person? The spread of
 *		rates and of means between groups, beyond what chance gives.
 *
 *		SELECT p, between_ratio FROM align.rate_spread('{30,45,28}', '{100,100,90}');
 *		SELECT p, between_ratio FROM align.mean_spread('{10,12}', '{3.1,2.7}', '{0.8,0.9}');
 *
 * All are pure functions of arrays, an element per group. Counts and moments of a
 * group add up as sums do, so they can be gathered anywhere.
 *
 * The groups' true rates are taken as a beta distribution with the mean m and the
 * intra-class correlation rho: between_ratio, the share of the variance of single
 * outcomes that lies between groups.
 */
#include "compat.h"

#include <float.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/float.h"

#include "base.h"
#include "base_special.h"

#define MAX_GROUPS		10000
#define MAX_CLOSED		100000000
/* 95 % of a chi-square distribution of one degree of freedom lie below it */
#define CHI_SQUARE_95	3.841458820694124
#define GOLDEN			0.618033988749894848	/* the golden section */
/* how often an interval is cut, by it or by half */
#define MEAN_STEPS		30
#define SPREAD_STEPS	42
#define BISECT_STEPS	30

typedef struct Rates
{
	int			groups;
	int			tried;			/* groups with anything closed */
	double	   *won;
	double	   *closed;
	double		won_total;
	double		closed_total;
	double		closed_squares;
	double		lowest;			/* rate of a group */
	double		highest;
} Rates;

typedef struct Fit
{
	double		mean;
	double		rho;			/* NaN when nothing can be said */
	double		likelihood;		/* its logarithm */
	const char *reason;			/* why nothing can */
} Fit;

static int
read_array(FunctionCallInfo fcinfo, int argument, Oid type, Datum **values, bool **nulls)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(argument);
	int			count;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("invalid groups: an array of %d dimensions", ARR_NDIM(array)),
				 errdetail("An element stands for a group."),
				 errhint("Gather them by array_agg.")));
	count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	if (count > MAX_GROUPS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many groups: %d", count),
				 errdetail("At most %d are compared.", MAX_GROUPS),
				 errhint("Put small groups together.")));
	deconstruct_array(array, type, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, values, nulls, &count);
	return count;
}

static void
refuse_lengths(int one, int other)
{
	ereport(ERROR,
			(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
			 errmsg("invalid groups: arrays of %d and %d elements", one, other),
			 errdetail("They have an element per group."),
			 errhint("Gather them in one query by array_agg.")));
}

static void
refuse_null(int group)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("invalid group %d: NULL", group + 1),
			 errdetail("Counts are numbers, and so are means and deviations; one value alone has no deviation."),
			 errhint("Leave the group out, or write 0 as its count.")));
}

static Rates
read_rates(FunctionCallInfo fcinfo)
{
	Rates		rates = {.lowest = 1};
	Datum	   *won;
	Datum	   *closed;
	bool	   *won_nulls;
	bool	   *closed_nulls;
	int			count = read_array(fcinfo, 1, INT8OID, &closed, &closed_nulls);

	rates.groups = read_array(fcinfo, 0, INT8OID, &won, &won_nulls);
	if (rates.groups != count)
		refuse_lengths(rates.groups, count);
	rates.won = palloc((count + 1) * sizeof(double));
	rates.closed = palloc((count + 1) * sizeof(double));
	for (int i = 0; i < count; i++)
	{
		int64		w = DatumGetInt64(won[i]);
		int64		n = DatumGetInt64(closed[i]);

		if (won_nulls[i] || closed_nulls[i])
			refuse_null(i);
		if (w < 0 || w > n || n > MAX_CLOSED)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("invalid group %d: " INT64_FORMAT " won of " INT64_FORMAT " closed", i + 1, w, n),
					 errdetail("Counts are 0 to %d, and there cannot be more won than closed.", MAX_CLOSED),
					 errhint("Give the won first, then all that were won or lost.")));
		rates.won[i] = w;
		rates.closed[i] = n;
		rates.won_total += w;
		rates.closed_total += n;
		rates.closed_squares += (double) n * n;
		if (n > 0)
		{
			rates.tried++;
			rates.lowest = Min(rates.lowest, (double) w / n);
			rates.highest = Max(rates.highest, (double) w / n);
		}
	}
	return rates;
}

/*
 * The beta-binomial log-likelihood, less what does not depend on its parameters:
 * with a = m (1 - rho) / rho and b = (1 - m) (1 - rho) / rho,
 *
 *		sum of ln B(won + a, closed - won + b) - ln B(a, b)
 */
static double
likelihood(const Rates *rates, double mean, double rho)
{
	double		weight = (1 - rho) / rho;
	double		sum = 0;

	if (rho <= 0)
		return rates->won_total * log(mean) + (rates->closed_total - rates->won_total) * log1p(-mean);
	for (int i = 0; i < rates->groups; i++)
	{
		double		won = rates->won[i];
		double		lost = rates->closed[i] - won;

		if (won > 0)
			sum += align_log_rising(mean * weight, won);
		if (lost > 0)
			sum += align_log_rising((1 - mean) * weight, lost);
		if (won + lost > 0)
			sum -= align_log_rising(weight, won + lost);
	}
	CHECK_FOR_INTERRUPTS();
	return sum;
}

/*
 * The likelihood for a rho at its best mean, which lies among the groups' rates:
 * by golden section.
 */
static Fit
fit_mean(const Rates *rates, double rho)
{
	double		low = Max(rates->lowest, 1e-12);
	double		high = Min(rates->highest, 1 - 1e-12);
	double		left = high - GOLDEN * (high - low);
	double		right = low + GOLDEN * (high - low);
	double		left_value;
	double		right_value;
	Fit			fit = {.rho = rho};

	if (rho <= 0)
	{
		fit.mean = rates->won_total / rates->closed_total;
		fit.likelihood = likelihood(rates, fit.mean, 0);
		return fit;
	}
	left_value = likelihood(rates, left, rho);
	right_value = likelihood(rates, right, rho);
	for (int i = 0; i < MEAN_STEPS; i++)
	{
		if (left_value > right_value)
		{
			high = right;
			right = left;
			right_value = left_value;
			left = high - GOLDEN * (high - low);
			left_value = likelihood(rates, left, rho);
		}
		else
		{
			low = left;
			left = right;
			left_value = right_value;
			right = low + GOLDEN * (high - low);
			right_value = likelihood(rates, right, rho);
		}
	}
	fit.mean = (low + high) / 2;
	fit.likelihood = Max(left_value, right_value);
	return fit;
}

/*
 * An end of the interval: where, from the best rho on, the profile likelihood has
 * fallen by half of CHI_SQUARE_95. By bisection over the root of rho.
 */
static double
profile_end(const Rates *rates, const Fit *best, double from, double to)
{
	double		bound = best->likelihood - CHI_SQUARE_95 / 2;

	if (fit_mean(rates, to * to).likelihood >= bound)
		return to * to;
	for (int i = 0; i < BISECT_STEPS; i++)
	{
		double		middle = (from + to) / 2;

		if (fit_mean(rates, middle * middle).likelihood >= bound)
			from = middle;
		else
			to = middle;
	}
	return from * from;
}

/*
 * Mean and rho of the greatest likelihood: golden section over the root of rho,
 * which is the correlation of outcomes with their group's true rate.
 */
static Fit
fit_rates(const Rates *rates, double *rho_low, double *rho_high)
{
	const double most = 1 - 1e-9;
	Fit			best = {.mean = NAN,.rho = NAN};
	double		low = 0;
	double		high = most;
	double		left = high - GOLDEN * (high - low);
	double		right = low + GOLDEN * (high - low);
	Fit			left_fit;
	Fit			right_fit;

	if (rates->tried == 0)
		best.reason = "Nothing is closed.";
	else if (rates->tried == 1)
		best.reason = "There is one group alone, so there is nothing to compare.";
	else if (rates->won_total == 0)
		best.reason = "Nothing is won, so no rate can differ.";
	else if (rates->won_total == rates->closed_total)
		best.reason = "All that closed is won, so no rate can differ.";
	else if (rates->closed_total == rates->tried)
		best.reason = "Each group has closed one alone, so spread and chance cannot be told apart.";
	if (best.reason != NULL)
		return best;

	best = fit_mean(rates, 0);
	left_fit = fit_mean(rates, left * left);
	right_fit = fit_mean(rates, right * right);
	for (int i = 0; i < SPREAD_STEPS; i++)
	{
		if (left_fit.likelihood > right_fit.likelihood)
		{
			high = right;
			right = left;
			right_fit = left_fit;
			left = high - GOLDEN * (high - low);
			left_fit = fit_mean(rates, left * left);
		}
		else
		{
			low = left;
			left = right;
			left_fit = right_fit;
			right = low + GOLDEN * (high - low);
			right_fit = fit_mean(rates, right * right);
		}
	}
	/* rounding alone is no spread */
	if (left_fit.likelihood > best.likelihood + 1e-9)
		best = left_fit;
	if (rho_low != NULL)
	{
		*rho_low = profile_end(rates, &best, sqrt(best.rho), 0);
		*rho_high = profile_end(rates, &best, sqrt(best.rho), most);
	}
	return best;
}

/* 100 where nothing lies between groups, 0 where everything does. */
static double
reading(double between)
{
	return 100 * (1 - sqrt(between));
}

static void
put_text(Datum *values, bool *nulls, int column, const char *value)
{
	nulls[column] = value == NULL;
	values[column] = nulls[column] ? (Datum) 0 : CStringGetTextDatum(value);
}

/*
 * rate_spread(won, closed)
 *
 * The moment estimator of rho is that of Kleinman (1973) with weights closed,
 * which by way of chi-square X with k - 1 degrees of freedom is
 *
 *		(X - (k - 1)) / (N - sum of closed^2 / N - (k - 1))
 *
 * The interval is that of the profile likelihood.
 */
PG_FUNCTION_INFO_V1(align_repeatability_rates);
Datum
align_repeatability_rates(PG_FUNCTION_ARGS)
{
	Rates		rates = read_rates(fcinfo);
	double		rate = rates.won_total / rates.closed_total;
	double		low = NAN;
	double		high = NAN;
	Fit			fit = fit_rates(&rates, &low, &high);
	double		df = rates.tried - 1;
	double		chi_square = 0;
	double		room = rates.closed_total - rates.closed_squares / rates.closed_total - df;
	int			thin = 0;
	bool		varies = rates.tried > 1 && rate > 0 && rate < 1;
	Datum		values[13];
	bool		nulls[13] = {0};

	for (int i = 0; i < rates.groups; i++)
	{
		double		difference = rates.won[i] - rates.closed[i] * rate;

		if (rates.closed[i] == 0)
			continue;
		chi_square += difference * difference / (rates.closed[i] * rate * (1 - rate));
		thin += rates.closed[i] * Min(rate, 1 - rate) < 5;
	}
	/* Cochran (1954) */
	if (fit.reason == NULL && thin * 5 > rates.tried)
		fit.reason = psprintf("In %d of %d groups fewer than five won or lost are expected: p is rough.", thin, rates.tried);
	if (!varies)
		chi_square = NAN;
	values[0] = Int32GetDatum(rates.tried);
	values[1] = Int64GetDatum((int64) rates.won_total);
	values[2] = Int64GetDatum((int64) rates.closed_total);
	put_float(values, nulls, 3, rates.closed_total > 0 ? rate : NAN);
	put_float(values, nulls, 4, chi_square);
	nulls[5] = !varies;
	values[5] = Int32GetDatum(rates.tried - 1);
	put_float(values, nulls, 6, varies ? align_chi_square_tail(chi_square, df) : NAN);
	put_float(values, nulls, 7, isnan(fit.rho) ? NAN : Max(0, Min(1, (chi_square - df) / room)));
	put_float(values, nulls, 8, fit.rho);
	put_float(values, nulls, 9, low);
	put_float(values, nulls, 10, high);
	put_float(values, nulls, 11, reading(fit.rho));
	put_text(values, nulls, 12, fit.reason);
	return align_base_row(fcinfo, values, nulls);
}

/*
 * shrunk_rates(won, closed): each group's rate drawn to that of all, as far as
 * the spread between groups allows: mean and 95 % interval of the posterior
 * Beta(a + won, b + lost) with a and b as fitted. The prior weighs no more than
 * all that was closed, for no better is the rate of all known.
 */
PG_FUNCTION_INFO_V1(align_repeatability_shrunk);
Datum
align_repeatability_shrunk(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Rates		rates = read_rates(fcinfo);
	Fit			fit = fit_rates(&rates, NULL, NULL);
	double		weight = fit.rho > 0 ? Min((1 - fit.rho) / fit.rho, rates.closed_total) : rates.closed_total;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < rates.groups; i++)
	{
		bool		known = !isnan(fit.rho);
		double		a = fit.mean * weight + rates.won[i];
		double		b = (1 - fit.mean) * weight + rates.closed[i] - rates.won[i];
		Datum		values[7];
		bool		nulls[7] = {0};

		values[0] = Int32GetDatum(i + 1);
		values[1] = Int64GetDatum((int64) rates.won[i]);
		values[2] = Int64GetDatum((int64) rates.closed[i]);
		put_float(values, nulls, 3, rates.closed[i] > 0 ? rates.won[i] / rates.closed[i] : NAN);
		put_float(values, nulls, 4, known ? a / (a + b) : NAN);
		put_float(values, nulls, 5, known ? align_beta_quantile(0.025, a, b) : NAN);
		put_float(values, nulls, 6, known ? align_beta_quantile(0.975, a, b) : NAN);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		CHECK_FOR_INTERRUPTS();
	}
	return (Datum) 0;
}

/* The intra-class correlation that an F would mean, within 0 and 1. */
static double
correlation_of(double f, double size)
{
	if (isinf(f))
		return 1;
	return Max(0, Min(1, (f - 1) / (f - 1 + size)));
}

/*
 * mean_spread(n, mean, sd): one-way analysis of variance from the moments of the
 * groups, and the intra-class correlation with random effects (Donner 1986):
 *
 *		(F - 1) / (F - 1 + s),	s = (N - sum of n^2 / N) / (k - 1)
 *
 * Its interval is that of F over the quantiles of F (Searle 1971), exact for
 * groups of one size.
 */
PG_FUNCTION_INFO_V1(align_repeatability_means);
Datum
align_repeatability_means(PG_FUNCTION_ARGS)
{
	Datum	   *columns[3];
	bool	   *missing[3];
	int			count = read_array(fcinfo, 0, INT8OID, &columns[0], &missing[0]);
	int			groups = 0;
	double		total = 0;
	double		squares = 0;
	double		mean = 0;
	double		between = 0;
	double		within = 0;
	double		df_between;
	double		df_within;
	double		size;
	double		f = NAN;
	double		low = NAN;
	double		high = NAN;
	double		correlation = NAN;
	const char *reason = NULL;
	Datum		values[12];
	bool		nulls[12] = {0};

	for (int column = 1; column < 3; column++)
	{
		int			other = read_array(fcinfo, column, FLOAT8OID, &columns[column], &missing[column]);

		if (other != count)
			refuse_lengths(count, other);
	}
	for (int i = 0; i < count; i++)
	{
		int64		n = DatumGetInt64(columns[0][i]);
		double		group_mean = DatumGetFloat8(columns[1][i]);
		double		deviation = DatumGetFloat8(columns[2][i]);
		double		difference;

		if (missing[0][i])
			refuse_null(i);
		if (n == 0)
			continue;
		/* one value has no deviation, as stddev_samp says */
		if (missing[1][i] || (missing[2][i] && n != 1))
			refuse_null(i);
		if (missing[2][i])
			deviation = 0;
		if (n < 0 || n > MAX_CLOSED || !(fabs(group_mean) <= 1e100) || !(deviation >= 0 && deviation <= 1e100))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("invalid group %d: " INT64_FORMAT " values with the mean %s and the deviation %s", i + 1, n,
							float8out_internal(group_mean), float8out_internal(deviation)),
					 errdetail("Counts are 0 to %d, deviations 0 or more, and both they and means at most 1e100.", MAX_CLOSED),
					 errhint("Give the moments as count, avg and stddev_samp compute them.")));
		groups++;
		total += n;
		squares += (double) n * n;
		within += (n - 1) * deviation * deviation;
		difference = group_mean - mean;
		between += difference * difference * n * ((total - n) / total);
		mean += difference * (n / total);
	}
	df_between = groups - 1;
	df_within = total - groups;
	size = (total - squares / total) / df_between;
	if (groups == 0)
		reason = "There is no value.";
	else if (groups == 1)
		reason = "There is one group alone, so there is nothing to compare.";
	else if (df_within == 0)
		reason = "Each group has one value alone, so spread and chance cannot be told apart.";
	else if (within == 0)
		reason = "Within the groups nothing varies, so there is no chance to compare with.";
	else
	{
		double		above = align_beta_quantile(0.975, df_between / 2, df_within / 2);
		double		below = align_beta_quantile(0.025, df_between / 2, df_within / 2);

		f = between / df_between / (within / df_within);
		if (isinf(f))
			f = DBL_MAX;
		correlation = correlation_of(f, size);
		low = correlation_of(f / (above / (1 - above) * df_within / df_between), size);
		high = below > 0 ? correlation_of(f / (below / (1 - below) * df_within / df_between), size) : 1;
	}
	values[0] = Int32GetDatum(groups);
	values[1] = Int64GetDatum((int64) total);
	put_float(values, nulls, 2, groups > 0 ? mean : NAN);
	put_float(values, nulls, 3, f);
	nulls[4] = nulls[5] = isnan(f);
	values[4] = Int32GetDatum(groups - 1);
	values[5] = Int64GetDatum((int64) df_within);
	put_float(values, nulls, 6, isnan(f) ? NAN : align_f_tail(f, df_between, df_within));
	put_float(values, nulls, 7, correlation);
	put_float(values, nulls, 8, low);
	put_float(values, nulls, 9, high);
	put_float(values, nulls, 10, reading(correlation));
	put_text(values, nulls, 11, reason);
	return align_base_row(fcinfo, values, nulls);
}
