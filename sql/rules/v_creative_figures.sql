-- v_creative_figures: what the signals of waste of a creative are judged by, over all days of the session.
-- Rows: one per account and creative with traffic. days are those with impressions, click_days those with more clicks than
--   impressions. The ratios are those of the creative's CTR and CPC to the account's, over all rows of the same days.
--   is_video says that Google, or else the reports, call it a video.
-- Reads: v_target_days, creatives.
-- Null: a metric that the reports did not carry, a ratio without a denominator, money of two currencies, approval_status
--   of a creative that Google does not list.
-- Cost: one aggregate by day over the days of the session.
SELECT
    figures.account_id,
    figures.creative_id,
    creative.approval_status,
    coalesce(creative.format, figures.creative_format) = 'VIDEO' AS is_video,
    figures.days,
    figures.click_days,
    figures.reached_queries,
    figures.impressions,
    figures.clicks,
    figures.spend_micros,
    figures.currency,
    figures.video_starts,
    figures.video_completions,
    ctr_pct(figures.impressions, figures.clicks) AS ctr_pct,
    cpc(figures.spend_micros, figures.clicks) AS cpc,
    vcr_pct(figures.video_starts, figures.video_completions) AS vcr_pct,
    ctr_pct(figures.all_impressions_with_clicks, figures.all_clicks) AS average_ctr_pct,
    cpc(figures.all_spend_micros, figures.all_clicks_with_spend) AS average_cpc,
    -- Cross-multiplied, so that a ratio at its threshold is the threshold: each product is of whole numbers.
    CAST(figures.clicks AS DOUBLE) * figures.all_impressions_with_clicks
        / nullif(CAST(figures.impressions AS DOUBLE) * figures.all_clicks, 0) AS ctr_ratio,
    CAST(figures.spend_micros AS DOUBLE) * figures.all_clicks_with_spend
        / nullif(CAST(figures.clicks AS DOUBLE) * figures.all_spend_micros, 0) AS cpc_ratio
FROM (
    SELECT
        account_id,
        creative_id,
        creative_format,
        days,
        click_days,
        reached_queries,
        impressions,
        clicks,
        CASE WHEN has_one_currency THEN spend_micros END AS spend_micros,
        CASE WHEN has_one_currency THEN currency END AS currency,
        video_starts,
        video_completions,
        sum(clicks) OVER (PARTITION BY account_id) AS all_clicks,
        sum(CASE WHEN clicks IS NOT NULL THEN impressions END) OVER (PARTITION BY account_id)
            AS all_impressions_with_clicks,
        -- Money of two currencies has no average.
        CASE WHEN (min(currency) OVER (PARTITION BY account_id) IS NOT DISTINCT FROM
                max(last_currency) OVER (PARTITION BY account_id))
            AND sum(with_currency) OVER (PARTITION BY account_id) IN (0, sum(with_money) OVER (PARTITION BY account_id))
            THEN sum(spend_micros) OVER (PARTITION BY account_id) END AS all_spend_micros,
        sum(CASE WHEN spend_micros IS NOT NULL THEN clicks END) OVER (PARTITION BY account_id)
            AS all_clicks_with_spend
    FROM (
        SELECT
            account_id,
            target_id AS creative_id,
            CASE WHEN min(first_format) = max(last_format) THEN min(first_format) END AS creative_format,
            count(*) FILTER (WHERE impressions > 0) AS days,
            count(*) FILTER (WHERE clicks > coalesce(impressions, 0)) AS click_days,
            sum(reached_queries) AS reached_queries,
            sum(impressions) AS impressions,
            sum(clicks) AS clicks,
            sum(spend_micros) AS spend_micros,
            min(first_currency) AS currency,
            max(last_currency) AS last_currency,
            sum(with_currency) AS with_currency,
            sum(with_money) AS with_money,
            (min(first_currency) IS NOT DISTINCT FROM max(last_currency))
                AND sum(with_currency) IN (0, sum(with_money)) AS has_one_currency,
            sum(video_starts) AS video_starts,
            sum(video_completions) AS video_completions
        FROM v_target_days
        WHERE target_type = 'creative'
        GROUP BY account_id, target_id
    ) AS creatives_with_traffic
) AS figures
LEFT JOIN creatives AS creative
    ON creative.account_id = figures.account_id AND creative.creative_id = figures.creative_id
    AND creative.vanished_at IS NULL
