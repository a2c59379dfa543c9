\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(259);

-- the texts of the periods that these bytes are, through the receive function
CREATE TEMP TABLE received (n integer GENERATED ALWAYS AS IDENTITY, value period);
CREATE FUNCTION pg_temp.receive(bytes bytea[]) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    file bytea := '\x5047434f50590aff0d0a000000000000000000';
    octal text;
BEGIN
    SELECT file || string_agg(int2send(1::int2) || int4send(length(b)) || b, ''::bytea ORDER BY n) || int2send((-1)::int2)
    INTO file FROM unnest(bytes) WITH ORDINALITY t(b, n);
    SELECT string_agg(concat('\0', get_byte(file, i) >> 6, get_byte(file, i) >> 3 & 7, get_byte(file, i) & 7), '' ORDER BY i)
    INTO octal FROM generate_series(0, length(file) - 1) i;
    DELETE FROM pg_temp.received;
    EXECUTE format('COPY pg_temp.received (value) FROM PROGRAM %L (FORMAT binary)', 'printf %b ''' || octal || '''');
    RETURN (SELECT array_agg(value::text ORDER BY n) FROM pg_temp.received);
END $$;

-- how many of how many
CREATE FUNCTION pg_temp.share(good bigint, total bigint) RETURNS text LANGUAGE sql AS $$SELECT $1 || ' of ' || $2$$;

-- text: what is read, and the one form that is written
SELECT is(input::period::text, output, format('%s reads as %s', to_json(input), output)) FROM (VALUES
    ('2026-W07', '2026-W07'), ('2026-w07', '2026-W07'), ('2026W07', '2026-W07'), ('2026-W7', '2026-W07'), ('2026w7', '2026-W07'),
    ('2026-03', '2026-03'), ('March 2026', '2026-03'), ('march 2026', '2026-03'), ('Mar 2026', '2026-03'), ('MAR2026', '2026-03'),
    ('January 2026', '2026-01'), ('Feb 2026', '2026-02'), ('April 2026', '2026-04'), ('May 2026', '2026-05'),
    ('June 2026', '2026-06'), ('Jul 2026', '2026-07'), ('August 2026', '2026-08'), ('SEPTEMBER 2026', '2026-09'),
    ('Oct 2026', '2026-10'), ('november 2026', '2026-11'), ('December 2026', '2026-12'),
    ('2026-Q1', '2026-Q1'), ('2026-q4', '2026-Q4'), ('2026Q1', '2026-Q1'), ('2026-Q01', '2026-Q1'), ('Q1 2026', '2026-Q1'), ('q2  2026', '2026-Q2'),
    ('2026', '2026'), ('0001', '0001'), ('2026..2028', '2026..2028'), ('2026..2026', '2026'),
    ('FY2026', '2026'), ('FY2026@Jan', '2026'), ('FY2026-Q2', '2026-Q2'), ('FY2026..2028@Jan', '2026..2028'),
    ('FY2026@Jul', 'FY2026@Jul'), ('fy2026@july', 'FY2026@Jul'), ('FY2026-Q1@Jul', 'FY2026-Q1@Jul'), ('FY2026Q4@October', 'FY2026-Q4@Oct'),
    ('FY2026..FY2028@Apr', 'FY2026..FY2028@Apr'), ('FY2026..2028@Apr', 'FY2026..FY2028@Apr'), ('FY2026..2026@Apr', 'FY2026@Apr'),
    (E' \t2026-Q1\n', '2026-Q1'), ('  March 2026 ', '2026-03'), ('  Q1 2026 ', '2026-Q1')) t(input, output);

-- the calendar, day by day, against to_char
CREATE TEMP TABLE grain (grain text, length interval);
INSERT INTO grain VALUES ('week', '7 days'), ('month', '1 month'), ('quarter', '3 months'), ('year', '1 year');
CREATE TEMP TABLE day AS SELECT d::date AS day FROM generate_series(timestamp '1990-01-01', '2030-12-31', '1 day') d;
SELECT is(pg_temp.share(count(*) FILTER (WHERE period(day, 'week')::text = to_char(day, 'IYYY-"W"IW')), count(*)),
    '14975 of 14975', 'ISO weeks of every day from 1990 to 2030') FROM day;
SELECT is(pg_temp.share(count(*) FILTER (WHERE period(day, 'month')::text = to_char(day, 'YYYY-MM')), count(*)),
    '14975 of 14975', 'months of every day') FROM day;
SELECT is(pg_temp.share(count(*) FILTER (WHERE period(day, 'quarter')::text = to_char(day, 'YYYY-"Q"Q')), count(*)),
    '14975 of 14975', 'quarters of every day') FROM day;
SELECT is(pg_temp.share(count(*) FILTER (WHERE period(day, 'year')::text = to_char(day, 'YYYY')), count(*)),
    '14975 of 14975', 'years of every day') FROM day;
SELECT is(pg_temp.share(count(*) FILTER (WHERE lower(period(day, grain)) = date_trunc(grain, day)::date
        AND upper(period(day, grain)) = (date_trunc(grain, day) + length)::date AND grain(period(day, grain)) = grain), count(*)),
    '59900 of 59900', 'first day, end and grain of every week, month, quarter and year')
FROM day, grain;
SELECT is(pg_temp.share(count(*) FILTER (WHERE period(day, 'week')::text = to_char(day, 'IYYY-"W"IW')), count(*)),
    '79992 of 79992', 'ISO weeks of the days around New Year, for every year from 1 to 9999')
FROM generate_series(1, 9999) y, unnest(array[make_date(y, 1, 1), make_date(y, 1, 2), make_date(y, 1, 3), make_date(y, 1, 4),
    make_date(y, 12, 28), make_date(y, 12, 29), make_date(y, 12, 30), make_date(y, 12, 31)]) day;

-- fiscal years: the year moved by whole months begins in January, and bears the name of the year in which it ends
CREATE TEMP TABLE fiscal AS SELECT day, month, (13 - month) % 12 AS behind, day + make_interval(months => (13 - month) % 12) AS moved,
    CASE WHEN month > 1 THEN 'FY' ELSE '' END AS before, CASE WHEN month > 1 THEN '@' || to_char(make_date(2000, month, 1), 'Mon') ELSE '' END AS after
    FROM day, generate_series(1, 12) month;
SELECT is(pg_temp.share(count(*) FILTER (WHERE period(day, 'quarter', month)::text = before || to_char(moved, 'YYYY-"Q"Q') || after), count(*)),
    '179700 of 179700', 'fiscal quarters of every day, for every first month') FROM fiscal;
SELECT is(pg_temp.share(count(*) FILTER (WHERE period(day, 'year', month)::text = before || to_char(moved, 'YYYY') || after), count(*)),
    '179700 of 179700', 'fiscal years of every day, for every first month') FROM fiscal;
SELECT is(pg_temp.share(count(*) FILTER (WHERE lower(period(day, grain, month)) = date_trunc(grain, moved) - make_interval(months => behind)
        AND upper(period(day, grain, month)) = date_trunc(grain, moved) + length - make_interval(months => behind)), count(*)),
    '359400 of 359400', 'first day and end of fiscal quarters and years') FROM fiscal, grain WHERE grain IN ('quarter', 'year');
SELECT is(period('2026-03-01', 'month', 7)::text || ' ' || period('2026-03-01', 'week', 7), '2026-03 2026-W09', 'weeks and months have no fiscal form');

-- every form through text and back
CREATE TEMP TABLE span AS
    SELECT make_date(y - (month > 1)::int, month, 1) AS first_day, make_date(y - (month > 1)::int + years, month, 1) AS end_day,
        CASE WHEN month = 1 THEN format('%s..%s', first, last) ELSE format('FY%s..FY%s@%s', first, last, to_char(make_date(2000, month, 1), 'Mon')) END AS text
    FROM generate_series(2, 9999, 37) y, generate_series(2, 9999, 101) years, unnest(array[1, 2, 7, 12]) month,
        lpad(y::text, 4, '0') first, lpad((y + years - 1)::text, 4, '0') last
    WHERE y + years - 1 <= 9999;
CREATE TEMP TABLE sample AS SELECT DISTINCT period(day, grain, month) AS p FROM fiscal, grain UNION ALL SELECT text::period FROM span;
SELECT is((SELECT string_agg(grain || ' ' || count, ', ' ORDER BY grain) FROM (SELECT grain(p), count(*) FROM sample GROUP BY 1) g),
    'month 492, quarter 1976, week 2140, year 503, years 54220', 'the sample holds every grain');
SELECT is(pg_temp.share(count(*) FILTER (WHERE p::text::period = p AND p::text::period::text = p::text), count(*)),
    '59331 of 59331', 'text reads back as the same period') FROM sample;
SELECT is(pg_temp.share(count(*) FILTER (WHERE lower(text::period) = first_day AND upper(text::period) = end_day AND text::period::text = text), count(*)),
    '54220 of 54220', 'spans of 2 to 9999 years have their first day, end and text') FROM span;

-- bytes: sent and received
SELECT is(period_send('2000-01'), '\x00000000ffffe011'::bytea, 'the bytes of 2000-01: day 0, 2^24 - 1 - 31 days, grain 1, month 1');
SELECT is(pg_temp.receive(array_agg(period_send(p) ORDER BY p)), array_agg(p::text ORDER BY p), 'a thousand periods survive send and receive')
FROM (SELECT p FROM sample ORDER BY hashtext(p::text) LIMIT 1000) s;
SELECT is(pg_temp.receive(array[period_send('0001'), period_send('9999-W52'), period_send('FY9999@Dec'), period_send('0001..9999')]),
    array['0001', '9999-W52', 'FY9999@Dec', '0001..9999'], 'so do the extremes');
SELECT is(pg_temp.error_of(format('SELECT pg_temp.receive(array[%L::bytea])', int8send(0))),
    '22P03 | invalid period in binary input: 0 | The value is not one that a period of the years 1 to 9999 has. | Send the period as text.', 'bytes that are no period');
-- no period is one bit away from these: days move by a power of two, a first month by 1, 2, 4 or 8
SELECT is(pg_temp.share(count(*) FILTER (WHERE pg_temp.error_of(format('SELECT pg_temp.receive(array[%L::bytea])', set_bit(bytes, bit, 1 - get_bit(bytes, bit))))
        LIKE '22P03 | invalid period in binary input: %'), count(*)),
    '320 of 320', 'a flipped bit is found')
FROM (SELECT period_send(p) AS bytes FROM unnest(array['2026-W07', '2026-03', 'FY2026-Q1@Jul', '2026', 'FY2026..FY2028@Apr']::period[]) p) b, generate_series(0, 63) bit;
CREATE FUNCTION pg_temp.bits(day date, length bigint, grain bigint, month bigint) RETURNS bigint LANGUAGE sql AS
    $$SELECT (day - date '2000-01-01') * 4294967296 + (16777215 - length) * 256 + grain * 16 + month$$;
SELECT is(pg_temp.receive(array[int8send(pg_temp.bits('2026-01-01', 90, 2, 1))]), array['2026-Q1'], 'bytes put together by hand');
SELECT is(pg_temp.error_of(format('SELECT pg_temp.receive(array[%L::bytea])', int8send(pg_temp.bits(day::date, length, grain, month)))),
    format('22P03 | invalid period in binary input: %s | The value is not one that a period of the years 1 to 9999 has. | Send the period as text.', pg_temp.bits(day::date, length, grain, month)), name)
FROM (VALUES ('0001-01-02', 365, 3, 1, 'bytes of a year that starts a day late'), ('0001-01-01', 364, 3, 1, 'bytes of a year that is a day short'),
    ('0001-01-01 BC', 366, 3, 1, 'bytes of the year 0'), ('10000-01-01', 366, 3, 1, 'bytes of the year 10000'), ('5874897-12-01', 31, 1, 1, 'bytes of a month of the last year of dates'),
    ('4713-01-01 BC', 365, 3, 1, 'bytes of a year BC'), ('0001-01-01', 3652425, 4, 1, 'bytes of 10000 years'), ('2026-01-01', 0, 4, 1, 'bytes of no years'), ('2026-01-01', 365, 4, 1, 'bytes of one year as a span'),
    ('2026-03-01', 92, 2, 0, 'bytes with the first month 0'), ('2026-01-01', 90, 2, 13, 'bytes with the first month 13'),
    ('2026-01-01', 90, 5, 1, 'bytes with a grain that is none'), ('2026-01-01', 90, 15, 1, 'bytes with another'),
    ('2026-03-01', 31, 1, 7, 'bytes of a fiscal month'), ('2026-02-09', 7, 0, 7, 'bytes of a fiscal week'),
    ('9999-07-01', 366, 3, 7, 'bytes of the fiscal year 10000')) t(day, length, grain, month, name);
SELECT is(left(pg_temp.error_of(format('SELECT pg_temp.receive(array[%L::bytea])', int8send(n))), 5), '22P03', format('bytes of %s', n))
FROM unnest(array[-1, 1, 9223372036854775807, -9223372036854775807 - 1]) n;
SELECT is(left(pg_temp.error_of($$SELECT pg_temp.receive(array['\x0000'::bytea])$$), 5), '08P01', 'too few bytes');
SELECT is(left(pg_temp.error_of($$SELECT pg_temp.receive(array['\x00000000ffffe01100'::bytea])$$), 5), '22P03', 'too many bytes');

-- first day, end, days, grain
SELECT is(p || ' ' || lower(p) || ' ' || upper(p) || ' ' || p::daterange || ' ' || grain(p), expected, p || ': first day, end, days, grain') FROM (VALUES
    ('2026-W01'::period, '2026-W01 2025-12-29 2026-01-05 [2025-12-29,2026-01-05) week'),
    ('2026-W53', '2026-W53 2026-12-28 2027-01-04 [2026-12-28,2027-01-04) week'),
    ('2024-02', '2024-02 2024-02-01 2024-03-01 [2024-02-01,2024-03-01) month'),
    ('2026-Q1', '2026-Q1 2026-01-01 2026-04-01 [2026-01-01,2026-04-01) quarter'),
    ('2026', '2026 2026-01-01 2027-01-01 [2026-01-01,2027-01-01) year'),
    ('2026..2028', '2026..2028 2026-01-01 2029-01-01 [2026-01-01,2029-01-01) years'),
    ('FY2026-Q1@Jul', 'FY2026-Q1@Jul 2025-07-01 2025-10-01 [2025-07-01,2025-10-01) quarter'),
    ('FY2026@Oct', 'FY2026@Oct 2025-10-01 2026-10-01 [2025-10-01,2026-10-01) year'),
    ('FY2026..FY2028@Apr', 'FY2026..FY2028@Apr 2025-04-01 2028-04-01 [2025-04-01,2028-04-01) years'),
    ('0001-W01', '0001-W01 0001-01-01 0001-01-08 [0001-01-01,0001-01-08) week'),
    ('9999-W52', '9999-W52 9999-12-27 10000-01-03 [9999-12-27,10000-01-03) week'),
    ('9999', '9999 9999-01-01 10000-01-01 [9999-01-01,10000-01-01) year')) t(p, expected);
SELECT is(lower('ABC') || upper('def'), 'abcDEF', 'lower and upper of a text are still those of PostgreSQL');
SELECT is(period('2026-05-17', 'QUARTER')::text, '2026-Q2', 'the grain is read in any case');
CREATE TEMP TABLE booking (days daterange);
INSERT INTO booking VALUES ('2026-03'::period);
SELECT is((SELECT days FROM booking), '[2026-03-01,2026-04-01)'::daterange, 'a period is stored in a daterange column as its days');

-- elapsed: whole days, counted when the day begins
SELECT is(elapsed('2026-Q1', '2025-12-31'), 0::float8, 'elapsed: nothing before it');
SELECT is(elapsed('2026-Q1', '2026-01-01'), 0::float8, 'elapsed: nothing when its first day begins');
SELECT is(elapsed('2026-Q1', '2026-02-01'), 31 / 90::float8, 'elapsed: January of a quarter of 90 days');
SELECT is(elapsed('2026-Q1', '2026-03-31'), 89 / 90::float8, 'elapsed: all but a day when its last day begins');
SELECT is(elapsed('2026-Q1', '2026-04-01'), 1::float8, 'elapsed: all when the next one begins');
SELECT is(elapsed('2024', '2024-03-01'), 60 / 366::float8, 'elapsed: a leap year');
SELECT is(elapsed('2026-Q1', 'infinity') || ' ' || elapsed('2026-Q1', '-infinity'), '1 0', 'elapsed: infinite dates');

-- operators on days and periods
SELECT is(pg_temp.share(count(*) FILTER (WHERE p @> day AND day <@ p AND NOT p @> lower(p) - 1 AND NOT lower(p) - 1 <@ p AND NOT p @> upper(p) AND NOT upper(p) <@ p), count(*)),
    '718800 of 718800', 'every period holds its day, and neither the one before nor the one after')
FROM (SELECT day, period(day, grain, month) AS p FROM fiscal, grain OFFSET 0) f;
SELECT ok(NOT '2026'::period @> date 'infinity' AND NOT date '-infinity' <@ '2026'::period, 'no period holds an infinite date');
SELECT is(pg_temp.share(count(*) FILTER (WHERE (a.p @> b.p) = (a.p::daterange @> b.p::daterange) AND (a.p <@ b.p) = (a.p::daterange <@ b.p::daterange)
        AND (a.p && b.p) = (a.p::daterange && b.p::daterange)), count(*)) || ': ' ||
    concat_ws(', ', count(*) FILTER (WHERE a.p @> b.p), count(*) FILTER (WHERE a.p <@ b.p), count(*) FILTER (WHERE a.p && b.p)),
    '20736 of 20736: 2413, 2413, 6352', '@>, <@ and && are those of the days, for all pairs of a year''s periods')
FROM (SELECT p FROM sample WHERE p && '2026'::period AND grain(p) <> 'years') a, (SELECT p FROM sample WHERE p && '2026'::period AND grain(p) <> 'years') b;

-- arithmetic
SELECT is(a || ' ' || n || ' ' || (a + n) || ' ' || (n + a) || ' ' || (a - n) || ' ' || ((a + n) - a), expected, format('%s moved by %s', a, n)) FROM (VALUES
    ('2026-W52'::period, 2, '2026-W52 2 2027-W01 2027-W01 2026-W50 2'),
    ('2026-W01', -1, '2026-W01 -1 2025-W52 2025-W52 2026-W02 -1'),
    ('2026-11', 2, '2026-11 2 2027-01 2027-01 2026-09 2'),
    ('2026-Q1', -1, '2026-Q1 -1 2025-Q4 2025-Q4 2026-Q2 -1'),
    ('2026', 10, '2026 10 2036 2036 2016 10'),
    ('2026..2028', 1, '2026..2028 1 2029..2031 2029..2031 2023..2025 1'),
    ('FY2026-Q4@Jul', 1, 'FY2026-Q4@Jul 1 FY2027-Q1@Jul FY2027-Q1@Jul FY2026-Q3@Jul 1'),
    ('FY2026@Jul', 1, 'FY2026@Jul 1 FY2027@Jul FY2027@Jul FY2025@Jul 1'),
    ('FY2026..FY2027@Apr', -2, 'FY2026..FY2027@Apr -2 FY2022..FY2023@Apr FY2022..FY2023@Apr FY2030..FY2031@Apr -2'),
    ('2026', 0, '2026 0 2026 2026 2026 0')) t(a, n, expected);
SELECT is(pg_temp.share(count(*) FILTER (WHERE lower(p + 1) = upper(p) AND upper(p - 1) = lower(p)), count(*)),
    '5111 of 5111', 'the next one begins where a period ends, the one before ends where it begins') FROM sample WHERE grain(p) <> 'years';
SELECT is(pg_temp.share(count(*) FILTER (WHERE (p + n) - p = n AND p - (p + n) = -n AND (p + n) - n = p AND n + p = p + n AND p - (-n) = p + n AND grain(p + n) = grain(p)), count(*)),
    '35777 of 35777', '+ and - undo each other') FROM sample, unnest(array[-999, -53, -1, 0, 1, 13, 5217]) n WHERE grain(p) <> 'years';
SELECT is(pg_temp.share(count(*) FILTER (WHERE period(day, 'week') + n = period(day + 7 * n, 'week')
        AND period(day, 'month') + n = period((day + make_interval(months => n))::date, 'month')
        AND period(day, 'quarter', 4) + n = period((day + make_interval(months => 3 * n))::date, 'quarter', 4)
        AND period(day, 'year', 10) + n = period((day + make_interval(years => n))::date, 'year', 10)), count(*)),
    '9920 of 9920', 'moving a period is moving its days') FROM (SELECT day FROM day WHERE extract(day FROM day) IN (1, 31, 29)) d, unnest(array[-1000, -1, 1, 17, 54, 399, 1999, 7000]) n;

-- series
SELECT is(array(SELECT s::text FROM generate_series('2026-Q3'::period, '2027-Q2') s), array['2026-Q3', '2026-Q4', '2027-Q1', '2027-Q2'], 'a series of quarters, both ends included');
SELECT is(array(SELECT s::text FROM generate_series('2026-01'::period, '2026-06', 2) s), array['2026-01', '2026-03', '2026-05'], 'every second month, not past the end');
SELECT is(array(SELECT s::text FROM generate_series('2026-06'::period, '2026-01', -2) s), array['2026-06', '2026-04', '2026-02'], 'backwards');
SELECT is(array(SELECT s::text FROM generate_series('FY2026@Jul'::period, 'FY2028@Jul') s), array['FY2026@Jul', 'FY2027@Jul', 'FY2028@Jul'], 'fiscal years');
SELECT is(array(SELECT s::text FROM generate_series('2020..2021'::period, '2024..2025') s), array['2020..2021', '2022..2023', '2024..2025'], 'spans of years');
SELECT is(array(SELECT s::text FROM generate_series('2026'::period, '2026', n) s), array['2026'], format('one to itself, by %s', n)) FROM unnest(array[1, -1, 2147483647, -2147483648]) n;
SELECT is(array(SELECT s::text FROM generate_series(a, b, n) s), expected, format('from %s to %s by %s', a, b, n)) FROM (VALUES
    ('2027'::period, '2026'::period, 1, '{}'::text[]), ('2026', '2027', -1, '{}'), ('2026', '2027', -2, '{}'), ('2027', '2026', 2, '{}'),
    ('2026', '2027', 2, '{2026}'), ('2027', '2026', -2, '{2027}'), ('2026', '2027', -2147483648, '{}'), ('2027', '2026', -2147483648, '{2027}')) t(a, b, n, expected);
SELECT is(pg_temp.share(count(*), count(DISTINCT s)) || ' ' || min(s) || ' ' || max(s), '53 of 53 2026-W01 2026-W53', 'the 53 weeks of 2026') FROM generate_series('2026-W01'::period, '2026-W53') s;
SELECT is(count(*)::text || ' ' || min(s) || ' ' || max(s), '119988 0001-01 9999-12', 'all months there are') FROM generate_series('0001-01'::period, '9999-12') s;
SELECT is(count(*)::text || ' ' || min(s) || ' ' || max(s), '521723 0001-W01 9999-W52', 'all weeks there are: 3652059 days of 9999 years and 2 of the last week, by 7') FROM generate_series('0001-W01'::period, '9999-W52') s;

-- order: by first day, then the longer first
SELECT is((SELECT array_agg(p::text ORDER BY p) FROM unnest(array['2026-W01', '2026-02', '2026-Q1', '2026', '2026-01', '2026..2028', '2025', 'FY2026@Jul', '2026-W02', '2026..2027']::period[]) p),
    array['2025', 'FY2026@Jul', '2026-W01', '2026..2028', '2026..2027', '2026', '2026-Q1', '2026-01', '2026-W02', '2026-02'], 'by first day, then the longer first');
SELECT is(pg_temp.share(count(*) FILTER (WHERE (lower(p), -(upper(p) - lower(p))) >= (lower(before), -(upper(before) - lower(before))) AND p >= before), count(*)),
    '59330 of 59330', 'all of the sample are in this order') FROM (SELECT p, lag(p) OVER (ORDER BY p) AS before FROM sample) s WHERE before IS NOT NULL;
SELECT is((a < b)::int || ' ' || (a <= b)::int || ' ' || (a = b)::int || ' ' || (a <> b)::int || ' ' || (a >= b)::int || ' ' || (a > b)::int || ' ' || period_cmp(a, b), expected,
    format('the comparisons of %s and %s', a, b)) FROM (VALUES
    ('2026'::period, '2026-Q1'::period, '1 1 0 1 0 0 -1'), ('2026-Q1', '2026', '0 0 0 1 1 1 1'), ('2026-Q1', '2026Q1', '0 1 1 0 1 0 0'),
    ('1999', '2000', '1 1 0 1 0 0 -1'), ('0001', '9999', '1 1 0 1 0 0 -1')) t(a, b, expected);
SELECT ok('2026-Q3'::period <> 'FY2027-Q1@Jul' AND '2026-Q3'::period < 'FY2027-Q1@Jul' AND '2026-Q3'::period @> 'FY2027-Q1@Jul'::period AND '2026-Q3'::period <@ 'FY2027-Q1@Jul'::period,
    'a fiscal quarter of the same days is another period, and comes later');
SELECT is((SELECT min(p) || ' ' || max(p) FROM unnest(array['2026-Q1', '2026', '2027-01', NULL, '2027']::period[]) p), '2026 2027-01', 'min and max');
SELECT is((SELECT min(p) FROM unnest('{}'::period[]) p), NULL, 'min of none is NULL');
SELECT is((SELECT count(DISTINCT p) FROM unnest(array['2026-Q1', '2026Q1', 'Q1 2026', 'FY2026-Q1', '2026', 'FY2026@Jan', 'FY2026@Jul']::period[]) p), 3::bigint, 'one period in many spellings is one');
SELECT ok(period_hash('2026-Q1') = period_hash('Q1 2026') AND period_hash_extended('2026-Q1', 7) = period_hash_extended('Q1 2026', 7)
    AND period_hash('2026-Q1') <> period_hash('2026-Q2') AND period_hash_extended('2026-Q1', 7) <> period_hash_extended('2026-Q1', 8), 'equal periods have equal hashes');
SELECT is((SELECT string_agg(amname || ' ' || amvalidate(c.oid), ', ' ORDER BY amname) FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod WHERE opcintype = 'period'::regtype),
    'btree true, hash true', 'the operator classes are complete');

-- indexes, joins, groups
CREATE TABLE public.plan_line (p period, amount integer);
INSERT INTO public.plan_line SELECT period(day, 'week'), 1 FROM day;
CREATE INDEX plan_line_btree ON public.plan_line (p);
ANALYZE public.plan_line;
SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
SELECT matches(pg_temp.plan_of($$SELECT * FROM public.plan_line WHERE p = '2026-W07'$$), 'Index Scan using plan_line_btree', 'btree serves =');
SELECT is((SELECT sum(amount) FROM public.plan_line WHERE p = '2026-W07'), 7::bigint, '... and finds the week');
SELECT matches(pg_temp.plan_of($$SELECT * FROM public.plan_line WHERE p BETWEEN '2026-W07' AND '2026-W10'$$), 'Index Scan using plan_line_btree', 'btree serves a span');
SELECT is((SELECT sum(amount) FROM public.plan_line WHERE p BETWEEN '2026-W07' AND '2026-W10'), 28::bigint, '... and finds the weeks');
SELECT matches(pg_temp.plan_of('SELECT max(p) FROM public.plan_line'), 'Limit\n.*Index Only Scan Backward using plan_line_btree', 'max reads the end of the index');
SELECT is((SELECT min(p) || ' ' || max(p) FROM public.plan_line), '1990-W01 2031-W01', '... and finds both ends');
SELECT is(array(SELECT p FROM public.plan_line ORDER BY p DESC LIMIT 8)::text, '{2031-W01,2031-W01,2030-W52,2030-W52,2030-W52,2030-W52,2030-W52,2030-W52}', 'the index gives the order');
DROP INDEX public.plan_line_btree;
CREATE INDEX plan_line_hash ON public.plan_line USING hash (p);
SELECT matches(pg_temp.plan_of($$SELECT * FROM public.plan_line WHERE p = '2026-W07'$$), 'Index Scan using plan_line_hash', 'a hash index serves =');
SELECT is((SELECT sum(amount) FROM public.plan_line WHERE p = '2026-W07'), 7::bigint, '... and finds the week');
DROP INDEX public.plan_line_hash;
SET LOCAL enable_seqscan = on;
SET LOCAL enable_nestloop = off;
SET LOCAL enable_mergejoin = off;
SELECT matches(pg_temp.plan_of('SELECT count(*) FROM public.plan_line a JOIN public.plan_line b USING (p)'), 'Hash Join', 'periods are joined by hash');
SELECT is((SELECT count(*) FROM public.plan_line a JOIN public.plan_line b USING (p)), 104815::bigint, '... and meet their own week') ;
SET LOCAL enable_mergejoin = on;
SET LOCAL enable_hashjoin = off;
SELECT matches(pg_temp.plan_of('SELECT count(*) FROM public.plan_line a JOIN public.plan_line b USING (p)'), 'Merge Join', 'periods are joined by merge');
SELECT is((SELECT count(*) FROM public.plan_line a JOIN public.plan_line b USING (p)), 104815::bigint, '... with the same rows');
SET LOCAL enable_sort = off;
SELECT matches(pg_temp.plan_of('SELECT DISTINCT p FROM public.plan_line'), 'HashAggregate', 'DISTINCT by hash');
SELECT is((SELECT count(*) FROM (SELECT DISTINCT p FROM public.plan_line) d), 2140::bigint, '... gives every week once');
SET LOCAL enable_sort = on;
SET LOCAL enable_hashagg = off;
SELECT is((SELECT count(*) FROM (SELECT DISTINCT p FROM public.plan_line) d), 2140::bigint, 'DISTINCT by sort gives the same');
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SELECT matches(pg_temp.plan_of('SELECT min(p), max(p) FROM public.plan_line'), 'Partial Aggregate', 'min and max run in parallel');
SELECT is((SELECT min(p) || ' ' || max(p) FROM public.plan_line), '1990-W01 2031-W01', '... with the same result');

-- NULL
SELECT ok(period(NULL, 'week') IS NULL AND period('2026-01-01', NULL) IS NULL AND lower(NULL::period) IS NULL AND upper(NULL::period) IS NULL AND grain(NULL) IS NULL
    AND elapsed('2026', NULL) IS NULL AND NULL::period::daterange IS NULL AND '2026'::period + NULL::int IS NULL AND NULL::period - '2026'::period IS NULL
    AND NULL::period @> '2026'::period IS NULL AND '2026'::period && NULL::period IS NULL, 'NULL gives NULL');
SELECT is((SELECT count(*) FROM generate_series('2026'::period, NULL)), 0::bigint, 'a series to NULL has no rows');

-- what is refused
SELECT is(pg_temp.error_of(format('SELECT %L::period', input)), format('22P02 | invalid period: "%s" | A period is a week, month, quarter, year or span of years.', input)
    || ' | Write 2026-W07, 2026-03, 2026-Q1, 2026, 2026..2028 or FY2026-Q1@Jul.', format('%s is no period', to_json(input))) FROM (VALUES
    (''), (' '), ('x'), ('26'), ('226'), ('20260'), ('-2026'), ('2026-'), ('2026-3'), ('2026-003'), ('2026-01-01'), ('2026-Q'), ('2026-Q001'), ('2026 Q1'), ('Q1'), ('Q1 26'), ('Q12026'), ('Q012026'),
    ('2026-W'), ('2026-W007'), ('2026--W07'), ('2026..'), ('2026..28'), ('2026...2028'), ('2026..FY2028'), ('2026-Q1..2026-Q3'), ('2026-Q1 x'), ('Marc 2026'), ('March'), ('March 26'), ('Ma 2026'),
    ('2026-Q1@Jul'), ('Q1 2026@Jul'), ('FY'), ('FY2026@'), ('FY2026@Foo'), ('FY2026@7'), ('FY2026-W07'), ('FY2026-03@Jul'), ('FY2026@Jul-Q1')) t(input);
SELECT is(pg_temp.error_of(format('SELECT %L::period', input)), format('22P02 | invalid period: "%s" | %s', input, rest), format('%s: out of range', input)) FROM (VALUES
    ('2028..2026', 'A span of years ends no earlier than it starts. | Write the earlier year first, such as 2026..2028.'),
    ('0000', 'Years run from 1 to 9999. | Write a year of four digits, such as 2026.'),
    ('0000-W01', 'Years run from 1 to 9999. | Write a year of four digits, such as 2026.'),
    ('0000..2026', 'Years run from 1 to 9999. | Write a year of four digits, such as 2026.'),
    ('FY0001@Jul', 'Years run from 1 to 9999, and a fiscal year lies within them. | Write a year from FY0002 to FY9999.'),
    ('FY0001-Q4@Feb', 'Years run from 1 to 9999, and a fiscal year lies within them. | Write a year from FY0002 to FY9999.'),
    ('2026-W00', 'ISO year 2026 has 53 weeks. | Write 2026-W53.'),
    ('2026-W54', 'ISO year 2026 has 53 weeks. | Write 2026-W53.'),
    ('2027-W53', 'ISO year 2027 has 52 weeks. | Write 2027-W52.'),
    ('9999-W53', 'ISO year 9999 has 52 weeks. | Write 9999-W52.'),
    ('2026-00', 'Months run from 01 to 12. | Write 2026-12.'),
    ('2026-13', 'Months run from 01 to 12. | Write 2026-12.'),
    ('2026-Q0', 'Quarters run from Q1 to Q4. | Write 2026-Q4.'),
    ('2026-Q5', 'Quarters run from Q1 to Q4. | Write 2026-Q4.'),
    ('Q5 2026', 'Quarters run from Q1 to Q4. | Write 2026-Q4.'),
    ('FY2026-Q5@Jul', 'Quarters run from Q1 to Q4. | Write FY2026-Q4@Jul.')) t(input, rest);
SELECT is(pg_temp.share(count(*) FILTER (WHERE (pg_temp.error_of(format('SELECT ''%s-W53''::period', y)) = 'no error') = (to_char(make_date(y, 12, 28), 'IW') = '53')), count(*))
    || ', ' || count(*) FILTER (WHERE to_char(make_date(y, 12, 28), 'IW') = '53'), '400 of 400, 71', 'week 53 is in the 71 of 400 years that have it') FROM generate_series(1800, 2199) y;
SELECT is(pg_temp.error_of(statement), expected, statement) FROM (VALUES
    ($$SELECT period('2026-01-01', 'decade')$$, '22023 | invalid grain: "decade" | The grains of a date are week, month, quarter and year. | A span of years is written as text, such as 2026..2028.'),
    ($$SELECT period('2026-01-01', 'years')$$, '22023 | invalid grain: "years" | The grains of a date are week, month, quarter and year. | A span of years is written as text, such as 2026..2028.'),
    ($$SELECT period('2026-01-01', 'quarter', 0)$$, '22023 | invalid start month: 0 | Months run from 1 to 12. | Write 7 for a fiscal year that starts in July.'),
    ($$SELECT period('2026-01-01', 'week', 13)$$, '22023 | invalid start month: 13 | Months run from 1 to 12. | Write 7 for a fiscal year that starts in July.'),
    ($$SELECT period('infinity', 'week')$$, '22008 | date out of range for a period: infinity | Years run from 1 to 9999. | Leave out infinite dates, and those before and after.'),
    ($$SELECT period('-infinity', 'year')$$, '22008 | date out of range for a period: -infinity | Years run from 1 to 9999. | Leave out infinite dates, and those before and after.'),
    ($$SELECT period('0001-12-31 BC', 'month')$$, '22008 | date out of range for a period: 0001-12-31 BC | Years run from 1 to 9999. | Leave out infinite dates, and those before and after.'),
    ($$SELECT period('10000-01-01', 'week')$$, '22008 | date out of range for a period: 10000-01-01 | Years run from 1 to 9999. | Leave out infinite dates, and those before and after.'),
    ($$SELECT period('0001-06-30', 'year', 7)$$, '22008 | date out of range for a period: 0001-06-30 | Years run from 1 to 9999, and a fiscal year lies within them. | Leave out infinite dates, and those before and after.'),
    ($$SELECT period('9999-07-01', 'quarter', 7)$$, '22008 | date out of range for a period: 9999-07-01 | Years run from 1 to 9999, and a fiscal year lies within them. | Leave out infinite dates, and those before and after.'),
    ($$SELECT '9999-Q4'::period + 1$$, '22008 | period out of range: 9999-Q4 moved by 1 | Years run from 1 to 9999. | Move by fewer.'),
    ($$SELECT '9999-W52'::period + 1$$, '22008 | period out of range: 9999-W52 moved by 1 | Years run from 1 to 9999. | Move by fewer.'),
    ($$SELECT '0001-01'::period - 1$$, '22008 | period out of range: 0001-01 moved by -1 | Years run from 1 to 9999. | Move by fewer.'),
    ($$SELECT '0001-W01'::period - 1$$, '22008 | period out of range: 0001-W01 moved by -1 | Years run from 1 to 9999. | Move by fewer.'),
    ($$SELECT 'FY0002@Jul'::period - 1$$, '22008 | period out of range: FY0002@Jul moved by -1 | Years run from 1 to 9999. | Move by fewer.'),
    ($$SELECT '9997..9998'::period + 1$$, '22008 | period out of range: 9997..9998 moved by 1 | Years run from 1 to 9999. | Move by fewer.'),
    ($$SELECT '0001..9999'::period + 2147483647$$, '22008 | period out of range: 0001..9999 moved by 2147483647 | Years run from 1 to 9999. | Move by fewer.'),
    ($$SELECT '2026'::period - (-2147483648)$$, '22008 | period out of range: 2026 moved by 2147483648 | Years run from 1 to 9999. | Move by fewer.'),
    ($$SELECT '2026-Q1'::period - '2026-01'::period$$, '22023 | periods of different kinds cannot be counted: 2026-Q1 and 2026-01 | Both need the same grain, length and first month of the fiscal year, and must be whole steps apart. | Convert one, such as period(lower(p), ''month'').'),
    ($$SELECT '2026'::period - 'FY2026@Jul'::period$$, '22023 | periods of different kinds cannot be counted: 2026 and FY2026@Jul | Both need the same grain, length and first month of the fiscal year, and must be whole steps apart. | Convert one, such as period(lower(p), ''month'').'),
    ($$SELECT '2026..2028'::period - '2026..2027'::period$$, '22023 | periods of different kinds cannot be counted: 2026..2028 and 2026..2027 | Both need the same grain, length and first month of the fiscal year, and must be whole steps apart. | Convert one, such as period(lower(p), ''month'').'),
    ($$SELECT '2026..2028'::period - '2027..2029'::period$$, '22023 | periods of different kinds cannot be counted: 2026..2028 and 2027..2029 | Both need the same grain, length and first month of the fiscal year, and must be whole steps apart. | Convert one, such as period(lower(p), ''month'').'),
    ($$SELECT generate_series('2026'::period, '2026-Q4')$$, '22023 | periods of different kinds cannot be counted: 2026-Q4 and 2026 | Both need the same grain, length and first month of the fiscal year, and must be whole steps apart. | Convert one, such as period(lower(p), ''month'').'),
    ($$SELECT generate_series('2026'::period, '2028', 0)$$, '22023 | invalid step: 0 | A series moves at every step. | Write 1, or -1 to count down.')) t(statement, expected);

-- soft errors, where the server has them
CREATE FUNCTION pg_temp.is_period(input text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    answer boolean;
BEGIN
    IF current_setting('server_version_num')::int < 160000 THEN
        RETURN pg_temp.error_of(format('SELECT %L::align.period', input)) = 'no error';
    END IF;
    EXECUTE 'SELECT pg_input_is_valid($1, ''align.period'')' INTO answer USING input;
    RETURN answer;
END $$;
SELECT is(array(SELECT pg_temp.is_period(p) FROM unnest(array['2026-Q1', '2026-Q5', 'x', '2028..2026', '2026-W53']) p), array[true, false, false, false, true], 'input is checked without an exception');

SELECT * FROM finish();
ROLLBACK;
