-- The parts of an application (?2) in their turn.
SELECT *
FROM pretargeting_application_configs
WHERE account_id = ?1 AND application_id = ?2
ORDER BY position;
