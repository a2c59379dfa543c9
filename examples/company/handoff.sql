-- handoff.sql: what the sample company's teams agreed on handing leads over, and how
-- they keep it, as of 1 January 2026. Run by make demo after contract.sql.
\pset footer off
\pset null '-'
\set QUIET 1
SET search_path = align, public;
SET client_min_messages = warning;

INSERT INTO calendar (key, title, time_zone, hours) VALUES ('berlin', 'Berlin office', 'Europe/Berlin', 'mon-fri 09:00-12:30, 13:30-18:00');
INSERT INTO holiday (calendar, day, title, hours)
SELECT 'berlin', d, t, h FROM (VALUES
    (date '2024-01-01', 'New Year', NULL), ('2024-03-29', 'Good Friday', NULL), ('2024-04-01', 'Easter Monday', NULL), ('2024-05-01', 'Labour Day', NULL), ('2024-05-09', 'Ascension', NULL),
    ('2024-05-20', 'Whit Monday', NULL), ('2024-10-03', 'Unity Day', NULL), ('2024-12-24', 'Christmas Eve', '09:00-12:00'), ('2024-12-25', 'Christmas', NULL), ('2024-12-26', 'Boxing Day', NULL),
    ('2024-12-31', 'New Year''s Eve', '09:00-12:00'), ('2025-01-01', 'New Year', NULL), ('2025-04-18', 'Good Friday', NULL), ('2025-04-21', 'Easter Monday', NULL), ('2025-05-01', 'Labour Day', NULL),
    ('2025-05-29', 'Ascension', NULL), ('2025-06-09', 'Whit Monday', NULL), ('2025-10-03', 'Unity Day', NULL), ('2025-12-24', 'Christmas Eve', '09:00-12:00'), ('2025-12-25', 'Christmas', NULL),
    ('2025-12-26', 'Boxing Day', NULL), ('2025-12-31', 'New Year''s Eve', '09:00-12:00'), ('2026-01-01', 'New Year', NULL)) v(d, t, h);
INSERT INTO sla (key, from_stage, to_stage, giver, taker, within, calendar, feedback) VALUES
    ('take up', 'mql', 'sal', 'marketing', 'sales', '40 hours', 'berlin', false),
    ('say why', 'mql', 'sal', 'sales', 'marketing', '8 hours', 'berlin', true),
    ('second chance', 'recycled', 'mql', 'sales', 'marketing', '480 hours', 'berlin', false);

\echo
\echo 'What marketing and sales agreed on handing leads over, in working hours in Berlin, and how they keep it'
SELECT sla, giver || ' > ' || taker AS teams, handoff_count AS given, accepted_count AS accepted, refused_count AS refused, recycled_count AS recycled, leaked_count AS leaked,
    waiting_count AS waiting, overdue_count AS overdue, round(100 * accepted_ratio, 1) AS "accepted %", p50_hours, p90_hours
FROM handoff_summary(NULL, '2026-01-01Z', false, false);

\echo 'Breaches by side: whose they are'
SELECT COALESCE(breached_by, '-') AS side, sla, breach_count AS breaches, overdue_count AS "still open", round(100 * breach_ratio, 1) AS "% of those due"
FROM handoff_summary(NULL, '2026-01-01Z', false, false) ORDER BY breach_count DESC;

\echo 'Where sales is late most: taking up, last quarter, by segment'
SELECT segment, handoff_count AS given, breach_count AS breaches, round(100 * breach_ratio, 1) AS "% of those due", p50_hours, p90_hours
FROM handoff_summary('2025-Q4', '2026-01-01Z', by_owner => false) WHERE sla = 'take up' ORDER BY breach_ratio DESC;

\echo 'The next to act on: waiting, and due first'
SELECT lead_key AS lead, owner, segment, given_at, due_at, worked_hours AS "waits, hours"
FROM handoff('2026-01-01Z') WHERE sla = 'take up' AND outcome = 'waiting' ORDER BY due_at LIMIT 5;

\echo 'How fast leads go from step to step, slow open ones counted (days)'
SELECT from_stage || ' > ' || to_stage AS step, lead_count AS leads, arrived_count AS arrived, p50_days, p50_low_days AS low, p50_high_days AS high, p90_days
FROM stage_velocity('2026-01-01Z');
