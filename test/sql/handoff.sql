\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(38);

-- eight hours a day in Berlin. Sales takes up an mql (with sql) within 8 hours, and says within 4 why not; marketing takes back what was recycled within 40
INSERT INTO calendar VALUES ('berlin', 'Berlin', 'Europe/Berlin', 'mon-fri 09:00-17:00');
INSERT INTO sla (key, from_stage, to_stage, giver, taker, within, calendar, feedback) VALUES
    ('take up', 'mql', 'sql', 'marketing', 'sales', '8 hours', 'berlin', false),
    ('say why', 'mql', 'sql', 'sales', 'marketing', '4 hours', 'berlin', true),
    ('again', 'recycled', 'mql', 'sales', 'marketing', '40 hours', 'berlin', false);
INSERT INTO lead (key, segment, owner) SELECT k, CASE WHEN k < 'D' THEN 'Small' ELSE 'Big' END, 'Ann' FROM unnest('{A,B,C,D,E,F,G,H,I,J,K}'::text[]) k;
INSERT INTO stage_event (lead, stage, at, reason) SELECT l.id, e.stage::stage, e.at::timestamptz, e.reason FROM (VALUES
    ('A', 'mql', '2026-03-02 09:00+01', NULL), ('A', 'sal', '2026-03-02 10:00+01', NULL), ('A', 'sql', '2026-03-02 12:00+01', NULL),     -- taken up after 3 hours; sal between is nothing
    ('B', 'mql', '2026-03-02 09:00+01', NULL), ('B', 'opportunity', '2026-03-03 11:00+01', NULL),                                        -- leaked after 10
    ('C', 'mql', '2026-03-02 16:00+01', NULL), ('C', 'disqualified', '2026-03-03 10:00+01', 'too small'),                                -- refused after 2, and said why
    ('D', 'mql', '2026-03-02 09:00+01', NULL), ('D', 'recycled', '2026-03-06 09:00+01', NULL),                                           -- recycled after 32
    ('D', 'mql', '2026-03-09 09:00+01', NULL), ('D', 'sql', '2026-03-09 10:00+01', NULL),                                                -- given again after 8, taken up after 1
    ('E', 'mql', '2026-03-30 09:00+02', NULL), ('E', 'sql', '2026-03-31 09:00+02', NULL),                                                -- waits for 6 by then
    ('F', 'mql', '2026-03-27 09:00+01', NULL),                                                                                           -- waits for 14
    ('G', 'mql', '2026-03-02 09:00+01', NULL), ('G', 'lead', '2026-03-02 10:00+01', NULL),                                               -- sent back after 1
    ('H', 'mql', '2026-03-02 09:00+01', NULL), ('H', 'mql', '2026-03-02 11:00+01', NULL), ('H', 'sql', '2026-03-02 13:00+01', NULL),     -- logged twice: one handoff, taken up after 4
    ('I', 'lead', '2026-03-02 09:00+01', NULL),
    ('J', 'mql', '2026-03-02 09:00+01', NULL), ('J', 'sal', '2026-03-02 10:00+01', NULL), ('J', 'mql', '2026-03-03 09:00+01', NULL),     -- back after 8, and waits for 19 days and 6 hours
    ('K', 'mql', '2026-03-30 16:00+02', NULL)) e(key, stage, at, reason) JOIN lead l USING (key);
INSERT INTO verdict (lead, definition, team, qualified, reason, at) SELECT id, 'mql', 'sales', false, 'no budget', '2026-03-09 11:00+01' FROM lead WHERE key = 'D';

CREATE TEMP VIEW h AS SELECT * FROM handoff('2026-03-30 15:00+02');
SELECT results_eq($$SELECT lead_key, outcome, worked_hours, is_breach, breached_by FROM h WHERE sla = 'take up' ORDER BY lead_key, given_at$$,
    $$VALUES ('A'::text, 'accepted'::text, 3.000, false, NULL::text), ('B', 'leaked', 10.000, true, 'sales'), ('C', 'refused', 2.000, false, NULL), ('D', 'recycled', 32.000, true, 'sales'), ('D', 'accepted', 1.000, false, NULL),
        ('E', 'waiting', 6.000, false, NULL), ('F', 'breached', 14.000, true, 'sales'), ('G', 'recycled', 1.000, false, NULL), ('H', 'accepted', 4.000, false, NULL),
        ('J', 'recycled', 8.000, true, 'sales'), ('J', 'breached', 158.000, true, 'sales')$$, 'every handoff, by hand');
SELECT is((SELECT due_at || ' ' || settled_at || ' ' || owner || ' ' || segment || ' ' || giver || ' ' || taker || ' ' || from_stage || ' ' || to_stage FROM h WHERE sla = 'take up' AND lead_key = 'C'),
    '2026-03-03 15:00:00+00 2026-03-03 09:00:00+00 Ann Small marketing sales mql sql', 'due at 16:00 in Berlin, settled at 10:00');
SELECT is((SELECT string_agg(lead_key || ': ' || reason, ', ' ORDER BY lead_key) FROM h WHERE sla = 'take up' AND reason IS NOT NULL), 'C: too small, D: no budget', 'reasons, of the event or the team''s verdict');
-- D said why on Monday: Friday's 8 hours and 2 more; G and J never did: 02 March 10:00 is 7 + 19 * 8 + 6 hours ago, 03 March 09:00 is 158
SELECT results_eq($$SELECT lead_key, outcome, worked_hours, is_breach, breached_by, reason FROM h WHERE is_feedback ORDER BY lead_key$$,
    $$VALUES ('C'::text, 'accepted'::text, 0.000, false, NULL::text, 'too small'::text), ('D', 'accepted', 10.000, true, 'sales', 'no budget'), ('G', 'breached', 165.000, true, 'sales', NULL), ('J', 'breached', 158.000, true, 'sales', NULL)$$, 'the other direction: who said why, and when');
SELECT is((SELECT string_agg(lead_key || ' ' || outcome || ' ' || worked_hours, ', ') FROM h WHERE sla = 'again'), 'D accepted 8.000', 'from an exit back to the path');
SELECT is((SELECT count(*) FROM handoff('2026-03-02 09:30+01')), 6::bigint, 'as of then: what was given by then');
SELECT is((SELECT string_agg(DISTINCT outcome, ',') FROM handoff('2026-03-02 09:30+01')), 'waiting', 'and nothing of what came later');
SELECT is((SELECT count(*) FROM handoff_now), (SELECT count(*) FROM handoff(now())), 'the view is as of now');

-- Kaplan and Meier of 11 by hand: 1 1 2 3 4 answered, 6 waits, 8 answered, 10 leaked, 14 waits, 32 answered, 158 waits. After 4: 6/11; after 8: 6/11 * 4/5 = 0.436
SELECT is((SELECT s::text FROM handoff_summary(NULL, '2026-03-30 15:00+02', false, false) s WHERE sla = 'take up'), '("take up",marketing,sales,,,11,3,1,3,1,1,2,0.375000,8.000,,5,0.500000,sales)', 'summary, by hand');
SELECT is((SELECT s::text FROM handoff_summary(NULL, '2026-03-30 15:00+02', false, false) s WHERE sla = 'say why'), '("say why",sales,marketing,,,4,2,0,0,0,0,2,1.000000,10.000,,3,0.750000,sales)', 'of feedback the giver breaches');
SELECT results_eq($$SELECT segment, owner, handoff_count, accepted_ratio FROM handoff_summary(NULL, '2026-03-30 15:00+02') WHERE sla = 'take up'$$, $$VALUES ('Big'::text, 'Ann'::text, 8::bigint, 0.400000), ('Small', 'Ann', 3, 0.333333)$$, 'by segment and owner');
SELECT results_eq($$SELECT segment, owner FROM handoff_summary(NULL, '2026-03-30 15:00+02', by_segment => false) WHERE sla = 'take up'$$, $$VALUES (NULL::text, 'Ann'::text)$$, 'by owner alone');
SELECT is((SELECT handoff_count FROM handoff_summary('2026-W10', '2026-03-30 15:00+02', false, false) WHERE sla = 'take up'), 8::bigint, 'of a period');
SELECT is((SELECT count(*) FROM handoff_summary('2025', '2026-03-30 15:00+02')), 0::bigint, 'none in another');
UPDATE sla SET since_at = '2026-03-09Z' WHERE key = 'take up';
SELECT is((SELECT string_agg(lead_key, '' ORDER BY lead_key) FROM h WHERE sla = 'take up'), 'DEF', 'what was given before the agreement is left out');
UPDATE sla SET since_at = NULL WHERE key = 'take up';

-- single journeys
CREATE FUNCTION pg_temp.ends(steps text, first text, second text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(h.outcome || coalesce(' ' || h.settled_stage, ''), ', ')
    FROM (SELECT align.journey(s::align.stage, timestamptz '2026-01-01Z' + n * interval '1 day') AS j FROM unnest(string_to_array(steps, ' ')) WITH ORDINALITY t(s, n)) x,
        align.handoffs(x.j, first::align.stage, second::align.stage, '2026-12-31Z') h $$;
SELECT results_eq($$SELECT pg_temp.ends(s, 'mql', 'sql') FROM unnest('{lead mql sal sql,mql lost,mql churned,mql customer,mql recycled mql sql,mql sal mql mql sql,mql visitor mql,sal sql,mql sql mql disqualified,mql sal}'::text[]) WITH ORDINALITY t(s, n) ORDER BY n$$,
    $$VALUES ('accepted sql'::text), ('refused lost'), ('refused churned'), ('leaked customer'), ('recycled recycled, accepted sql'), ('recycled mql, accepted sql'), ('recycled visitor, waiting'), (NULL), ('accepted sql, refused disqualified'), ('waiting')$$, 'how handoffs end');
SELECT results_eq($$SELECT pg_temp.ends(s, 'recycled', 'mql') FROM unnest('{mql recycled mql,recycled subscriber mql,recycled sql,recycled disqualified,recycled lead recycled mql}'::text[]) WITH ORDINALITY t(s, n) ORDER BY n$$,
    $$VALUES ('accepted mql'::text), ('accepted mql'), ('leaked sql'), ('refused disqualified'), ('recycled recycled, accepted mql')$$, 'from an exit nothing on the path is before');
SELECT is((SELECT count(*) FROM align.handoffs('{}'::align.journey, 'mql', 'sql', '2026-12-31Z')), 0::bigint, 'an empty journey');

-- many, against plain SQL
CREATE TEMP TABLE many AS SELECT (i * 7919 % 3001)::bigint AS lead, (ARRAY['lead', 'mql', 'sal', 'sql', 'opportunity', 'recycled', 'disqualified'])[1 + (hashint8extended(i, 1) & 15) % 7]::stage AS stage,
    timestamptz '2024-01-01Z' + (hashint8extended(i, 2) & 1048575) * interval '37 s' AS at FROM generate_series(1, 30000) i;
CREATE TEMP TABLE ours AS SELECT j.lead, h.* FROM (SELECT lead, journey(stage, at) AS j FROM many GROUP BY lead) j, handoffs(j.j, 'mql', 'sql', '2025-01-01Z') h;
CREATE TEMP TABLE plain AS
WITH entry AS (SELECT * FROM (SELECT DISTINCT lead, stage, at, lag(stage) OVER (PARTITION BY lead ORDER BY at, stage) AS before FROM many WHERE at <= '2025-01-01Z') e WHERE stage IS DISTINCT FROM before)
SELECT g.lead, g.at AS given_at, COALESCE(CASE WHEN n.stage = 'sql' THEN 'accepted' WHEN n.stage = 'opportunity' THEN 'leaked' WHEN n.stage = 'disqualified' THEN 'refused' WHEN n.stage IS NOT NULL THEN 'recycled' END, 'waiting') AS outcome, n.at AS settled_at, n.stage AS settled_stage
FROM entry g LEFT JOIN LATERAL (SELECT * FROM entry n WHERE n.lead = g.lead AND (n.at, n.stage::int) > (g.at, g.stage::int) AND n.stage <> 'sal' ORDER BY n.at, n.stage LIMIT 1) n ON true
WHERE g.stage = 'mql';
SELECT cmp_ok((SELECT count(*) FROM plain), '>', 2000::bigint, 'many handoffs');
SELECT is_empty('(TABLE ours EXCEPT TABLE plain) UNION ALL (TABLE plain EXCEPT TABLE ours)', 'as plain SQL finds them');

-- announcements: each once
SELECT is((SELECT a::text FROM announce_breaches('2026-03-30 14:00+02', '1 hour') a), '(4,0)', 'past due: F and J, and the reasons of G and J');
SELECT is((SELECT a::text FROM announce_breaches('2026-03-30 15:00+02', '2 hours') a), '(0,1)', 'E has two hours left');
SELECT is((SELECT a::text FROM announce_breaches('2026-03-30 15:30+02', '2 hours') a), '(0,0)', 'nothing is announced again');
SELECT is((SELECT a::text FROM announce_breaches('2026-03-30 17:00:01+02', '2 hours') a), '(1,0)', 'E is past due');
SELECT is((SELECT string_agg(a.sla || ' ' || l.key || ' ' || kind, ', ' ORDER BY a.sla, l.key, kind) FROM handoff_announced a JOIN lead l ON l.id = a.lead), 'say why G breached, say why J breached, take up E approaching, take up E breached, take up F breached, take up J breached', 'what was announced');
SELECT is(handoff_message('given', 'take up', 'marketing', 'sales', 'mql', 'sql', false, 'A', 'Ann', '2026-03-02Z', '2026-03-03Z'),
    '{"to": "sql", "sla": "take up", "from": "mql", "kind": "given", "lead": "A", "giver": "marketing", "owner": "Ann", "taker": "sales", "due_at": "2026-03-03T00:00:00+00:00", "feedback": false, "given_at": "2026-03-02T00:00:00+00:00"}', 'a message');

-- a lead is read alone when an event comes in (in a table this small, by its key only where there is no other way)
SET LOCAL enable_seqscan = off;
SELECT matches(pg_temp.plan_of('SELECT * FROM (VALUES (1)) e(lead) CROSS JOIN LATERAL (SELECT r.* FROM align.handoff_rows(now(), false) r WHERE r.lead_id = e.lead OFFSET 0) h'), 'Index Cond: \(id = ', 'by its key');
SET LOCAL enable_seqscan = on;

-- who may write events and nothing else can do so, and is announced
CREATE ROLE handoff_writer;
GRANT INSERT ON stage_event TO handoff_writer;
SELECT id AS lead_i FROM lead WHERE key = 'I' \gset
SET LOCAL ROLE handoff_writer;
INSERT INTO stage_event (lead, stage, at) VALUES (:lead_i, 'mql', '2026-03-04Z');
RESET ROLE;
SELECT is((SELECT count(*) FROM h WHERE lead_key = 'I'), 1::bigint, 'the trigger asks nothing of who inserts');

-- bad input
SELECT is(pg_temp.error_of($$UPDATE align.sla SET within = '0' WHERE key = 'take up'$$), '22023 | invalid time of sla "take up": 00:00:00 | A handoff is due after some hours of working time; how many of them a day has is the calendar''s to say. | Write ''16 hours'' for two days of eight.', 'no time at all');
SELECT is((SELECT count(*) FROM unnest('{-1 hour,2 days,1 month,1 year -11 months}'::interval[]) w WHERE pg_temp.error_of(format('UPDATE align.sla SET within = %L WHERE key = ''take up''', w)) LIKE '22023 | invalid time of sla %'), 4::bigint, 'less than none, days and months');
SELECT is(pg_temp.error_of($$UPDATE align.sla SET giver = 'sales' WHERE key = 'take up'$$), '22023 | sla "take up" hands from team "sales" to itself | A handoff is between two teams. | Name the team that takes it as taker.', 'from a team to itself');
SELECT is(pg_temp.error_of($$UPDATE align.sla SET to_stage = 'lead' WHERE key = 'take up'$$), '22023 | invalid stages of sla "take up": from mql to lead | A lead is taken up with a stage of the path that comes after the one with which it was given. | vocabulary() lists the stages in order.', 'backward');
SELECT is((SELECT count(*) FROM unnest('{mql,lost,recycled}'::text[]) s WHERE pg_temp.error_of(format('UPDATE align.sla SET to_stage = %L WHERE key = ''take up''', s)) LIKE '22023 | invalid stages of sla %'), 3::bigint, 'to the same, or to an exit');
SELECT matches(pg_temp.error_of($$UPDATE align.sla SET giver = 'markting' WHERE key = 'take up'$$), '^P0002 \| unknown team: "markting"', 'an unknown team');
SELECT matches(pg_temp.error_of($$UPDATE align.sla SET calendar = 'mars' WHERE key = 'take up'$$), '^P0002 \| unknown calendar: "mars"', 'an unknown calendar');
SELECT matches(pg_temp.error_of($$UPDATE align.sla SET from_stage = 'mqll' WHERE key = 'take up'$$), '"mqll".*mql', 'an unknown stage');
SELECT is(pg_temp.error_of($$SELECT align.announce_breaches(ahead => '-1 hour')$$), '22023 | invalid time ahead: -01:00:00 | What is due within this much working time is announced as approaching. | Write ''2 hours'', or ''0'' for breaches alone.', 'a time ahead below zero');
SELECT matches(pg_temp.error_of($$SELECT align.handoff('infinity')$$) || pg_temp.error_of($$SELECT align.handoffs('2:{}', 'mql', 'sql', now())$$), 'invalid instant: infinity.*this journey has no stages', 'an infinite instant; a journey of conditions');

SELECT * FROM finish();
ROLLBACK;
