-- plan_setup.sql: the plan of bench/plan.sql: 100,000 items over the seven levels,
-- one in 50 under nothing, 28,000 supports, 17,500 dependencies, chains of twelve items. From a seed.
INSERT INTO plan_item (id, key, level, parent, title, team, budget, effort, progress, status)
SELECT i, 'item ' || i, l.level,
    CASE WHEN i > 1 AND (h & 63) > 0 THEN l.above + 1 + (h >> 8) % (l.first - 1 - l.above) END, 'Title of item ' || i,
    (ARRAY['marketing', 'sales', 'leadership', 'customer success'])[1 + (h >> 6 & 3)], (h >> 40 & 1023) * 10, h >> 50 & 15, (h >> 54 & 7) / 8.0,
    CASE WHEN i > 336 AND (h >> 32 & 31) = 0 THEN 'dropped' ELSE 'active' END
FROM (SELECT i, hashint8extended(i, 1) & 9223372036854775807 AS h FROM generate_series(1::bigint, 100000) i) g
JOIN (VALUES ('mission', 0, 1, 1), ('vision', 0, 2, 6), ('picture', 1, 7, 36), ('goal', 6, 37, 336), ('strategy', 36, 337, 2000), ('rock', 336, 2001, 12000),
    ('activity', 2000, 12001, 100000)) l(level, above, first, last) ON i BETWEEN l.first AND l.last
ORDER BY i;
-- rocks and activities support goals and strategies
INSERT INTO plan_support (item, supports, weight)
SELECT 2001 + (h & 65535), 37 + (h >> 20) % 1964, 0.5 FROM (SELECT hashint8extended(i, 2) & 9223372036854775807 AS h FROM generate_series(1::bigint, 20000) i) g
ON CONFLICT DO NOTHING;
-- six activities in a row support one another, so that chains are twelve items long
INSERT INTO plan_support (item, supports, weight)
SELECT i, i + 1, 0.5 FROM generate_series(90000::bigint, 99999) i WHERE i % 6 > 0 ON CONFLICT DO NOTHING;
-- activities need earlier ones
INSERT INTO plan_dependency (item, needs)
SELECT i, i - 1 - (hashint8extended(i, 3) & 255) FROM generate_series(20000::bigint, 89996, 4) i;
VACUUM (ANALYZE, FREEZE) plan_item, plan_support, plan_dependency;
