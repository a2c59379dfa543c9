-- survival: how long it takes until something happens, with those to whom it has not happened yet

CREATE TYPE align.survival;

CREATE FUNCTION align.survival_in(cstring) RETURNS align.survival
    AS 'MODULE_PATHNAME', 'align_survival_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.survival_out(align.survival) RETURNS cstring
    AS 'MODULE_PATHNAME', 'align_survival_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.survival_recv(internal) RETURNS align.survival
    AS 'MODULE_PATHNAME', 'align_survival_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.survival_send(align.survival) RETURNS bytea
    AS 'MODULE_PATHNAME', 'align_survival_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE align.survival (
    INPUT = align.survival_in, OUTPUT = align.survival_out,
    RECEIVE = align.survival_recv, SEND = align.survival_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended, CATEGORY = 'U');

COMMENT ON TYPE align.survival IS 'Times until something happened, and times for which it was watched without (censored): each distinct time once. Built by the aggregate time_to, merged by rollup and +, read by median, quantile, share_by and curve.';
COMMENT ON FUNCTION align.survival_in(cstring) IS 'Input of survival: what output wrote.';
COMMENT ON FUNCTION align.survival_out(align.survival) IS 'Output of survival: JSON with the counts, and the state in base64.';
COMMENT ON FUNCTION align.survival_recv(internal) IS 'Binary input of survival; any bytes are read or refused.';
COMMENT ON FUNCTION align.survival_send(align.survival) IS 'Binary output of survival.';

CREATE FUNCTION align.survival_eq(align.survival, align.survival) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'byteaeq';
CREATE FUNCTION align.survival_ne(align.survival, align.survival) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'byteane';
CREATE FUNCTION align.survival_hash(align.survival) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashvarlena';
CREATE FUNCTION align.survival_hash_extended(align.survival, bigint) RETURNS bigint
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashvarlenaextended';
COMMENT ON FUNCTION align.survival_eq(align.survival, align.survival) IS 'Serves operator =.';
COMMENT ON FUNCTION align.survival_ne(align.survival, align.survival) IS 'Serves operator <>.';
COMMENT ON FUNCTION align.survival_hash(align.survival) IS 'Hash of a survival.';
COMMENT ON FUNCTION align.survival_hash_extended(align.survival, bigint) IS 'Seeded hash of a survival.';
CREATE OPERATOR align.= (LEFTARG = align.survival, RIGHTARG = align.survival, FUNCTION = align.survival_eq,
    COMMUTATOR = OPERATOR(align.=), NEGATOR = OPERATOR(align.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
CREATE OPERATOR align.<> (LEFTARG = align.survival, RIGHTARG = align.survival, FUNCTION = align.survival_ne,
    COMMUTATOR = OPERATOR(align.<>), NEGATOR = OPERATOR(align.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR align.= (align.survival, align.survival) IS 'the same times';
COMMENT ON OPERATOR align.<> (align.survival, align.survival) IS 'other times';
CREATE OPERATOR FAMILY align.survival_ops USING hash;
COMMENT ON OPERATOR FAMILY align.survival_ops USING hash IS 'hash on survivals';
CREATE OPERATOR CLASS align.survival_ops DEFAULT FOR TYPE align.survival USING hash FAMILY align.survival_ops AS
    OPERATOR 1 align.=,
    FUNCTION 1 align.survival_hash(align.survival),
    FUNCTION 2 align.survival_hash_extended(align.survival, bigint);
COMMENT ON OPERATOR CLASS align.survival_ops USING hash IS 'equality of survivals';

-- aggregates

CREATE FUNCTION align.survival_plus(align.survival, align.survival) RETURNS align.survival
    AS 'MODULE_PATHNAME', 'align_survival_plus' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.survival_combine(align.survival, align.survival) RETURNS align.survival
    AS 'MODULE_PATHNAME', 'align_survival_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION align.survival_add(align.survival, interval, boolean) RETURNS align.survival
    AS 'MODULE_PATHNAME', 'align_survival_add_interval' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION align.survival_add(align.survival, double precision, boolean) RETURNS align.survival
    AS 'MODULE_PATHNAME', 'align_survival_add_days' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION align.survival_add(align.survival, align.journey, align.stage, align.stage, timestamptz) RETURNS align.survival
    AS 'MODULE_PATHNAME', 'align_survival_add_journey' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.survival_plus(align.survival, align.survival) IS 'Serves operator +.';
COMMENT ON FUNCTION align.survival_combine(align.survival, align.survival) IS 'Serves the aggregates time_to and rollup.';
COMMENT ON FUNCTION align.survival_add(align.survival, interval, boolean) IS 'Serves the aggregate time_to.';
COMMENT ON FUNCTION align.survival_add(align.survival, double precision, boolean) IS 'Serves the aggregate time_to.';
COMMENT ON FUNCTION align.survival_add(align.survival, align.journey, align.stage, align.stage, timestamptz) IS 'Serves the aggregate time_to over journeys.';
CREATE OPERATOR align.+ (LEFTARG = align.survival, RIGHTARG = align.survival, FUNCTION = align.survival_plus, COMMUTATOR = OPERATOR(align.+));
COMMENT ON OPERATOR align.+ (align.survival, align.survival) IS 'the times of both';

CREATE AGGREGATE align.time_to(duration interval, happened boolean) (
    SFUNC = align.survival_add, STYPE = align.survival, SSPACE = 1000, COMBINEFUNC = align.survival_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.time_to(interval, boolean) IS 'How long it took until it happened, or, where it has not, how long it was watched. Rows with a NULL are left out. Memory: 16 bytes a distinct time, bounded by align.state_memory. Error for a duration below zero or with months.';
CREATE AGGREGATE align.time_to(days double precision, happened boolean) (
    SFUNC = align.survival_add, STYPE = align.survival, SSPACE = 1000, COMBINEFUNC = align.survival_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.time_to(double precision, boolean) IS 'How many days it took until it happened, or, where it has not, how many it was watched; kept to the microsecond. Rows with a NULL are left out. Memory: 16 bytes a distinct time, bounded by align.state_memory. Error for days below zero.';
CREATE AGGREGATE align.time_to(journey align.journey, from_stage align.stage, to_stage align.stage, at timestamptz) (
    SFUNC = align.survival_add, STYPE = align.survival, SSPACE = 1000, COMBINEFUNC = align.survival_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.time_to(align.journey, align.stage, align.stage, timestamptz) IS 'How long leads take from one stage to another: from their first entry into from_stage to to_stage or, on the path, one beyond. Watched no longer (censored) when disqualified, lost or churned before, or at the instant at; a recycled lead is still on its way. Leads that were never in from_stage are left out. Error for two stages that are in no order.';
CREATE AGGREGATE align.rollup(align.survival) (
    SFUNC = align.survival_combine, STYPE = align.survival, SSPACE = 1000, COMBINEFUNC = align.survival_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.rollup(align.survival) IS 'The times of several survivals as one.';

-- readers

CREATE FUNCTION align.event_count(survival align.survival) RETURNS bigint
    AS 'MODULE_PATHNAME', 'align_survival_event_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.event_count(align.survival) IS 'To how many it happened.';
CREATE FUNCTION align.censored_count(survival align.survival) RETURNS bigint
    AS 'MODULE_PATHNAME', 'align_survival_censored_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.censored_count(align.survival) IS 'How many were watched without.';
CREATE FUNCTION align.median(survival align.survival) RETURNS double precision
    AS 'MODULE_PATHNAME', 'align_survival_median' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.median(align.survival) IS 'Days by which it happened to half: quantile(survival, 0.5).';
CREATE FUNCTION align.quantile(survival align.survival, fraction double precision) RETURNS double precision
    AS 'MODULE_PATHNAME', 'align_survival_quantile' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.quantile(align.survival, double precision) IS 'Days by which it happened to a fraction (above 0, up to 1): the first time at which the curve of Kaplan and Meier (1958) is down to 1 minus it. NULL when it does not come down so far: most are still waiting.';
CREATE FUNCTION align.quantile_detail(survival align.survival, fraction double precision,
    OUT days double precision, OUT low_days double precision, OUT high_days double precision) RETURNS record
    AS 'MODULE_PATHNAME', 'align_survival_quantile_detail' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.quantile_detail(align.survival, double precision) IS 'A quantile with its 95 % interval: where the bounds of the curve''s interval are down to 1 minus the fraction (Brookmeyer and Crowley, 1982). NULL where one is not.';
CREATE FUNCTION align.share_by(survival align.survival, days double precision) RETURNS double precision
    AS 'MODULE_PATHNAME', 'align_survival_share_by' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.share_by(align.survival, double precision) IS 'The share to whom it happened within so many days: 1 minus the curve of Kaplan and Meier (1958). NULL past the longest time watched, unless it had happened to all by then.';
CREATE FUNCTION align.share_by_detail(survival align.survival, days double precision,
    OUT share_ratio double precision, OUT error_ratio double precision, OUT low_ratio double precision, OUT high_ratio double precision, OUT at_risk_count bigint) RETURNS record
    AS 'MODULE_PATHNAME', 'align_survival_share_by_detail' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.share_by_detail(align.survival, double precision) IS 'The share to whom it happened within so many days, its standard error (Greenwood, 1926), its 95 % interval (log-log, Kalbfleisch and Prentice, 1980), and how many were watched longer. The interval is NULL while it has happened to none, and once to all.';
CREATE FUNCTION align.curve(survival align.survival, OUT days double precision, OUT at_risk_count bigint, OUT event_count bigint, OUT censored_count bigint,
    OUT survival_ratio double precision, OUT error_ratio double precision, OUT low_ratio double precision, OUT high_ratio double precision) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'align_survival_curve' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 100;
COMMENT ON FUNCTION align.curve(align.survival) IS 'The curve of Kaplan and Meier (1958), a row per time: how many were watched until then, to how many it happened, how many were watched no longer, the share to whom it had not happened after, its standard error (Greenwood, 1926) and 95 % interval (log-log, Kalbfleisch and Prentice, 1980).';

-- velocity

CREATE FUNCTION align.velocity(from_stage text, to_stage text, at timestamptz DEFAULT pg_catalog.now(), by text DEFAULT NULL)
    RETURNS TABLE (group_name text, lead_count bigint, arrived_count bigint, open_count bigint, p50_days numeric, p50_low_days numeric, p50_high_days numeric, p90_days numeric)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF $4 NOT IN ('source', 'segment', 'owner') THEN
        RAISE EXCEPTION 'unknown grouping: "%"', $4
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'Leads are grouped by source, segment or owner.',
                HINT = 'Leave it out for all leads together.';
    END IF;
    RETURN QUERY
    SELECT s.g, align.event_count(s.took) + align.censored_count(s.took), align.event_count(s.took), align.censored_count(s.took),
        round(d.days::numeric, 3), round(d.low_days::numeric, 3), round(d.high_days::numeric, 3), round(align.quantile(s.took, 0.9)::numeric, 3)
    FROM (SELECT CASE $4 WHEN 'source' THEN j.source WHEN 'segment' THEN j.segment WHEN 'owner' THEN j.owner END AS g,
              align.time_to(j.journey, $1::align.stage, $2::align.stage, $3) AS took
          FROM align.lead_journey j GROUP BY 1) s
    CROSS JOIN LATERAL align.quantile_detail(s.took, 0.5) d
    WHERE align.event_count(s.took) + align.censored_count(s.took) > 0
    ORDER BY s.g;
END $$;
COMMENT ON FUNCTION align.velocity(text, text, timestamptz, text) IS 'How fast leads go from one stage to another, as known at an instant: how many entered from_stage, how many arrived at to_stage or beyond, how many did not (still open, or watched no longer), the median of the days with its 95 % interval, and the 90th percentile, by Kaplan and Meier: slow leads that are still open are counted, not ignored. by: source, segment or owner for a row each. Days are NULL where fewer than that share arrive.';

CREATE FUNCTION align.stage_velocity(at timestamptz DEFAULT pg_catalog.now())
    RETURNS TABLE (step_order integer, from_stage text, to_stage text, lead_count bigint, arrived_count bigint, open_count bigint,
        p50_days numeric, p50_low_days numeric, p50_high_days numeric, p90_days numeric)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT s.n::integer, s.from_stage::text, s.to_stage::text,
        align.event_count(s.took) + align.censored_count(s.took), align.event_count(s.took), align.censored_count(s.took),
        pg_catalog.round(d.days::numeric, 3), pg_catalog.round(d.low_days::numeric, 3), pg_catalog.round(d.high_days::numeric, 3),
        pg_catalog.round(align.quantile(s.took, 0.9)::numeric, 3)
    FROM (
        SELECT p.n, p.from_stage, p.to_stage, align.time_to(j.journey, p.from_stage, p.to_stage, $1) AS took
        FROM align.lead_journey j
        CROSS JOIN (
            SELECT t.n, pg_catalog.lag(t.step::align.stage) OVER (ORDER BY t.n) AS from_stage, t.step::align.stage AS to_stage
            FROM align.setting s CROSS JOIN LATERAL pg_catalog.jsonb_array_elements_text(s.value) WITH ORDINALITY t(step, n)
            WHERE s.key = 'funnel_steps') p
        WHERE p.from_stage IS NOT NULL
        GROUP BY p.n, p.from_stage, p.to_stage) s
    CROSS JOIN LATERAL align.quantile_detail(s.took, 0.5) d
    ORDER BY s.n;
END;
COMMENT ON FUNCTION align.stage_velocity(timestamptz) IS 'How fast leads go from each step of the path to the next, as known at an instant: a row per pair of setting funnel_steps, as velocity gives it.';

CREATE VIEW align.stage_velocity WITH (security_invoker = true) AS
    SELECT v.step_order, v.from_stage, v.to_stage, v.lead_count, v.arrived_count, v.open_count, v.p50_days, v.p50_low_days, v.p50_high_days, v.p90_days
    FROM align.stage_velocity(pg_catalog.now()) v;
COMMENT ON VIEW align.stage_velocity IS 'How fast leads go from each step of the path (setting funnel_steps) to the next, slow open ones counted.';
COMMENT ON COLUMN align.stage_velocity.step_order IS 'Place of to_stage among the steps, from 2.';
COMMENT ON COLUMN align.stage_velocity.from_stage IS 'The stage from whose first entry it is counted.';
COMMENT ON COLUMN align.stage_velocity.to_stage IS 'The stage that is to be reached; one beyond counts too.';
COMMENT ON COLUMN align.stage_velocity.lead_count IS 'Leads that entered from_stage.';
COMMENT ON COLUMN align.stage_velocity.arrived_count IS 'Those that arrived.';
COMMENT ON COLUMN align.stage_velocity.open_count IS 'Those that did not: still open, or watched no longer since they were disqualified, lost or churned.';
COMMENT ON COLUMN align.stage_velocity.p50_days IS 'Days by which half arrive, by Kaplan and Meier; NULL when fewer than half do.';
COMMENT ON COLUMN align.stage_velocity.p50_low_days IS 'Lower bound of its 95 % interval.';
COMMENT ON COLUMN align.stage_velocity.p50_high_days IS 'Upper bound of it; NULL when it is not known yet.';
COMMENT ON COLUMN align.stage_velocity.p90_days IS 'Days by which nine in ten arrive; NULL when fewer do.';
