/*
 * predict_field.c
 *		What a model sees of a JSON object: its fields, and numbers in bins.
 *
 *		{"industry": "software", "company": {"size": 120}}
 *
 * has the fields industry, a text, and company.size, a number. A boolean is the
 * text true or false. What is null, an array, or beyond the limits of predict.h
 * (a longer path or value, a deeper object) is unknown, and left out.
 *
 * Numbers fall into bins. Cut points are compared as numeric, so a number on a
 * boundary is always on its right side. A field without cuts is cut at
 * the powers of two, of both signs, from 2^-20 to 2^62; nearer to 0 is 0.
 *
 * Cuts are stored as: number of fields | per field: name, count, each cut as text
 * without trailing zeros.
 */
#include "compat.h"

#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/memutils.h"

#include "base_histogram.h"
#include "predict.h"

#define LEAST_POWER			(-20)
#define GREATEST_POWER		62
#define POWERS				(GREATEST_POWER - LEAST_POWER + 1)
#define SHOWN_BYTES			100 /* of a value in an error message */

typedef struct Walk
{
	FieldVisitor visit;
	void	   *state;
	char		path[MODEL_MAX_TEXT];	/* of a nested field */
} Walk;

/*
 * Gives the fields of an object to the visitor, in the order in which jsonb
 * holds them. prefix bytes of the path are those of the objects around it.
 */
static void
walk_object(Walk *walk, const JsonbContainer *object, int prefix, int depth)
{
	int			count = JsonContainerSize(object);
	const JEntry *entries = object->children;
	const char *data = (const char *) (entries + 2 * count);
	uint32		key_end = 0;
	uint32		value_end = count > 0 ? getJsonbOffset(object, count) : 0;

	for (int i = 0; i < count; i++)
	{
		JEntry		entry = entries[count + i];
		uint32		key_at = key_end;
		uint32		value_at = value_end;
		Field		field = {0};

		JBE_ADVANCE_OFFSET(key_end, entries[i]);
		JBE_ADVANCE_OFFSET(value_end, entry);
		field.name = data + key_at;
		field.name_length = key_end - key_at;
		if (prefix + field.name_length > MODEL_MAX_TEXT)
			continue;
		if (prefix > 0 || JBE_ISCONTAINER(entry))
		{
			memcpy(walk->path + prefix, field.name, field.name_length);
			field.name = walk->path;
			field.name_length += prefix;
		}

		if (JBE_ISCONTAINER(entry))
		{
			const JsonbContainer *inner = (const JsonbContainer *) (data + INTALIGN(value_at));

			if (!JsonContainerIsObject(inner) || depth == MODEL_MAX_DEPTH || field.name_length == MODEL_MAX_TEXT)
				continue;
			walk->path[field.name_length] = '.';
			walk_object(walk, inner, field.name_length + 1, depth + 1);
			continue;
		}
		if (JBE_ISNULL(entry))
			continue;
		if (JBE_ISNUMERIC(entry))
			field.number = (Numeric) (data + INTALIGN(value_at));
		else if (JBE_ISSTRING(entry))
		{
			field.text = data + value_at;
			field.text_length = value_end - value_at;
			if (field.text_length > MODEL_MAX_TEXT)
				continue;
		}
		else
		{
			field.text = JBE_ISBOOL_TRUE(entry) ? "true" : "false";
			field.text_length = strlen(field.text);
		}
		walk->visit(walk->state, &field);
	}
}

/* The beginning of a JSON value, for a message. */
static const char *
shown(const Jsonb *json)
{
	char	   *text = JsonbToCString(NULL, (JsonbContainer *) &json->root, VARSIZE(json));
	int			length = strlen(text);

	if (length > SHOWN_BYTES)
		strcpy(text + pg_mbcliplen(text, length, SHOWN_BYTES - 3), "...");
	return text;
}

/*
 * Gives all fields of a row's features to the visitor; refuses what is no object.
 */
void
align_fields_visit(const Jsonb *object, FieldVisitor visit, void *state)
{
	Walk		walk;

	if (!JB_ROOT_IS_OBJECT(object))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid features: %s", shown(object)),
				 errdetail("The features of a row are a JSON object."),
				 errhint("Write {\"industry\": \"software\", \"employees\": 120}.")));
	walk.visit = visit;
	walk.state = state;
	walk_object(&walk, &object->root, 0, 1);
}

static void
invalid_cuts(const Jsonb *cuts)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid cuts: %s", shown(cuts)),
			 errdetail("Cuts are a JSON object of at most %d fields: each has an array of 1 to %d numbers in ascending order, none twice. No name and no number is longer than %d bytes.",
					   MODEL_MAX_CUTS, MODEL_MAX_CUTS, MODEL_MAX_TEXT),
			 errhint("Write {\"employees\": [10, 50, 200]}, or NULL for bins by powers of two.")));
}

static int
compare_numbers(Numeric a, Numeric b)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, NumericGetDatum(a), NumericGetDatum(b)));
}

/*
 * Adds a cut point where there is room for it; false when it is too long or not
 * above the one before.
 */
static bool
add_point(Cuts *cuts, const char *text)
{
	int			i = cuts->count;

	cuts->points[i] = DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(text),
														  ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
	cuts->texts[i] = numeric_normalize(cuts->points[i]);
	cuts->count++;
	return strlen(cuts->texts[i]) <= MODEL_MAX_TEXT &&
		!numeric_is_nan(cuts->points[i]) && !numeric_is_inf(cuts->points[i]) &&
		(i == 0 || compare_numbers(cuts->points[i - 1], cuts->points[i]) < 0);
}

static void
make_room(Cuts *cuts, int count)
{
	cuts->points = palloc(count * sizeof(Numeric));
	cuts->texts = palloc(count * sizeof(char *));
}

/*
 * Reads the argument cuts; all is allocated in the current memory context.
 */
CutsList
align_cuts_parse(const Jsonb *json)
{
	CutsList	list = {0};
	JsonbIterator *iterator;
	JsonbValue	value;

	if (!JB_ROOT_IS_OBJECT(json) || JB_ROOT_COUNT(json) > MODEL_MAX_CUTS)
		invalid_cuts(json);
	list.items = palloc0(JB_ROOT_COUNT(json) * sizeof(Cuts));
	iterator = JsonbIteratorInit((JsonbContainer *) &json->root);
	JsonbIteratorNext(&iterator, &value, false);
	while (JsonbIteratorNext(&iterator, &value, false) == WJB_KEY)
	{
		Cuts	   *cuts = &list.items[list.count++];

		cuts->name = pnstrdup(value.val.string.val, value.val.string.len);
		cuts->name_length = value.val.string.len;
		if (cuts->name_length > MODEL_MAX_TEXT ||
			JsonbIteratorNext(&iterator, &value, false) != WJB_BEGIN_ARRAY ||
			value.val.array.nElems < 1 || value.val.array.nElems > MODEL_MAX_CUTS)
			invalid_cuts(json);
		make_room(cuts, value.val.array.nElems);
		while (JsonbIteratorNext(&iterator, &value, true) == WJB_ELEM)
		{
			if (value.type != jbvNumeric || !add_point(cuts, numeric_normalize(value.val.numeric)))
				invalid_cuts(json);
		}
	}
	return list;
}

/*
 * Writes the bytes of cuts. Those that align_cuts_parse made are in the order of
 * jsonb, so the same cuts have the same bytes.
 */
void
align_cuts_write(StringInfo out, const CutsList *list)
{
	align_varint_write(out, list->count);
	for (int i = 0; i < list->count; i++)
	{
		const Cuts *cuts = &list->items[i];

		align_text_write(out, cuts->name, cuts->name_length);
		align_varint_write(out, cuts->count);
		for (int point = 0; point < cuts->count; point++)
			align_text_write(out, cuts->texts[point], strlen(cuts->texts[point]));
	}
}

/*
 * Reads these bytes into the current memory context; an error for others.
 */
CutsList
align_cuts_read(StringInfo in)
{
	CutsList	list = {0};

	list.count = (int) align_varint_read_range(in, 0, MODEL_MAX_CUTS);
	list.items = palloc0(list.count * sizeof(Cuts));
	for (int i = 0; i < list.count; i++)
	{
		Cuts	   *cuts = &list.items[i];
		int			count;

		cuts->name = align_text_read(in, &cuts->name_length);
		count = (int) align_varint_read_range(in, 1, MODEL_MAX_CUTS);
		make_room(cuts, count);
		while (cuts->count < count)
		{
			int			length;

			if (!add_point(cuts, align_text_read(in, &length)))
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
						 errmsg("invalid model in binary input"),
						 errdetail("Its cuts are not in ascending order."),
						 errhint("Send the value as it was received.")));
		}
	}
	return list;
}

/* Cuts as the argument from which they were read. */
char *
align_cuts_json(const CutsList *list)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	for (int i = 0; i < list->count; i++)
	{
		const Cuts *cuts = &list->items[i];

		appendStringInfoString(&out, i > 0 ? ", " : "");
		escape_json(&out, cuts->name);
		appendStringInfoString(&out, ": [");
		for (int point = 0; point < cuts->count; point++)
			appendStringInfo(&out, "%s%s", point > 0 ? ", " : "", cuts->texts[point]);
		appendStringInfoChar(&out, ']');
	}
	appendStringInfoChar(&out, '}');
	return out.data;
}

/*
 * Refuses to put together what was binned in different ways.
 */
void
align_cuts_check_same(const CutsList *a, const CutsList *b)
{
	StringInfoData left;
	StringInfoData right;

	initStringInfo(&left);
	initStringInfo(&right);
	align_cuts_write(&left, a);
	align_cuts_write(&right, b);
	if (left.len != right.len || memcmp(left.data, right.data, left.len) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("different cuts: %s and %s", align_cuts_json(a), align_cuts_json(b)),
				 errdetail("A model bins its numbers by one set of cuts."),
				 errhint("Give the same cuts to every row, and to every model that is to be added.")));
	pfree(left.data);
	pfree(right.data);
}

/* 2^-n is 5^n / 10^n */
static Numeric
power_of_two(int power, int sign)
{
	int64		number = sign;

	for (int n = 0; n > power; n--)
		number *= 5;
	if (power < 0)
		return int64_div_fast_to_numeric(number, -power);
	return int64_to_numeric(number * (INT64CONST(1) << power));
}

/* The cuts of a field that has none of its own; made once in a process. */
static const Cuts *
powers_of_two(void)
{
	static Numeric points[2 * POWERS];
	static char *texts[2 * POWERS];
	static Cuts cuts = {.points = points,.texts = texts};

	if (cuts.count == 0)
	{
		MemoryContext caller = MemoryContextSwitchTo(TopMemoryContext);

		for (int i = 0; i < POWERS; i++)
		{
			points[POWERS - 1 - i] = power_of_two(LEAST_POWER + i, -1);
			points[POWERS + i] = power_of_two(LEAST_POWER + i, 1);
		}
		for (int i = 0; i < 2 * POWERS; i++)
			texts[i] = numeric_normalize(points[i]);
		cuts.count = 2 * POWERS;
		MemoryContextSwitchTo(caller);
	}
	return &cuts;
}

/*
 * The cuts of a field: those of the list, else the powers of two.
 */
const Cuts *
align_cuts_of(const CutsList *list, const char *name, int length)
{
	for (int i = 0; i < list->count; i++)
	{
		const Cuts *cuts = &list->items[i];

		if (cuts->name_length == length && memcmp(cuts->name, name, length) == 0)
			return cuts;
	}
	return powers_of_two();
}

/*
 * How many cuts a number reaches: its bin.
 */
int
align_cuts_bin(const Cuts *cuts, Numeric number)
{
	int			low = 0;
	int			high = cuts->count;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (compare_numbers(cuts->points[middle], number) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * A bin as people read it.
 */
char *
align_cuts_label(const Cuts *cuts, int bin)
{
	if (cuts->name == NULL && bin == POWERS)
		return pstrdup("0");
	if (bin == 0)
		return psprintf("< %s", cuts->texts[0]);
	if (bin == cuts->count)
		return psprintf(">= %s", cuts->texts[bin - 1]);
	return psprintf("[%s, %s)", cuts->texts[bin - 1], cuts->texts[bin]);
}

void
align_text_write(StringInfo out, const char *bytes, int length)
{
	align_varint_write(out, length);
	appendBinaryStringInfo(out, bytes, length);
}

/*
 * Reads a text into the current memory context, with a zero byte behind. Bytes
 * that are no text in the database's encoding are refused.
 */
char *
align_text_read(StringInfo in, int *length)
{
	const char *bytes;

	*length = (int) align_varint_read_range(in, 0, MODEL_MAX_TEXT);
	bytes = pq_getmsgbytes(in, *length);
	if (!pg_verifymbstr(bytes, *length, true))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid model in binary input"),
				 errdetail("It holds bytes that are no text in the database's encoding."),
				 errhint("Send the value as it was received.")));
	return pnstrdup(bytes, *length);
}
