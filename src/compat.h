/*
 * compat.h
 *		What differs between the PostgreSQL releases that align serves.
 *
 * Every version test of the project stands here and names the release whose
 * end of life ends it.
 */
#ifndef ALIGN_COMPAT_H
#define ALIGN_COMPAT_H

#include "postgres.h"
#include "fmgr.h"

#if PG_VERSION_NUM < 150000
#error "align needs PostgreSQL 15 or later"
#endif

/* Ends with 15: 16 brought soft errors; before it every error is hard. */
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#include "varatt.h"
#define align_read_text(function, text, escontext, result) \
	DirectInputFunctionCallSafe(function, text, InvalidOid, -1, escontext, result)
#define align_make_range(typcache, lower, upper, empty) \
	make_range(typcache, lower, upper, empty, NULL)
#else
#define ereturn(escontext, dummy, ...) \
	do { \
		(void) (escontext); \
		ereport(ERROR, __VA_ARGS__); \
	} while (0)
#define align_read_text(function, text, escontext, result) \
	((void) (escontext), *(result) = DirectFunctionCall1(function, CStringGetDatum(text)), true)
#define align_make_range(typcache, lower, upper, empty) \
	make_range(typcache, lower, upper, empty)
#define SOFT_ERROR_OCCURRED(escontext) ((void) (escontext), false)
#endif

/* Ends with 16: 17 brought infinite intervals. */
#if PG_VERSION_NUM < 170000
#define INTERVAL_NOT_FINITE(span)	((void) (span), false)
#endif

/* Ends with 17: 18 made a library say its name, and base64 of unsigned bytes. */
#if PG_VERSION_NUM >= 180000
#define ALIGN_MODULE_MAGIC \
	PG_MODULE_MAGIC_EXT(.name = "align", .version = ALIGN_VERSION)
typedef uint8 align_b64_byte;
#else
typedef char align_b64_byte;
#define ALIGN_MODULE_MAGIC PG_MODULE_MAGIC
#endif

#endif							/* ALIGN_COMPAT_H */
