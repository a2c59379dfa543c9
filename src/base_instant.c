/*
 * base_instant.c
 *		Instants as text: ISO 8601 both ways, and what CRM exports write.
 *
 *		SELECT align.to_instant('02/24/26 02:18 AM', 'America/Chicago', 'MM/DD/YY HH12:MI AM');
 *
 * Nothing here depends on DateStyle or TimeZone: a text means the same instant
 * in every session, or is refused. What is written is read back exactly.
 */
#include "compat.h"

#include <ctype.h>

#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "base_instant.h"

/* An instant as it is being read. */
typedef struct InstantParts
{
	struct pg_tm tm;
	int			usecs;
	bool		has_zone;
	int			zone_offset;	/* seconds west of Greenwich */
	int			half_day;		/* of a 12-hour clock: -1 not given, 0 AM, 1
								 * PM */
} InstantParts;

static const char *const month_names[] = {
	"january", "february", "march", "april", "may", "june", "july", "august",
	"september", "october", "november", "december"
};

/*
 * Writes 2026-03-01T09:30:00Z, with a fraction where there is one. Years past
 * 9999 have a sign and years before 1 count as astronomers do: -0001 is 2 BC.
 */
void
align_base_instant_write(StringInfo out, TimestampTz at)
{
	struct pg_tm tm;
	fsec_t		usecs;

	if (timestamp2tm(at, NULL, &tm, &usecs, NULL, NULL) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("instant out of range"),
				 errdetail("Instants run from 4713 BC to the year 294276."),
				 errhint("The value is corrupt.")));
	if (tm.tm_year > 9999)
		appendStringInfo(out, "+%d", tm.tm_year);
	else if (tm.tm_year < 0)
		appendStringInfo(out, "-%04d", -tm.tm_year);
	else
		appendStringInfo(out, "%04d", tm.tm_year);
	appendStringInfo(out, "-%02d-%02dT%02d:%02d:%02d",
					 tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	if (usecs != 0)
	{
		int			length;

		appendStringInfo(out, ".%06d", (int) usecs);
		for (length = out->len; out->data[length - 1] == '0'; length--)
			;
		out->len = length;
		out->data[length] = '\0';
	}
	appendStringInfoChar(out, 'Z');
}

/* Reads between min and max digits. */
static bool
read_digits(const char **at, const char *end, int min, int max, int *number)
{
	int			digits = 0;

	*number = 0;
	while (digits < max && *at < end && isdigit((unsigned char) **at))
	{
		*number = *number * 10 + (**at - '0');
		(*at)++;
		digits++;
	}
	return digits >= min;
}

static bool
read_char(const char **at, const char *end, char wanted)
{
	if (*at < end && **at == wanted)
	{
		(*at)++;
		return true;
	}
	return false;
}

/* Reads a fraction's digits as microseconds, further ones cut off. */
static bool
read_fraction(const char **at, const char *end, int *usecs)
{
	int			weight = 100000;

	*usecs = 0;
	if (*at == end || !isdigit((unsigned char) **at))
		return false;
	for (; *at < end && isdigit((unsigned char) **at); (*at)++)
	{
		*usecs += (**at - '0') * weight;
		weight /= 10;
	}
	return true;
}

/* Reads Z, +hh, +hhmm, +hh:mm, UTC or GMT, after optional spaces; nothing is fine too. */
static bool
read_zone(const char **at, const char *end, InstantParts *parts)
{
	const char *start = *at;
	int			sign;
	int			hours;
	int			minutes = 0;

	while (*at < end && **at == ' ')
		(*at)++;
	if (end - *at >= 3 && (pg_strncasecmp(*at, "utc", 3) == 0 || pg_strncasecmp(*at, "gmt", 3) == 0))
	{
		*at += 3;
		parts->has_zone = true;
		parts->zone_offset = 0;
		return true;
	}
	if (read_char(at, end, 'Z') || read_char(at, end, 'z'))
	{
		parts->has_zone = true;
		parts->zone_offset = 0;
		return true;
	}
	if (*at == end || (**at != '+' && **at != '-'))
	{
		*at = start;
		return true;
	}
	sign = *(*at)++ == '+' ? -1 : 1;
	if (!read_digits(at, end, 2, 2, &hours))
		return false;
	if (read_char(at, end, ':') || (*at < end && isdigit((unsigned char) **at)))
		if (!read_digits(at, end, 2, 2, &minutes))
			return false;
	if (hours > 15 || minutes > 59)
		return false;
	parts->has_zone = true;
	parts->zone_offset = sign * (hours * SECS_PER_HOUR + minutes * SECS_PER_MINUTE);
	return true;
}

/*
 * Reads an ISO date, perhaps with a time, perhaps with a zone.
 */
static bool
read_iso(const char **at, const char *end, InstantParts *parts)
{
	int			sign = 1;
	bool		is_signed = *at < end && (**at == '+' || **at == '-');

	if (is_signed)
		sign = *(*at)++ == '-' ? -1 : 1;
	if (!read_digits(at, end, 4, is_signed ? 6 : 4, &parts->tm.tm_year) ||
		!read_char(at, end, '-') ||
		!read_digits(at, end, 1, 2, &parts->tm.tm_mon) ||
		!read_char(at, end, '-') ||
		!read_digits(at, end, 1, 2, &parts->tm.tm_mday))
		return false;
	parts->tm.tm_year *= sign;
	if (*at < end && (**at == 'T' || **at == 't' ||
					  (**at == ' ' && end - *at > 1 && isdigit((unsigned char) (*at)[1]))))
	{
		(*at)++;
		if (!read_digits(at, end, 1, 2, &parts->tm.tm_hour) ||
			!read_char(at, end, ':') ||
			!read_digits(at, end, 2, 2, &parts->tm.tm_min))
			return false;
		if (read_char(at, end, ':'))
		{
			if (!read_digits(at, end, 2, 2, &parts->tm.tm_sec))
				return false;
			if ((read_char(at, end, '.') || read_char(at, end, ',')) &&
				!read_fraction(at, end, &parts->usecs))
				return false;
		}
		return read_zone(at, end, parts);
	}
	return true;
}

/*
 * The instant of parts; what is wrong with them in words, or NULL.
 */
static const char *
resolve(InstantParts *parts, pg_tz *zone, TimestampTz *instant)
{
	struct pg_tm *tm = &parts->tm;

	if (parts->half_day >= 0)
	{
		if (tm->tm_hour < 1 || tm->tm_hour > 12)
			return "hours before AM or PM run from 1 to 12";
		tm->tm_hour = tm->tm_hour % 12 + 12 * parts->half_day;
	}
	if (tm->tm_mon < 1 || tm->tm_mon > 12)
		return "months run from 1 to 12";
	if (tm->tm_mday < 1 || tm->tm_mday > day_tab[isleap(tm->tm_year)][tm->tm_mon - 1])
		return "that month has no such day";
	if (tm->tm_hour > 23 || tm->tm_min > 59 || tm->tm_sec > 59)
		return "a time runs from 00:00:00 to 23:59:59";
	if (!parts->has_zone)
	{
		if (zone == NULL)
			return "no time zone is written, and none is given";
		parts->zone_offset = DetermineTimeZoneOffset(tm, zone);
	}
	if (tm2timestamp(tm, parts->usecs, &parts->zone_offset, instant) != 0)
		return "instants run from 4713 BC to the year 294276";
	return NULL;
}

/*
 * Reads what align_base_instant_write writes, or any ISO instant with a zone.
 */
bool
align_base_instant_read(const char **at, const char *end, TimestampTz *instant)
{
	InstantParts parts = {.half_day = -1};

	return read_iso(at, end, &parts) && parts.has_zone &&
		resolve(&parts, NULL, instant) == NULL;
}

/*
 * Reads a whole text as an ISO date or instant, without a zone as UTC.
 */
bool
align_base_instant_read_utc(const char *at, const char *end, TimestampTz *instant)
{
	InstantParts parts = {.half_day = -1};

	if (!read_iso(&at, end, &parts) || at != end)
		return false;
	parts.has_zone = true;		/* with an offset of 0 unless one was read */
	return resolve(&parts, NULL, instant) == NULL;
}

/*
 * Reads a text by a format of to_timestamp's patterns: YYYY YY MM Mon Month DD
 * HH24 HH12 HH MI SS MS US AM PM TZ. Numbers need no leading zeros; a space
 * matches any number of spaces; all else matches itself.
 */
static bool
read_format(const char **at, const char *end, const char *format, InstantParts *parts)
{
	while (*format != '\0')
	{
		int			number;

		if (pg_strncasecmp(format, "YYYY", 4) == 0)
		{
			if (!read_digits(at, end, 4, 4, &parts->tm.tm_year))
				return false;
			format += 4;
		}
		else if (pg_strncasecmp(format, "YY", 2) == 0)
		{
			if (!read_digits(at, end, 2, 2, &number))
				return false;
			parts->tm.tm_year = number + (number < 70 ? 2000 : 1900);
			format += 2;
		}
		else if (pg_strncasecmp(format, "MM", 2) == 0)
		{
			if (!read_digits(at, end, 1, 2, &parts->tm.tm_mon))
				return false;
			format += 2;
		}
		else if (pg_strncasecmp(format, "Month", 5) == 0 || pg_strncasecmp(format, "Mon", 3) == 0)
		{
			bool		full = pg_strncasecmp(format, "Month", 5) == 0;
			int			i;

			for (i = 0; i < lengthof(month_names); i++)
			{
				int			length = full ? (int) strlen(month_names[i]) : 3;

				if (end - *at >= length && pg_strncasecmp(*at, month_names[i], length) == 0)
				{
					*at += length;
					break;
				}
			}
			if (i == lengthof(month_names))
				return false;
			parts->tm.tm_mon = i + 1;
			format += full ? 5 : 3;
		}
		else if (pg_strncasecmp(format, "DD", 2) == 0)
		{
			if (!read_digits(at, end, 1, 2, &parts->tm.tm_mday))
				return false;
			format += 2;
		}
		else if (pg_strncasecmp(format, "HH", 2) == 0)
		{
			if (!read_digits(at, end, 1, 2, &parts->tm.tm_hour))
				return false;
			format += 2;
			if (strncmp(format, "24", 2) == 0 || strncmp(format, "12", 2) == 0)
				format += 2;
		}
		else if (pg_strncasecmp(format, "MI", 2) == 0)
		{
			if (!read_digits(at, end, 1, 2, &parts->tm.tm_min))
				return false;
			format += 2;
		}
		else if (pg_strncasecmp(format, "SS", 2) == 0)
		{
			if (!read_digits(at, end, 1, 2, &parts->tm.tm_sec))
				return false;
			format += 2;
		}
		else if (pg_strncasecmp(format, "MS", 2) == 0 || pg_strncasecmp(format, "US", 2) == 0)
		{
			if (!read_fraction(at, end, &parts->usecs))
				return false;
			format += 2;
		}
		else if (pg_strncasecmp(format, "AM", 2) == 0 || pg_strncasecmp(format, "PM", 2) == 0)
		{
			if (end - *at < 2 || pg_tolower((unsigned char) (*at)[1]) != 'm' ||
				strchr("aApP", **at) == NULL)
				return false;
			parts->half_day = pg_tolower((unsigned char) **at) == 'p';
			*at += 2;
			format += 2;
		}
		else if (pg_strncasecmp(format, "TZ", 2) == 0)
		{
			if (!read_zone(at, end, parts) || !parts->has_zone)
				return false;
			format += 2;
		}
		else if (isspace((unsigned char) *format))
		{
			while (*at < end && isspace((unsigned char) **at))
				(*at)++;
			format++;
		}
		else if (!read_char(at, end, *format++))
			return false;
	}
	return true;
}

/*
 * Whether a text is milliseconds since 1970: 13 digits, which are the years
 * 2001 to 2286. Other lengths may as well be 202603010930 or 20260301093000.
 */
static bool
is_milliseconds(const char *at, const char *end)
{
	if (end - at != 13)
		return false;
	for (; at < end; at++)
		if (!isdigit((unsigned char) *at))
			return false;
	return true;
}

/*
 * Reads an instant as CRM exports write it. Returns what is wrong in words, or
 * NULL; *open is set for an empty text and for 9999-12-31, which mean no end.
 */
static const char *
read_export(const char *at, const char *end, pg_tz *zone, const char *format,
			TimestampTz *instant, bool *open)
{
	InstantParts parts = {.half_day = -1};
	const char *digit;

	while (at < end && isspace((unsigned char) *at))
		at++;
	while (end > at && isspace((unsigned char) end[-1]))
		end--;
	*open = at == end;
	if (*open)
		return NULL;

	digit = at;
	if (format != NULL && read_format(&digit, end, format, &parts) && digit == end)
		;						/* goes before milliseconds: it may be digits
								 * alone too */
	else if (is_milliseconds(at, end))
	{
		*instant = strtoll(pnstrdup(at, end - at), NULL, 10) * 1000 -
			(int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY;
		return NULL;
	}
	else if (format != NULL)
		return "it does not have the date format given";
	else if (!read_iso(&at, end, &parts) || at != end)
	{
		if (memchr(at, '/', end - at) != NULL)
			return "a date with slashes needs a date format, such as MM/DD/YYYY";
		return "it is no ISO instant, such as 2026-03-01T09:30:00Z";
	}
	if (parts.tm.tm_year == 9999 && parts.tm.tm_mon == 12 && parts.tm.tm_mday == 31)
	{
		*open = true;
		return NULL;
	}
	return resolve(&parts, zone, instant);
}

/*
 * The arguments (value, zone, format) of the SQL functions; a zone that is not
 * known is an error at once, since no value could be right.
 */
static const char *
read_arguments(FunctionCallInfo fcinfo, TimestampTz *instant, bool *open)
{
	text	   *value = PG_GETARG_TEXT_PP(0);
	pg_tz	   *zone = NULL;
	char	   *format = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));

	if (!PG_ARGISNULL(1))
	{
		char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(1));

		zone = pg_tzset(name);
		if (zone == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("invalid time zone: \"%s\"", name),
					 errdetail("The server does not know it."),
					 errhint("pg_timezone_names lists all, such as Europe/Berlin.")));
	}
	return read_export(VARDATA_ANY(value), VARDATA_ANY(value) + VARSIZE_ANY_EXHDR(value),
					   zone, format, instant, open);
}

PG_FUNCTION_INFO_V1(align_base_to_instant);
Datum
align_base_to_instant(PG_FUNCTION_ARGS)
{
	TimestampTz instant;
	bool		open;
	const char *fault;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	fault = read_arguments(fcinfo, &instant, &open);
	if (fault != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_DATETIME_FORMAT),
				 errmsg("invalid instant: \"%s\"", text_to_cstring(PG_GETARG_TEXT_PP(0))),
				 errdetail("For %s.", fault),
				 errhint("Write 2026-03-01T09:30:00Z, or give a time zone and a date format.")));
	if (open)
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(instant);
}

PG_FUNCTION_INFO_V1(align_base_instant_fault);
Datum
align_base_instant_fault(PG_FUNCTION_ARGS)
{
	TimestampTz instant;
	bool		open = true;
	const char *fault = NULL;

	if (!PG_ARGISNULL(0))
		fault = read_arguments(fcinfo, &instant, &open);
	if (fault == NULL && open)
		fault = "it is empty or open, and an instant is needed";
	if (fault == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(fault));
}
