/*
 * agreement_auc.c
 *		How well a score tells positives from negatives: area under the ROC
 *		curve, average precision, calibration. Read from a ranking.
 *
 *		SELECT align.auc(score, won) FROM scored;
 *		SELECT * FROM unnest((SELECT align.calibration(score, won, 10) FROM scored));
 */
#include "compat.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "agreement.h"
#include "base.h"

/*
 * The share of pairs of a positive and a negative in which the positive has the
 * higher score; equal ones count half (Mann and Whitney 1947). Counted in whole
 * halves, which 64 bits hold: at most 2^31 positives meet 2^31 negatives. NaN
 * where one class is empty.
 */
static double
area(const Ranking *ranking)
{
	uint64		halves = 0;
	uint64		below = 0;		/* negatives */

	if (ranking->positives == 0 || ranking->negatives == 0)
		return NAN;
	for (Size i = 0; i < ranking->count; i++)
	{
		const RankingScore *score = &ranking->scores[i];

		halves += score->positives * (2 * below + score->negatives);
		below += score->negatives;
	}
	return (double) halves / (2.0 * ranking->positives * ranking->negatives);
}

/*
 * The standard error of the area by DeLong, DeLong and Clarke-Pearson (1988):
 * from how much the positives differ in their share of negatives below, and the
 * negatives in their share of positives above. NaN where a class has one row.
 */
static double
area_error(const Ranking *ranking, double area)
{
	double		of_positives = 0;	/* sums of squares */
	double		of_negatives = 0;
	double		positives = ranking->positives;
	double		negatives = ranking->negatives;
	int64		below = 0;		/* negatives */
	int64		above = ranking->positives; /* positives, or at this score */

	if (positives < 2 || negatives < 2)
		return NAN;
	for (Size i = 0; i < ranking->count; i++)
	{
		const RankingScore *score = &ranking->scores[i];
		double		share;

		above -= score->positives;
		share = (below + score->negatives / 2.0) / negatives - area;
		of_positives += score->positives * share * share;
		share = (above + score->positives / 2.0) / positives - area;
		of_negatives += score->negatives * share * share;
		below += score->negatives;
	}
	return sqrt(of_positives / (positives - 1) / positives + of_negatives / (negatives - 1) / negatives);
}

/*
 * Average precision: the sum over the scores, highest first, of the gain in
 * recall times the precision so far. NaN without positives.
 */
static double
average_precision(const Ranking *ranking)
{
	double		sum = 0;
	int64		positives = 0;
	int64		rows = 0;

	if (ranking->positives == 0)
		return NAN;
	for (Size i = ranking->count; i-- > 0;)
	{
		const RankingScore *score = &ranking->scores[i];

		positives += score->positives;
		rows += (int64) score->positives + score->negatives;
		sum += score->positives * ((double) positives / rows);
	}
	return Min(sum / ranking->positives, 1);
}

PG_FUNCTION_INFO_V1(align_ranking_auc);
Datum
align_ranking_auc(PG_FUNCTION_ARGS)
{
	return float_or_null(fcinfo, area(align_ranking_read(PG_GETARG_DATUM(0))));
}

PG_FUNCTION_INFO_V1(align_ranking_auc_detail);
Datum
align_ranking_auc_detail(PG_FUNCTION_ARGS)
{
	Ranking    *ranking = align_ranking_read(PG_GETARG_DATUM(0));
	double		auc = area(ranking);
	Datum		values[6];
	bool		nulls[6] = {0};

	align_agreement_put_interval(values, nulls, auc, area_error(ranking, auc), 0, 1);
	values[4] = Int64GetDatum(ranking->positives);
	values[5] = Int64GetDatum(ranking->negatives);
	return align_base_row(fcinfo, values, nulls);
}

PG_FUNCTION_INFO_V1(align_ranking_auc_pr);
Datum
align_ranking_auc_pr(PG_FUNCTION_ARGS)
{
	return float_or_null(fcinfo, average_precision(align_ranking_read(PG_GETARG_DATUM(0))));
}

PG_FUNCTION_INFO_V1(align_ranking_auc_pr_detail);
Datum
align_ranking_auc_pr_detail(PG_FUNCTION_ARGS)
{
	Ranking    *ranking = align_ranking_read(PG_GETARG_DATUM(0));
	double		rows = ranking->positives + ranking->negatives;
	Datum		values[4];
	bool		nulls[4] = {0};

	put_float(values, nulls, 0, average_precision(ranking));
	put_float(values, nulls, 1, rows > 0 ? ranking->positives / rows : NAN);
	values[2] = Int64GetDatum(ranking->positives);
	values[3] = Int64GetDatum(ranking->negatives);
	return align_base_row(fcinfo, values, nulls);
}

/* One bin of a calibration; the mean lies between the bounds, whatever overflows. */
static Datum
bin_row(TupleDesc tupdesc, int number, const RankingScore *scores, Size count)
{
	double		low = ranking_score(scores[0].key);
	double		high = ranking_score(scores[count - 1].key);
	double		sum = 0;
	int64		positives = 0;
	int64		rows = 0;
	Datum		values[6];
	bool		nulls[6] = {0};

	for (Size i = 0; i < count; i++)
	{
		int64		here = (int64) scores[i].positives + scores[i].negatives;

		sum += ranking_score(scores[i].key) * here;
		positives += scores[i].positives;
		rows += here;
	}
	values[0] = Int32GetDatum(number);
	values[1] = Float8GetDatum(low);
	values[2] = Float8GetDatum(high);
	values[3] = Int64GetDatum(rows);
	values[4] = Float8GetDatum(Max(low, Min(sum / rows, high)));
	values[5] = Float8GetDatum((double) positives / rows);
	return HeapTupleGetDatum(heap_form_tuple(tupdesc, values, nulls));
}

/*
 * calibration(ranking, bins): rows in order of score fall into bins of equal
 * count. Equal scores go together, to the bin in which the middle of them lies,
 * so there may be fewer bins; they are numbered from 1. As the final function of
 * calibration(score, outcome, bins) the state knows the bins.
 */
PG_FUNCTION_INFO_V1(align_ranking_calibration);
Datum
align_ranking_calibration(PG_FUNCTION_ARGS)
{
	Ranking    *ranking = align_ranking_read(PG_GETARG_DATUM(0));
	Oid			type = get_element_type(get_func_rettype(fcinfo->flinfo->fn_oid));
	uint64		rows = ranking->positives + ranking->negatives;
	uint64		before = 0;
	int			bins = PG_NARGS() > 1 ? PG_GETARG_INT32(1) : ranking->bins;
	int			filled = 0;
	Datum	   *elements;
	TupleDesc	tupdesc;

	align_ranking_check_bins(bins, false);
	if (rows == 0)
		PG_RETURN_NULL();
	tupdesc = lookup_rowtype_tupdesc_copy(type, -1);
	elements = palloc(bins * sizeof(Datum));
	for (Size first = 0, i = 0; i < ranking->count; first = i)
	{
		uint64		bin = 0;

		for (; i < ranking->count; i++)
		{
			uint64		here = (uint64) ranking->scores[i].positives + ranking->scores[i].negatives;
			uint64		bin_here = (2 * before + here - 1) * bins / (2 * rows);

			if (i > first && bin_here != bin)
				break;
			bin = bin_here;
			before += here;
		}
		elements[filled] = bin_row(tupdesc, filled + 1, &ranking->scores[first], i - first);
		filled++;
		CHECK_FOR_INTERRUPTS();
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(elements, filled, type, -1, false, TYPALIGN_DOUBLE));
}
