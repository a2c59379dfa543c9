-- bench/attribution.sql: credit for outcomes to ten channels. Rows of
-- attribution_setup.sql.

-- question: Markov attribution within 90 days
-- goal: at least 5 times faster than plain
-- [align]
SELECT c.channel, round(c.credit_count, 3) FROM (SELECT align.touch_log(lead, at, channel, won) AS log FROM public.contact) l, align.credits(l.log, 'markov', '90 days') c;
-- [plain]
WITH RECURSIVE touch AS (
    SELECT lead, at, channel, won, COALESCE(at >= max(at) FILTER (WHERE won) OVER (PARTITION BY lead) - interval '90 days', false) AS credited FROM public.contact),
step AS (
    SELECT channel, credited, lag(channel) OVER w AS previous, lead(channel) OVER w IS NULL AS is_last
    FROM touch WHERE NOT won WINDOW w AS (PARTITION BY lead, credited ORDER BY at, channel)),
move AS MATERIALIZED (
    SELECT previous, channel, credited, is_last, count(*)::float8 AS times FROM step GROUP BY 1, 2, 3, 4),
channel AS MATERIALIZED (
    SELECT channel, row_number() OVER (ORDER BY channel) AS k, sum(times) AS visits, sum(times) FILTER (WHERE is_last AND credited) AS conversions,
        sum(times) FILTER (WHERE previous IS NULL) AS starts FROM move GROUP BY channel),
chance AS MATERIALIZED (
    SELECT a.k AS from_k, b.k AS to_k, sum(m.times) / a.visits AS p
    FROM move m JOIN channel a ON a.channel = m.previous JOIN channel b ON b.channel = m.channel GROUP BY 1, 2, a.visits),
-- the chance to convert from each channel, with channel "without" gone, by 200 steps of the chain
solve(without, i, x) AS (
    SELECT w, 0, array_fill(0::float8, ARRAY[(SELECT count(*) FROM channel)::int]) FROM generate_series(0, (SELECT count(*) FROM channel)) w
    UNION ALL
    SELECT s.without, s.i + 1, (SELECT array_agg(CASE WHEN c.k = s.without THEN 0 ELSE COALESCE(c.conversions, 0) / c.visits
            + (SELECT sum(t.p * s.x[t.to_k]) FROM chance t WHERE t.from_k = c.k) END ORDER BY c.k) FROM channel c)
    FROM solve s WHERE s.i < 200),
converts AS (
    SELECT s.without, (SELECT sum(c.starts * s.x[c.k]) / sum(c.starts) FROM channel c) AS ratio FROM solve s WHERE s.i = 200),
removal AS (
    SELECT c.channel, 1 - w.ratio / a.ratio AS effect FROM channel c JOIN converts w ON w.without = c.k JOIN converts a ON a.without = 0)
SELECT channel, round((effect / sum(effect) OVER () * (SELECT sum(conversions) FROM channel))::numeric, 3) FROM removal ORDER BY channel;

-- question: linear attribution within 90 days
-- goal: at least 3 times faster than plain
-- [align]
SELECT c.channel, round(c.credit_count, 3) FROM (SELECT align.touch_log(lead, at, channel, won) AS log FROM public.contact) l, align.credits(l.log, 'linear', '90 days') c;
-- [plain]
SELECT channel, round(sum(1.0 / n), 3)
FROM (SELECT channel, count(*) OVER (PARTITION BY lead) AS n
      FROM (SELECT lead, at, channel, won, at >= max(at) FILTER (WHERE won) OVER (PARTITION BY lead) - interval '90 days' AS credited FROM public.contact) t
      WHERE credited AND NOT won) p
GROUP BY channel ORDER BY channel;
