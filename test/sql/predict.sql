\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(143);

-- The days on which tennis was played (Quinlan, Induction of Decision Trees, Machine Learning 1, 1986, table 1;
-- Mitchell, Machine Learning, 1997, table 3.2).
CREATE TEMP TABLE tennis AS
SELECT jsonb_build_object('outlook', outlook, 'temperature', temperature, 'humidity', humidity, 'wind', wind) AS day, played FROM (VALUES
    ('sunny', 'hot', 'high', 'weak', false), ('sunny', 'hot', 'high', 'strong', false), ('overcast', 'hot', 'high', 'weak', true),
    ('rain', 'mild', 'high', 'weak', true), ('rain', 'cool', 'normal', 'weak', true), ('rain', 'cool', 'normal', 'strong', false),
    ('overcast', 'cool', 'normal', 'strong', true), ('sunny', 'mild', 'high', 'weak', false), ('sunny', 'cool', 'normal', 'weak', true),
    ('rain', 'mild', 'normal', 'weak', true), ('sunny', 'mild', 'normal', 'strong', true), ('overcast', 'mild', 'high', 'strong', true),
    ('overcast', 'hot', 'normal', 'weak', true), ('rain', 'mild', 'high', 'strong', false)) d (outlook, temperature, humidity, wind, played);
CREATE TEMP TABLE taught AS SELECT train(day, played) AS model, '{"outlook": "sunny", "temperature": "cool", "humidity": "high", "wind": "strong"}'::jsonb AS day FROM tennis;

-- Mitchell, section 6.9.1, without smoothing: P(yes) = 9/14 * 2/9 * 3/9 * 3/9 * 3/9 = 0.0053, P(no) = 5/14 * 3/5 * 1/5 * 4/5 * 3/5 = 0.0206;
-- he concludes that no has the probability 0.0206 / (0.0206 + 0.0053) = 0.795
SELECT is(round((9.0 / 14 * 2 / 9 * 3 / 9 * 3 / 9 * 3 / 9), 4) || ' ' || round((5.0 / 14 * 3 / 5 * 1 / 5 * 4 / 5 * 3 / 5), 4), '0.0053 0.0206', 'the book''s figures');
SELECT is((SELECT round(1 - predict(model, day, 1e-9)::numeric, 3) FROM taught), 0.795, 'almost without smoothing: the book''s 0.795');
SELECT ok((SELECT abs(predict(model, day, 1e-9) - (9.0 / 14 * 2 / 9 / 27) / (9.0 / 14 * 2 / 9 / 27 + 5.0 / 14 * 3 / 5 * 1 / 5 * 4 / 5 * 3 / 5)) < 1e-8 FROM taught), 'to eight digits');
-- smoothing 1 by hand: prior 10/6 = 5/3; sunny (3/12)/(4/8) = 1/2; cool (4/12)/(2/8) = 4/3; high (4/11)/(5/7) = 28/55; strong (4/11)/(4/7) = 7/11;
-- odds 5/3 * 1/2 * 4/3 * 28/55 * 7/11 = 11760/32670 = 392/1089, probability 392/1481
SELECT ok((SELECT abs(predict(model, day) - 392.0 / 1481) < 1e-15 FROM taught), 'smoothing 1, by hand');
-- smoothing 2: prior 11/7; sunny (4/15)/(5/11) = 44/75; odds 484/525, probability 484/1009
SELECT ok((SELECT abs(predict(model, '{"outlook": "sunny"}', 2) - 484.0 / 1009) < 1e-15 FROM taught), 'smoothing 2, by hand');
SELECT results_eq('SELECT feature, value, won_count, lost_count, round(odds_ratio::numeric, 12) FROM taught, explain(model, day)',
    $$VALUES (NULL, NULL, 9::bigint, 5::bigint, round(5/3.0, 12)), ('outlook', 'sunny', 2, 3, round(1/2.0, 12)), ('humidity', 'high', 3, 4, round(28/55.0, 12)),
             ('wind', 'strong', 3, 3, round(7/11.0, 12)), ('temperature', 'cool', 3, 1, round(4/3.0, 12))$$, 'explain: the prior, then what weighs most, by hand');
SELECT ok((SELECT abs(sum(log_odds) - (SELECT ln(predict(model, day) / (1 - predict(model, day))) FROM taught)) < 1e-14 FROM taught, explain(model, day)), 'its parts add up to the log odds of predict');
SELECT ok((SELECT bool_and(abs(exp(log_odds) - odds_ratio) < 1e-15) FROM taught, explain(model, day)), 'odds_ratio is e to the log_odds');
SELECT ok((SELECT abs(sum(log_odds) - (SELECT ln(predict(model, day, 0.25) / (1 - predict(model, day, 0.25))) FROM taught)) < 1e-14 FROM taught, explain_smoothed(model, day, 0.25)), 'also with another smoothing');
SELECT results_eq($$SELECT feature, value, won_count, lost_count, round(log_odds::numeric, 12) FROM taught, features(model) WHERE feature IN ('outlook', 'wind')$$,
    $$VALUES ('outlook', 'overcast', 4::bigint, 0::bigint, round(ln((5/12.0) / (1/8.0)), 12)), ('outlook', 'rain', 3, 2, round(ln((4/12.0) / (3/8.0)), 12)), ('outlook', 'sunny', 2, 3, round(ln(1/2.0), 12)),
             ('wind', 'strong', 3, 3, round(ln(7/11.0), 12)), ('wind', 'weak', 6, 2, round(ln((7/11.0) / (3/7.0)), 12))$$, 'features, by hand');
SELECT is((SELECT won_count(model) || ' ' || lost_count(model) FROM taught), '9 5', 'won_count, lost_count');

-- what is unknown says nothing
SELECT ok((SELECT abs(predict(model, '{}') - 10.0 / 16) < 1e-15 FROM taught), 'no feature: the prior');
SELECT is(predict(model, day || '{"outlook": null, "wind": [1], "snow": true, "temperature": "icy"}'), predict(model, '{"humidity": "high"}'), 'null, an array, a feature and a value never seen') FROM taught;
SELECT is(predict(model, '{"outlook": 3, "wind": 1e400}'), predict(model, '{}'), 'a number where only texts were seen') FROM taught;
SELECT results_eq($$SELECT feature, value, won_count, lost_count, log_odds, odds_ratio FROM taught, explain(model, '{"snow": true, "temperature": "icy", "day": 5, "wind": null}') WHERE feature IS NOT NULL$$,
    $$VALUES ('day', '[4, 8)', 0::bigint, 0::bigint, 0::float8, 1::float8), ('snow', 'true', 0, 0, 0, 1), ('temperature', 'icy', 0, 0, 0, 1)$$, 'explain shows what the model has not seen, and leaves out null');
SELECT is((SELECT predict(model, NULL) FROM taught), NULL, 'no features, no probability');
SELECT is(predict(NULL, '{}'), NULL, 'no model, no probability');
SELECT is((SELECT count(*) FROM explain(NULL, '{}')), 0::bigint, 'no model, no explanation');

-- fields of an object
CREATE FUNCTION pg_temp.seen(features jsonb, cuts jsonb DEFAULT NULL) RETURNS text LANGUAGE sql AS
    $$SELECT string_agg(feature || '=' || value, '; ') FROM align.features((SELECT align.train(features, true, cuts)))$$;
SELECT is(pg_temp.seen('{"a": "x", "b": true, "c": false, "d": 0, "e": null, "f": [1, "y"], "g": {}, "h": ""}'), 'a=x; b=true; c=false; d=0; h=', 'texts, booleans and numbers; not null, arrays and empty objects');
SELECT is(pg_temp.seen('{"company": {"size": 9, "place": {"city": "Rome"}, "": "x"}, "": {"": 1}}'), '.=[1, 2); company.=x; company.place.city=Rome; company.size=[8, 16)', 'nested objects by path');
SELECT is((SELECT string_agg(feature || '=' || value || ' ' || won_count, '; ') FROM features((SELECT train('{"a.b": "x", "a": {"b": "x"}}', true)))), 'a.b=x 2', 'one path is one feature');
SELECT is((SELECT string_agg(value || ' ' || won_count, '; ') FROM features((SELECT train(f, true) FROM (VALUES ('{"a": "true"}'::jsonb), ('{"a": true}'), ('{"a": 1}'), ('{"a": "1"}')) v (f)))),
    '[1, 2) 1; 1 1; true 2', 'a boolean is its text, a number is not');
SELECT is(pg_temp.seen('{"a1": {"a2": {"a3": {"a4": {"a5": {"a6": {"a7": {"a8": 1, "b8": {"a9": 1}}}}}}}}}'), 'a1.a2.a3.a4.a5.a6.a7.a8=[1, 2)', 'eight objects deep, not nine');
SELECT is(pg_temp.seen(jsonb_build_object('a', repeat('x', 200), 'b', repeat('x', 201), repeat('k', 200), 1, repeat('k', 201), 2)), format('a=%s; %s=[1, 2)', repeat('x', 200), repeat('k', 200)), 'values and names of 200 bytes, not 201');
SELECT is(pg_temp.seen(jsonb_build_object('a', jsonb_build_object(repeat('k', 198), 1, repeat('k', 199), 2), repeat('k', 200), jsonb_build_object('a', 1))), format('a.%s=[1, 2)', repeat('k', 198)), 'so with paths');
SELECT is((SELECT count(*) || ' ' || count(DISTINCT feature) FROM features((SELECT train((SELECT jsonb_object_agg('key ' || i, i % 2 = 0) FROM generate_series(1, 300) i), true)))), '300 300', 'an object of 300 fields');

-- bins of numbers
SELECT is(pg_temp.seen(jsonb_build_object('a', n)), 'a=' || bin, 'powers of two: ' || n) FROM (VALUES
    (0, '0'), (1, '[1, 2)'), (1.9999999999999999999999999999999, '[1, 2)'), (2, '[2, 4)'), (2.000, '[2, 4)'), (1023.999, '[512, 1024)'), (1024, '[1024, 2048)'),
    (0.5, '[0.5, 1)'), (0.4999999999999999999999999999999, '[0.25, 0.5)'), (0.00000095367431640625, '[0.00000095367431640625, 0.0000019073486328125)'), (0.00000095367431640624, '0'),
    (-1, '[-1, -0.5)'), (-1.0000000000000000000000000000001, '[-2, -1)'), (-3, '[-4, -2)'), (-0.00000095367431640625, '0'), (-0.00000095367431640626, '[-0.0000019073486328125, -0.00000095367431640625)'),
    (9007199254740993, '[9007199254740992, 18014398509481984)'), (9007199254740991.999, '[4503599627370496, 9007199254740992)'),
    (4611686018427387904, '>= 4611686018427387904'), (1e300, '>= 4611686018427387904'), (-4611686018427387904, '[-4611686018427387904, -2305843009213693952)'), (-1e300, '< -4611686018427387904')) v (n, bin);
SELECT is(pg_temp.seen(jsonb_build_object('a', n, 'b', jsonb_build_object('c', n)), '{"a": [-1, 0.10, 50.5], "b.c": [10]}'), expected, 'cuts: ' || n) FROM (VALUES
    (-1.00001, 'a=< -1; b.c=< 10'), (-1.0, 'a=[-1, 0.1); b.c=< 10'), (0.09999999999999999999999999999, 'a=[-1, 0.1); b.c=< 10'), (0.1, 'a=[0.1, 50.5); b.c=< 10'), (50.5, 'a=>= 50.5; b.c=>= 10')) v (n, expected);
SELECT is(pg_temp.seen('{"a": 5, "b": 5, "c": "x"}', '{"a": [5], "c": [1]}'), 'a=>= 5; b=[4, 8); c=x', 'a field without cuts beside one that has them');
SELECT is((SELECT cuts(train('{}', true, '{"size": [10.00, 50.5], "a": [1e2]}'))), '{"size": [10, 50.5], "a": [100]}'::jsonb, 'cuts() gives them back');
SELECT is((SELECT cuts(train('{}', true, '{}'))), NULL, 'empty cuts are none');
SELECT is((SELECT train('{"a": 1}', true, NULL)), (SELECT train('{"a": 1}', true)), 'NULL cuts are none');
SELECT is((SELECT train('{"a": 1}', true, c) FROM (VALUES ('{"a": [1, 2.50], "bb": [3]}'::jsonb), ('{"bb": [3.0], "a": [1.0, 2.5]}')) v (c)),
    (SELECT train('{"a": 1}', true, '{"a": [1, 2.5], "bb": [3]}') FROM generate_series(1, 2)), 'the same cuts in other words');

-- many rows, against plain SQL
CREATE TEMP TABLE many AS
SELECT jsonb_strip_nulls(jsonb_build_object('source', (ARRAY['web', 'event', 'partner', NULL])[1 + (h & 3)], 'title', 'title ' || (h >> 2 & 63), 'size', (h >> 8 & 1023) * 0.25,
        'asked', (h >> 18 & 1) = 1, 'deep', jsonb_build_object('visits', h >> 19 & 15))) AS features, (h >> 23 & 7) < 1 + (h & 3) AS won
FROM generate_series(1, 5000) i, LATERAL (SELECT hashint8extended(i, 3) & 9223372036854775807 AS h) x;
CREATE TEMP TABLE plain AS
SELECT feature, bin, count(*) FILTER (WHERE won) AS won_count, count(*) FILTER (WHERE NOT won) AS lost_count
FROM many, LATERAL (VALUES ('source', features ->> 'source'), ('title', features ->> 'title'), ('asked', features ->> 'asked'),
    ('size', width_bucket((features ->> 'size')::numeric, '{10,50,200}')::text), ('deep.visits', width_bucket((features #>> '{deep,visits}')::numeric, '{1,2,5,14}')::text)) v (feature, bin)
WHERE bin IS NOT NULL GROUP BY 1, 2;
CREATE TEMP TABLE learned AS SELECT train(features, won, '{"size": [10, 50, 200], "deep.visits": [1, 2, 5, 14]}') AS model FROM many;
SELECT cmp_ok((SELECT count(*) FROM plain), '>', 70::bigint, 'many values');
SELECT bag_eq($$SELECT feature, CASE feature WHEN 'size' THEN array_position('{"< 10","[10, 50)","[50, 200)",">= 200"}', value)::int - 1 WHEN 'deep.visits'
        THEN array_position('{"< 1","[1, 2)","[2, 5)","[5, 14)",">= 14"}', value)::int - 1 ELSE NULL END, CASE WHEN feature IN ('size', 'deep.visits') THEN NULL ELSE value END, won_count, lost_count FROM learned, features(model)$$,
    $$SELECT feature, CASE WHEN feature IN ('size', 'deep.visits') THEN bin::int END, CASE WHEN feature IN ('size', 'deep.visits') THEN NULL ELSE bin END, won_count, lost_count FROM plain$$, 'counts as plain SQL has them');
CREATE FUNCTION pg_temp.plainly(f jsonb, s float8) RETURNS float8 LANGUAGE sql AS $$
    SELECT 1 / (1 + exp(-((SELECT ln((count(*) FILTER (WHERE won) + s) / (count(*) FILTER (WHERE NOT won) + s)) FROM many)
        + COALESCE(sum(ln((p.won_count + s) / (t.won + s * t.n)) - ln((p.lost_count + s) / (t.lost + s * t.n))), 0))))
    FROM plain p JOIN (SELECT feature, sum(won_count) AS won, sum(lost_count) AS lost, count(*) AS n FROM plain GROUP BY 1) t USING (feature)
    WHERE (p.feature, p.bin) IN (VALUES ('source', f ->> 'source'), ('title', f ->> 'title'), ('asked', f ->> 'asked'),
        ('size', width_bucket((f ->> 'size')::numeric, '{10,50,200}')::text), ('deep.visits', width_bucket((f #>> '{deep,visits}')::numeric, '{1,2,5,14}')::text))$$;
SELECT ok((SELECT bool_and(abs(predict(model, features, 0.5) - pg_temp.plainly(features, 0.5)) < 1e-12) FROM learned, (SELECT features FROM many LIMIT 50) m), 'probabilities as plain SQL has them');
SELECT ok((SELECT bool_and(abs((SELECT sum(log_odds) FROM explain(model, features)) - ln(predict(model, features) / (1 - predict(model, features)))) < 1e-9) FROM learned, (SELECT features FROM many LIMIT 200) m), 'explain adds up for all');

-- order, parallel plans, NULL
CREATE TEMP TABLE model_of_all AS SELECT train(features, won) AS model FROM many;
SELECT is((SELECT train(features, won) FROM (SELECT * FROM many ORDER BY md5(features::text)) m), model, 'input order does not matter') FROM model_of_all;
SELECT is((SELECT train(features, won) FROM (SELECT * FROM many UNION ALL VALUES (NULL::jsonb, true), ('{"source": "web"}', NULL)) m), model, 'rows with NULL are left out') FROM model_of_all;
SELECT is((SELECT train(features, won) FROM many WHERE false), NULL, 'no row is no model');
SELECT is((SELECT won_count(train(NULL, true)) + lost_count(train('{}', NULL))), 0::bigint, 'rows with NULL alone are an empty model');
CREATE TABLE public.predict_many AS SELECT * FROM many;
ANALYZE public.predict_many;
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SELECT matches(pg_temp.plan_of('SELECT align.train(features, won) FROM public.predict_many'), 'Partial Aggregate', 'a parallel plan');
SELECT is((SELECT train(features, won) FROM public.predict_many), model, 'gives the same') FROM model_of_all;
SELECT is((SELECT train(features, won, '{"size": [10, 50, 200], "deep.visits": [1, 2, 5, 14]}') FROM public.predict_many), model, 'with cuts too') FROM learned;
SELECT is((SELECT rollup(m) FROM (SELECT train(features, won) AS m FROM public.predict_many GROUP BY features ->> 'title') s), model, 'rollup of parts') FROM model_of_all;
SELECT is((SELECT train(features, won) FROM public.predict_many WHERE features IS NULL), NULL, 'and nothing of nothing');
RESET max_parallel_workers_per_gather;

-- a group
CREATE TEMP TABLE part AS SELECT i, train(features, won) AS model FROM (SELECT ntile(3) OVER (ORDER BY md5(features::text)) AS i, * FROM many) m GROUP BY i;
SELECT is((SELECT rollup(model) FROM part), model, 'rollup') FROM model_of_all;
SELECT is((SELECT a.model + b.model + c.model FROM part a, part b, part c WHERE (a.i, b.i, c.i) = (1, 2, 3)), model, '+') FROM model_of_all;
SELECT is(model - (SELECT p.model FROM part p WHERE i = 3), (SELECT rollup(p.model) FROM part p WHERE i < 3), '- gives the model of the others, to the last bit') FROM model_of_all;
SELECT is((SELECT a.model - b.model + b.model FROM part a, part b WHERE (a.i, b.i) = (1, 2)), (SELECT model FROM part WHERE i = 1), 'below zero and back');
SELECT is((SELECT (a.model - b.model)::text::model + b.model FROM part a, part b WHERE (a.i, b.i) = (1, 2)), (SELECT model FROM part WHERE i = 1), 'also by text');
SELECT is(model - model, (SELECT train('{}', NULL)), 'a model without itself is empty') FROM model_of_all;
SELECT is((SELECT count(*) FROM model_of_all, features(model - model)), 0::bigint, 'and has no feature');
SELECT ok((SELECT bool_and(log_odds IS NULL) AND min(least(won_count, lost_count)) < 0 FROM part a, part b, features(a.model - b.model) WHERE (a.i, b.i) = (1, 2)), 'counts below zero can be looked at');
SELECT is((SELECT count(*) FROM (SELECT DISTINCT model FROM part UNION ALL SELECT model FROM part) s), 6::bigint, 'models can be told apart');
SELECT is((SELECT count(*) FROM part a JOIN part b ON a.model = b.model), 3::bigint, 'and joined');
SELECT is((SELECT rollup(m) FROM (SELECT model AS m FROM part ORDER BY i DESC) s), model, 'models go through a sort') FROM model_of_all;

-- text and binary
SELECT is(model::text::model, model, 'text reads back to the same') FROM model_of_all;
SELECT is(model::text::model, model, 'with cuts too') FROM learned;
SELECT matches((SELECT train('{"a": "x", "b": 1}', true)::text), '^\{"won": 1, "lost": 0, "features": 2, "values": 2, "state": "[A-Za-z0-9+/=]+"\}$', 'what the text shows');
CREATE TEMP TABLE received (value model);
CREATE FUNCTION pg_temp.receive(bytes bytea) RETURNS model LANGUAGE plpgsql AS $$
DECLARE
    file bytea := '\x5047434f50590aff0d0a000000000000000000' || int2send(1::int2) || int4send(length(bytes)) || bytes || int2send((-1)::int2);
    octal text;
BEGIN
    SELECT string_agg(concat('\0', get_byte(file, i) >> 6, get_byte(file, i) >> 3 & 7, get_byte(file, i) & 7), '' ORDER BY i)
    INTO octal FROM generate_series(0, length(file) - 1) i;
    DELETE FROM pg_temp.received;
    EXECUTE format('COPY pg_temp.received FROM PROGRAM %L (FORMAT binary)', 'printf %b ''' || octal || '''');
    RETURN (SELECT value FROM pg_temp.received);
END $$;
SELECT is(pg_temp.receive(model_send(model)), model, 'so do its bytes') FROM learned;

-- the model as a column, a parameter, a variable: the last one read is kept only as long as it is the same
CREATE TEMP TABLE stored (k int, model model);
INSERT INTO stored SELECT 1, train(features, won) FROM many;
INSERT INTO stored SELECT 2, train(features, NOT won) FROM many;
INSERT INTO stored SELECT 3, train(features || jsonb_build_object('note', md5(features::text)), won) FROM many;
SELECT cmp_ok((SELECT pg_column_size(model) FROM stored WHERE k = 3), '>', 20000, 'one is in a TOAST table');
CREATE TEMP TABLE scored AS SELECT k, n, predict(model, features) AS p FROM (SELECT *, row_number() OVER () AS n FROM many LIMIT 60) m, stored ORDER BY n, k;
SELECT is((SELECT count(*) FROM scored s JOIN scored t USING (n) WHERE (s.k, t.k) = (1, 2) AND abs(s.p + t.p - 1) < 1e-12), 60::bigint, 'models in turns: the opposite outcome has the opposite probability');
SELECT is((SELECT count(*) FROM scored s JOIN scored t USING (n) WHERE (s.k, t.k) = (1, 3) AND abs(s.p - t.p) < 1e-12), 60::bigint, 'also from a TOAST table');
CREATE FUNCTION pg_temp.by_variable() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE m align.model; r record; same boolean := true;
BEGIN
    FOR r IN SELECT k, model, (SELECT features FROM many LIMIT 1) AS f FROM stored, generate_series(1, 2) LOOP
        m := r.model;
        same := same AND align.predict(m, r.f) = (SELECT align.predict(s.model, r.f) FROM stored s WHERE s.k = r.k);
    END LOOP;
    RETURN same;
END $$;
SELECT ok(pg_temp.by_variable(), 'in a variable that changes');
-- after three rows one was won: (1 + 1) / (2 + 1) to 1; after four two of each
SELECT is((SELECT array_agg(round(predict(model, '{}')::numeric, 12)) FROM (SELECT i, train('{"a": 1}', i > 2) OVER (ORDER BY i) AS model FROM generate_series(1, 4) i) s WHERE i > 2),
    ARRAY[0.4, 0.5]::numeric(13, 12)[]::numeric[], 'over a window');

-- results stay strictly between 0 and 1
CREATE TEMP TABLE sure AS SELECT train((SELECT jsonb_object_agg('f' || k, i % 2 = 0) FROM generate_series(1, 200) k), i % 2 = 0) AS model FROM generate_series(1, 1000) i;
SELECT is((SELECT array_agg(predict(model, f, 1e-12) > 0 AND predict(model, f, 1e-12) < 1) FROM sure, (SELECT jsonb_object_agg('f' || k, v) AS f FROM generate_series(1, 200) k, (VALUES (true), (false)) v (v) GROUP BY v) s), '{t,t}', 'above 0 and below 1');
SELECT ok((SELECT bool_and(odds_ratio < 'infinity') FROM sure, explain_smoothed(model, '{"f1": true}', 1e-12)), 'odds are finite');

-- model_quality, over leads of our own. Window 90 days, split at 2025-01-01, as of 2025-07-01.
CREATE TEMP TABLE story (key text, source text, segment text, attrs jsonb, first_at timestamptz, customer_at timestamptz);
INSERT INTO story VALUES
    -- training: web won 2 of 3, event 1 of 3
    ('t1', 'web', 'big', '{"later": true}', '2024-01-01Z', '2024-02-01Z'), ('t2', 'web', NULL, '{"later": true}', '2024-01-01Z', '2024-03-31Z'), ('t3', 'web', NULL, '{}', '2024-01-01Z', NULL),
    ('t4', 'event', NULL, '{"later": true}', '2024-10-03Z', '2025-01-01Z'), ('t5', 'event', NULL, '{}', '2024-05-01Z', NULL),
    ('t6', 'event', NULL, '{}', '2024-05-01Z', '2024-07-30 00:00:01Z'),    -- won a second too late
    -- their window is not over at the split, or at as_of; no event
    ('o1', 'web', NULL, '{}', '2024-10-03 00:00:01Z', '2024-11-01Z'), ('o2', 'web', NULL, '{}', '2024-12-31Z', NULL), ('o3', 'web', NULL, '{}', '2025-04-02 00:00:01Z', '2025-04-03Z'), ('o4', 'web', NULL, '{}', NULL, NULL),
    -- test: web won 2 of 3, event 0 of 2
    ('x1', 'web', NULL, '{"later": true}', '2025-01-01Z', '2025-01-01 00:00:01Z'), ('x2', 'web', NULL, '{"later": true}', '2025-02-01Z', '2025-03-01Z'), ('x3', 'web', NULL, '{"new": 5}', '2025-02-01Z', NULL),
    ('x4', 'event', NULL, '{}', '2025-02-01Z', NULL), ('x5', 'event', NULL, '{}', '2025-04-02Z', '2025-08-01Z');
INSERT INTO lead (key, source, segment, attrs) SELECT key, source, segment, attrs FROM story;
INSERT INTO stage_event (lead, stage, at) SELECT l.id, 'mql'::stage, s.first_at FROM story s JOIN lead l USING (key) WHERE s.first_at IS NOT NULL
    UNION ALL SELECT l.id, 'customer', s.customer_at FROM story s JOIN lead l USING (key) WHERE s.customer_at IS NOT NULL;
-- prior (3 + 1)/(3 + 1); web (3/5)/(2/5) = 3/2: 0.6; event 2/3: 0.4. AUC: of 2 * 3 pairs 2 are tied, 4 right: 5/6.
-- log loss -(2 ln 0.6 + ln 0.4 + 2 ln 0.6)/5, of the base rate 1/2 ln 2; Brier (2 * 0.16 + 0.36 + 2 * 0.16)/5 = 0.2, of the base rate 0.25
CREATE TEMP TABLE quality AS SELECT * FROM model_quality('2025-01-01Z', '90 days', '2025-07-01Z', known => '{source}', bins => 2);
SELECT results_eq('SELECT measure, bin, value, reference, evidence_count FROM quality',
    $$VALUES ('train leads'::text, NULL::int, 6.000000, NULL::numeric, 6::bigint), ('train won', NULL, 3, NULL, 6), ('test leads', NULL, 5, NULL, 5), ('test won', NULL, 2, NULL, 5),
             ('base rate', NULL, 0.4, 0.5, 5), ('auc', NULL, round(5/6.0, 6), 0.5, 5), ('log loss', NULL, round(-(4 * ln(0.6) + ln(0.4)) / 5, 6), round(ln(2.0), 6), 5),
             ('brier', NULL, 0.2, 0.25, 5), ('calibration', 1, 0, 0.4, 2), ('calibration', 2, round(2/3.0, 6), 0.6, 3)$$, 'model_quality, by hand');
SELECT is((SELECT string_agg(measure, ', ') FROM quality WHERE low IS NOT NULL AND low <= value AND value <= high), 'auc', 'the AUC has an interval');
-- what was learned later gives it away: later is true for those who were won alone
UPDATE lead SET attrs = '{"later": false}' WHERE key IN ('t3', 't5', 't6', 'x3', 'x4', 'x5');
-- clocks go back between 3 October and 1 January
SET timezone = 'America/New_York';
SELECT results_eq($$SELECT * FROM model_quality('2025-01-01Z', '90 days', '2025-07-01Z', known => '{source}', bins => 2)$$, 'TABLE quality', 'the window is the same in every time zone');
SET timezone = 'UTC';
SELECT is((SELECT value FROM model_quality('2025-01-01Z', '90 days', '2025-07-01Z') WHERE measure = 'auc'), 1.000000, 'all features: it knows the future');
SELECT is((SELECT value FROM model_quality('2025-01-01Z', '90 days', '2025-07-01Z', known => '{source,segment,nothing}') WHERE measure = 'auc'), round(5/6.0, 6), 'unless that is left out');
SELECT is((SELECT value FROM model_quality('2025-01-01Z', '90 days', '2025-07-01Z', known => '{}') WHERE measure = 'auc'), 0.500000, 'no feature: no better than chance');
-- smoothing 4: web (6/11)/(5/11), prior 7/7: 6/11; Brier (2 * 25 + 36 + 2 * 25)/121/5
SELECT is((SELECT value FROM model_quality('2025-01-01Z', '90 days', '2025-07-01Z', known => '{source}', smoothing => 4) WHERE measure = 'brier'), round(136 / 121.0 / 5, 6), 'with another smoothing');
UPDATE lead SET attrs = jsonb_build_object('size', CASE WHEN key IN ('t1', 't2', 't4', 'x1', 'x2') THEN 5 ELSE 4 END);
SELECT is((SELECT value FROM model_quality('2025-01-01Z', '90 days', '2025-07-01Z', known => '{size}') WHERE measure = 'auc'), 0.500000, '4 and 5 lie in one power of two');
SELECT is((SELECT value FROM model_quality('2025-01-01Z', '90 days', '2025-07-01Z', known => '{size}', cuts => '{"size": [5]}') WHERE measure = 'auc'), 1.000000, 'a cut parts them');
SELECT results_eq($$SELECT measure, value, reference, evidence_count FROM model_quality('2024-04-01Z', '90 days', '2025-07-01Z') WHERE value IS NULL OR measure LIKE 't%'$$,
    $$VALUES ('train leads'::text, 3.000000, NULL::numeric, 3::bigint), ('train won', 2, NULL, 3), ('test leads', 10, NULL, 10), ('test won', 4, NULL, 10)$$, 'an early split');
SELECT results_eq($$SELECT measure, value, reference, evidence_count FROM model_quality('2020-01-01Z', '90 days', '2025-07-01Z')$$,
    $$VALUES ('train leads'::text, 0.000000, NULL::numeric, 0::bigint), ('train won', 0, NULL, 0), ('test leads', 13, NULL, 13), ('test won', 6, NULL, 13), ('base rate', round(6/13.0, 6), NULL, 13),
             ('auc', NULL, 0.5, 13), ('log loss', NULL, NULL, 13), ('brier', NULL, NULL, 13)$$, 'nothing to learn from: NULL, no error');
SELECT is((SELECT string_agg(measure, ', ') FROM model_quality('2026-01-01Z', '90 days', '2026-07-01Z') WHERE value IS NULL), 'base rate, auc, log loss, brier', 'nothing to test on: NULL, no error');

-- errors
SELECT is(pg_temp.error_of('SELECT align.train(''' || f || ''', true)'), '22023 | invalid features: ' || f || ' | The features of a row are a JSON object. | Write {"industry": "software", "employees": 120}.', 'no object: ' || f)
FROM (VALUES ('[1, 2]'), ('"x"'), ('7')) v (f);
SELECT is(pg_temp.error_of($$SELECT align.predict(model, '[]') FROM taught$$), '22023 | invalid features: [] | The features of a row are a JSON object. | Write {"industry": "software", "employees": 120}.', 'nor in predict');
SELECT is(pg_temp.error_of($$SELECT align.explain(model, to_jsonb(repeat('ä', 100))) FROM taught$$), '22023 | invalid features: "' || repeat('ä', 48) || '... | The features of a row are a JSON object. | Write {"industry": "software", "employees": 120}.', 'a long value is cut in the message');
SELECT is(pg_temp.error_of(format('SELECT align.train(''{}'', true, %L)', c)),
    format('22023 | invalid cuts: %s | Cuts are a JSON object of at most 1000 fields: each has an array of 1 to 1000 numbers in ascending order, none twice. No name and no number is longer than 200 bytes. | Write {"employees": [10, 50, 200]}, or NULL for bins by powers of two.', c), 'cuts: ' || c)
FROM (VALUES ('[1, 2]'), ('{"a": 1}'), ('{"a": []}'), ('{"a": [2, 1]}'), ('{"a": [1, 1.0]}'), ('{"a": [1, "2"]}'), ('{"a": [1, [2]]}'), ('{"a": {"b": [1]}}'), ('{"a": null}')) v (c);
SELECT matches(pg_temp.error_of(format('SELECT align.train(''{}'', true, %L)', c)), '^22023 \| invalid cuts: .* \| Cuts are a JSON object', 'cuts: ' || name)
FROM (VALUES ('too many', (SELECT jsonb_build_object('a', jsonb_agg(i)) FROM generate_series(1, 1001) i)), ('a long number', '{"a": [1e201]}'),
    ('a long name', jsonb_build_object(repeat('k', 201), '[1]'::jsonb)), ('too many fields', (SELECT jsonb_object_agg(i, '[1]'::jsonb) FROM generate_series(1, 1001) i))) v (name, c);
SELECT is(pg_temp.error_of(statement), '22023 | different cuts: ' || a || ' and ' || b || ' | A model bins its numbers by one set of cuts. | Give the same cuts to every row, and to every model that is to be added.', name)
FROM (VALUES ('in one group', $$SELECT align.train('{}', true, c) FROM (VALUES ('{"a": [1]}'::jsonb), ('{"a": [1.0]}'), ('{"a": [1], "b": [2]}')) v (c)$$, '{"a": [1]}', '{"a": [1], "b": [2]}'),
    ('NULL after some', $$SELECT align.train('{}', true, c) FROM (VALUES ('{"a": [1]}'::jsonb), (NULL)) v (c)$$, '{"a": [1]}', '{}'),
    ('some after NULL', $$SELECT align.train(NULL, NULL, c) FROM (VALUES (NULL), ('{"a": [1]}'::jsonb)) v (c)$$, '{}', '{"a": [1]}'),
    ('+', $$SELECT align.train('{}', true, '{"a": [1]}') + align.train('{}', true)$$, '{"a": [1]}', '{}'),
    ('-', $$SELECT align.train('{}', true) - align.train('{}', true, '{"a": [1]}')$$, '{}', '{"a": [1]}'),
    ('rollup', $$SELECT align.rollup(m) FROM (SELECT align.train('{}', true, c) AS m FROM (VALUES ('{"a": [1]}'::jsonb), ('{"a": [1, 2]}')) v (c) GROUP BY c ORDER BY length(c::text)) s$$, '{"a": [1]}', '{"a": [1, 2]}')) v (name, statement, a, b);
SELECT is(pg_temp.error_of(format('SELECT align.%s FROM taught', call)), format('22023 | invalid smoothing: %s | It is how many rows are added to each count: more than 0, from 1e-12 to 1e12. | Write 1 for Laplace''s rule.', shown), 'smoothing: ' || call)
FROM (VALUES ('predict(model, ''{}'', 0)', '0'), ('predict(model, ''{}'', -1)', '-1'), ('predict(model, ''{}'', ''NaN'')', 'NaN'), ('predict(model, ''{}'', ''infinity'')', 'Infinity'), ('explain_smoothed(model, ''{}'', 1e13)', '1e+13')) v (call, shown);
SELECT is(pg_temp.error_of(format('SELECT align.predict(%s, ''{}'')', model)), format('22023 | this model cannot predict: it knows %s leads that were won and %s that were not | A probability needs both. | Train it on more leads; won_count and lost_count tell beforehand.', won, lost), name)
FROM (VALUES ('a model of nothing', 'align.train(NULL, true)', 0, 0), ('of wins alone', 'align.train(''{}'', true)', 1, 0), ('of losses alone', 'align.train(''{}'', false)', 0, 1)) v (name, model, won, lost);
SELECT is(pg_temp.error_of(format('SELECT align.%s FROM part a, part b WHERE (a.i, b.i) = (1, 2)', call)), '22023 | this model has counts below zero | It is the difference of two models, and the second is no part of the first. | Add what was taken away too much.', 'below zero: ' || call)
FROM (VALUES ('predict(a.model - b.model, ''{}'')'), ('explain(a.model - b.model, ''{}'')')) v (call);
SELECT is(pg_temp.error_of($$SELECT '{}'::align.model$$), '22P02 | invalid model | Its member "state" is missing or damaged, or the text was edited. | A model is built by the aggregate train; its text is only to be read back.', 'a text that is no model');
SELECT matches(pg_temp.error_of(format('SELECT %L::align.model', replace(model::text, '"won": 9', '"won": 10'))), '^22P02 \| invalid model', 'an edited text') FROM taught;
SELECT is(pg_temp.error_of('SELECT align.train_add(NULL, ''{}'', true)'), '0A000 | this function serves an aggregate | It changes its argument in place. | Call the aggregate instead.', 'called as a plain function');
SELECT matches(pg_temp.error_of($$SET LOCAL align.state_memory = '1MB'; SELECT align.train(jsonb_build_object('note', md5(i::text)), true) FROM generate_series(1, 100000) i$$),
    '^53400 \| a model would take more than 1 MB', 'memory is bounded');

SELECT * FROM finish();
ROLLBACK;
