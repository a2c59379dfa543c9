-- qualification.sql: the sample company agrees on what a qualified lead is. Run
-- by make demo after answers.sql: a definition is proposed and signed, a million
-- verdicts are given, both teams say their own word, and the next version is
-- replayed.
\pset footer off
\pset null '-'
\set QUIET 1
SET search_path = align, public;
SET client_min_messages = warning;

CREATE ROLE ann;
CREATE ROLE ben;
INSERT INTO member (role, team) VALUES ('ann', 'marketing'), ('ben', 'sales');
GRANT USAGE ON SCHEMA align TO ann, ben;
GRANT EXECUTE ON FUNCTION sign_definition(text, integer, text) TO ann, ben;

\echo
\echo 'What both teams wrote together'
SELECT propose_definition('mql', $$
    require industry in ('software', 'manufacturing', 'finance', 'healthcare') and employees >= 20
    reject email_domain in ('gmail.com', 'hotmail.com')
    group fit cap 60
      +40 title like any ('VP%', 'Head%', 'Chief%', 'CFO', 'Founder')
      +20 country in ('US', 'DE', 'GB') or employees >= 500
    group engagement cap 40
      +40 visits_30d >= 5
    qualify at 60$$, 'What marketing and sales wrote together') AS version \gset
SELECT rubric FROM definition WHERE name = 'mql' AND version = :version;

\echo 'Both sign; then it is in force'
SET ROLE ann;
SELECT signed_by, waiting_for FROM sign_definition('mql', :version, 'marketing');
SET ROLE ben;
SELECT signed_by, waiting_for FROM sign_definition('mql', :version, 'sales');
RESET ROLE;
SELECT name, version, status, signed_by FROM definition_status;

\echo 'Every lead is judged by it'
SELECT lead_count AS leads, qualified_count AS qualified, recorded_count AS recorded FROM qualify_all('mql');

\echo 'A million verdicts (the leads fifty times over, not recorded)'
\timing on
SELECT count(*) AS verdicts, count(*) FILTER (WHERE (v).qualified) AS qualified
FROM (SELECT qualify(d.rubric, l.attrs) AS v FROM lead l CROSS JOIN generate_series(1, 50) CROSS JOIN definition d WHERE d.name = 'mql' OFFSET 0) q;
\timing off

-- what the teams said of the leads that became mql: by other rules than the one
-- they signed, and one time in ten by whim
INSERT INTO verdict (lead, definition, version, team, qualified, reason, at, actor)
SELECT l.id, 'mql', 1, t.team, q.says <> (q.whim = 0),
    CASE WHEN q.says <> (q.whim = 0) THEN t.yes ELSE t.no END, entered(j.journey, 'mql') + interval '1 day', 'crm'
FROM lead_journey j JOIN lead l ON l.id = j.lead_id
CROSS JOIN (VALUES ('marketing', 'visits often', 'hardly visits', rubric 'require visits_30d >= 4 and title <> ''Student'''),
                   ('sales', 'has the size', 'too small, or nobody who decides', 'require employees >= 40 and title not in (''Student'', ''Analyst'')')) t(team, yes, no, rule)
CROSS JOIN LATERAL (SELECT l.attrs @@ t.rule AS says, ('x' || substr(md5(l.key || t.team), 1, 4))::bit(16)::integer % 10 AS whim) q
WHERE entered(j.journey, 'mql') IS NOT NULL;

\echo 'Do they agree? Cohen''s kappa: 1 in full, 0 as by chance'
SELECT COALESCE(segment, CASE WHEN is_total THEN 'all' END) AS segment, lead_count AS leads, yes_a_count AS "marketing says yes", yes_b_count AS "sales says yes",
    round(100 * agree_ratio, 1) AS "% the same", round(kappa, 3) AS kappa, format('%s to %s', round(kappa_low, 3), round(kappa_high, 3)) AS "95 % interval"
FROM definition_agreement ORDER BY is_total DESC, segment;

\echo 'Where not: the most telling leads first'
SELECT lead_key AS lead, CASE WHEN qualified_a THEN 'yes: ' ELSE 'no: ' END || reason_a AS marketing,
    CASE WHEN qualified_b THEN 'yes: ' ELSE 'no: ' END || reason_b AS sales, outcome, points, CASE WHEN rubric_qualified THEN 'yes' ELSE 'no' END AS rubric
FROM disagreement ORDER BY telling_order LIMIT 5;

\echo 'The next version: what is different'
SELECT propose_definition('mql', $$
    require employees >= 20
    reject email_domain in ('gmail.com', 'hotmail.com')
    +50 source in ('Referral', 'Partner', 'Event')
    +30 title like any ('VP%', 'Head%', 'Chief%', 'CFO', 'Founder')
    +20 visits_30d >= 5
    qualify at 50$$, 'Who bought came by referral, partner or event') AS version \gset
SELECT change, kind, statement_before AS before, statement_after AS after
FROM diff((SELECT rubric FROM definition WHERE version = 1), (SELECT rubric FROM definition WHERE version = :version));

\echo 'And what it would have done with the leads since 2025'
SELECT lead_count AS leads, won_count AS won, qualified_then_count AS "qualified then", won_then_count AS "of them won", round(100 * precision_then_ratio, 1) AS "%",
    qualified_now_count AS "qualified now", won_now_count AS "of them won now", round(100 * precision_now_ratio, 1) AS "% now", round(lift_over_then_ratio, 2) AS "times as good"
FROM replay('mql', :version, since => '2025-01-01Z', at => now());
