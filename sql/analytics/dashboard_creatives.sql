-- name: dashboard_creatives
-- answers: How much of what each creative reached did it win, and how many creatives do well?
-- reads: rtb_daily performance
-- parameter: limit int64 = 50: rows of the answer, the most reached queries first
-- columns: one row per creative; bids are of bids reports, the rest of performance reports; status is that of
--   v_creative_win_status, review where nothing was reached; creatives, great, ok and review count all creatives
-- cost: one aggregate by creative over each kind in the window
SELECT
    creative_id,
    reached_queries,
    bids,
    impressions,
    win_rate_pct,
    waste_rate_pct,
    status,
    count(*) OVER (PARTITION BY account_id) AS creatives,
    sum(CASE WHEN status = 'great' THEN 1 ELSE 0 END) OVER (PARTITION BY account_id) AS great,
    sum(CASE WHEN status = 'ok' THEN 1 ELSE 0 END) OVER (PARTITION BY account_id) AS ok,
    sum(CASE WHEN status = 'review' THEN 1 ELSE 0 END) OVER (PARTITION BY account_id) AS review
FROM (
    SELECT
        traffic.account_id,
        traffic.creative_id,
        traffic.reached_queries,
        traffic.impressions,
        auctions.bids,
        round(traffic.win_rate_pct, 2) AS win_rate_pct,
        round(waste_rate_pct(traffic.reached_queries, traffic.impressions), 2) AS waste_rate_pct,
        coalesce(traffic.win_status, 'review') AS status
    FROM v_creative_win_status AS traffic
    LEFT JOIN v_bids_by_creative AS auctions
        ON auctions.account_id = traffic.account_id AND auctions.creative_id = traffic.creative_id
) AS judged
ORDER BY reached_queries DESC NULLS LAST, creative_id
LIMIT $limit
