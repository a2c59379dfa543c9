-- bench/handoff.sql: how leads are handed from one stage to a later one: the share
-- taken up, the working hours until an answer with those that wait counted, and
-- how many were late. Straight from events.

-- question: handoff summary
-- goal: at least 5 times faster than plain
-- [align]
WITH h AS MATERIALIZED (SELECT calendar_of('handoff') AS hours)
SELECT count(*), count(*) FILTER (WHERE outcome = 'accepted'), count(*) FILTER (WHERE outcome = 'leaked'), count(*) FILTER (WHERE outcome = 'waiting'),
    count(*) FILTER (WHERE COALESCE(settled_at, '2026-07-01Z') > due_at(hours, given_at, '40:00')),
    round((median(time_to(worktime(hours, given_at, COALESCE(settled_at, '2026-07-01Z')), outcome = 'accepted')) * 24)::numeric, 3)
FROM (SELECT event_log(lead, stage, at) AS log FROM public.event) e, h, journeys(log) j, handoffs(j.journey, 'mql', 'sal', '2026-07-01Z');
-- [plain]
WITH entry AS (
    SELECT lead, stage, at FROM (SELECT lead, stage, at, lag(stage) OVER (PARTITION BY lead ORDER BY at, stage) AS before FROM public.event) e
    WHERE at <= '2026-07-01Z' AND stage IS DISTINCT FROM before),
handed AS (
    SELECT given_at, next_stage, next_at,
        CASE WHEN next_stage = 'sal' THEN 'accepted' WHEN next_stage > 'sal' THEN 'leaked' WHEN next_stage IS NULL THEN 'waiting' ELSE 'recycled' END AS outcome,
        COALESCE(next_at, '2026-07-01Z') AS until_at
    FROM (SELECT stage, at AS given_at, lead(stage) OVER w AS next_stage, lead(at) OVER w AS next_at FROM entry WINDOW w AS (PARTITION BY lead ORDER BY at, stage)) n
    WHERE stage = 'mql'),
worked AS MATERIALIZED (
    SELECT h.*, b.before + least(h.until_at, b.stop) - b.start - (a.before + least(h.given_at, a.stop) - a.start) AS worked, d.start + (a.before + least(h.given_at, a.stop) - a.start + interval '40:00' - d.before) AS due_at
    FROM handed h
    CROSS JOIN LATERAL (SELECT * FROM public.handoff_opening o WHERE o.start <= h.given_at ORDER BY o.start DESC LIMIT 1) a
    CROSS JOIN LATERAL (SELECT * FROM public.handoff_opening o WHERE o.start <= h.until_at ORDER BY o.start DESC LIMIT 1) b
    CROSS JOIN LATERAL (SELECT * FROM public.handoff_opening o WHERE o.start <= h.given_at + interval '40 days' AND o.before < a.before + least(h.given_at, a.stop) - a.start + interval '40:00' ORDER BY o.start DESC LIMIT 1) d),
curve AS (
    SELECT worked, exp(sum(CASE WHEN d = n THEN '-Infinity' ELSE ln((n - d)::float8 / n) END) OVER (ORDER BY worked)) AS survival
    FROM (SELECT worked, count(*) FILTER (WHERE outcome = 'accepted') AS d, sum(count(*)) OVER (ORDER BY worked DESC) AS n FROM worked GROUP BY worked) t)
SELECT count(*), count(*) FILTER (WHERE outcome = 'accepted'), count(*) FILTER (WHERE outcome = 'leaked'), count(*) FILTER (WHERE outcome = 'waiting'),
    count(*) FILTER (WHERE until_at > due_at),
    (SELECT round((extract(epoch FROM min(worked)) / 3600)::numeric, 3) FROM curve WHERE survival <= 0.5 + 1e-12)
FROM worked;
