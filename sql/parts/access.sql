-- access: who may do what: levels of rights for database roles, and rows that a team writes as its own alone

-- What each level may. A name that stands in no rule is granted to nobody; level
-- owner says that this is meant.
CREATE FUNCTION align.access_grant_list() RETURNS TABLE (level text, kind text, object text, columns text, privilege text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 800
BEGIN ATOMIC
    WITH rule(privileges, columns, levels, names) AS (VALUES
        -- what is read
        ('SELECT', NULL, 'reader analyst marketing sales app admin', 'report_%'),
        ('SELECT', NULL, 'analyst marketing sales app admin',
            'account_value alignment_signature alignment_weight asset broadcast budget_line calendar capacity cohort_by_month countermeasure countermeasure_status currency_account currency_balance
             currency_ledger deal definition definition_agreement definition_signature definition_status disagreement experiment experiment_result funnel_by_segment funnel_by_source grant_of_currency
             handoff_announced handoff_now holiday incentive insight lead_journey lead_stage lead_verdict member message message_history message_version metric metric_history metric_target metric_value
             open_challenge plan_alternative plan_comment plan_dependency plan_item plan_orphan plan_share plan_sharing plan_signature plan_support plan_tree plan_version plan_version_status quota request
             request_status revenue review review_rule scorecard_long setting sla spend spend_without_item spend_without_line stage_event stage_label stage_now stage_transition stage_velocity
             stage_violation team touch transition understanding understanding_status variant verdict verdict_pair'),
        ('SELECT', 'id, key, account, source, segment, owner, forgotten_at', 'analyst', 'lead'),
        ('SELECT', 'id, key, name, segment', 'analyst', 'account'),
        ('SELECT', NULL, 'marketing sales app admin', 'lead account'),
        ('SELECT', 'attrs', 'contact', 'lead account'),
        -- what is written directly, or by functions that run as their caller
        ('UPDATE', 'segment, owner', 'marketing sales', 'lead'),
        ('INSERT UPDATE', NULL, 'app admin', 'lead account'),
        ('INSERT', NULL, 'marketing sales app admin', 'stage_event touch verdict metric_value countermeasure'),
        ('UPDATE', 'done_at, effect', 'marketing sales app admin', 'countermeasure'),
        ('INSERT UPDATE', NULL, 'marketing sales app admin', 'experiment variant'),
        ('UPDATE', 'status, progress', 'marketing sales app', 'plan_item'),
        ('INSERT UPDATE', NULL, 'sales app admin', 'deal'),
        ('INSERT', NULL, 'marketing app', 'spend'),
        ('INSERT', NULL, 'app admin', 'revenue handoff_announced'),
        ('INSERT UPDATE DELETE', NULL, 'marketing sales admin', 'capacity'),
        ('INSERT UPDATE DELETE', NULL, 'admin',
            'budget_line calendar holiday incentive member metric plan_alternative plan_dependency plan_item plan_support quota review_rule setting sla spend stage_label team transition'),
        ('UPDATE DELETE', NULL, 'admin', 'metric_target'),
        ('SELECT UPDATE', NULL, 'admin', 'plan_lock'),
        -- deeds
        ('EXECUTE', NULL, 'reader analyst marketing sales app admin', 'report_%'),
        ('EXECUTE', NULL, 'analyst marketing sales app admin', 'belief'),
        ('EXECUTE', NULL, 'marketing sales app admin',
            'accept_request add_countermeasure advance ask broadcast_message decide finish_countermeasure finish_request publish_asset record_insight record_value record_variant record_variant_mean
             record_variant_values record_verdict refuse_request start_experiment tie_insight withdraw_request'),
        ('EXECUTE', NULL, 'marketing sales admin',
            'acknowledge_plan answer_comment comment_plan give_pulse grant_points hold_review propose_definition propose_weights publish_plan retire_message set_message share_plan sign_definition sign_plan
             sign_understanding sign_weights write_understanding'),
        ('EXECUTE', NULL, 'app admin', 'announce_breaches collect forget judge_leads qualify_all qualify_lead'),
        ('EXECUTE', NULL, 'admin', 'load_plan lock_plan set_target'),
        ('EXECUTE', NULL, 'owner', 'charge grant_access grant_contact_data grant_listed lock_account locked_request move_request revoke_access'),
        ('SELECT', NULL, 'owner', 'pulse')),
    member AS (
        SELECT CASE c.relkind WHEN 'v' THEN 'view' ELSE 'table' END AS kind, c.relname::text AS name, c.relname::text AS object
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
        JOIN pg_catalog.pg_extension e ON d.refclassid = 'pg_catalog.pg_extension'::regclass AND e.oid = d.refobjid WHERE e.extname = 'align' AND c.relkind IN ('r', 'v')
        UNION ALL
        SELECT 'function', p.proname::text, pg_catalog.format('%I(%s)', p.proname, pg_catalog.oidvectortypes(p.proargtypes))
        FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
        JOIN pg_catalog.pg_extension e ON d.refclassid = 'pg_catalog.pg_extension'::regclass AND e.oid = d.refobjid
        WHERE e.extname = 'align' AND p.prorettype <> 'trigger'::regtype AND NOT pg_catalog.has_function_privilege('public', p.oid, 'EXECUTE'))
    SELECT l.level, m.kind, m.object, r.columns, p.privilege
    FROM rule r CROSS JOIN LATERAL pg_catalog.string_to_table(r.levels, ' ') l(level) CROSS JOIN LATERAL pg_catalog.string_to_table(r.privileges, ' ') p(privilege)
    CROSS JOIN LATERAL pg_catalog.regexp_split_to_table(r.names, '\s+') n(name)
    JOIN member m ON m.name LIKE pg_catalog.replace(n.name, '_', '\_') AND (m.kind = 'function') = (p.privilege = 'EXECUTE')
    ORDER BY pg_catalog.array_position('{reader,analyst,marketing,sales,app,admin,contact,owner}', l.level), m.kind, m.object COLLATE "C", p.privilege, r.columns;
END;
COMMENT ON FUNCTION align.access_grant_list() IS 'What each level of access may, a row per level, object and privilege: kind table, view or function; columns: those of the table that it holds for, NULL for all. Level contact is what grant_contact_data adds; owner: what is granted to nobody. What is open to PUBLIC, as functions that only read with the rights of their caller are, is not listed. Rights on a table are what may be tried; of the tables with row security a team writes its own rows alone.';

-- rows of a team

CREATE FUNCTION align.own_teams() RETURNS text[]
    LANGUAGE sql STABLE PARALLEL RESTRICTED
    RETURN ARRAY(SELECT m.team FROM align.member m WHERE m.role = align.acting_role() ORDER BY m.team);
COMMENT ON FUNCTION align.own_teams() IS 'The teams that the role that acts speaks for, by table member; as for signatures, a role that it inherits from does not count.';

-- Reading is by rights alone. Writing: the row is of a team of the role that acts,
-- of none, or the role may do what writes for all; where nothing is named, no row is.
-- The owner, and so every function that runs as it, is not held to it.
DO $$
DECLARE
    -- what comes first is tried first: who writes a row of no team need not be able to read table member
    own constant text := '%s%s = ANY ((SELECT align.own_teams())::text[])%s';
    rule record;
BEGIN
    FOR rule IN
        SELECT r.tab, r.name, CASE WHEN r.name = 'own_team' THEN pg_catalog.format(own, r.before, r.owner, r.also) ELSE r.before || r.owner || ' = align.acting_role()' END AS qual
        FROM (VALUES
            ('alignment_signature', 'own_team', '', 'team', ' AND role = align.acting_role()'),
            ('alignment_weight', NULL, '', '', ''),
            ('asset', 'own_team', '', 'team', ''),
            ('broadcast', 'own_role', '', 'role', ''),
            ('capacity', 'own_team', '', 'team', ''),
            ('countermeasure', 'own_team', 'team IS NULL AND by_role = align.acting_role() OR ', 'team', ''),
            ('definition', NULL, '', '', ''),
            ('definition_signature', 'own_team', '', 'team', ' AND role = align.acting_role()'),
            ('experiment', 'own_team', 'team IS NULL OR ', 'team', ''),
            ('insight', 'own_team', 'team IS NULL OR ', 'team', ''),
            ('message', 'own_team', '', 'team', ''),
            ('message_version', 'own_team', '', '(SELECT m.team FROM align.message m WHERE m.key = message)', ''),
            ('metric_value', 'own_role', '', 'by_role', ''),
            ('plan_comment', 'own_team', '', 'team', ''),
            ('plan_item', 'own_team', '(SELECT pg_catalog.has_function_privilege(''align.load_plan(jsonb)'', ''EXECUTE'')) OR team IS NULL OR ', 'team', ''),
            ('plan_share', 'own_team', '', 'team', ''),
            ('plan_signature', 'own_team', '', 'team', ' AND role = align.acting_role()'),
            ('plan_version', NULL, '', '', ''),
            ('pulse', 'own_team', '', 'team', ''),
            ('request', 'own_team', '', 'from_team', ''),
            ('review', 'own_team', 'team IS NULL OR ', 'team', ''),
            ('understanding', 'own_team', '', 'by_team', ''),
            ('variant', 'own_team', '(SELECT e.team IS NULL FROM align.experiment e WHERE e.key = experiment) OR ', '(SELECT e.team FROM align.experiment e WHERE e.key = experiment)', ''),
            ('verdict', 'own_team', 'team IS NULL AND (SELECT pg_catalog.has_function_privilege(''align.judge_leads(bigint, bigint, text, integer, align.rubric, timestamptz)'', ''EXECUTE'')) OR ',
                'team', '')) r(tab, name, before, owner, also)
    LOOP
        EXECUTE pg_catalog.format('ALTER TABLE align.%I ENABLE ROW LEVEL SECURITY', rule.tab);
        EXECUTE pg_catalog.format('CREATE POLICY shared ON align.%I FOR SELECT USING (true)', rule.tab);
        EXECUTE pg_catalog.format('COMMENT ON POLICY shared ON align.%I IS %L', rule.tab, 'who may read the table reads all of it');
        CONTINUE WHEN rule.name IS NULL;
        EXECUTE pg_catalog.format('CREATE POLICY %I ON align.%I USING (%s)', rule.name, rule.tab, rule.qual);
        EXECUTE pg_catalog.format('COMMENT ON POLICY %I ON align.%I IS %L', rule.name, rule.tab,
            CASE rule.name WHEN 'own_team' THEN 'a team writes its own rows' ELSE 'a role writes its own rows' END);
    END LOOP;
END $$;

-- granting

CREATE FUNCTION align.check_access_role(role text) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    owner name := (SELECT r.rolname FROM pg_extension e JOIN pg_roles r ON r.oid = e.extowner WHERE e.extname = 'align');
    asked pg_roles;
BEGIN
    SELECT r.* INTO asked FROM pg_roles r WHERE r.rolname = $1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'unknown role: "%"', COALESCE($1, 'NULL')
            USING ERRCODE = 'undefined_object',
                DETAIL = 'Access is granted to a role of this server.',
                HINT = 'Create it first: CREATE ROLE ... LOGIN.';
    ELSIF NOT pg_has_role(owner, 'USAGE') THEN
        RAISE EXCEPTION 'role "%" cannot grant access', current_user
            USING ERRCODE = 'insufficient_privilege',
                DETAIL = format('Rights are granted by who owns the extension, "%s"; nobody grants more than he has.', owner),
                HINT = 'Have its owner, or a superuser, grant them.';
    ELSIF asked.rolsuper OR asked.rolbypassrls OR pg_has_role($1, owner, 'MEMBER') THEN
        RAISE EXCEPTION 'the access of role "%" has no limits', $1
            USING ERRCODE = 'invalid_grant_operation',
                DETAIL = CASE WHEN asked.rolsuper THEN 'It is a superuser.' WHEN asked.rolbypassrls THEN 'It bypasses row security.'
                    ELSE format('It acts as "%s", who owns the extension.', owner) END,
                HINT = 'Grant to a role that is neither superuser, nor BYPASSRLS, nor a member of the owner.';
    END IF;
END $$;
COMMENT ON FUNCTION align.check_access_role(text) IS 'An error when there is no such role, when the caller does not own the extension, or when the role has all rights anyway: a superuser, one that bypasses row security, a member of the owner.';

CREATE FUNCTION align.grant_listed(role text, level text) RETURNS integer
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    listed record;
    granted integer := 0;
BEGIN
    FOR listed IN
        SELECT g.privilege || COALESCE(' (' || g.columns || ')', '') AS privilege, g.kind = 'function' AS is_function,
            string_agg('align.' || g.object, ', ') AS objects, count(*) AS n
        FROM align.access_grant_list() g WHERE g.level = $2 GROUP BY 1, 2
    LOOP
        EXECUTE format('GRANT %s ON %s %s TO %I', listed.privilege, CASE WHEN listed.is_function THEN 'FUNCTION' ELSE 'TABLE' END, listed.objects, $1);
        granted := granted + listed.n;
    END LOOP;
    RETURN granted;
END $$;
COMMENT ON FUNCTION align.grant_listed(text, text) IS 'Serves grant_access and grant_contact_data.';
REVOKE EXECUTE ON FUNCTION align.grant_listed(text, text) FROM PUBLIC;

CREATE FUNCTION align.revoke_access(role text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    listed record;
BEGIN
    PERFORM align.check_access_role($1);
    -- one at a time: two that change the rights of one object would fail
    PERFORM pg_advisory_xact_lock('align.access_grant_list()'::regprocedure::oid::bigint);
    FOR listed IN
        SELECT g.kind = 'function' AS is_function, string_agg(DISTINCT 'align.' || g.object, ', ') AS objects FROM align.access_grant_list() g GROUP BY 1
    LOOP
        EXECUTE format('REVOKE ALL ON %s %s FROM %I', CASE WHEN listed.is_function THEN 'FUNCTION' ELSE 'TABLE' END, listed.objects, $1);
    END LOOP;
END $$;
COMMENT ON FUNCTION align.revoke_access(text) IS 'Takes back from a role all rights on the objects of access_grant_list(), also those that were not given by grant_access, and those on single columns. What it has as a member of other roles, or of PUBLIC, stays; so does what it is in table member. Error for an unknown role, one without limits, or a caller that does not own the extension.';
REVOKE EXECUTE ON FUNCTION align.revoke_access(text) FROM PUBLIC;

CREATE FUNCTION align.grant_access(role text, level text) RETURNS integer
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF $2 IS NULL OR $2 NOT IN ('reader', 'analyst', 'marketing', 'sales', 'app', 'admin') THEN
        RAISE EXCEPTION 'unknown level of access: "%"', COALESCE($2, 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'There are: reader, analyst, marketing, sales, app, admin.',
                HINT = 'access_grant_list() says what each may.';
    END IF;
    PERFORM align.revoke_access($1);
    RETURN align.grant_listed($1, $2);
END $$;
COMMENT ON FUNCTION align.grant_access(text, text) IS 'Gives a role a level of access: reader, analyst, marketing, sales, app or admin. What it had before, also contact data, is taken back first, so that it has exactly what access_grant_list() says of the level. Result: how many rights. Which team it speaks for is said by table member, not by the level. Error for an unknown role or level, a role whose access has no limits (a superuser, one that bypasses row security, a member of the owner), or a caller that does not own the extension.';
REVOKE EXECUTE ON FUNCTION align.grant_access(text, text) FROM PUBLIC;

CREATE FUNCTION align.grant_contact_data(role text) RETURNS integer
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM align.check_access_role($1);
    PERFORM pg_advisory_xact_lock('align.access_grant_list()'::regprocedure::oid::bigint);
    RETURN align.grant_listed($1, 'contact');
END $$;
COMMENT ON FUNCTION align.grant_contact_data(text) IS 'Lets a role, on top of its level, read what is known of leads and accounts as persons: the column attrs of both. grant_access and revoke_access take it back. Result: how many rights. Error for an unknown role, one whose access has no limits, or a caller that does not own the extension.';
REVOKE EXECUTE ON FUNCTION align.grant_contact_data(text) FROM PUBLIC;
