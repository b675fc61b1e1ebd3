-- The ten creative sizes with the most reached queries that became no impression.
SELECT creative_size, reached_queries, impressions, wasted_queries, round(waste_rate_pct, 1) AS waste_rate_pct, round(share_of_waste_pct, 1) AS share_of_waste_pct
FROM v_waste_by_size
ORDER BY wasted_queries DESC
LIMIT 10
