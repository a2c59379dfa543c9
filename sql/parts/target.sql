-- target: what a measure should be, and when it is at risk

CREATE TYPE align.target;

CREATE FUNCTION align.target_in(cstring) RETURNS align.target
    AS 'MODULE_PATHNAME', 'align_target_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.target_out(align.target) RETURNS cstring
    AS 'MODULE_PATHNAME', 'align_target_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.target_recv(internal) RETURNS align.target
    AS 'MODULE_PATHNAME', 'align_target_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.target_send(align.target) RETURNS bytea
    AS 'MODULE_PATHNAME', 'align_target_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE align.target (
    INPUT = align.target_in, OUTPUT = align.target_out,
    RECEIVE = align.target_recv, SEND = align.target_send,
    INTERNALLENGTH = 40, ALIGNMENT = double, CATEGORY = 'U');

COMMENT ON TYPE align.target IS 'What a measure should be: >= 50, <= 2.5, 40..60 or = 10, in the unit of the measure, and after ~ the amber band that is at risk but not yet off track: >= 50 ~ 45, <= 2.5 ~ 3, 40..60 ~ 35..65, = 10 ~ 8..12. Ends are included and exact, of at most 18 digits.';
COMMENT ON FUNCTION align.target_in(cstring) IS 'Input of target, with or without spaces; also reads the signs of one character for >= and <=.';
COMMENT ON FUNCTION align.target_out(align.target) IS 'Output of target, in its one canonical form.';
COMMENT ON FUNCTION align.target_recv(internal) IS 'Binary input of target: its text, checked.';
COMMENT ON FUNCTION align.target_send(align.target) IS 'Binary output of target: its text.';

-- what was measured, against the target

CREATE FUNCTION align.met(actual numeric, target align.target) RETURNS boolean
    AS 'MODULE_PATHNAME', 'align_target_met' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.met(numeric, align.target) IS 'Whether what was measured lies in the goal, ends included; exact to the last digit. Error for NaN and infinity.';

CREATE FUNCTION align.status(actual numeric, target align.target) RETURNS text
    AS 'MODULE_PATHNAME', 'align_target_status' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.status(numeric, align.target) IS 'on track: in the goal; at risk: outside it, in the amber band; off track: outside both. Ends are included. Error for NaN and infinity.';

CREATE FUNCTION align.attainment(actual numeric, target align.target) RETURNS numeric
    AS 'MODULE_PATHNAME', 'align_target_attainment' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.attainment(numeric, align.target) IS 'How far the goal is reached: 1 where it is just met, below 1 where it is not. At least g: 1 + (actual - g) / u; at most g: 1 + (g - actual) / u; a range or one value: the smallest of 1 and of both. u is the size of g (so at least 50 gives actual / 50); where g is 0, that of the amber band''s end on its side, else that of the goal''s other end, else 1. May be negative. Error for NaN and infinity.';

-- parts

CREATE FUNCTION align.direction(target align.target) RETURNS text
    AS 'MODULE_PATHNAME', 'align_target_direction' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.direction(align.target) IS 'The form of a target in words: at least, at most, between or equal.';

CREATE FUNCTION align.goal_low(target align.target) RETURNS numeric
    AS 'MODULE_PATHNAME', 'align_target_goal_low' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.goal_low(align.target) IS 'The lowest value that meets the target; NULL when it is open below.';

CREATE FUNCTION align.goal_high(target align.target) RETURNS numeric
    AS 'MODULE_PATHNAME', 'align_target_goal_high' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.goal_high(align.target) IS 'The highest value that meets the target; NULL when it is open above.';

CREATE FUNCTION align.amber_low(target align.target) RETURNS numeric
    AS 'MODULE_PATHNAME', 'align_target_amber_low' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.amber_low(align.target) IS 'The lowest value that is not off track; NULL when the target has no amber band, or is open below.';

CREATE FUNCTION align.amber_high(target align.target) RETURNS numeric
    AS 'MODULE_PATHNAME', 'align_target_amber_high' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.amber_high(align.target) IS 'The highest value that is not off track; NULL when the target has no amber band, or is open above.';

-- comparison and hashing: as ranges sort, by the goal and then by the band

CREATE FUNCTION align.target_eq(align.target, align.target) RETURNS boolean
    AS 'MODULE_PATHNAME', 'align_target_eq' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION align.target_ne(align.target, align.target) RETURNS boolean
    AS 'MODULE_PATHNAME', 'align_target_ne' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION align.target_lt(align.target, align.target) RETURNS boolean
    AS 'MODULE_PATHNAME', 'align_target_lt' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION align.target_le(align.target, align.target) RETURNS boolean
    AS 'MODULE_PATHNAME', 'align_target_le' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION align.target_gt(align.target, align.target) RETURNS boolean
    AS 'MODULE_PATHNAME', 'align_target_gt' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION align.target_ge(align.target, align.target) RETURNS boolean
    AS 'MODULE_PATHNAME', 'align_target_ge' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION align.target_cmp(align.target, align.target) RETURNS integer
    AS 'MODULE_PATHNAME', 'align_target_cmp' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION align.target_hash(align.target) RETURNS integer
    AS 'MODULE_PATHNAME', 'align_target_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.target_hash_extended(align.target, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'align_target_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION align.target_eq(align.target, align.target) IS 'Serves operator =.';
COMMENT ON FUNCTION align.target_ne(align.target, align.target) IS 'Serves operator <>.';
COMMENT ON FUNCTION align.target_lt(align.target, align.target) IS 'Serves operator <.';
COMMENT ON FUNCTION align.target_le(align.target, align.target) IS 'Serves operator <=.';
COMMENT ON FUNCTION align.target_gt(align.target, align.target) IS 'Serves operator >.';
COMMENT ON FUNCTION align.target_ge(align.target, align.target) IS 'Serves operator >=.';
COMMENT ON FUNCTION align.target_cmp(align.target, align.target) IS 'Order of targets, for btree.';
COMMENT ON FUNCTION align.target_hash(align.target) IS 'Hash of a target.';
COMMENT ON FUNCTION align.target_hash_extended(align.target, bigint) IS 'Seeded hash of a target.';

CREATE FUNCTION align.in_words(target align.target, unit text DEFAULT NULL) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.concat(CASE align.direction($1) WHEN 'at least' THEN 'at least ' || n.low WHEN 'at most' THEN 'at most ' || n.high WHEN 'equal' THEN 'exactly ' || n.low
            ELSE n.low || ' to ' || n.high END,
        ' ' || $2,
        CASE align.direction($1) WHEN 'at least' THEN ', at risk down to ' || n.amber_low WHEN 'at most' THEN ', at risk up to ' || n.amber_high
            ELSE ', at risk from ' || n.amber_low || ' to ' || n.amber_high END)
    FROM (SELECT pg_catalog.max(v.written) FILTER (WHERE v.place = 1) AS low, pg_catalog.max(v.written) FILTER (WHERE v.place = 2) AS high,
              pg_catalog.max(v.written) FILTER (WHERE v.place = 3) AS amber_low, pg_catalog.max(v.written) FILTER (WHERE v.place = 4) AS amber_high
          FROM (SELECT e.place, CASE WHEN e.number = pg_catalog.trunc(e.number) THEN pg_catalog.to_char(e.number, 'FM999,999,999,999,999,990') ELSE pg_catalog.trim_scale(e.number)::text END AS written
                FROM pg_catalog.unnest(ARRAY[align.goal_low($1), align.goal_high($1), align.amber_low($1), align.amber_high($1)]) WITH ORDINALITY e(number, place)) v) n
    WHERE $1 IS NOT NULL;
END;
COMMENT ON FUNCTION align.in_words(align.target, text) IS 'A target as a sentence says it, with its unit: at least 1,000,000 EUR a month, at risk down to 900,000.';

CREATE OPERATOR align.= (LEFTARG = align.target, RIGHTARG = align.target, FUNCTION = align.target_eq,
    COMMUTATOR = OPERATOR(align.=), NEGATOR = OPERATOR(align.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR align.<> (LEFTARG = align.target, RIGHTARG = align.target, FUNCTION = align.target_ne,
    COMMUTATOR = OPERATOR(align.<>), NEGATOR = OPERATOR(align.=), RESTRICT = neqsel, JOIN = neqjoinsel);
CREATE OPERATOR align.< (LEFTARG = align.target, RIGHTARG = align.target, FUNCTION = align.target_lt,
    COMMUTATOR = OPERATOR(align.>), NEGATOR = OPERATOR(align.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR align.<= (LEFTARG = align.target, RIGHTARG = align.target, FUNCTION = align.target_le,
    COMMUTATOR = OPERATOR(align.>=), NEGATOR = OPERATOR(align.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
CREATE OPERATOR align.> (LEFTARG = align.target, RIGHTARG = align.target, FUNCTION = align.target_gt,
    COMMUTATOR = OPERATOR(align.<), NEGATOR = OPERATOR(align.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
CREATE OPERATOR align.>= (LEFTARG = align.target, RIGHTARG = align.target, FUNCTION = align.target_ge,
    COMMUTATOR = OPERATOR(align.<=), NEGATOR = OPERATOR(align.<), RESTRICT = scalargesel, JOIN = scalargejoinsel);

COMMENT ON OPERATOR align.= (align.target, align.target) IS 'the same target';
COMMENT ON OPERATOR align.<> (align.target, align.target) IS 'another target';
COMMENT ON OPERATOR align.< (align.target, align.target) IS 'sorts before: by the lower end of the goal (open first), then its upper end (open last), then the amber band likewise';
COMMENT ON OPERATOR align.<= (align.target, align.target) IS 'sorts before, or the same target';
COMMENT ON OPERATOR align.> (align.target, align.target) IS 'sorts after';
COMMENT ON OPERATOR align.>= (align.target, align.target) IS 'sorts after, or the same target';

CREATE OPERATOR FAMILY align.target_ops USING btree;
COMMENT ON OPERATOR FAMILY align.target_ops USING btree IS 'btree on targets';
CREATE OPERATOR CLASS align.target_ops DEFAULT FOR TYPE align.target USING btree FAMILY align.target_ops AS
    OPERATOR 1 align.<, OPERATOR 2 align.<=, OPERATOR 3 align.=, OPERATOR 4 align.>=, OPERATOR 5 align.>,
    FUNCTION 1 align.target_cmp(align.target, align.target),
    FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS align.target_ops USING btree IS 'targets by the ends of the goal, then of the amber band';
CREATE OPERATOR FAMILY align.target_ops USING hash;
COMMENT ON OPERATOR FAMILY align.target_ops USING hash IS 'hash on targets';
CREATE OPERATOR CLASS align.target_ops DEFAULT FOR TYPE align.target USING hash FAMILY align.target_ops AS
    OPERATOR 1 align.=,
    FUNCTION 1 align.target_hash(align.target),
    FUNCTION 2 align.target_hash_extended(align.target, bigint);
COMMENT ON OPERATOR CLASS align.target_ops USING hash IS 'equality of targets';
