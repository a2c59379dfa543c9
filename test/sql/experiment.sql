\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(101);
SET default_text_search_config = 'pg_catalog.english';

-- the interval: Newcombe (1998), "Interval estimation for the difference between independent proportions", table II, method 10
SELECT results_eq($$SELECT round(t.difference_low::numeric, 4), round(t.difference_high::numeric, 4)
    FROM (VALUES (1, 48, 80, 56, 70), (2, 3, 10, 9, 10), (3, 2, 7, 6, 7), (4, 0, 29, 5, 56), (5, 0, 20, 0, 10), (6, 0, 10, 0, 10), (7, 0, 20, 10, 10), (8, 0, 10, 10, 10)) v(n, a, m, b, k)
    CROSS JOIN ab_test(v.a, v.m, v.b, v.k) t ORDER BY v.n$$,
    $$VALUES (0.0524, 0.3339), (0.1705, 0.8090), (0.0582, 0.8062), (-0.0381, 0.1926), (-0.1611, 0.2775), (-0.2775, 0.2775), (0.6791, 1.0000), (0.6075, 1.0000)$$,
    'the intervals of Newcombe (1998), table II');
-- by hand: 48/80 = 0.6, 56/70 = 0.8; lift 0.2 / 0.6; pooled 104/150, z = 0.2 / sqrt(104/150 * 46/150 * (1/80 + 1/70)) = 2.650172
SELECT results_eq('SELECT rate_a, rate_b, round(difference::numeric, 9), round(lift::numeric, 9), round(z::numeric, 6) FROM ab_test(48, 80, 56, 70)',
    $$VALUES (0.6::float8, 0.8::float8, 0.2, 0.333333333, 2.650172)$$, 'rates, difference, lift and z, by hand');
SELECT is((SELECT round(p::numeric, 6) FROM ab_test(48, 80, 56, 70)), 0.008045, 'p of z = 2.650172 in a table of the normal distribution');
SELECT is((SELECT round((ab_test(56, 70, 48, 80)).p::numeric, 12)), (SELECT round((ab_test(48, 80, 56, 70)).p::numeric, 12)), 'the other way round p is the same');
SELECT is((SELECT verdict FROM ab_test(48, 80, 56, 70)), 'B is better: 80 % against 60 %, a difference of 20 points (95 % interval 5.24 to 33.4), p 0.008; B is the better one with a chance of 99.59 %.', 'verdict for B');
SELECT is((SELECT verdict FROM ab_test(56, 70, 48, 80)), 'A is better: 60 % against 80 %, a difference of -20 points (95 % interval -33.4 to -5.24), p 0.008; B is the better one with a chance of 0.407 %.', 'verdict for A');
SELECT is((SELECT verdict FROM ab_test(0, 10, 0, 10)), 'Undecided: 0 % against 0 %, a difference of 0 points (95 % interval -27.8 to 27.8), p 1; B is the better one with a chance of 50 %.', 'nothing against nothing');
SELECT is((SELECT verdict FROM ab_test(0, 20, 10, 10)), 'B is better: 100 % against 0 %, a difference of 100 points (95 % interval 67.9 to 100), p below 0.0001; B is the better one with a chance of above 99.99 %.', 'all against nothing');
SELECT results_eq('SELECT lift IS NULL, z IS NULL, p FROM ab_test(0, 10, 0, 20)', 'VALUES (true, true, 1::float8)', 'without conversions lift and z are undefined, and p is 1');
SELECT results_eq('SELECT lift, z IS NULL, p FROM ab_test(10, 10, 20, 20)', 'VALUES (0::float8, true, 1::float8)', 'all converted: z is undefined, and p is 1');
SELECT is((SELECT ab_test(NULL, 10, 1, 10)), NULL, 'of NULL nothing is known');
SELECT is((SELECT count(*) FROM generate_series(0, 6) a, generate_series(0, 6) b, generate_series(0, 3) c CROSS JOIN LATERAL ab_test(a, 6, b, 6 + c) t
    WHERE t::text ~* 'nan|inf' OR t.chance_b_better NOT BETWEEN 0 AND 1 OR t.difference NOT BETWEEN t.difference_low AND t.difference_high OR t.loss_choosing_a < 0 OR t.loss_choosing_b < 0), 0::bigint,
    'no NaN, no infinity, and intervals that hold their value');

-- the chance that B is better. By hand, A 0 of 1 and B 1 of 1: densities 2 (1 - x) and 2 x; the chance is 2 (1 - 1/2 - 1/3 + 1/4) = 5/6;
-- choosing B loses the integral of 2 (1 - x) x^3 / 3 = 1/30 and choosing A as much more as the means differ, 1/30 + 2/3 - 1/3
SELECT results_eq('SELECT round(chance_b_better::numeric, 12), round(loss_choosing_b::numeric, 12), round(loss_choosing_a::numeric, 12) FROM ab_test(0, 1, 1, 1)',
    'SELECT round(5/6.0, 12), round(1/30.0, 12), round(11/30.0, 12)', 'chance and losses, by hand');
-- by integration over 20,000 steps
CREATE FUNCTION pg_temp.chance(a int, n int, b int, m int, OUT chance float8, OUT loss_b float8) LANGUAGE sql AS $$
    WITH x AS MATERIALIZED (SELECT (i - 0.5) / 20000.0::float8 AS x FROM generate_series(1, 20000) i),
    d AS (SELECT x, exp(greatest(a * ln(x) + (n - a) * ln(1 - x), -300)) AS fa, exp(greatest(b * ln(x) + (m - b) * ln(1 - x), -300)) AS fb FROM x),
    c AS (SELECT *, sum(fb) OVER w - fb / 2 AS below_b, sum(fb * x) OVER w - fb * x / 2 AS x_below_b FROM d WINDOW w AS (ORDER BY x))
    SELECT 1 - sum(fa * below_b) / (sum(fa) * sum(fb)), sum(fa * (x * below_b - x_below_b)) / (sum(fa) * sum(fb)) FROM c $$;
SELECT is((SELECT count(*) FROM (VALUES (13, 40, 19, 45), (2, 90, 5, 80), (60, 61, 30, 33), (30, 60, 31, 60), (0, 50, 3, 70), (12, 12, 70, 80)) v(a, n, b, m)
    CROSS JOIN pg_temp.chance(v.a, v.n, v.b, v.m) i CROSS JOIN ab_test(v.a, v.n, v.b, v.m) t
    WHERE abs(i.chance - t.chance_b_better) > 1e-6 OR abs(i.loss_b - t.loss_choosing_b) > 1e-6), 0::bigint, 'chance and loss as by integration');
SELECT is((SELECT count(*) FROM generate_series(0, 20, 4) a, generate_series(0, 20, 4) b CROSS JOIN LATERAL ab_test(a, 20, b, 25) t CROSS JOIN LATERAL ab_test(b, 25, a, 20) r CROSS JOIN LATERAL ab_test(20 - a, 20, 25 - b, 25) f
    WHERE abs(t.chance_b_better + r.chance_b_better - 1) > 1e-12 OR abs(t.chance_b_better + f.chance_b_better - 1) > 1e-12
       OR abs(t.loss_choosing_a - r.loss_choosing_b) > 1e-12 OR abs(t.loss_choosing_a - f.loss_choosing_b) > 1e-12), 0::bigint, 'sides and outcomes can be swapped');
-- the sum ends at 1,000,000 terms; the normal distribution goes on where it left off
SELECT ok((SELECT abs(e.chance_b_better - n.chance_b_better) < 1e-6 AND abs(e.loss_choosing_b / n.loss_choosing_b - 1) < 1e-4
    FROM ab_test(999999, 20000000, 1001000, 20000000) e, ab_test(1000000, 20000000, 1001001, 20000000) n), 'large counts: no step where the method changes');
SELECT ok((SELECT abs(chance_b_better - 0.76030) < 1e-5 FROM ab_test(1000000000000, 2000000000000000, 1000001000000, 2000000000000000)), 'counts of 10^15: the normal distribution at z = 0.70728');
SELECT ok((SELECT chance_b_better = 1 AND loss_choosing_b = 0 FROM ab_test(100, 9000000000000000000, 500000, 9000000000000000000)), 'counts of 10^19, few conversions');

-- sample size: the help page of R's power.prop.test: p1 = .50, p2 = .75, power = .90 gives n = 76.7
SELECT is(sample_size(0.5, 0.25, 0.9), 77::bigint, 'sample size as R''s power.prop.test');
SELECT is(sample_size(0.75, -0.25, 0.9), 77::bigint, 'downwards as upwards');
-- by hand: (1.959964 sqrt(2 * 0.065 * 0.935) + 0.841621 sqrt(0.06 * 0.94 + 0.07 * 0.93))^2 / 0.01^2 = 9539.9
SELECT is(sample_size(0.06, 0.01), 9540::bigint, 'one point more than 6 %, by hand');
SELECT is(sample_size(0, 1), 2::bigint, 'from nothing to all');
SELECT is(sample_size(0.3, 0.1, 0.02, 0.9), 1::bigint, 'asking for less than chance gives');
-- z[1 - 1e-20 / 2] is 9.3360: (9.3360 * 0.34864 + 0.8416 * 0.34857)^2 / 0.0001 = 125903.1
SELECT is(sample_size(0.06, 0.01, 0.8, 1e-20), 125904::bigint, 'an alpha that is nothing beside 1');
SELECT cmp_ok(sample_size(0.06, 0.01, 0.8, 4.9e-324), '>', sample_size(0.06, 0.01, 0.8, 1e-307) - 1, 'the least alpha there is');
SELECT is(sample_size(NULL, 0.1), NULL, 'size of NULL');
-- what sample_size promises, simulated: two rates of 0.3 and 0.45, 163 trials each; 80 % of 1,000 runs find it
CREATE FUNCTION pg_temp.conversions(run bigint, trials bigint, rate float8, seed bigint) RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM generate_series(1, trials) i WHERE (hashint8extended(run * 1000000 + i, seed) & 1048575) < rate * 1048576 $$;
SELECT is(sample_size(0.3, 0.15), 163::bigint, 'size for 30 against 45 %');
SELECT ok((SELECT avg(((ab_test(pg_temp.conversions(run, 163, 0.3, 1), 163, pg_temp.conversions(run, 163, 0.45, 2), 163)).p < 0.05)::int) BETWEEN 0.76 AND 0.84 FROM generate_series(1, 1000) run), 'about 80 % of the runs find it');

-- sequential p. By hand: pooled 0.065, v = 0.065 * 0.935 / 4000, d = 0.01, ratio 0.0004 / v = 26.326614; sqrt(27.326614) exp(-0.01^2 / (2 v) * 26.326614 / 27.326614) = 0.219485
SELECT is(round(sequential_p(480, 8000, 560, 8000)::numeric, 6), 0.219485, 'sequential p, by hand');
SELECT ok(sequential_p(480, 8000, 660, 8000) < 0.001, 'a large difference');
SELECT is(sequential_p(480, 8000, 482, 8000), 1::float8, 'at most 1');
SELECT is(sequential_p(0, 4, 4, 4), 1::float8, 'too few to tell: 1');
SELECT is(sequential_p(0, 4000, 4, 4000), 1::float8, 'too few conversions: 1');
SELECT is(sequential_p(500, 500, 500, 500), 1::float8, 'all converted: 1');
SELECT is(sequential_p(480, 8000, 560, NULL), NULL, 'sequential p of NULL');
-- equal rates, looked at on each of 40 days, 1,200 experiments from seeds: the ordinary p finds a difference in far more than
-- 5 % of them, the sequential one does not
CREATE TEMP TABLE daily AS
SELECT rate, run, day, day * per_a AS trials_a, day * per_b AS trials_b, sum(a) OVER w::bigint AS a, sum(b) OVER w::bigint AS b
FROM (SELECT c.*, run, day, pg_temp.conversions(run * 100 + day, per_a, rate, 11 + per_b) AS a, pg_temp.conversions(run * 100 + day, per_b, rate, 1011 + per_b) AS b
      FROM (VALUES (0.1, 30::bigint, 30::bigint), (0.05, 60, 15)) c(rate, per_a, per_b), generate_series(1, 600::bigint) run, generate_series(1, 40::bigint) day) d
WINDOW w AS (PARTITION BY rate, run ORDER BY day);
CREATE TEMP VIEW false_positive AS
SELECT rate, avg((sequential <= 0.05)::int) AS sequential, avg((ordinary <= 0.05)::int) AS ordinary
FROM (SELECT rate, run, min(sequential_p(a, trials_a, b, trials_b)) AS sequential, min((ab_test(a, trials_a, b, trials_b)).p) AS ordinary FROM daily GROUP BY rate, run) r GROUP BY rate;
SELECT results_eq('SELECT rate, sequential BETWEEN 0.001 AND 0.05, ordinary > 0.2 FROM false_positive ORDER BY rate', 'VALUES (0.05, true, true), (0.1, true, true)', 'looked at daily: at most 5 % false findings, against above 20 %');
SELECT ok((SELECT avg((p <= 0.05)::int) > 0.8 FROM (
    SELECT min(sequential_p(a, n * day, b, n * day)) AS p FROM (
        SELECT run, day, 100::bigint AS n, sum(pg_temp.conversions(run * 100 + day, 100, 0.1, 5)) OVER w::bigint AS a, sum(pg_temp.conversions(run * 100 + day, 100, 0.15, 6)) OVER w::bigint AS b
        FROM generate_series(1, 100::bigint) run, generate_series(1, 40::bigint) day WINDOW w AS (PARTITION BY run ORDER BY day)) d GROUP BY run) r), 'and a true difference is found');

-- Welch: the sleep data of Student (1908), as R's help page of t.test prints: t = -1.8608, df = 17.776, p-value = 0.07939, interval -3.3654832 0.2054832
CREATE TEMP TABLE sleep AS SELECT g, extra FROM unnest('{0.7,-1.6,-0.2,-1.2,-0.1,3.4,3.7,0.8,0.0,2.0}'::float8[], '{1.9,0.8,1.1,0.1,-0.1,4.4,5.5,1.6,4.6,3.4}'::float8[]) u(one, two) CROSS JOIN LATERAL (VALUES (1, one), (2, two)) v(g, extra);
SELECT results_eq($$SELECT round(t.t::numeric, 4), round(t.df::numeric, 3), round(t.p::numeric, 5), round(t.difference_low::numeric, 7), round(t.difference_high::numeric, 7), round(t.difference::numeric, 9)
    FROM (SELECT avg(extra) AS m, stddev_samp(extra) AS s, count(*) AS n FROM sleep WHERE g = 1) a, (SELECT avg(extra) AS m, stddev_samp(extra) AS s, count(*) AS n FROM sleep WHERE g = 2) b
    CROSS JOIN LATERAL welch_test(a.m, a.s, a.n, b.m, b.s, b.n) t$$,
    'VALUES (1.8608, 17.776, 0.07939, -0.2054832, 3.3654832, 1.580000000)', 'Welch''s t on the sleep data');
-- Student's table: 2.228 leaves 5 % outside at 10 degrees of freedom; both deviations 1 and n 6 give 10, and a standard error of sqrt(1/3)
SELECT results_eq('SELECT round(df::numeric, 9), round((difference_high / sqrt(1/3.0))::numeric, 3), p FROM welch_test(5, 1, 6, 5, 1, 6)', 'VALUES (10.000000000, 2.228, 1::float8)', 'Student''s table');
SELECT results_eq('SELECT round(df::numeric, 9), round(p::numeric, 6) FROM welch_test(0, 0, 6, 2.570582, 2.449489742783178, 6)', 'VALUES (5.000000000, 0.050000)', 'one side that does not vary: the other''s degrees of freedom');
SELECT results_eq('SELECT round(t::numeric, 6), round(p::numeric, 6) FROM welch_test(0, 1, 5000000000, 1.959964 * sqrt(2 / 5e9), 1, 5000000000)', 'VALUES (1.959964, 0.050000)', 'many: the normal distribution');
SELECT results_eq('SELECT difference, difference_low IS NULL, t IS NULL, df IS NULL, p IS NULL FROM welch_test(1, 0, 5, 2, 0, 5)', 'VALUES (1::float8, true, true, true, true)', 'without deviation t is undefined');
SELECT is((SELECT t FROM welch_test(1, 1, 5, 2, NULL, 5)), NULL, 'of NULL');

-- bad input
SELECT is(pg_temp.error_of('SELECT align.ab_test(-1, 10, 1, 10)'), '22003 | invalid conversions: -1 | A count is 0 or more. | Give the conversions so far.', 'negative conversions');
SELECT is(pg_temp.error_of('SELECT align.ab_test(1, 10, 0, 0)'), '22003 | invalid trials: 0 | A rate needs at least one trial. | Compare once each side has been tried.', 'no trials');
SELECT is(pg_temp.error_of('SELECT align.sequential_p(1, -10, 0, 5)'), '22003 | invalid trials: -10 | A rate needs at least one trial. | Compare once each side has been tried.', 'negative trials');
SELECT is(pg_temp.error_of('SELECT align.sequential_p(1, 10, 12, 10)'), '22003 | invalid conversions: 12 of 10 trials | A trial converts once or not. | Give the conversions first, then the trials that they are of.', 'more conversions than trials');
SELECT is(pg_temp.error_of('SELECT align.sequential_p(1, 10, 1, 10, 0)'), '22003 | invalid effect: 0 | It is the difference of rates that is looked for, above 0 and up to 1. | Write 0.02 for two points, and keep to it.', 'no effect to look for');
SELECT matches(pg_temp.error_of('SELECT align.sequential_p(1, 10, 1, 10, ''NaN'')'), '^22003 \| invalid effect: NaN', 'an effect that is no number');
SELECT is(pg_temp.error_of('SELECT align.sample_size(1.2, 0.1)'), '22003 | invalid base: 1.2 | The rate that there is lies between 0 and 1. | Write 0.06 for 6 %.', 'a base above 1');
SELECT is(pg_temp.error_of('SELECT align.sample_size(0.95, 0.1)'), '22003 | invalid effect: 0.1 | It is added to the base of 0.95, gives a rate between 0 and 1, and is not 0. | Write 0.01 for one point more, -0.01 for one less.', 'base and effect above 1');
SELECT matches(pg_temp.error_of('SELECT align.sample_size(0.5, 0)'), '^22003 \| invalid effect: 0 \|', 'no effect');
SELECT matches(pg_temp.error_of('SELECT align.sample_size(0.5, ''NaN'')'), '^22003 \| invalid effect: NaN', 'an effect that is no number');
SELECT is(pg_temp.error_of('SELECT align.sample_size(0.5, 1e-10)'), '22003 | invalid effect: 1e-10 | It would take more than 1e18 trials to see. | Ask for the smallest effect that would matter.', 'an effect too small to see');
SELECT is(pg_temp.error_of('SELECT align.sample_size(0.5, 0.1, 1)'), '22003 | invalid power: 1 | It lies between 0 and 1, both left out. | Write 0.8 for 80 %.', 'a power of 1');
SELECT is(pg_temp.error_of('SELECT align.sample_size(0.5, 0.1, 0.8, 5)'), '22003 | invalid alpha: 5 | It lies between 0 and 1, both left out. | Write 0.05 for 5 %.', 'alpha in per cent');
SELECT is(pg_temp.error_of('SELECT align.welch_test(1, -1, 5, 1, 1, 5)'), '22003 | invalid standard deviation: -1 | A standard deviation is 0 or more. | Give the moments as avg, stddev_samp and count compute them.', 'a negative deviation');
SELECT is(pg_temp.error_of('SELECT align.welch_test(''NaN'', 1, 5, 1, 1, 5)'), '22003 | invalid mean: NaN | It is a number. | Give the moments as avg, stddev_samp and count compute them.', 'a mean that is no number');
SELECT is(pg_temp.error_of('SELECT align.welch_test(1, 1, 1, 1, 1, 5)'), '22003 | invalid count: 1 | A deviation needs at least two values. | Compare once each side has two values.', 'one value');
SELECT is(pg_temp.error_of('SELECT align.welch_test(1e308, 1, 5, -1e308, 1, 5)'), '22003 | moments out of range | Their difference or squares pass double precision. | Measure in a larger unit.', 'moments past double precision');

-- experiments
INSERT INTO plan_item (key, level, title) VALUES ('R1', 'rock', 'More visits');
INSERT INTO metric (key, title, kind, measures, grain) VALUES ('reply_rate', 'Replies', 'leading', 'outcome', 'week');
SELECT is(start_experiment('subject', 'Subject line', 'A question in the subject line gets more replies', '{plain,question,number}', 'R1', 'reply_rate', 'marketing', 'Ana', planned_count => 8000, started_at => '2026-01-05Z'), 3, 'an experiment starts');
SELECT results_eq($$SELECT experiment_key, item_key, status, variant_key, control_key, comparison_count, p, finding FROM experiment_result ORDER BY variant_key$$,
    $$VALUES ('subject'::text, 'R1'::text, 'running'::text, 'number'::text, 'plain'::text, 2::bigint, NULL::numeric, 'Nothing to compare is recorded of plain.'::text), ('subject', 'R1', 'running', 'question', 'plain', 2, NULL, 'Nothing to compare is recorded of plain.')$$, 'nothing is recorded yet');
SELECT record_variant('subject', 'plain', 4000, 240), record_variant('subject', 'question', 4000, 295), record_variant('subject', 'question', 4000, 295) \gset
-- by hand: pooled 535/8000, v = 3.12023e-5, d = 0.01375, sqrt(13.8195) exp(-0.01375^2 / (2 v) * 12.8195 / 13.8195) = 0.2237, and two comparisons
SELECT results_eq($$SELECT variant_key, finding FROM experiment_result ORDER BY variant_key$$,
    $$VALUES ('number'::text, 'Nothing to compare is recorded of number.'::text),
    ('question', 'Undecided: 7.38 % against 6 %, difference 1.38 points (95 % interval 0.28 to 2.47), p 0.4474 at any look, adjusted for 2 comparisons.')$$, 'halfway: by the sequential p');
SELECT record_variant('subject', 'plain', 8000, 480), record_variant('subject', 'question', 8000, 590), record_variant('subject', 'number', 8000, 540) \gset
-- number: d 0.0075, pooled 1020/16000, z 1.9416, p 0.0522; question: d 0.01375, pooled 1070/16000, z 3.4812, p 0.000499. Holm: the smaller p times 2, the larger times 1
SELECT results_eq($$SELECT variant_key, is_full, comparison_count, holm_p, r.p = round(t.p::numeric, 6), holm_p = round((t.p * CASE variant_key WHEN 'question' THEN 2 ELSE 1 END)::numeric, 6), sequential_p = round(sequential_p(480, 8000, CASE variant_key WHEN 'question' THEN 590 ELSE 540 END, 8000)::numeric, 6), lift_ratio
    FROM experiment_result r CROSS JOIN LATERAL ab_test(480, 8000, CASE variant_key WHEN 'question' THEN 590 ELSE 540 END, 8000) t ORDER BY variant_key$$,
    $$VALUES ('number'::text, true, 2::bigint, 0.052188, true, true, true, 0.125000), ('question', true, 2, 0.000998, true, true, true, 0.229167)$$, 'Holm''s adjustment, by hand');
SELECT is((SELECT finding FROM experiment_result WHERE variant_key = 'question'),
    'Higher than plain: 7.38 % against 6 %, difference 1.38 points (95 % interval 0.6 to 2.15), p 0.001 at the planned size, adjusted for 2 comparisons.', 'at the planned size');
SELECT is(decide('subject', 'Ask a question from now on', 'Questions get a fifth more replies; numbers do not.') = now(), true, 'decided');
SELECT results_eq($$SELECT status, ended_at = now(), decided_by = session_user FROM experiment$$, $$VALUES ('decided'::text, true, true)$$, 'which ends it');
-- means, and experiments that are not whole
SELECT start_experiment('price', 'Price page', 'A calculator makes larger deals', '{old,new}', effect => 0.05, started_at => '2026-02-01Z') \gset
SELECT record_variant_mean('price', 'old', 10, 0.75, 1.78901), record_variant_mean('price', 'new', 10, 2.33, 2.002249) \gset
INSERT INTO experiment (key, title, hypothesis) VALUES ('alone', 'Alone', 'One'), ('idle', 'Idle', 'None');
INSERT INTO variant (experiment, key) VALUES ('alone', 'x');
SELECT results_eq($$SELECT experiment_key, status, measure, p, sequential_p, finding FROM experiment_result WHERE experiment_key <> 'subject' ORDER BY 1$$,
    $$VALUES ('alone'::text, 'planned'::text, NULL::text, NULL::numeric, NULL::numeric, 'There is no control to compare with.'::text), ('idle', 'planned', NULL, NULL, NULL, 'There is no variant beside the control.'),
    ('price', 'running', 'mean', 0.079394, NULL, 'Undecided: 2.33 against 0.75, difference 1.58 (95 % interval -0.21 to 3.37), p 0.0794, good for one look alone.')$$, 'means, no control, nothing to compare');
SELECT results_eq($$SELECT experiment_key, learned, item_key, rank > 0 FROM find_learning('reply questions')$$, $$VALUES ('subject'::text, 'Questions get a fifth more replies; numbers do not.'::text, 'R1'::text, true)$$, 'what was learned is found again, in other forms of the words');
SELECT results_eq($$SELECT experiment_key FROM find_learning('calculator OR "fifth more"')$$, $$VALUES ('subject'::text), ('price')$$, 'a lesson goes before a hypothesis');
SELECT is_empty($$SELECT * FROM find_learning('nothing of that')$$, 'what nobody wrote is not found');
SELECT is_empty($$SELECT * FROM find_learning('')$$, 'no words find nothing');

-- bad input
SELECT is(pg_temp.error_of($$SELECT align.decide('subject', 'No', 'No')$$) ~ '^55000 \| experiment "subject" is decided already \| "[^"]+" decided at .*: Ask a question from now on\. \| Start a new experiment to try it again\.$', true, 'deciding twice');
SELECT is(pg_temp.error_of($$SELECT align.decide('price', 'Keep', ' ')$$), '22023 | experiment "price" cannot be decided | A decision says what is done now, and what was learned. | Write both in words; that nothing was found is worth knowing, too.', 'nothing learned');
SELECT is(pg_temp.error_of($$SELECT align.decide('prize', 'Keep', 'x')$$), 'P0002 | unknown experiment: "prize" | Table experiment has no row with this key. | Begin it by start_experiment(key, title, hypothesis, variants).', 'an unknown experiment');
SELECT is(pg_temp.error_of($$SELECT align.record_variant('price', 'newer', 1, 1)$$), 'P0002 | unknown variant: "newer" of experiment "price" | There are: old, new. | Enter it into table variant first.', 'an unknown variant');
SELECT is(pg_temp.error_of($$SELECT align.record_variant('price', 'new', 10, 11)$$), '22003 | invalid counts of variant "new": 11 of 10 trials | Counts are 0 or more, and there cannot be more conversions than trials. | Give the trials so far first, then how many of them converted.', 'more conversions than trials');
SELECT is(pg_temp.error_of($$SELECT align.record_variant_mean('price', 'new', 1, 2, 'NaN')$$), '22003 | invalid moments of variant "new": 1 values, mean 2, deviation NaN | A deviation needs at least two values and is 0 or more; a mean is a number; both are at most 1e100. | Give count, avg and stddev_samp of the values so far.', 'bad moments');
SELECT is(pg_temp.error_of($$SELECT align.record_variant('subject', 'plain', 10, 1)$$), '55000 | experiment "subject" is decided | A decision stands on the results that it was made with. | Start a new experiment.', 'results after the decision');
SELECT is(pg_temp.error_of($$SELECT align.record_variant('alone', 'x', 10, 1)$$), '55000 | experiment "alone" is planned | What has not started has no results. | Set its started_at first.', 'results before the start');
SELECT is(pg_temp.error_of($$SELECT align.start_experiment('one', 'One', 'One', '{a}')$$), '22023 | experiment "one" has 1 variants | One variant is compared with another. | Name what there was first, then what is tried: ''{old,new}''.', 'one variant');
SELECT matches(pg_temp.error_of($$SELECT align.start_experiment('one', 'One', 'One', '{a,b}', item => 'R9')$$), '^P0002 \| unknown plan item: "R9"', 'an unknown item');
SELECT matches(pg_temp.error_of($$SELECT align.start_experiment('one', 'One', 'One', '{a,b}', team => 'sails')$$), '^P0002 \| unknown team: "sails"', 'an unknown team');
SELECT matches(pg_temp.error_of($$SELECT align.start_experiment('one', 'One', 'One', '{a,b}', metric => 'replies')$$), '^P0002 \| unknown metric: "replies"', 'an unknown metric');
SELECT is(pg_temp.error_of(format('SELECT align.start_experiment(%s)', c.arguments)), c.error, c.arguments) FROM (VALUES
    ($$' ', 'One', 'One', '{a,b}'$$, '22023 | invalid key of an experiment: it is empty | It has 1 to 200 characters, and not only blanks. | Write it in words.'),
    ($$'one', NULL, 'One', '{a,b}'$$, '22023 | invalid title: NULL | It has 1 to 500 characters, and not only blanks. | Write it in words.'),
    ($$'one', 'One', repeat('x', 10001), '{a,b}'$$, '22023 | invalid hypothesis: it has 10001 characters | It has 1 to 10000 characters, and not only blanks. | Keep what a reader sees, or split it.'),
    ($$'price', 'One', 'One', '{a,b}'$$, '23505 | experiment "price" is there already | It is running: Price page. | What is tried anew is an experiment with a key of its own.'),
    ($$'one', 'One', 'One', '{a,b,a}'$$, '22023 | invalid variants of experiment "one": {a,b,a} | Each has a key of its own, of 1 to 200 characters. | Name what there was first, then what is tried: ''{old,new}''.'),
    ($$'one', 'One', 'One', '{a,NULL}'$$, '22023 | invalid variants of experiment "one": {a,NULL} | Each has a key of its own, of 1 to 200 characters. | Name what there was first, then what is tried: ''{old,new}''.'),
    ($$'one', 'One', 'One', '{a,""}'$$, '22023 | invalid variants of experiment "one": {a,""} | Each has a key of its own, of 1 to 200 characters. | Name what there was first, then what is tried: ''{old,new}''.'),
    ($$'one', 'One', 'One', '{a,b}', effect => 2$$, '22023 | invalid effect: 2 | It is the difference of rates that is looked for, above 0 and up to 1. | Write 0.02 for two points, and keep to it.'),
    ($$'one', 'One', 'One', '{a,b}', effect => NULL$$, '22023 | invalid effect: NULL | It is the difference of rates that is looked for, above 0 and up to 1. | Write 0.02 for two points, and keep to it.'),
    ($$'one', 'One', 'One', '{a,b}', planned_count => 0$$, '22023 | invalid planned count: 0 | A variant needs at least one trial. | Take what sample_size(base, effect) gives, or leave it out.'),
    ($$'one', 'One', 'One', '{a,b}', started_at => 'infinity'$$, '22008 | invalid instant: infinity | An instant is finite. | Leave the instant out to mean the present.')) c(arguments, error);
SELECT matches(pg_temp.error_of(format('SELECT align.decide(''price'', %L, ''x'')', repeat('x', 501))), '^22023 \| invalid decision: it has 501 characters \|', 'a decision that is too long');
SELECT is(start_experiment('later', 'Later', 'One', '{a,b}', started_at => NULL), 2, 'without a start it is planned');
SELECT matches(pg_temp.error_of($$UPDATE align.experiment SET metric = 'replies'$$), '^23503 .*experiment_metric_fkey', 'also in the table');
SELECT matches(pg_temp.error_of($$SELECT align.record_variant_mean('price', 'new', 10, 1e308, 1e308)$$), '^22003 \| invalid moments of variant "new": 10 values, mean 1e\+308, deviation 1e\+308 \|', 'moments whose squares no view could show');
SELECT matches(pg_temp.error_of($$INSERT INTO align.variant (experiment, key, is_control) VALUES ('price', 'third', true)$$), '^23505 .*variant_control_idx', 'a second control');
SELECT matches(pg_temp.error_of($$UPDATE align.variant SET conversions = trials + 1, mean = NULL, sd = NULL WHERE experiment = 'price'$$), '^23514 .*variant_conversions_check', 'more conversions than trials, in the table');

SELECT * FROM finish();
ROLLBACK;
