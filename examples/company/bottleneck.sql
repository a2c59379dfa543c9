-- bottleneck.sql: where the sample company's path breaks, and what that costs. Run
-- by make demo, as of 1 January 2026; enters nothing.
\pset footer off
\pset null '-'
\set QUIET 1
SET search_path = align, public;

\echo
\echo 'The slowest step of 2025, and the costliest one against what the best source does'
SELECT 'slowest' AS step, b.from_stage || ' to ' || b.to_stage AS "from, to", b.mean_days AS "mean days", '-' AS "customers lost", '-' AS amount
FROM (SELECT * FROM bottleneck('2026-01-01Z', 'best source', '2025') ORDER BY mean_days DESC LIMIT 1) b
UNION ALL
SELECT 'costliest', from_stage || ' to ' || to_stage, mean_days, format('%s (%s to %s)', round(lost_customer_count), round(lost_customer_low_count), round(lost_customer_high_count)),
    format('%s (%s to %s)', lost_amount, lost_low_amount, lost_high_amount)
FROM bottleneck('2026-01-01Z', 'best source', '2025') WHERE bottleneck_order = 1;

\echo 'Every step against the best source and the best segment'
SELECT a AS against, b.bottleneck_order AS "#", b.finding FROM unnest('{best source,best segment}'::text[]) a, bottleneck('2026-01-01Z', a, '2025') b ORDER BY a DESC, 2;

\echo 'And last quarter against the one before: nothing changed but by chance'
SELECT from_stage || ' to ' || to_stage AS step, round(100 * passed_ratio, 1) AS "% pass", round(100 * compared_ratio, 1) AS "% before", format('%s (%s to %s)', lost_lead_count, lost_lead_low_count, lost_lead_high_count) AS "leads lost", finding
FROM bottleneck('2026-01-01Z') ORDER BY lost_amount DESC;

\echo 'Where most leads end, and the longest common way to a customer'
(SELECT path, lead_count AS leads, round(100 * lead_ratio, 1) AS "%", ended_in AS "ended in", p50_days AS "median days" FROM path_mining('2026-01-01Z', top => 5))
UNION ALL
(SELECT path, lead_count, round(100 * lead_ratio, 1), ended_in, p50_days FROM path_mining('2026-01-01Z', top => 1000) WHERE ended_in = 'onboarded' ORDER BY 2 DESC LIMIT 1);

\echo 'What buyers felt: the worst ways, and silence by source'
SELECT key AS lead, source, segment, stage, hand_count AS hands, silent_count AS "silent gaps", longest_silent_days AS "longest days", repeat_count AS again FROM buyer_view(at => '2026-01-01Z') LIMIT 3;
SELECT name AS source, round(100 * silent_ratio, 1) AS "% with a silent gap", mean_hand_count AS hands, round(100 * repeat_ratio, 1) AS "% again", worst_lead_key AS "the worst" FROM buyer_view_by('source', at => '2026-01-01Z') WHERE name IS NOT NULL;

\echo 'Momentum: is the pipeline faster than it was, why, and could one have known?'
SELECT momentum_period AS quarter, open_count AS open, round(100 * win_ratio, 1) AS "% won", round(win_amount) AS amount, cycle_days AS days, round(velocity_amount) AS "amount a day",
    round(100 * velocity_change_ratio) AS "% change", driver, round(100 * forecast_error_ratio) AS "% missed by", round(100 * mean_error_ratio) AS "% in the mean"
FROM momentum(at => '2026-01-01Z', periods => 5);
