/*
 * flow.c
 *		The type flow: how leads move between stages, and how long they stay.
 *
 *		SELECT * FROM align.transitions((SELECT align.flow(lead, stage, at) FROM stage_event));
 *
 * A flow holds, for each pair of stages, how many leads made that move, how
 * many moves there were, and the time spent in the first stage before; and for
 * each stage how many leads started there and how many are there now. A stay
 * that has not ended is counted, but its length is not: it is not known.
 *
 * In memory it is an expanded object (base_state.c), flat the bytes of send:
 *
 *		version | stage count | per stage: started, current |
 *		number of cells | per cell: place, leads, moves, histogram
 *
 * Flows form a group, as funnels do. Text is JSON with the state in base64.
 */
#include "compat.h"

#include "funcapi.h"
#include "libpq/pqformat.h"
#include "port/pg_bitutils.h"
#include "utils/builtins.h"
#include "utils/expandeddatum.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base.h"
#include "base_histogram.h"
#include "base_state.h"
#include "journey.h"

#define FLOW_VERSION	1
#define FLOW_CELLS		(STAGE_MAX_COUNT * STAGE_MAX_COUNT)

typedef struct FlowCell
{
	int64		leads;
	int64		moves;
	int64		seen_by;		/* number of the last lead that made the move;
								 * not stored */
	Histogram	stay;			/* in the stage from which they moved */
} FlowCell;

typedef struct Flow
{
	State		state;
	int64		visited;		/* leads counted by this process; not stored */
	int64		started[STAGE_MAX_COUNT];
	int64		current[STAGE_MAX_COUNT];
	FlowCell	cells[FLOW_CELLS];	/* from * STAGE_MAX_COUNT + to */
} Flow;

/* In a difference the durations of as many moves may still differ. */
static bool
is_empty(const FlowCell *cell)
{
	return cell->moves == 0 && cell->leads == 0 && align_histogram_is_empty(&cell->stay);
}

static void
write_flow(StringInfo out, const State *state)
{
	const Flow *flow = (const Flow *) state;
	int			used = 0;
	int			last = 0;

	appendStringInfoChar(out, FLOW_VERSION);
	appendStringInfoChar(out, (char) align_stage_count);
	for (int i = 0; i < align_stage_count; i++)
	{
		align_varint_write(out, flow->started[i]);
		align_varint_write(out, flow->current[i]);
	}
	for (int i = 0; i < FLOW_CELLS; i++)
		used += !is_empty(&flow->cells[i]);
	align_varint_write(out, used);
	for (int i = 0; i < FLOW_CELLS; i++)
	{
		const FlowCell *cell = &flow->cells[i];

		if (is_empty(cell))
			continue;
		align_varint_write(out, i - last);
		align_varint_write(out, cell->leads);
		align_varint_write(out, cell->moves);
		align_histogram_write(out, &cell->stay);
		last = i;
	}
}

static void
read_flow(StringInfo in, State *state)
{
	Flow	   *flow = (Flow *) state;
	int			version = pq_getmsgbyte(in);
	int			stage_count = pq_getmsgbyte(in);
	int			used;
	int			place = 0;

	if (version != FLOW_VERSION || stage_count > align_stage_count)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid flow in binary input"),
				 errdetail("Its version or its stages are not those that align knows."),
				 errhint("Send the value as it was received.")));
	for (int i = 0; i < stage_count; i++)
	{
		flow->started[i] = align_varint_read(in);
		flow->current[i] = align_varint_read(in);
	}
	used = (int) align_varint_read_range(in, 0, FLOW_CELLS);
	for (int i = 0; i < used; i++)
	{
		FlowCell   *cell;

		place += (int) align_varint_read_range(in, i > 0, FLOW_CELLS - 1 - place);
		if (place / STAGE_MAX_COUNT >= align_stage_count || place % STAGE_MAX_COUNT >= align_stage_count)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("invalid flow in binary input"),
					 errdetail("It names a stage that is not known."),
					 errhint("Send the value as it was received.")));
		cell = &flow->cells[place];
		cell->leads = align_varint_read(in);
		cell->moves = align_varint_read(in);
		align_histogram_read(in, &cell->stay);
	}
}

static void
describe_flow(StringInfo out, const State *state)
{
	const Flow *flow = (const Flow *) state;
	const char *separator = "";

	appendStringInfoString(out, "\"moves\": {");
	for (int i = 0; i < FLOW_CELLS; i++)
	{
		if (flow->cells[i].moves == 0)
			continue;
		appendStringInfo(out, "%s\"%s > %s\": " INT64_FORMAT, separator,
						 align_stage_name(i / STAGE_MAX_COUNT), align_stage_name(i % STAGE_MAX_COUNT),
						 flow->cells[i].moves);
		separator = ", ";
	}
	appendStringInfoString(out, "}, ");
}

static const StateKind flow_kind = {
	"flow", sizeof(Flow), write_flow, read_flow, describe_flow
};

static Flow *
create_flow(MemoryContext parent)
{
	return (Flow *) align_state_create(&flow_kind, parent);
}

static Flow *
get_flow(Datum datum, MemoryContext parent)
{
	return (Flow *) align_state_get(&flow_kind, datum, parent);
}

static Datum
flow_datum(Flow *flow)
{
	return align_state_datum(&flow->state);
}

/*
 * Counts one lead's sorted events, given as packed words (journey.h). An event
 * of the stage in which the lead is already begins nothing new.
 */
static void
count_lead(void *state, int64 key, const int64 *packed, int count)
{
	Flow	   *flow = state;
	int			stage = logged_step(packed[0]);
	TimestampTz since = logged_at(packed[0]);

	flow->visited++;
	flow->started[stage]++;
	for (int i = 1; i < count; i++)
	{
		int			next = logged_step(packed[i]);
		FlowCell   *cell;

		if (next == stage)
			continue;
		cell = &flow->cells[stage * STAGE_MAX_COUNT + next];
		cell->moves++;
		if (cell->seen_by != flow->visited)
		{
			cell->leads++;
			cell->seen_by = flow->visited;
		}
		align_histogram_add(&cell->stay, logged_at(packed[i]) - since, 1, flow->state.header.eoh_context);
		stage = next;
		since = logged_at(packed[i]);
	}
	flow->current[stage]++;
}

static void
merge(Flow *into, const Flow *from, int sign)
{
	for (int i = 0; i < STAGE_MAX_COUNT; i++)
	{
		align_base_add_count(&into->started[i], from->started[i], sign, "flow");
		align_base_add_count(&into->current[i], from->current[i], sign, "flow");
	}
	for (int i = 0; i < FLOW_CELLS; i++)
	{
		const FlowCell *cell = &from->cells[i];

		if (is_empty(cell))
			continue;
		align_base_add_count(&into->cells[i].leads, cell->leads, sign, "flow");
		align_base_add_count(&into->cells[i].moves, cell->moves, sign, "flow");
		align_histogram_merge(&into->cells[i].stay, &cell->stay, sign, into->state.header.eoh_context);
	}
}

PG_FUNCTION_INFO_V1(align_flow_in);
Datum
align_flow_in(PG_FUNCTION_ARGS)
{
	return align_state_in(&flow_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_flow_out);
Datum
align_flow_out(PG_FUNCTION_ARGS)
{
	return align_state_out(&flow_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_flow_recv);
Datum
align_flow_recv(PG_FUNCTION_ARGS)
{
	return align_state_recv(&flow_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_flow_send);
Datum
align_flow_send(PG_FUNCTION_ARGS)
{
	return align_state_send(&flow_kind, fcinfo);
}

static Datum
sum_of(FunctionCallInfo fcinfo, int sign)
{
	Flow	   *sum = create_flow(CurrentMemoryContext);

	merge(sum, get_flow(PG_GETARG_DATUM(0), CurrentMemoryContext), 1);
	merge(sum, get_flow(PG_GETARG_DATUM(1), CurrentMemoryContext), sign);
	return flow_datum(sum);
}

PG_FUNCTION_INFO_V1(align_flow_plus);
Datum
align_flow_plus(PG_FUNCTION_ARGS)
{
	return sum_of(fcinfo, 1);
}

PG_FUNCTION_INFO_V1(align_flow_minus);
Datum
align_flow_minus(PG_FUNCTION_ARGS)
{
	return sum_of(fcinfo, -1);
}

/* flow(journey): transition */
PG_FUNCTION_INFO_V1(align_flow_add_journey);
Datum
align_flow_add_journey(PG_FUNCTION_ARGS)
{
	MemoryContext context = align_base_aggregate_context(fcinfo);
	Flow	   *flow = PG_ARGISNULL(0) ? create_flow(context) : get_flow(PG_GETARG_DATUM(0), context);
	const Journey *journey;
	const JourneyEntry *entries;
	uint32		count;
	int64		few[64];
	int64	   *packed = few;

	if (PG_ARGISNULL(1))
		PG_RETURN_DATUM(flow_datum(flow));
	journey = align_journey_get(PG_GETARG_DATUM(1));
	align_journey_check_stages(journey, "A flow counts moves between stages.");
	count = journey_events(journey, &entries);
	if (count == 0)
		PG_RETURN_DATUM(flow_datum(flow));
	if (count > lengthof(few))
		packed = palloc_extended(count * sizeof(int64), MCXT_ALLOC_HUGE);
	for (uint32 i = 0; i < count; i++)
		packed[i] = align_log_pack(journey_entry_at(&entries[i]),
								   pg_rightmost_one_pos32(entries[i].mask));
	count_lead(flow, 0, packed, count);
	PG_RETURN_DATUM(flow_datum(flow));
}

/* combine, and rollup(flow): transition */
PG_FUNCTION_INFO_V1(align_flow_combine);
Datum
align_flow_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = align_base_aggregate_context(fcinfo);
	Flow	   *flow;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	flow = PG_ARGISNULL(0) ? create_flow(context) : get_flow(PG_GETARG_DATUM(0), context);
	if (!PG_ARGISNULL(1))
		merge(flow, get_flow(PG_GETARG_DATUM(1), CurrentMemoryContext), 1);
	PG_RETURN_DATUM(flow_datum(flow));
}

/* flow(lead, stage, at): final */
PG_FUNCTION_INFO_V1(align_flow_finish_events);
Datum
align_flow_finish_events(PG_FUNCTION_ARGS)
{
	EventLog   *log = align_log_state(fcinfo, 0);
	Flow	   *flow;

	if (log == NULL)
		PG_RETURN_NULL();
	align_log_check_header(log, 0);
	flow = create_flow(CurrentMemoryContext);
	align_log_visit(log, count_lead, flow);
	PG_RETURN_DATUM(flow_datum(flow));
}

/* transitions(flow): a row per move that was made */
PG_FUNCTION_INFO_V1(align_flow_transitions);
Datum
align_flow_transitions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Flow	   *flow = get_flow(PG_GETARG_DATUM(0), CurrentMemoryContext);

	InitMaterializedSRF(fcinfo, 0);
	for (int from = 0; from < align_stage_count; from++)
	{
		int64		left = 0;

		for (int to = 0; to < align_stage_count; to++)
			left += flow->cells[from * STAGE_MAX_COUNT + to].moves;
		for (int to = 0; to < align_stage_count; to++)
		{
			const FlowCell *cell = &flow->cells[from * STAGE_MAX_COUNT + to];
			Datum		values[10];
			bool		nulls[10] = {0};

			if (cell->moves == 0 && cell->leads == 0)
				continue;
			values[0] = CStringGetTextDatum(align_stage_name(from));
			values[1] = Int32GetDatum(from);
			values[2] = CStringGetTextDatum(align_stage_name(to));
			values[3] = Int32GetDatum(to);
			values[4] = Int64GetDatum(cell->leads);
			values[5] = Int64GetDatum(cell->moves);
			nulls[6] = left <= 0;
			if (left > 0)
				values[6] = Float8GetDatum((double) cell->moves / left);
			align_histogram_days(&cell->stay, &values[7], &nulls[7]);
			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		}
	}
	return (Datum) 0;
}

/* stays(flow): a row per stage in which any lead was */
PG_FUNCTION_INFO_V1(align_flow_stays);
Datum
align_flow_stays(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Flow	   *flow = get_flow(PG_GETARG_DATUM(0), CurrentMemoryContext);

	InitMaterializedSRF(fcinfo, 0);
	for (int stage = 0; stage < align_stage_count; stage++)
	{
		Histogram	stay = {0};
		int64		entered = flow->started[stage];
		Datum		values[8];
		bool		nulls[8] = {0};

		for (int other = 0; other < align_stage_count; other++)
		{
			entered += flow->cells[other * STAGE_MAX_COUNT + stage].moves;
			align_histogram_merge(&stay, &flow->cells[stage * STAGE_MAX_COUNT + other].stay,
								  1, CurrentMemoryContext);
		}
		if (entered == 0)
			continue;
		values[0] = CStringGetTextDatum(align_stage_name(stage));
		values[1] = Int32GetDatum(stage);
		values[2] = Int64GetDatum(entered);
		values[3] = Int64GetDatum(stay.total);
		values[4] = Int64GetDatum(flow->current[stage]);
		align_histogram_days(&stay, &values[5], &nulls[5]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
