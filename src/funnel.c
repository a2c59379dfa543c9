/*
 * funnel.c
 *		The type funnel: the answers of many leads, mergeable and storable.
 *
 *		SELECT * FROM align.steps((SELECT align.funnel(journey, '{mql,sql,customer}', '90 days') FROM lead_journey));
 *
 * In memory it is an expanded object (base_state.c), so that an aggregate counts
 * in place. Flat, it is the bytes that send writes:
 *
 *		version | has_rule | rule | per step: reached, open, two histograms
 *
 * Funnels of one rule form a group: what was added can be taken away again, to
 * the last digit. Counts may therefore be below zero in a difference.
 *
 * Text is JSON: the rule's members, the counts, and the whole state in base64.
 */
#include "compat.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base.h"
#include "funnel.h"

#define FUNNEL_VERSION	1

static void
write_funnel(StringInfo out, const State *state)
{
	const Funnel *funnel = (const Funnel *) state;

	appendStringInfoChar(out, FUNNEL_VERSION);
	appendStringInfoChar(out, funnel->has_rule);
	if (!funnel->has_rule)
		return;
	align_funnel_rule_write(out, &funnel->chain.rule);
	for (int i = 0; i < funnel->chain.rule.step_count; i++)
	{
		const FunnelStep *step = &funnel->steps[i];

		align_varint_write(out, step->reached);
		align_varint_write(out, step->open);
		align_histogram_write(out, &step->since_previous);
		align_histogram_write(out, &step->since_first);
	}
}

static void
read_funnel(StringInfo in, State *state)
{
	Funnel	   *funnel = (Funnel *) state;
	FunnelRule	rule;
	int			version = pq_getmsgbyte(in);
	int			has_rule = pq_getmsgbyte(in);

	if (version != FUNNEL_VERSION || has_rule > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid funnel in binary input"),
				 errdetail("Its version is not one that align writes."),
				 errhint("Send the value as it was received.")));
	if (!has_rule)
		return;
	align_funnel_rule_read(in, &rule);
	align_funnel_set_rule(funnel, &rule);
	for (int i = 0; i < rule.step_count; i++)
	{
		FunnelStep *step = &funnel->steps[i];

		step->reached = align_varint_read(in);
		step->open = align_varint_read(in);
		align_histogram_read(in, &step->since_previous);
		align_histogram_read(in, &step->since_first);
	}
}

static void
describe_funnel(StringInfo out, const State *state)
{
	const Funnel *funnel = (const Funnel *) state;
	const FunnelRule *rule = &funnel->chain.rule;

	if (!funnel->has_rule)
		return;
	align_funnel_rule_json(out, rule);
	for (int member = 0; member < 2; member++)
	{
		appendStringInfoString(out, member == 0 ? ", \"reached\": [" : "], \"open\": [");
		for (int i = 0; i < rule->step_count; i++)
			appendStringInfo(out, "%s" INT64_FORMAT, i > 0 ? ", " : "",
							 member == 0 ? funnel->steps[i].reached : funnel->steps[i].open);
	}
	appendStringInfoString(out, "], ");
}

static const StateKind funnel_kind = {
	"funnel", sizeof(Funnel), write_funnel, read_funnel, describe_funnel
};

/*
 * An empty funnel; rule may be NULL until known.
 */
Funnel *
align_funnel_create(MemoryContext parent, const FunnelRule *rule)
{
	Funnel	   *funnel = (Funnel *) align_state_create(&funnel_kind, parent);

	if (rule != NULL)
		align_funnel_set_rule(funnel, rule);
	return funnel;
}

void
align_funnel_set_rule(Funnel *funnel, const FunnelRule *rule)
{
	align_chain_prepare(&funnel->chain, rule, funnel->state.header.eoh_context);
	funnel->has_rule = true;
}

/*
 * A funnel to work on: the expanded object itself, or read into a context below
 * parent.
 */
Funnel *
align_funnel_get(Datum datum, MemoryContext parent)
{
	return (Funnel *) align_state_get(&funnel_kind, datum, parent);
}

Datum
align_funnel_datum(Funnel *funnel)
{
	return align_state_datum(&funnel->state);
}

/* From one instant to a later one, at most as long as an int64 counts. */
static inline int64
span(TimestampTz from, TimestampTz to)
{
	return (int64) Min((uint64) to - (uint64) from, (uint64) PG_INT64_MAX);
}

/*
 * Counts a lead that reached a level at these instants.
 */
void
align_funnel_count(Funnel *funnel, int level, const TimestampTz *times)
{
	MemoryContext context = funnel->state.header.eoh_context;

	for (int i = 0; i < level; i++)
	{
		FunnelStep *step = &funnel->steps[i];

		step->reached++;
		if (i > 0)
		{
			align_histogram_add(&step->since_previous, span(times[i - 1], times[i]), 1, context);
			align_histogram_add(&step->since_first, span(times[0], times[i]), 1, context);
		}
	}
	if (align_chain_is_open(&funnel->chain.rule, level, times))
		funnel->steps[level - 1].open++;
}

static char *
rule_text(const FunnelRule *rule)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	align_funnel_rule_json(&out, rule);
	appendStringInfoChar(&out, '}');
	return out.data;
}

/*
 * Adds (sign 1) or takes away (sign -1) the counts of a funnel of the same rule.
 */
void
align_funnel_merge(Funnel *into, const Funnel *from, int sign)
{
	MemoryContext context = into->state.header.eoh_context;

	if (!from->has_rule)
		return;
	if (!into->has_rule)
		align_funnel_set_rule(into, &from->chain.rule);
	if (memcmp(&into->chain.rule, &from->chain.rule, sizeof(FunnelRule)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("funnels of different rules cannot be added"),
				 errdetail("One asks %s, the other %s.",
						   rule_text(&into->chain.rule), rule_text(&from->chain.rule)),
				 errhint("Group by rule(funnel), or build both by the same rule.")));
	for (int i = 0; i < into->chain.rule.step_count; i++)
	{
		align_base_add_count(&into->steps[i].reached, from->steps[i].reached, sign, "funnel");
		align_base_add_count(&into->steps[i].open, from->steps[i].open, sign, "funnel");
		align_histogram_merge(&into->steps[i].since_previous, &from->steps[i].since_previous, sign, context);
		align_histogram_merge(&into->steps[i].since_first, &from->steps[i].since_first, sign, context);
	}
}

PG_FUNCTION_INFO_V1(align_funnel_in);
Datum
align_funnel_in(PG_FUNCTION_ARGS)
{
	return align_state_in(&funnel_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_funnel_out);
Datum
align_funnel_out(PG_FUNCTION_ARGS)
{
	return align_state_out(&funnel_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_funnel_recv);
Datum
align_funnel_recv(PG_FUNCTION_ARGS)
{
	return align_state_recv(&funnel_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_funnel_send);
Datum
align_funnel_send(PG_FUNCTION_ARGS)
{
	return align_state_send(&funnel_kind, fcinfo);
}

static Datum
sum_of(FunctionCallInfo fcinfo, int sign)
{
	Funnel	   *sum = align_funnel_create(CurrentMemoryContext, NULL);

	align_funnel_merge(sum, align_funnel_get(PG_GETARG_DATUM(0), CurrentMemoryContext), 1);
	align_funnel_merge(sum, align_funnel_get(PG_GETARG_DATUM(1), CurrentMemoryContext), sign);
	return align_funnel_datum(sum);
}

PG_FUNCTION_INFO_V1(align_funnel_plus);
Datum
align_funnel_plus(PG_FUNCTION_ARGS)
{
	return sum_of(fcinfo, 1);
}

PG_FUNCTION_INFO_V1(align_funnel_minus);
Datum
align_funnel_minus(PG_FUNCTION_ARGS)
{
	return sum_of(fcinfo, -1);
}

/* rule(funnel) */
PG_FUNCTION_INFO_V1(align_funnel_get_rule);
Datum
align_funnel_get_rule(PG_FUNCTION_ARGS)
{
	Funnel	   *funnel = align_funnel_get(PG_GETARG_DATUM(0), CurrentMemoryContext);
	FunnelRule *rule;

	if (!funnel->has_rule)
		PG_RETURN_NULL();
	rule = palloc(sizeof(FunnelRule));
	*rule = funnel->chain.rule;
	PG_RETURN_POINTER(rule);
}

/* steps(funnel): a row per step */
PG_FUNCTION_INFO_V1(align_funnel_steps);
Datum
align_funnel_steps(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Funnel	   *funnel = align_funnel_get(PG_GETARG_DATUM(0), CurrentMemoryContext);
	int			count = funnel->has_rule ? funnel->chain.rule.step_count : 0;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < count; i++)
	{
		const FunnelStep *step = &funnel->steps[i];
		int64		first = funnel->steps[0].reached;
		int64		previous = i > 0 ? funnel->steps[i - 1].reached : 0;
		int64		next = i + 1 < count ? funnel->steps[i + 1].reached : 0;
		Datum		values[10];
		bool		nulls[10] = {0};

		values[0] = Int32GetDatum(i + 1);
		values[1] = CStringGetTextDatum(align_funnel_step_name(&funnel->chain.rule, i));
		values[2] = Int64GetDatum(step->reached);
		values[3] = Int64GetDatum(step->open);
		if (first > 0)
			values[4] = Float8GetDatum((double) step->reached / first);
		else
			nulls[4] = true;
		if (i > 0 && previous > 0)
			values[5] = Float8GetDatum((double) step->reached / previous);
		else
			nulls[5] = true;
		if (i + 1 < count)
			values[6] = Int64GetDatum(step->reached - next - step->open);
		else
			nulls[6] = true;
		align_histogram_days(&step->since_previous, &values[7], &nulls[7]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* The step of an argument, counted from 1; an error when the funnel has none such. */
static const FunnelStep *
step_argument(FunctionCallInfo fcinfo)
{
	Funnel	   *funnel = align_funnel_get(PG_GETARG_DATUM(0), CurrentMemoryContext);
	int32		number = PG_GETARG_INT32(1);
	int			count = funnel->has_rule ? funnel->chain.rule.step_count : 0;

	if (number < 1 || number > count)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid step: %d", number),
				 errdetail("The funnel has %d steps.", count),
				 errhint("steps(funnel) lists them, numbered from 1.")));
	return &funnel->steps[number - 1];
}

/* reached(funnel, step) */
PG_FUNCTION_INFO_V1(align_funnel_reached);
Datum
align_funnel_reached(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(step_argument(fcinfo)->reached);
}

/* quantile(funnel, step, fraction, since): days */
PG_FUNCTION_INFO_V1(align_funnel_quantile);
Datum
align_funnel_quantile(PG_FUNCTION_ARGS)
{
	const FunnelStep *step = step_argument(fcinfo);
	double		fraction = PG_GETARG_FLOAT8(2);
	char	   *since = text_to_cstring(PG_GETARG_TEXT_PP(3));
	bool		from_first = pg_strcasecmp(since, "first") == 0;
	double		usecs;

	if (!from_first && pg_strcasecmp(since, "previous") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid since: \"%s\"", since),
				 errdetail("Times are counted since the previous step or the first."),
				 errhint("Write 'previous' or 'first'.")));
	if (!(fraction >= 0 && fraction <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("invalid fraction: %g", fraction),
				 errdetail("A quantile's fraction lies between 0 and 1."),
				 errhint("Write 0.9 for the time within which nine of ten come.")));
	if (!align_histogram_quantile(from_first ? &step->since_first : &step->since_previous, fraction, &usecs))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(usecs / USECS_PER_DAY);
}
