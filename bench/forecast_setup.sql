-- forecast_setup.sql: the histories that forecast.sql reads: 36 months of each of
-- :rows / 10000 metrics, with trend and season. From a seed.
CREATE TABLE public.metric_month AS
SELECT m AS metric, '2023-01'::align.period + i AS period, i + 1 AS month,
    100 + i * (m % 7) / 4.0::float8 + 20 * sin(i * pi() / 6) + (hashint8extended(m * 1000 + i, 4) & 1023) / 100.0 AS value
FROM generate_series(1, :rows / 10000) m, generate_series(0, 35) i;
VACUUM (ANALYZE, FREEZE) public.metric_month;
