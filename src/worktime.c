/*
 * worktime.c
 *		The type working_hours: a calendar with its time zone, hours and holidays.
 *
 *		SELECT 'Europe/Berlin; mon-thu 09:00-12:30, 13:30-17:30; fri 09:00-14:00; 2026-12-25 closed'::align.working_hours;
 *
 * A value holds all that a count needs (worktime.h), so functions on it read no
 * table; only the rules of its time zone come from the server, as those of
 * timezone() do. Its text is parts between semicolons: the zone, hours of
 * weekdays, hours of holidays. Written, it has one form for one calendar:
 * neighbouring days of equal hours together, holidays in order, intervals that
 * touch as one. Binary form is the text.
 */
#include "compat.h"

#include <ctype.h>

#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/datetime.h"

#include "base.h"
#include "worktime.h"

#define MINUTES_A_DAY	1440

static const char *const day_names[] = {
	"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
};

#define DAY_ABBREVIATION 3		/* letters */

/* The hours of one day as they are read. */
typedef struct DayHours
{
	int32		day;			/* of a holiday */
	int			count;
	int			minutes;
	WorkInterval intervals[WORKTIME_MAX_A_DAY];
} DayHours;

/* A text as it is being read. */
typedef struct HoursReader
{
	const char *at;
	Node	   *escontext;
	const char *zone;
	uint32		weekdays;		/* those that were read */
	DayHours	week[7];
	int			holiday_count;
	int			holiday_room;
	DayHours  **holidays;
} HoursReader;

/* Refuses the text from start to where the reader stands. */
static bool
refuse(HoursReader *reader, const char *start, const char *detail)
{
	int			length = reader->at - start;

	while (length > 0 && isspace((unsigned char) start[length - 1]))
		length--;
	ereturn(reader->escontext, false,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid working hours: \"%s\"", pnstrdup(start, length)),
			 errdetail("%s", detail),
			 errhint("Write 'Europe/Berlin; mon-fri 09:00-12:30, 13:30-17:30; 2026-12-24 09:00-12:00; 2026-12-25 closed'.")));
}

static void
skip_spaces(HoursReader *reader)
{
	while (isspace((unsigned char) *reader->at))
		reader->at++;
}

static bool
read_char(HoursReader *reader, char wanted)
{
	skip_spaces(reader);
	if (*reader->at != wanted)
		return false;
	reader->at++;
	skip_spaces(reader);
	return true;
}

/* To the end of the word or number that cannot be read, for the message. */
static void
skip_word(HoursReader *reader)
{
	while (*reader->at != '\0' && strchr(" \t\n\r;,", *reader->at) == NULL)
		reader->at++;
}

static bool
read_number(HoursReader *reader, int digits, int *number)
{
	*number = 0;
	for (int i = 0; i < digits; i++)
	{
		if (!isdigit((unsigned char) reader->at[i]))
			return false;
		*number = *number * 10 + (reader->at[i] - '0');
	}
	reader->at += digits;
	return !isdigit((unsigned char) *reader->at);
}

/*
 * Whether a name is one of the time zone database. pg_tzset would take anything
 * with a number in it as rules of its own (Mars/Base1 is an hour behind UTC), so
 * of names with digits only Etc/GMT-14 to Etc/GMT+12 are good.
 */
static pg_tz *
known_zone(const char *name)
{
	const char *digit = strpbrk(name, "0123456789");
	pg_tz	   *zone;

	if (strlen(name) > TZ_STRLEN_MAX)
		return NULL;
	if (digit != NULL)
	{
		char	   *end;
		int			hours = strtol(digit, &end, 10);
		bool		west = digit > name && digit[-1] == '+';

		if (pg_strncasecmp(name, "Etc/GMT", 7) != 0 || digit != name + 8 ||
			(!west && digit[-1] != '-') || *end != '\0' || end - digit > 2 ||
			hours > (west ? 12 : 14) || (*digit == '0' && end - digit > 1))
			return NULL;
	}
	zone = pg_tzset(name);
	return zone != NULL && pg_tz_acceptable(zone) ? zone : NULL;
}

static bool
read_zone(HoursReader *reader)
{
	const char *start;
	const char *end;
	char	   *name;
	pg_tz	   *zone;

	skip_spaces(reader);
	start = reader->at;
	reader->at += strcspn(reader->at, ";");
	end = reader->at;
	while (end > start && isspace((unsigned char) end[-1]))
		end--;
	name = pnstrdup(start, end - start);
	zone = known_zone(name);
	if (zone == NULL)
		ereturn(reader->escontext, false,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown time zone: \"%s\"", name),
				 errdetail("Working hours begin with a time zone of the server's database."),
				 errhint("Write a name of pg_timezone_names, such as Europe/Berlin.")));
	reader->zone = pg_get_timezone_name(zone);
	return true;
}

/* Reads 09:00 as minutes; false when it is no time of the day. */
static bool
read_time(HoursReader *reader, int *minutes)
{
	int			hour;
	int			minute;

	if (!read_number(reader, isdigit((unsigned char) reader->at[0]) && isdigit((unsigned char) reader->at[1]) ? 2 : 1, &hour) ||
		*reader->at++ != ':' || !read_number(reader, 2, &minute) || minute > 59)
		return false;
	*minutes = hour * 60 + minute;
	return *minutes <= MINUTES_A_DAY;
}

/* Reads 09:00-12:30, 13:30-17:30. */
static bool
read_times(HoursReader *reader, DayHours *hours)
{
	do
	{
		const char *start = reader->at;
		WorkInterval *last = hours->count > 0 ? &hours->intervals[hours->count - 1] : NULL;
		int			from;
		int			to;

		if (!read_time(reader, &from) || !read_char(reader, '-') || !read_time(reader, &to))
		{
			reader->at = start;
			skip_word(reader);
			return refuse(reader, start, "Hours are two times from 00:00 to 24:00.");
		}
		if (to <= from)
			return refuse(reader, start, "Hours end after they start; a night is two parts, the second on the next day.");
		if (last != NULL && from < last->end)
			return refuse(reader, start, "The hours of a day follow each other and do not overlap.");
		hours->minutes += to - from;
		if (last != NULL && from == last->end)
			last->end = to;
		else if (hours->count == WORKTIME_MAX_A_DAY)
			return refuse(reader, start, psprintf("A day has at most %d parts.", WORKTIME_MAX_A_DAY));
		else
			hours->intervals[hours->count++] = (WorkInterval)
		{
			.start = from,.end = to
		};
	} while (read_char(reader, ','));
	return true;
}

/* Reads mon or monday; -1 when it is no weekday. */
static int
read_weekday(HoursReader *reader)
{
	int			length = 0;

	while (isalpha((unsigned char) reader->at[length]))
		length++;
	for (int day = 0; day < 7; day++)
	{
		if (length >= DAY_ABBREVIATION && length <= strlen(day_names[day]) &&
			pg_strncasecmp(reader->at, day_names[day], length) == 0)
		{
			reader->at += length;
			return day;
		}
	}
	return -1;
}

/* Reads mon-thu, sat 09:00-12:30. */
static bool
read_weekdays(HoursReader *reader)
{
	const char *start = reader->at;
	uint32		days = 0;
	DayHours	hours = {0};

	do
	{
		int			day = read_weekday(reader);
		int			last = day;

		if (day >= 0 && read_char(reader, '-'))
			last = read_weekday(reader);
		if (day < 0 || last < 0)
		{
			skip_word(reader);
			return refuse(reader, start, "Hours belong to days from mon to sun, or to a date such as 2026-12-24.");
		}
		for (;; day = (day + 1) % 7)
		{
			if ((days | reader->weekdays) & (1 << day))
				return refuse(reader, start, "A weekday stands once.");
			days |= 1 << day;
			if (day == last)
				break;
		}
	} while (read_char(reader, ','));
	if (!read_times(reader, &hours))
		return false;
	for (int day = 0; day < 7; day++)
		if (days & (1 << day))
			reader->week[day] = hours;
	reader->weekdays |= days;
	return true;
}

/* Reads 2026-12-24 09:00-12:00, or 2026-12-25 closed. */
static bool
read_holiday(HoursReader *reader)
{
	const char *start = reader->at;
	DayHours   *holiday = palloc0(sizeof(DayHours));
	int			year;
	int			month;
	int			day;

	if (!read_number(reader, 4, &year) || *reader->at++ != '-' ||
		!read_number(reader, 2, &month) || *reader->at++ != '-' ||
		!read_number(reader, 2, &day) ||
		year < 1900 || year > 2199 || month < 1 || month > 12 ||
		day < 1 || day > day_tab[isleap(year)][month - 1])
	{
		reader->at = start;
		skip_word(reader);
		return refuse(reader, start, "A holiday is a date from 1900-01-01 to 2199-12-31.");
	}
	holiday->day = date2j(year, month, day) - POSTGRES_EPOCH_JDATE;
	skip_spaces(reader);
	if (pg_strncasecmp(reader->at, "closed", strlen("closed")) == 0)
		reader->at += strlen("closed");
	else if (!read_times(reader, holiday))
		return false;
	if (reader->holiday_count == WORKTIME_MAX_HOLIDAYS)
		return refuse(reader, start, psprintf("A calendar has at most %d holidays.", WORKTIME_MAX_HOLIDAYS));
	if (reader->holiday_count == reader->holiday_room)
	{
		reader->holiday_room = Max(reader->holiday_room * 2, 64);
		if (reader->holidays == NULL)
			reader->holidays = palloc(reader->holiday_room * sizeof(DayHours *));
		else
			reader->holidays = repalloc(reader->holidays, reader->holiday_room * sizeof(DayHours *));
	}
	reader->holidays[reader->holiday_count++] = holiday;
	return true;
}

static int
compare_holidays(const void *left, const void *right)
{
	const DayHours *l = *(DayHours *const *) left;
	const DayHours *r = *(DayHours *const *) right;

	return (l->day > r->day) - (l->day < r->day);
}

static char *
date_text(int32 day)
{
	int			year;
	int			month;
	int			mday;

	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
	return psprintf("%04d-%02d-%02d", year, month, mday);
}

/* The value of all that was read. */
static WorkingHours *
compile(const HoursReader *reader)
{
	int			interval_count = 0;
	Size		zone_size = strlen(reader->zone) + 1;
	Size		size;
	WorkingHours *hours;
	WorkInterval *intervals;
	int			first = 0;
	int			before = 0;

	for (int day = 0; day < 7; day++)
		interval_count += reader->week[day].count;
	for (int i = 0; i < reader->holiday_count; i++)
		interval_count += reader->holidays[i]->count;
	size = offsetof(WorkingHours, holidays) + (reader->holiday_count + 1) * sizeof(WorkHoliday) +
		interval_count * sizeof(WorkInterval) + zone_size;
	hours = palloc0(size);
	SET_VARSIZE(hours, size);
	hours->version = WORKTIME_VERSION;
	hours->holiday_count = reader->holiday_count;
	intervals = (WorkInterval *) WORKING_HOURS_INTERVALS(hours);
	for (int day = 0; day < 7; day++)
	{
		const DayHours *from = &reader->week[day];

		memcpy(intervals + first, from->intervals, from->count * sizeof(WorkInterval));
		first += from->count;
		hours->first[day + 1] = first;
		hours->before[day + 1] = hours->before[day] + from->minutes;
	}
	for (int i = 0; i < reader->holiday_count; i++)
	{
		const DayHours *from = reader->holidays[i];
		int64		weekday = from->day + WEEKDAY_OFFSET;

		hours->holidays[i] = (WorkHoliday)
		{
			.day = from->day,.before = before,.first = first
		};
		memcpy(intervals + first, from->intervals, from->count * sizeof(WorkInterval));
		first += from->count;
		before += from->minutes - reader->week[weekday - 7 * floor_divide(weekday, 7)].minutes;
	}
	hours->holidays[reader->holiday_count] = (WorkHoliday)
	{
		.day = PG_INT32_MAX,.before = before,.first = first
	};
	memcpy((char *) WORKING_HOURS_ZONE(hours), reader->zone, zone_size);
	return hours;
}

/*
 * Reads a text; NULL when it was refused softly.
 */
static WorkingHours *
read_hours(const char *text, Node *escontext)
{
	HoursReader reader = {.at = text,.escontext = escontext};
	bool		has_time = false;

	if (!read_zone(&reader))
		return NULL;
	while (read_char(&reader, ';'))
	{
		const char *start = reader.at;

		if (*start == '\0' || *start == ';')
			continue;
		if (!(isdigit((unsigned char) *start) ? read_holiday(&reader) : read_weekdays(&reader)))
			return NULL;
		skip_spaces(&reader);
		if (*reader.at != ';' && *reader.at != '\0')
		{
			skip_word(&reader);
			refuse(&reader, start, "Parts of a calendar are divided by semicolons, hours of a day by commas.");
			return NULL;
		}
	}
	for (int day = 0; day < 7; day++)
		has_time = has_time || reader.week[day].minutes > 0;
	if (!has_time)
	{
		refuse(&reader, text, "A calendar has working time in its week.");
		return NULL;
	}
	qsort(reader.holidays, reader.holiday_count, sizeof(DayHours *), compare_holidays);
	for (int i = 1; i < reader.holiday_count; i++)
	{
		if (reader.holidays[i]->day == reader.holidays[i - 1]->day)
		{
			char	   *date = date_text(reader.holidays[i]->day);

			reader.at = date + strlen(date);
			refuse(&reader, date, "A holiday stands once.");
			return NULL;
		}
	}
	return compile(&reader);
}

static void
write_times(StringInfo out, const WorkInterval *intervals, int count)
{
	for (int i = 0; i < count; i++)
		appendStringInfo(out, "%s%02d:%02d-%02d:%02d", i > 0 ? ", " : "",
						 intervals[i].start / 60, intervals[i].start % 60,
						 intervals[i].end / 60, intervals[i].end % 60);
}

static char *
hours_text(const WorkingHours *hours)
{
	const WorkInterval *intervals = WORKING_HOURS_INTERVALS(hours);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoString(&out, WORKING_HOURS_ZONE(hours));
	for (int day = 0, last; day < 7; day = last + 1)
	{
		const WorkInterval *of_day = intervals + hours->first[day];
		int			count = hours->first[day + 1] - hours->first[day];

		for (last = day; last < 6; last++)
			if (hours->first[last + 2] - hours->first[last + 1] != count ||
				memcmp(of_day, intervals + hours->first[last + 1], count * sizeof(WorkInterval)) != 0)
				break;
		if (count == 0)
			continue;
		appendStringInfo(&out, "; %.*s", DAY_ABBREVIATION, day_names[day]);
		if (last > day)
			appendStringInfo(&out, "-%.*s", DAY_ABBREVIATION, day_names[last]);
		appendStringInfoChar(&out, ' ');
		write_times(&out, of_day, count);
	}
	for (int i = 0; i < hours->holiday_count; i++)
	{
		const WorkHoliday *holiday = &hours->holidays[i];

		appendStringInfo(&out, "; %s ", date_text(holiday->day));
		if (holiday[1].first == holiday->first)
			appendStringInfoString(&out, "closed");
		else
			write_times(&out, intervals + holiday->first, holiday[1].first - holiday->first);
	}
	return out.data;
}

PG_FUNCTION_INFO_V1(align_worktime_in);
Datum
align_worktime_in(PG_FUNCTION_ARGS)
{
	WorkingHours *hours = read_hours(PG_GETARG_CSTRING(0), fcinfo->context);

	if (hours == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(hours);
}

PG_FUNCTION_INFO_V1(align_worktime_out);
Datum
align_worktime_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(hours_text((WorkingHours *) PG_DETOAST_DATUM(PG_GETARG_DATUM(0))));
}

PG_FUNCTION_INFO_V1(align_worktime_recv);
Datum
align_worktime_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	int			length;
	char	   *text = pq_getmsgtext(in, in->len - in->cursor, &length);

	PG_RETURN_POINTER(read_hours(text, NULL));
}

PG_FUNCTION_INFO_V1(align_worktime_send);
Datum
align_worktime_send(PG_FUNCTION_ARGS)
{
	char	   *text = hours_text((WorkingHours *) PG_DETOAST_DATUM(PG_GETARG_DATUM(0)));
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendtext(&out, text, strlen(text));
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}
