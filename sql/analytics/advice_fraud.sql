-- name: advice_fraud
-- answers: Which apps, publishers and creatives call for a person to judge whether they are fraud?
-- reads: rtb_daily performance
-- columns: a finding per target of v_fraud_scores that is called fraud or suspicious: rule, target, the score and its threshold
-- cost: that of v_fraud_scores
SELECT
    CASE verdict WHEN 'fraud' THEN 'fraud' ELSE 'fraud_suspicious' END AS rule,
    CASE verdict WHEN 'fraud' THEN 'high' ELSE 'medium' END AS rule_severity,
    CASE verdict WHEN 'fraud' THEN 'high' ELSE 'medium' END AS rule_confidence,
    target_type,
    target_id,
    target_name,
    false AS has_id,
    CAST(NULL AS BIGINT) AS reached_queries,
    impressions,
    spend_micros AS wasted_spend_micros,
    'fraud_score' AS metric_name,
    score AS metric_value,
    CASE verdict WHEN 'fraud' THEN fraud_score_fraud ELSE fraud_score_suspicious END AS threshold,
    'above' AS comparison,
    impressions AS sample_size
FROM v_fraud_scores
CROSS JOIN thresholds
WHERE verdict IN ('fraud', 'suspicious') AND target_id IS NOT NULL
ORDER BY score DESC, target_id
