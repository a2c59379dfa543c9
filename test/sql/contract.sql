\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(149);

CREATE ROLE align_ann;
CREATE ROLE align_ben;
CREATE ROLE align_root SUPERUSER;
GRANT USAGE ON SCHEMA align TO align_ann, align_ben;
GRANT EXECUTE ON FUNCTION sign_plan(integer, text), write_understanding(text, text, text, text), sign_understanding(bigint), share_plan(integer, text),
    acknowledge_plan(integer, text), comment_plan(integer, text, text, text, text), answer_comment(bigint, text) TO align_ann, align_ben;
INSERT INTO member (role, team) VALUES ('align_ann', 'marketing'), ('align_ben', 'sales'), ('align_ben', 'finance');

-- the error of a statement that a role runs
CREATE FUNCTION pg_temp.error_as(role name, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role);
    result := pg_temp.error_of(statement);
    RESET ROLE;
    RETURN result;
END $$;
GRANT EXECUTE ON FUNCTION pg_temp.error_of(text) TO PUBLIC;
DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO PUBLIC', (SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema())); END $$;

-- what plan_drift says of version 1 after a statement, which is then undone; the
-- fingerprint of the live plan differs exactly when it says anything
CREATE FUNCTION pg_temp.drift_after(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE statement;
    SELECT string_agg(concat_ws(' ', change, key || ':', COALESCE(before, '-'), '>', COALESCE(after, '-'), money_moved), '; ') INTO result FROM align.plan_drift(1);
    IF (result IS NULL) <> (align.plan_hash(align.plan_body('2026-Q1')) = (SELECT sha256 FROM align.plan_version WHERE version = 1)) THEN
        result := result || ' BUT THE FINGERPRINT SAYS OTHERWISE';
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'ALGN1', MESSAGE = COALESCE(result, 'none');
EXCEPTION WHEN SQLSTATE 'ALGN1' THEN
    RETURN SQLERRM;
END $$;

-- a plan: M over G over S over the rocks; G2 only by support; X under nothing; R3 another quarter's; R4 dropped
ALTER TABLE plan_item ALTER COLUMN id RESTART WITH 100;
INSERT INTO plan_item (id, key, level, parent, title, outcome, team, owner, period, kind, status, budget, effort, value, must, due) VALUES
    (1, 'M', 'mission', NULL, 'Plan a factory in a day', 'Planners go home at five', 'leadership', 'Mia', NULL, 'brand', 'active', NULL, NULL, NULL, false, NULL),
    (2, 'G', 'goal', 1, 'Win 180 customers', '180 contracts', 'sales', 'Ben', '2026', 'sales', 'active', 1000, NULL, 5000, true, '2026-12-31'),
    (3, 'G2', 'goal', NULL, 'Be known', NULL, 'marketing', NULL, '2026', 'brand', 'active', NULL, NULL, NULL, false, NULL),
    (4, 'S', 'strategy', 2, 'Partners', '45 deals', 'sales', 'Tom', '2026', 'sales', 'active', NULL, NULL, NULL, false, NULL),
    (5, 'R1', 'rock', 4, 'Sign the first partner', NULL, 'sales', 'Tom', '2026-Q1', 'sales', 'active', NULL, 10, NULL, true, '2026-03-20'),
    (6, 'R2', 'rock', 4, 'A page for partners', NULL, 'marketing', 'Ann', '2026-Q1', 'marketing', 'proposed', 300, 5, NULL, false, '2026-02-13'),
    (7, 'A1', 'activity', 5, 'Call five', NULL, 'sales', NULL, NULL, 'shared', 'active', NULL, NULL, NULL, false, NULL),
    (8, 'X', 'rock', NULL, 'Office plants', NULL, 'hr', NULL, '2026-Q1', 'shared', 'active', 20, NULL, NULL, false, NULL),
    (9, 'R3', 'rock', 4, 'The second partner', NULL, 'sales', 'Tom', '2026-Q2', 'sales', 'active', 7, NULL, NULL, false, NULL),
    (10, 'R4', 'rock', 4, 'Dropped', NULL, 'sales', 'Tom', '2026-Q1', 'sales', 'dropped', 5, NULL, NULL, false, NULL);
INSERT INTO plan_support (item, supports, weight) VALUES (6, 3, 0.50);
INSERT INTO plan_dependency (item, needs) VALUES (5, 6);
INSERT INTO budget_line (item, period, category, amount) VALUES (5, '2026-Q1', 'Travel', 100.50), (5, '2026-02', 'Ads', 50.00), (4, '2026', 'Ads', 400), (4, '2026-Q2', 'Ads', 90);

-- publishing
SELECT is(plan_body('2026-Q2')::text, '{"items": ['
    '{"due": "2026-12-31", "key": "G", "kind": "sales", "must": true, "team": "sales", "level": "goal", "owner": "Ben", "title": "Win 180 customers", "value": 5000, "budget": 1000, "parent": "M", "period": "2026", "outcome": "180 contracts", "in_period": false}, '
    '{"key": "M", "kind": "brand", "must": false, "team": "leadership", "level": "mission", "owner": "Mia", "title": "Plan a factory in a day", "outcome": "Planners go home at five", "in_period": false}, '
    '{"key": "R3", "kind": "sales", "must": false, "team": "sales", "level": "rock", "owner": "Tom", "title": "The second partner", "budget": 7, "parent": "S", "period": "2026-Q2", "in_period": true}, '
    '{"key": "S", "kind": "sales", "must": false, "team": "sales", "level": "strategy", "lines": [{"amount": 400, "period": "2026", "category": "Ads"}, {"amount": 90, "period": "2026-Q2", "category": "Ads"}], '
    '"owner": "Tom", "title": "Partners", "parent": "G", "period": "2026", "outcome": "45 deals", "in_period": false}], "period": "2026-Q2", "targets": []}',
    'the plan of a quarter: its items, what they serve, the lines that touch it');
-- by coreutils: printf %s of that text | sha256sum
SELECT is(plan_hash(plan_body('2026-Q2')), 'c008edb578feed203b589b4d7cc07c424bdc0d57f558b0f3986f256db52db78f', 'its fingerprint, as sha256sum gives it');
SELECT is((SELECT string_agg(i ->> 'key', ' ' ORDER BY n) FROM jsonb_array_elements(plan_body('2026-Q1') -> 'items') WITH ORDINALITY e(i, n)), 'A1 G G2 M R1 R2 S X',
    'by key; undated items below the period''s are in, supported goals too; dropped ones and other quarters'' are not');
SELECT is((SELECT string_agg(i ->> 'key', ' ' ORDER BY n) FROM jsonb_array_elements(plan_body('2026-Q1') -> 'items') WITH ORDINALITY e(i, n) WHERE i @> '{"in_period": true}'), 'A1 R1 R2 X', 'what lies in the period');
SELECT is(plan_body('2026-Q1') #> '{items,4}',
    '{"key": "R1", "due": "2026-03-20", "kind": "sales", "must": true, "team": "sales", "level": "rock", "owner": "Tom", "title": "Sign the first partner", "needs": ["R2"], "effort": 10,
      "parent": "S", "period": "2026-Q1", "in_period": true, "lines": [{"amount": 50.00, "period": "2026-02", "category": "Ads"}, {"amount": 100.50, "period": "2026-Q1", "category": "Travel"}]}', 'an item');
SELECT is(plan_body('2026-Q1') #>> '{items,5,supports}', '[{"item": "G2", "weight": 0.50}]', 'amounts and weights stand as they were written');
SELECT results_eq($$SELECT version, is_new, item_count FROM publish_plan('2026-Q1', 'first')$$, 'VALUES (1, true, 8)', 'the first version');
SELECT results_eq($$SELECT version, is_new, sha256 = (SELECT sha256 FROM plan_version) FROM publish_plan('2026Q1', 'again')$$, 'VALUES (1, false, true)', 'the same plan is the same version');
SELECT is((SELECT count(*) FROM plan_version), 1::bigint, 'and is not written again');
UPDATE plan_item SET progress = 0.5, status = 'done' WHERE key = 'R2';
SELECT is((SELECT version FROM publish_plan('2026-Q1')), 1, 'progress is no change of plan');
SELECT results_eq($$SELECT version, is_new FROM publish_plan('2026-Q2')$$, 'VALUES (2, true)', 'versions count over all periods');
SELECT is(pg_temp.error_of($$SELECT publish_plan('2031')$$), 'P0002 | nothing is planned in 2031 | A plan has the items whose period lies inside its own, and what they serve. | Enter items into plan_item, or load them by load_plan, with a period.', 'a plan of no items');
SELECT is(split_part(pg_temp.error_of('SELECT publish_plan(NULL)'), ' | ', 2), 'nothing is planned in NULL', 'no period');
SELECT is(split_part(pg_temp.error_of($$SELECT publish_plan('2026-Q5')$$), ' | ', 2), 'invalid period: "2026-Q5"', 'not a period');
SELECT is((SELECT (period, status, waiting_for, item_count, money, is_genuine)::text FROM plan_version_status WHERE version = 1),
    -- R1 150.50 + R2 300 + X 20 + S 400 (the line of the year touches the quarter, that of Q2 does not) + G 1000
    '(2026-Q1,published,"marketing, sales",8,1870.50,t)', 'its status');

-- tampering shows
UPDATE plan_version SET body = jsonb_set(body, '{items,1,budget}', '1000.0') WHERE version = 1;
SELECT is((SELECT is_genuine FROM plan_version_status WHERE version = 1), false, 'a text that was changed by as little as a zero is not genuine');
SELECT is(regexp_replace(pg_temp.error_as('align_ben', $$SELECT align.sign_plan(1, 'sales')$$), '[0-9a-f]{64}', 'HASH', 'g'),
    'XX001 | plan version 1 is not genuine | Its fingerprint is HASH, that of its text HASH. | Publish the plan anew: SELECT align.publish_plan(''2026-Q1'', note).', 'and cannot be signed');
SELECT matches(plan_document(1), '\*\*Version 1 is not genuine:\*\* its text is not what was published\.', 'its document says so');
UPDATE plan_version SET body = jsonb_set(body, '{items,1,budget}', '1000'), published_at = '2026-01-05 10:00Z', published_by = 'mia' WHERE version = 1;
SELECT is((SELECT is_genuine FROM plan_version_status WHERE version = 1), true, 'as it was, it is genuine');

-- drift: each kind by itself
SELECT is(pg_temp.drift_after('SELECT'), 'none', 'no change, no drift');
SELECT is(pg_temp.drift_after($$UPDATE align.plan_item SET status = 'active', progress = 1$$), 'added R4: - > - 5', 'one that was dropped comes back; progress does not count');
SELECT is(pg_temp.drift_after($$UPDATE align.plan_item SET status = 'dropped' WHERE key = 'R2'$$), 'dropped R2: - > - -300', 'dropped');
SELECT is(pg_temp.drift_after($$INSERT INTO align.plan_item (key, level, parent, title, period, budget) VALUES ('R5', 'rock', 4, 'New', '2026-03', 40)$$), 'added R5: - > - 40', 'added');
SELECT is(pg_temp.drift_after($$UPDATE align.budget_line SET amount = 80 WHERE item = 5 AND category = 'Travel'$$),
    're-budgeted R1: Ads 2026-02 50.00, Travel 2026-Q1 100.50 > Ads 2026-02 50.00, Travel 2026-Q1 80 -20.50', 're-budgeted: 130 - 150.50');
SELECT is(pg_temp.drift_after($$UPDATE align.plan_item SET budget = 310 WHERE key = 'R2'$$), 're-budgeted R2: 300 > 310 10', 're-budgeted without lines');
SELECT is(pg_temp.drift_after($$INSERT INTO align.budget_line (item, period, category, amount) VALUES (6, '2026-Q1', 'Content', 300)$$), 're-budgeted R2: 300 > Content 2026-Q1 300 0', 'split into lines: no money moves');
SELECT is(pg_temp.drift_after($$UPDATE align.budget_line SET amount = 91 WHERE item = 4 AND period = '2026-Q2'$$), 'none', 'another quarter''s line is none of this plan');
SELECT is(pg_temp.drift_after($$UPDATE align.plan_item SET due = '2026-03-31' WHERE key = 'R2'$$), 're-timed R2: due 2026-02-13 > due 2026-03-31 0', 're-timed: due later');
SELECT is(pg_temp.drift_after($$UPDATE align.plan_item SET period = '2026-03' WHERE key = 'R2'$$), 're-timed R2: 2026-Q1 > 2026-03 0', 're-timed within the period');
SELECT is(pg_temp.drift_after($$UPDATE align.plan_item SET period = '2026-Q2', budget = 350 WHERE key = 'R2'$$),
    -- -350 leaves with it, and +50 came first: 300 less than was agreed
    're-budgeted R2: 300 > 350 50; re-timed R2: 2026-Q1, in the period > 2026-Q2, beyond the period -350', 'what leaves the period takes its money along');
SELECT is(pg_temp.drift_after($$UPDATE align.plan_item SET owner = 'Ben', team = 'sales' WHERE key = 'R2'$$), 're-owned R2: marketing, Ann > sales, Ben 0', 're-owned');
SELECT is(pg_temp.drift_after($$UPDATE align.plan_item SET owner = NULL WHERE key = 'R2'$$), 're-owned R2: Ann > - 0', 'without an owner');
SELECT is(pg_temp.drift_after($$UPDATE align.plan_item SET parent = 4 WHERE key = 'X'$$), 'moved X: - > S 0', 'moved');
SELECT is(pg_temp.drift_after($$UPDATE align.plan_support SET weight = 0.6 WHERE item = 6$$), 'moved R2: supports G2 0.50 > supports G2 0.6 0', 'moved by weight');
SELECT is(pg_temp.drift_after($$UPDATE align.plan_item SET title = 'Pages' WHERE key = 'R2'$$), 'renamed R2: A page for partners > Pages 0', 'renamed');
SELECT is(pg_temp.drift_after($$UPDATE align.plan_item SET outcome = '170 contracts', value = NULL, must = false, kind = 'shared' WHERE key = 'G'$$),
    'redefined G: outcome 180 contracts, kind sales, must, worth 5000 > outcome 170 contracts, kind shared, need not 0', 'what is wanted is redefined');
SELECT is(pg_temp.drift_after($$DELETE FROM align.plan_dependency; UPDATE align.plan_item SET effort = 11 WHERE key = 'R1'$$), 'redefined R1: 10 days, needs ["R2"] > 11 days 0', 'effort and what it waits for');
SELECT is(pg_temp.drift_after($$UPDATE align.plan_item SET key = 'Y' WHERE key = 'X'$$), 'dropped X: - > - -20; added Y: - > - 20', 'another key is another item');
SELECT is(pg_temp.error_of('SELECT plan_drift(9)'), 'P0002 | unknown plan version: 9 | There are: 1 (2026-Q1), 2 (2026-Q2). | Publish it by publish_plan(period, note).', 'an unknown version');
SELECT is(split_part(pg_temp.error_of('SELECT known_plan(NULL)'), ' | ', 2), 'unknown plan version: NULL', 'no version');

-- signing: who may
SELECT is(pg_temp.error_of($$SELECT sign_plan(1, 'sales')$$),
    format('42501 | role "%s" cannot sign for team "sales" | Its members alone act for a team, superusers or not; "%1$s" is a member of: none. | Have a member of the team sign, or enter the role into table member first.', session_user),
    'a superuser who is no member is refused');
SELECT is(pg_temp.error_as('align_root', $$SELECT align.sign_plan(1, 'sales')$$),
    '42501 | role "align_root" cannot sign for team "sales" | Its members alone act for a team, superusers or not; "align_root" is a member of: none. | Have a member of the team sign, or enter the role into table member first.', 'and so by SET ROLE');
SELECT is(pg_temp.error_as('align_ben', $$SELECT align.sign_plan(1, 'marketing')$$),
    '42501 | role "align_ben" cannot sign for team "marketing" | Its members alone act for a team, superusers or not; "align_ben" is a member of: finance, sales. | Have a member of the team sign, or enter the role into table member first.', 'nobody signs for another team');
SELECT is(pg_temp.error_as('align_ben', $$SELECT align.sign_plan(9, 'sales')$$), 'P0002 | unknown plan version: 9 | There are: 1 (2026-Q1), 2 (2026-Q2). | Publish it by publish_plan(period, note).', 'an unknown version');
SELECT is(pg_temp.error_as('align_ben', $$SELECT align.sign_plan(1, 'sails')$$),
    'P0002 | unknown team: "sails" | There are: customer success, finance, hr, it, leadership, marketing, operations, sales. | Enter it into table team first.', 'an unknown team');
SELECT is(split_part(pg_temp.error_as('align_ben', 'SELECT align.sign_plan(1, NULL)'), ' | ', 2), 'unknown team: "NULL"', 'no team');
SELECT is(split_part(pg_temp.error_as('align_ben', 'SELECT * FROM align.plan_version'), ' | ', 1), '42501', 'who may sign need not read the table');
SELECT is((SELECT count(*) FROM plan_signature), 0::bigint, 'no refused signature is kept');

-- signing: what it does
SELECT is(pg_temp.error_of('UPDATE plan_version SET in_force_at = now() WHERE version = 1'),
    '55000 | plan version 1 cannot change | A version comes into force by signatures alone. | Sign it by sign_plan(version, team).', 'it does not come into force by hand');
SELECT is(pg_temp.error_as('align_ben', $$SELECT align.sign_plan(1, 'sales')$$), 'no error', 'sales signs');
SELECT is((SELECT (signed_by, waiting_for, status)::text FROM plan_version_status WHERE version = 1), '(sales,marketing,published)', 'marketing is waited for');
SELECT matches(pg_temp.error_as('align_ben', $$SELECT align.sign_plan(1, 'sales')$$),
    '^23505 \| team "sales" has signed plan version 1 already \| "align_ben" signed at [-0-9:+. ]+; a team signs once\. \| See plan_version_status for who is waited for\.$', 'a team signs once');
SELECT is(pg_temp.error_of($$UPDATE plan_version SET body = '{}' WHERE version = 1$$),
    '55000 | plan version 1 cannot change | What is signed stays as it is; it is signed by sales. | Publish the next version: SELECT align.publish_plan(''2026-Q1'', note).', 'the text cannot change once anybody has signed');
SELECT is(split_part(pg_temp.error_of($$UPDATE plan_version SET body = jsonb_set(body, '{items,1,budget}', '1000.0') WHERE version = 1$$), ' | ', 1), '55000', 'not by a zero');
SELECT is(split_part(pg_temp.error_of($$UPDATE plan_version SET note = 'new', sha256 = '' WHERE version = 1$$), ' | ', 1), '55000', 'nor the note');
SELECT is(split_part(pg_temp.error_of('UPDATE plan_version SET in_force_at = now() WHERE version = 1'), ' | ', 1), '55000', 'nor is it in force before all have signed');
SELECT is(split_part(pg_temp.error_of('DELETE FROM plan_version WHERE version = 1'), ' | ', 1), '55000', 'nothing signed can be deleted');
SELECT is(split_part(pg_temp.error_of('TRUNCATE plan_version CASCADE'), ' | ', 1), '55000', 'nor truncated');
SELECT is(pg_temp.error_of('DELETE FROM plan_signature'),
    '55000 | signatures are for ever: DELETE refused | A signature is neither changed nor deleted, by nobody. | Publish and sign the next version of the plan.', 'no signature can be deleted');
SELECT is(split_part(pg_temp.error_of($$UPDATE plan_signature SET role = 'other'$$), ' | ', 1), '55000', 'nor changed');
SELECT is(split_part(pg_temp.error_of('TRUNCATE plan_signature'), ' | ', 1), '55000', 'nor truncated');
SELECT is(plan_in_force('2026-Q1'), NULL, 'nothing is in force yet');
SELECT is(pg_temp.error_as('align_ann', $$SELECT align.sign_plan(1, 'marketing')$$), 'no error', 'marketing signs');
SELECT is((SELECT (signed_by, waiting_for, status, in_force_at = now())::text FROM plan_version_status WHERE version = 1), '("marketing, sales",,"in force",t)', 'the last signature brings it into force');
SELECT is(ARRAY[plan_in_force('2026-Q1'), plan_in_force('2026-Q1', now() - interval '1 second'), plan_in_force('2026-Q2')], '{1,NULL,NULL}', 'from then on, and for its own period');
SELECT is(split_part(pg_temp.error_of('UPDATE plan_version SET in_force_at = NULL WHERE version = 1'), ' | ', 1), '55000', 'in force it stays');
SELECT is(pg_temp.error_of('DELETE FROM plan_version WHERE version = 2'), 'no error', 'what nobody signed can be deleted');

-- the next version
UPDATE plan_item SET status = 'dropped' WHERE key = 'R2';
INSERT INTO plan_item (id, key, level, parent, title, team, period, budget) VALUES (11, 'R5', 'rock', 4, 'A fair with partners', 'marketing', '2026-03', 250);
SELECT results_eq($$SELECT * FROM plan_drift(1)$$,
    $$VALUES ('dropped', 'R2', 'rock', 'A page for partners', NULL::text, NULL::text, -300::numeric), ('added', 'R5', 'rock', 'A fair with partners', NULL, NULL, 250)$$, 'what changed');
SELECT is((SELECT t::text FROM plan_drift_total(1) t), '(2,2,1,1,0,0,0,250,300,-50)', 'counted: 250 added, 300 taken away');
SELECT is((SELECT version FROM publish_plan('2026-Q1', 'a fair')), 2, 'the next version');
SELECT is((SELECT count(*) FROM plan_drift(2)), 0::bigint, 'nothing has changed since');
UPDATE plan_item SET status = 'active' WHERE key = 'R2';
UPDATE plan_item SET status = 'dropped' WHERE key = 'R5';
SELECT results_eq($$SELECT version, is_new, sha256 = (SELECT sha256 FROM plan_version WHERE version = 1) FROM publish_plan('2026-Q1', 'back')$$, 'VALUES (3, true, true)',
    'going back is a next version, with the first one''s fingerprint');
UPDATE plan_version SET published_at = '2026-02-01Z' WHERE version = 2;
UPDATE plan_version SET published_at = '2026-02-08Z', published_by = 'mia' WHERE version = 3;
SELECT is((SELECT string_agg(change || ' ' || key, ', ') FROM plan_drift(1, '2026-02-03Z')), 'dropped G2, dropped R2, added R5', 'at an instant: by what was published then, without the goal that nothing served any more');
SELECT is(ARRAY[(SELECT count(*) FROM plan_drift(1, '2026-01-31Z')), (SELECT count(*) FROM plan_drift(1, '2026-02-09Z')), (SELECT count(*) FROM plan_drift(1))], '{0,0,0}', 'before and after that: none');
SELECT is(pg_temp.error_as('align_ann', $$SELECT align.sign_plan(3, 'marketing')$$) || pg_temp.error_as('align_ben', $$SELECT align.sign_plan(3, 'sales')$$), 'no errorno error', 'both sign the third');
SELECT results_eq('SELECT version, status FROM plan_version_status ORDER BY version', $$VALUES (1, 'superseded'), (2, 'dropped'), (3, 'in force')$$, 'one is in force');
SELECT is(regexp_replace(pg_temp.error_as('align_ben', $$SELECT align.sign_plan(2, 'sales')$$), 'since [^|]*\.', 'since T.'),
    '55000 | plan version 2 is out of date | Version 3 is in force since T. | To go back to an older plan, publish it as the next version.', 'an older one cannot be signed any more');
UPDATE setting SET value = '["leadership"]' WHERE key = 'plan_teams';
SELECT is(unsigned_plan_teams(3), 'leadership', 'other teams can be required');
DELETE FROM setting WHERE key = 'plan_teams';
SELECT is(unsigned_plan_teams(2), 'marketing, sales', 'without a setting the usual ones are');

-- understanding
SELECT is(pg_temp.error_as('align_ben', $$SELECT align.write_understanding('sales', 'marketing', '2026', 'x')$$),
    '42501 | role "align_ben" cannot write for team "marketing" | Its members alone act for a team, superusers or not; "align_ben" is a member of: finance, sales. | Have a member of the team write, or enter the role into table member first.', 'nobody writes for another team');
SELECT is(split_part(pg_temp.error_as('align_ann', $$SELECT align.write_understanding('sails', 'marketing', '2026', 'x')$$), ' | ', 2), 'unknown team: "sails"', 'about an unknown team');
SELECT is(split_part(pg_temp.error_as('align_ann', $$SELECT align.write_understanding('sales', NULL, '2026', 'x')$$), ' | ', 2), 'unknown team: "NULL"', 'by no team');
SELECT is(split_part(pg_temp.error_as('align_ann', $$SELECT align.write_understanding('marketing', 'marketing', '2026', 'x')$$), ' | ', 2),
    'new row for relation "understanding" violates check constraint "understanding_team_check"', 'about itself');
SELECT is(split_part(pg_temp.error_as('align_ann', $$SELECT align.write_understanding('sales', 'marketing', '2026', '')$$), ' | ', 2),
    'new row for relation "understanding" violates check constraint "understanding_body_check"', 'without a word');
SELECT is(split_part(pg_temp.error_as('align_ann', $$SELECT align.write_understanding('sales', 'marketing', 'soon', 'x')$$), ' | ', 2), 'invalid period: "soon"', 'for no period');
INSERT INTO understanding (id, about_team, by_team, period, body, written_by) VALUES
    (101, 'sales', 'marketing', '2026', 'first', 'align_ann'), (102, 'sales', 'marketing', '2026', 'second', 'align_ann'), (103, 'sales', 'marketing', '2026', 'third', 'align_ann');
SET ROLE align_ann;
SELECT ok(align.write_understanding('sales', 'marketing', '2027', 'next year') > 0, 'written');
RESET ROLE;
SELECT is((SELECT (written_by, status)::text FROM understanding_status WHERE period = '2027'), '(align_ann,written)', 'by whom');
SELECT is(split_part(pg_temp.error_as('align_ann', 'SELECT align.sign_understanding(102)'), ' | ', 2), 'role "align_ann" cannot sign for team "sales"', 'who wrote it does not sign it');
SELECT is(pg_temp.error_as('align_ben', 'SELECT align.sign_understanding(99)'),
    'P0002 | unknown understanding: 99 | Table understanding has no row of this number. | Write it by write_understanding(about_team, by_team, period, body).', 'an unknown number');
SELECT is(pg_temp.error_of($$UPDATE understanding SET signed_by = 'align_ben', in_force_at = now() WHERE id = 102$$),
    '55000 | understanding 102 cannot change | It comes into force by the signature of the team it describes alone. | Sign it by sign_understanding(id).', 'it does not come into force by hand');
SELECT is(pg_temp.error_as('align_ben', 'SELECT align.sign_understanding(102)'), 'no error', 'the team it describes signs');
SELECT matches(pg_temp.error_as('align_ben', 'SELECT align.sign_understanding(102)'),
    '^23505 \| understanding 102 is signed already \| "align_ben" signed at [-0-9:+. ]+; a text is signed once\. \| See understanding_status for what is in force\.$', 'once');
SELECT is(regexp_replace(pg_temp.error_as('align_ben', 'SELECT align.sign_understanding(101)'), 'since [^|]*\.', 'since T.'),
    '55000 | understanding 101 is out of date | Number 102 is in force since T. | To go back to an older text, write it anew.', 'an older one cannot be signed any more');
SELECT is(pg_temp.error_of($$UPDATE understanding SET body = 'other' WHERE id = 102$$),
    '55000 | understanding 102 cannot change | What is signed stays as it is; "align_ben" signed for sales. | Write the next one by write_understanding(about_team, by_team, period, body).', 'what is signed cannot change');
SELECT is(split_part(pg_temp.error_of('DELETE FROM understanding WHERE id = 102'), ' | ', 1) || split_part(pg_temp.error_of('TRUNCATE understanding'), ' | ', 2), '55000understanding 102 cannot change', 'nor go');
SELECT is(pg_temp.error_of($$UPDATE understanding SET body = 'the third' WHERE id = 103$$), 'no error', 'what nobody signed can change');
SELECT is(pg_temp.error_as('align_ben', 'SELECT align.sign_understanding(103)'), 'no error', 'the next one');
SELECT results_eq($$SELECT id, status FROM understanding_status WHERE period = '2026' ORDER BY id$$, $$VALUES (101::bigint, 'dropped'), (102, 'superseded'), (103, 'in force')$$, 'one of a pair and a period is in force');

-- sharing and what it draws
SELECT ok(share_plan(3, 'finance') AND NOT share_plan(3, 'finance') AND share_plan(3, 'it'), 'shared, once');
SELECT is(split_part(pg_temp.error_of($$SELECT share_plan(3, 'fin')$$), ' | ', 2) || split_part(pg_temp.error_of($$SELECT share_plan(9, 'it')$$), ' | ', 2), 'unknown team: "fin"unknown plan version: 9', 'unknown team and version');
SELECT is(pg_temp.error_as('align_ben', $$SELECT align.acknowledge_plan(3, 'sales')$$),
    'P0002 | plan version 3 is not shared with team "sales" | It is shared with: finance, it. | Share it first by share_plan(version, team).', 'what was not shared cannot be acknowledged');
SELECT is(split_part(pg_temp.error_as('align_ben', $$SELECT align.acknowledge_plan(3, 'it')$$), ' | ', 2), 'role "align_ben" cannot acknowledge for team "it"', 'nor for another team');
SET ROLE align_ben;
SELECT ok(align.acknowledge_plan(3, 'finance') AND NOT align.acknowledge_plan(3, 'finance'), 'acknowledged, once');
SELECT ok(align.comment_plan(3, 'finance', 'Why so dear?', 'question', 'R1') < align.comment_plan(3, 'finance', 'Who pays?', 'challenge') AND align.comment_plan(3, 'sales', 'Good.') > 0, 'asked, challenged, said');
RESET ROLE;
SELECT is(pg_temp.error_as('align_ben', $$SELECT align.comment_plan(3, 'sales', 'x', 'praise')$$),
    '22023 | invalid kind of comment: "praise" | There are: question, challenge, comment. | Questions and challenges are open until they are answered by answer_comment.', 'another kind');
SELECT is(pg_temp.error_as('align_ben', $$SELECT align.comment_plan(3, 'sales', 'x', 'question', 'R3')$$),
    'P0002 | plan version 3 has no item "R3" | A comment is about an item of the version by its key, or about the whole. | Leave the item out to comment on the whole plan.', 'an item of another quarter');
SELECT is(split_part(pg_temp.error_as('align_ben', $$SELECT align.comment_plan(3, 'marketing', 'x')$$), ' | ', 2), 'role "align_ben" cannot comment for team "marketing"', 'for another team');
SELECT is(split_part(pg_temp.error_as('align_ben', $$SELECT align.comment_plan(3, 'sales', '')$$), ' | ', 2), 'new row for relation "plan_comment" violates check constraint "plan_comment_body_check"', 'without a word');
SELECT results_eq('SELECT version, period, kind, team, item_key, item_title, body, role FROM open_challenge ORDER BY id',
    $$VALUES (3, '2026-Q1', 'question', 'finance', 'R1', 'Sign the first partner', 'Why so dear?', 'align_ben'), (3, '2026-Q1', 'challenge', 'finance', NULL, NULL, 'Who pays?', 'align_ben')$$, 'what is open');
SELECT is(pg_temp.error_of(format('SELECT answer_comment(%s, %L)', (SELECT id FROM open_challenge WHERE kind = 'question'), 'It is not.')), 'no error', 'answered');
SELECT matches(pg_temp.error_of(format('SELECT answer_comment(%s, %L)', (SELECT id FROM plan_comment WHERE kind = 'question'), 'Again')),
    '^23505 \| comment [0-9]+ is answered already \| "[^"]+" answered at [-0-9:+. ]+; answers are not changed\. \| Comment again by comment_plan\.$', 'once');
SELECT is(pg_temp.error_of(format('SELECT answer_comment(%s, %L)', (SELECT id FROM open_challenge), '')), '22023 | invalid answer: "" | An answer has 1 to 10,000 characters. | Say what was decided, and why.', 'an empty answer');
SELECT is(split_part(pg_temp.error_of(format('SELECT answer_comment(%s, NULL)', (SELECT id FROM open_challenge))), ' | ', 2), 'invalid answer: NULL', 'no answer');
SELECT is(pg_temp.error_of($$SELECT answer_comment(0, 'x')$$), 'P0002 | unknown comment: 0 | Table plan_comment has no row of this number. | See open_challenge for what waits for an answer.', 'an unknown comment');
SELECT is((SELECT s::text FROM plan_sharing s WHERE version = 3), '(3,2026-Q1,"finance, it",finance,it,2,1,0,1,1,3)', 'counted');

-- Markdown
SELECT results_eq($$SELECT markdown_text(t) FROM (VALUES (1, 'Win 180 customers, 2.5 percent more in 2026-Q1!'), (2, '# head'), (3, '- item'), (4, '1. item'), (5, '2) item'), (6, '===='), (7, E'a\r\n\t # b\u0001\u0085\u2028c\u202Ed'),
        (8, '<b onclick="x">&amp;</b>'), (9, 'a|b `c` *d* _e_ ~~f~~ $g$ \h'), (10, '[x](javascript:y) ![i](u) <http://z>'), (11, 'see https://a.de/?b or WWW.c.de'), (12, ' '), (13, NULL), (14, '+ 5')) v(n, t) ORDER BY n$$,
    $$VALUES ('Win 180 customers, 2.5 percent more in 2026-Q1!'), ('\# head'), ('\- item'), ('1\. item'), ('2\) item'), ('\===='), ('a # b c d'),
        ('&lt;b onclick="x"&gt;&amp;amp;&lt;/b&gt;'), ('a\|b \`c\` \*d\* \_e\_ \~\~f\~\~ \$g\$ \\h'), ('\[x\](javascript:y) !\[i\](u) &lt;http\://z&gt;'), ('see https\://a.de/?b or WWW\.c.de'), (NULL), (NULL), ('\+ 5')$$, 'escaped');
SELECT is(ARRAY[length(markdown_text(repeat('x', 10000))), length(markdown_text(repeat('x', 300)))], '{300,300}', 'cut at 300 characters');

-- the document; every date in it is set by hand
INSERT INTO plan_version (version, period, body, sha256, note, published_at, published_by)
SELECT 4, period, body, sha256, 'The | plan', '2026-01-05 10:00Z', 'mia' FROM plan_version WHERE version = 3;
INSERT INTO plan_signature VALUES (4, 'sales', 'align_ben', '2026-01-06 09:00Z');
INSERT INTO plan_share (version, team, shared_at, acknowledged_at, acknowledged_by) VALUES (4, 'finance', '2026-01-07Z', '2026-01-09Z', 'align_ben'), (4, 'it', '2026-01-07Z', NULL, NULL), (4, 'hr', '2026-03-01Z', NULL, NULL);
INSERT INTO plan_comment (version, item, team, role, kind, body, at, answer, answered_at, answered_by) VALUES
    (4, 'R1', 'finance', 'align_ben', 'question', E'What | does\nit cost?', '2026-01-08Z', 'Less', '2026-02-20Z', 'mia'), (4, NULL, 'it', 'root', 'challenge', 'Who # pays?', '2026-01-10Z', NULL, NULL, NULL),
    (4, NULL, 'it', 'root', 'comment', 'Good', '2026-01-10Z', NULL, NULL, NULL), (4, NULL, 'it', 'root', 'question', 'Later', '2026-03-01Z', NULL, NULL, NULL);
INSERT INTO understanding (about_team, by_team, period, body, in_force_at, signed_by) VALUES ('marketing', 'sales', '2026', E'They need a word\n\n# a week\nafter.', '2026-01-03Z', 'align_ann'), ('marketing', 'sales', '2026-Q2', 'Another quarter', '2026-01-03Z', 'align_ann');
SELECT is(plan_document(4, '2026-02-15Z'), format(
$document$# The plan for 2026-Q1

1 Jan 2026 to 31 Mar 2026. Version 4, **not in force:** it waits for the signature of marketing.

*2 goals, 1 strategy, 3 rocks, 1 activity, a budget of 470.50.*

## Mission and outcome

**Our mission.** Plan a factory in a day<br>*Planners go home at five*

## Goals

| Goal | Reached when | Owner | Period | Worth |
|:---|:---|:---|:---|---:|
| **Win 180 customers** | 180 contracts | Ben, sales | 2026 | 5,000 |
| **Be known** | *not said* | marketing | 2026 |  |

## Strategies

**Win 180 customers**

- Partners · *45 deals* · Tom, sales

## Rocks

| Rock | Owner | Due | For the strategy |
|:---|:---|:---|:---|
| Office plants | hr | 2026-Q1 | *none* |
| Sign the first partner **must** | Tom, sales | 20 Mar 2026 | Partners |
| A page for partners | Ann, marketing | 13 Feb 2026 | Partners |

## Budget

| For | Travel | Ads | *undivided* | In all |
|:---|---:|---:|---:|---:|
| Win 180 customers | 100.50 | 50 | 300 | **450.50** |
| *tied to no goal* |  |  | 20 | **20** |
| **In all** | 100.50 | 50 | 320 | **470.50** |

*Planned beyond 2026-Q1, and not counted here: 1,400.*

## What we understood of each other

**Sales about marketing** (signed by align\_ann on 3 Jan 2026)

> They need a word
>
> \# a week
>
> after.

## Open questions and challenges

| Kind | From | About | In words | Since |
|:---|:---|:---|:---|:---|
| Challenge | it | The whole plan | Who # pays? | 10 Jan 2026 |
| Question | finance | Sign the first partner | What \| does it cost? | 8 Jan 2026 |

Shared with: finance (read 9 Jan 2026), it (not read yet).

## Signatures

| Team | Signed by | On |
|:---|:---|:---|
| marketing | *waited for* |  |
| sales | align\_ben | 6 Jan 2026 |

Published on 5 Jan 2026 by mia: *The \| plan*. Fingerprint (SHA-256): `%s`
$document$, (SELECT sha256 FROM plan_version WHERE version = 4)), 'the document at an instant, whole');
SELECT plan_document(4, '2026-02-15Z') AS document \gset
SET timezone = 'Pacific/Kiritimati';
SELECT is(plan_document(4, '2026-02-15Z'), :'document', 'its days are those of UTC, in the east');
SET timezone = 'Pacific/Pago_Pago';
SELECT is(plan_document(4, '2026-02-15Z'), :'document', 'and in the west');
SET timezone = 'UTC';
SELECT matches(plan_document('2026-Q1', now() + interval '1 minute'), '^# The plan for 2026-Q1\n\n1 Jan 2026 to 31 Mar 2026\. Version 3, \*\*in force:\*\* signed by marketing and sales\.\n\n\*2 goals', 'of a period: what is in force');
SELECT matches(plan_document(1, now() + interval '1 minute'), 'Version 1, \*\*superseded\*\* since', 'of a version: superseded');
SELECT matches(plan_document(2, now() + interval '1 minute'), 'Version 2, \*\*dropped:\*\* a later one came into force\.', 'dropped');
SELECT is(ARRAY[plan_document('2026-Q1', '2026-02-03Z') ~ 'Version 2, \*\*not in force', plan_document('2026-Q1', '2026-01-31Z') ~ 'Version 4, \*\*not in force'], '{t,t}', 'before any was in force: the last one published');
SELECT is(pg_temp.error_of($$SELECT plan_document('2026-Q1', '2025-12-31Z')$$),
    'P0002 | no plan of 2026-Q1 was published by 2025-12-31 00:00:00+00 | The live plan keeps no history; what it was is known of versions alone. | Leave the instant out to see the plan as it is.', 'before any was published');
SELECT is(split_part(pg_temp.error_of('SELECT plan_document(9)'), ' | ', 2), 'unknown plan version: 9', 'an unknown version');
UPDATE plan_item SET budget = 200 WHERE key = 'R2';
SELECT matches(plan_document('2026-Q1', now() + interval '1 minute'), '\n> \*\*The live plan is no longer this one:\*\* 1 item has changed since it was published, 0 of money added, 100 taken away\. `plan_drift\(3\)` lists what\.\n', 'says that the live plan drifted');
SELECT matches(plan_document('2026-Q2'), '\*\*A draft:\*\* it is not published, so nobody can sign it\.(.|\n)*## Signatures\n\nNone\. Publish it first: `SELECT publish_plan\(''2026-Q2''\)`\.\n$', 'a draft');
SELECT is(plan_content(plan_body('2031'), now()),
    E'## Mission and outcome\n\nNo item serves a mission.\n\n## Goals\n\nThere are none.\n\n## Strategies\n\nThere are none.\n\n## Rocks\n\nThere are none.\n\n## Budget\n\nThere is none.', 'a plan of no items says so');

-- a long plan is folded: 12 goals with 4 strategies each, 50 rocks of 10 each in 8 categories
INSERT INTO plan_item (id, key, level, title, period) SELECT 1000 + n, 'g' || to_char(n, 'FM00'), 'goal', 'Goal ' || n, '2028' FROM generate_series(1, 12) n;
INSERT INTO plan_item (id, key, level, parent, title, period) SELECT 2000 + n, 's' || to_char(n, 'FM00'), 'strategy', 1001 + n / 4, 'Strategy ' || n, '2028' FROM generate_series(0, 47) n;
INSERT INTO plan_item (id, key, level, parent, title, period) SELECT 3000 + n, 'r' || to_char(n, 'FM00'), 'rock', 2000 + n % 48, 'Rock ' || n, '2028-Q1' FROM generate_series(0, 49) n;
INSERT INTO budget_line (item, period, category, amount) SELECT 3000 + n, '2028-Q1', 'C' || n % 8, 10 FROM generate_series(0, 49) n;
CREATE TEMP TABLE long AS SELECT plan_content(plan_body('2028'), '2028-01-01Z') AS t;
SELECT is((SELECT string_agg(m[1], ' ') FROM long, regexp_matches(t, '\*And ([^*]*), not shown here', 'g') m), '2 more goals 24 more strategies 20 more rocks', 'goals, strategies and rocks are folded');
-- by category: 50 rocks, n % 8 is 0 or 1 for 7 of them each, else 6; the first four stand, the other four are folded into 24 rocks
SELECT matches((SELECT t FROM long), '\n\| For \| C0 \| C1 \| C2 \| C3 \| \*other\* \| In all \|\n', 'so are categories');
-- goal 1: rocks 0 to 3, 48 and 49; goals 11 and 12: rocks 40 to 47
SELECT matches((SELECT t FROM long), '\n\| Goal 1 \| 20 \| 20 \| 10 \| 10 \|  \| \*\*60\*\* \|\n(.|\n)*\n\| \*further goals\* \| 10 \| 10 \| 10 \| 10 \| 40 \| \*\*80\*\* \|\n\| \*\*In all\*\* \| 70 \| 70 \| 60 \| 60 \| 240 \| \*\*500\*\* \|', 'and the table still adds up');
SELECT cmp_ok((SELECT length(t) FROM long), '<', 9000, 'three pages');

-- targets: of metrics on items of the plan, in force in its period. The week of 1 January 2027 is 2026-W53, the quarter ends in W13
INSERT INTO plan_item (id, key, level, parent, title, outcome, period) VALUES (4000, 'T', 'goal', 1, 'Win more', '250 contracts', '2027'), (4001, 'T1', 'rock', 4000, 'Rock of 2027', NULL, '2027-Q1');
INSERT INTO metric (key, title, kind, measures, unit, grain, item) VALUES ('won', 'Customers won', 'lagging', 'outcome', 'customers', 'week', 4000), ('revenue', 'Revenue | won', 'lagging', 'outcome', NULL, 'year', 4000),
    ('calls', 'Calls', 'leading', 'activity', 'calls', 'month', 4001), ('other', 'Of another plan', 'leading', 'activity', 'calls', 'month', 8), ('bare', 'Without a target', 'leading', 'activity', NULL, 'month', 4000), ('retired', 'Retired', 'leading', 'activity', NULL, 'month', 4000);
SELECT count(set_target(t.metric, t.period, t.target)) AS n FROM (VALUES ('won', '2026-W20', '>= 1'), ('won', '2026-W40', '>= 3 ~ 2'), ('won', '2027-W05', '>= 4 ~ 2'), ('won', '2027-W14', '>= 9'), ('revenue', '2027', '>= 5000'), ('revenue', '2028', '>= 6000'),
    ('calls', '2027-03', '40..60'), ('calls', '2027-04', '= 1'), ('other', '2027-01', '>= 1'), ('retired', '2027-01', '>= 1')) t(metric, period, target) \gset
UPDATE metric SET retired_at = now() WHERE key = 'retired';
SELECT is(plan_body('2027-Q1') -> 'targets', '[{"metric": "calls", "title": "Calls", "item": "T1", "unit": "calls", "grain": "month", "from": "2027-03", "target": "40..60"},
    {"metric": "revenue", "title": "Revenue | won", "item": "T", "grain": "year", "from": "2027", "target": ">= 5000"},
    {"metric": "won", "title": "Customers won", "item": "T", "unit": "customers", "grain": "week", "from": "2026-W53", "target": ">= 3 ~ 2"},
    {"metric": "won", "title": "Customers won", "item": "T", "unit": "customers", "grain": "week", "from": "2027-W05", "target": ">= 4 ~ 2"}]', 'targets in force in the period, from its first period on');
SELECT version AS targeted FROM publish_plan('2027-Q1') \gset
CREATE FUNCTION pg_temp.retarget(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    last integer := (SELECT max(v.version) FROM align.plan_version v);
    result text;
BEGIN
    EXECUTE statement;
    SELECT string_agg(concat_ws(' / ', change, key, level, title, COALESCE(before, '-'), COALESCE(after, '-'), money_moved), '; ') INTO result FROM align.plan_drift(last);
    IF (result IS NULL) <> (align.plan_hash(align.plan_body('2027-Q1')) = (SELECT v.sha256 FROM align.plan_version v WHERE v.version = last)) THEN
        result := result || ' BUT THE FINGERPRINT SAYS OTHERWISE';
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'ALGN1', MESSAGE = COALESCE(result, 'none');
EXCEPTION WHEN SQLSTATE 'ALGN1' THEN
    RETURN SQLERRM;
END $$;
SELECT is(pg_temp.retarget(c.statement), c.drift, c.statement) FROM (VALUES
    ('SELECT align.set_target(''won'', ''2027-W14'', ''>= 9''), align.set_target(''won'', ''2027-W20'', ''>= 8'')', 'none'),
    ('SELECT align.set_target(''won'', ''2026-W30'', ''>= 2'')', 'none'),
    ('SELECT align.set_target(''won'', ''2027-W10'', ''>= 5'')', 're-targeted / won / metric / Customers won / >= 3 ~ 2 customers a week, >= 4 ~ 2 from 2027-W05 (Customers won, on T) / >= 3 ~ 2 customers a week, >= 4 ~ 2 from 2027-W05, >= 5 from 2027-W10 (Customers won, on T) / 0'),
    ('UPDATE align.metric_target SET target = ''>= 4000'' WHERE from_period = ''2027''', 're-targeted / revenue / metric / Revenue | won / >= 5000 a year (Revenue | won, on T) / >= 4000 a year (Revenue | won, on T) / 0'),
    ('UPDATE align.metric SET retired_at = now() WHERE key = ''calls''', 're-targeted / calls / metric / Calls / 40..60 calls a month (Calls, on T1) / - / 0'),
    ('UPDATE align.metric SET title = ''Sales'' WHERE key = ''revenue''', 're-targeted / revenue / metric / Sales / >= 5000 a year (Revenue | won, on T) / >= 5000 a year (Sales, on T) / 0'),
    ('SELECT align.set_target(''bare'', ''2027-02'', ''>= 1'')', 're-targeted / bare / metric / Without a target / - / >= 1 a month (Without a target, on T) / 0'),
    ('UPDATE align.metric SET item = 4001 WHERE key = ''won''', 're-targeted / won / metric / Customers won / >= 3 ~ 2 customers a week, >= 4 ~ 2 from 2027-W05 (Customers won, on T) / >= 3 ~ 2 customers a week, >= 4 ~ 2 from 2027-W05 (Customers won, on T1) / 0'),
    ('UPDATE align.plan_item SET status = ''dropped'' WHERE key = ''T1''', 'dropped / T1 / rock / Rock of 2027 / - / - / 0; re-targeted / calls / metric / Calls / 40..60 calls a month (Calls, on T1) / - / 0'),
    ('INSERT INTO align.metric_value (metric, period, value, at) SELECT id, ''2027-01'', 7, ''2027-01-05Z'' FROM align.metric WHERE key = ''calls''', 'none')) c(statement, drift);
SELECT matches(plan_document('2027-Q1'), '\n\| \*\*Win more\*\* \| 250 contracts<br>Revenue \\\| won: at least 5,000 a year<br>Customers won: at least 3 customers a week, at risk down to 2; at least 4 from 2027-W05, at risk down to 2 \|', 'the document has the targets of each goal');
UPDATE metric_target SET target = '>= 4000' WHERE from_period = '2027';
SELECT is((SELECT (item_count, retargeted_count) FROM plan_drift_total(:targeted)), (0::bigint, 1::bigint), 'counted apart from items');
SELECT matches(plan_document('2027-Q1'), '\n> \*\*The live plan is no longer this one:\*\* 1 target has changed since', 'and the document says so');
UPDATE plan_item SET title = 'Another' WHERE key IN ('T1', 'T');
SELECT matches(plan_document('2027-Q1'), '\n> \*\*The live plan is no longer this one:\*\* 2 items and 1 target have changed since', 'beside items');
INSERT INTO metric (key, title, kind, measures, grain, item) SELECT 'z' || n, 'Metric ' || n, 'leading', 'activity', 'month', 4000 FROM generate_series(1, 9) n;
SELECT count(set_target('z' || n, '2027-01', '>= 1')) AS n FROM generate_series(1, 9) n \gset
SELECT matches(plan_content(plan_body('2027-Q1'), '2027-01-01Z'), 'Metric 3: at least 1 a month<br>\*and 6 more\* \|', 'five targets of a goal, and how many more');

SELECT * FROM finish();
ROLLBACK;
