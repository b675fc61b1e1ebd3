-- name: creative_performance
-- topic: creatives
-- answers: How well does each creative do, and which should be looked at?
-- reads: rtb_daily performance or bidder
-- parameter: limit int64 = 50: rows of the answer, the most reached queries first
-- columns: one row per creative with traffic; win_status is great, ok or review by the thresholds win_great_pct and win_ok_pct, null where the report does not say what was reached; advertiser, format and approval as the last sync said
-- cost: one aggregate over the days of the window, joined with the creatives
SELECT
    traffic.account_id,
    traffic.creative_id,
    creatives.advertiser_name,
    creatives.format,
    creatives.approval_status,
    traffic.reached_queries,
    traffic.impressions,
    traffic.clicks,
    money(traffic.spend_micros) AS spend,
    traffic.currency,
    round(traffic.win_rate_pct, 2) AS win_rate_pct,
    round(traffic.ctr_pct, 2) AS ctr_pct,
    round(traffic.cpm, 4) AS cpm,
    round(cpc(traffic.spend_micros, traffic.clicks), 4) AS cpc,
    round(vcr_pct(traffic.video_starts, traffic.video_completions), 2) AS vcr_pct,
    CASE
        WHEN traffic.win_rate_pct >= thresholds.win_great_pct THEN 'great'
        WHEN traffic.win_rate_pct >= thresholds.win_ok_pct THEN 'ok'
        WHEN traffic.win_rate_pct < thresholds.win_ok_pct THEN 'review'
    END AS win_status
FROM v_waste_by_creative AS traffic
LEFT JOIN creatives
    ON creatives.account_id = traffic.account_id AND creatives.creative_id = traffic.creative_id
CROSS JOIN thresholds
ORDER BY traffic.reached_queries DESC NULLS LAST, traffic.account_id, traffic.creative_id
LIMIT $limit
