-- bench/rubric.sql: one million leads of twelve attributes judged by a rubric.
-- Plain SQL casts to numeric, since numbers in JSON may have decimals.

-- question: filter: one require of four comparisons
-- goal: at least 6 times faster than plain, at least 4 times faster than jsonpath, at most 0.8 of the floor
-- [align]
SELECT count(*) FROM public.prospect
WHERE attrs @@ 'require country in (''US'', ''DE'', ''GB'') and employees between 50 and 3500 and revenue >= 100000 and visits_30d >= 2';
-- [plain]
SELECT count(*) FROM public.prospect
WHERE attrs ->> 'country' IN ('US', 'DE', 'GB') AND (attrs ->> 'employees')::numeric BETWEEN 50 AND 3500
  AND (attrs ->> 'revenue')::numeric >= 100000 AND (attrs ->> 'visits_30d')::numeric >= 2;
-- [plain, casts of jsonb]
SELECT count(*) FROM public.prospect
WHERE attrs ->> 'country' IN ('US', 'DE', 'GB') AND (attrs -> 'employees')::numeric BETWEEN 50 AND 3500
  AND (attrs -> 'revenue')::numeric >= 100000 AND (attrs -> 'visits_30d')::numeric >= 2;
-- [jsonpath]
SELECT count(*) FROM public.prospect
WHERE attrs @@ jsonpath '($.country == "US" || $.country == "DE" || $.country == "GB") && $.employees >= 50 && $.employees <= 3500 && $.revenue >= 100000 && $.visits_30d >= 2';
-- [floor: a scan that reads one key]
SELECT count(attrs ->> 'country') FROM public.prospect;

-- question: score of ten clauses
-- goal: at least 4 times faster than plain
-- [align]
SELECT round(sum(points($$
    require employees between 50 and 3500
    reject email_domain in ('gmail.com', 'hotmail.com')
    +30 when title like any ('%VP%', '%Chief%', '%Head%')
    +20 when country = 'US' or revenue >= 3000000
    +10 when industry in ('software', 'manufacturing', 'finance')
    +5 when title ilike '%officer%'
    +15 when visits_30d >= 5
    +5 when source matches '^(Event|Referral)$'
    +10 when has_budget = true
    -10 when title matches 'Student|Analyst'$$, attrs))::numeric) FROM public.prospect;
-- [plain]
SELECT sum(CASE WHEN attrs ->> 'title' LIKE '%VP%' OR attrs ->> 'title' LIKE '%Chief%' OR attrs ->> 'title' LIKE '%Head%' THEN 30 ELSE 0 END
    + CASE WHEN attrs ->> 'country' = 'US' OR (attrs ->> 'revenue')::numeric >= 3000000 THEN 20 ELSE 0 END
    + CASE WHEN attrs ->> 'industry' IN ('software', 'manufacturing', 'finance') THEN 10 ELSE 0 END
    + CASE WHEN attrs ->> 'title' ILIKE '%officer%' THEN 5 ELSE 0 END
    + CASE WHEN (attrs ->> 'visits_30d')::numeric >= 5 THEN 15 ELSE 0 END
    + CASE WHEN attrs ->> 'source' ~ '^(Event|Referral)$' THEN 5 ELSE 0 END
    + CASE WHEN (attrs ->> 'has_budget')::boolean THEN 10 ELSE 0 END
    + CASE WHEN attrs ->> 'title' ~ 'Student|Analyst' THEN -10 ELSE 0 END) FROM public.prospect;

-- question: verdict of ten clauses, with grade and what is missing
-- goal: at least 4 times faster than plain, which gives no grade and nothing missing
-- [align]
SELECT count(*) FILTER (WHERE (q).qualified), round(sum((q).points)::numeric) FROM (SELECT qualify($$
    require employees between 50 and 3500
    reject email_domain in ('gmail.com', 'hotmail.com')
    +30 when title like any ('%VP%', '%Chief%', '%Head%')
    +20 when country = 'US' or revenue >= 3000000
    +10 when industry in ('software', 'manufacturing', 'finance')
    +5 when title ilike '%officer%'
    +15 when visits_30d >= 5
    +5 when source matches '^(Event|Referral)$'
    +10 when has_budget = true
    -10 when title matches 'Student|Analyst'
    qualify at 60$$, attrs) AS q FROM public.prospect OFFSET 0) s;
-- [plain]
SELECT count(*) FILTER (WHERE points >= 60 AND (attrs ->> 'employees')::numeric BETWEEN 50 AND 3500 AND attrs ->> 'email_domain' NOT IN ('gmail.com', 'hotmail.com')), sum(points)
FROM (SELECT attrs, CASE WHEN attrs ->> 'title' LIKE '%VP%' OR attrs ->> 'title' LIKE '%Chief%' OR attrs ->> 'title' LIKE '%Head%' THEN 30 ELSE 0 END
    + CASE WHEN attrs ->> 'country' = 'US' OR (attrs ->> 'revenue')::numeric >= 3000000 THEN 20 ELSE 0 END
    + CASE WHEN attrs ->> 'industry' IN ('software', 'manufacturing', 'finance') THEN 10 ELSE 0 END
    + CASE WHEN attrs ->> 'title' ILIKE '%officer%' THEN 5 ELSE 0 END
    + CASE WHEN (attrs ->> 'visits_30d')::numeric >= 5 THEN 15 ELSE 0 END
    + CASE WHEN attrs ->> 'source' ~ '^(Event|Referral)$' THEN 5 ELSE 0 END
    + CASE WHEN (attrs ->> 'has_budget')::boolean THEN 10 ELSE 0 END
    + CASE WHEN attrs ->> 'title' ~ 'Student|Analyst' THEN -10 ELSE 0 END AS points FROM public.prospect OFFSET 0) s;
