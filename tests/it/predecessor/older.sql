-- Tables of the predecessor before v40 that are read, and rows in them: rows of performance_metrics, some with a seat.
CREATE TABLE creatives (
    id TEXT PRIMARY KEY, name TEXT, format TEXT, account_id TEXT, buyer_id TEXT, approval_status TEXT, width INTEGER,
    height INTEGER, final_url TEXT, advertiser_name TEXT, raw_data TEXT
);
CREATE TABLE buyer_seats (
    buyer_id TEXT PRIMARY KEY, bidder_id TEXT NOT NULL, service_account_id TEXT, display_name TEXT,
    active INTEGER DEFAULT 1, creative_count INTEGER DEFAULT 0, last_synced TIMESTAMP
);
CREATE TABLE seats (
    id INTEGER PRIMARY KEY AUTOINCREMENT, billing_id TEXT UNIQUE NOT NULL, account_name TEXT, account_id TEXT
);
CREATE TABLE performance_metrics (
    id INTEGER PRIMARY KEY AUTOINCREMENT, creative_id TEXT NOT NULL, campaign_id TEXT, metric_date DATE NOT NULL,
    impressions INTEGER NOT NULL DEFAULT 0, clicks INTEGER NOT NULL DEFAULT 0, spend_micros INTEGER NOT NULL DEFAULT 0,
    cpm_micros INTEGER, cpc_micros INTEGER, geography TEXT, device_type TEXT, placement TEXT, seat_id INTEGER,
    reached_queries INTEGER DEFAULT 0, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX idx_perf_date_geo ON performance_metrics (metric_date, geography);
CREATE TABLE video_metrics (
    id INTEGER PRIMARY KEY AUTOINCREMENT, performance_id INTEGER UNIQUE, video_starts INTEGER DEFAULT 0,
    video_q1 INTEGER DEFAULT 0, video_q2 INTEGER DEFAULT 0, video_q3 INTEGER DEFAULT 0,
    video_completions INTEGER DEFAULT 0, vast_errors INTEGER DEFAULT 0, engaged_views INTEGER DEFAULT 0
);

INSERT INTO buyer_seats (buyer_id, bidder_id, display_name) VALUES ('6634662463', '299038253', 'Acme seat');
INSERT INTO creatives (id, format, buyer_id, width, height) VALUES ('cr-0', 'HTML', '6634662463', 320, 50);
INSERT INTO seats (id, billing_id, account_name) VALUES (7, '72245759413', 'Acme');
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 199)
INSERT INTO performance_metrics
    (creative_id, metric_date, impressions, clicks, spend_micros, geography, device_type, placement, seat_id, reached_queries)
SELECT
    'cr-' || (i % 10), date('2025-11-01', '+' || (i / 100) || ' days'), 10 + i, i % 10, 12345 * i,
    CASE i % 3 WHEN 0 THEN 'BR' ELSE 'Brazil' END, 'mobile', 'slot-' || i, CASE i % 2 WHEN 0 THEN 7 END,
    CASE i % 2 WHEN 0 THEN 100 + i ELSE 0 END
FROM n;
INSERT INTO video_metrics (performance_id, video_starts, video_completions)
SELECT id, 20, 5 FROM performance_metrics WHERE seat_id = 7;
