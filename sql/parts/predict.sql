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
CREATE FUNCTION align.explain(model align.model, features jsonb,
    OUT feature text, OUT value text, OUT won_count bigint, OUT lost_count bigint, OUT log_odds double precision, OUT odds_ratio double precision) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'align_model_explain' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION align.explain(align.model, jsonb) IS 'Why predict says so: first the prior, as feature NULL, then each known feature, the one that weighs most first. won_count and lost_count leads had that value; log_odds is what it adds, above 0 for winning, and odds_ratio what it multiplies the odds by. The log_odds of all rows add up to those of predict. A feature or value that the model has not seen has 0 of all. The same errors as predict.';
-- By another name: explain(rubric, attrs, as_of) has three arguments, too.
CREATE FUNCTION align.explain_smoothed(model align.model, features jsonb, smoothing double precision,
    OUT feature text, OUT value text, OUT won_count bigint, OUT lost_count bigint, OUT log_odds double precision, OUT odds_ratio double precision) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'align_model_explain' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION align.explain_smoothed(align.model, jsonb, double precision) IS 'As explain(model, features), with another smoothing than 1, as predict takes it.';
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

-- what a model is worth, on leads that it has not seen

CREATE FUNCTION align.model_quality(split_at timestamptz, within interval DEFAULT '180 days', as_of timestamptz DEFAULT pg_catalog.now(),
    known text[] DEFAULT NULL, cuts jsonb DEFAULT NULL, smoothing double precision DEFAULT 1, bins integer DEFAULT 10)
    RETURNS TABLE (measure text, bin integer, value numeric, reference numeric, low numeric, high numeric, evidence_count bigint)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH contact AS (
        SELECT j.lead_id, j.source, j.segment, align.first_at(j.journey) AS first_at, align.entered(j.journey, 'customer') AS customer_at,
            -- in UTC: a day there has 24 hours
            (align.first_at(j.journey) AT TIME ZONE 'UTC' + $2) AT TIME ZONE 'UTC' AS window_at
        FROM align.lead_journey j
    ), sample AS (
        SELECT c.first_at < $1 AS is_training, COALESCE(c.customer_at <= c.window_at, false) AS won,
            l.attrs || pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('source', c.source, 'segment', c.segment)) AS features
        FROM contact c JOIN align.lead l ON l.id = c.lead_id
        WHERE c.window_at <= CASE WHEN c.first_at < $1 THEN $1 ELSE $3 END
    ), known_then AS (
        SELECT s.is_training, s.won, CASE WHEN $4 IS NULL THEN s.features ELSE COALESCE(k.features, '{}') END AS features
        FROM sample s CROSS JOIN LATERAL (
            SELECT pg_catalog.jsonb_object_agg(e.key, e.value) AS features FROM pg_catalog.jsonb_each(s.features) e WHERE e.key = ANY ($4)) k
    ), training AS (
        SELECT align.train(k.features, k.won, $5) AS model, pg_catalog.count(*) AS lead_count, pg_catalog.count(*) FILTER (WHERE k.won) AS won_count
        FROM known_then k WHERE k.is_training
    ), judged AS (
        SELECT k.won, t.won_count::double precision / t.lead_count AS base_rate, align.predict(t.model, k.features, $6) AS probability
        FROM known_then k LEFT JOIN training t ON t.won_count > 0 AND t.won_count < t.lead_count
        WHERE NOT k.is_training
    ), test AS (
        SELECT pg_catalog.count(*) AS lead_count, pg_catalog.count(*) FILTER (WHERE j.won) AS won_count, align.auc_detail(j.probability, j.won) AS auc,
            align.log_loss(j.probability, j.won) AS log_loss, align.log_loss(j.base_rate, j.won) AS base_log_loss,
            align.brier(j.probability, j.won) AS brier, align.brier(j.base_rate, j.won) AS base_brier, align.calibration(j.probability, j.won, $7) AS bins
        FROM judged j
    )
    SELECT m.measure, NULL::integer, pg_catalog.round(m.value, 6), pg_catalog.round(m.reference, 6), pg_catalog.round(m.low, 6), pg_catalog.round(m.high, 6), m.evidence_count
    FROM training t CROSS JOIN test x CROSS JOIN LATERAL (VALUES
        ('train leads', t.lead_count::numeric, NULL::numeric, NULL::numeric, NULL::numeric, t.lead_count),
        ('train won', t.won_count, NULL, NULL, NULL, t.lead_count),
        ('test leads', x.lead_count, NULL, NULL, NULL, x.lead_count),
        ('test won', x.won_count, NULL, NULL, NULL, x.lead_count),
        ('base rate', x.won_count::numeric / NULLIF(x.lead_count, 0), t.won_count::numeric / NULLIF(t.lead_count, 0), NULL, NULL, x.lead_count),
        ('auc', (x.auc).auc::numeric, 0.5, (x.auc).low::numeric, (x.auc).high::numeric, x.lead_count),
        ('log loss', x.log_loss::numeric, x.base_log_loss::numeric, NULL, NULL, x.lead_count),
        ('brier', x.brier::numeric, x.base_brier::numeric, NULL, NULL, x.lead_count)) m (measure, value, reference, low, high, evidence_count)
    UNION ALL
    SELECT 'calibration', b.bin, pg_catalog.round(b.outcome_ratio::numeric, 6), pg_catalog.round(b.mean_score::numeric, 6), NULL, NULL, b.row_count
    FROM test x CROSS JOIN LATERAL pg_catalog.unnest(x.bins) b;
END;
COMMENT ON FUNCTION align.model_quality(timestamptz, interval, timestamptz, text[], jsonb, double precision, integer) IS 'Whether a model would have helped: trained on the leads whose outcome was known at split_at, tested on those that came from then on and whose outcome was known at as_of. A lead''s first contact is its first event; it is won when it entered customer within the span within of it, and its outcome is known when that span is over. Features are attrs, source and segment of lead; known names those of them that were known at first contact, NULL for all: what was learned later makes the model look better than it is. cuts and smoothing are those of train and predict. Rows: train leads, train won, test leads, test won; base rate (value: share won in the test, reference: in the training); auc (reference: 0.5 by chance; low, high: its 95 % interval); log loss and brier (reference: of always saying the training''s base rate; less is better); calibration, a row per bin of predicted probability, at most bins of them (value: share won, reference: mean prediction). evidence_count: the leads on which it rests. NULL where nothing can be measured.';
