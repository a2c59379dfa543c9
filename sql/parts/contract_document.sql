-- contract, continued: the plan as a document of about three pages, in Markdown

CREATE FUNCTION align.markdown_text(value text, max_length integer DEFAULT 300) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH plain AS (
        -- line breaks, control characters and marks that turn the direction of the text
        SELECT pg_catalog.btrim(pg_catalog.regexp_replace($1 COLLATE "C", '[[:cntrl:][:space:]\u0080-\u009f\u2028-\u202e\u2066-\u2069]+', ' ', 'g')) AS t),
    short AS (
        SELECT CASE WHEN pg_catalog.length(p.t) > $2 THEN pg_catalog.rtrim(pg_catalog."left"(p.t, $2 - 1)) || '…' ELSE p.t END AS t FROM plain p)
    SELECT NULLIF(pg_catalog.regexp_replace(pg_catalog.regexp_replace(pg_catalog.regexp_replace(pg_catalog.regexp_replace(
            pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(s.t, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'),
            '([\\`*_|~$]|\[|\])', '\\\1', 'g'),
            '://', '\\://', 'g'),
            '(www)[.]', '\1\\.', 'gi'),
            '^([0-9]+(?=[.)]( |$))|(?=[-#+=]))', '\1\\'), '')
    FROM short s;
END;
COMMENT ON FUNCTION align.markdown_text(text, integer) IS 'A text on one line that Markdown shows as it is: nothing in it is a heading, a list, a link, a table''s cell, code or HTML. Line breaks and control characters become spaces; what is longer than max_length characters, by default 300, is cut and ends in …. NULL when nothing is left.';

-- The planner takes a document for a hundred items; nested loops over what are
-- many more would take minutes.
CREATE FUNCTION align.plan_rows(body jsonb)
    RETURNS TABLE (key text, level text, title text, outcome text, team text, owner text, period text, due date, value numeric, must boolean, in_period boolean,
        money numeric, budget numeric, lines jsonb, goal text, strategy text)
    LANGUAGE sql STABLE PARALLEL SAFE SET enable_nestloop = off SET jit = off
BEGIN ATOMIC
    WITH RECURSIVE item AS MATERIALIZED (
        SELECT r.* FROM pg_catalog.jsonb_array_elements($1 -> 'items') i(item)
        CROSS JOIN LATERAL (SELECT align.plan_money(i.item) AS money) m
        CROSS JOIN LATERAL pg_catalog.jsonb_to_record(i.item || pg_catalog.jsonb_build_object('money', m.money)) r(key text, level text, parent text, title text, outcome text, team text, owner text,
            period text, due date, value numeric, must boolean, in_period boolean, money numeric, budget numeric, lines jsonb)),
    placed AS (
        SELECT i.key, CASE i.level WHEN 'goal' THEN i.key END AS goal, CASE i.level WHEN 'strategy' THEN i.key END AS strategy
        FROM item i WHERE i.parent IS NULL OR NOT EXISTS (SELECT FROM item p WHERE p.key = i.parent)
        UNION ALL
        SELECT i.key, CASE i.level WHEN 'goal' THEN i.key ELSE p.goal END, CASE i.level WHEN 'strategy' THEN i.key ELSE p.strategy END
        FROM placed p JOIN item i ON i.parent = p.key)
    SELECT i.key, i.level, i.title, i.outcome, i.team, i.owner, i.period, i.due, i.value, i.must, i.in_period, i.money, i.budget, i.lines, p.goal, p.strategy
    FROM item i JOIN placed p ON p.key = i.key;
END;
COMMENT ON FUNCTION align.plan_rows(jsonb) IS 'The items of a frozen plan as rows, each with the goal and the strategy that it serves by its parents. Serves plan_document.';

CREATE FUNCTION align.title_text(title text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN COALESCE(align.markdown_text($1), '…');
COMMENT ON FUNCTION align.title_text(text) IS 'A title for Markdown, … when nothing of it can be seen.';

CREATE FUNCTION align.owner_text(owner text, team text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN COALESCE(align.markdown_text(pg_catalog.concat_ws(', ', NULLIF($1, ''), $2), 80), '');
COMMENT ON FUNCTION align.owner_text(text, text) IS 'Who owns an item, for Markdown: the person and the team.';

CREATE FUNCTION align.fold_text(shown text, shown_count bigint, total_count bigint, what text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN $1 || CASE WHEN $3 > $2 THEN pg_catalog.format(E'\n\n*And %s more %s, not shown here.*', $3 - $2, $4) ELSE '' END;
COMMENT ON FUNCTION align.fold_text(text, bigint, bigint, text) IS 'The first part of a list, and how many more there are.';

-- The sections of a document that come from the frozen plan alone. What is longer
-- than a page can bear is folded, with a count.
CREATE FUNCTION align.plan_content(body jsonb, at timestamptz) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE SET enable_nestloop = off SET jit = off
BEGIN ATOMIC
    -- the period is taken out of the document once
    WITH most AS MATERIALIZED (SELECT 10 AS goals, 5 AS targets, 24 AS strategies, 30 AS rocks, 5 AS categories, ($1 ->> 'period')::align.period AS period),
    r AS MATERIALIZED (SELECT p.* FROM align.plan_rows($1) p),
    above AS (
        SELECT pg_catalog.string_agg(pg_catalog.format('**%s** %s%s', CASE r.level WHEN 'mission' THEN 'Our mission.' WHEN 'vision' THEN 'In ten years.' ELSE 'In three years.' END,
            align.title_text(r.title), COALESCE('<br>*' || align.markdown_text(r.outcome) || '*', '')), E'\n\n' ORDER BY align.plan_level(r.level), r.key COLLATE "C") AS t
        FROM r WHERE r.level IN ('mission', 'vision', 'picture')),
    goal AS MATERIALIZED (SELECT r.*, align.title_text(r.title) AS name, pg_catalog.row_number() OVER (ORDER BY r.key COLLATE "C") AS rank FROM r WHERE r.level = 'goal'),
    -- a few targets of each goal
    aim AS MATERIALIZED (
        SELECT t.item, pg_catalog.string_agg(align.markdown_text(t.title || ': ' || t.sentence, 160), '<br>' ORDER BY t.rank) FILTER (WHERE t.rank <= m.targets)
            || CASE WHEN pg_catalog.count(*) > m.targets THEN pg_catalog.format('<br>*and %s more*', pg_catalog.count(*) - m.targets) ELSE '' END AS t
        FROM (SELECT w.*, pg_catalog.row_number() OVER (PARTITION BY w.item ORDER BY w.metric COLLATE "C") AS rank FROM align.plan_target_words($1) w) t CROSS JOIN most m
        GROUP BY t.item, m.targets),
    goals AS (
        SELECT align.fold_text(E'| Goal | Reached when | Owner | Period | Worth |\n|:---|:---|:---|:---|---:|\n' || pg_catalog.string_agg(
                pg_catalog.format('| **%s** | %s | %s | %s | %s |', g.name, COALESCE(align.markdown_text(g.outcome), '*not said*') || COALESCE('<br>' || a.t, ''), align.owner_text(g.owner, g.team), g.period, align.number_text(g.value)), E'\n' ORDER BY g.rank)
                FILTER (WHERE g.rank <= m.goals), m.goals, pg_catalog.count(*), 'goals') AS t
        FROM goal g CROSS JOIN most m LEFT JOIN aim a ON a.item = g.key GROUP BY m.goals),
    strategy AS (
        SELECT r.*, pg_catalog.row_number() OVER (ORDER BY r.goal COLLATE "C" NULLS LAST, r.key COLLATE "C") AS rank, pg_catalog.count(*) OVER () AS total FROM r WHERE r.level = 'strategy'),
    strategies AS (
        SELECT align.fold_text(pg_catalog.string_agg(b.t, E'\n\n' ORDER BY b.rank), pg_catalog.max(b.shown), pg_catalog.max(b.total), 'strategies') AS t
        FROM (SELECT pg_catalog.min(s.rank) AS rank, pg_catalog.max(m.strategies) AS shown, pg_catalog.max(s.total) AS total,
                  COALESCE('**' || pg_catalog.max(g.name) || '**', '**Tied to no goal**') || E'\n\n' || pg_catalog.string_agg(
                      '- ' || pg_catalog.concat_ws(' · ', align.title_text(s.title), '*' || align.markdown_text(s.outcome) || '*', NULLIF(align.owner_text(s.owner, s.team), '')), E'\n' ORDER BY s.rank) AS t
              FROM strategy s CROSS JOIN most m LEFT JOIN goal g ON g.key = s.goal WHERE s.rank <= m.strategies GROUP BY s.goal) b),
    -- what is due first stands first, what is over last
    rock AS (SELECT r.*, pg_catalog.row_number() OVER (ORDER BY r.due < ($2 AT TIME ZONE 'UTC')::date NULLS FIRST, r.due, r.team, r.key COLLATE "C") AS rank FROM r WHERE r.level = 'rock' AND r.in_period),
    rocks AS (
        SELECT align.fold_text(E'| Rock | Owner | Due | For the strategy |\n|:---|:---|:---|:---|\n' || pg_catalog.string_agg(
                pg_catalog.format('| %s%s | %s | %s | %s |', align.title_text(o.title), CASE WHEN o.must THEN ' **must**' ELSE '' END, align.owner_text(o.owner, o.team), COALESCE(align.date_text(o.due), o.period),
                    CASE WHEN s.key IS NULL THEN '*none*' ELSE align.title_text(s.title) END),
                E'\n' ORDER BY o.rank) FILTER (WHERE o.rank <= m.rocks), m.rocks, pg_catalog.count(*), 'rocks') AS t
        FROM rock o CROSS JOIN most m LEFT JOIN strategy s ON s.key = o.strategy GROUP BY m.rocks),
    -- a line counts when it lies inside the period, and so does an undivided budget of an item that does
    money AS MATERIALIZED (
        SELECT CASE WHEN r.goal IS NULL THEN CASE WHEN align.plan_level(r.level) < align.plan_level('goal') THEN 'a' ELSE 'n' END WHEN g.rank > t.goals THEN 'm' ELSE 'g' END AS kind,
            CASE WHEN g.rank <= t.goals THEN g.rank END AS rank, CASE WHEN g.rank <= t.goals THEN g.name END AS name, l.category, l.amount, l.counted
        FROM r
        CROSS JOIN most t
        CROSS JOIN LATERAL (
            SELECT COALESCE(l.category, '') AS category, l.amount, l.period::align.period OPERATOR(align.<@) t.period AS counted
            FROM pg_catalog.jsonb_to_recordset(r.lines) l(period text, category text, amount numeric)
            UNION ALL
            SELECT '', r.budget, r.in_period WHERE r.budget > 0) l
        LEFT JOIN goal g ON g.key = r.goal),
    category AS (
        SELECT m.category, pg_catalog.row_number() OVER (ORDER BY m.category = '', pg_catalog.sum(m.amount) DESC, m.category COLLATE "C") AS rank
        FROM money m WHERE m.counted GROUP BY m.category),
    folded AS (SELECT c.category, LEAST(c.rank, t.categories) AS col, CASE WHEN c.rank >= t.categories AND pg_catalog.count(*) OVER () > t.categories THEN '*other*' ELSE COALESCE(align.markdown_text(c.category, 40), '*undivided*') END AS title
               FROM category c CROSS JOIN most t),
    col AS (SELECT DISTINCT f.col, f.title FROM folded f),
    line AS (SELECT DISTINCT m.kind, m.rank, CASE m.kind WHEN 'a' THEN '*above the goals*' WHEN 'n' THEN '*tied to no goal*' WHEN 'm' THEN '*further goals*' ELSE m.name END AS title FROM money m WHERE m.counted
             UNION ALL SELECT 't', NULL, '**In all**' FROM money m WHERE m.counted GROUP BY ()
             HAVING pg_catalog.count(*) > 0),
    cell AS (
        SELECT l.kind, l.rank, l.title, c.col, pg_catalog.sum(m.amount) AS amount
        FROM line l CROSS JOIN col c
        LEFT JOIN (money m JOIN folded f ON f.category = m.category) ON m.counted AND f.col = c.col AND (l.kind = 't' OR (m.kind, m.rank) IS NOT DISTINCT FROM (l.kind, l.rank))
        GROUP BY l.kind, l.rank, l.title, c.col),
    budget AS (
        SELECT (SELECT pg_catalog.format(E'| For | %s | In all |\n|:---|%s---:|\n', pg_catalog.string_agg(c.title, ' | ' ORDER BY c.col), pg_catalog.repeat('---:|', pg_catalog.count(*)::integer)) FROM col c)
            || pg_catalog.string_agg(b.t, E'\n' ORDER BY b.kind = 't', b.kind = 'n', b.kind = 'm', b.kind, b.rank) AS t
        FROM (SELECT c.kind, c.rank, pg_catalog.format('| %s | %s | **%s** |', c.title,
                  pg_catalog.string_agg(COALESCE(align.number_text(c.amount), ''), ' | ' ORDER BY c.col), align.number_text(pg_catalog.sum(c.amount))) AS t
              FROM cell c GROUP BY c.kind, c.rank, c.title) b),
    beyond AS (
        SELECT pg_catalog.format(E'\n\n*Planned beyond %s, and not counted here: %s.*', $1 ->> 'period', align.number_text(pg_catalog.sum(m.amount))) AS t
        FROM money m WHERE NOT m.counted HAVING pg_catalog.sum(m.amount) > 0),
    total AS (
        SELECT pg_catalog.concat_ws(', ', pg_catalog.string_agg(l.n || ' ' || CASE WHEN l.n = 1 THEN l.level ELSE pg_catalog.regexp_replace(l.level, 'y$', 'ie') || 's' END, ', ' ORDER BY align.plan_level(l.level)),
            (SELECT 'a budget of ' || align.number_text(pg_catalog.sum(m.amount)) FROM money m WHERE m.counted)) AS t
        FROM (SELECT r.level, pg_catalog.count(*) AS n FROM r WHERE r.level IN ('goal', 'strategy') OR r.in_period AND r.level IN ('rock', 'activity') GROUP BY r.level) l)
    SELECT pg_catalog.concat(
        (SELECT '*' || NULLIF(t.t, '') || E'.*\n\n' FROM total t),
        E'## Mission and outcome\n\n', COALESCE((SELECT a.t FROM above a), 'No item serves a mission.'),
        E'\n\n## Goals\n\n', COALESCE((SELECT g.t FROM goals g), 'There are none.'),
        E'\n\n## Strategies\n\n', COALESCE((SELECT s.t FROM strategies s), 'There are none.'),
        E'\n\n## Rocks\n\n', COALESCE((SELECT o.t FROM rocks o), 'There are none.'), 
        E'\n\n## Budget\n\n', COALESCE((SELECT b.t FROM budget b), 'There is none.'), (SELECT b.t FROM beyond b));
END;
COMMENT ON FUNCTION align.plan_content(jsonb, timestamptz) IS 'The sections of plan_document that come from the frozen plan: mission, goals with their targets, strategies, rocks, budget. at: rocks due before it stand last.';

-- The whole document of a version, or with NULL as version of a draft.
CREATE FUNCTION align.plan_markdown(version integer, body jsonb, at timestamptz) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    most_words constant integer := 10;
    asked align.period := $2 ->> 'period';
    status align.plan_version_status;
    drift record;
    signers text;
    waiting text := align.unsigned_plan_teams($1, $3);
    result text;
    part text;
BEGIN
    SELECT s.* INTO status FROM align.plan_version_status s WHERE s.version = $1;
    signers := (SELECT pg_catalog.string_agg(align.markdown_text(g.team), ' and ' ORDER BY g.team) FROM align.plan_signature g WHERE g.version = $1 AND g.at <= $3);
    result := pg_catalog.format(E'# The plan for %s\n\n%s to %s. %s\n\n', asked, align.date_text(align.lower(asked)), align.date_text(align.upper(asked) - 1),
        CASE WHEN $1 IS NULL THEN '**A draft:** it is not published, so nobody can sign it.'
             WHEN NOT status.is_genuine THEN pg_catalog.format('**Version %s is not genuine:** its text is not what was published.', $1)
             WHEN status.until_at <= $3 THEN pg_catalog.format('Version %s, **superseded** since %s.', $1, align.date_text((status.until_at AT TIME ZONE 'UTC')::date))
             WHEN status.in_force_at <= $3 THEN pg_catalog.format('Version %s, **in force:** signed by %s.', $1, signers)
             WHEN EXISTS (SELECT FROM align.plan_version n WHERE n.period OPERATOR(align.=) asked AND n.version > $1 AND n.in_force_at <= $3) THEN pg_catalog.format('Version %s, **dropped:** a later one came into force.', $1)
             ELSE pg_catalog.format('Version %s, **not in force:** %s.', $1, COALESCE('it waits for the signature of ' || align.markdown_text(waiting), 'signed by ' || signers)) END);
    IF $1 IS NOT NULL AND $3 >= pg_catalog.now() THEN
        SELECT d.* INTO drift FROM align.plan_drift_total($1, $3) d;
        IF drift.change_count > 0 THEN
            result := result || pg_catalog.format(E'> **The live plan is no longer this one:** %s since it was published, %s of money added, %s taken away. `plan_drift(%s)` lists what.\n\n',
                pg_catalog.concat_ws(' and ', CASE drift.item_count WHEN 0 THEN NULL WHEN 1 THEN '1 item' ELSE drift.item_count || ' items' END,
                    CASE drift.retargeted_count WHEN 0 THEN NULL WHEN 1 THEN '1 target' ELSE drift.retargeted_count || ' targets' END)
                    || CASE drift.item_count + drift.retargeted_count WHEN 1 THEN ' has changed' ELSE ' have changed' END,
                align.number_text(drift.money_added), align.number_text(drift.money_taken), $1);
        END IF;
    END IF;
    result := result || align.plan_content($2, $3);

    SELECT pg_catalog.string_agg(pg_catalog.format(E'**%s about %s** (signed by %s on %s)\n\n> %s', align.markdown_text(pg_catalog.initcap(pg_catalog."left"(u.by_team, 1)) || pg_catalog.substr(u.by_team, 2)), align.markdown_text(u.about_team),
            align.markdown_text(u.signed_by), align.date_text((u.in_force_at AT TIME ZONE 'UTC')::date),
            (SELECT pg_catalog.string_agg(align.markdown_text(l.line, 1000), E'\n>\n> ' ORDER BY l.n) FROM pg_catalog.regexp_split_to_table(u.body, '\s*\n\s*') WITH ORDINALITY l(line, n) WHERE l.line <> '' AND l.n <= 20)),
        E'\n\n' ORDER BY u.about_team, u.by_team, u.period::text)
    INTO part FROM align.understanding u
    WHERE u.period OPERATOR(align.@>) asked AND u.in_force_at <= $3
      AND NOT EXISTS (SELECT FROM align.understanding n WHERE n.about_team = u.about_team AND n.by_team = u.by_team AND n.period OPERATOR(align.=) u.period
                      AND n.in_force_at > u.in_force_at AND n.in_force_at <= $3);
    result := result || E'\n\n## What we understood of each other\n\n' || COALESCE(part, 'No team has signed yet what another wrote about its goals.');

    IF $1 IS NULL THEN
        RETURN result || pg_catalog.format(E'\n\n## Signatures\n\nNone. Publish it first: `SELECT publish_plan(''%s'')`.\n', asked);
    END IF;
    SELECT pg_catalog.string_agg(pg_catalog.format('| %s | %s | %s | %s | %s |', pg_catalog.initcap(c.kind), align.markdown_text(c.team), COALESCE(align.markdown_text(i.item ->> 'title', 80), 'The whole plan'),
            align.markdown_text(c.body), align.date_text((c.at AT TIME ZONE 'UTC')::date)), E'\n' ORDER BY c.rank) FILTER (WHERE c.rank <= most_words)
    || CASE WHEN pg_catalog.count(*) > most_words THEN pg_catalog.format(E'\n\n*And %s more, not shown here: see `open_challenge`.*', pg_catalog.count(*) - most_words) ELSE '' END
    INTO part FROM (
        SELECT o.*, pg_catalog.row_number() OVER (ORDER BY o.kind, o.at, o.id) AS rank FROM align.plan_comment o
        WHERE o.version = $1 AND o.kind IN ('question', 'challenge') AND o.at <= $3 AND (o.answered_at IS NULL OR o.answered_at > $3)) c
    LEFT JOIN pg_catalog.jsonb_array_elements($2 -> 'items') i(item) ON i.item ->> 'key' = c.item;
    result := result || E'\n\n## Open questions and challenges\n\n' || COALESCE(E'| Kind | From | About | In words | Since |\n|:---|:---|:---|:---|:---|\n' || part, 'None is open.');
    SELECT pg_catalog.string_agg(pg_catalog.format('%s (%s)', align.markdown_text(s.team), COALESCE('read ' || align.date_text((CASE WHEN s.acknowledged_at <= $3 THEN s.acknowledged_at END AT TIME ZONE 'UTC')::date), 'not read yet')), ', ' ORDER BY s.team)
    INTO part FROM align.plan_share s WHERE s.version = $1 AND s.shared_at <= $3;
    result := result || COALESCE(E'\n\nShared with: ' || part || '.', '');

    SELECT pg_catalog.string_agg(pg_catalog.format('| %s | %s | %s |', align.markdown_text(t.team), COALESCE(align.markdown_text(g.role), '*waited for*'), align.date_text((g.at AT TIME ZONE 'UTC')::date)), E'\n' ORDER BY t.team)
    INTO part FROM (
        SELECT g.team FROM align.plan_signature g WHERE g.version = $1 AND g.at <= $3
        UNION SELECT w.team FROM pg_catalog.regexp_split_to_table(waiting, ', ') w(team) WHERE COALESCE(status.in_force_at > $3, true)) t
    LEFT JOIN align.plan_signature g ON g.version = $1 AND g.team = t.team AND g.at <= $3;
    RETURN result || E'\n\n## Signatures\n\n| Team | Signed by | On |\n|:---|:---|:---|\n' || COALESCE(part, '| | | |')
        || pg_catalog.format(E'\n\nPublished on %s by %s%s. Fingerprint (SHA-256): `%s`\n', align.date_text((status.published_at AT TIME ZONE 'UTC')::date), align.markdown_text(status.published_by),
            COALESCE(': *' || align.markdown_text(status.note) || '*', ''), status.sha256);
END $$;
COMMENT ON FUNCTION align.plan_markdown(integer, jsonb, timestamptz) IS 'Serves plan_document: the document of a version of the plan with its text, or of a draft with NULL as version.';

-- jit: many small queries, which would be compiled for longer than they run.
CREATE FUNCTION align.plan_document(version integer, at timestamptz DEFAULT pg_catalog.now()) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE STRICT SET jit = off
    RETURN (SELECT align.plan_markdown(p.version, p.body, $2) FROM align.known_plan($1) p);
COMMENT ON FUNCTION align.plan_document(integer, timestamptz) IS 'A version of the plan as Markdown, to be read and signed: mission and outcome, goals with their targets, strategies, rocks, budget by goal and category, what the teams understood of each other, open questions and challenges, signatures, as of an instant, by default now. Texts are escaped. Error for an unknown version.';

CREATE FUNCTION align.plan_document(period text, at timestamptz DEFAULT pg_catalog.now()) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked align.period := $1;
    version integer := COALESCE(align.plan_in_force($1, $2), (
        SELECT v.version FROM align.plan_version v WHERE v.period OPERATOR(align.=) asked AND v.published_at <= $2 ORDER BY v.published_at DESC, v.version DESC LIMIT 1));
BEGIN
    IF version IS NULL AND $2 < pg_catalog.now() THEN
        RAISE EXCEPTION 'no plan of % was published by %', asked, $2
            USING ERRCODE = 'no_data_found',
                DETAIL = 'The live plan keeps no history; what it was is known of versions alone.',
                HINT = 'Leave the instant out to see the plan as it is.';
    END IF;
    RETURN align.plan_markdown(version, CASE WHEN version IS NULL THEN align.plan_body(asked) ELSE (align.known_plan(version)).body END, $2);
END $$;
COMMENT ON FUNCTION align.plan_document(text, timestamptz) IS 'The plan of a period as Markdown, as plan_document(version) gives it: the version in force at an instant, by default now; else the last one published by then; else the live plan as a draft. Error for an instant in the past by which nothing was published.';
