-- forecast: where a metric's period will land, and how it keeps pace

CREATE TYPE align.series;

CREATE FUNCTION align.series_in(cstring) RETURNS align.series
    AS 'MODULE_PATHNAME', 'align_series_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.series_out(align.series) RETURNS cstring
    AS 'MODULE_PATHNAME', 'align_series_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.series_recv(internal) RETURNS align.series
    AS 'MODULE_PATHNAME', 'align_series_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.series_send(align.series) RETURNS bytea
    AS 'MODULE_PATHNAME', 'align_series_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE align.series (
    INPUT = align.series_in, OUTPUT = align.series_out,
    RECEIVE = align.series_recv, SEND = align.series_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended, CATEGORY = 'U');

COMMENT ON TYPE align.series IS 'A history: one value a period, of periods of one kind. Built by the aggregate series, merged by rollup, read by forecast_fit, forecast_path, forecast_landing and series_values.';
COMMENT ON FUNCTION align.series_in(cstring) IS 'Input of series: what output wrote.';
COMMENT ON FUNCTION align.series_out(align.series) IS 'Output of series: JSON with its first and last period, and the state in base64.';
COMMENT ON FUNCTION align.series_recv(internal) IS 'Binary input of series; any bytes are read or refused.';
COMMENT ON FUNCTION align.series_send(align.series) IS 'Binary output of series.';

CREATE FUNCTION align.series_eq(align.series, align.series) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'byteaeq';
CREATE FUNCTION align.series_ne(align.series, align.series) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'byteane';
CREATE FUNCTION align.series_hash(align.series) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashvarlena';
CREATE FUNCTION align.series_hash_extended(align.series, bigint) RETURNS bigint
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashvarlenaextended';
COMMENT ON FUNCTION align.series_eq(align.series, align.series) IS 'Serves operator =.';
COMMENT ON FUNCTION align.series_ne(align.series, align.series) IS 'Serves operator <>.';
COMMENT ON FUNCTION align.series_hash(align.series) IS 'Hash of a series.';
COMMENT ON FUNCTION align.series_hash_extended(align.series, bigint) IS 'Seeded hash of a series.';
CREATE OPERATOR align.= (LEFTARG = align.series, RIGHTARG = align.series, FUNCTION = align.series_eq,
    COMMUTATOR = OPERATOR(align.=), NEGATOR = OPERATOR(align.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
CREATE OPERATOR align.<> (LEFTARG = align.series, RIGHTARG = align.series, FUNCTION = align.series_ne,
    COMMUTATOR = OPERATOR(align.<>), NEGATOR = OPERATOR(align.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR align.= (align.series, align.series) IS 'the same series';
COMMENT ON OPERATOR align.<> (align.series, align.series) IS 'another series';
CREATE OPERATOR FAMILY align.series_ops USING hash;
COMMENT ON OPERATOR FAMILY align.series_ops USING hash IS 'hash on series';
CREATE OPERATOR CLASS align.series_ops DEFAULT FOR TYPE align.series USING hash FAMILY align.series_ops AS
    OPERATOR 1 align.=,
    FUNCTION 1 align.series_hash(align.series),
    FUNCTION 2 align.series_hash_extended(align.series, bigint);
COMMENT ON OPERATOR CLASS align.series_ops USING hash IS 'equality of series';

-- aggregates

CREATE FUNCTION align.series_add(align.series, period align.period, value double precision) RETURNS align.series
    AS 'MODULE_PATHNAME', 'align_series_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION align.series_combine(align.series, align.series) RETURNS align.series
    AS 'MODULE_PATHNAME', 'align_series_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.series_add(align.series, align.period, double precision) IS 'Transition of the aggregate series.';
COMMENT ON FUNCTION align.series_combine(align.series, align.series) IS 'Combines two series; transition of rollup(series).';

CREATE AGGREGATE align.series(period align.period, value double precision) (
    SFUNC = align.series_add, STYPE = align.series, SSPACE = 4000, COMBINEFUNC = align.series_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.series(align.period, double precision) IS 'A history of one value a period, in any order. Rows with a NULL period or value are left out. Error for two values of one period, periods of different kinds, a value that is not a number from -1e100 to 1e100, and more than 2000 periods from the first to the last.';
CREATE AGGREGATE align.rollup(align.series) (
    SFUNC = align.series_combine, STYPE = align.series, SSPACE = 4000, COMBINEFUNC = align.series_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.rollup(align.series) IS 'Parts of one history as one. Error where two have a value for the same period.';

-- readers

CREATE FUNCTION align.series_values(history align.series, OUT period text, OUT period_start_date date, OUT value double precision) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'align_series_values' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 50;
COMMENT ON FUNCTION align.series_values(align.series) IS 'A row per period that has a value, in order.';

CREATE FUNCTION align.forecast_fit(history align.series, season integer DEFAULT NULL, parameters double precision[] DEFAULT NULL,
    OUT method text, OUT alpha double precision, OUT beta double precision, OUT gamma double precision, OUT phi double precision, OUT fitted_parameters double precision[],
    OUT level_value double precision, OUT trend_value double precision, OUT squared_error double precision, OUT error_deviation double precision,
    OUT degrees_of_freedom integer, OUT history_count integer, OUT missing_count integer, OUT note text) RETURNS record
    AS 'MODULE_PATHNAME', 'align_forecast_of_series' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION align.forecast_fit(align.series, integer, double precision[]) IS 'Damped-trend exponential smoothing with additive seasons (Gardner and McKenzie 1985; Hyndman, Koehler, Ord and Snyder 2008, model AAdA). season: periods of a season, 2 to 60; 0 none; NULL the year of the grain: 52 weeks, 12 months, 4 quarters. A season is used where two full ones are known; fewer than 8 values give a run rate, their mean; fewer than 2 give NULL and a note. parameters: alpha, beta, gamma, phi, and, or not, level, trend and a seasonal value for each period of the season before the first period; NULL: fitted by least squared one-step error. Gives the method in words, the parameters (fitted_parameters can be given again), level and trend after the last value, the sum of squared one-step errors, their deviation and its degrees of freedom, how many values and periods without one, and a note on what one must know to judge it.';

CREATE FUNCTION align.forecast_path(history align.series, horizon integer, season integer DEFAULT NULL, parameters double precision[] DEFAULT NULL,
    OUT period text, OUT period_start_date date, OUT expected_value double precision, OUT low80_value double precision, OUT high80_value double precision,
    OUT low95_value double precision, OUT high95_value double precision) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'align_forecast_path' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 12;
COMMENT ON FUNCTION align.forecast_path(align.series, integer, integer, double precision[]) IS 'The next periods after the last value, horizon of them (1 to 520): expected value, and the intervals that hold it with 80 % and 95 %. Nothing is expected below 0 where no value was. season and parameters as in forecast_fit. No row for fewer than 2 values.';

CREATE FUNCTION align.forecast_landing(history align.series, first_period align.period, last_period align.period, fold text, season integer DEFAULT NULL, parameters double precision[] DEFAULT NULL,
    goal_low double precision DEFAULT NULL, goal_high double precision DEFAULT NULL,
    OUT known_value double precision, OUT expected_value double precision, OUT low80_value double precision, OUT high80_value double precision,
    OUT low95_value double precision, OUT high95_value double precision, OUT target_chance_ratio double precision,
    OUT known_count integer, OUT missing_count integer, OUT remaining_count integer, OUT history_count integer, OUT method text, OUT note text) RETURNS record
    AS 'MODULE_PATHNAME', 'align_forecast_landing' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION align.forecast_landing(align.series, align.period, align.period, text, integer, double precision[], double precision, double precision) IS 'Where the periods from the first to the last will land, folded by sum, last or mean: known_value is the fold of those known, expected_value that of all, with the intervals that hold it with 80 % and 95 %, and the chance that it lies from goal_low to goal_high (NULL: no bound). Periods before the first value do not count; one without a value inside the history counts as was expected then. Method actual when all that counts is known. season and parameters as in forecast_fit. NULL with a note for fewer than 2 values.';
