/*
 * journey_log_read.c
 *		The aggregate event_log, and the journeys in a log.
 *
 *		SELECT j.* FROM (SELECT align.event_log(lead, stage, at) AS log FROM stage_event) s, align.journeys(s.log) j;
 *
 * This gives what journey(stage, at) with GROUP BY lead gives, without the
 * executor's own grouping, which takes longer than all that align does.
 */
#include "compat.h"

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base.h"
#include "journey.h"

/* event_log(lead, stage, at) and flow(lead, stage, at): transition, for each type of key */
static Datum
add_event(FunctionCallInfo fcinfo, LogKey key_type)
{
	EventLog   *log;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	log = align_log_transition(fcinfo, key_type, 0);
	if (log == NULL)
		log = align_log_create(align_base_aggregate_context(fcinfo), key_type, NULL, 0);
	align_log_append(log, PG_GETARG_DATUM(1), PG_GETARG_TIMESTAMPTZ(3), PG_GETARG_STAGE(2));
	PG_RETURN_DATUM(align_log_datum(log));
}

PG_FUNCTION_INFO_V1(align_journey_log_add_bigint);
Datum
align_journey_log_add_bigint(PG_FUNCTION_ARGS)
{
	return add_event(fcinfo, LOG_KEY_BIGINT);
}

PG_FUNCTION_INFO_V1(align_journey_log_add_text);
Datum
align_journey_log_add_text(PG_FUNCTION_ARGS)
{
	return add_event(fcinfo, LOG_KEY_TEXT);
}

PG_FUNCTION_INFO_V1(align_journey_log_add_uuid);
Datum
align_journey_log_add_uuid(PG_FUNCTION_ARGS)
{
	return add_event(fcinfo, LOG_KEY_UUID);
}

/* Where the rows of journeys() go. */
typedef struct JourneyRows
{
	const EventLog *log;
	ReturnSetInfo *rsinfo;
	bool		as_text;
	Journey    *journey;		/* used again for each lead */
	int			capacity;
} JourneyRows;

static void
put_journey(void *state, int64 key, const int64 *packed, int count)
{
	JourneyRows *rows = state;
	Datum		values[2];
	bool		nulls[2] = {0};

	if (count > rows->capacity)
	{
		if ((Size) count > JOURNEY_MAX_COUNT)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("journey too long: %d events", count),
					 errdetail("One lead's journey holds at most 1 GB."),
					 errhint("Leave out a key that stands for many leads.")));
		if (rows->journey != NULL)
			pfree(rows->journey);
		rows->capacity = Min(Max((Size) count, (Size) rows->capacity * 2), JOURNEY_MAX_COUNT);
		rows->journey = align_journey_create(JOURNEY_STAGES, 0, rows->capacity, CurrentMemoryContext);
	}
	for (int i = 0; i < count; i++)
		journey_entry_set(&rows->journey->entries[i], logged_at(packed[i]),
						  (uint32) 1 << logged_step(packed[i]));
	rows->journey->count = count;
	SET_VARSIZE(rows->journey, JOURNEY_SIZE(count));
	values[0] = rows->as_text ? align_log_key_text(rows->log, key) : Int64GetDatum(key);
	values[1] = PointerGetDatum(rows->journey);
	tuplestore_putvalues(rows->rsinfo->setResult, rows->rsinfo->setDesc, values, nulls);
	if (rows->as_text)
		pfree(DatumGetPointer(values[0]));
}

static Datum
put_journeys(FunctionCallInfo fcinfo, bool as_text)
{
	EventLog   *log = align_log_state(fcinfo, 0);
	JourneyRows rows = {.log = log,.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo,.as_text = as_text};

	align_log_check_header(log, 0);
	if (!as_text && align_log_key_type(log) != LOG_KEY_BIGINT)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("the leads of this event log have no bigint keys"),
				 errdetail("Their keys are text or uuid."),
				 errhint("Read it by journeys_by_key.")));
	InitMaterializedSRF(fcinfo, 0);
	align_log_visit(log, put_journey, &rows);
	return (Datum) 0;
}

/* journeys(event_log): a row per lead, with its bigint key */
PG_FUNCTION_INFO_V1(align_journey_log_journeys);
Datum
align_journey_log_journeys(PG_FUNCTION_ARGS)
{
	return put_journeys(fcinfo, false);
}

/* journeys_by_key(event_log): a row per lead, with its key as text */
PG_FUNCTION_INFO_V1(align_journey_log_journeys_by_key);
Datum
align_journey_log_journeys_by_key(PG_FUNCTION_ARGS)
{
	return put_journeys(fcinfo, true);
}
