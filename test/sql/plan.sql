\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(105);

-- levels
SELECT is((SELECT array_agg(plan_level(l) ORDER BY n) FROM unnest('{mission,vision,picture,goal,strategy,rock,activity,task}'::text[]) WITH ORDINALITY u(l, n)), '{1,2,3,4,5,6,7,NULL}', 'seven levels in order');
SELECT is(plan_level(NULL), NULL, 'no level');

-- an empty plan
SELECT is(mission_link()::text, '(0,0,,0,0,,0,0,)', 'no items: nothing to share');
SELECT is_empty('SELECT * FROM plan_tree', 'an empty tree');
SELECT is_empty('SELECT * FROM plan_orphan', 'no orphans');
SELECT is_empty($$SELECT * FROM plan_gap('2026-02-16Z')$$, 'nothing planned lacks nothing');
SELECT is_empty($$SELECT * FROM sequence('2026-Q1')$$, 'nothing to order');

-- a plan: two goals share rock R1; O1 is tied to nothing; D1 is dropped, with X1 below it
CREATE FUNCTION pg_temp.item_id(text) RETURNS bigint LANGUAGE sql STABLE RETURN (SELECT id FROM align.plan_item WHERE key = $1);
INSERT INTO plan_item (key, level, parent, title, team, owner, period, status, budget, effort, progress, outcome)
SELECT v.key, v.level, NULL, v.title, v.team, NULL, v.period::period, v.status, v.budget, v.effort, v.progress, v.outcome
FROM (VALUES
    ('M', 'mission', 'Mission', 'leadership', NULL, 'active', NULL, NULL, 0, 'seen'),
    ('G1', 'goal', 'Goal one', 'leadership', '2026', 'active', NULL, NULL, 0, 'seen'),
    ('G2', 'goal', 'Goal two', 'sales', '2026', 'active', NULL, NULL, 0, ' '),
    ('S1', 'strategy', 'Strategy one', 'marketing', '2026', 'active', 100, 5, 0, NULL),
    ('R1', 'rock', 'Rock one', 'marketing', '2026-Q1', 'active', 900.50, 10, 0.5, NULL),
    ('R2', 'rock', 'Rock two', 'sales', '2026-Q1', 'active', NULL, 30, 0.2, NULL),
    ('A1', 'activity', 'Act one', 'marketing', '2026-02', 'active', NULL, 2, 0.25, NULL),
    ('A2', 'activity', 'Act two', 'marketing', '2026-01', 'done', NULL, 8, 0.3, NULL),
    ('D1', 'rock', 'Dropped', 'sales', '2026-Q1', 'dropped', 5000, 50, 0, NULL),
    ('X1', 'activity', 'Below what is dropped', 'sales', '2026-Q1', 'active', 7, 1, 0, NULL),
    ('O1', 'rock', 'Orphan', NULL, '2026-Q1', 'active', 250, 4, 0, NULL)) v(key, level, title, team, period, status, budget, effort, progress, outcome);
UPDATE plan_item i SET parent = p.id FROM (VALUES ('G1', 'M'), ('G2', 'M'), ('S1', 'G1'), ('R1', 'S1'), ('R2', 'S1'), ('D1', 'S1'), ('A1', 'R1'), ('A2', 'R1'), ('X1', 'D1')) v(key, parent)
JOIN plan_item p ON p.key = v.parent WHERE i.key = v.key;
INSERT INTO plan_support (item, supports, weight) VALUES (pg_temp.item_id('R1'), pg_temp.item_id('G2'), 0.5);
INSERT INTO plan_dependency (item, needs) VALUES (pg_temp.item_id('R2'), pg_temp.item_id('R1')), (pg_temp.item_id('A1'), pg_temp.item_id('A2'));

-- chains
SELECT results_eq($$SELECT chain_order, depth, key, via, weight, reaches_mission, path FROM trace('A1')$$,
    $$VALUES (1, 0, 'A1', NULL, NULL, true, 'M > G1 > S1 > R1 > A1'), (1, 1, 'R1', 'parent', 1::numeric, true, 'M > G1 > S1 > R1 > A1'), (1, 2, 'S1', 'parent', 1, true, 'M > G1 > S1 > R1 > A1'),
        (1, 3, 'G1', 'parent', 1, true, 'M > G1 > S1 > R1 > A1'), (1, 4, 'M', 'parent', 1, true, 'M > G1 > S1 > R1 > A1'),
        (2, 0, 'A1', NULL, NULL, true, 'M > G2 > R1 > A1'), (2, 1, 'R1', 'parent', 1, true, 'M > G2 > R1 > A1'), (2, 2, 'G2', 'support', 0.5, true, 'M > G2 > R1 > A1'),
        (2, 3, 'M', 'parent', 1, true, 'M > G2 > R1 > A1')$$, 'every chain up, that of the parents first');
SELECT results_eq($$SELECT depth, key, status, reaches_mission FROM trace('X1')$$,
    $$VALUES (0, 'X1', 'active', false), (1, 'D1', 'dropped', false), (2, 'S1', 'active', false), (3, 'G1', 'active', false), (4, 'M', 'active', false)$$, 'a chain through what is dropped is shown, and reaches nothing');
SELECT results_eq($$SELECT chain_order, depth, key FROM trace('M')$$, $$VALUES (1, 0, 'M')$$, 'the mission is its own chain');
SELECT is((SELECT array_agg(k ORDER BY k) FROM plan_item i, LATERAL (SELECT i.key AS k WHERE reaches_mission(i.key)) x), '{A1,A2,G1,G2,M,R1,R2,S1}', 'what reaches the mission');
SELECT is(pg_temp.error_of($$SELECT * FROM trace('nope')$$), 'P0002 | unknown plan item: "nope" | Table plan_item has no row with this key. | Insert it first, or load it by load_plan.', 'an unknown key: trace');
SELECT is(split_part(pg_temp.error_of('SELECT ' || f || '(''nope'')'), ' | ', 2), 'unknown plan item: "nope"', 'an unknown key: ' || f) FROM unnest('{subtree,reaches_mission,rollup_money,rollup_progress}'::text[]) f;

-- what stands below: A1 and A2 serve M by two ways, and count once
SELECT results_eq($$SELECT depth, key, path FROM subtree('M')$$,
    $$VALUES (0, 'M', 'M'), (1, 'G1', 'M > G1'), (2, 'S1', 'M > G1 > S1'), (3, 'R1', 'M > G1 > S1 > R1'), (4, 'A1', 'M > G1 > S1 > R1 > A1'), (4, 'A2', 'M > G1 > S1 > R1 > A2'),
        (3, 'R2', 'M > G1 > S1 > R2'), (1, 'G2', 'M > G2')$$, 'the subtree, each once by its parents');
SELECT results_eq($$SELECT depth, key FROM subtree('G2')$$, $$VALUES (0, 'G2'), (1, 'R1'), (2, 'A1'), (2, 'A2')$$, 'what supports it is below it');
SELECT is((SELECT progress_ratio FROM subtree('G2') WHERE key = 'A2'), 1::numeric, 'what is done is done in full');
-- 100 + 900.50
SELECT is(rollup_money('M'), 1000.50, 'money below the mission, each item once');
SELECT is(rollup_money('G2'), 900.50, 'money by a support');
SELECT is(rollup_money('R2'), NULL, 'no budget known');
SELECT is(rollup_money('D1'), NULL, 'what is dropped has none');
-- leaves of R1: A1 2 days at 0.25, A2 8 days, done: (0.5 + 8) / 10
SELECT is(rollup_progress('R1'), 0.85, 'progress by effort of the leaves, not the rock''s own');
-- and R2, 30 days at 0.2: (0.5 + 8 + 6) / 40
SELECT is(rollup_progress('M'), 0.3625, 'progress of the mission, each leaf once');
SELECT is(rollup_progress('R2'), 0.2, 'a leaf''s own progress');
SELECT is(rollup_progress('D1'), NULL, 'none of what is dropped');
UPDATE plan_item SET effort = NULL WHERE key IN ('A1', 'A2');
-- (0.25 + 1) / 2
SELECT is(rollup_progress('R1'), 0.625, 'the plain mean where no leaf has effort');
UPDATE plan_item SET effort = CASE key WHEN 'A1' THEN 2 ELSE 8 END WHERE key IN ('A1', 'A2');

-- the whole
SELECT results_eq('SELECT tree_order, title, depth, path, period_start_date, progress_ratio, total_budget_amount, total_effort_days, below_count, reaches_mission, is_orphan FROM plan_tree',
    $$VALUES (1, 'Mission', 0, 'M', NULL::date, 0.3625, 1000.50, 55::numeric, 7::bigint, true, false),
        (2, '  Goal one', 1, 'M > G1', '2026-01-01', 0.3625, 1000.50, 55, 5, true, false),
        (3, '    Strategy one', 2, 'M > G1 > S1', '2026-01-01', 0.3625, 1000.50, 55, 4, true, false),
        (4, '      Dropped', 3, 'M > G1 > S1 > D1', '2026-01-01', NULL, NULL, NULL, 0, false, false),
        (5, '        Below what is dropped', 4, 'M > G1 > S1 > D1 > X1', '2026-01-01', 0, 7, 1, 0, false, true),
        (6, '      Rock one', 3, 'M > G1 > S1 > R1', '2026-01-01', 0.85, 900.50, 20, 2, true, false),
        (7, '        Act two', 4, 'M > G1 > S1 > R1 > A2', '2026-01-01', 1, NULL, 8, 0, true, false),
        (8, '        Act one', 4, 'M > G1 > S1 > R1 > A1', '2026-02-01', 0.25, NULL, 2, 0, true, false),
        (9, '      Rock two', 3, 'M > G1 > S1 > R2', '2026-01-01', 0.2, NULL, 30, 0, true, false),
        (10, '  Goal two', 1, 'M > G2', '2026-01-01', 0.85, 900.50, 20, 3, true, false),
        (11, 'Orphan', 0, 'O1', '2026-01-01', 0, 250, 4, 0, false, true)$$, 'the tree with its totals');
SELECT is((SELECT count(*) FROM plan_tree t WHERE t.total_budget_amount IS DISTINCT FROM rollup_money(t.key) OR t.progress_ratio IS DISTINCT FROM rollup_progress(t.key)
    OR t.reaches_mission IS DISTINCT FROM reaches_mission(t.key)), 0::bigint, 'the tree says what the functions say');
-- 9 items but the mission and D1: G1 G2 S1 R1 R2 A1 A2 reach it, X1 and O1 do not; days 5+10+30+2+8 of those + 1 + 4; money 1000.50 of 1257.50
SELECT is(mission_link()::text, '(9,7,0.777778,60,55,0.916667,1257.50,1000.50,0.795626)', 'the share that is linked to the mission');
-- on 10 February A2, of January, is left out
SELECT is((SELECT (item_count, linked_item_count, effort_days)::text FROM mission_link('2026-02-10Z')), '(8,6,52)', 'the share on a day');
SELECT is((SELECT (item_count, item_ratio)::text FROM mission_link('2030-01-01Z')), '(0,)', 'a share of nothing');
SELECT results_eq('SELECT key, reason FROM plan_orphan ORDER BY key', $$VALUES ('O1', 'It stands under nothing.'), ('X1', 'All that it serves is dropped.')$$, 'orphans, and why');
UPDATE plan_item SET status = 'done' WHERE key = 'M';
SELECT is((SELECT reason FROM plan_orphan WHERE key = 'A1'), 'What it serves reaches no active mission.', 'a mission that is over');
SELECT is((SELECT linked_item_count FROM mission_link()), 0::bigint, 'and nothing is linked to it');
SELECT is((SELECT gap FROM plan_gap('2026-02-16Z') WHERE gap_order = 1), 'no mission', 'which is the gravest gap');
UPDATE plan_item SET status = 'active' WHERE key = 'M';

-- order. R1 10 days, R2 30 after it, A2 8, A1 2 after it, O1 4, X1 1: the whole takes 40
SELECT results_eq($$SELECT item_key, effort_days, earliest_start_days, earliest_finish_days, slack_days, is_critical, needs FROM sequence('2026-Q1')$$,
    $$VALUES ('R1', 10::numeric, 0::numeric, 10::numeric, 0::numeric, true, NULL), ('A2', 8, 0, 8, 30, false, NULL), ('O1', 4, 0, 4, 36, false, NULL), ('X1', 1, 0, 1, 39, false, NULL),
        ('A1', 2, 8, 10, 30, false, 'A2'), ('R2', 30, 10, 40, 0, true, 'R1')$$, 'the order, the slack, the critical chain');
SELECT is((SELECT array_agg(item_key ORDER BY item_order) FROM sequence('2026-01')), '{A2}', 'items inside the period alone');
-- a textbook network (hand-computed): 1:3, 2:2 after 1, 3:4 after 1, 4:2 after 2 and 3, 5:1.5 after 2
SELECT results_eq($$SELECT * FROM plan_schedule('{1,2,3,4,5}', '{3,2,4,2,1.5}', '{1,1,2,3,2}', '{2,3,4,4,5}')$$,
    $$VALUES (1::bigint, 0, 0::numeric, 3::numeric, 0::numeric), (2, 1, 3, 5, 2), (3, 1, 3, 7, 0), (4, 2, 7, 9, 0), (5, 2, 5.0, 6.5, 2.5)$$, 'critical path method');
SELECT is(pg_temp.error_of($$SELECT sequence('2026-Q5')$$), '22P02 | invalid period: "2026-Q5" | Quarters run from Q1 to Q4. | Write 2026-Q4.', 'a period that cannot be read');

-- gaps, on 16 February 2026
SELECT results_eq($$SELECT gap, item_key, team, detail FROM plan_gap('2026-02-16Z')$$,
    $$VALUES ('orphan', 'O1', NULL, 'It stands under nothing.'), ('orphan', 'X1', 'sales', 'All that it serves is dropped.'),
        ('goal without strategy', 'G2', 'sales', 'Nothing says how it is to be reached.'),
        ('not owned by leadership', 'G2', 'sales', 'It is owned by sales. One above function level should own what both teams work for.'),
        ('no outcome', 'G2', 'sales', 'Nothing says how one will see that it is reached.'),
        ('too few strategies', 'G1', 'leadership', 'It has 1; three to five are a plan.'),
        ('too few rocks', NULL, 'leadership', 'It has 0 in 2026-Q1; three to seven are a quarter''s work.'),
        ('too few rocks', NULL, 'marketing', 'It has 1 in 2026-Q1; three to seven are a quarter''s work.'),
        ('too few rocks', NULL, 'sales', 'It has 1 in 2026-Q1; three to seven are a quarter''s work.')$$, 'what the plan lacks, in order');
SELECT is((SELECT look_at FROM plan_gap('2026-02-16Z') WHERE gap_order = 1), 'SELECT * FROM align.trace(''O1'')', 'and where to look');
SAVEPOINT more;
UPDATE plan_item SET due = '2026-02-15' WHERE key = 'R1';
UPDATE plan_item SET team = NULL WHERE key = 'G1';
SELECT is((SELECT detail FROM plan_gap('2026-03-02Z') WHERE gap = 'past due' AND item_key = 'R1'), 'It was due on 2026-02-15, 15 days ago. Progress: 50 %.', 'past due');
SELECT is((SELECT count(*) FROM plan_gap('2026-02-15Z') WHERE gap = 'past due'), 0::bigint, 'not on the day itself');
SELECT is((SELECT detail FROM plan_gap('2026-03-02Z') WHERE gap = 'past due' AND item_key = 'A1'), 'Its period 2026-02 ended 2 days ago. Progress: 25 %.', 'past its period');
SELECT is((SELECT count(*) FROM plan_gap('2026-03-02Z') WHERE item_key = 'A2'), 0::bigint, 'what is done lacks nothing');
SELECT is((SELECT detail FROM plan_gap('2026-02-16Z') WHERE gap = 'not owned by leadership' AND item_key = 'G1'), 'No team owns it. One above function level should own what both teams work for.', 'nobody owns it');
UPDATE setting SET value = '["leadership", "sales"]' WHERE key = 'leadership_teams';
SELECT is((SELECT array_agg(item_key) FROM plan_gap('2026-02-16Z') WHERE gap = 'not owned by leadership'), '{G1}', 'the company says who leads');
UPDATE plan_item SET period = NULL WHERE key = 'R1';
SELECT is((SELECT (item_key, detail)::text FROM plan_gap('2026-02-16Z') WHERE gap = 'no period'), '(R1,"S1 above it has 2026.")', 'an item without a period');
UPDATE plan_item SET period = '2027-01' WHERE key = 'A1';
SELECT is((SELECT (item_key, detail)::text FROM plan_gap('2026-02-16Z') WHERE gap = 'outside the period above'), '(A1,"Its period is 2027-01; S1 above it has 2026.")', 'outside the next dated one above');
INSERT INTO plan_item (key, level, parent, title, team) SELECT 'S' || i, 'strategy', pg_temp.item_id('G1'), 'x', 'marketing' FROM generate_series(2, 6) i;
SELECT is((SELECT (gap, detail)::text FROM plan_gap('2026-02-16Z') WHERE item_key = 'G1' AND gap LIKE 'too%'), '("too many strategies","It has 6; three to five are a plan.")', 'too many strategies');
INSERT INTO plan_item (key, level, title, team, period) SELECT 'Q' || i, 'rock', 'x', 'marketing', '2026-Q1' FROM generate_series(1, 8) i;
SELECT is((SELECT (gap, detail)::text FROM plan_gap('2026-02-16Z') WHERE team = 'marketing' AND gap LIKE 'too%'), '("too many rocks","It has 8 in 2026-Q1; three to seven are a quarter''s work.")', 'too many rocks');
UPDATE setting SET value = '2' WHERE key = 'fiscal_start_month';
SELECT matches((SELECT detail FROM plan_gap('2026-02-16Z') WHERE team = 'marketing' AND gap LIKE 'too%'), 'FY2027-Q1@Feb', 'quarters of the fiscal year');
ROLLBACK TO more;

-- what is refused
SELECT is(pg_temp.error_of($$UPDATE plan_item SET parent = pg_temp.item_id('R2') WHERE key = 'R1'$$),
    '23514 | invalid parent of "R1": "R2" | R1 is of level rock and R2 of level rock; a parent is of a higher level, and what is supported of no lower one. | Levels from the highest are mission, vision, picture, goal, strategy, rock, activity; what comes before or after another goes into plan_dependency.', 'a parent of the same level');
SELECT is(split_part(pg_temp.error_of($$INSERT INTO plan_item (key, level, parent, title) VALUES ('N', 'goal', pg_temp.item_id('A1'), 'x')$$), ' | ', 2), 'invalid parent of "N": "A1"', 'a parent of a lower level');
SELECT is(split_part(pg_temp.error_of($$UPDATE plan_item SET level = 'activity' WHERE key = 'R1'$$), ' | ', 2), 'invalid parent of "A1": "R1"', 'a parent that sinks');
SELECT is(split_part(pg_temp.error_of($$UPDATE plan_item SET level = 'vision', parent = NULL WHERE key = 'R1'$$), ' | ', 2), 'invalid support of "R1": "G2"', 'an item that rises above what it supports');
SELECT is(split_part(pg_temp.error_of($$UPDATE plan_item SET level = 'activity', parent = NULL WHERE key = 'G2'$$), ' | ', 2), 'invalid support of "R1": "G2"', 'what is supported sinks');
SELECT is(split_part(pg_temp.error_of($$INSERT INTO plan_support VALUES (pg_temp.item_id('S1'), pg_temp.item_id('R2'))$$), ' | ', 2), 'invalid support of "S1": "R2"', 'a support of a lower level');
SELECT is(pg_temp.error_of($$UPDATE plan_item SET period = '2027-Q1' WHERE key = 'R2'$$),
    '23514 | invalid period of "R2": 2027-Q1 | Its parent "S1" has the period 2026, which does not hold it. | Choose a period inside the parent''s, or change the parent''s first.', 'a period outside the parent''s');
SELECT is(split_part(pg_temp.error_of($$UPDATE plan_item SET period = '2025' WHERE key = 'S1'$$), ' | ', 2), 'invalid period of "D1": 2026-Q1', 'a parent''s period that leaves its children');
SELECT is(pg_temp.error_of($$UPDATE plan_item SET period = period + 1 WHERE key = 'G1'; UPDATE plan_item SET period = NULL WHERE key = 'S1'$$), '23514 | invalid period of "S1": 2026 | Its parent "G1" has the period 2027, which does not hold it. | Choose a period inside the parent''s, or change the parent''s first.', 'each statement is checked by itself');
SELECT is(pg_temp.error_of($$UPDATE plan_item SET period = CASE key WHEN 'G1' THEN '2027' WHEN 'S1' THEN '2027' END::period WHERE key IN ('G1', 'S1', 'R1', 'R2', 'D1', 'A1', 'A2', 'X1')$$), 'no error', 'many at once are checked when all are changed');
ROLLBACK TO more;
SELECT is(pg_temp.error_of($$INSERT INTO plan_dependency VALUES (pg_temp.item_id('R1'), pg_temp.item_id('R2'))$$),
    '23514 | the plan has a cycle: R1 needs R2 needs R1 | An item waits for all that it needs, all that it contains, and all that supports it. | Take one of these ties away first.', 'a cycle of needs');
SELECT is(split_part(pg_temp.error_of($$INSERT INTO plan_dependency VALUES (pg_temp.item_id('R1'), pg_temp.item_id('R1'))$$), ' | ', 2), 'the plan has a cycle: R1 needs R1', 'an item that needs itself');
SELECT is(split_part(pg_temp.error_of($$INSERT INTO plan_dependency VALUES (pg_temp.item_id('A1'), pg_temp.item_id('G2'))$$), ' | ', 2), 'the plan has a cycle: R1 contains A1 needs G2 is supported by R1', 'a cycle of all kinds of ties');
INSERT INTO plan_dependency VALUES (pg_temp.item_id('O1'), pg_temp.item_id('G2'));
SELECT is(split_part(pg_temp.error_of($$UPDATE plan_item SET parent = pg_temp.item_id('G2') WHERE key = 'O1'$$), ' | ', 2), 'the plan has a cycle: G2 contains O1 needs G2', 'a cycle closed by a parent');
SELECT is(split_part(pg_temp.error_of($$INSERT INTO plan_support VALUES (pg_temp.item_id('O1'), pg_temp.item_id('G2'))$$), ' | ', 2), 'the plan has a cycle: G2 is supported by O1 needs G2', 'a cycle closed by a support');
SELECT is(split_part(pg_temp.error_of($$INSERT INTO plan_support VALUES (pg_temp.item_id('R1'), pg_temp.item_id('R1'))$$), ' | ', 2), 'the plan has a cycle: R1 is supported by R1', 'an item that supports itself');
-- on one level supports alone make chains: 1 supports 2, and so on to 8, which is under the goal
INSERT INTO plan_item (id, key, level, parent, title) SELECT 900 + i, 'T' || i, 'rock', CASE i WHEN 8 THEN pg_temp.item_id('G1') END, 'x' FROM generate_series(1, 8) i;
INSERT INTO plan_support SELECT 900 + i, 901 + i FROM generate_series(1, 7) i;
SELECT is((SELECT max(depth) FROM trace('T1') WHERE reaches_mission), 9, 'a chain is as long as its supports: seven of them, a goal and the mission');
SELECT is((SELECT count(*) FROM subtree('T8')), 8::bigint, 'and all of it is below its end');
SELECT ok((SELECT bool_and(reaches_mission(key)) FROM plan_item WHERE key LIKE 'T_'), 'each of them serves the mission');
SELECT is((SELECT count(*) FROM plan_orphan WHERE key LIKE 'T_'), 0::bigint, 'none is an orphan');
SELECT is(split_part(pg_temp.error_of('INSERT INTO plan_support VALUES (908, 903)'), ' | ', 2),
    'the plan has a cycle: T8 is supported by T7 is supported by T6 is supported by T5 is supported by T4 is supported by T3 is supported by T8', 'a cycle of supports alone');
INSERT INTO plan_item (id, key, level, title) SELECT 1000 + i, 'C' || i, 'activity', 'x' FROM generate_series(1, 30) i;
INSERT INTO plan_dependency SELECT 1000 + i, 1001 + i FROM generate_series(1, 29) i;
SELECT is(split_part(pg_temp.error_of('INSERT INTO plan_dependency VALUES (1030, 1001)'), ' | ', 2),
    'the plan has a cycle: C1 needs C2 needs C3 needs C4 needs C5 needs C6 needs C7 needs C8 needs C9 needs C10 needs ... C1', 'a long cycle is cut');
-- 1:1,1:2 and so on: 5 ways a level over 6 levels are more chains than are listed
INSERT INTO plan_item (id, key, level, title) SELECT 2000 + 10 * n + i, l || i, l, 'x' FROM unnest('{mission,vision,picture,goal,strategy,rock,activity}'::text[]) WITH ORDINALITY u(l, n), generate_series(1, 5) i;
INSERT INTO plan_support SELECT a.id, b.id FROM plan_item a JOIN plan_item b ON b.id BETWEEN 2000 AND 2080 AND plan_level(b.level) = plan_level(a.level) - 1 WHERE a.id BETWEEN 2000 AND 2080;
SELECT is(pg_temp.error_of($$SELECT * FROM trace('activity1')$$),
    '54000 | too many chains from "activity1" | The steps of its chains are more than 10000. | Support fewer items on each level, or ask reaches_mission.', 'chains beyond counting');
SELECT is((SELECT count(*) FROM subtree('mission1')), 31::bigint, 'items below are few all the same');
ROLLBACK TO more;
SELECT is(split_part(pg_temp.error_of(format('INSERT INTO plan_item (key, level, title, %s) VALUES (''N'', ''rock'', ''x'', %L)', c, v)), ' | ', 2),
    format('new row for relation "plan_item" violates check constraint "plan_item_%s_check"', c), format('%s %s', c, v))
FROM (VALUES ('budget', '-1'), ('budget', 'NaN'), ('effort', 'Infinity'), ('value', 'NaN'), ('progress', '1.1'), ('due', 'infinity'), ('kind', 'other'), ('status', 'open')) t(c, v);
SELECT is(split_part(pg_temp.error_of($$INSERT INTO plan_support VALUES (pg_temp.item_id('R2'), pg_temp.item_id('G2'), 1.5)$$), ' | ', 2), 'new row for relation "plan_support" violates check constraint "plan_support_weight_check"', 'a weight above 1');
SELECT is(split_part(pg_temp.error_of($$INSERT INTO plan_item (key, level, title) VALUES ('M', 'mission', 'x')$$), ' | ', 1), '23505', 'a key twice');
SELECT is(split_part(pg_temp.error_of($$INSERT INTO plan_item (key, level, title, team) VALUES ('N', 'rock', 'x', 'sails')$$), ' | ', 1), '23503', 'an unknown team');

-- the graph functions
SELECT is((SELECT array_agg(item || '-' || above ORDER BY item, above) FROM plan_above('{3,1,2,9}', '{1,2,1,7,NULL}', '{2,3,3,1,2}')), '{1-1,1-2,1-3,2-2,2-3,3-3,9-9}', 'every pair once; edges of strangers are none');
SELECT is((SELECT array_agg(r ORDER BY r) FROM plan_reaching('{1,2,3,4}', '{1,2,4}', '{2,3,9}', '{3,NULL,77}') r), '{1,2,3}', 'what reaches a target');
SELECT is(plan_cycle('{1,2,3}', '{1,2,3}', '{2,3,2}'), '{3,2}', 'the edges of a cycle');
SELECT is(plan_cycle('{1,2,3}', '{1,2}', '{2,3}'), NULL, 'no cycle');
SELECT is(plan_cycle('{}', '{}', '{}'), NULL, 'nothing');
SELECT is(pg_temp.error_of($$SELECT plan_cycle('{1,1}', '{}', '{}')$$), '22023 | invalid graph: node 1 stands twice | A node is named once. | Gather the nodes by array_agg(DISTINCT ...).', 'a node twice');
SELECT is(pg_temp.error_of($$SELECT plan_cycle('{1,NULL}', '{}', '{}')$$), '22004 | invalid graph: a node is NULL | Every node has a number. | Leave out what has none.', 'no node');
SELECT is(pg_temp.error_of($$SELECT plan_cycle('{1}', '{1}', '{}')$$), '2202E | invalid graph: as many heads as tails are needed | Edge i goes from tail[i] to head[i]. | Gather both in one query.', 'half an edge');
SELECT is(pg_temp.error_of($$SELECT plan_cycle('{{1},{2}}', '{1}', '{}')$$), '2202E | invalid graph: an array of 2 dimensions | Nodes and edges are arrays of one dimension. | Gather them by array_agg over numbers.', 'two dimensions');
SELECT is(pg_temp.error_of($$SELECT * FROM plan_schedule('{1}', '{}', '{}', '{}')$$), '2202E | invalid graph: as many days as nodes are needed | Node i takes days[i]. | Gather both in one query.', 'no days');
SELECT is(pg_temp.error_of($$SELECT * FROM plan_schedule('{1,2}', '{1,1}', '{1,2}', '{2,1}')$$), '22023 | invalid graph: it has a cycle | What waits for itself can never begin. | See plan_cycle for its edges.', 'a cycle cannot be scheduled');
SELECT is(pg_temp.error_of(format($$SELECT * FROM plan_schedule('{1}', '{%s}', '{}', '{}')$$, d)), format('22023 | invalid days of node 1: %s | Days are a number, 0 or more. | Give NULL where they are not known; it counts as 0.', d), 'days: ' || d) FROM unnest('{-1,NaN,Infinity}'::text[]) d;

-- who may
CREATE ROLE align_ann;
SELECT ok(NOT has_table_privilege('align_ann', 'plan_item', 'SELECT') AND NOT has_function_privilege('align_ann', 'lock_plan()', 'EXECUTE'), 'nothing is open that was not granted');
GRANT USAGE ON SCHEMA align TO align_ann;
GRANT SELECT, INSERT, UPDATE ON plan_item TO align_ann;
SET LOCAL ROLE align_ann;
INSERT INTO align.plan_item (key, level, parent, title) SELECT 'N', 'activity', id, 'x' FROM align.plan_item WHERE key = 'R2';
RESET ROLE;
SELECT is((SELECT path FROM plan_tree WHERE key = 'N'), 'M > G1 > S1 > R2 > N', 'who may write items may tie them');

SELECT * FROM finish();
ROLLBACK;
