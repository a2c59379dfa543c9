\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(189);

-- What a query says after some statements, which are then undone.
CREATE FUNCTION pg_temp.after(change text, question text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    EXECUTE change;
    EXECUTE question INTO answer;
    RAISE EXCEPTION USING ERRCODE = 'ZZ001', MESSAGE = COALESCE(answer, 'NULL');
EXCEPTION WHEN OTHERS THEN
    RETURN SQLERRM;
END $$;
CREATE FUNCTION pg_temp.scores(at timestamptz DEFAULT '2026-01-01Z') RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s %s', dimension, COALESCE(trim_scale(score_value)::text, '-')), ', ' ORDER BY dimension_order) FROM align.alignment(at) $$;
-- a dimension at 2026-01-01 after some statements: score and evidence
CREATE FUNCTION pg_temp.score_after(dimension text, change text) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.after($2, format('SELECT concat_ws('' n='', COALESCE(trim_scale(score_value)::text, ''-''), evidence_count) FROM align.dimension_%s(''2026-01-01Z'')', $1)) $$;
CREATE FUNCTION pg_temp.causes_after(change text) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.after($1, $q$SELECT string_agg(cause, ' | ' ORDER BY finding_order) FROM align.diagnose('2026-01-01Z')$q$) $$;

-- an empty database: nothing is measured, and said why; nothing is wrong
SELECT is(pg_temp.scores(now()), (SELECT string_agg(dimension || ' -', ', ' ORDER BY dimension_order) FROM alignment_dimensions()), 'empty: nothing is measured');
SELECT is_empty($$SELECT * FROM alignment('2026-01-01Z') WHERE reason_not_measured IS NULL OR next_action IS NULL OR look_at IS NULL OR finding IS NOT NULL OR cautious_value IS NOT NULL$$, '... and each says why, and what to do');
SELECT is((SELECT row_to_json(i)::text FROM alignment_index('2026-01-01Z') i), '{"index_value":null,"measured_ratio":0.000000,"evidence_count":null,"measured_count":0,"weights_version":0,"finding":"Nothing could be measured."}', '... nor is the index');
SELECT is_empty($$SELECT * FROM diagnose('2026-01-01Z') UNION ALL SELECT * FROM diagnose()$$, '... and nothing is found');
SELECT is_empty($$SELECT * FROM alignment_change('2025-01-01Z', '2026-01-01Z')$$, '... nor has anything changed');

SELECT is((SELECT count(score_value) || ' ' || count(reason_not_measured) FROM alignment(NULL)), '0 14', 'at no instant nothing is measured');
SELECT is(left(pg_temp.error_of($$SELECT * FROM alignment('infinity')$$), 51), '22008 | date out of range for a period: infinity | ', 'nor is there an end of time');
SELECT is(left(pg_temp.error_of('UPDATE alignment_weight SET weight = 1'), 5), '23514', 'the shipped weights stay');

-- a healthy company, by hand
INSERT INTO definition (name, version, rubric, created_at) SELECT n, 1, 'require size > 10', '2024-01-01Z' FROM unnest(array['icp', 'mql']) n;
INSERT INTO definition_signature (name, version, team, role, at) SELECT n, 1, t, t, '2024-01-02Z' FROM unnest(array['icp', 'mql']) n, unnest(array['marketing', 'sales']) t;
UPDATE definition SET in_force_at = '2024-01-02Z';
SELECT lives_ok($q$SELECT load_plan($${"items": [
    {"key": "M", "level": "mission", "title": "Plants win back hours", "team": "leadership"},
    {"key": "G", "level": "goal", "parent": "M", "title": "Grow", "outcome": "12 million", "team": "leadership", "period": "2026"},
    {"key": "S", "level": "strategy", "parent": "G", "title": "Meet", "team": "marketing", "period": "2026", "budget": 60, "effort": 6},
    {"key": "T", "level": "strategy", "parent": "G", "title": "Sell", "team": "sales", "period": "2026", "budget": 40, "effort": 4}]}$$)$q$, 'the plan');
INSERT INTO plan_version (version, period, body, sha256, published_at) SELECT 1, '2026', plan_body('2026'), plan_hash(plan_body('2026')), '2025-12-01Z';
INSERT INTO plan_signature (version, team, role, at) SELECT 1, t, t, '2025-12-02Z' FROM unnest(array['marketing', 'sales']) t;
UPDATE plan_version SET in_force_at = '2025-12-02Z';
INSERT INTO metric (key, title, kind, measures, grain, item, team) SELECT v.key, v.key, 'lagging', v.measures, 'month', i.id, 'sales'
FROM (VALUES ('revenue', 'outcome', 'G'), ('talks', 'outcome', 'S'), ('calls', 'activity', 'T')) v(key, measures, item) JOIN plan_item i ON i.key = v.item;
INSERT INTO metric_value (metric, period, value, at) SELECT id, '2025-11', 5, '2025-12-03Z' FROM metric;
INSERT INTO quota (period, team, metric, target) SELECT '2026', t, id, '>= 12' FROM unnest(array['marketing', 'sales']) t, metric WHERE key = 'revenue';
INSERT INTO incentive (period, team, metric, weight) SELECT '2026', t, id, 1 FROM unnest(array['marketing', 'sales']) t, metric WHERE key = 'revenue';
-- 100 leads in each of two quarters, in two segments: 60 mql, 48 sal within an hour, 30 sql, 20 opportunity, 10 customer
INSERT INTO lead (key, segment) SELECT 'L' || n, CASE n % 2 WHEN 0 THEN 'large' ELSE 'small' END FROM generate_series(0, 199) n;
INSERT INTO stage_event (lead, stage, at) SELECT l.id, s.stage::stage, CASE WHEN n < 100 THEN timestamptz '2025-07-01 08:00Z' ELSE '2025-10-01 08:00Z' END + n % 100 * interval '12 hours' + s.later
FROM lead l CROSS JOIN LATERAL (SELECT substr(l.key, 2)::int AS n) k
JOIN (VALUES ('lead', 100, interval '0'), ('mql', 60, '1 day'), ('sal', 48, '1 day 1 hour'), ('sql', 30, '2 days'), ('opportunity', 20, '3 days'), ('customer', 10, '13 days')) s(stage, reach, later) ON n % 100 < s.reach;
INSERT INTO verdict (lead, definition, version, team, qualified, at) SELECT l.id, 'mql', 1, t, substr(l.key, 2)::int % 100 < 30, '2025-12-20Z' FROM lead l, unnest(array['marketing', 'sales']) t WHERE substr(l.key, 2)::int % 100 < 60;
-- four reps, each of whom opens a deal every nine days for 18 months, wins every second one, and takes 18 to 22 days
INSERT INTO deal (key, owner, amount, outcome, opened_at, closed_at)
SELECT format('D%s-%s', o, n), 'rep ' || o, 1000, CASE WHEN closed_at > '2026-01-01Z' THEN 'open' WHEN n % 2 = 0 THEN 'won' ELSE 'lost' END, opened_at, CASE WHEN closed_at <= '2026-01-01Z' THEN closed_at END
FROM generate_series(1, 4) o, generate_series(0, 71) n, LATERAL (SELECT timestamptz '2024-04-01Z' + n * interval '9 days' AS opened_at) a,
    LATERAL (SELECT opened_at + (18 + (n / 2 + o) % 5) * interval '1 day' AS closed_at) b WHERE opened_at < '2026-01-01Z';
INSERT INTO calendar (key, title, time_zone, hours) VALUES ('always', 'Always', 'UTC', 'mon-sun 00:00-24:00');
INSERT INTO sla (key, from_stage, to_stage, giver, taker, within, calendar) VALUES ('take up', 'mql', 'sal', 'marketing', 'sales', '24 hours', 'always');
INSERT INTO stage_event (lead, stage, at, reason) SELECT l.id, 'disqualified', e.at + interval '2 hours', 'too small' FROM lead l JOIN stage_event e ON e.lead = l.id AND e.stage = 'mql' WHERE substr(l.key, 2)::int % 100 BETWEEN 48 AND 59;
INSERT INTO message (key, kind, team) VALUES ('promise', 'promise', 'marketing');
INSERT INTO message_version (message, version, body, required_terms, forbidden_terms, set_at) VALUES ('promise', 1, 'Plants win back machine hours', '{hours}', '{cheap}', '2024-01-01Z');
INSERT INTO asset (key, team, channel, title, body, message, published_at) SELECT t || n, t, 'mail', 'Plants', 'We win back hours for plants.', 'promise', '2025-11-01Z' FROM unnest(array['marketing', 'sales']) t, generate_series(1, 5) n;
UPDATE review_rule SET since_date = '2025-12-01' WHERE kind = 'weekly';
INSERT INTO review (kind, due, held_at, team) SELECT 'weekly', d, d + interval '9 hours', 'sales' FROM generate_series('2025-12-01', '2025-12-29', interval '7 days') d;
INSERT INTO spend (item, at, amount) SELECT id, '2026-01-01', 10 FROM plan_item WHERE key IN ('S', 'T');
ANALYZE;


SELECT is(pg_temp.scores(), (SELECT string_agg(dimension || ' 100', ', ' ORDER BY dimension_order) FROM alignment_dimensions()), 'a healthy company');
SELECT is_empty($$SELECT * FROM diagnose('2026-01-01Z')$$, '... in which nothing is found');
SELECT is_empty($$SELECT * FROM alignment('2026-01-01Z') WHERE finding IS NULL OR next_action IS NOT NULL OR reason_not_measured IS NOT NULL OR cautious_value >= 100$$, '... every dimension has its finding, and nothing to do');
CREATE FUNCTION pg_temp.runs(query text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN EXECUTE query; RETURN true; END $$;
SELECT is((SELECT count(*) FROM alignment('2026-01-01Z') WHERE pg_temp.runs(look_at)), 14::bigint, '... whose rows can be looked at');
CREATE TEMP TABLE said AS SELECT dimension, score_value, finding, look_at FROM alignment('2026-01-01Z');
SET timezone = 'America/New_York';
SET datestyle = 'German';
SELECT results_eq($$SELECT dimension, score_value, finding, look_at FROM alignment('2026-01-01Z')$$, 'TABLE said', '... and which read the same in every session');
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT is((SELECT concat_ws(' ', index_value, measured_ratio, measured_count, weights_version, finding) FROM alignment_index('2026-01-01Z')), '100 1.000000 14 0 100.0 of 100, by 14 of 14 dimensions with 100 % of the weight.', '... and the index');

-- each dimension by hand: score and evidence
-- a further version of the plan, as it then is, signed by both
CREATE FUNCTION pg_temp.published(version int DEFAULT 2, period text DEFAULT '2026', at timestamptz DEFAULT '2025-12-10Z', teams text[] DEFAULT '{marketing,sales}') RETURNS void LANGUAGE sql AS $$
    INSERT INTO align.plan_version (version, period, body, sha256, published_at) SELECT $1, $2::align.period, b, align.plan_hash(b), $3 FROM align.plan_body('2026') b;
    INSERT INTO align.plan_signature (version, team, role, at) SELECT $1, t, t, $3 FROM unnest($4) t;
    UPDATE align.plan_version v SET in_force_at = $3 WHERE v.version = $1 AND cardinality($4) = 2; $$;
SELECT is(pg_temp.score_after(dimension, change), expected, concat_ws(': ', dimension, why)) FROM (VALUES
    ('mission_link', '', '100 n=3', 'all linked'),
    ('mission_link', $$UPDATE plan_item SET parent = NULL WHERE key = 'T'; SELECT pg_temp.published()$$, '60 n=3', '60 of 100 in money, 6 of 10 days'),
    ('mission_link', $$UPDATE plan_item SET parent = NULL, effort = 0 WHERE key = 'T'; SELECT pg_temp.published()$$, '60 n=3', 'the lesser of money, 0.6, and effort, 1'),
    ('mission_link', $$UPDATE plan_item SET parent = NULL, budget = 0 WHERE key = 'T'; SELECT pg_temp.published()$$, '60 n=3', 'the lesser of money, 1, and effort, 0.6'),
    ('mission_link', $$UPDATE plan_item SET budget = NULL, effort = NULL; UPDATE plan_item SET parent = NULL WHERE key = 'T'; SELECT pg_temp.published()$$, '66.67 n=3', '2 of 3 items, where neither is given'),
    ('mission_link', $$UPDATE plan_item SET parent = NULL WHERE key = 'T'; INSERT INTO plan_support (item, supports) SELECT a.id, b.id FROM plan_item a, plan_item b WHERE a.key = 'T' AND b.key = 'S'; SELECT pg_temp.published()$$, '100 n=3', 'also by what it supports'),
    ('mission_link', $$UPDATE plan_item SET parent = NULL WHERE key = 'G'; SELECT pg_temp.published()$$, '0 n=3', 'none'),
    ('mission_link', $$UPDATE plan_item SET parent = NULL WHERE key = 'T'$$, '100 n=3', 'the live plan is not that of then'),
    ('one_goal', '', '100 n=2', 'one quota'),
    ('one_goal', $$INSERT INTO quota (period, team, metric, target) SELECT '2026', 'marketing', id, '>= 9' FROM metric WHERE key = 'calls'$$, '50 n=3', 'half of marketing''s is on an activity'),
    ('one_goal', $$UPDATE quota SET metric = (SELECT id FROM metric WHERE key = 'talks') WHERE team = 'marketing'$$, '0 n=2', 'two goals'),
    ('one_goal', $$DELETE FROM quota WHERE team = 'sales'$$, '- n=1', 'one team has none'),
    ('incentives', '', '100 n=2', 'the same pay'),
    ('incentives', $$UPDATE incentive SET weight = 0.3 WHERE team = 'marketing'$$, '30 n=2', 'the lesser weight'),
    ('incentives', $$UPDATE incentive SET metric = (SELECT id FROM metric WHERE key = 'calls') WHERE team = 'marketing'$$, '0 n=2', 'paid for an activity'),
    ('incentives', 'DELETE FROM incentive', '- n=0', 'no pay'),
    ('outcome_focus', '', '100 n=2', 'two outcomes, and an activity that is not counted'),
    ('outcome_focus', $$INSERT INTO metric (key, title, kind, measures, grain) VALUES ('posts', 'Posts', 'leading', 'activity', 'week')$$, '66.67 n=3', '2 of 2 + 1 loose'),
    ('outcome_focus', $$INSERT INTO metric (key, title, kind, measures, grain, item) SELECT 'plants', 'Plants', 'lagging', 'outcome', 'month', id FROM plan_item WHERE key = 'S'$$, '66.67 n=3', 'an outcome without a value is loose'),
    ('outcome_focus', $$INSERT INTO metric (key, title, kind, measures, grain, item) SELECT 'act' || n, 'Act', 'leading', 'activity', 'week', id FROM plan_item, generate_series(1, 20) n WHERE key = 'S'$$, '100 n=2', 'no number of activities changes it'),
    ('outcome_focus', 'UPDATE metric SET item = NULL', '0 n=3', 'all are loose'),
    ('outcome_focus', $$INSERT INTO metric_value (metric, period, value, at) SELECT id, '2026-12', 5, '2026-12-03Z' FROM metric$$, '100 n=2', 'values of later'),
    ('outcome_focus', $$UPDATE metric SET retired_at = '2025-12-30Z'$$, '- n=0', 'none is kept'),
    ('who_we_serve', '', '100 n=216', '120 of marketing, 96 of sales, half of each large'),
    -- p = (0.8, 0.2), q = (1, 0): (0.8 log2(0.8 / 0.9) + 0.2 log2(0.2 / 0.1) + log2(1 / 0.9)) / 2 = 0.108032; 1 - sqrt(0.108032) = 0.671319
    ('who_we_serve', $$UPDATE lead SET segment = CASE WHEN substr(key, 2)::int % 100 < 48 THEN 'large' ELSE 'small' END$$, '67.13 n=216', 'sales works the large alone'),
    ('who_we_serve', $$UPDATE setting SET value = '{"served": "none"}' WHERE key = 'alignment_definitions'$$, '50 n=216', 'halved while nothing is signed'),
    ('who_we_serve', $$UPDATE lead SET segment = CASE WHEN substr(key, 2)::int % 100 < 48 THEN 'large' ELSE 'small' END; DELETE FROM stage_event WHERE stage = 'mql' AND lead IN (SELECT id FROM lead WHERE segment = 'large');
        INSERT INTO stage_event (lead, stage, at) SELECT id, 'mql', '2025-12-01Z' FROM lead WHERE substr(key, 2)::int % 100 >= 60$$, '0 n=200', 'quite others: 24 + 80 against 96'),
    ('who_we_serve', $$DELETE FROM stage_event WHERE stage = 'mql' AND lead > (SELECT min(id) + 28 FROM lead)$$, '- n=125', '29 of marketing are too few'),
    ('lead_definition', '', '100 n=120', 'of one mind'),
    -- yes-yes 30, yes-no 30, no-no 60 of 120: observed 0.75, by chance 0.5 * 0.25 + 0.5 * 0.75 = 0.5; kappa 0.25 / 0.5
    ('lead_definition', $$INSERT INTO verdict (lead, definition, version, team, qualified, at) SELECT id, 'mql', 1, 'sales', false, '2025-12-21Z' FROM lead WHERE substr(key, 2)::int < 30$$, '50 n=120', 'kappa 0.5 by the last word'),
    ('lead_definition', $$INSERT INTO verdict (lead, definition, version, team, qualified, at) SELECT lead, 'mql', 1, 'sales', NOT qualified, '2025-12-21Z' FROM verdict WHERE team = 'sales'$$, '0 n=120', 'below chance is 0'),
    ('lead_definition', $$UPDATE setting SET value = '{"lead": "none"}' WHERE key = 'alignment_definitions'$$, '- n=0', 'nobody judged by that one'),
    ('lead_definition', $$UPDATE verdict SET definition = 'sql', version = NULL; UPDATE setting SET value = '{"lead": "sql"}' WHERE key = 'alignment_definitions'$$, '50 n=120', 'halved while nothing is signed'),
    ('lead_definition', $$UPDATE verdict SET qualified = true$$, '- n=120', 'always the same word tells nothing'),
    ('message', '', '100 n=10', 'all on message'),
    ('message', $$UPDATE asset SET body = body || ' Cheap!' WHERE key IN ('sales1', 'sales2')$$, '80 n=10', 'mean of 1 and 3 of 5: two say what is forbidden'),
    ('message', $$UPDATE asset SET message = NULL WHERE key = 'sales1'$$, '90 n=10', 'mean of 1 and 4 of 5: one carries nothing'),
    ('message', $$UPDATE asset SET body = 'Plants win.' WHERE team = 'sales'$$, '50 n=10', 'mean of 1 and 0: a required term is missing'),
    ('message', 'UPDATE asset SET message = NULL', '0 n=10', 'none'),
    ('message', $$UPDATE asset SET published_at = '2024-01-01Z' WHERE team = 'sales'$$, '- n=5', 'a team that says nothing'),
    ('process', $$UPDATE deal SET outcome = CASE owner WHEN 'rep 1' THEN 'won' ELSE 'lost' END WHERE outcome <> 'open'$$, '0 n=162', 'one wins all, the others nothing'),
    ('process', 'UPDATE deal SET owner = NULL', '- n=0', 'nobody to compare'),
    -- given since 2025-10-03 00:00: leads 102 to 159
    ('handoff', '', '100 n=58', 'all in time'),
    ('handoff', $$UPDATE sla SET within = '90 minutes'$$, '79.31 n=58', '46 after one hour, 12 refused after two: 46 of 58'),
    ('handoff', $$UPDATE sla SET within = '30 minutes'$$, '0 n=58', 'all late'),
    ('handoff', $$INSERT INTO sla (key, from_stage, to_stage, giver, taker, within, calendar) VALUES ('second', 'mql', 'sal', 'marketing', 'sales', '40 hours', 'always'); UPDATE sla SET within = '90 minutes' WHERE key = 'take up'$$, '79.31 n=58', 'a further agreement that is kept does not raise it'),
    ('handoff', 'DELETE FROM sla', '- n=0', 'nothing is agreed'),
    ('momentum', 'DELETE FROM deal', '- n=0', 'no deal'),
    ('written_plan', '', '100 n=4', 'signed, and as it was'),
    ('written_plan', $$UPDATE plan_item SET title = 'Call' WHERE key = 'T'; INSERT INTO plan_version (version, period, body, sha256, published_at) SELECT 2, '2026', b, plan_hash(b), '2025-12-20Z' FROM plan_body('2026') b$$, '75 n=4', '3 of 4 items are as they were'),
    ('written_plan', $$UPDATE plan_item SET title = title || '!'; INSERT INTO plan_version (version, period, body, sha256, published_at) SELECT 2, '2026', b, plan_hash(b), '2025-12-20Z' FROM plan_body('2026') b$$, '0 n=4', 'none is'),
    ('cadence', '', '100 n=5', 'five of five'),
    ('cadence', $$DELETE FROM review WHERE due = '2025-12-15'$$, '80 n=5', 'four of five'),
    ('cadence', $$DELETE FROM review WHERE due = '2025-12-15'; UPDATE review_rule SET since_date = '2025-10-01' WHERE kind = 'quarterly'; INSERT INTO review (kind, due, held_at) VALUES ('quarterly', '2025-12-31', '2025-12-31Z')$$, '80 n=5', 'another kind that is kept does not raise it'),
    ('cadence', $$INSERT INTO review (kind, due, held_at) VALUES ('weekly', '2025-12-02', '2025-12-02Z'), ('weekly', '2025-12-03', '2025-12-03Z'); DELETE FROM review WHERE due = '2025-12-15'$$, '80 n=5', 'nor do more reviews than were due'),
    ('cadence', 'DELETE FROM review', '0 n=5', 'none'),
    ('cadence', 'DELETE FROM review; UPDATE review_rule SET since_date = NULL', '- n=0', 'none was promised'),
    ('focus', '', '100 n=2', 'as planned'),
    ('focus', $$INSERT INTO spend (at, amount) VALUES ('2026-01-01', 80)$$, '20 n=3', '20 of 100 were planned'),
    ('focus', $$INSERT INTO spend (at, amount, item) SELECT '2026-01-01', 90, id FROM plan_item WHERE key = 'S'$$, '63.64 n=3', '60 of 100 for S and 10 of 10 for T'),
    ('focus', 'UPDATE spend SET item = NULL', '0 n=2', 'nothing was planned'),
    ('focus', 'UPDATE plan_item SET budget = NULL', '- n=2', 'there is no budget'),
    ('focus', 'DELETE FROM spend', '- n=0', 'nothing was spent'),
    -- 12 of 50
    ('focus', $$UPDATE plan_item SET period = '2025', budget = CASE key WHEN 'S' THEN 12 END WHERE period IS NOT NULL; UPDATE spend SET at = '2025-12-20', amount = 50 WHERE item = (SELECT id FROM plan_item WHERE key = 'S'); DELETE FROM spend WHERE at >= '2026-01-01'$$, '24 n=1', 'the year before, as long as nothing is spent in this'),
    ('steadiness', '', '100 n=1', 'never changed'),
    -- 731 days are 2.001369 years: 2.001369 / 3.001369
    ('steadiness', $$INSERT INTO message_version (message, version, body, set_at) VALUES ('promise', 2, 'Plants win hours', '2025-02-01Z')$$, '66.68 n=1', 'one change in two years'),
    ('steadiness', $$UPDATE message_version SET set_at = '2025-06-01Z'$$, '- n=1', 'not a year old'),
    ('steadiness', $$UPDATE message_version SET retired_at = '2025-12-01Z'$$, '- n=0', 'retired')) t(dimension, change, expected, why);
-- by their own parts
SELECT is(pg_temp.after($$UPDATE deal SET amount = 500 WHERE closed_at >= '2025-10-01Z'$$, $$SELECT (s.score_value = round(100 * q.v, 2) AND q.v < 0.9)::text FROM dimension_momentum('2026-01-01Z') s,
    (SELECT max(velocity_amount) FILTER (WHERE momentum_period = '2025-Q4') / exp(avg(ln(velocity_amount)) FILTER (WHERE momentum_period <> '2025-Q4')) AS v FROM momentum(NULL, 5, '2026-01-01Z')) q$$), 'true',
    'momentum: the velocity over its geometric mean before');
SELECT is(pg_temp.after($$UPDATE deal SET outcome = 'won' WHERE owner = 'rep 1' AND outcome = 'lost' AND right(key, 1) IN ('1', '3', '5')$$,
    $$SELECT (d.score_value = round(least(min(r.repeatability)), 2) AND d.score_value < 100)::text FROM dimension_process('2026-01-01Z') d, repeatability('2026-01-01Z', '2025-01-01Z') r GROUP BY d.score_value$$), 'true', 'process: the lesser of both repeatabilities');
SELECT is(pg_temp.after($$SELECT pg_temp.published(9, '2025', '2025-02-01Z', '{marketing}')$$, $$SELECT concat(score_value, ' ', finding) FROM dimension_written_plan('2025-06-01Z')$$),
    '50.00 The plan of 2025 (version 9, 4 items) is not signed by sales; 0 items have changed since.', 'written_plan: one of two signed');
SELECT is(pg_temp.after($$SELECT pg_temp.published(9, '2025', '2025-02-01Z', '{}')$$, $$SELECT score_value FROM dimension_written_plan('2025-06-01Z')$$), '0.00', 'written_plan: nobody signed');
SELECT is(pg_temp.after($$UPDATE plan_item SET period = NULL; UPDATE plan_item SET parent = NULL WHERE key = 'T'$$, $$SELECT score_value FROM dimension_mission_link('9999-01-01Z')$$), '60.00', 'mission_link: of the live plan at the present');

-- more of the good thing never lowers a score: steps from worse to better
CREATE FUNCTION pg_temp.climbs(dimension text, change text, steps text[]) RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN bool_and(s >= before IS NOT FALSE) AND max(s) > min(s) AND count(s) = cardinality($3) THEN 'climbs' ELSE string_agg(s::text, ', ' ORDER BY n) END FROM (
        SELECT n, s, lag(s) OVER (ORDER BY n) AS before FROM (
            SELECT n, split_part(pg_temp.score_after($1, replace($2, '{}', v)), ' ', 1)::numeric AS s FROM unnest($3) WITH ORDINALITY t(v, n)) u) w $$;
SELECT is(pg_temp.climbs(dimension, change, steps), 'climbs', dimension || ' climbs') FROM (VALUES
    ('mission_link', $$UPDATE plan_item SET parent = NULL, budget = {} WHERE key = 'T'; SELECT pg_temp.published()$$, '{400,200,100,40}'::text[]),
    ('one_goal', $$INSERT INTO quota (period, team, metric, target, weight) SELECT '2026', 'marketing', id, '>= 9', {} FROM metric WHERE key = 'calls'$$, '{9,5,2,1,0.1}'),
    ('incentives', $$UPDATE incentive SET weight = {} WHERE team = 'marketing'$$, '{0.1,0.4,0.7,0.9,1}'),
    ('outcome_focus', $$INSERT INTO metric (key, title, kind, measures, grain) SELECT 'p' || n, 'P', 'leading', 'activity', 'week' FROM generate_series(1, {}) n$$, '{9,5,3,1,0}'),
    ('who_we_serve', $$UPDATE lead SET segment = CASE WHEN substr(key, 2)::int % 100 < {} THEN 'large' ELSE 'small' END$$, '{48,40,30,20,10,1}'),
    ('lead_definition', $$INSERT INTO verdict (lead, definition, version, team, qualified, at) SELECT id, 'mql', 1, 'sales', false, '2025-12-21Z' FROM lead WHERE substr(key, 2)::int < {}$$, '{30,25,15,5,0}'),
    ('message', $$UPDATE asset SET message = NULL WHERE key <= 'sales{}' AND team = 'sales'$$, '{5,4,3,2,1,0}'),
    ('process', $$UPDATE deal SET outcome = 'won' WHERE owner = 'rep 1' AND outcome = 'lost' AND right(key, 1)::int <= {}$$, '{9,7,5,3,1}'),
    ('handoff', $$UPDATE sla SET within = '{} minutes'$$, '{30,60,90,150}'),
    ('momentum', $$UPDATE deal SET amount = {} WHERE closed_at >= '2025-10-01Z'$$, '{100,400,800,1000,2000}'),
    ('written_plan', $$UPDATE plan_item SET title = 'X' || title WHERE id < (SELECT min(id) + {} FROM plan_item); INSERT INTO plan_version (version, period, body, sha256, published_at) SELECT 2, '2026', b, plan_hash(b), '2025-12-20Z' FROM plan_body('2026') b$$, '{4,3,2,1,0}'),
    ('cadence', $$DELETE FROM review WHERE due < '2025-12-01'::date + 7 * {}$$, '{5,4,3,2,1,0}'),
    ('focus', $$INSERT INTO spend (at, amount) VALUES ('2026-01-01', {})$$, '{900,80,20,5,1}'),
    ('steadiness', $$INSERT INTO message_version (message, version, body, set_at) SELECT 'promise', 1 + n, 'Plants win hours', '2025-02-01Z'::timestamptz + n * interval '1 day' FROM generate_series(1, {}) n$$, '{9,5,2,1,0}')) t(dimension, change, steps);

-- planted faults
CREATE TEMP TABLE fault (n int, cause text, change text);
INSERT INTO fault VALUES
    (1, 'work that serves no mission', $$UPDATE plan_item SET parent = NULL WHERE key = 'T'; SELECT pg_temp.published()$$),
    (2, 'two revenue goals', $$UPDATE quota SET metric = (SELECT id FROM metric WHERE key = 'talks') WHERE team = 'marketing'$$),
    (3, 'clashing incentives', $$UPDATE incentive SET metric = (SELECT id FROM metric WHERE key = 'calls') WHERE team = 'marketing'$$),
    (4, 'orphan spending', $$INSERT INTO spend (at, amount) VALUES ('2026-01-01', 80)$$),
    (5, 'measures that lead to no outcome', $$INSERT INTO metric (key, title, kind, measures, grain) SELECT 'p' || n, 'P', 'leading', 'activity', 'week' FROM generate_series(1, 9) n$$),
    (6, 'each team works other customers', $$UPDATE lead SET segment = CASE WHEN substr(key, 2)::int % 100 < 48 THEN 'large' ELSE 'small' END; INSERT INTO stage_event (lead, stage, at) SELECT l.id, 'mql', e.at + interval '1 day' FROM lead l JOIN stage_event e ON e.lead = l.id AND e.stage = 'lead' WHERE substr(l.key, 2)::int % 100 >= 60;
        INSERT INTO stage_event (lead, stage, at) SELECT l.id, 'disqualified', e.at + interval '26 hours' FROM lead l JOIN stage_event e ON e.lead = l.id AND e.stage = 'lead' WHERE substr(l.key, 2)::int % 100 >= 60$$),
    (7, 'each team calls other leads qualified', $$INSERT INTO verdict (lead, definition, version, team, qualified, at) SELECT lead, 'mql', 1, 'sales', NOT qualified, '2025-12-21Z' FROM verdict WHERE team = 'sales'$$),
    (8, 'no signed definition "ideal"', $$UPDATE setting SET value = value || '{"served": "ideal"}' WHERE key = 'alignment_definitions'$$),
    (9, 'the teams do not say what was agreed', $$UPDATE asset SET message = NULL$$),
    (10, 'selling hangs on persons', $$UPDATE deal SET outcome = 'lost' WHERE owner IN ('rep 1', 'rep 3') AND outcome = 'won'; UPDATE deal SET outcome = 'won' WHERE owner IN ('rep 2', 'rep 4') AND outcome = 'lost'$$),
    (11, 'leads are not taken up', $$UPDATE sla SET within = '30 minutes'$$),
    (12, 'the pipeline slows', $$UPDATE deal SET amount = 300 WHERE closed_at >= '2025-10-01Z'$$),
    (13, 'the plan is not signed, or not kept', $$UPDATE plan_item SET title = title || '!'; INSERT INTO plan_version (version, period, body, sha256, published_at) SELECT 3, '2026', b, plan_hash(b), '2025-12-20Z' FROM plan_body('2026') b$$),
    (14, 'promised reviews are not held', 'DELETE FROM review'),
    (15, 'the messages do not last', $$INSERT INTO message_version (message, version, body, required_terms, set_at) SELECT 'promise', 1 + n, 'Plants win hours', '{hours}', '2025-02-01Z'::timestamptz + n * interval '1 day' FROM generate_series(1, 9) n$$),
    (16, 'a goal of one team', $$UPDATE plan_item SET team = 'sales' WHERE key = 'G'$$),
    (17, 'the step from lead to mql loses leads', $$DELETE FROM stage_event WHERE stage <> 'lead' AND lead IN (SELECT id FROM lead WHERE substr(key, 2)::int BETWEEN 135 AND 159)$$);
SELECT is(pg_temp.causes_after(change), cause, 'alone: ' || cause) FROM fault ORDER BY n;
-- in pairs: both are found, first and second (a fifth of all pairs, for time; 6 and 8 are of one dimension)
SELECT is((SELECT string_agg(concat_ws(' + ', cause, other) || ' = ' || found, E'\n') FROM (
        SELECT a.cause, b.cause AS other, pg_temp.causes_after(a.change || ';' || b.change) AS found FROM fault a JOIN fault b ON b.n > a.n WHERE (a.n, b.n) <> (6, 8) AND (a.n + b.n) % 5 = 0 OFFSET 0) t
    WHERE NOT array[cause, other] <@ (string_to_array(found, ' | '))[1:2]), NULL, 'in pairs: every two are found, first and second');

-- a definition that nobody signed and teams that differ are two findings, each with its own words and step
SELECT is(pg_temp.after((SELECT string_agg(change, ';' ORDER BY n) FROM fault WHERE n IN (6, 8)), $$SELECT string_agg(concat_ws(': ', cause, CASE WHEN cause LIKE 'no signed%' THEN finding END, next_step), E'\n' ORDER BY cause) FROM diagnose('2026-01-01Z') WHERE area = 'who'$$),
    E'each team works other customers: Agree in which segments marketing stops or sales starts.\nno signed definition "ideal": No version of "ideal" is signed by both teams.: Write down whom you serve by propose_definition(''ideal'', ...), and have both teams sign it.', 'not signed, and not alike');

-- cost: what can be said in money comes first, with its assumption
SELECT is(pg_temp.after((SELECT string_agg(change, ';' ORDER BY n) FROM fault WHERE n IN (2, 4, 14)), $$SELECT string_agg(concat_ws(', ', finding_order, cause, cost_amount, assumption), E'\n' ORDER BY finding_order) FROM diagnose('2026-01-01Z')$$),
    E'1, orphan spending, 80, All that was spent outside of the plan is lost to it.\n2, two revenue goals\n3, promised reviews are not held', 'cost of orphan spending; what follows comes last');
SELECT is(pg_temp.after((SELECT change FROM fault WHERE n = 1) || $$; UPDATE plan_item SET title = title WHERE key = 'T'$$, $$SELECT concat_ws(', ', cost_amount, assumption) FROM diagnose('2026-01-01Z')$$), '40, All that is budgeted for it in the live plan is lost to the mission.', 'cost of orphan work');
-- 58 late; of 120 mqls of the year 20 became customers; a win is worth 1000: 58 * 20 / 120 = 9.67
SELECT is(pg_temp.after((SELECT change FROM fault WHERE n = 11), $$SELECT concat_ws(', ', cost_amount, cost_customer_count, assumption) FROM diagnose('2026-01-01Z')$$),
    '9667, 9.7, The 58 handoffs of 90 days that were late or leaked are lost; else they had become customers as often as the mqls of the year (16.7 %), at the mean amount won.', 'cost of late handoffs');
SELECT is(pg_temp.after((SELECT change FROM fault WHERE n = 12), $$SELECT (cost_amount = (SELECT round(velocity_amount * (100 / score_value - 1) * 91) FROM momentum(NULL, 1, '2026-01-01Z'), dimension_momentum('2026-01-01Z')))::text FROM diagnose('2026-01-01Z')$$), 'true', 'cost of a slow pipeline');
SELECT is(pg_temp.after((SELECT change FROM fault WHERE n = 10), $$SELECT (cost_amount = 1000 * cost_customer_count AND cost_customer_count > 30)::text FROM diagnose('2026-01-01Z')$$), 'true', 'cost of a process that hangs on persons');
SELECT is(pg_temp.after((SELECT change FROM fault WHERE n = 17), $$SELECT (d.cost_amount = b.lost_amount AND d.cost_customer_count = b.lost_customer_count AND d.finding = b.finding)::text FROM diagnose('2026-01-01Z') d, bottleneck('2026-01-01Z') b WHERE b.bottleneck_order = 1$$), 'true', 'cost of a step that loses');
SELECT ok(pg_temp.after((SELECT string_agg(change, ';' ORDER BY n) FROM fault WHERE n NOT IN (6, 12)), $$SELECT bool_and(pg_temp.runs(look_at) AND next_step <> '')::text FROM diagnose('2026-01-01Z')$$)::boolean, 'the rows of each can be looked at');
SELECT pg_temp.after((SELECT string_agg(change, ';' ORDER BY n) FROM fault WHERE n NOT IN (6, 12)), $$SELECT string_agg(concat_ws(' ', cause, finding, look_at), chr(10)) FROM diagnose('2026-01-01Z')$$) AS diagnosis \gset
SET timezone = 'America/New_York';
SET datestyle = 'German';
SELECT is(pg_temp.after((SELECT string_agg(change, ';' ORDER BY n) FROM fault WHERE n NOT IN (6, 12)), $$SELECT string_agg(concat_ws(' ', cause, finding, look_at), chr(10)) FROM diagnose('2026-01-01Z')$$), :'diagnosis', 'in every session the same');
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT is(pg_temp.after('', $$SELECT string_agg(cause, ', ' ORDER BY finding_order) FROM diagnose('2024-01-01Z')$$), 'no signed plan', 'as known earlier: before anything was signed or published');

-- the sentences: numbers as people write them, one of a thing in the singular, and nothing to do where all is well
SELECT is(pg_temp.after(change, format('SELECT %s FROM dimension_%s(''2026-01-01Z'')', part, dimension)), expected, concat_ws(': ', 'in words', dimension, part)) FROM (VALUES
    ('one_goal', 'finding', '', '100.0 % of both quotas of 2026 sit on the same outcomes (revenue): marketing is measured by 1 metric, sales by 1.'),
    ('one_goal', 'right(finding, 47)', $$INSERT INTO quota (period, team, metric, target) SELECT '2026', 'marketing', id, '>= 9' FROM metric WHERE key = 'calls'$$, 'marketing is measured by 2 metrics, sales by 1.'),
    ('momentum', 'finding', 'UPDATE deal SET amount = 1000 * amount', 'The pipeline of 2025-Q4 moved 268,293 a day, against 201,209 in the mean of 4 quarters before (20 deals won; a quarter was foretold by the one before within 1 %).'),
    ('momentum', 'next_action', $$UPDATE deal SET amount = 300 WHERE closed_at >= '2025-10-01Z'$$, 'Mend what fell furthest behind the quarters before: the amount of a won deal.'),
    ('focus', 'finding', $$INSERT INTO spend (at, amount) VALUES ('2026-01-01', 1234567)$$, 'Of 1,234,587 spent in 2026 so far, 0.0 % is what was planned; 1,234,567 is for nothing in the plan, and 0 above the budget of its item.'),
    ('written_plan', 'finding', $$UPDATE plan_item SET title = 'Call' WHERE key = 'T'; INSERT INTO plan_version (version, period, body, sha256, published_at) SELECT 2, '2026', b, plan_hash(b), '2025-12-20Z' FROM plan_body('2026') b$$, 'The plan of 2026 (version 1, 4 items) is signed by all; 1 item has changed since.'),
    ('steadiness', 'finding', $$INSERT INTO message_version (message, version, body, set_at) VALUES ('promise', 2, 'Plants win hours', '2025-02-01Z')$$, '1 message in force was changed 1 time in 2.0 years together.'),
    ('handoff', 'finding', $$UPDATE sla SET within = '90 minutes'; DELETE FROM stage_event WHERE stage = 'sal' AND lead = (SELECT id FROM lead WHERE key = 'L147'); DELETE FROM stage_event WHERE stage > 'sal' AND lead = (SELECT id FROM lead WHERE key = 'L147')$$, 'Of 58 handoffs of 90 days under "take up", the agreement kept least, 77.6 % were settled in time; 1 waits past due, 0 leaked.'),
    ('handoff', 'next_action', $$UPDATE sla SET within = '90 minutes'$$, 'Change what makes leads wait: who is told, and who takes them when the first is away.'),
    ('handoff', 'next_action', $$UPDATE sla SET since_at = '2025-12-31Z'$$, 'Record by advance when a lead is handed over, and when it is taken up.'),
    -- yes-yes 54, yes-no 6, no-no 60 of 120: observed 0.95, by chance 0.5 * 0.45 + 0.5 * 0.55 = 0.5; kappa 0.45 / 0.5
    ('lead_definition', 'concat_ws('' '', score_value, next_action)', $$INSERT INTO verdict (lead, definition, version, team, qualified, at) SELECT id, 'mql', 1, 'sales', false, '2025-12-21Z' FROM lead WHERE substr(key, 2)::int % 100 < 3$$, '90.00'),
    ('lead_definition', 'next_action', $$INSERT INTO verdict (lead, definition, version, team, qualified, at) SELECT id, 'mql', 1, 'sales', false, '2025-12-21Z' FROM lead WHERE substr(key, 2)::int < 30$$, 'Sit down over the most telling disagreements, and propose the next version.'),
    ('who_we_serve', '(score_value BETWEEN 80 AND 99.99 AND next_action IS NULL)::text', $$UPDATE lead SET segment = 'large' WHERE key = 'L51'$$, 'true'),
    ('who_we_serve', 'next_action', $$UPDATE lead SET segment = CASE WHEN substr(key, 2)::int % 100 < 48 THEN 'large' ELSE 'small' END$$, 'Agree in which segments marketing stops or sales starts.')) t(dimension, part, change, expected);
SELECT is(pg_temp.after((SELECT change FROM fault WHERE n = 17) || $$; UPDATE deal SET amount = 20000 * amount$$, $$SELECT concat_ws(E'\n', finding, next_step) FROM diagnose('2026-01-01Z')$$),
    E'35.0 % of 100 leads pass within 90 days, against 60.0 % (2025-Q3): 25 leads and 7.1 customers lost, worth 142,857,143.\nTake ten leads that went no further than lead, and ask who worked them what is done otherwise than in 2025-Q3: no segment or source stands out.', 'in words: a step that loses');

-- the change of the index, exactly
CREATE FUNCTION pg_temp.change_after(change text, from_at timestamptz, to_at timestamptz) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.after($1, format($q$SELECT concat_ws(' | ', (SELECT string_agg(concat_ws(' ', c.part, c.dimension, c.score_before, c.score_after, c.index_change), ', ' ORDER BY c.change_order) FROM align.alignment_change(%1$L, %2$L) c),
        abs((SELECT sum(c.index_change) FROM align.alignment_change(%1$L, %2$L) c) - ((SELECT index_value FROM align.alignment_index(%2$L)) - (SELECT index_value FROM align.alignment_index(%1$L)))) < 0.0001)$q$, from_at, to_at)) $$;
SELECT is(pg_temp.change_after($$INSERT INTO spend (at, amount, item) VALUES ('2026-01-02', 80, NULL)$$, '2026-01-01Z', '2026-01-02Z'), 'score focus 100.00 20.00 -5.8569 | t', 'one dimension: 100 * 0.2 ^ 0.0375 - 100');
SELECT is(pg_temp.change_after((SELECT string_agg(change, ';' ORDER BY n) FROM fault WHERE n IN (2, 7, 9, 11, 14)), '2025-10-01Z', '2026-01-01Z') LIKE '%| t', true, 'many faults, other dimensions measured at each end: the rows add up');
SELECT is(pg_temp.change_after('', '2024-06-01Z', '2026-01-01Z') LIKE '%newly measured%| t', true, 'newly measured: the rows add up');
SELECT is(pg_temp.change_after('', '2026-01-01Z', '2026-12-31Z') LIKE '%no longer measured%| t', true, 'no longer measured: the rows add up');

-- history: as it was known then
-- in 2025 nothing was planned, held to, paid for or spent: 1 - 3 * 0.1 - 2 * 0.0375 of the weight
SELECT is((SELECT string_agg(concat_ws(' ', period, at, trim_scale(round(score_value, 2)), trim_scale(weight_ratio)), ', ' ORDER BY at) FROM alignment_history('2025-09-01', '2025-12-31') WHERE is_total),
    '2025-Q3 2025-09-30 23:59:59.999999+00 98.96 0.3375, 2025-Q4 2025-12-31 23:59:59.999999+00 100 0.625', 'the history of the index, at the last instant of each quarter');
SELECT is((SELECT count(*) || ' ' || count(DISTINCT dimension) FROM alignment_history('2025-09-01', '2025-12-31', 'month')), '60 14', 'a row per month and dimension, and one for the index');
SELECT is_empty($$SELECT h.dimension FROM alignment_history('2025-12-01', '2025-12-01', 'month') h
    JOIN LATERAL alignment(CASE WHEN h.dimension IN ('momentum', 'cadence') THEN timestamptz '2026-01-01Z' ELSE h.at END) a ON a.dimension = h.dimension
    WHERE (h.score_value, h.evidence_count, h.weight_ratio, h.reason_not_measured) IS DISTINCT FROM (a.score_value, a.evidence_count, a.weight_ratio, a.reason_not_measured)$$, 'as alignment says of that instant');
-- a dimension at the end of 2025 and of the month after it, once other things held in 2025
CREATE FUNCTION pg_temp.history_after(dimension text, change text) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.after($2, format('SELECT string_agg(concat_ws('' '', period, COALESCE(trim_scale(score_value)::text, ''-'')), '', '' ORDER BY at) FROM alignment_history(''2025-12-31'', ''2026-01-01'', ''month'') WHERE dimension = %L', $1)) $$;
SELECT is(pg_temp.history_after(dimension, change), expected, concat_ws(': ', 'a year by its own', dimension)) FROM (VALUES
    ('one_goal', $$INSERT INTO quota (period, team, metric, target) SELECT '2025', t, m.id, '>= 12' FROM (VALUES ('marketing', 'talks'), ('sales', 'revenue')) q(t, key) JOIN metric m ON m.key = q.key$$, '2025-12 0, 2026-01 100'),
    ('incentives', $$INSERT INTO incentive (period, team, metric, weight) SELECT '2025', t, m.id, w FROM (VALUES ('marketing', 'revenue', 0.3), ('marketing', 'calls', 0.7), ('sales', 'revenue', 1)) q(t, key, w) JOIN metric m ON m.key = q.key$$, '2025-12 30, 2026-01 100'),
    ('mission_link', $$UPDATE plan_item SET parent = NULL, period = '2025' WHERE key = 'T'; INSERT INTO plan_version (version, period, body, sha256, published_at) SELECT 2, '2025', b, plan_hash(b), '2025-12-10Z' FROM plan_body('2025') b$$, '2025-12 0, 2026-01 100'),
    ('written_plan', $$SELECT pg_temp.published(2, '2025', '2025-12-10Z', '{sales}')$$, '2025-12 50, 2026-01 100'),
    ('focus', $$UPDATE plan_item SET period = '2025..2026' WHERE key = 'G'; INSERT INTO budget_line (item, period, category, amount) SELECT id, y::period, 'media', 30 FROM plan_item, unnest('{2025,2026}'::text[]) y WHERE key = 'S'; INSERT INTO spend (at, amount, item) SELECT '2025-12-20', 120, id FROM plan_item WHERE key = 'S'$$, '2025-12 25, 2026-01 100')) t(dimension, change, expected);
SELECT is(pg_temp.after($$UPDATE deal SET amount = 400 WHERE closed_at >= '2025-10-01Z'$$, $$SELECT ((SELECT score_value FROM alignment_history('2025-12-31', '2025-12-31') WHERE dimension = 'momentum') = score_value AND score_value < 60)::text FROM dimension_momentum('2026-01-01Z')$$), 'true', 'a quarter counts as over: its momentum is its own');
SELECT is(pg_temp.history_after('cadence', $$UPDATE review_rule SET since_date = '2025-10-01' WHERE kind = 'quarterly'; DELETE FROM review WHERE kind = 'weekly'; UPDATE review_rule SET since_date = NULL WHERE kind = 'weekly'$$), '2025-12 0, 2026-01 0', '... and a review that was due on its last day');
SELECT is(pg_temp.after($$INSERT INTO verdict (lead, definition, version, team, qualified, at) SELECT lead, 'mql', 1, 'sales', NOT qualified, '2026-01-05Z' FROM verdict WHERE team = 'sales'; INSERT INTO spend (at, amount) VALUES ('2026-01-02', 80);
    INSERT INTO message_version (message, version, body, set_at) VALUES ('promise', 2, 'Cheap', '2026-01-02Z'); UPDATE asset SET body = body; INSERT INTO asset (key, team, channel, title, body, published_at) VALUES ('new', 'sales', 'mail', 'x', 'x', '2026-01-02Z');
    UPDATE plan_item SET title = title || '!' WHERE key = 'T'; INSERT INTO plan_version (version, period, body, sha256, published_at) SELECT 2, '2026', b, plan_hash(b), '2026-01-02Z' FROM plan_body('2026') b;
    UPDATE metric SET retired_at = '2026-01-03Z'; SELECT pg_temp.published(3, '2026', '2026-01-03Z'); INSERT INTO stage_event (lead, stage, at) SELECT id, 'recycled', '2026-01-02Z' FROM lead; UPDATE review SET held_at = '2026-02-01Z' WHERE due = '2025-12-29'$$,
    'SELECT pg_temp.scores()'), replace((SELECT pg_temp.scores()), 'cadence 100', 'cadence 80'), 'what came later changes nothing; a review that was held later was not held');
SELECT is(pg_temp.error_of(format('SELECT * FROM alignment_history(%s)', a)), e, a) FROM (VALUES
    ($$'2025-12-31', '2025-01-01'$$, '22023 | invalid history: 2025-12-31 to 2025-01-01 | It ends before it begins. | Write the earlier day first.'),
    ($$'2000-01-01', '2025-01-01', 'week'$$, '22023 | invalid history: 2000-01-01 to 2025-01-01 | It has 1306 periods; 520 are the most. | Ask for a coarser grain, or a shorter time.')) t(a, e);

-- weights: 0.4 of structure, 0.3 of clarity, 0.15 each of flow and discipline
SELECT is((SELECT string_agg(block || ' ' || w, ', ' ORDER BY block) FROM (SELECT d.block, trim_scale(sum(f.weight)) AS w FROM weights_in_force() f JOIN alignment_dimensions() d USING (dimension) GROUP BY 1) t), 'clarity 0.3, discipline 0.15, flow 0.15, structure 0.4', 'the weights that are shipped');
INSERT INTO member (role, team) VALUES (current_user, 'marketing'), (current_user, 'sales');
SELECT is(pg_temp.error_of(format('SELECT propose_weights(%L)', w)), concat_ws(' | ', '22023 | invalid weights', d, 'Give each dimension of alignment_dimensions() a share; one that is left out has 0.'), 'no weights: ' || COALESCE(w, 'NULL')) FROM (VALUES
    (NULL, 'It is no object.'), ('[1]', 'It is no object.'), ('{}', 'They add up to nothing, not to 1.'), ('{"speed": 1}', '"speed" is no dimension.'), ('{"focus": 2}', '"focus" is no number from 0 to 1.'), ('{"focus": "a"}', '"focus" is no number from 0 to 1.'),
    ('{"focus": null}', '"focus" is no number from 0 to 1.'), ('{"one_goal": 0.9999999, "focus": 0.0000001}', '"focus" is less than 0.000001 and not 0.'), ('{"one_goal": 0.5, "focus": 0.4}', 'They add up to 0.9, not to 1.'), ('{"one_goal": 0.3, "focus": 0.7}', 'Structure has 0.3 of it; it carries 0.4 at least.')) t(w, d);
SELECT is(propose_weights('{"one_goal": 0.5, "focus": 0.5}'), 1, 'proposed');
SELECT is(propose_weights('{"one_goal": 0.6, "focus": 0.4}'), 2, 'and another');
SELECT is((SELECT max(version) FROM weights_in_force()), 0, '... neither is in force');
SELECT is(sign_weights(1, 'marketing'), 'sales', 'signed by one, waiting for the other');
SELECT is(pg_temp.error_of(c), e, c) FROM (VALUES
    ($$SELECT sign_weights(1, 'marketing')$$, '23505 | team "marketing" has signed weights version 1 already | A team signs once. | See unsigned_weight_teams(version) for who is waited for.'),
    ($$SELECT sign_weights(7, 'sales')$$, 'P0002 | unknown weights: version 7 | Table alignment_weight has no proposed set with this number. | Propose it by propose_weights(weights).'),
    ($$SELECT sign_weights(0, 'sales')$$, 'P0002 | unknown weights: version 0 | Table alignment_weight has no proposed set with this number. | Propose it by propose_weights(weights).'),
    ($$SELECT sign_weights(NULL, 'sales')$$, 'P0002 | unknown weights: version NULL | Table alignment_weight has no proposed set with this number. | Propose it by propose_weights(weights).')) t(c, e);
SELECT matches(pg_temp.error_of($$SELECT sign_weights(1, 'finance')$$), '^42501 \| role ".*" cannot sign for team "finance"', 'members alone sign');
SELECT is((SELECT max(version) FROM weights_in_force()), 0, 'still not in force');
SELECT is(sign_weights(2, 'sales') || sign_weights(2, 'marketing'), NULL, 'the second set, signed by both');
SELECT is((SELECT string_agg(dimension || ' ' || weight, ', ' ORDER BY dimension) FROM weights_in_force() WHERE weight > 0), 'focus 0.4, one_goal 0.6', '... is in force');
SELECT is(pg_temp.error_of($$SELECT sign_weights(1, 'sales')$$), '55000 | weights version 1 are out of date | Version 2 is in force. | To go back to older weights, propose them as the next version.', 'no way back but a new one');
UPDATE alignment_signature SET at = CASE team WHEN 'sales' THEN timestamptz '2025-12-10Z' ELSE '2025-12-20Z' END WHERE version = 2;
SELECT is((SELECT string_agg(max::text, ' ' ORDER BY at) FROM (SELECT at, (SELECT max(version) FROM weights_in_force(at)) FROM unnest('{2025-12-15Z,2025-12-20Z}'::timestamptz[]) at) t), '0 2', 'in force since the last signed');
-- one_goal 25 % of the quota on what both have: 100 * (0.5 ^ 0.6) = 65.98; before, 100 * 0.5 ^ 0.1 = 93.3
SELECT is(pg_temp.after($$INSERT INTO quota (period, team, metric, target) SELECT '2026', 'marketing', id, '>= 9' FROM metric WHERE key = 'calls'$$, $$SELECT concat_ws(' ', round(index_value, 2), measured_ratio, weights_version, measured_count) FROM alignment_index('2026-01-01Z')$$), '65.98 1.000000 2 2', 'the index by them: 100 * 0.5 ^ 0.6');
-- with one_goal at 50: before, by version 0, 100 * 0.5 ^ 0.1 = 93.3033; then 100 * 0.5 ^ 0.6 = 65.9754
SELECT is(pg_temp.change_after($$INSERT INTO quota (period, team, metric, target) SELECT '2026', 'marketing', id, '>= 9' FROM metric WHERE key = 'calls'; UPDATE alignment_signature SET at = '2026-01-01 12:00Z'$$, '2026-01-01Z', '2026-01-02Z'), 'weights -27.3279 | t', 'other weights, and nothing else');

SELECT * FROM finish();
ROLLBACK;
