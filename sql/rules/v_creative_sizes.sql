-- v_creative_sizes: how far the size of each creative is from a standard one.
-- Rows: one per creative that Google lists. standard_distance_px is the larger of the differences in width and height to the
--   nearest standard size: 0 for a standard one.
-- Reads: creatives, standard_sizes.
-- Null: the distance of what is not an HTML creative with a width and a height of its own: formats without a size, and
--   fluid (0) and responsive (1x1) ones, fit by themselves.
-- Cost: a look at the creatives; no fact is read.
SELECT
    creative.account_id,
    creative.creative_id,
    min(creative.buyer_id) AS buyer_id,
    min(creative.format) AS format,
    min(creative.canonical_size) AS canonical_size,
    min(creative.approval_status) AS approval_status,
    min(greatest(abs(creative.width - standard.width), abs(creative.height - standard.height))) AS standard_distance_px,
    first_value(standard.creative_size ORDER BY
        greatest(abs(creative.width - standard.width), abs(creative.height - standard.height)),
        standard.creative_size) AS nearest_standard_size
FROM creatives AS creative
LEFT JOIN standard_sizes AS standard ON creative.format = 'HTML' AND creative.width > 1 AND creative.height > 1
WHERE creative.vanished_at IS NULL
GROUP BY creative.account_id, creative.creative_id
