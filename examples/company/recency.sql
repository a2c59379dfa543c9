-- recency.sql: does the sample company run after its last win? Run by make demo:
-- the mix of two years as it was, and what would be seen had the money of each
-- channel followed the wins of the month before; as of 2026-01-01.
\pset footer off
\pset null '-'
\set QUIET 1
SET search_path = align, public;
SET client_min_messages = warning;

\echo
\echo 'Does the mix follow the last win? p: how often chance alone would look so'
SELECT mix, period_count AS months, category_count AS categories, won_count AS won, reaction, round(100 * explained_ratio, 1) AS "% explained", round(p, 4) AS p, coalesce(is_trap::text, 'not known') AS trap
FROM recency_trap('2026-01-01Z') ORDER BY mix;

\echo 'Had six of ten euros each month gone where the month before was won (tried, and rolled back)'
BEGIN;
INSERT INTO spend (at, amount, channel)
SELECT (period_start_date + interval '1 month')::date + 14, round(60000 * (0.4 / count(*) OVER (PARTITION BY period) + 0.6 * COALESCE(won_ratio, 0)), 2), category
FROM mix_history('2026-01-01Z', credit => 'first') WHERE category IN (SELECT source FROM lead) AND period < '2025-12';
SELECT finding FROM recency_trap('2026-01-01Z', 'spend', credit => 'first');
\echo 'What that cut although it worked, the worst first'
SELECT period AS month, category AS channel, round(100 * before_ratio, 1) AS "% before", round(100 * after_ratio, 1) AS after, gained AS "went to", round(amount_per_win) AS "spent per win", round(gained_amount_per_win) AS there, missed_count AS "wins missed"
FROM recency_cut('2026-01-01Z', 'spend', credit => 'first') LIMIT 5;
ROLLBACK;
