\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(85);

-- the same without the row that a check names, and its number
CREATE FUNCTION pg_temp.refusal_of(statement text) RETURNS text LANGUAGE sql AS $$
    SELECT regexp_replace(pg_temp.error_of(statement), ' \| (Failing row.*)?$', '') $$;

INSERT INTO plan_item (key, level, title, outcome, team, period) VALUES ('G', 'goal', 'Win 180 customers', '180 contracts', 'leadership', '2026');
INSERT INTO metric (key, title, kind, measures, unit, grain, fold, team, owner, item) VALUES
    ('leads', 'New leads', 'leading', 'activity', 'leads', 'week', 'sum', 'marketing', 'Ann', NULL),
    ('score', 'Satisfaction', 'lagging', 'outcome', 'points', 'month', 'mean', 'sales', 'Ben', (SELECT id FROM plan_item)),
    ('stock', 'Open deals', 'leading', 'outcome', 'deals', 'month', 'last', 'sales', 'Ben', NULL),
    ('profit', 'Profit', 'lagging', 'outcome', 'EUR', 'quarter', 'sum', 'finance', NULL, NULL);

-- the table
SELECT is((SELECT array_agg(start_month) FROM metric), '{1,1,1,1}', 'the fiscal year starts in January unless the setting says otherwise');
SELECT is(pg_temp.refusal_of(format('INSERT INTO align.metric (key, title, kind, measures, grain%s) VALUES (%s)', c.field, c.row)), c.error, c.error)
FROM (VALUES ('', $$'', 'a', 'leading', 'outcome', 'week'$$, '23514 | new row for relation "metric" violates check constraint "metric_key_check"'),
    ('', $$'a', '', 'leading', 'outcome', 'week'$$, '23514 | new row for relation "metric" violates check constraint "metric_title_check"'),
    ('', $$'a', 'a', 'late', 'outcome', 'week'$$, '23514 | new row for relation "metric" violates check constraint "metric_kind_check"'),
    ('', $$'a', 'a', 'leading', 'effort', 'week'$$, '23514 | new row for relation "metric" violates check constraint "metric_measures_check"'),
    ('', $$'a', 'a', 'leading', 'outcome', 'day'$$, '23514 | new row for relation "metric" violates check constraint "metric_grain_check"'),
    (', fold', $$'a', 'a', 'leading', 'outcome', 'week', 'max'$$, '23514 | new row for relation "metric" violates check constraint "metric_fold_check"'),
    (', start_month', $$'a', 'a', 'leading', 'outcome', 'week', 13$$, '23514 | new row for relation "metric" violates check constraint "metric_start_month_check"'),
    (', retired_at', $$'a', 'a', 'leading', 'outcome', 'week', 'infinity'$$, '23514 | new row for relation "metric" violates check constraint "metric_retired_at_check"')) c(field, row, error);
SELECT is(pg_temp.refusal_of($$INSERT INTO align.metric (key, title, kind, measures, grain) VALUES ('leads', 'a', 'leading', 'outcome', 'week')$$),
    '23505 | duplicate key value violates unique constraint "metric_key_key" | Key (key)=(leads) already exists.', 'a key names one metric');
SELECT is(pg_temp.refusal_of($$INSERT INTO align.metric (key, title, kind, measures, grain, team) VALUES ('x', 'a', 'leading', 'outcome', 'week', 'nobody')$$),
    '23503 | insert or update on table "metric" violates foreign key constraint "metric_team_fkey" | Key (team)=(nobody) is not present in table "team".', 'the team is known');

-- values: recorded, again, corrected
SELECT ok(record_value('leads', '2026-W01', 10, at => '2026-01-05Z'), 'a value is recorded');
SELECT ok(NOT record_value('leads', '2026-W01', 10, at => '2026-01-06Z'), 'the same again is not');
SELECT ok(NOT record_value('leads', '2026-W01', 10.0, at => '2026-01-06Z'), 'nor is the same with more digits');
SELECT ok(record_value('leads', '2026-W01', 10, 'counted twice', at => '2026-01-06Z'), 'the same with a note is');
SELECT ok(record_value('leads', '2026-W01', 12, at => '2026-01-07Z'), 'and so is a correction');
SELECT results_eq($$SELECT value, note, origin, by_role = session_user, at, superseded_at FROM metric_value ORDER BY id$$,
    $$VALUES (10::numeric, NULL, 'entered', true, timestamptz '2026-01-05Z', timestamptz '2026-01-06Z'), (10, 'counted twice', 'entered', true, '2026-01-06Z', '2026-01-07Z'),
        (12, NULL, 'entered', true, '2026-01-07Z', NULL)$$, 'who said what, from when to when');
INSERT INTO metric_value (metric, period, value, at) SELECT id, '2026-W01', v, '2026-01-08Z' FROM metric, unnest('{13,14}'::numeric[]) v WHERE key = 'leads';
SELECT results_eq($$SELECT value FROM metric_value WHERE superseded_at IS NULL$$, $$VALUES (14::numeric)$$, 'a plain INSERT corrects too, also twice in a statement');
SELECT is((SELECT count(*) FROM metric_value), 5::bigint, 'and nothing is lost');
SELECT is((metric_at('leads', '2026-W01', at.at)).value, at.value, 'known on ' || at.at) FROM (VALUES ('2026-01-04Z'::timestamptz, NULL::numeric), ('2026-01-05Z', 10), ('2026-01-07 12:00Z', 12), ('2026-01-09Z', 14)) at(at, value);

-- values that are none
SELECT is(pg_temp.error_of(format('SELECT align.record_value(%L, %L, %L, at => %L)', c.metric, c.period, c.value, c.at)), c.error, c.error) FROM (VALUES
    ('nix', '2026-W01', '1', '2026-02-01Z', 'P0002 | unknown metric: "nix" | Table metric has no row with this key. | Insert it first.'),
    ('leads', '2026-01', '1', '2026-02-01Z', '23514 | invalid period of metric "leads": 2026-01 | Its periods are weeks. | Write 2026-W01 for the one that holds its first day.'),
    ('score', '2026-W07', '1', '2026-03-01Z', '23514 | invalid period of metric "score": 2026-W07 | Its periods are months. | Write 2026-02 for the one that holds its first day.'),
    ('score', '2026-Q1', '1', '2026-03-01Z', '23514 | invalid period of metric "score": 2026-Q1 | Its periods are months. | Write 2026-01 for the one that holds its first day.'),
    ('profit', 'FY2026-Q1@Jul', '1', '2026-03-01Z', '23514 | invalid period of metric "profit": FY2026-Q1@Jul | Its periods are quarters of a fiscal year that starts in January. | Write 2025-Q3 for the one that holds its first day.'),
    ('profit', '2026..2028', '1', '2026-03-01Z', '23514 | invalid period of metric "profit": 2026..2028 | Its periods are quarters. | Write 2026-Q1 for the one that holds its first day.'),
    ('leads', '2026-W10', '1', '2026-03-01Z', '23514 | metric "leads" cannot have a value for 2026-W10 at 2026-03-01 00:00:00+00 | The period begins on 2026-03-02 (UTC), which is later. | Record a value once its period has begun; what it should be is a target.'),
    ('leads', '2026-W02', 'NaN', '2026-03-01Z', '23514 | invalid value of metric "leads" for 2026-W02: NaN | A value is a finite number. | Where nothing is known, record nothing.'),
    ('leads', '2026-W02', 'Infinity', '2026-03-01Z', '23514 | invalid value of metric "leads" for 2026-W02: Infinity | A value is a finite number. | Where nothing is known, record nothing.'),
    ('leads', '2026-W02', '-Infinity', '2026-03-01Z', '23514 | invalid value of metric "leads" for 2026-W02: -Infinity | A value is a finite number. | Where nothing is known, record nothing.'),
    ('leads', '2026-W02', NULL, '2026-03-01Z', '23514 | invalid value of metric "leads" for 2026-W02: NULL | A value is a finite number. | Where nothing is known, record nothing.'),
    ('leads', '2026-W01', '1', '2026-01-07Z', '23514 | the value of metric "leads" for 2026-W01 cannot be corrected at 2026-01-07 00:00:00+00 | The one that is valid was recorded at 2026-01-08 00:00:00+00, which is later. | A correction comes after what it corrects.'),
    ('leads', 'soon', '1', '2026-01-07Z', '22P02 | invalid period: "soon" | A period is a week, month, quarter, year or span of years. | Write 2026-W07, 2026-03, 2026-Q1, 2026, 2026..2028 or FY2026-Q1@Jul.')) c(metric, period, value, at, error);
SELECT ok(record_value('leads', '2026-W10', 1, at => '2026-03-02Z'), 'a value of a period that has just begun is one');
SELECT is(pg_temp.refusal_of($$SELECT align.record_value('leads', '2026-W02', 1, at => 'infinity')$$), '22008 | invalid instant: infinity | An instant is finite. | Leave the instant out to mean the present.', 'instants are finite');
SELECT is(replace(pg_temp.error_of(format('SELECT align.record_value(%L, %L, 1, at => %L)', 'leads', '2026-W02', f.at)), f.at::text, 'T'),
    '22008 | invalid instant: T | It lies in the future, and what is recorded stays. | Leave the instant out to mean the present.', 'nothing is recorded of the future') FROM (SELECT clock_timestamp() + interval '1 day') f(at);
SAVEPOINT before;
SELECT ok(record_value('leads', '2026-W03', 1, at => clock_timestamp()), 'the present is later than the start of the transaction');
ROLLBACK TO before;
SELECT is((SELECT count(*) FROM metric_value WHERE period = '2026-W02'), 0::bigint, 'so a period stays free');

-- who may insert values may correct them, and no more
CREATE ROLE align_ann;
GRANT USAGE ON SCHEMA align TO align_ann;
GRANT SELECT ON metric TO align_ann;
GRANT INSERT ON metric_value TO align_ann;
GRANT EXECUTE ON FUNCTION record_value(text, text, numeric, text, timestamptz) TO align_ann;
SET ROLE align_ann;
SELECT record_value('leads', '2026-W10', 2, at => '2026-03-03Z') AS by_ann \gset
RESET ROLE;
SELECT results_eq($$SELECT value, by_role = 'align_ann', superseded_at FROM metric_value WHERE period = '2026-W10' ORDER BY id$$, $$VALUES (1::numeric, false, timestamptz '2026-03-03Z'), (2, true, NULL)$$, 'without a right to update');

-- history stays
SELECT is(pg_temp.error_of(c.statement), c.error, c.statement) FROM (VALUES
    ('UPDATE align.metric_value SET value = 1', '55000 | the values of metrics are for ever: UPDATE refused | A value is neither changed nor deleted, by nobody; a correction supersedes it. | Correct it by record_value(metric, period, value, note).'),
    ('UPDATE align.metric_value SET superseded_at = NULL', '55000 | the values of metrics are for ever: UPDATE refused | A value is neither changed nor deleted, by nobody; a correction supersedes it. | Correct it by record_value(metric, period, value, note).'),
    ('DELETE FROM align.metric_value', '55000 | the values of metrics are for ever: DELETE refused | A value is neither changed nor deleted, by nobody; a correction supersedes it. | Correct it by record_value(metric, period, value, note).'),
    ('TRUNCATE align.metric_value', '55000 | the values of metrics are for ever: TRUNCATE refused | A value is neither changed nor deleted, by nobody; a correction supersedes it. | Correct it by record_value(metric, period, value, note).'),
    ('DELETE FROM align.metric', '55000 | metric "leads" cannot be deleted | It has 7 values, and history stays. | Retire it: UPDATE align.metric SET retired_at = now() WHERE key = ''leads''.'),
    ('UPDATE align.metric SET grain = ''month''', '55000 | the grain of metric "leads" cannot change | It has targets or values by the week. | Retire it, and insert another.')) c(statement, error);
SELECT lives_ok($$UPDATE align.metric SET retired_at = '2026-04-01Z', title = 'New names', fold = 'mean' WHERE key = 'leads'; UPDATE align.metric SET fold = 'sum', retired_at = NULL WHERE key = 'leads'$$, 'all else of a metric may change');
SELECT lives_ok($$INSERT INTO align.metric (key, title, kind, measures, grain) VALUES ('tmp', 'a', 'leading', 'outcome', 'week'); SELECT align.set_target('tmp', '2026-W01', '>= 1'); DELETE FROM align.metric WHERE key = 'tmp'$$,
    'a metric without values goes, with its targets');

-- targets
SELECT ok(set_target('leads', '2026-W01', '>= 11 ~ 9'), 'a target is set, also over values that are older than it');
SELECT ok(set_target('leads', '2026-W03', '>= 20'), 'for later periods it is another');
SELECT ok(NOT set_target('leads', '2026-W01', '>=11~9'), 'the same again is not');
SAVEPOINT before;
SELECT lives_ok($$DELETE FROM align.metric_target WHERE from_period = '2026-W01'; SELECT align.set_target('leads', '2026-W01', '>= 12'); SELECT align.set_target('leads', '2026-W02', '>= 12')$$, 'while no value was recorded under it, it can be taken back, and another come between');
ROLLBACK TO before;
SELECT set_target('leads', '2026-W20', '>= 1') AND record_value('leads', '2026-W05', 3) AS recorded \gset
SELECT is(pg_temp.error_of($$SELECT align.set_target('leads', '2026-W04', '>= 1')$$),
    '55000 | target of metric "leads" from 2026-W04 would rewrite history | Values of these periods were recorded under an earlier target: 1. | Set it from a later period on, of which there is no value yet.', 'what was judged stays judged');
SELECT is(pg_temp.error_of($$UPDATE align.metric_target SET from_period = '2026-W04' WHERE from_period = '2026-W20'$$),
    '55000 | target of metric "leads" from 2026-W04 would rewrite history | Values of these periods were recorded under an earlier target: 1. | Set it from a later period on, of which there is no value yet.', 'also by moving a later one');
SELECT lives_ok($$SELECT align.set_target('leads', '2026-W02', '>= 12')$$, 'where no such value is, another may still come between two');
SELECT is(pg_temp.error_of($$DELETE FROM align.metric_target WHERE from_period = '2026-W01'$$), '55000 | target of metric "leads" from 2026-W01 cannot change | Values are held against it, or have been: 1. | Set the next one from a later period on: set_target(metric, from_period, target).', 'a target with values stays');
ROLLBACK TO before;
SELECT is((SELECT count(*) FROM metric_target), 2::bigint, 'and nothing else is left');
SELECT is(pg_temp.error_of($$SELECT align.set_target('leads', '2026-W03', '>= 21')$$),
    '23505 | metric "leads" has a target from 2026-W03 already | It is >= 20; a period has one target. | Set the new one from a later period on; while no value is held against the old one, its row in metric_target can be changed.', 'a period has one target');
SELECT is(pg_temp.error_of($$INSERT INTO align.metric_target (metric, from_period, target) SELECT id, '2026-W03', '>= 21' FROM align.metric WHERE key = 'leads'$$) LIKE '23505 | duplicate key value violates unique constraint "metric_target_pkey"%', true, 'by INSERT too');
SELECT is(pg_temp.error_of($$SELECT align.set_target('leads', '2026-01', '>= 21')$$),
    '23514 | invalid period of metric "leads": 2026-01 | Its periods are weeks. | Write 2026-W01 for the one that holds its first day.', 'a target begins with a period of the metric');
SELECT set_target('leads', '2026-W20', '>= 1') AS set \gset
SELECT lives_ok($$UPDATE align.metric_target SET target = '>= 2' WHERE from_period = '2026-W20'; DELETE FROM align.metric_target WHERE from_period = '2026-W20'$$, 'one that nothing is held against yet can be put right');
SELECT results_eq($$SELECT period, period_start_date, value, target, status, round(attainment_ratio, 4), origin FROM metric_history WHERE metric_key = 'leads' ORDER BY 2$$,
    $$VALUES ('2026-W01', date '2025-12-29', 14::numeric, '>= 11 ~ 9', 'on track', 1.2727, 'entered'), ('2026-W10', '2026-03-02', 2, '>= 20', 'off track', 0.1000, 'entered')$$, 'valid values against the target of their time');
SELECT results_eq($$SELECT p::text, target_in_force(m.id, p)::text FROM metric m, unnest('{2025-W52,2026-W02,2026-W03,2030-W01}'::period[]) p WHERE key = 'leads'$$,
    $$VALUES ('2025-W52', NULL), ('2026-W02', '>= 11 ~ 9'), ('2026-W03', '>= 20'), ('2030-W01', '>= 20')$$, 'in force from its period on');

-- which periods make up a longer one: a week counts where its Thursday lies. 2026-01-01 is a Thursday, so its week
-- is of January; W05 (Thursday 29 January) too, W06 is of February. 2026 has 53 weeks; 2027-01-01 is a Friday of W53.
SELECT results_eq($$SELECT p, first::text, last::text FROM unnest('{2026-01,2026-02,2026-Q1,2026,2027,2026-W07}'::text[]) p, periods_within(p::period, 'week')$$,
    $$VALUES ('2026-01', '2026-W01', '2026-W05'), ('2026-02', '2026-W06', '2026-W09'), ('2026-Q1', '2026-W01', '2026-W13'), ('2026', '2026-W01', '2026-W53'), ('2027', '2027-W01', '2027-W52'), ('2026-W07', '2026-W07', '2026-W07')$$, 'weeks');
SELECT is_empty($$SELECT w FROM generate_series(period '1990-W01', '2030-W52') w
    WHERE (SELECT count(*) FROM generate_series(period '1989-12', '2031-01') m WHERE w BETWEEN (periods_within(m, 'week')).first AND (periods_within(m, 'week')).last AND m @> lower(w) + 3) <> 1$$, 'in forty years every week is in one month, that of its Thursday');
SELECT results_eq($$SELECT p, g, first::text, last::text FROM (VALUES ('2026-Q2', 'month', 1), ('FY2026@Jul', 'quarter', 7), ('FY2026@Jul', 'quarter', 1), ('FY2026@Feb', 'quarter', 1), ('2026-W07', 'month', 1), ('2026-02', 'quarter', 1), ('2026..2027', 'year', 1)) v(p, g, s), periods_within(p::period, g, s)$$,
    $$VALUES ('2026-Q2', 'month', '2026-04', '2026-06'), ('FY2026@Jul', 'quarter', 'FY2026-Q1@Jul', 'FY2026-Q4@Jul'), ('FY2026@Jul', 'quarter', '2025-Q3', '2026-Q2'), ('FY2026@Feb', 'quarter', NULL, NULL), ('2026-W07', 'month', NULL, NULL),
        ('2026-02', 'quarter', NULL, NULL), ('2026..2027', 'year', '2026', '2027')$$, 'months, quarters and years, where they tile it');

-- rolled up by fold: 90, 92 and nothing in March; the mean of two is 91
SELECT count(record_value(m, p, v, at => '2026-05-01Z')) AS n FROM (VALUES ('score', '2026-01', 90), ('score', '2026-02', 92), ('score', '2026-04', 70), ('stock', '2026-01', 5), ('stock', '2026-02', 7), ('leads', '2026-W05', 3), ('leads', '2026-W06', 100)) v(m, p, v) \gset
SELECT results_eq($$SELECT m, p, (metric_at(m, p)).* FROM (VALUES ('leads', '2026-01'), ('score', '2026-Q1'), ('stock', '2026-Q1'), ('stock', '2026'), ('stock', '2026-01'), ('score', '2025')) v(m, p)$$,
    $$VALUES ('leads', '2026-01', 17::numeric, 2, 5), ('score', '2026-Q1', 91.000000, 2, 3), ('stock', '2026-Q1', 7, 2, 3), ('stock', '2026', 7, 2, 12), ('stock', '2026-01', 5, 1, 1), ('score', '2025', NULL, 0, 12)$$, 'sum, mean and last, of how many');
SELECT is(pg_temp.error_of($$SELECT align.metric_at('score', '2026-W01')$$), '22023 | invalid period of metric "score": 2026-W01 | It has values by the month, and no whole number of them makes it up. | Ask for a month, or for a longer period.', 'not of a shorter period');
SELECT is(pg_temp.error_of($$SELECT align.metric_at('nix', '2026-W01')$$), 'P0002 | unknown metric: "nix" | Table metric has no row with this key. | Insert it first.', 'not of an unknown metric');

-- targets of longer periods: two weeks at 11 and three at 20 are 82; ambers 9 and 20 are 78
SELECT results_eq($$SELECT p, target_at('leads', p) FROM unnest('{2026-W02,2026-01,2026-W20,2025-12}'::text[]) p$$,
    $$VALUES ('2026-W02', '>= 11 ~ 9'), ('2026-01', '>= 82 ~ 78'), ('2026-W20', '>= 20'), ('2025-12', NULL)$$, 'sums of targets');
SELECT count(set_target(m, p, t)) AS n FROM (VALUES ('score', '2026-04', '>= 90'), ('score', '2026-02', '90..100 ~ 85..100'), ('score', '2026-01', '80..100'), ('stock', '2026-03', '<= 9 ~ 10'), ('stock', '2026-01', '= 5 ~ 4..6'), ('profit', '2026-Q1', '= -5')) v(m, p, t) \gset
-- the mean of 80, 90 and 90 is 86.666667, of the ambers 80, 85 and 85 83.333333
SELECT results_eq($$SELECT m, p, target_at(m, p) FROM (VALUES ('score', '2026-Q1'), ('score', '2026-Q2'), ('score', '2026'), ('stock', '2026-Q1'), ('stock', '2026'), ('profit', '2026')) v(m, p)$$,
    $$VALUES ('score', '2026-Q1', '86.666667..100 ~ 83.333333..100'), ('score', '2026-Q2', '>= 90'), ('score', '2026', NULL), ('stock', '2026-Q1', '<= 9 ~ 10'), ('stock', '2026', '<= 9 ~ 10'), ('profit', '2026', '= -20')$$,
    'means, the last one, and none where they are of two forms');

-- a fiscal year of the company's own
UPDATE setting SET value = '7' WHERE key = 'fiscal_start_month';
INSERT INTO metric (key, title, kind, measures, grain) VALUES ('cash', 'Cash', 'lagging', 'outcome', 'quarter');
SELECT ok(record_value('cash', 'FY2026-Q1@Jul', 5, at => '2026-01-01Z'), 'quarters of the fiscal year');
SELECT is(pg_temp.error_of($$SELECT align.record_value('cash', '2026-Q1', 5)$$), '23514 | invalid period of metric "cash": 2026-Q1 | Its periods are quarters of a fiscal year that starts in July. | Write FY2026-Q3@Jul for the one that holds its first day.', 'and no other');
SELECT ok(record_value('profit', '2026-Q1', 5, at => '2026-02-01Z'), 'a metric from before keeps its own');

-- at one instant one value: 10 was valid until the 10th, so nothing else was on the 5th
SELECT ok(record_value('stock', '2025-01', 10, at => '2026-02-01Z'), 'a value');
UPDATE metric_value SET superseded_at = '2026-02-10Z' WHERE period = '2025-01';
SELECT is(pg_temp.error_of($$SELECT align.record_value('stock', '2025-01', 20, at => '2026-02-05Z')$$), '23514 | metric "stock" had another value for 2025-01 at 2026-02-05 00:00:00+00 | It was 10, valid from 2026-02-01 00:00:00+00 to 2026-02-10 00:00:00+00; at one instant one value is valid. | Record the new one at the end of that, or later.', 'not while another was valid');
SELECT ok(record_value('stock', '2025-01', 20, at => '2026-02-10Z'), 'right after it');
SELECT is(pg_temp.error_of($$INSERT INTO align.metric_value (metric, period, value, at, superseded_at) SELECT id, '2025-01', 30, '2026-02-11Z', '2026-02-12Z' FROM align.metric WHERE key = 'stock'$$), '23514 | metric "stock" had another value for 2025-01 at 2026-02-11 00:00:00+00 | It was 20, valid from 2026-02-10 00:00:00+00 to now; at one instant one value is valid. | Record the new one at the end of that, or later.', 'nor by a row that brings its own end');

-- nothing left out
SELECT is(pg_temp.error_of($$SELECT align.record_value('stock', NULL, 1)$$), '23514 | invalid period of metric "stock": NULL | Its periods are months. | Name the period, such as 2026-01.', 'a value is of a period');
SELECT is(pg_temp.error_of($$SELECT align.set_target('stock', NULL, '>= 1')$$), '23514 | invalid period of metric "stock": NULL | Its periods are months. | Name the period, such as 2026-01.', 'and so is a target');
SELECT is(pg_temp.error_of($$SELECT align.set_target('stock', '2026-05', NULL)$$), '22023 | invalid target of metric "stock": NULL | A target is a goal, and may have an amber band after ~. | Write one such as >= 50 ~ 45.', 'no target is none');
SELECT is(pg_temp.error_of('TRUNCATE align.metric_target'), '55000 | the targets of metrics cannot be truncated | Values are held against them: ' || (SELECT count(*) FROM metric_value) || '. | Delete single rows: those from whose period on there is no value.', 'targets stay once there are values');

-- targets of many digits: as they are where there is one; the sum of twelve of 18 nines has 20 digits
SELECT count(set_target(m, p, t)) AS n FROM (VALUES ('leads', '2030-W01', '>= 0.0000001'), ('score', '2030-01', '>= 0.0000001'), ('stock', '2030-01', '<= 0.00000012'), ('profit', '2030-Q1', '>= 999999999999999999')) v(m, p, t) \gset
SELECT results_eq($$SELECT m, p, target_at(m, p) FROM (VALUES ('leads', '2030-W01'), ('leads', '2030-01'), ('score', '2030-01'), ('stock', '2030'), ('profit', '2030-Q1'), ('profit', '2030')) v(m, p)$$,
    $$VALUES ('leads', '2030-W01', '>= 0.0000001'), ('leads', '2030-01', '>= 0.0000005'), ('score', '2030-01', '>= 0.0000001'), ('stock', '2030', '<= 0.00000012'), ('profit', '2030-Q1', '>= 999999999999999999'), ('profit', '2030', NULL)$$, 'targets of many digits');

SELECT * FROM finish();
ROLLBACK;
