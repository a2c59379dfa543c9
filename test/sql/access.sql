\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(114);

CREATE TEMP TABLE access_level (level text, role text);
INSERT INTO access_level SELECT l, 'align_test_' || l FROM unnest('{reader,analyst,marketing,sales,app,admin}'::text[]) l;
CREATE ROLE align_test_reader; CREATE ROLE align_test_analyst; CREATE ROLE align_test_marketing; CREATE ROLE align_test_sales; CREATE ROLE align_test_app; CREATE ROLE align_test_admin;
CREATE ROLE align_test_nobody; CREATE ROLE align_test_root SUPERUSER; CREATE ROLE align_test_bypass BYPASSRLS; CREATE ROLE align_test_heir IN ROLE align_test_sales;

-- the first value that a statement gives as a role, or its error; nothing of a failed one stays
CREATE FUNCTION pg_temp.as_role(role text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text; message text; detail text; hint text;
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role);
    EXECUTE statement INTO result;
    RESET ROLE;
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', SQLSTATE, message, NULLIF(detail, ''), NULLIF(hint, ''));
END $$;

-- how many rows a statement changes as a role, or its error
CREATE FUNCTION pg_temp.changed_by(role text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role);
    EXECUTE statement;
    GET DIAGNOSTICS n = ROW_COUNT;
    RESET ROLE;
    RETURN n;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' | ' || SQLERRM;
END $$;

-- whether a statement gets past the right to an object; whatever it did is taken back
CREATE FUNCTION pg_temp.may(role text, statement text, object text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role);
    EXECUTE statement;
    RAISE EXCEPTION 'taken back';
EXCEPTION WHEN OTHERS THEN
    RETURN NOT (SQLSTATE = '42501' AND SQLERRM ~ ('^permission denied for (table|view|function) ' || object || '$'));
END $$;

CREATE TEMP TABLE member_object AS
SELECT d.classid, d.objid FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass WHERE e.extname = 'align' AND d.deptype = 'e';
CREATE TEMP TABLE relation AS
SELECT c.oid, c.relname::text AS object, c.relkind FROM member_object m JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid AND c.relkind IN ('r', 'v');
CREATE TEMP TABLE deed AS
SELECT p.oid, p.proname::text AS name, format('%I(%s)', p.proname, oidvectortypes(p.proargtypes)) AS object, p.provolatile, has_function_privilege('public', p.oid, 'EXECUTE') AS is_public,
    (SELECT string_agg('NULL::' || format_type(t, NULL), ', ' ORDER BY n) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY u(t, n)) AS arguments
FROM member_object m JOIN pg_proc p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid WHERE p.prorettype <> 'trigger'::regtype AND p.prokind = 'f';

-- the list names all that there is
SELECT is_empty($$SELECT object FROM relation EXCEPT SELECT object FROM access_grant_list() WHERE kind <> 'function'$$, 'every table and view is granted to a level, or left to the owner by name');
SELECT is_empty($$SELECT object FROM deed WHERE NOT is_public EXCEPT SELECT object FROM access_grant_list() WHERE kind = 'function'$$, 'and so is every function that is not open to PUBLIC');
SELECT is_empty($$SELECT object FROM deed WHERE provolatile = 'v' AND is_public$$, 'nothing that writes is open to PUBLIC');
SELECT is_empty($$SELECT l.level, l.object, c.name FROM access_grant_list() l CROSS JOIN LATERAL string_to_table(l.columns, ', ') c(name) JOIN relation r USING (object)
    WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = r.oid AND a.attname = c.name)$$, 'columns are there');
SELECT is_empty($$SELECT level, object, privilege, columns FROM access_grant_list() GROUP BY 1, 2, 3, 4 HAVING count(*) > 1$$, 'a right is listed once');
SELECT is_empty($$SELECT kind, object, privilege, columns FROM access_grant_list() WHERE level = 'reader' AND object NOT LIKE 'report\_%'$$, 'a reader has the report and no more');
SELECT is_empty($$SELECT r.object, a.attname FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 WHERE r.object LIKE 'report\_%'
    AND a.attname IN ('lead_key', 'account_key', 'account_name', 'deal_key', 'attrs', 'actor', 'lead', 'account')$$, 'and the report names nobody who may buy');

-- granted as listed
SELECT is(grant_access(a.role, a.level)::bigint, (SELECT count(*) FROM access_grant_list() l WHERE l.level = a.level), a.level || ' is granted') FROM access_level a;
CREATE TEMP TABLE listed AS SELECT * FROM access_grant_list();
CREATE TEMP TABLE wanted AS
SELECT x.role, r.object, c.attname::text AS column, p.privilege FROM access_level x CROSS JOIN relation r JOIN pg_attribute c ON c.attrelid = r.oid AND c.attnum > 0 AND NOT c.attisdropped
CROSS JOIN unnest('{SELECT,INSERT,UPDATE,REFERENCES}'::text[]) p(privilege)
WHERE EXISTS (SELECT FROM listed l WHERE l.level = x.level AND l.object = r.object AND l.privilege = p.privilege AND (l.columns IS NULL OR c.attname = ANY (string_to_array(l.columns, ', '))));
CREATE TEMP TABLE every_role AS SELECT role FROM access_level UNION ALL VALUES ('align_test_nobody');
CREATE TEMP TABLE given AS
SELECT x.role, r.object, c.attname::text AS column, p.privilege FROM every_role x CROSS JOIN relation r JOIN pg_attribute c ON c.attrelid = r.oid AND c.attnum > 0 AND NOT c.attisdropped
CROSS JOIN unnest('{SELECT,INSERT,UPDATE,REFERENCES}'::text[]) p(privilege) WHERE has_column_privilege(x.role, r.oid, c.attnum, p.privilege);
SELECT is_empty('TABLE given EXCEPT TABLE wanted', 'no column is open that is not listed');
SELECT is_empty('TABLE wanted EXCEPT TABLE given', 'every column that is listed is open');
SELECT set_eq($$SELECT x.role, r.object, p.privilege FROM every_role x CROSS JOIN relation r CROSS JOIN unnest('{DELETE,TRUNCATE,TRIGGER}'::text[]) p(privilege) WHERE has_table_privilege(x.role, r.oid, p.privilege)$$,
    $$SELECT a.role, l.object, l.privilege FROM listed l JOIN access_level a USING (level) WHERE l.privilege = 'DELETE'$$, 'rows are deleted by who is listed; nobody truncates');
SELECT set_eq($$SELECT x.role, d.object FROM every_role x CROSS JOIN deed d WHERE NOT d.is_public AND has_function_privilege(x.role, d.oid, 'EXECUTE')$$,
    $$SELECT a.role, l.object FROM listed l JOIN access_level a USING (level) JOIN deed d USING (object) WHERE l.kind = 'function' AND NOT d.is_public$$, 'functions are called by who is listed');
SELECT is_empty($$SELECT x.role, c.relname FROM every_role x CROSS JOIN member_object m JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid AND c.relkind = 'S'
    WHERE has_sequence_privilege(x.role, c.oid, 'USAGE') OR has_sequence_privilege(x.role, c.oid, 'SELECT') OR has_sequence_privilege(x.role, c.oid, 'UPDATE')$$, 'sequences are nobody''s');

-- tried
CREATE TEMP TABLE tried AS
SELECT x.role, r.object, c.attname::text AS column, s.privilege
FROM every_role x CROSS JOIN relation r JOIN pg_attribute c ON c.attrelid = r.oid AND c.attnum > 0 AND NOT c.attisdropped
CROSS JOIN LATERAL (VALUES ('SELECT', format('SELECT %I FROM align.%I LIMIT 0', c.attname, r.object)),
    ('UPDATE', CASE r.relkind WHEN 'r' THEN format('UPDATE align.%I SET %I = DEFAULT WHERE false', r.object, c.attname) END),
    ('INSERT', CASE r.relkind WHEN 'r' THEN format('INSERT INTO align.%I (%I) VALUES (DEFAULT)', r.object, c.attname) END)) s(privilege, statement)
WHERE s.statement IS NOT NULL AND pg_temp.may(x.role, s.statement, r.object);
SELECT set_eq('TABLE tried', $$SELECT w.* FROM wanted w WHERE w.privilege <> 'REFERENCES'$$, 'every column read, entered and changed by every role: as listed');
SELECT set_eq($$SELECT x.role, r.object FROM every_role x CROSS JOIN relation r WHERE r.relkind = 'r' AND pg_temp.may(x.role, format('DELETE FROM align.%I WHERE false', r.object), r.object)$$,
    $$SELECT a.role, l.object FROM listed l JOIN access_level a USING (level) WHERE l.privilege = 'DELETE'$$, 'every table deleted from: as listed');
SELECT is_empty($$SELECT x.role, r.object FROM every_role x CROSS JOIN relation r WHERE r.relkind = 'r' AND pg_temp.may(x.role, format('TRUNCATE align.%I', r.object), r.object)$$, 'every table truncated: by nobody');
SELECT set_eq($$SELECT x.role, d.object FROM every_role x CROSS JOIN deed d WHERE NOT d.is_public AND pg_temp.may(x.role, format('SELECT align.%I(%s)', d.name, d.arguments), d.name)$$,
    $$SELECT a.role, l.object FROM listed l JOIN access_level a USING (level) JOIN deed d USING (object) WHERE l.kind = 'function' AND NOT d.is_public$$, 'every function called by every role: as listed');

-- who sees what
INSERT INTO account (key, name, segment, attrs) VALUES ('A1', 'Acme', 'big', '{"phone": "555"}');
INSERT INTO lead (key, account, source, segment, owner, attrs) SELECT 'L' || i, id, 'web', 'big', 'rep', '{"email": "a@example.org", "visits": 4}' FROM account, generate_series(1, 3) i;
INSERT INTO stage_event (lead, at, stage) SELECT id, '2026-01-01Z', 'lead' FROM lead;
CREATE TEMP TABLE refused_view AS
SELECT x.role, r.object FROM every_role x CROSS JOIN relation r WHERE r.relkind = 'v' AND pg_temp.as_role(x.role, format('SELECT (SELECT v::text) FROM align.%I v LIMIT 1', r.object)) LIKE '42501 |%';
SELECT is((SELECT string_agg(concat_ws(' ', role, object), ', ') FROM refused_view WHERE role NOT IN ('align_test_nobody', 'align_test_reader')), 'align_test_analyst disagreement',
    'all views open to all levels, but for the one that reads contact data');
SELECT is_empty($$SELECT object FROM refused_view WHERE role = 'align_test_reader' AND object LIKE 'report\_%'$$, 'a reader reads all of the report');
SELECT is((SELECT count(*) FROM refused_view WHERE role IN ('align_test_nobody', 'align_test_reader') AND object NOT LIKE 'report\_%'), 2 * (SELECT count(*) FROM relation WHERE relkind = 'v' AND object NOT LIKE 'report\_%'), 'and nothing else; nobody nothing');
SELECT is(pg_temp.as_role(r.role, r.statement), r.result, concat_ws(': ', r.role, r.statement)) FROM (VALUES
    ('align_test_analyst', 'SELECT count(key) FROM align.lead', '3'),
    ('align_test_analyst', 'SELECT count(*) FROM align.lead_stage', '3'),
    ('align_test_analyst', 'SELECT attrs FROM align.lead', '42501 | permission denied for table lead'),
    ('align_test_analyst', 'SELECT * FROM align.lead', '42501 | permission denied for table lead'),
    ('align_test_analyst', 'SELECT count(*) FROM align.lead WHERE attrs ? ''email''', '42501 | permission denied for table lead'),
    ('align_test_analyst', 'SELECT l FROM align.lead l', '42501 | permission denied for table lead'),
    ('align_test_analyst', 'SELECT attrs FROM align.account', '42501 | permission denied for table account'),
    ('align_test_analyst', 'SELECT answer FROM align.pulse', '42501 | permission denied for table pulse'),
    ('align_test_analyst', 'SELECT count(*) FROM align.belief(now())', '0'),
    ('align_test_analyst', 'SELECT count(*) FROM align.model_quality(now())', '42501 | permission denied for table lead'),
    ('align_test_reader', 'SELECT count(*) FROM align.lead', '42501 | permission denied for table lead'),
    ('align_test_reader', 'SELECT * FROM align.lead_journey(now())', '42501 | permission denied for table lead'),
    ('align_test_sales', 'SELECT attrs ->> ''email'' FROM align.lead', 'a@example.org'),
    ('align_test_admin', 'SELECT answer FROM align.pulse', '42501 | permission denied for table pulse')) r(role, statement, result);
SELECT is(grant_contact_data('align_test_analyst'), 2, 'contact data is granted apart');
SELECT is(pg_temp.as_role('align_test_analyst', 'SELECT attrs ->> ''email'' FROM align.lead'), 'a@example.org', 'then it is read');
SELECT is(pg_temp.as_role('align_test_analyst', 'SELECT count(*) FROM align.disagreement'), '0', 'by views too');
SELECT ok(grant_access('align_test_analyst', 'analyst') > 0, 'the level again');
SELECT is(pg_temp.as_role('align_test_analyst', 'SELECT attrs FROM align.lead'), '42501 | permission denied for table lead', 'takes it back');

SELECT setval('align.countermeasure_id_seq', 1, false) AS numbers_start \gset

-- deeds of those who may, by functions that run as their caller
INSERT INTO member (role, team) VALUES ('align_test_marketing', 'marketing'), ('align_test_sales', 'sales'), ('align_test_admin', 'leadership');
INSERT INTO plan_item (key, level, title, team, period) VALUES ('M', 'mission', 'Serve', NULL, NULL);
INSERT INTO plan_item (key, level, parent, title, team, period) SELECT v.key, 'rock', i.id, v.key, v.team, '2026-Q1' FROM plan_item i, (VALUES ('RM', 'marketing'), ('RS', 'sales')) v(key, team);
INSERT INTO metric (key, title, kind, measures, grain, team, source) VALUES ('new', 'New', 'leading', 'outcome', 'month', 'marketing', '{"measure": "stage entries", "stage": "lead"}');
SELECT is(pg_temp.as_role(r.role, r.statement), r.result, concat_ws(': ', r.role, r.statement)) FROM (VALUES
    ('align_test_marketing', 'SELECT align.propose_definition(''mql'', ''require visits >= 3'')', '1'),
    ('align_test_marketing', 'SELECT waiting_for FROM align.sign_definition(''mql'', 1, ''marketing'')', 'sales'),
    ('align_test_sales', 'SELECT waiting_for FROM align.sign_definition(''mql'', 1, ''sales'')', NULL),
    ('align_test_app', 'SELECT recorded_count FROM align.qualify_all()', '3'),
    ('align_test_app', 'SELECT qualified FROM align.qualify_lead(''L1'')', 'true'),
    ('align_test_sales', 'SELECT to_stage FROM align.advance(''L1'', ''mql'', ''2026-01-02Z'')', 'mql'),
    ('align_test_sales', 'SELECT align.record_verdict(''L1'', ''sales'', false, ''no budget'')', 'true'),
    ('align_test_app', 'SELECT change FROM align.collect(''2026-01'', ''2026-02-01Z'')', 'recorded'),
    ('align_test_marketing', 'SELECT align.record_value(''new'', ''2026-02'', 9, at => ''2026-03-01Z'')', 'true'),
    ('align_test_marketing', 'SELECT align.add_countermeasure(''new'', ''2026-01'', ''cold'', ''call'', team => ''marketing'', at => ''2026-02-01Z'')', '1'),
    ('align_test_marketing', 'SELECT align.finish_countermeasure(1, ''warm'', ''2026-02-02Z'')', ''),
    ('align_test_marketing', 'SELECT align.start_experiment(''E'', ''T'', ''H'', ''{a,b}'', team => ''marketing'')', '2'),
    ('align_test_marketing', 'SELECT align.record_variant(''E'', ''a'', 10, 1)', ''),
    ('align_test_marketing', 'SELECT align.decide(''E'', ''stop'', ''little'') IS NULL', 'false'),
    ('align_test_marketing', 'SELECT is_new FROM align.publish_plan(''2026'')', 'true'),
    ('align_test_marketing', 'SELECT waiting_for FROM align.sign_plan(1, ''marketing'')', 'sales'),
    ('align_test_sales', 'SELECT align.comment_plan(1, ''sales'', ''Why?'', kind => ''question'') > 0', 'true'),
    ('align_test_marketing', 'SELECT align.propose_weights(''{"mission_link": 1}'')', '1'),
    ('align_test_admin', 'SELECT item_count FROM align.load_plan(''{"items": [{"key": "X", "level": "goal", "title": "x", "team": "sales"}]}'')', '1'),
    ('align_test_admin', 'SELECT align.set_target(''new'', ''2026-01'', ''>= 10'')', 'true'),
    ('align_test_admin', 'SELECT align.grant_points(''sales'', ''2026-Q1'', 10) > 0', 'true'),
    ('align_test_sales', 'SELECT align.ask(''sales'', ''marketing'', ''A page'', 4, ''2026-Q1'') <> ''''', 'true'),
    ('align_test_app', 'SELECT align.forget(''L3'')', 'true'),
    ('align_test_app', 'SELECT breached_count FROM align.announce_breaches()', '0')) r(role, statement, result);

-- rows of another team
SELECT is(pg_temp.as_role(r.role, r.statement), r.result, concat_ws(': ', r.role, r.statement)) FROM (VALUES
    ('align_test_marketing', 'SELECT align.record_verdict(''L2'', ''sales'', true)', '42501 | new row violates row-level security policy for table "verdict"'),
    ('align_test_marketing', 'SELECT align.start_experiment(''F'', ''T'', ''H'', ''{a,b}'', team => ''sales'')', '42501 | new row violates row-level security policy for table "experiment"'),
    ('align_test_sales', 'SELECT align.add_countermeasure(''new'', ''2026-01'', ''x'', ''y'', team => ''marketing'', at => ''2026-02-01Z'')', '42501 | new row violates row-level security policy for table "countermeasure"'),
    ('align_test_heir', 'SELECT align.record_verdict(''L2'', ''sales'', true)', '42501 | new row violates row-level security policy for table "verdict"'),
    ('align_test_sales', 'INSERT INTO align.verdict (lead, definition, version, qualified) SELECT id, ''mql'', 1, true FROM align.lead', '42501 | new row violates row-level security policy for table "verdict"'),
    ('align_test_sales', 'SELECT signed_by FROM align.sign_definition(''mql'', 1, ''marketing'')',
        '42501 | role "align_test_sales" cannot sign for team "marketing" | Its members alone act for a team, superusers or not; "align_test_sales" is a member of: sales. | Have a member of the team sign, or enter the role into table member first.')) r(role, statement, result);
SELECT is(pg_temp.changed_by(r.role, r.statement), r.result, concat_ws(': ', r.role, r.statement)) FROM (VALUES
    ('align_test_sales', 'UPDATE align.plan_item SET progress = 0.5', '3'),
    ('align_test_marketing', 'UPDATE align.plan_item SET progress = 0.5 WHERE key = ''RS''', '0'),
    ('align_test_sales', 'UPDATE align.plan_item SET title = ''mine''', '42501 | permission denied for table plan_item'),
    ('align_test_admin', 'UPDATE align.plan_item SET title = title', '4'),
    ('align_test_sales', 'UPDATE align.countermeasure SET effect = ''none''', '0'),
    ('align_test_sales', 'UPDATE align.definition SET note = ''mine''', '0'),
    ('align_test_sales', 'INSERT INTO align.definition (name, version, rubric, created_by) VALUES (''mql'', 2, ''require visits >= 1'', ''align_test_sales'')', '1'),
    ('align_test_sales', 'UPDATE align.definition SET note = ''mine''', '1'),
    ('align_test_sales', 'INSERT INTO align.definition (name, version, rubric, created_by, in_force_at) VALUES (''mql'', 3, ''require visits >= 1'', ''align_test_sales'', now())', '42501 | new row violates row-level security policy for table "definition"'),
    ('align_test_sales', 'INSERT INTO align.plan_version (version, period, body, sha256, published_by, in_force_at) VALUES (2, ''2026'', ''{}'', '''', ''align_test_sales'', now())', '42501 | new row violates row-level security policy for table "plan_version"'),
    ('align_test_sales', 'INSERT INTO align.metric_value (metric, period, value, at, by_role) SELECT id, ''2026-02'', 1, ''2026-03-02Z'', ''align_test_marketing'' FROM align.metric', '42501 | new row violates row-level security policy for table "metric_value"'),
    ('align_test_sales', 'INSERT INTO align.capacity (team, period, days) VALUES (''sales'', ''2026-Q1'', 9)', '1'),
    ('align_test_sales', 'INSERT INTO align.capacity (team, period, days) VALUES (''marketing'', ''2026-Q1'', 9)', '42501 | new row violates row-level security policy for table "capacity"'),
    ('align_test_sales', 'UPDATE align.capacity SET team = ''marketing''', '42501 | new row violates row-level security policy for table "capacity"'),
    ('align_test_marketing', 'DELETE FROM align.capacity', '0')) r(role, statement, result);

-- granted by hand, a right on a table is still one on the own rows; who owns it is not held to that
GRANT INSERT ON ALL TABLES IN SCHEMA align TO align_test_sales;
SELECT is_empty($$SELECT p.tablename FROM pg_policies p JOIN relation r ON r.object = p.tablename JOIN pg_class c ON c.oid = r.oid WHERE p.schemaname = 'align' AND NOT (c.relrowsecurity AND NOT c.relforcerowsecurity)$$, 'row security is on, and spares the owner');
SELECT is(pg_temp.as_role('align_test_sales', format('INSERT INTO align.%s', r.row_of)), format('42501 | new row violates row-level security policy for table "%s"', split_part(r.row_of, ' ', 1)), r.row_of) FROM (VALUES
    ('asset (key, team, channel, title, body) VALUES (''a'', ''marketing'', ''mail'', ''x'', ''y'')'),
    ('plan_comment (version, team, body) VALUES (1, ''marketing'', ''x'')'),
    ('request (key, from_team, to_team, period, what, points) VALUES (''x'', ''marketing'', ''sales'', ''2026-Q1'', ''x'', 0)'),
    ('understanding (about_team, by_team, period, body) VALUES (''sales'', ''marketing'', ''2026'', ''x'')'),
    ('insight (kind, body, team) VALUES (''customer'', ''x'', ''marketing'')'),
    ('plan_signature (version, team, role) VALUES (1, ''sales'', ''align_test_marketing'')')) r(row_of);

-- what is read pays nothing for it
GRANT EXECUTE ON FUNCTION pg_temp.plan_of(text) TO PUBLIC;
DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO PUBLIC', (SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema())); END $$;
SELECT is(pg_temp.as_role('align_test_sales', format('SELECT pg_temp.plan_of(%L)', q.query)), pg_temp.plan_of(q.query), 'to read is not to be checked row by row: ' || q.query)
FROM (VALUES ('SELECT * FROM align.verdict WHERE lead = 1'), ('SELECT team, count(*) FROM align.asset GROUP BY team'), ('SELECT * FROM align.lead_verdict'), ('SELECT * FROM align.plan_tree')) q(query);

-- back
SELECT is(revoke_access(a.role)::text, '', a.level || ' is taken back') FROM access_level a WHERE a.level = 'sales';
SELECT is_empty($$SELECT r.object, a.attname FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 WHERE has_column_privilege('align_test_sales', r.oid, a.attnum, 'SELECT')
    OR has_column_privilege('align_test_sales', r.oid, a.attnum, 'INSERT') OR has_column_privilege('align_test_sales', r.oid, a.attnum, 'UPDATE')$$, 'all of it, and what was granted by hand');
SELECT is_empty($$SELECT object FROM deed WHERE NOT is_public AND has_function_privilege('align_test_sales', oid, 'EXECUTE')$$, 'with the functions');

-- refused
SELECT is(pg_temp.error_of(c.statement), c.error, c.statement) FROM (VALUES
    ('SELECT align.grant_access(''align_test_sales'', ''king'')', '22023 | unknown level of access: "king" | There are: reader, analyst, marketing, sales, app, admin. | access_grant_list() says what each may.'),
    ('SELECT align.grant_access(''align_test_sales'', ''owner'')', '22023 | unknown level of access: "owner" | There are: reader, analyst, marketing, sales, app, admin. | access_grant_list() says what each may.'),
    ('SELECT align.grant_access(''align_test_sales'', NULL)', '22023 | unknown level of access: "NULL" | There are: reader, analyst, marketing, sales, app, admin. | access_grant_list() says what each may.'),
    ('SELECT align.grant_access(''nobody known'', ''reader'')', '42704 | unknown role: "nobody known" | Access is granted to a role of this server. | Create it first: CREATE ROLE ... LOGIN.'),
    ('SELECT align.grant_access(NULL, ''reader'')', '42704 | unknown role: "NULL" | Access is granted to a role of this server. | Create it first: CREATE ROLE ... LOGIN.'),
    ('SELECT align.grant_access(''public'', ''reader'')', '42704 | unknown role: "public" | Access is granted to a role of this server. | Create it first: CREATE ROLE ... LOGIN.'),
    ('SELECT align.grant_access(''align_test_root'', ''reader'')', '0LP01 | the access of role "align_test_root" has no limits | It is a superuser. | Grant to a role that is neither superuser, nor BYPASSRLS, nor a member of the owner.'),
    ('SELECT align.grant_contact_data(''align_test_bypass'')', '0LP01 | the access of role "align_test_bypass" has no limits | It bypasses row security. | Grant to a role that is neither superuser, nor BYPASSRLS, nor a member of the owner.'),
    ('SELECT align.revoke_access(''align_test_none'')', '42704 | unknown role: "align_test_none" | Access is granted to a role of this server. | Create it first: CREATE ROLE ... LOGIN.')) c(statement, error);
SELECT is(pg_temp.as_role('align_test_admin', 'SELECT align.grant_access(''align_test_admin'', ''admin'')'), '42501 | permission denied for function grant_access', 'an admin grants nothing');
GRANT EXECUTE ON FUNCTION grant_access(text, text), revoke_access(text), grant_listed(text, text) TO align_test_admin;
SELECT alike(pg_temp.as_role('align_test_admin', 'SELECT align.grant_access(''align_test_nobody'', ''reader'')'),
    '42501 | role "align_test_admin" cannot grant access | Rights are granted by who owns the extension, "%"; nobody grants more than he has. | Have its owner, or a superuser, grant them.', 'not even with the function');

SELECT * FROM finish();
ROLLBACK;
