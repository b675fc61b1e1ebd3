-- name: dashboard_funnel_creatives
-- answers: Which creatives' bids won, and in which countries most?
-- reads: rtb_daily bids
-- parameter: limit int64 = 30: creatives of the answer, the most auctions won first
-- columns: up to five rows per creative, one for each of its countries with the most auctions won; place is the creative's,
--   the figures are its own over all countries; creatives is how many there are in all
-- cost: one aggregate by creative and country over the days of the window
SELECT
    creative_id,
    place,
    country,
    bids,
    reached_queries,
    bids_in_auction,
    auctions_won,
    round(share_pct(reached_queries, auctions_won), 2) AS won_pct,
    max(place) OVER (PARTITION BY account_id) AS creatives
FROM (
    SELECT
        account_id,
        creative_id,
        country,
        country_place,
        bids,
        reached_queries,
        bids_in_auction,
        auctions_won,
        dense_rank() OVER (
            PARTITION BY account_id ORDER BY auctions_won DESC NULLS LAST, bids DESC NULLS LAST, creative_id
        ) AS place
    FROM (
        SELECT
            account_id,
            creative_id,
            country,
            row_number() OVER (
                PARTITION BY account_id, creative_id ORDER BY won_there DESC NULLS LAST, bids_there DESC NULLS LAST, country
            ) AS country_place,
            sum(bids_there) OVER (PARTITION BY account_id, creative_id) AS bids,
            sum(reached_there) OVER (PARTITION BY account_id, creative_id) AS reached_queries,
            sum(in_auction_there) OVER (PARTITION BY account_id, creative_id) AS bids_in_auction,
            sum(won_there) OVER (PARTITION BY account_id, creative_id) AS auctions_won
        FROM (
            SELECT
                account_id,
                creative_id,
                country,
                sum(bids) AS bids_there,
                sum(reached_queries) AS reached_there,
                sum(bids_in_auction) AS in_auction_there,
                sum(auctions_won) AS won_there
            FROM rtb_daily
            WHERE report = 'bids'
            GROUP BY account_id, creative_id, country
        ) AS by_country
    ) AS by_creative
) AS ranked
WHERE country_place <= 5
QUALIFY place <= $limit
ORDER BY place, country_place
