/*
 * forecast.h
 *		A metric's history as one value a period, and damped-trend exponential
 *		smoothing of it.
 */
#ifndef ALIGN_FORECAST_H
#define ALIGN_FORECAST_H

#include "compat.h"

#include <math.h>

#define SERIES_MAX_SPAN			2000	/* periods from the first to the last */
#define SERIES_MAX_VALUE		1e100
#define FORECAST_MAX_HORIZON	520 /* periods ahead */
#define FORECAST_MIN_SEASON		2
#define FORECAST_MAX_SEASON		60
#define FORECAST_MIN_DEGREES	3	/* of freedom that a fit must leave */
#define FORECAST_MIN_VALUES		8	/* fewer give a run rate */

/* of the type period */
extern Datum align_period_difference(PG_FUNCTION_ARGS);
extern Datum align_period_grain(PG_FUNCTION_ARGS);
extern Datum align_period_lower(PG_FUNCTION_ARGS);
extern Datum align_period_out(PG_FUNCTION_ARGS);
extern Datum align_period_plus(PG_FUNCTION_ARGS);
extern Datum align_period_recv(PG_FUNCTION_ARGS);

static inline char *
period_text(int64 period)
{
	return DatumGetCString(DirectFunctionCall1(align_period_out, Int64GetDatum(period)));
}

/*
 * A history without its calendar: one value a period, NAN where there is none.
 * The first and the last period have one.
 */
typedef struct History
{
	int			span;
	int			observed;		/* values that are not NAN */
	double		values[FLEXIBLE_ARRAY_MEMBER];
} History;

/*
 * What a fit is to keep to. Parameters are NULL, or alpha, beta, gamma and phi,
 * or these and the states before the first period: level, trend and one seasonal
 * value for each of the first season's periods.
 */
typedef struct FitOptions
{
	int			season;			/* 0: none */
	int			parameter_count;
	const double *parameters;
} FitOptions;

typedef enum FitMethod
{
	FIT_RUN_RATE,				/* the level alone, which is the mean */
	FIT_TREND,
	FIT_SEASONAL
} FitMethod;

/* Another alpha, beta, gamma and phi, and how likely it is. */
typedef struct FitMember
{
	double		smoothing[4];
	double		weight;			/* all add up to 1 */
} FitMember;

/*
 * A fitted history. Values are shifted and scaled; each is linear in the states
 * before the first period that were fitted, so that a row of "width" numbers
 * holds its derivative by each of them and, last, what it is when all are 0.
 */
typedef struct Fit
{
	const History *history;
	double	   *values;			/* of the history; 0 where there is none */
	FitMethod	method;
	int			season;			/* 1 where there is none */
	double		alpha;
	double		beta;
	double		gamma;
	double		phi;
	double		shift;
	double		scale;
	bool		held;			/* too few values to fit alpha to phi */
	int			fitted_states;
	int			width;			/* fitted_states + 1 */
	double	   *states;			/* that were fitted */
	double	   *initial;		/* level, trend, season: where they were given */
	double	   *predicted;		/* a row per period: its one-step forecast */
	double	   *level;			/* rows of the states after the last period */
	double	   *trend;
	double	   *seasonal;		/* one per season's period, by its place */
	double	   *covariance;		/* of the fitted states, over the variance;
								 * its Cholesky factor before invert */
	double		squared_error;	/* of the one-step forecasts */
	double		variance;		/* of a one-step error */
	double		least_variance; /* that it has whatever the errors */
	int			degrees;		/* of freedom */
	double		likely;			/* half the width of intervals of 80 % and 95
								 * % */
	double		wide;			/* in deviations */
	bool		never_negative; /* no value was below 0 */
	int			member_count;	/* 0: alpha to phi were given */
	FitMember  *members;
} Fit;

/* What is expected of a weighted sum of values that are not known. */
typedef struct Outlook
{
	const double *past;			/* weights of the history's periods; NULL:
								 * none */
	const double *future;		/* and of the periods after it */
	int			horizon;		/* how many those are */
	double		expected;
	double		deviation;
} Outlook;

/* The type series, for those who read it (forecast.c). */
extern History *align_series_history(Datum datum, int64 *first, int64 *last);

extern Fit *align_forecast_fit(const History *history, const FitOptions *options);
extern void align_forecast_run(Fit *fit, const double *smoothing);
extern void align_forecast_search(Fit *fit);
extern void align_forecast_look(Fit *fit, Outlook *outlooks, int count);

#endif							/* ALIGN_FORECAST_H */
