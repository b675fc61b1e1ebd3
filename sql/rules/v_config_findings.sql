-- v_config_findings: which pretargeting configs waste too much of what they reach, and the band of each.
-- Rows: one per config, and per billing id without a config (named 'unattributed'), whatever their currencies. rule is
--   'waste' with severity medium or high, from so many reached queries on. band is healthy, warning or critical by win
--   rate, low_volume where too little was reached to say.
-- Reads: v_config_performance, thresholds.
-- Null: rule and severity where nothing is found; rates where nothing was reached or the reports did not say.
-- Cost: one aggregate over the days of the session.
SELECT
    account_id,
    config_id,
    billing_id,
    display_name,
    user_name,
    state,
    reached_queries,
    impressions,
    reached_queries - impressions AS wasted_queries,
    win_rate_pct,
    waste_rate_pct,
    CASE WHEN reached_queries < config_band_reached THEN 'low_volume'
         WHEN win_rate_pct >= config_win_healthy_pct THEN 'healthy'
         WHEN win_rate_pct >= config_win_warning_pct THEN 'warning'
         WHEN win_rate_pct < config_win_warning_pct THEN 'critical' END AS band,
    CASE WHEN reached_queries >= config_reached AND waste_rate_pct >= config_waste_medium_pct
         THEN 'waste' END AS rule,
    CASE WHEN reached_queries < config_reached THEN NULL
         WHEN waste_rate_pct >= config_waste_high_pct THEN 'high'
         WHEN waste_rate_pct >= config_waste_medium_pct THEN 'medium' END AS severity
FROM (
    SELECT
        *,
        win_rate_pct(reached_queries, impressions) AS win_rate_pct,
        waste_rate_pct(reached_queries, impressions) AS waste_rate_pct
    FROM (
        SELECT
            account_id,
            config_id,
            billing_id,
            min(display_name) AS display_name,
            min(user_name) AS user_name,
            min(state) AS state,
            sum(total_reached) AS reached_queries,
            sum(total_impressions) AS impressions
        FROM v_config_performance
        GROUP BY account_id, config_id, billing_id
    ) AS configs
) AS rated
CROSS JOIN thresholds
