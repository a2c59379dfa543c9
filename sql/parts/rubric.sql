-- rubric: what "qualified" means, as a value that judges

CREATE TYPE align.rubric;

CREATE FUNCTION align.rubric_in(cstring) RETURNS align.rubric
    AS 'MODULE_PATHNAME', 'align_rubric_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.rubric_out(align.rubric) RETURNS cstring
    AS 'MODULE_PATHNAME', 'align_rubric_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.rubric_recv(internal) RETURNS align.rubric
    AS 'MODULE_PATHNAME', 'align_rubric_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.rubric_send(align.rubric) RETURNS bytea
    AS 'MODULE_PATHNAME', 'align_rubric_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

-- Preferred, so that a bare literal after jsonb @@ is a rubric and no jsonpath.
CREATE TYPE align.rubric (
    INPUT = align.rubric_in, OUTPUT = align.rubric_out,
    RECEIVE = align.rubric_recv, SEND = align.rubric_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended, CATEGORY = 'U', PREFERRED = true);

COMMENT ON TYPE align.rubric IS 'A definition of "qualified" that both teams can read: what is required, what is rejected, points, and how many qualify. Judges a JSON object by @@, points, qualify and explain. docs/rubric.md has the language.';
COMMENT ON FUNCTION align.rubric_in(cstring) IS 'Input of rubric. An error names line, column and what could stand there.';
COMMENT ON FUNCTION align.rubric_out(align.rubric) IS 'Output of rubric: the canonical text, which reads back to the same value.';
COMMENT ON FUNCTION align.rubric_recv(internal) IS 'Binary input of rubric: a version and the text; any bytes are read or refused.';
COMMENT ON FUNCTION align.rubric_send(align.rubric) IS 'Binary output of rubric: a version and the canonical text.';

CREATE FUNCTION align.rubric_eq(align.rubric, align.rubric) RETURNS boolean
    AS 'MODULE_PATHNAME', 'align_rubric_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.rubric_ne(align.rubric, align.rubric) RETURNS boolean
    AS 'MODULE_PATHNAME', 'align_rubric_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.rubric_hash(align.rubric) RETURNS integer
    AS 'MODULE_PATHNAME', 'align_rubric_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.rubric_hash_extended(align.rubric, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'align_rubric_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.rubric_eq(align.rubric, align.rubric) IS 'Serves operator =.';
COMMENT ON FUNCTION align.rubric_ne(align.rubric, align.rubric) IS 'Serves operator <>.';
COMMENT ON FUNCTION align.rubric_hash(align.rubric) IS 'Hash of a rubric.';
COMMENT ON FUNCTION align.rubric_hash_extended(align.rubric, bigint) IS 'Seeded hash of a rubric.';
CREATE OPERATOR align.= (LEFTARG = align.rubric, RIGHTARG = align.rubric, FUNCTION = align.rubric_eq,
    COMMUTATOR = OPERATOR(align.=), NEGATOR = OPERATOR(align.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
CREATE OPERATOR align.<> (LEFTARG = align.rubric, RIGHTARG = align.rubric, FUNCTION = align.rubric_ne,
    COMMUTATOR = OPERATOR(align.<>), NEGATOR = OPERATOR(align.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR align.= (align.rubric, align.rubric) IS 'the same canonical text';
COMMENT ON OPERATOR align.<> (align.rubric, align.rubric) IS 'another canonical text';
CREATE OPERATOR FAMILY align.rubric_ops USING hash;
COMMENT ON OPERATOR FAMILY align.rubric_ops USING hash IS 'hash on rubrics';
CREATE OPERATOR CLASS align.rubric_ops DEFAULT FOR TYPE align.rubric USING hash FAMILY align.rubric_ops AS
    OPERATOR 1 align.=,
    FUNCTION 1 align.rubric_hash(align.rubric),
    FUNCTION 2 align.rubric_hash_extended(align.rubric, bigint);
COMMENT ON OPERATOR CLASS align.rubric_ops USING hash IS 'equality of rubrics';

-- judging

CREATE FUNCTION align.rubric_support(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'align_rubric_support' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.rubric_support(internal) IS 'Planner support of jsonb @@ rubric: what a constant rubric requires to be equal becomes @>, which a GIN index answers.';
CREATE FUNCTION align.rubric_match(attrs jsonb, rubric align.rubric) RETURNS boolean
    AS 'MODULE_PATHNAME', 'align_rubric_match' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 SUPPORT align.rubric_support;
COMMENT ON FUNCTION align.rubric_match(jsonb, align.rubric) IS 'Serves operator @@.';
CREATE OPERATOR align.@@ (LEFTARG = jsonb, RIGHTARG = align.rubric, FUNCTION = align.rubric_match,
    RESTRICT = matchingsel, JOIN = matchingjoinsel);
COMMENT ON OPERATOR align.@@ (jsonb, align.rubric) IS 'the object qualifies by the rubric';

CREATE FUNCTION align.points(rubric align.rubric, attrs jsonb, as_of timestamptz DEFAULT NULL) RETURNS double precision
    AS 'MODULE_PATHNAME', 'align_rubric_points' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION align.points(align.rubric, jsonb, timestamptz) IS 'The points that a rubric gives an object, each group up to its cap; exact to a millionth. as_of: the instant up to which decaying points fade; needed where there are any. NULL for a NULL rubric or object; error for JSON that is no object.';
CREATE FUNCTION align.qualify(rubric align.rubric, attrs jsonb, as_of timestamptz DEFAULT NULL,
    OUT qualified boolean, OUT points double precision, OUT max_points double precision, OUT grade text, OUT missing text[], OUT mismatched text[]) RETURNS record
    AS 'MODULE_PATHNAME', 'align_rubric_qualify' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 15;
COMMENT ON FUNCTION align.qualify(align.rubric, jsonb, timestamptz) IS 'The verdict of a rubric on an object. qualified: all that is required holds, nothing that is rejected does, and the points reach qualify at; points of max_points that can be had; grade A to D, by quarters of max_points or the rubric''s own bounds, NULL where there are no points; missing: fields that left a clause undecided because they are absent or null; mismatched: because they are of another type than the clause asks. as_of as in points.';
CREATE FUNCTION align.explain(rubric align.rubric, attrs jsonb, as_of timestamptz DEFAULT NULL,
    OUT clause_order integer, OUT kind text, OUT group_name text, OUT clause text, OUT met boolean, OUT points double precision,
    OUT clause_points double precision, OUT found jsonb, OUT missing text[], OUT mismatched text[]) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'align_rubric_explain' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 12;
COMMENT ON FUNCTION align.explain(align.rubric, jsonb, timestamptz) IS 'Why a rubric judges an object as it does: a row per clause of kind require, reject or points, a row of kind cap for each group whose cap takes points away, and one of kind qualify. met: whether the condition holds (of a reject: whether it rejects), NULL when it cannot be told; points given, of clause_points; found: what the object has for the fields; missing and mismatched as in qualify. The points add up to those of qualify.';

-- reading

CREATE FUNCTION align.fields(rubric align.rubric, OUT field text, OUT type text, OUT clause_count integer) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'align_rubric_get_fields' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION align.fields(align.rubric) IS 'What a rubric needs to know: a row per field, the type that its clauses ask of it (number, text, boolean, instant, array, any), and how many clauses ask.';
CREATE FUNCTION align.threshold(rubric align.rubric) RETURNS double precision
    AS 'MODULE_PATHNAME', 'align_rubric_threshold' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.threshold(align.rubric) IS 'The points from which a rubric qualifies; NULL when it asks for none.';
CREATE FUNCTION align.max_points(rubric align.rubric) RETURNS double precision
    AS 'MODULE_PATHNAME', 'align_rubric_max_points' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.max_points(align.rubric) IS 'The points that the best lead can get: per group what its clauses add up to, at most its cap.';
CREATE FUNCTION align.diff(before align.rubric, after align.rubric,
    OUT change text, OUT kind text, OUT group_name text, OUT statement_before text, OUT statement_after text) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'align_rubric_diff' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 5;
COMMENT ON FUNCTION align.diff(align.rubric, align.rubric) IS 'What is different between two rubrics: a row per statement that was removed, changed or added. Changed are clauses with the same condition or of the same fields. No row when both mean the same by the same words; order alone is no difference.';
