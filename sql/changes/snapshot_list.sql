-- Snapshots of an account (?1), of one config (?2) or all, newest first.
SELECT *
FROM pretargeting_snapshots
WHERE account_id = ?1 AND (?2 IS NULL OR config_id = ?2)
ORDER BY snapshot_id DESC
LIMIT ?3;
