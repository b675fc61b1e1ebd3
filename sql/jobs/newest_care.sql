-- The newest job of each kind of care for the whole store.
SELECT max(job_id) FROM jobs WHERE account_id IS NULL GROUP BY kind ORDER BY kind
