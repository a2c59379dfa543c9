-- forecast.sql: where the sample company's revenue of 2025 would land, as it was
-- seen when September was over, and where it then landed. Run by make demo after
-- scorecard.sql, which has the metrics and what was known of them when.
\pset footer off
\pset null '-'
\set QUIET 1
SET search_path = align, public;
SET client_min_messages = warning;

\echo
\echo 'Where will the revenue of 2025 land? As seen on 30 September 2025, when that day was over'
SELECT round(known_value) AS "in so far", target AS goal, round(expected_value) AS expected, low80_value || ' to ' || high80_value AS "80 %", low95_value || ' to ' || high95_value AS "95 %",
    round(100 * target_chance_ratio) AS "% chance", needed_value AS "needed a month", method, history_count AS months
FROM forecast('revenue', '2025', '2025-10-01Z');

\echo 'Month by month, and what it was in the end'
SELECT f.period, f.expected_value AS expected, f.low80_value || ' to ' || f.high80_value AS "80 %", round(a.value) AS "it was", CASE WHEN a.value BETWEEN f.low80_value AND f.high80_value THEN 'yes' ELSE 'no' END AS inside
FROM (SELECT period, expected_value, low80_value, high80_value FROM forecast_path('revenue', '2025', '2025-10-01Z')
      UNION ALL SELECT asked_period, expected_value, low80_value, high80_value FROM forecast('revenue', '2025', '2025-10-01Z')) f
CROSS JOIN LATERAL metric_at('revenue', f.period, '2026-01-01Z') a
ORDER BY upper(f.period::period), lower(f.period::period) DESC;

\echo 'How the forecast of the year came closer'
SELECT at::date AS "seen on", COALESCE(round(expected_value)::text, '-') AS expected, low80_value || ' to ' || high80_value AS "80 %", round(100 * target_chance_ratio) AS "% chance", method, note
FROM unnest('{2025-02-01Z,2025-04-01Z,2025-07-01Z,2025-10-01Z,2025-12-01Z,2026-01-01Z}'::timestamptz[]) at CROSS JOIN LATERAL forecast('revenue', '2025', at);

\echo 'Ahead or behind, on 30 September 2025'
SELECT m.key AS metric, p.target AS goal, p.line, trim_scale(round(p.known_value, 2)) AS "is", trim_scale(p.line_value) AS "should be", trim_scale(p.ahead_value) AS ahead, round(100 * p.ahead_ratio, 1) AS "%", f.expected_status AS "will be", round(100 * f.target_chance_ratio) AS "% chance"
FROM metric m CROSS JOIN LATERAL pace(m.key, '2025', '2025-10-01Z') p CROSS JOIN LATERAL forecast(m.key, '2025', '2025-10-01Z') f
WHERE m.key IN ('revenue', 'new-plants', 'cycle', 'first-talks') ORDER BY p.ahead_ratio;
