-- The newest syncs of an account that are over, with what came of each.
SELECT job_id, finished_at, result
FROM jobs
WHERE account_id = ?1 AND kind = 'sync' AND finished_at IS NOT NULL AND result IS NOT NULL
ORDER BY job_id DESC
LIMIT ?2;
