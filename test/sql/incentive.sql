\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(37);

INSERT INTO metric (key, title, kind, measures, grain) VALUES ('revenue', 'Revenue', 'lagging', 'outcome', 'month'), ('plants', 'New plants', 'lagging', 'outcome', 'month'),
    ('mql', 'Qualified leads', 'leading', 'activity', 'week'), ('calls', 'Calls', 'leading', 'activity', 'week');
CREATE FUNCTION pg_temp.pay(team text, role text, metric text, period text, weight numeric) RETURNS void LANGUAGE sql AS $$
    INSERT INTO align.incentive (team, role, metric, period, weight) SELECT $1, $2, m.id, $4::align.period, $5 FROM align.metric m WHERE m.key = $3 $$;
CREATE FUNCTION pg_temp.pay_error(team text, role text, metric text, period text, weight text) RETURNS text LANGUAGE sql AS $$
    SELECT split_part(pg_temp.error_of(format('SELECT pg_temp.pay(%L, %L, %L, %L, %L)', $1, $2, $3, $4, $5)), ' | Failing', 1) $$;

-- nothing yet
SELECT results_eq($$SELECT shared_ratio, a_ratio, b_ratio, shared_metrics, shared_count, a_count, b_count, note FROM shared_goal('2026')$$,
    $$VALUES (NULL::numeric, NULL::numeric, NULL::numeric, NULL, 0, 0, 0, 'No quota of marketing and sales in 2026.')$$, 'no quota: not known, and why');
SELECT results_eq($$SELECT overlap_ratio, a_outcome_ratio, shared_metrics, note FROM incentive_overlap('2026')$$, $$VALUES (NULL::numeric, NULL::numeric, NULL, 'No incentive of marketing and sales in 2026.')$$, 'nor any incentive');

-- weights add up to 1 at most, at any day
SELECT lives_ok($$SELECT pg_temp.pay('sales', NULL, 'revenue', '2026', 0.7), pg_temp.pay('sales', NULL, 'plants', '2026-Q1', 0.3), pg_temp.pay('sales', NULL, 'plants', '2026-Q2', 0.3), pg_temp.pay('sales', 'trainee', 'calls', '2026', 1)$$, 'up to 1, quarter by quarter, and for another role again');
SELECT is(pg_temp.pay_error('sales', c.role, c.metric, c.period, c.weight), c.error, c.error) FROM (VALUES
    (NULL, 'calls', '2026-Q1', '0.1', '23514 | invalid incentives of team "sales": their weights add up to 1.1 | On 2026-01-01. Weights are shares of the variable pay, and at any day add up to 1 at most. | Lower the other weights first, or all in one statement.'),
    (NULL, 'calls', '2026', '0.01', '23514 | invalid incentives of team "sales": their weights add up to 1.01 | On 2026-01-01. Weights are shares of the variable pay, and at any day add up to 1 at most. | Lower the other weights first, or all in one statement.'),
    -- the week of 29 December is free on its first three days alone
    (NULL, 'calls', '2026-W01', '0.5', '23514 | invalid incentives of team "sales": their weights add up to 1.5 | On 2026-01-01. Weights are shares of the variable pay, and at any day add up to 1 at most. | Lower the other weights first, or all in one statement.'),
    ('trainee', 'mql', '2026-12', '0.5', '23514 | invalid incentives of team "sales", role "trainee": their weights add up to 1.5 | On 2026-12-01. Weights are shares of the variable pay, and at any day add up to 1 at most. | Lower the other weights first, or all in one statement.'),
    (NULL, 'calls', '2027', '0', '23514 | new row for relation "incentive" violates check constraint "incentive_weight_check"'),
    (NULL, 'calls', '2027', '1.1', '23514 | invalid incentives of team "sales": their weights add up to 1.1 | On 2027-01-01. Weights are shares of the variable pay, and at any day add up to 1 at most. | Lower the other weights first, or all in one statement.'),
    (NULL, 'calls', '2027', 'Infinity', '23514 | new row for relation "incentive" violates check constraint "incentive_weight_check"'),
    (NULL, 'calls', '2027', 'NaN', '23514 | new row for relation "incentive" violates check constraint "incentive_weight_check"')) c(role, metric, period, weight, error);
SELECT is(pg_temp.pay_error('sales', NULL, 'calls', '2026-Q3', '0.3'), 'no error', 'what is free in a quarter can be given');
SELECT is(pg_temp.error_of($$UPDATE align.incentive SET weight = 0.8 WHERE weight = 0.7$$), '23514 | invalid incentives of team "sales": their weights add up to 1.1 | On 2026-01-01. Weights are shares of the variable pay, and at any day add up to 1 at most. | Lower the other weights first, or all in one statement.', 'an update is held against it');
SELECT is(pg_temp.error_of($$UPDATE align.incentive SET weight = CASE weight WHEN 0.7 THEN 0.6 ELSE 0.4 END WHERE role IS NULL$$), 'no error', 'and sees all rows of a statement together');
SELECT is(pg_temp.pay_error('sales', NULL, 'revenue', '2026', '0.1') LIKE '23505 | duplicate key value violates unique constraint "incentive_key_idx"%', true, 'said once');
SELECT is((SELECT builtin FROM team WHERE key = 'sales'), true, 'the team is as it was');
DELETE FROM incentive;

-- what is paid for: sales has two roles, the average counts. Executives 0.8 revenue, 0.2 plants; development 1.0 mql.
SELECT pg_temp.pay('sales', 'executive', 'revenue', '2026', 0.8), pg_temp.pay('sales', 'executive', 'plants', '2026', 0.2), pg_temp.pay('sales', 'development', 'mql', '2026', 1),
    pg_temp.pay('marketing', NULL, 'mql', '2026', 0.5), pg_temp.pay('marketing', NULL, 'revenue', '2026-Q1', 0.3), pg_temp.pay('marketing', NULL, 'plants', '2026-Q1', 0.05) \gset
SELECT results_eq($$SELECT team, metric_key, measures, weight_ratio FROM incentive_weight('2026-Q1')$$, $$VALUES ('marketing', 'mql', 'activity', 0.500000), ('marketing', 'revenue', 'outcome', 0.300000), ('marketing', 'plants', 'outcome', 0.050000),
    ('sales', 'mql', 'activity', 0.500000), ('sales', 'revenue', 'outcome', 0.400000), ('sales', 'plants', 'outcome', 0.100000)$$, 'weights of teams, roles averaged');
-- outcomes alone: min(0.3, 0.4) + min(0.05, 0.1) = 0.35; mql is an activity and counts for nothing
SELECT results_eq($$SELECT overlap_ratio, a_outcome_ratio, b_outcome_ratio, a_weight_ratio, b_weight_ratio, shared_metrics, shared_count, note FROM incentive_overlap('2026-Q1')$$,
    $$VALUES (0.350000, 0.350000, 0.500000, 0.850000, 1.000000, 'plants, revenue', 2, NULL)$$, 'the overlap of pay');
-- over the year marketing's two outcomes hold for 90 of 365 days: 0.35 * 90 / 365 = 0.086301
SELECT results_eq($$SELECT overlap_ratio, a_outcome_ratio FROM incentive_overlap('2026')$$, $$VALUES (0.086301, 0.086301)$$, 'by the days on which they hold');
SELECT results_eq($$SELECT overlap_ratio, note FROM incentive_overlap('2026-Q1', 'marketing', 'finance')$$, $$VALUES (NULL::numeric, 'No incentive of finance in 2026-Q1.')$$, 'other teams');
SELECT results_eq($$SELECT overlap_ratio, a_outcome_ratio FROM incentive_overlap('2026-Q1', 'sales', 'sales')$$, $$VALUES (0.500000, 0.500000)$$, 'a team with itself: all that hangs on outcomes');
-- 1 minus total variation, where all is on outcomes: p = (0.8, 0.2), q = (0.3, 0.7): 1 - (0.5 + 0.5) / 2 = 0.5
DELETE FROM incentive;
SELECT pg_temp.pay('sales', NULL, 'revenue', '2026', 0.8), pg_temp.pay('sales', NULL, 'plants', '2026', 0.2), pg_temp.pay('marketing', NULL, 'revenue', '2026', 0.3), pg_temp.pay('marketing', NULL, 'plants', '2026', 0.7) \gset
SELECT is((incentive_overlap('2026')).overlap_ratio, 1 - (abs(0.8 - 0.3) + abs(0.2 - 0.7)) / 2, '1 minus total variation');
UPDATE incentive SET weight = CASE WHEN metric = (SELECT id FROM metric WHERE key = 'plants') THEN 0.2 ELSE 0.8 END;
SELECT is((incentive_overlap('2026')).overlap_ratio, 1.0, 'paid for the same: 1');
DELETE FROM incentive WHERE team = 'sales' AND weight = 0.8 OR team = 'marketing' AND weight = 0.2;
SELECT is((incentive_overlap('2026')).overlap_ratio, 0::numeric, 'paid for nothing in common: 0');
SELECT is(pg_temp.error_of($$SELECT align.incentive_overlap('2026', 'marketing', 'nobody')$$) LIKE 'P0002 | unknown team: "nobody" |%', true, 'an unknown team');
SELECT is(pg_temp.error_of($$SELECT align.incentive_overlap('soon')$$) LIKE '22P02 | invalid period: "soon" |%', true, 'a period that cannot be read');

-- quotas: marketing 2 mql, 1 revenue, 1 calls for the quarter; sales 3 revenue, 1 plants for the year
INSERT INTO quota (team, role, metric, period, target, weight) SELECT q.team, q.role, m.id, q.period::period, q.target::target, q.weight
FROM (VALUES ('marketing', NULL, 'mql', '2026-Q1', '>= 500', 2), ('marketing', NULL, 'revenue', '2026-Q1', '>= 1000000', 1), ('marketing', NULL, 'calls', '2026-Q1', '>= 10', 1), ('sales', NULL, 'revenue', '2026', '>= 9000000', 3), ('sales', 'executive', 'plants', '2026', '>= 40', 1)) q(team, role, metric, period, target, weight)
JOIN metric m ON m.key = q.metric;
SELECT results_eq($$SELECT team, metric_key, quota_ratio FROM quota_share('2026-02')$$, $$VALUES ('marketing', 'mql', 0.500000), ('marketing', 'calls', 0.250000), ('marketing', 'revenue', 0.250000), ('sales', 'revenue', 0.750000), ('sales', 'plants', 0.250000)$$, 'how quotas are spread');
SELECT results_eq($$SELECT shared_ratio, a_ratio, b_ratio, shared_metrics, shared_count, a_count, b_count, note FROM shared_goal('2026-Q1')$$, $$VALUES (0.250000, 0.250000, 0.750000, 'revenue', 1, 3, 2, NULL)$$, 'the goal that both share');
SELECT results_eq($$SELECT shared_ratio, b_count, note FROM shared_goal('2026-Q2')$$, $$VALUES (NULL::numeric, 2, 'No quota of marketing in 2026-Q2.')$$, 'in another quarter there is none');
SELECT is(pg_temp.error_of($$INSERT INTO align.quota (team, metric, period, target) SELECT 'sales', id, '2027', '40..20' FROM align.metric WHERE key = 'revenue'$$) LIKE '22%40..20%', true, 'a target that makes no sense');
SELECT is(pg_temp.error_of($$DELETE FROM align.metric WHERE key = 'revenue'$$) LIKE '23503 | update or delete on table "metric" violates foreign key constraint "quota_metric_fkey"%', true, 'a metric with quotas stays');

-- the ladder: M > G1 > S1 > R1; G2 beside it; S2 under G2 also supports G1; R9 stands alone; R8 is dropped
DELETE FROM quota; DELETE FROM incentive; DELETE FROM metric;
INSERT INTO plan_item (id, key, level, parent, title, team, status) VALUES (1, 'M', 'mission', NULL, 'Mission', 'leadership', 'active'), (2, 'G1', 'goal', 1, 'Grow', 'leadership', 'active'), (3, 'G2', 'goal', 1, 'Be known', 'marketing', 'active'),
    (4, 'S1', 'strategy', 2, 'Partners', 'sales', 'active'), (5, 'S2', 'strategy', 3, 'Events', 'marketing', 'active'), (6, 'R1', 'rock', 4, 'First partner', 'sales', 'active'), (7, 'R9', 'rock', NULL, 'Logo', 'marketing', 'active'),
    (8, 'S3', 'strategy', 2, 'Nothing measured', 'sales', 'active'), (9, 'R8', 'rock', 4, 'Dropped', 'sales', 'dropped'), (10, 'R2', 'rock', 5, 'Booth', 'marketing', 'active');
INSERT INTO plan_support (item, supports, weight) VALUES (5, 2, 0.5);
INSERT INTO metric (key, title, kind, measures, grain, team, item) VALUES ('revenue', 'Revenue', 'lagging', 'outcome', 'month', 'sales', 2), ('won', 'Won', 'lagging', 'outcome', 'week', 'sales', 4), ('calls', 'Calls', 'leading', 'activity', 'week', 'sales', 6),
    ('guests', 'Guests', 'leading', 'activity', 'week', 'marketing', 10), ('fame', 'Fame', 'lagging', 'activity', 'month', 'marketing', 3), ('posts', 'Posts', 'leading', 'activity', 'week', 'marketing', 7), ('clicks', 'Clicks', 'leading', 'activity', 'week', 'marketing', NULL), ('old', 'Old', 'leading', 'activity', 'week', 'marketing', 9);
SELECT record_value('won', '2026-W05', 3, at => '2026-02-02Z'), set_target('won', '2026-W01', '>= 4 ~ 3') \gset
SELECT results_eq($$SELECT tree_order, depth, rung, title, key, level, team, last_value, status, path, has_outcome FROM ladder('2026-02-02Z')$$, $$VALUES
    (1, 0, 'item', 'Grow', 'G1', 'goal', 'leadership', NULL::numeric, NULL, 'G1', true),
    (2, 1, 'outcome', '  Revenue', 'revenue', NULL, 'sales', NULL, NULL, 'G1 > revenue', true),
    (3, 1, 'item', '  Partners', 'S1', 'strategy', 'sales', NULL, NULL, 'G1 > S1', true),
    (4, 2, 'measure', '    Won', 'won', NULL, 'sales', 3, 'at risk', 'G1 > S1 > won', true),
    (5, 2, 'item', '    First partner', 'R1', 'rock', 'sales', NULL, NULL, 'G1 > S1 > R1', true),
    (6, 3, 'measure', '      Calls', 'calls', NULL, 'sales', NULL, NULL, 'G1 > S1 > R1 > calls', true),
    (7, 1, 'item', '  Events', 'S2', 'strategy', 'marketing', NULL, NULL, 'G1 > S2', true),
    (8, 2, 'item', '    Booth', 'R2', 'rock', 'marketing', NULL, NULL, 'G1 > S2 > R2', true),
    (9, 3, 'measure', '      Guests', 'guests', NULL, 'marketing', NULL, NULL, 'G1 > S2 > R2 > guests', true),
    (10, 0, 'measure', 'Fame', 'fame', NULL, 'marketing', NULL, NULL, 'fame', false),
    (11, 0, 'measure', 'Clicks', 'clicks', NULL, 'marketing', NULL, NULL, 'clicks', false),
    (12, 0, 'measure', 'Old', 'old', NULL, 'marketing', NULL, NULL, 'old', false),
    (13, 0, 'measure', 'Posts', 'posts', NULL, 'marketing', NULL, NULL, 'posts', false)$$, 'the ladder');
SELECT results_eq($$SELECT key, note FROM ladder('2026-02-02Z') WHERE NOT has_outcome$$, $$VALUES ('fame', 'No value for 2026-01. No target. No outcome of a goal stands above item G2.'), ('clicks', 'No value for 2026-W05. No target. It hangs on no item of the plan.'), ('old', 'No value for 2026-W05. No target. No outcome of a goal stands above item R8.'), ('posts', 'No value for 2026-W05. No target. No outcome of a goal stands above item R9.')$$, 'what leads to no outcome, and why');
-- with an outcome on the mission both goals stand under it
INSERT INTO metric (key, title, kind, measures, grain, team, item) VALUES ('hours', 'Hours won back', 'lagging', 'outcome', 'year', 'leadership', 1);
SELECT is((SELECT string_agg(path, ', ' ORDER BY tree_order) FROM ladder('2026-02-02Z') WHERE rung <> 'measure'), 'M, M > hours, M > G1, M > G1 > revenue, M > G1 > S1, M > G1 > S1 > R1, M > G2, M > G2 > S2, M > G2 > S2 > R2', 'an item stands under its parent before what it supports');
UPDATE metric SET retired_at = '2026-02-01Z';
SELECT is_empty($$SELECT * FROM ladder('2026-02-02Z')$$, 'no metric, no ladder');

-- three thirds are 1: three quotas of the same weight, and three roles that are paid for one metric each
INSERT INTO metric (key, title, kind, measures, grain) VALUES ('third', 'Third', 'lagging', 'outcome', 'month');
INSERT INTO quota (team, metric, period, target) SELECT t, id, '2040', '>= 1' FROM metric, unnest('{sales,marketing}'::text[]) t WHERE key IN ('revenue', 'third', 'won');
INSERT INTO incentive (team, role, metric, period, weight) SELECT t, key, id, '2040', 1 FROM metric, unnest('{sales,marketing}'::text[]) t WHERE key IN ('revenue', 'third', 'won');
SELECT results_eq($$SELECT shared_ratio, a_ratio, b_ratio, shared_metrics FROM shared_goal('2040')$$, $$VALUES (1.000000, 1.000000, 1.000000, 'revenue, third, won')$$, 'the same quotas by thirds are shared in full');
SELECT results_eq($$SELECT overlap_ratio, a_outcome_ratio, b_weight_ratio, shared_metrics FROM incentive_overlap('2040')$$, $$VALUES (1.000000, 1.000000, 1.000000, 'revenue, third, won')$$, 'and the same pay overlaps in full');

SELECT * FROM finish();
ROLLBACK;
