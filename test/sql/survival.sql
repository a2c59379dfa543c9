\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(43);

-- Remission of 21 leukaemia patients on 6-mercaptopurine, in weeks (Freireich et al., 1963, as printed in
-- Klein and Moeschberger, Survival Analysis, 2nd ed. 2003, tables 1.1 and 4.1B): taken here as days
CREATE TEMP TABLE patient AS
SELECT t::float8 AS days, true AS relapsed FROM unnest('{6,6,6,7,10,13,16,22,23}'::int[]) t
UNION ALL SELECT t, false FROM unnest('{6,9,10,11,17,19,20,25,32,32,34,35}'::int[]) t;
CREATE TEMP VIEW remission AS SELECT time_to(days, relapsed) AS s FROM patient;

SELECT results_eq($$SELECT days::int, at_risk_count::int, event_count::int, round(survival_ratio::numeric, 3), round(error_ratio::numeric, 4) FROM remission, curve(s) WHERE event_count > 0$$,
    $$VALUES (6, 21, 3, 0.857, 0.0764), (7, 17, 1, 0.807, 0.0869), (10, 15, 1, 0.753, 0.0963), (13, 12, 1, 0.690, 0.1068), (16, 11, 1, 0.627, 0.1141), (22, 7, 1, 0.538, 0.1282), (23, 6, 1, 0.448, 0.1346)$$,
    'the curve and its standard errors as published (Klein and Moeschberger, table 4.1B)');
SELECT is((SELECT string_agg(days || ':' || censored_count, ' ') FROM remission, curve(s) WHERE censored_count > 0), '6:1 9:1 10:1 11:1 17:1 19:1 20:1 25:1 32:2 34:1 35:1', 'who was watched no longer');
SELECT is((SELECT median(s) FROM remission), 23::float8, 'median as published: 23');
-- log-log interval at 10: exp(+-1.96 * 0.0963 / (0.7529 * ln 0.7529)) = exp(-+0.8840) = 0.4131: 0.7529 ^ (1 / 0.4131) = 0.503, 0.7529 ^ 0.4131 = 0.889
SELECT results_eq($$SELECT round(share_ratio::numeric, 3), round(error_ratio::numeric, 3), round(low_ratio::numeric, 3), round(high_ratio::numeric, 3), at_risk_count FROM remission, share_by_detail(s, 10)$$,
    $$VALUES (0.247, 0.096, 0.111, 0.497, 13::bigint)$$, 'share by 10 with its interval, by hand');
SELECT results_eq($$SELECT round(low_ratio::numeric, 4), round(high_ratio::numeric, 4) FROM remission, curve(s) WHERE days IN (6, 23)$$, $$VALUES (0.6197, 0.9516), (0.1881, 0.6801)$$, 'bounds of the curve, log-log');
SELECT is((SELECT quantile_detail(s, 0.5)::text || quantile_detail(s, 0.25) || quantile_detail(s, 0.1) FROM remission), '(23,13,)(13,6,22)(6,6,10)', 'quantiles with intervals: where the bounds cross');
SELECT is((SELECT quantile(s, 0.6) FROM remission), NULL, 'a quantile to which the curve does not come down');
SELECT is((SELECT round(share_by(s, 9)::numeric, 3) FROM remission), 0.193, 'share between two times');
SELECT is((SELECT share_by(s, 5.9) FROM remission), 0::float8, 'nothing happened before the first time');
SELECT is((SELECT error_ratio || ' ' || (low_ratio IS NULL)::text FROM remission, share_by_detail(s, 5)), '0 true', 'without an event there is no interval');
SELECT is((SELECT share_by(s, 35.1) FROM remission), NULL, 'nobody was watched that long');
SELECT is((SELECT share_by_detail(s, 36)::text FROM remission), '(,,,,0)', 'nor is there a detail');
SELECT is((SELECT event_count(s) || ' ' || censored_count(s) FROM remission), '9 12', 'counts');
SELECT is((SELECT time_to(days * interval '1 day', relapsed) FROM patient), s, 'intervals as days') FROM remission;

-- by hand: 1, 2, 3, 4 all happened: the curve is 3/4, 1/2, 1/4, 0
CREATE TEMP TABLE four AS SELECT t::float8 AS t FROM generate_series(1, 4) t;
SELECT is((SELECT median(time_to(t, true)) FROM four), 2::float8, 'half of four is reached with the second');
SELECT is((SELECT quantile(time_to(t, true), 1) FROM four), 4::float8, 'and all with the last');
SELECT is((SELECT share_by(time_to(t, true), 100) FROM four), 1::float8, 'once it happened to all it stays so');
SELECT is((SELECT (curve(time_to(t, true))).error_ratio FROM four OFFSET 3), NULL, 'and has no error');
SELECT is((SELECT median(time_to(t, t < 3 OR t > 3)) FROM four), 2::float8, 'a censored one counts until it leaves');
-- 0.9 of ten: S is a product of nine fractions
SELECT is((SELECT quantile(time_to(t::float8, true), 0.9) FROM generate_series(1, 10) t), 9::float8, 'fractions of products');
SELECT is((SELECT median(time_to(0, true)) FROM four), 0::float8, 'at once is a time too');
SELECT is((SELECT time_to(t, NULL::boolean) || '' FROM four), (SELECT time_to(NULL::float8, true) || '' FROM four), 'rows with a NULL are left out');
SELECT is((SELECT event_count(time_to(NULL::interval, true)) FROM four), 0::bigint, 'no row is no event');
SELECT is((SELECT median(time_to(NULL::interval, true)) FROM four), NULL, 'and no median');
SELECT is((SELECT time_to(t, true) FROM four WHERE false), NULL, 'no input is no survival');
SELECT is((SELECT count(*) FROM four, curve((SELECT time_to(NULL::interval, true) FROM four))), 0::bigint, 'an empty curve');

-- many rows
CREATE TEMP TABLE many AS SELECT i, (hashint8extended(i, 1) & 16383) / 64.0::float8 AS t, hashint8extended(i, 2) % 3 <> 0 AS e FROM generate_series(1::bigint, 60000) i;
SELECT ok((SELECT bool_and(abs(c.survival_ratio - p.s) < 1e-9) AND count(*) > 10000 FROM (SELECT curve(time_to(t, e)) AS c FROM many) r CROSS JOIN LATERAL (SELECT (r.c).*) c
    JOIN (SELECT t, exp(sum(CASE WHEN d = n THEN '-Infinity' ELSE ln((n - d)::float8 / n) END) OVER (ORDER BY t)) AS s
          FROM (SELECT t, count(*) FILTER (WHERE e) AS d, sum(count(*)) OVER (ORDER BY t DESC) AS n FROM many GROUP BY t) g) p ON p.t = c.days), 'as plain SQL gives it');
SELECT is((SELECT time_to(t, e) FROM (SELECT * FROM many ORDER BY md5(i::text)) m), (SELECT time_to(t, e) FROM many), 'input order does not matter');
SELECT is((SELECT rollup(s) FROM (SELECT time_to(t, e) AS s FROM many GROUP BY i % 7) x), (SELECT time_to(t, e) FROM many), 'rollup of parts');
SELECT is((SELECT time_to(t, e) FROM many WHERE i < 1000) + (SELECT time_to(t, e) FROM many WHERE i >= 1000), (SELECT time_to(t, e) FROM many), '+');
SELECT is((SELECT time_to(t, e)::text::survival FROM many), (SELECT time_to(t, e) FROM many), 'text reads back to the same');
SELECT is((SELECT rollup(s) FROM (SELECT time_to(t, e) AS s FROM many GROUP BY i % 7 ORDER BY count(*)) x), (SELECT time_to(t, e) FROM many), 'through a sort');
CREATE TEMP TABLE serial AS SELECT time_to(t, e) AS s FROM many;
CREATE TABLE public.many AS SELECT * FROM many;
SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0;
ALTER TABLE public.many SET (parallel_workers = 2);
SELECT matches(pg_temp.plan_of('SELECT align.time_to(t, e) FROM public.many'), 'Partial Aggregate', 'a parallel plan');
SELECT is((SELECT time_to(t, e) FROM public.many), s, 'gives the same') FROM serial;

-- journeys, by hand. From mql to sql as known on 31 January: 4 days, 10 (beyond), watched 2 until disqualified, 20 (recycled between), 30 and still open;
-- one was never mql, one is not yet. At risk 4, 3, 2: the curve is 3/4, 1/2, 1/4
INSERT INTO lead (key, source) SELECT 'L' || i, CASE WHEN i < 3 THEN 'Fair' ELSE 'Web' END FROM generate_series(1, 7) i;
INSERT INTO stage_event (lead, stage, at) SELECT l.id, e.stage::stage, e.at::timestamptz FROM (VALUES
    ('L1', 'mql', '2026-01-01Z'), ('L1', 'sql', '2026-01-05Z'), ('L1', 'mql', '2026-01-06Z'), ('L2', 'mql', '2026-01-01Z'), ('L2', 'opportunity', '2026-01-11Z'),
    ('L3', 'mql', '2026-01-01Z'), ('L3', 'disqualified', '2026-01-03Z'), ('L3', 'sql', '2026-01-04Z'),
    ('L4', 'mql', '2026-01-01Z'), ('L4', 'recycled', '2026-01-03Z'), ('L4', 'mql', '2026-01-20Z'), ('L4', 'sql', '2026-01-21Z'),
    ('L5', 'mql', '2026-01-01Z'), ('L5', 'sql', '2026-02-01Z'), ('L6', 'lead', '2026-01-01Z'), ('L7', 'mql', '2026-02-05Z')) e(key, stage, at) JOIN lead l USING (key);
SELECT is((SELECT string_agg(days || ' ' || event_count || ' ' || censored_count || ' ' || survival_ratio, ', ') FROM (SELECT time_to(journey, 'mql', 'sql', '2026-01-31Z') AS s FROM lead_journey) x, curve(s)),
    '2 0 1 1, 4 1 0 0.75, 10 1 0 0.5, 20 1 0 0.25, 30 0 1 0.25', 'times between two stages, by hand');
SELECT is((SELECT v::text FROM velocity('mql', 'sql', '2026-01-31Z') v), '(,5,3,2,10.000,4.000,,)', 'velocity');
SELECT results_eq($$SELECT group_name, lead_count, arrived_count, p50_days FROM velocity('MQL', 'sql', '2026-01-31Z', 'source')$$, $$VALUES ('Fair', 2::bigint, 2::bigint, 4.000), ('Web', 3, 1, 20.000)$$, 'velocity by source');
SELECT is((SELECT string_agg(v::text, '' ORDER BY step_order) FROM stage_velocity('2026-01-31Z') v WHERE to_stage = 'sql'), '(3,mql,sql,5,3,2,10.000,4.000,,)', 'velocity of every step');
SELECT is((SELECT lead_count FROM stage_velocity WHERE to_stage = 'sql'), 6::bigint, 'the view is as of now');

-- bad input
SELECT is(pg_temp.error_of($$SELECT align.time_to(-1.5, true)$$), '22023 | invalid duration: -1.5 | A duration is zero or more days, without months, and at most about 292,000 years. | Leave it NULL where it was not measured.', 'days below zero');
SELECT is((SELECT count(*) FROM unnest(ARRAY['interval ''-1 day''', 'interval ''1 month''', 'float8 ''NaN''', 'float8 ''Infinity''', 'interval ''2000000000 days''']) d WHERE pg_temp.error_of('SELECT align.time_to(' || d || ', true)') LIKE '22023 | invalid duration: %'), 5::bigint, 'and others that are none');
SELECT is((SELECT string_agg(split_part(pg_temp.error_of(q), ' | ', 2) || ': ' || split_part(pg_temp.error_of(q), ' | ', 3), ' ' ORDER BY n) FROM unnest(ARRAY['SELECT align.quantile(s, 1.5) FROM remission', 'SELECT align.quantile(s, 0) FROM remission', 'SELECT align.share_by(s, -1) FROM remission',
    $$SELECT align.velocity('sql', 'mql')$$, $$SELECT align.velocity('mql', 'sql', by => 'weather')$$, $$SELECT align.velocity('mql', 'sql', 'infinity')$$]) WITH ORDINALITY u(q, n)),
    'invalid fraction: 1.5: A quantile''s fraction lies above 0, up to 1. invalid fraction: 0: A quantile''s fraction lies above 0, up to 1. invalid days: -1: Days are zero or more. invalid stages: from sql to mql: On the path the second stage comes after the first. unknown grouping: "weather": Leads are grouped by source, segment or owner. invalid instant: infinity: An event happens at a finite instant.', 'what cannot be asked');
SELECT is(pg_temp.error_of($$SELECT '{}'::align.survival$$), '22P02 | invalid survival | Its member "state" is missing or damaged, or the text was edited. | A survival is built by the aggregate time_to; its text is only to be read back.', 'a text that is no survival');

SELECT * FROM finish();
ROLLBACK;
