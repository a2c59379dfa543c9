/*
 * journey_log_visit.c
 *		Grouping the events of a log by lead.
 *
 * A partition's events are brought together, divided once more where they are
 * more than a cache holds, and numbered by lead with a hash table. Then each
 * lead's events stand together, are sorted, and are given to a visitor.
 */
#include "compat.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "journey_log.h"

#define ST_SORT sort_packed
#define ST_ELEMENT_TYPE int64
#define ST_COMPARE(a, b) (*(a) < *(b) ? -1 : *(a) > *(b))
#define ST_SCOPE static
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
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

	/* which lead; counts[lead + 1] so that the sums below are the offsets */
	counts = grouping->offsets;
	for (uint64 i = 0; i < count; i++)
	{
		uint32		slot = (uint32) hash_key(log, events[i].key) & mask;
		uint32		lead;

		CHECK_FOR_INTERRUPTS();
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
	{
		CHECK_FOR_INTERRUPTS();
		grouping->packed[counts[grouping->lead_of[i] + 1]++] = events[i].packed;
	}
	for (uint32 lead = 0; lead < leads; lead++)
	{
		uint32		first = counts[lead];
		uint32		own = counts[lead + 1] - first;

		CHECK_FOR_INTERRUPTS();
		sort_lead(grouping->packed + first, own);
		visit(state, grouping->keys[lead], grouping->packed + first, own);
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
