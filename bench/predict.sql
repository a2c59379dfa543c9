-- bench/predict.sql: counting what leads teach, and scoring them. Plain SQL was
-- tried in three ways; the fastest stands here. Unpivoting by jsonb_each_text and
-- GROUP BY took 1.9 times as long, ->> with GROUPING SETS 1.2 times.

-- question: train a model on leads of ten features
-- goal: at least 5 times faster than plain
-- [align]
SELECT feature, won_count, lost_count
FROM align.features((SELECT align.train(features, won, '{"employees": [100, 500, 1000, 2000], "visits": [2, 5, 10], "revenue": [1000, 10000, 100000, 1000000]}') FROM public.judged_lead))
ORDER BY feature COLLATE "C", won_count, lost_count;
-- [align, one process]
SET max_parallel_workers_per_gather = 0;
SELECT feature, won_count, lost_count
FROM align.features((SELECT align.train(features, won, '{"employees": [100, 500, 1000, 2000], "visits": [2, 5, 10], "revenue": [1000, 10000, 100000, 1000000]}') FROM public.judged_lead))
ORDER BY feature COLLATE "C", won_count, lost_count;
-- [plain]
SELECT CASE WHEN grouping(industry) = 0 THEN 'industry' WHEN grouping(country) = 0 THEN 'country' WHEN grouping(title) = 0 THEN 'title' WHEN grouping(source) = 0 THEN 'source'
        WHEN grouping(landing_page) = 0 THEN 'landing_page' WHEN grouping(has_budget) = 0 THEN 'has_budget' WHEN grouping(opted_in) = 0 THEN 'opted_in'
        WHEN grouping(employees) = 0 THEN 'employees' WHEN grouping(visits) = 0 THEN 'visits' ELSE 'revenue' END COLLATE "C" AS feature,
    count(*) FILTER (WHERE won) AS won_count, count(*) FILTER (WHERE NOT won) AS lost_count
FROM (SELECT r.industry, r.country, r.title, r.source, r.landing_page, r.has_budget, r.opted_in, width_bucket(r.employees, '{100,500,1000,2000}'::numeric[]) AS employees,
          width_bucket(r.visits, '{2,5,10}'::numeric[]) AS visits, width_bucket(r.revenue, '{1000,10000,100000,1000000}'::numeric[]) AS revenue, l.won
      FROM public.judged_lead l, jsonb_to_record(l.features) r (industry text, country text, title text, source text, landing_page text, has_budget boolean, opted_in boolean,
          employees numeric, visits numeric, revenue numeric)) f
GROUP BY GROUPING SETS ((industry), (country), (title), (source), (landing_page), (has_budget), (opted_in), (employees), (visits), (revenue))
ORDER BY feature, won_count, lost_count;

-- question: score leads with a stored model
-- goal: faster than plain
-- [align]
SELECT round(sum(align.predict(m.model, l.features))::numeric, 2) FROM public.judged_lead l, public.learned m;
-- [plain]
SELECT round(sum(1 / (1 + exp(-(p.log_odds + COALESCE(w1.log_odds, 0) + COALESCE(w2.log_odds, 0) + COALESCE(w3.log_odds, 0) + COALESCE(w4.log_odds, 0) + COALESCE(w5.log_odds, 0)
    + COALESCE(w6.log_odds, 0) + COALESCE(w7.log_odds, 0) + COALESCE(w8.log_odds, 0) + COALESCE(w9.log_odds, 0) + COALESCE(w10.log_odds, 0)))))::numeric, 2)
FROM public.judged_lead l
JOIN public.learned_weight p ON p.feature = 'prior'
CROSS JOIN LATERAL jsonb_to_record(l.features) r (industry text, country text, title text, source text, landing_page text, has_budget text, opted_in text, employees numeric, visits numeric, revenue numeric)
LEFT JOIN public.learned_weight w1 ON w1.feature = 'industry' AND w1.value = r.industry
LEFT JOIN public.learned_weight w2 ON w2.feature = 'country' AND w2.value = r.country
LEFT JOIN public.learned_weight w3 ON w3.feature = 'title' AND w3.value = r.title
LEFT JOIN public.learned_weight w4 ON w4.feature = 'source' AND w4.value = r.source
LEFT JOIN public.learned_weight w5 ON w5.feature = 'landing_page' AND w5.value = r.landing_page
LEFT JOIN public.learned_weight w6 ON w6.feature = 'has_budget' AND w6.value = r.has_budget
LEFT JOIN public.learned_weight w7 ON w7.feature = 'opted_in' AND w7.value = r.opted_in
LEFT JOIN public.learned_weight w8 ON w8.feature = 'employees' AND w8.bin = width_bucket(r.employees, '{100,500,1000,2000}'::numeric[])
LEFT JOIN public.learned_weight w9 ON w9.feature = 'visits' AND w9.bin = width_bucket(r.visits, '{2,5,10}'::numeric[])
LEFT JOIN public.learned_weight w10 ON w10.feature = 'revenue' AND w10.bin = width_bucket(r.revenue, '{1000,10000,100000,1000000}'::numeric[]);
