-- The stage in which a job (?1) is ends (?2); one that was left in good order (?3) has done all of its items.
UPDATE job_stages
SET finished_at = ?2, items_done = CASE WHEN ?3 THEN coalesce(items_total, items_done) ELSE items_done END
WHERE job_id = ?1 AND finished_at IS NULL
