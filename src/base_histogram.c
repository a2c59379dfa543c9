/*
 * base_histogram.c
 *		Durations as counts in logarithmic buckets: mergeable, a group, and
 *		right to 1 %.
 *
 * Counts may go below zero in between, when one histogram is taken from
 * another; adding it back gives the first again, to the last digit.
 */
#include "compat.h"

#include "common/int.h"
#include "datatype/timestamp.h"
#include "port/pg_bitutils.h"

#include "base.h"
#include "base_histogram.h"

static inline int
bucket_of(int64 usecs)
{
	int			exponent;

	if (usecs < HISTOGRAM_PARTS)
		return (int) usecs;
	exponent = pg_leftmost_one_pos64((uint64) usecs);
	return (exponent - HISTOGRAM_PARTS_BITS) * HISTOGRAM_PARTS +
		(int) (usecs >> (exponent - HISTOGRAM_PARTS_BITS));
}

static double
bucket_middle(int bucket)
{
	int			exponent;
	double		width;

	if (bucket < HISTOGRAM_PARTS)
		return bucket;
	exponent = bucket / HISTOGRAM_PARTS - 1;
	width = (double) (INT64CONST(1) << exponent);
	return ((bucket % HISTOGRAM_PARTS) + HISTOGRAM_PARTS) * width + (width - 1) / 2;
}

/* Makes room for the buckets low to high, both included. */
static void
make_room(Histogram *histogram, int low, int high, MemoryContext context)
{
	int			first;
	int			end;
	int64	   *counts;

	if (histogram->size > 0 && low >= histogram->first &&
		high < histogram->first + histogram->size)
		return;
	if (histogram->size > 0)
	{
		low = Min(low, histogram->first);
		high = Max(high, histogram->first + histogram->size - 1);
	}
	first = low / HISTOGRAM_PARTS * HISTOGRAM_PARTS;
	end = Min((high / HISTOGRAM_PARTS + 1) * HISTOGRAM_PARTS, HISTOGRAM_BUCKETS);
	counts = MemoryContextAllocZero(context, (end - first) * sizeof(int64));
	if (histogram->size > 0)
	{
		memcpy(counts + (histogram->first - first), histogram->counts,
			   histogram->size * sizeof(int64));
		pfree(histogram->counts);
	}
	histogram->first = first;
	histogram->size = end - first;
	histogram->counts = counts;
}

/*
 * Counts a duration so many times; a negative one counts as none.
 */
void
align_histogram_add(Histogram *histogram, int64 usecs, int64 times, MemoryContext context)
{
	int			bucket;

	usecs = Max(usecs, 0);
	bucket = bucket_of(usecs);
	make_room(histogram, bucket, bucket, context);
	histogram->counts[bucket - histogram->first] += times;
	histogram->total += times;
	histogram->sum_secs += usecs / USECS_PER_SEC * times;
	histogram->sum_usecs += usecs % USECS_PER_SEC * times;
}

/*
 * Adds (sign 1) or takes away (sign -1) the counts of another.
 */
void
align_histogram_merge(Histogram *into, const Histogram *from, int sign, MemoryContext context)
{
	if (from->size > 0)
	{
		make_room(into, from->first, from->first + from->size - 1, context);
		for (int i = 0; i < from->size; i++)
			into->counts[from->first - into->first + i] += sign * from->counts[i];
	}
	align_base_add_count(&into->total, from->total, sign, "state");
	align_base_add_count(&into->sum_secs, from->sum_secs + from->sum_usecs / USECS_PER_SEC, sign, "state");
	into->sum_usecs += sign * (from->sum_usecs % USECS_PER_SEC);
}

/*
 * Whether it is as one to which nothing was added: a difference of as many
 * durations need not be.
 */
bool
align_histogram_is_empty(const Histogram *histogram)
{
	for (int i = 0; i < histogram->size; i++)
		if (histogram->counts[i] != 0)
			return false;
	return histogram->sum_usecs % USECS_PER_SEC == 0 &&
		histogram->sum_secs + histogram->sum_usecs / USECS_PER_SEC == 0;
}

/*
 * The smallest duration that at least this fraction of all does not exceed, as
 * the middle of its bucket: percentile_disc, to 1 %. False when nothing counts.
 */
bool
align_histogram_quantile(const Histogram *histogram, double fraction, double *usecs)
{
	double		rank = fraction * histogram->total;
	int64		seen = 0;

	if (histogram->total <= 0)
		return false;
	for (int i = 0; i < histogram->size; i++)
	{
		seen += histogram->counts[i];
		if (seen >= rank && seen > 0)
		{
			*usecs = bucket_middle(histogram->first + i);
			return true;
		}
	}
	return false;
}

/*
 * The mean, exact to the rounding of the last division.
 */
bool
align_histogram_mean(const Histogram *histogram, double *usecs)
{
	if (histogram->total <= 0)
		return false;
	*usecs = ((double) histogram->sum_secs * USECS_PER_SEC + histogram->sum_usecs) / histogram->total;
	return true;
}

/*
 * The columns p50_days, p90_days and mean_days of a report; NULL where nothing
 * counts.
 */
void
align_histogram_days(const Histogram *histogram, Datum *values, bool *nulls)
{
	double		usecs[3] = {0};

	nulls[0] = !align_histogram_quantile(histogram, 0.5, &usecs[0]);
	nulls[1] = !align_histogram_quantile(histogram, 0.9, &usecs[1]);
	nulls[2] = !align_histogram_mean(histogram, &usecs[2]);
	for (int i = 0; i < 3; i++)
		values[i] = Float8GetDatum(usecs[i] / USECS_PER_DAY);
}

/* Zigzag, then seven bits a byte, the low ones first. */
void
align_varint_write(StringInfo out, int64 value)
{
	uint64		rest = ((uint64) value << 1) ^ (uint64) (value >> 63);

	while (rest >= 0x80)
	{
		appendStringInfoCharMacro(out, (char) (rest | 0x80));
		rest >>= 7;
	}
	appendStringInfoCharMacro(out, (char) rest);
}

static void
invalid_binary(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid state in binary input: %s", what),
			 errdetail("The bytes are not those that align wrote."),
			 errhint("Send the value as it was received.")));
}

int64
align_varint_read(StringInfo in)
{
	uint64		value = 0;

	for (int shift = 0; shift < 64; shift += 7)
	{
		unsigned char byte;

		if (in->cursor >= in->len)
			invalid_binary("it ends too early");
		byte = (unsigned char) in->data[in->cursor++];
		value |= (uint64) (byte & 0x7F) << shift;
		if ((byte & 0x80) == 0)
			return (int64) (value >> 1) ^ -(int64) (value & 1);
	}
	invalid_binary("a number has too many bytes");
	return 0;
}

int64
align_varint_read_range(StringInfo in, int64 min, int64 max)
{
	int64		value = align_varint_read(in);

	if (value < min || value > max)
		invalid_binary("a number is out of range");
	return value;
}

/*
 * Bytes of a histogram: how many buckets are not zero, then for each the
 * distance from the one before and its count, then the sum.
 */
void
align_histogram_write(StringInfo out, const Histogram *histogram)
{
	int			used = 0;
	int			last = 0;
	int64		secs = histogram->sum_secs;
	int64		usecs = histogram->sum_usecs;

	for (int i = 0; i < histogram->size; i++)
		used += histogram->counts[i] != 0;
	align_varint_write(out, used);
	for (int i = 0; i < histogram->size; i++)
	{
		if (histogram->counts[i] == 0)
			continue;
		align_varint_write(out, histogram->first + i - last);
		align_varint_write(out, histogram->counts[i]);
		last = histogram->first + i;
	}
	/* one sum has one form: 0 <= usecs < 1 s */
	secs += usecs / USECS_PER_SEC;
	usecs %= USECS_PER_SEC;
	if (usecs < 0)
	{
		secs--;
		usecs += USECS_PER_SEC;
	}
	align_varint_write(out, secs);
	align_varint_write(out, usecs);
}

/*
 * Reads the bytes above into the current memory context; an error for others.
 */
void
align_histogram_read(StringInfo in, Histogram *histogram)
{
	int			used = (int) align_varint_read_range(in, 0, HISTOGRAM_BUCKETS);
	int			bucket = 0;

	memset(histogram, 0, sizeof(*histogram));
	for (int i = 0; i < used; i++)
	{
		int64		count;

		bucket += (int) align_varint_read_range(in, i > 0, HISTOGRAM_BUCKETS - 1 - bucket);
		count = align_varint_read(in);
		if (count == 0)
			invalid_binary("a bucket is empty");
		make_room(histogram, bucket, bucket, CurrentMemoryContext);
		histogram->counts[bucket - histogram->first] = count;
		if (pg_add_s64_overflow(histogram->total, count, &histogram->total))
			invalid_binary("the counts are too large");
	}
	histogram->sum_secs = align_varint_read(in);
	histogram->sum_usecs = align_varint_read_range(in, 0, USECS_PER_SEC - 1);
}
