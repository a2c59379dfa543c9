/*
 * funnel_rule.c
 *		The type funnel_rule: what a funnel asks.
 *
 *		SELECT align.funnel_rule('{mql,sql,customer}', within => '90 days');
 *
 * A fixed number of bytes, FunnelRule in funnel.h, all of them set, so that
 * equal rules are equal bytes. Text is JSON that names what differs from the
 * default: {"steps": ["mql", "sql", "customer"], "within": "90 days"}. Input
 * reads a plain list of stages too: {mql,sql,customer}.
 */
#include "compat.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "libpq/pqformat.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "base.h"
#include "base_instant.h"
#include "funnel.h"

static const char *const mode_names[] = {"ordered", "strict", "any"};
static const char *const ties_names[] = {"chain", "strict"};

void
align_funnel_rule_init(FunnelRule *rule)
{
	memset(rule, 0, sizeof(*rule));
	rule->within = -1;
	rule->per_step = -1;
	rule->as_of = DT_NOEND;
}

/* The name of a bit of the rule's kind. */
static char *
bit_name(const FunnelRule *rule, int bit)
{
	if (rule->kind == JOURNEY_STAGES)
		return pstrdup(align_stage_name(bit));
	return psprintf("%d", bit + 1);
}

/* The name of a step, counted from 0. */
char *
align_funnel_step_name(const FunnelRule *rule, int step)
{
	return bit_name(rule, rule->steps[step]);
}

/*
 * What is wrong with a rule, in words, or NULL.
 */
const char *
align_funnel_rule_fault(const FunnelRule *rule)
{
	uint32		seen = 0;
	int			bits = rule->kind == JOURNEY_STAGES ? align_stage_count : JOURNEY_MAX_STEPS;

	if (rule->kind > JOURNEY_STEPS || rule->mode > FUNNEL_ANY ||
		rule->ties > FUNNEL_TIES_STRICT || rule->step_count > FUNNEL_MAX_STEPS ||
		rule->exclude_to > FUNNEL_MAX_STEPS ||
		rule->reserved[0] != 0 || rule->reserved[1] != 0 || rule->reserved_word != 0)
		return "a field is out of range";
	if (rule->kind != 0 && rule->step_count == 0)
		return "it has no steps";
	if (rule->kind == 0 && rule->step_count != 0)
		return "a field is out of range";
	for (int i = 0; i < lengthof(rule->steps); i++)
	{
		uint32		bit = (uint32) 1 << (rule->steps[i] & 31);

		if (i >= rule->step_count)
		{
			if (rule->steps[i] != 0)
				return "a field is out of range";
			continue;
		}
		if (rule->steps[i] >= bits)
			return "a field is out of range";
		if (seen & bit)
			return psprintf("step %s is listed twice", bit_name(rule, rule->steps[i]));
		if (rule->exclude & bit)
			return psprintf("step %s is excluded too", bit_name(rule, rule->steps[i]));
		seen |= bit;
	}
	if (rule->exclude >> bits != 0)
		return "a field is out of range";
	if (rule->within < -1 || rule->per_step < -1)
		return "a window is negative";
	if (TIMESTAMP_IS_NOBEGIN(rule->as_of) ||
		(!TIMESTAMP_IS_NOEND(rule->as_of) && !IS_VALID_TIMESTAMP(rule->as_of)))
		return "as_of is not a finite instant";
	if (rule->exclude_from != 0 || rule->exclude_to != 0)
	{
		if (rule->exclude == 0)
			return "exclude_from and exclude_to need something excluded";
		if (rule->exclude_from < 1 || rule->exclude_from >= rule->exclude_to ||
			(rule->kind != 0 && rule->exclude_to > rule->step_count))
			return psprintf("exclude_from %d and exclude_to %d are not two steps in order",
							rule->exclude_from, rule->exclude_to);
		if (rule->mode == FUNNEL_ANY)
			return "mode any knows no order, so nothing lies between two steps";
	}
	if (rule->mode == FUNNEL_ANY && rule->per_step >= 0)
		return "mode any knows no order, so no step comes before another: give within, not per_step";
	return NULL;
}

void
align_funnel_rule_check(const FunnelRule *rule)
{
	const char *fault = align_funnel_rule_fault(rule);

	if (fault != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid funnel rule: %s", fault),
				 errdetail("A funnel has 1 to %d different steps; excluded ones are not among them.", FUNNEL_MAX_STEPS),
				 errhint("List the steps in the order in which a lead passes them, such as '{mql,sql,customer}'.")));
}

/*
 * Makes a rule over all conditions one over the conditions of this journey, and
 * refuses a journey of another kind.
 */
void
align_funnel_rule_resolve(FunnelRule *rule, const Journey *journey)
{
	if (rule->kind == 0 && journey->kind == JOURNEY_STEPS)
	{
		rule->kind = JOURNEY_STEPS;
		for (int bit = 0; bit < journey->step_count; bit++)
			if ((rule->exclude & ((uint32) 1 << bit)) == 0)
				rule->steps[rule->step_count++] = bit;
		align_funnel_rule_check(rule);
	}
	if (rule->kind != journey->kind)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("this funnel does not fit this journey"),
				 errdetail("The funnel asks for %s, the journey holds %s.",
						   rule->kind == JOURNEY_STAGES ? "stages" : "conditions",
						   journey->kind == JOURNEY_STAGES ? "stages" : "conditions"),
				 errhint("Give steps for a journey of stages, none for a journey of conditions.")));
	if (rule->kind == JOURNEY_STEPS)
		for (int i = 0; i < rule->step_count; i++)
			if (rule->steps[i] >= journey->step_count)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("invalid funnel rule: there is no condition %d", rule->steps[i] + 1),
						 errdetail("The journey has %d conditions.", journey->step_count),
						 errhint("Number the conditions from 1.")));
}

/* The elements of an array without NULLs. */
static Datum *
array_elements(Datum array, Oid type, int16 length, char align, int *count)
{
	Datum	   *values;
	bool	   *nulls;

	deconstruct_array(DatumGetArrayTypeP(array), type, length, true, align, &values, &nulls, count);
	for (int i = 0; i < *count; i++)
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("invalid funnel rule: step %d is NULL", i + 1),
					 errdetail("Every step has a name."),
					 errhint("Leave it out.")));
	return values;
}

static void
check_step_count(int count)
{
	if (count < 1 || count > FUNNEL_MAX_STEPS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid number of steps: %d", count),
				 errdetail("A funnel has 1 to %d steps, in one dimension.", FUNNEL_MAX_STEPS),
				 errhint("Leave out steps, or join some by OR.")));
}

void
align_funnel_rule_set_steps(FunnelRule *rule, Datum stages)
{
	ArrayType  *array = DatumGetArrayTypeP(stages);
	int			count;
	Datum	   *values = array_elements(stages, ARR_ELEMTYPE(array), sizeof(Stage), TYPALIGN_SHORT, &count);

	check_step_count(count);
	rule->kind = JOURNEY_STAGES;
	rule->step_count = count;
	for (int i = 0; i < count; i++)
		rule->steps[i] = DatumGetStage(values[i]);
}

/* A condition's number, counted from 1, as its bit. */
static uint32
condition_bit(int64 number)
{
	if (number < 1 || number > JOURNEY_MAX_STEPS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid condition: " INT64_FORMAT, number),
				 errdetail("Conditions are numbered 1 to %d.", JOURNEY_MAX_STEPS),
				 errhint("Number them in the order in which journey(at, ...) lists them.")));
	return number - 1;
}

static uint8
find_name(const char *what, const char *name, const char *const *names, int count)
{
	for (int i = 0; i < count; i++)
		if (pg_strcasecmp(name, names[i]) == 0)
			return i;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid %s: \"%s\"", what, name),
			 errdetail("It is one of %s, %s%s%s.", names[0], names[1],
					   count > 2 ? ", " : "", count > 2 ? names[2] : ""),
			 errhint("See the meaning of each in docs/funnel.md.")));
}

static uint8
step_number(const char *what, int64 number)
{
	if (number < 1 || number > FUNNEL_MAX_STEPS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid %s: " INT64_FORMAT, what, number),
				 errdetail("Steps are numbered 1 to %d.", FUNNEL_MAX_STEPS),
				 errhint("Number them in the order of the rule.")));
	return number;
}

/*
 * funnel_rule(steps, within, per_step, mode, ties, exclude, exclude_from,
 * exclude_to, as_of, conditions, exclude_conditions), each of which may be NULL
 */
PG_FUNCTION_INFO_V1(align_funnel_rule_make);
Datum
align_funnel_rule_make(PG_FUNCTION_ARGS)
{
	FunnelRule *rule = palloc(sizeof(FunnelRule));
	Datum	   *values;
	int			count;

	align_funnel_rule_init(rule);
	if (!PG_ARGISNULL(0))
		align_funnel_rule_set_steps(rule, PG_GETARG_DATUM(0));
	if (!PG_ARGISNULL(1))
		rule->within = align_base_interval_usecs(PG_GETARG_INTERVAL_P(1), "window");
	if (!PG_ARGISNULL(2))
		rule->per_step = align_base_interval_usecs(PG_GETARG_INTERVAL_P(2), "window per step");
	if (!PG_ARGISNULL(3))
		rule->mode = find_name("mode", text_to_cstring(PG_GETARG_TEXT_PP(3)), mode_names, lengthof(mode_names));
	if (!PG_ARGISNULL(4))
		rule->ties = find_name("ties", text_to_cstring(PG_GETARG_TEXT_PP(4)), ties_names, lengthof(ties_names));
	if (!PG_ARGISNULL(5))
	{
		values = array_elements(PG_GETARG_DATUM(5), ARR_ELEMTYPE(PG_GETARG_ARRAYTYPE_P(5)),
								sizeof(Stage), TYPALIGN_SHORT, &count);
		for (int i = 0; i < count; i++)
			rule->exclude |= (uint32) 1 << DatumGetStage(values[i]);
	}
	if (!PG_ARGISNULL(6))
		rule->exclude_from = step_number("exclude_from", PG_GETARG_INT32(6));
	if (!PG_ARGISNULL(7))
		rule->exclude_to = step_number("exclude_to", PG_GETARG_INT32(7));
	if (!PG_ARGISNULL(8))
	{
		rule->as_of = PG_GETARG_TIMESTAMPTZ(8);
		align_journey_check_instant(rule->as_of);
	}
	if (!PG_ARGISNULL(9))
	{
		if (!PG_ARGISNULL(0))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("invalid funnel rule: it has both steps and conditions"),
					 errdetail("Steps are stages; conditions are numbers of a journey's own conditions."),
					 errhint("Give one of them.")));
		values = array_elements(PG_GETARG_DATUM(9), INT4OID, sizeof(int32), TYPALIGN_INT, &count);
		check_step_count(count);
		rule->kind = JOURNEY_STEPS;
		rule->step_count = count;
		for (int i = 0; i < count; i++)
			rule->steps[i] = condition_bit(DatumGetInt32(values[i]));
	}
	if (!PG_ARGISNULL(10))
	{
		values = array_elements(PG_GETARG_DATUM(10), INT4OID, sizeof(int32), TYPALIGN_INT, &count);
		for (int i = 0; i < count; i++)
			rule->exclude |= (uint32) 1 << condition_bit(DatumGetInt32(values[i]));
	}
	align_funnel_rule_check(rule);
	PG_RETURN_POINTER(rule);
}

/* A span as text that interval input reads back to the microsecond. */
static char *
span_text(int64 usecs)
{
	int64		days = usecs / USECS_PER_DAY;
	int64		rest = usecs % USECS_PER_DAY;

	if (rest == 0)
		return psprintf(INT64_FORMAT " days", days);
	return psprintf(INT64_FORMAT " days %02d:%02d:%02d.%06d", days,
					(int) (rest / USECS_PER_HOUR), (int) (rest / USECS_PER_MINUTE % 60),
					(int) (rest / USECS_PER_SEC % 60), (int) (rest % USECS_PER_SEC));
}

static void
json_bits(StringInfo out, const FunnelRule *rule, const char *key, const uint8 *bits, int count)
{
	const char *quote = rule->kind == JOURNEY_STAGES ? "\"" : "";

	appendStringInfo(out, "%s\"%s\": [", out->data[out->len - 1] == '{' ? "" : ", ", key);
	for (int i = 0; i < count; i++)
		appendStringInfo(out, "%s%s%s%s", i > 0 ? ", " : "", quote, bit_name(rule, bits[i]), quote);
	appendStringInfoChar(out, ']');
}

/* Writes the members of the JSON object, without its braces. */
void
align_funnel_rule_json(StringInfo out, const FunnelRule *rule)
{
	if (rule->step_count > 0)
		json_bits(out, rule, "steps", rule->steps, rule->step_count);
#define MEMBER(...) \
	do { \
		appendStringInfoString(out, out->data[out->len - 1] == '{' ? "" : ", "); \
		appendStringInfo(out, __VA_ARGS__); \
	} while (0)
	if (rule->within >= 0)
		MEMBER("\"within\": \"%s\"", span_text(rule->within));
	if (rule->per_step >= 0)
		MEMBER("\"per_step\": \"%s\"", span_text(rule->per_step));
	if (rule->mode != FUNNEL_ORDERED)
		MEMBER("\"mode\": \"%s\"", mode_names[rule->mode]);
	if (rule->ties != FUNNEL_TIES_CHAIN)
		MEMBER("\"ties\": \"%s\"", ties_names[rule->ties]);
	if (rule->exclude != 0)
	{
		uint8		bits[32];
		int			count = 0;

		for (int bit = 0; bit < 32; bit++)
			if (rule->exclude & ((uint32) 1 << bit))
				bits[count++] = bit;
		json_bits(out, rule, "exclude", bits, count);
	}
	if (rule->exclude_from != 0)
		MEMBER("\"exclude_from\": %d", rule->exclude_from);
	if (rule->exclude_to != 0)
		MEMBER("\"exclude_to\": %d", rule->exclude_to);
	if (!TIMESTAMP_IS_NOEND(rule->as_of))
	{
		MEMBER("\"as_of\": \"");
		align_base_instant_write(out, rule->as_of);
		appendStringInfoChar(out, '"');
	}
#undef MEMBER
}

static void
invalid_member(const char *key, const char *rule)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid funnel rule: \"%s\"", key),
			 errdetail("%s", rule),
			 errhint("Build the rule by funnel_rule(steps, within => ...), or write {\"steps\": [\"mql\", \"customer\"], \"within\": \"90 days\"}.")));
}

static char *
json_string(const char *key, const JsonbValue *value)
{
	if (value->type != jbvString)
		invalid_member(key, "Its value is a string.");
	return pnstrdup(value->val.string.val, value->val.string.len);
}

static int64
json_integer(const char *key, const JsonbValue *value)
{
	if (value->type != jbvNumeric)
		invalid_member(key, "Its value is a number.");
	return DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(value->val.numeric)));
}

/* An array's stages or condition numbers as bits; sets the rule's kind. */
static int
json_bit_list(FunnelRule *rule, const char *key, const JsonbValue *value, uint8 *bits)
{
	JsonbIterator *iterator;
	JsonbValue	element;
	JsonbIteratorToken token;
	int			count = 0;

	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data))
		invalid_member(key, "Its value is an array.");
	iterator = JsonbIteratorInit(value->val.binary.data);
	while ((token = JsonbIteratorNext(&iterator, &element, true)) != WJB_DONE)
	{
		uint8		kind;

		if (token != WJB_ELEM)
			continue;
		if (count == FUNNEL_MAX_STEPS)
			check_step_count(count + 1);
		if (element.type == jbvString)
		{
			Stage		stage;

			if (!align_stage_find(element.val.string.val, element.val.string.len, &stage))
				invalid_member(pnstrdup(element.val.string.val, element.val.string.len),
							   "No stage and no alias has this name.");
			kind = JOURNEY_STAGES;
			bits[count] = stage;
		}
		else
		{
			kind = JOURNEY_STEPS;
			bits[count] = condition_bit(json_integer(key, &element));
		}
		if (rule->kind != 0 && rule->kind != kind)
			invalid_member(key, "A rule lists either stages or conditions.");
		if (strcmp(key, "steps") == 0)
			rule->kind = kind;
		count++;
	}
	return count;
}

static int64
json_span(const char *key, const JsonbValue *value)
{
	Interval   *span = DatumGetIntervalP(DirectFunctionCall3(interval_in,
															 CStringGetDatum(json_string(key, value)),
															 ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));

	return align_base_interval_usecs(span, key);
}

/*
 * The rule in a JSON object; a member that a rule does not have is refused.
 */
static void
rule_from_json(FunnelRule *rule, Jsonb *json)
{
	static const char *const keys[] = {
		"steps", "within", "per_step", "mode", "ties", "exclude", "exclude_from", "exclude_to", "as_of"
	};
	uint32		found = 0;

	align_funnel_rule_init(rule);
	if (!JB_ROOT_IS_OBJECT(json))
		invalid_member("not an object", "A rule is a JSON object.");
	for (int i = 0; i < lengthof(keys); i++)
	{
		const char *key = keys[i];
		JsonbValue *value = getKeyJsonValueFromContainer(&json->root, key, strlen(key), NULL);
		uint8		bits[FUNNEL_MAX_STEPS];
		int			count;

		if (value == NULL)
			continue;
		found++;
		if (value->type == jbvNull)
			continue;
		if (strcmp(key, "steps") == 0)
		{
			count = json_bit_list(rule, key, value, rule->steps);
			check_step_count(count);
			rule->step_count = count;
		}
		else if (strcmp(key, "exclude") == 0)
		{
			count = json_bit_list(rule, key, value, bits);
			while (count > 0)
				rule->exclude |= (uint32) 1 << bits[--count];
		}
		else if (strcmp(key, "within") == 0)
			rule->within = json_span(key, value);
		else if (strcmp(key, "per_step") == 0)
			rule->per_step = json_span(key, value);
		else if (strcmp(key, "mode") == 0)
			rule->mode = find_name(key, json_string(key, value), mode_names, lengthof(mode_names));
		else if (strcmp(key, "ties") == 0)
			rule->ties = find_name(key, json_string(key, value), ties_names, lengthof(ties_names));
		else if (strcmp(key, "exclude_from") == 0)
			rule->exclude_from = step_number(key, json_integer(key, value));
		else if (strcmp(key, "exclude_to") == 0)
			rule->exclude_to = step_number(key, json_integer(key, value));
		else
		{
			const char *at = json_string(key, value);

			if (!align_base_instant_read(&at, at + strlen(at), &rule->as_of) || *at != '\0')
				invalid_member(key, "Its value is an ISO instant with a zone.");
		}
	}
	if (found != JB_ROOT_COUNT(json))
		invalid_member("unknown member", "Its members are steps, within, per_step, mode, ties, exclude, exclude_from, exclude_to and as_of.");
	align_funnel_rule_check(rule);
}

/*
 * Reads {mql,sql,customer}, the text of an array of stages: a rule of these
 * steps and nothing else. False when the text is JSON.
 */
static bool
rule_from_list(FunnelRule *rule, const char *at)
{
	at += strspn(at, " \t\r\n");
	if (*at++ != '{')
		return false;
	at += strspn(at, " \t\r\n");
	if (*at == '"' || *at == '}')
		return false;
	align_funnel_rule_init(rule);
	rule->kind = JOURNEY_STAGES;
	do
	{
		int			length = strcspn(at, ",}");
		Stage		stage;

		if (!align_stage_find(at, length, &stage))
			invalid_member(pnstrdup(at, length), "No stage and no alias has this name.");
		check_step_count(rule->step_count + 1);
		rule->steps[rule->step_count++] = stage;
		at += length;
	} while (*at++ == ',');
	if (at[-1] != '}' || at[strspn(at, " \t\r\n")] != '\0')
		invalid_member(at - 1, "A list of stages ends with a brace.");
	align_funnel_rule_check(rule);
	return true;
}

PG_FUNCTION_INFO_V1(align_funnel_rule_in);
Datum
align_funnel_rule_in(PG_FUNCTION_ARGS)
{
	FunnelRule *rule = palloc(sizeof(FunnelRule));
	Datum		json;

	if (!rule_from_list(rule, PG_GETARG_CSTRING(0)))
	{
		if (!align_read_text(jsonb_in, PG_GETARG_CSTRING(0), fcinfo->context, &json))
			PG_RETURN_NULL();
		rule_from_json(rule, DatumGetJsonbP(json));
	}
	PG_RETURN_POINTER(rule);
}

PG_FUNCTION_INFO_V1(align_funnel_rule_out);
Datum
align_funnel_rule_out(PG_FUNCTION_ARGS)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	align_funnel_rule_json(&out, PG_GETARG_FUNNEL_RULE(0));
	appendStringInfoChar(&out, '}');
	PG_RETURN_CSTRING(out.data);
}

/* The bytes of a rule inside of larger states. */
void
align_funnel_rule_write(StringInfo out, const FunnelRule *rule)
{
	appendStringInfoChar(out, rule->kind);
	appendStringInfoChar(out, rule->mode);
	appendStringInfoChar(out, rule->ties);
	appendStringInfoChar(out, rule->exclude_from);
	appendStringInfoChar(out, rule->exclude_to);
	appendStringInfoChar(out, rule->step_count);
	appendBinaryStringInfo(out, (const char *) rule->steps, rule->step_count);
	align_varint_write(out, rule->exclude);
	align_varint_write(out, rule->within);
	align_varint_write(out, rule->per_step);
	align_varint_write(out, rule->as_of);
}

void
align_funnel_rule_read(StringInfo in, FunnelRule *rule)
{
	const char *fault;

	align_funnel_rule_init(rule);
	rule->kind = pq_getmsgbyte(in);
	rule->mode = pq_getmsgbyte(in);
	rule->ties = pq_getmsgbyte(in);
	rule->exclude_from = pq_getmsgbyte(in);
	rule->exclude_to = pq_getmsgbyte(in);
	rule->step_count = pq_getmsgbyte(in);
	if (rule->step_count <= FUNNEL_MAX_STEPS)
		pq_copymsgbytes(in, (char *) rule->steps, rule->step_count);
	rule->exclude = (uint32) align_varint_read_range(in, 0, PG_UINT32_MAX);
	rule->within = align_varint_read(in);
	rule->per_step = align_varint_read(in);
	rule->as_of = align_varint_read(in);
	fault = align_funnel_rule_fault(rule);
	if (fault != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid funnel rule in binary input: %s", fault),
				 errdetail("The bytes are not those that align wrote."),
				 errhint("Send the value as it was received.")));
}

PG_FUNCTION_INFO_V1(align_funnel_rule_recv);
Datum
align_funnel_rule_recv(PG_FUNCTION_ARGS)
{
	FunnelRule *rule = palloc(sizeof(FunnelRule));

	align_funnel_rule_read((StringInfo) PG_GETARG_POINTER(0), rule);
	PG_RETURN_POINTER(rule);
}

PG_FUNCTION_INFO_V1(align_funnel_rule_send);
Datum
align_funnel_rule_send(PG_FUNCTION_ARGS)
{
	StringInfoData out;

	pq_begintypsend(&out);
	align_funnel_rule_write(&out, PG_GETARG_FUNNEL_RULE(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

PG_FUNCTION_INFO_V1(align_funnel_rule_eq);
Datum
align_funnel_rule_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(memcmp(PG_GETARG_FUNNEL_RULE(0), PG_GETARG_FUNNEL_RULE(1), sizeof(FunnelRule)) == 0);
}

PG_FUNCTION_INFO_V1(align_funnel_rule_ne);
Datum
align_funnel_rule_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(memcmp(PG_GETARG_FUNNEL_RULE(0), PG_GETARG_FUNNEL_RULE(1), sizeof(FunnelRule)) != 0);
}

PG_FUNCTION_INFO_V1(align_funnel_rule_hash);
Datum
align_funnel_rule_hash(PG_FUNCTION_ARGS)
{
	return hash_any((const unsigned char *) PG_GETARG_FUNNEL_RULE(0), sizeof(FunnelRule));
}

PG_FUNCTION_INFO_V1(align_funnel_rule_hash_extended);
Datum
align_funnel_rule_hash_extended(PG_FUNCTION_ARGS)
{
	return hash_any_extended((const unsigned char *) PG_GETARG_FUNNEL_RULE(0), sizeof(FunnelRule),
							 PG_GETARG_INT64(1));
}
