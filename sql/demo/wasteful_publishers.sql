-- The five publishers with the highest waste, of those with traffic that counts.
SELECT
    publisher_name,
    reached_queries,
    impressions,
    clicks,
    round(waste_rate_pct, 1) AS waste_rate_pct,
    round(share_of_waste_pct, 1) AS share_of_waste_pct
FROM v_waste_by_publisher
CROSS JOIN thresholds
WHERE reached_queries >= publisher_reached
ORDER BY waste_rate_pct DESC
LIMIT 5
