/*
 * funnel_aggregate.c
 *		The aggregates that give a funnel or a level: over journeys, over events,
 *		and per lead.
 *
 *		SELECT align.funnel(lead, stage, at, '{mql,sql,customer}', '90 days') FROM stage_event;
 *
 * A funnel over events keeps them in an event log (journey_log.c), which has
 * its rule as the header, and matches lead by lead at the end. The steps of the
 * rule are looked up as a row comes in, so rows of other stages take no room.
 */
#include "compat.h"

#include "catalog/pg_type.h"
#include "nodes/primnodes.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base.h"
#include "funnel.h"

/*
 * A rule from the arguments (steps, within); steps may be NULL for all
 * conditions of a journey, within for no limit.
 */
static void
rule_from_steps(FunctionCallInfo fcinfo, int argument, FunnelRule *rule)
{
	align_funnel_rule_init(rule);
	if (!PG_ARGISNULL(argument))
		align_funnel_rule_set_steps(rule, PG_GETARG_DATUM(argument));
	if (!PG_ARGISNULL(argument + 1))
		rule->within = align_base_interval_usecs(PG_GETARG_INTERVAL_P(argument + 1), "window");
	align_funnel_rule_check(rule);
}

/*
 * The arguments from which a rule was made. Row after row they are the same,
 * which costs less to see than to make the rule again.
 */
typedef struct Asked
{
	bool		known;
	bool		constant;		/* the query says that they never change */
	bool		has_steps;
	bool		has_within;
	Interval	within;
	int			conditions;		/* of the journey for which it was made */
	Size		size;			/* of steps, or of the rule */
	char		bytes[200];
} Asked;

/* The bytes of the argument that is an array of steps, or a rule. */
static inline const char *
asked_bytes(FunctionCallInfo fcinfo, int argument, bool is_rule, Size *size)
{
	const char *bytes = (const char *) PG_GETARG_POINTER(argument);

	*size = is_rule ? sizeof(FunnelRule) : VARSIZE_ANY(bytes);
	return bytes;
}

static inline bool
same_asked(FunctionCallInfo fcinfo, int argument, bool is_rule, const Asked *asked)
{
	if (asked->constant)
		return true;
	if (!asked->known || asked->has_steps == PG_ARGISNULL(argument))
		return false;
	if (asked->has_steps)
	{
		Size		size;
		const char *bytes = asked_bytes(fcinfo, argument, is_rule, &size);

		if (size != asked->size || memcmp(bytes, asked->bytes, size) != 0)
			return false;
	}
	if (!is_rule)
	{
		const Interval *within;

		if (asked->has_within == PG_ARGISNULL(argument + 1))
			return false;
		within = PG_GETARG_INTERVAL_P(argument + 1);
		if (asked->has_within &&
			(within->time != asked->within.time || within->day != asked->within.day ||
			 within->month != asked->within.month))
			return false;
	}
	return true;
}

/*
 * Whether the query gives the arguments of an aggregate, from the given one on,
 * as constants. Where the aggregate is not called by the executor itself, as on
 * a shard, that is not known, and they are compared.
 */
static bool
are_constant(FunctionCallInfo fcinfo, int argument)
{
	Aggref	   *aggref = AggGetAggref(fcinfo);

	if (aggref == NULL || list_length(aggref->args) < argument)
		return false;
	for (int i = argument - 1; i < list_length(aggref->args); i++)
		if (!IsA(((TargetEntry *) list_nth(aggref->args, i))->expr, Const))
			return false;
	return true;
}

/* Notes the arguments; not where they are toasted or too long. */
static void
note_asked(FunctionCallInfo fcinfo, int argument, bool is_rule, Asked *asked)
{
	asked->known = false;
	asked->constant = are_constant(fcinfo, argument);
	asked->has_steps = !PG_ARGISNULL(argument);
	if (asked->has_steps)
	{
		const char *bytes = asked_bytes(fcinfo, argument, is_rule, &asked->size);

		if (asked->size > sizeof(asked->bytes) ||
			(!is_rule && (VARATT_IS_EXTERNAL(bytes) || VARATT_IS_COMPRESSED(bytes))))
			return;
		memcpy(asked->bytes, bytes, asked->size);
	}
	if (!is_rule)
	{
		asked->has_within = !PG_ARGISNULL(argument + 1);
		if (asked->has_within)
			asked->within = *PG_GETARG_INTERVAL_P(argument + 1);
	}
	asked->known = true;
}

static void
make_rule(FunctionCallInfo fcinfo, int argument, bool is_rule, FunnelRule *rule)
{
	if (!is_rule)
		rule_from_steps(fcinfo, argument, rule);
	else if (!PG_ARGISNULL(argument))
		*rule = *PG_GETARG_FUNNEL_RULE(argument);
	else
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the funnel rule is NULL"),
				 errdetail("A funnel asks for steps."),
				 errhint("Build the rule by funnel_rule(steps, within => ...).")));
}

static void
rule_changed(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the funnel's rule changes from row to row"),
			 errdetail("All rows of one aggregate are asked the same."),
			 errhint("Group by what the rule depends on.")));
}

/* funnel(journey, steps, within) and funnel(journey, rule): transition */
static Datum
add_journey(FunctionCallInfo fcinfo, bool is_rule)
{
	MemoryContext context = align_base_aggregate_context(fcinfo);
	Funnel	   *funnel;
	const Journey *journey;
	TimestampTz times[FUNNEL_MAX_STEPS];
	int			level;

	if (PG_ARGISNULL(0))
		funnel = align_funnel_create(context, NULL);
	else
		funnel = align_funnel_get(PG_GETARG_DATUM(0), context);
	if (PG_ARGISNULL(1))
		PG_RETURN_DATUM(align_funnel_datum(funnel));
	journey = align_journey_get(PG_GETARG_DATUM(1));

	if (funnel->asked == NULL)
		funnel->asked = MemoryContextAllocZero(funnel->state.header.eoh_context, sizeof(Asked));
	if (!same_asked(fcinfo, 2, is_rule, funnel->asked) || journey->kind != funnel->chain.rule.kind ||
		journey->step_count != funnel->asked->conditions)
	{
		FunnelRule	rule;

		make_rule(fcinfo, 2, is_rule, &rule);
		align_funnel_rule_resolve(&rule, journey);
		if (!funnel->has_rule)
			align_funnel_set_rule(funnel, &rule);
		else if (memcmp(&rule, &funnel->chain.rule, sizeof(rule)) != 0)
			rule_changed();
		note_asked(fcinfo, 2, is_rule, funnel->asked);
		funnel->asked->conditions = journey->step_count;
	}

	level = align_chain_match_journey(&funnel->chain, journey, times);
	align_funnel_count(funnel, level, times);
	if (journey != (const Journey *) PG_GETARG_POINTER(1))
		pfree((void *) journey);
	PG_RETURN_DATUM(align_funnel_datum(funnel));
}

PG_FUNCTION_INFO_V1(align_funnel_add_journey);
Datum
align_funnel_add_journey(PG_FUNCTION_ARGS)
{
	return add_journey(fcinfo, false);
}

PG_FUNCTION_INFO_V1(align_funnel_add_journey_rule);
Datum
align_funnel_add_journey_rule(PG_FUNCTION_ARGS)
{
	return add_journey(fcinfo, true);
}

/* combine, and rollup(funnel): transition */
PG_FUNCTION_INFO_V1(align_funnel_combine);
Datum
align_funnel_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = align_base_aggregate_context(fcinfo);
	Funnel	   *funnel;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(0))
		funnel = align_funnel_create(context, NULL);
	else
		funnel = align_funnel_get(PG_GETARG_DATUM(0), context);
	if (!PG_ARGISNULL(1))
		align_funnel_merge(funnel, align_funnel_get(PG_GETARG_DATUM(1), CurrentMemoryContext), 1);
	PG_RETURN_DATUM(align_funnel_datum(funnel));
}

/* What the log of a funnel over events looks up per row. */
typedef struct EventFunnel
{
	Chain		chain;			/* its places */
	Asked		asked;
} EventFunnel;

/*
 * funnel(lead, stage, at, ...): transition, for each type of key.
 */
static Datum
add_event(FunctionCallInfo fcinfo, LogKey key_type, bool is_rule)
{
	EventLog   *log;
	EventFunnel *asking;
	int			step;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	log = align_log_transition(fcinfo, key_type, sizeof(FunnelRule));
	asking = log == NULL ? NULL : align_log_cache(log, sizeof(EventFunnel));
	if (asking == NULL || !same_asked(fcinfo, 4, is_rule, &asking->asked))
	{
		FunnelRule	rule;

		make_rule(fcinfo, 4, is_rule, &rule);
		if (rule.kind != JOURNEY_STAGES)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a funnel over events needs stages as steps"),
					 errdetail("Conditions are read from journeys."),
					 errhint("Give steps, or build journeys by journey(at, ...) first.")));
		if (log == NULL)
			log = align_log_create(align_base_aggregate_context(fcinfo), key_type, &rule, sizeof(rule));
		else if (memcmp(&rule, align_log_header(log), sizeof(rule)) != 0)
			rule_changed();
		asking = align_log_cache(log, sizeof(EventFunnel));
		align_chain_prepare(&asking->chain, &rule, align_log_context(log));
		note_asked(fcinfo, 4, is_rule, &asking->asked);
	}
	step = asking->chain.place[PG_GETARG_STAGE(2)];
	if (step != CHAIN_NO_PLACE)
		align_log_append(log, PG_GETARG_DATUM(1), PG_GETARG_TIMESTAMPTZ(3), step);
	PG_RETURN_DATUM(align_log_datum(log));
}

PG_FUNCTION_INFO_V1(align_funnel_add_bigint);
Datum
align_funnel_add_bigint(PG_FUNCTION_ARGS)
{
	return add_event(fcinfo, LOG_KEY_BIGINT, false);
}

PG_FUNCTION_INFO_V1(align_funnel_add_bigint_rule);
Datum
align_funnel_add_bigint_rule(PG_FUNCTION_ARGS)
{
	return add_event(fcinfo, LOG_KEY_BIGINT, true);
}

PG_FUNCTION_INFO_V1(align_funnel_add_text);
Datum
align_funnel_add_text(PG_FUNCTION_ARGS)
{
	return add_event(fcinfo, LOG_KEY_TEXT, false);
}

PG_FUNCTION_INFO_V1(align_funnel_add_text_rule);
Datum
align_funnel_add_text_rule(PG_FUNCTION_ARGS)
{
	return add_event(fcinfo, LOG_KEY_TEXT, true);
}

PG_FUNCTION_INFO_V1(align_funnel_add_uuid);
Datum
align_funnel_add_uuid(PG_FUNCTION_ARGS)
{
	return add_event(fcinfo, LOG_KEY_UUID, false);
}

PG_FUNCTION_INFO_V1(align_funnel_add_uuid_rule);
Datum
align_funnel_add_uuid_rule(PG_FUNCTION_ARGS)
{
	return add_event(fcinfo, LOG_KEY_UUID, true);
}

/* Matches and counts one lead of a log. */
static void
count_lead(void *state, int64 key, const int64 *packed, int count)
{
	Funnel	   *funnel = state;
	ChainEvent *events = align_chain_events(&funnel->chain, count);
	TimestampTz times[FUNNEL_MAX_STEPS];

	for (int i = 0; i < count; i++)
	{
		int			step = logged_step(packed[i]);

		/* a log that a user gives by hand may hold any */
		if (step >= funnel->chain.rule.step_count && step != CHAIN_EXCLUDED_STEP)
			ereport(ERROR,
					(errcode(ERRCODE_DATA_CORRUPTED),
					 errmsg("invalid event log: it holds step %d", step + 1),
					 errdetail("Its rule has %d steps.", funnel->chain.rule.step_count),
					 errhint("Build it by the aggregate funnel.")));
		events[i].at = logged_at(packed[i]);
		events[i].steps = (uint32) 1 << step;
	}
	align_funnel_count(funnel, align_chain_match(&funnel->chain, count, times), times);
}

/* funnel(lead, stage, at, ...): final */
PG_FUNCTION_INFO_V1(align_funnel_finish_events);
Datum
align_funnel_finish_events(PG_FUNCTION_ARGS)
{
	EventLog   *log = align_log_state(fcinfo, 0);
	const FunnelRule *rule;
	Funnel	   *funnel;

	if (log == NULL)
		PG_RETURN_NULL();
	align_log_check_header(log, sizeof(FunnelRule));
	rule = align_log_header(log);
	align_funnel_rule_check(rule);
	funnel = align_funnel_create(CurrentMemoryContext, rule);
	align_log_visit(log, count_lead, funnel);
	PG_RETURN_DATUM(align_funnel_datum(funnel));
}

/*
 * The window in a state of window_funnel; any other journey is refused.
 */
static int64
state_window(const Journey *state)
{
	if ((state->flags & JOURNEY_WINDOW) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("this journey is no state of window_funnel"),
				 errdetail("It holds no window."),
				 errhint("Read it by funnel_level(journey, steps, within).")));
	return journey_entry_at(&state->entries[0]);
}

/*
 * window_funnel(at, within, VARIADIC steps): transition. The state is a journey
 * whose first entry is the window, as it came with the first row.
 */
PG_FUNCTION_INFO_V1(align_funnel_add_window);
Datum
align_funnel_add_window(PG_FUNCTION_ARGS)
{
	Journey    *state;
	int64		within = -1;
	uint32		mask;
	int			step_count;

	(void) align_base_aggregate_context(fcinfo);
	state = align_journey_state(fcinfo, 0);
	if (!PG_ARGISNULL(2))
		within = align_base_interval_usecs(PG_GETARG_INTERVAL_P(2), "window");
	if (PG_ARGISNULL(3))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	mask = align_journey_steps_mask(PG_GETARG_DATUM(3), &step_count);
	if (state == NULL)
	{
		state = align_journey_create(JOURNEY_STEPS, step_count, 4, CurrentMemoryContext);
		state->flags |= JOURNEY_WINDOW;
		journey_entry_set(&state->entries[0], within, 0);
		state->count = 1;
	}
	else if (state_window(state) != within)
		rule_changed();
	if (!PG_ARGISNULL(1) && mask != 0)
	{
		align_journey_check_instant(PG_GETARG_TIMESTAMPTZ(1));
		state = align_journey_append(state, JOURNEY_STEPS, step_count,
									 PG_GETARG_TIMESTAMPTZ(1), mask, CurrentMemoryContext);
	}
	PG_RETURN_POINTER(state);
}

/* window_funnel: final */
PG_FUNCTION_INFO_V1(align_funnel_finish_window);
Datum
align_funnel_finish_window(PG_FUNCTION_ARGS)
{
	const Journey *journey;
	FunnelRule	rule;
	Chain		chain;
	TimestampTz times[FUNNEL_MAX_STEPS];

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	journey = align_journey_get(PG_GETARG_DATUM(0));
	align_funnel_rule_init(&rule);
	rule.within = state_window(journey);
	align_funnel_rule_resolve(&rule, journey);
	align_chain_prepare(&chain, &rule, CurrentMemoryContext);
	PG_RETURN_INT32(align_chain_match_journey(&chain, journey, times));
}

/* funnel_level(journey, rule) */
PG_FUNCTION_INFO_V1(align_funnel_level);
Datum
align_funnel_level(PG_FUNCTION_ARGS)
{
	const Journey *journey = align_journey_get(PG_GETARG_DATUM(0));
	FunnelRule	rule = *PG_GETARG_FUNNEL_RULE(1);
	Chain		chain;
	TimestampTz times[FUNNEL_MAX_STEPS];

	align_funnel_rule_resolve(&rule, journey);
	align_chain_prepare(&chain, &rule, CurrentMemoryContext);
	PG_RETURN_INT32(align_chain_match_journey(&chain, journey, times));
}

/* funnel_times(journey, rule): the instants of the winning chain; empty when nothing matched */
PG_FUNCTION_INFO_V1(align_funnel_times);
Datum
align_funnel_times(PG_FUNCTION_ARGS)
{
	const Journey *journey = align_journey_get(PG_GETARG_DATUM(0));
	FunnelRule	rule = *PG_GETARG_FUNNEL_RULE(1);
	Chain		chain;
	TimestampTz times[FUNNEL_MAX_STEPS];
	Datum		values[FUNNEL_MAX_STEPS];
	int			level;

	align_funnel_rule_resolve(&rule, journey);
	align_chain_prepare(&chain, &rule, CurrentMemoryContext);
	level = align_chain_match_journey(&chain, journey, times);
	for (int i = 0; i < level; i++)
		values[i] = TimestampTzGetDatum(times[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(values, level, TIMESTAMPTZOID,
										  sizeof(TimestampTz), true, TYPALIGN_DOUBLE));
}

/*
 * retention(VARIADIC conditions): transition. The state is a bigint: the number
 * of conditions in the high half, those met by any row in the low.
 */
PG_FUNCTION_INFO_V1(align_funnel_add_retention);
Datum
align_funnel_add_retention(PG_FUNCTION_ARGS)
{
	int64		state = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0);
	int			count;
	uint32		mask;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_INT64(state);
	}
	mask = align_journey_steps_mask(PG_GETARG_DATUM(1), &count);
	if (state != 0 && state >> 32 != count)
		rule_changed();
	PG_RETURN_INT64((state | mask) | (int64) count << 32);
}

/* retention: combine */
PG_FUNCTION_INFO_V1(align_funnel_combine_retention);
Datum
align_funnel_combine_retention(PG_FUNCTION_ARGS)
{
	int64		left = PG_GETARG_INT64(0);
	int64		right = PG_GETARG_INT64(1);

	if (left >> 32 != right >> 32)
		rule_changed();
	PG_RETURN_INT64(left | right);
}

/* retention: final. Element 1 is the first condition; each other needs both it and the first. */
PG_FUNCTION_INFO_V1(align_funnel_finish_retention);
Datum
align_funnel_finish_retention(PG_FUNCTION_ARGS)
{
	Datum		values[JOURNEY_MAX_STEPS];
	int64		state;
	int			count;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = PG_GETARG_INT64(0);
	count = (int) (state >> 32);
	if (count < 1 || count > JOURNEY_MAX_STEPS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid state of retention: " INT64_FORMAT, state),
				 errdetail("It holds 1 to %d conditions.", JOURNEY_MAX_STEPS),
				 errhint("Call the aggregate retention.")));
	for (int i = 0; i < count; i++)
		values[i] = BoolGetDatum((state & 1) && (state >> i & 1));
	PG_RETURN_ARRAYTYPE_P(construct_array(values, count, BOOLOID, sizeof(bool), true, TYPALIGN_CHAR));
}
