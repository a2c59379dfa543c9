/*
 * base.h
 *		What every other capability uses: the memory bound of large states, and
 *		the nearest word for a hint.
 */
#ifndef ALIGN_BASE_H
#define ALIGN_BASE_H

#include "compat.h"

#include "datatype/timestamp.h"

extern int	align_state_memory_mb;

extern void align_base_check_memory(Size bytes, const char *what);
extern const char *align_base_nearest(const char *word,
									  const char *(*word_at) (int i), int count);
extern MemoryContext align_base_aggregate_context(FunctionCallInfo fcinfo);
extern int64 align_base_interval_usecs(const Interval *span, const char *name);

#endif							/* ALIGN_BASE_H */
