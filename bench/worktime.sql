-- bench/worktime.sql: working time between two instants, by a calendar with
-- breaks and holidays.

-- question: working time of pairs of instants
-- goal: at least 10 times faster than plain
-- [align]
SELECT extract(epoch FROM sum(worktime(h, from_at, to_at)))::bigint FROM public.pair, calendar_of('bench') h;
-- [plain]
SELECT extract(epoch FROM sum(w.span))::bigint FROM public.pair p
CROSS JOIN LATERAL (
    SELECT sum(greatest(least((d::date + h.stop) AT TIME ZONE 'Europe/Berlin', p.to_at) - greatest((d::date + h.start) AT TIME ZONE 'Europe/Berlin', p.from_at), '0')) AS span
    FROM generate_series((p.from_at AT TIME ZONE 'Europe/Berlin')::date::timestamp, p.to_at AT TIME ZONE 'Europe/Berlin', '1 day') d
    JOIN public.week_hours h ON h.day = extract(isodow FROM d)
    WHERE NOT EXISTS (SELECT FROM holiday o WHERE o.calendar = 'bench' AND o.day = d::date)) w;
-- [a table of all opening hours]
SELECT extract(epoch FROM sum(b.before + least(p.to_at, b.stop) - b.start - (a.before + least(p.from_at, a.stop) - a.start)))::bigint FROM public.pair p
CROSS JOIN LATERAL (SELECT * FROM public.opening o WHERE o.start <= p.from_at ORDER BY o.start DESC LIMIT 1) a
CROSS JOIN LATERAL (SELECT * FROM public.opening o WHERE o.start <= p.to_at ORDER BY o.start DESC LIMIT 1) b;

-- question: when so much working time is over
-- goal: at least 5 times faster than a table of all opening hours
-- [align]
SELECT max(due_at(h, from_at, '20:00')) FROM public.pair, calendar_of('bench') h;
-- [a table of all opening hours]
SELECT max(b.start + (w.goal - b.before)) FROM public.pair p
CROSS JOIN LATERAL (SELECT o.before + least(p.from_at, o.stop) - o.start + interval '20:00' AS goal FROM public.opening o WHERE o.start <= p.from_at ORDER BY o.start DESC LIMIT 1) w
CROSS JOIN LATERAL (SELECT * FROM public.opening o WHERE o.start <= p.from_at + interval '30 days' AND o.before < w.goal ORDER BY o.start DESC LIMIT 1) b;

-- question: worktime over ten years, a hundred thousand times
-- goal: microseconds each
-- [align]
SELECT sum(worktime(h, timestamptz '2016-01-01Z' + i * interval '1 minute', '2026-01-01Z')) FROM generate_series(1, 100000) i, calendar_of('bench') h;
