\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(68);
-- numbers are looked at below: they start at 1, whatever was rolled back before
ALTER SEQUENCE align.grant_of_currency_id_seq RESTART;
ALTER SEQUENCE align.request_id_seq RESTART;

CREATE ROLE align_ann; CREATE ROLE align_ben; CREATE ROLE align_ida;
GRANT USAGE ON SCHEMA align TO align_ann, align_ben, align_ida;
GRANT EXECUTE ON FUNCTION grant_points(text, text, bigint, text), ask(text, text, text, bigint, text, text, date, numeric, numeric, numeric, text), accept_request(text),
    refuse_request(text, text), withdraw_request(text, text), finish_request(text, text) TO align_ann, align_ben, align_ida;
INSERT INTO member (role, team) VALUES ('align_ann', 'marketing'), ('align_ben', 'sales'), ('align_ida', 'leadership');
INSERT INTO plan_item (key, level, title, team, period) VALUES ('R1', 'rock', 'Plant days', 'marketing', '2026-Q1');

-- what a function gives when a role calls it: its value, or its error as 'sqlstate | message | detail | hint'
CREATE FUNCTION pg_temp.as_role(role name, call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text; state text; message text; detail text; hint text;
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role);
    BEGIN
        EXECUTE 'SELECT align.' || call INTO result;
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
        result := concat_ws(' | ', state, message, detail, hint);
    END;
    RESET ROLE;
    RETURN result;
END $$;
-- team, period, granted, held, spent, left
CREATE FUNCTION pg_temp.balance() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', team, period, granted_points, held_points, spent_points, left_points), '; ' ORDER BY team, period) FROM align.currency_balance $$;

-- granting
SELECT is(pg_temp.as_role('align_ben', $$grant_points('sales', '2026-Q1', 100)$$),
    '42501 | role "align_ben" cannot grant points | Members of these teams grant: finance, leadership. | Have one of them grant, or change the setting granting_teams.', 'a team does not grant points to itself');
SELECT is(pg_temp.error_of($$SELECT grant_points('sales', '2026-Q1', 100)$$), format('42501 | role "%s" cannot grant points | Members of these teams grant: finance, leadership. | Have one of them grant, or change the setting granting_teams.', session_user), 'nor does a superuser');
SELECT is(pg_temp.as_role('align_ida', $$grant_points('sales', '2026Q1', 100, 'For the first quarter')$$), '1', 'leadership does');
SELECT is(pg_temp.as_role('align_ida', $$grant_points('sales', '2026-Q1', 20)$$), '2', 'and does again');
SELECT is(pg_temp.as_role('align_ida', $$grant_points('marketing', '2026-Q1', 50)$$), '3', 'to another team');
SELECT is(pg_temp.balance(), 'marketing 2026-Q1 50 0 0 50; sales 2026-Q1 120 0 0 120', 'who has what');
SELECT is(pg_temp.as_role('align_ida', $$grant_points('sales', '2026-Q1', -5)$$), '22023 | invalid grant: -5 points of 2026-Q1 | A grant is of 1 to 1,000,000,000,000 points, of one period. | Points cannot be taken back; grant less in the next period.', 'points below 0');
SELECT is(split_part(pg_temp.as_role('align_ida', $$grant_points('sales', '2026-Q1', 0)$$), ' | ', 2), 'invalid grant: 0 points of 2026-Q1', 'no points');
SELECT is(split_part(pg_temp.as_role('align_ida', $$grant_points('sales', NULL, 5)$$), ' | ', 2), 'invalid grant: 5 points of NULL', 'no period');
SELECT is(split_part(pg_temp.as_role('align_ida', $$grant_points('sales', '2026-Q5', 5)$$), ' | ', 2), 'invalid period: "2026-Q5"', 'not a period');
SELECT is(split_part(pg_temp.as_role('align_ida', $$grant_points('sails', '2026-Q1', 5)$$), ' | ', 2), 'unknown team: "sails"', 'an unknown team');
SELECT is(pg_temp.error_of('UPDATE grant_of_currency SET points = 1000'), '55000 | grants are for ever: UPDATE refused | A grant is neither changed nor deleted, by nobody. | Grant more, or grant less in the next period.', 'grants do not change');
SELECT is(split_part(pg_temp.error_of('DELETE FROM grant_of_currency'), ' | ', 2), 'grants are for ever: DELETE refused', 'nor go');
SELECT is(split_part(pg_temp.error_of('TRUNCATE grant_of_currency CASCADE'), ' | ', 1), '55000', 'not even all of them');

-- asking
SELECT is(pg_temp.as_role('align_ben', $$ask('sales', 'marketing', 'A page for plant managers', 70, '2026-Q1', 'R1', '2999-12-31', 5, 1200.50, 9000)$$), 'Q1', 'sales asks');
SELECT is(pg_temp.balance(), 'marketing 2026-Q1 50 0 0 50; sales 2026-Q1 120 70 0 50', 'its points are held');
SELECT is(pg_temp.as_role('align_ben', $$ask('sales', 'marketing', 'Forty names', 51, '2026-Q1', key => 'names')$$),
    '23514 | team "sales" has not 51 points of 2026-Q1 left | It was granted 120; 0 are spent, 70 are held for what it asked, 50 are left. | Bid less, withdraw another request, or have more granted.', 'no more than are left');
SELECT is(pg_temp.as_role('align_ben', $$ask('sales', 'marketing', 'Forty names', 50, '2026-Q1', key => 'names')$$), 'names', 'but all that are left');
SELECT is(pg_temp.as_role('align_ben', $$ask('sales', 'hr', 'A chair', 0, '2026-Q1', key => 'chair')$$), 'chair', 'and nothing, when nothing is left');
SELECT is(pg_temp.as_role('align_ben', $$ask('sales', 'marketing', 'Later', 5, '2026-Q2')$$), '23514 | team "sales" has no points of 2026-Q2 | It was granted none of this period, and who asks holds some. | Grant points first: SELECT align.grant_points(team, period, points).', 'a period without a grant');
SELECT is(pg_temp.as_role('align_ben', $$ask('sales', 'sales', 'Myself', 5, '2026-Q1')$$),
    '22023 | invalid request: team "sales" asks itself | A team asks another, in 1 to 10,000 characters, for 0 to 1,000,000,000,000 points of one period; days and money are 0 or more. | Ask as in ask(''sales'', ''marketing'', ''A page for plant managers'', 60, ''2026-Q1''), under a key of its own.', 'a request to oneself');
SELECT is(split_part(pg_temp.as_role('align_ben', $$ask('sales', 'marketing', 'x', -1, '2026-Q1')$$), ' | ', 2), 'invalid request: -1 points', 'points below 0');
SELECT is(split_part(pg_temp.as_role('align_ben', $$ask('sales', 'marketing', 'x', NULL, '2026-Q1')$$), ' | ', 2), 'invalid request: NULL points', 'no points said');
SELECT is(split_part(pg_temp.as_role('align_ben', $$ask('sales', 'marketing', 'x', 1000000000001, '2026-Q1')$$), ' | ', 2), 'invalid request: 1000000000001 points', 'more points than there can be');
SELECT is(split_part(pg_temp.as_role('align_ben', $$ask('sales', 'marketing', 'x', 1, NULL)$$), ' | ', 2), 'invalid request: no period', 'no period');
SELECT is(split_part(pg_temp.as_role('align_ben', $$ask('sales', 'marketing', '', 1, '2026-Q1')$$), ' | ', 2), 'invalid request: a text of 0 characters', 'nothing asked');
SELECT is(split_part(pg_temp.as_role('align_ben', $$ask('sales', 'marketing', repeat('x', 1000000), 1, '2026-Q1')$$), ' | ', 2), 'invalid request: a text of 1000000 characters', 'a text of a megabyte');
SELECT is(split_part(pg_temp.as_role('align_ben', $$ask('sales', 'marketing', 'x', 1, '2026-Q1', effort => -2)$$), ' | ', 2), 'invalid request: -2 days', 'days below 0');
SELECT is(split_part(pg_temp.as_role('align_ben', $$ask('sales', 'marketing', 'x', 1, '2026-Q1', budget => 'NaN')$$), ' | ', 2), 'invalid request: a budget of NaN', 'money that is none');
SELECT is(split_part(pg_temp.as_role('align_ben', $$ask('sales', 'marketing', 'x', 1, '2026-Q1', value => '-Infinity')$$), ' | ', 2), 'invalid request: a value of -Infinity', 'a value that is none');
SELECT is(split_part(pg_temp.as_role('align_ben', $$ask('sales', 'marketing', 'x', 1, '2026-Q1', needed_by => 'infinity')$$), ' | ', 2), 'invalid request: needed by infinity', 'needed at the end of time');
SELECT is(split_part(pg_temp.as_role('align_ben', $$ask('sales', 'marketing', 'x', 1, '2026-Q1', key => '')$$), ' | ', 2), 'invalid request: a key of 0 characters', 'an empty key');
SELECT is(split_part(pg_temp.as_role('align_ben', $$ask('sales', 'marketing', 'x', 1, '2026-Q1', key => 'names')$$), ' | ', 2), 'invalid request: key "names" is taken', 'a key that is taken');
SELECT is(split_part(pg_temp.as_role('align_ben', $$ask('sales', 'sails', 'x', 1, '2026-Q1')$$), ' | ', 2), 'unknown team: "sails"', 'an unknown team');
SELECT is(split_part(pg_temp.as_role('align_ben', $$ask('sales', 'marketing', 'x', 1, '2026-Q1', item => 'R9')$$), ' | ', 2), 'unknown plan item: "R9"', 'an unknown item');
SELECT is(split_part(pg_temp.as_role('align_ann', $$ask('sales', 'marketing', 'x', 1, '2026-Q1')$$), ' | ', 2), 'role "align_ann" cannot ask for team "sales"', 'nobody asks for another team');

-- answering
SELECT is(split_part(pg_temp.as_role('align_ben', $$accept_request('Q1')$$), ' | ', 2), 'role "align_ben" cannot accept for team "marketing"', 'who asks does not accept');
SELECT is(pg_temp.as_role('align_ann', $$accept_request('Q1')$$), 'align_ann', 'who is asked does');
SELECT is(pg_temp.as_role('align_ann', $$refuse_request('names', 'We have twelve')$$), 'align_ann', 'or refuses');
SELECT is(pg_temp.balance(), 'marketing 2026-Q1 50 0 0 50; sales 2026-Q1 120 0 70 50', 'spent, and given back');
SELECT is(pg_temp.as_role('align_ann', $$accept_request('names')$$), '55000 | cannot accept request "names": it is refused | What is asked is accepted, refused or withdrawn; what is accepted is done or refused. | To have it after all, ask anew.', 'refused is refused');
SELECT is(split_part(pg_temp.as_role('align_ben', $$withdraw_request('Q1')$$), ' | ', 2), 'cannot withdraw request "Q1": it is accepted', 'accepted work is not withdrawn');
SELECT is(pg_temp.as_role('align_ben', $$withdraw_request('chair', 'Found one')$$), 'align_ben', 'what waits is');
SELECT is(pg_temp.as_role('align_ann', $$finish_request('Q1', NULL)$$), '22023 | cannot finish request "Q1" without a word | A refusal has a reason, and what is done a result, of 1 to 10,000 characters. | Say it in a line.', 'no result');
SELECT is(split_part(pg_temp.as_role('align_ann', $$finish_request('Q1', repeat('x', 10001))$$), ' | ', 2), 'cannot finish request "Q1" with a text of 10001 characters', 'a result that is too long');
SELECT is(pg_temp.as_role('align_ann', $$finish_request('Q1', 'The page, and 14 calls from it')$$), 'align_ann', 'done');
SELECT is(split_part(pg_temp.as_role('align_ann', $$refuse_request('Q1', 'x')$$), ' | ', 2), 'cannot refuse request "Q1": it is done', 'done is done');
SELECT is(pg_temp.as_role('align_ben', $$ask('sales', 'marketing', 'A film', 50, '2026-Q1', key => 'film')$$) || pg_temp.as_role('align_ann', $$finish_request('film', 'x')$$),
    'film55000 | cannot finish request "film": it is asked | What is asked is accepted, refused or withdrawn; what is accepted is done or refused. | Accept it first.', 'what is not accepted is not done');
SELECT is(pg_temp.as_role('align_ann', $$accept_request('film')$$) || ' ' || pg_temp.as_role('align_ann', $$refuse_request('film', 'The camera broke')$$), 'align_ann align_ann', 'who accepted may give up');
SELECT is(pg_temp.balance(), 'marketing 2026-Q1 50 0 0 50; sales 2026-Q1 120 0 70 50', 'and gives the points back');
SELECT is(split_part(pg_temp.as_role('align_ann', $$accept_request('nothing')$$), ' | ', 2), 'unknown request: "nothing"', 'an unknown request');
SELECT is(split_part(pg_temp.error_of($$SELECT refuse_request(NULL, 'x')$$), ' | ', 2), 'unknown request: "NULL"', 'no request');

-- every point is found again
SELECT results_eq($$SELECT entry_order, entry, request_key, words, entry_by, points, left_points, held_points, spent_points FROM currency_ledger WHERE team = 'sales' ORDER BY entry_order$$, $$VALUES
    (1, 'granted', NULL, 'For the first quarter', 'align_ida', 100::bigint, 100::numeric, 0::numeric, 0::numeric), (2, 'granted', NULL, NULL, 'align_ida', 20, 120, 0, 0),
    (3, 'asked', 'Q1', 'A page for plant managers', 'align_ben', -70, 50, 70, 0), (4, 'asked', 'names', 'Forty names', 'align_ben', -50, 0, 120, 0), (5, 'asked', 'chair', 'A chair', 'align_ben', 0, 0, 120, 0),
    (6, 'accepted', 'Q1', NULL, 'align_ann', 0, 0, 50, 70), (7, 'refused', 'names', 'We have twelve', 'align_ann', 50, 50, 0, 70), (8, 'withdrawn', 'chair', 'Found one', 'align_ben', 0, 50, 0, 70),
    (9, 'asked', 'film', 'A film', 'align_ben', -50, 0, 50, 70), (10, 'accepted', 'film', NULL, 'align_ann', 0, 0, 0, 120), (11, 'given up', 'film', 'The camera broke', 'align_ann', 50, 50, 0, 70)$$, 'the ledger');
SELECT results_eq($$SELECT DISTINCT ON (team, period) team, period, left_points, held_points, spent_points FROM currency_ledger ORDER BY team, period, entry_order DESC$$,
    'SELECT team, period, left_points::numeric, held_points::numeric, spent_points::numeric FROM currency_balance ORDER BY team, period', 'ends at the balance');
SELECT results_eq($$SELECT key, from_team, to_team, item_title, needed_by_date, effort_days, budget_amount, value_amount, status, answered_by, closed_by, reason, result, answer_days, is_in_time FROM request_status WHERE key IN ('Q1', 'names') ORDER BY points DESC$$, $$VALUES
    ('Q1', 'sales', 'marketing', 'Plant days', '2999-12-31'::date, 5::numeric, 1200.50, 9000::numeric, 'done', 'align_ann', 'align_ann', NULL, 'The page, and 14 calls from it', 0.000, true),
    ('names', 'sales', 'marketing', NULL, NULL, NULL, NULL, NULL, 'refused', 'align_ann', 'align_ann', 'We have twelve', NULL, 0.000, NULL)$$, 'what was asked, and what came of it');

-- rows written by hand keep the same rules
SELECT is(split_part(pg_temp.error_of($$INSERT INTO request (key, from_team, to_team, period, what, points) VALUES ('x', 'sales', 'it', '2026-Q1', 'x', 51)$$), ' | ', 2), 'team "sales" has not 51 points of 2026-Q1 left', 'no overdraft');
SELECT is(split_part(pg_temp.error_of($$INSERT INTO request (key, from_team, to_team, period, what, points) VALUES ('x', 'it', 'sales', '2026-Q1', 'x', 1)$$), ' | ', 1), '23503', 'no points without a grant');
SELECT is(split_part(pg_temp.error_of($$INSERT INTO request (key, from_team, to_team, period, what, points) VALUES ('x', 'sales', 'it', '2026-Q1', 'x', 30), ('y', 'sales', 'it', '2026-Q1', 'y', 30)$$), ' | ', 2), 'team "sales" has not 60 points of 2026-Q1 left', 'nor of two rows together');
INSERT INTO request (key, from_team, to_team, period, what, points) VALUES ('x', 'sales', 'it', '2026-Q1', 'x', 20), ('y', 'marketing', 'it', '2026-Q1', 'y', 30), ('z', 'sales', 'it', '2026-Q1', 'z', 25);
SELECT is(pg_temp.balance(), 'marketing 2026-Q1 50 30 0 20; sales 2026-Q1 120 45 70 5', 'rows of two teams in one statement');
UPDATE request SET status = CASE key WHEN 'x' THEN 'accepted' ELSE 'refused' END, answered_at = clock_timestamp(), answered_by = 'it', closed_at = CASE WHEN key <> 'x' THEN clock_timestamp() END, closed_by = CASE WHEN key <> 'x' THEN 'it' END, reason = CASE WHEN key <> 'x' THEN 'No' END WHERE key IN ('x', 'y', 'z');
SELECT is(pg_temp.balance(), 'marketing 2026-Q1 50 0 0 50; sales 2026-Q1 120 0 90 30', 'and answered in one');

SELECT is(split_part(pg_temp.error_of($$UPDATE request SET points = 1 WHERE key = 'Q1'$$), ' | ', 2), 'requests stay as they were asked: UPDATE refused', 'no other bid');
SELECT is(pg_temp.error_of($$UPDATE request SET status = 'asked', answered_at = NULL, answered_by = NULL, closed_at = NULL, closed_by = NULL, result = NULL WHERE key = 'Q1'$$),
    '55000 | requests stay as they were asked: from done to asked refused | What is asked is accepted, refused or withdrawn; what is accepted is done or refused. Nothing else of it changes. | Use accept_request, refuse_request, withdraw_request or finish_request; to ask for something else, ask anew.', 'no way back');
SELECT is(split_part(pg_temp.error_of('DELETE FROM request'), ' | ', 2), 'requests stay as they were asked: DELETE refused', 'requests do not go');
SELECT is(pg_temp.error_of('UPDATE currency_account SET granted = granted + 1000'), '55000 | accounts follow grants and requests: UPDATE refused | What a team has is what it was granted, less what it asked for; nobody writes it by hand. | Grant points by grant_points, or insert into grant_of_currency.', 'nobody grants past the ledger');
SELECT is(split_part(pg_temp.error_of($$INSERT INTO currency_account VALUES ('it', '2026-Q1', 10, 0, 0, 1)$$), ' | ', 2), 'accounts follow grants and requests: INSERT refused', 'nor opens an account');
SELECT is(split_part(pg_temp.error_of('DELETE FROM currency_account'), ' | ', 2) || ', ' || split_part(pg_temp.error_of('TRUNCATE currency_account, request'), ' | ', 1), 'accounts follow grants and requests: DELETE refused, 55000', 'nor ends one');
ALTER TABLE currency_account DISABLE TRIGGER currency_account_keep;
SELECT is(split_part(pg_temp.error_of($$UPDATE currency_account SET spent = granted + 1$$), ' | ', 1), '23514', 'an account is never overdrawn');
ALTER TABLE currency_account ENABLE TRIGGER currency_account_keep;
SELECT is(split_part(pg_temp.error_of($$INSERT INTO capacity (team, period, days) VALUES ('sales', '2026-Q1', -1)$$), ' | ', 1), '23514', 'days below 0');

SELECT * FROM finish();
ROLLBACK;
