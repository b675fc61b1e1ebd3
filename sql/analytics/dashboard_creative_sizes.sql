-- name: dashboard_creative_sizes
-- answers: Of which sizes and formats are the approved creatives?
-- reads: creatives
-- columns: one row per WxH and format
-- cost: one look at the creatives; no fact is read
SELECT canonical_size AS size, format, count(*) AS creatives
FROM creatives
WHERE approval_status = 'APPROVED' AND vanished_at IS NULL AND canonical_size IS NOT NULL
GROUP BY account_id, canonical_size, format
ORDER BY canonical_size, format
