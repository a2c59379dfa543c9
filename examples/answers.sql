-- answers.sql: what the data say, at the instant :as_of. Run by make demo.
\pset footer off
\pset null '-'
\set QUIET 1
SET search_path = align, public;

\echo
\echo 'Stage counts: how many leads ever entered each stage'
SELECT e.stage, phase(e.stage) AS phase, owner_team(e.stage) AS team, count(DISTINCT e.lead) AS leads, count(*) AS events
FROM stage_event e GROUP BY e.stage ORDER BY e.stage;

\echo 'The funnel: within 180 days of the first step'
SELECT format('{%s}', string_agg(s.stage, ',' ORDER BY s.stage_order)) AS steps
FROM (SELECT v.stage, v.stage_order FROM vocabulary() v
      WHERE v.stage IN ('lead', 'mql', 'sql', 'opportunity', 'customer')
        AND EXISTS (SELECT FROM stage_event e WHERE e.stage = v.stage::stage)) s \gset
SELECT step_order AS "#", step, reached_count AS reached, open_count AS open, dropped_count AS dropped,
    round(100 * first_ratio::numeric, 1) AS "% of first", round(100 * previous_ratio::numeric, 1) AS "% of previous",
    round(p50_days::numeric, 1) AS "median days", round(p90_days::numeric, 1) AS "90 % within days"
FROM steps((SELECT funnel(journey, funnel_rule(:'steps', within => '180 days', as_of => :'as_of')) FROM lead_journey));

\echo 'Where leads are now, and for how long'
SELECT stage, phase, owner_team AS team, lead_count AS leads, oldest_since_at::date AS "oldest since",
    round(p50_days::numeric, 1) AS "median days there"
FROM stage_now(:'as_of') ORDER BY stage_order;

\echo 'The ten commonest paths'
SELECT path(journey) AS path, count(*) AS leads, round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS "%"
FROM lead_journey WHERE journey IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10;

\echo 'The slowest step: the longest median among moves that at least 1 % of leads made'
SELECT t.from_stage AS "from", t.to_stage AS "to", t.lead_count AS leads, round(t.p50_days, 1) AS "median days",
    round(t.p90_days, 1) AS "90 % within days"
FROM stage_transition t
WHERE NOT is_exit(t.to_stage::stage) AND t.from_stage_order < t.to_stage_order AND t.to_stage_order <= 'customer'::stage::integer
  AND t.lead_count >= 0.01 * (SELECT count(*) FROM lead)
ORDER BY t.p50_days DESC LIMIT 1;

\echo 'What no policy allows, kept and listed (stage_violation)'
SELECT from_stage AS "from", to_stage AS "to", count(*) AS moves, min(lead_key) AS "for example lead"
FROM stage_violation GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 5;
