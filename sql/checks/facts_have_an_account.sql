-- name: facts_have_an_account
-- finds: accounts with facts that the store does not know
-- cost: one aggregate over the accounts of all tables
SELECT facts.account_id, facts.report, facts.live_rows
FROM (
    SELECT account_id, report, count(*) AS live_rows
    FROM (
        SELECT account_id, report FROM rtb_daily
        UNION ALL
        SELECT account_id, report FROM rtb_funnel
        UNION ALL
        SELECT account_id, report FROM rtb_bid_filtering
        UNION ALL
        SELECT account_id, report FROM rtb_quality
    ) AS stored
    GROUP BY account_id, report
) AS facts
LEFT JOIN accounts
    ON accounts.account_id = facts.account_id
WHERE accounts.account_id IS NULL
