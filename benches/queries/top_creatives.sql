SELECT creative_id, sum(spend_micros) AS spend, sum(impressions)
FROM rtb_daily
GROUP BY creative_id
ORDER BY spend DESC, creative_id
LIMIT 20
