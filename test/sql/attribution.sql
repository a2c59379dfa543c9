\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(97);

-- credits of a table of (lead, at, channel, won, amount), as text
CREATE TEMP TABLE contact (lead bigint, at timestamptz, channel text, won boolean, amount numeric);
CREATE FUNCTION pg_temp.credit(model text, within interval DEFAULT '90 days', half_life interval DEFAULT '7 days', since timestamptz DEFAULT NULL) RETURNS text LANGUAGE sql AS
    $$SELECT string_agg(format('%s %s', coalesce(channel, '-'), credit_count), ', ') FROM credits((SELECT touch_log(lead, at, channel, won, amount) FROM contact), $1, $2, $3, $4)$$;
CREATE FUNCTION pg_temp.money(model text, within interval DEFAULT '90 days') RETURNS text LANGUAGE sql AS
    $$SELECT string_agg(format('%s %s', coalesce(channel, '-'), credit_amount), ', ') FROM credits((SELECT touch_log(lead, at, channel, won, amount) FROM contact), $1, $2)$$;

-- one path A B C A, two days apart, and an outcome of 100 a day later
INSERT INTO contact VALUES (1, '2026-01-01Z', 'A', false, NULL), (1, '2026-01-03Z', 'B', false, NULL), (1, '2026-01-05Z', 'C', false, NULL), (1, '2026-01-07Z', 'A', false, NULL),
    (1, '2026-01-08Z', NULL, true, 100);
SELECT is(pg_temp.credit('first'), 'A 1.000000, B 0.000000, C 0.000000', 'first');
SELECT is(pg_temp.credit('last'), 'A 1.000000, B 0.000000, C 0.000000', 'last');
SELECT is(pg_temp.credit('linear'), 'A 0.500000, B 0.250000, C 0.250000', 'linear: a quarter for each touch');
SELECT is(pg_temp.credit('position'), 'A 0.800000, B 0.100000, C 0.100000', 'position: 40 % for both ends, 20 % between');
-- half a weight every two days: 1/8, 1/4, 1/2, 1 of 15/8
SELECT is(pg_temp.credit('decay', half_life => '2 days'), 'A 0.600000, B 0.133333, C 0.266667', 'decay: 9/15, 2/15, 4/15');
SELECT is((SELECT string_agg(format('%s %s', channel, credit_amount), ', ') FROM credits((SELECT touch_log(lead, at, channel, won, amount) FROM contact), 'decay', half_life => '2 days')),
    'A 60.00, B 13.33, C 26.67', 'amounts alike, in their own decimals');
SELECT results_eq($$SELECT channel, touch_count, outcome_count FROM credits((SELECT touch_log(lead, at, channel, won) FROM contact))$$,
    $$VALUES ('A'::text, 2::bigint, 1::bigint), ('B', 1, 1), ('C', 1, 1)$$, 'touches, and outcomes with the channel on their path');
SELECT is((SELECT count(*) FROM credits((SELECT touch_log(lead, at, channel, won) FROM contact)) WHERE credit_amount IS NULL), 3::bigint, 'without amounts none is credited');

-- the window holds both its ends: within 3 days of the 8th lie the 5th and the 7th
SELECT is(pg_temp.credit('linear', '3 days'), 'A 0.500000, B 0.000000, C 0.500000', 'a touch just within is one');
SELECT is(pg_temp.credit('first', '2 days 23:59:59.999999'), 'A 1.000000, B 0.000000, C 0.000000', 'and not a microsecond longer ago');
SELECT is(pg_temp.credit('linear', '1 hour'), 'A 0.000000, B 0.000000, C 0.000000, - 1.000000', 'an outcome without a touch has a row of its own');
UPDATE contact SET at = '2026-01-07Z' WHERE won;
SELECT is(pg_temp.credit('last'), 'A 1.000000, B 0.000000, C 0.000000', 'a touch of the same instant is before the outcome');

-- two touches share alike, by position too; touches of one instant go by name
TRUNCATE contact;
INSERT INTO contact VALUES (1, '2026-01-01Z', 'B', false), (1, '2026-01-01Z', 'A', false), (1, '2026-01-02Z', NULL, true);
SELECT is(pg_temp.credit('position'), 'A 0.500000, B 0.500000', 'position: two share alike');
SELECT is(pg_temp.credit('first'), 'A 1.000000, B 0.000000', 'first of one instant, by name');
SELECT is((SELECT credit_count FROM credits((SELECT touch_log(lead, at, channel, won ORDER BY channel) FROM contact), 'first') WHERE channel = 'A'), 1::numeric, 'also when rows come in the other order');

-- B, A, then D, C and the outcome at one instant: the path is A B C D
INSERT INTO contact SELECT 2, timestamptz '2026-02-01Z', channel, false FROM unnest('{B,A}'::text[]) channel UNION ALL SELECT 2, '2026-02-02Z', channel, channel IS NULL FROM unnest('{NULL,D,C}'::text[]) channel;
DELETE FROM contact WHERE lead = 1;
SELECT is(pg_temp.credit('first') || pg_temp.credit('last'), 'A 1.000000, B 0.000000, C 0.000000, D 0.000000A 0.000000, B 0.000000, C 0.000000, D 1.000000', 'each instant by name, the last one too');

-- exact: thirds are rounded so that they add up
TRUNCATE contact;
INSERT INTO contact SELECT 1, timestamptz '2026-01-01Z' + n * interval '1 h', chr(64 + n), false FROM generate_series(1, 3) n;
INSERT INTO contact VALUES (1, '2026-01-02Z', NULL, true, 100);
SELECT is(pg_temp.credit('linear'), 'A 0.333334, B 0.333333, C 0.333333', 'thirds, to millionths');
SELECT is(pg_temp.money('linear'), 'A 33.34, B 33.33, C 33.33', 'thirds of an amount');
UPDATE contact SET amount = 0.01 WHERE won;
SELECT is(pg_temp.money('linear'), 'A 0.01, B 0.00, C 0.00', 'a hundredth cannot be divided');
UPDATE contact SET amount = 1.0005 WHERE won;
SELECT is(pg_temp.money('linear'), 'A 0.3335, B 0.3335, C 0.3335', 'amounts of four decimals keep them');
UPDATE contact SET amount = -7 WHERE won;
SELECT is((SELECT sum(credit_amount) FROM credits((SELECT touch_log(lead, at, channel, won, amount) FROM contact))), -7.00, 'below zero too');
INSERT INTO contact SELECT lead + 1, at, channel, won, amount FROM contact UNION ALL SELECT lead + 2, at, channel, won, amount FROM contact;
SELECT is(pg_temp.credit('linear'), 'A 1.000000, B 1.000000, C 1.000000', 'three times a third is one');

-- several outcomes of a lead: each looks back on its own; two at one instant are two
TRUNCATE contact;
INSERT INTO contact VALUES (1, '2026-01-01Z', 'A', false, NULL), (1, '2026-01-05Z', NULL, true, 10), (1, '2026-01-06Z', 'B', false, NULL), (1, '2026-01-07Z', NULL, true, 20), (1, '2026-01-07Z', NULL, true, 30);
SELECT is(pg_temp.credit('linear'), 'A 2.000000, B 1.000000', 'A: 1 + 2/2, B: 2/2');
SELECT is(pg_temp.money('linear'), 'A 35.00, B 25.00', 'A: 10 + 50/2, B: 50/2');
SELECT is(pg_temp.credit('linear', '3 days'), 'A 0.000000, B 2.000000, - 1.000000', 'within 3 days A is too long ago');
SELECT is(pg_temp.credit('linear', since => '2026-01-06Z'), 'A 1.000000, B 1.000000', 'outcomes before since get none');

-- Markov. S. Puzyrov, "Markov Chain Attribution: simple explanation of removal effect" (2019): google 2, mailing 1, google > mailing 1, and google without
-- outcome. Start goes to google 4/5, from there to conversion 2/4, mailing 1/4: 0.8 in all. Without google 0.2 is left, without mailing 0.4: effects 3/4 and 1/2.
CREATE TEMP TABLE path (path text, times int, won boolean);
CREATE FUNCTION pg_temp.fill() RETURNS void LANGUAGE sql AS $$
    TRUNCATE contact;
    INSERT INTO contact WITH one AS (SELECT row_number() OVER () AS lead, p.* FROM path p, generate_series(1, times))
    SELECT lead, timestamptz '2026-01-01Z' + n * interval '1 h', channel, false, NULL::numeric FROM one, unnest(string_to_array(path, ' > ')) WITH ORDINALITY u(channel, n)
    UNION ALL SELECT lead, '2026-01-02Z', NULL, true, 25 FROM one WHERE won;
    TRUNCATE path $$;
CREATE FUNCTION pg_temp.removal() RETURNS text LANGUAGE sql AS
    $$SELECT string_agg(format('%s %s', channel, round(removal_ratio::numeric, 9)), ', ') FROM credits((SELECT touch_log(lead, at, channel, won, amount) FROM contact), 'markov')$$;
INSERT INTO path VALUES ('google', 2, true), ('mailing', 1, true), ('google > mailing', 1, true), ('google', 1, false);
SELECT pg_temp.fill() \gset
SELECT is(pg_temp.removal(), 'google 0.750000000, mailing 0.500000000', 'markov: a published example');
SELECT is(pg_temp.credit('markov'), 'google 2.400000, mailing 1.600000', 'its four outcomes, 3 : 2');
SELECT is(pg_temp.money('markov'), 'google 60.00, mailing 40.00', 'and their amounts');
-- three channels by hand: start goes to C1 2/3, C2 1/3; C1 to C2 1/2; C2 to C3; C3 converts 1/2: 2/3 * 1/2 * 1/2 + 1/3 * 1/2 = 1/3. Without C1 1/6, without C2 or C3 0
INSERT INTO path VALUES ('C1 > C2 > C3', 1, true), ('C1', 1, false), ('C2 > C3', 1, false);
SELECT pg_temp.fill() \gset
SELECT is(pg_temp.removal(), 'C1 0.500000000, C2 1.000000000, C3 1.000000000', 'markov: three channels by hand');
SELECT is(pg_temp.credit('markov'), 'C1 0.200000, C2 0.400000, C3 0.400000', '1 : 2 : 2');
-- in circles. From A to B 3/4, else it converts; from B to A 2/3: x(A) = 1/4 + 3/4 * 2/3 x(A) = 1/2. Without B 1/4, without A 0. A after A is no move
INSERT INTO path VALUES ('A > B > A > B > A', 1, true), ('A > A > A > B', 1, false);
SELECT pg_temp.fill() \gset
SELECT is(pg_temp.removal(), 'A 1.000000000, B 0.500000000', 'markov: paths in circles');
INSERT INTO path VALUES ('A > B', 1, false), ('B', 2, false);
SELECT pg_temp.fill() \gset
SELECT is(pg_temp.removal(), 'A 0.000000000, B 0.000000000', 'without outcomes nothing can be lost');
SELECT is(pg_temp.credit('markov'), 'A 0.000000, B 0.000000', 'and no credit is given');
-- empty paths
TRUNCATE contact;
INSERT INTO contact VALUES (1, '2026-01-02Z', NULL, true, 5), (2, '2026-01-02Z', NULL, true, 7);
SELECT is(pg_temp.credit('markov') || ' ' || pg_temp.money('markov'), '- 2.000000 - 12.00', 'outcomes whose paths are all empty');
SELECT is((SELECT count(*) FROM credits((SELECT touch_log(lead, at, channel, won) FROM contact WHERE lead = 9))), 0::bigint, 'no rows, no credit');
SELECT is((SELECT touch_log(lead, at, channel, won) FROM (VALUES (NULL::bigint, timestamptz '2026-01-01Z', 'A', false), (1, NULL, 'A', true), (1, '2026-01-01Z', NULL, false), (1, '2026-01-01Z', NULL, NULL)) v(lead, at, channel, won))::text,
    NULL, 'rows that say nothing make no log');

-- many leads, against plain SQL; the chain solved by 300 steps
CREATE TABLE public.att_many AS
SELECT lead, timestamptz '2025-01-01Z' + make_interval(secs => (h >> 8) % 10000000) AS at, CASE WHEN NOT won THEN 'c' || (h >> 40) % 7 END AS channel, won, CASE WHEN won THEN round(((h >> 20) % 100000) / 100.0, 2) END AS amount
FROM (SELECT i % 3000 AS lead, hashint8extended(i, 4) & 9223372036854775807 AS h, i % 3000 % 5 = 0 AND i >= 27000 AS won FROM generate_series(1::bigint, 29999) i) r;
CREATE TEMP TABLE many_path AS
SELECT t.lead, t.at, t.channel, t.credited, row_number() OVER w AS place, count(*) OVER (PARTITION BY lead, credited) AS n, won_at, amount
FROM (SELECT t.lead, t.at, t.channel, o.at AS won_at, o.amount, COALESCE(t.at <= o.at AND t.at >= o.at - interval '30 days', false) AS credited
      FROM public.att_many t LEFT JOIN public.att_many o ON o.lead = t.lead AND o.won WHERE NOT t.won) t
WINDOW w AS (PARTITION BY lead, credited ORDER BY at, channel);
CREATE TEMP TABLE plain AS
SELECT channel, sum((place = 1)::int) AS first, sum((place = n)::int) AS last, sum(1.0 / n) AS linear,
    sum(CASE n WHEN 1 THEN 1 WHEN 2 THEN 0.5 ELSE CASE WHEN place IN (1, n) THEN 0.4 ELSE 0.2 / (n - 2) END END) AS position, sum(amount / n) AS linear_amount,
    sum(d / sum_d) AS decay
FROM (SELECT *, sum(d) OVER (PARTITION BY lead) AS sum_d FROM (SELECT *, 0.5 ^ (extract(epoch FROM won_at - at) / 432000) AS d FROM many_path WHERE credited) x) p GROUP BY channel;
CREATE FUNCTION pg_temp.near(model text, wanted text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE r boolean; BEGIN
    EXECUTE format('SELECT count(*) = 7 AND bool_and(abs(c.credit_count - p.%I) <= 0.000002) FROM credits((SELECT touch_log(lead, at, channel, won, amount) FROM public.att_many), %L, ''30 days'', ''5 days'') c JOIN plain p USING (channel)', $2, $1) INTO r; RETURN r; END $$;
SELECT ok(pg_temp.near(m, m), 'as plain SQL: ' || m) FROM unnest('{first,last,linear,position,decay}'::text[]) m;
SELECT ok((SELECT bool_and(abs(c.credit_amount - p.linear_amount) <= 0.02) FROM credits((SELECT touch_log(lead, at, channel, won, amount) FROM public.att_many), 'linear', '30 days') c JOIN plain p USING (channel)), 'as plain SQL: amounts');
SELECT ok((SELECT bool_and(sum_count = outcomes AND sum_amount = total) FROM unnest('{first,last,linear,position,decay,markov}'::text[]) m,
    LATERAL (SELECT sum(credit_count) AS sum_count, sum(credit_amount) AS sum_amount FROM credits((SELECT touch_log(lead, at, channel, won, amount) FROM public.att_many), m, '30 days')) c,
    (SELECT count(*) AS outcomes, sum(amount) AS total FROM public.att_many WHERE won) o), 'each model gives exactly the outcomes and their amounts');
CREATE TEMP TABLE chain AS
WITH RECURSIVE move AS (SELECT coalesce(lag(channel) OVER w, 'start') AS f, channel AS t FROM many_path WINDOW w AS (PARTITION BY lead, credited ORDER BY place)
    UNION ALL SELECT channel, CASE WHEN credited THEN 'won' ELSE 'null' END FROM many_path WHERE place = n),
p AS MATERIALIZED (SELECT f, t, count(*)::float8 / sum(count(*)) OVER (PARTITION BY f) AS p FROM move GROUP BY f, t),
state AS (SELECT f, row_number() OVER (ORDER BY f) AS k FROM p GROUP BY f),
solve(gone, i, x) AS (SELECT g, 0, array_fill(0::float8, ARRAY[8]) FROM (SELECT f AS g FROM state) s
    UNION ALL SELECT gone, i + 1, (SELECT array_agg(CASE WHEN s.f = gone AND gone <> 'start' THEN 0 ELSE (SELECT coalesce(sum(p.p * CASE p.t WHEN 'won' THEN 1 WHEN 'null' THEN 0 ELSE x[n.k] END), 0) FROM p LEFT JOIN state n ON n.f = p.t WHERE p.f = s.f) END ORDER BY s.k) FROM state s)
    FROM solve WHERE i < 300)
SELECT gone AS channel, x[8] AS converts FROM solve WHERE i = 300;
SELECT ok((SELECT count(*) = 7 AND bool_and(abs(c.removal_ratio - (1 - h.converts / a.converts)) < 1e-9)
    FROM credits((SELECT touch_log(lead, at, channel, won) FROM public.att_many), 'markov', '30 days') c JOIN chain h USING (channel) JOIN chain a ON a.channel = 'start'), 'as plain SQL: markov');

-- the log: order, keys, parts, forms
CREATE TEMP TABLE wanted AS SELECT m, c.* FROM unnest('{linear,markov}'::text[]) m, LATERAL credits((SELECT touch_log(lead, at, channel, won, amount) FROM public.att_many), m, '30 days') c;
CREATE FUNCTION pg_temp.same(log align.touch_log) RETURNS boolean LANGUAGE sql AS
    $$SELECT NOT EXISTS (SELECT m, c.* FROM unnest('{linear,markov}'::text[]) m, LATERAL credits($1, m, '30 days') c EXCEPT SELECT * FROM wanted) AND (SELECT count(*) FROM credits($1)) = (SELECT count(*) / 2 FROM wanted)$$;
SELECT ok(pg_temp.same((SELECT touch_log(lead, at, channel, won, amount) FROM (SELECT * FROM public.att_many ORDER BY md5(lead::text || at)) x)), 'input order does not matter');
SELECT ok(pg_temp.same((SELECT touch_log('lead ' || lead, at, channel, won, amount) FROM public.att_many)), 'text keys');
SELECT ok(pg_temp.same((SELECT touch_log(md5(lead::text)::uuid, at, channel, won, amount) FROM public.att_many)), 'uuid keys');
SELECT ok(pg_temp.same((SELECT rollup(l) FROM (SELECT touch_log(lead, at, channel, won, amount) AS l FROM public.att_many GROUP BY lead % 7) s)), 'rollup of parts');
SELECT ok(pg_temp.same((SELECT rollup(l) FROM (SELECT touch_log('k' || lead, at, channel, won, amount) AS l FROM public.att_many GROUP BY at > '2025-02-01Z') s)), 'rollup of parts with text keys');
SELECT ok(pg_temp.same((SELECT touch_log(lead, at, channel, won, amount)::text::touch_log FROM public.att_many)), 'text reads back');
SELECT ok(pg_temp.same((SELECT touch_log('k' || lead, at, channel, won, amount)::text::touch_log FROM public.att_many)), 'with text keys too');
CREATE TEMP TABLE stored AS SELECT touch_log(lead, at, channel, won, amount) AS log FROM public.att_many;
SELECT ok(pg_temp.same((SELECT log FROM stored)), 'stored and read');
SELECT ok(pg_temp.same((SELECT rollup(l) FROM (VALUES (NULL::touch_log), ((SELECT log FROM stored)), (NULL)) v(l))), 'NULL adds nothing');
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SELECT matches(pg_temp.plan_of('SELECT align.touch_log(lead, at, channel, won, amount) FROM public.att_many'), 'Partial Aggregate', 'a parallel plan');
SELECT ok(pg_temp.same((SELECT touch_log(lead, at, channel, won, amount) FROM public.att_many)), 'in parallel as in one process');
SELECT ok(pg_temp.same((SELECT touch_log('k' || lead, at, channel, won, amount) FROM public.att_many)), 'with text keys too');


-- the tables: three leads, deals with and without a lead, a stage
INSERT INTO lead (id, key) OVERRIDING SYSTEM VALUE VALUES (901, 'X1'), (902, 'X2'), (903, 'X3');
INSERT INTO plan_item (key, level, title) VALUES ('E1', 'activity', 'Autumn fair');
INSERT INTO touch (lead, at, channel, item) VALUES (901, '2026-01-10Z', 'Fair', 'E1'), (901, '2026-02-01Z', 'Mail', NULL), (902, '2026-02-20Z', 'Mail', 'gone'), (903, '2026-03-01Z', 'Call', NULL);
INSERT INTO deal (key, lead, amount, closed_at, outcome) VALUES ('d1', 901, 1000, '2026-02-10Z', 'won'), ('d2', 902, 500, '2026-04-02Z', 'won'), ('d3', NULL, 70.5, '2026-03-01Z', 'won'),
    ('d4', 903, 900, '2026-03-03Z', 'lost'), ('d5', 902, NULL, '2026-04-05Z', 'won'), ('d6', 903, 10, NULL, 'won');
INSERT INTO stage_event (lead, stage, at) VALUES (903, 'sql', '2026-03-02Z'), (903, 'sql', '2026-05-01Z'), (901, 'mql', '2026-01-20Z');
INSERT INTO spend (item, at, amount, channel) SELECT id, '2026-01-09'::date, 300, 'Fair' FROM plan_item WHERE key = 'E1' UNION ALL SELECT NULL, '2026-02-01', 40, 'Mail' UNION ALL SELECT NULL, '2026-04-01', 60, 'Mail' UNION ALL SELECT NULL, '2026-01-01', 99, NULL;
-- d1 halves on fair and mail; d2 and d5 mail, 41 and 44 days after; d3 has no lead; d6 no day
SELECT results_eq($$SELECT channel, item_key, is_touched, touch_count, outcome_count, credit_count, credit_ratio, credit_amount, spend_amount, outcome_cost_amount, return_ratio FROM attribution(at => '2026-06-01Z')$$,
    $$VALUES ('Mail'::text, NULL::text, true, 2::bigint, 3::bigint, 2.5, 0.625, 1000.00, 100::numeric, 40.00, 10.0000), ('Fair', NULL, true, 1, 1, 0.5, 0.125, 500.00, 300, 600.00, 1.6667),
             ('Call', NULL, true, 1, 0, 0, 0, 0, NULL, NULL, NULL), (NULL, NULL, false, 0, 1, 1, 0.25, 70.50, NULL, NULL, NULL)$$, 'attribution of won deals by channel');
SELECT results_eq($$SELECT item_key, item_title, is_touched, credit_count, spend_amount FROM attribution(by => 'item', at => '2026-06-01Z')$$,
    $$VALUES ('gone'::text, NULL::text, true, 2::numeric, NULL::numeric), ('E1', 'Autumn fair', true, 0.5, 300), (NULL, NULL, true, 0.5, NULL), (NULL, NULL, false, 1, NULL)$$, 'by item: touches without one, and outcomes without a touch');
SELECT results_eq($$SELECT channel, item_key, credit_count, spend_amount FROM attribution(by => 'channel and item', at => '2026-06-01Z') WHERE is_touched ORDER BY channel, item_key$$,
    $$VALUES ('Call'::text, NULL::text, 0::numeric, NULL::numeric), ('Fair', 'E1', 0.5, 300), ('Mail', 'gone', 2, NULL), ('Mail', NULL, 0.5, 100)$$, 'by both');
SELECT results_eq($$SELECT channel, credit_count, spend_amount FROM attribution(period => '2026-Q2', at => '2026-06-01Z', within => '40 days')$$,
    $$VALUES ('Call'::text, 0::numeric, NULL::numeric), ('Mail', 0, 60), (NULL, 2, NULL)$$, 'in a quarter, within 40 days: both deals have no touch');
SELECT results_eq($$SELECT channel, credit_count, credit_amount FROM attribution(period => '2026-Q2', at => '2026-04-03Z') WHERE credit_count > 0$$,
    $$VALUES ('Mail'::text, 1::numeric, 500.00)$$, 'what is later than at is not known yet');
SELECT results_eq($$SELECT channel, credit_count, credit_amount FROM attribution('first', outcome => 'sql', at => '2026-06-01Z') WHERE credit_count > 0$$,
    $$VALUES ('Call'::text, 1::numeric, NULL::numeric)$$, 'a stage as outcome: the first time in it');
SELECT ok((SELECT bool_and(a.credits = 4 AND a.amount = 1570.50) FROM unnest('{first,last,linear,position,decay,markov}'::text[]) m, unnest('{channel,item,channel and item}'::text[]) b,
    LATERAL (SELECT sum(credit_count) AS credits, sum(credit_amount) AS amount FROM attribution(m, by => b, at => '2026-06-01Z')) a), 'each model, grouped each way, gives exactly the outcomes');
SELECT results_eq($$SELECT channel, removal_ratio FROM attribution('markov', at => '2026-06-01Z') WHERE removal_ratio IS NOT NULL ORDER BY 1$$,
    $$VALUES ('Call'::text, 0::numeric), ('Fair', 0.333333), ('Mail', 1)$$, 'removal effects: without the fair one of three outcomes is lost');
-- the window of a deal won at 2026-04-01Z begins at 2026-01-01Z, whatever the zone of the session and its shifts between
INSERT INTO lead (id, key) OVERRIDING SYSTEM VALUE VALUES (904, 'X4');
INSERT INTO touch (lead, at, channel) VALUES (904, '2026-01-01Z', 'Edge');
INSERT INTO deal (key, lead, closed_at, outcome) VALUES ('d7', 904, '2026-04-01Z', 'won');
CREATE FUNCTION pg_temp.edge(zone text) RETURNS text LANGUAGE plpgsql AS
    $$BEGIN PERFORM set_config('timezone', zone, true); RETURN (SELECT credit_count FROM attribution(period => '2026-Q2', within => '90 days', at => '2026-06-01Z') WHERE channel = 'Edge'); END$$;
SELECT is(pg_temp.edge(z), '1.000000', 'a window of 90 days by the clock of ' || z) FROM unnest('{Europe/Berlin,America/New_York,UTC}'::text[]) z;
SELECT is((SELECT sum(credit_count) FROM attribution(period => '2026-Q2', within => '1000000 days', at => '2026-06-01Z')), 3.000000, 'a window that begins before time does');
DELETE FROM deal WHERE lead = 904;
DELETE FROM touch WHERE lead = 904;
-- what was spent on a channel or item that touched nobody was spent too
INSERT INTO plan_item (key, level, title) VALUES ('E2', 'activity', 'A billboard');
INSERT INTO spend (item, at, amount, channel) SELECT id, '2026-04-01'::date, 500, 'Billboard' FROM plan_item WHERE key = 'E2';
SELECT results_eq($$SELECT attribution_order, channel, item_key, item_title, is_touched, touch_count, outcome_count, credit_count, credit_amount, removal_ratio, spend_amount, outcome_cost_amount, return_ratio
        FROM unnest('{channel,item,channel and item}'::text[]) b, attribution('markov', by => b, at => '2026-06-01Z') WHERE spend_amount = 500$$,
    $$VALUES (3, 'Billboard'::text, NULL::text, NULL::text, true, 0::bigint, 0::bigint, 0::numeric, 0::numeric, 0::numeric, 500::numeric, NULL::numeric, 0::numeric),
             (4, NULL, 'E2', 'A billboard', true, 0, 0, 0, 0, 0, 500, NULL, 0), (4, 'Billboard', 'E2', 'A billboard', true, 0, 0, 0, 0, 0, 500, NULL, 0)$$, 'money for nobody');
SELECT is((SELECT sum(spend_amount) FROM attribution(at => '2026-06-01Z')), 900::numeric, 'all that was spent on channels');
SELECT is((SELECT string_agg(channel || ' ' || spend_amount, ', ') FROM attribution(period => '2026-Q2', at => '2026-03-31Z', outcome => 'sql')), NULL, 'what is spent later is not known yet');
DELETE FROM spend WHERE amount = 500;
SELECT is((SELECT count(*) FROM attribution(period => '1999', at => '2026-06-01Z')), 0::bigint, 'a period without touches and outcomes has no rows');

-- errors
SELECT is(pg_temp.error_of($$SELECT * FROM align.credits(NULL, 'markow')$$), '22023 | invalid model: "markow" | Credit is given by first, last, linear, position, decay or markov. | Write ''markov''.', 'an unknown model');
SELECT is(pg_temp.error_of($$SELECT * FROM align.credits(NULL, NULL)$$), '22004 | invalid model: NULL | Credit is given by first, last, linear, position, decay or markov. | Write ''linear''.', 'no model');
SELECT is(pg_temp.error_of($$SELECT * FROM align.credits(NULL, 'linear', '0')$$), '22023 | invalid within: it is zero | It is a span of time, above 0. | Write a positive interval, or NULL for no limit.', 'a window of nothing');
SELECT is(pg_temp.error_of($$SELECT * FROM align.credits(NULL, 'linear', '-1 day')$$), '22023 | invalid within: it is negative | A window runs forward in time. | Write a positive interval, or NULL for no limit.', 'a window that runs backward');
SELECT matches(pg_temp.error_of($$SELECT * FROM align.credits(NULL, 'linear', 'infinity')$$), CASE WHEN current_setting('server_version_num')::int < 170000 THEN '^22007 ' ELSE '^22008 \| invalid within: it is infinite \| A span holds at most about 292,000 years. \| Leave it NULL for no limit.$' END, 'a window without end');
SELECT is(pg_temp.error_of($$SELECT * FROM align.credits(NULL, 'linear', '1 month')$$), '22023 | invalid within: it counts months or years | A month has no fixed length. | Write days, such as ''90 days''.', 'a window of months');
SELECT is(pg_temp.error_of($$SELECT * FROM align.credits(NULL, 'decay', half_life => '0')$$), '22023 | invalid half_life: it is zero | It is a span of time, above 0. | Write a positive interval, such as ''7 days''.', 'half in no time');
SELECT is(pg_temp.error_of($$SELECT * FROM align.credits(NULL, 'decay', half_life => NULL)$$), '22004 | invalid half_life: NULL | By the model decay a touch counts half as much as one that is half_life later. | Write a positive interval, such as ''7 days''.', 'no half life');
SELECT is(pg_temp.error_of($$SELECT touch_log(1::bigint, 'infinity', 'A', false)$$), '22008 | invalid instant: infinity | An event happens at a finite instant. | Write NULL for an event that has not happened.', 'an infinite instant');
SELECT is(pg_temp.error_of($$SELECT touch_log(1::bigint, '2300-01-01Z', 'A', false)$$), '22008 | instant out of range: 2300-01-01 00:00:00+00 | A touch_log takes instants of the years 1715 to 2285. | Write NULL for a touch that has not happened.', 'an instant too late');
SELECT is(pg_temp.error_of($$SELECT touch_log(1::bigint, '2026-01-01Z', 'A' || n, false) FROM generate_series(1, 1001) n$$), '54000 | too many channels: more than 1000 | Credit is shared among channels, of which there are few. | Group them into fewer ones first.', 'too many channels');
SELECT is(pg_temp.error_of($$SELECT touch_log(1::bigint, '2026-01-01Z', NULL, true, 0.1234567)$$), '22003 | invalid amount: 0.1234567 | An amount lies within 9000000000000 of 0 and has at most 6 decimals. | Round it, or count it in a larger unit.', 'an amount of too many decimals');
SELECT matches(pg_temp.error_of(format($$SELECT touch_log(1::bigint, '2026-01-01Z', NULL, true, %L)$$, a)), '^22003 \| invalid amount: ', 'no amount: ' || a) FROM unnest('{NaN,Infinity,9000000000001}'::text[]) a;
SELECT matches(pg_temp.error_of($$SELECT c.* FROM (SELECT touch_log(n::bigint, '2026-01-01Z', NULL, true, 9000000000000) AS log FROM generate_series(1, 9000) n) l, credits(log) c$$), '^no error', 'large amounts with few decimals');
SELECT is(pg_temp.error_of($$SELECT c.* FROM (SELECT touch_log(n::bigint, '2026-01-01Z', NULL, true, 9000000000000 - n / 1e6) AS log FROM generate_series(1, 3) n) l, credits(log) c$$), '22003 | the amounts of these outcomes add up to more than can be credited | In units of their last decimal they are a bigint. | Count them in a larger unit, or with fewer decimals.', 'too large amounts');
SELECT is(pg_temp.error_of($$SELECT c.* FROM (SELECT touch_log(1::bigint, '2026-01-01Z', NULL, true, 9000000000000) AS log FROM generate_series(1, 3) n) l, credits(log) c$$), '22003 | the amounts of one lead are out of range | At one instant they add up to at most 9 * 10^12. | Count them in a larger unit.', 'too large amounts at once');
SELECT is(pg_temp.error_of($$SELECT rollup(l) FROM (SELECT touch_log(1::bigint, '2026-01-01Z', 'A', false) AS l UNION ALL SELECT touch_log('1', '2026-01-01Z', 'A', false)) s$$), '42804 | this touch_log has keys of another type | The keys of one log are all bigint, all text or all uuid. | Cast the leads to one type.', 'keys of two types');
SELECT is(pg_temp.error_of($$SELECT '{}'::touch_log$$), '22P02 | invalid touch_log | It is not the base64 that align wrote. | A touch_log is built by the aggregate touch_log; its text is only to be read back.', 'a text that is no log');
SELECT is(pg_temp.error_of($$SELECT * FROM attribution(by => 'source')$$), '22023 | invalid grouping: "source" | Credit is given by channel, by item, or by channel and item. | Write ''channel''.', 'an unknown grouping');
SELECT is(pg_temp.error_of($$SELECT * FROM attribution(outcome => 'fame')$$), '22023 | invalid outcome: "fame" | What counts as outcome is a won deal, or the first time in a stage. | Write ''won deal'' or the name of a stage, such as ''customer''; vocabulary() lists all.', 'an unknown outcome');
SELECT matches(pg_temp.error_of($$SELECT * FROM attribution(period => 'spring')$$), '^22P02 \| invalid period: "spring"', 'an unknown period');
SELECT matches(pg_temp.error_of($$SELECT * FROM attribution('shapley')$$), '^22023 \| invalid model: "shapley"', 'an unknown model, from the tables');

SELECT * FROM finish();
ROLLBACK;
