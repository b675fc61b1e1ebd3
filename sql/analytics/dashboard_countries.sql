-- name: dashboard_countries
-- answers: Which countries are worth their money, and which are not?
-- reads: rtb_daily performance
-- parameter: days int64 = 7: days of the window, for the figure of a month
-- parameter: creatives text = no: yes also counts the creatives of each country
-- parameter: currency text = : the money of the sums; money in another is not in them
-- columns: one row per country that the reports named, the most spend first; rule is that of v_geo_findings, null for countries with too
--   few impressions to be judged; figures with all_ are the account's, those with excluded_ of countries to exclude
-- cost: two aggregates over the days of the window
SELECT
    traffic.country,
    traffic.impressions,
    traffic.clicks,
    traffic.spend_micros,
    round(money(traffic.spend_micros), 2) AS spend,
    round(ctr_pct(traffic.impressions, traffic.clicks), 2) AS ctr_pct,
    round(cpm(traffic.spend_micros, traffic.impressions), 4) AS cpm,
    traffic.creatives,
    findings.rule,
    round(money(traffic.all_spend_micros), 2) AS all_spend,
    round(money(sum(CASE WHEN findings.rule = 'exclude' THEN traffic.spend_micros END) OVER of_account), 2) AS excluded_spend,
    round(share_pct(
        traffic.all_spend_micros,
        sum(CASE WHEN findings.rule = 'exclude' THEN traffic.spend_micros ELSE 0 END) OVER of_account
    ), 2) AS excluded_pct,
    round(money(sum(CASE WHEN findings.rule = 'exclude' THEN traffic.spend_micros END) OVER of_account) * 30 / $days, 2)
        AS excluded_month
FROM (
    SELECT
        account_id,
        country,
        impressions,
        clicks,
        spend_micros,
        creatives,
        sum(spend_micros) OVER (PARTITION BY account_id) AS all_spend_micros
    FROM (
        SELECT
            account_id,
            country,
            sum(impressions) AS impressions,
            sum(clicks) AS clicks,
            sum(CASE WHEN coalesce(currency, $currency) = $currency THEN spend_micros END) AS spend_micros,
            count(DISTINCT CASE WHEN $creatives = 'yes' THEN creative_id END) AS creatives
        FROM v_performance
        GROUP BY account_id, country
    ) AS by_country
) AS traffic
LEFT JOIN v_geo_findings AS findings
    ON findings.account_id = traffic.account_id AND findings.country = traffic.country
WINDOW of_account AS (PARTITION BY traffic.account_id)
ORDER BY traffic.spend_micros DESC NULLS LAST, traffic.impressions DESC NULLS LAST, traffic.country
