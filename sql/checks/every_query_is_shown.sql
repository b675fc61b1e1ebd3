-- name: every_query_is_shown
-- finds: accounts whose configs, unattributed billing ids included, do not add up to the performance rows
-- cost: two aggregates over all days
SELECT account_id, stored_reached, shown_reached, stored_micros, shown_micros
FROM (
    SELECT
        account_id,
        sum(reached_queries) AS stored_reached,
        sum(spend_micros) AS stored_micros
    FROM rtb_daily
    WHERE report = 'performance'
    GROUP BY account_id
) AS stored
FULL OUTER JOIN (
    SELECT
        account_id,
        sum(total_reached) AS shown_reached,
        sum(CAST(round(total_spend_usd * 1e6) AS BIGINT)) AS shown_micros
    FROM v_config_performance
    GROUP BY account_id
) AS shown USING (account_id)
WHERE coalesce(stored_reached, 0) <> coalesce(shown_reached, 0)
   OR coalesce(stored_micros, 0) <> coalesce(shown_micros, 0)
