-- name: creative_signals
-- topic: creatives
-- answers: Which creatives show signs of waste: no or few clicks, no wins, unfinished videos, too dear, or fraud?
-- reads: rtb_daily performance
-- parameter: signal all|low_ctr|zero_engagement|disapproved|broken_video|low_vcr|high_spend_low_performance|click_fraud = all: only this signal
-- columns: those of v_creative_signals: value is the figure that speaks, threshold what it is held against
-- cost: one aggregate by day over the days of the window
SELECT
    account_id,
    creative_id,
    signal,
    confidence,
    severity,
    round(value, 4) AS value,
    threshold,
    approval_status,
    days,
    click_days,
    reached_queries,
    impressions,
    clicks,
    money(spend_micros) AS spend,
    currency,
    video_starts,
    video_completions,
    round(ctr_pct, 2) AS ctr_pct,
    round(average_ctr_pct, 2) AS average_ctr_pct,
    round(ctr_ratio, 4) AS ctr_ratio,
    round(cpc, 4) AS cpc,
    round(average_cpc, 4) AS average_cpc,
    round(cpc_ratio, 2) AS cpc_ratio,
    round(vcr_pct, 2) AS vcr_pct
FROM v_creative_signals
WHERE $signal = 'all' OR signal = $signal
ORDER BY CASE severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 ELSE 2 END, spend_micros DESC NULLS LAST,
    account_id, creative_id, signal
