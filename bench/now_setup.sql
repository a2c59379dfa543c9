-- now_setup.sql: the sample company of bench/now.sql, with all that make demo enters.
\! awk -v seed=1 -v leads=20000 -v into="$RUN" -f examples/company/company.awk
\i examples/company/labels.sql
\! "$LOADER" -d bench --leads "$RUN/leads.csv" --events "$RUN/events.csv" --source crm >/dev/null
\i examples/company/history.sql
-- the lower numbers are those of plan_setup.sql
ALTER SEQUENCE align.plan_item_id_seq RESTART WITH 1000001;
VACUUM (ANALYZE);
\! "$BINDIR/psql" -X -q -d bench -v ON_ERROR_STOP=1 -o /dev/null -f examples/company/demo.sql >/dev/null
VACUUM (ANALYZE);
