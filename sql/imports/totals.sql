-- What the rows of one import add up to, for the answer of an upload.
-- Parameters: $batch_id, the import.
SELECT
    count(*) AS live_rows,
    count(DISTINCT creative_id) AS unique_creatives,
    count(DISTINCT creative_size) AS unique_sizes,
    count(DISTINCT country) AS unique_countries,
    sum(reached_queries) AS total_reached,
    sum(impressions) AS total_impressions
FROM rtb_daily
WHERE import_batch_id = $batch_id
