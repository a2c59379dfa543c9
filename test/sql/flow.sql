\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(30);

CREATE TEMP TABLE event (lead bigint, stage align.stage, at timestamptz);
INSERT INTO event VALUES
    (1, 'lead', '2026-01-01Z'), (1, 'mql', '2026-01-03Z'), (1, 'recycled', '2026-01-04Z'), (1, 'mql', '2026-01-10Z'), (1, 'recycled', '2026-01-12Z'),
    (2, 'mql', '2026-01-02Z'), (2, 'mql', '2026-01-05Z'), (2, 'sql', '2026-01-06Z'),
    (3, 'lead', '2026-01-01Z'), (3, 'mql', '2026-01-01Z'),
    (NULL, 'lead', '2026-01-01Z'), (4, NULL, '2026-01-01Z'), (4, 'lead', NULL);

-- by hand: mql > recycled after 1 and 2 days, both by lead 1; mql > sql after 4 days, since logged again is no new stay
SELECT results_eq($$SELECT from_stage, to_stage, lead_count, move_count, round(move_ratio::numeric, 4), round(mean_days::numeric, 4) FROM transitions((SELECT flow(lead, stage, at) FROM event))$$,
    $$VALUES ('lead'::text, 'mql'::text, 2::bigint, 2::bigint, 1.0000, 1.0000), ('mql', 'sql', 1, 1, 0.3333, 4.0000),
             ('mql', 'recycled', 1, 2, 0.6667, 1.5000), ('recycled', 'mql', 1, 1, 1.0000, 6.0000)$$, 'transitions, by hand');
SELECT results_eq($$SELECT stage, entered_count, left_count, current_count, round(mean_days::numeric, 4) FROM stays((SELECT flow(lead, stage, at) FROM event))$$,
    $$VALUES ('lead'::text, 2::bigint, 2::bigint, 0::bigint, 1.0000), ('mql', 4, 3, 1, 2.3333), ('sql', 1, 0, 1, NULL), ('recycled', 2, 1, 1, 6.0000)$$, 'stays, by hand');
SELECT is((SELECT flow(lead, stage, at) FROM event), (SELECT flow(j) FROM (SELECT journey(stage, at) AS j FROM event WHERE lead IS NOT NULL GROUP BY lead) s), 'straight from events as over journeys');

-- many leads, against plain SQL
CREATE TEMP TABLE many AS
SELECT (i * 7919 % 3001)::bigint AS lead, (2 + hashint8extended(i, 1) % 5 + 5)::int AS n, timestamptz '2024-01-01Z' + (hashint8extended(i, 2) & 1048575) * interval '37 s' AS at
FROM generate_series(1, 40000) i;
ALTER TABLE many ADD COLUMN stage align.stage;
UPDATE many SET stage = (2 + abs(n) % 6)::align.stage;
CREATE TEMP TABLE plain AS
SELECT previous, stage, count(*) AS moves, count(DISTINCT lead) AS leads,
    percentile_disc(0.5) WITHIN GROUP (ORDER BY stay) AS p50, percentile_disc(0.9) WITHIN GROUP (ORDER BY stay) AS p90, avg(stay) AS mean
FROM (
    SELECT lead, stage, lag(stage) OVER w AS previous, extract(epoch FROM at - lag(at) OVER w) / 86400 AS stay
    FROM (SELECT DISTINCT lead, stage, at FROM many
          EXCEPT SELECT lead, stage, at FROM (SELECT DISTINCT lead, stage, at, lag(stage) OVER (PARTITION BY lead ORDER BY at, stage) AS p FROM many) x WHERE x.stage = x.p) e
    WINDOW w AS (PARTITION BY lead ORDER BY at, stage)) m
WHERE previous IS NOT NULL GROUP BY 1, 2;
CREATE TEMP TABLE ours AS SELECT t.* FROM transitions((SELECT flow(lead, stage, at) FROM many)) t;
SELECT cmp_ok((SELECT count(*) FROM plain), '>', 20::bigint, 'many kinds of moves');
SELECT results_eq('SELECT from_stage, to_stage, move_count, lead_count FROM ours ORDER BY 1, 2', 'SELECT previous::text, stage::text, moves, leads FROM plain ORDER BY previous::text, stage::text', 'moves and leads as plain SQL counts them');
SELECT ok((SELECT bool_and(abs(o.mean_days - p.mean::float8) < 1e-9 * p.mean::float8) FROM ours o JOIN plain p ON (o.from_stage, o.to_stage) = (p.previous::text, p.stage::text)), 'means as plain SQL gives them');
SELECT ok((SELECT bool_and(abs(o.p50_days - p.p50) <= 0.01 * p.p50 AND abs(o.p90_days - p.p90) <= 0.01 * p.p90) FROM ours o JOIN plain p ON (o.from_stage, o.to_stage) = (p.previous::text, p.stage::text)), 'quantiles within 1 %');
SELECT is((SELECT flow(lead::text, stage, at) FROM many), (SELECT flow(lead, stage, at) FROM many), 'text keys');
SELECT is((SELECT flow(md5(lead::text)::uuid, stage, at) FROM many), (SELECT flow(lead, stage, at) FROM many), 'uuid keys');
SELECT is((SELECT flow(lead, stage, at) FROM (SELECT * FROM many ORDER BY md5(at::text || lead)) m), (SELECT flow(lead, stage, at) FROM many), 'input order does not matter');

-- a group
SELECT is((SELECT rollup(f) FROM (SELECT flow(lead, stage, at) AS f FROM many GROUP BY lead % 7) s), (SELECT flow(lead, stage, at) FROM many), 'rollup of parts');
SELECT is((SELECT flow(lead, stage, at) FROM many WHERE lead < 1000) + (SELECT flow(lead, stage, at) FROM many WHERE lead >= 1000), (SELECT flow(lead, stage, at) FROM many), '+');
SELECT is((SELECT flow(lead, stage, at) FROM many) - (SELECT flow(lead, stage, at) FROM many WHERE lead >= 1000), (SELECT flow(lead, stage, at) FROM many WHERE lead < 1000), '- gives the rest, to the last digit');
SELECT is((SELECT flow(lead, stage, at) - flow(lead, stage, at) + flow(lead, stage, at) FROM many), (SELECT flow(lead, stage, at) FROM many), 'below zero and back');
-- a made mql > sql once after 3 days, b once after 5: the difference counts 0 moves, but not the same days
CREATE TEMP TABLE pair AS SELECT flow(1::bigint, stage, at) FILTER (WHERE who = 'a') AS a, flow(1::bigint, stage, at) FILTER (WHERE who = 'b') AS b
FROM (VALUES ('a', 'mql'::align.stage, '2026-01-01Z'::timestamptz), ('a', 'sql', '2026-01-04Z'), ('b', 'mql', '2026-01-01Z'), ('b', 'sql', '2026-01-06Z')) e(who, stage, at);
SELECT is((SELECT a - b + b FROM pair), (SELECT a FROM pair), 'as many moves of other durations: taken away and back');
SELECT is((SELECT rollup(part) FROM pair, LATERAL (VALUES (a - b), ((b::text)::flow)) p(part)), (SELECT a FROM pair), 'the same by rollup');
SELECT is((SELECT (a - b)::text::flow + b FROM pair), (SELECT a FROM pair), 'the same through text');
SELECT is((SELECT flow(lead, stage, at)::text::flow FROM many), (SELECT flow(lead, stage, at) FROM many), 'text reads back to the same');
SELECT is((SELECT count(*) FROM transitions((SELECT flow(lead, stage, at) - flow(lead, stage, at) FROM many))), 0::bigint, 'nothing is left of a flow without itself');
SELECT is((SELECT flow(lead, stage, at) FROM event WHERE lead = 99), NULL, 'no event is no flow');
SELECT is((SELECT count(*) FROM (SELECT DISTINCT flow(lead, stage, at) AS f FROM many GROUP BY lead % 2, lead % 3) s), 6::bigint, 'flows can be told apart');

SELECT is((SELECT rollup(f) FROM (SELECT flow(lead, stage, at) AS f FROM many GROUP BY lead % 7 ORDER BY count(*)) s), (SELECT flow(lead, stage, at) FROM many), 'flows go through a sort');

-- views
INSERT INTO lead (key) SELECT 'L' || lead FROM event WHERE lead < 4 GROUP BY lead;
INSERT INTO stage_event (lead, stage, at) SELECT l.id, e.stage, e.at FROM event e JOIN lead l ON l.key = 'L' || e.lead WHERE e.lead < 4;
SELECT results_eq('SELECT from_stage, to_stage, lead_count, move_count, mean_days FROM stage_transition ORDER BY from_stage_order, to_stage_order',
    $$VALUES ('lead'::text, 'mql'::text, 2::bigint, 2::bigint, 1.000), ('mql', 'sql', 1, 1, 4.000), ('mql', 'recycled', 1, 2, 1.500), ('recycled', 'mql', 1, 1, 6.000)$$, 'stage_transition');

-- bad input
CREATE FUNCTION pg_temp.doubled(f align.flow, n int) RETURNS align.flow LANGUAGE plpgsql AS $$BEGIN FOR i IN 1..n LOOP f := f + f; END LOOP; RETURN f; END $$;
SELECT is((SELECT format('%s %s', move_count, mean_days) FROM transitions((SELECT pg_temp.doubled(a, 40) FROM pair))), '1099511627776 3', '2^40 moves of 3 days');
SELECT is(pg_temp.error_of($$SELECT pg_temp.doubled(align.flow(1::bigint, 'mql', '2026-01-01Z'), 63)$$), '22003 | a count of this flow is out of range | A count is a bigint. | Add fewer of them.', 'but not 2^63 leads');
SELECT is(pg_temp.error_of($$SELECT align.flow('2:{}'::align.journey)$$),
    '42804 | this journey has no stages: it was built from 2 conditions | A flow counts moves between stages. | Build it by journey(stage, at).', 'a flow needs stages');
SELECT is(pg_temp.error_of($$SELECT '{}'::align.flow$$),
    '22P02 | invalid flow | Its member "state" is missing or damaged, or the text was edited. | A flow is built by the aggregate flow; its text is only to be read back.', 'a text that is no flow');
SELECT matches(pg_temp.error_of(format('SELECT %L::align.flow', replace((SELECT flow(lead, stage, at) FROM event)::text, '"lead > mql": 2', '"lead > mql": 3'))), '^22P02 \| invalid flow', 'an edited text');
SELECT matches(pg_temp.error_of($$SELECT align.flow(1::bigint, 'lead', 'infinity')$$), '^22008 \| invalid instant: infinity', 'an infinite instant');
SELECT matches(pg_temp.error_of($$SELECT align.flow(1::bigint, 'lead', timestamptz '20000-01-01Z')$$), '^22008 \| instant out of range', 'an instant past the year 11134');

SELECT * FROM finish();
ROLLBACK;
