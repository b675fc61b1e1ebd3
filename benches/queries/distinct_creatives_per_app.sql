SELECT app_id, count(DISTINCT creative_id) AS creatives
FROM rtb_daily
GROUP BY app_id
ORDER BY creatives DESC, app_id
LIMIT 20
