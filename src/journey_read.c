/*
 * journey_read.c
 *		What a journey tells: where a lead is, since when, how it came there.
 *
 *		SELECT align.current(j), align.path(j), align.time_in(j, 'mql', now()) FROM ...;
 *
 * A lead is in a stage from the event that names it until the next event of
 * another stage. Events of one instant follow each other in the order of the
 * vocabulary, and the last of them counts. An event of the stage in which the
 * lead is already begins nothing new.
 */
#include "compat.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base.h"
#include "journey.h"

/* The journey of an argument, which must be one of stages. */
static uint32
stage_events(FunctionCallInfo fcinfo, const JourneyEntry **entries)
{
	const Journey *journey = align_journey_get(PG_GETARG_DATUM(0));

	align_journey_check_stages(journey, "A reader of stages needs a journey of stages; events, path and funnel_level read any.");
	return journey_events(journey, entries);
}

static inline Stage
entry_stage(const JourneyEntry *entry)
{
	return (Stage) pg_rightmost_one_pos32(entry->mask);
}

/* From one instant to a later one: all of history is more than an int64 holds. */
static inline uint64
span(TimestampTz from, TimestampTz to)
{
	return (uint64) to - (uint64) from;
}

/* A span as the interval that timestamp subtraction gives. */
static Datum
span_interval(uint64 usecs)
{
	Interval   *span = palloc0(sizeof(Interval));

	span->day = (int32) (usecs / USECS_PER_DAY);
	span->time = usecs % USECS_PER_DAY;
	return IntervalPGetDatum(span);
}

/* entered(journey, stage): the first time, or NULL */
PG_FUNCTION_INFO_V1(align_journey_entered);
Datum
align_journey_entered(PG_FUNCTION_ARGS)
{
	const JourneyEntry *entries;
	uint32		count = stage_events(fcinfo, &entries);
	Stage		stage = PG_GETARG_STAGE(1);

	for (uint32 i = 0; i < count; i++)
		if (entry_stage(&entries[i]) == stage)
			PG_RETURN_TIMESTAMPTZ(journey_entry_at(&entries[i]));
	PG_RETURN_NULL();
}

/* entries(journey, stage): how many times the stage was entered */
PG_FUNCTION_INFO_V1(align_journey_entries);
Datum
align_journey_entries(PG_FUNCTION_ARGS)
{
	const JourneyEntry *entries;
	uint32		count = stage_events(fcinfo, &entries);
	Stage		stage = PG_GETARG_STAGE(1);
	int			visits = 0;

	for (uint32 i = 0; i < count; i++)
		if (entry_stage(&entries[i]) == stage &&
			(i == 0 || entry_stage(&entries[i - 1]) != stage))
			visits++;
	PG_RETURN_INT32(visits);
}

/* current(journey): the stage of the last event, or NULL */
PG_FUNCTION_INFO_V1(align_journey_current);
Datum
align_journey_current(PG_FUNCTION_ARGS)
{
	const JourneyEntry *entries;
	uint32		count = stage_events(fcinfo, &entries);

	if (count == 0)
		PG_RETURN_NULL();
	PG_RETURN_STAGE(entry_stage(&entries[count - 1]));
}

/* since(journey): when the current stage was entered, or NULL */
PG_FUNCTION_INFO_V1(align_journey_since);
Datum
align_journey_since(PG_FUNCTION_ARGS)
{
	const JourneyEntry *entries;
	uint32		i = stage_events(fcinfo, &entries);

	if (i == 0)
		PG_RETURN_NULL();
	for (i--; i > 0 && entry_stage(&entries[i - 1]) == entry_stage(&entries[i]); i--)
		;
	PG_RETURN_TIMESTAMPTZ(journey_entry_at(&entries[i]));
}

/* furthest(journey): the latest stage on the path ever reached; an exit only when there is none */
PG_FUNCTION_INFO_V1(align_journey_furthest);
Datum
align_journey_furthest(PG_FUNCTION_ARGS)
{
	const JourneyEntry *entries;
	uint32		count = stage_events(fcinfo, &entries);
	int			furthest = -1;

	for (uint32 i = 0; i < count; i++)
	{
		Stage		stage = entry_stage(&entries[i]);

		if (!align_stage_is_exit(stage) && stage > furthest)
			furthest = stage;
	}
	if (furthest < 0)
		PG_RETURN_NULL();
	PG_RETURN_STAGE(furthest);
}

/* stage_at(journey, t): the stage in which the lead was then, or NULL before the first event */
PG_FUNCTION_INFO_V1(align_journey_stage_at);
Datum
align_journey_stage_at(PG_FUNCTION_ARGS)
{
	const JourneyEntry *entries;
	uint32		count = stage_events(fcinfo, &entries);
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(1);
	uint32		low = 0;

	/* the first event past the instant, by halving */
	while (low < count)
	{
		uint32		middle = low + (count - low) / 2;

		if (journey_entry_at(&entries[middle]) <= at)
			low = middle + 1;
		else
			count = middle;
	}
	if (low == 0)
		PG_RETURN_NULL();
	PG_RETURN_STAGE(entry_stage(&entries[low - 1]));
}

/*
 * time_in(journey, stage, as_of): the sum of all stays that began by as_of; one
 * that has not ended by then is counted up to it. NULL when never in it by then.
 */
PG_FUNCTION_INFO_V1(align_journey_time_in);
Datum
align_journey_time_in(PG_FUNCTION_ARGS)
{
	const JourneyEntry *entries;
	uint32		count = stage_events(fcinfo, &entries);
	Stage		stage = PG_GETARG_STAGE(1);
	TimestampTz as_of = PG_GETARG_TIMESTAMPTZ(2);
	uint64		total = 0;
	bool		seen = false;

	align_journey_check_instant(as_of);
	for (uint32 i = 0; i < count && journey_entry_at(&entries[i]) <= as_of; i++)
	{
		TimestampTz until = as_of;

		if (entry_stage(&entries[i]) != stage)
			continue;
		seen = true;
		if (i + 1 < count)
			until = Min(until, journey_entry_at(&entries[i + 1]));
		total += span(journey_entry_at(&entries[i]), until);
	}
	if (!seen)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(span_interval(total));
}

PG_FUNCTION_INFO_V1(align_journey_first_at);
Datum
align_journey_first_at(PG_FUNCTION_ARGS)
{
	const JourneyEntry *entries;
	uint32		count = journey_events(align_journey_get(PG_GETARG_DATUM(0)), &entries);

	if (count == 0)
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(journey_entry_at(&entries[0]));
}

PG_FUNCTION_INFO_V1(align_journey_last_at);
Datum
align_journey_last_at(PG_FUNCTION_ARGS)
{
	const JourneyEntry *entries;
	uint32		count = journey_events(align_journey_get(PG_GETARG_DATUM(0)), &entries);

	if (count == 0)
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(journey_entry_at(&entries[count - 1]));
}

PG_FUNCTION_INFO_V1(align_journey_event_count);
Datum
align_journey_event_count(PG_FUNCTION_ARGS)
{
	const JourneyEntry *entries;

	PG_RETURN_INT32((int32) journey_events(align_journey_get(PG_GETARG_DATUM(0)), &entries));
}

/*
 * path(journey): the stages in the order in which they were entered, such as
 * 'lead > mql > customer'; of conditions their numbers, such as '1 > 1+3'.
 */
PG_FUNCTION_INFO_V1(align_journey_path);
Datum
align_journey_path(PG_FUNCTION_ARGS)
{
	const Journey *journey = align_journey_get(PG_GETARG_DATUM(0));
	const JourneyEntry *entries;
	uint32		count = journey_events(journey, &entries);
	StringInfoData out;

	initStringInfo(&out);
	for (uint32 i = 0; i < count; i++)
	{
		const char *separator = out.len > 0 ? " > " : "";

		CHECK_FOR_INTERRUPTS();
		if (journey->kind == JOURNEY_STAGES)
		{
			if (i == 0 || entries[i].mask != entries[i - 1].mask)
				appendStringInfo(&out, "%s%s", separator, align_stage_name(entry_stage(&entries[i])));
			continue;
		}
		for (int bit = 0; bit < journey->step_count; bit++)
		{
			if (entries[i].mask & ((uint32) 1 << bit))
			{
				appendStringInfo(&out, "%s%d", separator, bit + 1);
				separator = "+";
			}
		}
	}
	if (count == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

/* events(journey): a row per event, in order */
PG_FUNCTION_INFO_V1(align_journey_events);
Datum
align_journey_events(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const Journey *journey = align_journey_get(PG_GETARG_DATUM(0));
	const JourneyEntry *entries;
	uint32		count = journey_events(journey, &entries);

	InitMaterializedSRF(fcinfo, 0);
	for (uint32 i = 0; i < count; i++)
	{
		Datum		values[4];
		bool		nulls[4] = {0};

		values[0] = Int32GetDatum(i + 1);
		values[1] = TimestampTzGetDatum(journey_entry_at(&entries[i]));
		if (journey->kind == JOURNEY_STAGES)
		{
			values[2] = CStringGetTextDatum(align_stage_name(entry_stage(&entries[i])));
			nulls[3] = true;
		}
		else
		{
			Datum		steps[JOURNEY_MAX_STEPS];
			int			step_count = 0;

			for (int bit = 0; bit < journey->step_count; bit++)
				if (entries[i].mask & ((uint32) 1 << bit))
					steps[step_count++] = Int32GetDatum(bit + 1);
			nulls[2] = true;
			values[3] = PointerGetDatum(construct_array(steps, step_count, INT4OID,
														sizeof(int32), true, TYPALIGN_INT));
		}
		align_base_put_row(rsinfo, values, nulls);
	}
	return (Datum) 0;
}

/* transitions(journey): a row per change of stage */
PG_FUNCTION_INFO_V1(align_journey_transitions);
Datum
align_journey_transitions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const JourneyEntry *entries;
	uint32		count = stage_events(fcinfo, &entries);
	TimestampTz since;
	int			moves = 0;

	InitMaterializedSRF(fcinfo, 0);
	since = count > 0 ? journey_entry_at(&entries[0]) : 0;
	for (uint32 i = 1; i < count; i++)
	{
		Datum		values[5];
		bool		nulls[5] = {0};
		TimestampTz at = journey_entry_at(&entries[i]);

		if (entries[i].mask == entries[i - 1].mask)
			continue;
		values[0] = Int32GetDatum(++moves);
		values[1] = CStringGetTextDatum(align_stage_name(entry_stage(&entries[i - 1])));
		values[2] = CStringGetTextDatum(align_stage_name(entry_stage(&entries[i])));
		values[3] = TimestampTzGetDatum(at);
		values[4] = span_interval(span(since, at));
		align_base_put_row(rsinfo, values, nulls);
		since = at;
	}
	return (Datum) 0;
}
