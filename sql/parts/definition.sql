-- definition: one definition of "qualified", agreed, versioned, and applied

INSERT INTO align.setting (key, value, description, builtin) VALUES
    ('definition_teams', '{"*": ["marketing", "sales"]}', 'Teams that must sign a definition before it is in force: by its name, or under * for all others.', true);
CREATE TRIGGER setting_check_definition_teams BEFORE INSERT OR UPDATE ON align.setting
    FOR EACH ROW WHEN (NEW.key = 'definition_teams') EXECUTE FUNCTION align.check_setting($$$1 @@ 'strict !exists($.* ? (@.type() != "array")) && !exists($.* ? (@.size() == 0)) && !exists($.*[*] ? (@.type() != "string"))'$$,
        'It gives names of definitions, or * for all others, each with a list of one team at least.', '{"*": ["marketing", "sales"]}');
COMMENT ON TRIGGER setting_check_definition_teams ON align.setting IS 'what definition_teams may be';

CREATE TABLE align.definition (
    name text NOT NULL,
    version integer NOT NULL,
    rubric align.rubric NOT NULL,
    note text,
    created_at timestamptz DEFAULT pg_catalog.now() NOT NULL,
    created_by text DEFAULT session_user NOT NULL,
    in_force_at timestamptz,
    CONSTRAINT definition_pkey PRIMARY KEY (name, version),
    CONSTRAINT definition_name_check CHECK (pg_catalog.length(name) BETWEEN 1 AND 63),
    CONSTRAINT definition_version_check CHECK (version >= 1),
    CONSTRAINT definition_in_force_key UNIQUE (name, in_force_at)
);
COMMENT ON TABLE align.definition IS 'Definitions such as icp (whom we serve), mql and sql, in versions. A version is in force from the instant that the last required team has signed, until the next one is.';
COMMENT ON COLUMN align.definition.name IS 'What is defined.';
COMMENT ON COLUMN align.definition.version IS 'Number of the version, from 1.';
COMMENT ON COLUMN align.definition.rubric IS 'The definition itself. Cannot change once anybody has signed.';
COMMENT ON COLUMN align.definition.note IS 'Why it was written, or what is new in it.';
COMMENT ON COLUMN align.definition.created_at IS 'When it was proposed.';
COMMENT ON COLUMN align.definition.created_by IS 'The role that proposed it.';
COMMENT ON COLUMN align.definition.in_force_at IS 'When the last required team signed; set by sign_definition.';
COMMENT ON CONSTRAINT definition_pkey ON align.definition IS 'a version is written once';
COMMENT ON CONSTRAINT definition_name_check ON align.definition IS '1 to 63 characters';
COMMENT ON CONSTRAINT definition_version_check ON align.definition IS 'versions count from 1';
COMMENT ON CONSTRAINT definition_in_force_key ON align.definition IS 'at any instant one version of a definition is in force';

CREATE TABLE align.definition_signature (
    name text NOT NULL,
    version integer NOT NULL,
    team text NOT NULL,
    role text NOT NULL,
    at timestamptz DEFAULT pg_catalog.now() NOT NULL,
    CONSTRAINT definition_signature_pkey PRIMARY KEY (name, version, team),
    CONSTRAINT definition_signature_definition_fkey FOREIGN KEY (name, version) REFERENCES align.definition (name, version),
    CONSTRAINT definition_signature_team_fkey FOREIGN KEY (team) REFERENCES align.team (key)
);
COMMENT ON TABLE align.definition_signature IS 'Who signed which version for which team. Given by sign_definition; never changed, never deleted.';
COMMENT ON COLUMN align.definition_signature.name IS 'The definition.';
COMMENT ON COLUMN align.definition_signature.version IS 'Its version.';
COMMENT ON COLUMN align.definition_signature.team IS 'The team that agrees.';
COMMENT ON COLUMN align.definition_signature.role IS 'The database role that signed for it.';
COMMENT ON COLUMN align.definition_signature.at IS 'When.';
COMMENT ON CONSTRAINT definition_signature_pkey ON align.definition_signature IS 'a team signs a version once';
COMMENT ON CONSTRAINT definition_signature_definition_fkey ON align.definition_signature IS 'what is signed exists, and stays';
COMMENT ON CONSTRAINT definition_signature_team_fkey ON align.definition_signature IS 'the team is known';

CREATE TABLE align.verdict (
    lead bigint NOT NULL,
    definition text NOT NULL,
    version integer,
    team text,
    qualified boolean NOT NULL,
    points numeric,
    grade text,
    reason text,
    at timestamptz DEFAULT pg_catalog.now() NOT NULL,
    recorded_at timestamptz DEFAULT pg_catalog.now() NOT NULL,
    actor text,
    CONSTRAINT verdict_key UNIQUE NULLS NOT DISTINCT (lead, definition, team, at),
    CONSTRAINT verdict_lead_fkey FOREIGN KEY (lead) REFERENCES align.lead (id),
    CONSTRAINT verdict_definition_fkey FOREIGN KEY (definition, version) REFERENCES align.definition (name, version),
    CONSTRAINT verdict_team_fkey FOREIGN KEY (team) REFERENCES align.team (key) ON UPDATE CASCADE,
    CONSTRAINT verdict_at_check CHECK (pg_catalog.isfinite(at))
);
COMMENT ON TABLE align.verdict IS 'Whether a lead is qualified: by a definition''s rubric, or by a team''s own word. Append-only: only the table''s owner may change or delete a row.';
COMMENT ON COLUMN align.verdict.lead IS 'The lead.';
COMMENT ON COLUMN align.verdict.definition IS 'The definition, by name.';
COMMENT ON COLUMN align.verdict.version IS 'The version in force at that instant; NULL when a team judged before there was one.';
COMMENT ON COLUMN align.verdict.team IS 'The team whose word it is; NULL for the rubric''s verdict.';
COMMENT ON COLUMN align.verdict.qualified IS 'Whether it is qualified.';
COMMENT ON COLUMN align.verdict.points IS 'Points of the rubric.';
COMMENT ON COLUMN align.verdict.grade IS 'Grade of the rubric.';
COMMENT ON COLUMN align.verdict.reason IS 'Why, in the team''s words.';
COMMENT ON COLUMN align.verdict.at IS 'When it was judged.';
COMMENT ON COLUMN align.verdict.recorded_at IS 'When we learned it.';
COMMENT ON COLUMN align.verdict.actor IS 'The role or person that recorded it.';
COMMENT ON CONSTRAINT verdict_key ON align.verdict IS 'one verdict of a judge on a lead at an instant; finds the last one';
COMMENT ON CONSTRAINT verdict_lead_fkey ON align.verdict IS 'the lead is known';
COMMENT ON CONSTRAINT verdict_definition_fkey ON align.verdict IS 'the version is known';
COMMENT ON CONSTRAINT verdict_team_fkey ON align.verdict IS 'the team is known';
COMMENT ON CONSTRAINT verdict_at_check ON align.verdict IS 'instants are finite';
CREATE INDEX verdict_definition_idx ON align.verdict (definition, team, lead) WHERE team IS NOT NULL;
COMMENT ON INDEX align.verdict_definition_idx IS 'finds what the teams said of a definition';
CREATE TRIGGER verdict_keep_history BEFORE UPDATE OR DELETE OR TRUNCATE ON align.verdict
    FOR EACH STATEMENT EXECUTE FUNCTION align.keep_history();
COMMENT ON TRIGGER verdict_keep_history ON align.verdict IS 'append-only';

SELECT pg_catalog.pg_extension_config_dump('align.definition', '');
SELECT pg_catalog.pg_extension_config_dump('align.definition_signature', '');
SELECT pg_catalog.pg_extension_config_dump('align.verdict', '');

-- what is signed stays as it was signed

CREATE FUNCTION align.keep_definition() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    signer text := (SELECT pg_catalog.string_agg(s.team, ', ' ORDER BY s.at, s.team) FROM align.definition_signature s
                    WHERE s.name = OLD.name AND s.version = OLD.version);
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF signer IS NULL THEN
            RETURN OLD;
        END IF;
    ELSIF (signer IS NULL AND NEW.in_force_at IS NULL)
        OR ((NEW.name, NEW.version, NEW.rubric::text, NEW.note, NEW.created_at, NEW.created_by)
            IS NOT DISTINCT FROM (OLD.name, OLD.version, OLD.rubric::text, OLD.note, OLD.created_at, OLD.created_by)
            AND (OLD.in_force_at IS NULL OR NEW.in_force_at IS NOT DISTINCT FROM OLD.in_force_at)
            AND (NEW.in_force_at IS NULL OR align.unsigned_teams(NEW.name, NEW.version) IS NULL))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'definition "%" version % cannot change', OLD.name, OLD.version
        USING ERRCODE = 'object_not_in_prerequisite_state',
            DETAIL = CASE WHEN signer IS NULL THEN 'A version comes into force by signatures alone.'
                ELSE pg_catalog.format('What is signed stays as it is; it is signed by %s.', signer) END,
            HINT = CASE WHEN signer IS NULL THEN 'Sign it by sign_definition(name, version, team).'
                ELSE pg_catalog.format('Propose the next version: SELECT align.propose_definition(%L, rubric, note).', OLD.name) END;
END $$;
COMMENT ON FUNCTION align.keep_definition() IS 'Trigger: refuses to change or delete a version that anybody has signed, to all.';

CREATE FUNCTION align.keep_signature() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND NOT EXISTS (SELECT FROM align.definition_signature) THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'signatures are for ever: % refused', TG_OP
        USING ERRCODE = 'object_not_in_prerequisite_state',
            DETAIL = 'A signature is neither changed nor deleted, by nobody.',
            HINT = 'Propose and sign the next version of the definition.';
END $$;
COMMENT ON FUNCTION align.keep_signature() IS 'Trigger: refuses to change or delete signatures, to all.';

CREATE FUNCTION align.required_teams(name text) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN COALESCE((SELECT COALESCE(s.value -> $1, s.value -> '*') FROM align.setting s WHERE s.key = 'definition_teams'), '["marketing", "sales"]');
COMMENT ON FUNCTION align.required_teams(text) IS 'The teams that must sign a definition, by its name, as an array: those of the setting definition_teams, under that name or *, else marketing and sales.';

-- Teams that have not signed yet, as one text; NULL when all have.
CREATE FUNCTION align.unsigned_teams(name text, version integer) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT pg_catalog.string_agg(t.team, ', ' ORDER BY t.team)
            FROM pg_catalog.jsonb_array_elements_text(align.required_teams($1)) t(team)
            WHERE NOT EXISTS (SELECT FROM align.definition_signature g WHERE g.name = $1 AND g.version = $2 AND g.team = t.team));
COMMENT ON FUNCTION align.unsigned_teams(text, integer) IS 'The teams that must still sign a version of a definition, parted by commas; NULL when all have. Required are those of required_teams.';

CREATE TRIGGER definition_keep BEFORE UPDATE OR DELETE ON align.definition
    FOR EACH ROW EXECUTE FUNCTION align.keep_definition();
COMMENT ON TRIGGER definition_keep ON align.definition IS 'what is signed stays';
CREATE TRIGGER definition_signature_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON align.definition_signature
    FOR EACH STATEMENT EXECUTE FUNCTION align.keep_signature();
COMMENT ON TRIGGER definition_signature_keep ON align.definition_signature IS 'what is signed stays';

-- proposing and signing

CREATE FUNCTION align.propose_definition(name text, rubric text, note text DEFAULT NULL) RETURNS integer
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    next_version integer;
BEGIN
    LOCK TABLE align.definition IN SHARE ROW EXCLUSIVE MODE;
    SELECT COALESCE(pg_catalog.max(d.version), 0) + 1 INTO next_version FROM align.definition d WHERE d.name = $1;
    INSERT INTO align.definition (name, version, rubric, note, created_by) VALUES ($1, next_version, $2::align.rubric, $3, align.acting_role());
    RETURN next_version;
END $$;
COMMENT ON FUNCTION align.propose_definition(text, text, text) IS 'Writes the next version of a definition: its name, the rubric as text, a note. Result: the version''s number. It is in force once all required teams have signed. Error for a rubric that cannot be read.';
REVOKE EXECUTE ON FUNCTION align.propose_definition(text, text, text) FROM PUBLIC;

CREATE FUNCTION align.sign_definition(name text, version integer, team text,
    OUT signed_by text, OUT waiting_for text, OUT in_force_at timestamptz) RETURNS record
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last record;
BEGIN
    -- one signer at a time for all versions of a name; who waited sees what the other did
    PERFORM FROM align.definition d WHERE d.name = $1 ORDER BY d.version FOR UPDATE;
    IF NOT EXISTS (SELECT FROM align.definition d WHERE d.name = $1 AND d.version = $2) THEN
        RAISE EXCEPTION 'unknown definition: "%" version %', $1, $2
            USING ERRCODE = 'no_data_found',
                DETAIL = pg_catalog.format('There are: %s.', COALESCE((
                    SELECT pg_catalog.string_agg(d.name || ' ' || d.version, ', ' ORDER BY d.name, d.version) FROM align.definition d), 'none')),
                HINT = 'Propose it by propose_definition(name, rubric, note).';
    END IF;
    signed_by := align.role_for_team($3, 'sign');
    SELECT s.role, s.at INTO last FROM align.definition_signature s WHERE s.name = $1 AND s.version = $2 AND s.team = $3;
    IF FOUND THEN
        RAISE EXCEPTION 'team "%" has signed definition "%" version % already', $3, $1, $2
            USING ERRCODE = 'unique_violation',
                DETAIL = pg_catalog.format('"%s" signed at %s; a team signs once.', last.role, last.at),
                HINT = 'See definition_status for who is waited for.';
    END IF;
    SELECT d.version, d.in_force_at INTO last FROM align.definition d WHERE d.name = $1 AND d.in_force_at IS NOT NULL ORDER BY d.in_force_at DESC LIMIT 1;
    IF last.version > $2 THEN
        RAISE EXCEPTION 'definition "%" version % is out of date', $1, $2
            USING ERRCODE = 'object_not_in_prerequisite_state',
                DETAIL = pg_catalog.format('Version %s is in force since %s.', last.version, last.in_force_at),
                HINT = 'To go back to an older text, propose it as the next version.';
    END IF;
    INSERT INTO align.definition_signature (name, version, team, role) VALUES ($1, $2, $3, signed_by);
    waiting_for := align.unsigned_teams($1, $2);
    -- the row is touched in any case: a concurrent signer with an older snapshot then fails instead of missing this one
    UPDATE align.definition d
    SET in_force_at = CASE WHEN waiting_for IS NULL AND d.in_force_at IS NULL
        THEN GREATEST(pg_catalog.now(), last.in_force_at + '1 microsecond'::interval) ELSE d.in_force_at END
    WHERE d.name = $1 AND d.version = $2
    RETURNING d.in_force_at INTO in_force_at;
END $$;
COMMENT ON FUNCTION align.sign_definition(text, integer, text) IS 'Signs a version of a definition for a team, by the role that acts, which must be a member of that team (table member). Result: the role that signed; the teams that are still waited for, NULL when none; since when the version is in force, NULL while it is not. Error for an unknown version or team, a role that is no member, a second signature of a team, or a version older than the one in force.';
REVOKE EXECUTE ON FUNCTION align.sign_definition(text, integer, text) FROM PUBLIC;

-- what is in force

CREATE FUNCTION align.definition_in_force(name text, at timestamptz DEFAULT pg_catalog.now())
    RETURNS TABLE (version integer, rubric align.rubric, note text, in_force_at timestamptz, until_at timestamptz)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
    SELECT d.version, d.rubric, d.note, d.in_force_at,
        (SELECT pg_catalog.min(n.in_force_at) FROM align.definition n WHERE n.name = d.name AND n.in_force_at > d.in_force_at)
    FROM align.definition d
    WHERE d.name = $1 AND d.in_force_at <= $2
    ORDER BY d.in_force_at DESC LIMIT 1;
END;
COMMENT ON FUNCTION align.definition_in_force(text, timestamptz) IS 'The version of a definition that is in force at an instant, with its rubric, since when, and until when (NULL while it lasts). No row when none is.';

CREATE FUNCTION align.agreed_definition(name text, at timestamptz DEFAULT pg_catalog.now(), OUT version integer, OUT rubric align.rubric) RETURNS record
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    SELECT f.version, f.rubric INTO version, rubric FROM align.definition_in_force($1, $2) f;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no definition of "%" is in force at %', $1, $2
            USING ERRCODE = 'no_data_found',
                DETAIL = COALESCE((SELECT pg_catalog.format('Version %s waits for the signature of: %s.', d.version, align.unsigned_teams(d.name, d.version))
                                   FROM align.definition d WHERE d.name = $1 AND d.in_force_at IS NULL ORDER BY d.version DESC LIMIT 1),
                                  (SELECT pg_catalog.format('It is in force since %s.', pg_catalog.min(d.in_force_at)) FROM align.definition d WHERE d.name = $1 HAVING pg_catalog.count(*) > 0),
                                  pg_catalog.format('There are: %s.', COALESCE((SELECT pg_catalog.string_agg(DISTINCT d.name, ', ') FROM align.definition d), 'none'))),
                HINT = 'Propose it by propose_definition, and have every required team sign by sign_definition.';
    END IF;
END $$;
COMMENT ON FUNCTION align.agreed_definition(text, timestamptz) IS 'As definition_in_force, but an error that says what is missing when no version is in force.';

CREATE VIEW align.definition_status WITH (security_invoker = true) AS
    SELECT d.name, d.version,
        CASE WHEN d.in_force_at IS NULL AND EXISTS (SELECT FROM align.definition n WHERE n.name = d.name AND n.version > d.version AND n.in_force_at IS NOT NULL) THEN 'dropped'
             WHEN d.in_force_at IS NULL THEN 'proposed'
             WHEN n.until_at IS NULL THEN 'in force'
             ELSE 'superseded' END AS status,
        (SELECT pg_catalog.string_agg(s.team, ', ' ORDER BY s.team) FROM align.definition_signature s WHERE s.name = d.name AND s.version = d.version) AS signed_by,
        CASE WHEN d.in_force_at IS NULL THEN align.unsigned_teams(d.name, d.version) END AS waiting_for,
        d.created_at, d.in_force_at, n.until_at, d.note, d.rubric::text AS rubric
    FROM align.definition d
    CROSS JOIN LATERAL (SELECT pg_catalog.min(n.in_force_at) AS until_at FROM align.definition n WHERE n.name = d.name AND n.in_force_at > d.in_force_at) n;
COMMENT ON VIEW align.definition_status IS 'Every version of every definition: who signed, who is waited for, and when it was in force.';
COMMENT ON COLUMN align.definition_status.name IS 'What is defined.';
COMMENT ON COLUMN align.definition_status.version IS 'Number of the version.';
COMMENT ON COLUMN align.definition_status.status IS 'proposed, in force, superseded, or dropped when a later one came into force first.';
COMMENT ON COLUMN align.definition_status.signed_by IS 'Teams that signed, parted by commas.';
COMMENT ON COLUMN align.definition_status.waiting_for IS 'Teams that must still sign, parted by commas.';
COMMENT ON COLUMN align.definition_status.created_at IS 'When it was proposed.';
COMMENT ON COLUMN align.definition_status.in_force_at IS 'Since when it is in force.';
COMMENT ON COLUMN align.definition_status.until_at IS 'When the next one took its place; NULL while it lasts.';
COMMENT ON COLUMN align.definition_status.note IS 'Why it was written.';
COMMENT ON COLUMN align.definition_status.rubric IS 'The definition as text.';

-- judging leads

CREATE FUNCTION align.lead_attrs(source text, segment text, attrs jsonb, account jsonb DEFAULT NULL) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('source', $1, 'segment', $2, 'account', $4)) || $3;
COMMENT ON FUNCTION align.lead_attrs(text, text, jsonb, jsonb) IS 'What a definition judges of a lead: its attributes, with source and segment, and those of its account under account. An attribute of the lead goes before a column of the same name.';

CREATE FUNCTION align.known_lead(lead_key text) RETURNS bigint
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    lead_id bigint := (SELECT l.id FROM align.lead l WHERE l.key = $1);
BEGIN
    IF lead_id IS NULL THEN
        RAISE EXCEPTION 'unknown lead: "%"', $1
            USING ERRCODE = 'no_data_found',
                DETAIL = 'Table lead has no row with this key.',
                HINT = 'Insert the lead first, or load it by align_load.';
    END IF;
    RETURN lead_id;
END $$;
COMMENT ON FUNCTION align.known_lead(text) IS 'The number of a lead by its key; an error when there is none.';

-- Records what a rubric says of the leads from first_id to last_id, where it is
-- not what it said last.
CREATE FUNCTION align.judge_leads(first_id bigint, last_id bigint, name text, version integer, rubric align.rubric, at timestamptz,
    OUT lead_count bigint, OUT qualified_count bigint, OUT recorded_count bigint) RETURNS record
    LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
    WITH judged AS MATERIALIZED (
        SELECT q.id, (q.verdict).qualified, (q.verdict).points::numeric AS points, (q.verdict).grade
        FROM (SELECT l.id, align.qualify($5, align.lead_attrs(l.source, l.segment, l.attrs, a.attrs), $6) AS verdict
              FROM align.lead l LEFT JOIN align.account a ON a.id = l.account
              WHERE l.id BETWEEN $1 AND $2 AND l.forgotten_at IS NULL OFFSET 0) q),
    recorded AS (
        INSERT INTO align.verdict (lead, definition, version, qualified, points, grade, at, actor)
        SELECT j.id, $3, $4, j.qualified, j.points, j.grade, $6, align.acting_role()
        FROM judged j
        LEFT JOIN (SELECT DISTINCT ON (v.lead) v.lead, v.version, v.qualified, v.grade FROM align.verdict v
                   WHERE v.lead BETWEEN $1 AND $2 AND v.definition = $3 AND v.team IS NULL AND v.at <= $6
                   ORDER BY v.lead, v.at DESC) last ON last.lead = j.id
        WHERE (last.version, last.qualified, last.grade) IS DISTINCT FROM ($4, j.qualified, j.grade)
        ON CONFLICT DO NOTHING
        RETURNING 1)
    SELECT pg_catalog.count(*), pg_catalog.count(*) FILTER (WHERE j.qualified), (SELECT pg_catalog.count(*) FROM recorded) FROM judged j;
END;
COMMENT ON FUNCTION align.judge_leads(bigint, bigint, text, integer, align.rubric, timestamptz) IS 'Serves qualify_lead and qualify_all.';
REVOKE EXECUTE ON FUNCTION align.judge_leads(bigint, bigint, text, integer, align.rubric, timestamptz) FROM PUBLIC;

CREATE FUNCTION align.qualify_lead(lead_key text, name text DEFAULT 'mql', at timestamptz DEFAULT pg_catalog.now(),
    OUT version integer, OUT qualified boolean, OUT points numeric, OUT max_points numeric, OUT grade text, OUT missing text, OUT mismatched text, OUT recorded boolean) RETURNS record
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    lead_id bigint := align.known_lead($1);
    agreed record;
BEGIN
    PERFORM align.check_instant($3);
    SELECT d.version, d.rubric INTO agreed FROM align.agreed_definition($2, $3) d;
    version := agreed.version;
    SELECT (q.v).qualified, (q.v).points, (q.v).max_points, (q.v).grade,
        NULLIF(pg_catalog.array_to_string((q.v).missing, ', '), ''), NULLIF(pg_catalog.array_to_string((q.v).mismatched, ', '), '')
    INTO qualified, points, max_points, grade, missing, mismatched
    FROM (SELECT align.qualify(agreed.rubric, align.lead_attrs(l.source, l.segment, l.attrs, a.attrs), $3) AS v
          FROM align.lead l LEFT JOIN align.account a ON a.id = l.account WHERE l.id = lead_id OFFSET 0) q;
    SELECT j.recorded_count > 0 INTO recorded FROM align.judge_leads(lead_id, lead_id, $2, agreed.version, agreed.rubric, $3) j;
END $$;
COMMENT ON FUNCTION align.qualify_lead(text, text, timestamptz) IS 'Judges a lead by the version of a definition that is in force at an instant, and records the verdict where it differs from the last one (version, qualified or grade). lead_key; name of the definition, by default mql; at: by default now. Result: the version, the verdict as qualify gives it (missing and mismatched fields parted by commas, NULL when none), and whether it was recorded. Error for an unknown lead, or when no version is in force.';
REVOKE EXECUTE ON FUNCTION align.qualify_lead(text, text, timestamptz) FROM PUBLIC;

CREATE FUNCTION align.qualify_all(name text DEFAULT 'mql', at timestamptz DEFAULT pg_catalog.now(),
    OUT version integer, OUT lead_count bigint, OUT qualified_count bigint, OUT recorded_count bigint) RETURNS record
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    batch_size constant integer := 100000;
    agreed record;
    batch record;
    first_id bigint := 0;
    last_id bigint;
    total bigint := (SELECT pg_catalog.count(*) FROM align.lead l WHERE l.forgotten_at IS NULL);
BEGIN
    PERFORM align.check_instant($2);
    SELECT d.version, d.rubric INTO agreed FROM align.agreed_definition($1, $2) d;
    version := agreed.version;
    lead_count := 0;
    qualified_count := 0;
    recorded_count := 0;
    SELECT pg_catalog.min(l.id) INTO first_id FROM align.lead l;
    WHILE first_id IS NOT NULL LOOP
        SELECT pg_catalog.max(l.id) INTO last_id FROM (SELECT i.id FROM align.lead i WHERE i.id >= first_id ORDER BY i.id LIMIT batch_size) l;
        SELECT * INTO batch FROM align.judge_leads(first_id, last_id, $1, agreed.version, agreed.rubric, $2);
        lead_count := lead_count + batch.lead_count;
        qualified_count := qualified_count + batch.qualified_count;
        recorded_count := recorded_count + batch.recorded_count;
        IF total > batch_size THEN
            RAISE NOTICE 'qualify_all: % of % leads judged', lead_count, total;
        END IF;
        SELECT pg_catalog.min(l.id) INTO first_id FROM align.lead l WHERE l.id > last_id;
    END LOOP;
END $$;
COMMENT ON FUNCTION align.qualify_all(text, timestamptz) IS 'Judges all leads that are not forgotten by the version of a definition in force at an instant, and records each verdict that differs from the lead''s last one (version, qualified or grade), so that a second run records nothing. Result: the version, leads judged, leads that qualify, verdicts recorded. A notice after every 100,000 leads. Error when no version is in force.';
REVOKE EXECUTE ON FUNCTION align.qualify_all(text, timestamptz) FROM PUBLIC;

CREATE FUNCTION align.record_verdict(lead_key text, team text, qualified boolean, reason text DEFAULT NULL, name text DEFAULT 'mql', at timestamptz DEFAULT pg_catalog.now()) RETURNS boolean
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    lead_id bigint := align.known_lead($1);
    known record;
BEGIN
    PERFORM align.check_past_instant($6);
    IF $3 IS NULL THEN
        RAISE EXCEPTION 'invalid verdict: NULL'
            USING ERRCODE = 'null_value_not_allowed',
                DETAIL = 'A team says whether a lead is qualified.', HINT = 'Write true or false, and why as the reason.';
    END IF;
    PERFORM align.known_team($2);
    IF NOT EXISTS (SELECT FROM align.definition d WHERE d.name = $5) THEN
        RAISE EXCEPTION 'unknown definition: "%"', COALESCE($5, 'NULL')
            USING ERRCODE = 'no_data_found',
                DETAIL = pg_catalog.format('There are: %s.', COALESCE((SELECT pg_catalog.string_agg(DISTINCT d.name, ', ') FROM align.definition d), 'none')),
                HINT = 'Propose it by propose_definition; teams may judge before it is signed.';
    END IF;
    INSERT INTO align.verdict (lead, definition, version, team, qualified, reason, at, actor)
    VALUES (lead_id, $5, (SELECT f.version FROM align.definition_in_force($5, $6) f), $2, $3, $4, $6, align.acting_role())
    ON CONFLICT DO NOTHING;
    IF FOUND THEN
        RETURN true;
    END IF;
    SELECT v.qualified, v.reason INTO known FROM align.verdict v WHERE v.lead = lead_id AND v.definition = $5 AND v.team = $2 AND v.at = $6;
    IF (known.qualified, known.reason) IS DISTINCT FROM ($3, $4) THEN
        RAISE EXCEPTION 'team "%" has judged lead "%" at % already', $2, $1, $6
            USING ERRCODE = 'unique_violation',
                DETAIL = pg_catalog.format('It said %s%s; verdicts are not changed.', CASE WHEN known.qualified THEN 'yes' ELSE 'no' END, COALESCE(', ' || known.reason, '')),
                HINT = 'Record a new verdict at a later instant.';
    END IF;
    RETURN false;
END $$;
COMMENT ON FUNCTION align.record_verdict(text, text, boolean, text, text, timestamptz) IS 'Records a team''s own word on a lead. lead_key, team, qualified, reason; name of the definition, by default mql; at: by default now. Result: true when it was recorded, false when the same was recorded before. Error for an unknown lead, team or definition, an instant in the future, or another word of that team at the same instant.';
REVOKE EXECUTE ON FUNCTION align.record_verdict(text, text, boolean, text, text, timestamptz) FROM PUBLIC;

CREATE FUNCTION align.explain_lead(lead_key text, name text DEFAULT 'mql', at timestamptz DEFAULT pg_catalog.now())
    RETURNS TABLE (clause_order integer, kind text, group_name text, clause text, met boolean, points double precision, clause_points double precision,
        found jsonb, missing text[], mismatched text[])
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    lead_id bigint := align.known_lead($1);
    agreed record;
BEGIN
    SELECT d.version, d.rubric INTO agreed FROM align.agreed_definition($2, $3) d;
    RETURN QUERY SELECT e.* FROM align.lead l LEFT JOIN align.account a ON a.id = l.account
        CROSS JOIN LATERAL align.explain(agreed.rubric, align.lead_attrs(l.source, l.segment, l.attrs, a.attrs), $3) e
        WHERE l.id = lead_id;
END $$;
COMMENT ON FUNCTION align.explain_lead(text, text, timestamptz) IS 'Why a lead is judged as it is by the version of a definition in force at an instant: the rows of explain. Error for an unknown lead, or when no version is in force.';

CREATE VIEW align.lead_verdict WITH (security_invoker = true) AS
    SELECT l.key AS lead_key, l.segment, l.source, v.definition, v.version, v.team, v.qualified, v.points, v.grade, v.reason, v.at, v.actor
    FROM (SELECT DISTINCT ON (i.lead, i.definition, i.team) i.* FROM align.verdict i ORDER BY i.lead, i.definition, i.team, i.at DESC) v
    JOIN align.lead l ON l.id = v.lead;
COMMENT ON VIEW align.lead_verdict IS 'The last verdict of every judge on every lead, by each definition.';
COMMENT ON COLUMN align.lead_verdict.lead_key IS 'The lead.';
COMMENT ON COLUMN align.lead_verdict.segment IS 'Its market segment.';
COMMENT ON COLUMN align.lead_verdict.source IS 'Where it came from.';
COMMENT ON COLUMN align.lead_verdict.definition IS 'The definition.';
COMMENT ON COLUMN align.lead_verdict.version IS 'Its version at that instant.';
COMMENT ON COLUMN align.lead_verdict.team IS 'The team whose word it is; NULL for the rubric''s verdict.';
COMMENT ON COLUMN align.lead_verdict.qualified IS 'Whether the lead is qualified.';
COMMENT ON COLUMN align.lead_verdict.points IS 'Points of the rubric.';
COMMENT ON COLUMN align.lead_verdict.grade IS 'Grade of the rubric.';
COMMENT ON COLUMN align.lead_verdict.reason IS 'Why, in the team''s words.';
COMMENT ON COLUMN align.lead_verdict.at IS 'When it was judged.';
COMMENT ON COLUMN align.lead_verdict.actor IS 'Who recorded it.';

-- what another version would have done

CREATE FUNCTION align.replay(name text, version integer, since timestamptz, at timestamptz DEFAULT pg_catalog.now(),
    OUT version_then integer, OUT version_now integer, OUT lead_count bigint, OUT won_count bigint,
    OUT qualified_then_count bigint, OUT qualified_now_count bigint, OUT qualified_both_count bigint,
    OUT won_then_count bigint, OUT won_now_count bigint,
    OUT precision_then_ratio numeric, OUT precision_now_ratio numeric, OUT recall_then_ratio numeric, OUT recall_now_ratio numeric,
    OUT lift_then_ratio numeric, OUT lift_now_ratio numeric, OUT lift_over_then_ratio numeric) RETURNS record
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    agreed record;
    asked align.rubric;
BEGIN
    SELECT d.version, d.rubric INTO agreed FROM align.agreed_definition($1, $4) d;
    SELECT d.rubric INTO asked FROM align.definition d WHERE d.name = $1 AND d.version = $2;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'unknown definition: "%" version %', $1, $2
            USING ERRCODE = 'no_data_found',
                DETAIL = pg_catalog.format('There are: %s.', (SELECT pg_catalog.string_agg(d.name || ' ' || d.version, ', ' ORDER BY d.name, d.version) FROM align.definition d)),
                HINT = 'Propose it by propose_definition; it needs no signature to be replayed.';
    END IF;
    version_then := agreed.version;
    version_now := $2;
    SELECT pg_catalog.count(*), pg_catalog.count(*) FILTER (WHERE j.won),
        pg_catalog.count(*) FILTER (WHERE j.before), pg_catalog.count(*) FILTER (WHERE j.after), pg_catalog.count(*) FILTER (WHERE j.before AND j.after),
        pg_catalog.count(*) FILTER (WHERE j.before AND j.won), pg_catalog.count(*) FILTER (WHERE j.after AND j.won)
    INTO lead_count, won_count, qualified_then_count, qualified_now_count, qualified_both_count, won_then_count, won_now_count
    FROM (
        SELECT COALESCE(align.entered(h.journey, 'customer') <= $4, false) AS won,
            (align.qualify(agreed.rubric, s.attrs, $4)).qualified AS before,
            (align.qualify(asked, s.attrs, $4)).qualified AS after
        FROM align.lead_journey h
        JOIN align.lead l ON l.id = h.lead_id
        LEFT JOIN align.account a ON a.id = l.account
        CROSS JOIN LATERAL (SELECT align.lead_attrs(l.source, l.segment, l.attrs, a.attrs) AS attrs OFFSET 0) s
        WHERE align.first_at(h.journey) >= $3 AND align.first_at(h.journey) <= $4 AND l.forgotten_at IS NULL
        OFFSET 0) j;
    precision_then_ratio := pg_catalog.round(won_then_count::numeric / NULLIF(qualified_then_count, 0), 6);
    precision_now_ratio := pg_catalog.round(won_now_count::numeric / NULLIF(qualified_now_count, 0), 6);
    recall_then_ratio := pg_catalog.round(won_then_count::numeric / NULLIF(won_count, 0), 6);
    recall_now_ratio := pg_catalog.round(won_now_count::numeric / NULLIF(won_count, 0), 6);
    lift_then_ratio := pg_catalog.round(won_then_count::numeric * lead_count / NULLIF(qualified_then_count * won_count, 0), 6);
    lift_now_ratio := pg_catalog.round(won_now_count::numeric * lead_count / NULLIF(qualified_now_count * won_count, 0), 6);
    lift_over_then_ratio := pg_catalog.round(won_now_count::numeric * qualified_then_count / NULLIF(qualified_now_count * won_then_count, 0), 6);
END $$;
COMMENT ON FUNCTION align.replay(text, integer, timestamptz, timestamptz) IS 'What another version of a definition would have qualified, beside the version in force at an instant (then): of the leads whose first event lies between since and at, how many each qualifies, how many of those became customers by then (won), precision (won of the qualified), recall (qualified of the won), lift (precision over the share won of all), and the precision of the asked version over that of the one in force. Ratios NULL where nothing was to be divided. Leads are judged by what is known of them today: attributes that were filled in after the win flatter. Error for an unknown version, or when none is in force.';

-- who is forgotten is forgotten here too

CREATE FUNCTION align.forget_verdicts() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE align.verdict v SET reason = NULL, actor = NULL WHERE v.lead = NEW.id AND (v.reason IS NOT NULL OR v.actor IS NOT NULL);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION align.forget_verdicts() IS 'Trigger: what was said of a lead in words goes when the lead is forgotten; the verdicts stay countable.';
CREATE TRIGGER lead_forget_verdicts AFTER UPDATE OF forgotten_at ON align.lead
    FOR EACH ROW WHEN (OLD.forgotten_at IS NULL AND NEW.forgotten_at IS NOT NULL) EXECUTE FUNCTION align.forget_verdicts();
COMMENT ON TRIGGER lead_forget_verdicts ON align.lead IS 'words about a forgotten lead go';
