-- rubric_setup.sql: one million leads (a tenth of :rows) of twelve attributes,
-- and the rubrics that are asked of them.
SET search_path = align, public;

CREATE TABLE public.prospect AS
SELECT i AS id, jsonb_build_object(
    'country', (ARRAY['US', 'US', 'US', 'DE', 'GB', 'FR', 'BR', 'IN'])[1 + (h & 7)],
    'industry', (ARRAY['software', 'manufacturing', 'retail', 'healthcare', 'finance', 'education', 'logistics', 'software'])[1 + ((h >> 3) & 7)],
    'employees', 1 + ((h >> 6) & 4095),
    'revenue', ((h >> 18) & 65535) * 100,
    'title', (ARRAY['VP Operations', 'Head of Marketing', 'IT Manager', 'CFO', 'Data Analyst', 'Founder and CEO', 'Student', 'Chief Revenue Officer'])[1 + ((h >> 34) & 7)],
    'email_domain', (ARRAY['gmail.com', 'northwind.example', 'contoso.example', 'fabrikam.example', 'tailspin.example', 'hotmail.com', 'adatum.example', 'litware.example'])[1 + ((h >> 37) & 7)],
    'source', (ARRAY['Organic Search', 'Paid Search', 'Event', 'Referral'])[1 + ((h >> 40) & 3)],
    'visits_30d', (h >> 42) & 15,
    'has_budget', ((h >> 46) & 1) = 1,
    'discount', round(((h >> 47) & 1023) / 100.0, 2),
    'city', 'City ' || ((h >> 50) & 255),
    'last_demo_on', (date '2025-01-01' + ((h >> 52) & 255)::int)::text) AS attrs
FROM (SELECT i, hashint8extended(i, 3) & 9223372036854775807 AS h FROM generate_series(1::bigint, :rows / 10) i) g;
VACUUM (ANALYZE, FREEZE) public.prospect;
