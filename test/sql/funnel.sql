\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(151);

-- A journey from letters and days: 'a0 b1 b1 x2' has condition 1 (a) at day 0,
-- 2 (b) twice at day 1, 3 (c), 4 (d), 5 (x, to be excluded). 'ab3' has both.
CREATE FUNCTION pg_temp.j(events text) RETURNS align.journey LANGUAGE sql AS $$
    SELECT align.journey(timestamptz '2026-01-01Z' + substring(e FROM '[\d.]+')::float8 * interval '1 day',
        e ~ 'a', e ~ 'b', e ~ 'c', e ~ 'd', e ~ 'x')
    FROM string_to_table(events, ' ') e
$$;
-- The level and the days of the winning chain: '3: 0 1 4'.
CREATE FUNCTION pg_temp.chain(events text, rule align.funnel_rule) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(': ', align.funnel_level(pg_temp.j(events), rule),
        (SELECT string_agg((extract(epoch FROM t - '2026-01-01Z') / 86400)::float8::text, ' ' ORDER BY n)
         FROM unnest(align.funnel_times(pg_temp.j(events), rule)) WITH ORDINALITY u (t, n)))
$$;
CREATE FUNCTION pg_temp.r(within interval DEFAULT NULL, per_step interval DEFAULT NULL, mode text DEFAULT 'ordered', ties text DEFAULT 'chain',
    exclude int[] DEFAULT '{5}', exclude_from int DEFAULT NULL, exclude_to int DEFAULT NULL, as_of timestamptz DEFAULT NULL) RETURNS align.funnel_rule
LANGUAGE sql AS $$
    SELECT align.funnel_rule(conditions => '{1,2,3}', within => within, per_step => per_step, mode => mode, ties => ties,
        exclude_conditions => exclude, exclude_from => exclude_from, exclude_to => exclude_to, as_of => as_of)
$$;

-- rule 1: input order and ties
SELECT is(pg_temp.chain('c2 a0 b1', pg_temp.r()), '3: 0 1 2', '1: input order does not matter');
SELECT is(pg_temp.chain('c0 b0 a0', pg_temp.r()), '3: 0 0 0', '1: ties chain: rows of one instant follow each other in step order');
SELECT is(pg_temp.chain('c0 b0 a0', pg_temp.r(ties => 'strict')), '1: 0', '1: ties strict: each step needs a later instant');
SELECT is(pg_temp.chain('a0 b1 c1', pg_temp.r(ties => 'strict')), '2: 0 1', '1: ties strict: c is judged against the state before its instant');
SELECT is(pg_temp.chain('a0 b1 c1 c2', pg_temp.r(ties => 'strict')), '3: 0 1 2', '1: ties strict: a later c counts');
-- rule 2: a row serves one step
SELECT is(pg_temp.chain('abc0', pg_temp.r()), '1: 0', '2: a row serves one step');
SELECT is(pg_temp.chain('abc0 abc1', pg_temp.r()), '2: 0 1', '2: a repeated step needs two rows');
SELECT is(pg_temp.chain('ab0 a0', pg_temp.r()), '2: 0 0', '2: rows of one instant are assigned so that most steps are served');
SELECT is(pg_temp.chain('abc0 ab0 a0', pg_temp.r()), '3: 0 0 0', '2: also three of them');
-- rule 3: windows
SELECT is(pg_temp.chain('a0 b5 c10', pg_temp.r('10 days')), '3: 0 5 10', '3: the window includes its end');
SELECT is(pg_temp.chain('a0 b5 c10.00001', pg_temp.r('10 days')), '2: 0 5', '3: and nothing after it');
SELECT is(pg_temp.chain('a0 b5 c10', pg_temp.r(per_step => '5 days')), '3: 0 5 10', '3: per step from the step before');
SELECT is(pg_temp.chain('a0 b1 b5 c10', pg_temp.r(per_step => '6 days')), '3: 0 5 10', '3: per step: a later row may reach deeper');
SELECT is(pg_temp.chain('a0 b5 c10', pg_temp.r('0')), '1: 0', '3: an empty window holds its start');
SELECT is(pg_temp.chain('a0 b0 c0', pg_temp.r('0')), '3: 0 0 0', '3: and what happened at once');
SELECT is(pg_temp.chain('a0 b5000 c100000', pg_temp.r()), '3: 0 5000 100000', '3: NULL is no limit');
SELECT is(funnel_level(pg_temp.j('a0 b1'), NULL, '24 hours'), 2, '3: a day counts 24 hours');
-- rule 4: which chain wins
SELECT is(pg_temp.chain('a0 a8 b9 c11', pg_temp.r('10 days')), '3: 8 9 11', '4: the deepest chain wins');
SELECT is(pg_temp.chain('a0 a1 b2 c3', pg_temp.r('10 days')), '3: 0 2 3', '4: then the earliest start');
SELECT is(pg_temp.chain('a0 b2 a4 b5 c30', pg_temp.r('10 days')), '2: 0 2', '4: times come from the chain that wins');
-- rule 5: modes
SELECT is(pg_temp.chain('a0 d1 b2 c3', pg_temp.r()), '3: 0 2 3', '5: ordered: others may lie between');
SELECT is(pg_temp.chain('a0 c1 b2 c3', pg_temp.r(mode => 'strict')), '1: 0', '5: strict: a foreign listed step ends the attempt');
SELECT is(pg_temp.chain('a0 c1 a2 b3 c4', pg_temp.r(mode => 'strict')), '3: 2 3 4', '5: strict: a new one may start');
SELECT is(pg_temp.chain('a0 b1 a2 c3', pg_temp.r(mode => 'strict')), '2: 0 1', '5: strict: an earlier step is foreign too');
SELECT is(pg_temp.chain('a0 a1 b2 b3 c4', pg_temp.r(mode => 'strict')), '3: 0 2 4', '5: strict: the step just reached is not foreign');
SELECT is(pg_temp.chain('a0 d1 b2', pg_temp.r(mode => 'strict')), '2: 0 2', '5: strict: a step that is not listed is ignored');
SELECT is(pg_temp.chain('c0 a1 b9', pg_temp.r('5 days', mode => 'any')), '2: 0 1', '5: any: in any order, from the earliest matched');
SELECT is(pg_temp.chain('c0 a4 b5 c6', pg_temp.r('3 days', mode => 'any')), '3: 4 5 6', '5: any: the best window');
SELECT is(pg_temp.chain('ab0 a1', pg_temp.r(mode => 'any')), '2: 0 1', '5: any: rows are assigned so that most steps are served');
SELECT is(pg_temp.chain('a0 b0', pg_temp.r(mode => 'any', ties => 'strict')), '1: 0', '5: any: ties strict need later instants');
-- rule 6: exclusion
SELECT is(pg_temp.chain('a0 b1 c2', pg_temp.r('9 days')), '3: 0 1 2', '6: nothing excluded happened');
SELECT is(pg_temp.chain('a0 b1 x1.5 c2', pg_temp.r('9 days')), '0', '6: a hit in the window removes the attempt');
SELECT is(pg_temp.chain('a0 x1', pg_temp.r('9 days')), '0', '6: also when it would never have converted');
SELECT is(pg_temp.chain('a0 b1 c2 x5', pg_temp.r('9 days')), '0', '6: also after the last step, while the window is open');
SELECT is(pg_temp.chain('a0 b1 c2 x10', pg_temp.r('9 days')), '3: 0 1 2', '6: but not after the window');
SELECT is(pg_temp.chain('x0 a1 b2', pg_temp.r('9 days')), '2: 1 2', '6: nor before the start');
SELECT is(pg_temp.chain('a0 x1 a20 b21', pg_temp.r('9 days')), '2: 20 21', '6: another attempt may be clean');
SELECT is(pg_temp.chain('a0 b1 x3 c4', pg_temp.r('9 days', exclude_from => 1, exclude_to => 2)), '3: 0 1 4', '6: between steps 1 and 2 only');
SELECT is(pg_temp.chain('a0 x0.5 b1 c4', pg_temp.r('9 days', exclude_from => 1, exclude_to => 2)), '0', '6: a hit between them');
SELECT is(pg_temp.chain('a0 b1 x3 c4', pg_temp.r('9 days', exclude_from => 2, exclude_to => 3)), '0', '6: between steps 2 and 3');
SELECT is(pg_temp.chain('a0 x3', pg_temp.r('9 days', exclude_from => 2, exclude_to => 3)), '1: 0', '6: nothing is between steps that were not begun');
SELECT is(pg_temp.chain('a0 b1 x3', pg_temp.r('9 days', exclude_from => 2, exclude_to => 3)), '0', '6: a step that is not reached ends with the window');
SELECT is(pg_temp.chain('a0 x0 b1', pg_temp.r('9 days')), '0', '6: ties chain: a hit at the start''s instant counts');
SELECT is(pg_temp.chain('a0 x0 b1', pg_temp.r('9 days', ties => 'strict')), '2: 0 1', '6: ties strict: only a later one');
-- rule 7: the rest
SELECT is(pg_temp.chain('d0 d1', pg_temp.r()), '0', '7: nothing matched is level 0');
SELECT is(pg_temp.chain('b0 c1', pg_temp.r()), '0', '7: without the first step too');
SELECT is(funnel_level('{}'::journey, '{mql,sql}', NULL), 0, '7: an empty journey');
SELECT is(funnel_level(NULL, '{mql,sql}', NULL), NULL, '7: no journey');
SELECT is(funnel_times('{}'::journey, '{mql,sql}', NULL), '{}', '7: no instants');
-- rule 8: counts, shares, and who is open
CREATE TEMP TABLE lead8 (events text);
INSERT INTO lead8 VALUES ('a0 b1 c2'), ('a0 b1 c2'), ('a0 b3'), ('a0'), ('a95'), ('a95 b96'), ('b7'), ('a0 b1 c98');
SELECT results_eq($$SELECT step_order, step, reached_count, open_count, first_ratio, round(previous_ratio::numeric, 6), dropped_count, round(p50_days::numeric, 1), round(mean_days::numeric, 6)
        FROM steps((SELECT funnel(pg_temp.j(events), pg_temp.r('30 days', as_of => timestamptz '2026-01-01Z' + interval '100 days')) FROM lead8))$$,
    $$VALUES (1, '1'::text, 7::bigint, 1::bigint, 1::float8, NULL::numeric, 1::bigint, NULL::numeric, NULL::numeric),
             (2, '2', 5, 1, 5/7::float8, 0.714286, 2, 1.0, 1.4), (3, '3', 2, 0, 2/7::float8, 0.4, NULL, 1.0, 1.0)$$, '8: counts by hand');
SELECT is((SELECT sum(open_count) FROM steps((SELECT funnel(pg_temp.j(events), pg_temp.r('30 days')) FROM lead8))), 0::numeric, '8: without as_of nobody is open');
SELECT is((SELECT open_count FROM steps((SELECT funnel(pg_temp.j('a0 b1'), pg_temp.r('30 days', as_of => timestamptz '2026-01-31Z')))) WHERE step_order = 2), 1::bigint, '8: open at the end of the window itself');
SELECT is((SELECT open_count FROM steps((SELECT funnel(pg_temp.j('a0 b1'), pg_temp.r('30 days', as_of => timestamptz '2026-01-31 00:00:01Z')))) WHERE step_order = 2), 0::bigint, '8: and not after it');
SELECT is((SELECT open_count FROM steps((SELECT funnel(pg_temp.j('a0 b1'), pg_temp.r('30 days', '5 days', as_of => timestamptz '2026-01-10Z')))) WHERE step_order = 2), 0::bigint, '8: nor after the window per step');
SELECT is(pg_temp.chain('a0 b1 c2', pg_temp.r(as_of => timestamptz '2026-01-02Z')), '2: 0 1', '8: events after as_of are not known');

-- Against brute force: all chains of random journeys, tried one by one.
CREATE FUNCTION pg_temp.brute(at int[], steps int[], k int, within int, per_step int, mode text, ties text, exclude boolean, e_from int, e_to int)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    best text := '0'; best_level int := 0; s record; top record; a int[]; m int[]; upto float8; since float8;
BEGIN
    a := at;
    m := steps;
    IF ties = 'strict' THEN      -- the rows of one instant are one
        SELECT array_agg(j.at), array_agg(j.steps) INTO a, m
        FROM (SELECT u.at, bit_or(u.steps) AS steps FROM unnest(at, steps) u (at, steps) GROUP BY u.at) j;
    END IF;
    FOR s IN SELECT DISTINCT r.at FROM unnest(a, m) WITH ORDINALITY r (at, steps, id)
             WHERE CASE mode WHEN 'any' THEN r.steps & ((1 << k) - 1) <> 0 ELSE r.steps & 1 <> 0 END ORDER BY r.at LOOP
        IF exclude AND e_from IS NULL AND EXISTS (
            SELECT FROM unnest(a, m) WITH ORDINALITY r (at, steps, id) WHERE r.steps & 16 <> 0 AND r.at <= coalesce(s.at + within, 1e9)
                AND CASE ties WHEN 'chain' THEN r.at >= s.at ELSE r.at > s.at END) THEN
            CONTINUE;
        END IF;
        IF mode = 'any' THEN
            WITH RECURSIVE c AS (
                SELECT ARRAY[r.id] AS used, 1 << b AS taken, 1 AS level, r.at AS last, ARRAY[r.at] AS times
                FROM unnest(a, m) WITH ORDINALITY r (at, steps, id), generate_series(0, k - 1) b WHERE r.at = s.at AND r.steps & (1 << b) <> 0
                UNION
                SELECT c.used || r.id, c.taken | (1 << b), c.level + 1, r.at, c.times || r.at
                FROM c JOIN unnest(a, m) WITH ORDINALITY r (at, steps, id) ON (r.at, r.id) > (c.last, c.used[cardinality(c.used)]) AND r.at <= coalesce(s.at + within, 1e9),
                    generate_series(0, k - 1) b WHERE r.steps & (1 << b) <> 0 AND c.taken & (1 << b) = 0)
            SELECT c.level, c.times INTO top FROM c ORDER BY c.level DESC, c.times LIMIT 1;
        ELSE
            WITH RECURSIVE c AS (
                SELECT ARRAY[r.id] AS used, 1 AS level, r.at AS last, ARRAY[r.at] AS times FROM unnest(a, m) WITH ORDINALITY r (at, steps, id) WHERE r.at = s.at AND r.steps & 1 <> 0
                UNION
                SELECT c.used || r.id, c.level + 1, r.at, c.times || r.at
                FROM c JOIN unnest(a, m) WITH ORDINALITY r (at, steps, id) ON r.id <> ALL (c.used) AND r.at >= c.last AND r.steps & (1 << c.level) <> 0 AND c.level < k
                    AND r.at <= coalesce(s.at + within, 1e9) AND r.at <= coalesce(c.last + per_step, 1e9)
                    AND (mode = 'ordered' OR NOT EXISTS (SELECT FROM unnest(a, m) WITH ORDINALITY f (at, steps, id) WHERE f.at > c.last AND f.at < r.at
                        AND f.steps & ((1 << k) - 1) & ~((1 << c.level) | (1 << (c.level - 1))) <> 0)))
            SELECT c.level, c.times INTO top FROM c ORDER BY c.level DESC, c.times LIMIT 1;
        END IF;
        IF exclude AND e_from IS NOT NULL AND top.level >= e_from THEN
            since := top.times[e_from];
            upto := CASE WHEN top.level >= e_to THEN top.times[e_to] ELSE coalesce(s.at + within, 1e9) END;
            IF EXISTS (SELECT FROM unnest(a, m) WITH ORDINALITY r (at, steps, id) WHERE r.steps & 16 <> 0 AND r.at <= upto
                    AND CASE ties WHEN 'chain' THEN r.at >= since ELSE r.at > since END) THEN
                CONTINUE;
            END IF;
        END IF;
        IF top.level > best_level THEN
            best_level := top.level;
            best := top.level || ': ' || array_to_string(top.times, ' ');
        END IF;
    END LOOP;
    RETURN best;
END $$;
-- Random journeys: up to 9 rows in 12 days, so ties are frequent; every other one has rows with several conditions.
CREATE TEMP TABLE random8 AS
SELECT i, array_agg(at) AS at, array_agg(steps) AS steps,
    string_agg(translate(concat(CASE WHEN steps & 1 <> 0 THEN 'a' END, CASE WHEN steps & 2 <> 0 THEN 'b' END, CASE WHEN steps & 4 <> 0 THEN 'c' END,
        CASE WHEN steps & 8 <> 0 THEN 'd' END, CASE WHEN steps & 16 <> 0 THEN 'x' END), '', '') || at, ' ') AS events
FROM (
    SELECT i, ((h & 15) % 12)::int AS at,
        CASE WHEN i % 2 = 0 OR (h >> 8) & 1 = 0 THEN 1 << ((h >> 16) % CASE WHEN i % 5 = 0 THEN 5 ELSE 4 END)::int
            ELSE ((h >> 16) % 15 + 1)::int END AS steps
    FROM generate_series(1, 300) i, generate_series(1, 2 + i % 8) n, LATERAL (SELECT hashint8extended(i * 100 + n, 8) & 9223372036854775807 AS h) x) e
GROUP BY i;
CREATE FUNCTION pg_temp.differ(within int, per_step int, mode text, ties text, exclude boolean, e_from int DEFAULT NULL, e_to int DEFAULT NULL)
RETURNS SETOF text LANGUAGE sql AS $$
    SELECT r.events || ' -> ' || ours || ' instead of ' || theirs
    FROM random8 r,
    LATERAL (SELECT
        pg_temp.chain(r.events, align.funnel_rule(conditions => '{1,2,3,4}', within => within * interval '1 day', per_step => per_step * interval '1 day',
            mode => mode, ties => ties, exclude_conditions => CASE WHEN exclude THEN '{5}'::int[] END, exclude_from => e_from, exclude_to => e_to)) AS ours,
        pg_temp.brute(r.at, r.steps, 4, within, per_step, mode, ties, exclude, e_from, e_to) AS theirs) x
    WHERE ours <> theirs LIMIT 3
$$;
SELECT is_empty(format('SELECT * FROM pg_temp.differ(%s, %s, %L, %L, %L, %s, %s)', coalesce(w::text, 'NULL'), coalesce(p::text, 'NULL'), m, t, x, coalesce(f::text, 'NULL'), coalesce(u::text, 'NULL')),
    concat_ws(' ', 'brute force agrees:', m, 'ties', t, 'within ' || w, 'per step ' || p, CASE WHEN x THEN 'excluding' END, 'between ' || f || ' and ' || u))
FROM (VALUES
    (NULL::int, NULL::int, 'ordered', 'chain', false, NULL::int, NULL::int), (5, NULL, 'ordered', 'chain', false, NULL, NULL), (5, NULL, 'ordered', 'strict', false, NULL, NULL),
    (NULL, 2, 'ordered', 'chain', false, NULL, NULL), (6, 3, 'ordered', 'chain', false, NULL, NULL), (6, 3, 'ordered', 'strict', false, NULL, NULL),
    (NULL, NULL, 'strict', 'chain', false, NULL, NULL), (6, NULL, 'strict', 'chain', false, NULL, NULL), (6, 3, 'strict', 'strict', false, NULL, NULL),
    (NULL, NULL, 'any', 'chain', false, NULL, NULL), (3, NULL, 'any', 'chain', false, NULL, NULL), (3, NULL, 'any', 'strict', false, NULL, NULL),
    (5, NULL, 'ordered', 'chain', true, NULL, NULL), (5, 3, 'ordered', 'strict', true, NULL, NULL), (4, NULL, 'any', 'chain', true, NULL, NULL),
    (5, NULL, 'ordered', 'chain', true, 1, 2), (NULL, 4, 'ordered', 'strict', true, 2, 3), (7, NULL, 'strict', 'chain', true, 1, 3)) v (w, p, m, t, x, f, u);

-- Long journeys go another way than short ones: both against a plain greedy search.
CREATE TEMP TABLE long8 AS
SELECT i, journey(at, s = 0, s = 1, s = 2, s = 3) AS journey, array_agg(s ORDER BY at, s) AS s, array_agg(at ORDER BY at, s) AS at
FROM (SELECT i, (h % 7)::int AS s, timestamptz '2026-01-01Z' + ((h >> 8) % 400) * interval '1 day' AS at
      FROM generate_series(1, 60) i, generate_series(1, 40 + i) n, LATERAL (SELECT hashint8extended(i * 1000 + n, 9) & 9223372036854775807 AS h) x) e
GROUP BY i;
CREATE FUNCTION pg_temp.greedy(s int[], at timestamptz[], within interval) RETURNS timestamptz[] LANGUAGE plpgsql AS $$
DECLARE best timestamptz[] := '{}'; c timestamptz[];
BEGIN
    FOR i IN 1 .. cardinality(s) LOOP
        CONTINUE WHEN s[i] <> 0;
        c := ARRAY[at[i]];
        FOR n IN i + 1 .. cardinality(s) LOOP
            EXIT WHEN at[n] > at[i] + within OR cardinality(c) = 4;
            IF s[n] = cardinality(c) THEN c := c || at[n]; END IF;
        END LOOP;
        IF cardinality(c) > cardinality(best) THEN best := c; END IF;
    END LOOP;
    RETURN best;
END $$;
SELECT ok((SELECT bool_or(event_count(journey) > 64) AND bool_or(event_count(journey) <= 64) FROM long8), 'both ways are tried');
SELECT ok((SELECT bool_and(funnel_times(journey, NULL, '9 days') = pg_temp.greedy(s, at, '9 days')) FROM long8), 'both give the greedy chain');
SELECT ok((SELECT bool_and(funnel_times(journey, NULL, '9 days', per_step => '9 days') = pg_temp.greedy(s, at, '9 days')) FROM long8), 'also the way with a limit per step that does not bind');
SELECT is(funnel_level((SELECT journey(timestamptz '2026-01-01Z' + i * interval '1 s', i % 2 = 0, i % 2 = 1, i = 60001) FROM generate_series(1, 60001) i), NULL, '3 s'), 3, 'a journey of 60,000 events');

SET LOCAL statement_timeout = '20 s';
SELECT is(funnel_level((SELECT journey(timestamptz '2026-01-01Z' + i * interval '1 s', true, true, false) FROM generate_series(1, 200000) i), funnel_rule(mode => 'any', within => '3 days')), 2,
    'any: a journey of 200,000 rows that serve two steps each');
RESET statement_timeout;

-- window_funnel in one pass is funnel_level over the journey
SELECT is((SELECT array_agg(l ORDER BY i) FROM (SELECT i, window_funnel(timestamptz '2026-01-01Z' + u.at * interval '1 day', '5 days', u.steps & 1 <> 0, u.steps & 2 <> 0, u.steps & 4 <> 0) AS l
            FROM random8 r, unnest(r.at, r.steps) u (at, steps) GROUP BY i) s),
    (SELECT array_agg(funnel_level(pg_temp.j(events), funnel_rule(conditions => '{1,2,3}', within => '5 days')) ORDER BY i) FROM random8), 'window_funnel');
SELECT is((SELECT window_funnel(at, '1 day', false, NULL) FROM (VALUES (timestamptz '2026-01-01Z')) v (at)), 0, 'window_funnel: nothing matched is 0');
SELECT is((SELECT window_funnel(at, NULL, true) FROM (SELECT now() AS at WHERE false) v), NULL, 'window_funnel: no row is NULL');
SELECT matches(pg_temp.error_of($$SELECT align.window_funnel(now(), i * interval '1 day', true) FROM generate_series(1, 2) i$$), '22023 \| the funnel''s rule changes from row to row', 'window_funnel: one window');
SELECT is(pg_temp.error_of(format('SELECT align.window_funnel_finish(%L)', j)),
    '22023 | this journey is no state of window_funnel | It holds no window. | Read it by funnel_level(journey, steps, within).', 'window_funnel: its final function refuses ' || j)
FROM unnest('{"3:{}","{}"}'::text[]) j;
-- retention, as ClickHouse documents it: r1 is cond1, the others need cond1 too
SELECT is((SELECT array_agg(r ORDER BY uid) FROM (SELECT uid, retention(d = 1, d = 2, d = 3) AS r FROM (VALUES (0, 1), (0, 2), (0, 3), (1, 1), (1, 2), (2, 2), (2, 3)) v (uid, d) GROUP BY uid) s),
    '{{t,t,t},{t,t,f},{f,f,f}}', 'retention');
SELECT is((SELECT retention(true) FROM (SELECT WHERE false) v), NULL, 'retention: no row is NULL');

SELECT is(pg_temp.error_of(format('SELECT align.retention_finish(%s)', n)),
    format('22023 | invalid state of retention: %s | It holds 1 to 31 conditions. | Call the aggregate retention.', n), 'retention: its final function refuses ' || n)
FROM unnest('{0,-1,137438953473,9223372036854775807}'::bigint[]) n;
-- what serial plans refuse, partial ones do too
CREATE TEMP TABLE halves (part int, at timestamptz, within interval, met boolean[]) PARTITION BY LIST (part);
CREATE TEMP TABLE half1 PARTITION OF halves FOR VALUES IN (1);
CREATE TEMP TABLE half2 PARTITION OF halves FOR VALUES IN (2);
INSERT INTO halves VALUES (1, '2026-01-01Z', '1 day', '{t,f}'), (2, '2026-01-02Z', '2 days', '{t,f,t,f}');
SET LOCAL enable_partitionwise_aggregate = on;
SELECT matches(pg_temp.error_of('SELECT align.window_funnel(at, within, true) FROM halves'), '22023 \| the funnel''s rule changes from row to row', 'window_funnel: one window in all parts');
SELECT matches(pg_temp.error_of('SELECT align.retention(VARIADIC met) FROM halves'), '22023 \| the funnel''s rule changes from row to row', 'retention: as many conditions in all parts');
RESET enable_partitionwise_aggregate;

-- straight from events, and over journeys
CREATE TEMP TABLE event8 AS
SELECT (h % 3000)::bigint AS lead, (2 + (h >> 16) % 8)::int::stage AS stage, timestamptz '2024-01-01Z' + ((h >> 24) % 1000000) * interval '1 min' AS at, n % 3 AS part
FROM generate_series(1, 30000) n, LATERAL (SELECT hashint8extended(n, 10) & 9223372036854775807 AS h) x;
CREATE TEMP TABLE journey8 AS SELECT lead, journey(stage, at) AS journey FROM event8 GROUP BY lead;
SELECT is((SELECT funnel(lead, stage, at, '{lead,mql,sql,customer}', '90 days') FROM event8), (SELECT funnel(journey, '{lead,mql,sql,customer}', '90 days') FROM journey8), 'straight from events as over journeys');
SELECT is((SELECT funnel(lead, stage, at, funnel_rule('{customer,lead}', mode => 'any', exclude => '{sal}', ties => 'strict', as_of => '2025-01-01Z', within => '90 days')) FROM event8),
    (SELECT funnel(journey, funnel_rule('{customer,lead}', mode => 'any', exclude => '{sal}', ties => 'strict', as_of => '2025-01-01Z', within => '90 days')) FROM journey8), 'by a rule');
SELECT is((SELECT funnel(lead::text, stage, at, '{lead,mql,sql,customer}', '90 days') FROM event8), (SELECT funnel(lead, stage, at, '{lead,mql,sql,customer}', '90 days') FROM event8), 'text keys');
SELECT is((SELECT funnel(md5(lead::text)::uuid, stage, at, '{lead,mql,sql,customer}', '90 days') FROM event8), (SELECT funnel(lead, stage, at, '{lead,mql,sql,customer}', '90 days') FROM event8), 'uuid keys');
SELECT is((SELECT funnel(lead, stage, at, '{lead,mql}', '90 days') FROM (SELECT * FROM event8 ORDER BY md5(lead || at::text)) e), (SELECT funnel(lead, stage, at, '{lead,mql}', '90 days') FROM event8), 'input order does not matter');
SELECT is((SELECT array_agg(reached(f, 2) ORDER BY k) FROM (SELECT lead % 4 AS k, funnel(lead, stage, at, '{lead,mql}', '90 days') AS f FROM event8 GROUP BY 1) s),
    (SELECT array_agg(reached(f, 2) ORDER BY k) FROM (SELECT lead % 4 AS k, funnel(journey, '{lead,mql}', '90 days') AS f FROM journey8 GROUP BY 1) s), 'per group');
SELECT is((SELECT reached(funnel(lead, stage, at, '{lead,mql}', NULL), 1) FROM event8 WHERE stage = 'sal'), 0::bigint, 'only other stages: nobody reached a step');
-- plain SQL for two steps within a window: first step, then any later second one
SELECT is((SELECT reached(funnel(lead, stage, at, '{mql,customer}', '30 days'), 2) FROM event8),
    (SELECT count(DISTINCT a.lead) FROM event8 a JOIN event8 b ON a.lead = b.lead AND a.stage = 'mql' AND b.stage = 'customer' AND b.at BETWEEN a.at AND a.at + interval '30 days'), 'as plain SQL counts it');

-- the aggregate's state in other hands
CREATE AGGREGATE pg_temp.state_of_funnel(bigint, align.stage, timestamptz, align.stage[], interval) (SFUNC = align.funnel_add, STYPE = align.event_log);
CREATE TEMP TABLE state AS SELECT pg_temp.state_of_funnel(1, 'mql', '2026-01-01Z', '{lead,mql}', NULL) AS state;
SELECT is((SELECT reached(funnel_finish(state), 1) FROM state), 0::bigint, 'a state is finished');
SELECT is(pg_temp.error_of($$SELECT align.funnel_finish(translate(encode(set_byte(b, length(b) - 1, get_byte(b, length(b) - 1) | 2), 'base64'), E'\n', '')::align.event_log) FROM (SELECT decode(state::text, 'base64') AS b FROM pg_temp.state) s$$),
    'XX001 | invalid event log: it holds step 4 | Its rule has 2 steps. | Build it by the aggregate funnel.', 'a state with a step that its rule has not');
SELECT is(pg_temp.error_of($$SELECT align.funnel_add(state, 1::bigint, 'mql', now(), '{lead,mql}'::align.stage[], NULL) FROM pg_temp.state$$),
    '0A000 | this function serves an aggregate | It changes its argument in place. | Call the aggregate instead.', 'a state is not changed by hand');

-- a group
SELECT is((SELECT rollup(f) FROM (SELECT funnel(journey, '{lead,mql,sql}', '90 days') AS f FROM journey8 GROUP BY lead % 9) s), (SELECT funnel(journey, '{lead,mql,sql}', '90 days') FROM journey8), 'rollup of parts');
SELECT is((SELECT funnel(journey, '{lead,mql,sql}', '90 days') FROM journey8) - (SELECT funnel(journey, '{lead,mql,sql}', '90 days') FROM journey8 WHERE lead < 999), (SELECT funnel(journey, '{lead,mql,sql}', '90 days') FROM journey8 WHERE lead >= 999), '- gives the rest, to the last digit');
SELECT is((SELECT f - f - f + f + f FROM (SELECT funnel(journey, '{lead,mql,sql}', '90 days') AS f FROM journey8) s), (SELECT funnel(journey, '{lead,mql,sql}', '90 days') FROM journey8), 'below zero and back');
SELECT is((SELECT f::text::funnel FROM (SELECT funnel(journey, '{lead,mql,sql}', '90 days') AS f FROM journey8) s), (SELECT funnel(journey, '{lead,mql,sql}', '90 days') FROM journey8), 'text reads back to the same');
SELECT is((SELECT rule(funnel(journey, '{lead,mql,sql}', '90 days')) FROM journey8), funnel_rule('{lead,mql,sql}', '90 days'), 'rule');
SELECT is(pg_temp.error_of($$SELECT (SELECT align.funnel('{}'::align.journey, '{lead,mql}', NULL)) + (SELECT align.funnel('{}'::align.journey, '{lead,sql}', NULL))$$),
    '42804 | funnels of different rules cannot be added | One asks {"steps": ["lead", "mql"]}, the other {"steps": ["lead", "sql"]}. | Group by rule(funnel), or build both by the same rule.', 'different rules are not added');
SELECT ok((SELECT abs(quantile(f, 3, 0.5, 'first') - q.exact) <= 0.01 * q.exact FROM (SELECT funnel(journey, '{lead,mql,sql}', '90 days') AS f FROM journey8) s,
    (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM t[3] - t[1])::float8 / 86400) AS exact FROM (SELECT funnel_times(journey, '{lead,mql,sql}', '90 days') AS t FROM journey8) x WHERE cardinality(t) = 3) q), 'quantile since the first step, within 1 %');

SELECT is((SELECT array_agg(reached(f, 1)) FROM (SELECT funnel(journey, '{lead,mql,sql}', '90 days') AS f FROM journey8 GROUP BY lead % 9 ORDER BY reached(funnel(journey, '{lead,mql,sql}', '90 days'), 1)) s),
    (SELECT array_agg(n ORDER BY n) FROM (SELECT reached(funnel(journey, '{lead,mql,sql}', '90 days'), 1) AS n FROM journey8 GROUP BY lead % 9) s), 'funnels go through a sort');
SELECT is((SELECT round(mean_days) FROM steps((SELECT funnel('{-4712-01-01T00:00:00Z lead, +294276-12-31T23:59:59Z mql}', '{lead,mql}', NULL))) WHERE step_order = 2), 106751991::float8, 'a time past what is counted is the longest that is');
-- journeys of other conditions, whatever their order
SELECT matches(pg_temp.error_of(format('SELECT align.funnel(j, NULL, NULL) FROM unnest(%L::align.journey[]) j', j)), 'the funnel''s rule changes from row to row', 'one number of conditions: ' || j)
FROM unnest('{"{2:\\{\\},3:\\{\\}}","{3:\\{\\},2:\\{\\}}"}'::text[]) j;
SELECT matches(pg_temp.error_of(format('SELECT align.funnel(j, align.funnel_rule(conditions => ''{1,3}'')) FROM unnest(%L::align.journey[]) j', j)), 'there is no condition 3', 'every journey has the conditions: ' || j)
FROM unnest('{"{2:\\{\\},3:\\{\\}}","{3:\\{\\},2:\\{\\}}"}'::text[]) j;

-- the rule as text
SELECT is(r::text, r::text::funnel_rule::text, 'rule reads back: ' || r::text) FROM unnest(ARRAY[
    funnel_rule('{mql,customer}'), funnel_rule('{mql,customer}', '90 days', '1 day 02:03:04.000005', 'strict', 'strict', '{lost,churned}', 1, 2, '2026-01-01 00:00:00.5Z'),
    funnel_rule(), funnel_rule(conditions => '{3,1}', exclude_conditions => '{2}')]) r;
SELECT is('{ Closed Won , evangelist}'::funnel_rule, funnel_rule(steps => '{customer,advocate}'), 'rule: a plain list');
SELECT is('{"steps": ["Marketing Qualified Lead", "Closed Won"], "within": "2160:00"}'::funnel_rule, funnel_rule('{mql,customer}', '90 days'), 'rule: aliases and hours');

-- bad input
SELECT is(pg_temp.error_of(format('SELECT align.funnel_rule(%s)', a)), e, 'rule: ' || a) FROM (VALUES
    ($$'{mql,mql}'$$, '22023 | invalid funnel rule: step mql is listed twice | A funnel has 1 to 31 different steps; excluded ones are not among them. | List the steps in the order in which a lead passes them, such as ''{mql,sql,customer}''.'),
    ($$'{mql}', '-1 day'$$, '22023 | invalid window: it is negative | A window runs forward in time. | Write a positive interval, or NULL for no limit.'),
    ($$'{mql}', '1 month'$$, '22023 | invalid window: it counts months or years | A month has no fixed length. | Write days, such as ''90 days''.'),
    ($$'{mql}', mode => 'loose'$$, '22023 | invalid mode: "loose" | It is one of ordered, strict, any. | See the meaning of each in docs/funnel.md.'),
    ($$steps => '{}'$$, '22023 | invalid number of steps: 0 | A funnel has 1 to 31 steps, in one dimension. | Leave out steps, or join some by OR.'),
    ($$conditions => array_fill(1, ARRAY[32])$$, '22023 | invalid number of steps: 32 | A funnel has 1 to 31 steps, in one dimension. | Leave out steps, or join some by OR.'),
    ($$steps => '{mql,NULL}'$$, '22004 | invalid funnel rule: step 2 is NULL | Every step has a name. | Leave it out.'),
    ($$'{mql}', as_of => 'infinity'$$, '22008 | invalid instant: infinity | An event happens at a finite instant. | Write NULL for an event that has not happened.')) v (a, e);
SELECT matches(pg_temp.error_of(format('SELECT align.funnel_rule(%s)', a)), e, 'rule: ' || a) FROM (VALUES
    ($$'{mql,sql}', exclude => '{sql}'$$, 'step sql is excluded too'), ($$'{mql,sql}', exclude => '{lost}', exclude_from => 2, exclude_to => 2$$, 'are not two steps in order'),
    ($$'{mql}', per_step => '1 day', mode => 'any'$$, 'give within, not per_step'), ($$'{mql,sql}', exclude_from => 1, exclude_to => 2$$, 'need something excluded')) v (a, e);
SELECT matches(pg_temp.error_of($$SELECT '{mql,sqll}'::align.funnel_rule$$), '^22P02 \| invalid funnel rule: "sqll" \| No stage', 'rule: an unknown stage');
SELECT matches(pg_temp.error_of($$SELECT '{mql,sql'::align.funnel_rule$$), '^22P02 \| invalid funnel rule: "" \| A list', 'rule: a list without end');
SELECT matches(pg_temp.error_of($$SELECT '{"steps": ["mql"], "wihtin": "1 day"}'::align.funnel_rule$$), '^22P02 \| invalid funnel rule: "unknown member"', 'rule: an unknown member');
SELECT matches(pg_temp.error_of($$SELECT align.funnel(j, s, NULL) FROM (VALUES ('{}'::align.journey, '{mql}'::align.stage[]), ('{}', '{sql}')) v (j, s)$$), 'the funnel''s rule changes from row to row', 'one rule for all rows');
SELECT matches(pg_temp.error_of($$SELECT align.funnel(l, 'mql', now(), s, NULL) FROM (VALUES (1::bigint, '{mql}'::align.stage[]), (2, '{sql}')) v (l, s)$$), 'the funnel''s rule changes from row to row', 'one rule for all events');
SELECT matches(pg_temp.error_of($$SELECT align.funnel(1::bigint, 'mql', 'infinity', '{mql}', NULL)$$), '22008 \| invalid instant: infinity', 'an infinite instant');
SELECT is(pg_temp.error_of($$SET LOCAL align.state_memory = '1MB'; SELECT align.funnel(i::bigint, 'mql', now(), '{mql}', NULL) FROM generate_series(1, 100000) i$$),
    '53400 | the events of this aggregate would take more than 1 MB | The setting align.state_memory bounds the memory of one state. | Raise align.state_memory, or aggregate in parts, and join those by rollup.', 'memory is bounded');
SELECT matches(pg_temp.error_of($$SELECT align.reached(align.funnel('{}'::align.journey, '{mql}', NULL), 2)$$), 'invalid step: 2', 'a step that the funnel has not');

-- views for analysts, by hand: three leads of the web in January, two of the fair in February, one without events
INSERT INTO lead (key, source, segment) VALUES ('a', 'web', 'small'), ('b', 'web', 'large'), ('c', 'web', NULL), ('d', 'fair', 'small'), ('e', 'fair', 'small'), ('f', NULL, NULL);
INSERT INTO stage_event (lead, stage, at) SELECT l.id, e.stage, e.at FROM lead l JOIN (VALUES
    ('a', 'lead'::stage, '2026-01-05Z'::timestamptz), ('a', 'mql', '2026-01-09Z'), ('a', 'sql', '2026-01-20Z'), ('a', 'opportunity', '2026-02-01Z'), ('a', 'customer', '2026-03-02Z'),
    ('b', 'lead', '2026-01-31 23:59:59Z'), ('b', 'mql', '2026-02-02Z'), ('c', 'lead', '2026-01-15Z'),
    ('d', 'lead', '2026-02-01Z'), ('d', 'mql', '2026-02-03Z'), ('d', 'customer', '2026-02-20Z'), ('e', 'lead', '2026-02-28Z'), ('e', 'mql', '2026-11-01Z')) e (key, stage, at) USING (key);
SELECT is(funnel_rule_of_company()::text, '{"steps": ["lead", "mql", "sql", "opportunity", "customer"], "within": "180 days"}', 'the company''s rule');
SELECT results_eq($$SELECT step, reached_count, first_ratio, previous_ratio, mean_days FROM funnel_by_source WHERE source = 'web' ORDER BY step_order$$,
    $$VALUES ('lead'::text, 3::bigint, 1.000000, NULL::numeric, NULL::numeric), ('mql', 2, 0.666667, 0.666667, 2.500), ('sql', 1, 0.333333, 0.500000, 11.000),
             ('opportunity', 1, 0.333333, 1.000000, 12.000), ('customer', 1, 0.333333, 1.000000, 29.000)$$, 'funnel_by_source');
SELECT results_eq($$SELECT step, reached_count FROM funnel_by_segment WHERE segment = 'small' AND step_order <= 3 ORDER BY step_order$$,
    $$VALUES ('lead'::text, 3::bigint), ('mql', 2), ('sql', 1)$$, 'funnel_by_segment: an mql after 246 days is outside of the window');
UPDATE setting SET value = '["lead", "customer"]' WHERE key = 'funnel_steps';
UPDATE setting SET value = 'null' WHERE key = 'funnel_within';
SELECT results_eq($$SELECT source, reached_count FROM funnel_by_source WHERE step = 'customer' ORDER BY source$$, $$VALUES ('fair'::text, 1::bigint), ('web', 1)$$, 'the settings decide the steps');
SELECT results_eq($$SELECT cohort, cohort_start_date, cohort_lead_count, elapsed, active_count, reached_count, round(reached_ratio::numeric, 4) FROM cohort_matrix('month', 'customer', '2026-03-15Z') ORDER BY cohort, elapsed$$,
    $$VALUES ('2026-01'::text, '2026-01-01'::date, 3::bigint, 0, 3::bigint, 0::bigint, 0.0000), ('2026-01', '2026-01-01', 3, 1, 2, 0, 0.0000), ('2026-01', '2026-01-01', 3, 2, 1, 1, 0.3333),
             ('2026-02', '2026-02-01', 2, 0, 2, 1, 0.5000), ('2026-02', '2026-02-01', 2, 1, 0, 1, 0.5000)$$, 'cohort_matrix by month');
SELECT results_eq($$SELECT cohort, elapsed, active_count, reached_count FROM cohort_matrix('quarter', 'mql', '2026-12-31Z') ORDER BY elapsed$$,
    $$VALUES ('2026-Q1'::text, 0, 5::bigint, 3::bigint), ('2026-Q1', 1, 0, 3), ('2026-Q1', 2, 0, 3), ('2026-Q1', 3, 1, 4)$$, 'cohort_matrix by quarter');
SELECT is((SELECT sum(customer_count) FROM cohort_by_month WHERE elapsed_months = 1), 1::numeric, 'cohort_by_month');
SAVEPOINT before;
UPDATE setting SET value = '2' WHERE key = 'fiscal_start_month';
SELECT results_eq($$SELECT cohort, cohort_lead_count FROM cohort_matrix('quarter', 'mql', '2026-12-31Z') WHERE elapsed = 0 ORDER BY 1$$, $$VALUES ('FY2026-Q4@Feb'::text, 3::bigint), ('FY2027-Q1@Feb', 2)$$, 'of the fiscal year, here from February on');
ROLLBACK TO before;
SELECT matches(pg_temp.error_of($$SELECT * FROM align.cohort_matrix('fortnight')$$), '^22023 \| invalid grain: "fortnight"', 'a grain that is none');

SELECT * FROM finish();
ROLLBACK;
