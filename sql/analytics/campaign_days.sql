-- name: campaign_days
-- answers: What did each campaign reach, win and cost day by day?
-- reads: rtb_daily performance
-- parameter: campaign int64 = 0: only this campaign; 0 stands for all
-- columns: one row per campaign, day and currency, the oldest day first; a day without rows has none
-- cost: one aggregate over the days of the window
SELECT
    members.campaign_id,
    facts.metric_date,
    facts.currency,
    sum(facts.reached_queries) AS reached_queries,
    sum(facts.impressions) AS impressions,
    sum(facts.clicks) AS clicks,
    sum(facts.spend_micros) AS spend_micros
FROM v_performance AS facts
JOIN campaign_creatives AS members
    ON members.account_id = facts.account_id AND members.creative_id = facts.creative_id
WHERE $campaign = 0 OR members.campaign_id = $campaign
GROUP BY members.campaign_id, facts.metric_date, facts.currency
ORDER BY members.campaign_id, facts.metric_date, facts.currency
