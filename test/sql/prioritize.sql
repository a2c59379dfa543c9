\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(86);

-- published instances, a row of weights per limit: KNAPSACK_01 P01 to P08 of John Burkardt
-- (people.sc.fsu.edu/~jburkardt/datasets/knapsack_01), and the seven of Petersen, "Computational experience with variants of
-- the Balas algorithm applied to the selection of R&D projects", Management Science 13 (1967), as mknap1 of OR-Library
CREATE TEMP TABLE published (name text, optimum numeric, value numeric[], weight numeric[], available numeric[]);
INSERT INTO published VALUES
    ('P01', 309, '{92,57,49,68,60,43,67,84,87,72}', '{{23,31,29,44,53,38,63,85,89,82}}', '{165}'),
    ('P02', 51, '{24,13,23,15,16}', '{{12,7,11,8,9}}', '{26}'),
    ('P03', 150, '{50,50,64,46,50,5}', '{{56,59,80,64,75,17}}', '{190}'),
    ('P04', 107, '{70,20,39,37,7,5,10}', '{{31,10,20,19,4,3,6}}', '{50}'),
    ('P05', 900, '{350,400,450,20,70,8,5,5}', '{{25,35,45,5,25,3,2,2}}', '{104}'),
    ('P06', 1735, '{442,525,511,593,546,564,617}', '{{41,50,49,59,55,57,60}}', '{170}'),
    ('P07', 1458, '{135,139,149,150,156,163,173,184,192,201,210,214,221,229,240}', '{{70,73,77,80,82,87,90,94,98,106,110,113,115,118,120}}', '{750}'),
    ('P08', 13549094, '{825594,1677009,1676628,1523970,943972,97426,69666,1296457,1679693,1902996,1844992,1049289,1252836,1319836,953277,2067538,675367,853655,1826027,65731,901489,577243,466257,369261}', '{{382745,799601,909247,729069,467902,44328,34610,698150,823460,903959,853665,551830,610856,670702,488960,951111,323046,446298,931161,31385,496951,264724,224916,169684}}', '{6404180}'),
    ('Petersen 1', 3800, '{100,600,1200,2400,500,2000}', '{{8,12,13,64,22,41},{8,12,13,75,22,41},{3,6,4,18,6,4},{5,10,8,32,6,12},{5,13,8,42,6,20},{5,13,8,48,6,20},{0,0,0,0,8,0},{3,0,4,0,8,0},{3,2,4,0,8,4},{3,2,4,8,8,4}}', '{80,96,20,36,44,48,10,18,22,24}'),
    ('Petersen 2', 8706.1, '{600.1,310.5,1800,3850,18.6,198.7,882,4200,402.5,327}', '{{20,5,100,200,2,4,60,150,80,40},{20,7,130,280,2,8,110,210,100,40},{60,3,50,100,4,2,20,40,6,12},{60,8,70,200,4,6,40,70,16,20},{60,13,70,250,4,10,60,90,20,24},{60,13,70,280,4,10,70,105,22,28},{5,2,20,100,2,5,10,60,0,0},{45,14,80,180,6,10,40,100,20,0},{55,14,80,200,6,10,50,140,30,40},{65,14,80,220,6,10,50,180,30,50}}', '{450,540,200,360,440,480,200,360,440,480}'),
    ('Petersen 3', 4015, '{100,220,90,400,300,400,205,120,160,580,400,140,100,1300,650}', '{{8,24,13,80,70,80,45,15,28,90,130,32,20,120,40},{8,44,13,100,100,90,75,25,28,120,130,32,40,160,40},{3,6,4,20,20,30,8,3,12,14,40,6,3,20,5},{5,9,6,40,30,40,16,5,18,24,60,16,11,30,25},{5,11,7,50,40,40,19,7,18,29,70,21,17,30,25},{5,11,7,55,40,40,21,9,18,29,70,21,17,35,25},{0,0,1,10,4,10,0,6,0,6,32,3,0,70,10},{3,4,5,20,14,20,6,12,10,18,42,9,12,100,20},{3,6,9,30,29,20,12,12,10,30,42,18,18,110,20},{3,8,9,35,29,20,16,15,10,30,42,20,18,120,20}}', '{550,700,130,240,280,310,110,205,260,275}'),
    ('Petersen 4', 6120, '{100,220,90,400,300,400,205,120,160,580,400,140,100,1300,650,320,480,80,60,2550}', '{{8,24,13,80,70,80,45,15,28,90,130,32,20,120,40,30,20,6,3,180},{8,44,13,100,100,90,75,25,28,120,130,32,40,160,40,60,55,10,6,240},{3,6,4,20,20,30,8,3,12,14,40,6,3,20,5,0,5,3,0,20},{5,9,6,40,30,40,16,5,18,24,60,16,11,30,25,10,13,5,1,80},{5,11,7,50,40,40,19,7,18,29,70,21,17,30,25,15,25,5,1,100},{5,11,7,55,40,40,21,9,18,29,70,21,17,35,25,20,25,5,2,110},{0,0,1,10,4,10,0,6,0,6,32,3,0,70,10,0,0,0,0,0},{3,4,5,20,14,20,6,12,10,18,42,9,12,100,20,5,6,4,1,20},{3,6,9,30,29,20,12,12,10,30,42,18,18,110,20,15,18,7,2,40},{3,8,9,35,29,20,16,15,10,30,42,20,18,120,20,20,22,7,3,50}}', '{550,700,130,240,280,310,110,205,260,275}'),
    ('Petersen 5', 12400, '{100,220,90,400,300,400,205,120,160,580,400,140,100,1300,650,320,480,80,60,2550,3100,1100,950,450,300,220,200,520}', '{{8,24,13,80,70,80,45,15,28,90,130,32,20,120,40,30,20,6,3,180,220,50,30,50,12,5,8,18},{8,44,13,100,100,90,75,25,28,120,130,32,40,160,40,60,55,10,6,240,290,80,90,70,27,17,8,28},{3,6,4,20,20,30,8,3,12,14,40,6,3,20,5,0,5,3,0,20,30,40,10,0,5,0,0,10},{5,9,6,40,30,40,16,5,18,24,60,16,11,30,25,10,13,5,1,80,60,50,20,30,10,5,3,20},{5,11,7,50,40,40,19,7,18,29,70,21,17,30,25,15,25,5,1,100,70,55,20,50,15,15,6,20},{5,11,7,55,40,40,21,9,18,29,70,21,17,35,25,20,25,5,2,110,70,55,20,50,20,15,6,20},{0,0,1,10,4,10,0,6,0,6,32,3,0,70,10,0,0,0,0,0,30,10,0,10,10,5,0,10},{3,4,5,20,14,20,6,12,10,18,42,9,12,100,20,5,6,4,1,20,50,30,5,20,20,10,10,20},{3,6,9,30,29,20,12,12,10,30,42,18,18,110,20,15,18,7,2,40,60,50,25,25,25,15,10,28},{3,8,9,35,29,20,16,15,10,30,42,20,18,120,20,20,22,7,3,50,60,55,25,30,25,15,10,28}}', '{930,1210,272,462,532,572,240,400,470,490}'),
    ('Petersen 6', 10618, '{560,1125,300,620,2100,431,68,328,47,122,322,196,41,25,425,4260,416,115,82,22,631,132,420,86,42,103,215,81,91,26,49,420,316,72,71,49,108,116,90}', '{{40,91,10,30,160,20,3,12,3,18,9,25,1,1,10,280,10,8,1,1,49,8,21,6,1,5,10,8,2,1,0,10,42,6,4,8,0,10,1},{16,92,41,16,150,23,4,18,6,0,12,8,2,1,0,200,20,6,2,1,70,9,22,4,1,5,10,6,4,0,4,12,8,4,3,0,10,0,6},{38,39,32,71,80,26,5,40,8,12,30,15,0,1,23,100,0,20,3,0,40,6,8,0,6,4,22,4,6,1,5,14,8,2,8,0,20,0,0},{8,71,30,60,200,18,6,30,4,8,31,6,3,0,18,60,21,4,0,2,32,15,31,2,2,7,8,2,8,0,2,8,6,7,1,0,0,20,8},{38,52,30,42,170,9,7,20,0,3,21,4,1,2,14,310,8,4,6,1,18,15,38,10,4,8,6,0,0,3,0,10,6,1,3,0,3,5,4}}', '{600,500,500,500,600}'),
    ('Petersen 7', 16537, '{560,1125,300,620,2100,431,68,328,47,122,322,196,41,25,425,4260,416,115,82,22,631,132,420,86,42,103,215,81,91,26,49,420,316,72,71,49,108,116,90,738,1811,430,3060,215,58,296,620,418,47,81}', '{{40,91,10,30,160,20,3,12,3,18,9,25,1,1,10,280,10,8,1,1,49,8,21,6,1,5,10,8,2,1,0,10,42,6,4,8,0,10,1,40,86,11,120,8,3,32,28,13,2,4},{16,92,41,16,150,23,4,18,6,0,12,8,2,1,0,200,20,6,2,1,70,9,22,4,1,5,10,6,4,0,4,12,8,4,3,0,10,0,6,28,93,9,30,22,0,36,45,13,2,2},{38,39,32,71,80,26,5,40,8,12,30,15,0,1,23,100,0,20,3,0,40,6,8,0,6,4,22,4,6,1,5,14,8,2,8,0,20,0,0,6,12,6,80,13,6,22,14,0,1,2},{8,71,30,60,200,18,6,30,4,8,31,6,3,0,18,60,21,4,0,2,32,15,31,2,2,7,8,2,8,0,2,8,6,7,1,0,0,20,8,14,20,2,40,6,1,14,20,12,0,1},{38,52,30,42,170,9,7,20,0,3,21,4,1,2,14,310,8,4,6,1,18,15,38,10,4,8,6,0,0,3,0,10,6,1,3,0,3,5,4,0,30,12,16,18,3,16,22,30,4,0}}', '{800,650,550,550,650}');
SELECT results_eq($$SELECT name, c.total_value, c.bound, c.gap_ratio FROM published CROSS JOIN LATERAL choose(value,
        (SELECT array_agg(r.costs ORDER BY r.i) FROM (SELECT i, array_agg(weight[l][i] ORDER BY l) AS costs FROM generate_subscripts(value, 1) i, generate_subscripts(weight, 1) l GROUP BY i) r), available) c
    ORDER BY name$$, 'SELECT name, optimum, optimum, 0::numeric FROM published ORDER BY name', 'the optimum of fifteen published instances, proven');
-- P01: the published choice is 1111010000
SELECT is((SELECT chosen FROM published CROSS JOIN LATERAL choose(value, ARRAY(SELECT u FROM unnest(weight) u), available) WHERE name = 'P01'),
    '{t,t,t,t,f,t,f,f,f,f}', 'one limit may be given as a plain array');

-- against all subsets: 2000 instances from a seed, of 1 to 8 items with values also below 0 or none, decimals, two limits of
-- which one may be missing, needs, alternatives, musts and blocked items
CREATE TEMP TABLE instance AS
SELECT k, 1 + (h & 7)::int AS items, CASE WHEN h >> 3 & 7 > 0 THEN 20 + (h >> 8 & 127) END::numeric AS limit1, CASE WHEN h >> 20 & 7 > 0 THEN (10 + (h >> 24 & 63)) / 4.0 END AS limit2
FROM (SELECT k, hashint8extended(k, 1) & 9223372036854775807 AS h FROM generate_series(1, 2000) k) x;
CREATE TEMP TABLE candidate AS
SELECT k, i, CASE WHEN h & 15 > 0 THEN (h >> 4 & 127)::numeric - 20 END AS value, (h >> 12 & 63)::numeric AS cost1, (h >> 20 & 31) / 4.0 AS cost2, h >> 30 & 31 = 0 AS must,
    CASE WHEN h >> 36 & 31 = 0 THEN 'it rains' END AS blocked
FROM (SELECT k, i, hashint8extended(k * 100 + i, 2) & 9223372036854775807 AS h FROM instance CROSS JOIN LATERAL generate_series(1, items) i) x;
CREATE TEMP TABLE need AS
SELECT k, i, j FROM (SELECT k, i, j, hashint8extended(k * 10000 + i * 100 + j, 3) & 9223372036854775807 AS h FROM instance, generate_series(1, items) i, generate_series(1, items) j
                     WHERE (i * 5 + k) % 11 > (j * 5 + k) % 11) x WHERE h % 6 = 0;
CREATE TEMP TABLE alternative AS
SELECT k, i, g FROM (SELECT k, i, g, hashint8extended(k * 10000 + i * 100 + g, 4) & 9223372036854775807 AS h FROM instance, generate_series(1, items) i, generate_series(1, 3) g) x WHERE h % 5 = 0;
CREATE INDEX ON candidate (k); CREATE INDEX ON need (k); CREATE INDEX ON alternative (k); CREATE INDEX ON instance (k);
ANALYZE instance; ANALYZE candidate; ANALYZE need; ANALYZE alternative;
CREATE TEMP TABLE subset AS
SELECT c.k, m.mask, COALESCE(sum(c.value) FILTER (WHERE mask >> (i - 1) & 1 = 1), 0) AS value
FROM instance n JOIN generate_series(0, 255) m(mask) ON m.mask < 1 << n.items JOIN candidate c ON c.k = n.k
GROUP BY c.k, m.mask, n.limit1, n.limit2
HAVING COALESCE(sum(cost1) FILTER (WHERE mask >> (i - 1) & 1 = 1), 0) <= COALESCE(limit1, 'Infinity') AND COALESCE(sum(cost2) FILTER (WHERE mask >> (i - 1) & 1 = 1), 0) <= COALESCE(limit2, 'Infinity')
   AND NOT bool_or((must AND mask >> (i - 1) & 1 = 0) OR (blocked IS NOT NULL AND mask >> (i - 1) & 1 = 1));
DELETE FROM subset s WHERE EXISTS (SELECT FROM need d WHERE d.k = s.k AND mask >> (i - 1) & 1 = 1 AND mask >> (j - 1) & 1 = 0)
    OR EXISTS (SELECT FROM alternative a WHERE a.k = s.k AND mask >> (i - 1) & 1 = 1 GROUP BY g HAVING count(*) > 1);
-- what choose says: NULL where the musts contradict each other
CREATE FUNCTION pg_temp.chosen(k bigint, work_limit integer, OUT value numeric, OUT bound numeric, OUT mask integer, OUT words text) LANGUAGE plpgsql AS $$
BEGIN
    SELECT c.total_value, c.bound, (SELECT sum(1 << (i - 1)) FROM generate_subscripts(c.chosen, 1) i WHERE c.chosen[i]), array_to_string(c.reason, ' | ') INTO value, bound, mask, words
    FROM align.choose((SELECT array_agg(a.value ORDER BY i) FROM candidate a WHERE a.k = $1), (SELECT array_agg(ARRAY[cost1, cost2] ORDER BY i) FROM candidate a WHERE a.k = $1),
        (SELECT ARRAY[limit1, limit2] FROM instance n WHERE n.k = $1), (SELECT array_agg(must ORDER BY i) FROM candidate a WHERE a.k = $1),
        (SELECT array_agg(i ORDER BY i, j) FROM need d WHERE d.k = $1), (SELECT array_agg(j ORDER BY i, j) FROM need d WHERE d.k = $1),
        (SELECT array_agg(i ORDER BY i, g) FROM alternative a WHERE a.k = $1), (SELECT array_agg('g' || g ORDER BY i, g) FROM alternative a WHERE a.k = $1),
        (SELECT array_agg(blocked ORDER BY i) FROM candidate a WHERE a.k = $1), work_limit => $2) c;
EXCEPTION WHEN invalid_parameter_value THEN
    words := SQLERRM;
END $$;
CREATE TEMP TABLE answer AS SELECT n.k, c.* FROM instance n CROSS JOIN LATERAL pg_temp.chosen(n.k, 1000) c;
CREATE TEMP TABLE truth AS SELECT k, max(value) AS best FROM subset GROUP BY k;
SELECT is((SELECT array_agg(k) FROM answer FULL JOIN truth USING (k) WHERE value IS DISTINCT FROM best), NULL, 'the best of all subsets, in each of 2000 instances; none where there is none');
SELECT is((SELECT array_agg(k) FROM answer WHERE value <> bound), NULL, 'each is proven');
SELECT is((SELECT array_agg(k) FROM answer a WHERE value IS NOT NULL AND NOT EXISTS (SELECT FROM subset s WHERE s.k = a.k AND s.mask = COALESCE(a.mask, 0) AND s.value = a.value)), NULL, 'each is a choice that keeps the rules, and is worth what is said');
SELECT cmp_ok((SELECT count(*) FROM answer WHERE value IS NULL), '>', 50::bigint, 'contradictions were among them');
CREATE TEMP TABLE hasty AS SELECT n.k, c.* FROM instance n CROSS JOIN LATERAL pg_temp.chosen(n.k, 0) c;
SELECT is((SELECT array_agg(k) FROM hasty JOIN truth USING (k) WHERE hasty.bound < best OR hasty.value > best), NULL, 'without work: a choice, and a bound that is none too low');
SELECT cmp_ok((SELECT count(*) FROM hasty WHERE bound > value), '>', 100::bigint, 'and often a gap');
SELECT is((SELECT count(*) FROM answer a JOIN LATERAL pg_temp.chosen(a.k, 1000) c ON true WHERE a.k <= 200 AND (a.words, a.mask) IS DISTINCT FROM (c.words, c.mask)), 0::bigint, 'the same arrays have the same answer');

-- what it says. Values 60, 100, 120 for 10, 20, 30 of 50: 100 + 120 is best. By the relaxation 1 and 2 whole and two thirds of 3:
-- 60 + 100 + 80 = 240; one more unit of money is worth 120 / 30 = 4, and what 2 takes would bring 20 * 4 elsewhere.
SELECT results_eq($$SELECT * FROM choose('{60,100,120}', '{{10},{20},{30}}', '{50}', name => '{A,B,C}', unit => '{of money}')$$,
    $$VALUES ('{f,t,t}'::boolean[], '{3,1,2}'::integer[], '{deferred,do now,do now}'::text[],
        ARRAY['worth 60: 10 of money needed, 0 left after the items above; it would displace B, worth 100', 'worth 100; what it takes would bring 80 elsewhere', 'worth 120; what it takes would bring 120 elsewhere'],
        '{4}'::numeric[], 220::numeric, 220::numeric, 0::numeric, 2::bigint)$$, 'the whole answer');
CREATE FUNCTION pg_temp.reason(n integer, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE 'SELECT decision[$1] || '': '' || reason[$1] FROM align.choose(' || statement || $a$, name => $2, unit => '{of money,days of sales}')$a$
        INTO result USING n, ('{A,B,C,D}'::text[])[1:cardinality((regexp_match(statement, '''(\{.*?\})'''))[1]::text[])];
    RETURN result;
END $$;
SELECT is(pg_temp.reason(1, $$'{5,9,1}', '{{1,0},{1,0},{0,2}}', '{10,10}', '{t}' || '{f,f}'::boolean[]$$), 'do now: it must be done', 'a must');
SELECT is(pg_temp.reason(2, $$'{5,NULL}', '{{1,0},{1,0}}', '{10,10}', item => '{1}', needs => '{2}'$$), 'do now: A needs it', 'what another needs');
SELECT is(pg_temp.reason(1, $$'{5000,NULL}', '{{1,0},{1,0}}', '{10,10}'$$), 'do now: worth 5,000, and it takes nothing that is scarce', 'nothing scarce');
SELECT is(pg_temp.reason(2, $$'{5,NULL}', '{{1,0},{1,0}}', '{10,10}'$$), 'deferred: nothing says what it is worth', 'no value');
SELECT is(pg_temp.reason(2, $$'{5,-2.50}', '{{1,0},{1,0}}', '{10,10}'$$), 'deferred: it is worth -2.5', 'a worth below 0');
SELECT is(pg_temp.reason(1, $$'{5,-7}', '{{1,0},{1,0}}', '{10,10}', item => '{1}', needs => '{2}'$$), 'deferred: with what it needs it is worth -2', 'not worth what it needs');
SELECT is(pg_temp.reason(2, $$'{5,-7}', '{{1,0},{1,0}}', '{10,10}', item => '{1}', needs => '{2}'$$), 'deferred: only A needs it, and is not done', 'needed by what is deferred');
SELECT is(pg_temp.reason(1, $$'{5,7}', '{{1,0},{1,0}}', '{10,10}', member => '{1,2}', choice => '{hall,hall}'$$), 'deferred: worth 5: of "hall" B is done instead; it would displace B, worth 7', 'an alternative');
SELECT is(pg_temp.reason(1, $$'{50,40,30,NULL}', '{{2,1},{2,1},{2,2},{1,0}}', '{5,4}', item => '{1}', needs => '{4}'$$),
    -- B and C, 4 of money and 3 days, for 70; A needs D: 3 and 1 for 50, with B 5 and 2 for 90
    -- after these C is next, with 15 a unit of money
    'do now: worth 50; what it takes would bring 30 elsewhere', 'with what it needs it still pays');
SELECT is(pg_temp.reason(1, $$'{50,40,30,NULL}', '{{2,1},{2,1},{2,2},{3,0}}', '{5,4}', item => '{1}', needs => '{4}'$$),
    'deferred: worth 50: with what it needs, 5 of money needed, 1 left after the items above; it would displace B and C, worth 70 together', 'and does not when it needs more');
SELECT is(pg_temp.reason(1, $$'{50,40}', '{{6,1},{2,1}}', '{5,4}'$$), 'not possible: 6 of money needed, 5 there are in all', 'more than everything');
SELECT is(pg_temp.reason(1, $$'{50,40}', '{{4,1},{2,1}}', '{5,4}', '{f,t}'$$), 'not possible: 4 of money needed, 3 left beside what must be done', 'more than musts leave');
SELECT is(pg_temp.reason(1, $$'{50,40}', '{{4,5.5},{2,0}}', '{NULL,5}', item => '{1}', needs => '{2}'$$), 'not possible: with what it needs, 5.5 days of sales needed, 5 there are in all', 'with what it needs');
SELECT is(pg_temp.reason(1, $$'{50,40}', '{{1,1},{2,1}}', '{5,0}'$$), 'not possible: 1 days of sales needed, 0 there are in all', 'a limit of 0');
SELECT is(pg_temp.reason(1, $$'{50,40}', '{{1,1},{2,1}}', '{5,5}', '{f,t}', member => '{1,2}', choice => '{hall,hall}'$$), 'not possible: B must be done, and of "hall" one is done at most', 'excluded by a must');
SELECT is(pg_temp.reason(1, $$'{50,40,30}', '{{1,1},{2,1},{1,1}}', '{5,5}', item => '{1,1}', needs => '{2,3}', member => '{3,2}', choice => '{hall,hall}'$$), 'not possible: it needs both B and C, and of "hall" one is done at most', 'what it needs excludes itself');
SELECT is(pg_temp.reason(1, $$'{50,40}', '{{1,1},{2,1}}', '{5,5}', item => '{1}', needs => '{2}', blocked => '{NULL,it rains}'$$), 'not possible: it needs B, which is not possible: it rains', 'blocked below');
SELECT is(pg_temp.reason(2, $$'{50,40}', '{{1,1},{2,1}}', '{5,5}', item => '{1}', needs => '{2}', blocked => '{NULL,it rains}'$$), 'not possible: it rains', 'blocked');
SELECT is((SELECT reason[2] FROM choose('{1250000.5,3}', '{{40000},{27500.25}}', '{52500}')), 'worth 3: 27,500.25 of resource 1 needed, 12,500 left after the items above; it would displace item 1, worth 1,250,000.5', 'amounts have commas, names their numbers');
SELECT is((SELECT place FROM choose('{1,NULL,9,4}', '{{1},{1},{1},{1}}', '{3}', must => '{f,f,f,f}', item => '{3}', needs => '{2}')), '{4,1,2,3}', 'what is needed comes first, then by worth for its price');

-- exactness
SELECT is((SELECT chosen FROM choose('{1,1,1}', '{{0.1},{0.2},{0.3}}', '{0.6}')), '{t,t,t}', 'a limit that is just reached is kept: 0.1 + 0.2 + 0.3 = 0.6');
SELECT is((SELECT total_value FROM choose('{1,1,1}', '{{0.1},{0.2},{0.30000000000000001}}', '{0.6}')), 2::numeric, 'and passed by 10^-17 it is passed: costs are rounded up');
SELECT is((SELECT (chosen, total_value)::text FROM choose('{1e-16,3e-16}', '{{1},{1}}', '{1}')), '("{f,t}",0.0000000000000003)', 'digits count, not decimals: small values');
SELECT is((SELECT price FROM choose('{10,8,5}', '{{100.50},{80},{60}}', '{150}'))::text, '{0.0995025}', 'a price has no zeros at its end');
SELECT is((SELECT (chosen, price)::text FROM choose('{1e300,3e300}', '{{1e-20},{3e-20}}', '{3e-20}')), '("{f,t}",{' || 1e320::text || '})', 'small costs, and a price beyond all floating point');
SELECT is((SELECT total_value FROM choose('{1e30,1}', '{{1},{1}}', '{1}')), 1e30, 'large values');
SELECT is((SELECT (total_value, bound)::text FROM choose('{-3,-4}', '{{1},{1}}', '{1}', '{f,t}')), '(-4,-4)', 'a must of negative worth');
SELECT is((SELECT (total_value, bound, gap_ratio, chosen)::text FROM choose('{}', '{}', '{5}')), '(0,0,0,{})', 'nothing to choose from');
SELECT is((SELECT chosen FROM choose('{1,-1,0,NULL}', '{}', '{}')), '{t,f,f,f}', 'no limits: all that is worth anything');
SELECT is((SELECT chosen FROM choose('{1,2}', '{{NULL},{3}}', '{3}')), '{t,t}', 'an unknown cost counts 0');

-- errors
SELECT is(pg_temp.error_of($$SELECT choose('{1,2,3}', '{{1},{1},{1}}', '{5}', item => '{1,2,3}', needs => '{2,3,1}', name => '{A,B,C}')$$),
    '22023 | the needs have a cycle: A needs B needs C needs A | What waits for itself can never begin. | Take one of these needs away first.', 'a cycle is named');
SELECT is(split_part(pg_temp.error_of($$SELECT choose('{1,2}', '{{1},{1}}', '{5}', item => '{2}', needs => '{2}', name => '{A,B}')$$), ' | ', 2), 'the needs have a cycle: B needs B', 'also of one');
SELECT is(pg_temp.error_of($$SELECT choose('{1,2,3}', '{{1},{4},{2}}', '{5}', must => '{f,t,t}', item => '{3}', needs => '{1}', name => '{A,B,C}', unit => '{of money}')$$),
    '22023 | the must-dos do not fit: they take 7 of money, and there are 5 | They are: B (4), C (2), A (1, needed by a must). | Let one of them be no must, or raise the limit.', 'musts that do not fit are named');
SELECT is(pg_temp.error_of($$SELECT choose('{1,2}', '{{1},{4}}', '{5}', must => '{t,t}', member => '{1,2}', choice => '{hall,hall}', name => '{A,B}')$$),
    '22023 | the must-dos exclude one another: "A" and "B" | Both are of "hall", of which one is done at most. | Let one of them be no must.', 'musts that exclude one another are named');
SELECT is(split_part(pg_temp.error_of($$SELECT choose('{1,2}', '{{1},{4}}', '{5}', must => '{t,f}', item => '{1}', needs => '{2}', member => '{1,2}', choice => '{hall,hall}', name => '{A,B}')$$), ' | ', 3),
    'Both are of "hall", of which one is done at most; a must needs what is no must itself.', 'also by what they need');
SELECT is(pg_temp.error_of($$SELECT choose('{1,2}', '{{1},{4}}', '{5}', must => '{t,f}', item => '{1}', needs => '{2}', blocked => '{NULL,it rains}', name => '{A,B}')$$),
    '22023 | "B" must be done, and cannot be | A must needs it. it rains. | Clear what blocks it, or let it be no must.', 'a must that is blocked');
SELECT is(pg_temp.error_of($$SELECT choose('{1}', '{{-1}}', '{5}')$$), '22023 | invalid cost of item 1: -1 | It is a number, 0 or more. | Give NULL where there is none.', 'a cost below 0');
SELECT is(split_part(pg_temp.error_of($$SELECT choose('{1}', '{{NaN}}', '{5}')$$), ' | ', 2), 'invalid cost of item 1: NaN', 'a cost that is none');
SELECT is(split_part(pg_temp.error_of($$SELECT choose('{1}', '{{1}}', '{-5}')$$), ' | ', 2), 'invalid limit of resource 1: -5', 'a limit below 0');
SELECT is(pg_temp.error_of($$SELECT choose('{Infinity}', '{{1}}', '{5}')$$), '22023 | invalid value of item 1: Infinity | It is a number. | Give NULL where there is none.', 'a value without end');
SELECT is(pg_temp.error_of($$SELECT choose('{1,2}', '{{1}}', '{5}')$$), '2202E | invalid cost: 1 rows of 1 for 2 items and 1 limits | There is a row for each item, in it an amount for each limit. | Gather the rows by array_agg(ARRAY[money, days]).', 'costs missing');
SELECT is(pg_temp.error_of(format('SELECT choose(%L, %L, ''{5,5}'')', v, c)), '2202E | invalid cost: ' || f || ' for ' || cardinality(v) || ' items and 2 limits | There is a row for each item, in it an amount for each limit. | Gather the rows by array_agg(ARRAY[money, days]).', 'costs in another shape')
FROM (VALUES ('{1,2,3}'::numeric[], '{{1,2,3},{4,5,6}}', '2 rows of 3'), ('{1}', '{1,2}', '2 rows of 1'), ('{1,2}', '{}', '0 rows of 0')) s(v, c, f);
SELECT is(pg_temp.error_of($$SELECT choose('{1e308,1e308}', '{{1},{1}}', '{5}')$$), '22003 | invalid value of item 2: ' || 1e308::text || ' | With those before it the sum passes 1.8e308. | Count in a larger unit.', 'values without a sum');
SELECT is(pg_temp.error_of($$SELECT choose('{1,2}', '{{1},{1}}', '{5}', must => '{t}')$$), '2202E | invalid must: 1 of them for 2 items | There is one for each. | Gather all arrays in one query, in one order.', 'musts missing');
SELECT is(pg_temp.error_of($$SELECT choose('{{1},{2}}', '{{1},{1}}', '{5}')$$), '2202E | invalid value: an array of 2 dimensions | There are at most 1. | Gather the elements by array_agg.', 'dimensions');
SELECT is(pg_temp.error_of($$SELECT choose('{1,2}', '{{1},{1}}', '{5}', item => '{1}', needs => '{3}')$$), '22023 | invalid need: item 3 | Items are numbered from 1 to 2, as they stand in the array of values. | Leave out what is not to be chosen from.', 'a need of nobody');
SELECT is(split_part(pg_temp.error_of($$SELECT choose('{1,2}', '{{1},{1}}', '{5}', item => '{NULL}', needs => '{1}')$$), ' | ', 2), 'invalid item: item NULL', 'a need by nobody');
SELECT is(pg_temp.error_of($$SELECT choose('{1,2}', '{{1},{1}}', '{5}', item => '{1}')$$), '2202E | invalid needs: 1 items and 0 needs | Item item[i] needs item needs[i]. | Gather both arrays in one query.', 'half a need');
SELECT is(pg_temp.error_of($$SELECT choose('{1,2}', '{{1},{1}}', '{5}', member => '{1}')$$), '2202E | invalid alternatives: 1 members and 0 choices | Item member[i] is of choice[i]; of a choice at most one item is chosen. | Gather both arrays in one query.', 'half an alternative');
SELECT is(pg_temp.error_of($$SELECT choose('{1,2}', '{{1},{1}}', '{5}', member => '{1,2}', choice => '{hall,NULL}', name => '{A,B}')$$), '22004 | invalid choice of B: NULL | Items of one choice exclude one another, so it has a name. | Leave out the members that exclude nothing.', 'an alternative without a name');
SELECT is(pg_temp.error_of($$SELECT choose('{1}', '{{1}}', '{5}', work_limit => -1)$$), '22023 | invalid work limit: -1 | It is in millions of products that may be summed, 0 or more. | Leave it out for 1000, which takes seconds.', 'work below 0');
SELECT is(pg_temp.error_of($$SELECT choose(array_fill(1::numeric, ARRAY[5001]), array_fill(1::numeric, ARRAY[5001, 1]), '{5}')$$),
    '54000 | too many to choose from: 5001 items under 1 limits | There may be 5000 items and 100 limits. | Choose within parts of them.', 'too many');
SET LOCAL align.state_memory = '1MB';
SELECT is(split_part(pg_temp.error_of($$SELECT choose(array_fill(1::numeric, ARRAY[2000]), array_fill(1::numeric, ARRAY[2000, 1]), '{5}')$$), ' | ', 2), 'the choice would take more than 1 MB', 'memory is bounded');
RESET align.state_memory;

-- the plan. One rock of sales and one of marketing, of 3 and 2 activities; R3 excludes R2; R4 needs R9 of the next quarter
INSERT INTO plan_item (id, key, level, parent, title, team, period, status, budget, effort, value, must, progress) OVERRIDING SYSTEM VALUE VALUES
    (1, 'M', 'mission', NULL, 'Mission', 'leadership', NULL, 'active', 999, 99, 9999, true, 0),
    (2, 'R1', 'rock', 1, 'Twenty plants', 'sales', '2026-Q1', 'active', 400, 20, 900, false, 0),
    (3, 'A1', 'activity', 2, 'Call', 'sales', '2026-01', 'active', NULL, 10, NULL, false, 0.5),
    (4, 'A2', 'activity', 2, 'Visit', 'sales', NULL, 'proposed', 100, 4, NULL, false, 0),
    (5, 'A3', 'activity', 2, 'Lists', 'marketing', '2026-01', 'done', 50, 4, NULL, false, 1),
    (6, 'R2', 'rock', 1, 'Plant day', 'marketing', '2026-Q1', 'active', 300, 10, 500, false, 0),
    (7, 'R3', 'rock', 1, 'Webinar', 'marketing', '2026-Q1', 'proposed', 90, 6, 300, false, 0),
    (8, 'R4', 'rock', 1, 'Partners', 'sales', '2026-Q1', 'active', 0, 2, 200, false, 0),
    (9, 'R9', 'rock', 1, 'Later', 'sales', '2026-Q2', 'active', 0, 2, 200, false, 0),
    (10, 'R5', 'rock', 1, 'Rules', 'sales', '2026-Q1', 'active', 0, 3, NULL, true, 0),
    (11, 'R6', 'rock', 1, 'Dropped', 'sales', '2026-Q1', 'dropped', 0, 3, 5000, false, 0);
INSERT INTO plan_dependency (item, needs) VALUES (8, 9), (2, 5), (2, 10);
INSERT INTO plan_alternative (item, choice) VALUES (6, 'event'), (7, 'event');
INSERT INTO spend (item, at, amount) VALUES (2, '2026-01-10', 150), (2, '2025-12-10', 70), (6, '2026-02-01', 400);
INSERT INTO grant_of_currency (team, period, points) VALUES ('sales', '2026-Q1', 100), ('marketing', '2026-Q1', 100);
INSERT INTO request (key, from_team, to_team, period, what, points, effort, value, status, asked_at, answered_at, answered_by, closed_at, closed_by, reason, result) VALUES
    ('Q1', 'sales', 'marketing', '2026-Q1', 'Call script', 30, 2, 50, 'asked', '2026-01-02Z', NULL, NULL, NULL, NULL, NULL, NULL),
    ('Q2', 'sales', 'marketing', '2026-Q1', 'Brochure', 60, 5, 40, 'accepted', '2026-01-02Z', '2026-01-03Z', 'ann', NULL, NULL, NULL, NULL),
    ('Q3', 'marketing', 'sales', '2026-Q1', 'Feedback', 20, 1.5, NULL, 'done', '2026-01-02Z', '2026-01-03Z', 'ben', '2026-01-09Z', 'ben', NULL, 'Forty verdicts'),
    ('Q4', 'marketing', 'sales', '2026-Q1', 'Names', 20, 1, 70, 'refused', '2026-01-02Z', '2026-01-03Z', 'ben', '2026-01-03Z', 'ben', 'No time', NULL);
-- money left: R1 400 - 150, R2 300 - 400 is 0; days left: A1 10 * 0.5
SELECT results_eq('SELECT number, kind, key, team, value, points, money, days, must, blocked FROM prioritize_candidate(''2026-Q1'')', $$VALUES
    (1, 'item', 'A1', 'sales', NULL::numeric, NULL::bigint, 0::numeric, 5::numeric, false, NULL::text), (2, 'item', 'A2', 'sales', NULL, NULL, 100, 4, false, NULL),
    (3, 'item', 'R1', 'sales', 900, NULL, 250, 20, false, NULL), (4, 'item', 'R2', 'marketing', 500, NULL, 0, 10, false, NULL), (5, 'item', 'R3', 'marketing', 300, NULL, 90, 6, false, NULL),
    (6, 'item', 'R4', 'sales', 200, NULL, 0, 2, false, 'it needs R9, which is not done, and no work of 2026-Q1, but of 2026-Q2'), (7, 'item', 'R5', 'sales', NULL, NULL, 0, 3, true, NULL),
    (8, 'request', 'Q1', 'marketing', 50, 30, 0, 2, false, NULL), (9, 'request', 'Q2', 'marketing', 40, 60, 0, 5, true, NULL)$$, 'who competes');
-- R1 takes A1 and A2 along: 350 of money and 29 days of sales, R5 3 days; R2 10 and Q1 2 days of marketing beside Q2's 5: 17.
-- One day of marketing less would cost half of Q1: 25. R3 takes 90 of money, which R1 has, and excludes R2.
SELECT results_eq($$SELECT item_order, decision, key, worth, money_amount, effort_days, total_money_amount, total_team_days, money_price, day_price, gap_ratio FROM prioritize('2026-Q1', 350, '{"sales": 32, "marketing": 17}')$$, $$VALUES
    (1, 'do now', 'Q2', 40::numeric, 0::numeric, 5::numeric, 0::numeric, 5::numeric, 0::numeric, 25::numeric, 0::numeric), (2, 'do now', 'R5', NULL, 0, 3, 0, 3, 0, 0, 0),
    (3, 'do now', 'A1', NULL, 0, 5, 0, 8, 0, 0, 0), (4, 'do now', 'A2', NULL, 100, 4, 100, 12, 0, 0, 0), (5, 'do now', 'R1', 900, 250, 20, 350, 32, 0, 0, 0),
    (6, 'do now', 'R2', 500, 0, 10, 350, 15, 0, 25, 0), (7, 'do now', 'Q1', 50, 0, 2, 350, 17, 0, 25, 0),
    (8, 'deferred', 'R3', 300, 90, 6, 350, 17, 0, 25, 0), (9, 'not possible', 'R4', 200, 0, 2, 350, 32, 0, 0, 0)$$, 'all that fits is done');
SELECT results_eq($$SELECT key, reason FROM prioritize('2026-Q1', 350, '{"sales": 32, "marketing": 17}') WHERE key IN ('Q2', 'R1', 'A1', 'R3', 'R4')$$, $$VALUES ('Q2', 'it must be done'), ('A1', 'R1 needs it'),
    ('R1', 'worth 900, and it takes nothing that is scarce'), ('R3', 'worth 300: of "event" R2 is done instead; it would displace R1 and R2, worth 1,400 together'), ('R4', 'it needs R9, which is not done, and no work of 2026-Q1, but of 2026-Q2')$$, 'and why');
SELECT is((SELECT reason FROM prioritize('2026-Q1', 349, '{"sales": 32, "marketing": 17}') WHERE key = 'R1'), 'with what it needs, 350 of money needed, 349 there are in all', 'one short');
SELECT is((SELECT string_agg(key, ' ' ORDER BY item_order) FROM prioritize('2026-Q1', 350, '{"sales": 31.9}') WHERE decision = 'do now'), 'Q2 R5 R2 Q1', 'days are short for R1; a team that is not named has no limit');
SELECT is((SELECT string_agg(key, ' ' ORDER BY item_order) FROM prioritize('2026-Q1', capacity => '{"marketing": 5, "sales": null}') WHERE decision = 'do now'), 'Q2 R5 A1 A2 R1', 'accepted requests come first');
SELECT is((SELECT string_agg(key, ' ' ORDER BY item_order) FROM prioritize('2026-Q1', by => 'points') WHERE decision = 'do now'), 'Q2 R5 Q1', 'by points: musts, and requests');
SELECT is((SELECT count(*) FROM prioritize('2031-Q1')), 0::bigint, 'nothing is planned, nothing competes');
-- 12 days of marketing: Q2 takes 5 and R3 6; R2's 10 do not fit into 7. By the relaxation R3 and half of Q1, whose days bring 25
SELECT results_eq($$SELECT * FROM prioritize_limits('2026-Q1', 1000, '{"marketing": 12}')$$, $$VALUES
    (1, 'money', 1000::numeric, 440::numeric, 440::numeric, 560::numeric, 0::numeric, 'It is enough for all.'), (2, 'days of marketing', 12, 23, 11, 1, 25, 'One more day would be worth about 25.'),
    (3, 'days of sales', NULL, 34, 32, NULL, 0, 'There is no limit.')$$, 'the limits');
SELECT results_eq($$SELECT * FROM prioritize_total('2026-Q1', 350, '{"sales": 32, "marketing": 17}')$$, $$VALUES (7::bigint, 1::bigint, 1::bigint, 1490::numeric, 1490::numeric, 0::numeric, true, 'No other choice is worth more.')$$, 'the sum: 900 + 500 + 50 + 40');
-- capacity from its table: parts of the quarter, less what is done: A1 5, Q3 1.5 days of sales, A3 4 of marketing
INSERT INTO capacity (team, period, days) VALUES ('sales', '2026-01', 20), ('sales', '2026-02', 18), ('sales', '2026-W07', 3), ('marketing', '2026-Q1', 21), ('marketing', '2026-01', 9), ('hr', '2026-Q1', 0);
SELECT results_eq($$SELECT resource, available FROM prioritize_limits('2026-Q1')$$, $$VALUES ('money', NULL::numeric), ('days of marketing', 17), ('days of sales', 31.5)$$, 'capacity left: 38 - 6.5 of sales, 21 - 4 of marketing');
SELECT results_eq($$SELECT resource, available FROM prioritize_limits('2026-01')$$, $$VALUES ('money', NULL::numeric), ('days of sales', 15.0)$$, 'of January: 20 - 5');
SELECT is(pg_temp.error_of($$SELECT prioritize('2026-Q1', capacity => '{"sales": 2}')$$), '22023 | the must-dos do not fit: they take 3 days of sales, and there are 2 | They are: R5 (3). | Let one of them be no must, or raise the limit.', 'musts that do not fit');
SELECT is(pg_temp.error_of($$SELECT prioritize('2026-Q1', -1)$$), '22023 | invalid question: what to do in 2026-Q1 for a budget of -1, by value | A period is asked for; money is 0 or more, or NULL for no limit; what counts is value or points. | Ask as in prioritize(''2026-Q1'', 100000).', 'money below 0');
SELECT is(split_part(pg_temp.error_of($$SELECT prioritize('2026-Q1', by => 'luck')$$), ' | ', 2), 'invalid question: what to do in 2026-Q1 for a budget of any, by luck', 'by luck');
SELECT is(split_part(pg_temp.error_of($$SELECT prioritize('2026-Q1', 'Infinity')$$), ' | ', 2), 'invalid question: what to do in 2026-Q1 for a budget of Infinity, by value', 'money without end');
SELECT is(split_part(pg_temp.error_of($$SELECT prioritize(NULL)$$), ' | ', 2), 'invalid question: what to do in NULL for a budget of any, by value', 'no period');
SELECT is(pg_temp.error_of($$SELECT prioritize('2026-Q1', capacity => '{"sales": -2}')$$), '22023 | invalid capacity: {"sales": -2} | It gives days by team: 0 or more, or null for no limit. | Write {"sales": 40, "marketing": 60}, or leave it out for what table capacity says.', 'days below 0');
SELECT is(split_part(pg_temp.error_of($$SELECT prioritize('2026-Q1', capacity => '[1]')$$), ' | ', 2), 'invalid capacity: [1]', 'no object');
SELECT is(split_part(pg_temp.error_of($$SELECT prioritize('2026-Q1', capacity => '{"sails": 2}')$$), ' | ', 2), 'unknown team: "sails"', 'an unknown team');
SELECT is(split_part(pg_temp.error_of($$INSERT INTO plan_alternative VALUES (2, '')$$), ' | ', 1), '23514', 'a choice without a name');

SELECT * FROM finish();
ROLLBACK;
