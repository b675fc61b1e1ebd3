-- name: dashboard_metrics
-- answers: What did creatives win and cost, by day, country, device and placement?
-- reads: rtb_daily performance
-- parameter: creative_id text = : only this creative; all where empty
-- parameter: campaign_id int64 = 0: only creatives of this campaign; all where 0
-- parameter: country text = : only this country; all where empty
-- parameter: platform text = : only this device; all where empty
-- parameter: currency text = : the money of the sums; money in another is not in them
-- parameter: limit int64 = 100: rows of the answer, the newest day first
-- columns: one row per creative, day, country, device and placement; cpm and cpc in millionths
-- cost: one aggregate over the days of the window; a creative alone is a needle
SELECT
    traffic.creative_id,
    traffic.metric_date,
    traffic.country,
    traffic.platform,
    traffic.placement,
    members.campaign_id,
    traffic.reached_queries,
    traffic.impressions,
    traffic.clicks,
    traffic.spend_micros,
    CAST(round(cpm(traffic.spend_micros, traffic.impressions) * 1e6) AS BIGINT) AS cpm_micros,
    CAST(round(cpc(traffic.spend_micros, traffic.clicks) * 1e6) AS BIGINT) AS cpc_micros
FROM (
    SELECT
        account_id,
        creative_id,
        metric_date,
        country,
        platform,
        placement,
        sum(reached_queries) AS reached_queries,
        sum(impressions) AS impressions,
        sum(clicks) AS clicks,
        sum(CASE WHEN coalesce(currency, $currency) = $currency THEN spend_micros END) AS spend_micros
    FROM v_performance
    WHERE ($creative_id = '' OR creative_id = $creative_id)
        AND ($country = '' OR country = $country)
        AND ($platform = '' OR platform = $platform)
    GROUP BY account_id, creative_id, metric_date, country, platform, placement
) AS traffic
LEFT JOIN campaign_creatives AS members
    ON members.account_id = traffic.account_id AND members.creative_id = traffic.creative_id
WHERE $campaign_id = 0 OR members.campaign_id = $campaign_id
ORDER BY traffic.metric_date DESC, traffic.creative_id, traffic.country, traffic.platform, traffic.placement
LIMIT $limit
