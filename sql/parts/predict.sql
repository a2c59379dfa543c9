-- predict: how likely a lead is to be won, learned from those that were

CREATE TYPE align.model;

CREATE FUNCTION align.model_in(cstring) RETURNS align.model
    AS 'MODULE_PATHNAME', 'align_model_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.model_out(align.model) RETURNS cstring
    AS 'MODULE_PATHNAME', 'align_model_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.model_recv(internal) RETURNS align.model
    AS 'MODULE_PATHNAME', 'align_model_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.model_send(align.model) RETURNS bytea
    AS 'MODULE_PATHNAME', 'align_model_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE align.model (
    INPUT = align.model_in, OUTPUT = align.model_out,
    RECEIVE = align.model_recv, SEND = align.model_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended, CATEGORY = 'U');

COMMENT ON TYPE align.model IS 'A learned lead score: for every value of every feature, how many leads were won and how many were not. Built by the aggregate train, merged by rollup, + and -, asked by predict and explain, listed by features.';
COMMENT ON FUNCTION align.model_in(cstring) IS 'Input of model: what output wrote.';
COMMENT ON FUNCTION align.model_out(align.model) IS 'Output of model: JSON with its sizes, and the state in base64.';
COMMENT ON FUNCTION align.model_recv(internal) IS 'Binary input of model; any bytes are read or refused.';
COMMENT ON FUNCTION align.model_send(align.model) IS 'Binary output of model.';

CREATE FUNCTION align.model_eq(align.model, align.model) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'byteaeq';
CREATE FUNCTION align.model_ne(align.model, align.model) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'byteane';
CREATE FUNCTION align.model_hash(align.model) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashvarlena';
CREATE FUNCTION align.model_hash_extended(align.model, bigint) RETURNS bigint
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashvarlenaextended';
COMMENT ON FUNCTION align.model_eq(align.model, align.model) IS 'Serves operator =.';
COMMENT ON FUNCTION align.model_ne(align.model, align.model) IS 'Serves operator <>.';
COMMENT ON FUNCTION align.model_hash(align.model) IS 'Hash of a model.';
COMMENT ON FUNCTION align.model_hash_extended(align.model, bigint) IS 'Seeded hash of a model.';
CREATE OPERATOR align.= (LEFTARG = align.model, RIGHTARG = align.model, FUNCTION = align.model_eq,
    COMMUTATOR = OPERATOR(align.=), NEGATOR = OPERATOR(align.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
CREATE OPERATOR align.<> (LEFTARG = align.model, RIGHTARG = align.model, FUNCTION = align.model_ne,
    COMMUTATOR = OPERATOR(align.<>), NEGATOR = OPERATOR(align.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR align.= (align.model, align.model) IS 'the same model';
COMMENT ON OPERATOR align.<> (align.model, align.model) IS 'another model';
CREATE OPERATOR FAMILY align.model_ops USING hash;
COMMENT ON OPERATOR FAMILY align.model_ops USING hash IS 'hash on models';
CREATE OPERATOR CLASS align.model_ops DEFAULT FOR TYPE align.model USING hash FAMILY align.model_ops AS
    OPERATOR 1 align.=,
    FUNCTION 1 align.model_hash(align.model),
    FUNCTION 2 align.model_hash_extended(align.model, bigint);
COMMENT ON OPERATOR CLASS align.model_ops USING hash IS 'equality of models';

-- models form a group

CREATE FUNCTION align.model_plus(align.model, align.model) RETURNS align.model
    AS 'MODULE_PATHNAME', 'align_model_plus' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.model_minus(align.model, align.model) RETURNS align.model
    AS 'MODULE_PATHNAME', 'align_model_minus' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.model_combine(align.model, align.model) RETURNS align.model
    AS 'MODULE_PATHNAME', 'align_model_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.model_plus(align.model, align.model) IS 'Serves operator +.';
COMMENT ON FUNCTION align.model_minus(align.model, align.model) IS 'Serves operator -.';
COMMENT ON FUNCTION align.model_combine(align.model, align.model) IS 'Serves the aggregates train and rollup.';
CREATE OPERATOR align.+ (LEFTARG = align.model, RIGHTARG = align.model, FUNCTION = align.model_plus, COMMUTATOR = OPERATOR(align.+));
CREATE OPERATOR align.- (LEFTARG = align.model, RIGHTARG = align.model, FUNCTION = align.model_minus);
COMMENT ON OPERATOR align.+ (align.model, align.model) IS 'what both have learned; an error when their cuts differ';
COMMENT ON OPERATOR align.- (align.model, align.model) IS 'what the left one has learned without what the right one has; an error when their cuts differ';
CREATE AGGREGATE align.rollup(align.model) (
    SFUNC = align.model_combine, STYPE = align.model, SSPACE = 50000, COMBINEFUNC = align.model_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.rollup(align.model) IS 'What several models have learned together; an error when their cuts differ.';

-- training

CREATE FUNCTION align.train_add(align.model, jsonb, boolean) RETURNS align.model
    AS 'MODULE_PATHNAME', 'align_model_train' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION align.train_add(align.model, jsonb, boolean, jsonb) RETURNS align.model
    AS 'MODULE_PATHNAME', 'align_model_train' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.train_add(align.model, jsonb, boolean) IS 'Serves the aggregate train.';
COMMENT ON FUNCTION align.train_add(align.model, jsonb, boolean, jsonb) IS 'Serves the aggregate train with cuts.';
CREATE AGGREGATE align.train(features jsonb, won boolean) (
    SFUNC = align.train_add, STYPE = align.model, SSPACE = 50000, COMBINEFUNC = align.model_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.train(jsonb, boolean) IS 'A model of which leads are won. features: a JSON object; each text, boolean and number in it is a feature, nested ones by their path as in company.size; null, arrays, a path or value longer than 200 bytes and an object deeper than 8 are left out. Numbers are binned by powers of two. A row with NULL features or NULL won is left out. Memory grows with the distinct values, bounded by align.state_memory.';
CREATE AGGREGATE align.train(features jsonb, won boolean, cuts jsonb) (
    SFUNC = align.train_add, STYPE = align.model, SSPACE = 50000, COMBINEFUNC = align.model_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.train(jsonb, boolean, jsonb) IS 'The same with cuts: a JSON object that gives for the path of a field the ascending points at which its numbers are parted, as in {"employees": [10, 50, 200]}; a number on a point belongs above it. Other fields are binned by powers of two; NULL cuts are none. The same cuts in every row, else an error.';

-- asking

CREATE FUNCTION align.predict(model align.model, features jsonb, smoothing double precision DEFAULT 1) RETURNS double precision
    AS 'MODULE_PATHNAME', 'align_model_predict' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.predict(align.model, jsonb, double precision) IS 'The probability that a lead with these features is won, above 0 and below 1: naive Bayes with Laplace''s smoothing (Mitchell, Machine Learning, 1997, section 6.9), computed as log odds. A feature or value that the model has not seen says nothing. An error when the model knows no lead that was won or none that was not, or has counts below zero; smoothing is from 1e-12 to 1e12.';
CREATE FUNCTION align.explain(model align.model, features jsonb, smoothing double precision DEFAULT 1,
    OUT feature text, OUT value text, OUT won_count bigint, OUT lost_count bigint, OUT log_odds double precision, OUT odds_ratio double precision) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'align_model_explain' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION align.explain(align.model, jsonb, double precision) IS 'Why predict says so: first the prior, as feature NULL, then each known feature, the one that weighs most first. won_count and lost_count leads had that value; log_odds is what it adds, above 0 for winning, and odds_ratio what it multiplies the odds by. The log_odds of all rows add up to those of predict. A feature or value that the model has not seen has 0 of all. The same errors as predict.';
CREATE FUNCTION align.features(model align.model,
    OUT feature text, OUT value text, OUT won_count bigint, OUT lost_count bigint, OUT log_odds double precision) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'align_model_features' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 100;
COMMENT ON FUNCTION align.features(align.model) IS 'All that a model has learned: a row per feature and value, how many leads had it and were won or not, and what it adds to the log odds with smoothing 1; NULL when any count of the model is below zero.';
CREATE FUNCTION align.won_count(model align.model) RETURNS bigint
    AS 'MODULE_PATHNAME', 'align_model_won_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.won_count(align.model) IS 'How many of the leads in the model were won.';
CREATE FUNCTION align.lost_count(model align.model) RETURNS bigint
    AS 'MODULE_PATHNAME', 'align_model_lost_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.lost_count(align.model) IS 'How many of the leads in the model were not won.';
CREATE FUNCTION align.cuts(model align.model) RETURNS jsonb
    AS 'MODULE_PATHNAME', 'align_model_cuts' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.cuts(align.model) IS 'The cuts of a model, to train another that can be added to it; NULL when it has none.';
