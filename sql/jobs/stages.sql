-- The stages of a job, in their order.
SELECT name, items_done, items_total, started_at, finished_at FROM job_stages WHERE job_id = ?1 ORDER BY stage
