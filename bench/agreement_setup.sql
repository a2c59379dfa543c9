-- agreement_setup.sql: the rows that the questions of agreement.sql read: as
-- many as there are events. From a seed: the same numbers on every server.
CREATE TABLE public.judged AS
SELECT won IS DISTINCT FROM ((h >> 40) % 5 = 0) AS by_marketing, won IS DISTINCT FROM ((h >> 44) % 7 = 0) AS by_sales,
    'segment ' || ((h >> 20) % CASE WHEN won THEN 50 ELSE 37 END) AS segment,
    ((g & 4503599627370495)::float8 + CASE WHEN won THEN 1351079888211148 ELSE 0 END) / 5854679515581643 AS score, won
FROM (SELECT h, g, h % 10 < 3 AS won
      FROM (SELECT hashint8extended(i, 20) & 9223372036854775807 AS h, hashint8extended(i, 21) & 9223372036854775807 AS g
            FROM generate_series(1::bigint, :rows) i) r) w;
VACUUM (ANALYZE, FREEZE) public.judged;
