/*
 * attribution.c
 *		The type touch_log: touches and outcomes of many leads, from which credit
 *		is given to channels.
 *
 *		SELECT c.* FROM (SELECT align.touch_log(lead, at, channel, won) AS log FROM contact) s,
 *			align.credits(s.log, 'markov', within => '90 days') c;
 *
 * A touch or outcome is 16 bytes in an event log (journey_log.h), in any order:
 * the lead's key, and a word of instant and channel. The names of channels are
 * numbered as they come in, so that logs are merged by numbering one anew. The
 * amounts of outcomes stand beside the log. Flat, all in network order:
 *
 *		version | 1 + key type, or 0 when empty | channels: length, name |
 *		touches and outcomes: key, word | outcomes with an amount: key, instant, amount
 *
 * each group behind its number; a key that is no bigint is its length and bytes.
 * Text is that in base64.
 */
#include "compat.h"

#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "attribution.h"
#include "base.h"

#define TOUCH_LOG_VERSION	1
#define FIRST_OUTCOMES		64
#define MAX_AMOUNT			INT64CONST(9000000000000)

static void
refuse_bytes(const char *why)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid touch_log in binary input"),
			 errdetail("%s", why),
			 errhint("Send the value as it was received.")));
}

/* The number of a channel, which gets one when it is new. */
static int
number_channel(TouchLog *log, const char *name, uint32 length)
{
	uint32		hash = hash_bytes((const unsigned char *) name, length);
	uint32		mask = lengthof(log->slots) - 1;
	uint32		slot = hash & mask;
	TouchChannel *channel;
	char	   *kept;

	for (; log->slots[slot] != 0; slot = (slot + 1) & mask)
	{
		channel = &log->channels[log->slots[slot] - 1];
		if (channel->hash == hash && channel->length == length && memcmp(channel->name, name, length) == 0)
			return log->slots[slot] - 1;
	}
	if (log->channel_count == TOUCH_MAX_CHANNELS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many channels: more than %d", TOUCH_MAX_CHANNELS),
				 errdetail("Credit is shared among channels, of which there are few."),
				 errhint("Group them into fewer ones first.")));
	kept = MemoryContextAlloc(log->state.header.eoh_context, Max(length, 1));
	memcpy(kept, name, length);
	channel = &log->channels[log->channel_count];
	channel->name = kept;
	channel->length = length;
	channel->hash = hash;
	log->slots[slot] = ++log->channel_count;
	return log->channel_count - 1;
}

static int64
pack(TimestampTz at, int channel)
{
	if (unlikely(at > TOUCH_MAX_INSTANT || at < -TOUCH_MAX_INSTANT))
	{
		align_journey_check_instant(at);
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("instant out of range: %s", timestamptz_to_str(at)),
				 errdetail("A touch_log takes instants of the years 1715 to 2285."),
				 errhint("Write NULL for a touch that has not happened.")));
	}
	return (int64) ((uint64) at << TOUCH_CHANNEL_BITS) | channel;
}

/* Makes room for the events of a log that is empty, or checks its keys' type. */
static void
use_keys(TouchLog *log, LogKey key_type)
{
	if (log->events == NULL)
		log->events = align_log_create(log->state.header.eoh_context, key_type, NULL, 0);
	else if (log->events->key_type != key_type)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("this touch_log has keys of another type"),
				 errdetail("The keys of one log are all bigint, all text or all uuid."),
				 errhint("Cast the leads to one type.")));
}

static void
add_outcome(TouchLog *log, int64 key, TimestampTz at, int64 amount)
{
	if (log->outcome_count == log->outcome_capacity)
	{
		Size		capacity = Max(log->outcome_capacity * 2, FIRST_OUTCOMES);

		align_base_check_memory(log->events->bytes + capacity * sizeof(TouchOutcome), "this touch_log");
		if (log->outcomes == NULL)
			log->outcomes = MemoryContextAllocHuge(log->state.header.eoh_context, capacity * sizeof(TouchOutcome));
		else
			log->outcomes = repalloc_huge(log->outcomes, capacity * sizeof(TouchOutcome));
		log->outcome_capacity = capacity;
	}
	log->outcomes[log->outcome_count].key = key;
	log->outcomes[log->outcome_count].at = at;
	log->outcomes[log->outcome_count].amount = amount;
	log->outcome_count++;
}

/* An amount in millionths. */
static int64
read_amount(Numeric amount)
{
	Numeric		limit = int64_to_numeric(MAX_AMOUNT);
	bool		valid = !numeric_is_nan(amount) && !numeric_is_inf(amount);

	if (valid)
		valid = DatumGetBool(DirectFunctionCall2(numeric_le, DirectFunctionCall1(numeric_abs, NumericGetDatum(amount)), NumericGetDatum(limit))) &&
			DatumGetInt32(DirectFunctionCall1(numeric_min_scale, NumericGetDatum(amount))) <= TOUCH_AMOUNT_DIGITS;
	if (!valid)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("invalid amount: %s", numeric_normalize(amount)),
				 errdetail("An amount lies within " INT64_FORMAT " of 0 and has at most %d decimals.", MAX_AMOUNT, TOUCH_AMOUNT_DIGITS),
				 errhint("Round it, or count it in a larger unit.")));
	return DatumGetInt64(DirectFunctionCall1(numeric_int8,
											 DirectFunctionCall2(numeric_mul, NumericGetDatum(amount), NumericGetDatum(int64_to_numeric(1000000)))));
}

static void
write_key(StringInfo out, const EventLog *events, int64 key)
{
	if (events->key_type == LOG_KEY_BIGINT)
		pq_sendint64(out, key);
	else
	{
		pq_sendint32(out, text_key(key)->length);
		pq_sendbytes(out, text_key(key)->data, text_key(key)->length);
	}
}

static int64
read_key(StringInfo in, EventLog *events)
{
	uint32		length;
	const char *text;

	if (events->key_type == LOG_KEY_BIGINT)
		return pq_getmsgint64(in);
	length = pq_getmsgint(in, 4);
	text = pq_getmsgbytes(in, (int) length);
	if (events->key_type == LOG_KEY_UUID ? length != UUID_LEN : !pg_verifymbstr(text, length, true))
		refuse_bytes("A lead's key is not of the type of the log.");
	return align_log_keep_key(events, text, length);
}

/* Calls a function with each event, in no order that matters. */
static void
each_event(const EventLog *events, void (*visit) (void *state, int64 key, int64 packed), void *state)
{
	for (int p = 0; p < 1 << events->partition_bits; p++)
	{
		const EventPartition *partition = &events->partitions[p];

		CHECK_FOR_INTERRUPTS();
		for (const EventChunk *chunk = partition->last; chunk != NULL; chunk = chunk->next)
			for (uint32 i = 0, used = chunk_used(partition, chunk); i < used; i++)
				visit(state, chunk->events[i].key, chunk->events[i].packed);
	}
}

typedef struct EventWriter
{
	StringInfo	out;
	const EventLog *events;
} EventWriter;

static void
write_event(void *state, int64 key, int64 packed)
{
	EventWriter *writer = state;

	write_key(writer->out, writer->events, key);
	pq_sendint64(writer->out, packed);
}

static void
write_touch_log(StringInfo out, const State *state)
{
	const TouchLog *log = (const TouchLog *) state;
	Size		bytes;
	uint64		count = 0;
	EventWriter writer = {out, log->events};

	pq_sendint8(out, TOUCH_LOG_VERSION);
	pq_sendint8(out, log->events == NULL ? 0 : log->events->key_type + 1);
	pq_sendint32(out, log->channel_count);
	for (uint32 i = 0; i < log->channel_count; i++)
	{
		pq_sendint32(out, log->channels[i].length);
		pq_sendbytes(out, log->channels[i].name, log->channels[i].length);
	}
	if (log->events == NULL)
		return;
	bytes = log->events->bytes + log->outcome_count * sizeof(TouchOutcome);
	align_base_check_travel(bytes + bytes / 7, "this touch_log", "");
	for (int p = 0; p < 1 << log->events->partition_bits; p++)
		count += partition_count(&log->events->partitions[p]);
	pq_sendint64(out, count);
	each_event(log->events, write_event, &writer);
	pq_sendint64(out, log->outcome_count);
	for (Size i = 0; i < log->outcome_count; i++)
	{
		write_key(out, log->events, log->outcomes[i].key);
		pq_sendint64(out, log->outcomes[i].at);
		pq_sendint64(out, log->outcomes[i].amount);
	}
}

static void
read_touch_log(StringInfo in, State *state)
{
	TouchLog   *log = (TouchLog *) state;
	int			version = pq_getmsgbyte(in);
	int			key_type = pq_getmsgbyte(in) - 1;
	uint32		channels = pq_getmsgint(in, 4);
	uint64		count;

	if (version != TOUCH_LOG_VERSION || key_type > LOG_KEY_UUID || channels > TOUCH_MAX_CHANNELS)
		refuse_bytes("Its version, its keys or its number of channels are not what align writes.");
	for (uint32 i = 0; i < channels; i++)
	{
		int			length = pq_getmsgint(in, 4);
		const char *name = pq_getmsgbytes(in, length);

		pg_verify_mbstr(GetDatabaseEncoding(), name, length, false);
		if (number_channel(log, name, length) != (int) i)
			refuse_bytes("A channel is named twice.");
	}
	if (key_type < 0)
		return;
	use_keys(log, key_type);
	for (count = pq_getmsgint64(in); count > 0; count--)
	{
		int64		key = read_key(in, log->events);
		int64		packed = pq_getmsgint64(in);

		CHECK_FOR_INTERRUPTS();
		if (touch_channel(packed) != TOUCH_OUTCOME && touch_channel(packed) >= (int) channels)
			refuse_bytes("A touch is on a channel without a name.");
		align_log_append_own(log->events, key, packed);
	}
	for (count = pq_getmsgint64(in); count > 0; count--)
	{
		int64		key = read_key(in, log->events);
		int64		at = pq_getmsgint64(in);
		int64		amount = pq_getmsgint64(in);

		CHECK_FOR_INTERRUPTS();
		if (amount > MAX_AMOUNT * 1000000 || amount < -MAX_AMOUNT * 1000000)
			refuse_bytes("An amount is out of range.");
		add_outcome(log, key, at, amount);
	}
}

static const StateKind touch_log_kind = {
	"touch_log", sizeof(TouchLog), write_touch_log, read_touch_log, NULL
};

/* The log in a datum: see align_state_get. */
TouchLog *
align_attribution_log(Datum datum, MemoryContext parent)
{
	return (TouchLog *) align_state_get(&touch_log_kind, datum, parent);
}

static TouchLog *
create_log(MemoryContext parent)
{
	return (TouchLog *) align_state_create(&touch_log_kind, parent);
}

/*
 * touch_log: transition, for each type of key, with and without an amount. A row
 * that is neither a touch on a channel nor an outcome adds nothing.
 */
static Datum
add_row(FunctionCallInfo fcinfo, LogKey key_type)
{
	MemoryContext context = align_base_aggregate_context(fcinfo);
	bool		is_outcome = !PG_ARGISNULL(4) && PG_GETARG_BOOL(4);
	TouchLog   *log;
	int64		amount = 0;
	bool		has_amount = is_outcome && PG_NARGS() > 5 && !PG_ARGISNULL(5);
	int			channel = TOUCH_OUTCOME;
	int64		packed;
	int64		key;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || (!is_outcome && PG_ARGISNULL(3)))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	log = PG_ARGISNULL(0) ? create_log(context) : align_attribution_log(PG_GETARG_DATUM(0), context);
	if (has_amount)
		amount = read_amount(PG_GETARG_NUMERIC(5));
	if (!is_outcome)
	{
		const		text *name = PG_GETARG_TEXT_PP(3);

		channel = number_channel(log, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
	}
	packed = pack(PG_GETARG_TIMESTAMPTZ(2), channel);
	use_keys(log, key_type);
	if (key_type == LOG_KEY_BIGINT)
		key = PG_GETARG_INT64(1);
	else if (key_type == LOG_KEY_UUID)
		key = align_log_keep_key(log->events, (const char *) PG_GETARG_UUID_P(1)->data, UUID_LEN);
	else
	{
		const		text *lead = PG_GETARG_TEXT_PP(1);

		key = align_log_keep_key(log->events, VARDATA_ANY(lead), VARSIZE_ANY_EXHDR(lead));
	}
	align_log_append_own(log->events, key, packed);
	if (has_amount)
		add_outcome(log, key, PG_GETARG_TIMESTAMPTZ(2), amount);
	PG_RETURN_DATUM(align_state_datum(&log->state));
}

PG_FUNCTION_INFO_V1(align_attribution_add_bigint);
Datum
align_attribution_add_bigint(PG_FUNCTION_ARGS)
{
	return add_row(fcinfo, LOG_KEY_BIGINT);
}

PG_FUNCTION_INFO_V1(align_attribution_add_text);
Datum
align_attribution_add_text(PG_FUNCTION_ARGS)
{
	return add_row(fcinfo, LOG_KEY_TEXT);
}

PG_FUNCTION_INFO_V1(align_attribution_add_uuid);
Datum
align_attribution_add_uuid(PG_FUNCTION_ARGS)
{
	return add_row(fcinfo, LOG_KEY_UUID);
}

/* What renumbers the events of one log into another. */
typedef struct Merging
{
	TouchLog   *into;
	const TouchLog *from;
	int			number[TOUCH_OUTCOME + 1];
} Merging;

static int64
own_key(const Merging *merging, int64 key)
{
	if (merging->from->events->key_type == LOG_KEY_BIGINT)
		return key;
	return align_log_keep_key(merging->into->events, text_key(key)->data, text_key(key)->length);
}

static void
merge_event(void *state, int64 key, int64 packed)
{
	Merging    *merging = state;

	align_log_append_own(merging->into->events, own_key(merging, key),
						 (packed & ~(int64) TOUCH_OUTCOME) | merging->number[touch_channel(packed)]);
}

static void
merge(TouchLog *into, const TouchLog *from)
{
	Merging		merging = {into, from};

	if (from->events == NULL)
		return;
	use_keys(into, from->events->key_type);
	for (uint32 i = 0; i < from->channel_count; i++)
		merging.number[i] = number_channel(into, from->channels[i].name, from->channels[i].length);
	merging.number[TOUCH_OUTCOME] = TOUCH_OUTCOME;
	each_event(from->events, merge_event, &merging);
	for (Size i = 0; i < from->outcome_count; i++)
		add_outcome(into, own_key(&merging, from->outcomes[i].key), from->outcomes[i].at, from->outcomes[i].amount);
}

/* combine, and rollup(touch_log): transition */
PG_FUNCTION_INFO_V1(align_attribution_combine);
Datum
align_attribution_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = align_base_aggregate_context(fcinfo);
	TouchLog   *log;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	log = PG_ARGISNULL(0) ? create_log(context) : align_attribution_log(PG_GETARG_DATUM(0), context);
	if (!PG_ARGISNULL(1))
		merge(log, align_attribution_log(PG_GETARG_DATUM(1), CurrentMemoryContext));
	PG_RETURN_DATUM(align_state_datum(&log->state));
}

PG_FUNCTION_INFO_V1(align_attribution_in);
Datum
align_attribution_in(PG_FUNCTION_ARGS)
{
	char	   *string = PG_GETARG_CSTRING(0);
	StringInfoData in;
	TouchLog   *log = NULL;

	if (align_base64_read(string, strlen(string), &in))
	{
		log = create_log(CurrentMemoryContext);
		read_touch_log(&in, &log->state);
	}
	if (log == NULL || in.cursor != in.len)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid touch_log"),
				 errdetail("It is not the base64 that align wrote."),
				 errhint("A touch_log is built by the aggregate touch_log; its text is only to be read back.")));
	PG_RETURN_DATUM(align_state_datum(&log->state));
}

PG_FUNCTION_INFO_V1(align_attribution_out);
Datum
align_attribution_out(PG_FUNCTION_ARGS)
{
	TouchLog   *log = align_attribution_log(PG_GETARG_DATUM(0), CurrentMemoryContext);
	StringInfoData bytes;
	StringInfoData out;

	initStringInfo(&bytes);
	write_touch_log(&bytes, &log->state);
	initStringInfo(&out);
	align_base64_write(&out, bytes.data, bytes.len);
	PG_RETURN_CSTRING(out.data);
}

PG_FUNCTION_INFO_V1(align_attribution_recv);
Datum
align_attribution_recv(PG_FUNCTION_ARGS)
{
	return align_state_recv(&touch_log_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_attribution_send);
Datum
align_attribution_send(PG_FUNCTION_ARGS)
{
	return align_state_send(&touch_log_kind, fcinfo);
}
