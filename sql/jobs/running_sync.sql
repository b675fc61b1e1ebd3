-- The sync of an account that is at work or waits for its turn.
SELECT job_id FROM jobs WHERE account_id = ?1 AND kind = 'sync' AND finished_at IS NULL ORDER BY job_id LIMIT 1;
