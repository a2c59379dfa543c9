-- report: what BI tools read, one view per topic. Plain types, stable names: docs/report.md is the contract. All of them tell of now.
-- None of them reads lead.attrs, account or who did what to a lead. Each is a function that runs as its owner, and a view of it: who may read the
-- report need not be able to read what it is made of.

CREATE FUNCTION align.score_state(score numeric, bound numeric) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN $1 < $2 THEN 'weak' WHEN $1 < 80 THEN 'fair' WHEN $1 >= 80 THEN 'strong' END;
COMMENT ON FUNCTION align.score_state(numeric, numeric) IS 'A score in a word: weak below a bound (that from which diagnose finds nothing), strong from 80, fair between; NULL where there is no score.';

CREATE FUNCTION align.report_scorecard() RETURNS TABLE (metric_key text, title text, team text, owner text, kind text, measures text, unit text, grain text, item_key text, item_title text, period text,
        period_start_date date, period_end_date date, value numeric, target text, goal_low numeric, goal_high numeric, status text, attainment_ratio numeric,
        is_last boolean, has_countermeasure boolean, is_retired boolean)
    LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER
BEGIN ATOMIC
    SELECT s.metric_key, s.title, s.team, s.owner, s.kind, s.measures, s.unit, s.grain, s.item_key, s.item_title, s.period, s.period_start_date, s.period_end_date,
        s.value, s.target, s.goal_low, s.goal_high, s.status, pg_catalog.round(s.attainment_ratio, 6) AS attainment_ratio,
        s.period_start_date = pg_catalog.max(s.period_start_date) OVER (PARTITION BY s.metric_key) AS is_last,
        EXISTS (SELECT FROM align.countermeasure_status c WHERE c.metric_key = s.metric_key AND c.period = s.period) AS has_countermeasure, s.is_retired
    FROM align.scorecard_long s;
END;
REVOKE EXECUTE ON FUNCTION align.report_scorecard() FROM PUBLIC;
COMMENT ON FUNCTION align.report_scorecard() IS 'The rows of view report_scorecard, read with the rights of the owner: see there.';
CREATE VIEW align.report_scorecard WITH (security_invoker = true) AS SELECT r.* FROM align.report_scorecard() r;
COMMENT ON VIEW align.report_scorecard IS 'The scorecard: a row per metric and period that has a value.';
COMMENT ON COLUMN align.report_scorecard.metric_key IS 'The metric.';
COMMENT ON COLUMN align.report_scorecard.title IS 'Its title.';
COMMENT ON COLUMN align.report_scorecard.team IS 'The team that answers for it.';
COMMENT ON COLUMN align.report_scorecard.owner IS 'The person who answers for it.';
COMMENT ON COLUMN align.report_scorecard.kind IS 'leading or lagging.';
COMMENT ON COLUMN align.report_scorecard.measures IS 'outcome or activity.';
COMMENT ON COLUMN align.report_scorecard.unit IS 'What the values count.';
COMMENT ON COLUMN align.report_scorecard.grain IS 'week, month, quarter or year.';
COMMENT ON COLUMN align.report_scorecard.item_key IS 'The item of the plan that it measures.';
COMMENT ON COLUMN align.report_scorecard.item_title IS 'Title of that item.';
COMMENT ON COLUMN align.report_scorecard.period IS 'The period.';
COMMENT ON COLUMN align.report_scorecard.period_start_date IS 'First day of the period.';
COMMENT ON COLUMN align.report_scorecard.period_end_date IS 'Last day of the period.';
COMMENT ON COLUMN align.report_scorecard.value IS 'What it was.';
COMMENT ON COLUMN align.report_scorecard.target IS 'What it should be; NULL when nothing was said.';
COMMENT ON COLUMN align.report_scorecard.goal_low IS 'The lowest value that is right; NULL when it is open below, or without a target.';
COMMENT ON COLUMN align.report_scorecard.goal_high IS 'The highest value that is right; NULL when it is open above, or without a target.';
COMMENT ON COLUMN align.report_scorecard.status IS 'on track, at risk or off track; NULL without a target.';
COMMENT ON COLUMN align.report_scorecard.attainment_ratio IS 'How far it was reached: 1 is just met. NULL without a target.';
COMMENT ON COLUMN align.report_scorecard.is_last IS 'Whether it is the last period of the metric that has a value.';
COMMENT ON COLUMN align.report_scorecard.has_countermeasure IS 'Whether a countermeasure was taken for this period.';
COMMENT ON COLUMN align.report_scorecard.is_retired IS 'Whether the metric is no longer kept.';

CREATE FUNCTION align.report_funnel() RETURNS TABLE (group_by text, group_name text, step_order integer, step text, phase text, team text, reached_count bigint, open_count bigint, first_ratio numeric,
        previous_ratio numeric, dropped_count bigint, p50_days numeric, p90_days numeric, mean_days numeric)
    LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER
BEGIN ATOMIC
    SELECT f.group_by, f.group_name, s.step_order, s.step, align.phase(s.step::align.stage) AS phase, align.owner_team(s.step::align.stage) AS team, s.reached_count, s.open_count,
        pg_catalog.round(s.first_ratio::numeric, 6) AS first_ratio, pg_catalog.round(s.previous_ratio::numeric, 6) AS previous_ratio, s.dropped_count,
        pg_catalog.round(s.p50_days::numeric, 3) AS p50_days, pg_catalog.round(s.p90_days::numeric, 3) AS p90_days, pg_catalog.round(s.mean_days::numeric, 3) AS mean_days
    FROM (
        SELECT CASE WHEN GROUPING(l.source) = 0 THEN 'source' WHEN GROUPING(l.segment) = 0 THEN 'segment' WHEN GROUPING(l.quarter) = 0 THEN 'quarter' ELSE 'all' END AS group_by,
            COALESCE(l.source, l.segment, l.quarter) AS group_name, align.funnel(l.journey, l.rule) AS funnel
        FROM (
            SELECT j.source, j.segment, j.journey, r.rule, align.period((align.entered(j.journey, r.first) AT TIME ZONE 'UTC')::date, 'quarter', r.month)::text AS quarter
            FROM align.lead_journey j CROSS JOIN (
                SELECT align.funnel_rule_of_company(pg_catalog.now()) AS rule, (t.value ->> 0)::align.stage AS first, align.fiscal_start_month() AS month
                FROM align.setting t WHERE t.key = 'funnel_steps' OFFSET 0) r) l
        GROUP BY GROUPING SETS ((), (l.source), (l.segment), (l.quarter))) f
    CROSS JOIN LATERAL align.steps(f.funnel) s;
END;
REVOKE EXECUTE ON FUNCTION align.report_funnel() FROM PUBLIC;
COMMENT ON FUNCTION align.report_funnel() IS 'The rows of view report_funnel, read with the rights of the owner: see there.';
CREATE VIEW align.report_funnel WITH (security_invoker = true) AS SELECT r.* FROM align.report_funnel() r;
COMMENT ON VIEW align.report_funnel IS 'How far leads come on the path (settings funnel_steps, funnel_within), now: a row per step, of all leads, and of those of each source, each segment and each quarter of their first step.';
COMMENT ON COLUMN align.report_funnel.group_by IS 'all, source, segment or quarter: what group_name is of. Take one of them: each counts every lead.';
COMMENT ON COLUMN align.report_funnel.group_name IS 'The source, segment or quarter; NULL in all, and for leads of which it is not known.';
COMMENT ON COLUMN align.report_funnel.step_order IS 'Number of the step.';
COMMENT ON COLUMN align.report_funnel.step IS 'The step, a stage.';
COMMENT ON COLUMN align.report_funnel.phase IS 'The phase of the stage: attract, qualify, sell, keep or grow.';
COMMENT ON COLUMN align.report_funnel.team IS 'The team that owns the stage.';
COMMENT ON COLUMN align.report_funnel.reached_count IS 'Leads that reached at least this step.';
COMMENT ON COLUMN align.report_funnel.open_count IS 'Of them, those that went no further and whose window is not over.';
COMMENT ON COLUMN align.report_funnel.first_ratio IS 'Share of those who reached the first step.';
COMMENT ON COLUMN align.report_funnel.previous_ratio IS 'Share of those who reached the step before.';
COMMENT ON COLUMN align.report_funnel.dropped_count IS 'Leads that went no further and whose window is over.';
COMMENT ON COLUMN align.report_funnel.p50_days IS 'Median days since the step before, right to 1 %.';
COMMENT ON COLUMN align.report_funnel.p90_days IS '90th percentile of the days since the step before, right to 1 %.';
COMMENT ON COLUMN align.report_funnel.mean_days IS 'Mean days since the step before.';

CREATE FUNCTION align.report_velocity() RETURNS TABLE (group_by text, group_name text, step_order integer, from_stage text, to_stage text, lead_count bigint, arrived_count bigint, open_count bigint,
        p50_days numeric, p50_low_days numeric, p50_high_days numeric, p90_days numeric)
    LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER
BEGIN ATOMIC
    SELECT v.group_by, v.group_name, v.n::integer AS step_order, v.from_stage::text AS from_stage, v.to_stage::text AS to_stage,
        align.event_count(v.took) + align.censored_count(v.took) AS lead_count, align.event_count(v.took) AS arrived_count, align.censored_count(v.took) AS open_count,
        pg_catalog.round(d.days::numeric, 3) AS p50_days, pg_catalog.round(d.low_days::numeric, 3) AS p50_low_days, pg_catalog.round(d.high_days::numeric, 3) AS p50_high_days,
        pg_catalog.round(align.quantile(v.took, 0.9)::numeric, 3) AS p90_days
    FROM (
        SELECT CASE WHEN GROUPING(j.source) = 0 THEN 'source' WHEN GROUPING(j.segment) = 0 THEN 'segment' ELSE 'all' END AS group_by, COALESCE(j.source, j.segment) AS group_name,
            p.n, p.from_stage, p.to_stage, align.time_to(j.journey, p.from_stage, p.to_stage, pg_catalog.now()) AS took
        FROM align.lead_journey j CROSS JOIN (
            SELECT t.n, pg_catalog.lag(t.step::align.stage) OVER (ORDER BY t.n) AS from_stage, t.step::align.stage AS to_stage
            FROM align.setting s CROSS JOIN LATERAL pg_catalog.jsonb_array_elements_text(s.value) WITH ORDINALITY t(step, n) WHERE s.key = 'funnel_steps') p
        WHERE p.from_stage IS NOT NULL
        GROUP BY GROUPING SETS ((p.n, p.from_stage, p.to_stage), (p.n, p.from_stage, p.to_stage, j.source), (p.n, p.from_stage, p.to_stage, j.segment))) v
    CROSS JOIN LATERAL align.quantile_detail(v.took, 0.5) d;
END;
REVOKE EXECUTE ON FUNCTION align.report_velocity() FROM PUBLIC;
COMMENT ON FUNCTION align.report_velocity() IS 'The rows of view report_velocity, read with the rights of the owner: see there.';
CREATE VIEW align.report_velocity WITH (security_invoker = true) AS SELECT r.* FROM align.report_velocity() r;
COMMENT ON VIEW align.report_velocity IS 'How fast leads go from each step of the path (setting funnel_steps) to the next, now: a row per step, of all leads, and of those of each source and each segment. Those still on their way count for as long as they have been.';
COMMENT ON COLUMN align.report_velocity.group_by IS 'all, source or segment: what group_name is of. Take one of them: each counts every lead.';
COMMENT ON COLUMN align.report_velocity.group_name IS 'The source or segment; NULL in all, and for leads of which it is not known.';
COMMENT ON COLUMN align.report_velocity.step_order IS 'Place of to_stage among the steps, from 2.';
COMMENT ON COLUMN align.report_velocity.from_stage IS 'The stage from whose first entry it is counted.';
COMMENT ON COLUMN align.report_velocity.to_stage IS 'The stage that is to be reached; one beyond counts too.';
COMMENT ON COLUMN align.report_velocity.lead_count IS 'Leads that entered from_stage.';
COMMENT ON COLUMN align.report_velocity.arrived_count IS 'Those that arrived.';
COMMENT ON COLUMN align.report_velocity.open_count IS 'Those that did not: still open, or watched no longer since they were disqualified, lost or churned.';
COMMENT ON COLUMN align.report_velocity.p50_days IS 'Days by which half arrive, by Kaplan and Meier; NULL when fewer than half do.';
COMMENT ON COLUMN align.report_velocity.p50_low_days IS 'Lower bound of its 95 % interval.';
COMMENT ON COLUMN align.report_velocity.p50_high_days IS 'Upper bound of it; NULL when it is not known yet.';
COMMENT ON COLUMN align.report_velocity.p90_days IS 'Days by which nine in ten arrive; NULL when fewer do.';

CREATE FUNCTION align.report_momentum() RETURNS TABLE (period text, period_start_date date, is_over boolean, open_count bigint, win_ratio numeric, win_amount numeric, cycle_days numeric,
        velocity_amount numeric, velocity_change_ratio numeric, driver text, won_count bigint, won_amount numeric, forecast_amount numeric,
        forecast_error_ratio numeric, mean_error_ratio numeric)
    LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER
BEGIN ATOMIC
    SELECT m.momentum_period AS period, m.period_start_date, m.is_over, m.open_count, m.win_ratio, m.win_amount, m.cycle_days, m.velocity_amount, m.velocity_change_ratio, m.driver,
        m.won_count, m.won_amount, m.forecast_amount, m.forecast_error_ratio, m.mean_error_ratio
    FROM align.momentum(NULL, 13, pg_catalog.now()) m;
END;
REVOKE EXECUTE ON FUNCTION align.report_momentum() FROM PUBLIC;
COMMENT ON FUNCTION align.report_momentum() IS 'The rows of view report_momentum, read with the rights of the owner: see there.';
CREATE VIEW align.report_momentum WITH (security_invoker = true) AS SELECT r.* FROM align.report_momentum() r;
COMMENT ON VIEW align.report_momentum IS 'The velocity of the pipeline over the last 13 full quarters, and how predictable each was: a row per quarter, see momentum.';
COMMENT ON COLUMN align.report_momentum.period IS 'The quarter.';
COMMENT ON COLUMN align.report_momentum.period_start_date IS 'First day of the quarter.';
COMMENT ON COLUMN align.report_momentum.is_over IS 'Whether it is over.';
COMMENT ON COLUMN align.report_momentum.open_count IS 'Deals open at its end.';
COMMENT ON COLUMN align.report_momentum.win_ratio IS 'Share won of the deals closed in it.';
COMMENT ON COLUMN align.report_momentum.win_amount IS 'Mean amount of the deals won in it.';
COMMENT ON COLUMN align.report_momentum.cycle_days IS 'Median days from opened to closed, by Kaplan and Meier.';
COMMENT ON COLUMN align.report_momentum.velocity_amount IS 'Amount a day: open deals, times the share won, times the mean amount, by the days.';
COMMENT ON COLUMN align.report_momentum.velocity_change_ratio IS 'Its change against the quarter before: 0.1 is a tenth more.';
COMMENT ON COLUMN align.report_momentum.driver IS 'The part that changed most: open_count, win_ratio, win_amount or cycle_days.';
COMMENT ON COLUMN align.report_momentum.won_count IS 'Deals won.';
COMMENT ON COLUMN align.report_momentum.won_amount IS 'Amount won.';
COMMENT ON COLUMN align.report_momentum.forecast_amount IS 'What was won in the quarter before, the simplest forecast.';
COMMENT ON COLUMN align.report_momentum.forecast_error_ratio IS 'How far that was off, by what was won.';
COMMENT ON COLUMN align.report_momentum.mean_error_ratio IS 'The mean of that over this quarter and the three before.';

CREATE FUNCTION align.report_handoff() RETURNS TABLE (sla text, giver text, taker text, from_stage text, to_stage text, is_feedback boolean, period text, period_start_date date, segment text,
        handoff_count bigint, accepted_count bigint, refused_count bigint, recycled_count bigint, leaked_count bigint, waiting_count bigint,
        overdue_count bigint, breach_count bigint, accepted_ratio numeric, breach_ratio numeric, p50_hours numeric, p90_hours numeric)
    LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER
BEGIN ATOMIC
    SELECT g.sla, g.giver, g.taker, g.from_stage::text AS from_stage, g.to_stage::text AS to_stage, g.is_feedback, g.month::text AS period, align.lower(g.month) AS period_start_date, g.segment,
        g.n AS handoff_count, g.accepted AS accepted_count, g.refused AS refused_count, g.recycled AS recycled_count, g.leaked AS leaked_count, g.waiting AS waiting_count, g.overdue AS overdue_count,
        g.breaches AS breach_count, pg_catalog.round(g.accepted::numeric / NULLIF(g.n - g.waiting - g.overdue, 0), 6) AS accepted_ratio, pg_catalog.round(g.breaches::numeric / NULLIF(g.n - g.waiting, 0), 6) AS breach_ratio,
        pg_catalog.round((align.median(g.took) * 24)::numeric, 3) AS p50_hours, pg_catalog.round((align.quantile(g.took, 0.9) * 24)::numeric, 3) AS p90_hours
    FROM (
        SELECT h.sla, h.giver, h.taker, h.from_stage, h.to_stage, h.is_feedback, align.period((h.given_at AT TIME ZONE 'UTC')::date, 'month', 1) AS month, h.segment,
            pg_catalog.count(*) AS n, pg_catalog.count(*) FILTER (WHERE h.outcome = 'accepted') AS accepted, pg_catalog.count(*) FILTER (WHERE h.outcome = 'refused') AS refused,
            pg_catalog.count(*) FILTER (WHERE h.outcome = 'recycled') AS recycled, pg_catalog.count(*) FILTER (WHERE h.outcome = 'leaked') AS leaked,
            pg_catalog.count(*) FILTER (WHERE h.outcome = 'waiting') AS waiting, pg_catalog.count(*) FILTER (WHERE h.outcome = 'breached') AS overdue, pg_catalog.count(*) FILTER (WHERE h.is_breach) AS breaches,
            align.time_to(h.worked, h.outcome IN ('accepted', 'refused', 'recycled')) AS took
        FROM align.handoff_rows(pg_catalog.now(), false) h
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8) g;
END;
REVOKE EXECUTE ON FUNCTION align.report_handoff() FROM PUBLIC;
COMMENT ON FUNCTION align.report_handoff() IS 'The rows of view report_handoff, read with the rights of the owner: see there.';
CREATE VIEW align.report_handoff WITH (security_invoker = true) AS SELECT r.* FROM align.report_handoff() r;
COMMENT ON VIEW align.report_handoff IS 'Handoffs between the teams, now: a row per agreement (table sla), month in which they were given (UTC) and segment. Counts add up; hours do not.';
COMMENT ON COLUMN align.report_handoff.sla IS 'The agreement.';
COMMENT ON COLUMN align.report_handoff.giver IS 'The team that hands over.';
COMMENT ON COLUMN align.report_handoff.taker IS 'The team that takes over.';
COMMENT ON COLUMN align.report_handoff.from_stage IS 'The stage from which leads are handed over.';
COMMENT ON COLUMN align.report_handoff.to_stage IS 'The stage to which.';
COMMENT ON COLUMN align.report_handoff.is_feedback IS 'Whether it is a reason that is owed back, not a lead.';
COMMENT ON COLUMN align.report_handoff.period IS 'The month.';
COMMENT ON COLUMN align.report_handoff.period_start_date IS 'First day of the month.';
COMMENT ON COLUMN align.report_handoff.segment IS 'Market segment of the leads; NULL for those without one.';
COMMENT ON COLUMN align.report_handoff.handoff_count IS 'Handoffs given.';
COMMENT ON COLUMN align.report_handoff.accepted_count IS 'Those accepted; of feedback, those given.';
COMMENT ON COLUMN align.report_handoff.refused_count IS 'Those refused.';
COMMENT ON COLUMN align.report_handoff.recycled_count IS 'Those sent back to be nurtured.';
COMMENT ON COLUMN align.report_handoff.leaked_count IS 'Those that went on without being taken up.';
COMMENT ON COLUMN align.report_handoff.waiting_count IS 'Those that wait and are not past due.';
COMMENT ON COLUMN align.report_handoff.overdue_count IS 'Those that wait past due.';
COMMENT ON COLUMN align.report_handoff.breach_count IS 'Those settled late, and those that wait past due.';
COMMENT ON COLUMN align.report_handoff.accepted_ratio IS 'Share accepted of those that are settled.';
COMMENT ON COLUMN align.report_handoff.breach_ratio IS 'Share of breaches of all but those that wait in time.';
COMMENT ON COLUMN align.report_handoff.p50_hours IS 'Working hours by which half are settled, by Kaplan and Meier; NULL when fewer than half are.';
COMMENT ON COLUMN align.report_handoff.p90_hours IS 'Working hours by which nine in ten are settled; NULL when fewer are.';

CREATE FUNCTION align.report_agreement() RETURNS TABLE (definition text, version_in_force integer, in_force_at timestamptz, signed_by text, team_a text, team_b text, is_total boolean, segment text,
        lead_count bigint, yes_a_count bigint, yes_b_count bigint, agree_ratio numeric, kappa numeric, kappa_low numeric, kappa_high numeric)
    LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER
BEGIN ATOMIC
    SELECT a.definition, d.version AS version_in_force, d.in_force_at, d.signed_by, a.team_a, a.team_b, a.is_total, a.segment, a.lead_count, a.yes_a_count, a.yes_b_count, a.agree_ratio, a.kappa, a.kappa_low, a.kappa_high
    FROM align.definition_agreement a LEFT JOIN align.definition_status d ON d.name = a.definition AND d.status = 'in force';
END;
REVOKE EXECUTE ON FUNCTION align.report_agreement() FROM PUBLIC;
COMMENT ON FUNCTION align.report_agreement() IS 'The rows of view report_agreement, read with the rights of the owner: see there.';
CREATE VIEW align.report_agreement WITH (security_invoker = true) AS SELECT r.* FROM align.report_agreement() r;
COMMENT ON VIEW align.report_agreement IS 'Whether teams agree on who is qualified: a row per definition and pair of teams that both judged leads, in all and per segment.';
COMMENT ON COLUMN align.report_agreement.definition IS 'The definition.';
COMMENT ON COLUMN align.report_agreement.version_in_force IS 'The version of it that is in force; NULL when none is.';
COMMENT ON COLUMN align.report_agreement.in_force_at IS 'Since when.';
COMMENT ON COLUMN align.report_agreement.signed_by IS 'The teams that signed it.';
COMMENT ON COLUMN align.report_agreement.team_a IS 'One team, the first in the alphabet.';
COMMENT ON COLUMN align.report_agreement.team_b IS 'The other team.';
COMMENT ON COLUMN align.report_agreement.is_total IS 'True in the row over all segments.';
COMMENT ON COLUMN align.report_agreement.segment IS 'Market segment; NULL in the row over all, and for leads without one.';
COMMENT ON COLUMN align.report_agreement.lead_count IS 'Leads that both have judged.';
COMMENT ON COLUMN align.report_agreement.yes_a_count IS 'How many of them team_a calls qualified.';
COMMENT ON COLUMN align.report_agreement.yes_b_count IS 'How many of them team_b calls qualified.';
COMMENT ON COLUMN align.report_agreement.agree_ratio IS 'Share on which both say the same.';
COMMENT ON COLUMN align.report_agreement.kappa IS 'Agreement beyond chance: 1 in full, 0 as by chance; NULL when chance alone would agree always.';
COMMENT ON COLUMN align.report_agreement.kappa_low IS 'Lower end of its 95 % interval.';
COMMENT ON COLUMN align.report_agreement.kappa_high IS 'Upper end of its 95 % interval.';

CREATE FUNCTION align.report_plan_tree() RETURNS TABLE (tree_order integer, title text, key text, parent_key text, level text, level_order integer, depth integer, path text, team text, owner text,
        period text, period_start_date date, kind text, status text, is_must boolean, due_date date, progress_ratio numeric, budget_amount numeric,
        total_budget_amount numeric, effort_days numeric, total_effort_days numeric, below_count bigint, reaches_mission boolean, is_orphan boolean)
    LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER
BEGIN ATOMIC
    SELECT t.tree_order, t.title, t.key, p.key AS parent_key, t.level, t.level_order, t.depth, t.path, t.team, t.owner, t.period, t.period_start_date, t.kind, t.status, t.is_must, t.due_date, t.progress_ratio,
        t.budget_amount, t.total_budget_amount, t.effort_days, t.total_effort_days, t.below_count, t.reaches_mission, t.is_orphan
    FROM align.plan_tree t JOIN align.plan_item i ON i.key = t.key LEFT JOIN align.plan_item p ON p.id = i.parent;
END;
REVOKE EXECUTE ON FUNCTION align.report_plan_tree() FROM PUBLIC;
COMMENT ON FUNCTION align.report_plan_tree() IS 'The rows of view report_plan_tree, read with the rights of the owner: see there.';
CREATE VIEW align.report_plan_tree WITH (security_invoker = true) AS SELECT r.* FROM align.report_plan_tree() r;
COMMENT ON VIEW align.report_plan_tree IS 'The plan from the mission down: a row per item, in the order of the tree.';
COMMENT ON COLUMN align.report_plan_tree.tree_order IS 'Place in the tree, from 1: below its parent, by level, first day of the period, and key.';
COMMENT ON COLUMN align.report_plan_tree.title IS 'Title, indented by two spaces a level of depth.';
COMMENT ON COLUMN align.report_plan_tree.key IS 'Its key.';
COMMENT ON COLUMN align.report_plan_tree.parent_key IS 'Key of the item above it; NULL at the top.';
COMMENT ON COLUMN align.report_plan_tree.level IS 'mission, vision, picture, goal, strategy, rock or activity.';
COMMENT ON COLUMN align.report_plan_tree.level_order IS 'Place of the level: mission 1 to activity 7.';
COMMENT ON COLUMN align.report_plan_tree.depth IS 'How many parents stand above it.';
COMMENT ON COLUMN align.report_plan_tree.path IS 'The keys from the top of its chain of parents down to it.';
COMMENT ON COLUMN align.report_plan_tree.team IS 'The team that owns it.';
COMMENT ON COLUMN align.report_plan_tree.owner IS 'The person who owns it.';
COMMENT ON COLUMN align.report_plan_tree.period IS 'When it is to be done.';
COMMENT ON COLUMN align.report_plan_tree.period_start_date IS 'First day of that period.';
COMMENT ON COLUMN align.report_plan_tree.kind IS 'brand, marketing, sales or shared.';
COMMENT ON COLUMN align.report_plan_tree.status IS 'proposed, active, done or dropped.';
COMMENT ON COLUMN align.report_plan_tree.is_must IS 'Whether it must be done.';
COMMENT ON COLUMN align.report_plan_tree.due_date IS 'Last day on which it is in time.';
COMMENT ON COLUMN align.report_plan_tree.progress_ratio IS 'How much is done, 0 to 1, as rollup_progress says; NULL when dropped.';
COMMENT ON COLUMN align.report_plan_tree.budget_amount IS 'Its own budget.';
COMMENT ON COLUMN align.report_plan_tree.total_budget_amount IS 'Its budget with all that serves it; NULL when none of them has one.';
COMMENT ON COLUMN align.report_plan_tree.effort_days IS 'Its own days of work.';
COMMENT ON COLUMN align.report_plan_tree.total_effort_days IS 'Its days of work with all that serves it; NULL when none of them has any.';
COMMENT ON COLUMN align.report_plan_tree.below_count IS 'How many items serve it.';
COMMENT ON COLUMN align.report_plan_tree.reaches_mission IS 'Whether its chain reaches an active mission.';
COMMENT ON COLUMN align.report_plan_tree.is_orphan IS 'Whether it is work whose chain reaches none.';

CREATE FUNCTION align.report_plan_against_actual() RETURNS TABLE (period text, period_start_date date, tree_order integer, title text, key text, level text, depth integer, team text, planned_amount numeric,
        actual_amount numeric, difference_amount numeric, used_ratio numeric, total_planned_amount numeric, total_actual_amount numeric,
        total_difference_amount numeric, total_used_ratio numeric)
    LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER
BEGIN ATOMIC
    WITH span AS (
        SELECT pg_catalog.min(d.first) AS first, pg_catalog.max(d.last) AS last
        FROM (SELECT align.lower(l.period) AS first, align.upper(l.period) - 1 AS last FROM align.budget_line l
              UNION ALL SELECT s.at, s.at FROM align.spend s
              UNION ALL SELECT align.lower(i.period), align.upper(i.period) - 1 FROM align.plan_item i WHERE i.budget > 0 AND i.period IS NOT NULL) d)
    SELECT q.quarter::text AS period, align.lower(q.quarter) AS period_start_date, p.tree_order, p.title, p.key, p.level, p.depth, p.team, p.planned_amount, p.actual_amount, p.difference_amount, p.used_ratio,
        p.total_planned_amount, p.total_actual_amount, p.total_difference_amount, p.total_used_ratio
    FROM span s
    CROSS JOIN LATERAL align.generate_series(align.period(s.first, 'quarter', align.fiscal_start_month()), align.period(s.last, 'quarter', align.fiscal_start_month())) q(quarter)
    CROSS JOIN LATERAL align.plan_against_actual(q.quarter::text) p
    WHERE s.first IS NOT NULL;
END;
REVOKE EXECUTE ON FUNCTION align.report_plan_against_actual() FROM PUBLIC;
COMMENT ON FUNCTION align.report_plan_against_actual() IS 'The rows of view report_plan_against_actual, read with the rights of the owner: see there.';
CREATE VIEW align.report_plan_against_actual WITH (security_invoker = true) AS SELECT r.* FROM align.report_plan_against_actual() r;
COMMENT ON VIEW align.report_plan_against_actual IS 'What was planned and what was spent: a row per fiscal quarter and item of the plan that has either, itself or below it. Add up the own amounts, never the totals.';
COMMENT ON COLUMN align.report_plan_against_actual.period IS 'The fiscal quarter.';
COMMENT ON COLUMN align.report_plan_against_actual.period_start_date IS 'First day of the quarter.';
COMMENT ON COLUMN align.report_plan_against_actual.tree_order IS 'Place of the item in the tree, see report_plan_tree.';
COMMENT ON COLUMN align.report_plan_against_actual.title IS 'Title, indented by two spaces a level of depth.';
COMMENT ON COLUMN align.report_plan_against_actual.key IS 'Its key.';
COMMENT ON COLUMN align.report_plan_against_actual.level IS 'mission, vision, picture, goal, strategy, rock or activity.';
COMMENT ON COLUMN align.report_plan_against_actual.depth IS 'How many parents stand above it.';
COMMENT ON COLUMN align.report_plan_against_actual.team IS 'The team that owns it.';
COMMENT ON COLUMN align.report_plan_against_actual.planned_amount IS 'Planned for the item itself in the quarter, by its share of days.';
COMMENT ON COLUMN align.report_plan_against_actual.actual_amount IS 'Spent on the item itself in the quarter.';
COMMENT ON COLUMN align.report_plan_against_actual.difference_amount IS 'Planned less spent; below 0 when overspent.';
COMMENT ON COLUMN align.report_plan_against_actual.used_ratio IS 'Spent over planned; NULL when nothing was planned.';
COMMENT ON COLUMN align.report_plan_against_actual.total_planned_amount IS 'Planned for it with all that serves it, each once.';
COMMENT ON COLUMN align.report_plan_against_actual.total_actual_amount IS 'Spent on it with all that serves it, each once.';
COMMENT ON COLUMN align.report_plan_against_actual.total_difference_amount IS 'Planned less spent, with all that serves it.';
COMMENT ON COLUMN align.report_plan_against_actual.total_used_ratio IS 'Spent over planned, with all that serves it; NULL when nothing was planned.';

CREATE FUNCTION align.report_alignment() RETURNS TABLE (dimension_order integer, dimension text, block text, question text, score_value numeric, cautious_value numeric, state text, evidence_count bigint,
        weight_ratio numeric, finding text, next_action text, look_at text, reason_not_measured text, index_value numeric, index_measured_ratio numeric)
    LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER
BEGIN ATOMIC
    WITH row AS MATERIALIZED (SELECT a.* FROM align.alignment(pg_catalog.now()) a),
    whole AS (
        SELECT b.* FROM (SELECT pg_catalog.array_agg(r.dimension) AS d, pg_catalog.array_agg(r.score_value) AS s, pg_catalog.array_agg(r.evidence_count) AS e, pg_catalog.array_agg(r.weight_ratio) AS w FROM row r) a
        CROSS JOIN LATERAL align.alignment_blend(a.d, a.s, a.e, a.w) b)
    SELECT r.dimension_order, r.dimension, r.block, r.question, r.score_value, r.cautious_value, align.score_state(r.score_value, u.least_value) AS state, r.evidence_count, r.weight_ratio,
        r.finding, r.next_action, r.look_at, r.reason_not_measured, w.index_value, w.measured_ratio AS index_measured_ratio
    FROM row r LEFT JOIN align.diagnosis_rules() u ON u.dimension = r.dimension CROSS JOIN whole w;
END;
REVOKE EXECUTE ON FUNCTION align.report_alignment() FROM PUBLIC;
COMMENT ON FUNCTION align.report_alignment() IS 'The rows of view report_alignment, read with the rights of the owner: see there.';
CREATE VIEW align.report_alignment WITH (security_invoker = true) AS SELECT r.* FROM align.report_alignment() r;
COMMENT ON VIEW align.report_alignment IS 'How far sales and marketing are aligned to the mission, now: a row per dimension, with the index beside each.';
COMMENT ON COLUMN align.report_alignment.dimension_order IS 'Place of the dimension, 1 to 14.';
COMMENT ON COLUMN align.report_alignment.dimension IS 'The dimension.';
COMMENT ON COLUMN align.report_alignment.block IS 'structure, clarity, flow or discipline.';
COMMENT ON COLUMN align.report_alignment.question IS 'The question that it answers.';
COMMENT ON COLUMN align.report_alignment.score_value IS '0 to 100; NULL where it cannot be measured.';
COMMENT ON COLUMN align.report_alignment.cautious_value IS 'What the score is at least, given its evidence.';
COMMENT ON COLUMN align.report_alignment.state IS 'weak (below what the diagnosis lets pass), fair, or strong (80 and more); NULL where there is no score.';
COMMENT ON COLUMN align.report_alignment.evidence_count IS 'Rows that it rests on.';
COMMENT ON COLUMN align.report_alignment.weight_ratio IS 'Its share of the index.';
COMMENT ON COLUMN align.report_alignment.finding IS 'What was found, with its numbers.';
COMMENT ON COLUMN align.report_alignment.next_action IS 'What to do next; NULL where nothing is.';
COMMENT ON COLUMN align.report_alignment.look_at IS 'The query that shows the rows.';
COMMENT ON COLUMN align.report_alignment.reason_not_measured IS 'Why there is no score.';
COMMENT ON COLUMN align.report_alignment.index_value IS 'The index over all dimensions, 0 to 100; the same in each row.';
COMMENT ON COLUMN align.report_alignment.index_measured_ratio IS 'The share of the weight that could be measured; the same in each row.';

CREATE FUNCTION align.report_alignment_history() RETURNS TABLE (period text, period_start_date date, as_of_at timestamptz, is_total boolean, dimension text, block text, score_value numeric, evidence_count bigint,
        weight_ratio numeric, reason_not_measured text)
    LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER
BEGIN ATOMIC
    SELECT h.period, h.period_start_date, h.at AS as_of_at, h.is_total, h.dimension, h.block, h.score_value, h.evidence_count, h.weight_ratio, h.reason_not_measured
    FROM (SELECT align.period((pg_catalog.now() AT TIME ZONE 'UTC')::date, 'quarter', align.fiscal_start_month()) AS this) q
    CROSS JOIN LATERAL align.alignment_history(align.lower(q.this OPERATOR(align.-) 8), align.lower(q.this) - 1, 'quarter') h;
END;
REVOKE EXECUTE ON FUNCTION align.report_alignment_history() FROM PUBLIC;
COMMENT ON FUNCTION align.report_alignment_history() IS 'The rows of view report_alignment_history, read with the rights of the owner: see there.';
CREATE VIEW align.report_alignment_history WITH (security_invoker = true) AS SELECT r.* FROM align.report_alignment_history() r;
COMMENT ON VIEW align.report_alignment_history IS 'The index and its dimensions at the end of each of the last eight fiscal quarters, as it was known then: a row for the index and one per dimension.';
COMMENT ON COLUMN align.report_alignment_history.period IS 'The fiscal quarter.';
COMMENT ON COLUMN align.report_alignment_history.period_start_date IS 'First day of the quarter.';
COMMENT ON COLUMN align.report_alignment_history.as_of_at IS 'Its last instant, as of which all is told.';
COMMENT ON COLUMN align.report_alignment_history.is_total IS 'Whether the row is the index, not a dimension.';
COMMENT ON COLUMN align.report_alignment_history.dimension IS 'The dimension; NULL for the index.';
COMMENT ON COLUMN align.report_alignment_history.block IS 'structure, clarity, flow or discipline; NULL for the index.';
COMMENT ON COLUMN align.report_alignment_history.score_value IS '0 to 100; NULL where it could not be measured.';
COMMENT ON COLUMN align.report_alignment_history.evidence_count IS 'Rows that it rests on.';
COMMENT ON COLUMN align.report_alignment_history.weight_ratio IS 'Share of the index; for the index, the share of the weight that was measured.';
COMMENT ON COLUMN align.report_alignment_history.reason_not_measured IS 'Why there is no score.';

CREATE FUNCTION align.report_diagnosis() RETURNS TABLE (finding_order integer, area text, cause text, finding text, evidence_count bigint, cost_amount numeric, cost_customer_count numeric, assumption text,
        look_at text, next_step text)
    LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER
BEGIN ATOMIC
    SELECT d.finding_order, d.area, d.cause, d.finding, d.evidence_count, d.cost_amount, d.cost_customer_count, d.assumption, d.look_at, d.next_step FROM align.diagnose(pg_catalog.now()) d;
END;
REVOKE EXECUTE ON FUNCTION align.report_diagnosis() FROM PUBLIC;
COMMENT ON FUNCTION align.report_diagnosis() IS 'The rows of view report_diagnosis, read with the rights of the owner: see there.';
CREATE VIEW align.report_diagnosis WITH (security_invoker = true) AS SELECT r.* FROM align.report_diagnosis() r;
COMMENT ON VIEW align.report_diagnosis IS 'What lies under misalignment, now: a row per finding, none where nothing is wrong; see diagnose.';
COMMENT ON COLUMN align.report_diagnosis.finding_order IS 'Its place, the gravest first.';
COMMENT ON COLUMN align.report_diagnosis.area IS 'structure, who, what resonates, how they move, where it breaks, or discipline.';
COMMENT ON COLUMN align.report_diagnosis.cause IS 'The cause in a few words.';
COMMENT ON COLUMN align.report_diagnosis.finding IS 'What was found, with its numbers.';
COMMENT ON COLUMN align.report_diagnosis.evidence_count IS 'Rows that it rests on.';
COMMENT ON COLUMN align.report_diagnosis.cost_amount IS 'What it costs, where that can be said.';
COMMENT ON COLUMN align.report_diagnosis.cost_customer_count IS 'How many customers it costs, where that can be said.';
COMMENT ON COLUMN align.report_diagnosis.assumption IS 'What that rests on.';
COMMENT ON COLUMN align.report_diagnosis.look_at IS 'The query that shows the rows.';
COMMENT ON COLUMN align.report_diagnosis.next_step IS 'What to do next.';

CREATE FUNCTION align.report_priority() RETURNS TABLE (period text, period_start_date date, item_order integer, decision text, key text, title text, kind text, team text, worth_amount numeric,
        money_amount numeric, effort_days numeric, reason text, total_money_amount numeric, total_team_days numeric, gap_ratio numeric)
    LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER
BEGIN ATOMIC
    SELECT q.period::text AS period, align.lower(q.period) AS period_start_date, p.item_order, p.decision, p.key, p.title, p.kind, p.team, p.worth AS worth_amount, p.money_amount, p.effort_days, p.reason,
        p.total_money_amount, p.total_team_days, p.gap_ratio
    FROM (SELECT align.period((pg_catalog.now() AT TIME ZONE 'UTC')::date, 'quarter', align.fiscal_start_month()) AS period) q
    CROSS JOIN LATERAL align.prioritize(q.period::text) p;
END;
REVOKE EXECUTE ON FUNCTION align.report_priority() FROM PUBLIC;
COMMENT ON FUNCTION align.report_priority() IS 'The rows of view report_priority, read with the rights of the owner: see there.';
CREATE VIEW align.report_priority WITH (security_invoker = true) AS SELECT r.* FROM align.report_priority() r;
COMMENT ON VIEW align.report_priority IS 'What is done in this fiscal quarter and what is deferred, within the days of each team (table capacity) and without a limit of money: a row per candidate, see prioritize.';
COMMENT ON COLUMN align.report_priority.period IS 'The fiscal quarter that holds today (UTC).';
COMMENT ON COLUMN align.report_priority.period_start_date IS 'First day of the quarter.';
COMMENT ON COLUMN align.report_priority.item_order IS 'The order in which to decide.';
COMMENT ON COLUMN align.report_priority.decision IS 'do now, deferred or not possible.';
COMMENT ON COLUMN align.report_priority.key IS 'Key of the request or item of the plan.';
COMMENT ON COLUMN align.report_priority.title IS 'Its title.';
COMMENT ON COLUMN align.report_priority.kind IS 'request, or the level of the item.';
COMMENT ON COLUMN align.report_priority.team IS 'The team whose days it takes.';
COMMENT ON COLUMN align.report_priority.worth_amount IS 'What it is worth.';
COMMENT ON COLUMN align.report_priority.money_amount IS 'Money that it takes.';
COMMENT ON COLUMN align.report_priority.effort_days IS 'Days of its team that it takes.';
COMMENT ON COLUMN align.report_priority.reason IS 'Why, in words.';
COMMENT ON COLUMN align.report_priority.total_money_amount IS 'Money that it and what stands above take.';
COMMENT ON COLUMN align.report_priority.total_team_days IS 'Days of its team that it and what stands above take.';
COMMENT ON COLUMN align.report_priority.gap_ratio IS 'How much more another choice could be worth at most; 0 when this one is proven best.';

CREATE FUNCTION align.report_message() RETURNS TABLE (message_key text, kind text, team text, version integer, status text, body text, required_terms text, forbidden_terms text, set_at timestamptz,
        until_at timestamptz, age_days numeric, changes_per_year numeric, half_life_days numeric, asset_count bigint, on_message_ratio numeric,
        marketing_ratio numeric, sales_ratio numeric, divergence numeric)
    LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER
BEGIN ATOMIC
    SELECT h.message_key, h.kind, h.team, h.version, h.status, h.body, h.required_terms, h.forbidden_terms, h.set_at, h.until_at,
        d.age_days, d.changes_per_year, d.half_life_days, d.asset_count, c.on_message_ratio, c.marketing_ratio, c.sales_ratio, c.divergence
    FROM align.message_history h
    LEFT JOIN align.message_drift(pg_catalog.now()) d ON d.message_key = h.message_key AND h.status = 'in force'
    LEFT JOIN (
        SELECT m.message_key, pg_catalog.round(pg_catalog.sum(m.on_message_ratio * m.asset_count) / NULLIF(pg_catalog.sum(m.asset_count) FILTER (WHERE m.on_message_ratio IS NOT NULL), 0), 6) AS on_message_ratio,
            pg_catalog.max(m.on_message_ratio) FILTER (WHERE m.team = 'marketing') AS marketing_ratio, pg_catalog.max(m.on_message_ratio) FILTER (WHERE m.team = 'sales') AS sales_ratio, pg_catalog.max(m.divergence) AS divergence
        FROM align.message_consistency(pg_catalog.now()) m WHERE NOT m.is_total GROUP BY m.message_key) c ON c.message_key = h.message_key AND h.status = 'in force';
END;
REVOKE EXECUTE ON FUNCTION align.report_message() FROM PUBLIC;
COMMENT ON FUNCTION align.report_message() IS 'The rows of view report_message, read with the rights of the owner: see there.';
CREATE VIEW align.report_message WITH (security_invoker = true) AS SELECT r.* FROM align.report_message() r;
COMMENT ON VIEW align.report_message IS 'The messages, each version with its words, and of the one in force how steady it is and how far what goes out carries it, now.';
COMMENT ON COLUMN align.report_message.message_key IS 'The message.';
COMMENT ON COLUMN align.report_message.kind IS 'mission, vision, promise, positioning, pillar, proof, core value and so on.';
COMMENT ON COLUMN align.report_message.team IS 'The team that owns it.';
COMMENT ON COLUMN align.report_message.version IS 'Number of the version.';
COMMENT ON COLUMN align.report_message.status IS 'in force, superseded or retired.';
COMMENT ON COLUMN align.report_message.body IS 'Its words.';
COMMENT ON COLUMN align.report_message.required_terms IS 'Terms that an asset of it must have, parted by commas.';
COMMENT ON COLUMN align.report_message.forbidden_terms IS 'Terms that it must not have, parted by commas.';
COMMENT ON COLUMN align.report_message.set_at IS 'Since when it was in force.';
COMMENT ON COLUMN align.report_message.until_at IS 'Until when; NULL for the one in force.';
COMMENT ON COLUMN align.report_message.age_days IS 'How long it has been in force; this and what follows are NULL for versions that are not.';
COMMENT ON COLUMN align.report_message.changes_per_year IS 'How often a year its words were replaced.';
COMMENT ON COLUMN align.report_message.half_life_days IS 'Median life of its versions; NULL while more than half would still be there.';
COMMENT ON COLUMN align.report_message.asset_count IS 'Assets that carry it.';
COMMENT ON COLUMN align.report_message.on_message_ratio IS 'How far these carry it, mean, 0 to 1.';
COMMENT ON COLUMN align.report_message.marketing_ratio IS 'The same of marketing''s.';
COMMENT ON COLUMN align.report_message.sales_ratio IS 'The same of sales''.';
COMMENT ON COLUMN align.report_message.divergence IS 'How far the words of both teams lie apart, in bits: 0 the same, 1 no word in common.';
