-- The applications of an account (?1) that did not end, oldest first.
SELECT *
FROM pretargeting_applications
WHERE account_id = ?1 AND state IN ('open', 'putting_back')
ORDER BY application_id;
