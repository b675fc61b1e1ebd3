-- A stage of a job (?1) begins (?3: name, ?4: items in all, where it counts any); the one before is over.
INSERT INTO job_stages (job_id, stage, account_id, name, items_total, started_at)
SELECT j.job_id, coalesce((SELECT max(s.stage) + 1 FROM job_stages AS s WHERE s.job_id = j.job_id), 0), j.account_id, ?3, ?4, ?2
FROM jobs AS j
WHERE j.job_id = ?1
