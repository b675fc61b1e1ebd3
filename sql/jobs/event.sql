-- What happened to a job (?1: ?2), as a line of the event stream; its detail is made of the rows as they are now.
INSERT INTO events (account_id, happened_at, kind, subject, detail)
SELECT j.account_id, ?3, ?2, CAST(j.job_id AS TEXT),
       json_object(
           'job_id', j.job_id, 'account_id', j.account_id, 'kind', j.kind, 'state', j.state,
           'what', j.arguments ->> 'what', 'stage', s.name, 'batch_id', j.result ->> 'batch_id',
           'error', j.error_message, 'happened_at', ?3)
FROM jobs AS j
LEFT JOIN job_stages AS s ON s.job_id = j.job_id
    AND s.stage = (SELECT max(stage) FROM job_stages WHERE job_id = j.job_id)
WHERE j.job_id = ?1
