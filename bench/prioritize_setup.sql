-- prioritize_setup.sql: what bench/prioritize.sql chooses from, by a seed: costs of 1 to 1000, values near their mean as in
-- Chu and Beasley (1998), half of what all would take is there. tied: needs and alternatives too.
CREATE TABLE public.portfolio AS
WITH item AS (
    SELECT s.name, s.items, s.part, i, ARRAY(SELECT 1 + ((hashint8extended(i, r) & 9223372036854775807) % 1000)::numeric FROM generate_series(1, s.limits) r) AS cost,
        ((hashint8extended(i, 99) & 9223372036854775807) % 500)::numeric AS extra
    FROM (VALUES ('small', 16, 2, 0.5), ('middle', 100, 5, 0.5), ('large', 1000, 5, 0.5), ('tied', 1000, 5, 0.25)) s(name, items, limits, part) CROSS JOIN LATERAL generate_series(1, s.items) i)
SELECT name, array_agg(extra + trunc((SELECT avg(c) FROM unnest(cost) c)) ORDER BY i) AS value, array_agg(cost ORDER BY i) AS cost,
    (SELECT array_agg(trunc(t.total) ORDER BY t.r) FROM (SELECT r, sum(o.cost[r]) * min(o.part) AS total FROM item o, generate_subscripts(o.cost, 1) r WHERE o.name = p.name GROUP BY r) t) AS available,
    CASE WHEN name = 'tied' THEN (SELECT array_agg(i::integer ORDER BY i) FROM generate_series(2, 1000) i) END AS item,
    CASE WHEN name = 'tied' THEN (SELECT array_agg((1 + (hashint8extended(i, 77) & 9223372036854775807) % (i - 1))::integer ORDER BY i) FROM generate_series(2, 1000) i) END AS needs,
    CASE WHEN name = 'tied' THEN (SELECT array_agg(i::integer ORDER BY i) FROM generate_series(1, 500) i) END AS member,
    CASE WHEN name = 'tied' THEN (SELECT array_agg('choice ' || i % 100 ORDER BY i) FROM generate_series(1, 500) i) END AS choice
FROM item p GROUP BY name;
