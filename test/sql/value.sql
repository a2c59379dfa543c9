\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(160);

-- BG/NBD and Gamma-Gamma against published figures: the CDNOW parameters of Fader, Hardie and Lee (2005), table 2,
-- and of Fader and Hardie (2013), "The Gamma-Gamma Model of Monetary Value"; the expectation over 39 weeks of their
-- note "Implementing the BG/NBD Model for Customer Base Analysis in Excel" (2005)
CREATE FUNCTION pg_temp.cdnow() RETURNS align.clv LANGUAGE sql IMMUTABLE RETURN align.clv(0.243, 4.414, 0.793, 2.426, 6.25, 3.74, 15.44);
SELECT is(round(expected_purchases(pg_temp.cdnow(), 39, 2, 30.43, 38.86)::numeric, 3), 1.226, 'x = 2, t_x = 30.43, T = 38.86: 1.226 more purchases in 39 weeks, as published');
-- by hand: 1 / (1 + 0.793 / (2.426 + 2 - 1) x ((4.414 + 38.86) / (4.414 + 30.43)) ^ (0.243 + 2)) = 1 / (1 + 0.231533 x 1.241952 ^ 2.243) = 0.726579
SELECT is(round(alive(pg_temp.cdnow(), 2, 30.43, 38.86)::numeric, 6), 0.726579, 'alive, by hand');
SELECT is(alive(pg_temp.cdnow(), 0, 0, 38.86), 1::float8, 'who bought once had no occasion to leave');
-- by hand: 15.44 x 6.25 / (3.74 - 1) = 35.21898 of a new customer; of x = 2, mean 22.35: 6.25 x (15.44 + 2 x 22.35) / (6.25 x 2 + 3.74 - 1) = 24.66371
SELECT is(round(expected_spend(pg_temp.cdnow(), 0, NULL)::numeric, 5), 35.21898, 'mean amount of a new customer, by hand');
SELECT is(round(expected_spend(pg_temp.cdnow(), 2, 22.35)::numeric, 5), 24.66371, 'mean amount of a known one, by hand');

-- the sum over purchases is the closed form: equation 10 with Gauss's series, here in numeric of 60 digits
CREATE FUNCTION pg_temp.gauss(a numeric, b numeric, c numeric, z numeric) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE term numeric := 1; total numeric := 1; k numeric := 0;
BEGIN
    WHILE abs(term) > 1e-40 LOOP
        term := round(term * (a + k) * (b + k) / ((c + k) * (k + 1)) * z, 60); total := total + term; k := k + 1;
    END LOOP;
    RETURN total;
END $$;
CREATE FUNCTION pg_temp.closed(r numeric, alpha numeric, a numeric, b numeric, t numeric, x numeric, tx numeric, age numeric) RETURNS numeric LANGUAGE sql IMMUTABLE RETURN
    (a + b + x - 1) / (a - 1) * (1 - power((alpha + age) / (alpha + age + t), r + x) * pg_temp.gauss(r + x, b + x, a + b + x - 1, round(t / (alpha + age + t), 60)))
    / (1 + CASE WHEN x > 0 THEN a / (b + x - 1) * power((alpha + age) / (alpha + tx), r + x) ELSE 0 END);
SELECT is(round(expected_purchases(clv(r, alpha, a, b), t, x, tx, age)::numeric / pg_temp.closed(r, alpha, a, b, t, x, tx, age), 11), 1.00000000000, format('as the closed form: r %s, alpha %s, a %s, b %s, horizon %s, past %s, %s, %s', r, alpha, a, b, t, x, tx, age))
FROM (VALUES (0.243, 4.414, 0.793, 2.426, 39, 2, 30.43, 38.86), (0.243, 4.414, 0.793, 2.426, 39, 0, 0, 38.86), (0.243, 4.414, 0.793, 2.426, 39, 26, 31, 38.86),
    (0.243, 4.414, 0.793, 2.426, 520, 1, 3, 10), (2.5, 0.5, 1.7, 0.4, 12, 7, 11, 12), (0.243, 4.414, 0.5, 0.3, 39, 0, 0, 5), (12, 30, 25, 80, 60, 40, 99, 100), (0.243, 4.414, 1.001, 2.426, 39, 2, 30.43, 38.86)) v(r, alpha, a, b, t, x, tx, age);
-- a = 1 divides by zero in the closed form, and is a case like others here: between its neighbours
SELECT cmp_ok(expected_purchases(clv(0.243, 4.414, 1, 2.426), 39, 2, 30.43, 38.86), '>', expected_purchases(clv(0.243, 4.414, 1.000001, 2.426), 39, 2, 30.43, 38.86), 'a = 1: above its neighbour on one side');
SELECT cmp_ok(expected_purchases(clv(0.243, 4.414, 1, 2.426), 39, 2, 30.43, 38.86), '<', expected_purchases(clv(0.243, 4.414, 0.999999, 2.426), 39, 2, 30.43, 38.86), 'and below that on the other');
-- a short horizon t: the rate at once is (r + x) / (alpha + T) x P(alive); nothing cancels
SELECT is(round((expected_purchases(pg_temp.cdnow(), 1e-9, 2, 30.43, 38.86) / (1e-9 * 2.243 / 43.274 * alive(pg_temp.cdnow(), 2, 30.43, 38.86)))::numeric, 9), 1.000000000, 'a horizon of a billionth');
SELECT is(expected_purchases(pg_temp.cdnow(), 0, 2, 30.43, 38.86), 0::float8, 'nothing is bought in no time');
SELECT is(expected_purchases(pg_temp.cdnow(), 39), expected_purchases(pg_temp.cdnow(), 39, 0, 0, 0), 'without a past: a customer after its first purchase');
SELECT cmp_ok(expected_purchases(clv(1, 1, 1, 9999), 100, 2000, 1, 1), '>', 0::float8, 'weights of a thousand digits');

-- lifetime value: with no discount it is purchases times amount; the discount of one month is by hand
SELECT is(round(customer_lifetime_value(pg_temp.cdnow(), 2, 30.43, 38.86, 22.35, 12, 0)::numeric, 8),
    round((expected_purchases(pg_temp.cdnow(), 365.25 / 7, 2, 30.43, 38.86) * expected_spend(pg_temp.cdnow(), 2, 22.35))::numeric, 8), 'a year without discount');
SELECT is(round(customer_lifetime_value(pg_temp.cdnow(), 2, 30.43, 38.86, 22.35, 1, 0.21)::numeric, 8),
    round((expected_purchases(pg_temp.cdnow(), 365.25 / 12 / 7, 2, 30.43, 38.86) * expected_spend(pg_temp.cdnow(), 2, 22.35) / 1.21 ^ (1 / 12.0))::numeric, 8), 'a month at 21 % a year');
SELECT is(round(customer_lifetime_value(clv(0.243, 4.414 * 7, 0.793, 2.426, 6.25, 3.74, 15.44), 2, 30.43 * 7, 38.86 * 7, 22.35, 12, 0.1, 1)::numeric, 8),
    round(customer_lifetime_value(pg_temp.cdnow(), 2, 30.43, 38.86, 22.35, 12)::numeric, 8), 'in days as in weeks');
SELECT is(expected_spend(clv(0.243, 4.414, 0.793, 2.426), 2, 22.35), NULL, 'no amounts in the model, no amount');
SELECT is(expected_spend(pg_temp.cdnow(), 2, NULL), NULL, 'no mean known, no amount');
SELECT is(expected_spend(clv(1, 1, 1, 1, 6.25, 0.9, 15), 0, NULL), NULL, 'an infinite mean is NULL');
SELECT is(customer_lifetime_value(clv(1, 1, 1, 1), 2, 1, 2, 5), NULL, 'and so is the value');
SELECT is(customer_lifetime_value(pg_temp.cdnow(), 2, 30.43, 38.86, 22.35, NULL), NULL, 'NULL months');

-- simulated customers of known parameters: a generator of our own (Park and Miller 1988), gamma variates by Marsaglia and Tsang (2000)
CREATE TABLE public.shopper (id int, x bigint, tx float8, age float8, mean float8);
CREATE FUNCTION pg_temp.simulate(customers int, r float8, alpha float8, a float8, b float8, p float8, q float8, gamma float8) RETURNS void LANGUAGE plpgsql AS $sim$
DECLARE
    state bigint := 20260101; kind int; shape float8; boost float8; d float8; n float8; u float8; v float8; drawn float8[]; x int; tx float8; t float8; age float8; rate float8; leave float8;
BEGIN
    FOR i IN 1 .. customers LOOP
        drawn := '{}';
        age := 27 + i % 85 / 7.0;
        -- rate, the two halves of the leaving chance, the customer's own scale of amounts
        FOR kind IN 1 .. 4 LOOP
            shape := (ARRAY[r, a, b, q])[kind];
            boost := 1;
            IF shape < 1 THEN
                state := state * 16807 % 2147483647; boost := (state / 2147483647.0) ^ (1 / shape); shape := shape + 1;
            END IF;
            d := shape - 1.0 / 3;
            LOOP
                state := state * 16807 % 2147483647; u := state / 2147483647.0;
                state := state * 16807 % 2147483647;
                n := sqrt(-2 * ln(u)) * cos(2 * pi() * state / 2147483647.0);
                v := (1 + n / sqrt(9 * d)) ^ 3;
                state := state * 16807 % 2147483647; u := state / 2147483647.0;
                EXIT WHEN v > 0 AND ln(u) < 0.5 * n * n + d - d * v + d * ln(v);
            END LOOP;
            drawn := drawn || d * v * boost;
        END LOOP;
        rate := drawn[1] / alpha; leave := drawn[2] / (drawn[2] + drawn[3]);
        x := 0; tx := 0; t := 0;
        LOOP
            state := state * 16807 % 2147483647;
            t := t - ln(state / 2147483647.0) / rate;
            EXIT WHEN t > age;
            x := x + 1; tx := t;
            state := state * 16807 % 2147483647;
            EXIT WHEN state / 2147483647.0 < leave;
        END LOOP;
        -- the mean of x amounts: gamma of shape p x
        v := NULL;
        IF x > 0 THEN
            d := p * x - 1.0 / 3;
            LOOP
                state := state * 16807 % 2147483647; u := state / 2147483647.0;
                state := state * 16807 % 2147483647;
                n := sqrt(-2 * ln(u)) * cos(2 * pi() * state / 2147483647.0);
                v := (1 + n / sqrt(9 * d)) ^ 3;
                state := state * 16807 % 2147483647; u := state / 2147483647.0;
                EXIT WHEN v > 0 AND ln(u) < 0.5 * n * n + d - d * v + d * ln(v);
            END LOOP;
            v := d * v / (drawn[4] / gamma) / x;
        END IF;
        INSERT INTO public.shopper VALUES (i, x, tx, age, v);
    END LOOP;
END $sim$;
SELECT pg_temp.simulate(8000, 0.6, 5, 0.8, 2.5, 6, 4, 15) \gset
ANALYZE public.shopper;
CREATE TEMP TABLE fitted AS SELECT clv_input(x, tx, age, mean) AS input, clv_fit(clv_input(x, tx, age, mean)) AS model FROM public.shopper;
CREATE TEMP TABLE detail AS SELECT d.* FROM fitted, clv_detail(model) d;
SELECT is((SELECT (customer_count, spender_count = (SELECT count(*) FROM public.shopper WHERE x > 0))::text FROM detail), '(8000,t)', 'all were counted');
-- within 10 % of the truth; a and b, of which each leaves the other much room, within 25 %, and the chance to leave within 5 %
SELECT cmp_ok(abs(ln(fit / truth)), '<', within::float8, format('%s is found again', name))
FROM (SELECT unnest(ARRAY['r', 'alpha', 'a', 'b', 'a / (a + b)', 'p', 'q', 'gamma']) AS name, unnest(ARRAY[r, alpha, a, b, a / (a + b), p, q, gamma]) AS fit,
          unnest(ARRAY[0.6, 5, 0.8, 2.5, 0.8 / 3.3, 6, 4, 15]::float8[]) AS truth, unnest(ARRAY[0.1, 0.1, 0.25, 0.25, 0.05, 0.1, 0.1, 0.1]) AS within FROM detail) f;
SELECT cmp_ok(log_likelihood, '>=', (SELECT log_likelihood(clv(0.6, 5, 0.8, 2.5), input) FROM fitted), 'the fit is as likely as the truth') FROM detail;
SELECT cmp_ok(log_likelihood - (SELECT log_likelihood(clv(0.6, 5, 0.8, 2.5), input) FROM fitted), '<', 6.64::float8, 'and by no more than chance: half of chi-square of 4, 99 %') FROM detail;
SELECT cmp_ok(spend_log_likelihood, '>=', (SELECT spend_log_likelihood(clv(1, 1, 1, 1, 6, 4, 15), input) FROM fitted), 'so are the amounts') FROM detail;
SELECT is((SELECT log_likelihood(model, input) FROM fitted), (SELECT log_likelihood FROM detail), 'log_likelihood is what the fit says');
SELECT is((SELECT spend_log_likelihood(model, input) FROM fitted), (SELECT spend_log_likelihood FROM detail), 'and of the amounts');
-- a maximum: every step away from it is less likely
SELECT ok((SELECT bool_and(log_likelihood(clv(r * (1 + i * 1e-3), alpha * (1 + j * 1e-3), a * (1 + k * 1e-3), b * (1 + l * 1e-3)), input) < log_likelihood)
    FROM detail, fitted, generate_series(-1, 1) i, generate_series(-1, 1) j, generate_series(-1, 1) k, generate_series(-1, 1) l WHERE (i, j, k, l) <> (0, 0, 0, 0)), 'no neighbour of the fit is likelier');
-- the likelihood itself: of x = 0 it is (alpha / (alpha + T)) ^ r; of x = 1 by hand with r = alpha = a = b = 1, t_x = 1, T = 3:
-- B(1,2)/B(1,1) x 1/4^2 + B(2,1)/B(1,1) x 1/2^2 = 1/2 x 1/16 + 1/2 x 1/4 = 5/32
SELECT is(round(log_likelihood(clv(0.5, 4, 1, 1), (SELECT clv_input(0, 0, 12)))::numeric, 12), round(ln(0.5), 12), 'likelihood of no repeat purchase, by hand');
SELECT is(round(log_likelihood(clv(1, 1, 1, 1), (SELECT clv_input(1, 1, 3)))::numeric, 12), round(ln(5 / 32.0), 12), 'likelihood of one, by hand');
-- of p = q = gamma = 1, x = 1, mean 3: gamma ^ q / (gamma + x z) ^ (p x + q) = 1 / 16
SELECT is(round(spend_log_likelihood(clv(1, 1, 1, 1, 1, 1, 1), (SELECT clv_input(1, 1, 3, 3)))::numeric, 12), round(ln(1 / 16.0), 12), 'likelihood of an amount, by hand');
SELECT is(spend_log_likelihood(clv(1, 1, 1, 1, 1, 1, 1), (SELECT clv_input(1, 1, 3))), NULL, 'no amount, no likelihood');
SELECT is(spend_log_likelihood(clv(1, 1, 1, 1), (SELECT clv_input(1, 1, 3, 3))), NULL, 'no parameters, none either');
SELECT is((SELECT (p, q, gamma, spend_log_likelihood)::text FROM clv_detail((SELECT clv_fit(clv_input(x, tx, age)) FROM public.shopper))), '(,,,)', 'without amounts their model is not known');
SELECT is((SELECT round(r::numeric, 9) FROM clv_detail((SELECT clv_fit(clv_input(x, tx, age)) FROM public.shopper))), (SELECT round(r::numeric, 9) FROM detail), 'and that of purchases is the same');
SELECT is((SELECT round((alpha / 7)::numeric, 7) || ' ' || round(b::numeric, 7) FROM clv_detail((SELECT clv_fit(clv_input(x, tx * 7, age * 7)) FROM public.shopper))),
    (SELECT round(alpha::numeric, 7) || ' ' || round(b::numeric, 7) FROM detail), 'the unit of time does not matter');

-- the input: order, parts, workers
SELECT is((SELECT clv_input(x, tx, age, mean) FROM (SELECT * FROM public.shopper ORDER BY md5(id::text)) s), (SELECT input FROM fitted), 'input order does not matter');
SELECT is((SELECT rollup(i) FROM (SELECT clv_input(x, tx, age, mean) AS i FROM public.shopper GROUP BY id % 7) s), (SELECT input FROM fitted), 'rollup of parts');
SELECT is((SELECT clv_input(x, tx, age, mean) FROM public.shopper WHERE id < 1000) + (SELECT clv_input(x, tx, age, mean) FROM public.shopper WHERE id >= 1000), (SELECT input FROM fitted), '+');
SELECT is((SELECT clv_fit(clv_input(x, tx, age, mean)) FROM (SELECT * FROM public.shopper ORDER BY id DESC) s), (SELECT model FROM fitted), 'the fit is the same to the last bit');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT matches(pg_temp.plan_of('SELECT align.clv_input(x, tx, age, mean) FROM public.shopper'), 'Partial Aggregate', 'the plan is parallel');
SELECT is((SELECT clv_input(x, tx, age, mean) FROM public.shopper), (SELECT input FROM fitted), 'as serial');
RESET max_parallel_workers_per_gather;
SELECT is((SELECT clv_input(x, tx, age) FROM public.shopper WHERE false), NULL, 'no customers, no input');
SELECT is(clv_fit(NULL), NULL, 'no input, no fit');
SELECT is((SELECT rollup(i) FROM unnest(ARRAY[NULL, NULL]::clv_input[]) i), NULL, 'rollup of NULLs');
SELECT is((SELECT clv_input(x, t, a, m) FROM (VALUES (1::bigint, 1.0, 2.0, 5.0), (NULL, 1, 2, 5), (1, NULL, 2, 5), (1, 1, NULL, 5)) v(x, t, a, m)), (SELECT clv_input(1, 1, 2, 5)), 'rows without a past are left out');
SELECT is((SELECT clv_input(1, 1, 2, NULL)), (SELECT clv_input(1, 1, 2)), 'a mean that is not known is as none');
SELECT is((SELECT clv_input(0, 0, 2, 7)), (SELECT clv_input(0, 0, 2)), 'and so is that of no purchase');
SELECT isnt((SELECT clv_input(1, 1, 2, 5)), (SELECT clv_input(1, 1, 2)), 'inputs can be told apart');
SELECT is((SELECT input::text::clv_input FROM fitted), (SELECT input FROM fitted), 'text reads back to the same');
SELECT matches((SELECT clv_input(x, 5 * x, 20) FROM (VALUES (0), (0), (1), (2)) v(x))::text, '^\{"customer_count": 4, "repeater_count": 2, "state": "', 'what the text says');
SELECT is(clv_fit(empty), NULL, 'an input of no customers has no fit') FROM (SELECT '{"customer_count": 0, "repeater_count": 0, "state": "AQA="}'::clv_input) e(empty);

-- the type clv
SELECT is(pg_temp.cdnow()::text, '{"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426, "p": 6.25, "q": 3.74, "gamma": 15.44}', 'text of a model');
SELECT is('{"b": 2.426, "a": 0.793, "alpha": 4.414, "r": 0.243, "q": null}'::clv, clv(0.243, 4.414, 0.793, 2.426), 'members in any order');
SELECT is((SELECT model::text::clv FROM fitted), (SELECT model FROM fitted), 'a fit reads back to the last bit');
-- microseconds: alpha is 7 x 86400e6 times that of weeks
SELECT cmp_ok((SELECT alpha FROM clv_detail(model)), '>', 1e12::float8, 'a small unit makes large parameters') FROM (SELECT clv_fit(clv_input(x, tx * 7 * 86400e6, age * 7 * 86400e6, mean * 1e12)) AS model FROM public.shopper) s;
SELECT is(model::text::clv, model, 'and they read back, too') FROM (SELECT clv_fit(clv_input(x, tx * 7 * 86400e6, age * 7 * 86400e6, mean * 1e12)) AS model FROM public.shopper) s;
SELECT is((SELECT count(*) FROM (SELECT DISTINCT m FROM unnest(ARRAY[clv(1, 1, 1, 1), clv(1, 1, 1, 1), clv(1, 1, 1, 2)]) m) s), 2::bigint, 'models can be told apart');
SELECT is((SELECT (r, alpha, a, b, p, customer_count)::text FROM clv_detail(clv(1, 2, 3, 4))), '(1,2,3,4,,)', 'what a model holds');
SELECT is(pg_temp.error_of(format('SELECT %L::align.clv', t)), '22P02 | invalid clv: ' || fault || ' | r, alpha, a and b are numbers above 0, and so are p, q and gamma, which may be missing together.'
    || $$ | Write '{"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}', or take what clv_fit gives.$$, fault)
FROM (VALUES ('[1]', 'it is no JSON object'), ('{"r": 1, "alpha": 1, "a": 1}', 'b is missing'), ('{"r": 1, "alpha": 1, "a": 1, "b": 0}', 'b is 0'), ('{"r": 1, "alpha": 1, "a": -2, "b": 1}', 'a is -2'),
    ('{"r": "x", "alpha": 1, "a": 1, "b": 1}', 'r is no number'), ('{"r": 1, "alpha": 1, "a": 1, "b": 1, "p": 2}', 'q is missing'), ('{"r": 1, "alpha": 1, "a": 1, "b": 1, "c": 1}', 'it has a member that is not known'),
    ('{"r": 1e400, "alpha": 1, "a": 1, "b": 1}', 'r is Infinity'), ('{"r": 1, "alpha": 1, "a": 1, "b": 1, "customer_count": 1.5}', 'customer_count is 1.5')) v(t, fault);
SELECT is(pg_temp.error_of('SELECT align.clv(1, 1, ''NaN'', 1)'), '22023 | invalid clv: a is missing | r, alpha, a and b are numbers above 0, and so are p, q and gamma, which may be missing together. | Take the parameters that clv_fit gives.', 'NaN is no parameter');
SELECT matches(pg_temp.error_of($$SELECT '{"state": "AQA="}'::align.clv_input$$), '^22P02 \| invalid clv_input \|', 'an edited input');
-- version, rows, repeats, recency in 8 bytes, age in 8, mean in 8: from byte 20 on
SELECT is(pg_temp.error_of(format('SELECT %L::align.clv_input', regexp_replace(i::text, '"state": ".*"', '"state": "' || encode(overlay(clv_input_send(i) PLACING float8send(5) FROM 20), 'base64') || '"'))),
    '22P03 | invalid clv_input in binary input | It has a mean amount of a customer without repeat purchases. | Send the value as it was received.', 'a mean of no purchases')
FROM (SELECT clv_input(0, 0, 20)) s(i);

-- what no customer can have, and no fit
SELECT is(pg_temp.error_of('SELECT align.alive(align.clv(1, 1, 1, 1), -1, 0, 1)'), '22023 | invalid number of repeat purchases: -1 | It counts the purchases after the first one. | Write 0 for a customer who bought once.', 'fewer than no purchases');
SELECT is(pg_temp.error_of(format('SELECT align.clv_input(%s)', a)), '22023 | invalid recency and age: ' || f || ' | Recency runs from the first purchase to the last, age from the first until now: 0 <= recency <= age. | Give both in one unit, such as weeks.', 'recency and age: ' || f)
FROM (VALUES ('2, 30, 20', '30 and 20'), ('2, -1, 20', '-1 and 20'), ($$2, 'NaN', 20$$, 'NaN and 20'), ($$2, 3, 'NaN'$$, '3 and NaN'), ($$2, 3, 'Infinity'$$, '3 and Infinity')) v(a, f);
SELECT is(pg_temp.error_of('SELECT align.expected_purchases(align.clv(1, 1, 1, 1), 1, 0, 3, 4)'), '22023 | invalid recency: 3 with 0 repeat purchases | Repeat purchases come after the first one, and without them recency is 0. | Count the purchases of one day as one.', 'recency without purchases');
SELECT matches(pg_temp.error_of('SELECT align.clv_input(2, 0, 4)'), '^22023 \| invalid recency: 0 with 2 repeat', 'purchases without recency');
SELECT is(pg_temp.error_of(format('SELECT align.expected_spend(align.clv(1, 1, 1, 1), 1, %L)', m)), '22023 | invalid mean amount: ' || m || $$ | The mean amount of a customer's repeat purchases is above 0. | Write NULL where it is not known.$$, 'mean amount: ' || m)
FROM unnest('{0,-3,NaN,Infinity}'::text[]) m;
SELECT is(pg_temp.error_of(format('SELECT align.expected_purchases(align.clv(1, 1, 1, 1), %L)', h)), '22023 | invalid horizon: ' || h || ' | A horizon is a time from now on, in the unit of recency and age. | Write 52 for a year of weeks.', 'horizon: ' || h)
FROM unnest('{-1,NaN,Infinity}'::text[]) h;
SELECT is(pg_temp.error_of('SELECT align.expected_purchases(align.clv(1, 1, 1, 1), 1e9)'), '22023 | invalid horizon: 1000000000 for a customer of age 0 | It would take more than 1000000 terms. | Ask for a shorter time.', 'a horizon of ages');
SELECT is(pg_temp.error_of('SELECT align.customer_lifetime_value(align.clv(1, 1, 1, 1), 0, 0, 1, NULL, 0)'), '22023 | invalid number of months: 0 | A lifetime value looks 1 to 1200 months ahead. | Write 36 for three years.', 'no months');
SELECT is(pg_temp.error_of('SELECT align.customer_lifetime_value(align.clv(1, 1, 1, 1), 0, 0, 1, NULL, 12, -0.1)'), '22023 | invalid discount: -0.1 | A discount is a rate a year, from 0 to 10. | Write 0.1 for 10 % a year.', 'a negative discount');
SELECT is(pg_temp.error_of('SELECT align.customer_lifetime_value(align.clv(1, 1, 1, 1), 0, 0, 1, NULL, 12, 0, 0)'), '22023 | invalid unit: 0 days | It is the length of the unit of recency and age, above 0 and up to 36525 days. | Write 7 for weeks, 1 for days.', 'no unit');
SELECT is(pg_temp.error_of('SELECT align.clv_fit(align.clv_input(0, 0, i)) FROM generate_series(1, 9) i'), '22000 | how often customers buy: no fit | None of 9 customers bought again. | Take more customers or a longer time.', 'nobody bought again');
SELECT matches(pg_temp.error_of('SELECT align.clv_fit(align.clv_input(5, 38, 39)) FROM generate_series(1, 9) i'),
    '^22000 \| how often customers buy: no fit \| Tried were 4 starts of up to 200 steps each; the last ended at r = .*, alpha = .*, a = .*, b = .*: .*\. \| Customers must differ in how often they buy', 'customers who are all alike');
SELECT matches(pg_temp.error_of('SELECT align.clv_fit(align.clv_input(x, tx, age, CASE WHEN x > 0 THEN 10 END)) FROM public.shopper'),
    '^22000 \| how much customers spend: no fit \| Tried were 4 starts .* p = .*, q = .*, gamma = .*\. \| Customers must differ in what they spend', 'customers who all spend the same');

-- revenue: what a table of it refuses
INSERT INTO account (key, name, segment) VALUES ('a', 'Alpha', 'North'), ('b', 'Beta', 'North'), ('c', 'Gamma', 'South'), ('d', 'Delta', 'South'), ('e', 'Epsilon', NULL), ('f', 'Phi', 'South');
CREATE FUNCTION pg_temp.add(rows text) RETURNS text LANGUAGE sql RETURN pg_temp.error_of('INSERT INTO align.revenue (account, at, kind, amount) SELECT a.id, v.at::date, v.kind, v.amount::numeric FROM (VALUES ' || rows || ') v(key, at, kind, amount) JOIN align.account a ON a.key = v.key');
-- a day is written in one way, whatever the session's DateStyle
SET datestyle = 'German';
SELECT is(pg_temp.add($$('a', '2025-03-01', 'renewal', 5)$$), '23514 | account "a" has a renewal on 2025-03-01 before its first revenue | It has no row of kind new. | A customer begins with a row of kind new; write it first, or in the same statement.', 'no first row');
SELECT is(pg_temp.add($$('a', '2025-03-01', 'renewal', 5), ('a', '2025-03-02', 'new', 5)$$), '23514 | account "a" has a renewal on 2025-03-01 before its first revenue | Its first row of kind new is of 2025-03-02. | A customer begins with a row of kind new; write it first, or in the same statement.', 'a row before the first one names both');
SET datestyle = 'ISO, YMD';
-- a: 100 new, 50 more in February 2025, 30 less in August; b: leaves in April 2025 and comes back in September with 40; c: comes in May 2025;
-- d: leaves for good; e: no market, renewed
SELECT is(pg_temp.add($$('a', '2025-08-01', 'contraction', 30), ('a', '2025-02-01', 'expansion', 50), ('a', '2024-03-01', 'new', 100), ('a', '2025-03-01', 'renewal', 150),
    ('b', '2024-05-10', 'new', 80), ('b', '2025-04-10', 'churn', 80), ('b', '2025-09-01', 'new', 40), ('c', '2025-05-05', 'new', 60), ('d', '2024-06-30', 'new', 20), ('d', '2025-06-30', 'churn', 20),
    ('e', '2024-07-01', 'new', 200), ('e', '2025-07-01', 'renewal', 200)$$), 'no error', 'the order within a statement does not matter');
SELECT is(pg_temp.error_of($$UPDATE align.revenue SET at = '2025-03-05' WHERE kind = 'new' AND account = (SELECT id FROM align.account WHERE key = 'a')$$),
    '23514 | account "a" has an expansion on 2025-02-01 before its first revenue | Its first row of kind new is of 2025-03-05. | A customer begins with a row of kind new; write it first, or in the same statement.', 'the first row moved past another');
SELECT matches(pg_temp.error_of($$DELETE FROM align.revenue WHERE kind = 'new' AND account = (SELECT id FROM align.account WHERE key = 'd')$$), '^23514 \| account "d" has a churn on 2025-06-30 before its first revenue \| It has no row of kind new', 'the first row taken away');
SELECT is(pg_temp.add($$('c', '2025-06-01', 'churn', 60.01)$$), '23514 | account "c" loses more than it has on 2025-06-01 | What recurs would be -0.01 by the end of that day. | A contraction or churn row names the recurring amount that is lost, at most all of it.', 'a loss of more than there is');
SELECT matches(pg_temp.add($$('b', '2025-01-01', 'contraction', 10)$$), '^23514 \| account "b" loses more than it has on 2025-04-10', 'found where it shows, later');
SELECT matches(pg_temp.add(r), '^23514 \| new row for relation "revenue" violates check constraint "' || c || '"', r)
FROM (VALUES ($$('c', '2025-06-01', 'new', '-1')$$, 'revenue_amount_check'), ($$('c', '2025-06-01', 'new', 'NaN')$$, 'revenue_amount_check'), ($$('c', '2025-06-01', 'new', 'Infinity')$$, 'revenue_amount_check'),
    ($$('c', '2025-06-01', 'gift', '1')$$, 'revenue_kind_check'), ($$('c', 'infinity', 'new', '1')$$, 'revenue_at_check')) v(r, c);

-- what each account is worth, by hand
SELECT results_eq($$SELECT account_key, is_customer, recurring_amount, total_amount, first_date, last_date, purchase_count, expected_amount, reason FROM customer_value('2026-01-01Z') ORDER BY 1$$,
    $$VALUES ('a', true, 120::numeric, 300::numeric, date '2024-03-01', date '2025-08-01', 3::bigint, NULL::numeric, 'No model was given.'), ('b', true, 40, 120, '2024-05-10', '2025-09-01', 2, NULL, 'No model was given.'),
        ('c', true, 60, 60, '2025-05-05', '2025-05-05', 1, NULL, 'No model was given.'), ('d', false, 0, 20, '2024-06-30', '2025-06-30', 1, NULL, 'No model was given.'), ('e', true, 200, 400, '2024-07-01', '2025-07-01', 2, NULL, 'No model was given.')$$, 'customer_value, by hand');
SELECT results_eq($$SELECT account_key, recurring_amount, total_amount FROM customer_value('2025-05-01Z') ORDER BY 1$$, $$VALUES ('a', 150::numeric, 300::numeric), ('b', 0, 80), ('d', 20, 20), ('e', 200, 200)$$, 'and of an earlier day');
-- purchases of a: 1 March 2024, 1 February 2025 (337 days), 1 March 2025 (365 days); until 1 January 2026 671 days
SELECT results_eq($$SELECT account_key, repeat_count, round(recency_weeks * 7), round(age_weeks * 7), mean_amount::numeric(9, 2) FROM customer_history('2026-01-01Z') WHERE account_key IN ('a', 'c') ORDER BY 1$$,
    $$VALUES ('a', 2::bigint, 365::numeric, 671::numeric, 100.00), ('c', 0, 0, 241, NULL)$$, 'customer_history, by hand');
SELECT results_eq($$SELECT account_key, alive_ratio IS NULL, reason FROM customer_value('2026-01-01Z', pg_temp.cdnow()) ORDER BY 1$$, $$VALUES ('a', false, NULL), ('b', false, NULL), ('c', false, NULL), ('d', true, 'It left on 2025-06-30.'), ('e', false, NULL)$$, 'a model is for those who may still buy');
SELECT is((SELECT (alive_ratio, expected_amount)::text FROM customer_value('2026-01-01Z', pg_temp.cdnow(), 24, 0.05) WHERE account_key = 'a'),
    (SELECT (round(alive(pg_temp.cdnow(), 2, 365 / 7.0, 671 / 7.0)::numeric, 6), round(customer_lifetime_value(pg_temp.cdnow(), 2, 365 / 7.0, 671 / 7.0, 100, 24, 0.05)::numeric, 2))::text), 'expected value is that of its history');
SELECT is((SELECT reason FROM customer_value('2026-01-01Z', clv(1, 1, 1, 1)) WHERE account_key = 'a'), 'The model knows no mean amount for it.', 'a model without amounts');
SELECT is((SELECT count(*) FROM customer_value('2020-01-01Z')), 0::bigint, 'nobody had bought yet');
SELECT is((SELECT sum(recurring_amount) FROM account_value), 420::numeric, 'account_value');

-- the top ones
SELECT results_eq($$SELECT market, customer_order, account_key, recurring_amount, recurring_ratio FROM top_customers(3, at => '2026-01-01Z')$$,
    $$VALUES (NULL, 1::bigint, 'e', 200::numeric, 0.476190), (NULL, 2, 'a', 120, 0.285714), (NULL, 3, 'c', 60, 0.142857)$$, 'top_customers');
SELECT results_eq($$SELECT market, customer_order, account_key, recurring_ratio FROM top_customers(1, true, '2026-01-01Z')$$, $$VALUES ('North', 1::bigint, 'a', 0.750000), ('South', 1, 'c', 1.000000), (NULL, 1, 'e', 1.000000)$$, 'of each market');
SELECT is(pg_temp.error_of('SELECT align.top_customers(' || n || ')'), '22023 | invalid number of customers: ' || n || ' | At least one customer is asked for. | Write 10 for the top ten.', 'top ' || n) FROM (VALUES ('0'), ('-1'), ('NULL')) v(n);

-- retention of 2025. At its start 400: a 100, b 80, d 20, e 200. At its end a 120, b 40 (left and back), d 0, e 200 = 360; c is new and not of them.
-- gross (100 + 40 + 0 + 200) / 400 = 0.85; net 360 / 400 = 0.9; kept 3 of 4
SELECT is((SELECT r::text FROM customer_retention('2025', at => '2026-01-01Z') r), '(,2025-01-01,2025-12-31,4,3,1,400,20,40,20,360,0.850000,0.900000,0.750000,)', 'retention, by hand');
SELECT results_eq($$SELECT market, start_amount, end_amount, gross_ratio, net_ratio, kept_ratio FROM customer_retention('2025', true, '2026-01-01Z')$$,
    $$VALUES ('North', 180::numeric, 160::numeric, 0.777778, 0.888889, 1.000000), ('South', 20, 0, 0.000000, 0.000000, 0.000000), (NULL, 200, 200, 1.000000, 1.000000, 1.000000)$$, 'of each market');
-- by 1 June 2025: a 150, b 0, d 20, e 200 = 370
SELECT is((SELECT r::text FROM customer_retention('2025', at => '2025-06-01Z') r), '(,2025-01-01,2025-06-01,4,3,1,400,50,0,80,370,0.800000,0.925000,0.750000,"The period lasts until 2025-12-31; this is so far.")', 'a period that is not over');
SET datestyle = 'German';
SELECT is((SELECT reason FROM customer_retention('2025', at => '2025-06-01Z')), 'The period lasts until 2025-12-31; this is so far.', 'in every session the same');
SET datestyle = 'ISO, YMD';
SELECT is((SELECT r::text FROM customer_retention('2024', at => '2026-01-01Z') r), '(,2024-01-01,2024-12-31,0,0,0,0,0,0,0,0,,,,"There was no customer at its start.")', 'nobody to keep') ;
SELECT is((SELECT reason FROM customer_retention('2027', at => '2026-01-01Z') r), 'The period has not begun.', 'a period to come');
SELECT matches(pg_temp.error_of($$SELECT align.customer_retention('next year')$$), '^22P02 \| invalid period', 'no period');

-- the flow of value. Q1: a + 50. Q2: b - 80, d - 20, c + 60. Q3: a - 30, b + 40 as anew. Q4: nothing
SELECT results_eq($$SELECT period_name, start_amount, kept_amount, increased_amount, created_amount, reduced_amount, lost_amount, end_amount, renewed_amount, created_count, kept_count, lost_count FROM value_flow('2025', at => '2026-01-01Z')$$,
    $$VALUES ('2025-Q1', 400::numeric, 400::numeric, 50::numeric, 0::numeric, 0::numeric, 0::numeric, 450::numeric, 150::numeric, 0::bigint, 4::bigint, 0::bigint), ('2025-Q2', 450, 350, 0, 60, 0, 100, 410, 0, 1, 2, 2),
        ('2025-Q3', 410, 380, 0, 40, 30, 0, 420, 200, 1, 3, 0), ('2025-Q4', 420, 420, 0, 0, 0, 0, 420, 0, 0, 4, 0)$$, 'value_flow, by hand');
SELECT is((SELECT count(*) FROM value_flow('2025', 'month', '2025-06-15Z') WHERE kept_amount + reduced_amount + lost_amount = start_amount AND kept_amount + increased_amount + created_amount = end_amount), 6::bigint, 'by months that have begun; the parts add up');
SELECT is((SELECT (start_amount, end_amount, created_count)::text FROM value_flow('2023', 'year')), '(0,0,0)', 'a year without customers');

-- cohorts: a came in 2024-Q1, b and d in Q2 (80 + 20), e in Q3, c in 2025-Q2
SELECT results_eq($$SELECT cohort, age, customer_count, kept_count, kept_ratio, first_amount, recurring_amount, recurring_ratio FROM customer_cohort('quarter', '2026-01-01Z') WHERE cohort = '2024-Q2' ORDER BY age$$,
    $$VALUES ('2024-Q2', 0, 2::bigint, 2::bigint, 1.000000, 100::numeric, 100::numeric, 1.000000), ('2024-Q2', 1, 2, 2, 1.000000, 100, 100, 1.000000), ('2024-Q2', 2, 2, 2, 1.000000, 100, 100, 1.000000), ('2024-Q2', 3, 2, 2, 1.000000, 100, 100, 1.000000),
        ('2024-Q2', 4, 2, 0, 0.000000, 100, 0, 0.000000), ('2024-Q2', 5, 2, 1, 0.500000, 100, 40, 0.400000), ('2024-Q2', 6, 2, 1, 0.500000, 100, 40, 0.400000)$$, 'customer_cohort, by hand');
SELECT results_eq($$SELECT cohort, max(age), max(recurring_ratio) FROM customer_cohort('year', '2026-02-01Z') GROUP BY 1 ORDER BY 1$$, $$VALUES ('2024', 1, 1.000000), ('2025', 0, 1.000000)$$, 'years that are over');
SELECT is((SELECT count(*) FROM customer_cohort(at => '2020-01-01Z')), 0::bigint, 'no customers, no cohorts');
-- a fiscal year from February on
SAVEPOINT before;
UPDATE setting SET value = '2' WHERE key = 'fiscal_start_month';
SELECT results_eq($$SELECT period_name, start_date FROM value_flow('FY2025@Feb', at => '2026-01-01Z')$$, $$VALUES ('FY2025-Q1@Feb', date '2024-02-01'), ('FY2025-Q2@Feb', '2024-05-01'), ('FY2025-Q3@Feb', '2024-08-01'), ('FY2025-Q4@Feb', '2024-11-01')$$, 'fiscal quarters');
SELECT is_empty($$SELECT cohort FROM customer_cohort(at => '2026-01-01Z') WHERE cohort NOT LIKE 'FY%@Feb'$$, 'and cohorts of them');
ROLLBACK TO before;

-- which segments come first: of Big 40 of 200 leads were won, for 1,000; of Lucky 2 of 2, for 3,000; of Wide none of 300
INSERT INTO lead (key, segment, source) SELECT s || i, s, CASE WHEN i % 2 = 0 THEN 'Web' ELSE 'Fair' END FROM (VALUES ('Big', 200), ('Lucky', 2), ('Wide', 300)) v(s, n), generate_series(1, n) i;
INSERT INTO stage_event (lead, at, stage) SELECT id, '2025-01-10Z', 'lead' FROM lead;
INSERT INTO stage_event (lead, at, stage) SELECT id, timestamptz '2025-01-10Z' + substr(key, 4)::int * interval '1 day', 'customer' FROM lead WHERE segment = 'Big' AND substr(key, 4)::int <= 40;
INSERT INTO stage_event (lead, at, stage) SELECT id, '2025-01-12Z', 'customer' FROM lead WHERE segment = 'Lucky';
INSERT INTO deal (key, lead, amount, outcome) SELECT 'D' || id, id, CASE segment WHEN 'Big' THEN 1000 ELSE 3000 END + CASE WHEN source = 'Web' THEN 1 ELSE -1 END * CASE segment WHEN 'Big' THEN 100 ELSE 500 END, 'won'
FROM lead WHERE segment = 'Lucky' OR (segment = 'Big' AND substr(key, 4)::int <= 40);
-- what is won after the instant counts for nothing
INSERT INTO deal (key, lead, amount, closed_at, outcome) SELECT 'later', id, 500000, '2026-03-01Z', 'won' FROM lead WHERE key = 'Big2';
-- a win after the window is none; who still has time is open
INSERT INTO lead (key, segment) VALUES ('late', 'Wide'), ('young', 'Wide'), ('other', 'Wide');
INSERT INTO stage_event (lead, at, stage) SELECT id, CASE key WHEN 'late' THEN '2025-01-10Z'::timestamptz WHEN 'young' THEN '2025-12-01Z' ELSE '2024-12-31Z' END, 'lead' FROM lead WHERE key IN ('late', 'young', 'other');
INSERT INTO stage_event (lead, at, stage) SELECT id, '2025-10-10Z', 'customer' FROM lead WHERE key = 'late';
DELETE FROM stage_event WHERE lead = (SELECT id FROM lead WHERE key = 'Wide300');
-- by hand for Big. Win rate drawn to the whole: (20 x 42 / 502 + 40) / 220 = 0.189424; Wilson, n = 200, z = 1.644854: 0.148110.
-- Amount: the whole has mean 46000 / 42 = 1095.238 and variance 207781.65; (10 x 1095.238 + 40000) / 50 = 1019.048;
-- which is above its own 1000 and so counts for expected_amount alone; variance (10 x 207781.65 + 39 x 10256.41) / 49 = 50567.68;
-- 1000 - z x sqrt(50567.68 / 40) = 941.52. 0.148110 x 941.52 = 139.45
SELECT results_eq($$SELECT priority_order, segment, lead_count, open_count, won_count, win_ratio, low_win_ratio, mean_amount, low_mean_amount, expected_amount, low_expected_amount FROM segment_priority('2025', at => '2026-01-01Z')$$,
    $$VALUES (1::bigint, 'Big', 200::bigint, 0::bigint, 40::bigint, 0.200000, 0.148110, 1000.00, 941.52, 193.03, 139.45), (2, 'Wide', 300, 1, 0, 0.000000, 0.000000, NULL, 345.46, 5.73, 0.00), (3, 'Lucky', 2, 0, 2, 1.000000, 0.016928, 3000.00, 849.65, 235.88, 14.38)$$,
    'segment_priority, by hand: the lucky small one does not stand first');
SELECT is((SELECT mean_amount FROM segment_priority('2025', at => '2026-04-01Z') WHERE segment = 'Big'), 13500.00, 'later it counts: (40 x 1000 + 500000) / 40');
-- days 1 to 40: the median is the 20th, its interval from the floor((40 - 10.4) / 2) = 14th to the ceil((40 + 10.4) / 2) + 1 = 27th
SELECT is((SELECT (p50_days, low_p50_days, high_p50_days)::text FROM segment_priority('2025', at => '2026-01-01Z') WHERE segment = 'Big'), '(20.00,14.00,27.00)', 'speed, by hand');
SELECT is((SELECT (p50_days, low_p50_days, high_p50_days)::text FROM segment_priority('2025', at => '2026-01-01Z') WHERE segment = 'Lucky'), '(2.00,,)', 'too few for an interval');
SELECT results_eq($$SELECT segment, reason FROM segment_priority('2025', at => '2026-01-01Z')$$, $$VALUES ('Big', '40 of 200 leads won, at least 14.8 %; at least 942 a win: at least 139 a lead.'),
    ('Wide', '0 of 300 leads won, at least 0.0 %; at least 345 a win: at least 0 a lead. Few wins, so it leans on the whole.'), ('Lucky', '2 of 2 leads won, at least 1.7 %; at least 850 a win: at least 14 a lead. Too few leads to stand before others.')$$, 'in words');
SELECT results_eq($$SELECT segment, source, lead_count FROM segment_priority('2025', 'both', at => '2026-01-01Z') WHERE segment = 'Big' ORDER BY 2$$, $$VALUES ('Big', 'Fair', 100::bigint), ('Big', 'Web', 100)$$, 'by both');
SELECT results_eq($$SELECT source, lead_count, won_count FROM segment_priority('2025', 'source', at => '2026-01-01Z') ORDER BY 1$$, $$VALUES ('Fair', 251::bigint, 21::bigint), ('Web', 250, 21), (NULL, 1, 0)$$, 'by source');
SELECT results_eq($$SELECT segment, reason, low_expected_amount FROM segment_priority('2025-12', at => '2026-01-01Z')$$, $$VALUES ('Wide', 'No lead has had its time yet.', NULL::numeric)$$, 'only open leads');
SELECT is((SELECT count(*) FROM segment_priority('2030', at => '2026-01-01Z')), 0::bigint, 'no leads');
SELECT is(pg_temp.error_of($$SELECT align.segment_priority('2025', 'colour')$$), '22023 | invalid grouping: "colour" | There are: segment, source, both. | Write segment for a row per market segment.', 'another grouping');
SELECT is(pg_temp.error_of($$SELECT align.segment_priority('2025', within => '0 days')$$), $$22023 | invalid window: 00:00:00 | A lead has some time to become a customer. | Write '180 days'.$$, 'no window');
-- clocks go forward in March: 719.5 hours are within 30 days everywhere
INSERT INTO lead (key, segment) VALUES ('zone', 'Zone');
INSERT INTO stage_event (lead, at, stage) SELECT l.id, e.at::timestamptz, e.stage::stage FROM lead l CROSS JOIN (VALUES ('2031-03-01 12:00Z', 'lead'), ('2031-03-31 11:30Z', 'customer')) e(at, stage) WHERE l.key = 'zone';
SET timezone = 'America/New_York';
SELECT is((SELECT won_count FROM segment_priority('2031-03', within => '30 days', at => '2032-01-01Z')), 1::bigint, 'the window is the same in every time zone');
SET timezone = 'UTC';
UPDATE deal SET amount = NULL WHERE lead <> (SELECT id FROM lead WHERE key = 'Big1');
SELECT results_eq($$SELECT segment, low_expected_amount, reason FROM segment_priority('2025', at => '2026-01-01Z') WHERE segment = 'Big'$$, $$VALUES ('Big', NULL::numeric, 'Fewer than two won deals of all have an amount.')$$, 'no amounts');

SELECT * FROM finish();
ROLLBACK;
