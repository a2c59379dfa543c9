-- base: the teams, who is in them, and the settings of the company

COMMENT ON SCHEMA align IS 'Alignment of sales and marketing: types, functions, tables and views of the extension align.';
GRANT USAGE ON SCHEMA align TO PUBLIC;

CREATE FUNCTION align.to_instant(value text, zone text DEFAULT NULL, format text DEFAULT NULL) RETURNS timestamptz
    AS 'MODULE_PATHNAME', 'align_base_to_instant' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.to_instant(text, text, text) IS 'The instant that a CRM export wrote: ISO 8601, milliseconds since 1970, or by a format of YYYY YY MM Mon Month DD HH24 HH12 MI SS MS US AM TZ. zone: time zone of values without one. NULL for an empty value and for 9999-12-31, which mean no end. Error for any other, also for one without a zone when none is given.';
CREATE FUNCTION align.instant_fault(value text, zone text DEFAULT NULL, format text DEFAULT NULL) RETURNS text
    AS 'MODULE_PATHNAME', 'align_base_instant_fault' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.instant_fault(text, text, text) IS 'Why to_instant would give no instant, in words; NULL when it gives one.';

CREATE FUNCTION align.check_instant(at timestamptz) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF $1 IS NULL OR NOT pg_catalog.isfinite($1) THEN
        RAISE EXCEPTION 'invalid instant: %', COALESCE($1::text, 'NULL')
            USING ERRCODE = 'datetime_field_overflow',
                DETAIL = 'An instant is finite.',
                HINT = 'Leave the instant out to mean the present.';
    END IF;
END $$;
COMMENT ON FUNCTION align.check_instant(timestamptz) IS 'An error when an instant is NULL or infinite.';

CREATE FUNCTION align.check_near_instant(at timestamptz) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM align.check_instant($1);
    IF $1 > pg_catalog.now() + '366 days'::interval THEN
        RAISE EXCEPTION 'instant too far ahead: %', $1
            USING ERRCODE = 'datetime_field_overflow',
                DETAIL = 'It may be 366 days ahead at most; what follows it must be later still.',
                HINT = 'Correct the year, or leave the instant out to mean the present.';
    END IF;
END $$;
COMMENT ON FUNCTION align.check_near_instant(timestamptz) IS 'An error when an instant is NULL, infinite, or more than 366 days ahead.';

-- By the clock, not the start of the transaction, and that of another machine may be ahead.
CREATE FUNCTION align.check_past_instant(at timestamptz) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM align.check_instant($1);
    IF $1 > pg_catalog.clock_timestamp() + '1 minute'::interval THEN
        RAISE EXCEPTION 'invalid instant: %', $1
            USING ERRCODE = 'datetime_field_overflow',
                DETAIL = 'It lies in the future, and what is recorded stays.',
                HINT = 'Leave the instant out to mean the present.';
    END IF;
END $$;
COMMENT ON FUNCTION align.check_past_instant(timestamptz) IS 'An error when an instant is NULL, infinite, or more than a minute in the future.';

CREATE FUNCTION align.check_text(value text, what text, max_length integer) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF COALESCE($1 !~ '\S', true) OR pg_catalog.length($1) > $3 THEN
        RAISE EXCEPTION 'invalid %: %', $2, CASE WHEN $1 IS NULL THEN 'NULL' WHEN $1 !~ '\S' THEN 'it is empty'
                ELSE pg_catalog.format('it has %s characters', pg_catalog.length($1)) END
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = pg_catalog.format('It has 1 to %s characters, and not only blanks.', $3),
                HINT = CASE WHEN pg_catalog.length($1) > $3 THEN 'Keep what a reader sees, or split it.' ELSE 'Write it in words.' END;
    END IF;
END $$;
COMMENT ON FUNCTION align.check_text(text, text, integer) IS 'An error when a text is NULL, blank or longer than so many characters; what: how the message calls it.';

CREATE TABLE align.team (
    key text NOT NULL,
    title text NOT NULL,
    builtin boolean DEFAULT false NOT NULL,
    CONSTRAINT team_pkey PRIMARY KEY (key),
    CONSTRAINT team_key_check CHECK (pg_catalog.length(key) BETWEEN 1 AND 63)
);
COMMENT ON TABLE align.team IS 'The teams of the company, as owners, givers and takers of work.';
COMMENT ON COLUMN align.team.key IS 'Name by which other tables point at the team.';
COMMENT ON COLUMN align.team.title IS 'Name as shown.';
COMMENT ON COLUMN align.team.builtin IS 'Shipped with the extension; becomes false when the row is edited, so that a dump keeps it.';
COMMENT ON CONSTRAINT team_pkey ON align.team IS 'one row per team';
COMMENT ON CONSTRAINT team_key_check ON align.team IS '1 to 63 characters';

CREATE TABLE align.member (
    role name NOT NULL,
    team text NOT NULL,
    since_at timestamptz DEFAULT pg_catalog.now() NOT NULL,
    CONSTRAINT member_pkey PRIMARY KEY (role, team),
    CONSTRAINT member_team_fkey FOREIGN KEY (team) REFERENCES align.team (key) ON UPDATE CASCADE
);
COMMENT ON TABLE align.member IS 'Which database role speaks for which team.';
COMMENT ON COLUMN align.member.role IS 'Name of the database role.';
COMMENT ON COLUMN align.member.team IS 'The team that it speaks for.';
COMMENT ON COLUMN align.member.since_at IS 'When it was entered.';
COMMENT ON CONSTRAINT member_pkey ON align.member IS 'a role is once in a team';
COMMENT ON CONSTRAINT member_team_fkey ON align.member IS 'the team is known';
CREATE INDEX member_team_idx ON align.member (team);
COMMENT ON INDEX align.member_team_idx IS 'finds the members of a team';

CREATE FUNCTION align.known_team(team text) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM align.team t WHERE t.key = $1) THEN
        RAISE EXCEPTION 'unknown team: "%"', COALESCE($1, 'NULL')
            USING ERRCODE = 'no_data_found',
                DETAIL = pg_catalog.format('There are: %s.', (SELECT pg_catalog.string_agg(t.key, ', ' ORDER BY t.key) FROM align.team t)),
                HINT = 'Enter it into table team first.';
    END IF;
    RETURN $1;
END $$;
COMMENT ON FUNCTION align.known_team(text) IS 'A team''s key; an error when there is no such team.';

CREATE FUNCTION align.acting_role() RETURNS text
    LANGUAGE sql STABLE PARALLEL RESTRICTED
    RETURN CASE pg_catalog.current_setting('role') WHEN 'none' THEN session_user::text ELSE pg_catalog.current_setting('role') END;
COMMENT ON FUNCTION align.acting_role() IS 'The role that acts: that of SET ROLE, else the session''s, also within a function that runs as its owner.';

CREATE FUNCTION align.role_for_team(team text, deed text) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    actor text := align.acting_role();
BEGIN
    PERFORM align.known_team($1);
    IF $2 IS NOT NULL AND NOT EXISTS (SELECT FROM align.member m WHERE m.role = actor AND m.team = $1) THEN
        RAISE EXCEPTION 'role "%" cannot % for team "%"', actor, $2, $1
            USING ERRCODE = 'insufficient_privilege',
                DETAIL = pg_catalog.format('Its members alone act for a team, superusers or not; "%s" is a member of: %s.', actor, COALESCE((
                    SELECT pg_catalog.string_agg(m.team, ', ' ORDER BY m.team) FROM align.member m WHERE m.role = actor), 'none')),
                HINT = pg_catalog.format('Have a member of the team %s, or enter the role into table member first.', $2);
    END IF;
    RETURN actor;
END $$;
COMMENT ON FUNCTION align.role_for_team(text, text) IS 'The role that acts, when it may act for a team; deed: what it would do, as a word (sign, write), or NULL when everybody may. Error for an unknown team, or a role that is no member of it.';

CREATE TABLE align.setting (
    key text NOT NULL,
    value jsonb NOT NULL,
    description text NOT NULL,
    builtin boolean DEFAULT false NOT NULL,
    CONSTRAINT setting_pkey PRIMARY KEY (key)
);
COMMENT ON TABLE align.setting IS 'Choices of the company that views and functions of today read. Immutable functions never do.';
COMMENT ON COLUMN align.setting.key IS 'Name of the setting.';
COMMENT ON COLUMN align.setting.value IS 'Its value.';
COMMENT ON COLUMN align.setting.description IS 'What it decides.';
COMMENT ON COLUMN align.setting.builtin IS 'Shipped with the extension; becomes false when the row is edited, so that a dump keeps it.';
COMMENT ON CONSTRAINT setting_pkey ON align.setting IS 'one row per setting';

-- Rows shipped with the extension are not dumped; an edited one is the user's.
CREATE FUNCTION align.own_builtin() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW IS DISTINCT FROM OLD THEN
        NEW.builtin := false;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION align.own_builtin() IS 'Trigger: a shipped row that is edited becomes the user''s own, and so part of a dump.';

-- A row of the user's replaces the shipped one of the same key, as when an
-- edited one comes back from a dump. The arguments are the key's columns.
CREATE FUNCTION align.yield_builtin() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT NEW.builtin THEN
        EXECUTE pg_catalog.format('DELETE FROM %I.%I t WHERE t.builtin AND %s', TG_TABLE_SCHEMA, TG_TABLE_NAME,
            (SELECT pg_catalog.string_agg(pg_catalog.format('t.%I::text = ($1).%I::text', a, a), ' AND ')
             FROM pg_catalog.unnest(TG_ARGV) a)) USING NEW;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION align.yield_builtin() IS 'Trigger: a row of the user''s replaces the shipped one of the same key, as when an edited one comes back from a dump.';

-- Where a setting is shipped, a trigger beside it gives as arguments what it may
-- be: a condition on $1, its value; the same in words; an example.
CREATE FUNCTION align.check_setting() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    fits boolean;
BEGIN
    BEGIN
        EXECUTE 'SELECT ' || TG_ARGV[0] INTO fits USING NEW.value;
    EXCEPTION WHEN data_exception THEN
        fits := false;
    END;
    IF fits IS NOT TRUE THEN
        RAISE EXCEPTION 'invalid setting "%": %', NEW.key, COALESCE(NEW.value::text, 'NULL')
            USING ERRCODE = 'check_violation', DETAIL = TG_ARGV[1], HINT = pg_catalog.format('Write it as in %s.', TG_ARGV[2]);
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION align.check_setting() IS 'Trigger: an error when a setting has a value that its readers could not use.';

CREATE TRIGGER team_own_builtin BEFORE UPDATE ON align.team
    FOR EACH ROW EXECUTE FUNCTION align.own_builtin();
CREATE TRIGGER setting_own_builtin BEFORE UPDATE ON align.setting
    FOR EACH ROW EXECUTE FUNCTION align.own_builtin();
CREATE TRIGGER setting_yield_builtin BEFORE INSERT ON align.setting
    FOR EACH ROW EXECUTE FUNCTION align.yield_builtin('key');
CREATE TRIGGER team_yield_builtin BEFORE INSERT ON align.team
    FOR EACH ROW EXECUTE FUNCTION align.yield_builtin('key');
COMMENT ON TRIGGER team_yield_builtin ON align.team IS 'an edited row replaces the shipped one';
COMMENT ON TRIGGER team_own_builtin ON align.team IS 'an edited row is the user''s';
COMMENT ON TRIGGER setting_own_builtin ON align.setting IS 'an edited row is the user''s';
COMMENT ON TRIGGER setting_yield_builtin ON align.setting IS 'an edited row replaces the shipped one';

CREATE FUNCTION align.instant_text(at timestamptz) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE $1 WHEN 'infinity' THEN 'infinity' WHEN '-infinity' THEN '-infinity'
        ELSE pg_catalog.regexp_replace(pg_catalog.to_char($1 AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), '\.?0+$', '') || 'Z' END;
COMMENT ON FUNCTION align.instant_text(timestamptz) IS 'An instant in UTC, as in 2026-02-16 12:00:00Z, the same in every session.';

CREATE FUNCTION align.number_text(number numeric) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN pg_catalog.abs($1) >= 1e15 THEN $1::text
                WHEN $1 = pg_catalog.trunc($1) THEN pg_catalog.to_char($1, 'FM999,999,999,999,990')
                ELSE pg_catalog.to_char($1, 'FM999,999,999,999,990.00') END;
COMMENT ON FUNCTION align.number_text(numeric) IS 'A number with a comma after each thousand, and two decimals where it is not whole, as money has.';

CREATE FUNCTION align.count_text(count numeric, thing text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN align.number_text($1) || ' ' || $2 || CASE WHEN $1 = 1 THEN '' ELSE 's' END;
COMMENT ON FUNCTION align.count_text(numeric, text) IS 'So many of a thing: 1 item, 1,200 items.';

CREATE FUNCTION align.date_text(date date) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN pg_catalog.to_char($1::timestamp, 'FMDD Mon YYYY');
COMMENT ON FUNCTION align.date_text(date) IS 'A date in words, as in 1 Mar 2026.';

CREATE FUNCTION align.fiscal_start_month() RETURNS integer
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN COALESCE((SELECT (s.value #>> '{}')::integer FROM align.setting s WHERE s.key = 'fiscal_start_month'), 1);
COMMENT ON FUNCTION align.fiscal_start_month() IS 'The month in which the fiscal year starts, 1 to 12, by the setting of that name; 1 without one.';

INSERT INTO align.setting (key, value, description, builtin) VALUES
    ('funnel_steps', '["lead", "mql", "sql", "opportunity", "customer"]', 'Stages in order that funnel_by_source and funnel_by_segment ask for.', true),
    ('funnel_within', '"180 days"', 'Longest time from the first of them to the last; null for no limit, and then nobody is ever given up.', true);
CREATE TRIGGER setting_check_funnel_steps BEFORE INSERT OR UPDATE ON align.setting
    FOR EACH ROW WHEN (NEW.key = 'funnel_steps') EXECUTE FUNCTION align.check_setting('(SELECT pg_catalog.count(*) > 1 AND pg_catalog.count(*) = pg_catalog.count(DISTINCT t.step::align.stage) FROM pg_catalog.jsonb_array_elements_text($1) t(step))',
        'It is a list of two stages at least, each once.', '["lead", "mql", "customer"]');
COMMENT ON TRIGGER setting_check_funnel_steps ON align.setting IS 'what funnel_steps may be';
CREATE TRIGGER setting_check_funnel_within BEFORE INSERT OR UPDATE ON align.setting
    FOR EACH ROW WHEN (NEW.key = 'funnel_within') EXECUTE FUNCTION align.check_setting($$$1 = 'null' OR pg_catalog.jsonb_typeof($1) = 'string' AND ($1 #>> '{}')::interval > '0' AND ($1 #>> '{}')::interval <= '36525 days' AND EXTRACT(month FROM ($1 #>> '{}')::interval) = 0 AND EXTRACT(year FROM ($1 #>> '{}')::interval) = 0$$,
        'It is a span of days, above 0 and up to 100 years, or null; a month has no fixed length.', '"90 days"');
COMMENT ON TRIGGER setting_check_funnel_within ON align.setting IS 'what funnel_within may be';

INSERT INTO align.team (key, title, builtin) VALUES
    ('leadership', 'Leadership', true),
    ('sales', 'Sales', true),
    ('marketing', 'Marketing', true),
    ('customer success', 'Customer success', true),
    ('finance', 'Finance', true),
    ('operations', 'Operations', true),
    ('it', 'IT', true),
    ('hr', 'HR', true);

SELECT pg_catalog.pg_extension_config_dump('align.team', 'WHERE NOT builtin');
SELECT pg_catalog.pg_extension_config_dump('align.member', '');
SELECT pg_catalog.pg_extension_config_dump('align.setting', 'WHERE NOT builtin');
