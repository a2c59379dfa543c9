-- cadence.sql: does the sample company keep its cadence? Run by make demo after
-- message.sql: the reviews and broadcasts of 2025 are entered, and the first 90
-- days of the new head of marketing, who began on 5 January 2026.
\pset footer off
\pset null '-'
\set QUIET 1
SET search_path = align, public;
SET client_min_messages = warning;

-- who was there when: the members of the demo, and some who came late
UPDATE member SET since_at = '2025-01-01Z' WHERE role IN ('ann', 'ben', 'fay');
INSERT INTO member (role, team, since_at) VALUES ('maya', 'sales', '2024-03-01Z'), ('raj', 'sales', '2024-06-01Z'), ('lea', 'marketing', '2024-03-01Z'), ('olu', 'customer success', '2024-03-01Z'),
    ('kim', 'sales', '2025-10-20Z'), ('nora', 'sales', '2025-11-10Z'), ('tariq', 'marketing', '2025-12-01Z');

-- Mondays, but for the summer and the rush of December
UPDATE review_rule SET since_date = '2025-01-01' WHERE kind IN ('weekly', 'quarterly', 'annual');
SELECT count(hold_review('weekly', d.due_date + time '09:00' AT TIME ZONE 'UTC', present => CASE WHEN d.due_date < '2025-06-01' THEN '{Ana Ruiz,Tom Berger,Lea Brandt,Maya Cole}' ELSE '{Ana Ruiz,Lea Brandt}' END::text[], at => '2026-01-01Z')) AS held
FROM due_reviews('2025-01-01', '2025-12-31') d
WHERE d.kind = 'weekly' AND d.due_date NOT BETWEEN '2025-07-14' AND '2025-08-20' AND d.due_date NOT BETWEEN '2025-12-05' AND '2025-12-31' AND extract(week FROM d.due_date)::integer % 7 <> 3 \gset
SELECT hold_review('quarterly', h::timestamptz, present => '{Ines Haug,Ana Ruiz,Tom Berger,Jana Falk}', at => '2026-01-01Z') FROM unnest('{2025-04-02T09:00Z,2025-07-08T09:00Z}'::text[]) h \g /dev/null
INSERT INTO review (kind, due, held_at, team, present, note) VALUES ('annual', '2025-12-31', '2025-12-18T09:00Z', 'leadership', '{Ines Haug,Ana Ruiz,Tom Berger,Jana Falk}', 'The plan of 2026');

SELECT broadcast_message(b.message, b.team, b.channel, b.day::date) FROM (VALUES
    ('hours', 'sales', 'Kick-off', '2025-01-13'), ('hours', 'marketing', 'Kick-off', '2025-01-13'), ('hours', 'customer success', 'Kick-off', '2025-01-13'),
    ('hours', 'sales', 'Sales meeting', '2025-04-07'), ('hours', 'sales', 'Sales meeting', '2025-10-27'), ('hours', 'marketing', 'Team day', '2025-11-03'),
    ('measured', 'marketing', 'Team day', '2025-11-03'), ('measured', 'sales', 'Mail', '2025-03-10'), ('half', 'sales', 'Sales meeting', '2025-10-27'),
    ('candour', 'marketing', 'All hands', '2024-06-03'), ('candour', 'sales', 'All hands', '2024-06-03'), ('candour', 'customer success', 'All hands', '2024-06-03')) b(message, team, channel, day) \g /dev/null

INSERT INTO insight (kind, body, source, team, at, item)
SELECT s.kind, s.body, s.source, s.team, s.day::date, i.id FROM (VALUES
    ('customer', 'Plant managers do not say downtime. They say: the line stood.', 'Talk with Wolters', 'marketing', '2026-01-09', 'A20'),
    ('customer', 'Nobody reads our reports on a screen; they hang printed at the line.', 'Visit in Ulm', 'customer success', '2026-01-14', 'A15'),
    ('customer', 'The night shift decides whether we are used.', 'Six talks', 'marketing', '2026-01-27', NULL),
    ('challenge', 'Half of the leads that sales turns down had no person at the plant.', 'Side by side judging', 'sales', '2026-01-20', 'A5'),
    ('challenge', 'Two teams quote two prices.', 'Lost offers of December', 'sales', '2026-02-03', NULL),
    ('opportunity', 'Machine builders are asked about lost hours by every second customer.', 'First partner talk', 'sales', '2026-01-30', 'A13')) s(kind, body, source, team, day, item)
LEFT JOIN plan_item i ON i.key = s.item;

\echo
\echo 'Were the reviews of 2025 held?'
SELECT kind, due_count AS due, held_count AS held, round(100 * held_ratio) AS "%", mean_late_days AS "days late", last_held_at::date AS last, next_due_date AS next, finding FROM cadence('2026-01-01Z');

\echo 'Whom has each message reached?'
SELECT message_key AS message, team, broadcast_count AS told, last_broadcast_at::date AS last, floor(last_broadcast_days) AS days, CASE WHEN is_due THEN 'yes' ELSE '' END AS "due again", unreached AS "has not reached"
FROM message_reach('2026-01-01Z') WHERE team IN ('marketing', 'sales', 'customer success') AND message_key IN ('candour', 'hours', 'measured');

\echo 'Day 43 of 90: thinking and doing'
SELECT day_number AS day, side, topic, item_count AS n, led_count AS "led to, or led by", last_at::date AS last, missing FROM first_90_days('2026-02-16Z', '2026-01-05');
