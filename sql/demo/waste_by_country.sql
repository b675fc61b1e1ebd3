-- The ten countries with the most reached queries that became no impression.
SELECT country, reached_queries, impressions, wasted_queries, round(waste_rate_pct, 1) AS waste_rate_pct, round(share_of_waste_pct, 1) AS share_of_waste_pct
FROM v_waste_by_country
ORDER BY wasted_queries DESC
LIMIT 10
