-- flow: how leads move between stages, and how long they stay

CREATE TYPE align.flow;

CREATE FUNCTION align.flow_in(cstring) RETURNS align.flow
    AS 'MODULE_PATHNAME', 'align_flow_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.flow_out(align.flow) RETURNS cstring
    AS 'MODULE_PATHNAME', 'align_flow_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.flow_recv(internal) RETURNS align.flow
    AS 'MODULE_PATHNAME', 'align_flow_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.flow_send(align.flow) RETURNS bytea
    AS 'MODULE_PATHNAME', 'align_flow_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE align.flow (
    INPUT = align.flow_in, OUTPUT = align.flow_out,
    RECEIVE = align.flow_recv, SEND = align.flow_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended, CATEGORY = 'U');

COMMENT ON TYPE align.flow IS 'How many leads move from each stage to each other, how long they stay before, and where they are now. Built by the aggregate flow, merged by rollup, + and -, read by transitions and stays.';
COMMENT ON FUNCTION align.flow_in(cstring) IS 'Input of flow: what output wrote.';
COMMENT ON FUNCTION align.flow_out(align.flow) IS 'Output of flow: JSON with the moves, and the state in base64.';
COMMENT ON FUNCTION align.flow_recv(internal) IS 'Binary input of flow; any bytes are read or refused.';
COMMENT ON FUNCTION align.flow_send(align.flow) IS 'Binary output of flow.';

CREATE FUNCTION align.flow_eq(align.flow, align.flow) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'byteaeq';
CREATE FUNCTION align.flow_ne(align.flow, align.flow) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'byteane';
CREATE FUNCTION align.flow_hash(align.flow) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashvarlena';
CREATE FUNCTION align.flow_hash_extended(align.flow, bigint) RETURNS bigint
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashvarlenaextended';
COMMENT ON FUNCTION align.flow_eq(align.flow, align.flow) IS 'Serves operator =.';
COMMENT ON FUNCTION align.flow_ne(align.flow, align.flow) IS 'Serves operator <>.';
COMMENT ON FUNCTION align.flow_hash(align.flow) IS 'Hash of a flow.';
COMMENT ON FUNCTION align.flow_hash_extended(align.flow, bigint) IS 'Seeded hash of a flow.';
CREATE OPERATOR align.= (LEFTARG = align.flow, RIGHTARG = align.flow, FUNCTION = align.flow_eq,
    COMMUTATOR = OPERATOR(align.=), NEGATOR = OPERATOR(align.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
CREATE OPERATOR align.<> (LEFTARG = align.flow, RIGHTARG = align.flow, FUNCTION = align.flow_ne,
    COMMUTATOR = OPERATOR(align.<>), NEGATOR = OPERATOR(align.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR align.= (align.flow, align.flow) IS 'the same flow';
COMMENT ON OPERATOR align.<> (align.flow, align.flow) IS 'another flow';
CREATE OPERATOR FAMILY align.flow_ops USING hash;
COMMENT ON OPERATOR FAMILY align.flow_ops USING hash IS 'hash on flows';
CREATE OPERATOR CLASS align.flow_ops DEFAULT FOR TYPE align.flow USING hash FAMILY align.flow_ops AS
    OPERATOR 1 align.=,
    FUNCTION 1 align.flow_hash(align.flow),
    FUNCTION 2 align.flow_hash_extended(align.flow, bigint);
COMMENT ON OPERATOR CLASS align.flow_ops USING hash IS 'equality of flows';

-- flows form a group

CREATE FUNCTION align.flow_plus(align.flow, align.flow) RETURNS align.flow
    AS 'MODULE_PATHNAME', 'align_flow_plus' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.flow_minus(align.flow, align.flow) RETURNS align.flow
    AS 'MODULE_PATHNAME', 'align_flow_minus' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.flow_combine(align.flow, align.flow) RETURNS align.flow
    AS 'MODULE_PATHNAME', 'align_flow_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.flow_plus(align.flow, align.flow) IS 'Serves operator +.';
COMMENT ON FUNCTION align.flow_minus(align.flow, align.flow) IS 'Serves operator -.';
COMMENT ON FUNCTION align.flow_combine(align.flow, align.flow) IS 'Serves the aggregates flow and rollup.';
CREATE OPERATOR align.+ (LEFTARG = align.flow, RIGHTARG = align.flow, FUNCTION = align.flow_plus, COMMUTATOR = OPERATOR(align.+));
CREATE OPERATOR align.- (LEFTARG = align.flow, RIGHTARG = align.flow, FUNCTION = align.flow_minus);
COMMENT ON OPERATOR align.+ (align.flow, align.flow) IS 'the leads of both';
COMMENT ON OPERATOR align.- (align.flow, align.flow) IS 'the leads of the left one without those of the right one';
CREATE AGGREGATE align.rollup(align.flow) (
    SFUNC = align.flow_combine, STYPE = align.flow, SSPACE = 80000, COMBINEFUNC = align.flow_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.rollup(align.flow) IS 'The flow of all leads of several flows.';

-- aggregates

CREATE FUNCTION align.flow_add(align.flow, align.journey) RETURNS align.flow
    AS 'MODULE_PATHNAME', 'align_flow_add_journey' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.flow_add(align.flow, align.journey) IS 'Serves the aggregate flow.';
CREATE AGGREGATE align.flow(journey align.journey) (
    SFUNC = align.flow_add, STYPE = align.flow, SSPACE = 80000, COMBINEFUNC = align.flow_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.flow(align.journey) IS 'The flow of many journeys of stages.';

CREATE FUNCTION align.flow_finish(align.event_log) RETURNS align.flow
    AS 'MODULE_PATHNAME', 'align_flow_finish_events' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.flow_finish(align.event_log) IS 'Serves the aggregate flow over events.';
CREATE AGGREGATE align.flow(lead bigint, stage align.stage, at timestamptz) (
    SFUNC = align.event_log_add, STYPE = align.event_log, SSPACE = 100000000, FINALFUNC = align.flow_finish,
    COMBINEFUNC = align.event_log_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.flow(bigint, align.stage, timestamptz) IS 'The flow of all leads straight from their events, in one pass and any order; equal to journeys per lead and then the flow over them. Rows with a NULL lead, stage or instant are left out. Memory: 16 bytes an event, bounded by align.state_memory.';
CREATE AGGREGATE align.flow(lead text, stage align.stage, at timestamptz) (
    SFUNC = align.event_log_add, STYPE = align.event_log, SSPACE = 100000000, FINALFUNC = align.flow_finish,
    COMBINEFUNC = align.event_log_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.flow(text, align.stage, timestamptz) IS 'The flow of all leads straight from their events, in one pass and any order; equal to journeys per lead and then the flow over them. Rows with a NULL lead, stage or instant are left out. Memory: 16 bytes an event and the key, bounded by align.state_memory.';
CREATE AGGREGATE align.flow(lead uuid, stage align.stage, at timestamptz) (
    SFUNC = align.event_log_add, STYPE = align.event_log, SSPACE = 100000000, FINALFUNC = align.flow_finish,
    COMBINEFUNC = align.event_log_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.flow(uuid, align.stage, timestamptz) IS 'The flow of all leads straight from their events, in one pass and any order; equal to journeys per lead and then the flow over them. Rows with a NULL lead, stage or instant are left out. Memory: 16 bytes an event and the key, bounded by align.state_memory.';

-- readers

CREATE FUNCTION align.transitions(flow align.flow, OUT from_stage text, OUT from_stage_order integer, OUT to_stage text, OUT to_stage_order integer,
    OUT lead_count bigint, OUT move_count bigint, OUT move_ratio double precision,
    OUT p50_days double precision, OUT p90_days double precision, OUT mean_days double precision) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'align_flow_transitions' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 30;
COMMENT ON FUNCTION align.transitions(align.flow) IS 'A row per move that was made: lead_count leads made it, move_count times in all; move_ratio is its share of all moves out of from_stage; p50_days, p90_days (right to 1 %) and mean_days (exact) in from_stage before.';
CREATE FUNCTION align.stays(flow align.flow, OUT stage text, OUT stage_order integer, OUT entered_count bigint, OUT left_count bigint, OUT current_count bigint,
    OUT p50_days double precision, OUT p90_days double precision, OUT mean_days double precision) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'align_flow_stays' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 12;
COMMENT ON FUNCTION align.stays(align.flow) IS 'A row per stage: entered_count stays began, left_count ended, current_count leads are there now; p50_days, p90_days (right to 1 %) and mean_days (exact) of the stays that ended. Open stays are counted but not measured: where many are open, the times are too short.';

CREATE VIEW align.stage_transition WITH (security_invoker = true) AS
    SELECT t.from_stage, t.from_stage_order, t.to_stage, t.to_stage_order, t.lead_count, t.move_count, pg_catalog.round(t.move_ratio::numeric, 6) AS move_ratio,
        pg_catalog.round(t.p50_days::numeric, 3) AS p50_days, pg_catalog.round(t.p90_days::numeric, 3) AS p90_days, pg_catalog.round(t.mean_days::numeric, 3) AS mean_days
    FROM (SELECT align.flow(j.journey) AS flow FROM align.lead_journey j) f
    CROSS JOIN LATERAL align.transitions(f.flow) t;
COMMENT ON VIEW align.stage_transition IS 'The moves between stages that leads made, and the time before.';
COMMENT ON COLUMN align.stage_transition.from_stage IS 'The stage that they left.';
COMMENT ON COLUMN align.stage_transition.from_stage_order IS 'Number of that stage.';
COMMENT ON COLUMN align.stage_transition.to_stage IS 'The stage that they entered.';
COMMENT ON COLUMN align.stage_transition.to_stage_order IS 'Number of that stage.';
COMMENT ON COLUMN align.stage_transition.lead_count IS 'Leads that made the move.';
COMMENT ON COLUMN align.stage_transition.move_count IS 'How many times in all.';
COMMENT ON COLUMN align.stage_transition.move_ratio IS 'Share of all moves out of from_stage.';
COMMENT ON COLUMN align.stage_transition.p50_days IS 'Median days in from_stage before, right to 1 %.';
COMMENT ON COLUMN align.stage_transition.p90_days IS '90th percentile of these days, right to 1 %.';
COMMENT ON COLUMN align.stage_transition.mean_days IS 'Mean of these days.';
