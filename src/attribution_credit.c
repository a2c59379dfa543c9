/*
 * attribution_credit.c
 *		Who gets the credit for outcomes: first, last, linear, position, decay and
 *		Markov attribution over a touch_log.
 *
 *		SELECT channel, credit_count, credit_amount FROM align.credits(log, 'linear', within => '30 days');
 *
 * The path of an outcome are the lead's touches from within before it up to it.
 * By all models but Markov each outcome is divided among the touches of its own
 * path; by Markov all outcomes that have a path are divided by removal effects
 * (attribution_markov.c). A lead's touches that lie on no path of an outcome are
 * one path without conversion.
 *
 * Credit adds up exactly. A part of an outcome is a whole number of 2^-40, parts
 * of one outcome add up to 2^40, and sums over outcomes are 128-bit integers, so
 * no order of rows changes them. At the end they are rounded to millionths (and
 * amounts to as many decimals as they came with, two at least) by the method of
 * largest remainders: all are rounded down, and the units that are missing go to
 * those that lost most.
 */
#include "compat.h"

#include <math.h>

#include "common/int.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "attribution.h"
#include "base.h"

#define WHOLE			(INT64CONST(1) << 40)	/* one outcome */
#define CREDIT_DIGITS	6
#define MIN_AMOUNT_DIGITS	2

typedef enum CreditModel
{
	MODEL_FIRST,
	MODEL_LAST,
	MODEL_LINEAR,
	MODEL_POSITION,
	MODEL_DECAY,
	MODEL_MARKOV
} CreditModel;

static const char *const model_names[] = {"first", "last", "linear", "position", "decay", "markov"};

typedef struct Credit
{
	int128		count;			/* of outcomes, in 1 / WHOLE */
	int128		amount;			/* in millionths of 1 / WHOLE */
	int64		touches;
	int64		outcomes;		/* with this channel on their path */
	int64		seen_by;		/* number of the last of them */
} Credit;

/* The amount of a lead's outcomes at an instant. */
typedef struct AmountSlot
{
	bool		used;
	TouchOutcome sum;
} AmountSlot;

typedef struct Touch
{
	TimestampTz at;
	int			channel;		/* in order of the names */
	bool		credited;		/* lies on the path of an outcome */
} Touch;

typedef struct Crediting
{
	CreditModel model;
	int64		within;			/* microseconds; -1: no limit */
	double		half_life;		/* microseconds */
	TimestampTz since;			/* earlier outcomes get no credit */
	const TouchLog *log;
	int			n;				/* channels */
	int			rank[TOUCH_MAX_CHANNELS];	/* of a channel's number */
	Credit	   *credits;		/* of a rank; one more for no touch */
	int64	   *chain;			/* transitions (attribution.h) */
	uint64		amount_mask;
	AmountSlot *amounts;
	int64		outcomes;		/* with a path */
	int128		amount;			/* of these, in millionths */
	Touch	   *touches;		/* of the lead that is visited */
	double	   *weights;		/* of these */
	int64	   *parts;
	int			capacity;
} Crediting;

static const char *
model_name(int i)
{
	return model_names[i];
}

static CreditModel
read_model(const char *name)
{
	const char *nearest;

	for (int i = 0; i < lengthof(model_names); i++)
		if (strcmp(name, model_names[i]) == 0)
			return i;
	nearest = align_base_nearest(name, model_name, lengthof(model_names));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid model: \"%s\"", name),
			 errdetail("Credit is given by first, last, linear, position, decay or markov."),
			 errhint("Write '%s'.", nearest != NULL ? nearest : "linear")));
	return 0;
}

/* A span above zero, in microseconds. */
static int64
read_span(const Interval *span, const char *name, const char *example)
{
	int64		usecs = align_base_interval_usecs(span, name);

	if (usecs == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid %s: it is zero", name),
				 errdetail("It is a span of time, above 0."),
				 errhint("Write %s.", example)));
	return usecs;
}

/* Numbers channels by their names, so that no order of rows shows. */
static int
compare_channels(const void *left, const void *right)
{
	const TouchChannel *l = *(TouchChannel *const *) left;
	const TouchChannel *r = *(TouchChannel *const *) right;

	return compare_bytes(l->name, l->length, r->name, r->length);
}

static const TouchChannel **
rank_channels(Crediting *crediting)
{
	const TouchChannel **sorted = palloc((crediting->n + 1) * sizeof(TouchChannel *));

	for (int i = 0; i < crediting->n; i++)
		sorted[i] = &crediting->log->channels[i];
	qsort(sorted, crediting->n, sizeof(TouchChannel *), compare_channels);
	for (int i = 0; i < crediting->n; i++)
		crediting->rank[sorted[i] - crediting->log->channels] = i;
	return sorted;
}

static AmountSlot *
find_amount(const Crediting *crediting, int64 key, TimestampTz at)
{
	const EventLog *events = crediting->log->events;
	uint64		slot = mix(hash_key(events, key) ^ (uint64) at);

	for (;; slot++)
	{
		AmountSlot *found = &crediting->amounts[slot & crediting->amount_mask];

		if (!found->used || (found->sum.at == at && same_key(events, found->sum.key, key)))
			return found;
	}
}

/* Sums amounts by lead and instant. Result: the decimals that they have. */
static int
sum_amounts(Crediting *crediting)
{
	const TouchLog *log = crediting->log;
	uint64		slots = 2;
	int64		unit = 10000;	/* of two decimals, in millionths */
	int			digits = MIN_AMOUNT_DIGITS;

	while (slots < log->outcome_count * 2)
		slots *= 2;
	crediting->amount_mask = slots - 1;
	crediting->amounts = MemoryContextAllocExtended(CurrentMemoryContext, slots * sizeof(AmountSlot), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (Size i = 0; i < log->outcome_count; i++)
	{
		const TouchOutcome *outcome = &log->outcomes[i];
		AmountSlot *slot = find_amount(crediting, outcome->key, outcome->at);
		int64		sum;

		CHECK_FOR_INTERRUPTS();
		if (!slot->used)
		{
			slot->used = true;
			slot->sum = *outcome;
		}
		else if (pg_add_s64_overflow(slot->sum.amount, outcome->amount, &sum))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("the amounts of one lead are out of range"),
					 errdetail("At one instant they add up to at most 9 * 10^12."),
					 errhint("Count them in a larger unit.")));
		else
			slot->sum.amount = sum;
		while (outcome->amount % unit != 0)
		{
			unit /= 10;
			digits++;
		}
	}
	return digits;
}

/*
 * What each touch of a path gets of an outcome, in 1 / WHOLE; the path has at
 * least one. What rounding down leaves goes to the one with most.
 */
static void
divide(const Crediting *crediting, const Touch *path, int n, int64 *parts)
{
	double	   *weights = crediting->weights;
	double		sum = 0;
	int64		left = WHOLE;
	int			most = 0;

	for (int i = 0; i < n; i++)
	{
		bool		is_end = i == 0 || i == n - 1;

		switch (crediting->model)
		{
			case MODEL_FIRST:
				weights[i] = i == 0;
				break;
			case MODEL_LAST:
				weights[i] = i == n - 1;
				break;
			case MODEL_POSITION:
				/* 40 % each for both ends, 20 % for all between */
				weights[i] = n <= 2 ? 1 : is_end ? 2 : 1.0 / (n - 2);
				break;
			case MODEL_DECAY:
				weights[i] = exp2((path[i].at - path[n - 1].at) / crediting->half_life);
				break;
			default:
				weights[i] = 1;
		}
		sum += weights[i];
		if (weights[i] > weights[most])
			most = i;
	}
	for (int i = 0; i < n; i++)
	{
		parts[i] = (int64) (weights[i] / sum * WHOLE);
		left -= parts[i];
	}
	parts[most] += left;
}

/* Counts the transitions of a path, which is walked so many times. */
static void
count_path(Crediting *crediting, const Touch *path, int n, int end, int64 times)
{
	int			columns = CHAIN_COLUMNS(crediting->n);
	int			from = CHAIN_START(crediting->n);

	for (int i = 0; i < n; i++)
	{
		crediting->chain[(Size) from * columns + path[i].channel] += times;
		from = path[i].channel;
	}
	crediting->chain[(Size) from * columns + end] += times;
}

/*
 * Gives credit for outcomes of a lead at one instant, which are so many.
 */
static void
credit_outcome(Crediting *crediting, Touch *path, int n, int64 times, int64 amount)
{
	int64		number;

	if (n == 0)
	{
		crediting->credits[crediting->n].count += (int128) times * WHOLE;
		crediting->credits[crediting->n].amount += (int128) amount * WHOLE;
		crediting->credits[crediting->n].outcomes += times;
		return;
	}
	crediting->outcomes += times;
	number = crediting->outcomes;
	crediting->amount += amount;
	if (crediting->model == MODEL_MARKOV)
		count_path(crediting, path, n, CHAIN_CONVERSION(crediting->n), times);
	else
		divide(crediting, path, n, crediting->parts);
	for (int i = 0; i < n; i++)
	{
		Credit	   *credit = &crediting->credits[path[i].channel];

		if (credit->seen_by != number)
		{
			credit->outcomes += times;
			credit->seen_by = number;
		}
		if (crediting->model != MODEL_MARKOV)
		{
			credit->count += (int128) crediting->parts[i] * times;
			credit->amount += (int128) crediting->parts[i] * amount;
		}
	}
}

static void
make_room(Crediting *crediting, int count)
{
	if (count <= crediting->capacity)
		return;
	if (crediting->touches != NULL)
	{
		pfree(crediting->touches);
		pfree(crediting->weights);
		pfree(crediting->parts);
	}
	crediting->capacity = count;
	crediting->touches = palloc_extended(count * sizeof(Touch), MCXT_ALLOC_HUGE);
	crediting->weights = palloc_extended(count * sizeof(double), MCXT_ALLOC_HUGE);
	crediting->parts = palloc_extended(count * sizeof(int64), MCXT_ALLOC_HUGE);
}

static int
compare_touches(const void *left, const void *right)
{
	return ((const Touch *) left)->channel - ((const Touch *) right)->channel;
}

/* Puts touches of one instant into the order of their channels' names. */
static void
sort_instant(Touch *touches, int n)
{
	for (int i = 1; i < n; i++)
		if (touches[i].channel < touches[i - 1].channel)
		{
			qsort(touches, n, sizeof(Touch), compare_touches);
			break;
		}
}

/* One lead's touches and outcomes, sorted; outcomes behind touches of their instant. */
static void
credit_lead(void *state, int64 key, const int64 *packed, int count)
{
	Crediting  *crediting = state;
	Touch	   *touches;
	int			n = 0;
	int			first = 0;		/* of the window */
	int			latest = 0;		/* first touch of the latest instant */

	make_room(crediting, count);
	touches = crediting->touches;
	for (int i = 0; i < count; i++)
	{
		TimestampTz at = touch_at(packed[i]);
		int			channel = touch_channel(packed[i]);
		int64		times = 1;
		const AmountSlot *slot;

		CHECK_FOR_INTERRUPTS();
		if (channel == TOUCH_OUTCOME || (n > 0 && touches[n - 1].at != at))
		{
			sort_instant(touches + latest, n - latest);
			latest = n;
		}
		if (channel != TOUCH_OUTCOME)
		{
			touches[n].at = at;
			touches[n].channel = crediting->rank[channel];
			touches[n].credited = false;
			crediting->credits[touches[n++].channel].touches++;
			continue;
		}
		while (i + 1 < count && packed[i + 1] == packed[i])
		{
			times++;
			i++;
		}
		/* instants lie within 2^54 of 0, so the difference does not overflow */
		while (first < n && crediting->within >= 0 && at - touches[first].at > crediting->within)
			first++;
		for (int t = n - 1; t >= first && !touches[t].credited; t--)
			touches[t].credited = true;
		if (at < crediting->since)
			continue;
		slot = crediting->log->outcome_count > 0 ? find_amount(crediting, key, at) : NULL;
		credit_outcome(crediting, touches + first, n - first, times,
					   slot != NULL && slot->used ? slot->sum.amount : 0);
	}
	sort_instant(touches + latest, n - latest);
	if (crediting->model == MODEL_MARKOV)
	{
		int			rest = 0;

		for (int i = 0; i < n; i++)
			if (!touches[i].credited)
				touches[rest++] = touches[i];
		if (rest > 0)
			count_path(crediting, touches, rest, CHAIN_NULL(crediting->n), 1);
	}
}

/* A part that was rounded down, and what it lost. */
typedef struct Remainder
{
	int			place;
	int128		lost;
} Remainder;

static int
compare_remainders(const void *left, const void *right)
{
	const Remainder *l = left;
	const Remainder *r = right;

	if (l->lost != r->lost)
		return l->lost < r->lost ? 1 : -1;
	return (l->place > r->place) - (l->place < r->place);
}

/*
 * Rounds parts to whole units, of which each is so many, in such a way that they
 * add up to the total: the method of largest remainders (Hamilton).
 */
static void
apportion(const int128 *parts, int n, int128 unit, int128 total, int128 *units)
{
	Remainder  *remainders = palloc((n + 1) * sizeof(Remainder));
	int128		left = total;

	for (int i = 0; i < n; i++)
	{
		units[i] = parts[i] / unit;
		if (units[i] * unit > parts[i])
			units[i]--;			/* down, also below zero */
		remainders[i].place = i;
		remainders[i].lost = parts[i] - units[i] * unit;
		left -= units[i];
	}
	qsort(remainders, n, sizeof(Remainder), compare_remainders);

	/*
	 * below zero only by the rounding of shares, and then from those that
	 * lost least
	 */
	for (int i = 0; n > 0 && left != 0; i = (i + 1) % n)
	{
		int			sign = left > 0 ? 1 : -1;

		units[remainders[sign > 0 ? i : n - 1 - i].place] += sign;
		left -= sign;
	}
	pfree(remainders);
}

static Datum
units_datum(int128 units, int digits)
{
	if (units > PG_INT64_MAX || units < PG_INT64_MIN)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the amounts of these outcomes add up to more than can be credited"),
				 errdetail("In units of their last decimal they are a bigint."),
				 errhint("Count them in a larger unit, or with fewer decimals.")));
	return NumericGetDatum(int64_div_fast_to_numeric((int64) units, digits));
}

/* All outcomes by the removal effects of the channels. */
static void
share_by_removal(Crediting *crediting, double *removal)
{
	double		sum = 0;

	align_attribution_removal(crediting->chain, crediting->n, removal);
	for (int i = 0; i < crediting->n; i++)
		sum += removal[i];
	for (int i = 0; i < crediting->n && sum > 0; i++)
	{
		crediting->credits[i].count = (int128) (removal[i] / sum * WHOLE * crediting->outcomes);
		crediting->credits[i].amount = (int128) (removal[i] / sum * WHOLE * crediting->amount);
	}
}

/* credits(touch_log, model, within, half_life, since) */
PG_FUNCTION_INFO_V1(align_attribution_credits);
Datum
align_attribution_credits(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Crediting  *crediting = palloc0(sizeof(Crediting));
	const TouchChannel **channels;
	const TouchLog *log;
	double	   *removal = NULL;
	int128	   *parts;
	int128	   *counts;
	int128	   *amounts;
	int128		amount_unit = WHOLE;
	int			digits;
	int			n;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("invalid model: NULL"),
				 errdetail("Credit is given by first, last, linear, position, decay or markov."),
				 errhint("Write 'linear'.")));
	crediting->model = read_model(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	crediting->within = PG_ARGISNULL(2) ? -1 : read_span(PG_GETARG_INTERVAL_P(2), "within", "a positive interval, or NULL for no limit");
	if (crediting->model == MODEL_DECAY)
	{
		if (PG_ARGISNULL(3))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("invalid half_life: NULL"),
					 errdetail("By the model decay a touch counts half as much as one that is half_life later."),
					 errhint("Write a positive interval, such as '7 days'.")));
		crediting->half_life = read_span(PG_GETARG_INTERVAL_P(3), "half_life", "a positive interval, such as '7 days'");
	}
	crediting->since = PG_ARGISNULL(4) ? DT_NOBEGIN : PG_GETARG_TIMESTAMPTZ(4);
	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	log = align_attribution_log(PG_GETARG_DATUM(0), CurrentMemoryContext);
	if (log->events == NULL)
		return (Datum) 0;

	n = log->channel_count;
	crediting->log = log;
	crediting->n = n;
	crediting->credits = palloc0((n + 1) * sizeof(Credit));
	channels = rank_channels(crediting);
	digits = sum_amounts(crediting);
	if (crediting->model == MODEL_MARKOV)
		crediting->chain = palloc0((Size) (n + 1) * CHAIN_COLUMNS(n) * sizeof(int64));
	align_log_visit(log->events, credit_lead, crediting);
	if (crediting->model == MODEL_MARKOV)
	{
		removal = palloc0((n + 1) * sizeof(double));
		share_by_removal(crediting, removal);
	}

	parts = palloc((n + 1) * sizeof(int128));
	counts = palloc((n + 1) * sizeof(int128));
	amounts = palloc((n + 1) * sizeof(int128));
	for (int i = digits; i < TOUCH_AMOUNT_DIGITS; i++)
		amount_unit *= 10;
	for (int i = 0; i < n; i++)
		parts[i] = crediting->credits[i].count * 1000000;
	apportion(parts, n, WHOLE, (int128) crediting->outcomes * 1000000, counts);
	for (int i = 0; i < n; i++)
		parts[i] = crediting->credits[i].amount;
	apportion(parts, n, amount_unit, crediting->amount * WHOLE / amount_unit, amounts);
	counts[n] = (int128) crediting->credits[n].outcomes * 1000000;
	amounts[n] = crediting->credits[n].amount / amount_unit;

	for (int i = 0; i <= n; i++)
	{
		const Credit *credit = &crediting->credits[i];
		Datum		values[6];
		bool		nulls[6] = {0};

		if (i == n && credit->outcomes == 0)
			break;
		nulls[0] = i == n;
		if (i < n)
			values[0] = PointerGetDatum(cstring_to_text_with_len(channels[i]->name, channels[i]->length));
		values[1] = Int64GetDatum(credit->touches);
		values[2] = Int64GetDatum(credit->outcomes);
		values[3] = units_datum(counts[i], CREDIT_DIGITS);
		nulls[4] = log->outcome_count == 0;
		if (!nulls[4])
			values[4] = units_datum(amounts[i], digits);
		nulls[5] = i == n || removal == NULL;
		if (!nulls[5])
			values[5] = Float8GetDatum(removal[i]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
