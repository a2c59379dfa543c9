-- journey: one lead's history as a value, and what it tells

CREATE TYPE align.journey;

CREATE FUNCTION align.journey_in(cstring) RETURNS align.journey
    AS 'MODULE_PATHNAME', 'align_journey_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.journey_out(align.journey) RETURNS cstring
    AS 'MODULE_PATHNAME', 'align_journey_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.journey_recv(internal) RETURNS align.journey
    AS 'MODULE_PATHNAME', 'align_journey_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.journey_send(align.journey) RETURNS bytea
    AS 'MODULE_PATHNAME', 'align_journey_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE align.journey (
    INPUT = align.journey_in, OUTPUT = align.journey_out,
    RECEIVE = align.journey_recv, SEND = align.journey_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended, CATEGORY = 'U');

COMMENT ON TYPE align.journey IS 'One lead''s history: its events sorted by instant, each with a stage, or with the conditions that held (up to 31). Built by the aggregate journey, merged by rollup and ||. 12 bytes an event and 12 a journey.';
COMMENT ON FUNCTION align.journey_in(cstring) IS 'Input of journey, such as {2026-01-05T10:00:00Z lead, 2026-01-09T12:00:00Z mql}.';
COMMENT ON FUNCTION align.journey_out(align.journey) IS 'Output of journey: ISO instants in UTC, the same in every session.';
COMMENT ON FUNCTION align.journey_recv(internal) IS 'Binary input of journey; any bytes are read or refused.';
COMMENT ON FUNCTION align.journey_send(align.journey) IS 'Binary output of journey.';

-- equality is that of the bytes, which are in one canonical form

CREATE FUNCTION align.journey_eq(align.journey, align.journey) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'byteaeq';
CREATE FUNCTION align.journey_ne(align.journey, align.journey) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'byteane';
CREATE FUNCTION align.journey_hash(align.journey) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashvarlena';
CREATE FUNCTION align.journey_hash_extended(align.journey, bigint) RETURNS bigint
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashvarlenaextended';
COMMENT ON FUNCTION align.journey_eq(align.journey, align.journey) IS 'Serves operator =.';
COMMENT ON FUNCTION align.journey_ne(align.journey, align.journey) IS 'Serves operator <>.';
COMMENT ON FUNCTION align.journey_hash(align.journey) IS 'Hash of a journey.';
COMMENT ON FUNCTION align.journey_hash_extended(align.journey, bigint) IS 'Seeded hash of a journey.';
CREATE OPERATOR align.= (LEFTARG = align.journey, RIGHTARG = align.journey, FUNCTION = align.journey_eq,
    COMMUTATOR = OPERATOR(align.=), NEGATOR = OPERATOR(align.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
CREATE OPERATOR align.<> (LEFTARG = align.journey, RIGHTARG = align.journey, FUNCTION = align.journey_ne,
    COMMUTATOR = OPERATOR(align.<>), NEGATOR = OPERATOR(align.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR align.= (align.journey, align.journey) IS 'the same events';
COMMENT ON OPERATOR align.<> (align.journey, align.journey) IS 'other events';
CREATE OPERATOR FAMILY align.journey_ops USING hash;
COMMENT ON OPERATOR FAMILY align.journey_ops USING hash IS 'hash on journeys';
CREATE OPERATOR CLASS align.journey_ops DEFAULT FOR TYPE align.journey USING hash FAMILY align.journey_ops AS
    OPERATOR 1 align.=,
    FUNCTION 1 align.journey_hash(align.journey),
    FUNCTION 2 align.journey_hash_extended(align.journey, bigint);
COMMENT ON OPERATOR CLASS align.journey_ops USING hash IS 'equality of journeys';

-- aggregates

CREATE FUNCTION align.journey_add(align.journey, align.stage, timestamptz) RETURNS align.journey
    AS 'MODULE_PATHNAME', 'align_journey_add_stage' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION align.journey_add(align.journey, timestamptz, VARIADIC boolean[]) RETURNS align.journey
    AS 'MODULE_PATHNAME', 'align_journey_add_steps' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION align.journey_combine(align.journey, align.journey) RETURNS align.journey
    AS 'MODULE_PATHNAME', 'align_journey_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION align.journey_finish(align.journey) RETURNS align.journey
    AS 'MODULE_PATHNAME', 'align_journey_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.journey_add(align.journey, align.stage, timestamptz) IS 'Serves the aggregate journey.';
COMMENT ON FUNCTION align.journey_add(align.journey, timestamptz, boolean[]) IS 'Serves the aggregate journey.';
COMMENT ON FUNCTION align.journey_combine(align.journey, align.journey) IS 'Serves the aggregates journey and rollup.';
COMMENT ON FUNCTION align.journey_finish(align.journey) IS 'Serves the aggregates journey and rollup.';

CREATE AGGREGATE align.journey(stage align.stage, at timestamptz) (
    SFUNC = align.journey_add, STYPE = align.journey, SSPACE = 64, FINALFUNC = align.journey_finish,
    COMBINEFUNC = align.journey_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.journey(align.stage, timestamptz) IS 'The journey of the events of one lead, in any order: GROUP BY lead. Rows with a NULL stage or instant are left out; an infinite instant is an error; NULL when nothing is left.';
CREATE AGGREGATE align.journey(at timestamptz, VARIADIC steps boolean[]) (
    SFUNC = align.journey_add, STYPE = align.journey, SSPACE = 64, FINALFUNC = align.journey_finish,
    COMBINEFUNC = align.journey_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.journey(timestamptz, boolean[]) IS 'The journey of any events of one lead by up to 31 conditions: GROUP BY lead. A NULL condition is false; a row without a true one leaves no event.';
CREATE AGGREGATE align.rollup(align.journey) (
    SFUNC = align.journey_combine, STYPE = align.journey, SSPACE = 64, FINALFUNC = align.journey_finish,
    COMBINEFUNC = align.journey_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.rollup(align.journey) IS 'The journey of all events of several journeys of one lead. Error when they are of different kinds.';

CREATE FUNCTION align.journey_concat(align.journey, align.journey) RETURNS align.journey
    AS 'MODULE_PATHNAME', 'align_journey_concat' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.journey_concat(align.journey, align.journey) IS 'Serves operator ||: all events of both.';
CREATE OPERATOR align.|| (LEFTARG = align.journey, RIGHTARG = align.journey, FUNCTION = align.journey_concat,
    COMMUTATOR = OPERATOR(align.||));
COMMENT ON OPERATOR align.|| (align.journey, align.journey) IS 'all events of both';

-- readers

CREATE FUNCTION align.entered(journey align.journey, stage align.stage) RETURNS timestamptz
    AS 'MODULE_PATHNAME', 'align_journey_entered' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.entered(align.journey, align.stage) IS 'When the lead entered the stage for the first time; NULL when never.';
CREATE FUNCTION align.entries(journey align.journey, stage align.stage) RETURNS integer
    AS 'MODULE_PATHNAME', 'align_journey_entries' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.entries(align.journey, align.stage) IS 'How many times the lead entered the stage; an event of the stage in which it is already does not count.';
CREATE FUNCTION align.current(journey align.journey) RETURNS align.stage
    AS 'MODULE_PATHNAME', 'align_journey_current' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.current(align.journey) IS 'The stage of the last event; of several at one instant the last in the vocabulary. NULL when there is none.';
CREATE FUNCTION align.since(journey align.journey) RETURNS timestamptz
    AS 'MODULE_PATHNAME', 'align_journey_since' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.since(align.journey) IS 'When the lead entered its current stage, the last time.';
CREATE FUNCTION align.furthest(journey align.journey) RETURNS align.stage
    AS 'MODULE_PATHNAME', 'align_journey_furthest' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.furthest(align.journey) IS 'The furthest stage ever reached, exits left out; NULL when there were only exits.';
CREATE FUNCTION align.stage_at(journey align.journey, at timestamptz) RETURNS align.stage
    AS 'MODULE_PATHNAME', 'align_journey_stage_at' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.stage_at(align.journey, timestamptz) IS 'The stage in which the lead was at an instant; NULL before its first event.';
CREATE FUNCTION align.time_in(journey align.journey, stage align.stage, as_of timestamptz) RETURNS interval
    AS 'MODULE_PATHNAME', 'align_journey_time_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.time_in(align.journey, align.stage, timestamptz) IS 'How long the lead was in the stage in all, in days of 24 hours; a stay that has not ended by as_of is counted up to it, and is censored. NULL when never in it by then.';
CREATE FUNCTION align.first_at(journey align.journey) RETURNS timestamptz
    AS 'MODULE_PATHNAME', 'align_journey_first_at' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.first_at(align.journey) IS 'The instant of the first event.';
CREATE FUNCTION align.last_at(journey align.journey) RETURNS timestamptz
    AS 'MODULE_PATHNAME', 'align_journey_last_at' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.last_at(align.journey) IS 'The instant of the last event.';
CREATE FUNCTION align.event_count(journey align.journey) RETURNS integer
    AS 'MODULE_PATHNAME', 'align_journey_event_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.event_count(align.journey) IS 'How many events the journey holds.';
CREATE FUNCTION align.path(journey align.journey) RETURNS text
    AS 'MODULE_PATHNAME', 'align_journey_path' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.path(align.journey) IS 'The stages in the order in which they were entered, such as lead > mql > customer; of conditions their numbers, such as 1 > 1+3. NULL when there is no event.';
CREATE FUNCTION align.events(journey align.journey, OUT event_order integer, OUT at timestamptz, OUT stage text, OUT conditions integer[])
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'align_journey_events' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 5;
COMMENT ON FUNCTION align.events(align.journey) IS 'A row per event in order: its instant, and its stage or the numbers of its conditions.';
CREATE FUNCTION align.transitions(journey align.journey, OUT transition_order integer, OUT from_stage text, OUT to_stage text,
    OUT at timestamptz, OUT stay interval) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'align_journey_transitions' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 4;
COMMENT ON FUNCTION align.transitions(align.journey) IS 'A row per change of stage in order: from, to, when, and how long the lead had been in the first.';

-- event_log: many leads' events, the state of the aggregates that read events straight

CREATE TYPE align.event_log;

CREATE FUNCTION align.event_log_in(cstring) RETURNS align.event_log
    AS 'MODULE_PATHNAME', 'align_journey_log_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.event_log_out(align.event_log) RETURNS cstring
    AS 'MODULE_PATHNAME', 'align_journey_log_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.event_log_recv(internal) RETURNS align.event_log
    AS 'MODULE_PATHNAME', 'align_journey_log_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.event_log_send(align.event_log) RETURNS bytea
    AS 'MODULE_PATHNAME', 'align_journey_log_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE align.event_log (
    INPUT = align.event_log_in, OUTPUT = align.event_log_out,
    RECEIVE = align.event_log_recv, SEND = align.event_log_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended, CATEGORY = 'U');

COMMENT ON TYPE align.event_log IS 'Many leads'' events, 16 bytes each: the state of the aggregates funnel and flow over events. Its text and binary forms carry partial states between the nodes of a distributed database.';
COMMENT ON FUNCTION align.event_log_in(cstring) IS 'Input of event_log: base64 of the binary form.';
COMMENT ON FUNCTION align.event_log_out(align.event_log) IS 'Output of event_log: base64 of the binary form.';
COMMENT ON FUNCTION align.event_log_recv(internal) IS 'Binary input of event_log; any bytes are read or refused.';
COMMENT ON FUNCTION align.event_log_send(align.event_log) IS 'Binary output of event_log.';

CREATE FUNCTION align.event_log_combine(align.event_log, align.event_log) RETURNS align.event_log
    AS 'MODULE_PATHNAME', 'align_journey_log_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.event_log_combine(align.event_log, align.event_log) IS 'Serves the aggregates funnel and flow over events.';

CREATE FUNCTION align.event_log_add(align.event_log, bigint, align.stage, timestamptz) RETURNS align.event_log
    AS 'MODULE_PATHNAME', 'align_journey_log_add_bigint' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.event_log_add(align.event_log, bigint, align.stage, timestamptz) IS 'Serves the aggregates event_log and flow.';
CREATE AGGREGATE align.event_log(lead bigint, stage align.stage, at timestamptz) (
    SFUNC = align.event_log_add, STYPE = align.event_log, SSPACE = 100000000,
    COMBINEFUNC = align.event_log_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.event_log(bigint, align.stage, timestamptz) IS 'All events of many leads as one value, in any order, for journeys(). Rows with a NULL lead, stage or instant are left out. Memory: 16 bytes an event, bounded by align.state_memory.';
CREATE FUNCTION align.event_log_add(align.event_log, text, align.stage, timestamptz) RETURNS align.event_log
    AS 'MODULE_PATHNAME', 'align_journey_log_add_text' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.event_log_add(align.event_log, text, align.stage, timestamptz) IS 'Serves the aggregates event_log and flow.';
CREATE AGGREGATE align.event_log(lead text, stage align.stage, at timestamptz) (
    SFUNC = align.event_log_add, STYPE = align.event_log, SSPACE = 100000000,
    COMBINEFUNC = align.event_log_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.event_log(text, align.stage, timestamptz) IS 'All events of many leads as one value, in any order, for journeys(). Rows with a NULL lead, stage or instant are left out. Memory: 16 bytes an event and the key, bounded by align.state_memory.';
CREATE FUNCTION align.event_log_add(align.event_log, uuid, align.stage, timestamptz) RETURNS align.event_log
    AS 'MODULE_PATHNAME', 'align_journey_log_add_uuid' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.event_log_add(align.event_log, uuid, align.stage, timestamptz) IS 'Serves the aggregates event_log and flow.';
CREATE AGGREGATE align.event_log(lead uuid, stage align.stage, at timestamptz) (
    SFUNC = align.event_log_add, STYPE = align.event_log, SSPACE = 100000000,
    COMBINEFUNC = align.event_log_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.event_log(uuid, align.stage, timestamptz) IS 'All events of many leads as one value, in any order, for journeys(). Rows with a NULL lead, stage or instant are left out. Memory: 16 bytes an event and the key, bounded by align.state_memory.';
CREATE FUNCTION align.journeys(log align.event_log, OUT lead bigint, OUT journey align.journey) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'align_journey_log_journeys' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 1000000;
COMMENT ON FUNCTION align.journeys(align.event_log) IS 'A row per lead of a log whose leads have bigint keys: the key and the journey. The same journeys as journey(stage, at) with GROUP BY lead gives, faster where leads are many. Error when the keys are text or uuid.';
CREATE FUNCTION align.journeys_by_key(log align.event_log, OUT lead text, OUT journey align.journey) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'align_journey_log_journeys_by_key' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 1000000;
COMMENT ON FUNCTION align.journeys_by_key(align.event_log) IS 'A row per lead of a log, with its key as text: journeys() for keys of any type.';

-- the journeys of all leads: the one place from which other answers read events

CREATE VIEW align.lead_journey WITH (security_invoker = true) AS
    SELECT l.id AS lead_id, l.key AS lead_key, l.source, l.segment, l.owner, align.journey(e.stage, e.at) AS journey
    FROM align.lead l LEFT JOIN align.stage_event e ON e.lead = l.id
    GROUP BY l.id;
COMMENT ON VIEW align.lead_journey IS 'A row per lead with its journey. All answers over leads read this view.';
COMMENT ON COLUMN align.lead_journey.lead_id IS 'The lead''s number.';
COMMENT ON COLUMN align.lead_journey.lead_key IS 'The lead''s key in the CRM.';
COMMENT ON COLUMN align.lead_journey.source IS 'Where it came from.';
COMMENT ON COLUMN align.lead_journey.segment IS 'Market segment.';
COMMENT ON COLUMN align.lead_journey.owner IS 'Who takes care of it.';
COMMENT ON COLUMN align.lead_journey.journey IS 'Its history; NULL when it has no event.';

CREATE FUNCTION align.lead_journey(as_of timestamptz)
    RETURNS TABLE (lead_id bigint, lead_key text, source text, segment text, owner text, journey align.journey)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT l.id, l.key, l.source, l.segment, l.owner, align.journey(e.stage, e.at)
    FROM align.lead l JOIN align.stage_event e ON e.lead = l.id
    WHERE e.recorded_at <= $1
    GROUP BY l.id;
END;
COMMENT ON FUNCTION align.lead_journey(timestamptz) IS 'The journeys of all leads as they were known at an instant: of events recorded by then.';

CREATE FUNCTION align.lead_stage(as_of timestamptz)
    RETURNS TABLE (lead_key text, source text, segment text, owner text, stage text, stage_order integer, since_at timestamptz,
        furthest_stage text, furthest_stage_order integer, first_at timestamptz, event_count integer)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT j.lead_key, j.source, j.segment, j.owner,
        align.current(j.journey)::text, align.current(j.journey)::integer, align.since(j.journey),
        align.furthest(j.journey)::text, align.furthest(j.journey)::integer,
        align.first_at(j.journey), align.event_count(j.journey)
    FROM align.lead_journey($1) j;
END;
COMMENT ON FUNCTION align.lead_stage(timestamptz) IS 'Where each lead was by what was known at an instant: the columns of the view lead_stage.';

CREATE VIEW align.lead_stage WITH (security_invoker = true) AS
    SELECT j.lead_key, j.source, j.segment, j.owner,
        align.current(j.journey)::text AS stage, align.current(j.journey)::integer AS stage_order, align.since(j.journey) AS since_at,
        align.furthest(j.journey)::text AS furthest_stage, align.furthest(j.journey)::integer AS furthest_stage_order,
        align.first_at(j.journey) AS first_at, COALESCE(align.event_count(j.journey), 0) AS event_count
    FROM align.lead_journey j;
COMMENT ON VIEW align.lead_stage IS 'Where each lead is now.';
COMMENT ON COLUMN align.lead_stage.lead_key IS 'The lead''s key in the CRM.';
COMMENT ON COLUMN align.lead_stage.source IS 'Where it came from.';
COMMENT ON COLUMN align.lead_stage.segment IS 'Market segment.';
COMMENT ON COLUMN align.lead_stage.owner IS 'Who takes care of it.';
COMMENT ON COLUMN align.lead_stage.stage IS 'The stage in which it is; NULL when it has no event.';
COMMENT ON COLUMN align.lead_stage.stage_order IS 'Number of that stage.';
COMMENT ON COLUMN align.lead_stage.since_at IS 'Since when.';
COMMENT ON COLUMN align.lead_stage.furthest_stage IS 'The furthest stage that it ever reached, exits left out.';
COMMENT ON COLUMN align.lead_stage.furthest_stage_order IS 'Number of that stage.';
COMMENT ON COLUMN align.lead_stage.first_at IS 'Its first event.';
COMMENT ON COLUMN align.lead_stage.event_count IS 'How many events it has.';

CREATE FUNCTION align.stage_now(at timestamptz DEFAULT pg_catalog.now())
    RETURNS TABLE (stage text, stage_order integer, phase text, owner_team text, lead_count bigint, oldest_since_at timestamptz,
        p50_days double precision, p90_days double precision)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT align.current(j.journey)::text, align.current(j.journey)::integer, align.phase(align.current(j.journey)),
        align.owner_team(align.current(j.journey)), pg_catalog.count(*), pg_catalog.min(align.since(j.journey)),
        pg_catalog.percentile_cont(0.5) WITHIN GROUP (ORDER BY EXTRACT(epoch FROM $1 - align.since(j.journey))::double precision / 86400),
        pg_catalog.percentile_cont(0.9) WITHIN GROUP (ORDER BY EXTRACT(epoch FROM $1 - align.since(j.journey))::double precision / 86400)
    FROM (SELECT align.journey(e.stage, e.at) AS journey FROM align.stage_event e WHERE e.at <= $1 GROUP BY e.lead) j
    GROUP BY align.current(j.journey);
END;
COMMENT ON FUNCTION align.stage_now(timestamptz) IS 'A row per stage in which leads were at an instant: how many, since when the oldest, and the median and 90th percentile of the days that they had been there.';

CREATE VIEW align.stage_now WITH (security_invoker = true) AS
    SELECT n.stage, n.stage_order, n.phase, n.owner_team, n.lead_count, n.oldest_since_at,
        pg_catalog.round(n.p50_days::numeric, 3) AS p50_days, pg_catalog.round(n.p90_days::numeric, 3) AS p90_days
    FROM align.stage_now(pg_catalog.now()) n;
COMMENT ON VIEW align.stage_now IS 'How many leads are in each stage now, and for how long.';
COMMENT ON COLUMN align.stage_now.stage IS 'The stage.';
COMMENT ON COLUMN align.stage_now.stage_order IS 'Its number.';
COMMENT ON COLUMN align.stage_now.phase IS 'Its phase.';
COMMENT ON COLUMN align.stage_now.owner_team IS 'The team that a lead in it is with.';
COMMENT ON COLUMN align.stage_now.lead_count IS 'How many leads are in it.';
COMMENT ON COLUMN align.stage_now.oldest_since_at IS 'Since when the one is in it that has been longest.';
COMMENT ON COLUMN align.stage_now.p50_days IS 'Median of the days that they have been in it.';
COMMENT ON COLUMN align.stage_now.p90_days IS '90th percentile of the days that they have been in it.';

CREATE VIEW align.stage_violation WITH (security_invoker = true) AS
    SELECT j.lead_key, m.from_stage, m.from_stage::align.stage::integer AS from_stage_order,
        m.to_stage, m.to_stage::align.stage::integer AS to_stage_order, m.at
    FROM align.lead_journey j
    CROSS JOIN LATERAL align.transitions(j.journey) m
    WHERE NOT EXISTS (
        SELECT FROM align.transition t
        WHERE t.from_stage OPERATOR(align.=) m.from_stage::align.stage AND t.to_stage OPERATOR(align.=) m.to_stage::align.stage AND t.allowed);
COMMENT ON VIEW align.stage_violation IS 'Moves in the recorded history that table transition does not allow: kept, counted, and listed here.';
COMMENT ON COLUMN align.stage_violation.lead_key IS 'The lead''s key in the CRM.';
COMMENT ON COLUMN align.stage_violation.from_stage IS 'The stage that it left.';
COMMENT ON COLUMN align.stage_violation.from_stage_order IS 'Number of that stage.';
COMMENT ON COLUMN align.stage_violation.to_stage IS 'The stage that it entered.';
COMMENT ON COLUMN align.stage_violation.to_stage_order IS 'Number of that stage.';
COMMENT ON COLUMN align.stage_violation.at IS 'When.';
