-- plan.sql: the sample company's plan. Run by make demo after qualification.sql:
-- the plan is loaded from plan.json, some money is spent, and the tree, its gaps,
-- the order of the quarter and plan against actual are printed, as of 16 February 2026.
\pset footer off
\pset null '-'
\set QUIET 1
SET search_path = align, public;
SET client_min_messages = warning;

\echo
\echo 'The plan, from one document'
\set document `cat examples/company/plan.json`
SELECT item_count AS items, inserted_count AS inserted, tie_count AS "supports and needs", line_count AS "budget lines" FROM load_plan(:'document');
INSERT INTO spend (item, at, amount, channel, note)
SELECT i.id, s.at, s.amount, s.channel, s.note
FROM (VALUES
    ('R2', date '2026-01-19', 9400.00, 'travel', 'Flights and hotels, Ohio'), ('R2', '2026-02-09', 14250.50, 'travel', 'Visit week'), ('R2', '2026-01-12', 6000.00, 'tools', 'Plant directory'),
    ('R4', '2026-02-02', 8000.00, 'tools', 'Routing, half year'), ('R5', '2026-01-15', 31000.00, 'events', 'Halls in Ulm and Dayton'), ('R5', '2026-02-10', 9800.00, 'media', 'Invitations'),
    ('R6', '2025-12-18', 15000.00, 'events', 'Deposit for the booth'), ('R7', '2026-02-05', 7200.00, 'legal', 'Partner contract'), ('R9', '2026-01-31', 13600.00, 'people', 'Launch lead'),
    ('R12', '2026-01-28', 18900.00, 'agency', 'First fifteen talks'), ('R12', '2026-02-13', 6300.00, 'agency', 'Extra analysis'), ('R15', '2026-01-22', 22000.00, 'agency', 'Logo'),
    ('A23', '2026-01-31', 8200.00, 'media', 'January adverts'), ('R14', '2026-01-20', 1900.00, 'travel', 'Distributor fair'),
    (NULL, '2026-02-03', 4800.00, 'events', 'Sponsored golf day'), (NULL, '2026-02-11', -350.00, 'tools', 'Refund of a licence')) s(key, at, amount, channel, note)
LEFT JOIN plan_item i ON i.key = s.key;

\echo 'The tree, with what stands below each item'
SELECT title, key, team, period, status, round(100 * progress_ratio) AS "% done", total_budget_amount AS budget, total_effort_days AS days,
    CASE WHEN is_orphan THEN 'no' ELSE '' END AS "serves the mission"
FROM plan_tree WHERE level <> 'activity' OR is_orphan ORDER BY tree_order;

\echo 'How much of the work is linked to the mission'
SELECT format('%s of %s items', linked_item_count, item_count) AS items, round(100 * item_ratio, 1) AS "%",
    format('%s of %s days', linked_effort_days, effort_days) AS effort, round(100 * effort_ratio, 1) AS "% of effort",
    format('%s of %s', linked_budget_amount, budget_amount) AS money, round(100 * budget_ratio, 1) AS "% of money"
FROM mission_link();

\echo 'Why is this done? The chains of activity A22'
SELECT chain_order AS chain, path, string_agg(team, ' < ' ORDER BY depth) AS teams FROM trace('A22') GROUP BY 1, 2 ORDER BY 1;

\echo 'What the plan lacks'
SELECT gap, item_key AS item, title, team, detail FROM plan_gap('2026-02-16Z') ORDER BY gap_order;

\echo 'In which order to work: the chain that decides when the quarter is done'
SELECT item_order AS "#", item_key AS item, title, team, effort_days AS days, earliest_start_days AS "from day", earliest_finish_days AS "to day", needs
FROM sequence('2026-Q1') WHERE is_critical ORDER BY item_order;

\echo 'Plan against actual, first quarter'
SELECT title, key, total_planned_amount AS planned, total_actual_amount AS spent, total_difference_amount AS "left", round(100 * total_used_ratio) AS "% used"
FROM plan_against_actual('2026-Q1') WHERE level IN ('mission', 'goal', 'strategy') OR depth = 0 ORDER BY tree_order;

\echo 'Money that no plan foresaw'
SELECT spend_date AS day, spend_amount AS amount, note, item_key AS item, reason FROM spend_without_line
UNION ALL SELECT spend_date, spend_amount, note, NULL, 'It is for nothing in the plan.' FROM spend_without_item ORDER BY 1;
