-- story.sql: the sample company on 1 January 2026 in one screen: what is seen, how
-- far both teams are aligned, what lies under it, and what to do next. Run by make
-- demo after the company is entered, the healthy one or the one of demo.sql.
\pset format unaligned
\pset tuples_only on
\pset null '-'
\set QUIET 1
\set at '\'2026-01-01Z\''
SET search_path = align, public;
SET client_min_messages = warning;

\echo
\echo 'WHAT IS SEEN on 1 January 2026: measures that are off, by their last 13 periods'
WITH seen AS (
    SELECT s.*, row_number() OVER (ORDER BY s.status DESC, s.metric_order) AS n FROM scorecard(:at) s WHERE s.status <> 'on track')
SELECT format('   %s %s  %s, should be %s: %s%s', rpad(title, 36), sparkline, rtrim(to_char(last_value, 'FM999,999,990.99'), '.'),
    split_part(in_words(goal::target, NULLIF(unit, 'ratio')), ', at risk', 1), status, CASE WHEN NOT has_countermeasure THEN ', and nothing is done' ELSE '' END)
FROM seen WHERE n <= 6 UNION ALL SELECT '   None.' WHERE NOT EXISTS (SELECT FROM seen);

\echo
\echo 'HOW FAR sales and marketing are aligned to the mission'
SELECT format('   %s of 100, with %s %% of the weight measured. At the end of each quarter since 2024: %s.', round(i.index_value), round(100 * i.measured_ratio),
    (SELECT string_agg(COALESCE(round(h.score_value)::text, '-'), ', ' ORDER BY h.period_start_date) FROM alignment_history('2024-01-01', '2025-12-31', 'quarter') h WHERE h.is_total))
FROM alignment_index(:at) i;
SELECT format('   %s %s %s %s %s', rpad(block, 10), rpad(dimension, 15), rpad(repeat('█', COALESCE(round(score_value / 10)::integer, 0)), 10, '·'), lpad(COALESCE(round(score_value)::text, '-'), 3),
    question || COALESCE(' Not measured: ' || reason_not_measured, ''))
FROM alignment(:at) ORDER BY dimension_order;
SELECT '   Since July ' || string_agg(format('%s %s%s', dimension, CASE WHEN part <> 'score' THEN '(' || part || ') ' END, to_char(index_change, 'FMSG990.0')), ', ' ORDER BY change_order) || '.'
FROM alignment_change('2025-07-01Z', :at) WHERE change_order <= 4 AND round(index_change, 1) <> 0 HAVING count(*) > 0;

\echo
\echo 'WHAT LIES UNDER IT, and what to do next'
CREATE TEMP TABLE found AS SELECT * FROM diagnose(:at);
SELECT format(E'%s. %s (%s)\n%s   > %s', finding_order, upper(left(cause, 1)) || substr(cause, 2),
    concat_ws(', ', area, 'costs ' || number_text(cost_amount), 'loses ' || count_text(round(cost_customer_count), 'customer')),
    regexp_replace(finding, '(.{1,113})(\s+|$)', E'   \\1\n', 'g'), next_step)
FROM found WHERE finding_order <= 5 ORDER BY finding_order;
SELECT 'Nothing: every dimension is as it should be.' WHERE NOT EXISTS (SELECT FROM found);
SELECT format('And %s more: SELECT * FROM diagnose(%L).', count(*), :at) FROM found WHERE finding_order > 5 HAVING count(*) > 0;
DROP TABLE found;
