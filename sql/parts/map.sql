-- map: the plan as a picture

CREATE FUNCTION align.map_svg(map jsonb) RETURNS text
    AS 'MODULE_PATHNAME', 'align_map_svg' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.map_svg(jsonb) IS 'A map, as map_plan gives it, drawn as SVG: a tidy tree from left to right (Buchheim, Juenger and Leipert 2002) with a column per level, and what reaches no active mission in a band below. At most 100 boxes; what is beyond is folded, the deepest level first and within it the least money first. Error for what is no map.';
CREATE FUNCTION align.map_mermaid(map jsonb) RETURNS text
    AS 'MODULE_PATHNAME', 'align_map_mermaid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.map_mermaid(jsonb) IS 'The same boxes as those of map_svg, as a flowchart for Mermaid.';
CREATE FUNCTION align.map_dot(map jsonb) RETURNS text
    AS 'MODULE_PATHNAME', 'align_map_dot' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.map_dot(jsonb) IS 'The same boxes as those of map_svg, as a graph for Graphviz.';
CREATE FUNCTION align.map_boxes(map jsonb, OUT key text, OUT parent_key text, OUT level text, OUT title text, OUT is_orphan boolean, OUT folded_count integer,
    OUT money_ratio double precision, OUT x double precision, OUT y double precision, OUT width double precision, OUT height double precision) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'align_map_boxes' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 100;
COMMENT ON FUNCTION align.map_boxes(jsonb) IS 'A row per box of the picture of map_svg, where it stands in it (from its left upper corner, to the right and down), for drawing on it or anew. A box that folds folded_count items has no key. money_ratio: share of the map''s money, with all below; NULL where there is no money.';

CREATE FUNCTION align.map_plan(period align.period DEFAULT NULL) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
        SELECT pg_catalog.jsonb_build_object('period', map_plan.period::text,
            'teams', (SELECT pg_catalog.jsonb_agg(t.title ORDER BY t.key COLLATE "C") FROM align.team t),
            'items', COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('key', i.key, 'level', i.level, 'parent', p.key, 'title', i.title, 'team', t.title,
                'status', i.status, 'budget', i.budget, 'effort', i.effort, 'progress', i.progress, 'supports', s.keys)
                ORDER BY align.lower(i.period), pg_catalog.length(i.key), i.key COLLATE "C"), '[]'))
        FROM align.plan_item i
        LEFT JOIN align.plan_item p ON p.id = i.parent
        LEFT JOIN align.team t ON t.key = i.team
        LEFT JOIN (SELECT u.item, pg_catalog.jsonb_agg(o.key ORDER BY u.weight DESC, o.key COLLATE "C") AS keys
                   FROM align.plan_support u JOIN align.plan_item o ON o.id = u.supports GROUP BY u.item) s ON s.item = i.id
        WHERE i.status <> 'dropped' AND (map_plan.period IS NULL OR i.period IS NULL OR i.period OPERATOR(align.&&) map_plan.period);
    END;
COMMENT ON FUNCTION align.map_plan(align.period) IS 'The map of the plan: an object with the period, the teams in the order of their colours, and the items in the order in which their periods begin and then of their keys, shorter keys first. Those whose period overlaps the one asked for, and those that have none; all when it is NULL. Dropped items are left out.';

CREATE FUNCTION align.mission_map(period align.period DEFAULT NULL, format text DEFAULT 'svg') RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    CASE mission_map.format
        WHEN 'svg' THEN
            RETURN align.map_svg(align.map_plan(mission_map.period));
        WHEN 'mermaid' THEN
            RETURN align.map_mermaid(align.map_plan(mission_map.period));
        WHEN 'dot' THEN
            RETURN align.map_dot(align.map_plan(mission_map.period));
        ELSE
            RAISE EXCEPTION 'invalid format: %', COALESCE(mission_map.format, 'NULL')
                USING ERRCODE = 'invalid_parameter_value', DETAIL = 'A map is written as svg, mermaid or dot.', HINT = 'Write svg for a picture.';
    END CASE;
END $$;
COMMENT ON FUNCTION align.mission_map(align.period, text) IS 'The plan as a picture, from the mission down: format svg, mermaid or dot. Items whose period overlaps the one asked for, and those that have none; all when it is NULL. Each has its team, status, progress, share of the money with all below it, and key; what reaches no active mission stands apart. Error for another format.';
