-- bench/agreement.sql: how far two judges agree, how far two groups differ, and
-- how well a score tells who is won. Rows of agreement_setup.sql.

-- question: kappa of two judges
-- goal: faster than plain
-- [align]
SELECT round(align.kappa(by_marketing, by_sales)::numeric, 9) FROM public.judged;
-- [plain]
SELECT round(((n * (n - a - b + 2 * ab) - (a * b + (n - a) * (n - b))) / (n * n - (a * b + (n - a) * (n - b))))::numeric, 9)
FROM (SELECT count(*)::float8 AS n, (count(*) FILTER (WHERE by_marketing))::float8 AS a, (count(*) FILTER (WHERE by_sales))::float8 AS b,
          (count(*) FILTER (WHERE by_marketing AND by_sales))::float8 AS ab
      FROM public.judged WHERE by_marketing IS NOT NULL AND by_sales IS NOT NULL) c;

-- question: Jensen-Shannon divergence over 50 categories
-- goal: faster than plain
-- [align]
SELECT round(align.jensen_shannon(segment, won)::numeric, 9) FROM public.judged;
-- [plain]
SELECT round((sum(CASE p WHEN 0 THEN 0 ELSE p * ln(2 * p / (p + q)) END + CASE q WHEN 0 THEN 0 ELSE q * ln(2 * q / (p + q)) END) / (2 * ln(2::float8)))::numeric, 9)
FROM (SELECT a / sum(a) OVER () AS p, b / sum(b) OVER () AS q
      FROM (SELECT (count(*) FILTER (WHERE won))::float8 AS a, (count(*) FILTER (WHERE NOT won))::float8 AS b
            FROM public.judged WHERE segment IS NOT NULL GROUP BY segment) c) r;

-- question: area under the ROC curve
-- goal: faster than plain
-- [align]
SELECT round(align.auc(score, won)::numeric, 9) FROM public.judged;
-- [plain]
SELECT round((sum(a::numeric * (2 * below + b)) / (2 * sum(a) * sum(b)))::numeric, 9)
FROM (SELECT a, b, sum(b) OVER (ORDER BY score ROWS UNBOUNDED PRECEDING) - b AS below
      FROM (SELECT score, count(*) FILTER (WHERE won) AS a, count(*) FILTER (WHERE NOT won) AS b
            FROM public.judged WHERE score IS NOT NULL AND won IS NOT NULL GROUP BY score) s) c;

-- question: area under the ROC curve of scores in whole per cent
-- goal: faster than plain
-- [align]
SELECT round(align.auc(round(score * 100), won)::numeric, 9) FROM public.judged;
-- [plain]
SELECT round((sum(a::numeric * (2 * below + b)) / (2 * sum(a) * sum(b)))::numeric, 9)
FROM (SELECT a, b, sum(b) OVER (ORDER BY score ROWS UNBOUNDED PRECEDING) - b AS below
      FROM (SELECT round(score * 100) AS score, count(*) FILTER (WHERE won) AS a, count(*) FILTER (WHERE NOT won) AS b
            FROM public.judged WHERE score IS NOT NULL AND won IS NOT NULL GROUP BY 1) s) c;
