-- name: fraud_signals
-- topic: quality
-- answers: Which apps, publishers and creatives show signs of fraud that people should look at (nothing is blocked)?
-- reads: rtb_daily performance
-- days: fraud_days
-- parameter: target all|app|publisher|creative = all: only signals of these
-- parameter: signal text = all: only this signal, such as app_ctr
-- columns: those of v_fraud_signals: value is the figure that speaks, threshold what it is held against
-- cost: three aggregates by day over the days of the window
SELECT
    account_id,
    target_type,
    target_id,
    target_name,
    signal,
    severity,
    round(value, 4) AS value,
    threshold,
    creative_format,
    days,
    click_days,
    impressions,
    clicks,
    money(spend_micros) AS spend,
    currency,
    video_starts,
    video_completions,
    vast_errors,
    round(ctr_pct, 2) AS ctr_pct,
    round(vcr_pct, 2) AS vcr_pct,
    round(vast_error_rate_pct, 2) AS vast_error_rate_pct,
    round(impressions_cv, 4) AS impressions_cv
FROM v_fraud_signals
WHERE ($target = 'all' OR target_type = $target) AND ($signal = 'all' OR signal = $signal)
ORDER BY CASE severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END,
    impressions DESC NULLS LAST, account_id, target_type, target_id, signal
