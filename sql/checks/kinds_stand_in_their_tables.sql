-- name: kinds_stand_in_their_tables
-- finds: report kinds in a fact table that is not theirs, where no view would read them
-- cost: one aggregate over the kinds of all tables
SELECT fact_table, account_id, report, count(*) AS live_rows
FROM (
    SELECT 'rtb_daily' AS fact_table, account_id, report
    FROM rtb_daily
    WHERE report NOT IN ('performance', 'bids', 'bidder')
    UNION ALL
    SELECT 'rtb_funnel' AS fact_table, account_id, report
    FROM rtb_funnel
    WHERE report NOT IN ('funnel_geo', 'funnel_publisher')
    UNION ALL
    SELECT 'rtb_bid_filtering' AS fact_table, account_id, report
    FROM rtb_bid_filtering
    WHERE report <> 'bid_filtering'
    UNION ALL
    SELECT 'rtb_quality' AS fact_table, account_id, report
    FROM rtb_quality
    WHERE report <> 'quality'
) AS misplaced
GROUP BY fact_table, account_id, report
