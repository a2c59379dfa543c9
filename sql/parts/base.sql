-- base: the teams, who is in them, and the settings of the company

COMMENT ON SCHEMA align IS 'Alignment of sales and marketing: types, functions, tables and views of the extension align.';
GRANT USAGE ON SCHEMA align TO PUBLIC;

CREATE FUNCTION align.to_instant(value text, zone text DEFAULT NULL, format text DEFAULT NULL) RETURNS timestamptz
    AS 'MODULE_PATHNAME', 'align_base_to_instant' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.to_instant(text, text, text) IS 'The instant that a CRM export wrote: ISO 8601, milliseconds since 1970, or by a format of YYYY YY MM Mon Month DD HH24 HH12 MI SS MS US AM TZ. zone: time zone of values without one. NULL for an empty value and for 9999-12-31, which mean no end. Error for any other, also for one without a zone when none is given.';
CREATE FUNCTION align.instant_fault(value text, zone text DEFAULT NULL, format text DEFAULT NULL) RETURNS text
    AS 'MODULE_PATHNAME', 'align_base_instant_fault' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.instant_fault(text, text, text) IS 'Why to_instant would give no instant, in words; NULL when it gives one.';

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

-- The clock, not the start of the transaction: the present may be given as clock_timestamp().
CREATE FUNCTION align.check_past(at timestamptz) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF pg_catalog.isfinite($1) AND $1 > pg_catalog.clock_timestamp() THEN
        RAISE EXCEPTION 'invalid instant: %', $1
            USING ERRCODE = 'datetime_field_overflow',
                DETAIL = 'It lies in the future, and what is recorded stays.',
                HINT = 'Leave the instant out to mean the present.';
    END IF;
END $$;
COMMENT ON FUNCTION align.check_past(timestamptz) IS 'An error when an instant lies in the future. Not for NULL or an infinite one.';

CREATE FUNCTION align.instant_text(at timestamptz) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE $1 WHEN 'infinity' THEN 'infinity' WHEN '-infinity' THEN '-infinity'
        ELSE pg_catalog.regexp_replace(pg_catalog.to_char($1 AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), '\.?0+$', '') || 'Z' END;
COMMENT ON FUNCTION align.instant_text(timestamptz) IS 'An instant in UTC, as in 2026-02-16 12:00:00Z, the same in every session.';

CREATE FUNCTION align.fiscal_start_month() RETURNS integer
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN COALESCE((SELECT (s.value #>> '{}')::integer FROM align.setting s WHERE s.key = 'fiscal_start_month'), 1);
COMMENT ON FUNCTION align.fiscal_start_month() IS 'The month in which the fiscal year starts, 1 to 12, by the setting of that name; 1 without one.';

INSERT INTO align.setting (key, value, description, builtin) VALUES
    ('funnel_steps', '["lead", "mql", "sql", "opportunity", "customer"]', 'Stages in order that funnel_by_source and funnel_by_segment ask for.', true),
    ('funnel_within', '"180 days"', 'Longest time from the first of them to the last; null for no limit, and then nobody is ever given up.', true);

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
