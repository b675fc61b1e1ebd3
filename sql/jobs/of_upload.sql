-- The newest job of an account (?1) that imports what its sender calls so (?2), of those asked for since ?3.
SELECT job_id
FROM jobs
WHERE account_id = ?1 AND arguments ->> 'upload' = ?2 AND created_at >= ?3
ORDER BY job_id DESC
LIMIT 1
