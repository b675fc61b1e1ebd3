-- name: fraud_scores
-- topic: quality
-- answers: How much speaks for fraud in each app, publisher and creative that people should look at (nothing is blocked)?
-- reads: rtb_daily performance
-- days: fraud_days
-- parameter: verdict all|fraud|suspicious|watch = all: only targets with this verdict
-- columns: those of v_fraud_scores: the score is the sum of its parts, at most 1
-- cost: three aggregates by day over the days of the window
SELECT
    account_id,
    target_type,
    target_id,
    target_name,
    score,
    verdict,
    clicks_part,
    zero_clicks_part,
    ctr_part,
    vcr_part,
    uniform_part,
    signals,
    days,
    click_days,
    impressions,
    clicks,
    money(spend_micros) AS spend,
    currency,
    round(ctr_pct, 2) AS ctr_pct,
    round(vcr_pct, 2) AS vcr_pct,
    round(impressions_cv, 4) AS impressions_cv
FROM v_fraud_scores
WHERE $verdict = 'all' OR verdict = $verdict
ORDER BY score DESC, impressions DESC NULLS LAST, account_id, target_type, target_id
