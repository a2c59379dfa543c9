-- signed.sql: what the sample company published and signed in the course of the demo,
-- that is today, counts as of December 2025, so that it is in force where the story
-- is told. Run by make demo after all that is signed.
\set QUIET 1
SET search_path = align, public;

BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE definition SET in_force_at = '2025-12-10Z' WHERE in_force_at IS NOT NULL;
UPDATE definition_signature SET at = '2025-12-10Z';
UPDATE plan_version SET published_at = '2025-12-15Z', in_force_at = CASE WHEN in_force_at IS NOT NULL THEN timestamptz '2025-12-18Z' END;
UPDATE plan_signature SET at = '2025-12-18Z';
COMMIT;
