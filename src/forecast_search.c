/*
 * forecast_search.c
 *		The alpha, beta, gamma and phi that make the squared one-step error least.
 *
 * They are searched as points of the unit cube, which holds just what is allowed:
 *
 *		alpha = u1, beta = alpha u2, phi = 0.8 + 0.18 u3, gamma = (1 - alpha) u4
 *
 * First on a coarse grid, then from its best point by the simplex of Nelder and
 * Mead (1965), whose points are moved to the nearest in the cube. The work is
 * bounded, and the same history gives the same answer.
 */
#include "compat.h"

#include "forecast.h"

#define MAX_DIMENSIONS	4
#define MAX_TRIES		200		/* after the grid */
#define ENOUGH			1e-10	/* relative difference of squared errors */

#define UNLIKELY		1e-2	/* beside the likeliest */

#define MIN_PHI			0.8
#define MAX_PHI			0.98

typedef struct Point
{
	double		place[MAX_DIMENSIONS];
	double		squared_error;
} Point;

static void
try(Fit *fit, Point *point, int dimensions)
{
	double		smoothing[4];
	double	   *u = point->place;

	for (int i = 0; i < dimensions; i++)
		u[i] = Min(Max(u[i], 0), 1);
	smoothing[0] = u[0];
	smoothing[1] = u[0] * u[1];
	smoothing[2] = dimensions > 3 ? (1 - u[0]) * u[3] : 0;
	smoothing[3] = MIN_PHI + (MAX_PHI - MIN_PHI) * u[2];
	align_forecast_run(fit, smoothing);
	point->squared_error = fit->squared_error;
}

/*
 * The logarithm of how likely alpha to phi are, by the marginal likelihood under
 * normal errors, where nothing was known of the states and the variance before.
 */
static double
log_likelihood(const Fit *fit)
{
	int			n = fit->fitted_states;
	double		result = -0.5 * fit->degrees * log(Max(fit->squared_error, 1e-20));

	for (int i = 0; i < n; i++)
		if (fit->covariance[(Size) i * n + i] > 0)
			result -= log(fit->covariance[(Size) i * n + i]);
	return result;
}

/*
 * Tries the grid: gives its best point, and leaves in the fit those that are not
 * unlikely, with their weights.
 */
static Point
best_of_grid(Fit *fit, int dimensions)
{
	static const double alphas[] = {0, 0.05, 0.15, 0.35, 0.65, 0.95};
	static const double betas[] = {0.01, 0.05, 0.2, 0.6};
	static const double phis[] = {0.25, 0.9};
	static const double gammas[] = {0.02, 0.15, 0.5};
	int			count[] = {lengthof(alphas), lengthof(betas), lengthof(phis), lengthof(gammas)};
	Point		best = {.squared_error = INFINITY};
	double		most = -INFINITY;
	double		sum = 0;
	int			kept = 0;

	for (int i = dimensions; i < MAX_DIMENSIONS; i++)
		count[i] = 1;
	fit->members = palloc(count[0] * count[1] * count[2] * count[3] * sizeof(FitMember));
	for (int a = 0; a < count[0]; a++)
		for (int b = 0; b < count[1]; b++)
			for (int p = 0; p < count[2]; p++)
				for (int g = 0; g < count[3]; g++)
				{
					Point		point = {{alphas[a], betas[b], phis[p], gammas[g]}};
					FitMember  *member = &fit->members[fit->member_count++];

					try(fit, &point, dimensions);
					member->smoothing[0] = fit->alpha;
					member->smoothing[1] = fit->beta;
					member->smoothing[2] = fit->gamma;
					member->smoothing[3] = fit->phi;
					member->weight = log_likelihood(fit);
					most = Max(most, member->weight);
					if (point.squared_error < best.squared_error)
						best = point;
				}
	for (int i = 0; i < fit->member_count; i++)
	{
		FitMember	member = fit->members[i];

		member.weight = exp(member.weight - most);
		if (member.weight < UNLIKELY)
			continue;
		sum += member.weight;
		fit->members[kept++] = member;
	}
	fit->member_count = kept;
	for (int i = 0; i < kept; i++)
		fit->members[i].weight /= sum;
	return best;
}

/* The point at this share of the way from the middle through another. */
static Point
beyond(const double *middle, const Point *other, double share, int dimensions)
{
	Point		point;

	for (int i = 0; i < dimensions; i++)
		point.place[i] = middle[i] + share * (other->place[i] - middle[i]);
	return point;
}

static void
sort(Point *simplex, int count)
{
	for (int i = 1; i < count; i++)
		for (int j = i; j > 0 && simplex[j].squared_error < simplex[j - 1].squared_error; j--)
		{
			Point		swap = simplex[j];

			simplex[j] = simplex[j - 1];
			simplex[j - 1] = swap;
		}
}

/*
 * Searches, and leaves the fit at what was found.
 */
void
align_forecast_search(Fit *fit)
{
	static const double none[4] = {0, 0, 0, 1};
	static const double usual[4] = {0.2, 0.02, 0, 0.9};
	int			dimensions = fit->method == FIT_SEASONAL ? 4 : fit->method == FIT_TREND ? 3 : 1;
	Point		simplex[MAX_DIMENSIONS + 1];
	Point	   *worst = &simplex[dimensions];
	int			tries = 0;

	simplex[0] = best_of_grid(fit, dimensions);
	fit->held = fit->method == FIT_SEASONAL && fit->degrees < dimensions + FORECAST_MIN_DEGREES;
	if (fit->held || fit->method == FIT_RUN_RATE)
	{
		/* a run rate is the mean, with the interval of a level that may move */
		align_forecast_run(fit, fit->held ? usual : none);
		return;
	}
	for (int i = 1; i <= dimensions; i++)
	{
		double	   *u = simplex[i].place;

		simplex[i] = simplex[0];
		u[i - 1] += u[i - 1] > 0.5 ? -0.2 : 0.2;
		try(fit, &simplex[i], dimensions);
	}
	for (;;)
	{
		double		middle[MAX_DIMENSIONS] = {0};
		Point		mirrored;

		sort(simplex, dimensions + 1);
		if (tries >= MAX_TRIES ||
			worst->squared_error - simplex[0].squared_error <= ENOUGH * simplex[0].squared_error)
			break;
		for (int i = 0; i < dimensions; i++)
			for (int j = 0; j < dimensions; j++)
				middle[j] += simplex[i].place[j] / dimensions;

		mirrored = beyond(middle, worst, -1, dimensions);
		try(fit, &mirrored, dimensions);
		tries++;
		if (mirrored.squared_error < simplex[0].squared_error)
		{
			Point		further = beyond(middle, worst, -2, dimensions);

			try(fit, &further, dimensions);
			tries++;
			*worst = further.squared_error < mirrored.squared_error ? further : mirrored;
		}
		else if (mirrored.squared_error < simplex[dimensions - 1].squared_error)
			*worst = mirrored;
		else
		{
			bool		outside = mirrored.squared_error < worst->squared_error;
			Point		nearer = beyond(middle, worst, outside ? -0.5 : 0.5, dimensions);

			try(fit, &nearer, dimensions);
			tries++;
			if (nearer.squared_error < Min(mirrored.squared_error, worst->squared_error))
				*worst = nearer;
			else
				for (int i = 1; i <= dimensions; i++)
				{
					simplex[i] = beyond(simplex[0].place, &simplex[i], 0.5, dimensions);
					try(fit, &simplex[i], dimensions);
					tries++;
				}
		}
	}
	try(fit, &simplex[0], dimensions);
}
