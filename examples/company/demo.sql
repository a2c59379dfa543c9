-- demo.sql: the sample company entered, and its answers, one file per part, in
-- order: each relies on what those before it entered. Run by make demo.
\ir qualification.sql
\ir plan.sql
\ir metric.sql
\ir contract.sql
\ir message.sql
\ir cadence.sql
\ir scorecard.sql
\ir forecast.sql
\ir currency.sql
\ir experiment.sql
\ir handoff.sql
\ir repeatability.sql
\ir attribution.sql
\ir recency.sql
\ir bottleneck.sql
\ir value.sql
\ir now.sql
\ir signed.sql
