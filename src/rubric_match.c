/*
 * rubric_match.c
 *		Whether an object meets the conditions of a rubric.
 *
 * The keys of a jsonb object are sorted, and so are those of the rubric: one
 * walk over the object finds the values of all fields, and conditions then look
 * at those alone. Nothing is allocated but where a text with other letters than
 * ASCII's is compared without regard to case, and where a regular expression
 * really has to run.
 *
 * Truth is three-valued. A condition on a field that is absent, null, or of
 * another type than its values is unknown; is known and is unknown never are.
 */
#include "compat.h"

#include "catalog/pg_collation.h"
#include "regex/regex.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"
#include "utils/varlena.h"

#include "base_instant.h"
#include "rubric.h"

/* The length of a jsonb entry whose data begin at offset. */
static inline uint32
entry_length(JEntry entry, uint32 offset)
{
	return JBE_HAS_OFF(entry) ? JBE_OFFLENFLD(entry) - offset : JBE_OFFLENFLD(entry);
}

/*
 * Finds the values of some of the rubric's keys, first to before end, in one
 * object: along both, then on to the values of what was found.
 */
static void
read_object(Subject *subject, const JsonbContainer *object, int first, int end)
{
	const RubricKey *keys = rubric_keys(subject->rubric);
	int			count = JsonContainerSize(object);
	const JEntry *entries = object->children;
	const char *base = (const char *) &entries[2 * count];
	uint16		found[RUBRIC_MAX_FIELDS];	/* rubric's keys ... */
	int			places[RUBRIC_MAX_FIELDS];	/* ... and where in the object */
	int			found_count = 0;
	uint32		offset = 0;
	int			place = 0;

	for (; place < count && first < end; place++)
	{
		uint32		length = entry_length(entries[place], offset);

		for (; first < end; first++)
		{
			const RubricBytes *name = &keys[first].name;
			int			order;

			if (name->length != length)
			{
				if (name->length > length)
					break;
				continue;
			}
			order = memcmp(rubric_at(subject->rubric, name->offset), base + offset, length);
			if (order > 0)
				break;
			if (order == 0)
			{
				found[found_count] = first++;
				places[found_count++] = count + place;
				break;
			}
		}
		offset += length;
	}
	for (int i = 0; i < found_count; i++)
	{
		const RubricKey *key = &keys[found[i]];
		uint32		begin;
		JEntry		entry;

		for (; place < places[i]; place++)
			offset += entry_length(entries[place], offset);
		entry = entries[place];
		begin = JBE_ISNUMERIC(entry) || JBE_ISCONTAINER(entry) ? INTALIGN(offset) : offset;
		if (key->field >= 0)
		{
			FieldValue *value = &subject->values[key->field];

			value->type = entry & JENTRY_TYPEMASK;
			value->data = base + begin;
			value->length = entry_length(entry, offset) - (begin - offset);
		}
		if (key->first_child < key->end_child && JBE_ISCONTAINER(entry) &&
			JsonContainerIsObject((const JsonbContainer *) (base + begin)))
			read_object(subject, (const JsonbContainer *) (base + begin), key->first_child, key->end_child);
	}
}

static const char *
container_kind(const JsonbContainer *root)
{
	return JsonContainerIsScalar(root) ? "a single value" : "an array";
}

/*
 * Makes an object ready to be judged; the subject points into the object. Its
 * as_of is the caller's to set.
 */
void
align_rubric_read(Subject *subject, const Rubric *rubric, Jsonb *object)
{
	subject->rubric = rubric;
	if (!JB_ROOT_IS_OBJECT(object))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a rubric judges a JSON object, not %s", container_kind(&object->root)),
				 errdetail("Its fields are the keys of the object."),
				 errhint("Pass the attributes of one lead, such as {\"country\": \"US\"}.")));
	for (int i = 0; i < rubric->field_count; i++)
		subject->values[i].type = FIELD_ABSENT;
	read_object(subject, &object->root, 0, rubric->top_key_count);
}

/*
 * Compares numbers, exactly. The usual ones are compared where they lie: a
 * numeric of up to 64 digits before the point or after has a two-byte header
 * (sign 0x2000, weight in the low seven bits) and then digits to the base
 * 10000 without zeros at either end; that is how they are on disk since 9.1.
 */
static int
compare_numbers(const char *a, const char *b)
{
	const char *a_data = VARDATA_ANY(a);
	const char *b_data = VARDATA_ANY(b);
	int			a_digits = (int) (VARSIZE_ANY_EXHDR(a) / sizeof(int16)) - 1;
	int			b_digits = (int) (VARSIZE_ANY_EXHDR(b) / sizeof(int16)) - 1;
	uint16		a_head;
	uint16		b_head;
	int			sign;
	int			order;

	memcpy(&a_head, a_data, sizeof(a_head));
	memcpy(&b_head, b_data, sizeof(b_head));
	if ((a_head & 0xC000) != 0x8000 || (b_head & 0xC000) != 0x8000)
		return DatumGetInt32(DirectFunctionCall2(numeric_cmp, PointerGetDatum(a), PointerGetDatum(b)));
	if (a_digits == 0 || b_digits == 0)
	{
		/* zero has no digits, and no sign */
		if (a_digits == b_digits)
			return 0;
		return a_digits == 0 ? ((b_head & 0x2000) ? 1 : -1) : ((a_head & 0x2000) ? -1 : 1);
	}
	if ((a_head & 0x2000) != (b_head & 0x2000))
		return (a_head & 0x2000) ? -1 : 1;
	sign = (a_head & 0x2000) ? -1 : 1;
	order = ((int) (a_head & 0x7F) ^ 0x40) - ((int) (b_head & 0x7F) ^ 0x40);	/* weights, by excess */
	for (int i = 0; order == 0 && i < Min(a_digits, b_digits); i++)
	{
		int16		a_digit;
		int16		b_digit;

		memcpy(&a_digit, a_data + sizeof(uint16) + i * sizeof(int16), sizeof(int16));
		memcpy(&b_digit, b_data + sizeof(uint16) + i * sizeof(int16), sizeof(int16));
		order = a_digit - b_digit;
	}
	if (order == 0)
		order = a_digits - b_digits;
	return sign * order;
}

/* An ISO date or instant as a text of the object; false when it is none. */
static bool
read_instant(const FieldValue *field, TimestampTz *at)
{
	return field->type == JENTRY_ISSTRING &&
		align_base_instant_read_utc(field->data, field->data + field->length, at);
}

/*
 * How a field compares with a value of its type: below 0, 0, above 0. A date
 * stands for its whole day.
 */
static int
compare_with(const Subject *subject, const FieldValue *field, TimestampTz at, const RubricValue *value, RubricType type)
{
	const char *bytes = rubric_at(subject->rubric, value->bytes.offset);

	switch (type)
	{
		case TYPE_NUMBER:
			return compare_numbers(field->data, bytes);
		case TYPE_INSTANT:
			return at < value->low ? -1 : at >= value->high;
		case TYPE_BOOLEAN:
			return (int) (field->type == JENTRY_ISBOOL_TRUE) - (int) value->high;
		default:
			return varstr_cmp(field->data, field->length, bytes, (int) value->bytes.length, DEFAULT_COLLATION_OID);
	}
}

static bool
same_string(const Subject *subject, const FieldValue *field, const RubricValue *value)
{
	return (uint32) field->length == value->bytes.length &&
		memcmp(field->data, rubric_at(subject->rubric, value->bytes.offset), field->length) == 0;
}

static bool
equals(const Subject *subject, const FieldValue *field, TimestampTz at, const RubricValue *value, RubricType type)
{
	return type == TYPE_STRING ? same_string(subject, field, value) : compare_with(subject, field, at, value, type) == 0;
}

/* As compare_with, but strings in the order in which a list is sorted. */
static int
order_in_list(const Subject *subject, const FieldValue *field, TimestampTz at, const RubricValue *value, RubricType type)
{
	if (type != TYPE_STRING)
		return compare_with(subject, field, at, value, type);
	if ((uint32) field->length != value->bytes.length)
		return (uint32) field->length < value->bytes.length ? -1 : 1;
	return memcmp(field->data, rubric_at(subject->rubric, value->bytes.offset), field->length);
}

/* Whether a sorted list holds the field's value. Days in it do not overlap. */
static bool
in_list(const Subject *subject, const FieldValue *field, TimestampTz at, const RubricNode *node)
{
	const RubricValue *values = rubric_values(subject->rubric) + node->first_value;
	int			low = 0;
	int			high = (int) node->value_count - 1;

	if (node->value_count <= 4)
	{
		for (; low <= high; low++)
			if (equals(subject, field, at, &values[low], node->type))
				return true;
		return false;
	}
	while (low <= high)
	{
		int			middle = (low + high) / 2;
		int			order = order_in_list(subject, field, at, &values[middle], node->type);

		if (order == 0)
			return true;
		if (order < 0)
			high = middle - 1;
		else
			low = middle + 1;
	}
	return false;
}

/*
 * Whether a text matches a regular expression: by its literals where they
 * decide, else only after one of them was found.
 */
static bool
matches_regex(const Subject *subject, const FieldValue *field, const RubricValue *value)
{
	const RubricBytes *literals = rubric_literals(subject->rubric) + value->first_literal;
	bool		found = value->literal_count == 0;

	for (uint32 i = 0; i < value->literal_count && !found; i++)
		found = memmem(field->data, field->length, rubric_at(subject->rubric, literals[i].offset), literals[i].length) != NULL;
	if (!found || (value->literal_count > 0 && value->literals_decide))
		return found;
	return RE_compile_and_execute((text *) rubric_at(subject->rubric, value->bytes.offset),
								  (char *) field->data, field->length,
								  REG_ADVANCED, DEFAULT_COLLATION_OID, 0, NULL);
}

static bool
matches_any(const Subject *subject, const FieldValue *field, const RubricNode *node)
{
	const RubricValue *values = rubric_values(subject->rubric) + node->first_value;

	for (uint32 i = 0; i < node->value_count; i++)
	{
		const char *bytes = rubric_at(subject->rubric, values[i].bytes.offset);
		int			length = (int) values[i].bytes.length;

		if (node->op == RUBRIC_MATCHES ? matches_regex(subject, field, &values[i])
			: node->op == RUBRIC_LIKE ? align_pattern_match(bytes, length, field->data, field->length)
			: align_pattern_match_folded(bytes, length, field->data, field->length))
			return true;
	}
	return false;
}

static bool
is_of_type(uint32 json_type, RubricType type)
{
	switch (type)
	{
		case TYPE_NUMBER:
			return json_type == JENTRY_ISNUMERIC;
		case TYPE_BOOLEAN:
			return json_type == JENTRY_ISBOOL_TRUE || json_type == JENTRY_ISBOOL_FALSE;
		default:
			return json_type == JENTRY_ISSTRING;
	}
}

/* Whether an array has an element that is one of the values. */
static bool
has_any(const Subject *subject, const JsonbContainer *array, const RubricNode *node)
{
	int			count = JsonContainerSize(array);
	const char *base = (const char *) &array->children[count];
	uint32		offset = 0;

	for (int i = 0; i < count; i++)
	{
		JEntry		entry = array->children[i];
		uint32		length = entry_length(entry, offset);
		uint32		begin = JBE_ISNUMERIC(entry) ? INTALIGN(offset) : offset;
		FieldValue	element = {base + begin, (int32) (length - (begin - offset)), entry & JENTRY_TYPEMASK};

		if (is_of_type(element.type, node->type) && in_list(subject, &element, 0, node))
			return true;
		offset += length;
	}
	return false;
}

static Truth
test_predicate(const Subject *subject, const RubricNode *node)
{
	const FieldValue *field = &subject->values[node->field];
	const RubricValue *values = rubric_values(subject->rubric) + node->first_value;
	TimestampTz at = 0;

	if (node->op == RUBRIC_KNOWN || node->op == RUBRIC_UNKNOWN)
		return (field->type != FIELD_ABSENT) == (node->op == RUBRIC_KNOWN);
	if (node->op == RUBRIC_HAS)
	{
		if (field->type != JENTRY_ISCONTAINER || !JsonContainerIsArray((const JsonbContainer *) field->data))
			return TRUTH_UNKNOWN;
		return has_any(subject, (const JsonbContainer *) field->data, node);
	}
	if (!is_of_type(field->type, node->type) ||
		(node->type == TYPE_INSTANT && !read_instant(field, &at)))
		return TRUTH_UNKNOWN;
	switch (node->op)
	{
		case RUBRIC_EQ:
			return equals(subject, field, at, values, node->type);
		case RUBRIC_NE:
			return !equals(subject, field, at, values, node->type);
		case RUBRIC_LT:
			return compare_with(subject, field, at, values, node->type) < 0;
		case RUBRIC_LE:
			return compare_with(subject, field, at, values, node->type) <= 0;
		case RUBRIC_GT:
			return compare_with(subject, field, at, values, node->type) > 0;
		case RUBRIC_GE:
			return compare_with(subject, field, at, values, node->type) >= 0;
		case RUBRIC_BETWEEN:
			return compare_with(subject, field, at, &values[0], node->type) >= 0 &&
				compare_with(subject, field, at, &values[1], node->type) <= 0;
		case RUBRIC_IN:
			return in_list(subject, field, at, node);
		default:
			return matches_any(subject, field, node);
	}
}

/*
 * Whether the condition at a node holds. Depth is bounded by RUBRIC_MAX_DEPTH.
 */
Truth
align_rubric_test(const Subject *subject, uint32 place)
{
	const RubricNode *nodes = rubric_nodes(subject->rubric);
	const RubricNode *node = &nodes[place];
	Truth		decided;
	Truth		result;

	if (node->op > RUBRIC_NOT)
		return test_predicate(subject, node);
	if (node->op == RUBRIC_NOT)
	{
		result = align_rubric_test(subject, place + 1);
		return result == TRUTH_UNKNOWN ? TRUTH_UNKNOWN : !result;
	}
	decided = node->op == RUBRIC_OR ? TRUTH_TRUE : TRUTH_FALSE;
	result = !decided;
	for (uint32 operand = place + 1; operand < node->end; operand = nodes[operand].end)
	{
		Truth		truth = align_rubric_test(subject, operand);

		if (truth == decided)
			return decided;
		if (truth == TRUTH_UNKNOWN)
			result = TRUTH_UNKNOWN;
	}
	return result;
}

/* The instant from which the points of a decaying clause fade; whether it is known. */
bool
align_rubric_since(const Subject *subject, const RubricClause *clause, TimestampTz *since)
{
	return read_instant(&subject->values[clause->since], since);
}

/*
 * Marks the fields because of which a condition is unknown.
 */
void
align_rubric_undecided(const Subject *subject, uint32 place, bool *missing, bool *mismatched)
{
	const RubricNode *nodes = rubric_nodes(subject->rubric);
	const RubricNode *node = &nodes[place];

	if (align_rubric_test(subject, place) != TRUTH_UNKNOWN)
		return;
	if (node->op > RUBRIC_NOT)
	{
		bool	   *marks = subject->values[node->field].type == FIELD_ABSENT ? missing : mismatched;

		marks[node->field] = true;
		return;
	}
	for (uint32 operand = place + 1; operand < node->end; operand = nodes[operand].end)
		align_rubric_undecided(subject, operand, missing, mismatched);
}
