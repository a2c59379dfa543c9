-- now.sql: what should marketing be doing right now? Run by make demo after all the
-- others: what came in between January and 16 February 2026 is entered, and the
-- list of that day is printed.
\pset footer off
\pset null '-'
\set QUIET 1
SET search_path = align, public;
SET client_min_messages = warning;

\set at '2026-02-16 12:00Z'

-- the numbers of January and February, and the reviews that were held
SELECT count(record_value(v.metric, '2026-01', v.value, at => '2026-02-02Z')) AS entered FROM (VALUES ('referral-plants', 9), ('events-spend', 31000)) v(metric, value) \gset
SELECT count(record_value('first-talks', v.period, v.value, at => upper(v.period::period) + time '09:00' AT TIME ZONE 'UTC')) AS entered
FROM (VALUES ('2026-W01', 3), ('2026-W02', 2), ('2026-W03', 4), ('2026-W04', 3), ('2026-W05', 3), ('2026-W06', 2), ('2026-W07', 3)) v(period, value) \gset
SELECT count(record_value('posts', p::text, 3, at => upper(p) + time '09:00' AT TIME ZONE 'UTC')) AS entered FROM generate_series(period '2026-W01', '2026-W07') p \gset
SELECT count(hold_review('weekly', d.due_date + time '09:00' AT TIME ZONE 'UTC', present => '{Ana Ruiz,Tom Berger,Lea Brandt}', at => :'at')) AS held
FROM due_reviews('2026-01-05', '2026-01-31') d WHERE d.kind = 'weekly' \gset

-- what the quarter has no room for is deferred, as currency.sql found
UPDATE plan_item SET status = 'proposed' WHERE key IN (SELECT p.key FROM prioritize('2026-Q1', 80000) p WHERE p.kind = 'item' AND p.decision <> 'do now');

-- what others want of marketing: accepted, asked, challenged, and to be signed
INSERT INTO request (key, from_team, to_team, period, what, points, item, needed_by, effort, budget, value, status, asked_at, answered_at, answered_by)
SELECT r.key, 'sales', 'marketing', '2026-Q1', r.what, r.points, i.id, r.needed_by::date, r.effort, r.budget, r.value, r.status, r.asked_at::timestamptz, r.answered_at::timestamptz, CASE WHEN r.answered_at IS NOT NULL THEN 'ann' END
FROM (VALUES ('sheet', 'One page on what an hour of standstill costs', 8, 'R2', '2026-02-20', 2, NULL::numeric, 40000, 'accepted', '2026-01-26Z', '2026-01-28Z'),
    ('names', 'Thirty plants in Ohio with the name of who decides', 2, 'R2', '2026-03-06', 4, NULL, 75000, 'asked', '2026-02-05Z', NULL)) r(key, what, points, item, needed_by, effort, budget, value, status, asked_at, answered_at)
JOIN plan_item i ON i.key = r.item;
INSERT INTO plan_comment (version, item, team, role, kind, body, at)
SELECT max(version), 'R15', 'finance', 'fay', 'challenge', 'The new logo serves no goal. Why is it paid for?', '2026-01-29Z' FROM plan_version;
UPDATE definition SET created_at = '2026-02-09Z' WHERE name = 'mql' AND version = 2;

\echo
\echo 'What should marketing be doing right now? 16 February 2026'
\pset format unaligned
\pset tuples_only on
SELECT concat(CASE WHEN lag(kind) OVER (ORDER BY rank) IS DISTINCT FROM kind THEN E'\n' || kind || E'\n' END,
    format(E'%3s  %s  [%s, %s]\n     %s', rank, what, owner, to_char(due_date, 'FMDD Mon YYYY'), why_now))
FROM now_for('marketing', :'at') ORDER BY rank;

\echo
\echo 'What these serve'
SELECT format('%s: %s', string_agg(rank::text, ', ' ORDER BY rank), serves) FROM now_for('marketing', :'at') GROUP BY serves ORDER BY min(rank);

\echo
\echo 'And where to look: the first of each kind'
SELECT format('%3s  %s', rank, look_at) FROM (SELECT DISTINCT ON (k.kind_order) f.* FROM now_for('marketing', :'at') f JOIN now_kinds() k USING (kind) ORDER BY k.kind_order, f.rank) f ORDER BY rank;
\pset tuples_only off
\pset format aligned
