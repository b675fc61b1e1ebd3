-- What the rows of one import add up to, for the answer of an upload. An import is of one kind, so of one table.
-- Parameters: $batch_id, the import.
SELECT
    count(*) AS live_rows,
    count(DISTINCT creative_id) AS unique_creatives,
    count(DISTINCT creative_size) AS unique_sizes,
    count(DISTINCT country) AS unique_countries,
    sum(reached_queries) AS total_reached,
    sum(impressions) AS total_impressions
FROM (
    SELECT creative_id, creative_size, country, reached_queries, impressions
    FROM rtb_daily WHERE import_batch_id = $batch_id
    UNION ALL
    SELECT NULL, NULL, country, reached_queries, impressions
    FROM rtb_funnel WHERE import_batch_id = $batch_id
    UNION ALL
    SELECT creative_id, creative_size, country, NULL, NULL
    FROM rtb_bid_filtering WHERE import_batch_id = $batch_id
    UNION ALL
    SELECT creative_id, creative_size, country, reached_queries, impressions
    FROM rtb_quality WHERE import_batch_id = $batch_id
) AS facts
