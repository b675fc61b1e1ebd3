-- What became of a job (?1): its state, the time, its result (JSON) and, where it failed, why.
UPDATE jobs
SET state = ?2, finished_at = ?3, heartbeat_at = ?3, result = ?4, error_message = ?5
WHERE job_id = ?1 AND state IN ('queued', 'running')
