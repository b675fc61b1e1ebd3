-- v_geo_findings: which countries to exclude, to watch and to have more of.
-- Rows: one per account and country with enough impressions to be judged. rule is exclude, monitor, expand or ok. The
--   ratios are those of the country's CTR and CPM to the account's, over all rows of the same days (also of countries with
--   few impressions, and of rows whose report named no country).
-- Reads: v_waste_by_country, thresholds.
-- Null: CPM and its ratio where money is of two currencies or there is none: such a country is neither excluded nor watched
--   for its price.
-- Cost: one aggregate over the days of the session.
SELECT
    account_id,
    country,
    reached_queries,
    impressions,
    clicks,
    spend_micros,
    currency,
    ctr_pct,
    cpm,
    average_ctr_pct,
    average_cpm,
    ctr_ratio,
    cpm_ratio,
    rule,
    CASE rule WHEN 'exclude' THEN 'high' WHEN 'monitor' THEN 'medium' WHEN 'expand' THEN 'low' END AS severity
FROM (
    SELECT
        *,
        CASE WHEN ctr_ratio < geo_exclude_ctr_ratio AND money(spend_micros) >= geo_exclude_spend THEN 'exclude'
             WHEN ctr_ratio < geo_monitor_ctr_ratio OR cpm_ratio < geo_monitor_cpm_ratio THEN 'monitor'
             WHEN ctr_ratio >= geo_expand_ctr_ratio THEN 'expand'
             ELSE 'ok' END AS rule
    FROM (
        SELECT
            *,
            -- Cross-multiplied, so that a ratio at its threshold is the threshold: each product is of whole numbers.
            CAST(clicks AS DOUBLE) * all_impressions_with_clicks
                / nullif(CAST(impressions AS DOUBLE) * all_clicks, 0) AS ctr_ratio,
            CAST(spend_micros AS DOUBLE) * all_impressions_with_spend
                / nullif(CAST(impressions AS DOUBLE) * all_spend_micros, 0) AS cpm_ratio,
            ctr_pct(all_impressions_with_clicks, all_clicks) AS average_ctr_pct,
            cpm(all_spend_micros, all_impressions_with_spend) AS average_cpm
        FROM (
            SELECT
                account_id,
                country,
                reached_queries,
                impressions,
                clicks,
                spend_micros,
                currency,
                ctr_pct,
                cpm,
                sum(clicks) OVER (PARTITION BY account_id) AS all_clicks,
                sum(CASE WHEN clicks IS NOT NULL THEN impressions END) OVER (PARTITION BY account_id)
                    AS all_impressions_with_clicks,
                -- Money of two currencies has no average.
                CASE WHEN min(CASE WHEN spend_micros IS NOT NULL THEN coalesce(currency, '') END)
                        OVER (PARTITION BY account_id)
                    = max(CASE WHEN spend_micros IS NOT NULL THEN coalesce(currency, '') END)
                        OVER (PARTITION BY account_id)
                    THEN sum(spend_micros) OVER (PARTITION BY account_id) END AS all_spend_micros,
                sum(CASE WHEN spend_micros IS NOT NULL THEN impressions END) OVER (PARTITION BY account_id)
                    AS all_impressions_with_spend
            FROM v_waste_by_country
        ) AS countries
    ) AS rated
    CROSS JOIN thresholds
    WHERE country IS NOT NULL AND impressions >= geo_impressions
) AS judged
