-- Jobs, newest first: of an account (?1, null: all), in a state (?2, null: any), older than a job (?3, null: from the
-- newest on), at most ?4; or the one with the number ?5.
SELECT j.job_id, j.account_id, j.kind, j.state, j.arguments, j.result, j.error_message, j.created_at, j.created_by,
       j.started_at, j.finished_at, s.name AS stage,
       (SELECT items_done FROM job_stages WHERE job_id = j.job_id AND items_total IS NOT NULL ORDER BY stage DESC LIMIT 1)
           AS bytes_done,
       (SELECT items_total FROM job_stages WHERE job_id = j.job_id AND items_total IS NOT NULL ORDER BY stage DESC LIMIT 1)
           AS bytes_total
FROM jobs AS j
LEFT JOIN job_stages AS s ON s.job_id = j.job_id
    AND s.stage = (SELECT max(stage) FROM job_stages WHERE job_id = j.job_id)
WHERE (?1 IS NULL OR j.account_id = ?1) AND (?2 IS NULL OR j.state = ?2) AND (?3 IS NULL OR j.job_id < ?3)
  AND (?5 IS NULL OR j.job_id = ?5)
ORDER BY j.job_id DESC
LIMIT ?4
