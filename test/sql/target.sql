\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(224);

-- the targets that these bytes are, through the receive function
CREATE TEMP TABLE received (n integer GENERATED ALWAYS AS IDENTITY, value target);
CREATE FUNCTION pg_temp.receive(bytes bytea[]) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    file bytea := '\x5047434f50590aff0d0a000000000000000000';
    octal text;
BEGIN
    SELECT file || string_agg(int2send(1::int2) || int4send(length(b)) || b, ''::bytea ORDER BY n) || int2send((-1)::int2)
    INTO file FROM unnest(bytes) WITH ORDINALITY t(b, n);
    SELECT string_agg(concat('\0', get_byte(file, i) >> 6, get_byte(file, i) >> 3 & 7, get_byte(file, i) & 7), '' ORDER BY i)
    INTO octal FROM generate_series(0, length(file) - 1) i;
    DELETE FROM pg_temp.received;
    EXECUTE format('COPY pg_temp.received (value) FROM PROGRAM %L (FORMAT binary)', 'printf %b ''' || octal || '''');
    RETURN (SELECT array_agg(value::text ORDER BY n) FROM pg_temp.received);
END $$;

-- text: what is read, what is written, its parts
SELECT is(concat_ws(', ', input::target, direction(input::target), coalesce(goal_low(input::target)::text, '-'), coalesce(goal_high(input::target)::text, '-'),
    coalesce(amber_low(input::target)::text, '-'), coalesce(amber_high(input::target)::text, '-')), output, to_json(input)::text) FROM (VALUES
    ('>= 50', '>= 50, at least, 50, -, -, -'), ('<= 2.5', '<= 2.5, at most, -, 2.5, -, -'), ('40..60', '40..60, between, 40, 60, -, -'), ('= 0', '= 0, equal, 0, 0, -, -'),
    ('>= 50 ~ 45', '>= 50 ~ 45, at least, 50, -, 45, -'), ('<= 2.5 ~ 3', '<= 2.5 ~ 3, at most, -, 2.5, -, 3'),
    ('40..60 ~ 35..65', '40..60 ~ 35..65, between, 40, 60, 35, 65'), ('= 10 ~ 8..12', '= 10 ~ 8..12, equal, 10, 10, 8, 12'),
    -- a band on one side alone
    ('40..60 ~ 35..60', '40..60 ~ 35..60, between, 40, 60, 35, 60'), ('40..60 ~ 40..65', '40..60 ~ 40..65, between, 40, 60, 40, 65'), ('= 0 ~ 0..2', '= 0 ~ 0..2, equal, 0, 0, 0, 2'),
    -- with and without spaces, in one character
    ('>=50~45', '>= 50 ~ 45, at least, 50, -, 45, -'), (E' \t>=\n50 ~45\r\f', '>= 50 ~ 45, at least, 50, -, 45, -'), ('40 .. 60~35 ..65', '40..60 ~ 35..65, between, 40, 60, 35, 65'),
    (E'\u2265 50', '>= 50, at least, 50, -, -, -'), (E'\u22642.5~3', '<= 2.5 ~ 3, at most, -, 2.5, -, 3'), ('=10', '= 10, equal, 10, 10, -, -'),
    -- signs and points
    ('>= -10 ~ -12', '>= -10 ~ -12, at least, -10, -, -12, -'), ('-5..-2', '-5..-2, between, -5, -2, -, -'), ('-5..5', '-5..5, between, -5, 5, -, -'), ('+1..+2', '1..2, between, 1, 2, -, -'),
    ('.5..1', '0.5..1, between, 0.5, 1, -, -'), ('-.5...5', '-0.5..0.5, between, -0.5, 0.5, -, -'), ('<= -0', '<= 0, at most, -, 0, -, -'), ('= -0.00', '= 0, equal, 0, 0, -, -'),
    -- one text for one value
    ('>= 050.100', '>= 50.1, at least, 50.1, -, -, -'), ('>= 50.0 ~ 45.50', '>= 50 ~ 45.5, at least, 50, -, 45.5, -'), ('10..10.0', '= 10, equal, 10, 10, -, -'),
    ('10..10 ~ 8..12', '= 10 ~ 8..12, equal, 10, 10, 8, 12'),
    -- 18 digits
    ('>= 999999999999999999', '>= 999999999999999999, at least, 999999999999999999, -, -, -'), ('<= -999999999999999999', '<= -999999999999999999, at most, -, -999999999999999999, -, -'),
    ('= 0.000000000000000001', '= 0.000000000000000001, equal, 0.000000000000000001, 0.000000000000000001, -, -'),
    ('>= 123456789.123456789', '>= 123456789.123456789, at least, 123456789.123456789, -, -, -'),
    ('>= ' || repeat('0', 1000) || '7.5' || repeat('0', 1000), '>= 7.5, at least, 7.5, -, -, -')) t(input, output);
SELECT is(t::target::text::target, t::target, format('%s is read back', t)) FROM unnest(array['>= 50 ~ 45', '<= 2.5', '40..60 ~ 35..65', '= 10 ~ 8..12']) t;
SELECT is((SELECT jsonb_populate_record(NULL::pg_temp.received, '{"value": "<=2.5"}')).value::text, '<= 2.5', 'from JSON');

-- text that is no target
SELECT is(pg_temp.error_of(format('SELECT %L::target', input)), format('22P02 | invalid target: "%s" | %s | %s', input, detail, hint), to_json(left(input, 40))::text) FROM (
    SELECT input, 'A target is a goal, and may have an amber band after ~.', 'Write >= 50, <= 2.5, 40..60 or = 10, and a band as in >= 50 ~ 45, 40..60 ~ 35..65 or = 10 ~ 8..12.'
    FROM unnest(array['', '  ', 'fifty', '> 50', '< 50', '=> 50', '>=', '>= ~ 45', '>= 50 ~', '40..', '..60', '40...', '>= $50', '>= - 5', '>= --5', '= 10 ~ 8..', '>= .', '~ 45']) input
    UNION ALL SELECT input, 'The ends of a goal and of its band are finite numbers.', 'Write >= 50 for a goal that is open above, <= 2.5 for one that is open below.'
    FROM unnest(array['>= NaN', '<= infinity', '-Infinity..5', '0..+inf', '>= 5 ~ -inf', 'nan']) input
    UNION ALL SELECT input, 'A number alone does not say on which side of it the goal lies.', 'Write >= or <= or = before it, or a range such as 40..60.'
    FROM unnest(array['50', '50 ~ 45', '50 %', '40-60', '40 to 60', '40.60']) input
    UNION ALL SELECT input, format('"%s" stands where the target ends.', rest), 'Write numbers as 50000 or 2.5, one end after >= or <=, and no unit: that is the metric''s.'
    FROM (VALUES ('>= 50 %', '%'), ('>= 50 euros', 'euros'), ('>= 1,000', ',000'), ('>= 1 000', '000'), ('<= 1e6', 'e6'), ('>= 5.', '.'), ('40..60..80', '..80'), ('>= 50 ~ 45..60', '..60'),
        ('>= 40..60', '..60'), ('>= 50 ~ 45 ~ 40', '~ 40'), ('= 10, or so', ', or so'), ('>= 50 and <= 60', 'and <= 60')) t(input, rest)
    UNION ALL SELECT input, 'A range ends no lower than it starts.', format('Write the lower end first: %s.', remedy)
    FROM (VALUES ('40..20', '20..40'), ('2..-2', '-2..2'), ('0.3..0.299999999999999999', '0.299999999999999999..0.3'), ('60..40 ~ 35..65', '40..60')) t(input, remedy)
    UNION ALL SELECT input, 'The amber band goes past the goal, to what is at risk but not yet off track.', format('Write %s, or leave out the band.', remedy)
    FROM (VALUES ('>= 50 ~ 55', 'an end below 50'), ('>= 50 ~ 50', 'an end below 50'), ('>= 50 ~ 50.00', 'an end below 50'), ('>= 0 ~ 0.1', 'an end below 0'), ('<= 2.5 ~ 2', 'an end above 2.5'), ('<= 2.5 ~ 2.5', 'an end above 2.5'),
        ('40..60 ~ 45..65', 'a band that holds more than 40..60'), ('40..60 ~ 35..55', 'a band that holds more than 40..60'), ('40..60 ~ 40..60', 'a band that holds more than 40..60'),
        ('40..60 ~ 65..35', 'a band that holds more than 40..60'), ('40..60 ~ 70..80', 'a band that holds more than 40..60'), ('= 10 ~ 12..8', 'a band that holds more than 10'), ('= 10 ~ 11..12', 'a band that holds more than 10'),
        ('= 10 ~ 10..10', 'a band that holds more than 10')) t(input, remedy)
    UNION ALL SELECT input, 'The amber band of a range or of one value has two ends.', 'Write both, as in 40..60 ~ 35..65 or = 10 ~ 8..12.'
    FROM unnest(array['40..60 ~ 35', '= 0 ~ 2', '= 10 ~ 8 .12']) input
    UNION ALL SELECT input, 'A number has at most 18 digits, before and after the point together.', 'Round it, or measure in another unit.'
    FROM unnest(array['>= 1000000000000000000', '<= -9999999999999999999', '>= 0.1234567890123456789', '= 12345678901.12345678', '0..0.0000000000000000001', '>= 5 ~ 4.9999999999999999999', '= ' || repeat('9', 5000)]) input
    ) t(input, detail, hint);

-- bytes: sent and received
SELECT is(target_send('>=50~45'), '>= 50 ~ 45'::bytea, 'the bytes of a target are its text');
SELECT is(pg_temp.receive(array['>= 50 ~ 45', '<=2.50', '10..10', convert_to(E'\u2265 1', 'UTF8')]::bytea[]), array['>= 50 ~ 45', '<= 2.5', '= 10', '>= 1'], 'received as text');
SELECT is(left(pg_temp.error_of(format('SELECT pg_temp.receive(array[%L::bytea])', bytes)), length(expected)), expected, format('received %s', bytes)) FROM (VALUES
    ('\x'::bytea, '22P02 | invalid target: ""'), ('40..20', '22P02 | invalid target: "40..20"'), ('\x3e3d20353000', '22021'), ('\x3e3dff', '22021'), ('\xe289', '22021'), ('>= 50 x', '22P02 | invalid target: ">= 50 x"')) t(bytes, expected);

-- met, status, attainment, by hand: 1 + (actual - g) / |g| and so on, see the comment of attainment
SELECT is(concat_ws(' | ', met(actual, target), status(actual, target), attainment(actual, target)), expected, format('%s of %s', actual, target)) FROM (VALUES
    (50, '>= 50'::target, 't | on track | 1'), (60, '>= 50', 't | on track | 1.2'), (49, '>= 50', 'f | off track | 0.98'), (0, '>= 50', 'f | off track | 0'), (-25, '>= 50', 'f | off track | -0.5'),
    (50, '>= 50 ~ 45', 't | on track | 1'), (49.999, '>= 50 ~ 45', 'f | at risk | 0.99998'), (45, '>= 50 ~ 45', 'f | at risk | 0.9'), (44.999, '>= 50 ~ 45', 'f | off track | 0.89998'),
    -- lower is better: 2 - 3 / 2.5 = 0.8
    (2.5, '<= 2.5 ~ 3', 't | on track | 1'), (2, '<= 2.5 ~ 3', 't | on track | 1.2'), (0, '<= 2.5 ~ 3', 't | on track | 2'), (3, '<= 2.5 ~ 3', 'f | at risk | 0.8'), (3.01, '<= 2.5 ~ 3', 'f | off track | 0.796'), (5, '<= 2.5 ~ 3', 'f | off track | 0'),
    -- a range: 1 inside, below it as at least 40, above it as at most 60: 2 - 66 / 60 = 0.9
    (40, '40..60 ~ 35..66', 't | on track | 1'), (50, '40..60 ~ 35..66', 't | on track | 1'), (60, '40..60 ~ 35..66', 't | on track | 1'), (36, '40..60 ~ 35..66', 'f | at risk | 0.9'), (35, '40..60 ~ 35..66', 'f | at risk | 0.875'),
    (34, '40..60 ~ 35..66', 'f | off track | 0.85'), (66, '40..60 ~ 35..66', 'f | at risk | 0.9'), (69, '40..60 ~ 35..66', 'f | off track | 0.85'), (39, '40..60 ~ 40..65', 'f | off track | 0.975'), (61, '40..64 ~ 40..80', 't | on track | 1'),
    (72, '40..64 ~ 40..80', 'f | at risk | 0.875'), (62, '40..50 ~ 35..50', 'f | off track | 0.76'),
    -- one value
    (10, '= 10 ~ 8..12', 't | on track | 1'), (9, '= 10 ~ 8..12', 'f | at risk | 0.9'), (11, '= 10 ~ 8..12', 'f | at risk | 0.9'), (12.5, '= 10 ~ 8..12', 'f | off track | 0.75'), (9, '= 10', 'f | off track | 0.9'),
    -- negative goals: 1 + (-12 - -10) / 10 = 0.8
    (-10, '>= -10 ~ -12', 't | on track | 1'), (-12, '>= -10 ~ -12', 'f | at risk | 0.8'), (-5, '>= -10 ~ -12', 't | on track | 1.5'), (10, '>= -10 ~ -12', 't | on track | 3'), (-30, '>= -10 ~ -12', 'f | off track | -1'),
    (-10, '<= -10', 't | on track | 1'), (-12, '<= -10', 't | on track | 1.2'), (0, '<= -10', 'f | off track | 0'), (-3, '-2..4', 'f | off track | 0.5'), (5, '-2..4', 'f | off track | 0.75'),
    -- a goal of 0: by the band's end, else the other end of the range, else by 1
    (0, '<= 0', 't | on track | 1'), (1, '<= 0', 'f | off track | 0'), (0.25, '<= 0', 'f | off track | 0.75'), (-2, '<= 0', 't | on track | 3'), (1, '<= 0 ~ 4', 'f | at risk | 0.75'), (4, '<= 0 ~ 4', 'f | at risk | 0'), (6, '<= 0 ~ 4', 'f | off track | -0.5'),
    (-1, '>= 0 ~ -2', 'f | at risk | 0.5'), (2, '>= 0 ~ -2', 't | on track | 2'), (3, '= 0', 'f | off track | -2'), (1, '= 0 ~ 0..2', 'f | at risk | 0.5'), (-1, '= 0 ~ 0..2', 'f | off track | 0'), (-1, '= 0 ~ -4..2', 'f | at risk | 0.75'),
    (-1, '0..5', 'f | off track | 0.8'), (6, '0..5', 'f | off track | 0.8'), (-1, '0..5 ~ -2..5', 'f | at risk | 0.5'), (1, '-8..0', 'f | off track | 0.875'),
    -- a quotient that never ends: 1 - 23 / 30, 1 + (33 - 70) / 70
    (7, '>= 30', 'f | off track | 0.23333333333333333333'), (33, '>= 70', 'f | off track | 0.47142857142857142857')) t(actual, target, expected);
SELECT ok(met(0.3, '>= 0.3') AND met(0.1 + 0.2, '= 0.3') AND NOT met(0.3 - 1e-30, '>= 0.3') AND NOT met(0.3 + 1e-30, '<= 0.3') AND NOT met(0.3 + 1e-30, '= 0.3'), 'exact to the last digit');
SELECT ok(attainment(0.3 - 1e-30, '>= 0.3') < 1 AND attainment(0.3 + 1e-30, '= 0.3') < 1 AND attainment(0.3 + 1e-30, '>= 0.3') > 1 AND attainment(1e-900, '<= 0') < 1, '... and so is attainment');
SELECT is(met(999999999999999999.5, '>= 999999999999999999') || ' ' || met(1e100, '<= 999999999999999999') || ' ' || attainment(1e20, '>= 0.000000000000000001'), 'true false 1' || repeat('0', 38), 'large numbers');
SELECT is(pg_typeof(met(1, '>= 1'))::text || ', ' || pg_typeof(status('1', '>= 1')) || ', ' || pg_typeof(attainment(1::bigint, '>= 1')) || ', ' || pg_typeof(goal_low('>= 1')) || ', ' || pg_typeof(direction('>= 1')),
    'boolean, text, numeric, numeric, text', 'plain types; integers and untyped numbers are taken');
SELECT is(left(pg_temp.error_of('SELECT met(0.3::float8, ''>= 0.3'')'), 5), '42883', 'a float is not taken for an exact number');
SELECT is(pg_temp.error_of(format('SELECT %s(%L, ''>= 50'')', f, n)), format('22023 | invalid actual value: %s | What was measured is a finite number. | Give NULL for what was not measured.', n), format('%s of %s', f, n))
FROM unnest(array['met', 'status', 'attainment']) f, unnest(array['NaN', 'Infinity', '-Infinity']) n;
SELECT ok(met(NULL, '>= 1') IS NULL AND met(1, NULL) IS NULL AND status(NULL, '>= 1') IS NULL AND status(1, NULL) IS NULL AND attainment(NULL, '>= 1') IS NULL AND attainment(1, NULL) IS NULL
    AND direction(NULL) IS NULL AND goal_low(NULL) IS NULL AND goal_high(NULL) IS NULL AND amber_low(NULL) IS NULL AND amber_high(NULL) IS NULL AND ('>= 1'::target = NULL::target) IS NULL, 'NULL gives NULL');

-- what holds for every target: all with goals from -3 to 3 and bands up to 1.5 wider, against values from -8 to 8
CREATE TEMP TABLE goal AS
SELECT g::target AS goal FROM generate_series(-3, 3) a, generate_series(0, 6, 1.5) w, generate_series(0, 1.5, 0.5) low, generate_series(0, 1.5, 0.5) high,
LATERAL (VALUES (concat('>= ', a, ' ~ ' || (a - nullif(low, 0)))), (concat('<= ', a, ' ~ ' || (a + nullif(high, 0)))),
    (concat(a, '..', a + w, CASE WHEN low + high > 0 THEN concat(' ~ ', a - low, '..', a + w + high) END))) f(g) GROUP BY 1;
SELECT is((SELECT count(*) || ' ' || string_agg(DISTINCT direction(goal), ', ') FROM goal), '616 at least, at most, between, equal', 'the targets of the next checks'); -- 7 * 4 + 7 * 4 + 7 * 5 * 16
CREATE TEMP TABLE judged AS
SELECT goal, x, met(x, goal), status(x, goal), attainment(x, goal), lag(attainment(x, goal)) OVER (PARTITION BY goal ORDER BY x) AS before,
    coalesce(x >= goal_low(goal), true) AND coalesce(x <= goal_high(goal), true) AS inside,
    coalesce(x >= coalesce(amber_low(goal), goal_low(goal)), true) AND coalesce(x <= coalesce(amber_high(goal), goal_high(goal)), true) AS in_band
FROM goal, generate_series(-8, 8, 0.125) x;
SELECT is_empty($$SELECT goal, x FROM judged WHERE met <> inside$$, 'met: between the ends of the goal');
SELECT is_empty($$SELECT goal, x FROM judged WHERE status <> CASE WHEN inside THEN 'on track' WHEN in_band THEN 'at risk' ELSE 'off track' END$$, 'status: by the ends of goal and band');
SELECT is_empty($$SELECT goal, x FROM judged WHERE met <> (attainment >= 1)$$, 'met where attainment is 1 or more, and there alone');
SELECT is_empty($$SELECT goal, x FROM judged WHERE (x = goal_low(goal) OR x = goal_high(goal)) AND attainment <> 1$$, 'attainment is 1 where just met');
SELECT is_empty($$SELECT goal, x FROM judged WHERE before > attainment AND (direction(goal) = 'at least' OR x <= goal_low(goal)) OR before < attainment AND (direction(goal) = 'at most' OR x > goal_high(goal))$$,
    'attainment never falls towards the goal');
-- no end of these but 0 is nearer to 0 than 0.5, so no unit is less, and no step of 0.125 is more than 0.25
SELECT is_empty($$SELECT goal, x FROM judged WHERE abs(attainment - before) > 0.25 + 1e-15$$, 'attainment is continuous: it moves by no more than the step in units');
SELECT is_empty($$SELECT goal, x FROM judged WHERE attainment IS NULL OR status IS NULL OR met IS NULL$$, 'always defined');
-- the same formula in SQL
CREATE FUNCTION pg_temp.reference(x numeric, goal target) RETURNS numeric LANGUAGE sql AS $$
SELECT CASE direction(goal) WHEN 'at least' THEN low WHEN 'at most' THEN high ELSE least(1, low, high) END
FROM (SELECT 1 + (x - goal_low(goal)) / abs(coalesce(nullif(goal_low(goal), 0), nullif(amber_low(goal), 0), nullif(goal_high(goal), 0), 1)) AS low,
    1 + (goal_high(goal) - x) / abs(coalesce(nullif(goal_high(goal), 0), nullif(amber_high(goal), 0), nullif(goal_low(goal), 0), 1)) AS high) t $$;
SELECT is_empty($$SELECT goal, x FROM judged WHERE attainment <> pg_temp.reference(x, goal)$$, 'attainment by the documented formula');

-- order
SELECT is((SELECT string_agg(t::text, ', ' ORDER BY t) FROM unnest(array['>= 50', '>= 50 ~ 45', '<= 50', '50..60', '= 50', '= 50 ~ 45..55', '40..60', '<= 2.5', '50..60 ~ 49..60', '>= -5', '<= 50 ~ 60', '40..50', '>= 9']::target[]) t),
    '<= 2.5, <= 50, <= 50 ~ 60, >= -5, >= 9, 40..50, 40..60, = 50 ~ 45..55, = 50, 50..60 ~ 49..60, 50..60, >= 50 ~ 45, >= 50', 'by the lower end of the goal, open first, its upper end, open last, then the band likewise');
CREATE TEMP TABLE other AS SELECT goal, row_number() OVER (ORDER BY hashtext(goal::text)) AS n,
    array[coalesce(goal_low(goal), '-infinity'), coalesce(goal_high(goal), 'infinity'), coalesce(amber_low(goal), goal_low(goal), '-infinity'), coalesce(amber_high(goal), goal_high(goal), 'infinity')] AS ends
FROM (SELECT goal FROM goal UNION ALL SELECT t::target FROM unnest(array['>= 0.1', '>= 0.10', '>= 0.099999999999999999', '>= -0.1', '>= -0.099999999999999999', '>= 999999999999999999', '>= 100000000000000000',
    '>= 0.000000000000000001', '>= -0.000000000000000001', '>= 1.00000000000000001', '<= -999999999999999999', '>= 1.00000000000000002']) t) u;
SELECT is_empty($$SELECT a.goal, b.goal FROM other a, other b WHERE b.n % 4 = 0 AND ((a.goal < b.goal) <> (a.ends < b.ends) OR (a.goal <= b.goal) <> (a.ends <= b.ends) OR (a.goal = b.goal) <> (a.ends = b.ends)
    OR (a.goal <> b.goal) <> (a.ends <> b.ends) OR (a.goal >= b.goal) <> (a.ends >= b.ends) OR (a.goal > b.goal) <> (a.ends > b.ends) OR target_cmp(a.goal, b.goal) <> btarraycmp(a.ends, b.ends))$$, 'all comparisons, as those of the four ends');
SELECT is_empty($$SELECT a.goal, b.goal FROM other a, other b WHERE b.n % 4 = 0 AND (a.goal = b.goal) <> (a.goal::text = b.goal::text)$$, 'equal targets have equal texts');
SELECT ok((SELECT count(DISTINCT target_hash(goal)) > 600 AND count(DISTINCT target_hash_extended(goal, 7)) > 600 AND bool_and(target_hash_extended(goal, 7) <> target_hash_extended(goal, 8)) FROM goal)
    AND target_hash('10..10.0') = target_hash('= 10') AND target_hash_extended('10..10.0', 7) = target_hash_extended('= 10', 7), 'equal targets have equal hashes, others mostly not');
SELECT is_empty($$SELECT goal FROM goal WHERE goal::text::target <> goal OR target_send(goal) <> goal::text::bytea$$, 'all are read back');
SELECT is(pg_temp.receive(array_agg(target_send(goal) ORDER BY n)), array_agg(goal::text ORDER BY n), 'all survive send and receive') FROM other WHERE n % 3 = 0;
SELECT is((SELECT string_agg(amname || ' ' || amvalidate(c.oid), ', ' ORDER BY amname) FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod WHERE opcintype = 'target'::regtype), 'btree true, hash true', 'the operator classes are complete');

-- indexes, joins, groups
CREATE TABLE public.goal_set AS SELECT goal, n FROM goal, generate_series(1, 3) n;
CREATE INDEX goal_btree ON public.goal_set (goal);
ANALYZE public.goal_set;
SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
SELECT matches(pg_temp.plan_of($$SELECT n FROM public.goal_set WHERE goal = '>= 1'$$), 'Index Scan using goal_btree', 'btree serves =');
SELECT is((SELECT sum(n) FROM public.goal_set WHERE goal = '>=1.0'), 6::bigint, '... and finds the rows');
SELECT is((SELECT count(*) FROM public.goal_set WHERE goal < '<= -100'), 0::bigint, 'btree serves <');
DROP INDEX public.goal_btree;
CREATE INDEX goal_hash ON public.goal_set USING hash (goal);
SELECT matches(pg_temp.plan_of($$SELECT n FROM public.goal_set WHERE goal = '>= 1'$$), 'Index Scan using goal_hash', 'a hash index serves =');
SELECT is((SELECT sum(n) FROM public.goal_set WHERE goal = '>=1.0'), 6::bigint, '... and finds the rows');
DROP INDEX public.goal_hash;
SET LOCAL enable_seqscan = on;
SET LOCAL enable_nestloop = off;
SET LOCAL enable_mergejoin = off;
SELECT matches(pg_temp.plan_of('SELECT count(*) FROM public.goal_set JOIN goal USING (goal)'), 'Hash Join', 'targets are joined by hash');
SELECT is((SELECT count(*) FROM public.goal_set JOIN goal USING (goal)), 1848::bigint, '... and meet their own');
SET LOCAL enable_mergejoin = on;
SET LOCAL enable_hashjoin = off;
SELECT matches(pg_temp.plan_of('SELECT count(*) FROM public.goal_set JOIN goal USING (goal)'), 'Merge Join', 'targets are joined by merge');
SELECT is((SELECT count(*) FROM public.goal_set JOIN goal USING (goal)), 1848::bigint, '... with the same rows');
SELECT is((SELECT count(DISTINCT goal) FROM public.goal_set), 616::bigint, 'DISTINCT');
ALTER TABLE public.goal_set ADD CHECK (goal <> '>= 77'), ADD UNIQUE (goal, n);
SELECT is(left(pg_temp.error_of($$INSERT INTO public.goal_set VALUES ('>=1.0', 2)$$), 5), '23505', 'a unique constraint');

-- soft errors, where the server has them
CREATE FUNCTION pg_temp.is_target(input text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    answer boolean;
BEGIN
    IF current_setting('server_version_num')::int < 160000 THEN
        RETURN pg_temp.error_of(format('SELECT %L::align.target', input)) = 'no error';
    END IF;
    EXECUTE 'SELECT pg_input_is_valid($1, ''align.target'')' INTO answer USING input;
    RETURN answer;
END $$;
SELECT is(array(SELECT pg_temp.is_target(s) FROM unnest(array['>= 50', '40..60 ~ 35..65', '40..20', '>= 50 ~ 55', '>= NaN', '>= 50 %', '50', '']) s), array[true, true, false, false, false, false, false, false], 'input is checked without an exception');

SELECT is((SELECT array_agg(in_words(t::target, 'EUR a month') ORDER BY n) FROM unnest('{>= 1000000 ~ 900000,<= 18 ~ 20.5,40..60 ~ 40..65,40..60,= 0,>= 0.40}'::text[]) WITH ORDINALITY u(t, n)),
    '{"at least 1,000,000 EUR a month, at risk down to 900,000","at most 18 EUR a month, at risk up to 20.5","40 to 60 EUR a month, at risk from 40 to 65",40 to 60 EUR a month,exactly 0 EUR a month,at least 0.4 EUR a month}'::text[], 'in words');
SELECT is(in_words('= -1200.50'), 'exactly -1200.5', 'without a unit');
SELECT is(in_words(NULL, 'EUR'), NULL, 'of nothing');

SELECT * FROM finish();
ROLLBACK;
