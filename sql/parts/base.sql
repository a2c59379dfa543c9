-- base: the teams, who is in them, and the settings of the company

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

-- A restored row replaces the shipped one of the same key.
CREATE FUNCTION align.yield_builtin() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    key_columns text := TG_ARGV[0];
BEGIN
    IF NOT NEW.builtin THEN
        EXECUTE pg_catalog.format('DELETE FROM %I.%I AS t WHERE t.builtin AND (SELECT ROW(%s) FROM (SELECT t.*) x) = (SELECT ROW(%s) FROM (SELECT ($1).*) x)',
            TG_TABLE_SCHEMA, TG_TABLE_NAME, key_columns, key_columns) USING NEW;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION align.yield_builtin() IS 'Trigger: a row of the user''s replaces the shipped one of the same key, as when an edited one comes back from a dump.';

CREATE TRIGGER team_own_builtin BEFORE UPDATE ON align.team
    FOR EACH ROW EXECUTE FUNCTION align.own_builtin();
CREATE TRIGGER setting_own_builtin BEFORE UPDATE ON align.setting
    FOR EACH ROW EXECUTE FUNCTION align.own_builtin();
CREATE TRIGGER setting_yield_builtin BEFORE INSERT ON align.setting
    FOR EACH ROW EXECUTE FUNCTION align.yield_builtin('x.key');
COMMENT ON TRIGGER team_own_builtin ON align.team IS 'an edited row is the user''s';
COMMENT ON TRIGGER setting_own_builtin ON align.setting IS 'an edited row is the user''s';
COMMENT ON TRIGGER setting_yield_builtin ON align.setting IS 'an edited row replaces the shipped one';

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
