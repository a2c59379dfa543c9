/*
 * base.h
 *		What every other capability uses: the memory bound of large states, the
 *		nearest word for a hint, rows as results.
 */
#ifndef ALIGN_BASE_H
#define ALIGN_BASE_H

#include "compat.h"

#include <math.h>

#include "datatype/timestamp.h"
#include "nodes/execnodes.h"

extern int	align_state_memory_mb;

extern void align_base_check_memory(Size bytes, const char *what);
extern void align_base_check_travel(Size bytes, const char *what, const char *remedy);
extern const char *align_base_nearest(const char *word,
									  const char *(*word_at) (int i), int count);
extern MemoryContext align_base_aggregate_context(FunctionCallInfo fcinfo);
extern Datum align_base_row(FunctionCallInfo fcinfo, Datum *values, bool *nulls);
extern void align_base_add_count(int64 *count, int64 more, int sign, const char *what);
extern void align_base_refuse_count(const char *what);
extern void align_base_put_row(ReturnSetInfo *rsinfo, Datum *values, bool *nulls);
extern int64 align_base_interval_usecs(const Interval *span, const char *name);

/*
 * Compares two texts by their bytes.
 */
static inline int
compare_bytes(const char *a, Size a_length, const char *b, Size b_length)
{
	int			order = memcmp(a, b, Min(a_length, b_length));

	return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

/*
 * Inside, what is undefined is NaN; outside it is NULL.
 */
static inline void
put_float(Datum *values, bool *nulls, int column, double value)
{
	nulls[column] = isnan(value);
	values[column] = Float8GetDatum(value);
}

static inline Datum
float_or_null(FunctionCallInfo fcinfo, double value)
{
	fcinfo->isnull = isnan(value);
	return Float8GetDatum(value);
}

#endif							/* ALIGN_BASE_H */
