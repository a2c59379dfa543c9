/*
 * base_state.c
 *		Large states of aggregates as values: expanded in memory, compact when
 *		flat, JSON with the whole state in base64 as text.
 *
 * A type gives a StateKind and a struct that begins with a State; all forms but
 * its own bytes are made here. Flat, a state is the bytes of its write function.
 * Text input reads the member "state" alone, writes the text anew and compares,
 * so that a text which was edited by hand is refused instead of half believed.
 */
#include "compat.h"

#include "common/base64.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "base_state.h"

/*
 * Written in the object's own context: a sort calls this in one where memory
 * can be neither freed nor made larger.
 */
static Size
get_flat_size(ExpandedObjectHeader *header)
{
	State	   *state = (State *) header;
	MemoryContext caller = MemoryContextSwitchTo(header->eoh_context);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoSpaces(&out, VARHDRSZ);
	state->kind->write(&out, state);
	SET_VARSIZE(out.data, out.len);
	if (state->flat != NULL)
		pfree(state->flat);
	state->flat = (bytea *) out.data;
	MemoryContextSwitchTo(caller);
	return out.len;
}

static void
flatten_into(ExpandedObjectHeader *header, void *result, Size size)
{
	memcpy(result, ((State *) header)->flat, size);
}

static const ExpandedObjectMethods methods = {get_flat_size, flatten_into};

/*
 * An empty state in a memory context of its own.
 */
State *
align_state_create(const StateKind *kind, MemoryContext parent)
{
	MemoryContext context = AllocSetContextCreate(parent, "align state", ALLOCSET_START_SMALL_SIZES);
	State	   *state = MemoryContextAllocZero(context, kind->size);

	EOH_init_header(&state->header, &methods, context);
	state->kind = kind;
	return state;
}

static State *
read_state(const StateKind *kind, StringInfo in, MemoryContext parent)
{
	State	   *state = align_state_create(kind, parent);
	MemoryContext caller = MemoryContextSwitchTo(state->header.eoh_context);

	kind->read(in, state);
	MemoryContextSwitchTo(caller);
	return state;
}

/*
 * A state to work on: the expanded object itself where the datum is one,
 * otherwise read into a context below parent.
 */
State *
align_state_get(const StateKind *kind, Datum datum, MemoryContext parent)
{
	struct varlena *flat = (struct varlena *) DatumGetPointer(datum);
	StringInfoData in;

	if (VARATT_IS_EXTERNAL_EXPANDED(flat))
	{
		State	   *state = (State *) DatumGetEOHP(datum);

		if (state->header.eoh_methods == &methods && state->kind == kind)
			return state;
	}
	flat = pg_detoast_datum_packed(flat);
	in.data = VARDATA_ANY(flat);
	in.len = VARSIZE_ANY_EXHDR(flat);
	in.maxlen = in.len;
	in.cursor = 0;
	return read_state(kind, &in, parent);
}

/* What a call site read last; lies in the state's own context. */
typedef struct CachedState
{
	State	   *state;
	Size		size;
	char		bytes[FLEXIBLE_ARRAY_MEMBER];	/* of the argument as it was
												 * given */
} CachedState;

/*
 * A state to read alone, for a function that is called once a row with mostly
 * the same argument: an expanded object as it is, else what was read last as
 * long as the argument's bytes stay the same; of a value that lies in a TOAST
 * table those are its pointer. Takes fn_extra, so it is nothing for transition
 * functions. The state belongs to the call site: it ends with the next one.
 */
State *
align_state_cached(const StateKind *kind, FunctionCallInfo fcinfo, int argument)
{
	FmgrInfo   *flinfo = fcinfo->flinfo;
	Datum		datum = PG_GETARG_DATUM(argument);
	struct varlena *flat = (struct varlena *) DatumGetPointer(datum);
	CachedState *cached = flinfo->fn_extra;
	Size		size;
	State	   *state;

	if (VARATT_IS_EXTERNAL(flat) && !VARATT_IS_EXTERNAL_ONDISK(flat))
		return align_state_get(kind, datum, CurrentMemoryContext);
	size = VARSIZE_ANY(flat);
	if (cached != NULL && cached->size == size && memcmp(cached->bytes, flat, size) == 0)
		return cached->state;

	if (cached != NULL)
	{
		flinfo->fn_extra = NULL;
		MemoryContextDelete(cached->state->header.eoh_context);
	}
	state = align_state_get(kind, datum, flinfo->fn_mcxt);
	cached = MemoryContextAllocHuge(state->header.eoh_context, offsetof(CachedState, bytes) + size);
	cached->state = state;
	cached->size = size;
	memcpy(cached->bytes, flat, size);
	flinfo->fn_extra = cached;
	return state;
}

Datum
align_state_datum(State *state)
{
	return EOHPGetRWDatum(&state->header);
}

void
align_base64_write(StringInfo out, const char *bytes, int length)
{
	int			room = pg_b64_enc_len(length);

	enlargeStringInfo(out, room + 1);
	out->len += pg_b64_encode((align_b64_byte *) bytes, length, out->data + out->len, room);
	out->data[out->len] = '\0';
}

/*
 * Makes a buffer of base64 text; false when it is none.
 */
bool
align_base64_read(const char *text, int length, StringInfo in)
{
	int			room = length / 4 * 3 + 4;	/* pg_b64_dec_len overflows */

	in->data = palloc(room);
	in->len = pg_b64_decode(text, length, (align_b64_byte *) in->data, room);
	in->maxlen = room;
	in->cursor = 0;
	return in->len > 0;
}

static char *
state_text(const State *state)
{
	StringInfoData bytes;
	StringInfoData out;

	initStringInfo(&bytes);
	state->kind->write(&bytes, state);
	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	state->kind->describe(&out, state);
	appendStringInfoString(&out, "\"state\": \"");
	align_base64_write(&out, bytes.data, bytes.len);
	appendStringInfoString(&out, "\"}");
	return out.data;
}

Datum
align_state_in(const StateKind *kind, FunctionCallInfo fcinfo)
{
	Datum		json;
	Jsonb	   *given;
	JsonbValue *value = NULL;
	StringInfoData in = {0};
	State	   *state = NULL;

	if (!align_read_text(jsonb_in, PG_GETARG_CSTRING(0), fcinfo->context, &json))
		PG_RETURN_NULL();
	given = DatumGetJsonbP(json);
	if (JB_ROOT_IS_OBJECT(given))
		value = getKeyJsonValueFromContainer(&given->root, "state", strlen("state"), NULL);
	if (value != NULL && value->type == jbvString &&
		align_base64_read(value->val.string.val, value->val.string.len, &in))
		state = read_state(kind, &in, CurrentMemoryContext);
	if (state == NULL || in.cursor != in.len ||
		!DatumGetBool(DirectFunctionCall2(jsonb_eq, json, DirectFunctionCall1(jsonb_in, CStringGetDatum(state_text(state))))))
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid %s", kind->name),
				 errdetail("Its member \"state\" is missing or damaged, or the text was edited."),
				 errhint("A %s is built by the aggregate %s; its text is only to be read back.",
						 kind->name, kind->aggregate != NULL ? kind->aggregate : kind->name)));
	PG_RETURN_DATUM(align_state_datum(state));
}

Datum
align_state_out(const StateKind *kind, FunctionCallInfo fcinfo)
{
	PG_RETURN_CSTRING(state_text(align_state_get(kind, PG_GETARG_DATUM(0), CurrentMemoryContext)));
}

Datum
align_state_recv(const StateKind *kind, FunctionCallInfo fcinfo)
{
	PG_RETURN_DATUM(align_state_datum(read_state(kind, (StringInfo) PG_GETARG_POINTER(0), CurrentMemoryContext)));
}

Datum
align_state_send(const StateKind *kind, FunctionCallInfo fcinfo)
{
	StringInfoData out;

	pq_begintypsend(&out);
	kind->write(&out, align_state_get(kind, PG_GETARG_DATUM(0), CurrentMemoryContext));
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}
