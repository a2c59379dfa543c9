-- handoff: what one team hands to another, within which time, and what became of it

CREATE TABLE align.sla (
    key text NOT NULL,
    from_stage align.stage NOT NULL,
    to_stage align.stage NOT NULL,
    giver text NOT NULL,
    taker text NOT NULL,
    within interval NOT NULL,
    calendar text NOT NULL,
    feedback boolean DEFAULT false NOT NULL,
    since_at timestamptz,
    CONSTRAINT sla_pkey PRIMARY KEY (key),
    CONSTRAINT sla_key_check CHECK (pg_catalog.length(key) BETWEEN 1 AND 200),
    CONSTRAINT sla_giver_fkey FOREIGN KEY (giver) REFERENCES align.team (key) ON UPDATE CASCADE,
    CONSTRAINT sla_taker_fkey FOREIGN KEY (taker) REFERENCES align.team (key) ON UPDATE CASCADE,
    CONSTRAINT sla_calendar_fkey FOREIGN KEY (calendar) REFERENCES align.calendar (key) ON UPDATE CASCADE,
    CONSTRAINT sla_since_check CHECK (pg_catalog.isfinite(since_at))
);
COMMENT ON TABLE align.sla IS 'What teams agreed on handing leads over: from which stage to which, who gives, who takes, and within how much working time. With feedback: who refused a lead of those stages gives the reason back.';
COMMENT ON COLUMN align.sla.key IS 'Name of the agreement.';
COMMENT ON COLUMN align.sla.from_stage IS 'The stage with which a lead is handed over: on the path, or an exit such as recycled.';
COMMENT ON COLUMN align.sla.to_stage IS 'The stage with which it is taken up.';
COMMENT ON COLUMN align.sla.giver IS 'The team that gives: the lead, or with feedback the reason.';
COMMENT ON COLUMN align.sla.taker IS 'The team that takes it.';
COMMENT ON COLUMN align.sla.within IS 'Working time that it may take: hours.';
COMMENT ON COLUMN align.sla.calendar IS 'The calendar by which that is counted.';
COMMENT ON COLUMN align.sla.feedback IS 'False: the taker takes the lead up within that time. True: of a lead of these stages that was refused or recycled, the giver tells the taker why within that time.';
COMMENT ON COLUMN align.sla.since_at IS 'Since when it holds: what was given before is left out; NULL for all history.';
COMMENT ON CONSTRAINT sla_pkey ON align.sla IS 'one row per agreement';
COMMENT ON CONSTRAINT sla_key_check ON align.sla IS '1 to 200 characters';
COMMENT ON CONSTRAINT sla_giver_fkey ON align.sla IS 'the team is known';
COMMENT ON CONSTRAINT sla_taker_fkey ON align.sla IS 'the team is known';
COMMENT ON CONSTRAINT sla_calendar_fkey ON align.sla IS 'the calendar is known';
COMMENT ON CONSTRAINT sla_since_check ON align.sla IS 'instants are finite';

CREATE FUNCTION align.check_sla() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.within <= interval '0' OR extract(day FROM NEW.within) <> 0 OR extract(month FROM NEW.within) <> 0 OR extract(year FROM NEW.within) <> 0 THEN
        RAISE EXCEPTION 'invalid time of sla "%": %', NEW.key, NEW.within
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'A handoff is due after some hours of working time; how many of them a day has is the calendar''s to say.',
                HINT = 'Write ''16 hours'' for two days of eight.';
    END IF;
    IF NEW.giver = NEW.taker THEN
        RAISE EXCEPTION 'sla "%" hands from team "%" to itself', NEW.key, NEW.giver
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'A handoff is between two teams.',
                HINT = 'Name the team that takes it as taker.';
    END IF;
    IF align.is_exit(NEW.to_stage) OR NEW.from_stage OPERATOR(align.=) NEW.to_stage
        OR (NEW.from_stage OPERATOR(align.>) NEW.to_stage AND NOT align.is_exit(NEW.from_stage)) THEN
        RAISE EXCEPTION 'invalid stages of sla "%": from % to %', NEW.key, NEW.from_stage, NEW.to_stage
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'A lead is taken up with a stage of the path that comes after the one with which it was given.',
                HINT = 'vocabulary() lists the stages in order.';
    END IF;
    PERFORM align.known_team(NEW.giver), align.known_team(NEW.taker), align.calendar_of(NEW.calendar);
    RETURN NEW;
END $$;
COMMENT ON FUNCTION align.check_sla() IS 'Trigger: an agreement has some hours, two teams that are known, two stages in order, and a calendar.';
CREATE TRIGGER sla_check BEFORE INSERT OR UPDATE ON align.sla
    FOR EACH ROW EXECUTE FUNCTION align.check_sla();
COMMENT ON TRIGGER sla_check ON align.sla IS 'what cannot be held is refused';

CREATE TABLE align.handoff_announced (
    sla text NOT NULL,
    lead bigint NOT NULL,
    given_at timestamptz NOT NULL,
    kind text NOT NULL,
    announced_at timestamptz DEFAULT pg_catalog.now() NOT NULL,
    CONSTRAINT handoff_announced_pkey PRIMARY KEY (sla, lead, given_at, kind),
    CONSTRAINT handoff_announced_sla_fkey FOREIGN KEY (sla) REFERENCES align.sla (key) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT handoff_announced_lead_fkey FOREIGN KEY (lead) REFERENCES align.lead (id) ON DELETE CASCADE,
    CONSTRAINT handoff_announced_kind_check CHECK (kind IN ('approaching', 'breached'))
);
COMMENT ON TABLE align.handoff_announced IS 'What announce_breaches has announced, so that it is announced once.';
COMMENT ON COLUMN align.handoff_announced.sla IS 'The agreement.';
COMMENT ON COLUMN align.handoff_announced.lead IS 'The lead.';
COMMENT ON COLUMN align.handoff_announced.given_at IS 'When it was given.';
COMMENT ON COLUMN align.handoff_announced.kind IS 'approaching: nearly due; breached: past due.';
COMMENT ON COLUMN align.handoff_announced.announced_at IS 'When it was announced.';
COMMENT ON CONSTRAINT handoff_announced_pkey ON align.handoff_announced IS 'announced once';
COMMENT ON CONSTRAINT handoff_announced_sla_fkey ON align.handoff_announced IS 'the agreement is known';
COMMENT ON CONSTRAINT handoff_announced_lead_fkey ON align.handoff_announced IS 'the lead is known';
COMMENT ON CONSTRAINT handoff_announced_kind_check ON align.handoff_announced IS 'approaching or breached';
CREATE INDEX handoff_announced_lead_idx ON align.handoff_announced (lead);
COMMENT ON INDEX align.handoff_announced_lead_idx IS 'finds what was announced of a lead';

SELECT pg_catalog.pg_extension_config_dump('align.sla', '');
SELECT pg_catalog.pg_extension_config_dump('align.handoff_announced', '');

-- every handoff

CREATE FUNCTION align.handoffs(journey align.journey, from_stage align.stage, to_stage align.stage, at timestamptz,
    OUT given_at timestamptz, OUT outcome text, OUT settled_at timestamptz, OUT settled_stage align.stage) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'align_handoff_handoffs' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 1 COST 100;
COMMENT ON FUNCTION align.handoffs(align.journey, align.stage, align.stage, timestamptz) IS 'A row per handoff of a lead from one stage to a later one, by its events until an instant: it begins with every entry into from_stage, and is accepted with to_stage, leaked with a stage beyond it (it went on without), recycled with recycled, with from_stage again or a stage before it, refused with another exit, and else waiting. settled_at and settled_stage: that event.';

-- The instant at which a handoff is judged is an argument of all below. Reasons
-- are looked up where they decide (feedback), else only for who asks for them.
CREATE FUNCTION align.handoff_rows(at timestamptz, with_reason boolean)
    RETURNS TABLE (sla text, giver text, taker text, from_stage align.stage, to_stage align.stage, is_feedback boolean,
        lead_id bigint, lead_key text, source text, segment text, owner text,
        given_at timestamptz, due_at timestamptz, settled_at timestamptz, outcome text, reason text, worked interval, is_breach boolean)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH s AS MATERIALIZED (SELECT a.*, align.calendar_of(a.calendar) AS hours FROM align.sla a)
    SELECT g.key, g.giver, g.taker, g.from_stage, g.to_stage, g.feedback, g.lead_id, g.lead_key, g.source, g.segment, g.owner,
        g.given_at, d.due_at, g.settled_at,
        CASE WHEN g.outcome <> 'waiting' THEN g.outcome WHEN $1 > d.due_at THEN 'breached' ELSE 'waiting' END,
        g.reason, align.worktime(g.hours, g.given_at, COALESCE(g.settled_at, $1)), COALESCE(g.settled_at, $1) > d.due_at
    FROM (
        SELECT s.*, j.lead_id, j.lead_key, j.source, j.segment, j.owner,
            CASE WHEN s.feedback THEN h.settled_at ELSE h.given_at END AS given_at,
            CASE WHEN s.feedback THEN r.at ELSE h.settled_at END AS settled_at,
            CASE WHEN NOT s.feedback THEN h.outcome WHEN r.at IS NULL THEN 'waiting' ELSE 'accepted' END AS outcome,
            r.reason
        FROM align.lead_journey j CROSS JOIN s
        CROSS JOIN LATERAL align.handoffs(j.journey, s.from_stage, s.to_stage, $1) h
        LEFT JOIN LATERAL (
            SELECT w.at, w.reason
            FROM (SELECT e.at, e.reason FROM align.stage_event e
                  WHERE e.lead = j.lead_id AND e.at BETWEEN h.settled_at AND $1 AND e.stage OPERATOR(align.=) h.settled_stage AND e.reason <> ''
                  UNION ALL
                  SELECT GREATEST(v.at, h.settled_at), v.reason FROM align.verdict v
                  WHERE v.lead = j.lead_id AND v.at BETWEEN h.given_at AND $1 AND NOT v.qualified AND v.reason <> ''
                    AND v.team = CASE WHEN s.feedback THEN s.giver ELSE s.taker END) w
            WHERE (s.feedback OR $2) AND h.outcome IN ('refused', 'recycled')
            ORDER BY w.at LIMIT 1) r ON true
        WHERE align.entered(j.journey, s.from_stage) <= $1
            AND (NOT s.feedback OR h.outcome IN ('refused', 'recycled'))) g
    CROSS JOIN LATERAL (SELECT align.due_at(g.hours, g.given_at, g.within) AS due_at) d
    WHERE g.since_at IS NULL OR g.given_at >= g.since_at;
END;
COMMENT ON FUNCTION align.handoff_rows(timestamptz, boolean) IS 'Serves handoff, handoff_summary and the announcements.';

CREATE FUNCTION align.handoff(at timestamptz DEFAULT pg_catalog.now())
    RETURNS TABLE (sla text, giver text, taker text, from_stage text, to_stage text, is_feedback boolean,
        lead_key text, source text, segment text, owner text, given_at timestamptz, due_at timestamptz, settled_at timestamptz,
        outcome text, reason text, worked_hours numeric, is_breach boolean, breached_by text)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT h.sla, h.giver, h.taker, h.from_stage::text, h.to_stage::text, h.is_feedback, h.lead_key, h.source, h.segment, h.owner,
        h.given_at, h.due_at, h.settled_at, h.outcome, h.reason, pg_catalog.round(EXTRACT(epoch FROM h.worked) / 3600, 3), h.is_breach,
        CASE WHEN h.is_breach THEN CASE WHEN h.is_feedback THEN h.giver ELSE h.taker END END
    FROM align.handoff_rows($1, true) h;
END;
COMMENT ON FUNCTION align.handoff(timestamptz) IS 'Every handoff of every agreement in table sla by the events until an instant. outcome: accepted, refused, recycled, leaked (it went on without), waiting, or breached (waiting past due); of feedback: accepted (the reason was given), waiting, breached. worked_hours: working time from given_at until it was settled, else until the instant. is_breach: it was settled after due_at, or that is over and it is not; breached_by: the team that should have acted. reason: why it was refused or recycled, from the event or the team''s verdict.';

CREATE VIEW align.handoff_now WITH (security_invoker = true) AS
    SELECT h.sla, h.giver, h.taker, h.from_stage, h.to_stage, h.is_feedback, h.lead_key, h.source, h.segment, h.owner,
        h.given_at, h.due_at, h.settled_at, h.outcome, h.reason, h.worked_hours, h.is_breach, h.breached_by
    FROM align.handoff(pg_catalog.now()) h;
COMMENT ON VIEW align.handoff_now IS 'Every handoff as it is now.';
COMMENT ON COLUMN align.handoff_now.sla IS 'The agreement.';
COMMENT ON COLUMN align.handoff_now.giver IS 'The team that gives.';
COMMENT ON COLUMN align.handoff_now.taker IS 'The team that takes.';
COMMENT ON COLUMN align.handoff_now.from_stage IS 'The stage with which leads are given.';
COMMENT ON COLUMN align.handoff_now.to_stage IS 'The stage with which they are taken up.';
COMMENT ON COLUMN align.handoff_now.is_feedback IS 'Whether it is about the reason of a refusal rather than the lead.';
COMMENT ON COLUMN align.handoff_now.lead_key IS 'The lead''s key in the CRM.';
COMMENT ON COLUMN align.handoff_now.source IS 'Where it came from.';
COMMENT ON COLUMN align.handoff_now.segment IS 'Market segment.';
COMMENT ON COLUMN align.handoff_now.owner IS 'Who takes care of it.';
COMMENT ON COLUMN align.handoff_now.given_at IS 'When it was given; of feedback, when the lead was refused.';
COMMENT ON COLUMN align.handoff_now.due_at IS 'When the agreed working time is over.';
COMMENT ON COLUMN align.handoff_now.settled_at IS 'When it was settled; NULL while it waits.';
COMMENT ON COLUMN align.handoff_now.outcome IS 'accepted, refused, recycled, leaked, waiting, or breached: waiting past due.';
COMMENT ON COLUMN align.handoff_now.reason IS 'Why it was refused or recycled, where that is known.';
COMMENT ON COLUMN align.handoff_now.worked_hours IS 'Working time from given_at until it was settled, else until now.';
COMMENT ON COLUMN align.handoff_now.is_breach IS 'Whether it was settled after due_at, or that is over and it is not.';
COMMENT ON COLUMN align.handoff_now.breached_by IS 'The team that should have acted, when it is.';

CREATE FUNCTION align.handoff_summary(period text DEFAULT NULL, at timestamptz DEFAULT pg_catalog.now(), by_segment boolean DEFAULT true, by_owner boolean DEFAULT true)
    RETURNS TABLE (sla text, giver text, taker text, segment text, owner text, handoff_count bigint,
        accepted_count bigint, refused_count bigint, recycled_count bigint, leaked_count bigint, waiting_count bigint, overdue_count bigint,
        accepted_ratio numeric, p50_hours numeric, p90_hours numeric, breach_count bigint, breach_ratio numeric, breached_by text)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT g.sla, g.giver, g.taker, g.segment, g.owner, g.n, g.accepted, g.refused, g.recycled, g.leaked, g.waiting, g.overdue,
        pg_catalog.round(g.accepted::numeric / NULLIF(g.n - g.waiting - g.overdue, 0), 6),
        pg_catalog.round((align.median(g.took) * 24)::numeric, 3), pg_catalog.round((align.quantile(g.took, 0.9) * 24)::numeric, 3),
        g.breaches, pg_catalog.round(g.breaches::numeric / NULLIF(g.n - g.waiting, 0), 6),
        CASE WHEN g.breaches > 0 THEN CASE WHEN g.is_feedback THEN g.giver ELSE g.taker END END
    FROM (
        SELECT h.sla, h.giver, h.taker, h.is_feedback, CASE WHEN $3 THEN h.segment END AS segment, CASE WHEN $4 THEN h.owner END AS owner,
            pg_catalog.count(*) AS n,
            pg_catalog.count(*) FILTER (WHERE h.outcome = 'accepted') AS accepted,
            pg_catalog.count(*) FILTER (WHERE h.outcome = 'refused') AS refused,
            pg_catalog.count(*) FILTER (WHERE h.outcome = 'recycled') AS recycled,
            pg_catalog.count(*) FILTER (WHERE h.outcome = 'leaked') AS leaked,
            pg_catalog.count(*) FILTER (WHERE h.outcome = 'waiting') AS waiting,
            pg_catalog.count(*) FILTER (WHERE h.outcome = 'breached') AS overdue,
            pg_catalog.count(*) FILTER (WHERE h.is_breach) AS breaches,
            align.time_to(h.worked, h.outcome IN ('accepted', 'refused', 'recycled')) AS took
        FROM align.handoff_rows($2, false) h
        WHERE $1 IS NULL OR (h.given_at AT TIME ZONE 'UTC')::date OPERATOR(align.<@) $1::align.period
        GROUP BY 1, 2, 3, 4, 5, 6) g
    ORDER BY 1, 4, 5;
END;
COMMENT ON FUNCTION align.handoff_summary(text, timestamptz, boolean, boolean) IS 'Handoffs given in a period (by their day in UTC; NULL for all), as known at an instant: a row per agreement, segment and owner; by_segment and by_owner as false leave those apart. accepted_ratio: of those that are settled. p50_hours and p90_hours: working time until the lead was accepted, refused or recycled, by Kaplan and Meier: those that wait, and those that leaked, are counted for as long as they waited, never as fast. breach_count: settled late, or waiting past due (overdue_count); breach_ratio: of all but those that wait in time. breached_by: the team whose breaches they are.';

-- announcements

CREATE FUNCTION align.handoff_message(kind text, sla text, giver text, taker text, from_stage align.stage, to_stage align.stage, is_feedback boolean,
    lead_key text, owner text, given_at timestamptz, due_at timestamptz) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN pg_catalog.jsonb_build_object('kind', $1, 'sla', $2, 'giver', $3, 'taker', $4, 'from', $5::text, 'to', $6::text, 'feedback', $7,
        'lead', $8, 'owner', pg_catalog.left($9, 200), 'given_at', $10, 'due_at', $11)::text;
COMMENT ON FUNCTION align.handoff_message(text, text, text, text, align.stage, align.stage, boolean, text, text, timestamptz, timestamptz) IS 'The payload by which one handoff is announced.';

-- Past this many at once, one message per agreement says how many.
CREATE FUNCTION align.handoff_message_limit() RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN 100;
COMMENT ON FUNCTION align.handoff_message_limit() IS 'How many handoffs at once are announced one by one; of more, one message per agreement says how many.';

CREATE FUNCTION align.announce_handoffs() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    matching bigint;
BEGIN
    SELECT count(*) INTO matching FROM (
        SELECT FROM new_event e JOIN align.sla s ON s.from_stage OPERATOR(align.=) e.stage OR s.feedback AND (align.is_exit(e.stage)
            -- went back
            OR e.stage OPERATOR(align.<) s.from_stage AND EXISTS (SELECT FROM align.stage_event p WHERE p.lead = e.lead AND p.stage OPERATOR(align.=) s.from_stage AND p.at <= e.at))
        LIMIT align.handoff_message_limit() + 1) m;
    IF matching > align.handoff_message_limit() THEN
        PERFORM pg_notify('align_handoff', jsonb_build_object('kind', 'given', 'sla', s.key, 'count', count(*))::text)
        FROM new_event e JOIN align.sla s ON s.from_stage OPERATOR(align.=) e.stage
        WHERE NOT s.feedback AND (s.since_at IS NULL OR e.at >= s.since_at)
        GROUP BY s.key;
    ELSIF matching > 0 THEN
        -- the handoffs that these events began, and that nothing known has settled
        PERFORM pg_notify('align_handoff', align.handoff_message('given', h.sla, h.giver, h.taker, h.from_stage, h.to_stage, h.is_feedback, h.lead_key, h.owner, h.given_at, h.due_at))
        FROM (SELECT DISTINCT e.lead FROM new_event e) e
        CROSS JOIN LATERAL (SELECT max(l.at) AS at FROM align.stage_event l WHERE l.lead = e.lead) last
        CROSS JOIN LATERAL (SELECT r.* FROM align.handoff_rows(last.at, false) r WHERE r.lead_id = e.lead OFFSET 0) h
        WHERE h.settled_at IS NULL AND EXISTS (SELECT FROM new_event n WHERE n.lead = h.lead_id AND n.at = h.given_at);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION align.announce_handoffs() IS 'Trigger: announces the handoffs that new events begin by NOTIFY align_handoff with a JSON payload (kind given, sla, giver, taker, from, to, feedback, lead, owner, given_at, due_at). A load of more than 100 is announced by a message per agreement (kind given, sla, count), those on feedback left out.';
REVOKE EXECUTE ON FUNCTION align.announce_handoffs() FROM PUBLIC;
CREATE TRIGGER stage_event_announce_handoffs AFTER INSERT ON align.stage_event REFERENCING NEW TABLE AS new_event
    FOR EACH STATEMENT EXECUTE FUNCTION align.announce_handoffs();
COMMENT ON TRIGGER stage_event_announce_handoffs ON align.stage_event IS 'new handoffs are announced';

CREATE FUNCTION align.announce_breaches(at timestamptz DEFAULT pg_catalog.now(), ahead interval DEFAULT '2 hours',
    OUT breached_count bigint, OUT approaching_count bigint) RETURNS record
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF $2 IS NULL OR $2 < interval '0' OR $2 >= interval '1 month' THEN
        RAISE EXCEPTION 'invalid time ahead: %', COALESCE($2::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'What is due within this much working time is announced as approaching.',
                HINT = 'Write ''2 hours'', or ''0'' for breaches alone.';
    END IF;
    WITH due AS MATERIALIZED (
        SELECT h.*, CASE h.outcome WHEN 'breached' THEN 'breached' ELSE 'approaching' END AS kind
        FROM align.handoff_rows($1, false) h JOIN align.sla s ON s.key = h.sla
        WHERE h.outcome = 'breached' OR h.outcome = 'waiting' AND s.within - h.worked <= $2),
    fresh AS (
        INSERT INTO align.handoff_announced (sla, lead, given_at, kind)
        SELECT d.sla, d.lead_id, d.given_at, d.kind FROM due d ORDER BY 1, 2, 3
        ON CONFLICT DO NOTHING
        RETURNING *),
    message AS (
        SELECT d.kind, d.sla, align.handoff_message(d.kind, d.sla, d.giver, d.taker, d.from_stage, d.to_stage, d.is_feedback, d.lead_key, d.owner, d.given_at, d.due_at) AS payload,
            count(*) OVER () AS n
        FROM fresh f JOIN due d ON (d.sla, d.lead_id, d.given_at, d.kind) = (f.sla, f.lead, f.given_at, f.kind)),
    sent AS (
        SELECT m.kind, 1 AS n, pg_notify('align_handoff', m.payload) FROM message m WHERE m.n <= align.handoff_message_limit()
        UNION ALL
        SELECT m.kind, count(*), pg_notify('align_handoff', jsonb_build_object('kind', m.kind, 'sla', m.sla, 'count', count(*))::text)
        FROM message m WHERE m.n > align.handoff_message_limit() GROUP BY m.kind, m.sla)
    SELECT COALESCE(sum(t.n) FILTER (WHERE t.kind = 'breached'), 0), COALESCE(sum(t.n) FILTER (WHERE t.kind = 'approaching'), 0)
    INTO breached_count, approaching_count FROM (SELECT s.kind, s.n, s.pg_notify FROM sent s OFFSET 0) t;
END $$;
COMMENT ON FUNCTION align.announce_breaches(timestamptz, interval) IS 'For a scheduler: announces handoffs that are past due (kind breached), or due within so much working time (kind approaching), by NOTIFY align_handoff, each once; more than 100 at once by a message per agreement that says how many. Result: how many of each are new. Error for a time ahead below zero, or of a month and more.';
REVOKE EXECUTE ON FUNCTION align.announce_breaches(timestamptz, interval) FROM PUBLIC;
