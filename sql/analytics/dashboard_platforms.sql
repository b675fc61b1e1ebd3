-- name: dashboard_platforms
-- answers: On which platforms were queries won, and what did they cost?
-- reads: rtb_daily performance
-- parameter: currency text = : the money of the sums; money in another is not told
-- columns: one row per platform; requests, bids and auctions won are of funnel_geo reports that name the platform, null where none
--   does; impressions, spend and win_rate_pct (of reached queries) are of performance reports
-- cost: one aggregate by platform over each kind in the window
SELECT
    coalesce(traffic.platform, funnel.platform) AS platform,
    funnel.bid_requests,
    funnel.bids,
    funnel.auctions_won,
    traffic.impressions,
    CASE WHEN coalesce(traffic.currency, $currency) = $currency THEN round(money(traffic.spend_micros), 2) END AS spend,
    round(traffic.win_rate_pct, 2) AS win_rate_pct
FROM (SELECT * FROM v_waste_by_platform WHERE platform IS NOT NULL) AS traffic
FULL OUTER JOIN (
    SELECT
        account_id,
        platform,
        sum(bid_requests) AS bid_requests,
        sum(bids) AS bids,
        sum(auctions_won) AS auctions_won
    FROM rtb_funnel
    WHERE report = 'funnel_geo' AND platform IS NOT NULL
    GROUP BY account_id, platform
) AS funnel
    ON funnel.account_id = traffic.account_id AND funnel.platform = traffic.platform
ORDER BY traffic.impressions DESC NULLS LAST, funnel.bid_requests DESC NULLS LAST, platform
