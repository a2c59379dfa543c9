/*
 * funnel.h
 *		What a funnel asks (FunnelRule), how one lead answers (the chain), and the
 *		answers of many (Funnel).
 */
#ifndef ALIGN_FUNNEL_H
#define ALIGN_FUNNEL_H

#include "compat.h"

#include "base_histogram.h"
#include "base_state.h"
#include "journey.h"

#define FUNNEL_MAX_STEPS	JOURNEY_MAX_STEPS

typedef enum FunnelMode
{
	FUNNEL_ORDERED,				/* others may lie between */
	FUNNEL_STRICT,				/* a foreign listed step between ends the
								 * attempt */
	FUNNEL_ANY					/* k of n, in any order */
} FunnelMode;

typedef enum FunnelTies
{
	FUNNEL_TIES_CHAIN,			/* rows of one instant may follow each other */
	FUNNEL_TIES_STRICT			/* each step needs a later instant */
} FunnelTies;

/* The type funnel_rule: fixed length, every byte set. */
typedef struct FunnelRule
{
	uint8		kind;			/* JourneyKind; 0: all conditions of the
								 * journey */
	uint8		mode;			/* FunnelMode */
	uint8		ties;			/* FunnelTies */
	uint8		step_count;		/* 0 when kind is 0 */
	uint8		exclude_from;	/* 0: the whole window */
	uint8		exclude_to;
	uint8		reserved[2];	/* zero */
	uint8		steps[32];		/* bit of each step, in order; the rest zero */
	uint32		exclude;		/* bits */
	uint32		reserved_word;	/* zero */
	int64		within;			/* microseconds, -1 for no limit */
	int64		per_step;		/* likewise */
	TimestampTz as_of;			/* DT_NOEND: not asked */
} FunnelRule;

#define FunnelRulePGetDatum(p) PointerGetDatum(p)
#define PG_GETARG_FUNNEL_RULE(n) ((const FunnelRule *) PG_GETARG_POINTER(n))

extern const char *align_funnel_rule_fault(const FunnelRule *rule);
extern void align_funnel_rule_init(FunnelRule *rule);
extern void align_funnel_rule_set_steps(FunnelRule *rule, Datum stages);
extern void align_funnel_rule_check(const FunnelRule *rule);
extern void align_funnel_rule_resolve(FunnelRule *rule, const Journey *journey);
extern void align_funnel_rule_json(StringInfo out, const FunnelRule *rule);
extern void align_funnel_rule_write(StringInfo out, const FunnelRule *rule);
extern void align_funnel_rule_read(StringInfo in, FunnelRule *rule);
extern char *align_funnel_step_name(const FunnelRule *rule, int step);

/*
 * An event as the chain sees it: bit n of steps is step n + 1 of the rule, the
 * top bit says that it is excluded.
 */
typedef struct ChainEvent
{
	TimestampTz at;
	uint32		steps;
} ChainEvent;

#define CHAIN_EXCLUDED		((uint32) 1 << 31)
#define CHAIN_EXCLUDED_STEP	31

/* A rule made ready, and the memory that matching uses again and again. */
typedef struct Chain
{
	FunnelRule	rule;
	uint8		place[32];		/* of a journey's bit: step,
								 * CHAIN_EXCLUDED_STEP or 32 */
	MemoryContext context;
	Size		capacity;		/* events that the buffers below hold */
	ChainEvent *events;
	struct ChainInstant *instants;
	uint32	   *reachable;
} Chain;

#define CHAIN_NO_PLACE 32

extern void align_chain_prepare(Chain *chain, const FunnelRule *rule, MemoryContext context);
extern ChainEvent *align_chain_events(Chain *chain, Size count);
extern int	align_chain_match(Chain *chain, int count, TimestampTz *times);
extern int	align_chain_match_journey(Chain *chain, const Journey *journey, TimestampTz *times);
extern bool align_chain_is_open(const FunnelRule *rule, int level, const TimestampTz *times);

/* The type funnel, as it is worked on; flat it is the bytes that send writes. */
typedef struct FunnelStep
{
	int64		reached;		/* leads that reached this step */
	int64		open;			/* stopped here, and their window is not over */
	Histogram	since_previous;
	Histogram	since_first;
} FunnelStep;

typedef struct Funnel
{
	State		state;
	bool		has_rule;		/* false while no journey has been seen */
	Chain		chain;			/* its rule is the funnel's */
	FunnelStep	steps[FUNNEL_MAX_STEPS];
	struct Asked *asked;		/* the arguments from which the rule was made */
} Funnel;

extern Funnel *align_funnel_create(MemoryContext parent, const FunnelRule *rule);
extern void align_funnel_set_rule(Funnel *funnel, const FunnelRule *rule);
extern Funnel *align_funnel_get(Datum datum, MemoryContext parent);
extern Datum align_funnel_datum(Funnel *funnel);
extern void align_funnel_count(Funnel *funnel, int level, const TimestampTz *times);
extern void align_funnel_merge(Funnel *into, const Funnel *from, int sign);

#endif							/* ALIGN_FUNNEL_H */
