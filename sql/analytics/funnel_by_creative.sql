-- name: funnel_by_creative
-- topic: funnel
-- answers: How does traffic shrink from bids to clicks with each creative?
-- reads: rtb_daily performance or bidder
-- reads: rtb_daily bids
-- parameter: limit int64 = 20: creatives of the answer
-- columns: one row per creative and step, from inventory to clicks; the shares are of the nearest step before and of the first step that the reports carry; a step that they do not carry is null; is_above_100: reports sample, so a step can be more than the one before (steps up to auctions_won are of bids reports, the others of performance reports, and no share is across the two)
-- cost: one aggregate over the days of the window for each of the two kinds of report
SELECT
    account_id,
    creative_id,
    step_number,
    step,
    count,
    round(share_pct(lag(count) IGNORE NULLS OVER of_one, count), 2) AS share_of_step_before_pct,
    round(share_pct(first_value(count) IGNORE NULLS OVER of_one, count), 2) AS share_of_first_pct,
    count > lag(count) IGNORE NULLS OVER of_one AS is_above_100
FROM (
    SELECT
        account_id,
        creative_id,
        place,
        step_number,
        step,
        CASE step
            WHEN 'inventory_matches' THEN inventory_matches
            WHEN 'bid_requests' THEN bid_requests
            WHEN 'successful_responses' THEN successful_responses
            WHEN 'bids' THEN bids
            WHEN 'bids_in_auction' THEN bids_in_auction
            WHEN 'auctions_won' THEN auctions_won
            WHEN 'reached_queries' THEN reached_queries
            WHEN 'impressions' THEN impressions
            WHEN 'clicks' THEN clicks
        END AS count
    FROM (
        SELECT *, row_number() OVER (ORDER BY coalesce(bids, reached_queries) DESC NULLS LAST, account_id, creative_id) AS place
        FROM (
            SELECT
                coalesce(traffic.account_id, bids.account_id) AS account_id,
                coalesce(traffic.creative_id, bids.creative_id) AS creative_id,
                CAST(NULL AS BIGINT) AS inventory_matches,
                CAST(NULL AS BIGINT) AS bid_requests,
                CAST(NULL AS BIGINT) AS successful_responses,
                bids.bids,
                bids.bids_in_auction,
                bids.auctions_won,
                traffic.reached_queries,
                traffic.impressions,
                traffic.clicks
            FROM v_waste_by_creative AS traffic
            FULL OUTER JOIN v_bids_by_creative AS bids
                ON bids.account_id = traffic.account_id AND bids.creative_id = traffic.creative_id
        ) AS joined
    ) AS funnel
    CROSS JOIN (VALUES (1, 'inventory_matches'), (2, 'bid_requests'), (3, 'successful_responses'), (4, 'bids'), (5, 'bids_in_auction'), (6, 'auctions_won'), (7, 'reached_queries'), (8, 'impressions'), (9, 'clicks')) AS steps (step_number, step)
    WHERE place <= $limit
) AS counted
WINDOW of_one AS (PARTITION BY account_id, place, step_number > 6 ORDER BY step_number)
ORDER BY account_id, place, step_number
