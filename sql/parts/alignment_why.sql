-- alignment: the symptom is misalignment; what lies under it?

CREATE FUNCTION align.diagnosis_rules() RETURNS TABLE (dimension text, least_value numeric, rank integer, area text, cause text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 14
BEGIN ATOMIC
    SELECT r.* FROM (VALUES
        ('mission_link', 80, 1, 'structure', 'work that serves no mission'),
        ('one_goal', 60, 1, 'structure', 'two revenue goals'),
        ('incentives', 60, 1, 'structure', 'clashing incentives'),
        ('focus', 80, 1, 'structure', 'orphan spending'),
        ('outcome_focus', 60, 2, 'structure', 'measures that lead to no outcome'),
        ('who_we_serve', 60, 1, 'who', 'each team works other customers'),
        ('lead_definition', 60, 1, 'who', 'each team calls other leads qualified'),
        ('message', 60, 1, 'what resonates', 'the teams do not say what was agreed'),
        ('process', 60, 1, 'how they move', 'selling hangs on persons'),
        ('handoff', 60, 1, 'how they move', 'leads are not taken up'),
        ('momentum', 80, 2, 'where it breaks', 'the pipeline slows'),
        ('written_plan', 60, 2, 'discipline', 'the plan is not signed, or not kept'),
        ('cadence', 60, 2, 'discipline', 'promised reviews are not held'),
        ('steadiness', 60, 2, 'discipline', 'the messages do not last')) r(dimension, least_value, rank, area, cause);
END;
COMMENT ON FUNCTION align.diagnosis_rules() IS 'When a dimension is a finding of diagnose: below least_value; rank 1 are the faults of structure and the four clarities (who, what resonates, how they move, where it breaks), 2 what follows from them.';

CREATE FUNCTION align.diagnose(at timestamptz DEFAULT pg_catalog.now())
    RETURNS TABLE (finding_order integer, area text, cause text, finding text, evidence_count bigint, cost_amount numeric, cost_customer_count numeric, assumption text, look_at text, next_step text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 10 SET jit = off
BEGIN ATOMIC
    WITH row AS MATERIALIZED (SELECT a.* FROM align.alignment($1) a),
    span AS MATERIALIZED (SELECT $1 - '8760 hours'::interval AS since, align.spending_year($1) AS year),
    -- what should be signed, and is not, though leads come
    unsigned AS MATERIALIZED (
        SELECT n.dimension, n.name FROM (
            SELECT d.dimension, COALESCE((SELECT s.value ->> d.role FROM align.setting s WHERE s.key = 'alignment_definitions'), d.name) AS name
            FROM (VALUES ('who_we_serve', 'served', 'icp'), ('lead_definition', 'lead', 'mql')) d(dimension, role, name)) n
        WHERE NOT EXISTS (SELECT FROM align.definition_in_force(n.name, $1)) AND EXISTS (SELECT FROM align.stage_event e WHERE e.at <= $1)),
    unplanned AS MATERIALIZED (
        SELECT r.dimension FROM row r WHERE r.dimension = 'written_plan' AND r.score_value IS NULL AND EXISTS (SELECT FROM align.plan_item i WHERE i.status IN ('proposed', 'active'))),
    fault AS MATERIALIZED (
        SELECT r.dimension, u.rank, u.area, f.cause,
            f.finding, r.evidence_count, r.look_at, f.next_action, r.weight_ratio * pg_catalog.ln(100 / GREATEST(f.value, 1)) AS loss
        FROM row r JOIN align.diagnosis_rules() u ON u.dimension = r.dimension
        LEFT JOIN unsigned n ON n.dimension = r.dimension LEFT JOIN unplanned p ON p.dimension = r.dimension
        CROSS JOIN LATERAL (
            -- what is not signed halves the score: that is one fault, and what is left may be another
            SELECT u.cause, r.finding, r.score_value * CASE WHEN n.name IS NOT NULL THEN 2 ELSE 1 END AS value, CASE WHEN n.name IS NOT NULL THEN align.agree_text(r.dimension) ELSE r.next_action END AS next_action
            UNION ALL
            -- where it cannot be measured, it counts as if nothing were agreed
            SELECT CASE WHEN n.name IS NOT NULL THEN pg_catalog.format('no signed definition "%s"', n.name) ELSE 'no signed plan' END,
                pg_catalog.concat_ws(' ', CASE WHEN n.name IS NOT NULL THEN pg_catalog.format('No version of "%s" is signed by both teams.', n.name) END, r.reason_not_measured),
                CASE WHEN r.score_value IS NOT NULL THEN 50 ELSE 0 END, r.next_action
            WHERE n.name IS NOT NULL OR p.dimension IS NOT NULL) f
        WHERE f.value < u.least_value),
    won AS MATERIALIZED (
        SELECT pg_catalog.avg(d.amount) AS amount FROM align.deal d CROSS JOIN span s WHERE d.outcome = 'won' AND d.closed_at <= $1 AND d.closed_at > s.since),
    late AS MATERIALIZED (
        SELECT pg_catalog.count(*) FILTER (WHERE h.is_breach OR h.outcome = 'leaked') AS n, c.chance
        FROM align.handoff_rows($1, false) h CROSS JOIN (
            SELECT pg_catalog.count(*) FILTER (WHERE align.entered(j.journey, 'customer') <= $1)::numeric / NULLIF(pg_catalog.count(*), 0) AS chance
            FROM align.lead_journey j CROSS JOIN span s WHERE align.entered(j.journey, 'mql') > s.since AND align.entered(j.journey, 'mql') <= $1) c
        WHERE h.given_at > $1 - '2160 hours'::interval AND h.given_at <= $1 AND NOT h.is_feedback AND EXISTS (SELECT FROM fault f WHERE f.dimension = 'handoff')
        GROUP BY c.chance),
    cost AS (
        SELECT 'mission_link' AS dimension, m.budget_amount - m.linked_budget_amount AS amount, NULL::numeric AS customers, 'All that is budgeted for it in the live plan is lost to the mission.' AS assumption
        FROM align.mission_link($1) m
        UNION ALL
        SELECT 'focus', NULLIF(pg_catalog.round((1 - r.score_value / 100) * s.amount), 0), NULL, 'All that was spent outside of the plan is lost to it.'
        FROM row r CROSS JOIN (SELECT pg_catalog.sum(e.amount) AS amount FROM align.spend e CROSS JOIN span s WHERE s.year @> e.at AND e.at <= ($1 AT TIME ZONE 'UTC')::date) s WHERE r.dimension = 'focus'
        UNION ALL
        SELECT 'handoff', pg_catalog.round(l.n * l.chance * w.amount), pg_catalog.round(l.n * l.chance, 1),
            pg_catalog.format('The %s handoffs of 90 days that were late or leaked are lost; else they had become customers as often as the mqls of the year (%s %%), at the mean amount won.', align.number_text(l.n), pg_catalog.round(100 * l.chance, 1))
        FROM late l CROSS JOIN won w
        UNION ALL
        SELECT 'process', pg_catalog.round(pg_catalog.sum(g.lost) * w.amount), pg_catalog.round(pg_catalog.sum(g.lost), 1), 'Whoever won a smaller share of the closed deals of the year than the team had won the team''s share, at the mean amount won.'
        FROM (SELECT (t.won - o.won) * o.closed AS lost
              FROM (SELECT d.owner, pg_catalog.avg((d.outcome = 'won')::integer) AS won, pg_catalog.count(*) AS closed FROM align.deal d CROSS JOIN span s
                    WHERE d.outcome IN ('won', 'lost') AND d.closed_at <= $1 AND d.closed_at > s.since AND d.owner IS NOT NULL GROUP BY d.owner) o
              CROSS JOIN (SELECT pg_catalog.avg((d.outcome = 'won')::integer) AS won FROM align.deal d CROSS JOIN span s
                    WHERE d.outcome IN ('won', 'lost') AND d.closed_at <= $1 AND d.closed_at > s.since AND d.owner IS NOT NULL) t
              WHERE o.won < t.won) g CROSS JOIN won w GROUP BY w.amount
        UNION ALL
        SELECT 'momentum', pg_catalog.round(q.velocity_amount * (100 / NULLIF(r.score_value, 0) - 1) * 91), NULL, 'The quarter had moved as fast as those before it, over 91 days.'
        FROM row r CROSS JOIN LATERAL align.momentum(NULL, 1, $1) q WHERE r.dimension = 'momentum' AND EXISTS (SELECT FROM fault f WHERE f.dimension = 'momentum')),
    found AS (
        SELECT f.rank, f.area, f.cause, f.finding, f.evidence_count, c.amount, c.customers, c.assumption, f.look_at, f.next_action, f.loss
        FROM fault f LEFT JOIN cost c ON c.dimension = f.dimension
        UNION ALL
        SELECT 1, 'where it breaks', pg_catalog.format('the step from %s to %s %s', b.from_stage, b.to_stage, CASE WHEN s.loses THEN 'loses leads' ELSE 'has become slow' END), b.finding, b.lead_count,
            CASE WHEN s.loses THEN b.lost_amount END, CASE WHEN s.loses THEN b.lost_customer_count END,
            pg_catalog.format('The step had passed as many leads as in %s, and they had gone on as all do, at the mean amount won.', b.compared_with),
            pg_catalog.format('SELECT * FROM align.bottleneck_by(%L) WHERE from_stage = %L ORDER BY %s DESC NULLS LAST', align.instant_text($1), b.from_stage, CASE WHEN s.loses THEN 'lost_lead_count' ELSE 'lost_days' END),
            CASE WHEN COALESCE(b.worst_segment, b.worst_source) IS NOT NULL THEN 'Look at ' || pg_catalog.concat_ws(' and ', 'segment ' || b.worst_segment, 'source ' || b.worst_source) || ' first.'
                 ELSE pg_catalog.format('Take ten leads that %s %s, and ask who worked them what is done otherwise than in %s: no segment or source stands out.',
                     CASE WHEN s.loses THEN 'went no further than' ELSE 'waited long at' END, b.from_stage, b.compared_with) END, NULL
        FROM align.bottleneck($1) b CROSS JOIN LATERAL (SELECT b.lost_lead_low_count > 0 AS loses) s
        WHERE (s.loses OR b.lost_low_days > 0) AND b.finding NOT LIKE 'Too few%'
        UNION ALL
        -- several mixes are tried, so each must be the more certain
        SELECT 2, 'discipline', pg_catalog.format('the mix of %s follows the last win', t.mix), t.finding, t.won_count, NULL, NULL, NULL, t.look_at, 'Decide the mix by the record of all periods, once a quarter, and not after each win.', NULL
        FROM (SELECT r.*, pg_catalog.count(r.p) OVER () AS mixes FROM align.recency_trap($1) r) t WHERE t.is_trap AND t.p * t.mixes < 0.05
        UNION ALL
        SELECT 1, 'structure', 'a goal of one team', pg_catalog.format('%s: %s', pg_catalog.string_agg(g.item_key, ', ' ORDER BY g.gap_order), pg_catalog.min(g.detail)), pg_catalog.count(*), NULL, NULL, NULL,
            pg_catalog.format('SELECT * FROM align.plan_gap(%L) WHERE gap = ''not owned by leadership''', align.instant_text($1)), 'Give each goal to one above both teams.', NULL
        FROM align.plan_gap($1) g WHERE g.gap = 'not owned by leadership' HAVING pg_catalog.count(*) > 0)
    SELECT pg_catalog.row_number() OVER (ORDER BY f.rank, f.amount DESC NULLS LAST, f.loss DESC NULLS LAST, f.cause)::integer,
        f.area, f.cause, f.finding, f.evidence_count, f.amount, f.customers, CASE WHEN f.amount IS NOT NULL THEN f.assumption END, f.look_at, f.next_action
    FROM found f ORDER BY 1;
END;
COMMENT ON FUNCTION align.diagnose(timestamptz) IS 'What lies under misalignment at an instant, by default now: a row per finding, none where nothing is wrong. Found are dimensions below the value that diagnosis_rules names, definitions and a plan that are not signed, steps that lose more leads or take longer than chance explains (bottleneck), mixes that follow the last win (recency_trap, p times the number of mixes below 0.05), and goals that no team of leadership owns. Faults of structure and the four clarities (who, what resonates, how they move, where it breaks) come first; among them what costs most, then what takes most from the index (what is not signed and cannot be measured as if it were 0). cause; finding with its numbers; evidence_count: rows; cost_amount and cost_customer_count with their assumption, NULL where neither can be said; look_at: the query that shows the rows; next_step.';
