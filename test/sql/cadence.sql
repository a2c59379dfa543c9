\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(48);

CREATE ROLE align_test_mara;
INSERT INTO member (role, team, since_at) VALUES ('align_test_mara', 'marketing', '2025-01-01Z'), ('lea', 'marketing', '2026-02-10Z'), ('zoe', 'marketing', '2026-05-01Z'), ('sam', 'sales', '2025-01-01Z');
GRANT USAGE ON SCHEMA align TO align_test_mara;
GRANT EXECUTE ON FUNCTION hold_review(text, timestamptz, text, text[], text, date, timestamptz), broadcast_message(text, text, text, timestamptz),
    record_insight(text, text, text, text, text, timestamptz), tie_insight(bigint, text) TO align_test_mara;

-- due days. 2026-01-01 is a Thursday
SELECT results_eq($$SELECT kind, due_date, status FROM due_reviews('2025-12-25', '2026-01-12', '2026-01-05T12:00Z')$$,
    $$VALUES ('weekly'::text, date '2025-12-29', 'missed'::text), ('annual', '2025-12-31', 'missed'), ('quarterly', '2025-12-31', 'missed'), ('weekly', '2026-01-05', 'due'), ('weekly', '2026-01-12', 'coming')$$,
    'by the shipped rules: Mondays, the last day of a quarter, the last of a year');
SELECT is((SELECT count(*) FROM due_reviews('2026-01-01', '2026-12-31') WHERE kind = 'weekly'), 52::bigint, '52 Mondays in 2026');
INSERT INTO review_rule (kind, grain, due_day) VALUES ('monthly', 'month', 31), ('early', 'month', -31), ('mid', 'quarter', 45);
SELECT results_eq($$SELECT due_date FROM due_reviews('2026-02-01', '2026-02-28') WHERE kind IN ('monthly', 'early') ORDER BY kind$$, $$VALUES (date '2026-02-01'), ('2026-02-28')$$, 'a day past the end is the last, one before the start the first');
SELECT results_eq($$SELECT due_date FROM due_reviews('2026-01-01', '2026-12-31') WHERE kind = 'mid'$$, $$VALUES (date '2026-02-14'), ('2026-05-15'), ('2026-08-14'), ('2026-11-14')$$, 'the 45th day of each quarter');
UPDATE setting SET value = '2' WHERE key = 'fiscal_start_month';
SELECT results_eq($$SELECT due_date FROM due_reviews('2026-01-01', '2026-12-31') WHERE kind IN ('quarterly', 'annual') ORDER BY 1$$,
    $$VALUES (date '2026-01-31'), ('2026-01-31'), ('2026-04-30'), ('2026-07-31'), ('2026-10-31')$$, 'fiscal quarters and years');
UPDATE setting SET value = '1' WHERE key = 'fiscal_start_month';
DELETE FROM review_rule WHERE kind IN ('monthly', 'early', 'mid');
SELECT is(pg_temp.error_of($$SELECT due_reviews('2026-01-02', '2026-01-01')$$), '22023 | invalid days: 2026-01-02 to 2026-01-01 | They are finite, in this order, and at most 100 years apart. | Name the first day, then the last.', 'reversed days');
SELECT matches(pg_temp.error_of($$SELECT due_reviews('2026-01-02', 'infinity')$$), '^22023 \| invalid days: 2026-01-02 to infinity', 'infinite days');
SELECT matches(pg_temp.error_of($$SELECT due_reviews('1900-01-01', '2026-01-01')$$), '^22023 \| invalid days', 'too many days');

-- holding them
SET ROLE align_test_mara;
SELECT is(hold_review('weekly', '2026-01-06T10:00Z', 'marketing', '{Ana,Tom}', 'First', at => '2026-01-07Z'), date '2026-01-05', 'the nearest due day');
SELECT is(hold_review('quarterly', '2026-01-08T10:00Z', at => '2026-01-08T11:00Z'), date '2025-12-31', 'also when it is in the quarter before');
SELECT is(hold_review('weekly', '2026-02-02T10:00Z', due => '2026-01-26', at => '2026-03-01Z'), date '2026-01-26', 'a given due day');
SELECT is(pg_temp.error_of($$SELECT hold_review('weekly', '2026-01-07T10:00Z', at => '2026-03-01Z')$$),
    '23505 | the weekly review of 2026-01-05 is held already | It was held at 2026-01-06 10:00:00+00; what is due once is held once. | Name the day on which this one was due, if it is another.', 'held once');
SELECT is(pg_temp.error_of($$SELECT hold_review('weekly', '2026-03-02Z', at => '2026-03-01Z')$$),
    '22023 | invalid review: held at 2026-03-02 00:00:00+00 | It lies in the future; it is 2026-03-01 00:00:00+00. | Enter it once it was held; due_reviews(from_date, to_date) lists what is due.', 'a review in the future');
SELECT is(pg_temp.error_of($$SELECT hold_review('weekly', now() + interval '1 hour')$$) ~ '^22023 \| invalid review: held at', true, 'that of the present too');
SELECT is(pg_temp.error_of($$SELECT hold_review('daily')$$), 'P0002 | unknown kind of review: "daily" | There are: annual, quarterly, weekly. | Enter its rule into table review_rule first.', 'an unknown kind');
SELECT is(pg_temp.error_of($$SELECT hold_review('weekly', '2026-01-20Z', 'sales')$$),
    '42501 | role "align_test_mara" cannot hold reviews for team "sales" | Its members alone act for a team, superusers or not; "align_test_mara" is a member of: marketing. | Have a member of the team hold reviews, or enter the role into table member first.', 'for another team');
SELECT matches(pg_temp.error_of($$SELECT hold_review('weekly', 'infinity')$$), '^22008 \| invalid instant: infinity', 'at no instant');
RESET ROLE;
SELECT matches(pg_temp.error_of($$INSERT INTO review (kind, due, held_at) VALUES ('daily', '2026-01-01', '2026-01-01Z')$$), '^23503 .*review_kind_fkey', 'nor past the function');
SELECT results_eq($$SELECT due_date, status, held_at, team, present, late_days FROM due_reviews('2026-01-01', '2026-01-31', '2026-01-31Z') WHERE kind = 'weekly'$$,
    $$VALUES (date '2026-01-05', 'held'::text, timestamptz '2026-01-06T10:00Z', 'marketing'::text, 'Ana, Tom'::text, 1), ('2026-01-12', 'missed', NULL, NULL, NULL, NULL),
             ('2026-01-19', 'missed', NULL, NULL, NULL, NULL), ('2026-01-26', 'missed', NULL, NULL, NULL, NULL)$$, 'what is held later is not held yet');

-- cadence. By hand, as of 2026-02-09: weekly since 01-05; due 01-05, 12, 19, 26, 02-02 (02-09 is today): 5, held 2, late 1 and 7 days;
-- 1.4167 days from 01-05 to the first at 01-06 10:00, 27 to the next at 02-02 10:00, 6.5833 to the present
SELECT results_eq($$SELECT * FROM cadence('2026-02-09Z')$$,
    $$VALUES ('weekly'::text, date '2026-01-05', 5::bigint, 2::bigint, 0.400000, 4.0, timestamptz '2026-02-02T10:00Z', 27.0, date '2026-02-09', '2 of 5 held; the longest time without one was 27 days.'::text),
             ('quarterly', '2025-12-31', 1, 1, 1.000000, 8.0, '2026-01-08T10:00Z', 31.6, '2026-03-31', '1 of 1 held; the longest time without one was 32 days.'),
             ('annual', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-12-31', 'None was ever held, and its rule does not say since when it is asked for.')$$, 'cadence, by hand');
SELECT results_eq($$SELECT since_date, due_count, held_count, longest_gap_days FROM cadence('2026-02-09Z', 7) WHERE kind = 'weekly'$$,
    $$VALUES (date '2026-02-02', 1::bigint, 0::bigint, 6.6)$$, 'of the last week alone: what was held that day was due before');
UPDATE review_rule SET since_date = '2026-01-19' WHERE kind = 'annual';
UPDATE review_rule SET since_date = '2026-06-01' WHERE kind = 'quarterly';
SELECT results_eq($$SELECT kind, due_count, held_ratio, longest_gap_days, finding FROM cadence('2026-02-09Z') WHERE kind <> 'weekly' ORDER BY 1$$,
    $$VALUES ('annual'::text, 0::bigint, NULL::numeric, 21.0, 'None was due yet.'::text), ('quarterly', NULL, NULL, NULL, 'It is not asked for yet.')$$, 'asked for since, or from later on');
SELECT is(pg_temp.error_of($$SELECT cadence('2026-01-01Z', 0)$$), '22023 | invalid days: 0 | It looks back 1 to 36159 days, which are 99 years. | Write 365 for the last year.', 'no days');
SELECT lives_ok($$SELECT cadence('2026-01-01Z', 36159)$$, 'all days');
SELECT matches(pg_temp.error_of($$SELECT cadence('infinity')$$), '^22008', 'at no instant');
DELETE FROM review; UPDATE review_rule SET since_date = NULL;
SELECT is((SELECT count(due_count) FROM cadence('2026-01-01Z')), 0::bigint, 'without reviews nothing is measured');

-- messages told again. hours was set on 2026-01-01, mara told it to marketing on 01-20 and 02-01, lea joined on 02-10, zoe comes later
INSERT INTO message VALUES ('hours', 'promise', 'marketing'), ('old', 'pillar', 'sales');
INSERT INTO message_version (message, version, body, set_at, retired_at) VALUES ('hours', 1, 'First words', '2025-01-01Z', NULL), ('hours', 2, 'We win back lost hours.', '2026-01-01Z', NULL), ('old', 1, 'Gone', '2025-01-01Z', '2025-06-01Z');
SELECT is((SELECT string_agg(finding, '; ' ORDER BY team) FROM message_reach('2026-02-01Z')), 'It was not told since its words were set.; It was not told since its words were set.', 'a message that nobody told');
SET ROLE align_test_mara;
SELECT ok(broadcast_message('hours', 'marketing', 'Team day', '2025-12-20Z') < broadcast_message('hours', 'marketing', 'Team day', '2026-02-01Z'), 'it is told');
SELECT broadcast_message('hours', 'marketing', 'Mail', '2026-01-20Z') \gset told_
SELECT is(pg_temp.error_of($$SELECT broadcast_message('gold', 'sales')$$), 'P0002 | unknown message: "gold" | There are: hours, old. | Set it by set_message(message_key, kind, team, body).', 'an unknown message');
SELECT matches(pg_temp.error_of($$SELECT broadcast_message('hours', 'board')$$), '^P0002 \| unknown team: "board"', 'an unknown team');
SELECT matches(pg_temp.error_of($$SELECT broadcast_message('hours', 'sales', at => '-infinity')$$), '^22008', 'at no instant');
SELECT matches(pg_temp.error_of($$SELECT broadcast_message('hours', 'sales', at => '2999-01-01Z')$$), '^22008 \| instant too far ahead: 2999-01-01', 'in a year that nobody lives to see');
SELECT is(pg_temp.error_of($$SELECT broadcast_message('hours', 'sales', ' ')$$), '22023 | invalid channel: it is empty | It has 1 to 200 characters, and not only blanks. | Write it in words.', 'on a channel without a name');
RESET ROLE;
SELECT is((SELECT role FROM broadcast WHERE at = '2026-02-01Z'), 'align_test_mara', 'who told it');
-- 2026-02-01 to 2026-03-01 are 28 days; 2026-01-01 to 2026-03-01 are 59
SELECT results_eq($$SELECT * FROM message_reach('2026-03-01Z')$$,
    $$VALUES ('hours'::text, 'promise'::text, 'marketing'::text, 2::bigint, timestamptz '2026-02-01Z', 28.0, false, 2::bigint, 1::bigint, 'lea'::text, 'lea joined since.'::text),
             ('hours', 'promise', 'sales', 0, NULL, NULL, false, 1, 1, 'sam', 'It was not told since its words were set.')$$, 'reach, by hand');
SELECT results_eq($$SELECT team, last_broadcast_days, is_due, finding FROM message_reach('2026-05-02T01:00Z')$$,
    $$VALUES ('marketing'::text, 90.0, true, 'It was last told 90 days ago. lea, zoe joined since.'::text), ('sales', NULL, true, 'It was not told since its words were set.')$$, 'due again after 90 days');
SELECT is((SELECT broadcast_count FROM message_reach('2025-12-31Z') WHERE team = 'marketing'), 1::bigint, 'what was told of the words before counts for those');
SELECT is((SELECT count(*) FROM message_reach('2024-01-01Z')), 0::bigint, 'before there was any');

-- thinking and doing
INSERT INTO plan_item (key, level, title, period, status) VALUES ('A1', 'activity', 'Talk to ten customers', '2026-01', 'done'), ('A2', 'activity', 'Write it up', '2026-Q1', 'active'),
    ('A3', 'activity', 'Later', '2026-Q3', 'active'), ('A4', 'activity', 'Before', '2025-12', 'done'), ('R1', 'rock', 'No activity', '2026-Q1', 'active'), ('A5', 'activity', 'Dropped', '2026-Q1', 'dropped');
SELECT results_eq($$SELECT day_number, days_left, topic, item_count, missing FROM first_90_days('2026-01-05Z') WHERE side = 'thinking'$$,
    $$VALUES (1, 89, 'differentiation'::text, 0::bigint, 'No insight on what makes us different yet.'::text), (1, 89, 'challenge', 0, 'No insight on challenges yet.'),
             (1, 89, 'opportunity', 0, 'No insight on opportunities yet.'), (1, 89, 'customer', 0, 'No insight on customers yet.')$$, 'the first day');
SET ROLE align_test_mara;
SELECT record_insight('customer', 'They say: the line stood.', 'Talk', 'marketing', 'A2', '2026-01-10Z') AS first, record_insight('customer', 'Nobody reads reports.', at => '2026-01-12Z') AS second,
    record_insight('challenge', 'Two prices.', at => '2026-01-20Z') AS third, record_insight('opportunity', 'Builders ask.', at => '2026-04-20Z') AS late \gset
SELECT is(pg_temp.error_of($$SELECT record_insight('rumour', 'x')$$), '22023 | invalid kind of insight: "rumour" | There are: differentiation, challenge, opportunity, customer. | Choose what it is most about.', 'an unknown kind');
SELECT is(pg_temp.error_of($$SELECT record_insight('customer', '')$$), '22023 | invalid insight: it is empty | It has 1 to 10000 characters, and not only blanks. | Write it in words.', 'an empty insight');
SELECT matches(pg_temp.error_of($$SELECT record_insight('customer', repeat('x', 1048576))$$), '^22023 \| invalid insight: it has 1048576 characters', 'an insight of a megabyte');
SELECT matches(pg_temp.error_of($$SELECT record_insight('customer', 'x', team => 'sales')$$), '^42501 \| role "align_test_mara" cannot write for team "sales"', 'for another team');
SELECT matches(pg_temp.error_of($$SELECT record_insight('customer', 'x', item_key => 'X')$$), '^P0002 \| unknown plan item: "X"', 'that led to an unknown item');
SELECT is(pg_temp.error_of($$SELECT tie_insight(-1, 'A1')$$), 'P0002 | unknown insight: -1 | Table insight has no row of this number. | Enter it by record_insight(kind, body).', 'an unknown insight');
SELECT tie_insight(:third, 'R1') \g /dev/null
RESET ROLE;
SELECT results_eq($$SELECT day_number, side, topic, item_count, led_count, last_at::date, missing FROM first_90_days('2026-02-03Z', '2026-01-05')$$,
    $$VALUES (30, 'thinking'::text, 'differentiation'::text, 0::bigint, 0::bigint, NULL::date, 'No insight on what makes us different yet.'::text), (30, 'thinking', 'challenge', 1, 1, '2026-01-20', NULL),
             (30, 'thinking', 'opportunity', 0, 0, NULL, 'No insight on opportunities yet.'), (30, 'thinking', 'customer', 2, 1, '2026-01-12', NULL),
             (30, 'doing', 'activities done', 1, 0, NULL, NULL), (30, 'doing', 'activities under way', 1, 1, NULL, NULL)$$, 'day 30, thinking and doing side by side');
SELECT results_eq($$SELECT day_number, days_left, item_count FROM first_90_days('2026-05-01Z') WHERE topic = 'opportunity'$$, $$VALUES (112, 0, 0::bigint)$$, 'from the first insight on; what came on day 101 is none of the 90');
SELECT is(pg_temp.error_of($$SELECT first_90_days('2026-01-01Z', '2026-01-02')$$), '22023 | invalid start: 2026-01-02 | The first day is not after the day asked for, 2026-01-01, and finite. | Leave it out to start with the first insight.', 'a start in the future');

SELECT * FROM finish();
ROLLBACK;
