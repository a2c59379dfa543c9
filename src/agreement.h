/*
 * agreement.h
 *		What the files of agreement share: the counts of a crosstab, and the sorted
 *		scores of a ranking.
 */
#ifndef ALIGN_AGREEMENT_H
#define ALIGN_AGREEMENT_H

#include "compat.h"

#include "base_state.h"

/* How often a and b were said of the same thing. */
typedef struct CrosstabCell
{
	const char *a;
	const char *b;				/* right behind a */
	uint32		a_length;
	uint32		b_length;
	uint32		hash;
	int64		count;
} CrosstabCell;

/* A distinct score, as bits that compare as the scores do. */
typedef struct RankingScore
{
	uint64		key;
	uint32		positives;
	uint32		negatives;
} RankingScore;

#define RANKING_MAX_ROWS	PG_UINT32_MAX
#define CALIBRATION_MAX_BINS	1000

typedef struct Ranking
{
	State		state;
	int			bins;			/* that calibration was asked for; 0: not
								 * asked */
	int64		positives;		/* rows */
	int64		negatives;
	Size		capacity;
	Size		count;			/* of scores */
	Size		settled;		/* so many of them are sorted and distinct */
	RankingScore *scores;
} Ranking;

extern int	align_crosstab_read(Datum datum, CrosstabCell ***cells);

extern Ranking *align_ranking_read(Datum datum);
extern void align_ranking_check_bins(int bins, bool is_null);

extern void align_agreement_put_interval(Datum *values, bool *nulls, double value, double error,
										 double lowest, double highest);

/* The score of a key. */
static inline double
ranking_score(uint64 key)
{
	union
	{
		uint64		bits;
		double		score;
	}			both;

	both.bits = (key >> 63) ? key ^ (UINT64CONST(1) << 63) : ~key;
	return both.score;
}

/* The key of a score; both zeros have one. */
static inline uint64
ranking_key(double score)
{
	union
	{
		uint64		bits;
		double		score;
	}			both;

	both.score = score == 0 ? 0 : score;
	return (both.bits >> 63) ? ~both.bits : both.bits | (UINT64CONST(1) << 63);
}

#endif							/* ALIGN_AGREEMENT_H */
