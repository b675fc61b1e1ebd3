-- Events of jobs after one (?1), oldest first, of one account (?2) or of all where it is null; at most ?3.
SELECT event_id, kind, detail
FROM events
WHERE event_id > ?1 AND kind IN ('job_queued', 'job_stage', 'job_done', 'job_failed') AND (?2 IS NULL OR account_id = ?2)
ORDER BY event_id
LIMIT ?3
