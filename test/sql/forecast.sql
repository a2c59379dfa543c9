\i test/setup.psql
SELECT 1;
