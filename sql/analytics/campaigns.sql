-- name: campaigns
-- topic: campaigns
-- answers: What did each campaign reach, win, waste and cost?
-- reads: rtb_daily performance or bidder
-- parameter: limit int64 = 50: rows of the answer, the most spend first
-- columns: one row per campaign, with traffic or without, and one without a campaign_id for the creatives that are in none; creatives counts those with traffic
-- cost: one aggregate over the days of the window, joined with the campaigns
SELECT
    account_id,
    campaign_id,
    name,
    status,
    creatives,
    reached_queries,
    impressions,
    wasted_queries,
    clicks,
    money(spend_micros) AS spend,
    currency,
    round(win_rate_pct, 2) AS win_rate_pct,
    round(waste_rate_pct, 2) AS waste_rate_pct,
    round(ctr_pct, 2) AS ctr_pct,
    round(cpm, 4) AS cpm,
    round(cpc, 4) AS cpc,
    round(vcr_pct, 2) AS vcr_pct
FROM v_campaign_performance
ORDER BY spend_micros DESC NULLS LAST, impressions DESC NULLS LAST, account_id, campaign_id
LIMIT $limit
