SELECT metric_date, country, sum(reached_queries), sum(impressions), sum(spend_micros)
FROM rtb_daily
WHERE creative_id = '{creative_id}'
GROUP BY metric_date, country
ORDER BY metric_date, country
