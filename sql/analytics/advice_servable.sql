-- name: advice_servable
-- answers: Which sizes and labels can approved creatives of each format serve?
-- reads: rtb_daily performance
-- columns: format, creative_size (null for a creative without one), is_label; labels that nothing serves have an empty format
-- cost: one look at the creatives
SELECT DISTINCT CASE format WHEN 'HTML' THEN 'DISPLAY' ELSE format END AS format, canonical_size AS creative_size, false AS is_label
FROM creatives
WHERE approval_status = 'APPROVED' AND vanished_at IS NULL
UNION ALL
SELECT DISTINCT CASE creatives.format WHEN 'HTML' THEN 'DISPLAY' ELSE creatives.format END AS format, size_labels.creative_size, true AS is_label
FROM creatives
JOIN size_labels
    ON size_labels.format = creatives.format
    AND (size_labels.canonical_size IS NULL OR size_labels.canonical_size = creatives.canonical_size)
WHERE creatives.approval_status = 'APPROVED' AND creatives.vanished_at IS NULL
UNION ALL
SELECT DISTINCT '' AS format, creative_size, true AS is_label
FROM size_labels
