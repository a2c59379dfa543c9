/*
 * value.c
 *		The type clv: how often customers buy, when they stop and what they spend,
 *		and what a customer will buy, spend and be worth.
 *
 *		SELECT align.expected_purchases('{"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}', 39, 2, 30.43, 38.86);
 *
 * Purchases by BG/NBD (Fader, Hardie and Lee 2005): while alive a customer buys
 * at a rate of its own, gamma distributed (r, alpha); after each purchase it
 * leaves with a chance of its own, beta distributed (a, b). Amounts by
 * Gamma-Gamma (Fader and Hardie 2013): p, q, gamma.
 *
 * A clv is stored as the struct Clv behind a varlena header, eleven float8, NaN
 * for what is not known; equal models are equal bytes. Text is JSON of what is
 * known, each number in the fewest digits that read back to it; send writes a
 * version and the eleven numbers.
 */
#include "compat.h"

#include <float.h>

#include "common/shortest_dec.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "base.h"
#include "value.h"

#define CLV_VERSION			1
#define CLV_MAX_TERMS		1000000 /* of the sum over purchases */
#define CLV_MAX_MONTHS		1200
#define CLV_NUMBERS			11

/* The members of the JSON text, in the order of the struct. */
static const char *const number_names[CLV_NUMBERS] = {
	"r", "alpha", "a", "b", "p", "q", "gamma",
	"log_likelihood", "spend_log_likelihood", "customer_count", "spender_count"
};

StaticAssertDecl(sizeof(Clv) == CLV_NUMBERS * sizeof(double), "a clv is its numbers");

#define PARAMETERS			7
#define SPEND_FIRST			4	/* p, q, gamma: all or none */

/*
 * What is wrong with the numbers of a model; NULL when nothing is.
 */
static const char *
fault_of(const double *numbers)
{
	for (int i = 0; i < PARAMETERS; i++)
	{
		if (i < SPEND_FIRST ? isnan(numbers[i]) : isnan(numbers[i]) != isnan(numbers[SPEND_FIRST]))
			return psprintf("%s is missing", number_names[i]);
		if (numbers[i] <= 0 || isinf(numbers[i]))
			return psprintf("%s is %s", number_names[i], float8out_internal(numbers[i]));
	}
	for (int i = PARAMETERS; i < CLV_NUMBERS; i++)
		if (isinf(numbers[i]) || (i > PARAMETERS + 1 && (numbers[i] < 0 || numbers[i] > floor(numbers[i]))))
			return psprintf("%s is %s", number_names[i], float8out_internal(numbers[i]));
	return NULL;
}

#define CLV_RULE "r, alpha, a and b are numbers above 0, and so are p, q and gamma, which may be missing together."

Datum
align_clv_datum(const Clv *clv)
{
	struct varlena *result = palloc(VARHDRSZ + sizeof(Clv));
	double		numbers[CLV_NUMBERS];

	memcpy(numbers, clv, sizeof(Clv));
	for (int i = 0; i < CLV_NUMBERS; i++)
		numbers[i] = isnan(numbers[i]) ? get_float8_nan() : numbers[i] + 0.0;
	SET_VARSIZE(result, VARHDRSZ + sizeof(Clv));
	memcpy(VARDATA(result), numbers, sizeof(Clv));
	return PointerGetDatum(result);
}

Clv *
align_clv_get(Datum datum)
{
	struct varlena *flat = PG_DETOAST_DATUM(datum);
	Clv		   *clv = palloc(sizeof(Clv));

	memcpy(clv, VARDATA(flat), sizeof(Clv));
	return clv;
}

PG_FUNCTION_INFO_V1(align_clv_in);
Datum
align_clv_in(PG_FUNCTION_ARGS)
{
	Datum		json;
	Jsonb	   *given;
	double		numbers[CLV_NUMBERS];
	int			found = 0;
	const char *fault = NULL;
	Clv			clv;

	if (!align_read_text(jsonb_in, PG_GETARG_CSTRING(0), fcinfo->context, &json))
		PG_RETURN_NULL();
	given = DatumGetJsonbP(json);
	if (!JB_ROOT_IS_OBJECT(given))
		fault = "it is no JSON object";
	for (int i = 0; fault == NULL && i < CLV_NUMBERS; i++)
	{
		JsonbValue *value = getKeyJsonValueFromContainer(&given->root, number_names[i], strlen(number_names[i]), NULL);

		numbers[i] = get_float8_nan();
		if (value == NULL)
			continue;
		found++;
		if (value->type == jbvNumeric)
			numbers[i] = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value->val.numeric)));
		else if (value->type != jbvNull)
			fault = psprintf("%s is no number", number_names[i]);
	}
	if (fault == NULL)
		fault = found < JB_ROOT_COUNT(given) ? "it has a member that is not known" : fault_of(numbers);
	if (fault != NULL)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid clv: %s", fault),
				 errdetail(CLV_RULE),
				 errhint("Write '{\"r\": 0.243, \"alpha\": 4.414, \"a\": 0.793, \"b\": 2.426}', or take what clv_fit gives.")));
	memcpy(&clv, numbers, sizeof(Clv));
	PG_RETURN_DATUM(align_clv_datum(&clv));
}

PG_FUNCTION_INFO_V1(align_clv_out);
Datum
align_clv_out(PG_FUNCTION_ARGS)
{
	double		numbers[CLV_NUMBERS];
	StringInfoData out;

	memcpy(numbers, align_clv_get(PG_GETARG_DATUM(0)), sizeof(Clv));
	initStringInfo(&out);
	for (int i = 0; i < CLV_NUMBERS; i++)
	{
		char		digits[DOUBLE_SHORTEST_DECIMAL_LEN];

		if (isnan(numbers[i]))
			continue;
		double_to_shortest_decimal_buf(numbers[i], digits);
		appendStringInfo(&out, "%s\"%s\": %s", i == 0 ? "{" : ", ", number_names[i], digits);
	}
	appendStringInfoChar(&out, '}');
	PG_RETURN_CSTRING(out.data);
}

PG_FUNCTION_INFO_V1(align_clv_recv);
Datum
align_clv_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	int			version = pq_getmsgbyte(in);
	double		numbers[CLV_NUMBERS];
	const char *fault = NULL;
	Clv			clv;

	if (version != CLV_VERSION)
		fault = psprintf("its version is %d", version);
	for (int i = 0; fault == NULL && i < CLV_NUMBERS; i++)
		numbers[i] = pq_getmsgfloat8(in);
	if (fault == NULL)
		fault = fault_of(numbers);
	if (fault != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid clv in binary input: %s", fault),
				 errdetail("The bytes are not those that align wrote."),
				 errhint("Send the value as it was received.")));
	memcpy(&clv, numbers, sizeof(Clv));
	PG_RETURN_DATUM(align_clv_datum(&clv));
}

PG_FUNCTION_INFO_V1(align_clv_send);
Datum
align_clv_send(PG_FUNCTION_ARGS)
{
	double		numbers[CLV_NUMBERS];
	StringInfoData out;

	memcpy(numbers, align_clv_get(PG_GETARG_DATUM(0)), sizeof(Clv));
	pq_begintypsend(&out);
	pq_sendbyte(&out, CLV_VERSION);
	for (int i = 0; i < CLV_NUMBERS; i++)
		pq_sendfloat8(&out, numbers[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

/* clv(r, alpha, a, b, p, q, gamma): a model of known parameters */
PG_FUNCTION_INFO_V1(align_clv_make);
Datum
align_clv_make(PG_FUNCTION_ARGS)
{
	double		numbers[CLV_NUMBERS];
	const char *fault;
	Clv			clv;

	for (int i = 0; i < CLV_NUMBERS; i++)
		numbers[i] = i >= PARAMETERS || PG_ARGISNULL(i) ? get_float8_nan() : PG_GETARG_FLOAT8(i);
	fault = fault_of(numbers);
	if (fault != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid clv: %s", fault),
				 errdetail(CLV_RULE),
				 errhint("Take the parameters that clv_fit gives.")));
	memcpy(&clv, numbers, sizeof(Clv));
	PG_RETURN_DATUM(align_clv_datum(&clv));
}

/* clv_detail(clv) */
PG_FUNCTION_INFO_V1(align_clv_detail);
Datum
align_clv_detail(PG_FUNCTION_ARGS)
{
	double		numbers[CLV_NUMBERS];
	Datum		values[CLV_NUMBERS];
	bool		nulls[CLV_NUMBERS];

	memcpy(numbers, align_clv_get(PG_GETARG_DATUM(0)), sizeof(Clv));
	for (int i = 0; i < CLV_NUMBERS; i++)
		put_float(values, nulls, i, numbers[i]);
	return align_base_row(fcinfo, values, nulls);
}

/*
 * Refuses a past that no customer can have.
 */
void
align_clv_check_customer(int64 repeats, double recency, double age)
{
	if (repeats < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid number of repeat purchases: %lld", (long long) repeats),
				 errdetail("It counts the purchases after the first one."),
				 errhint("Write 0 for a customer who bought once.")));
	/* NaN and infinity, too */
	if (!(recency >= 0 && recency <= age && age <= DBL_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid recency and age: %s and %s", float8out_internal(recency), float8out_internal(age)),
				 errdetail("Recency runs from the first purchase to the last, age from the first until now: 0 <= recency <= age."),
				 errhint("Give both in one unit, such as weeks.")));
	if ((repeats > 0) != (recency > 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid recency: %s with %lld repeat purchases", float8out_internal(recency), (long long) repeats),
				 errdetail("Repeat purchases come after the first one, and without them recency is 0."),
				 errhint("Count the purchases of one day as one.")));
}

double
align_clv_check_mean(double mean)
{
	if (!(mean > 0 && mean <= DBL_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid mean amount: %s", float8out_internal(mean)),
				 errdetail("The mean amount of a customer's repeat purchases is above 0."),
				 errhint("Write NULL where it is not known.")));
	return mean;
}

/*
 * The chance that a customer has not left. One without repeat purchases had no
 * occasion to leave, says the model.
 */
static double
alive_ratio(const Clv *clv, int64 repeats, double recency, double age)
{
	if (repeats == 0)
		return 1;
	return 1 / (1 + exp(log(clv->a / (clv->b + repeats - 1)) +
						(clv->r + repeats) * log((clv->alpha + age) / (clv->alpha + recency))));
}

/*
 * Expected purchases over a horizon of a customer who is alive and has a past.
 *
 * A customer who never left would make K of them, which is negative binomial;
 * the next but j is made if it had not left after the j before, of which the
 * chance is m(j) = (b + x)_j / (a + b + x)_j. So the expectation is the mean of
 * M(K) = m(0) + ... + m(K - 1). This sum is what the closed form with Gauss's
 * hypergeometric function stands for, but all its terms are positive: nothing
 * cancels, and a = 1 is a case like others. The weights p of K are made from
 * that of 0 on, whatever that is, and their sum divides.
 */
static double
purchases_alive(const Clv *clv, double horizon, int64 repeats, double age)
{
	double		shape = clv->r + repeats;
	double		scale = clv->alpha + age;
	double		ratio = horizon / (scale + horizon);
	double		left = clv->b + repeats;
	double		weight = 1;
	double		made = 0;		/* M(k) */
	double		survived = 1;	/* m(k) */
	double		weights = 0;
	double		sum = 0;

	if (horizon == 0)
		return 0;
	if ((shape + 40) * (horizon / scale + 1) > CLV_MAX_TERMS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid horizon: %s for a customer of age %s", float8out_internal(horizon), float8out_internal(age)),
				 errdetail("It would take more than %d terms.", CLV_MAX_TERMS),
				 errhint("Ask for a shorter time.")));
	for (double k = 0;; k++)
	{
		double		growth;		/* no later term grows by more */

		weights += weight;
		sum += weight * made;
		growth = ratio * Max((shape + k) / (k + 1), 1) * (made > 0 ? 1 + survived / made : 1);
		if (made > 0 && growth < 1 && weight * made * growth <= 1e-16 * (1 - growth) * sum)
			break;
		made += survived;
		survived *= (left + k) / (clv->a + left + k);
		weight *= ratio * (shape + k) / (k + 1);
		if (weight > 1e250)
		{
			weight *= 1e-250;
			weights *= 1e-250;
			sum *= 1e-250;
		}
		if (((int64) k & 0xffff) == 0xffff)
			CHECK_FOR_INTERRUPTS();
	}
	return sum / weights;
}

/*
 * The mean amount of a further purchase; NaN where it has none: without the
 * parameters, or where the model's own mean is infinite.
 */
static double
spend_of(const Clv *clv, int64 repeats, double mean)
{
	double		known = clv->p * repeats;

	if (isnan(clv->p) || (repeats > 0 && isnan(mean)) || known + clv->q <= 1)
		return get_float8_nan();
	return clv->p * (clv->gamma + (repeats > 0 ? repeats * mean : 0)) / (known + clv->q - 1);
}

static double
check_horizon(double horizon)
{
	if (!(horizon >= 0 && horizon <= DBL_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid horizon: %s", float8out_internal(horizon)),
				 errdetail("A horizon is a time from now on, in the unit of recency and age."),
				 errhint("Write 52 for a year of weeks.")));
	return horizon;
}

/* The results that are no number are NULL. */
static Datum
finite_or_null(FunctionCallInfo fcinfo, double value)
{
	fcinfo->isnull = isnan(value) || isinf(value);
	return Float8GetDatum(value);
}

/* expected_purchases(clv, horizon, repeat_count, recency, age) */
PG_FUNCTION_INFO_V1(align_clv_expected_purchases);
Datum
align_clv_expected_purchases(PG_FUNCTION_ARGS)
{
	const Clv  *clv = align_clv_get(PG_GETARG_DATUM(0));
	double		horizon = check_horizon(PG_GETARG_FLOAT8(1));
	int64		repeats = PG_GETARG_INT64(2);
	double		recency = PG_GETARG_FLOAT8(3);
	double		age = PG_GETARG_FLOAT8(4);

	align_clv_check_customer(repeats, recency, age);
	return finite_or_null(fcinfo, purchases_alive(clv, horizon, repeats, age) * alive_ratio(clv, repeats, recency, age));
}

/* alive(clv, repeat_count, recency, age) */
PG_FUNCTION_INFO_V1(align_clv_alive);
Datum
align_clv_alive(PG_FUNCTION_ARGS)
{
	int64		repeats = PG_GETARG_INT64(1);
	double		recency = PG_GETARG_FLOAT8(2);
	double		age = PG_GETARG_FLOAT8(3);

	align_clv_check_customer(repeats, recency, age);
	return finite_or_null(fcinfo, alive_ratio(align_clv_get(PG_GETARG_DATUM(0)), repeats, recency, age));
}

/* expected_spend(clv, repeat_count, mean_amount): not strict, since the mean of none is NULL */
PG_FUNCTION_INFO_V1(align_clv_expected_spend);
Datum
align_clv_expected_spend(PG_FUNCTION_ARGS)
{
	double		mean = get_float8_nan();

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (PG_GETARG_INT64(1) < 0)
		align_clv_check_customer(PG_GETARG_INT64(1), 0, 0);
	if (!PG_ARGISNULL(2) && PG_GETARG_INT64(1) > 0)
		mean = align_clv_check_mean(PG_GETARG_FLOAT8(2));
	return finite_or_null(fcinfo, spend_of(align_clv_get(PG_GETARG_DATUM(0)), PG_GETARG_INT64(1), mean));
}

/*
 * customer_lifetime_value(clv, repeat_count, recency, age, mean_amount, months,
 * discount, unit_days): what a customer is expected to spend in so many months,
 * each month's discounted from its end.
 */
PG_FUNCTION_INFO_V1(align_clv_lifetime_value);
Datum
align_clv_lifetime_value(PG_FUNCTION_ARGS)
{
	const Clv  *clv;
	int64		repeats;
	double		recency;
	double		age;
	double		mean = get_float8_nan();
	int			months;
	double		discount;
	double		unit_days;
	double		before = 0;
	double		value = 0;

	for (int i = 0; i < 8; i++)
		if (i != 4 && PG_ARGISNULL(i))
			PG_RETURN_NULL();
	clv = align_clv_get(PG_GETARG_DATUM(0));
	repeats = PG_GETARG_INT64(1);
	recency = PG_GETARG_FLOAT8(2);
	age = PG_GETARG_FLOAT8(3);
	months = PG_GETARG_INT32(5);
	discount = PG_GETARG_FLOAT8(6);
	unit_days = PG_GETARG_FLOAT8(7);
	align_clv_check_customer(repeats, recency, age);
	if (!PG_ARGISNULL(4) && repeats > 0)
		mean = align_clv_check_mean(PG_GETARG_FLOAT8(4));
	if (months < 1 || months > CLV_MAX_MONTHS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid number of months: %d", months),
				 errdetail("A lifetime value looks 1 to %d months ahead.", CLV_MAX_MONTHS),
				 errhint("Write 36 for three years.")));
	if (!(discount >= 0 && discount <= 10))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid discount: %s", float8out_internal(discount)),
				 errdetail("A discount is a rate a year, from 0 to 10."),
				 errhint("Write 0.1 for 10 %% a year.")));
	if (!(unit_days > 0 && unit_days <= 36525))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid unit: %s days", float8out_internal(unit_days)),
				 errdetail("It is the length of the unit of recency and age, above 0 and up to 36525 days."),
				 errhint("Write 7 for weeks, 1 for days.")));
	for (int i = 1; i <= months; i++)
	{
		double		until = purchases_alive(clv, i * (365.25 / 12 / unit_days), repeats, age);

		value += (until - before) * pow(1 + discount, -i / 12.0);
		before = until;
		CHECK_FOR_INTERRUPTS();
	}
	return finite_or_null(fcinfo, value * alive_ratio(clv, repeats, recency, age) * spend_of(clv, repeats, mean));
}
