-- Config performance, the largest first.
SELECT
    billing_id,
    display_name AS config,
    total_reached AS reached,
    total_impressions AS impressions,
    total_clicks AS clicks,
    round(total_spend_usd, 2) AS spend,
    currency,
    win_rate_pct,
    waste_rate_pct
FROM v_config_performance
ORDER BY total_reached DESC
