-- scorecard.sql: the sample company's scorecard of 2024 and 2025. Run by make demo after
-- metric.sql: the metrics are filled from what the CRM knows or by hand, week by
-- week as they would have been, and held against their targets.
\pset footer off
\pset null '-'
\set QUIET 1
SET search_path = align, public;
SET client_min_messages = warning;

-- 0 to 1, the same for the same words
CREATE FUNCTION pg_temp.draw(VARIADIC words text[]) RETURNS float8 IMMUTABLE LANGUAGE sql
    RETURN ('x' || left(md5(array_to_string(words, '/')), 8))::bit(32)::bigint / 4294967296.0;

-- what was spent on events, and what was entered by hand: two meetings forgot it
INSERT INTO spend (item, at, amount, channel, note)
SELECT i.id, p.at, round((4500 + 6000 * pg_temp.draw('spend', p.at::text))::numeric, -2), 'Plant day', 'Plant day'
FROM plan_item i CROSS JOIN (SELECT lower(p) + 11 AS at FROM generate_series(period '2024-01', '2025-12') p) p WHERE i.key = 'S3';
SELECT count(record_value(m.key, p::text, floor(m.low + m.spread * pg_temp.draw(m.key, p::text))::numeric, at => upper(p) + time '09:00' AT TIME ZONE 'UTC')) AS entered
FROM (VALUES ('first-talks', 2, 5), ('posts', 2, 3)) m(key, low, spread) CROSS JOIN generate_series(period '2024-W01', '2025-W52') p
WHERE NOT (m.key = 'first-talks' AND p::text IN ('2025-W33', '2025-W47')) \gset
SELECT count(record_value('retention', v.period, v.value, at => v.at)) AS kept
FROM (VALUES ('2024-Q1', 95.2, '2024-04-08Z'::timestamptz), ('2024-Q2', 95.6, '2024-07-08Z'), ('2024-Q3', 95.1, '2024-10-07Z'), ('2024-Q4', 95.0, '2025-01-07Z'),
    ('2025-Q1', 94.8, '2025-04-07Z'), ('2025-Q2', 93.9, '2025-07-07Z'), ('2025-Q3', 92.6, '2025-10-06Z'), ('2025-Q4', 91.2, '2025-12-31Z')) v(period, value, at) \gset

\echo
\echo 'The scorecard fills itself: every Monday the week, on the first of a month all that is over by then'
SELECT change, count(*) AS "values" FROM (
    SELECT c.change FROM generate_series(period '2024-W01', '2025-W52') p CROSS JOIN LATERAL collect(p::text, upper(p)::timestamp AT TIME ZONE 'UTC') c
    UNION ALL
    SELECT c.change FROM generate_series(period '2024-01', '2025-12') p CROSS JOIN LATERAL collect(left(p::text, 4), upper(p)::timestamp AT TIME ZONE 'UTC') c) c
GROUP BY change ORDER BY change;
SELECT add_countermeasure('retention', '2025-Q3', 'Plants wait 50 days until they are live', 'A standard plan for going live, and two launch leads', 'Jana Falk', 'customer success', '2026-02-27', '2025-10-07Z') AS first,
    add_countermeasure('first-talks', '2025-W44', 'Nobody calls the guests of a plant day', 'Sales calls every guest within two days', 'Maya Cole', 'sales', '2025-12-05', '2025-11-04Z') AS second \gset
SELECT finish_countermeasure(:second, 'Six talks a week in November, then three again', '2025-12-01Z') \gset

\echo 'The scorecard on 1 January 2026: the last 13 periods'
SELECT title, team, COALESCE(goal, '-') || ' ' || unit AS goal, grain, sparkline AS "last 13", trim_scale(round(last_value, 2)) AS last, trim_scale(round(average_or_total, 2)) AS "average or total", status,
    NULLIF(off_track_count, 0) AS "off track for", CASE WHEN has_countermeasure THEN 'yes' ELSE '' END AS "something is done"
FROM scorecard('2026-01-01Z') ORDER BY metric_order;

\echo 'Off track, and nothing is done about it'
SELECT title, team, owner, last_value AS last, goal, off_track_count AS "off track for", off_track_since AS since FROM countermeasure_missing('2026-01-01Z');

\echo 'What was done, and what came of it'
SELECT title, period, cause, action, owner, value AS "was", last_value AS "is", last_status AS status, effect FROM countermeasure_status ORDER BY id;

\echo 'The year, from weeks and months (a week belongs to the quarter of its Thursday)'
SELECT m.key AS metric, v.q AS quarter, trim_scale(a.value) AS value, target_at(m.key, v.q) AS target, align.status(a.value, target_at(m.key, v.q)::target) AS status
FROM (VALUES ('revenue'), ('new-plants')) m(key) CROSS JOIN (VALUES ('2025-Q1'), ('2025-Q2'), ('2025-Q3'), ('2025-Q4'), ('2025'), ('2024')) v(q) CROSS JOIN LATERAL metric_at(m.key, v.q, '2026-01-01Z') a;

\echo 'The ladder: from the outcome down to each team''s measures; last, what leads to no outcome'
SELECT title, rung, team, goal, trim_scale(round(last_value, 2)) AS last, status, note FROM ladder('2026-01-01Z') ORDER BY tree_order;

INSERT INTO quota (period, team, role, metric, target, weight)
SELECT q.period::period, q.team, q.role, m.id, q.target::target, q.weight
FROM (VALUES ('2026', 'sales', 'account executive', 'revenue', '>= 12000000', 3), ('2026', 'sales', 'account executive', 'new-plants', '>= 600', 1),
    ('2026-Q1', 'marketing', NULL, 'mql', '>= 1600', 2), ('2026-Q1', 'marketing', NULL, 'revenue', '>= 2700000', 1), ('2026-Q1', 'marketing', NULL, 'visitors', '>= 520', 1)) q(period, team, role, metric, target, weight)
JOIN metric m ON m.key = q.metric;
INSERT INTO incentive (period, team, role, metric, weight)
SELECT '2026', q.team, q.role, m.id, q.weight
FROM (VALUES ('sales', 'account executive', 'revenue', 0.8), ('sales', 'account executive', 'new-plants', 0.2), ('sales', 'sales development', 'sql', 1.0),
    ('marketing', NULL, 'mql', 0.5), ('marketing', NULL, 'revenue', 0.2), ('marketing', NULL, 'sql', 0.3)) q(team, role, metric, weight)
JOIN metric m ON m.key = q.metric;
\echo 'Do both teams chase the same? Of their quotas, and of their pay'
SELECT round(100 * shared_ratio, 1) AS "% shared", round(100 * a_ratio, 1) AS "% of marketing's", round(100 * b_ratio, 1) AS "% of sales'", shared_metrics AS "on" FROM shared_goal('2026-Q1');
SELECT round(100 * overlap_ratio, 1) AS "% overlap of pay", round(100 * a_outcome_ratio, 1) AS "% marketing on outcomes", round(100 * b_outcome_ratio, 1) AS "% sales on outcomes", shared_metrics AS "on" FROM incentive_overlap('2026-Q1');
