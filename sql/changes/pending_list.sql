-- Staged changes of an account (?1), of one config (?2) or all, of one status (?3) or any, newest first.
SELECT *
FROM pretargeting_pending_changes
WHERE account_id = ?1 AND (?2 IS NULL OR config_id = ?2) AND (?3 IS NULL OR status = ?3)
ORDER BY change_id DESC
LIMIT ?4;
