-- alignment: the dimensions of flow and discipline

CREATE FUNCTION align.dimension_handoff(at timestamptz DEFAULT pg_catalog.now()) RETURNS align.dimension_result
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH counted AS (
        SELECT h.sla, pg_catalog.count(*) FILTER (WHERE h.outcome <> 'waiting') AS n,
            pg_catalog.count(*) FILTER (WHERE h.outcome IN ('accepted', 'refused', 'recycled') AND NOT h.is_breach) AS good,
            pg_catalog.count(*) FILTER (WHERE h.outcome = 'breached') AS overdue, pg_catalog.count(*) FILTER (WHERE h.outcome = 'leaked') AS leaked
        -- a handoff is given by an event, so other leads need not be looked at
        FROM align.handoff_rows($1, false) h
        WHERE h.given_at > (SELECT $1 - '2160 hours'::interval) AND h.given_at <= $1
          AND h.lead_id = ANY (ARRAY(SELECT e.lead FROM align.stage_event e WHERE e.at > (SELECT $1 - '2160 hours'::interval) AND e.at <= $1))
        GROUP BY h.sla),
    weakest AS (SELECT c.* FROM counted c WHERE c.n >= 30 ORDER BY c.good::numeric / c.n, c.sla LIMIT 1),
    total AS (SELECT COALESCE(pg_catalog.sum(c.n), 0)::bigint AS n FROM counted c)
    SELECT pg_catalog.round(100.0 * w.good / w.n, 2), COALESCE(w.n, t.n),
        CASE WHEN w.n > 0 THEN pg_catalog.format('Of %s handoffs of 90 days under "%s", the agreement kept least, %s %% were settled in time; %s past due, %s leaked.',
            align.number_text(w.n), w.sla, pg_catalog.round(100.0 * w.good / w.n, 1), align.number_text(w.overdue) || CASE w.overdue WHEN 1 THEN ' waits' ELSE ' wait' END, align.number_text(w.leaked)) END,
        CASE WHEN w.n IS NULL AND EXISTS (SELECT FROM align.sla) THEN 'Record by advance when a lead is handed over, and when it is taken up.'
             WHEN w.n IS NULL THEN 'Write what was agreed into table sla.'
             WHEN w.overdue > 0 THEN 'Take up what waits past due, oldest first; then change what makes it wait: who is told, and who takes it when the first is away.'
             WHEN w.good < 0.8 * w.n THEN 'Change what makes leads wait: who is told, and who takes them when the first is away.' END,
        pg_catalog.format('SELECT * FROM align.handoff(%L) WHERE given_at > %L AND is_breach%s ORDER BY given_at', align.instant_text($1), align.instant_text($1 - '2160 hours'::interval), ' AND sla = ' || pg_catalog.quote_literal(w.sla)),
        CASE WHEN w.n IS NULL THEN pg_catalog.format('No agreement has 30 handoffs of 90 days that are due; there %s %s in all.', CASE t.n WHEN 1 THEN 'is' ELSE 'are' END, align.number_text(t.n)) END
    FROM total t LEFT JOIN weakest w ON true;
END;
COMMENT ON FUNCTION align.dimension_handoff(timestamptz) IS 'Are leads taken up when they are given? Of the agreement (table sla) that is kept least, 100 times the handoffs of the last 90 days that were accepted, refused or recycled in time, over all but those that wait in time. Leaked is not settled. NULL where no agreement has 30.';

CREATE FUNCTION align.driver_text(driver text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE $1 WHEN 'open_count' THEN 'the number of open deals' WHEN 'win_ratio' THEN 'the share of deals that are won'
               WHEN 'win_amount' THEN 'the amount of a won deal' WHEN 'cycle_days' THEN 'the days that a deal takes' END;
COMMENT ON FUNCTION align.driver_text(text) IS 'What a part of the velocity, as in driver of momentum, is called in a sentence.';

CREATE FUNCTION align.dimension_momentum(at timestamptz DEFAULT pg_catalog.now()) RETURNS align.dimension_result
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH quarter AS MATERIALIZED (
        SELECT m.*, pg_catalog.row_number() OVER (ORDER BY m.period_start_date DESC) AS place FROM align.momentum(NULL, 5, $1) m),
    pair AS (
        SELECT q.*, b.velocity AS before_amount, b.n AS before_count
        FROM quarter q CROSS JOIN (
            SELECT pg_catalog.exp(pg_catalog.avg(pg_catalog.ln(p.velocity_amount))) AS velocity, pg_catalog.count(*) AS n FROM quarter p WHERE p.place > 1 AND p.velocity_amount > 0) b
        WHERE q.place = 1),
    -- the part that is furthest below its geometric mean in the quarters before; nothing at all is furthest
    fell AS (
        SELECT c.driver FROM (
            SELECT s.driver, pg_catalog.avg(s.size) FILTER (WHERE q.place = 1) - pg_catalog.avg(s.size) FILTER (WHERE q.place > 1) AS change
            FROM quarter q CROSS JOIN LATERAL (
                SELECT v.driver, pg_catalog.ln(GREATEST(v.size, 1e-9)) AS size
                FROM (VALUES ('open_count', q.open_count::numeric), ('win_ratio', q.win_ratio), ('win_amount', q.win_amount), ('cycle_days', 1 / NULLIF(q.cycle_days, 0))) v(driver, size)
                WHERE v.size IS NOT NULL) s
            GROUP BY s.driver) c
        WHERE c.change < 0 ORDER BY c.change, c.driver LIMIT 1)
    SELECT CASE WHEN p.velocity_amount < p.before_amount THEN pg_catalog.round(100 * p.velocity_amount / p.before_amount, 2) WHEN p.velocity_amount >= p.before_amount THEN 100 END, COALESCE(p.won_count, 0),
        CASE WHEN p.velocity_amount / p.before_amount IS NOT NULL THEN pg_catalog.format('The pipeline of %s moved %s a day, against %s in the mean of %s before (%s won%s).',
            p.momentum_period, align.number_text(pg_catalog.round(p.velocity_amount)), align.number_text(pg_catalog.round(p.before_amount)), align.count_text(p.before_count, 'quarter'), align.count_text(p.won_count, 'deal'),
            CASE WHEN p.mean_error_ratio IS NOT NULL THEN pg_catalog.format('; a quarter was foretold by the one before within %s %%', pg_catalog.round(100 * p.mean_error_ratio)) ELSE '' END) END,
        CASE WHEN p.velocity_amount / p.before_amount IS NULL THEN 'Enter deals with amount, opening and closing.'
             WHEN p.velocity_amount < 0.8 * p.before_amount THEN pg_catalog.format('Mend what fell furthest behind the quarters before: %s.', (SELECT align.driver_text(f.driver) FROM fell f)) END,
        pg_catalog.format('SELECT * FROM align.momentum(NULL, 5, %L)', align.instant_text($1)),
        CASE WHEN p.velocity_amount / p.before_amount IS NULL THEN 'The velocity of the last full quarter, or of all four before, is not known.' END
    FROM (SELECT 1) one LEFT JOIN pair p ON true;
END;
COMMENT ON FUNCTION align.dimension_momentum(timestamptz) IS 'Is the pipeline as fast as it was? 100 times the velocity (amount a day) of the last full quarter over its geometric mean in the four quarters before, 100 at most: who grows has 100, who slows has less.';

CREATE FUNCTION align.dimension_written_plan(at timestamptz DEFAULT pg_catalog.now()) RETURNS align.dimension_result
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH plan AS (
        SELECT v.version, v.period::text AS period, pg_catalog.jsonb_array_length(v.body -> 'items') AS n, align.unsigned_plan_teams(v.version, $1) AS unsigned,
            pg_catalog.jsonb_array_length(align.required_plan_teams()) AS required,
            (SELECT d.item_count FROM align.plan_drift_total(v.version, $1) d) AS drifted
        FROM align.plan_version v WHERE v.version = align.plan_version_at($1)),
    part AS (
        SELECT p.*, 1 - COALESCE(pg_catalog.cardinality(pg_catalog.string_to_array(p.unsigned, ', ')), 0)::numeric / NULLIF(p.required, 0) AS signed,
            1 - LEAST(p.drifted::numeric / NULLIF(p.n, 0), 1) AS kept FROM plan p)
    SELECT pg_catalog.round(100 * p.signed * p.kept, 2), COALESCE(p.n, 0),
        CASE WHEN p.signed * p.kept IS NOT NULL THEN pg_catalog.format('The plan of %s (version %s, %s) is %s; %s changed since.', p.period, p.version, align.count_text(p.n, 'item'),
            CASE WHEN p.unsigned IS NULL THEN 'signed by all' ELSE 'not signed by ' || p.unsigned END, align.count_text(p.drifted, 'item') || CASE p.drifted WHEN 1 THEN ' has' ELSE ' have' END) END,
        CASE WHEN p.version IS NULL THEN 'Publish the plan by publish_plan(period), and have both teams sign it.'
             WHEN p.unsigned IS NOT NULL THEN 'Have it signed by sign_plan: ' || p.unsigned || '.'
             WHEN p.drifted > 0 THEN 'Publish what has changed, and have both teams sign it again, or undo it.' END,
        CASE WHEN p.version IS NULL THEN 'SELECT * FROM align.plan_version_status ORDER BY version'
             WHEN p.unsigned IS NOT NULL THEN pg_catalog.format('SELECT * FROM align.plan_version_status WHERE version = %s', p.version) ELSE pg_catalog.format('SELECT * FROM align.plan_drift(%s, %L)', p.version, align.instant_text($1)) END,
        CASE WHEN p.signed * p.kept IS NULL THEN 'No plan of a period that holds the day was published by then.' END
    FROM (SELECT 1) one LEFT JOIN part p ON true;
END;
COMMENT ON FUNCTION align.dimension_written_plan(timestamptz) IS 'Is the plan signed, and still the plan? Of the version that plan_version_at names, 100 times the share of required teams that had signed it, times the share of its items that are as they were published (plan_drift). NULL where nothing was published by then.';

CREATE FUNCTION align.dimension_cadence(at timestamptz DEFAULT pg_catalog.now()) RETURNS align.dimension_result
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    -- a period of the rule counts once, whatever else was held in it
    WITH period AS (
        SELECT c.kind, c.next_due_date, pg_catalog.bool_or(d.held_at IS NOT NULL) AS held
        FROM align.cadence($1, 365) c JOIN align.review_rule r ON r.kind = c.kind
        JOIN align.due_reviews(($1 AT TIME ZONE 'UTC')::date - 365, ($1 AT TIME ZONE 'UTC')::date, $1) d ON d.kind = c.kind AND d.due_date >= c.since_date AND d.due_date < ($1 AT TIME ZONE 'UTC')::date
        GROUP BY c.kind, c.next_due_date, align.period(d.due_date, r.grain, align.fiscal_start_month())),
    kind AS (
        SELECT p.kind, p.next_due_date, pg_catalog.count(*) AS due_count, pg_catalog.count(*) FILTER (WHERE p.held) AS held_count,
            pg_catalog.count(*) FILTER (WHERE p.held)::numeric / pg_catalog.count(*) AS held_ratio
        FROM period p GROUP BY p.kind, p.next_due_date),
    weakest AS (SELECT k.* FROM kind k ORDER BY k.held_ratio, k.kind LIMIT 1)
    SELECT pg_catalog.round(100 * w.held_ratio, 2), COALESCE(w.due_count, 0),
        CASE WHEN w.kind IS NOT NULL THEN pg_catalog.format('Least kept are the %s reviews: %s of %s due in 365 days were held. Of all kinds: %s.', w.kind, w.held_count, w.due_count,
            (SELECT pg_catalog.string_agg(pg_catalog.format('%s %s of %s', k.kind, k.held_count, k.due_count), ', ' ORDER BY k.held_ratio, k.kind) FROM kind k)) END,
        CASE WHEN w.kind IS NULL THEN 'Say in table review_rule which reviews are promised, and record them by hold_review.'
             WHEN w.held_ratio < 0.8 THEN pg_catalog.format('Hold the next %s review on %s, or promise fewer.', w.kind, pg_catalog.to_char(w.next_due_date, 'YYYY-MM-DD')) END,
        pg_catalog.format('SELECT * FROM align.cadence(%L)', align.instant_text($1)),
        CASE WHEN w.kind IS NULL THEN 'No review was due in 365 days.' END
    FROM (SELECT 1) one LEFT JOIN weakest w ON true;
END;
COMMENT ON FUNCTION align.dimension_cadence(timestamptz) IS 'Are the promised reviews held? 100 times the share of due reviews of the last 365 days that were held, of the kind that is kept least; a week, month or quarter of the rule counts once. So neither more reviews than promised nor a further kind of them can raise it.';

CREATE FUNCTION align.spending_year(at timestamptz) RETURNS align.period
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT y.year - CASE WHEN NOT EXISTS (SELECT FROM align.spend s WHERE y.year @> s.at AND s.at <= ($1 AT TIME ZONE 'UTC')::date)
                AND EXISTS (SELECT FROM align.spend s WHERE y.year - 1 @> s.at) THEN 1 ELSE 0 END
            FROM (SELECT align.fiscal_year($1) AS year) y);
COMMENT ON FUNCTION align.spending_year(timestamptz) IS 'The fiscal year whose spending is judged at an instant: the one that holds it, or the one before as long as nothing was spent in it and something in that.';

CREATE FUNCTION align.dimension_focus(at timestamptz DEFAULT pg_catalog.now()) RETURNS align.dimension_result
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH year AS MATERIALIZED (SELECT align.spending_year($1) AS period, ($1 AT TIME ZONE 'UTC')::date AS day),
    planned AS (SELECT p.key, p.planned_amount FROM year y CROSS JOIN LATERAL align.plan_against_actual(y.period::text) p),
    spent AS (
        SELECT i.key, GREATEST(pg_catalog.sum(s.amount), 0) AS amount, pg_catalog.count(*) AS n
        FROM align.spend s CROSS JOIN year y LEFT JOIN align.plan_item i ON i.id = s.item
        WHERE y.period OPERATOR(align.@>) s.at AND s.at <= y.day GROUP BY i.key),
    total AS (
        SELECT pg_catalog.sum(s.amount) AS amount, pg_catalog.sum(LEAST(s.amount, COALESCE(p.planned_amount, 0))) AS within, COALESCE(pg_catalog.sum(s.n), 0)::bigint AS n,
            COALESCE(pg_catalog.sum(s.amount) FILTER (WHERE s.key IS NULL), 0) AS orphan,
            (SELECT COALESCE(pg_catalog.sum(b.planned_amount), 0) FROM planned b) AS planned
        FROM spent s LEFT JOIN planned p ON p.key = s.key)
    SELECT CASE WHEN t.planned > 0 THEN pg_catalog.round(100 * t.within / NULLIF(t.amount, 0), 2) END, t.n,
        CASE WHEN t.planned > 0 AND t.amount > 0 THEN pg_catalog.format('Of %s spent in %s%s, %s %% is what was planned; %s is for nothing in the plan, and %s above the budget of its item.',
            align.number_text(pg_catalog.round(t.amount)), y.period, CASE WHEN y.day < align.upper(y.period) THEN ' so far' ELSE '' END, pg_catalog.round(100 * t.within / t.amount, 1), align.number_text(pg_catalog.round(t.orphan)), align.number_text(pg_catalog.round(t.amount - t.within - t.orphan))) END,
        CASE WHEN t.planned = 0 THEN 'Enter the budget of the year into table budget_line.'
             WHEN COALESCE(t.amount, 0) = 0 THEN 'Record what is spent in table spend, each on an item of the plan.'
             WHEN t.within < t.amount THEN 'Say of each amount that was not planned what it was for; plan it, or stop it.' END,
        pg_catalog.format('SELECT spend_date, spend_amount, note, item_key, reason FROM align.spend_without_line WHERE spend_date BETWEEN %1$L AND %2$L UNION ALL '
            'SELECT spend_date, spend_amount, note, NULL, ''for nothing in the plan'' FROM align.spend_without_item WHERE spend_date BETWEEN %1$L AND %2$L',
            pg_catalog.to_char(align.lower(y.period), 'YYYY-MM-DD'), pg_catalog.to_char(LEAST(align.upper(y.period) - 1, y.day), 'YYYY-MM-DD')),
        CASE WHEN t.planned = 0 THEN pg_catalog.format('Nothing is budgeted for %s.', y.period)
             WHEN COALESCE(t.amount, 0) = 0 THEN pg_catalog.format('Nothing was spent in %s%s.', y.period, CASE WHEN y.day < align.upper(y.period) THEN ' so far' ELSE '' END) END
    FROM total t CROSS JOIN year y;
END;
COMMENT ON FUNCTION align.dimension_focus(timestamptz) IS 'Is money spent on what was planned? Of what was spent in the fiscal year (that of spending_year) up to the day (UTC), 100 times the share that lies within the budget of its item for the year. What was spent on nothing in the plan, on what has no budget or above it, does not. NULL where nothing is budgeted or spent. Budgets are those of the live plan, which keeps no history.';

CREATE FUNCTION align.dimension_steadiness(at timestamptz DEFAULT pg_catalog.now()) RETURNS align.dimension_result
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH message AS (
        SELECT v.message, pg_catalog.count(*) - 1 AS changes, EXTRACT(epoch FROM $1 - pg_catalog.min(v.set_at)) / (365.25 * 86400) AS years
        FROM align.message_version v WHERE v.set_at <= $1
        GROUP BY v.message HAVING (pg_catalog.array_agg(v.retired_at ORDER BY v.set_at DESC))[1] > $1 IS NOT FALSE),
    total AS (
        SELECT pg_catalog.count(*) AS n, COALESCE(pg_catalog.sum(m.changes), 0) AS changes, COALESCE(pg_catalog.sum(m.years), 0) AS years FROM message m)
    SELECT CASE WHEN t.years >= 1 THEN pg_catalog.round(100 * t.years / (t.years + t.changes), 2) END, t.n,
        CASE WHEN t.years >= 1 THEN pg_catalog.format('%s in force %s changed %s in %s years together.', align.count_text(t.n, 'message'), CASE t.n WHEN 1 THEN 'was' ELSE 'were' END, align.count_text(t.changes, 'time'), pg_catalog.round(t.years, 1)) END,
        CASE WHEN t.n = 0 THEN 'Set the messages by set_message.'
             WHEN t.changes > 0.25 * t.years THEN 'Leave the words as they are, and change what goes out instead.' END,
        pg_catalog.format('SELECT * FROM align.message_drift(%L)', align.instant_text($1)),
        CASE WHEN t.n = 0 THEN 'No message is in force.' WHEN t.years < 1 THEN 'The messages in force have not lasted a year together.' END
    FROM total t;
END;
COMMENT ON FUNCTION align.dimension_steadiness(timestamptz) IS 'Do the messages last? 100 / (1 + changes a year) over the messages in force: one change a year of each gives 50. NULL before they have lasted a year together.';
