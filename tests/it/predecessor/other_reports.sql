-- The predecessor's tables of its other reports, and rows in them.
CREATE TABLE rtb_funnel (
    id INTEGER PRIMARY KEY AUTOINCREMENT, metric_date DATE NOT NULL, hour INTEGER, country TEXT NOT NULL,
    buyer_account_id TEXT, publisher_id TEXT, publisher_name TEXT, inventory_matches INTEGER DEFAULT 0,
    bid_requests INTEGER DEFAULT 0, successful_responses INTEGER DEFAULT 0, reached_queries INTEGER DEFAULT 0,
    bids INTEGER DEFAULT 0, bids_in_auction INTEGER DEFAULT 0, auctions_won INTEGER DEFAULT 0,
    impressions INTEGER DEFAULT 0, clicks INTEGER DEFAULT 0, bidder_id TEXT, row_hash TEXT UNIQUE, import_batch_id TEXT
);
CREATE INDEX idx_rtb_funnel_date ON rtb_funnel (metric_date);
CREATE TABLE rtb_bid_filtering (
    id INTEGER PRIMARY KEY AUTOINCREMENT, metric_date DATE NOT NULL, country TEXT, buyer_account_id TEXT,
    filtering_reason TEXT NOT NULL, creative_id TEXT, bids INTEGER DEFAULT 0, bids_in_auction INTEGER DEFAULT 0,
    opportunity_cost_micros INTEGER DEFAULT 0, bidder_id TEXT, row_hash TEXT UNIQUE, import_batch_id TEXT
);
CREATE TABLE rtb_quality (
    id INTEGER PRIMARY KEY AUTOINCREMENT, metric_date DATE NOT NULL, publisher_id TEXT NOT NULL, publisher_name TEXT,
    country TEXT, impressions INTEGER DEFAULT 0, pre_filtered_impressions INTEGER DEFAULT 0,
    ivt_credited_impressions INTEGER DEFAULT 0, billed_impressions INTEGER DEFAULT 0,
    measurable_impressions INTEGER DEFAULT 0, viewable_impressions INTEGER DEFAULT 0
);
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 47)
INSERT INTO rtb_funnel (metric_date, hour, country, publisher_id, inventory_matches, bid_requests, bids, impressions)
SELECT '2025-12-0' || (8 + i % 2), i / 2, 'India', CASE WHEN i % 3 = 0 THEN 'pub-' || i END, 1000 + i, 700 + i, 40, i
FROM n;
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9)
INSERT INTO rtb_bid_filtering (metric_date, country, filtering_reason, creative_id, bids, opportunity_cost_micros)
SELECT '2025-12-08', 'US', 'App excluded by publisher', 'cr-' || i, 10 * i, 1234567 * i FROM n;
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 5)
INSERT INTO rtb_quality
    (metric_date, publisher_id, country, impressions, pre_filtered_impressions, ivt_credited_impressions,
     measurable_impressions, viewable_impressions)
SELECT '2025-12-08', 'pub-' || i, 'US', 100, 3, i, 80, 60 + i FROM n;
