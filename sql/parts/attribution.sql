-- attribution: which contacts won the customers

CREATE TYPE align.touch_log;

CREATE FUNCTION align.touch_log_in(cstring) RETURNS align.touch_log
    AS 'MODULE_PATHNAME', 'align_attribution_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.touch_log_out(align.touch_log) RETURNS cstring
    AS 'MODULE_PATHNAME', 'align_attribution_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.touch_log_recv(internal) RETURNS align.touch_log
    AS 'MODULE_PATHNAME', 'align_attribution_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.touch_log_send(align.touch_log) RETURNS bytea
    AS 'MODULE_PATHNAME', 'align_attribution_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE align.touch_log (
    INPUT = align.touch_log_in, OUTPUT = align.touch_log_out,
    RECEIVE = align.touch_log_recv, SEND = align.touch_log_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended, CATEGORY = 'U');

COMMENT ON TYPE align.touch_log IS 'Touches and outcomes of many leads, 16 bytes each. Built by the aggregate touch_log, merged by rollup, read by credits.';
COMMENT ON FUNCTION align.touch_log_in(cstring) IS 'Input of touch_log: base64 of the binary form.';
COMMENT ON FUNCTION align.touch_log_out(align.touch_log) IS 'Output of touch_log: base64 of the binary form.';
COMMENT ON FUNCTION align.touch_log_recv(internal) IS 'Binary input of touch_log; any bytes are read or refused.';
COMMENT ON FUNCTION align.touch_log_send(align.touch_log) IS 'Binary output of touch_log.';

CREATE FUNCTION align.touch_log_combine(align.touch_log, align.touch_log) RETURNS align.touch_log
    AS 'MODULE_PATHNAME', 'align_attribution_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.touch_log_combine(align.touch_log, align.touch_log) IS 'Serves the aggregates touch_log and rollup.';
CREATE AGGREGATE align.rollup(align.touch_log) (
    SFUNC = align.touch_log_combine, STYPE = align.touch_log, SSPACE = 100000000, COMBINEFUNC = align.touch_log_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.rollup(align.touch_log) IS 'All touches and outcomes of several logs. Error when their keys are of different types.';

CREATE FUNCTION align.touch_log_add(align.touch_log, bigint, timestamptz, text, boolean) RETURNS align.touch_log
    AS 'MODULE_PATHNAME', 'align_attribution_add_bigint' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.touch_log_add(align.touch_log, bigint, timestamptz, text, boolean) IS 'Serves the aggregate touch_log.';
CREATE AGGREGATE align.touch_log(lead bigint, at timestamptz, channel text, won boolean) (
    SFUNC = align.touch_log_add, STYPE = align.touch_log, SSPACE = 100000000, COMBINEFUNC = align.touch_log_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.touch_log(bigint, timestamptz, text, boolean) IS 'Touches and outcomes of many leads as one value, in any order. A row whose won is true is an outcome, and its channel does not count; any other is a touch on its channel. Rows with a NULL lead or instant, and touches with a NULL channel, are left out. Up to 1,000 channels, instants of the years 1715 to 2285. Memory: 16 bytes a row, bounded by align.state_memory.';
CREATE FUNCTION align.touch_log_add(align.touch_log, bigint, timestamptz, text, boolean, numeric) RETURNS align.touch_log
    AS 'MODULE_PATHNAME', 'align_attribution_add_bigint' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.touch_log_add(align.touch_log, bigint, timestamptz, text, boolean, numeric) IS 'Serves the aggregate touch_log.';
CREATE AGGREGATE align.touch_log(lead bigint, at timestamptz, channel text, won boolean, amount numeric) (
    SFUNC = align.touch_log_add, STYPE = align.touch_log, SSPACE = 100000000, COMBINEFUNC = align.touch_log_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.touch_log(bigint, timestamptz, text, boolean, numeric) IS 'Touches and outcomes of many leads as one value, in any order. A row whose won is true is an outcome, of that amount where it has one, and its channel does not count; any other is a touch on its channel. Rows with a NULL lead or instant, and touches with a NULL channel, are left out. Up to 1,000 channels, instants of the years 1715 to 2285, amounts within 9 * 10^12 of 0 with at most six decimals. Memory: 16 bytes a row, bounded by align.state_memory.';
CREATE FUNCTION align.touch_log_add(align.touch_log, text, timestamptz, text, boolean) RETURNS align.touch_log
    AS 'MODULE_PATHNAME', 'align_attribution_add_text' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.touch_log_add(align.touch_log, text, timestamptz, text, boolean) IS 'Serves the aggregate touch_log.';
CREATE AGGREGATE align.touch_log(lead text, at timestamptz, channel text, won boolean) (
    SFUNC = align.touch_log_add, STYPE = align.touch_log, SSPACE = 100000000, COMBINEFUNC = align.touch_log_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.touch_log(text, timestamptz, text, boolean) IS 'Touches and outcomes of many leads as one value, in any order. A row whose won is true is an outcome, and its channel does not count; any other is a touch on its channel. Rows with a NULL lead or instant, and touches with a NULL channel, are left out. Up to 1,000 channels, instants of the years 1715 to 2285. Memory: 16 bytes a row and the key, bounded by align.state_memory.';
CREATE FUNCTION align.touch_log_add(align.touch_log, text, timestamptz, text, boolean, numeric) RETURNS align.touch_log
    AS 'MODULE_PATHNAME', 'align_attribution_add_text' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.touch_log_add(align.touch_log, text, timestamptz, text, boolean, numeric) IS 'Serves the aggregate touch_log.';
CREATE AGGREGATE align.touch_log(lead text, at timestamptz, channel text, won boolean, amount numeric) (
    SFUNC = align.touch_log_add, STYPE = align.touch_log, SSPACE = 100000000, COMBINEFUNC = align.touch_log_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.touch_log(text, timestamptz, text, boolean, numeric) IS 'Touches and outcomes of many leads as one value, in any order. A row whose won is true is an outcome, of that amount where it has one, and its channel does not count; any other is a touch on its channel. Rows with a NULL lead or instant, and touches with a NULL channel, are left out. Up to 1,000 channels, instants of the years 1715 to 2285, amounts within 9 * 10^12 of 0 with at most six decimals. Memory: 16 bytes a row and the key, bounded by align.state_memory.';
CREATE FUNCTION align.touch_log_add(align.touch_log, uuid, timestamptz, text, boolean) RETURNS align.touch_log
    AS 'MODULE_PATHNAME', 'align_attribution_add_uuid' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.touch_log_add(align.touch_log, uuid, timestamptz, text, boolean) IS 'Serves the aggregate touch_log.';
CREATE AGGREGATE align.touch_log(lead uuid, at timestamptz, channel text, won boolean) (
    SFUNC = align.touch_log_add, STYPE = align.touch_log, SSPACE = 100000000, COMBINEFUNC = align.touch_log_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.touch_log(uuid, timestamptz, text, boolean) IS 'Touches and outcomes of many leads as one value, in any order. A row whose won is true is an outcome, and its channel does not count; any other is a touch on its channel. Rows with a NULL lead or instant, and touches with a NULL channel, are left out. Up to 1,000 channels, instants of the years 1715 to 2285. Memory: 16 bytes a row and the key, bounded by align.state_memory.';
CREATE FUNCTION align.touch_log_add(align.touch_log, uuid, timestamptz, text, boolean, numeric) RETURNS align.touch_log
    AS 'MODULE_PATHNAME', 'align_attribution_add_uuid' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.touch_log_add(align.touch_log, uuid, timestamptz, text, boolean, numeric) IS 'Serves the aggregate touch_log.';
CREATE AGGREGATE align.touch_log(lead uuid, at timestamptz, channel text, won boolean, amount numeric) (
    SFUNC = align.touch_log_add, STYPE = align.touch_log, SSPACE = 100000000, COMBINEFUNC = align.touch_log_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.touch_log(uuid, timestamptz, text, boolean, numeric) IS 'Touches and outcomes of many leads as one value, in any order. A row whose won is true is an outcome, of that amount where it has one, and its channel does not count; any other is a touch on its channel. Rows with a NULL lead or instant, and touches with a NULL channel, are left out. Up to 1,000 channels, instants of the years 1715 to 2285, amounts within 9 * 10^12 of 0 with at most six decimals. Memory: 16 bytes a row and the key, bounded by align.state_memory.';

CREATE FUNCTION align.credits(log align.touch_log, model text DEFAULT 'linear', within interval DEFAULT '90 days', half_life interval DEFAULT '7 days',
    since timestamptz DEFAULT NULL, OUT channel text, OUT touch_count bigint, OUT outcome_count bigint, OUT credit_count numeric, OUT credit_amount numeric,
    OUT removal_ratio double precision) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'align_attribution_credits' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 20;
COMMENT ON FUNCTION align.credits(align.touch_log, text, interval, interval, timestamptz) IS 'A row per channel, by name: touch_count touches; outcome_count outcomes with the channel on their path; credit_count of them, and credit_amount of their amounts, are its credit; removal_ratio is the share of outcomes lost without it (markov alone). Last a row with a NULL channel for outcomes without a touch, when there are any. The path of an outcome: touches of its lead within so long before it (NULL: no limit). model: first, last, linear; position (40 % to the first and the last, 20 % to all between; two share alike); decay (a touch counts half as much as one that is half_life later); markov (removal effects in a first-order Markov chain: Anderl and others 2016; touches that led to no outcome count as a path without one). since: earlier outcomes get no credit, but what they took is no path without outcome. Credits add up to the outcomes, amounts to the amounts, exactly, by the method of largest remainders. Error for an unknown model, or a within or half_life of zero or less.';

CREATE FUNCTION align.attribution(model text DEFAULT 'linear', within interval DEFAULT '90 days', period text DEFAULT NULL, by text DEFAULT 'channel',
    outcome text DEFAULT 'won deal', half_life interval DEFAULT '7 days', at timestamptz DEFAULT pg_catalog.now())
    RETURNS TABLE (attribution_order integer, channel text, item_key text, item_title text, is_touched boolean, touch_count bigint, outcome_count bigint,
        credit_count numeric, credit_ratio numeric, credit_amount numeric, removal_ratio numeric, spend_amount numeric, outcome_cost_amount numeric, return_ratio numeric)
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 20 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    span align.period := $3::align.period;
    from_at timestamptz := align.lower(span)::timestamp AT TIME ZONE 'UTC';
    until_at timestamptz := align.upper(span)::timestamp AT TIME ZONE 'UTC';
    stage align.stage := CASE WHEN $5 <> 'won deal' THEN align.to_stage($5) END;
BEGIN
    IF ($4 IN ('channel', 'item', 'channel and item')) IS NOT TRUE THEN
        RAISE EXCEPTION 'invalid grouping: "%"', COALESCE($4, 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'Credit is given by channel, by item, or by channel and item.',
                HINT = 'Write ''channel''.';
    ELSIF $5 IS NULL OR ($5 <> 'won deal' AND stage IS NULL) THEN
        RAISE EXCEPTION 'invalid outcome: "%"', COALESCE($5, 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'What counts as outcome is a won deal, or the first time in a stage.',
                HINT = 'Write ''won deal'' or the name of a stage, such as ''customer''; vocabulary() lists all.';
    END IF;
    RETURN QUERY
    WITH contact AS (
        SELECT t.lead, t.at, CASE $4 WHEN 'channel' THEN pg_catalog.jsonb_build_array(t.channel) WHEN 'item' THEN pg_catalog.jsonb_build_array(NULL, t.item)
            ELSE pg_catalog.jsonb_build_array(t.channel, t.item) END::text AS label, false AS won, NULL::numeric AS amount
        FROM align.touch t
        WHERE t.at <= $7 AND (until_at IS NULL OR t.at < until_at) AND (from_at IS NULL OR $2 IS NULL OR from_at - t.at <= $2)
        UNION ALL
        SELECT o.lead, o.at, NULL, true, o.amount
        FROM (-- a deal without a lead is one without a touch
              SELECT COALESCE(d.lead, -d.id) AS lead, d.closed_at AS at, pg_catalog.round(d.amount, 6) AS amount
              FROM align.deal d WHERE d.outcome = 'won' AND stage IS NULL
              UNION ALL
              SELECT j.lead_id, align.entered(j.journey, stage), NULL FROM align.lead_journey j WHERE stage IS NOT NULL) o
        WHERE o.at <= $7 AND (until_at IS NULL OR o.at < until_at) AND (from_at IS NULL OR $2 IS NULL OR from_at - o.at <= $2)),
    credit AS (
        SELECT c.channel::jsonb ->> 0 AS channel, c.channel::jsonb ->> 1 AS item_key, c.channel IS NOT NULL AS is_touched,
            c.touch_count, c.outcome_count, c.credit_count, c.credit_amount, c.removal_ratio
        FROM (SELECT align.touch_log(x.lead, x.at, x.label, x.won, x.amount) AS log FROM contact x) l
        CROSS JOIN LATERAL align.credits(l.log, $1, $2, $6, from_at) c),
    paid AS (
        SELECT CASE WHEN $4 <> 'item' THEN s.channel END AS channel, CASE WHEN $4 <> 'channel' THEN i.key END AS item_key, pg_catalog.sum(s.amount) AS amount
        FROM align.spend s LEFT JOIN align.plan_item i ON i.id = s.item
        WHERE s.at <= ($7 AT TIME ZONE 'UTC')::date AND (span IS NULL OR span OPERATOR(align.@>) s.at)
            AND CASE $4 WHEN 'item' THEN s.item IS NOT NULL ELSE s.channel IS NOT NULL END
        GROUP BY 1, 2),
    listed AS (
        SELECT c.* FROM credit c
        UNION ALL
        SELECT p.channel, p.item_key, true, 0, 0, 0, CASE WHEN stage IS NULL THEN 0 END, CASE $1 WHEN 'markov' THEN 0 END
        FROM paid p
        WHERE NOT EXISTS (SELECT FROM credit c WHERE c.is_touched AND c.channel IS NOT DISTINCT FROM p.channel AND c.item_key IS NOT DISTINCT FROM p.item_key))
    SELECT pg_catalog.row_number() OVER (ORDER BY c.is_touched DESC, c.credit_count DESC, c.channel, c.item_key)::integer,
        c.channel, c.item_key, i.title, c.is_touched, c.touch_count, c.outcome_count, c.credit_count,
        pg_catalog.round(c.credit_count / NULLIF(pg_catalog.sum(c.credit_count) OVER (), 0), 6), c.credit_amount, pg_catalog.round(c.removal_ratio::numeric, 6),
        p.amount, pg_catalog.round(p.amount / NULLIF(c.credit_count, 0), 2), pg_catalog.round(c.credit_amount / NULLIF(p.amount, 0), 4)
    FROM listed c
    LEFT JOIN align.plan_item i ON i.key = c.item_key
    LEFT JOIN paid p ON c.is_touched AND p.channel IS NOT DISTINCT FROM c.channel AND p.item_key IS NOT DISTINCT FROM c.item_key
    ORDER BY 1;
END $$;
COMMENT ON FUNCTION align.attribution(text, interval, text, text, text, interval, timestamptz) IS 'Which contacts in table touch won the customers, the largest credit first. model, within, half_life: as in credits(). period: outcomes of a period, such as 2026-Q1, else all up to at. by: channel, item (of the plan) or channel and item. outcome: won deal (with its amount; a deal without a lead has no touch), or the name of a stage, which a lead enters for the first time. A row per channel or item that touched anybody, also without credit, or on which was spent; last, with is_touched false, the outcomes without a touch. Credit and amount add up exactly. removal_ratio: share of outcomes lost without it (markov). spend_amount: from table spend, of that channel or item in the same time; outcome_cost_amount: that by outcome credited; return_ratio: amount credited by amount spent. Error for an unknown model, grouping, outcome or period, a within or half_life of zero or less, or more than 1,000 channels.';
