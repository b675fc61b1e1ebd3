-- name: changes
-- topic: change
-- answers: What changed from one period to the next, and what explains it?
-- reads: rtb_daily performance or bidder
-- days: 14
-- parameter: last_day date = last day of the window: the last day of the later period
-- parameter: length int64 = 7: days of each period, 1 for day over day, 7 for week over week; the window must hold both
-- parameter: metric spend|impressions|clicks|reached_queries|waste = spend: what changed; waste is wasted queries
-- parameter: by creative|publisher|app|country|size|config = creative: what explains it
-- parameter: limit int64 = 10: contributors named, the greatest changes first
-- columns: per account, and currency where it is money, one row for the total, one per contributor, and one for all others together; the changes of contributors and others add up to that of the total; seen is entered or left where only one period has rows; share_of_change_pct is of the total's change
-- cost: one aggregate over the days of both periods
SELECT
    shown.account_id,
    shown.currency,
    CASE shown.place WHEN 0 THEN 'total' WHEN -1 THEN 'all others' ELSE 'contributor' END AS what,
    CASE WHEN shown.place > 0 THEN shown.key END AS key,
    CASE WHEN shown.place > 0 THEN coalesce(configs.user_name, configs.display_name, shown.name) END AS name,
    CASE WHEN $metric = 'spend' THEN money(shown.before) ELSE shown.before END AS before,
    CASE WHEN $metric = 'spend' THEN money(shown.after) ELSE shown.after END AS after,
    CASE WHEN $metric = 'spend' THEN money(shown.change) ELSE shown.change END AS change,
    round(share_pct(shown.before, shown.change), 2) AS change_pct,
    round(share_pct(max(CASE WHEN shown.place = 0 THEN shown.change END)
        OVER (PARTITION BY shown.account_id, shown.currency), shown.change), 2) AS share_of_change_pct,
    CASE
        WHEN shown.place <= 0 THEN NULL
        WHEN shown.rows_before = 0 THEN 'entered'
        WHEN shown.rows_after = 0 THEN 'left'
        ELSE 'both'
    END AS seen
FROM (
    SELECT
        account_id,
        currency,
        CASE WHEN grouping(bucket) = 1 THEN 0 ELSE bucket END AS place,
        min(key) AS key,
        min(name) AS name,
        sum(before) AS before,
        sum(after) AS after,
        coalesce(sum(after), 0) - coalesce(sum(before), 0) AS change,
        sum(rows_before) AS rows_before,
        sum(rows_after) AS rows_after
    FROM (
        SELECT
            *,
            CASE WHEN rank <= $limit THEN rank ELSE -1 END AS bucket
        FROM (
            SELECT
                *,
                row_number() OVER (
                    PARTITION BY account_id, currency
                    ORDER BY abs(coalesce(after, 0) - coalesce(before, 0)) DESC, key NULLS LAST
                ) AS rank
            FROM (
                SELECT
                    account_id,
                    currency,
                    coalesce(id, name) AS key,
                    min(name) AS name,
                    sum(before) AS before,
                    sum(after) AS after,
                    sum(rows_before) AS rows_before,
                    sum(rows_after) AS rows_after
                FROM (
                    -- By id and by name: putting the key together row by row would cost more than the sums.
                    SELECT
                        account_id,
                        currency,
                        id,
                        name,
                        sum(CASE WHEN NOT is_later THEN value END) AS before,
                        sum(CASE WHEN is_later THEN value END) AS after,
                        count(CASE WHEN NOT is_later THEN 1 END) AS rows_before,
                        count(CASE WHEN is_later THEN 1 END) AS rows_after
                    FROM (
                        SELECT
                            account_id,
                            CASE WHEN $metric = 'spend' THEN currency END AS currency,
                            CASE
                                WHEN $by = 'creative' THEN creative_id
                                WHEN $by = 'publisher' THEN publisher_id
                                WHEN $by = 'app' THEN app_id
                                WHEN $by = 'country' THEN country
                                WHEN $by = 'size' THEN creative_size
                                WHEN $by = 'config' THEN billing_id
                            END AS id,
                            CASE WHEN $by = 'publisher' THEN publisher_name WHEN $by = 'app' THEN app_name END AS name,
                            CASE
                                WHEN $metric = 'spend' THEN spend_micros
                                WHEN $metric = 'impressions' THEN impressions
                                WHEN $metric = 'clicks' THEN clicks
                                WHEN $metric = 'reached_queries' THEN reached_queries
                                WHEN $metric = 'waste' THEN reached_queries - impressions
                            END AS value,
                            metric_date > $last_day - $length AS is_later
                        FROM v_performance
                        WHERE metric_date <= $last_day AND metric_date > $last_day - 2 * $length
                    ) AS periods
                    GROUP BY account_id, currency, id, name
                ) AS by_name
                GROUP BY account_id, currency, key
            ) AS contributors
        ) AS ranked
    ) AS buckets
    GROUP BY GROUPING SETS ((account_id, currency, bucket), (account_id, currency))
) AS shown
LEFT JOIN pretargeting_configs AS configs
    ON $by = 'config' AND configs.account_id = shown.account_id AND configs.billing_id = shown.key
ORDER BY shown.account_id, shown.currency, CASE shown.place WHEN -1 THEN 9223372036854775807 ELSE shown.place END
