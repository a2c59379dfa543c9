/*
 * base_histogram.h
 *		Durations as counts in logarithmic buckets: mergeable, a group, and
 *		right to 1 %.
 */
#ifndef ALIGN_BASE_HISTOGRAM_H
#define ALIGN_BASE_HISTOGRAM_H

#include "compat.h"

#include "lib/stringinfo.h"

/*
 * Buckets split every power of two of microseconds into 64 equal parts, so a
 * bucket's middle is within 1/128 (0.8 %) of each value in it; below 64
 * microseconds each value has its own. No rounding of logarithms is involved:
 * every machine has the same buckets.
 */
#define HISTOGRAM_PARTS_BITS	6
#define HISTOGRAM_PARTS			(1 << HISTOGRAM_PARTS_BITS)
#define HISTOGRAM_BUCKETS		((63 - HISTOGRAM_PARTS_BITS) * HISTOGRAM_PARTS + HISTOGRAM_PARTS)

typedef struct Histogram
{
	int			first;			/* bucket of counts[0] */
	int			size;			/* buckets held */
	int64	   *counts;			/* NULL while size is 0 */
	int64		total;			/* sum of counts */
	int64		sum_secs;		/* exact sum of the durations, in two parts */
	int64		sum_usecs;
} Histogram;

extern void align_histogram_add(Histogram *histogram, int64 usecs, int64 times, MemoryContext context);
extern void align_histogram_merge(Histogram *into, const Histogram *from, int sign, MemoryContext context);
extern bool align_histogram_is_empty(const Histogram *histogram);
extern bool align_histogram_quantile(const Histogram *histogram, double fraction, double *usecs);
extern bool align_histogram_mean(const Histogram *histogram, double *usecs);
extern void align_histogram_days(const Histogram *histogram, Datum *values, bool *nulls);
extern void align_histogram_write(StringInfo out, const Histogram *histogram);
extern void align_histogram_read(StringInfo in, Histogram *histogram);

/* Numbers of variable length, seven bits a byte, for compact states. */
extern void align_varint_write(StringInfo out, int64 value);
extern int64 align_varint_read(StringInfo in);
extern int64 align_varint_read_range(StringInfo in, int64 min, int64 max);

#endif							/* ALIGN_BASE_HISTOGRAM_H */
