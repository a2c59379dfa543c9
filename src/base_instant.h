/*
 * base_instant.h
 *		Instants as text: ISO 8601 both ways, and what CRM exports write.
 */
#ifndef ALIGN_BASE_INSTANT_H
#define ALIGN_BASE_INSTANT_H

#include "compat.h"

#include "datatype/timestamp.h"
#include "lib/stringinfo.h"

extern void align_base_instant_write(StringInfo out, TimestampTz at);
extern bool align_base_instant_read_utc(const char *at, const char *end, TimestampTz *instant);
extern bool align_base_instant_read(const char **at, const char *end, TimestampTz *instant);

#endif							/* ALIGN_BASE_INSTANT_H */
