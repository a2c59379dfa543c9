-- worktime_setup.sql: the pairs of bench/worktime.sql: a tenth of :rows, from a
-- random instant of two years to one up to ten days later; the hours of the week
-- as rows; and every opening of those years with the hours before it.
CREATE TABLE public.pair AS
SELECT a AS from_at, a + make_interval(secs => (hashint8extended(i, 2) & 9223372036854775807) % 864000) AS to_at
FROM (SELECT i, timestamptz '2024-01-01Z' + make_interval(secs => (hashint8extended(i, 1) & 9223372036854775807) % 63072000) AS a
      FROM generate_series(1::bigint, :rows / 10) i) s;
INSERT INTO calendar VALUES ('bench', 'Berlin', 'Europe/Berlin', 'mon-thu 09:00-12:30, 13:30-17:30; fri 09:00-14:00');
INSERT INTO holiday SELECT 'bench', d, 'Holiday', NULL FROM unnest('{2024-01-01,2024-03-29,2024-04-01,2024-05-01,2024-05-09,2024-12-25,2024-12-26,2025-01-01,2025-04-18,2025-04-21,2025-05-01,2025-12-25,2025-12-26}'::date[]) d;
CREATE TABLE public.week_hours (day int, start time, stop time);
INSERT INTO public.week_hours SELECT d, h.start, h.stop FROM generate_series(1, 4) d, (VALUES (time '09:00', time '12:30'), ('13:30', '17:30')) h(start, stop) UNION ALL SELECT 5, '09:00', '14:00';
CREATE TABLE public.opening AS
SELECT start, stop, sum(stop - start) OVER (ORDER BY start) - (stop - start) AS before
FROM (SELECT (d::date + w.start) AT TIME ZONE 'Europe/Berlin' AS start, (d::date + w.stop) AT TIME ZONE 'Europe/Berlin' AS stop
      FROM generate_series(timestamp '2023-12-20', '2026-02-01', '1 day') d JOIN public.week_hours w ON w.day = extract(isodow FROM d)
      WHERE d::date NOT IN (SELECT day FROM holiday)) o;
CREATE UNIQUE INDEX ON public.opening (start) INCLUDE (stop, before);
VACUUM (ANALYZE, FREEZE) public.pair, public.week_hours, public.opening;
