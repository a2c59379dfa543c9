\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(82);

CREATE TEMP TABLE event (lead int, stage align.stage, at timestamptz);
INSERT INTO event VALUES
    (1, 'lead', '2026-01-01Z'), (1, 'mql', '2026-01-04Z'), (1, 'mql', '2026-01-05Z'), (1, 'recycled', '2026-01-10Z'),
    (1, 'mql', '2026-02-01Z'), (1, 'sql', '2026-02-03Z'), (1, 'customer', '2026-03-01 12:00Z'),
    (2, 'lead', '2026-01-01Z'), (2, 'mql', '2026-01-01Z'),                     -- one instant
    (3, 'customer', '2026-01-05Z'), (3, 'lead', '2026-01-07Z'),                -- backwards
    (4, NULL, '2026-01-05Z'), (4, 'lead', NULL),                               -- nothing
    (5, 'lost', '2026-01-05Z');
CREATE TEMP TABLE j AS SELECT lead, journey(stage, at) AS journey FROM event GROUP BY lead;

-- building
SELECT is((SELECT journey::text FROM j WHERE lead = 1),
    '{2026-01-01T00:00:00Z lead, 2026-01-04T00:00:00Z mql, 2026-01-05T00:00:00Z mql, 2026-01-10T00:00:00Z recycled, 2026-02-01T00:00:00Z mql, 2026-02-03T00:00:00Z sql, 2026-03-01T12:00:00Z customer}',
    'events in order');
SELECT is((SELECT journey FROM j WHERE lead = 4), NULL, 'no event left is no journey');
SELECT ok((SELECT bool_and(journey::text::journey = journey) FROM j WHERE journey IS NOT NULL), 'text reads back to the same');
SELECT is((SELECT journey(stage, at) FROM (SELECT * FROM event WHERE lead = 1 ORDER BY at DESC) e), (SELECT journey FROM j WHERE lead = 1), 'input order does not matter');
SELECT is((SELECT journey(stage, at) FROM (SELECT * FROM event WHERE lead = 1 ORDER BY md5(at::text)) e), (SELECT journey FROM j WHERE lead = 1), 'nor does any other order');
SELECT is((SELECT count(*) FROM (SELECT DISTINCT journey FROM j) d), 5::bigint, 'journeys can be told apart');
SELECT cmp_ok(pg_column_size((SELECT journey FROM j WHERE lead = 1)), '<=', 12 + 7 * 12, '12 bytes a journey and 12 an event');
SELECT is((SELECT event_count(journey) FROM (SELECT journey('lead', timestamptz '2026-01-01Z' + i * interval '1 h') FROM generate_series(1, 5000) i) s), 5000, 'a long journey grows');

-- journeys of many leads at once
CREATE TEMP TABLE many AS SELECT (h % 4000)::bigint AS lead, (2 + (h >> 16) % 16)::int::stage AS stage, timestamptz '2024-01-01Z' + ((h >> 24) % 90000) * interval '1 h' AS at
FROM generate_series(1, 50000) i, LATERAL (SELECT hashint8extended(i, 5) & 9223372036854775807 AS h) x;
CREATE TEMP TABLE one_by_one AS SELECT lead, journey(stage, at) AS journey FROM many GROUP BY lead;
SELECT set_eq($$SELECT j.lead, j.journey::text FROM (SELECT event_log(lead, stage, at) AS log FROM many) s, journeys(s.log) j$$, 'SELECT lead, journey::text FROM one_by_one', 'journeys of a log');
SELECT set_eq($$SELECT j.lead, j.journey::text FROM (SELECT event_log(lead::text, stage, at) AS log FROM many) s, journeys_by_key(s.log) j$$, 'SELECT lead::text, journey::text FROM one_by_one', 'by text keys');
SELECT set_eq($$SELECT j.lead, j.journey::text FROM (SELECT event_log(md5(lead::text)::uuid, stage, at) AS log FROM many) s, journeys_by_key(s.log) j$$, 'SELECT md5(lead::text)::uuid::text, journey::text FROM one_by_one', 'by uuid keys');
SELECT set_eq($$SELECT j.lead, j.journey::text FROM (SELECT event_log(lead, stage, at) AS log FROM many) s, journeys(s.log::text::event_log) j$$, 'SELECT lead, journey::text FROM one_by_one', 'a log''s text reads back to the same');
SELECT is((SELECT array_agg(n) FROM (SELECT count(j.lead) AS n FROM (SELECT event_log(lead, stage, at) AS log FROM many WHERE lead < 3000 GROUP BY lead / 1000) s, journeys(s.log) j GROUP BY j.lead / 1000) x), '{1000,1000,1000}', 'per group');
SELECT is((SELECT count(*) FROM (SELECT event_log(lead, stage, at) AS log FROM many WHERE false) s, journeys(s.log)), 0::bigint, 'no event is no log');
SELECT is(pg_temp.error_of($$SELECT align.journeys(align.event_log('a'::text, 'lead', now()))$$),
    '42804 | the leads of this event log have no bigint keys | Their keys are text or uuid. | Read it by journeys_by_key.', 'text keys are no bigint');
SELECT is(pg_temp.error_of($$SELECT 'x'::align.event_log$$),
    '22P02 | invalid event log | It is not the base64 that align wrote. | An event log is the state of an aggregate; its text is only to be read back.', 'a text that is no log');

-- a log from other hands
CREATE FUNCTION pg_temp.log(bytes bytea) RETURNS text LANGUAGE sql AS $$SELECT translate(encode(bytes, 'base64'), E'\n', '')$$;
SELECT is((SELECT concat_ws(' ', lead, journey) FROM journeys_by_key(pg_temp.log('\x010100' || int8send(1) || int4send(1) || 'a' || int8send(2))::event_log)), 'a {2000-01-01T00:00:00Z lead}', 'a log by its bytes');
SELECT is(pg_temp.error_of(format('SELECT align.flow_finish(%L)', pg_temp.log(bytes))),
    '22P03 | invalid event log in binary input | Its version, header or an event is not one that align writes. | Send the value as it was received.', 'refused: ' || name)
FROM (VALUES ('step 31', '\x010000' || int8send(1) || int8send(1) || int8send(31)), ('a number that is no stage', '\x010000' || int8send(1) || int8send(1) || int8send(18)),
    ('a uuid of 0 bytes', '\x010200' || int8send(1) || int4send(0) || int8send(2)), ('a key that is no text', '\x010100' || int8send(1) || int4send(2) || '\xff41'::bytea || int8send(2))) v (name, bytes);
SELECT is(pg_temp.error_of($$SELECT align.event_log_add(align.event_log('a'::text, 'lead', now()), 1::bigint, 'mql', now())$$),
    '0A000 | this function serves an aggregate | It changes its argument in place. | Call the aggregate instead.', 'a log is not changed by hand');
CREATE AGGREGATE pg_temp.log_of_two(bigint, align.stage, timestamptz) (SFUNC = align.event_log_add, STYPE = align.event_log, INITCOND = 'AQEAAAAAAAAAAAA=');
SELECT is(pg_temp.error_of($$SELECT pg_temp.log_of_two(1, 'mql', now())$$),
    '42804 | this event log has keys of another type | The keys of one log are all bigint, all text or all uuid. | Cast the leads to one type.', 'a log has keys of one type');

-- merging
SELECT is((SELECT rollup(part) FROM (SELECT journey(stage, at) AS part FROM event WHERE lead = 1 GROUP BY stage) p), (SELECT journey FROM j WHERE lead = 1), 'rollup puts parts together');
SELECT is((SELECT a.journey || b.journey FROM j a, j b WHERE a.lead = 2 AND b.lead = 3)::text,
    '{2026-01-01T00:00:00Z lead, 2026-01-01T00:00:00Z mql, 2026-01-05T00:00:00Z customer, 2026-01-07T00:00:00Z lead}', '|| keeps the order');
SELECT is((SELECT rollup(journey) FROM j WHERE lead = 4), NULL, 'nothing rolled up is nothing');
SELECT is(pg_temp.error_of($$SELECT '{}'::align.journey || '2:{}'::align.journey$$),
    '42804 | journeys of different kinds cannot be merged | One holds stages, the other 2 conditions. | Build both by the same aggregate with as many conditions.', 'different kinds do not merge');
SELECT is(pg_temp.error_of($$SELECT align.rollup(x::align.journey) FROM (VALUES ('3:{}'), ('2:{}')) v (x)$$),
    '42804 | journeys of different kinds cannot be merged | One holds 3 conditions, the other 2 conditions. | Build both by the same aggregate with as many conditions.', 'nor do different numbers of conditions');

-- readers
SELECT is((SELECT entered(journey, 'mql') FROM j WHERE lead = 1), '2026-01-04Z'::timestamptz, 'entered: the first time');
SELECT is((SELECT entered(journey, 'proposal') FROM j WHERE lead = 1), NULL, 'entered: never');
SELECT is((SELECT entries(journey, 'mql') FROM j WHERE lead = 1), 2, 'entries: logged again while in it is no entry');
SELECT is((SELECT entries(journey, 'proposal') FROM j WHERE lead = 1), 0, 'entries: none');
SELECT is((SELECT current(journey)::text FROM j WHERE lead = 1), 'customer', 'current');
SELECT is((SELECT current(journey)::text FROM j WHERE lead = 2), 'mql', 'current: of one instant the last in the vocabulary');
SELECT is((SELECT current('{}'::journey)), NULL, 'current: of no event');
SELECT is(since('{2026-01-01T00:00Z lead, 2026-01-02T00:00Z mql, 2026-01-03T00:00Z mql}'), '2026-01-02Z'::timestamptz, 'since: the start of the stay');
SELECT is((SELECT furthest(journey)::text FROM j WHERE lead = 3), 'customer', 'furthest: ever, not now');
SELECT is((SELECT furthest(journey)::text FROM j WHERE lead = 5), NULL, 'furthest: exits are not on the path');
SELECT is((SELECT string_agg(coalesce(stage_at(journey, t)::text, '-'), ' ' ORDER BY t) FROM j, unnest('{2025-12-31Z,2026-01-01Z,2026-01-04 23:59:59Z,2026-01-10Z,2026-01-31Z,2030-01-01Z}'::timestamptz[]) t WHERE lead = 1),
    '- lead mql recycled recycled customer', 'stage_at');
SELECT is((SELECT time_in(journey, 'mql', '2030-01-01Z') FROM j WHERE lead = 1), interval '8 days', 'time_in: 6 and 2 days');
SELECT is((SELECT time_in(journey, 'mql', '2026-02-02Z') FROM j WHERE lead = 1), interval '7 days', 'time_in: an open stay up to as_of');
SELECT is((SELECT time_in(journey, 'customer', '2026-03-02Z') FROM j WHERE lead = 1), interval '12:00', 'time_in: the current stay');
SELECT is((SELECT time_in(journey, 'customer', '2026-02-01Z') FROM j WHERE lead = 1), NULL, 'time_in: not yet');
SELECT is((SELECT time_in(journey, 'lead', '2030-01-01Z') FROM j WHERE lead = 2), interval '0', 'time_in: left at once');
SELECT is((SELECT path(journey) FROM j WHERE lead = 1), 'lead > mql > recycled > mql > sql > customer', 'path');
SELECT is(path('3:{2026-01-01T00:00Z 1, 2026-01-02T00:00Z 1+3}'::journey), '1 > 1+3', 'path of conditions');
SELECT is(path('{}'::journey), NULL, 'path of nothing');
SELECT is((SELECT first_at(journey) || ' ' || last_at(journey) || ' ' || event_count(journey) FROM j WHERE lead = 3), '2026-01-05 00:00:00+00 2026-01-07 00:00:00+00 2', 'first, last and count');
SELECT is((SELECT string_agg(concat_ws(' ', event_order, at::date, stage, conditions), ', ') FROM j, events(journey) WHERE lead = 2), '1 2026-01-01 lead, 2 2026-01-01 mql', 'events of stages');
SELECT is((SELECT string_agg(concat_ws(' ', event_order, at::date, stage, conditions), ', ') FROM events('3:{2026-01-02T00:00Z 1+3, 2026-01-01T00:00Z 2}')), '1 2026-01-01 {2}, 2 2026-01-02 {1,3}', 'events of conditions');
SELECT is((SELECT string_agg(concat_ws(' ', from_stage, to_stage, at::date, stay), ', ' ORDER BY transition_order) FROM j, transitions(journey) WHERE lead = 1),
    'lead mql 2026-01-04 3 days, mql recycled 2026-01-10 6 days, recycled mql 2026-02-01 22 days, mql sql 2026-02-03 2 days, sql customer 2026-03-01 26 days 12:00:00', 'transitions');
SELECT is(pg_temp.error_of($$SELECT align.current('2:{}')$$),
    '42804 | this journey has no stages: it was built from 2 conditions | A reader of stages needs a journey of stages; events, path and funnel_level read any. | Build it by journey(stage, at).', 'a reader of stages needs stages');

-- conditions
SELECT is((SELECT journey(at, stage = 'lead', stage = 'mql', NULL)::text FROM event WHERE lead = 2), '3:{2026-01-01T00:00:00Z 1, 2026-01-01T00:00:00Z 2}', 'a NULL condition is false');
SELECT is((SELECT journey(at, stage = 'churned')::text FROM event WHERE lead = 2), '1:{}', 'rows without a true condition leave an empty journey');
SELECT is((SELECT journey(at, false) FROM event WHERE lead = 99), NULL, 'no row is no journey');
SELECT is(pg_temp.error_of($$SELECT align.journey(now(), VARIADIC array_fill(true, ARRAY[32]))$$),
    '22023 | invalid number of steps: 32 | A funnel has 1 to 31 steps, in one dimension. | Leave out steps, or join some by OR.', 'at most 31 conditions');
SELECT is((SELECT event_count(journey(timestamptz '2026-01-01Z', VARIADIC array_fill(true, ARRAY[31])))), 1, '31 conditions');

-- bad input
SELECT is(pg_temp.error_of($$SELECT align.journey('lead'::align.stage, 'infinity')$$),
    '22008 | invalid instant: infinity | An event happens at a finite instant. | Write NULL for an event that has not happened.', 'an infinite instant');
SELECT is(pg_temp.error_of($$SELECT align.journey(timestamptz '-infinity', true)$$),
    '22008 | invalid instant: -infinity | An event happens at a finite instant. | Write NULL for an event that has not happened.', 'an infinite instant of a condition');
SELECT is(pg_temp.error_of($$SELECT '{2026-01-01 lead}'::align.journey$$),
    '22P02 | invalid journey: "{2026-01-01 lead}" | An event begins with an ISO instant with a zone. | Write {2026-01-05T10:00:00Z lead, 2026-01-09T12:00:00Z mql}, or build it by the aggregate journey.', 'text without a zone');
SELECT matches(pg_temp.error_of(format('SELECT %L::align.journey', t)), '^22P02 \| invalid journey', 'bad text: ' || t)
FROM unnest('{"",lead,"{2026-01-01T00:00Z mqll}","{2026-01-01T00:00Z lead","{2026-01-01T00:00Z lead} x","0:{}","32:{}","2:{2026-01-01T00:00Z 3}","2:{2026-01-01T00:00Z}","2:{2026-01-01T00:00Z 1,}","2/-5:{}","2/:{}"}'::text[]) t;

-- extremes keep their instants
SELECT is(('{-4712-01-01T00:00:00Z lead, 0001-01-01T00:00:00.000001Z mql, +294276-12-31T23:59:59.999999Z customer}'::journey)::text,
    '{-4712-01-01T00:00:00Z lead, 0001-01-01T00:00:00.000001Z mql, +294276-12-31T23:59:59.999999Z customer}', 'the first and the last instant');

SELECT is(time_in('{-4712-01-01T00:00:00Z lead}'::journey, 'lead'::stage, '294276-12-31Z'), interval '109203489 days', 'time_in: all of history');
SELECT is((SELECT stay FROM transitions('{-4712-01-01T00:00:00Z lead, +294276-12-31T00:00:00Z mql}'::journey)), interval '109203489 days', 'transitions: all of history');

-- the views and functions over leads
INSERT INTO lead (key, source) VALUES ('a', 'web'), ('b', NULL), ('c', 'web');
INSERT INTO stage_event (lead, stage, at, recorded_at)
SELECT l.id, e.stage, e.at, e.at + interval '3 days' FROM event e JOIN lead l ON l.key = CASE e.lead WHEN 1 THEN 'a' WHEN 3 THEN 'b' END;
SELECT results_eq($$SELECT lead_key, stage, since_at, furthest_stage, event_count FROM lead_stage ORDER BY lead_key$$,
    $$VALUES ('a'::text, 'customer'::text, '2026-03-01 12:00Z'::timestamptz, 'customer'::text, 7), ('b', 'lead', '2026-01-07Z', 'customer', 2), ('c', NULL, NULL, NULL, 0)$$, 'lead_stage');
SELECT results_eq($$SELECT lead_key, stage, event_count FROM lead_stage('2026-01-09Z') ORDER BY lead_key$$,
    $$VALUES ('a'::text, 'mql'::text, 3), ('b', 'customer', 1)$$, 'lead_stage as it was known then');
SELECT results_eq($$SELECT stage, lead_count, oldest_since_at, p50_days FROM stage_now('2026-03-11 12:00Z') ORDER BY stage_order$$,
    $$VALUES ('lead'::text, 1::bigint, '2026-01-07Z'::timestamptz, 63.5::float8), ('customer', 1, '2026-03-01 12:00Z', 10)$$, 'stage_now');
-- a came back to mql on 1 February, b stands in lead since 7 January: 1.5 and 26.5 days by noon of the 2nd; noon of 5 January is half a day after b became customer
SELECT results_eq($$SELECT stage, lead_count, oldest_since_at, p50_days FROM stage_now('2026-02-02 12:00Z') ORDER BY stage_order$$,
    $$VALUES ('lead'::text, 1::bigint, '2026-01-07Z'::timestamptz, 26.5::float8), ('mql', 1, '2026-02-01Z', 1.5)$$, 'of a past instant: without what came later');
SELECT is((SELECT p50_days FROM stage_now('2026-01-05 12:00Z') WHERE stage = 'customer'), 0.5::float8, 'nothing is negative');
SELECT is((SELECT count(*) FROM stage_now('2025-12-31Z')), 0::bigint, 'before the first event nobody is anywhere');
SELECT results_eq($$SELECT lead_key, from_stage, to_stage, at FROM stage_violation$$,
    $$VALUES ('b'::text, 'customer'::text, 'lead'::text, '2026-01-07Z'::timestamptz)$$, 'stage_violation lists what no policy allows');

SELECT * FROM finish();
ROLLBACK;
