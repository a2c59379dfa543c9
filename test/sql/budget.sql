\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(84);

CREATE FUNCTION pg_temp.item_id(text) RETURNS bigint LANGUAGE sql STABLE RETURN (SELECT id FROM align.plan_item WHERE key = $1);
CREATE FUNCTION pg_temp.plan() RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN '{"items": [
    {"key": "A1", "level": "activity", "parent": "R1", "title": "Act one", "period": "2026-02", "effort": 2.5, "due": "2026-02-20", "needs": ["R2"]},
    {"key": "R1", "level": "rock", "parent": "S1", "title": "Rock one", "period": "2026-Q1", "team": "marketing", "owner": "Ann", "kind": "marketing", "must": true, "value": -5, "progress": 0.5,
        "supports": [{"item": "G2", "weight": 0.5}, "G3"], "lines": [{"period": "2026-Q1", "category": "media", "amount": 900}, {"period": "2026-01", "category": "people", "amount": 100.50}]},
    {"key": "R2", "level": "rock", "parent": "S1", "title": "Rock two", "status": "proposed", "period": "2026-Q1"},
    {"key": "S1", "level": "strategy", "parent": "G1", "title": "Strategy one", "budget": 365, "period": "2026"},
    {"key": "G1", "level": "goal", "parent": "M", "title": "Goal one", "period": "2026"}, {"key": "G2", "level": "goal", "parent": "M", "title": "Goal two"}, {"key": "G3", "level": "goal", "parent": "M", "title": "Goal three", "budget": 40},
    {"key": "M", "level": "mission", "title": "Mission", "team": "leadership", "outcome": null}]}'::jsonb;

-- loading a document, in any order of items
SELECT is(load_plan(pg_temp.plan())::text, '(8,8,0,3,2)', 'a plan is loaded: items, inserted, updated, ties, lines');
SELECT is((SELECT (level, title, team, owner, period, kind, status, budget, effort, value, must, due, progress, (SELECT key FROM plan_item p WHERE p.id = i.parent))::text FROM plan_item i WHERE key = 'R1'),
    '(rock,"Rock one",marketing,Ann,2026-Q1,marketing,active,1000.50,,-5,t,,0.5,S1)', 'with all its fields, and the budget as the sum of its lines');
SELECT is((SELECT (effort, due, kind, must, progress)::text FROM plan_item WHERE key = 'A1'), '(2.5,2026-02-20,shared,f,0)', 'and what is left out by default');
SELECT results_eq('SELECT i.key, o.key, weight FROM plan_support s JOIN plan_item i ON i.id = item JOIN plan_item o ON o.id = supports ORDER BY 2', $$VALUES ('R1', 'G2', 0.5), ('R1', 'G3', 1)$$, 'supports, with and without a weight');
CREATE TEMP TABLE kept AS SELECT i.*, i.xmin AS x FROM plan_item i;
SELECT is(load_plan(pg_temp.plan())::text, '(8,0,0,0,0)', 'again: nothing changes');
SELECT is((SELECT count(*) FROM kept k JOIN plan_item i ON i.id = k.id AND i.xmin = k.x AND i.ctid IS NOT NULL), 8::bigint, 'no row is written');
SELECT is(load_plan('{"items": [{"key": "R1", "title": "Rock 1"}, {"key": "N1", "level": "rock", "title": "New"}]}')::text, '(2,1,1,0,0)', 'one comes, one is updated');
SELECT is((SELECT (title, owner, budget, (SELECT count(*) FROM plan_support WHERE item = i.id))::text FROM plan_item i WHERE key = 'R1'), '("Rock 1",Ann,1000.50,2)', 'what is left out stays as it is');
SELECT is(load_plan('{"items": [{"key": "R1", "owner": null, "supports": ["G2"], "lines": [{"period": "2026-Q1", "category": "media", "amount": 800}]}]}')::text, '(1,0,1,2,2)', 'a list that is given replaces what there is');
SELECT is((SELECT (owner, budget, (SELECT string_agg(weight::text, ',') FROM plan_support WHERE item = i.id))::text FROM plan_item i WHERE key = 'R1'), '(,800,1)', 'null takes away');
SELECT is(load_plan('{"items": []}')::text, '(0,0,0,0,0)', 'a plan of nothing');
-- all turned around in one document: levels, parents and needs as they shall be in the end
SELECT is(load_plan('{"items": [{"key": "R2", "level": "strategy", "parent": "G1", "needs": ["A1"]}, {"key": "A1", "needs": []}, {"key": "R1", "parent": "R2"}]}')::text, '(3,0,2,2,0)', 'a plan is checked as it will be');
SELECT is((SELECT path FROM plan_tree WHERE key = 'A1'), 'M > G1 > R2 > R1 > A1', 'and is so');

-- what is refused: every fault at once, nothing loaded
SELECT is(pg_temp.error_of($$SELECT load_plan('{"items": [{"key": "R9", "level": "rok", "title": ""}, {"key": "N2", "level": "rock", "title": "x", "parent": "zz"}]}')$$),
    E'22023 | the plan cannot be loaded: 3 faults | R9: has no title\nR9: level "rok" is none of mission, vision, picture, goal, strategy, rock, activity\nN2: parent "zz" is not known | Nothing was loaded. plan_faults(document) lists them as rows.', 'every fault is listed');
SELECT is((SELECT count(*) FROM plan_item WHERE key = 'N2'), 0::bigint, 'all or nothing');
SELECT is(pg_temp.error_of($$SELECT load_plan('{"items": [{}]}')$$), '22023 | the plan cannot be loaded: 1 fault | number 1: has no key | Nothing was loaded. plan_faults(document) lists them as rows.', 'one fault');
SELECT is((SELECT array_agg(fault) FROM plan_faults(d)), ARRAY['the document has no list "items"'], 'no plan: ' || COALESCE(d::text, 'NULL')) FROM unnest('{"[]","{}","7","{\"items\": {}}",null}'::jsonb[]) d;
CREATE FUNCTION pg_temp.faults(fields text) RETURNS text LANGUAGE sql STABLE
    RETURN (SELECT string_agg(f.item_key || ': ' || f.fault, '; ' ORDER BY f.fault_order) FROM align.plan_faults(format('{"items": [%s]}', $1)::jsonb) f);
SELECT is(pg_temp.faults(format('{"key": "R1", %s}', fields)), 'R1: ' || fault, fault) FROM (VALUES
    ('"tite": "x"', 'has a field "tite", which items have not'), ('"title": {"a": 1}', '"title" is no plain value'), ('"needs": "R2"', '"needs" is no list'),
    ('"title": null', 'has no title'), (format('"title": "%s"', repeat('x', 10000)), 'has a title of more than 500 characters'), ('"level": null', 'has no level'),
    ('"team": "sails"', 'team "sails" is not known'), ('"period": "2026-Q5"', 'period "2026-Q5" cannot be read'), ('"kind": "x"', 'kind "x" is none of brand, marketing, sales, shared'),
    ('"status": "open"', 'status "open" is none of proposed, active, done, dropped'), ('"effort": -1', 'effort "-1" is no number, 0 or more'), ('"value": "much"', 'value "much" is no number'),
    ('"progress": 50', 'progress "50" is no number from 0 to 1'), ('"must": 1', 'must "1" is neither true nor false'), ('"due": "2026-02-30"', 'due "2026-02-30" is no day, such as 2026-03-31'),
    ('"parent": "A1"', 'level rock cannot stand under "A1" of level activity'), ('"supports": ["A1"]', 'level rock cannot support "A1" of level activity'),
    ('"supports": ["zz"]', 'supports "zz", which is not known'), ('"supports": [{"item": "G2", "weight": 2}]', 'supports "G2" by a weight of "2", which is no number above 0 and up to 1'),
    ('"supports": [{"weight": 1}]', '"supports" has an entry without an item'), ('"supports": ["G2", "G2"]', 'supports "G2" twice'), ('"needs": ["zz"]', 'needs "zz", which is not known'),
    ('"budget": 5', 'budget 5 is not the sum of its lines, 800'), ('"budget": 5, "lines": [{"period": "2026", "amount": 6}]', 'budget 5 is not the sum of its lines, 6'),
    ('"lines": [{"amount": 6}]', 'has a line without a period'), ('"lines": [{"period": "soon", "amount": 6}]', 'has a line of period "soon", which cannot be read'),
    ('"lines": [{"period": "2026", "amount": -6}]', 'has a line of amount "-6", which is no number, 0 or more'),
    ('"lines": [{"period": "2026", "category": "", "amount": 6}]', 'has a line whose category is not of 1 to 200 characters'),
    ('"lines": [{"period": "2026", "amount": 6}, {"period": "2026", "amount": 7}]', 'has two lines of 2026 for "all"')) t(fields, fault);
SELECT is(pg_temp.faults('7'), 'number 1: is no object', 'no item');
SELECT is(pg_temp.faults('{"key": "R1"}, {"key": "R1"}'), 'R1: has the key of item 1', 'a key twice');
SELECT is(pg_temp.faults(format('{"key": "%s", "level": "rock", "title": "x"}', repeat('k', 201))), repeat('k', 50) || ': has a key of more than 200 characters', 'a long key');
SELECT is(pg_temp.faults('{"key": "G1", "period": "2027"}'), 'R2: period 2026-Q1 lies outside 2027 of its parent "G1"; S1: period 2026 lies outside 2027 of its parent "G1"', 'children that are not in the document');
SELECT is(pg_temp.faults('{"key": "A1", "needs": ["R2"]}'), NULL, 'a cycle has no item');
SELECT is((SELECT fault FROM plan_faults('{"items": [{"key": "A1", "needs": ["R2"]}]}')), 'the plan has a cycle: A1 needs R2 needs A1', 'a cycle');
SELECT matches(pg_temp.error_of(format('SELECT load_plan(%L)', (SELECT jsonb_build_object('items', jsonb_agg(jsonb_build_object('key', 'K' || i))) FROM generate_series(1, 40) i))), 'K25: has no title\nand 30 more \|', 'the first 50 faults, and how many more');

-- a budget is the sum of its lines
INSERT INTO budget_line (item, period, category, amount) VALUES (pg_temp.item_id('S1'), '2026', 'people', 300), (pg_temp.item_id('S1'), '2026', 'media', 65);
SELECT is((SELECT budget FROM plan_item WHERE key = 'S1'), 365::numeric, 'lines take the place of a budget');
UPDATE budget_line SET amount = amount + 1 WHERE item = pg_temp.item_id('S1');
SELECT is((SELECT budget FROM plan_item WHERE key = 'S1'), 367::numeric, 'changed lines');
UPDATE budget_line SET item = pg_temp.item_id('G1') WHERE item = pg_temp.item_id('S1') AND category = 'media';
SELECT is((SELECT array_agg(budget ORDER BY key) FROM plan_item WHERE key IN ('G1', 'S1')), '{66,301}', 'a line that moves');
DELETE FROM budget_line WHERE item = pg_temp.item_id('G1');
SELECT is((SELECT budget FROM plan_item WHERE key = 'G1'), NULL, 'the last line goes');
SAVEPOINT lines;
TRUNCATE budget_line;
SELECT is((SELECT array_agg(budget ORDER BY key) FROM plan_item WHERE key IN ('G1', 'S1')), '{NULL,NULL}', 'all lines go at once');
ROLLBACK TO lines;
SELECT is(pg_temp.error_of($$UPDATE plan_item SET budget = 5 WHERE key = 'S1'$$),
    '23514 | invalid budget of "S1": 5 | The budget of an item with lines is their sum; these add up to 301. | Change its rows in table budget_line.', 'a budget beside the lines');
SELECT is(split_part(pg_temp.error_of($$UPDATE plan_item SET budget = NULL WHERE key = 'S1'$$), ' | ', 2), 'invalid budget of "S1": NULL', 'nor none');
SELECT is(split_part(pg_temp.error_of(format('INSERT INTO budget_line (item, period, category, amount) VALUES (%s, ''2026'', %L, %L)', pg_temp.item_id('G1'), c, a)), ' | ', 2),
    format('new row for relation "budget_line" violates check constraint "budget_line_%s_check"', n), 'a line of ' || a) FROM (VALUES ('x', '-1', 'amount'), ('x', 'NaN', 'amount'), ('', '1', 'category')) t(c, a, n);
SELECT is(split_part(pg_temp.error_of(format('INSERT INTO spend (at, amount) VALUES (%L, %L)', a, m)), ' | ', 2),
    format('new row for relation "spend" violates check constraint "spend_%s_check"', n), 'spend: ' || n) FROM (VALUES ('infinity', '1', 'at'), ('2026-01-01', 'NaN', 'amount')) t(a, m, n);

-- the share of days. 2026-Q1 has 90 days, January 31; the year 365
SELECT is(amount_within(900, '2026-Q1', '2026-01'), 310.000000, '31 of 90 days');
SELECT is(amount_within(900, '2026-01', '2026-Q1'), 900::numeric, 'all of it');
SELECT is(amount_within(900, '2026-W01', '2026-01'), 514.285714, 'a week from 29 December: 4 of 7 days');
SELECT is(amount_within(900, '2026-Q1', '2026-Q2'), 0.000000, 'none of it');
SELECT is(amount_within(900, '2026-Q1', NULL), 900::numeric, 'of all time');

-- plan against actual
DELETE FROM budget_line; DELETE FROM plan_support; DELETE FROM plan_dependency; DELETE FROM plan_item;
SELECT load_plan(pg_temp.plan()) IS NOT NULL AS loaded \gset
INSERT INTO spend (item, at, amount, channel, note) VALUES (pg_temp.item_id('R1'), '2026-01-10', 400, 'media', NULL), (pg_temp.item_id('R1'), '2026-02-10', 700, 'media', NULL), (pg_temp.item_id('R1'), '2026-02-11', -100, 'media', 'refund'),
    (pg_temp.item_id('S1'), '2026-01-31', 50, NULL, 'fees'), (pg_temp.item_id('R1'), '2026-04-01', 9, NULL, 'late'), (NULL, '2026-01-05', 20, 'golf', 'day out');
-- January. R1: 900 * 31 / 90 + 100.50 = 410.50 planned, 400 spent. S1, without lines: 365 * 31 / 365 = 31, 50 spent.
-- Below G1: 441.50 and 450; R1 serves G2 and G3 too; G3's own 40 has no period, so it is in no month. M: each once.
SELECT results_eq($$SELECT key, planned_amount, actual_amount, difference_amount, used_ratio, total_planned_amount, total_actual_amount, total_used_ratio FROM plan_against_actual('2026-01')$$,
    $$VALUES ('M', 0::numeric, 0::numeric, 0::numeric, NULL::numeric, 441.5, 450::numeric, 1.019253), ('G1', 0, 0, 0, NULL, 441.5, 450, 1.019253), ('S1', 31, 50, -19, 1.612903, 441.5, 450, 1.019253),
        ('R1', 410.5, 400, 10.5, 0.974421, 410.5, 400, 0.974421), ('G2', 0, 0, 0, NULL, 410.5, 400, 0.974421), ('G3', 0, 0, 0, NULL, 410.5, 400, 0.974421)$$, 'a month: planned, spent, and rolled up');
-- all time: R1 1000.50 of which 1009 are spent; S1 365 and 50; G3 40
SELECT results_eq($$SELECT key, planned_amount, total_planned_amount, total_actual_amount, total_difference_amount FROM plan_against_actual() WHERE key IN ('M', 'G3', 'R1') ORDER BY key$$,
    $$VALUES ('G3', 40::numeric, 1040.50, 1009::numeric, 31.50), ('M', 0, 1405.50, 1059, 346.50), ('R1', 1000.50, 1000.50, 1009, -8.50)$$, 'all time');
SELECT is_empty($$SELECT * FROM plan_against_actual('2025')$$, 'a year in which nothing was');
SELECT is(split_part(pg_temp.error_of($$SELECT plan_against_actual('soon')$$), ' | ', 2), 'invalid period: "soon"', 'a period that cannot be read');
SELECT results_eq('SELECT spend_date, spend_amount, channel, note FROM spend_without_item', $$VALUES (date '2026-01-05', 20::numeric, 'golf', 'day out')$$, 'spent on nothing in the plan');
SELECT results_eq('SELECT item_key, spend_date, spend_amount, reason FROM spend_without_line ORDER BY 1, 2',
    $$VALUES ('R1', date '2026-04-01', 9::numeric, 'None of its lines covers the day.'), ('S1', '2026-01-31', 50, 'The item has no line.')$$, 'spent without a line');
UPDATE plan_item SET status = 'dropped' WHERE key = 'R1';
SELECT is((SELECT count(*) FROM spend_without_line WHERE item_key = 'R1' AND reason = 'The item is dropped.'), 4::bigint, 'spent on what is dropped');
SELECT is((SELECT (total_planned_amount, total_actual_amount)::text FROM plan_against_actual('2026-01') WHERE key = 'M'), '(31.000000,50)', 'which counts nowhere');

-- who may
CREATE ROLE align_ann;
GRANT USAGE ON SCHEMA align TO align_ann;
GRANT INSERT, SELECT ON budget_line TO align_ann;
SELECT ok(NOT has_function_privilege('align_ann', 'load_plan(jsonb)', 'EXECUTE'), 'loading is open to nobody');
CREATE TEMP TABLE id AS SELECT pg_temp.item_id('G2') AS g2;
GRANT SELECT ON id TO align_ann;
SET LOCAL ROLE align_ann;
INSERT INTO align.budget_line (item, period, category, amount) SELECT g2, '2026', 'media', 5 FROM id;
RESET ROLE;
SELECT is((SELECT budget FROM plan_item WHERE key = 'G2'), 5::numeric, 'who may write lines sets budgets by them');

SELECT * FROM finish();
ROLLBACK;
