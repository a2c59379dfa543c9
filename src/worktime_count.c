/*
 * worktime_count.c
 *		How much working time lies between two instants, and when so much is over.
 *
 *		SELECT align.worktime(h, given_at, taken_at), align.due_at(h, given_at, '16 hours') FROM ...;
 *
 * On the clock on the wall, the minutes worked from a fixed Monday until any
 * moment are a sum of whole weeks, of days of a week, and of what the holidays
 * before change: all are stored as sums from the start, so a count is a search
 * among the holidays. Between two instants it is the difference of two counts,
 * put right at each shift of the zone's clock between them: hours that a shift
 * skips are in neither count, hours that come twice are counted twice.
 *
 * The shifts of a zone from 1900 to 2200 are found once in a process; before and
 * after, the zone keeps the offset of that end.
 */
#include "compat.h"

#include "common/int.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "journey.h"
#include "worktime.h"

/* From this instant on the zone's clock is so far ahead of UTC. */
typedef struct ZoneShift
{
	TimestampTz at;
	int64		offset;			/* microseconds */
} ZoneShift;

typedef struct Zone
{
	struct Zone *next;
	char		name[TZ_STRLEN_MAX + 1];
	int			count;			/* at least 1 */
	ZoneShift	shifts[FLEXIBLE_ARRAY_MEMBER];	/* the first is of all time */
} Zone;

/* Those that this process has used; they are few, and stay. */
static Zone *zones = NULL;

#define EPOCH_SECS		((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY)
#define SHIFTS_FROM		(INT64CONST(-36524) * SECS_PER_DAY + EPOCH_SECS)	/* 1900-01-01 */
#define SHIFTS_TO		(INT64CONST(73050) * SECS_PER_DAY + EPOCH_SECS) /* 2200-01-02 */

static Zone *
load_zone(const char *name)
{
	pg_tz	   *tz = pg_tzset(name);
	pg_time_t	at = SHIFTS_FROM;
	int			room = 16;
	int			count = 1;
	ZoneShift  *shifts = palloc(room * sizeof(ZoneShift));
	Zone	   *zone;

	/* it was known when the hours were written */
	if (tz == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown time zone: \"%s\"", name),
				 errdetail("Working hours begin with a time zone of the server's database."),
				 errhint("Write a name of pg_timezone_names, such as Europe/Berlin.")));
	shifts[0].at = PG_INT64_MIN;
	shifts[0].offset = 0;
	for (int found = 1; found == 1;)
	{
		long int	before;
		long int	after;
		int			is_dst;
		pg_time_t	boundary;

		found = pg_next_dst_boundary(&at, &before, &is_dst, &boundary, &after, &is_dst, tz);
		if (found >= 0 && count == 1)
			shifts[0].offset = before * USECS_PER_SEC;
		if (found != 1 || boundary >= SHIFTS_TO)
			break;
		at = boundary;
		if (before == after)
			continue;
		if (count == room)
		{
			room *= 2;
			shifts = repalloc(shifts, room * sizeof(ZoneShift));
		}
		shifts[count].at = (boundary - EPOCH_SECS) * USECS_PER_SEC;
		shifts[count++].offset = after * USECS_PER_SEC;
	}
	zone = MemoryContextAllocZero(TopMemoryContext, offsetof(Zone, shifts) + count * sizeof(ZoneShift));
	strlcpy(zone->name, name, sizeof(zone->name));
	zone->count = count;
	memcpy(zone->shifts, shifts, count * sizeof(ZoneShift));
	pfree(shifts);
	zone->next = zones;
	zones = zone;
	return zone;
}

/* The zone of a calendar; a call site keeps the last one. */
static const Zone *
zone_of(const WorkingHours *hours, FmgrInfo *flinfo)
{
	const char *name = WORKING_HOURS_ZONE(hours);
	Zone	   *zone = flinfo != NULL ? flinfo->fn_extra : NULL;

	if (zone != NULL && strcmp(zone->name, name) == 0)
		return zone;
	for (zone = zones; zone != NULL && strcmp(zone->name, name) != 0; zone = zone->next)
		;
	if (zone == NULL)
		zone = load_zone(name);
	if (flinfo != NULL)
		flinfo->fn_extra = zone;
	return zone;
}

/* The place of the last shift that is not after an instant. */
static int
shift_at(const Zone *zone, TimestampTz at)
{
	int			low = 0;
	int			high = zone->count;

	while (high - low > 1)
	{
		int			middle = (low + high) / 2;

		if (zone->shifts[middle].at <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Microseconds worked until the start of a day, holidays before it changing so much. */
static inline int64
worked_before_day(const WorkingHours *hours, int64 day, int64 change, int *weekday)
{
	int64		week = floor_divide(day + WEEKDAY_OFFSET, 7);

	*weekday = (int) (day + WEEKDAY_OFFSET - 7 * week);
	return (week * hours->before[7] + hours->before[*weekday] + change) * USECS_PER_MINUTE;
}

/*
 * Microseconds worked until a moment of the clock on the wall, from the start of
 * a week on. Below zero before that.
 */
static int64
worked(const WorkingHours *hours, int64 local)
{
	int64		day = floor_divide(local, USECS_PER_DAY);
	int64		time = local - day * USECS_PER_DAY;
	const WorkHoliday *holiday = hours->holidays;
	const WorkInterval *intervals = WORKING_HOURS_INTERVALS(hours);
	int			low = 0;
	int			high = hours->holiday_count;
	int			weekday;
	int			first;
	int			end;
	int64		usecs;

	/* the first holiday that is not before the day */
	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (hours->holidays[middle].day < day)
			low = middle + 1;
		else
			high = middle;
	}
	holiday += low;
	usecs = worked_before_day(hours, day, holiday->before, &weekday);
	first = hours->first[weekday];
	end = hours->first[weekday + 1];
	if (holiday->day == day)
	{
		first = holiday->first;
		end = holiday[1].first;
	}
	for (; first < end; first++)
	{
		int64		start = intervals[first].start * USECS_PER_MINUTE;

		if (time <= start)
			break;
		usecs += Min(time, intervals[first].end * USECS_PER_MINUTE) - start;
	}
	return usecs;
}

static void
out_of_range(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("working time out of range"),
			 errdetail("Instants run from 4713 BC to the year 294276."),
			 errhint("Ask for a shorter time.")));
}

/* The first moment of a day by which rest is over, or false. */
static bool
reach_in_day(const WorkInterval *interval, int count, int64 rest, int64 day, int64 *local)
{
	for (; count > 0; count--, interval++)
	{
		int64		length = (interval->end - interval->start) * USECS_PER_MINUTE;

		if (rest <= length)
		{
			*local = day * USECS_PER_DAY + interval->start * USECS_PER_MINUTE + rest;
			return true;
		}
		rest -= length;
	}
	return false;
}

/*
 * The first moment of the clock on the wall at which so much is worked: the
 * reverse of worked().
 */
static int64
reach(const WorkingHours *hours, int64 wanted)
{
	const WorkInterval *intervals = WORKING_HOURS_INTERVALS(hours);
	int64		week_usecs = hours->before[7] * USECS_PER_MINUTE;
	int			low = 0;
	int			high = hours->holiday_count;
	int			weekday;
	int64		week;
	int64		rest;
	int64		local;

	/* how many holidays begin before that */
	while (low < high)
	{
		int			middle = (low + high) / 2;
		const WorkHoliday *holiday = &hours->holidays[middle];

		if (worked_before_day(hours, holiday->day, holiday->before, &weekday) < wanted)
			low = middle + 1;
		else
			high = middle;
	}
	if (low > 0)
	{
		const WorkHoliday *last = &hours->holidays[low - 1];

		rest = wanted - worked_before_day(hours, last->day, last->before, &weekday);
		if (reach_in_day(intervals + last->first, last[1].first - last->first, rest, last->day, &local))
			return local;
	}
	/* then in a plain week; rest is more than 0 and at most a week */
	if (pg_sub_s64_overflow(wanted, hours->holidays[low].before * USECS_PER_MINUTE, &rest))
		out_of_range();
	week = floor_divide(rest - 1, week_usecs);
	if (week > PG_INT64_MAX / USECS_PER_DAY / 7)
		out_of_range();
	rest -= week * week_usecs;
	for (weekday = 0; hours->before[weekday + 1] * USECS_PER_MINUTE < rest; weekday++)
		;
	rest -= hours->before[weekday] * USECS_PER_MINUTE;
	if (!reach_in_day(intervals + hours->first[weekday], hours->first[weekday + 1] - hours->first[weekday],
					  rest, week * 7 + weekday - WEEKDAY_OFFSET, &local))
		elog(ERROR, "working hours do not add up");
	return local;
}

/*
 * Working time between two instants, from not after to.
 */
static int64
worktime_between(const WorkingHours *hours, const Zone *zone, TimestampTz from, TimestampTz to)
{
	int			shift = shift_at(zone, from);
	int64		usecs;
	int64		start = worked(hours, from + zone->shifts[shift].offset);

	for (usecs = 0; shift + 1 < zone->count && zone->shifts[shift + 1].at <= to; shift++)
	{
		TimestampTz at = zone->shifts[shift + 1].at;

		usecs += worked(hours, at + zone->shifts[shift].offset) - worked(hours, at + zone->shifts[shift + 1].offset);
	}
	if (pg_sub_s64_overflow(worked(hours, to + zone->shifts[shift].offset), start, &start) ||
		pg_add_s64_overflow(usecs, start, &usecs))
		out_of_range();
	return usecs;
}

/*
 * The first instant at which so much working time is over.
 */
static TimestampTz
due_after(const WorkingHours *hours, const Zone *zone, TimestampTz from, int64 rest)
{
	int			shift = shift_at(zone, from);
	TimestampTz due = from;

	for (; rest > 0; shift++)
	{
		int64		offset = zone->shifts[shift].offset;
		int64		start = worked(hours, due + offset);
		int64		wanted;

		if (shift + 1 < zone->count)
		{
			int64		until = worked(hours, zone->shifts[shift + 1].at + offset) - start;

			if (until < rest)
			{
				rest -= until;
				due = zone->shifts[shift + 1].at;
				continue;
			}
		}
		if (pg_add_s64_overflow(start, rest, &wanted))
			out_of_range();
		due = reach(hours, wanted) - offset;
		break;
	}
	if (!IS_VALID_TIMESTAMP(due))
		out_of_range();
	return due;
}

static const WorkingHours *
get_hours(FunctionCallInfo fcinfo)
{
	return (const WorkingHours *) PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
}

static TimestampTz
get_instant(FunctionCallInfo fcinfo, int argument)
{
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(argument);

	align_journey_check_instant(at);
	return at;
}

/* An amount of working time, which is in hours. */
static int64
get_worktime(const Interval *span)
{
	if (span->month != 0 || span->day != 0 || span->time < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid working time: %s",
						DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(span)))),
				 errdetail("Working time is zero or more hours; how many of them a day has is the calendar's to say."),
				 errhint("Write '16 hours' for two days of eight.")));
	return span->time;
}

/* worktime(hours, from, to): below zero when to is before from */
PG_FUNCTION_INFO_V1(align_worktime_worktime);
Datum
align_worktime_worktime(PG_FUNCTION_ARGS)
{
	const WorkingHours *hours = get_hours(fcinfo);
	const Zone *zone = zone_of(hours, fcinfo->flinfo);
	TimestampTz from = get_instant(fcinfo, 1);
	TimestampTz to = get_instant(fcinfo, 2);
	Interval   *span = palloc0(sizeof(Interval));

	span->time = from <= to ? worktime_between(hours, zone, from, to) : -worktime_between(hours, zone, to, from);
	PG_RETURN_INTERVAL_P(span);
}

/* due_at(hours, from, span) */
PG_FUNCTION_INFO_V1(align_worktime_due_at);
Datum
align_worktime_due_at(PG_FUNCTION_ARGS)
{
	const WorkingHours *hours = get_hours(fcinfo);

	PG_RETURN_TIMESTAMPTZ(due_after(hours, zone_of(hours, fcinfo->flinfo), get_instant(fcinfo, 1),
									get_worktime(PG_GETARG_INTERVAL_P(2))));
}

/* is_working(hours, at): whether the microsecond that begins then is worked */
PG_FUNCTION_INFO_V1(align_worktime_is_working);
Datum
align_worktime_is_working(PG_FUNCTION_ARGS)
{
	const WorkingHours *hours = get_hours(fcinfo);
	TimestampTz at = get_instant(fcinfo, 1);

	PG_RETURN_BOOL(worktime_between(hours, zone_of(hours, fcinfo->flinfo), at, at + 1) > 0);
}

/* next_open(hours, at): where the first microsecond worked from then on begins */
PG_FUNCTION_INFO_V1(align_worktime_next_open);
Datum
align_worktime_next_open(PG_FUNCTION_ARGS)
{
	const WorkingHours *hours = get_hours(fcinfo);

	PG_RETURN_TIMESTAMPTZ(due_after(hours, zone_of(hours, fcinfo->flinfo), get_instant(fcinfo, 1), 1) - 1);
}
