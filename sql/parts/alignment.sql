-- alignment: how far sales and marketing are aligned to the mission: the weights, and the dimensions of structure and clarity

INSERT INTO align.setting (key, value, description, builtin) VALUES
    ('alignment_definitions', '{"served": "icp", "lead": "mql"}', 'Names of the definitions that the dimensions who_we_serve and lead_definition ask for.', true);
CREATE TRIGGER setting_check_alignment_definitions BEFORE INSERT OR UPDATE ON align.setting
    FOR EACH ROW WHEN (NEW.key = 'alignment_definitions') EXECUTE FUNCTION align.check_setting($$$1 - '{served,lead}'::text[] = '{}' AND $1 @@ 'strict !exists($.* ? (@.type() != "string"))'$$,
        'It names definitions, as served and as lead.', '{"served": "icp", "lead": "mql"}');
COMMENT ON TRIGGER setting_check_alignment_definitions ON align.setting IS 'what alignment_definitions may be';

CREATE TYPE align.dimension_result AS (
    score_value numeric,
    evidence_count bigint,
    finding text,
    next_action text,
    look_at text,
    reason_not_measured text);
COMMENT ON TYPE align.dimension_result IS 'What one dimension of alignment says.';
COMMENT ON COLUMN align.dimension_result.score_value IS '0 to 100; NULL where it cannot be measured.';
COMMENT ON COLUMN align.dimension_result.evidence_count IS 'Rows that it rests on.';
COMMENT ON COLUMN align.dimension_result.finding IS 'What was found, with its numbers; NULL where nothing was measured.';
COMMENT ON COLUMN align.dimension_result.next_action IS 'What to do next; NULL where nothing is.';
COMMENT ON COLUMN align.dimension_result.look_at IS 'The query that shows the rows.';
COMMENT ON COLUMN align.dimension_result.reason_not_measured IS 'Why there is no score; NULL where there is one.';

CREATE FUNCTION align.alignment_dimensions() RETURNS TABLE (dimension_order integer, dimension text, block text, question text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 14
BEGIN ATOMIC
    SELECT d.* FROM (VALUES
        (1, 'mission_link', 'structure', 'Does the work serve the mission?'),
        (2, 'one_goal', 'structure', 'Do both teams chase one revenue goal?'),
        (3, 'incentives', 'structure', 'Are both teams paid for the same outcomes?'),
        (4, 'outcome_focus', 'structure', 'Do the measures lead to business outcomes?'),
        (5, 'who_we_serve', 'clarity', 'Do both teams work the same customers?'),
        (6, 'lead_definition', 'clarity', 'Do both teams call the same leads qualified?'),
        (7, 'message', 'clarity', 'Do both teams say what was agreed?'),
        (8, 'process', 'clarity', 'Is selling a process, or a matter of persons?'),
        (9, 'handoff', 'flow', 'Are leads taken up when they are given?'),
        (10, 'momentum', 'flow', 'Is the pipeline as fast as it was?'),
        (11, 'written_plan', 'discipline', 'Is the plan signed, and still the plan?'),
        (12, 'cadence', 'discipline', 'Are the promised reviews held?'),
        (13, 'focus', 'discipline', 'Is money spent on what was planned?'),
        (14, 'steadiness', 'discipline', 'Do the messages last?')) d(dimension_order, dimension, block, question);
END;
COMMENT ON FUNCTION align.alignment_dimensions() IS 'The fourteen dimensions of alignment in order, each with its block and the question that it answers.';

-- the weights, in versions that both teams sign

CREATE TABLE align.alignment_weight (
    version integer NOT NULL,
    dimension text NOT NULL,
    weight numeric NOT NULL,
    builtin boolean DEFAULT false NOT NULL,
    CONSTRAINT alignment_weight_pkey PRIMARY KEY (version, dimension),
    CONSTRAINT alignment_weight_version_check CHECK (version >= 0 AND (version > 0 OR builtin)),
    CONSTRAINT alignment_weight_dimension_check CHECK (dimension IN ('mission_link', 'one_goal', 'incentives', 'outcome_focus', 'who_we_serve', 'lead_definition',
        'message', 'process', 'handoff', 'momentum', 'written_plan', 'cadence', 'focus', 'steadiness')),
    CONSTRAINT alignment_weight_weight_check CHECK (weight BETWEEN 0 AND 1)
);
COMMENT ON TABLE align.alignment_weight IS 'How much each dimension counts, in versions of all fourteen. Version 0 is shipped; a later one is written by propose_weights and in force once every required team has signed it.';
COMMENT ON COLUMN align.alignment_weight.version IS 'Number of the set; 0 is the one shipped.';
COMMENT ON COLUMN align.alignment_weight.dimension IS 'The dimension.';
COMMENT ON COLUMN align.alignment_weight.weight IS 'Its share of the whole, 0 to 1; a set adds up to 1.';
COMMENT ON COLUMN align.alignment_weight.builtin IS 'Shipped with the extension.';
COMMENT ON CONSTRAINT alignment_weight_pkey ON align.alignment_weight IS 'a set has one weight of a dimension';
COMMENT ON CONSTRAINT alignment_weight_version_check ON align.alignment_weight IS '0 is the shipped set alone';
COMMENT ON CONSTRAINT alignment_weight_dimension_check ON align.alignment_weight IS 'the fourteen dimensions';
COMMENT ON CONSTRAINT alignment_weight_weight_check ON align.alignment_weight IS '0 to 1';

CREATE TABLE align.alignment_signature (
    version integer NOT NULL,
    team text NOT NULL,
    role text NOT NULL,
    at timestamptz DEFAULT pg_catalog.now() NOT NULL,
    CONSTRAINT alignment_signature_pkey PRIMARY KEY (version, team),
    CONSTRAINT alignment_signature_version_check CHECK (version >= 1),
    CONSTRAINT alignment_signature_team_fkey FOREIGN KEY (team) REFERENCES align.team (key)
);
COMMENT ON TABLE align.alignment_signature IS 'Who signed which set of weights for which team. Given by sign_weights; append-only.';
COMMENT ON COLUMN align.alignment_signature.version IS 'The set.';
COMMENT ON COLUMN align.alignment_signature.team IS 'The team that agrees.';
COMMENT ON COLUMN align.alignment_signature.role IS 'The database role that signed for it.';
COMMENT ON COLUMN align.alignment_signature.at IS 'When.';
COMMENT ON CONSTRAINT alignment_signature_pkey ON align.alignment_signature IS 'a team signs a set once';
COMMENT ON CONSTRAINT alignment_signature_version_check ON align.alignment_signature IS 'the shipped set needs no signature';
COMMENT ON CONSTRAINT alignment_signature_team_fkey ON align.alignment_signature IS 'the team is known';

INSERT INTO align.alignment_weight (version, dimension, weight, builtin)
SELECT 0, d.dimension, CASE d.block WHEN 'structure' THEN 0.1 WHEN 'discipline' THEN 0.0375 ELSE 0.075 END, true FROM align.alignment_dimensions() d;

SELECT pg_catalog.pg_extension_config_dump('align.alignment_weight', 'WHERE NOT builtin');
SELECT pg_catalog.pg_extension_config_dump('align.alignment_signature', '');

CREATE TRIGGER alignment_weight_keep_history BEFORE UPDATE OR DELETE OR TRUNCATE ON align.alignment_weight
    FOR EACH STATEMENT EXECUTE FUNCTION align.keep_history();
COMMENT ON TRIGGER alignment_weight_keep_history ON align.alignment_weight IS 'append-only: another set is another version';
CREATE TRIGGER alignment_weight_own_builtin BEFORE UPDATE ON align.alignment_weight
    FOR EACH ROW EXECUTE FUNCTION align.own_builtin();
COMMENT ON TRIGGER alignment_weight_own_builtin ON align.alignment_weight IS 'version 0 stays as shipped';
CREATE TRIGGER alignment_signature_keep_history BEFORE UPDATE OR DELETE OR TRUNCATE ON align.alignment_signature
    FOR EACH STATEMENT EXECUTE FUNCTION align.keep_history();
COMMENT ON TRIGGER alignment_signature_keep_history ON align.alignment_signature IS 'append-only';

CREATE FUNCTION align.unsigned_weight_teams(version integer, at timestamptz DEFAULT 'infinity') RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT pg_catalog.string_agg(t.team, ', ' ORDER BY t.team)
            FROM pg_catalog.jsonb_array_elements_text(align.required_teams('alignment_weight')) t(team)
            WHERE NOT EXISTS (SELECT FROM align.alignment_signature g WHERE g.version = $1 AND g.team = t.team AND g.at <= $2));
COMMENT ON FUNCTION align.unsigned_weight_teams(integer, timestamptz) IS 'The teams that must still sign a set of weights, as of an instant, parted by commas; NULL when all have. Required are those of the setting definition_teams, under alignment_weight or *.';

CREATE FUNCTION align.weights_in_force(at timestamptz DEFAULT pg_catalog.now()) RETURNS TABLE (version integer, dimension text, weight numeric)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 14
BEGIN ATOMIC
    SELECT w.version, w.dimension, w.weight FROM align.alignment_weight w
    WHERE w.version = COALESCE((SELECT pg_catalog.max(g.version) FROM align.alignment_signature g WHERE align.unsigned_weight_teams(g.version, $1) IS NULL), 0);
END;
COMMENT ON FUNCTION align.weights_in_force(timestamptz) IS 'The weights in force at an instant: the latest set that every required team had signed by then, else the one shipped.';

CREATE FUNCTION align.propose_weights(weights jsonb) RETURNS integer
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    fault text;
    next_version integer;
    structure numeric;
    total numeric;
BEGIN
    IF jsonb_typeof($1) IS DISTINCT FROM 'object' THEN
        fault := 'It is no object.';
    ELSE
        SELECT format('"%s" is %s.', w.key, CASE WHEN d.dimension IS NULL THEN 'no dimension' WHEN n.number BETWEEN 0 AND 1 THEN 'less than 0.000001 and not 0' ELSE 'no number from 0 to 1' END) INTO fault
        FROM jsonb_each_text($1) w CROSS JOIN align.readable_number(w.value) n(number) LEFT JOIN align.alignment_dimensions() d ON d.dimension = w.key
        WHERE d.dimension IS NULL OR (n.number = 0 OR n.number BETWEEN 0.000001 AND 1) IS NOT TRUE
        ORDER BY w.key LIMIT 1;
        IF fault IS NULL THEN
            SELECT sum((w.value)::numeric), COALESCE(sum((w.value)::numeric) FILTER (WHERE d.block = 'structure'), 0) INTO total, structure
            FROM jsonb_each_text($1) w JOIN align.alignment_dimensions() d ON d.dimension = w.key;
            fault := CASE WHEN total IS DISTINCT FROM 1 THEN format('They add up to %s, not to 1.', COALESCE(total::text, 'nothing'))
                          WHEN structure < 0.4 THEN format('Structure has %s of it; it carries 0.4 at least.', structure) END;
        END IF;
    END IF;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'invalid weights'
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = fault,
                HINT = 'Give each dimension of alignment_dimensions() a share; one that is left out has 0.';
    END IF;
    LOCK TABLE align.alignment_weight IN SHARE ROW EXCLUSIVE MODE;
    SELECT max(w.version) + 1 INTO next_version FROM align.alignment_weight w;
    INSERT INTO align.alignment_weight (version, dimension, weight)
    SELECT next_version, d.dimension, COALESCE(($1 ->> d.dimension)::numeric, 0) FROM align.alignment_dimensions() d;
    RETURN next_version;
END $$;
COMMENT ON FUNCTION align.propose_weights(jsonb) IS 'Writes the next set of weights: {"mission_link": 0.1, ...}, adding up to 1, of which structure has 0.4 at least; a dimension that is left out has 0. Result: its number. It is in force once every required team has signed it. Error for other weights.';
REVOKE EXECUTE ON FUNCTION align.propose_weights(jsonb) FROM PUBLIC;

CREATE FUNCTION align.sign_weights(version integer, team text) RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    actor text := align.role_for_team($2, 'sign');
    latest integer := (SELECT max(f.version) FROM align.weights_in_force('infinity') f);
BEGIN
    IF NOT EXISTS (SELECT FROM align.alignment_weight w WHERE w.version = $1 AND NOT w.builtin) THEN
        RAISE EXCEPTION 'unknown weights: version %', COALESCE($1::text, 'NULL')
            USING ERRCODE = 'no_data_found',
                DETAIL = 'Table alignment_weight has no proposed set with this number.',
                HINT = 'Propose it by propose_weights(weights).';
    ELSIF EXISTS (SELECT FROM align.alignment_signature g WHERE g.version = $1 AND g.team = $2) THEN
        RAISE EXCEPTION 'team "%" has signed weights version % already', $2, $1
            USING ERRCODE = 'unique_violation',
                DETAIL = 'A team signs once.',
                HINT = 'See unsigned_weight_teams(version) for who is waited for.';
    ELSIF latest > $1 THEN
        RAISE EXCEPTION 'weights version % are out of date', $1
            USING ERRCODE = 'object_not_in_prerequisite_state',
                DETAIL = format('Version %s is in force.', latest),
                HINT = 'To go back to older weights, propose them as the next version.';
    END IF;
    INSERT INTO align.alignment_signature (version, team, role) VALUES ($1, $2, actor);
    RETURN align.unsigned_weight_teams($1);
END $$;
COMMENT ON FUNCTION align.sign_weights(integer, text) IS 'Signs a set of weights for a team, by the role that acts, which must be a member of that team. Result: the teams that are still waited for, NULL when none: then it is in force. Error for an unknown set or team, a role that is no member, a second signature of a team, or a set older than the one in force.';
REVOKE EXECUTE ON FUNCTION align.sign_weights(integer, text) FROM PUBLIC;

-- what was known of the plan

CREATE FUNCTION align.fiscal_year(at timestamptz) RETURNS align.period
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN align.period(($1 AT TIME ZONE 'UTC')::date, 'year', align.fiscal_start_month());
COMMENT ON FUNCTION align.fiscal_year(timestamptz) IS 'The fiscal year (setting fiscal_start_month) that holds an instant (UTC).';

CREATE FUNCTION align.plan_version_at(at timestamptz) RETURNS integer
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT v.version FROM align.plan_version v
            WHERE v.published_at <= $1 AND v.period @> ($1 AT TIME ZONE 'UTC')::date
            ORDER BY v.in_force_at <= $1 DESC NULLS LAST, align.upper(v.period) - align.lower(v.period) DESC, v.in_force_at DESC NULLS LAST, v.version DESC LIMIT 1);
COMMENT ON FUNCTION align.plan_version_at(timestamptz) IS 'The version of the plan that counts at an instant, of those published by then whose period holds that day (UTC): one that is in force before one that is not, that of the longest period, the last in force, the last published. NULL when there is none.';

CREATE FUNCTION align.plan_version_link(version integer, at timestamptz,
    OUT item_count bigint, OUT item_ratio numeric, OUT effort_ratio numeric, OUT budget_ratio numeric) RETURNS record
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH RECURSIVE item AS MATERIALIZED (
        SELECT i.item ->> 'key' AS key, i.item, i.item ->> 'level' = 'mission' AS is_mission
        FROM align.plan_version v CROSS JOIN pg_catalog.jsonb_array_elements(v.body -> 'items') i(item) WHERE v.version = $1),
    tie AS (
        SELECT i.key, i.item ->> 'parent' AS above FROM item i
        UNION ALL
        SELECT i.key, s.tie ->> 'item' FROM item i CROSS JOIN pg_catalog.jsonb_array_elements(i.item -> 'supports') s(tie)),
    reaching(key) AS (
        SELECT i.key FROM item i WHERE i.is_mission
        UNION
        SELECT t.key FROM reaching r JOIN tie t ON t.above = r.key),
    counted AS (
        SELECT r.key IS NOT NULL AS linked, (i.item ->> 'effort')::numeric AS effort, align.plan_money(i.item) AS budget
        FROM item i LEFT JOIN reaching r ON r.key = i.key
        WHERE NOT i.is_mission AND (i.item ->> 'period' IS NULL OR (i.item ->> 'period')::align.period @> ($2 AT TIME ZONE 'UTC')::date))
    SELECT pg_catalog.count(*), pg_catalog.round(pg_catalog.count(*) FILTER (WHERE c.linked)::numeric / NULLIF(pg_catalog.count(*), 0), 6),
        pg_catalog.round(COALESCE(pg_catalog.sum(c.effort) FILTER (WHERE c.linked), 0) / NULLIF(pg_catalog.sum(c.effort), 0), 6),
        pg_catalog.round(COALESCE(pg_catalog.sum(c.budget) FILTER (WHERE c.linked), 0) / NULLIF(pg_catalog.sum(c.budget), 0), 6)
    FROM counted c;
END;
COMMENT ON FUNCTION align.plan_version_link(integer, timestamptz) IS 'How much of a published plan was linked to a mission, as mission_link says of the live plan: of its items whose period holds a day (UTC) or that have none.';

-- structure

CREATE FUNCTION align.dimension_mission_link(at timestamptz DEFAULT pg_catalog.now()) RETURNS align.dimension_result
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH link AS (
        SELECT NULL::integer AS version, m.item_count AS n, m.item_ratio, m.effort_ratio, m.budget_ratio FROM align.mission_link($1) m WHERE $1 >= pg_catalog.now()
        UNION ALL
        SELECT v.version, m.item_count, m.item_ratio, m.effort_ratio, m.budget_ratio
        FROM (SELECT align.plan_version_at($1) AS version OFFSET 0) v CROSS JOIN LATERAL align.plan_version_link(v.version, $1) m
        WHERE $1 < pg_catalog.now() AND v.version IS NOT NULL),
    share AS (SELECT l.*, COALESCE(LEAST(l.budget_ratio, l.effort_ratio), l.item_ratio) AS ratio FROM link l)
    SELECT pg_catalog.round(100 * s.ratio, 2), COALESCE(s.n, 0),
        CASE WHEN s.ratio IS NOT NULL THEN pg_catalog.concat(
            pg_catalog.concat_ws(', ', pg_catalog.round(100 * s.budget_ratio, 1) || ' % of the money', pg_catalog.round(100 * s.effort_ratio, 1) || ' % of the effort',
                pg_catalog.round(100 * s.item_ratio, 1) || ' % of the items'),
            pg_catalog.format(' in the plan reach the mission (%s%s).', align.count_text(s.n, 'item'), ', version ' || s.version)) END,
        CASE WHEN s.ratio IS NULL THEN 'Enter the plan by load_plan(document), and publish it by publish_plan(period).'
             WHEN s.ratio < 1 THEN 'Link the orphans to a goal that they serve, or drop them.' END,
        CASE WHEN s.version IS NULL THEN 'SELECT * FROM align.plan_orphan ORDER BY budget_amount DESC NULLS LAST'
             ELSE pg_catalog.format('SELECT i.* FROM align.plan_version v, jsonb_array_elements(v.body -> ''items'') i WHERE v.version = %s', s.version) END,
        CASE WHEN s.ratio IS NULL THEN CASE WHEN $1 < pg_catalog.now() AND s.version IS NULL THEN 'The live plan keeps no history, and no plan of that day was published by then.' ELSE 'Nothing is planned for that day.' END END
    FROM (SELECT 1) one LEFT JOIN share s ON true;
END;
COMMENT ON FUNCTION align.dimension_mission_link(timestamptz) IS 'Does the work serve the mission? 100 times the lesser of the shares of planned money and of planned effort whose chain reaches an active mission (of items, where neither is given), among items whose period holds the day or that have none. The present is read from the live plan, the past from the version that plan_version_at names.';

CREATE FUNCTION align.dimension_one_goal(at timestamptz DEFAULT pg_catalog.now()) RETURNS align.dimension_result
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.round(100 * g.shared_ratio, 2), g.a_count + g.b_count,
        CASE WHEN g.shared_ratio IS NOT NULL THEN pg_catalog.format('%s %% of both quotas of %s sit on the same outcomes (%s): marketing is measured by %s, sales by %s.',
            pg_catalog.round(100 * g.shared_ratio, 1), y.year, COALESCE(g.shared_metrics, 'none'), align.count_text(g.a_count, 'metric'), align.number_text(g.b_count)) END,
        CASE WHEN g.shared_ratio IS NULL THEN 'Enter what each team is held to into table quota.'
             WHEN g.shared_ratio < 1 THEN 'Give both teams the same revenue quota in the same proportion, and make what is left a shared measure.' END,
        pg_catalog.format('SELECT * FROM align.quota_share(%L)', y.year),
        g.note
    FROM (SELECT align.fiscal_year($1)::text AS year OFFSET 0) y CROSS JOIN LATERAL align.shared_goal(y.year) g;
END;
COMMENT ON FUNCTION align.dimension_one_goal(timestamptz) IS 'Do both teams chase one revenue goal? 100 times shared_ratio of shared_goal in the fiscal year: how much of marketing''s and sales'' quotas sits on the same outcomes.';

CREATE FUNCTION align.dimension_incentives(at timestamptz DEFAULT pg_catalog.now()) RETURNS align.dimension_result
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.round(100 * o.overlap_ratio, 2),
        (SELECT pg_catalog.count(*) FROM align.incentive i WHERE i.team IN ('marketing', 'sales') AND i.period && y.year::align.period),
        CASE WHEN o.overlap_ratio IS NOT NULL THEN pg_catalog.format('%s %% of the variable pay of %s hangs on outcomes that both are paid for (%s); on outcomes at all %s %% of marketing''s and %s %% of sales''.',
            pg_catalog.round(100 * o.overlap_ratio, 1), y.year, COALESCE(o.shared_metrics, 'none'), pg_catalog.round(100 * o.a_outcome_ratio, 1), pg_catalog.round(100 * o.b_outcome_ratio, 1)) END,
        CASE WHEN o.overlap_ratio IS NULL THEN 'Enter what pay hangs on into table incentive.'
             WHEN o.overlap_ratio < 1 THEN 'Move variable pay from what one team does alone to the outcome that both bring about.' END,
        pg_catalog.format('SELECT * FROM align.incentive_weight(%L)', y.year),
        COALESCE(o.note, CASE WHEN o.overlap_ratio IS NULL THEN 'A team''s pay hangs on nothing.' END)
    FROM (SELECT align.fiscal_year($1)::text AS year OFFSET 0) y CROSS JOIN LATERAL align.incentive_overlap(y.year) o;
END;
COMMENT ON FUNCTION align.dimension_incentives(timestamptz) IS 'Are both teams paid for the same outcomes? 100 times overlap_ratio of incentive_overlap in the fiscal year.';

CREATE FUNCTION align.dimension_outcome_focus(at timestamptz DEFAULT pg_catalog.now()) RETURNS align.dimension_result
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN c.is_kept THEN pg_catalog.round(100.0 * c.outcomes / NULLIF(c.outcomes + c.loose, 0), 2) END, c.outcomes + c.loose,
        CASE WHEN c.is_kept AND c.outcomes + c.loose > 0 THEN pg_catalog.format('Outcomes on the ladder with a value: %s; measures that lead to none: %s%s. Activities below an outcome, which are not counted: %s.',
            c.outcomes, c.loose, ' (' || c.names || ')', c.activities) END,
        CASE WHEN (c.is_kept AND c.outcomes + c.loose > 0) IS NOT TRUE THEN 'Enter the measures of a goal into table metric, with targets and values.'
             WHEN c.loose > 0 THEN 'Hang each loose measure on an item below a goal with an outcome, record its value, or retire it.' END,
        pg_catalog.format('SELECT * FROM align.ladder(%L) WHERE rung <> ''item'' AND (NOT has_outcome OR measures = ''outcome'')', align.instant_text($1)),
        CASE WHEN c.is_kept IS NULL THEN 'The scorecard has no metric.' WHEN NOT c.is_kept THEN 'No metric had a value recorded in the 365 days before.' WHEN c.outcomes + c.loose = 0 THEN 'The scorecard has activities alone, below outcomes without a metric.' END
    FROM (SELECT pg_catalog.bool_or(l.is_kept) AS is_kept, pg_catalog.count(*) FILTER (WHERE l.has_outcome AND l.is_outcome AND l.is_kept) AS outcomes,
              pg_catalog.count(*) FILTER (WHERE NOT l.has_outcome OR l.is_outcome AND NOT l.is_kept) AS loose,
              pg_catalog.count(*) FILTER (WHERE l.has_outcome AND NOT l.is_outcome) AS activities,
              pg_catalog.string_agg(l.key, ', ' ORDER BY l.key) FILTER (WHERE NOT l.has_outcome OR l.is_outcome AND NOT l.is_kept) AS names
          FROM (SELECT r.key, r.has_outcome, r.measures = 'outcome' AS is_outcome,
                    EXISTS (SELECT FROM align.metric_value v JOIN align.metric m ON m.id = v.metric WHERE m.key = r.key AND v.at <= $1 AND v.at > $1 - '8760 hours'::interval) AS is_kept
                FROM align.ladder($1) r WHERE r.rung <> 'item') l) c;
END;
COMMENT ON FUNCTION align.dimension_outcome_focus(timestamptz) IS 'Do the measures lead to business outcomes? Of the scorecard, 100 times the outcome metrics on the ladder that had a value recorded in the last 365 days, over these and the loose ones: metrics that hang under no business outcome, and outcomes without a value. Activities under an outcome count on neither side, so that no number of them raises it.';

-- shared clarity

CREATE FUNCTION align.agree_text(dimension text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE $1 WHEN 'who_we_serve' THEN 'Agree in which segments marketing stops or sales starts.'
               WHEN 'lead_definition' THEN 'Sit down over the most telling disagreements, and propose the next version.' END;
COMMENT ON FUNCTION align.agree_text(text) IS 'What two teams do that differ in a dimension, though the definition behind it may be signed.';

CREATE FUNCTION align.dimension_who_we_serve(at timestamptz DEFAULT pg_catalog.now()) RETURNS align.dimension_result
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH side AS MATERIALIZED (SELECT e.segment, e.is_marketing FROM align.segment_entry($1, $1 - '8760 hours'::interval) e),
    part AS MATERIALIZED (
        SELECT s.segment, pg_catalog.count(*) FILTER (WHERE s.is_marketing) AS m, pg_catalog.count(*) FILTER (WHERE NOT s.is_marketing) AS n FROM side s GROUP BY s.segment),
    total AS (
        SELECT pg_catalog.sum(p.m) AS m, pg_catalog.sum(p.n) AS n FROM part p),
    apart AS (
        SELECT COALESCE(t.m, 0) AS m, COALESCE(t.n, 0) AS n,
            -- rounded first: the sum of what is all the same may be below 0 in its last digit
            1 - pg_catalog.sqrt(GREATEST(pg_catalog.round(d.divergence::numeric, 9), 0)) AS ratio,
            (SELECT pg_catalog.format('%s: %s %% of marketing''s, %s %% of sales''', p.segment, pg_catalog.round(100 * p.m / t.m, 1), pg_catalog.round(100 * p.n / t.n, 1))
             FROM part p ORDER BY pg_catalog.abs(p.m / NULLIF(t.m, 0) - p.n / NULLIF(t.n, 0)) DESC, p.segment LIMIT 1) AS widest
        FROM total t CROSS JOIN (SELECT (align.jensen_shannon_detail(s.segment, s.is_marketing)).divergence FROM side s) d),
    agreed AS (
        SELECT n.name, EXISTS (SELECT FROM align.definition_in_force(n.name, $1)) AS signed
        FROM (SELECT COALESCE((SELECT s.value ->> 'served' FROM align.setting s WHERE s.key = 'alignment_definitions'), 'icp') AS name) n)
    SELECT CASE WHEN a.m >= 30 AND a.n >= 30 THEN pg_catalog.round(100 * a.ratio * CASE WHEN g.signed THEN 1 ELSE 0.5 END, 2) END, (a.m + a.n)::bigint,
        CASE WHEN a.m >= 30 AND a.n >= 30 THEN pg_catalog.format('Of the last 365 days %s leads of marketing and %s of sales: alike by %s %% over segments; widest %s. %s', align.number_text(a.m), align.number_text(a.n), pg_catalog.round(100 * a.ratio, 1), a.widest,
            CASE WHEN g.signed THEN pg_catalog.format('Both teams signed "%s".', g.name) ELSE pg_catalog.format('No definition "%s" is signed by both: halved.', g.name) END) END,
        CASE WHEN NOT g.signed THEN pg_catalog.format('Write down whom you serve by propose_definition(%L, ...), and have both teams sign it.', g.name)
             WHEN a.ratio < 0.8 THEN align.agree_text('who_we_serve') END,
        pg_catalog.format('SELECT * FROM align.segment_divergence(%L, %L)', align.instant_text($1), align.instant_text($1 - '8760 hours'::interval)),
        CASE WHEN (a.m >= 30 AND a.n >= 30) IS NOT TRUE THEN pg_catalog.format('Fewer than 30 leads in 365 days: %s of marketing, %s of sales.', align.number_text(a.m), align.number_text(a.n)) END
    FROM apart a CROSS JOIN agreed g;
END;
COMMENT ON FUNCTION align.dimension_who_we_serve(timestamptz) IS 'Do both teams work the same customers? 100 times 1 less the Jensen-Shannon distance (Endres and Schindelin 2003: the root of the divergence in bits) between the segments of leads that entered mql, and those that entered sal, sql or opportunity, in the last 365 days; half of it while no definition of whom we serve (setting alignment_definitions, served) is in force. NULL below 30 leads on either side.';

CREATE FUNCTION align.dimension_lead_definition(at timestamptz DEFAULT pg_catalog.now()) RETURNS align.dimension_result
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH agreed AS MATERIALIZED (
        SELECT n.name, EXISTS (SELECT FROM align.definition_in_force(n.name, $1)) AS signed
        FROM (SELECT COALESCE((SELECT s.value ->> 'lead' FROM align.setting s WHERE s.key = 'alignment_definitions'), 'mql') AS name) n),
    word AS (
        SELECT w.lead, pg_catalog.bool_or(w.qualified) FILTER (WHERE w.team = 'marketing') AS a, pg_catalog.bool_or(w.qualified) FILTER (WHERE w.team = 'sales') AS b
        FROM (SELECT DISTINCT ON (v.lead, v.team) v.lead, v.team, v.qualified
              FROM align.verdict v
              WHERE v.definition = (SELECT g.name FROM agreed g) AND v.team IN ('marketing', 'sales') AND v.at <= $1 AND v.at > (SELECT $1 - '8760 hours'::interval)
              ORDER BY v.lead, v.team, v.at DESC) w
        GROUP BY w.lead),
    measured AS (
        SELECT (align.kappa_detail(w.a, w.b)).kappa, (align.kappa_detail(w.a, w.b)).agree_ratio,
            pg_catalog.count(*) FILTER (WHERE w.a IS NOT NULL AND w.b IS NOT NULL) AS n, pg_catalog.count(*) FILTER (WHERE w.a <> w.b) AS apart FROM word w)
    SELECT CASE WHEN m.n >= 30 AND m.kappa IS NOT NULL THEN pg_catalog.round((100 * GREATEST(m.kappa, 0) * CASE WHEN g.signed THEN 1 ELSE 0.5 END)::numeric, 2) END, m.n,
        CASE WHEN m.n >= 30 AND m.kappa IS NOT NULL THEN pg_catalog.format('On %s leads of the last 365 days both teams gave their word: the same on %s %%, kappa %s; they differ on %s. %s',
            align.number_text(m.n), pg_catalog.round((100 * m.agree_ratio)::numeric, 1), pg_catalog.round(m.kappa::numeric, 2), align.number_text(m.apart),
            CASE WHEN g.signed THEN pg_catalog.format('Both signed "%s".', g.name) ELSE pg_catalog.format('No definition "%s" is signed by both: halved.', g.name) END) END,
        CASE WHEN NOT g.signed THEN pg_catalog.format('Write the definition by propose_definition(%L, ...), and have both teams sign it.', g.name)
             WHEN m.n < 30 OR m.kappa IS NULL THEN 'Have both teams record their word on the same leads by record_verdict.'
             WHEN m.kappa < 0.8 THEN align.agree_text('lead_definition') END,
        pg_catalog.format('SELECT * FROM align.disagreement WHERE definition = %L ORDER BY telling_order', g.name),
        CASE WHEN m.n < 30 THEN pg_catalog.format('Both teams judged %s in 365 days; 30 are asked for.', align.count_text(m.n, 'lead'))
             WHEN m.kappa IS NULL THEN 'Both teams always say the same word, so that agreement cannot be told from chance.' END
    FROM measured m CROSS JOIN agreed g;
END;
COMMENT ON FUNCTION align.dimension_lead_definition(timestamptz) IS 'Do both teams call the same leads qualified? 100 times Cohen''s kappa (below 0 as 0) between the last words of marketing and sales on the leads that both judged in the last 365 days, by the definition that the setting alignment_definitions names (lead); half of it while none is in force. NULL below 30 leads, or when kappa is undefined.';

CREATE FUNCTION align.dimension_message(at timestamptz DEFAULT pg_catalog.now()) RETURNS align.dimension_result
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH team AS (
        SELECT t.team, pg_catalog.count(a.key) AS n,
            pg_catalog.count(c.asset_key) FILTER (WHERE c.missing_terms IS NULL AND c.forbidden_terms IS NULL AND c.carried_ratio > 0) AS good
        FROM (VALUES ('marketing'), ('sales')) t(team)
        LEFT JOIN align.asset a ON a.team = t.team AND a.published_at <= $1 AND a.published_at > $1 - '8760 hours'::interval
        LEFT JOIN align.asset_consistency($1, $1 - '8760 hours'::interval) c ON c.asset_key = a.key
        GROUP BY t.team),
    whole AS (
        SELECT pg_catalog.avg(t.good::numeric / NULLIF(t.n, 0)) AS ratio, pg_catalog.sum(t.n)::bigint AS n, pg_catalog.min(t.n) AS least,
            pg_catalog.string_agg(pg_catalog.format('%s of %s of %s', align.number_text(t.good), align.number_text(t.n), t.team), ', ' ORDER BY t.team) AS words
        FROM team t)
    SELECT CASE WHEN b.least > 0 THEN pg_catalog.round(100 * b.ratio, 2) END, b.n,
        CASE WHEN b.least > 0 THEN pg_catalog.format('Of what went out in 365 days these carry a message in force, with its required terms and no forbidden one: %s.', b.words) END,
        CASE WHEN b.least = 0 THEN 'Set the messages by set_message, and record what goes out of both teams by publish_asset.'
             WHEN b.ratio < 1 THEN 'Rewrite or withdraw what carries no message or contradicts it, furthest off first.' END,
        pg_catalog.format('SELECT * FROM align.asset_consistency(%L, %L) ORDER BY asset_order', align.instant_text($1), align.instant_text($1 - '8760 hours'::interval)),
        CASE WHEN b.least = 0 THEN pg_catalog.format('Nothing of %s went out in 365 days.', (SELECT pg_catalog.string_agg(t.team, ' and ' ORDER BY t.team) FROM team t WHERE t.n = 0)) END
    FROM whole b;
END;
COMMENT ON FUNCTION align.dimension_message(timestamptz) IS 'Do both teams say what was agreed? 100 times the mean over marketing and sales of the share of their assets of the last 365 days that carry a message in force, have some of its words and all required terms, and none that is forbidden. An asset without a message counts against. NULL when a team has none.';

CREATE FUNCTION align.dimension_process(at timestamptz DEFAULT pg_catalog.now()) RETURNS align.dimension_result
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH measured AS MATERIALIZED (SELECT r.* FROM align.repeatability($1, $1 - '8760 hours'::interval) r)
    SELECT pg_catalog.round(LEAST(w.repeatability, t.repeatability), 2), COALESCE(w.deal_count, 0),
        CASE WHEN w.repeatability IS NOT NULL OR t.repeatability IS NOT NULL THEN pg_catalog.concat_ws(' ', w.finding, t.finding) END,
        CASE WHEN w.repeatability IS NULL AND t.repeatability IS NULL THEN 'Enter deals with their owners, and close them.'
             WHEN LEAST(w.repeatability, t.repeatability) < 80 THEN 'Write down what the best do at the step where they differ most, and have all do it.' END,
        w.look_at, CASE WHEN w.repeatability IS NULL AND t.repeatability IS NULL THEN COALESCE(w.finding, 'No deal was closed.') END
    FROM (SELECT 1) one
    LEFT JOIN measured w ON w.measure = 'win rate'
    LEFT JOIN measured t ON t.measure = 'cycle time';
END;
COMMENT ON FUNCTION align.dimension_process(timestamptz) IS 'Is selling a process, or a matter of persons? The lesser repeatability of win rate and cycle time over the owners of the deals closed in the last 365 days: 100 (1 - the root of the share of the variance that lies between reps). NULL where neither can be told.';
