\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(73);

-- passing, by hand: one after 2 days, one watched for 5, one after 10. The curve falls to 2/3 at 2 and to 0 at 10
CREATE FUNCTION pg_temp.pass(within float8) RETURNS text LANGUAGE sql AS
    $$SELECT format('%s %s %s', p.lead_count, round(p.ratio::numeric, 4), round(p.mean_days::numeric, 4)) FROM passing((SELECT time_to(d, e) FROM (VALUES (2::float8, true), (5, false), (10, true)) v(d, e)), $1) p$$;
SELECT is(pg_temp.pass(20), '3 1.0000 7.3333', 'passing: 2/3 * 1/2 + 10/3 * 2 days');
SELECT is(pg_temp.pass(9), '3 0.3333 2.0000', 'within 9 days one');
SELECT is(pg_temp.pass(1), '3 0.0000 ', 'within 1 day none, and no days');
SELECT is((SELECT round(ratio_error::numeric, 6) FROM passing((SELECT time_to(1, true) FROM generate_series(1, 4)), 9)), round((sqrt(6 * 2) / 8 ^ 1.5)::numeric, 6), 'four of four prove little: Agresti and Coull''s error');
SELECT is((SELECT round(ratio_error::numeric, 9) FROM passing((SELECT time_to(CASE WHEN n <= 100 THEN 1 + n % 2 ELSE 99 END, n <= 100) FROM generate_series(1, 400) n), 9)), round(sqrt(0.25 * 0.75 / 400), 9), 'of many without censoring: sqrt(p q / n)');
SELECT is((SELECT p::text FROM passing((SELECT time_to(d, e) FROM (VALUES (2::float8, true)) v(d, e) WHERE d > 3), 9) p), '(,,0,,)', 'of nothing nothing');

-- one step by hand. Second quarter: 40 leads, 30 pass, half after 4 and half after 6 days. Third: 40 leads, 10 pass, half after 8 and half after 12 days; of these 5 become customers
UPDATE setting SET value = '["lead", "mql", "customer"]' WHERE key = 'funnel_steps';
INSERT INTO lead (id, key, source, segment) OVERRIDING SYSTEM VALUE
SELECT n, 'H' || n, CASE WHEN n % 2 = 0 THEN 'Fair' ELSE 'Web' END, CASE WHEN n <= 80 THEN 'one' END FROM generate_series(1, 80) n;
INSERT INTO stage_event (lead, stage, at)
SELECT n, 'lead'::stage, timestamptz '2025-04-10Z' FROM generate_series(1, 40) n
UNION ALL SELECT n, 'mql', timestamptz '2025-04-10Z' + CASE WHEN n <= 15 THEN interval '4 d' ELSE '6 d' END FROM generate_series(1, 30) n
UNION ALL SELECT n, 'lead', timestamptz '2025-07-10Z' FROM generate_series(41, 80) n
UNION ALL SELECT n, 'mql', timestamptz '2025-07-10Z' + CASE WHEN n <= 45 THEN interval '8 d' ELSE '12 d' END FROM generate_series(41, 50) n
UNION ALL SELECT n, 'customer', timestamptz '2025-07-30Z' FROM generate_series(41, 45) n;
INSERT INTO deal (key, lead, amount, opened_at, closed_at, outcome) VALUES ('h1', 41, 150, '2025-07-20Z', '2025-07-30Z', 'won'), ('h2', 42, 250, '2025-07-20Z', '2025-07-30Z', 'won'), ('h3', 1, 9999, '2025-04-20Z', '2025-04-30Z', 'won');
-- leads: 40 * (0.75 - 0.25), +- 3 * 40 * sqrt(2 * 0.1875 / 40); customers: half of them; amount: 200 each
-- days: 10 * (10 - 5), +- 3 * 10 * sqrt((104 - 100) / 9 + (26 - 25) / 29)
SELECT results_eq($$SELECT from_stage, to_stage, lead_count, passed_ratio, compared_with, compared_ratio, lost_lead_count, lost_lead_low_count, lost_lead_high_count, lost_customer_count, lost_customer_low_count,
        lost_customer_high_count, lost_amount, lost_low_amount, lost_high_amount, mean_days, compared_mean_days, lost_days, lost_low_days, lost_high_days
    FROM bottleneck('2025-12-01Z', period => '2025-Q3') WHERE bottleneck_order = 1$$,
    $$VALUES ('lead'::text, 'mql'::text, 40::bigint, 0.25, '2025-Q2'::text, 0.75, 20.0, 8.4, 31.6, 10.0, 4.2, 15.8, 2000::numeric, 838::numeric, 3162::numeric, 10.0, 5.0, 50.0, 29.2, 70.8)$$, 'a step by hand');
SELECT is((SELECT finding FROM bottleneck('2025-12-01Z', period => '2025-Q3') WHERE bottleneck_order = 1),
    '25.0 % of 40 leads pass within 90 days, against 75.0 % (2025-Q2): 20 leads and 10.0 customers lost, worth 2,000; it takes 10.0 days, not 5.0.', 'in words');
SELECT is((SELECT finding FROM bottleneck('2025-12-01Z', period => '2025-Q3') WHERE bottleneck_order = 2), 'Too few leads to tell: 10 against 30.', 'too few leads say nothing');
SELECT results_eq($$SELECT name, lead_count, is_loss FROM bottleneck_by('2025-12-01Z', period => '2025-Q3') WHERE step_order = 1 AND dimension = 'source'$$, $$VALUES ('Fair'::text, 20::bigint, false), ('Web', 20, false)$$, 'nor of sources');
SELECT is((SELECT string_agg(from_stage || ': ' || finding, ' ' ORDER BY from_stage) FROM bottleneck('2025-12-01Z', period => '2025-Q2')), 'lead: No lead entered this step in the period before. mql: No lead entered this step in the period before.', 'nothing to compare with');
SELECT is((SELECT string_agg(from_stage || ': ' || finding, ' ' ORDER BY from_stage) FROM bottleneck('2025-12-01Z', period => '2019')), 'lead: No lead entered this step. mql: No lead entered this step.', 'a period without leads');
SELECT is((SELECT finding FROM bottleneck('2025-12-01Z', 'target', '2025-Q3') WHERE from_stage = 'lead'), 'No target is set for this step (setting step_targets).', 'no target');
UPDATE setting SET value = '{"mql": {"ratio": 0.5}, "customer": {"days": 3}}' WHERE key = 'step_targets';
SELECT results_eq($$SELECT from_stage, compared_with, compared_ratio, lost_lead_count, lost_days, finding FROM bottleneck('2025-12-01Z', 'target', '2025-Q3')$$,
    $$VALUES ('lead'::text, 'target'::text, 0.5, 10.0, NULL::numeric, '25.0 % of 40 leads pass within 90 days, against 50.0 % (target): 10 leads and 5.0 customers lost, worth 1,000.'::text),
             ('mql', 'target', NULL, NULL, 45.0, 'Too few leads to tell: 10.')$$, 'against targets, of shares or days');
SELECT is((SELECT finding FROM bottleneck('2025-12-01Z', 'best source', '2025-Q3') WHERE from_stage = 'lead'), 'No group has 30 leads to compare with.', 'no source is large enough to be the best');
-- what is open is watched as long as it was: on 19 July 5 have passed after 8 days, 35 wait for 9
SELECT results_eq($$SELECT lead_count, passed_ratio, mean_days FROM bottleneck('2025-07-19Z', period => '2025-Q3') WHERE from_stage = 'lead'$$, $$VALUES (40::bigint, 0.125, 8.0)$$, 'open leads, early in the period');
SELECT is((SELECT lead_count FROM bottleneck('2025-07-15Z') WHERE from_stage = 'lead'), 40::bigint, 'by default the last full quarter');
-- before the end of a watch nobody is lost yet: of 40 who came a day ago none could pass
SELECT is((SELECT finding FROM bottleneck('2025-07-11Z', period => '2025-Q3', within => '3 days') WHERE from_stage = 'lead'), 'No difference that chance does not explain.', 'no lead is lost by being new');

-- many leads of four quarters, all alike, by a seed: 60 % go on at each step, after 8 days in the mean; nothing is planted
DELETE FROM deal; DELETE FROM stage_event; DELETE FROM lead;
UPDATE setting SET value = '["lead", "mql", "sql", "opportunity", "customer"]' WHERE key = 'funnel_steps';
UPDATE setting SET value = '{}' WHERE key = 'step_targets';
CREATE FUNCTION pg_temp.draw(n bigint, k int) RETURNS float8 LANGUAGE sql AS 'SELECT (hashint8extended($1, $2) & 1048575) / 1048576.0';
CREATE FUNCTION pg_temp.fill(plant text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM stage_event; DELETE FROM lead;
    INSERT INTO lead (id, key, source, segment) OVERRIDING SYSTEM VALUE
    SELECT n, 'S' || n, ('{Fair,Web,Mail}'::text[])[1 + (7 * pg_temp.draw(n, 1))::int % 3], ('{small,large}'::text[])[1 + (9 * pg_temp.draw(n, 2))::int % 2] FROM generate_series(1, 6000) n;
    INSERT INTO stage_event (lead, stage, at)
    WITH RECURSIVE walk AS (
        SELECT l.id, 1 AS k, timestamptz '2025-01-01Z' + 364 * pg_temp.draw(l.id, 3) * interval '1 day' AS at, l.source, l.segment FROM lead l
        UNION ALL
        SELECT w.id, w.k + 1, w.at - ln(1 - pg_temp.draw(w.id, 20 + w.k) * 0.999) * CASE WHEN plant = 'slow' AND w.k = 2 AND w.at BETWEEN '2025-07-01Z' AND '2025-10-01Z' THEN 18 ELSE 8 END * interval '1 day', w.source, w.segment
        FROM walk w WHERE w.k < 5 AND pg_temp.draw(w.id, 10 + w.k) < CASE WHEN plant = 'leak' AND w.k = 3 AND w.source = 'Fair' AND w.at BETWEEN '2025-07-01Z' AND '2025-10-01Z' THEN 0.15
            WHEN plant = 'segment' AND w.k = 2 AND w.segment = 'large' THEN 0.4 ELSE 0.6 END)
    SELECT w.id, ('{lead,mql,sql,opportunity,customer}'::stage[])[w.k], date_trunc('second', w.at) FROM walk w WHERE w.at < '2025-12-31Z';
    ANALYZE stage_event, lead;
END $$;
SELECT pg_temp.fill('nothing') \gset
SELECT is((SELECT count(*) FROM unnest('{best segment,best source}'::text[]) a, bottleneck('2026-01-01Z', a, '2025') b WHERE b.finding <> 'No difference that chance does not explain.'), 0::bigint, 'nothing planted, nothing found: segments and sources');
SELECT is((SELECT count(*) FROM unnest('{2025-Q2,2025-Q3,2025-Q4}'::text[]) p, bottleneck_by('2026-01-01Z', period => p) b WHERE b.is_loss OR b.is_slower OR b.lost_lead_high_count < 0 OR b.lost_high_days < 0), 0::bigint, 'nor in any period, of all or a part, worse or better');
SELECT pg_temp.fill('leak') \gset
SELECT results_eq($$SELECT from_stage, to_stage, worst_source, worst_segment IS NULL, lost_lead_low_count > 0 FROM bottleneck('2026-01-01Z', period => '2025-Q3') WHERE bottleneck_order = 1$$,
    $$VALUES ('sql'::text, 'opportunity'::text, 'Fair'::text, true, true)$$, 'a leak in one period and source is named first');
SELECT is((SELECT count(*) FROM bottleneck('2026-01-01Z', period => '2025-Q3') WHERE bottleneck_order > 1 AND finding <> 'No difference that chance does not explain.'), 0::bigint, 'and nothing else');
SELECT matches((SELECT string_agg(finding, ' ') FROM bottleneck('2026-01-01Z', period => '2025-Q4') WHERE from_stage = 'sql'), '^Better than 2025-Q3: ', 'when it is mended that is told too');
SELECT pg_temp.fill('slow') \gset
SELECT results_eq($$SELECT from_stage, lost_low_days > 0, finding ~ '^It takes .* days, against .*2025-Q2' FROM bottleneck('2026-01-01Z', period => '2025-Q3') WHERE bottleneck_order = 1$$,
    $$VALUES ('mql'::text, true, true)$$, 'a step that became slow is named first');
SELECT is((SELECT count(*) FROM bottleneck('2026-01-01Z', period => '2025-Q3') WHERE bottleneck_order > 1 AND finding <> 'No difference that chance does not explain.'), 0::bigint, 'and nothing else');
SELECT pg_temp.fill('segment') \gset
SELECT results_eq($$SELECT from_stage, compared_with, worst_segment FROM bottleneck('2026-01-01Z', 'best segment', '2025') WHERE lost_lead_low_count > 0$$,
    $$VALUES ('mql'::text, 'small'::text, 'large'::text)$$, 'a segment that is worse at one step is found there alone');
SELECT is((SELECT format('%s %s %s %s %s', lost_lead_count, lost_lead_low_count, lost_lead_high_count, lost_low_days, lost_high_days) FROM bottleneck_by('2026-01-01Z', 'best segment', '2025') WHERE from_stage = 'mql' AND name = 'small'), '0.0 0.0 0.0 0.0 0.0', 'the best loses nothing against itself, and that is certain');

-- paths
DELETE FROM stage_event; DELETE FROM lead;
INSERT INTO lead (id, key, source, segment) OVERRIDING SYSTEM VALUE VALUES (1, 'P1', 'Fair', 'a'), (2, 'P2', 'Fair', 'a'), (3, 'P3', 'Web', 'a'), (4, 'P4', 'Web', 'b'), (5, 'P5', 'Web', 'b');
INSERT INTO stage_event (lead, stage, at, team, actor) VALUES
    (1, 'lead', '2025-01-01Z', NULL, NULL), (1, 'mql', '2025-01-05Z', NULL, NULL), (1, 'lost', '2025-01-11Z', NULL, NULL),
    (2, 'lead', '2025-02-01Z', NULL, NULL), (2, 'mql', '2025-02-02Z', NULL, NULL), (2, 'mql', '2025-02-03Z', NULL, NULL), (2, 'lost', '2025-02-21Z', NULL, NULL),
    (3, 'lead', '2025-03-01Z', 'marketing', 'ann'), (3, 'mql', '2025-03-03Z', 'marketing', 'bea'), (3, 'recycled', '2025-03-05Z', 'marketing', 'bea'), (3, 'mql', '2025-05-08Z', 'marketing', NULL), (3, 'sql', '2025-05-10Z', 'sales', 'cid'),
    (4, 'lead', '2025-04-01Z', NULL, NULL), (4, 'customer', '2025-04-02Z', NULL, NULL), (4, 'renewed', '2026-04-01Z', NULL, NULL);
SELECT results_eq($$SELECT * FROM path_mining('2025-06-30Z')$$,
    $$VALUES (1, 'lead > mql > lost'::text, 2::bigint, 0.5, 'lost'::text, true, 15.0, 'P1'::text), (2, 'lead > customer', 1, 0.25, 'customer', false, 1.0, 'P4'), (3, 'lead > mql > recycled > mql > sql', 1, 0.25, 'sql', false, 70.0, 'P3')$$,
    'paths, with one in a circle; what is later than at is not known yet, a lead without events goes nowhere');
SELECT is((SELECT string_agg(path || ' ' || lead_count, ', ') FROM path_mining('2027-01-01Z', source => 'Web', top => 1)), 'lead > customer > renewed 1', 'of a source, the first alone');
SELECT is((SELECT string_agg(path, ', ') FROM path_mining('2027-01-01Z', period => '2025-Q1', segment => 'a')), 'lead > mql > lost, lead > mql > recycled > mql > sql', 'of a period and a segment');
SELECT is((SELECT count(*) FROM path_mining('2020-01-01Z')), 0::bigint, 'no paths before the first event');

-- what a buyer feels. P3 on 30 June: ann > bea, then cid of sales: 2 hands (whom it was with on 8 May is not known); silent from 5 March to 8 May with a touch on 1 April: 27 and 37 days,
-- and 51 days since 10 May; mql twice
INSERT INTO touch (lead, at, channel) VALUES (3, '2025-04-01Z', 'Mail'), (4, '2025-05-01Z', 'Mail');
SELECT results_eq($$SELECT key, stage, days, contact_count, hand_count, silent_count, longest_silent_days, repeat_count, friction_count, hands FROM buyer_view('P3', at => '2025-06-30Z')$$,
    $$VALUES ('P3'::text, 'sql'::text, 121.0, 6::bigint, 2::bigint, 2::bigint, 51.0, 1::bigint, 5::bigint, 'marketing > sales'::text)$$, 'hands, silence, repeats');
SELECT results_eq($$SELECT silent_count, longest_silent_days FROM buyer_view('P3', '60 days', '2025-06-30Z')$$, $$VALUES (0::bigint, 51.0)$$, 'silent is what you say it is');
SELECT results_eq($$SELECT key, hand_count, silent_count, repeat_count, friction_count FROM buyer_view(at => '2026-06-30Z')$$,
    $$VALUES ('P3'::text, 2::bigint, 2::bigint, 1::bigint, 5::bigint), ('P4', 2, 0, 0, 2), ('P2', 1, 0, 0, 1), ('P1', 1, 0, 0, 1)$$, 'all leads, the worst first; who is lost or won waits no more, the second mql of P2 is no repeat');
SELECT results_eq($$SELECT name, lead_count, mean_hand_count, silent_ratio, repeat_ratio, mean_friction_count, worst_lead_key FROM buyer_view_by('source', at => '2025-06-30Z')$$,
    $$VALUES ('Web'::text, 2::bigint, 1.500, 0.5, 0.5, 3.000, 'P3'::text), ('Fair', 2, 1.000, 0, 0, 1.000, 'P2')$$, 'by source');
SELECT is((SELECT string_agg(name, ', ' ORDER BY name) FROM buyer_view_by('stage', at => '2025-06-30Z')), 'customer, lost, sql', 'by the stage in which they are');
SELECT is((SELECT count(*) FROM buyer_view('P5')), 0::bigint, 'a lead without events felt nothing');

-- momentum. First quarter: one deal open; one won of two closed, 100; days to the end 10, 20, and 31 so far: the curve falls below a half at 20: 1 * 1/2 * 100 / 20.
-- Second: two open; one won of one, 300; days 10, 20, 70, and 82 and 72 so far: 4/5, 3/5, 2/5: 2 * 1 * 300 / 70
INSERT INTO deal (key, amount, opened_at, closed_at, outcome) VALUES ('m1', 100, '2025-01-01Z', '2025-01-11Z', 'won'), ('m2', 80, '2025-01-05Z', '2025-01-25Z', 'lost'), ('m3', 300, '2025-03-01Z', '2025-05-10Z', 'won'),
    ('m4', 50, '2025-04-10Z', NULL, 'open'), ('m5', NULL, '2025-04-20Z', NULL, 'open'), ('m6', 7, NULL, NULL, 'open'), ('m7', 7, '2025-04-20Z', NULL, 'lost');
SELECT results_eq($$SELECT momentum_period, is_over, open_count, win_ratio, win_amount, cycle_days, velocity_amount, velocity_change_ratio, driver, won_count, won_amount, forecast_amount, forecast_error_ratio, mean_error_ratio
    FROM momentum('2025-Q2', 2, '2025-09-01Z')$$,
    $$VALUES ('2025-Q2'::text, true, 2::bigint, 1::numeric, 300.00, 70.0, 8.57, 2.428571, 'cycle_days'::text, 1::bigint, 300::numeric, 100::numeric, 0.666667, 0.666667),
             ('2025-Q1', true, 1, 0.5, 100.00, 20.0, 2.50, NULL, NULL, 1, 100, NULL, NULL, NULL)$$, 'two quarters by hand');
SELECT results_eq($$SELECT momentum_period, is_over, open_count, won_amount, forecast_amount, forecast_error_ratio FROM momentum('2025-Q2', 1, '2025-05-01Z')$$,
    $$VALUES ('2025-Q2'::text, false, 3::bigint, 0::numeric, 100::numeric, NULL::numeric)$$, 'a period that is not over is not judged');
SELECT results_eq($$SELECT momentum_period, win_ratio, velocity_amount, forecast_amount FROM momentum(at => '2025-10-02Z', periods => 1)$$, $$VALUES ('2025-Q3'::text, NULL::numeric, NULL::numeric, 300::numeric)$$, 'without a closed deal there is no velocity');
SELECT is((SELECT mean_error_ratio FROM momentum('2025-Q2', 1, '2025-09-01Z')), (SELECT mean_error_ratio FROM momentum('2025-Q2', 8, '2025-09-01Z') LIMIT 1), 'the mean error does not hang on how many are asked for');
SELECT is((SELECT count(*) FROM momentum('2025-05', 12, '2025-06-01Z')), 12::bigint, 'months too');
SELECT is((SELECT string_agg(velocity_amount::text, '') FROM momentum('1999', 3, '2025-06-01Z')), NULL, 'before the first deal nothing is known');

-- bad input
SELECT is(pg_temp.error_of($$SELECT * FROM bottleneck('2026-01-01Z', 'last year')$$), '22023 | unknown comparison: "last year" | A step is compared with the previous period, a target, the best segment or the best source. | Write ''previous period''.', 'an unknown comparison');
SELECT matches(pg_temp.error_of($$SELECT * FROM bottleneck('2026-01-01Z', NULL)$$), '^22023 \| unknown comparison: "NULL"', 'no comparison');
SELECT is(pg_temp.error_of(format($$SELECT * FROM bottleneck('2026-01-01Z', within => %L)$$, w)), format('22023 | invalid within: %s | A step is watched for a number of days, above 0; a month has no fixed length. | Write days, such as ''90 days''.', COALESCE(w::interval::text, 'NULL')), 'a window of ' || COALESCE(w, 'NULL'))
FROM unnest('{0,-1 day,3 months,1 year,NULL}'::text[]) w;
SELECT matches(pg_temp.error_of($$SELECT * FROM bottleneck('2026-01-01Z', period => 'spring')$$), '^22P02 \| invalid period', 'an unknown period');
SELECT is(pg_temp.error_of(format(q, i)), format('22008 | invalid instant: %s | An instant is finite. | Leave the instant out to mean the present.', COALESCE(i, 'NULL')), format(q, i))
FROM unnest(ARRAY[$$SELECT * FROM bottleneck(%L, period => '2025')$$, $$SELECT * FROM buyer_view(at => %L)$$]) q, unnest('{infinity,NULL}'::text[]) i;
-- targets that cannot be read
CREATE FUNCTION pg_temp.error_of_targets(targets jsonb) RETURNS text LANGUAGE plpgsql AS
    $$BEGIN UPDATE setting SET value = targets WHERE key = 'step_targets'; RETURN pg_temp.error_of($q$SELECT * FROM bottleneck('2026-01-01Z', 'target')$q$); END$$;
SELECT is(pg_temp.error_of_targets(v), format('22023 | invalid step_targets: %s | The share of a target lies between 0 and 1, its days above 0, and its stage is one to which a step leads. | Correct the setting step_targets; such as {"mql": {"ratio": 0.5, "days": 7}}.', s), 'targets ' || v::text)
FROM (VALUES ('{"mql": {"ratio": "half"}}'::jsonb, 'mql {"ratio": "half"}'), ('{"mql": {"ratio": 50}}', 'mql {"ratio": 50}'), ('{"mql": {"days": -3}}', 'mql {"days": -3}'), ('{"mql": {"day": 7}}', 'mql {"day": 7}'),
    ('{"mql": 0.5}', 'mql 0.5'), ('{"mq": {"ratio": 0.5}}', 'mq {"ratio": 0.5}'), ('{"lead": {"ratio": 0.5}}', 'lead {"ratio": 0.5}'), ('[0.5]', '[0.5]')) b(v, s);
SELECT is(pg_temp.error_of_targets(v), 'no error', 'targets ' || v::text) FROM unnest(ARRAY['{}', '{"mql": {"ratio": 0}}', '{"mql": {"days": 7.5}, "customer": {"ratio": 1, "days": 1}}']::jsonb[]) v;
SELECT is(pg_temp.error_of($$SELECT * FROM bottleneck('2026-01-01Z')$$), 'no error', 'against the previous period none are read');
DELETE FROM setting WHERE key = 'funnel_steps';
SELECT is(pg_temp.error_of($$SELECT * FROM bottleneck('2026-01-01Z')$$), '55000 | no path | The setting funnel_steps, which names its stages, is not there. | Enter it into table setting, as in ["lead", "mql", "customer"].', 'no path');
SELECT is(pg_temp.error_of($$SELECT * FROM path_mining(top => 0)$$), '22023 | invalid top: 0 | It is how many paths are given, 1 at least. | Leave it out for 20.', 'no paths at all');
SELECT is(pg_temp.error_of($$SELECT * FROM buyer_view('nobody')$$), 'P0002 | unknown lead: "nobody" | Table lead has no row with this key. | Insert the lead first, or load it by align_load.', 'an unknown lead');
SELECT is(pg_temp.error_of($$SELECT * FROM buyer_view(silent => '0')$$), '22023 | invalid silent: 00:00:00 | It is how long nobody may be heard of without its being a gap, above 0. | Leave it out for 30 days.', 'silence of no time');
SELECT is(pg_temp.error_of($$SELECT * FROM buyer_view_by('owner')$$), '22023 | invalid grouping: "owner" | Leads are grouped by segment, source or the stage in which they are. | Write ''segment''.', 'an unknown grouping');
SELECT is(pg_temp.error_of($$SELECT * FROM momentum(periods => 0)$$), '22023 | invalid periods: 0 | It is how many periods are given, the last one included: 1 to 1000. | Leave it out for 8.', 'no periods');
SELECT * FROM finish();
ROLLBACK;
