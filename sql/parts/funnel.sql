-- funnel: what a funnel asks, and the answers of many leads

CREATE TYPE align.funnel_rule;

CREATE FUNCTION align.funnel_rule_in(cstring) RETURNS align.funnel_rule
    AS 'MODULE_PATHNAME', 'align_funnel_rule_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.funnel_rule_out(align.funnel_rule) RETURNS cstring
    AS 'MODULE_PATHNAME', 'align_funnel_rule_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.funnel_rule_recv(internal) RETURNS align.funnel_rule
    AS 'MODULE_PATHNAME', 'align_funnel_rule_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.funnel_rule_send(align.funnel_rule) RETURNS bytea
    AS 'MODULE_PATHNAME', 'align_funnel_rule_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE align.funnel_rule (
    INPUT = align.funnel_rule_in, OUTPUT = align.funnel_rule_out,
    RECEIVE = align.funnel_rule_recv, SEND = align.funnel_rule_send,
    INTERNALLENGTH = 72, ALIGNMENT = double, CATEGORY = 'U');

COMMENT ON TYPE align.funnel_rule IS 'What a funnel asks: its steps in order, windows, mode, ties and exclusions. Text is JSON, such as {"steps": ["mql", "customer"], "within": "90 days"}; built by funnel_rule(steps, within => ...).';
COMMENT ON FUNCTION align.funnel_rule_in(cstring) IS 'Input of funnel_rule: JSON, or a plain list of stages such as {mql,customer}.';
COMMENT ON FUNCTION align.funnel_rule_out(align.funnel_rule) IS 'Output of funnel_rule: only what differs from the default.';
COMMENT ON FUNCTION align.funnel_rule_recv(internal) IS 'Binary input of funnel_rule; any bytes are read or refused.';
COMMENT ON FUNCTION align.funnel_rule_send(align.funnel_rule) IS 'Binary output of funnel_rule.';

CREATE FUNCTION align.funnel_rule(
    steps align.stage[] DEFAULT NULL, within interval DEFAULT NULL, per_step interval DEFAULT NULL,
    mode text DEFAULT 'ordered', ties text DEFAULT 'chain', exclude align.stage[] DEFAULT NULL,
    exclude_from integer DEFAULT NULL, exclude_to integer DEFAULT NULL, as_of timestamptz DEFAULT NULL,
    conditions integer[] DEFAULT NULL, exclude_conditions integer[] DEFAULT NULL) RETURNS align.funnel_rule
    AS 'MODULE_PATHNAME', 'align_funnel_rule_make' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.funnel_rule(align.stage[], interval, interval, text, text, align.stage[], integer, integer, timestamptz, integer[], integer[]) IS 'A funnel''s rule. steps: stages in order, NULL for all conditions of a journey of conditions; within, per_step: longest time from the first step, from the step before, NULL for no limit; mode: ordered, strict or any; ties: chain or strict; exclude: stages whose event ends an attempt, between step exclude_from and step exclude_to where given; as_of: events after it are ignored, and leads whose window is not over then are open; conditions, exclude_conditions: the same by numbers, for journeys of conditions. Error for a negative window, more than 31 steps, a step listed twice.';

CREATE FUNCTION align.funnel_rule_eq(align.funnel_rule, align.funnel_rule) RETURNS boolean
    AS 'MODULE_PATHNAME', 'align_funnel_rule_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.funnel_rule_ne(align.funnel_rule, align.funnel_rule) RETURNS boolean
    AS 'MODULE_PATHNAME', 'align_funnel_rule_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.funnel_rule_hash(align.funnel_rule) RETURNS integer
    AS 'MODULE_PATHNAME', 'align_funnel_rule_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.funnel_rule_hash_extended(align.funnel_rule, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'align_funnel_rule_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.funnel_rule_eq(align.funnel_rule, align.funnel_rule) IS 'Serves operator =.';
COMMENT ON FUNCTION align.funnel_rule_ne(align.funnel_rule, align.funnel_rule) IS 'Serves operator <>.';
COMMENT ON FUNCTION align.funnel_rule_hash(align.funnel_rule) IS 'Hash of a rule.';
COMMENT ON FUNCTION align.funnel_rule_hash_extended(align.funnel_rule, bigint) IS 'Seeded hash of a rule.';
CREATE OPERATOR align.= (LEFTARG = align.funnel_rule, RIGHTARG = align.funnel_rule, FUNCTION = align.funnel_rule_eq,
    COMMUTATOR = OPERATOR(align.=), NEGATOR = OPERATOR(align.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
CREATE OPERATOR align.<> (LEFTARG = align.funnel_rule, RIGHTARG = align.funnel_rule, FUNCTION = align.funnel_rule_ne,
    COMMUTATOR = OPERATOR(align.<>), NEGATOR = OPERATOR(align.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR align.= (align.funnel_rule, align.funnel_rule) IS 'the same rule';
COMMENT ON OPERATOR align.<> (align.funnel_rule, align.funnel_rule) IS 'another rule';
CREATE OPERATOR FAMILY align.funnel_rule_ops USING hash;
COMMENT ON OPERATOR FAMILY align.funnel_rule_ops USING hash IS 'hash on rules';
CREATE OPERATOR CLASS align.funnel_rule_ops DEFAULT FOR TYPE align.funnel_rule USING hash FAMILY align.funnel_rule_ops AS
    OPERATOR 1 align.=,
    FUNCTION 1 align.funnel_rule_hash(align.funnel_rule),
    FUNCTION 2 align.funnel_rule_hash_extended(align.funnel_rule, bigint);
COMMENT ON OPERATOR CLASS align.funnel_rule_ops USING hash IS 'equality of rules';

CREATE TYPE align.funnel;

CREATE FUNCTION align.funnel_in(cstring) RETURNS align.funnel
    AS 'MODULE_PATHNAME', 'align_funnel_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.funnel_out(align.funnel) RETURNS cstring
    AS 'MODULE_PATHNAME', 'align_funnel_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.funnel_recv(internal) RETURNS align.funnel
    AS 'MODULE_PATHNAME', 'align_funnel_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.funnel_send(align.funnel) RETURNS bytea
    AS 'MODULE_PATHNAME', 'align_funnel_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE align.funnel (
    INPUT = align.funnel_in, OUTPUT = align.funnel_out,
    RECEIVE = align.funnel_recv, SEND = align.funnel_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended, CATEGORY = 'U');

COMMENT ON TYPE align.funnel IS 'The answers of many leads to one rule: per step how many reached it, how many are still open there, and how long it took, right to 1 %. Built by the aggregate funnel, merged by rollup, + and -, read by steps.';
COMMENT ON FUNCTION align.funnel_in(cstring) IS 'Input of funnel: what output wrote.';
COMMENT ON FUNCTION align.funnel_out(align.funnel) IS 'Output of funnel: JSON with the rule, the counts, and the state in base64.';
COMMENT ON FUNCTION align.funnel_recv(internal) IS 'Binary input of funnel; any bytes are read or refused.';
COMMENT ON FUNCTION align.funnel_send(align.funnel) IS 'Binary output of funnel.';

CREATE FUNCTION align.funnel_eq(align.funnel, align.funnel) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'byteaeq';
CREATE FUNCTION align.funnel_ne(align.funnel, align.funnel) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'byteane';
CREATE FUNCTION align.funnel_hash(align.funnel) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashvarlena';
CREATE FUNCTION align.funnel_hash_extended(align.funnel, bigint) RETURNS bigint
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashvarlenaextended';
COMMENT ON FUNCTION align.funnel_eq(align.funnel, align.funnel) IS 'Serves operator =.';
COMMENT ON FUNCTION align.funnel_ne(align.funnel, align.funnel) IS 'Serves operator <>.';
COMMENT ON FUNCTION align.funnel_hash(align.funnel) IS 'Hash of a funnel.';
COMMENT ON FUNCTION align.funnel_hash_extended(align.funnel, bigint) IS 'Seeded hash of a funnel.';
CREATE OPERATOR align.= (LEFTARG = align.funnel, RIGHTARG = align.funnel, FUNCTION = align.funnel_eq,
    COMMUTATOR = OPERATOR(align.=), NEGATOR = OPERATOR(align.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
CREATE OPERATOR align.<> (LEFTARG = align.funnel, RIGHTARG = align.funnel, FUNCTION = align.funnel_ne,
    COMMUTATOR = OPERATOR(align.<>), NEGATOR = OPERATOR(align.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR align.= (align.funnel, align.funnel) IS 'the same funnel';
COMMENT ON OPERATOR align.<> (align.funnel, align.funnel) IS 'another funnel';
CREATE OPERATOR FAMILY align.funnel_ops USING hash;
COMMENT ON OPERATOR FAMILY align.funnel_ops USING hash IS 'hash on funnels';
CREATE OPERATOR CLASS align.funnel_ops DEFAULT FOR TYPE align.funnel USING hash FAMILY align.funnel_ops AS
    OPERATOR 1 align.=,
    FUNCTION 1 align.funnel_hash(align.funnel),
    FUNCTION 2 align.funnel_hash_extended(align.funnel, bigint);
COMMENT ON OPERATOR CLASS align.funnel_ops USING hash IS 'equality of funnels';

-- funnels form a group

CREATE FUNCTION align.funnel_plus(align.funnel, align.funnel) RETURNS align.funnel
    AS 'MODULE_PATHNAME', 'align_funnel_plus' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.funnel_minus(align.funnel, align.funnel) RETURNS align.funnel
    AS 'MODULE_PATHNAME', 'align_funnel_minus' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.funnel_combine(align.funnel, align.funnel) RETURNS align.funnel
    AS 'MODULE_PATHNAME', 'align_funnel_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.funnel_plus(align.funnel, align.funnel) IS 'Serves operator +.';
COMMENT ON FUNCTION align.funnel_minus(align.funnel, align.funnel) IS 'Serves operator -.';
COMMENT ON FUNCTION align.funnel_combine(align.funnel, align.funnel) IS 'Serves the aggregates funnel and rollup.';
CREATE OPERATOR align.+ (LEFTARG = align.funnel, RIGHTARG = align.funnel, FUNCTION = align.funnel_plus, COMMUTATOR = OPERATOR(align.+));
CREATE OPERATOR align.- (LEFTARG = align.funnel, RIGHTARG = align.funnel, FUNCTION = align.funnel_minus);
COMMENT ON OPERATOR align.+ (align.funnel, align.funnel) IS 'the leads of both';
COMMENT ON OPERATOR align.- (align.funnel, align.funnel) IS 'the leads of the left one without those of the right one';
CREATE AGGREGATE align.rollup(align.funnel) (
    SFUNC = align.funnel_combine, STYPE = align.funnel, SSPACE = 4096, COMBINEFUNC = align.funnel_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.rollup(align.funnel) IS 'The funnel of all leads of several funnels of one rule. Error when the rules differ.';

-- aggregates over journeys

CREATE FUNCTION align.funnel_add(align.funnel, align.journey, align.stage[], interval) RETURNS align.funnel
    AS 'MODULE_PATHNAME', 'align_funnel_add_journey' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION align.funnel_add(align.funnel, align.journey, align.funnel_rule) RETURNS align.funnel
    AS 'MODULE_PATHNAME', 'align_funnel_add_journey_rule' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.funnel_add(align.funnel, align.journey, align.stage[], interval) IS 'Serves the aggregate funnel.';
COMMENT ON FUNCTION align.funnel_add(align.funnel, align.journey, align.funnel_rule) IS 'Serves the aggregate funnel.';

CREATE AGGREGATE align.funnel(journey align.journey, steps align.stage[], within interval) (
    SFUNC = align.funnel_add, STYPE = align.funnel, SSPACE = 4096, COMBINEFUNC = align.funnel_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.funnel(align.journey, align.stage[], interval) IS 'The funnel of many journeys. steps: stages in order, NULL for all conditions of journeys of conditions; within: longest time from the first step to the last, NULL for no limit. For more see funnel(journey, funnel_rule).';
CREATE AGGREGATE align.funnel(journey align.journey, rule align.funnel_rule) (
    SFUNC = align.funnel_add, STYPE = align.funnel, SSPACE = 4096, COMBINEFUNC = align.funnel_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.funnel(align.journey, align.funnel_rule) IS 'The funnel of many journeys by a rule, which is built by funnel_rule(steps, within => ...).';

-- aggregates over events, in one pass

CREATE FUNCTION align.funnel_finish(align.event_log) RETURNS align.funnel
    AS 'MODULE_PATHNAME', 'align_funnel_finish_events' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.funnel_finish(align.event_log) IS 'Serves the aggregate funnel over events.';

CREATE FUNCTION align.funnel_add(align.event_log, bigint, align.stage, timestamptz, align.stage[], interval) RETURNS align.event_log
    AS 'MODULE_PATHNAME', 'align_funnel_add_bigint' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION align.funnel_add(align.event_log, bigint, align.stage, timestamptz, align.funnel_rule) RETURNS align.event_log
    AS 'MODULE_PATHNAME', 'align_funnel_add_bigint_rule' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION align.funnel_add(align.event_log, text, align.stage, timestamptz, align.stage[], interval) RETURNS align.event_log
    AS 'MODULE_PATHNAME', 'align_funnel_add_text' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION align.funnel_add(align.event_log, text, align.stage, timestamptz, align.funnel_rule) RETURNS align.event_log
    AS 'MODULE_PATHNAME', 'align_funnel_add_text_rule' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION align.funnel_add(align.event_log, uuid, align.stage, timestamptz, align.stage[], interval) RETURNS align.event_log
    AS 'MODULE_PATHNAME', 'align_funnel_add_uuid' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION align.funnel_add(align.event_log, uuid, align.stage, timestamptz, align.funnel_rule) RETURNS align.event_log
    AS 'MODULE_PATHNAME', 'align_funnel_add_uuid_rule' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.funnel_add(align.event_log, bigint, align.stage, timestamptz, align.stage[], interval) IS 'Serves the aggregate funnel over events.';
COMMENT ON FUNCTION align.funnel_add(align.event_log, bigint, align.stage, timestamptz, align.funnel_rule) IS 'Serves the aggregate funnel over events.';
COMMENT ON FUNCTION align.funnel_add(align.event_log, text, align.stage, timestamptz, align.stage[], interval) IS 'Serves the aggregate funnel over events.';
COMMENT ON FUNCTION align.funnel_add(align.event_log, text, align.stage, timestamptz, align.funnel_rule) IS 'Serves the aggregate funnel over events.';
COMMENT ON FUNCTION align.funnel_add(align.event_log, uuid, align.stage, timestamptz, align.stage[], interval) IS 'Serves the aggregate funnel over events.';
COMMENT ON FUNCTION align.funnel_add(align.event_log, uuid, align.stage, timestamptz, align.funnel_rule) IS 'Serves the aggregate funnel over events.';

CREATE AGGREGATE align.funnel(lead bigint, stage align.stage, at timestamptz, steps align.stage[], within interval) (
    SFUNC = align.funnel_add, STYPE = align.event_log, SSPACE = 100000000, FINALFUNC = align.funnel_finish,
    COMBINEFUNC = align.event_log_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.funnel(bigint, align.stage, timestamptz, align.stage[], interval) IS 'The funnel of all leads straight from their events, in one pass and any order; equal to journeys per lead and then the funnel over them. Rows with a NULL lead, stage or instant are left out. Memory: 16 bytes an event, bounded by align.state_memory.';
CREATE AGGREGATE align.funnel(lead bigint, stage align.stage, at timestamptz, rule align.funnel_rule) (
    SFUNC = align.funnel_add, STYPE = align.event_log, SSPACE = 100000000, FINALFUNC = align.funnel_finish,
    COMBINEFUNC = align.event_log_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.funnel(bigint, align.stage, timestamptz, align.funnel_rule) IS 'The funnel of all leads straight from their events, in one pass and any order; equal to journeys per lead and then the funnel over them. Rows with a NULL lead, stage or instant are left out. Memory: 16 bytes an event, bounded by align.state_memory.';
CREATE AGGREGATE align.funnel(lead text, stage align.stage, at timestamptz, steps align.stage[], within interval) (
    SFUNC = align.funnel_add, STYPE = align.event_log, SSPACE = 100000000, FINALFUNC = align.funnel_finish,
    COMBINEFUNC = align.event_log_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.funnel(text, align.stage, timestamptz, align.stage[], interval) IS 'The funnel of all leads straight from their events, in one pass and any order; equal to journeys per lead and then the funnel over them. Rows with a NULL lead, stage or instant are left out. Memory: 16 bytes an event and the key, bounded by align.state_memory.';
CREATE AGGREGATE align.funnel(lead text, stage align.stage, at timestamptz, rule align.funnel_rule) (
    SFUNC = align.funnel_add, STYPE = align.event_log, SSPACE = 100000000, FINALFUNC = align.funnel_finish,
    COMBINEFUNC = align.event_log_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.funnel(text, align.stage, timestamptz, align.funnel_rule) IS 'The funnel of all leads straight from their events, in one pass and any order; equal to journeys per lead and then the funnel over them. Rows with a NULL lead, stage or instant are left out. Memory: 16 bytes an event and the key, bounded by align.state_memory.';
CREATE AGGREGATE align.funnel(lead uuid, stage align.stage, at timestamptz, steps align.stage[], within interval) (
    SFUNC = align.funnel_add, STYPE = align.event_log, SSPACE = 100000000, FINALFUNC = align.funnel_finish,
    COMBINEFUNC = align.event_log_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.funnel(uuid, align.stage, timestamptz, align.stage[], interval) IS 'The funnel of all leads straight from their events, in one pass and any order; equal to journeys per lead and then the funnel over them. Rows with a NULL lead, stage or instant are left out. Memory: 16 bytes an event and the key, bounded by align.state_memory.';
CREATE AGGREGATE align.funnel(lead uuid, stage align.stage, at timestamptz, rule align.funnel_rule) (
    SFUNC = align.funnel_add, STYPE = align.event_log, SSPACE = 100000000, FINALFUNC = align.funnel_finish,
    COMBINEFUNC = align.event_log_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.funnel(uuid, align.stage, timestamptz, align.funnel_rule) IS 'The funnel of all leads straight from their events, in one pass and any order; equal to journeys per lead and then the funnel over them. Rows with a NULL lead, stage or instant are left out. Memory: 16 bytes an event and the key, bounded by align.state_memory.';

-- one lead

CREATE FUNCTION align.funnel_level(journey align.journey, rule align.funnel_rule) RETURNS integer
    AS 'MODULE_PATHNAME', 'align_funnel_level' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.funnel_level(align.journey, align.funnel_rule) IS 'How many steps of a rule one lead came: 0 for none.';
CREATE FUNCTION align.funnel_times(journey align.journey, rule align.funnel_rule) RETURNS timestamptz[]
    AS 'MODULE_PATHNAME', 'align_funnel_times' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.funnel_times(align.journey, align.funnel_rule) IS 'The instants of the winning chain: one for each step reached, empty when none was.';
CREATE FUNCTION align.funnel_level(journey align.journey, steps align.stage[], within interval,
    per_step interval DEFAULT NULL, mode text DEFAULT 'ordered', ties text DEFAULT 'chain', exclude align.stage[] DEFAULT NULL,
    exclude_from integer DEFAULT NULL, exclude_to integer DEFAULT NULL, as_of timestamptz DEFAULT NULL)
    RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN align.funnel_level($1, align.funnel_rule($2, $3, $4, $5, $6, $7, $8, $9, $10));
COMMENT ON FUNCTION align.funnel_level(align.journey, align.stage[], interval, interval, text, text, align.stage[], integer, integer, timestamptz) IS 'How many steps one lead came: 0 for none. The arguments are those of funnel_rule.';
CREATE FUNCTION align.funnel_times(journey align.journey, steps align.stage[], within interval,
    per_step interval DEFAULT NULL, mode text DEFAULT 'ordered', ties text DEFAULT 'chain', exclude align.stage[] DEFAULT NULL,
    exclude_from integer DEFAULT NULL, exclude_to integer DEFAULT NULL, as_of timestamptz DEFAULT NULL)
    RETURNS timestamptz[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN align.funnel_times($1, align.funnel_rule($2, $3, $4, $5, $6, $7, $8, $9, $10));
COMMENT ON FUNCTION align.funnel_times(align.journey, align.stage[], interval, interval, text, text, align.stage[], integer, integer, timestamptz) IS 'The instants of the winning chain of one lead: one for each step reached, empty when none was. The arguments are those of funnel_rule.';

CREATE FUNCTION align.window_funnel_add(align.journey, timestamptz, interval, VARIADIC boolean[]) RETURNS align.journey
    AS 'MODULE_PATHNAME', 'align_funnel_add_window' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION align.window_funnel_finish(align.journey) RETURNS integer
    AS 'MODULE_PATHNAME', 'align_funnel_finish_window' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.window_funnel_add(align.journey, timestamptz, interval, boolean[]) IS 'Serves the aggregate window_funnel.';
COMMENT ON FUNCTION align.window_funnel_finish(align.journey) IS 'Serves the aggregate window_funnel.';
CREATE AGGREGATE align.window_funnel(at timestamptz, within interval, VARIADIC steps boolean[]) (
    SFUNC = align.window_funnel_add, STYPE = align.journey, SSPACE = 64, FINALFUNC = align.window_funnel_finish,
    COMBINEFUNC = align.journey_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.window_funnel(timestamptz, interval, boolean[]) IS 'How many of the conditions one lead met in order within a time from the first, as ClickHouse''s windowFunnel: GROUP BY lead. within NULL is no limit; a row serves one step.';

CREATE FUNCTION align.retention_add(bigint, VARIADIC boolean[]) RETURNS bigint
    AS 'MODULE_PATHNAME', 'align_funnel_add_retention' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION align.retention_combine(bigint, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'align_funnel_combine_retention' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.retention_finish(bigint) RETURNS boolean[]
    AS 'MODULE_PATHNAME', 'align_funnel_finish_retention' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.retention_add(bigint, boolean[]) IS 'Serves the aggregate retention.';
COMMENT ON FUNCTION align.retention_combine(bigint, bigint) IS 'Serves the aggregate retention.';
COMMENT ON FUNCTION align.retention_finish(bigint) IS 'Serves the aggregate retention.';
CREATE AGGREGATE align.retention(VARIADIC conditions boolean[]) (
    SFUNC = align.retention_add, STYPE = bigint, FINALFUNC = align.retention_finish,
    COMBINEFUNC = align.retention_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.retention(boolean[]) IS 'For one lead, whether the first condition held in any row, and for each other whether both it and the first did, as ClickHouse''s retention: GROUP BY lead.';

-- readers

CREATE FUNCTION align.rule(funnel align.funnel) RETURNS align.funnel_rule
    AS 'MODULE_PATHNAME', 'align_funnel_get_rule' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.rule(align.funnel) IS 'The rule that the funnel asks; NULL when it has seen no journey.';
CREATE FUNCTION align.steps(funnel align.funnel, OUT step_order integer, OUT step text, OUT reached_count bigint, OUT open_count bigint,
    OUT first_ratio double precision, OUT previous_ratio double precision, OUT dropped_count bigint,
    OUT p50_days double precision, OUT p90_days double precision, OUT mean_days double precision) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'align_funnel_steps' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 6;
COMMENT ON FUNCTION align.steps(align.funnel) IS 'A row per step: reached_count reached at least this step; open_count of them went no further and their window is not over; first_ratio and previous_ratio are shares of those who reached the first and the previous step; dropped_count went no further and their window is over; p50_days and p90_days (right to 1 %) and mean_days (exact) since the previous step.';
CREATE FUNCTION align.reached(funnel align.funnel, step integer) RETURNS bigint
    AS 'MODULE_PATHNAME', 'align_funnel_reached' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.reached(align.funnel, integer) IS 'How many leads reached a step, numbered from 1.';
CREATE FUNCTION align.quantile(funnel align.funnel, step integer, fraction double precision, since text DEFAULT 'previous') RETURNS double precision
    AS 'MODULE_PATHNAME', 'align_funnel_quantile' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.quantile(align.funnel, integer, double precision, text) IS 'The days within which a fraction of those who reached a step came there, since the previous step or the first; right to 1 %. NULL for the first step.';

-- views for analysts

CREATE FUNCTION align.funnel_rule_of_company(as_of timestamptz DEFAULT NULL) RETURNS align.funnel_rule
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN align.funnel_rule(
        steps => (SELECT pg_catalog.array_agg(s.step::align.stage ORDER BY s.place)
                  FROM align.setting t CROSS JOIN LATERAL pg_catalog.jsonb_array_elements_text(t.value) WITH ORDINALITY s (step, place)
                  WHERE t.key = 'funnel_steps'),
        within => (SELECT (t.value #>> '{}')::interval FROM align.setting t WHERE t.key = 'funnel_within'),
        as_of => $1);
COMMENT ON FUNCTION align.funnel_rule_of_company(timestamptz) IS 'The rule that the settings funnel_steps and funnel_within give; as_of tells apart who is still open.';

CREATE FUNCTION align.cohort_matrix(grain text DEFAULT 'month', reach text DEFAULT 'customer', as_of timestamptz DEFAULT pg_catalog.now())
    RETURNS TABLE (cohort text, cohort_start_date date, cohort_lead_count bigint, elapsed integer, active_count bigint, reached_count bigint,
        active_ratio double precision, reached_ratio double precision)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH lead AS (
        SELECT j.lead_id, j.journey,
            align.period((align.first_at(j.journey) AT TIME ZONE 'UTC')::date, $1, align.fiscal_start_month()) AS cohort,
            align.entered(j.journey, $2::align.stage) AS reached_at
        FROM align.lead_journey j
        WHERE align.first_at(j.journey) <= $3
    ), cohort AS (
        SELECT l.cohort, pg_catalog.count(*) AS leads FROM lead l GROUP BY l.cohort
    ), active AS (
        SELECT l.cohort, align.period((e.at AT TIME ZONE 'UTC')::date, $1, align.fiscal_start_month()) OPERATOR(align.-) l.cohort AS elapsed,
            pg_catalog.count(DISTINCT l.lead_id) AS leads
        FROM lead l CROSS JOIN LATERAL align.events(l.journey) e
        WHERE e.at <= $3
        GROUP BY 1, 2
    ), reached AS (
        SELECT l.cohort, align.period((l.reached_at AT TIME ZONE 'UTC')::date, $1, align.fiscal_start_month()) OPERATOR(align.-) l.cohort AS elapsed,
            pg_catalog.count(*) AS leads
        FROM lead l
        WHERE l.reached_at <= $3
        GROUP BY 1, 2
    )
    SELECT c.cohort::text, align.lower(c.cohort), c.leads, n.elapsed,
        COALESCE(a.leads, 0), COALESCE(r.so_far, 0),
        COALESCE(a.leads, 0)::double precision / c.leads, COALESCE(r.so_far, 0)::double precision / c.leads
    FROM cohort c
    CROSS JOIN LATERAL pg_catalog.generate_series(0, align.period(($3 AT TIME ZONE 'UTC')::date, $1, align.fiscal_start_month()) OPERATOR(align.-) c.cohort) n (elapsed)
    LEFT JOIN active a ON a.cohort OPERATOR(align.=) c.cohort AND a.elapsed = n.elapsed
    LEFT JOIN LATERAL (
        SELECT pg_catalog.sum(x.leads)::bigint AS so_far FROM reached x
        WHERE x.cohort OPERATOR(align.=) c.cohort AND x.elapsed <= n.elapsed) r ON true;
END;
COMMENT ON FUNCTION align.cohort_matrix(text, text, timestamptz) IS 'Leads by the period of their first event (in UTC) and by how many periods have elapsed since: active_count had an event in that period, reached_count had entered the stage reach by its end. grain: week, month, quarter or year, the last two fiscal, by the setting fiscal_start_month. Tidy: pivot cohort by elapsed for the matrix.';

CREATE VIEW align.funnel_by_source WITH (security_invoker = true) AS
    SELECT f.source, s.step_order, s.step, s.reached_count, s.open_count, pg_catalog.round(s.first_ratio::numeric, 6) AS first_ratio, pg_catalog.round(s.previous_ratio::numeric, 6) AS previous_ratio,
        s.dropped_count, pg_catalog.round(s.p50_days::numeric, 3) AS p50_days, pg_catalog.round(s.p90_days::numeric, 3) AS p90_days, pg_catalog.round(s.mean_days::numeric, 3) AS mean_days
    FROM (
        SELECT j.source, align.funnel(j.journey, r.rule) AS funnel
        FROM align.lead_journey j CROSS JOIN (SELECT align.funnel_rule_of_company(pg_catalog.now()) AS rule) r
        GROUP BY j.source) f
    CROSS JOIN LATERAL align.steps(f.funnel) s;
COMMENT ON VIEW align.funnel_by_source IS 'The companys funnel (settings funnel_steps, funnel_within) per source of leads.';
COMMENT ON COLUMN align.funnel_by_source.source IS 'Where the leads came from; NULL where that is not known.';
COMMENT ON COLUMN align.funnel_by_source.step_order IS 'Number of the step.';
COMMENT ON COLUMN align.funnel_by_source.step IS 'The step.';
COMMENT ON COLUMN align.funnel_by_source.reached_count IS 'Leads that reached at least this step.';
COMMENT ON COLUMN align.funnel_by_source.open_count IS 'Of them, those that went no further and whose window is not over.';
COMMENT ON COLUMN align.funnel_by_source.first_ratio IS 'Share of those who reached the first step.';
COMMENT ON COLUMN align.funnel_by_source.previous_ratio IS 'Share of those who reached the step before.';
COMMENT ON COLUMN align.funnel_by_source.dropped_count IS 'Leads that went no further and whose window is over.';
COMMENT ON COLUMN align.funnel_by_source.p50_days IS 'Median days since the step before, right to 1 %.';
COMMENT ON COLUMN align.funnel_by_source.p90_days IS '90th percentile of the days since the step before, right to 1 %.';
COMMENT ON COLUMN align.funnel_by_source.mean_days IS 'Mean days since the step before.';

CREATE VIEW align.funnel_by_segment WITH (security_invoker = true) AS
    SELECT f.segment, s.step_order, s.step, s.reached_count, s.open_count, pg_catalog.round(s.first_ratio::numeric, 6) AS first_ratio, pg_catalog.round(s.previous_ratio::numeric, 6) AS previous_ratio,
        s.dropped_count, pg_catalog.round(s.p50_days::numeric, 3) AS p50_days, pg_catalog.round(s.p90_days::numeric, 3) AS p90_days, pg_catalog.round(s.mean_days::numeric, 3) AS mean_days
    FROM (
        SELECT j.segment, align.funnel(j.journey, r.rule) AS funnel
        FROM align.lead_journey j CROSS JOIN (SELECT align.funnel_rule_of_company(pg_catalog.now()) AS rule) r
        GROUP BY j.segment) f
    CROSS JOIN LATERAL align.steps(f.funnel) s;
COMMENT ON VIEW align.funnel_by_segment IS 'The companys funnel (settings funnel_steps, funnel_within) per market segment.';
COMMENT ON COLUMN align.funnel_by_segment.segment IS 'Market segment; NULL where that is not known.';
COMMENT ON COLUMN align.funnel_by_segment.step_order IS 'Number of the step.';
COMMENT ON COLUMN align.funnel_by_segment.step IS 'The step.';
COMMENT ON COLUMN align.funnel_by_segment.reached_count IS 'Leads that reached at least this step.';
COMMENT ON COLUMN align.funnel_by_segment.open_count IS 'Of them, those that went no further and whose window is not over.';
COMMENT ON COLUMN align.funnel_by_segment.first_ratio IS 'Share of those who reached the first step.';
COMMENT ON COLUMN align.funnel_by_segment.previous_ratio IS 'Share of those who reached the step before.';
COMMENT ON COLUMN align.funnel_by_segment.dropped_count IS 'Leads that went no further and whose window is over.';
COMMENT ON COLUMN align.funnel_by_segment.p50_days IS 'Median days since the step before, right to 1 %.';
COMMENT ON COLUMN align.funnel_by_segment.p90_days IS '90th percentile of the days since the step before, right to 1 %.';
COMMENT ON COLUMN align.funnel_by_segment.mean_days IS 'Mean days since the step before.';

CREATE VIEW align.cohort_by_month WITH (security_invoker = true) AS
    SELECT c.cohort, c.cohort_start_date, c.cohort_lead_count, c.elapsed AS elapsed_months, c.active_count, c.reached_count AS customer_count,
        pg_catalog.round(c.active_ratio::numeric, 6) AS active_ratio, pg_catalog.round(c.reached_ratio::numeric, 6) AS customer_ratio
    FROM align.cohort_matrix('month', 'customer', pg_catalog.now()) c;
COMMENT ON VIEW align.cohort_by_month IS 'Leads by the month of their first event and the months elapsed since: how many were active, and how many had become customers.';
COMMENT ON COLUMN align.cohort_by_month.cohort IS 'Month of the first event.';
COMMENT ON COLUMN align.cohort_by_month.cohort_start_date IS 'First day of that month.';
COMMENT ON COLUMN align.cohort_by_month.cohort_lead_count IS 'Leads in the cohort.';
COMMENT ON COLUMN align.cohort_by_month.elapsed_months IS 'Months since.';
COMMENT ON COLUMN align.cohort_by_month.active_count IS 'Leads with an event in that month.';
COMMENT ON COLUMN align.cohort_by_month.customer_count IS 'Leads that had become customers by its end.';
COMMENT ON COLUMN align.cohort_by_month.active_ratio IS 'Their share of the cohort.';
COMMENT ON COLUMN align.cohort_by_month.customer_ratio IS 'Their share of the cohort.';
