-- value.sql: what the sample company's customers are worth. Run by make demo after
-- history.sql: revenue is made from won deals and from the events after them, and
-- the top customers, retention, the flow of value and the best segments are printed.
\pset footer off
\pset null '-'
\set QUIET 1
SET search_path = align, public;
SET client_min_messages = warning;

-- A won deal is new, or an expansion where one of the account's still runs. It is
-- renewed and grows by 30 % as the lead's events say, and ends when the lead churns.
INSERT INTO revenue (account, at, kind, amount, deal)
WITH won AS (
    SELECT d.id, d.account, d.amount, (d.closed_at AT TIME ZONE 'UTC')::date AS at,
        min((e.at AT TIME ZONE 'UTC')::date) FILTER (WHERE e.stage = 'renewed') AS renewed,
        min((e.at AT TIME ZONE 'UTC')::date) FILTER (WHERE e.stage = 'expanded') AS expanded,
        min((e.at AT TIME ZONE 'UTC')::date) FILTER (WHERE e.stage = 'churned') AS churned
    FROM deal d LEFT JOIN stage_event e ON e.lead = d.lead AND e.at > d.closed_at
    WHERE d.outcome = 'won' GROUP BY d.id)
SELECT w.account, r.at, r.kind, r.amount, w.id
FROM won w CROSS JOIN LATERAL (VALUES
    (w.at, CASE WHEN EXISTS (SELECT FROM won o WHERE o.account = w.account AND (o.at, o.id) < (w.at, w.id) AND (o.churned > w.at OR o.churned IS NULL)) THEN 'expansion' ELSE 'new' END, w.amount),
    (w.expanded, 'expansion', round(0.3 * w.amount, 2)),
    (w.renewed, 'renewal', w.amount + CASE WHEN w.expanded <= w.renewed THEN round(0.3 * w.amount, 2) ELSE 0 END),
    (w.churned, 'churn', w.amount + CASE WHEN w.expanded <= w.churned THEN round(0.3 * w.amount, 2) ELSE 0 END)) r(at, kind, amount)
WHERE r.at IS NOT NULL AND (r.at <= w.churned OR w.churned IS NULL);

\echo
\echo 'The top customers, and the top two of each market, as of 1 January 2026'
SELECT customer_order AS "#", account_name AS customer, round(recurring_amount) AS "a year", round(100 * recurring_ratio, 2) AS "% of all", round(total_amount) AS "to date", first_date AS since
FROM top_customers(5, at => '2026-01-01Z');
SELECT market, customer_order AS "#", account_name AS customer, round(recurring_amount) AS "a year", round(100 * recurring_ratio, 2) AS "% of the market"
FROM top_customers(2, by_market => true, at => '2026-01-01Z');

\echo 'Retention of 2025: what became of the customers that the year began with'
SELECT coalesce(r.market, 'All') AS market, start_count AS customers, round(start_amount) AS "at the start", round(increased_amount) AS more, round(reduced_amount) AS less, round(lost_amount) AS lost,
    round(100 * gross_ratio, 1) AS "gross %", round(100 * net_ratio, 1) AS "net %", round(100 * kept_ratio, 1) AS "kept %"
FROM (SELECT * FROM customer_retention('2025', at => '2026-01-01Z') UNION ALL SELECT * FROM customer_retention('2025', true, '2026-01-01Z')) r;

\echo 'Value created, kept, increased and lost'
SELECT period_name AS quarter, round(start_amount) AS "at the start", round(kept_amount) AS kept, round(increased_amount) AS increased, round(created_amount) AS created,
    round(lost_amount + reduced_amount) AS lost, round(end_amount) AS "at the end", created_count AS "new customers", lost_count AS "lost ones"
FROM value_flow('2025', at => '2026-01-01Z');

\echo 'Customers by the quarter in which they came: % of the first amount after so many quarters'
SELECT cohort AS quarter, customer_count AS customers, round(100 * max(recurring_ratio) FILTER (WHERE age = 0)) AS "0", round(100 * max(recurring_ratio) FILTER (WHERE age = 1)) AS "1",
    round(100 * max(recurring_ratio) FILTER (WHERE age = 2)) AS "2", round(100 * max(recurring_ratio) FILTER (WHERE age = 4)) AS "4", round(100 * max(recurring_ratio) FILTER (WHERE age = 6)) AS "6"
FROM customer_cohort('quarter', '2026-01-01Z') GROUP BY cohort, cohort_start_date, customer_count ORDER BY cohort_start_date;

\echo 'Where a lead is worth most, the safest bet first: leads of 2025 who had their 180 days'
SELECT priority_order AS "#", segment, lead_count AS leads, round(100 * win_ratio, 1) AS "won %", round(mean_amount) AS "a win", p50_days AS days, round(low_expected_amount) AS "at least, a lead", reason
FROM segment_priority('2025', at => '2026-01-01Z');
SELECT priority_order AS "#", segment, source, lead_count AS leads, won_count AS won, round(mean_amount) AS "a win", round(low_expected_amount) AS "at least, a lead"
FROM segment_priority('2025', 'both', at => '2026-01-01Z') WHERE priority_order <= 5;
