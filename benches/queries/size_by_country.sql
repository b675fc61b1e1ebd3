SELECT creative_size, country, sum(reached_queries), sum(impressions)
FROM rtb_daily
GROUP BY creative_size, country
ORDER BY creative_size, country
