-- setup.sql: the events that every question reads: :rows of them, of 0.28 leads
-- an event, eight stages, in the order in which they happened. From a seed: the
-- same numbers on every server.
CREATE EXTENSION align;
SET search_path = align, public;
SET max_parallel_workers_per_gather = 0;
SET work_mem = '1GB';

-- a lead begins at a random instant of two years; its events follow each other
-- after up to 40 days, mostly one stage further, sometimes the same or two
CREATE TABLE public.event AS
SELECT lead, stage::stage, at
FROM (
    SELECT lead, n,
        least(2 + sum(CASE (h >> 8) & 7 WHEN 0 THEN 0 WHEN 1 THEN 2 ELSE 1 END) OVER w
              - CASE (h >> 8) & 7 WHEN 0 THEN 0 WHEN 1 THEN 2 ELSE 1 END, 9)::int AS stage,
        timestamptz '2024-01-01Z' + make_interval(secs => (abs(hashint8extended(lead, 1)) % 63072000)
            + sum((h >> 16) % 3456000) OVER w) AS at
    FROM (
        SELECT i % (:rows * 28 / 100) AS lead, i / (:rows * 28 / 100) AS n,
            hashint8extended(i, 2) & 9223372036854775807 AS h
        FROM generate_series(1::bigint, :rows) i) g
    WINDOW w AS (PARTITION BY lead ORDER BY n ROWS UNBOUNDED PRECEDING)) e
ORDER BY at;
VACUUM (ANALYZE, FREEZE) public.event;

CREATE TABLE public.stored_journey AS SELECT lead, journey(stage, at) AS journey FROM public.event GROUP BY lead;
VACUUM (ANALYZE, FREEZE) public.stored_journey;

-- the eight stages and the window of all questions
CREATE FUNCTION public.eight() RETURNS stage[] LANGUAGE sql IMMUTABLE RETURN '{lead,mql,sal,sql,opportunity,proposal,negotiation,customer}'::stage[];
