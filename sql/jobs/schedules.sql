-- What is done without being asked: when next, how often, and what came of the last time. Only what is due at ?1, where it
-- is given.
SELECT s.schedule_id, s.kind, s.arguments, s.interval_seconds, s.enabled, s.next_run_at, s.last_job_id,
       j.state, j.created_at, j.error_message
FROM schedules AS s
LEFT JOIN jobs AS j ON j.job_id = s.last_job_id
WHERE ?1 IS NULL OR (s.enabled = 1 AND s.next_run_at <= ?1)
ORDER BY s.next_run_at, s.schedule_id
