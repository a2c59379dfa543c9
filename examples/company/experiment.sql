-- experiment.sql: what the sample company tried. Run by make demo after plan.sql:
-- one experiment that is decided, one that runs, and one on the size of deals, as
-- of 1 March 2026.
\pset footer off
\pset null '-'
\set QUIET 1
SET search_path = align, public;
SET client_min_messages = warning;
SET default_text_search_config = 'pg_catalog.english';

SELECT start_experiment('invitation', 'Wording of the invitation', 'A question about the last standstill gets more plant managers to come than the programme does',
    '{programme,question,number}', 'R5', team => 'marketing', owner => 'Mia Wolf', planned_count => sample_size(0.06, 0.016), started_at => '2026-01-12Z') \gset
SELECT start_experiment('call back', 'Call back within the hour', 'Leads that are called within an hour book more visits than those called within a day',
    '{day,hour}', 'R4', team => 'sales', owner => 'Ben Okafor', effect => 0.05, planned_count => sample_size(0.20, 0.05), started_at => '2026-02-02Z') \gset
SELECT start_experiment('calculator', 'Cost of a lost hour on the offer', 'Offers that open with the cost of a lost hour make larger deals', '{plain,calculator}', 'S8', team => 'sales', planned_count => 60, started_at => '2026-01-05Z') \gset
SELECT record_variant('invitation', 'programme', 4000, 243), record_variant('invitation', 'question', 4000, 352), record_variant('invitation', 'number', 4000, 271),
    record_variant('call back', 'day', 610, 118), record_variant('call back', 'hour', 598, 151),
    record_variant_mean('calculator', 'plain', 64, 21400, 9800), record_variant_mean('calculator', 'calculator', 61, 25900, 12100) \gset
SELECT decide('invitation', 'Invitations ask about the last standstill', 'A question about their own standstill brings plant managers; a number of ours does not.') \gset

\echo
\echo 'What was tried: each variant against what there was'
SELECT experiment_key AS experiment, item_key AS item, status, variant_key AS variant, trial_count AS trials, trim_scale(value) AS value, trim_scale(control_value) AS control, trim_scale(difference) AS difference,
    round(100 * lift_ratio, 1) AS "% lift", holm_p AS p, holm_sequential_p AS "p, any day", comparison_count AS comparisons
FROM experiment_result ORDER BY started_at, experiment_key, variant_key;
SELECT experiment_key AS experiment, finding FROM experiment_result ORDER BY started_at, experiment_key, variant_key;

\echo 'What did we learn about inviting plant managers?'
SELECT experiment_key AS experiment, learned FROM find_learning('inviting plant managers');
