-- prioritize: what is done now, and what is deferred

CREATE FUNCTION align.choose(value numeric[], cost numeric[], available numeric[], must boolean[] DEFAULT NULL,
    item integer[] DEFAULT NULL, needs integer[] DEFAULT NULL, member integer[] DEFAULT NULL, choice text[] DEFAULT NULL,
    blocked text[] DEFAULT NULL, name text[] DEFAULT NULL, unit text[] DEFAULT NULL, work_limit integer DEFAULT 1000,
    OUT chosen boolean[], OUT place integer[], OUT decision text[], OUT reason text[], OUT price numeric[],
    OUT total_value numeric, OUT bound numeric, OUT gap_ratio numeric, OUT node_count bigint) RETURNS record
    AS 'MODULE_PATHNAME', 'align_prioritize_choose' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.choose(numeric[], numeric[], numeric[], boolean[], integer[], integer[], integer[], text[], text[], text[], text[], integer) IS 'Chooses the items that are worth most together under limits: value of each; cost, a row for each with an amount for each limit, or one list where there is one limit; what is available, NULL for no limit. must: chosen in any case. item[i] needs needs[i], items by number from 1. member[i] is of choice[i], which is not NULL: of the items of a choice at most one is chosen. blocked: why an item cannot be chosen, NULL when it can. name and unit: words for items and, after an amount, for limits. work_limit: millions of products that may be summed, not a clock, so that the same arrays have the same answer. Result, by item: chosen; place in the order in which to tell it; decision (do now, deferred, not possible); reason in words; price: what one more unit of each limit would be worth, from the linear relaxation; total_value of what is chosen; bound: no choice is worth more; gap_ratio: (bound - total_value) / bound, 0 when the choice is proven best; node_count. A NULL value or cost counts 0. Numbers are exact up to 15 digits of their sum, and 60 decimals; beyond, values are rounded (so are total_value and bound), costs rounded up and limits down. Method: branch and bound (Land and Doig 1960) with Lagrangian bounds (Everett 1963). Error for needs that come round, and for musts that do not fit or exclude one another, costs in another shape, and amounts whose sum passes 1.8e308. At most 5000 items and 100 limits.';

CREATE TABLE align.plan_alternative (
    item bigint NOT NULL,
    choice text NOT NULL,
    CONSTRAINT plan_alternative_pkey PRIMARY KEY (item, choice),
    CONSTRAINT plan_alternative_item_fkey FOREIGN KEY (item) REFERENCES align.plan_item (id) ON DELETE CASCADE,
    CONSTRAINT plan_alternative_choice_check CHECK (pg_catalog.length(choice) BETWEEN 1 AND 200)
);
COMMENT ON TABLE align.plan_alternative IS 'Items that exclude one another: of those of one choice, one is done at most.';
COMMENT ON COLUMN align.plan_alternative.item IS 'The item.';
COMMENT ON COLUMN align.plan_alternative.choice IS 'What is to be chosen, as a name.';
COMMENT ON CONSTRAINT plan_alternative_pkey ON align.plan_alternative IS 'said once';
COMMENT ON CONSTRAINT plan_alternative_item_fkey ON align.plan_alternative IS 'the item is in the plan';
COMMENT ON CONSTRAINT plan_alternative_choice_check ON align.plan_alternative IS '1 to 200 characters';
CREATE INDEX plan_alternative_choice_idx ON align.plan_alternative (choice);
COMMENT ON INDEX align.plan_alternative_choice_idx IS 'finds the items of a choice';
SELECT pg_catalog.pg_extension_config_dump('align.plan_alternative', '');

CREATE FUNCTION align.prioritize_candidate(period text)
    RETURNS TABLE (number integer, item bigint, kind text, key text, title text, team text, value numeric, points bigint, money numeric, days numeric, must boolean, blocked text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
BEGIN ATOMIC
    WITH RECURSIVE asked AS (SELECT $1::align.period AS period),
    inside AS (
        SELECT i.id FROM asked a JOIN align.plan_item i ON i.period <@ a.period WHERE i.level IN ('rock', 'activity') AND i.status IN ('proposed', 'active')
        UNION
        SELECT i.id FROM inside p JOIN align.plan_item i ON i.parent = p.id WHERE i.period IS NULL AND i.status IN ('proposed', 'active')),
    found AS (
        SELECT i.id AS item, 'item' AS kind, i.key, i.title, i.team, i.value, NULL::bigint AS points,
            GREATEST(0, COALESCE((SELECT pg_catalog.sum(align.amount_within(l.amount, l.period, a.period)) FROM align.budget_line l WHERE l.item = i.id), i.budget, 0)
                - COALESCE((SELECT pg_catalog.sum(s.amount) FROM align.spend s WHERE s.item = i.id AND a.period @> s.at), 0)) AS money,
            pg_catalog.trim_scale(COALESCE(i.effort * (1 - i.progress), 0)) AS days, i.must,
            (SELECT pg_catalog.min(pg_catalog.format('it needs %s, which is %s', n.key,
                 CASE WHEN n.status = 'dropped' THEN 'dropped' ELSE 'not done, and no work of ' || a.period::text || COALESCE(', but of ' || n.period::text, '') END))
             FROM align.plan_dependency d JOIN align.plan_item n ON n.id = d.needs
             WHERE d.item = i.id AND n.status <> 'done' AND n.id NOT IN (SELECT o.id FROM inside o)) AS blocked
        FROM asked a CROSS JOIN inside o JOIN align.plan_item i ON i.id = o.id
        UNION ALL
        SELECT NULL, 'request', r.key, r.what, r.to_team, r.value, r.points, COALESCE(r.budget, 0), COALESCE(r.effort, 0), r.status = 'accepted', NULL
        FROM asked a JOIN align.request r ON r.period <@ a.period WHERE r.status IN ('asked', 'accepted'))
    SELECT pg_catalog.row_number() OVER (ORDER BY f.kind, f.key COLLATE "C")::integer, f.* FROM found f;
END;
COMMENT ON FUNCTION align.prioritize_candidate(text) IS 'What competes in a period, numbered: rocks and activities that are proposed or active and whose period lies inside it (or that have none, below such), and requests of it that are asked or accepted. money: planned in the period less what was spent in it; days: effort not done yet; an accepted request is a must; blocked: an item that it needs and that is neither done nor here.';

-- The candidates, the limits, and what choose says of them, as arrays.
CREATE FUNCTION align.prioritize_answer(period text, budget numeric, capacity jsonb, by text, work_limit integer,
    OUT key text[], OUT kind text[], OUT title text[], OUT team text[], OUT worth numeric[], OUT money numeric[], OUT days numeric[],
    OUT resource text[], OUT available numeric[], OUT place integer[], OUT decision text[], OUT reason text[], OUT price numeric[],
    OUT total_value numeric, OUT bound numeric, OUT gap_ratio numeric, OUT node_count bigint) RETURNS record
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked align.period := $1;
    entry record;
BEGIN
    IF asked IS NULL OR $2 < 0 OR $2 >= 'Infinity' OR $4 IS NULL OR $4 NOT IN ('value', 'points') THEN
        RAISE EXCEPTION 'invalid question: what to do in % for a budget of %, by %', COALESCE(asked::text, 'NULL'), COALESCE($2::text, 'any'), COALESCE($4, 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'A period is asked for; money is 0 or more, or NULL for no limit; what counts is value or points.',
                HINT = 'Ask as in prioritize(''2026-Q1'', 100000).';
    END IF;
    FOR entry IN SELECT e.key, e.value FROM pg_catalog.jsonb_each(CASE pg_catalog.jsonb_typeof($3) WHEN 'object' THEN $3 ELSE '{"": ""}' END) e WHERE $3 IS NOT NULL LOOP
        IF pg_catalog.jsonb_typeof(entry.value) NOT IN ('number', 'null') OR (entry.value #>> '{}')::numeric < 0 THEN
            RAISE EXCEPTION 'invalid capacity: %', $3
                USING ERRCODE = 'invalid_parameter_value',
                    DETAIL = 'It gives days by team: 0 or more, or null for no limit.',
                    HINT = 'Write {"sales": 40, "marketing": 60}, or leave it out for what table capacity says.';
        END IF;
        PERFORM align.known_team(entry.key);
    END LOOP;

    WITH candidate AS MATERIALIZED (SELECT c.* FROM align.prioritize_candidate($1) c),
    -- in table capacity parts of the period count where the whole is not said
    said AS (
        SELECT c.team, pg_catalog.sum(c.days) AS days FROM align.capacity c
        WHERE c.period OPERATOR(align.<@) asked AND NOT EXISTS (
            SELECT FROM align.capacity o WHERE o.team = c.team AND o.period OPERATOR(align.<@) asked AND o.period OPERATOR(align.@>) c.period AND o.period OPERATOR(align.<>) c.period)
        GROUP BY c.team),
    worked AS (
        SELECT w.team, pg_catalog.sum(w.days) AS days
        FROM (SELECT i.team, i.effort * CASE i.status WHEN 'done' THEN 1 ELSE i.progress END AS days FROM align.plan_item i
              WHERE i.period OPERATOR(align.<@) asked AND i.level IN ('rock', 'activity') AND i.status <> 'dropped'
              UNION ALL SELECT r.to_team, r.effort FROM align.request r WHERE r.period OPERATOR(align.<@) asked AND r.status = 'done') w
        GROUP BY w.team),
    resource AS (
        SELECT 1 AS place, NULL::text AS team, 'money' AS name, 'of money' AS unit, $2 AS available
        UNION ALL
        SELECT 1 + pg_catalog.row_number() OVER (ORDER BY t.team), t.team, 'days of ' || t.team, 'days of ' || t.team,
            CASE WHEN $3 IS NOT NULL THEN ($3 ->> t.team)::numeric WHEN s.team IS NOT NULL THEN GREATEST(0, s.days - COALESCE(w.days, 0)) END
        FROM (SELECT DISTINCT c.team FROM candidate c WHERE c.days > 0 AND c.team IS NOT NULL) t
        LEFT JOIN said s ON s.team = t.team LEFT JOIN worked w ON w.team = t.team),
    need AS (
        SELECT a.number AS item, b.number AS needs FROM align.plan_dependency d JOIN candidate a ON a.item = d.item JOIN candidate b ON b.item = d.needs
        -- what an item is made of is needed for it
        UNION SELECT a.number, b.number FROM candidate b JOIN align.plan_item i ON i.id = b.item JOIN candidate a ON a.item = i.parent),
    alternative AS (SELECT c.number, p.choice FROM align.plan_alternative p JOIN candidate c ON c.item = p.item),
    gathered AS (
        SELECT pg_catalog.array_agg(c.key ORDER BY c.number) AS key, pg_catalog.array_agg(c.kind ORDER BY c.number) AS kind, pg_catalog.array_agg(c.title ORDER BY c.number) AS title,
            pg_catalog.array_agg(c.team ORDER BY c.number) AS team, COALESCE(pg_catalog.array_agg(CASE $4 WHEN 'points' THEN c.points ELSE c.value END ORDER BY c.number), '{}') AS worth,
            pg_catalog.array_agg(c.money ORDER BY c.number) AS money, pg_catalog.array_agg(c.days ORDER BY c.number) AS days,
            COALESCE(pg_catalog.array_agg(ARRAY(SELECT CASE WHEN r.place = 1 THEN c.money WHEN r.team = c.team THEN c.days ELSE 0 END FROM resource r ORDER BY r.place) ORDER BY c.number), '{}') AS cost,
            pg_catalog.array_agg(c.must ORDER BY c.number) AS must, pg_catalog.array_agg(c.blocked ORDER BY c.number) AS blocked
        FROM candidate c)
    SELECT g.key, g.kind, g.title, g.team, g.worth, g.money, g.days, r.name, r.available, c.place, c.decision, c.reason, c.price, c.total_value, c.bound, c.gap_ratio, c.node_count
    INTO key, kind, title, team, worth, money, days, resource, available, place, decision, reason, price, total_value, bound, gap_ratio, node_count
    FROM gathered g
    CROSS JOIN (SELECT pg_catalog.array_agg(r.name ORDER BY r.place) AS name, pg_catalog.array_agg(r.unit ORDER BY r.place) AS unit, pg_catalog.array_agg(r.available ORDER BY r.place) AS available
                FROM resource r) r
    CROSS JOIN (SELECT pg_catalog.array_agg(n.item ORDER BY n.item, n.needs) AS item, pg_catalog.array_agg(n.needs ORDER BY n.item, n.needs) AS needs FROM need n) n
    CROSS JOIN (SELECT pg_catalog.array_agg(a.number ORDER BY a.number, a.choice) AS member, pg_catalog.array_agg(a.choice ORDER BY a.number, a.choice) AS choice FROM alternative a) a
    CROSS JOIN LATERAL align.choose(g.worth, g.cost, r.available, g.must, n.item, n.needs, a.member, a.choice, g.blocked, g.key, r.unit, $5) c;
END $$;
COMMENT ON FUNCTION align.prioritize_answer(text, numeric, jsonb, text, integer) IS 'Serves prioritize and its like: the candidates of a period, the limits on money and on each team''s days, and the answer of choose, as arrays.';

CREATE FUNCTION align.prioritize(period text, budget numeric DEFAULT NULL, capacity jsonb DEFAULT NULL, by text DEFAULT 'value', work_limit integer DEFAULT 1000)
    RETURNS TABLE (item_order integer, decision text, key text, title text, kind text, team text, worth numeric, money_amount numeric, effort_days numeric, reason text,
        total_money_amount numeric, total_team_days numeric, money_price numeric, day_price numeric, gap_ratio numeric)
    LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 100
BEGIN ATOMIC
    SELECT c.place, c.decision, c.key, c.title, c.kind, c.team, c.worth, c.money, c.days, c.reason,
        pg_catalog.sum(c.money) FILTER (WHERE c.decision = 'do now') OVER (ORDER BY c.place),
        CASE WHEN c.team IS NOT NULL THEN COALESCE(pg_catalog.sum(c.days) FILTER (WHERE c.decision = 'do now') OVER (PARTITION BY c.team ORDER BY c.place), 0) END,
        a.price[1], a.price[pg_catalog.array_position(a.resource, 'days of ' || c.team)], a.gap_ratio
    FROM align.prioritize_answer($1, $2, $3, $4, $5) a
    CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(a.place), pg_catalog.unnest(a.decision), pg_catalog.unnest(a.key), pg_catalog.unnest(a.title), pg_catalog.unnest(a.kind),
        pg_catalog.unnest(a.team), pg_catalog.unnest(a.worth), pg_catalog.unnest(a.money), pg_catalog.unnest(a.days), pg_catalog.unnest(a.reason))
        c(place, decision, key, title, kind, team, worth, money, days, reason)
    ORDER BY 1;
END;
COMMENT ON FUNCTION align.prioritize(text, numeric, jsonb, text, integer) IS 'What is done now and what is deferred in a period, a row per candidate (see prioritize_candidate), in the order in which to decide: the choice that is worth most under a budget (NULL: no limit) and the days of each team. capacity: days by team, as in {"sales": 40}; NULL, the default: what table capacity says of the period, less the work that is done; a team of which nothing is said has no limit. by: value, or points (those bid; items of the plan have none, so that musts stand and requests compete). An item needs what plan_dependency says and what stands below it. decision: do now, deferred, not possible; reason in words; worth, money and days of its team; total_money_amount and total_team_days: what it and the items above take; money_price and day_price: what one more unit of money, or day of its team, would be worth; gap_ratio: how much more another choice could be worth at most, 0 when this one is proven best. Error when musts do not fit or exclude one another, for an unknown team, or limits below 0.';

CREATE FUNCTION align.prioritize_limits(period text, budget numeric DEFAULT NULL, capacity jsonb DEFAULT NULL, by text DEFAULT 'value', work_limit integer DEFAULT 1000)
    RETURNS TABLE (limit_order integer, resource text, available numeric, needed numeric, used numeric, remaining numeric, price numeric, finding text)
    LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 10
BEGIN ATOMIC
    SELECT r.place::integer, r.name, r.available, t.needed, t.used, r.available - t.used, r.price,
        CASE WHEN r.available IS NULL THEN 'There is no limit.'
             WHEN t.needed <= r.available THEN 'It is enough for all.'
             WHEN r.price = 0 THEN 'It is not what is scarce.'
             ELSE pg_catalog.format('One more %s would be worth about %s.', CASE WHEN r.place = 1 THEN 'unit of it' ELSE 'day' END, r.price) END
    FROM align.prioritize_answer($1, $2, $3, $4, $5) a
    CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(a.resource), pg_catalog.unnest(a.available), pg_catalog.unnest(a.price)) WITH ORDINALITY r(name, available, price, place)
    CROSS JOIN LATERAL (
        SELECT COALESCE(pg_catalog.sum(n.amount), 0) AS needed, COALESCE(pg_catalog.sum(n.amount) FILTER (WHERE n.decision = 'do now'), 0) AS used
        FROM (SELECT CASE WHEN r.place = 1 THEN c.money WHEN r.name = 'days of ' || c.team THEN c.days END AS amount, c.decision
              FROM ROWS FROM (pg_catalog.unnest(a.money), pg_catalog.unnest(a.days), pg_catalog.unnest(a.team), pg_catalog.unnest(a.decision)) c(money, days, team, decision)) n) t
    ORDER BY 1;
END;
COMMENT ON FUNCTION align.prioritize_limits(text, numeric, jsonb, text, integer) IS 'The limits under which prioritize chooses, with the same arguments, a row each: money, then days by team; what is available, what all candidates need, what is used by those done now and what remains; price: what one more unit would be worth, as far as the linear relaxation tells; the finding in words.';

CREATE FUNCTION align.prioritize_total(period text, budget numeric DEFAULT NULL, capacity jsonb DEFAULT NULL, by text DEFAULT 'value', work_limit integer DEFAULT 1000,
    OUT now_count bigint, OUT deferred_count bigint, OUT impossible_count bigint, OUT total_worth numeric, OUT bound_worth numeric, OUT gap_ratio numeric, OUT is_proven boolean,
    OUT finding text) RETURNS record
    LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    SELECT d.n, d.deferred, d.impossible, a.total_value, a.bound, a.gap_ratio, a.total_value = a.bound,
        CASE WHEN a.total_value = a.bound THEN 'No other choice is worth more.'
             ELSE pg_catalog.format('Another choice may be worth up to %s more.', align.number_text(a.bound - a.total_value)) END
    FROM align.prioritize_answer($1, $2, $3, $4, $5) a
    CROSS JOIN LATERAL (SELECT pg_catalog.count(*) FILTER (WHERE u.d = 'do now') AS n, pg_catalog.count(*) FILTER (WHERE u.d = 'deferred') AS deferred,
        pg_catalog.count(*) FILTER (WHERE u.d = 'not possible') AS impossible FROM pg_catalog.unnest(a.decision) u(d)) d;
END;
COMMENT ON FUNCTION align.prioritize_total(text, numeric, jsonb, text, integer) IS 'The answer of prioritize in one row, with the same arguments: how many candidates are done now, deferred, and not possible; what those done now are worth; bound_worth: no choice is worth more; gap_ratio: their distance by the bound, 0 when proven best; whether it is; the finding in words.';
