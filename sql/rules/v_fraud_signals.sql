-- v_fraud_signals: signs of fraud in apps, publishers and creatives, for people to look at; nothing is blocked by them.
-- Rows: one per account, target and signal. value is the figure that speaks and threshold the one that it is held against
--   (the highest that it reached); severity is low, medium, high or critical. The window is that of the session: ask for
--   thresholds.fraud_days days.
-- Reads: v_fraud_figures, thresholds.
-- Null: a signal needs its figures; where the reports did not carry them there is no row.
-- Cost: three aggregates by day over the days of the session.
SELECT
    account_id,
    target_type,
    target_id,
    target_name,
    signal,
    severity,
    CASE signal
        WHEN 'app_ctr' THEN ctr_pct
        WHEN 'high_ctr' THEN ctr_pct
        WHEN 'format_ctr' THEN ctr_pct
        WHEN 'clicks_over_impressions' THEN CAST(click_days AS DOUBLE)
        WHEN 'spend_without_clicks' THEN money(spend_micros)
        WHEN 'even_impressions' THEN impressions_cv
        WHEN 'low_vcr' THEN vcr_pct
        WHEN 'completions_over_starts' THEN CAST(video_completions AS DOUBLE)
        WHEN 'vast_errors' THEN vast_error_rate_pct
    END AS value,
    CASE signal
        WHEN 'app_ctr' THEN CASE severity WHEN 'high' THEN fraud_app_ctr_high_pct ELSE fraud_app_ctr_medium_pct END
        WHEN 'high_ctr' THEN fraud_ctr_pct
        WHEN 'format_ctr' THEN format_ceiling_pct
        WHEN 'clicks_over_impressions' THEN CAST(CASE severity WHEN 'high' THEN fraud_click_days_high
            WHEN 'medium' THEN fraud_click_days_medium ELSE fraud_click_days_low END AS DOUBLE)
        WHEN 'spend_without_clicks' THEN fraud_spend_without_click
        WHEN 'even_impressions' THEN fraud_uniform_cv
        WHEN 'low_vcr' THEN fraud_vcr_pct
        WHEN 'completions_over_starts' THEN CAST(video_starts AS DOUBLE)
        WHEN 'vast_errors' THEN CASE severity WHEN 'high' THEN fraud_vast_error_high_pct
            ELSE fraud_vast_error_medium_pct END
    END AS threshold,
    creative_format,
    days,
    click_days,
    impressions,
    clicks,
    spend_micros,
    currency,
    video_starts,
    video_completions,
    vast_errors,
    ctr_pct,
    vcr_pct,
    vast_error_rate_pct,
    impressions_cv
FROM (
    SELECT
        *,
        CASE signal
            WHEN 'app_ctr' THEN app_ctr
            WHEN 'clicks_over_impressions' THEN clicks_over_impressions
            WHEN 'high_ctr' THEN high_ctr
            WHEN 'format_ctr' THEN format_ctr
            WHEN 'spend_without_clicks' THEN spend_without_clicks
            WHEN 'even_impressions' THEN even_impressions
            WHEN 'low_vcr' THEN low_vcr
            WHEN 'completions_over_starts' THEN completions_over_starts
            WHEN 'vast_errors' THEN vast_error_rate
            WHEN 'several_app_names' THEN several_app_names
            WHEN 'shared_app_name' THEN shared_app_name
        END AS severity
    FROM (
        -- The severity of each signal, before the few targets that have one become a row for each.
        SELECT
            *,
            CASE WHEN target_type = 'app' AND impressions >= fraud_app_impressions
                 THEN CASE WHEN ctr_pct >= fraud_app_ctr_high_pct THEN 'high'
                           WHEN ctr_pct >= fraud_app_ctr_medium_pct THEN 'medium' END
                 END AS app_ctr,
            CASE WHEN click_days >= fraud_click_days_high THEN 'high'
                 WHEN click_days >= fraud_click_days_medium THEN 'medium'
                 WHEN click_days >= fraud_click_days_low THEN 'low' END AS clicks_over_impressions,
            CASE WHEN ctr_pct >= fraud_ctr_pct AND impressions >= fraud_ctr_impressions
                 THEN CASE WHEN money(spend_micros) >= fraud_ctr_critical_spend THEN 'critical' ELSE 'high' END
                 END AS high_ctr,
            CASE WHEN impressions >= fraud_format_impressions AND ctr_pct >= format_ceiling_pct
                 THEN 'medium' END AS format_ctr,
            CASE WHEN clicks = 0 AND money(spend_micros) >= fraud_spend_without_click
                 THEN 'high' END AS spend_without_clicks,
            CASE WHEN impressions_cv < fraud_uniform_cv AND days >= fraud_uniform_days
                    AND impressions >= fraud_uniform_impressions
                 THEN 'medium' END AS even_impressions,
            CASE WHEN vcr_pct < fraud_vcr_pct AND video_starts >= fraud_vcr_starts THEN 'medium' END AS low_vcr,
            CASE WHEN video_completions > video_starts THEN 'high' END AS completions_over_starts,
            CASE WHEN vast_error_rate_pct >= fraud_vast_error_high_pct THEN 'high'
                 WHEN vast_error_rate_pct >= fraud_vast_error_medium_pct THEN 'medium' END AS vast_error_rate,
            CASE WHEN has_several_names THEN 'low' END AS several_app_names,
            CASE WHEN has_shared_name THEN 'low' END AS shared_app_name
        FROM (
            SELECT
                *,
                CASE creative_format
                    WHEN 'DISPLAY' THEN fraud_ctr_banner_pct
                    WHEN 'NATIVE' THEN fraud_ctr_native_pct
                    WHEN 'VIDEO' THEN fraud_ctr_video_pct
                END AS format_ceiling_pct
            FROM v_fraud_figures
            CROSS JOIN thresholds
        ) AS figures
    ) AS judged
    CROSS JOIN (VALUES
        ('app_ctr'), ('clicks_over_impressions'), ('high_ctr'), ('format_ctr'), ('spend_without_clicks'),
        ('even_impressions'), ('low_vcr'), ('completions_over_starts'), ('vast_errors'), ('several_app_names'),
        ('shared_app_name')
    ) AS signals (signal)
    WHERE coalesce(
        app_ctr, clicks_over_impressions, high_ctr, format_ctr, spend_without_clicks, even_impressions, low_vcr,
        completions_over_starts, vast_error_rate, several_app_names, shared_app_name
    ) IS NOT NULL
) AS found
WHERE severity IS NOT NULL
