-- now: the one answer to "what should marketing be doing right now?"

-- The order of the list, as data: what is first here is first there.
CREATE FUNCTION align.now_kinds() RETURNS TABLE (kind_order integer, kind text, meaning text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 11
BEGIN ATOMIC
    VALUES (1, 'handoff breached', 'Leads, or reasons, that the team owes another and that are past due by their agreement.'),
        (2, 'handoff nearly breached', 'Those that are due within three days.'),
        (3, 'measure off track', 'A measure of the team that was off track when it last had a value, and nothing is done about it.'),
        (4, 'rock behind pace', 'A funded rock of the team whose progress is more than 0.1 below the share of its time that is over, or that is past due.'),
        (5, 'activity due', 'A funded activity of the team that is due within 14 days, or past due.'),
        (6, 'message to repeat', 'A message of the team that some team was not told for message_repeat_days.'),
        (7, 'review due', 'A kind of review whose last due day passed, or is today, without one.'),
        (8, 'request to do', 'What another team asked for and the team accepted.'),
        (9, 'request to answer', 'What another team asked for, neither accepted nor refused yet.'),
        (10, 'signature owed', 'A plan, a definition or an understanding that waits for the team.'),
        (11, 'answer owed', 'A question or a challenge to the plan that is the team''s to answer.');
END;
COMMENT ON FUNCTION align.now_kinds() IS 'The kinds of rows of now_for in their order, and what each is.';

CREATE TYPE align.now_row AS (kind text, key text, what text, why_now text, due_at timestamptz, due_date date, owner text, item bigint, value numeric, lead_count bigint, look_at text);
COMMENT ON TYPE align.now_row IS 'What every function of one kind gives to now_for: its kind; a key, unique in the kind; what is to be done; why now; due by; whose it is; the number of the plan item it serves; its worth; leads it is about; the query that shows its rows.';

CREATE FUNCTION align.now_mission() RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT i.id FROM align.plan_item i WHERE i.level = 'mission' AND i.status = 'active' ORDER BY i.key COLLATE "C" LIMIT 1);
COMMENT ON FUNCTION align.now_mission() IS 'The number of the active mission, of several the first by key; NULL without one. What belongs to no single item (reviews, messages, signatures) serves it as a whole.';

CREATE FUNCTION align.day_text(date date, day date) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN $1 = $2 THEN 'today, ' || align.date_text($1)
        ELSE pg_catalog.format('%s, %s', align.date_text($1),
            CASE $1 - $2 WHEN 1 THEN 'tomorrow' WHEN -1 THEN 'yesterday' ELSE CASE WHEN $1 > $2 THEN pg_catalog.format('in %s days', $1 - $2) ELSE pg_catalog.format('%s days ago', $2 - $1) END END) END;
COMMENT ON FUNCTION align.day_text(date, date) IS 'A date as seen from a day, in words, as in: 1 Mar 2026, in 9 days.';

-- handoffs

-- Journeys are built of those leads alone that may have an open handoff.
CREATE FUNCTION align.now_handoffs(team text, at timestamptz) RETURNS SETOF align.now_row
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
    -- what was given before first_at was due more than 90 days ago, also with two weeks of holidays
    WITH owed AS MATERIALIZED (
        SELECT s.*, c.hours, w.from_at, w.from_at - (align.due_at(c.hours, w.from_at, s.within) - w.from_at) - '336 hours'::interval AS first_at
        FROM align.sla s CROSS JOIN (SELECT $2 - '2160 hours'::interval AS from_at) w CROSS JOIN LATERAL (SELECT align.calendar_of(s.calendar) AS hours OFFSET 0) c
        WHERE CASE WHEN s.feedback THEN s.giver ELSE s.taker END = $1),
    -- what may begin a handoff, or be its refusal without a reason
    recent AS MATERIALIZED (
        SELECT e.lead, e.at, e.stage, e.reason FROM align.stage_event e
        WHERE (e.stage OPERATOR(align.=) ANY (ARRAY(SELECT o.from_stage FROM owed o WHERE NOT o.feedback))
               OR (SELECT pg_catalog.bool_or(o.feedback) FROM owed o) AND COALESCE(e.reason, '') = '')
          AND e.at BETWEEN (SELECT pg_catalog.min(o.first_at) FROM owed o) AND $2),
    -- of other leads a later event is the end
    given AS (
        SELECT DISTINCT o.key, e.lead FROM owed o JOIN recent e ON e.at >= o.first_at AND e.stage OPERATOR(align.=) o.from_stage
        WHERE NOT o.feedback
          AND NOT EXISTS (SELECT FROM align.stage_event n WHERE n.lead = e.lead AND n.at > e.at AND n.at <= $2 AND n.stage OPERATOR(align.>=) o.to_stage)),
    -- others had no beginning, or gave the reason with the end
    refused AS (
        SELECT e.lead FROM owed o JOIN recent e ON e.at >= o.first_at AND (align.is_exit(e.stage) OR e.stage OPERATOR(align.<=) o.from_stage)
        WHERE o.feedback AND COALESCE(e.reason, '') = ''
          AND EXISTS (SELECT FROM align.stage_event g WHERE g.lead = e.lead AND g.at <= e.at AND g.stage OPERATOR(align.=) o.from_stage
                          AND (g.at < e.at OR g.stage OPERATOR(align.<) e.stage))),
    open AS (
        SELECT g.key, align.due_at(o.hours, h.given_at, o.within) AS due_at
        FROM given g JOIN owed o ON o.key = g.key
        CROSS JOIN LATERAL (SELECT align.journey(e.stage, e.at) AS journey FROM align.stage_event e WHERE e.lead = g.lead) j
        CROSS JOIN LATERAL align.handoffs(j.journey, o.from_stage, o.to_stage, $2) h
        WHERE h.outcome = 'waiting' AND (o.since_at IS NULL OR h.given_at >= o.since_at)
        UNION ALL
        SELECT h.sla, h.due_at FROM align.handoff_rows($2, false) h
        WHERE h.is_feedback AND h.settled_at IS NULL AND h.sla = ANY (ARRAY(SELECT o.key FROM owed o)) AND h.lead_id = ANY (ARRAY(SELECT r.lead FROM refused r)))
    SELECT 'handoff ' || o.state, o.key,
        pg_catalog.format(CASE WHEN o.feedback THEN 'Tell %2$s why %1$s of its leads %6$s turned down, %3$s to %4$s (%5$s)' ELSE 'Take up %1$s %6$s that %2$s handed over, %3$s to %4$s (%5$s)' END,
            o.n, CASE WHEN o.feedback THEN o.taker ELSE o.giver END, o.from_stage, o.to_stage, o.key,
            CASE WHEN o.feedback THEN CASE o.n WHEN 1 THEN 'was' ELSE 'were' END ELSE CASE o.n WHEN 1 THEN 'lead' ELSE 'leads' END END),
        pg_catalog.format('Agreed: within %s working hours. The %s.', pg_catalog.trim_scale(pg_catalog.round(EXTRACT(epoch FROM o.within) / 3600, 1)),
            CASE o.state WHEN 'breached' THEN 'oldest of the last 90 days was due ' ELSE 'first is due ' END || align.day_text((o.due_at AT TIME ZONE 'UTC')::date, ($2 AT TIME ZONE 'UTC')::date)),
        o.due_at, (o.due_at AT TIME ZONE 'UTC')::date, $1,
        -- what a measure that counts these stages hangs on
        COALESCE((SELECT m.item FROM align.metric m
                  WHERE m.item IS NOT NULL AND m.retired_at IS NULL AND ARRAY[m.source ->> 'stage', m.source ->> 'from', m.source ->> 'to'] && ARRAY[o.from_stage::text, o.to_stage::text]
                  ORDER BY m.key COLLATE "C" LIMIT 1), align.now_mission()),
        NULL::numeric, o.n,
        pg_catalog.format('SELECT * FROM align.handoff(%L) WHERE sla = %L AND outcome = %L AND due_at BETWEEN %L AND %L ORDER BY due_at',
            align.instant_text($2), o.key, CASE o.state WHEN 'breached' THEN o.state ELSE 'waiting' END, align.instant_text(o.from_at), align.instant_text($2 + '72 hours'::interval))
    FROM (SELECT o.key, o.giver, o.taker, o.from_stage, o.to_stage, o.feedback, o.within, o.from_at, CASE WHEN $2 > h.due_at THEN 'breached' ELSE 'nearly breached' END AS state,
              pg_catalog.count(*) AS n, pg_catalog.min(h.due_at) AS due_at
          FROM open h JOIN owed o ON o.key = h.key AND h.due_at BETWEEN o.from_at AND $2 + '72 hours'::interval
          GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9) o;
END;
COMMENT ON FUNCTION align.now_handoffs(text, timestamptz) IS 'Handoffs that a team owes at an instant, a row per agreement and state: leads that it is to take up, and, of agreements on feedback, reasons that it is to give. Breached: past due; nearly breached: due within three days. Only those that fell due in the last 90 days, or will: what is older is for handoff(at). They serve the item of the first measure that counts one of their stages, else the mission.';

-- measures

CREATE FUNCTION align.now_measures(team text, at timestamptz) RETURNS SETOF align.now_row
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
    SELECT 'measure off track', c.metric_key, pg_catalog.format('Say what is done about: %s', c.title),
        pg_catalog.concat_ws(' ', pg_catalog.format(CASE WHEN c.last_value IS NULL THEN 'Off track when last measured,' ELSE 'Off track' END || ' for %s %s%s, since %s. The goal is %s; nothing is done about it.',
                c.off_track_count, m.grain, CASE c.off_track_count WHEN 1 THEN '' ELSE 's' END, c.off_track_since, align.in_words(c.goal::align.target, m.unit)),
            CASE WHEN c.last_value IS NULL THEN pg_catalog.format('It has no value for %s.', c.last_period) ELSE pg_catalog.format('In %s it was %s.', c.last_period, pg_catalog.trim_scale(pg_catalog.round(c.last_value, 2))) END),
        NULL::timestamptz, align.upper(c.off_track_since::align.period), COALESCE(c.owner, c.team), m.item, NULL::numeric, NULL::bigint,
        pg_catalog.format('SELECT * FROM align.scorecard_long WHERE metric_key = %L ORDER BY period_start_date', c.metric_key)
    FROM align.countermeasure_missing($2) c JOIN align.metric m ON m.key = c.metric_key
    WHERE c.team = $1;
END;
COMMENT ON FUNCTION align.now_measures(text, timestamptz) IS 'The measures of a team that countermeasure_missing names at an instant. Due since the day after the first period off track.';

-- rocks and activities

CREATE FUNCTION align.is_decided(item bigint) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (
        WITH RECURSIVE chain AS (
            SELECT i.parent, i.status = 'active' AS is_decided FROM align.plan_item i WHERE i.id = $1
            UNION ALL
            SELECT p.parent, p.status NOT IN ('proposed', 'dropped') FROM chain c JOIN align.plan_item p ON p.id = c.parent)
        SELECT bool_and(c.is_decided) FROM chain c);
END $$;
COMMENT ON FUNCTION align.is_decided(bigint) IS 'Whether an item of the plan, by its number, is to be done: it is active, and nothing above it is proposed or dropped. Who defers an item, as prioritize advises, sets it to proposed.';

CREATE FUNCTION align.funded_amount(item bigint, day date) RETURNS numeric
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN CASE WHEN EXISTS (SELECT FROM align.budget_line l WHERE l.item = $1)
        THEN (SELECT COALESCE(sum(l.amount), 0) FROM align.budget_line l WHERE l.item = $1 AND align.lower(l.period) <= $2)
        ELSE (SELECT NULLIF(i.budget, 0) FROM align.plan_item i WHERE i.id = $1) END;
END $$;
COMMENT ON FUNCTION align.funded_amount(bigint, date) IS 'The money that an item of the plan, by its number, has been given by a day: its budget lines of periods that have begun, 0 when there are only later ones or they were cut to 0; without lines its own budget; NULL when it has neither and so needs none. What is below it is not counted.';

CREATE FUNCTION align.now_items(team text, level text, day date)
    RETURNS TABLE (id bigint, key text, title text, owner text, start_date date, due_date date, progress numeric, value numeric, money text, waits text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
    SELECT i.id, i.key, i.title, i.owner, align.lower(i.period), t.due_date, i.progress, i.value,
        CASE WHEN f.amount > 0 THEN pg_catalog.format('%s of %s is spent.', COALESCE((
            SELECT align.number_text(pg_catalog.sum(s.amount)) FROM align.spend s WHERE s.item = i.id AND s.at <= $3), 'Nothing'), align.number_text(f.amount)) END,
        'It waits for: ' || (SELECT pg_catalog.string_agg(n.title, '; ' ORDER BY n.key COLLATE "C") FROM align.plan_dependency d JOIN align.plan_item n ON n.id = d.needs
                             WHERE d.item = i.id AND n.status IN ('proposed', 'active')) || '.'
    FROM align.plan_item i
    CROSS JOIN LATERAL (SELECT COALESCE(i.due, align.upper(i.period) - 1) AS due_date) t
    CROSS JOIN LATERAL (SELECT align.funded_amount(i.id, $3) AS amount OFFSET 0) f
    WHERE i.team = $1 AND i.level = $2 AND i.status = 'active' AND t.due_date IS NOT NULL AND COALESCE(f.amount > 0, true) AND align.is_decided(i.id);
END;
COMMENT ON FUNCTION align.now_items(text, text, date) IS 'The items of a team on a level of the plan that are decided (is_decided) and funded on a day and have a due day, which may be the end of their period. Funded: what it has been given, as funded_amount says, is more than 0, or it needs no money. money and waits: in words, what was spent by then of what it has been given, and what it needs that is not done.';

CREATE FUNCTION align.now_rocks(team text, at timestamptz) RETURNS SETOF align.now_row
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
    SELECT 'rock behind pace', r.key, r.title,
        pg_catalog.concat_ws(' ', pg_catalog.format('%s %% is done, and %s %% of its time is over; due %s.', pg_catalog.round(100 * r.done), pg_catalog.round(100 * r.elapsed), align.day_text(r.due_date, r.day)), r.waits, r.money),
        NULL::timestamptz, r.due_date, COALESCE(r.owner, $1), r.id, r.value, NULL::bigint,
        pg_catalog.format('SELECT * FROM align.subtree(%L)', r.key)
    FROM (
        SELECT i.*, align.rollup_progress(i.key) AS done,
            LEAST(1, (t.day - i.start_date)::numeric / GREATEST(i.due_date + 1 - i.start_date, 1)) AS elapsed, t.day
        FROM (SELECT ($2 AT TIME ZONE 'UTC')::date AS day) t CROSS JOIN LATERAL align.now_items($1, 'rock', t.day) i WHERE i.start_date <= t.day) r
    WHERE r.elapsed - r.done > 0.1 OR r.due_date < r.day AND r.done < 1;
END;
COMMENT ON FUNCTION align.now_rocks(text, timestamptz) IS 'The rocks of now_items of a team that have begun and are behind pace on the day of an instant (UTC), or past due. Behind pace: rollup_progress is more than 0.1 below the share of days that are over when the day begins, from the first day of its period to its due day, or to the end of its period.';

CREATE FUNCTION align.now_activities(team text, at timestamptz) RETURNS SETOF align.now_row
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
    SELECT 'activity due', i.key, i.title,
        pg_catalog.concat_ws(' ', pg_catalog.format('%s %% is done; due %s.', pg_catalog.round(100 * i.progress), align.day_text(i.due_date, t.day)), i.waits, i.money),
        NULL::timestamptz, i.due_date, COALESCE(i.owner, $1), i.id, i.value, NULL::bigint, pg_catalog.format('SELECT * FROM align.trace(%L)', i.key)
    FROM (SELECT ($2 AT TIME ZONE 'UTC')::date AS day) t CROSS JOIN LATERAL align.now_items($1, 'activity', t.day) i
    WHERE i.due_date <= t.day + 14 AND i.progress < 1;
END;
COMMENT ON FUNCTION align.now_activities(text, timestamptz) IS 'The activities of now_items of a team that are due within 14 days of an instant (UTC), or past due: by their due day, or the end of their period.';

-- messages and reviews

CREATE FUNCTION align.now_messages(team text, at timestamptz) RETURNS SETOF align.now_row
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
    SELECT 'message to repeat', m.message_key, pg_catalog.format('Tell %s: %s', m.teams, pg_catalog.left(m.body, 300)),
        pg_catalog.format('%s It is to be told every %s days.', m.words, m.repeat_days),
        NULL::timestamptz, (m.last_at AT TIME ZONE 'UTC')::date + m.repeat_days, $1, align.now_mission(), NULL::numeric, NULL::bigint,
        pg_catalog.format('SELECT * FROM align.message_reach(%L) WHERE message_key = %L AND is_due', align.instant_text($2), m.message_key)
    FROM (
        SELECT s.message_key, s.body, pg_catalog.min(COALESCE(r.last_broadcast_at, s.set_at)) AS last_at,
            pg_catalog.ceil(align.message_repeat_days())::integer AS repeat_days,
            pg_catalog.string_agg(r.team, ', ' ORDER BY r.last_broadcast_at NULLS FIRST, r.team COLLATE "C") AS teams,
            pg_catalog.concat_ws(' ', 'Not told to ' || pg_catalog.string_agg(r.team, ', ' ORDER BY r.team COLLATE "C") FILTER (WHERE r.last_broadcast_at IS NULL) || ' since it was set.',
                'Last told to ' || pg_catalog.string_agg(pg_catalog.format('%s %s days ago', r.team, pg_catalog.floor(r.last_broadcast_days)), ', ' ORDER BY r.last_broadcast_at, r.team COLLATE "C")
                    FILTER (WHERE r.last_broadcast_at IS NOT NULL) || '.') AS words
        FROM align.message_spans($2) s JOIN align.message_reach($2) r ON r.message_key = s.message_key
        WHERE s.team = $1 AND s.until_at IS NULL AND r.is_due
        GROUP BY s.message_key, s.body) m;
END;
COMMENT ON FUNCTION align.now_messages(text, timestamptz) IS 'The messages that a team owns and that message_reach calls due at an instant, a row each, with the teams that are to hear it, the one that waits longest first. Due when message_repeat_days have passed since that one last heard it, or since its words were set.';

CREATE FUNCTION align.now_reviews(team text, at timestamptz) RETURNS SETOF align.now_row
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
    SELECT 'review due', d.kind, pg_catalog.format('Hold the %s review', d.kind),
        pg_catalog.concat_ws(' ', pg_catalog.format(CASE d.n WHEN 1 THEN 'Due %2$s.' ELSE '%1$s in a row were not held, the last due %2$s.' END, d.n, align.day_text(d.due_date, d.day)),
            COALESCE('The last that was held is that of ' || align.date_text(d.last_due) || '.', 'None was held yet.')),
        NULL::timestamptz, d.due_date, $1, align.now_mission(), NULL::numeric, NULL::bigint,
        pg_catalog.format('SELECT * FROM align.due_reviews(%L, %L, %L) WHERE kind = %L',
            pg_catalog.to_char(COALESCE(d.last_due, d.first_due), 'YYYY-MM-DD'), pg_catalog.to_char(d.day, 'YYYY-MM-DD'), align.instant_text($2), d.kind)
    FROM (
        SELECT r.kind, t.day, h.last_due, pg_catalog.count(*) AS n, pg_catalog.min(v.due_date) AS first_due, pg_catalog.max(v.due_date) AS due_date
        FROM (SELECT ($2 AT TIME ZONE 'UTC')::date AS day) t
        CROSS JOIN align.review_rule r
        CROSS JOIN LATERAL (SELECT pg_catalog.max(v.due) AS last_due, pg_catalog.min(v.due) AS first_due FROM align.review v WHERE v.kind = r.kind AND v.held_at <= $2) h
        JOIN align.due_reviews(t.day - 366, t.day, $2) v ON v.kind = r.kind AND v.held_at IS NULL
            AND v.due_date >= COALESCE(r.since_date, h.first_due) AND (h.last_due IS NULL OR v.due_date > h.last_due)
        GROUP BY r.kind, t.day, h.last_due) d;
END;
COMMENT ON FUNCTION align.now_reviews(text, timestamptz) IS 'The kinds of review that are due at an instant (UTC), a row each: since the last that was held a due day came, of the last 366 days, and none was held. Due on the last such day. Reviews are every team''s. A kind that was never held nor asked for (review_rule.since_date) is not due.';

-- requests

CREATE FUNCTION align.now_requests(team text, at timestamptz) RETURNS SETOF align.now_row
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
    SELECT CASE WHEN r.is_accepted THEN 'request to do' ELSE 'request to answer' END, r.key,
        CASE WHEN r.is_accepted THEN '' ELSE 'Accept or refuse: ' END || pg_catalog.left(r.what, 300),
        pg_catalog.format('%s asked %s, and bid %s points; %sdue %s.', r.from_team, align.day_text((r.asked_at AT TIME ZONE 'UTC')::date, r.day), r.points,
            CASE WHEN r.is_accepted THEN pg_catalog.format('accepted %s; ', align.day_text((r.answered_at AT TIME ZONE 'UTC')::date, r.day)) END, align.day_text(r.due_date, r.day)),
        NULL::timestamptz, CASE WHEN r.is_accepted THEN r.due_date ELSE (r.asked_at AT TIME ZONE 'UTC')::date END, $1, r.item, r.value, NULL::bigint,
        pg_catalog.format('SELECT * FROM align.request WHERE key = %L', r.key)
    FROM (
        SELECT q.*, ($2 AT TIME ZONE 'UTC')::date AS day, COALESCE(q.needed_by, align.upper(q.period) - 1) AS due_date, COALESCE(q.answered_at <= $2, false) AS is_accepted
        FROM align.request q
        WHERE q.to_team = $1 AND q.asked_at <= $2 AND (q.closed_at IS NULL OR q.closed_at > $2)) r
    WHERE NOT r.is_accepted OR (align.lower(r.period) <= r.day OR r.due_date <= r.day + 14) AND (r.item IS NULL OR align.is_decided(r.item))
        AND (COALESCE(r.budget, 0) = 0 OR align.funded_amount(r.item, r.day) > 0);
END;
COMMENT ON FUNCTION align.now_requests(text, timestamptz) IS 'What other teams have asked of a team at an instant: to do what was accepted and is not closed, once its period has begun or it is needed within 14 days, unless its item is no longer decided (is_decided) or it takes money and its item has none (funded_amount); due when it is needed, else at the end of its period; and to answer what was not, due since it was asked.';

-- signatures and answers

CREATE FUNCTION align.now_signatures(team text, at timestamptz) RETURNS SETOF align.now_row
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
    SELECT 'signature owed', s.key, s.what,
        pg_catalog.format('%s %s; %s.', s.deed, align.day_text(s.day, ($2 AT TIME ZONE 'UTC')::date), COALESCE('signed by ' || s.signed_by, 'nobody has signed')),
        NULL::timestamptz, s.day, $1, align.now_mission(), NULL::numeric, NULL::bigint, s.look_at
    FROM (
        SELECT pg_catalog.format('plan %s', v.version) AS key, 'Published' AS deed, pg_catalog.format('Sign the plan of %s, version %s', v.period, v.version) AS what, (v.published_at AT TIME ZONE 'UTC')::date AS day,
            (SELECT pg_catalog.string_agg(g.team, ', ' ORDER BY g.team COLLATE "C") FROM align.plan_signature g WHERE g.version = v.version AND g.at <= $2) AS signed_by,
            pg_catalog.format('SELECT align.plan_document(%s)', v.version) AS look_at
        FROM align.plan_version v
        WHERE v.published_at <= $2 AND (v.in_force_at IS NULL OR v.in_force_at > $2) AND align.upper(v.period) > ($2 AT TIME ZONE 'UTC')::date
          AND NOT EXISTS (SELECT FROM align.plan_version n WHERE n.period OPERATOR(align.=) v.period AND n.version > v.version AND n.published_at <= $2)
          AND pg_catalog.strpos(', ' || align.unsigned_plan_teams(v.version, $2) || ', ', ', ' || $1 || ', ') > 0
        UNION ALL
        SELECT pg_catalog.format('definition %s %s', d.name, d.version), 'Proposed', pg_catalog.format('Sign the definition of %s, version %s', d.name, d.version), (d.created_at AT TIME ZONE 'UTC')::date,
            (SELECT pg_catalog.string_agg(g.team, ', ' ORDER BY g.team COLLATE "C") FROM align.definition_signature g WHERE g.name = d.name AND g.version = d.version AND g.at <= $2),
            pg_catalog.format('SELECT * FROM align.definition_status WHERE name = %L AND version = %s', d.name, d.version)
        FROM align.definition d
        WHERE d.created_at <= $2 AND (d.in_force_at IS NULL OR d.in_force_at > $2)
          AND NOT EXISTS (SELECT FROM align.definition n WHERE n.name = d.name AND n.version > d.version AND n.created_at <= $2)
          AND NOT EXISTS (SELECT FROM align.definition_signature g WHERE g.name = d.name AND g.version = d.version AND g.team = $1 AND g.at <= $2)
          AND align.required_teams(d.name) ? $1
        UNION ALL
        SELECT pg_catalog.format('understanding %s', u.id), 'Written', pg_catalog.format('Sign, or have put right, what %s understood of your goals of %s', u.by_team, u.period), (u.written_at AT TIME ZONE 'UTC')::date,
            NULL, pg_catalog.format('SELECT * FROM align.understanding_status WHERE id = %s', u.id)
        FROM align.understanding u
        WHERE u.about_team = $1 AND u.written_at <= $2 AND (u.in_force_at IS NULL OR u.in_force_at > $2) AND align.upper(u.period) > ($2 AT TIME ZONE 'UTC')::date
          AND NOT EXISTS (SELECT FROM align.understanding n WHERE n.about_team = u.about_team AND n.by_team = u.by_team AND n.period OPERATOR(align.=) u.period AND n.id > u.id AND n.written_at <= $2)) s;
END;
COMMENT ON FUNCTION align.now_signatures(text, timestamptz) IS 'What waits for a team''s signature at an instant: the last version of the plan of each period that is not over, the last version of each definition, and the last understanding that each other team wrote of it for a period that is not over, where these are not in force. Due since it was published, proposed or written.';

CREATE FUNCTION align.now_answers(team text, at timestamptz) RETURNS SETOF align.now_row
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
    SELECT 'answer owed', c.id::text, pg_catalog.format('Answer the %s of %s: %s', c.kind, c.team, pg_catalog.left(c.body, 300)),
        pg_catalog.format('Asked %s, about: %s.', align.day_text((c.at AT TIME ZONE 'UTC')::date, ($2 AT TIME ZONE 'UTC')::date), COALESCE(i.title, pg_catalog.format('the plan of %s', v.period))),
        NULL::timestamptz, (c.at AT TIME ZONE 'UTC')::date, COALESCE(i.owner, $1), COALESCE(i.id, align.now_mission()), NULL::numeric, NULL::bigint,
        pg_catalog.format('SELECT * FROM align.plan_comment WHERE id = %s', c.id)
    FROM align.plan_comment c JOIN align.plan_version v ON v.version = c.version LEFT JOIN align.plan_item i ON i.key = c.item
    WHERE c.kind IN ('question', 'challenge') AND c.at <= $2 AND (c.answered_at IS NULL OR c.answered_at > $2) AND c.team <> $1
      AND (i.team = $1 OR i.team IS NULL AND align.required_plan_teams() ? $1);
END;
COMMENT ON FUNCTION align.now_answers(text, timestamptz) IS 'Open questions and challenges of other teams at an instant that are a team''s to answer: about an item that it owns; about the whole plan, or an item that nobody owns, those of every team of the setting plan_teams. Due since they were asked.';

-- the list

CREATE FUNCTION align.serves(items bigint[]) RETURNS TABLE (item bigint, titles text[])
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 30 SET jit = off
BEGIN ATOMIC
    WITH RECURSIVE above AS (
        SELECT DISTINCT i.id, i.key, i.title, i.parent, i.level = 'mission' AND i.status = 'active' AS is_end
        FROM pg_catalog.unnest($1) u(id) JOIN align.plan_item i ON i.id = u.id WHERE i.status <> 'dropped'
        UNION
        SELECT i.id, i.key, i.title, i.parent, i.level = 'mission' AND i.status = 'active'
        FROM above a CROSS JOIN LATERAL (SELECT a.parent AS id UNION ALL SELECT s.supports FROM align.plan_support s WHERE s.item = a.id) n
        JOIN align.plan_item i ON i.id = n.id WHERE i.status <> 'dropped' AND NOT a.is_end),
    tie AS MATERIALIZED (
        SELECT a.id, a.parent AS above, 1 AS turn FROM above a WHERE a.parent IS NOT NULL
        UNION ALL SELECT a.id, s.supports, 2 FROM above a JOIN align.plan_support s ON s.item = a.id),
    reaching(id) AS (
        SELECT a.id FROM above a WHERE a.is_end
        UNION SELECT t.id FROM reaching r JOIN tie t ON t.above = r.id),
    -- of several ways up the parent's, else the first by key
    step AS (
        SELECT DISTINCT ON (t.id) t.id, a.id AS above, a.title FROM tie t JOIN reaching r ON r.id = t.above JOIN above a ON a.id = t.above
        ORDER BY t.id, t.turn, a.key COLLATE "C"),
    way AS (
        SELECT a.id AS item, a.id, ARRAY[a.title] AS titles, a.is_end FROM above a JOIN reaching r ON r.id = a.id WHERE a.id = ANY ($1)
        UNION ALL
        SELECT w.item, s.above, w.titles || s.title, a.is_end FROM way w JOIN step s ON s.id = w.id JOIN above a ON a.id = s.above WHERE NOT w.is_end)
    SELECT w.item, w.titles FROM way w WHERE w.is_end;
END;
COMMENT ON FUNCTION align.serves(bigint[]) IS 'The titles of the chain from each of these items up to an active mission, both included: by parents, and where a parent leads to none, by the first by key of what is supported and does. No row for an item that reaches no mission. Nothing dropped is on a chain.';

-- Its plan is kept by the session; planning takes longer than running.
CREATE FUNCTION align.now_list(team text, at timestamptz)
    RETURNS TABLE (rank integer, kind text, what text, why_now text, due_at timestamptz, due_date date, owner text, serves text, look_at text,
        key text, item_key text, worth numeric, lead_count bigint)
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 30 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM align.known_team($1), align.check_instant($2);
    RETURN QUERY
    WITH due AS MATERIALIZED (
        SELECT n.* FROM align.now_handoffs($1, $2) n
        UNION ALL SELECT n.* FROM align.now_measures($1, $2) n
        UNION ALL SELECT n.* FROM align.now_rocks($1, $2) n
        UNION ALL SELECT n.* FROM align.now_activities($1, $2) n
        UNION ALL SELECT n.* FROM align.now_messages($1, $2) n
        UNION ALL SELECT n.* FROM align.now_reviews($1, $2) n
        UNION ALL SELECT n.* FROM align.now_requests($1, $2) n
        UNION ALL SELECT n.* FROM align.now_signatures($1, $2) n
        UNION ALL SELECT n.* FROM align.now_answers($1, $2) n)
    SELECT pg_catalog.row_number() OVER (ORDER BY k.kind_order, COALESCE(d.due_at, d.due_date::timestamp AT TIME ZONE 'UTC'), d.value DESC NULLS LAST, d.key COLLATE "C")::integer,
        d.kind, d.what, d.why_now, d.due_at, d.due_date, d.owner,
        -- what is an item itself is not told twice
        COALESCE(pg_catalog.array_to_string(CASE WHEN d.kind IN ('rock behind pace', 'activity due') THEN s.titles[2:] ELSE s.titles END, ' > '), 'nothing: it reaches no mission'),
        d.look_at, d.key, i.key, d.value, d.lead_count
    FROM due d JOIN align.now_kinds() k ON k.kind = d.kind
    LEFT JOIN align.plan_item i ON i.id = d.item
    LEFT JOIN align.serves(ARRAY(SELECT DISTINCT u.item FROM due u WHERE u.item IS NOT NULL)) s ON s.item = d.item
    ORDER BY 1;
END $$;
COMMENT ON FUNCTION align.now_list(text, timestamptz) IS 'Serves now_for.';

-- Many small queries: they are neither compiled nor planned anew for other arguments.
CREATE FUNCTION align.now_for(team text DEFAULT 'marketing', at timestamptz DEFAULT pg_catalog.now())
    RETURNS TABLE (rank integer, kind text, what text, why_now text, due_at timestamptz, due_date date, owner text, serves text, look_at text,
        key text, item_key text, worth numeric, lead_count bigint)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 30 SET jit = off SET plan_cache_mode = force_generic_plan
BEGIN ATOMIC
    SELECT l.* FROM align.now_list($1, $2) l ORDER BY l.rank;
END;
COMMENT ON FUNCTION align.now_for(text, timestamptz) IS 'What a team should be doing right now, the most pressing first: a row per thing to do. team: its key, by default marketing; at: by default now. The order: the kinds of now_kinds() in their order; in a kind what is due first; then what is worth more (what has no worth last); then by key. So the same rows give the same order. what: what is to be done; why_now: why, in words with numbers; due_at: where it is due at an instant; due_date: in UTC; for what nobody set a day, the day since which it is owed; owner: a person where one is named, else the team; serves: titles of what it serves, up to the mission; look_at: the query that shows its rows; key: of the agreement, measure, item, message, request and so on; item_key: the plan item it hangs on; worth: expected, in the company''s currency; lead_count: of handoffs. Nothing that is proposed, dropped or unfunded is in it (now_items), and nothing done. What has times is told as it was at the instant; the plan, which keeps none, as it is. Error for an unknown team, or an instant that is NULL or infinite.';
