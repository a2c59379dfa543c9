-- bench/plan.sql: chains of a plan of 100,000 items, beside recursive CTEs.

-- question: mission_link over 100,000 items: how much work reaches the mission
-- goal: well under a second
-- [align]
SELECT item_count, linked_item_count, effort_days, linked_effort_days, budget_amount, linked_budget_amount FROM align.mission_link();
-- [plain]
WITH RECURSIVE linked(id) AS (
    SELECT id FROM align.plan_item WHERE level = 'mission' AND status = 'active'
    UNION
    SELECT c.id FROM linked l
    JOIN (SELECT i.id, i.parent AS above FROM align.plan_item i UNION ALL SELECT s.item, s.supports FROM align.plan_support s) e ON e.above = l.id
    JOIN align.plan_item c ON c.id = e.id AND c.status <> 'dropped')
SELECT count(*), count(l.id), sum(i.effort), sum(i.effort) FILTER (WHERE l.id IS NOT NULL), sum(i.budget), sum(i.budget) FILTER (WHERE l.id IS NOT NULL)
FROM align.plan_item i LEFT JOIN linked l ON l.id = i.id WHERE i.level <> 'mission' AND i.status <> 'dropped';

-- question: trace of an activity among 100,000 items
-- goal: milliseconds
-- [align]
SELECT chain_order, depth, key FROM align.trace('item 99999') ORDER BY 1, 2;

-- question: subtree of a goal among 100,000 items
-- goal: milliseconds
-- [align]
SELECT count(*) FROM align.subtree('item 100');
