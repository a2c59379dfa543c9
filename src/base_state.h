/*
 * base_state.h
 *		Large states of aggregates as values: expanded in memory, compact when
 *		flat, JSON with the whole state in base64 as text.
 */
#ifndef ALIGN_BASE_STATE_H
#define ALIGN_BASE_STATE_H

#include "compat.h"

#include "lib/stringinfo.h"
#include "utils/expandeddatum.h"

typedef struct State State;

/* What is different from type to type. */
typedef struct StateKind
{
	const char *name;			/* of the type */
	Size		size;			/* of the struct that begins with a State */
	void		(*write) (StringInfo out, const State *state);
	void		(*read) (StringInfo in, State *state);	/* into its own context;
														 * any bytes are read or
														 * refused */
	void		(*describe) (StringInfo out, const State *state);	/* members of the JSON
																	 * text, each with a
																	 * comma behind */
	const char *aggregate;		/* that builds it; NULL: called as the type */
} StateKind;

/* A type's struct begins with this, and is zeroed when it is made. */
struct State
{
	ExpandedObjectHeader header;	/* eoh_context holds all that it points to */
	const StateKind *kind;
	bytea	   *flat;			/* made by the last call for its size */
};

extern State *align_state_create(const StateKind *kind, MemoryContext parent);
extern State *align_state_get(const StateKind *kind, Datum datum, MemoryContext parent);
extern State *align_state_cached(const StateKind *kind, FunctionCallInfo fcinfo, int argument);
extern Datum align_state_datum(State *state);
extern Datum align_state_in(const StateKind *kind, FunctionCallInfo fcinfo);
extern Datum align_state_out(const StateKind *kind, FunctionCallInfo fcinfo);
extern Datum align_state_recv(const StateKind *kind, FunctionCallInfo fcinfo);
extern Datum align_state_send(const StateKind *kind, FunctionCallInfo fcinfo);

extern void align_base64_write(StringInfo out, const char *bytes, int length);
extern bool align_base64_read(const char *text, int length, StringInfo in);

#endif							/* ALIGN_BASE_STATE_H */
