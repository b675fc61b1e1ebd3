-- A job (?1) is at work (?2: now).
UPDATE jobs
SET state = 'running', started_at = coalesce(started_at, ?2), heartbeat_at = ?2, attempts = attempts + (state = 'queued')
WHERE job_id = ?1 AND state IN ('queued', 'running')
