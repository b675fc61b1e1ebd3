-- An application (?2) that failed on its way is undone from now on, because of ?3.
UPDATE pretargeting_applications
SET state = 'putting_back', outcome = ?3
WHERE account_id = ?1 AND application_id = ?2 AND state IN ('open', 'putting_back');
