SELECT metric_date, sum(reached_queries), sum(impressions), sum(spend_micros)
FROM rtb_daily
WHERE billing_id = '{billing_id}'
GROUP BY metric_date
ORDER BY metric_date
