/*
 * attribution.h
 *		What the files of attribution share: a touch log, and the removal effects
 *		of a Markov chain.
 */
#ifndef ALIGN_ATTRIBUTION_H
#define ALIGN_ATTRIBUTION_H

#include "compat.h"

#include "base_state.h"
#include "journey_log.h"

/*
 * A touch or outcome in the word of a LoggedEvent: the instant, and the number of
 * the channel in its low ten bits, so that sorting is by instant, and an outcome
 * comes after the touches of its instant.
 */
#define TOUCH_CHANNEL_BITS	10
#define TOUCH_OUTCOME		((1 << TOUCH_CHANNEL_BITS) - 1)
#define TOUCH_MAX_CHANNELS	1000
#define TOUCH_MAX_INSTANT	(PG_INT64_MAX >> TOUCH_CHANNEL_BITS)

/* Amounts are kept in millionths. */
#define TOUCH_AMOUNT_DIGITS	6

typedef struct TouchChannel
{
	const char *name;
	uint32		length;
	uint32		hash;
} TouchChannel;

/* An outcome with an amount; others are in the log alone. */
typedef struct TouchOutcome
{
	int64		key;			/* of the log */
	TimestampTz at;
	int64		amount;			/* in millionths */
} TouchOutcome;

typedef struct TouchLog
{
	State		state;
	EventLog   *events;			/* NULL: empty */
	uint32		channel_count;
	TouchChannel channels[TOUCH_MAX_CHANNELS];
	uint16		slots[2 * (TOUCH_OUTCOME + 1)]; /* 1 + number of a channel; 0:
												 * free */
	Size		outcome_count;
	Size		outcome_capacity;
	TouchOutcome *outcomes;
} TouchLog;

static inline TimestampTz
touch_at(int64 packed)
{
	return packed >> TOUCH_CHANNEL_BITS;
}

static inline int
touch_channel(int64 packed)
{
	return (int) (packed & TOUCH_OUTCOME);
}

extern TouchLog *align_attribution_log(Datum datum, MemoryContext parent);
extern void align_attribution_removal(const int64 *counts, int channels, double *removal);

/* Columns behind those of the channels, and the row behind theirs. */
#define CHAIN_CONVERSION(n)	(n)
#define CHAIN_NULL(n)		((n) + 1)
#define CHAIN_COLUMNS(n)	((n) + 2)
#define CHAIN_START(n)		(n)

#endif							/* ALIGN_ATTRIBUTION_H */
