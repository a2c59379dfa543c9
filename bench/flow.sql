-- bench/flow.sql: how leads move between stages, and the median and 90th
-- percentile of the days before each move.

-- question: transition matrix and time in stage
-- goal: at least 10 times faster than plain
-- [align]
SELECT (from_stage || '>' || to_stage) COLLATE "C" AS move, move_count, round(p50_days::numeric, 4), round(p90_days::numeric, 4)
FROM (SELECT align.flow(lead, stage, at) AS f FROM public.event) s, align.transitions(f)
ORDER BY move;
-- [plain]
SELECT (previous::text || '>' || stage::text) COLLATE "C" AS move, count(*),
    round((percentile_cont(0.5) WITHIN GROUP (ORDER BY days))::numeric, 4), round((percentile_cont(0.9) WITHIN GROUP (ORDER BY days))::numeric, 4)
FROM (SELECT stage, lag(stage) OVER w AS previous, extract(epoch FROM at - lag(at) OVER w)::float8 / 86400 AS days
      FROM (SELECT lead, stage, at, lag(stage) OVER w AS last FROM public.event WINDOW w AS (PARTITION BY lead ORDER BY at, stage)) e
      WHERE stage IS DISTINCT FROM last
      WINDOW w AS (PARTITION BY lead ORDER BY at, stage)) m
WHERE previous IS NOT NULL
GROUP BY previous, stage ORDER BY move;
