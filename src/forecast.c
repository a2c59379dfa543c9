/*
 * forecast.c
 *		The type series: a metric's history, one value a period.
 *
 *		SELECT align.series(period, value) FROM metric_history GROUP BY metric;
 *
 * A series holds periods of one kind (grain, and first month of the fiscal year)
 * in order, each with a finite value. A period without a row, or whose value is
 * NULL, has none. In memory it is an expanded object (base_state.c), flat the
 * bytes of send:
 *
 *		version | number of values | first period | per value: periods since the
 *		one before (none for the first), float8
 *
 * What is computed from it stands in forecast_answer.c.
 */
#include "compat.h"

#include "funcapi.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/expandeddatum.h"
#include "utils/fmgrprotos.h"

#include "base.h"
#include "base_histogram.h"
#include "base_state.h"
#include "forecast.h"

#define SERIES_VERSION	1

typedef struct SeriesValue
{
	int64		period;			/* the order of these is that of the periods */
	double		value;
} SeriesValue;

typedef struct Series
{
	State		state;
	int			count;
	int			room;
	SeriesValue *values;		/* in order of period */
} Series;

/* How many periods one lies after another; an error when they are not of one kind. */
static int
steps(int64 later, int64 earlier)
{
	return DatumGetInt32(DirectFunctionCall2(align_period_difference, Int64GetDatum(later), Int64GetDatum(earlier)));
}

static void
check_value(double value)
{
	if (isnan(value) || fabs(value) > SERIES_MAX_VALUE)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("invalid value in a series: %g", value),
				 errdetail("Values are numbers from -1e100 to 1e100."),
				 errhint("Leave the row out: a period may be without a value.")));
}

/*
 * Adds a value. Rows mostly come in order; others move those after them.
 */
static void
add(Series *series, int64 period, double value)
{
	int			place = series->count;

	check_value(value);
	while (place > 0 && series->values[place - 1].period > period)
		place--;
	if (series->count > 0)
	{
		int64		first = Min(period, series->values[0].period);
		int64		last = Max(period, series->values[series->count - 1].period);

		if (steps(last, first) >= SERIES_MAX_SPAN)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("series too long: %s to %s", period_text(first), period_text(last)),
					 errdetail("A series spans at most %d periods.", SERIES_MAX_SPAN),
					 errhint("Leave out the oldest, or use a coarser grain.")));
	}
	if (place > 0 && series->values[place - 1].period == period)
		ereport(ERROR,
				(errcode(ERRCODE_CARDINALITY_VIOLATION),
				 errmsg("two values for one period of a series: %s", period_text(period)),
				 errdetail("A series has one value a period."),
				 errhint("Group by period first, and sum or average.")));
	if (series->count == series->room)
	{
		MemoryContext context = series->state.header.eoh_context;

		series->room = Max(32, 2 * series->room);
		series->values = series->values == NULL
			? MemoryContextAlloc(context, series->room * sizeof(SeriesValue))
			: repalloc(series->values, series->room * sizeof(SeriesValue));
	}
	memmove(&series->values[place + 1], &series->values[place], (series->count - place) * sizeof(SeriesValue));
	series->values[place].period = period;
	/* one number has one form */
	series->values[place].value = value == 0 ? 0 : value;
	series->count++;
}

static void
write_series(StringInfo out, const State *state)
{
	const Series *series = (const Series *) state;

	appendStringInfoChar(out, SERIES_VERSION);
	align_varint_write(out, series->count);
	for (int i = 0; i < series->count; i++)
	{
		const SeriesValue *value = &series->values[i];

		if (i == 0)
			pq_sendint64(out, value->period);
		else
			align_varint_write(out, steps(value->period, value[-1].period));
		pq_sendfloat8(out, value->value);
	}
}

static void
read_series(StringInfo in, State *state)
{
	Series	   *series = (Series *) state;
	int			count;
	int64		period = 0;

	if (pq_getmsgbyte(in) != SERIES_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid series in binary input"),
				 errdetail("Its version is not one that align knows."),
				 errhint("Send the value as it was received.")));
	count = (int) align_varint_read_range(in, 0, SERIES_MAX_SPAN);
	for (int i = 0; i < count; i++)
	{
		if (i == 0)
			period = DatumGetInt64(DirectFunctionCall1(align_period_recv, PointerGetDatum(in)));
		else
		{
			int			step = (int) align_varint_read_range(in, 1, SERIES_MAX_SPAN);

			period = DatumGetInt64(DirectFunctionCall2(align_period_plus, Int64GetDatum(period), Int32GetDatum(step)));
		}
		add(series, period, pq_getmsgfloat8(in));
	}
}

static void
describe_series(StringInfo out, const State *state)
{
	const Series *series = (const Series *) state;

	appendStringInfo(out, "\"values\": %d, ", series->count);
	if (series->count > 0)
		appendStringInfo(out, "\"first\": \"%s\", \"last\": \"%s\", ", period_text(series->values[0].period),
						 period_text(series->values[series->count - 1].period));
}

static const StateKind series_kind = {
	"series", sizeof(Series), write_series, read_series, describe_series
};

static Series *
get_series(Datum datum, MemoryContext parent)
{
	return (Series *) align_state_get(&series_kind, datum, parent);
}

static Series *
state_of(FunctionCallInfo fcinfo)
{
	MemoryContext context = align_base_aggregate_context(fcinfo);

	return PG_ARGISNULL(0) ? (Series *) align_state_create(&series_kind, context) : get_series(PG_GETARG_DATUM(0), context);
}

/*
 * The values of a series without their calendar, and its first and last period;
 * NULL when it has none.
 */
History *
align_series_history(Datum datum, int64 *first, int64 *last)
{
	Series	   *series = get_series(datum, CurrentMemoryContext);
	History    *history;
	int			span;

	if (series->count == 0)
		return NULL;
	*first = series->values[0].period;
	*last = series->values[series->count - 1].period;
	span = steps(*last, *first) + 1;
	history = palloc(offsetof(History, values) + span * sizeof(double));
	history->span = span;
	history->observed = series->count;
	for (int i = 0; i < span; i++)
		history->values[i] = NAN;
	for (int i = 0; i < series->count; i++)
		history->values[steps(series->values[i].period, *first)] = series->values[i].value;
	return history;
}

PG_FUNCTION_INFO_V1(align_series_in);
Datum
align_series_in(PG_FUNCTION_ARGS)
{
	return align_state_in(&series_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_series_out);
Datum
align_series_out(PG_FUNCTION_ARGS)
{
	return align_state_out(&series_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_series_recv);
Datum
align_series_recv(PG_FUNCTION_ARGS)
{
	return align_state_recv(&series_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_series_send);
Datum
align_series_send(PG_FUNCTION_ARGS)
{
	return align_state_send(&series_kind, fcinfo);
}

/* series(period, value): transition */
PG_FUNCTION_INFO_V1(align_series_add);
Datum
align_series_add(PG_FUNCTION_ARGS)
{
	Series	   *series = state_of(fcinfo);

	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2))
		add(series, PG_GETARG_INT64(1), PG_GETARG_FLOAT8(2));
	PG_RETURN_DATUM(align_state_datum(&series->state));
}

/* combine, and rollup(series): transition */
PG_FUNCTION_INFO_V1(align_series_combine);
Datum
align_series_combine(PG_FUNCTION_ARGS)
{
	Series	   *series;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	series = state_of(fcinfo);
	if (!PG_ARGISNULL(1))
	{
		const Series *other = get_series(PG_GETARG_DATUM(1), CurrentMemoryContext);

		for (int i = 0; i < other->count; i++)
			add(series, other->values[i].period, other->values[i].value);
	}
	PG_RETURN_DATUM(align_state_datum(&series->state));
}

/* series_values(series): a row per period that has a value */
PG_FUNCTION_INFO_V1(align_series_values);
Datum
align_series_values(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Series	   *series = get_series(PG_GETARG_DATUM(0), CurrentMemoryContext);

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < series->count; i++)
	{
		Datum		period = Int64GetDatum(series->values[i].period);
		Datum		values[3];
		bool		nulls[3] = {0};

		values[0] = CStringGetTextDatum(period_text(series->values[i].period));
		values[1] = DirectFunctionCall1(align_period_lower, period);
		values[2] = Float8GetDatum(series->values[i].value);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
