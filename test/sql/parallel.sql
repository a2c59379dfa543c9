\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(11);

-- forced parallel plans give the answers of serial ones
CREATE TABLE public.parallel_event (lead bigint, stage align.stage, at timestamptz);
INSERT INTO public.parallel_event
SELECT h % 5000, (2 + (h >> 16) % 8)::int::align.stage, timestamptz '2024-01-01Z' + ((h >> 24) % 1000000) * interval '1 min'
FROM generate_series(1, 60000) n, LATERAL (SELECT hashint8extended(n, 10) & 9223372036854775807 AS h) x;
CREATE TABLE public.parallel_journey AS SELECT lead, align.journey(stage, at) AS journey FROM public.parallel_event GROUP BY lead;
ANALYZE public.parallel_event, public.parallel_journey;
CREATE TEMP TABLE query (name text, statement text);
INSERT INTO query VALUES
    ('funnel over events', $$SELECT align.funnel(lead, stage, at, '{lead,mql,sql,customer}', '90 days')::text FROM public.parallel_event$$),
    ('funnel over events, text keys', $$SELECT align.funnel(lead::text, stage, at, '{lead,mql,sql,customer}', '90 days')::text FROM public.parallel_event$$),
    ('funnel over journeys', $$SELECT align.funnel(journey, '{lead,mql,sql,customer}', '90 days')::text FROM public.parallel_journey$$),
    ('flow over events', $$SELECT align.flow(lead, stage, at)::text FROM public.parallel_event$$),
    ('flow over journeys', $$SELECT align.flow(journey)::text FROM public.parallel_journey$$),
    ('journey', $$SELECT align.journey(stage, at)::text FROM public.parallel_event$$),
    ('window_funnel', $$SELECT align.window_funnel(at, '90 days', stage = 'lead', stage = 'mql', stage = 'sql')::text FROM public.parallel_event$$),
    ('retention', $$SELECT align.retention(stage = 'lead', stage = 'churned', stage = 'sql')::text FROM public.parallel_event$$),
    ('min and max', $$SELECT min(stage)::text || max(stage) FROM public.parallel_event$$);
CREATE FUNCTION pg_temp.answer(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text; BEGIN EXECUTE statement INTO result; RETURN md5(result); END $$;
CREATE FUNCTION pg_temp.workers(statement text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE plan json; BEGIN EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || statement INTO plan;
    RETURN (regexp_match(plan::text, '"Workers Launched": (\d+)'))[1]; END $$;
SET LOCAL max_parallel_workers_per_gather = 0;
CREATE TEMP TABLE serial AS SELECT name, pg_temp.answer(statement) AS answer FROM query;
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SELECT is(pg_temp.answer(q.statement), s.answer, 'as serial: ' || q.name) FROM query q JOIN serial s USING (name);
SELECT ok(pg_temp.workers((SELECT statement FROM query WHERE name = 'funnel over events')) > 0, 'workers did take part');
-- also without the leader's own share
SET LOCAL parallel_leader_participation = off;
SELECT is(pg_temp.answer(q.statement), s.answer, 'by workers alone: ' || q.name) FROM query q JOIN serial s USING (name) WHERE name = 'funnel over events';

SELECT * FROM finish();
ROLLBACK;
