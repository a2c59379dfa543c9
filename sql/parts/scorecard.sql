-- scorecard: the numbers of both teams side by side, filled from the funnel, and what is done about those off track

-- the sources that a metric can be bound to

CREATE FUNCTION align.metric_sources() RETURNS TABLE (measure text, needs text[], takes text[], meaning text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 6
BEGIN ATOMIC
    VALUES ('stage entries', '{stage}'::text[], '{source,segment,team}'::text[], 'Leads that entered a stage in the period, each once.'),
        ('won deals', '{}', '{source,segment,owner}', 'Deals that were won in the period.'),
        ('won amount', '{}', '{source,segment,owner}', 'The amount of the deals that were won in the period.'),
        ('conversion', '{from,to}', '{within,source,segment}', 'Of the leads that first entered stage from in the period, the share that then entered stage to: within so many days (counted once the last of them had as many), or by the end of the period.'),
        ('median days', '{from,to}', '{source,segment}', 'Of the leads that first entered stage to, after stage from, in the period, the median of the days in between.'),
        ('spend', '{}', '{item,team,channel}', 'Money spent in the period: on an item of the plan with all that serves it, on items of a team, through a channel.');
END;
COMMENT ON FUNCTION align.metric_sources() IS 'What a metric''s source can be: measure; the words it needs, and those it takes as filters (source, segment: of the lead; owner: of the deal; team: that moved the lead, or that owns the item); what it measures. In days of UTC.';

CREATE FUNCTION align.check_metric_source() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known record;
    fault text;
    remedy text;
BEGIN
    SELECT s.* INTO known FROM align.metric_sources() s WHERE s.measure = NEW.source ->> 'measure';
    IF NOT FOUND THEN
        fault := pg_catalog.format('Its measure is %s; there are: %s.', COALESCE(NEW.source ->> 'measure', 'missing'), (SELECT pg_catalog.string_agg(s.measure, ', ') FROM align.metric_sources() s));
        remedy := 'Write {"measure": "stage entries", "stage": "mql"}, or enter values by hand and leave the source NULL.';
    ELSE
        SELECT CASE
                WHEN f.wanted AND f.value IS NULL THEN pg_catalog.format('Measure %s needs %s.', known.measure, f.field)
                WHEN NOT f.wanted AND f.field <> ALL (known.takes) THEN pg_catalog.format('Measure %s does not take %s.', known.measure, f.field)
                WHEN pg_catalog.jsonb_typeof(f.value) <> 'string' THEN pg_catalog.format('Field %s is not a text: %s.', f.field, f.value)
                WHEN f.field IN ('stage', 'from', 'to') AND align.to_stage(f.word) IS NULL THEN pg_catalog.format('Field %s is no stage: "%s".', f.field, f.word)
                WHEN f.field = 'within' AND NOT f.word ~ '^[1-9][0-9]{0,3} days?$' THEN pg_catalog.format('Field within is no number of days from 1 to 9999: "%s".', f.word)
                WHEN f.field = 'team' AND NOT EXISTS (SELECT FROM align.team t WHERE t.key = f.word) THEN pg_catalog.format('Field team is no team: "%s".', f.word)
                WHEN f.field = 'item' AND NOT EXISTS (SELECT FROM align.plan_item i WHERE i.key = f.word) THEN pg_catalog.format('Field item is no item of the plan: "%s".', f.word)
            END INTO fault
        FROM (SELECT COALESCE(n.field, e.field) AS field, n.field IS NOT NULL AS wanted, e.value, e.value #>> '{}' AS word
              FROM pg_catalog.unnest(known.needs) n(field) FULL JOIN (SELECT * FROM pg_catalog.jsonb_each(NEW.source - 'measure')) e(field, value) ON e.field = n.field) f
        ORDER BY 1 NULLS LAST LIMIT 1;
        remedy := pg_catalog.format('It needs: %s; it takes: %s. See metric_sources().', COALESCE(NULLIF(pg_catalog.array_to_string(known.needs, ', '), ''), 'nothing'), pg_catalog.array_to_string(known.takes, ', '));
    END IF;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'invalid source of metric "%": %', NEW.key, NEW.source USING ERRCODE = 'check_violation', DETAIL = fault, HINT = remedy;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION align.check_metric_source() IS 'Trigger: the source of a metric is one of metric_sources(), with what it needs and nothing else, all of it known.';
CREATE TRIGGER metric_source_check BEFORE INSERT OR UPDATE OF source ON align.metric
    FOR EACH ROW WHEN (NEW.source IS NOT NULL) EXECUTE FUNCTION align.check_metric_source();
COMMENT ON TRIGGER metric_source_check ON align.metric IS 'a source is one that collect() knows';

-- collecting

CREATE FUNCTION align.measured(source jsonb, first align.period, last align.period, grain text, start_month integer)
    RETURNS TABLE (period align.period, value numeric)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    from_at timestamptz := align.lower($2)::timestamp AT TIME ZONE 'UTC';
    until_at timestamptz := align.upper($3)::timestamp AT TIME ZONE 'UTC';
    from_stage align.stage := align.to_stage($1 ->> 'from');
    to_stage align.stage := align.to_stage(COALESCE($1 ->> 'to', $1 ->> 'stage'));
BEGIN
    CASE $1 ->> 'measure'
    WHEN 'stage entries' THEN
        RETURN QUERY
        SELECT p.period, pg_catalog.count(DISTINCT e.lead)::numeric
        FROM align.stage_event e JOIN align.lead l ON l.id = e.lead
        CROSS JOIN LATERAL (SELECT align.period((e.at AT TIME ZONE 'UTC')::date, $4, $5) AS period) p
        WHERE e.stage OPERATOR(align.=) to_stage AND e.at >= from_at AND e.at < until_at
          AND ($1 -> 'source' IS NULL OR l.source = $1 ->> 'source') AND ($1 -> 'segment' IS NULL OR l.segment = $1 ->> 'segment') AND ($1 -> 'team' IS NULL OR e.team = $1 ->> 'team')
        GROUP BY p.period;
    WHEN 'won deals', 'won amount' THEN
        RETURN QUERY
        SELECT p.period, CASE $1 ->> 'measure' WHEN 'won deals' THEN pg_catalog.count(*)::numeric ELSE COALESCE(pg_catalog.sum(d.amount), 0) END
        FROM align.deal d LEFT JOIN align.lead l ON l.id = d.lead
        CROSS JOIN LATERAL (SELECT align.period((d.closed_at AT TIME ZONE 'UTC')::date, $4, $5) AS period) p
        WHERE d.outcome = 'won' AND d.closed_at >= from_at AND d.closed_at < until_at
          AND ($1 -> 'source' IS NULL OR l.source = $1 ->> 'source') AND ($1 -> 'segment' IS NULL OR l.segment = $1 ->> 'segment') AND ($1 -> 'owner' IS NULL OR d.owner = $1 ->> 'owner')
        GROUP BY p.period;
    WHEN 'conversion' THEN
        RETURN QUERY
        SELECT p.period, pg_catalog.round(pg_catalog.avg(CASE WHEN t.at - f.at <= ($1 ->> 'within')::interval OR ($1 -> 'within' IS NULL AND t.at < align.upper(p.period)::timestamp AT TIME ZONE 'UTC') THEN 1 ELSE 0 END), 6)
        FROM (SELECT DISTINCT e.lead FROM align.stage_event e WHERE e.stage OPERATOR(align.=) from_stage AND e.at >= from_at AND e.at < until_at) c
        JOIN align.lead l ON l.id = c.lead
        CROSS JOIN LATERAL (SELECT pg_catalog.min(e.at) AS at FROM align.stage_event e WHERE e.lead = c.lead AND e.stage OPERATOR(align.=) from_stage) f
        CROSS JOIN LATERAL (SELECT pg_catalog.min(e.at) AS at FROM align.stage_event e WHERE e.lead = c.lead AND e.stage OPERATOR(align.=) to_stage AND e.at >= f.at) t
        CROSS JOIN LATERAL (SELECT align.period((f.at AT TIME ZONE 'UTC')::date, $4, $5) AS period) p
        WHERE f.at >= from_at AND ($1 -> 'source' IS NULL OR l.source = $1 ->> 'source') AND ($1 -> 'segment' IS NULL OR l.segment = $1 ->> 'segment')
        GROUP BY p.period;
    WHEN 'median days' THEN
        RETURN QUERY
        SELECT p.period, pg_catalog.round((pg_catalog.percentile_cont(0.5) WITHIN GROUP (ORDER BY EXTRACT(epoch FROM t.at - f.at)::double precision) / 86400)::numeric, 3)
        FROM (SELECT DISTINCT e.lead FROM align.stage_event e WHERE e.stage OPERATOR(align.=) to_stage AND e.at >= from_at AND e.at < until_at) c
        JOIN align.lead l ON l.id = c.lead
        CROSS JOIN LATERAL (SELECT pg_catalog.min(e.at) AS at FROM align.stage_event e WHERE e.lead = c.lead AND e.stage OPERATOR(align.=) from_stage) f
        CROSS JOIN LATERAL (SELECT pg_catalog.min(e.at) AS at FROM align.stage_event e WHERE e.lead = c.lead AND e.stage OPERATOR(align.=) to_stage AND e.at >= f.at) t
        CROSS JOIN LATERAL (SELECT align.period((t.at AT TIME ZONE 'UTC')::date, $4, $5) AS period) p
        WHERE t.at >= from_at AND t.at < until_at AND ($1 -> 'source' IS NULL OR l.source = $1 ->> 'source') AND ($1 -> 'segment' IS NULL OR l.segment = $1 ->> 'segment')
        GROUP BY p.period;
    WHEN 'spend' THEN
        RETURN QUERY
        SELECT p.period, pg_catalog.sum(s.amount)
        FROM align.spend s LEFT JOIN align.plan_item i ON i.id = s.item
        CROSS JOIN LATERAL (SELECT align.period(s.at, $4, $5) AS period) p
        WHERE s.at >= align.lower($2) AND s.at < align.upper($3)
          AND ($1 -> 'team' IS NULL OR i.team = $1 ->> 'team') AND ($1 -> 'channel' IS NULL OR s.channel = $1 ->> 'channel')
          AND ($1 -> 'item' IS NULL OR s.item IN (SELECT b.id FROM align.items_below(align.known_item($1 ->> 'item')) b(id)))
        GROUP BY p.period;
    END CASE;
END $$;
COMMENT ON FUNCTION align.measured(jsonb, align.period, align.period, text, integer) IS 'What a source, as in metric_sources(), measures in the periods of a grain from the first to the last; a period in which nothing happened has no row. Serves collect.';

CREATE FUNCTION align.known_days(OUT first_day date, OUT last_day date) RETURNS record
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT (pg_catalog.min(d.first) AT TIME ZONE 'UTC')::date, (pg_catalog.max(d.last) AT TIME ZONE 'UTC')::date
    FROM (SELECT pg_catalog.min(e.at) AS first, pg_catalog.max(e.at) AS last FROM align.stage_event e
          UNION ALL SELECT pg_catalog.min(d.closed_at), pg_catalog.max(d.closed_at) FROM align.deal d WHERE pg_catalog.isfinite(d.closed_at)
          UNION ALL SELECT pg_catalog.min(s.at)::timestamp AT TIME ZONE 'UTC', pg_catalog.max(s.at)::timestamp AT TIME ZONE 'UTC' FROM align.spend s) d;
END;
COMMENT ON FUNCTION align.known_days() IS 'The first and the last day (UTC) of which a stage event, a closed deal or spend is known; NULL when there is none.';

CREATE FUNCTION align.collect(period text, at timestamptz DEFAULT pg_catalog.now())
    RETURNS TABLE (metric_key text, value_period text, value numeric, value_before numeric, change text, reason text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    asked constant align.period := $1;
    today constant date := ($2 AT TIME ZONE 'UTC')::date;
    known record;
    bound record;
BEGIN
    PERFORM align.check_instant($2);
    SELECT k.* INTO known FROM align.known_days() k;
    FOR bound IN
        SELECT m.*, w.first, LEAST(w.last, align.period(today, m.grain, m.start_month) OPERATOR(align.-) 1) AS last
        FROM align.metric m CROSS JOIN LATERAL align.periods_within(asked, m.grain, m.start_month) w
        WHERE m.source IS NOT NULL AND (m.retired_at IS NULL OR m.retired_at > $2) ORDER BY m.key
    LOOP
        RETURN QUERY
        WITH judged AS MATERIALIZED (
            SELECT p.period, n.value, v.value AS value_before,
                CASE WHEN bound.source ->> 'measure' = 'conversion' AND align.upper(p.period) + COALESCE(pg_catalog.split_part(bound.source ->> 'within', ' ', 1)::integer, 0) > today
                        THEN pg_catalog.format('Its last leads have not had %s yet.', bound.source ->> 'within')
                     WHEN (align.lower(p.period) <= known.last_day AND align.upper(p.period) > known.first_day) IS NOT TRUE
                        THEN COALESCE('What is known is from ' || pg_catalog.to_char(known.first_day, 'YYYY-MM-DD') || ' to ' || pg_catalog.to_char(known.last_day, 'YYYY-MM-DD') || '.', 'There is no history.')
                     WHEN v.origin = 'entered' THEN 'A value was entered by hand, which goes before.'
                     WHEN n.value IS NULL THEN 'No lead got there.' END AS reason
            FROM align.generate_series(bound.first, bound.last) p(period)
            LEFT JOIN align.measured(bound.source, bound.first, bound.last, bound.grain, bound.start_month) c ON c.period OPERATOR(align.=) p.period
            CROSS JOIN LATERAL (SELECT COALESCE(c.value, CASE WHEN bound.source ->> 'measure' NOT IN ('conversion', 'median days') THEN 0 END) AS value) n
            LEFT JOIN align.metric_value v ON v.metric = bound.id AND v.period OPERATOR(align.=) p.period AND v.superseded_at IS NULL),
        written AS (
            INSERT INTO align.metric_value (metric, period, value, origin, at, by_role)
            SELECT bound.id, j.period, j.value, 'collected', $2, align.acting_role() FROM judged j WHERE j.reason IS NULL AND j.value IS DISTINCT FROM j.value_before
            RETURNING period)
        SELECT bound.key, j.period::text, CASE WHEN j.reason IS NULL THEN j.value END, j.value_before,
            CASE WHEN j.reason IS NOT NULL THEN 'none' WHEN w.period IS NULL THEN 'unchanged' WHEN j.value_before IS NULL THEN 'recorded' ELSE 'corrected' END, j.reason
        FROM judged j LEFT JOIN written w ON w.period OPERATOR(align.=) j.period
        ORDER BY j.period;
    END LOOP;
END $$;
COMMENT ON FUNCTION align.collect(text, timestamptz) IS 'Fills every metric that has a source and is not retired: its periods that make up the asked one and are over at an instant (UTC), by default now. A row per metric and period: its value; the one before; change: recorded, corrected (the one before is kept), unchanged (nothing is written), or none, with the reason: nothing is known of those days, a value was entered by hand, or no lead got there. Where there is history and nothing happened the value is 0. Error for a period that cannot be read, or a correction dated before what it corrects.';
REVOKE EXECUTE ON FUNCTION align.collect(text, timestamptz) FROM PUBLIC;

-- what is done about it

CREATE TABLE align.countermeasure (
    id bigint GENERATED BY DEFAULT AS IDENTITY NOT NULL,
    metric bigint NOT NULL,
    period align.period NOT NULL,
    cause text NOT NULL,
    action text NOT NULL,
    owner text,
    team text,
    due date,
    at timestamptz DEFAULT pg_catalog.now() NOT NULL,
    by_role text DEFAULT session_user NOT NULL,
    done_at timestamptz,
    effect text,
    CONSTRAINT countermeasure_pkey PRIMARY KEY (id),
    CONSTRAINT countermeasure_metric_fkey FOREIGN KEY (metric) REFERENCES align.metric (id),
    CONSTRAINT countermeasure_team_fkey FOREIGN KEY (team) REFERENCES align.team (key) ON UPDATE CASCADE,
    CONSTRAINT countermeasure_cause_check CHECK (pg_catalog.length(cause) BETWEEN 1 AND 10000),
    CONSTRAINT countermeasure_action_check CHECK (pg_catalog.length(action) BETWEEN 1 AND 10000),
    CONSTRAINT countermeasure_due_check CHECK (pg_catalog.isfinite(due)),
    CONSTRAINT countermeasure_done_check CHECK (done_at >= at AND pg_catalog.isfinite(done_at)),
    CONSTRAINT countermeasure_effect_check CHECK (effect IS NULL OR done_at IS NOT NULL)
);
COMMENT ON TABLE align.countermeasure IS 'What is done about a metric that is off track: the cause that was found, the action, and what it changed.';
COMMENT ON COLUMN align.countermeasure.id IS 'Number of the countermeasure.';
COMMENT ON SEQUENCE align.countermeasure_id_seq IS 'numbers of countermeasures';
COMMENT ON COLUMN align.countermeasure.metric IS 'The metric.';
COMMENT ON COLUMN align.countermeasure.period IS 'The period in which it was off track, of the metric''s grain.';
COMMENT ON COLUMN align.countermeasure.cause IS 'Why it was off track.';
COMMENT ON COLUMN align.countermeasure.action IS 'What is done about it.';
COMMENT ON COLUMN align.countermeasure.owner IS 'The person who does it.';
COMMENT ON COLUMN align.countermeasure.team IS 'The team that does it.';
COMMENT ON COLUMN align.countermeasure.due IS 'Last day on which it is in time.';
COMMENT ON COLUMN align.countermeasure.at IS 'When it was decided.';
COMMENT ON COLUMN align.countermeasure.by_role IS 'The role that wrote it down.';
COMMENT ON COLUMN align.countermeasure.done_at IS 'When it was done; NULL while it is not.';
COMMENT ON COLUMN align.countermeasure.effect IS 'What was seen of it once it was done.';
COMMENT ON CONSTRAINT countermeasure_pkey ON align.countermeasure IS 'one row per countermeasure';
COMMENT ON CONSTRAINT countermeasure_metric_fkey ON align.countermeasure IS 'the metric is known';
COMMENT ON CONSTRAINT countermeasure_team_fkey ON align.countermeasure IS 'the team is known';
COMMENT ON CONSTRAINT countermeasure_cause_check ON align.countermeasure IS '1 to 10,000 characters';
COMMENT ON CONSTRAINT countermeasure_action_check ON align.countermeasure IS '1 to 10,000 characters';
COMMENT ON CONSTRAINT countermeasure_due_check ON align.countermeasure IS 'days are finite';
COMMENT ON CONSTRAINT countermeasure_done_check ON align.countermeasure IS 'it is done after it was decided';
COMMENT ON CONSTRAINT countermeasure_effect_check ON align.countermeasure IS 'an effect is seen of what was done';
CREATE INDEX countermeasure_metric_idx ON align.countermeasure (metric, period);
COMMENT ON INDEX align.countermeasure_metric_idx IS 'finds the countermeasures of a metric';
SELECT pg_catalog.pg_extension_config_dump('align.countermeasure', '');
SELECT pg_catalog.pg_extension_config_dump('align.countermeasure_id_seq', '');

CREATE FUNCTION align.check_countermeasure() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM align.check_metric_period(NEW.metric, NEW.period);
    IF align.lower(NEW.period) > (NEW.at AT TIME ZONE 'UTC')::date THEN
        RAISE EXCEPTION 'metric "%" cannot have been off track in % at %', (SELECT m.key FROM align.metric m WHERE m.id = NEW.metric), NEW.period, NEW.at
            USING ERRCODE = 'check_violation',
                DETAIL = pg_catalog.format('The period begins on %s (UTC), which is later.', pg_catalog.to_char(align.lower(NEW.period), 'YYYY-MM-DD')),
                HINT = 'Name the period that was off track; what is yet to be done has a due day.';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION align.check_countermeasure() IS 'Trigger: the period is one of the metric''s, and has begun.';
CREATE TRIGGER countermeasure_check BEFORE INSERT OR UPDATE OF metric, period, at ON align.countermeasure
    FOR EACH ROW EXECUTE FUNCTION align.check_countermeasure();
COMMENT ON TRIGGER countermeasure_check ON align.countermeasure IS 'the period is of the metric''s grain, and has begun';

CREATE FUNCTION align.add_countermeasure(metric text, period text, cause text, action text, owner text DEFAULT NULL, team text DEFAULT NULL, due date DEFAULT NULL,
    at timestamptz DEFAULT pg_catalog.now()) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    decided_on date := ($8 AT TIME ZONE 'UTC')::date;
    result bigint;
BEGIN
    PERFORM align.check_instant($8), align.check_text($3, 'cause', 10000), align.check_text($4, 'action', 10000);
    IF $6 IS NOT NULL THEN
        PERFORM align.known_team($6);
    END IF;
    IF $7 < decided_on OR NOT pg_catalog.isfinite($7) THEN
        RAISE EXCEPTION 'invalid due day: %', $7
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = pg_catalog.format('It is finite, and not before %s (UTC), when it was decided.', pg_catalog.to_char(decided_on, 'YYYY-MM-DD')),
                HINT = 'Leave it out where no day is set.';
    END IF;
    INSERT INTO align.countermeasure (metric, period, cause, action, owner, team, due, at, by_role)
    VALUES ((align.known_metric($1)).id, $2::align.period, $3, $4, $5, $6, $7, $8, align.acting_role()) RETURNING countermeasure.id INTO result;
    RETURN result;
END $$;
COMMENT ON FUNCTION align.add_countermeasure(text, text, text, text, text, text, date, timestamptz) IS 'Writes down what is done about a metric, by its key, that was off track in a period: the cause, the action, who does it (a person, a team), by when; when it was decided, by default now. Result: its number. Error for an unknown metric or team, a period of another grain or one that has not begun, an empty or too long cause or action, an infinite instant, or a due day that is infinite or before it was decided.';
REVOKE EXECUTE ON FUNCTION align.add_countermeasure(text, text, text, text, text, text, date, timestamptz) FROM PUBLIC;

CREATE FUNCTION align.finish_countermeasure(id bigint, effect text DEFAULT NULL, at timestamptz DEFAULT pg_catalog.now()) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known align.countermeasure;
BEGIN
    PERFORM align.check_instant($3);
    IF $2 IS NOT NULL THEN
        PERFORM align.check_text($2, 'effect', 10000);
    END IF;
    SELECT c.* INTO known FROM align.countermeasure c WHERE c.id = $1 FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'unknown countermeasure: %', COALESCE($1::text, 'NULL')
            USING ERRCODE = 'no_data_found',
                DETAIL = 'Table countermeasure has no row of this number.',
                HINT = 'See countermeasure_status for what is open.';
    ELSIF known.done_at IS NULL AND $3 < known.at THEN
        RAISE EXCEPTION 'countermeasure % cannot be done at %', $1, $3
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = pg_catalog.format('It was decided at %s, which is later.', known.at),
                HINT = 'Say when it was done, or leave the instant out to mean the present.';
    END IF;
    UPDATE align.countermeasure c SET done_at = COALESCE(c.done_at, $3), effect = COALESCE($2, c.effect) WHERE c.id = $1;
END $$;
COMMENT ON FUNCTION align.finish_countermeasure(bigint, text, timestamptz) IS 'Says that a countermeasure, by its number, is done, and what was seen of it; called again, it writes down what is seen later. at: when it was done, by default now. Error for an unknown number, an infinite instant or one before it was decided, or an empty or too long effect.';
REVOKE EXECUTE ON FUNCTION align.finish_countermeasure(bigint, text, timestamptz) FROM PUBLIC;

CREATE VIEW align.countermeasure_status WITH (security_invoker = true) AS
    SELECT c.id, m.key AS metric_key, m.title, c.period::text AS period, align.lower(c.period) AS period_start_date, c.cause, c.action, c.owner, c.team,
        c.due AS due_date, c.at AS decided_at, c.done_at, c.effect,
        b.value, b.status, l.period::text AS last_period, l.value AS last_value, l.status AS last_status, l.attainment - b.attainment AS attainment_change
    FROM align.countermeasure c JOIN align.metric m ON m.id = c.metric
    LEFT JOIN LATERAL (
        SELECT v.value, align.status(v.value, t.target) AS status, align.attainment(v.value, t.target) AS attainment
        FROM align.metric_value v CROSS JOIN LATERAL (SELECT align.target_in_force(v.metric, v.period) AS target OFFSET 0) t
        WHERE v.metric = c.metric AND v.period = c.period AND v.superseded_at IS NULL) b ON true
    LEFT JOIN LATERAL (
        SELECT v.period, v.value, align.status(v.value, t.target) AS status, align.attainment(v.value, t.target) AS attainment
        FROM align.metric_value v CROSS JOIN LATERAL (SELECT align.target_in_force(v.metric, v.period) AS target OFFSET 0) t
        WHERE v.metric = c.metric AND v.period > c.period AND v.superseded_at IS NULL ORDER BY v.period DESC LIMIT 1) l ON true;
COMMENT ON VIEW align.countermeasure_status IS 'Every countermeasure, with what the metric was then and what it is since.';
COMMENT ON COLUMN align.countermeasure_status.id IS 'Number of the countermeasure.';
COMMENT ON COLUMN align.countermeasure_status.metric_key IS 'The metric.';
COMMENT ON COLUMN align.countermeasure_status.title IS 'Its title.';
COMMENT ON COLUMN align.countermeasure_status.period IS 'The period in which it was off track.';
COMMENT ON COLUMN align.countermeasure_status.period_start_date IS 'First day of that period.';
COMMENT ON COLUMN align.countermeasure_status.cause IS 'Why it was off track.';
COMMENT ON COLUMN align.countermeasure_status.action IS 'What is done about it.';
COMMENT ON COLUMN align.countermeasure_status.owner IS 'The person who does it.';
COMMENT ON COLUMN align.countermeasure_status.team IS 'The team that does it.';
COMMENT ON COLUMN align.countermeasure_status.due_date IS 'Last day on which it is in time.';
COMMENT ON COLUMN align.countermeasure_status.decided_at IS 'When it was decided.';
COMMENT ON COLUMN align.countermeasure_status.done_at IS 'When it was done; NULL while it is not.';
COMMENT ON COLUMN align.countermeasure_status.effect IS 'What was seen of it.';
COMMENT ON COLUMN align.countermeasure_status.value IS 'What the metric was in that period.';
COMMENT ON COLUMN align.countermeasure_status.status IS 'And its status.';
COMMENT ON COLUMN align.countermeasure_status.last_period IS 'The last later period that has a value; NULL while there is none.';
COMMENT ON COLUMN align.countermeasure_status.last_value IS 'What the metric was then.';
COMMENT ON COLUMN align.countermeasure_status.last_status IS 'And its status.';
COMMENT ON COLUMN align.countermeasure_status.attainment_change IS 'By how much its attainment is higher than in the period off track.';

-- the scorecard

CREATE FUNCTION align.sparkline(numbers numeric[]) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.string_agg(CASE WHEN v.value IS NULL THEN '·' WHEN v.high = v.low THEN '▄'
            ELSE pg_catalog.substr('▁▂▃▄▅▆▇█', 1 + LEAST(7, pg_catalog.floor(8 * (v.value - v.low) / (v.high - v.low)))::integer, 1) END, '' ORDER BY v.place)
    FROM (SELECT f.place, f.value, pg_catalog.min(f.value) OVER () AS low, pg_catalog.max(f.value) OVER () AS high
          FROM (SELECT u.place, CASE WHEN u.value > '-Infinity' AND u.value < 'Infinity' THEN u.value END AS value
                FROM pg_catalog.unnest($1) WITH ORDINALITY u(value, place)) f) v;
END;
COMMENT ON FUNCTION align.sparkline(numeric[]) IS 'Numbers as a line of bars in text, the smallest lowest and the largest highest, in eight steps; all the same are of middle height. One that is NULL, NaN or infinite is a dot. NULL for no number.';

CREATE FUNCTION align.shown_periods(periods integer) RETURNS integer
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF $1 IS NULL OR $1 NOT BETWEEN 1 AND 520 THEN
        RAISE EXCEPTION 'invalid number of periods: %', COALESCE($1::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'A scorecard shows 1 to 520 periods.',
                HINT = 'Write 13 for a quarter of weeks; scorecard_long has all there are.';
    END IF;
    RETURN $1;
END $$;
COMMENT ON FUNCTION align.shown_periods(integer) IS 'A number of periods to show; an error when it is not 1 to 520.';

CREATE FUNCTION align.scorecard(at timestamptz DEFAULT pg_catalog.now(), periods integer DEFAULT 13)
    RETURNS TABLE (metric_order integer, metric_key text, title text, team text, owner text, kind text, measures text, unit text, grain text,
        goal text, last_period text, last_value numeric, average_or_total numeric, status text, attainment_ratio numeric, off_track_count integer, off_track_since text,
        has_countermeasure boolean, sparkline text, period_starts date[], period_values numeric[], period_statuses text[], note text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 30
BEGIN ATOMIC
    WITH chosen AS MATERIALIZED (
        SELECT m.*, align.period(($1 AT TIME ZONE 'UTC')::date, m.grain, m.start_month) - 1 AS last, align.shown_periods($2) AS shown
        FROM align.metric m WHERE m.retired_at IS NULL OR m.retired_at > $1),
    known AS MATERIALIZED (
        SELECT v.metric, v.period, v.value, t.target, align.status(v.value, t.target) AS status
        FROM chosen c JOIN align.metric_value v ON v.metric = c.id AND v.period <= c.last AND v.at <= $1 AND (v.superseded_at IS NULL OR v.superseded_at > $1)
        LEFT JOIN LATERAL (
            SELECT h.target FROM align.metric_target h WHERE h.metric = v.metric AND h.from_period <= v.period ORDER BY h.from_period DESC LIMIT 1) t ON true),
    -- the periods off track since the last one that was not
    run AS (
        SELECT k.metric, pg_catalog.count(*)::integer AS off_track_count, align.min(k.period) AS since
        FROM known k LEFT JOIN (SELECT g.metric, align.max(g.period) AS period FROM known g WHERE g.status <> 'off track' GROUP BY g.metric) good ON good.metric = k.metric
        WHERE k.status = 'off track' AND (good.period IS NULL OR k.period > good.period)
        GROUP BY k.metric),
    line AS (
        SELECT c.id, pg_catalog.array_agg(align.lower(p.period) ORDER BY p.period) AS period_starts, pg_catalog.array_agg(k.value ORDER BY p.period) AS period_values,
            pg_catalog.array_agg(k.status ORDER BY p.period) AS period_statuses, pg_catalog.sum(k.value) AS total, pg_catalog.avg(k.value) AS average
        FROM chosen c CROSS JOIN LATERAL align.generate_series(c.last - (c.shown - 1), c.last) p(period)
        LEFT JOIN known k ON k.metric = c.id AND k.period = p.period
        GROUP BY c.id)
    SELECT pg_catalog.row_number() OVER (ORDER BY c.measures DESC, c.kind, c.team, c.key COLLATE "C")::integer,
        c.key, c.title, c.team, c.owner, c.kind, c.measures, c.unit, c.grain, t.target::text, c.last::text, k.value,
        CASE c.fold WHEN 'sum' THEN l.total ELSE pg_catalog.round(l.average, 6) END, k.status, align.attainment(k.value, t.target),
        COALESCE(r.off_track_count, 0), r.since::text,
        EXISTS (SELECT FROM align.countermeasure m WHERE m.metric = c.id AND m.at <= $1 AND (m.done_at IS NULL OR m.done_at > $1 OR m.period >= r.since)),
        align.sparkline(l.period_values), l.period_starts, l.period_values, l.period_statuses,
        NULLIF(pg_catalog.concat_ws(' ', CASE WHEN k.value IS NULL THEN pg_catalog.format('No value for %s.', c.last) END, CASE WHEN t.target IS NULL THEN 'No target.' END), '')
    FROM chosen c
    JOIN line l ON l.id = c.id
    CROSS JOIN LATERAL (SELECT align.target_in_force(c.id, c.last) AS target OFFSET 0) t
    LEFT JOIN known k ON k.metric = c.id AND k.period = c.last
    LEFT JOIN run r ON r.metric = c.id
    ORDER BY 1;
END;
COMMENT ON FUNCTION align.scorecard(timestamptz, integer) IS 'The scorecard of a meeting at an instant, by default now, by the values known then: a row per metric that was not retired, outcomes before activities, lagging before leading, then by team and key. For each the last periods of its grain that were over (13 by default, 1 to 520; UTC), oldest first, as arrays (period_starts, period_values, period_statuses) and as a sparkline; goal, last_value, status and attainment_ratio of the last of them; average_or_total: their sum where the metric folds by sum, else their mean, rounded to six places; off_track_count: how many periods in a row with a value are off track, newest back, also before those shown, and since when; has_countermeasure: whether one is open or is of one of those periods; note: what is missing. What has no value or target is NULL.';

CREATE FUNCTION align.countermeasure_missing(at timestamptz DEFAULT pg_catalog.now())
    RETURNS TABLE (metric_key text, title text, team text, owner text, last_period text, last_value numeric, goal text, attainment_ratio numeric, off_track_count integer, off_track_since text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
    SELECT s.metric_key, s.title, s.team, s.owner, s.last_period, s.last_value, s.goal, s.attainment_ratio, s.off_track_count, s.off_track_since
    FROM align.scorecard($1, 1) s WHERE s.off_track_count > 0 AND NOT s.has_countermeasure
    ORDER BY s.off_track_count DESC, s.metric_order;
END;
COMMENT ON FUNCTION align.countermeasure_missing(timestamptz) IS 'The metrics of the scorecard at an instant, by default now, that were off track when they last had a value, with no countermeasure that is open or of those periods; the longest off track first.';

CREATE VIEW align.scorecard_long WITH (security_invoker = true) AS
    SELECT h.metric_key, m.title, m.team, m.owner, m.kind, m.measures, m.unit, m.grain, m.fold, i.key AS item_key, i.title AS item_title,
        h.period, h.period_start_date, align.upper(h.period::align.period) - 1 AS period_end_date, h.value, h.target, align.goal_low(h.target::align.target) AS goal_low, align.goal_high(h.target::align.target) AS goal_high,
        h.status, h.attainment_ratio, h.origin, h.recorded_at, h.recorded_by, h.note, m.retired_at IS NOT NULL AS is_retired
    FROM align.metric_history h JOIN align.metric m ON m.id = h.metric_id LEFT JOIN align.plan_item i ON i.id = m.item;
COMMENT ON VIEW align.scorecard_long IS 'The scorecard as a tidy table: a row per metric and period, with what it was, what it should be, and all that a chart needs.';
COMMENT ON COLUMN align.scorecard_long.metric_key IS 'The metric.';
COMMENT ON COLUMN align.scorecard_long.title IS 'Its title.';
COMMENT ON COLUMN align.scorecard_long.team IS 'The team that answers for it.';
COMMENT ON COLUMN align.scorecard_long.owner IS 'The person who answers for it.';
COMMENT ON COLUMN align.scorecard_long.kind IS 'leading or lagging.';
COMMENT ON COLUMN align.scorecard_long.measures IS 'outcome or activity.';
COMMENT ON COLUMN align.scorecard_long.unit IS 'What the values count.';
COMMENT ON COLUMN align.scorecard_long.grain IS 'week, month, quarter or year.';
COMMENT ON COLUMN align.scorecard_long.fold IS 'How values make up one of a longer period: sum, last or mean.';
COMMENT ON COLUMN align.scorecard_long.item_key IS 'The item of the plan that it measures.';
COMMENT ON COLUMN align.scorecard_long.item_title IS 'Title of that item.';
COMMENT ON COLUMN align.scorecard_long.period IS 'The period.';
COMMENT ON COLUMN align.scorecard_long.period_start_date IS 'First day of the period.';
COMMENT ON COLUMN align.scorecard_long.period_end_date IS 'Last day of the period.';
COMMENT ON COLUMN align.scorecard_long.value IS 'What it was.';
COMMENT ON COLUMN align.scorecard_long.target IS 'What it should be; NULL when nothing was said.';
COMMENT ON COLUMN align.scorecard_long.goal_low IS 'The lowest value that is right; NULL when it is open below, or without a target.';
COMMENT ON COLUMN align.scorecard_long.goal_high IS 'The highest value that is right; NULL when it is open above, or without a target.';
COMMENT ON COLUMN align.scorecard_long.status IS 'on track, at risk or off track; NULL without a target.';
COMMENT ON COLUMN align.scorecard_long.attainment_ratio IS 'How far it was reached: 1 is just met. NULL without a target.';
COMMENT ON COLUMN align.scorecard_long.origin IS 'entered or collected.';
COMMENT ON COLUMN align.scorecard_long.recorded_at IS 'When it was recorded.';
COMMENT ON COLUMN align.scorecard_long.recorded_by IS 'The role that recorded it.';
COMMENT ON COLUMN align.scorecard_long.note IS 'What was said of it.';
COMMENT ON COLUMN align.scorecard_long.is_retired IS 'Whether the metric is no longer kept.';
