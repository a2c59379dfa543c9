\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(75);

-- an office in Berlin: 7.5 hours Monday to Thursday, 5 on Friday, a holiday and a short day
CREATE TEMP TABLE office AS SELECT 'Europe/Berlin; mon-thu 09:00-12:30, 13:30-17:30; fri 09:00-14:00; 2026-12-24 09:00-12:00; 2026-12-25 closed'::working_hours AS h;

-- by hand. 2026-03-02 is a Monday, Berlin is an hour ahead of UTC until 2026-03-29.
SELECT is(worktime(h, '2026-03-02 09:00+01', '2026-03-02 17:30+01'), '07:30', 'a day without its break') FROM office;
SELECT is(worktime(h, '2026-03-02 12:00+01', '2026-03-02 14:00+01'), '01:00', 'the break between is left out') FROM office;
SELECT is(worktime(h, '2026-03-02 00:00+01', '2026-03-09 00:00+01'), '35:00', 'a week is 4 * 7.5 + 5 hours, not days') FROM office;
SELECT is(worktime(h, '2026-03-07 08:00+01', '2026-03-08 20:00+01'), '00:00', 'a weekend') FROM office;
SELECT is(worktime(h, '2026-03-06 13:00+01', '2026-03-09 10:00+01'), '02:00', 'Friday''s last hour and Monday''s first') FROM office;
SELECT is(worktime(h, '2026-03-09 10:00+01', '2026-03-06 13:00+01'), '-02:00', 'backward it is below zero') FROM office;
SELECT is(worktime(h, '2026-03-02 09:00+01', '2026-03-02 09:00+01'), '00:00', 'no time at all') FROM office;
SELECT is(worktime(h, '2026-03-02 09:00:00.25+01', '2026-03-02 09:00:01+01'), '00:00:00.75', 'to the microsecond') FROM office;
-- 2026-12-21 is a Monday: 3 * 7.5 + 3 + 0
SELECT is(worktime(h, '2026-12-21 00:00+01', '2026-12-28 00:00+01'), '25:30', 'holidays, one with hours of its own') FROM office;
-- 3653 days from Friday 2016-01-01 to Wednesday 2025-12-31 are 521 weeks and Fri to Wed: 521 * 35 + 5 + 3 * 7.5
SELECT is(worktime(h, '2016-01-01 00:00+01', '2026-01-01 00:00+01'), '18262:30', 'ten years') FROM office;

SELECT is(due_at(h, '2026-03-02 09:00+01', '07:30'), '2026-03-02 17:30+01', 'due at the end of the day, not on the next morning') FROM office;
SELECT is(due_at(h, '2026-03-02 09:00+01', '07:30:01'), '2026-03-03 09:00:01+01', 'a second more is due on the next morning') FROM office;
SELECT is(due_at(h, '2026-03-07 12:00+01', '00:00'), '2026-03-07 12:00+01', 'no time is over at once') FROM office;
SELECT is(due_at(h, '2026-03-06 13:30+01', '01:00'), '2026-03-09 09:30+01', 'over a weekend') FROM office;
-- Wednesday 2026-12-23 16:30: 1 hour, 3 on the 24th, none on the 25th, so the 5th hour is Monday's first
SELECT is(due_at(h, '2026-12-23 16:30+01', '04:00'), '2026-12-24 12:00+01', 'at the end of a holiday''s hours') FROM office;
SELECT is(due_at(h, '2026-12-23 16:30+01', '05:00'), '2026-12-28 10:00+01', 'past the holidays') FROM office;
SELECT is(due_at(h, '2016-01-01 00:00+01', '18262:30'), '2025-12-31 17:30+01', 'in ten years') FROM office;

SELECT results_eq($$SELECT is_working(h, at) FROM office, unnest('{2026-03-02 09:00+01,2026-03-02 08:59:59.999999+01,2026-03-02 12:30+01,2026-03-02 17:29:59+01,2026-03-07 10:00+01,2026-12-25 10:00+01,2026-12-24 11:00+01}'::timestamptz[]) WITH ORDINALITY u(at, n) ORDER BY n$$,
    $$VALUES (true), (false), (false), (true), (false), (false), (true)$$, 'hours include their start and not their end');
SELECT results_eq($$SELECT next_open(h, at) FROM office, unnest('{2026-03-02 10:00+01,2026-03-02 12:45+01,2026-03-06 14:00+01,2026-12-24 12:00+01}'::timestamptz[]) WITH ORDINALITY u(at, n) ORDER BY n$$,
    $$VALUES (timestamptz '2026-03-02 10:00+01'), ('2026-03-02 13:30+01'), ('2026-03-09 09:00+01'), ('2026-12-28 09:00+01')$$, 'when it opens next');

-- the clock shifts. Berlin 2026: 02:00 to 03:00 does not exist on 29 March, and comes twice on 25 October, both Sundays
CREATE TEMP TABLE night AS SELECT 'Europe/Berlin; sun 01:00-05:00'::working_hours AS h;
SELECT is(worktime(h, '2026-03-22 00:00+01', '2026-03-23 00:00+01'), '04:00', 'a plain night') FROM night;
SELECT is(worktime(h, '2026-03-29 00:00+01', '2026-03-30 00:00+02'), '03:00', 'an hour that does not exist') FROM night;
SELECT is(worktime(h, '2026-10-25 00:00+02', '2026-10-26 00:00+01'), '05:00', 'an hour that comes twice') FROM night;
SELECT is(due_at(h, '2026-03-29 00:00+01', '01:30'), '2026-03-29 03:30+02', 'due past the hour that does not exist') FROM night;
SELECT is(due_at(h, '2026-10-25 00:00+02', '02:30'), '2026-10-25 02:30+01', 'due in the second of two equal hours') FROM night;
SELECT is(due_at(h, '2026-10-25 00:00+02', '01:30'), '2026-10-25 02:30+02', 'due in the first of them') FROM night;
SELECT is(worktime('Europe/Berlin; sun 02:00-03:00'::working_hours, '2026-03-28 00:00+01', '2026-03-31 00:00+02'), '00:00', 'hours that do not exist at all');
SELECT is(due_at('Europe/Berlin; sun 02:00-03:00'::working_hours, '2026-03-28 00:00+01', '00:30'), '2026-04-05 02:30+02', 'are due a week later');
SELECT is(next_open('Europe/Berlin; sun 02:30-04:00'::working_hours, '2026-03-28 00:00+01'), '2026-03-29 03:00+02', 'hours of which a part does not exist open after it');
-- 365 days of 24 hours: an hour is lost in spring and won in autumn
SELECT is(worktime('Europe/Berlin; mon-sun 00:00-24:00'::working_hours, '2026-01-01 00:00+01', '2027-01-01 00:00+01'), '8760:00', 'round the clock all time is working time');
SELECT is(extract(epoch FROM worktime('Europe/Berlin; mon-sun 00:00-24:00'::working_hours, '0001-01-01 00:00+00', '9999-01-01 00:00+00')), extract(epoch FROM timestamptz '9999-01-01 00:00+00' - '0001-01-01 00:00+00'), 'also over millennia');
-- 2150-07-01 is a Wednesday, in summer time
SELECT is(worktime(h, '2150-07-01 06:59Z', '2150-07-01 15:31Z'), '07:30', 'summer in the year 2150') FROM office;

-- beside a count of all slices of five minutes, on random spans: Berlin, Lord Howe (shifts of half an hour), Casablanca (shifts at Ramadan), Kathmandu (5:45)
CREATE TEMP TABLE place AS SELECT row_number() OVER () AS n, h::working_hours FROM unnest(ARRAY[
    'Europe/Berlin; mon-fri 09:00-12:30, 13:30-17:30; sun 01:15-04:45; 2025-03-30 02:20-03:40; 2025-10-26 00:00-24:00; 2025-05-01 closed',
    'Australia/Lord_Howe; mon-sun 01:00-02:20, 23:00-24:00; 2025-04-06 closed; 2025-10-05 00:30-05:00; 2025-06-30 10:00-11:00',
    'Africa/Casablanca; sun 00:00-24:00; wed 22:10-23:00; 2025-03-02 closed',
    'Asia/Kathmandu; mon 08:00-09:00; tue 00:00-00:05; sat 23:55-24:00',
    'Etc/GMT+5; mon-fri 00:00-08:00']) h;
-- the hours of every day as the text says them, and the slices whose time of the clock on the wall lies in them
CREATE TEMP TABLE day AS
SELECT n, d::date AS day, split_part(i, '-', 1)::time AS start, split_part(i, '-', 2)::time AS stop
FROM place, generate_series(timestamp '2025-02-14', '2025-11-06', '1 day') d
CROSS JOIN LATERAL (SELECT part FROM unnest(string_to_array(h::text, '; ')) part
    WHERE part LIKE to_char(d, 'YYYY-MM-DD') || ' %' OR part ~ '^[a-z]{3}[- ]'
        AND to_char(d, 'dy') = ANY ((string_to_array('mon tue wed thu fri sat sun', ' '))[array_position(string_to_array('mon tue wed thu fri sat sun', ' '), left(part, 3)):
            array_position(string_to_array('mon tue wed thu fri sat sun', ' '), CASE WHEN substr(part, 4, 1) = '-' THEN substr(part, 5, 3) ELSE left(part, 3) END)])
    ORDER BY part LIKE '2%' DESC LIMIT 1) p
CROSS JOIN LATERAL unnest(string_to_array(NULLIF(substring(part FROM ' (.*)'), 'closed'), ', ')) i;
CREATE TEMP TABLE slice AS
SELECT m.n, m.at FROM (SELECT n, at, at AT TIME ZONE split_part(h::text, ';', 1) AS wall FROM place, generate_series(timestamptz '2025-02-15Z', '2025-11-05Z', '5 minutes') at) m
JOIN day d ON d.n = m.n AND d.day = m.wall::date AND m.wall::time >= d.start AND m.wall::time < d.stop;
CREATE INDEX ON slice (n, at);
ANALYZE slice;
CREATE TEMP TABLE pair AS
SELECT n, h, a AS from_at, b AS to_at FROM place,
    LATERAL (SELECT timestamptz '2025-02-16Z' + make_interval(mins => (hashint8extended(i, n) & 65535)::int * 5) AS a,
                    timestamptz '2025-02-16Z' + make_interval(mins => (hashint8extended(i, 100 + n) & 65535)::int * 5) AS b FROM generate_series(1, 150) i
             UNION ALL SELECT at - interval '3 hours', at + make_interval(mins => 5 * i) FROM generate_series(0, 60) i, unnest('{2025-03-30 01:00Z,2025-10-26 01:00Z,2025-04-05 15:00Z,2025-10-04 15:30Z,2025-02-23 02:00Z,2025-04-06 02:00Z}'::timestamptz[]) at) s
    WHERE a < b;
SELECT cmp_ok((SELECT count(*) FROM pair), '>', 1500::bigint, 'many spans');
SELECT is_empty($$SELECT n, from_at, to_at, worktime(h, from_at, to_at), m.minutes FROM pair p,
    LATERAL (SELECT count(*) * interval '5 minutes' AS minutes FROM slice m WHERE m.n = p.n AND m.at >= p.from_at AND m.at < p.to_at) m
    WHERE worktime(h, from_at, to_at) <> m.minutes$$, 'worktime as slices are counted');
SELECT is_empty($$SELECT n, from_at, to_at FROM pair p, LATERAL (SELECT worktime(h, from_at, to_at) AS span) w, LATERAL (SELECT due_at(h, from_at, span) AS due) d
    WHERE span > '0' AND NOT (worktime(h, from_at, due) = span AND worktime(h, from_at, due - interval '1 us') = span - interval '1 us' AND due <= to_at)$$, 'due_at is the first instant at which that much is over');
SELECT is_empty($$SELECT n, from_at, is_working(h, from_at) FROM pair p WHERE is_working(h, from_at) <> EXISTS (SELECT FROM slice m WHERE m.n = p.n AND m.at = p.from_at)$$, 'is_working as slices are counted');
SELECT is_empty($$SELECT n, from_at, next_open(h, from_at) FROM pair p WHERE from_at < '2025-12-01Z' AND next_open(h, from_at) <> (SELECT min(m.at) FROM slice m WHERE m.n = p.n AND m.at >= p.from_at)$$, 'next_open as slices are counted');

-- pauses
SELECT is(worktime(h, '2026-03-02 09:00+01', '2026-03-03 09:00+01', '{[2026-03-02 11:00+01,2026-03-02 14:30+01)}'), '05:00', 'paused for 1.5 hours before the break and 1 after: 7.5 - 2.5') FROM office;
SELECT is(worktime(h, '2026-03-03 09:00+01', '2026-03-02 09:00+01', '{[2026-03-02 11:00+01,2026-03-02 14:30+01)}'), '-05:00', 'the same backward') FROM office;
SELECT is(worktime(h, '2026-03-02 09:00+01', '2026-03-02 12:00+01', '{[2026-03-01,2026-03-02 10:00+01),[2026-03-02 11:30+01,)}'), '01:30', 'a pause that began before, and one that lasts') FROM office;
SELECT is(worktime(h, '2026-03-02 09:00+01', '2026-03-02 12:00+01', '{}'), '03:00', 'no pause') FROM office;
SELECT is(due_at(h, '2026-03-02 09:00+01', '05:00', '{[2026-03-02 11:00+01,2026-03-02 14:30+01),[2026-03-02 17:30+01,2026-03-05 09:00+01)}'), '2026-03-02 17:30+01', 'due with a pause; one that begins when it is due changes nothing') FROM office;
SELECT is(due_at(h, '2026-03-02 09:00+01', '06:00', '{[2026-03-02 11:00+01,2026-03-02 14:30+01),[2026-03-02 16:30+01,2026-03-05 09:00+01)}'), '2026-03-05 11:00+01', 'due with two pauses: 2 hours, 2, and 2 more') FROM office;
SELECT is(due_at(h, '2026-03-02 09:00+01', '06:00', '{[2026-03-02 11:00+01,)}'), NULL, 'not known while it is paused') FROM office;
SELECT is(due_at(h, '2026-03-02 09:00+01', '02:00', '{[2026-03-02 11:00+01,infinity)}'), '2026-03-02 11:00+01', 'a pause after it is due') FROM office;

-- calendars
INSERT INTO calendar VALUES ('berlin', 'Berlin office', 'europe/berlin', 'Monday - Thursday 9:00-12:30, 13:30 - 17:30; FRI 09:00-12:00, 12:00-14:00;'), ('ohio', 'Ohio office', 'America/New_York', 'mon-fri 08:00-17:00');
INSERT INTO holiday VALUES ('berlin', '2026-12-25', 'Christmas', NULL), ('berlin', '2026-12-24', 'Christmas Eve', '09:00-12:00');
SELECT is(calendar_of('berlin'), h, 'built from rows') FROM office;
SELECT is(calendar_of('berlin')::text, 'Europe/Berlin; mon-thu 09:00-12:30, 13:30-17:30; fri 09:00-14:00; 2026-12-24 09:00-12:00; 2026-12-25 closed', 'one text for one calendar');
SELECT is(worktime('berlin', '2026-03-02 12:00Z', '2026-03-02 16:00Z') || ' ' || worktime('ohio', '2026-03-02 12:00Z', '2026-03-02 16:00Z'), '03:30:00 03:00:00', 'several side by side: Berlin 13:30 to 17:00, Ohio 08:00 to 11:00');
SELECT is(due_at('ohio', '2026-03-02 12:00Z', '09:00'), '2026-03-02 17:00-05', 'due by a key');
-- Monday: ohio opens at 8:00, 13:00Z; its ninth hour ends at 17:00, with a pause of one hour at 9:00 of the next day
SELECT is(is_working('ohio', '2026-03-02 13:00Z')::text || ' ' || is_working('ohio', '2026-03-02 12:59Z')::text || ' ' || next_open('ohio', '2026-03-02 12:00Z'), 'true false 2026-03-02 13:00:00+00', 'whether and when it is open, by a key');
SELECT is(worktime('ohio', '2026-03-02 12:00Z', '2026-03-02 16:00Z', '{[2026-03-02 14:00Z,2026-03-02 15:00Z)}'), '02:00', 'without pauses, by a key');
SELECT is(due_at('ohio', '2026-03-02 12:00Z', '09:00', '{[2026-03-02 14:00Z,2026-03-02 15:00Z)}'), '2026-03-03 09:00-05', 'due, by a key');
SELECT is(pg_temp.error_of(format('SELECT align.%s', c)), 'P0002 | unknown calendar: "rome" | There are: berlin, ohio. | Enter it into table calendar first.', c)
FROM unnest(ARRAY[$$is_working('rome', now())$$, $$next_open('rome', now())$$, $$worktime('rome', now(), now(), '{}')$$, $$due_at('rome', now(), '1 hour', '{}')$$]) c;
SELECT is(h::text::working_hours, h, 'text reads back to the same') FROM place WHERE n = 1;
SELECT is((SELECT count(*) FROM (SELECT h FROM place UNION SELECT h::text::working_hours FROM place) s), 5::bigint, 'can be told apart and grouped');

-- bad input
SELECT is(pg_temp.error_of($$SELECT 'Mars/Base; mon 09:00-10:00'::align.working_hours$$), '22023 | unknown time zone: "Mars/Base" | Working hours begin with a time zone of the server''s database. | Write a name of pg_timezone_names, such as Europe/Berlin.', 'an unknown zone');
SELECT is(pg_temp.error_of($$SELECT 'Mars/Base1; mon 09:00-10:00'::align.working_hours$$), '22023 | unknown time zone: "Mars/Base1" | Working hours begin with a time zone of the server''s database. | Write a name of pg_timezone_names, such as Europe/Berlin.', 'a zone that would be read as rules of its own');
SELECT is((SELECT count(*) FROM unnest('{Etc/GMT+13,Etc/GMT-15,Etc/GMT+05,Etc/GMT+5x,Etc/GMT5,"",+3,EST5EDT}'::text[]) z WHERE pg_temp.error_of(format('SELECT %L::align.working_hours', z || '; mon 09:00-10:00')) LIKE '22023 | unknown time zone: %'), 8::bigint, 'no zones');
SELECT is(pg_temp.error_of($$SELECT 'UTC'::align.working_hours$$), '22P02 | invalid working hours: "UTC" | A calendar has working time in its week. | Write ''Europe/Berlin; mon-fri 09:00-12:30, 13:30-17:30; 2026-12-24 09:00-12:00; 2026-12-25 closed''.', 'a calendar without working time');
SELECT matches(pg_temp.error_of($$SELECT 'UTC; 2026-01-01 09:00-10:00'::align.working_hours$$), 'A calendar has working time in its week', 'hours of a holiday are not enough');
SELECT is(pg_temp.error_of($$SELECT 'UTC; mon 17:00-09:00'::align.working_hours$$), '22P02 | invalid working hours: "17:00-09:00" | Hours end after they start; a night is two parts, the second on the next day. | Write ''Europe/Berlin; mon-fri 09:00-12:30, 13:30-17:30; 2026-12-24 09:00-12:00; 2026-12-25 closed''.', 'hours that end before they start');
SELECT results_eq($$SELECT split_part(pg_temp.error_of(format('SELECT %L::align.working_hours', 'UTC; ' || t)), ' | ', 2) || ': ' || split_part(pg_temp.error_of(format('SELECT %L::align.working_hours', 'UTC; ' || t)), ' | ', 3)
    FROM unnest(ARRAY['mon 09:00-12:00, 11:59-13:00', 'mon-wed 09:00-10:00; tue 11:00-12:00', 'moon 09:00-10:00', 'mon 09:00-24:01', 'mon 9-17', 'mon', 'mon 09:00-10:00; 2026-02-30 closed', 'mon 09:00-10:00; 2026-02-01 open',
        'mon 09:00-10:00; 2026-02-01 closed; 2026-02-01 closed', 'mon 09:00-10:00 tue', 'mon 09:00-10:00; 2200-01-01 closed', 'mon 09:6', 'mon 09:00-09:00']) WITH ORDINALITY u(t, n) ORDER BY n$$,
    $$VALUES ('invalid working hours: "11:59-13:00": The hours of a day follow each other and do not overlap.'), ('invalid working hours: "tue": A weekday stands once.'),
        ('invalid working hours: "moon": Hours belong to days from mon to sun, or to a date such as 2026-12-24.'), ('invalid working hours: "09:00-24:01": Hours are two times from 00:00 to 24:00.'),
        ('invalid working hours: "9-17": Hours are two times from 00:00 to 24:00.'), ('invalid working hours: "": Hours are two times from 00:00 to 24:00.'),
        ('invalid working hours: "2026-02-30": A holiday is a date from 1900-01-01 to 2199-12-31.'), ('invalid working hours: "open": Hours are two times from 00:00 to 24:00.'),
        ('invalid working hours: "2026-02-01": A holiday stands once.'), ('invalid working hours: "mon 09:00-10:00 tue": Parts of a calendar are divided by semicolons, hours of a day by commas.'),
        ('invalid working hours: "2200-01-01": A holiday is a date from 1900-01-01 to 2199-12-31.'), ('invalid working hours: "09:6": Hours are two times from 00:00 to 24:00.'),
        ('invalid working hours: "09:00-09:00": Hours end after they start; a night is two parts, the second on the next day.')$$, 'what cannot be read is named');
SELECT matches(pg_temp.error_of(format('SELECT %L::align.working_hours', 'UTC; mon ' || (SELECT string_agg(format('%s:00-%s:30, %s:40-%s:50', lpad(i::text, 2, '0'), lpad(i::text, 2, '0'), lpad(i::text, 2, '0'), lpad(i::text, 2, '0')), ', ' ORDER BY i) FROM generate_series(0, 12) i))), 'A day has at most 24 parts', 'over the limit of a day');
SELECT matches(pg_temp.error_of(format('SELECT %L::align.working_hours', 'UTC; mon 09:00-10:00' || (SELECT string_agg('; ' || to_char(date '1990-01-01' + i, 'YYYY-MM-DD') || ' closed', '' ORDER BY i) FROM generate_series(1, 10001) i))), 'A calendar has at most 10000 holidays', 'over the limit of holidays');
SELECT is(worktime(('UTC; mon 09:00-10:00' || (SELECT string_agg('; ' || to_char(date '1990-01-01' + i, 'YYYY-MM-DD') || ' 09:00-09:01', '' ORDER BY i DESC) FROM generate_series(1, 10000) i))::working_hours, '1990-01-01Z', '2030-01-01Z'),
    (10000 + 60 * (SELECT count(*) FROM generate_series(date '1990-01-01', '2029-12-31', '1 day') d WHERE extract(isodow FROM d) = 1 AND d NOT BETWEEN '1990-01-02' AND date '1990-01-01' + 10000)) * interval '1 minute', 'as many as there may be');
SELECT is(pg_temp.error_of($$SELECT align.due_at(h, '2026-01-01', '2 days') FROM office$$), '22023 | invalid working time: 2 days | Working time is zero or more hours; how many of them a day has is the calendar''s to say. | Write ''16 hours'' for two days of eight.', 'days are no working time');
SELECT is((SELECT count(*) FROM unnest('{-1 hour,1 month,-1 day +30:00}'::interval[]) i, office WHERE pg_temp.error_of(format('SELECT align.due_at(h, %L, %L::interval) FROM office', '2026-01-01', i)) LIKE '22023 | invalid working time: %'), 3::bigint, 'nor are months, nor less than none');
SELECT is(pg_temp.error_of($$SELECT align.worktime(h, '2026-01-01', 'infinity') FROM office$$), '22008 | invalid instant: infinity | An event happens at a finite instant. | Write NULL for an event that has not happened.', 'an infinite instant');
SELECT is(pg_temp.error_of($$SELECT align.due_at(h, '2026-01-01', '2562047788:00') FROM office$$), '22008 | working time out of range | Instants run from 4713 BC to the year 294276. | Ask for a shorter time.', 'due never');
SELECT matches(pg_temp.error_of($$SELECT align.due_at('UTC; mon 09:00-10:00; 2000-01-10 closed; 2000-01-17 closed'::align.working_hours, '1999-12-20Z', '2562047788:00:54.775807')$$), '^22008 \| working time out of range', 'nor past two holidays, which make it longer than an interval holds');
SELECT matches(pg_temp.error_of($$SELECT align.worktime('UTC; mon-sun 00:00-24:00'::align.working_hours, '4713-01-01Z BC', '290000-01-01Z')$$), 'working time out of range', 'more than an interval holds');
SELECT is(pg_temp.error_of($$SELECT align.calendar_of('mars')$$), 'P0002 | unknown calendar: "mars" | There are: berlin, ohio. | Enter it into table calendar first.', 'an unknown calendar');
SELECT is((SELECT count(*) FROM unnest(ARRAY[$$INSERT INTO align.calendar VALUES ('x', 'x', 'Mars/Base', 'mon 09:00-10:00')$$, $$INSERT INTO align.calendar VALUES ('x', 'x', 'UTC', '')$$, $$INSERT INTO align.calendar VALUES ('x', 'x', 'UTC; mon 09:00-10:00', 'tue 09:00-10:00')$$,
    $$INSERT INTO align.holiday VALUES ('berlin', '2026-05-01', 'x', '10:00-09:00')$$, $$INSERT INTO align.holiday VALUES ('berlin', '2026-05-01', 'x', '-tue 10:00-11:00')$$, $$INSERT INTO align.holiday VALUES ('berlin', '2026-05-01', 'x', '10:00-11:00; tue 10:00-11:00')$$]) s
    WHERE pg_temp.error_of(s) ~ '^(22023|22P02|23514)'), 6::bigint, 'rows that would make no calendar are refused');

SELECT * FROM finish();
ROLLBACK;
