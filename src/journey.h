/*
 * journey.h
 *		One lead's history, and many leads' events.
 */
#ifndef ALIGN_JOURNEY_H
#define ALIGN_JOURNEY_H

#include "compat.h"

#include "datatype/timestamp.h"
#include "utils/expandeddatum.h"

#include "stage.h"

#define JOURNEY_VERSION		1
#define JOURNEY_MAX_STEPS	31

typedef enum JourneyKind
{
	JOURNEY_STAGES = 1,			/* bit n of a mask is stage number n */
	JOURNEY_STEPS = 2			/* bit n of a mask is condition n + 1 */
} JourneyKind;

/* flags */
#define JOURNEY_UNSORTED	0x01	/* only in a state that is being built */
#define JOURNEY_WINDOW		0x02	/* only in window_funnel's state: entry 0
									 * is the window */

/* One event: 12 bytes, aligned to 4. */
typedef struct JourneyEntry
{
	uint32		at_low;
	int32		at_high;
	uint32		mask;
} JourneyEntry;

typedef struct Journey
{
	int32		vl_len_;
	uint8		version;
	uint8		kind;
	uint8		step_count;		/* conditions of JOURNEY_STEPS, 0 for stages */
	uint8		flags;
	uint32		count;			/* entries in use; a state may have room for
								 * more */
	JourneyEntry entries[FLEXIBLE_ARRAY_MEMBER];
} Journey;

#define JOURNEY_SIZE(n)		(offsetof(Journey, entries) + (Size) (n) * sizeof(JourneyEntry))
#define JOURNEY_CAPACITY(j) ((VARSIZE(j) - offsetof(Journey, entries)) / sizeof(JourneyEntry))
#define JOURNEY_MAX_COUNT	((MaxAllocSize - offsetof(Journey, entries)) / sizeof(JourneyEntry))

static inline TimestampTz
journey_entry_at(const JourneyEntry *entry)
{
	return (int64) ((uint64) (uint32) entry->at_high << 32 | entry->at_low);
}

static inline void
journey_entry_set(JourneyEntry *entry, TimestampTz at, uint32 mask)
{
	entry->at_low = (uint32) at;
	entry->at_high = (int32) (at >> 32);
	entry->mask = mask;
}

/* A journey's events and how many: without the window of window_funnel's state. */
static inline uint32
journey_events(const Journey *journey, const JourneyEntry **entries)
{
	uint32		first = (journey->flags & JOURNEY_WINDOW) ? 1 : 0;

	*entries = journey->entries + first;
	return journey->count - first;
}

extern const Journey *align_journey_get(Datum datum);
extern Journey *align_journey_append(Journey *state, JourneyKind kind, int step_count,
									 TimestampTz at, uint32 mask, MemoryContext context);
extern Journey *align_journey_create(JourneyKind kind, int step_count, int capacity,
									 MemoryContext context);
extern Journey *align_journey_merge(Journey *into, const Journey *from, MemoryContext context);
extern Journey *align_journey_state(FunctionCallInfo fcinfo, int argument);
extern uint32 align_journey_steps_mask(Datum steps, int *step_count);
extern void align_journey_check_stages(const Journey *journey, const char *detail);
extern void align_journey_check_instant(TimestampTz at);

/*
 * Many leads' events: the state of the aggregates that read events straight.
 * An event is 16 bytes: the lead's key, and the instant with the step's number
 * in its low five bits, so that sorting by that word is by instant, then step.
 */
typedef struct LoggedEvent
{
	int64		key;			/* bigint key, or a pointer to an EventKey */
	int64		packed;			/* at << 5 | step */
} LoggedEvent;

#define LOG_STEP_BITS		5
#define LOG_STEP_MASK		((1 << LOG_STEP_BITS) - 1)
#define LOG_MAX_INSTANT		(PG_INT64_MAX >> LOG_STEP_BITS)
#define LOG_MIN_INSTANT		(-LOG_MAX_INSTANT)

static inline TimestampTz
logged_at(int64 packed)
{
	return packed >> LOG_STEP_BITS;
}

static inline int
logged_step(int64 packed)
{
	return (int) (packed & LOG_STEP_MASK);
}

typedef struct EventLog EventLog;

/* The types that a lead's key may have. */
typedef enum LogKey
{
	LOG_KEY_BIGINT,
	LOG_KEY_TEXT,
	LOG_KEY_UUID
} LogKey;

/* What a reader is called with: one lead's key and events, sorted. */
typedef void (*LeadVisitor) (void *state, int64 key, const int64 *packed, int count);

extern EventLog *align_log_create(MemoryContext parent, LogKey key_type, const void *header, Size header_size);
extern EventLog *align_log_state(FunctionCallInfo fcinfo, int argument);
extern EventLog *align_log_transition(FunctionCallInfo fcinfo, LogKey key_type, Size header_size);
extern Datum align_log_datum(EventLog *log);
extern const void *align_log_header(const EventLog *log);
extern void *align_log_cache(EventLog *log, Size size);
extern MemoryContext align_log_context(EventLog *log);
extern void align_log_append(EventLog *log, Datum key, TimestampTz at, int step);
extern void align_log_check_header(const EventLog *log, Size size);
extern LogKey align_log_key_type(const EventLog *log);
extern Datum align_log_key_text(const EventLog *log, int64 key);
extern int64 align_log_pack(TimestampTz at, int step);
extern void align_log_visit(EventLog *log, LeadVisitor visit, void *state);

#endif							/* ALIGN_JOURNEY_H */
