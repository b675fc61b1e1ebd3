-- name: dashboard_spend
-- answers: What was won and what did it cost, in all or of one billing id?
-- reads: rtb_daily performance
-- parameter: billing_id text = : only this billing id; all where empty
-- parameter: currency text = : the money of the sum; money without a currency counts as of it
-- columns: one row; spend with two decimals, cpm per thousand impressions
-- cost: one aggregate over the days of the window
SELECT
    impressions,
    spend_micros,
    round(money(spend_micros), 2) AS spend,
    round(cpm(spend_micros, impressions), 4) AS cpm
FROM (
    SELECT
        account_id,
        sum(impressions) AS impressions,
        sum(CASE WHEN coalesce(currency, $currency) = $currency THEN spend_micros END) AS spend_micros
    FROM v_performance
    WHERE $billing_id = '' OR billing_id = $billing_id
    GROUP BY account_id
) AS traffic
