\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(163);

CREATE FUNCTION pg_temp.made(first period, numbers float8[]) RETURNS series LANGUAGE sql IMMUTABLE
    RETURN (SELECT series(first + (i::int - 1), v) FROM unnest(numbers) WITH ORDINALITY u(v, i));
CREATE TEMP TABLE book (name text, history series);

-- Users of a server, minute by minute: WWWusage of R's datasets, Hyndman and Athanasopoulos,
-- Forecasting: Principles and Practice, 3rd edition, section 8.2. A minute is a year here.
INSERT INTO book VALUES ('internet', pg_temp.made('1900', '{88,84,85,85,84,85,83,85,88,89,91,99,104,112,126,138,146,151,150,148,147,149,143,132,131,139,147,150,148,145,140,134,131,131,129,126,126,132,137,140,142,150,159,167,170,171,172,172,174,175,172,172,174,174,169,165,156,142,131,121,112,104,102,99,99,95,88,84,84,87,89,88,85,86,89,91,91,94,101,110,121,135,145,149,156,165,171,175,177,182,193,204,208,210,215,222,228,226,222,220}')),
-- International visitor nights in Australia in millions (austourists) and Saudi oil production
-- (oil), from the R package fpp2, the data of the 2nd edition of that book.
    ('visitors', pg_temp.made('1999-Q1', '{30.052513,19.148496,25.317692,27.591437,32.076456,23.487961,28.47594,35.123753,36.838485,25.007017,30.72223,28.693759,36.640986,23.824609,29.311683,31.770309,35.177877,19.775244,29.60175,34.538842,41.273599,26.655862,28.279859,35.191153,42.20566386,24.64917133,32.66733514,37.25735401,45.24246027,29.35048127,36.34420728,41.78208136,49.27659843,31.27540139,37.85062549,38.83704413,51.23690034,31.83855162,41.32342126,42.79900337,55.70835836,33.40714492,42.31663797,45.15712257,59.57607996,34.83733016,44.84168072,46.9712496,60.01903094,38.37117851,46.97586413,50.73379646,61.64687319,39.29956937,52.67120908,54.33231689,66.83435838,40.87118847,51.82853579,57.49190993,65.25146985,43.06120822,54.76075713,59.83447494,73.25702747,47.69662373,61.09776802,66.05576122}')),
    ('oil', pg_temp.made('1965', '{111.0091346,130.8284341,141.2870879,154.2277747,162.7408654,192.1664835,240.7997253,304.2173901,384.0045673,429.6621566,359.3169299,437.2518544,468.4007898,424.4353365,487.9794299,509.8284478,506.3472527,340.1842374,240.258921,219.0327876,172.0746632,252.5900922,221.0710774,276.5187735,271.1479517,342.6186005,428.3558357,442.3945534,432.7851482,437.2497186,437.2091599,445.3640981,453.1950104,454.409641,422.3789058,456.0371217,440.3866047,425.1943725,486.2051735,500.4290861,521.2759092,508.947617,488.8888577,509.870575,456.7229123,473.8166029,525.9508706,549.8338076,542.3404698}'));
CREATE FUNCTION pg_temp.book(name text) RETURNS series LANGUAGE sql STABLE RETURN (SELECT history FROM book b WHERE b.name = $1);

-- The book's example of the damped trend prints alpha 1.000, beta 0.997, phi 0.815, level 90.4, trend -0.0173.
CREATE TEMP TABLE internet AS SELECT 'ours' AS whose, f.* FROM series_fit(pg_temp.book('internet')) f
    UNION ALL SELECT 'book', f.* FROM series_fit(pg_temp.book('internet'), parameters => '{1,0.997,0,0.815,90.4,-0.0173}') f;
SELECT is((SELECT format('%s, %s values', method, history_count) FROM internet WHERE whose = 'ours'), 'damped trend, 100 values', 'the book''s damped trend: method');
SELECT ok((SELECT abs(alpha - 1) < 0.001 AND abs(beta - 0.997) < 0.005 AND abs(phi - 0.815) < 0.02 FROM internet WHERE whose = 'ours'), 'the book''s damped trend: alpha, beta and phi');
SELECT ok((SELECT squared_error FROM internet WHERE whose = 'ours') <= (SELECT squared_error FROM internet WHERE whose = 'book'), 'the book''s damped trend: no parameters of the book have less error');
-- Its table of one-step forecasts from minute 10 on: RMSE 3.69, MAE 3.00 (simple smoothing 6.05 and 4.81).
SELECT ok((SELECT count(*) = 90 AND sqrt(avg(error ^ 2)) BETWEEN 3.4 AND 3.69 AND avg(abs(error)) BETWEEN 2.8 AND 3.00
    FROM (SELECT v.value - p.expected_value AS error
          FROM series_values(pg_temp.book('internet')) v
          CROSS JOIN LATERAL (SELECT series(b.period::period, b.value) AS history FROM series_values(pg_temp.book('internet')) b WHERE b.period < v.period) s
          CROSS JOIN LATERAL series_path(s.history, 1) p WHERE v.period >= '1910') e), 'the book''s damped trend: as good one step ahead');

-- The forecasts of R's package forecast (ets, model AAdA and AAdN) for these two, to the last printed digit,
-- from its parameters: reference results of statsmodels, statsmodels/tsa/tests/results/fit_ets_results_*.json.
-- R gives seasonal states latest first; ours are in the order of the periods.
CREATE TEMP TABLE r (name text, season int, parameters float8[], expected float8[], variance float8, fitted int);
INSERT INTO r VALUES
    ('visitors', 4, '{0.35445427,0.03200749,0.39993387,0.97999997,24.01278357,0.97770147,5.34956637,-6.61171798,-0.50735902,1.76951063}', '{76.07768073,51.61741109,63.96457729,68.27886241}', 6.0830734, 9),
    ('oil', 0, '{0.99989969,0.11886985,0,0.80000197,36.46466837,34.72584983}', '{545.35213563,547.76044926,549.68710489,551.22843318}', 2524.87915822, 5);
SELECT ok((SELECT bool_and(abs(p.expected_value - e.expected) < 1e-6) AND count(*) = 4
    FROM series_path(pg_temp.book(r.name), 4, r.season, r.parameters) WITH ORDINALITY p JOIN unnest(r.expected) WITH ORDINALITY e(expected, ordinality) USING (ordinality)), format('R''s forecasts of %s', name)) FROM r;
SELECT ok((SELECT abs(f.squared_error / (f.history_count - r.fitted) / r.variance - 1) < 1e-7 FROM series_fit(pg_temp.book(r.name), r.season, r.parameters) f), format('R''s variance of %s', name)) FROM r;
SELECT ok((SELECT f.squared_error FROM series_fit(pg_temp.book(r.name)) f) < (SELECT f.squared_error FROM series_fit(pg_temp.book(r.name), r.season, r.parameters) f), format('our fit of %s has less squared error than R''s', name)) FROM r;
SELECT is((SELECT method FROM series_fit(pg_temp.book('visitors'))), 'damped trend with a season of 4', 'quarters have a season of 4');
SELECT results_eq($$SELECT period, period_start_date FROM series_path(pg_temp.book('visitors'), 2)$$, $$VALUES ('2016-Q1', '2016-01-01'::date), ('2016-Q2', '2016-04-01')$$, 'periods to come');

-- Intervals of all parameters given, by the formulas of Hyndman, Koehler, Ord and Snyder (2008), chapter 6: the error of
-- period h is the sum of e(k) c(h - k), c(0) = 1, c(j) = alpha + beta (phi + ... + phi^j), + gamma where 4 divides j.
CREATE TEMP TABLE impact AS
    SELECT j, CASE j WHEN 0 THEN 1 ELSE r.parameters[1] + r.parameters[2] * (SELECT sum(r.parameters[4] ^ i) FROM generate_series(1, j) i) + CASE j % 4 WHEN 0 THEN r.parameters[3] ELSE 0 END END AS c
    FROM r, generate_series(0, 7) j WHERE name = 'visitors';
CREATE TEMP TABLE visitors AS SELECT r.parameters, pg_temp.book('visitors') AS history, f.squared_error / 68 AS variance
    FROM r, series_fit(pg_temp.book('visitors'), 4, r.parameters) f WHERE name = 'visitors';
-- quantiles of Student's t with 68 degrees of freedom: 1.294126 (0.9), 1.995469 (0.975)
SELECT ok((SELECT count(*) = 8 AND bool_and(abs(p.high80_value - p.expected_value - 1.294126 * sqrt(v.variance * (SELECT sum(c ^ 2) FROM impact WHERE j < h))) < 1e-5
        AND abs(p.expected_value - p.low95_value - 1.995469 * sqrt(v.variance * (SELECT sum(c ^ 2) FROM impact WHERE j < h))) < 1e-5)
    FROM visitors v, series_path(v.history, 8, 4, v.parameters) WITH ORDINALITY p(period, period_start_date, expected_value, low80_value, high80_value, low95_value, high95_value, h)), 'intervals of single periods, by the formula');
SELECT ok((SELECT abs(l.high80_value - l.expected_value - 1.294126 * sqrt(v.variance * (SELECT sum(s ^ 2) FROM (SELECT sum(c) OVER (ORDER BY j) AS s FROM impact) x))) < 1e-5
        AND abs(l.expected_value - (SELECT sum(expected_value) FROM series_path(v.history, 8, 4, v.parameters))) < 1e-9
    FROM visitors v, series_landing(v.history, '2016-Q1', '2017-Q4', 'sum', 4, v.parameters) l), 'interval of a sum, whose errors are correlated');
SELECT ok((SELECT abs(l.high80_value - p.high80_value) < 1e-9 AND abs(l.expected_value - p.expected_value) < 1e-9
    FROM visitors v, series_landing(v.history, '2016-Q1', '2017-Q4', 'last', 4, v.parameters) l, series_path(v.history, 8, 4, v.parameters) p WHERE p.period = '2017-Q4'), 'the last period of several is that period');
SELECT ok((SELECT abs(m.expected_value - s.expected_value / 8) < 1e-9 AND abs(m.low95_value - s.low95_value / 8) < 1e-9
    FROM visitors v, series_landing(v.history, '2016-Q1', '2017-Q4', 'mean', 4, v.parameters) m, series_landing(v.history, '2016-Q1', '2017-Q4', 'sum', 4, v.parameters) s), 'the mean is the sum over the count');
SELECT ok((SELECT bool_and(abs(a.expected_value - b.expected_value) < 1e-9) FROM series_fit(pg_temp.book('visitors')) f, series_path(pg_temp.book('visitors'), 8) a
    JOIN LATERAL series_path(pg_temp.book('visitors'), 8, 4, f.fitted_parameters) b USING (period)), 'fitted parameters give the same forecasts again');

-- alpha to gamma 0 and phi 1 is a regression line, for which the textbooks have the interval of a forecast:
-- s sqrt(1 + 1/n + (x - mean x)^2 / Sxx), with n - 2 degrees of freedom; t with 10: 1.372184 and 2.228139
CREATE TEMP TABLE line AS SELECT x, y, '2001'::period + (x - 1) AS period FROM unnest('{12.1,13.9,13.2,16.4,15.8,18.3,20.9,19.2,21.5,24.8,23.1,25.6}'::float8[]) WITH ORDINALITY u(y, n), LATERAL (SELECT n::int AS x) i;
CREATE TEMP TABLE fitted AS SELECT regr_slope(y, x) AS slope, regr_intercept(y, x) AS start, regr_sxx(y, x) AS sxx, sqrt((regr_syy(y, x) - regr_sxy(y, x) ^ 2 / regr_sxx(y, x)) / 10) AS s, (SELECT series(period, y) FROM line) AS history FROM line;
SELECT ok((SELECT abs(f.level_value - (start + 12 * slope)) < 1e-9 AND abs(f.trend_value - slope) < 1e-9 AND abs(f.error_deviation - s) < 1e-9 AND f.degrees_of_freedom = 10
    FROM fitted, series_fit(history, parameters => '{0,0,0,1}') f), 'a regression line');
SELECT ok((SELECT count(*) = 5 AND bool_and(abs(p.expected_value - (start + (12 + h) * slope)) < 1e-9 AND abs(p.high80_value - p.expected_value - 1.372184 * s * sqrt(1 + 1/12.0 + (12 + h - 6.5) ^ 2 / sxx)) < 1e-5
        AND abs(p.expected_value - p.low95_value - 2.228139 * s * sqrt(1 + 1/12.0 + (12 + h - 6.5) ^ 2 / sxx)) < 1e-5)
    FROM fitted, series_path(history, 5, parameters => '{0,0,0,1}') WITH ORDINALITY p(period, period_start_date, expected_value, low80_value, high80_value, low95_value, high95_value, h)), 'and its intervals');
-- of the sum of three: its own errors 3, and 3 (intercept) and sum of (x - mean) times the slope's
SELECT ok((SELECT abs(l.high80_value - l.expected_value - 1.372184 * s * sqrt(3 + 9 / 12.0 + (7.5 + 6.5 + 8.5) ^ 2 / sxx)) < 1e-5 FROM fitted, series_landing(history, '2013', '2015', 'sum', parameters => '{0,0,0,1}') l), 'of a sum too');
-- what is known counts as it is: 24.8 + 23.1 + 25.6 + forecast of 2013
SELECT ok((SELECT abs(l.expected_value - (73.5 + start + 13 * slope)) < 1e-9 AND abs(l.high80_value - l.expected_value - 1.372184 * s * sqrt(1 + 1/12.0 + 6.5 ^ 2 / sxx)) < 1e-5
        AND abs(l.known_value - 73.5) < 1e-9 AND (l.known_count, l.missing_count, l.remaining_count, l.history_count) = (3, 0, 1, 12)
    FROM fitted, series_landing(history, '2010', '2013', 'sum', parameters => '{0,0,0,1}') l), 'what is in, is in');
SELECT ok((SELECT abs(l.target_chance_ratio - 0.1) < 1e-6 FROM fitted, series_landing(history, '2010', '2013', 'sum', parameters => '{0,0,0,1}') a,
    series_landing(history, '2010', '2013', 'sum', parameters => '{0,0,0,1}', goal_low => a.high80_value) l), 'a chance of 10 % to pass the upper end of 80 %');
SELECT ok((SELECT abs(l.target_chance_ratio - 0.95) < 1e-6 FROM fitted, series_landing(history, '2010', '2013', 'sum', parameters => '{0,0,0,1}') a,
    series_landing(history, '2010', '2013', 'sum', parameters => '{0,0,0,1}', goal_low => a.low95_value, goal_high => a.high95_value) l), 'of 95 % to lie within');
SELECT ok((SELECT abs(l.target_chance_ratio - 0.5) < 1e-9 FROM fitted, series_landing(history, '2010', '2013', 'sum', parameters => '{0,0,0,1}') a,
    series_landing(history, '2010', '2013', 'sum', parameters => '{0,0,0,1}', goal_high => a.expected_value) l), 'of one half to stay below what is expected');
SELECT is((SELECT array_agg(l.target_chance_ratio ORDER BY g) FROM fitted, unnest('{70,73.5}'::float8[]) g, series_landing(history, '2010', '2013', 'sum', parameters => '{0,0,0,1}', goal_low => g) l), '{1,1}', 'what is in cannot be lost where nothing was negative');
SELECT is((SELECT l.target_chance_ratio FROM fitted, series_landing(history, '2010', '2013', 'sum', parameters => '{0,0,0,1}', goal_high => 73) l), 0::float8, 'nor kept below');
SELECT is((SELECT l.target_chance_ratio FROM fitted, series_landing(history, '2010', '2013', 'sum') l), NULL, 'no goal, no chance');

-- the aggregate
CREATE TABLE public.forecast_history AS SELECT '1990-01'::period + i AS period, (hashint8extended(i, 1) & 1023) / 8.0::float8 AS value FROM generate_series(0, 1999) i;
ANALYZE public.forecast_history;
CREATE TEMP TABLE whole AS SELECT series(period, value) AS history FROM public.forecast_history;
SELECT is((SELECT series(period, value) FROM (SELECT * FROM public.forecast_history ORDER BY md5(period::text)) h), (SELECT history FROM whole), 'input order does not matter');
SELECT is((SELECT rollup(s) FROM (SELECT series(period, value) AS s FROM public.forecast_history GROUP BY lower(period)::text LIKE '%-03-%', value > 50) p), (SELECT history FROM whole), 'rollup of parts');
SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0; SET LOCAL max_parallel_workers_per_gather = 2;
SELECT matches(pg_temp.plan_of('SELECT align.series(period, value) FROM public.forecast_history'), 'Partial Aggregate', 'a parallel plan');
SELECT is((SELECT series(period, value) FROM public.forecast_history), (SELECT history FROM whole), 'combined as serial');
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size;
SELECT is((SELECT series(p, v) FROM (VALUES ('2026-01'::period, 1::float8), (NULL, 2), ('2026-03', NULL), ('2026-02', 3)) x(p, v)), pg_temp.made('2026-01', '{1,3}'), 'rows with a NULL are left out');
SELECT is((SELECT series(p, v) FROM (VALUES (NULL::period, NULL::float8)) x(p, v)), (SELECT series(p, v) FROM (VALUES (NULL::period, 1::float8)) x(p, v)), 'a series without a value');
SELECT is((SELECT series(p, v) FROM (VALUES ('2026-01'::period, 1::float8)) x(p, v) WHERE false), NULL, 'no row is no series');
SELECT is((SELECT rollup(s) FROM (VALUES (NULL::series), (pg_temp.made('2026-01', '{1,3}')), (NULL)) x(s)), pg_temp.made('2026-01', '{1,3}'), 'rollup passes over NULL');
SELECT is((SELECT rollup(s) FROM (VALUES (NULL::series), (NULL)) x(s)), NULL, 'rollup of NULL alone');
SELECT is((SELECT history::text::series FROM whole), (SELECT history FROM whole), 'text reads back to the same');
SELECT is((SELECT count(*) FROM book WHERE history::text::series = history AND pg_column_size(history) > 0), 3::bigint, 'and of fractions');
SELECT is((pg_temp.made('2026-01', '{1,3}'))::text::jsonb - 'state', '{"values": 2, "first": "2026-01", "last": "2026-02"}', 'text says what it holds');
SELECT is((SELECT count(*) FROM (SELECT DISTINCT s FROM (VALUES (pg_temp.made('2026-01', '{1,3}')), (pg_temp.made('2026-01', '{1,3}')), (pg_temp.made('2026-02', '{1,3}')), (pg_temp.made('2026-Q1', '{1,3}'))) x(s)) d), 3::bigint, 'series can be told apart');
SELECT is(pg_temp.made('2026-01', '{0}'), pg_temp.made('2026-01', '{-0}'), 'both zeros are one');
SELECT results_eq($$SELECT * FROM series_values((SELECT series(p, v) FROM (VALUES ('2026-W03'::period, 1.5::float8), ('2026-W01', -2)) x(p, v)))$$, $$VALUES ('2026-W01', '2025-12-29'::date, -2::float8), ('2026-W03', '2026-01-12', 1.5)$$, 'series_values');

-- little history
SELECT is((SELECT format('%s|%s|%s|%s', f.method, f.history_count, f.degrees_of_freedom, f.note) FROM series_fit(NULL) f), '|0||No value is known.', 'no history');
SELECT is((SELECT format('%s|%s|%s', f.method, f.history_count, f.note) FROM series_fit((SELECT series(NULL::period, 1))) f), '|0|No value is known.', 'a history without a value');
SELECT is((SELECT format('%s|%s|%s', f.method, f.history_count, f.note) FROM series_fit(pg_temp.made('2026-01', '{5}')) f), '|1|1 value is too few to forecast from.', 'one value');
SELECT is((SELECT count(*) FROM series_path(pg_temp.made('2026-01', '{5}'), 3)) + (SELECT count(*) FROM series_path(NULL, 3)), 0::bigint, 'no path from one value or none');
SELECT is((SELECT l::text FROM series_landing(pg_temp.made('2026-01', '{5}'), '2026-01', '2026-12', 'sum') l), '(5,,,,,,,1,0,11,1,,"1 value is too few to forecast from.")', 'no landing from one value');
SELECT is((SELECT l::text FROM series_landing(NULL, '2026-01', '2026-12', 'sum') l), '(,,,,,,,0,0,0,0,,"No value is known.")', 'nor from none');
SELECT is((SELECT l::text FROM series_landing(pg_temp.made('2026-01', '{5}'), '2026-01', '2026-01', 'sum', goal_low => 4) l), '(5,5,5,5,5,5,1,1,0,0,1,actual,)', 'but what is known is known');
SELECT is((SELECT l::text FROM series_landing(pg_temp.made('2026-01', '{5,6,7}'), '2026-01', '2026-02', 'mean', goal_low => 5.6) l), '(5.5,5.5,5.5,5.5,5.5,5.5,0,2,0,0,3,actual,)', 'the mean of two months');
SELECT is((SELECT l::text FROM series_landing(pg_temp.made('2026-01', '{5,6,0}'), '2026-02', '2026-03', 'last') l), '(0,0,0,0,0,0,,2,0,0,3,actual,)', 'the last of two months, of value 0');
SELECT is((SELECT format('%s|%s|%s|%s', f.method, f.level_value, f.history_count, f.note) FROM series_fit(pg_temp.made('2026-01', '{4,5,9}')) f), 'run rate|6|3|3 values are too few for a trend: this is their mean, with a wide interval.', 'three values: their mean');
SELECT is((SELECT round(l.expected_value::numeric, 9) FROM series_landing(pg_temp.made('2026-01', '{4,5,9}'), '2026-01', '2026-12', 'sum') l), 72.000000000, 'a run rate: 18 in, and nine times 6');
SELECT is((SELECT method FROM series_fit(pg_temp.made('2026-01', '{4,5,9,4,5,6,7}'))), 'run rate', 'seven values: a run rate');
SELECT is((SELECT method FROM series_fit(pg_temp.made('2026-01', '{4,5,9,4,5,6,7,6}'))), 'damped trend', 'eight values: a trend');
SELECT ok((SELECT p.high80_value - p.low80_value > 0.6 * p.expected_value FROM series_path(pg_temp.made('2026-01', '{500,501}'), 1) p), 'two values that are close by chance: still a wide interval');
SELECT ok((SELECT bool_and(wide > narrow) FROM (SELECT high80_value - low80_value AS wide, row_number() OVER () AS h FROM series_path(pg_temp.made('2026-01', '{4,5,9,4,5}'), 6)) a
    JOIN (SELECT high80_value - low80_value AS narrow, row_number() OVER () + 1 AS h FROM series_path(pg_temp.made('2026-01', '{4,5,9,4,5}'), 6)) b USING (h)), 'further ahead is wider');

-- seasons
CREATE FUNCTION pg_temp.months(n int) RETURNS series LANGUAGE sql IMMUTABLE
    RETURN (SELECT series('2024-01'::period + i, 100 + i + 30 * (i % 12 = 11)::int + ((hashint8extended(i, 7) & 63) / 16.0)) FROM generate_series(0, n - 1) i);
SELECT is((SELECT array_agg(method || COALESCE(': ' || note, '') ORDER BY n) FROM unnest('{23,24}'::int[]) n, series_fit(pg_temp.months(n))),
    '{"damped trend: No season: fewer than two full ones of 12 periods are known.","damped trend with a season of 12"}'::text[], 'two full years have a season');
SELECT is((SELECT method || '|' || note FROM series_fit((SELECT series(v.period::period, v.value) FROM series_values(pg_temp.months(30)) v WHERE v.period <> '2025-12'))),
    'damped trend|No season: fewer than two full ones of 12 periods are known. 1 period of the history is without a value.', 'a month that was seen once gives no season');
SELECT ok((SELECT p.expected_value - lag(p.expected_value) OVER (ORDER BY p.period) > 20 FROM series_path(pg_temp.months(36), 12) p ORDER BY p.period DESC LIMIT 1), 'December is expected to be high');
SELECT is((SELECT method FROM series_fit(pg_temp.months(36), 0)), 'damped trend', 'season 0 is none');
SELECT is((SELECT method FROM series_fit(pg_temp.months(36), 6)), 'damped trend with a season of 6', 'another season');
SELECT is((SELECT method || '|' || note FROM series_fit(pg_temp.made('2024-Q1', '{5,7,6,9,6,8,6,10}'))), 'damped trend with a season of 4|Too few values to fit alpha to phi: usual ones are taken.', 'two years of quarters');
SELECT is((SELECT format('%s %s', method, degrees_of_freedom) FROM series_fit((SELECT series('2022-W01'::period + i, 10 + (i % 52) + (hashint8extended(i, 1) & 7)) FROM generate_series(0, 103) i))), 'damped trend with a season of 52 51', 'two years of weeks');
SELECT is((SELECT method FROM series_fit((SELECT series('2000'::period + i, i) FROM generate_series(0, 30) i))), 'damped trend', 'years have no season');

-- a fit is handed back without naming the season: run rate, trend and season
SELECT ok((SELECT count(*) = 3 AND bool_and(abs(a.expected_value - b.expected_value) < 1e-6)
    FROM pg_temp.months(n) h, series_fit(h) f, series_path(h, 3) WITH ORDINALITY a
    JOIN LATERAL series_path(h, 3, parameters => f.fitted_parameters) b USING (period)), format('the fit of %s months gives the same path again', n)) FROM unnest('{5,10,30}'::int[]) n;
SELECT is((SELECT method FROM series_fit(pg_temp.months(30), parameters => '{0.2,0.1,0,0.9,100,1}')), 'damped trend', 'states without a season: none');
SELECT is((SELECT count(*) FROM series_path(NULL, 3, parameters => array_fill(0.1::float8, ARRAY[18]))), 0::bigint, 'no series, whatever its season');

-- what is missing
SELECT is((SELECT format('%s|%s|%s', f.history_count, f.missing_count, f.note) FROM series_fit((SELECT series('2025-01'::period + i, 10 + i) FROM generate_series(0, 11) i WHERE i NOT IN (3, 4)), 0) f),
    '10|2|2 periods of the history are without a value.', 'months without a value are passed over');
-- on a regression line: 1 to 12 without 4 and 5 are expected to be 4 and 5
SELECT is((SELECT format('%s %s %s/%s/%s %s', round(l.expected_value::numeric, 6), round((l.high95_value - l.low95_value)::numeric, 6), l.known_count, l.missing_count, l.remaining_count, l.note)
    FROM series_landing((SELECT series('2025-01'::period + i, i + 1) FROM generate_series(0, 9) i WHERE i NOT IN (3, 4)), '2025-01', '2025-12', 'sum', 0, '{0,0,0,1}') l),
    '78.000000 0.000000 8/2/2 2 periods of the history are without a value. The history follows its line exactly, so that the interval has no width. 2 of the span: counted as was expected then.', 'in a sum they count as was expected then');
SELECT is((SELECT format('%s %s', l.expected_value, l.note) FROM series_landing(pg_temp.made('2025-03', '{5,5}'), '2025-01', '2025-04', 'sum') l), '10 2 periods before the first value: not counted.', 'what was before the first value does not count');
SELECT is((SELECT format('%s|%s|%s', l.expected_value, l.method, l.note) FROM series_landing(pg_temp.made('2025-03', '{5,5}'), '2025-01', '2025-02', 'sum') l), '||2 periods before the first value: not counted.', 'nothing before the first value is forecast');
SELECT is((SELECT round(l.expected_value::numeric, 6) FROM series_landing(pg_temp.made('2025-01', '{6,8,7,9,6,8,7,9,6,8}'), '2026-01', '2026-12', 'mean', 0, '{0,0,0,1,7.4,0}') l), 7.400000, 'a span that begins later');

-- values that tempt
CREATE TEMP TABLE odd (name text, history series);
INSERT INTO odd SELECT name, pg_temp.made('2023-01', numbers) FROM (VALUES
    ('constant', array_fill(7::float8, ARRAY[30])), ('zero', array_fill(0::float8, ARRAY[30])), ('huge', (SELECT array_agg(CASE i % 2 WHEN 0 THEN 1e100 ELSE -1e100 END) FROM generate_series(1, 30) i)),
    ('tiny', (SELECT array_agg(1e-310 * i) FROM generate_series(1, 30) i)), ('one peak', (SELECT array_agg((i = 17)::int * 1e99) FROM generate_series(1, 30) i)),
    ('line', (SELECT array_agg(3.0 * i) FROM generate_series(1, 30) i)), ('growth', (SELECT array_agg(2.0 ^ (10 * i)) FROM generate_series(1, 30) i)), ('two', '{1e100,-1e100}'), ('equal two', '{3,3}')) v(name, numbers);
SELECT is((SELECT count(*) FROM odd CROSS JOIN LATERAL series_path(history, 24) p CROSS JOIN LATERAL unnest(ARRAY[p.expected_value, p.low80_value, p.high80_value, p.low95_value, p.high95_value]) v
    WHERE v IS NULL OR v = 'NaN' OR abs(v) = 'Infinity'), 0::bigint, 'never NaN or infinity');
SELECT is((SELECT count(*) FROM odd CROSS JOIN LATERAL series_path(history, 24) p WHERE NOT (p.low95_value <= p.low80_value AND p.low80_value <= p.expected_value AND p.expected_value <= p.high80_value AND p.high80_value <= p.high95_value)), 0::bigint, 'bounds in order');
SELECT is((SELECT format('%s %s %s|%s', p.expected_value, p.low95_value, p.high95_value, f.note) FROM odd, series_fit(history) f, series_path(history, 1) p WHERE name = 'constant'),
    '7 7 7|The history follows its line exactly, so that the interval has no width.', 'a constant history is expected to stay');
SELECT is((SELECT array_agg(l.target_chance_ratio ORDER BY g) FROM odd, unnest('{83,84,85}'::float8[]) g, series_landing(history, '2026-01', '2026-12', 'sum', goal_low => g) l WHERE name = 'constant'), '{1,1,0}', 'with certainty');
SELECT ok((SELECT bool_and(p.expected_value >= 0 AND p.low95_value >= 0) FROM series_path(pg_temp.made('2025-01', '{90,80,72,61,50,42,29,20,12,4}'), 12) p), 'nothing below 0 where nothing was');
SELECT ok((SELECT bool_or(p.low95_value < 0) FROM series_path(pg_temp.made('2025-01', '{90,80,72,61,50,42,29,20,12,-4}'), 12) p), 'else there may be');
SELECT ok((SELECT count(*) = 520 FROM series_path((SELECT history FROM whole), 520)), '2000 values, 520 ahead');

-- Backtest: 200 series from seeds, 25 of each kind, whose next six periods are held back; e are normal numbers (Box and Muller 1958) of deviation 5.
CREATE FUNCTION pg_temp.noise(seed int, i int) RETURNS float8 LANGUAGE sql IMMUTABLE
    RETURN sqrt(-2 * ln(((hashint8extended(i, seed * 2) & 4503599627370495) + 1) / 4503599627370497.0::float8)) * cos(2 * pi() * (hashint8extended(i, seed * 2 + 1) & 4503599627370495) / 4503599627370496.0::float8);
CREATE TEMP TABLE kind (kind text, first period, n int, alpha float8, beta float8, gamma float8, phi float8, trend_mean float8, trend_deviation float8, season int);
INSERT INTO kind VALUES
    ('level', '2000', 24, 0, 0, 0, 1, 0, 0, 0), ('moving level', '2000', 24, 0.4, 0, 0, 1, 0, 0, 0), ('walk', '2000', 30, 0.9, 0, 0, 1, 0, 0, 0), ('line', '2000', 30, 0, 0, 0, 1, 1, 1, 0),
    ('damped trend', '2000', 40, 0.5, 0.1, 0, 0.9, 0, 4, 0), ('months', '2000-01', 36, 0.2, 0, 0, 1, 0.5, 0, 12), ('moving months', '2000-01', 48, 0.3, 0.02, 0.2, 0.95, 0.5, 0, 12), ('quarters', '2000-Q1', 16, 0.3, 0, 0.1, 1, 1, 0, 4);
CREATE FUNCTION pg_temp.generate(k kind, seed int) RETURNS float8[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    level float8 := 100; trend float8 := k.trend_mean + k.trend_deviation * pg_temp.noise(seed, -1); e float8; at int;
    seasonal float8[] := ARRAY(SELECT CASE k.season WHEN 0 THEN 0 ELSE 15 * pg_temp.noise(seed, -10 - j) END FROM generate_series(1, greatest(k.season, 1)) j);
    result float8[] := '{}';
BEGIN
    FOR t IN 1 .. k.n + 6 LOOP
        e := 5 * pg_temp.noise(seed, t);
        at := (t - 1) % greatest(k.season, 1) + 1;
        level := level + k.phi * trend;
        result := result || (level + seasonal[at] + e);
        level := level + k.alpha * e; trend := k.phi * trend + k.beta * e; seasonal[at] := seasonal[at] + k.gamma * e;
    END LOOP;
    RETURN result;
END $$;
CREATE TEMP TABLE past AS SELECT k.kind, k.first, k.n, seed, pg_temp.generate(k, seed) AS numbers FROM kind k, generate_series(1, 25) seed;
CREATE TEMP TABLE single AS SELECT s.kind, s.seed, s.numbers[s.n + p.h] AS value, p.*
    FROM past s, LATERAL series_path(pg_temp.made(s.first, s.numbers[1:s.n]), 6) WITH ORDINALITY p(period, period_start_date, expected_value, low80_value, high80_value, low95_value, high95_value, h);
CREATE TEMP TABLE total AS SELECT s.kind, s.seed, (SELECT sum(s.numbers[s.n + h]) FROM generate_series(1, 6) h) AS value, l.*
    FROM past s, LATERAL series_landing(pg_temp.made(s.first, s.numbers[1:s.n]), s.first + s.n, s.first + (s.n + 5), 'sum') l;
SELECT is((SELECT count(*) FROM single), 1200::bigint, 'backtest: 200 series, six periods each');
SELECT ok((SELECT avg((value BETWEEN low80_value AND high80_value)::int) BETWEEN 0.75 AND 0.85 FROM single), 'backtest: the 80 % interval of a period holds 75 to 85 %');
SELECT ok((SELECT avg((value BETWEEN low95_value AND high95_value)::int) BETWEEN 0.92 AND 0.98 FROM single), 'backtest: the 95 % interval of a period holds 92 to 98 %');
SELECT ok((SELECT avg((value BETWEEN low80_value AND high80_value)::int) BETWEEN 0.75 AND 0.85 FROM total), 'backtest: the 80 % interval of a sum holds 75 to 85 %');
SELECT ok((SELECT bool_and(share BETWEEN 0.68 AND 0.92) FROM (SELECT avg((value BETWEEN low80_value AND high80_value)::int) AS share FROM single GROUP BY kind) k), 'backtest: no kind is far off');
SELECT ok((SELECT avg((value >= expected_value)::int) BETWEEN 0.42 AND 0.58 FROM total), 'backtest: as many land above as below');

-- metrics
INSERT INTO metric (key, title, kind, measures, unit, grain, fold) VALUES
    ('calls', 'Calls', 'leading', 'activity', 'calls', 'month', 'sum'), ('orders', 'Orders', 'lagging', 'outcome', 'orders', 'month', 'sum'), ('customers', 'Customers', 'lagging', 'outcome', 'customers', 'month', 'last'),
    ('days', 'Days to answer', 'leading', 'activity', 'days', 'month', 'mean'), ('visits', 'Visits', 'leading', 'activity', 'visits', 'week', 'sum'), ('debts', 'Change of debts', 'lagging', 'outcome', 'EUR', 'quarter', 'sum'), ('none', 'Nothing yet', 'lagging', 'outcome', NULL, 'month', 'sum');
CREATE FUNCTION pg_temp.record(metric text, first period, numbers numeric[]) RETURNS void LANGUAGE sql
BEGIN ATOMIC
    SELECT record_value($1, (first + (i::int - 1))::text, v, at => upper(first + (i::int - 1))::timestamp AT TIME ZONE 'UTC') FROM unnest(numbers) WITH ORDINALITY u(v, i) WHERE v IS NOT NULL;
END;
DO $$ BEGIN
    PERFORM pg_temp.record('calls', '2024-01', array_fill(10, ARRAY[21]));
    PERFORM pg_temp.record('orders', '2023-01', array_fill(5, ARRAY[9]) || array_fill(25, ARRAY[3]) || array_fill(5, ARRAY[9]) || array_fill(25, ARRAY[3]) || array_fill(7, ARRAY[9]));
    PERFORM pg_temp.record('customers', '2024-11', '{97,100,103,104,107,110,112,115,117,119,121}');
    PERFORM pg_temp.record('days', '2025-01', '{8,9,10,8,9,10,8,9,10}');
    PERFORM pg_temp.record('visits', '2025-W01', ARRAY(SELECT 20 + (i * 7) % 11 FROM generate_series(1, 40) i));
    PERFORM pg_temp.record('debts', '2023-Q1', '{-3,4,-5,2,-4,6,-2,3,-3}');
    PERFORM set_target('calls', '2024-01', '>= 9'), set_target('orders', '2023-01', '>= 12'), set_target('customers', '2024-11', '>= 124'), set_target('days', '2025-01', '<= 10 ~ 12'), set_target('visits', '2025-W01', '20..30');
END $$;

-- ten a month: 90 in, 120 at the end; the goal of 9 a month is 108, so 18 are left, 6 a month
SELECT is((SELECT f::text FROM forecast('calls', '2025', '2025-10-01Z') f), '(calls,2025,2025-01-01,calls,">= 108",90,120.000,120.000,120.000,120.000,120.000,"on track",1.0000,6.000,9,0,3,21,"damped trend","No season: fewer than two full ones of 12 periods are known. The history follows its line exactly, so that the interval has no width.")', 'forecast of a year, by hand');
SELECT is((SELECT format('%s %s %s', f.expected_value, f.known_count, f.remaining_count) FROM forecast('calls', '2025-Q4', '2025-10-01Z') f), '30.000 0 3', 'of a quarter that has just begun');
SELECT is((SELECT format('%s %s %s %s', f.expected_value, f.low95_value, f.method, f.target_chance_ratio) FROM forecast('calls', '2025-Q3', '2025-10-01Z') f), '30 30 actual 1', 'of a quarter that is over');
SELECT is((SELECT format('%s %s %s %s', f.expected_value, f.method, f.target_chance_ratio, f.expected_status) FROM forecast('orders', '2025-09', '2025-10-01Z') f), '7 actual 0 off track', 'of a month that is over, and was missed');
-- the same instant a second earlier: September is not over
SELECT is((SELECT format('%s %s %s', f.known_value, f.remaining_count, f.history_count) FROM forecast('calls', '2025', '2025-09-30 23:59:59Z') f), '80 4 20', 'a period counts when it is over');
DO $$ BEGIN
    PERFORM record_value('calls', '2025-09', 40, 'counted again', '2025-10-05Z');
    PERFORM record_value('calls', '2025-10', 3, 'so far', '2025-10-10Z');
END $$;
SELECT is((SELECT f.known_value FROM forecast('calls', '2025', '2025-10-04Z') f), 90::numeric, 'a correction that came later does not count');
SELECT is((SELECT f.known_value FROM forecast('calls', '2025', '2025-10-06Z') f), 120::numeric, 'one that came before does');
SELECT is((SELECT format('%s %s', f.known_value, f.note) FROM forecast('calls', '2025', '2025-10-11Z') f), '120 No season: fewer than two full ones of 12 periods are known. The value so far of the period that is not over is left out.', 'a value of a period that is not over is left out');
SELECT is((SELECT format('%s %s %s', f.known_value, f.missing_count, f.remaining_count) FROM forecast('customers', '2025', '2025-11-03Z') f), '121 1 2', 'October is over, and has no value');
SELECT is((SELECT format('%s %s', f.expected_value, f.note) FROM forecast('none', '2025', '2025-10-01Z') f), ' No value is known. No target.', 'a metric without values');
SELECT is((SELECT format('%s %s', f.expected_value, f.note) FROM forecast('calls', '2025', '2024-01-15Z') f), ' No value is known.', 'at an instant before the first value');
-- 121 of 124 customers, three months left: one a month
SELECT is((SELECT format('%s %s', f.known_value, f.needed_value) FROM forecast('customers', '2025', '2025-10-01Z') f), '121 1.00', 'needed of a level: how much it must rise a month');
-- mean of nine is 9; at most 10 over twelve leaves (120 - 81) / 3 = 13 a month
SELECT is((SELECT format('%s %s %s', f.known_value, f.needed_value, f.expected_status) FROM forecast('days', '2025', '2025-10-01Z') f), '9.000000 13.000 on track', 'needed of a mean: what a month may have');
-- 40 weeks are in: 20 a week times 52 is the lower end
SELECT is((SELECT format('%s %s %s', f.target, f.remaining_count, f.needed_value = GREATEST(round((1040 - f.known_value) / 12, 3), 0)) FROM forecast('visits', '2025', '2025-10-06Z') f), '1040..1560 12 t', 'weeks make a year');
SELECT ok((SELECT f.low95_value < f.low80_value AND f.low80_value < f.expected_value AND f.high95_value > f.high80_value AND f.expected_value BETWEEN 1200 AND 1350 AND f.target_chance_ratio > 0.99 FROM forecast('visits', '2025', '2025-10-06Z') f), 'a chance to lie within a range');
SELECT ok((SELECT f.low95_value < f.known_value AND f.target IS NULL AND f.target_chance_ratio IS NULL AND f.needed_value IS NULL AND f.note LIKE '%No target.' FROM forecast('debts', '2025', '2025-04-02Z') f), 'without a target; what was negative may be so again');
DO $$ BEGIN
    PERFORM set_target('debts', '2025-Q1', '= 0');
END $$;
SELECT ok((SELECT f.target_chance_ratio IS NULL AND f.note LIKE '%Of one exact value no chance is given.' FROM forecast('debts', '2025', '2025-04-02Z') f), 'of one exact value no chance is given');
-- equal to what the series gives
SELECT ok((SELECT f.expected_value = round(l.expected_value::numeric, 3) AND f.high95_value = round(l.high95_value::numeric, 3)
    FROM forecast('visits', '2025', '2025-10-06Z') f, series_landing((SELECT series(period::period, value) FROM metric_history WHERE metric_key = 'visits'), '2025-W01', '2025-W52', 'sum') l), 'as the series itself');
SELECT is((SELECT array_agg(format('%s %s %s', p.period, p.target, p.metric_key)) FROM forecast_path('visits', '2025', '2025-10-06Z') p WHERE p.period >= '2025-W51'), '{"2025-W51 20..30 visits","2025-W52 20..30 visits"}', 'forecast_path: up to the last week of the year');
SELECT is((SELECT format('%s %s %s', count(*), min(period), bool_and(low95_value < expected_value AND expected_status = 'on track')) FROM forecast_path('visits', '2025', '2025-10-06Z')), '12 2025-W41 t', 'from the first week that is not known');
SELECT is((SELECT count(*) FROM forecast_path('visits', '2025-Q3', '2025-10-06Z')) + (SELECT count(*) FROM forecast_path('none', '2025', '2025-10-06Z')), 0::bigint, 'nothing to expect');

-- pace: 81 of 108 by three quarters of a straight line; 90 are in
SELECT is((SELECT p::text FROM pace('calls', '2025', '2025-10-01Z') p), '(calls,2025,2025-01-01,calls,">= 108",straight,0.750000,90,81.000,9.000,0.111111,9,12,0,1,)', 'pace on a straight line, by hand');
-- in both years before 45 of 120 were in: 0.375 of 144 is 54; 63 are in
SELECT is((SELECT p::text FROM pace('orders', '2025', '2025-10-01Z') p), '(orders,2025,2025-01-01,orders,">= 144",seasonal,0.375000,63,54.000,9.000,0.166667,9,12,0,2,)', 'pace on a seasonal line, by hand');
SELECT is((SELECT format('%s %s', p.line, p.ahead_value) FROM pace('orders', '2025', '2024-10-01Z') p), 'straight ', 'a year to come has no pace');
SELECT is((SELECT format('%s %s %s', p.line, p.line_value, p.ahead_value) FROM pace('orders', '2024', '2025-01-01Z') p), 'straight 144.000 -24.000', 'a year that is over is held against its goal');
-- from 100 in December three quarters of the way to 124 is 118
SELECT is((SELECT format('%s %s %s %s', p.line, p.line_value, p.ahead_value, p.ahead_ratio) FROM pace('customers', '2025', '2025-10-01Z') p), 'straight 118.00 3.00 0.025424', 'pace of a level');
SELECT is((SELECT format('%s %s %s %s', p.line, p.line_value, p.ahead_value, p.ahead_ratio) FROM pace('days', '2025', '2025-10-01Z') p), 'level 10.000 1.000 0.100000', 'pace of a mean: under at most, less is ahead');
SELECT is((SELECT format('%s %s', p.line_value, p.ahead_value) FROM pace('customers', '2024', '2025-01-01Z') p), '124.00 -24.00', 'a level without a value before: against the goal');
-- 30 weeks at 20 to 30: 600 to 900
SELECT is((SELECT format('%s %s', p.share_ratio, p.ahead_value) FROM pace('visits', '2025', '2025-07-28Z') p), '0.576923 0.000', 'inside a range is neither');
SELECT is((SELECT format('%s %s %s', p.known_value, p.ahead_value, p.note) FROM pace('none', '2025', '2025-10-01Z') p), '  No target. No value is known.', 'pace of nothing');
SELECT is((SELECT format('%s %s', p.over_count, p.note) FROM pace('calls', '2026', '2025-10-01Z') p), '0 None of its periods is over.', 'pace of a period to come');
SELECT is((SELECT format('%s %s', p.missing_count, p.note) FROM pace('customers', '2025', '2025-11-03Z') p), '1 1 of the periods that are over: no value, not counted.', 'pace where a value is missing');

-- bad input
SELECT is(pg_temp.error_of($$SELECT align.series('2026-01', v) FROM unnest('{1,2}'::float8[]) v$$), '21000 | two values for one period of a series: 2026-01 | A series has one value a period. | Group by period first, and sum or average.', 'two values for one period');
SELECT is(pg_temp.error_of($$SELECT align.rollup(s) FROM (SELECT align.series('2026-01', v) AS s FROM unnest('{1,2}'::float8[]) v GROUP BY v) x$$), '21000 | two values for one period of a series: 2026-01 | A series has one value a period. | Group by period first, and sum or average.', 'in two parts');
SELECT matches(pg_temp.error_of($$SELECT align.series(p::align.period, 1) FROM unnest('{2026-01,2026-W01}'::text[]) p$$), '^22023 \| periods of different kinds cannot be counted: 2026-(01|W01) and ', 'periods of different kinds');
SELECT is(pg_temp.error_of(format($$SELECT align.series('2026-01', %L)$$, v)), format('22003 | invalid value in a series: %s | Values are numbers from -1e100 to 1e100. | Leave the row out: a period may be without a value.', m), v)
    FROM (VALUES ('NaN', 'NaN'), ('Infinity', 'Infinity'), ('-Infinity', '-Infinity'), ('2e100', '2e+100')) x(v, m);
SELECT is(pg_temp.error_of($$SELECT align.series(p::align.period, 1) FROM unnest('{1826-01,2026-01}'::text[]) p$$), '54000 | series too long: 1826-01 to 2026-01 | A series spans at most 2000 periods. | Leave out the oldest, or use a coarser grain.', 'too long');
SELECT is(pg_temp.error_of($$SELECT '{}'::align.series$$), '22P02 | invalid series | Its member "state" is missing or damaged, or the text was edited. | A series is built by the aggregate series; its text is only to be read back.', 'a text that is none');
SELECT matches(pg_temp.error_of(format('SELECT %L::align.series', replace(pg_temp.made('2026-01', '{1,3}')::text, '"values": 2', '"values": 3'))), '^22P02 \| invalid series', 'an edited text');
SELECT is(pg_temp.error_of(format('SELECT * FROM align.series_path(NULL, %s)', h)), format('22023 | invalid horizon: %s | A forecast goes 1 to 520 periods ahead of the last value. | Ask for fewer, or use a coarser grain.', h), 'horizon ' || h) FROM unnest('{0,-1,521}'::int[]) h;
SELECT is(pg_temp.error_of(format('SELECT align.series_fit(NULL, %s)', m)), format('22023 | invalid season: %s | A season has 2 to 60 periods; 0 is none. | Leave it NULL for the year: 52 weeks, 12 months, 4 quarters.', m), 'season ' || m) FROM unnest('{1,-12,61}'::int[]) m;
SELECT is(pg_temp.error_of(format('SELECT align.series_fit(NULL, 4, %L)', p)), format('22023 | invalid parameters: %s | Parameters are alpha, beta, gamma and phi, and then, or not, level, trend and a seasonal value for each period of the season, before the first period: 0 <= beta <= alpha <= 1, 0 <= gamma <= 1 - alpha, 0 < phi <= 1. | Leave them NULL to have them fitted, or take them from series_fit.', m), m)
    FROM (VALUES ('{1}', 'there are 1'), ('{}', 'there are 0'), ('{0.1,0.1,0,0.9,1,1}', 'there are 6'), ('{1.5,0,0,0.9}', 'alpha is 1.5'), ('{-1,0,0,0.9}', 'alpha is -1'), ('{0.5,0.6,0,0.9}', 'beta is 0.6'), ('{0.5,0.1,0.6,0.9}', 'gamma is 0.6'), ('{0.5,0.1,0,0}', 'phi is 0'), ('{0.5,0.1,0,NULL}', 'number 4 is NULL'), ('{0.5,NaN,0,0.9}', 'number 2 is NaN')) x(p, m);
SELECT is(pg_temp.error_of($$SELECT align.series_landing(NULL, '2026-01', '2026-12', 'median')$$), '22023 | invalid fold: "median" | The folds are sum, last and mean. | Write sum for amounts, last or mean for levels.', 'an unknown fold');
SELECT is(pg_temp.error_of($$SELECT align.series_landing(NULL, '2026-12', '2026-01', 'sum')$$), '22023 | invalid span: 2026-12 to 2026-01 | A span ends no earlier than it starts. | Write the earlier period first.', 'a span backwards');
SELECT is(pg_temp.error_of(format($$SELECT align.series_landing(NULL, '2026-01', '2026-12', 'sum', goal_low => %L, goal_high => %L)$$, l, h)), format('22023 | invalid goal: %s to %s | A goal is a range of finite numbers, the lower first; NULL is no bound. | Write 50 and NULL for at least 50.', m, n), 'goal ' || m || ' to ' || n)
    FROM (VALUES ('2', '1', '2', '1'), ('NaN', NULL, 'NaN', 'Infinity'), ('Infinity', NULL, 'Infinity', 'Infinity')) x(l, h, m, n);
SELECT matches(pg_temp.error_of($$SELECT align.series_landing((SELECT history FROM whole), '2300-01', '2300-12', 'sum')$$), '^22023 \| invalid horizon: ', 'too far ahead');
SELECT matches(pg_temp.error_of($$SELECT align.series_landing((SELECT history FROM whole), '2300-Q1', '2300-Q4', 'sum')$$), '^22023 \| periods of different kinds', 'a span of another grain');
SELECT matches(pg_temp.error_of(format($$SELECT * FROM align.%s('unheard', '2025')$$, f)), '^P0002 \| unknown metric: "unheard"', 'an unknown metric: ' || f) FROM unnest('{forecast,forecast_path,pace}'::text[]) f;
SELECT matches(pg_temp.error_of(format($$SELECT * FROM align.%s('calls', '2025-W03')$$, f)), '^22023 \| invalid period of metric "calls": 2025-W03', 'a period of finer grain: ' || f) FROM unnest('{forecast,forecast_path,pace}'::text[]) f;
SELECT is(pg_temp.error_of(format($$SELECT * FROM align.%s('calls', '2025', 'infinity')$$, f)), '22008 | invalid instant: infinity | An instant is finite. | Leave the instant out to mean the present.', 'an instant that is none: ' || f) FROM unnest('{forecast,forecast_path,pace}'::text[]) f;
SELECT matches(pg_temp.error_of($$SELECT * FROM align.forecast('calls', '2125', '2025-10-01Z')$$), '^22023 \| invalid horizon: 120[0-9] ', 'a century ahead');

SELECT * FROM finish();
ROLLBACK;
