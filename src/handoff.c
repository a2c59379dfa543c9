/*
 * handoff.c
 *		When a lead was handed from one stage to the next, and what became of it.
 *
 *		SELECT * FROM align.handoffs(journey, 'mql', 'sal', now());
 *
 * A handoff begins with every entry into the first stage, and ends with the
 * first event that is one of these:
 *
 *		accepted	the second stage
 *		leaked		a stage beyond the second on the path: it went on without
 *		recycled	recycled, the first stage again, or a stage before it
 *		refused		any other exit: disqualified, lost, churned
 *
 * Stages between the two leave it as it is. Without an end it is waiting. Where
 * the first stage is an exit, nothing on the path is before it.
 */
#include "compat.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base.h"
#include "journey.h"

typedef enum HandoffOutcome
{
	HANDOFF_ACCEPTED,
	HANDOFF_REFUSED,
	HANDOFF_RECYCLED,
	HANDOFF_LEAKED,
	HANDOFF_WAITING
} HandoffOutcome;

static const char *const outcome_names[] = {"accepted", "refused", "recycled", "leaked", "waiting"};

/* What entering a stage means to an open handoff. */
static HandoffOutcome
judge(Stage from, Stage to, Stage stage)
{
	if (stage == to)
		return HANDOFF_ACCEPTED;
	if (stage == from)
		return HANDOFF_RECYCLED;
	if (align_stage_is_exit(stage))
		return strcmp(align_stage_name(stage), "recycled") == 0 ? HANDOFF_RECYCLED : HANDOFF_REFUSED;
	if (stage > to)
		return HANDOFF_LEAKED;
	if (stage < from && !align_stage_is_exit(from))
		return HANDOFF_RECYCLED;
	return HANDOFF_WAITING;
}

static void
put_handoff(ReturnSetInfo *rsinfo, TimestampTz given_at, HandoffOutcome outcome, TimestampTz settled_at, Stage stage)
{
	Datum		values[4] = {0};
	bool		nulls[4] = {0};

	values[0] = TimestampTzGetDatum(given_at);
	values[1] = CStringGetTextDatum(outcome_names[outcome]);
	values[2] = TimestampTzGetDatum(settled_at);
	values[3] = StageGetDatum(stage);
	nulls[2] = nulls[3] = outcome == HANDOFF_WAITING;
	align_base_put_row(rsinfo, values, nulls);
}

/* handoffs(journey, from, to, at): a row per handoff, from the events until then */
PG_FUNCTION_INFO_V1(align_handoff_handoffs);
Datum
align_handoff_handoffs(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const Journey *journey = align_journey_get(PG_GETARG_DATUM(0));
	Stage		from = PG_GETARG_STAGE(1);
	Stage		to = PG_GETARG_STAGE(2);
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(3);
	const JourneyEntry *entries;
	uint32		count = journey_events(journey, &entries);
	TimestampTz given_at = 0;
	bool		is_open = false;

	align_journey_check_instant(at);
	align_journey_check_stages(journey, "A handoff goes from stage to stage.");
	InitMaterializedSRF(fcinfo, 0);
	for (uint32 i = 0; i < count && journey_entry_at(&entries[i]) <= at; i++)
	{
		Stage		stage = (Stage) pg_rightmost_one_pos32(entries[i].mask);
		TimestampTz entered = journey_entry_at(&entries[i]);

		CHECK_FOR_INTERRUPTS();
		if (i > 0 && entries[i].mask == entries[i - 1].mask)
			continue;
		if (is_open)
		{
			HandoffOutcome outcome = judge(from, to, stage);

			if (outcome == HANDOFF_WAITING)
				continue;
			put_handoff(rsinfo, given_at, outcome, entered, stage);
			is_open = false;
		}
		if (stage == from)
		{
			given_at = entered;
			is_open = true;
		}
	}
	if (is_open)
		put_handoff(rsinfo, given_at, HANDOFF_WAITING, 0, 0);
	return (Datum) 0;
}
