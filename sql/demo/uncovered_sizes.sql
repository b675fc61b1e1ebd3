-- The five sizes with the most reached queries for which there is no approved creative.
SELECT creative_size, reached_queries, impressions, approved_creatives, near_standard_size
FROM v_size_coverage
WHERE NOT is_servable
ORDER BY reached_queries DESC, creative_size
LIMIT 5
