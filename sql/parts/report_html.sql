-- report: the page that a company looks at every Monday. One function per part of it, each from the functions of the other capabilities.
-- Only ASCII is written here, signs by their numbers, so that the page is the same in a database of any encoding.

-- texts and numbers

CREATE FUNCTION align.html_text(text text) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    RETURN pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(
        pg_catalog.regexp_replace($1, CASE WHEN pg_catalog.getdatabaseencoding() = 'UTF8' THEN '[\x01-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]' ELSE '[\x01-\x08\x0b-\x1f\x7f]' END, ' ', 'g'),
        '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;');
COMMENT ON FUNCTION align.html_text(text) IS 'A text as it stands in a page or in a quoted attribute of one: & < > " and '' by their names, control characters (also those that turn the direction of writing) as blanks, but for tabs and line ends. All that report_html writes of a company goes through it.';

CREATE FUNCTION align.html_number(value numeric) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN pg_catalog.abs($1) >= 1e15 OR $1 = 'NaN' THEN $1::text
                WHEN pg_catalog.abs($1) >= 100 OR $1 = pg_catalog.round($1) THEN pg_catalog.to_char(pg_catalog.round($1), 'FM999,999,999,999,990')
                ELSE pg_catalog.trim_scale(pg_catalog.round($1, 2))::text END;
COMMENT ON FUNCTION align.html_number(numeric) IS 'A number for a reader: thousands parted by commas, two decimals at most, none from 100.';

CREATE FUNCTION align.html_measure(value numeric, unit text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN $2 = 'ratio' THEN align.html_number(pg_catalog.round(100 * $1, 1)) || ' %' ELSE align.html_number($1) || COALESCE(' ' || align.html_text($2), '') END;
COMMENT ON FUNCTION align.html_measure(numeric, text) IS 'A value with its unit; a ratio in percent.';

CREATE FUNCTION align.html_first_upper(text text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN pg_catalog.upper(pg_catalog.left($1, 1)) || pg_catalog.substr($1, 2);
COMMENT ON FUNCTION align.html_first_upper(text) IS 'A text that begins as a sentence does.';

-- A sign with a word: colour is never the only one to tell.
CREATE FUNCTION align.html_state(state text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.format('<span class="state %s"><svg viewBox="0 0 10 10" aria-hidden="true">%s</svg> %s</span>', c.class, c.sign, COALESCE($1, 'not measured'))
    FROM (SELECT CASE WHEN $1 IN ('on track', 'strong') THEN 'good' WHEN $1 IN ('at risk', 'fair') THEN 'fair' WHEN $1 IN ('off track', 'weak') THEN 'bad' ELSE 'none' END AS class) k
    JOIN (VALUES ('good', '<circle cx="5" cy="5" r="4.5"/>'), ('fair', '<path d="M5 .5a4.5 4.5 0 0 0 0 9z"/><circle class="ring" cx="5" cy="5" r="4"/>'),
        ('bad', '<path d="M5 .5 10 9.5H0z"/>'), ('none', '<circle class="ring" cx="5" cy="5" r="4"/>')) c(class, sign) ON c.class = k.class;
END;
COMMENT ON FUNCTION align.html_state(text) IS 'A state (weak, fair, strong, on track, at risk, off track; another word, or NULL for not measured) as a sign with its word.';

-- pictures

CREATE FUNCTION align.html_sparkline(val numeric[], low numeric, high numeric, label text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH span AS (
        SELECT LEAST(pg_catalog.min(v.value), $2, $3) AS least, GREATEST(pg_catalog.max(v.value), $2, $3) AS most, pg_catalog.max(v.place) FILTER (WHERE v.value IS NOT NULL) AS last
        FROM pg_catalog.unnest($1) WITH ORDINALITY v(value, place)),
    point AS (
        SELECT v.place, v.value, pg_catalog.lag(v.value) OVER (ORDER BY v.place) IS NULL AS is_first, pg_catalog.lead(v.value) OVER (ORDER BY v.place) IS NULL AS is_last,
            pg_catalog.round(4 + 112.0 * (v.place - 1) / GREATEST(pg_catalog.cardinality($1) - 1, 1), 1) AS x, pg_catalog.round(28 - 24 * COALESCE((v.value - s.least) / NULLIF(s.most - s.least, 0), 0.5), 1) AS y, s.last
        FROM pg_catalog.unnest($1) WITH ORDINALITY v(value, place) CROSS JOIN span s),
    aim AS (
        SELECT DISTINCT pg_catalog.round(28 - 24 * COALESCE((g.value - s.least) / NULLIF(s.most - s.least, 0), 0.5), 1) AS y FROM span s CROSS JOIN (VALUES ($2), ($3)) g(value) WHERE g.value IS NOT NULL)
    SELECT CASE WHEN s.last IS NOT NULL THEN pg_catalog.concat('<svg class="spark" viewBox="0 0 120 32" role="img"><title>', align.html_text($4), '</title>',
        (SELECT pg_catalog.string_agg(pg_catalog.format('<path class="aim" d="M0 %sH120"/>', a.y), '') FROM aim a),
        '<path class="line" d="', (SELECT pg_catalog.string_agg(pg_catalog.format('%s%s %s', CASE WHEN p.is_first THEN 'M' ELSE 'L' END, p.x, p.y), '' ORDER BY p.place) FROM point p WHERE p.value IS NOT NULL), '"/>',
        -- one between two that are missing is no line
        (SELECT pg_catalog.string_agg(pg_catalog.format('<circle class="dot" cx="%s" cy="%s" r="%s"/>', p.x, p.y, CASE WHEN p.place = p.last THEN 3 ELSE 1.5 END), '' ORDER BY p.place)
         FROM point p WHERE p.place = p.last OR p.value IS NOT NULL AND p.is_first AND p.is_last), '</svg>') END
    FROM span s;
END;
COMMENT ON FUNCTION align.html_sparkline(numeric[], numeric, numeric, text) IS 'Values in order as a small line with its last one as a dot, gaps where they are NULL, and dashed lines where the goal begins or ends; label: what it says, for those who hear it. NULL when all are NULL.';

CREATE FUNCTION align.html_bar(ratio numeric, mark numeric, class text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN pg_catalog.concat('<svg class="bar ', $3, '" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="rail" width="100" height="8"/>',
        CASE WHEN $1 > 0 THEN pg_catalog.format('<rect class="fill" width="%s" height="8"/>', pg_catalog.round(100 * LEAST($1, 1), 1)) END,
        CASE WHEN $2 IS NOT NULL THEN pg_catalog.format('<rect class="mark" x="%s" width="0.8" height="8"/>', pg_catalog.round(99.2 * GREATEST(LEAST($2, 1), 0), 1)) END, '</svg>');
COMMENT ON FUNCTION align.html_bar(numeric, numeric, text) IS 'A ratio as a bar, with a mark at another one; it repeats a number that stands beside it.';

-- the parts of the page: each gives NULL where there is nothing to show

CREATE FUNCTION align.html_index(dimensions jsonb, history jsonb, at timestamptz) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH row AS (
        SELECT d.* FROM pg_catalog.jsonb_to_recordset($1) d(dimension_order integer, dimension text, question text, score_value numeric, evidence_count bigint, weight_ratio numeric)),
    blended AS (
        SELECT b.* FROM (SELECT pg_catalog.array_agg(r.dimension) AS d, pg_catalog.array_agg(r.score_value) AS s, pg_catalog.array_agg(r.evidence_count) AS e, pg_catalog.array_agg(r.weight_ratio) AS w FROM row r) a
        CROSS JOIN LATERAL align.alignment_blend(a.d, a.s, a.e, a.w) b),
    worst AS (
        SELECT pg_catalog.string_agg(pg_catalog.format('<li><span>%s</span> <b>%s</b></li>', align.html_text(w.question), pg_catalog.round(w.score_value)), '' ORDER BY w.loss DESC, w.dimension_order) AS list
        FROM (SELECT r.*, r.weight_ratio * pg_catalog.ln(100 / GREATEST(r.score_value, 1)) AS loss FROM row r WHERE r.score_value < 80 AND r.weight_ratio > 0 ORDER BY loss DESC, r.dimension_order LIMIT 3) w),
    past AS (
        SELECT h.period, h.score_value, pg_catalog.row_number() OVER (ORDER BY h.at) AS place
        FROM pg_catalog.jsonb_to_recordset($2) h(period text, at timestamptz, is_total boolean, score_value numeric) WHERE h.is_total),
    trend AS (
        SELECT p.place, p.period, p.score_value FROM past p
        UNION ALL SELECT COALESCE((SELECT pg_catalog.max(p.place) FROM past p), 0) + 1, 'now', b.index_value FROM blended b)
    SELECT pg_catalog.concat('<div class="hero"><div class="dial"><svg viewBox="0 0 200 116" role="img"><title>', pg_catalog.format('Alignment index: %s of 100', pg_catalog.round(b.index_value)), '</title>',
        '<path class="rail" d="M16 104A84 84 0 0 1 184 104" pathLength="100"/>',
        pg_catalog.format('<path class="fill %s" d="M16 104A84 84 0 0 1 184 104" pathLength="100" stroke-dasharray="%s 200"/>', align.score_state(b.index_value, 60), pg_catalog.round(b.index_value, 1)),
        pg_catalog.format('<text class="number" x="100" y="92" text-anchor="middle">%s</text><text class="of" x="100" y="111" text-anchor="middle">of 100</text></svg></div>', pg_catalog.round(b.index_value)),
        '<div class="verdict"><p class="big">', CASE WHEN b.measured_ratio < 0.5 THEN 'Too little is measured to say whether sales and marketing pull the same way.'
            WHEN b.index_value >= 80 THEN 'Sales and marketing pull the same way.' WHEN b.index_value >= 60 THEN 'Sales and marketing pull the same way in much, not in all.' ELSE 'Sales and marketing do not pull the same way.' END, '</p>',
        '<p>', pg_catalog.format('The index blends %s of 14 dimensions, with %s %% of the weight', b.measured_count, pg_catalog.round(100 * b.measured_ratio)),
        (SELECT pg_catalog.format('; at the end of %s it was %s', p.period, pg_catalog.round(p.score_value)) FROM past p WHERE p.score_value IS NOT NULL ORDER BY p.place DESC LIMIT 1), '.</p>',
        CASE WHEN w.list IS NOT NULL THEN '<p class="label">What takes most from it</p><ul class="worst">' || w.list || '</ul>' END, '</div>',
        CASE WHEN (SELECT pg_catalog.count(t.score_value) > 1 FROM trend t) THEN
            '<div class="trend"><p class="label">The index at the end of each quarter</p><svg viewBox="0 0 240 116" role="img"><title>The index at the end of each quarter</title><desc>'
            || (SELECT pg_catalog.string_agg(pg_catalog.format('%s: %s', t.period, COALESCE(pg_catalog.round(t.score_value)::text, 'not measured')), ', ' ORDER BY t.place) FROM trend t) || '</desc><path class="rule" d="M0 96.5H240"/>'
            || (SELECT pg_catalog.string_agg(pg_catalog.format('<rect class="%s" x="%s" y="%s" width="34" height="%s" rx="2"/><text class="value" x="%s" y="%s" text-anchor="middle">%s</text><text class="axis" x="%s" y="111" text-anchor="middle">%s</text>',
                    CASE t.period WHEN 'now' THEN 'is' ELSE 'was' END, 48 * t.place - 41, 96 - pg_catalog.round(0.78 * COALESCE(t.score_value, 0), 1), pg_catalog.round(0.78 * COALESCE(t.score_value, 0), 1),
                    48 * t.place - 24, 91 - pg_catalog.round(0.78 * COALESCE(t.score_value, 0), 1), COALESCE(pg_catalog.round(t.score_value)::text, '-'),
                    48 * t.place - 24, pg_catalog.regexp_replace(t.period, '^(?:FY)?[0-9]{2}([0-9]{2})-(Q[1-4]).*$', '\2 &#8217;\1')), '' ORDER BY t.place) FROM trend t)
            || '</svg></div>' END, '</div>')
    FROM blended b CROSS JOIN worst w WHERE b.index_value IS NOT NULL;
END;
COMMENT ON FUNCTION align.html_index(jsonb, jsonb, timestamptz) IS 'Serves report_html: the index, what takes most from it, and how it was. From the rows of alignment, and of alignment_history.';

CREATE FUNCTION align.html_diagnosis(at timestamptz) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT '<ol class="causes">' || pg_catalog.string_agg(pg_catalog.concat('<li><h3>', align.html_text(align.html_first_upper(d.cause)), ' <small>', align.html_text(d.area), '</small></h3>',
        '<p class="finding">', align.html_text(d.finding), '</p>',
        CASE WHEN d.cost_amount IS NOT NULL OR d.cost_customer_count IS NOT NULL THEN pg_catalog.concat('<p class="cost">',
            pg_catalog.concat_ws(' and ', CASE WHEN d.cost_amount IS NOT NULL THEN 'about <b>' || align.html_number(d.cost_amount) || '</b>' END, '<b>' || align.html_number(d.cost_customer_count) || '</b> customers'),
            ' at stake<small>', 'If: ' || align.html_text(d.assumption), '</small></p>') END,
        '<p class="next"><span class="label">Next step</span> ', align.html_text(d.next_step), '</p>',
        '<details><summary>The rows behind it</summary><code>' || align.html_text(d.look_at) || '</code></details>', '</li>'), '' ORDER BY d.finding_order) || '</ol>'
    FROM align.diagnose($1) d;
END;
COMMENT ON FUNCTION align.html_diagnosis(timestamptz) IS 'Serves report_html: what lies under misalignment, with what it costs and the next step.';

CREATE FUNCTION align.html_now(at timestamptz) RETURNS text
    LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    SELECT '<div class="teams">' || pg_catalog.string_agg(pg_catalog.concat('<div><h3>', align.html_text(t.title), '</h3>', COALESCE(l.list, '<p class="none">Nothing waits for this team.</p>'), '</div>'), '' ORDER BY t.key) || '</div>'
    FROM align.team t CROSS JOIN LATERAL (
        SELECT '<ol class="actions">' || pg_catalog.string_agg(pg_catalog.concat('<li><b>', align.html_text(n.what), '</b><span class="why">', align.html_text(n.why_now), '</span><span class="due">',
                pg_catalog.concat_ws(' &#183; ', align.html_text(n.owner), CASE WHEN n.due_date < ($1 AT TIME ZONE 'UTC')::date THEN '<span class="late">due since ' || align.date_text(n.due_date) || '</span>' ELSE 'due ' || align.date_text(n.due_date) END),
                '</span></li>'), '' ORDER BY n.rank) FILTER (WHERE n.rank <= 5) || '</ol>'
            || CASE WHEN pg_catalog.max(n.rank) > 5 THEN pg_catalog.format('<p class="more">and %s more: <code>SELECT * FROM align.now_for(%s)</code></p>', pg_catalog.max(n.rank) - 5, align.html_text(pg_catalog.quote_literal(t.key))) ELSE '' END AS list
        FROM align.now_for(t.key, $1) n) l
    WHERE t.key IN ('marketing', 'sales');
END;
COMMENT ON FUNCTION align.html_now(timestamptz) IS 'Serves report_html: the first five rows of now_for of marketing and of sales.';

CREATE FUNCTION align.html_dimensions(dimensions jsonb, history jsonb) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH past AS (
        SELECT DISTINCT ON (h.dimension) h.dimension, h.score_value FROM pg_catalog.jsonb_to_recordset($2) h(dimension text, at timestamptz, is_total boolean, score_value numeric)
        WHERE NOT h.is_total ORDER BY h.dimension, h.at DESC),
    row AS (
        SELECT d.*, align.score_state(d.score_value, u.least_value) AS state, pg_catalog.round(d.score_value) - pg_catalog.round(p.score_value) AS change
        FROM pg_catalog.jsonb_to_recordset($1) d(dimension_order integer, dimension text, block text, question text, score_value numeric, cautious_value numeric, weight_ratio numeric, reason_not_measured text)
        LEFT JOIN align.diagnosis_rules() u ON u.dimension = d.dimension LEFT JOIN past p ON p.dimension = d.dimension),
    block AS (
        SELECT r.block, pg_catalog.min(r.dimension_order) AS place, pg_catalog.sum(r.weight_ratio) AS weight,
            pg_catalog.string_agg(pg_catalog.concat('<li><span class="question">', align.html_text(r.question), '</span>',
                CASE WHEN r.score_value IS NULL THEN '<span class="reason">' || align.html_text(r.reason_not_measured) || '</span>' ELSE align.html_bar(r.score_value / 100, r.cautious_value / 100, r.state) END,
                '<span class="score">', COALESCE(pg_catalog.round(r.score_value)::text, '&#8211;'), '</span>', align.html_state(r.state),
                '<span class="change">', CASE WHEN r.change > 0 THEN '+' || r.change WHEN r.change < 0 THEN '&#8722;' || -r.change WHEN r.change = 0 THEN '&#177;0' END, '</span></li>'), '' ORDER BY r.dimension_order) AS list
        FROM row r GROUP BY r.block)
    SELECT '<div class="blocks">' || pg_catalog.string_agg(pg_catalog.format('<div><h3>%s <small>%s %% of the weight</small></h3><ul class="dimensions">%s</ul></div>',
            align.html_text(align.html_first_upper(b.block)), align.html_number(100 * b.weight), b.list), '' ORDER BY b.place)
        || '</div><p class="note">Each is 0 to 100. The tick on a bar is what the score is at least, given how many rows it rests on; the last column is the change since the end of the last quarter. Weak is below what the diagnosis lets pass; strong is 80 and more.</p>'
    FROM block b;
END;
COMMENT ON FUNCTION align.html_dimensions(jsonb, jsonb) IS 'Serves report_html: the dimensions as bars, by block. From the rows of alignment, and of alignment_history.';

CREATE FUNCTION align.html_scorecard(at timestamptz) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH line AS (
        SELECT s.*, (s.last_period::align.period OPERATOR(align.-) (pg_catalog.cardinality(s.period_values) - l.place)::integer)::text AS period, l.value, l.status AS known_status, l.place = pg_catalog.cardinality(s.period_values) AS is_new,
            align.goal_low(s.goal::align.target) AS low, align.goal_high(s.goal::align.target) AS high
        FROM align.scorecard($1, 13) s
        LEFT JOIN LATERAL (
            SELECT u.place, u.value, u.status FROM ROWS FROM (pg_catalog.unnest(s.period_values), pg_catalog.unnest(s.period_statuses)) WITH ORDINALITY u(value, status, place)
            WHERE u.value IS NOT NULL ORDER BY u.place DESC LIMIT 1) l ON true)
    SELECT '<div class="scroll" tabindex="0" role="region" aria-label="Scorecard"><table class="card"><thead><tr><th scope="col">Measure</th><th scope="col">Last 13 periods</th><th scope="col" class="n">Last value</th><th scope="col" class="n">Goal</th><th scope="col">State</th></tr></thead>'
        || pg_catalog.string_agg(g.body, '' ORDER BY g.measures DESC) || '</table></div><p class="note">The dashed line is where the goal begins or ends.</p>'
    FROM (
        SELECT l.measures, pg_catalog.concat('<tbody><tr class="group"><th scope="rowgroup" colspan="5">', CASE l.measures WHEN 'outcome' THEN 'Outcomes' ELSE 'Activities' END, '</th></tr>',
            pg_catalog.string_agg(pg_catalog.concat('<tr><th scope="row">', align.html_text(l.title), '<small>', pg_catalog.concat_ws(' &#183; ', align.html_text(l.team), align.html_text(l.owner)), '</small></th><td>',
                COALESCE(align.html_sparkline(l.period_values, l.low, l.high, pg_catalog.format('%s, %s periods of a %s up to %s', l.title, pg_catalog.cardinality(l.period_values), l.grain, l.last_period)), '<span class="none">no values</span>'),
                '</td><td class="n">', align.html_measure(l.value, l.unit), '<small>' || align.html_text(l.period) || '</small>',
                '</td><td class="n">', CASE WHEN l.low = l.high THEN align.html_measure(l.low, l.unit) WHEN l.high IS NULL THEN '&#8805; ' || align.html_measure(l.low, l.unit) WHEN l.low IS NULL THEN '&#8804; ' || align.html_measure(l.high, l.unit)
                    ELSE align.html_number(l.low) || ' to ' || align.html_measure(l.high, l.unit) END,
                '</td><td>', CASE WHEN l.is_new OR l.known_status = 'off track' OR l.known_status IS NULL THEN align.html_state(l.known_status) ELSE align.html_state('no new value') || '<small>was ' || l.known_status || '</small>' END,
                CASE WHEN l.known_status = 'off track' THEN CASE WHEN l.has_countermeasure THEN '<small>something is done about it</small>' ELSE '<small class="late">nothing is done about it</small>' END END,
                CASE WHEN NOT l.is_new AND l.known_status = 'off track' THEN '<small>no new value</small>' END, '</td></tr>'), '' ORDER BY l.metric_order), '</tbody>') AS body
        FROM line l GROUP BY l.measures) g;
END;
COMMENT ON FUNCTION align.html_scorecard(timestamptz) IS 'Serves report_html: the scorecard with sparklines.';

CREATE FUNCTION align.html_funnel(at timestamptz) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH rule AS MATERIALIZED (SELECT align.funnel_rule_of_company($1) AS rule),
    recent AS (
        SELECT e.lead FROM align.stage_event e WHERE e.at <= $1 GROUP BY e.lead HAVING pg_catalog.min(e.at) > $1 - '365 days'::interval),
    step AS MATERIALIZED (
        SELECT s.*, pg_catalog.max(s.reached_count) OVER () AS most, pg_catalog.lag(s.step) OVER (ORDER BY s.step_order) AS step_before
        FROM (SELECT align.funnel(e.lead, e.stage, e.at, u.rule) AS funnel
              FROM align.stage_event e JOIN recent r ON r.lead = e.lead CROSS JOIN rule u WHERE e.at <= $1) f
        CROSS JOIN LATERAL align.steps(f.funnel) s),
    loss AS MATERIALIZED (SELECT b.* FROM align.bottleneck($1) b),
    worst AS (
        SELECT l.* FROM loss l WHERE l.bottleneck_order = 1 AND l.lost_lead_low_count > 0)
    SELECT pg_catalog.concat('<div class="two"><div><h3>Leads of the last 365 days</h3><ol class="funnel">',
        (SELECT pg_catalog.string_agg(pg_catalog.concat('<li', CASE WHEN w.to_stage = s.step AND w.from_stage = s.step_before THEN ' class="worst"' END, '>',
            CASE WHEN s.step_order > 1 THEN pg_catalog.format('<span class="passed">%s of %s%s%s</span>', COALESCE(align.html_number(pg_catalog.round(100 * s.previous_ratio::numeric, 1)) || ' %', '&#8211;'), align.html_text(s.step_before),
                ', half of them in ' || align.html_number(pg_catalog.round(s.p50_days::numeric, 1)) || ' days', CASE WHEN w.to_stage = s.step AND w.from_stage = s.step_before THEN ' <b class="late">&#9650; the bottleneck</b>' END) END,
            '<span class="step">', align.html_text(s.step), '</span>', align.html_bar(s.reached_count::numeric / NULLIF(s.most, 0), NULL, 'plain'), '<span class="score">', align.html_number(s.reached_count), '</span></li>'), '' ORDER BY s.step_order)
         FROM step s LEFT JOIN worst w ON true), '</ol></div><div><h3>The bottleneck</h3>',
        COALESCE((SELECT pg_catalog.concat('<p class="big">', align.html_text(w.from_stage), ' &#8594; ', align.html_text(w.to_stage), '</p><p>', align.html_text(w.finding), '</p>') FROM worst w),
            '<p>No step loses more than the quarter before, beyond what chance explains.</p>'),
        '<table class="steps"><thead><tr><th scope="col">Step</th><th scope="col" class="n">Leads</th><th scope="col" class="n">Pass</th><th scope="col" class="n">Before</th><th scope="col" class="n">Days</th></tr></thead><tbody>',
        (SELECT pg_catalog.string_agg(pg_catalog.format('<tr><th scope="row">%s &#8594; %s</th><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td></tr>', align.html_text(l.from_stage), align.html_text(l.to_stage),
            align.html_number(l.lead_count), COALESCE(align.html_number(pg_catalog.round(100 * l.passed_ratio, 1)) || ' %', '&#8211;'), COALESCE(align.html_number(pg_catalog.round(100 * l.compared_ratio, 1)) || ' %', '&#8211;'), COALESCE(align.html_number(l.mean_days), '&#8211;')), '' ORDER BY l.bottleneck_order) FROM loss l),
        '</tbody></table>', (SELECT pg_catalog.format('<p class="note">Leads of one quarter, and how many of them passed within 90 days; before: those of %s. Days are the mean.</p>', align.html_text(pg_catalog.min(l.compared_with))) FROM loss l HAVING pg_catalog.min(l.compared_with) IS NOT NULL), '</div></div>')
    WHERE EXISTS (SELECT FROM step s WHERE s.reached_count > 0);
END;
COMMENT ON FUNCTION align.html_funnel(timestamptz) IS 'Serves report_html: the funnel of the leads of 365 days, and the step that loses most.';

CREATE FUNCTION align.html_map(at timestamptz) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH RECURSIVE quarter AS (SELECT align.period(($1 AT TIME ZONE 'UTC')::date, 'quarter', align.fiscal_start_month()) AS period),
    plan AS MATERIALIZED (SELECT q.period, align.map_plan(q.period) AS map FROM quarter q),
    item AS MATERIALIZED (
        SELECT i.item, i.place, i.item ->> 'key' AS key, i.item ->> 'parent' AS parent, i.item ->> 'level' AS level, i.item ->> 'title' AS title,
            (i.item ->> 'budget')::numeric AS budget, (i.item ->> 'effort')::numeric AS effort, CASE i.item ->> 'status' WHEN 'done' THEN 1 ELSE (i.item ->> 'progress')::numeric END AS progress
        FROM plan p CROSS JOIN pg_catalog.jsonb_array_elements(p.map -> 'items') WITH ORDINALITY i(item, place)),
    -- an activity counts in what it stands under; one that stands under nothing stays
    activity AS MATERIALIZED (SELECT a.* FROM item a WHERE a.level = 'activity' AND EXISTS (SELECT FROM item u WHERE u.key = a.parent)),
    folded AS (
        SELECT a.parent, pg_catalog.sum(a.budget) AS budget, pg_catalog.sum(a.effort) AS effort,
            COALESCE(pg_catalog.sum(a.effort * a.progress) / NULLIF(pg_catalog.sum(a.effort), 0), pg_catalog.avg(a.progress)) AS progress
        FROM activity a GROUP BY a.parent),
    -- vision and picture are told in words: what hangs on them hangs on what they hang on, unless they take money or work themselves
    told AS MATERIALIZED (
        SELECT v.* FROM item v WHERE v.level IN ('vision', 'picture') AND (v.budget > 0 OR v.effort > 0) IS NOT TRUE AND v.item -> 'supports' = 'null' AND EXISTS (SELECT FROM item u WHERE u.key = v.parent)),
    lifted(key, above) AS (
        SELECT t.key, t.parent FROM told t
        UNION ALL
        SELECT l.key, t.parent FROM lifted l JOIN told t ON t.key = l.above),
    top AS MATERIALIZED (SELECT l.key, l.above FROM lifted l WHERE l.above NOT IN (SELECT t.key FROM told t)),
    shown AS (
        SELECT pg_catalog.jsonb_agg(i.item || pg_catalog.jsonb_build_object('parent', COALESCE(u.above, i.parent), 'supports', s.keys)
            || CASE WHEN f.parent IS NULL THEN '{}' ELSE pg_catalog.jsonb_build_object('budget', COALESCE(i.budget + f.budget, i.budget, f.budget), 'effort', COALESCE(i.effort + f.effort, i.effort, f.effort), 'progress', f.progress) END ORDER BY i.place) AS items
        FROM item i LEFT JOIN folded f ON f.parent = i.key LEFT JOIN top u ON u.key = i.parent
        CROSS JOIN LATERAL (
            SELECT pg_catalog.jsonb_agg(COALESCE(o.above, k.key) ORDER BY k.place) AS keys
            FROM pg_catalog.jsonb_array_elements_text(NULLIF(i.item -> 'supports', 'null')) WITH ORDINALITY k(key, place) LEFT JOIN top o ON o.key = k.key) s
        WHERE i.key NOT IN (SELECT a.key FROM activity a) AND i.key NOT IN (SELECT t.key FROM told t))
    SELECT pg_catalog.concat((SELECT pg_catalog.string_agg(pg_catalog.format('<p><span class="label">%s</span> %s</p>', CASE t.level WHEN 'vision' THEN 'In ten years' ELSE 'In three years' END, align.html_text(t.title)), '' ORDER BY align.plan_level(t.level) DESC, t.place) FROM told t),
        pg_catalog.format('<div class="scroll map" tabindex="0" role="region" aria-label="Mission map">%s</div><p class="note">The plan of %s; activities are counted in what they stand under. All of it: <code>SELECT align.mission_map(%s)</code></p>',
            align.map_svg(pg_catalog.jsonb_set(p.map, '{items}', s.items)), align.html_text(p.period::text), align.html_text(pg_catalog.quote_literal(p.period::text))))
    FROM plan p CROSS JOIN shown s WHERE s.items IS NOT NULL;
END;
COMMENT ON FUNCTION align.html_map(timestamptz) IS 'Serves report_html: the map of the plan of the quarter, with activities folded into what they stand under, and vision and picture in words.';

-- What a company can enter, in the order in which it tells most, and what of it is there.
CREATE FUNCTION align.report_inputs() RETURNS TABLE (input_order integer, input text, how text, shows text, is_entered boolean)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
    VALUES (1, 'The plan, from the mission to the activities', 'load_plan(document), publish_plan(period)', 'whether the work serves the mission, and the map', EXISTS (SELECT FROM align.plan_item)),
        (2, 'Leads and how they moved', 'align_load, or the tables lead and stage_event', 'the funnel, and where it breaks', EXISTS (SELECT FROM align.stage_event)),
        (3, 'One definition of a qualified lead', 'propose_definition(name, rubric), sign_definition(name, version, team)', 'whether both teams mean the same leads', EXISTS (SELECT FROM align.definition)),
        (4, 'Deals, with their owners', 'table deal', 'what a lost lead costs, and whether selling hangs on persons', EXISTS (SELECT FROM align.deal)),
        (5, 'The measures of both teams', 'table metric, record_value(metric, period, value)', 'the scorecard', EXISTS (SELECT FROM align.metric)),
        (6, 'What each team is held to and paid for', 'tables quota and incentive', 'whether both chase one goal', EXISTS (SELECT FROM align.quota) OR EXISTS (SELECT FROM align.incentive)),
        (7, 'What was agreed about handing over leads', 'table sla', 'whether leads are taken up in time', EXISTS (SELECT FROM align.sla)),
        (8, 'The budget, and what is spent', 'tables budget_line and spend', 'whether money follows the plan', EXISTS (SELECT FROM align.spend)),
        (9, 'The messages, and what goes out', 'set_message(...), publish_asset(...)', 'whether both teams say what was agreed', EXISTS (SELECT FROM align.message_version)),
        (10, 'The reviews that were promised', 'table review_rule, hold_review(kind)', 'whether the cadence is kept', EXISTS (SELECT FROM align.review));
END;
COMMENT ON FUNCTION align.report_inputs() IS 'What a company can enter, in the order in which it tells most: what, how, what it shows on the page of report_html, and whether any of it is there.';

CREATE FUNCTION align.html_inputs() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT '<ol class="inputs">' || pg_catalog.string_agg(pg_catalog.format('<li value="%s"><b>%s</b> <code>%s</code> <span class="why">Shows %s.</span></li>', i.input_order, align.html_text(i.input), align.html_text(i.how), align.html_text(i.shows)), '' ORDER BY i.input_order) || '</ol>'
    FROM align.report_inputs() i WHERE NOT i.is_entered;
END;
COMMENT ON FUNCTION align.html_inputs() IS 'Serves report_html: what is to be entered yet.';

CREATE FUNCTION align.html_style() RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN $css$
:root { color-scheme: light dark; --page: #f3f5f7; --card: #fff; --ink: #17212b; --soft: #51606e; --line: #d9e0e6; --rail: #e4e9ee; --accent: #14577f; --good: #17703f; --fair: #8a5a00; --bad: #b3261e;
	--good-fill: #2b9a5e; --fair-fill: #b97d0c; --bad-fill: #cf4438; --plain-fill: #3f7fa8; }
@media (prefers-color-scheme: dark) {
	:root { --page: #0f151b; --card: #18212a; --ink: #e8eef3; --soft: #a9b7c3; --line: #2d3a46; --rail: #2a3642; --accent: #8fc7ec; --good: #6fd39c; --fair: #f0bb55; --bad: #ff9a90;
		--good-fill: #3da76c; --fair-fill: #d99a1b; --bad-fill: #dd5a4e; --plain-fill: #5b9bc4; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif; font-variant-numeric: tabular-nums; overflow-wrap: break-word; }
header, main, footer { max-width: 1180px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 40px; display: flex; flex-wrap: wrap; gap: 4px 32px; align-items: baseline; justify-content: space-between; }
h1 { margin: 0; font-size: 30px; line-height: 1.2; letter-spacing: -0.01em; }
header p { margin: 0; color: var(--soft); }
header .mission { flex-basis: 100%; font-size: 18px; color: var(--ink); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 24px 28px; margin: 20px 0; }
h2 { margin: 0 0 4px; font-size: 21px; line-height: 1.3; letter-spacing: -0.005em; }
h3 { margin: 0; font-size: 16px; line-height: 1.35; }
h3 small { font-weight: 400; color: var(--soft); }
p { margin: 0; }
p, li, td, th { unicode-bidi: plaintext; }
ol, ul { margin: 0; padding: 0; list-style: none; }
small { font-size: 13px; }
b { font-weight: 650; }
.lead { color: var(--soft); margin-bottom: 18px; max-width: 75ch; }
.label { font-size: 12px; letter-spacing: 0.04em; text-transform: uppercase; color: var(--soft); }
.note, .more { margin-top: 14px; font-size: 13px; color: var(--soft); }
.none { color: var(--soft); }
.late { color: var(--bad); } b.late { white-space: nowrap; }
code { font: 12.5px/1.45 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.state { white-space: nowrap; font-size: 14px; } .state svg { width: 0.72em; height: 0.72em; fill: currentColor; } .state .ring { fill: none; stroke: currentColor; }
.state.good { color: var(--good); } .state.fair { color: var(--fair); } .state.bad { color: var(--bad); font-weight: 600; } .state.none { color: var(--soft); }

.hero { display: grid; grid-template-columns: 230px 1fr 280px; gap: 36px; align-items: center; }
.hero svg { display: block; width: 100%; height: auto; }
.dial path { fill: none; stroke-width: 18; } .dial .rail { stroke: var(--rail); } .dial .fill { stroke: var(--bad-fill); } .dial .fill.fair { stroke: var(--fair-fill); } .dial .fill.strong { stroke: var(--good-fill); }
.dial .number { font-size: 52px; font-weight: 700; fill: var(--ink); letter-spacing: -0.02em; } .dial .of { font-size: 13px; fill: var(--soft); }
.big { font-size: 20px; line-height: 1.3; font-weight: 650; margin-bottom: 6px; }
.verdict .label { margin: 14px 0 4px; }
.worst li { display: flex; justify-content: space-between; gap: 16px; border-top: 1px solid var(--line); padding: 4px 0; }
.trend .label { margin-bottom: 6px; }
.trend .was { fill: var(--rail); } .trend .is { fill: var(--plain-fill); } .trend .rule { stroke: var(--line); } .trend text { font-size: 12px; fill: var(--soft); } .trend .value { fill: var(--ink); font-weight: 600; }

.causes { counter-reset: cause; }
.causes > li { counter-increment: cause; position: relative; display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 4fr); gap: 2px 36px; padding: 16px 0 16px 44px; border-top: 1px solid var(--line); break-inside: avoid; }
.causes > li::before { content: counter(cause); position: absolute; left: 0; top: 15px; width: 28px; height: 28px; border-radius: 50%; background: var(--rail); text-align: center; line-height: 28px; font-weight: 650; font-size: 15px; }
.causes h3 { grid-column: 1; } .causes .finding { grid-column: 1; color: var(--soft); font-size: 15px; } .causes .next { grid-column: 2; grid-row: 1 / span 3; }
.causes .next .label { display: block; color: var(--accent); font-weight: 650; }
.causes .cost { grid-column: 1; margin-top: 6px; } .causes .cost small { display: block; color: var(--soft); }
.causes details { grid-column: 1 / -1; margin-top: 4px; font-size: 13px; color: var(--soft); } summary { cursor: pointer; padding: 4px 0; }

.teams, .blocks, .two { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 28px 44px; }
.actions { counter-reset: action; margin-top: 6px; }
.actions li { counter-increment: action; position: relative; padding: 9px 0 9px 28px; border-top: 1px solid var(--line); break-inside: avoid; }
.actions li::before { content: counter(action); position: absolute; left: 2px; color: var(--soft); }
.why, .due { display: block; font-size: 14px; color: var(--soft); } .due { color: var(--ink); }

.dimensions { margin-top: 4px; }
.dimensions li { display: grid; grid-template-columns: minmax(0, 1fr) 32px 104px 34px; gap: 2px 12px; align-items: center; padding: 8px 0; border-top: 1px solid var(--line); break-inside: avoid; }
.dimensions .question { grid-column: 1 / -1; } .dimensions .score { text-align: right; font-weight: 650; } .change { text-align: right; font-size: 14px; color: var(--soft); } .reason { font-size: 14px; color: var(--soft); }
.bar { display: block; width: 100%; height: 10px; border-radius: 3px; } .bar .rail { fill: var(--rail); } .bar .fill { fill: var(--plain-fill); } .bar .mark { fill: var(--ink); }
.bar.strong .fill { fill: var(--good-fill); } .bar.fair .fill { fill: var(--fair-fill); } .bar.weak .fill { fill: var(--bad-fill); }

.scroll { overflow-x: auto; } .scroll:focus-visible, summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 8px 10px; border-top: 1px solid var(--line); vertical-align: middle; font-weight: 400; }
thead th { font-size: 13px; color: var(--soft); border-top: 0; white-space: nowrap; }
th:first-child { padding-left: 0; } th:last-child, td:last-child { padding-right: 0; }
tr { break-inside: avoid; }
th small, td small { display: block; font-weight: 400; color: var(--soft); } td small.late { color: var(--bad); }
tbody th[scope=row] { font-weight: 600; } .group th { font-size: 12px; letter-spacing: 0.04em; text-transform: uppercase; color: var(--soft); padding-top: 18px; border-top: 0; }
.n { text-align: right; white-space: nowrap; }
.spark { display: block; width: 150px; height: 40px; } .spark .line { fill: none; stroke: var(--plain-fill); stroke-width: 2; stroke-linejoin: round; } .spark .dot { fill: var(--plain-fill); } .spark .aim { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 3 3; }

.funnel { margin-top: 8px; }
.funnel li { display: grid; grid-template-columns: 100px minmax(0, 1fr) 60px; gap: 4px 12px; align-items: center; padding: 3px 0; }
.funnel .passed { grid-column: 2 / -1; font-size: 13px; color: var(--soft); } .funnel .score { text-align: right; font-weight: 650; } .funnel .bar { height: 22px; } .funnel .worst .step { font-weight: 650; }
.steps { margin-top: 12px; font-size: 14px; } .steps th[scope=row] { font-weight: 400; }

.map { margin-top: 10px; } .map svg { display: block; width: 100%; min-width: 860px; height: auto; border-radius: 6px; }
.inputs li { padding: 10px 0; border-top: 1px solid var(--line); } .inputs code { display: block; }
footer { padding-top: 4px; padding-bottom: 40px; font-size: 13px; color: var(--soft); }

@media (max-width: 900px) {
	.hero { grid-template-columns: 200px 1fr; gap: 24px; } .trend { grid-column: 1 / -1; max-width: 420px; }
	.teams, .blocks, .two { grid-template-columns: minmax(0, 1fr); }
}
@media (max-width: 620px) {
	header, main, footer { padding-left: 14px; padding-right: 14px; } header { padding-top: 24px; } h1 { font-size: 25px; }
	section { padding: 18px 16px; margin: 14px 0; border-radius: 8px; }
	.hero { grid-template-columns: minmax(0, 1fr); } .dial { max-width: 220px; width: 100%; margin: 0 auto; }
	.causes > li { grid-template-columns: minmax(0, 1fr); padding-left: 40px; } .causes > li > * { grid-column: 1 !important; grid-row: auto !important; } .causes .next { margin-top: 8px; }
	.funnel li { grid-template-columns: 96px minmax(0, 1fr) 52px; }
	.card, .card tbody, .card tr, .card th, .card td { display: block; border: 0; padding: 0; } .card thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
	.card tr:not(.group) { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 4px 12px; align-items: center; border-top: 1px solid var(--line); padding: 10px 0; }
	.card tr > th[scope=row] { grid-column: 1 / -1; } .card .n { white-space: normal; } .card td:nth-child(4)::before { content: "goal "; color: var(--soft); } .card td:nth-child(4) { text-align: left; } .card td:nth-child(5) { text-align: right; } .card .group th { padding: 14px 0 6px; }
}
@media print {
	:root { color-scheme: light; --page: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #ccc; --rail: #e4e9ee; --accent: #14577f; --good: #17703f; --fair: #8a5a00; --bad: #b3261e; --good-fill: #2b9a5e; --fair-fill: #b97d0c; --bad-fill: #cf4438; --plain-fill: #3f7fa8; }
	@page { size: A4; margin: 11mm 12mm; }
	body { font-size: 9.5px; line-height: 1.36; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
	header, main, footer { max-width: none; padding: 0; } h1 { font-size: 18px; } h2 { font-size: 13px; } h3 { font-size: 10px; } header .mission { font-size: 11px; } small, .note, .more, .why, .due, .state, .change, .reason, .funnel .passed, .steps, thead th, footer { font-size: 8.5px; } .label, .group th { font-size: 7.5px; } code { font-size: 7.5px; } .big { font-size: 12px; }
	section { border: 0; border-top: 1px solid #999; border-radius: 0; padding: 8px 0 0; margin: 9px 0 0; } .lead { margin-bottom: 4px; } h2 { break-after: avoid; }
	.hero { grid-template-columns: 120px 1fr 190px; gap: 22px; } .trend { grid-column: auto; max-width: none; } .worst li { padding: 2px 0; } .verdict .label { margin-top: 6px; }
	.causes > li { padding: 5px 0 5px 24px; grid-template-columns: minmax(0, 5fr) minmax(0, 4fr); } .causes > li::before { width: 16px; height: 16px; line-height: 16px; font-size: 9px; top: 5px; } .causes .finding { font-size: 9px; } details { display: none; } .causes .cost { margin-top: 1px; }
	.teams, .blocks, .two { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px 24px; } .actions li { padding: 3px 0 3px 14px; } .actions { margin-top: 2px; }
	.dimensions li { padding: 2px 0; grid-template-columns: minmax(0, 1fr) 18px 66px 20px; } .bar { height: 6px; } .funnel .bar { height: 10px; } .funnel li { padding: 0; grid-template-columns: 66px minmax(0, 1fr) 44px; }
	th, td { padding: 2px 6px; } .group th { padding-top: 5px; } .spark { width: 90px; height: 24px; } .scroll { overflow: visible; } .map svg { min-width: 0; } .map, #funnel, #map { break-inside: avoid; } .note { margin-top: 5px; }
}
$css$;
COMMENT ON FUNCTION align.html_style() IS 'Serves report_html: how the page looks, on a desk, on a phone, by day, by night and on paper.';

CREATE FUNCTION align.report_html(at timestamptz DEFAULT pg_catalog.now()) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    day date;
    quarter align.period;
    is_empty constant boolean := NOT EXISTS (SELECT FROM align.report_inputs() i WHERE i.is_entered);
    mission constant text := (SELECT i.title FROM align.plan_item i WHERE i.id = align.now_mission());
    dimensions jsonb;
    history jsonb;
    body text;
    part record;
    page text;
BEGIN
    PERFORM align.check_instant($1);
    day := ($1 AT TIME ZONE 'UTC')::date;
    quarter := align.period(day, 'quarter', align.fiscal_start_month());
    page := concat('<!DOCTYPE html>', E'\n', '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta http-equiv="Content-Security-Policy" content="default-src ''none''; style-src ''unsafe-inline''"><title>Alignment report, ', align.date_text(day), '</title><style>', align.html_style(), '</style></head>', E'\n',
        '<body><header><h1>Alignment report</h1><p>Sales and marketing, as of ', align.date_text(day), '</p>', '<p class="mission">Mission: ' || align.html_text(mission) || '</p>', '</header><main>', E'\n');
    FOR part IN
        SELECT s.* FROM (VALUES
            ('index', 'The symptom', 'How far both teams are aligned to the mission.', 'The index cannot be told: none of its dimensions could be measured.'),
            ('diagnosis', 'What lies under it', 'Causes, the gravest first, and the next step for each.', 'Nothing was found: no dimension is below what the diagnosis lets pass, and no step loses more leads than chance explains.'),
            ('now', 'What to do now', 'What is due or past due, the most pressing first.', 'There are no teams.'),
            ('dimensions', 'The index, dimension by dimension', 'Where the score comes from.', 'No dimension could be measured.'),
            ('scorecard', 'Scorecard', 'What both teams promised, and what came.', 'No metric is kept: enter them into table metric.'),
            ('funnel', 'Funnel', 'How far leads come, and where they stop.', 'No lead came in within 365 days.'),
            ('map', 'Mission map', 'How the work of this quarter hangs on the mission.', 'Nothing is planned for this quarter: enter the plan by load_plan(document).'),
            ('inputs', CASE WHEN is_empty THEN 'What to enter first' ELSE 'What to enter yet' END, CASE WHEN is_empty THEN 'Nothing is known yet. Begin at the top: each line makes more of this page.' ELSE 'It would show more.' END, NULL)) s(id, title, lead, nothing)
        WHERE s.id = 'inputs' OR NOT is_empty
    LOOP
        -- what fails says so, and the rest of the page stands
        BEGIN
            IF part.id IN ('index', 'dimensions') AND dimensions IS NULL THEN
                SELECT jsonb_agg(a) INTO dimensions FROM align.alignment($1) a;
                SELECT jsonb_agg(h) INTO history FROM align.alignment_history(align.lower(quarter OPERATOR(align.-) 4), align.lower(quarter) - 1, 'quarter') h;
            END IF;
            body := CASE part.id
                WHEN 'index' THEN align.html_index(dimensions, history, $1)
                WHEN 'diagnosis' THEN align.html_diagnosis($1)
                WHEN 'now' THEN align.html_now($1)
                WHEN 'dimensions' THEN align.html_dimensions(dimensions, history)
                WHEN 'scorecard' THEN align.html_scorecard($1)
                WHEN 'funnel' THEN align.html_funnel($1)
                WHEN 'map' THEN align.html_map($1)
                WHEN 'inputs' THEN align.html_inputs() END;
            body := COALESCE(body, '<p class="none">' || part.nothing || '</p>');
        EXCEPTION WHEN OTHERS THEN
            body := format('<p class="none">This part could not be made: %s (%s).</p>', align.html_text(SQLERRM), SQLSTATE);
        END;
        CONTINUE WHEN body IS NULL;
        page := page || format(E'<section id="%s" aria-labelledby="%s-title"><h2 id="%s-title">%s</h2><p class="lead">%s</p>%s</section>\n', part.id, part.id, part.id, part.title, part.lead, body);
    END LOOP;
    RETURN page || format(E'</main><footer><p>Made by align from what the company recorded up to %s UTC. Every number can be asked for in SQL; docs/report.md says how.</p></footer></body></html>\n', to_char($1 AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'));
END $$;
COMMENT ON FUNCTION align.report_html(timestamptz) IS 'The state of alignment at an instant, by default now, as one page of HTML that needs nothing else: no script, no network. The index as the symptom, what lies under it with the next steps, what both teams should do now, the dimensions, the scorecard, the funnel with its bottleneck, the map of the quarter''s plan, and what is to be entered yet. Light and dark as the reader''s system asks, for desk, phone and A4. All texts are escaped. A part that has no data, or fails, says so in its place. Error for an instant that is NULL or infinite.';
