-- v_servable_sizes: which sizes the approved creatives of an account can serve, and how many of them.
-- Rows: one per account and size: a WxH for creatives of that size, a label for those that size_labels names.
-- Reads: creatives (approved for the open auction and still at Google), size_labels; no fact.
-- Null: nothing. A size without a row has no such creative.
-- column: creative_size: WxH, or a label such as Interstitial or Video/Overlay
-- Cost: one look at the creatives.
SELECT account_id, creative_size, count(*) AS approved_creatives
FROM (
    SELECT account_id, canonical_size AS creative_size
    FROM creatives
    WHERE approval_status = 'APPROVED' AND vanished_at IS NULL AND canonical_size IS NOT NULL
    UNION ALL
    SELECT creatives.account_id, size_labels.creative_size
    FROM creatives
    JOIN size_labels
        ON size_labels.format = creatives.format
        AND (size_labels.canonical_size IS NULL OR size_labels.canonical_size = creatives.canonical_size)
    WHERE creatives.approval_status = 'APPROVED' AND creatives.vanished_at IS NULL
) AS served
GROUP BY account_id, creative_size
