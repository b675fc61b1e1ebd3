SELECT publisher_id, sum(impressions) AS shown, sum(clicks), sum(spend_micros)
FROM rtb_daily
GROUP BY publisher_id
ORDER BY shown DESC, publisher_id
LIMIT 100
