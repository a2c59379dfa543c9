\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(60);

-- concentration. By hand: 0.16 + 0.09 + 0.04 + 0.01 = 0.30; -(0.4 ln 0.4 + 0.3 ln 0.3 + 0.2 ln 0.2 + 0.1 ln 0.1) / ln 4 = 1.279854 / 1.386294
SELECT results_eq($$SELECT round(hhi::numeric, 9), round(entropy::numeric, 6), round(effective_count::numeric, 6) FROM concentration('{40,30,20,10}')$$, $$VALUES (0.300000000, 0.923220, 3.333333)$$, 'by hand');
-- Horizontal Merger Guidelines (US Department of Justice and FTC, 2010), section 5.3: firms of 30, 30, 20 and 20 % have an HHI of 2600
SELECT is((SELECT round(10000 * hhi) FROM concentration('{30,30,20,20}')), 2600::float8, 'Herfindahl index as published');
-- Shannon (1948), section 7: letters of chance 1/2, 1/4, 1/8, 1/8 have an entropy of 7/4 bits; of 2 at the most
SELECT is((SELECT round(entropy::numeric, 9) FROM concentration('{4,2,1,1}')), 0.875, 'entropy as published');
SELECT results_eq($$SELECT c.* FROM (VALUES (1, '{5,5,5,5}'::float8[]), (2, '{7,0}'), (3, '{7}'), (4, '{0,0}'), (5, '{}')) v(n, amounts), concentration(v.amounts) c ORDER BY n$$,
    $$VALUES (0.25::float8, 1::float8, 4::float8), (1, 0, 1), (1, NULL, 1), (NULL, NULL, NULL), (NULL, NULL, NULL)$$, 'even, all in one, one category, nothing');
SELECT results_eq($$SELECT hhi FROM concentration('{1,3}'::numeric[]) UNION ALL SELECT hhi FROM concentration('{1,3}'::bigint[])$$, $$VALUES (0.625::float8), (0.625)$$, 'of any numbers');
SELECT is(pg_temp.error_of($$SELECT align.concentration('{1,-2}')$$), '22003 | invalid amount of category 2: -2 | An amount is 0 to 1e100. | Write 0 where more came back than went out.', 'an amount below 0');
SELECT is(pg_temp.error_of($$SELECT align.concentration('{1,NULL}')$$), '22004 | invalid amount of category 2: NULL | An amount is a number. | Write 0 where there was nothing.', 'an amount that is NULL');
SELECT matches(pg_temp.error_of($$SELECT align.concentration('{NaN}')$$), '^22003 \| invalid amount of category 1: NaN', 'no number');
SELECT is(pg_temp.error_of($$SELECT align.concentration('{{1},{2}}')$$), '2202E | invalid amounts: an array of 2 dimensions | An element stands for a category. | Gather them by array_agg.', 'a matrix');

-- a company's mix and wins from a seed: what its marketing does, kind, how strongly, and what is won where effort was, in that period or the one before, and where it works
CREATE FUNCTION pg_temp.draw(n bigint, seed bigint) RETURNS float8 IMMUTABLE LANGUAGE sql RETURN ((hashint8extended(n, seed) & 4503599627370495) + 0.5) / 4503599627370496.0;
CREATE FUNCTION pg_temp.company(kind text, strength float8, seed bigint, periods integer, categories integer, deals integer, OUT mix float8[], OUT wins float8[]) LANGUAGE plpgsql AS $$
DECLARE
    n bigint := 0; quality float8[]; home float8[]; weight float8[]; last float8[]; before float8[]; won float8[]; record float8[]; edge float8[];
    sum float8; home_sum float8; record_sum float8; z float8; v float8; k integer;
BEGIN
    FOR k IN 1 .. categories LOOP
        n := n + 4;
        quality[k] := 0.5 + pg_temp.draw(n, seed); home[k] := 0.3 + pg_temp.draw(n + 1, seed); edge[k] := pg_temp.draw(n + 2, seed); record[k] := 0; won[k] := 0;
    END LOOP;
    home_sum := (SELECT sum(x) FROM unnest(home) x);
    last := home;
    FOR t IN 1 .. periods LOOP
        sum := (SELECT sum(x) FROM unnest(won) x);
        record_sum := (SELECT sum(x) FROM unnest(record) x);
        FOR k IN 1 .. categories LOOP
            n := n + 2;
            z := sqrt(-2 * ln(pg_temp.draw(n, seed))) * cos(2 * pi() * pg_temp.draw(n + 1, seed));
            weight[k] := exp(0.25 * z) * CASE
                WHEN t = 1 OR kind = 'fixed' THEN home[k]
                WHEN kind = 'walk' THEN last[k]
                WHEN kind = 'record' THEN last[k] + strength * ((record[k] + 5 * home[k]) / (record_sum + 5 * home_sum) - last[k])
                WHEN kind = 'plan' THEN home[k] * exp(strength * (edge[k] - 0.5) * t)
                WHEN kind = 'settle' THEN home[k] * exp(strength * (edge[k] - 0.5) / t)
                WHEN kind = 'season' THEN home[k] * exp(strength * cos(2 * pi() * (t / 12.0 + edge[k])))
                WHEN kind = 'last' THEN (1 - strength) * last[k] + strength * won[k] / sum
                WHEN kind = 'away' THEN (1 - strength) * home[k] / home_sum + strength * won[k] / sum END;
        END LOOP;
        sum := (SELECT sum(x) FROM unnest(weight) x);
        before := last;
        FOR k IN 1 .. categories LOOP last[k] := weight[k] / sum; won[k] := 0; END LOOP;
        FOR k IN 1 .. categories LOOP weight[k] := quality[k] * (last[k] + CASE WHEN t > 1 THEN before[k] ELSE 0 END); END LOOP;
        sum := (SELECT sum(x) FROM unnest(weight) x);
        FOR i IN 1 .. deals LOOP
            n := n + 1; v := sum * pg_temp.draw(n, seed); k := 1;
            WHILE k < categories AND v > weight[k] LOOP v := v - weight[k]; k := k + 1; END LOOP;
            won[k] := won[k] + 1;
        END LOOP;
        FOR k IN 1 .. categories LOOP record[k] := record[k] + won[k]; END LOOP;
        mix := mix || ARRAY[last]; wins := wins || ARRAY[won];
    END LOOP;
END $$;

-- the same by another way: the cells as a table, least squares by sweeps of the cross products (Goodnight 1979)
CREATE FUNCTION pg_temp.sweep(a float8[], upto integer) RETURNS float8[] LANGUAGE plpgsql AS $$
DECLARE
    n integer := array_length(a, 1); d float8; b float8[];
BEGIN
    FOR k IN 1 .. upto LOOP
        d := a[k][k]; b := a;
        FOR i IN 1 .. n LOOP FOR j IN 1 .. n LOOP
            b[i][j] := CASE WHEN i = k AND j = k THEN -1 / d WHEN i = k OR j = k THEN a[i][j] / d ELSE a[i][j] - a[i][k] * a[k][j] / d END;
        END LOOP; END LOOP;
        a := b;
    END LOOP;
    RETURN a;
END $$;
CREATE FUNCTION pg_temp.cells(mix float8[], wins float8[]) RETURNS TABLE (t integer, k integer, x float8[]) LANGUAGE sql AS $$
    WITH cell AS (
        SELECT t, k, mix[t][k] / sum(mix[t][k]) OVER (PARTITION BY t) AS m, wins[t][k] AS w FROM generate_series(1, array_length(mix, 1)) t, generate_series(1, array_length(mix, 2)) k),
    past AS (
        SELECT t, k, m, w, w / sum(w) OVER (PARTITION BY t) AS share, avg(m) OVER b AS usual, sum(w) OVER b AS won, lag(m) OVER o AS m1, lag(m, 2) OVER o AS m2
        FROM cell WINDOW o AS (PARTITION BY k ORDER BY t), b AS (PARTITION BY k ORDER BY t ROWS UNBOUNDED PRECEDING EXCLUDE CURRENT ROW)),
    known AS (
        SELECT t, k, m, m1, m2, share, usual, (won + sum(won) OVER p / (t - 1) * usual) / (sum(won) OVER p + sum(won) OVER p / (t - 1)) AS record FROM past WINDOW p AS (PARTITION BY t)),
    raw AS (
        SELECT t, k, ARRAY[record - m1, usual - m1, m1 - m2, lag(share) OVER o - lag(COALESCE(record, usual)) OVER o, m - m1] AS x FROM known WINDOW o AS (PARTITION BY k ORDER BY t))
    SELECT t, k, ARRAY[x[1] - avg(x[1]) OVER o, x[2] - avg(x[2]) OVER o, x[3] - avg(x[3]) OVER o, x[4] - avg(x[4]) OVER o, x[5] - avg(x[5]) OVER o] FROM raw WHERE t > 2 WINDOW o AS (PARTITION BY k) $$;
CREATE FUNCTION pg_temp.products(mix float8[], wins float8[]) RETURNS float8[] LANGUAGE sql AS $$
    SELECT array_agg(r ORDER BY i) FROM (SELECT i, array_agg(s ORDER BY j) AS r FROM (SELECT i, j, sum(x[i] * x[j]) AS s FROM pg_temp.cells(mix, wins), generate_series(1, 5) i, generate_series(1, 5) j GROUP BY i, j) a GROUP BY i) b $$;
CREATE TEMP TABLE example AS SELECT n, c.mix, c.wins, r.* FROM (VALUES (1, 'away', 0.4, 3, 24, 6, 30), (2, 'fixed', 0, 4, 12, 4, 10), (3, 'away', 0.5, 11, 10, 3, 12)) v(n, kind, strength, seed, periods, categories, deals),
    pg_temp.company(kind, strength, seed, periods, categories, deals) c, recency_test(c.mix, c.wins, 20000, 1) r;
SELECT results_eq($$SELECT n, abs(reaction - full_[4][5]) < 1e-9, abs(explained_ratio - (CASE WHEN reaction > 0 THEN less[5][5] - full_[5][5] ELSE 0 END) / less[5][5]) < 1e-9
    FROM example CROSS JOIN LATERAL pg_temp.products(mix, wins) c CROSS JOIN LATERAL pg_temp.sweep(c, 3) less CROSS JOIN LATERAL pg_temp.sweep(c, 4) full_ ORDER BY n$$, $$VALUES (1, true, true), (2, true, true), (3, true, true)$$, 'reaction and explained share by least squares');
SELECT results_eq($$SELECT n, period_count, category_count, shift_count, is_trap, reason FROM example ORDER BY n$$, $$VALUES (1, 24, 6, 22, true, NULL::text), (2, 12, 4, 10, false, NULL), (3, 10, 3, 8, false, NULL)$$, 'counts');

-- p against all 8! = 40,320 orders of the third example: its standard error from 20,000 is 0.0035 at the most
CREATE TEMP TABLE met AS
    WITH e AS (SELECT mix, wins, pg_temp.sweep(pg_temp.products(mix, wins), 3) AS a FROM example WHERE n = 3),
    c AS (SELECT c.t - 2 AS t, c.k, c.x, c.x[4] - a[1][4] * c.x[1] - a[2][4] * c.x[2] - a[3][4] * c.x[3] AS s, c.x[5] - a[1][5] * c.x[1] - a[2][5] * c.x[2] - a[3][5] * c.x[3] AS d FROM e, pg_temp.cells(e.mix, e.wins) c)
    SELECT i.t AS i, j.t AS j, sum(i.s * j.d) AS s, sum(i.x[1] * j.d) AS z1, sum(i.x[2] * j.d) AS z2, sum(i.x[3] * j.d) AS z3 FROM c i JOIN c j USING (k) GROUP BY i.t, j.t;
CREATE TEMP TABLE exact AS
    WITH RECURSIVE orders AS (SELECT ARRAY[i] AS o FROM generate_series(1, 8) i UNION ALL SELECT o || i FROM orders, generate_series(1, 8) i WHERE NOT i = ANY (o)),
    every_order AS (SELECT row_number() OVER (ORDER BY o) AS id, o FROM orders WHERE array_length(o, 1) = 8),
    summed AS (SELECT id, sum(s) AS s, sum(z1) AS z1, sum(z2) AS z2, sum(z3) AS z3 FROM every_order, unnest(o) WITH ORDINALITY u(j, i) JOIN met USING (i, j) GROUP BY id)
    SELECT id, s / sqrt(a[4][4] * (a[5][5] + a[1][1] * z1 * z1 + a[2][2] * z2 * z2 + a[3][3] * z3 * z3 + 2 * (a[1][2] * z1 * z2 + a[1][3] * z1 * z3 + a[2][3] * z2 * z3))) AS r
    FROM summed, (SELECT pg_temp.sweep(pg_temp.products(mix, wins), 3) AS a FROM example WHERE n = 3) e;
SELECT is((SELECT count(*) FROM exact), 40320::bigint, 'all orders');
SELECT ok((SELECT abs(e.r * e.r - x.explained_ratio) < 1e-9 AND e.r > 0 FROM exact e, example x WHERE e.id = 1 AND x.n = 3), 'the first is the true one');
SELECT ok((SELECT abs(avg((e.r >= sqrt(x.explained_ratio) - 1e-9)::int) - min(x.p)) < 0.004 FROM exact e, example x WHERE x.n = 3), 'p is that of all orders, within its error');

-- what does not matter, and what does
SELECT ok((SELECT r.p = x.p AND abs(r.reaction - x.reaction) < 1e-12 FROM example x, recency_test(x.mix, x.wins, 20000, 1) r WHERE n = 1), 'the same seed, the same p');
SELECT ok((SELECT r.p <> x.p AND abs(r.p - x.p) < 0.02 FROM example x, recency_test(x.mix, x.wins, 20000, 2) r WHERE n = 2), 'another seed, nearly the same');
SELECT ok((SELECT abs(r.reaction - x.reaction) < 1e-9 AND r.p = x.p FROM example x
    CROSS JOIN LATERAL (SELECT array_agg(m ORDER BY t) AS mix, array_agg(w ORDER BY t) AS wins FROM (SELECT t, array_agg(x.mix[t][k] * (100 + t) ORDER BY k DESC) || 0::float8 AS m, array_agg(x.wins[t][k] * 7 ORDER BY k DESC) || 0::float8 AS w
        FROM generate_series(1, 24) t, generate_series(1, 6) k GROUP BY t) q) y
    CROSS JOIN LATERAL recency_test(y.mix, y.wins, 20000, 1) r WHERE n = 1), 'units, order of categories and an empty category do not matter');
SELECT results_eq($$SELECT DISTINCT r.p FROM example x, generate_series(1, 50) seed, recency_test(x.mix, x.wins, 1, seed) r WHERE n = 2 ORDER BY 1$$, $$VALUES (0.5::float8), (1)$$, 'one permutation: p is 1/2 or 1');
SELECT is((SELECT r.p FROM example x, recency_test(x.mix, x.wins) r WHERE n = 1), 0.0001::float8, 'p is never 0: 1 / (1 + 9999)');
-- older wins are not the last
SELECT ok((SELECT avg((r.p < 0.05)::int) < 0.12 FROM generate_series(30001, 30050) seed, pg_temp.company('away', 0.6, seed, 25, 6, 30) c, recency_test(c.mix[2:25], c.wins[1:24], 499, seed) r), 'wins of two periods ago are not the last');

-- rates over many seeds: about one in twenty where the mix does not follow, most where it does
CREATE TEMP TABLE rate AS
    SELECT kind, count(*) AS runs, avg((r.p < 0.05)::int) AS significant, avg(r.is_trap::int) AS trap, avg(r.reaction) AS reaction
    FROM (VALUES ('fixed', 0.0, 100), ('walk', 0, 100), ('record', 0.7, 100), ('plan', 0.1, 100), ('season', 1, 100), ('settle', 4, 100), ('away', 0.5, 50), ('last', 0.6, 50)) v(kind, strength, runs)
    CROSS JOIN LATERAL generate_series(20001, 20000 + v.runs) seed CROSS JOIN LATERAL pg_temp.company(v.kind, v.strength, seed, 24, 6, 30) c CROSS JOIN LATERAL recency_test(c.mix, c.wins, 499, seed) r GROUP BY kind;
SELECT ok((SELECT sum(runs * significant) / sum(runs) BETWEEN 0.025 AND 0.075 FROM rate WHERE kind NOT IN ('away', 'last')), 'no trap: p below 0.05 in 2.5 to 7.5 % of 600');
SELECT is_empty($$SELECT kind, significant, trap FROM rate WHERE kind NOT IN ('away', 'last') AND (significant > 0.12 OR trap > 0.08)$$, 'in none of the ways much more often');
SELECT is_empty($$SELECT kind, significant, trap, reaction FROM rate WHERE kind IN ('away', 'last') AND (trap < 0.8 OR reaction NOT BETWEEN 0.3 AND 0.6)$$, 'planted: found in more than four of five, with about the reaction that was planted');

-- what cannot be measured is NULL and says why
CREATE FUNCTION pg_temp.matrix(rows integer, cell text) RETURNS float8[] LANGUAGE plpgsql AS $$
DECLARE m float8[]; BEGIN
    EXECUTE format('SELECT array_agg(r ORDER BY t) FROM (SELECT t, array_agg((%s)::float8 ORDER BY k) AS r FROM generate_series(1, $1) t, generate_series(1, 3) k GROUP BY t) q', cell) INTO m USING rows;
    RETURN m;
END $$;
SELECT results_eq($$SELECT n, r.shift_count, num_nulls(r.reaction, r.explained_ratio, r.p, r.is_trap), r.reason FROM (VALUES
        (1, '{}'::float8[], '{}'::float8[]),
        (2, pg_temp.matrix(12, '0'), pg_temp.matrix(12, '1')),
        (3, pg_temp.matrix(12, 'CASE k WHEN 2 THEN t ELSE 0 END'), pg_temp.matrix(12, 'k')),
        (4, pg_temp.matrix(9, 't * k % 5 + 1'), pg_temp.matrix(9, 'k')),
        (5, pg_temp.matrix(12, 't * k % 5 + 1'), pg_temp.matrix(12, '0')),
        (6, pg_temp.matrix(12, 'CASE t WHEN 6 THEN 0 ELSE t * k % 5 + 1 END'), pg_temp.matrix(12, 'k')),
        (7, pg_temp.matrix(12, 'k'), pg_temp.matrix(12, 't * k % 5 + 1'))) v(n, mix, wins) CROSS JOIN recency_test(v.mix, v.wins, 99) r ORDER BY n$$,
    $$VALUES (1, 0, 4, 'There is nothing in the mix.'), (2, 0, 4, 'There is nothing in the mix.'), (3, 10, 4, 'There is one category alone, so nothing can shift.'),
        (4, 7, 4, 'Shifts with two periods of mix, and with wins, before them: 7; it takes 8.'), (5, 0, 4, 'Shifts with two periods of mix, and with wins, before them: 0; it takes 8.'),
        (6, 7, 4, 'Shifts with two periods of mix, and with wins, before them: 7; it takes 8.'), (7, 10, 4, 'The mix shifts by the same in every period, or not at all.')$$, 'too little to say');
-- one shift copies the one before it turned round: 2, 1, 2, 1 ...: all of it is history
SELECT is((SELECT reason FROM recency_test(pg_temp.matrix(14, 'CASE k WHEN 3 THEN 1 ELSE 1 + ((t + k) % 2) END'), pg_temp.matrix(14, '1 + (t * t * k % 7)'))), 'All shifts are as the longer history supports.', 'back and forth');
SELECT is(recency_test(NULL, '{{1}}'), NULL, 'of NULL nothing is known');

-- bad input
SELECT is(pg_temp.error_of($$SELECT align.recency_test('{{1,2}}', '{{1,2}}', 0)$$), '22023 | invalid permutations: 0 | It takes 1 to 1000000. | Write 9999 for a p that is right to about a tenth of itself at 0.01.', 'no permutations');
SELECT matches(pg_temp.error_of($$SELECT align.recency_test('{{1,2}}', '{{1,2}}', 1000001)$$), '^22023 \| invalid permutations: 1000001', 'too many');
SELECT is(pg_temp.error_of($$SELECT align.recency_test('{{1,2},{3,-4}}', '{{1,2},{3,4}}')$$), '22003 | invalid amount in mix, period 2, category 2: -4 | An amount is 0 to 1e100. | Write 0 where more came back than went out.', 'a negative amount');
SELECT matches(pg_temp.error_of($$SELECT align.recency_test('{{1,2}}', '{{NaN,2}}')$$), '^22003 \| invalid amount in wins, period 1, category 1: NaN', 'no number');
SELECT matches(pg_temp.error_of($$SELECT align.recency_test('{{1,2}}', '{{1,Infinity}}')$$), '^22003 \| invalid amount in wins, period 1, category 2: Infinity', 'an infinite one');
SELECT matches(pg_temp.error_of($$SELECT align.recency_test('{{1,NULL}}', '{{1,2}}')$$), '^22004 \| invalid amount in mix, period 1, category 2: NULL', 'NULL');
SELECT is(pg_temp.error_of($$SELECT align.recency_test('{{1,2}}', '{{1,2},{3,4}}')$$), '2202E | invalid wins: 2 periods of 2 categories, and the mix has 1 of 2 | Both have the same periods and categories. | Gather both in one query; write 0 where nothing was won.', 'matrices of two sizes');
SELECT is(pg_temp.error_of($$SELECT align.recency_test('{1,2}', '{1,2}')$$), '2202E | invalid mix: an array of 1 dimensions | It has a row per period and in it an amount per category. | Gather it by array_agg of array_agg.', 'no matrix');
SELECT is(pg_temp.error_of($$SELECT align.recency_test(array_fill(1::float8, '{601,1}'), '{{1}}')$$), '54000 | too large mix: 601 periods of 1 categories | At most 600 periods of 1000 categories are read. | Take longer periods, or put small categories together.', 'too many periods');
SELECT matches(pg_temp.error_of($$SELECT align.recency_test(array_fill(1::float8, '{1,1001}'), '{{1}}')$$), '^54000 \| too large mix: 1 periods of 1001 categories', 'too many categories');

-- at its limits it is work for many seconds, and can be cancelled
CREATE FUNCTION pg_temp.cancelled(statement text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN false;
EXCEPTION WHEN query_canceled THEN
    RETURN true;
END $$;
SET LOCAL statement_timeout = '300ms';
SELECT ok(pg_temp.cancelled($$SELECT align.recency_test(m, w, 1000000) FROM (SELECT array_agg(r) AS m, array_agg(q) AS w FROM (SELECT array_agg(1 + t * k % 7) AS r, array_agg(1 + t * k % 5) AS q FROM generate_series(1, 600) t, generate_series(1, 20) k GROUP BY t) x) y$$), 'cancelled');
RESET statement_timeout;

-- over the tables. Wins of A: 2 in January, 2 in February; of B: 1 in March. In April money went from A to B.
INSERT INTO account (key, segment) VALUES ('acme', 'Large');
INSERT INTO lead (key, source, segment, account) SELECT v.key, v.source, v.segment, a.id FROM (VALUES ('a', 'A', 'Small'), ('b', 'B', NULL), ('c', NULL, NULL)) v(key, source, segment) LEFT JOIN account a ON v.key = 'b';
INSERT INTO spend (at, amount, channel) VALUES ('2024-11-30', -5, 'A'), ('2025-01-10', 60, 'A'), ('2025-01-31', 40, 'B'), ('2025-02-01', 70, 'A'), ('2025-02-02', -10, 'A'), ('2025-02-28', 40, 'B'),
    ('2025-03-05', 60, 'A'), ('2025-03-05', 40, 'B'), ('2025-03-06', -3, NULL), ('2025-04-30', 20, 'A'), ('2025-04-30', 80, 'B'), ('2025-05-01', 900, 'B');
INSERT INTO deal (key, lead, amount, opened_at, closed_at, outcome) SELECT v.key, l.id, v.amount::numeric, '2025-01-01Z', v.closed_at::timestamptz, v.outcome FROM (VALUES
    ('1', 'a', '10', '2025-01-05Z', 'won'), ('2', 'a', '20', '2025-01-31 23:59Z', 'won'), ('3', 'a', NULL, '2025-02-01Z', 'won'), ('4', 'a', NULL, '2025-02-02Z', 'won'), ('5', 'a', '9', '2025-02-02Z', 'lost'),
    ('6', 'b', '30', '2025-03-10Z', 'won'), ('7', 'b', '9', '2025-03-11Z', 'lost'), ('8', 'c', '9', '2025-03-12Z', 'lost'), ('9', 'b', '9', NULL, 'open'), ('10', 'b', '9', '2025-05-01Z', 'won')) v(key, lead, amount, closed_at, outcome) JOIN lead l ON l.key = v.lead;
SELECT results_eq($$SELECT period, period_start_date, category, amount, amount_ratio, won_count, won_ratio, closed_count, won_amount FROM mix_history('2025-05-01Z', 'spend', 8)$$, $$VALUES
    ('2025-01', '2025-01-01'::date, '(none)', 0::numeric, 0::numeric, 0::bigint, 0::numeric, 0::bigint, 0::numeric), ('2025-01', '2025-01-01', 'A', 60, 0.6, 2, 1, 2, 30), ('2025-01', '2025-01-01', 'B', 40, 0.4, 0, 0, 0, 0),
    ('2025-02', '2025-02-01', '(none)', 0, 0, 0, 0, 0, 0), ('2025-02', '2025-02-01', 'A', 60, 0.6, 2, 1, 3, 0), ('2025-02', '2025-02-01', 'B', 40, 0.4, 0, 0, 0, 0),
    ('2025-03', '2025-03-01', '(none)', 0, 0, 0, 0, 1, 0), ('2025-03', '2025-03-01', 'A', 60, 0.6, 0, 0, 0, 0), ('2025-03', '2025-03-01', 'B', 40, 0.4, 1, 1, 2, 30),
    ('2025-04', '2025-04-01', '(none)', 0, 0, 0, NULL, 0, 0), ('2025-04', '2025-04-01', 'A', 20, 0.2, 0, NULL, 0, 0), ('2025-04', '2025-04-01', 'B', 80, 0.8, 0, NULL, 0, 0)$$,
    'whole months from the first with effort on; refunds, deals without a worth, without a channel, still open, of the month to come');
SELECT results_eq($$SELECT DISTINCT period FROM mix_history('2025-04-30 23:59Z', 'spend', 2) ORDER BY 1$$, $$VALUES ('2025-02'), ('2025-03')$$, 'a month that is not over does not count');
SELECT results_eq($$SELECT period, category, amount, won_count FROM mix_history('2025-04-01Z', 'spend', 3, 'quarter') WHERE category <> '(none)'$$, $$VALUES ('2025-Q1', 'A', 180::numeric, 4::bigint), ('2025-Q1', 'B', 120, 1)$$, 'quarters: what came back in one before is not carried over');
UPDATE setting SET value = '2' WHERE key = 'fiscal_start_month';
INSERT INTO setting (key, value) SELECT 'fiscal_start_month', '2' WHERE NOT EXISTS (SELECT FROM setting WHERE key = 'fiscal_start_month');
SELECT results_eq($$SELECT period, period_start_date, sum(amount) FROM mix_history('2025-05-01Z', 'spend', 1 + 1, 'quarter') GROUP BY 1, 2 ORDER BY 2$$, $$VALUES ('FY2025-Q4@Feb', '2024-11-01'::date, 95::numeric), ('FY2026-Q1@Feb', '2025-02-01', 300)$$, 'fiscal quarters; by month the money that came back was 0, here it is set off');
UPDATE setting SET value = '1' WHERE key = 'fiscal_start_month';
SELECT results_eq($$SELECT period, category_count, amount, hhi, entropy, effective_count, won_count, won_hhi FROM mix_concentration('2025-05-01Z', 'spend', 8) WHERE period > '2025-02'$$,
    $$VALUES ('2025-03', 2::bigint, 100::numeric, 0.52, 0.970951, 1.923, 1::bigint, 1::numeric), ('2025-04', 2, 100, 0.68, 0.721928, 1.471, 0, NULL)$$, 'concentration by month: 0.6^2 + 0.4^2; (0.6 ln 0.6 + 0.4 ln 0.4) / -ln 2');
-- A took 180 for 4 wins, B 120 for 1: 40 that went there are worth 40 (4/180 - 1/120) = 0.56 wins less
SELECT results_eq($$SELECT mix, period, period_start_date, category, before_ratio, after_ratio, won_count, closed_count, won_ratio, amount_per_win, gained, gained_won_count, gained_closed_count, gained_won_ratio, gained_amount_per_win, missed_count, finding FROM recency_cut('2025-05-01Z', 'spend', 8)$$,
    $$VALUES ('spend', '2025-04', '2025-04-01'::date, 'A', 0.6, 0.2, 4::bigint, 5::bigint, 0.8, 45.00, 'B', 1::bigint, 2::bigint, 0.5, 120.00, 0.56,
    'A fell from 60.0 to 20.0 % in 2025-04, after 1 won by B in 2025-03. Until then it took 45.0 of spend for a win, and 120.0 there; it won 80.0 % of 5 deals, and 50.0 % of 2 were won there.')$$, 'what was cut, by hand');
SELECT is((SELECT count(*) FROM recency_cut('2025-05-01Z', 'spend', 8, fell_by => 0.41)), 0::bigint, 'not cut by so much');
SELECT is((SELECT count(*) FROM recency_cut('2025-05-01Z', 'spend', 3)), 0::bigint, 'with fewer than three wins before it is no record');
SELECT results_eq($$SELECT mix, shift_count, p, is_trap, finding, effective_count, usual_effective_count FROM recency_trap('2025-05-01Z', 'spend', 8)$$, $$VALUES ('spend', 2, NULL::numeric, NULL::boolean, 'Shifts with two periods of mix, and with wins, before them: 2; it takes 8.', 1.471, 1.810)$$, 'too short a history');
SELECT results_eq($$SELECT mix, period_count, won_count, finding FROM recency_trap('2020-01-01Z') ORDER BY mix COLLATE "C"$$, $$VALUES ('messages', 0, 0::bigint, 'There is nothing in the mix.'), ('segments', 0, 0, 'There is nothing in the mix.'), ('spend', 0, 0, 'There is nothing in the mix.'), ('touches', 0, 0, 'There is nothing in the mix.')$$, 'before there was anything');
SELECT is((SELECT count(*) FROM mix_history('2020-01-01Z')) + (SELECT count(*) FROM mix_concentration('2020-01-01Z')) + (SELECT count(*) FROM recency_cut('2020-01-01Z')), 0::bigint, 'no rows of nothing');
-- touches: lead a was seen by mail, then at a fair, then, after its first two deals, by mail again
INSERT INTO touch (lead, at, channel) SELECT l.id, v.at::timestamptz, v.channel FROM (VALUES ('a', '2025-01-01Z', 'mail'), ('a', '2025-01-05Z', 'fair'), ('a', '2025-02-01 12:00Z', 'mail'), ('b', '2025-03-09Z', 'call'), ('b', '2025-03-10 00:01Z', 'mail')) v(lead, at, channel) JOIN lead l ON l.key = v.lead;
SELECT results_eq($$SELECT credit, category, sum(amount), sum(won_count)::int, sum(closed_count)::int FROM unnest('{first,last}'::text[]) credit, mix_history('2025-05-01Z', 'touches', 4, credit => credit) GROUP BY credit, category ORDER BY credit, category COLLATE "C"$$,
    $$VALUES ('first', '(none)', 0::numeric, 0, 1), ('first', 'call', 1, 1, 2), ('first', 'fair', 1, 0, 0), ('first', 'mail', 3, 4, 5), ('last', '(none)', 0, 0, 1), ('last', 'call', 1, 1, 1), ('last', 'fair', 1, 3, 3), ('last', 'mail', 3, 1, 3)$$, 'wins count for the first touch, or the last one up to the close');
INSERT INTO stage_event (lead, at, stage) SELECT l.id, v.at::timestamptz, v.stage::stage FROM (VALUES ('a', '2025-01-01Z', 'mql'), ('a', '2025-02-03Z', 'sql'), ('a', '2025-03-03Z', 'opportunity'), ('b', '2025-03-01Z', 'opportunity'), ('c', '2025-03-01Z', 'lead')) v(lead, at, stage) JOIN lead l ON l.key = v.lead;
SELECT results_eq($$SELECT period, category, amount, won_count, closed_count FROM mix_history('2025-05-01Z', 'segments', 4) WHERE amount > 0 OR closed_count > 0$$,
    $$VALUES ('2025-02', 'Small', 1::numeric, 2::bigint, 3::bigint), ('2025-03', '(none)', 1, 0, 1), ('2025-03', 'Large', 0, 1, 2)$$, 'leads that sales took up, by segment; wins by that of the lead, else of the account');
-- the fair and the first mail showed assets; of them one carries a message
INSERT INTO member (role, team) VALUES (current_user, 'marketing') ON CONFLICT DO NOTHING;
DO $$ BEGIN PERFORM align.set_message('hours', 'promise', 'marketing', 'Win back lost hours', at => '2025-01-01Z'); END $$;
INSERT INTO asset (key, team, title, body, message) VALUES ('booth', 'marketing', 'Booth', 'Lost hours', 'hours'), ('mail', 'marketing', 'Mail', 'Hello', NULL);
UPDATE touch SET asset = CASE channel WHEN 'fair' THEN 'booth' ELSE 'mail' END WHERE at < '2025-02-01Z';
UPDATE touch SET asset = 'unknown' WHERE at >= '2025-02-01Z';
SELECT results_eq($$SELECT credit, category, sum(amount), sum(won_count)::int, sum(closed_count)::int FROM unnest('{first,last}'::text[]) credit, mix_history('2025-05-01Z', 'messages', 4, credit => credit) GROUP BY credit, category ORDER BY credit, category COLLATE "C"$$,
    $$VALUES ('first', '(none)', 1::numeric, 5, 8), ('first', 'hours', 1, 0, 0), ('last', '(none)', 1, 1, 3), ('last', 'hours', 1, 4, 5)$$, 'messages, by the assets that leads saw');

-- a planted company and one without, as rows: 24 months from 2030 on
CREATE FUNCTION pg_temp.enter(kind text, strength float8, seed bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    c record;
BEGIN
    SELECT * INTO c FROM pg_temp.company(kind, strength, seed, 24, 6, 30);
    DELETE FROM align.spend; DELETE FROM align.deal;
    INSERT INTO align.lead (key, source) SELECT 'x' || k, 'C' || k FROM generate_series(1, 6) k ON CONFLICT DO NOTHING;
    INSERT INTO align.spend (at, amount, channel) SELECT date '2030-01-15' + make_interval(months => t - 1), round((10000 * c.mix[t][k])::numeric, 2), 'C' || k FROM generate_series(1, 24) t, generate_series(1, 6) k;
    INSERT INTO align.deal (key, lead, amount, opened_at, closed_at, outcome)
    SELECT format('%s/%s/%s', t, k, i), l.id, 100 * k, '2029-12-01Z', timestamptz '2030-01-15Z' + make_interval(months => t - 1), CASE WHEN i <= c.wins[t][k] THEN 'won' ELSE 'lost' END
    FROM generate_series(1, 24) t CROSS JOIN generate_series(1, 6) k CROSS JOIN LATERAL generate_series(1, (2 * c.wins[t][k])::integer) i JOIN align.lead l ON l.key = 'x' || k;
END $$;
SELECT lives_ok($$SELECT pg_temp.enter('away', 0.6, 5)$$, 'money that follows the last win');
SELECT results_eq($$SELECT r.mix, r.period_count, r.category_count, r.shift_count, r.won_count, r.p, r.is_trap, r.reaction = round(t.reaction::numeric, 4), finding ~ '^The mix of spend by channel follows the last wins: for 10 points won beyond the record a share rises by [4-7]\.\d points in the next month \(p 0\.0001\)\. That explains \d\d % of the shift that the longer history does not\.', look_at
    FROM recency_trap('2032-01-01Z', 'spend') r, pg_temp.company('away', 0.6, 5, 24, 6, 30) c, recency_test((SELECT array_agg(a ORDER BY t) FROM (SELECT t, array_agg(round((10000 * c.mix[t][k])::numeric, 2)::float8 ORDER BY k) AS a FROM generate_series(1, 24) t, generate_series(1, 6) k GROUP BY t) m), c.wins) t$$,
    $$VALUES ('spend', 24, 6, 22, 720::bigint, 0.000100, true, true, true, 'SELECT * FROM align.recency_cut(''2032-01-01 00:00:00Z'', ''spend'', 24, ''month'')')$$, 'the trap is seen, as from the matrices');
SELECT ok((SELECT count(*) > 3 AND bool_and(missed_count > 0 AND amount_per_win < gained_amount_per_win AND won_count >= 3 AND before_ratio - after_ratio >= 0.05) FROM recency_cut('2032-01-01Z', 'spend')), 'and what it cut');
SELECT ok((SELECT a.p <> d.p OR a.reaction <> d.reaction FROM recency_trap('2032-01-01Z', 'spend', wins => 'amount') a, recency_trap('2032-01-01Z', 'spend') d), 'wins by their amount');
SELECT lives_ok($$SELECT pg_temp.enter('fixed', 0, 5)$$, 'money that does not');
SELECT results_eq($$SELECT is_trap, finding ~ '^The mix of spend by channel does not follow the last wins beyond what the longer history supports \(p 0\.\d+\)\.' FROM recency_trap('2032-01-01Z', 'spend')$$, $$VALUES (false, true)$$, 'quiet');

-- bad input
SELECT is(pg_temp.error_of($$SELECT align.recency_trap('2026-01-01Z', 'mails')$$), '22023 | unknown mix: "mails" | There are: spend, touches, segments, messages. | mix_sources() says what each is.', 'an unknown mix');
SELECT results_eq($$SELECT pg_temp.error_of(q) FROM unnest(ARRAY['SELECT align.mix_history(by => NULL)', 'SELECT align.mix_history(periods => 1)', 'SELECT align.recency_cut(periods => 601)', 'SELECT align.mix_history(grain => ''week'')', 'SELECT align.recency_trap(credit => ''both'')',
        'SELECT align.recency_trap(wins => ''luck'')', 'SELECT align.recency_cut(fell_by => 0)', 'SELECT align.recency_cut(fell_by => ''NaN'')', 'SELECT align.mix_history(''infinity'')']) q$$, $$VALUES
    ('22023 | unknown mix: "NULL" | There are: spend, touches, segments, messages. | mix_sources() says what each is.'), ('22023 | invalid periods: 1 | A mix is looked at over 2 to 600 periods. | Write 24 for two years of months.'),
    ('22023 | invalid periods: 601 | A mix is looked at over 2 to 600 periods. | Write 24 for two years of months.'), ('22023 | invalid grain: "week" | A mix is that of a month or of a quarter. | Write month or quarter.'),
    ('22023 | invalid credit: "both" | A win counts for the lead''s first or last touch. | Write first or last.'), ('22023 | invalid wins: "luck" | Wins are counted by deals or by their amount. | Write deals or amount.'),
    ('22023 | invalid fall: 0 | A share falls by more than 0 and by 1 at the most. | Write 0.05 for five points.'), ('22023 | invalid fall: NaN | A share falls by more than 0 and by 1 at the most. | Write 0.05 for five points.'),
    ('22008 | invalid instant: infinity | An instant is finite. | Leave the instant out to mean the present.')$$, 'arguments that are none');
SELECT matches(pg_temp.error_of($$SELECT align.recency_trap('2032-01-01Z', 'spend', permutations => 0)$$), '^22023 \| invalid permutations: 0', 'permutations of zero');

SELECT * FROM finish();
ROLLBACK;
