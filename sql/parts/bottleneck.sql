-- bottleneck: where the path breaks, what that costs, and how it feels to a buyer

INSERT INTO align.setting (key, value, description, builtin) VALUES
    ('step_targets', '{}', 'What the steps of the path (setting funnel_steps) shall reach, for bottleneck against target, by the stage that a step leads to: {"mql": {"ratio": 0.5, "days": 7}}: share of leads that come there, and mean days that it takes them.', true);

-- what is measured

CREATE FUNCTION align.step_times(from_at timestamptz, until_at timestamptz, at timestamptz)
    RETURNS TABLE (step_order integer, source text, segment text, entered_at timestamptz, days double precision, passed boolean)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 10000
BEGIN ATOMIC
    WITH step AS (
        SELECT p.place::integer AS place, p.step
        FROM align.setting t CROSS JOIN LATERAL pg_catalog.jsonb_array_elements_text(t.value) WITH ORDINALITY p(step, place)
        WHERE t.key = 'funnel_steps'),
    event AS MATERIALIZED (
        SELECT j.lead_id, j.source, j.segment, s.place, e.at
        FROM align.lead_journey j CROSS JOIN LATERAL align.events(j.journey) e
        JOIN step s ON s.step::align.stage::text = e.stage
        WHERE e.at <= $3),
    entry AS (
        SELECT v.lead_id, v.place, v.source, v.segment, pg_catalog.min(v.at) AS at
        FROM event v GROUP BY v.lead_id, v.place, v.source, v.segment)
    SELECT n.place, n.source, n.segment, n.at,
        EXTRACT(epoch FROM COALESCE(pg_catalog.min(v.at), $3) - n.at)::double precision / 86400, pg_catalog.min(v.at) IS NOT NULL
    FROM entry n LEFT JOIN event v ON v.lead_id = n.lead_id AND v.place > n.place AND v.at >= n.at
    WHERE n.place < (SELECT pg_catalog.max(s.place) FROM step s) AND ($1 IS NULL OR n.at >= $1) AND ($2 IS NULL OR n.at < $2)
    GROUP BY n.lead_id, n.place, n.source, n.segment, n.at;
END;
COMMENT ON FUNCTION align.step_times(timestamptz, timestamptz, timestamptz) IS 'A row per lead and step of the path (setting funnel_steps) that it entered for the first time from from_at on and before until_at (NULL: no bound): after how many days it passed to the next step or one beyond, or, where passed is false, for how many days until at it had not.';

CREATE FUNCTION align.passing(survival align.survival, within double precision,
    OUT lead_count bigint, OUT ratio double precision, OUT ratio_error double precision, OUT mean_days double precision, OUT mean_days_error double precision) RETURNS record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT s.n, s.ratio,
        -- Greenwood's, but never less than that of Agresti and Coull's rate: few leads who all pass prove little
        GREATEST(s.error, pg_catalog.sqrt((s.ratio * s.n + 2) * ((1 - s.ratio) * s.n + 2)) / pg_catalog.power(s.n + 4, 1.5)),
        s.mean, CASE WHEN s.events > 1 THEN pg_catalog.sqrt(GREATEST(s.square - s.mean * s.mean, 0) / (s.events - 1)) END
    FROM (
        SELECT align.event_count($1) + align.censored_count($1) AS n, CASE WHEN $1 IS NOT NULL THEN 1 - COALESCE(pg_catalog.min(c.survival_ratio), 1) END AS ratio,
            COALESCE(pg_catalog.max(c.error_ratio) FILTER (WHERE c.is_last), 0) AS error, pg_catalog.sum(c.event_count) AS events,
            pg_catalog.sum(c.days * c.gone) / NULLIF(pg_catalog.sum(c.gone), 0) AS mean, pg_catalog.sum(c.days * c.days * c.gone) / NULLIF(pg_catalog.sum(c.gone), 0) AS square
        FROM (SELECT k.*, pg_catalog.lag(k.survival_ratio, 1, 1::double precision) OVER (ORDER BY k.days) - k.survival_ratio AS gone,
                  pg_catalog.lead(k.days) OVER (ORDER BY k.days) IS NULL AS is_last
              FROM align.curve($1) k WHERE k.days <= $2) c) s;
END;
COMMENT ON FUNCTION align.passing(align.survival, double precision) IS 'What a step does within so many days, by the curve of Kaplan and Meier: lead_count leads, the share that passes with its standard error (Greenwood''s, but at least that of Agresti and Coull''s rate), and the mean days of those who pass, with its standard error. Leads that are still open are watched as long as they were.';

-- what it loses

CREATE FUNCTION align.bottleneck_by(at timestamptz DEFAULT pg_catalog.now(), against text DEFAULT 'previous period', period text DEFAULT NULL, within interval DEFAULT '90 days')
    RETURNS TABLE (step_order integer, from_stage text, to_stage text, dimension text, name text, lead_count bigint, passed_ratio numeric, compared_with text, compared_count bigint,
        compared_ratio numeric, lost_lead_count numeric, lost_lead_low_count numeric, lost_lead_high_count numeric, lost_customer_count numeric, lost_customer_low_count numeric,
        lost_customer_high_count numeric, lost_amount numeric, lost_low_amount numeric, lost_high_amount numeric, mean_days numeric, compared_mean_days numeric,
        lost_days numeric, lost_low_days numeric, lost_high_days numeric, is_loss boolean, is_slower boolean)
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 60 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    path text[] := (SELECT pg_catalog.array_agg(p.step::align.stage::text ORDER BY p.place) FROM align.setting t
                    CROSS JOIN LATERAL pg_catalog.jsonb_array_elements_text(t.value) WITH ORDINALITY p(step, place) WHERE t.key = 'funnel_steps');
    span align.period := COALESCE($3::align.period, align.period(($1 AT TIME ZONE 'UTC')::date, 'quarter', align.fiscal_start_month()) OPERATOR(align.-) 1);
    before align.period := span OPERATOR(align.-) 1;
    from_at timestamptz := align.lower(span)::timestamp AT TIME ZONE 'UTC';
    horizon double precision := EXTRACT(epoch FROM $4)::double precision / 86400;
    targets jsonb := COALESCE((SELECT t.value FROM align.setting t WHERE t.key = 'step_targets'), '{}');
    bad_target text;
    win_amount numeric;
BEGIN
    PERFORM align.check_instant($1);
    IF ($2 IN ('previous period', 'target', 'best segment', 'best source')) IS NOT TRUE THEN
        RAISE EXCEPTION 'unknown comparison: "%"', COALESCE($2, 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'A step is compared with the previous period, a target, the best segment or the best source.',
                HINT = 'Write ''previous period''.';
    ELSIF $4 IS NULL OR $4 <= '0' OR EXTRACT(month FROM $4) <> 0 OR EXTRACT(year FROM $4) <> 0 THEN
        RAISE EXCEPTION 'invalid within: %', COALESCE($4::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'A step is watched for a number of days, above 0; a month has no fixed length.',
                HINT = 'Write days, such as ''90 days''.';
    ELSIF path IS NULL THEN
        RAISE EXCEPTION 'no path'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                DETAIL = 'The setting funnel_steps, which names its stages, is not there.',
                HINT = 'Enter it into table setting, as in ["lead", "mql", "customer"].';
    END IF;
    IF $2 = 'target' THEN
        bad_target := CASE pg_catalog.jsonb_typeof(targets) WHEN 'object' THEN (
            SELECT t.key || ' ' || t.value FROM pg_catalog.jsonb_each(targets) t
            WHERE t.key <> ALL (path[2:]) OR NOT t.value @? '$ ? ((exists(@.ratio) || exists(@.days)) && (!exists(@.ratio) || @.ratio >= 0 && @.ratio <= 1) && (!exists(@.days) || @.days > 0))'
            ORDER BY t.key LIMIT 1) ELSE targets::text END;
        IF bad_target IS NOT NULL THEN
            RAISE EXCEPTION 'invalid step_targets: %', bad_target
                USING ERRCODE = 'invalid_parameter_value',
                    DETAIL = 'The share of a target lies between 0 and 1, its days above 0, and its stage is one to which a step leads.',
                    HINT = 'Correct the setting step_targets; such as {"mql": {"ratio": 0.5, "days": 7}}.';
        END IF;
    END IF;
    win_amount := (SELECT COALESCE(pg_catalog.avg(d.amount) FILTER (WHERE span OPERATOR(align.@>) (d.closed_at AT TIME ZONE 'UTC')::date), pg_catalog.avg(d.amount))
                   FROM align.deal d WHERE d.outcome = 'won' AND d.closed_at <= $1);
    RETURN QUERY
    WITH took AS (
        SELECT t.side, t.step_order, d.dimension, d.name, align.time_to(t.days, t.passed) AS took
        FROM (SELECT s.*, CASE WHEN s.entered_at >= from_at THEN 'now' ELSE 'then' END AS side
              FROM align.step_times(CASE $2 WHEN 'previous period' THEN align.lower(before)::timestamp AT TIME ZONE 'UTC' ELSE from_at END,
                  align.upper(span)::timestamp AT TIME ZONE 'UTC', $1) s) t
        CROSS JOIN LATERAL (VALUES ('all', NULL), ('segment', t.segment), ('source', t.source)) d(dimension, name)
        GROUP BY t.side, t.step_order, d.dimension, d.name),
    measured AS MATERIALIZED (
        SELECT t.side, t.step_order, t.dimension, t.name, p.* FROM took t CROSS JOIN LATERAL align.passing(t.took, horizon) p),
    best AS (
        SELECT DISTINCT ON (m.step_order) m.* FROM measured m
        WHERE m.dimension = CASE $2 WHEN 'best segment' THEN 'segment' WHEN 'best source' THEN 'source' END AND m.name IS NOT NULL AND m.lead_count >= 30
        ORDER BY m.step_order, m.ratio - 3 * m.ratio_error DESC, m.name),
    -- every step has its row, also when no lead entered it
    subject AS (
        SELECT u.place::integer AS step_order, path[u.place] AS from_stage, path[u.place + 1] AS to_stage, COALESCE(m.dimension, 'all') AS dimension, m.name,
            COALESCE(m.lead_count, 0) AS n, m.ratio, m.ratio_error, m.mean_days, m.mean_days_error,
            -- of a lead that passes, to pass all later steps too
            (SELECT pg_catalog.exp(pg_catalog.sum(pg_catalog.ln(NULLIF(l.ratio, 0)))) FROM measured l WHERE l.side = 'now' AND l.dimension = 'all' AND l.step_order > u.place) AS later_ratio,
            (SELECT pg_catalog.bool_or(l.ratio = 0) FROM measured l WHERE l.side = 'now' AND l.dimension = 'all' AND l.step_order > u.place) AS later_none
        FROM pg_catalog.generate_series(1, pg_catalog.cardinality(path) - 1) u(place)
        LEFT JOIN measured m ON m.step_order = u.place AND m.side = 'now'),
    compared AS (
        SELECT s.*, r.label, r.n AS other_n, r.ratio AS other_ratio, r.mean_days AS other_days,
            s.n * (r.ratio - s.ratio) AS lost, CASE WHEN r.is_same THEN 0 ELSE s.n * pg_catalog.sqrt(s.ratio_error ^ 2 + r.ratio_error ^ 2) END AS lost_error,
            s.n * s.ratio * (s.mean_days - r.mean_days) AS late, CASE WHEN r.is_same THEN 0 ELSE s.n * s.ratio * pg_catalog.sqrt(s.mean_days_error ^ 2 + r.mean_days_error ^ 2) END AS late_error,
            CASE WHEN s.step_order = pg_catalog.cardinality(path) - 1 THEN 1 WHEN s.later_none THEN 0 ELSE s.later_ratio END AS customer_ratio
        FROM subject s LEFT JOIN LATERAL (
            SELECT before::text AS label, m.lead_count AS n, m.ratio, m.ratio_error, m.mean_days, m.mean_days_error, false AS is_same FROM measured m
            WHERE m.side = 'then' AND m.step_order = s.step_order AND m.dimension = s.dimension AND m.name IS NOT DISTINCT FROM s.name
            UNION ALL
            SELECT 'target', NULL, (t.goal ->> 'ratio')::double precision, 0, (t.goal ->> 'days')::double precision, 0, false
            FROM (SELECT targets -> s.to_stage AS goal) t WHERE $2 = 'target' AND t.goal IS NOT NULL
            UNION ALL
            SELECT b.name, b.lead_count, b.ratio, b.ratio_error, b.mean_days, b.mean_days_error, b.dimension = s.dimension AND b.name = s.name
            FROM best b WHERE b.step_order = s.step_order) r ON true)
    SELECT c.step_order, c.from_stage, c.to_stage, c.dimension, c.name, c.n, pg_catalog.round(c.ratio::numeric, 6), c.label, c.other_n, pg_catalog.round(c.other_ratio::numeric, 6),
        pg_catalog.round(c.lost::numeric, 1), pg_catalog.round((c.lost - 3 * c.lost_error)::numeric, 1), pg_catalog.round((c.lost + 3 * c.lost_error)::numeric, 1),
        pg_catalog.round((c.lost * c.customer_ratio)::numeric, 1), pg_catalog.round(((c.lost - 3 * c.lost_error) * c.customer_ratio)::numeric, 1),
        pg_catalog.round(((c.lost + 3 * c.lost_error) * c.customer_ratio)::numeric, 1),
        pg_catalog.round((c.lost * c.customer_ratio)::numeric * win_amount), pg_catalog.round(((c.lost - 3 * c.lost_error) * c.customer_ratio)::numeric * win_amount),
        pg_catalog.round(((c.lost + 3 * c.lost_error) * c.customer_ratio)::numeric * win_amount),
        pg_catalog.round(c.mean_days::numeric, 1), pg_catalog.round(c.other_days::numeric, 1),
        pg_catalog.round(c.late::numeric, 1), pg_catalog.round((c.late - 3 * c.late_error)::numeric, 1), pg_catalog.round((c.late + 3 * c.late_error)::numeric, 1),
        COALESCE(c.n >= 30 AND COALESCE(c.other_n, 30) >= 30 AND c.lost - 3 * c.lost_error > 0, false), COALESCE(c.n >= 30 AND COALESCE(c.other_n, 30) >= 30 AND c.late - 3 * c.late_error > 0, false)
    FROM compared c ORDER BY c.step_order, c.dimension, c.name;
END $$;
COMMENT ON FUNCTION align.bottleneck_by(timestamptz, text, text, interval) IS 'Each step of the path (setting funnel_steps), for all leads and by segment and source (dimension all, segment, source): of lead_count leads that entered it in the period the share that passed within so many days, and the mean days that it took those, by Kaplan and Meier, so that open leads count as long as they were watched; the same of what it is compared with; what it loses: leads, customers (by the shares that pass the later steps), amount (by the mean won deal) and days of all who pass, each with an interval of three standard errors of this step. Below 0 is better. is_loss, is_slower: the interval lies above 0, with 30 leads at least on both sides. against: previous period, target (setting step_targets), best segment or best source (the one of 30 leads at least whose share is highest less three errors). period: such as 2025-Q4 or 2025; by default the last full fiscal quarter before at. Error for an unknown comparison, a within of 0 or less or in months, a path that is none, or targets that cannot be read.';

CREATE FUNCTION align.bottleneck(at timestamptz DEFAULT pg_catalog.now(), against text DEFAULT 'previous period', period text DEFAULT NULL, within interval DEFAULT '90 days')
    RETURNS TABLE (bottleneck_order integer, from_stage text, to_stage text, lead_count bigint, passed_ratio numeric, compared_with text, compared_ratio numeric,
        lost_lead_count numeric, lost_lead_low_count numeric, lost_lead_high_count numeric, lost_customer_count numeric, lost_customer_low_count numeric, lost_customer_high_count numeric,
        lost_amount numeric, lost_low_amount numeric, lost_high_amount numeric, mean_days numeric, compared_mean_days numeric, lost_days numeric, lost_low_days numeric, lost_high_days numeric,
        worst_segment text, worst_source text, finding text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
    WITH step AS MATERIALIZED (SELECT b.* FROM align.bottleneck_by($1, $2, $3, $4) b),
    worst AS (
        SELECT s.*, w.segment, w.source,
            CASE WHEN w.segment IS NULL AND w.source IS NULL THEN '' ELSE ', worst in ' || pg_catalog.concat_ws(' and ', 'segment ' || w.segment, 'source ' || w.source) END || '.' AS where_most
        FROM step s CROSS JOIN LATERAL (
            SELECT (pg_catalog.array_agg(p.name ORDER BY p.size DESC, p.name) FILTER (WHERE p.dimension = 'segment'))[1] AS segment,
                (pg_catalog.array_agg(p.name ORDER BY p.size DESC, p.name) FILTER (WHERE p.dimension = 'source'))[1] AS source
            FROM (-- by what a lead loses at least: neither the largest nor a lucky small group, and none that only goes with all
                  SELECT p.dimension, p.name, CASE WHEN s.is_loss THEN p.lost_lead_low_count / p.lead_count ELSE p.lost_low_days / (p.lead_count * p.passed_ratio) END AS size FROM step p
                  WHERE p.step_order = s.step_order AND p.name IS NOT NULL AND CASE WHEN s.is_loss THEN p.is_loss ELSE s.is_slower AND p.is_slower END) p
            WHERE p.size > CASE WHEN s.is_loss THEN s.lost_lead_count / s.lead_count ELSE s.lost_days / (s.lead_count * s.passed_ratio) END) w
        WHERE s.dimension = 'all')
    SELECT pg_catalog.row_number() OVER (ORDER BY w.is_loss DESC, w.is_slower DESC, CASE WHEN w.is_loss THEN w.lost_amount END DESC NULLS LAST,
            CASE WHEN w.is_loss THEN w.lost_customer_count END DESC, CASE WHEN w.is_slower THEN w.lost_days END DESC, w.lost_customer_count DESC NULLS LAST, w.step_order)::integer,
        w.from_stage, w.to_stage, w.lead_count, w.passed_ratio, w.compared_with, w.compared_ratio, w.lost_lead_count, w.lost_lead_low_count, w.lost_lead_high_count,
        w.lost_customer_count, w.lost_customer_low_count, w.lost_customer_high_count, w.lost_amount, w.lost_low_amount, w.lost_high_amount,
        w.mean_days, w.compared_mean_days, w.lost_days, w.lost_low_days, w.lost_high_days, w.segment, w.source,
        CASE WHEN w.lead_count = 0 THEN 'No lead entered this step.'
            WHEN w.compared_with IS NULL THEN CASE $2 WHEN 'target' THEN 'No target is set for this step (setting step_targets).' WHEN 'previous period' THEN 'No lead entered this step in the period before.'
                ELSE 'No group has 30 leads to compare with.' END
            WHEN w.lead_count < 30 OR w.compared_count < 30 THEN pg_catalog.format('Too few leads to tell: %s%s.', align.number_text(w.lead_count), ' against ' || align.number_text(w.compared_count))
            WHEN w.is_loss THEN pg_catalog.format('%s %% of %s leads pass within %s, against %s %% (%s): %s and %s customers lost', pg_catalog.round(100 * w.passed_ratio, 1), align.number_text(w.lead_count), $4,
                    pg_catalog.round(100 * w.compared_ratio, 1), w.compared_with, align.count_text(pg_catalog.round(w.lost_lead_count), 'lead'), pg_catalog.to_char(w.lost_customer_count, 'FM999,999,999,990.0'))
                || COALESCE(', worth ' || align.number_text(w.lost_amount), '')
                || CASE WHEN w.is_slower THEN pg_catalog.format('; it takes %s days, not %s', w.mean_days, w.compared_mean_days) ELSE '' END || w.where_most
            WHEN w.is_slower THEN pg_catalog.format('It takes %s days, against %s (%s): %s days in all', w.mean_days, w.compared_mean_days, w.compared_with, align.number_text(pg_catalog.round(w.lost_days))) || w.where_most
            WHEN w.lost_lead_high_count < 0 OR w.lost_high_days < 0 THEN pg_catalog.format('Better than %s: %s %% pass, against %s %%; it takes %s days, against %s.', w.compared_with,
                    pg_catalog.round(100 * w.passed_ratio, 1), COALESCE(pg_catalog.round(100 * w.compared_ratio, 1)::text, '-'), w.mean_days, COALESCE(w.compared_mean_days::text, '-'))
            ELSE 'No difference that chance does not explain.' END
    FROM worst w
    ORDER BY 1;
END;
COMMENT ON FUNCTION align.bottleneck(timestamptz, text, text, interval) IS 'The steps of the path (setting funnel_steps), the one that loses most first: what each loses against the previous period, a target, the best segment or the best source in leads, customers, amount and days, with intervals, where most, and in words. Losses that chance does not explain (the interval of three standard errors lies above 0) come first, then steps that are slower. Arguments and measures are those of bottleneck_by, which gives each segment and source. worst_segment, worst_source: where a lead loses most, by the lower end of its interval, and more than leads do on the whole; NULL where that cannot be told from chance.';

-- paths

CREATE FUNCTION align.path_mining(at timestamptz DEFAULT pg_catalog.now(), period text DEFAULT NULL, source text DEFAULT NULL, segment text DEFAULT NULL, top integer DEFAULT 20)
    RETURNS TABLE (path_order integer, path text, lead_count bigint, lead_ratio numeric, ended_in text, is_exit boolean, p50_days numeric, lead_key text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 20 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    span align.period := $2::align.period;
BEGIN
    IF $5 IS NULL OR $5 < 1 THEN
        RAISE EXCEPTION 'invalid top: %', COALESCE($5::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'It is how many paths are given, 1 at least.',
                HINT = 'Leave it out for 20.';
    END IF;
    RETURN QUERY
    WITH known AS (
        SELECT j.lead_key, CASE WHEN align.last_at(j.journey) <= $1 THEN j.journey ELSE (
                -- what came later is not known yet
                SELECT align.journey(e.stage::align.stage, e.at) FROM align.events(j.journey) e WHERE e.at <= $1) END AS journey
        FROM align.lead_journey j
        WHERE align.first_at(j.journey) <= $1 AND ($3 IS NULL OR j.source = $3) AND ($4 IS NULL OR j.segment = $4)
          AND (span IS NULL OR span OPERATOR(align.@>) (align.first_at(j.journey) AT TIME ZONE 'UTC')::date)),
    counted AS (
        SELECT align.path(k.journey) AS path, align.current(k.journey) AS ended_in, count(*) AS n, sum(count(*)) OVER () AS total,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY EXTRACT(epoch FROM align.last_at(k.journey) - align.first_at(k.journey))::double precision / 86400) AS days, min(k.lead_key) AS example
        FROM known k GROUP BY 1, 2)
    SELECT row_number() OVER (ORDER BY c.n DESC, c.path)::integer, c.path, c.n, round(c.n / c.total, 6), c.ended_in::text, align.is_exit(c.ended_in), round(c.days::numeric, 1), c.example
    FROM counted c ORDER BY 1 LIMIT $5;
END $$;
COMMENT ON FUNCTION align.path_mining(timestamptz, text, text, text, integer) IS 'The most common paths of leads, as known at an instant: the stages in the order in which they were entered, how many leads went so and their share of all, where they are since, whether that is an exit, the median days from first to last event, and one of the leads. period: leads whose first event lies in it; source, segment: these alone. NULL: all. Error for a top below 1.';

-- what a buyer feels

CREATE FUNCTION align.buyer_view(lead_key text DEFAULT NULL, silent interval DEFAULT '30 days', at timestamptz DEFAULT pg_catalog.now())
    RETURNS TABLE (view_order bigint, key text, source text, segment text, stage text, days numeric, contact_count bigint, hand_count bigint, silent_count bigint, longest_silent_days numeric,
        repeat_count bigint, friction_count bigint, hands text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked bigint := CASE WHEN $1 IS NOT NULL THEN align.known_lead($1) END;
BEGIN
    PERFORM align.check_instant($3);
    IF $2 IS NULL OR $2 <= '0' THEN
        RAISE EXCEPTION 'invalid silent: %', COALESCE($2::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'It is how long nobody may be heard of without its being a gap, above 0.',
                HINT = 'Leave it out for 30 days.';
    END IF;
    RETURN QUERY
    WITH event AS (
        SELECT e.lead, e.at, e.stage, COALESCE(e.team, align.owner_team(e.stage)) AS team, e.actor,
            lag(e.stage) OVER w AS before, lag(COALESCE(e.team, align.owner_team(e.stage))) OVER w AS team_before, lag(e.actor) OVER w AS actor_before
        FROM align.stage_event e WHERE e.at <= $3 AND (asked IS NULL OR e.lead = asked)
        WINDOW w AS (PARTITION BY e.lead ORDER BY e.at, e.stage)),
    felt AS (
        SELECT v.lead, (array_agg(v.stage ORDER BY v.at DESC, v.stage::integer DESC))[1] AS stage,
            count(*) FILTER (WHERE v.team <> v.team_before OR v.actor <> v.actor_before) AS hands,
            count(*) FILTER (WHERE v.before IS NULL OR v.stage OPERATOR(align.<>) v.before) - count(DISTINCT v.stage::integer) AS repeats,
            string_agg(v.team, ' > ' ORDER BY v.at, v.stage::integer) FILTER (WHERE v.team_before IS NULL OR v.team <> v.team_before) AS teams,
            min(v.at) FILTER (WHERE v.stage OPERATOR(align.=) 'customer'::align.stage) AS customer_at
        FROM event v GROUP BY v.lead),
    contact AS (
        SELECT v.lead, v.at, true AS is_contact FROM event v
        UNION ALL SELECT t.lead, t.at, true FROM align.touch t WHERE t.at <= $3 AND (asked IS NULL OR t.lead = asked)
        -- who is on the way still waits
        UNION ALL SELECT f.lead, $3, false FROM felt f WHERE f.stage OPERATOR(align.<) 'customer'::align.stage),
    gap AS (
        SELECT c.lead, c.at, c.is_contact, c.at - lag(c.at) OVER (PARTITION BY c.lead ORDER BY c.at) AS gap
        FROM contact c JOIN felt f ON f.lead = c.lead AND c.at <= COALESCE(f.customer_at, 'infinity')),
    quiet AS (
        SELECT g.lead, count(*) FILTER (WHERE g.gap > $2) AS silent, max(g.gap) AS longest, max(g.at) - min(g.at) AS span, count(*) FILTER (WHERE g.is_contact) AS contacts FROM gap g GROUP BY g.lead)
    SELECT row_number() OVER (ORDER BY f.hands + q.silent + f.repeats DESC, q.longest DESC NULLS LAST, l.key), l.key, l.source, l.segment, f.stage::text,
        round(EXTRACT(epoch FROM q.span) / 86400, 1), q.contacts, f.hands, q.silent,
        round(EXTRACT(epoch FROM q.longest) / 86400, 1), f.repeats, f.hands + q.silent + f.repeats, f.teams
    FROM felt f JOIN quiet q ON q.lead = f.lead JOIN align.lead l ON l.id = f.lead
    ORDER BY 1;
END $$;
COMMENT ON FUNCTION align.buyer_view(text, interval, timestamptz) IS 'What a lead (NULL: each lead) felt up to an instant, the worst first: through how many hands it went (changes of the team, or of the actor where both are known; a move without a team is its stage''s owner''s), how often nobody was heard of for longer than silent and the longest such time (between events and touches on the way to customer, and up to the instant while it is on it; days and contact_count are of that way), how often it entered a stage again, the sum of these three as friction_count, and the teams in order. Error for an unknown lead, a silent of 0 or less, or an instant that is NULL or infinite.';

CREATE FUNCTION align.buyer_view_by(by text DEFAULT 'segment', silent interval DEFAULT '30 days', at timestamptz DEFAULT pg_catalog.now())
    RETURNS TABLE (name text, lead_count bigint, mean_hand_count numeric, silent_ratio numeric, p90_silent_days numeric, repeat_ratio numeric, mean_friction_count numeric, worst_lead_key text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF ($1 IN ('segment', 'source', 'stage')) IS NOT TRUE THEN
        RAISE EXCEPTION 'invalid grouping: "%"', COALESCE($1, 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'Leads are grouped by segment, source or the stage in which they are.',
                HINT = 'Write ''segment''.';
    END IF;
    RETURN QUERY
    SELECT CASE $1 WHEN 'segment' THEN v.segment WHEN 'source' THEN v.source ELSE v.stage END, count(*), round(avg(v.hand_count), 3), round(avg((v.silent_count > 0)::integer), 6),
        round((percentile_cont(0.9) WITHIN GROUP (ORDER BY v.longest_silent_days::double precision))::numeric, 1), round(avg((v.repeat_count > 0)::integer), 6),
        round(avg(v.friction_count), 3), (array_agg(v.key ORDER BY v.view_order))[1]
    FROM align.buyer_view(NULL, $2, $3) v GROUP BY 1 ORDER BY 4 DESC, 1;
END $$;
COMMENT ON FUNCTION align.buyer_view_by(text, interval, timestamptz) IS 'What leads felt, by segment, source or the stage in which they are, the most silence first: mean hands passed through, share with a silent gap, 90th percentile of the longest silence, share that entered a stage again, mean friction, and the lead that had the worst. Who comes further passes through more hands: compare those of one stage. See buyer_view. Error for another grouping, or a silent of 0 or less.';

-- momentum

CREATE FUNCTION align.momentum(period text DEFAULT NULL, periods integer DEFAULT 8, at timestamptz DEFAULT pg_catalog.now())
    RETURNS TABLE (momentum_period text, period_start_date date, is_over boolean, open_count bigint, win_ratio numeric, win_amount numeric, cycle_days numeric, velocity_amount numeric,
        velocity_change_ratio numeric, driver text, won_count bigint, won_amount numeric, forecast_amount numeric, forecast_error_ratio numeric, mean_error_ratio numeric)
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 8 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    span align.period := COALESCE($1::align.period, align.period(($3 AT TIME ZONE 'UTC')::date, 'quarter', align.fiscal_start_month()) OPERATOR(align.-) 1);
BEGIN
    IF $2 IS NULL OR $2 NOT BETWEEN 1 AND 1000 THEN
        RAISE EXCEPTION 'invalid periods: %', COALESCE($2::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'It is how many periods are given, the last one included: 1 to 1000.',
                HINT = 'Leave it out for 8.';
    END IF;
    RETURN QUERY
    WITH span AS MATERIALIZED (
        -- four more: the first is compared with one, and its mean error is over three
        SELECT p.period, align.lower(p.period)::timestamp AT TIME ZONE 'UTC' AS from_at, align.upper(p.period)::timestamp AT TIME ZONE 'UTC' AS full_at,
            u.until_at, u.until_at - interval '8760 hours' AS opened_from_at
        FROM align.generate_series(span OPERATOR(align.-) ($2 + 3), span) p(period)
        CROSS JOIN LATERAL (SELECT LEAST(align.upper(p.period)::timestamp AT TIME ZONE 'UTC', $3) AS until_at) u),
    part AS (
        SELECT s.*, d.*, align.median(d.took) AS cycle
        FROM span s CROSS JOIN LATERAL (
            SELECT count(*) > 0 AS known, count(*) FILTER (WHERE x.outcome = 'open' OR x.closed_at >= s.until_at) AS n,
                count(*) FILTER (WHERE x.outcome = 'won' AND x.closed_at >= s.from_at AND x.closed_at < s.until_at) AS won,
                count(*) FILTER (WHERE x.outcome <> 'open' AND x.closed_at >= s.from_at AND x.closed_at < s.until_at) AS closed,
                avg(x.amount) FILTER (WHERE x.outcome = 'won' AND x.closed_at >= s.from_at AND x.closed_at < s.until_at) AS value,
                COALESCE(sum(x.amount) FILTER (WHERE x.outcome = 'won' AND x.closed_at >= s.from_at AND x.closed_at < s.until_at), 0) AS amount,
                align.time_to(EXTRACT(epoch FROM LEAST(x.closed_at, s.until_at) - x.opened_at)::double precision / 86400, x.closed_at < s.until_at)
                    FILTER (WHERE x.opened_at >= s.opened_from_at AND (x.closed_at >= x.opened_at OR x.outcome = 'open')) AS took
            FROM (SELECT y.outcome, y.amount, y.opened_at, COALESCE(y.closed_at, 'infinity') AS closed_at FROM align.deal y
                  WHERE y.opened_at < s.until_at AND (y.outcome = 'open' OR y.closed_at IS NOT NULL)) x) d),
    measured AS (
        SELECT p.period, p.from_at, p.full_at <= $3 AS is_over, p.known, p.n, p.won::numeric / NULLIF(p.closed, 0) AS rate, p.value, p.cycle::numeric AS cycle, p.won, p.amount,
            p.n * (p.won::numeric / NULLIF(p.closed, 0)) * p.value / NULLIF(p.cycle::numeric, 0) AS velocity
        FROM part p),
    step AS (
        SELECT m.*, lag(m.velocity) OVER w AS velocity_before, lag(m.n) OVER w AS n_before, lag(m.rate) OVER w AS rate_before, lag(m.value) OVER w AS value_before,
            lag(m.cycle) OVER w AS cycle_before, lag(CASE WHEN m.known THEN m.amount END) OVER w AS forecast
        FROM measured m WINDOW w AS (ORDER BY m.from_at)),
    judged AS (
        SELECT s.*, CASE WHEN s.is_over AND s.amount <> 0 THEN abs(s.forecast - s.amount) / abs(s.amount) END AS error,
            (SELECT c.part FROM (VALUES ('open_count', s.n::numeric, s.n_before::numeric), ('win_ratio', s.rate, s.rate_before), ('win_amount', s.value, s.value_before), ('cycle_days', s.cycle, s.cycle_before)) c(part, now, before)
             WHERE c.now > 0 AND c.before > 0 ORDER BY abs(ln(c.now / c.before)) DESC, c.part LIMIT 1) AS driver
        FROM step s)
    SELECT j.period::text, align.lower(j.period), j.is_over, j.n, round(j.rate, 6), round(j.value, 2), round(j.cycle, 1), round(j.velocity, 2),
        round(j.velocity / NULLIF(j.velocity_before, 0) - 1, 6), CASE WHEN j.velocity_before <> 0 THEN j.driver END, j.won, j.amount, j.forecast, round(j.error, 6),
        round(avg(j.error) OVER (ORDER BY j.from_at ROWS BETWEEN 3 PRECEDING AND CURRENT ROW), 6)
    FROM judged j ORDER BY j.from_at DESC LIMIT $2;
END $$;
COMMENT ON FUNCTION align.momentum(text, integer, timestamptz) IS 'Pipeline velocity of a period and those before, the latest first: deals open at its end, times the share won of those closed in it, times the mean amount of those won, divided by the median days from opened to closed (Kaplan and Meier over deals opened in the 365 days before its end, open ones counted as long as they were): amount per day. velocity_change_ratio: against the period before; driver: the part that changed most, by its logarithm. How predictable it was: forecast_amount is what was won in the period before (the naive forecast), its error by what was won, and the mean of that error over this and the three periods before (MAPE). period: by default the last full fiscal quarter before at; what is not over is counted up to at and not judged, and nothing is forecast from a time before the first deal. NULL where a part is not known. Error for periods outside 1 to 1000.';
