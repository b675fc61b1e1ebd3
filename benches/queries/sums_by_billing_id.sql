SELECT billing_id, sum(reached_queries), sum(impressions), sum(clicks), sum(spend_micros)
FROM rtb_daily
GROUP BY billing_id
ORDER BY billing_id
