-- name: dashboard_auctions
-- answers: What became of the bids, from their submission to impressions that were seen?
-- reads: rtb_funnel funnel_geo
-- columns: one row; bids to auctions won are of funnel_geo, billed and viewable impressions of quality reports, each added up before
--   they stand side by side; null where the report is missing
-- cost: one aggregate over each kind in the window
SELECT
    funnel.bids,
    funnel.bids_in_auction,
    funnel.auctions_won,
    quality.billed_impressions,
    quality.viewable_impressions,
    round(share_pct(funnel.bids, funnel.bids_in_auction), 2) AS in_auction_pct,
    round(auction_win_rate_pct(funnel.bids_in_auction, funnel.auctions_won), 2) AS auction_win_rate_pct
FROM (
    SELECT
        account_id,
        sum(bids) AS bids,
        sum(bids_in_auction) AS bids_in_auction,
        sum(auctions_won) AS auctions_won
    FROM v_funnel_by_day
    GROUP BY account_id
) AS funnel
FULL OUTER JOIN (
    SELECT
        account_id,
        sum(billed_impressions) AS billed_impressions,
        sum(active_view_viewable) AS viewable_impressions
    FROM rtb_quality
    WHERE report = 'quality'
    GROUP BY account_id
) AS quality
    ON quality.account_id = funnel.account_id
