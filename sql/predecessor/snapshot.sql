-- A snapshot of a config that the predecessor took (:row is its row as JSON), unless it is there. The config is known by
-- its billing id; one without a config is left out.
INSERT INTO pretargeting_snapshots
    (account_id, config_id, billing_id, snapshot_name, snapshot_type, state, included_formats, included_platforms,
     included_sizes, included_geos, excluded_geos, config_data, total_reached, total_impressions, total_clicks,
     total_spend_micros, days_tracked, notes, created_at)
SELECT
    :account_id,
    config.config_id,
    :row ->> 'billing_id',
    :row ->> 'snapshot_name',
    CASE WHEN :row ->> 'snapshot_type' IN ('before_change', 'after_change') THEN :row ->> 'snapshot_type'
        ELSE 'manual' END,
    :row ->> 'state',
    lists.formats, lists.platforms, lists.sizes, lists.geos, lists.excluded,
    json_object(
        'billingId', :row ->> 'billing_id', 'state', :row ->> 'state', 'includedFormats', json(lists.formats),
        'includedPlatforms', json(lists.platforms), 'includedSizes', json(lists.sizes),
        'geoTargeting', json_object('includedIds', json(lists.geos), 'excludedIds', json(lists.excluded))),
    max(coalesce(CAST(:row ->> 'total_reached' AS INTEGER), 0), 0),
    max(coalesce(CAST(:row ->> 'total_impressions' AS INTEGER), 0), 0),
    max(coalesce(CAST(:row ->> 'total_clicks' AS INTEGER), 0), 0),
    CAST(round(coalesce(:row ->> 'total_spend_usd', 0) * 1000000) AS INTEGER),
    max(coalesce(CAST(:row ->> 'days_tracked' AS INTEGER), 0), 0),
    :row ->> 'notes',
    coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', :row ->> 'created_at'), :now)
FROM pretargeting_configs AS config, (
    SELECT
        CASE WHEN json_valid(:row ->> 'included_formats') THEN nullif(:row ->> 'included_formats', '[]') END AS formats,
        CASE WHEN json_valid(:row ->> 'included_platforms') THEN nullif(:row ->> 'included_platforms', '[]') END AS platforms,
        CASE WHEN json_valid(:row ->> 'included_sizes') THEN nullif(:row ->> 'included_sizes', '[]') END AS sizes,
        CASE WHEN json_valid(:row ->> 'included_geos') THEN nullif(:row ->> 'included_geos', '[]') END AS geos,
        CASE WHEN json_valid(:row ->> 'excluded_geos') THEN nullif(:row ->> 'excluded_geos', '[]') END AS excluded
) AS lists
WHERE config.account_id = :account_id AND config.billing_id = :row ->> 'billing_id'
    AND NOT EXISTS (
        SELECT 1 FROM pretargeting_snapshots AS other
        WHERE other.account_id = :account_id AND other.config_id = config.config_id
            AND other.snapshot_name IS :row ->> 'snapshot_name'
            AND other.created_at = coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', :row ->> 'created_at'), other.created_at)
    )
