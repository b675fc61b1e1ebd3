-- The headline numbers, computed by DuckDB from the text of the CSV files: the same blocks as in catscan.sql, written
-- without it. `performance`, `bids`, `funnel_geo`, `funnel_publisher`, `quality`, `bid_filtering` and `bidder` are the
-- files of each kind, `creatives` and `configs` what the API lists; every column is text, as it stands in the file.
-- Money is DECIMAL: dollars(text) is exact.

CREATE MACRO dollars(amount) AS replace(amount, 'US$', '')::DECIMAL(18, 6);
CREATE MACRO micros(amount) AS (amount * 1000000)::BIGINT;

-- Waste by each value of each dimension.
CREATE VIEW waste AS
SELECT dimension, value, reached - impressions AS wasted, 100 - 100 * impressions::DOUBLE / reached AS rate,
    100 * (reached - impressions)::DOUBLE / sum(reached - impressions) OVER (PARTITION BY dimension) AS share
FROM (
    SELECT dimension, value, sum("Reached queries"::BIGINT) AS reached, sum("Impressions"::BIGINT) AS impressions
    FROM performance UNPIVOT INCLUDE NULLS (
        value FOR dimension IN ("Creative size", "Country", "Publisher ID", "Mobile app ID", "Creative ID", "Billing ID")
    )
    GROUP BY dimension, value
);

-- Whether the bidder has an approved creative for a size: null where nobody can know.
CREATE VIEW served_sizes AS
SELECT size, reached, impressions, CASE
    WHEN size IN ('Dynamic', 'Unmatched', 'Audio') THEN NULL
    WHEN size IN ('Video/Overlay', 'Rewarded') THEN EXISTS (FROM approved WHERE creativeFormat = 'VIDEO')
    WHEN size = 'Native' THEN EXISTS (FROM approved WHERE creativeFormat = 'NATIVE')
    WHEN size = 'Interstitial' THEN EXISTS (
        FROM approved WHERE creativeFormat = 'VIDEO' OR creativeFormat = 'HTML'
            AND wxh IN ('300x250', '320x480', '480x320', '768x1024', '1024x768', '336x280')
    )
    ELSE size IN (SELECT wxh FROM approved WHERE wxh IS NOT NULL)
END AS served
FROM (
    SELECT "Creative size" AS size, sum("Reached queries"::BIGINT) AS reached, sum("Impressions"::BIGINT) AS impressions
    FROM performance GROUP BY 1
);

-- name: Reached queries
SELECT sum("Reached queries"::BIGINT) AS reached_queries FROM performance;

-- name: Impressions
SELECT sum("Impressions"::BIGINT) AS impressions FROM performance;

-- name: Clicks
SELECT sum("Clicks"::BIGINT) AS clicks FROM performance;

-- name: Spend
SELECT micros(sum(dollars("Spend (buyer currency)"))) AS spend_micros FROM performance;

-- name: Wasted queries
SELECT sum("Reached queries"::BIGINT - "Impressions"::BIGINT) AS wasted_queries FROM performance;

-- name: Waste rate
SELECT 100 - 100 * sum("Impressions"::DOUBLE) / sum("Reached queries"::DOUBLE) AS waste_rate_pct FROM performance;

-- name: Win rate
SELECT 100 * sum("Impressions"::DOUBLE) / sum("Reached queries"::DOUBLE) AS win_rate_pct FROM performance;

-- name: CTR
SELECT 100 * sum("Clicks"::DOUBLE) / sum("Impressions"::DOUBLE) AS ctr_pct FROM performance;

-- name: CPM
SELECT 1000 * sum(dollars("Spend (buyer currency)"))::DOUBLE / sum("Impressions"::BIGINT) AS cpm FROM performance;

-- name: CPC
SELECT sum(dollars("Spend (buyer currency)"))::DOUBLE / sum("Clicks"::BIGINT) AS cpc FROM performance;

-- name: Video completion rate
SELECT 100 * sum("Video completions"::DOUBLE) / sum("Video starts"::DOUBLE) AS vcr_pct FROM performance;

-- name: Unservable queries
SELECT sum(reached) FILTER (WHERE NOT served) AS unservable_queries,
    100 * sum(reached) FILTER (WHERE NOT served)::DOUBLE / sum(reached) AS unservable_rate_pct
FROM served_sizes;

-- name: Inventory matches
SELECT sum("Inventory matches"::BIGINT) AS inventory_matches FROM funnel_geo;

-- name: Bid requests
SELECT sum("Bid requests"::BIGINT) AS bid_requests FROM funnel_geo;

-- name: Callout rate
SELECT 100 * sum("Bid requests"::DOUBLE) / sum("Inventory matches"::DOUBLE) AS callout_rate_pct FROM funnel_geo;

-- name: Response rate
SELECT 100 * sum("Successful responses"::DOUBLE) / sum("Bid requests"::DOUBLE) AS response_rate_pct FROM funnel_geo;

-- name: Bid rate
SELECT 100 * sum("Bids"::DOUBLE) / sum("Bid requests"::DOUBLE) AS bid_rate_pct FROM funnel_publisher;

-- name: Auction win rate
SELECT 100 * sum("Auctions won"::DOUBLE) / sum("Bids in auction"::DOUBLE) AS auction_win_rate_pct FROM bids;

-- name: Bids
SELECT sum("Bids"::BIGINT) AS bids FROM bids;

-- name: Observed QPS, average
SELECT sum("Bid requests"::DOUBLE) / (count(DISTINCT "#Day") * 24 * 60 * 60) AS qps FROM funnel_geo;

-- name: Observed QPS, peak hour
SELECT max(requests) / (60 * 60) AS qps
FROM (SELECT sum("Bid requests"::DOUBLE) AS requests FROM funnel_geo GROUP BY "#Day", "Hour");

-- name: Viewability
SELECT 100 * sum("Active view viewable"::DOUBLE) / sum("Active view measurable"::DOUBLE) AS viewability_pct FROM quality;

-- name: Invalid traffic
SELECT 100 * sum("IVT credited impressions"::DOUBLE) / sum("Impressions"::DOUBLE) AS ivt_rate_pct FROM quality;

-- name: Filtered bids
SELECT sum("Bids"::BIGINT) AS bids,
    micros(sum(dollars("Bid filtering opportunity cost (buyer currency)"))) AS opportunity_cost_micros
FROM bid_filtering;

-- name: Conversions
SELECT sum(conversions::BIGINT) AS conversions FROM bidder;

-- name: Cost of a conversion
SELECT sum(dollars(spend))::DOUBLE / sum(conversions::BIGINT) AS cpa FROM bidder;

-- name: Return on spend
SELECT sum(dollars(revenue))::DOUBLE / sum(dollars(spend))::DOUBLE AS roas FROM bidder;

-- name: Most wasteful size
SELECT value AS creative_size, wasted AS wasted_queries, rate AS waste_rate_pct, share AS share_of_waste_pct
FROM waste WHERE dimension = 'Creative size' AND value IS NOT NULL ORDER BY wasted DESC LIMIT 1;

-- name: Size without a creative, the most reached
SELECT size AS creative_size, reached AS reached_queries, impressions FROM served_sizes
WHERE NOT served ORDER BY reached DESC LIMIT 1;

-- name: Most wasteful country
SELECT CASE value WHEN 'India' THEN 'IN' WHEN 'United States' THEN 'US' ELSE value END AS country,
    wasted AS wasted_queries, rate AS waste_rate_pct, share AS share_of_waste_pct
FROM waste WHERE dimension = 'Country' ORDER BY wasted DESC LIMIT 1;

-- name: Most wasteful publisher
SELECT value AS publisher_id, wasted AS wasted_queries, rate AS waste_rate_pct, share AS share_of_waste_pct
FROM waste WHERE dimension = 'Publisher ID' ORDER BY wasted DESC LIMIT 1;

-- name: Most wasteful app
SELECT value AS app_id, wasted AS wasted_queries, rate AS waste_rate_pct, share AS share_of_waste_pct
FROM waste WHERE dimension = 'Mobile app ID' AND value IS NOT NULL ORDER BY wasted DESC LIMIT 1;

-- name: Most wasteful creative
SELECT value AS creative_id, wasted AS wasted_queries, rate AS waste_rate_pct, share AS share_of_waste_pct
FROM waste WHERE dimension = 'Creative ID' AND value IS NOT NULL ORDER BY wasted DESC LIMIT 1;

-- name: Most wasteful config
SELECT configs.displayName AS display_name, wasted AS wasted_queries, round(rate, 1) AS rounded_waste_rate_pct
FROM waste JOIN configs ON configs.billingId = waste.value WHERE dimension = 'Billing ID' ORDER BY wasted DESC LIMIT 1;

-- name: Unattributed config
SELECT "Billing ID" AS billing_id, sum("Reached queries"::BIGINT) AS reached_queries,
    sum("Impressions"::BIGINT) AS impressions
FROM performance WHERE "Billing ID" NOT IN (SELECT billingId FROM configs) GROUP BY 1;

-- name: Publisher with the worst invalid traffic
SELECT any_value("Publisher name") AS publisher_name,
    sum("IVT credited impressions"::BIGINT) AS ivt_credited_impressions,
    100 * sum("IVT credited impressions"::DOUBLE) / sum("Impressions"::DOUBLE) AS ivt_rate_pct,
    100 * sum("Active view viewable"::DOUBLE) / sum("Active view measurable"::DOUBLE) AS viewability_pct
FROM quality GROUP BY "Publisher ID" HAVING sum("Impressions"::BIGINT) >= 200
ORDER BY ivt_rate_pct DESC, "Publisher ID" LIMIT 1;

-- name: Reason that filters most bids
SELECT "Bid filtering reason" AS filtering_reason, sum("Bids"::BIGINT) AS bids,
    100 * sum("Bids"::DOUBLE) / (SELECT sum("Bids"::DOUBLE) FROM bid_filtering) AS share_of_bids_pct
FROM bid_filtering GROUP BY 1 ORDER BY 2 DESC LIMIT 1;

-- name: Reached queries, last day against the day before
SELECT last - before AS reached_queries, 100 * (last - before)::DOUBLE / before AS change_pct
FROM (
    SELECT sum("Reached queries"::BIGINT) FILTER (WHERE "#Day" = '3/24/26') AS last,
        sum("Reached queries"::BIGINT) FILTER (WHERE "#Day" = '3/23/26') AS before
    FROM performance
);

-- name: Waste rate, last day and the day before
SELECT 100 - 100 * sum("Impressions"::DOUBLE) FILTER (WHERE "#Day" = '3/24/26')
        / sum("Reached queries"::DOUBLE) FILTER (WHERE "#Day" = '3/24/26') AS last_pct,
    100 - 100 * sum("Impressions"::DOUBLE) FILTER (WHERE "#Day" = '3/23/26')
        / sum("Reached queries"::DOUBLE) FILTER (WHERE "#Day" = '3/23/26') AS before_pct
FROM performance;

-- name: Spend, last day against the same day a week before
SELECT micros(sum(CASE "#Day" WHEN '3/24/26' THEN dollars("Spend (buyer currency)")
    ELSE -dollars("Spend (buyer currency)") END)) AS spend_micros
FROM performance WHERE "#Day" IN ('3/24/26', '3/17/26');

-- name: App that explains the jump in waste
SELECT "Mobile app ID" AS app_id,
    sum(("Reached queries"::BIGINT - "Impressions"::BIGINT) * CASE "#Day" WHEN '3/24/26' THEN 1 ELSE -1 END) AS wasted_queries
FROM performance WHERE "#Day" IN ('3/24/26', '3/23/26') GROUP BY 1 ORDER BY 2 DESC LIMIT 1;
