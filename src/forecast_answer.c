/*
 * forecast_answer.c
 *		What a series lets expect: its fit, the periods to come, and where a span
 *		of periods will land.
 *
 *		SELECT * FROM align.series_path((SELECT align.series(period, value) FROM history), 12);
 *		SELECT * FROM align.series_landing((SELECT align.series(period, value) FROM history), '2025-01', '2025-12', 'sum');
 *
 * Intervals are of Student's t distribution with the degrees of freedom that the
 * fit leaves.
 */
#include "compat.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "base.h"
#include "base_special.h"
#include "forecast.h"

/* The rest of a series and of a fit, for the answers. */
typedef struct Asked
{
	History    *history;		/* NULL: no value at all */
	int64		first;
	int64		last;
	int			natural_season; /* of the grain; 0: none */
	FitOptions	options;
	Fit		   *fit;			/* NULL: too few values */
} Asked;

static const char *const parameter_names[] = {"alpha", "beta", "gamma", "phi"};

static int
season_of_grain(int64 period)
{
	char	   *grain = TextDatumGetCString(DirectFunctionCall1(align_period_grain, Int64GetDatum(period)));

	return strcmp(grain, "week") == 0 ? 52 : strcmp(grain, "month") == 0 ? 12 : strcmp(grain, "quarter") == 0 ? 4 : 0;
}

static void
refuse_parameters(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid parameters: %s", what),
			 errdetail("Parameters are alpha, beta, gamma and phi, and then, or not, level, trend and a seasonal value for each period of the season, before the first period: 0 <= beta <= alpha <= 1, 0 <= gamma <= 1 - alpha, 0 < phi <= 1."),
			 errhint("Leave them NULL to have them fitted, or take them from series_fit.")));
}

/*
 * Reads and checks the array of parameters for a season; one that may be any is
 * that of the array.
 */
static void
read_parameters(ArrayType *array, FitOptions *options, bool any_season)
{
	Datum	   *elements;
	bool	   *nulls;
	int			count;
	double	   *p;

	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &elements, &nulls, &count);
	if (any_season)
		options->season = Min(Max(count - 6, 0), FORECAST_MAX_SEASON);
	if (ARR_NDIM(array) != 1 || (count != 4 && count != 6 + options->season))
		refuse_parameters(psprintf("there are %d", count));
	p = palloc(count * sizeof(double));
	for (int i = 0; i < count; i++)
	{
		p[i] = nulls[i] ? NAN : DatumGetFloat8(elements[i]);
		if (isnan(p[i]) || fabs(p[i]) > SERIES_MAX_VALUE)
			refuse_parameters(psprintf("number %d is %s", i + 1, nulls[i] ? "NULL" : psprintf("%g", p[i])));
	}
	for (int i = 0; i < 4; i++)
	{
		double		most = i == 1 ? p[0] : i == 2 ? 1 - p[0] : 1;

		if (p[i] < 0 || p[i] > most || (i == 3 && p[i] == 0))
			refuse_parameters(psprintf("%s is %g", parameter_names[i], p[i]));
	}
	options->parameters = p;
	options->parameter_count = count;
}

/*
 * Reads a series (NULL is one without a value) and two arguments from the given
 * one on, season and parameters, and fits it.
 */
static Asked
ask(FunctionCallInfo fcinfo, int season_argument)
{
	Asked		asked = {0};

	if (!PG_ARGISNULL(0))
		asked.history = align_series_history(PG_GETARG_DATUM(0), &asked.first, &asked.last);
	if (asked.history != NULL)
		asked.natural_season = season_of_grain(asked.first);
	asked.options.season = asked.natural_season;
	if (!PG_ARGISNULL(season_argument))
	{
		int			season = PG_GETARG_INT32(season_argument);

		if (season != 0 && (season < FORECAST_MIN_SEASON || season > FORECAST_MAX_SEASON))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("invalid season: %d", season),
					 errdetail("A season has %d to %d periods; 0 is none.", FORECAST_MIN_SEASON, FORECAST_MAX_SEASON),
					 errhint("Leave it NULL for the year: 52 weeks, 12 months, 4 quarters.")));
		asked.options.season = season;
	}
	if (!PG_ARGISNULL(season_argument + 1))
	{
		ArrayType  *array = PG_GETARG_ARRAYTYPE_P(season_argument + 1);

		/* states without a season are those of a fit that found none */
		read_parameters(array, &asked.options, PG_ARGISNULL(season_argument) &&
						(asked.history == NULL || ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)) == 6));
	}
	if (asked.history != NULL)
		asked.fit = align_forecast_fit(asked.history, &asked.options);
	return asked;
}

static void
check_horizon(int64 horizon)
{
	if (horizon < 1 || horizon > FORECAST_MAX_HORIZON)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid horizon: " INT64_FORMAT, horizon),
				 errdetail("A forecast goes 1 to %d periods ahead of the last value.", FORECAST_MAX_HORIZON),
				 errhint("Ask for fewer, or use a coarser grain.")));
}

static char *
method_text(const Fit *fit)
{
	if (fit->method == FIT_RUN_RATE)
		return "run rate";
	if (fit->method == FIT_TREND)
		return "damped trend";
	return psprintf("damped trend with a season of %d", fit->season);
}

static void
add_note(StringInfo note, const char *text)
{
	appendStringInfo(note, "%s%s", note->len > 0 ? " " : "", text);
}

/*
 * What one must know of a fit to judge it; an empty text when there is nothing.
 */
static void
note_fit(const Asked *asked, StringInfo note)
{
	const Fit  *fit = asked->fit;
	int			observed = asked->history == NULL ? 0 : asked->history->observed;
	int			missing = asked->history == NULL ? 0 : asked->history->span - observed;

	if (fit == NULL)
	{
		if (observed == 0)
			add_note(note, "No value is known.");
		else
			add_note(note, psprintf("%d value%s too few to forecast from.", observed, observed == 1 ? " is" : "s are"));
		return;
	}
	if (fit->method == FIT_RUN_RATE)
		add_note(note, psprintf("%d values are too few for a trend: this is their mean, with a wide interval.", observed));
	else if (fit->method == FIT_TREND && asked->options.season > 0)
		add_note(note, psprintf("No season: fewer than two full ones of %d periods are known.", asked->options.season));
	if (fit->held)
		add_note(note, "Too few values to fit alpha to phi: usual ones are taken.");
	if (missing > 0)
		add_note(note, psprintf("%d period%s of the history %s without a value.", missing, missing == 1 ? "" : "s", missing == 1 ? "is" : "are"));
	if (fit->variance == 0)
		add_note(note, "The history follows its line exactly, so that the interval has no width.");
}

static void
put_note(const StringInfo note, Datum *value, bool *null)
{
	*null = note->len == 0;
	*value = *null ? (Datum) 0 : CStringGetTextDatum(note->data);
}

/* A state in units of the values, without those that are given in rows. */
static double
state_value(const Fit *fit, const double *row)
{
	double		value = row[fit->width - 1];

	for (int i = 0; i < fit->fitted_states; i++)
		value += row[i] * fit->states[i];
	return value * fit->scale;
}

/*
 * The parameters as given or found: they give the same expected values again,
 * with intervals of what is known for certain.
 */
static ArrayType *
parameters_of(const Fit *fit)
{
	int			count = fit->method == FIT_RUN_RATE ? 6 : 6 + (fit->method == FIT_SEASONAL ? fit->season : 0);
	double	   *p = palloc0(count * sizeof(double));
	Datum	   *elements = palloc(count * sizeof(Datum));

	p[0] = fit->alpha;
	p[1] = fit->beta;
	p[2] = fit->gamma;
	p[3] = fit->method == FIT_RUN_RATE ? 1 : fit->phi;
	if (fit->initial != NULL)
		memcpy(&p[4], fit->initial, (count - 4) * sizeof(double));
	else
	{
		p[4] = fit->states[0];
		p[5] = fit->method == FIT_RUN_RATE ? 0 : fit->states[1];
		for (int i = 0; i + 7 < count; i++)
		{
			p[6 + i] = fit->states[2 + i];
			p[count - 1] -= fit->states[2 + i];
		}
	}
	for (int i = 0; i < count; i++)
		elements[i] = Float8GetDatum(i < 4 ? p[i] : p[i] * fit->scale + (i == 4 ? fit->shift : 0));
	return construct_array(elements, count, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
}

/* series_fit(series, season, parameters) */
PG_FUNCTION_INFO_V1(align_series_fit);
Datum
align_series_fit(PG_FUNCTION_ARGS)
{
	Asked		asked;
	const Fit  *fit;
	StringInfoData note;
	Datum		values[14];
	bool		nulls[14];

	asked = ask(fcinfo, 1);
	fit = asked.fit;
	memset(nulls, true, sizeof(nulls));
	if (fit != NULL)
	{
		memset(nulls, fit->method == FIT_RUN_RATE, 5);
		nulls[0] = false;
		values[0] = CStringGetTextDatum(method_text(fit));
		values[1] = Float8GetDatum(fit->alpha);
		values[2] = Float8GetDatum(fit->beta);
		nulls[3] = fit->method != FIT_SEASONAL;
		values[3] = Float8GetDatum(fit->gamma);
		values[4] = Float8GetDatum(fit->phi);
		memset(&nulls[5], false, 6);
		values[5] = PointerGetDatum(parameters_of(fit));
		values[6] = Float8GetDatum(state_value(fit, fit->level) + fit->shift);
		values[7] = Float8GetDatum(state_value(fit, fit->trend));
		values[8] = Float8GetDatum(fit->squared_error * fit->scale * fit->scale);
		values[9] = Float8GetDatum(sqrt(fit->variance) * fit->scale);
		values[10] = Int32GetDatum(fit->degrees);
	}
	nulls[11] = nulls[12] = false;
	values[11] = Int32GetDatum(asked.history == NULL ? 0 : asked.history->observed);
	values[12] = Int32GetDatum(asked.history == NULL ? 0 : asked.history->span - asked.history->observed);
	initStringInfo(&note);
	note_fit(&asked, &note);
	put_note(&note, &values[13], &nulls[13]);
	return align_base_row(fcinfo, values, nulls);
}

/*
 * Expected value and bounds of 80 % and 95 % into five columns. What never was
 * negative is not expected to become so; known is what of it is in already.
 */
static void
put_outlook(const Fit *fit, const Outlook *outlook, double known, Datum *values)
{
	double		likely = fit->likely * outlook->deviation;
	double		wide = fit->wide * outlook->deviation;
	double		bounds[5] = {0, -likely, likely, -wide, wide};

	for (int i = 0; i < 5; i++)
	{
		double		value = outlook->expected + bounds[i];

		values[i] = Float8GetDatum(known + (fit->never_negative ? Max(value, 0) : value));
	}
}

/* series_path(series, horizon, season, parameters): a row per period to come */
PG_FUNCTION_INFO_V1(align_series_path);
Datum
align_series_path(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Asked		asked;
	int			horizon;
	double	   *weights;
	Outlook    *outlooks;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(1))
		return (Datum) 0;
	horizon = PG_GETARG_INT32(1);
	check_horizon(horizon);
	asked = ask(fcinfo, 2);
	if (asked.fit == NULL)
		return (Datum) 0;
	/* one 1, which is the last weight of each period */
	weights = palloc0((2 * horizon - 1) * sizeof(double));
	weights[horizon - 1] = 1;
	outlooks = palloc0(horizon * sizeof(Outlook));
	for (int h = 1; h <= horizon; h++)
	{
		outlooks[h - 1].future = weights + horizon - h;
		outlooks[h - 1].horizon = h;
	}
	align_forecast_look(asked.fit, outlooks, horizon);
	for (int h = 1; h <= horizon; h++)
	{
		Datum		period = DirectFunctionCall2(align_period_plus, Int64GetDatum(asked.last), Int32GetDatum(h));
		Datum		values[7];
		bool		nulls[7] = {0};

		values[0] = CStringGetTextDatum(period_text(DatumGetInt64(period)));
		values[1] = DirectFunctionCall1(align_period_lower, period);
		put_outlook(asked.fit, &outlooks[h - 1], 0, &values[2]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

typedef enum Fold
{
	FOLD_SUM,
	FOLD_LAST,
	FOLD_MEAN
} Fold;

static Fold
read_fold(const text * argument)
{
	char	   *fold = text_to_cstring(argument);

	if (strcmp(fold, "sum") == 0)
		return FOLD_SUM;
	if (strcmp(fold, "last") == 0)
		return FOLD_LAST;
	if (strcmp(fold, "mean") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid fold: \"%s\"", fold),
				 errdetail("The folds are sum, last and mean."),
				 errhint("Write sum for amounts, last or mean for levels.")));
	return FOLD_MEAN;
}

/*
 * The chance that known + outlook lies in a range; the part that is to come is
 * never negative where the history never was.
 */
static double
chance_within(const Fit *fit, const Outlook *outlook, double known, double low, double high)
{
	double		below[2];
	double		ends[2] = {low - known, high - known};

	for (int i = 0; i < 2; i++)
	{
		double		away = ends[i] - outlook->expected;

		if (isinf(ends[i]))
			below[i] = i;
		else if (fit->never_negative && (ends[i] < 0 || (ends[i] == 0 && i == 0)))
			below[i] = 0;
		else if (outlook->deviation == 0)
			below[i] = away > 0 || (away == 0 && i == 1);
		else
		{
			double		tail = align_student_two_tails(away / outlook->deviation, fit->degrees) / 2;

			below[i] = away < 0 ? tail : 1 - tail;
		}
	}
	return Max(below[1] - below[0], 0);
}

/* A span of periods beside a history: what of it is known, and what is to be weighed. */
typedef struct Landing
{
	int			before_count;	/* periods before the first value */
	int			known_count;
	int			missing_count;	/* without a value, before the last one */
	int			remaining_count;	/* after the last value */
	bool		is_open;		/* something that counts is not known */
	double		known;			/* what is in, as it counts for the whole */
	double		so_far;			/* the fold of what is known */
	double	   *past;			/* weights of the history's periods */
	double	   *future;			/* and of those after it */
	int			horizon;
} Landing;

static Landing
split(const History *history, int start, int count, Fold fold)
{
	Landing		landing = {0};
	int			end = start + count - 1;
	double		sum = 0;
	double		latest = 0;
	double		weight;

	landing.before_count = Min(Max(-start, 0), count);
	landing.horizon = Max(end - history->span + 1, 0);
	if (landing.horizon > 0)
	{
		check_horizon(landing.horizon);
		landing.future = palloc0(landing.horizon * sizeof(double));
	}
	landing.past = palloc0(history->span * sizeof(double));
	weight = fold == FOLD_MEAN ? 1.0 / Max(count - landing.before_count, 1) : 1;
	for (int i = Max(start, 0); i <= end; i++)
	{
		double		counts = fold == FOLD_LAST && i < end ? 0 : weight;

		if (i < history->span && !isnan(history->values[i]))
		{
			latest = history->values[i];
			sum += latest;
			landing.known += counts * latest;
			landing.known_count++;
			continue;
		}
		landing.is_open |= counts != 0;
		if (i < history->span)
		{
			landing.past[i] = counts;
			landing.missing_count++;
		}
		else
		{
			landing.future[i - history->span] = counts;
			landing.remaining_count++;
		}
	}
	landing.so_far = fold == FOLD_LAST ? latest : fold == FOLD_SUM ? sum : sum / Max(landing.known_count, 1);
	return landing;
}

/*
 * series_landing(series, first, last, fold, season, parameters, goal_low,
 * goal_high): where the periods from first to last will land
 */
PG_FUNCTION_INFO_V1(align_series_landing);
Datum
align_series_landing(PG_FUNCTION_ARGS)
{
	Asked		asked;
	Landing		landing = {0};
	Fold		fold;
	Datum		first = PG_GETARG_DATUM(1);
	Datum		last = PG_GETARG_DATUM(2);
	int			count;
	double		low = PG_ARGISNULL(6) ? -INFINITY : PG_GETARG_FLOAT8(6);
	double		high = PG_ARGISNULL(7) ? INFINITY : PG_GETARG_FLOAT8(7);
	StringInfoData note;
	Datum		values[13];
	bool		nulls[13];

	for (int i = 1; i <= 3; i++)
		if (PG_ARGISNULL(i))
			PG_RETURN_NULL();
	fold = read_fold(PG_GETARG_TEXT_PP(3));
	count = DatumGetInt32(DirectFunctionCall2(align_period_difference, last, first)) + 1;
	if (count < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid span: %s to %s", period_text(DatumGetInt64(first)), period_text(DatumGetInt64(last))),
				 errdetail("A span ends no earlier than it starts."),
				 errhint("Write the earlier period first.")));
	if (!(low <= high) || low == INFINITY || high == -INFINITY)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid goal: %g to %g", low, high),
				 errdetail("A goal is a range of finite numbers, the lower first; NULL is no bound."),
				 errhint("Write 50 and NULL for at least 50.")));
	asked = ask(fcinfo, 4);
	memset(nulls, true, sizeof(nulls));
	initStringInfo(&note);

	landing.before_count = count;
	if (asked.history != NULL)
		landing = split(asked.history, DatumGetInt32(DirectFunctionCall2(align_period_difference, first, Int64GetDatum(asked.first))), count, fold);
	if (landing.before_count > 0 && asked.history != NULL)
		add_note(&note, psprintf("%d period%s before the first value: not counted.", landing.before_count,
								 landing.before_count == 1 ? "" : "s"));
	if (landing.is_open || asked.history == NULL)
		note_fit(&asked, &note);
	if (landing.is_open && landing.missing_count > 0 && fold != FOLD_LAST)
		add_note(&note, psprintf("%d of the span: counted as was expected then.", landing.missing_count));

	if (landing.known_count > 0)
	{
		nulls[0] = false;
		values[0] = Float8GetDatum(landing.so_far);
	}
	if (landing.is_open ? asked.fit != NULL : landing.before_count < count)
	{
		memset(&nulls[1], false, 5);
		nulls[6] = isinf(low) && isinf(high);
		nulls[11] = false;
		if (landing.is_open)
		{
			Outlook		outlook = {landing.past, landing.future, landing.horizon};

			align_forecast_look(asked.fit, &outlook, 1);
			put_outlook(asked.fit, &outlook, landing.known, &values[1]);
			values[6] = Float8GetDatum(chance_within(asked.fit, &outlook, landing.known, low, high));
			values[11] = CStringGetTextDatum(method_text(asked.fit));
		}
		else
		{
			for (int i = 1; i <= 5; i++)
				values[i] = Float8GetDatum(landing.known);
			values[6] = Float8GetDatum(landing.known >= low && landing.known <= high);
			values[11] = CStringGetTextDatum("actual");
		}
	}
	memset(&nulls[7], false, 4);
	values[7] = Int32GetDatum(landing.known_count);
	values[8] = Int32GetDatum(landing.missing_count);
	values[9] = Int32GetDatum(landing.remaining_count);
	values[10] = Int32GetDatum(asked.history == NULL ? 0 : asked.history->observed);
	put_note(&note, &values[12], &nulls[12]);
	return align_base_row(fcinfo, values, nulls);
}
