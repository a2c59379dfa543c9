/*
 * journey.c
 *		The type journey: one lead's history, from first sight to advocate.
 *
 *		SELECT align.path(align.journey(stage, at)) FROM stage_event WHERE lead = 7;
 *
 * A journey holds its events sorted by instant, then by mask, 12 bytes each:
 *
 *		length word | version, kind, step_count, flags | count | entries
 *
 * Every row is an entry of its own, so two rows of one instant stay two. A
 * state that an aggregate builds has the same layout, may be unsorted and may
 * have room to spare; align_journey_get() gives the sorted form of any, so no
 * reader needs to know.
 *
 * Text: {2026-01-05T10:00:00Z lead, 2026-01-09T12:00:00Z mql} for stages, and
 * 3:{2026-01-05T10:00:00Z 1+3} for the conditions 1 and 3 of three. The state
 * of window_funnel adds its window in microseconds: 3/86400000000:{...}.
 */
#include "compat.h"

#include <ctype.h>

#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base.h"
#include "base_instant.h"
#include "journey.h"

#define ST_SORT sort_entries
#define ST_ELEMENT_TYPE JourneyEntry
#define ST_COMPARE(a, b) compare_entries(a, b)
#define ST_SCOPE static
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS

static inline int
compare_entries(const JourneyEntry *a, const JourneyEntry *b)
{
	TimestampTz at_a = journey_entry_at(a);
	TimestampTz at_b = journey_entry_at(b);

	if (at_a != at_b)
		return at_a < at_b ? -1 : 1;
	return a->mask < b->mask ? -1 : a->mask > b->mask;
}

#include "lib/sort_template.h"

/* Where the events begin: after the window, where there is one. */
static inline int
first_event(const Journey *journey)
{
	return (journey->flags & JOURNEY_WINDOW) ? 1 : 0;
}

/*
 * A journey in its sorted form, for reading only. The result may be the datum
 * itself.
 */
const Journey *
align_journey_get(Datum datum)
{
	Journey    *journey = (Journey *) PG_DETOAST_DATUM(datum);
	Journey    *sorted;
	int			first;

	if ((journey->flags & JOURNEY_UNSORTED) == 0)
		return journey;
	sorted = palloc(JOURNEY_SIZE(journey->count));
	memcpy(sorted, journey, JOURNEY_SIZE(journey->count));
	SET_VARSIZE(sorted, JOURNEY_SIZE(journey->count));
	sorted->flags &= ~JOURNEY_UNSORTED;
	first = first_event(sorted);
	sort_entries(sorted->entries + first, sorted->count - first);
	return sorted;
}

Journey *
align_journey_create(JourneyKind kind, int step_count, int capacity, MemoryContext context)
{
	Journey    *journey = MemoryContextAlloc(context, JOURNEY_SIZE(capacity));

	SET_VARSIZE(journey, JOURNEY_SIZE(capacity));
	journey->version = JOURNEY_VERSION;
	journey->kind = kind;
	journey->step_count = step_count;
	journey->flags = 0;
	journey->count = 0;
	return journey;
}

/*
 * The state in an argument, fit to be changed in place: a copy where it comes
 * with a short header, NULL where it is null.
 */
Journey *
align_journey_state(FunctionCallInfo fcinfo, int argument)
{
	if (PG_ARGISNULL(argument))
		return NULL;
	return (Journey *) PG_DETOAST_DATUM(PG_GETARG_DATUM(argument));
}

/* A state with room for more: the same, or a larger copy. */
static Journey *
with_room(Journey *journey, uint32 more, MemoryContext context)
{
	Size		needed = (Size) journey->count + more;
	Size		size;
	Journey    *larger;

	if (needed <= JOURNEY_CAPACITY(journey))
		return journey;
	if (needed > JOURNEY_MAX_COUNT)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("journey too long: more than %zu events", JOURNEY_MAX_COUNT),
				 errdetail("One lead's journey holds at most 1 GB."),
				 errhint("Group by lead; a key shared by many leads, such as an empty one, is left out first.")));
	/* fill a power of two, as the allocator would */
	size = 64;
	while (size < JOURNEY_SIZE(needed))
		size *= 2;
	size = Min(size, MaxAllocSize);
	size = JOURNEY_SIZE((size - offsetof(Journey, entries)) / sizeof(JourneyEntry));
	larger = MemoryContextAlloc(context, size);
	memcpy(larger, journey, JOURNEY_SIZE(journey->count));
	SET_VARSIZE(larger, size);
	return larger;
}

static void
check_same_kind(const Journey *journey, JourneyKind kind, int step_count)
{
	if (journey->kind != kind || journey->step_count != step_count)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("journeys of different kinds cannot be merged"),
				 errdetail("One holds %s, the other %s.",
						   journey->kind == JOURNEY_STAGES ? "stages" :
						   psprintf("%d conditions", journey->step_count),
						   kind == JOURNEY_STAGES ? "stages" :
						   psprintf("%d conditions", step_count)),
				 errhint("Build both by the same aggregate with as many conditions.")));
}

/*
 * Adds an event to a state, NULL for none yet. The result is the state itself
 * or a larger copy.
 */
Journey *
align_journey_append(Journey *state, JourneyKind kind, int step_count,
					 TimestampTz at, uint32 mask, MemoryContext context)
{
	JourneyEntry *entry;

	if (state == NULL)
		state = align_journey_create(kind, step_count, 4, context);
	else
		check_same_kind(state, kind, step_count);
	state = with_room(state, 1, context);
	entry = &state->entries[state->count];
	journey_entry_set(entry, at, mask);
	if (state->count > first_event(state) && compare_entries(entry - 1, entry) > 0)
		state->flags |= JOURNEY_UNSORTED;
	state->count++;
	return state;
}

/*
 * Adds all events of another journey to a state.
 */
Journey *
align_journey_merge(Journey *into, const Journey *from, MemoryContext context)
{
	int			first = first_event(from);

	check_same_kind(into, from->kind, from->step_count);
	if (first > 0 && first_event(into) > 0 &&
		journey_entry_at(&into->entries[0]) != journey_entry_at(&from->entries[0]))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the funnel's rule changes from row to row"),
				 errdetail("All rows of one aggregate are asked for the same window."),
				 errhint("Group by what the rule depends on.")));
	into = with_room(into, from->count - first, context);
	memcpy(into->entries + into->count, from->entries + first,
		   (from->count - first) * sizeof(JourneyEntry));
	into->count += from->count - first;
	into->flags |= JOURNEY_UNSORTED;
	return into;
}

/*
 * Refuses a journey of conditions where one of stages is needed.
 */
void
align_journey_check_stages(const Journey *journey, const char *detail)
{
	if (journey->kind != JOURNEY_STAGES)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("this journey has no stages: it was built from %d conditions", journey->step_count),
				 errdetail("%s", detail),
				 errhint("Build it by journey(stage, at).")));
}

void
align_journey_check_instant(TimestampTz at)
{
	if (TIMESTAMP_NOT_FINITE(at))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("invalid instant: %s", TIMESTAMP_IS_NOEND(at) ? "infinity" : "-infinity"),
				 errdetail("An event happens at a finite instant."),
				 errhint("Write NULL for an event that has not happened.")));
}

/*
 * The mask of a row's conditions; a NULL one is false.
 */
uint32
align_journey_steps_mask(Datum steps, int *step_count)
{
	ArrayType  *array = DatumGetArrayTypeP(steps);
	int			count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	const bool *value = (const bool *) ARR_DATA_PTR(array);
	const bits8 *nulls = ARR_NULLBITMAP(array);
	uint32		mask = 0;

	if (ARR_NDIM(array) > 1 || count < 1 || count > JOURNEY_MAX_STEPS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid number of steps: %d", count),
				 errdetail("A funnel has 1 to %d steps, in one dimension.", JOURNEY_MAX_STEPS),
				 errhint("Leave out steps, or join some by OR.")));
	for (int i = 0; i < count; i++)
	{
		if (nulls != NULL && (nulls[i / 8] & (1 << (i % 8))) == 0)
			continue;
		if (*value++)
			mask |= (uint32) 1 << i;
	}
	*step_count = count;
	return mask;
}

/*
 * Reads the text form. Leaves the fault in words in *fault, or NULL.
 */
static Journey *
read_journey(const char *at, const char **fault)
{
	const char *end = at + strlen(at);
	Journey    *journey;
	JourneyKind kind = JOURNEY_STAGES;
	int			step_count = 0;
	bool		has_window = false;
	int64		window = 0;

	*fault = NULL;
	while (isspace((unsigned char) *at))
		at++;
	if (isdigit((unsigned char) *at))
	{
		char	   *stop;

		kind = JOURNEY_STEPS;
		step_count = (int) Min(strtoul(at, &stop, 10), PG_INT16_MAX);
		at = stop;
		if (*at == '/')
		{
			has_window = true;
			window = strtoll(at + 1, &stop, 10);
			if (stop == at + 1 || window < -1)
				*fault = "A window is a number of microseconds, or -1 for no limit.";
			at = stop;
		}
		if (step_count < 1 || step_count > JOURNEY_MAX_STEPS)
			*fault = "A journey has 1 to 31 conditions.";
		else if (*at++ != ':')
			*fault = "The number of conditions ends with a colon.";
		if (*fault != NULL)
			return NULL;
	}
	journey = align_journey_create(kind, step_count, 4, CurrentMemoryContext);
	if (has_window)
	{
		journey->flags |= JOURNEY_WINDOW;
		journey_entry_set(&journey->entries[0], window, 0);
		journey->count = 1;
	}
	if (*at++ != '{')
	{
		*fault = "The events stand in braces.";
		return NULL;
	}
	while (isspace((unsigned char) *at))
		at++;
	while (*at != '}')
	{
		TimestampTz instant;
		uint32		mask = 0;

		if (!align_base_instant_read(&at, end, &instant))
		{
			*fault = "An event begins with an ISO instant with a zone.";
			return NULL;
		}
		while (isspace((unsigned char) *at))
			at++;
		if (kind == JOURNEY_STAGES)
		{
			int			length = strcspn(at, ",}");
			Stage		stage;

			if (!align_stage_find(at, length, &stage))
			{
				*fault = "An event's instant is followed by a stage.";
				return NULL;
			}
			mask = (uint32) 1 << stage;
			at += length;
		}
		else
		{
			do
			{
				char	   *stop;
				unsigned long step;

				if (*at == '+')
					at++;
				step = isdigit((unsigned char) *at) ? strtoul(at, &stop, 10) : 0;
				if (step < 1 || step > (unsigned long) step_count)
				{
					*fault = "An event's instant is followed by the numbers of its conditions.";
					return NULL;
				}
				mask |= (uint32) 1 << (step - 1);
				at = stop;
			} while (*at == '+');
		}
		journey = align_journey_append(journey, kind, step_count, instant, mask, CurrentMemoryContext);
		while (isspace((unsigned char) *at))
			at++;
		if (*at == ',')
		{
			at++;
			while (isspace((unsigned char) *at))
				at++;
			if (*at == '}')
				*fault = "A comma is followed by an event.";
		}
		else if (*at != '}')
			*fault = "Events are separated by commas and end with a brace.";
		if (*fault != NULL)
			return NULL;
	}
	at++;
	while (isspace((unsigned char) *at))
		at++;
	if (*at != '\0')
		*fault = "Nothing follows the closing brace.";
	return journey;
}

/* Sorted and without room to spare, as it is stored. */
static Datum
finished(const Journey *journey)
{
	Journey    *result;

	journey = align_journey_get(PointerGetDatum(journey));
	result = palloc(JOURNEY_SIZE(journey->count));
	memcpy(result, journey, JOURNEY_SIZE(journey->count));
	SET_VARSIZE(result, JOURNEY_SIZE(journey->count));
	return PointerGetDatum(result);
}

PG_FUNCTION_INFO_V1(align_journey_in);
Datum
align_journey_in(PG_FUNCTION_ARGS)
{
	char	   *string = PG_GETARG_CSTRING(0);
	const char *fault;
	Journey    *journey = read_journey(string, &fault);

	if (fault != NULL)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid journey: \"%s\"", string),
				 errdetail("%s", fault),
				 errhint("Write {2026-01-05T10:00:00Z lead, 2026-01-09T12:00:00Z mql}, or build it by the aggregate journey.")));
	return finished(journey);
}

PG_FUNCTION_INFO_V1(align_journey_out);
Datum
align_journey_out(PG_FUNCTION_ARGS)
{
	const Journey *journey = align_journey_get(PG_GETARG_DATUM(0));
	int			first = first_event(journey);
	StringInfoData out;

	initStringInfo(&out);
	if (journey->kind == JOURNEY_STEPS)
	{
		appendStringInfo(&out, "%d", journey->step_count);
		if (first > 0)
			appendStringInfo(&out, "/" INT64_FORMAT, journey_entry_at(&journey->entries[0]));
		appendStringInfoChar(&out, ':');
	}
	appendStringInfoChar(&out, '{');
	for (uint32 i = first; i < journey->count; i++)
	{
		const JourneyEntry *entry = &journey->entries[i];
		char		separator = ' ';

		if (i > first)
			appendStringInfoString(&out, ", ");
		align_base_instant_write(&out, journey_entry_at(entry));
		for (int bit = 0; bit < JOURNEY_MAX_STEPS; bit++)
		{
			if ((entry->mask & ((uint32) 1 << bit)) == 0)
				continue;
			appendStringInfoChar(&out, separator);
			if (journey->kind == JOURNEY_STAGES)
				appendStringInfoString(&out, align_stage_name(bit));
			else
				appendStringInfo(&out, "%d", bit + 1);
			separator = '+';
		}
	}
	appendStringInfoChar(&out, '}');
	PG_RETURN_CSTRING(out.data);
}

/*
 * Binary: version, kind, step_count, flags, count, then instant and mask of
 * each event, in network order. Any bytes are either read or refused.
 */
PG_FUNCTION_INFO_V1(align_journey_recv);
Datum
align_journey_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	int			version = pq_getmsgbyte(in);
	int			kind = pq_getmsgbyte(in);
	int			step_count = pq_getmsgbyte(in);
	int			flags = pq_getmsgbyte(in);
	uint32		count = pq_getmsgint(in, 4);
	uint32		allowed;
	Journey    *journey;
	bool		valid;

	valid = version == JOURNEY_VERSION &&
		((kind == JOURNEY_STAGES && step_count == 0 && flags == 0) ||
		 (kind == JOURNEY_STEPS && step_count >= 1 && step_count <= JOURNEY_MAX_STEPS &&
		  (flags & ~JOURNEY_WINDOW) == 0 && (flags == 0 || count > 0))) &&
		(Size) (in->len - in->cursor) == (Size) count * 12;
	if (valid)
	{
		allowed = kind == JOURNEY_STAGES ? ((uint32) 1 << align_stage_count) - 1 :
			((uint32) 1 << step_count) - 1;
		journey = align_journey_create(kind, step_count, Max(count, 1), CurrentMemoryContext);
		journey->flags = flags;
		for (uint32 i = 0; i < count && valid; i++)
		{
			TimestampTz at = pq_getmsgint64(in);
			uint32		mask = pq_getmsgint(in, 4);

			if (i == 0 && (flags & JOURNEY_WINDOW))
			{
				journey_entry_set(&journey->entries[0], at, 0);
				journey->count = 1;
				valid = mask == 0 && at >= -1;
				continue;
			}
			valid = IS_VALID_TIMESTAMP(at) && mask != 0 && (mask & ~allowed) == 0 &&
				(kind == JOURNEY_STEPS || (mask & (mask - 1)) == 0);
			if (valid)
				journey = align_journey_append(journey, kind, step_count, at, mask, CurrentMemoryContext);
		}
	}
	if (!valid)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid journey in binary input"),
				 errdetail("Its version, length, kind, an instant or a step is not one that align writes."),
				 errhint("Send the value as it was received.")));
	return finished(journey);
}

PG_FUNCTION_INFO_V1(align_journey_send);
Datum
align_journey_send(PG_FUNCTION_ARGS)
{
	const Journey *journey = align_journey_get(PG_GETARG_DATUM(0));
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendint8(&out, journey->version);
	pq_sendint8(&out, journey->kind);
	pq_sendint8(&out, journey->step_count);
	pq_sendint8(&out, journey->flags);
	pq_sendint32(&out, journey->count);
	for (uint32 i = 0; i < journey->count; i++)
	{
		pq_sendint64(&out, journey_entry_at(&journey->entries[i]));
		pq_sendint32(&out, journey->entries[i].mask);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

/*
 * journey(stage, at): transition. A state changed in place is handed back as it
 * is; a new one is copied by the executor into the aggregate's context.
 */
PG_FUNCTION_INFO_V1(align_journey_add_stage);
Datum
align_journey_add_stage(PG_FUNCTION_ARGS)
{
	Journey    *state;
	Stage		stage;
	TimestampTz at;

	(void) align_base_aggregate_context(fcinfo);
	state = align_journey_state(fcinfo, 0);
	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2))
	{
		stage = PG_GETARG_STAGE(1);
		at = PG_GETARG_TIMESTAMPTZ(2);
		align_journey_check_instant(at);
		state = align_journey_append(state, JOURNEY_STAGES, 0, at,
									 (uint32) 1 << stage, CurrentMemoryContext);
	}
	if (state == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(state);
}

/*
 * journey(at, VARIADIC steps): transition. A row without any true condition
 * leaves no event, but the journey knows that it was asked.
 */
PG_FUNCTION_INFO_V1(align_journey_add_steps);
Datum
align_journey_add_steps(PG_FUNCTION_ARGS)
{
	Journey    *state;
	uint32		mask;
	int			step_count;

	(void) align_base_aggregate_context(fcinfo);
	state = align_journey_state(fcinfo, 0);
	if (!PG_ARGISNULL(2))
	{
		mask = align_journey_steps_mask(PG_GETARG_DATUM(2), &step_count);
		if (state == NULL)
			state = align_journey_create(JOURNEY_STEPS, step_count, 4, CurrentMemoryContext);
		if (!PG_ARGISNULL(1) && mask != 0)
		{
			align_journey_check_instant(PG_GETARG_TIMESTAMPTZ(1));
			state = align_journey_append(state, JOURNEY_STEPS, step_count,
										 PG_GETARG_TIMESTAMPTZ(1), mask, CurrentMemoryContext);
		}
	}
	if (state == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(state);
}

/* combine, and rollup(journey): transition */
PG_FUNCTION_INFO_V1(align_journey_combine);
Datum
align_journey_combine(PG_FUNCTION_ARGS)
{
	Journey    *state;

	(void) align_base_aggregate_context(fcinfo);
	state = align_journey_state(fcinfo, 0);
	if (PG_ARGISNULL(1))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	if (state == NULL)
		PG_RETURN_POINTER(align_journey_state(fcinfo, 1));
	PG_RETURN_POINTER(align_journey_merge(state, (Journey *) PG_DETOAST_DATUM(PG_GETARG_DATUM(1)),
										  CurrentMemoryContext));
}

PG_FUNCTION_INFO_V1(align_journey_finish);
Datum
align_journey_finish(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return finished((Journey *) PG_DETOAST_DATUM(PG_GETARG_DATUM(0)));
}

/* journey || journey */
PG_FUNCTION_INFO_V1(align_journey_concat);
Datum
align_journey_concat(PG_FUNCTION_ARGS)
{
	const Journey *left = align_journey_get(PG_GETARG_DATUM(0));
	const Journey *right = align_journey_get(PG_GETARG_DATUM(1));
	Journey    *both = palloc(JOURNEY_SIZE(left->count));

	memcpy(both, left, JOURNEY_SIZE(left->count));
	SET_VARSIZE(both, JOURNEY_SIZE(left->count));
	return finished(align_journey_merge(both, right, CurrentMemoryContext));
}
