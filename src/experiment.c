/*
 * experiment.c
 *		Which variant is better, by how much, how sure is that, and how many
 *		trials does it take to see?
 *
 *		SELECT verdict FROM align.ab_test(480, 8000, 560, 8000);
 *		SELECT align.sample_size(0.06, 0.01);
 *
 * A is what there was, B is what is tried; a difference is that of B less A. All
 * are pure functions of counts or moments.
 *
 * A rate's posterior is Beta(1 + conversions, 1 + the others), from a uniform
 * prior.
 */
#include "compat.h"

#include <float.h>

#include "utils/builtins.h"
#include "utils/float.h"

#include "base.h"
#include "base_special.h"

/* a sum of more terms gives way to the normal distribution */
#define EXACT_TERMS		1000000
/* conversions and others that a sequential test expects of each side at least */
#define SEQUENTIAL_MIN	5

typedef struct Posterior
{
	double		a;				/* 1 + conversions */
	double		b;				/* 1 + the others */
} Posterior;

static void
check_counts(int64 conversions, int64 trials)
{
	if (conversions < 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("invalid conversions: " INT64_FORMAT, conversions),
				 errdetail("A count is 0 or more."),
				 errhint("Give the conversions so far.")));
	if (trials <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("invalid trials: " INT64_FORMAT, trials),
				 errdetail("A rate needs at least one trial."),
				 errhint("Compare once each side has been tried.")));
	if (conversions > trials)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("invalid conversions: " INT64_FORMAT " of " INT64_FORMAT " trials", conversions, trials),
				 errdetail("A trial converts once or not."),
				 errhint("Give the conversions first, then the trials that they are of.")));
}

static double
beta_mean(Posterior p)
{
	return p.a / (p.a + p.b);
}

static double
beta_variance(Posterior p)
{
	return beta_mean(p) * (p.b / (p.a + p.b)) / (p.a + p.b + 1);
}

/* The third central moment. */
static double
beta_third(Posterior p)
{
	return 2 * beta_variance(p) * ((p.b - p.a) / (p.a + p.b)) / (p.a + p.b + 2);
}

/*
 * The chance that y is above x, as a sum of y.a terms:
 *
 *		sum over i < y.a of B(x.a + i, x.b + y.b) / ((y.b + i) B(1 + i, y.b) B(x.a, x.b))
 *
 * (Miller 2014, "Formulas for Bayesian A/B testing", after Cook 2005, "Exact
 * calculation of beta inequalities"). Each term is the one before times a
 * fraction, and the first is kept as a logarithm.
 */
static double
sum_above(Posterior y, Posterior x)
{
	double		all = x.a + x.b + y.b;
	double		scale = align_log_beta_shift(x.a, x.b, y.b);
	double		term = 1;
	double		sum = 0;

	for (double i = 0; i < y.a; i++)
	{
		sum += term;
		term *= (y.b + i) / (1 + i) * ((x.a + i) / (all + i));
		if (sum > 1e200)
		{
			sum *= 1e-200;
			term *= 1e-200;
			scale += 200 * M_LN10;
		}
	}
	return Min(exp(scale + log(sum)), 1);
}

static Posterior
mirrored(Posterior p)
{
	Posterior	result = {p.b, p.a};

	return result;
}

static double
fewest_terms(Posterior x, Posterior y)
{
	return Min(Min(x.a, x.b), Min(y.a, y.b));
}

/* The chance that y is above x, by the shortest of its four sums. */
static double
chance_above(Posterior y, Posterior x)
{
	double		fewest = fewest_terms(x, y);

	if (fewest == y.a)
		return sum_above(y, x);
	if (fewest == x.b)
		return sum_above(mirrored(x), mirrored(y));
	if (fewest == x.a)
		return 1 - sum_above(x, y);
	return 1 - sum_above(mirrored(y), mirrored(x));
}

/* How much is lost on average by y where x is the better one: E max(x - y, 0). */
static double
loss_below(Posterior y, Posterior x)
{
	Posterior	x_more = {x.a + 1, x.b};
	Posterior	y_more = {y.a + 1, y.b};

	return Max(beta_mean(x) * chance_above(x_more, y) - beta_mean(y) * chance_above(x, y_more), 0);
}

/*
 * The chance that b is better, and what choosing either loses on average.
 *
 * Past EXACT_TERMS the difference is taken as normal; the chance is corrected by
 * its skewness, which leaves an error in the order of 1 / EXACT_TERMS.
 */
static void
weigh(Posterior a, Posterior b, double *chance_b, double *loss_a, double *loss_b)
{
	double		difference = beta_mean(b) - beta_mean(a);
	double		loss;

	if (fewest_terms(a, b) <= EXACT_TERMS)
	{
		*chance_b = chance_above(b, a);
		loss = difference > 0 ? loss_below(b, a) : loss_below(a, b);
	}
	else
	{
		double		variance = beta_variance(a) + beta_variance(b);
		double		deviation = sqrt(variance);
		double		skewness = (beta_third(b) - beta_third(a)) / (variance * deviation);
		double		z = difference / deviation;

		*chance_b = align_normal_tail(-z) + skewness / 6 * (z * z - 1) * align_normal_density(z);
		*chance_b = Max(Min(*chance_b, 1), 0);
		loss = deviation * align_normal_density(z) - fabs(difference) * align_normal_tail(fabs(z));
	}

	/*
	 * the losses differ by the difference of the means; the smaller is
	 * computed
	 */
	*loss_b = difference > 0 ? loss : loss - difference;
	*loss_a = difference > 0 ? loss + difference : loss;
}

/* A chance in per cent; what is nearly sure is not called sure. */
static char *
chance_words(double chance)
{
	if (chance > 0.9999)
		return pstrdup("above 99.99 %");
	if (chance < 0.0001)
		return pstrdup("below 0.01 %");
	return psprintf("%.4g %%", 100 * chance);
}

static char *
p_words(double p)
{
	return p < 0.0001 ? pstrdup("below 0.0001") : psprintf("%.2g", p);
}

/*
 * ab_test(conversions_a, trials_a, conversions_b, trials_b)
 *
 * The interval is the hybrid score interval, method 10 of Newcombe (1998); z is
 * that of the pooled two-proportion test. Without any conversion, or without
 * anything else, z is undefined and p is 1: with those totals no other outcome
 * was possible.
 */
PG_FUNCTION_INFO_V1(align_experiment_ab_test);
Datum
align_experiment_ab_test(PG_FUNCTION_ARGS)
{
	int64		counts[4];
	double		rates[2];
	double		lows[2];
	double		highs[2];
	Posterior	posteriors[2];
	double		difference;
	double		low;
	double		high;
	double		pooled;
	double		z;
	double		p;
	double		chance;
	double		loss_a;
	double		loss_b;
	Datum		values[12];
	bool		nulls[12] = {0};

	for (int i = 0; i < 4; i++)
		counts[i] = PG_GETARG_INT64(i);
	for (int i = 0; i < 2; i++)
	{
		int64		conversions = counts[2 * i];
		int64		trials = counts[2 * i + 1];

		check_counts(conversions, trials);
		rates[i] = (double) conversions / trials;
		align_wilson(conversions, trials, &lows[i], &highs[i]);
		posteriors[i].a = 1.0 + conversions;
		posteriors[i].b = 1.0 + (trials - conversions);
	}
	difference = rates[1] - rates[0];
	low = difference - hypot(rates[1] - lows[1], highs[0] - rates[0]);
	high = difference + hypot(highs[1] - rates[1], rates[0] - lows[0]);
	pooled = ((double) counts[0] + counts[2]) / ((double) counts[1] + counts[3]);
	z = pooled <= 0 || pooled >= 1 ? NAN : difference / sqrt(pooled * (1 - pooled) * (1.0 / counts[1] + 1.0 / counts[3]));
	p = isnan(z) ? 1 : 2 * align_normal_tail(fabs(z));
	weigh(posteriors[0], posteriors[1], &chance, &loss_a, &loss_b);

	put_float(values, nulls, 0, rates[0]);
	put_float(values, nulls, 1, rates[1]);
	put_float(values, nulls, 2, difference);
	put_float(values, nulls, 3, low);
	put_float(values, nulls, 4, high);
	put_float(values, nulls, 5, counts[0] == 0 ? NAN : difference / rates[0]);
	put_float(values, nulls, 6, z);
	put_float(values, nulls, 7, p);
	put_float(values, nulls, 8, chance);
	put_float(values, nulls, 9, loss_a);
	put_float(values, nulls, 10, loss_b);
	values[11] = PointerGetDatum(cstring_to_text(psprintf("%s: %.4g %% against %.4g %%, a difference of %.3g points (95 %% interval %.3g to %.3g), p %s; B is the better one with a chance of %s.",
														  low > 0 ? "B is better" : high < 0 ? "A is better" : "Undecided",
														  100 * rates[1], 100 * rates[0], 100 * difference, 100 * low, 100 * high,
														  p_words(p), chance_words(chance))));
	return align_base_row(fcinfo, values, nulls);
}

static double
get_share(FunctionCallInfo fcinfo, int argument, const char *name, const char *example)
{
	double		share = PG_GETARG_FLOAT8(argument);

	if (!(share > 0 && share < 1))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("invalid %s: %s", name, float8out_internal(share)),
				 errdetail("It lies between 0 and 1, both left out."),
				 errhint("Write %s.", example)));
	return share;
}

/*
 * sample_size(base, effect, power, alpha): trials per variant
 *
 *		(z[1 - alpha / 2] sqrt(2 m (1 - m)) + z[power] sqrt(p (1 - p) + q (1 - q)))^2 / effect^2
 *
 * where p is base, q is base + effect and m their mean (Fleiss, Levin and Paik
 * 2003, without continuity correction).
 */
PG_FUNCTION_INFO_V1(align_experiment_sample_size);
Datum
align_experiment_sample_size(PG_FUNCTION_ARGS)
{
	double		base = PG_GETARG_FLOAT8(0);
	double		effect = PG_GETARG_FLOAT8(1);
	double		power = get_share(fcinfo, 2, "power", "0.8 for 80 %");
	double		alpha = get_share(fcinfo, 3, "alpha", "0.05 for 5 %");
	double		other = base + effect;
	double		mean = (base + other) / 2;
	double		root;
	double		size;

	if (!(base >= 0 && base <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("invalid base: %s", float8out_internal(base)),
				 errdetail("The rate that there is lies between 0 and 1."),
				 errhint("Write 0.06 for 6 %%.")));
	if (effect == 0 || !(other >= 0 && other <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("invalid effect: %s", float8out_internal(effect)),
				 errdetail("It is added to the base of %s, gives a rate between 0 and 1, and is not 0.", float8out_internal(base)),
				 errhint("Write 0.01 for one point more, -0.01 for one less.")));
	/* 1 - alpha / 2 would forget an alpha that is small */
	root = -align_normal_quantile(Max(alpha / 2, DBL_MIN)) * sqrt(2 * mean * (1 - mean)) +
		align_normal_quantile(power) * sqrt(base * (1 - base) + other * (1 - other));
	/* a power below alpha needs no trials at all */
	root = Max(root, 0) / effect;
	size = Max(ceil(root * root * (1 - 1e-12)), 1);
	if (!(size < 1e18))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("invalid effect: %s", float8out_internal(effect)),
				 errdetail("It would take more than 1e18 trials to see."),
				 errhint("Ask for the smallest effect that would matter.")));
	PG_RETURN_INT64((int64) size);
}

/*
 * sequential_p(conversions_a, trials_a, conversions_b, trials_b, effect)
 *
 * The mixture sequential probability ratio test of Johari, Koomen, Pekelis and
 * Walsh (2022, "Always valid inference: continuous monitoring of A/B tests") for
 * a difference with the prior normal(0, effect^2):
 *
 *		p = min(1, sqrt((v + effect^2) / v) exp(-d^2 effect^2 / (2 v (v + effect^2))))
 *
 * with the pooled variance v of the difference d, and 1 while any side expects
 * fewer than SEQUENTIAL_MIN conversions or others, where d is not near normal.
 */
PG_FUNCTION_INFO_V1(align_experiment_sequential_p);
Datum
align_experiment_sequential_p(PG_FUNCTION_ARGS)
{
	double		trials_a = PG_GETARG_INT64(1);
	double		trials_b = PG_GETARG_INT64(3);
	double		effect = PG_GETARG_FLOAT8(4);
	double		pooled;
	double		variance;
	double		difference;
	double		ratio;

	check_counts(PG_GETARG_INT64(0), PG_GETARG_INT64(1));
	check_counts(PG_GETARG_INT64(2), PG_GETARG_INT64(3));
	if (!(effect > 0 && effect <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("invalid effect: %s", float8out_internal(effect)),
				 errdetail("It is the difference of rates that is looked for, above 0 and up to 1."),
				 errhint("Write 0.02 for two points, and keep to it.")));
	pooled = ((double) PG_GETARG_INT64(0) + PG_GETARG_INT64(2)) / (trials_a + trials_b);
	if (Min(trials_a, trials_b) * Min(pooled, 1 - pooled) < SEQUENTIAL_MIN)
		PG_RETURN_FLOAT8(1);
	variance = pooled * (1 - pooled) * (1 / trials_a + 1 / trials_b);
	difference = PG_GETARG_INT64(2) / trials_b - PG_GETARG_INT64(0) / trials_a;
	ratio = effect * effect / variance;
	PG_RETURN_FLOAT8(Min(1, exp(log1p(ratio) / 2 - difference * difference / (2 * variance) * ratio / (1 + ratio))));
}

static double
get_moment(FunctionCallInfo fcinfo, int argument, const char *name, double lowest)
{
	double		value = PG_GETARG_FLOAT8(argument);

	if (!(value >= lowest) || isinf(value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("invalid %s: %s", name, float8out_internal(value)),
				 lowest == 0 ? errdetail("A standard deviation is 0 or more.") : errdetail("It is a number."),
				 errhint("Give the moments as avg, stddev_samp and count compute them.")));
	return value;
}

/*
 * welch_test(mean_a, sd_a, n_a, mean_b, sd_b, n_b): the test of Welch (1947),
 * for means with unequal variances. Without any deviation t is undefined.
 */
PG_FUNCTION_INFO_V1(align_experiment_welch_test);
Datum
align_experiment_welch_test(PG_FUNCTION_ARGS)
{
	double		means[2];
	double		counts[2];
	double		errors[2];		/* squared standard errors */
	double		difference;
	double		error;
	double		df;
	double		t;
	double		half;
	Datum		values[6];
	bool		nulls[6] = {0};

	for (int i = 0; i < 2; i++)
	{
		double		deviation = get_moment(fcinfo, 3 * i + 1, "standard deviation", 0);

		means[i] = get_moment(fcinfo, 3 * i, "mean", -DBL_MAX);
		counts[i] = PG_GETARG_INT64(3 * i + 2);
		if (counts[i] < 2)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("invalid count: %.0f", counts[i]),
					 errdetail("A deviation needs at least two values."),
					 errhint("Compare once each side has two values.")));
		errors[i] = deviation / counts[i] * deviation;
	}
	difference = means[1] - means[0];
	error = errors[0] + errors[1];
	if (isinf(difference) || isinf(error))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("moments out of range"),
				 errdetail("Their difference or squares pass double precision."),
				 errhint("Measure in a larger unit.")));
	t = error > 0 ? difference / sqrt(error) : NAN;
	if (isinf(t))
		error = t = NAN;
	df = error > 0 ? 1 / (errors[0] / error * (errors[0] / error) / (counts[0] - 1) + errors[1] / error * (errors[1] / error) / (counts[1] - 1)) : NAN;
	half = error > 0 ? align_student_quantile(0.975, df) * sqrt(error) : NAN;
	put_float(values, nulls, 0, difference);
	put_float(values, nulls, 1, difference - half);
	put_float(values, nulls, 2, difference + half);
	put_float(values, nulls, 3, t);
	put_float(values, nulls, 4, df);
	put_float(values, nulls, 5, isnan(t) ? NAN : align_student_two_tails(t, df));
	return align_base_row(fcinfo, values, nulls);
}
