-- alignment.sql: how far the sample company is aligned, and what lies under it.
-- Run by make demo after all that is measured; prints the index, its dimensions
-- and the diagnosis as of 1 January 2026. Changes nothing: the company's
-- signatures, which the demo gave today, count as of December 2025 here.
\pset footer off
\pset null '-'
\set QUIET 1
SET search_path = align, public;
SET client_min_messages = warning;

BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE definition SET in_force_at = '2025-12-10Z' WHERE in_force_at IS NOT NULL;
UPDATE definition_signature SET at = '2025-12-10Z';
UPDATE plan_version SET published_at = '2025-12-15Z', in_force_at = CASE WHEN in_force_at IS NOT NULL THEN timestamptz '2025-12-18Z' END;
UPDATE plan_signature SET at = '2025-12-18Z';
SET LOCAL session_replication_role = origin;

\echo
\echo 'How far are sales and marketing aligned to the mission, 1 January 2026?'
CREATE TEMP TABLE aligned ON COMMIT DROP AS SELECT * FROM alignment('2026-01-01Z');
SELECT round(index_value, 1) AS index, round(100 * measured_ratio) AS "% measured", finding FROM alignment_index('2026-01-01Z');
SELECT block, dimension, round(score_value) AS score, evidence_count AS rows, round(cautious_value) AS "at least", trim_scale(100 * weight_ratio) AS "% weight",
    left(COALESCE(finding, 'Not measured: ' || reason_not_measured), 110) AS finding
FROM aligned ORDER BY dimension_order;

\echo 'The symptom is misalignment. What lies under it?'
SELECT finding_order AS "#", area, cause, cost_amount AS cost, left(finding, 90) AS finding, left(next_step, 90) AS "next step" FROM diagnose('2026-01-01Z') ORDER BY 1;

\echo 'What moved the index in the second half of 2025'
SELECT part, dimension, round(score_before) AS before, round(score_after) AS after, round(index_change, 1) AS "change of the index" FROM alignment_change('2025-07-01Z', '2026-01-01Z') ORDER BY change_order LIMIT 5;
ROLLBACK;
