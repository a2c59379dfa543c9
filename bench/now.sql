-- bench/now.sql: the list of now_for on the sample company: 20,000 leads with
-- 63,000 events, two years of measures, a plan of 60 items.

-- question: what should marketing be doing right now? (asked before in the session)
-- goal: under 50 ms
-- [align]
SELECT count(*), count(DISTINCT kind) FROM align.now_for('marketing', '2026-02-16 12:00Z');
SELECT count(*), count(DISTINCT kind) FROM align.now_for('marketing', '2026-02-16 12:00Z');

-- question: the same for sales
-- goal: under 50 ms
-- [align]
SELECT count(*), count(DISTINCT kind) FROM align.now_for('sales', '2026-02-16 12:00Z');
SELECT count(*), count(DISTINCT kind) FROM align.now_for('sales', '2026-02-16 12:00Z');

-- question: what should marketing be doing right now? (the first question of a session)
-- goal: under 100 ms
-- [align]
SELECT count(*), count(DISTINCT kind) FROM align.now_for('marketing', '2026-02-16 12:00Z');
