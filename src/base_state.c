/*
 * base_state.c
 *		The text form of large states: JSON for people, with the whole state in
 *		base64 for reading back.
 *
 * Input reads the member "state" alone, writes the text anew and compares, so
 * that a text which was edited by hand is refused instead of half believed.
 */
#include "compat.h"

#include "common/base64.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "base_state.h"

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
	int			room = pg_b64_dec_len(length) + 1;

	in->data = palloc(room);
	in->len = pg_b64_decode(text, length, (align_b64_byte *) in->data, room);
	in->maxlen = room;
	in->cursor = 0;
	return in->len > 0;
}

void
align_base_state_write(StringInfo out, StringInfo state)
{
	appendStringInfoString(out, "\"state\": \"");
	align_base64_write(out, state->data, state->len);
	appendStringInfoChar(out, '"');
}

static Jsonb *
parse(const char *text)
{
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));
}

/*
 * The member "state" of a JSON object; false when there is none.
 */
bool
align_base_state_read(const char *text, StringInfo state)
{
	Jsonb	   *json = parse(text);
	JsonbValue *value;

	if (!JB_ROOT_IS_OBJECT(json))
		return false;
	value = getKeyJsonValueFromContainer(&json->root, "state", strlen("state"), NULL);
	return value != NULL && value->type == jbvString &&
		align_base64_read(value->val.string.val, value->val.string.len, state);
}

/*
 * Whether two JSON texts say the same.
 */
bool
align_base_state_agrees(const char *given, const char *written)
{
	return compareJsonbContainers(&parse(given)->root, &parse(written)->root) == 0;
}
