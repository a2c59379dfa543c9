\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(86);

-- text
SELECT is(s::score::text, expected, format('%L', s)) FROM (VALUES
    ('72.5 (n=120)', '72.5 (n=120)'), ('0 (n=0)', '0 (n=0)'), ('-0(n=-0)', '0 (n=0)'), (' 100( n = 1e3 ) ', '100 (n=1000)'), ('+7.10 (n=2.50)', '7.1 (n=2.5)'), ('1e-7 (n=1e12)', '1e-07 (n=999999995904)'),
    -- the nearest float4 of 33.333333333 is 33.3333320617676, whose shortest text is 33.333332
    ('33.333333333 (n=16777217)', '33.333332 (n=16777216)')) t(s, expected);
SELECT is_empty($$SELECT s FROM (SELECT score(100 * (hashint8extended(i, 1) & 1048575) / 1048575.0 / 10 ^ (i % 9), (hashint8extended(i, 2) & 16777215) / 10 ^ (i % 7)::float8) AS s FROM generate_series(1, 3000) i) t
    WHERE s::text::score <> s OR score_send(s::text::score) <> score_send(s) OR value(s)::float4 <> split_part(s::text, ' ', 1)::float4$$, 'every text is read back exactly');
SELECT is(pg_temp.error_of(format('SELECT %L::score', s)), format('22P02 | invalid score: "%s" | A score is a number with the evidence that it rests on. | Write 72.5 (n=120).', s), format('not %L', s))
FROM unnest(array['', '72.5', '72.5 (n=)', '72.5 (n=1', '72.5 (m=1)', 'x (n=1)', 'NaN (n=1)', 'inf (n=1)', '1 (n=nan)', '0x10 (n=1)', '1 (n=1) x', '.5 (n=1)', '- (n=1)', '72,5 (n=1)']) s;
SELECT is(pg_temp.error_of(format('SELECT %L::score', s)), format('22003 | invalid score: "%s" | A score lies between 0 and 100, its evidence between 0 and 1e12. | Write 72.5 (n=120); what cannot be measured is NULL.', s), format('not %L', s))
FROM unnest(array['-1 (n=1)', '100.1 (n=1)', '1e60 (n=1)', '1 (n=-1)', '1 (n=1e13)', '1 (n=1e99)']) s;

-- bytes: 72.5 is 0x42910000, 120 is 0x42f00000
SELECT is(score_send('72.5 (n=120)'), '\x4291000042f00000'::bytea, 'sent as two float4');

-- made and read
SELECT is(score(72.5, 120)::text, '72.5 (n=120)', 'score');
SELECT is(score(-0.0::float8, '-0'::float8), '0 (n=0)', 'minus zero is 0');
SELECT is(value(score(72.1, 3)) || ' ' || evidence(score(72.1, 3.25)) || ' ' || pg_typeof(value('1 (n=1)')) || ' ' || pg_typeof(evidence('1 (n=1)')), '72.1 3.25 numeric numeric', 'value and evidence, as the text shows them');
SELECT ok(score(NULL, 1) IS NULL AND score(1, NULL) IS NULL AND value(NULL) IS NULL AND evidence(NULL) IS NULL AND cautious(NULL) IS NULL, 'NULL gives NULL');
SELECT is(pg_temp.error_of(format('SELECT score(%L, 1)', v)), format('22003 | invalid score: %s | A score lies between 0 and 100. | Write 90 for 90 %%; what cannot be measured is NULL.', v), 'no score of ' || v) FROM unnest(array['-0.5', '100.5', 'NaN', 'Infinity']) v;
SELECT is(pg_temp.error_of(format('SELECT score(1, %L)', v)), format('22003 | invalid evidence: %s | Evidence is a number of rows, from 0 to 1e12. | Write 120 for 120 rows.', v), 'no evidence of ' || v) FROM unnest(array['-1', '1000000000001', 'NaN', '-Infinity']) v;

-- cautious: Wilson's interval; Newcombe (1998, Statistics in Medicine 17, table I, method 3) gives these lower ends at 95 %
SELECT is(round(cautious(score(100.0 * x / n, n))::numeric / 100, 4), low, format('%s of %s', x, n)) FROM (VALUES (81, 263, 0.2553), (15, 148, 0.0624), (0, 20, 0.0000), (1, 29, 0.0061)) t(x, n, low);
SELECT is(cautious('100 (n=0)'), 0::float8, 'no evidence counts for nothing');
-- of 100 on n: n / (n + z^2), z^2 = 3.841459: 1 / 4.841459 = 0.206549
SELECT is(round(cautious('100 (n=1)')::numeric, 4), 20.6549, 'one row counts for little');
SELECT is_empty($$SELECT v, n FROM (SELECT v, n, cautious(score(v, n)) AS c, lag(cautious(score(v, n))) OVER (PARTITION BY v ORDER BY n) AS fewer, lag(cautious(score(v, n))) OVER (PARTITION BY n ORDER BY v) AS lower
    FROM generate_series(0, 100, 4) v, unnest(array[0, 0.1, 1, 2, 3, 10, 40, 1e3, 1e6, 1e12]) n) t WHERE c < fewer OR c < lower OR c > v + 1e-5 OR c < 0$$, 'more evidence or a higher value never lowers it, and it is never above the value');

-- order
SELECT is((SELECT string_agg(s::text, ', ' ORDER BY s) FROM unnest('{72.5 (n=3),72.5 (n=120),100 (n=0),0 (n=5),0 (n=0),1e-30 (n=0),9 (n=1),72.4 (n=900)}'::score[]) s),
    '0 (n=0), 0 (n=5), 1e-30 (n=0), 9 (n=1), 72.4 (n=900), 72.5 (n=3), 72.5 (n=120), 100 (n=0)', 'by value, then by evidence');
CREATE TEMP TABLE scored AS SELECT score(v, n) AS s, array[v, n]::float4[] AS pair FROM generate_series(0, 100, 12.5) v, unnest(array[0, 0.5, 3, 1e4]) n;
SELECT is_empty($$SELECT a.s, b.s FROM scored a, scored b WHERE (a.s < b.s) <> (a.pair < b.pair) OR (a.s <= b.s) <> (a.pair <= b.pair) OR (a.s = b.s) <> (a.pair = b.pair) OR (a.s <> b.s) <> (a.pair <> b.pair)
    OR (a.s >= b.s) <> (a.pair >= b.pair) OR (a.s > b.s) <> (a.pair > b.pair) OR score_cmp(a.s, b.s) <> btarraycmp(a.pair, b.pair)$$, 'all comparisons, as those of the two numbers');
SELECT ok(score_hash('0 (n=1)') = score_hash('-0 (n=1)') AND (SELECT count(DISTINCT score_hash(s)) = 36 AND count(DISTINCT score_hash_extended(s, 7)) = 36 AND bool_and(score_hash_extended(s, 7) <> score_hash_extended(s, 8)) FROM scored), 'hashes');
SELECT is((SELECT string_agg(amname || ' ' || amvalidate(c.oid), ', ' ORDER BY amname) FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod WHERE opcintype = 'score'::regtype), 'btree true, hash true', 'the operator classes are complete');
CREATE INDEX scored_btree ON scored (s);
SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
SELECT matches(pg_temp.plan_of($$SELECT pair FROM scored WHERE s = '25 (n=3)'$$), 'Index Scan using scored_btree', 'btree serves =');
SELECT is((SELECT count(*) FROM scored WHERE s > '87.5 (n=3)'), 5::bigint, 'btree serves >'); -- 87.5 (n=10000) and four of 100
RESET enable_seqscan;

-- blend: sqrt(80 * 20) = 40; evidence (1 + 1)^2 / (1 / 10 + 1 / 40) = 4 / 0.125 = 32
SELECT is((SELECT blend(s, 1) FROM unnest('{80 (n=10),20 (n=40)}'::score[]) s), '40 (n=32)', 'the geometric mean');
SELECT is((SELECT blend(s, 250) FROM unnest('{80 (n=10),20 (n=40)}'::score[]) s), '40 (n=32)', 'only proportions of weights count');
-- (64^0.75 * 4^0.25): 8^1.5 * sqrt(2) = 2^4.5 * 2^0.5 = 32; evidence 16 / (9 / 9 + 1 / 1) = 8
SELECT is((SELECT blend(s, w) FROM (VALUES ('64 (n=9)'::score, 3), ('4 (n=1)', 1)) t(s, w)), '32 (n=8)', 'weighted');
SELECT is((SELECT blend_detail(s, w)::text FROM (VALUES ('64 (n=9)'::score, 3), ('4 (n=1)', 1), (NULL, 4), ('7 (n=7)', 0), ('7 (n=7)', NULL)) t(s, w)), '("32 (n=8)",0.5,2,3)', 'what is not measured is left out, and told');
SELECT is((SELECT blend_detail(NULL, 2)::text), '(,0,0,1)', 'nothing is measured');
SELECT ok((SELECT blend(s, w) IS NULL AND blend_detail(s, w) IS NULL FROM (VALUES ('1 (n=1)'::score, 0), ('2 (n=2)', NULL)) t(s, w)) AND (SELECT blend(s, 1) IS NULL AND blend_detail(s, 1) IS NULL FROM scored WHERE false), 'no weight, no row: NULL');
SELECT is((SELECT blend(s, 1) FROM unnest('{0 (n=4),100 (n=4)}'::score[]) s), '10 (n=8)', 'a 0 counts as 1: sqrt(1 * 100)');
SELECT is((SELECT blend(s, 1) FROM unnest('{0.5 (n=4),100 (n=4)}'::score[]) s), '10 (n=8)', '... and so does what is below 1');
SELECT is((SELECT blend(s, 1) FROM unnest('{50 (n=4),50 (n=0)}'::score[]) s), '50 (n=0)', 'one without evidence leaves none');
SELECT is((SELECT blend('50 (n=0)', 1000) FROM generate_series(1, 1000)), '50 (n=0)', '... however many and heavy');
SELECT is((SELECT blend(s, 1e-6) FROM unnest('{80 (n=10),20 (n=40)}'::score[]) s), '40 (n=32)', 'the least weight');
SELECT is((SELECT blend(s, 1) FROM unnest('{100 (n=1e12),100 (n=1e12)}'::score[]) s), score(100, 1e12), 'evidence ends at 1e12');
SELECT is(pg_temp.error_of(format('SELECT blend(''1 (n=1)'', %L::float8)', w)), format('22003 | invalid weight: %s | A weight is 0, or lies between 1e-6 and 1000. | Write shares, such as 0.25; only their proportions count.', w), 'no weight of ' || w) FROM unnest(array['-1', '1000.5', 'NaN', 'Infinity', '1e-25', '9.9e-07']) w;
SELECT is(pg_temp.error_of($$SELECT blend('1 (n=1e-9)', 1000) FROM generate_series(1, 300)$$), '22003 | too many scores in one blend | Their weights add up to more than it can hold. | Give smaller weights.', 'what is too much is said');
SELECT is(pg_temp.error_of(call), '0A000 | this function serves an aggregate | It changes its argument in place. | Call the aggregate instead.', call)
FROM unnest(array[$$SELECT blend_add('{0,0,0,0,0,0,0,0,0,0,0}', '1 (n=1)', 1)$$, $$SELECT blend_combine('{0,0,0,0,0,0,0,0,0,0,0}', '{0,0,0,0,0,0,0,0,0,0,0}')$$]) call;
SELECT is(pg_temp.error_of(call), '22023 | invalid state of blend | It has 11 numbers. | Call the aggregate instead.', call)
FROM unnest(array['SELECT blend_score(''{1}'')', 'SELECT blend_score_detail(''{1,2,3,4,5,6,7,8,9,10,NULL}'')', 'SELECT blend_add(NULL, NULL, 1)', 'SELECT blend_score(''{}'')']) call;
SELECT ok((blend_score('{5,5,0,1,0,1,0,-1,-1,1,0}') IS NULL) IS NOT NULL AND (blend_score_detail('{-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1}') IS NULL) IS NOT NULL, 'a state of other hands gives some score, or none');

-- a blend lies between the least and the most, and more of any never lowers it
SELECT is_empty($$SELECT i FROM (SELECT i, blend(score(v, 5), w) AS b, blend(score(least(v + d, 100), 5), w) AS more, min(v) AS low, max(v) AS high
    FROM (SELECT i, 1 + (hashint8extended(i * 10 + k, 1) & 1023) / 1023.0 * 99 AS v, 0.01 + (hashint8extended(i * 10 + k, 2) & 255) AS w, CASE k WHEN 3 THEN i % 40 ELSE 0 END AS d FROM generate_series(1, 500) i, generate_series(1, 6) k) t GROUP BY i) g
    WHERE value(b) NOT BETWEEN low - 0.0001 AND high + 0.0001 OR value(more) < value(b)$$, 'between the least and the most, and monotone');
-- the same by plain SQL
CREATE TABLE public.score_row AS SELECT i, CASE WHEN i % 11 > 0 THEN score(1 + (hashint8extended(i, 1) & 1023) / 1023.0 * 99, 1 + i % 70) END AS s, CASE WHEN i % 13 > 0 THEN 0.1 + i % 9 END AS w FROM generate_series(1, 30000) i;
SELECT ok((SELECT abs(value((d).score) - expected) < 0.0001 * expected AND abs(evidence((d).score) - n) < 1e-6 * n AND abs((d).measured_ratio - ratio) < 1e-12 AND (d).measured_count = m FROM (SELECT blend_detail(s, w) AS d,
    exp(sum(w * ln(value(s))) / sum(w) FILTER (WHERE s IS NOT NULL)) AS expected, sum(w) FILTER (WHERE s IS NOT NULL) ^ 2 / sum(w * w / evidence(s)) AS n,
    sum(w) FILTER (WHERE s IS NOT NULL) / sum(w) AS ratio, count(w) FILTER (WHERE s IS NOT NULL) AS m FROM public.score_row) t), 'as plain SQL gives it');
CREATE TEMP TABLE serial AS SELECT blend(s, w), blend_detail(s, w)::text AS detail FROM public.score_row;
SELECT is((SELECT blend_detail(s, w)::text FROM (SELECT * FROM public.score_row ORDER BY md5(i::text)) r), (SELECT detail FROM serial), 'input order does not matter, to the last digit');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 3;
SELECT matches(pg_temp.plan_of('SELECT blend(s, w), blend_detail(s, w) FROM public.score_row'), 'Partial Aggregate', 'runs in parallel');
SELECT is((SELECT blend(s, w)::text || blend_detail(s, w)::text FROM public.score_row), (SELECT blend::text || detail FROM serial), '... with the same result');

-- soft errors, where the server has them
CREATE FUNCTION pg_temp.is_score(input text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    answer boolean;
BEGIN
    IF current_setting('server_version_num')::int < 160000 THEN
        RETURN pg_temp.error_of(format('SELECT %L::align.score', input)) = 'no error';
    END IF;
    EXECUTE 'SELECT pg_input_is_valid($1, ''align.score'')' INTO answer USING input;
    RETURN answer;
END $$;
SELECT is(array(SELECT pg_temp.is_score(s) FROM unnest(array['72.5 (n=120)', '72.5', '101 (n=1)', '1 (n=-1)', '']) s), array[true, false, false, false, false], 'input is checked without an exception');

SELECT * FROM finish();
ROLLBACK;
