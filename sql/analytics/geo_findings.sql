-- name: geo_findings
-- topic: waste
-- answers: Which countries are to be excluded, watched or had more of, against the account's average?
-- reads: rtb_daily performance
-- parameter: rule all|exclude|monitor|expand|ok = all: only countries with this rule
-- columns: those of v_geo_findings, the most spend first
-- cost: one aggregate over the days of the window
SELECT
    account_id,
    country,
    rule,
    severity,
    reached_queries,
    impressions,
    clicks,
    money(spend_micros) AS spend,
    currency,
    round(ctr_pct, 2) AS ctr_pct,
    round(average_ctr_pct, 2) AS average_ctr_pct,
    round(ctr_ratio, 2) AS ctr_ratio,
    round(cpm, 4) AS cpm,
    round(average_cpm, 4) AS average_cpm,
    round(cpm_ratio, 2) AS cpm_ratio
FROM v_geo_findings
WHERE $rule = 'all' OR rule = $rule
ORDER BY spend_micros DESC NULLS LAST, impressions DESC, account_id, country
