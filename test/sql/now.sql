\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(60);

-- the present of all tests: Monday 16 February 2026, noon
CREATE FUNCTION pg_temp.day() RETURNS timestamptz IMMUTABLE LANGUAGE sql RETURN '2026-02-16 12:00+00'::timestamptz;
CREATE FUNCTION pg_temp.rows_of(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
BEGIN
    EXECUTE 'SELECT count(*) FROM (' || query || ') q' INTO n;
    RETURN n;
END $$;
CREATE FUNCTION pg_temp.item(level text, key text, parent text DEFAULT NULL, period text DEFAULT NULL, due date DEFAULT NULL, progress numeric DEFAULT 0, status text DEFAULT 'active',
    value numeric DEFAULT NULL, team text DEFAULT 'marketing', budget numeric DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
    INSERT INTO align.plan_item (key, level, parent, title, team, period, due, progress, status, value, budget)
    VALUES ($2, $1, (SELECT id FROM align.plan_item WHERE key = $3), 'Do ' || $2, $9, $4::align.period, $5, $6, $7, $8, $10) $$;
CREATE FUNCTION pg_temp.keys(team text, kind text) RETURNS text LANGUAGE sql RETURN (SELECT string_agg(f.key, ' ' ORDER BY f.rank) FROM align.now_for($1, pg_temp.day()) f WHERE f.kind = $2);
CREATE FUNCTION pg_temp.why(team text, kind text, key text) RETURNS text LANGUAGE sql RETURN (SELECT f.why_now FROM align.now_for($1, pg_temp.day()) f WHERE f.kind = $2 AND f.key = $3);

-- nothing, and nobody
SELECT is_empty($$SELECT * FROM now_for('marketing', pg_temp.day())$$, 'an empty company has nothing to do');
SELECT is_empty('SELECT * FROM now_for()', 'for marketing, now, unless said');
SELECT matches(pg_temp.error_of($$SELECT now_for('publishing')$$), '^P0002 \| unknown team: "publishing" \| There are: .*marketing.* \| Enter it into table team first.$', 'an unknown team');
SELECT matches(pg_temp.error_of('SELECT now_for(NULL)'), '^P0002 \| unknown team: "NULL"', 'no team');
SELECT matches(pg_temp.error_of($$SELECT now_for(at => 'infinity')$$), '^22008 \| invalid instant: infinity', 'an infinite instant');
SELECT matches(pg_temp.error_of('SELECT now_for(at => NULL)'), '^22008 \| invalid instant: NULL', 'no instant');
SELECT results_eq('SELECT kind FROM now_kinds() ORDER BY kind_order', $$VALUES ('handoff breached'::text), ('handoff nearly breached'), ('measure off track'), ('rock behind pace'), ('activity due'),
    ('message to repeat'), ('review due'), ('request to do'), ('request to answer'), ('signature owed'), ('answer owed')$$, 'the kinds in their order');

-- rocks: on the day 46 of the quarter's 90 days are over, 0.5111; behind when more than 0.1 is missing
SELECT pg_temp.item('mission', 'M'), pg_temp.item('goal', 'G', 'M'), pg_temp.item('strategy', 'S', 'G') \g /dev/null
SELECT pg_temp.item('strategy', 'S-maybe', 'G', status => 'proposed'), pg_temp.item('strategy', 'S-gone', 'G', status => 'dropped') \g /dev/null
SELECT pg_temp.item('rock', 'behind', 'S', '2026-Q1', progress => 0.41), pg_temp.item('rock', 'pace', 'S', '2026-Q1', progress => 0.42),
    pg_temp.item('rock', 'late', 'S', '2026-Q1', '2026-02-13', 0.95), pg_temp.item('rock', 'full', 'S', '2026-Q1', '2026-02-13', 1),
    pg_temp.item('rock', 'done', 'S', '2026-Q1', status => 'done'), pg_temp.item('rock', 'proposed', 'S', '2026-Q1', status => 'proposed'), pg_temp.item('rock', 'dropped', 'S', '2026-Q1', status => 'dropped'),
    pg_temp.item('rock', 'deferred', 'S-maybe', '2026-Q1'), pg_temp.item('rock', 'cut', 'S-gone', '2026-Q1'), pg_temp.item('rock', 'next', 'S', '2026-Q2'), pg_temp.item('rock', 'ever', 'S'),
    pg_temp.item('rock', 'old', 'S', '2025-Q4', progress => 0.5), pg_temp.item('rock', 'theirs', 'S', '2026-Q1', team => 'sales') \g /dev/null
SELECT is(pg_temp.keys('marketing', 'rock behind pace'), 'old late behind', 'rocks behind pace, due first: decided, begun, not full');
SELECT is(pg_temp.keys('sales', 'rock behind pace'), 'theirs', 'each team has its own');
SELECT is(pg_temp.why('marketing', 'rock behind pace', 'behind'), '41 % is done, and 51 % of its time is over; due 31 Mar 2026, in 43 days.', 'why: progress against time');
SELECT is(pg_temp.why('marketing', 'rock behind pace', 'late'), '95 % is done, and 100 % of its time is over; due 13 Feb 2026, 3 days ago.', 'past due');
SELECT is(pg_temp.why('marketing', 'rock behind pace', 'old'), '50 % is done, and 100 % of its time is over; due 31 Dec 2025, 47 days ago.', 'of a quarter that is over');
UPDATE plan_item SET status = 'done' WHERE key IN ('late', 'old', 'theirs');

-- what is unfunded is not in it
SELECT pg_temp.item('rock', 'paid', 'S', '2026-Q1'), pg_temp.item('rock', 'unpaid', 'S', '2026-Q1'), pg_temp.item('rock', 'zero', 'S', '2026-Q1'), pg_temp.item('rock', 'own', 'S', '2026-Q1', budget => 500), pg_temp.item('rock', 'none', 'S', '2026-Q1', budget => 0) \g /dev/null
INSERT INTO budget_line (item, period, category, amount)
SELECT i.id, l.period::period, 'events', l.amount FROM (VALUES ('paid', '2026-Q1', 1000), ('paid', '2026-Q2', 5000), ('unpaid', '2026-Q2', 1000), ('zero', '2026-Q1', 0)) l(key, period, amount) JOIN plan_item i USING (key);
INSERT INTO spend (item, at, amount) SELECT id, '2026-02-01', 1250.50 FROM plan_item WHERE key = 'paid';
INSERT INTO spend (item, at, amount) SELECT id, '2026-03-01', 10 FROM plan_item WHERE key = 'paid';
SELECT is(pg_temp.keys('marketing', 'rock behind pace'), 'behind none own paid', 'without money that it needs a rock is left out');
SELECT is(pg_temp.why('marketing', 'rock behind pace', 'paid'), '0 % is done, and 51 % of its time is over; due 31 Mar 2026, in 43 days. 1,250.50 of 1,000 is spent.', 'money given and spent by that day');
SELECT is(pg_temp.why('marketing', 'rock behind pace', 'own') ~ 'Nothing of 500 is spent\.$', true, 'a budget without lines is money given');
SELECT results_eq($$SELECT i.key, funded_amount(i.id, '2026-02-16') FROM plan_item i WHERE i.key IN ('paid', 'unpaid', 'zero', 'own', 'none', 'behind') ORDER BY 1$$,
    $$VALUES ('behind'::text, NULL::numeric), ('none', NULL), ('own', 500), ('paid', 1000), ('unpaid', 0), ('zero', 0)$$, 'funded_amount');
-- progress is that of the work below: (10 * 0.5 + 30 * 0) / 40
SELECT pg_temp.item('activity', 'half', 'paid', '2026-03', progress => 0.5), pg_temp.item('activity', 'not', 'paid', '2026-03') \g /dev/null
UPDATE plan_item SET effort = CASE key WHEN 'half' THEN 10 ELSE 30 END WHERE key IN ('half', 'not');
SELECT matches(pg_temp.why('marketing', 'rock behind pace', 'paid'), '^13 % is done', 'progress is rolled up');
UPDATE plan_item SET status = 'done' WHERE level = 'rock';

-- activities: by 2 March, 14 days on; by due day, then worth, then key
SELECT pg_temp.item('rock', 'R', 'S'), pg_temp.item('activity', 'a-last', 'R', due => '2026-03-02'), pg_temp.item('activity', 'a-after', 'R', due => '2026-03-03'), pg_temp.item('activity', 'a-month', 'R', '2026-02'),
    pg_temp.item('activity', 'a-full', 'R', due => '2026-02-20', progress => 1), pg_temp.item('activity', 'a-late', 'R', due => '2026-02-15', progress => 0.25), pg_temp.item('activity', 'a-today', 'R', due => '2026-02-16'),
    pg_temp.item('activity', 'a-maybe', 'R', due => '2026-02-20', status => 'proposed'), pg_temp.item('activity', 'a-ever', 'R'),
    pg_temp.item('activity', 'd', 'R', due => '2026-02-20', value => 5), pg_temp.item('activity', 'c', 'R', due => '2026-02-20', value => 10), pg_temp.item('activity', 'b', 'R', due => '2026-02-20'),
    pg_temp.item('activity', 'B', 'R', due => '2026-02-20'), pg_temp.item('activity', 'e', 'R', due => '2026-02-20', value => -1) \g /dev/null
SELECT is(pg_temp.keys('marketing', 'activity due'), 'a-late a-today c d e B b a-month a-last', 'activities due: what is due first, then what is worth more, then by key');
SELECT is(pg_temp.why('marketing', 'activity due', 'a-late'), '25 % is done; due 15 Feb 2026, yesterday.', 'yesterday');
SELECT is(pg_temp.why('marketing', 'activity due', 'a-today'), '0 % is done; due today, 16 Feb 2026.', 'today');
INSERT INTO plan_dependency SELECT a.id, n.id FROM plan_item a, plan_item n WHERE a.key = 'a-last' AND n.key IN ('a-after', 'a-maybe', 'late');
SELECT is(pg_temp.why('marketing', 'activity due', 'a-last'), '0 % is done; due 2 Mar 2026, in 14 days. It waits for: Do a-after; Do a-maybe.', 'what it waits for, unless that is done');
UPDATE plan_item SET owner = 'Ana Ruiz' WHERE key = 'd';
SELECT results_eq($$SELECT key, what, due_date, owner, worth, item_key FROM now_for('marketing', pg_temp.day()) WHERE kind = 'activity due' AND key IN ('c', 'd')$$,
    $$VALUES ('c'::text, 'Do c'::text, date '2026-02-20', 'marketing'::text, 10::numeric, 'c'::text), ('d', 'Do d', '2026-02-20', 'Ana Ruiz', 5, 'd')$$, 'the columns of an item');
UPDATE plan_item SET status = 'done' WHERE level = 'activity' AND key NOT IN ('c', 'd');

-- the chain
SELECT is((SELECT serves FROM now_for('marketing', pg_temp.day()) WHERE key = 'c'), 'Do R > Do S > Do G > Do M', 'what it serves, up to the mission, itself left out');
SELECT pg_temp.item('goal', 'G2'), pg_temp.item('strategy', 'S2', 'G2'), pg_temp.item('strategy', 'S3', 'G') \g /dev/null
UPDATE plan_item SET parent = (SELECT id FROM plan_item WHERE key = 'S2') WHERE key = 'R';
SELECT is((SELECT serves FROM now_for('marketing', pg_temp.day()) WHERE key = 'c'), 'nothing: it reaches no mission', 'a chain that ends elsewhere');
INSERT INTO plan_support (item, supports) SELECT i.id, s.id FROM plan_item i, plan_item s WHERE (i.key, s.key) IN (('R', 'S3'), ('R', 'S'), ('c', 'G2'));
SELECT is((SELECT serves FROM now_for('marketing', pg_temp.day()) WHERE key = 'c'), 'Do R > Do S > Do G > Do M', 'else by what is supported, the first by key');
UPDATE plan_item SET status = 'dropped' WHERE key = 'S';
SELECT is((SELECT serves FROM now_for('marketing', pg_temp.day()) WHERE key = 'c'), 'Do R > Do S3 > Do G > Do M', 'nothing dropped is on it');
UPDATE plan_item SET status = 'done' WHERE key = 'M';
SELECT is((SELECT serves FROM now_for('marketing', pg_temp.day()) WHERE key = 'c'), 'nothing: it reaches no mission', 'the mission is an active one');
UPDATE plan_item SET status = 'active' WHERE key IN ('M', 'S');
UPDATE plan_item SET parent = (SELECT id FROM plan_item WHERE key = 'S') WHERE key = 'R';

-- handoffs: within 8 working hours of days of 8; 16 February 2026 is a Monday
INSERT INTO calendar (key, title, time_zone, hours) VALUES ('days', 'Days', 'UTC', 'mon-fri 09:00-17:00');
INSERT INTO sla (key, from_stage, to_stage, giver, taker, within, calendar, feedback) VALUES ('take up', 'mql', 'sal', 'marketing', 'sales', '8 hours', 'days', false),
    ('again', 'recycled', 'mql', 'sales', 'marketing', '8 hours', 'days', false), ('say why', 'mql', 'sal', 'sales', 'marketing', '8 hours', 'days', true);
INSERT INTO lead (key) SELECT 'L' || i FROM generate_series(1, 9) i;
INSERT INTO stage_event (lead, stage, at, reason) SELECT l.id, e.stage::stage, e.at::timestamptz, e.reason FROM (VALUES
    ('L1', 'recycled', '2026-02-12 10:00Z', 'x'), ('L2', 'recycled', '2026-02-16 11:00Z', 'x'), ('L3', 'recycled', '2026-02-12 10:00Z', 'x'), ('L3', 'mql', '2026-02-12 11:00Z', NULL), ('L3', 'sal', '2026-02-12 12:00Z', NULL),
    ('L4', 'recycled', '2025-10-01 10:00Z', 'x'), ('L5', 'recycled', '2026-02-11 10:00Z', 'x'), ('L6', 'mql', '2026-02-10 10:00Z', NULL), ('L6', 'lost', '2026-02-11 10:00Z', NULL), ('L7', 'mql', '2026-02-10 10:00Z', NULL),
    ('L7', 'lost', '2026-02-11 10:00Z', 'no money'), ('L8', 'mql', '2026-02-16 10:00Z', NULL), ('L9', 'recycled', '2026-02-16 13:00Z', 'x')) e(key, stage, at, reason) JOIN lead l USING (key);
SELECT results_eq($$SELECT kind, key, what, why_now, due_at, lead_count, owner, serves FROM now_for('marketing', pg_temp.day()) WHERE kind ~ 'handoff'$$,
    $$VALUES ('handoff breached'::text, 'again'::text, 'Take up 2 leads that sales handed over, recycled to mql (again)'::text, 'Agreed: within 8 working hours. The oldest of the last 90 days was due 12 Feb 2026, 4 days ago.'::text,
              timestamptz '2026-02-12 10:00Z', 2::bigint, 'marketing'::text, 'Do M'::text),
             ('handoff nearly breached', 'again', 'Take up 1 lead that sales handed over, recycled to mql (again)', 'Agreed: within 8 working hours. The first is due 17 Feb 2026, tomorrow.', '2026-02-17 11:00Z', 1, 'marketing', 'Do M')$$,
    'handoffs that marketing owes: not what was taken up, is older than 90 days, or comes later');
SELECT results_eq($$SELECT kind, key, what, lead_count FROM now_for('sales', pg_temp.day()) WHERE kind ~ 'handoff'$$,
    $$VALUES ('handoff breached'::text, 'say why'::text, 'Tell marketing why 1 of its leads was turned down, mql to sal (say why)'::text, 1::bigint),
             ('handoff nearly breached', 'take up', 'Take up 1 lead that marketing handed over, mql to sal (take up)', 1)$$, 'of agreements on feedback the giver owes the reason');
INSERT INTO metric (key, title, kind, measures, unit, grain, team, item, source)
SELECT 'mql', 'Qualified leads', 'leading', 'activity', 'leads', 'week', 'marketing', id, '{"measure": "stage entries", "stage": "mql"}' FROM plan_item WHERE key = 'S';
SELECT is((SELECT serves FROM now_for('marketing', pg_temp.day()) WHERE kind = 'handoff breached'), 'Do S > Do G > Do M', 'a handoff serves what the measure of its stages does');
-- messy histories of 200 leads: as handoff says it
INSERT INTO lead (key) SELECT 'H' || i FROM generate_series(1, 200) i;
INSERT INTO stage_event (lead, stage, at, reason)
SELECT l.id, ('{lead,mql,mql,sal,sql,recycled,recycled,lost,mql,customer}'::stage[])[1 + ('x' || substr(h.h, 1, 2))::bit(8)::integer % 10], timestamptz '2025-10-20Z' + make_interval(hours => ('x' || substr(h.h, 3, 3))::bit(12)::integer % 2900),
    CASE WHEN substr(h.h, 7, 1) < '4' THEN 'why' END
FROM lead l CROSS JOIN generate_series(1, 6) e CROSS JOIN LATERAL (SELECT md5(l.key || e) AS h) h WHERE l.key ~ '^H' ON CONFLICT DO NOTHING;
CREATE TEMP VIEW truth AS
SELECT CASE WHEN h.is_feedback THEN h.giver ELSE h.taker END AS team, 'handoff ' || CASE h.outcome WHEN 'breached' THEN '' ELSE 'nearly ' END || 'breached' AS kind, h.sla AS key, count(*) AS n, min(h.due_at) AS due_at
FROM handoff(pg_temp.day()) h
WHERE h.due_at >= pg_temp.day() - interval '90 days' AND (h.outcome = 'breached' OR h.outcome = 'waiting' AND h.due_at <= pg_temp.day() + interval '3 days') GROUP BY 1, 2, 3;
SELECT cmp_ok((SELECT min(n) FROM truth WHERE kind = 'handoff breached'), '>', 20::bigint, 'the messy histories have handoffs of each agreement');
SELECT results_eq($$SELECT t.team, f.kind, f.key, f.lead_count, f.due_at FROM (VALUES ('marketing'), ('sales')) t(team) CROSS JOIN now_for(t.team, pg_temp.day()) f WHERE f.kind ~ 'handoff' ORDER BY 1, 2, 3$$,
    'SELECT * FROM truth ORDER BY 1, 2, 3', 'they are those of handoff(at)');
SELECT is_empty($$SELECT f.* FROM (VALUES ('marketing'), ('sales')) t(team) CROSS JOIN now_for(t.team, pg_temp.day()) f WHERE f.kind ~ 'handoff' AND pg_temp.rows_of(f.look_at) <> f.lead_count$$, 'and look_at lists them');

-- measures
SELECT set_target('mql', '2026-W01', '>= 50 ~ 45') \g /dev/null
SELECT record_value('mql', v.period, v.value, at => '2026-02-16Z') FROM (VALUES ('2026-W04', 60), ('2026-W05', 40), ('2026-W06', 41.5)) v(period, value) \g /dev/null
SELECT is(pg_temp.why('marketing', 'measure off track', 'mql'), 'Off track when last measured, for 2 weeks, since 2026-W05. The goal is at least 50 leads, at risk down to 45; nothing is done about it. It has no value for 2026-W07.', 'off track when last measured');
SELECT record_value('mql', '2026-W07', 30.50, at => '2026-02-16Z') \g /dev/null
SELECT results_eq($$SELECT what, why_now, due_date, serves FROM now_for('marketing', pg_temp.day()) WHERE kind = 'measure off track'$$,
    $$VALUES ('Say what is done about: Qualified leads'::text, 'Off track for 3 weeks, since 2026-W05. The goal is at least 50 leads, at risk down to 45; nothing is done about it. In 2026-W07 it was 30.5.'::text, date '2026-02-02', 'Do S > Do G > Do M'::text)$$, 'a measure off track, due since the week after the first');
SELECT is(pg_temp.keys('sales', 'measure off track'), NULL, 'its team''s alone');
SELECT add_countermeasure('mql', '2026-W07', 'Holidays', 'Call', at => '2026-02-16Z') \g /dev/null
SELECT is(pg_temp.keys('marketing', 'measure off track'), NULL, 'with a countermeasure it is done');

-- messages and reviews
INSERT INTO member (role, team, since_at) VALUES (session_user, 'marketing', '2025-01-01Z'), ('sam', 'sales', '2025-01-01Z');
SELECT set_message('p', 'promise', 'marketing', 'We win back hours.', at => '2025-06-01Z'), broadcast_message('p', 'sales', at => '2025-11-01Z'), broadcast_message('p', 'marketing', at => '2026-01-01Z') \g /dev/null
SELECT results_eq($$SELECT what, why_now, due_date FROM now_for('marketing', pg_temp.day()) WHERE kind = 'message to repeat'$$,
    $$VALUES ('Tell sales: We win back hours.'::text, 'Last told to sales 107 days ago. It is to be told every 90 days.'::text, date '2026-01-30')$$, 'a message that sales has not heard for 90 days');
SELECT is(pg_temp.keys('sales', 'message to repeat'), NULL, 'whose owner tells it');
SELECT broadcast_message('p', 'sales', at => '2026-02-01Z') \g /dev/null
SELECT is(pg_temp.keys('marketing', 'message to repeat'), NULL, 'told again it is not due');
UPDATE review_rule SET since_date = '2026-01-01' WHERE kind IN ('weekly', 'annual');
SELECT hold_review('weekly', '2026-01-26Z', at => '2026-02-16Z') \g /dev/null
SELECT results_eq($$SELECT key, what, why_now, due_date FROM now_for('hr', pg_temp.day()) WHERE kind = 'review due'$$,
    $$VALUES ('weekly'::text, 'Hold the weekly review'::text, '3 in a row were not held, the last due today, 16 Feb 2026. The last that was held is that of 26 Jan 2026.'::text, date '2026-02-16')$$, 'reviews are every team''s; what is not asked for, or not due yet, is left out');
SELECT is((SELECT why_now FROM now_for('hr', '2026-01-05Z') WHERE kind = 'review due'), 'Due today, 5 Jan 2026. None was held yet.', 'the first');
SELECT is_empty($$SELECT * FROM now_for('hr', '2026-01-26 01:00Z') WHERE kind = 'review due'$$, 'held');

-- requests
INSERT INTO grant_of_currency (team, period, points) VALUES ('sales', '2026-Q1', 100), ('sales', '2026-Q2', 100);
INSERT INTO request (key, from_team, to_team, period, what, points, item, needed_by, budget, value, status, asked_at, answered_at, answered_by, closed_at, closed_by, reason, result)
SELECT r.key, 'sales', 'marketing', r.period::period, 'Make ' || r.key, 5, i.id, r.needed_by::date, r.budget, r.value, r.status, r.asked_at::timestamptz, r.answered_at::timestamptz, CASE WHEN r.answered_at IS NOT NULL THEN 'ann' END,
    r.closed_at::timestamptz, CASE WHEN r.closed_at IS NOT NULL THEN 'ann' END, CASE WHEN r.status = 'refused' THEN 'no' END, CASE WHEN r.status = 'done' THEN 'there' END
FROM (VALUES ('page', '2026-Q1', 'c', '2026-02-20', NULL::numeric, 7::numeric, 'accepted', '2026-02-01Z', '2026-02-03Z', NULL), ('loose', '2026-Q1', NULL, NULL, NULL, NULL, 'accepted', '2026-02-01Z', '2026-02-03Z', NULL),
    ('soon', '2026-Q2', 'c', '2026-03-02', NULL, NULL, 'accepted', '2026-02-01Z', '2026-02-03Z', NULL), ('later', '2026-Q2', 'c', NULL, NULL, NULL, 'accepted', '2026-02-01Z', '2026-02-03Z', NULL),
    ('gone', '2026-Q1', 'S-gone', NULL, NULL, NULL, 'accepted', '2026-02-01Z', '2026-02-03Z', NULL), ('poor', '2026-Q1', 'c', NULL, 50, NULL, 'accepted', '2026-02-01Z', '2026-02-03Z', NULL),
    ('rich', '2026-Q1', 'G', NULL, 50, NULL, 'accepted', '2026-02-01Z', '2026-02-03Z', NULL), ('did', '2026-Q1', 'c', NULL, NULL, NULL, 'done', '2026-02-01Z', '2026-02-03Z', '2026-02-05Z'),
    ('redo', '2026-Q1', 'c', NULL, NULL, NULL, 'done', '2026-02-01Z', '2026-02-03Z', '2026-02-17Z'), ('no', '2026-Q1', 'c', NULL, NULL, NULL, 'refused', '2026-02-01Z', '2026-02-03Z', '2026-02-03Z'),
    ('open', '2026-Q1', 'c', '2026-03-20', NULL, NULL, 'asked', '2026-02-10Z', NULL, NULL), ('first', '2026-Q1', 'c', NULL, NULL, NULL, 'asked', '2026-02-09Z', NULL, NULL), ('future', '2026-Q1', 'c', NULL, NULL, NULL, 'asked', '2026-02-17Z', NULL, NULL)
    ) r(key, period, item, needed_by, budget, value, status, asked_at, answered_at, closed_at) LEFT JOIN plan_item i ON i.key = r.item;
UPDATE plan_item SET budget = 100 WHERE key = 'G';
SELECT is(pg_temp.keys('marketing', 'request to do'), 'page soon loose redo rich', 'accepted and to do: not what is done, comes later, lost its item, or takes money that its item has not');
SELECT is(pg_temp.why('marketing', 'request to do', 'page'), 'sales asked 1 Feb 2026, 15 days ago, and bid 5 points; accepted 3 Feb 2026, 13 days ago; due 20 Feb 2026, in 4 days.', 'why');
SELECT is((SELECT serves FROM now_for('marketing', pg_temp.day()) WHERE key = 'page'), 'Do c > Do R > Do S > Do G > Do M', 'it serves its item');
SELECT is((SELECT serves FROM now_for('marketing', pg_temp.day()) WHERE key = 'loose'), 'nothing: it reaches no mission', 'or nothing');
SELECT is(pg_temp.keys('marketing', 'request to answer'), 'first open', 'asked, and to be answered, the oldest first');

-- signatures and answers
INSERT INTO plan_version (version, period, body, sha256, published_at) SELECT v.version, v.period::period, '{"items": []}', 'x', v.at::timestamptz
FROM (VALUES (1, '2026-Q1', '2026-01-10Z'), (2, '2026-Q1', '2026-02-10Z'), (3, '2025-Q4', '2025-10-01Z'), (4, '2026-Q2', '2026-02-17Z')) v(version, period, at);
INSERT INTO plan_signature (version, team, role, at) VALUES (2, 'sales', 'ben', '2026-02-11Z');
SELECT propose_definition('mql', 'require visits >= 3'), propose_definition('mql', 'require visits >= 4') \g /dev/null
UPDATE definition SET created_at = '2026-02-01Z'::timestamptz + make_interval(days => version);
INSERT INTO understanding (about_team, by_team, period, body, written_at) VALUES ('marketing', 'sales', '2026-Q1', 'They want names.', '2026-02-05Z'), ('sales', 'marketing', '2026-Q1', 'They want calls.', '2026-02-05Z');
SELECT results_eq($$SELECT what, why_now, due_date, pg_temp.rows_of(look_at) FROM now_for('marketing', pg_temp.day()) WHERE kind = 'signature owed'$$,
    $$VALUES ('Sign the definition of mql, version 2'::text, 'Proposed 3 Feb 2026, 13 days ago; nobody has signed.'::text, date '2026-02-03', 1::bigint),
             ('Sign, or have put right, what sales understood of your goals of 2026-Q1', 'Written 5 Feb 2026, 11 days ago; nobody has signed.', '2026-02-05', 1),
             ('Sign the plan of 2026-Q1, version 2', 'Published 10 Feb 2026, 6 days ago; signed by sales.', '2026-02-10', 1)$$, 'the last version of each, of what is not over');
SELECT is(pg_temp.keys('sales', 'signature owed'), 'definition mql 2 understanding ' || max(id), 'who has signed owes none') FROM understanding;
INSERT INTO plan_comment (id, version, item, team, kind, body, at, answer, answered_at, answered_by) VALUES (1, 2, 'c', 'finance', 'question', 'Why?', '2026-02-12Z', NULL, NULL, NULL), (2, 2, NULL, 'sales', 'challenge', 'Too much.', '2026-02-15Z', NULL, NULL, NULL),
    (3, 2, NULL, 'marketing', 'question', 'Who?', '2026-02-15Z', NULL, NULL, NULL), (4, 2, 'c', 'finance', 'comment', 'Fine.', '2026-02-15Z', NULL, NULL, NULL), (5, 2, 'c', 'finance', 'question', 'When?', '2026-02-11Z', 'Soon.', '2026-02-12Z', 'ann'),
    (6, 2, 'c', 'finance', 'question', 'Where?', '2026-02-11Z', 'Here.', '2026-02-17Z', 'ann'), (7, 2, 'theirs', 'finance', 'question', 'What?', '2026-02-11Z', NULL, NULL, NULL);
SELECT results_eq($$SELECT key, what, why_now, owner, serves FROM now_for('marketing', pg_temp.day()) WHERE kind = 'answer owed'$$,
    $$VALUES ('6'::text, 'Answer the question of finance: Where?'::text, 'Asked 11 Feb 2026, 5 days ago, about: Do c.'::text, 'marketing'::text, 'Do c > Do R > Do S > Do G > Do M'::text),
             ('1', 'Answer the question of finance: Why?', 'Asked 12 Feb 2026, 4 days ago, about: Do c.', 'marketing', 'Do c > Do R > Do S > Do G > Do M'),
             ('2', 'Answer the challenge of sales: Too much.', 'Asked 15 Feb 2026, yesterday, about: the plan of 2026-Q1.', 'marketing', 'Do M')$$, 'open on the day, of others, about its items or the whole');
SELECT is(pg_temp.keys('sales', 'answer owed'), '7 3', 'each team its own');

-- the whole list
SELECT results_eq($$SELECT DISTINCT ON (k.kind_order) f.kind FROM now_for('marketing', pg_temp.day()) f JOIN now_kinds() k USING (kind) ORDER BY k.kind_order$$,
    $$VALUES ('handoff breached'::text), ('handoff nearly breached'), ('activity due'), ('review due'), ('request to do'), ('request to answer'), ('signature owed'), ('answer owed')$$, 'one list');
SELECT is_empty($$SELECT * FROM (SELECT f.rank, k.kind_order, f.due_date, row_number() OVER () AS n, lag(k.kind_order) OVER w AS before, lag(f.due_date) OVER w AS due_before
    FROM now_for('marketing', pg_temp.day()) f JOIN now_kinds() k USING (kind) WINDOW w AS (ORDER BY f.rank)) o WHERE o.before > o.kind_order OR o.before = o.kind_order AND o.due_before > o.due_date$$, 'by kind, then by due day');
SELECT is((SELECT count(DISTINCT rank) || ' ' || min(rank) || ' ' || max(rank) = count(*) || ' 1 ' || count(*) FROM now_for('marketing', pg_temp.day())), true, 'ranks without a gap');
CREATE TEMP TABLE list AS SELECT * FROM now_for('marketing', pg_temp.day());
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_nestloop = off;
SET LOCAL enable_hashagg = off;
SET LOCAL datestyle = 'SQL, DMY';
SET LOCAL timezone = 'Asia/Kolkata';
UPDATE plan_item SET key = key;
UPDATE request SET key = key WHERE status = 'asked';
SELECT results_eq($$SELECT * FROM now_for('marketing', pg_temp.day())$$, 'SELECT * FROM list ORDER BY rank', 'the same rows give the same list, however they are read, and in every session');
RESET datestyle;
RESET timezone;
SELECT is(instant_text(t.at), t.said, t.said) FROM (VALUES (timestamptz '2026-02-16 13:00+01', '2026-02-16 12:00:00Z'), ('2026-02-16 00:00:00.25Z', '2026-02-16 00:00:00.25Z')) t(at, said);
SELECT is_empty($$SELECT * FROM list WHERE pg_temp.rows_of(look_at) = 0 OR pg_temp.rows_of(look_at) IS NULL$$, 'every look_at has rows');
SELECT is_empty($$SELECT * FROM list WHERE what IS NULL OR why_now IS NULL OR due_date IS NULL OR owner IS NULL OR serves IS NULL$$, 'and every row its words');

SELECT * FROM finish();
ROLLBACK;
