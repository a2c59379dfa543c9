-- repeatability.sql: is it the process or the person at the sample company? Run by
-- make demo: the spread of win rates and cycle times between its sales people, as
-- of 2026-01-01.
\pset footer off
\pset null '-'
\set QUIET 1
SET search_path = align, public;

\echo
\echo 'Is it the process or the person? 100: it does not matter who gets the deal'
SELECT measure, repeatability, finding FROM repeatability('2026-01-01Z');

\echo 'Who wins more or less than the team, beyond chance'
SELECT owner, won_count AS won, closed_count AS closed, round(100 * won_ratio, 1) AS "% won", round(100 * shrunk_ratio, 1) AS "likely %",
    format('%s to %s', round(100 * low_ratio, 1), round(100 * high_ratio, 1)) AS "95 % interval", round(cycle_days, 1) AS days, finding
FROM rep_rates('2026-01-01Z');
