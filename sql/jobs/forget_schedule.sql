-- Forgets jobs that were done on schedule, ended before ?1 and are not the last of their line of the schedule.
DELETE FROM jobs
WHERE created_by = 'schedule' AND finished_at < ?1
  AND job_id NOT IN (SELECT last_job_id FROM schedules WHERE last_job_id IS NOT NULL)
