/*
 * journey_log.h
 *		How an event log looks inside, for the files that build, read and move it.
 */
#ifndef ALIGN_JOURNEY_LOG_H
#define ALIGN_JOURNEY_LOG_H

#include "compat.h"

#include "common/hashfn.h"

#include "journey.h"

#define LOG_MAGIC			0x414C4C47
#define LOG_VERSION			1
#define LOG_PARTITION_BITS	8
#define LOG_MAX_PARTITIONS	(1 << LOG_PARTITION_BITS)
#define LOG_CHUNK_EVENTS	4096	/* at most; one partition until a chunk
									 * would be so large */
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
	uint32		used;			/* known of all but a partition's last chunk */
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

static inline uint64
partition_count(const EventPartition *partition)
{
	uint64		count = 0;

	for (const EventChunk *chunk = partition->last; chunk != NULL; chunk = chunk->next)
		count += chunk_used(partition, chunk);
	return count;
}

extern void align_log_append_own(EventLog *log, int64 key, int64 packed);
extern int64 align_log_keep_key(EventLog *log, const char *key, uint32 length);
extern void align_log_append_block(EventLog *log, EventPartition *partition, const void *events, uint64 count);
extern void align_log_split(EventLog *log);
extern const ExpandedObjectMethods align_log_methods;

#endif							/* ALIGN_JOURNEY_LOG_H */
