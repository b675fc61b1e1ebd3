-- name: configs
-- topic: configs
-- answers: What did each pretargeting config reach, win and waste, and what did it cost?
-- reads: rtb_daily performance
-- columns: those of v_config_performance: one row per config and currency, and the billing ids without a config
-- cost: one aggregate over the days of the window
SELECT
    account_id,
    config_id,
    currency,
    billing_id,
    display_name,
    user_name,
    state,
    included_sizes,
    included_geos,
    total_reached,
    total_impressions,
    total_clicks,
    total_spend_usd,
    win_rate_pct,
    waste_rate_pct
FROM v_config_performance
ORDER BY total_reached DESC NULLS LAST, account_id, billing_id, currency
