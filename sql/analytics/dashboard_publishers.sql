-- name: dashboard_publishers
-- answers: Which publishers' bid requests were won least, and what did they cost?
-- reads: rtb_funnel funnel_publisher
-- parameter: currency text = : the money of the sums; money in another is not told
-- parameter: limit int64 = 50: rows of the answer, the most requests without a win first
-- columns: one row per publisher; spend is of performance reports, the rest of funnel_publisher, each added up before they are joined;
--   waste_pct is of bid requests that were not won, won_pct of bids
-- cost: one aggregate by publisher over each kind in the window
SELECT
    coalesce(funnel.publisher_id, funnel.publisher_name, '') AS publisher_id,
    coalesce(funnel.publisher_name, funnel.publisher_id, '') AS publisher_name,
    funnel.bid_requests,
    funnel.bids,
    funnel.auctions_won,
    funnel.impressions,
    CASE WHEN coalesce(traffic.currency, $currency) = $currency THEN round(money(traffic.spend_micros), 2) END AS spend,
    round(share_pct(funnel.bid_requests, funnel.bid_requests - funnel.auctions_won), 2) AS waste_pct,
    round(share_pct(funnel.bids, funnel.auctions_won), 2) AS won_pct
FROM v_funnel_by_publisher AS funnel
LEFT JOIN v_waste_by_publisher AS traffic
    ON traffic.account_id = funnel.account_id
    AND coalesce(traffic.publisher_id, '') = coalesce(funnel.publisher_id, '')
    AND CASE WHEN traffic.publisher_id IS NULL THEN coalesce(traffic.publisher_name, '') ELSE '' END
        = CASE WHEN funnel.publisher_id IS NULL THEN coalesce(funnel.publisher_name, '') ELSE '' END
ORDER BY funnel.bid_requests - coalesce(funnel.auctions_won, 0) DESC NULLS LAST, publisher_id, publisher_name
LIMIT $limit
