-- healthy.sql: the sample company as it would be with both teams aligned: 20,000
-- leads of two years until 31 December 2025, on which diagnose('2026-01-01Z') finds
-- nothing. And the same company with faults planted, to see that each is found:
--
--   make demo FAULT=none
--   make demo FAULT='late handoffs, star rep'
--
-- or, into an empty database, here with fewer leads and money in proportion:
--
--   psql -v fault='late handoffs, star rep' -v leads=3000 -f examples/company/healthy.sql
--
-- Made from md5 of the keys, so it is the same everywhere.
\set QUIET 1
SET search_path = align, public;
SET client_min_messages = warning;
\if :{?fault}
\else
\set fault ''
\endif
\if :{?leads}
\else
\set leads 20000
\endif
SELECT set_config('company.fault', :'fault', false) \g /dev/null
BEGIN;

-- the faults that can be planted: each changes a word of what is written below
CREATE TEMP TABLE fault (name, what) ON COMMIT DROP AS VALUES
    ('two goals', 'marketing is held to revenue of its own, sales to another'),
    ('clashing incentives', 'marketing is paid for names, sales for revenue'),
    ('no definition', 'sales never signed what a qualified lead is'),
    ('disagreement', 'marketing calls qualified who visits often'),
    ('orphan spending', 'a third of the money goes to nothing in the plan'),
    ('broken link', 'a third of the work serves no goal'),
    ('activity metrics', 'posts, mails, visits and calls are measured instead of outcomes'),
    ('late handoffs', 'since July sales takes leads up after four days, not within hours'),
    ('slow step', 'since October a qualified lead waits five weeks more for its offer'),
    ('star rep', 'one of six wins most of its deals, the others few'),
    ('message drift', 'sales sells by price'),
    ('no reviews', 'in 2025 three of four weekly reviews were not held'),
    ('recency trap', 'each month''s money goes where the last month''s deals were won'),
    ('unsigned plan', 'sales never signed the plan'),
    ('wrong segment', 'marketing brings small plants, sales works the larger ones');

CREATE FUNCTION pg_temp.planted(fault text) RETURNS boolean STABLE LANGUAGE sql
    RETURN $1 = ANY (regexp_split_to_array(current_setting('company.fault'), ',\s*'));
DO $$
DECLARE
    unknown text := (SELECT string_agg(f, ', ') FROM regexp_split_to_table(current_setting('company.fault'), ',\s*') f WHERE f <> '' AND f NOT IN (SELECT name FROM pg_temp.fault));
BEGIN
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION 'unknown fault: %', unknown USING HINT = 'There are: ' || (SELECT string_agg(name, ', ' ORDER BY name) FROM pg_temp.fault) || '.';
    END IF;
END $$;

-- 0 to 1, the same for the same words
CREATE FUNCTION pg_temp.draw(key text, word text) RETURNS float8 IMMUTABLE LANGUAGE sql
    RETURN ('x' || left(md5(key || '/' || word), 8))::bit(32)::bigint / 4294967296::float8;
CREATE FUNCTION pg_temp.days(float8) RETURNS interval IMMUTABLE LANGUAGE sql
    RETURN make_interval(mins => round($1 * 1440)::integer);

-- what both agreed on: whom they serve, and what a qualified lead is

INSERT INTO definition (name, version, rubric, note, created_at, in_force_at)
SELECT d.name, 1, d.rubric::rubric, 'What marketing and sales wrote together', '2023-11-20Z', CASE WHEN d.signed THEN timestamptz '2023-12-01Z' END
FROM (VALUES ('icp', 'require industry in (''machinery'', ''plastics'', ''food'') qualify at 0', true),
    ('mql', 'require industry in (''machinery'', ''plastics'', ''food'') and visits_30d >= 1 qualify at 0', NOT pg_temp.planted('no definition'))) d(name, rubric, signed);
INSERT INTO definition_signature (name, version, team, role, at)
SELECT d.name, d.version, t.team, t.role, '2023-12-01Z' FROM definition d CROSS JOIN (VALUES ('marketing', 'ann'), ('sales', 'ben')) t(team, role)
WHERE d.in_force_at IS NOT NULL OR t.team = 'marketing';

-- leads, a little more of them every month; when each came to which stage

CREATE TEMP TABLE story ON COMMIT DROP AS
WITH f AS MATERIALIZED (
    SELECT pg_temp.planted('wrong segment') AS wrong_segment, pg_temp.planted('late handoffs') AS late, pg_temp.planted('slow step') AS slow, pg_temp.planted('star rep') AS star),
born AS MATERIALIZED (
    SELECT 'L' || to_char(n, 'FM00000') AS key, timestamptz '2024-01-01Z' + pg_temp.days(730 * (n / :leads.0) ^ 0.8) AS lead_at
    FROM generate_series(1, :leads) n),
grown AS MATERIALIZED (
    SELECT b.*, f.*, CASE WHEN pg_temp.draw(key, 'segment') < CASE WHEN wrong_segment THEN 0.7 ELSE 0.4 END THEN 'Small plants'
                     WHEN pg_temp.draw(key, 'large') < 0.7 THEN 'Mid-size plants' ELSE 'Large plants' END AS segment,
        (ARRAY['Trade press', 'Webinar', 'Plant day', 'Referral'])[1 + floor(4 * pg_temp.draw(key, 'source'))::integer] AS source,
        (ARRAY['Raj Patel', 'Maya Cole', 'Kim Sato', 'Nora Lind', 'Pia Voss', 'Jon Hale'])[1 + floor(6 * pg_temp.draw(key, 'owner'))::integer] AS owner,
        (ARRAY['machinery', 'machinery', 'plastics', 'food', 'retail'])[1 + floor(5 * pg_temp.draw(key, 'industry'))::integer] AS industry,
        1 + floor(8 * pg_temp.draw(key, 'visits'))::integer AS visits,
        CASE WHEN pg_temp.draw(key, 'mql') < 0.75 THEN lead_at + pg_temp.days(1 + 12 * pg_temp.draw(key, 'mql days')) END AS mql_at
    FROM born b CROSS JOIN f),
taken AS MATERIALIZED (
    SELECT g.*, industry <> 'retail' AS fits,
        mql_at + pg_temp.days(CASE WHEN late AND mql_at >= '2025-07-01Z' THEN 4 ELSE 0.05 END + 0.2 * pg_temp.draw(key, 'taken')) AS taken_at,
        industry <> 'retail' AND NOT (wrong_segment AND segment = 'Small plants' AND pg_temp.draw(key, 'worked') < 0.9) AS worked
    FROM grown g),
met AS MATERIALIZED (
    SELECT t.*, CASE WHEN worked THEN mql_at + pg_temp.days(6 + 6 * pg_temp.draw(key, 'sql days')) END AS met_at, pg_temp.draw(key, 'sql') < 0.8 AS is_sql
    FROM taken t),
offered AS MATERIALIZED (
    SELECT m.*, CASE WHEN is_sql THEN met_at + pg_temp.days(5 + 6 * pg_temp.draw(key, 'offer days')
            + CASE WHEN slow AND met_at >= '2025-10-01Z' THEN 35 ELSE 0 END) END AS offered_at, pg_temp.draw(key, 'offer') < 0.75 AS is_deal
    FROM met m),
-- of a rep's deals the same share is won at any time
dealt AS (
    SELECT o.*, offered_at + pg_temp.days(15 + 20 * pg_temp.draw(key, 'close days')) AS closed_at,
        is_deal AND (row_number() OVER (PARTITION BY owner, offered_at IS NOT NULL AND is_deal ORDER BY offered_at) * 0.6180339887) % 1
            < CASE WHEN NOT star THEN 0.35 WHEN owner = 'Maya Cole' THEN 0.9 ELSE 0.24 END AS is_won
    FROM offered o)
-- what has not happened by the end of 2025 is not known
SELECT d.key, d.segment, d.source, d.owner, d.industry, d.visits, d.fits, d.worked, d.is_sql, d.is_deal, d.is_won, d.lead_at, k.*
FROM dealt d CROSS JOIN LATERAL (
    SELECT CASE WHEN mql_at < until THEN mql_at END AS mql_at, CASE WHEN taken_at < until THEN taken_at END AS taken_at, CASE WHEN met_at < until THEN met_at END AS met_at,
        CASE WHEN offered_at < until THEN offered_at END AS offered_at, CASE WHEN closed_at < until THEN closed_at END AS closed_at
    FROM (SELECT timestamptz '2026-01-01Z' AS until) u) k;

INSERT INTO account (key, name, segment)
SELECT 'A' || substr(key, 2), 'Plant ' || substr(key, 2), segment FROM story WHERE offered_at IS NOT NULL AND is_deal ORDER BY key;
INSERT INTO lead (key, account, source, segment, owner, attrs)
SELECT s.key, a.id, s.source, s.segment, s.owner, jsonb_build_object('industry', s.industry, 'visits_30d', s.visits)
FROM story s LEFT JOIN account a ON a.key = 'A' || substr(s.key, 2) ORDER BY s.key;
INSERT INTO stage_event (lead, at, recorded_at, stage, team, reason)
SELECT l.id, e.at, e.at, e.stage::stage, e.team, e.reason
FROM story s JOIN lead l ON l.key = s.key
CROSS JOIN LATERAL (VALUES ('lead', s.lead_at, 'marketing', NULL), ('mql', s.mql_at, 'marketing', NULL),
    (CASE WHEN s.worked THEN 'sal' WHEN s.fits THEN 'recycled' ELSE 'disqualified' END, s.taken_at, 'sales', CASE WHEN s.worked THEN NULL WHEN s.fits THEN 'too small for us' ELSE 'no plant' END),
    (CASE WHEN s.is_sql THEN 'sql' ELSE 'recycled' END, s.met_at, 'sales', CASE WHEN NOT s.is_sql THEN 'no project yet' END),
    (CASE WHEN s.is_deal THEN 'opportunity' ELSE 'lost' END, s.offered_at, 'sales', CASE WHEN NOT s.is_deal THEN 'no budget' END),
    (CASE WHEN s.is_won THEN 'customer' ELSE 'lost' END, CASE WHEN s.is_deal THEN s.closed_at END, 'sales', CASE WHEN NOT s.is_won THEN 'bought elsewhere' END)) e(stage, at, team, reason)
WHERE e.at IS NOT NULL;

-- the word of both teams on each lead that was given: what they signed, but for one in fifty
INSERT INTO verdict (lead, definition, version, team, qualified, reason, at, recorded_at, actor)
SELECT l.id, 'mql', 1, t.team, v.says <> (pg_temp.draw(s.key, t.team) < 0.02), CASE WHEN v.says THEN 'has a plant' ELSE 'no plant' END, s.taken_at, s.taken_at, 'crm'
FROM story s JOIN lead l ON l.key = s.key CROSS JOIN (VALUES ('marketing'), ('sales')) t(team)
CROSS JOIN LATERAL (SELECT CASE WHEN t.team = 'marketing' AND pg_temp.planted('disagreement') THEN s.visits >= 3 ELSE s.fits END AS says) v
WHERE s.taken_at >= '2025-01-01Z';

INSERT INTO deal (key, lead, account, owner, amount, opened_at, closed_at, outcome, reason)
SELECT 'D' || substr(s.key, 2), l.id, l.account, s.owner, round((20000 * (0.7 + 0.6 * pg_temp.draw(s.key, 'amount')))::numeric, -2), s.offered_at, s.closed_at,
    CASE WHEN s.closed_at IS NULL THEN 'open' WHEN s.is_won THEN 'won' ELSE 'lost' END, CASE WHEN s.closed_at IS NOT NULL AND NOT s.is_won THEN 'bought elsewhere' END
FROM story s JOIN lead l ON l.key = s.key WHERE s.offered_at IS NOT NULL AND s.is_deal ORDER BY s.key;

-- who bought stays: 24 of 25 renew, and half of those buy more
INSERT INTO revenue (account, at, kind, amount, deal)
SELECT d.account, (d.closed_at AT TIME ZONE 'UTC')::date, 'new', d.amount, d.id FROM deal d WHERE d.outcome = 'won' ORDER BY d.id;
INSERT INTO revenue (account, at, kind, amount)
SELECT d.account, r.at, r.kind, r.amount
FROM deal d
CROSS JOIN LATERAL (VALUES ((d.closed_at AT TIME ZONE 'UTC')::date + 365, CASE WHEN pg_temp.draw(d.key, 'stays') < 0.96 THEN 'renewal' ELSE 'churn' END, d.amount),
    ((d.closed_at AT TIME ZONE 'UTC')::date + 400, CASE WHEN pg_temp.draw(d.key, 'stays') < 0.48 THEN 'expansion' END, round(d.amount / 4))) r(at, kind, amount)
WHERE d.outcome = 'won' AND r.kind IS NOT NULL AND r.at < '2026-01-01' ORDER BY r.at, d.id;

-- the plan: one mission, one goal a year, three strategies, two rocks of each a quarter

INSERT INTO plan_item (key, level, title, outcome, team, owner) VALUES
    ('M1', 'mission', 'Help mid-sized plants win back the machine hours they lose', 'Plants that work with us lose half as many hours as before', 'leadership', 'Ines Haug');
INSERT INTO plan_item (key, level, parent, title, outcome, team, owner, period)
SELECT 'V1', 'vision', id, 'The first name a plant manager thinks of', '10,000 plants', 'leadership', 'Ines Haug', '2024..2033' FROM plan_item WHERE key = 'M1';
INSERT INTO plan_item (key, level, parent, title, outcome, team, owner, period)
SELECT 'P1', 'picture', id, '1,000 plants in three countries', 'Revenue of 2026 at 12 million, 95 of 100 customers stay', 'leadership', 'Ines Haug', '2024..2026' FROM plan_item WHERE key = 'V1';
INSERT INTO plan_item (key, level, parent, title, outcome, team, owner, period, status)
SELECT 'G' || y, 'goal', p.id, 'Grow revenue in ' || y, 'A quarter more than the year before', 'leadership', 'Ines Haug', y::text::period, CASE WHEN y < 2026 THEN 'done' ELSE 'active' END
FROM plan_item p CROSS JOIN generate_series(2024, 2026) y WHERE p.key = 'P1' ORDER BY y;
INSERT INTO plan_item (key, level, parent, title, team, owner, period, status)
SELECT 'S' || y || '-' || s.n, 'strategy', CASE WHEN NOT (s.n = 2 AND pg_temp.planted('broken link')) THEN g.id END, s.title, s.team, s.owner, g.period, g.status
FROM generate_series(2024, 2026) y JOIN plan_item g ON g.key = 'G' || y
CROSS JOIN (VALUES (1, 'Win plants that already measure their hours', 'sales', 'Tom Berger'), (2, 'Be found by plant managers', 'marketing', 'Ana Ruiz'),
    (3, 'Keep who is won', 'sales', 'Jana Falk')) s(n, title, team, owner) ORDER BY y, s.n;
INSERT INTO plan_item (key, level, parent, title, team, owner, period, status, effort)
SELECT 'R' || y || 'Q' || q || '-' || n || t.letter, 'rock', s.id, format('%s, quarter %s, %s', s.title, q, t.team), t.team, t.owner, (y || '-Q' || q)::period, s.status, 10
FROM generate_series(2024, 2026) y CROSS JOIN generate_series(1, 4) q CROSS JOIN generate_series(1, 3) n
JOIN plan_item s ON s.key = 'S' || y || '-' || n CROSS JOIN (VALUES ('m', 'marketing', 'Ana Ruiz'), ('s', 'sales', 'Tom Berger')) t(letter, team, owner) ORDER BY y, q, n, t.letter;
INSERT INTO budget_line (item, period, category, amount)
SELECT id, period, 'media', 30 * :leads FROM plan_item WHERE level = 'strategy' ORDER BY key;

-- published and signed before it began
INSERT INTO plan_version (version, period, body, sha256, note, published_at, published_by, in_force_at)
SELECT 1, '2024..2026', b.body, plan_hash(b.body), 'Three years', '2023-12-11Z', 'ines', CASE WHEN NOT pg_temp.planted('unsigned plan') THEN timestamptz '2023-12-15Z' END
FROM plan_body('2024..2026') b(body);
INSERT INTO plan_signature (version, team, role, at)
SELECT 1, t.team, t.role, '2023-12-15Z' FROM (VALUES ('marketing', 'ann'), ('sales', 'ben')) t(team, role) WHERE t.team = 'marketing' OR NOT pg_temp.planted('unsigned plan');

-- two touches of each lead that was given: its source's, and another
INSERT INTO touch (lead, at, channel)
SELECT l.id, t.at, t.channel FROM story s JOIN lead l ON l.key = s.key
CROSS JOIN LATERAL (VALUES (s.lead_at, s.source), (s.mql_at - interval '1 hour', (ARRAY['Trade press', 'Webinar', 'Plant day', 'Referral'])[1 + floor(4 * pg_temp.draw(s.key, 'touch'))::integer])) t(at, channel)
WHERE s.mql_at IS NOT NULL ORDER BY l.id, t.at;

-- 6 a lead each month over the channels, within the budget of a strategy; evenly, give or take
INSERT INTO spend (item, at, amount, channel, note)
SELECT i.id, m.day::date + 14, round((6 * :leads * c.part / sum(c.part) OVER (PARTITION BY m.day))::numeric, 2), c.channel, 'Media'
FROM generate_series(timestamp '2024-01-01', '2025-12-01', '1 month') m(day)
JOIN plan_item i ON i.key = format('S%s-%s', EXTRACT(year FROM m.day), 1 + EXTRACT(month FROM m.day)::integer % 3)
CROSS JOIN LATERAL (
    SELECT k.channel, CASE WHEN pg_temp.planted('recency trap')
        THEN 0.1 + COALESCE((SELECT count(*) FILTER (WHERE o.category = k.channel) / NULLIF(count(*), 0)::float8 FROM mix_outcome('spend', 'last') o
            WHERE o.is_won AND o.day >= m.day - interval '1 month' AND o.day < m.day), 0.25)
        ELSE 1 + 0.3 * pg_temp.draw(k.channel, m.day::date::text) END AS part
    FROM unnest('{Trade press,Webinar,Plant day,Referral}'::text[]) k(channel)) c
ORDER BY m.day, c.channel;
INSERT INTO spend (at, amount, channel, note)
SELECT m.day::date + 20, 4 * :leads, 'Sponsoring', 'Football club' FROM generate_series(timestamp '2024-01-01', '2025-12-01', '1 month') m(day) WHERE pg_temp.planted('orphan spending');

-- what is measured, on which item, and two years of values

INSERT INTO metric (key, title, kind, measures, unit, grain, fold, team, owner, item)
SELECT m.key, m.title, m.kind, m.measures, m.unit, 'month', m.fold, m.team, m.owner, i.id
FROM (VALUES ('revenue', 'Revenue won', 'lagging', 'outcome', 'EUR', 'sum', 'sales', 'Tom Berger', 'P1', true),
    ('pipeline', 'Deals opened', 'leading', 'outcome', 'deals', 'sum', 'sales', 'Maya Cole', 'P1', true),
    ('retention', 'Customers kept', 'lagging', 'outcome', '%', 'mean', 'customer success', 'Jana Falk', 'P1', NOT pg_temp.planted('activity metrics')),
    ('won', 'Of closed deals won', 'lagging', 'outcome', '%', 'mean', 'sales', 'Tom Berger', 'P1', NOT pg_temp.planted('activity metrics')),
    ('mql', 'Marketing qualified leads', 'leading', 'activity', 'leads', 'sum', 'marketing', 'Ana Ruiz', 'S2026-1', true),
    ('sourced', 'Revenue that marketing sourced', 'lagging', 'outcome', 'EUR', 'sum', 'marketing', 'Ana Ruiz', 'P1', pg_temp.planted('two goals')),
    ('posts', 'Posts', 'leading', 'activity', 'posts', 'sum', 'marketing', 'Lea Brandt', NULL, pg_temp.planted('activity metrics')),
    ('mails', 'Mails sent', 'leading', 'activity', 'mails', 'sum', 'marketing', 'Lea Brandt', NULL, pg_temp.planted('activity metrics')),
    ('visits', 'Visits of the website', 'leading', 'activity', 'visits', 'sum', 'marketing', 'Lea Brandt', NULL, pg_temp.planted('activity metrics')),
    ('calls', 'Calls made', 'leading', 'activity', 'calls', 'sum', 'sales', 'Maya Cole', NULL, pg_temp.planted('activity metrics'))) m(key, title, kind, measures, unit, fold, team, owner, item, used)
LEFT JOIN plan_item i ON i.key = m.item WHERE m.used;
INSERT INTO metric_target (metric, from_period, target, set_at)
SELECT m.id, '2024-01', t.target::target, '2023-12-15Z' FROM metric m
JOIN (VALUES ('revenue', format('>= %s ~ %s', 50 * :leads, 40 * :leads)), ('pipeline', format('>= %s ~ %s', :leads / 150, :leads / 200)), ('retention', '>= 94 ~ 92'), ('won', '>= 30 ~ 25')) t(metric, target) ON t.metric = m.key;
INSERT INTO metric_value (metric, period, value, at, by_role)
SELECT m.id, p, v.value, upper(p)::timestamp AT TIME ZONE 'UTC', 'crm'
FROM metric m CROSS JOIN generate_series(period '2024-01', '2025-12') p
CROSS JOIN LATERAL (SELECT lower(p)::timestamp AT TIME ZONE 'UTC' AS since, upper(p)::timestamp AT TIME ZONE 'UTC' AS until) s
CROSS JOIN LATERAL (SELECT CASE m.key
    WHEN 'pipeline' THEN (SELECT count(*) FROM deal d WHERE d.opened_at >= s.since AND d.opened_at < s.until)
    WHEN 'mql' THEN (SELECT count(*) FROM stage_event e WHERE e.stage = 'mql' AND e.at >= s.since AND e.at < s.until)
    WHEN 'won' THEN (SELECT round(100 * avg((d.outcome = 'won')::integer), 1) FROM deal d WHERE d.closed_at >= s.since AND d.closed_at < s.until)
    WHEN 'retention' THEN 95 + round(pg_temp.draw(m.key, p::text)::numeric, 1)
    WHEN 'revenue' THEN (SELECT COALESCE(sum(d.amount), 0) FROM deal d WHERE d.outcome = 'won' AND d.closed_at >= s.since AND d.closed_at < s.until)
    WHEN 'sourced' THEN (SELECT COALESCE(sum(d.amount), 0) FROM deal d JOIN lead l ON l.id = d.lead WHERE d.outcome = 'won' AND d.closed_at >= s.since AND d.closed_at < s.until AND l.source <> 'Referral')
    ELSE round((100 * (1 + pg_temp.draw(m.key, p::text)))::numeric) END AS value) v
WHERE v.value IS NOT NULL ORDER BY m.id, lower(p);

-- one revenue goal, and pay for the same
INSERT INTO quota (period, team, metric, target)
SELECT y::text::period, t.team, m.id, format('>= %s', 1000 * :leads)::target
FROM generate_series(2024, 2026) y CROSS JOIN (VALUES ('marketing'), ('sales')) t(team)
JOIN metric m ON m.key = CASE WHEN t.team = 'marketing' AND pg_temp.planted('two goals') THEN 'sourced' ELSE 'revenue' END ORDER BY y, t.team;
INSERT INTO incentive (period, team, metric, weight)
SELECT '2024..2026', t.team, m.id, CASE m.key WHEN 'revenue' THEN 0.8 WHEN 'pipeline' THEN 0.2 ELSE 1 END
FROM (VALUES ('marketing'), ('sales')) t(team)
JOIN metric m ON CASE WHEN t.team = 'marketing' AND pg_temp.planted('clashing incentives') THEN m.key = 'mql' ELSE m.key IN ('revenue', 'pipeline') END ORDER BY t.team, m.key;

-- handing over within a working day, with a reason for each refusal
INSERT INTO calendar (key, title, time_zone, hours) VALUES ('office', 'Office', 'UTC', 'mon-fri 09:00-17:00');
INSERT INTO sla (key, from_stage, to_stage, giver, taker, within, calendar, feedback) VALUES
    ('take up', 'mql', 'sal', 'marketing', 'sales', '8 hours', 'office', false), ('say why', 'mql', 'sal', 'sales', 'marketing', '8 hours', 'office', true);

-- the messages, and what goes out of both teams each month
INSERT INTO message (key, kind, team) VALUES ('hours', 'promise', 'leadership'), ('live', 'pillar', 'marketing');
INSERT INTO message_version (message, version, body, required_terms, forbidden_terms, set_at) VALUES
    ('hours', 1, 'Every plant loses machine hours it never sees. We win back the lost hours.', '{lost hours}', '{cheap,discount}', '2023-06-01Z'),
    ('live', 1, 'Live in 30 days, with the machines and the people you have.', '{30 days}', '{}', '2023-06-01Z');
INSERT INTO asset (key, team, channel, title, body, message, published_at)
SELECT format('%s-%s', left(t.team, 1), to_char(m.day, 'YYMM')), t.team, t.channel, b.title, b.body, b.message, m.day + interval '9 days'
FROM generate_series(timestamptz '2024-01-01Z', '2025-12-01Z', '1 month') m(day)
CROSS JOIN (VALUES ('marketing', 'Web page'), ('sales', 'Deck')) t(team, channel)
JOIN LATERAL (VALUES (0, false, 'hours', 'The hours you never see', 'Your plant loses machine hours that nobody sees. We show the lost hours and win them back, line by line.'),
    (1, false, 'live', 'Soon', 'You are live in 30 days, with the machines you have and the people you have.'),
    (0, true, 'hours', 'This month only', 'A discount of fifteen percent on all licences, if you sign before Friday.'),
    (1, true, 'live', 'Best price', 'Cheap to start, and the best price on the market.')) b(turn, is_drift, message, title, body)
    ON b.turn = EXTRACT(month FROM m.day AT TIME ZONE 'UTC')::integer % 2 AND b.is_drift = (t.team = 'sales' AND pg_temp.planted('message drift'))
ORDER BY m.day, t.team;
INSERT INTO broadcast (message, team, at, channel, role)
SELECT k.key, t.team, q.day, 'All hands', 'ines' FROM generate_series(timestamptz '2024-01-15Z', '2025-12-01Z', '3 months') q(day) CROSS JOIN message k CROSS JOIN (VALUES ('marketing'), ('sales')) t(team);
INSERT INTO pulse (message, team, answer, answered_date)
SELECT 'hours', t.team, 7 + n % 4, date '2025-10-01' + n FROM (VALUES ('marketing'), ('sales')) t(team) CROSS JOIN generate_series(1, 8) n;

-- the promised reviews
UPDATE review_rule SET since_date = '2024-01-01';
INSERT INTO review (kind, due, held_at, team, present)
SELECT d.kind, d.due_date, (d.due_date + time '09:00') AT TIME ZONE 'UTC', 'leadership', '{Ines Haug,Ana Ruiz,Tom Berger}'
FROM due_reviews('2024-01-01', '2025-12-31', '2026-01-01Z') d
WHERE NOT (pg_temp.planted('no reviews') AND d.kind = 'weekly' AND d.due_date >= '2025-01-01' AND EXTRACT(week FROM d.due_date)::integer % 4 > 0);

-- what the teams asked of each other in 2025, paid and got
INSERT INTO grant_of_currency (team, period, points, at, by)
SELECT t.team, p, 100, lower(p)::timestamp AT TIME ZONE 'UTC', 'fay' FROM generate_series(period '2025-Q1', '2025-Q4') p CROSS JOIN (VALUES ('marketing'), ('sales')) t(team) ORDER BY lower(p), t.team;
INSERT INTO request (key, from_team, to_team, period, what, points, effort, value, status, asked_at, asked_by, answered_at, answered_by, closed_at, closed_by, result)
SELECT format('%s %s', p, t.team), t.team, t.other, p, t.what, 60, 5, 50000, 'done', d.at + interval '3 days', t.team, d.at + interval '5 days', t.other, d.at + interval '40 days', t.team, 'It is used every week'
FROM generate_series(period '2025-Q1', '2025-Q4') p
CROSS JOIN (VALUES ('marketing', 'sales', 'Two customers who tell how it went'), ('sales', 'marketing', 'A page on what a lost hour costs')) t(team, other, what)
CROSS JOIN LATERAL (SELECT lower(p)::timestamp AT TIME ZONE 'UTC' AS at) d ORDER BY lower(p), t.team;
COMMIT;
ANALYZE lead, stage_event, deal, verdict, touch, account;
