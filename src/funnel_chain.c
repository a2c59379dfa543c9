/*
 * funnel_chain.c
 *		How far one lead came: the deepest chain of steps in its events.
 *
 * Pure functions of events sorted by instant. The meaning is that of
 * docs/funnel.md, "What a funnel means". Two ways lead to the same answer:
 *
 * match_short() tries the starts one after the other. It serves the common
 * case (ordered, no limit per step, nothing excluded, one step an event) while
 * the events are few.
 *
 * match_long() serves all, in time that grows with events times steps:
 *	1. Events become instants (ties strict: their steps are joined, and serve
 *	   one step; ties chain: they may serve a run of steps by different rows).
 *	2. Forward, each step keeps the latest instant at which it was reached, and
 *	   the latest start that leads there. Both are the best for what follows, so
 *	   one of each is enough. This gives the depth.
 *	3. Backward from that depth, it is noted of each instant from which steps the
 *	   depth can be reached. The first start that can, within the window, wins.
 *	4. Forward from that start, each step takes the first instant from which
 *	   the rest can be reached.
 */
#include "compat.h"

#include "common/int.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/memutils.h"

#include "funnel.h"

/* Up to so many events the starts are tried one by one. */
#define SHORT_EVENTS 64

/* All rows of one instant. */
typedef struct ChainInstant
{
	TimestampTz at;
	uint32		steps;			/* of all rows together, excluded not among
								 * them */
	uint32		first_row;
	uint32		row_count;
	bool		excluded;		/* one of the rows is */
	bool		single_steps;	/* each row serves one step only */
} ChainInstant;

void
align_chain_prepare(Chain *chain, const FunnelRule *rule, MemoryContext context)
{
	memset(chain, 0, sizeof(*chain));
	chain->rule = *rule;
	chain->context = context;
	memset(chain->place, CHAIN_NO_PLACE, sizeof(chain->place));
	for (int i = 0; i < rule->step_count; i++)
		chain->place[rule->steps[i]] = i;
	for (int bit = 0; bit < 31; bit++)
		if (rule->exclude & ((uint32) 1 << bit))
			chain->place[bit] = CHAIN_EXCLUDED_STEP;
}

/*
 * Room for so many events; the caller fills it, sorted by instant.
 */
ChainEvent *
align_chain_events(Chain *chain, Size count)
{
	if (count > chain->capacity)
	{
		Size		capacity = Max(64, chain->capacity);

		while (capacity < count)
			capacity *= 2;
		if (chain->events != NULL)
		{
			pfree(chain->events);
			pfree(chain->instants);
			pfree(chain->reachable);
		}
		chain->events = MemoryContextAllocHuge(chain->context, capacity * sizeof(ChainEvent));
		chain->instants = MemoryContextAllocHuge(chain->context, capacity * sizeof(ChainInstant));
		chain->reachable = MemoryContextAllocHuge(chain->context, capacity * sizeof(uint32));
		chain->capacity = capacity;
	}
	return chain->events;
}

/* The end of a span that may have no limit. */
static inline TimestampTz
limit_after(TimestampTz at, int64 span)
{
	TimestampTz end;

	if (span < 0 || pg_add_s64_overflow(at, span, &end))
		return PG_INT64_MAX;
	return end;
}

/* The number of the one step of an event. */
static inline int
only_step(const ChainEvent *event)
{
	return pg_rightmost_one_pos32(event->steps);
}

/*
 * Puts rows of one instant in step order, which is the order in which they may
 * follow each other.
 */
static void
order_ties(ChainEvent *events, int count)
{
	for (int i = 1; i < count; i++)
	{
		ChainEvent	event = events[i];
		int			j = i;

		while (j > 0 && events[j - 1].at == event.at && events[j - 1].steps > event.steps)
		{
			events[j] = events[j - 1];
			j--;
		}
		events[j] = event;
	}
}

static int
match_short(const Chain *chain, int count, TimestampTz *times)
{
	const FunnelRule *rule = &chain->rule;
	const ChainEvent *events = chain->events;
	bool		later_only = rule->ties == FUNNEL_TIES_STRICT;
	int			best = 0;

	for (int start = 0; start < count; start++)
	{
		TimestampTz chain_times[FUNNEL_MAX_STEPS];
		TimestampTz limit;
		int			level = 1;
		int			i;

		if (only_step(&events[start]) != 0)
			continue;
		chain_times[0] = events[start].at;
		limit = limit_after(events[start].at, rule->within);
		for (i = start + 1; i < count && level < rule->step_count; i++)
		{
			if (events[i].at > limit)
				break;
			if (only_step(&events[i]) == level &&
				!(later_only && events[i].at == chain_times[level - 1]))
				chain_times[level++] = events[i].at;
		}
		if (level > best)
		{
			best = level;
			memcpy(times, chain_times, level * sizeof(TimestampTz));
		}

		/*
		 * a start whose window held all that follows is as deep as any later
		 * one
		 */
		if (i == count || level == rule->step_count)
			break;
	}
	return best;
}

/* Rows of one instant, assigned to steps so that no row serves two. */
typedef struct Matching
{
	const ChainEvent *rows;
	int			row_count;
	int32	   *step_of;		/* of a row, -1: none */
} Matching;

/* Finds a row for a step, moving others where that helps (Kuhn's augmenting path). */
static bool
assign_step(Matching *matching, int step, bool *visited)
{
	for (int r = 0; r < matching->row_count; r++)
	{
		if ((matching->rows[r].steps & ((uint32) 1 << step)) == 0 || visited[r])
			continue;
		visited[r] = true;
		if (matching->step_of[r] < 0 || assign_step(matching, matching->step_of[r], visited))
		{
			matching->step_of[r] = step;
			return true;
		}
	}
	return false;
}

/*
 * How many steps, one after the other from the given one, an instant can serve.
 */
static int
run_length(const Chain *chain, const ChainInstant *instant, int level)
{
	uint32		wanted = instant->steps >> level;

	if ((wanted & 1) == 0)
		return 0;
	if (instant->row_count == 1 || chain->rule.ties == FUNNEL_TIES_STRICT)
		return 1;
	if (instant->single_steps)
		return pg_rightmost_one_pos32(~wanted);
	else
	{
		Matching	matching = {.rows = chain->events + instant->first_row,
		.row_count = instant->row_count};
		bool	   *visited = palloc(matching.row_count);
		int			run = 0;

		matching.step_of = palloc(matching.row_count * sizeof(int32));
		memset(matching.step_of, -1, matching.row_count * sizeof(int32));
		while (level + run < chain->rule.step_count)
		{
			memset(visited, 0, matching.row_count);
			if (!assign_step(&matching, level + run, visited))
				break;
			run++;
		}
		pfree(visited);
		pfree(matching.step_of);
		return run;
	}
}

/* In mode strict: does an instant hold a listed step that ends a chain at this level? */
static inline bool
is_foreign(const Chain *chain, const ChainInstant *instant, int level)
{
	uint32		own = (level > 0 ? (uint32) 1 << (level - 1) : 0) | (uint32) 1 << level;

	return chain->rule.mode == FUNNEL_STRICT && (instant->steps & ~own) != 0;
}

static inline bool
within_span(TimestampTz from, TimestampTz to, int64 span)
{
	return span < 0 || to <= limit_after(from, span);
}

static int
make_instants(Chain *chain, int count)
{
	ChainInstant *instants = chain->instants;
	int			made = 0;

	for (int i = 0; i < count; i++)
	{
		const ChainEvent *event = &chain->events[i];
		uint32		steps = event->steps & ~CHAIN_EXCLUDED;
		ChainInstant *instant;

		if (made == 0 || instants[made - 1].at != event->at)
		{
			instant = &instants[made++];
			instant->at = event->at;
			instant->steps = 0;
			instant->first_row = i;
			instant->row_count = 0;
			instant->excluded = false;
			instant->single_steps = true;
		}
		instant = &instants[made - 1];
		instant->steps |= steps;
		instant->row_count++;
		instant->excluded |= (event->steps & CHAIN_EXCLUDED) != 0;
		instant->single_steps &= (steps & (steps - 1)) == 0;
	}
	return made;
}

/*
 * The deepest chain among the starts that a filter leaves: only_start >= 0 is
 * that instant alone, otherwise all that clean allows (NULL: all).
 */
static int
match_instants(Chain *chain, int count, const bool *clean, int only_start, TimestampTz *times)
{
	const FunnelRule *rule = &chain->rule;
	const ChainInstant *instants = chain->instants;
	int			steps = rule->step_count;
	TimestampTz reached_at[FUNNEL_MAX_STEPS + 1];
	TimestampTz started_at[FUNNEL_MAX_STEPS + 1];
	uint32		live = 0;		/* bit k: level k is held */
	int			next[FUNNEL_MAX_STEPS + 1];
	TimestampTz end_by_next[FUNNEL_MAX_STEPS + 1];
	int			depth = 0;
	int			start = -1;
	int			level;

#define IS_START(i) (only_start >= 0 ? (i) == only_start : clean == NULL || clean[i])

	/* forward: how deep */
	for (int i = Max(only_start, 0); i < count; i++)
	{
		const ChainInstant *instant = &instants[i];
		uint32		before = live;

		if ((i & 1023) == 0)
			CHECK_FOR_INTERRUPTS();
		for (int k = steps - 1; k >= 0; k--)
		{
			int			run = 0;

			if (k == 0)
				run = IS_START(i) ? run_length(chain, instant, 0) : 0;
			else if (before & ((uint32) 1 << k))
			{
				if (within_span(reached_at[k], instant->at, rule->per_step) &&
					within_span(started_at[k], instant->at, rule->within))
					run = run_length(chain, instant, k);
				if (is_foreign(chain, instant, k))
					live &= ~((uint32) 1 << k);
			}
			for (int x = 1; x <= run; x++)
			{
				TimestampTz from = k == 0 ? instant->at : started_at[k];
				bool		is_new = (live & ((uint32) 1 << (k + x))) == 0 ||
				reached_at[k + x] < instant->at;

				/* higher levels first: k's own values are still those before */
				if (is_new || from > started_at[k + x])
					started_at[k + x] = from;
				reached_at[k + x] = instant->at;
				live |= (uint32) 1 << (k + x);
				depth = Max(depth, k + x);
			}
		}
	}
	if (depth == 0)
		return 0;

	/* backward: from where that depth can be reached */
	memset(next, -1, sizeof(next));
	for (int i = count - 1; i >= Max(only_start, 0); i--)
	{
		const ChainInstant *instant = &instants[i];
		TimestampTz end[FUNNEL_MAX_STEPS + 1];
		uint32		reachable = (uint32) 1 << depth;

		if ((i & 1023) == 0)
			CHECK_FOR_INTERRUPTS();
		end[depth] = instant->at;
		for (int k = 1; k < depth; k++)
		{
			if (next[k] >= 0 && within_span(instant->at, instants[next[k]].at, rule->per_step))
			{
				reachable |= (uint32) 1 << k;
				end[k] = end_by_next[k];
			}
		}
		chain->reachable[i] = reachable;
		for (int k = 0; k < depth; k++)
		{
			int			run = Min(run_length(chain, instant, k), depth - k);

			if (is_foreign(chain, instant, k))
				next[k] = -1;
			while (run > 0 && (reachable & ((uint32) 1 << (k + run))) == 0)
				run--;
			if (run == 0)
				continue;
			next[k] = i;
			end_by_next[k] = end[k + run];
			if (k == 0 && IS_START(i) && within_span(instant->at, end[run], rule->within))
				start = i;
		}
	}
	Assert(start >= 0);

	/* forward again: the first instants that lead there */
	level = 0;
	for (int i = start; level < depth; i++)
	{
		int			run = Min(run_length(chain, &instants[i], level), depth - level);

		Assert(i < count);
		while (run > 0 && (chain->reachable[i] & ((uint32) 1 << (level + run))) == 0)
			run--;
		for (; run > 0; run--)
			times[level++] = instants[i].at;
	}
	return depth;

#undef IS_START
}

/*
 * Mode any: how many of the steps fall into the window of a start, in any order.
 * Of the rows only those are kept that served one step more when they came: what
 * a row cannot add to those before it, it cannot add later (a transversal
 * matroid), so that at most as many are kept as there are steps.
 */
static int
match_any(const Chain *chain, int count, const bool *clean, TimestampTz *times)
{
	const FunnelRule *rule = &chain->rule;
	const ChainInstant *instants = chain->instants;
	bool		joined = rule->ties == FUNNEL_TIES_STRICT;
	uint32		present = 0;
	int			most;
	int			best = 0;
	ChainEvent	rows[FUNNEL_MAX_STEPS];
	bool		visited[FUNNEL_MAX_STEPS];
	int32		step_of[FUNNEL_MAX_STEPS];

	for (int i = 0; i < count; i++)
		present |= instants[i].steps;
	most = pg_popcount32(present);

	for (int start = 0; start < count && best < most; start++)
	{
		Matching	matching = {.rows = rows,.step_of = step_of};
		TimestampTz limit = limit_after(instants[start].at, rule->within);
		TimestampTz start_times[FUNNEL_MAX_STEPS];
		uint32		taken = 0;
		int			level = 0;
		int			i;

		CHECK_FOR_INTERRUPTS();
		if (instants[start].steps == 0 || (clean != NULL && !clean[start]))
			continue;
		for (i = start; i < count && level < most; i++)
		{
			int			members = joined ? 1 : instants[i].row_count;

			if (instants[i].at > limit)
				break;
			for (int m = 0; m < members && level < most; m++)
			{
				rows[level].steps = joined ? instants[i].steps :
					chain->events[instants[i].first_row + m].steps & ~CHAIN_EXCLUDED;
				step_of[level] = -1;
				matching.row_count = level + 1;
				for (int step = 0; step < rule->step_count; step++)
				{
					if (taken & ((uint32) 1 << step))
						continue;
					memset(visited, 0, sizeof(visited));
					if (assign_step(&matching, step, visited))
					{
						taken |= (uint32) 1 << step;
						start_times[level++] = instants[i].at;
						break;
					}
				}
			}
		}
		if (level > best)
		{
			best = level;
			memcpy(times, start_times, level * sizeof(TimestampTz));
		}
		/* a window that held all that follows */
		if (i == count)
			break;
	}
	return best;
}

/*
 * Marks the starts in whose window nothing is excluded. Under ties chain a hit
 * at the start's own instant counts, under strict only a later one.
 */
static bool *
clean_starts(const Chain *chain, int count)
{
	bool	   *clean = palloc(count);
	TimestampTz next_hit = 0;
	bool		has_hit = false;

	for (int i = count - 1; i >= 0; i--)
	{
		const ChainInstant *instant = &chain->instants[i];

		if (instant->excluded && chain->rule.ties == FUNNEL_TIES_CHAIN)
		{
			next_hit = instant->at;
			has_hit = true;
		}
		clean[i] = !has_hit || next_hit > limit_after(instant->at, chain->rule.within);
		if (instant->excluded)
		{
			next_hit = instant->at;
			has_hit = true;
		}
	}
	return clean;
}

/*
 * Whether something is excluded between two steps of a chain: from the instant
 * of the first to that of the second, or to the end of the window where that
 * was not reached.
 */
static bool
hit_between(const Chain *chain, int count, int level, const TimestampTz *times)
{
	const FunnelRule *rule = &chain->rule;
	TimestampTz from;
	TimestampTz to;

	if (level < rule->exclude_from)
		return false;
	from = times[rule->exclude_from - 1];
	to = level >= rule->exclude_to ? times[rule->exclude_to - 1] :
		limit_after(times[0], rule->within);
	for (int i = 0; i < count && chain->instants[i].at <= to; i++)
	{
		TimestampTz at = chain->instants[i].at;

		if (chain->instants[i].excluded &&
			(rule->ties == FUNNEL_TIES_CHAIN ? at >= from : at > from))
			return true;
	}
	return false;
}

static int
match_long(Chain *chain, int count, TimestampTz *times)
{
	const FunnelRule *rule = &chain->rule;
	int			instant_count = make_instants(chain, count);
	bool	   *clean = NULL;
	int			best = 0;

	if (rule->exclude != 0 && rule->exclude_from == 0)
		clean = clean_starts(chain, instant_count);
	if (rule->mode == FUNNEL_ANY)
		best = match_any(chain, instant_count, clean, times);
	else if (rule->exclude == 0 || rule->exclude_from == 0)
		best = match_instants(chain, instant_count, clean, -1, times);
	else
	{
		/* each attempt is judged by its own chain */
		for (int start = 0; start < instant_count && best < rule->step_count; start++)
		{
			TimestampTz start_times[FUNNEL_MAX_STEPS];
			int			level;

			CHECK_FOR_INTERRUPTS();
			if ((chain->instants[start].steps & 1) == 0)
				continue;
			level = match_instants(chain, instant_count, NULL, start, start_times);
			if (level > best && !hit_between(chain, instant_count, level, start_times))
			{
				best = level;
				memcpy(times, start_times, level * sizeof(TimestampTz));
			}
		}
	}
	if (clean != NULL)
		pfree(clean);
	return best;
}

/*
 * The level that the events in the chain's buffer reach, 0 for none, and the
 * instants of the winning chain in times. Events that serve no step are not
 * among them.
 */
int
align_chain_match(Chain *chain, int count, TimestampTz *times)
{
	const FunnelRule *rule = &chain->rule;
	bool		simple = count <= SHORT_EVENTS && rule->mode == FUNNEL_ORDERED &&
	rule->per_step < 0 && rule->exclude == 0;

	while (count > 0 && chain->events[count - 1].at > rule->as_of)
		count--;
	if (count == 0)
		return 0;
	for (int i = 0; simple && i < count; i++)
		simple = (chain->events[i].steps & (chain->events[i].steps - 1)) == 0;
	if (simple)
	{
		order_ties(chain->events, count);
		return match_short(chain, count, times);
	}
	return match_long(chain, count, times);
}

/*
 * The same for a journey of the rule's kind.
 */
int
align_chain_match_journey(Chain *chain, const Journey *journey, TimestampTz *times)
{
	const JourneyEntry *entries;
	uint32		count = journey_events(journey, &entries);
	ChainEvent *events = align_chain_events(chain, count);
	int			used = 0;

	for (uint32 i = 0; i < count; i++)
	{
		uint32		mask = entries[i].mask;
		uint32		steps = 0;

		for (; mask != 0; mask &= mask - 1)
		{
			int			place = chain->place[pg_rightmost_one_pos32(mask)];

			if (place != CHAIN_NO_PLACE)
				steps |= (uint32) 1 << place;
		}
		if (steps != 0)
		{
			events[used].at = journey_entry_at(&entries[i]);
			events[used++].steps = steps;
		}
	}
	return align_chain_match(chain, used, times);
}

/*
 * Whether a lead that stopped at a level may still go on after as_of.
 */
bool
align_chain_is_open(const FunnelRule *rule, int level, const TimestampTz *times)
{
	return level > 0 && level < rule->step_count && rule->as_of != DT_NOEND &&
		rule->as_of <= limit_after(times[0], rule->within) &&
		rule->as_of <= limit_after(times[level - 1], rule->per_step);
}
