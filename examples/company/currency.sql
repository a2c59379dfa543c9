-- currency.sql: the sample company's teams ask each other for work, pay in points,
-- and decide what the quarter has room for. Run by make demo after contract.sql.
\pset footer off
\pset null '-'
\set QUIET 1
SET search_path = align, public;
SET client_min_messages = warning;

-- ann speaks for marketing, ben for sales, fay for finance (see qualification.sql and contract.sql)
GRANT EXECUTE ON FUNCTION grant_points(text, text, bigint, text) TO fay;
GRANT EXECUTE ON FUNCTION ask(text, text, text, bigint, text, text, date, numeric, numeric, numeric, text), accept_request(text),
    refuse_request(text, text), withdraw_request(text, text), finish_request(text, text) TO ann, ben;

\echo
\echo 'Finance grants points for the quarter; sales asks marketing, marketing asks sales, and each bids'
SET ROLE fay;
SELECT grant_points('sales', '2026-Q1', 100, 'First quarter') + grant_points('marketing', '2026-Q1', 60, 'First quarter') AS granted \gset
SET ROLE ben;
SELECT ask('sales', 'marketing', 'A page that plant managers in Ohio find', 40, '2026-Q1', 'R2', '2026-02-06', effort => 6, budget => 3500, value => 90000, key => 'page') AS a,
    ask('sales', 'marketing', 'Three stories with numbers for the visit week', 30, '2026-Q1', 'R2', '2026-02-13', effort => 9, value => 60000, key => 'stories') AS b,
    ask('sales', 'marketing', 'A film of the visit week', 20, '2026-Q1', NULL, '2026-03-20', effort => 14, budget => 18000, value => 25000, key => 'film') AS c \gset
SET ROLE ann;
SELECT ask('marketing', 'sales', 'Call every guest of the plant days within two days', 35, '2026-Q1', 'R5', '2026-03-27', effort => 12, value => 80000, key => 'calls') AS d,
    ask('marketing', 'sales', 'Say what became of each lead, weekly', 25, '2026-Q1', 'S2', '2026-03-31', effort => 6, value => 70000, key => 'feedback') AS e \gset
SELECT accept_request('page') AS f \gset
SET ROLE ben;
SELECT accept_request('feedback') AS g, refuse_request('calls', 'The visit week takes all of us; ask again for April') AS h \gset
RESET ROLE;
SELECT key, from_team, to_team, points, status, what, reason FROM request_status ORDER BY from_team, key;
SELECT team, granted_points AS granted, held_points AS held, spent_points AS spent, left_points AS "left" FROM currency_balance ORDER BY team;

-- what the teams think the rocks are worth, and the days they have
INSERT INTO capacity (team, period, days) VALUES ('sales', '2026-Q1', 160), ('marketing', '2026-Q1', 65), ('customer success', '2026-Q1', 90), ('operations', '2026-Q1', 20);

\echo 'What to do in the quarter with 80,000 left, and what to defer (without the work below each rock, which goes with it)'
SELECT item_order AS "#", decision, key, left(title, 44) AS title, team, worth, round(money_amount) AS money, round(effort_days, 1) AS days,
    round(total_money_amount) AS "money so far", round(total_team_days, 1) AS "team's days so far"
FROM prioritize('2026-Q1', 80000) WHERE worth IS NOT NULL ORDER BY item_order;

\echo 'Why'
SELECT key, reason FROM prioritize('2026-Q1', 80000) WHERE worth IS NOT NULL ORDER BY item_order;

\echo 'What is scarce, and is this the best choice?'
SELECT resource, round(available, 1) AS available, round(needed, 1) AS needed, round(used, 1) AS used, round(remaining, 1) AS remaining, finding FROM prioritize_limits('2026-Q1', 80000);
SELECT now_count AS "done now", deferred_count AS deferred, impossible_count AS "not possible", total_worth AS worth, finding FROM prioritize_total('2026-Q1', 80000);
