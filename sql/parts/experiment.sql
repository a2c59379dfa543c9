-- experiment: what was tried, how sure one can be of it, and what was learned

-- tests: pure functions of counts and moments

CREATE FUNCTION align.ab_test(conversions_a bigint, trials_a bigint, conversions_b bigint, trials_b bigint,
    OUT rate_a double precision, OUT rate_b double precision, OUT difference double precision, OUT difference_low double precision, OUT difference_high double precision,
    OUT lift double precision, OUT z double precision, OUT p double precision, OUT chance_b_better double precision,
    OUT loss_choosing_a double precision, OUT loss_choosing_b double precision, OUT verdict text) RETURNS record
    AS 'MODULE_PATHNAME', 'align_experiment_ab_test' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.ab_test(bigint, bigint, bigint, bigint) IS 'Two conversion rates compared, A what there was and B what is tried: both rates, their difference (B less A) with its 95 % interval (Newcombe 1998, hybrid score, method 10), the lift (difference over the rate of A; NULL when that is 0), z and the two-sided p of the pooled test (z NULL and p 1 where all trials, or none, converted), the chance that B has the higher rate and the rate that choosing either loses on average (Beta posteriors from a uniform prior; Miller 2014, after Cook 2005; as a normal distribution past 1,000,000 conversions and as many others on both sides), and a verdict: B or A is better where the interval leaves 0 out, else undecided. Good for one look at a size that was fixed before; for looking daily see sequential_p. Error for a negative count, no trials, or more conversions than trials.';

CREATE FUNCTION align.sample_size(base double precision, effect double precision, power double precision DEFAULT 0.8, alpha double precision DEFAULT 0.05) RETURNS bigint
    AS 'MODULE_PATHNAME', 'align_experiment_sample_size' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.sample_size(double precision, double precision, double precision, double precision) IS 'Trials that each variant needs so that ab_test finds a difference with the chance power, and finds one where there is none with the chance alpha. base: the rate that there is; effect: the difference to be seen, in the unit of base (0.01 is one point more, -0.01 one less). Two-sided test of two proportions (Fleiss, Levin and Paik 2003, without continuity correction). Error for a base outside 0 to 1, an effect of 0 or out of the rates, a power or alpha that does not lie between 0 and 1.';

CREATE FUNCTION align.sequential_p(conversions_a bigint, trials_a bigint, conversions_b bigint, trials_b bigint, effect double precision DEFAULT 0.02) RETURNS double precision
    AS 'MODULE_PATHNAME', 'align_experiment_sequential_p' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.sequential_p(bigint, bigint, bigint, bigint, double precision) IS 'A p that stays valid when it is looked at again and again, and the experiment stopped at will: that it ever falls to 0.05 has a chance of at most 5 % where the rates are equal. effect: the difference that is looked for, as a rate, chosen before the start; a wrong one costs trials, not validity. Mixture sequential probability ratio test (Johari, Koomen, Pekelis and Walsh 2022) with the pooled variance; 1 while the smaller side expects fewer than 5 conversions or 5 others. Error for counts as in ab_test, and an effect that is not above 0 and up to 1.';

CREATE FUNCTION align.welch_test(mean_a double precision, sd_a double precision, n_a bigint, mean_b double precision, sd_b double precision, n_b bigint,
    OUT difference double precision, OUT difference_low double precision, OUT difference_high double precision,
    OUT t double precision, OUT df double precision, OUT p double precision) RETURNS record
    AS 'MODULE_PATHNAME', 'align_experiment_welch_test' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.welch_test(double precision, double precision, bigint, double precision, double precision, bigint) IS 'Two means compared from their moments (avg, stddev_samp and count), A what there was and B what is tried: the difference (B less A) with its 95 % interval, t, degrees of freedom and two-sided p of Welch (1947), for unequal variances. All but the difference NULL where neither side varies. Error for fewer than two values, a negative deviation, or what is no number.';

-- tables

CREATE TABLE align.experiment (
    key text NOT NULL,
    title text NOT NULL,
    hypothesis text NOT NULL,
    item bigint,
    metric text,
    team text,
    owner text,
    effect double precision DEFAULT 0.02 NOT NULL,
    planned_count bigint,
    started_at timestamptz,
    ended_at timestamptz,
    decision text,
    learned text,
    decided_at timestamptz,
    decided_by text,
    status text NOT NULL GENERATED ALWAYS AS (CASE WHEN decided_at IS NOT NULL THEN 'decided' WHEN ended_at IS NOT NULL THEN 'ended' WHEN started_at IS NOT NULL THEN 'running' ELSE 'planned' END) STORED,
    CONSTRAINT experiment_pkey PRIMARY KEY (key),
    CONSTRAINT experiment_key_check CHECK (pg_catalog.length(key) BETWEEN 1 AND 200),
    CONSTRAINT experiment_title_check CHECK (pg_catalog.length(title) BETWEEN 1 AND 500),
    CONSTRAINT experiment_hypothesis_check CHECK (pg_catalog.length(hypothesis) BETWEEN 1 AND 10000),
    CONSTRAINT experiment_item_fkey FOREIGN KEY (item) REFERENCES align.plan_item (id),
    CONSTRAINT experiment_metric_fkey FOREIGN KEY (metric) REFERENCES align.metric (key) ON UPDATE CASCADE,
    CONSTRAINT experiment_team_fkey FOREIGN KEY (team) REFERENCES align.team (key) ON UPDATE CASCADE,
    CONSTRAINT experiment_effect_check CHECK (effect > 0 AND effect <= 1),
    CONSTRAINT experiment_planned_count_check CHECK (planned_count >= 1),
    CONSTRAINT experiment_time_check CHECK (pg_catalog.isfinite(started_at) AND pg_catalog.isfinite(ended_at) AND ended_at >= started_at),
    CONSTRAINT experiment_decision_check CHECK (pg_catalog.length(decision) BETWEEN 1 AND 500),
    CONSTRAINT experiment_learned_check CHECK (pg_catalog.length(learned) BETWEEN 1 AND 10000),
    CONSTRAINT experiment_decided_check CHECK (pg_catalog.num_nulls(decision, learned, decided_at, decided_by) IN (0, 4) AND (decided_at IS NULL OR ended_at IS NOT NULL))
);
COMMENT ON TABLE align.experiment IS 'What the company tried: the hypothesis, which plan item it serves, what was decided and what was learned.';
COMMENT ON COLUMN align.experiment.key IS 'Name by which people and functions point at it.';
COMMENT ON COLUMN align.experiment.title IS 'What is tried, in a line.';
COMMENT ON COLUMN align.experiment.hypothesis IS 'What is believed, and why, before the start.';
COMMENT ON COLUMN align.experiment.item IS 'The plan item that it serves.';
COMMENT ON COLUMN align.experiment.metric IS 'Key of the metric that it should move.';
COMMENT ON COLUMN align.experiment.team IS 'The team that runs it.';
COMMENT ON COLUMN align.experiment.owner IS 'The person who runs it.';
COMMENT ON COLUMN align.experiment.effect IS 'The difference of rates that is looked for, for sequential_p; chosen before the start.';
COMMENT ON COLUMN align.experiment.planned_count IS 'Trials that each variant shall have, as sample_size gives them; NULL when it is looked at until it is clear.';
COMMENT ON COLUMN align.experiment.started_at IS 'When it started; NULL while it is planned.';
COMMENT ON COLUMN align.experiment.ended_at IS 'When it ended; NULL while it runs.';
COMMENT ON COLUMN align.experiment.decision IS 'What was decided.';
COMMENT ON COLUMN align.experiment.learned IS 'What was learned, for those who come later.';
COMMENT ON COLUMN align.experiment.decided_at IS 'When it was decided.';
COMMENT ON COLUMN align.experiment.decided_by IS 'The role that entered the decision.';
COMMENT ON COLUMN align.experiment.status IS 'planned, running, ended or decided, as the times say.';
COMMENT ON CONSTRAINT experiment_pkey ON align.experiment IS 'a key names one experiment';
COMMENT ON CONSTRAINT experiment_key_check ON align.experiment IS '1 to 200 characters';
COMMENT ON CONSTRAINT experiment_title_check ON align.experiment IS '1 to 500 characters';
COMMENT ON CONSTRAINT experiment_hypothesis_check ON align.experiment IS '1 to 10,000 characters';
COMMENT ON CONSTRAINT experiment_item_fkey ON align.experiment IS 'the item is in the plan';
COMMENT ON CONSTRAINT experiment_metric_fkey ON align.experiment IS 'the metric is known';
COMMENT ON CONSTRAINT experiment_team_fkey ON align.experiment IS 'the team is known';
COMMENT ON CONSTRAINT experiment_effect_check ON align.experiment IS 'above 0 and up to 1';
COMMENT ON CONSTRAINT experiment_planned_count_check ON align.experiment IS '1 or more';
COMMENT ON CONSTRAINT experiment_time_check ON align.experiment IS 'instants are finite, and the end is not before the start';
COMMENT ON CONSTRAINT experiment_decision_check ON align.experiment IS '1 to 500 characters';
COMMENT ON CONSTRAINT experiment_learned_check ON align.experiment IS '1 to 10,000 characters';
COMMENT ON CONSTRAINT experiment_decided_check ON align.experiment IS 'a decision has its time, its author and what was learned, and comes after the end';

CREATE TABLE align.variant (
    experiment text NOT NULL,
    key text NOT NULL,
    is_control boolean DEFAULT false NOT NULL,
    description text,
    trials bigint,
    conversions bigint,
    mean double precision,
    sd double precision,
    recorded_at timestamptz,
    CONSTRAINT variant_pkey PRIMARY KEY (experiment, key),
    CONSTRAINT variant_experiment_fkey FOREIGN KEY (experiment) REFERENCES align.experiment (key) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT variant_key_check CHECK (pg_catalog.length(key) BETWEEN 1 AND 200),
    CONSTRAINT variant_trials_check CHECK (trials >= 0 AND (trials IS NOT NULL OR pg_catalog.num_nulls(conversions, mean, sd) = 3)),
    CONSTRAINT variant_conversions_check CHECK (conversions BETWEEN 0 AND trials AND (conversions IS NULL OR pg_catalog.num_nulls(mean, sd) = 2)),
    CONSTRAINT variant_mean_check CHECK (mean BETWEEN -1e100 AND 1e100 AND (mean IS NULL) = (sd IS NULL)),
    CONSTRAINT variant_sd_check CHECK (sd BETWEEN 0 AND 1e100)
);
COMMENT ON TABLE align.variant IS 'The variants of an experiment, one of them the control, with what was counted or measured of each so far.';
COMMENT ON COLUMN align.variant.experiment IS 'The experiment.';
COMMENT ON COLUMN align.variant.key IS 'Name of the variant within it.';
COMMENT ON COLUMN align.variant.is_control IS 'Whether the others are compared with it: what there was before.';
COMMENT ON COLUMN align.variant.description IS 'What is different in it.';
COMMENT ON COLUMN align.variant.trials IS 'How often it was tried so far; NULL while nothing is recorded.';
COMMENT ON COLUMN align.variant.conversions IS 'How many of these converted; NULL where a mean is measured.';
COMMENT ON COLUMN align.variant.mean IS 'Mean of what is measured; NULL where conversions are counted.';
COMMENT ON COLUMN align.variant.sd IS 'Its standard deviation, as stddev_samp gives it.';
COMMENT ON COLUMN align.variant.recorded_at IS 'When this was recorded.';
COMMENT ON CONSTRAINT variant_pkey ON align.variant IS 'a key names one variant of an experiment';
COMMENT ON CONSTRAINT variant_experiment_fkey ON align.variant IS 'the experiment is known';
COMMENT ON CONSTRAINT variant_key_check ON align.variant IS '1 to 200 characters';
COMMENT ON CONSTRAINT variant_trials_check ON align.variant IS '0 or more, and known where anything is';
COMMENT ON CONSTRAINT variant_conversions_check ON align.variant IS '0 up to the trials, and no mean beside';
COMMENT ON CONSTRAINT variant_mean_check ON align.variant IS 'a number, of 1e100 at most, with its deviation';
COMMENT ON CONSTRAINT variant_sd_check ON align.variant IS '0 to 1e100';
CREATE UNIQUE INDEX variant_control_idx ON align.variant (experiment) WHERE is_control;
COMMENT ON INDEX align.variant_control_idx IS 'an experiment has one control';

SELECT pg_catalog.pg_extension_config_dump('align.experiment', '');
SELECT pg_catalog.pg_extension_config_dump('align.variant', '');

-- running one

CREATE FUNCTION align.known_experiment(experiment text) RETURNS align.experiment
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    result align.experiment;
BEGIN
    SELECT e.* INTO result FROM align.experiment e WHERE e.key = $1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'unknown experiment: "%"', COALESCE($1, 'NULL')
            USING ERRCODE = 'no_data_found',
                DETAIL = 'Table experiment has no row with this key.',
                HINT = 'Begin it by start_experiment(key, title, hypothesis, variants).';
    END IF;
    RETURN result;
END $$;
COMMENT ON FUNCTION align.known_experiment(text) IS 'An experiment by its key; an error when there is none.';

CREATE FUNCTION align.start_experiment(key text, title text, hypothesis text, variants text[], item text DEFAULT NULL, metric text DEFAULT NULL,
    team text DEFAULT NULL, owner text DEFAULT NULL, effect double precision DEFAULT 0.02, planned_count bigint DEFAULT NULL, started_at timestamptz DEFAULT pg_catalog.now()) RETURNS integer
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM align.check_text($1, 'key of an experiment', 200), align.check_text($2, 'title', 500), align.check_text($3, 'hypothesis', 10000);
    IF EXISTS (SELECT FROM align.experiment e WHERE e.key = $1) THEN
        RAISE EXCEPTION 'experiment "%" is there already', $1
            USING ERRCODE = 'unique_violation',
                DETAIL = (SELECT pg_catalog.format('It is %s: %s.', e.status, e.title) FROM align.experiment e WHERE e.key = $1),
                HINT = 'What is tried anew is an experiment with a key of its own.';
    END IF;
    IF COALESCE(pg_catalog.cardinality($4), 0) < 2 THEN
        RAISE EXCEPTION 'experiment "%" has % variants', $1, COALESCE(pg_catalog.cardinality($4), 0)
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'One variant is compared with another.',
                HINT = 'Name what there was first, then what is tried: ''{old,new}''.';
    ELSIF (SELECT pg_catalog.count(DISTINCT v.key) FILTER (WHERE pg_catalog.length(v.key) BETWEEN 1 AND 200) < pg_catalog.count(*) FROM pg_catalog.unnest($4) v(key)) THEN
        RAISE EXCEPTION 'invalid variants of experiment "%": %', $1, $4
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'Each has a key of its own, of 1 to 200 characters.',
                HINT = 'Name what there was first, then what is tried: ''{old,new}''.';
    ELSIF $9 IS NULL OR NOT ($9 > 0 AND $9 <= 1) THEN
        RAISE EXCEPTION 'invalid effect: %', COALESCE($9::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'It is the difference of rates that is looked for, above 0 and up to 1.',
                HINT = 'Write 0.02 for two points, and keep to it.';
    ELSIF $10 < 1 THEN
        RAISE EXCEPTION 'invalid planned count: %', $10
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'A variant needs at least one trial.',
                HINT = 'Take what sample_size(base, effect) gives, or leave it out.';
    END IF;
    IF $11 IS NOT NULL THEN
        PERFORM align.check_instant($11);
    END IF;
    IF $6 IS NOT NULL THEN
        PERFORM align.known_metric($6);
    END IF;
    IF $7 IS NOT NULL THEN
        PERFORM align.known_team($7);
    END IF;
    INSERT INTO align.experiment (key, title, hypothesis, item, metric, team, owner, effect, planned_count, started_at)
    VALUES ($1, $2, $3, CASE WHEN $5 IS NOT NULL THEN align.known_item($5) END, $6, $7, $8, $9, $10, $11);
    INSERT INTO align.variant (experiment, key, is_control)
    SELECT $1, v.key, v.n = 1 FROM pg_catalog.unnest($4) WITH ORDINALITY v(key, n);
    RETURN pg_catalog.cardinality($4);
END $$;
COMMENT ON FUNCTION align.start_experiment(text, text, text, text[], text, text, text, text, double precision, bigint, timestamptz) IS 'Enters an experiment: its key, title, hypothesis, and the keys of its variants, the control first; the plan item, metric, team and owner; the difference of rates that is looked for; the trials planned for each variant; when it starts, by default now, NULL for later. Result: the number of variants. Error for a key that is taken, an empty or too long text, fewer than two variants, one named twice, an unknown item, metric or team, an effect that is not above 0 and up to 1, fewer than one planned trial, or an infinite start.';
REVOKE EXECUTE ON FUNCTION align.start_experiment(text, text, text, text[], text, text, text, text, double precision, bigint, timestamptz) FROM PUBLIC;

CREATE FUNCTION align.record_variant_values(experiment text, variant text, trials bigint, conversions bigint, mean double precision, sd double precision) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked align.experiment;
BEGIN
    -- not while another decides
    PERFORM FROM align.experiment e WHERE e.key = $1 FOR SHARE;
    asked := align.known_experiment($1);
    IF asked.started_at IS NULL OR asked.decided_at IS NOT NULL THEN
        RAISE EXCEPTION 'experiment "%" is %', $1, asked.status
            USING ERRCODE = 'object_not_in_prerequisite_state',
                DETAIL = CASE WHEN asked.decided_at IS NULL THEN 'What has not started has no results.'
                    ELSE 'A decision stands on the results that it was made with.' END,
                HINT = CASE WHEN asked.decided_at IS NULL THEN 'Set its started_at first.' ELSE 'Start a new experiment.' END;
    END IF;
    UPDATE align.variant v SET trials = $3, conversions = $4, mean = $5, sd = $6, recorded_at = pg_catalog.now()
    WHERE v.experiment = $1 AND v.key = $2;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'unknown variant: "%" of experiment "%"', COALESCE($2, 'NULL'), $1
            USING ERRCODE = 'no_data_found',
                DETAIL = pg_catalog.format('There are: %s.', COALESCE((SELECT pg_catalog.string_agg(v.key, ', ' ORDER BY v.is_control DESC, v.key) FROM align.variant v WHERE v.experiment = $1), 'none')),
                HINT = 'Enter it into table variant first.';
    END IF;
END $$;
COMMENT ON FUNCTION align.record_variant_values(text, text, bigint, bigint, double precision, double precision) IS 'Serves record_variant and record_variant_mean.';
REVOKE EXECUTE ON FUNCTION align.record_variant_values(text, text, bigint, bigint, double precision, double precision) FROM PUBLIC;

CREATE FUNCTION align.record_variant(experiment text, variant text, trials bigint, conversions bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF $3 IS NULL OR $4 IS NULL OR $3 < 0 OR $4 < 0 OR $4 > $3 THEN
        RAISE EXCEPTION 'invalid counts of variant "%": % of % trials', $2, COALESCE($4::text, 'NULL'), COALESCE($3::text, 'NULL')
            USING ERRCODE = 'numeric_value_out_of_range',
                DETAIL = 'Counts are 0 or more, and there cannot be more conversions than trials.',
                HINT = 'Give the trials so far first, then how many of them converted.';
    END IF;
    PERFORM align.record_variant_values($1, $2, $3, $4, NULL, NULL);
END $$;
COMMENT ON FUNCTION align.record_variant(text, text, bigint, bigint) IS 'Records how often a variant was tried so far, and how many of these trials converted. The totals take the place of those before, so sending them twice changes nothing. Error for an unknown experiment or variant, one that has not started or is decided, negative counts, or more conversions than trials.';
REVOKE EXECUTE ON FUNCTION align.record_variant(text, text, bigint, bigint) FROM PUBLIC;

CREATE FUNCTION align.record_variant_mean(experiment text, variant text, trials bigint, mean double precision, sd double precision) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF COALESCE($3, 0) < 2 OR NOT COALESCE($4 BETWEEN -1e100 AND 1e100 AND $5 BETWEEN 0 AND 1e100, false) THEN
        RAISE EXCEPTION 'invalid moments of variant "%": % values, mean %, deviation %', $2, COALESCE($3::text, 'NULL'), COALESCE($4::text, 'NULL'), COALESCE($5::text, 'NULL')
            USING ERRCODE = 'numeric_value_out_of_range',
                DETAIL = 'A deviation needs at least two values and is 0 or more; a mean is a number; both are at most 1e100.',
                HINT = 'Give count, avg and stddev_samp of the values so far.';
    END IF;
    PERFORM align.record_variant_values($1, $2, $3, NULL, $4, $5);
END $$;
COMMENT ON FUNCTION align.record_variant_mean(text, text, bigint, double precision, double precision) IS 'Records the values measured of a variant so far: how many, their mean, and their standard deviation (stddev_samp). They take the place of those before. Error for an unknown experiment or variant, one that has not started or is decided, fewer than two values, or what is no number.';
REVOKE EXECUTE ON FUNCTION align.record_variant_mean(text, text, bigint, double precision, double precision) FROM PUBLIC;

CREATE FUNCTION align.decide(experiment text, decision text, learned text) RETURNS timestamptz
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked align.experiment;
BEGIN
    -- one decision; who waited sees the other's
    PERFORM FROM align.experiment e WHERE e.key = $1 FOR UPDATE;
    asked := align.known_experiment($1);
    IF asked.decided_at IS NOT NULL THEN
        RAISE EXCEPTION 'experiment "%" is decided already', $1
            USING ERRCODE = 'object_not_in_prerequisite_state',
                DETAIL = pg_catalog.format('"%s" decided at %s: %s.', asked.decided_by, asked.decided_at, pg_catalog.rtrim(asked.decision, '.')),
                HINT = 'Start a new experiment to try it again.';
    END IF;
    IF COALESCE(pg_catalog.btrim($2), '') = '' OR COALESCE(pg_catalog.btrim($3), '') = '' THEN
        RAISE EXCEPTION 'experiment "%" cannot be decided', $1
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'A decision says what is done now, and what was learned.',
                HINT = 'Write both in words; that nothing was found is worth knowing, too.';
    END IF;
    PERFORM align.check_text($2, 'decision', 500), align.check_text($3, 'lesson', 10000);
    UPDATE align.experiment e
    SET decision = $2, learned = $3, decided_at = pg_catalog.now(), decided_by = align.acting_role(), ended_at = COALESCE(e.ended_at, GREATEST(pg_catalog.now(), e.started_at))
    WHERE e.key = $1;
    RETURN pg_catalog.now();
END $$;
COMMENT ON FUNCTION align.decide(text, text, text) IS 'Decides an experiment, which ends it: what is done now, and what was learned. Result: when. Error for an unknown experiment, one that is decided already, and where either text is empty or too long.';
REVOKE EXECUTE ON FUNCTION align.decide(text, text, text) FROM PUBLIC;

-- what came out

CREATE VIEW align.experiment_result WITH (security_invoker = true) AS
    WITH pair AS (
        SELECT e.*, v.key AS variant, v.trials, v.conversions, v.mean, v.sd, c.key AS control, c.trials AS control_trials, c.conversions AS control_conversions,
            c.mean AS control_mean, c.sd AS control_sd, pg_catalog.count(v.key) OVER (PARTITION BY e.key) AS comparisons,
            COALESCE(v.trials >= e.planned_count AND c.trials >= e.planned_count, false) AS is_full
        FROM align.experiment e
        LEFT JOIN align.variant v ON v.experiment = e.key AND NOT v.is_control
        LEFT JOIN align.variant c ON c.experiment = e.key AND c.is_control),
    tested AS (
        SELECT p.*, r.rate_a IS NOT NULL AS is_rate, COALESCE(r.rate_b, p.mean) AS value, COALESCE(r.rate_a, p.control_mean) AS control_value,
            COALESCE(r.difference, w.difference) AS difference, COALESCE(r.difference_low, w.difference_low) AS low, COALESCE(r.difference_high, w.difference_high) AS high,
            COALESCE(r.p, w.p) AS p, r.chance_b_better AS chance, r.loss_choosing_b AS loss,
            align.sequential_p(p.control_conversions, NULLIF(p.control_trials, 0), p.conversions, NULLIF(p.trials, 0), p.effect) AS sequential_p
        FROM pair p
        LEFT JOIN LATERAL align.ab_test(p.control_conversions, NULLIF(p.control_trials, 0), p.conversions, NULLIF(p.trials, 0)) r ON true
        LEFT JOIN LATERAL align.welch_test(p.control_mean, p.control_sd, CASE WHEN p.control_trials > 1 THEN p.control_trials END,
            p.mean, p.sd, CASE WHEN p.trials > 1 THEN p.trials END) w ON true),
    ranked AS (
        SELECT t.*, pg_catalog.row_number() OVER (PARTITION BY t.key ORDER BY t.p) AS rank, pg_catalog.row_number() OVER (PARTITION BY t.key ORDER BY t.sequential_p) AS sequential_rank
        FROM tested t),
    holm AS (
        SELECT r.*,
            CASE WHEN r.p IS NOT NULL THEN pg_catalog.max(LEAST(1, r.p * (r.comparisons - r.rank + 1))) OVER (PARTITION BY r.key ORDER BY r.p) END AS holm_p,
            CASE WHEN r.sequential_p IS NOT NULL THEN pg_catalog.max(LEAST(1, r.sequential_p * (r.comparisons - r.sequential_rank + 1))) OVER (PARTITION BY r.key ORDER BY r.sequential_p) END AS holm_sequential_p
        FROM ranked r)
    SELECT h.key AS experiment_key, h.title, i.key AS item_key, h.metric, h.team, h.status, h.started_at, h.ended_at,
        h.variant AS variant_key, h.control AS control_key, CASE WHEN h.is_rate THEN 'rate' WHEN h.difference IS NOT NULL THEN 'mean' END AS measure,
        h.trials AS trial_count, h.control_trials AS control_trial_count, h.planned_count, h.is_full,
        pg_catalog.round(h.value::numeric, 6) AS value, pg_catalog.round(h.control_value::numeric, 6) AS control_value,
        pg_catalog.round(h.difference::numeric, 6) AS difference, pg_catalog.round(h.low::numeric, 6) AS difference_low, pg_catalog.round(h.high::numeric, 6) AS difference_high,
        pg_catalog.round(h.difference::numeric / NULLIF(h.control_value::numeric, 0), 6) AS lift_ratio,
        pg_catalog.round(h.p::numeric, 6) AS p, h.comparisons AS comparison_count, pg_catalog.round(h.holm_p::numeric, 6) AS holm_p,
        pg_catalog.round(h.sequential_p::numeric, 6) AS sequential_p, pg_catalog.round(h.holm_sequential_p::numeric, 6) AS holm_sequential_p,
        pg_catalog.round(h.chance::numeric, 6) AS better_ratio, pg_catalog.round(h.loss::numeric, 6) AS expected_loss, h.decision,
        CASE WHEN h.variant IS NULL THEN 'There is no variant beside the control.'
             WHEN h.control IS NULL THEN 'There is no control to compare with.'
             WHEN h.difference IS NULL THEN pg_catalog.format('Nothing to compare is recorded of %s.', CASE WHEN COALESCE(h.control_trials, 0) = 0 THEN h.control ELSE h.variant END)
             WHEN h.p IS NULL THEN 'Neither side varies, so nothing can be tested.'
             ELSE pg_catalog.format('%s: %s against %s, difference %s%s (95 %% interval %s to %s), p %s%s%s.',
                CASE WHEN w.decisive >= 0.05 THEN 'Undecided' WHEN h.difference > 0 THEN 'Higher than ' || h.control ELSE 'Lower than ' || h.control END,
                w.value || w.unit, w.control_value || w.unit, w.difference, CASE WHEN h.is_rate THEN ' points' ELSE '' END, w.low, w.high,
                CASE WHEN w.decisive < 0.0001 THEN 'below 0.0001' ELSE pg_catalog.trim_scale(pg_catalog.round(w.decisive::numeric, 4))::text END,
                CASE WHEN h.is_full THEN ' at the planned size' WHEN h.is_rate THEN ' at any look' ELSE ', good for one look alone' END,
                CASE WHEN h.comparisons > 1 THEN pg_catalog.format(', adjusted for %s comparisons', h.comparisons) ELSE '' END) END AS finding
    FROM holm h
    LEFT JOIN align.plan_item i ON i.id = h.item
    CROSS JOIN LATERAL (
        SELECT CASE WHEN h.is_full OR NOT h.is_rate THEN h.holm_p ELSE h.holm_sequential_p END AS decisive, CASE WHEN h.is_rate THEN ' %' ELSE '' END AS unit,
            pg_catalog.trim_scale(pg_catalog.round(h.value::numeric * s.scale, 2)) AS value, pg_catalog.trim_scale(pg_catalog.round(h.control_value::numeric * s.scale, 2)) AS control_value,
            pg_catalog.trim_scale(pg_catalog.round(h.difference::numeric * s.scale, 2)) AS difference,
            pg_catalog.trim_scale(pg_catalog.round(h.low::numeric * s.scale, 2)) AS low, pg_catalog.trim_scale(pg_catalog.round(h.high::numeric * s.scale, 2)) AS high
        FROM (SELECT CASE WHEN h.is_rate THEN 100 ELSE 1 END AS scale) s) w;
COMMENT ON VIEW align.experiment_result IS 'Every variant of every experiment against its control: the difference, how sure it is, and a finding in words. The finding goes by the p at the planned size once that is reached, before by the sequential p; both adjusted for the number of comparisons.';
COMMENT ON COLUMN align.experiment_result.experiment_key IS 'The experiment.';
COMMENT ON COLUMN align.experiment_result.title IS 'What is tried.';
COMMENT ON COLUMN align.experiment_result.item_key IS 'The plan item that it serves.';
COMMENT ON COLUMN align.experiment_result.metric IS 'Key of the metric that it should move.';
COMMENT ON COLUMN align.experiment_result.team IS 'The team that runs it.';
COMMENT ON COLUMN align.experiment_result.status IS 'planned, running, ended or decided.';
COMMENT ON COLUMN align.experiment_result.started_at IS 'When it started.';
COMMENT ON COLUMN align.experiment_result.ended_at IS 'When it ended.';
COMMENT ON COLUMN align.experiment_result.variant_key IS 'The variant; NULL where there is none beside the control.';
COMMENT ON COLUMN align.experiment_result.control_key IS 'What it is compared with; NULL where no variant is the control.';
COMMENT ON COLUMN align.experiment_result.measure IS 'rate or mean; NULL while there is nothing to compare.';
COMMENT ON COLUMN align.experiment_result.trial_count IS 'Trials of the variant so far.';
COMMENT ON COLUMN align.experiment_result.control_trial_count IS 'Trials of the control so far.';
COMMENT ON COLUMN align.experiment_result.planned_count IS 'Trials planned for each.';
COMMENT ON COLUMN align.experiment_result.is_full IS 'Whether both have the trials that were planned.';
COMMENT ON COLUMN align.experiment_result.value IS 'Rate (0 to 1) or mean of the variant.';
COMMENT ON COLUMN align.experiment_result.control_value IS 'Rate or mean of the control.';
COMMENT ON COLUMN align.experiment_result.difference IS 'value less control_value.';
COMMENT ON COLUMN align.experiment_result.difference_low IS 'Lower end of its 95 % interval, for one comparison at one look.';
COMMENT ON COLUMN align.experiment_result.difference_high IS 'Upper end of that interval.';
COMMENT ON COLUMN align.experiment_result.lift_ratio IS 'difference over control_value; NULL when that is 0.';
COMMENT ON COLUMN align.experiment_result.p IS 'Two-sided p of ab_test or welch_test.';
COMMENT ON COLUMN align.experiment_result.comparison_count IS 'Variants that this experiment compares with its control.';
COMMENT ON COLUMN align.experiment_result.holm_p IS 'p adjusted for that number (Holm 1979).';
COMMENT ON COLUMN align.experiment_result.sequential_p IS 'The p of sequential_p, valid at every look; rates alone have one.';
COMMENT ON COLUMN align.experiment_result.holm_sequential_p IS 'sequential_p adjusted for the number of comparisons (Holm 1979).';
COMMENT ON COLUMN align.experiment_result.better_ratio IS 'Chance that the variant has the higher rate.';
COMMENT ON COLUMN align.experiment_result.expected_loss IS 'Rate that choosing the variant loses on average.';
COMMENT ON COLUMN align.experiment_result.decision IS 'What was decided.';
COMMENT ON COLUMN align.experiment_result.finding IS 'The result in words.';

CREATE FUNCTION align.find_learning(words text)
    RETURNS TABLE (experiment_key text, title text, status text, hypothesis text, decision text, learned text, decided_at timestamptz, item_key text, rank numeric)
    LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 10
BEGIN ATOMIC
    SELECT e.key, e.title, e.status, e.hypothesis, e.decision, e.learned, e.decided_at, i.key, pg_catalog.round(r.rank::numeric, 4)
    FROM align.experiment e
    LEFT JOIN align.plan_item i ON i.id = e.item
    CROSS JOIN LATERAL (
        SELECT pg_catalog.setweight(pg_catalog.to_tsvector(COALESCE(e.learned, '')), 'A') || pg_catalog.setweight(pg_catalog.to_tsvector(e.title), 'B')
            || pg_catalog.to_tsvector(pg_catalog.concat_ws(' ', e.hypothesis, e.decision)) AS document, pg_catalog.websearch_to_tsquery($1) AS query) t
    CROSS JOIN LATERAL (SELECT pg_catalog.ts_rank(t.document, t.query) AS rank) r
    WHERE t.document @@ t.query
    ORDER BY r.rank DESC, e.decided_at DESC NULLS LAST, e.key;
END;
COMMENT ON FUNCTION align.find_learning(text) IS 'Experiments in whose lessons, titles, hypotheses or decisions these words stand, the most telling first. words as in a web search: all of them, "a phrase", or, -without. By the server''s text search in its default language (default_text_search_config), so that tests finds testing. No row when none is found.';
