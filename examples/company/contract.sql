-- contract.sql: the sample company agrees on its plan. Run by make demo after
-- plan.sql: both teams write what they understood of each other, the plan of the
-- quarter is published, shared, challenged and signed; then somebody changes it,
-- and the document that was signed is printed.
\pset footer off
\pset null '-'
\set QUIET 1
SET search_path = align, public;
SET client_min_messages = warning;

-- ann speaks for marketing, ben for sales (see qualification.sql)
CREATE ROLE fay;
INSERT INTO member (role, team) VALUES ('fay', 'finance');
GRANT USAGE ON SCHEMA align TO fay;
GRANT EXECUTE ON FUNCTION sign_plan(integer, text), write_understanding(text, text, text, text), sign_understanding(bigint),
    acknowledge_plan(integer, text), comment_plan(integer, text, text, text, text), answer_comment(bigint, text) TO ann, ben, fay;

\echo
\echo 'Listen first: marketing writes what it understood of sales, and sales signs that it is so; and the other way round'
SET ROLE ann;
SELECT write_understanding('sales', 'marketing', '2026-Q1',
'Sales wins plants one plant manager at a time. What counts is a visit, and a visit needs a manager who already knows what an hour of standstill costs.

What helps most: names with a telephone number and a reason, on the day they come. What hurts most: lists of people who only wanted the white paper.') AS about_sales \gset
SET ROLE ben;
SELECT write_understanding('marketing', 'sales', '2026-Q1',
'Marketing is held to the share of sales that began with a referral or an event, not to the number of names. It needs to hear within a week what became of a lead, and why one was turned down.') AS about_marketing \gset
SELECT signed_by FROM sign_understanding(:about_sales) \gset
SET ROLE ann;
SELECT signed_by FROM sign_understanding(:about_marketing) \gset
RESET ROLE;
SELECT by_team, about_team, status, signed_by FROM understanding_status ORDER BY id;

\echo 'The plan of the quarter is frozen; publishing it twice changes nothing'
SELECT version, left(sha256, 12) AS fingerprint, is_new, item_count AS items FROM publish_plan('2026-Q1', 'What we agreed in December');
SELECT version, left(sha256, 12) AS fingerprint, is_new, item_count AS items FROM publish_plan('2026-Q1');
SELECT version FROM publish_plan('2026-Q1') \gset

\echo 'Shared with those who carry it, too; finance reads it, asks and challenges'
SELECT count(*) FILTER (WHERE share_plan(:version, t.key)) AS shared FROM team t WHERE t.key IN ('customer success', 'finance', 'it') \gset
SET ROLE fay;
SELECT acknowledge_plan(:version, 'finance') AS read \gset
SELECT comment_plan(:version, 'finance', 'What does one meeting cost us, all in?', 'question') AS question \gset
SELECT comment_plan(:version, 'finance', 'The quarter has more rocks due in March than people to carry them. Which of them may slip?', 'challenge') AS challenge \gset
SET ROLE ann;
SELECT answer_comment(:question, 'About 210, halls and travel included; we count again in April.') AS answered \gset
RESET ROLE;
SELECT shared_with, acknowledged_by AS "read by", open_question_count AS "open questions", open_challenge_count AS "open challenges" FROM plan_sharing WHERE version = :version;

\echo 'Both sign; then it is in force'
SET ROLE ann;
SELECT signed_by, waiting_for FROM sign_plan(:version, 'marketing');
SET ROLE ben;
SELECT signed_by, waiting_for FROM sign_plan(:version, 'sales');
RESET ROLE;
SELECT version, period, status, signed_by, is_genuine FROM plan_version_status;

\echo 'Weeks later somebody moves money and dates. What is that against what was signed? (Undone again here.)'
BEGIN;
UPDATE plan_item SET status = 'dropped' WHERE key = 'R7';
UPDATE plan_item SET due = due + 14 WHERE key = 'R4';
UPDATE budget_line SET amount = amount - 5000 WHERE item = (SELECT id FROM plan_item WHERE key = 'R5') AND category = 'events';
SELECT change, key, title, before, after, money_moved FROM plan_drift(:version);
ROLLBACK;

\echo 'The contract'
\pset format unaligned
\pset tuples_only on
SELECT plan_document('2026-Q1');
\pset tuples_only off
\pset format aligned
