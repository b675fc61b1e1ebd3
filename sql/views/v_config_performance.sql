-- v_config_performance: what each pretargeting config reached, won and wasted, over all days of the session.
-- Rows: one per config and currency (a config without traffic has one, with currency null), and one per billing id
--   without a config, named 'unattributed', with config_id and state null: shown, never hidden.
-- Reads: rows of performance reports only, so that no query and no money is counted twice.
-- Units: total_spend_usd is in units of `currency` (the name is historical), divided once, after an exact sum.
-- Null: a metric that the reports did not carry is null. A config without rows has 0: reports leave out what had
--   no traffic. Rates have one decimal, 0 where nothing was reached, null where the metric is.
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
    money(total_spend_micros) AS total_spend_usd,
    CASE WHEN total_reached = 0 THEN 0.0
         ELSE round(win_rate_pct(total_reached, total_impressions), 1) END AS win_rate_pct,
    CASE WHEN total_reached = 0 THEN 0.0
         ELSE round(waste_rate_pct(total_reached, total_impressions), 1) END AS waste_rate_pct
FROM (
    SELECT
        coalesce(config.account_id, traffic.account_id) AS account_id,
        config.config_id,
        traffic.currency,
        coalesce(config.billing_id, traffic.billing_id) AS billing_id,
        CASE WHEN config.config_id IS NULL THEN 'unattributed' ELSE config.display_name END AS display_name,
        config.user_name,
        config.state,
        config.included_sizes,
        config.included_geos,
        CASE WHEN traffic.account_id IS NULL THEN 0 ELSE traffic.reached END AS total_reached,
        CASE WHEN traffic.account_id IS NULL THEN 0 ELSE traffic.impressions END AS total_impressions,
        CASE WHEN traffic.account_id IS NULL THEN 0 ELSE traffic.clicks END AS total_clicks,
        CASE WHEN traffic.account_id IS NULL THEN 0 ELSE traffic.spend_micros END AS total_spend_micros
    FROM pretargeting_configs AS config
    FULL OUTER JOIN (
        SELECT
            account_id,
            billing_id,
            currency,
            sum(reached_queries) AS reached,
            sum(impressions) AS impressions,
            sum(clicks) AS clicks,
            sum(spend_micros) AS spend_micros
        FROM rtb_daily
        WHERE report = 'performance'
        GROUP BY account_id, billing_id, currency
    ) AS traffic
        ON traffic.account_id = config.account_id AND traffic.billing_id = config.billing_id
) AS joined
