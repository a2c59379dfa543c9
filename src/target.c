/*
 * target.c
 *		What a measure should be: a goal, and a band around it that is at risk.
 *
 *		SELECT align.status(47, '>= 50 ~ 45');		-- at risk
 *
 * A target is two ranges, both ends included: the goal, and the amber band that
 * holds it. Without a band the two are the same. At least one end of the goal is
 * finite; where the goal is open the band is; the text says which form it is:
 *
 *		goal open above		>= 50 ~ 45
 *		goal open below		<= 2.5 ~ 3
 *		both ends			40..60 ~ 35..65
 *		both ends the same	= 10 ~ 8..12
 *
 * Layout: 40 bytes of a fixed length, no padding. Each of the four ends is a
 * decimal number, digits * 10^-scale, with no zero at the end of its decimals
 * and at most 18 digits; an open end has the scale -1 and the sign of its
 * infinity as digits. So equal targets have equal bytes, and one text.
 */
#include "compat.h"

#include "common/hashfn.h"
#include "libpq/pqformat.h"
#include "parser/scansup.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

typedef enum TargetEnd
{
	GOAL_LOW,
	GOAL_HIGH,
	AMBER_LOW,
	AMBER_HIGH
} TargetEnd;

#define END_COUNT	4

typedef struct Target
{
	int64		digits[END_COUNT];
	int16		scale[END_COUNT];
} Target;

StaticAssertDecl(sizeof(Target) == 40, "the length that CREATE TYPE names");

#define PG_GETARG_TARGET(n)	((Target *) PG_GETARG_POINTER(n))

#define MAX_DIGITS	18

/* One end. */
typedef struct Decimal
{
	int64		digits;
	int			scale;
} Decimal;

#define OPEN	(-1)			/* scale of an open end */

static const Decimal least = {-1, OPEN};
static const Decimal most = {1, OPEN};

static Decimal
end_of(const Target *target, TargetEnd end)
{
	return (Decimal)
	{
		target->digits[end], target->scale[end]
	};
}

static bool
is_open(const Target *target, TargetEnd end)
{
	return target->scale[end] == OPEN;
}

static int64
power_of_ten(int power)
{
	int64		result = 1;

	while (power-- > 0)
		result *= 10;
	return result;
}

static int
compare_int64(int64 a, int64 b)
{
	return (a > b) - (a < b);
}

/*
 * Compares two numbers by their whole parts, then by what is left of each in
 * units of 10^-18, both of which fit.
 */
static int
compare_decimals(Decimal a, Decimal b)
{
	int64		unit_a,
				unit_b;
	int			order;

	if (a.scale == OPEN || b.scale == OPEN)
		return compare_int64(a.scale == OPEN ? a.digits : 0, b.scale == OPEN ? b.digits : 0);
	unit_a = power_of_ten(a.scale);
	unit_b = power_of_ten(b.scale);
	order = compare_int64(a.digits / unit_a, b.digits / unit_b);
	if (order != 0)
		return order;
	return compare_int64(a.digits % unit_a * power_of_ten(MAX_DIGITS - a.scale),
						 b.digits % unit_b * power_of_ten(MAX_DIGITS - b.scale));
}

static bool
is_exact(const Target *target)
{
	return compare_decimals(end_of(target, GOAL_LOW), end_of(target, GOAL_HIGH)) == 0;
}

static bool
has_amber(const Target *target)
{
	return compare_decimals(end_of(target, GOAL_LOW), end_of(target, AMBER_LOW)) != 0 ||
		compare_decimals(end_of(target, GOAL_HIGH), end_of(target, AMBER_HIGH)) != 0;
}

/*
 * Text out. A range begins at GOAL_LOW or AMBER_LOW; of one value it is that value.
 */
static void
write_decimal(StringInfo out, Decimal number)
{
	uint64		size = number.digits < 0 ? -number.digits : number.digits;
	uint64		unit = power_of_ten(number.scale);

	appendStringInfo(out, "%s" UINT64_FORMAT, number.digits < 0 ? "-" : "", size / unit);
	if (number.scale > 0)
		appendStringInfo(out, ".%0*llu", number.scale, (unsigned long long) (size % unit));
}

static void
write_range(StringInfo out, const Target *target, TargetEnd low)
{
	bool		same = compare_decimals(end_of(target, low), end_of(target, low + 1)) == 0;

	if (!is_open(target, low))
		write_decimal(out, end_of(target, low));
	if (!is_open(target, low) && !is_open(target, low + 1) && !same)
		appendStringInfoString(out, "..");
	if (!is_open(target, low + 1) && !same)
		write_decimal(out, end_of(target, low + 1));
}

static char *
target_text(const Target *target)
{
	StringInfoData out;

	initStringInfo(&out);
	if (is_open(target, GOAL_HIGH))
		appendStringInfoString(&out, ">= ");
	else if (is_open(target, GOAL_LOW))
		appendStringInfoString(&out, "<= ");
	else if (is_exact(target))
		appendStringInfoString(&out, "= ");
	write_range(&out, target, GOAL_LOW);
	if (has_amber(target))
	{
		appendStringInfoString(&out, " ~ ");
		write_range(&out, target, AMBER_LOW);
	}
	return out.data;
}

/*
 * Text in. Each reader moves on, or says which rule the text breaks and what to
 * write instead.
 */
typedef struct TargetReader
{
	const char *at;
	const char *rule;
	const char *remedy;
} TargetReader;

static bool
refuse(TargetReader *reader, const char *rule, const char *remedy)
{
	reader->rule = rule;
	reader->remedy = remedy;
	return false;
}

static void
skip_spaces(TargetReader *reader)
{
	while (scanner_isspace(*reader->at))
		reader->at++;
}

static bool
read_symbol(TargetReader *reader, const char *symbol)
{
	int			length = strlen(symbol);

	skip_spaces(reader);
	if (strncmp(reader->at, symbol, length) != 0)
		return false;
	reader->at += length;
	return true;
}

static bool
is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool
refuse_digits(TargetReader *reader)
{
	return refuse(reader, psprintf("A number has at most %d digits, before and after the point together.", MAX_DIGITS),
				  "Round it, or measure in another unit.");
}

static bool
read_decimal(TargetReader *reader, Decimal *number)
{
	bool		negative;
	const char *at;
	int			count = 0;
	int64		zeros = 0;		/* decimals after the last that is not 0 */

	skip_spaces(reader);
	at = reader->at;
	negative = *at == '-';
	if (*at == '-' || *at == '+')
		at++;
	if (pg_strncasecmp(at, "nan", 3) == 0 || pg_strncasecmp(at, "inf", 3) == 0)
		return refuse(reader, "The ends of a goal and of its band are finite numbers.",
					  "Write >= 50 for a goal that is open above, <= 2.5 for one that is open below.");
	/* the first of the two points of a range is no decimal point */
	if (!is_digit(*at) && !(*at == '.' && is_digit(at[1])))
		return refuse(reader, "A target is a goal, and may have an amber band after ~.",
					  "Write >= 50, <= 2.5, 40..60 or = 10, and a band as in >= 50 ~ 45, 40..60 ~ 35..65 or = 10 ~ 8..12.");

	number->digits = 0;
	number->scale = 0;
	for (; is_digit(*at); at++)
	{
		if (number->digits == 0 && *at == '0')
			continue;
		if (++count > MAX_DIGITS)
			return refuse_digits(reader);
		number->digits = number->digits * 10 + (*at - '0');
	}
	if (*at == '.' && is_digit(at[1]))
		for (at++; is_digit(*at); at++)
		{
			zeros++;
			if (*at == '0')
				continue;
			if (count + zeros > MAX_DIGITS)
				return refuse_digits(reader);
			count += zeros;
			number->digits = number->digits * power_of_ten(zeros) + (*at - '0');
			number->scale += zeros;
			zeros = 0;
		}
	if (negative)
		number->digits = -number->digits;
	reader->at = at;
	return true;
}

static void
set_ends(Target *target, TargetEnd end, Decimal low, Decimal high)
{
	target->digits[end] = low.digits;
	target->scale[end] = low.scale;
	target->digits[end + 1] = high.digits;
	target->scale[end + 1] = high.scale;
}

static bool
check_goal(TargetReader *reader, const Target *target)
{
	if (compare_decimals(end_of(target, GOAL_LOW), end_of(target, GOAL_HIGH)) > 0)
	{
		StringInfoData remedy;

		initStringInfo(&remedy);
		appendStringInfoString(&remedy, "Write the lower end first: ");
		write_decimal(&remedy, end_of(target, GOAL_HIGH));
		appendStringInfoString(&remedy, "..");
		write_decimal(&remedy, end_of(target, GOAL_LOW));
		appendStringInfoChar(&remedy, '.');
		return refuse(reader, "A range ends no lower than it starts.", remedy.data);
	}
	return true;
}

static bool
check_amber(TargetReader *reader, const Target *target)
{
	StringInfoData remedy;

	if (compare_decimals(end_of(target, AMBER_LOW), end_of(target, GOAL_LOW)) <= 0 &&
		compare_decimals(end_of(target, AMBER_HIGH), end_of(target, GOAL_HIGH)) >= 0 &&
		has_amber(target))
		return true;
	initStringInfo(&remedy);
	if (is_open(target, GOAL_HIGH))
		appendStringInfoString(&remedy, "Write an end below ");
	else if (is_open(target, GOAL_LOW))
		appendStringInfoString(&remedy, "Write an end above ");
	else
		appendStringInfoString(&remedy, "Write a band that holds more than ");
	write_range(&remedy, target, GOAL_LOW);
	appendStringInfoString(&remedy, ", or leave out the band.");
	return refuse(reader, "The amber band goes past the goal, to what is at risk but not yet off track.", remedy.data);
}

/*
 * Reads the low end, the high end, or both with two points between.
 */
static bool
read_ends(TargetReader *reader, Decimal *low, Decimal *high, const char *rule, const char *remedy)
{
	return (low == NULL || read_decimal(reader, low)) &&
		(low == NULL || high == NULL || read_symbol(reader, "..") || refuse(reader, rule, remedy)) &&
		(high == NULL || read_decimal(reader, high));
}

static bool
read_target(TargetReader *reader, Target *target)
{
	bool		at_least = read_symbol(reader, ">=") || read_symbol(reader, "\xE2\x89\xA5");
	bool		at_most = !at_least && (read_symbol(reader, "<=") || read_symbol(reader, "\xE2\x89\xA4"));
	bool		exact = !at_least && !at_most && read_symbol(reader, "=");
	Decimal		low = least;
	Decimal		high = most;

	if (!read_ends(reader, at_most ? NULL : &low, at_least || exact ? NULL : &high,
				   "A number alone does not say on which side of it the goal lies.",
				   "Write >= or <= or = before it, or a range such as 40..60."))
		return false;
	if (exact)
		high = low;
	set_ends(target, GOAL_LOW, low, high);
	if (!check_goal(reader, target))
		return false;

	if (read_symbol(reader, "~"))
	{
		if (!read_ends(reader, at_most ? NULL : &low, at_least ? NULL : &high,
					   "The amber band of a range or of one value has two ends.",
					   "Write both, as in 40..60 ~ 35..65 or = 10 ~ 8..12."))
			return false;
		set_ends(target, AMBER_LOW, low, high);
		if (!check_amber(reader, target))
			return false;
	}
	else
		set_ends(target, AMBER_LOW, low, high);
	skip_spaces(reader);
	if (*reader->at != '\0')
		return refuse(reader, psprintf("\"%s\" stands where the target ends.", reader->at),
					  "Write numbers as 50000 or 2.5, one end after >= or <=, and no unit: that is the metric's.");
	return true;
}

/*
 * The target that a text means. An error is soft where a context for it is given.
 */
static Target *
parse_target(const char *text, Node *escontext)
{
	TargetReader reader = {.at = text};
	Target	   *target = palloc0(sizeof(Target));

	if (!read_target(&reader, target))
		ereturn(escontext, NULL,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid target: \"%s\"", text),
				 errdetail("%s", reader.rule),
				 errhint("%s", reader.remedy)));
	return target;
}

PG_FUNCTION_INFO_V1(align_target_in);
Datum
align_target_in(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(parse_target(PG_GETARG_CSTRING(0), fcinfo->context));
}

PG_FUNCTION_INFO_V1(align_target_out);
Datum
align_target_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(target_text(PG_GETARG_TARGET(0)));
}

PG_FUNCTION_INFO_V1(align_target_recv);
Datum
align_target_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	int			length;

	PG_RETURN_POINTER(parse_target(pq_getmsgtext(in, in->len - in->cursor, &length), NULL));
}

PG_FUNCTION_INFO_V1(align_target_send);
Datum
align_target_send(PG_FUNCTION_ARGS)
{
	StringInfoData buffer;
	char	   *text = target_text(PG_GETARG_TARGET(0));

	pq_begintypsend(&buffer);
	pq_sendtext(&buffer, text, strlen(text));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

/*
 * What was measured, against the target.
 */

static Numeric
to_numeric(Decimal number)
{
	return int64_div_fast_to_numeric(number.digits, number.scale);
}

static Numeric
add(Numeric a, Numeric b)
{
	return numeric_add_opt_error(a, b, NULL);
}

static Numeric
subtract(Numeric a, Numeric b)
{
	return numeric_sub_opt_error(a, b, NULL);
}

static Numeric
smaller_of(Numeric a, Numeric b)
{
	return DatumGetNumeric(DirectFunctionCall2(numeric_smaller, NumericGetDatum(a), NumericGetDatum(b)));
}

static Numeric
get_actual(Datum datum)
{
	Numeric		actual = DatumGetNumeric(datum);

	if (numeric_is_nan(actual) || numeric_is_inf(actual))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid actual value: %s",
						DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(actual)))),
				 errdetail("What was measured is a finite number."),
				 errhint("Give NULL for what was not measured.")));
	return actual;
}

static int
compare_actual(Numeric actual, const Target *target, TargetEnd end)
{
	if (is_open(target, end))
		return target->digits[end] < 0 ? 1 : -1;
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, NumericGetDatum(actual),
											 NumericGetDatum(to_numeric(end_of(target, end)))));
}

/* Whether it lies in the range that begins at GOAL_LOW or AMBER_LOW. */
static bool
lies_in(Numeric actual, const Target *target, TargetEnd low)
{
	return compare_actual(actual, target, low) >= 0 &&
		compare_actual(actual, target, low + 1) <= 0;
}

/*
 * In what the distance to an end of the goal is counted: in the size of that
 * end. An end at 0 has none; then it is that of the amber band on its side, or
 * else of the other end of the goal, or else 1.
 */
static Numeric
unit_of(const Target *target, TargetEnd end)
{
	const TargetEnd sizes[] = {end, end + AMBER_LOW, GOAL_HIGH - end};

	for (int i = 0; i < lengthof(sizes); i++)
	{
		Decimal		size = end_of(target, sizes[i]);

		if (size.scale != OPEN && size.digits != 0)
		{
			size.digits = size.digits < 0 ? -size.digits : size.digits;
			return to_numeric(size);
		}
	}
	return int64_to_numeric(1);
}

/* 1 at an end of the goal, more on its good side, less on the other. */
static Numeric
attainment_at(Numeric actual, const Target *target, TargetEnd end)
{
	Numeric		goal = to_numeric(end_of(target, end));
	Numeric		beyond = end == GOAL_LOW ? subtract(actual, goal) : subtract(goal, actual);

	return add(int64_to_numeric(1), numeric_div_opt_error(beyond, unit_of(target, end), NULL));
}

static Numeric
attainment(Numeric actual, const Target *target)
{
	Numeric		both;

	if (is_open(target, GOAL_HIGH))
		return attainment_at(actual, target, GOAL_LOW);
	if (is_open(target, GOAL_LOW))
		return attainment_at(actual, target, GOAL_HIGH);
	both = smaller_of(attainment_at(actual, target, GOAL_LOW),
					  attainment_at(actual, target, GOAL_HIGH));
	return smaller_of(both, int64_to_numeric(1));
}

/* met(actual, target) */
PG_FUNCTION_INFO_V1(align_target_met);
Datum
align_target_met(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(lies_in(get_actual(PG_GETARG_DATUM(0)), PG_GETARG_TARGET(1), GOAL_LOW));
}

/* status(actual, target) */
PG_FUNCTION_INFO_V1(align_target_status);
Datum
align_target_status(PG_FUNCTION_ARGS)
{
	Numeric		actual = get_actual(PG_GETARG_DATUM(0));
	Target	   *target = PG_GETARG_TARGET(1);
	const char *status = "off track";

	if (lies_in(actual, target, GOAL_LOW))
		status = "on track";
	else if (lies_in(actual, target, AMBER_LOW))
		status = "at risk";
	PG_RETURN_TEXT_P(cstring_to_text(status));
}

/* attainment(actual, target) */
PG_FUNCTION_INFO_V1(align_target_attainment);
Datum
align_target_attainment(PG_FUNCTION_ARGS)
{
	Numeric		result = attainment(get_actual(PG_GETARG_DATUM(0)), PG_GETARG_TARGET(1));

	return DirectFunctionCall1(numeric_trim_scale, NumericGetDatum(result));
}

/* direction(target): the form, in words */
PG_FUNCTION_INFO_V1(align_target_direction);
Datum
align_target_direction(PG_FUNCTION_ARGS)
{
	Target	   *target = PG_GETARG_TARGET(0);
	const char *direction = "between";

	if (is_open(target, GOAL_HIGH))
		direction = "at least";
	else if (is_open(target, GOAL_LOW))
		direction = "at most";
	else if (is_exact(target))
		direction = "equal";
	PG_RETURN_TEXT_P(cstring_to_text(direction));
}

static Datum
return_end(FunctionCallInfo fcinfo, TargetEnd end)
{
	Target	   *target = PG_GETARG_TARGET(0);

	if (is_open(target, end) || (end >= AMBER_LOW && !has_amber(target)))
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(to_numeric(end_of(target, end)));
}

PG_FUNCTION_INFO_V1(align_target_goal_low);
Datum
align_target_goal_low(PG_FUNCTION_ARGS)
{
	return return_end(fcinfo, GOAL_LOW);
}

PG_FUNCTION_INFO_V1(align_target_goal_high);
Datum
align_target_goal_high(PG_FUNCTION_ARGS)
{
	return return_end(fcinfo, GOAL_HIGH);
}

PG_FUNCTION_INFO_V1(align_target_amber_low);
Datum
align_target_amber_low(PG_FUNCTION_ARGS)
{
	return return_end(fcinfo, AMBER_LOW);
}

PG_FUNCTION_INFO_V1(align_target_amber_high);
Datum
align_target_amber_high(PG_FUNCTION_ARGS)
{
	return return_end(fcinfo, AMBER_HIGH);
}

/*
 * Order: by the lower end of the goal, an open one first, then by the upper end,
 * an open one last, then by those of the band likewise.
 */
static int
compare(FunctionCallInfo fcinfo)
{
	int			order = 0;

	for (TargetEnd end = GOAL_LOW; end <= AMBER_HIGH && order == 0; end++)
		order = compare_decimals(end_of(PG_GETARG_TARGET(0), end), end_of(PG_GETARG_TARGET(1), end));
	return order;
}

PG_FUNCTION_INFO_V1(align_target_eq);
Datum
align_target_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) == 0);
}

PG_FUNCTION_INFO_V1(align_target_ne);
Datum
align_target_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) != 0);
}

PG_FUNCTION_INFO_V1(align_target_lt);
Datum
align_target_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) < 0);
}

PG_FUNCTION_INFO_V1(align_target_le);
Datum
align_target_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) <= 0);
}

PG_FUNCTION_INFO_V1(align_target_gt);
Datum
align_target_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) > 0);
}

PG_FUNCTION_INFO_V1(align_target_ge);
Datum
align_target_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) >= 0);
}

PG_FUNCTION_INFO_V1(align_target_cmp);
Datum
align_target_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare(fcinfo));
}

PG_FUNCTION_INFO_V1(align_target_hash);
Datum
align_target_hash(PG_FUNCTION_ARGS)
{
	return hash_any((unsigned char *) PG_GETARG_TARGET(0), sizeof(Target));
}

PG_FUNCTION_INFO_V1(align_target_hash_extended);
Datum
align_target_hash_extended(PG_FUNCTION_ARGS)
{
	return hash_any_extended((unsigned char *) PG_GETARG_TARGET(0), sizeof(Target), PG_GETARG_INT64(1));
}
