SELECT metric_date, country, sum(reached_queries), sum(impressions)
FROM rtb_daily
WHERE metric_date BETWEEN DATE '{first_day}' AND DATE '{last_day}'
GROUP BY metric_date, country
ORDER BY metric_date, country
