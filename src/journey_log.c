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
 *
 * Flat (all in the order of the machine; only parallel workers see it):
 *
 *		length word | version, key_type, partition_bits, header_size | header |
 *		uint64 per partition: events | events, partition after partition
 *
 * An event is its key and its packed word; a text key is its length in 4 bytes
 * and its bytes. Binary has the same parts in network order, text is that in
 * base64.
 */
#include "compat.h"

#include "common/hashfn.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "base.h"
#include "base_state.h"
#include "journey.h"

#define LOG_MAGIC			0x414C4C47
#define LOG_VERSION			1
#define LOG_PARTITION_BITS	8
#define LOG_MAX_PARTITIONS	(1 << LOG_PARTITION_BITS)
#define LOG_CHUNK_EVENTS	4096	/* at most; one partition until a chunk would be so large */
#define LOG_PART_EVENTS		65536	/* grouped at once: what a cache holds */
#define LOG_MAX_HEADER		128
#define LOG_KEY_BLOCK		65536

/* A text key where a LoggedEvent points. */
typedef struct EventKey
{
	uint32		length;
	char		data[FLEXIBLE_ARRAY_MEMBER];
} EventKey;

typedef struct EventChunk
{
	struct EventChunk *next;
	uint32		used;			/* of a chunk that is not the last: its capacity */
	uint32		capacity;
	LoggedEvent events[FLEXIBLE_ARRAY_MEMBER];
} EventChunk;

/* What a row touches lies together: where the next event goes. */
typedef struct EventPartition
{
	LoggedEvent *next;
	LoggedEvent *end;
	EventChunk *last;			/* being filled; the others hang behind it */
} EventPartition;

struct EventLog
{
	ExpandedObjectHeader eoh;
	uint32		magic;
	LogKey		key_type;
	int			partition_bits; /* 0 or LOG_PARTITION_BITS */
	Size		bytes;			/* memory taken */
	Size		header_size;
	char		header[LOG_MAX_HEADER];
	void	   *cache;			/* the aggregate's own */
	char	   *key_at;			/* room for text keys */
	char	   *key_end;
	EventPartition partitions[LOG_MAX_PARTITIONS];
};

static Size get_flat_size(ExpandedObjectHeader *eoh);
static void flatten_into(ExpandedObjectHeader *eoh, void *result, Size size);
static const ExpandedObjectMethods methods = {get_flat_size, flatten_into};

EventLog *
align_log_create(MemoryContext parent, LogKey key_type, const void *header, Size header_size)
{
	MemoryContext context = AllocSetContextCreate(parent, "align event log", ALLOCSET_START_SMALL_SIZES);
	EventLog   *log = MemoryContextAllocZero(context, sizeof(EventLog));

	EOH_init_header(&log->eoh, &methods, context);
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
				 errdetail("A log of funnel has a rule, one of flow has none."),
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

static inline const EventKey *
text_key(int64 key)
{
	return (const EventKey *) (uintptr_t) key;
}

/* Spreads the bits of a number over all of its bits (splitmix64's finalizer). */
static inline uint64
mix(uint64 number)
{
	number ^= number >> 30;
	number *= UINT64CONST(0xbf58476d1ce4e5b9);
	number ^= number >> 27;
	number *= UINT64CONST(0x94d049bb133111eb);
	return number ^ number >> 31;
}

static inline uint64
hash_key(const EventLog *log, int64 key)
{
	if (log->key_type != LOG_KEY_BIGINT)
	{
		const EventKey *text = text_key(key);

		return hash_bytes_extended((const unsigned char *) text->data, text->length, 0);
	}
	return mix((uint64) key);
}

static inline bool
same_key(const EventLog *log, int64 a, int64 b)
{
	const EventKey *left;
	const EventKey *right;

	if (a == b || log->key_type == LOG_KEY_BIGINT)
		return a == b;
	left = text_key(a);
	right = text_key(b);
	return left->length == right->length && memcmp(left->data, right->data, left->length) == 0;
}

/* How many events a chunk holds. */
static inline uint32
chunk_used(const EventPartition *partition, const EventChunk *chunk)
{
	return chunk == partition->last ? (uint32) (partition->next - chunk->events) : chunk->used;
}

static uint64
partition_count(const EventPartition *partition)
{
	uint64		count = 0;

	for (const EventChunk *chunk = partition->last; chunk != NULL; chunk = chunk->next)
		count += chunk_used(partition, chunk);
	return count;
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

static void split(EventLog *log);

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
			split(log);
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
static void
split(EventLog *log)
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
static int64
keep_key(EventLog *log, const char *key, uint32 length)
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
			append_event(log, keep_key(log, VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text)), packed);
			break;
		case LOG_KEY_UUID:
			append_event(log, keep_key(log, DatumGetPointer(key), UUID_LEN), packed);
			break;
	}
}

/* Adds events that lie together, of one partition of a log divided alike. */
static void
append_block(EventLog *log, EventPartition *partition, const void *events, uint64 count)
{
	if (count == 0)
		return;
	add_chunk(log, partition, count);
	memcpy(partition->next, events, count * sizeof(LoggedEvent));
	partition->next += count;
}

#define ST_SORT sort_packed
#define ST_ELEMENT_TYPE int64
#define ST_COMPARE(a, b) (*(a) < *(b) ? -1 : *(a) > *(b))
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/* Memory for grouping, used again for each partition. */
typedef struct Grouping
{
	uint64		capacity;		/* events */
	uint32		slots_mask;
	uint32	   *slots;			/* lead + 1, or 0 */
	uint32	   *lead_of;		/* of an event */
	uint32	   *offsets;		/* of a lead's events; one more at the end */
	int64	   *keys;			/* of a lead */
	int64	   *packed;			/* grouped by lead */
} Grouping;

static void
reserve_grouping(Grouping *grouping, uint64 count)
{
	uint64		slots = 16;

	if (count <= grouping->capacity)
		return;
	if (count > PG_UINT32_MAX / 4)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many events of one lead"),
				 errdetail("One part of the leads holds at most a billion events."),
				 errhint("Leave out a key that stands for many leads.")));
	if (grouping->slots != NULL)
	{
		pfree(grouping->slots);
		pfree(grouping->lead_of);
		pfree(grouping->offsets);
		pfree(grouping->keys);
		pfree(grouping->packed);
	}
	while (slots < count * 2)
		slots *= 2;
	grouping->capacity = count;
	grouping->slots_mask = slots - 1;
	grouping->slots = MemoryContextAllocHuge(CurrentMemoryContext, slots * sizeof(uint32));
	grouping->lead_of = MemoryContextAllocHuge(CurrentMemoryContext, count * sizeof(uint32));
	grouping->offsets = MemoryContextAllocHuge(CurrentMemoryContext, (count + 2) * sizeof(uint32));
	grouping->keys = MemoryContextAllocHuge(CurrentMemoryContext, count * sizeof(int64));
	grouping->packed = MemoryContextAllocHuge(CurrentMemoryContext, count * sizeof(int64));
}

/* Few events are sorted where they stand. */
static inline void
sort_lead(int64 *packed, uint32 count)
{
	if (count > 16)
	{
		sort_packed(packed, count);
		return;
	}
	for (uint32 i = 1; i < count; i++)
	{
		int64		word = packed[i];
		uint32		j = i;

		while (j > 0 && packed[j - 1] > word)
		{
			packed[j] = packed[j - 1];
			j--;
		}
		packed[j] = word;
	}
}

/*
 * Groups events by lead and visits each lead. What is grouped stands in one
 * array, events; the hash bits of its partition are all the same.
 */
static void
visit_events(const EventLog *log, Grouping *grouping, const LoggedEvent *events,
			 uint64 count, LeadVisitor visit, void *state)
{
	uint32		leads = 0;
	uint32		mask;
	uint32	   *counts;

	reserve_grouping(grouping, count);
	mask = 16;
	while (mask < count * 2)
		mask *= 2;
	mask--;
	Assert(mask <= grouping->slots_mask);
	memset(grouping->slots, 0, ((Size) mask + 1) * sizeof(uint32));

	/* which lead; counts[lead + 2] so that the sums below are the offsets */
	counts = grouping->offsets;
	for (uint64 i = 0; i < count; i++)
	{
		uint32		slot = (uint32) hash_key(log, events[i].key) & mask;
		uint32		lead;

		while ((lead = grouping->slots[slot]) != 0 &&
			   !same_key(log, grouping->keys[lead - 1], events[i].key))
			slot = (slot + 1) & mask;
		if (lead == 0)
		{
			grouping->keys[leads] = events[i].key;
			counts[leads + 1] = 0;
			lead = ++leads;
			grouping->slots[slot] = lead;
		}
		grouping->lead_of[i] = lead - 1;
		counts[lead]++;
	}
	/* counts[lead + 1] becomes the first place of the lead, and then its end */
	{
		uint32		sum = 0;

		counts[0] = 0;
		for (uint32 lead = 1; lead <= leads; lead++)
		{
			uint32		own = counts[lead];

			counts[lead] = sum;
			sum += own;
		}
	}
	for (uint64 i = 0; i < count; i++)
		grouping->packed[counts[grouping->lead_of[i] + 1]++] = events[i].packed;
	for (uint32 lead = 0; lead < leads; lead++)
	{
		uint32		first = lead == 0 ? 0 : counts[lead];
		uint32		own = counts[lead + 1] - first;

		sort_lead(grouping->packed + first, own);
		visit(state, grouping->packed + first, own);
	}
}

/*
 * Calls a visitor with each lead's events, sorted by instant and then by step.
 * The log stays as it is.
 */
void
align_log_visit(EventLog *log, LeadVisitor visit, void *state)
{
	Grouping	grouping = {0};
	int			partitions = 1 << log->partition_bits;
	LoggedEvent *all = NULL;
	uint64		capacity = 0;

	for (int p = 0; p < partitions; p++)
	{
		const EventPartition *partition = &log->partitions[p];
		uint64		count = partition_count(partition);
		int			sub_bits = 0;
		uint64		starts[LOG_MAX_PARTITIONS + 1];
		uint64		ends[LOG_MAX_PARTITIONS];
		int			shift;

		CHECK_FOR_INTERRUPTS();
		if (count == 0)
			continue;
		if (count > capacity)
		{
			if (all != NULL)
				pfree(all);
			capacity = count;
			all = MemoryContextAllocHuge(CurrentMemoryContext, capacity * sizeof(LoggedEvent));
		}

		/* bring the chunks together, divided further where they are many */
		while (sub_bits < LOG_PARTITION_BITS && (count >> sub_bits) > LOG_PART_EVENTS)
			sub_bits++;
		memset(ends, 0, sizeof(ends));
		shift = 64 - log->partition_bits - sub_bits;
		if (sub_bits > 0)
		{
			for (const EventChunk *chunk = partition->last; chunk != NULL; chunk = chunk->next)
				for (uint32 i = 0, used = chunk_used(partition, chunk); i < used; i++)
					ends[(hash_key(log, chunk->events[i].key) >> shift) & ((1 << sub_bits) - 1)]++;
			starts[0] = 0;
			for (int s = 0; s < 1 << sub_bits; s++)
			{
				starts[s + 1] = starts[s] + ends[s];
				ends[s] = starts[s];
			}
			for (const EventChunk *chunk = partition->last; chunk != NULL; chunk = chunk->next)
				for (uint32 i = 0, used = chunk_used(partition, chunk); i < used; i++)
					all[ends[(hash_key(log, chunk->events[i].key) >> shift) & ((1 << sub_bits) - 1)]++] = chunk->events[i];
		}
		else
		{
			starts[0] = 0;
			for (const EventChunk *chunk = partition->last; chunk != NULL; chunk = chunk->next)
			{
				uint32		used = chunk_used(partition, chunk);

				memcpy(all + ends[0], chunk->events, used * sizeof(LoggedEvent));
				ends[0] += used;
			}
		}
		for (int s = 0; s < 1 << sub_bits; s++)
			if (ends[s] > starts[s])
				visit_events(log, &grouping, all + starts[s], ends[s] - starts[s], visit, state);
	}
}

#define FLAT_START	(VARHDRSZ + 4)

static Size
get_flat_size(ExpandedObjectHeader *eoh)
{
	EventLog   *log = (EventLog *) eoh;
	int			partitions = 1 << log->partition_bits;
	Size		size = FLAT_START + log->header_size + partitions * sizeof(uint64);

	for (int p = 0; p < partitions; p++)
	{
		const EventPartition *partition = &log->partitions[p];

		if (log->key_type == LOG_KEY_BIGINT)
		{
			size += partition_count(partition) * sizeof(LoggedEvent);
			continue;
		}
		for (const EventChunk *chunk = partition->last; chunk != NULL; chunk = chunk->next)
			for (uint32 i = 0, used = chunk_used(partition, chunk); i < used; i++)
				size += sizeof(uint32) + text_key(chunk->events[i].key)->length + sizeof(int64);
	}
	if (size > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the events of this aggregate would take more than 1 GB on their way to another process"),
				 errdetail("A value that moves between processes holds at most 1 GB."),
				 errhint("Set max_parallel_workers_per_gather to 0 for this query.")));
	return size;
}

static void
flatten_into(ExpandedObjectHeader *eoh, void *result, Size size)
{
	EventLog   *log = (EventLog *) eoh;
	int			partitions = 1 << log->partition_bits;
	char	   *at = (char *) result;

	SET_VARSIZE(result, size);
	at += VARHDRSZ;
	*at++ = LOG_VERSION;
	*at++ = (char) log->key_type;
	*at++ = (char) log->partition_bits;
	*at++ = (char) log->header_size;
	memcpy(at, log->header, log->header_size);
	at += log->header_size;
	for (int p = 0; p < partitions; p++)
	{
		uint64		count = partition_count(&log->partitions[p]);

		memcpy(at, &count, sizeof(uint64));
		at += sizeof(uint64);
	}
	for (int p = 0; p < partitions; p++)
	{
		const EventPartition *partition = &log->partitions[p];

		for (const EventChunk *chunk = partition->last; chunk != NULL; chunk = chunk->next)
		{
			uint32		used = chunk_used(partition, chunk);

			if (log->key_type == LOG_KEY_BIGINT)
			{
				memcpy(at, chunk->events, used * sizeof(LoggedEvent));
				at += used * sizeof(LoggedEvent);
				continue;
			}
			for (uint32 i = 0; i < used; i++)
			{
				const EventKey *key = text_key(chunk->events[i].key);

				memcpy(at, &key->length, sizeof(uint32));
				memcpy(at + sizeof(uint32), key->data, key->length);
				at += sizeof(uint32) + key->length;
				memcpy(at, &chunk->events[i].packed, sizeof(int64));
				at += sizeof(int64);
			}
		}
	}
	Assert(at == (char *) result + size);
}

static void
check_same_log(const EventLog *into, LogKey key_type, const char *header, Size header_size)
{
	if (into->key_type != key_type || into->header_size != header_size ||
		memcmp(into->header, header, header_size) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("event logs of different aggregates cannot be merged"),
				 errdetail("They differ in the rule, or in the type of the lead's key."),
				 errhint("Build both by the same aggregate with the same arguments.")));
}

/*
 * Adds the events of a flat log, which was made by flatten_into in this or
 * another process of this server.
 */
static EventLog *
merge_flat(EventLog *into, const char *at, MemoryContext parent)
{
	LogKey		key_type = (LogKey) at[1];
	int			partition_bits = at[2];
	Size		header_size = (unsigned char) at[3];
	const char *header = at + 4;
	int			partitions = 1 << partition_bits;
	const char *counts = header + header_size;

	if (into == NULL)
		into = align_log_create(parent, key_type, header, header_size);
	check_same_log(into, key_type, header, header_size);
	if (into->partition_bits < partition_bits)
		split(into);
	at = counts + partitions * sizeof(uint64);
	for (int p = 0; p < partitions; p++)
	{
		uint64		count;

		memcpy(&count, counts + p * sizeof(uint64), sizeof(uint64));
		CHECK_FOR_INTERRUPTS();
		if (key_type == LOG_KEY_BIGINT && into->partition_bits == partition_bits && partition_bits > 0)
		{
			append_block(into, &into->partitions[p], at, count);
			at += count * sizeof(LoggedEvent);
			continue;
		}
		for (; count > 0; count--)
		{
			uint32		length;
			int64		key;
			int64		packed;

			if (key_type != LOG_KEY_BIGINT)
			{
				memcpy(&length, at, sizeof(uint32));
				key = keep_key(into, at + sizeof(uint32), length);
				at += sizeof(uint32) + length;
			}
			else
			{
				memcpy(&key, at, sizeof(int64));
				at += sizeof(int64);
			}
			memcpy(&packed, at, sizeof(int64));
			at += sizeof(int64);
			append_event(into, key, packed);
		}
	}
	return into;
}

/* Adds the events of another log of this process. */
static void
merge_log(EventLog *into, const EventLog *from)
{
	int			partitions = 1 << from->partition_bits;

	check_same_log(into, from->key_type, from->header, from->header_size);
	if (into->partition_bits < from->partition_bits)
		split(into);
	for (int p = 0; p < partitions; p++)
	{
		const EventPartition *partition = &from->partitions[p];

		CHECK_FOR_INTERRUPTS();
		for (const EventChunk *chunk = partition->last; chunk != NULL; chunk = chunk->next)
		{
			uint32		used = chunk_used(partition, chunk);

			if (from->key_type == LOG_KEY_BIGINT && into->partition_bits == from->partition_bits && into->partition_bits > 0)
			{
				append_block(into, &into->partitions[p], chunk->events, used);
				continue;
			}
			for (uint32 i = 0; i < used; i++)
			{
				int64		key = chunk->events[i].key;

				if (from->key_type != LOG_KEY_BIGINT)
					key = keep_key(into, text_key(key)->data, text_key(key)->length);
				append_event(into, key, chunk->events[i].packed);
			}
		}
	}
}

/*
 * The log in an argument, NULL where it is null: the expanded object itself, or
 * one made from the flat form, in an aggregate below its context.
 */
EventLog *
align_log_state(FunctionCallInfo fcinfo, int argument)
{
	struct varlena *flat;
	MemoryContext parent;

	if (PG_ARGISNULL(argument))
		return NULL;
	flat = (struct varlena *) PG_GETARG_POINTER(argument);
	if (VARATT_IS_EXTERNAL_EXPANDED(flat))
	{
		varatt_expanded pointer;
		EventLog   *log;

		/* as DatumGetEOHP does, in line, since this is done for each row */
		memcpy(&pointer, VARDATA_EXTERNAL(flat), sizeof(pointer));
		log = (EventLog *) pointer.eohptr;
		if (log->magic == LOG_MAGIC)
			return log;
	}
	if (!AggCheckCallContext(fcinfo, &parent))
		parent = CurrentMemoryContext;
	return merge_flat(NULL, VARDATA_ANY(pg_detoast_datum_packed(flat)), parent);
}

/* combine */
PG_FUNCTION_INFO_V1(align_journey_log_combine);
Datum
align_journey_log_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = align_base_aggregate_context(fcinfo);
	EventLog   *into = align_log_state(fcinfo, 0);

	if (!PG_ARGISNULL(1))
	{
		struct varlena *from = (struct varlena *) PG_GETARG_POINTER(1);

		if (VARATT_IS_EXTERNAL_EXPANDED(from))
		{
			EventLog   *log = (EventLog *) DatumGetEOHP(PG_GETARG_DATUM(1));

			if (into == NULL)
				into = align_log_create(context, log->key_type, log->header, log->header_size);
			merge_log(into, log);
		}
		else
			into = merge_flat(into, VARDATA_ANY(pg_detoast_datum_packed(from)), context);
	}
	if (into == NULL)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(align_log_datum(into));
}

/* Writes the log in network order. */
static void
write_log(StringInfo out, EventLog *log)
{
	int			partitions = 1 << log->partition_bits;
	uint64		count = 0;

	for (int p = 0; p < partitions; p++)
		count += partition_count(&log->partitions[p]);
	pq_sendint8(out, LOG_VERSION);
	pq_sendint8(out, log->key_type);
	pq_sendint8(out, log->header_size);
	pq_sendbytes(out, log->header, log->header_size);
	pq_sendint64(out, count);
	for (int p = 0; p < partitions; p++)
	{
		const EventPartition *partition = &log->partitions[p];

		for (const EventChunk *chunk = partition->last; chunk != NULL; chunk = chunk->next)
		{
			for (uint32 i = 0, used = chunk_used(partition, chunk); i < used; i++)
			{
				if (log->key_type != LOG_KEY_BIGINT)
				{
					const EventKey *key = text_key(chunk->events[i].key);

					pq_sendint32(out, key->length);
					pq_sendbytes(out, key->data, key->length);
				}
				else
					pq_sendint64(out, chunk->events[i].key);
				pq_sendint64(out, chunk->events[i].packed);
			}
		}
	}
}

/* Reads what write_log wrote; any other bytes are refused. */
static EventLog *
read_log(StringInfo in)
{
	EventLog   *log;
	int			version = pq_getmsgbyte(in);
	int			key_type = pq_getmsgbyte(in);
	int			header_size = pq_getmsgbyte(in);
	uint64		count;
	bool		valid = version == LOG_VERSION && key_type <= LOG_KEY_UUID && header_size <= LOG_MAX_HEADER;

	if (valid)
	{
		log = align_log_create(CurrentMemoryContext, key_type,
							   pq_getmsgbytes(in, header_size), header_size);
		count = pq_getmsgint64(in);
		for (; count > 0 && valid; count--)
		{
			bool		is_text = key_type != LOG_KEY_BIGINT;
			uint32		length = is_text ? pq_getmsgint(in, 4) : 0;
			const char *text = is_text ? pq_getmsgbytes(in, length) : NULL;
			int64		key = is_text ? 0 : pq_getmsgint64(in);
			int64		packed = pq_getmsgint64(in);

			valid = IS_VALID_TIMESTAMP(logged_at(packed));
			if (!valid)
				break;
			append_event(log, text != NULL ? keep_key(log, text, length) : key, packed);
		}
	}
	if (!valid)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid event log in binary input"),
				 errdetail("Its version, header or an event is not one that align writes."),
				 errhint("Send the value as it was received.")));
	return log;
}

PG_FUNCTION_INFO_V1(align_journey_log_send);
Datum
align_journey_log_send(PG_FUNCTION_ARGS)
{
	StringInfoData out;

	pq_begintypsend(&out);
	write_log(&out, align_log_state(fcinfo, 0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

PG_FUNCTION_INFO_V1(align_journey_log_recv);
Datum
align_journey_log_recv(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(align_log_datum(read_log((StringInfo) PG_GETARG_POINTER(0))));
}

PG_FUNCTION_INFO_V1(align_journey_log_out);
Datum
align_journey_log_out(PG_FUNCTION_ARGS)
{
	StringInfoData bytes;
	StringInfoData out;

	initStringInfo(&bytes);
	write_log(&bytes, align_log_state(fcinfo, 0));
	initStringInfo(&out);
	align_base64_write(&out, bytes.data, bytes.len);
	PG_RETURN_CSTRING(out.data);
}

PG_FUNCTION_INFO_V1(align_journey_log_in);
Datum
align_journey_log_in(PG_FUNCTION_ARGS)
{
	char	   *string = PG_GETARG_CSTRING(0);
	StringInfoData in;
	EventLog   *log = NULL;

	if (align_base64_read(string, strlen(string), &in))
		log = read_log(&in);
	if (log == NULL || in.cursor != in.len)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid event log"),
				 errdetail("It is not the base64 that align wrote."),
				 errhint("An event log is the state of an aggregate; its text is only to be read back.")));
	PG_RETURN_DATUM(align_log_datum(log));
}
