\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(73);

-- a text as a literal of the language, and what a text becomes: NULL when it is refused
CREATE FUNCTION pg_temp.q(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT '''' || replace(t, '''', '''''') || ''''$$;
CREATE FUNCTION pg_temp.draw(seed bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS $$SELECT ((hashint8extended(seed, 42) & 1048575) % n)::int$$;

-- the sample of the design: 30 + 20 + 15 + 25 / 2 (the demo is one half-life ago) = 77.5 of min(50, 60) + min(40, 40)
CREATE TEMP TABLE sample AS SELECT $$
require industry in ('software', 'manufacturing') and employees between 50 and 1000
reject  email_domain in ('gmail.com', 'hotmail.com')   -- no free mail
group fit cap 60
  +30 title like any ('%VP%', '%Chief%', '%Head%')
  +20 country = 'US' or revenue >= 1000000
group engagement cap 40
  +15 when visits_30d >= 5
  +25 decaying 14 days since last_demo_at
qualify at 60
$$::rubric AS r, '{"industry": "software", "employees": 120, "email_domain": "contoso.example", "title": "VP Sales",
    "country": "DE", "revenue": 1000000.0, "visits_30d": 7, "last_demo_at": "2026-03-01T10:00:00+02:00"}'::jsonb AS attrs, timestamptz '2026-03-15 08:00Z' AS as_of;
SELECT is(r::text, $$require industry in ('software', 'manufacturing') and employees between 50 and 1000
reject email_domain in ('gmail.com', 'hotmail.com')
group fit cap 60
  +30 when title like any ('%VP%', '%Chief%', '%Head%')
  +20 when country = 'US' or revenue >= 1000000
group engagement cap 40
  +15 when visits_30d >= 5
  +25 decaying 14 days since last_demo_at
qualify at 60$$, 'the sample''s canonical text') FROM sample;
SELECT is(points(r, attrs, as_of), 77.5::float8, 'its points') FROM sample;
SELECT is(qualify(r, attrs, as_of)::text, '(t,77.5,90,A,{},{})', 'its verdict') FROM sample;
SELECT results_eq('SELECT e.clause_order, e.kind, e.group_name, e.met, e.points, e.clause_points, e.found::text, e.missing, e.mismatched FROM sample, explain(r, attrs - ''email_domain'' || ''{"visits_30d": "7"}'', as_of) e',
    $$VALUES (1, 'require'::text, NULL::text, true, NULL::float8, NULL::float8, '{"industry": "software", "employees": 120}'::text, '{}'::text[], '{}'::text[]),
        (2, 'reject', NULL, NULL, NULL, NULL, '{}', '{email_domain}', '{}'),
        (3, 'points', 'fit', true, 30, 30, '{"title": "VP Sales"}', '{}', '{}'),
        (4, 'points', 'fit', true, 20, 20, '{"country": "DE", "revenue": 1000000.0}', '{}', '{}'),
        (5, 'points', 'engagement', NULL, 0, 15, '{"visits_30d": "7"}', '{}', '{visits_30d}'),
        (6, 'points', 'engagement', true, 12.5, 25, '{"last_demo_at": "2026-03-01T10:00:00+02:00"}', '{}', '{}'),
        (7, 'qualify', NULL, true, NULL, NULL, NULL, NULL, NULL)$$, 'its reasons: what is absent is missing, what has another type mismatched');
SELECT is(qualify(r, attrs - 'industry' || '{"employees": null, "title": 5, "last_demo_at": "soon"}', as_of)::text,
    '(f,35,90,C,"{industry,employees}","{title,last_demo_at}")', 'what is required and not known fails') FROM sample;
SELECT results_eq('SELECT f.* FROM sample, fields(r) f', $$VALUES ('industry', 'text', 1), ('employees', 'number', 1), ('email_domain', 'text', 1), ('title', 'text', 1),
    ('country', 'text', 1), ('revenue', 'number', 1), ('visits_30d', 'number', 1), ('last_demo_at', 'instant', 1)$$, 'its fields');

-- one text for one meaning; NULL stands for the text itself
CREATE TEMP TABLE canonical (given text, wanted text);
INSERT INTO canonical VALUES
    ('REQUIRE Country = ''US''', 'require Country = ''US'''), ('require a = ''it''''s -- so''', NULL), ('require a=1--x', 'require a = 1'), ('require a != 1', 'require a <> 1'),
    ('require a < 1 and b <= 2 and c > 3 and d >= 4 and e = 5 and f <> 6', NULL), (E'require\ta\n=\r\n1', 'require a = 1'), (E'require a = ''b\n  +1 when c''', NULL),
    ('require a = 1.50 or a = -0 or a = +1e3 or a = .5 or a = 5. or a = 1e-7', 'require a = 1.5 or a = 0 or a = 1000 or a = 0.5 or a = 5 or a = 0.0000001'),
    ('require a = TRUE and b in (false, true)', 'require a = true and b in (false, true)'),
    ('require a = 2026-03-01 or a > 2026-03-01t10:00 or a < 2026-03-01T10:00:00.120+02:30', 'require a = 2026-03-01 or a > 2026-03-01T10:00:00Z or a < 2026-03-01T07:30:00.12Z'),
    ('require (((a = 1)))', 'require a = 1'), ('require (a = 1 and (b = 2 and c = 3)) and d = 4', 'require a = 1 and b = 2 and c = 3 and d = 4'),
    ('require (a = 1 or b = 2) and (c = 3 or (d = 4 and e = 5))', 'require (a = 1 or b = 2) and (c = 3 or d = 4 and e = 5)'),
    ('require not (a = 1)', 'require not a = 1'), ('require not (a = 1 and b = 2) or not (c = 3 or d = 4)', NULL), ('require not not a = 1', NULL),
    ('require not a in (1, 2)', 'require a not in (1, 2)'), ('require not a not between 1 and 2', NULL), ('require not (a like ''x'')', 'require a not like ''x'''),
    ('require a not ilike any (''x'', ''y'') and a not matches any (''^x'')', 'require a not ilike any (''x'', ''y'') and a not matches ''^x'''),
    ('require a has any (1) and b has any (''x'', ''y'') and c has true and not d has 5', 'require a has 1 and b has any (''x'', ''y'') and c has true and not d has 5'),
    ('require a is known or a is not known or a is unknown or a is not unknown', 'require a is known or a is unknown or a is unknown or a is known'),
    ('require company . size.at = 1 and "Company"."Job ""Title""" = ''x'' and "plain" = 1', 'require company.size.at = 1 and Company."Job ""Title""" = ''x'' and plain = 1'),
    ('require "and" = 1 and "in"."Group" = 2 and "1st" = 3 and "$x" = 4 and x$1 = 5 and "a.b" = 6 and "größe" = 7', 'require "and" = 1 and "in"."Group" = 2 and "1st" = 3 and "$x" = 4 and x$1 = 5 and "a.b" = 6 and größe = 7'),
    ('require any = 1 and at = 2 and cap = 3 and since = 4 and known is known and unknown is unknown and days = 5', NULL),
    ('+5a=1 -2.50when b=1 + 1e2 c=1', E'+5 when a = 1\n-2.5 when b = 1\n+100 when c = 1'), ('group cap cap 1.0 +1 a = 1', E'group cap cap 1\n  +1 when a = 1'),
    ('group "my group" +1 a = 1 reject b = 2 group g2 cap 0 -1 c = 3', E'group "my group"\n  +1 when a = 1\nreject b = 2\ngroup g2 cap 0\n  -1 when c = 3'),
    ('+5 decaying 1 DAYS since at when a = 1', '+5 decaying 1 day since at when a = 1'), ('-5 decaying 0.5 week since since', '-5 decaying 0.5 weeks since since'),
    ('+5 decaying 90 minute since a.b +5 decaying 36 hours since c', E'+5 decaying 90 minutes since a.b\n+5 decaying 36 hours since c'),
    ('grade a at 3, b at 2.5, C at -1 qualify at 4 +5 a = 1', E'grade A at 3, B at 2.5, C at -1\nqualify at 4\n+5 when a = 1'), ('qualify at -5 -5 a = 1', E'qualify at -5\n-5 when a = 1');
SELECT is_empty('SELECT given, given::rubric FROM canonical WHERE given::rubric::text <> coalesce(wanted, given)', 'texts become canonical');
SELECT is_empty('SELECT given FROM canonical WHERE given::rubric::text::rubric::text <> given::rubric::text OR given::rubric <> given::rubric::text::rubric', 'and read back to the same');

-- through the receive function
CREATE TEMP TABLE received (n integer GENERATED ALWAYS AS IDENTITY, value rubric);
CREATE FUNCTION pg_temp.receive(bytes bytea[]) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    file bytea := '\x5047434f50590aff0d0a000000000000000000';
    octal text;
BEGIN
    SELECT file || string_agg(int2send(1::int2) || int4send(length(b)) || b, ''::bytea ORDER BY n) || int2send((-1)::int2)
    INTO file FROM unnest(bytes) WITH ORDINALITY t(b, n);
    SELECT string_agg(concat('\0', get_byte(file, i) >> 6, get_byte(file, i) >> 3 & 7, get_byte(file, i) & 7), '' ORDER BY i)
    INTO octal FROM generate_series(0, length(file) - 1) i;
    EXECUTE format('COPY pg_temp.received (value) FROM PROGRAM %L (FORMAT binary)', 'printf %b ''' || octal || '''');
    RETURN (SELECT array_agg(value::text ORDER BY n) FROM pg_temp.received);
END $$;
SELECT is(pg_temp.receive(array_agg(rubric_send(given::rubric) ORDER BY given)), array_agg(given::rubric::text ORDER BY given), 'rubrics survive send and receive') FROM canonical;
SELECT is(rubric_send('require a = 1'), '\x01'::bytea || 'require a = 1', 'a version and the text');
SELECT is(pg_temp.error_of($$SELECT pg_temp.receive(array['\x02'::bytea || 'require a = 1'])$$),
    '22P03 | invalid rubric in binary input | It begins with the version, which is 1, and then has the text. | Send the value as it was received.', 'bytes of another version');
SELECT is(pg_temp.error_of($$SELECT pg_temp.receive(array['\x01'::bytea || 'require a = '])$$),
    '42601 | invalid rubric: line 1, column 13: the text ends too early | Here could stand: a number, a text in quotes, a date, true, false, +, -. | A statement is require, reject, group, +points, -points, qualify at or grade; see docs/rubric.md.', 'bytes that are no rubric');

-- equality: by hash, as there is no order
SELECT is((SELECT count(*) FROM (SELECT DISTINCT r FROM (SELECT given::rubric AS r FROM canonical UNION ALL SELECT given::rubric::text::rubric FROM canonical) u) d), count(DISTINCT given::rubric::text), 'DISTINCT') FROM canonical;
SET LOCAL enable_nestloop = off;
SELECT matches(pg_temp.plan_of('SELECT FROM canonical a JOIN canonical b ON a.given::rubric = b.given::rubric'), 'Hash Join', 'hash join');
SELECT is((SELECT count(*) FROM canonical a JOIN canonical b ON a.given::rubric = b.given::rubric), (SELECT sum(n * n)::bigint FROM (SELECT count(*) AS n FROM canonical GROUP BY given::rubric::text) s), 'and its rows');
SET LOCAL enable_nestloop = on;
SELECT ok('require a = 1'::rubric = 'require  a=1.0' AND NOT 'require a = 1'::rubric <> 'require a=1' AND 'require a = 1'::rubric <> 'require a = 2', '= and <>');

-- truth, against SQL's own: atoms of the language beside those of SQL, joined at random without and with parentheses
CREATE FUNCTION pg_temp.num(v jsonb) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$SELECT CASE jsonb_typeof(v) WHEN 'number' THEN (v #>> '{}')::numeric END$$;
CREATE FUNCTION pg_temp.str(v jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT CASE jsonb_typeof(v) WHEN 'string' THEN v #>> '{}' END$$;
CREATE FUNCTION pg_temp.flag(v jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$SELECT CASE jsonb_typeof(v) WHEN 'boolean' THEN v::boolean END$$;
CREATE FUNCTION pg_temp.at(v jsonb) RETURNS timestamptz LANGUAGE sql STABLE AS $$SELECT CASE WHEN pg_temp.str(v) ~ '^\d{4}-' THEN (v #>> '{}')::timestamptz END$$;
CREATE FUNCTION pg_temp.list(v jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$SELECT CASE jsonb_typeof(v) WHEN 'array' THEN v END$$;
CREATE TEMP TABLE atom (n int GENERATED ALWAYS AS IDENTITY, rubric text, sql text);
INSERT INTO atom (rubric, sql) VALUES
    ('n = 5', 'num(o->''n'') = 5'), ('n <> 5.00', 'num(o->''n'') <> 5'), ('n < 5', 'num(o->''n'') < 5'), ('n <= 5', 'num(o->''n'') <= 5'), ('n > -1', 'num(o->''n'') > -1'), ('n >= 5', 'num(o->''n'') >= 5'),
    ('n in (1, 5, 7)', 'num(o->''n'') IN (1, 5, 7)'), ('n not in (7, 0, 8, 9, 5, 5.0, -2)', 'num(o->''n'') NOT IN (7, 0, 8, 9, 5, -2)'), ('n between -1 and 5', 'num(o->''n'') BETWEEN -1 AND 5'), ('n not between 0 and 9', 'num(o->''n'') NOT BETWEEN 0 AND 9'),
    ('s = ''US''', 'str(o->''s'') = ''US'''), ('s <> ''US''', 'str(o->''s'') <> ''US'''), ('s < ''US''', 'str(o->''s'') < ''US'''), ('s >= ''US''', 'str(o->''s'') >= ''US'''), ('s between ''D'' and ''US''', 'str(o->''s'') BETWEEN ''D'' AND ''US'''),
    ('s in (''US'', ''5'')', 'str(o->''s'') IN (''US'', ''5'')'), ('s not in (''US'', ''X'', '''', ''DE'', ''ABC'', ''us '')', 'str(o->''s'') NOT IN (''US'', ''X'', '''', ''DE'', ''ABC'', ''us '')'),
    ('s like ''U%''', 'str(o->''s'') LIKE ''U%'''), ('s not like ''%S''', 'str(o->''s'') NOT LIKE ''%S'''), ('s ilike any (''u_'', ''_e'')', 'str(o->''s'') ILIKE ANY (ARRAY[''u_'', ''_e''])'), ('s not like any (''U%'', ''D%'')', 'NOT str(o->''s'') LIKE ANY (ARRAY[''U%'', ''D%''])'),
    ('s matches ''^U|E$''', 'str(o->''s'') ~ ''^U|E$'''), ('s not matches any (''^$'', ''\d'')', 'NOT (str(o->''s'') ~ ''^$'' OR str(o->''s'') ~ ''\d'')'),
    ('b = true', 'flag(o->''b'')'), ('b <> true', 'NOT flag(o->''b'')'), ('b in (false)', 'flag(o->''b'') IN (false)'), ('b in (true, false, true, true, true)', 'flag(o->''b'') IN (true, false)'),
    ('d = 2026-03-01', 'at(o->''d'') >= ''2026-03-01Z'' AND at(o->''d'') < ''2026-03-02Z'''), ('d < 2026-03-01T12:00:00Z', 'at(o->''d'') < ''2026-03-01 12:00Z'''), ('d > 2026-03-01', 'at(o->''d'') >= ''2026-03-02Z'''),
    ('d not in (2026-03-01, 2026-03-03)', 'NOT (date(at(o->''d'') AT TIME ZONE ''UTC'') IN (''2026-03-01'', ''2026-03-03''))'), ('d between 2026-03-01T12:00:00Z and 2026-03-02', 'at(o->''d'') >= ''2026-03-01 12:00Z'' AND at(o->''d'') < ''2026-03-03Z'''),
    ('t has ''US''', 'list(o->''t'') @> ''["US"]'''), ('not t has 5', 'NOT list(o->''t'') @> ''[5]'''), ('t has true', 'list(o->''t'') @> ''[true]'''), ('t has any (''a'', ''DE'')', 'list(o->''t'') @> ''["a"]'' OR list(o->''t'') @> ''["DE"]'''), ('t has any (1, 2, 3, 4, 5, 6)', 'list(o->''t'') @> ''[5]'''),
    ('o.x = 5', 'num(o->''o''->''x'') = 5'), ('o.x.y = ''US''', 'str(o->''o''->''x''->''y'') = ''US'''), ('o is known', 'coalesce(jsonb_typeof(o->''o''), ''null'') <> ''null'''), ('o.x is unknown', 'coalesce(jsonb_typeof(o->''o''->''x''), ''null'') = ''null'''),
    ('"odd key" = 5', 'num(o->''odd key'') = 5'), ('"and" <> ''US''', 'str(o->''and'') <> ''US'''), ('n is unknown', 'coalesce(jsonb_typeof(o->''n''), ''null'') = ''null'''), ('nothing = 1', 'NULL::boolean');
CREATE TEMP TABLE object AS
SELECT i, (SELECT coalesce(jsonb_object_agg(key, pool -> pg_temp.draw(i * 1000 + k + 100, jsonb_array_length(pool))), '{}')
    FROM (VALUES (1, 'n', '[0, 5, 5.0, -1, 7, 1e3, 4.999999999]'::jsonb), (2, 's', '["US", "us", "DE", "", "5"]'), (3, 'b', '[true, false]'),
        (4, 'd', '["2026-03-01", "2026-03-01T12:00:00Z", "2026-03-02T01:00:00+02:00", "2026-03-03", "soon"]'), (5, 't', '[[], ["US", 5], ["a", true], [[5], {"US": 5}, null, "DE"], [5.00]]'),
        (6, 'o', '[{}, {"x": 5}, {"x": {"y": "US"}}, {"x": null, "y": 5}]'), (7, 'odd key', '[5, 6]'), (8, 'and', '["US", "DE"]'), (9, 'k' || i % 3, '[1]')) f (k, key, own),
    LATERAL (SELECT CASE WHEN pg_temp.draw(i * 1000 + k, 3) > 0 THEN own ELSE '[null, true, 5, "US", "2026-03-01", [], [5], {"x": 5}]' END AS pool) p
    WHERE pg_temp.draw(i * 1000 + k + 200, 6) > 0) AS o
FROM generate_series(1::bigint, 150) i;
CREATE FUNCTION pg_temp.tree(seed bigint, depth int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE kind int := CASE WHEN depth = 0 THEN 0 ELSE pg_temp.draw(seed, 6) END;
BEGIN
    RETURN CASE kind WHEN 0 THEN '<' || 1 + pg_temp.draw(seed + 7, (SELECT count(*)::int FROM atom)) || '>'
        WHEN 1 THEN 'not ' || pg_temp.tree(seed * 2, depth - 1)
        WHEN 2 THEN '(' || pg_temp.tree(seed * 2, depth - 1) || ')'
        ELSE pg_temp.tree(seed * 2, depth - 1) || CASE kind WHEN 3 THEN ' or ' ELSE ' and ' END || pg_temp.tree(seed * 2 + 1, depth - 1) END;
END $$;
CREATE TEMP TABLE condition (rubric text, sql text, judged rubric GENERATED ALWAYS AS (('require ' || rubric || ' +1 ' || rubric)::rubric) STORED);
INSERT INTO condition SELECT rubric, sql FROM atom;
DO $$
DECLARE tree text; other text; a record;
BEGIN
    FOR i IN 1..250 LOOP
        tree := pg_temp.tree(1000 + i * 4096, 5);
        other := tree;
        FOR a IN SELECT * FROM atom LOOP tree := replace(tree, '<' || a.n || '>', a.rubric); other := replace(other, '<' || a.n || '>', '(' || a.sql || ')'); END LOOP;
        INSERT INTO condition VALUES (tree, other);
    END LOOP;
    UPDATE condition SET sql = regexp_replace(sql, '\m(num|str|flag|at|list)\(', 'pg_temp.\1(', 'g');
END $$;
-- how many objects a condition judges in another way than SQL: required, rejected, explained, or without the fields that leave it undecided
CREATE FUNCTION pg_temp.differences(rubric text, sql text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM object, LATERAL (SELECT (%s) AS wanted) w, LATERAL align.explain(%L, o) e
        WHERE (o @@ %2$L) <> (wanted IS TRUE) OR (o @@ %3$L) <> (wanted IS NOT TRUE) OR e.met IS DISTINCT FROM wanted
           OR (wanted IS NULL) <> (cardinality(e.missing) + cardinality(e.mismatched) > 0)', sql, 'require ' || rubric, 'reject ' || rubric) INTO n;
    RETURN n;
END $$;
SELECT is_empty('SELECT rubric FROM condition WHERE pg_temp.differences(rubric, sql) > 0', 'conditions are true, false or unknown as those of SQL');
SELECT is_empty('SELECT judged FROM condition WHERE judged::text::rubric::text <> judged::text', 'their texts read back');
SELECT is_empty($$SELECT judged, o FROM condition, object, qualify(judged, o) v, explain(judged, o) e
    WHERE e.kind = 'require' AND ((v.qualified, v.points) IS DISTINCT FROM (e.met IS TRUE, CASE WHEN e.met THEN 1 ELSE 0 END) OR (v.missing, v.mismatched) IS DISTINCT FROM (e.missing, e.mismatched))$$, 'qualify says the same');

-- numbers, against numeric's own operators: every pair
CREATE TEMP TABLE number AS SELECT DISTINCT ON (v::text) v FROM (SELECT t::numeric * sign AS v FROM unnest('{0,0.0,1,1.0,1.00000000000000000000000000000000000000000000000000000000000000000000,0.5,0.0001,0.00009999,0.00010001,1e-30,1e-63,1e-64,1e-65,1e-98,
    9999,10000,10001,9999.9999,99999999.9999,99999999.99990001,100000000,100010001,1000100010001,1000100010002,1.00010001,1.000100010001,1.000100010002,123456789012,1234567890123,1234567890124,123456789012.5,123456789012.50001,
    12345678901234567,12345678901234568,1e15,1e16,1e63,1e64,1e98,9e98,1e130,1e252,1e256,1e260,12340000,12340001,0.12345678901234567,0.12345678901234568}'::text[]) t, unnest('{1,-1}'::int[]) sign) s;
CREATE TEMP TABLE compared AS SELECT a.v AS a, b.v AS b, (SELECT array_agg(jsonb_build_object('x', a.v) @@ format('require x %s %s', op, b.v)::rubric ORDER BY n) FROM unnest('{=,<>,<,<=,>,>=}'::text[]) WITH ORDINALITY u (op, n)) AS given
FROM number a, number b WHERE length(abs(b.v)::text) <= 100;
SELECT cmp_ok(count(*), '>', 5000::bigint, 'many pairs of numbers') FROM compared;
SELECT is_empty('SELECT a, b FROM compared WHERE given <> ARRAY[a = b, a <> b, a < b, a <= b, a > b, a >= b]', 'numbers compare exactly');
SELECT is_empty($$SELECT v FROM number, (SELECT string_agg(v::text, ',') AS list FROM number WHERE v::text LIKE '%1' AND length(abs(v)::text) <= 100) l
    WHERE jsonb_build_object('x', v, 'l', jsonb_build_array('y', v)) @@ format('require x in (%s) and l has any (%1$s)', list)::rubric <> (v = ANY (string_to_array(list, ',')::numeric[]))$$, 'also in lists');

-- patterns, against LIKE and ILIKE
CREATE TEMP TABLE pattern AS SELECT unnest(ARRAY['', '%', '_', '__', '%%', '%_%', '_%_', '%__', '__%', 'a%', '%a', '%a%', 'a_c', 'abc', '\%', '\_', '\\', 'a\%b', '%\%%', 'a\bc', '%ab%bc%', '%aab', 'é%', '%é', '_é_', '%\é%', 'ÀB%', 'àb', 'İ%', '日%', '_本_', '%日_',
    'a%b%c', 'a%%c', '%_b', '%b_', '_____', E'\x01%', E'_\x01', E'%\x02_', E'\\\x02', E'a\n%', '%' || repeat('a', 300) || '%']) AS p;
CREATE TEMP TABLE string AS SELECT unnest(ARRAY['', 'a', 'b', 'c', 'ab', 'abc', 'ABC', 'Ab', 'aabc', 'aaab', 'abbc', 'abcabc', '%', '_', '\', 'a%b', 'a_c', 'aéc', 'é', 'éé', 'aéb', 'É', '日本語', '本', '日', '日本', 'İstanbul', 'istanbul', 'àb', 'Àb', 'ÀBc',
    E'\x01', E'\x02', E'a\x01b', E'a\nb', E'\n', repeat('a', 299), repeat('A', 300), repeat('A', 400) || 'é', repeat('x', 255) || 'B', repeat('x', 256) || 'Abc', '{', 'a{b', 'c}d', 'aab', 'xfoo', '1', 'a1', 'a.b', 'a-c', 'cd', '=ab', '!ab', 'i', '?i', '(', ')', '|', '^', '$']) AS t;
SELECT is_empty($$SELECT p, t FROM pattern, string WHERE jsonb_build_object('x', t) @@ ('require x like ' || pg_temp.q(p))::rubric <> (t LIKE p)$$, 'like is LIKE');
SELECT is_empty($$SELECT p, t FROM pattern, string WHERE jsonb_build_object('x', t) @@ ('require x ilike ' || pg_temp.q(p))::rubric <> (t ILIKE p)$$, 'ilike is ILIKE');

-- regular expressions, against ~: those that literals decide, those that hide what they need, and pieces put together at random
CREATE TEMP TABLE regex AS SELECT unnest(ARRAY['', 'a', 'abc', 'a|c', '^a', 'a$', '^a|b$', '^(a|c)$', '^(a|c)', '(a|c)$', '^(ab)|c$', '^(a)|(c)$', '(a|b)c', '^(?:abc|b)$', 'ab?', 'ab*c', 'ab+c', 'a{2}b', 'ab{0}c', 'b{0,1}c', '(ab)?c', '(ab)*?', 'ab|', '|ab', '(|ab)', '(ab|)$', '^$', '$', '^', 'a$b', 'a^b',
    'a.c', 'a\.b', '\d', 'a\db', '\x61', '(a)\1', '\ya', '\Aab', 'b\Z', '[ab]c', '[^a]', '[]a]', '[a\]b]c', '[[:alpha:]]1', '[[.-.]]c', 'é', 'aé?b', 'é*b', 'É', 'a\éc', '***=a.b', '***:a.b', '(?i)abc', '(?i)é', '(?x)a b', '(?n)^b', '(?q)a.b', '(?i)', '(?!abc)', '^(?!abc)', '(?=abc)', '(?<!a)c', 'a{b|c}d', 'a(?#[)b|c(?#])d', '-(?#x)?', '\n', 'a
b', '(((a)))', '((a)|(b))c', '[(]', '[)]', '(a[)]|c)', '\(', '\)$', '^\^', '\|', '\\']) AS r;
INSERT INTO regex SELECT DISTINCT (SELECT string_agg((ARRAY['a', 'b', 'ab', 'c', '|', '|', '(', '(?:', '(?=', '(?!', '(?<=', '(?<!', ')', ')', ')', '*', '+', '?', '*?', '{1,2}', '{0}', '{2}', '{', '}', '^', '$', '.', '[ab]', '[^a]', '\.', '\d', '\y', '\A', '\Z', 'é', '\é', '(?#x)', '(?i)', '-', '[[.-.]]'])
    [1 + pg_temp.draw(i * 10 + j, 40)], '' ORDER BY j) FROM generate_series(1, 2 + pg_temp.draw(i, 6)) j) FROM generate_series(1::bigint, 6000) i;
CREATE FUNCTION pg_temp.matches(t text, r text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RETURN t ~ r; EXCEPTION WHEN invalid_regular_expression THEN RETURN NULL; END$$;
DELETE FROM regex WHERE pg_temp.matches('', r) IS NULL;
SELECT cmp_ok(count(*), '>', 1000::bigint, 'many regular expressions') FROM regex;
SELECT is_empty($$SELECT r, t FROM regex, string WHERE length(t) < 10 AND jsonb_build_object('x', t) @@ ('require x matches ' || pg_temp.q(r))::rubric <> (t ~ r)$$, 'matches is ~');

-- days and instants: a day is all of it in UTC, what has no zone is UTC; more than four values are searched, and a day in a list covers its instants
CREATE TEMP TABLE dated (d text, condition text, wanted boolean);
INSERT INTO dated VALUES
    ('2026-03-01', 'd = 2026-03-01', true), ('2026-03-01T23:59:59.999999Z', 'd = 2026-03-01', true), ('2026-03-02T00:00:00Z', 'd = 2026-03-01', false), ('2026-03-02T01:00:00+02:00', 'd = 2026-03-01', true),
    ('2026-03-01 09:30', 'd = 2026-03-01T09:30:00Z', true), ('2026-03-01', 'd = 2026-03-01T00:00:00', true), ('2026-03-01T12:00:00Z', 'd <= 2026-03-01', true), ('2026-03-01T12:00:00Z', 'd < 2026-03-01', false),
    ('2026-03-01T12:00:00Z', 'd > 2026-03-01', false), ('2026-03-02', 'd > 2026-03-01', true), ('2026-03-31T18:00:00Z', 'd between 2026-03-01 and 2026-03-31', true), ('2026-02-30', 'd = 2026-03-01', NULL), ('March', 'd <> 2026-03-01', NULL),
    ('2026-03-01T18:00:00Z', 'd in (2026-03-01, 2026-03-01T12:00:00Z, 2026-04-01, 2026-05-01, 2026-02-01)', true), ('2026-03-01T12:00:00Z', 'd in (2026-03-01T00:00:00Z, 2026-03-01, 2026-04-01, 2026-05-01, 2026-02-01)', true),
    ('2026-03-01T18:00:01Z', 'd in (2026-03-01T12:00:00Z, 2026-03-01T18:00:00Z, 2026-04-01, 2026-05-01, 2026-02-01)', false), ('2026-03-01T18:00:00Z', 'd in (2026-03-01T12:00:00Z, 2026-03-01T18:00:00Z, 2026-04-01, 2026-05-01, 2026-02-01)', true);
SELECT is_empty($$SELECT dated.*, e.met FROM dated, explain(('require ' || condition)::rubric, jsonb_build_object('d', d)) e WHERE e.met IS DISTINCT FROM wanted$$, 'days and instants');

-- points that fade, by hand: 8 * 2 ^ -(age / half-life), to a millionth; what is dated after as_of has not happened
CREATE TEMP TABLE fading (clause text, since text, wanted numeric);
INSERT INTO fading VALUES
    ('+8 decaying 14 days', '2026-03-15T00:00:00Z', 8), ('+8 decaying 14 days', '2026-03-01', 4), ('+8 decaying 2 weeks', '2026-02-15', 2), ('+8 decaying 336 hours', '2026-02-01', 1),
    ('+8 decaying 1 minute', '2026-03-14T23:58:00Z', 2), ('-8 decaying 1 day', '2026-03-14', -4), ('+8 decaying 1 day', '2026-03-14T12:00:00Z', 5.656854),    -- 8 / sqrt(2) = 5.6568542...
    ('+8 decaying 14 days', '2026-03-08', 5.656854), ('+8 decaying 14 days', '2026-03-15T00:00:00.000001Z', 0), ('+8 decaying 14 days', '2027-01-01', 0),
    ('+8 decaying 14 days', '1900-01-01', 0), ('+8 decaying 14 days', 'soon', 0), ('+0.000001 decaying 1 day', '2026-03-14T12:00:00Z', 0.000001);             -- 0.0000007 is rounded
SELECT results_eq($$SELECT clause, since, points((clause || ' since at')::rubric, jsonb_build_object('at', since), '2026-03-15Z')::numeric FROM fading$$, 'SELECT * FROM fading', 'points fade');
SELECT results_eq($$SELECT x.met, x.points, x.missing, x.mismatched FROM (VALUES ('{"at": "2026-03-01", "a": 1}'::jsonb), ('{"at": "2026-03-01", "a": 2}'), ('{"a": 1}'), ('{"at": "2026-03-01"}'), ('{"at": 5}'), ('{"at": "2026-04-01", "a": 1}')) v (o),
        explain('+8 decaying 14 days since at when a = 1', o, '2026-03-15Z') x$$,
    $$VALUES (true, 4::float8, '{}'::text[], '{}'::text[]), (false, 0, '{}', '{}'), (NULL, 0, '{at}', '{}'), (NULL, 0, '{a}', '{}'), (NULL, 0, '{a}', '{at}'), (false, 0, '{}', '{}')$$, 'only when the condition holds');

-- caps, grades by quarters and of one's own, exact sums: by hand
CREATE TEMP TABLE scored (rubric rubric, attrs jsonb, wanted text);
INSERT INTO scored VALUES
    ('group g cap 60 +30 a = 1 +40 b = 1', '{"a": 1, "b": 1}', '(t,60,60,A,{},{})'), ('group g cap 60 +30 a = 1 +40 b = 1', '{"a": 1, "b": 2}', '(t,30,60,B,{},{})'),
    ('group g cap 60 +30 a = 1 +40 b = 1 -20 c = 1', '{"a": 1, "b": 1, "c": 1}', '(t,50,60,A,{},{})'), ('group g cap 5 -20 c = 1', '{"c": 1}', '(t,-20,0,,{},{})'), ('group g cap 0 +9 a = 1 +1 b = 1', '{"a": 1, "b": 1}', '(t,0,0,,{},{})'),
    ('+5 c = 1 group g cap 10 +30 a = 1 group h +7 b = 1 qualify at 22', '{"a": 1, "b": 1, "c": 1}', '(t,22,22,A,{},{})'), ('+5 c = 1 group g cap 10 +30 a = 1 group h +7 b = 1 qualify at 22', '{"a": 1, "b": 1, "c": 2}', '(f,17,22,A,{},{})'),
    ('+0.1 a = 1 +0.2 a = 1 qualify at 0.3', '{"a": 1}', '(t,0.3,0.3,A,{},{})'), ('+30 a = 1 +10 b = 1', '{"a": 1}', '(t,30,40,A,{b},{})'), ('+30 a = 1 -0.000001 a = 1 +10 b = 1', '{"a": 1}', '(t,29.999999,40,B,{b},{})'),
    ('+20 a = 1 +20 b = 1', '{"a": 1}', '(t,20,40,B,{b},{})'), ('+10 a = 1 +30 b = 1', '{"a": 1}', '(t,10,40,C,{b},{})'), ('+9 a = 1 +31 b = 1', '{"a": 1, "b": "1"}', '(t,9,40,D,{},{b})'), ('-9 a = 1', '{"a": 1}', '(t,-9,0,,{},{})'),
    ('grade A at 5, B at 3, C at -1 +5 a = 1 -2 b = 1 -5 c = 1', '{"a": 1, "b": 1}', '(t,3,5,B,{c},{})'), ('grade A at 5, B at 3, C at -1 +5 a = 1 -2 b = 1 -5 c = 1', '{"c": 1, "b": 1}', '(t,-7,5,D,{a},{})'),
    ('require a = 1 reject b = 1', '{"a": 1}', '(t,0,0,,{b},{})'), ('require a = 1 reject b = 1', '{"a": 1, "b": 1}', '(f,0,0,,{},{})'), ('reject b = 1', '{}', '(t,0,0,,{b},{})'), ('require a = 1', '{}', '(f,0,0,,{a},{})'), ('qualify at -5 -5 a = 1', '{"a": 1}', '(t,-5,0,,{},{})');
SELECT results_eq('SELECT rubric::text, attrs, qualify(rubric, attrs)::text FROM scored', 'SELECT rubric::text, attrs, wanted FROM scored', 'verdicts by hand');
SELECT is_empty('SELECT rubric, attrs FROM scored WHERE attrs @@ rubric <> (qualify(rubric, attrs)).qualified OR points(rubric, attrs) <> (qualify(rubric, attrs)).points', '@@ and points agree');
SELECT is_empty($$SELECT r, o FROM (SELECT rubric AS r, attrs AS o FROM scored UNION ALL SELECT rubric, o FROM object, (SELECT rubric FROM scored UNION SELECT r FROM sample UNION SELECT judged FROM condition WHERE length(rubric) > 300) r) s, qualify(r, o, '2026-03-15Z') q,
        LATERAL (SELECT coalesce(sum(points::numeric), 0) AS points, bool_and(CASE kind WHEN 'require' THEN met IS TRUE WHEN 'reject' THEN met IS NOT TRUE WHEN 'qualify' THEN met ELSE true END) AS qualified FROM explain(r, o, '2026-03-15Z')) e
    WHERE (q.points::numeric, q.points, q.qualified) IS DISTINCT FROM (e.points, points(r, o, '2026-03-15Z'), e.qualified)$$, 'the rows of explain add up');
SELECT results_eq($$SELECT clause_order, kind, group_name, clause, met, points, clause_points FROM explain('group g cap 60 +30 a = 1 +40 b = 1 require a = 1 group h cap 9 +9 a = 1 qualify at 65', '{"a": 1, "b": 1}')$$,
    $$VALUES (1, 'points'::text, 'g'::text, '+30 when a = 1'::text, true, 30::float8, 30::float8), (2, 'points', 'g', '+40 when b = 1', true, 40, 40), (3, 'require', NULL, 'require a = 1', true, NULL, NULL),
        (4, 'points', 'h', '+9 when a = 1', true, 9, 9), (5, 'cap', 'g', 'group g cap 60', NULL, -10, NULL), (6, 'qualify', NULL, 'qualify at 65', true, NULL, NULL)$$, 'a cap takes away what is too much; what is required is in no group');

-- NULL, an empty object, and what a rubric says of itself and of another
SELECT is(ARRAY[points(NULL, '{}'), points('+1 a = 1', NULL), (qualify(NULL, '{}')).points, (qualify('+1 a = 1', NULL)).points], '{NULL,NULL,NULL,NULL}'::float8[], 'of NULL nothing is known');
SELECT is_empty($$SELECT * FROM explain('+1 a = 1', NULL) UNION ALL SELECT * FROM explain(NULL, '{}')$$, 'and nothing to explain');
SELECT is(points('+1 a = 1 +2 b is unknown', '{}'), 2::float8, 'an empty object');
SELECT results_eq($$SELECT * FROM fields('require a = 1 and a in (''x'') and b is known +1 decaying 1 day since a when c.d has 1 or not "c"."e f" = true')$$,
    $$VALUES ('a', 'number or text or instant', 2), ('b', 'any', 1), ('c.d', 'array', 1), ('c."e f"', 'boolean', 1)$$, 'fields, their types, and how many clauses ask');
SELECT results_eq($$SELECT * FROM diff('require a = 1 reject b = 1 group g cap 5 +1 c = 1 +2 d = 1 +3 e = 1 qualify at 4', 'reject b = 1 require a = 2 qualify at 5 group g cap 6 +2 d = 1 +9 c = 1 group h +3 e = 1 grade A at 3, B at 2, C at 1 +1 f = 1')$$,
    $$VALUES ('changed', 'require', NULL, 'require a = 1', 'require a = 2'), ('changed', 'points', 'g', '+1 when c = 1', '+9 when c = 1'), ('changed', 'points', 'h', '+3 when e = 1', '+3 when e = 1'),
        ('changed', 'group', 'g', 'group g cap 5', 'group g cap 6'), ('changed', 'qualify', NULL, 'qualify at 4', 'qualify at 5'), ('added', 'points', 'h', NULL, '+1 when f = 1'), ('added', 'group', 'h', NULL, 'group h'),
        ('added', 'grade', NULL, NULL, 'grade A at 3, B at 2, C at 1')$$, 'what is different');
SELECT results_eq($$SELECT change, statement_before, statement_after FROM diff('require a = 1 require b = 2', 'require c = 3')$$, $$VALUES ('removed', 'require a = 1', NULL), ('removed', 'require b = 2', NULL), ('added', NULL, 'require c = 3')$$, 'other fields are no change of these');
SELECT is_empty($$SELECT r, d.* FROM (SELECT given::rubric AS r FROM canonical UNION SELECT r FROM sample) s, diff(r, r) d$$, 'nothing is different from itself');

-- shapes of objects: the last one's is remembered, and must not mislead
CREATE TABLE public.shape AS SELECT o::jsonb FROM unnest(ARRAY['{}', '{"x": 1}', '{"y": 1}', '{"x": "1"}', '{"x": 1, "zz": 1}', '{"y": 1, "zz": 1}', '{"x": 1, "zy": 1}', '{"x": {"x": 1}}', '{"o": {"x": 1}}', '{"o": {"y": 1}}', '{"o": {"x": 1, "y": 2}}', '{"o": {}}', '{"o": [1]}', '{"o": 1}', '{"p": {"x": 1}}',
    '{"zz": 1, "o": {"x": 1}}', '{"zz": "a", "o": {"x": 1}}', '{"zz": "ab", "o": {"x": 1}}', '{"zz": 1.5, "x": 1}', '{"zz": null, "x": 1}', '{"a": "123", "x": 1, "zz": 1}', '{"a": "1234", "x": 1, "zz": 1}', '{"b": "1234", "x": 1, "zz": 1}']) o;
INSERT INTO public.shape SELECT (SELECT jsonb_object_agg('k' || i, i) FROM generate_series(start, start + n) i) || extra
FROM unnest(ARRAY[12, 13, 14, 15, 16, 17, 30, 31, 32, 33, 63, 64, 65, 100, 1000]) n, unnest(ARRAY[1, 2]) start, jsonb_array_elements('[{}, {"x": 1}, {"zz": 1, "o": {"x": 1}}, {"x": "longer", "zz": 1}]') extra;
INSERT INTO public.shape SELECT o FROM public.shape, generate_series(1, 10) n ORDER BY md5(o::text || n);
ANALYZE public.shape;
CREATE FUNCTION pg_temp.is_one(v jsonb) RETURNS int LANGUAGE sql IMMUTABLE AS $$SELECT (v IS NOT DISTINCT FROM '1')::int$$;
SELECT is_empty($$SELECT o FROM public.shape WHERE points('+1 x = 1 +2 zz = 1 +4 o.x = 1 +8 k1 = 1 +16 k64 is known', o) <> pg_temp.is_one(o->'x') + 2 * pg_temp.is_one(o->'zz') + 4 * pg_temp.is_one(o->'o'->'x') + 8 * pg_temp.is_one(o->'k1') + 16 * (o ? 'k64')::int$$, 'objects of changing shape');
-- rubrics that change: by row, in an array, as a parameter of a prepared statement or of PL/pgSQL
CREATE TABLE public.judged (key text, r rubric);
INSERT INTO public.judged VALUES ('x', '+1 x = 1'), ('y', '+1 y = 1'), ('zz', ('+1 zz = 1 +1 long in (' || (SELECT string_agg(pg_temp.q(md5(i::text)), ',') FROM generate_series(1, 900) i) || ')')::rubric);
SELECT cmp_ok(pg_relation_size(reltoastrelid), '>', 0::bigint, 'a rubric stored out of line') FROM pg_class WHERE oid = 'public.judged'::regclass;
SELECT is_empty(format('SELECT key, o FROM (SELECT * FROM public.judged, (SELECT o FROM public.shape LIMIT 500) s ORDER BY %s) s WHERE points(r, o) <> pg_temp.is_one(o->key)', sorting), 'rubrics by row, ordered by ' || sorting) FROM unnest(ARRAY['key', 'md5(key || o::text)']) sorting;
SELECT is_empty($$SELECT o FROM public.shape WHERE (o @@ ANY ('{require x = 1,require y = 1}'::rubric[]))::int <> greatest(pg_temp.is_one(o->'x'), pg_temp.is_one(o->'y'))$$, 'any of an array of rubrics');
PREPARE by_rubric(rubric) AS SELECT count(*) FROM public.shape WHERE points($1, o) = 1;
SET LOCAL plan_cache_mode = force_generic_plan;
CREATE FUNCTION pg_temp.count_by(rubric text) RETURNS bigint LANGUAGE plpgsql AS $$DECLARE n bigint; BEGIN EXECUTE format('EXECUTE by_rubric(%L)', rubric) INTO n; RETURN n; END$$;
SELECT is(ARRAY[pg_temp.count_by('+1 x = 1'), pg_temp.count_by('+1 y = 1'), pg_temp.count_by('+1 x = 1')], ARRAY[sum(pg_temp.is_one(o->'x')), sum(pg_temp.is_one(o->'y')), sum(pg_temp.is_one(o->'x'))], 'a prepared statement with other rubrics') FROM public.shape;
RESET plan_cache_mode;
CREATE FUNCTION pg_temp.loop() RETURNS text LANGUAGE plpgsql AS $$
DECLARE r rubric; result text := '';
BEGIN
    FOR i IN 1..3 LOOP
        r := '+' || i || ' a = ' || i % 2;
        result := result || points(r, '{"a": 1}') || ' ' || ('{"a": 1}'::jsonb @@ (('require a = ' || i)::rubric)) || ', ';
    END LOOP;
    FOR r IN SELECT j.r FROM public.judged j ORDER BY key LOOP result := result || points(r, '{"zz": 1}') || ', '; END LOOP;
    RETURN result;
END $$;
SELECT is(pg_temp.loop(), '1 true, 0 false, 3 false, 0, 0, 1, ', 'a loop over rubrics');
CREATE TEMP TABLE serial AS SELECT sum(points('+1 x = 1 +2 zz = 1', o)) AS points, sum((qualify('+1 x = 1 +2 zz = 1', o)).points) AS qualified, count(*) FILTER (WHERE o @@ 'require x = 1') AS n FROM public.shape;
SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0;
SELECT matches(pg_temp.plan_of($$SELECT sum(points('+1 x = 1 +2 zz = 1', o)) FROM public.shape WHERE o @@ 'require x = 1'$$), 'Parallel Seq Scan', 'runs in parallel');
SELECT results_eq($$SELECT sum(points('+1 x = 1 +2 zz = 1', o)) AS points, sum((qualify('+1 x = 1 +2 zz = 1', o)).points) AS qualified, count(*) FILTER (WHERE o @@ 'require x = 1') AS n FROM public.shape$$, 'SELECT * FROM serial', 'and gives the same');
SET LOCAL max_parallel_workers_per_gather = 0;

-- the index: what a constant rubric requires to be equal is looked up, and rechecked
CREATE TABLE public.indexed AS SELECT i, o FROM object UNION ALL SELECT i, jsonb_build_object('s', 'S' || i % 50, 'n', i, 'o', jsonb_build_object('x', i % 20)) FROM generate_series(1000, 4000) i;
CREATE INDEX indexed_path ON public.indexed USING gin (o jsonb_path_ops);
ANALYZE public.indexed;
CREATE TEMP TABLE lookup (rubric text, condition text);
INSERT INTO lookup VALUES
    ('require s = ''US'' and n >= 5', '(o @> ''{"s": "US"}''::jsonb)'), ('require n = 5.0 reject s = ''x''', '(o @> ''{"n": 5}''::jsonb)'), ('require b = true', '(o @> ''{"b": true}''::jsonb)'),
    ('require o.x = 5 and "odd key" in (5)', '((o @> ''{"o": {"x": 5}}''::jsonb) AND (o @> ''{"odd key": 5}''::jsonb))'), ('require t has ''US''', '(o @> ''{"t": ["US"]}''::jsonb)'),
    ('require o.x.y = ''US'' require (n > 1 or s = ''x'')', '(o @> ''{"o": {"x": {"y": "US"}}}''::jsonb)'), ('require s = ''it''''s'' +5 n = 5', '(o @> ''{"s": "it''''s"}''::jsonb)'), ('require d in (2026-03-01) and t has 5', '(o @> ''{"t": [5]}''::jsonb)'),
    ('require s in (''US'', ''DE'')', NULL), ('require not s = ''US''', NULL), ('require s = ''US'' or n = 5', NULL), ('reject s = ''US''', NULL), ('+1 s = ''US''', NULL), ('require d = 2026-03-01', NULL), ('require s <> ''US'' and n > 5 and o is unknown', NULL), ('require t has any (5, 6)', NULL);
CREATE FUNCTION pg_temp.found(rubric text) RETURNS int[] LANGUAGE plpgsql AS $$DECLARE r int[]; BEGIN EXECUTE format('SELECT array_agg(i ORDER BY i) FROM public.indexed WHERE o @@ %L', rubric) INTO r; RETURN r; END$$;
SET LOCAL enable_seqscan = off;
SELECT results_eq($$SELECT rubric, substring(pg_temp.plan_of(format('SELECT i FROM public.indexed WHERE o @@ %L', rubric)) FROM 'Index Cond: (.*)\n') FROM lookup$$, 'SELECT rubric, condition FROM lookup', 'what the index is asked');
CREATE TEMP TABLE by_path AS SELECT rubric, pg_temp.found(rubric) FROM lookup;
SELECT unalike(pg_temp.plan_of($$SELECT i FROM public.indexed, public.judged WHERE o @@ r$$), '%Index Cond%', 'nothing, where the rubric is not constant');
DROP INDEX public.indexed_path;
CREATE INDEX indexed_all ON public.indexed USING gin (o);
SELECT matches(pg_temp.plan_of($$SELECT i FROM public.indexed WHERE align.rubric_match(o, 'require n = 5')$$), 'Bitmap Index Scan on indexed_all', 'jsonb_ops and the function serve too');
CREATE TEMP TABLE by_all AS SELECT rubric, pg_temp.found(rubric) FROM lookup;
SET LOCAL enable_seqscan = on; SET LOCAL enable_bitmapscan = off;
SELECT results_eq('SELECT rubric, pg_temp.found(rubric) FROM lookup', 'TABLE by_path', 'the index finds what a scan finds');
SELECT results_eq('TABLE by_all', 'TABLE by_path', 'and so does the other');
SELECT cmp_ok(count(*), '>', 12::bigint, 'most find something') FROM by_path WHERE cardinality(found) > 0;

-- literals beside other operators of this name, and views of plain types
SELECT ok('{"a": 1}'::jsonb @@ 'require a = 1' AND '{"a": 1}'::jsonb @@ jsonpath '$.a == 1' AND 'fat cats' @@ 'cat' AND to_tsvector('english', 'fat cats') @@ to_tsquery('english', 'cat'), 'jsonb @@ a literal is a rubric; jsonpath and text search are as ever');
CREATE TEMP VIEW verdict AS SELECT (q).qualified, (q).points::numeric AS points, (q).grade, array_to_string((q).missing, ', ') AS missing FROM (SELECT qualify('+5 n = 5 +1 s = ''US''', o) AS q FROM object OFFSET 0) s;
SELECT results_eq($$SELECT atttypid::regtype::text FROM pg_attribute WHERE attrelid = 'verdict'::regclass ORDER BY attnum$$, ARRAY['boolean', 'numeric', 'text', 'text'], 'a view of plain types');
SELECT is((SELECT sum(points) FROM verdict), (SELECT sum(5 * (o->'n' IS NOT DISTINCT FROM '5')::int + (o->'s' IS NOT DISTINCT FROM '"US"')::int)::numeric FROM object), 'and its sum');

-- bad input: line, column, what was found and what could stand there
\set values 'Here could stand: a number, a text in quotes, a date, true, false, +, -.'
\set tests 'Here could stand: not, in, between, like, ilike, matches, has, is, =, <>, <, <=, >, >=.'
\set statements 'Here could stand: the end, require, reject, group, qualify, grade, +, -.'
\set more 'Here could stand: the end, require, reject, group, qualify, grade, and, or, +, -.'
\set hint 'A statement is require, reject, group, +points, -points, qualify at or grade; see docs/rubric.md.'
\set same_type 'Values that are compared with one field are all numbers, all texts, all dates or all true and false. | Write two conditions joined by or.'
\set instants 'A date or instant is one of the calendar, of the years 0000 to 9999, as ISO 8601 writes it. | Write 2026-03-01 for a day, 2026-03-01T09:30:00Z for an instant.'
\set point_range 'Points are at most 1000000 with at most 6 decimals; a clause gives or takes some, and no cap is below 0. | Write whole points, such as +10.'
\set half_lives 'Points lose half their worth in more than nothing and in at most 100 years. | Write decaying 14 days.'
\set grades 'Grades are A, B and C, in this order, with the points from which they are given; who has fewer is D. | Write grade A at 80, B at 60, C at 40.'
\set down '22023 | line 1, column 1: grades that do not go down | Grades A, B and C are given from ever fewer points. | Write grade A at 80, B at 60, C at 40.'
\set nothing '42601 | line 1, column 1: it says nothing | A rubric has at least one require, reject or points clause. | Write require country = \'US\'.'
CREATE TEMP TABLE wrong (rubric text, error text);
INSERT INTO wrong VALUES
    ('', :'nothing'), ('-- require a = 1', :'nothing'), ('group g qualify at 0', :'nothing'),
    ('requir a = 1', '42601 | line 1, column 1: unexpected "requir" | ' || :'statements' || ' | Perhaps "require" is meant.'), ('REQURE a = 1', '42601 | line 1, column 1: unexpected "REQURE" | ' || :'statements' || ' | Perhaps "require" is meant.'),
    (E'require a = ''é\né''\n  and größe = ''ü'' adn b = 2', '42601 | line 3, column 19: unexpected "adn" | ' || :'more' || ' | Perhaps "and" is meant.'),
    ('require a betwen 1 and 2', '42601 | line 1, column 11: unexpected "betwen" | ' || :'tests' || ' | Perhaps "between" is meant.'), ('require "a"b = 1', '42601 | line 1, column 12: unexpected "b" | ' || :'tests' || ' | ' || :'hint'),
    ('require a = US', '42601 | line 1, column 13: unexpected "US" | ' || :'values' || ' | Write text in single quotes, such as ''US''.'), ('require a is null', '42601 | line 1, column 14: unexpected "null" | Here could stand: not, known, unknown. | What is null is unknown: write is unknown, or is known.'),
    ('require ''a'' = 1', '42601 | line 1, column 9: unexpected "''a''" | Here could stand: a field, not, (. | Write a field without quotes, or in double quotes where its name is no plain word.'),
    ('require in = 1', '42601 | line 1, column 9: unexpected "in" | Here could stand: a field, not, (. | To mean a field of this name, write it in double quotes.'), ('$.a == 1', '42601 | line 1, column 1: unexpected "$" | ' || :'statements' || ' | To ask a jsonpath, write: jsonpath ''$...''.'),
    ('require a == 1', '42601 | line 1, column 12: unexpected "=" | ' || :'values' || ' | ' || :'hint'), ('require a', '42601 | line 1, column 10: the text ends too early | ' || :'tests' || ' | ' || :'hint'), (E'require (a = 1\n', '42601 | line 2, column 1: the text ends too early | Here could stand: and, or, ). | ' || :'hint'),
    ('require a = 1; reject b = 1', '42601 | line 1, column 14: unexpected ";" | ' || :'more' || ' | ' || :'hint'), ('qualify 60', '42601 | line 1, column 9: unexpected "60" | Here could stand: at. | ' || :'hint'), ('+5 decaying 14 months since x', '42601 | line 1, column 16: unexpected "months" | Here could stand: minutes, hours, days or weeks. | ' || :'hint'),
    ('require a = ''x'''' ', '42601 | line 1, column 13: a text in quotes does not end | A text begins and ends with a single quote; one within is written twice. | Close it, as in ''US''.'),
    ('require "" = 1', '42601 | line 1, column 9: a field in double quotes does not end | A field in double quotes begins and ends with one, and has a name; one within is written twice. | Close it, as in "Job Title".'),
    ('require a in (1, ''x'')', '42804 | line 1, column 18: x is of another type than 1 | ' || :'same_type'), ('require a between 2026-01-01 and true', '42804 | line 1, column 34: true is of another type than 2026-01-01 | ' || :'same_type'),
    ('require a between 5 and 1', '22023 | line 1, column 19: between 5 and 1 is the wrong way round | Nothing is between a higher value and a lower one. | Write between 1 and 5.'), ('require a not between ''b'' and ''a''', '22023 | line 1, column 23: between b and a is the wrong way round | Nothing is between a higher value and a lower one. | Write between a and b.'),
    ('require a matches any (''x'', ''['')', '2201B | line 1, column 29: invalid regular expression ''['' | It cannot be read: brackets [] not balanced. | Regular expressions are those of operator ~; a backslash takes a character as it is.'),
    ('require a like ''x\\\''', '22025 | line 1, column 16: invalid pattern ''x\\\'' | A backslash takes the character after it as it is, and here none follows. | Write it twice to mean a backslash.'),
    ('require a < true', '42804 | line 1, column 13: true has no order | True and false are equal or not. | Write = true or = false.'), ('require a between false and true', '42804 | line 1, column 19: false has no order | True and false are equal or not. | Write = true or = false.'),
    ('require a has 2026-01-01', '42804 | line 1, column 15: a list has no dates: 2026-01-01 | The elements of a list are texts, numbers, true or false. | Write the date in quotes, as it stands in the list.'),
    ('require a = 2026-02-29', '22007 | line 1, column 13: invalid instant: 2026-02-29 | ' || :'instants'), ('+0 a = 1', '22003 | line 1, column 2: points out of range: 0 | ' || :'point_range'), ('+1000000.1 a = 1', '22003 | line 1, column 2: points out of range: 1000000.1 | ' || :'point_range'),
    ('+0.0000001 a = 1', '22003 | line 1, column 2: points out of range: 0.0000001 | ' || :'point_range'), ('group g cap -1 +1 a = 1', '22003 | line 1, column 13: cap out of range: -1 | ' || :'point_range'), ('qualify at 1e9 +1 a = 1', '22003 | line 1, column 12: qualify out of range: 1000000000 | ' || :'point_range'),
    ('grade A at 1e9', '22003 | line 1, column 7: grade out of range: 1000000000 | ' || :'point_range'), ('+5 decaying 0 days since x', '22003 | line 1, column 13: half-life out of range: 0 days | ' || :'half_lives'), ('+5 decaying 40000 days since x', '22003 | line 1, column 13: half-life out of range: 40000 days | ' || :'half_lives'),
    ('grade A at 5, D at 3 +5 a = 1', '42601 | line 1, column 15: grade D | ' || :'grades'), ('grade B at 5 +5 a = 1', '42601 | line 1, column 7: grade B | ' || :'grades'), ('grade A at 3, B at 2 +5 a = 1', :'down'), ('grade A at 3, B at 3, C at 1 +5 a = 1', :'down'),
    ('grade A at 9, B at 3, C at 2 +5 a = 1', '22023 | line 1, column 1: grade A at 9 can never be reached | All clauses together, within the caps, give at most 5 points. | Lower it, or give more points.'),
    (E'group g cap 5 +10 a = 1\n+1.5 b = 1 -1 c = 1\nqualify at 6', '22023 | line 3, column 1: qualify at 6 can never be reached | All clauses together, within the caps, give at most 5 points. | Lower it, or give more points.'),
    ('qualify at 1 qualify at 2 +5 a = 1', '42601 | line 1, column 14: a second qualify at | A rubric has at most one of each. | Take one of them out.'), ('grade A at 3, B at 2, C at 1 grade A at 3, B at 2, C at 1 +5 a = 1', '42601 | line 1, column 30: a second grade | A rubric has at most one of each. | Take one of them out.'),
    ('group g +1 a = 1 group "g" +2 b = 1', '42601 | line 1, column 18: a second group "g" | The clauses of a group stand together, under its one name. | Join both, or name them differently.');
SELECT results_eq($$SELECT rubric, replace(pg_temp.error_of(format('SELECT %L::align.rubric', rubric)), 'invalid rubric: ', '') FROM wrong$$, 'SELECT rubric, error FROM wrong', 'what is wrong, where, and what to do');

-- limits: at them a rubric is read, and judges; past them it is refused
CREATE FUNCTION pg_temp.repeated(part text, separator text, n int) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT string_agg(replace(part, '#', i::text), separator) FROM generate_series(1, n) i$$;
CREATE TEMP TABLE bound (good text, bad text, error text);
INSERT INTO bound VALUES
    (pg_temp.repeated('+1 a = #', E'\n', 1000), pg_temp.repeated('+1 a = 1', ' ', 1001), '54000 | line 1, column 9009: it has 1001 clauses and 0 groups | A rubric has at most 1000 clauses and 50 groups. | Join clauses, such as values of one field by in.'),
    (pg_temp.repeated('group g# +1 a = 1', ' ', 50), pg_temp.repeated('group g# +1 a = 1', E'\n', 51), '54000 | line 51, column 19: it has 51 clauses and 51 groups | A rubric has at most 1000 clauses and 50 groups. | Join clauses, such as values of one field by in.'),
    ('require a = 1 or ' || pg_temp.repeated('f# = #', ' and ', 199), 'require ' || pg_temp.repeated('f# = 1', E' or\n', 201), '54000 | line 201, column 9: it asks for too many fields | A rubric asks for at most 200 fields, at most 50 deep. | Leave out what does not decide.'),
    ('require a = 1 or ' || pg_temp.repeated('a', '.', 50) || ' = 1', 'require ' || pg_temp.repeated('a', '.', 51) || ' = 1', '54000 | line 1, column 114: it asks for too many fields | A rubric asks for at most 200 fields, at most 50 deep. | Leave out what does not decide.'),
    ('require ' || repeat('not ', 49) || 'a = 2', 'require ' || repeat('not ', 50) || 'a = 1', '54000 | line 1, column 9: it is nested too deeply | Conditions are nested at most 50 deep. | Write it in several clauses.'),
    ('require ' || repeat('(', 2000) || 'a = 1' || repeat(')', 2000), 'require ' || repeat('(', 20000) || 'a = 1' || repeat(')', 20000), '54000 | line 1, column 10005: it is nested too deeply | Conditions are nested at most 50 deep. | Write it in several clauses.'),
    ('require a in (1, ' || repeat('9', 100) || ', -1e99, 1e-98)', 'require a in (1, 1e100)', '22003 | line 1, column 18: the number 1e100 is out of range | A number has at most 100 characters, written without an exponent. | Write a shorter one.'),
    ('require a > -' || repeat('9', 100), 'require a = ' || repeat('9', 101), '22003 | line 1, column 13: the number 9999999999999999999999999999999999999999... is out of range | A number has at most 100 characters, written without an exponent. | Write a shorter one.'),
    ('require a > 1e-98', 'require a > 1e-99999999999999999999', '22003 | line 1, column 13: the number 1e-99999999999999999999 is out of range | A number has at most 100 characters, written without an exponent. | Write a shorter one.'),
    ('require a = 1 or d >= 0000-01-01T00:00:00Z', 'require d = 0000-01-01T00:00:00+01:00', '22007 | line 1, column 13: invalid instant: 0000-01-01T00:00:00+01:00 | ' || :'instants'),
    ('require a = 1 or d <= 9999-12-31T23:59:59.999999Z', 'require d = 9999-12-31T23:59:59-01', '22007 | line 1, column 13: invalid instant: 9999-12-31T23:59:59-01 | ' || :'instants'),
    ('require a = 1 or b = ''' || repeat('x', 262144 - 23) || '''', 'require a = ''' || repeat('x', 262144 - 13) || '''', '54000 | line 1, column 1: it has 262145 bytes | A rubric has at most 262144 bytes. | Leave out what does not decide.'),
    ('require a in (1, ' || pg_temp.repeated('1e9', ',', 20000) || ')', 'require a in (' || pg_temp.repeated('1e90', ',', 3000) || ')', '54000 | line 1, column 15015: it is too long | A rubric has at most 262144 bytes. | Leave out what does not decide.');
SELECT is_empty($$SELECT left(good, 60) FROM bound WHERE NOT '{"a": 1}'::jsonb @@ good::rubric OR good::rubric::text::rubric <> good::rubric$$, 'at its limits a rubric judges, and reads back');
SELECT results_eq($$SELECT left(bad, 60), replace(pg_temp.error_of(format('SELECT %L::align.rubric', bad)), 'invalid rubric: ', '') FROM bound$$, 'SELECT left(bad, 60), error FROM bound', 'past its limits it is refused');

-- soft errors, since 16, say the same
CREATE FUNCTION pg_temp.soft_error(given text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    IF current_setting('server_version_num')::int < 160000 THEN
        RETURN pg_temp.error_of(format('SELECT %L::align.rubric', given));
    END IF;
    EXECUTE 'SELECT concat_ws('' | '', sql_error_code, message, detail, hint) FROM pg_input_error_info($1, ''align.rubric'')' INTO result USING given;
    RETURN coalesce(nullif(result, ''), 'no error');
END $$;
SELECT is_empty($$SELECT rubric FROM (SELECT rubric, error FROM wrong UNION ALL SELECT bad, error FROM bound) s WHERE replace(pg_temp.soft_error(rubric), 'invalid rubric: ', '') <> error$$, 'soft errors');
SELECT is_empty($$SELECT given FROM canonical WHERE pg_temp.soft_error(given) <> 'no error'$$, 'and none where nothing is wrong');

-- what cannot be judged
SELECT is(pg_temp.error_of(format('SELECT align.points(%L, ''{}'')', r)), '22004 | the points of this rubric decay: an instant is needed | A clause with decaying counts the time up to as_of. | Write qualify(rubric, attrs, now()), and so for points and explain.', 'points that fade up to no instant') FROM sample;
SELECT matches(pg_temp.error_of(format('SELECT ''{}''::jsonb @@ %L', r)), '^22004', 'nor can @@ ask for such points') FROM sample;
SELECT ok('{"a": 1}' @@ 'require a = 1 +5 decaying 1 day since b'::rubric, 'but it asks for them only with qualify at');
SELECT is(pg_temp.error_of($$SELECT align.qualify('+1 decaying 1 day since a', '{}', '-infinity')$$), '22008 | invalid as_of: infinity | A lead is judged at a finite instant. | Write now() to mean the present.', 'an infinite instant');
SELECT is(pg_temp.error_of(format('SELECT align.%s', call)), format('22023 | a rubric judges a JSON object, not %s | Its fields are the keys of the object. | Pass the attributes of one lead, such as {"country": "US"}.', what), call)
FROM (VALUES ('rubric_match(''[{"a": 1}]'', ''require a = 1'')', 'an array'), ('points(''require a = 1'', ''5'')', 'a single value'), ('qualify(''require a = 1'', ''null'')', 'a single value'), ('explain(''require a = 1'', ''[]'')', 'an array')) v (call, what);

SELECT is((SELECT array_agg(threshold(r) ORDER BY o) FROM unnest(ARRAY['require a = 1', '+5 a = 1 qualify at 2.5', '+5 a = 1 qualify at -1']::rubric[]) WITH ORDINALITY v(r, o)), '{NULL,2.5,-1}'::float8[], 'the points that qualify');
SELECT is((SELECT array_agg(max_points(r) ORDER BY o) FROM unnest(ARRAY['require a = 1', '+5 a = 1 -7 b = 1 +0.5 c = 1', 'group g cap 6 +5 a = 1 +5 b = 1 group h cap 9 +1 c = 1']::rubric[]) WITH ORDINALITY v(r, o)), '{0,5.5,7}'::float8[], 'the points that can be had');

SELECT * FROM finish();
ROLLBACK;
