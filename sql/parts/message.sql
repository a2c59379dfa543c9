-- message: what the company says for decades, what goes out this week, and whether the one carries the other

INSERT INTO align.setting (key, value, description, builtin) VALUES
    ('text_search', '"english"', 'Text search configuration by which texts are cut into words; one of another schema than pg_catalog with its schema.', true),
    ('message_repeat_days', '90', 'A message that nobody has repeated for so many days is due for it.', true);
CREATE TRIGGER setting_check_message_repeat_days BEFORE INSERT OR UPDATE ON align.setting
    FOR EACH ROW WHEN (NEW.key = 'message_repeat_days') EXECUTE FUNCTION align.check_setting($$$1 @@ 'strict $.type() == "number" && $ > 0 && $ <= 36525'$$,
        'It is a number of days, above 0 and up to 36525, which are 100 years.', '90');
COMMENT ON TRIGGER setting_check_message_repeat_days ON align.setting IS 'what message_repeat_days may be';

CREATE FUNCTION align.message_repeat_days() RETURNS numeric
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN COALESCE((SELECT (s.value #>> '{}')::numeric FROM align.setting s WHERE s.key = 'message_repeat_days'), 90);
COMMENT ON FUNCTION align.message_repeat_days() IS 'The days after which a message that nobody has repeated is due for it, by the setting of that name; 90 without one.';

-- how much alike texts are

CREATE TYPE align.corpus;

CREATE FUNCTION align.corpus_in(cstring) RETURNS align.corpus
    AS 'MODULE_PATHNAME', 'align_message_corpus_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.corpus_out(align.corpus) RETURNS cstring
    AS 'MODULE_PATHNAME', 'align_message_corpus_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.corpus_recv(internal) RETURNS align.corpus
    AS 'MODULE_PATHNAME', 'align_message_corpus_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.corpus_send(align.corpus) RETURNS bytea
    AS 'MODULE_PATHNAME', 'align_message_corpus_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE align.corpus (
    INPUT = align.corpus_in, OUTPUT = align.corpus_out,
    RECEIVE = align.corpus_recv, SEND = align.corpus_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended, CATEGORY = 'U');

COMMENT ON TYPE align.corpus IS 'In how many of many texts each word occurs. Built by the aggregate corpus, merged by rollup and +, read by similarity, coverage, words and text_count.';
COMMENT ON FUNCTION align.corpus_in(cstring) IS 'Input of corpus: what output wrote.';
COMMENT ON FUNCTION align.corpus_out(align.corpus) IS 'Output of corpus: JSON with the numbers of texts and words, and the state in base64.';
COMMENT ON FUNCTION align.corpus_recv(internal) IS 'Binary input of corpus; any bytes are read or refused.';
COMMENT ON FUNCTION align.corpus_send(align.corpus) IS 'Binary output of corpus.';

CREATE FUNCTION align.corpus_eq(align.corpus, align.corpus) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'byteaeq';
CREATE FUNCTION align.corpus_ne(align.corpus, align.corpus) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'byteane';
CREATE FUNCTION align.corpus_hash(align.corpus) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashvarlena';
CREATE FUNCTION align.corpus_hash_extended(align.corpus, bigint) RETURNS bigint
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashvarlenaextended';
COMMENT ON FUNCTION align.corpus_eq(align.corpus, align.corpus) IS 'Serves operator =.';
COMMENT ON FUNCTION align.corpus_ne(align.corpus, align.corpus) IS 'Serves operator <>.';
COMMENT ON FUNCTION align.corpus_hash(align.corpus) IS 'Hash of a corpus.';
COMMENT ON FUNCTION align.corpus_hash_extended(align.corpus, bigint) IS 'Seeded hash of a corpus.';
CREATE OPERATOR align.= (LEFTARG = align.corpus, RIGHTARG = align.corpus, FUNCTION = align.corpus_eq,
    COMMUTATOR = OPERATOR(align.=), NEGATOR = OPERATOR(align.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
CREATE OPERATOR align.<> (LEFTARG = align.corpus, RIGHTARG = align.corpus, FUNCTION = align.corpus_ne,
    COMMUTATOR = OPERATOR(align.<>), NEGATOR = OPERATOR(align.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR align.= (align.corpus, align.corpus) IS 'the same corpus';
COMMENT ON OPERATOR align.<> (align.corpus, align.corpus) IS 'another corpus';
CREATE OPERATOR FAMILY align.corpus_ops USING hash;
COMMENT ON OPERATOR FAMILY align.corpus_ops USING hash IS 'hash on corpora';
CREATE OPERATOR CLASS align.corpus_ops DEFAULT FOR TYPE align.corpus USING hash FAMILY align.corpus_ops AS
    OPERATOR 1 align.=,
    FUNCTION 1 align.corpus_hash(align.corpus),
    FUNCTION 2 align.corpus_hash_extended(align.corpus, bigint);
COMMENT ON OPERATOR CLASS align.corpus_ops USING hash IS 'equality of corpora';

CREATE FUNCTION align.corpus_plus(align.corpus, align.corpus) RETURNS align.corpus
    AS 'MODULE_PATHNAME', 'align_message_corpus_plus' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.corpus_plus(align.corpus, align.corpus) IS 'Serves operator +.';
CREATE OPERATOR align.+ (LEFTARG = align.corpus, RIGHTARG = align.corpus, FUNCTION = align.corpus_plus, COMMUTATOR = OPERATOR(align.+));
COMMENT ON OPERATOR align.+ (align.corpus, align.corpus) IS 'the texts of both';

CREATE FUNCTION align.corpus_combine(align.corpus, align.corpus) RETURNS align.corpus
    AS 'MODULE_PATHNAME', 'align_message_corpus_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION align.corpus_add(align.corpus, tsvector) RETURNS align.corpus
    AS 'MODULE_PATHNAME', 'align_message_corpus_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.corpus_combine(align.corpus, align.corpus) IS 'Serves the aggregates over a corpus.';
COMMENT ON FUNCTION align.corpus_add(align.corpus, tsvector) IS 'Serves the aggregate corpus.';
CREATE AGGREGATE align.corpus(vector tsvector) (
    SFUNC = align.corpus_add, STYPE = align.corpus, SSPACE = 100000, COMBINEFUNC = align.corpus_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.corpus(tsvector) IS 'In how many texts each word occurs. A text without words is a text; NULL is none. NULL when no text is given. Error past 16777216 words; memory is bounded by align.state_memory.';
CREATE AGGREGATE align.rollup(align.corpus) (
    SFUNC = align.corpus_combine, STYPE = align.corpus, SSPACE = 100000, COMBINEFUNC = align.corpus_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.rollup(align.corpus) IS 'The corpus of all texts of several corpora.';

CREATE FUNCTION align.similarity(corpus align.corpus, a tsvector, b tsvector) RETURNS double precision
    AS 'MODULE_PATHNAME', 'align_message_similarity' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.similarity(align.corpus, tsvector, tsvector) IS 'How much alike two texts are, from 0 (no word in common) to 1: the cosine of their words, each weighted by how often it stands in the text times 1 + ln((1 + N) / (1 + n)), where n of the N texts of the corpus have it. Salton and Buckley (1988), tfc; the 1s keep a word that all texts have. NULL when either has no word. Weights of positions are not looked at; without positions a word counts once.';
CREATE FUNCTION align.coverage(corpus align.corpus, wanted tsvector, given tsvector) RETURNS double precision
    AS 'MODULE_PATHNAME', 'align_message_coverage' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.coverage(align.corpus, tsvector, tsvector) IS 'How much of a wanted text another one has, from 0 to 1, however long that one is: the share of the wanted words, each by the square of its weight as in similarity, that stand in it. NULL when nothing is wanted.';
CREATE FUNCTION align.text_count(corpus align.corpus) RETURNS bigint
    AS 'MODULE_PATHNAME', 'align_message_corpus_texts' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.text_count(align.corpus) IS 'How many texts a corpus counted.';
CREATE FUNCTION align.words(corpus align.corpus, OUT word text, OUT text_count bigint, OUT rarity double precision) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'align_message_corpus_words' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 1000;
COMMENT ON FUNCTION align.words(align.corpus) IS 'A row per word of a corpus, in the order of their bytes: text_count texts have it; rarity: its factor in similarity, 1 for a word that all have.';

CREATE FUNCTION align.divergence_part(p double precision, q double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (CASE $1 WHEN 0 THEN 0 ELSE $1 * pg_catalog.ln(2 * $1 / ($1 + $2)) END + CASE $2 WHEN 0 THEN 0 ELSE $2 * pg_catalog.ln(2 * $2 / ($1 + $2)) END)
        / (2 * pg_catalog.ln(2::double precision));
COMMENT ON FUNCTION align.divergence_part(double precision, double precision) IS 'What a word adds to the Jensen-Shannon divergence in bits (Lin 1991), when it has these shares of the words of either side.';

-- by which words

CREATE FUNCTION align.text_search(config text DEFAULT NULL) RETURNS regconfig
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    name text := COALESCE($1, (SELECT s.value #>> '{}' FROM align.setting s WHERE s.key = 'text_search'), 'english');
    found regconfig := (SELECT c.oid FROM pg_catalog.pg_ts_config c JOIN pg_catalog.pg_namespace n ON n.oid = c.cfgnamespace
                        WHERE (n.nspname = 'pg_catalog' AND c.cfgname = name) OR n.nspname || '.' || c.cfgname = name);
BEGIN
    IF found IS NULL THEN
        RAISE EXCEPTION 'unknown text search configuration: "%"', name
            USING ERRCODE = 'undefined_object',
                DETAIL = pg_catalog.format('The server has: %s.', (
                    SELECT pg_catalog.string_agg(CASE n.nspname WHEN 'pg_catalog' THEN '' ELSE n.nspname || '.' END || c.cfgname, ', ' ORDER BY n.nspname <> 'pg_catalog', n.nspname, c.cfgname)
                    FROM pg_catalog.pg_ts_config c JOIN pg_catalog.pg_namespace n ON n.oid = c.cfgnamespace)),
                HINT = 'Name one of these, as the argument config or in the setting text_search; simple serves any language, without stems.';
    ELSIF NOT EXISTS (SELECT FROM pg_catalog.pg_ts_config_map m WHERE m.mapcfg = found) THEN
        RAISE EXCEPTION 'text search configuration "%" has no dictionary', name
            USING ERRCODE = 'object_not_in_prerequisite_state',
                DETAIL = 'It would find no word in any text.',
                HINT = 'Give it one by ALTER TEXT SEARCH CONFIGURATION ... ADD MAPPING, or name another in the setting text_search.';
    END IF;
    RETURN found;
END $$;
COMMENT ON FUNCTION align.text_search(text) IS 'The text search configuration of this name, by default that of the setting text_search. One outside of pg_catalog is named with its schema. Error for one that the server has not, or that has no dictionary.';

CREATE FUNCTION align.trigram_likeness(part text, whole text) RETURNS double precision
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    home name := (SELECT n.nspname FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm');
    result double precision;
BEGIN
    IF home IS NOT NULL THEN
        EXECUTE pg_catalog.format('SELECT %I.word_similarity($1, $2)', home) INTO result USING $1, $2;
    END IF;
    RETURN result;
END $$;
COMMENT ON FUNCTION align.trigram_likeness(text, text) IS 'How nearly a text stands word for word in another, from 0 to 1: word_similarity of the extension pg_trgm. NULL where that is not installed; align does not need it.';

-- what lasts, and what goes out

CREATE TABLE align.message (
    key text NOT NULL,
    kind text NOT NULL,
    team text NOT NULL,
    CONSTRAINT message_pkey PRIMARY KEY (key),
    CONSTRAINT message_key_check CHECK (pg_catalog.length(key) BETWEEN 1 AND 63),
    CONSTRAINT message_kind_check CHECK (kind IN ('core value', 'promise', 'positioning', 'proof', 'pillar')),
    CONSTRAINT message_team_fkey FOREIGN KEY (team) REFERENCES align.team (key) ON UPDATE CASCADE
);
COMMENT ON TABLE align.message IS 'What the company says, for long: its core values, its promise, its position, its proofs and the pillars of its story. The words are in message_version.';
COMMENT ON COLUMN align.message.key IS 'Name by which other tables point at the message.';
COMMENT ON COLUMN align.message.kind IS 'core value, promise, positioning, proof or pillar.';
COMMENT ON COLUMN align.message.team IS 'The team that owns it and sets its words.';
COMMENT ON CONSTRAINT message_pkey ON align.message IS 'one row per message';
COMMENT ON CONSTRAINT message_key_check ON align.message IS '1 to 63 characters';
COMMENT ON CONSTRAINT message_kind_check ON align.message IS 'the five kinds';
COMMENT ON CONSTRAINT message_team_fkey ON align.message IS 'the team is known';

CREATE TABLE align.message_version (
    message text NOT NULL,
    version integer NOT NULL,
    body text NOT NULL,
    required_terms text[] DEFAULT '{}' NOT NULL,
    forbidden_terms text[] DEFAULT '{}' NOT NULL,
    set_at timestamptz DEFAULT pg_catalog.now() NOT NULL,
    set_by text DEFAULT session_user NOT NULL,
    retired_at timestamptz,
    CONSTRAINT message_version_pkey PRIMARY KEY (message, version),
    CONSTRAINT message_version_message_fkey FOREIGN KEY (message) REFERENCES align.message (key) ON UPDATE CASCADE,
    CONSTRAINT message_version_set_at_key UNIQUE (message, set_at),
    CONSTRAINT message_version_version_check CHECK (version >= 1),
    CONSTRAINT message_version_body_check CHECK (pg_catalog.length(body) <= 10000 AND body ~ '\S'),
    CONSTRAINT message_version_terms_check CHECK (pg_catalog.cardinality(required_terms) <= 100 AND pg_catalog.cardinality(forbidden_terms) <= 100),
    CONSTRAINT message_version_set_at_check CHECK (pg_catalog.isfinite(set_at)),
    CONSTRAINT message_version_retired_at_check CHECK (retired_at > set_at AND pg_catalog.isfinite(retired_at))
);
COMMENT ON TABLE align.message_version IS 'The words of each message, in versions. One is in force from the instant that the owner team set it, until the next is set or it is retired. Append-only: only the table''s owner may change or delete a row.';
COMMENT ON COLUMN align.message_version.message IS 'The message.';
COMMENT ON COLUMN align.message_version.version IS 'Number of the version, from 1.';
COMMENT ON COLUMN align.message_version.body IS 'The words.';
COMMENT ON COLUMN align.message_version.required_terms IS 'Words or phrases that whatever carries the message says.';
COMMENT ON COLUMN align.message_version.forbidden_terms IS 'Words or phrases that it does not say.';
COMMENT ON COLUMN align.message_version.set_at IS 'Since when it is in force.';
COMMENT ON COLUMN align.message_version.set_by IS 'The role that set it.';
COMMENT ON COLUMN align.message_version.retired_at IS 'When the message was given up; NULL while it was not.';
COMMENT ON CONSTRAINT message_version_pkey ON align.message_version IS 'a version is set once';
COMMENT ON CONSTRAINT message_version_message_fkey ON align.message_version IS 'the message is known';
COMMENT ON CONSTRAINT message_version_set_at_key ON align.message_version IS 'at any instant one version of a message is in force';
COMMENT ON CONSTRAINT message_version_version_check ON align.message_version IS 'versions count from 1';
COMMENT ON CONSTRAINT message_version_body_check ON align.message_version IS 'not blank, and at most 10,000 characters';
COMMENT ON CONSTRAINT message_version_terms_check ON align.message_version IS 'at most 100 of each';
COMMENT ON CONSTRAINT message_version_set_at_check ON align.message_version IS 'instants are finite';
COMMENT ON CONSTRAINT message_version_retired_at_check ON align.message_version IS 'after it was set, and finite';
CREATE TRIGGER message_version_keep_history BEFORE UPDATE OR DELETE OR TRUNCATE ON align.message_version
    FOR EACH STATEMENT EXECUTE FUNCTION align.keep_history();
COMMENT ON TRIGGER message_version_keep_history ON align.message_version IS 'append-only';

CREATE TABLE align.asset (
    key text NOT NULL,
    team text NOT NULL,
    channel text,
    item bigint,
    title text NOT NULL,
    body text NOT NULL,
    message text,
    published_at timestamptz,
    CONSTRAINT asset_pkey PRIMARY KEY (key),
    CONSTRAINT asset_key_check CHECK (pg_catalog.length(key) BETWEEN 1 AND 200),
    CONSTRAINT asset_team_fkey FOREIGN KEY (team) REFERENCES align.team (key) ON UPDATE CASCADE,
    CONSTRAINT asset_item_fkey FOREIGN KEY (item) REFERENCES align.plan_item (id),
    CONSTRAINT asset_message_fkey FOREIGN KEY (message) REFERENCES align.message (key) ON UPDATE CASCADE,
    CONSTRAINT asset_channel_check CHECK (pg_catalog.length(channel) <= 200 AND channel ~ '\S'),
    CONSTRAINT asset_title_check CHECK (pg_catalog.length(title) <= 500 AND title ~ '\S'),
    CONSTRAINT asset_body_check CHECK (pg_catalog.length(body) <= 100000 AND body ~ '\S'),
    CONSTRAINT asset_published_at_check CHECK (pg_catalog.isfinite(published_at))
);
COMMENT ON TABLE align.asset IS 'Whatever goes out: adverts, pages, mails, decks, call scripts.';
COMMENT ON COLUMN align.asset.key IS 'Name of the asset.';
COMMENT ON COLUMN align.asset.team IS 'The team that uses it.';
COMMENT ON COLUMN align.asset.channel IS 'Where it goes out; NULL when nobody says.';
COMMENT ON COLUMN align.asset.item IS 'The item of the plan that it serves; NULL for none.';
COMMENT ON COLUMN align.asset.title IS 'Its headline.';
COMMENT ON COLUMN align.asset.body IS 'Its text.';
COMMENT ON COLUMN align.asset.message IS 'The message that it carries; NULL for none.';
COMMENT ON COLUMN align.asset.published_at IS 'When it went out; NULL while it has not.';
COMMENT ON CONSTRAINT asset_pkey ON align.asset IS 'one row per asset';
COMMENT ON CONSTRAINT asset_key_check ON align.asset IS '1 to 200 characters';
COMMENT ON CONSTRAINT asset_team_fkey ON align.asset IS 'the team is known';
COMMENT ON CONSTRAINT asset_item_fkey ON align.asset IS 'the item is in the plan';
COMMENT ON CONSTRAINT asset_message_fkey ON align.asset IS 'the message is known';
COMMENT ON CONSTRAINT asset_channel_check ON align.asset IS 'not blank, and at most 200 characters';
COMMENT ON CONSTRAINT asset_title_check ON align.asset IS 'not blank, and at most 500 characters';
COMMENT ON CONSTRAINT asset_body_check ON align.asset IS 'not blank, and at most 100,000 characters: beyond that the server''s text search numbers words no more';
COMMENT ON CONSTRAINT asset_published_at_check ON align.asset IS 'instants are finite';
CREATE INDEX asset_message_idx ON align.asset (message, published_at);
COMMENT ON INDEX align.asset_message_idx IS 'finds the assets of a message';
CREATE INDEX asset_item_idx ON align.asset (item);
COMMENT ON INDEX align.asset_item_idx IS 'finds the assets of an item';

CREATE TABLE align.pulse (
    id bigint GENERATED BY DEFAULT AS IDENTITY NOT NULL,
    message text NOT NULL,
    team text NOT NULL,
    answer integer NOT NULL,
    answered_date date DEFAULT (pg_catalog.now() AT TIME ZONE 'UTC')::date NOT NULL,
    CONSTRAINT pulse_pkey PRIMARY KEY (id),
    CONSTRAINT pulse_message_fkey FOREIGN KEY (message) REFERENCES align.message (key) ON UPDATE CASCADE,
    CONSTRAINT pulse_team_fkey FOREIGN KEY (team) REFERENCES align.team (key) ON UPDATE CASCADE,
    CONSTRAINT pulse_answer_check CHECK (answer BETWEEN 0 AND 10),
    CONSTRAINT pulse_answered_date_check CHECK (pg_catalog.isfinite(answered_date))
);
COMMENT ON TABLE align.pulse IS 'Who believes the messages: answers of 0 to 10, with the team and the day but without the role. Nobody but the owner may read it; belief gives five answers or more at a time.';
COMMENT ON COLUMN align.pulse.id IS 'Number of the answer.';
COMMENT ON SEQUENCE align.pulse_id_seq IS 'numbers of answers';
COMMENT ON COLUMN align.pulse.message IS 'The message.';
COMMENT ON COLUMN align.pulse.team IS 'The team of who answers.';
COMMENT ON COLUMN align.pulse.answer IS '0 (I do not believe it at all) to 10 (fully).';
COMMENT ON COLUMN align.pulse.answered_date IS 'The day (UTC); no hour, by which one could be found.';
COMMENT ON CONSTRAINT pulse_pkey ON align.pulse IS 'a number for each';
COMMENT ON CONSTRAINT pulse_message_fkey ON align.pulse IS 'the message is known';
COMMENT ON CONSTRAINT pulse_team_fkey ON align.pulse IS 'the team is known';
COMMENT ON CONSTRAINT pulse_answer_check ON align.pulse IS '0 to 10';
COMMENT ON CONSTRAINT pulse_answered_date_check ON align.pulse IS 'days are finite';
CREATE INDEX pulse_message_idx ON align.pulse (message, team, id);
COMMENT ON INDEX align.pulse_message_idx IS 'finds the answers of a team on a message';
CREATE TRIGGER pulse_keep_history BEFORE UPDATE OR DELETE OR TRUNCATE ON align.pulse
    FOR EACH STATEMENT EXECUTE FUNCTION align.keep_history();
COMMENT ON TRIGGER pulse_keep_history ON align.pulse IS 'append-only';

SELECT pg_catalog.pg_extension_config_dump('align.message', '');
SELECT pg_catalog.pg_extension_config_dump('align.message_version', '');
SELECT pg_catalog.pg_extension_config_dump('align.asset', '');
SELECT pg_catalog.pg_extension_config_dump('align.pulse', '');
SELECT pg_catalog.pg_extension_config_dump('align.pulse_id_seq', '');

-- who says what

CREATE FUNCTION align.known_message(message_key text) RETURNS align.message
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    result align.message;
BEGIN
    SELECT m.* INTO result FROM align.message m WHERE m.key = $1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'unknown message: "%"', COALESCE($1, 'NULL')
            USING ERRCODE = 'no_data_found',
                DETAIL = pg_catalog.format('There are: %s.', COALESCE((SELECT pg_catalog.string_agg(m.key, ', ' ORDER BY m.key) FROM align.message m), 'none')),
                HINT = 'Set it by set_message(message_key, kind, team, body).';
    END IF;
    RETURN result;
END $$;
COMMENT ON FUNCTION align.known_message(text) IS 'A message by its key; an error that names all when there is none.';

CREATE FUNCTION align.set_message(message_key text, kind text, team text, body text, required_terms text[] DEFAULT '{}', forbidden_terms text[] DEFAULT '{}',
    at timestamptz DEFAULT pg_catalog.now()) RETURNS integer
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    actor text := align.role_for_team($3, 'write');
    config regconfig := align.text_search();
    known align.message;
    last align.message_version;
    term text;
BEGIN
    PERFORM align.check_near_instant($7);
    PERFORM align.check_text($1, 'key of a message', 63);
    PERFORM align.check_text($4, 'message', 10000);
    IF $2 IS NULL OR $2 NOT IN ('core value', 'promise', 'positioning', 'proof', 'pillar') THEN
        RAISE EXCEPTION 'invalid kind of message: "%"', COALESCE($2, 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'There are: core value, promise, positioning, proof, pillar.',
                HINT = 'What changes with a campaign is no message; it goes into table asset.';
    END IF;
    IF pg_catalog.cardinality($5) > 100 OR pg_catalog.cardinality($6) > 100 THEN
        RAISE EXCEPTION 'too many terms: % required, % forbidden', pg_catalog.cardinality($5), pg_catalog.cardinality($6)
            USING ERRCODE = 'program_limit_exceeded',
                DETAIL = 'There are at most 100 of each.',
                HINT = 'Keep those without which the message is another one.';
    END IF;
    FOREACH term IN ARRAY COALESCE($5, '{}') || COALESCE($6, '{}') LOOP
        PERFORM align.check_text(term, 'term', 200);
        IF pg_catalog.numnode(pg_catalog.phraseto_tsquery(config, term)) = 0 THEN
            RAISE EXCEPTION 'invalid term: "%"', term
                USING ERRCODE = 'invalid_parameter_value',
                    DETAIL = pg_catalog.format('The text search configuration %s finds no word in it.', config),
                    HINT = 'Write a word that says something; "the" and the like are passed over.';
        END IF;
        IF term = ANY ($5) AND term = ANY ($6) THEN
            RAISE EXCEPTION 'invalid term: "%"', term
                USING ERRCODE = 'invalid_parameter_value',
                    DETAIL = 'It is both required and forbidden, so no text could carry the message.',
                    HINT = 'Leave it in one of the two.';
        END IF;
    END LOOP;
    INSERT INTO align.message (key, kind, team) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;
    SELECT m.* INTO known FROM align.message m WHERE m.key = $1 FOR UPDATE;
    IF (known.kind, known.team) IS DISTINCT FROM ($2, $3) THEN
        RAISE EXCEPTION 'message "%" is a % of team "%"', $1, known.kind, known.team
            USING ERRCODE = CASE WHEN known.team <> $3 THEN 'insufficient_privilege' ELSE 'invalid_parameter_value' END,
                DETAIL = 'A message keeps its kind, and its owner team alone sets its words.',
                HINT = CASE WHEN known.team <> $3 THEN pg_catalog.format('Have a member of %s set it.', known.team) ELSE 'Set what is of another kind under another key.' END;
    END IF;
    SELECT v.* INTO last FROM align.message_version v WHERE v.message = $1 ORDER BY v.version DESC LIMIT 1;
    IF last.retired_at IS NULL AND (last.body, last.required_terms, last.forbidden_terms) IS NOT DISTINCT FROM ($4, COALESCE($5, '{}'), COALESCE($6, '{}')) THEN
        RETURN last.version;
    ELSIF $7 <= COALESCE(last.retired_at, last.set_at) THEN
        RAISE EXCEPTION 'message "%" cannot be set at %', $1, $7
            USING ERRCODE = 'object_not_in_prerequisite_state',
                DETAIL = pg_catalog.format('Version %s was %s at %s; what was in force stays so.', last.version,
                    CASE WHEN last.retired_at IS NULL THEN 'set' ELSE 'retired' END, COALESCE(last.retired_at, last.set_at)),
                HINT = 'Set it at a later instant.';
    END IF;
    INSERT INTO align.message_version (message, version, body, required_terms, forbidden_terms, set_at, set_by)
    VALUES ($1, COALESCE(last.version, 0) + 1, $4, COALESCE($5, '{}'), COALESCE($6, '{}'), $7, actor);
    RETURN COALESCE(last.version, 0) + 1;
END $$;
COMMENT ON FUNCTION align.set_message(text, text, text, text, text[], text[], timestamptz) IS 'Sets the words of a message, by the role that acts, which must be a member of its owner team: its key, kind and team, the words, terms that whatever carries it says, and terms that it does not say; at: since when, by default now. Result: the number of the version; the same words again are no new one. Error for an unknown kind or team, a role that is no member, the message of another team or kind, an empty or too long text, a term without a word, an unknown text search configuration, or an instant not after the last version''s or more than 366 days ahead.';
REVOKE EXECUTE ON FUNCTION align.set_message(text, text, text, text, text[], text[], timestamptz) FROM PUBLIC;

CREATE FUNCTION align.retire_message(message_key text, at timestamptz DEFAULT pg_catalog.now()) RETURNS boolean
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known align.message := align.known_message($1);
    last align.message_version;
BEGIN
    PERFORM align.check_near_instant($2);
    PERFORM align.role_for_team(known.team, 'write');
    PERFORM FROM align.message m WHERE m.key = $1 FOR UPDATE;
    SELECT v.* INTO last FROM align.message_version v WHERE v.message = $1 ORDER BY v.version DESC LIMIT 1;
    IF last.retired_at IS NOT NULL THEN
        RETURN false;
    ELSIF $2 <= last.set_at THEN
        RAISE EXCEPTION 'message "%" cannot be retired at %', $1, $2
            USING ERRCODE = 'object_not_in_prerequisite_state',
                DETAIL = pg_catalog.format('Version %s was set at %s; what was in force stays so.', last.version, last.set_at),
                HINT = 'Retire it at a later instant.';
    END IF;
    UPDATE align.message_version v SET retired_at = $2 WHERE v.message = $1 AND v.version = last.version;
    RETURN FOUND;
END $$;
COMMENT ON FUNCTION align.retire_message(text, timestamptz) IS 'Gives a message up, by the role that acts, which must be a member of its owner team; at: since when, by default now. Setting it again brings it back. Result: true, or false when it was retired before. Error for an unknown message, a role that is no member, or an instant not after the last version''s or more than 366 days ahead.';
REVOKE EXECUTE ON FUNCTION align.retire_message(text, timestamptz) FROM PUBLIC;

CREATE FUNCTION align.publish_asset(asset_key text, team text, channel text, title text, body text, message_key text DEFAULT NULL, item_key text DEFAULT NULL,
    at timestamptz DEFAULT pg_catalog.now()) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM align.check_instant($8);
    PERFORM align.role_for_team($2, 'publish');
    PERFORM align.check_text($1, 'key of an asset', 200);
    PERFORM align.check_text(COALESCE($3, 'none'), 'channel', 200);
    PERFORM align.check_text($4, 'title', 500);
    PERFORM align.check_text($5, 'text of an asset', 100000);
    IF EXISTS (SELECT FROM align.asset a WHERE a.key = $1) THEN
        RAISE EXCEPTION 'asset "%" is there already', $1
            USING ERRCODE = 'unique_violation',
                DETAIL = (SELECT pg_catalog.format('It is of %s: %s.', a.team, a.title) FROM align.asset a WHERE a.key = $1),
                HINT = 'What goes out anew is an asset with a key of its own.';
    END IF;
    INSERT INTO align.asset (key, team, channel, title, body, message, item, published_at)
    VALUES ($1, $2, $3, $4, $5, CASE WHEN $6 IS NOT NULL THEN (align.known_message($6)).key END, CASE WHEN $7 IS NOT NULL THEN align.known_item($7) END, $8);
END $$;
COMMENT ON FUNCTION align.publish_asset(text, text, text, text, text, text, text, timestamptz) IS 'Enters what goes out, for a team of which the role that acts must be a member: its key, the team, the channel, the title, the text, the key of the message that it carries, the key of the plan item that it serves; at: when it goes out, by default now. Error for an unknown team, message or item, a role that is no member, a key that is taken, or an empty or too long text.';
REVOKE EXECUTE ON FUNCTION align.publish_asset(text, text, text, text, text, text, text, timestamptz) FROM PUBLIC;

CREATE FUNCTION align.give_pulse(message_key text, team text, answer integer) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM align.known_message($1);
    PERFORM align.role_for_team($2, 'answer');
    IF $3 IS NULL OR $3 NOT BETWEEN 0 AND 10 THEN
        RAISE EXCEPTION 'invalid answer: %', COALESCE($3::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'An answer lies between 0 and 10.',
                HINT = 'Write 0 for "I do not believe it at all", 10 for "fully".';
    END IF;
    INSERT INTO align.pulse (message, team, answer) VALUES ($1, $2, $3);
END $$;
COMMENT ON FUNCTION align.give_pulse(text, text, integer) IS 'Says today how far one believes a message, 0 to 10, for a team of which the role that acts must be a member. The role is not kept. Error for an unknown message or team, a role that is no member, or another answer.';
REVOKE EXECUTE ON FUNCTION align.give_pulse(text, text, integer) FROM PUBLIC;

-- what is in force

CREATE FUNCTION align.message_spans(at timestamptz DEFAULT pg_catalog.now())
    RETURNS TABLE (message_key text, kind text, team text, version integer, body text, required_terms text[], forbidden_terms text[],
        set_at timestamptz, set_by text, until_at timestamptz)
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 50 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM align.check_instant($1);
    RETURN QUERY
    SELECT m.key, m.kind, m.team, v.version, v.body, v.required_terms, v.forbidden_terms, v.set_at, v.set_by,
        LEAST(CASE WHEN v.retired_at <= $1 THEN v.retired_at END, lead(v.set_at) OVER (PARTITION BY v.message ORDER BY v.set_at))
    FROM align.message_version v JOIN align.message m ON m.key = v.message
    WHERE v.set_at <= $1;
END $$;
COMMENT ON FUNCTION align.message_spans(timestamptz) IS 'Every version of every message that was set by an instant, by default now: since when it is in force, and until when (NULL when it still is). Error for an instant that is NULL or infinite.';

CREATE VIEW align.message_history WITH (security_invoker = true) AS
    SELECT s.message_key, s.kind, s.team, s.version, CASE WHEN s.until_at IS NULL THEN 'in force' WHEN n.is_last THEN 'retired' ELSE 'superseded' END AS status,
        s.body, pg_catalog.array_to_string(s.required_terms, ', ') AS required_terms, pg_catalog.array_to_string(s.forbidden_terms, ', ') AS forbidden_terms,
        s.set_at, s.set_by, s.until_at
    FROM align.message_spans() s
    CROSS JOIN LATERAL (SELECT NOT EXISTS (SELECT FROM align.message_version v WHERE v.message = s.message_key AND v.version > s.version AND v.set_at = s.until_at) AS is_last) n;
COMMENT ON VIEW align.message_history IS 'Every version of every message, and when it was in force.';
COMMENT ON COLUMN align.message_history.message_key IS 'The message.';
COMMENT ON COLUMN align.message_history.kind IS 'core value, promise, positioning, proof or pillar.';
COMMENT ON COLUMN align.message_history.team IS 'The team that owns it.';
COMMENT ON COLUMN align.message_history.version IS 'Number of the version.';
COMMENT ON COLUMN align.message_history.status IS 'in force, superseded by the next version, or retired.';
COMMENT ON COLUMN align.message_history.body IS 'The words.';
COMMENT ON COLUMN align.message_history.required_terms IS 'Terms that whatever carries it says, parted by commas.';
COMMENT ON COLUMN align.message_history.forbidden_terms IS 'Terms that it does not say, parted by commas.';
COMMENT ON COLUMN align.message_history.set_at IS 'Since when it is in force.';
COMMENT ON COLUMN align.message_history.set_by IS 'The role that set it.';
COMMENT ON COLUMN align.message_history.until_at IS 'Until when; NULL while it lasts.';

-- how far assets carry the messages

CREATE FUNCTION align.asset_vector(at timestamptz, since timestamptz, config text)
    RETURNS TABLE (asset_key text, team text, channel text, title text, body text, message_key text, published_at timestamptz, vector tsvector)
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1000 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    search constant regconfig := align.text_search($3);
BEGIN
    PERFORM align.check_instant($1);
    RETURN QUERY
    SELECT a.key, a.team, a.channel, a.title, a.body, a.message, a.published_at, pg_catalog.to_tsvector(search, a.title || E'\n' || a.body)
    FROM align.asset a
    WHERE a.published_at <= $1 AND ($2 IS NULL OR a.published_at >= $2);
END $$;
COMMENT ON FUNCTION align.asset_vector(timestamptz, timestamptz, text) IS 'The assets that were published by an instant, since another where one is given, each with the words of its title and text. Error for an instant that is NULL or infinite, and an unknown configuration.';

CREATE FUNCTION align.asset_match(at timestamptz, since timestamptz, config text, as_published boolean DEFAULT false)
    RETURNS TABLE (asset_key text, team text, channel text, title text, body text, message_key text, version integer, message_body text, published_at timestamptz,
        similarity double precision, coverage double precision, missing text[], forbidden text[], on_message double precision)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
BEGIN ATOMIC
    WITH search AS MATERIALIZED (SELECT align.text_search($3) AS config),
    span AS MATERIALIZED (
        SELECT s.*, pg_catalog.to_tsvector(c.config, s.body) AS vector FROM align.message_spans($1) s CROSS JOIN search c WHERE $4 OR s.until_at IS NULL),
    asset AS MATERIALIZED (SELECT v.* FROM align.asset_vector($1, $2, $3) v),
    known AS MATERIALIZED (
        SELECT align.corpus(t.vector) AS corpus
        FROM (SELECT a.vector FROM asset a UNION ALL SELECT s.vector FROM span s WHERE s.until_at IS NULL) t)
    SELECT a.asset_key, a.team, a.channel, a.title, a.body, a.message_key, s.version, s.body, a.published_at, m.similarity, align.coverage(k.corpus, s.vector, a.vector),
        r.missing, f.forbidden,
        CASE WHEN f.forbidden IS NOT NULL THEN 0 ELSE m.similarity * (1 - COALESCE(pg_catalog.cardinality(r.missing)::double precision / r.n, 0)) END
    FROM asset a CROSS JOIN search c CROSS JOIN known k
    JOIN span s ON s.message_key = a.message_key AND (NOT $4 OR (a.published_at >= s.set_at AND (s.until_at IS NULL OR a.published_at < s.until_at)))
    CROSS JOIN LATERAL (SELECT align.similarity(k.corpus, s.vector, a.vector) AS similarity OFFSET 0) m
    -- a term that this configuration finds no word in asks for nothing
    CROSS JOIN LATERAL (
        SELECT pg_catalog.count(*) AS n, pg_catalog.array_agg(t.term ORDER BY t.place) FILTER (WHERE NOT a.vector @@ t.query) AS missing
        FROM (SELECT u.term, u.place, pg_catalog.phraseto_tsquery(c.config, u.term) AS query FROM pg_catalog.unnest(s.required_terms) WITH ORDINALITY u(term, place)) t
        WHERE pg_catalog.numnode(t.query) > 0) r
    CROSS JOIN LATERAL (
        SELECT pg_catalog.array_agg(u.term ORDER BY u.place) AS forbidden
        FROM pg_catalog.unnest(s.forbidden_terms) WITH ORDINALITY u(term, place) WHERE a.vector @@ pg_catalog.phraseto_tsquery(c.config, u.term)) f;
END;
COMMENT ON FUNCTION align.asset_match(timestamptz, timestamptz, text, boolean) IS 'The assets that carry a message, each held against the version in force at an instant, or with as_published against the one in force when it went out: similarity, coverage of the message, the required terms that are missing and the forbidden ones that it says (NULL when none), and on_message: 0 where it says a forbidden term, else similarity times the share of the required terms that it has. The corpus is all assets asked for, with the messages in force.';

CREATE FUNCTION align.word_use(at timestamptz, since timestamptz, config text)
    RETURNS TABLE (message_key text, is_total boolean, word text, marketing_count bigint, sales_count bigint,
        marketing_share double precision, sales_share double precision, divergence double precision)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 10000
BEGIN ATOMIC
    WITH use AS (
        SELECT v.message_key, v.team, w.lexeme AS word, pg_catalog.sum(COALESCE(pg_catalog.cardinality(w.positions), 1)) AS n
        FROM align.asset_vector($1, $2, $3) v CROSS JOIN LATERAL pg_catalog.unnest(v.vector) w(lexeme, positions, weights)
        WHERE v.team IN ('marketing', 'sales') GROUP BY v.message_key, v.team, w.lexeme),
    side AS (
        SELECT u.message_key, GROUPING(u.message_key) = 1 AS is_total, u.word,
            COALESCE(pg_catalog.sum(u.n) FILTER (WHERE u.team = 'marketing'), 0)::bigint AS marketing, COALESCE(pg_catalog.sum(u.n) FILTER (WHERE u.team = 'sales'), 0)::bigint AS sales
        FROM use u GROUP BY GROUPING SETS ((u.message_key, u.word), (u.word)))
    SELECT p.*, align.divergence_part(p.marketing_share, p.sales_share)
    FROM (SELECT s.message_key, s.is_total, s.word, s.marketing, s.sales,
              s.marketing / NULLIF(pg_catalog.sum(s.marketing) OVER w, 0)::double precision AS marketing_share,
              s.sales / NULLIF(pg_catalog.sum(s.sales) OVER w, 0)::double precision AS sales_share
          FROM side s WHERE s.is_total OR s.message_key IS NOT NULL
          WINDOW w AS (PARTITION BY s.is_total, s.message_key)) p;
END;
COMMENT ON FUNCTION align.word_use(timestamptz, timestamptz, text) IS 'How often marketing and sales use each word in the assets of each message, and with is_total in all their assets, those without a message too, and its share of the team''s words; divergence: what the word adds to the Jensen-Shannon divergence of the two, NULL where one of them has no asset.';

CREATE FUNCTION align.message_words(message_key text DEFAULT NULL, at timestamptz DEFAULT pg_catalog.now(), since timestamptz DEFAULT NULL, config text DEFAULT NULL)
    RETURNS TABLE (word text, marketing_count bigint, sales_count bigint, divergence numeric)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF $1 IS NOT NULL THEN
        PERFORM align.known_message($1);
    END IF;
    RETURN QUERY
    SELECT u.word, u.marketing_count, u.sales_count, pg_catalog.round(u.divergence::numeric, 6)
    FROM align.word_use($2, $3, $4) u
    WHERE u.is_total = ($1 IS NULL) AND u.message_key IS NOT DISTINCT FROM $1
    ORDER BY u.divergence DESC NULLS LAST, u.word COLLATE "C";
END $$;
COMMENT ON FUNCTION align.message_words(text, timestamptz, timestamptz, text) IS 'The words (stems) of marketing''s and sales'' assets, those in which they differ most first: message_key: of assets that carry this message, by default of all; at: published by then, by default now; since: and since then; config: text search configuration. divergence: what the word adds to the Jensen-Shannon divergence in bits; NULL where one team has no asset. Error for an unknown message or configuration.';

CREATE FUNCTION align.asset_consistency(at timestamptz DEFAULT pg_catalog.now(), since timestamptz DEFAULT NULL, config text DEFAULT NULL)
    RETURNS TABLE (asset_order bigint, asset_key text, title text, team text, channel text, message_key text, message_version integer, published_at timestamptz,
        on_message_ratio numeric, similarity_ratio numeric, carried_ratio numeric, trigram_ratio numeric, missing_terms text, forbidden_terms text, finding text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
BEGIN ATOMIC
    SELECT pg_catalog.row_number() OVER (ORDER BY a.on_message, a.similarity, a.asset_key COLLATE "C"), a.asset_key, a.title, a.team, a.channel, a.message_key, a.version, a.published_at,
        pg_catalog.round(a.on_message::numeric, 6), pg_catalog.round(a.similarity::numeric, 6), pg_catalog.round(a.coverage::numeric, 6),
        pg_catalog.round(align.trigram_likeness(a.message_body, a.title || E'\n' || a.body)::numeric, 6),
        pg_catalog.array_to_string(a.missing, ', '), pg_catalog.array_to_string(a.forbidden, ', '),
        pg_catalog.concat_ws(' ', 'It says what the message forbids: ' || pg_catalog.array_to_string(a.forbidden, ', ') || '.',
            'It lacks: ' || pg_catalog.array_to_string(a.missing, ', ') || '.',
            CASE WHEN a.similarity IS NULL THEN 'It, or the message, has no word that says anything.' WHEN a.similarity = 0 THEN 'It has none of the message''s words.'
                 ELSE pg_catalog.format('It has %s %% of the message.', pg_catalog.round(100 * a.coverage)) END)
    FROM align.asset_match($1, $2, $3) a
    ORDER BY 1;
END;
COMMENT ON FUNCTION align.asset_consistency(timestamptz, timestamptz, text) IS 'The assets that carry a message, furthest off first, held against the version in force: at: published by then, by default now; since: and since then; config: text search configuration. on_message_ratio: 0 where it says a forbidden term, else similarity_ratio times the share of the required terms that it has; similarity_ratio: tf-idf cosine of asset and message; carried_ratio: how much of the message it has; trigram_ratio: how nearly word for word, NULL without the extension pg_trgm; missing and forbidden terms, NULL when none; the finding in words. Error for an unknown configuration.';

CREATE FUNCTION align.message_consistency(at timestamptz DEFAULT pg_catalog.now(), since timestamptz DEFAULT NULL, config text DEFAULT NULL)
    RETURNS TABLE (message_key text, kind text, is_total boolean, team text, asset_count bigint, on_message_ratio numeric, similarity_ratio numeric, carried_ratio numeric,
        lacking_count bigint, forbidden_count bigint, word_count bigint, divergence numeric, finding text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 50
BEGIN ATOMIC
    WITH asset AS MATERIALIZED (SELECT a.* FROM align.asset_match($1, $2, $3) a),
    message AS (SELECT s.message_key, s.kind, false AS is_total FROM align.message_spans($1) s WHERE s.until_at IS NULL UNION ALL SELECT NULL, NULL, true),
    team AS (SELECT u.team FROM pg_catalog.unnest('{marketing,sales}'::text[]) u(team) UNION SELECT a.team FROM asset a),
    carried AS (
        SELECT m.message_key, m.kind, m.is_total, t.team, pg_catalog.count(a.asset_key) AS n,
            pg_catalog.avg(a.on_message) AS on_message, pg_catalog.avg(a.similarity) AS similarity, pg_catalog.avg(a.coverage) AS coverage,
            pg_catalog.count(a.missing) AS lacking, pg_catalog.count(a.forbidden) AS forbidden,
            (pg_catalog.array_agg(a.asset_key ORDER BY a.on_message, a.similarity, a.asset_key COLLATE "C"))[1] AS furthest
        FROM message m CROSS JOIN team t LEFT JOIN asset a ON a.team = t.team AND (m.is_total OR a.message_key = m.message_key)
        GROUP BY m.message_key, m.kind, m.is_total, t.team
        HAVING pg_catalog.count(a.asset_key) > 0 OR t.team IN ('marketing', 'sales')),
    side AS (
        SELECT w.message_key, w.is_total, v.team, pg_catalog.sum(v.n)::bigint AS n, pg_catalog.sum(w.divergence) AS divergence,
            pg_catalog.array_to_string((pg_catalog.array_agg(w.word ORDER BY w.divergence DESC, w.word COLLATE "C") FILTER (WHERE v.share > v.other))[1:3], ', ') AS own
        FROM align.word_use($1, $2, $3) w
        CROSS JOIN LATERAL (VALUES ('marketing', w.marketing_count, w.marketing_share, w.sales_share), ('sales', w.sales_count, w.sales_share, w.marketing_share)) v(team, n, share, other)
        GROUP BY w.message_key, w.is_total, v.team)
    SELECT c.message_key, c.kind, c.is_total, c.team, c.n,
        pg_catalog.round(c.on_message::numeric, 6), pg_catalog.round(c.similarity::numeric, 6), pg_catalog.round(c.coverage::numeric, 6), c.lacking, c.forbidden,
        COALESCE(s.n, CASE WHEN c.team IN ('marketing', 'sales') THEN 0 END), pg_catalog.round(s.divergence::numeric, 6),
        CASE WHEN c.n = 0 THEN pg_catalog.format('%s has nothing out that carries %s.', pg_catalog.upper(pg_catalog."left"(c.team, 1)) || pg_catalog.substr(c.team, 2), CASE WHEN c.is_total THEN 'a message' ELSE 'it' END)
             ELSE pg_catalog.concat_ws(' ',
                 CASE WHEN c.forbidden > 0 THEN pg_catalog.format('%s of %s say what it forbids.', c.forbidden, c.n) END,
                 CASE WHEN c.lacking > 0 THEN pg_catalog.format('%s of %s lack a required term.', c.lacking, c.n) END,
                 pg_catalog.format('Furthest off: %s.', c.furthest),
                 'Says more than the other team: ' || s.own || '.') END
    FROM carried c LEFT JOIN side s ON s.is_total = c.is_total AND s.message_key IS NOT DISTINCT FROM c.message_key AND s.team = c.team
    ORDER BY c.is_total DESC, c.message_key COLLATE "C", c.team COLLATE "C";
END;
COMMENT ON FUNCTION align.message_consistency(timestamptz, timestamptz, text) IS 'How far what goes out carries the agreed messages, and whether marketing and sales sound alike: a row per message in force and team, and with is_total per team over all messages, first. at: assets published by then, by default now; since: and since then; config: text search configuration. asset_count assets carry the message; means of on_message_ratio, similarity_ratio and carried_ratio (see asset_consistency); lacking_count assets lack a required term, forbidden_count say a forbidden one; word_count: words of the team (in the total of all its assets, also those without a message); divergence: Jensen-Shannon divergence of the words of marketing and sales in bits, 0 (the same) to 1 (no word in common), on both rows; NULL where one of them has no asset. finding: in words. Error for an unknown configuration.';

-- how steady they are

CREATE FUNCTION align.message_drift(at timestamptz DEFAULT pg_catalog.now(), config text DEFAULT NULL)
    RETURNS TABLE (message_key text, kind text, is_total boolean, version_count bigint, set_at timestamptz, age_days numeric, changes_per_year numeric, half_life_days numeric,
        asset_count bigint, similarity_per_quarter numeric, finding text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 50
BEGIN ATOMIC
    WITH span AS MATERIALIZED (
        SELECT s.*, (EXTRACT(epoch FROM COALESCE(s.until_at, $1) - s.set_at) / 86400)::double precision AS days FROM align.message_spans($1) s),
    life AS (
        SELECT s.message_key, GROUPING(s.message_key) = 1 AS is_total, pg_catalog.count(*) AS versions, pg_catalog.count(*) - pg_catalog.count(DISTINCT s.message_key) AS changes,
            pg_catalog.max(s.set_at) FILTER (WHERE s.until_at IS NULL) AS set_at, pg_catalog.avg(s.days) FILTER (WHERE s.until_at IS NULL) AS age,
            pg_catalog.sum(s.days) AS days, align.median(align.time_to(s.days, s.until_at IS NOT NULL)) AS half_life
        FROM span s GROUP BY GROUPING SETS ((s.message_key), ())
        HAVING pg_catalog.count(*) FILTER (WHERE s.until_at IS NULL) > 0),
    asset AS (
        SELECT a.message_key, GROUPING(a.message_key) = 1 AS is_total, pg_catalog.count(*) AS n,
            CASE WHEN pg_catalog.count(*) >= 3 THEN pg_catalog.regr_slope(a.similarity, a.quarter) END AS slope, pg_catalog.corr(a.similarity, a.quarter) AS r
        FROM (SELECT m.*, (EXTRACT(epoch FROM m.published_at) / (86400 * 91.3125))::double precision AS quarter FROM align.asset_match($1, NULL, $2, true) m) a
        WHERE a.similarity IS NOT NULL GROUP BY GROUPING SETS ((a.message_key), ()))
    SELECT l.message_key, m.kind, l.is_total, l.versions, CASE WHEN NOT l.is_total THEN l.set_at END, pg_catalog.round(l.age::numeric, 1),
        pg_catalog.round((l.changes * 365.25 / NULLIF(l.days, 0))::numeric, 3), pg_catalog.round(l.half_life::numeric, 1),
        COALESCE(a.n, 0), pg_catalog.round(a.slope::numeric, 6),
        pg_catalog.concat_ws(' ',
            CASE WHEN l.changes = 0 THEN pg_catalog.format('Unchanged for %s days.', pg_catalog.floor(l.age))
                 ELSE pg_catalog.format('Changed %s in %s years in force.', CASE l.changes WHEN 1 THEN 'once' ELSE l.changes || ' times' END, pg_catalog.round((l.days / 365.25)::numeric, 1)) END,
            CASE WHEN l.half_life IS NOT NULL THEN pg_catalog.format('Half of its versions last %s days or less.', pg_catalog.round(l.half_life::numeric)) END,
            -- of ten assets a slope of 2.31 standard errors is beyond chance, of more a smaller one
            CASE WHEN a.n >= 10 AND a.r * a.r * (a.n - 2) > 2.31 ^ 2 * (1 - a.r * a.r) THEN CASE WHEN a.slope < 0 THEN 'Assets move away from it.' ELSE 'Assets come closer to it.' END END)
    FROM life l LEFT JOIN align.message m ON m.key = l.message_key
    LEFT JOIN asset a ON a.is_total = l.is_total AND a.message_key IS NOT DISTINCT FROM l.message_key
    ORDER BY l.is_total DESC, l.message_key COLLATE "C";
END;
COMMENT ON FUNCTION align.message_drift(timestamptz, text) IS 'How steady the messages in force are, a row each and with is_total over all, first. at: as known then, by default now; config: text search configuration. version_count versions so far; set_at: since when the present one is in force; age_days: its age, in the total the mean; changes_per_year: replaced versions per year in force; half_life_days: median life of versions by Kaplan and Meier, where the one in force has not ended; NULL while more than half would still be there; asset_count assets, and the slope of their similarity to the version in force when they went out, per quarter (least squares; NULL below three assets): below 0 they move away, which the finding says only of ten assets or more and a slope beyond 2.31 standard errors. Error for an unknown configuration.';

CREATE FUNCTION align.message_trend(at timestamptz DEFAULT pg_catalog.now(), config text DEFAULT NULL)
    RETURNS TABLE (message_key text, is_total boolean, quarter text, quarter_start_date date, asset_count bigint, similarity_ratio numeric, carried_ratio numeric, change_ratio numeric)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 50
BEGIN ATOMIC
    SELECT q.message_key, q.is_total, q.quarter::text, align.lower(q.quarter), q.n, pg_catalog.round(q.similarity::numeric, 6), pg_catalog.round(q.coverage::numeric, 6),
        pg_catalog.round((q.similarity - pg_catalog.lag(q.similarity) OVER (PARTITION BY q.is_total, q.message_key ORDER BY align.lower(q.quarter)))::numeric, 6)
    FROM (SELECT a.message_key, GROUPING(a.message_key) = 1 AS is_total, a.quarter, pg_catalog.count(*) AS n, pg_catalog.avg(a.similarity) AS similarity, pg_catalog.avg(a.coverage) AS coverage
          FROM (SELECT m.*, align.period((m.published_at AT TIME ZONE 'UTC')::date, 'quarter', align.fiscal_start_month()) AS quarter
                FROM align.asset_match($1, NULL, $2, true) m) a
          GROUP BY GROUPING SETS ((a.message_key, a.quarter), (a.quarter))) q
    ORDER BY q.is_total DESC, q.message_key COLLATE "C", 4;
END;
COMMENT ON FUNCTION align.message_trend(timestamptz, text) IS 'How like their message the assets of each quarter were: a row per message and quarter in which any went out, and with is_total over all messages, first. Each asset is held against the version in force when it went out. change_ratio: similarity less that of the quarter before in the list. at: published by then, by default now; config: text search configuration. Error for an unknown configuration.';

CREATE FUNCTION align.message_gap(at timestamptz DEFAULT pg_catalog.now())
    RETURNS TABLE (gap_order bigint, gap text, message_key text, asset_key text, team text, gap_at timestamptz, detail text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
BEGIN ATOMIC
    WITH span AS MATERIALIZED (SELECT s.* FROM align.message_spans($1) s),
    asset AS MATERIALIZED (SELECT a.* FROM align.asset a WHERE a.published_at <= $1),
    message AS (
        SELECT s.message_key, pg_catalog.max(s.team) AS team, pg_catalog.min(s.set_at) AS first_at, pg_catalog.bool_or(s.until_at IS NULL) AS is_in_force, pg_catalog.max(s.until_at) AS retired_at
        FROM span s GROUP BY s.message_key),
    repeat AS (SELECT align.message_repeat_days() AS days),
    found AS (
        SELECT 1 AS severity, 'nobody repeats it' AS gap, m.message_key, NULL::text AS asset_key, m.team, l.last_at AS gap_at,
            CASE WHEN l.last_at IS NULL THEN 'No asset has carried it yet.'
                 ELSE pg_catalog.format('The last asset that carried it went out %s days ago.', pg_catalog.floor(EXTRACT(epoch FROM $1 - l.last_at) / 86400)) END AS detail
        FROM message m CROSS JOIN repeat r
        CROSS JOIN LATERAL (SELECT pg_catalog.max(a.published_at) AS last_at FROM asset a WHERE a.message = m.message_key) l
        WHERE m.is_in_force AND EXTRACT(epoch FROM $1 - COALESCE(l.last_at, m.first_at)) > r.days * 86400
        UNION ALL
        SELECT 2, 'without a message', NULL, a.key, a.team, a.published_at, 'It carries no message.' FROM asset a WHERE a.message IS NULL
        UNION ALL
        SELECT 3, 'before its message', a.message, a.key, a.team, a.published_at,
            CASE WHEN m.first_at IS NULL THEN 'The message is not set yet.'
                 ELSE pg_catalog.format('The message was set %s days later.', pg_catalog.ceil(EXTRACT(epoch FROM m.first_at - a.published_at) / 86400)) END
        FROM asset a LEFT JOIN message m ON m.message_key = a.message WHERE a.message IS NOT NULL AND a.published_at < COALESCE(m.first_at, 'infinity')
        UNION ALL
        SELECT 4, 'after its message', a.message, a.key, a.team, a.published_at,
            pg_catalog.format('The message was retired %s days before.', pg_catalog.floor(EXTRACT(epoch FROM a.published_at - m.retired_at) / 86400))
        FROM asset a JOIN message m ON m.message_key = a.message WHERE NOT m.is_in_force AND a.published_at >= m.retired_at)
    SELECT pg_catalog.row_number() OVER (ORDER BY f.severity, f.gap_at NULLS FIRST, f.message_key COLLATE "C", f.asset_key COLLATE "C"), f.gap, f.message_key, f.asset_key, f.team, f.gap_at, f.detail
    FROM found f
    ORDER BY 1;
END;
COMMENT ON FUNCTION align.message_gap(timestamptz) IS 'What messages and assets lack at an instant, by default now, a row each: messages in force that no asset has carried for message_repeat_days (nobody repeats it); assets without a message; assets that went out before the first version of their message was set; assets that went out after their message was retired. gap_at: when the asset, or the last one, went out.';

-- who believes it

CREATE FUNCTION align.belief(at timestamptz DEFAULT pg_catalog.now())
    RETURNS TABLE (message_key text, kind text, team text, answer_count bigint, mean_answer numeric, believer_ratio numeric, reason text)
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 50
BEGIN ATOMIC
    WITH span AS (SELECT s.* FROM align.message_spans($1) s WHERE s.until_at IS NULL),
    given AS (
        SELECT p.message, p.team, p.answer, pg_catalog.row_number() OVER (PARTITION BY p.message, p.team ORDER BY p.id) AS place, pg_catalog.count(*) OVER (PARTITION BY p.message, p.team) AS n
        FROM align.pulse p JOIN span s ON s.message_key = p.message
        WHERE p.answered_date BETWEEN (s.set_at AT TIME ZONE 'UTC')::date AND ($1 AT TIME ZONE 'UTC')::date)
    SELECT s.message_key, s.kind, g.team, pg_catalog.count(g.answer) FILTER (WHERE g.place <= g.n - g.n % 5),
        pg_catalog.round(pg_catalog.avg(g.answer) FILTER (WHERE g.place <= g.n - g.n % 5), 2),
        pg_catalog.round(pg_catalog.avg((g.answer >= 8)::integer) FILTER (WHERE g.place <= g.n - g.n % 5), 6),
        CASE WHEN pg_catalog.count(g.answer) = 0 THEN 'Nobody has been asked since it was set.' WHEN pg_catalog.count(g.answer) < 5 THEN 'Fewer than five have answered since it was set.' END
    FROM span s LEFT JOIN given g ON g.message = s.message_key
    GROUP BY s.message_key, s.kind, g.team
    ORDER BY s.message_key COLLATE "C", g.team COLLATE "C";
END;
COMMENT ON FUNCTION align.belief(timestamptz) IS 'How far each team believes each message in force, by the answers since its words were set, as of a day, by default today: answer_count, mean_answer (0 to 10), believer_ratio (share of answers of 8 and more). Answers count five at a time in the order in which they came, so that no two results differ by fewer than five; below five all are NULL or 0, and reason says why. A message without answers has one row without a team. Reads for its caller what nobody but the owner may read.';
REVOKE EXECUTE ON FUNCTION align.belief(timestamptz) FROM PUBLIC;
