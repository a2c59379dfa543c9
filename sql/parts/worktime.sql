-- worktime: calendars, and the working time between two instants

CREATE TYPE align.working_hours;

CREATE FUNCTION align.working_hours_in(cstring) RETURNS align.working_hours
    AS 'MODULE_PATHNAME', 'align_worktime_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.working_hours_out(align.working_hours) RETURNS cstring
    AS 'MODULE_PATHNAME', 'align_worktime_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.working_hours_recv(internal) RETURNS align.working_hours
    AS 'MODULE_PATHNAME', 'align_worktime_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.working_hours_send(align.working_hours) RETURNS bytea
    AS 'MODULE_PATHNAME', 'align_worktime_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE align.working_hours (
    INPUT = align.working_hours_in, OUTPUT = align.working_hours_out,
    RECEIVE = align.working_hours_recv, SEND = align.working_hours_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended, CATEGORY = 'U');

COMMENT ON TYPE align.working_hours IS 'A calendar with all that a count of working time needs: a time zone, the hours of each weekday, and days with hours of their own. Text: Europe/Berlin; mon-thu 09:00-12:30, 13:30-17:30; fri 09:00-14:00; 2026-12-24 09:00-12:00; 2026-12-25 closed. Built from the tables by calendar_of(key).';
COMMENT ON FUNCTION align.working_hours_in(cstring) IS 'Input of working_hours. Error for an unknown time zone, hours that end before they start or overlap, a day twice, and a week without working time.';
COMMENT ON FUNCTION align.working_hours_out(align.working_hours) IS 'Output of working_hours: one text for one calendar.';
COMMENT ON FUNCTION align.working_hours_recv(internal) IS 'Binary input of working_hours: its text, checked.';
COMMENT ON FUNCTION align.working_hours_send(align.working_hours) IS 'Binary output of working_hours: its text.';

CREATE FUNCTION align.working_hours_eq(align.working_hours, align.working_hours) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'byteaeq';
CREATE FUNCTION align.working_hours_ne(align.working_hours, align.working_hours) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'byteane';
CREATE FUNCTION align.working_hours_hash(align.working_hours) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashvarlena';
CREATE FUNCTION align.working_hours_hash_extended(align.working_hours, bigint) RETURNS bigint
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashvarlenaextended';
COMMENT ON FUNCTION align.working_hours_eq(align.working_hours, align.working_hours) IS 'Serves operator =.';
COMMENT ON FUNCTION align.working_hours_ne(align.working_hours, align.working_hours) IS 'Serves operator <>.';
COMMENT ON FUNCTION align.working_hours_hash(align.working_hours) IS 'Hash of working hours.';
COMMENT ON FUNCTION align.working_hours_hash_extended(align.working_hours, bigint) IS 'Seeded hash of working hours.';
CREATE OPERATOR align.= (LEFTARG = align.working_hours, RIGHTARG = align.working_hours, FUNCTION = align.working_hours_eq,
    COMMUTATOR = OPERATOR(align.=), NEGATOR = OPERATOR(align.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
CREATE OPERATOR align.<> (LEFTARG = align.working_hours, RIGHTARG = align.working_hours, FUNCTION = align.working_hours_ne,
    COMMUTATOR = OPERATOR(align.<>), NEGATOR = OPERATOR(align.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR align.= (align.working_hours, align.working_hours) IS 'the same zone, hours and holidays';
COMMENT ON OPERATOR align.<> (align.working_hours, align.working_hours) IS 'another zone, hours or holidays';
CREATE OPERATOR FAMILY align.working_hours_ops USING hash;
COMMENT ON OPERATOR FAMILY align.working_hours_ops USING hash IS 'hash on working hours';
CREATE OPERATOR CLASS align.working_hours_ops DEFAULT FOR TYPE align.working_hours USING hash FAMILY align.working_hours_ops AS
    OPERATOR 1 align.=,
    FUNCTION 1 align.working_hours_hash(align.working_hours),
    FUNCTION 2 align.working_hours_hash_extended(align.working_hours, bigint);
COMMENT ON OPERATOR CLASS align.working_hours_ops USING hash IS 'equality of working hours';

-- counting

CREATE FUNCTION align.worktime(hours align.working_hours, from_at timestamptz, to_at timestamptz) RETURNS interval
    AS 'MODULE_PATHNAME', 'align_worktime_worktime' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.worktime(align.working_hours, timestamptz, timestamptz) IS 'Working time between two instants, in hours, never days (42:30:00); below zero when to_at is before from_at. Hours that the zone''s clock skips are no working time, hours that come twice count twice. Error for an infinite instant.';

CREATE FUNCTION align.due_at(hours align.working_hours, from_at timestamptz, span interval) RETURNS timestamptz
    AS 'MODULE_PATHNAME', 'align_worktime_due_at' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.due_at(align.working_hours, timestamptz, interval) IS 'The first instant at which so much working time is over since from_at: the end of the hours rather than the next morning; from_at itself for none. span: zero or more hours; error for days or months, of which a calendar has no fixed number of hours, and for less than none.';

CREATE FUNCTION align.is_working(hours align.working_hours, at timestamptz) RETURNS boolean
    AS 'MODULE_PATHNAME', 'align_worktime_is_working' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.is_working(align.working_hours, timestamptz) IS 'Whether an instant is working time; hours include their start and not their end.';

CREATE FUNCTION align.next_open(hours align.working_hours, at timestamptz) RETURNS timestamptz
    AS 'MODULE_PATHNAME', 'align_worktime_next_open' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.next_open(align.working_hours, timestamptz) IS 'The first instant of working time from an instant on: itself when it is one.';

CREATE FUNCTION align.worktime(hours align.working_hours, from_at timestamptz, to_at timestamptz, pauses tstzmultirange) RETURNS interval
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN align.worktime($1, $2, $3) - CASE WHEN $3 < $2 THEN -1 ELSE 1 END * COALESCE((
        SELECT pg_catalog.sum(align.worktime($1, pg_catalog.lower(p.pause), pg_catalog.upper(p.pause)))
        FROM pg_catalog.unnest($4 * pg_catalog.tstzmultirange(pg_catalog.tstzrange(LEAST($2, $3), GREATEST($2, $3)))) p(pause)), '00:00');
COMMENT ON FUNCTION align.worktime(align.working_hours, timestamptz, timestamptz, tstzmultirange) IS 'Working time between two instants without that of the pauses, such as while the customer was asked; a pause without an end still lasts.';

CREATE FUNCTION align.due_at(hours align.working_hours, from_at timestamptz, span interval, pauses tstzmultirange) RETURNS timestamptz
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    due timestamptz := align.due_at($1, $2, $3);
    pause tstzrange;
BEGIN
    FOR pause IN SELECT p.pause FROM pg_catalog.unnest($4 * pg_catalog.tstzmultirange(pg_catalog.tstzrange($2, NULL))) p(pause) ORDER BY p.pause LOOP
        EXIT WHEN pg_catalog.lower(pause) >= due;
        IF pg_catalog.upper_inf(pause) OR pg_catalog.upper(pause) = 'infinity' THEN
            RETURN NULL;
        END IF;
        span := span + align.worktime($1, pg_catalog.lower(pause), pg_catalog.upper(pause));
        due := align.due_at($1, $2, span);
    END LOOP;
    RETURN due;
END $$;
COMMENT ON FUNCTION align.due_at(align.working_hours, timestamptz, interval, tstzmultirange) IS 'The first instant at which so much working time is over, that of the pauses left out. NULL while a pause that began before has no end: it is not known yet.';

-- calendars

CREATE TABLE align.calendar (
    key text NOT NULL,
    title text NOT NULL,
    time_zone text NOT NULL,
    hours text NOT NULL,
    CONSTRAINT calendar_pkey PRIMARY KEY (key),
    CONSTRAINT calendar_key_check CHECK (pg_catalog.length(key) BETWEEN 1 AND 200),
    CONSTRAINT calendar_time_zone_check CHECK (pg_catalog.strpos(time_zone, ';') = 0),
    CONSTRAINT calendar_hours_check CHECK ((time_zone || '; ' || hours)::align.working_hours IS NOT NULL)
);
COMMENT ON TABLE align.calendar IS 'When people work: as many calendars as there are places, teams or shifts.';
COMMENT ON COLUMN align.calendar.key IS 'Name by which other tables and functions point at the calendar.';
COMMENT ON COLUMN align.calendar.title IS 'Name as shown.';
COMMENT ON COLUMN align.calendar.time_zone IS 'The zone whose clock is meant, such as Europe/Berlin: a name of pg_timezone_names.';
COMMENT ON COLUMN align.calendar.hours IS 'Hours of the week with their breaks, such as mon-thu 09:00-12:30, 13:30-17:30; fri 09:00-14:00. Days that are not named are free.';
COMMENT ON CONSTRAINT calendar_pkey ON align.calendar IS 'one row per calendar';
COMMENT ON CONSTRAINT calendar_key_check ON align.calendar IS '1 to 200 characters';
COMMENT ON CONSTRAINT calendar_time_zone_check ON align.calendar IS 'a zone and nothing else';
COMMENT ON CONSTRAINT calendar_hours_check ON align.calendar IS 'zone and hours can be read, and a week has working time';

CREATE TABLE align.holiday (
    calendar text NOT NULL,
    day date NOT NULL,
    title text NOT NULL,
    hours text,
    CONSTRAINT holiday_pkey PRIMARY KEY (calendar, day),
    CONSTRAINT holiday_calendar_fkey FOREIGN KEY (calendar) REFERENCES align.calendar (key) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT holiday_hours_check CHECK (hours IS NULL OR pg_catalog.strpos(hours, ';') = 0 AND ('UTC; mon 00:00-24:00; 2000-01-01 ' || hours)::align.working_hours IS NOT NULL),
    CONSTRAINT holiday_day_check CHECK (day BETWEEN date '1900-01-01' AND date '2199-12-31')
);
COMMENT ON TABLE align.holiday IS 'Days of a calendar with hours of their own, or none.';
COMMENT ON COLUMN align.holiday.calendar IS 'The calendar.';
COMMENT ON COLUMN align.holiday.day IS 'The day.';
COMMENT ON COLUMN align.holiday.title IS 'What it is, such as New Year.';
COMMENT ON COLUMN align.holiday.hours IS 'Hours that are worked instead of those of its weekday, such as 09:00-12:00; NULL for none.';
COMMENT ON CONSTRAINT holiday_pkey ON align.holiday IS 'a day stands once in a calendar';
COMMENT ON CONSTRAINT holiday_calendar_fkey ON align.holiday IS 'the calendar is known';
COMMENT ON CONSTRAINT holiday_hours_check ON align.holiday IS 'hours of a day';
COMMENT ON CONSTRAINT holiday_day_check ON align.holiday IS 'from 1900 to 2199';

SELECT pg_catalog.pg_extension_config_dump('align.calendar', '');
SELECT pg_catalog.pg_extension_config_dump('align.holiday', '');

CREATE FUNCTION align.calendar_of(key text) RETURNS align.working_hours
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    result align.working_hours := (
        SELECT (c.time_zone || '; ' || c.hours || COALESCE((
            SELECT pg_catalog.string_agg(pg_catalog.format('; %s %s', pg_catalog.to_char(h.day, 'YYYY-MM-DD'), COALESCE(h.hours, 'closed')), '')
            FROM align.holiday h WHERE h.calendar = c.key), ''))::align.working_hours
        FROM align.calendar c WHERE c.key = $1);
BEGIN
    IF result IS NULL THEN
        RAISE EXCEPTION 'unknown calendar: "%"', COALESCE($1, 'NULL')
            USING ERRCODE = 'no_data_found',
                DETAIL = pg_catalog.format('There are: %s.', COALESCE((SELECT pg_catalog.string_agg(c.key, ', ' ORDER BY c.key) FROM align.calendar c), 'none')),
                HINT = 'Enter it into table calendar first.';
    END IF;
    RETURN result;
END $$;
COMMENT ON FUNCTION align.calendar_of(text) IS 'The calendar of this key with its holidays, as one value. Over many rows put it into FROM, so that it is built once. Error for an unknown key.';

CREATE FUNCTION align.worktime(calendar text, from_at timestamptz, to_at timestamptz) RETURNS interval
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN align.worktime(align.calendar_of($1), $2, $3);
COMMENT ON FUNCTION align.worktime(text, timestamptz, timestamptz) IS 'Working time between two instants by the calendar of this key.';
CREATE FUNCTION align.due_at(calendar text, from_at timestamptz, span interval) RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN align.due_at(align.calendar_of($1), $2, $3);
COMMENT ON FUNCTION align.due_at(text, timestamptz, interval) IS 'The first instant at which so much working time is over by the calendar of this key.';
CREATE FUNCTION align.worktime(calendar text, from_at timestamptz, to_at timestamptz, pauses tstzmultirange) RETURNS interval
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN align.worktime(align.calendar_of($1), $2, $3, $4);
COMMENT ON FUNCTION align.worktime(text, timestamptz, timestamptz, tstzmultirange) IS 'Working time between two instants without that of the pauses, by the calendar of this key.';
CREATE FUNCTION align.due_at(calendar text, from_at timestamptz, span interval, pauses tstzmultirange) RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN align.due_at(align.calendar_of($1), $2, $3, $4);
COMMENT ON FUNCTION align.due_at(text, timestamptz, interval, tstzmultirange) IS 'The first instant at which so much working time is over, that of the pauses left out, by the calendar of this key. NULL while a pause that began before has no end.';
CREATE FUNCTION align.is_working(calendar text, at timestamptz DEFAULT pg_catalog.now()) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN align.is_working(align.calendar_of($1), $2);
COMMENT ON FUNCTION align.is_working(text, timestamptz) IS 'Whether an instant is working time by the calendar of this key.';
CREATE FUNCTION align.next_open(calendar text, at timestamptz DEFAULT pg_catalog.now()) RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN align.next_open(align.calendar_of($1), $2);
COMMENT ON FUNCTION align.next_open(text, timestamptz) IS 'The first instant of working time from an instant on, by the calendar of this key.';
