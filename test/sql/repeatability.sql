\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(46);

-- rates. By hand: 103 of 290; X = sum (won - closed * 103/290)^2 / (closed * 103/290 * 187/290) = 6.018350; for two degrees of freedom p = exp(-X / 2);
-- Kleinman's rho = (X - 2) / (290 - (100^2 + 100^2 + 90^2) / 290 - 2) = 4.018350 / 191.103448
SELECT results_eq($$SELECT group_count, won_count, closed_count, round(won_ratio::numeric, 6), round(chi_square::numeric, 6), df, round(p::numeric, 9), round(moment_ratio::numeric, 6), note FROM rate_spread('{30,45,28}', '{100,100,90}')$$,
    $$VALUES (3, 103::bigint, 290::bigint, 0.355172, 6.018350, 2, round(exp(-6.018350264495325 / 2.0), 9), 0.021027, NULL::text)$$, 'chi-square, p and moments, by hand');
-- printed tables of chi-square: 5 % of 3 degrees of freedom lie above 7.815, of 1 above 3.841; two groups of 50: X = 2 (d^2 / 12.5) with d won more or less than half
SELECT results_eq($$SELECT round(chi_square::numeric, 3), df, round(p::numeric, 4) FROM rate_spread('{30,20}', '{50,50}')$$, $$VALUES (4.000, 1, 0.0455)$$, 'two groups: z = 2, and 4.55 % lie farther out');
SELECT is((SELECT round(p::numeric, 4) FROM rate_spread('{25,25,25,25}', '{50,50,50,50}')), 1.0000, 'equal groups: p is 1');

-- the likelihood in products (Griffiths 1973), at its best mean of a grid: another way to the same numbers
CREATE FUNCTION pg_temp.profile(won bigint[], closed bigint[], rho float8) RETURNS float8 LANGUAGE sql AS $$
    SELECT max(likelihood) FROM (
        SELECT m, sum((SELECT COALESCE(sum(ln(m * (1 - rho) + j * rho)), 0) FROM generate_series(0, w - 1) j) + (SELECT COALESCE(sum(ln((1 - m) * (1 - rho) + j * rho)), 0) FROM generate_series(0, n - w - 1) j)
            - (SELECT COALESCE(sum(ln(1 - rho + j * rho)), 0) FROM generate_series(0, n - 1) j)) AS likelihood
        FROM unnest(won, closed) u(w, n), generate_series(0.3, 0.65, 0.002) g(x) CROSS JOIN LATERAL (SELECT x::float8 AS m) f GROUP BY m) l $$;
CREATE TEMP TABLE fitted AS SELECT '{30,45,28,60,12}'::bigint[] AS won, '{100,100,90,100,40}'::bigint[] AS closed, s.* FROM rate_spread('{30,45,28,60,12}', '{100,100,90,100,40}') s;
SELECT ok((SELECT pg_temp.profile(won, closed, between_ratio) > pg_temp.profile(won, closed, between_ratio * 1.05) AND pg_temp.profile(won, closed, between_ratio) > pg_temp.profile(won, closed, between_ratio / 1.05) FROM fitted), 'no rho near it is likelier');
SELECT results_eq($$SELECT round((pg_temp.profile(won, closed, between_ratio) - pg_temp.profile(won, closed, between_low_ratio))::numeric, 2), round((pg_temp.profile(won, closed, between_ratio) - pg_temp.profile(won, closed, between_high_ratio))::numeric, 2) FROM fitted$$,
    $$VALUES (1.92, 1.92)$$, 'at the ends of the interval the likelihood has fallen by 3.841 / 2');
SELECT ok((SELECT between_low_ratio < between_ratio AND between_ratio < between_high_ratio AND abs(repeatability - 100 * (1 - sqrt(between_ratio))) < 1e-9 FROM fitted), 'the interval holds it; the reading is 100 (1 - its root)');
SELECT results_eq($$SELECT between_ratio, between_low_ratio, repeatability, moment_ratio FROM rate_spread('{10,10,10}', '{20,20,20}')$$, $$VALUES (0::float8, 0::float8, 100::float8, 0::float8)$$, 'no spread at all: 100');
SELECT ok((SELECT between_ratio > 0.999 AND repeatability < 0.1 AND moment_ratio = 1 FROM rate_spread('{0,50,50,0}', '{50,50,50,50}')), 'each wins all or nothing: 0');
SELECT ok((SELECT abs(s.between_ratio - f.between_ratio) < 1e-7 AND abs(s.p - f.p) < 1e-12 FROM fitted f, rate_spread('{45,28,12,30,60}', '{100,90,40,100,100}') s), 'the order of groups does not matter');
SELECT ok((SELECT s.group_count = 5 AND abs(s.between_ratio - f.between_ratio) < 1e-9 AND s.p = f.p FROM fitted f, rate_spread(f.won || 0::bigint, f.closed || 0::bigint) s), 'a group that closed nothing counts for nothing');
SELECT results_eq($$SELECT g, s.chi_square IS NULL, s.p IS NULL, s.between_ratio IS NULL, s.repeatability IS NULL, s.note FROM (VALUES
        (1, '{}'::bigint[], '{}'::bigint[]), (2, '{0}', '{0}'), (3, '{5}', '{9}'), (4, '{5,5}', '{5,5}'), (5, '{0,0}', '{5,5}'), (6, '{1,0,1}', '{1,1,1}')) v(g, won, closed) CROSS JOIN rate_spread(v.won, v.closed) s$$,
    $$VALUES (1, true, true, true, true, 'Nothing is closed.'), (2, true, true, true, true, 'Nothing is closed.'), (3, true, true, true, true, 'There is one group alone, so there is nothing to compare.'),
    (4, true, true, true, true, 'All that closed is won, so no rate can differ.'), (5, true, true, true, true, 'Nothing is won, so no rate can differ.'),
    (6, false, false, true, true, 'Each group has closed one alone, so spread and chance cannot be told apart.')$$, 'what cannot be measured is NULL, and says why');
SELECT is((SELECT note FROM rate_spread('{1,2,1,20}', '{4,5,3,40}')), 'In 3 of 4 groups fewer than five won or lost are expected: p is rough.', 'few of each');

-- shrunk rates: a group that closed nothing has the mean m that was fitted; others (m w + won) / (w + closed) with w = (1 - rho) / rho
SELECT ok((SELECT bool_and(abs(s.shrunk_ratio - (m.m * w + s.won_count) / (w + s.closed_count)) < 1e-9 AND s.shrunk_ratio BETWEEN s.low_ratio AND s.high_ratio AND abs(s.shrunk_ratio - m.m) <= abs(s.won_ratio - m.m))
    FROM fitted f CROSS JOIN LATERAL shrunk_rates(f.won || 0::bigint, f.closed || 0::bigint) s
    CROSS JOIN LATERAL (SELECT r.shrunk_ratio AS m, (1 - f.between_ratio) / f.between_ratio AS w FROM shrunk_rates(f.won || 0::bigint, f.closed || 0::bigint) r WHERE r.closed_count = 0) m
    WHERE s.closed_count > 0), 'drawn to the rate of all, by hand');
-- the interval of the first, by integration: 2.5 % of Beta(m w + 30, (1 - m) w + 70) on either side
SELECT results_eq($$WITH one AS (SELECT s.*, m.shrunk_ratio * w AS a, (1 - m.shrunk_ratio) * w AS b FROM fitted f CROSS JOIN LATERAL (SELECT (1 - f.between_ratio) / f.between_ratio AS w) w
        CROSS JOIN LATERAL shrunk_rates(f.won || 0::bigint, f.closed || 0::bigint) s CROSS JOIN LATERAL shrunk_rates(f.won || 0::bigint, f.closed || 0::bigint) m WHERE s.group_order = 1 AND m.group_order = 6),
    x AS (SELECT x, exp((a + 29) * ln(x) + (b + 69) * ln(1 - x) + 60) AS density, low_ratio, high_ratio FROM one, generate_series(0.01, 0.9, 0.00002) g(v) CROSS JOIN LATERAL (SELECT v::float8 AS x) f)
    SELECT round((sum(density) FILTER (WHERE x < low_ratio) / sum(density))::numeric, 3), round((sum(density) FILTER (WHERE x > high_ratio) / sum(density))::numeric, 3) FROM x$$, 'VALUES (0.025, 0.025)', 'the interval leaves out 2.5 % on either side');
SELECT results_eq($$SELECT round(shrunk_ratio::numeric, 6), round(low_ratio::numeric, 3), round(high_ratio::numeric, 3) FROM shrunk_rates('{50,50}', '{100,100}')$$, $$VALUES (0.500000, 0.444, 0.556), (0.500000, 0.444, 0.556)$$, 'without spread all have the rate of all: Beta(150, 150), by the normal distribution 0.5 +- 1.96 * 0.0288');
SELECT is((SELECT count(shrunk_ratio) + count(low_ratio) FROM shrunk_rates('{5}', '{9}')), 0::bigint, 'one group is drawn to nothing');
SELECT is((SELECT count(*) FROM shrunk_rates('{}', '{}')), 0::bigint, 'no groups, no rows');

-- means. PlantGrowth, as R's anova(lm(weight ~ group)) prints: F = 4.8461, df 2 and 27, p = 0.01591
CREATE TEMP TABLE plant AS SELECT g, w FROM (VALUES ('ctrl', '{4.17,5.58,5.18,6.11,4.50,4.61,5.17,4.53,5.33,5.14}'::float8[]), ('trt1', '{4.81,4.17,4.41,3.59,5.87,3.83,6.03,4.89,4.32,4.69}'), ('trt2', '{6.31,5.12,5.54,5.50,5.37,5.29,4.92,6.15,5.80,5.26}')) v(g, list), unnest(list) w;
CREATE FUNCTION pg_temp.spread_of(query text) RETURNS SETOF record LANGUAGE plpgsql AS $$ BEGIN
    RETURN QUERY EXECUTE format('SELECT s.* FROM (SELECT array_agg(n ORDER BY g) AS n, array_agg(m ORDER BY g) AS m, array_agg(s ORDER BY g) AS s
        FROM (SELECT g, count(*) AS n, avg(v)::float8 AS m, stddev_samp(v)::float8 AS s FROM (%s) q(g, v) GROUP BY g) x) y CROSS JOIN LATERAL align.mean_spread(y.n, y.m, y.s) s', query);
END $$;
CREATE TEMP VIEW spread AS SELECT * FROM pg_temp.spread_of('SELECT g, w FROM plant') AS t(group_count int, value_count bigint, total_mean float8, f float8, df_between int, df_within int, p float8, between_ratio float8, low float8, high float8, repeatability float8, note text);
SELECT results_eq('SELECT group_count, value_count, round(total_mean::numeric, 3), round(f::numeric, 4), df_between, df_within, round(p::numeric, 5) FROM spread', 'VALUES (3, 30::bigint, 5.073, 4.8461, 2, 27, 0.01591)', 'F and p of PlantGrowth');
-- Shrout and Fleiss (1979): six targets by four judges, ICC(1,1) = 0.17; F = 1.79, p 0.165, interval -0.13 to 0.72 as R's psych prints
SELECT results_eq($$SELECT round(between_ratio::numeric, 2), round(f::numeric, 2), round(p::numeric, 3), low, round(high::numeric, 2), round(repeatability::numeric, 1)
    FROM pg_temp.spread_of('SELECT g, v FROM (VALUES (1, ''{9,2,5,8}''::float8[]), (2, ''{6,1,3,2}''), (3, ''{8,4,6,8}''), (4, ''{7,1,2,6}''), (5, ''{10,5,6,9}''), (6, ''{6,2,4,7}'')) r(g, list), unnest(list) v')
    AS t(group_count int, value_count bigint, total_mean float8, f float8, df_between int, df_within int, p float8, between_ratio float8, low float8, high float8, repeatability float8, note text)$$,
    'VALUES (0.17, 1.79, 0.165, 0::float8, 0.72, 59.3)', 'ICC(1,1) of Shrout and Fleiss');
-- two groups: F is the square of Student's t, here by hand: means 1 and 3, deviations 1, 5 each: t = 2 / sqrt(2/5), F = 10; a third with one value
SELECT results_eq($$SELECT round(f::numeric, 9), df_between, df_within FROM mean_spread('{5,5}', '{1,3}', '{1,1}')$$, 'VALUES (10.000000000, 1, 8)', 'two groups, by hand');
SELECT results_eq($$SELECT group_count, value_count, df_within FROM mean_spread('{5,5,1,0}', '{1,3,2,NULL}', '{1,1,NULL,NULL}')$$, 'VALUES (3, 11::bigint, 8)', 'one value has no deviation, none no mean');
SELECT results_eq($$SELECT between_ratio, between_low_ratio, repeatability FROM mean_spread('{5,5}', '{2,2}', '{1,1}')$$, 'VALUES (0::float8, 0::float8, 100::float8)', 'equal means: 100');
-- between 2.5e200, within 1e-200: F is beyond any number, and so are the F at both ends of its interval
SELECT results_eq($$SELECT between_ratio, between_low_ratio, between_high_ratio, repeatability FROM mean_spread('{5,5}', '{0,1e100}', '{1e-100,1e-100}')$$, 'VALUES (1::float8, 1::float8, 1::float8, 0::float8)', 'all spread lies between: the interval is known, too');
SELECT results_eq($$SELECT g, s.f IS NULL, s.between_ratio IS NULL, s.note FROM (VALUES
        (1, '{}'::bigint[], '{}'::float8[], '{}'::float8[]), (2, '{5}', '{1}', '{1}'), (3, '{1,1}', '{1,2}', '{NULL,NULL}'), (4, '{3,3}', '{1,2}', '{0,0}')) v(g, n, m, sd) CROSS JOIN mean_spread(v.n, v.m, v.sd) s$$,
    $$VALUES (1, true, true, 'There is no value.'), (2, true, true, 'There is one group alone, so there is nothing to compare.'),
    (3, true, true, 'Each group has one value alone, so spread and chance cannot be told apart.'), (4, true, true, 'Within the groups nothing varies, so there is no chance to compare with.')$$, 'what cannot be measured is NULL, and says why');

-- deals: the counts of the sample company's reps
CREATE TEMP TABLE rep (owner text, won int, closed int);
INSERT INTO rep VALUES ('Ana', 81, 245), ('Ben', 140, 325), ('Chloe', 83, 256), ('Dario', 70, 223), ('Emma', 128, 321), ('Farid', 110, 285), ('Grace', 185, 342), ('Hugo', 58, 200);
INSERT INTO deal (key, owner, opened_at, closed_at, outcome)
SELECT owner || i, owner, timestamptz '2025-01-01Z', timestamptz '2025-01-01Z' + interval '1 hour' * (1 + abs(hashint8extended(i, length(owner)) % 500)), CASE WHEN i <= won THEN 'won' ELSE 'lost' END FROM rep, generate_series(1, closed) i;
INSERT INTO deal (key, owner, opened_at, closed_at, outcome) VALUES ('x1', NULL, '2025-01-01Z', '2025-01-02Z', 'lost'), ('x2', 'Ana', '2025-01-01Z', NULL, 'open'), ('x3', 'Ben', '2025-03-01Z', '2025-03-01Z', 'won');
SELECT is((SELECT finding FROM repeatability('2025-02-01Z') WHERE measure = 'win rate'),
    '8 reps won 38.9 % of 2,197 closed deals, from 29.0 to 54.1 %. That is more than chance gives (p below 0.0001): 2.1 % of the variance lies between reps. Left out: closed deals without an owner (1).', 'the spread that was planted is found');
SELECT results_eq($$SELECT r.group_count, r.deal_count, r.team_value, r.lowest_value, r.highest_value, r.statistic = round(s.chi_square::numeric, 4), r.moment_ratio = round(s.moment_ratio::numeric, 6), r.between_ratio = round(s.between_ratio::numeric, 6), r.repeatability = round(s.repeatability::numeric, 1)
    FROM repeatability('2025-02-01Z') r, rate_spread('{81,140,83,70,128,110,185,58}', '{245,325,256,223,321,285,342,200}') s WHERE r.measure = 'win rate'$$, 'VALUES (8, 2197::bigint, 0.389167, 0.290000, 0.540936, true, true, true, true)', 'as from the counts');
SELECT results_eq($$SELECT group_count, deal_count, moment_ratio, p > 0.05, finding ~ '^8 reps took [0-9.]+ days \(geometric mean\) for 855 won deals, .* That is no more than chance gives \(p 0\.[0-9]+\)\. Left out: won deals that closed when they opened, or before \(1\)\.$' FROM repeatability('2025-04-01Z') WHERE measure = 'cycle time'$$,
    $$VALUES (8, 855::bigint, NULL::numeric, true, true)$$, 'cycle times without spread');
SELECT results_eq($$SELECT measure, deal_count, p, repeatability, finding FROM repeatability('2024-01-01Z')$$, $$VALUES ('win rate'::text, 0::bigint, NULL::numeric, NULL::numeric, 'Nothing is closed.'::text), ('cycle time', 0, NULL, NULL, 'There is no value.')$$, 'before there were deals');
SELECT results_eq($$SELECT group_count, finding FROM repeatability('2025-04-01Z', since => '2025-02-15Z')$$, $$VALUES (1, 'There is one group alone, so there is nothing to compare.'::text), (0, 'There is no value. Left out: won deals that closed when they opened, or before (1).')$$, 'since an instant: one rep alone');
SELECT results_eq($$SELECT owner, won_count, closed_count, won_ratio, team_ratio, finding FROM rep_rates('2025-02-01Z') WHERE owner IN ('Grace', 'Emma', 'Hugo')$$,
    $$VALUES ('Grace'::text, 185::bigint, 342::bigint, 0.540936, 0.389167, 'above the team'::text), ('Emma', 128, 321, 0.398754, 0.389167, 'as the team'), ('Hugo', 58, 200, 0.290000, 0.389167, 'below the team')$$, 'reps, the best first');
SELECT ok((SELECT bool_and(abs(r.cycle_days - e.days::numeric) < 0.001) AND count(*) = 8 FROM rep_rates('2025-02-01Z') r JOIN (SELECT owner, exp(avg(ln(extract(epoch FROM closed_at - opened_at) / 86400))) AS days FROM deal WHERE outcome = 'won' AND closed_at < '2025-02-01Z' GROUP BY owner) e USING (owner)), 'geometric means of days');
SELECT is((SELECT count(*) FROM rep_rates('2024-01-01Z')), 0::bigint, 'no deals, no reps');
SET timezone = 'America/New_York';
SET datestyle = 'German';
SELECT results_eq($$SELECT DISTINCT look_at FROM repeatability('2025-02-01Z') UNION ALL SELECT DISTINCT look_at FROM repeatability('2025-04-01Z', '2025-02-15Z')$$, $$VALUES ('SELECT * FROM align.rep_rates(''2025-02-01 00:00:00Z'', NULL)'), ('SELECT * FROM align.rep_rates(''2025-04-01 00:00:00Z'', ''2025-02-15 00:00:00Z'')')$$, 'the query that shows the reps, in every session the same');
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT results_eq($$SELECT owner, shrunk_ratio, finding FROM rep_rates('2025-04-01Z', '2025-02-15Z')$$, $$VALUES ('Ben'::text, NULL::numeric, 'nothing to compare'::text)$$, 'one rep');
-- the same deals with the owners shuffled, 400 times from seeds: p is below 0.05 about as often as it says
SELECT results_eq($$SELECT avg((s.p < 0.05)::int) BETWEEN 0.025 AND 0.085, avg(s.repeatability) > 98 FROM (
        SELECT run, array_agg(won ORDER BY g) AS won, array_agg(closed ORDER BY g) AS closed FROM (
            SELECT run, g, count(*) FILTER (WHERE outcome = 'won') AS won, count(*) AS closed FROM (
                SELECT run, outcome, ntile(8) OVER (PARTITION BY run ORDER BY hashint8extended(i, run)) AS g
                FROM (SELECT row_number() OVER (ORDER BY key COLLATE "C") AS i, outcome FROM deal WHERE key NOT LIKE 'x%') d, generate_series(1, 400) run) x GROUP BY run, g) y GROUP BY run) z
    CROSS JOIN LATERAL rate_spread(z.won, z.closed) s$$, 'VALUES (true, true)', 'owners shuffled: no spread is found but for one time in twenty');

-- bad input
SELECT is(pg_temp.error_of(format('SELECT align.mean_spread(''{5,5,1}'', ''{10,12,%s}'', ''{1,%s,NULL}'')', m, s)), '22004 | invalid group ' || g || ': NULL | Counts are numbers, and so are means and deviations; one value alone has no deviation. | Leave the group out, or write 0 as its count.', 'a moment that is NULL')
FROM (VALUES ('NULL', '1', 3), ('9', 'NULL', 2)) v(m, s, g);
SELECT is(pg_temp.error_of($$SELECT align.rate_spread('{3,4}', '{5,3}')$$), '22003 | invalid group 2: 4 won of 3 closed | Counts are 0 to 100000000, and there cannot be more won than closed. | Give the won first, then all that were won or lost.', 'more won than closed');
SELECT matches(pg_temp.error_of($$SELECT align.shrunk_rates('{-3,4}', '{5,5}')$$), '^22003 \| invalid group 1: -3 won of 5 closed', 'negative counts');
SELECT is(pg_temp.error_of($$SELECT align.rate_spread('{3,NULL}', '{5,3}')$$), '22004 | invalid group 2: NULL | Counts are numbers, and so are means and deviations; one value alone has no deviation. | Leave the group out, or write 0 as its count.', 'a group that is NULL');
SELECT is(pg_temp.error_of($$SELECT align.rate_spread('{3}', '{5,3}')$$), '2202E | invalid groups: arrays of 1 and 2 elements | They have an element per group. | Gather them in one query by array_agg.', 'arrays of unequal length');
SELECT is(pg_temp.error_of($$SELECT align.rate_spread('{{3}}', '{{5}}')$$), '2202E | invalid groups: an array of 2 dimensions | An element stands for a group. | Gather them by array_agg.', 'an array of two dimensions');
SELECT is(pg_temp.error_of($$SELECT align.rate_spread(array_fill(1::bigint, '{10001}'), array_fill(1::bigint, '{10001}'))$$), '54000 | too many groups: 10001 | At most 10000 are compared. | Put small groups together.', 'too many groups');
SELECT is(pg_temp.error_of($$SELECT align.mean_spread('{3,3}', '{1,2}', '{1,-1}')$$), '22003 | invalid group 2: 3 values with the mean 2 and the deviation -1 | Counts are 0 to 100000000, deviations 0 or more, and both they and means at most 1e100. | Give the moments as count, avg and stddev_samp compute them.', 'a negative deviation');
SELECT matches(pg_temp.error_of($$SELECT align.mean_spread('{3,3}', '{1,NaN}', '{1,1}')$$), '^22003 \| invalid group 2: 3 values with the mean NaN', 'a mean that is no number');
SELECT is(rate_spread(NULL, '{1}'), NULL, 'of NULL nothing is known');

SELECT * FROM finish();
ROLLBACK;
