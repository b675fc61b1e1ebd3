-- Events of jobs serve who was away for a while; what became of a job stands in its own row.
DELETE FROM events WHERE kind IN ('job_queued', 'job_stage', 'job_done', 'job_failed') AND happened_at < ?1
