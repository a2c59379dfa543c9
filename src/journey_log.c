/*
 * journey_log.c
 *		The type event_log: many leads' events, the state of the aggregates that
 *		read events straight, in any order.
 *
 * What makes it fast is that nothing is looked up while rows come in: an event
 * is appended to one of 256 partitions by the hash of its lead's key, 16 bytes,
 * in chunks that only grow at their end. At the end each partition, small
 * enough for the processor's cache, is grouped by lead with a hash table of its
 * own, and each lead's events are sorted and given to a visitor. Merging is
 * appending, so states of parallel workers are put together by copying chunks.
 * A log of few events has one partition.
 */
#include "compat.h"

#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "base.h"
#include "journey_log.h"

EventLog *
align_log_create(MemoryContext parent, LogKey key_type, const void *header, Size header_size)
{
	MemoryContext context = AllocSetContextCreate(parent, "align event log", ALLOCSET_START_SMALL_SIZES);
	EventLog   *log = MemoryContextAllocZero(context, sizeof(EventLog));

	EOH_init_header(&log->eoh, &align_log_methods, context);
	log->magic = LOG_MAGIC;
	log->key_type = key_type;
	log->header_size = header_size;
	log->bytes = sizeof(EventLog);
	if (header_size > 0)
		memcpy(log->header, header, header_size);
	return log;
}

Datum
align_log_datum(EventLog *log)
{
	return EOHPGetRWDatum(&log->eoh);
}

const void *
align_log_header(const EventLog *log)
{
	return log->header;
}

LogKey
align_log_key_type(const EventLog *log)
{
	return log->key_type;
}

/*
 * A key of the log as text.
 */
Datum
align_log_key_text(const EventLog *log, int64 key)
{
	char		digits[MAXINT8LEN + 1];
	char	   *written;
	const EventKey *kept = log->key_type == LOG_KEY_BIGINT ? NULL : text_key(key);
	text	   *result;

	switch (log->key_type)
	{
		case LOG_KEY_BIGINT:
			return PointerGetDatum(cstring_to_text_with_len(digits, pg_lltoa(key, digits)));
		case LOG_KEY_UUID:
			written = DatumGetCString(DirectFunctionCall1(uuid_out, PointerGetDatum(kept->data)));
			result = cstring_to_text(written);
			pfree(written);
			return PointerGetDatum(result);
		case LOG_KEY_TEXT:
			break;
	}
	return PointerGetDatum(cstring_to_text_with_len(kept->data, kept->length));
}

/*
 * Refuses a log that another aggregate made.
 */
void
align_log_check_header(const EventLog *log, Size size)
{
	if (log->header_size != size)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("this event log is that of another aggregate"),
				 errdetail("A log of funnel has a rule, one of event_log and flow has none."),
				 errhint("Merge it by the aggregate that made it.")));
}

/* Memory that the aggregate keeps beside the log; zeroed at first. */
void *
align_log_cache(EventLog *log, Size size)
{
	if (log->cache == NULL)
		log->cache = MemoryContextAllocZero(log->eoh.eoh_context, size);
	return log->cache;
}

MemoryContext
align_log_context(EventLog *log)
{
	return log->eoh.eoh_context;
}

static void
add_chunk(EventLog *log, EventPartition *partition, uint64 capacity)
{
	Size		size = offsetof(EventChunk, events) + capacity * sizeof(LoggedEvent);
	EventChunk *chunk;

	align_base_check_memory(log->bytes + size, "the events of this aggregate");
	chunk = MemoryContextAllocHuge(log->eoh.eoh_context, size);
	chunk->capacity = (uint32) capacity;
	chunk->next = partition->last;
	if (partition->last != NULL)
		partition->last->used = chunk_used(partition, partition->last);
	partition->last = chunk;
	partition->next = chunk->events;
	partition->end = chunk->events + capacity;
	log->bytes += size;
}

static inline EventPartition *
partition_of(EventLog *log, int64 key)
{
	if (log->partition_bits == 0)
		return &log->partitions[0];
	return &log->partitions[hash_key(log, key) >> (64 - LOG_PARTITION_BITS)];
}

/* Appends an event whose key is the log's own. */
static inline void
append_event(EventLog *log, int64 key, int64 packed)
{
	EventPartition *partition = partition_of(log, key);

	if (unlikely(partition->next == partition->end))
	{
		uint64		capacity = partition->last == NULL ? 16 :
		Min((uint64) partition->last->capacity * 2, LOG_CHUNK_EVENTS);

		if (log->partition_bits == 0 && capacity == LOG_CHUNK_EVENTS)
		{
			align_log_split(log);
			append_event(log, key, packed);
			return;
		}
		add_chunk(log, partition, capacity);
	}
	partition->next->key = key;
	partition->next->packed = packed;
	partition->next++;
}

/* Divides the one partition, which has grown, by hash. */
void
align_log_split(EventLog *log)
{
	EventPartition whole = log->partitions[0];

	memset(&log->partitions[0], 0, sizeof(EventPartition));
	log->partition_bits = LOG_PARTITION_BITS;
	for (EventChunk *chunk = whole.last, *next; chunk != NULL; chunk = next)
	{
		uint32		used = chunk_used(&whole, chunk);

		for (uint32 i = 0; i < used; i++)
			append_event(log, chunk->events[i].key, chunk->events[i].packed);
		next = chunk->next;
		log->bytes -= offsetof(EventChunk, events) + chunk->capacity * sizeof(LoggedEvent);
		pfree(chunk);
	}
}

/* The word that holds an instant and a step. */
int64
align_log_pack(TimestampTz at, int step)
{
	if (unlikely(at > LOG_MAX_INSTANT || at < LOG_MIN_INSTANT))
	{
		align_journey_check_instant(at);
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("instant out of range: %s", timestamptz_to_str(at)),
				 errdetail("An aggregate over events takes instants up to the year 11134."),
				 errhint("Write NULL for an event that has not happened.")));
	}
	return (int64) ((uint64) at << LOG_STEP_BITS) | step;
}

/* Copies a text key into the log's own memory. */
int64
align_log_keep_key(EventLog *log, const char *key, uint32 length)
{
	Size		size = MAXALIGN(offsetof(EventKey, data) + length);
	EventKey   *kept;

	if (log->key_at == NULL || size > (Size) (log->key_end - log->key_at))
	{
		Size		block = Max(size, log->partition_bits == 0 ? 1024 : LOG_KEY_BLOCK);

		align_base_check_memory(log->bytes + block, "the events of this aggregate");
		log->key_at = MemoryContextAlloc(log->eoh.eoh_context, block);
		log->key_end = log->key_at + block;
		log->bytes += block;
	}
	kept = (EventKey *) log->key_at;
	kept->length = length;
	memcpy(kept->data, key, length);
	log->key_at += size;
	return (int64) (uintptr_t) kept;
}

/*
 * Adds an event of a lead whose key is of the log's type.
 */
void
align_log_append(EventLog *log, Datum key, TimestampTz at, int step)
{
	int64		packed = align_log_pack(at, step);
	struct varlena *text;

	switch (log->key_type)
	{
		case LOG_KEY_BIGINT:
			append_event(log, DatumGetInt64(key), packed);
			break;
		case LOG_KEY_TEXT:
			text = PG_DETOAST_DATUM_PACKED(key);
			append_event(log, align_log_keep_key(log, VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text)), packed);
			break;
		case LOG_KEY_UUID:
			append_event(log, align_log_keep_key(log, DatumGetPointer(key), UUID_LEN), packed);
			break;
	}
}

/* The same for a key that is the log's own already. */
void
align_log_append_own(EventLog *log, int64 key, int64 packed)
{
	append_event(log, key, packed);
}

/* Adds events that lie together, of one partition of a log divided alike. */
void
align_log_append_block(EventLog *log, EventPartition *partition, const void *events, uint64 count)
{
	if (count == 0)
		return;
	add_chunk(log, partition, count);
	memcpy(partition->next, events, count * sizeof(LoggedEvent));
	partition->next += count;
}
