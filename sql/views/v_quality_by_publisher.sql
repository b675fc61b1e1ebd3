-- v_quality_by_publisher: how visible and how valid the impressions of each publisher were, over all days of the session.
-- Rows: one per account and publisher: its id, or its name where the id is null. A name is an attribute of its id; of several
--   it is the first by the alphabet. Both are null for what the report did not attribute.
-- Reads: rtb_quality, kind quality.
-- Null: a metric that the reports did not carry (Google reports visibility and invalid traffic in different files), and a
--   rate without a denominator. Money of two currencies is not added: spend_micros and currency are null where a row has
--   both.
-- Cost: one aggregate over the days of the session.
SELECT
    account_id,
    publisher_id,
    publisher_name,
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
        publisher_id,
        min(publisher_name) AS publisher_name,
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
            publisher_id,
            min(publisher_name) AS publisher_name,
            currency,
            sum(active_view_measurable) AS active_view_measurable,
            sum(active_view_viewable) AS active_view_viewable,
            sum(impressions) AS impressions,
            sum(pre_filtered_impressions) AS pre_filtered_impressions,
            sum(ivt_credited_impressions) AS ivt_credited_impressions,
            sum(spend_micros) AS spend_micros
        FROM rtb_quality
        WHERE report = 'quality'
        GROUP BY account_id, publisher_id, CASE WHEN publisher_id IS NULL THEN publisher_name END, currency
    ) AS by_currency
    GROUP BY account_id, publisher_id, CASE WHEN publisher_id IS NULL THEN publisher_name END
) AS quality
