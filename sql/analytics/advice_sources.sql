-- name: advice_sources
-- answers: Of which data is there any?
-- reads: rtb_daily performance
-- columns: source: performance, troubleshooting (bids, funnel, filtering) or creatives (approved ones)
-- cost: a look at one column of each fact table
SELECT 'performance' AS source FROM v_performance HAVING count(*) > 0
UNION ALL
SELECT 'troubleshooting' AS source FROM (
    SELECT account_id FROM rtb_daily WHERE report = 'bids'
    UNION ALL
    SELECT account_id FROM rtb_funnel
    UNION ALL
    SELECT account_id FROM rtb_bid_filtering
) AS others HAVING count(*) > 0
UNION ALL
SELECT 'creatives' AS source FROM creatives WHERE approval_status = 'APPROVED' AND vanished_at IS NULL HAVING count(*) > 0
