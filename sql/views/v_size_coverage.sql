-- v_size_coverage: for which creative sizes with traffic the account has approved creatives, over all days of the session.
-- Rows: one per account and creative size with rows (null is "the report did not say").
-- Reads: v_waste_by_size, v_servable_sizes, creatives, size_labels, standard_sizes, thresholds.
-- Null: approved_creatives and is_servable where it cannot be known: labels without a line in size_labels (Dynamic, Unmatched,
--   Audio), and accounts of whose creatives no sync told the approval. width and height of labels. near_standard_size is the
--   nearest standard size within size_near_standard_px on both sides; null where there is none or the size is one itself.
-- Cost: one aggregate over the days of the session; the joins are of its sizes.
SELECT
    account_id,
    creative_size,
    reached_queries,
    impressions,
    clicks,
    spend_micros,
    currency,
    CASE WHEN is_known THEN approved_creatives END AS approved_creatives,
    CASE WHEN is_known THEN approved_creatives > 0 END AS is_servable,
    width,
    height,
    near_standard_size
FROM (
    SELECT
        traffic.account_id,
        traffic.creative_size,
        traffic.reached_queries,
        traffic.impressions,
        traffic.clicks,
        traffic.spend_micros,
        traffic.currency,
        coalesce(servable.approved_creatives, 0) AS approved_creatives,
        synced.account_id IS NOT NULL AND (traffic.width IS NOT NULL OR labels.creative_size IS NOT NULL) AS is_known,
        traffic.width,
        traffic.height,
        near.creative_size AS near_standard_size,
        row_number() OVER (
            PARTITION BY traffic.account_id, traffic.creative_size
            ORDER BY abs(near.width - traffic.width) + abs(near.height - traffic.height), near.creative_size
        ) AS nearness
    FROM (
        SELECT
            sizes.*,
            standard.creative_size IS NOT NULL AS is_standard,
            thresholds.size_near_standard_px AS px
        FROM (
            SELECT
                account_id,
                creative_size,
                reached_queries,
                impressions,
                clicks,
                spend_micros,
                currency,
                CASE WHEN is_wxh THEN TRY_CAST(split_part(creative_size, 'x', 1) AS BIGINT) END AS width,
                CASE WHEN is_wxh THEN TRY_CAST(split_part(creative_size, 'x', 2) AS BIGINT) END AS height
            FROM (SELECT *, regexp_like(creative_size, '^[0-9]{1,9}x[0-9]{1,9}$') AS is_wxh FROM v_waste_by_size) AS waste
        ) AS sizes
        LEFT JOIN standard_sizes AS standard ON standard.creative_size = sizes.creative_size
        CROSS JOIN thresholds
    ) AS traffic
    LEFT JOIN v_servable_sizes AS servable
        ON servable.account_id = traffic.account_id AND servable.creative_size = traffic.creative_size
    LEFT JOIN (SELECT DISTINCT creative_size FROM size_labels) AS labels
        ON labels.creative_size = traffic.creative_size
    LEFT JOIN (SELECT DISTINCT account_id FROM creatives WHERE approval_status IS NOT NULL) AS synced
        ON synced.account_id = traffic.account_id
    LEFT JOIN standard_sizes AS near
        ON NOT traffic.is_standard
        AND abs(near.width - traffic.width) <= traffic.px
        AND abs(near.height - traffic.height) <= traffic.px
) AS covered
WHERE nearness = 1
