-- attribution_setup.sql: the rows that the questions of attribution.sql read: as
-- many as there are events, touches on ten channels, of 0.28 leads a row in the
-- order of time; one lead in seven ends in an outcome. From a seed: the same
-- numbers on every server.
CREATE TABLE public.contact AS
SELECT lead, timestamptz '2024-01-01Z' + make_interval(secs => start + n * 864000 + (h >> 8) % 864000) AS at,
    CASE WHEN NOT won THEN 'channel ' || (h >> 40) % 10 END AS channel, won
FROM (SELECT lead, n, h, (lead * 7919) % 63072000 AS start, lead % 7 = 0 AND n = 3 AS won
      FROM (SELECT i % (:rows * 28 / 100) AS lead, i / (:rows * 28 / 100) AS n, hashint8extended(i, 30) & 9223372036854775807 AS h
            FROM generate_series(1::bigint, :rows) i) r
      WHERE NOT (lead % 7 = 0 AND n > 3)) c
ORDER BY at;
VACUUM (ANALYZE, FREEZE) public.contact;
