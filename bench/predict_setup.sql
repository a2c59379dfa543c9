-- predict_setup.sql: the leads of bench/predict.sql, a tenth of :rows, with ten
-- features each: five texts, two booleans and three numbers. From a seed.
CREATE TABLE public.judged_lead AS
SELECT jsonb_build_object(
        'industry', (ARRAY['software', 'manufacturing', 'retail', 'healthcare', 'finance', 'education', 'logistics', 'media'])[1 + (h & 7)],
        'country', (ARRAY['US', 'DE', 'GB', 'FR', 'BR', 'IN', 'CA', 'JP', 'ES', 'IT', 'NL', 'SE', 'PL', 'MX', 'AU', 'CH'])[1 + (h >> 3 & 15)],
        'title', (ARRAY['VP Operations', 'Head of Marketing', 'IT Manager', 'CFO', 'Analyst', 'Founder', 'Student', 'Chief Revenue Officer'])[1 + (h >> 7 & 7)],
        'source', (ARRAY['organic', 'paid', 'event', 'referral'])[1 + (h >> 10 & 3)], 'landing_page', 'page ' || (h >> 12 & 511),
        'has_budget', (h >> 21 & 3) = 0, 'opted_in', (h >> 23 & 1) = 1,
        'employees', 10 + (h >> 24 & 4095), 'visits', h >> 36 & 15, 'revenue', (h >> 40 & 65535) * 100.25) AS features,
    (h >> 56 & 15) < 1 + (h & 3) AS won
FROM (SELECT hashint8extended(i, 1) & 9223372036854775807 AS h FROM generate_series(1, :rows / 10) i) g;
VACUUM (ANALYZE, FREEZE) public.judged_lead;

-- what they teach, as a model and as a table
CREATE TABLE public.learned AS
SELECT train(features, won, '{"employees": [100, 500, 1000, 2000], "visits": [2, 5, 10], "revenue": [1000, 10000, 100000, 1000000]}') AS model FROM public.judged_lead;
CREATE TABLE public.learned_weight AS
SELECT feature, CASE feature WHEN 'employees' THEN array_position('{"< 100","[100, 500)","[500, 1000)","[1000, 2000)",">= 2000"}', value) - 1
    WHEN 'visits' THEN array_position('{"< 2","[2, 5)","[5, 10)",">= 10"}', value) - 1
    WHEN 'revenue' THEN array_position('{"< 1000","[1000, 10000)","[10000, 100000)","[100000, 1000000)",">= 1000000"}', value) - 1 END AS bin,
    value, log_odds
FROM public.learned, features(model);
INSERT INTO public.learned_weight SELECT 'prior', NULL, '', ln((won_count(model) + 1) / (lost_count(model) + 1)::float8) FROM public.learned;
VACUUM (ANALYZE, FREEZE) public.learned, public.learned_weight;
