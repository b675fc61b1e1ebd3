-- name: advice_countries
-- answers: Which countries are to be excluded, watched, kept or expanded, and which click well enough for a proposal?
-- reads: rtb_daily performance
-- columns: country, verdict (the rule of v_geo_findings), impressions, spend_micros, currency, ctr_pct, ctr_ratio, is_good
-- cost: that of v_geo_findings
SELECT
    country,
    rule AS verdict,
    impressions,
    spend_micros,
    currency,
    ctr_pct,
    ctr_ratio,
    coalesce(ctr_ratio >= proposal_good_ctr_ratio, false) AS is_good
FROM v_geo_findings
CROSS JOIN thresholds
ORDER BY impressions DESC, country
