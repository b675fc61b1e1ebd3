-- How far the stage of a job (?1) is in which it counts items.
UPDATE job_stages SET items_done = ?2 WHERE job_id = ?1 AND items_total IS NOT NULL AND finished_at IS NULL
