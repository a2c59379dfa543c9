-- bench/funnel.sql: the ordered funnel of eight steps within 180 days.
-- Plain SQL is written in two correct ways: one join a step, which finds for each
-- start the next step and the next; and one window function a step, which keeps
-- the latest start from which a step was reached. ("First time of each stage" is
-- shorter and wrong: it misses who begins again.)

-- question: funnel straight from events
-- goal: at least 10 times faster than plain; at most 0.45 of the better GROUP BY
-- [align]
SELECT ARRAY(SELECT reached_count FROM align.steps(f) ORDER BY step_order)::text
FROM (SELECT align.funnel(lead, stage, at, '{lead,mql,sal,sql,opportunity,proposal,negotiation,customer}', interval '180 days') AS f FROM public.event) s;
-- [align, one process]
SET max_parallel_workers_per_gather = 0;
SELECT ARRAY(SELECT reached_count FROM align.steps(f) ORDER BY step_order)::text
FROM (SELECT align.funnel(lead, stage, at, '{lead,mql,sal,sql,opportunity,proposal,negotiation,customer}', interval '180 days') AS f FROM public.event) s;
-- [plain, joins]
WITH s1 AS (SELECT lead, at AS start, at AS t FROM public.event WHERE stage = 'lead'),
s2 AS (SELECT s.lead, s.start, min(e.at) AS t FROM s1 s JOIN public.event e ON e.lead = s.lead AND e.stage = 'mql' AND e.at >= s.t AND e.at <= s.start + interval '180 days' GROUP BY 1, 2),
s3 AS (SELECT s.lead, s.start, min(e.at) AS t FROM s2 s JOIN public.event e ON e.lead = s.lead AND e.stage = 'sal' AND e.at >= s.t AND e.at <= s.start + interval '180 days' GROUP BY 1, 2),
s4 AS (SELECT s.lead, s.start, min(e.at) AS t FROM s3 s JOIN public.event e ON e.lead = s.lead AND e.stage = 'sql' AND e.at >= s.t AND e.at <= s.start + interval '180 days' GROUP BY 1, 2),
s5 AS (SELECT s.lead, s.start, min(e.at) AS t FROM s4 s JOIN public.event e ON e.lead = s.lead AND e.stage = 'opportunity' AND e.at >= s.t AND e.at <= s.start + interval '180 days' GROUP BY 1, 2),
s6 AS (SELECT s.lead, s.start, min(e.at) AS t FROM s5 s JOIN public.event e ON e.lead = s.lead AND e.stage = 'proposal' AND e.at >= s.t AND e.at <= s.start + interval '180 days' GROUP BY 1, 2),
s7 AS (SELECT s.lead, s.start, min(e.at) AS t FROM s6 s JOIN public.event e ON e.lead = s.lead AND e.stage = 'negotiation' AND e.at >= s.t AND e.at <= s.start + interval '180 days' GROUP BY 1, 2),
s8 AS (SELECT s.lead, s.start, min(e.at) AS t FROM s7 s JOIN public.event e ON e.lead = s.lead AND e.stage = 'customer' AND e.at >= s.t AND e.at <= s.start + interval '180 days' GROUP BY 1, 2)
SELECT ARRAY[(SELECT count(DISTINCT lead) FROM s1), (SELECT count(DISTINCT lead) FROM s2), (SELECT count(DISTINCT lead) FROM s3), (SELECT count(DISTINCT lead) FROM s4), (SELECT count(DISTINCT lead) FROM s5), (SELECT count(DISTINCT lead) FROM s6), (SELECT count(DISTINCT lead) FROM s7), (SELECT count(DISTINCT lead) FROM s8)]::text;
-- [plain, windows]
SELECT ARRAY[count(*) FILTER (WHERE r1), count(*) FILTER (WHERE r2), count(*) FILTER (WHERE r3), count(*) FILTER (WHERE r4), count(*) FILTER (WHERE r5), count(*) FILTER (WHERE r6), count(*) FILTER (WHERE r7), count(*) FILTER (WHERE r8)]::text FROM (
    SELECT lead, bool_or(s1 IS NOT NULL) AS r1, bool_or(s2 IS NOT NULL) AS r2, bool_or(s3 IS NOT NULL) AS r3, bool_or(s4 IS NOT NULL) AS r4, bool_or(s5 IS NOT NULL) AS r5, bool_or(s6 IS NOT NULL) AS r6, bool_or(s7 IS NOT NULL) AS r7, bool_or(s8 IS NOT NULL) AS r8 FROM (
    SELECT lead, at, stage, s1, s2, s3, s4, s5, s6, s7,
        max(s7) FILTER (WHERE stage = 'customer' AND at <= s7 + interval '180 days') OVER w AS s8 FROM (
    SELECT lead, at, stage, s1, s2, s3, s4, s5, s6,
        max(s6) FILTER (WHERE stage = 'negotiation' AND at <= s6 + interval '180 days') OVER w AS s7 FROM (
    SELECT lead, at, stage, s1, s2, s3, s4, s5,
        max(s5) FILTER (WHERE stage = 'proposal' AND at <= s5 + interval '180 days') OVER w AS s6 FROM (
    SELECT lead, at, stage, s1, s2, s3, s4,
        max(s4) FILTER (WHERE stage = 'opportunity' AND at <= s4 + interval '180 days') OVER w AS s5 FROM (
    SELECT lead, at, stage, s1, s2, s3,
        max(s3) FILTER (WHERE stage = 'sql' AND at <= s3 + interval '180 days') OVER w AS s4 FROM (
    SELECT lead, at, stage, s1, s2,
        max(s2) FILTER (WHERE stage = 'sal' AND at <= s2 + interval '180 days') OVER w AS s3 FROM (
    SELECT lead, at, stage, s1,
        max(s1) FILTER (WHERE stage = 'mql' AND at <= s1 + interval '180 days') OVER w AS s2 FROM (
    SELECT lead, at, stage,
        max(at) FILTER (WHERE stage = 'lead') OVER w AS s1 FROM public.event
        WINDOW w AS (PARTITION BY lead ORDER BY at, stage ROWS UNBOUNDED PRECEDING)) x2
        WINDOW w AS (PARTITION BY lead ORDER BY at, stage ROWS UNBOUNDED PRECEDING)) x3
        WINDOW w AS (PARTITION BY lead ORDER BY at, stage ROWS UNBOUNDED PRECEDING)) x4
        WINDOW w AS (PARTITION BY lead ORDER BY at, stage ROWS UNBOUNDED PRECEDING)) x5
        WINDOW w AS (PARTITION BY lead ORDER BY at, stage ROWS UNBOUNDED PRECEDING)) x6
        WINDOW w AS (PARTITION BY lead ORDER BY at, stage ROWS UNBOUNDED PRECEDING)) x7
        WINDOW w AS (PARTITION BY lead ORDER BY at, stage ROWS UNBOUNDED PRECEDING)) x8
        WINDOW w AS (PARTITION BY lead ORDER BY at, stage ROWS UNBOUNDED PRECEDING)) y GROUP BY lead) z;
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
