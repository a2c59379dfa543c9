/*
 * base.c
 *		The library itself, its settings, and helpers that all capabilities share.
 *
 *		SET align.state_memory = '4GB';
 */
#include "compat.h"

#include <limits.h>

#include "common/int.h"
#include "datatype/timestamp.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/varlena.h"

#include "base.h"

ALIGN_MODULE_MAGIC;

void		_PG_init(void);

/* align.state_memory, in megabytes */
int			align_state_memory_mb = 1024;

void
_PG_init(void)
{
	DefineCustomIntVariable("align.state_memory",
							"Memory that the state of one aggregate over many leads may take.",
							"Past it the query ends with an error. Counted per group and per process.",
							&align_state_memory_mb,
							1024, 1, MAX_KILOBYTES / 1024,
							PGC_USERSET, GUC_UNIT_MB,
							NULL, NULL, NULL);
	MarkGUCPrefixReserved("align");
}

/*
 * Refuses a state that would outgrow align.state_memory.
 */
void
align_base_check_memory(Size bytes, const char *what)
{
	if (bytes > (Size) align_state_memory_mb * 1024 * 1024)
		ereport(ERROR,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("%s would take more than %d MB", what, align_state_memory_mb),
				 errdetail("The setting align.state_memory bounds the memory of one state."),
				 errhint("Raise align.state_memory, or aggregate in parts, and join those by rollup.")));
}

/*
 * Refuses a state that one value cannot hold; the remedy is what to do besides.
 */
void
align_base_check_travel(Size bytes, const char *what, const char *remedy)
{
	if (bytes > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s would take more than 1 GB on its way to another process", what),
				 errdetail("A value that moves between processes holds at most 1 GB."),
				 errhint("Set max_parallel_workers_per_gather to 0 for this query%s.", remedy)));
}

/*
 * The word of a list that is nearest to a mistyped one, or NULL when none is
 * near: at most a third of its letters, and one more, may differ.
 */
const char *
align_base_nearest(const char *word, const char *(*word_at) (int i), int count)
{
	int			length = strlen(word);
	int			best_distance = length / 3 + 1;
	const char *best = NULL;

	if (length == 0 || length > 255)
		return NULL;
	for (int i = 0; i < count; i++)
	{
		const char *other = word_at(i);
		int			distance;

		distance = varstr_levenshtein_less_equal(word, length,
												 other, strlen(other),
												 1, 1, 1, best_distance, true);
		if (distance < best_distance ||
			(best == NULL && distance == best_distance))
		{
			best = other;
			best_distance = distance;
		}
	}
	return best;
}

/*
 * The memory context of an aggregate's state. A function that changes a state in
 * place is refused outside of one.
 */
MemoryContext
align_base_aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("this function serves an aggregate"),
				 errdetail("It changes its argument in place."),
				 errhint("Call the aggregate instead.")));
	return context;
}

/*
 * The composite value that the calling function declares.
 */
Datum
align_base_row(FunctionCallInfo fcinfo, Datum *values, bool *nulls)
{
	TupleDesc	tupdesc;

	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(tupdesc), values, nulls));
}

/*
 * Adds to a count of a state (sign 1), or takes away (sign -1).
 */
void
align_base_add_count(int64 *count, int64 more, int sign, const char *what)
{
	if (sign > 0 ? pg_add_s64_overflow(*count, more, count) : pg_sub_s64_overflow(*count, more, count))
		align_base_refuse_count(what);
}

void
align_base_refuse_count(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("a count of this %s is out of range", what),
			 errdetail("A count is a bigint."),
			 errhint("Add fewer of them.")));
}

/*
 * Adds a row to a set that may be long, and frees those of its values that have
 * memory of their own.
 */
void
align_base_put_row(ReturnSetInfo *rsinfo, Datum *values, bool *nulls)
{
	TupleDesc	tupdesc = rsinfo->setDesc;

	CHECK_FOR_INTERRUPTS();
	tuplestore_putvalues(rsinfo->setResult, tupdesc, values, nulls);
	for (int i = 0; i < tupdesc->natts; i++)
		if (!nulls[i] && !TupleDescAttr(tupdesc, i)->attbyval)
			pfree(DatumGetPointer(values[i]));
}

/*
 * An interval as microseconds; a day counts 24 hours. Months have no fixed
 * length and a negative span is no window, so both are refused.
 */
int64
align_base_interval_usecs(const Interval *span, const char *name)
{
	int64		day_usecs;
	int64		usecs;

	if (INTERVAL_NOT_FINITE(span))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("invalid %s: it is infinite", name),
				 errdetail("A span holds at most about 292,000 years."),
				 errhint("Leave it NULL for no limit.")));
	if (span->month != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid %s: it counts months or years", name),
				 errdetail("A month has no fixed length."),
				 errhint("Write days, such as '90 days'.")));
	if (pg_mul_s64_overflow(span->day, USECS_PER_DAY, &day_usecs) ||
		pg_add_s64_overflow(day_usecs, span->time, &usecs))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("invalid %s: it is out of range", name),
				 errdetail("A span holds at most about 292,000 years."),
				 errhint("Leave it NULL for no limit.")));
	if (usecs < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid %s: it is negative", name),
				 errdetail("A window runs forward in time."),
				 errhint("Write a positive interval, or NULL for no limit.")));
	return usecs;
}
