-- Billing ids of performance reports that no synced config has, the largest first; null is what names none.
SELECT account_id, billing_id, sum(total_reached) AS reached_queries
FROM v_config_performance
WHERE config_id IS NULL
GROUP BY account_id, billing_id
ORDER BY account_id, reached_queries DESC NULLS LAST, billing_id
