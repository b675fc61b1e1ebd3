-- name: top_performers
-- topic: ranking
-- answers: Which creatives, publishers, apps, countries, sizes or configs lead by a metric?
-- reads: rtb_daily performance or bidder
-- parameter: by creative|publisher|app|country|size|config = creative: what is ranked
-- parameter: metric spend|impressions|clicks|reached_queries|waste|win_rate|ctr|cpm|cpc|roas|cpa = spend: what it is ranked by; waste is wasted queries
-- parameter: order desc|asc = desc: desc for the greatest first, asc for the smallest
-- parameter: min_impressions int64 = 0: only those with so many impressions, so that rates of a few do not lead
-- parameter: limit int64 = 20: rows of the answer
-- columns: one row per key; name of a publisher, an app or a config; money is null where a key has two currencies; conversions, revenue, cpa and roas are of the bidder's own export, which knows creatives and countries, and its own spend
-- cost: one aggregate over the days of the window for each of the two kinds of report
SELECT
    ranked.account_id,
    ranked.key,
    coalesce(configs.user_name, configs.display_name, ranked.name) AS name,
    ranked.reached_queries,
    ranked.impressions,
    ranked.clicks,
    money(ranked.spend_micros) AS spend,
    ranked.currency,
    ranked.waste,
    round(ranked.win_rate, 2) AS win_rate_pct,
    round(ranked.ctr, 2) AS ctr_pct,
    round(ranked.cpm, 4) AS cpm,
    round(ranked.cpc, 4) AS cpc,
    ranked.conversions,
    money(ranked.revenue_micros) AS revenue,
    round(ranked.cpa, 4) AS cpa,
    round(ranked.roas, 4) AS roas
FROM (
    SELECT
        *,
        CASE
            WHEN $metric = 'spend' THEN spend_micros
            WHEN $metric = 'impressions' THEN impressions
            WHEN $metric = 'clicks' THEN clicks
            WHEN $metric = 'reached_queries' THEN reached_queries
            WHEN $metric = 'waste' THEN waste
            WHEN $metric = 'win_rate' THEN win_rate
            WHEN $metric = 'ctr' THEN ctr
            WHEN $metric = 'cpm' THEN cpm
            WHEN $metric = 'cpc' THEN cpc
            WHEN $metric = 'roas' THEN roas
            WHEN $metric = 'cpa' THEN cpa
        END AS value
    FROM (
        SELECT
            traffic.*,
            traffic.reached_queries - traffic.impressions AS waste,
            win_rate_pct(traffic.reached_queries, traffic.impressions) AS win_rate,
            ctr_pct(traffic.impressions, traffic.clicks) AS ctr,
            cpm(traffic.spend_micros, traffic.impressions) AS cpm,
            cpc(traffic.spend_micros, traffic.clicks) AS cpc,
            sold.conversions,
            sold.revenue_micros,
            cpa(sold.spend_micros, sold.conversions) AS cpa,
            roas(sold.spend_micros, sold.revenue_micros) AS roas
        FROM (
            SELECT
                account_id,
                key,
                min(name) AS name,
                sum(reached_queries) AS reached_queries,
                sum(impressions) AS impressions,
                sum(clicks) AS clicks,
                CASE WHEN count(spend_micros) = 1 THEN sum(spend_micros) END AS spend_micros,
                CASE WHEN count(spend_micros) = 1 THEN max(currency) FILTER (WHERE spend_micros IS NOT NULL) END AS currency
            FROM (
                SELECT
                    account_id,
                    coalesce(id, name) AS key,
                    min(name) AS name,
                    currency,
                    sum(reached_queries) AS reached_queries,
                    sum(impressions) AS impressions,
                    sum(clicks) AS clicks,
                    sum(spend_micros) AS spend_micros
                FROM (
                    -- By id and by name: putting the key together row by row would cost more than the sums.
                    SELECT
                        account_id,
                        CASE
                            WHEN $by = 'creative' THEN creative_id
                            WHEN $by = 'publisher' THEN publisher_id
                            WHEN $by = 'app' THEN app_id
                            WHEN $by = 'country' THEN country
                            WHEN $by = 'size' THEN creative_size
                            WHEN $by = 'config' THEN billing_id
                        END AS id,
                        CASE WHEN $by = 'publisher' THEN publisher_name WHEN $by = 'app' THEN app_name END AS name,
                        currency,
                        sum(reached_queries) AS reached_queries,
                        sum(impressions) AS impressions,
                        sum(clicks) AS clicks,
                        sum(spend_micros) AS spend_micros
                    FROM v_performance
                    GROUP BY account_id, id, name, currency
                ) AS by_name
                GROUP BY account_id, key, currency
            ) AS by_currency
            GROUP BY account_id, key
        ) AS traffic
        LEFT JOIN (
            SELECT
                account_id,
                key,
                sum(conversions) AS conversions,
                CASE WHEN count(money) = 1 THEN sum(spend_micros) END AS spend_micros,
                CASE WHEN count(money) = 1 THEN sum(revenue_micros) END AS revenue_micros
            FROM (
                SELECT
                    account_id,
                    CASE WHEN $by = 'creative' THEN creative_id WHEN $by = 'country' THEN country END AS key,
                    CASE WHEN count(spend_micros) + count(revenue_micros) > 0 THEN coalesce(currency, '') END AS money,
                    sum(conversions) AS conversions,
                    sum(spend_micros) AS spend_micros,
                    sum(revenue_micros) AS revenue_micros
                FROM rtb_daily
                WHERE report = 'bidder' AND $by IN ('creative', 'country')
                GROUP BY account_id, key, currency
            ) AS by_currency
            GROUP BY account_id, key
        ) AS sold
            ON sold.account_id = traffic.account_id AND sold.key = traffic.key
    ) AS measured
    WHERE $min_impressions = 0 OR impressions >= $min_impressions
) AS ranked
LEFT JOIN pretargeting_configs AS configs
    ON $by = 'config' AND configs.account_id = ranked.account_id AND configs.billing_id = ranked.key
ORDER BY
    CASE WHEN $order = 'desc' THEN value END DESC NULLS LAST,
    CASE WHEN $order = 'asc' THEN value END ASC NULLS LAST,
    ranked.account_id,
    ranked.key
LIMIT $limit
