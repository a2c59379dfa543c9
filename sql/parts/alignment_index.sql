-- alignment: all dimensions, their blend, and how it came to be

-- For several instants at once, so that each dimension is planned once. At its last instant a period
-- is not over: what counts quarters and reviews that are (momentum, cadence) asks as of over_at, its end.
CREATE FUNCTION align.alignment_rows(at timestamptz[], over_at timestamptz[])
    RETURNS TABLE (at timestamptz, dimension_order integer, dimension text, block text, question text, score_value numeric, evidence_count bigint, cautious_value numeric, weight_ratio numeric,
        finding text, next_action text, look_at text, reason_not_measured text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 14 SET jit = off
BEGIN ATOMIC
    WITH moment AS MATERIALIZED (SELECT u.at, u.over_at FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) u(at, over_at)),
    measured AS MATERIALIZED (
        SELECT m.at, 'mission_link' AS dimension, d.* FROM moment m CROSS JOIN LATERAL align.dimension_mission_link(m.at) d
        UNION ALL SELECT m.at, 'one_goal', d.* FROM moment m CROSS JOIN LATERAL align.dimension_one_goal(m.at) d
        UNION ALL SELECT m.at, 'incentives', d.* FROM moment m CROSS JOIN LATERAL align.dimension_incentives(m.at) d
        UNION ALL SELECT m.at, 'outcome_focus', d.* FROM moment m CROSS JOIN LATERAL align.dimension_outcome_focus(m.at) d
        UNION ALL SELECT m.at, 'who_we_serve', d.* FROM moment m CROSS JOIN LATERAL align.dimension_who_we_serve(m.at) d
        UNION ALL SELECT m.at, 'lead_definition', d.* FROM moment m CROSS JOIN LATERAL align.dimension_lead_definition(m.at) d
        UNION ALL SELECT m.at, 'message', d.* FROM moment m CROSS JOIN LATERAL align.dimension_message(m.at) d
        UNION ALL SELECT m.at, 'process', d.* FROM moment m CROSS JOIN LATERAL align.dimension_process(m.at) d
        UNION ALL SELECT m.at, 'handoff', d.* FROM moment m CROSS JOIN LATERAL align.dimension_handoff(m.at) d
        UNION ALL SELECT m.at, 'momentum', d.* FROM moment m CROSS JOIN LATERAL align.dimension_momentum(m.over_at) d
        UNION ALL SELECT m.at, 'written_plan', d.* FROM moment m CROSS JOIN LATERAL align.dimension_written_plan(m.at) d
        UNION ALL SELECT m.at, 'cadence', d.* FROM moment m CROSS JOIN LATERAL align.dimension_cadence(m.over_at) d
        UNION ALL SELECT m.at, 'focus', d.* FROM moment m CROSS JOIN LATERAL align.dimension_focus(m.at) d
        UNION ALL SELECT m.at, 'steadiness', d.* FROM moment m CROSS JOIN LATERAL align.dimension_steadiness(m.at) d)
    SELECT m.at, n.dimension_order, n.dimension, n.block, n.question, m.score_value, m.evidence_count,
        pg_catalog.round(align.cautious(align.score(m.score_value::double precision, m.evidence_count::double precision))::numeric, 2), COALESCE(w.weight, 0),
        m.finding, m.next_action, m.look_at, m.reason_not_measured
    FROM align.alignment_dimensions() n JOIN measured m ON m.dimension = n.dimension LEFT JOIN LATERAL align.weights_in_force(m.at) w ON w.dimension = n.dimension
    ORDER BY m.at, n.dimension_order;
END;
COMMENT ON FUNCTION align.alignment_rows(timestamptz[], timestamptz[]) IS 'Serves alignment and alignment_history.';

CREATE FUNCTION align.alignment(at timestamptz DEFAULT pg_catalog.now())
    RETURNS TABLE (dimension_order integer, dimension text, block text, question text, score_value numeric, evidence_count bigint, cautious_value numeric, weight_ratio numeric,
        finding text, next_action text, look_at text, reason_not_measured text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 14
BEGIN ATOMIC
    SELECT r.dimension_order, r.dimension, r.block, r.question, r.score_value, r.evidence_count, r.cautious_value, r.weight_ratio, r.finding, r.next_action, r.look_at, r.reason_not_measured
    FROM align.alignment_rows(ARRAY[$1], ARRAY[$1]) r ORDER BY r.dimension_order;
END;
COMMENT ON FUNCTION align.alignment(timestamptz) IS 'How far sales and marketing are aligned to the mission at an instant, by default now: a row per dimension, each as its function dimension_... says. score_value: 0 to 100, NULL where it cannot be measured, with the reason; evidence_count: rows that it rests on; cautious_value: what it is at least (see cautious); weight_ratio: its share of the index, by the weights in force; finding with its numbers; next_action; look_at: the query that shows the rows.';

CREATE FUNCTION align.alignment_blend(dimensions text[], scores numeric[], evidence bigint[], weights numeric[],
    OUT index_value numeric, OUT measured_ratio numeric, OUT evidence_count bigint, OUT measured_count integer) RETURNS record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT align.value((b.blend).score), pg_catalog.round((b.blend).measured_ratio::numeric, 6), pg_catalog.round(align.evidence((b.blend).score))::bigint, COALESCE((b.blend).measured_count, 0)::integer
    FROM (SELECT align.blend_detail(align.score(u.score::double precision, u.evidence::double precision), u.weight::double precision) AS blend
          FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4)) u(dimension, score, evidence, weight)) b;
END;
COMMENT ON FUNCTION align.alignment_blend(text[], numeric[], bigint[], numeric[]) IS 'Serves alignment_index and alignment_history.';

CREATE FUNCTION align.alignment_index(at timestamptz DEFAULT pg_catalog.now(),
    OUT index_value numeric, OUT measured_ratio numeric, OUT evidence_count bigint, OUT measured_count integer, OUT weights_version integer, OUT finding text) RETURNS record
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH row AS MATERIALIZED (SELECT a.* FROM align.alignment($1) a),
    blended AS (
        SELECT b.* FROM (SELECT pg_catalog.array_agg(r.dimension) AS d, pg_catalog.array_agg(r.score_value) AS s, pg_catalog.array_agg(r.evidence_count) AS e, pg_catalog.array_agg(r.weight_ratio) AS w FROM row r) a
        CROSS JOIN LATERAL align.alignment_blend(a.d, a.s, a.e, a.w) b)
    SELECT b.index_value, b.measured_ratio, b.evidence_count, b.measured_count, (SELECT pg_catalog.max(f.version) FROM align.weights_in_force($1) f),
        CASE WHEN b.index_value IS NULL THEN 'Nothing could be measured.'
             ELSE pg_catalog.concat_ws(' ', pg_catalog.format('%s of 100, by %s of 14 dimensions with %s %% of the weight.', pg_catalog.round(b.index_value, 1), b.measured_count, pg_catalog.round(100 * b.measured_ratio)),
                (SELECT 'It loses most by ' || pg_catalog.string_agg(pg_catalog.format('%s (%s)', w.dimension, w.score_value), ', ' ORDER BY w.loss DESC, w.dimension_order) || '.'
                 FROM (SELECT r.*, r.weight_ratio * pg_catalog.ln(100 / GREATEST(r.score_value, 1)) AS loss FROM row r WHERE r.score_value < 100 AND r.weight_ratio > 0 ORDER BY loss DESC, r.dimension_order LIMIT 3) w),
                'Not measured: ' || (SELECT pg_catalog.string_agg(r.dimension, ', ' ORDER BY r.dimension_order) FROM row r WHERE r.score_value IS NULL) || '.') END
    FROM blended b;
END;
COMMENT ON FUNCTION align.alignment_index(timestamptz) IS 'The alignment index at an instant, by default now: index_value, 0 to 100, the blend of the dimensions by the weights in force (see blend); measured_ratio: the share of the weight that could be measured; evidence_count: rows of which a plain mean would be as sure; measured_count dimensions; weights_version: the set of weights; finding: in words, with what loses most and what was not measured. NULL when nothing could be.';

CREATE FUNCTION align.alignment_history(from_date date, to_date date, grain text DEFAULT 'quarter')
    RETURNS TABLE (period text, period_start_date date, at timestamptz, is_total boolean, dimension text, block text, score_value numeric, evidence_count bigint, weight_ratio numeric, reason_not_measured text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 120 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    first align.period := align.period($1, $3, align.fiscal_start_month());
    last align.period := align.period($2, $3, align.fiscal_start_month());
    asked bigint := (last OPERATOR(align.-) first) + 1;
BEGIN
    IF asked NOT BETWEEN 1 AND 520 THEN
        RAISE EXCEPTION 'invalid history: % to %', $1, $2
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = CASE WHEN asked < 1 THEN 'It ends before it begins.' ELSE format('It has %s periods; 520 are the most.', asked) END,
                HINT = CASE WHEN asked < 1 THEN 'Write the earlier day first.' ELSE 'Ask for a coarser grain, or a shorter time.' END;
    END IF;
    RETURN QUERY
    WITH moment AS MATERIALIZED (
        -- the last instant lies in the period's own fiscal year
        SELECT p.period, o.over_at - interval '1 microsecond' AS at, o.over_at
        FROM align.generate_series(first, last) p(period) CROSS JOIN LATERAL (SELECT align.upper(p.period)::timestamp AT TIME ZONE 'UTC' AS over_at) o),
    row AS MATERIALIZED (
        SELECT m.period, a.*
        FROM align.alignment_rows(ARRAY(SELECT n.at FROM moment n ORDER BY n.at), ARRAY(SELECT n.over_at FROM moment n ORDER BY n.at)) a JOIN moment m ON m.at = a.at),
    total AS (
        SELECT r.period, r.at, array_agg(r.dimension) AS d, array_agg(r.score_value) AS s, array_agg(r.evidence_count) AS e, array_agg(r.weight_ratio) AS w FROM row r GROUP BY r.period, r.at)
    SELECT u.period::text, align.lower(u.period), u.at, u.is_total, u.dimension, u.block, u.score_value, u.evidence_count, u.weight_ratio, u.reason
    FROM (
        SELECT t.period, t.at, true AS is_total, 0 AS place, NULL::text AS dimension, NULL::text AS block, b.index_value AS score_value, b.evidence_count, b.measured_ratio AS weight_ratio,
            CASE WHEN b.index_value IS NULL THEN 'Nothing could be measured.' END AS reason
        FROM total t CROSS JOIN LATERAL align.alignment_blend(t.d, t.s, t.e, t.w) b
        UNION ALL
        SELECT r.period, r.at, false, r.dimension_order, r.dimension, r.block, r.score_value, r.evidence_count, r.weight_ratio, r.reason_not_measured FROM row r) u
    ORDER BY u.at, u.place;
END $$;
COMMENT ON FUNCTION align.alignment_history(date, date, text) IS 'The index and its dimensions at the end of each period of a grain (week, month, quarter, year; of the fiscal year), from that of one day to that of another, as they were known then. at: the last instant of the period, a microsecond before the next begins, so that a period is judged by the plan, quotas and pay of its own fiscal year; the period itself counts as over, for momentum and cadence. is_total: the index, with the share of the weight that was measured as weight_ratio; else a dimension with its weight. Each is recomputed from what was recorded, signed and in force then; docs/alignment.md says where no history is kept. Error for another grain, or more than 520 periods.';

CREATE FUNCTION align.log_mean(a double precision, b double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN $1 = $2 THEN $1 ELSE ($1 - $2) / pg_catalog.ln($1 / $2) END;
COMMENT ON FUNCTION align.log_mean(double precision, double precision) IS 'The logarithmic mean of two numbers above 0: what turns a difference of logarithms into one of the numbers.';

CREATE FUNCTION align.alignment_change(from_at timestamptz, to_at timestamptz)
    RETURNS TABLE (change_order integer, part text, dimension text, score_before numeric, score_after numeric, index_change numeric, finding text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 16
BEGIN ATOMIC
    WITH pair AS MATERIALIZED (
        SELECT b.dimension_order AS place, b.dimension, b.score_value AS before, a.score_value AS after,
            pg_catalog.ln(GREATEST(b.score_value, 1))::double precision AS x, pg_catalog.ln(GREATEST(a.score_value, 1))::double precision AS y,
            CASE WHEN b.score_value IS NOT NULL THEN b.weight_ratio::double precision ELSE 0 END AS v, CASE WHEN a.score_value IS NOT NULL THEN a.weight_ratio::double precision ELSE 0 END AS w
        FROM align.alignment($1) b JOIN align.alignment($2) a ON a.dimension = b.dimension),
    -- the weights of what counts at both ends, each set made 1
    common AS MATERIALIZED (
        SELECT p.place, p.v / NULLIF(pg_catalog.sum(p.v) OVER (), 0) AS v, p.w / NULLIF(pg_catalog.sum(p.w) OVER (), 0) AS w, p.x, p.y FROM pair p WHERE p.before IS NOT NULL AND p.after IS NOT NULL),
    -- logarithms of the index at both ends: by all that counts, and by what counts at both
    ends AS MATERIALIZED (
        SELECT (SELECT pg_catalog.sum(p.v * p.x) / NULLIF(pg_catalog.sum(p.v), 0) FROM pair p) AS from_all, (SELECT pg_catalog.sum(p.w * p.y) / NULLIF(pg_catalog.sum(p.w), 0) FROM pair p) AS to_all,
            (SELECT pg_catalog.sum(c.v * c.x) FROM common c) AS from_common, (SELECT pg_catalog.sum(c.w * c.y) FROM common c) AS to_common,
            (SELECT pg_catalog.sum(p.v) FROM pair p) AS from_weight, (SELECT pg_catalog.sum(p.w) FROM pair p) AS to_weight),
    mean AS MATERIALIZED (
        SELECT e.*, align.log_mean(pg_catalog.exp(e.to_common), pg_catalog.exp(e.from_common)) AS common_mean,
            align.log_mean(pg_catalog.exp(e.from_all), pg_catalog.exp(e.from_common)) AS from_mean, align.log_mean(pg_catalog.exp(e.to_all), pg_catalog.exp(e.to_common)) AS to_mean FROM ends e),
    part AS (
        SELECT p.place, 'score' AS part, p.dimension, p.before, p.after, m.common_mean * (c.v + c.w) / 2 * (c.y - c.x) AS change
        FROM mean m CROSS JOIN common c JOIN pair p ON p.place = c.place
        UNION ALL
        SELECT 15, 'weights', NULL, NULL, NULL, m.common_mean * (SELECT pg_catalog.sum((c.w - c.v) * (c.x + c.y) / 2) FROM common c) FROM mean m WHERE m.common_mean IS NOT NULL
        UNION ALL
        SELECT p.place, 'newly measured', p.dimension, p.before, p.after, m.to_mean * p.w / m.to_weight * (p.y - m.to_common) FROM mean m CROSS JOIN pair p WHERE p.w > 0 AND p.before IS NULL AND m.to_mean IS NOT NULL
        UNION ALL
        SELECT p.place, 'no longer measured', p.dimension, p.before, p.after, -m.from_mean * p.v / m.from_weight * (p.x - m.from_common) FROM mean m CROSS JOIN pair p WHERE p.v > 0 AND p.after IS NULL AND m.from_mean IS NOT NULL
        UNION ALL
        SELECT 0, 'not comparable', NULL, NULL, NULL, pg_catalog.exp(m.to_all) - pg_catalog.exp(m.from_all) FROM mean m WHERE m.common_mean IS NULL AND COALESCE(m.from_all, m.to_all) IS NOT NULL),
    kept AS (SELECT p.*, pg_catalog.row_number() OVER (ORDER BY pg_catalog.abs(p.change) DESC, p.place) AS n FROM part p WHERE p.part NOT IN ('weights', 'score') OR pg_catalog.abs(p.change) > 1e-9),
    -- rounded so that the rows add up to the rounded whole
    rounded AS (
        SELECT k.*, pg_catalog.round(pg_catalog.sum(k.change) OVER (ORDER BY k.n)::numeric, 4) AS upto FROM kept k)
    SELECT r.n::integer, r.part, r.dimension, r.before, r.after, r.upto - pg_catalog.lag(r.upto, 1, 0::numeric) OVER (ORDER BY r.n),
        CASE r.part WHEN 'score' THEN pg_catalog.format('%s went from %s to %s.', r.dimension, r.before, r.after)
            WHEN 'weights' THEN 'Other weights are in force.'
            WHEN 'newly measured' THEN pg_catalog.format('%s could not be measured before; it is %s.', r.dimension, r.after)
            WHEN 'no longer measured' THEN pg_catalog.format('%s was %s, and cannot be measured any more.', r.dimension, r.before)
            ELSE 'No dimension was measured at both instants.' END
    FROM rounded r ORDER BY 1;
END;
COMMENT ON FUNCTION align.alignment_change(timestamptz, timestamptz) IS 'Which dimension moved the index by how much between two instants, the largest first; the rows add up to the change of the index, to four decimals. part: score (of a dimension that was measured at both), newly measured, no longer measured, weights (another set is in force); not comparable when no dimension was measured at both. Exact, without a rest, by logarithmic means (log-mean Divisia index, Ang and Choi 1997; additive form Ang 2004).';
