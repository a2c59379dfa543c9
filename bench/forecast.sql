-- bench/forecast.sql: forecasts of many metrics at once, 36 months each.

-- question: fit a damped trend with a season of 12, and forecast the next year with its intervals
-- goal: at least 50 metrics a second
-- [align]
SELECT s.metric, round(l.expected_value::numeric, 1), round(l.low80_value::numeric, 1), round(l.high80_value::numeric, 1)
FROM (SELECT metric, align.series(period, value) AS history FROM public.metric_month GROUP BY metric) s, align.series_landing(s.history, '2026-01', '2026-12', 'sum') l
ORDER BY s.metric;

-- question: the damped trend itself, alpha to phi given: the expected value of next month
-- goal: no slower than plain, which has no interval
-- [align]
SELECT s.metric, round(p.expected_value::numeric, 6)
FROM (SELECT metric, align.series(period, value) AS history FROM public.metric_month GROUP BY metric) s, align.series_path(s.history, 1, 0, '{0.3,0.05,0,0.9,100,0}') p
ORDER BY s.metric;
-- [plain]
WITH RECURSIVE run(metric, month, level, trend) AS (
    SELECT metric, 0, 100::float8, 0::float8 FROM public.metric_month WHERE month = 1
    UNION ALL
    SELECT r.metric, m.month, r.level + 0.9 * r.trend + 0.3 * (m.value - r.level - 0.9 * r.trend), 0.9 * r.trend + 0.05 * (m.value - r.level - 0.9 * r.trend)
    FROM run r JOIN public.metric_month m ON m.metric = r.metric AND m.month = r.month + 1)
SELECT metric, round((level + 0.9 * trend)::numeric, 6) FROM run WHERE month = 36 ORDER BY metric;
