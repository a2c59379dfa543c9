-- stage: where a buyer is in the relationship, the one shared vocabulary

CREATE TYPE align.stage;

CREATE FUNCTION align.stage_in(cstring) RETURNS align.stage
    AS 'MODULE_PATHNAME', 'align_stage_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.stage_out(align.stage) RETURNS cstring
    AS 'MODULE_PATHNAME', 'align_stage_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.stage_recv(internal) RETURNS align.stage
    AS 'MODULE_PATHNAME', 'align_stage_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.stage_send(align.stage) RETURNS bytea
    AS 'MODULE_PATHNAME', 'align_stage_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE align.stage (
    INPUT = align.stage_in, OUTPUT = align.stage_out,
    RECEIVE = align.stage_recv, SEND = align.stage_send,
    LIKE = pg_catalog.int2, CATEGORY = 'U');

COMMENT ON TYPE align.stage IS 'A stage of the customer relationship: visitor, subscriber, lead, mql, sal, sql, opportunity, proposal, negotiation, customer, onboarded, renewed, expanded, advocate; and the exits recycled, disqualified, lost, churned. Reads aliases such as Marketing Qualified Lead and Closed Won; see vocabulary().';
COMMENT ON FUNCTION align.stage_in(cstring) IS 'Input of stage: a name or alias in any case; error with the nearest word otherwise.';
COMMENT ON FUNCTION align.stage_out(align.stage) IS 'Output of stage: its name.';
COMMENT ON FUNCTION align.stage_recv(internal) IS 'Binary input of stage: int2, checked.';
COMMENT ON FUNCTION align.stage_send(align.stage) IS 'Binary output of stage: int2.';

-- functions

CREATE FUNCTION align.to_stage(label text) RETURNS align.stage
    AS 'MODULE_PATHNAME', 'align_stage_to_stage' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.to_stage(text) IS 'The stage that a name or alias means; NULL when it means none (the cast raises an error instead).';

CREATE FUNCTION align.stage_from_number(integer) RETURNS align.stage
    AS 'MODULE_PATHNAME', 'align_stage_from_number' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.stage_from_number(integer) IS 'The stage with this number (0 is visitor); error when there is none. Serves the cast.';

CREATE FUNCTION align.stage_order(align.stage) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'i2toi4';
COMMENT ON FUNCTION align.stage_order(align.stage) IS 'The number of a stage, 0 to 30, fixed for ever: sorts a report, and is the stage''s bit in a step mask.';

CREATE FUNCTION align.phase(align.stage) RETURNS text
    AS 'MODULE_PATHNAME', 'align_stage_phase' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.phase(align.stage) IS 'The phase of a stage: attract, qualify, sell, keep, grow or exit.';

CREATE FUNCTION align.owner_team(align.stage) RETURNS text
    AS 'MODULE_PATHNAME', 'align_stage_owner_team' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.owner_team(align.stage) IS 'The team that a lead in this stage is with: a key of table team.';

CREATE FUNCTION align.is_exit(align.stage) RETURNS boolean
    AS 'MODULE_PATHNAME', 'align_stage_exits' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.is_exit(align.stage) IS 'Whether a stage leaves the path: recycled, disqualified, lost, churned.';

CREATE FUNCTION align.vocabulary(OUT stage text, OUT stage_order integer, OUT phase text, OUT is_exit boolean,
    OUT owner_team text, OUT description text, OUT aliases text[]) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'align_stage_vocabulary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 18;
COMMENT ON FUNCTION align.vocabulary() IS 'All stages in order, each with its phase, the team that owns it, what it means, and the words of HubSpot, Salesforce, Marketo and Pipedrive that input reads as this stage.';

-- comparison and hashing are those of int2

CREATE FUNCTION align.stage_eq(align.stage, align.stage) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int2eq';
CREATE FUNCTION align.stage_ne(align.stage, align.stage) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int2ne';
CREATE FUNCTION align.stage_lt(align.stage, align.stage) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int2lt';
CREATE FUNCTION align.stage_le(align.stage, align.stage) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int2le';
CREATE FUNCTION align.stage_gt(align.stage, align.stage) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int2gt';
CREATE FUNCTION align.stage_ge(align.stage, align.stage) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int2ge';
CREATE FUNCTION align.stage_cmp(align.stage, align.stage) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'btint2cmp';
CREATE FUNCTION align.stage_sortsupport(internal) RETURNS void
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'btint2sortsupport';
CREATE FUNCTION align.stage_hash(align.stage) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashint2';
CREATE FUNCTION align.stage_hash_extended(align.stage, bigint) RETURNS bigint
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashint2extended';
CREATE FUNCTION align.stage_smaller(align.stage, align.stage) RETURNS align.stage
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'int2smaller';
CREATE FUNCTION align.stage_larger(align.stage, align.stage) RETURNS align.stage
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'int2larger';

COMMENT ON FUNCTION align.stage_eq(align.stage, align.stage) IS 'Serves operator =.';
COMMENT ON FUNCTION align.stage_ne(align.stage, align.stage) IS 'Serves operator <>.';
COMMENT ON FUNCTION align.stage_lt(align.stage, align.stage) IS 'Serves operator <.';
COMMENT ON FUNCTION align.stage_le(align.stage, align.stage) IS 'Serves operator <=.';
COMMENT ON FUNCTION align.stage_gt(align.stage, align.stage) IS 'Serves operator >.';
COMMENT ON FUNCTION align.stage_ge(align.stage, align.stage) IS 'Serves operator >=.';
COMMENT ON FUNCTION align.stage_cmp(align.stage, align.stage) IS 'Order of stages, for btree.';
COMMENT ON FUNCTION align.stage_sortsupport(internal) IS 'Fast sorting of stages, for btree.';
COMMENT ON FUNCTION align.stage_hash(align.stage) IS 'Hash of a stage.';
COMMENT ON FUNCTION align.stage_hash_extended(align.stage, bigint) IS 'Seeded hash of a stage.';
COMMENT ON FUNCTION align.stage_smaller(align.stage, align.stage) IS 'The earlier of two stages; serves min.';
COMMENT ON FUNCTION align.stage_larger(align.stage, align.stage) IS 'The later of two stages; serves max.';

CREATE OPERATOR align.= (LEFTARG = align.stage, RIGHTARG = align.stage, FUNCTION = align.stage_eq,
    COMMUTATOR = OPERATOR(align.=), NEGATOR = OPERATOR(align.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR align.<> (LEFTARG = align.stage, RIGHTARG = align.stage, FUNCTION = align.stage_ne,
    COMMUTATOR = OPERATOR(align.<>), NEGATOR = OPERATOR(align.=), RESTRICT = neqsel, JOIN = neqjoinsel);
CREATE OPERATOR align.< (LEFTARG = align.stage, RIGHTARG = align.stage, FUNCTION = align.stage_lt,
    COMMUTATOR = OPERATOR(align.>), NEGATOR = OPERATOR(align.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR align.<= (LEFTARG = align.stage, RIGHTARG = align.stage, FUNCTION = align.stage_le,
    COMMUTATOR = OPERATOR(align.>=), NEGATOR = OPERATOR(align.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
CREATE OPERATOR align.> (LEFTARG = align.stage, RIGHTARG = align.stage, FUNCTION = align.stage_gt,
    COMMUTATOR = OPERATOR(align.<), NEGATOR = OPERATOR(align.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
CREATE OPERATOR align.>= (LEFTARG = align.stage, RIGHTARG = align.stage, FUNCTION = align.stage_ge,
    COMMUTATOR = OPERATOR(align.<=), NEGATOR = OPERATOR(align.<), RESTRICT = scalargesel, JOIN = scalargejoinsel);

COMMENT ON OPERATOR align.= (align.stage, align.stage) IS 'the same stage';
COMMENT ON OPERATOR align.<> (align.stage, align.stage) IS 'another stage';
COMMENT ON OPERATOR align.< (align.stage, align.stage) IS 'earlier in the vocabulary';
COMMENT ON OPERATOR align.<= (align.stage, align.stage) IS 'earlier in the vocabulary, or the same';
COMMENT ON OPERATOR align.> (align.stage, align.stage) IS 'later in the vocabulary';
COMMENT ON OPERATOR align.>= (align.stage, align.stage) IS 'later in the vocabulary, or the same';

CREATE OPERATOR FAMILY align.stage_ops USING btree;
COMMENT ON OPERATOR FAMILY align.stage_ops USING btree IS 'btree on stages';
CREATE OPERATOR CLASS align.stage_ops DEFAULT FOR TYPE align.stage USING btree FAMILY align.stage_ops AS
    OPERATOR 1 align.<, OPERATOR 2 align.<=, OPERATOR 3 align.=, OPERATOR 4 align.>=, OPERATOR 5 align.>,
    FUNCTION 1 align.stage_cmp(align.stage, align.stage),
    FUNCTION 2 align.stage_sortsupport(internal),
    FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS align.stage_ops USING btree IS 'stages in the order of the vocabulary';
CREATE OPERATOR FAMILY align.stage_ops USING hash;
COMMENT ON OPERATOR FAMILY align.stage_ops USING hash IS 'hash on stages';
CREATE OPERATOR CLASS align.stage_ops DEFAULT FOR TYPE align.stage USING hash FAMILY align.stage_ops AS
    OPERATOR 1 align.=,
    FUNCTION 1 align.stage_hash(align.stage),
    FUNCTION 2 align.stage_hash_extended(align.stage, bigint);
COMMENT ON OPERATOR CLASS align.stage_ops USING hash IS 'equality of stages';

CREATE AGGREGATE align.min(align.stage) (SFUNC = align.stage_smaller, STYPE = align.stage,
    COMBINEFUNC = align.stage_smaller, SORTOP = OPERATOR(align.<), PARALLEL = SAFE);
CREATE AGGREGATE align.max(align.stage) (SFUNC = align.stage_larger, STYPE = align.stage,
    COMBINEFUNC = align.stage_larger, SORTOP = OPERATOR(align.>), PARALLEL = SAFE);
COMMENT ON AGGREGATE align.min(align.stage) IS 'The earliest stage.';
COMMENT ON AGGREGATE align.max(align.stage) IS 'The latest stage.';

CREATE CAST (align.stage AS integer) WITH FUNCTION align.stage_order(align.stage) AS ASSIGNMENT;
CREATE CAST (integer AS align.stage) WITH FUNCTION align.stage_from_number(integer);
COMMENT ON CAST (align.stage AS integer) IS 'the number of the stage';
COMMENT ON CAST (integer AS align.stage) IS 'the stage with this number';
