-- history.sql: what the sample company's CRM knows beside leads and stages: its
-- accounts, its deals and what touched each lead. Made from the events alone and
-- from md5 of the keys, so it is the same everywhere. Loaded after company.awk's files.
\set QUIET 1
SET search_path = align, public;
BEGIN;

-- 0 to 1, the same for the same words
CREATE FUNCTION pg_temp.draw(VARIADIC words text[]) RETURNS float8 IMMUTABLE LANGUAGE sql
    RETURN ('x' || left(md5(array_to_string(words, '/')), 8))::bit(32)::bigint / 4294967296.0;

-- an account is of the segment of its largest office
INSERT INTO account (key, name, segment)
SELECT DISTINCT ON (attrs ->> 'company') attrs ->> 'company', attrs ->> 'company', segment
FROM lead WHERE attrs ? 'company' ORDER BY attrs ->> 'company', (attrs ->> 'employees')::integer DESC, key;
UPDATE lead l SET account = a.id FROM account a WHERE a.key = l.attrs ->> 'company';

-- a deal for each lead that reached opportunity: the amount by segment
INSERT INTO deal (key, lead, account, owner, amount, opened_at, closed_at, outcome, reason)
SELECT 'D' || substr(l.key, 2), l.id, l.account, l.owner,
    round((CASE l.segment WHEN 'Small business' THEN 6000 WHEN 'Mid-market' THEN 21000 ELSE 64000 END * (0.5 + pg_temp.draw(l.key, 'amount')))::numeric, -2),
    least(e.opened, e.won), coalesce(e.won, e.lost),
    CASE WHEN e.won IS NOT NULL THEN 'won' WHEN e.lost IS NOT NULL THEN 'lost' ELSE 'open' END,
    CASE WHEN e.won IS NULL THEN e.reason END
FROM (SELECT lead, min(at) FILTER (WHERE stage = 'opportunity') AS opened, max(at) FILTER (WHERE stage = 'customer') AS won,
             max(at) FILTER (WHERE stage = 'lost') AS lost, max(reason) FILTER (WHERE stage = 'lost') AS reason
      FROM stage_event GROUP BY lead) e
JOIN lead l ON l.id = e.lead
WHERE e.opened IS NOT NULL ORDER BY l.key;

-- one to five touches within the sixty days before a lead became mql: the first
-- on the channel of its source, the others on what the company does, by assets of message.sql
INSERT INTO touch (lead, at, channel, item, asset)
SELECT l.id, e.mql - make_interval(mins => (60 * 1440 * pg_temp.draw(l.key, 'touch', n::text))::integer / n), c.channel, c.item, c.asset
FROM (SELECT lead, min(at) AS mql FROM stage_event WHERE stage = 'mql' GROUP BY lead) e
JOIN lead l ON l.id = e.lead
CROSS JOIN LATERAL generate_series(1, 1 + (4.99 * pg_temp.draw(l.key, 'touches') ^ 2)::integer) n
CROSS JOIN LATERAL (SELECT CASE WHEN n = 1 THEN l.source ELSE
    (ARRAY['Email', 'Webinar', 'Trade press', 'Plant day', 'Sales call'])[1 + floor(5 * pg_temp.draw(l.key, 'channel', n::text))::integer] END AS channel) w
CROSS JOIN LATERAL (SELECT w.channel, m.item, m.asset FROM (SELECT) one LEFT JOIN (VALUES ('Trade press', 'A23', 'M02'), ('Plant day', 'R5', 'M17'),
    ('Webinar', 'R12', 'M04'), ('Event', 'R6', 'M09'), ('Email', NULL, 'M08'), ('Referral', 'S6', NULL), ('Sales call', 'R2', 'S11')) m(channel, item, asset) ON m.channel = w.channel) c
WHERE w.channel IS NOT NULL;
COMMIT;
