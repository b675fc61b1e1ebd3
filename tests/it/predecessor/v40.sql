-- Tables of the predecessor's schema v40 that are read, and rows in them: two seats' worth of three days.
PRAGMA journal_mode = WAL;
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, bidder_id TEXT UNIQUE NOT NULL, display_name TEXT,
    credentials_path TEXT NOT NULL, is_active INTEGER DEFAULT 1, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE pretargeting_configs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL, config_id TEXT NOT NULL,
    billing_id TEXT NOT NULL, bidder_id TEXT, display_name TEXT, user_name TEXT, state TEXT DEFAULT 'ACTIVE',
    included_formats TEXT, included_platforms TEXT, included_sizes TEXT, included_geos TEXT, excluded_geos TEXT,
    raw_config TEXT, synced_at TIMESTAMP, UNIQUE (account_id, config_id)
);
CREATE TABLE buyer_seats (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL, buyer_id TEXT NOT NULL, display_name TEXT,
    is_active INTEGER DEFAULT 1, synced_at TIMESTAMP, UNIQUE (account_id, buyer_id)
);
CREATE TABLE creatives (
    id TEXT PRIMARY KEY, account_id INTEGER, buyer_seat_id INTEGER, buyer_id TEXT, format TEXT, width INTEGER,
    height INTEGER, canonical_size TEXT, approval_status TEXT, final_url TEXT, advertiser_name TEXT, raw_data TEXT,
    synced_at TIMESTAMP, updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE rtb_daily (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER, import_batch_id TEXT NOT NULL,
    metric_date DATE NOT NULL, creative_id TEXT NOT NULL, billing_id TEXT NOT NULL, creative_size TEXT,
    creative_format TEXT, country TEXT, platform TEXT, environment TEXT, publisher_id TEXT, publisher_name TEXT,
    app_id TEXT, app_name TEXT, reached_queries INTEGER DEFAULT 0, bids INTEGER DEFAULT 0,
    bids_in_auction INTEGER DEFAULT 0, impressions INTEGER DEFAULT 0, clicks INTEGER DEFAULT 0,
    spend_micros INTEGER DEFAULT 0, video_starts INTEGER, video_completions INTEGER, row_hash TEXT UNIQUE,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX idx_rtb_daily_date ON rtb_daily (metric_date);
CREATE TABLE import_history (
    id INTEGER PRIMARY KEY AUTOINCREMENT, batch_id TEXT UNIQUE NOT NULL, account_id INTEGER, bidder_id TEXT,
    filename TEXT, imported_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE rtb_endpoints (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL, bidder_id TEXT, endpoint_id TEXT NOT NULL,
    url TEXT NOT NULL, maximum_qps INTEGER, trading_location TEXT, bid_protocol TEXT, synced_at TIMESTAMP
);
CREATE TABLE pretargeting_pending_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, billing_id TEXT NOT NULL, config_id TEXT NOT NULL, change_type TEXT NOT NULL,
    field_name TEXT NOT NULL, value TEXT NOT NULL, reason TEXT, estimated_qps_impact REAL,
    status TEXT DEFAULT 'pending', created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, created_by TEXT,
    applied_at TIMESTAMP
);
CREATE TABLE pretargeting_history (
    id INTEGER PRIMARY KEY AUTOINCREMENT, config_id TEXT NOT NULL, bidder_id TEXT, change_type TEXT NOT NULL,
    field_changed TEXT, old_value TEXT, new_value TEXT, change_source TEXT DEFAULT 'api_sync', changed_by TEXT,
    changed_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE pretargeting_snapshots (
    id INTEGER PRIMARY KEY AUTOINCREMENT, billing_id TEXT NOT NULL, snapshot_name TEXT,
    snapshot_type TEXT DEFAULT 'manual', included_formats TEXT, included_platforms TEXT, included_sizes TEXT,
    included_geos TEXT, excluded_geos TEXT, state TEXT, total_impressions INTEGER DEFAULT 0,
    total_clicks INTEGER DEFAULT 0, total_spend_usd REAL DEFAULT 0, days_tracked INTEGER DEFAULT 0,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, notes TEXT
);
CREATE TABLE campaigns (
    id TEXT PRIMARY KEY, account_id INTEGER, seat_id INTEGER, name TEXT NOT NULL, description TEXT,
    is_ai_generated INTEGER DEFAULT 0, ai_generated INTEGER DEFAULT 1, ai_confidence REAL, clustering_method TEXT,
    status TEXT DEFAULT 'active', created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE creative_campaigns (
    campaign_id TEXT, creative_id TEXT, added_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (campaign_id, creative_id)
);
CREATE TABLE recommendations (
    id TEXT PRIMARY KEY, account_id INTEGER, config_id INTEGER, type TEXT NOT NULL, severity TEXT NOT NULL,
    title TEXT NOT NULL, status TEXT DEFAULT 'new'
);

INSERT INTO accounts (id, bidder_id, display_name, credentials_path) VALUES (1, '299038253', 'Acme', 'key.json');
INSERT INTO buyer_seats (account_id, buyer_id, display_name) VALUES (1, '6634662463', 'Acme seat');
INSERT INTO pretargeting_configs
    (account_id, config_id, billing_id, display_name, user_name, state, included_sizes, included_geos, raw_config)
VALUES
    (1, '83435423204', '72245759413', 'EU all', 'Europe, small', 'ACTIVE', '["300x250", "320x50"]', '["2276"]', NULL),
    (1, '83435423205', '83435423204', 'US video', NULL, 'SUSPENDED', NULL, NULL,
     '{"displayName": "US video", "includedFormats": ["VAST"], "maximumQps": "500"}');
INSERT INTO rtb_endpoints (account_id, endpoint_id, url, maximum_qps, trading_location, bid_protocol)
VALUES (1, '14379', 'https://bidder.example/eu', 3000, 'EUROPE', 'OPENRTB_JSON');
INSERT INTO creatives (id, account_id, buyer_id, format, width, height, approval_status, final_url, advertiser_name)
VALUES
    ('cr-1', 1, '6634662463', 'HTML', 300, 250, 'APPROVED', 'https://shop.example/a', 'Shop'),
    ('cr-2', 1, '6634662463', 'VIDEO', NULL, NULL, 'DISAPPROVED', NULL, NULL);
INSERT INTO campaigns (id, account_id, name, is_ai_generated, clustering_method, created_at)
VALUES ('c1', 1, 'Shop', 1, 'domain', '2025-12-01 10:00:00');
INSERT INTO creative_campaigns (campaign_id, creative_id, added_at)
VALUES ('c1', 'cr-1', '2025-12-01 10:00:00'), ('c1', 'gone', '2025-12-01 10:00:00');
INSERT INTO pretargeting_history
    (config_id, bidder_id, change_type, field_changed, old_value, new_value, change_source, changed_by, changed_at)
VALUES ('83435423204', '299038253', 'add_size', 'included_sizes', '["300x250"]', '["300x250", "320x50"]', 'user', 'jen',
        '2025-12-02 09:30:00');
INSERT INTO pretargeting_pending_changes
    (billing_id, config_id, change_type, field_name, value, reason, status, created_at)
VALUES
    ('72245759413', '83435423204', 'add_geo', 'included_geos', '2840', 'more volume', 'pending', '2025-12-03 08:00:00'),
    ('72245759413', '83435423204', 'make_tea', 'included_geos', '2840', NULL, 'pending', '2025-12-03 08:00:00');
INSERT INTO pretargeting_snapshots
    (billing_id, snapshot_name, included_sizes, state, total_impressions, total_spend_usd, days_tracked, created_at)
VALUES ('72245759413', 'before tea', '["300x250"]', 'ACTIVE', 1200, 12.345678, 7, '2025-12-01 00:00:00');
INSERT INTO recommendations (id, type, severity, title) VALUES ('r1', 'size_mismatch', 'high', 'Add 320x50');

-- 3 days of 120 rows: words as reports and as importers wrote them, money with odd micros, columns that one day lacks.
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 359)
INSERT INTO rtb_daily
    (account_id, import_batch_id, metric_date, creative_id, billing_id, creative_size, creative_format, country, platform,
     environment, publisher_id, publisher_name, app_id, app_name, reached_queries, bids, impressions, clicks,
     spend_micros, video_starts, video_completions, row_hash)
SELECT
    1, 'b' || (i / 120), date('2025-12-08', '+' || (i / 120) || ' days'), 'cr-' || (i % 40),
    CASE i % 3 WHEN 0 THEN '72245759413' ELSE '83435423204' END,
    CASE i % 4 WHEN 0 THEN 'Interstitial' ELSE '300x250' END,
    CASE i % 2 WHEN 0 THEN 'Display' ELSE 'Video' END,
    CASE i / 120 WHEN 2 THEN NULL ELSE CASE i % 5 WHEN 0 THEN 'Germany' WHEN 1 THEN 'US' ELSE '2356' END END,
    CASE i % 2 WHEN 0 THEN 'High-end mobile devices' ELSE 'Desktop' END, 'App', 'pub-' || (i % 120),
    'Publisher "' || (i % 120) || '", Ltd.', NULL, NULL, 100 + i, 0, 50 + i % 40, i % 7, 1000003 * i + 17,
    CASE i % 2 WHEN 1 THEN i END, CASE i % 2 WHEN 1 THEN i / 2 END, 'h' || i
FROM n;
