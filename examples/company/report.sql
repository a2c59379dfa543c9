-- report.sql: the sample company as the page that it would look at on Monday,
-- 16 February 2026. Prints the page alone; run by make demo after now.sql:
--     psql -X -d align_demo -f examples/company/report.sql -o report.html
-- Changes nothing: the company's signatures, which the demo gave today, count as
-- of December 2025 here.
\set QUIET 1
\set ON_ERROR_STOP 1
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET client_encoding = 'UTF8';

BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE align.definition SET in_force_at = '2025-12-10Z' WHERE in_force_at IS NOT NULL;
UPDATE align.definition_signature SET at = '2025-12-10Z';
UPDATE align.plan_version SET published_at = '2025-12-15Z', in_force_at = CASE WHEN in_force_at IS NOT NULL THEN timestamptz '2025-12-18Z' END;
UPDATE align.plan_signature SET at = '2025-12-18Z';
SET LOCAL session_replication_role = origin;
SELECT align.report_html('2026-02-16Z');
ROLLBACK;
