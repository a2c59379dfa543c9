\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(176);

-- kappa against published and hand-computed values

-- SAS/STAT User's Guide, The FREQ Procedure, "Agreement Study": 88 patients as two dermatologists saw them.
-- Published: simple kappa 0.3449, ASE 0.0724, 95 % limits 0.2030 and 0.4868.
CREATE TEMP TABLE skin AS
SELECT a, b FROM (VALUES ('terrible', 'terrible', 10), ('terrible', 'poor', 4), ('terrible', 'marginal', 1),
    ('poor', 'terrible', 5), ('poor', 'poor', 10), ('poor', 'marginal', 12), ('poor', 'clear', 2),
    ('marginal', 'terrible', 2), ('marginal', 'poor', 4), ('marginal', 'marginal', 12), ('marginal', 'clear', 5),
    ('clear', 'poor', 2), ('clear', 'marginal', 6), ('clear', 'clear', 13)) v (a, b, n), generate_series(1, v.n);
SELECT is((SELECT round(kappa(a, b)::numeric, 4) FROM skin), 0.3449, 'kappa as SAS gives it');
SELECT results_eq($$SELECT round(kappa::numeric, 4), round(standard_error::numeric, 4), round(low::numeric, 4), round(high::numeric, 4), row_count
        FROM (SELECT (kappa_detail(a, b)).* FROM skin) k$$,
    'SELECT 0.3449, 0.0724, 0.2030, 0.4868, 88::bigint', 'kappa_detail as SAS gives it');
-- agree: (10 + 10 + 12 + 13) / 88 = 0.511364; chance: (15 * 17 + 29 * 20 + 23 * 31 + 21 * 20) / 88^2 = 1968 / 7744 = 0.254132
SELECT results_eq($$SELECT round(agree_ratio::numeric, 6), round(chance_ratio::numeric, 6) FROM (SELECT (kappa_detail(a, b)).* FROM skin) k$$,
    'SELECT 0.511364, 0.254132', 'agreement and chance, by hand');

-- 20, 5, 10, 15: agree 0.7, chance (25 * 30 + 25 * 20) / 2500 = 0.5, kappa 0.2 / 0.5 = 0.4. Variance:
--   0.4 (1 - 1.1 * 0.6)^2 + 0.3 (1 - 0.9 * 0.6)^2 + 0.36 (0.1 * 1.1^2 + 0.2 * 0.9^2) - (0.4 - 0.5 * 0.6)^2
--   = 0.04624 + 0.06348 + 0.10188 - 0.01 = 0.2016; over 50 * 0.25: 0.016128, error 0.126996
CREATE TEMP TABLE yes AS
SELECT a, b FROM (VALUES (true, true, 20), (true, false, 5), (false, true, 10), (false, false, 15)) v (a, b, n), generate_series(1, v.n);
SELECT is((SELECT kappa(a, b) FROM yes), 0.4::float8, 'kappa of booleans, to the last digit');
SELECT is((SELECT round((kappa_detail(a, b)).standard_error::numeric, 6) FROM yes), 0.126996, 'its error, by hand');
SELECT is((SELECT kappa_detail(a, b) FROM yes), (SELECT kappa_detail(a::text, b::text) FROM yes), 'booleans are the texts true and false');
SELECT is((SELECT kappa(a, b) FROM (VALUES ('x', 'x'), ('y', 'y'), ('z', 'z')) v (a, b)), 1::float8, 'full agreement is 1');
SELECT is((SELECT (kappa_detail(a, b))::text FROM (VALUES ('x', 'x'), ('x', 'x'), ('y', 'y')) v (a, b)), '(1,0,1,1,1,0.5555555555555556,3)', 'full agreement has no error');
-- half and half, always the opposite: agree 0, chance 0.5, kappa -1
SELECT is((SELECT kappa(a, NOT a) FROM (VALUES (true), (false)) v (a)), (-1)::float8, 'full disagreement of halves is -1');
SELECT is((SELECT kappa(a, b) FROM (VALUES ('x', 'y'), ('x', 'y')) v (a, b)), 0::float8, 'categories that only one judge uses');
SELECT is((SELECT (kappa_detail(a, b))::text FROM (VALUES ('x', 'x'), ('x', 'x')) v (a, b)), '(,,,,1,1,2)', 'chance agreement of 1 leaves no kappa');
SELECT is((SELECT kappa(a, b) FROM (VALUES ('x', NULL), (NULL, 'x'), (NULL, NULL)) v (a, b)), NULL, 'nothing judged by both is NULL');
SELECT is((SELECT kappa(a, b) FROM yes WHERE false), NULL, 'no row is NULL');
SELECT is((SELECT (kappa_detail(a, b)) IS NULL FROM yes WHERE false), true, 'no row has no detail');
SELECT is((SELECT kappa(a, b) FROM (SELECT * FROM yes UNION ALL SELECT NULL, true UNION ALL SELECT false, NULL) v), 0.4::float8, 'a row with a NULL is left out');
-- the interval ends at 1: 49 of 50 agree
SELECT is((SELECT (kappa_detail(i % 2 = 0, i % 2 = 0 OR i = 1)).high FROM generate_series(1, 50) i), 1::float8, 'the interval ends at 1');

-- crosstab

SELECT results_eq('SELECT a, b, row_count FROM cells((SELECT crosstab(a, b) FROM yes))',
    $$VALUES ('false'::text, 'false'::text, 15::bigint), ('false', 'true', 10), ('true', 'false', 5), ('true', 'true', 20)$$, 'cells in order');
SELECT is((SELECT crosstab(a, b) FROM yes), (SELECT crosstab(a::text, b::text) FROM yes), 'the crosstab of booleans is that of texts');
SELECT is((SELECT crosstab(a, b) FROM skin), (SELECT crosstab(a, b) FROM (SELECT * FROM skin ORDER BY md5(a || b)) s), 'input order does not matter');
SELECT is((SELECT kappa(crosstab(a, b)) FROM skin), (SELECT kappa(a, b) FROM skin), 'kappa of a crosstab');
SELECT is((SELECT kappa_detail(crosstab(a, b)) FROM skin), (SELECT kappa_detail(a, b) FROM skin), 'kappa_detail of a crosstab');
SELECT is((SELECT rollup(c) FROM (SELECT crosstab(a, b) AS c FROM skin GROUP BY b) s), (SELECT crosstab(a, b) FROM skin), 'rollup of parts');
SELECT is((SELECT rollup(c) FROM (VALUES (NULL::crosstab), (NULL)) v (c)), NULL, 'nothing rolled up is nothing');
SELECT is((SELECT rollup(c) FROM (SELECT NULL UNION ALL SELECT crosstab(a, b) FROM skin UNION ALL SELECT NULL) v (c)), (SELECT crosstab(a, b) FROM skin), 'rollup passes over NULL');
SELECT is((SELECT crosstab(a, b) FROM skin WHERE a = 'poor') + (SELECT crosstab(a, b) FROM skin WHERE a <> 'poor'), (SELECT crosstab(a, b) FROM skin), '+');
SELECT is((SELECT crosstab(a, b) FROM skin) - (SELECT crosstab(a, b) FROM skin WHERE a <> 'poor'), (SELECT crosstab(a, b) FROM skin WHERE a = 'poor'), '- leaves no trace of what was taken');
SELECT is((SELECT crosstab(a, b) - crosstab(a, b) - crosstab(a, b) + crosstab(a, b) + crosstab(a, b) FROM skin), (SELECT crosstab(a, b) FROM skin), 'below zero and back');
SELECT is((SELECT count(*) FROM cells((SELECT crosstab(a, b) - crosstab(a, b) FROM skin))), 0::bigint, 'nothing is left of a crosstab without itself');
SELECT is((SELECT (kappa_detail(crosstab(a, b) - crosstab(a, b)))::text FROM skin), '(,,,,,,0)', 'of nothing there is no kappa');
SELECT is((SELECT crosstab(a, b)::text::crosstab FROM skin), (SELECT crosstab(a, b) FROM skin), 'text reads back to the same');
SELECT matches((SELECT crosstab(a, b)::text FROM skin), '^\{"rows": 88, "cells": 14, "state": "[A-Za-z0-9+/=]+"\}$', 'its text says how many');
SELECT is((SELECT count(*) FROM (SELECT DISTINCT crosstab(a, b) AS c FROM skin GROUP BY a) s), 4::bigint, 'crosstabs can be told apart');
SELECT ok((SELECT crosstab(a, b) FROM skin) <> (SELECT crosstab(b, a) FROM skin), '<>');
SELECT is((SELECT crosstab_hash(crosstab(a, b)) FROM skin), (SELECT crosstab_hash(rollup(c)) FROM (SELECT crosstab(a, b) AS c FROM skin GROUP BY b) s), 'equal ones have equal hashes');
-- lengths are stored, so that texts do not run together; bytes order them
SELECT results_eq($$SELECT a, b, row_count FROM cells((SELECT crosstab(a, b) FROM (VALUES ('ab', 'c'), ('a', 'bc'), ('', 'abc'), ('ä', ''), ('a', 'b')) v (a, b)))$$,
    $$VALUES (''::text, 'abc'::text, 1::bigint), ('a', 'b', 1), ('a', 'bc', 1), ('ab', 'c', 1), ('ä', '', 1)$$, 'texts do not run together');
SELECT is((SELECT sum(row_count) FROM cells((SELECT crosstab((i % 3000)::text, (i % 7)::text) FROM generate_series(1, 42000) i))), 42000::numeric, 'many cells');
SELECT is((SELECT count(*) FROM cells((SELECT crosstab((i % 3000)::text, (i % 7)::text) FROM generate_series(1, 42000) i))), 21000::bigint, 'each once');

-- Jensen-Shannon divergence

-- p = (1, 0), q = (1/2, 1/2), means (3/4, 1/4): (log2(4/3) + log2(2/3) / 2 + log2(2) / 2) / 2 = (0.415037 - 0.292481 + 0.5) / 2 = 0.311278.
-- scipy documents 0.46450140402245893 for the distance in nats: 0.4645014^2 / ln 2 = 0.311278.
CREATE TEMP TABLE side (category text, in_a boolean);
INSERT INTO side VALUES ('x', true), ('x', false), ('y', false), (NULL, true), ('y', NULL);
SELECT is((SELECT round(jensen_shannon(category, in_a)::numeric, 6) FROM side), 0.311278, 'divergence, by hand');
SELECT is((SELECT round((sqrt(jensen_shannon(category, in_a) * ln(2::float8)))::numeric, 15) FROM side), 0.464501404022459, 'as scipy gives its distance');
SELECT results_eq('SELECT round(divergence::numeric, 6), round(distance::numeric, 6), a_count, b_count, category_count FROM (SELECT (jensen_shannon_detail(category, in_a)).* FROM side) d',
    'SELECT 0.311278, 0.557923, 1::bigint, 2::bigint, 2::bigint', 'jensen_shannon_detail, by hand');
SELECT is((SELECT jensen_shannon(crosstab(category, in_a::text)) FROM side), (SELECT jensen_shannon(category, in_a) FROM side), 'divergence of a crosstab');
SELECT is((SELECT jensen_shannon_detail(crosstab(category, in_a::text)) FROM side), (SELECT jensen_shannon_detail(category, in_a) FROM side), 'detail of a crosstab');
-- 3, 5 and 7 times 1, 2, ... 9: shares that no binary number holds
SELECT is((SELECT jensen_shannon(c::text, in_a) FROM generate_series(1, 9) c, (VALUES (true, 3), (false, 7)) v (in_a, n), generate_series(1, c * n)), 0::float8, 'equal distributions give 0, exactly');
SELECT is((SELECT jensen_shannon(c || in_a::text, in_a) FROM generate_series(1, 9) c, (VALUES (true, 3), (false, 7)) v (in_a, n), generate_series(1, c * n)), 1::float8, 'disjoint ones give 1, exactly');
SELECT is((SELECT jensen_shannon(category, in_a) FROM side WHERE in_a), NULL, 'one empty side leaves nothing to compare');
SELECT is((SELECT (jensen_shannon_detail(category, in_a))::text FROM side WHERE NOT in_a), '(,,0,2,2)', 'but its rows are told');
SELECT is((SELECT jensen_shannon(category, in_a) FROM side WHERE false), NULL, 'no row is NULL');
SELECT is((SELECT jensen_shannon(category, in_a) FROM side), (SELECT jensen_shannon(category, NOT in_a) FROM side), 'it is symmetric');

-- area under the ROC curve

-- scikit-learn's documentation of roc_auc_score and average_precision_score: 0.75 and 0.83.
-- Of the four pairs the positives win three. Negatives below the positives: 1/2 and 1, positives above the negatives: 1 and 1/2;
-- both variances (1/16 + 1/16) / 1, so 0.125 / 2 + 0.125 / 2 = 0.125, error 0.353553, low 0.75 - 1.959964 * 0.353553 = 0.057048.
-- Precision 1 at the first, 2/3 at the third: (1 + 2/3) / 2.
CREATE TEMP TABLE four (score float8, outcome boolean);
INSERT INTO four VALUES (0.1, false), (0.4, false), (0.35, true), (0.8, true), (NULL, true), (0.5, NULL);
SELECT is((SELECT auc(score, outcome) FROM four), 0.75::float8, 'auc, by hand');
SELECT results_eq('SELECT auc, round(standard_error::numeric, 6), round(low::numeric, 6), high, positive_count, negative_count FROM (SELECT (auc_detail(score, outcome)).* FROM four) d',
    'SELECT 0.75::float8, 0.353553, 0.057048, 1::float8, 2::bigint, 2::bigint', 'auc_detail, by hand');
SELECT is((SELECT round(auc_pr(score, outcome)::numeric, 6) FROM four), 0.833333, 'average precision, by hand');
SELECT results_eq('SELECT round(auc_pr::numeric, 6), base_ratio, positive_count, negative_count FROM (SELECT (auc_pr_detail(score, outcome)).* FROM four) d',
    'SELECT 0.833333, 0.5::float8, 2::bigint, 2::bigint', 'auc_pr_detail, by hand');

-- DeLong, DeLong and Clarke-Pearson 1988, 43 patients, as in SAS/STAT User's Guide, The LOGISTIC Procedure, "Comparing Receiver
-- Operating Characteristic Curves". Published: albumin 0.7366 (0.0927; 0.5549 to 0.9182), K-G score 0.7258 (0.1028; 0.5243 to
-- 0.9273), total protein 0.6478 (0.1000; 0.4518 to 0.8439).
CREATE TEMP TABLE patient (albumin float8, protein float8, kg float8, benefit boolean);
INSERT INTO patient VALUES (3.0, 5.8, 10, false), (3.2, 6.3, 5, true), (3.9, 6.8, 3, true), (2.8, 4.8, 6, false), (3.2, 5.8, 3, true), (0.9, 4.0, 5, false),
    (2.5, 5.7, 8, false), (1.6, 5.6, 5, true), (3.8, 5.7, 5, true), (3.7, 6.7, 6, true), (3.2, 5.4, 4, true), (3.8, 6.6, 6, true), (4.1, 6.6, 5, true),
    (3.6, 5.7, 5, true), (4.3, 7.0, 4, true), (3.6, 6.7, 4, false), (2.3, 4.4, 6, true), (4.2, 7.6, 4, false), (4.0, 6.6, 6, false), (3.5, 5.8, 6, true),
    (3.8, 6.8, 7, true), (3.0, 4.7, 8, false), (4.5, 7.4, 5, true), (3.7, 7.4, 5, true), (3.1, 6.6, 6, true), (4.1, 8.2, 6, true), (4.3, 7.0, 5, true),
    (4.3, 6.5, 4, true), (3.2, 5.1, 5, true), (2.6, 4.7, 6, true), (3.3, 6.8, 6, false), (1.7, 4.0, 7, false), (3.7, 6.1, 5, true), (3.3, 6.3, 7, true),
    (4.2, 7.7, 6, true), (3.5, 6.2, 5, true), (2.9, 5.7, 9, false), (2.1, 4.8, 7, true), (2.8, 6.2, 8, false), (4.0, 7.0, 7, true), (3.3, 5.7, 6, true),
    (3.7, 6.9, 5, true), (3.6, 6.6, 5, true);
SELECT results_eq($$SELECT round((r).auc::numeric, 4), round((r).standard_error::numeric, 4), round((r).low::numeric, 4), round((r).high::numeric, 4)
        FROM (SELECT unnest(ARRAY[auc_detail(albumin, benefit), auc_detail(10 - kg, benefit), auc_detail(protein, benefit)]) AS r FROM patient) d$$,
    'VALUES (0.7366, 0.0927, 0.5549, 0.9182), (0.7258, 0.1028, 0.5243, 0.9273), (0.6478, 0.1000, 0.4518, 0.8439)', 'auc_detail as DeLong and SAS give it');

SELECT is((SELECT auc(1, i % 3 = 0) FROM generate_series(1, 9) i), 0.5::float8, 'equal scores tell nothing');
SELECT is((SELECT auc_detail(i, i > 4)::text FROM generate_series(1, 9) i), '(1,0,1,1,5,4)', 'a perfect score');
SELECT is((SELECT auc(-i, i > 4) FROM generate_series(1, 9) i), 0::float8, 'a perfectly wrong one');
SELECT is((SELECT auc(s, o) FROM (VALUES ('-0'::float8, true), (0, false)) v (s, o)), 0.5::float8, 'both zeros are one score');
SELECT is((SELECT auc_detail(i, true)::text FROM generate_series(1, 3) i), '(,,,,3,0)', 'one class alone');
SELECT is((SELECT auc(i, false) FROM generate_series(1, 3) i), NULL, 'the other alone');
SELECT is((SELECT auc_detail(i, i = 2)::text FROM generate_series(1, 3) i), '(0.5,,,,1,2)', 'a class of one row has no error');
SELECT is((SELECT auc(score, outcome) FROM four WHERE score IS NULL), NULL, 'no row is NULL');
SELECT is((SELECT auc_detail(score, outcome) IS NULL FROM four WHERE score IS NULL), true, 'no row has no detail');
SELECT is((SELECT auc_pr_detail(i, true)::text FROM generate_series(1, 7) i), '(1,1,7,0)', 'only positives: every answer is right');
SELECT is((SELECT auc_pr_detail(i, false)::text FROM generate_series(1, 7) i), '(,0,0,7)', 'no positive, no recall');
-- equal scores are one step: at 3 precision 1 recall 1/2, at 2 precision 2/3 recall 1: 1/2 + 1/2 * 2/3
SELECT is((SELECT round(auc_pr(s, o)::numeric, 6) FROM (VALUES (1, false), (2, true), (2, false), (3, true)) v (s, o)), 0.833333, 'average precision of equal scores, by hand');
SELECT is((SELECT auc(s, o) FROM (VALUES (-1e308, false), (-1e-320, true), (1e-320, false), (1.7e308, true)) v (s, o)), 0.75::float8, 'scores from end to end');

-- many rows, against plain SQL: nearly all scores distinct, and few
CREATE TABLE public.agreement_row AS
SELECT i, ((h & 1048575) - 524288) / 1000.0::float8 AS score, ((h >> 20) & 1023) / 1023.0::float8 AS probability,
    (h >> 30) % 3 = 0 AS outcome, (h >> 40) % 2 = 0 AS a, (h >> 40) % 3 <> 0 AS b, 'c' || (h >> 45) % 7 AS x, 'c' || (h >> 45) % 11 AS y
FROM generate_series(1, 30000) i, LATERAL (SELECT hashint8extended(i, 30) & 9223372036854775807 AS h) r;
INSERT INTO public.agreement_row SELECT i, score + 200, probability, true, NULL, b, x, NULL FROM public.agreement_row WHERE i % 10 = 0;
ANALYZE public.agreement_row;
CREATE FUNCTION pg_temp.plain(coarse boolean, OUT auc float8, OUT error float8, OUT auc_pr float8) LANGUAGE sql AS $$
    WITH score AS (
        SELECT CASE WHEN coarse THEN round(score / 40) ELSE score END AS score, count(*) FILTER (WHERE outcome) AS p, count(*) FILTER (WHERE NOT outcome) AS n
        FROM public.agreement_row GROUP BY 1
    ), rank AS (
        SELECT p, n, sum(n) OVER w - n / 2.0 AS below, sum(p) OVER () - sum(p) OVER w + p / 2.0 AS above,
            sum(p) OVER down AS found, sum(p + n) OVER down AS seen, sum(p) OVER () AS ps, sum(n) OVER () AS ns
        FROM score WINDOW w AS (ORDER BY score), down AS (ORDER BY score DESC)
    ), area AS (SELECT sum(p * below) / (max(ps) * max(ns)) AS auc FROM rank)
    SELECT min(a.auc), sqrt(sum(p * (below / ns - a.auc) ^ 2) / (max(ps) - 1) / max(ps) + sum(n * (above / ps - a.auc) ^ 2) / (max(ns) - 1) / max(ns)),
        sum(p * found / seen) / max(ps)
    FROM rank, area a
$$;
SELECT results_eq(format($$SELECT round(auc::numeric, 12), round(standard_error::numeric, 12), (SELECT round(auc_pr(score, outcome)::numeric, 12) FROM (SELECT %1$s AS score, outcome FROM public.agreement_row) s)
        FROM (SELECT (auc_detail(%1$s, outcome)).* FROM public.agreement_row) d$$, expression),
    format('SELECT round(auc::numeric, 12), round(error::numeric, 12), round(auc_pr::numeric, 12) FROM pg_temp.plain(%L)', coarse), name)
FROM (VALUES ('score', false, '33,000 scores as plain SQL measures them'), ('round(score / 40)', true, 'and few scores')) v (expression, coarse, name);
SELECT ok((SELECT count(DISTINCT score) > 20000 FROM public.agreement_row), 'they are many');
SELECT is((SELECT auc(score, outcome) FROM (SELECT * FROM public.agreement_row ORDER BY score DESC) s), (SELECT auc(score, outcome) FROM public.agreement_row), 'input order does not matter');

-- ranking

SELECT is((SELECT ranking(score, outcome) FROM (SELECT * FROM public.agreement_row ORDER BY md5(i::text)) s), (SELECT ranking(score, outcome) FROM public.agreement_row), 'a ranking does not know the order of rows');
SELECT is((SELECT rollup(r) FROM (SELECT ranking(score, outcome) AS r FROM public.agreement_row GROUP BY i % 7) s), (SELECT ranking(score, outcome) FROM public.agreement_row), 'rollup of parts');
SELECT is((SELECT rollup(r) FROM (SELECT ranking(score, outcome) AS r FROM public.agreement_row GROUP BY i % 900) s), (SELECT ranking(score, outcome) FROM public.agreement_row), 'rollup of many small parts');
SELECT is((SELECT rollup(r) FROM (VALUES (NULL::ranking), (NULL)) v (r)), NULL, 'nothing rolled up is nothing');
SELECT is((SELECT rollup(r) FROM (SELECT NULL UNION ALL SELECT ranking(score, outcome) FROM four UNION ALL SELECT NULL) v (r)), (SELECT ranking(score, outcome) FROM four), 'rollup passes over NULL');
SELECT is((SELECT ranking(score, outcome) FROM public.agreement_row WHERE i < 9000) + (SELECT ranking(score, outcome) FROM public.agreement_row WHERE i >= 9000), (SELECT ranking(score, outcome) FROM public.agreement_row), '+');
SELECT is((SELECT ranking(score, outcome)::text::ranking FROM public.agreement_row), (SELECT ranking(score, outcome) FROM public.agreement_row), 'text reads back to the same');
SELECT is((SELECT ranking(round(score / 40), outcome)::text::jsonb - 'state' FROM public.agreement_row),
    (SELECT jsonb_build_object('positives', count(*) FILTER (WHERE outcome), 'negatives', count(*) FILTER (WHERE NOT outcome), 'scores', count(DISTINCT round(score / 40))) FROM public.agreement_row), 'its text says how many');
SELECT cmp_ok((SELECT length(ranking_send(ranking(round(score / 40), outcome))) FROM public.agreement_row), '<=', 32 * 12, 'it is compact');
SELECT is((SELECT count(*) FROM (SELECT DISTINCT ranking(score, outcome) AS r FROM public.agreement_row GROUP BY i % 2, i % 3) s), 6::bigint, 'rankings can be told apart');
SELECT ok((SELECT ranking(score, outcome) FROM four) <> (SELECT ranking(score, NOT outcome) FROM four), '<>');
SELECT is((SELECT ranking_hash(ranking(score, outcome)) FROM four), (SELECT ranking_hash(rollup(r)) FROM (SELECT ranking(score, outcome) AS r FROM four GROUP BY outcome) s), 'equal ones have equal hashes');
SELECT is((SELECT (auc(r), auc_detail(r), auc_pr(r), auc_pr_detail(r), calibration(r, 10))::text FROM (SELECT ranking(score, outcome) AS r FROM public.agreement_row) s),
    (SELECT (auc(score, outcome), auc_detail(score, outcome), auc_pr(score, outcome), auc_pr_detail(score, outcome), calibration(score, outcome, 10))::text FROM public.agreement_row), 'the readers of a stored ranking');
SELECT is((SELECT ranking(score, outcome) FROM four WHERE score IS NULL), NULL, 'no row is no ranking');

-- binary: what send writes, COPY reads
CREATE FUNCTION pg_temp.received(type text, bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    file bytea := '\x5047434f50590aff0d0a000000000000000000'::bytea || int2send(1::int2) || int4send(length(bytes)) || bytes || int2send((-1)::int2);
    result text;
BEGIN
    EXECUTE format('CREATE TEMP TABLE receiver (v align.%I)', type);
    EXECUTE format('COPY pg_temp.receiver FROM PROGRAM %L (FORMAT binary)', 'printf %b ''' || (
        SELECT string_agg(concat('\0', get_byte(file, i) >> 6, get_byte(file, i) >> 3 & 7, get_byte(file, i) & 7), '' ORDER BY i) FROM generate_series(0, length(file) - 1) i) || '''');
    SELECT v::text INTO result FROM pg_temp.receiver;
    DROP TABLE pg_temp.receiver;
    RETURN result;
END $$;
SELECT is((SELECT pg_temp.received('crosstab', crosstab_send(crosstab(a, b))) FROM skin), (SELECT crosstab(a, b)::text FROM skin), 'a crosstab through send and receive');
SELECT is((SELECT pg_temp.received('ranking', ranking_send(ranking(score, outcome))) FROM public.agreement_row WHERE i <= 200), (SELECT ranking(score, outcome)::text FROM public.agreement_row WHERE i <= 200), 'a ranking through send and receive');

-- calibration

-- 10 rows in 4 bins: row i, from 0, falls into bin i * 4 / 10 rounded down, so 3, 2, 3, 2
SELECT results_eq('SELECT * FROM unnest((SELECT calibration(i, i > 6 OR i = 3, 4) FROM generate_series(1, 10) i))',
    $$VALUES (1, 1::float8, 3::float8, 3::bigint, 2::float8, 1 / 3.0::float8), (2, 4, 5, 2, 4.5, 0), (3, 6, 8, 3, 7, 2 / 3.0), (4, 9, 10, 2, 9.5, 1)$$, 'bins of equal count, by hand');
-- 6 of 10 rows score 0, their middle is row 2.5 of 0 to 9: bin 2 of 5, alone; then rows 6 to 9 in bins 4 and 5
SELECT results_eq('SELECT bin, low, high, row_count FROM unnest((SELECT calibration(greatest(i - 6, 0), true, 5) FROM generate_series(1, 10) i))',
    'VALUES (1, 0::float8, 0::float8, 6::bigint), (2, 1, 2, 2), (3, 3, 4, 2)', 'equal scores are never parted');
SELECT is((SELECT calibration(score, outcome, 1)::text FROM four), '{"(1,0.1,0.8,4,0.4125,0.5)"}', 'one bin');
SELECT is((SELECT array_length(calibration(score, outcome, 1000), 1) FROM four), 4, 'more bins than rows');
SELECT is((SELECT calibration(score, outcome, 10) FROM four WHERE score IS NULL), NULL, 'no row, no bins');
SELECT results_eq('SELECT bin, row_count, round(low::numeric, 6), round(high::numeric, 6), round(mean_score::numeric, 6), round(outcome_ratio::numeric, 6) FROM unnest((SELECT calibration(i + 0.25, outcome, 7) FROM public.agreement_row WHERE score < 300 AND probability < 2))',
    $$SELECT (bin + 1)::int, count(*), round(min(s), 6), round(max(s), 6), round(avg(s), 6), round(avg(outcome::int), 6)
      FROM (SELECT i + 0.25 AS s, outcome, floor((count(*) OVER (ORDER BY i RANGE UNBOUNDED PRECEDING) * 2 - count(*) OVER (PARTITION BY i) - 1) * 7 / (2 * count(*) OVER ())) AS bin FROM public.agreement_row WHERE score < 300 AND probability < 2) r
      GROUP BY bin ORDER BY bin$$, 'bins of many rows as plain SQL makes them');
SELECT is((SELECT calibration(1.7e308, true, 1)::text FROM generate_series(1, 3)), '{"(1,1.7e+308,1.7e+308,3,1.7e+308,1)"}', 'a mean that would overflow');

-- Brier score and log loss

-- scikit-learn's documentation of log_loss gives 0.21616 for these; Brier: (0.1^2 + 0.1^2 + 0.2^2 + 0.35^2) / 4 = 0.1825 / 4 = 0.045625.
-- Half are positive: always saying 0.5 reaches 0.25 and ln 2; skill 1 - 0.045625 / 0.25 = 0.8175, 1 - 0.216162 / 0.693147 = 0.688144
CREATE TEMP TABLE spam (probability float8, outcome boolean);
INSERT INTO spam VALUES (0.9, true), (0.1, false), (0.2, false), (0.65, true), (NULL, true), (0.3, NULL);
SELECT is((SELECT round(log_loss(probability, outcome)::numeric, 5) FROM spam), 0.21616, 'log loss as scikit-learn gives it');
SELECT is((SELECT round(brier(probability, outcome)::numeric, 12) FROM spam), 0.045625, 'Brier score, by hand');
SELECT results_eq('SELECT round(brier::numeric, 12), base_value, round(skill_ratio::numeric, 12), row_count, positive_count FROM (SELECT (brier_detail(probability, outcome)).* FROM spam) d',
    'SELECT 0.045625, 0.25::float8, 0.8175, 4::bigint, 2::bigint', 'brier_detail, by hand');
SELECT results_eq('SELECT round(log_loss::numeric, 6), round(base_value::numeric, 6), round(skill_ratio::numeric, 6), row_count, positive_count FROM (SELECT (log_loss_detail(probability, outcome)).* FROM spam) d',
    'SELECT 0.216162, 0.693147, 0.688144, 4::bigint, 2::bigint', 'log_loss_detail, by hand');
SELECT is((SELECT brier_detail(o::int, o)::text FROM (VALUES (true), (false), (false)) v (o)), '(0,0.22222222222222224,1,3,1)', 'the best Brier score');
SELECT is((SELECT brier(1 - o::int, o) FROM (VALUES (true), (false)) v (o)), 1::float8, 'the worst');
-- -ln(1e-15) = 15 ln 10 = 34.538776; -ln(1 - 1e-15) is 1e-15 to the precision of 1 - 1e-15
SELECT is((SELECT round(log_loss(0, true)::numeric, 6)), 34.538776, 'the worst log loss');
SELECT is((SELECT round((log_loss(1, true) * 1e15)::numeric, 2)), 1.00, 'the best log loss');
SELECT is((SELECT brier_detail(0.5, true)::text), '(0.25,0,,1,1)', 'one class has no skill to gain');
SELECT is((SELECT log_loss_detail(0.5, false)::text), '(0.6931471805599453,0,,1,0)', 'nor in log loss');
SELECT is((SELECT (brier(probability, outcome), brier_detail(probability, outcome), log_loss(probability, outcome), log_loss_detail(probability, outcome))::text FROM spam WHERE probability IS NULL), '(,,,)', 'no row is NULL');
SELECT ok((SELECT abs(brier(probability, outcome) - avg((probability - outcome::int) ^ 2)) < 1e-12
    AND abs(log_loss(probability, outcome) + avg(ln(greatest(1e-15, CASE WHEN outcome THEN probability ELSE 1 - probability END)))) < 1e-9 FROM public.agreement_row WHERE probability BETWEEN 0.001 AND 0.999), 'as plain SQL gives them');
SELECT is((SELECT brier(probability, outcome)::text || log_loss(probability, outcome) FROM (SELECT * FROM public.agreement_row ORDER BY md5(i::text)) s), (SELECT brier(probability, outcome)::text || log_loss(probability, outcome) FROM public.agreement_row), 'input order does not matter, to the last digit');

-- parallel plans give the answers of serial ones, to the last digit

CREATE FUNCTION pg_temp.measures() RETURNS text LANGUAGE sql AS $$
    SELECT md5((kappa_detail(a, b), kappa_detail(x, y), kappa(a, b), kappa(x, y), jensen_shannon_detail(x, a), jensen_shannon(x, a), crosstab(x, y), crosstab(a, b),
        auc_detail(score, outcome), auc(score, outcome), auc_pr_detail(score, outcome), auc_pr(score, outcome), ranking(score, outcome), ranking(round(score), outcome),
        calibration(score, outcome, 10), brier_detail(probability, outcome), brier(probability, outcome), log_loss_detail(probability, outcome), log_loss(probability, outcome))::text)
    FROM public.agreement_row
$$;
CREATE FUNCTION pg_temp.workers(statement text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE plan json; BEGIN EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || statement INTO plan;
    RETURN (regexp_match(plan::text, '"Workers Launched": (\d+)'))[1]; END $$;
SET LOCAL max_parallel_workers_per_gather = 0;
CREATE TEMP TABLE serial AS SELECT pg_temp.measures() AS answer, (SELECT calibration(score, outcome, 3)::text FROM public.agreement_row WHERE i < 0) AS none;
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SELECT is(pg_temp.measures(), answer, 'all measures as serial') FROM serial;
SELECT ok(pg_temp.workers('SELECT align.kappa(a, b), align.auc(score, outcome), align.brier(probability, outcome) FROM public.agreement_row') > 0, 'workers did take part');
SELECT is((SELECT calibration(score, outcome, 3)::text FROM public.agreement_row WHERE i < 0), none, 'workers without a row') FROM serial;
SET LOCAL parallel_leader_participation = off;
SELECT is(pg_temp.measures(), answer, 'all measures by workers alone') FROM serial;
SELECT matches(pg_temp.error_of('SELECT align.calibration(score, outcome, CASE WHEN i < 15000 THEN 10 ELSE 20 END) FROM public.agreement_row'),
    '^22023 \| the number of bins changes from row to row: 10 and 20 \|', 'workers that ask for different bins');
SET LOCAL max_parallel_workers_per_gather = 0;

-- whom marketing brings against whom sales works
-- marketing: enterprise 2, small 1, none 1 of 4; sales: enterprise 1, mid 1 of 2. Parts: enterprise 0; small and none 0.25 / 2 each; mid 0.5 / 2

INSERT INTO lead (key, segment) VALUES ('L1', 'enterprise'), ('L2', 'enterprise'), ('L3', 'small'), ('L4', NULL), ('L5', 'mid'), ('L6', 'small'), ('L7', 'small');
INSERT INTO stage_event (lead, stage, at) SELECT l.id, stage::align.stage, at::timestamptz FROM (VALUES ('L1', 'mql', '2026-01-01Z'), ('L1', 'sal', '2026-01-02Z'), ('L1', 'sql', '2026-01-03Z'),
    ('L2', 'mql', '2026-01-01Z'), ('L3', 'mql', '2026-01-01Z'), ('L4', 'mql', '2026-01-01Z'), ('L5', 'opportunity', '2026-02-01Z'),
    ('L6', 'lead', '2026-01-01Z'), ('L6', 'mql', '2026-02-02Z'), ('L3', 'sql', '2026-02-02Z')) v (key, stage, at) JOIN lead l ON l.key = v.key;
SELECT results_eq($$SELECT * FROM segment_divergence('2026-02-01Z')$$,
    $$VALUES (NULL::text, true, 4::bigint, 2::bigint, 1.000000, 1.000000, 0.500000), ('mid', false, 0, 1, 0, 0.5, 0.25), ('(none)', false, 1, 0, 0.25, 0, 0.125),
        ('small', false, 1, 0, 0.25, 0, 0.125), ('enterprise', false, 2, 1, 0.5, 0.5, 0)$$, 'segment_divergence, by hand');
SELECT results_eq($$SELECT * FROM segment_divergence('2026-01-01Z')$$,
    $$VALUES (NULL::text, true, 4::bigint, 0::bigint, 1.000000, NULL::numeric, NULL::numeric), ('(none)', false, 1, 0, 0.25, NULL, NULL), ('enterprise', false, 2, 0, 0.5, NULL, NULL), ('small', false, 1, 0, 0.25, NULL, NULL)$$, 'sales works nobody yet');
SELECT results_eq($$SELECT * FROM segment_divergence('2025-01-01Z')$$, 'VALUES (NULL::text, true, 0::bigint, 0::bigint, NULL::numeric, NULL::numeric, NULL::numeric)', 'nobody at all');

-- bad input

SELECT is(pg_temp.error_of($$SELECT align.kappa(c - c - c) FROM (SELECT align.crosstab('x', 'y') AS c) s$$),
    '22000 | this crosstab counts -1 of (x, y) | It is a difference, and more was taken from it than it held. | Add what is missing, then measure.', 'a count below zero measures nothing');
SELECT matches(pg_temp.error_of($$SELECT align.jensen_shannon(c - c - c) FROM (SELECT align.crosstab('x', 'true') AS c) s$$), '^22000 \| this crosstab counts -1 of \(x, true\)', 'nor a divergence');
SELECT is(pg_temp.error_of($$SELECT align.jensen_shannon(align.crosstab('x', 'left'))$$),
    '22023 | invalid side: "left" | Two groups are compared; the second category of each cell is true or false. | Build the crosstab by crosstab(category, in_a::text).', 'sides are true and false');
CREATE FUNCTION pg_temp.doubled(c align.crosstab, n int) RETURNS align.crosstab LANGUAGE plpgsql AS $$BEGIN FOR i IN 1..n LOOP c := c + c; END LOOP; RETURN c; END $$;
SELECT is((SELECT row_count FROM cells((SELECT pg_temp.doubled(crosstab('x', 'y'), 62)))), 4611686018427387904, 'a count of 2^62');
SELECT is(pg_temp.error_of($$SELECT pg_temp.doubled(align.crosstab('x', 'y'), 63)$$), '22003 | a count of this crosstab is out of range | A count is a bigint. | Add fewer of them.', 'but not of 2^63');
-- 2^62 of each: no cell is too large, but all rows are
SELECT is(pg_temp.error_of(format('SELECT %s', call)), '22003 | a count of this crosstab is out of range | A count is a bigint. | Add fewer of them.', 'nor 2^63 rows in two cells: ' || call)
FROM unnest(ARRAY[$$align.kappa(pg_temp.doubled(align.crosstab(v, v), 62)) FROM unnest('{x,y}'::text[]) v$$, $$align.rollup(pg_temp.doubled(c, 62)) FROM (SELECT align.crosstab(v, 'x') AS c FROM unnest('{x,y}'::text[]) v GROUP BY v) s$$]) call;
-- 2^62 - 2^62 + 2^62, read in another order than it was made
SELECT is((SELECT c::text::crosstab = c FROM (SELECT pg_temp.doubled(crosstab('a', 'x'), 62) - pg_temp.doubled(crosstab('c', 'x'), 62) + pg_temp.doubled(crosstab('b', 'x'), 62) AS c) s), true, 'what could be made can be read');
-- 2^60 times 4 of (x, x), 1 of (y, y) and 1 of (x, y): both judges say x 9 * 2^60 times, which is more than 2^63
SELECT is((SELECT round((standard_error * 2 ^ 30)::numeric, 12) FROM kappa_detail((SELECT pg_temp.doubled(crosstab(a, b), 60) FROM (VALUES ('x', 'x'), ('x', 'x'), ('x', 'x'), ('x', 'x'), ('y', 'y'), ('x', 'y')) v(a, b)))),
    (SELECT round((kappa_detail(a, b)).standard_error::numeric, 12) FROM (VALUES ('x', 'x'), ('x', 'x'), ('x', 'x'), ('x', 'x'), ('y', 'y'), ('x', 'y')) v(a, b)), 'as many as there may be');
SELECT is(pg_temp.error_of($$SELECT align.crosstab(i::text, 'x') FROM generate_series(1, 1048577) i$$),
    '54000 | this crosstab has more than 1048576 pairs | It is for categories, of which there are few. | Group the values into fewer ones first.', 'too many pairs');
SELECT is(pg_temp.error_of(format('SELECT align.auc(%L, true)', score)), format('22003 | invalid score: %s | A score is a finite number. | Write NULL where there is none.', score), 'a score is finite: ' || score)
FROM unnest('{NaN,Infinity,-Infinity}'::float8[]) score;
SELECT is(pg_temp.error_of(format('SELECT align.calibration(0.5, true, %s)', bins)), format('22023 | invalid number of bins: %s | Calibration has 1 to 1000 bins. | Write 10 for tenths of the rows.', bins), 'bins: ' || bins)
FROM unnest('{0,1001,NULL}'::text[]) WITH ORDINALITY b (value, n), LATERAL (SELECT coalesce(value, 'NULL') AS bins) c;
SELECT matches(pg_temp.error_of(format('SELECT align.%s', call)), '^22023 \| invalid number of bins: 0 \|', 'bins of a stored ranking: ' || call)
FROM unnest('{"calibration(align.ranking(1, true), 0)","calibration_finish(align.ranking(1, true))"}'::text[]) call;
SELECT is(pg_temp.error_of($$SELECT align.calibration(i, true, 20 - 10 * i) FROM generate_series(0, 1) i$$),
    '22023 | the number of bins changes from row to row: 10 and 20 | One calibration has one number of bins. | Give a constant, or GROUP BY it.', 'bins are the same in all rows');
SELECT is(pg_temp.error_of(format('SELECT align.%s(%L, true)', measure, p)), format('22003 | invalid probability: %s | A probability lies between 0 and 1. | Write 0.9 for 90 %%.', p), format('%s of %s', measure, p))
FROM unnest('{brier,log_loss}'::text[]) measure, unnest('{1.5,-0.1,NaN}'::float8[]) p;
SELECT is(pg_temp.error_of($$SELECT '{}'::align.crosstab$$),
    '22P02 | invalid crosstab | Its member "state" is missing or damaged, or the text was edited. | A crosstab is built by the aggregate crosstab; its text is only to be read back.', 'a text that is no crosstab');
SELECT matches(pg_temp.error_of(format('SELECT %L::align.crosstab', replace((SELECT crosstab(a, b) FROM skin)::text, '88', '89'))), '^22P02 \| invalid crosstab \|', 'an edited text');
SELECT matches(pg_temp.error_of(format('SELECT %L::align.ranking', replace((SELECT ranking(score, outcome) FROM four)::text, '"scores": 4', '"scores": 5'))), '^22P02 \| invalid ranking \|', 'an edited ranking');

-- bytes from other hands, as the state of a text
CREATE FUNCTION pg_temp.read(type text, bytes bytea) RETURNS text LANGUAGE sql AS $$SELECT pg_temp.error_of(format('SELECT %L::align.%I', json_build_object('state', translate(encode(bytes, 'base64'), E'\n', '')), type))$$;
SELECT is(pg_temp.read('crosstab', '\x0200'), '22P03 | invalid crosstab in binary input | Its version is not one that align writes. | Send the value as it was received.', 'a crosstab of another version');
SELECT matches(pg_temp.read('crosstab', '\x01020200ff02'), '^22021 \| invalid byte sequence', 'a category that is no text');
SELECT is(pg_temp.read('ranking', '\x020000'), '22P03 | invalid ranking in binary input | Its version is not one that align writes. | Send the value as it was received.', 'a ranking of another version');
SELECT is(pg_temp.read('ranking', bytes), '22P03 | invalid ranking in binary input | Its scores are not finite numbers in ascending order. | Send the value as it was received.', 'refused: ' || name)
FROM (VALUES ('a NaN', '\x010002020200'::bytea), ('the same score again', substring((SELECT ranking_send(ranking(1, true))) FROM 1 FOR 2) || '\x04' || substring((SELECT ranking_send(ranking(1, true))) FROM 4) || '\x000200')) v (name, bytes);
-- 1.0 with 4294967295 positives, and one row more
SELECT is(pg_temp.error_of(format('SELECT %L::align.ranking + (SELECT align.ranking(1, false))',
        json_build_object('positives', 4294967295, 'negatives', 0, 'scores', 1, 'state', encode(substring((SELECT ranking_send(ranking(1, true))) FROM 1 FOR 13) || '\xfeffffff1f00', 'base64')))),
    '54000 | this ranking has more than 4294967295 rows | Its counts are of 32 bits, so that all sums of their products are exact. | Take a sample of the rows.', 'too many rows');

SET LOCAL align.state_memory = '1MB';
SELECT matches(pg_temp.error_of($$SELECT align.ranking(i, true) FROM generate_series(1, 40000) i$$),
    '^53400 \| the scores of this ranking would take more than 1 MB \| The setting align.state_memory bounds the memory of one state.', 'the memory of a ranking is bounded');
SELECT is((SELECT auc(i % 1000, i % 1000 >= 500) FROM generate_series(1, 200000) i), 1::float8, 'by its distinct scores, not by its rows');
SELECT matches(pg_temp.error_of($$SELECT align.crosstab(i::text, 'x') FROM generate_series(1, 20000) i$$), '^53400 \| this crosstab would take more than 1 MB \|', 'the memory of a crosstab is bounded');
SELECT matches(pg_temp.error_of($$SELECT align.crosstab(repeat('x', 2000000), 'x')$$), '^53400 \| this crosstab would take more than 1 MB \|', 'that of its texts too');
SELECT is(pg_temp.error_of(format('SELECT align.%s', call)), '0A000 | this function serves an aggregate | It changes its argument in place. | Call the aggregate instead.', call)
FROM unnest(ARRAY[$$crosstab_add_texts(NULL, 'x', 'y')$$, 'crosstab_add_booleans(NULL, true, true)', $$crosstab_add_side(NULL, 'x', true)$$, 'crosstab_combine(NULL, NULL)', 'ranking_add(NULL, 1, true)',
    'ranking_add(NULL, 1, true, 10)', 'ranking_combine(NULL, NULL)', $$loss_add_brier('{0,0,0,0}', 0.5, true)$$, $$loss_add_log('{0,0,0,0}', 0.5, true)$$, $$loss_combine('{0,0,0,0}', '{0,0,0,0}')$$]) call;
SELECT is(pg_temp.error_of(format('SELECT align.loss_mean(%L)', state)), '22023 | invalid state of brier or log_loss | It has 4 numbers. | Call the aggregate instead.', 'a state of other hands: ' || state)
FROM unnest(ARRAY['{1}', '{1,2,3,NULL}', '{{1,2},{3,4}}', '{}']) state;

-- where two teams differ, by hand: of five leads marketing says yes to 1, 2, 3 and sales to 1, 4; kappa = (0.4 - 0.48) / (1 - 0.48)
RESET align.state_memory;
SELECT propose_definition('mql', 'require country = ''US'' +60 size >= 50 +40 visits >= 5 qualify at 60') \g /dev/null
UPDATE setting SET value = '{"*": ["finance"]}' WHERE key = 'definition_teams';
INSERT INTO member (role, team) VALUES (session_user, 'finance');
SELECT sign_definition('mql', 1, 'finance') \g /dev/null
INSERT INTO lead (key, segment, attrs) VALUES ('V1', 'a', '{"country": "US", "size": 60, "visits": 9}'), ('V2', 'a', '{"country": "US", "size": 70, "visits": 5}'),
    ('V3', 'b', '{"country": "US", "size": 1}'), ('V4', 'b', '{"country": "US", "size": 10, "visits": 9}'), ('V5', NULL, '{}'), ('V6', NULL, '{}');
SELECT record_verdict('V' || i, 'marketing', i <= 3, 'm' || i, at => '2026-01-01Z'), record_verdict('V' || i, 'sales', i IN (1, 4), 's' || i, at => '2026-01-02Z') FROM generate_series(1, 5) i \g /dev/null
SELECT record_verdict('V6', 'sales', true, at => '2026-01-02Z'), record_verdict('V1', 'sales', false, 'changed my mind later', at => '2025-12-31Z') \g /dev/null
INSERT INTO stage_event (lead, stage, at) SELECT id, 'customer', '2026-02-01Z' FROM lead WHERE key = 'V4';
INSERT INTO stage_event (lead, stage, at) SELECT id, 'mql', '2026-02-01Z' FROM lead WHERE key = 'V2';
SELECT is((SELECT (definition, team_a, team_b, lead_count, yes_a_count, yes_b_count, agree_ratio, kappa)::text FROM definition_agreement WHERE is_total),
    '(mql,marketing,sales,5,3,2,0.400000,-0.153846)', 'agreement by hand: the last word of each, on leads that both judged');
SELECT results_eq('SELECT segment, lead_count, yes_a_count, yes_b_count, agree_ratio FROM definition_agreement WHERE NOT is_total ORDER BY segment',
    $$VALUES ('a', 2::bigint, 2::bigint, 1::bigint, 0.5), ('b', 2, 1, 1, 0), (NULL, 1, 0, 0, 1)$$, 'by segment');
SELECT is((SELECT (kappa_low, kappa_high)::text FROM definition_agreement WHERE is_total),
    (SELECT (round((k).low::numeric, 6), round((k).high::numeric, 6))::text FROM (SELECT kappa_detail(a, b) AS k FROM (VALUES (true, true), (true, false), (true, false), (false, true), (false, false)) v(a, b)) d),
    'with the interval of kappa_detail');
SELECT results_eq('SELECT telling_order, lead_key, reason_a, reason_b, outcome, rubric_qualified, points, margin_ratio FROM disagreement ORDER BY 1',
    $$VALUES (1::bigint, 'V4', 'm4', 's4', 'won', false, 40::numeric, 0.2), (2, 'V3', 'm3', 's3', NULL, false, 0, 0.6), (3, 'V2', 'm2', 's2', NULL, true, 100, 0.4)$$,
    'disagreement: known outcome first, then the clearest by the rubric');
SELECT is((SELECT explanation FROM disagreement WHERE lead_key = 'V3'),
    'require country = ''US'': met; +60 when size >= 50: not met; +40 when visits >= 5: not known, visits is missing; qualify at 60: not met', 'with the rubric''s explanation');
SELECT record_verdict('V4', 'marketing', true, 'convinced', at => '2026-03-01Z') \g /dev/null
SELECT is((SELECT string_agg(lead_key, ' ' ORDER BY telling_order) FROM disagreement), 'V3 V2', 'who comes to agree leaves the list');
UPDATE lead SET attrs = '{"country": "US", "size": "many", "visits": 5}' WHERE key = 'V2';
SELECT matches((SELECT explanation FROM disagreement WHERE lead_key = 'V2'), 'size >= 50: not known, size is of another type;', 'of another type');
SELECT propose_definition('sql', 'require a = 1') \g /dev/null
SELECT record_verdict('V1', 'marketing', true, name => 'sql', at => '2026-01-01Z'), record_verdict('V1', 'sales', false, 'no', name => 'sql', at => '2026-01-01Z') \g /dev/null
SELECT is((SELECT (lead_key, rubric_qualified, points, explanation)::text FROM disagreement WHERE definition = 'sql'), '(V1,,,)', 'without a version in force the rubric says nothing');
SELECT is((SELECT kappa FROM definition_agreement WHERE definition = 'sql' AND is_total), 0::numeric, 'kappa of one lead on which they differ');
SELECT is((SELECT count(*) FROM definition_agreement WHERE definition = 'sql'), 2::bigint, 'definitions are counted apart');

SELECT * FROM finish();
ROLLBACK;
