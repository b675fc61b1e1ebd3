-- name: creative_metrics
-- topic: creatives
-- answers: What did one creative do, day by day and country by country?
-- reads: rtb_daily performance or bidder
-- parameter: creative_id text = : the creative's id
-- parameter: start_date date = first day of the window: the first day
-- parameter: end_date date = last day of the window: the last day; both lie within the window
-- parameter: geography text = all: only this country, as ISO 3166-1 alpha-2
-- columns: one row per day, country and currency, the newest day first
-- cost: one aggregate over the creative's rows in the window
SELECT
    account_id,
    creative_id,
    metric_date,
    country,
    reached_queries,
    impressions,
    clicks,
    money(spend_micros) AS spend,
    currency,
    round(win_rate_pct(reached_queries, impressions), 2) AS win_rate_pct,
    round(ctr_pct(impressions, clicks), 2) AS ctr_pct,
    round(cpm(spend_micros, impressions), 4) AS cpm,
    round(cpc(spend_micros, clicks), 4) AS cpc
FROM (
    SELECT
        account_id,
        creative_id,
        metric_date,
        country,
        currency,
        sum(reached_queries) AS reached_queries,
        sum(impressions) AS impressions,
        sum(clicks) AS clicks,
        sum(spend_micros) AS spend_micros
    FROM v_performance
    WHERE
        creative_id = $creative_id
        AND metric_date BETWEEN $start_date AND $end_date
        AND ($geography = 'all' OR country = upper($geography))
    GROUP BY account_id, creative_id, metric_date, country, currency
) AS traffic
ORDER BY metric_date DESC, impressions DESC NULLS LAST, account_id, country, currency
