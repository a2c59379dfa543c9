-- recency: does the mix of effort and money follow the last win?

-- pure functions of arrays

CREATE FUNCTION align.concentration(amounts double precision[],
    OUT hhi double precision, OUT entropy double precision, OUT effective_count double precision) RETURNS record
    AS 'MODULE_PATHNAME', 'align_recency_concentration' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.concentration(double precision[]) IS 'How concentrated amounts are, an element per category: hhi, the sum of squared shares (Hirschman 1945, Herfindahl 1950), from 1/n (even) to 1 (all in one); entropy (Shannon 1948) over its greatest, ln n, from 0 (all in one) to 1 (even), NULL for one category; effective_count, 1/hhi: so many categories of equal size would be as concentrated. n counts every element, those of 0 too. All NULL when there is nothing. Error for an amount below 0, NULL or no number.';

CREATE FUNCTION align.recency_test(mix double precision[], wins double precision[], permutations integer DEFAULT 9999, seed bigint DEFAULT 1,
    OUT period_count integer, OUT category_count integer, OUT shift_count integer, OUT reaction double precision, OUT explained_ratio double precision,
    OUT p double precision, OUT is_trap boolean, OUT reason text) RETURNS record
    AS 'MODULE_PATHNAME', 'align_recency_test' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION align.recency_test(double precision[], double precision[], integer, bigint) IS 'Whether a mix follows the last wins beyond what the longer history supports. mix and wins: a row per period in order, in it an amount per category, the same in both. Result: periods, categories with any mix, shifts that were tested; reaction: by how much the share of a category rises in the next period for each point that its share of the last wins was above its record; explained_ratio: the part that this explains of the shift that the longer history does not (squares of both), 0 for a reaction below 0; p, one-sided, from so many random orders of the periods, (1 + as high) / (1 + permutations) (Phipson and Smyth 2010), the same for the same seed; is_trap: p below 0.05 and explained_ratio at least 0.05; reason: why the others are NULL (fewer than 8 shifts, one category, a mix that does not move). Error for amounts below 0, NULL or no number, matrices that differ in size, more than 600 periods, 1000 categories or 1000000 permutations, permutations of 0.';

-- The mixes there are. Another one is a row here, a branch in mix_effort and one in mix_outcome.
CREATE FUNCTION align.mix_sources() RETURNS TABLE (by text, title text, unit text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 4
BEGIN ATOMIC
    VALUES ('spend', 'spend by channel', 'of spend'), ('touches', 'touches by channel', 'touches'), ('segments', 'leads worked by segment', 'leads worked'),
        ('messages', 'touches by message', 'touches');
END;
COMMENT ON FUNCTION align.mix_sources() IS 'The mixes that mix_history and recency_trap know: by, the word for it; title: of what it is the mix; unit: in what it is counted.';

CREATE FUNCTION align.mix_effort(by text) RETURNS TABLE (category text, day date, amount numeric)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 10000
BEGIN ATOMIC
    SELECT COALESCE(s.channel, '(none)'), s.at, s.amount FROM align.spend s WHERE $1 = 'spend'
    UNION ALL
    SELECT t.channel, (t.at AT TIME ZONE 'UTC')::date, 1 FROM align.touch t WHERE $1 = 'touches'
    UNION ALL
    SELECT COALESCE(a.message, '(none)'), (t.at AT TIME ZONE 'UTC')::date, 1 FROM align.touch t JOIN align.asset a ON a.key = t.asset WHERE $1 = 'messages'
    UNION ALL
    SELECT COALESCE(j.segment, '(none)'), (w.at AT TIME ZONE 'UTC')::date, 1
    FROM align.lead_journey j
    CROSS JOIN LATERAL (SELECT LEAST(align.entered(j.journey, 'sal'), align.entered(j.journey, 'sql'), align.entered(j.journey, 'opportunity')) AS at) w
    WHERE $1 = 'segments' AND w.at IS NOT NULL;
END;
COMMENT ON FUNCTION align.mix_effort(text) IS 'Serves mix_history: each effort of a mix of mix_sources with its category, the day in UTC and how much. spend: payments by channel; touches: touches by channel; segments: leads by segment on the day that sales first took them up (sal, sql or opportunity); messages: touches by an asset, by the message that it carries. Without a channel, segment or message: (none).';

CREATE FUNCTION align.mix_outcome(by text, credit text) RETURNS TABLE (category text, day date, is_won boolean, amount numeric)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 10000
BEGIN ATOMIC
    SELECT COALESCE(CASE $1 WHEN 'segments' THEN COALESCE(l.segment, a.segment) WHEN 'messages' THEN c.message ELSE COALESCE(c.channel, l.source) END, '(none)'),
        (d.closed_at AT TIME ZONE 'UTC')::date, d.outcome = 'won', GREATEST(d.amount, 0)
    FROM align.deal d
    LEFT JOIN align.lead l ON l.id = d.lead
    LEFT JOIN align.account a ON a.id = COALESCE(d.account, l.account)
    LEFT JOIN LATERAL (
        SELECT t.channel, s.message FROM align.touch t LEFT JOIN align.asset s ON s.key = t.asset
        WHERE $1 <> 'segments' AND ($1 <> 'messages' OR s.key IS NOT NULL) AND t.lead = d.lead AND t.at <= d.closed_at
        ORDER BY CASE $2 WHEN 'first' THEN t.at END, t.at DESC, t.id LIMIT 1) c ON true
    WHERE d.outcome <> 'open' AND pg_catalog.isfinite(d.closed_at);
END;
COMMENT ON FUNCTION align.mix_outcome(text, text) IS 'Serves mix_history: each closed deal with the category that it counts for, the day in UTC, whether it was won, and its worth (0 where it is not known). By channel: that of the lead''s last touch up to then (credit last) or of its first (credit first), else the lead''s source; by segment: the lead''s, else the account''s; by message: that of the last or first touch by an asset. Without one: (none).';

CREATE FUNCTION align.check_mix(at timestamptz, by text, periods integer, grain text, credit text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM align.check_instant($1);
    IF NOT EXISTS (SELECT FROM align.mix_sources() s WHERE s.by = $2) OR $2 IS NULL THEN
        RAISE EXCEPTION 'unknown mix: "%"', COALESCE($2, 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = format('There are: %s.', (SELECT string_agg(s.by, ', ') FROM align.mix_sources() s)),
                HINT = 'mix_sources() says what each is.';
    END IF;
    IF ($3 BETWEEN 2 AND 600) IS NOT TRUE THEN
        RAISE EXCEPTION 'invalid periods: %', COALESCE($3::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value', DETAIL = 'A mix is looked at over 2 to 600 periods.', HINT = 'Write 24 for two years of months.';
    END IF;
    IF ($4 IN ('month', 'quarter')) IS NOT TRUE THEN
        RAISE EXCEPTION 'invalid grain: "%"', COALESCE($4, 'NULL')
            USING ERRCODE = 'invalid_parameter_value', DETAIL = 'A mix is that of a month or of a quarter.', HINT = 'Write month or quarter.';
    END IF;
    IF ($5 IN ('first', 'last')) IS NOT TRUE THEN
        RAISE EXCEPTION 'invalid credit: "%"', COALESCE($5, 'NULL')
            USING ERRCODE = 'invalid_parameter_value', DETAIL = 'A win counts for the lead''s first or last touch.', HINT = 'Write first or last.';
    END IF;
END $$;
COMMENT ON FUNCTION align.check_mix(timestamptz, text, integer, text, text) IS 'Serves mix_history, recency_trap and recency_cut: an error for an argument that they do not know.';

CREATE FUNCTION align.mix_history(at timestamptz DEFAULT pg_catalog.now(), by text DEFAULT 'touches', periods integer DEFAULT 24, grain text DEFAULT 'month', credit text DEFAULT 'last')
    RETURNS TABLE (period text, period_start_date date, category text, amount numeric, amount_ratio numeric,
        won_count bigint, won_ratio numeric, closed_count bigint, won_amount numeric)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    start_month integer := align.fiscal_start_month();
    first align.period;
    last align.period;
BEGIN
    PERFORM align.check_mix($1, $2, $3, $4, $5);
    last := align.period(($1 AT TIME ZONE 'UTC')::date, $4, start_month) OPERATOR(align.-) 1;
    first := last OPERATOR(align.-) ($3 - 1);
    RETURN QUERY
    WITH effort AS MATERIALIZED (
        SELECT align.period(e.day, $4, start_month) AS period, e.category, GREATEST(sum(e.amount), 0) AS amount
        FROM align.mix_effort($2) e WHERE e.day >= align.lower(first) AND e.day < align.upper(last)
        GROUP BY 1, 2),
    outcome AS MATERIALIZED (
        SELECT align.period(o.day, $4, start_month) AS period, o.category, count(*) FILTER (WHERE o.is_won) AS won, count(*) AS closed, sum(o.amount) FILTER (WHERE o.is_won) AS worth
        FROM align.mix_outcome($2, $5) o WHERE o.day >= align.lower(first) AND o.day < align.upper(last)
        GROUP BY 1, 2),
    cell AS (
        SELECT p.period, c.category, COALESCE(e.amount, 0) AS amount, COALESCE(o.won, 0) AS won, COALESCE(o.closed, 0) AS closed, COALESCE(o.worth, 0) AS worth
        FROM align.generate_series((SELECT f.period FROM effort f WHERE f.amount > 0 ORDER BY f.period LIMIT 1), last) p(period)
        CROSS JOIN (SELECT f.category FROM effort f UNION SELECT f.category FROM outcome f) c
        LEFT JOIN effort e ON e.period OPERATOR(align.=) p.period AND e.category = c.category
        LEFT JOIN outcome o ON o.period OPERATOR(align.=) p.period AND o.category = c.category)
    SELECT c.period::text, align.lower(c.period), c.category, c.amount, round(c.amount / NULLIF(sum(c.amount) OVER w, 0), 6),
        c.won, round(c.won / NULLIF(sum(c.won) OVER w, 0), 6), c.closed, c.worth
    FROM cell c WINDOW w AS (PARTITION BY c.period)
    ORDER BY c.period, c.category COLLATE "C";
END $$;
COMMENT ON FUNCTION align.mix_history(timestamptz, text, integer, text, text) IS 'How effort and wins were spread over categories in the last periods that were over at an instant: a row per period and category, also where there was nothing; it begins with the first period that has any effort. by: spend, touches, segments or messages (see mix_sources); grain: month or quarter; credit: whether a win by channel or message counts for the lead''s first or last touch (see mix_outcome). amount: effort, 0 where more came back than was spent; amount_ratio: its share of the period; won_count of closed_count deals, won_ratio: share of the period''s wins, won_amount: their worth. Shares are NULL in a period without effort or wins. Days are those of UTC. Error for an unknown by, grain or credit, or periods other than 2 to 600.';

CREATE FUNCTION align.mix_concentration(at timestamptz DEFAULT pg_catalog.now(), by text DEFAULT 'touches', periods integer DEFAULT 24, grain text DEFAULT 'month')
    RETURNS TABLE (period text, period_start_date date, category_count bigint, amount numeric, hhi numeric, entropy numeric, effective_count numeric, won_count bigint, won_hhi numeric)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 24
BEGIN ATOMIC
    SELECT h.period, h.period_start_date, h.category_count, h.amount,
        pg_catalog.round(c.hhi::numeric, 6), pg_catalog.round(c.entropy::numeric, 6), pg_catalog.round(c.effective_count::numeric, 3), h.won_count, pg_catalog.round(w.hhi::numeric, 6)
    FROM (SELECT m.period, m.period_start_date, pg_catalog.count(*) FILTER (WHERE m.amount > 0) AS category_count, pg_catalog.sum(m.amount) AS amount,
              pg_catalog.sum(m.won_count)::bigint AS won_count,
              pg_catalog.array_agg(m.amount) FILTER (WHERE m.is_used) AS amounts, pg_catalog.array_agg(m.won_count) AS wins
          FROM (SELECT i.*, pg_catalog.max(i.amount) OVER (PARTITION BY i.category) > 0 AS is_used FROM align.mix_history($1, $2, $3, $4) i) m
          GROUP BY m.period, m.period_start_date) h
    CROSS JOIN LATERAL align.concentration(h.amounts::double precision[]) c
    CROSS JOIN LATERAL align.concentration(h.wins::double precision[]) w
    ORDER BY h.period_start_date;
END;
COMMENT ON FUNCTION align.mix_concentration(timestamptz, text, integer, text) IS 'How concentrated effort and wins were: a row per period of mix_history. category_count: categories with any effort; hhi, entropy and effective_count of the effort, won_hhi of the won deals: see concentration, of all categories that have any effort in the periods looked at. NULL in a period without any.';

CREATE FUNCTION align.recency_trap(at timestamptz DEFAULT pg_catalog.now(), by text DEFAULT NULL, periods integer DEFAULT 24, grain text DEFAULT 'month', wins text DEFAULT 'deals', credit text DEFAULT 'last',
    permutations integer DEFAULT 9999, seed bigint DEFAULT 1)
    RETURNS TABLE (mix text, period_count integer, category_count integer, shift_count integer, won_count bigint, reaction numeric, explained_ratio numeric, p numeric, is_trap boolean,
        effective_count numeric, usual_effective_count numeric, finding text, look_at text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM align.check_mix($1, COALESCE($2, 'touches'), $3, $4, $6);
    IF ($5 IN ('deals', 'amount')) IS NOT TRUE THEN
        RAISE EXCEPTION 'invalid wins: "%"', COALESCE($5, 'NULL')
            USING ERRCODE = 'invalid_parameter_value', DETAIL = 'Wins are counted by deals or by their amount.', HINT = 'Write deals or amount.';
    END IF;
    RETURN QUERY
    WITH asked AS (SELECT s.by, s.title FROM align.mix_sources() s WHERE s.by = COALESCE($2, s.by)),
    matrix AS (
        SELECT a.by, a.title, COALESCE(array_agg(r.mix ORDER BY r.day) FILTER (WHERE r.day IS NOT NULL), '{}') AS mix, COALESCE(array_agg(r.wins ORDER BY r.day) FILTER (WHERE r.day IS NOT NULL), '{}') AS wins, sum(r.won)::bigint AS won,
            (array_agg(c.effective_count ORDER BY r.day DESC))[1]::numeric AS effective, avg(c.effective_count)::numeric AS usual
        FROM asked a
        LEFT JOIN LATERAL (
            SELECT h.period_start_date AS day, sum(h.won_count) AS won, array_agg(h.amount::double precision ORDER BY h.category COLLATE "C") AS mix,
                array_agg((CASE $5 WHEN 'deals' THEN h.won_count ELSE h.won_amount END)::double precision ORDER BY h.category COLLATE "C") AS wins
            FROM align.mix_history($1, a.by, $3, $4, $6) h GROUP BY h.period_start_date) r ON true
        LEFT JOIN LATERAL align.concentration(r.mix) c ON true
        GROUP BY a.by, a.title)
    SELECT m.by, t.period_count, t.category_count, t.shift_count, COALESCE(m.won, 0), round(t.reaction::numeric, 4), round(t.explained_ratio::numeric, 4), round(t.p::numeric, 6), t.is_trap,
        round(m.effective, 3), round(m.usual, 3),
        CASE WHEN t.reason IS NOT NULL THEN t.reason
             WHEN t.is_trap THEN format('The mix of %s follows the last wins: for 10 points won beyond the record a share rises by %s points in the next %s (p %s). That explains %s %% of the shift that the longer history does not.',
                 m.title, round(10 * t.reaction::numeric, 1), $4, trim_scale(round(t.p::numeric, 4)), round(100 * t.explained_ratio::numeric))
             WHEN t.p < 0.05 THEN format('The mix of %s may follow the last wins a little (p %s): that explains %s %% of the shift that the longer history does not, too little for a trap.', m.title, trim_scale(round(t.p::numeric, 4)), round(100 * t.explained_ratio::numeric, 1))
             ELSE format('The mix of %s does not follow the last wins beyond what the longer history supports (p %s).', m.title, trim_scale(round(t.p::numeric, 4))) END,
        format('SELECT * FROM align.%s(%L, %L, %s, %L%s)', CASE WHEN t.is_trap THEN 'recency_cut' ELSE 'mix_history' END, align.instant_text($1), m.by, $3, $4, CASE WHEN $6 <> 'last' THEN format(', %L', $6) END)
    FROM matrix m CROSS JOIN LATERAL align.recency_test(m.mix, m.wins, $7, $8) t
    ORDER BY t.p, m.by;
END $$;
COMMENT ON FUNCTION align.recency_trap(timestamptz, text, integer, text, text, text, integer, bigint) IS 'Whether the mix of effort and money follows the last win and drops the rest: recency_test over mix_history, a row per mix, the most certain first. by: one of mix_sources, NULL for each; periods, grain, credit: as for mix_history; wins: counted by deals or by their amount; permutations and seed: as for recency_test. won_count: deals won in these periods; effective_count: as many equal parts would be as concentrated as the mix of the last period, usual_effective_count: the mean over periods; finding in words, also why nothing can be said; look_at: the query that shows the rows. Errors as of these.';

CREATE FUNCTION align.recency_cut(at timestamptz DEFAULT pg_catalog.now(), by text DEFAULT NULL, periods integer DEFAULT 24, grain text DEFAULT 'month', credit text DEFAULT 'last', fell_by numeric DEFAULT 0.05)
    RETURNS TABLE (mix text, period text, period_start_date date, category text, before_ratio numeric, after_ratio numeric, won_count bigint, closed_count bigint, won_ratio numeric, amount_per_win numeric,
        gained text, gained_won_count bigint, gained_closed_count bigint, gained_won_ratio numeric, gained_amount_per_win numeric, missed_count numeric, finding text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM align.check_mix($1, COALESCE($2, 'touches'), $3, $4, $5);
    IF ($6 > 0 AND $6 <= 1) IS NOT TRUE THEN
        RAISE EXCEPTION 'invalid fall: %', COALESCE($6::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value', DETAIL = 'A share falls by more than 0 and by 1 at the most.', HINT = 'Write 0.05 for five points.';
    END IF;
    RETURN QUERY
    WITH asked AS (SELECT s.by, s.unit FROM align.mix_sources() s WHERE s.by = COALESCE($2, s.by)),
    cell AS MATERIALIZED (
        SELECT a.by, a.unit, h.*,
            h.amount_ratio - lag(h.amount_ratio) OVER w AS rise, lag(h.amount_ratio) OVER w AS was, lag(h.period) OVER w AS last_period,
            lag(h.won_count) OVER w AS last_won, lag(h.won_ratio) OVER w AS last_won_ratio,
            sum(h.amount) OVER b AS amount_before, sum(h.won_count) OVER b AS won_before, sum(h.closed_count) OVER b AS closed_before,
            sum(h.won_count) OVER e AS won_earlier
        FROM asked a CROSS JOIN LATERAL align.mix_history($1, a.by, $3, $4, $5) h
        WINDOW w AS (PARTITION BY a.by, h.category ORDER BY h.period_start_date),
            b AS (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), e AS (w ROWS BETWEEN UNBOUNDED PRECEDING AND 2 PRECEDING)),
    judged AS (
        SELECT c.*, c.rise > 0 AND c.last_won_ratio > COALESCE(c.won_earlier / NULLIF(sum(c.won_earlier) OVER p, 0), 0) AS is_gainer, sum(c.amount) OVER p AS period_amount
        FROM cell c WHERE c.rise IS NOT NULL WINDOW p AS (PARTITION BY c.by, c.period_start_date)),
    gainer AS (
        SELECT j.by, j.period_start_date, string_agg(j.category, ', ' ORDER BY j.rise DESC, j.category COLLATE "C") AS names, sum(j.last_won) AS last_won,
            sum(j.amount_before) AS amount, sum(j.won_before) AS won, sum(j.closed_before) AS closed
        FROM judged j WHERE j.is_gainer GROUP BY j.by, j.period_start_date),
    cut AS (
        SELECT j.*, g.names, g.last_won AS gainers_won, g.amount AS g_amount, g.won AS g_won, g.closed AS g_closed,
            -j.rise * j.period_amount * (j.won_before / NULLIF(j.amount_before, 0) - g.won / NULLIF(g.amount, 0)) AS missed
        FROM judged j JOIN gainer g ON g.by = j.by AND g.period_start_date = j.period_start_date
        WHERE j.rise <= -$6 AND j.rise <= -j.was / 4 AND j.won_before >= 3)
    SELECT c.by, c.period, c.period_start_date, c.category, c.was, c.amount_ratio, c.won_before::bigint, c.closed_before::bigint, round(c.won_before / NULLIF(c.closed_before, 0), 6), round(c.amount_before / c.won_before, 2),
        c.names, c.g_won::bigint, c.g_closed::bigint, round(c.g_won / NULLIF(c.g_closed, 0), 6), round(c.g_amount / NULLIF(c.g_won, 0), 2), round(c.missed, 2),
        format('%s fell from %s to %s %% in %s, after %s won by %s in %s. Until then it took %s %s for a win, and %s there; it won %s %% of %s deals, and %s %% of %s were won there.',
            c.category, round(100 * c.was, 1), round(100 * c.amount_ratio, 1), c.period, c.gainers_won, c.names, c.last_period,
            round(c.amount_before / c.won_before, 1), c.unit, round(c.g_amount / c.g_won, 1), round(100 * c.won_before / c.closed_before, 1), c.closed_before, round(100 * c.g_won / c.g_closed, 1), c.g_closed)
    FROM cut c WHERE c.missed > 0
    ORDER BY c.missed DESC, c.by, c.period_start_date, c.category COLLATE "C";
END $$;
COMMENT ON FUNCTION align.recency_cut(timestamptz, text, integer, text, text, numeric) IS 'What was cut that had been working: a row for each category and period in which its share of the effort fell by fell_by (0.05: five points) or more from the period before, and by a quarter of what it was, while the share of others rose that in that period before had won more than their record (gained: these), and that until then had won three deals at least, with less effort for a win than they. Both records are of all periods looked at before the cut: deals won and closed, won_ratio, amount_per_win in the unit of the mix. missed_count: the wins that the effort would have brought where it was, by these records, less those where it went; the worst first. mix, by, periods, grain, credit: as for mix_history; by NULL: each. Error for a fall outside of 0 to 1; others as of mix_history.';
