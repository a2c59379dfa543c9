\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(100);

-- tables
SELECT is((SELECT string_agg(key, ', ' ORDER BY key) FROM team),
    'customer success, finance, hr, it, leadership, marketing, operations, sales', 'the shipped teams');
SELECT throws_ok($$INSERT INTO member (role, team) VALUES ('ann', 'nobody')$$, '23503', NULL, 'a member needs a known team');
SELECT ok((SELECT builtin FROM team WHERE key = 'sales'), 'a shipped team is builtin');
UPDATE team SET title = 'Revenue' WHERE key = 'sales';
SELECT ok(NOT (SELECT builtin FROM team WHERE key = 'sales'), 'an edited team is the user''s');
INSERT INTO team (key, title) VALUES ('marketing', 'Brand and demand');
SELECT is((SELECT title FROM team WHERE key = 'marketing'), 'Brand and demand', 'a row from a dump replaces the shipped one');
SELECT throws_ok($$INSERT INTO team (key, title) VALUES ('marketing', 'again')$$, '23505', NULL, 'but not one of the user''s');
SELECT is(known_team('it'), 'it', 'a team that is known');
SELECT is(pg_temp.error_of('SELECT known_team(''board'')'),
    'P0002 | unknown team: "board" | There are: customer success, finance, hr, it, leadership, marketing, operations, sales. | Enter it into table team first.', 'an unknown team');
SELECT matches(pg_temp.error_of('SELECT known_team(NULL)'), '^P0002 \| unknown team: "NULL" \|', 'no team');
INSERT INTO setting (key, value, description) VALUES ('funnel_within', '"90 days"', 'mine');
SELECT is((SELECT value #>> '{}' FROM setting WHERE key = 'funnel_within'), '90 days', 'a setting from a dump replaces the shipped one');

-- what settings may be: the shipped values again, others that fit, and those that nobody could use
SELECT is(pg_temp.error_of(format('UPDATE setting SET value = value WHERE key = %L', key)), 'no error', 'as shipped: ' || key) FROM setting ORDER BY key COLLATE "C";
CREATE FUNCTION pg_temp.error_of_setting(key text, value text) RETURNS text LANGUAGE sql
    RETURN pg_temp.error_of(format('UPDATE setting SET value = %L WHERE key = %L', value, key));
SELECT is(pg_temp.error_of_setting(key, value), 'no error', format('%s: %s', key, value)) FROM (VALUES
    ('funnel_within', 'null'), ('funnel_within', '"36 hours"'), ('definition_teams', '{}'), ('plan_teams', '["sales"]'), ('fiscal_start_month', '12'), ('message_repeat_days', '0.5'), ('alignment_definitions', '{"lead": "sql"}')) s(key, value);
SELECT is(pg_temp.error_of_setting('message_repeat_days', '-1'), '23514 | invalid setting "message_repeat_days": -1 | It is a number of days, above 0 and up to 36525, which are 100 years. | Write it as in 90.', 'the whole message');
SELECT is(pg_temp.error_of($$INSERT INTO setting (key, description) VALUES ('fiscal_start_month', 'mine')$$), '23514 | invalid setting "fiscal_start_month": NULL | It is the number of a month, 1 to 12. | Write it as in 1 for January.', 'none, and on entering');
SELECT is(split_part(pg_temp.error_of_setting(s.key, v), ' | ', 2), format('invalid setting "%s": %s', s.key, v::jsonb), format('%s: %s', s.key, v)) FROM (VALUES
    (1, 'funnel_steps', ARRAY['["lead", "fame"]', '["lead", "mql", "lead"]', '["lead"]', '["lead", null]', '"lead"']),
    (2, 'funnel_within', ARRAY['"soon"', '"-1 days"', '"3 months"', '"99999999999 days"', '["90 days"]']),
    (3, 'definition_teams', ARRAY['["sales"]', '{"*": "sales"}', '{"*": [1]}', '{"mql": []}']), (4, 'leadership_teams', ARRAY['"leadership"', '[null]']), (5, 'plan_teams', ARRAY['{}', '[]']), (6, 'granting_teams', ARRAY['[["leadership"]]']),
    (7, 'fiscal_start_month', ARRAY['0', '13', '1.5', '"May"', '"5"']), (8, 'message_repeat_days', ARRAY['0', '36526', '"often"', '[90]', 'null']), (9, 'alignment_definitions', ARRAY['{"serve": "icp"}', '{"lead": 1}', '"mql"'])) s(place, key, v0), unnest(v0) WITH ORDINALITY u(v, n) ORDER BY place, n;
-- texts
SELECT is(pg_temp.error_of($$SELECT check_text(E' \n', 'title', 500)$$), '22023 | invalid title: it is empty | It has 1 to 500 characters, and not only blanks. | Write it in words.', 'a text of blanks');
SELECT is(pg_temp.error_of($$SELECT check_text('abcd', 'title', 3)$$), '22023 | invalid title: it has 4 characters | It has 1 to 3 characters, and not only blanks. | Keep what a reader sees, or split it.', 'a text that is too long');
SELECT is(ARRAY[number_text(0), number_text(1234567), number_text(0.5), number_text(-1234.50), number_text(1e15), number_text(NULL)], '{0,"1,234,567",0.50,"-1,234.50",1000000000000000,NULL}', 'numbers');
SELECT is(array_agg(align.count_text(n, 'item')), '{"0 items","1 item","1,200 items",NULL}', 'how many of a thing') FROM unnest('{0,1,1200,NULL}'::int[]) n;
-- instants
SELECT lives_ok($$SELECT check_instant('2026-03-01Z')$$, 'an instant');
SELECT is(pg_temp.error_of($$SELECT check_instant('-infinity')$$), '22008 | invalid instant: -infinity | An instant is finite. | Leave the instant out to mean the present.', 'an infinite instant');
SELECT matches(pg_temp.error_of('SELECT check_instant(NULL)'), '^22008 \| invalid instant: NULL \|', 'no instant');
-- ISO 8601
SELECT is(to_instant('2026-03-01T09:30:00Z'), '2026-03-01 09:30:00+00', 'ISO in UTC');
SELECT is(to_instant('2026-03-01 09:30:00.25+02:00'), '2026-03-01 07:30:00.25+00', 'ISO with an offset and a fraction');
SELECT is(to_instant('2026-03-01 9:30', 'Europe/Berlin'), '2026-03-01 08:30:00+00', 'without a zone, the zone given holds');
SELECT is(to_instant('2026-07-01', 'Europe/Berlin'), '2026-06-30 22:00:00+00', 'a date is its midnight, summer time regarded');
SELECT is(to_instant('2018-02-26 19:58:54', 'UTC'), '2018-02-26 19:58:54+00', 'a space between date and time');
SELECT is(to_instant('-0043-03-15T12:00:00Z'), '0044-03-15 12:00:00+00 BC', 'years before 1 count as astronomers do');
-- what exports write
SELECT is(to_instant('1772357400000'), '2026-03-01 09:30:00+00', 'milliseconds since 1970');
SELECT is(to_instant('02/24/26 02:18 AM', 'UTC', 'MM/DD/YY HH12:MI AM'), '2026-02-24 02:18:00+00', 'a format with a 12-hour clock');
SELECT is(to_instant('12:05 PM 3-Mar-1999', 'UTC', 'HH12:MI AM DD-Mon-YYYY'), '1999-03-03 12:05:00+00', 'noon is 12 PM');
SELECT is(to_instant('9999-12-31'), NULL, '9999-12-31 is open');
SELECT is(to_instant(''), NULL, 'an empty text is open');
-- what is refused
SELECT throws_ok($$SELECT to_instant('2026-03-01')$$, '22007', 'invalid instant: "2026-03-01"', 'no zone written, none given');
SELECT is(instant_fault('2026-03-01'), 'no time zone is written, and none is given', '... and says so');
SELECT is(instant_fault('02/24/26', 'UTC'), 'a date with slashes needs a date format, such as MM/DD/YYYY', 'slashes need a format');
SELECT is(instant_fault('2026-02-29', 'UTC'), 'that month has no such day', 'a day that is none');
SELECT is(instant_fault('2026-13-01', 'UTC'), 'months run from 1 to 12', 'a month that is none');
SELECT is(instant_fault('2026-01-01 24:00', 'UTC'), 'a time runs from 00:00:00 to 23:59:59', 'an hour that is none');
SELECT is(instant_fault('13:05 PM 1/1/26', 'UTC', 'HH12:MI AM MM/DD/YY'), 'hours before AM or PM run from 1 to 12', 'a 12-hour clock has 12 hours');
SELECT is(instant_fault('yesterday', 'UTC'), 'it is no ISO instant, such as 2026-03-01T09:30:00Z', 'a word');
SELECT is(instant_fault('2026-03-01 x', 'UTC'), 'it is no ISO instant, such as 2026-03-01T09:30:00Z', 'a rest');
SELECT is(instant_fault('24.12.2025', 'UTC', 'MM/DD/YYYY'), 'it does not have the date format given', 'another format');
SELECT is(instant_fault(''), 'it is empty or open, and an instant is needed', 'an open instant is no event''s');
SELECT is(instant_fault('2026-03-01T09:30:00Z'), NULL, 'an instant has no fault');
SELECT throws_ok($$SELECT to_instant('2026-03-01', 'Mars/Olympus')$$, '22023', 'invalid time zone: "Mars/Olympus"', 'an unknown zone');

-- an instant, the same in every session
SET timezone = 'Asia/Kolkata';
SET datestyle = 'German';
SELECT is(instant_text(t.at), t.said, t.said) FROM (VALUES (timestamptz '2026-02-16 13:00+01', '2026-02-16 12:00:00Z'), ('2026-02-16 00:00:00.25Z', '2026-02-16 00:00:00.25Z'), ('infinity', 'infinity'), ('-infinity', '-infinity'), (NULL, NULL)) t(at, said);
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';

-- soft errors, where the server has them
CREATE FUNCTION pg_temp.is_valid(input text, kind text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    answer boolean;
BEGIN
    IF current_setting('server_version_num')::int < 160000 THEN
        RETURN pg_temp.error_of(format('SELECT %L::%s', input, kind)) = 'no error';
    END IF;
    EXECUTE 'SELECT pg_input_is_valid($1, $2)' INTO answer USING input, kind;
    RETURN answer;
END $$;
SELECT ok(pg_temp.is_valid('{"r": 1, "alpha": 1, "a": 1, "b": 1}', 'align.clv'), 'text of JSON is checked without an exception');
SELECT is(array(SELECT kind || ' ' || input FROM unnest('{clv,clv_input,corpus,crosstab,flow,funnel,funnel_rule,model,ranking,series,survival}'::text[]) kind, unnest(array['{"a"', 'x', '']) input
    WHERE pg_temp.is_valid(input, 'align.' || kind)), '{}', '... of every such type');

SELECT * FROM finish();
ROLLBACK;
