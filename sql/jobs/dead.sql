-- Jobs that no process works on any more, when the one writer starts.
SELECT job_id FROM jobs WHERE state IN ('queued', 'running') ORDER BY job_id
