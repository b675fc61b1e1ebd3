-- v_quality_by_creative: how visible and how valid the impressions of each creative were, over all days of the session.
-- Rows: one per account and creative id, whether a sync named the creative or not (null is "the report did not say").
-- Reads: rtb_quality, kind quality.
-- Null: a metric that the reports did not carry (Google reports visibility and invalid traffic in different files), and a
--   rate without a denominator. Money of two currencies is not added: spend_micros and currency are null where a row has
--   both.
-- Cost: one aggregate over the days of the session.
SELECT
    account_id,
    creative_id,
    active_view_measurable,
    active_view_viewable,
    viewability_pct(active_view_measurable, active_view_viewable) AS viewability_pct,
    impressions,
    pre_filtered_impressions,
    ivt_credited_impressions,
    ivt_rate_pct(impressions, ivt_credited_impressions) AS ivt_rate_pct,
    spend_micros,
    currency
FROM (
    SELECT
        account_id,
        creative_id,
        sum(active_view_measurable) AS active_view_measurable,
        sum(active_view_viewable) AS active_view_viewable,
        sum(impressions) AS impressions,
        sum(pre_filtered_impressions) AS pre_filtered_impressions,
        sum(ivt_credited_impressions) AS ivt_credited_impressions,
        CASE WHEN count(spend_micros) = 1 THEN sum(spend_micros) END AS spend_micros,
        CASE WHEN count(spend_micros) = 1 THEN max(currency) FILTER (WHERE spend_micros IS NOT NULL) END AS currency
    FROM (
        SELECT
            account_id,
            creative_id,
            currency,
            sum(active_view_measurable) AS active_view_measurable,
            sum(active_view_viewable) AS active_view_viewable,
            sum(impressions) AS impressions,
            sum(pre_filtered_impressions) AS pre_filtered_impressions,
            sum(ivt_credited_impressions) AS ivt_credited_impressions,
            sum(spend_micros) AS spend_micros
        FROM rtb_quality
        WHERE report = 'quality'
        GROUP BY account_id, creative_id, currency
    ) AS by_currency
    GROUP BY account_id, creative_id
) AS quality
