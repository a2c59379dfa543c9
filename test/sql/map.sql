\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(74);

-- A small plan. Money by hand: 500 in all; R 100 + 50 + 50 = 200, S 100 + 200 = 300, G1 300 + 100 = 400, M 400, G2 0, O 100.
INSERT INTO plan_item (id, key, level, parent, title, team, period, status, budget, effort, progress) VALUES
    (1, 'M', 'mission', NULL, 'Calm factories', 'leadership', NULL, 'active', NULL, NULL, 0),
    (2, 'G1', 'goal', 1, 'Win 120 customers', 'sales', '2026', 'active', 0, NULL, 0),
    (3, 'G2', 'goal', 1, 'Be known', 'marketing', '2026', 'active', NULL, NULL, 0),
    (4, 'S', 'strategy', 2, 'One definition', 'sales', '2026', 'active', 100, NULL, 0),
    (5, 'R', 'rock', 4, 'Signed', 'marketing', '2026-Q1', 'active', 100, 9, 0.9),
    (6, 'A1', 'activity', 5, 'Write it', 'marketing', '2026-W03', 'done', 50, 3, 0.2),
    (7, 'A2', 'activity', 5, 'Sign it', NULL, '2026-W05', 'proposed', 50, 1, 0.4),
    (8, 'A3', 'activity', 2, 'Call all', 'sales', '2026-W20', 'active', 100, 4, 0.25),
    (9, 'O', 'rock', NULL, 'A magazine', 'marketing', '2026-Q1', 'active', 100, 2, 0.5),
    (10, 'D', 'activity', 9, 'Dropped', 'marketing', '2026-W04', 'dropped', 1000, 2, 0.5);
INSERT INTO plan_support (item, supports, weight) VALUES (5, 3, 0.5);

-- gathering
SELECT is(map_plan()->'items'->5, '{"key": "A1", "level": "activity", "parent": "R", "title": "Write it", "team": "Marketing", "status": "done", "budget": 50, "effort": 3, "progress": 0.2, "supports": null}', 'an item of the map');
SELECT is((SELECT string_agg(i->>'key', ' ') FROM jsonb_array_elements(map_plan()->'items') i), 'O R S G1 G2 A1 A2 A3 M', 'all items but for what is dropped: by when they begin, then by key');
SELECT is((SELECT string_agg(i->>'key', ' ') FROM jsonb_array_elements(map_plan('2026-Q1')->'items') i), 'O R S G1 G2 A1 A2 M', 'of a period: what overlaps it, and what has none');
SELECT is((SELECT string_agg(i->>'key', ' ') FROM jsonb_array_elements(map_plan('2027')->'items') i), 'M', 'of another period');
SELECT is(map_plan('2026-Q1')->>'period', '2026-Q1', 'the period');
SELECT is(map_plan()->'period', 'null', 'no period');
SELECT is(map_plan()->'items'->1->'supports', '["G2"]', 'further parents');
SELECT is(map_plan()->'teams'->>0, 'Customer success', 'the teams, by key');

-- the tree
CREATE TEMP VIEW box AS SELECT * FROM map_boxes(map_plan());
SELECT results_eq('SELECT key, parent_key, level, is_orphan, folded_count, round(money_ratio::numeric, 6) FROM box ORDER BY key COLLATE "C"',
    $$VALUES ('A1', 'R', 'activity', false, 0, 0.1), ('A2', 'R', 'activity', false, 0, 0.1), ('A3', 'G1', 'activity', false, 0, 0.2), ('G1', 'M', 'goal', false, 0, 0.8),
             ('G2', 'M', 'goal', false, 0, 0), ('M', NULL, 'mission', false, 0, 0.8), ('O', NULL, 'rock', true, 0, 0.2), ('R', 'S', 'rock', false, 0, 0.4), ('S', 'G1', 'strategy', false, 0, 0.6)$$,
    'boxes: parents, orphans and shares of the money, by hand');
SELECT is((SELECT sum(money_ratio) FROM box WHERE parent_key IS NULL), 1::float8, 'the shares of all roots add up to 1');
SELECT is((SELECT count(*) FROM box p JOIN box c ON c.parent_key = p.key WHERE c.x < p.x + p.width), 0::bigint, 'what is below stands to the right');
SELECT is((SELECT count(DISTINCT x) FROM box WHERE level = 'goal'), 1::bigint, 'a level is a column');

-- what hangs from no mission
CREATE FUNCTION pg_temp.item(key text, level text, parent text DEFAULT NULL, status text DEFAULT 'active', budget numeric DEFAULT NULL, supports jsonb DEFAULT NULL, title text DEFAULT NULL, team text DEFAULT NULL)
    RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object('key', $1, 'level', $2, 'parent', $3, 'status', $4, 'budget', $5, 'supports', $6, 'title', COALESCE($7, 'Title of ' || $1), 'team', $8) $$;
CREATE FUNCTION pg_temp.map(VARIADIC items jsonb[]) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object('items', to_jsonb($1)) $$;
SELECT results_eq($$SELECT key, parent_key, is_orphan FROM map_boxes(pg_temp.map(pg_temp.item('M', 'mission'), pg_temp.item('N', 'mission', NULL, 'proposed'), pg_temp.item('a', 'goal', 'N'), pg_temp.item('b', 'goal', 'gone'),
        pg_temp.item('c', 'rock', NULL, supports => '["gone", "a", "M"]'), pg_temp.item('d', 'rock', 'a', supports => '["M"]'), pg_temp.item('e', 'activity', NULL, supports => '["b"]'))) ORDER BY key COLLATE "C"$$,
    $$VALUES ('M', NULL, false), ('N', NULL, true), ('a', 'N', true), ('b', NULL, true), ('c', 'M', false), ('d', 'M', false), ('e', 'b', true)$$,
    'an item hangs from the first of its parents that reaches an active mission');

-- generated plans: so many of each level below the level above
CREATE FUNCTION pg_temp.plan(goals integer, strategies integer, rocks integer, activities integer, orphans integer DEFAULT 0) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('items', jsonb_agg(i ORDER BY i->>'key')) FROM (
        SELECT pg_temp.item('M', 'mission') AS i
        UNION ALL SELECT pg_temp.item('G' || n, 'goal', 'M', team => 'Team ' || n) FROM generate_series(1, goals) n
        UNION ALL SELECT pg_temp.item('S' || n, 'strategy', 'G' || 1 + n % goals, title => repeat('A strategy of words ', n % 5 + 1), team => 'Team ' || n % 7) FROM generate_series(1, strategies) n
        UNION ALL SELECT pg_temp.item('R' || n, 'rock', CASE WHEN n % 9 = 0 THEN 'G1' ELSE 'S' || 1 + n % strategies END, budget => n) FROM generate_series(1, rocks) n
        UNION ALL SELECT pg_temp.item('A' || n, 'activity', CASE WHEN n % 11 = 0 THEN 'M' WHEN n % 7 = 0 THEN 'S1' ELSE 'R' || 1 + n * n % rocks END, budget => n, supports => jsonb_build_array('G' || 1 + n % goals)) FROM generate_series(1, activities) n
        UNION ALL SELECT pg_temp.item('O' || n, CASE WHEN n % 2 = 0 THEN 'rock' ELSE 'activity' END, CASE WHEN n % 4 = 1 AND n + 1 <= orphans THEN 'O' || n + 1 END, budget => 1) FROM generate_series(1, orphans) n) q $$;

-- folding, by hand: a mission, a rock and 150 activities are 152; the 53 of least money go into a box of their own, so that 2 + 97 + 1 are left
CREATE TEMP TABLE wide AS SELECT pg_temp.map(VARIADIC array_agg(i)) AS map FROM (SELECT pg_temp.item('M', 'mission') AS i UNION ALL SELECT pg_temp.item('R', 'rock', 'M')
    UNION ALL SELECT pg_temp.item('A' || n, 'activity', 'R', budget => n) FROM generate_series(1, 150) n) q;
SELECT is((SELECT count(*) FROM wide, map_boxes(map)), 100::bigint, '152 items: 100 boxes');
SELECT results_eq('SELECT key, parent_key, title, folded_count, round(money_ratio::numeric, 9) FROM wide, map_boxes(map) WHERE folded_count > 0',
    $$VALUES (NULL::text, 'R', '+ 53 activities', 53, round(53 * 54 / (150 * 151.0), 9))$$, 'the rest in one, with its share');
SELECT is((SELECT min(substr(key, 2)::integer) FROM wide, map_boxes(map) WHERE level = 'activity'), 54, 'those of least money are folded');
SELECT is((SELECT count(*) FROM map_boxes(pg_temp.map(VARIADIC (SELECT array_agg(pg_temp.item('G' || n, 'goal')) FROM generate_series(1, 100) n)))), 100::bigint, '100 items: all drawn');
SELECT results_eq($$SELECT folded_count, title, is_orphan, count(*) FROM map_boxes(pg_temp.map(VARIADIC (SELECT array_agg(pg_temp.item('G' || n, 'goal')) FROM generate_series(1, 101) n))) WHERE folded_count > 0 GROUP BY 1, 2, 3$$,
    $$VALUES (2, '+ 2 goals', true, 1::bigint)$$, '101 orphans: two of them in one box');
SELECT is((SELECT string_agg(title, ' ') FROM map_boxes(pg_temp.map(VARIADIC (SELECT array_agg(pg_temp.item('M' || n, 'mission')) FROM generate_series(1, 120) n))) WHERE folded_count > 0), '+ 21 missions', '120 missions');
-- a mission, 30 rocks and 4 activities for each are 151; a rock whose activities are all folded says so in its own box, which saves 4: 12 rocks leave 103;
-- folding three of the next four, in a box of their own, leaves 101, and the fourth 99
CREATE TEMP TABLE deep AS SELECT pg_temp.map(VARIADIC array_agg(i)) AS map FROM (SELECT pg_temp.item('M', 'mission') AS i UNION ALL SELECT pg_temp.item('R' || n, 'rock', 'M') FROM generate_series(1, 30) n
    UNION ALL SELECT pg_temp.item('A' || n, 'activity', 'R' || 1 + (n - 1) / 4, budget => n) FROM generate_series(1, 120) n) q;
SELECT results_eq($$SELECT count(*) FILTER (WHERE level = 'rock' AND folded_count = 4), count(*) FILTER (WHERE key IS NULL), sum(folded_count), count(*) FROM deep, map_boxes(map)$$,
    $$VALUES (13::bigint, 0::bigint, 52::bigint, 99::bigint)$$, 'a rock whose activities are all folded says so in its own box');
SELECT is((SELECT count(*) + sum(folded_count) - count(*) FILTER (WHERE key IS NULL) FROM map_boxes(pg_temp.plan(5, 20, 90, 300, 30))), 446::bigint, 'drawn and folded are all there are');
SELECT is((SELECT count(*) FROM map_boxes(pg_temp.plan(5, 20, 90, 300, 30)) WHERE folded_count = 1 AND key IS NULL), 0::bigint, 'no box folds a single item');
SELECT ok((SELECT count(*) <= 100 FROM map_boxes(pg_temp.plan(5, 20, 90, 300, 30))), 'no more than 100 boxes');
SELECT is((SELECT round(sum(money_ratio)::numeric, 9) FROM map_boxes(pg_temp.plan(5, 20, 90, 300, 30)) WHERE parent_key IS NULL), 1.000000000, 'the shares add up also where some are folded');
SELECT alike(map_svg(map), '%>+ 53 activities</text>%', 'a fold in the picture') FROM wide;
SELECT alike(map_svg(map), '%>+ 4 activities</text>%', 'and one in a box') FROM deep;

-- no two boxes touch, and all lie in the picture
CREATE TEMP TABLE drawn AS SELECT n AS plan, map FROM (VALUES (1, map_plan()), (2, pg_temp.plan(3, 9, 14, 26, 3)), (3, pg_temp.plan(4, 12, 28, 50, 6)), (4, pg_temp.plan(5, 20, 90, 300, 30)), (5, pg_temp.plan(1, 1, 1, 1)),
    (6, pg_temp.plan(1, 40, 40, 10)), (7, pg_temp.plan(2, 2, 3, 90)), (8, pg_temp.plan(1, 1, 1, 1, 90)), (9, (SELECT map FROM wide)), (10, (SELECT map FROM deep)), (11, pg_temp.plan(30, 31, 32, 3, 3)),
    (12, pg_temp.map(pg_temp.item('M', 'mission'))), (13, pg_temp.map(pg_temp.item('A', 'activity'))), (14, pg_temp.plan(3, 50, 45, 0))) v(n, map);
CREATE TEMP TABLE placed AS SELECT plan, b.*, row_number() OVER () AS n FROM drawn, map_boxes(map) b;
SELECT is_empty('SELECT a.plan, a.title, b.title FROM placed a JOIN placed b ON b.plan = a.plan AND b.n > a.n AND a.x < b.x + b.width AND b.x < a.x + a.width AND a.y < b.y + b.height AND b.y < a.y + a.height', 'no two boxes overlap');
CREATE TEMP TABLE sheet AS SELECT plan, regexp_match(map_svg(map), 'viewBox="0 0 ([0-9.]+) ([0-9.]+)"')::numeric[] AS size FROM drawn;
SELECT is_empty($$SELECT p.plan, p.title FROM placed p JOIN sheet USING (plan) WHERE p.x < 0 OR p.y < 0 OR p.x + p.width > size[1] OR p.y + p.height > size[2]$$, 'all lie in the picture');
SELECT is_empty('SELECT a.title, b.title FROM placed a JOIN placed b ON b.plan = a.plan AND a.is_orphan AND NOT b.is_orphan AND a.y < b.y + b.height', 'orphans stand below all others');
SELECT is_empty($$SELECT plan, size FROM sheet WHERE plan IN (2, 3, 4, 7, 8, 9) AND size[1] / size[2] NOT BETWEEN 0.8 AND 2.2$$, 'broad plans become sheets, not towers');

-- the picture
CREATE TEMP TABLE picture AS SELECT mission_map() AS svg, mission_map(NULL, 'mermaid') AS mermaid, mission_map(NULL, 'dot') AS dot;
SELECT is(mission_map(), map_svg(map_plan()), 'mission_map draws map_plan');
SELECT alike(svg, '<svg xmlns="http://www.w3.org/2000/svg" role="img" width="%" height="%" viewBox="0 0 %">%</svg>' || chr(10), 'an SVG with its size') FROM picture;
SELECT alike(svg, '%<title>Calm factories</title>' || chr(10) || '<desc>The whole plan: 9 items, 500 budgeted, % of the work done, 1 not connected to the mission. A tree from the mission down: 1 mission, 2 goals, 1 strategy, 2 rocks, 3 activities. Not connected: A magazine.</desc>%',
    'title and description for who hears it') FROM picture;
-- work by hand: leaves A1 3 of 3 (done), A2 0.4 of 1, A3 1 of 4, O 1 of 2 (its only child is dropped): 5.4 of 10; G2 is a leaf without effort
SELECT alike(svg, '%500 budgeted, 54 \% of the work done%', 'progress of the whole, by hand') FROM picture;
-- R: 3.4 of 4 is 85 %; G1: 4.4 of 8 is 55 %
SELECT alike(mermaid, '%Win 120 customers<br/>Sales, active, 55 #37; done%Signed<br/>Marketing, active, 85 #37; done%', 'progress of what has leaves, by hand') FROM picture;
SELECT is((SELECT count(*) FROM picture, regexp_matches(svg, '<g>\n<title>', 'g')), 9::bigint, 'a group per box');
SELECT alike(svg, '%<title>Write it</title>%>Write it</text>%>Marketing</text>%>done</text>%>100 \%</text>%>10 \%</text>%>A1</text>%', 'a box: title, team, status, progress, money, key') FROM picture;
SELECT alike(svg, '%>Not connected to the mission: 1 item, 20 \% of the money</text>%', 'the band of orphans says what it is') FROM picture;
SELECT alike(svg, '%>no team</text>%', 'no team, in words') FROM picture;
SELECT alike(svg, '%>Activities (3)</text>%', 'columns have heads with counts') FROM picture;
SELECT alike(svg, '%>serves this, too</text>%', 'the legend says what a dashed line is') FROM picture;
SELECT is((SELECT count(*) FROM picture, regexp_matches(svg, 'stroke-width="0.9" stroke-dasharray="3 3"', 'g')), 1::bigint, 'one further parent, one dashed line');
SELECT alike(mission_map('2026-Q1'), '%>2026-Q1: 8 items, 400 budgeted%', 'a period');
SELECT unalike(svg, '%<script%', 'no script') FROM picture;
SELECT is((SELECT count(*) FROM picture, regexp_matches(svg, 'https?://|href|url\(|@import|<style|<image', 'gi')), 1::bigint, 'no address but that of SVG itself') FROM picture;
SELECT is(mission_map(), svg, 'the same plan, the same bytes') FROM picture;

-- Mermaid and Graphviz
SELECT alike(mermaid, 'flowchart LR' || chr(10) || '%["Calm factories<br/>Leadership, active, 55 #37; done, money 80 #37;<br/>mission M"]:::t%', 'Mermaid: a node') FROM picture;
SELECT alike(mermaid, '%subgraph orphans["Not connected to the mission#58; 1 item, 20 #37; of the money"]%A magazine%end%', 'Mermaid: orphans apart') FROM picture;
SELECT is((SELECT count(*) FROM picture, regexp_matches(mermaid, 'n\d+ --> n\d+\n', 'g')), 7::bigint, 'Mermaid: an edge per child');
SELECT is((SELECT count(*) FROM picture, regexp_matches(mermaid, 'n\d+ -\.-> n\d+\n', 'g')), 1::bigint, 'Mermaid: and one for a further parent');
SELECT alike(dot, 'digraph plan {%label="Calm factories\\nLeadership, active, 55 \% done, money 80 \%\\nmission M"%}' || chr(10), 'DOT: a node') FROM picture;
SELECT alike(dot, '%subgraph cluster_orphans {%label="Not connected to the mission: 1 item, 20 \% of the money"%A magazine%', 'DOT: orphans apart') FROM picture;
SELECT is((SELECT count(*) FROM picture, regexp_matches(dot, 'rank=same', 'g')), 5::bigint, 'DOT: a rank per level');
SELECT is((SELECT count(*) FROM picture, regexp_matches(dot, 'n\d+ -> n\d+;', 'g')), 7::bigint, 'DOT: an edge per child');
SELECT is((SELECT count(*) FROM picture, regexp_matches(dot, 'style=dashed, constraint=false', 'g')), 1::bigint, 'DOT: and one for a further parent');

-- what would break out
CREATE TEMP TABLE bad AS SELECT pg_temp.map(pg_temp.item('M', 'mission'), pg_temp.item('<k&"', 'goal', 'M', title => '</text><b>&"''`x` \N %%{init}%% ];--', team => 'R&D <x>'),
    pg_temp.item('c', 'goal', 'M', title => E'a\tb\x01c\u202Ed\u0085e\uFFFFf\x7F'), pg_temp.item('l', 'rock', 'M', title => repeat('long ', 2000)), pg_temp.item('e', 'rock', 'M', title => E'\x01 \x02')) AS map;
SELECT alike(map_svg(map), '%<title>&lt;/text&gt;&lt;b&gt;&amp;&quot;''`x` \\N \%\%{init}\%\% ];--</title>%', 'SVG: escaped') FROM bad;
SELECT alike(map_svg(map), '%>R&amp;D &lt;x&gt;</text>%>&lt;k&amp;&quot;</text>%', 'SVG: also teams and keys') FROM bad;
SELECT alike(map_mermaid(map), '%#60;#47;text#62;#60;b#62;#38;#34;#39;#96;x#96; #92;N #37;#37;#123;init#125;#37;#37;%#93;#59;--%R#38;D #60;x#62;%', 'Mermaid: escaped') FROM bad;
SELECT alike(map_dot(map), '%</text><b>&amp;\\"''`x` \\\\N \%\%{init}\%\%\\n];--\\nR&amp;D <x>%<k&amp;\\""%', 'DOT: escaped') FROM bad;
SELECT alike(map_svg(map), '%<title>a b c d e f</title>%', 'controls and marks of direction are spaces') FROM bad;
SELECT ok(bool_and(t !~ E'[\\x01-\\x09\\x0b-\\x1f\\x7f\u0085\u202e\uffff]'), 'none is left in any format') FROM bad, LATERAL (VALUES (map_svg(map)), (map_mermaid(map)), (map_dot(map))) v(t);
SELECT is((SELECT max(length(m[1])) FROM bad, regexp_matches(map_svg(map), '<title>([^<]*)</title>', 'g') m), 502, 'a title of 10,000 characters is cut after 500, of which the last is a space');
SELECT alike(map_svg(map), '%&#8230;</text>%', 'with an ellipsis in its box') FROM bad;
SELECT alike(map_svg(map), '%<title>(no words)</title>%', 'a title of controls alone') FROM bad;

-- nothing
SELECT alike(map_svg('{"items": []}'), '%<title>Nothing is planned</title>%>The plan has no item yet.</text>%', 'no item: a picture that says so');
SELECT alike(mission_map('1999') || map_svg('{"period": "1999", "items": []}'), '%>No item of the plan lies in 1999.</text>%', 'no item in a period');
SELECT alike(map_mermaid('{"items": []}'), '%n0["The plan has no item yet."]%', 'Mermaid of nothing');
SELECT alike(map_dot('{"items": []}'), 'digraph plan {%Nothing is planned\\nThe plan has no item yet.%}%', 'DOT of nothing');
SELECT is_empty($$SELECT * FROM map_boxes('{"items": []}')$$, 'no boxes');

-- errors
SELECT is(pg_temp.error_of('SELECT mission_map(NULL, ''png'')'), '22023 | invalid format: png | A map is written as svg, mermaid or dot. | Write svg for a picture.', 'another format');
SELECT results_eq($$SELECT pg_temp.error_of(format('SELECT map_svg(%L)', map)) FROM (VALUES ('[]'), ('{"items": {}}'), ('{"items": [1]}'), ('{"items": [{"key": "a"}]}'), ('{"items": [{"key": 1, "title": "t"}]}'),
        ('{"items": [{"key": "a", "title": "t", "level": "epic"}]}'), ('{"items": [{"key": "a", "title": "t", "level": "goal"}]}'), ('{"items": [{"key": "a", "title": "t", "level": "goal", "status": "dropped"}]}'),
        ('{"items": [{"key": "a", "title": "t", "level": "goal", "status": "done", "budget": -1}]}'), ('{"items": [{"key": "a", "title": "t", "level": "goal", "status": "done", "progress": "x"}]}'),
        ('{"items": [{"key": "a", "title": "t", "level": "goal", "status": "done"}, {"key": "a", "title": "t", "level": "goal", "status": "done"}]}'),
        ('{"items": [{"key": "a", "title": "t", "level": "goal", "status": "done"}, {"key": "b", "title": "t", "level": "goal", "status": "done", "parent": "a"}]}'),
        ('{"items": [{"key": "a", "title": "t", "level": "goal", "status": "done", "supports": [1]}]}'), ('{"items": [], "teams": [1]}')) v(map)$$,
    $$SELECT '22023 | invalid map: ' || e || ' | Take the map from align.map_plan(period).' FROM (VALUES ('it has no items | A map is an object with the array items.'),
        ('"items" is no array | A map has the array items, and may have the array teams; an item may have the array supports.'), ('an item is no object | Every item has a key, a title, a level and a status.'),
        ('an item has no key or no title | Every item has a key, a title, a level and a status.'), ('"key" is no text | Keys, levels, titles, teams, statuses and the period are texts.'),
        ('the level "epic" | Levels are mission, vision, picture, goal, strategy, rock and activity.'), ('an item has no status | An item that is drawn is proposed, active or done.'),
        ('the status "dropped" | An item that is drawn is proposed, active or done.'), ('"budget" is out of range | Budget and effort lie between 0 and 1e18, progress between 0 and 1.'),
        ('"progress" is no number | Budget, effort and progress are numbers.'), ('the key "a" is there twice | Every item has a key of its own.'),
        ('"b" hangs from "a" | A parent is of a higher level than its item, and what is supported of no lower one.'), ('"supports" holds what is no text | The supports of an item are keys.'),
        ('"teams" holds what is no text | Teams are texts, in the order of their colours.')) v(e)$$, 'what is no map');
SELECT is(pg_temp.error_of('SELECT map_svg(jsonb_build_object(''items'', ''[]''::jsonb, ''teams'', (SELECT jsonb_agg(n::text) FROM generate_series(1, 1001) n)))'),
    '22023 | invalid map: too many teams | A map has at most 1000 teams. | Take the map from align.map_plan(period).', 'too many teams');
-- b and c support a rock of their own level that serves the mission; e supports only d, which serves nothing
SELECT results_eq($$SELECT key, parent_key, is_orphan FROM map_boxes('{"items": [{"key": "c", "title": "c", "level": "rock", "status": "active", "supports": ["b"]},
    {"key": "b", "title": "b", "level": "rock", "status": "active", "supports": ["a"]}, {"key": "a", "title": "a", "level": "rock", "status": "active", "parent": "m"},
    {"key": "d", "title": "d", "level": "rock", "status": "active"}, {"key": "e", "title": "e", "level": "rock", "status": "active", "supports": ["d"]},
    {"key": "m", "title": "m", "level": "mission", "status": "active"}]}') ORDER BY key$$,
    $$VALUES ('a', 'm', false), ('b', NULL, false), ('c', NULL, false), ('d', NULL, true), ('e', NULL, true), ('m', NULL, false)$$, 'what supports an item of its level is linked by it, and hangs from none');
SELECT is(map_svg(NULL), NULL, 'no map');

SELECT * FROM finish();
ROLLBACK;
