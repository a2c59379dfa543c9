-- message.sql: what the sample company says. Run by make demo after contract.sql:
-- five messages are set by the teams that own them, what went out in two years is
-- entered, and it is held against the messages, as of 1 January 2026.
\pset footer off
\pset null '-'
\set QUIET 1
SET search_path = align, public;
SET client_min_messages = warning;

-- ann speaks for marketing, ben for sales (see qualification.sql), ines for leadership
CREATE ROLE ines;
INSERT INTO member (role, team, since_at) VALUES ('ines', 'leadership', '2024-01-01Z');
GRANT USAGE ON SCHEMA align TO ines;
GRANT EXECUTE ON FUNCTION set_message(text, text, text, text, text[], text[], timestamptz), give_pulse(text, text, integer) TO ann, ben, ines;

SET ROLE ines;
SELECT set_message('candour', 'core value', 'leadership', 'We say the number, also when it hurts.', at => '2024-01-08Z') AS v \gset
SELECT set_message('hours', 'promise', 'leadership', 'Every plant loses machine hours it never sees. We win back the lost hours.',
    '{lost hours}', '{cheap,revolutionary,artificial intelligence}', '2024-01-08Z') AS v \gset
SET ROLE ann;
SELECT set_message('measured', 'positioning', 'marketing', 'For plants of 50 to 500 people that want to be smart factories.', at => '2024-02-01Z') AS v \gset
SELECT set_message('measured', 'positioning', 'marketing', 'The dashboard for the digital factory of 50 to 500 people.', at => '2024-07-15Z') AS v \gset
SELECT set_message('measured', 'positioning', 'marketing', 'For plants of 50 to 500 people that already measure their machines and still lose hours.', '{50 to 500}', '{dashboard}', '2025-03-03Z') AS v \gset
SELECT set_message('live', 'pillar', 'marketing', 'Live in 30 days, with the machines and the people you have.', '{30 days}', at => '2024-09-02Z') AS v \gset
SET ROLE ben;
SELECT set_message('half', 'proof', 'sales', 'Plants that work with us lose half as many hours as the year before.', '{half}', '{guarantee}', '2024-05-06Z') AS v \gset
RESET ROLE;

INSERT INTO asset (key, team, channel, item, title, body, message, published_at)
SELECT s.key, s.team, s.channel, i.id, s.title, s.body, s.message, s.day::date
FROM (VALUES
    ('M01', 'marketing', 'Web page', NULL, 'Machine hours you never see', 'Every plant loses machine hours it never sees: a jam here, a late pallet there. We show the lost hours and win them back, line by line.', 'hours', '2024-02-05'),
    ('M02', 'marketing', 'Trade press', NULL, 'Where do your hours go?', 'Your plant loses machine hours every shift and nobody sees it. Win back the lost hours before you buy the next machine.', 'hours', '2024-04-15'),
    ('M03', 'marketing', 'Brochure', NULL, 'The smart factory starts here', 'Dashboards for the smart factory of 50 to 500 people. All machines on one screen, from the first day.', 'measured', '2024-03-11'),
    ('M04', 'marketing', 'Webinar', NULL, 'Lost hours, live', 'One plant, one line, one week: we count the lost hours together, and show how the plant won back eleven machine hours a week.', 'hours', '2024-06-20'),
    ('M05', 'marketing', 'Web page', NULL, 'Half the lost hours', 'Plants that work with us lose half as many hours as the year before. Ask them: four of them tell how.', 'half', '2024-06-03'),
    ('M06', 'marketing', 'Email', NULL, 'Live in 30 days', 'Thirty is a promise: you are live in 30 days, with the machines you have and the people you have.', 'live', '2024-09-16'),
    ('M07', 'marketing', 'Trade press', NULL, 'A dashboard for the digital factory', 'The dashboard for the digital factory: 50 to 500 people, every machine, one screen.', 'measured', '2024-10-07'),
    ('M08', 'marketing', 'Email', NULL, 'How many hours did you lose last night?', 'While you slept, your plant lost machine hours that nobody saw. See the lost hours of last night at breakfast, and win them back.', 'hours', '2024-11-12'),
    ('M09', 'marketing', 'Event', NULL, 'Count the lost hours with us', 'Bring one shift report. At our stand we count the lost machine hours in it with you, and you take home how to win them back.', 'hours', '2025-03-18'),
    ('M10', 'marketing', 'Web page', NULL, 'You measure. You still lose hours.', 'For plants of 50 to 500 people that already measure their machines and still lose hours. The numbers are there; what is missing is who acts on them.', 'measured', '2025-03-24'),
    ('M11', 'marketing', 'Paid search', NULL, 'Artificial intelligence for your plant', 'Revolutionary artificial intelligence platform. Predict everything. Book a demo today.', 'hours', '2025-05-13'),
    ('M12', 'marketing', 'Case story', NULL, 'Half as many hours at Wolters', 'In its first year with us the Wolters plant lost half as many hours as the year before: 212 instead of 431.', 'half', '2025-06-10'),
    ('M13', 'marketing', 'Trade press', 'A23', 'The hours behind the hours', 'Most plants know how long a machine stood still. Few know why. We win back the lost hours that no report of the plant sees.', 'hours', '2025-09-09'),
    ('M14', 'marketing', 'Email', NULL, 'From signature to first report in 30 days', 'We are live in 30 days, with your machines and your people. No new hardware, no new hires.', 'live', '2025-09-22'),
    ('M15', 'marketing', 'Social media', NULL, 'Our summer party', 'Sun, music and the best team in the valley. Thank you all for coming!', NULL, '2025-07-18'),
    ('M16', 'marketing', 'Paid search', NULL, 'Factory software, book a demo', 'Factory software for modern teams. Easy, flexible, scalable. Book a demo.', NULL, '2025-10-06'),
    ('M17', 'marketing', 'Event', 'R5', 'Two plant days', 'For plants of 50 to 500 people that measure their machines and still lose hours: two days, two plants, and what each one changed.', 'measured', '2025-11-17'),
    ('M18', 'marketing', 'Web page', 'S8', 'What a lost hour costs', 'Every plant loses machine hours it never sees. Here is what one lost hour costs, in the words of those who paid for it, and how they win lost hours back.', 'hours', '2025-12-01'),
    ('S01', 'sales', 'Deck', NULL, 'Win back your lost hours', 'You lose machine hours you never see. In the first month we show the lost hours, in the second we win them back with your own people.', 'hours', '2024-03-04'),
    ('S02', 'sales', 'Call script', NULL, 'Opening a call', 'Good morning. May I ask how many machine hours your plant lost last week? Most plant managers cannot say, since lost hours are never seen.', 'hours', '2024-03-25'),
    ('S03', 'sales', 'Email', NULL, 'Following up', 'Just checking in on my last mail. Do you have ten minutes this week for a quick call about our software?', NULL, '2024-05-28'),
    ('S04', 'sales', 'Deck', NULL, 'What plants like yours achieved', 'Plants that work with us lose half as many hours as the year before. The next three pages show whose, and how we counted.', 'half', '2024-07-08'),
    ('S05', 'sales', 'Offer', NULL, 'Our offer', 'We are happy to offer you the licence at a special price. All modules, unlimited users, free support in the first year.', 'hours', '2024-08-19'),
    ('S06', 'sales', 'Call script', NULL, 'Answer: we have a dashboard already', 'Good. You measure your machines, so you know that you lose hours. What happens after the dashboard turns red?', 'measured', '2024-10-21'),
    ('S07', 'sales', 'Deck', NULL, 'How we go live', 'Day 1 to 10: we listen. Day 11 to 20: your people connect the machines. Then you are live, in 30 days.', 'live', '2024-10-28'),
    ('S08', 'sales', 'Email', NULL, 'Half as many hours', 'A plant near you lost half as many hours as the year before. Shall I ask their manager to call you?', 'half', '2025-01-20'),
    ('S09', 'sales', 'Offer', NULL, 'Cheap and quick', 'Cheap to start, quick to install: this is the best price on the market, and it is valid until Friday only.', 'hours', '2025-02-17'),
    ('S10', 'sales', 'Deck', NULL, 'Who we are for', 'For plants of 50 to 500 people that already measure their machines and still lose hours. Larger ones have their own department for this.', 'measured', '2025-04-07'),
    ('S11', 'sales', 'Call script', NULL, 'Calling a plant manager', 'Ask about the last night shift. Then say: every plant loses machine hours it never sees, and we win the lost hours back. Then be quiet.', 'hours', '2025-05-05'),
    ('S12', 'sales', 'Offer', NULL, 'A guarantee', 'We guarantee that you save thirty percent in the first quarter, or you get your money back.', 'half', '2025-06-23'),
    ('S13', 'sales', 'Email', NULL, 'End of quarter', 'If you sign by the end of the quarter I can get you fifteen percent off all licences. Shall I send the contract?', 'hours', '2025-06-26'),
    ('S14', 'sales', 'Call script', NULL, 'Answer: not now', 'When would be a better time? I will send you our brochure and some dates, and call again in two weeks.', NULL, '2025-08-11'),
    ('S15', 'sales', 'Deck', NULL, 'Product tour', 'Twelve modules, forty reports, role based access, export to spreadsheets, dark mode. All of it in one platform with a modern dashboard.', 'measured', '2025-09-15'),
    ('S16', 'sales', 'Deck', NULL, 'Live before the next audit', 'With us you are live in 30 days, with the machines and the people that you have. Two of our customers did it in 22.', 'live', '2025-10-13'),
    ('S17', 'sales', 'Email', NULL, 'Year-end budget', 'Do you have budget left this year? We can invoice before the end of December and start whenever you like.', 'hours', '2025-11-24'),
    ('S18', 'sales', 'Deck', 'R2', 'What one lost hour costs', 'One lost hour of your line costs more than a year with us. Every plant loses machine hours it never sees; let us win back the first ten lost hours together.', 'hours', '2025-12-08'),
    ('C01', 'customer success', 'Newsletter', NULL, 'Your first report', 'Your plant is live. In your first report you see the lost hours of each machine, with the three that are easiest to win back.', 'hours', '2025-10-20')
    ) s(key, team, channel, item, title, body, message, day)
LEFT JOIN plan_item i ON i.key = s.item;

-- answers of last autumn; from now on each gives its own by give_pulse
INSERT INTO pulse (message, team, answer, answered_date)
SELECT a.message, a.team, a.answer, date '2025-10-01' + a.place::integer
FROM (VALUES ('hours', 'marketing', '{9,10,8,9,10,9}'::integer[]), ('hours', 'sales', '{8,6,7,9,5,8,7}'), ('candour', 'marketing', '{7,8,6,9,8}'), ('candour', 'sales', '{4,6,3,7,5,6,2,5,4,6}'),
    ('half', 'sales', '{9,8,9}'), ('live', 'customer success', '{3,4,6,2,5}')) p(message, team, answers)
CROSS JOIN LATERAL (SELECT p.message, p.team, u.answer, u.place FROM unnest(p.answers) WITH ORDINALITY u(answer, place)) a;

\echo
\echo 'What is in force, by whom'
SELECT message_key AS message, kind, team, version AS v, set_at::date AS since, body FROM message_history WHERE status = 'in force' ORDER BY message_key;

\echo 'Does what goes out carry it, and do both teams sound alike? (1: the same words, 0: none; divergence the other way round)'
SELECT coalesce(message_key, 'all') AS message, team, asset_count AS assets, round(on_message_ratio, 2) AS "on message", round(carried_ratio, 2) AS carried,
    round(divergence, 2) AS divergence, finding
FROM message_consistency('2026-01-01Z') WHERE team IN ('marketing', 'sales');

\echo 'The assets of the last year that are furthest off'
SELECT asset_key AS asset, team, title, message_key AS message, round(on_message_ratio, 2) AS "on message", finding
FROM asset_consistency('2026-01-01Z', '2025-01-01Z') WHERE asset_order <= 8 ORDER BY asset_order;

\echo 'How long do messages last, and do assets stay with them?'
SELECT coalesce(message_key, 'all') AS message, version_count AS versions, age_days AS "age, days", changes_per_year AS "changes a year", half_life_days AS "half-life, days",
    asset_count AS assets, round(similarity_per_quarter, 3) AS "similarity per quarter", finding
FROM message_drift('2026-01-01Z');

\echo 'What is missing'
SELECT gap, message_key AS message, asset_key AS asset, team, detail FROM message_gap('2026-01-01Z') ORDER BY gap_order;

\echo 'Who believes it? Nothing is told of fewer than five'
SELECT message_key AS message, team, answer_count AS answers, mean_answer AS mean, round(100 * believer_ratio) AS "% who say 8 or more", reason FROM belief('2026-01-01Z');
