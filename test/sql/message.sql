\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(103);

-- corpus: the example in scikit-learn's user guide ("Tf-idf term weighting", smooth_idf), whose vectors these are
CREATE TEMP TABLE guide (n int, v tsvector);
INSERT INTO guide VALUES (0, 'a:1,2,3 c:4'), (1, 'a:1,2'), (2, 'a:1,2,3'), (3, 'a:1,2,3,4'), (4, 'a:1,2,3 b:4,5'), (5, 'a:1,2,3 c:4,5');
SELECT results_eq($$SELECT n, round(similarity(c, v, 'a')::numeric, 8), round(similarity(c, v, 'b')::numeric, 8), round(similarity(c, v, 'c')::numeric, 8)
        FROM guide, (SELECT corpus(v) AS c FROM guide) s ORDER BY n$$,
    $$VALUES (0, 0.85151335, 0.00000000, 0.52433293), (1, 1.00000000, 0, 0), (2, 1, 0, 0), (3, 1, 0, 0), (4, 0.55422893, 0.83236428, 0), (5, 0.63035731, 0, 0.77630514)$$,
    'the vectors that scikit-learn''s user guide gives');
-- by hand: N = 6; rarity 1 + ln(7 / (1 + n)): of a, in all 6, 1; of b, in 1, 1 + ln 3.5; of c, in 2, 1 + ln(7 / 3)
SELECT results_eq('SELECT word, text_count, round(rarity::numeric, 9) FROM words((SELECT corpus(v) FROM guide))',
    $$VALUES ('a'::text, 6::bigint, 1.000000000), ('b', 1, 2.252762968), ('c', 2, 1.847297860)$$, 'words, by hand');
-- 3 a and 1 c: weights 3 and 1.847298, squares 9 and 3.412509; of both 9 / 12.412509 is a's
SELECT is((SELECT round(coverage(corpus(v), 'a:1,2,3 c:4', 'a:7 x:8')::numeric, 6) FROM guide), 0.725075, 'coverage, by hand');
SELECT is((SELECT similarity(corpus(v), 'a:1,2,3 c:4', 'c:1 d:2')::text = similarity(corpus(v), 'c:1 d:2', 'a:1,2,3 c:4')::text FROM guide), true, 'similarity is symmetric');
SELECT is((SELECT coverage(corpus(v), 'a', 'a b c d:1,2,3') FROM guide), 1.0::float8, 'coverage does not mind length');
SELECT is((SELECT similarity(corpus(v), 'a:1 c:2', 'a c') FROM guide), 1.0::float8, 'without positions a word counts once');
SELECT is((SELECT similarity(corpus(v), '', 'a') FROM guide), NULL, 'nothing is like no text');
SELECT is((SELECT coverage(corpus(v), '', 'a') FROM guide), NULL, 'nothing is wanted');
SELECT is((SELECT coverage(corpus(v), 'a', '') FROM guide), 0::float8, 'nothing is given');
SELECT is((SELECT text_count(corpus(v)) FROM (VALUES (''::tsvector), (NULL), ('a')) t(v)), 2::bigint, 'an empty text is a text, NULL is none');
SELECT is((SELECT corpus(v) FROM guide WHERE n > 9), NULL, 'no text is no corpus');

-- many texts: parts, order, parallel, forms
CREATE TEMP TABLE many AS SELECT i, array_to_tsvector(array_agg('w' || (abs(hashint8extended(i, k)) % (20 + 5 * k * k)))) AS v FROM generate_series(1, 3000) i, generate_series(1, 20) k GROUP BY i;
SELECT is((SELECT corpus(v) FROM (SELECT * FROM many ORDER BY md5(i::text)) m), (SELECT corpus(v) FROM many), 'input order does not matter');
SELECT is((SELECT rollup(c) FROM (SELECT corpus(v) AS c FROM many GROUP BY i % 7) s), (SELECT corpus(v) FROM many), 'rollup of parts');
SELECT is((SELECT corpus(v) FROM many WHERE i < 1000) + (SELECT corpus(v) FROM many WHERE i >= 1000), (SELECT corpus(v) FROM many), '+');
SELECT is((SELECT rollup(c) FROM (VALUES (NULL::corpus), ((SELECT corpus(v) FROM many)), (NULL)) s(c)), (SELECT corpus(v) FROM many), 'rollup passes over NULL');
SELECT is((SELECT rollup(NULL::corpus)), NULL, 'rollup of nothing');
SELECT is((SELECT corpus(v)::text::corpus FROM many), (SELECT corpus(v) FROM many), 'text reads back to the same');
SELECT results_eq('SELECT word, text_count FROM words((SELECT corpus(v) FROM many))', 'SELECT word, ndoc::bigint FROM ts_stat(''SELECT v FROM pg_temp.many'') ORDER BY word COLLATE "C"', 'as the server''s ts_stat counts');
SELECT is((SELECT count(*) FROM (SELECT DISTINCT corpus(v) FROM many GROUP BY i % 5) s), 5::bigint, 'corpora can be told apart');
SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0; SET LOCAL max_parallel_workers_per_gather = 2;
CREATE TABLE public.many_shared AS SELECT * FROM many;
SELECT matches(pg_temp.plan_of('SELECT corpus(v) FROM public.many_shared'), 'Partial Aggregate', 'a parallel plan');
SELECT is((SELECT corpus(v) FROM public.many_shared), (SELECT corpus(v) FROM many), 'in parallel as in one process');
SELECT is((SELECT corpus(v) FROM public.many_shared WHERE i < 0), NULL, 'in parallel over no row');
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;
SELECT is(pg_temp.error_of($$SELECT '{}'::align.corpus$$),
    '22P02 | invalid corpus | Its member "state" is missing or damaged, or the text was edited. | A corpus is built by the aggregate corpus; its text is only to be read back.', 'a text that is no corpus');
SELECT matches(pg_temp.error_of(format('SELECT %L::align.corpus', replace((SELECT corpus(v) FROM guide)::text, '"words": 3', '"words": 4'))), '^22P02 \| invalid corpus', 'an edited text');
SET LOCAL align.state_memory = '1MB';
SELECT is(pg_temp.error_of($$SELECT corpus(array_to_tsvector(ARRAY['w' || i])) FROM generate_series(1, 100000) i$$),
    '53400 | this corpus would take more than 1 MB | The setting align.state_memory bounds the memory of one state. | Raise align.state_memory, or aggregate in parts, and join those by rollup.', 'memory is bounded');
RESET align.state_memory;

-- setting messages
CREATE ROLE align_test_mara; CREATE ROLE align_test_sam;
INSERT INTO member (role, team, since_at) VALUES ('align_test_mara', 'marketing', '2024-01-01Z'), ('align_test_sam', 'sales', '2024-01-01Z');
GRANT USAGE ON SCHEMA align TO align_test_mara, align_test_sam;
GRANT EXECUTE ON FUNCTION set_message(text, text, text, text, text[], text[], timestamptz), retire_message(text, timestamptz),
    publish_asset(text, text, text, text, text, text, text, timestamptz), give_pulse(text, text, integer), belief(timestamptz) TO align_test_mara, align_test_sam;
SET ROLE align_test_mara;
SELECT is(set_message('hours', 'promise', 'marketing', 'We count hours.', at => '2024-01-01Z'), 1, 'a first version');
SELECT is(set_message('hours', 'promise', 'marketing', 'We win back the lost hours of your machines.', '{lost hours}', '{cheap}', '2024-12-31Z'), 2, 'a second');
SELECT is(set_message('hours', 'promise', 'marketing', 'We win back the lost hours of your machines.', '{lost hours}', '{cheap}', '2025-06-01Z'), 2, 'the same words are no new version');
SELECT is(pg_temp.error_of($$SELECT set_message('hours', 'promise', 'marketing', 'Other words', at => '2024-12-31Z')$$),
    '55000 | message "hours" cannot be set at 2024-12-31 00:00:00+00 | Version 2 was set at 2024-12-31 00:00:00+00; what was in force stays so. | Set it at a later instant.', 'no version before the last');
SELECT is(pg_temp.error_of($$SELECT set_message('hours', 'pillar', 'marketing', 'Other words')$$),
    '22023 | message "hours" is a promise of team "marketing" | A message keeps its kind, and its owner team alone sets its words. | Set what is of another kind under another key.', 'a message keeps its kind');
SELECT is(pg_temp.error_of($$SELECT set_message('proof', 'proof', 'sales', 'It works.')$$),
    '42501 | role "align_test_mara" cannot write for team "sales" | Its members alone act for a team, superusers or not; "align_test_mara" is a member of: marketing. | Have a member of the team write, or enter the role into table member first.', 'nobody writes for another team');
SET ROLE align_test_sam;
SELECT is(pg_temp.error_of($$SELECT set_message('hours', 'promise', 'sales', 'Cheap!')$$),
    '42501 | message "hours" is a promise of team "marketing" | A message keeps its kind, and its owner team alone sets its words. | Have a member of marketing set it.', 'nobody sets another team''s message');
SELECT matches(pg_temp.error_of($$SELECT retire_message('hours')$$), '^42501 \| role "align_test_sam" cannot write for team "marketing"', 'nor retires it');
SELECT is(set_message('proof', 'proof', 'sales', 'Plants lose half as many hours.', at => '2025-01-01Z'), 1, 'a message of sales');
SELECT is(pg_temp.error_of($$SELECT set_message('proof', 'proof', 'nobody', 'x')$$),
    'P0002 | unknown team: "nobody" | There are: customer success, finance, hr, it, leadership, marketing, operations, sales. | Enter it into table team first.', 'an unknown team');
SELECT is(pg_temp.error_of($$SELECT set_message('x', 'slogan', 'sales', 'x')$$),
    '22023 | invalid kind of message: "slogan" | There are: core value, promise, positioning, proof, pillar. | What changes with a campaign is no message; it goes into table asset.', 'an unknown kind');
SELECT is(pg_temp.error_of($$SELECT set_message('x', 'proof', 'sales', E' \n')$$), '22023 | invalid message: it is empty | It has 1 to 10000 characters, and not only blanks. | Write it in words.', 'an empty message');
SELECT is(pg_temp.error_of($$SELECT set_message('x', 'proof', 'sales', NULL)$$), '22023 | invalid message: NULL | It has 1 to 10000 characters, and not only blanks. | Write it in words.', 'no message');
SELECT is(pg_temp.error_of($$SELECT set_message('x', 'proof', 'sales', repeat('x', 1048576))$$), '22023 | invalid message: it has 1048576 characters | It has 1 to 10000 characters, and not only blanks. | Keep what a reader sees, or split it.', 'a message of a megabyte');
SELECT is(pg_temp.error_of($$SELECT set_message('', 'proof', 'sales', 'x')$$), '22023 | invalid key of a message: it is empty | It has 1 to 63 characters, and not only blanks. | Write it in words.', 'an empty key');
SELECT is(pg_temp.error_of($$SELECT set_message('x', 'proof', 'sales', 'x', '{the}')$$),
    '22023 | invalid term: "the" | The text search configuration english finds no word in it. | Write a word that says something; "the" and the like are passed over.', 'a term without a word');
SELECT is(pg_temp.error_of($$SELECT set_message('x', 'proof', 'sales', 'x', '{}', '{NULL}')$$), '22023 | invalid term: NULL | It has 1 to 200 characters, and not only blanks. | Write it in words.', 'no term');
SELECT is(pg_temp.error_of($$SELECT set_message('x', 'proof', 'sales', 'x', '{lost hours}', '{cheap,lost hours}')$$), '22023 | invalid term: "lost hours" | It is both required and forbidden, so no text could carry the message. | Leave it in one of the two.', 'required and forbidden');
SELECT is(pg_temp.error_of($$SELECT set_message('x', 'proof', 'sales', 'x', array_fill('hours'::text, ARRAY[101]))$$), '54000 | too many terms: 101 required, 0 forbidden | There are at most 100 of each. | Keep those without which the message is another one.', 'too many terms');
SELECT matches(pg_temp.error_of($$SELECT set_message('x', 'proof', 'sales', 'x', at => 'infinity')$$), '^22008 \| invalid instant: infinity', 'an infinite instant');
SELECT is(pg_temp.error_of(q), '22008 | instant too far ahead: 2999-01-01 00:00:00+00 | It may be 366 days ahead at most; what follows it must be later still. | Correct the year, or leave the instant out to mean the present.', q)
FROM unnest(ARRAY[$$SELECT set_message('proof', 'proof', 'sales', 'x', at => '2999-01-01Z')$$, $$SELECT retire_message('proof', '2999-01-01Z')$$]) q;
SELECT is(set_message('old', 'pillar', 'sales', 'We are there at night.', at => '2025-01-01Z'), 1, 'a message that is given up later');
SELECT is(retire_message('old', '2025-03-01Z'), true, 'it is retired');
SELECT is(retire_message('old'), false, 'once');
SELECT is(pg_temp.error_of($$SELECT retire_message('gold')$$), 'P0002 | unknown message: "gold" | There are: hours, old, proof. | Set it by set_message(message_key, kind, team, body).', 'an unknown message');
SELECT matches(pg_temp.error_of($$SELECT retire_message('proof', '2024-01-01Z')$$), '^55000 \| message "proof" cannot be retired at 2024-01-01 00:00:00\+00 \| Version 1 was set at', 'not before it was set');
SELECT matches(pg_temp.error_of($$UPDATE align.message_version SET body = 'x'$$), '^42501', 'versions are not written past set_message');
RESET ROLE;
SELECT results_eq($$SELECT message_key, version, status, required_terms, set_at::date, until_at::date, set_by FROM message_history ORDER BY 1, 2$$,
    $$VALUES ('hours'::text, 1, 'superseded'::text, ''::text, date '2024-01-01', date '2024-12-31', 'align_test_mara'::text), ('hours', 2, 'in force', 'lost hours', '2024-12-31', NULL, 'align_test_mara'),
             ('old', 1, 'retired', '', '2025-01-01', '2025-03-01', 'align_test_sam'), ('proof', 1, 'in force', '', '2025-01-01', NULL, 'align_test_sam')$$, 'history');

-- assets
SET ROLE align_test_sam;
SELECT lives_ok($$SELECT publish_asset('S1', 'sales', 'Deck', 'Lost hours', 'We win back the lost hours of machines.', 'hours', NULL, '2025-02-01Z'),
    publish_asset('S2', 'sales', 'Mail', 'Cheap offer', 'Buy now.', 'hours', NULL, '2025-05-01Z'), publish_asset('S3', 'sales', 'Mail', 'Half', 'Half of it', 'proof', NULL, '2024-12-01Z'),
    publish_asset('S4', 'sales', 'Mail', 'Nights', 'We are there', 'old', NULL, '2025-04-01Z')$$, 'assets of sales');
SELECT is(pg_temp.error_of($$SELECT publish_asset('S1', 'sales', NULL, 'x', 'x')$$), '23505 | asset "S1" is there already | It is of sales: Lost hours. | What goes out anew is an asset with a key of its own.', 'a key that is taken');
SELECT matches(pg_temp.error_of($$SELECT publish_asset('S9', 'marketing', NULL, 'x', 'x')$$), '^42501 \| role "align_test_sam" cannot publish for team "marketing"', 'for another team');
SELECT matches(pg_temp.error_of($$SELECT publish_asset('S9', 'sales', NULL, 'x', 'x', 'gold')$$), '^P0002 \| unknown message: "gold"', 'of an unknown message');
SELECT matches(pg_temp.error_of($$SELECT publish_asset('S9', 'sales', NULL, 'x', 'x', NULL, 'X9')$$), '^P0002 \| unknown plan item: "X9"', 'for an unknown item');
SELECT is(pg_temp.error_of($$SELECT publish_asset('S9', 'sales', ' ', 'x', 'x')$$), '22023 | invalid channel: it is empty | It has 1 to 200 characters, and not only blanks. | Write it in words.', 'on a channel without a name');
SELECT is(pg_temp.error_of($$SELECT publish_asset('S9', 'sales', NULL, 'x', ' ')$$), '22023 | invalid text of an asset: it is empty | It has 1 to 100000 characters, and not only blanks. | Write it in words.', 'an empty text');
SELECT is(pg_temp.error_of($$SELECT publish_asset('S9', 'sales', NULL, 'x', repeat('x', 1048576))$$),
    '22023 | invalid text of an asset: it has 1048576 characters | It has 1 to 100000 characters, and not only blanks. | Keep what a reader sees, or split it.', 'a text of a megabyte');
RESET ROLE;
SELECT matches(pg_temp.error_of($$INSERT INTO asset (key, team, title, body) VALUES ('x', 'sales', 'x', repeat('x', 1048576))$$), '^23514 .*asset_body_check', 'nor past the function');
INSERT INTO asset (key, team, title, body, message, published_at) VALUES
    ('M1', 'marketing', 'Machines', 'We win back the lost hours of your machines.', 'hours', '2025-01-15Z'), ('M2', 'marketing', 'Party', 'Sun and music', NULL, '2025-05-05Z'),
    ('M3', 'marketing', 'Draft', 'Lost hours', 'hours', NULL), ('M4', 'marketing', 'Later', 'Lost hours', 'hours', '2026-05-01Z');

-- By hand: five assets and two messages are 7 texts; lost, win, back and machin are in three, of rarity 1 + ln 2 = 1.693147, hour in four: 1 + ln(8 / 5) = 1.470004.
-- The message has each once: 4 * 2.866747 + 2.160911 = 13.627899. S1 has lost and hour twice: 28.710873; product 18.655557; 18.655557 / sqrt(13.627899 * 28.710873) = 0.943128.
-- M1 has machin twice: 22.228140; product 16.494646; 0.947713.
SELECT results_eq($$SELECT asset_order, asset_key, message_version, on_message_ratio, carried_ratio, missing_terms, forbidden_terms, finding FROM asset_consistency('2026-01-01Z', '2025-01-01Z')$$,
    $$VALUES (1::bigint, 'S2'::text, 2, 0.000000, 0.000000, 'lost hours'::text, 'cheap'::text, 'It says what the message forbids: cheap. It lacks: lost hours. It has none of the message''s words.'::text),
             (2, 'S1', 2, 0.943128, 1.000000, NULL, NULL, 'It has 100 % of the message.'), (3, 'M1', 2, 0.947713, 1.000000, NULL, NULL, 'It has 100 % of the message.')$$, 'assets, furthest off first; of drafts, later ones and retired messages nothing');
SELECT is((SELECT count(*) FROM asset_consistency('2024-01-01Z')), 0::bigint, 'nothing was out by then');
SELECT results_eq($$SELECT coalesce(message_key, '*'), team, asset_count, lacking_count, forbidden_count, word_count, divergence IS NULL FROM message_consistency('2026-01-01Z')$$,
    $$VALUES ('*'::text, 'marketing'::text, 1::bigint, 0::bigint, 0::bigint, 9::bigint, false), ('*', 'sales', 3, 1, 1, 13, false),
             ('hours', 'marketing', 1, 0, 0, 6, false), ('hours', 'sales', 2, 1, 1, 10, false), ('proof', 'marketing', 0, 0, 0, 0, true), ('proof', 'sales', 1, 0, 0, 2, true)$$, 'consistency: counts');
-- the same divergence as the aggregate jensen_shannon gives of the same words
SELECT is((SELECT divergence FROM message_consistency('2026-01-01Z') WHERE message_key = 'hours' AND team = 'sales'),
    (SELECT round(jensen_shannon(w.lexeme, a.team = 'marketing')::numeric, 6) FROM asset a, unnest(to_tsvector('english', a.title || ' ' || a.body)) w, unnest(w.positions)
     WHERE a.message = 'hours' AND a.published_at < '2026-01-01Z'), 'divergence of one message');
SELECT is((SELECT divergence FROM message_consistency('2026-01-01Z') WHERE is_total AND team = 'sales'),
    (SELECT round(jensen_shannon(w.lexeme, a.team = 'marketing')::numeric, 6) FROM asset a, unnest(to_tsvector('english', a.title || ' ' || a.body)) w, unnest(w.positions) WHERE a.published_at < '2026-01-01Z'), 'divergence of all');
SELECT is((SELECT finding FROM message_consistency('2026-01-01Z') WHERE message_key = 'proof' AND team = 'marketing'), 'Marketing has nothing out that carries it.', 'a finding where nothing is');
SELECT is((SELECT finding FROM message_consistency('2026-01-01Z') WHERE message_key = 'hours' AND team = 'sales'),
    '1 of 2 say what it forbids. 1 of 2 lack a required term. Furthest off: S2. Says more than the other team: buy, cheap, offer.', 'a finding');
SELECT is((SELECT round(sum(divergence), 5) FROM message_words('hours', '2026-01-01Z')), (SELECT round(divergence, 5) FROM message_consistency('2026-01-01Z') WHERE message_key = 'hours' LIMIT 1), 'words add up to the divergence');
SELECT matches(pg_temp.error_of($$SELECT message_words('gold')$$), '^P0002 \| unknown message: "gold"', 'words of an unknown message');
SELECT matches(pg_temp.error_of('SELECT ' || f), '^22008 \| invalid instant: (infinity|NULL) \| An instant is finite\. \| Leave the instant out to mean the present\.$', f)
FROM unnest('{message_drift(''infinity''),message_trend(NULL),message_gap(''infinity''),asset_consistency(''infinity''),message_consistency(''infinity''),belief(NULL)}'::text[]) f;

-- pg_trgm is asked where it is there, and not needed
SELECT is((SELECT count(trigram_ratio) FROM asset_consistency('2026-01-01Z')), 0::bigint, 'no trigrams without pg_trgm');
SAVEPOINT without;
DO $$ BEGIN IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') THEN CREATE SCHEMA "Its own"; CREATE EXTENSION pg_trgm SCHEMA "Its own"; END IF; END $$;
SELECT is((SELECT string_agg(asset_key || ' ' || trigram_ratio, ', ' ORDER BY asset_key) FROM asset_consistency('2026-01-01Z') WHERE asset_key IN ('M1')),
    CASE WHEN EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN 'M1 1.000000' END, 'M1 has the message word for word, by pg_trgm where the server has it');
ROLLBACK TO without;

-- another language, and one that is not there
SELECT is(pg_temp.error_of($$SELECT message_consistency(config => 'klingon')$$), '42704 | unknown text search configuration: "klingon" | The server has: '
    || (SELECT string_agg(cfgname, ', ' ORDER BY cfgname) FROM pg_ts_config) || '. | Name one of these, as the argument config or in the setting text_search; simple serves any language, without stems.', 'an unknown language');
CREATE TEXT SEARCH CONFIGURATION public.align_test_empty (PARSER = pg_catalog.default);
UPDATE setting SET value = '"public.align_test_empty"' WHERE key = 'text_search';
SELECT is(pg_temp.error_of('SELECT asset_consistency()'), '55000 | text search configuration "public.align_test_empty" has no dictionary | It would find no word in any text. | '
    || 'Give it one by ALTER TEXT SEARCH CONFIGURATION ... ADD MAPPING, or name another in the setting text_search.', 'a language without a dictionary');
UPDATE setting SET value = '"german"' WHERE key = 'text_search';
SELECT is(text_search()::text, 'german', 'the setting');
UPDATE setting SET value = '"simple"' WHERE key = 'text_search';
SELECT is((SELECT missing_terms FROM asset_consistency('2026-01-01Z') WHERE asset_key = 'S1'), NULL, 'phrases are found without stems too');
UPDATE setting SET value = '"english"' WHERE key = 'text_search';

-- drift. By hand: hours lasted 365 days, then 366 so far: 1 change in 731 days is 0.4997 a year (365.25 days); half of 2 versions have ended after 365.
-- In all: 365 ended, 59 ended (old, retired), 366 and 365 open: after 59 left 3/4, after 365 of three at risk one ended: 3/4 * 2/3 = 1/2.
SELECT results_eq($$SELECT message_key, version_count, set_at::date, age_days, changes_per_year, half_life_days, finding FROM message_drift('2026-01-01Z')$$,
    $$VALUES (NULL::text, 4::bigint, NULL::date, 365.5, 0.316, 365.0, 'Changed once in 3.2 years in force. Half of its versions last 365 days or less.'::text),
             ('hours', 2, '2024-12-31', 366.0, 0.500, 365.0, 'Changed once in 2.0 years in force. Half of its versions last 365 days or less.'),
             ('proof', 1, '2025-01-01', 365.0, 0.000, NULL, 'Unchanged for 365 days.')$$, 'drift, by hand');
SELECT is((SELECT version_count FROM message_drift('2024-06-01Z') WHERE message_key = 'hours'), 1::bigint, 'as known then');
SELECT is((SELECT count(*) FROM message_drift('2023-01-01Z')), 0::bigint, 'before there was any');
-- six assets on one line: similarities 1, 1, 1 then 0, 0, 0 give a falling slope; the finding waits for ten
INSERT INTO asset (key, team, title, body, message, published_at)
SELECT 'L' || i, 'sales', 'Half', CASE WHEN i <= 6 THEN 'Plants lose half as many hours.' ELSE 'Sign by Friday' END, 'proof', timestamptz '2025-01-05Z' + i * interval '25 days' FROM generate_series(1, 12) i;
SELECT matches((SELECT finding FROM message_drift('2026-01-01Z') WHERE message_key = 'proof'), 'Assets move away from it\.$', 'assets that move away');
SELECT results_eq($$SELECT quarter, quarter_start_date, asset_count, sign(change_ratio) FROM message_trend('2026-01-01Z') WHERE message_key = 'proof'$$,
    $$VALUES ('2025-Q1'::text, date '2025-01-01', 3::bigint, NULL::numeric), ('2025-Q2', '2025-04-01', 4, -1), ('2025-Q3', '2025-07-01', 3, -1), ('2025-Q4', '2025-10-01', 2, 0)$$, 'the trend by quarter');
SELECT is((SELECT sum(asset_count) FROM message_trend('2026-01-01Z') WHERE is_total), 15::numeric, 'and over all messages in force when their assets went out');
DELETE FROM asset WHERE key LIKE 'L%';

-- gaps: proof was last carried on 2024-12-01, 396 days before; hours on 2025-05-01, 245 before
SELECT results_eq($$SELECT gap, message_key, asset_key, detail FROM message_gap('2026-01-01Z')$$,
    $$VALUES ('nobody repeats it'::text, 'proof'::text, NULL::text, 'The last asset that carried it went out 396 days ago.'::text),
             ('nobody repeats it', 'hours', NULL, 'The last asset that carried it went out 245 days ago.'), ('without a message', NULL, 'M2', 'It carries no message.'),
             ('before its message', 'proof', 'S3', 'The message was set 31 days later.'), ('after its message', 'old', 'S4', 'The message was retired 31 days before.')$$, 'gaps');
UPDATE setting SET value = '400' WHERE key = 'message_repeat_days';
SELECT is((SELECT count(*) FROM message_gap('2026-01-01Z') WHERE gap = 'nobody repeats it'), 0::bigint, 'how often is a setting');

-- belief
SELECT is(pg_temp.error_of($$SELECT give_pulse('gold', 'sales', 7)$$), 'P0002 | unknown message: "gold" | There are: hours, old, proof. | Set it by set_message(message_key, kind, team, body).', 'a pulse on an unknown message');
SET ROLE align_test_sam;
SELECT is(pg_temp.error_of($$SELECT give_pulse('hours', 'sales', 11)$$), '22023 | invalid answer: 11 | An answer lies between 0 and 10. | Write 0 for "I do not believe it at all", 10 for "fully".', 'a pulse above 10');
SELECT matches(pg_temp.error_of($$SELECT give_pulse('hours', 'sales', -1)$$), '^22023 \| invalid answer: -1', 'a pulse below 0');
SELECT matches(pg_temp.error_of($$SELECT give_pulse('hours', 'marketing', 5)$$), '^42501 \| role "align_test_sam" cannot answer for team "marketing"', 'a pulse for another team');
SELECT give_pulse('hours', 'sales', 9), give_pulse('hours', 'sales', 8), give_pulse('hours', 'sales', 7), give_pulse('hours', 'sales', 0) \gset pulse_
SELECT results_eq($$SELECT message_key, team, answer_count, mean_answer, reason FROM belief()$$,
    $$VALUES ('hours'::text, 'sales'::text, 0::bigint, NULL::numeric, 'Fewer than five have answered since it was set.'::text), ('proof', NULL, 0, NULL, 'Nobody has been asked since it was set.')$$, 'of four answers nothing is told');
SELECT give_pulse('hours', 'sales', 6) \gset pulse_
SELECT results_eq($$SELECT answer_count, mean_answer, believer_ratio, reason FROM belief() WHERE message_key = 'hours'$$, $$VALUES (5::bigint, 6.00, 0.400000, NULL::text)$$, 'of five the mean of 9, 8, 7, 0, 6, and two of five');
SELECT give_pulse('hours', 'sales', 10) \gset pulse_
SELECT results_eq($$SELECT answer_count, mean_answer FROM belief() WHERE message_key = 'hours'$$, $$VALUES (5::bigint, 6.00)$$, 'the sixth does not show');
SELECT matches(pg_temp.error_of('SELECT * FROM align.pulse'), '^42501 \| permission denied for table pulse', 'answers cannot be read');
RESET ROLE;
SELECT is((SELECT count(*) FROM information_schema.columns WHERE table_schema = 'align' AND table_name = 'pulse' AND column_name IN ('role', 'by', 'actor', 'at')), 0::bigint, 'who answered, and at what hour, is not kept');
SELECT is((SELECT count(*) FROM belief('2025-01-01Z') WHERE answer_count > 0), 0::bigint, 'answers count from their day');
SELECT matches(pg_temp.error_of($$INSERT INTO pulse (message, team, answer) VALUES ('hours', 'sales', 11)$$), '^23514 .*pulse_answer_check', 'nor past the function');

SELECT * FROM finish();
ROLLBACK;
