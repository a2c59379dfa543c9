\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(69);

-- sparklines: eight steps from the smallest to the largest; (3 - 1) / (8 - 1) * 8 = 2.28, the third bar
SELECT is(sparkline(c.numbers), c.line, c.numbers::text) FROM (VALUES
    ('{1,2,3,4,5,6,7,8}'::numeric[], '▁▂▃▄▅▆▇█'), ('{1,3,8}', '▁▃█'), ('{5,5,5}', '▄▄▄'), ('{7}', '▄'), ('{1,NULL,2}', '▁·█'), ('{NULL,NULL}', '··'), ('{NaN,1,Infinity,2,-Infinity}', '·▁·█·'),
    ('{-3,0,3}', '▁▅█'), ('{1e-20,2e-20}', '▁█'), ('{}', NULL), (NULL, NULL)) c(numbers, line);

-- sources: each measure with what it needs
CREATE FUNCTION pg_temp.bind_error(source text) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.error_of(format('INSERT INTO align.metric (key, title, kind, measures, grain, source) VALUES (''m'', ''M'', ''leading'', ''activity'', ''week'', %L)', source)) $$;
INSERT INTO plan_item (key, level, title, team) VALUES ('S3', 'strategy', 'Events', 'marketing');
SELECT is(pg_temp.bind_error(c.source), c.error, c.source) FROM (VALUES
    ('{}', '23514 | invalid source of metric "m": {} | Its measure is missing; there are: stage entries, won deals, won amount, conversion, median days, spend. | Write {"measure": "stage entries", "stage": "mql"}, or enter values by hand and leave the source NULL.'),
    ('{"measure": "clicks"}', '23514 | invalid source of metric "m": {"measure": "clicks"} | Its measure is clicks; there are: stage entries, won deals, won amount, conversion, median days, spend. | Write {"measure": "stage entries", "stage": "mql"}, or enter values by hand and leave the source NULL.'),
    ('{"measure": "stage entries"}', '23514 | invalid source of metric "m": {"measure": "stage entries"} | Measure stage entries needs stage. | It needs: stage; it takes: source, segment, team. See metric_sources().'),
    ('{"stage": "mqx", "measure": "stage entries"}', '23514 | invalid source of metric "m": {"stage": "mqx", "measure": "stage entries"} | Field stage is no stage: "mqx". | It needs: stage; it takes: source, segment, team. See metric_sources().'),
    ('{"stage": 3, "measure": "stage entries"}', '23514 | invalid source of metric "m": {"stage": 3, "measure": "stage entries"} | Field stage is not a text: 3. | It needs: stage; it takes: source, segment, team. See metric_sources().'),
    ('{"stage": null, "measure": "stage entries"}', '23514 | invalid source of metric "m": {"stage": null, "measure": "stage entries"} | Field stage is not a text: null. | It needs: stage; it takes: source, segment, team. See metric_sources().'),
    ('{"team": "nobody", "stage": "mql", "measure": "stage entries"}', '23514 | invalid source of metric "m": {"team": "nobody", "stage": "mql", "measure": "stage entries"} | Field team is no team: "nobody". | It needs: stage; it takes: source, segment, team. See metric_sources().'),
    ('{"sql": "drop", "measure": "won deals"}', '23514 | invalid source of metric "m": {"sql": "drop", "measure": "won deals"} | Measure won deals does not take sql. | It needs: nothing; it takes: source, segment, owner. See metric_sources().'),
    ('{"to": "sql", "from": "mql", "within": "a while", "measure": "conversion"}', '23514 | invalid source of metric "m": {"to": "sql", "from": "mql", "within": "a while", "measure": "conversion"} | Field within is no number of days from 1 to 9999: "a while". | It needs: from, to; it takes: within, source, segment. See metric_sources().'),
    ('{"item": "S9", "measure": "spend"}', '23514 | invalid source of metric "m": {"item": "S9", "measure": "spend"} | Field item is no item of the plan: "S9". | It needs: nothing; it takes: item, team, channel. See metric_sources().'),
    ('{"to": "won", "from": "mql", "within": "30 days", "measure": "conversion"}', 'no error')) c(source, error);
DELETE FROM metric;
SELECT is(pg_temp.error_of($$INSERT INTO align.metric (key, title, kind, measures, grain, source) VALUES ('m', 'M', 'leading', 'activity', 'week', '[]')$$) LIKE '23514 | invalid source of metric "m": [] |%', true, 'a source is an object');
SELECT is(pg_temp.error_of($$SELECT * FROM align.collect('2026')$$), 'no error', 'nothing to collect is nothing');

-- facts: six leads. L1 mql Monday 5 Jan, sql 8 Jan 12:00 (3.5 days), won 20 Jan; L2 mql twice in W02 and again in W03, sql 2 Feb;
-- L3 sql before mql: no conversion; L4 mql in W04, never sql; L5 mql in W03, sql 4 days later; L6 by referral
INSERT INTO lead (id, key, source, segment) VALUES (1, 'L1', 'Search', 'A'), (2, 'L2', 'Search', 'B'), (3, 'L3', 'Event', 'A'), (4, 'L4', 'Event', 'A'), (5, 'L5', 'Search', 'A'), (6, 'L6', 'Referral', 'B');
INSERT INTO stage_event (lead, at, stage, team) VALUES (1, '2026-01-05 00:00Z', 'mql', 'marketing'), (1, '2026-01-08 12:00Z', 'sql', 'sales'), (1, '2026-01-20Z', 'customer', 'sales'),
    (2, '2026-01-06Z', 'mql', 'marketing'), (2, '2026-01-07Z', 'mql', 'marketing'), (2, '2026-01-13Z', 'mql', 'sales'), (2, '2026-02-02Z', 'sql', 'sales'),
    (3, '2026-01-06Z', 'sql', 'sales'), (3, '2026-01-11 23:59:59Z', 'mql', 'marketing'), (4, '2026-01-19Z', 'mql', 'marketing'),
    (5, '2026-01-12Z', 'mql', 'marketing'), (5, '2026-01-16Z', 'sql', 'sales'), (6, '2026-01-12Z', 'mql', 'marketing');
INSERT INTO deal (key, lead, owner, amount, closed_at, outcome) VALUES ('D1', 1, 'Tom', 1000.50, '2026-01-20Z', 'won'), ('D2', 5, 'Ben', 500, '2026-02-03Z', 'won'), ('D3', 2, 'Tom', NULL, '2026-01-21Z', 'won'), ('D4', 4, 'Tom', 9, '2026-01-21Z', 'lost'), ('D5', NULL, 'Ben', 70, '2026-01-31 23:59Z', 'won');
INSERT INTO plan_item (id, key, level, parent, title, team) SELECT 900, 'R1', 'rock', id, 'Plant day', 'sales' FROM plan_item WHERE key = 'S3';
INSERT INTO spend (item, at, amount, channel) SELECT i.id, s.at, s.amount, s.channel FROM (VALUES ('S3', date '2026-01-09', 100, 'media'), ('R1', '2026-01-12', 40, 'events'), (NULL, '2026-01-13', 7, 'media')) s(key, at, amount, channel) LEFT JOIN plan_item i ON i.key = s.key;
INSERT INTO metric (key, title, kind, measures, grain, fold, source) SELECT m.key, m.key, 'leading', 'outcome', m.grain, 'sum', m.source::jsonb FROM (VALUES
    ('entries', 'week', '{"measure": "stage entries", "stage": "MQL"}'), ('entries-a', 'week', '{"measure": "stage entries", "stage": "mql", "segment": "A", "source": "Event", "team": "marketing"}'),
    ('won', 'month', '{"measure": "won deals"}'), ('won-amount', 'month', '{"measure": "won amount"}'), ('won-tom', 'month', '{"measure": "won amount", "owner": "Tom"}'), ('won-search', 'month', '{"measure": "won deals", "source": "Search", "segment": "A"}'),
    ('conv', 'week', '{"measure": "conversion", "from": "mql", "to": "sql", "within": "7 days"}'), ('conv-open', 'week', '{"measure": "conversion", "from": "mql", "to": "sql"}'), ('conv-all', 'month', '{"measure": "conversion", "from": "mql", "to": "sql", "within": "30 days"}'),
    ('days', 'month', '{"measure": "median days", "from": "mql", "to": "sql"}'),
    ('spent', 'week', '{"measure": "spend"}'), ('spent-s3', 'week', '{"measure": "spend", "item": "S3"}'), ('spent-sales', 'week', '{"measure": "spend", "team": "sales", "channel": "events"}')) m(key, grain, source);

SELECT results_eq($$SELECT metric_key, value_period, value, change, reason FROM collect('2026-01', '2026-02-02Z') ORDER BY 1, 2$$, $$VALUES
    -- W02: L1, L2, L3 once each; W03: L2, L5, L6; W04: L4. January's weeks end with W05, which ended on 1 February; W01 began before anything is known, and ends on 4 January
    ('conv', '2026-W01', NULL::numeric, 'none', 'What is known is from 2026-01-05 to 2026-02-03.'),
    -- W02: L1 within 7 days; L2 not; L3 was sql before, not after. W03: L5 of L5 and L6. W04: L4 not, its week ended on 25 January and 7 days more are over
    ('conv', '2026-W02', 0.333333, 'recorded', NULL), ('conv', '2026-W03', 0.500000, 'recorded', NULL), ('conv', '2026-W04', 0.000000, 'recorded', NULL), ('conv', '2026-W05', NULL, 'none', 'Its last leads have not had 7 days yet.'),
    ('conv-all', '2026-01', NULL, 'none', 'Its last leads have not had 30 days yet.'),
    ('conv-open', '2026-W01', NULL, 'none', 'What is known is from 2026-01-05 to 2026-02-03.'),
    ('conv-open', '2026-W02', 0.333333, 'recorded', NULL), ('conv-open', '2026-W03', 0.500000, 'recorded', NULL), ('conv-open', '2026-W04', 0.000000, 'recorded', NULL), ('conv-open', '2026-W05', NULL, 'none', 'No lead got there.'),
    -- L1 took 3.5 days and L5 4; L2 came in February
    ('days', '2026-01', 3.750, 'recorded', NULL),
    ('entries', '2026-W01', NULL, 'none', 'What is known is from 2026-01-05 to 2026-02-03.'),
    ('entries', '2026-W02', 3, 'recorded', NULL), ('entries', '2026-W03', 3, 'recorded', NULL), ('entries', '2026-W04', 1, 'recorded', NULL), ('entries', '2026-W05', 0, 'recorded', NULL),
    ('entries-a', '2026-W01', NULL, 'none', 'What is known is from 2026-01-05 to 2026-02-03.'),
    ('entries-a', '2026-W02', 1, 'recorded', NULL), ('entries-a', '2026-W03', 0, 'recorded', NULL), ('entries-a', '2026-W04', 1, 'recorded', NULL), ('entries-a', '2026-W05', 0, 'recorded', NULL),
    ('spent', '2026-W01', NULL, 'none', 'What is known is from 2026-01-05 to 2026-02-03.'),
    ('spent', '2026-W02', 100, 'recorded', NULL), ('spent', '2026-W03', 47, 'recorded', NULL), ('spent', '2026-W04', 0, 'recorded', NULL), ('spent', '2026-W05', 0, 'recorded', NULL),
    ('spent-s3', '2026-W01', NULL, 'none', 'What is known is from 2026-01-05 to 2026-02-03.'),
    ('spent-s3', '2026-W02', 100, 'recorded', NULL), ('spent-s3', '2026-W03', 40, 'recorded', NULL), ('spent-s3', '2026-W04', 0, 'recorded', NULL), ('spent-s3', '2026-W05', 0, 'recorded', NULL),
    ('spent-sales', '2026-W01', NULL, 'none', 'What is known is from 2026-01-05 to 2026-02-03.'),
    ('spent-sales', '2026-W02', 0, 'recorded', NULL), ('spent-sales', '2026-W03', 40, 'recorded', NULL), ('spent-sales', '2026-W04', 0, 'recorded', NULL), ('spent-sales', '2026-W05', 0, 'recorded', NULL),
    -- D1, D3 and D5, which was won in the last minute of January
    ('won', '2026-01', 3, 'recorded', NULL), ('won-amount', '2026-01', 1070.50, 'recorded', NULL), ('won-search', '2026-01', 1, 'recorded', NULL), ('won-tom', '2026-01', 1000.50, 'recorded', NULL)$$, 'what each source measures');
SELECT results_eq($$SELECT change, count(*) FROM collect('2026-01', '2026-02-02Z') GROUP BY 1 ORDER BY 1$$, $$VALUES ('none', 10::bigint), ('unchanged', 31)$$, 'again: nothing is written');
SELECT results_eq($$SELECT origin, by_role = session_user, at, count(*) FROM metric_value GROUP BY 1, 2, 3$$, $$VALUES ('collected', true, timestamptz '2026-02-02Z', 31::bigint)$$, 'values say that they were collected, by whom and when');
INSERT INTO stage_event (lead, at, stage) VALUES (6, '2026-01-13Z', 'sql');
SELECT results_eq($$SELECT metric_key, value_period, value, value_before, change FROM collect('2026', '2026-03-04Z') WHERE change = 'corrected' OR value_before IS NULL AND change <> 'none' ORDER BY 1, 2$$, $$VALUES
    ('conv', '2026-W03', 1.000000, 0.500000, 'corrected'), ('conv-all', '2026-01', 0.666667, NULL, 'recorded'), ('conv-open', '2026-W03', 1.000000, 0.500000, 'corrected'), ('days', '2026-01', 3.500, 3.750, 'corrected'),
    ('days', '2026-02', 27.000, NULL, 'recorded'), ('entries', '2026-W06', 0, NULL, 'recorded'), ('entries-a', '2026-W06', 0, NULL, 'recorded'), ('spent', '2026-W06', 0, NULL, 'recorded'), ('spent-s3', '2026-W06', 0, NULL, 'recorded'), ('spent-sales', '2026-W06', 0, NULL, 'recorded'),
    ('won', '2026-02', 1, NULL, 'recorded'), ('won-amount', '2026-02', 500, NULL, 'recorded'), ('won-search', '2026-02', 1, NULL, 'recorded'), ('won-tom', '2026-02', 0, NULL, 'recorded')$$, 'what was learned later corrects, what is over by now is added, and what nothing is known of is not 0');
SELECT is((SELECT array_agg(value ORDER BY id) FROM metric_value v WHERE metric = (SELECT id FROM metric WHERE key = 'conv') AND period = '2026-W03'), '{0.500000,1.000000}', 'what was there is kept');
SELECT record_value('won', '2026-01', 4, 'one was forgotten', '2026-03-05Z') AS entered \gset
SELECT results_eq($$SELECT value, value_before, change, reason FROM collect('2026-01', '2026-03-06Z') WHERE metric_key = 'won'$$, $$VALUES (NULL::numeric, 4::numeric, 'none', 'A value was entered by hand, which goes before.')$$, 'a value by hand goes before');
UPDATE metric SET retired_at = '2026-03-01Z' WHERE key = 'won';
SELECT is_empty($$SELECT * FROM collect('2026-01', '2026-03-06Z') WHERE metric_key = 'won'$$, 'what is retired is not collected');
SELECT is((SELECT count(*) FROM collect('2026-01', '2026-02-20Z') WHERE metric_key = 'won'), 1::bigint, 'before that it was');
SELECT is((SELECT count(*) FROM collect('2026-W02', '2026-03-06Z')), 7::bigint, 'a week collects the metrics by the week');
SELECT is(pg_temp.error_of($$SELECT align.collect('soon')$$) LIKE '22P02 | invalid period: "soon" |%', true, 'a period that cannot be read');
SELECT is(pg_temp.error_of($$SELECT align.collect('2026', NULL)$$) LIKE '22008 | invalid instant: NULL |%', true, 'an instant that is none');

-- the scorecard: four metrics over five weeks, as of Monday 2 February 2026 (W01 to W05 are over)
DELETE FROM metric WHERE NOT EXISTS (SELECT FROM metric_value v WHERE v.metric = metric.id);
UPDATE metric SET retired_at = '2026-01-01Z';
INSERT INTO metric (key, title, kind, measures, unit, grain, fold, team, owner) VALUES ('b', 'Talks', 'leading', 'activity', 'talks', 'week', 'sum', 'marketing', 'Lea'), ('a', 'Mood', 'leading', 'activity', NULL, 'week', 'mean', 'marketing', NULL),
    ('c', 'Sales', 'lagging', 'outcome', 'EUR', 'week', 'sum', 'sales', 'Tom'), ('d', 'Pipeline', 'leading', 'outcome', 'EUR', 'week', 'last', 'sales', 'Tom'), ('e', 'Profit', 'lagging', 'outcome', 'EUR', 'month', 'sum', NULL, NULL);
SELECT count(record_value(m, p, v, at => upper(p::period)::timestamptz)) AS n FROM (VALUES
    ('b', '2026-W01', 3), ('b', '2026-W02', 9), ('b', '2026-W03', 2), ('b', '2026-W05', 1),
    ('c', '2025-W52', 1), ('c', '2026-W01', 2), ('c', '2026-W02', 3), ('c', '2026-W03', 3), ('c', '2026-W04', 1), ('c', '2026-W05', 2),
    ('d', '2026-W03', 10), ('d', '2026-W04', 20), ('a', '2026-W04', 1), ('a', '2026-W05', 2)) v(m, p, v) \gset
SELECT count(set_target(m, p, t)) AS n FROM (VALUES ('b', '2026-W01', '>= 5 ~ 4'), ('c', '2026-W01', '>= 4'), ('d', '2026-W04', '>= 25 ~ 15')) v(m, p, t) \gset
SELECT results_eq($$SELECT metric_order, metric_key, team, goal, last_period, last_value, average_or_total, status, round(attainment_ratio, 4), off_track_count, off_track_since, has_countermeasure, sparkline, note FROM scorecard('2026-02-02Z', 5)$$, $$VALUES
    (1, 'c', 'sales', '>= 4', '2026-W05', 2::numeric, 11::numeric, 'off track', 0.5000, 5, '2026-W01', false, '▅██▁▅', NULL),
    (2, 'e', NULL, NULL, '2026-01', NULL, NULL, NULL, NULL, 0, NULL, false, '·····', 'No value for 2026-01. No target.'),
    (3, 'd', 'sales', '>= 25 ~ 15', '2026-W05', NULL, 15.000000, NULL, NULL, 0, NULL, false, '··▁█·', 'No value for 2026-W05.'),
    -- W03 and W05 off track, W04 without a value, W02 on track
    (4, 'a', 'marketing', NULL, '2026-W05', 2, 1.500000, NULL, NULL, 0, NULL, false, '···▁█', 'No target.'),
    (5, 'b', 'marketing', '>= 5 ~ 4', '2026-W05', 1, 15, 'off track', 0.2000, 2, '2026-W03', false, '▃█▂·▁', NULL)$$, 'the scorecard: outcomes first, lagging first, then by team and key');
SELECT results_eq($$SELECT period_starts, period_values, period_statuses FROM scorecard('2026-02-02Z', 3) WHERE metric_key = 'b'$$, $$VALUES ('{2026-01-12,2026-01-19,2026-01-26}'::date[], '{2,NULL,1}'::numeric[], '{off track,NULL,off track}'::text[])$$, 'its periods as arrays, oldest first');
SELECT is((SELECT off_track_count FROM scorecard('2026-02-02Z', 1) WHERE metric_key = 'c'), 5, 'periods in a row count also before those shown');
SELECT is((SELECT array_length(period_starts, 1) FROM scorecard('2026-02-02Z') WHERE metric_key = 'b'), 13, '13 periods unless asked otherwise');
SELECT results_eq($$SELECT last_period, last_value, status FROM scorecard('2026-02-01 23:59Z') WHERE metric_key = 'c'$$, $$VALUES ('2026-W04', 1::numeric, 'off track')$$, 'on Sunday the week is not over');
SELECT record_value('c', '2026-W04', 9, 'found', '2026-02-03Z') AS corrected \gset
SELECT results_eq($$SELECT at, period_values, off_track_count FROM (VALUES ('2026-02-02Z'::timestamptz), ('2026-02-03Z')) i(at), scorecard(at, 2) WHERE metric_key = 'c'$$, $$VALUES ('2026-02-02Z'::timestamptz, '{1,2}'::numeric[], 5), ('2026-02-03Z', '{9,2}', 1)$$, 'as it was known then, and after the correction');
SELECT is_empty($$SELECT * FROM scorecard('2026-02-02Z') WHERE metric_key = 'won-tom'$$, 'what is retired is not shown');
SELECT is((SELECT count(*) FROM scorecard('2025-12-31Z') WHERE metric_key = 'won-tom'), 1::bigint, 'before that it was');
SELECT is(pg_temp.error_of(format('SELECT * FROM align.scorecard(''2026-02-02Z'', %s)', c.n)), c.error, c.n) FROM (VALUES
    ('0', '22023 | invalid number of periods: 0 | A scorecard shows 1 to 520 periods. | Write 13 for a quarter of weeks; scorecard_long has all there are.'),
    ('521', '22023 | invalid number of periods: 521 | A scorecard shows 1 to 520 periods. | Write 13 for a quarter of weeks; scorecard_long has all there are.'),
    ('NULL', '22023 | invalid number of periods: NULL | A scorecard shows 1 to 520 periods. | Write 13 for a quarter of weeks; scorecard_long has all there are.')) c(n, error);

-- countermeasures
SELECT results_eq($$SELECT metric_key, last_period, off_track_count, off_track_since FROM countermeasure_missing('2026-02-02Z')$$, $$VALUES ('c', '2026-W05', 5, '2026-W01'), ('b', '2026-W05', 2, '2026-W03')$$, 'off track and nothing is done, the longest first');
SELECT add_countermeasure('b', '2026-W03', 'Nobody calls', 'Call within two days', 'Maya', 'sales', '2026-01-30', '2026-01-20Z') AS first \gset
SELECT add_countermeasure('c', '2025-W52', 'Holidays', 'Wait', at => '2026-01-01Z') AS old \gset
SELECT results_eq($$SELECT metric_key FROM countermeasure_missing('2026-02-02Z')$$, $$VALUES (NULL::text) LIMIT 0$$, 'an open one counts, whatever period it is of');
SELECT lives_ok(format('SELECT align.finish_countermeasure(%s, at => ''2026-01-05Z'')', :old), 'one is done');
SELECT results_eq($$SELECT metric_key FROM countermeasure_missing('2026-02-02Z')$$, $$VALUES ('c')$$, 'and then one of an earlier run does not');
SELECT lives_ok(format('SELECT align.finish_countermeasure(%s, ''Too early to say'', ''2026-02-01Z''); SELECT align.finish_countermeasure(%1$s, ''No more calls than before'')', :first), 'done, and later what was seen of it');
SELECT results_eq($$SELECT metric_key FROM countermeasure_missing('2026-02-02Z')$$, $$VALUES ('c')$$, 'one of the run counts, done or not');
-- b was 2 of 5 (0.4) in W03 and is 1 of 5 (0.2)
SELECT results_eq($$SELECT metric_key, period, due_date, done_at, effect, value, status, last_period, last_value, last_status, round(attainment_change, 4) FROM countermeasure_status ORDER BY id$$, $$VALUES
    ('b', '2026-W03', date '2026-01-30', timestamptz '2026-02-01Z', 'No more calls than before', 2::numeric, 'off track', '2026-W05', 1::numeric, 'off track', -0.2000),
    ('c', '2025-W52', NULL, '2026-01-05Z', NULL, 1, NULL, '2026-W05', 2, 'off track', NULL)$$, 'with what the metric was and is');
SELECT is(pg_temp.error_of(c.statement), c.error, c.statement) FROM (VALUES
    ($$SELECT align.add_countermeasure('b', '2026-01', 'x', 'y')$$, '23514 | invalid period of metric "b": 2026-01 | Its periods are weeks. | Write 2026-W01 for the one that holds its first day.'),
    ($$SELECT align.add_countermeasure('b', '2026-W06', 'x', 'y', at => '2026-01-30Z')$$, '23514 | metric "b" cannot have been off track in 2026-W06 at 2026-01-30 00:00:00+00 | The period begins on 2026-02-02 (UTC), which is later. | Name the period that was off track; what is yet to be done has a due day.'),
    ($$SELECT align.add_countermeasure('nix', '2026-01', 'x', 'y')$$, 'P0002 | unknown metric: "nix" | Table metric has no row with this key. | Insert it first.'),
    ($$SELECT align.add_countermeasure('b', '2026-W03', '', 'y')$$, '22023 | invalid cause: it is empty | It has 1 to 10000 characters, and not only blanks. | Write it in words.'),
    ($$SELECT align.add_countermeasure('b', '2026-W03', 'x', NULL)$$, '22023 | invalid action: NULL | It has 1 to 10000 characters, and not only blanks. | Write it in words.'),
    ($$SELECT align.add_countermeasure('b', '2026-W03', 'x', 'y', team => 'sails')$$, 'P0002 | unknown team: "sails" | There are: customer success, finance, hr, it, leadership, marketing, operations, sales. | Enter it into table team first.'),
    ($$SELECT align.add_countermeasure('b', '2026-W03', 'x', 'y', at => 'infinity')$$, '22008 | invalid instant: infinity | An instant is finite. | Leave the instant out to mean the present.'),
    ($$SELECT align.add_countermeasure('b', '2026-W03', 'x', 'y', due => 'infinity', at => '2026-01-20Z')$$, '22023 | invalid due day: infinity | It is finite, and not before 2026-01-20 (UTC), when it was decided. | Leave it out where no day is set.'),
    ($$SELECT align.add_countermeasure('b', '2026-W03', 'x', 'y', due => '2026-01-19', at => '2026-01-20Z')$$, '22023 | invalid due day: 2026-01-19 | It is finite, and not before 2026-01-20 (UTC), when it was decided. | Leave it out where no day is set.'),
    ($$SELECT align.finish_countermeasure(-1, ' ')$$, '22023 | invalid effect: it is empty | It has 1 to 10000 characters, and not only blanks. | Write it in words.'),
    ($$SELECT align.finish_countermeasure(-1, at => 'infinity')$$, '22008 | invalid instant: infinity | An instant is finite. | Leave the instant out to mean the present.'),
    ($$SELECT align.finish_countermeasure(-1)$$, 'P0002 | unknown countermeasure: -1 | Table countermeasure has no row of this number. | See countermeasure_status for what is open.')) c(statement, error);
SELECT is(regexp_replace(pg_temp.error_of($$SELECT align.finish_countermeasure(align.add_countermeasure('b', '2026-W03', 'x', 'y', at => '2026-01-20Z'), at => '2026-01-19Z')$$), '\d+ cannot', 'N cannot'),
    '22023 | countermeasure N cannot be done at 2026-01-19 00:00:00+00 | It was decided at 2026-01-20 00:00:00+00, which is later. | Say when it was done, or leave the instant out to mean the present.', 'done before it was decided');
SELECT is(split_part(pg_temp.error_of($$INSERT INTO align.countermeasure (metric, period, cause, action, effect) SELECT id, '2026-W03', 'x', 'y', 'z' FROM align.metric WHERE key = 'b'$$), ' | Fail', 1), '23514 | new row for relation "countermeasure" violates check constraint "countermeasure_effect_check"', 'an effect is seen of what was done');

-- the tidy view
SELECT results_eq($$SELECT metric_key, team, measures, grain, period, period_start_date, period_end_date, value, target, goal_low, goal_high, status FROM scorecard_long WHERE metric_key IN ('b', 'd') ORDER BY 1, 6$$, $$VALUES
    ('b', 'marketing', 'activity', 'week', '2026-W01', date '2025-12-29', date '2026-01-04', 3::numeric, '>= 5 ~ 4', 5::numeric, NULL::numeric, 'off track'), ('b', 'marketing', 'activity', 'week', '2026-W02', '2026-01-05', '2026-01-11', 9, '>= 5 ~ 4', 5, NULL, 'on track'),
    ('b', 'marketing', 'activity', 'week', '2026-W03', '2026-01-12', '2026-01-18', 2, '>= 5 ~ 4', 5, NULL, 'off track'), ('b', 'marketing', 'activity', 'week', '2026-W05', '2026-01-26', '2026-02-01', 1, '>= 5 ~ 4', 5, NULL, 'off track'),
    ('d', 'sales', 'outcome', 'week', '2026-W03', '2026-01-12', '2026-01-18', 10, NULL, NULL, NULL, NULL), ('d', 'sales', 'outcome', 'week', '2026-W04', '2026-01-19', '2026-01-25', 20, '>= 25 ~ 15', 25, NULL, 'at risk')$$, 'a row per metric and period, the valid value alone');

-- 30 days are 720 hours wherever one sits: New York's clocks go forward on 8 March; 719.5 hours and 720.5 hours
INSERT INTO lead (id, key, source) VALUES (901, 'Z1', 'Zone'), (902, 'Z2', 'Zone');
INSERT INTO stage_event (lead, stage, at) SELECT l.id, e.stage::stage, e.at::timestamptz FROM lead l JOIN (VALUES ('Z1', 'mql', '2031-03-01 12:00Z'), ('Z1', 'sql', '2031-03-31 11:30Z'),
    ('Z2', 'mql', '2031-03-01 12:00Z'), ('Z2', 'sql', '2031-03-31 12:30Z')) e(key, stage, at) ON e.key = l.key;
SET timezone = 'America/New_York';
SELECT is((SELECT value FROM measured('{"measure": "conversion", "from": "mql", "to": "sql", "within": "30 days", "source": "Zone"}', '2031-03', '2031-03', 'month', 1)), 0.5, 'days are of 24 hours in every time zone');
SET timezone = 'UTC';

SELECT * FROM finish();
ROLLBACK;
