-- v_app_findings: which apps to block or to look at.
-- Rows: one per account, app and rule: block (high: waste_rate_pct and reached queries are from their thresholds on);
--   zero_clicks (medium: many impressions, no click). value is the figure that speaks, threshold what it is held against.
--   Viewability and invalid traffic are reported by publisher only.
-- Reads: v_waste_by_app, thresholds.
-- Null: money of two currencies; a rule needs its figures, and where the reports did not carry them there is no row.
-- Cost: one aggregate over the days of the session.
SELECT
    account_id,
    app_id,
    app_name,
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
    win_rate_pct,
    waste_rate_pct,
    share_of_waste_pct
FROM v_waste_by_app
CROSS JOIN thresholds
CROSS JOIN (VALUES ('block'), ('zero_clicks')) AS rules (rule)
WHERE (app_id IS NOT NULL OR app_name IS NOT NULL) AND CASE rule
    WHEN 'block' THEN waste_rate_pct >= publisher_waste_pct AND reached_queries >= publisher_reached
    WHEN 'zero_clicks' THEN clicks = 0 AND impressions >= publisher_zero_click_impressions
END
