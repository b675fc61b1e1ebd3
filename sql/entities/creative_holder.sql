-- The buyer that a listed creative is of, and when it was changed.
SELECT buyer_id, api_update_time
FROM creatives
WHERE account_id = ?1 AND creative_id = ?2 AND buyer_id IS NOT NULL AND synced_at IS NOT NULL AND vanished_at IS NULL;
