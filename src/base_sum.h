/*
 * base_sum.h
 *		Sums that no order of the rows changes, in states that are bigint[].
 */
#ifndef ALIGN_BASE_SUM_H
#define ALIGN_BASE_SUM_H

#include "compat.h"

#include "catalog/pg_type.h"
#include "utils/array.h"

#define TWO_POWER_64	18446744073709551616.0

/* Numbers from 0 up, of fixed point: exact, below 2^47. */
typedef struct FixedSum
{
	uint64		high;			/* in 2^-16 */
	uint64		low;			/* in 2^-80 */
} FixedSum;

/* False when it is more than a sum holds. */
static inline bool
merge_sum(FixedSum *sum, const FixedSum *other)
{
	sum->low += other->low;
	sum->high += other->high + (sum->low < other->low);
	return sum->high <= PG_INT64_MAX;
}

/* The same for a number below 2^46. */
static inline bool
add_to_sum(FixedSum *sum, double number)
{
	double		scaled = number * 65536;
	FixedSum	fixed = {.high = (uint64) scaled};

	fixed.low = (uint64) ((scaled - fixed.high) * TWO_POWER_64);
	return merge_sum(sum, &fixed);
}

static inline double
sum_value(const FixedSum *sum)
{
	return (sum->high + sum->low / TWO_POWER_64) / 65536;
}

/* A state of so many bytes: others come from calls by hand. */
static inline ArrayType *
get_sum_state(FunctionCallInfo fcinfo, int argument, Size size, const char *aggregate)
{
	ArrayType  *state = PG_ARGISNULL(argument) ? NULL : PG_GETARG_ARRAYTYPE_P(argument);
	int			length = size / sizeof(int64);

	if (state == NULL || ARR_NDIM(state) != 1 || ARR_DIMS(state)[0] != length ||
		ARR_HASNULL(state) || ARR_ELEMTYPE(state) != INT8OID)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid state of %s", aggregate),
				 errdetail("It has %d numbers.", length),
				 errhint("Call the aggregate instead.")));
	return state;
}

#endif							/* ALIGN_BASE_SUM_H */
