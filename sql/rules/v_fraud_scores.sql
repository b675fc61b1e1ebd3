-- v_fraud_scores: how much speaks for fraud in an app, a publisher or a creative, for people to look at; nothing is blocked.
-- Rows: one per account and target whose score is at least thresholds.fraud_score_watch. The score is the sum of its five
--   parts, at most 1: clicks_part (clicks_over_impressions), zero_clicks_part (spend_without_clicks), ctr_part (app_ctr,
--   high_ctr or format_ctr, once), vcr_part (low_vcr), uniform_part (even_impressions). verdict is fraud, suspicious
--   or watch. Other signals are counted and have no weight.
-- Reads: v_fraud_signals, thresholds.
-- Null: money of two currencies.
-- Cost: that of v_fraud_signals.
SELECT
    account_id,
    target_type,
    target_id,
    target_name,
    score,
    CASE WHEN score >= fraud_score_fraud THEN 'fraud'
         WHEN score >= fraud_score_suspicious THEN 'suspicious'
         ELSE 'watch' END AS verdict,
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
    spend_micros,
    currency,
    ctr_pct,
    vcr_pct,
    impressions_cv
FROM (
    SELECT
        *,
        -- Weights are decimals: their sum is the one that a reader adds up.
        round(least(clicks_part + zero_clicks_part + ctr_part + vcr_part + uniform_part, 1.0), 6) AS score
    FROM (
        SELECT
            *,
            CASE WHEN has_clicks THEN fraud_weight_clicks ELSE 0.0 END AS clicks_part,
            CASE WHEN has_zero_clicks THEN fraud_weight_zero_clicks ELSE 0.0 END AS zero_clicks_part,
            CASE WHEN has_ctr THEN fraud_weight_ctr ELSE 0.0 END AS ctr_part,
            CASE WHEN has_vcr THEN fraud_weight_vcr ELSE 0.0 END AS vcr_part,
            CASE WHEN has_uniform THEN fraud_weight_uniform ELSE 0.0 END AS uniform_part
        FROM (
            SELECT
                account_id,
                target_type,
                target_id,
                min(target_name) AS target_name,
                bool_or(signal = 'clicks_over_impressions') AS has_clicks,
                bool_or(signal = 'spend_without_clicks') AS has_zero_clicks,
                bool_or(signal IN ('app_ctr', 'high_ctr', 'format_ctr')) AS has_ctr,
                bool_or(signal = 'low_vcr') AS has_vcr,
                bool_or(signal = 'even_impressions') AS has_uniform,
                count(*) AS signals,
                min(days) AS days,
                min(click_days) AS click_days,
                min(impressions) AS impressions,
                min(clicks) AS clicks,
                min(spend_micros) AS spend_micros,
                min(currency) AS currency,
                min(ctr_pct) AS ctr_pct,
                min(vcr_pct) AS vcr_pct,
                min(impressions_cv) AS impressions_cv
            FROM v_fraud_signals
            GROUP BY account_id, target_type, target_id
        ) AS found
        CROSS JOIN thresholds
    ) AS parts
) AS scored
WHERE score >= fraud_score_watch
