-- score: from 0 to 100 with the evidence that it rests on, and the blend of several

CREATE TYPE align.score;

CREATE FUNCTION align.score_in(cstring) RETURNS align.score
    AS 'MODULE_PATHNAME', 'align_score_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.score_out(align.score) RETURNS cstring
    AS 'MODULE_PATHNAME', 'align_score_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.score_recv(internal) RETURNS align.score
    AS 'MODULE_PATHNAME', 'align_score_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.score_send(align.score) RETURNS bytea
    AS 'MODULE_PATHNAME', 'align_score_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE align.score (
    INPUT = align.score_in, OUTPUT = align.score_out,
    RECEIVE = align.score_recv, SEND = align.score_send,
    LIKE = pg_catalog.int8, CATEGORY = 'U');

COMMENT ON TYPE align.score IS 'A score from 0 to 100 with the number of rows that it rests on: 72.5 (n=120). Both are kept as float4. Sorted by value, then by evidence.';
COMMENT ON FUNCTION align.score_in(cstring) IS 'Input of score: 72.5 (n=120).';
COMMENT ON FUNCTION align.score_out(align.score) IS 'Output of score: the shortest numbers that read back the same.';
COMMENT ON FUNCTION align.score_recv(internal) IS 'Binary input of score: two float4, value and evidence, checked.';
COMMENT ON FUNCTION align.score_send(align.score) IS 'Binary output of score: two float4, value and evidence.';

CREATE FUNCTION align.score(value double precision, evidence double precision) RETURNS align.score
    AS 'MODULE_PATHNAME', 'align_score_make' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.score(double precision, double precision) IS 'A score: value from 0 to 100, evidence from 0 to 1e12 rows. NULL when either is. Error for a number out of range.';
CREATE FUNCTION align.value(score align.score) RETURNS numeric
    AS 'MODULE_PATHNAME', 'align_score_value' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.value(align.score) IS 'The value of a score, from 0 to 100, as its text shows it.';
CREATE FUNCTION align.evidence(score align.score) RETURNS numeric
    AS 'MODULE_PATHNAME', 'align_score_evidence' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.evidence(align.score) IS 'The number of rows that a score rests on, as its text shows it.';
CREATE FUNCTION align.cautious(score align.score) RETURNS double precision
    AS 'MODULE_PATHNAME', 'align_score_cautious' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.cautious(align.score) IS 'What a score is at least, for ranking, from 0 to 100: the lower end of Wilson''s 95 % interval (1927) of value / 100 as the share of evidence rows, times 100. Little evidence counts for little; none is 0.';

-- comparison and hashing: the bytes of a score sort as those of a whole number

CREATE FUNCTION align.score_eq(align.score, align.score) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int8eq';
CREATE FUNCTION align.score_ne(align.score, align.score) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int8ne';
CREATE FUNCTION align.score_lt(align.score, align.score) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int8lt';
CREATE FUNCTION align.score_le(align.score, align.score) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int8le';
CREATE FUNCTION align.score_gt(align.score, align.score) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int8gt';
CREATE FUNCTION align.score_ge(align.score, align.score) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int8ge';
CREATE FUNCTION align.score_cmp(align.score, align.score) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'btint8cmp';
CREATE FUNCTION align.score_hash(align.score) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashint8';
CREATE FUNCTION align.score_hash_extended(align.score, bigint) RETURNS bigint
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashint8extended';

COMMENT ON FUNCTION align.score_eq(align.score, align.score) IS 'Serves operator =.';
COMMENT ON FUNCTION align.score_ne(align.score, align.score) IS 'Serves operator <>.';
COMMENT ON FUNCTION align.score_lt(align.score, align.score) IS 'Serves operator <.';
COMMENT ON FUNCTION align.score_le(align.score, align.score) IS 'Serves operator <=.';
COMMENT ON FUNCTION align.score_gt(align.score, align.score) IS 'Serves operator >.';
COMMENT ON FUNCTION align.score_ge(align.score, align.score) IS 'Serves operator >=.';
COMMENT ON FUNCTION align.score_cmp(align.score, align.score) IS 'Order of scores, for btree.';
COMMENT ON FUNCTION align.score_hash(align.score) IS 'Hash of a score.';
COMMENT ON FUNCTION align.score_hash_extended(align.score, bigint) IS 'Seeded hash of a score.';

CREATE OPERATOR align.= (LEFTARG = align.score, RIGHTARG = align.score, FUNCTION = align.score_eq,
    COMMUTATOR = OPERATOR(align.=), NEGATOR = OPERATOR(align.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR align.<> (LEFTARG = align.score, RIGHTARG = align.score, FUNCTION = align.score_ne,
    COMMUTATOR = OPERATOR(align.<>), NEGATOR = OPERATOR(align.=), RESTRICT = neqsel, JOIN = neqjoinsel);
CREATE OPERATOR align.< (LEFTARG = align.score, RIGHTARG = align.score, FUNCTION = align.score_lt,
    COMMUTATOR = OPERATOR(align.>), NEGATOR = OPERATOR(align.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR align.<= (LEFTARG = align.score, RIGHTARG = align.score, FUNCTION = align.score_le,
    COMMUTATOR = OPERATOR(align.>=), NEGATOR = OPERATOR(align.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
CREATE OPERATOR align.> (LEFTARG = align.score, RIGHTARG = align.score, FUNCTION = align.score_gt,
    COMMUTATOR = OPERATOR(align.<), NEGATOR = OPERATOR(align.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
CREATE OPERATOR align.>= (LEFTARG = align.score, RIGHTARG = align.score, FUNCTION = align.score_ge,
    COMMUTATOR = OPERATOR(align.<=), NEGATOR = OPERATOR(align.<), RESTRICT = scalargesel, JOIN = scalargejoinsel);

COMMENT ON OPERATOR align.= (align.score, align.score) IS 'the same score on as much evidence';
COMMENT ON OPERATOR align.<> (align.score, align.score) IS 'another score, or on other evidence';
COMMENT ON OPERATOR align.< (align.score, align.score) IS 'sorts before: by the value, then by the evidence';
COMMENT ON OPERATOR align.<= (align.score, align.score) IS 'sorts before, or the same score';
COMMENT ON OPERATOR align.> (align.score, align.score) IS 'sorts after';
COMMENT ON OPERATOR align.>= (align.score, align.score) IS 'sorts after, or the same score';

CREATE OPERATOR FAMILY align.score_ops USING btree;
COMMENT ON OPERATOR FAMILY align.score_ops USING btree IS 'btree on scores';
CREATE OPERATOR CLASS align.score_ops DEFAULT FOR TYPE align.score USING btree FAMILY align.score_ops AS
    OPERATOR 1 align.<, OPERATOR 2 align.<=, OPERATOR 3 align.=, OPERATOR 4 align.>=, OPERATOR 5 align.>,
    FUNCTION 1 align.score_cmp(align.score, align.score),
    FUNCTION 2 pg_catalog.btint8sortsupport(internal),
    FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS align.score_ops USING btree IS 'scores by value, then by evidence';
CREATE OPERATOR FAMILY align.score_ops USING hash;
COMMENT ON OPERATOR FAMILY align.score_ops USING hash IS 'hash on scores';
CREATE OPERATOR CLASS align.score_ops DEFAULT FOR TYPE align.score USING hash FAMILY align.score_ops AS
    OPERATOR 1 align.=,
    FUNCTION 1 align.score_hash(align.score),
    FUNCTION 2 align.score_hash_extended(align.score, bigint);
COMMENT ON OPERATOR CLASS align.score_ops USING hash IS 'equality of scores';

-- several scores in one

CREATE TYPE align.blend_result AS (
    score align.score,
    measured_ratio double precision,
    measured_count bigint,
    score_count bigint);
COMMENT ON TYPE align.blend_result IS 'A blend of scores, and how much of it was measured.';
COMMENT ON COLUMN align.blend_result.score IS 'The weighted geometric mean; NULL when nothing was measured.';
COMMENT ON COLUMN align.blend_result.measured_ratio IS 'The share of the weight that was measured, 0 to 1.';
COMMENT ON COLUMN align.blend_result.measured_count IS 'Scores that are not NULL.';
COMMENT ON COLUMN align.blend_result.score_count IS 'All of a weight above 0.';

CREATE FUNCTION align.blend_add(bigint[], align.score, double precision) RETURNS bigint[]
    AS 'MODULE_PATHNAME', 'align_score_blend_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION align.blend_combine(bigint[], bigint[]) RETURNS bigint[]
    AS 'MODULE_PATHNAME', 'align_score_blend_combine' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.blend_score(bigint[]) RETURNS align.score
    AS 'MODULE_PATHNAME', 'align_score_blend' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.blend_score_detail(bigint[]) RETURNS align.blend_result
    AS 'MODULE_PATHNAME', 'align_score_blend_detail' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.blend_add(bigint[], align.score, double precision) IS 'Serves the aggregates blend and blend_detail.';
COMMENT ON FUNCTION align.blend_combine(bigint[], bigint[]) IS 'Serves the aggregates blend and blend_detail.';
COMMENT ON FUNCTION align.blend_score(bigint[]) IS 'Serves the aggregate blend.';
COMMENT ON FUNCTION align.blend_score_detail(bigint[]) IS 'Serves the aggregate blend_detail.';
CREATE AGGREGATE align.blend(score align.score, weight double precision) (
    SFUNC = align.blend_add, STYPE = bigint[], INITCOND = '{0,0,0,0,0,0,0,0,0,0,0}', FINALFUNC = align.blend_score, COMBINEFUNC = align.blend_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.blend(align.score, double precision) IS 'The weighted geometric mean of scores, so that one broken link is not made up for by the others. A value below 1 counts as 1: a 0 weighs more than any other, and still does not hide the rest. A score that is NULL was not measured and is left out; how much of the weight that was says blend_detail. Evidence: the number of rows of which a plain mean would be as sure, (sum of weights)^2 / (sum of weight^2 / evidence) (Kish 1965); 0 when any has none. Weights from 1e-6 to 1000; only their proportions count; a row whose weight is 0 or NULL is left out. NULL when nothing is measured. Error for another weight.';
CREATE AGGREGATE align.blend_detail(score align.score, weight double precision) (
    SFUNC = align.blend_add, STYPE = bigint[], INITCOND = '{0,0,0,0,0,0,0,0,0,0,0}', FINALFUNC = align.blend_score_detail, COMBINEFUNC = align.blend_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.blend_detail(align.score, double precision) IS 'As blend, with the share of the weight that was measured and the number of scores. NULL when no row has a weight.';
