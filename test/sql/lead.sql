\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(65);

INSERT INTO account (key) VALUES ('acme');
INSERT INTO lead (key, account, source, owner, attrs) VALUES ('L1', (SELECT id FROM account), 'web', 'ann', '{"email": "bob@acme.example"}'), ('L2', NULL, 'fair', 'ann', '{}');

-- advance: the app backend's way, with plain text
SELECT results_eq($$SELECT * FROM advance('L1', 'lead', '2026-01-01Z')$$, $$VALUES (NULL::text, 'lead'::text, true)$$, 'the first stage');
SELECT results_eq($$SELECT * FROM advance('L1', 'Marketing Qualified Lead', '2026-01-02Z', actor => 'form', reason => 'score')$$, $$VALUES ('lead'::text, 'mql'::text, true)$$, 'the next, by an alias');
SELECT results_eq($$SELECT * FROM advance('L1', 'mql', '2026-01-03Z')$$, $$VALUES ('mql'::text, 'mql'::text, false)$$, 'there already: nothing moves');
SELECT results_eq($$SELECT stage::text, at, team, CASE actor WHEN session_user THEN 'postgres' ELSE actor END, reason FROM stage_event ORDER BY at$$,
    $$VALUES ('lead'::text, '2026-01-01Z'::timestamptz, 'marketing'::text, 'postgres'::text, NULL::text), ('mql', '2026-01-02Z', 'marketing', 'form', 'score')$$, 'what was recorded');
SELECT is(pg_temp.error_of($$SELECT align.advance('nobody', 'mql')$$),
    'P0002 | unknown lead: "nobody" | Table lead has no row with this key. | Insert the lead first, or load it by align_load.', 'an unknown lead');
SELECT matches(pg_temp.error_of($$SELECT align.advance('L1', 'custommer')$$), '^22P02 \| invalid stage: "custommer" \| No stage and no alias has this name. \| Perhaps you meant "customer"', 'an unknown stage');
SELECT matches(pg_temp.error_of($$SELECT align.advance('L1', NULL)$$), '^22004 \| invalid stage: NULL', 'no stage');
SELECT is(pg_temp.error_of($$SELECT align.advance('L1', 'sql', 'infinity')$$), '22008 | invalid instant: infinity | An instant is finite. | Leave the instant out to mean the present.', 'an infinite instant');
SELECT is(pg_temp.error_of($$SELECT align.advance('L1', 'sql', NULL)$$), '22008 | invalid instant: NULL | An instant is finite. | Leave the instant out to mean the present.', 'no instant');
SELECT is(pg_temp.error_of($$SELECT align.advance('L1', 'sql', '2026-01-01Z')$$),
    '22023 | lead "L1" cannot move to sql at 2026-01-01 00:00:00+00 | It is in mql since 2026-01-02 00:00:00+00, which is later. | Load history by align_load or INSERT; advance moves a lead forward in time.', 'back in time');
SELECT is(pg_temp.error_of($$SELECT align.advance('L1', 'churned', '2026-01-05Z')$$),
    '23514 | lead "L1" cannot move from mql to churned | From mql the policy allows: sal, sql, opportunity, proposal, negotiation, customer, recycled, disqualified. | Move it there first, or allow the move in table transition.', 'a move that no policy allows');
SELECT matches(pg_temp.error_of($$SELECT align.advance('L1', 'sql', '2026-01-05Z', team => 'nobody')$$), '^P0002 \| unknown team: "nobody" \| There are: .*sales\. \|', 'an unknown team');
INSERT INTO transition (from_stage, to_stage) VALUES ('mql', 'churned');
SELECT results_eq($$SELECT * FROM advance('L1', 'churned', '2026-01-05Z')$$, $$VALUES ('mql'::text, 'churned'::text, true)$$, 'until the policy allows it');
UPDATE transition SET allowed = false WHERE from_stage = 'churned' AND to_stage = 'lead';
SELECT matches(pg_temp.error_of($$SELECT align.advance('L1', 'lead', '2026-01-06Z')$$), '^23514 ', 'a move that the company forbids');
SELECT ok(NOT (SELECT builtin FROM transition WHERE from_stage = 'churned' AND to_stage = 'lead'), 'an edited policy is the user''s');
SELECT is((SELECT count(*) FROM stage_event), 3::bigint, 'refused moves left nothing');
SELECT is(replace(pg_temp.error_of(format('SELECT align.advance(%L, %L, %L)', 'L1', 'lead', f.at)), f.at::text, 'T'),
    '22008 | invalid instant: T | It lies in the future, and what is recorded stays. | Leave the instant out to mean the present.', 'nobody moves in the future') FROM (SELECT clock_timestamp() + interval '1 day') f(at);

-- at one instant, as calls of one transaction are: each comes after the one before
INSERT INTO lead (key) VALUES ('T1');
SELECT results_eq(format($$SELECT * FROM advance('T1', %L, '2026-02-01Z')$$, m.stage), format($$VALUES (%L::text, %L::text, true)$$, m.before, m.stage), 'T1 to ' || m.stage)
FROM (VALUES (NULL, 'sql'), ('sql', 'recycled'), ('recycled', 'sql'), ('sql', 'recycled'), ('recycled', 'lead')) m(before, stage);
-- the same over several transactions: an export by days, the second move a microsecond after the first
INSERT INTO lead (key) VALUES ('T2');
INSERT INTO stage_event (lead, at, stage, recorded_at) SELECT id, at, stage::stage, '2026-02-02Z' FROM lead, (VALUES (timestamptz '2026-02-01Z', 'recycled'), ('2026-02-01 00:00:00.000001Z', 'mql')) e(at, stage) WHERE key = 'T2';
SELECT results_eq($$SELECT * FROM advance('T2', 'sal', '2026-02-01Z')$$, $$VALUES ('mql'::text, 'sal'::text, true)$$, 'moves at one instant, of several transactions');
SELECT results_eq($$SELECT e.stage::text, EXTRACT(microseconds FROM e.at)::integer FROM stage_event e JOIN lead l ON l.id = e.lead WHERE l.key = 'T1' ORDER BY e.at, e.stage$$,
    $$VALUES ('sql', 0), ('recycled', 0), ('sql', 1), ('recycled', 1), ('lead', 2)$$, 'a microsecond later where the order of stages would hide it');

-- the shipped policy
SELECT is((SELECT string_agg(to_stage::text, ' ' ORDER BY to_stage) FROM transition WHERE from_stage = 'customer' AND allowed), 'onboarded renewed expanded advocate churned', 'from customer');
SELECT is((SELECT string_agg(to_stage::text, ' ' ORDER BY to_stage) FROM transition WHERE from_stage = 'negotiation' AND allowed), 'customer recycled disqualified lost', 'from negotiation');
SELECT is((SELECT string_agg(to_stage::text, ' ' ORDER BY to_stage) FROM transition WHERE from_stage = 'lost' AND allowed), 'subscriber lead mql sal sql opportunity recycled disqualified', 'from lost');
SELECT is((SELECT count(*) FROM transition WHERE from_stage = 'disqualified' AND allowed), 0::bigint, 'from disqualified');

-- constraints
SELECT throws_ok($$INSERT INTO lead (key) VALUES ('')$$, '23514', NULL, 'an empty key');
SELECT throws_ok($$INSERT INTO lead (key) VALUES ('L1')$$, '23505', NULL, 'a key twice');
SELECT throws_ok($$INSERT INTO stage_event (lead, stage, at) VALUES (-1, 'lead', now())$$, '23503', NULL, 'an event of an unknown lead');
SELECT throws_ok($$INSERT INTO stage_event (lead, stage, at) SELECT id, 'lead', 'infinity' FROM lead$$, '23514', NULL, 'an infinite instant');
SELECT throws_ok($$INSERT INTO stage_event (lead, stage, at) SELECT id, 'lead', NULL FROM lead$$, '23502', NULL, 'no instant');
SELECT throws_ok($$INSERT INTO stage_event (lead, stage, at) SELECT id, 'lead', '2026-01-01Z' FROM lead WHERE key = 'L1'$$, '23505', NULL, 'an event twice');
SELECT throws_ok($$INSERT INTO deal (key, outcome) VALUES ('D1', 'maybe')$$, '23514', NULL, 'a deal is open, won or lost');
SELECT throws_ok($$INSERT INTO deal (key, closed_at) VALUES ('D1', now())$$, '23514', NULL, 'an open deal is not closed');
SELECT throws_ok(format($$INSERT INTO deal (key, outcome, %I) VALUES ('D1', 'won', %L)$$, c, i), '23514', NULL, c || ' at ' || i) FROM unnest('{opened_at,closed_at}'::text[]) c, unnest('{infinity,-infinity}'::text[]) i;
SELECT throws_ok(format($$INSERT INTO deal (key, amount) VALUES ('D1', %L)$$, a), '23514', NULL, 'no amount: ' || a) FROM unnest('{NaN,Infinity,-Infinity}'::text[]) a;
SELECT throws_ok($$INSERT INTO stage_label VALUES ('crm', 'WON', 'customer'), ('crm', 'won', 'lost')$$, '23505', NULL, 'a word means one stage in any case');
SELECT throws_ok($$DELETE FROM lead WHERE key = 'L1'$$, '23503', NULL, 'a lead with history stays');

-- the company's own words
INSERT INTO stage_label VALUES ('crm', 'Verbal yes', 'negotiation'), ('crm', 'Lead', 'mql');
SELECT is(to_stage('crm', 'VERBAL YES')::text, 'negotiation', 'a word of its own');
SELECT is(to_stage('crm', 'lead')::text, 'mql', 'goes before the alias');
SELECT is(to_stage('other', 'lead')::text, 'lead', 'in its own system only');
SELECT is(to_stage('crm', 'whatever'), NULL, 'an unknown word');

-- what was known when
INSERT INTO stage_event (lead, stage, at, recorded_at) SELECT id, s, a, r FROM lead,
    (VALUES ('lead'::stage, '2026-01-01Z'::timestamptz, '2026-01-01Z'::timestamptz), ('mql', '2026-01-20Z', '2026-01-21Z'), ('sal', '2026-01-10Z', '2026-02-01Z')) v (s, a, r) WHERE key = 'L2';
SELECT results_eq($$SELECT stage, from_at, until_at FROM stage_history('2026-01-31Z') WHERE lead_key = 'L2' ORDER BY from_at$$,
    $$VALUES ('lead'::text, '2026-01-01Z'::timestamptz, '2026-01-20Z'::timestamptz), ('mql', '2026-01-20Z', NULL)$$, 'as it was known in January');
SELECT results_eq($$SELECT stage, from_at, until_at FROM stage_history('2026-02-01Z') WHERE lead_key = 'L2' ORDER BY from_at$$,
    $$VALUES ('lead'::text, '2026-01-01Z'::timestamptz, '2026-01-10Z'::timestamptz), ('sal', '2026-01-10Z', '2026-01-20Z'), ('mql', '2026-01-20Z', NULL)$$, 'and as we know it since');

-- forgetting
CREATE TEMP TABLE counted AS SELECT funnel(journey, '{lead,mql,sal}', NULL) AS f, (SELECT flow(lead, stage, at) FROM stage_event) AS w FROM lead_journey;
INSERT INTO deal (key, lead, account, owner, amount, outcome, reason) SELECT 'D1', l.id, l.account, 'ann', 100, 'won', 'bob liked it' FROM lead l WHERE key = 'L1';
INSERT INTO touch (lead, at, channel, asset) SELECT id, '2026-01-01Z', 'mail', 'letter to bob' FROM lead WHERE key = 'L1';
SELECT is(forget('L1'), true, 'a lead is forgotten');
SELECT is(forget('L1'), false, 'only once');
SELECT is(forget('nobody'), false, 'an unknown one is not there');
SELECT is((SELECT count(*) FROM (SELECT l::text AS t FROM lead l UNION ALL SELECT e::text FROM stage_event e UNION ALL SELECT d::text FROM deal d UNION ALL SELECT t::text FROM touch t) x
    WHERE t ~ 'L1|D1|bob|acme' OR (t ~ 'ann' AND t !~ 'L2')), 0::bigint, 'nothing tells who it was');
SELECT is((SELECT funnel(journey, '{lead,mql,sal}', NULL) FROM lead_journey), (SELECT f FROM counted), 'the funnel counts it still');
SELECT is((SELECT flow(lead, stage, at) FROM stage_event), (SELECT w FROM counted), 'and so does the flow');
SELECT is((SELECT sum(amount) FROM deal WHERE outcome = 'won'), 100::numeric, 'and the amount');
SELECT lives_ok($$INSERT INTO lead (key) VALUES ('L1')$$, 'the key is free');

-- history is append-only: the owner of the table may, nobody else
CREATE ROLE align_test_clerk;
GRANT USAGE ON SCHEMA align TO align_test_clerk;
GRANT ALL ON ALL TABLES IN SCHEMA align TO align_test_clerk;
SET LOCAL ROLE align_test_clerk;
SELECT matches(pg_temp.error_of(s), '^42501 \| table align.stage_event is append-only: ' || split_part(s, ' ', 1), split_part(s, ' ', 1) || ' of history is refused') FROM unnest(ARRAY[
    'UPDATE align.stage_event SET at = now()', 'DELETE FROM align.stage_event', 'TRUNCATE align.stage_event']) s;
SELECT matches(pg_temp.error_of($$SELECT align.advance('L2', 'sql')$$), '^42501 ', 'advance is not open to PUBLIC');
SELECT matches(pg_temp.error_of($$SELECT align.forget('L2')$$), '^42501 ', 'forget is not open to PUBLIC');
RESET ROLE;
SELECT lives_ok('DELETE FROM stage_event', 'the owner may');

SELECT * FROM finish();
ROLLBACK;
