-- At least one row in every table of schema/migrations (but the lake's), in two accounts that share Google's ids.
INSERT INTO accounts (account_id, name, bidder_id, currency, date_format) VALUES
    (2, 'second', '222', 'EUR', 'day_first');
INSERT INTO service_accounts (account_id, service_account_id, client_email, credentials_path, created_at) VALUES
    (1, 'sa-1', 'reader@one', 'keys/one.json', '2026-11-20T00:00:00Z'),
    (2, 'sa-1', 'reader@one', 'keys/two.json', '2026-11-20T00:00:00Z');
INSERT INTO buyer_seats (account_id, buyer_id, display_name, service_account_id, created_at) VALUES
    (1, '77', 'one', 'sa-1', '2026-11-20T00:00:00Z'),
    (2, '77', 'two', 'sa-1', '2026-11-20T00:00:00Z');
INSERT INTO pretargeting_configs (account_id, config_id, billing_id, state, included_sizes, raw_data, created_at) VALUES
    (1, '5', '900', 'ACTIVE', '["300x250"]', '{}', '2026-11-20T00:00:00Z'),
    (2, '5', '900', 'SUSPENDED', NULL, '{}', '2026-11-20T00:00:00Z');
INSERT INTO rtb_endpoints (account_id, endpoint_id, url, trading_location, raw_data, created_at) VALUES
    (1, '1', 'https://one.example/bid', 'US_EAST', '{}', '2026-11-20T00:00:00Z'),
    (2, '1', 'https://two.example/bid', 'ASIA', '{}', '2026-11-20T00:00:00Z');
INSERT INTO import_history (batch_id, account_id, report, filename, file_size_bytes, file_hash, mode, status, imported_at)
VALUES
    (1, 1, 'performance', 'a.csv', 10, 'aa', 'merge', 'complete', '2026-11-20T00:00:00Z'),
    (2, 2, 'performance', 'a.csv', 10, 'aa', 'merge', 'complete', '2026-11-20T00:00:00Z');
INSERT INTO import_faults (batch_id, account_id, line, "column", reason, value) VALUES
    (1, 1, 2, 'Day', 'not a date', 'x'),
    (1, 1, 2, 'Spend', 'not a date', 'y'),
    (2, 2, 3, NULL, 'wrong number of fields', NULL);
INSERT INTO processed_hashes (account_id, kind, hash_algorithm, hash, batch_id, processed_at) VALUES
    (1, 'file', 'blake3', 'aa', 1, '2026-11-20T00:00:00Z');
INSERT INTO creatives (account_id, creative_id, buyer_id, format, width, height, canonical_size, first_seen_at) VALUES
    (1, 'cr', '77', 'HTML', 300, 250, '300x250', '2026-11-20T00:00:00Z'),
    (2, 'cr', '77', 'VIDEO', NULL, NULL, NULL, '2026-11-20T00:00:00Z');
INSERT INTO campaigns (campaign_id, account_id, name, created_at, updated_at) VALUES
    (1, 1, 'autumn', '2026-11-20T00:00:00Z', '2026-11-20T00:00:00Z'),
    (2, 2, 'autumn', '2026-11-20T00:00:00Z', '2026-11-20T00:00:00Z');
INSERT INTO campaign_creatives (account_id, creative_id, campaign_id, assigned_by, assigned_at) VALUES
    (1, 'cr', 1, 'user', '2026-11-20T00:00:00Z'),
    (2, 'cr', 2, 'clustering', '2026-11-20T00:00:00Z');
INSERT INTO settings (account_id, name, value, updated_at) VALUES
    (1, 'retention_days', '90', '2026-11-20T00:00:00Z');
INSERT INTO events (account_id, happened_at, kind) VALUES
    (1, '2026-11-20T00:00:00Z', 'import'), (NULL, '2026-11-20T00:00:00Z', 'start');
INSERT INTO pretargeting_pending_changes (account_id, config_id, billing_id, change_type, field_name, value, created_at)
VALUES (1, '5', '900', 'remove_size', 'included_sizes', '300x250', '2026-11-20T00:00:00Z');
INSERT INTO pretargeting_history (account_id, config_id, change_type, change_source, changed_at) VALUES
    (1, '5', 'change_state', 'api_sync', '2026-11-20T00:00:00Z');
INSERT INTO pretargeting_snapshots (snapshot_id, account_id, config_id, config_data, created_at) VALUES
    (1, 1, '5', '{}', '2026-11-20T00:00:00Z');
INSERT INTO snapshot_comparisons
    (account_id, config_id, comparison_name, before_snapshot_id, before_start_date, before_end_date, created_at)
VALUES (1, '5', 'before and after', 1, '2026-11-01', '2026-11-07', '2026-11-20T00:00:00Z');
INSERT INTO pretargeting_applications (application_id, account_id, kind, created_at) VALUES
    (1, 1, 'apply', '2026-11-20T00:00:00Z');
INSERT INTO pretargeting_application_configs
    (account_id, application_id, config_id, position, before_snapshot_id, target, calls)
VALUES (1, 1, '5', 0, 1, '{}', '[]');
INSERT INTO recommendations
    (account_id, recommendation_id, type, severity, confidence, target_type, target_id, title, description,
     evidence, evidence_hash, actions, wasted_qps, wasted_queries_daily, generated_at)
VALUES (1, 'r', 'size_mismatch', 'high', 'high', 'size', '320x50', 't', 'd', '[]', 'h', '[]', 1.5, 10, '2026-11-20T00:00:00Z');
INSERT INTO advice_runs (account_id, first_day, last_day, entity_version, thresholds, ran_at)
VALUES (1, '2026-11-13', '2026-11-19', 1, 't', '2026-11-20T00:00:00Z');
INSERT INTO waste_signals
    (account_id, creative_id, signal_type, confidence, evidence, observation, recommendation, detected_at)
VALUES (1, 'cr', 'low_ctr', 'low', '{}', 'o', 'r', '2026-11-20T00:00:00Z');
INSERT INTO thumbnail_status (account_id, creative_id, status, attempted_at) VALUES
    (1, 'cr', 'success', '2026-11-20T00:00:00Z');
INSERT INTO saved_queries (account_id, name, sql, created_at, updated_at) VALUES
    (1, 'q', 'SELECT 1', '2026-11-20T00:00:00Z', '2026-11-20T00:00:00Z');
INSERT INTO jobs (job_id, account_id, kind, created_at, run_after) VALUES
    (1, 1, 'sync', '2026-11-20T00:00:00Z', '2026-11-20T00:00:00Z');
INSERT INTO job_stages (job_id, stage, account_id, name, started_at) VALUES (1, 0, 1, 'configs', '2026-11-20T00:00:00Z');
INSERT INTO schedules (account_id, kind, interval_seconds, next_run_at, last_job_id, created_at) VALUES
    (1, 'sync', 3600, '2026-11-20T00:00:00Z', 1, '2026-11-20T00:00:00Z');
INSERT INTO api_keys (key_id, account_id, label, role, key_sha256, key_start, created_at) VALUES
    (1, 1, 'dashboard', 'viewer', zeroblob(32), 'cs_abc', '2026-11-20T00:00:00Z');
INSERT INTO api_usage (account_id, key_id, usage_date, method, route, calls) VALUES
    (1, 1, '2026-11-20', 'GET', '/seats', 3);
INSERT INTO ducklake_snapshot VALUES (0, '2026-11-20 00:00:00.000000+00', 0, 1, 1);
INSERT INTO lake_snapshots VALUES (0, 0, 0, zeroblob(32), zeroblob(8));
INSERT INTO campaign_removals (account_id, creative_id, removed_at) VALUES
    (1, 'cr', '2026-11-20T00:00:00Z');
INSERT INTO api_rate_limits (account_id, api, remaining, observed_at) VALUES
    (1, 'realtimebidding', 99, '2026-11-20T00:00:00Z');
INSERT INTO creative_sightings (account_id, creative_id, batch_id, first_seen_at) VALUES
    (1, 'cr', NULL, '2026-11-20T00:00:00Z');
