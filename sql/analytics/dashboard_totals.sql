-- name: dashboard_totals
-- answers: What do the performance reports hold in all?
-- reads: rtb_daily performance
-- parameter: currency text = : the money of the sum; money in another is not in it
-- columns: one row with counts, the first and the last day, and sums
-- cost: one aggregate by day, billing id and size over the days of the window
SELECT
    sum(row_count) AS row_count,
    count(DISTINCT metric_date) AS days,
    count(DISTINCT billing_id) AS billing_ids,
    count(DISTINCT creative_size) AS sizes,
    min(metric_date) AS first_day,
    max(metric_date) AS last_day,
    sum(reached_queries) AS reached_queries,
    sum(impressions) AS impressions,
    round(money(sum(spend_micros)), 2) AS spend
FROM (
    SELECT
        account_id,
        metric_date,
        billing_id,
        creative_size,
        count(*) AS row_count,
        sum(reached_queries) AS reached_queries,
        sum(impressions) AS impressions,
        sum(CASE WHEN coalesce(currency, $currency) = $currency THEN spend_micros END) AS spend_micros
    FROM v_performance
    GROUP BY account_id, metric_date, billing_id, creative_size
) AS groups
GROUP BY account_id
