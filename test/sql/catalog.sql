\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(16);

CREATE TEMP VIEW member_object AS
SELECT d.classid, d.objid FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
WHERE e.extname = 'align' AND d.deptype = 'e';

-- every object has a comment, and so has every column and constraint
SELECT is_empty($$SELECT pg_describe_object(classid, objid, 0) FROM member_object m
    WHERE NOT EXISTS (SELECT FROM pg_description c WHERE c.classoid = m.classid AND c.objoid = m.objid AND c.objsubid = 0)
      AND NOT EXISTS (SELECT FROM pg_type t WHERE m.classid = 'pg_type'::regclass AND t.oid = m.objid AND (t.typrelid <> 0 OR t.typelem <> 0))$$,
    'every object has a comment, but for the types that come with tables and arrays');
SELECT is_empty($$SELECT t.typname FROM member_object m JOIN pg_type t ON m.classid = 'pg_type'::regclass AND t.oid = m.objid
    WHERE t.typrelid = 0 AND t.typelem = 0 AND obj_description(t.oid, 'pg_type') IS NULL$$, 'every type has a comment');
SELECT is_empty($$SELECT c.relname, a.attname FROM member_object m JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid AND c.relkind IN ('r', 'v')
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped WHERE col_description(c.oid, a.attnum) IS NULL$$, 'every column has a comment');
SELECT is_empty($$SELECT c.conrelid::regclass, c.conname FROM member_object m JOIN pg_constraint c ON m.classid = 'pg_class'::regclass AND c.conrelid = m.objid
    WHERE obj_description(c.oid, 'pg_constraint') IS NULL AND c.contype <> 'n'$$, 'every constraint has a comment');
SELECT is_empty($$SELECT i.indexrelid::regclass FROM member_object m JOIN pg_index i ON m.classid = 'pg_class'::regclass AND i.indrelid = m.objid
    WHERE obj_description(i.indexrelid, 'pg_class') IS NULL AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)$$, 'every index has a comment');

-- functions: where they look for names, what they promise
SELECT is_empty($$SELECT p.oid::regprocedure FROM member_object m JOIN pg_proc p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid JOIN pg_language l ON l.oid = p.prolang
    WHERE l.lanname = 'plpgsql' AND p.proconfig IS DISTINCT FROM ARRAY['search_path=pg_catalog, pg_temp']$$, 'plpgsql pins its search_path');
SELECT is_empty($$SELECT p.oid::regprocedure FROM member_object m JOIN pg_proc p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid JOIN pg_language l ON l.oid = p.prolang
    WHERE l.lanname = 'sql' AND p.prosqlbody IS NULL$$, 'SQL functions are parsed when they are made');
SELECT is_empty($$SELECT p.oid::regprocedure FROM member_object m JOIN pg_proc p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid
    WHERE p.prosecdef AND has_function_privilege('public', p.oid, 'execute')$$, 'no definer''s function is open to PUBLIC');
SELECT is_empty($$SELECT p.oid::regprocedure FROM member_object m JOIN pg_proc p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid
    WHERE p.provolatile = 'v' AND p.prorettype <> 'trigger'::regtype AND p.prokind = 'f' AND has_function_privilege('public', p.oid, 'execute')$$, 'nothing that writes is open to PUBLIC');
SELECT is_empty($$SELECT c.oid::regclass FROM member_object m JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid
    WHERE c.relkind = 'v' AND c.reloptions IS DISTINCT FROM ARRAY['security_invoker=true']$$, 'views read as their caller');
SELECT is_empty($$SELECT c.relname, a.attname, a.atttypid::regtype FROM member_object m JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid AND c.relkind = 'v'
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    WHERE c.relname <> 'lead_journey' AND a.atttypid NOT IN ('text'::regtype, 'integer'::regtype, 'bigint'::regtype, 'numeric'::regtype, 'boolean'::regtype, 'date'::regtype, 'timestamptz'::regtype)$$,
    'reporting views give plain types');
-- aggregates: what lets them run in parallel and on shards
SELECT is_empty($$SELECT a.aggfnoid FROM member_object m JOIN pg_aggregate a ON m.classid = 'pg_proc'::regclass AND a.aggfnoid = m.objid
    WHERE a.aggcombinefn = 0 OR a.aggtranstype = 'internal'::regtype$$, 'aggregates combine, with a state of a concrete type');
SELECT is_empty($$SELECT a.aggfnoid FROM member_object m JOIN pg_aggregate a ON m.classid = 'pg_proc'::regclass AND a.aggfnoid = m.objid JOIN pg_proc p ON p.oid = m.objid
    WHERE p.proparallel <> 's'$$, 'aggregates are parallel safe');
-- tables travel in a dump
SELECT is_empty($$SELECT c.relname FROM member_object m JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid
    WHERE c.relkind IN ('r', 'S') AND NOT c.oid = ANY ((SELECT extconfig FROM pg_extension WHERE extname = 'align')::oid[])$$, 'every table and sequence is dumped');

-- nothing stays behind
CREATE TEMP TABLE left_before AS SELECT 'p' AS k, count(*) FROM pg_proc WHERE pronamespace = 'align'::regnamespace;
DROP EXTENSION align CASCADE;
SELECT is_empty($$SELECT 'function', proname::text FROM pg_proc WHERE pronamespace = 'align'::regnamespace
    UNION ALL SELECT 'type', typname::text FROM pg_type WHERE typnamespace = 'align'::regnamespace
    UNION ALL SELECT 'relation', relname::text FROM pg_class WHERE relnamespace = 'align'::regnamespace
    UNION ALL SELECT 'operator', oprname::text FROM pg_operator WHERE oprnamespace = 'align'::regnamespace$$, 'DROP EXTENSION leaves nothing behind') WHERE to_regnamespace('align') IS NOT NULL;
SELECT hasnt_schema('align', 'DROP EXTENSION takes its schema along') WHERE to_regnamespace('align') IS NULL;
SELECT is((SELECT count(*) FROM pg_depend d WHERE d.refclassid = 'pg_namespace'::regclass AND NOT EXISTS (SELECT FROM pg_namespace n WHERE n.oid = d.refobjid)), 0::bigint, 'no dangling dependencies');

SELECT * FROM finish();
ROLLBACK;
