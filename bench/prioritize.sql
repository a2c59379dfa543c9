-- bench/prioritize.sql: choices under limits. Plain SQL can but try all of them.

-- question: the best of 16 items under two limits
-- goal: milliseconds
-- [align]
SELECT total_value FROM portfolio CROSS JOIN LATERAL choose(value, cost, available) WHERE name = 'small';
-- [plain]
SELECT max(value) FROM (
    SELECT sum(p.value[i]) AS value FROM portfolio p CROSS JOIN generate_series(0, 65535) m(mask) CROSS JOIN generate_series(1, 16) i
    WHERE p.name = 'small' AND mask >> (i - 1) & 1 = 1 GROUP BY mask, p.available
    HAVING sum(p.cost[i][1]) <= p.available[1] AND sum(p.cost[i][2]) <= p.available[2]) s;

-- question: the best of 100 items under five limits, proven
-- goal: a few seconds at most
-- [align]
SELECT total_value, bound FROM portfolio CROSS JOIN LATERAL choose(value, cost, available) WHERE name = 'middle';

-- question: 1,000 items under five limits, with the gap
-- goal: a few seconds at most
-- [align]
SELECT total_value, bound, gap_ratio FROM portfolio CROSS JOIN LATERAL choose(value, cost, available) WHERE name = 'large';

-- question: 1,000 items under five limits, each needs another, half are alternatives
-- goal: a few seconds at most
-- [align]
SELECT total_value, bound, gap_ratio FROM portfolio CROSS JOIN LATERAL choose(value, cost, available, item => item, needs => needs, member => member, choice => choice) WHERE name = 'tied';
