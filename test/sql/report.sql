\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(98);

-- the contract: a column that is renamed, changed or gone fails here, and in docs/report.md (test/t/081_report.pl)
CREATE TEMP TABLE contract (name text, columns text);
INSERT INTO contract VALUES
    ('report_scorecard', 'metric_key text, title text, team text, owner text, kind text, measures text, unit text, grain text, item_key text, item_title text, period text, period_start_date date, period_end_date date, value numeric, target text, goal_low numeric, goal_high numeric, status text, attainment_ratio numeric, is_last boolean, has_countermeasure boolean, is_retired boolean'),
    ('report_funnel', 'group_by text, group_name text, step_order integer, step text, phase text, team text, reached_count bigint, open_count bigint, first_ratio numeric, previous_ratio numeric, dropped_count bigint, p50_days numeric, p90_days numeric, mean_days numeric'),
    ('report_velocity', 'group_by text, group_name text, step_order integer, from_stage text, to_stage text, lead_count bigint, arrived_count bigint, open_count bigint, p50_days numeric, p50_low_days numeric, p50_high_days numeric, p90_days numeric'),
    ('report_momentum', 'period text, period_start_date date, is_over boolean, open_count bigint, win_ratio numeric, win_amount numeric, cycle_days numeric, velocity_amount numeric, velocity_change_ratio numeric, driver text, won_count bigint, won_amount numeric, forecast_amount numeric, forecast_error_ratio numeric, mean_error_ratio numeric'),
    ('report_handoff', 'sla text, giver text, taker text, from_stage text, to_stage text, is_feedback boolean, period text, period_start_date date, segment text, handoff_count bigint, accepted_count bigint, refused_count bigint, recycled_count bigint, leaked_count bigint, waiting_count bigint, overdue_count bigint, breach_count bigint, accepted_ratio numeric, breach_ratio numeric, p50_hours numeric, p90_hours numeric'),
    ('report_agreement', 'definition text, version_in_force integer, in_force_at timestamptz, signed_by text, team_a text, team_b text, is_total boolean, segment text, lead_count bigint, yes_a_count bigint, yes_b_count bigint, agree_ratio numeric, kappa numeric, kappa_low numeric, kappa_high numeric'),
    ('report_plan_tree', 'tree_order integer, title text, key text, parent_key text, level text, level_order integer, depth integer, path text, team text, owner text, period text, period_start_date date, kind text, status text, is_must boolean, due_date date, progress_ratio numeric, budget_amount numeric, total_budget_amount numeric, effort_days numeric, total_effort_days numeric, below_count bigint, reaches_mission boolean, is_orphan boolean'),
    ('report_plan_against_actual', 'period text, period_start_date date, tree_order integer, title text, key text, level text, depth integer, team text, planned_amount numeric, actual_amount numeric, difference_amount numeric, used_ratio numeric, total_planned_amount numeric, total_actual_amount numeric, total_difference_amount numeric, total_used_ratio numeric'),
    ('report_alignment', 'dimension_order integer, dimension text, block text, question text, score_value numeric, cautious_value numeric, state text, evidence_count bigint, weight_ratio numeric, finding text, next_action text, look_at text, reason_not_measured text, index_value numeric, index_measured_ratio numeric'),
    ('report_alignment_history', 'period text, period_start_date date, as_of_at timestamptz, is_total boolean, dimension text, block text, score_value numeric, evidence_count bigint, weight_ratio numeric, reason_not_measured text'),
    ('report_diagnosis', 'finding_order integer, area text, cause text, finding text, evidence_count bigint, cost_amount numeric, cost_customer_count numeric, assumption text, look_at text, next_step text'),
    ('report_priority', 'period text, period_start_date date, item_order integer, decision text, key text, title text, kind text, team text, worth_amount numeric, money_amount numeric, effort_days numeric, reason text, total_money_amount numeric, total_team_days numeric, gap_ratio numeric'),
    ('report_message', 'message_key text, kind text, team text, version integer, status text, body text, required_terms text, forbidden_terms text, set_at timestamptz, until_at timestamptz, age_days numeric, changes_per_year numeric, half_life_days numeric, asset_count bigint, on_message_ratio numeric, marketing_ratio numeric, sales_ratio numeric, divergence numeric');
CREATE TEMP VIEW given AS
SELECT c.relname::text AS name, string_agg(a.attname || ' ' || CASE a.atttypid WHEN 'timestamptz'::regtype THEN 'timestamptz' ELSE format_type(a.atttypid, NULL) END, ', ' ORDER BY a.attnum) AS columns
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relnamespace = 'align'::regnamespace AND c.relkind = 'v' AND c.relname LIKE 'report\_%' GROUP BY c.relname;
SELECT is((SELECT string_agg(name, ' ' ORDER BY name COLLATE "C") FROM given), (SELECT string_agg(name, ' ' ORDER BY name COLLATE "C") FROM contract), 'the views of the contract, all of them and no other');
SELECT is(g.columns, c.columns, 'the columns of ' || c.name) FROM contract c LEFT JOIN given g USING (name) ORDER BY c.name COLLATE "C";

-- an empty database: no view fails, and the page says what to enter first
SELECT lives_ok('SELECT * FROM ' || name, name || ' of nothing') FROM contract ORDER BY name COLLATE "C";
SELECT is((SELECT count(*) FROM report_alignment WHERE score_value IS NULL AND reason_not_measured IS NOT NULL AND index_value IS NULL), 14::bigint, 'nothing is measured, with the reason');
SELECT is((SELECT string_agg(i.input_order || ' ' || i.is_entered, ', ' ORDER BY i.input_order) FROM report_inputs() i), '1 false, 2 false, 3 false, 4 false, 5 false, 6 false, 7 false, 8 false, 9 false, 10 false', 'nothing is entered');
CREATE FUNCTION pg_temp.parts(page text) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(m[1], ' ') FROM regexp_matches($1, '<section id="([a-z]+)"', 'g') m $$;
SELECT is(pg_temp.parts(report_html('2026-02-16Z')), 'inputs', 'an empty database: one part alone');
SELECT matches(report_html('2026-02-16Z'), 'What to enter first.*The plan, from the mission to the activities.*load_plan', 'which says what to enter first, and how');

-- texts
SELECT is(html_text($$<b> & "x" 'y'$$), '&lt;b&gt; &amp; &quot;x&quot; &#39;y&#39;', 'a text: the five signs by their names');
SELECT is(html_text('&amp;'), '&amp;amp;', 'what looks escaped is a text, too');
SELECT is(html_text(E'a\x01b\x1b[0m\x7f\tc\nd'), E'a b [0m \tc\nd', 'controls are blanks, but for tabs and line ends');
SELECT is(html_text(U&'a\202Eb\2066c\0085'), 'a b c ', 'so are those that turn the direction of writing');
SELECT is(html_text(''), '', 'no text');
SELECT is(html_text(NULL), NULL, 'NULL');
SELECT is((SELECT string_agg(html_number(v), ' | ' ORDER BY n) FROM unnest(ARRAY[0, 7, 12.5, 99.999, 100.4, 1234567, -1234.5, 0.3333, -0.001, 1e15, 'NaN']) WITH ORDINALITY u(v, n)),
    '0 | 7 | 12.5 | 100 | 100 | 1,234,567 | -1,235 | 0.33 | 0 | 1000000000000000 | NaN', 'numbers');
SELECT is(html_measure(0.4004, 'ratio'), '40 %', 'a ratio in percent');
SELECT is(html_measure(0.945, 'ratio'), '94.5 %', 'with a decimal');
SELECT is(html_measure(1200, 'R&D'), '1,200 R&amp;D', 'a unit is a text');
SELECT is(html_measure(3, NULL), '3', 'without a unit');
SELECT is(html_measure(NULL, 'x'), NULL, 'without a value');
SELECT is((SELECT string_agg(COALESCE(score_state(v, 60), '-'), ' ' ORDER BY n) FROM unnest(ARRAY[0, 59.99, 60, 79.99, 80, 100, NULL]) WITH ORDINALITY u(v, n)), 'weak weak fair fair strong strong -', 'a score in a word');
SELECT is(score_state(79.99, 80), 'weak', 'below its own bound');
SELECT is((SELECT count(DISTINCT regexp_replace(html_state(s), 'class="state [a-z]+"', '')) FROM unnest(ARRAY['weak', 'off track', 'fair', 'at risk', 'strong', 'on track', NULL]) s), 7::bigint, 'states differ without their colours');
SELECT matches(html_state(NULL), 'not measured', 'no state');

-- pictures: the values 0, 10, 5 in the box from 4 to 116 and 28 to 4
SELECT is(substring(html_sparkline(ARRAY[0, 10, 5], NULL, NULL, 'x') FROM ' d="([^"]*)"'), 'M4.0 28.0L60.0 4.0L116.0 16.0', 'a sparkline');
SELECT matches(html_sparkline(ARRAY[0, 10, 5], NULL, NULL, 'x'), '<circle class="dot" cx="116.0" cy="16.0" r="3"/></svg>$', 'ends in a dot');
SELECT is(substring(html_sparkline(ARRAY[0, NULL, 5, NULL, 10, 10], NULL, NULL, 'x') FROM 'class="line" d="([^"]*)"'), 'M4.0 28.0M48.8 16.0M93.6 4.0L116.0 4.0', 'what is missing is a gap');
SELECT is((SELECT count(*) FROM regexp_matches(html_sparkline(ARRAY[0, NULL, 5, NULL, 10, 10], NULL, NULL, 'x'), '<circle', 'g')), 3::bigint, 'and one alone is a dot');
SELECT is(substring(html_sparkline(ARRAY[7, 7], NULL, NULL, 'x') FROM ' d="([^"]*)"'), 'M4.0 16.0L116.0 16.0', 'all the same: in the middle');
SELECT is(substring(html_sparkline(ARRAY[7], NULL, NULL, 'x') FROM ' d="([^"]*)"'), 'M4.0 16.0', 'one value');
-- the goal 20 stretches the box: 0 at 28, 20 at 4, 10 at 16
SELECT matches(html_sparkline(ARRAY[0, 10], 20, NULL, 'x'), 'class="aim" d="M0 4.0H120"/><path class="line" d="M4.0 28.0L116.0 16.0"', 'with the goal');
SELECT is((SELECT count(*) FROM regexp_matches(html_sparkline(ARRAY[0, 10], 2, 8, 'x'), 'class="aim"', 'g')), 2::bigint, 'a goal with two ends');
SELECT is(html_sparkline(ARRAY[NULL, NULL]::numeric[], 1, 2, 'x'), NULL, 'no value: no picture');
SELECT is(html_sparkline('{}', 1, 2, 'x'), NULL, 'no period: no picture');
SELECT matches(html_sparkline(ARRAY[1], NULL, NULL, '<script>'), '<title>&lt;script&gt;</title>', 'its label is a text');
SELECT is(html_bar(0.5, 0.25, 'weak'), '<svg class="bar weak" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="rail" width="100" height="8"/><rect class="fill" width="50.0" height="8"/><rect class="mark" x="24.8" width="0.8" height="8"/></svg>', 'a bar with a mark');
SELECT is(html_bar(0, NULL, 'x'), '<svg class="bar x" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="rail" width="100" height="8"/></svg>', 'an empty bar');
SELECT matches(html_bar(2, NULL, 'x'), 'class="fill" width="100.0"', 'never more than full');

-- a company: every text of it wants to be markup
CREATE TEMP TABLE evil AS SELECT $$"'><script>alert(1)</script><img src=x onerror=alert(2)>&$$::text AS word;
INSERT INTO plan_item (id, key, level, parent, title, team, owner, period, status, budget, effort, progress, due)
SELECT v.id, v.key || word, v.level, v.parent, v.level || word, v.team, 'own' || word, v.period::period, 'active', v.budget, v.effort, v.progress, v.due::date
FROM evil, (VALUES (1, 'M', 'mission', NULL, 'leadership', NULL, NULL, NULL, 0, NULL), (8, 'V', 'vision', 1, 'leadership', '2025..2034', NULL, NULL, 0, NULL), (2, 'G', 'goal', 8, 'leadership', '2026', NULL, NULL, 0, NULL), (3, 'S', 'strategy', 2, 'sales', '2026', NULL, NULL, 0, NULL),
    (4, 'R', 'rock', 3, 'marketing', '2026-Q1', 100, 9, 0.1, '2026-03-01'), (5, 'A', 'activity', 4, 'marketing', '2026-W07', 50, 1, 0.5, '2026-02-20'), (6, 'B', 'activity', 4, 'marketing', '2026-W08', 30, 3, 0, NULL),
    (7, 'O', 'activity', NULL, 'sales', '2026-W07', 20, 2, 0, '2026-02-20')) v(id, key, level, parent, team, period, budget, effort, progress, due);
INSERT INTO metric (key, title, kind, measures, unit, grain, team, owner) SELECT 'm' || word, 'metric' || word, 'lagging', 'outcome', 'unit' || word, 'month', 'sales', 'own' || word FROM evil;
INSERT INTO metric_target (metric, from_period, target) SELECT m.id, '2025-01', '>= 10 ~ 8' FROM metric m;
INSERT INTO metric_value (metric, period, value, origin, at, by_role) SELECT m.id, v.period::period, v.value, 'entered', '2026-02-02Z', 'r' FROM metric m, (VALUES ('2025-11', 12), ('2025-12', 11), ('2026-01', 5)) v(period, value);
INSERT INTO lead (id, key, source, segment) SELECT n, 'l' || n || word, 'src' || word, 'seg' || word FROM evil, generate_series(1, 40) n;
INSERT INTO stage_event (lead, stage, at) SELECT n, 'lead', timestamptz '2025-10-01Z' + n * interval '1 day' FROM generate_series(1, 40) n;
INSERT INTO stage_event (lead, stage, at) SELECT n, 'mql', timestamptz '2025-10-04Z' + n * interval '1 day' FROM generate_series(1, 10) n;
CREATE TEMP TABLE page AS SELECT report_html('2026-02-16Z') AS page;
SELECT is(pg_temp.parts(page), 'index diagnosis now dimensions scorecard funnel map inputs', 'a company: all parts in order') FROM page;
SELECT unalike(page, '%could not be made%', 'none of which failed') FROM page;
SELECT is(page ~ '<script|<img|<link|<iframe|<object|href=|src="|url\(|@import', false, 'no markup of theirs, no script, and nothing is fetched') FROM page;
SELECT is(page ~ '<[^>]*(onerror|alert)', false, 'nor an attribute') FROM page;
SELECT cmp_ok((SELECT count(*) FROM regexp_matches(page, '&lt;script&gt;', 'g')), '>', 20::bigint, 'and often') FROM page;
SELECT is((SELECT string_agg(DISTINCT m[1], ' ') FROM regexp_matches(page, 'https?://([^"'' <)]*)', 'g') m), 'www.w3.org/2000/svg', 'the only address is the name of SVG') FROM page;
SELECT matches(page, '^<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="Content-Security-Policy" content="default-src ''none''; style-src ''unsafe-inline''"><title>Alignment report, 16 Feb 2026</title>', 'its head') FROM page;
-- headings never skip a level: one h1, then h2, and h3 only below it
SELECT is((SELECT string_agg(m[1], '') FROM regexp_matches(page, '<h([1-6])', 'g') m) ~ '^1(23*)+$', true, 'headings in order') FROM page;
SELECT is((SELECT count(*) FROM regexp_matches(page, '<svg(?![^>]*(aria-hidden="true"|role="img"))[^>]*>', 'g')), 0::bigint, 'every picture is told, or is said elsewhere') FROM page;
SELECT is((SELECT count(*) FROM regexp_matches(page, 'role="img"[^>]*>\s*<title>', 'g')), (SELECT count(*) FROM regexp_matches(page, '<svg[^>]*role="img"', 'g')), 'and has a title') FROM page;
CREATE FUNCTION pg_temp.verdict(score numeric, weight numeric) RETURNS text LANGUAGE sql AS $$
    SELECT substring(html_index(jsonb_build_array(jsonb_build_object('dimension_order', 1, 'dimension', 'one_goal', 'question', 'q', 'score_value', $1, 'evidence_count', 50, 'weight_ratio', $2),
        jsonb_build_object('dimension_order', 2, 'dimension', 'focus', 'question', 'q', 'score_value', NULL, 'evidence_count', 0, 'weight_ratio', 1 - $2)), '[]', '2026-02-16Z') FROM 'class="big">([^<]*)') $$;
SELECT is((SELECT string_agg(pg_temp.verdict(s, w), ' ' ORDER BY n) FROM (VALUES (1, 95, 0.4), (2, 95, 0.6), (3, 70, 0.6), (4, 20, 0.6)) v(n, s, w)),
    'Too little is measured to say whether sales and marketing pull the same way. Sales and marketing pull the same way. Sales and marketing pull the same way in much, not in all. Sales and marketing do not pull the same way.', 'the verdict, and none below half of the weight');
-- by hand: 10 of 40 reached mql
SELECT matches(page, '25 % of lead', 'the funnel: 10 of 40') FROM page;
SELECT matches(page, 'class="n">5 unit&quot;', 'the scorecard: the last value') FROM page;
SELECT matches(page, 'off track</span><small class="late">nothing is done about it', 'which is off track, and nothing is done about it') FROM page;
-- the map: A and B fold into R: 100 + 50 + 30 = 180 of 200, done (1 x 0.5 + 3 x 0) / 4 = 0.125; O stays, and is no part of the mission
SELECT matches(page, '5 items, 200 budgeted', 'the map folds activities and keeps their money') FROM page;
SELECT matches(page, '1 not connected to the mission', 'and what hangs on nothing') FROM page;
SELECT matches(page, 'In ten years</span> vision', 'the vision is told in words') FROM page;
SELECT matches(page, '<footer><p>Made by align from what the company recorded up to 2026-02-16 00:00 UTC', 'as of when') FROM page;
SELECT unalike(page, '%The plan, from the mission%', 'what is there is not asked for') FROM page;
SELECT matches(page, '<li value="3"><b>One definition of a qualified lead', 'what is missing is') FROM page;
SELECT is(report_html('2026-02-16Z') = page, true, 'the same rows give the same page') FROM page;

-- views agree with what they are made of
SELECT results_eq($$SELECT step, reached_count, first_ratio FROM report_funnel WHERE group_by = 'source' ORDER BY step_order LIMIT 2$$, $$VALUES ('lead', 40::bigint, 1.000000), ('mql', 10::bigint, 0.250000)$$, 'report_funnel by source, by hand');
SELECT is((SELECT string_agg(DISTINCT group_by || ' ' || reached, ', ') FROM (SELECT group_by, sum(reached_count) AS reached FROM report_funnel WHERE step_order = 1 GROUP BY 1) s), 'all 40, quarter 40, segment 40, source 40', 'each grouping counts every lead');
SELECT results_eq($$SELECT step_order, from_stage, to_stage, lead_count, arrived_count, open_count, p50_days FROM report_velocity WHERE group_by = 'all' ORDER BY 1$$,
    'SELECT step_order, from_stage, to_stage, lead_count, arrived_count, open_count, p50_days FROM stage_velocity ORDER BY 1', 'report_velocity is stage_velocity');
SELECT results_eq($$SELECT period, value, status, is_last, has_countermeasure FROM report_scorecard ORDER BY period_start_date$$,
    $$VALUES ('2025-11', 12::numeric, 'on track', false, false), ('2025-12', 11, 'on track', false, false), ('2026-01', 5, 'off track', true, false)$$, 'report_scorecard');
SELECT results_eq('SELECT left(key, 1), left(parent_key, 1), is_orphan FROM report_plan_tree ORDER BY tree_order', $$VALUES ('M', NULL, false), ('V', 'M', false), ('G', 'V', false), ('S', 'G', false), ('R', 'S', false), ('A', 'R', false), ('B', 'R', false), ('O', NULL, true)$$, 'report_plan_tree');
-- R of 100 in 2026-Q1, with A and B 180
SELECT results_eq($$SELECT period, planned_amount, total_planned_amount FROM report_plan_against_actual WHERE key LIKE 'R%'$$, $$VALUES ('2026-Q1', 100::numeric, 180.000000)$$, 'report_plan_against_actual');
SELECT is((SELECT count(DISTINCT period) FROM report_alignment_history), 8::bigint, 'report_alignment_history: eight quarters');
SELECT is((SELECT count(*) FROM report_alignment_history WHERE as_of_at > now()), 0::bigint, 'all of them over');
SELECT results_eq('SELECT dimension, score_value, cautious_value, finding FROM report_alignment ORDER BY dimension_order', 'SELECT dimension, score_value, cautious_value, finding FROM alignment() ORDER BY dimension_order', 'report_alignment is alignment');
SELECT is((SELECT min(index_value) FROM report_alignment), (SELECT index_value FROM alignment_index()), 'with the index');
SELECT results_eq('SELECT cause, cost_amount FROM report_diagnosis ORDER BY finding_order', 'SELECT cause, cost_amount FROM diagnose() ORDER BY finding_order', 'report_diagnosis is diagnose');

-- no address, no name of a buyer
SELECT is_empty($$SELECT v.relname, a.attname FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class v ON v.oid = r.ev_class JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_rewrite'::regclass AND v.relname LIKE 'report\_%' AND (d.refobjid = 'lead'::regclass AND a.attname IN ('attrs', 'key') OR d.refobjid IN ('account'::regclass, 'stage_event'::regclass, 'touch'::regclass))$$, 'no view reads who a lead is');

-- a part that fails says so, and the rest stands
ALTER TABLE setting DISABLE TRIGGER setting_check_funnel_steps;
UPDATE setting SET value = '"<no list>"' WHERE key = 'funnel_steps';
SELECT matches(report_html('2026-02-16Z'), '<section id="funnel"[^§]*<p class="none">This part could not be made: [^<]*\(22023\)\.</p></section>', 'a part that fails says so');
SELECT matches(report_html('2026-02-16Z'), '<section id="map"[^§]*<svg', 'and the rest stands');

-- errors
SELECT is(pg_temp.error_of('SELECT report_html(NULL)'), '22008 | invalid instant: NULL | An instant is finite. | Leave the instant out to mean the present.', 'no instant');
SELECT is(pg_temp.error_of($$SELECT report_html('infinity')$$), '22008 | invalid instant: infinity | An instant is finite. | Leave the instant out to mean the present.', 'an infinite one');

SELECT * FROM finish();
ROLLBACK;
