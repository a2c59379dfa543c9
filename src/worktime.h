/*
 * worktime.h
 *		A compiled calendar: when people work.
 */
#ifndef ALIGN_WORKTIME_H
#define ALIGN_WORKTIME_H

#include "compat.h"

#include "datatype/timestamp.h"

#define WORKTIME_VERSION		1
#define WORKTIME_MAX_HOLIDAYS	10000
#define WORKTIME_MAX_A_DAY		24	/* intervals */

/* From one minute of a day to another. */
typedef struct WorkInterval
{
	uint16		start;
	uint16		end;			/* at most 1440 */
} WorkInterval;

/* A day with hours of its own. */
typedef struct WorkHoliday
{
	int32		day;			/* days since 2000-01-01 */
	int32		before;			/* minutes that all holidays before this one
								 * add to those of plain weeks */
	int32		first;			/* its intervals begin here */
} WorkHoliday;

/*
 * All minutes of the clock on the wall. Behind the struct lie the holidays in
 * order with one more that ends them, the intervals of Monday to Sunday and
 * then of the holidays, and the name of the zone.
 */
typedef struct WorkingHours
{
	int32		vl_len_;
	int32		version;
	uint16		before[8];		/* minutes of a week before each weekday;
								 * before[7] is the week */
	uint16		first[8];		/* intervals of weekday d: first[d] to first[d
								 * + 1] */
	int32		holiday_count;
	WorkHoliday holidays[FLEXIBLE_ARRAY_MEMBER];
} WorkingHours;

#define WORKING_HOURS_INTERVALS(h) \
	((const WorkInterval *) ((h)->holidays + (h)->holiday_count + 1))
#define WORKING_HOURS_ZONE(h) \
	((const char *) (WORKING_HOURS_INTERVALS(h) + (h)->holidays[(h)->holiday_count].first))

/* Monday is 0; days are counted from 2000-01-01, a Saturday. */
#define WEEKDAY_OFFSET			5

static inline int64
floor_divide(int64 number, int64 by)
{
	return number / by - (number % by < 0);
}

#endif							/* ALIGN_WORKTIME_H */
