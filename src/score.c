/*
 * score.c
 *		A score from 0 to 100 with the evidence that it rests on, and the blend
 *		of several.
 *
 *		SELECT align.cautious('72.5 (n=120)');		-- 63.9...
 *		SELECT align.blend(score, weight) FROM dimension;
 *
 * Layout: two float4 in 8 bytes by value, the value in the upper half. Neither
 * is negative, so that both halves, and the whole, sort as whole numbers: a
 * score is compared and hashed as int8 is. Minus zero is stored as 0.
 *
 * The state of a blend is the struct Blend as bigint[11]: three counts, and four
 * exact sums (base_sum.h), so neither the order of the rows nor the number of
 * workers shows.
 */
#include "compat.h"

#include <ctype.h>

#include "common/shortest_dec.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/numeric.h"

#include "base.h"
#include "base_special.h"
#include "base_sum.h"

#define MAX_VALUE		100.0
#define MAX_EVIDENCE	1e12
#define MAX_WEIGHT		1000.0
#define MIN_WEIGHT		1e-6	/* whose square over MAX_EVIDENCE is no 0 */

/* What a lower score counts as in a blend, which no single one can make 0. */
#define BLEND_FLOOR		1.0
/* Less evidence than this counts as so much. */
#define LEAST_EVIDENCE	1e-6

typedef int64 Score;

#define PG_GETARG_SCORE(n)	PG_GETARG_INT64(n)
#define PG_RETURN_SCORE(s)	PG_RETURN_INT64(s)

typedef union FloatBits
{
	float4		number;
	uint32		bits;
} FloatBits;

static float4
value_of(Score score)
{
	FloatBits	half = {.bits = (uint32) (((uint64) score) >> 32)};

	return half.number;
}

static float4
evidence_of(Score score)
{
	FloatBits	half = {.bits = (uint32) score};

	return half.number;
}

static Score
make_score(float4 value, float4 evidence)
{
	/* + 0 makes 0 of minus zero */
	FloatBits	high = {.number = value + 0.0f};
	FloatBits	low = {.number = evidence + 0.0f};

	return (Score) (((uint64) high.bits << 32) | low.bits);
}

/* NaN is neither in range. */
static bool
is_value(double value)
{
	return value >= 0 && value <= MAX_VALUE;
}

static bool
is_evidence(double evidence)
{
	return evidence >= 0 && evidence <= MAX_EVIDENCE;
}

/*
 * The shortest decimal that reads back as the same float4; whole numbers with
 * all their digits.
 */
static char *
number_text(float4 number)
{
	char	   *text = palloc(FLOAT_SHORTEST_DECIMAL_LEN);

	if (number == rintf(number))
		snprintf(text, FLOAT_SHORTEST_DECIMAL_LEN, "%.0f", number);
	else
		float_to_shortest_decimal_buf(number, text);
	return text;
}

static char *
score_text(Score score)
{
	return psprintf("%s (n=%s)", number_text(value_of(score)), number_text(evidence_of(score)));
}

static void
skip_spaces(const char **at)
{
	while (isspace((unsigned char) **at))
		(*at)++;
}

static bool
skip_symbol(const char **at, char symbol)
{
	skip_spaces(at);
	if (**at != symbol)
		return false;
	(*at)++;
	return true;
}

/* Reads a decimal number, also one out of range, but no word and no hexadecimal. */
static bool
read_number(const char **at, float4 * number)
{
	const char *from;
	char	   *end;

	skip_spaces(at);
	from = *at + (**at == '-' || **at == '+');
	if (!isdigit((unsigned char) *from) || (from[0] == '0' && (from[1] == 'x' || from[1] == 'X')))
		return false;
	*number = strtof(*at, &end);
	*at = end;
	return true;
}

PG_FUNCTION_INFO_V1(align_score_in);
Datum
align_score_in(PG_FUNCTION_ARGS)
{
	char	   *string = PG_GETARG_CSTRING(0);
	const char *at = string;
	float4		value;
	float4		evidence;
	bool		read;

	read = read_number(&at, &value) && skip_symbol(&at, '(') && skip_symbol(&at, 'n') &&
		skip_symbol(&at, '=') && read_number(&at, &evidence) && skip_symbol(&at, ')');
	if (read)
		skip_spaces(&at);
	if (!read || *at != '\0')
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid score: \"%s\"", string),
				 errdetail("A score is a number with the evidence that it rests on."),
				 errhint("Write 72.5 (n=120).")));
	if (!is_value(value) || !is_evidence(evidence))
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("invalid score: \"%s\"", string),
				 errdetail("A score lies between 0 and 100, its evidence between 0 and 1e12."),
				 errhint("Write 72.5 (n=120); what cannot be measured is NULL.")));
	PG_RETURN_SCORE(make_score(value, evidence));
}

PG_FUNCTION_INFO_V1(align_score_out);
Datum
align_score_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(score_text(PG_GETARG_SCORE(0)));
}

PG_FUNCTION_INFO_V1(align_score_recv);
Datum
align_score_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	float4		value = pq_getmsgfloat4(in);
	float4		evidence = pq_getmsgfloat4(in);

	if (!is_value(value) || !is_evidence(evidence))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid score in binary input"),
				 errdetail("A score lies between 0 and 100, its evidence between 0 and 1e12."),
				 errhint("Send the value as it was received.")));
	PG_RETURN_SCORE(make_score(value, evidence));
}

PG_FUNCTION_INFO_V1(align_score_send);
Datum
align_score_send(PG_FUNCTION_ARGS)
{
	Score		score = PG_GETARG_SCORE(0);
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendfloat4(&out, value_of(score));
	pq_sendfloat4(&out, evidence_of(score));
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

/* score(value, evidence) */
PG_FUNCTION_INFO_V1(align_score_make);
Datum
align_score_make(PG_FUNCTION_ARGS)
{
	double		value = PG_GETARG_FLOAT8(0);
	double		evidence = PG_GETARG_FLOAT8(1);

	if (!is_value(value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("invalid score: %s", float8out_internal(value)),
				 errdetail("A score lies between 0 and 100."),
				 errhint("Write 90 for 90 %%; what cannot be measured is NULL.")));
	if (!is_evidence(evidence))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("invalid evidence: %s", float8out_internal(evidence)),
				 errdetail("Evidence is a number of rows, from 0 to 1e12."),
				 errhint("Write 120 for 120 rows.")));
	PG_RETURN_SCORE(make_score((float4) value, (float4) evidence));
}

/* As text shows it: 72.1, not 72.0999984741211. */
static Datum
number_datum(float4 number)
{
	return DirectFunctionCall3(numeric_in, CStringGetDatum(number_text(number)),
							   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

/* value(score) */
PG_FUNCTION_INFO_V1(align_score_value);
Datum
align_score_value(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(number_datum(value_of(PG_GETARG_SCORE(0))));
}

/* evidence(score) */
PG_FUNCTION_INFO_V1(align_score_evidence);
Datum
align_score_evidence(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(number_datum(evidence_of(PG_GETARG_SCORE(0))));
}

/*
 * cautious(score): the lower end of Wilson's interval (1927) of value / 100 as
 * the share of evidence rows. 0 without evidence.
 */
PG_FUNCTION_INFO_V1(align_score_cautious);
Datum
align_score_cautious(PG_FUNCTION_ARGS)
{
	Score		score = PG_GETARG_SCORE(0);
	double		n = evidence_of(score);
	double		low;
	double		high;

	align_wilson(n * (value_of(score) / MAX_VALUE), n, &low, &high);
	PG_RETURN_FLOAT8(Max(low, 0) * MAX_VALUE);
}

/* blend */

typedef struct Blend
{
	int64		rows;			/* that have a weight */
	int64		measured;		/* that have a score too */
	int64		bare;			/* of these, without evidence */
	FixedSum	weight;			/* of all */
	FixedSum	measured_weight;
	FixedSum	shortfall;		/* weight * ln(100 / value) */
	FixedSum	variance;		/* weight^2 / evidence, where there is any */
} Blend;

#define BLEND_OF(array)	((Blend *) ARR_DATA_PTR(array))

static ArrayType *
get_state(FunctionCallInfo fcinfo, int argument)
{
	return get_sum_state(fcinfo, argument, sizeof(Blend), "blend");
}

static void
check_sums(bool fits)
{
	if (!fits)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("too many scores in one blend"),
				 errdetail("Their weights add up to more than it can hold."),
				 errhint("Give smaller weights.")));
}

/* blend: transition */
PG_FUNCTION_INFO_V1(align_score_blend_add);
Datum
align_score_blend_add(PG_FUNCTION_ARGS)
{
	ArrayType  *state = get_state(fcinfo, 0);
	Blend	   *blend = BLEND_OF(state);
	double		weight;

	(void) align_base_aggregate_context(fcinfo);	/* changed in place */
	if (PG_ARGISNULL(2))
		PG_RETURN_ARRAYTYPE_P(state);
	weight = PG_GETARG_FLOAT8(2);
	if (weight != 0 && !(weight >= MIN_WEIGHT && weight <= MAX_WEIGHT))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("invalid weight: %s", float8out_internal(weight)),
				 errdetail("A weight is 0, or lies between 1e-6 and 1000."),
				 errhint("Write shares, such as 0.25; only their proportions count.")));
	if (weight == 0)
		PG_RETURN_ARRAYTYPE_P(state);
	blend->rows++;
	check_sums(add_to_sum(&blend->weight, weight));
	if (!PG_ARGISNULL(1))
	{
		Score		score = PG_GETARG_SCORE(1);
		double		value = Max(value_of(score), BLEND_FLOOR);
		double		evidence = evidence_of(score);

		blend->measured++;
		blend->bare += evidence == 0;
		check_sums(add_to_sum(&blend->measured_weight, weight) &&
				   add_to_sum(&blend->shortfall, weight * log(MAX_VALUE / value)));
		if (evidence > 0)
			check_sums(add_to_sum(&blend->variance, weight * weight / Max(evidence, LEAST_EVIDENCE)));
	}
	PG_RETURN_ARRAYTYPE_P(state);
}

PG_FUNCTION_INFO_V1(align_score_blend_combine);
Datum
align_score_blend_combine(PG_FUNCTION_ARGS)
{
	ArrayType  *state = get_state(fcinfo, 0);
	Blend	   *blend = BLEND_OF(state);
	const Blend *other = BLEND_OF(get_state(fcinfo, 1));

	(void) align_base_aggregate_context(fcinfo);
	blend->rows += other->rows;
	blend->measured += other->measured;
	blend->bare += other->bare;
	check_sums(merge_sum(&blend->weight, &other->weight) &&
			   merge_sum(&blend->measured_weight, &other->measured_weight) &&
			   merge_sum(&blend->shortfall, &other->shortfall) &&
			   merge_sum(&blend->variance, &other->variance));
	PG_RETURN_ARRAYTYPE_P(state);
}

/*
 * The blend of what was measured; false when nothing was. Its evidence is the
 * number of rows of which a plain mean would be as sure (Kish 1965): the square
 * of the sum of weights over the sum of weight^2 / evidence.
 */
static bool
blend_score(const Blend *blend, Score *score)
{
	double		weight = sum_value(&blend->measured_weight);
	double		variance = sum_value(&blend->variance);
	double		value;
	double		evidence;

	if (blend->measured <= 0 || weight <= 0)
		return false;
	value = MAX_VALUE * exp(-sum_value(&blend->shortfall) / weight);
	evidence = blend->bare != 0 || variance <= 0 ? 0 : weight * weight / variance;
	*score = make_score((float4) value, (float4) Min(evidence, MAX_EVIDENCE));
	return true;
}

/* blend: final */
PG_FUNCTION_INFO_V1(align_score_blend);
Datum
align_score_blend(PG_FUNCTION_ARGS)
{
	Score		score;

	if (!blend_score(BLEND_OF(get_state(fcinfo, 0)), &score))
		PG_RETURN_NULL();
	PG_RETURN_SCORE(score);
}

/* blend_detail: final */
PG_FUNCTION_INFO_V1(align_score_blend_detail);
Datum
align_score_blend_detail(PG_FUNCTION_ARGS)
{
	const Blend *blend = BLEND_OF(get_state(fcinfo, 0));
	Score		score = 0;
	Datum		values[4];
	bool		nulls[4] = {0};

	if (blend->rows <= 0)
		PG_RETURN_NULL();
	nulls[0] = !blend_score(blend, &score);
	values[0] = Int64GetDatum(score);
	values[1] = Float8GetDatum(Min(sum_value(&blend->measured_weight) / sum_value(&blend->weight), 1));
	values[2] = Int64GetDatum(blend->measured);
	values[3] = Int64GetDatum(blend->rows);
	return align_base_row(fcinfo, values, nulls);
}
