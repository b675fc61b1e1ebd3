-- A config and its sums at one moment.
INSERT INTO pretargeting_snapshots (
    account_id, config_id, billing_id, snapshot_name, snapshot_type, state, included_formats, included_platforms,
    included_sizes, included_geos, excluded_geos, config_data, total_reached, total_impressions, total_clicks,
    total_spend_micros, currency, days_tracked, lake_snapshot_id, notes, created_at, created_by)
VALUES (
    :account_id, :config_id, :billing_id, :snapshot_name, :snapshot_type, :state, :included_formats,
    :included_platforms, :included_sizes, :included_geos, :excluded_geos, :config_data, :total_reached,
    :total_impressions, :total_clicks, :total_spend_micros, :currency, :days_tracked, :lake_snapshot_id, :notes,
    :created_at, :created_by);
