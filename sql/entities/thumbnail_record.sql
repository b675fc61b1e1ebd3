-- What became of the last try to make a thumbnail; nothing where the creative is gone meanwhile.
INSERT INTO thumbnail_status (account_id, creative_id, status, error_reason, source_url, attempted_at)
SELECT account_id, creative_id, :status, :error_reason, :source_url, :attempted_at
FROM creatives
WHERE account_id = :account_id AND creative_id = :creative_id
ON CONFLICT (account_id, creative_id) DO UPDATE SET
    status = excluded.status,
    error_reason = excluded.error_reason,
    source_url = excluded.source_url,
    attempted_at = excluded.attempted_at;
