-- v_publisher_findings: which publishers to block or to look at.
-- Rows: one per account, publisher and rule: block (high: waste_rate_pct and reached queries are from their thresholds
--   on); zero_clicks (medium: many impressions, no click), both of performance reports; low_viewability (medium) and ivt
--   (invalid traffic: medium or high), both of quality reports. value is the figure that speaks, threshold what it is held
--   against; reached_queries, clicks and waste_rate_pct are null for the rules of quality reports, and impressions and
--   spend are those of the report that the rule reads.
-- Reads: v_waste_by_publisher, v_quality_by_publisher, thresholds.
-- Null: money of two currencies; a rule needs its figures, and where the reports did not carry them there is no row.
-- Cost: one aggregate over the days of the session of each kind.
SELECT
    account_id,
    publisher_id,
    publisher_name,
    rule,
    CASE rule WHEN 'block' THEN 'high' ELSE 'medium' END AS severity,
    CASE rule WHEN 'block' THEN waste_rate_pct ELSE CAST(impressions AS DOUBLE) END AS value,
    CASE rule WHEN 'block' THEN publisher_waste_pct ELSE CAST(publisher_zero_click_impressions AS DOUBLE) END AS threshold,
    reached_queries,
    impressions,
    wasted_queries,
    clicks,
    spend_micros,
    currency,
    waste_rate_pct,
    share_of_waste_pct
FROM v_waste_by_publisher
CROSS JOIN thresholds
CROSS JOIN (VALUES ('block'), ('zero_clicks')) AS rules (rule)
WHERE (publisher_id IS NOT NULL OR publisher_name IS NOT NULL) AND CASE rule
    WHEN 'block' THEN waste_rate_pct >= publisher_waste_pct AND reached_queries >= publisher_reached
    WHEN 'zero_clicks' THEN clicks = 0 AND impressions >= publisher_zero_click_impressions
END
UNION ALL
SELECT
    account_id,
    publisher_id,
    publisher_name,
    rule,
    CASE WHEN rule = 'ivt' AND ivt_rate_pct >= ivt_high_pct THEN 'high' ELSE 'medium' END AS severity,
    CASE rule WHEN 'ivt' THEN ivt_rate_pct ELSE viewability_pct END AS value,
    CASE WHEN rule = 'low_viewability' THEN viewability_low_pct
         WHEN ivt_rate_pct >= ivt_high_pct THEN ivt_high_pct
         ELSE ivt_medium_pct END AS threshold,
    NULL AS reached_queries,
    impressions,
    NULL AS wasted_queries,
    NULL AS clicks,
    spend_micros,
    currency,
    NULL AS waste_rate_pct,
    NULL AS share_of_waste_pct
FROM v_quality_by_publisher
CROSS JOIN thresholds
CROSS JOIN (VALUES ('low_viewability'), ('ivt')) AS rules (rule)
WHERE (publisher_id IS NOT NULL OR publisher_name IS NOT NULL) AND CASE rule
    WHEN 'low_viewability' THEN viewability_pct < viewability_low_pct
    WHEN 'ivt' THEN ivt_rate_pct >= ivt_medium_pct
END
