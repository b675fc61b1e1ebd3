-- name: new_creatives
-- answers: What did creatives win and cost that reports named since an import?
-- reads: rtb_daily performance
-- parameter: batch int64 = 0: the first of the imports; all rows of a creative that is new since then are of it or later
-- columns: one row per creative, format and currency
-- cost: one aggregate over the files that these imports wrote
SELECT
    account_id,
    creative_id,
    creative_format,
    currency,
    sum(impressions) AS impressions,
    sum(spend_micros) AS spend_micros
FROM v_performance
WHERE import_batch_id >= $batch
GROUP BY account_id, creative_id, creative_format, currency
ORDER BY account_id, creative_id, creative_format, currency
