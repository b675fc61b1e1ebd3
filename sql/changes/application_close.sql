-- An application (?2) ends as ?3; why it failed stands already where it was put back.
UPDATE pretargeting_applications
SET state = ?3, closed_at = ?4, outcome = coalesce(?5, outcome)
WHERE account_id = ?1 AND application_id = ?2 AND state IN ('open', 'putting_back');
