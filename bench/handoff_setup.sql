-- handoff_setup.sql: the opening hours of bench/handoff.sql for all years of its
-- events: as a calendar, and as rows with the hours before each.
INSERT INTO calendar VALUES ('handoff', 'Berlin', 'Europe/Berlin', 'mon-thu 09:00-12:30, 13:30-17:30; fri 09:00-14:00');
CREATE TABLE public.handoff_opening AS
SELECT start, stop, sum(stop - start) OVER (ORDER BY start) - (stop - start) AS before
FROM (SELECT (d::date + w.start) AT TIME ZONE 'Europe/Berlin' AS start, (d::date + w.stop) AT TIME ZONE 'Europe/Berlin' AS stop
      FROM generate_series(timestamp '2023-12-20', '2026-09-01', '1 day') d
      JOIN (SELECT d AS day, h.start, h.stop FROM generate_series(1, 4) d, (VALUES (time '09:00', time '12:30'), ('13:30', '17:30')) h(start, stop)
            UNION ALL SELECT 5, '09:00', '14:00') w ON w.day = extract(isodow FROM d)) o;
CREATE UNIQUE INDEX ON public.handoff_opening (start) INCLUDE (stop, before);
VACUUM (ANALYZE, FREEZE) public.handoff_opening;
