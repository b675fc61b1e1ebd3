-- name: funnel_by_publisher
-- topic: funnel
-- answers: How does traffic shrink from inventory to clicks with each publisher?
-- reads: rtb_funnel funnel_publisher
-- parameter: limit int64 = 20: publishers of the answer
-- columns: one row per publisher and step, from inventory to clicks; the shares are of the nearest step before and of the first step that the reports carry; a step that they do not carry is null; is_above_100: reports sample, so a step can be more than the one before
-- cost: one aggregate over the days of the window
SELECT
    account_id,
    publisher_id,
    publisher_name,
    step_number,
    step,
    count,
    round(share_pct(lag(count) IGNORE NULLS OVER of_one, count), 2) AS share_of_step_before_pct,
    round(share_pct(first_value(count) IGNORE NULLS OVER of_one, count), 2) AS share_of_first_pct,
    count > lag(count) IGNORE NULLS OVER of_one AS is_above_100
FROM (
    SELECT
        account_id,
        publisher_id,
        publisher_name,
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
        SELECT *, row_number() OVER (ORDER BY bid_requests DESC NULLS LAST, account_id, publisher_id, publisher_name) AS place
        FROM v_funnel_by_publisher
    ) AS funnel
    CROSS JOIN (VALUES (1, 'inventory_matches'), (2, 'bid_requests'), (3, 'successful_responses'), (4, 'bids'), (5, 'bids_in_auction'), (6, 'auctions_won'), (7, 'reached_queries'), (8, 'impressions'), (9, 'clicks')) AS steps (step_number, step)
    WHERE place <= $limit
) AS counted
WINDOW of_one AS (PARTITION BY account_id, place ORDER BY step_number)
ORDER BY account_id, place, step_number
