-- repeatability: is the outcome that of the process, or that of the person?

-- the spread between groups: pure functions of arrays

CREATE FUNCTION align.rate_spread(won bigint[], closed bigint[],
    OUT group_count integer, OUT won_count bigint, OUT closed_count bigint, OUT won_ratio double precision,
    OUT chi_square double precision, OUT df integer, OUT p double precision, OUT moment_ratio double precision,
    OUT between_ratio double precision, OUT between_low_ratio double precision, OUT between_high_ratio double precision,
    OUT repeatability double precision, OUT note text) RETURNS record
    AS 'MODULE_PATHNAME', 'align_repeatability_rates' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.rate_spread(bigint[], bigint[]) IS 'How far rates differ between groups beyond chance; an element per group, won of closed. group_count: groups with anything closed; the rate of all; chi-square of equal rates with its degrees of freedom and p; the share of variance between groups, which is the intra-class correlation rho of a beta-binomial distribution, by moments (moment_ratio; Kleinman 1973, weights closed, not below 0) and by maximum likelihood (between_ratio) with the 95 % interval of its profile likelihood; repeatability: 100 (1 - sqrt(between_ratio)), 100 without spread, 0 where each group wins all or nothing. note: why a result is NULL (one group, all or nothing won, one closed in each), or that p is rough (Cochran 1954); NULL when all is well. Error for more won than closed, negative counts, NULLs, arrays of unequal length, more than 10,000 groups.';

CREATE FUNCTION align.shrunk_rates(won bigint[], closed bigint[],
    OUT group_order integer, OUT won_count bigint, OUT closed_count bigint, OUT won_ratio double precision,
    OUT shrunk_ratio double precision, OUT low_ratio double precision, OUT high_ratio double precision) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'align_repeatability_shrunk' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 20;
COMMENT ON FUNCTION align.shrunk_rates(bigint[], bigint[]) IS 'Each group''s rate beside the rate that it is likely to have: drawn to that of all as far as rate_spread finds that groups differ, and the more the fewer it has closed. Mean and 95 % interval of the posterior beta distribution, its prior fitted by maximum likelihood (empirical Bayes) and weighing no more than all that was closed. group_order: place in the arrays. The last three NULL where rate_spread finds nothing to compare. Errors as of rate_spread.';

CREATE FUNCTION align.mean_spread(n bigint[], mean double precision[], sd double precision[],
    OUT group_count integer, OUT value_count bigint, OUT total_mean double precision,
    OUT f double precision, OUT df_between integer, OUT df_within integer, OUT p double precision,
    OUT between_ratio double precision, OUT between_low_ratio double precision, OUT between_high_ratio double precision,
    OUT repeatability double precision, OUT note text) RETURNS record
    AS 'MODULE_PATHNAME', 'align_repeatability_means' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.mean_spread(bigint[], double precision[], double precision[]) IS 'How far means differ between groups beyond chance; an element per group of count, avg and stddev_samp (NULL for one value). One-way analysis of variance: F, its degrees of freedom and p; between_ratio: the share of variance between groups, the intra-class correlation with random effects, not below 0 (Donner 1986), with its 95 % interval from F (Searle 1971; exact for groups of one size); repeatability: 100 (1 - sqrt(between_ratio)). note: why a result is NULL; NULL when all is well. Error for negative counts or deviations, NULLs, arrays of unequal length, more than 10,000 groups.';

-- over the deals

CREATE FUNCTION align.rep_totals(at timestamptz, since timestamptz)
    RETURNS TABLE (owner text, won_count bigint, closed_count bigint, cycle_count bigint, log_mean double precision, log_sd double precision)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
BEGIN ATOMIC
    SELECT d.owner, pg_catalog.count(*) FILTER (WHERE d.outcome = 'won'), pg_catalog.count(*), pg_catalog.count(c.days),
        pg_catalog.avg(pg_catalog.ln(c.days)), pg_catalog.stddev_samp(pg_catalog.ln(c.days))
    FROM align.deal d
    CROSS JOIN LATERAL (SELECT CASE WHEN d.outcome = 'won' AND d.closed_at > d.opened_at THEN EXTRACT(epoch FROM d.closed_at - d.opened_at)::double precision / 86400 END AS days) c
    WHERE d.outcome <> 'open' AND d.closed_at <= $1 AND ($2 IS NULL OR d.closed_at > $2)
    GROUP BY d.owner;
END;
COMMENT ON FUNCTION align.rep_totals(timestamptz, timestamptz) IS 'Serves repeatability and rep_rates: closed deals per owner (NULL: of nobody), those won, and of the won with a cycle above 0 the mean and deviation of the natural logarithm of its days.';

CREATE FUNCTION align.rep_rates(at timestamptz DEFAULT pg_catalog.now(), since timestamptz DEFAULT NULL)
    RETURNS TABLE (owner text, won_count bigint, closed_count bigint, won_ratio numeric, shrunk_ratio numeric, low_ratio numeric, high_ratio numeric, team_ratio numeric,
        cycle_count bigint, cycle_days numeric, finding text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
    WITH rep AS MATERIALIZED (
        SELECT t.*, pg_catalog.row_number() OVER (ORDER BY t.owner COLLATE "C")::integer AS place FROM align.rep_totals($1, $2) t WHERE t.owner IS NOT NULL),
    team AS MATERIALIZED (
        SELECT pg_catalog.array_agg(r.won_count ORDER BY r.place) AS won, pg_catalog.array_agg(r.closed_count ORDER BY r.place) AS closed,
            pg_catalog.sum(r.won_count) / pg_catalog.sum(r.closed_count) AS ratio FROM rep r)
    SELECT r.owner, r.won_count, r.closed_count, pg_catalog.round(s.won_ratio::numeric, 6), pg_catalog.round(s.shrunk_ratio::numeric, 6),
        pg_catalog.round(s.low_ratio::numeric, 6), pg_catalog.round(s.high_ratio::numeric, 6), pg_catalog.round(t.ratio, 6),
        r.cycle_count, pg_catalog.round(pg_catalog.exp(r.log_mean)::numeric, 3),
        CASE WHEN s.shrunk_ratio IS NULL THEN 'nothing to compare' WHEN s.low_ratio > t.ratio THEN 'above the team' WHEN s.high_ratio < t.ratio THEN 'below the team' ELSE 'as the team' END
    FROM team t CROSS JOIN LATERAL align.shrunk_rates(t.won, t.closed) s
    JOIN rep r ON r.place = s.group_order
    ORDER BY s.shrunk_ratio DESC, r.owner;
END;
COMMENT ON FUNCTION align.rep_rates(timestamptz, timestamptz) IS 'A row per owner of deals closed after since (NULL: from the first on) and up to at, the best first: won, closed, the rate and the rate that it is likely to be, drawn to the team''s, with its 95 % interval (see shrunk_rates), and the team''s rate; won deals with a cycle (opened before they closed) and its geometric mean in days; finding: above or below the team where the interval leaves out its rate, else as the team.';

CREATE FUNCTION align.repeatability(at timestamptz DEFAULT pg_catalog.now(), since timestamptz DEFAULT NULL)
    RETURNS TABLE (measure text, group_count integer, deal_count bigint, team_value numeric, lowest_value numeric, highest_value numeric,
        statistic numeric, p numeric, moment_ratio numeric, between_ratio numeric, between_low_ratio numeric, between_high_ratio numeric,
        repeatability numeric, finding text, look_at text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
    WITH rep AS MATERIALIZED (SELECT t.* FROM align.rep_totals($1, $2) t),
    team AS MATERIALIZED (
        SELECT COALESCE(pg_catalog.array_agg(r.won_count ORDER BY r.owner COLLATE "C"), '{}') AS won, COALESCE(pg_catalog.array_agg(r.closed_count ORDER BY r.owner COLLATE "C"), '{}') AS closed,
            pg_catalog.min(r.won_count::numeric / r.closed_count) AS lowest, pg_catalog.max(r.won_count::numeric / r.closed_count) AS highest,
            COALESCE(pg_catalog.array_agg(r.cycle_count ORDER BY r.owner COLLATE "C") FILTER (WHERE r.cycle_count > 0), '{}') AS n,
            COALESCE(pg_catalog.array_agg(r.log_mean ORDER BY r.owner COLLATE "C") FILTER (WHERE r.cycle_count > 0), '{}') AS mean,
            COALESCE(pg_catalog.array_agg(r.log_sd ORDER BY r.owner COLLATE "C") FILTER (WHERE r.cycle_count > 0), '{}') AS sd,
            pg_catalog.exp(pg_catalog.min(r.log_mean)) AS shortest, pg_catalog.exp(pg_catalog.max(r.log_mean)) AS longest,
            pg_catalog.sum(r.won_count - r.cycle_count) AS timeless
        FROM rep r WHERE r.owner IS NOT NULL),
    measured AS (
        SELECT 'win rate' AS measure, s.group_count, s.closed_count AS deal_count, s.won_ratio AS value, t.lowest, t.highest, s.chi_square AS statistic, s.p, s.moment_ratio,
            s.between_ratio, s.between_low_ratio, s.between_high_ratio, s.repeatability, s.note,
            pg_catalog.format('%s reps won %s %% of %s closed deals, from %s to %s %%.', s.group_count, pg_catalog.round(100 * s.won_ratio::numeric, 1), align.number_text(s.closed_count),
                pg_catalog.round(100 * t.lowest, 1), pg_catalog.round(100 * t.highest, 1)) AS words,
            (SELECT r.closed_count FROM rep r WHERE r.owner IS NULL) AS left_out, 'closed deals without an owner' AS why
        FROM team t CROSS JOIN LATERAL align.rate_spread(t.won, t.closed) s
        UNION ALL
        SELECT 'cycle time', s.group_count, s.value_count, pg_catalog.exp(s.total_mean), t.shortest, t.longest, s.f, s.p, NULL,
            s.between_ratio, s.between_low_ratio, s.between_high_ratio, s.repeatability, s.note,
            pg_catalog.format('%s reps took %s days (geometric mean) for %s won deals, from %s to %s.', s.group_count, pg_catalog.round(pg_catalog.exp(s.total_mean)::numeric, 1), align.number_text(s.value_count),
                pg_catalog.round(t.shortest::numeric, 1), pg_catalog.round(t.longest::numeric, 1)),
            t.timeless, 'won deals that closed when they opened, or before'
        FROM team t CROSS JOIN LATERAL align.mean_spread(t.n, t.mean, t.sd) s)
    SELECT m.measure, m.group_count, m.deal_count, pg_catalog.round(m.value::numeric, 6), pg_catalog.round(m.lowest::numeric, 6), pg_catalog.round(m.highest::numeric, 6),
        pg_catalog.round(m.statistic::numeric, 4), pg_catalog.round(m.p::numeric, 6), pg_catalog.round(m.moment_ratio::numeric, 6), pg_catalog.round(m.between_ratio::numeric, 6),
        pg_catalog.round(m.between_low_ratio::numeric, 6), pg_catalog.round(m.between_high_ratio::numeric, 6), pg_catalog.round(m.repeatability::numeric, 1),
        pg_catalog.concat_ws(' ', CASE WHEN m.p IS NOT NULL THEN m.words END,
            CASE WHEN m.p < 0.05 THEN pg_catalog.format('That is more than chance gives (p %s): %s %% of the variance lies between reps.',
                     CASE WHEN m.p < 0.0001 THEN 'below 0.0001' ELSE pg_catalog.trim_scale(pg_catalog.round(m.p::numeric, 4))::text END, pg_catalog.round(100 * m.between_ratio::numeric, 1))
                 WHEN m.p IS NOT NULL THEN pg_catalog.format('That is no more than chance gives (p %s).', pg_catalog.trim_scale(pg_catalog.round(m.p::numeric, 4))) END,
            m.note, CASE WHEN m.left_out > 0 THEN pg_catalog.format('Left out: %s (%s).', m.why, align.number_text(m.left_out)) END),
        pg_catalog.format('SELECT * FROM align.rep_rates(%L, %L)', align.instant_text($1), align.instant_text($2))
    FROM measured m;
END;
COMMENT ON FUNCTION align.repeatability(timestamptz, timestamptz) IS 'Whether the outcome is that of the process or of the person, over the owners of deals closed after since (NULL: from the first on) and up to at: a row for the win rate and one for the cycle time of won deals (on the logarithm of days). team_value, lowest_value and highest_value: rate, or geometric mean of days, of all, of the lowest and the highest rep; statistic: chi-square or F, with its p; moment_ratio and between_ratio: share of the variance that lies between reps, with its 95 % interval (see rate_spread and mean_spread); repeatability: 100 (1 - sqrt(between_ratio)), 100 without spread; finding in words, also why nothing can be said; look_at: the query that shows the reps.';
