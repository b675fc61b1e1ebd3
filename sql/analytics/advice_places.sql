-- name: advice_places
-- answers: In which configs is the waste of these targets, and of which creatives?
-- reads: rtb_daily performance
-- parameter: dimension text = size: size, publisher, app, geo or config
-- parameter: targets text = -: their ids (a name where there is no id), with the unit separator (U+001F) before and after each
-- columns: target_id, then billing_id or creative_id, the ten with most wasted queries of each
-- cost: one aggregate over the rows of the targets
WITH traffic AS (
    SELECT
        account_id,
        CASE $dimension
            WHEN 'size' THEN creative_size
            WHEN 'publisher' THEN coalesce(publisher_id, publisher_name)
            WHEN 'app' THEN coalesce(app_id, app_name)
            WHEN 'geo' THEN country
            WHEN 'config' THEN billing_id
        END AS target_id,
        billing_id,
        creative_id,
        reached_queries,
        impressions
    FROM v_performance
)
SELECT target_id, billing_id, creative_id, wasted_queries
FROM (
    SELECT
        target_id,
        billing_id,
        creative_id,
        wasted_queries,
        row_number() OVER (
            PARTITION BY account_id, target_id, is_config
            ORDER BY wasted_queries DESC NULLS LAST, billing_id, creative_id
        ) AS place
    FROM (
        SELECT
            account_id,
            target_id,
            billing_id,
            creative_id,
            grouping(creative_id) AS is_config,
            sum(reached_queries) - sum(impressions) AS wasted_queries
        FROM traffic
        WHERE target_id IN (
            -- The text is searched once for each key, and not for each row.
            SELECT target_id FROM (SELECT DISTINCT target_id FROM traffic) AS keys
            WHERE strpos($targets, chr(31) || target_id || chr(31)) > 0
        )
        GROUP BY GROUPING SETS ((account_id, target_id, billing_id), (account_id, target_id, creative_id))
    ) AS sums
    WHERE billing_id IS NOT NULL OR creative_id IS NOT NULL
) AS ranked
WHERE place <= 10
ORDER BY target_id, place, billing_id
