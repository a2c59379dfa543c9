/*
 * agreement_loss.c
 *		How far predicted probabilities are from what happened: Brier score and
 *		log loss.
 *
 *		SELECT align.brier(probability, won), align.log_loss(probability, won) FROM scored;
 *
 * The state is the struct Loss as bigint[4], with an exact sum (base_sum.h), so
 * neither the order of the rows nor the number of workers shows. A loss is at
 * most 34.6, so there is room for 2^41 rows.
 */
#include "compat.h"

#include "utils/builtins.h"
#include "utils/float.h"

#include "agreement.h"
#include "base.h"
#include "base_sum.h"

#define CLIP			1e-15

typedef struct Loss
{
	int64		rows;
	int64		positives;
	FixedSum	sum;			/* of the losses */
} Loss;

#define LOSS_OF(state)	((Loss *) ARR_DATA_PTR(state))

static ArrayType *
get_state(FunctionCallInfo fcinfo, int argument)
{
	return get_sum_state(fcinfo, argument, sizeof(Loss), "brier or log_loss");
}

static double
get_probability(FunctionCallInfo fcinfo)
{
	double		probability = PG_GETARG_FLOAT8(1);

	if (!(probability >= 0 && probability <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("invalid probability: %s", float8out_internal(probability)),
				 errdetail("A probability lies between 0 and 1."),
				 errhint("Write 0.9 for 90 %%.")));
	return probability;
}

static Datum
add_row(FunctionCallInfo fcinfo, bool outcome, double value)
{
	ArrayType  *state = get_state(fcinfo, 0);
	Loss	   *loss = LOSS_OF(state);

	(void) align_base_aggregate_context(fcinfo);	/* changed in place */
	loss->rows++;
	loss->positives += outcome;
	(void) add_to_sum(&loss->sum, value);
	PG_RETURN_ARRAYTYPE_P(state);
}

/* brier: transition */
PG_FUNCTION_INFO_V1(align_loss_add_brier);
Datum
align_loss_add_brier(PG_FUNCTION_ARGS)
{
	double		probability = get_probability(fcinfo);
	bool		outcome = PG_GETARG_BOOL(2);
	double		distance = probability - outcome;

	return add_row(fcinfo, outcome, distance * distance);
}

/* log_loss: transition */
PG_FUNCTION_INFO_V1(align_loss_add_log);
Datum
align_loss_add_log(PG_FUNCTION_ARGS)
{
	double		probability = Min(Max(get_probability(fcinfo), CLIP), 1 - CLIP);
	bool		outcome = PG_GETARG_BOOL(2);

	return add_row(fcinfo, outcome, outcome ? -log(probability) : -log1p(-probability));
}

PG_FUNCTION_INFO_V1(align_loss_combine);
Datum
align_loss_combine(PG_FUNCTION_ARGS)
{
	ArrayType  *state = get_state(fcinfo, 0);
	Loss	   *loss = LOSS_OF(state);
	const Loss *other = LOSS_OF(get_state(fcinfo, 1));

	(void) align_base_aggregate_context(fcinfo);
	loss->rows += other->rows;
	loss->positives += other->positives;
	(void) merge_sum(&loss->sum, &other->sum);
	PG_RETURN_ARRAYTYPE_P(state);
}

static double
mean_loss(const Loss *loss)
{
	return loss->rows <= 0 ? NAN : sum_value(&loss->sum) / loss->rows;
}

PG_FUNCTION_INFO_V1(align_loss_mean);
Datum
align_loss_mean(PG_FUNCTION_ARGS)
{
	return float_or_null(fcinfo, mean_loss(LOSS_OF(get_state(fcinfo, 0))));
}

/* A result beside what always saying the base rate would reach. */
static Datum
loss_row(FunctionCallInfo fcinfo, const Loss *loss, double base)
{
	double		mean = mean_loss(loss);
	Datum		values[5];
	bool		nulls[5] = {0};

	if (loss->rows <= 0)
		PG_RETURN_NULL();
	put_float(values, nulls, 0, mean);
	put_float(values, nulls, 1, base);
	put_float(values, nulls, 2, base > 0 ? 1 - mean / base : NAN);
	values[3] = Int64GetDatum(loss->rows);
	values[4] = Int64GetDatum(loss->positives);
	return align_base_row(fcinfo, values, nulls);
}

PG_FUNCTION_INFO_V1(align_loss_brier_detail);
Datum
align_loss_brier_detail(PG_FUNCTION_ARGS)
{
	const Loss *loss = LOSS_OF(get_state(fcinfo, 0));
	double		rate = (double) loss->positives / loss->rows;

	return loss_row(fcinfo, loss, rate * (1 - rate));
}

PG_FUNCTION_INFO_V1(align_loss_log_detail);
Datum
align_loss_log_detail(PG_FUNCTION_ARGS)
{
	const Loss *loss = LOSS_OF(get_state(fcinfo, 0));
	double		rate = (double) loss->positives / loss->rows;
	bool		both = rate > 0 && rate < 1;

	return loss_row(fcinfo, loss, both ? -rate * log(rate) - (1 - rate) * log1p(-rate) : 0);
}
