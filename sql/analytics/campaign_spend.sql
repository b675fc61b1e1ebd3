-- name: campaign_spend
-- days: all
-- answers: What did each campaign cost yesterday, in 7 days, in 30 days and in all?
-- reads: rtb_daily performance
-- parameter: last date = 2026-01-30: the day that the windows end with
-- parameter: week date = 2026-01-24: the first of 7 days
-- parameter: month date = 2026-01-01: the first of 30 days
-- columns: one row per campaign and currency; spend_micros is that of all days, those after the last included
-- cost: one aggregate over all days
SELECT
    members.campaign_id,
    facts.currency,
    sum(CASE WHEN facts.metric_date = $last THEN facts.spend_micros END) AS spend_1d_micros,
    sum(CASE WHEN facts.metric_date BETWEEN $week AND $last THEN facts.spend_micros END) AS spend_7d_micros,
    sum(CASE WHEN facts.metric_date BETWEEN $month AND $last THEN facts.spend_micros END) AS spend_30d_micros,
    sum(facts.spend_micros) AS spend_micros
FROM v_performance AS facts
JOIN campaign_creatives AS members
    ON members.account_id = facts.account_id AND members.creative_id = facts.creative_id
GROUP BY members.campaign_id, facts.currency
ORDER BY members.campaign_id, facts.currency
