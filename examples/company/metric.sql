-- metric.sql: what both teams of the sample company are measured by. Run by make
-- demo after plan.sql, and before the plan is published with its targets.
\pset footer off
\pset null '-'
\set QUIET 1
SET search_path = align, public;
SET client_min_messages = warning;

INSERT INTO metric (key, title, kind, measures, unit, grain, fold, team, owner, item, source)
SELECT m.key, m.title, m.kind, m.measures, m.unit, m.grain, m.fold, m.team, m.owner, i.id, m.source::jsonb
FROM (VALUES
    ('revenue', 'Revenue won', 'lagging', 'outcome', 'EUR', 'month', 'sum', 'sales', 'Tom Berger', 'G1', '{"measure": "won amount"}'),
    ('new-plants', 'New plants', 'lagging', 'outcome', 'deals', 'week', 'sum', 'sales', 'Tom Berger', 'S1', '{"measure": "won deals"}'),
    ('referral-plants', 'New plants by referral', 'lagging', 'outcome', 'deals', 'month', 'sum', 'marketing', 'Ana Ruiz', 'S6', '{"measure": "won deals", "source": "Referral"}'),
    ('retention', 'Customers kept', 'lagging', 'outcome', '%', 'quarter', 'mean', 'customer success', 'Jana Falk', 'G2', NULL),
    ('mql', 'Marketing qualified leads', 'leading', 'activity', 'leads', 'week', 'sum', 'marketing', 'Ana Ruiz', 'S2', '{"measure": "stage entries", "stage": "mql"}'),
    ('sql', 'Sales qualified leads', 'leading', 'outcome', 'leads', 'week', 'sum', 'sales', 'Maya Cole', 'S2', '{"measure": "stage entries", "stage": "sql"}'),
    ('mql-to-sql', 'Of these sales qualified in 30 days', 'leading', 'outcome', 'ratio', 'month', 'mean', 'sales', 'Maya Cole', 'S2', '{"measure": "conversion", "from": "mql", "to": "sql", "within": "30 days"}'),
    ('cycle', 'Days from opportunity to signature', 'lagging', 'outcome', 'days', 'month', 'mean', 'sales', 'Tom Berger', 'S1', '{"measure": "median days", "from": "opportunity", "to": "customer"}'),
    ('events-spend', 'Spend on events', 'leading', 'activity', 'EUR', 'month', 'sum', 'marketing', 'Lea Brandt', 'S3', '{"measure": "spend", "item": "S3"}'),
    ('first-talks', 'First talks with plant managers', 'leading', 'activity', 'talks', 'week', 'sum', 'marketing', 'Lea Brandt', 'S3', NULL),
    ('visitors', 'Named visitors on the website', 'leading', 'activity', 'visitors', 'week', 'sum', 'marketing', 'Lea Brandt', NULL, '{"measure": "stage entries", "stage": "visitor"}'),
    ('posts', 'Posts with the new logo', 'leading', 'activity', 'posts', 'week', 'sum', 'marketing', 'Lea Brandt', 'R15', NULL)) m(key, title, kind, measures, unit, grain, fold, team, owner, item, source)
LEFT JOIN plan_item i ON i.key = m.item;

SELECT count(*) FILTER (WHERE set_target(t.metric, t.period, t.target)) AS targets FROM (VALUES
    ('revenue', '2024-01', '>= 600000 ~ 500000'), ('revenue', '2025-01', '>= 750000 ~ 650000'), ('revenue', '2026-01', '>= 1000000 ~ 900000'),
    ('new-plants', '2024-W01', '>= 6 ~ 5'), ('new-plants', '2025-W01', '>= 8 ~ 6'), ('new-plants', '2025-W27', '>= 10 ~ 8'), ('new-plants', '2026-W01', '>= 13 ~ 10'),
    ('referral-plants', '2024-01', '>= 14 ~ 11'), ('retention', '2024-Q1', '>= 94 ~ 92'),
    ('mql', '2024-W01', '>= 120 ~ 110'), ('sql', '2024-W01', '>= 50 ~ 45'), ('mql-to-sql', '2024-01', '>= 0.40 ~ 0.36'), ('cycle', '2024-01', '<= 18 ~ 20'),
    ('events-spend', '2024-01', '6000..9000 ~ 5000..10000'), ('first-talks', '2024-W01', '>= 5 ~ 4'), ('visitors', '2024-W01', '>= 40 ~ 30'), ('posts', '2024-W01', '= 3 ~ 2..4')) t(metric, period, target) \gset

\echo
\echo 'What both teams are measured by, and what each should be in the first quarter'
SELECT m.title, m.team, m.owner, m.measures, coalesce(i.title, '-') AS "for", target_at(m.key, '2026-Q1') || ' ' || m.unit AS "in the quarter"
FROM metric m LEFT JOIN plan_item i ON i.id = m.item ORDER BY m.measures DESC, m.team, m.key;
