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

/*
 * Whether two pieces of some length are alike. Most are short, and are compared
 * by two loads that may overlap, without a call.
 */
static inline bool
same_bytes(const char *a, const char *b, uint32 length)
{
	uint64		a_long[2];
	uint64		b_long[2];
	uint32		a_short[2];
	uint32		b_short[2];

	if (length > 16)
		return memcmp(a, b, length) == 0;
	if (length >= 8)
	{
		memcpy(&a_long[0], a, 8);
		memcpy(&b_long[0], b, 8);
		memcpy(&a_long[1], a + length - 8, 8);
		memcpy(&b_long[1], b + length - 8, 8);
		return a_long[0] == b_long[0] && a_long[1] == b_long[1];
	}
	if (length >= 4)
	{
		memcpy(&a_short[0], a, 4);
		memcpy(&b_short[0], b, 4);
		memcpy(&a_short[1], a + length - 4, 4);
		memcpy(&b_short[1], b + length - 4, 4);
		return a_short[0] == b_short[0] && a_short[1] == b_short[1];
	}
	return length == 0 ||
		(a[0] == b[0] && a[length / 2] == b[length / 2] && a[length - 1] == b[length - 1]);
}

/* The length of a jsonb entry whose data begin at offset. */
static inline uint32
entry_length(JEntry entry, uint32 offset)
{
	return JBE_HAS_OFF(entry) ? JBE_OFFLENFLD(entry) - offset : JBE_OFFLENFLD(entry);
}

/*
 * The offset behind some entries, first to before end. Only every
 * JB_OFFSET_STRIDEth entry of an object, counted with its keys, holds an offset:
 * where no such one is among them, lengths are added up without a look.
 */
static inline uint32
skip_entries(const JEntry *entries, int first, int end, uint32 offset, bool lengths_only)
{
	if (lengths_only)
		for (; first < end; first++)
			offset += JBE_OFFLENFLD(entries[first]);
	else
		for (; first < end; first++)
			offset += entry_length(entries[first], offset);
	return offset;
}

/*
 * Finds which of the rubric's keys, first to before end, an object has, along
 * both in their common order. How many; found gets the rubric's keys, places
 * their places in the object, counted from its first value.
 */
static int
find_keys(const Rubric *rubric, const JsonbContainer *object, int first, int end,
		  uint16 *found, int *places)
{
	const RubricKey *keys = rubric_keys(rubric);
	int			count = JsonContainerSize(object);
	const char *base = (const char *) &object->children[2 * count];
	int			found_count = 0;
	uint32		offset = 0;

	for (int place = 0; place < count && first < end; place++)
	{
		uint32		length = entry_length(object->children[place], offset);

		for (; first < end; first++)
		{
			const RubricBytes *name = &keys[first].name;
			const char *bytes = rubric_at(rubric, name->offset);

			if (name->length > length)
				break;
			if (name->length < length)
				continue;
			if (same_bytes(bytes, base + offset, length))
			{
				found[found_count] = first++;
				places[found_count++] = place;
				break;
			}
			if (memcmp(bytes, base + offset, length) > 0)
				break;
		}
		offset += length;
	}
	return found_count;
}

static void read_object(Subject *subject, const JsonbContainer *object, int first, int end);

/*
 * Takes the values at places of an object whose names take names_size bytes.
 */
static inline void
take_values(Subject *subject, const JsonbContainer *object, uint32 names_size,
			int found_count, const uint16 *found, const int *places)
{
	const RubricKey *keys = rubric_keys(subject->rubric);
	int			count = JsonContainerSize(object);
	const JEntry *entries = &object->children[count];
	const char *base = (const char *) &object->children[2 * count];
	uint32		offset = names_size;
	int			place = 0;
	bool		lengths_only = 2 * count <= JB_OFFSET_STRIDE;

	for (int i = 0; i < found_count; i++)
	{
		const RubricKey *key = &keys[found[i]];
		uint32		begin;
		JEntry		entry;

		offset = skip_entries(entries, place, places[i], offset, lengths_only);
		place = places[i];
		entry = entries[place];
		begin = JBE_ISNUMERIC(entry) || JBE_ISCONTAINER(entry) ? INTALIGN(offset) : offset;
		if (key->field >= 0)
		{
			FieldValue *value = &subject->values[key->field];

			value->type = entry & JENTRY_TYPEMASK;
			value->data = base + begin;
			value->length = entry_length(entry, offset) - (begin - offset);
		}
		if (unlikely(key->first_child < key->end_child) && JBE_ISCONTAINER(entry) &&
			JsonContainerIsObject((const JsonbContainer *) (base + begin)))
			read_object(subject, (const JsonbContainer *) (base + begin), key->first_child, key->end_child);
	}
}

/* The bytes of all names of an object. */
static uint32
names_size(const JsonbContainer *object)
{
	uint32		size = 0;

	for (int i = 0; i < JsonContainerSize(object); i++)
		size += entry_length(object->children[i], size);
	return size;
}

static void
read_object(Subject *subject, const JsonbContainer *object, int first, int end)
{
	uint16		found[RUBRIC_MAX_FIELDS];
	int			places[RUBRIC_MAX_FIELDS];
	int			found_count = find_keys(subject->rubric, object, first, end, found, places);

	take_values(subject, object, names_size(object), found_count, found, places);
}

/* Keeps the names of an object, and where it has what the rubric asks for. */
static void
learn_shape(Judge *judge, const JsonbContainer *object)
{
	ObjectShape *shape = &judge->shape;
	int			count = JsonContainerSize(object);
	Size		entries_size = count * sizeof(JEntry);

	shape->count = count;
	shape->size = names_size(object);
	if (shape->room < entries_size + shape->size)
	{
		shape->room = 2 * (entries_size + shape->size);
		shape->bytes = MemoryContextAlloc(judge->context, shape->room);
	}
	memcpy(shape->bytes, object->children, entries_size);
	memcpy(shape->bytes + entries_size, &object->children[2 * count], shape->size);
	shape->found_count = find_keys(judge->rubric, object, 0, judge->rubric->top_key_count, shape->found, shape->places);
}

static bool
has_shape(const JsonbContainer *object, const ObjectShape *shape)
{
	int			count = JsonContainerSize(object);
	Size		entries_size = count * sizeof(JEntry);

	return count == shape->count &&
		memcmp(object->children, shape->bytes, entries_size) == 0 &&
		memcmp(&object->children[2 * count], shape->bytes + entries_size, shape->size) == 0;
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
align_rubric_read(Subject *subject, Judge *judge, Jsonb *object)
{
	const Rubric *rubric = judge->rubric;
	ObjectShape *shape = &judge->shape;

	subject->rubric = rubric;
	if (!JB_ROOT_IS_OBJECT(object))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a rubric judges a JSON object, not %s", container_kind(&object->root)),
				 errdetail("Its fields are the keys of the object."),
				 errhint("Pass the attributes of one lead, such as {\"country\": \"US\"}.")));
	for (int i = 0; i < rubric->field_count; i++)
		subject->values[i].type = FIELD_ABSENT;
	if (!judge->is_repeated || JsonContainerSize(&object->root) == 0)
	{
		read_object(subject, &object->root, 0, rubric->top_key_count);
		return;
	}
	if (!has_shape(&object->root, shape))
		learn_shape(judge, &object->root);
	take_values(subject, &object->root, shape->size, shape->found_count, shape->found, shape->places);
}

/*
 * The greatest part of a number as an integer in the same order, by its place
 * on disk; NUMBER_WHOLE when that is all of it, NUMBER_CUT when there are more
 * digits, NUMBER_UNUSUAL when it is stored in another way.
 *
 * A usual numeric has a header of two bytes, with the sign in 0x2000 and the
 * weight of the first digit in the low seven bits, and then digits to the base
 * 10000, without zeros at either end: so they are on disk since 9.1. jsonb has no
 * NaN and no infinity.
 */
static inline NumberForm
number_head(const char *number, int64 *head)
{
	const char *data = VARDATA_ANY(number);
	int			digits = (int) (VARSIZE_ANY_EXHDR(number) / sizeof(int16)) - 1;
	uint16		header;
	int16		digit[3] = {0};

	memcpy(&header, data, sizeof(header));
	if ((header & 0xC000) != 0x8000)
		return NUMBER_UNUSUAL;
	if (digits >= 1)
		memcpy(&digit[0], data + sizeof(header), sizeof(int16));
	if (digits >= 2)
		memcpy(&digit[1], data + sizeof(header) + sizeof(int16), sizeof(int16));
	if (digits >= 3)
		memcpy(&digit[2], data + sizeof(header) + 2 * sizeof(int16), sizeof(int16));
	*head = digits == 0 ? 0 :
		((int64) ((header & 0x7F) ^ 0x40) << 42) + ((int64) digit[0] << 28) + ((int64) digit[1] << 14) + digit[2];
	if (header & 0x2000)
		*head = -*head;
	return digits <= 3 ? NUMBER_WHOLE : NUMBER_CUT;
}

NumberForm
align_number_head(const char *number, int64 *head)
{
	return number_head(number, head);
}

/*
 * Compares a number with a value, exactly; mostly by their heads alone.
 */
static inline int
compare_number(const char *number, const RubricValue *value, const char *other)
{
	int64		head;
	NumberForm	form = number_head(number, &head);

	if (form != NUMBER_UNUSUAL && value->high != NUMBER_UNUSUAL)
	{
		if (head != value->low)
			return head < value->low ? -1 : 1;
		if (form == NUMBER_WHOLE && value->high == NUMBER_WHOLE)
			return 0;
	}
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, PointerGetDatum(number), PointerGetDatum(other)));
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
static inline int
compare_with(const Subject *subject, const FieldValue *field, TimestampTz at, const RubricValue *value, RubricType type)
{
	const char *bytes = rubric_at(subject->rubric, value->bytes.offset);

	switch (type)
	{
		case TYPE_NUMBER:
			return compare_number(field->data, value, bytes);
		case TYPE_INSTANT:
			return at < value->low ? -1 : at >= value->high;
		case TYPE_BOOLEAN:
			return (int) (field->type == JENTRY_ISBOOL_TRUE) - (int) value->high;
		default:
			return varstr_cmp(field->data, field->length, bytes, (int) value->bytes.length, DEFAULT_COLLATION_OID);
	}
}

static inline bool
same_string(const Subject *subject, const FieldValue *field, const RubricValue *value)
{
	return (uint32) field->length == value->bytes.length &&
		same_bytes(field->data, rubric_at(subject->rubric, value->bytes.offset), field->length);
}

static inline bool
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
static inline bool
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

static bool
has_literal(const Subject *subject, const FieldValue *field, const RubricLiteral *literal, bool anchored)
{
	const char *bytes = rubric_at(subject->rubric, literal->bytes.offset);
	int			length = (int) literal->bytes.length;
	int			rest = field->length - length;

	if (rest < 0)
		return false;
	if (anchored && literal->at_begin)
		return (rest == 0 || !literal->at_end) && memcmp(field->data, bytes, length) == 0;
	if (anchored && literal->at_end)
		return memcmp(field->data + rest, bytes, length) == 0;
	return memmem(field->data, field->length, bytes, length) != NULL;
}

/*
 * Whether a text matches a regular expression: by its literals where they
 * decide, else only after one of them was found.
 */
static bool
matches_regex(const Subject *subject, const FieldValue *field, const RubricValue *value)
{
	const RubricLiteral *literals = rubric_literals(subject->rubric) + value->first_literal;
	bool		decide = value->literal_count > 0 && value->literals_decide;
	bool		found = value->literal_count == 0;

	for (uint32 i = 0; i < value->literal_count && !found; i++)
		found = has_literal(subject, field, &literals[i], decide);
	if (!found || decide)
		return found;
	return RE_compile_and_execute((text *) rubric_at(subject->rubric, value->bytes.offset),
								  unconstify(char *, field->data), field->length,
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

/* A predicate on a field that has its type; at is the field as an instant. */
static inline Truth
test_value(const Subject *subject, const RubricNode *node, TimestampTz at)
{
	const FieldValue *field = &subject->values[node->field];
	const RubricValue *values = rubric_values(subject->rubric) + node->first_value;

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

static pg_noinline Truth
test_instant(const Subject *subject, const RubricNode *node)
{
	TimestampTz at;

	if (!read_instant(&subject->values[node->field], &at))
		return TRUTH_UNKNOWN;
	return test_value(subject, node, at);
}

static inline Truth
test_predicate(const Subject *subject, const RubricNode *node)
{
	const FieldValue *field = &subject->values[node->field];

	if (node->op >= RUBRIC_HAS)
	{
		if (node->op != RUBRIC_HAS)
			return (field->type != FIELD_ABSENT) == (node->op == RUBRIC_KNOWN);
		if (field->type != JENTRY_ISCONTAINER || !JsonContainerIsArray((const JsonbContainer *) field->data))
			return TRUTH_UNKNOWN;
		return has_any(subject, (const JsonbContainer *) field->data, node);
	}
	if (!is_of_type(field->type, node->type))
		return TRUTH_UNKNOWN;
	return node->type == TYPE_INSTANT ? test_instant(subject, node) : test_value(subject, node, 0);
}

/* Depth is bounded by RUBRIC_MAX_DEPTH. */
static Truth
test_node(const Subject *subject, const RubricNode *nodes, const RubricNode *node)
{
	Truth		decided;
	Truth		result;

	if (node->op > RUBRIC_NOT)
		return test_predicate(subject, node);
	if (node->op == RUBRIC_NOT)
	{
		result = test_node(subject, nodes, node + 1);
		return result == TRUTH_UNKNOWN ? TRUTH_UNKNOWN : !result;
	}
	decided = node->op == RUBRIC_OR ? TRUTH_TRUE : TRUTH_FALSE;
	result = !decided;
	for (const RubricNode *operand = node + 1; operand < nodes + node->end; operand = nodes + operand->end)
	{
		Truth		truth = operand->op > RUBRIC_NOT ? test_predicate(subject, operand) : test_node(subject, nodes, operand);

		if (truth == decided)
			return decided;
		if (truth == TRUTH_UNKNOWN)
			result = TRUTH_UNKNOWN;
	}
	return result;
}

/*
 * Whether the condition at a node holds.
 */
Truth
align_rubric_test(const Subject *subject, uint32 place)
{
	const RubricNode *nodes = rubric_nodes(subject->rubric);

	return test_node(subject, nodes, nodes + place);
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
