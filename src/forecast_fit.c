/*
 * forecast_fit.c
 *		Damped-trend exponential smoothing of a history, and what it expects.
 *
 * The model is that of Gardner and McKenzie (1985) with additive seasons, written
 * with one source of error (Hyndman, Koehler, Ord and Snyder 2008, class 1):
 *
 *		value    = level + phi trend + seasonal + error
 *		level    = level + phi trend + alpha error
 *		trend    = phi trend + beta error
 *		seasonal = seasonal + gamma error			of the same place in the season
 *
 * Given alpha to phi, all of it is linear in the states before the first period.
 * So the states that make the sum of squared errors least are those of a linear
 * regression, with its covariance, and only alpha to phi need to be searched.
 * A period without a value passes the states on with no error.
 */
#include "compat.h"

#include "miscadmin.h"

#include "base_special.h"
#include "forecast.h"

#define RUN_RATE_DEVIATION	0.1 /* of a value at least, as a share of their
								 * size, where there are few */

static double *
zeros(Size count)
{
	return palloc0(count * sizeof(double));
}

/* The place of a period in the season. */
static inline double *
season_row(const Fit *fit, int period)
{
	return fit->seasonal + (Size) (period % fit->season) * fit->width;
}

static inline bool
observed(const Fit *fit, int period)
{
	return !isnan(fit->history->values[period]);
}

/*
 * Rows of the states before the first period. Seasonal values that are fitted
 * add up to 0, so the last of them is not free.
 */
static void
begin(Fit *fit)
{
	int			last = fit->width - 1;

	memset(fit->level, 0, fit->width * sizeof(double));
	memset(fit->trend, 0, fit->width * sizeof(double));
	memset(fit->seasonal, 0, (Size) fit->season * fit->width * sizeof(double));
	if (fit->initial != NULL)
	{
		fit->level[last] = fit->initial[0];
		fit->trend[last] = fit->initial[1];
		if (fit->method == FIT_SEASONAL)
			for (int i = 0; i < fit->season; i++)
				season_row(fit, i)[last] = fit->initial[2 + i];
		return;
	}
	fit->level[0] = 1;
	if (fit->method == FIT_RUN_RATE)
		return;
	fit->trend[1] = 1;
	if (fit->method == FIT_SEASONAL)
		for (int i = 0; i < fit->season - 1; i++)
		{
			season_row(fit, i)[2 + i] = 1;
			season_row(fit, fit->season - 1)[2 + i] = -1;
		}
}

/*
 * Passes over the history with alpha, beta, gamma and phi.
 */
static void
pass(Fit *fit, const double *smoothing)
{
	int			width = fit->width;

	fit->alpha = smoothing[0];
	fit->beta = smoothing[1];
	fit->gamma = smoothing[2];
	fit->phi = smoothing[3];
	begin(fit);
	for (int period = 0; period < fit->history->span; period++)
	{
		double	   *predicted = fit->predicted + (Size) period * width;
		double	   *seasonal = season_row(fit, period);
		double		share = observed(fit, period) ? 1 : 0;	/* of the error */
		double		alpha = share * fit->alpha;
		double		beta = share * fit->beta;
		double		gamma = share * fit->gamma;

		for (int i = 0; i < width; i++)
		{
			double		slope = fit->phi * fit->trend[i];
			double		level = fit->level[i] + slope;

			predicted[i] = level + seasonal[i];
			fit->level[i] = level - alpha * predicted[i];
			fit->trend[i] = slope - beta * predicted[i];
			seasonal[i] -= gamma * predicted[i];
		}
		/* the error is the value less what was predicted */
		fit->level[width - 1] += alpha * fit->values[period];
		fit->trend[width - 1] += beta * fit->values[period];
		seasonal[width - 1] += gamma * fit->values[period];
	}
}

/*
 * Cholesky factor L of a matrix, in place; a column that depends on those before
 * it becomes 0.
 */
static void
factorize(double *matrix, int n)
{
	for (int j = 0; j < n; j++)
	{
		double	   *row = matrix + (Size) j * n;
		double		pivot = row[j];
		double		least = 1e-12 * row[j];

		for (int i = 0; i < j; i++)
			pivot -= row[i] * row[i];
		row[j] = pivot > least ? sqrt(pivot) : 0;
		for (int below = j + 1; below < n; below++)
		{
			double	   *other = matrix + (Size) below * n;
			double		sum = other[j];

			for (int i = 0; i < j; i++)
				sum -= other[i] * row[i];
			other[j] = row[j] > 0 ? sum / row[j] : 0;
		}
	}
}

/* Solves L x = b, then L' x = that, in place. */
static void
substitute(const double *factor, int n, double *b)
{
	for (int i = 0; i < n; i++)
	{
		double		diagonal = factor[(Size) i * n + i];

		for (int j = 0; j < i; j++)
			b[i] -= factor[(Size) i * n + j] * b[j];
		b[i] = diagonal > 0 ? b[i] / diagonal : 0;
	}
	for (int i = n - 1; i >= 0; i--)
	{
		double		diagonal = factor[(Size) i * n + i];

		for (int j = i + 1; j < n; j++)
			b[i] -= factor[(Size) j * n + i] * b[j];
		b[i] = diagonal > 0 ? b[i] / diagonal : 0;
	}
}

/*
 * Fits the states to alpha, beta, gamma and phi.
 */
void
align_forecast_run(Fit *fit, const double *smoothing)
{
	int			n = fit->fitted_states;
	double	   *normal = fit->covariance;

	CHECK_FOR_INTERRUPTS();
	pass(fit, smoothing);
	memset(normal, 0, (Size) n * n * sizeof(double));
	memset(fit->states, 0, n * sizeof(double));
	for (int period = 0; period < fit->history->span; period++)
	{
		const double *row = fit->predicted + (Size) period * fit->width;
		double		error = fit->values[period] - row[n];

		if (!observed(fit, period))
			continue;
		for (int i = 0; i < n; i++)
		{
			fit->states[i] += row[i] * error;
			for (int j = 0; j <= i; j++)
				normal[(Size) i * n + j] += row[i] * row[j];
		}
	}
	factorize(normal, n);
	substitute(normal, n, fit->states);

	fit->squared_error = 0;
	for (int period = 0; period < fit->history->span; period++)
	{
		const double *row = fit->predicted + (Size) period * fit->width;
		double		error = fit->values[period] - row[n];

		if (!observed(fit, period))
			continue;
		for (int i = 0; i < n; i++)
			error -= row[i] * fit->states[i];
		fit->squared_error += error * error;
	}
	/* what rounding leaves of values that never leave their line */
	if (fit->squared_error < 1e-20 * fit->history->observed)
		fit->squared_error = 0;
	fit->variance = Max(fit->squared_error / fit->degrees, fit->least_variance);
}

/* The inverse of L L', in place. */
static void
invert(double *factor, int n)
{
	double	   *inverse = zeros((Size) n * n);

	for (int i = 0; i < n; i++)
	{
		double	   *column = inverse + (Size) i * n;

		column[i] = factor[(Size) i * n + i] > 0;
		substitute(factor, n, column);
	}
	memcpy(factor, inverse, (Size) n * n * sizeof(double));
	pfree(inverse);
}

/*
 * Whether the history holds two full seasons: twice its length, and two values
 * for each place in it.
 */
static bool
has_two_seasons(const History *history, int season)
{
	if (season == 0 || history->span < 2 * season || history->observed < 1 + season + FORECAST_MIN_DEGREES)
		return false;
	for (int place = 0; place < season; place++)
	{
		int			seen = 0;

		for (int period = place; period < history->span; period += season)
			seen += !isnan(history->values[period]);
		if (seen < 2)
			return false;
	}
	return true;
}

/*
 * Chooses the units in which all numbers are small, and takes the given states
 * into them.
 */
static void
set_units(Fit *fit, const FitOptions *options)
{
	const History *history = fit->history;
	int			given = Max(options->parameter_count - 4, 0);
	double		size = 0;		/* mean of the values without their sign */

	fit->never_negative = true;
	for (int i = 0; i < history->span; i++)
		if (observed(fit, i))
		{
			fit->shift += history->values[i] / history->observed;
			size += fabs(history->values[i]) / history->observed;
			fit->never_negative &= history->values[i] >= 0;
		}
	for (int i = 0; i < history->span; i++)
		if (observed(fit, i))
			fit->scale = Max(fit->scale, fabs(history->values[i] - fit->shift));
	/* values that are all one differ from their mean by its rounding */
	if (fit->scale <= 1e-14 * fabs(fit->shift) || fit->scale == 0)
	{
		fit->shift = history->values[0];
		fit->scale = 1;
	}
	if (given > 0)
	{
		fit->initial = palloc(given * sizeof(double));
		for (int i = 0; i < given; i++)
		{
			fit->initial[i] = options->parameters[4 + i] - (i == 0 ? fit->shift : 0);
			fit->scale = Max(fit->scale, fabs(fit->initial[i]));
		}
		for (int i = 0; i < given; i++)
			fit->initial[i] /= fit->scale;
	}
	fit->values = zeros(history->span);
	for (int i = 0; i < history->span; i++)
		if (observed(fit, i))
			fit->values[i] = (history->values[i] - fit->shift) / fit->scale;
	/* few values that are close by chance promise too much */
	if (fit->method == FIT_RUN_RATE)
		fit->least_variance = pow(RUN_RATE_DEVIATION * size / fit->scale, 2);
}

/*
 * Chooses the method by what the history holds, and fits it. NULL when it holds
 * fewer values than the method needs: two without given parameters.
 */
Fit *
align_forecast_fit(const History *history, const FitOptions *options)
{
	bool		given = options->parameter_count > 0;
	bool		given_states = options->parameter_count > 4;
	Fit		   *fit = palloc0(sizeof(Fit));

	fit->history = history;
	if (given ? options->season > 0 : has_two_seasons(history, options->season))
		fit->method = FIT_SEASONAL;
	else if (given || history->observed >= FORECAST_MIN_VALUES)
		fit->method = FIT_TREND;
	fit->season = fit->method == FIT_SEASONAL ? options->season : 1;
	if (!given_states)
		fit->fitted_states = fit->method == FIT_RUN_RATE ? 1 : fit->method == FIT_TREND ? 2 : 1 + fit->season;
	fit->width = fit->fitted_states + 1;
	fit->degrees = history->observed - fit->fitted_states;
	if (fit->degrees < 1)
		return NULL;

	set_units(fit, options);
	fit->states = zeros(Max(fit->fitted_states, 1));
	fit->covariance = zeros(Max((Size) fit->fitted_states * fit->fitted_states, 1));
	fit->predicted = zeros((Size) history->span * fit->width);
	fit->level = zeros(fit->width);
	fit->trend = zeros(fit->width);
	fit->seasonal = zeros((Size) fit->season * fit->width);

	fit->likely = align_student_quantile(0.9, fit->degrees);
	fit->wide = align_student_quantile(0.975, fit->degrees);
	if (given)
		align_forecast_run(fit, options->parameters);
	else
		align_forecast_search(fit);
	return fit;
}

/* Adds a row, weighted, to an expected value and its derivatives. */
static double
add_row(const Fit *fit, double weight, const double *row, double *gradient)
{
	double		expected = row[fit->width - 1];

	for (int i = 0; i < fit->fitted_states; i++)
	{
		expected += row[i] * fit->states[i];
		gradient[i] += weight * row[i];
	}
	return weight * expected;
}

/*
 * The weighted sum of values that are not known: of the history's periods without
 * one (past; NULL for none), and of the periods after it (future). Periods with a
 * value have weight 0. The variance is that of the errors to come, each with all
 * that it moves (Hyndman, Koehler, Ord and Snyder 2008, chapter 6), and that of
 * the fitted states.
 */
static void
look(const Fit *fit, Outlook *outlook, double *variance_found)
{
	const double *past = outlook->past;
	const double *future = outlook->future;
	int			horizon = outlook->horizon;
	double	   *gradient = zeros(fit->width);
	double	   *row = zeros(fit->width);
	double	   *impact = zeros(horizon + 1);	/* of an error, so many
												 * periods later */
	double		damped = 0;		/* phi + phi^2 + ... */
	double		power = 1;
	double		weights = 0;
	int			first = horizon;	/* weight that is not 0 */
	double		variance = 0;

	outlook->expected = 0;
	for (int i = 0; past != NULL && i < fit->history->span; i++)
		if (past[i] != 0)
		{
			outlook->expected += add_row(fit, past[i], fit->predicted + (Size) i * fit->width, gradient);
			variance += past[i] * past[i];
			weights += past[i];
		}
	impact[0] = 1;
	for (int h = 1; h <= horizon; h++)
	{
		const double *seasonal = season_row(fit, fit->history->span + h - 1);

		power *= fit->phi;
		damped += power;
		impact[h] = fit->alpha + fit->beta * damped +
			(fit->method == FIT_SEASONAL && h % fit->season == 0 ? fit->gamma : 0);
		if (future[h - 1] == 0)
			continue;
		first = Min(first, h - 1);
		for (int i = 0; i < fit->width; i++)
			row[i] = fit->level[i] + damped * fit->trend[i] + seasonal[i];
		outlook->expected += add_row(fit, future[h - 1], row, gradient);
		weights += future[h - 1];
	}
	for (int error = 0; error < horizon; error++)
	{
		double		moved = 0;

		for (int h = Max(error, first); h < horizon; h++)
			moved += future[h] * impact[h - error];
		variance += moved * moved;
	}
	for (int i = 0; i < fit->fitted_states; i++)
		for (int j = 0; j < fit->fitted_states; j++)
			variance += gradient[i] * fit->covariance[(Size) i * fit->fitted_states + j] * gradient[j];
	outlook->expected = outlook->expected * fit->scale + weights * fit->shift;
	*variance_found = Max(variance, 0) * fit->variance * fit->scale * fit->scale;
	pfree(gradient);
	pfree(row);
	pfree(impact);
}

/*
 * Looks ahead. The expected value is that of the fit; the variance adds how far
 * it lies from those of all the other alpha to phi, as likely as each is.
 */
void
align_forecast_look(Fit *fit, Outlook *outlooks, int count)
{
	double	   *variances = zeros(count);
	double		best[4] = {fit->alpha, fit->beta, fit->gamma, fit->phi};

	invert(fit->covariance, fit->fitted_states);
	for (int i = 0; i < count; i++)
		look(fit, &outlooks[i], &variances[i]);
	if (fit->member_count > 0)
		memset(variances, 0, count * sizeof(double));
	for (int m = 0; m < fit->member_count; m++)
	{
		const FitMember *member = &fit->members[m];

		align_forecast_run(fit, member->smoothing);
		invert(fit->covariance, fit->fitted_states);
		for (int i = 0; i < count; i++)
		{
			Outlook		other = outlooks[i];
			double		variance;
			double		apart;

			look(fit, &other, &variance);
			apart = other.expected - outlooks[i].expected;
			variances[i] += member->weight * (variance + apart * apart);
		}
	}
	align_forecast_run(fit, best);
	for (int i = 0; i < count; i++)
		outlooks[i].deviation = sqrt(variances[i]);
	pfree(variances);
}
