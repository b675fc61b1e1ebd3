-- name: dashboard_creative
-- answers: What did one creative win and cost, and on which days did it run?
-- reads: rtb_daily performance
-- parameter: creative_id text = : the creative
-- parameter: currency text = : the money of the sums; money in another is not in them
-- columns: one row, none where it did not run; cpm and cpc in millionths
-- cost: one aggregate over the creative's rows in the window
SELECT
    impressions,
    clicks,
    spend_micros,
    CAST(round(cpm(spend_micros, impressions) * 1e6) AS BIGINT) AS cpm_micros,
    CAST(round(cpc(spend_micros, clicks) * 1e6) AS BIGINT) AS cpc_micros,
    round(ctr_pct(impressions, clicks), 2) AS ctr_pct,
    days,
    first_day,
    last_day
FROM (
    SELECT
        account_id,
        sum(impressions) AS impressions,
        sum(clicks) AS clicks,
        sum(CASE WHEN coalesce(currency, $currency) = $currency THEN spend_micros END) AS spend_micros,
        count(DISTINCT metric_date) AS days,
        min(metric_date) AS first_day,
        max(metric_date) AS last_day
    FROM v_performance
    WHERE creative_id = $creative_id
    GROUP BY account_id
) AS traffic
