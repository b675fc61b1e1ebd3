-- Of each kind of care for the whole store: the newest job that is over (whether it went well, how long it took) and the time
-- of the newest that went well.
SELECT j.kind, j.state = 'done', unixepoch(j.finished_at) - unixepoch(j.started_at),
       (SELECT max(unixepoch(w.finished_at)) FROM jobs AS w
        WHERE w.account_id IS NULL AND w.kind = j.kind AND w.state = 'done') AS well_at
FROM jobs AS j
WHERE j.job_id IN (
    SELECT max(job_id) FROM jobs WHERE account_id IS NULL AND finished_at IS NOT NULL GROUP BY kind)
ORDER BY j.kind
