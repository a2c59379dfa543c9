\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(61);

CREATE ROLE align_ann;
CREATE ROLE align_ben;
CREATE ROLE align_root SUPERUSER;
GRANT USAGE ON SCHEMA align TO align_ann, align_ben;
GRANT EXECUTE ON FUNCTION sign_definition(text, integer, text) TO align_ann, align_ben;
INSERT INTO member (role, team) VALUES ('align_ann', 'sales'), ('align_ben', 'marketing');

-- signs as a role, within a function that runs as its owner, too
CREATE FUNCTION pg_temp.sign_as(role name, name text, version integer, team text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role);
    result := pg_temp.error_of(format('SELECT align.sign_definition(%L, %s, %L)', name, version, team));
    RESET ROLE;
    RETURN result;
END $$;
GRANT EXECUTE ON FUNCTION pg_temp.error_of(text) TO PUBLIC;
DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO PUBLIC', (SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema())); END $$;

-- proposing
SELECT is(propose_definition('mql', 'require country = ''US'' +60 employees >= 50 +40 visits >= 5 qualify at 60', 'first'), 1, 'the first version');
SELECT is(propose_definition('mql', 'require country in (''US'', ''DE'') +100 employees >= 50 qualify at 50', 'second'), 2, 'the second version');
SELECT is(propose_definition('icp', 'require segment = ''ent'''), 1, 'another name counts for itself');
SELECT is(pg_temp.error_of($$SELECT propose_definition('mql', 'require country')$$),
    '42601 | invalid rubric: line 1, column 16: the text ends too early | Here could stand: not, in, between, like, ilike, matches, has, is, =, <>, <, <=, >, >=. | A statement is require, reject, group, +points, -points, qualify at or grade; see docs/rubric.md.',
    'a rubric that cannot be read');
SELECT is(pg_temp.error_of($$INSERT INTO definition (name, version, rubric) VALUES ('mql', 0, 'require a = 1')$$),
    '23514 | new row for relation "definition" violates check constraint "definition_version_check" | ' ||
    format('Failing row contains (mql, 0, require a = 1, null, %s, %s, null). | ', now(), session_user), 'versions count from 1');
UPDATE definition SET rubric = 'require segment = ''enterprise''' WHERE name = 'icp';
SELECT is((SELECT rubric::text FROM definition WHERE name = 'icp'), 'require segment = ''enterprise''', 'what nobody signed can change');

-- signing: who may
SELECT is(pg_temp.error_of($$SELECT sign_definition('mql', 1, 'sales')$$),
    format('42501 | role "%s" cannot sign for team "sales" | Its members alone act for a team, superusers or not; "%1$s" is a member of: none. | Have a member of the team sign, or enter the role into table member first.', session_user),
    'a superuser who is no member is refused');
SELECT is(pg_temp.sign_as('align_root', 'mql', 1, 'sales'),
    '42501 | role "align_root" cannot sign for team "sales" | Its members alone act for a team, superusers or not; "align_root" is a member of: none. | Have a member of the team sign, or enter the role into table member first.', 'and so by SET ROLE');
SELECT is(pg_temp.sign_as('align_ann', 'mql', 1, 'marketing'),
    '42501 | role "align_ann" cannot sign for team "marketing" | Its members alone act for a team, superusers or not; "align_ann" is a member of: sales. | Have a member of the team sign, or enter the role into table member first.', 'nobody signs for another team');
SELECT is(pg_temp.sign_as('align_ann', 'mql', 9, 'sales'),
    'P0002 | unknown definition: "mql" version 9 | There are: icp 1, mql 1, mql 2. | Propose it by propose_definition(name, rubric, note).', 'an unknown version');
SELECT is(pg_temp.sign_as('align_ann', 'mql', 1, 'sails'),
    'P0002 | unknown team: "sails" | There are: customer success, finance, hr, it, leadership, marketing, operations, sales. | Enter it into table team first.', 'an unknown team');
SELECT is((SELECT count(*) FROM definition_signature), 0::bigint, 'no refused signature is kept');

-- signing: what it does
SELECT throws_ok($$SELECT * FROM agreed_definition('mql', '2026-01-01Z')$$, 'P0002', 'no definition of "mql" is in force at 2026-01-01 00:00:00+00', 'nothing is in force yet');
SELECT is(pg_temp.sign_as('align_ann', 'mql', 1, 'sales'), 'no error', 'sales signs');
SELECT is((SELECT (signed_by, waiting_for, status)::text FROM definition_status WHERE name = 'mql' AND version = 1), '(sales,marketing,proposed)', 'marketing is waited for');
SELECT is(pg_temp.error_of($$SELECT agreed_definition('mql', '2026-01-01Z')$$),
    'P0002 | no definition of "mql" is in force at 2026-01-01 00:00:00+00 | Version 2 waits for the signature of: marketing, sales. | Propose it by propose_definition, and have every required team sign by sign_definition.', 'the error says for whom');
SELECT is(pg_temp.error_of($$SELECT agreed_definition('mqql', '2026-01-01Z')$$),
    'P0002 | no definition of "mqql" is in force at 2026-01-01 00:00:00+00 | There are: icp, mql. | Propose it by propose_definition, and have every required team sign by sign_definition.', 'a label that nobody defined');
SELECT is(split_part(pg_temp.sign_as('align_ann', 'mql', 1, 'sales'), ' | ', 2), 'team "sales" has signed definition "mql" version 1 already', 'a team signs once');
SELECT is(pg_temp.error_of($$UPDATE definition SET rubric = 'require a = 1' WHERE name = 'mql' AND version = 1$$),
    '55000 | definition "mql" version 1 cannot change | What is signed stays as it is; it is signed by sales. | Propose the next version: SELECT align.propose_definition(''mql'', rubric, note).', 'the text cannot change once anybody has signed');
SELECT is(split_part(pg_temp.error_of($$UPDATE definition SET note = 'new' WHERE name = 'mql' AND version = 1$$), ' | ', 1), '55000', 'nor the note');
SELECT is(split_part(pg_temp.error_of($$UPDATE definition SET in_force_at = now() WHERE name = 'mql' AND version = 1$$), ' | ', 1), '55000', 'it does not come into force by hand');
SELECT is(pg_temp.error_of($$UPDATE definition SET in_force_at = now() WHERE name = 'mql' AND version = 2$$),
    '55000 | definition "mql" version 2 cannot change | A version comes into force by signatures alone. | Sign it by sign_definition(name, version, team).', 'also without any signature');
SELECT is(split_part(pg_temp.error_of($$DELETE FROM definition WHERE name = 'mql' AND version = 1$$), ' | ', 1), '55000', 'nothing signed can be deleted');
SELECT is(pg_temp.error_of('DELETE FROM definition_signature'),
    '55000 | signatures are for ever: DELETE refused | A signature is neither changed nor deleted, by nobody. | Propose and sign the next version of the definition.', 'no signature can be deleted');
SELECT is(split_part(pg_temp.error_of($$UPDATE definition_signature SET role = 'other'$$), ' | ', 1), '55000', 'nor changed');
SELECT is(split_part(pg_temp.error_of('TRUNCATE definition_signature'), ' | ', 1), '55000', 'nor truncated');
SELECT is(pg_temp.sign_as('align_ben', 'mql', 1, 'marketing'), 'no error', 'marketing signs');
SELECT is((SELECT (version, in_force_at = now(), until_at)::text FROM definition_in_force('mql')), '(1,t,)', 'the last signature brings it into force');
SELECT is((SELECT version FROM definition_in_force('mql', now() - interval '1 second')), NULL, 'and not earlier');
SELECT is(split_part(pg_temp.error_of($$UPDATE definition SET in_force_at = NULL WHERE name = 'mql' AND version = 1$$), ' | ', 1), '55000', 'in force it stays');
SELECT is(pg_temp.error_of('DELETE FROM definition WHERE version = 2'), 'no error', 'what nobody signed can be deleted');
SELECT is(propose_definition('mql', 'require country in (''US'', ''DE'') +100 employees >= 50 qualify at 50', 'second'), 2, 'its number is free again');
SELECT is(propose_definition('mql', 'require country is known'), 3, 'a third one');

-- required teams by name
UPDATE setting SET value = '{"*": ["marketing", "sales"], "icp": ["marketing", "sales", "leadership"]}' WHERE key = 'definition_teams';
SELECT is(unsigned_teams('icp', 1), 'leadership, marketing, sales', 'a name can require other teams');
SELECT is(unsigned_teams('sql', 1), 'marketing, sales', 'all others require the usual ones');
SELECT is(pg_temp.sign_as('align_ann', 'icp', 1, 'sales') || pg_temp.sign_as('align_ben', 'icp', 1, 'marketing'), 'no errorno error', 'both sign');
SELECT is((SELECT count(*) FROM definition_in_force('icp')), 0::bigint, 'leadership is missing');

-- verdicts
INSERT INTO account (key, segment, attrs) VALUES ('acme', 'ent', '{"industry": "software"}');
INSERT INTO lead (key, source, segment, account, attrs)
SELECT v.key, 'web', v.segment, (SELECT id FROM account), v.attrs
FROM (VALUES ('L1', 'smb', '{"country": "US", "employees": 60, "visits": 9}'::jsonb), ('L2', 'ent', '{"country": "US", "employees": 6}'),
             ('L3', 'ent', '{"country": "DE", "employees": "many"}'), ('L4', 'ent', '{"country": "DE", "employees": 500}')) v(key, segment, attrs);
SELECT is((SELECT q::text FROM qualify_lead('L1') q), '(1,t,100,100,A,,,t)', 'a lead that qualifies');
SELECT is((SELECT q::text FROM qualify_lead('L1') q), '(1,t,100,100,A,,,f)', 'the same verdict is recorded once');
SELECT is((SELECT q::text FROM qualify_lead('L3') q), '(1,f,0,100,D,visits,employees,t)', 'missing and mismatched fields');
SELECT is((SELECT q::text FROM qualify_all() q), '(1,4,1,2)', 'all leads: two new verdicts');
SELECT is((SELECT q::text FROM qualify_all() q), '(1,4,1,0)', 'again: nothing new');
UPDATE lead SET attrs = attrs || '{"employees": 50}' WHERE key = 'L2';
SELECT is((SELECT q::text FROM qualify_all(at => now() + interval '1 day') q), '(1,4,2,1)', 'what changed is recorded');
SELECT results_eq($$SELECT lead_key, qualified, points, grade FROM lead_verdict ORDER BY lead_key$$,
    $$VALUES ('L1', true, 100::numeric, 'A'), ('L2', true, 60, 'B'), ('L3', false, 0, 'D'), ('L4', false, 60, 'B')$$, 'the last verdicts');
SELECT is((SELECT count(*) FROM verdict), 5::bigint, 'history is kept');
SELECT is(pg_temp.error_of($$SELECT qualify_lead('L9')$$), 'P0002 | unknown lead: "L9" | Table lead has no row with this key. | Insert the lead first, or load it by align_load.', 'an unknown lead');
SELECT is(pg_temp.error_of($$SELECT qualify_lead('L1', at => 'infinity')$$), '22008 | invalid instant: infinity | An instant is finite. | Leave the instant out to mean the present.', 'no instant');
SELECT is(split_part(pg_temp.error_of($$SELECT qualify_all('sql', '2026-01-01Z')$$), ' | ', 2), 'no definition of "sql" is in force at 2026-01-01 00:00:00+00', 'a name without a version in force');
SELECT results_eq($$SELECT kind, clause, met, points::numeric, missing, mismatched FROM explain_lead('L3')$$,
    $$VALUES ('require', 'require country = ''US''', false, NULL::numeric, '{}'::text[], '{}'::text[]), ('points', '+60 when employees >= 50', NULL, 0, '{}', '{employees}'),
             ('points', '+40 when visits >= 5', NULL, 0, '{visits}', '{}'), ('qualify', 'qualify at 60', false, NULL, NULL, NULL)$$, 'explained');
SELECT is(lead_attrs('web', 'smb', '{"segment": "own", "a": null}', '{"b": 1, "c": null}'), '{"a": null, "source": "web", "account": {"b": 1}, "segment": "own"}', 'what is judged of a lead');
SELECT ok(lead_attrs('web', NULL, '{}', '{"industry": "software"}') @@ 'require account.industry = ''software'' and segment is unknown', 'its account can be asked for');

-- the teams' own word
SELECT ok(record_verdict('L1', 'sales', false, 'no budget', at => '2026-01-01Z'), 'sales says no');
SELECT ok(NOT record_verdict('L1', 'sales', false, 'no budget', at => '2026-01-01Z'), 'saying it twice changes nothing');
SELECT is(pg_temp.error_of($$SELECT record_verdict('L1', 'sales', true, at => '2026-01-01Z')$$),
    '23505 | team "sales" has judged lead "L1" at 2026-01-01 00:00:00+00 already | It said no, no budget; verdicts are not changed. | Record a new verdict at a later instant.', 'another word at the same instant');
SELECT is((SELECT version FROM verdict WHERE team = 'sales'), NULL, 'before anything was in force');
SELECT is(pg_temp.error_of($$SELECT record_verdict('L1', 'sales', NULL)$$), '22004 | invalid verdict: NULL | A team says whether a lead is qualified. | Write true or false, and why as the reason.', 'no word');
SELECT is(split_part(pg_temp.error_of($$SELECT record_verdict('L1', 'sails', true)$$), ' | ', 2) || split_part(pg_temp.error_of($$SELECT record_verdict('L1', 'sales', true, name => 'mqll')$$), ' | ', 2),
    'unknown team: "sails"unknown definition: "mqll"', 'unknown team and definition');
SET ROLE align_ann;
SELECT is(split_part(pg_temp.error_of('UPDATE align.verdict SET qualified = true'), ' | ', 1), '42501', 'verdicts are append-only');
RESET ROLE;

-- replay, by hand: 5 leads since; L1 and L4 won. Then (US and 60 points): L1, L2. Now (US or DE and employees >= 50): L1, L2, L4
INSERT INTO stage_event (lead, stage, at) SELECT id, 'lead', '2026-01-05Z' FROM lead;
INSERT INTO stage_event (lead, stage, at) SELECT id, 'customer', '2026-02-05Z' FROM lead WHERE key IN ('L1', 'L4');
SELECT is((SELECT r::text FROM replay('mql', 2, '2026-01-01Z') r), '(1,2,4,2,2,3,2,1,2,0.500000,0.666667,0.500000,1.000000,1.000000,1.333333,1.333333)', 'replay');
SELECT is((SELECT (lead_count, won_count, precision_now_ratio)::text FROM replay('mql', 2, '2026-03-01Z') r), '(0,0,)', 'replay of nothing');
SELECT is(pg_temp.error_of($$SELECT replay('mql', 7, '2026-01-01Z')$$),
    'P0002 | unknown definition: "mql" version 7 | There are: icp 1, mql 1, mql 2, mql 3. | Propose it by propose_definition; it needs no signature to be replayed.', 'replay of an unknown version');

SELECT * FROM finish();
ROLLBACK;
