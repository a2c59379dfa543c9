-- attribution.sql: what won the sample company's customers. Run by make demo
-- after plan.sql, whose items the touches name: what was spent in 2025 is entered,
-- and customers of 2025 are credited, as of 1 January 2026.
\pset footer off
\pset null '-'
\set QUIET 1
SET search_path = align, public;
SET client_min_messages = warning;

INSERT INTO spend (item, at, amount, channel, note)
SELECT i.id, s.at::date, s.amount, s.channel, s.note
FROM (VALUES (NULL, '2025-06-30', 61000, 'Paid Search', 'Search adverts, first half'), (NULL, '2025-12-31', 74000, 'Paid Search', 'Search adverts, second half'),
    ('R6', '2025-05-20', 58000, 'Event', 'Trade fair'), ('R6', '2025-10-07', 31000, 'Event', 'Autumn fair'), ('A23', '2025-12-31', 42000, 'Trade press', 'Adverts of the year'),
    ('R5', '2025-09-15', 38000, 'Plant day', 'Two plant days'), ('R12', '2025-11-30', 16000, 'Webinar', 'Six webinars'), ('S6', '2025-12-15', 12000, 'Referral', 'Thanks to referrers'),
    (NULL, '2025-12-31', 47000, 'Outbound', 'Call agency')) s(key, at, amount, channel, note)
LEFT JOIN plan_item i ON i.key = s.key;

\echo
\echo 'Which channels won the customers of 2025, by a Markov chain over the contacts of 90 days, and what did each customer cost?'
SELECT coalesce(channel, 'no contact') AS channel, touch_count AS touches, round(credit_count, 1) AS customers, round(100 * credit_ratio, 1) AS "%", round(credit_amount) AS amount,
    round(100 * removal_ratio, 1) AS "% lost without", spend_amount AS spent, round(outcome_cost_amount) AS "cost of one", round(return_ratio, 1) AS "amount per 1 spent"
FROM attribution('markov', period => '2025', at => '2026-01-01Z');

\echo 'The same customers by other models: what differs much is the answer of a model'
SELECT coalesce(channel, 'no contact') AS channel, round(f.credit_count, 1) AS first, round(l.credit_count, 1) AS last, round(e.credit_count, 1) AS linear, round(p.credit_count, 1) AS "40-20-40",
    round(e.outcome_cost_amount) AS "cost of one, linear"
FROM attribution('first', period => '2025', at => '2026-01-01Z') f JOIN attribution('last', period => '2025', at => '2026-01-01Z') l USING (channel)
    JOIN attribution('linear', period => '2025', at => '2026-01-01Z') e USING (channel) JOIN attribution('position', period => '2025', at => '2026-01-01Z') p USING (channel)
ORDER BY e.outcome_cost_amount DESC NULLS LAST, e.credit_count DESC;

\echo 'By what the plan says they are for'
SELECT coalesce(item_key, CASE WHEN is_touched THEN 'no item' ELSE 'no contact' END) AS item, item_title AS title, touch_count AS touches, round(credit_count, 1) AS customers, round(credit_amount) AS amount,
    spend_amount AS spent, round(outcome_cost_amount) AS "cost of one"
FROM attribution('position', by => 'item', period => '2025', at => '2026-01-01Z');
