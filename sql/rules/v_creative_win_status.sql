-- v_creative_win_status: whether each creative wins what it reaches.
-- Rows: one per account and creative with traffic. win_status is great, ok or review by win rate.
-- Reads: v_waste_by_creative, thresholds.
-- Null: rate and status where nothing was reached or the reports did not say.
-- Cost: one aggregate over the days of the session.
SELECT
    account_id,
    creative_id,
    reached_queries,
    impressions,
    win_rate_pct,
    CASE WHEN win_rate_pct >= win_great_pct THEN 'great'
         WHEN win_rate_pct >= win_ok_pct THEN 'ok'
         WHEN win_rate_pct < win_ok_pct THEN 'review' END AS win_status
FROM v_waste_by_creative
CROSS JOIN thresholds
