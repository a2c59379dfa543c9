\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(173);

-- the names of the stages that these bytes are, through the receive function
CREATE TEMP TABLE received (n integer GENERATED ALWAYS AS IDENTITY, value stage);
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

-- the vocabulary: numbers, phases and teams are for ever
SELECT is(concat_ws(' ', n, n::stage, phase(n::stage), is_exit(n::stage), owner_team(n::stage)), expected, format('stage %s', n)) FROM (VALUES
    (0, '0 visitor attract f marketing'), (1, '1 subscriber attract f marketing'), (2, '2 lead attract f marketing'),
    (3, '3 mql qualify f marketing'), (4, '4 sal qualify f sales'), (5, '5 sql qualify f sales'),
    (6, '6 opportunity sell f sales'), (7, '7 proposal sell f sales'), (8, '8 negotiation sell f sales'),
    (9, '9 customer keep f sales'), (10, '10 onboarded keep f customer success'), (11, '11 renewed keep f customer success'),
    (12, '12 expanded grow f customer success'), (13, '13 advocate grow f customer success'),
    (14, '14 recycled exit t marketing'), (15, '15 disqualified exit t marketing'), (16, '16 lost exit t sales'), (17, '17 churned exit t customer success')) t(n, expected);
SELECT is((SELECT string_agg(stage, ' ') FROM vocabulary()),
    'visitor subscriber lead mql sal sql opportunity proposal negotiation customer onboarded renewed expanded advocate recycled disqualified lost churned',
    'vocabulary() lists all stages in order');
SELECT is((SELECT count(*) FROM vocabulary() v WHERE v.stage::align.stage::text = v.stage AND v.stage::align.stage::integer = v.stage_order AND v.stage_order = stage_order(v.stage::align.stage)
        AND phase(v.stage::align.stage) = v.phase AND is_exit(v.stage::align.stage) = v.is_exit AND v.is_exit = (v.phase = 'exit') AND owner_team(v.stage::align.stage) = v.owner_team),
    18::bigint, 'vocabulary() says what the functions say');
SELECT is((SELECT array_agg(DISTINCT owner_team ORDER BY owner_team) FROM vocabulary() JOIN team ON key = owner_team), array['customer success', 'marketing', 'sales'], 'each owner is a team');
SELECT is((SELECT count(*) FROM vocabulary() v LEFT JOIN team ON key = v.owner_team WHERE key IS NULL OR v.description = '' OR cardinality(v.aliases) = 0), 0::bigint, 'each stage has an owner, a description and aliases');
SELECT is((SELECT description || ': ' || aliases::text FROM vocabulary() WHERE stage = 'customer'), 'Bought: {"Closed Won",Won,Client}', 'description and aliases of customer');

-- text: names and aliases, whatever the case, spaces and punctuation
CREATE TEMP TABLE word AS SELECT stage AS name, word FROM vocabulary(), unnest(aliases || stage) word;
SELECT is((SELECT count(*) FROM word), 99::bigint, 'the words of the vocabulary');
SELECT is((SELECT string_agg(key, ', ') FROM (SELECT regexp_replace(lower(word), '[^a-z0-9]', '', 'g') AS key FROM word GROUP BY 1 HAVING count(*) > 1) d), NULL, 'no word means two stages, or stands there twice');
SELECT is((SELECT string_agg(word, ', ') FROM word WHERE to_stage(word)::text IS DISTINCT FROM name OR word::stage::text IS DISTINCT FROM name), NULL, 'every word reads as its stage');
SELECT is((SELECT string_agg(word, ', ') FROM word, LATERAL unnest(array[upper(word), lower(word), initcap(word), replace(word, ' ', ''), replace(word, ' ', '_'), replace(word, ' ', '-'),
        ' ' || replace(word, ' ', '  ') || E'\n', '(' || word || ')']) spelling WHERE to_stage(spelling)::text IS DISTINCT FROM name), NULL, '... in eight spellings');
SELECT is(input::stage::text, output, format('%s: %s is %s', system, to_json(input), output)) FROM (VALUES
    ('HubSpot', 'subscriber', 'subscriber'), ('HubSpot', 'lead', 'lead'), ('HubSpot', 'marketingqualifiedlead', 'mql'), ('HubSpot', 'Marketing Qualified Lead', 'mql'),
    ('HubSpot', 'salesqualifiedlead', 'sql'), ('HubSpot', 'opportunity', 'opportunity'), ('HubSpot', 'customer', 'customer'), ('HubSpot', 'evangelist', 'advocate'),
    ('HubSpot', 'NEW', 'lead'), ('HubSpot', 'OPEN', 'lead'), ('HubSpot', 'IN_PROGRESS', 'sal'), ('HubSpot', 'OPEN_DEAL', 'opportunity'), ('HubSpot', 'UNQUALIFIED', 'disqualified'),
    ('HubSpot', 'ATTEMPTED_TO_CONTACT', 'sal'), ('HubSpot', 'CONNECTED', 'sal'), ('HubSpot', 'BAD_TIMING', 'recycled'),
    ('HubSpot', 'appointmentscheduled', 'opportunity'), ('HubSpot', 'qualifiedtobuy', 'opportunity'), ('HubSpot', 'presentationscheduled', 'opportunity'),
    ('HubSpot', 'decisionmakerboughtin', 'opportunity'), ('HubSpot', 'contractsent', 'negotiation'), ('HubSpot', 'closedwon', 'customer'), ('HubSpot', 'closedlost', 'lost'),
    ('Salesforce', 'Open - Not Contacted', 'lead'), ('Salesforce', 'Working - Contacted', 'sal'), ('Salesforce', 'Closed - Converted', 'opportunity'), ('Salesforce', 'Closed - Not Converted', 'disqualified'),
    ('Salesforce', 'Prospecting', 'opportunity'), ('Salesforce', 'Qualification', 'opportunity'), ('Salesforce', 'Needs Analysis', 'opportunity'), ('Salesforce', 'Value Proposition', 'opportunity'),
    ('Salesforce', 'Id. Decision Makers', 'opportunity'), ('Salesforce', 'Perception Analysis', 'opportunity'), ('Salesforce', 'Proposal/Price Quote', 'proposal'),
    ('Salesforce', 'Negotiation/Review', 'negotiation'), ('Salesforce', 'Closed Won', 'customer'), ('Salesforce', 'Closed Lost', 'lost'),
    ('Marketo', 'Anonymous', 'visitor'), ('Marketo', 'Known', 'subscriber'), ('Marketo', 'Engaged', 'lead'), ('Marketo', 'MQL', 'mql'), ('Marketo', 'Sales Lead', 'sql'),
    ('Marketo', 'Recycled', 'recycled'), ('Marketo', 'Disqualified', 'disqualified'), ('Marketo', 'Won', 'customer'), ('Marketo', 'Lost', 'lost'),
    ('Pipedrive', 'Lead In', 'lead'), ('Pipedrive', 'Qualified', 'sql'), ('Pipedrive', 'Contact Made', 'opportunity'), ('Pipedrive', 'Demo Scheduled', 'opportunity'), ('Pipedrive', 'Needs Defined', 'opportunity'),
    ('Pipedrive', 'Proposal Made', 'proposal'), ('Pipedrive', 'Negotiations Started', 'negotiation'),
    ('in any spelling', 'closed-won', 'customer'), ('in any spelling', '  CLOSED   WON! ', 'customer'), ('in any spelling', 'm.q.l.', 'mql'), ('in any spelling', 'Cross Sell', 'expanded')) t(system, input, output);
SELECT is(to_stage(label)::text, NULL, format('to_stage(%s) is NULL', to_json(label))) FROM unnest(array['', ' ', '?', 'x', 'customer 2', 'customers', 'lead mql', 'le', 'other', NULL]) label;
SELECT is(to_stage(label)::text, NULL, format('letters outside ASCII are letters, %s', n))
FROM unnest(array[E'l\u00e9ad', E'lead\u00e9', E'\u00e9lead', E'\u975elead', E'\u00e9']) WITH ORDINALITY t(label, n);

-- bytes: sent and received
SELECT is(stage_send('churned'), '\x0011'::bytea, 'the bytes of a stage are its number');
SELECT is(pg_temp.receive(array_agg(stage_send(n::stage) ORDER BY n)), array_agg(n::stage::text ORDER BY n), 'all stages survive send and receive') FROM generate_series(0, 17) n;
SELECT is(pg_temp.error_of(format('SELECT pg_temp.receive(array[%L::bytea])', int2send(n::int2))), format('22P03 | invalid stage in binary input: %s | Stages are numbered 0 to 17. | Send the stage as text.', n), format('the bytes of %s are refused', n))
FROM unnest(array[18, 31, 256, 32767, -1, -32768]) n;
SELECT is(left(pg_temp.error_of($$SELECT pg_temp.receive(array['\x00'::bytea])$$), 5), '08P01', 'too few bytes');
SELECT is(left(pg_temp.error_of($$SELECT pg_temp.receive(array['\x000000'::bytea])$$), 5), '22P03', 'too many bytes');

-- numbers
SELECT is((SELECT array_agg(n::stage::integer ORDER BY n) FROM generate_series(0, 17) n), (SELECT array_agg(n ORDER BY n) FROM generate_series(0, 17) n), 'integer to stage and back');
SELECT is(stage_order('sql') || ' ' || stage_from_number(5), '5 sql', 'the functions of the casts');
CREATE TEMP TABLE number (value integer);
INSERT INTO number VALUES ('mql'::stage);
SELECT is((SELECT value FROM number), 3, 'a stage is stored in an integer column as its number');
SELECT is(left(pg_temp.error_of($$INSERT INTO received (value) VALUES (3)$$), 5), '42804', 'a number is not stored as a stage without a cast');
SELECT is(left(pg_temp.error_of($$SELECT 'mql'::stage = 3$$), 5), '42883', 'a stage and a number are not compared');
SELECT is(pg_temp.error_of(format('SELECT (%s)::stage', n)), format('22003 | invalid stage number: %s | Stages are numbered 0 to 17. | vocabulary() lists all stages with their stage_order.', n), format('%s is no stage', n))
FROM unnest(array[-1, 18, 31, 65536, 65539, 2147483647, -2147483648]) n;

-- words that are none
SELECT is(pg_temp.error_of(format('SELECT %L::stage', input)), format('22P02 | invalid stage: "%s" | No stage and no alias has this name. | ', input)
    || coalesce('Perhaps you meant "' || nearest || '". ', '') || 'vocabulary() lists all stages; stage_label maps the words of your own systems.',
    format('%s: %s', to_json(left(input, 30)), coalesce('perhaps ' || nearest, 'no hint'))) FROM (VALUES
    ('cusomer', 'customer'), ('CUSTOMERS', 'customer'), ('oportunity', 'opportunity'), ('mqll', 'mql'), ('mq', 'mql'), ('sbl', 'sal'), ('churnd', 'churned'),
    ('Closed Wom', 'closed won'), ('Markting Qualified Lead', 'marketing qualified lead'), ('negotation', 'negotiation'), ('evangelism', 'evangelist'), ('los', 'lost'),
    ('', NULL), ('x', NULL), ('?', NULL), ('xyzzy', NULL), ('warehouse 13', NULL), (repeat('lead', 100), NULL)) t(input, nearest);

-- a number that a newer version stored
CREATE CAST (smallint AS stage) WITHOUT FUNCTION;
SELECT is(pg_temp.error_of(format('SELECT %s((%s)::smallint::stage)', f, n)), format('XX001 | invalid stage number: %s | Stages are numbered 0 to 17. | The value was stored by a newer version of align, or is corrupt.', n), format('%s of number %s', f, n))
FROM unnest(array['stage_out', 'phase', 'owner_team', 'is_exit']) f, unnest(array[18, -1]) n;

-- order
SELECT is((SELECT array_agg(s::text ORDER BY s) FROM unnest(array['lost', 'lead', 'customer', 'visitor', 'mql', 'churned', 'sql']::stage[]) s), array['visitor', 'lead', 'mql', 'sql', 'customer', 'lost', 'churned'], 'the order is that of the vocabulary');
SELECT is((SELECT count(*) FROM generate_series(0, 17) a, generate_series(0, 17) b WHERE (a::stage < b::stage) = (a < b) AND (a::stage <= b::stage) = (a <= b) AND (a::stage = b::stage) = (a = b)
    AND (a::stage <> b::stage) = (a <> b) AND (a::stage >= b::stage) = (a >= b) AND (a::stage > b::stage) = (a > b) AND sign(stage_cmp(a::stage, b::stage)) = sign(a - b)), 324::bigint, 'all comparisons of all pairs');
SELECT is((SELECT min(s) || ' ' || max(s) FROM unnest(array['sql', 'lead', NULL, 'lost', 'mql']::stage[]) s), 'lead lost', 'min and max');
SELECT is((SELECT max(s) FROM unnest('{}'::stage[]) s), NULL, 'max of none is NULL');
SELECT is((SELECT count(DISTINCT s) FROM unnest(array['mql', 'MQL', 'Marketing Qualified Lead', 'sql', 'won', 'customer']::stage[]) s), 3::bigint, 'one stage in many spellings is one');
SELECT ok(stage_hash('mql') = stage_hash('MQL') AND stage_hash_extended('mql', 7) = stage_hash_extended('MQL', 7) AND stage_hash('mql') <> stage_hash('sql')
    AND stage_hash_extended('mql', 7) <> stage_hash_extended('mql', 8), 'equal stages have equal hashes');
SELECT is((SELECT string_agg(amname || ' ' || amvalidate(c.oid), ', ' ORDER BY amname) FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod WHERE opcintype = 'stage'::regtype),
    'btree true, hash true', 'the operator classes are complete');

-- indexes, joins, groups
CREATE TABLE public.reached (s stage, n integer);
INSERT INTO public.reached SELECT (n % 18)::stage, n FROM generate_series(0, 8999) n;
CREATE INDEX reached_btree ON public.reached (s);
ANALYZE public.reached;
SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
SELECT matches(pg_temp.plan_of($$SELECT n FROM public.reached WHERE s = 'mql'$$), 'Index Scan using reached_btree', 'btree serves =');
SELECT is((SELECT count(*) || ' ' || sum(n) FROM public.reached WHERE s = 'mql' AND n >= 0), '500 2247000', '... and finds the rows');
SELECT matches(pg_temp.plan_of($$SELECT n FROM public.reached WHERE s > 'lost'$$), 'Index Scan using reached_btree', 'btree serves >');
SELECT is((SELECT count(*) || ' ' || min(n) FROM public.reached WHERE s > 'lost' AND n >= 0), '500 17', '... and finds the rows');
SELECT matches(pg_temp.plan_of('SELECT max(s) FROM public.reached'), 'Limit\n.*Index Only Scan Backward using reached_btree', 'max reads the end of the index');
SELECT is((SELECT min(s) || ' ' || max(s) FROM public.reached), 'visitor churned', '... and finds both ends');
DROP INDEX public.reached_btree;
CREATE INDEX reached_hash ON public.reached USING hash (s);
SELECT matches(pg_temp.plan_of($$SELECT n FROM public.reached WHERE s = 'mql'$$), 'Index Scan using reached_hash', 'a hash index serves =');
SELECT is((SELECT count(*) || ' ' || sum(n) FROM public.reached WHERE s = 'mql'), '500 2247000', '... and finds the rows');
DROP INDEX public.reached_hash;
SET LOCAL enable_seqscan = on;
SET LOCAL enable_nestloop = off;
SET LOCAL enable_mergejoin = off;
SELECT matches(pg_temp.plan_of('SELECT count(*) FROM public.reached JOIN vocabulary() v ON s = v.stage::align.stage'), 'Hash Join', 'stages are joined by hash');
SELECT is((SELECT count(*) FROM public.reached JOIN vocabulary() v ON s = v.stage::align.stage WHERE v.phase = 'exit'), 2000::bigint, '... and meet their own');
SET LOCAL enable_mergejoin = on;
SET LOCAL enable_hashjoin = off;
SELECT matches(pg_temp.plan_of('SELECT count(*) FROM public.reached JOIN vocabulary() v ON s = v.stage::align.stage'), 'Merge Join', 'stages are joined by merge');
SELECT is((SELECT count(*) FROM public.reached JOIN vocabulary() v ON s = v.stage::align.stage WHERE v.phase = 'exit'), 2000::bigint, '... with the same rows');
SET LOCAL enable_sort = off;
SELECT matches(pg_temp.plan_of('SELECT s, count(*) FROM public.reached GROUP BY s'), 'HashAggregate', 'groups by hash');
SELECT is((SELECT count(*) || ' ' || sum(c) FROM (SELECT count(*) AS c FROM public.reached GROUP BY s) g), '18 9000', '... are the 18 stages');
SET LOCAL enable_sort = on;
SET LOCAL enable_hashagg = off;
SELECT is((SELECT count(*) FROM (SELECT DISTINCT s FROM public.reached) d), 18::bigint, 'DISTINCT by sort gives the same');
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SELECT matches(pg_temp.plan_of('SELECT min(s), max(s) FROM public.reached'), 'Partial Aggregate', 'min and max run in parallel');
SELECT is((SELECT min(s) || ' ' || max(s) FROM public.reached), 'visitor churned', '... with the same result');

-- NULL
SELECT ok(NULL::stage IS NULL AND phase(NULL) IS NULL AND is_exit(NULL) IS NULL AND owner_team(NULL) IS NULL AND stage_order(NULL) IS NULL AND NULL::integer::stage IS NULL
    AND ('mql'::stage = NULL::stage) IS NULL, 'NULL gives NULL');

-- soft errors, where the server has them
CREATE FUNCTION pg_temp.is_stage(input text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    answer boolean;
BEGIN
    IF current_setting('server_version_num')::int < 160000 THEN
        RETURN pg_temp.error_of(format('SELECT %L::align.stage', input)) = 'no error';
    END IF;
    EXECUTE 'SELECT pg_input_is_valid($1, ''align.stage'')' INTO answer USING input;
    RETURN answer;
END $$;
SELECT is(array(SELECT pg_temp.is_stage(s) FROM unnest(array['mql', 'Closed Won', 'x', 'cusomer', '']) s), array[true, true, false, false, false], 'input is checked without an exception');

SELECT * FROM finish();
ROLLBACK;
