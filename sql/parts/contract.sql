-- contract: the plan as a contract: published, signed, shared, challenged, and held against what changed since

INSERT INTO align.setting (key, value, description, builtin) VALUES
    ('plan_teams', '["marketing", "sales"]', 'Teams that must sign a version of the plan before it is in force.', true);
CREATE TRIGGER setting_check_plan_teams BEFORE INSERT OR UPDATE ON align.setting
    FOR EACH ROW WHEN (NEW.key = 'plan_teams') EXECUTE FUNCTION align.check_setting($$$1 @@ 'strict $.type() == "array" && exists($[*]) && !exists($[*] ? (@.type() != "string"))'$$,
        'It is a list of one team at least.', '["marketing", "sales"]');
COMMENT ON TRIGGER setting_check_plan_teams ON align.setting IS 'what plan_teams may be';

CREATE TABLE align.plan_version (
    version integer NOT NULL,
    period align.period NOT NULL,
    body jsonb NOT NULL,
    sha256 text NOT NULL,
    note text,
    published_at timestamptz DEFAULT pg_catalog.now() NOT NULL,
    published_by text DEFAULT session_user NOT NULL,
    in_force_at timestamptz,
    CONSTRAINT plan_version_pkey PRIMARY KEY (version),
    CONSTRAINT plan_version_version_check CHECK (version >= 1),
    CONSTRAINT plan_version_in_force_key UNIQUE (period, in_force_at)
);
COMMENT ON TABLE align.plan_version IS 'The plan of a period as it was frozen by publish_plan. A version is in force from the instant that the last required team has signed, until the next one of the same period is.';
COMMENT ON COLUMN align.plan_version.version IS 'Number of the version, from 1, over all periods.';
COMMENT ON COLUMN align.plan_version.period IS 'The period that is planned.';
COMMENT ON COLUMN align.plan_version.body IS 'The plan as plan_body gave it. Cannot change once anybody has signed.';
COMMENT ON COLUMN align.plan_version.sha256 IS 'Fingerprint of the body: plan_hash(body).';
COMMENT ON COLUMN align.plan_version.note IS 'Why it was published, or what is new in it.';
COMMENT ON COLUMN align.plan_version.published_at IS 'When it was published.';
COMMENT ON COLUMN align.plan_version.published_by IS 'The role that published it.';
COMMENT ON COLUMN align.plan_version.in_force_at IS 'When the last required team signed; set by sign_plan.';
COMMENT ON CONSTRAINT plan_version_pkey ON align.plan_version IS 'a version is published once';
COMMENT ON CONSTRAINT plan_version_version_check ON align.plan_version IS 'versions count from 1';
COMMENT ON CONSTRAINT plan_version_in_force_key ON align.plan_version IS 'at any instant one plan of a period is in force';

CREATE TABLE align.plan_signature (
    version integer NOT NULL,
    team text NOT NULL,
    role text NOT NULL,
    at timestamptz DEFAULT pg_catalog.now() NOT NULL,
    CONSTRAINT plan_signature_pkey PRIMARY KEY (version, team),
    CONSTRAINT plan_signature_version_fkey FOREIGN KEY (version) REFERENCES align.plan_version (version),
    CONSTRAINT plan_signature_team_fkey FOREIGN KEY (team) REFERENCES align.team (key)
);
COMMENT ON TABLE align.plan_signature IS 'Who signed which version of the plan for which team. Given by sign_plan; never changed, never deleted.';
COMMENT ON COLUMN align.plan_signature.version IS 'The version.';
COMMENT ON COLUMN align.plan_signature.team IS 'The team that agrees.';
COMMENT ON COLUMN align.plan_signature.role IS 'The database role that signed for it.';
COMMENT ON COLUMN align.plan_signature.at IS 'When.';
COMMENT ON CONSTRAINT plan_signature_pkey ON align.plan_signature IS 'a team signs a version once';
COMMENT ON CONSTRAINT plan_signature_version_fkey ON align.plan_signature IS 'what is signed exists, and stays';
COMMENT ON CONSTRAINT plan_signature_team_fkey ON align.plan_signature IS 'the team is known';

CREATE TABLE align.plan_share (
    version integer NOT NULL,
    team text NOT NULL,
    shared_at timestamptz DEFAULT pg_catalog.now() NOT NULL,
    shared_by text DEFAULT session_user NOT NULL,
    acknowledged_at timestamptz,
    acknowledged_by text,
    CONSTRAINT plan_share_pkey PRIMARY KEY (version, team),
    CONSTRAINT plan_share_version_fkey FOREIGN KEY (version) REFERENCES align.plan_version (version) ON DELETE CASCADE,
    CONSTRAINT plan_share_team_fkey FOREIGN KEY (team) REFERENCES align.team (key) ON UPDATE CASCADE,
    CONSTRAINT plan_share_acknowledged_check CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL))
);
COMMENT ON TABLE align.plan_share IS 'Which version of the plan was shared with which team, and whether that team acknowledged it.';
COMMENT ON COLUMN align.plan_share.version IS 'The version.';
COMMENT ON COLUMN align.plan_share.team IS 'The team it was shared with.';
COMMENT ON COLUMN align.plan_share.shared_at IS 'When.';
COMMENT ON COLUMN align.plan_share.shared_by IS 'The role that shared it.';
COMMENT ON COLUMN align.plan_share.acknowledged_at IS 'When the team said that it has read it; NULL while it has not.';
COMMENT ON COLUMN align.plan_share.acknowledged_by IS 'The role that said so for the team.';
COMMENT ON CONSTRAINT plan_share_pkey ON align.plan_share IS 'a version is shared with a team once';
COMMENT ON CONSTRAINT plan_share_version_fkey ON align.plan_share IS 'the version is known';
COMMENT ON CONSTRAINT plan_share_team_fkey ON align.plan_share IS 'the team is known';
COMMENT ON CONSTRAINT plan_share_acknowledged_check ON align.plan_share IS 'when and by whom go together';

CREATE TABLE align.plan_comment (
    id bigint GENERATED BY DEFAULT AS IDENTITY NOT NULL,
    version integer NOT NULL,
    item text,
    team text NOT NULL,
    role text DEFAULT session_user NOT NULL,
    kind text DEFAULT 'comment' NOT NULL,
    body text NOT NULL,
    at timestamptz DEFAULT pg_catalog.now() NOT NULL,
    answer text,
    answered_at timestamptz,
    answered_by text,
    CONSTRAINT plan_comment_pkey PRIMARY KEY (id),
    CONSTRAINT plan_comment_version_fkey FOREIGN KEY (version) REFERENCES align.plan_version (version) ON DELETE CASCADE,
    CONSTRAINT plan_comment_team_fkey FOREIGN KEY (team) REFERENCES align.team (key) ON UPDATE CASCADE,
    CONSTRAINT plan_comment_kind_check CHECK (kind IN ('question', 'challenge', 'comment')),
    CONSTRAINT plan_comment_body_check CHECK (pg_catalog.length(body) BETWEEN 1 AND 10000),
    CONSTRAINT plan_comment_answer_check CHECK (pg_catalog.length(answer) BETWEEN 1 AND 10000),
    CONSTRAINT plan_comment_answered_check CHECK ((answered_at IS NULL) = (answer IS NULL) AND (answered_by IS NULL) = (answer IS NULL))
);
COMMENT ON TABLE align.plan_comment IS 'What teams asked of a version of the plan, challenged or said, and how they were answered.';
COMMENT ON COLUMN align.plan_comment.id IS 'Number of the comment.';
COMMENT ON COLUMN align.plan_comment.version IS 'The version it is about.';
COMMENT ON COLUMN align.plan_comment.item IS 'Key of the item it is about; NULL for the whole plan.';
COMMENT ON COLUMN align.plan_comment.team IS 'The team that speaks.';
COMMENT ON COLUMN align.plan_comment.role IS 'The role that spoke for it.';
COMMENT ON COLUMN align.plan_comment.kind IS 'question, challenge or comment. The first two are open until they are answered.';
COMMENT ON COLUMN align.plan_comment.body IS 'The words.';
COMMENT ON COLUMN align.plan_comment.at IS 'When.';
COMMENT ON COLUMN align.plan_comment.answer IS 'The answer; NULL while there is none.';
COMMENT ON COLUMN align.plan_comment.answered_at IS 'When it was answered.';
COMMENT ON COLUMN align.plan_comment.answered_by IS 'The role that answered.';
COMMENT ON CONSTRAINT plan_comment_pkey ON align.plan_comment IS 'a number for each';
COMMENT ON CONSTRAINT plan_comment_version_fkey ON align.plan_comment IS 'the version is known';
COMMENT ON CONSTRAINT plan_comment_team_fkey ON align.plan_comment IS 'the team is known';
COMMENT ON CONSTRAINT plan_comment_kind_check ON align.plan_comment IS 'question, challenge or comment';
COMMENT ON CONSTRAINT plan_comment_body_check ON align.plan_comment IS '1 to 10,000 characters';
COMMENT ON CONSTRAINT plan_comment_answer_check ON align.plan_comment IS '1 to 10,000 characters';
COMMENT ON CONSTRAINT plan_comment_answered_check ON align.plan_comment IS 'an answer has its time and its author';
CREATE INDEX plan_comment_version_idx ON align.plan_comment (version);
COMMENT ON INDEX align.plan_comment_version_idx IS 'finds what was said of a version';

CREATE TABLE align.understanding (
    id bigint GENERATED BY DEFAULT AS IDENTITY NOT NULL,
    about_team text NOT NULL,
    by_team text NOT NULL,
    period align.period NOT NULL,
    body text NOT NULL,
    written_at timestamptz DEFAULT pg_catalog.now() NOT NULL,
    written_by text DEFAULT session_user NOT NULL,
    in_force_at timestamptz,
    signed_by text,
    CONSTRAINT understanding_pkey PRIMARY KEY (id),
    CONSTRAINT understanding_in_force_key UNIQUE (about_team, by_team, period, in_force_at),
    CONSTRAINT understanding_about_team_fkey FOREIGN KEY (about_team) REFERENCES align.team (key),
    CONSTRAINT understanding_by_team_fkey FOREIGN KEY (by_team) REFERENCES align.team (key),
    CONSTRAINT understanding_team_check CHECK (about_team <> by_team),
    CONSTRAINT understanding_body_check CHECK (pg_catalog.length(body) BETWEEN 1 AND 10000),
    CONSTRAINT understanding_signed_check CHECK ((in_force_at IS NULL) = (signed_by IS NULL))
);
COMMENT ON TABLE align.understanding IS 'What one team wrote about the goals of another. It is in force once that other team has signed it, until the next one of the same two teams and period is.';
COMMENT ON COLUMN align.understanding.id IS 'Number of the understanding.';
COMMENT ON COLUMN align.understanding.about_team IS 'The team whose goals are described, and which signs.';
COMMENT ON COLUMN align.understanding.by_team IS 'The team that listened and wrote.';
COMMENT ON COLUMN align.understanding.period IS 'The period it speaks of.';
COMMENT ON COLUMN align.understanding.body IS 'What was understood. Cannot change once signed.';
COMMENT ON COLUMN align.understanding.written_at IS 'When it was written.';
COMMENT ON COLUMN align.understanding.written_by IS 'The role that wrote it.';
COMMENT ON COLUMN align.understanding.in_force_at IS 'When the team it describes signed; set by sign_understanding.';
COMMENT ON COLUMN align.understanding.signed_by IS 'The role that signed.';
COMMENT ON CONSTRAINT understanding_pkey ON align.understanding IS 'a number for each';
COMMENT ON CONSTRAINT understanding_in_force_key ON align.understanding IS 'at any instant one of two teams and a period is in force; finds it';
COMMENT ON CONSTRAINT understanding_about_team_fkey ON align.understanding IS 'the team is known';
COMMENT ON CONSTRAINT understanding_by_team_fkey ON align.understanding IS 'the team is known';
COMMENT ON CONSTRAINT understanding_team_check ON align.understanding IS 'a team writes about another';
COMMENT ON CONSTRAINT understanding_body_check ON align.understanding IS '1 to 10,000 characters';
COMMENT ON CONSTRAINT understanding_signed_check ON align.understanding IS 'when and by whom go together';

SELECT pg_catalog.pg_extension_config_dump('align.plan_version', '');
SELECT pg_catalog.pg_extension_config_dump('align.plan_signature', '');
SELECT pg_catalog.pg_extension_config_dump('align.plan_share', '');
COMMENT ON SEQUENCE align.plan_comment_id_seq IS 'numbers of comments';
SELECT pg_catalog.pg_extension_config_dump('align.plan_comment', '');
SELECT pg_catalog.pg_extension_config_dump('align.plan_comment_id_seq', '');
COMMENT ON SEQUENCE align.understanding_id_seq IS 'numbers of understandings';
SELECT pg_catalog.pg_extension_config_dump('align.understanding', '');
SELECT pg_catalog.pg_extension_config_dump('align.understanding_id_seq', '');

-- the frozen plan

CREATE FUNCTION align.plan_targets(period align.period, items bigint[]) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('metric', m.key, 'title', m.title, 'item', i.key, 'unit', m.unit, 'grain', m.grain,
            'from', GREATEST(t.from_period, f.period)::text, 'target', t.target::text)) ORDER BY m.key COLLATE "C", t.from_period)
    FROM pg_catalog.unnest($2) u(id) JOIN align.plan_item i ON i.id = u.id
    JOIN align.metric m ON m.item = i.id AND m.retired_at IS NULL
    -- the first of its periods that touches the plan's
    CROSS JOIN LATERAL (SELECT align.period(align.lower($1), m.grain, m.start_month) AS period OFFSET 0) f
    JOIN LATERAL (
        SELECT h.from_period, h.target, pg_catalog.lead(h.from_period) OVER (ORDER BY h.from_period) AS next_period
        FROM align.metric_target h WHERE h.metric = m.id) t
        ON align.lower(t.from_period) < align.upper($1) AND (t.next_period IS NULL OR t.next_period OPERATOR(align.>) f.period);
END;
COMMENT ON FUNCTION align.plan_targets(align.period, bigint[]) IS 'The targets in force in a period of the metrics that hang on items, by their numbers, as one array by metric and period: metric, title, item, unit, grain, from (the first period in the asked one that it is held against) and target. Retired metrics are left out. NULL when there are none.';

CREATE FUNCTION align.plan_body(period align.period, also text[] DEFAULT '{}') RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH RECURSIVE inside AS (
        SELECT i.id FROM align.plan_item i WHERE i.period OPERATOR(align.<@) $1 AND i.status <> 'dropped'
        UNION
        SELECT i.id FROM inside p JOIN align.plan_item i ON i.parent = p.id WHERE i.period IS NULL AND i.status <> 'dropped'),
    chosen AS (
        SELECT i.id FROM inside i
        UNION
        SELECT u.id FROM chosen c CROSS JOIN LATERAL (
            SELECT i.parent AS id FROM align.plan_item i WHERE i.id = c.id
            UNION ALL SELECT s.supports FROM align.plan_support s WHERE s.item = c.id) u
        WHERE u.id IS NOT NULL)
    SELECT pg_catalog.jsonb_build_object('period', $1::text,
        'items', COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
            'key', i.key, 'level', i.level, 'parent', p.key, 'title', i.title, 'outcome', i.outcome, 'team', i.team, 'owner', i.owner,
            'period', i.period::text, 'in_period', i.id IN (SELECT n.id FROM inside n), 'kind', i.kind, 'must', i.must, 'due', i.due,
            'effort', i.effort, 'value', i.value,
            'supports', (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('item', t.key, 'weight', s.weight) ORDER BY t.key COLLATE "C")
                         FROM align.plan_support s JOIN align.plan_item t ON t.id = s.supports WHERE s.item = i.id),
            'needs', (SELECT pg_catalog.jsonb_agg(t.key ORDER BY t.key COLLATE "C")
                      FROM align.plan_dependency d JOIN align.plan_item t ON t.id = d.needs WHERE d.item = i.id),
            'budget', CASE WHEN NOT EXISTS (SELECT FROM align.budget_line l WHERE l.item = i.id) THEN i.budget END,
            'lines', (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('period', l.period::text, 'category', l.category, 'amount', l.amount)
                             ORDER BY l.period::text COLLATE "C", l.category COLLATE "C")
                      FROM align.budget_line l WHERE l.item = i.id AND l.period OPERATOR(align.&&) $1)))
            ORDER BY i.key COLLATE "C"), '[]'),
        'targets', COALESCE(align.plan_targets($1, pg_catalog.array_agg(i.id)), '[]'))
    FROM align.plan_item i LEFT JOIN align.plan_item p ON p.id = i.parent
    WHERE i.status <> 'dropped' AND (i.id IN (SELECT c.id FROM chosen c) OR i.key = ANY ($2));
END;
COMMENT ON FUNCTION align.plan_body(align.period, text[]) IS 'The live plan of a period as one document, the same for the same plan on every server: items whose period lies inside it, items without a period below those, and all that they serve, with those budget lines that touch the period, by key; and the targets of the metrics that hang on these items, as plan_targets gives them. also: keys of further items to include. Dropped items, status and progress are left out. Amounts stand as they were written.';

CREATE FUNCTION align.plan_hash(body jsonb) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to($1::text, 'UTF8')), 'hex');
COMMENT ON FUNCTION align.plan_hash(jsonb) IS 'The SHA-256 of a frozen plan''s text in UTF-8, as 64 hexadecimal digits.';

CREATE FUNCTION align.plan_money(item jsonb) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN COALESCE((SELECT pg_catalog.sum((l.line ->> 'amount')::numeric) FROM pg_catalog.jsonb_array_elements($1 -> 'lines') l(line)),
                    ($1 ->> 'budget')::numeric, 0);
COMMENT ON FUNCTION align.plan_money(jsonb) IS 'The money of an item of a frozen plan: its budget lines, else its budget, else 0.';

CREATE FUNCTION align.required_plan_teams() RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN COALESCE((SELECT s.value FROM align.setting s WHERE s.key = 'plan_teams'), '["marketing", "sales"]');
COMMENT ON FUNCTION align.required_plan_teams() IS 'The teams that must sign a version of the plan, as an array: those of the setting plan_teams, else marketing and sales.';

-- Teams that have not signed yet, as one text; NULL when all have.
CREATE FUNCTION align.unsigned_plan_teams(version integer, at timestamptz DEFAULT 'infinity') RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT pg_catalog.string_agg(t.team, ', ' ORDER BY t.team)
            FROM pg_catalog.jsonb_array_elements_text(align.required_plan_teams()) t(team)
            WHERE NOT EXISTS (SELECT FROM align.plan_signature g WHERE g.version = $1 AND g.team = t.team AND g.at <= $2));
COMMENT ON FUNCTION align.unsigned_plan_teams(integer, timestamptz) IS 'The teams that must still sign a version of the plan, as of an instant, parted by commas; NULL when all have. Required are those of required_plan_teams.';

-- what is signed stays as it was signed

CREATE FUNCTION align.keep_plan() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    signer text := (SELECT pg_catalog.string_agg(s.team, ', ' ORDER BY s.at, s.team) FROM align.plan_signature s WHERE s.version = OLD.version);
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF signer IS NULL THEN
            RETURN OLD;
        END IF;
    ELSIF (signer IS NULL AND NEW.in_force_at IS NULL)
        -- as text, since 1.0 and 1.00 are one number in jsonb
        OR ((pg_catalog.to_jsonb(NEW) - 'in_force_at')::text = (pg_catalog.to_jsonb(OLD) - 'in_force_at')::text
            AND (OLD.in_force_at IS NULL OR NEW.in_force_at IS NOT DISTINCT FROM OLD.in_force_at)
            AND (NEW.in_force_at IS NULL OR align.unsigned_plan_teams(NEW.version) IS NULL))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'plan version % cannot change', OLD.version
        USING ERRCODE = 'object_not_in_prerequisite_state',
            DETAIL = CASE WHEN signer IS NULL THEN 'A version comes into force by signatures alone.'
                ELSE pg_catalog.format('What is signed stays as it is; it is signed by %s.', signer) END,
            HINT = CASE WHEN signer IS NULL THEN 'Sign it by sign_plan(version, team).'
                ELSE pg_catalog.format('Publish the next version: SELECT align.publish_plan(%L, note).', OLD.period::text) END;
END $$;
COMMENT ON FUNCTION align.keep_plan() IS 'Trigger: refuses to change or delete a version of the plan that anybody has signed, to all.';
CREATE TRIGGER plan_version_keep BEFORE UPDATE OR DELETE ON align.plan_version
    FOR EACH ROW EXECUTE FUNCTION align.keep_plan();
COMMENT ON TRIGGER plan_version_keep ON align.plan_version IS 'what is signed stays';

CREATE FUNCTION align.keep_plan_signature() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND NOT EXISTS (SELECT FROM align.plan_signature) THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'signatures are for ever: % refused', TG_OP
        USING ERRCODE = 'object_not_in_prerequisite_state',
            DETAIL = 'A signature is neither changed nor deleted, by nobody.',
            HINT = 'Publish and sign the next version of the plan.';
END $$;
COMMENT ON FUNCTION align.keep_plan_signature() IS 'Trigger: refuses to change or delete signatures, to all.';
CREATE TRIGGER plan_signature_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON align.plan_signature
    FOR EACH STATEMENT EXECUTE FUNCTION align.keep_plan_signature();
COMMENT ON TRIGGER plan_signature_keep ON align.plan_signature IS 'what is signed stays';

CREATE FUNCTION align.keep_understanding() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    signed align.understanding;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        SELECT u.* INTO signed FROM align.understanding u WHERE u.signed_by IS NOT NULL ORDER BY u.id LIMIT 1;
        IF NOT FOUND THEN
            RETURN NULL;
        END IF;
    ELSIF OLD.signed_by IS NOT NULL THEN
        signed := OLD;
    ELSIF TG_OP = 'DELETE' THEN
        RETURN OLD;
    ELSIF NEW.signed_by IS NULL
        OR (NEW.signed_by = align.acting_role() AND EXISTS (SELECT FROM align.member m WHERE m.role = NEW.signed_by AND m.team = OLD.about_team)
            AND pg_catalog.to_jsonb(NEW) - '{in_force_at,signed_by}'::text[] = pg_catalog.to_jsonb(OLD) - '{in_force_at,signed_by}'::text[])
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'understanding % cannot change', COALESCE(signed.id, OLD.id)
        USING ERRCODE = 'object_not_in_prerequisite_state',
            DETAIL = CASE WHEN signed.id IS NULL THEN 'It comes into force by the signature of the team it describes alone.'
                ELSE pg_catalog.format('What is signed stays as it is; "%s" signed for %s.', signed.signed_by, signed.about_team) END,
            HINT = CASE WHEN signed.id IS NULL THEN 'Sign it by sign_understanding(id).' ELSE 'Write the next one by write_understanding(about_team, by_team, period, body).' END;
END $$;
COMMENT ON FUNCTION align.keep_understanding() IS 'Trigger: refuses to change or delete an understanding that is signed, to all.';
CREATE TRIGGER understanding_keep BEFORE UPDATE OR DELETE ON align.understanding
    FOR EACH ROW EXECUTE FUNCTION align.keep_understanding();
COMMENT ON TRIGGER understanding_keep ON align.understanding IS 'what is signed stays';
CREATE TRIGGER understanding_keep_all BEFORE TRUNCATE ON align.understanding
    FOR EACH STATEMENT EXECUTE FUNCTION align.keep_understanding();
COMMENT ON TRIGGER understanding_keep_all ON align.understanding IS 'what is signed stays';

-- who may, and about what

CREATE FUNCTION align.known_plan(version integer) RETURNS align.plan_version
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    result align.plan_version;
BEGIN
    SELECT v.* INTO result FROM align.plan_version v WHERE v.version = $1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'unknown plan version: %', COALESCE($1::text, 'NULL')
            USING ERRCODE = 'no_data_found',
                DETAIL = pg_catalog.format('There are: %s.', COALESCE((
                    SELECT pg_catalog.string_agg(pg_catalog.format('%s (%s)', v.version, v.period), ', ' ORDER BY v.version)
                    FROM (SELECT i.version, i.period FROM align.plan_version i ORDER BY i.version DESC LIMIT 10) v), 'none')),
                HINT = 'Publish it by publish_plan(period, note).';
    END IF;
    RETURN result;
END $$;
COMMENT ON FUNCTION align.known_plan(integer) IS 'A version of the plan by its number; an error that names the last ten when there is none.';

-- publishing and signing

CREATE FUNCTION align.publish_plan(period text, note text DEFAULT NULL,
    OUT version integer, OUT sha256 text, OUT is_new boolean, OUT item_count integer) RETURNS record
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked align.period := $1;
    frozen jsonb;
    last record;
BEGIN
    LOCK TABLE align.plan_version IN SHARE ROW EXCLUSIVE MODE;
    frozen := align.plan_body(asked);
    sha256 := align.plan_hash(frozen);
    item_count := pg_catalog.jsonb_array_length(frozen -> 'items');
    IF asked IS NULL OR item_count = 0 THEN
        RAISE EXCEPTION 'nothing is planned in %', COALESCE(asked::text, 'NULL')
            USING ERRCODE = 'no_data_found',
                DETAIL = 'A plan has the items whose period lies inside its own, and what they serve.',
                HINT = 'Enter items into plan_item, or load them by load_plan, with a period.';
    END IF;
    SELECT v.version, v.sha256 INTO last FROM align.plan_version v WHERE v.period OPERATOR(align.=) asked ORDER BY v.version DESC LIMIT 1;
    is_new := last.sha256 IS DISTINCT FROM sha256;
    version := last.version;
    IF is_new THEN
        SELECT COALESCE(pg_catalog.max(v.version), 0) + 1 INTO version FROM align.plan_version v;
        INSERT INTO align.plan_version (version, period, body, sha256, note, published_by) VALUES (version, asked, frozen, sha256, $2, align.acting_role());
    END IF;
END $$;
COMMENT ON FUNCTION align.publish_plan(text, text) IS 'Freezes the live plan of a period, as plan_body gives it, into the next version; a note. Result: the version''s number, the fingerprint, whether it is new, and how many items it has. A plan that did not change since the period''s last version is that version, and is not written again. It is in force once all required teams have signed. Error when nothing is planned in the period.';
REVOKE EXECUTE ON FUNCTION align.publish_plan(text, text) FROM PUBLIC;

CREATE FUNCTION align.sign_plan(version integer, team text,
    OUT signed_by text, OUT waiting_for text, OUT in_force_at timestamptz) RETURNS record
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked align.plan_version := align.known_plan($1);
    last record;
BEGIN
    -- one signer at a time for all versions of a period; who waited sees what the other did
    PERFORM FROM align.plan_version v WHERE v.period OPERATOR(align.=) asked.period ORDER BY v.version FOR UPDATE;
    asked := align.known_plan($1);
    signed_by := align.role_for_team($2, 'sign');
    IF asked.sha256 <> align.plan_hash(asked.body) THEN
        RAISE EXCEPTION 'plan version % is not genuine', $1
            USING ERRCODE = 'data_corrupted',
                DETAIL = pg_catalog.format('Its fingerprint is %s, that of its text %s.', asked.sha256, align.plan_hash(asked.body)),
                HINT = pg_catalog.format('Publish the plan anew: SELECT align.publish_plan(%L, note).', asked.period::text);
    END IF;
    SELECT s.role, s.at INTO last FROM align.plan_signature s WHERE s.version = $1 AND s.team = $2;
    IF FOUND THEN
        RAISE EXCEPTION 'team "%" has signed plan version % already', $2, $1
            USING ERRCODE = 'unique_violation',
                DETAIL = pg_catalog.format('"%s" signed at %s; a team signs once.', last.role, last.at),
                HINT = 'See plan_version_status for who is waited for.';
    END IF;
    SELECT v.version, v.in_force_at INTO last FROM align.plan_version v
    WHERE v.period OPERATOR(align.=) asked.period AND v.in_force_at IS NOT NULL ORDER BY v.in_force_at DESC LIMIT 1;
    IF last.version > $1 THEN
        RAISE EXCEPTION 'plan version % is out of date', $1
            USING ERRCODE = 'object_not_in_prerequisite_state',
                DETAIL = pg_catalog.format('Version %s is in force since %s.', last.version, last.in_force_at),
                HINT = 'To go back to an older plan, publish it as the next version.';
    END IF;
    INSERT INTO align.plan_signature (version, team, role) VALUES ($1, $2, signed_by);
    waiting_for := align.unsigned_plan_teams($1);
    -- the row is touched in any case: a concurrent signer with an older snapshot then fails instead of missing this one
    UPDATE align.plan_version v
    SET in_force_at = CASE WHEN waiting_for IS NULL AND v.in_force_at IS NULL
        THEN GREATEST(pg_catalog.now(), last.in_force_at + '1 microsecond'::interval) ELSE v.in_force_at END
    WHERE v.version = $1
    RETURNING v.in_force_at INTO in_force_at;
END $$;
COMMENT ON FUNCTION align.sign_plan(integer, text) IS 'Signs a version of the plan for a team, by the role that acts, which must be a member of that team (table member). Result: the role that signed; the teams that are still waited for, NULL when none; since when the version is in force, NULL while it is not. Error for an unknown version or team, a role that is no member, a version that is not genuine, a second signature of a team, or a version older than the one in force.';
REVOKE EXECUTE ON FUNCTION align.sign_plan(integer, text) FROM PUBLIC;

CREATE FUNCTION align.plan_in_force(period text, at timestamptz DEFAULT pg_catalog.now()) RETURNS integer
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT v.version FROM align.plan_version v
    WHERE v.period OPERATOR(align.=) $1::align.period AND v.in_force_at <= $2 ORDER BY v.in_force_at DESC LIMIT 1;
END;
COMMENT ON FUNCTION align.plan_in_force(text, timestamptz) IS 'The version of a period''s plan that is in force at an instant, by default now; NULL when none is.';

CREATE VIEW align.plan_version_status WITH (security_invoker = true) AS
    SELECT v.version, v.period::text AS period,
        CASE WHEN v.in_force_at IS NULL AND EXISTS (SELECT FROM align.plan_version n WHERE n.period OPERATOR(align.=) v.period AND n.version > v.version AND n.in_force_at IS NOT NULL) THEN 'dropped'
             WHEN v.in_force_at IS NULL THEN 'published'
             WHEN n.until_at IS NULL THEN 'in force'
             ELSE 'superseded' END AS status,
        (SELECT pg_catalog.string_agg(s.team, ', ' ORDER BY s.team) FROM align.plan_signature s WHERE s.version = v.version) AS signed_by,
        CASE WHEN v.in_force_at IS NULL THEN align.unsigned_plan_teams(v.version) END AS waiting_for,
        v.published_at, v.published_by, v.in_force_at, n.until_at, v.note,
        pg_catalog.jsonb_array_length(v.body -> 'items') AS item_count,
        (SELECT pg_catalog.sum(align.plan_money(i.item)) FROM pg_catalog.jsonb_array_elements(v.body -> 'items') i(item)) AS money,
        v.sha256, v.sha256 = align.plan_hash(v.body) AS is_genuine
    FROM align.plan_version v
    CROSS JOIN LATERAL (SELECT pg_catalog.min(n.in_force_at) AS until_at FROM align.plan_version n WHERE n.period OPERATOR(align.=) v.period AND n.in_force_at > v.in_force_at) n;
COMMENT ON VIEW align.plan_version_status IS 'Every version of the plan: who signed, who is waited for, when it was in force, and whether it is what was published.';
COMMENT ON COLUMN align.plan_version_status.version IS 'Number of the version.';
COMMENT ON COLUMN align.plan_version_status.period IS 'The period that is planned.';
COMMENT ON COLUMN align.plan_version_status.status IS 'published, in force, superseded, or dropped when a later one came into force first.';
COMMENT ON COLUMN align.plan_version_status.signed_by IS 'Teams that signed, parted by commas.';
COMMENT ON COLUMN align.plan_version_status.waiting_for IS 'Teams that must still sign, parted by commas.';
COMMENT ON COLUMN align.plan_version_status.published_at IS 'When it was published.';
COMMENT ON COLUMN align.plan_version_status.published_by IS 'The role that published it.';
COMMENT ON COLUMN align.plan_version_status.in_force_at IS 'Since when it is in force.';
COMMENT ON COLUMN align.plan_version_status.until_at IS 'When the next one took its place; NULL while it lasts.';
COMMENT ON COLUMN align.plan_version_status.note IS 'Why it was published.';
COMMENT ON COLUMN align.plan_version_status.item_count IS 'Items in it.';
COMMENT ON COLUMN align.plan_version_status.money IS 'Money in it, that of items beyond the period too.';
COMMENT ON COLUMN align.plan_version_status.sha256 IS 'Its fingerprint.';
COMMENT ON COLUMN align.plan_version_status.is_genuine IS 'Whether its text still has that fingerprint; false when somebody tampered with it.';

-- what has changed since

CREATE FUNCTION align.plan_field(item jsonb, field text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE $2
        WHEN 'lines' THEN (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', l.line ->> 'category', l.line ->> 'period', l.line ->> 'amount'), ', ' ORDER BY l.n)
                           FROM pg_catalog.jsonb_array_elements($1 -> 'lines') WITH ORDINALITY l(line, n))
        WHEN 'supports' THEN (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', 'supports', s.edge ->> 'item', s.edge ->> 'weight'), ', ' ORDER BY s.n)
                              FROM pg_catalog.jsonb_array_elements($1 -> 'supports') WITH ORDINALITY s(edge, n))
        WHEN 'in_period' THEN CASE $1 -> 'in_period' WHEN 'true' THEN 'in the period' ELSE 'beyond the period' END
        WHEN 'due' THEN 'due ' || ($1 ->> 'due')
        WHEN 'needs' THEN 'needs ' || ($1 ->> 'needs')
        WHEN 'outcome' THEN 'outcome ' || ($1 ->> 'outcome')
        WHEN 'kind' THEN 'kind ' || ($1 ->> 'kind')
        WHEN 'effort' THEN ($1 ->> 'effort') || ' days'
        WHEN 'value' THEN 'worth ' || ($1 ->> 'value')
        WHEN 'must' THEN CASE $1 -> 'must' WHEN 'true' THEN 'must' ELSE 'need not' END
        ELSE $1 ->> $2 END;
COMMENT ON FUNCTION align.plan_field(jsonb, text) IS 'A field of an item of a frozen plan in words; NULL when it has none. Serves plan_drift.';

CREATE FUNCTION align.plan_target_words(body jsonb) RETURNS TABLE (metric text, title text, item text, sentence text, words text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
    SELECT t.metric, t.title, t.item, a.sentence, pg_catalog.format('%s (%s, on %s)', a.target, t.title, t.item)
    FROM (SELECT r.metric, r.title, r.item, r.unit, r.grain, pg_catalog.array_agg(r.target ORDER BY e.number) AS targets, pg_catalog.array_agg(r."from" ORDER BY e.number) AS periods
          FROM pg_catalog.jsonb_array_elements($1 -> 'targets') WITH ORDINALITY e(entry, number)
          CROSS JOIN LATERAL pg_catalog.jsonb_to_record(e.entry) r(metric text, title text, item text, unit text, grain text, "from" text, target text)
          GROUP BY 1, 2, 3, 4, 5) t
    CROSS JOIN LATERAL (
        SELECT pg_catalog.string_agg(u.target || CASE WHEN u.place > 1 THEN ' from ' || u.period ELSE pg_catalog.concat(' ' || t.unit, ' a ' || t.grain) END, ', ' ORDER BY u.place) AS target,
            pg_catalog.string_agg(align.in_words(u.target::align.target, CASE u.place WHEN 1 THEN pg_catalog.concat(t.unit || ' ', 'a ' || t.grain) ELSE 'from ' || u.period END), '; ' ORDER BY u.place) AS sentence
        FROM ROWS FROM (pg_catalog.unnest(t.targets), pg_catalog.unnest(t.periods)) WITH ORDINALITY u(target, period, place)) a;
END;
COMMENT ON FUNCTION align.plan_target_words(jsonb) IS 'The targets of a frozen plan, a row per metric: its key, title, and item; what it should be, in words; and its targets, title and item as one text. Serves plan_drift and plan_document.';

CREATE FUNCTION align.plan_drift(version integer, at timestamptz DEFAULT pg_catalog.now())
    RETURNS TABLE (change text, key text, level text, title text, before text, after text, money_moved numeric)
    LANGUAGE sql STABLE PARALLEL SAFE STRICT
BEGIN ATOMIC
    WITH frozen AS MATERIALIZED (SELECT p.* FROM align.known_plan($1) p),
    old AS MATERIALIZED (SELECT i.item ->> 'key' AS key, i.item FROM frozen f CROSS JOIN pg_catalog.jsonb_array_elements(f.body -> 'items') i(item)),
    live AS MATERIALIZED (
        SELECT CASE WHEN $2 >= pg_catalog.now() THEN align.plan_body(f.period, ARRAY(SELECT o.key FROM old o))
            ELSE COALESCE((SELECT v.body FROM align.plan_version v
                           WHERE v.period OPERATOR(align.=) f.period AND v.version > f.version AND v.published_at <= $2 ORDER BY v.published_at DESC, v.version DESC LIMIT 1), f.body) END AS body
        FROM frozen f),
    new AS MATERIALIZED (SELECT i.item ->> 'key' AS key, i.item FROM live b CROSS JOIN pg_catalog.jsonb_array_elements(b.body -> 'items') i(item)),
    pair AS (
        SELECT COALESCE(o.key, n.key) AS key, o.item AS o, n.item AS n, COALESCE(n.item, o.item) AS item
        FROM old o FULL JOIN new n ON n.key = o.key WHERE o.item::text IS DISTINCT FROM n.item::text),
    change AS (
        SELECT c.rank, c.change, p.key, p.item ->> 'level' AS level, p.item ->> 'title' AS title, d.before, d.after,
            CASE c.change
                WHEN 'dropped' THEN -align.plan_money(p.o)
                WHEN 'added' THEN align.plan_money(p.n)
                WHEN 're-budgeted' THEN align.plan_money(p.n) - align.plan_money(p.o)
                WHEN 're-timed' THEN align.plan_money(p.n) * ((p.n -> 'in_period')::boolean::integer - (p.o -> 'in_period')::boolean::integer)
                ELSE 0 END AS money
        FROM pair p
        CROSS JOIN (VALUES (1, 'dropped', NULL::text[]), (2, 'added', NULL), (3, 're-budgeted', '{budget,lines}'), (4, 're-timed', '{period,due,in_period}'),
            (5, 're-owned', '{team,owner}'), (6, 'moved', '{level,parent,supports}'), (7, 'renamed', '{title}'), (8, 'redefined', '{outcome,kind,must,effort,value,needs}')) c(rank, change, fields)
        CROSS JOIN LATERAL (
            SELECT pg_catalog.string_agg(align.plan_field(p.o, f.field), ', ' ORDER BY f.n) AS before,
                pg_catalog.string_agg(align.plan_field(p.n, f.field), ', ' ORDER BY f.n) AS after, pg_catalog.count(*) AS fields
            FROM pg_catalog.unnest(c.fields) WITH ORDINALITY f(field, n)
            WHERE (p.o -> f.field)::text IS DISTINCT FROM (p.n -> f.field)::text) d
        WHERE CASE c.change WHEN 'dropped' THEN p.n IS NULL WHEN 'added' THEN p.o IS NULL ELSE p.o IS NOT NULL AND p.n IS NOT NULL AND d.fields > 0 END
        UNION ALL
        SELECT 9, 're-targeted', COALESCE(n.metric, o.metric), 'metric', COALESCE(n.title, o.title), o.words, n.words, 0
        FROM (SELECT w.* FROM frozen f CROSS JOIN align.plan_target_words(f.body) w) o
        FULL JOIN (SELECT w.* FROM live b CROSS JOIN align.plan_target_words(b.body) w) n ON n.metric = o.metric
        WHERE n.words IS DISTINCT FROM o.words)
    SELECT d.change, d.key, d.level, d.title, d.before, d.after, d.money FROM change d
    ORDER BY d.rank, d.key COLLATE "C";
END;
COMMENT ON FUNCTION align.plan_drift(integer, timestamptz) IS 'What has changed in the plan since a version was published, a row per item and change: dropped, added, re-budgeted, re-timed, re-owned, moved (other parent or level), renamed, redefined (outcome, kind, must, effort, value, needs); and re-targeted, a row per metric, with the metric''s key and title, and metric as level; the item''s key, level and title; what it was and is; money_moved, what the change adds to the plan''s money, below 0 when it takes away. An item that leaves the period is re-timed and takes its money along. at: by default now, the live plan; an earlier instant is answered by what was last published by then. No row exactly when publishing again would give the same version. Error for an unknown version.';

CREATE FUNCTION align.plan_drift_total(version integer, at timestamptz DEFAULT pg_catalog.now(),
    OUT change_count bigint, OUT item_count bigint, OUT dropped_count bigint, OUT added_count bigint, OUT rebudgeted_count bigint, OUT retimed_count bigint, OUT retargeted_count bigint,
    OUT money_added numeric, OUT money_taken numeric, OUT money_moved numeric) RETURNS record
    LANGUAGE sql STABLE PARALLEL SAFE STRICT
BEGIN ATOMIC
    SELECT pg_catalog.count(*), pg_catalog.count(DISTINCT d.key) FILTER (WHERE d.change <> 're-targeted'),
        pg_catalog.count(*) FILTER (WHERE d.change = 'dropped'), pg_catalog.count(*) FILTER (WHERE d.change = 'added'),
        pg_catalog.count(*) FILTER (WHERE d.change = 're-budgeted'), pg_catalog.count(*) FILTER (WHERE d.change = 're-timed'),
        pg_catalog.count(*) FILTER (WHERE d.change = 're-targeted'),
        COALESCE(pg_catalog.sum(d.money_moved) FILTER (WHERE d.money_moved > 0), 0), COALESCE(-pg_catalog.sum(d.money_moved) FILTER (WHERE d.money_moved < 0), 0),
        COALESCE(pg_catalog.sum(d.money_moved), 0)
    FROM align.plan_drift($1, $2) d;
END;
COMMENT ON FUNCTION align.plan_drift_total(integer, timestamptz) IS 'The rows of plan_drift counted: changes, items that changed, changes of five kinds; money added, money taken away, and the first less the second.';

-- listening: what one team understood of another

CREATE FUNCTION align.write_understanding(about_team text, by_team text, period text, body text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    result bigint;
BEGIN
    PERFORM align.known_team($1);
    INSERT INTO align.understanding (about_team, by_team, period, body, written_by)
    VALUES ($1, $2, $3::align.period, $4, align.role_for_team($2, 'write'))
    RETURNING id INTO result;
    RETURN result;
END $$;
COMMENT ON FUNCTION align.write_understanding(text, text, text, text) IS 'Writes down what a team understood of another team''s goals: the team they are about, the team that writes, of which the role that acts must be a member, the period, the text. Result: its number. It is in force once a member of the team it is about has signed it. Error for an unknown team, a role that is no member, a team writing about itself, or an empty text.';
REVOKE EXECUTE ON FUNCTION align.write_understanding(text, text, text, text) FROM PUBLIC;

CREATE FUNCTION align.sign_understanding(id bigint, OUT signed_by text, OUT in_force_at timestamptz) RETURNS record
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked align.understanding;
    last record;
BEGIN
    SELECT u.* INTO asked FROM align.understanding u WHERE u.id = $1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'unknown understanding: %', COALESCE($1::text, 'NULL')
            USING ERRCODE = 'no_data_found',
                DETAIL = 'Table understanding has no row of this number.',
                HINT = 'Write it by write_understanding(about_team, by_team, period, body).';
    END IF;
    -- one signer at a time for all texts of a pair and a period
    PERFORM FROM align.understanding u WHERE u.about_team = asked.about_team AND u.by_team = asked.by_team AND u.period OPERATOR(align.=) asked.period ORDER BY u.id FOR UPDATE;
    SELECT u.* INTO asked FROM align.understanding u WHERE u.id = $1;
    signed_by := align.role_for_team(asked.about_team, 'sign');
    IF asked.signed_by IS NOT NULL THEN
        RAISE EXCEPTION 'understanding % is signed already', $1
            USING ERRCODE = 'unique_violation',
                DETAIL = pg_catalog.format('"%s" signed at %s; a text is signed once.', asked.signed_by, asked.in_force_at),
                HINT = 'See understanding_status for what is in force.';
    END IF;
    SELECT u.id, u.in_force_at INTO last FROM align.understanding u
    WHERE u.about_team = asked.about_team AND u.by_team = asked.by_team AND u.period OPERATOR(align.=) asked.period AND u.in_force_at IS NOT NULL
    ORDER BY u.in_force_at DESC LIMIT 1;
    IF last.id > $1 THEN
        RAISE EXCEPTION 'understanding % is out of date', $1
            USING ERRCODE = 'object_not_in_prerequisite_state',
                DETAIL = pg_catalog.format('Number %s is in force since %s.', last.id, last.in_force_at),
                HINT = 'To go back to an older text, write it anew.';
    END IF;
    UPDATE align.understanding u
    SET signed_by = sign_understanding.signed_by, in_force_at = GREATEST(pg_catalog.now(), last.in_force_at + '1 microsecond'::interval)
    WHERE u.id = $1
    RETURNING u.in_force_at INTO in_force_at;
END $$;
COMMENT ON FUNCTION align.sign_understanding(bigint) IS 'Signs an understanding by its number, for the team it is about, of which the role that acts must be a member. Result: the role that signed, and since when it is in force. Error for an unknown number, a role that is no member, a second signature, or a text older than the one in force.';
REVOKE EXECUTE ON FUNCTION align.sign_understanding(bigint) FROM PUBLIC;

CREATE VIEW align.understanding_status WITH (security_invoker = true) AS
    SELECT u.id, u.period::text AS period, u.about_team, u.by_team,
        CASE WHEN u.in_force_at IS NULL AND EXISTS (SELECT FROM align.understanding n WHERE n.about_team = u.about_team AND n.by_team = u.by_team AND n.period OPERATOR(align.=) u.period
                                                    AND n.id > u.id AND n.in_force_at IS NOT NULL) THEN 'dropped'
             WHEN u.in_force_at IS NULL THEN 'written'
             WHEN n.until_at IS NULL THEN 'in force'
             ELSE 'superseded' END AS status,
        u.body, u.written_at, u.written_by, u.in_force_at, u.signed_by, n.until_at
    FROM align.understanding u
    CROSS JOIN LATERAL (SELECT pg_catalog.min(n.in_force_at) AS until_at FROM align.understanding n
                        WHERE n.about_team = u.about_team AND n.by_team = u.by_team AND n.period OPERATOR(align.=) u.period AND n.in_force_at > u.in_force_at) n;
COMMENT ON VIEW align.understanding_status IS 'What each team wrote about another''s goals, and whether it is in force.';
COMMENT ON COLUMN align.understanding_status.id IS 'Number of the understanding.';
COMMENT ON COLUMN align.understanding_status.period IS 'The period it speaks of.';
COMMENT ON COLUMN align.understanding_status.about_team IS 'The team whose goals are described.';
COMMENT ON COLUMN align.understanding_status.by_team IS 'The team that wrote.';
COMMENT ON COLUMN align.understanding_status.status IS 'written, in force, superseded, or dropped when a later one came into force first.';
COMMENT ON COLUMN align.understanding_status.body IS 'What was understood.';
COMMENT ON COLUMN align.understanding_status.written_at IS 'When it was written.';
COMMENT ON COLUMN align.understanding_status.written_by IS 'The role that wrote it.';
COMMENT ON COLUMN align.understanding_status.in_force_at IS 'When the team it describes signed.';
COMMENT ON COLUMN align.understanding_status.signed_by IS 'The role that signed.';
COMMENT ON COLUMN align.understanding_status.until_at IS 'When the next one took its place; NULL while it lasts.';

-- sharing, and what it draws

CREATE FUNCTION align.share_plan(version integer, team text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO align.plan_share (version, team, shared_by)
    VALUES ((align.known_plan($1)).version, $2, align.role_for_team($2, NULL)) ON CONFLICT DO NOTHING;
    RETURN FOUND;
END $$;
COMMENT ON FUNCTION align.share_plan(integer, text) IS 'Shares a version of the plan with a team. Result: true, or false when it was shared with that team before. Error for an unknown version or team.';
REVOKE EXECUTE ON FUNCTION align.share_plan(integer, text) FROM PUBLIC;

CREATE FUNCTION align.acknowledge_plan(version integer, team text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked align.plan_version := align.known_plan($1);
    reader text := align.role_for_team($2, 'acknowledge');
BEGIN
    IF NOT EXISTS (SELECT FROM align.plan_share s WHERE s.version = $1 AND s.team = $2) THEN
        RAISE EXCEPTION 'plan version % is not shared with team "%"', $1, $2
            USING ERRCODE = 'no_data_found',
                DETAIL = pg_catalog.format('It is shared with: %s.', COALESCE((
                    SELECT pg_catalog.string_agg(s.team, ', ' ORDER BY s.team) FROM align.plan_share s WHERE s.version = $1), 'none')),
                HINT = 'Share it first by share_plan(version, team).';
    END IF;
    UPDATE align.plan_share s SET acknowledged_at = pg_catalog.now(), acknowledged_by = reader
    WHERE s.version = $1 AND s.team = $2 AND s.acknowledged_at IS NULL;
    RETURN FOUND;
END $$;
COMMENT ON FUNCTION align.acknowledge_plan(integer, text) IS 'Says for a team, by the role that acts, which must be a member of it, that it has read a version of the plan. Result: true, or false when it was acknowledged before. Error for an unknown version or team, a role that is no member, or a version that was not shared with the team.';
REVOKE EXECUTE ON FUNCTION align.acknowledge_plan(integer, text) FROM PUBLIC;

CREATE FUNCTION align.comment_plan(version integer, team text, body text, kind text DEFAULT 'comment', item text DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked align.plan_version := align.known_plan($1);
    result bigint;
BEGIN
    IF $4 NOT IN ('question', 'challenge', 'comment') THEN
        RAISE EXCEPTION 'invalid kind of comment: "%"', $4
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'There are: question, challenge, comment.',
                HINT = 'Questions and challenges are open until they are answered by answer_comment.';
    END IF;
    IF $5 IS NOT NULL AND NOT asked.body -> 'items' @> pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('key', $5)) THEN
        RAISE EXCEPTION 'plan version % has no item "%"', $1, $5
            USING ERRCODE = 'no_data_found',
                DETAIL = 'A comment is about an item of the version by its key, or about the whole.',
                HINT = 'Leave the item out to comment on the whole plan.';
    END IF;
    INSERT INTO align.plan_comment (version, item, team, role, kind, body) VALUES ($1, $5, $2, align.role_for_team($2, 'comment'), $4, $3)
    RETURNING id INTO result;
    RETURN result;
END $$;
COMMENT ON FUNCTION align.comment_plan(integer, text, text, text, text) IS 'Asks, challenges or comments on a version of the plan for a team, by the role that acts, which must be a member of it: the version, the team, the words, the kind (question, challenge, or comment unless given), the key of an item, or none for the whole. Result: the comment''s number. Error for an unknown version, team, kind or item, or a role that is no member.';
REVOKE EXECUTE ON FUNCTION align.comment_plan(integer, text, text, text, text) FROM PUBLIC;

CREATE FUNCTION align.answer_comment(id bigint, answer text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked align.plan_comment;
BEGIN
    SELECT c.* INTO asked FROM align.plan_comment c WHERE c.id = $1 FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'unknown comment: %', COALESCE($1::text, 'NULL')
            USING ERRCODE = 'no_data_found',
                DETAIL = 'Table plan_comment has no row of this number.',
                HINT = 'See open_challenge for what waits for an answer.';
    END IF;
    IF asked.answer IS NOT NULL THEN
        RAISE EXCEPTION 'comment % is answered already', $1
            USING ERRCODE = 'unique_violation',
                DETAIL = pg_catalog.format('"%s" answered at %s; answers are not changed.', asked.answered_by, asked.answered_at),
                HINT = 'Comment again by comment_plan.';
    END IF;
    IF COALESCE($2, '') = '' THEN
        RAISE EXCEPTION 'invalid answer: %', CASE WHEN $2 IS NULL THEN 'NULL' ELSE '""' END
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'An answer has 1 to 10,000 characters.',
                HINT = 'Say what was decided, and why.';
    END IF;
    UPDATE align.plan_comment c SET answer = $2, answered_at = pg_catalog.now(), answered_by = align.acting_role() WHERE c.id = $1;
END $$;
COMMENT ON FUNCTION align.answer_comment(bigint, text) IS 'Answers a question, challenge or comment by its number; it is open no more. Error for an unknown number, a second answer or an empty one.';
REVOKE EXECUTE ON FUNCTION align.answer_comment(bigint, text) FROM PUBLIC;

CREATE VIEW align.open_challenge WITH (security_invoker = true) AS
    SELECT c.id, v.period::text AS period, c.version, c.kind, c.team, c.item AS item_key, i.item ->> 'title' AS item_title, c.body, c.role, c.at
    FROM align.plan_comment c
    JOIN align.plan_version v ON v.version = c.version
    LEFT JOIN LATERAL pg_catalog.jsonb_array_elements(v.body -> 'items') i(item) ON i.item ->> 'key' = c.item
    WHERE c.kind IN ('question', 'challenge') AND c.answered_at IS NULL;
COMMENT ON VIEW align.open_challenge IS 'Questions and challenges that nobody has answered yet.';
COMMENT ON COLUMN align.open_challenge.id IS 'Number of the comment, for answer_comment.';
COMMENT ON COLUMN align.open_challenge.period IS 'The period that is planned.';
COMMENT ON COLUMN align.open_challenge.version IS 'The version it is about.';
COMMENT ON COLUMN align.open_challenge.kind IS 'question or challenge.';
COMMENT ON COLUMN align.open_challenge.team IS 'The team that asks.';
COMMENT ON COLUMN align.open_challenge.item_key IS 'Key of the item it is about; NULL for the whole plan.';
COMMENT ON COLUMN align.open_challenge.item_title IS 'Title of that item in the version.';
COMMENT ON COLUMN align.open_challenge.body IS 'The words.';
COMMENT ON COLUMN align.open_challenge.role IS 'The role that spoke.';
COMMENT ON COLUMN align.open_challenge.at IS 'Since when it is open.';

CREATE VIEW align.plan_sharing WITH (security_invoker = true) AS
    SELECT v.version, v.period::text AS period, s.shared_with, s.acknowledged_by, s.waiting_for, s.shared_count, s.acknowledged_count,
        c.open_question_count, c.open_challenge_count, c.answered_count, c.comment_count
    FROM align.plan_version v
    CROSS JOIN LATERAL (
        SELECT pg_catalog.string_agg(s.team, ', ' ORDER BY s.team) AS shared_with,
            pg_catalog.string_agg(s.team, ', ' ORDER BY s.team) FILTER (WHERE s.acknowledged_at IS NOT NULL) AS acknowledged_by,
            pg_catalog.string_agg(s.team, ', ' ORDER BY s.team) FILTER (WHERE s.acknowledged_at IS NULL) AS waiting_for,
            pg_catalog.count(*) AS shared_count, pg_catalog.count(s.acknowledged_at) AS acknowledged_count
        FROM align.plan_share s WHERE s.version = v.version) s
    CROSS JOIN LATERAL (
        SELECT pg_catalog.count(*) FILTER (WHERE c.kind = 'question' AND c.answered_at IS NULL) AS open_question_count,
            pg_catalog.count(*) FILTER (WHERE c.kind = 'challenge' AND c.answered_at IS NULL) AS open_challenge_count,
            pg_catalog.count(c.answered_at) AS answered_count, pg_catalog.count(*) AS comment_count
        FROM align.plan_comment c WHERE c.version = v.version) c;
COMMENT ON VIEW align.plan_sharing IS 'Every version of the plan: with which teams it was shared, which acknowledged it, and what it drew.';
COMMENT ON COLUMN align.plan_sharing.version IS 'Number of the version.';
COMMENT ON COLUMN align.plan_sharing.period IS 'The period that is planned.';
COMMENT ON COLUMN align.plan_sharing.shared_with IS 'Teams it was shared with, parted by commas.';
COMMENT ON COLUMN align.plan_sharing.acknowledged_by IS 'Teams that acknowledged it, parted by commas.';
COMMENT ON COLUMN align.plan_sharing.waiting_for IS 'Teams that have not yet, parted by commas.';
COMMENT ON COLUMN align.plan_sharing.shared_count IS 'How many teams it was shared with.';
COMMENT ON COLUMN align.plan_sharing.acknowledged_count IS 'How many acknowledged it.';
COMMENT ON COLUMN align.plan_sharing.open_question_count IS 'Questions without an answer.';
COMMENT ON COLUMN align.plan_sharing.open_challenge_count IS 'Challenges without an answer.';
COMMENT ON COLUMN align.plan_sharing.answered_count IS 'Questions, challenges and comments that were answered.';
COMMENT ON COLUMN align.plan_sharing.comment_count IS 'Questions, challenges and comments in all.';
