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

COMMENT ON TYPE align.series IS 'A history: one value a period, of periods of one kind. Built by the aggregate series, merged by rollup, read by series_fit, series_path, series_landing and series_values.';
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

CREATE FUNCTION align.series_fit(history align.series, season integer DEFAULT NULL, parameters double precision[] DEFAULT NULL,
    OUT method text, OUT alpha double precision, OUT beta double precision, OUT gamma double precision, OUT phi double precision, OUT fitted_parameters double precision[],
    OUT level_value double precision, OUT trend_value double precision, OUT squared_error double precision, OUT error_deviation double precision,
    OUT degrees_of_freedom integer, OUT history_count integer, OUT missing_count integer, OUT note text) RETURNS record
    AS 'MODULE_PATHNAME', 'align_series_fit' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION align.series_fit(align.series, integer, double precision[]) IS 'Damped-trend exponential smoothing with additive seasons (Gardner and McKenzie 1985; Hyndman, Koehler, Ord and Snyder 2008, model AAdA). season: periods of a season, 2 to 60; 0 none; NULL the year of the grain: 52 weeks, 12 months, 4 quarters, or none where parameters have none. A season is used where two full ones are known; fewer than 8 values give a run rate, their mean; fewer than 2 give NULL and a note. parameters: alpha, beta, gamma, phi, and, or not, level, trend and a seasonal value for each period of the season before the first period; NULL: fitted by least squared one-step error. Gives the method in words, the parameters (fitted_parameters can be given again), level and trend after the last value, the sum of squared one-step errors, their deviation and its degrees of freedom, how many values and periods without one, and a note on what one must know to judge it.';

CREATE FUNCTION align.series_path(history align.series, horizon integer, season integer DEFAULT NULL, parameters double precision[] DEFAULT NULL,
    OUT period text, OUT period_start_date date, OUT expected_value double precision, OUT low80_value double precision, OUT high80_value double precision,
    OUT low95_value double precision, OUT high95_value double precision) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'align_series_path' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 12;
COMMENT ON FUNCTION align.series_path(align.series, integer, integer, double precision[]) IS 'The next periods after the last value, horizon of them (1 to 520): expected value, and the intervals that hold it with 80 % and 95 %. Nothing is expected below 0 where no value was. season and parameters as in series_fit. No row for fewer than 2 values. Error for a horizon out of range.';

CREATE FUNCTION align.series_landing(history align.series, first_period align.period, last_period align.period, fold text, season integer DEFAULT NULL, parameters double precision[] DEFAULT NULL,
    goal_low double precision DEFAULT NULL, goal_high double precision DEFAULT NULL,
    OUT known_value double precision, OUT expected_value double precision, OUT low80_value double precision, OUT high80_value double precision,
    OUT low95_value double precision, OUT high95_value double precision, OUT target_chance_ratio double precision,
    OUT known_count integer, OUT missing_count integer, OUT remaining_count integer, OUT history_count integer, OUT method text, OUT note text) RETURNS record
    AS 'MODULE_PATHNAME', 'align_series_landing' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION align.series_landing(align.series, align.period, align.period, text, integer, double precision[], double precision, double precision) IS 'Where the periods from the first to the last will land, folded by sum, last or mean: known_value is the fold of those known, expected_value that of all, with the intervals that hold it with 80 % and 95 %, and the chance that it lies from goal_low to goal_high (NULL: no bound). Periods before the first value do not count; one without a value inside the history counts as was expected then. Method actual when all that counts is known. season and parameters as in series_fit. NULL with a note for fewer than 2 values.';

-- the metrics of the scorecard

-- What forecast, forecast_path and pace begin with.
CREATE FUNCTION align.metric_outset(metric text, period text, at timestamptz,
    OUT id bigint, OUT fold text, OUT unit text, OUT first align.period, OUT last align.period, OUT target align.target,
    OUT history align.series, OUT over_period align.period, OUT last_period align.period, OUT last_value numeric, OUT lowest_value numeric, OUT digits integer,
    OUT known_value numeric, OUT known_count integer, OUT unfinished boolean) RETURNS record
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM align.check_instant($3);
    SELECT p.id, p.fold, p.first, p.last INTO id, fold, first, last FROM align.metric_periods($1, $2) p;
    target := align.target_at($1, $2)::align.target;
    SELECT m.unit, align.period(($3 AT TIME ZONE 'UTC')::date, m.grain, m.start_month) OPERATOR(align.-) 1 INTO unit, over_period
    FROM align.metric m WHERE m.id = metric_outset.id;
    SELECT align.series(v.period, v.value::double precision), align.max(v.period), (array_agg(v.value ORDER BY v.period DESC))[1], min(v.value),
        LEAST(15, COALESCE(4 - floor(log(NULLIF(max(abs(v.value)), 0))), 0))::integer,
        CASE metric_outset.fold WHEN 'sum' THEN sum(v.value) FILTER (WHERE v.inside) WHEN 'mean' THEN round(avg(v.value) FILTER (WHERE v.inside), 6)
            ELSE (array_agg(v.value ORDER BY v.period DESC) FILTER (WHERE v.inside))[1] END,
        count(*) FILTER (WHERE v.inside)
    INTO history, last_period, last_value, lowest_value, digits, known_value, known_count
    FROM (SELECT v.period, v.value, v.period OPERATOR(align.>=) metric_outset.first AND v.period OPERATOR(align.<=) metric_outset.last AS inside
          FROM align.metric_value v
          WHERE v.metric = metric_outset.id AND v.period OPERATOR(align.<=) over_period AND v.period OPERATOR(align.>) (over_period OPERATOR(align.-) 520)
              AND v.at <= $3 AND (v.superseded_at IS NULL OR v.superseded_at > $3)) v;
    unfinished := EXISTS (SELECT FROM align.metric_value v
        WHERE v.metric = metric_outset.id AND v.period OPERATOR(align.=) (over_period OPERATOR(align.+) 1) AND v.period OPERATOR(align.>=) metric_outset.first AND v.period OPERATOR(align.<=) metric_outset.last
            AND v.at <= $3 AND (v.superseded_at IS NULL OR v.superseded_at > $3));
END $$;
COMMENT ON FUNCTION align.metric_outset(text, text, timestamptz) IS 'A metric, by its key, as it was known at an instant, beside a period of its grain or a longer one: its number, fold and unit; the first and last of its periods in that one; the target of that one; the history of its last 520 periods that were over then (UTC), with values recorded and not superseded by then; the last period that was over, the last one with a value, that value, the lowest; to how many decimals the largest has five digits, below 0 where it is 100000 or more; the fold of the values in the period asked for, and their count; whether there is a value for the period that was not over, which is left out. Error for an unknown metric, a period that its own do not make up, an instant that is not finite.';

CREATE FUNCTION align.forecast(metric text, period text, at timestamptz DEFAULT pg_catalog.now(),
    OUT metric_key text, OUT asked_period text, OUT period_start_date date, OUT unit text, OUT target text,
    OUT known_value numeric, OUT expected_value numeric, OUT low80_value numeric, OUT high80_value numeric, OUT low95_value numeric, OUT high95_value numeric,
    OUT expected_status text, OUT target_chance_ratio numeric, OUT needed_value numeric,
    OUT known_count integer, OUT missing_count integer, OUT remaining_count integer, OUT history_count integer, OUT method text, OUT note text) RETURNS record
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked record := align.metric_outset($1, $2, $3);
    landing record;
    span integer := (asked.last OPERATOR(align.-) asked.first) + 1;
    edge numeric := COALESCE(align.goal_low(asked.target), align.goal_high(asked.target));
BEGIN
    landing := align.series_landing(asked.history, asked.first, asked.last, asked.fold,
        goal_low => align.goal_low(asked.target)::double precision, goal_high => align.goal_high(asked.target)::double precision);
    metric_key := $1;
    asked_period := $2::align.period::text;
    period_start_date := align.lower($2::align.period);
    unit := asked.unit;
    target := asked.target::text;
    known_value := asked.known_value;
    known_count := asked.known_count;
    remaining_count := GREATEST(0, LEAST(span, asked.last OPERATOR(align.-) asked.over_period));
    missing_count := span - remaining_count - known_count;
    history_count := landing.history_count;
    method := landing.method;
    IF method = 'actual' THEN
        expected_value := known_value;
        low80_value := known_value;
        high80_value := known_value;
        low95_value := known_value;
        high95_value := known_value;
        target_chance_ratio := align.met(known_value, asked.target)::integer;
    ELSE
        expected_value := round(landing.expected_value::numeric, asked.digits);
        low80_value := round(landing.low80_value::numeric, asked.digits);
        high80_value := round(landing.high80_value::numeric, asked.digits);
        low95_value := round(landing.low95_value::numeric, asked.digits);
        high95_value := round(landing.high95_value::numeric, asked.digits);
        IF align.direction(asked.target) <> 'equal' THEN
            target_chance_ratio := round(landing.target_chance_ratio::numeric, 4);
        END IF;
    END IF;
    expected_status := align.status(expected_value, asked.target);
    IF remaining_count > 0 THEN
        needed_value := round(CASE asked.fold WHEN 'sum' THEN edge - COALESCE(known_value, 0) WHEN 'last' THEN edge - asked.last_value
            ELSE edge * (known_count + remaining_count) - COALESCE(known_value, 0) * known_count END / remaining_count, GREATEST(asked.digits, 0));
        IF asked.lowest_value >= 0 AND align.direction(asked.target) <> 'at most' THEN
            needed_value := GREATEST(needed_value, 0);
        END IF;
    END IF;
    note := NULLIF(concat_ws(' ', landing.note,
        CASE WHEN asked.unfinished THEN 'The value so far of the period that is not over is left out.' END,
        CASE WHEN target IS NULL THEN 'No target.' WHEN align.direction(asked.target) = 'equal' AND method <> 'actual' THEN 'Of one exact value no chance is given.' END), '');
END $$;
COMMENT ON FUNCTION align.forecast(text, text, timestamptz) IS 'Where a metric, by its key, will land in a period of its grain or a longer one, by what was known at an instant (default now): values of periods that were over then (UTC), recorded and not superseded by then. known_value: the fold of what is in; expected_value: that of the whole period, with the intervals that hold it with 80 % and 95 %; target: that of the period (target_at); expected_status: what it would make; target_chance_ratio: the chance that the target is met, 0 to 1; needed_value: what each remaining period must bring from here to just meet the goal (its lower end; what it may bring where the target is at most); for a metric that folds by last, how much it must rise a period. known_count, missing_count, remaining_count: periods with a value, over without one, and not over; history_count: values that the forecast rests on; method: actual, damped trend with or without a season, or run rate; note: what one must know to judge it. Expected values and bounds are rounded to five digits of the largest value. Nothing is expected below 0 where no value was. NULL where nothing can be said. Error for an unknown metric, a period that its own do not make up, or one more than 520 periods ahead.';

CREATE FUNCTION align.forecast_path(metric text, upto text, at timestamptz DEFAULT pg_catalog.now())
    RETURNS TABLE (metric_key text, period text, period_start_date date, expected_value numeric, low80_value numeric, high80_value numeric, low95_value numeric, high95_value numeric, target text, expected_status text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 12 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked record := align.metric_outset($1, $2, $3);
BEGIN
    IF asked.last_period OPERATOR(align.>=) asked.last THEN
        RETURN;
    END IF;
    RETURN QUERY
        SELECT $1, p.period, p.period_start_date, r.expected, round(p.low80_value::numeric, asked.digits), round(p.high80_value::numeric, asked.digits),
            round(p.low95_value::numeric, asked.digits), round(p.high95_value::numeric, asked.digits), t.target::text, align.status(r.expected, t.target)
        FROM align.series_path(asked.history, asked.last OPERATOR(align.-) asked.last_period) p
        CROSS JOIN LATERAL (SELECT round(p.expected_value::numeric, asked.digits) AS expected) r
        CROSS JOIN LATERAL (SELECT align.target_in_force(asked.id, p.period::align.period) AS target OFFSET 0) t
        ORDER BY p.period_start_date;
END $$;
COMMENT ON FUNCTION align.forecast_path(text, text, timestamptz) IS 'What is expected of a metric, by its key, in each of its periods after the last one with a value, up to the end of a period, by what was known at an instant (default now): for charts, beside scorecard_long. Expected value, 80 % and 95 % intervals, the target and the status that the expected value would make. No row when all is known or fewer than 2 values are. Errors as forecast.';

CREATE FUNCTION align.pace(metric text, period text, at timestamptz DEFAULT pg_catalog.now(),
    OUT metric_key text, OUT asked_period text, OUT period_start_date date, OUT unit text, OUT target text, OUT line text, OUT share_ratio numeric,
    OUT known_value numeric, OUT line_value numeric, OUT ahead_value numeric, OUT ahead_ratio numeric,
    OUT over_count integer, OUT period_count integer, OUT missing_count integer, OUT earlier_count integer, OUT note text) RETURNS record
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked record := align.metric_outset($1, $2, $3);
    low numeric := align.goal_low(asked.target);
    high numeric := align.goal_high(asked.target);
    usual_ratio numeric;
    start_value numeric;
BEGIN
    metric_key := $1;
    asked_period := $2::align.period::text;
    period_start_date := align.lower($2::align.period);
    unit := asked.unit;
    target := asked.target::text;
    known_value := asked.known_value;
    period_count := (asked.last OPERATOR(align.-) asked.first) + 1;
    over_count := LEAST(period_count, GREATEST(0, (asked.over_period OPERATOR(align.-) asked.first) + 1));
    missing_count := over_count - asked.known_count;
    share_ratio := round(over_count::numeric / period_count, 6);
    earlier_count := 0;

    IF asked.fold = 'mean' THEN
        line := 'level';
    ELSIF asked.fold = 'last' THEN
        SELECT v.value INTO start_value FROM align.series_values(asked.history) v WHERE v.period_start_date < align.lower(asked.first) ORDER BY v.period_start_date DESC LIMIT 1;
        line := CASE WHEN start_value IS NULL THEN 'level' ELSE 'straight' END;
        low := COALESCE(start_value + (low - start_value) * share_ratio, low);
        high := COALESCE(start_value + (high - start_value) * share_ratio, high);
    ELSE
        -- what was in after as many periods in up to five whole ones before
        line := 'straight';
        SELECT count(*), sum(e.so_far) / NULLIF(sum(e.total), 0) INTO earlier_count, usual_ratio
        FROM (SELECT sum(v.value) FILTER (WHERE v.period::align.period OPERATOR(align.<) (w.first OPERATOR(align.+) over_count))::numeric AS so_far, sum(v.value)::numeric AS total
              FROM generate_series(1, 5) n
              CROSS JOIN align.metric m
              CROSS JOIN LATERAL align.periods_within($2::align.period OPERATOR(align.-) n, m.grain, m.start_month) w
              JOIN align.series_values(asked.history) v ON v.period::align.period OPERATOR(align.>=) w.first AND v.period::align.period OPERATOR(align.<=) w.last
              WHERE m.id = asked.id
              GROUP BY w.first, w.last HAVING count(*) = (w.last OPERATOR(align.-) w.first) + 1 AND min(v.value) >= 0) e;
        IF earlier_count >= 2 AND usual_ratio IS NOT NULL AND over_count BETWEEN 1 AND period_count - 1 THEN
            line := 'seasonal';
            share_ratio := round(usual_ratio, 6);
        END IF;
        low := low * share_ratio;
        high := high * share_ratio;
    END IF;
    IF known_value IS NOT NULL AND target IS NOT NULL THEN
        -- the end of the goal that is nearer to being missed
        line_value := CASE WHEN low IS NULL OR known_value - low > high - known_value THEN high ELSE low END;
        ahead_value := LEAST(known_value - low, high - known_value);
        IF low IS NOT NULL AND high IS NOT NULL THEN
            ahead_value := LEAST(ahead_value, 0);
        END IF;
        line_value := round(line_value, GREATEST(asked.digits, 0));
        ahead_value := round(ahead_value, GREATEST(asked.digits, 0));
        ahead_ratio := round(ahead_value / NULLIF(abs(line_value), 0), 6);
    END IF;
    note := NULLIF(concat_ws(' ', CASE WHEN target IS NULL THEN 'No target.' END,
        CASE WHEN over_count = 0 THEN 'None of its periods is over.' WHEN asked.known_count = 0 THEN 'No value is known.'
            WHEN missing_count > 0 THEN format('%s of the periods that are over: no value, not counted.', missing_count) END,
        CASE WHEN asked.unfinished THEN 'The value so far of the period that is not over is left out.' END), '');
END $$;
COMMENT ON FUNCTION align.pace(text, text, timestamptz) IS 'Whether a metric, by its key, is ahead or behind in a period of its grain or a longer one, by what was known at an instant (default now) of its periods that were over then (UTC). One that folds by sum is held against share_ratio of the goal. line seasonal: the share that in the up to five whole periods before (earlier_count, at least two, without a negative value) was in after as many of their own; line straight: over_count of period_count. One that folds by last is held against a straight line from the last value before the period to the goal; one by mean, or by last without a value before, against the goal itself: line level. ahead_value is positive ahead and negative behind, in the metric''s unit: under a target of at most, less is ahead; for a range it is 0 inside. ahead_ratio is its share of line_value. NULL where nothing is known, with a note. Errors as forecast.';
