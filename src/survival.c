/*
 * survival.c
 *		The type survival: how long it takes until something happens, those to
 *		whom it has not happened yet counted too.
 *
 *		SELECT align.median(s), align.share_by(s, 30) FROM (SELECT align.time_to(took, happened) AS s FROM sale) t;
 *
 * A survival holds each distinct time once, with how many it happened to then
 * and how many were watched no longer (censored). All that is read of it is the
 * estimator of Kaplan and Meier (1958), exact on these times: at one time, what
 * happens goes before who leaves.
 *
 * In memory it is an expanded object (base_state.c) with an array of times, 16
 * bytes each. Rows are appended; when it is full it is sorted, equal times
 * become one, and it grows where that gains less than half. So memory is that of
 * the distinct times. Flat, it is the bytes of send:
 *
 *		version | number of times | per time, ascending: distance from the one
 *		before, events, censored
 */
#include "compat.h"

#include <math.h>

#include "common/int.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base.h"
#include "base_histogram.h"
#include "base_special.h"
#include "base_state.h"
#include "journey.h"

#define SURVIVAL_VERSION	1
#define FIRST_CAPACITY		16
#define MAX_ROWS			PG_UINT32_MAX

/* Products of fractions come this near to what they are. */
#define SLACK				1e-12

typedef struct SurvivalTime
{
	int64		usecs;
	uint32		events;
	uint32		censored;
} SurvivalTime;

typedef struct Survival
{
	State		state;
	int64		events;
	int64		censored;
	Size		capacity;
	Size		count;
	bool		settled;		/* times are distinct and ascending */
	SurvivalTime *times;
} Survival;

/* Where a reader stands on the curve, and the curve there. */
typedef struct Curve
{
	int64		at_risk;		/* after this time */
	double		survival;
	double		variance;		/* Greenwood's sum: of d / (n (n - d)) */
} Curve;

#define ST_SORT sort_times
#define ST_ELEMENT_TYPE SurvivalTime
#define ST_COMPARE(a, b) (((a)->usecs > (b)->usecs) - ((a)->usecs < (b)->usecs))
#define ST_SCOPE static
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

/* Sorts the times and makes equal ones one. */
static void
settle(Survival *survival)
{
	SurvivalTime *times = survival->times;
	Size		kept = 0;

	if (survival->settled || survival->count == 0)
		return;
	sort_times(times, survival->count);
	for (Size i = 1; i < survival->count; i++)
	{
		if (times[i].usecs == times[kept].usecs)
		{
			times[kept].events += times[i].events;
			times[kept].censored += times[i].censored;
		}
		else
			times[++kept] = times[i];
	}
	survival->count = kept + 1;
	survival->settled = true;
}

/* Makes room for one more: by settling where that gains half, else by growing. */
static void
make_room(Survival *survival)
{
	Size		capacity = Max(survival->capacity * 2, FIRST_CAPACITY);

	settle(survival);
	if (survival->capacity > 0 && survival->count <= survival->capacity / 2)
		return;
	align_base_check_memory(capacity * sizeof(SurvivalTime), "the times of this survival");
	if (survival->times == NULL)
		survival->times = MemoryContextAllocHuge(survival->state.header.eoh_context, capacity * sizeof(SurvivalTime));
	else
		survival->times = repalloc_huge(survival->times, capacity * sizeof(SurvivalTime));
	survival->capacity = capacity;
}

/* Appends rows of one time. */
static void
append_rows(Survival *survival, int64 usecs, uint32 events, uint32 censored)
{
	SurvivalTime *last;

	survival->events += events;
	survival->censored += censored;
	if (unlikely(survival->events + survival->censored > MAX_ROWS))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("this survival has more than %u rows", MAX_ROWS),
				 errdetail("Its counts are of 32 bits."),
				 errhint("Take a sample of the rows.")));
	if (unlikely(survival->count == survival->capacity))
		make_room(survival);
	last = &survival->times[survival->count++];
	last->usecs = usecs;
	last->events = events;
	last->censored = censored;
	survival->settled = survival->count == 1 || (survival->settled && last[-1].usecs < usecs);
}

static void
write_survival(StringInfo out, const State *state)
{
	Survival   *survival = (Survival *) state;
	int64		last = 0;

	settle(survival);
	appendStringInfoChar(out, SURVIVAL_VERSION);
	align_varint_write(out, survival->count);
	for (Size i = 0; i < survival->count; i++)
	{
		const SurvivalTime *time = &survival->times[i];

		align_base_check_travel((Size) out->len + 64, "this survival", ", or round the times");
		align_varint_write(out, time->usecs - last);
		align_varint_write(out, time->events);
		align_varint_write(out, time->censored);
		last = time->usecs;
	}
}

static void
read_survival(StringInfo in, State *state)
{
	Survival   *survival = (Survival *) state;
	int64		usecs = 0;
	int64		count;

	if (pq_getmsgbyte(in) != SURVIVAL_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid survival in binary input"),
				 errdetail("Its version is not one that align writes."),
				 errhint("Send the value as it was received.")));
	count = align_varint_read_range(in, 0, MAX_ROWS);
	for (int64 i = 0; i < count; i++)
	{
		uint32		events;

		usecs += align_varint_read_range(in, i > 0, PG_INT64_MAX - usecs);
		events = (uint32) align_varint_read_range(in, 0, MAX_ROWS);
		append_rows(survival, usecs, events, (uint32) align_varint_read_range(in, events == 0, MAX_ROWS));
	}
}

static void
describe_survival(StringInfo out, const State *state)
{
	Survival   *survival = (Survival *) state;

	settle(survival);
	appendStringInfo(out, "\"events\": " INT64_FORMAT ", \"censored\": " INT64_FORMAT ", \"times\": %zu, ",
					 survival->events, survival->censored, survival->count);
}

static const StateKind survival_kind = {
	"survival", sizeof(Survival), write_survival, read_survival, describe_survival, "time_to"
};

static Survival *
create_survival(MemoryContext parent)
{
	return (Survival *) align_state_create(&survival_kind, parent);
}

static Survival *
get_survival(Datum datum, MemoryContext parent)
{
	return (Survival *) align_state_get(&survival_kind, datum, parent);
}

static Datum
survival_datum(Survival *survival)
{
	return align_state_datum(&survival->state);
}

static void
merge(Survival *into, const Survival *from)
{
	for (Size i = 0; i < from->count; i++)
		append_rows(into, from->times[i].usecs, from->times[i].events, from->times[i].censored);
	CHECK_FOR_INTERRUPTS();
}

PG_FUNCTION_INFO_V1(align_survival_in);
Datum
align_survival_in(PG_FUNCTION_ARGS)
{
	return align_state_in(&survival_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_survival_out);
Datum
align_survival_out(PG_FUNCTION_ARGS)
{
	return align_state_out(&survival_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_survival_recv);
Datum
align_survival_recv(PG_FUNCTION_ARGS)
{
	return align_state_recv(&survival_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_survival_send);
Datum
align_survival_send(PG_FUNCTION_ARGS)
{
	return align_state_send(&survival_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_survival_plus);
Datum
align_survival_plus(PG_FUNCTION_ARGS)
{
	Survival   *sum = create_survival(CurrentMemoryContext);

	merge(sum, get_survival(PG_GETARG_DATUM(0), CurrentMemoryContext));
	merge(sum, get_survival(PG_GETARG_DATUM(1), CurrentMemoryContext));
	return survival_datum(sum);
}

/* The state of a transition. */
static Survival *
transition_state(FunctionCallInfo fcinfo)
{
	MemoryContext context = align_base_aggregate_context(fcinfo);

	return PG_ARGISNULL(0) ? create_survival(context) : get_survival(PG_GETARG_DATUM(0), context);
}

/* combine, and rollup(survival): transition */
PG_FUNCTION_INFO_V1(align_survival_combine);
Datum
align_survival_combine(PG_FUNCTION_ARGS)
{
	Survival   *survival;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	survival = transition_state(fcinfo);
	if (!PG_ARGISNULL(1))
		merge(survival, get_survival(PG_GETARG_DATUM(1), CurrentMemoryContext));
	PG_RETURN_DATUM(survival_datum(survival));
}

static void
refuse_duration(const char *value)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid duration: %s", value),
			 errdetail("A duration is zero or more days, without months, and at most about 292,000 years."),
			 errhint("Leave it NULL where it was not measured.")));
}

/* time_to(duration interval, happened): transition */
PG_FUNCTION_INFO_V1(align_survival_add_interval);
Datum
align_survival_add_interval(PG_FUNCTION_ARGS)
{
	Survival   *survival = transition_state(fcinfo);

	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2))
	{
		const Interval *span = PG_GETARG_INTERVAL_P(1);
		int64		usecs;

		if (span->month != 0 || pg_mul_s64_overflow(span->day, USECS_PER_DAY, &usecs) ||
			pg_add_s64_overflow(usecs, span->time, &usecs) || usecs < 0)
			refuse_duration(DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(span))));
		append_rows(survival, usecs, PG_GETARG_BOOL(2), !PG_GETARG_BOOL(2));
	}
	PG_RETURN_DATUM(survival_datum(survival));
}

/* time_to(days, happened): transition */
PG_FUNCTION_INFO_V1(align_survival_add_days);
Datum
align_survival_add_days(PG_FUNCTION_ARGS)
{
	Survival   *survival = transition_state(fcinfo);

	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2))
	{
		double		days = PG_GETARG_FLOAT8(1);

		if (!(days >= 0 && days <= PG_INT64_MAX / USECS_PER_DAY))
			refuse_duration(DatumGetCString(DirectFunctionCall1(float8out, PG_GETARG_DATUM(1))));
		append_rows(survival, (int64) rint(days * USECS_PER_DAY), PG_GETARG_BOOL(2), !PG_GETARG_BOOL(2));
	}
	PG_RETURN_DATUM(survival_datum(survival));
}

/* From one instant to a later one: all of history is more than an int64 holds. */
static inline int64
span(TimestampTz from, TimestampTz to)
{
	return (int64) Min((uint64) to - (uint64) from, PG_INT64_MAX);
}

/*
 * time_to(journey, from, to, at): transition. A lead is watched from its first
 * entry into the first stage; it arrives with the second stage or one beyond it
 * on the path, and is watched no longer once it is disqualified, lost or churned,
 * or when the time is up. Recycled, it is still on its way.
 */
PG_FUNCTION_INFO_V1(align_survival_add_journey);
Datum
align_survival_add_journey(PG_FUNCTION_ARGS)
{
	Survival   *survival = transition_state(fcinfo);
	static Stage recycled = -1;
	const Journey *journey;
	const JourneyEntry *entries;
	uint32		count;
	Stage		from;
	Stage		to;
	TimestampTz at;
	TimestampTz since = 0;
	bool		watched = false;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3) || PG_ARGISNULL(4))
		PG_RETURN_DATUM(survival_datum(survival));
	if (recycled < 0)
		align_stage_find("recycled", strlen("recycled"), &recycled);
	journey = align_journey_get(PG_GETARG_DATUM(1));
	from = PG_GETARG_STAGE(2);
	to = PG_GETARG_STAGE(3);
	at = PG_GETARG_TIMESTAMPTZ(4);
	align_journey_check_instant(at);
	align_journey_check_stages(journey, "A time between stages needs a journey of stages.");
	if (from == to || (from > to && !align_stage_is_exit(from)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid stages: from %s to %s", align_stage_name(from), align_stage_name(to)),
				 errdetail("On the path the second stage comes after the first."),
				 errhint("vocabulary() lists the stages in order.")));
	count = journey_events(journey, &entries);
	for (uint32 i = 0; i < count; i++)
	{
		TimestampTz entered = journey_entry_at(&entries[i]);
		Stage		stage = (Stage) pg_rightmost_one_pos32(entries[i].mask);
		bool		is_exit = align_stage_is_exit(stage);

		if (entered > at)
			break;
		if (!watched)
		{
			watched = stage == from;
			since = entered;
		}
		else if (stage == to || (stage > to && !is_exit))
		{
			append_rows(survival, span(since, entered), 1, 0);
			PG_RETURN_DATUM(survival_datum(survival));
		}
		else if (is_exit && stage != recycled && stage != from)
		{
			append_rows(survival, span(since, entered), 0, 1);
			PG_RETURN_DATUM(survival_datum(survival));
		}
	}
	if (watched)
		append_rows(survival, span(since, at), 0, 1);
	PG_RETURN_DATUM(survival_datum(survival));
}

static Survival *
read_argument(FunctionCallInfo fcinfo)
{
	Survival   *survival = get_survival(PG_GETARG_DATUM(0), CurrentMemoryContext);

	settle(survival);
	return survival;
}

static void
curve_begin(Curve *curve, const Survival *survival)
{
	curve->at_risk = survival->events + survival->censored;
	curve->survival = 1;
	curve->variance = 0;
}

/* Goes on to a time. */
static inline void
curve_step(Curve *curve, const SurvivalTime *time)
{
	double		left = curve->at_risk - (int64) time->events;

	if (time->events > 0)
	{
		curve->survival *= left / curve->at_risk;
		if (left > 0)
			curve->variance += time->events / (curve->at_risk * left);
	}
	curve->at_risk -= (int64) time->events + time->censored;
}

/*
 * The 95 % interval of the curve by the logarithm of the hazard (Kalbfleisch and
 * Prentice, 1980): it stays between 0 and 1. False before anything happened and
 * once it happened to all, where there is none.
 */
static bool
curve_interval(const Curve *curve, double *low, double *high)
{
	double		factor;

	if (curve->survival >= 1 || curve->survival <= 0)
		return false;
	factor = exp(ALIGN_NORMAL_975 * sqrt(curve->variance) / log(curve->survival));
	*low = pow(curve->survival, 1 / factor);
	*high = pow(curve->survival, factor);
	return true;
}

/* Greenwood's (1926) standard error and the interval as columns; those of 1 minus the curve when turned. */
static void
put_curve(const Curve *curve, bool turned, Datum *values, bool *nulls)
{
	double		low = 0;
	double		high = 0;
	bool		has_interval = curve_interval(curve, &low, &high);

	values[0] = Float8GetDatum(turned ? 1 - curve->survival : curve->survival);
	values[1] = Float8GetDatum(curve->survival * sqrt(curve->variance));
	values[2] = Float8GetDatum(turned ? 1 - high : low);
	values[3] = Float8GetDatum(turned ? 1 - low : high);
	nulls[1] = curve->survival <= 0;
	nulls[2] = nulls[3] = !has_interval;
}

static Datum
days_of(int64 usecs)
{
	return Float8GetDatum((double) usecs / USECS_PER_DAY);
}

static double
get_fraction(FunctionCallInfo fcinfo, int argument)
{
	double		fraction = PG_GETARG_FLOAT8(argument);

	if (!(fraction > 0 && fraction <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid fraction: %s", DatumGetCString(DirectFunctionCall1(float8out, Float8GetDatum(fraction)))),
				 errdetail("A quantile's fraction lies above 0, up to 1."),
				 errhint("Write 0.9 for the time by which it happened to 90 %%.")));
	return fraction;
}

/*
 * The first times at which the curve, and the two bounds of its interval, are
 * down to 1 minus a fraction (Brookmeyer and Crowley, 1982, of that interval).
 */
static void
put_quantile(const Survival *survival, double fraction, Datum *values, bool *nulls)
{
	double		level = 1 - fraction + SLACK;
	Curve		curve;

	nulls[0] = nulls[1] = nulls[2] = true;
	curve_begin(&curve, survival);
	for (Size i = 0; i < survival->count && (nulls[0] || nulls[2]); i++)
	{
		const SurvivalTime *time = &survival->times[i];
		double		reached[3];
		bool		has_interval;

		curve_step(&curve, time);
		if (time->events == 0)
			continue;
		has_interval = curve_interval(&curve, &reached[1], &reached[2]);
		reached[0] = curve.survival;
		for (int column = 0; column < (has_interval ? 3 : 1); column++)
		{
			if (nulls[column] && reached[column] <= level)
			{
				values[column] = days_of(time->usecs);
				nulls[column] = false;
			}
		}
	}
}

/* quantile(survival, fraction), median(survival) */
static Datum
quantile_of(FunctionCallInfo fcinfo, double fraction)
{
	Datum		values[3];
	bool		nulls[3];

	put_quantile(read_argument(fcinfo), fraction, values, nulls);
	if (nulls[0])
		PG_RETURN_NULL();
	PG_RETURN_DATUM(values[0]);
}

PG_FUNCTION_INFO_V1(align_survival_median);
Datum
align_survival_median(PG_FUNCTION_ARGS)
{
	return quantile_of(fcinfo, 0.5);
}

PG_FUNCTION_INFO_V1(align_survival_quantile);
Datum
align_survival_quantile(PG_FUNCTION_ARGS)
{
	return quantile_of(fcinfo, get_fraction(fcinfo, 1));
}

PG_FUNCTION_INFO_V1(align_survival_quantile_detail);
Datum
align_survival_quantile_detail(PG_FUNCTION_ARGS)
{
	Datum		values[3] = {0};
	bool		nulls[3];

	put_quantile(read_argument(fcinfo), get_fraction(fcinfo, 1), values, nulls);
	return align_base_row(fcinfo, values, nulls);
}

/*
 * The curve at so many days; false past the last time, where nobody was watched,
 * unless it had happened to all.
 */
static bool
curve_at(FunctionCallInfo fcinfo, Curve *curve)
{
	const Survival *survival = read_argument(fcinfo);
	double		days = PG_GETARG_FLOAT8(1);
	double		usecs = rint(days * USECS_PER_DAY);

	if (!(days >= 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid days: %s", DatumGetCString(DirectFunctionCall1(float8out, PG_GETARG_DATUM(1)))),
				 errdetail("Days are zero or more."),
				 errhint("Write 30 for what happened within 30 days.")));
	curve_begin(curve, survival);
	for (Size i = 0; i < survival->count && survival->times[i].usecs <= usecs; i++)
		curve_step(curve, &survival->times[i]);
	return curve->survival <= 0 ||
		(survival->count > 0 && survival->times[survival->count - 1].usecs >= usecs);
}

PG_FUNCTION_INFO_V1(align_survival_share_by);
Datum
align_survival_share_by(PG_FUNCTION_ARGS)
{
	Curve		curve;

	if (!curve_at(fcinfo, &curve))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(1 - curve.survival);
}

PG_FUNCTION_INFO_V1(align_survival_share_by_detail);
Datum
align_survival_share_by_detail(PG_FUNCTION_ARGS)
{
	Datum		values[5] = {0};
	bool		nulls[5] = {0};
	Curve		curve;

	if (curve_at(fcinfo, &curve))
		put_curve(&curve, true, values, nulls);
	else
		nulls[0] = nulls[1] = nulls[2] = nulls[3] = true;
	values[4] = Int64GetDatum(curve.at_risk);
	return align_base_row(fcinfo, values, nulls);
}

/* curve(survival): a row per time */
PG_FUNCTION_INFO_V1(align_survival_curve);
Datum
align_survival_curve(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const Survival *survival = read_argument(fcinfo);
	Curve		curve;

	InitMaterializedSRF(fcinfo, 0);
	curve_begin(&curve, survival);
	for (Size i = 0; i < survival->count; i++)
	{
		const SurvivalTime *time = &survival->times[i];
		Datum		values[8];
		bool		nulls[8] = {0};

		CHECK_FOR_INTERRUPTS();
		values[0] = days_of(time->usecs);
		values[1] = Int64GetDatum(curve.at_risk);
		values[2] = Int64GetDatum(time->events);
		values[3] = Int64GetDatum(time->censored);
		curve_step(&curve, time);
		put_curve(&curve, false, &values[4], &nulls[4]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(align_survival_event_count);
Datum
align_survival_event_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(get_survival(PG_GETARG_DATUM(0), CurrentMemoryContext)->events);
}

PG_FUNCTION_INFO_V1(align_survival_censored_count);
Datum
align_survival_censored_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(get_survival(PG_GETARG_DATUM(0), CurrentMemoryContext)->censored);
}
