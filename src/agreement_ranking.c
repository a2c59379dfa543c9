/*
 * agreement_ranking.c
 *		The type ranking: scores with what became of those who had them.
 *
 *		SELECT align.auc(r), align.calibration(r, 10) FROM (SELECT align.ranking(score, won) AS r FROM scored) s;
 *
 * A ranking holds each distinct score once, with the rows of it that were
 * positive and those that were not. In memory it is an expanded object
 * (base_state.c). Rows are appended to an array, 16 bytes each; when that is
 * full its new part is sorted, equal scores become one, and it is merged into
 * the part that is settled. So time is linear in the rows, and memory is that of
 * the distinct scores. Flat, it is the bytes of send:
 *
 *		version | bins | number of scores | per score, ascending: distance of
 *		its key from the one before, positives, negatives
 *
 * A key is the bits of a score, changed so that keys compare as scores do.
 */
#include "compat.h"

#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "agreement.h"
#include "base.h"
#include "base_histogram.h"

#define RANKING_VERSION	1
#define FIRST_CAPACITY	16

/* Below, growing costs less than looking for equal scores. */
#define SETTLE_FROM		4096

/* A sort by digits of a key; fewer scores are compared. */
#define DIGIT_BITS		11
#define DIGIT_VALUES	(1 << DIGIT_BITS)
#define DIGITS			((64 + DIGIT_BITS - 1) / DIGIT_BITS)
#define DIGIT_OF(key, digit)	(((key) >> ((digit) * DIGIT_BITS)) & (DIGIT_VALUES - 1))
#define SORT_BY_DIGITS_FROM	1024

static int
compare_scores(const void *left, const void *right)
{
	const RankingScore *l = left;
	const RankingScore *r = right;

	return (l->key > r->key) - (l->key < r->key);
}

/*
 * Sorts by the least significant digit first; digits that all keys share are
 * passed over, and so are scores in order, as those of another ranking are. An
 * interrupt between two digits leaves all scores in place.
 */
static void
sort_scores(RankingScore *scores, RankingScore *scratch, Size count)
{
	RankingScore *from = scores;
	RankingScore *into = scratch;
	uint32		counts[DIGITS][DIGIT_VALUES];
	Size		in_order = 1;

	while (in_order < count && scores[in_order - 1].key <= scores[in_order].key)
		in_order++;
	if (in_order == count)
		return;
	if (count < SORT_BY_DIGITS_FROM)
	{
		qsort(scores, count, sizeof(RankingScore), compare_scores);
		return;
	}
	memset(counts, 0, sizeof(counts));
	for (Size i = 0; i < count; i++)
		for (int digit = 0; digit < DIGITS; digit++)
			counts[digit][DIGIT_OF(scores[i].key, digit)]++;
	for (int digit = 0; digit < DIGITS; digit++)
	{
		uint32	   *next = counts[digit];
		uint32		place = 0;
		RankingScore *sorted = into;

		CHECK_FOR_INTERRUPTS();
		if (next[DIGIT_OF(scores[0].key, digit)] == count)
			continue;
		for (int value = 0; value < DIGIT_VALUES; value++)
		{
			uint32		size = next[value];

			next[value] = place;
			place += size;
		}
		for (Size i = 0; i < count; i++)
			into[next[DIGIT_OF(from[i].key, digit)]++] = from[i];
		into = from;
		from = sorted;
	}
	if (from != scores)
		memcpy(scores, from, count * sizeof(RankingScore));
}

/* Makes equal neighbours one; returns how many are left. */
static Size
unite_equal(RankingScore *scores, Size count)
{
	Size		kept = 0;

	for (Size i = 1; i < count; i++)
	{
		if (scores[i].key == scores[kept].key)
		{
			scores[kept].positives += scores[i].positives;
			scores[kept].negatives += scores[i].negatives;
		}
		else
			scores[++kept] = scores[i];
	}
	return kept + 1;
}

/*
 * Sorts what was appended and merges it into the settled part. Nothing that a
 * reader can tell changes.
 */
static void
settle(Ranking *ranking)
{
	RankingScore *scores = ranking->scores;
	RankingScore *scratch;
	Size		settled = ranking->settled;
	Size		added = ranking->count - settled;
	Size		place;

	if (added == 0)
		return;
	scratch = MemoryContextAllocHuge(ranking->state.header.eoh_context, added * sizeof(RankingScore));
	sort_scores(scores + settled, scratch, added);
	added = unite_equal(scores + settled, added);
	if (settled > 0)
	{
		/* from the end, where there is room; equal scores leave a gap */
		memcpy(scratch, scores + settled, added * sizeof(RankingScore));
		ranking->count = place = settled + added;
		while (added > 0)
		{
			RankingScore *into = &scores[--place];

			if (settled > 0 && scores[settled - 1].key >= scratch[added - 1].key)
			{
				*into = scores[--settled];
				if (into->key != scratch[added - 1].key)
					continue;
				into->positives += scratch[added - 1].positives;
				into->negatives += scratch[added - 1].negatives;
			}
			else
				*into = scratch[added - 1];
			added--;
		}
		if (place > settled)
			memmove(scores + settled, scores + place, (ranking->count - place) * sizeof(RankingScore));
		ranking->count -= place - settled;
	}
	else
		ranking->count = added;
	ranking->settled = ranking->count;
	pfree(scratch);
}

/* Makes room for one more: by settling where that gains half, else by growing. */
static void
make_room(Ranking *ranking)
{
	Size		capacity = Max(ranking->capacity * 2, FIRST_CAPACITY);

	if (ranking->capacity >= SETTLE_FROM)
	{
		settle(ranking);
		if (ranking->count <= ranking->capacity / 2)
			return;
	}
	/* a sort takes as much again */
	align_base_check_memory(capacity * sizeof(RankingScore) * 2, "the scores of this ranking");
	if (ranking->scores == NULL)
		ranking->scores = MemoryContextAllocHuge(ranking->state.header.eoh_context, capacity * sizeof(RankingScore));
	else
		ranking->scores = repalloc_huge(ranking->scores, capacity * sizeof(RankingScore));
	ranking->capacity = capacity;
}

/*
 * Appends rows of one score.
 */
static inline void
append_rows(Ranking *ranking, uint64 key, uint32 positives, uint32 negatives)
{
	RankingScore *score;

	ranking->positives += positives;
	ranking->negatives += negatives;
	if (unlikely(ranking->positives + ranking->negatives > RANKING_MAX_ROWS))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("this ranking has more than %u rows", RANKING_MAX_ROWS),
				 errdetail("Its counts are of 32 bits, so that all sums of their products are exact."),
				 errhint("Take a sample of the rows.")));
	if (unlikely(ranking->count == ranking->capacity))
		make_room(ranking);
	score = &ranking->scores[ranking->count++];
	score->key = key;
	score->positives = positives;
	score->negatives = negatives;
}

static void
write_ranking(StringInfo out, const State *state)
{
	Ranking    *ranking = (Ranking *) state;
	uint64		last = 0;

	settle(ranking);
	appendStringInfoChar(out, RANKING_VERSION);
	align_varint_write(out, ranking->bins);
	align_varint_write(out, ranking->count);
	for (Size i = 0; i < ranking->count; i++)
	{
		const RankingScore *score = &ranking->scores[i];

		align_base_check_travel((Size) out->len + 64, "this ranking", ", or round the scores");
		align_varint_write(out, (int64) (score->key - last));
		align_varint_write(out, score->positives);
		align_varint_write(out, score->negatives);
		last = score->key;
	}
}

static void
invalid_ranking(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid ranking in binary input"),
			 errdetail("%s", detail),
			 errhint("Send the value as it was received.")));
}

static void
read_ranking(StringInfo in, State *state)
{
	Ranking    *ranking = (Ranking *) state;
	uint64		key = 0;
	int64		count;

	if (pq_getmsgbyte(in) != RANKING_VERSION)
		invalid_ranking("Its version is not one that align writes.");
	ranking->bins = (int) align_varint_read_range(in, 0, CALIBRATION_MAX_BINS);
	count = align_varint_read_range(in, 0, RANKING_MAX_ROWS);
	for (int64 i = 0; i < count; i++)
	{
		uint64		next = key + (uint64) align_varint_read(in);
		uint32		positives = (uint32) align_varint_read_range(in, 0, RANKING_MAX_ROWS);
		uint32		negatives = (uint32) align_varint_read_range(in, positives == 0, RANKING_MAX_ROWS);

		if (next <= key || !isfinite(ranking_score(next)) || ranking_key(ranking_score(next)) != next)
			invalid_ranking("Its scores are not finite numbers in ascending order.");
		append_rows(ranking, next, positives, negatives);
		ranking->settled = ranking->count;
		key = next;
	}
}

static void
describe_ranking(StringInfo out, const State *state)
{
	Ranking    *ranking = (Ranking *) state;

	settle(ranking);
	appendStringInfo(out, "\"positives\": " INT64_FORMAT ", \"negatives\": " INT64_FORMAT ", \"scores\": %zu, ",
					 ranking->positives, ranking->negatives, ranking->count);
}

static const StateKind ranking_kind = {
	"ranking", sizeof(Ranking), write_ranking, read_ranking, describe_ranking
};

static Ranking *
create_ranking(MemoryContext parent)
{
	return (Ranking *) align_state_create(&ranking_kind, parent);
}

static Ranking *
get_ranking(Datum datum, MemoryContext parent)
{
	return (Ranking *) align_state_get(&ranking_kind, datum, parent);
}

static Datum
ranking_datum(Ranking *ranking)
{
	return align_state_datum(&ranking->state);
}

/*
 * A ranking for a measure: its scores distinct and in ascending order.
 */
Ranking *
align_ranking_read(Datum datum)
{
	Ranking    *ranking = get_ranking(datum, CurrentMemoryContext);

	settle(ranking);
	return ranking;
}

/*
 * Refuses a number of bins that calibration cannot make.
 */
void
align_ranking_check_bins(int bins, bool is_null)
{
	if (is_null || bins < 1 || bins > CALIBRATION_MAX_BINS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid number of bins: %s", is_null ? "NULL" : psprintf("%d", bins)),
				 errdetail("Calibration has 1 to %d bins.", CALIBRATION_MAX_BINS),
				 errhint("Write 10 for tenths of the rows.")));
}

/* Notes the bins that were asked for; all rows and states ask for the same. */
static void
set_bins(Ranking *ranking, int bins)
{
	if (ranking->bins != 0 && bins != 0 && ranking->bins != bins)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the number of bins changes from row to row: %d and %d",
						Min(ranking->bins, bins), Max(ranking->bins, bins)),
				 errdetail("One calibration has one number of bins."),
				 errhint("Give a constant, or GROUP BY it.")));
	if (bins != 0)
		ranking->bins = bins;
}

static void
merge(Ranking *into, const Ranking *from)
{
	set_bins(into, from->bins);
	/* what is appended to a settled ranking needs no sort; small ones wait */
	if (from->count > into->count / 2)
		settle(into);
	for (Size i = 0; i < from->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		append_rows(into, from->scores[i].key, from->scores[i].positives, from->scores[i].negatives);
	}
}

PG_FUNCTION_INFO_V1(align_ranking_in);
Datum
align_ranking_in(PG_FUNCTION_ARGS)
{
	return align_state_in(&ranking_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_ranking_out);
Datum
align_ranking_out(PG_FUNCTION_ARGS)
{
	return align_state_out(&ranking_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_ranking_recv);
Datum
align_ranking_recv(PG_FUNCTION_ARGS)
{
	return align_state_recv(&ranking_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_ranking_send);
Datum
align_ranking_send(PG_FUNCTION_ARGS)
{
	return align_state_send(&ranking_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_ranking_plus);
Datum
align_ranking_plus(PG_FUNCTION_ARGS)
{
	Ranking    *sum = create_ranking(CurrentMemoryContext);

	merge(sum, get_ranking(PG_GETARG_DATUM(0), CurrentMemoryContext));
	merge(sum, get_ranking(PG_GETARG_DATUM(1), CurrentMemoryContext));
	return ranking_datum(sum);
}

/* combine, and rollup(ranking): transition */
PG_FUNCTION_INFO_V1(align_ranking_combine);
Datum
align_ranking_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = align_base_aggregate_context(fcinfo);
	Ranking    *ranking;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	ranking = PG_ARGISNULL(0) ? create_ranking(context) : get_ranking(PG_GETARG_DATUM(0), context);
	if (!PG_ARGISNULL(1))
		merge(ranking, get_ranking(PG_GETARG_DATUM(1), CurrentMemoryContext));
	PG_RETURN_DATUM(ranking_datum(ranking));
}

/* ranking(score, outcome) and calibration(score, outcome, bins): transition */
PG_FUNCTION_INFO_V1(align_ranking_add);
Datum
align_ranking_add(PG_FUNCTION_ARGS)
{
	MemoryContext context = align_base_aggregate_context(fcinfo);
	Ranking    *ranking;
	double		score;
	bool		outcome;

	if (PG_NARGS() > 3)
		align_ranking_check_bins(PG_GETARG_INT32(3), PG_ARGISNULL(3));
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		fcinfo->isnull = PG_ARGISNULL(0);
		return PG_GETARG_DATUM(0);
	}
	score = PG_GETARG_FLOAT8(1);
	outcome = PG_GETARG_BOOL(2);
	if (!isfinite(score))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("invalid score: %s", float8out_internal(score)),
				 errdetail("A score is a finite number."),
				 errhint("Write NULL where there is none.")));
	ranking = PG_ARGISNULL(0) ? create_ranking(context) : get_ranking(PG_GETARG_DATUM(0), context);
	if (PG_NARGS() > 3)
		set_bins(ranking, PG_GETARG_INT32(3));
	append_rows(ranking, ranking_key(score), outcome, !outcome);
	PG_RETURN_DATUM(ranking_datum(ranking));
}
