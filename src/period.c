/*
 * period.c
 *		A calendar or fiscal span: week, month, quarter, year, years.
 *
 *		SELECT align.lower('FY2026-Q1@Jul'::align.period);		-- 2025-07-01
 *
 * A period is an int8 passed by value whose numeric order is the order of the
 * type, by first day and then the longer first:
 *
 *		bits 63..32  first day, as a date (days since 2000-01-01)
 *		bits 31..8   2^24 - 1 - length in days
 *		bits  7..4   grain
 *		bits  3..0   first month of the fiscal year, 1 to 12; 1 for weeks and months
 *
 * A valid value is one that its own fields build again; recv checks just that.
 * Years run from 1 to 9999.
 */
#include "compat.h"

#include <ctype.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

#include "base.h"

typedef int64 Period;

#define DatumGetPeriod(d)	DatumGetInt64(d)
#define PG_GETARG_PERIOD(n)	PG_GETARG_INT64(n)
#define PG_RETURN_PERIOD(p)	PG_RETURN_INT64(p)

typedef enum PeriodGrain
{
	GRAIN_WEEK,
	GRAIN_MONTH,
	GRAIN_QUARTER,
	GRAIN_YEAR,
	GRAIN_YEARS
} PeriodGrain;

static const char *const month_names[] = {
	"January", "February", "March", "April", "May", "June", "July", "August",
	"September", "October", "November", "December"
};

#define MONTH_ABBREVIATION 3	/* letters */

static const char *const grain_names[] = {"week", "month", "quarter", "year", "years"};

#define MAX_LENGTH_DAYS ((1 << 24) - 1)
#define MIN_YEAR 1
#define MAX_YEAR 9999

#define TO_DATE(julian)		((DateADT) ((julian) - POSTGRES_EPOCH_JDATE))
#define TO_JULIAN(date)		((int) (date) + POSTGRES_EPOCH_JDATE)

/* A period in parts. Years count from the fiscal year's name. */
typedef struct PeriodParts
{
	PeriodGrain grain;
	int			year;			/* calendar, ISO (weeks) or fiscal year */
	int			number;			/* week, month or quarter of it; 1 otherwise */
	int			years;			/* length of GRAIN_YEARS, 1 otherwise */
	int			start_month;	/* of the fiscal year */
} PeriodParts;

/* The parts in the calendar: years before the named one in which it starts. */
static inline int
first_calendar_year(const PeriodParts *parts)
{
	return parts->start_month > 1 ? parts->year - 1 : parts->year;
}

/* The julian day on which ISO week 1 of a year starts. */
static int
first_iso_monday(int year)
{
	int			january_4 = date2j(year, 1, 4);

	return january_4 - (j2day(january_4) + 6) % 7;
}

static int
month_start(int year, int month)
{
	int			months = year * 12 + (month - 1);

	return date2j(months / 12, months % 12 + 1, 1);
}

static DateADT
first_day(Period period)
{
	return (DateADT) (period >> 32);
}

static int
length_days(Period period)
{
	return MAX_LENGTH_DAYS - (int) ((period >> 8) & 0xFFFFFF);
}

static DateADT
end_day(Period period)
{
	return first_day(period) + length_days(period);
}

static PeriodGrain
grain_of(Period period)
{
	return (PeriodGrain) ((period >> 4) & 0xF);
}

static int
start_month_of(Period period)
{
	return (int) (period & 0xF);
}

/*
 * Builds the value of parts that are known to be in range. One text has one
 * value: weeks and months get the first month 1 whatever the parts say, and a
 * span of one year is that year.
 */
static Period
build(const PeriodParts *parts)
{
	int			year = first_calendar_year(parts);
	int			start_month = parts->grain <= GRAIN_MONTH ? 1 : parts->start_month;
	PeriodGrain grain = parts->years == 1 ? Min(parts->grain, GRAIN_YEAR) : parts->grain;
	int			first;
	int			end;

	switch (parts->grain)
	{
		case GRAIN_WEEK:
			first = first_iso_monday(parts->year) + 7 * (parts->number - 1);
			end = first + 7;
			break;
		case GRAIN_MONTH:
			first = month_start(parts->year, parts->number);
			end = month_start(parts->year, parts->number + 1);
			break;
		case GRAIN_QUARTER:
			first = month_start(year, parts->start_month + 3 * (parts->number - 1));
			end = month_start(year, parts->start_month + 3 * parts->number);
			break;
		default:
			first = month_start(year, parts->start_month);
			end = month_start(year + parts->years, parts->start_month);
			break;
	}
	return ((int64) TO_DATE(first) << 32) |
		((int64) (MAX_LENGTH_DAYS - (end - first)) << 8) |
		((int64) grain << 4) | start_month;
}

/*
 * Takes a value apart; the inverse of build().
 */
static void
take_apart(Period period, PeriodParts *parts)
{
	int			julian = TO_JULIAN(first_day(period));
	int			year,
				month,
				day;

	j2date(julian, &year, &month, &day);
	parts->grain = grain_of(period);
	parts->start_month = start_month_of(period);
	parts->years = 1;
	parts->number = 1;
	if (parts->grain == GRAIN_WEEK)
	{
		/* a week belongs to the year of its Thursday */
		j2date(julian + 3, &parts->year, &month, &day);
		parts->number = (julian - first_iso_monday(parts->year)) / 7 + 1;
		return;
	}
	parts->year = year;
	if (parts->grain == GRAIN_MONTH)
	{
		parts->number = month;
		return;
	}
	if (parts->grain == GRAIN_QUARTER)
	{
		int			months = (month - parts->start_month + 12) % 12;

		parts->number = months / 3 + 1;
	}
	else if (parts->grain == GRAIN_YEARS)
		parts->years = (int) rint(length_days(period) / 365.2425);
	/* the fiscal year is named after the calendar year in which it ends */
	if (parts->start_month > 1 && month >= parts->start_month)
		parts->year++;
}

static int
weeks_in_year(int year)
{
	return (first_iso_monday(year + 1) - first_iso_monday(year)) / 7;
}

/*
 * Builds a value from parts that a user gave: NULL in *rule when they are good,
 * otherwise the rule they break, with the remedy.
 */
static Period
build_checked(const PeriodParts *parts, const char **rule, const char **remedy)
{
	*rule = NULL;
	*remedy = NULL;
	if (parts->year < MIN_YEAR || parts->year > MAX_YEAR ||
		parts->years < 1 || parts->year + parts->years - 1 > MAX_YEAR ||
		first_calendar_year(parts) < MIN_YEAR)
	{
		*rule = "Years run from 1 to 9999.";
		*remedy = "Write a year of four digits, such as 2026.";
		if (parts->start_month > 1)
		{
			*rule = "Years run from 1 to 9999, and a fiscal year lies within them.";
			*remedy = "Write a year from FY0002 to FY9999.";
		}
	}
	else if (parts->grain == GRAIN_WEEK &&
			 (parts->number < 1 || parts->number > weeks_in_year(parts->year)))
	{
		*rule = psprintf("ISO year %04d has %d weeks.", parts->year, weeks_in_year(parts->year));
		*remedy = psprintf("Write %04d-W%02d.", parts->year, weeks_in_year(parts->year));
	}
	else if (parts->grain == GRAIN_MONTH && (parts->number < 1 || parts->number > 12))
	{
		*rule = "Months run from 01 to 12.";
		*remedy = psprintf("Write %04d-12.", parts->year);
	}
	else if (parts->grain == GRAIN_QUARTER && (parts->number < 1 || parts->number > 4))
	{
		*rule = "Quarters run from Q1 to Q4.";
		if (parts->start_month > 1)
			*remedy = psprintf("Write FY%04d-Q4@%.*s.", parts->year,
							   MONTH_ABBREVIATION, month_names[parts->start_month - 1]);
		else
			*remedy = psprintf("Write %04d-Q4.", parts->year);
	}
	if (*rule != NULL)
		return 0;
	return build(parts);
}

/*
 * Reads a number of between min and max digits; false when there are others.
 */
static bool
read_number(const char **at, int min, int max, int *number)
{
	int			digits = 0;

	*number = 0;
	while (digits < max && isdigit((unsigned char) (*at)[digits]))
	{
		*number = *number * 10 + ((*at)[digits] - '0');
		digits++;
	}
	*at += digits;
	return digits >= min && !isdigit((unsigned char) **at);
}

/*
 * Reads a month's name, whole or its first three letters.
 */
static bool
read_month_name(const char **at, int *month)
{
	for (int i = 0; i < lengthof(month_names); i++)
	{
		int			length = strlen(month_names[i]);

		if (pg_strncasecmp(*at, month_names[i], length) != 0)
			length = MONTH_ABBREVIATION;
		if (pg_strncasecmp(*at, month_names[i], length) == 0 &&
			!isalpha((unsigned char) (*at)[length]))
		{
			*at += length;
			*month = i + 1;
			return true;
		}
	}
	return false;
}

static void
skip_spaces(const char **at)
{
	while (isspace((unsigned char) **at))
		(*at)++;
}

/*
 * Reads the text forms; false when the text has none of them.
 */
static bool
read_parts(const char *at, PeriodParts *parts)
{
	bool		fiscal = false;

	memset(parts, 0, sizeof(*parts));
	parts->grain = GRAIN_YEAR;
	parts->number = 1;
	parts->years = 1;
	parts->start_month = 1;

	skip_spaces(&at);
	if ((*at == 'Q' || *at == 'q') && isdigit((unsigned char) at[1]))
	{
		/* Q1 2026 */
		at++;
		parts->grain = GRAIN_QUARTER;
		if (!read_number(&at, 1, 2, &parts->number))
			return false;
		skip_spaces(&at);
		if (!read_number(&at, 4, 4, &parts->year))
			return false;
	}
	else if (read_month_name(&at, &parts->number))
	{
		/* March 2026 */
		parts->grain = GRAIN_MONTH;
		skip_spaces(&at);
		if (!read_number(&at, 4, 4, &parts->year))
			return false;
	}
	else
	{
		if (pg_strncasecmp(at, "FY", 2) == 0)
		{
			fiscal = true;
			at += 2;
		}
		if (!read_number(&at, 4, 4, &parts->year))
			return false;
		if (at[0] == '.' && at[1] == '.')
		{
			int			last;

			at += 2;
			if (fiscal && pg_strncasecmp(at, "FY", 2) == 0)
				at += 2;
			if (!read_number(&at, 4, 4, &last))
				return false;
			parts->years = last - parts->year + 1;
			parts->grain = GRAIN_YEARS;
		}
		else if (*at == '-' || *at == 'Q' || *at == 'q' || *at == 'W' || *at == 'w')
		{
			if (*at == '-')
				at++;
			if (*at == 'Q' || *at == 'q')
			{
				at++;
				parts->grain = GRAIN_QUARTER;
				if (!read_number(&at, 1, 2, &parts->number))
					return false;
			}
			else if (*at == 'W' || *at == 'w')
			{
				at++;
				parts->grain = GRAIN_WEEK;
				if (fiscal || !read_number(&at, 1, 2, &parts->number))
					return false;
			}
			else
			{
				parts->grain = GRAIN_MONTH;
				if (fiscal || !read_number(&at, 2, 2, &parts->number))
					return false;
			}
		}
		if (fiscal && *at == '@')
		{
			at++;
			if (!read_month_name(&at, &parts->start_month))
				return false;
		}
	}
	skip_spaces(&at);
	return *at == '\0';
}

PG_FUNCTION_INFO_V1(align_period_in);
Datum
align_period_in(PG_FUNCTION_ARGS)
{
	char	   *string = PG_GETARG_CSTRING(0);
	PeriodParts parts;
	const char *rule;
	const char *remedy;
	Period		period;

	if (!read_parts(string, &parts))
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid period: \"%s\"", string),
				 errdetail("A period is a week, month, quarter, year or span of years."),
				 errhint("Write 2026-W07, 2026-03, 2026-Q1, 2026, 2026..2028 or FY2026-Q1@Jul.")));
	if (parts.years < 1)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid period: \"%s\"", string),
				 errdetail("A span of years ends no earlier than it starts."),
				 errhint("Write the earlier year first, such as 2026..2028.")));
	period = build_checked(&parts, &rule, &remedy);
	if (rule != NULL)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid period: \"%s\"", string),
				 errdetail("%s", rule),
				 errhint("%s", remedy)));
	PG_RETURN_PERIOD(period);
}

static char *
period_text(Period period)
{
	PeriodParts parts;
	const char *fiscal;
	const char *start = "";

	take_apart(period, &parts);
	fiscal = parts.start_month > 1 ? "FY" : "";
	if (parts.start_month > 1)
		start = psprintf("@%.*s", MONTH_ABBREVIATION, month_names[parts.start_month - 1]);
	switch (parts.grain)
	{
		case GRAIN_WEEK:
			return psprintf("%04d-W%02d", parts.year, parts.number);
		case GRAIN_MONTH:
			return psprintf("%04d-%02d", parts.year, parts.number);
		case GRAIN_QUARTER:
			return psprintf("%s%04d-Q%d%s", fiscal, parts.year, parts.number, start);
		case GRAIN_YEAR:
			return psprintf("%s%04d%s", fiscal, parts.year, start);
		case GRAIN_YEARS:
			return psprintf("%s%04d..%s%04d%s", fiscal, parts.year, fiscal,
							parts.year + parts.years - 1, start);
	}
	return NULL;
}

PG_FUNCTION_INFO_V1(align_period_out);
Datum
align_period_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(period_text(PG_GETARG_PERIOD(0)));
}

PG_FUNCTION_INFO_V1(align_period_recv);
Datum
align_period_recv(PG_FUNCTION_ARGS)
{
	Period		period = pq_getmsgint64((StringInfo) PG_GETARG_POINTER(0));
	int64		first = period >> 32;
	const char *rule = "";
	const char *remedy;

	/*
	 * dates of the years 1 to 9999, and fields in their range, before any
	 * arithmetic
	 */
	if (first >= TO_DATE(date2j(MIN_YEAR, 1, 1)) - 7 &&
		first <= TO_DATE(date2j(MAX_YEAR, 12, 31)) &&
		grain_of(period) <= GRAIN_YEARS &&
		start_month_of(period) >= 1 && start_month_of(period) <= 12)
	{
		PeriodParts parts;

		take_apart(period, &parts);
		if (build_checked(&parts, &rule, &remedy) == period && rule == NULL)
			PG_RETURN_PERIOD(period);
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid period in binary input: " INT64_FORMAT, period),
			 errdetail("The value is not one that a period of the years 1 to 9999 has."),
			 errhint("Send the period as text.")));
}

PG_FUNCTION_INFO_V1(align_period_send);
Datum
align_period_send(PG_FUNCTION_ARGS)
{
	StringInfoData buffer;

	pq_begintypsend(&buffer);
	pq_sendint64(&buffer, PG_GETARG_PERIOD(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

/*
 * The error for a date that no period holds; its text is ISO whatever DateStyle
 * says, since immutable functions read no setting.
 */
static void
refuse_date(DateADT date, const char *rule)
{
	char		text[MAXDATELEN + 1];

	if (DATE_NOT_FINITE(date))
		EncodeSpecialDate(date, text);
	else
	{
		struct pg_tm tm;

		j2date(TO_JULIAN(date), &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
		EncodeDateOnly(&tm, USE_ISO_DATES, text);
	}
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("date out of range for a period: %s", text),
			 errdetail("%s", rule),
			 errhint("Leave out infinite dates, and those before and after.")));
}

/*
 * period(date, grain, start_month): the period of that grain that holds a date
 */
PG_FUNCTION_INFO_V1(align_period_from_date);
Datum
align_period_from_date(PG_FUNCTION_ARGS)
{
	DateADT		date = PG_GETARG_DATEADT(0);
	char	   *grain = text_to_cstring(PG_GETARG_TEXT_PP(1));
	int32		start_month = PG_GETARG_INT32(2);
	PeriodParts parts = {.number = 1,.years = 1,.start_month = 1};
	const char *rule;
	const char *remedy;
	Period		period;
	int			month,
				day,
				i;

	for (i = GRAIN_WEEK; i <= GRAIN_YEAR; i++)
		if (pg_strcasecmp(grain, grain_names[i]) == 0)
			break;
	if (i > GRAIN_YEAR)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid grain: \"%s\"", grain),
				 errdetail("The grains of a date are week, month, quarter and year."),
				 errhint("A span of years is written as text, such as 2026..2028.")));
	if (start_month < 1 || start_month > 12)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid start month: %d", start_month),
				 errdetail("Months run from 1 to 12."),
				 errhint("Write 7 for a fiscal year that starts in July.")));
	if (DATE_NOT_FINITE(date) ||
		date < TO_DATE(date2j(MIN_YEAR, 1, 1)) || date > TO_DATE(date2j(MAX_YEAR, 12, 31)))
		refuse_date(date, "Years run from 1 to 9999.");

	parts.grain = i;
	j2date(TO_JULIAN(date), &parts.year, &month, &day);
	switch (parts.grain)
	{
		case GRAIN_WEEK:
			{
				int			monday = TO_JULIAN(date) - (j2day(TO_JULIAN(date)) + 6) % 7;

				j2date(monday + 3, &parts.year, &month, &day);
				parts.number = (monday - first_iso_monday(parts.year)) / 7 + 1;
				break;
			}
		case GRAIN_MONTH:
			parts.number = month;
			break;
		default:
			parts.start_month = start_month;
			if (parts.grain == GRAIN_QUARTER)
				parts.number = (month - start_month + 12) % 12 / 3 + 1;
			if (start_month > 1 && month >= start_month)
				parts.year++;
			break;
	}
	period = build_checked(&parts, &rule, &remedy);
	if (rule != NULL)
		refuse_date(date, rule);
	PG_RETURN_PERIOD(period);
}

PG_FUNCTION_INFO_V1(align_period_lower);
Datum
align_period_lower(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATEADT(first_day(PG_GETARG_PERIOD(0)));
}

PG_FUNCTION_INFO_V1(align_period_upper);
Datum
align_period_upper(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATEADT(end_day(PG_GETARG_PERIOD(0)));
}

PG_FUNCTION_INFO_V1(align_period_grain);
Datum
align_period_grain(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(grain_names[grain_of(PG_GETARG_PERIOD(0))]));
}

PG_FUNCTION_INFO_V1(align_period_elapsed);
Datum
align_period_elapsed(PG_FUNCTION_ARGS)
{
	Period		period = PG_GETARG_PERIOD(0);
	DateADT		date = PG_GETARG_DATEADT(1);

	if (date <= first_day(period))
		PG_RETURN_FLOAT8(0);
	if (date >= end_day(period))
		PG_RETURN_FLOAT8(1);
	PG_RETURN_FLOAT8((double) (date - first_day(period)) / length_days(period));
}

PG_FUNCTION_INFO_V1(align_period_contains_date);
Datum
align_period_contains_date(PG_FUNCTION_ARGS)
{
	Period		period = PG_GETARG_PERIOD(0);
	DateADT		date = PG_GETARG_DATEADT(1);

	PG_RETURN_BOOL(date >= first_day(period) && date < end_day(period));
}

PG_FUNCTION_INFO_V1(align_period_date_within);
Datum
align_period_date_within(PG_FUNCTION_ARGS)
{
	DateADT		date = PG_GETARG_DATEADT(0);
	Period		period = PG_GETARG_PERIOD(1);

	PG_RETURN_BOOL(date >= first_day(period) && date < end_day(period));
}

static bool
contains(Period outer, Period inner)
{
	return first_day(inner) >= first_day(outer) && end_day(inner) <= end_day(outer);
}

PG_FUNCTION_INFO_V1(align_period_contains);
Datum
align_period_contains(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(contains(PG_GETARG_PERIOD(0), PG_GETARG_PERIOD(1)));
}

PG_FUNCTION_INFO_V1(align_period_within);
Datum
align_period_within(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(contains(PG_GETARG_PERIOD(1), PG_GETARG_PERIOD(0)));
}

PG_FUNCTION_INFO_V1(align_period_overlaps);
Datum
align_period_overlaps(PG_FUNCTION_ARGS)
{
	Period		a = PG_GETARG_PERIOD(0);
	Period		b = PG_GETARG_PERIOD(1);

	PG_RETURN_BOOL(first_day(a) < end_day(b) && first_day(b) < end_day(a));
}

/*
 * How many of its own grain a period lies after a fixed origin; spans of years
 * count their first years.
 */
static int64
ordinal(const PeriodParts *parts)
{
	switch (parts->grain)
	{
		case GRAIN_WEEK:
			return (first_iso_monday(parts->year) - first_iso_monday(1)) / 7 + parts->number - 1;
		case GRAIN_MONTH:
			return (int64) parts->year * 12 + parts->number - 1;
		case GRAIN_QUARTER:
			return (int64) parts->year * 4 + parts->number - 1;
		default:
			return parts->year;
	}
}

/*
 * The period n of its own length later; an error past the years 1 to 9999.
 */
static Period
shift(Period period, int64 n)
{
	PeriodParts parts;
	int64		place;
	const char *rule = "";
	const char *remedy;
	Period		result = 0;

	take_apart(period, &parts);
	place = ordinal(&parts) + n * parts.years;
	if (place >= 0 && place < (int64) (MAX_YEAR + 2) * 53)
	{
		switch (parts.grain)
		{
			case GRAIN_WEEK:
				{
					int			thursday = first_iso_monday(1) + 7 * (int) place + 3;
					int			month,
								day;

					j2date(thursday, &parts.year, &month, &day);
					parts.number = (thursday - 3 - first_iso_monday(parts.year)) / 7 + 1;
					break;
				}
			case GRAIN_MONTH:
				parts.year = place / 12;
				parts.number = place % 12 + 1;
				break;
			case GRAIN_QUARTER:
				parts.year = place / 4;
				parts.number = place % 4 + 1;
				break;
			default:
				parts.year = place;
				break;
		}
		result = build_checked(&parts, &rule, &remedy);
	}
	if (rule != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("period out of range: %s moved by " INT64_FORMAT, period_text(period), n),
				 errdetail("Years run from 1 to 9999."),
				 errhint("Move by fewer.")));
	return result;
}

PG_FUNCTION_INFO_V1(align_period_plus);
Datum
align_period_plus(PG_FUNCTION_ARGS)
{
	PG_RETURN_PERIOD(shift(PG_GETARG_PERIOD(0), PG_GETARG_INT32(1)));
}

PG_FUNCTION_INFO_V1(align_period_plus_commuted);
Datum
align_period_plus_commuted(PG_FUNCTION_ARGS)
{
	PG_RETURN_PERIOD(shift(PG_GETARG_PERIOD(1), PG_GETARG_INT32(0)));
}

PG_FUNCTION_INFO_V1(align_period_minus);
Datum
align_period_minus(PG_FUNCTION_ARGS)
{
	PG_RETURN_PERIOD(shift(PG_GETARG_PERIOD(0), -(int64) PG_GETARG_INT32(1)));
}

/*
 * How many steps lie from one period to another of the same kind.
 */
static int64
difference(Period a, Period b)
{
	PeriodParts left;
	PeriodParts right;
	int64		steps;

	take_apart(a, &left);
	take_apart(b, &right);
	steps = ordinal(&left) - ordinal(&right);
	if (left.grain != right.grain || left.start_month != right.start_month ||
		left.years != right.years || steps % left.years != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("periods of different kinds cannot be counted: %s and %s",
						period_text(a), period_text(b)),
				 errdetail("Both need the same grain, length and first month of the fiscal year, and must be whole steps apart."),
				 errhint("Convert one, such as period(lower(p), 'month').")));
	return steps / left.years;
}

PG_FUNCTION_INFO_V1(align_period_difference);
Datum
align_period_difference(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32((int32) difference(PG_GETARG_PERIOD(0), PG_GETARG_PERIOD(1)));
}

PG_FUNCTION_INFO_V1(align_period_daterange);
Datum
align_period_daterange(PG_FUNCTION_ARGS)
{
	Period		period = PG_GETARG_PERIOD(0);
	TypeCacheEntry *typcache = lookup_type_cache(DATERANGEOID, TYPECACHE_RANGE_INFO);
	RangeBound	lower = {.val = DateADTGetDatum(first_day(period)),.inclusive = true,.lower = true};
	RangeBound	upper = {.val = DateADTGetDatum(end_day(period))};

	PG_RETURN_RANGE_P(align_make_range(typcache, &lower, &upper, false));
}

/* generate_series(from, to, step) */
PG_FUNCTION_INFO_V1(align_period_series);
Datum
align_period_series(PG_FUNCTION_ARGS)
{
	FuncCallContext *context;
	Period		from = PG_GETARG_PERIOD(0);
	Period		to = PG_GETARG_PERIOD(1);
	int32		step = PG_GETARG_INT32(2);

	if (SRF_IS_FIRSTCALL())
	{
		context = SRF_FIRSTCALL_INIT();
		if (step == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("invalid step: 0"),
					 errdetail("A series moves at every step."),
					 errhint("Write 1, or -1 to count down.")));
		context->max_calls = Max(difference(to, from) / step + 1, 0);
		if ((step > 0) != (to >= from) && to != from)
			context->max_calls = 0;
	}
	context = SRF_PERCALL_SETUP();
	if (context->call_cntr < context->max_calls)
	{
		/*
		 * before SRF_RETURN_NEXT, which counts on before it takes its
		 * argument
		 */
		Period		next = shift(from, (int64) context->call_cntr * step);

		SRF_RETURN_NEXT(context, Int64GetDatum(next));
	}
	SRF_RETURN_DONE(context);
}
