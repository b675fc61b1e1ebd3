-- v_creative_signals: signs of waste in creatives, for people to look at.
-- Rows: one per account, creative and signal: low_ctr, zero_engagement, disapproved (with traffic), broken_video, low_vcr,
--   high_spend_low_performance (much spend without a click, or with clicks too dear), click_fraud. confidence is low,
--   medium or high; severity is medium, high or critical; value is the figure that speaks, threshold what it is held
--   against. The ratios are against the account's average over all rows of the same days.
-- Reads: v_creative_figures, thresholds.
-- Null: a signal needs its figures; where the reports did not carry them there is no row.
-- Cost: one aggregate by day over the days of the session.
SELECT
    account_id,
    creative_id,
    signal,
    confidence,
    CASE signal
        WHEN 'disapproved' THEN 'critical'
        WHEN 'low_ctr' THEN CASE confidence WHEN 'high' THEN 'high' ELSE 'medium' END
        WHEN 'low_vcr' THEN 'medium'
        ELSE 'high'
    END AS severity,
    CASE signal
        WHEN 'low_ctr' THEN ctr_ratio
        WHEN 'zero_engagement' THEN CAST(days AS DOUBLE)
        WHEN 'disapproved' THEN CAST(reached_queries AS DOUBLE)
        WHEN 'broken_video' THEN CAST(reached_queries AS DOUBLE)
        WHEN 'low_vcr' THEN vcr_pct
        WHEN 'high_spend_low_performance' THEN money(spend_micros)
        WHEN 'click_fraud' THEN CASE WHEN is_ctr_fraud THEN ctr_pct ELSE CAST(click_days AS DOUBLE) END
    END AS value,
    CASE signal
        WHEN 'low_ctr' THEN creative_low_ctr_ratio
        WHEN 'zero_engagement' THEN CAST(creative_zero_click_days AS DOUBLE)
        WHEN 'broken_video' THEN CAST(creative_broken_reached AS DOUBLE)
        WHEN 'low_vcr' THEN creative_low_vcr_pct
        WHEN 'high_spend_low_performance' THEN creative_high_spend
        WHEN 'click_fraud' THEN CASE WHEN is_ctr_fraud THEN fraud_ctr_pct ELSE CAST(fraud_click_days_low AS DOUBLE) END
    END AS threshold,
    approval_status,
    days,
    click_days,
    reached_queries,
    impressions,
    clicks,
    spend_micros,
    currency,
    video_starts,
    video_completions,
    ctr_pct,
    cpc,
    vcr_pct,
    average_ctr_pct,
    average_cpc,
    ctr_ratio,
    cpc_ratio
FROM (
    SELECT
        *,
        CASE signal
            WHEN 'low_ctr' THEN low_ctr
            WHEN 'zero_engagement' THEN zero_engagement
            WHEN 'disapproved' THEN disapproved
            WHEN 'broken_video' THEN broken_video
            WHEN 'low_vcr' THEN low_vcr
            WHEN 'high_spend_low_performance' THEN high_spend_low_performance
            WHEN 'click_fraud' THEN click_fraud
        END AS confidence
    FROM (
        -- The confidence of each signal, before the few creatives that have one become a row for each.
        SELECT
            *,
            CASE WHEN ctr_ratio < creative_low_ctr_ratio AND impressions >= creative_impressions
                    AND money(spend_micros) >= creative_low_ctr_spend
                 THEN CASE WHEN money(spend_micros) >= creative_low_ctr_high_spend THEN 'high' ELSE 'medium' END
                 END AS low_ctr,
            CASE WHEN clicks = 0 AND impressions >= creative_impressions AND days >= creative_zero_click_days
                 THEN CASE WHEN days >= creative_zero_click_high_days THEN 'high' ELSE 'medium' END
                 END AS zero_engagement,
            CASE WHEN approval_status = 'DISAPPROVED' AND (reached_queries > 0 OR impressions > 0)
                 THEN 'high' END AS disapproved,
            CASE WHEN is_video AND impressions = 0 AND reached_queries >= creative_broken_reached
                 THEN 'high' END AS broken_video,
            CASE WHEN vcr_pct < creative_low_vcr_pct AND video_starts >= creative_low_vcr_starts
                 THEN 'medium' END AS low_vcr,
            CASE WHEN money(spend_micros) >= creative_high_spend
                 THEN CASE WHEN clicks = 0 THEN 'high'
                           WHEN cpc_ratio >= creative_high_cpc_ratio THEN 'medium' END
                 END AS high_spend_low_performance,
            CASE WHEN click_days >= fraud_click_days_high OR is_ctr_fraud THEN 'high'
                 WHEN click_days >= fraud_click_days_medium THEN 'medium'
                 WHEN click_days >= fraud_click_days_low THEN 'low' END AS click_fraud
        FROM (
            SELECT
                *,
                ctr_pct >= fraud_ctr_pct AND impressions >= fraud_ctr_impressions AS is_ctr_fraud
            FROM v_creative_figures
            CROSS JOIN thresholds
        ) AS figures
    ) AS judged
    CROSS JOIN (VALUES
        ('low_ctr'), ('zero_engagement'), ('disapproved'), ('broken_video'), ('low_vcr'),
        ('high_spend_low_performance'), ('click_fraud')
    ) AS signals (signal)
    WHERE coalesce(
        low_ctr, zero_engagement, disapproved, broken_video, low_vcr, high_spend_low_performance, click_fraud
    ) IS NOT NULL
) AS found
WHERE confidence IS NOT NULL
