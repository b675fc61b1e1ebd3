-- Comparisons of an account (?1), of one config (?2) or all, of one status (?3) or any, newest first.
SELECT *
FROM snapshot_comparisons
WHERE account_id = ?1 AND (?2 IS NULL OR config_id = ?2) AND (?3 IS NULL OR status = ?3)
ORDER BY comparison_id DESC
LIMIT ?4;
