-- bench/funnel.sql: the ordered funnel of eight steps within 180 days.
-- Plain SQL joins once a step: for each start it finds the next step, and the
-- next. The other correct way, a window function a step that keeps the latest
-- start, took three times as long. ("First time of each stage" is shorter and
-- wrong: it misses who begins again.)

-- question: funnel straight from events
-- goal: at least 10 times faster than plain; at most 0.45 of the better GROUP BY
-- [align]
SELECT ARRAY(SELECT reached_count FROM align.steps(f) ORDER BY step_order)::text
FROM (SELECT align.funnel(lead, stage, at, '{lead,mql,sal,sql,opportunity,proposal,negotiation,customer}', interval '180 days') AS f FROM public.event) s;
-- [align, one process]
SET max_parallel_workers_per_gather = 0;
SELECT ARRAY(SELECT reached_count FROM align.steps(f) ORDER BY step_order)::text
FROM (SELECT align.funnel(lead, stage, at, '{lead,mql,sal,sql,opportunity,proposal,negotiation,customer}', interval '180 days') AS f FROM public.event) s;
-- [plain]
WITH s1 AS (SELECT lead, at AS start, at AS t FROM public.event WHERE stage = 'lead'),
s2 AS (SELECT s.lead, s.start, min(e.at) AS t FROM s1 s JOIN public.event e ON e.lead = s.lead AND e.stage = 'mql' AND e.at >= s.t AND e.at <= s.start + interval '180 days' GROUP BY 1, 2),
s3 AS (SELECT s.lead, s.start, min(e.at) AS t FROM s2 s JOIN public.event e ON e.lead = s.lead AND e.stage = 'sal' AND e.at >= s.t AND e.at <= s.start + interval '180 days' GROUP BY 1, 2),
s4 AS (SELECT s.lead, s.start, min(e.at) AS t FROM s3 s JOIN public.event e ON e.lead = s.lead AND e.stage = 'sql' AND e.at >= s.t AND e.at <= s.start + interval '180 days' GROUP BY 1, 2),
s5 AS (SELECT s.lead, s.start, min(e.at) AS t FROM s4 s JOIN public.event e ON e.lead = s.lead AND e.stage = 'opportunity' AND e.at >= s.t AND e.at <= s.start + interval '180 days' GROUP BY 1, 2),
s6 AS (SELECT s.lead, s.start, min(e.at) AS t FROM s5 s JOIN public.event e ON e.lead = s.lead AND e.stage = 'proposal' AND e.at >= s.t AND e.at <= s.start + interval '180 days' GROUP BY 1, 2),
s7 AS (SELECT s.lead, s.start, min(e.at) AS t FROM s6 s JOIN public.event e ON e.lead = s.lead AND e.stage = 'negotiation' AND e.at >= s.t AND e.at <= s.start + interval '180 days' GROUP BY 1, 2),
s8 AS (SELECT s.lead, s.start, min(e.at) AS t FROM s7 s JOIN public.event e ON e.lead = s.lead AND e.stage = 'customer' AND e.at >= s.t AND e.at <= s.start + interval '180 days' GROUP BY 1, 2)
SELECT ARRAY[(SELECT count(DISTINCT lead) FROM s1), (SELECT count(DISTINCT lead) FROM s2), (SELECT count(DISTINCT lead) FROM s3), (SELECT count(DISTINCT lead) FROM s4), (SELECT count(DISTINCT lead) FROM s5), (SELECT count(DISTINCT lead) FROM s6), (SELECT count(DISTINCT lead) FROM s7), (SELECT count(DISTINCT lead) FROM s8)]::text;
-- [floor: count(*)]
SELECT count(*) FROM public.event;
-- [floor: GROUP BY lead, hash]
SET enable_sort = off;
SELECT count(*) FROM (SELECT lead FROM public.event GROUP BY lead) s;
-- [floor: GROUP BY lead, sort]
SET enable_hashagg = off;
SELECT count(*) FROM (SELECT lead FROM public.event GROUP BY lead) s;

-- question: journey per lead, then funnel
-- goal: at most 1.8 of the better GROUP BY
-- [align]
SELECT ARRAY(SELECT reached_count FROM align.steps(f) ORDER BY step_order)::text
FROM (SELECT align.funnel(j.journey, public.eight(), interval '180 days') AS f
      FROM (SELECT align.event_log(lead, stage, at) AS log FROM public.event) s, align.journeys(s.log) j) t;
-- [align, GROUP BY lead]
SELECT ARRAY(SELECT reached_count FROM align.steps(f) ORDER BY step_order)::text
FROM (SELECT align.funnel(j, public.eight(), interval '180 days') AS f
      FROM (SELECT align.journey(stage, at) AS j FROM public.event GROUP BY lead) s) t;
-- [floor: GROUP BY lead, hash]
SET enable_sort = off;
SELECT count(*) FROM (SELECT lead FROM public.event GROUP BY lead) s;
-- [floor: GROUP BY lead, sort]
SET enable_hashagg = off;
SELECT count(*) FROM (SELECT lead FROM public.event GROUP BY lead) s;

-- question: funnel from stored journeys
-- goal: at least 20 times faster than plain over events
-- [align]
SELECT ARRAY(SELECT reached_count FROM align.steps(f) ORDER BY step_order)::text
FROM (SELECT align.funnel(journey, public.eight(), interval '180 days') AS f FROM public.stored_journey) s;
-- [plain]
WITH s1 AS (SELECT lead, at AS start, at AS t FROM public.event WHERE stage = 'lead'),
s2 AS (SELECT s.lead, s.start, min(e.at) AS t FROM s1 s JOIN public.event e ON e.lead = s.lead AND e.stage = 'mql' AND e.at >= s.t AND e.at <= s.start + interval '180 days' GROUP BY 1, 2),
s3 AS (SELECT s.lead, s.start, min(e.at) AS t FROM s2 s JOIN public.event e ON e.lead = s.lead AND e.stage = 'sal' AND e.at >= s.t AND e.at <= s.start + interval '180 days' GROUP BY 1, 2),
s4 AS (SELECT s.lead, s.start, min(e.at) AS t FROM s3 s JOIN public.event e ON e.lead = s.lead AND e.stage = 'sql' AND e.at >= s.t AND e.at <= s.start + interval '180 days' GROUP BY 1, 2),
s5 AS (SELECT s.lead, s.start, min(e.at) AS t FROM s4 s JOIN public.event e ON e.lead = s.lead AND e.stage = 'opportunity' AND e.at >= s.t AND e.at <= s.start + interval '180 days' GROUP BY 1, 2),
s6 AS (SELECT s.lead, s.start, min(e.at) AS t FROM s5 s JOIN public.event e ON e.lead = s.lead AND e.stage = 'proposal' AND e.at >= s.t AND e.at <= s.start + interval '180 days' GROUP BY 1, 2),
s7 AS (SELECT s.lead, s.start, min(e.at) AS t FROM s6 s JOIN public.event e ON e.lead = s.lead AND e.stage = 'negotiation' AND e.at >= s.t AND e.at <= s.start + interval '180 days' GROUP BY 1, 2),
s8 AS (SELECT s.lead, s.start, min(e.at) AS t FROM s7 s JOIN public.event e ON e.lead = s.lead AND e.stage = 'customer' AND e.at >= s.t AND e.at <= s.start + interval '180 days' GROUP BY 1, 2)
SELECT ARRAY[(SELECT count(DISTINCT lead) FROM s1), (SELECT count(DISTINCT lead) FROM s2), (SELECT count(DISTINCT lead) FROM s3), (SELECT count(DISTINCT lead) FROM s4), (SELECT count(DISTINCT lead) FROM s5), (SELECT count(DISTINCT lead) FROM s6), (SELECT count(DISTINCT lead) FROM s7), (SELECT count(DISTINCT lead) FROM s8)]::text;
