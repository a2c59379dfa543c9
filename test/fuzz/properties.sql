-- properties.sql: what must hold for every input. A target takes bytes and gives
-- NULL, or says what is wrong; fuzz.c runs it, tools/fuzz loads both.
\set ON_ERROR_STOP on
\set QUIET on
CREATE EXTENSION align;
CREATE SCHEMA fuzz;

CREATE FUNCTION fuzz.run(target regprocedure, arguments text[]) RETURNS void AS '$libdir/align', 'align_fuzz_run' LANGUAGE C STRICT;
CREATE FUNCTION fuzz.receive(bytes bytea, type anyelement) RETURNS anyelement AS '$libdir/align', 'align_fuzz_receive' LANGUAGE C;
CREATE FUNCTION fuzz.send(value anyelement) RETURNS bytea AS '$libdir/align', 'align_fuzz_send' LANGUAGE C STRICT;
CREATE FUNCTION fuzz.sentence(choices bytea, symbol text) RETURNS text AS '$libdir/align', 'align_fuzz_sentence' LANGUAGE C STRICT;

-- What is wrong with an error: it is internal, or ours and no help.
CREATE FUNCTION fuzz.refusal(state text, message text, detail text, hint text) RETURNS text LANGUAGE sql
    RETURN CASE WHEN state LIKE 'XX%' OR state = '54001' OR message LIKE 'invalid rubric:%' AND (detail = '' OR hint = '')
        THEN format('refused by %s: %s; %s; %s', state, message, detail, hint) END;

-- rubric: text
--
-- Objects of many shapes; those side by side are alike, or not quite.
CREATE TABLE fuzz.object (id integer, attrs jsonb);
INSERT INTO fuzz.object SELECT row_number() OVER (), v::jsonb FROM unnest(ARRAY[
    '{}',
    '{"country": "US", "employees": 50, "industry": "software", "title": "VP of Sales", "email_domain": "gmail.com", "visits_30d": 7, "last_demo_at": "2025-12-20"}',
    '{"country": "DE", "employees": 1000.5, "industry": "retail", "title": "Chief %_\\ Officer", "email_domain": "", "visits_30d": -1, "last_demo_at": "2026-03-01T09:30:00Z"}',
    '{"country": null, "employees": "50", "industry": ["software"], "title": 7, "email_domain": {}, "visits_30d": true, "last_demo_at": "never"}',
    '{"a": 1, "b": "x", "c": ["x", 1, true, null], "d": {"a": {"b": 2}, "c": ["y"]}, "e": true}',
    '{"a": 1.00, "b": "X", "c": [1.0, 2, "Ünï", {"x": 1}], "d": {"a": {"b": "2"}, "d": false}, "e": false}',
    '{"a": -0.5, "b": "ab\ncd", "c": [], "d": {"a": 3}, "e": null}',
    '{"a": 1e64, "b": "ü", "c": {"a": 1}, "d": [{"a": 1}], "e": "2026-01-01"}',
    '{"a": 99999999999999999999.00000000001, "x": "a", "y": "b", "z": "c", "w": "d", "v": "e"}',
    '{"a": 1e-30, "at": "x", "cap": 1, "any": "US", "day": "2024-02-29", "known": true, "since": "2025-06-01T00:00:00.000001+02:00"}',
    '{"a": {"a": {"a": {"a": "a"}}}, "aa": 10000, "ab": 9999, "ba": 1e4, "bb": 0}',
    '{"a": 1e300, "b": "US software VP of Sales gmail.com", "c": [1e300, 1e-70], "d": {"a": 1e-99}}'
    ]) v;
-- many keys, of which some lie where jsonb keeps offsets
INSERT INTO fuzz.object SELECT 100 + i, jsonb_object_agg(key, value) || '{"a": 1, "b": "x", "title": "VP of Sales", "employees": 50, "last_demo_at": "2025-12-20"}'
    FROM generate_series(1, 2) i, LATERAL (SELECT 'key_' || n AS key, repeat('x', n * i % 7) AS value FROM generate_series(1, 60) n) pairs GROUP BY i;
CREATE INDEX ON fuzz.object USING gin (attrs jsonb_path_ops);

CREATE FUNCTION fuzz.rubric(input bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    given align.rubric;
    -- on the safe side: the word may stand in quotes
    decays boolean;
    state text; message text; detail text; hint text; fault text;
    by_index bigint;
BEGIN
    BEGIN
        given := convert_from(input, 'UTF8');
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
        RETURN fuzz.refusal(state, message, detail, hint);
    END;
    decays := strpos(given::text, 'decaying') > 0;

    IF given::text::align.rubric::text <> given::text OR given::text::align.rubric <> given THEN
        RETURN 'text is not read back to the same';
    END IF;
    IF fuzz.receive(align.rubric_send(given), given)::text <> given::text THEN
        RETURN 'the binary form is not read back to the same';
    END IF;
    IF EXISTS (SELECT FROM align.diff(given, given)) THEN
        RETURN 'it differs from itself';
    END IF;
    PERFORM align.fields(given);

    -- the verdict, the explanation and the operator agree; so do a rubric that
    -- stays the same, with which the shape of objects is remembered, and one of
    -- a column
    SELECT format('judging %s: %s', o.attrs, f.fault) INTO fault
    FROM (SELECT CASE WHEN decays THEN timestamptz '2026-01-01Z' END AS at) instant, fuzz.object o, (SELECT given AS rubric OFFSET 0) other,
        LATERAL align.qualify(given, o.attrs, at) q,
        LATERAL (SELECT coalesce(sum(round(points * 1000000)::bigint), 0) AS points,
                bool_and(CASE kind WHEN 'require' THEN met IS TRUE WHEN 'reject' THEN met IS NOT TRUE WHEN 'qualify' THEN met ELSE true END) AS qualified,
                coalesce(bool_and(missing <@ q.missing AND mismatched <@ q.mismatched), true) AND
                    (q.missing || q.mismatched = '{}') = (count(*) FILTER (WHERE missing || mismatched <> '{}') = 0) AS same_fields
            FROM align.explain(other.rubric, o.attrs, at)) e,
        LATERAL (SELECT CASE
            WHEN q::text <> align.qualify(other.rubric, o.attrs, at)::text THEN 'a rubric of a column gives another verdict'
            WHEN q.points <> align.points(other.rubric, o.attrs, at) THEN 'points are not those of qualify'
            WHEN round(q.points * 1000000)::bigint <> e.points THEN 'explain does not add up to ' || q.points
            WHEN q.qualified <> e.qualified THEN 'explain says otherwise'
            WHEN NOT e.same_fields THEN 'explain misses other fields'
            WHEN q.points > q.max_points OR q.points IN ('NaN', 'Infinity', '-Infinity') THEN 'points out of range: ' || q.points
            WHEN NOT decays AND (o.attrs @@ other.rubric) <> q.qualified THEN 'the operator says otherwise'
            END AS fault) f
    WHERE f.fault IS NOT NULL LIMIT 1;

    IF decays THEN
        BEGIN
            PERFORM points(given, '{}');
        EXCEPTION WHEN null_value_not_allowed THEN
            NULL;               -- an instant is needed
        END;
    END IF;
    IF fault IS NULL AND NOT decays THEN
        EXECUTE 'SELECT count(*) FROM fuzz.object WHERE attrs OPERATOR(align.@@) $1' INTO by_index USING given;
        IF by_index <> (SELECT count(*) FILTER (WHERE attrs @@ other.rubric) FROM fuzz.object, (SELECT given AS rubric OFFSET 0) other) THEN
            RETURN 'the index finds other objects';
        END IF;
    END IF;
    RETURN fault;
END $$;

-- rubric_grammar: a rubric by the rules of its language
CREATE FUNCTION fuzz.rubric_grammar(input bytea) RETURNS text LANGUAGE sql RETURN fuzz.rubric(convert_to(fuzz.sentence(input, 's'), 'UTF8'));

-- predicate: an operator, a line with a value, and what the field has
--
-- One predicate says what the server's own operator says.
CREATE FUNCTION fuzz.predicate(input bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    number CONSTANT text := '^[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,2})?$';
    instant CONSTANT text := '^(?!0000)\d{4}-\d\d-\d\d(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?(Z|[+-](0\d|1[0-4])(:?[0-5]\d)?)?)?$';
    words CONSTANT text[] := '{like,ilike,matches,=,<>,<,<=,>,>=,in,has}';
    word text;
    given text; found text; field jsonb; literal text;
    givens text[]; founds text[];
    low timestamptz; high timestamptz; at timestamptz;
    expected boolean; met boolean;
    state text; message text; detail text; hint text;
    judge align.rubric;
BEGIN
    BEGIN
        word := words[get_byte(input, 0) % 11 + 1];
        found := convert_from(substr(input, 2), 'UTF8');
        given := split_part(found, E'\n', 1);
        found := substr(found, length(given) + 2);
        -- of an empty text, one that is empty
        givens := trim_array(string_to_array(given || ',', ','), 1);
        founds := trim_array(string_to_array(found || ',', ','), 1);
        field := to_jsonb(found);
        literal := '''' || replace(given, '''', '''''') || '''';
        IF word = 'like' THEN
            expected := found LIKE given;
        ELSIF word = 'ilike' THEN
            expected := found ILIKE given;
        ELSIF word = 'matches' THEN
            expected := found ~ given;
        ELSIF word = 'in' OR word = 'has' THEN
            literal := '(''' || array_to_string(ARRAY(SELECT replace(v, '''', '''''') FROM unnest(givens) v), ''',''') || ''')';
            IF NOT EXISTS (SELECT FROM unnest(givens || founds) v WHERE v !~ number) THEN
                literal := '(' || given || ')';
                field := to_jsonb(founds::numeric[]);
                expected := founds::numeric[] && givens::numeric[];
            ELSE
                field := to_jsonb(founds);
                expected := founds && givens;
            END IF;
            IF word = 'has' THEN
                literal := 'any ' || literal;
            ELSE
                field := field -> 0;
                expected := CASE jsonb_typeof(field) WHEN 'number' THEN (field #>> '{}')::numeric = ANY (givens::numeric[]) ELSE field #>> '{}' = ANY (givens) END;
            END IF;
        ELSIF given ~ number AND found ~ number THEN
            literal := given;
            field := to_jsonb(found::numeric);
            expected := CASE word WHEN '=' THEN found::numeric = given::numeric WHEN '<>' THEN found::numeric <> given::numeric
                WHEN '<' THEN found::numeric < given::numeric WHEN '<=' THEN found::numeric <= given::numeric
                WHEN '>' THEN found::numeric > given::numeric ELSE found::numeric >= given::numeric END;
        ELSIF given ~ instant AND found ~ instant THEN
            literal := given;
            at := found;
            low := given;
            high := CASE WHEN given ~ 'T' THEN low ELSE low + interval '1 day -1 us' END;
            expected := CASE word WHEN '=' THEN at BETWEEN low AND high WHEN '<>' THEN at NOT BETWEEN low AND high
                WHEN '<' THEN at < low WHEN '<=' THEN at <= high WHEN '>' THEN at > high ELSE at >= low END;
        ELSE
            expected := CASE word WHEN '=' THEN found = given WHEN '<>' THEN found <> given
                WHEN '<' THEN found < given WHEN '<=' THEN found <= given WHEN '>' THEN found > given ELSE found >= given END;
        END IF;
    EXCEPTION WHEN OTHERS THEN
        RETURN NULL;            -- nothing to compare with
    END;
    BEGIN
        judge := 'require x ' || word || ' ' || literal;
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
        -- a pattern that never comes to its last backslash is refused all the same
        RETURN CASE WHEN state IN ('22025', '54000', '22003') THEN fuzz.refusal(state, message, detail, hint) ELSE message END;
    END;
    met := jsonb_build_object('x', field) @@ judge;
    RETURN CASE WHEN coalesce(expected, false) <> met THEN format('%s %s %s is %s, not %s', field, word, literal, expected, met) END;
END $$;

-- predicate_grammar: such a line by rule
CREATE FUNCTION fuzz.predicate_grammar(input bytea) RETURNS text LANGUAGE sql RETURN fuzz.predicate(convert_to(fuzz.sentence(input, '0'), 'UTF8'));

-- receive and text: the number of a type, and what its input is given
--
-- What is read can be written and read again, and used: by errors of our own at
-- the worst.
CREATE TABLE fuzz.event AS
    SELECT lead, stage::align.stage, at::timestamptz FROM (VALUES
        (1, 'lead', '2024-01-01Z'), (1, 'mql', '2024-01-05Z'), (1, 'sql', '2024-02-01Z'), (1, 'customer', '2024-03-01 12:30:00.000001Z'),
        (2, 'lead', '2024-01-02Z'), (2, 'mql', '2024-01-02Z'), (2, 'lost', '2024-06-01Z'),
        (3, 'visitor', '1999-12-31Z'), (3, 'lead', '2024-01-03Z'), (3, 'recycled', '2024-01-04Z'), (3, 'lead', '2024-01-09Z')) v (lead, stage, at);

CREATE FUNCTION fuzz.use(v align.stage) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM phase(v), owner_team(v), is_exit(v), stage_hash(v), v::integer::align.stage, v < 'mql';
END $$;
CREATE FUNCTION fuzz.use(v align.period) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    ASSERT lower(v) < upper(v) AND v @> lower(v) AND NOT v @> upper(v), 'a period holds its days';
    ASSERT v @> v AND v && v AND v - v = 0 AND period_cmp(v, v) = 0, 'a period is itself';
    PERFORM grain(v), elapsed(v, '2026-01-01'), v::daterange, period_hash(v);
    ASSERT v + 1 - 1 = v AND (v + 1) - v = 1 AND v + 1 > v AND lower(v + 1) = upper(v), 'a period has a next one';
END $$;
CREATE FUNCTION fuzz.use(v align.journey) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    ASSERT event_count(v) = (SELECT count(*) FROM events(v)), 'events are counted';
    ASSERT v || v = (SELECT rollup(j) FROM (VALUES (v), (v)) j (j)), 'twice the same is a rollup';
    PERFORM path(v), current(v), since(v), furthest(v), entered(v, 'mql'), entries(v, 'mql'), first_at(v), last_at(v),
        stage_at(v, '2024-02-01Z'), journey_hash(v);
    PERFORM transitions(v);
    PERFORM time_in(v, 'lead', '2026-01-01Z');
    PERFORM funnel_level(v, '{lead,mql,sql}', '90 days'), funnel_times(v, '{lead,mql,sql}', '90 days');
    PERFORM funnel(v, '{lead,mql}', '90 days'), flow(v);
END $$;
CREATE FUNCTION fuzz.use(v align.funnel_rule) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM funnel_rule_hash(v);
    PERFORM funnel_level(journey, v), funnel_times(journey, v) FROM (SELECT journey(stage, at) FROM fuzz.event GROUP BY lead) j (journey);
    PERFORM steps(f), rule(f) FROM (SELECT funnel(lead, stage, at, v) FROM fuzz.event) f (f);
END $$;
CREATE FUNCTION fuzz.use(v align.funnel) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    ASSERT v + v - v = v, 'what is added can be taken away';
    PERFORM rule(v), funnel_hash(v), reached(v, 1), quantile(v, 2, 0.9);
    PERFORM steps(v), steps(v - v);
END $$;
CREATE FUNCTION fuzz.use(v align.flow) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    ASSERT v + v - v = v, 'what is added can be taken away';
    PERFORM transitions(v), stays(v), flow_hash(v);
    PERFORM transitions(v - v);
END $$;
CREATE FUNCTION fuzz.use(v align.event_log) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM event_count(journey), path(journey) FROM journeys_by_key(v);
END $$;
CREATE FUNCTION fuzz.use(v align.crosstab) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    ASSERT v + v - v = v, 'what is added can be taken away';
    PERFORM kappa_detail(v);
    PERFORM jensen_shannon_detail(v);
    PERFORM cells(v), crosstab_hash(v);
    PERFORM cells(v - v);
END $$;
CREATE FUNCTION fuzz.use(v align.ranking) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM auc_detail(v + v), auc_pr_detail(v), calibration(v, 7), ranking_hash(v);
END $$;
CREATE FUNCTION fuzz.use(v align.model) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    ASSERT v + v - v = v, 'what is added can be taken away';
    ASSERT predict(v, '{"stage": "mql", "day": 11}') BETWEEN 0 AND 1, 'a probability';
    PERFORM won_count(v), lost_count(v), cuts(v), model_hash(v);
    PERFORM features(v), explain(v, '{"stage": "mql", "day": 11, "late": true}');
END $$;
CREATE FUNCTION fuzz.use(v align.rubric) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM explain(v, '{"a": 1}', '2026-01-01Z');
END $$;

CREATE FUNCTION fuzz.survives(input bytea, as_text boolean, type anyelement) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v type%TYPE; again type%TYPE;
    state text; message text; detail text; hint text;
BEGIN
    BEGIN
        IF as_text THEN
            v := convert_from(input, 'UTF8');
        ELSE
            v := fuzz.receive(input, type);
        END IF;
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
        RETURN fuzz.refusal(state, message, detail, hint);
    END;
    again := fuzz.receive(fuzz.send(v), type);
    IF fuzz.send(again) <> fuzz.send(v) THEN
        RETURN format('the binary form of %s is not read back to the same', v);
    END IF;
    again := v::text;
    IF again::text <> v::text OR fuzz.send(again) <> fuzz.send(v) THEN
        RETURN format('the text %s is not read back to the same: %s', v, again);
    END IF;
    BEGIN
        PERFORM fuzz.use(v);
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
        RETURN fuzz.refusal(state, message, detail, hint);
    END;
    RETURN NULL;
END $$;

-- Every type is tried.
DO $$ BEGIN
    ASSERT NOT EXISTS (SELECT FROM pg_type t WHERE typnamespace = 'align'::regnamespace AND typtype = 'b' AND typcategory <> 'A'
        AND NOT EXISTS (SELECT FROM pg_proc WHERE pronamespace = 'fuzz'::regnamespace AND proname = 'use' AND proargtypes[0] = t.oid)),
        'a type has no fuzz.use, and no number in fuzz.value';
END $$;
CREATE FUNCTION fuzz.value(input bytea, as_text boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    bytes bytea := substr(input, 2);
BEGIN
    IF input = '' THEN
        RETURN NULL;
    END IF;
    CASE get_byte(input, 0) % 11
        WHEN 0 THEN RETURN fuzz.survives(bytes, as_text, NULL::align.stage);
        WHEN 1 THEN RETURN fuzz.survives(bytes, as_text, NULL::align.period);
        WHEN 2 THEN RETURN fuzz.survives(bytes, as_text, NULL::align.journey);
        WHEN 3 THEN RETURN fuzz.survives(bytes, as_text, NULL::align.funnel_rule);
        WHEN 4 THEN RETURN fuzz.survives(bytes, as_text, NULL::align.funnel);
        WHEN 5 THEN RETURN fuzz.survives(bytes, as_text, NULL::align.flow);
        WHEN 6 THEN RETURN fuzz.survives(bytes, as_text, NULL::align.event_log);
        WHEN 7 THEN RETURN fuzz.survives(bytes, as_text, NULL::align.rubric);
        WHEN 8 THEN RETURN fuzz.survives(bytes, as_text, NULL::align.crosstab);
        WHEN 9 THEN RETURN fuzz.survives(bytes, as_text, NULL::align.ranking);
        WHEN 10 THEN RETURN fuzz.survives(bytes, as_text, NULL::align.model);
    END CASE;
END $$;
CREATE FUNCTION fuzz.receive(input bytea) RETURNS text LANGUAGE sql RETURN fuzz.value(input, false);
CREATE FUNCTION fuzz.text(input bytea) RETURNS text LANGUAGE sql RETURN fuzz.value(input, true);

-- Where the fuzzer begins: a value or more of each type, and the texts in the
-- folder rubric.
CREATE FUNCTION fuzz.seed(number integer, v anyelement, OUT target text, OUT bytes bytea) RETURNS SETOF record LANGUAGE sql AS $$
    SELECT 'receive', set_byte('\x00', 0, number) || fuzz.send(v)
    UNION ALL SELECT 'text', set_byte('\x00', 0, number) || convert_to(v::text, 'UTF8') $$;
CREATE TABLE fuzz.seed AS
    SELECT * FROM fuzz.seed(0, 'customer'::stage)
    UNION ALL SELECT * FROM fuzz.seed(1, 'FY2026-Q1@Jul'::period)
    UNION ALL SELECT * FROM fuzz.seed(1, '2026-W07'::period)
    UNION ALL SELECT * FROM fuzz.seed(1, '2026..2028'::period)
    UNION ALL SELECT * FROM fuzz.seed(2, (SELECT journey(stage, at) FROM fuzz.event WHERE lead = 1))
    UNION ALL SELECT * FROM fuzz.seed(2, (SELECT journey(at, stage < 'mql', stage > 'lead') FROM fuzz.event WHERE lead = 2))
    UNION ALL SELECT * FROM fuzz.seed(3, funnel_rule('{mql,sql,customer}', '90 days', '1 day', 'strict', 'strict', '{lost}', 1, 2, '2026-01-01Z'))
    UNION ALL SELECT * FROM fuzz.seed(3, funnel_rule('{lead,mql,sql}', NULL, mode => 'any'))
    UNION ALL SELECT * FROM fuzz.seed(4, (SELECT funnel(lead, stage, at, '{lead,mql,sql}', '90 days') FROM fuzz.event))
    UNION ALL SELECT * FROM fuzz.seed(5, (SELECT flow(lead, stage, at) FROM fuzz.event))
    UNION ALL SELECT * FROM fuzz.seed(6, (SELECT event_log(lead, stage, at) FROM fuzz.event))
    UNION ALL SELECT * FROM fuzz.seed(6, (SELECT event_log('lead ' || lead, stage, at) FROM fuzz.event))
    UNION ALL SELECT * FROM fuzz.seed(6, (SELECT event_log(md5(lead::text)::uuid, stage, at) FROM fuzz.event))
    UNION ALL SELECT * FROM fuzz.seed(7, 'require country = ''US'' +10 when a > 1 qualify at 5'::rubric)
    UNION ALL SELECT * FROM fuzz.seed(8, (SELECT crosstab('c' || lead, stage::text) FROM fuzz.event))
    UNION ALL SELECT * FROM fuzz.seed(8, (SELECT crosstab(stage::text, (lead = 3)::text) FROM fuzz.event))
    UNION ALL SELECT * FROM fuzz.seed(9, (SELECT ranking(lead, stage = 'mql') FROM fuzz.event))
    UNION ALL SELECT * FROM fuzz.seed(10, (SELECT train(jsonb_build_object('stage', stage, 'late', at > '2024-02-01Z', 'day', extract(day FROM at)), lead = 1, '{"day": [5, 10.5]}') FROM fuzz.event))
    UNION ALL SELECT 'text', set_byte('\x00', 0, number) || convert_to(v, 'UTF8') FROM (VALUES
        (0, 'Marketing Qualified Lead'), (0, 'mqls'), (1, 'Q1 2026'), (1, 'March 2026'), (1, 'FY2026')) v (number, v)
    UNION ALL SELECT 'rubric', convert_to(fuzz.sentence(sha512(i::text::bytea) || sha512(i::text::bytea || 'x'), 's'), 'UTF8') FROM generate_series(1, 30) i
    UNION ALL SELECT grammar, sha256(i::text::bytea) FROM generate_series(1, 30) i, unnest('{rubric_grammar,predicate_grammar}'::text[]) grammar
    UNION ALL SELECT 'predicate', set_byte('\x00'::bytea, 0, number) || convert_to(v, 'UTF8') FROM (VALUES
        (0, E'V_ %S\\%%\nVP of S%'), (1, E'%üB%\nÄÜb'), (2, E'^(VP|Chief) .*\\y$|[a-z]{2,3}\nVP of\nSales'), (2, E'(?i)abc|x(y|z)*\nxABC'),
        (3, E'1.50\n1.5'), (5, E'12345678901234567890.5\n12345678901234567890.49'), (6, E'2026-01-01\n2026-01-01T23:59:59Z'), (8, E'b\na'),
        (9, E'a,b,c,dd,ee\ndd'), (9, E'1,2,3,4.0,5\n4'), (10, E'a,b,c,dd,ee\nx,dd')) v (number, v);
CREATE FUNCTION fuzz.write(bytes bytea, path text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    file oid := lo_from_bytea(0, bytes);
BEGIN
    PERFORM lo_export(file, path), lo_unlink(file);
END $$;
SELECT count(fuzz.write(bytes, :'folder' || '/' || target || '/' || row_number)) FROM (SELECT *, row_number() OVER () FROM fuzz.seed) s \g /dev/null
