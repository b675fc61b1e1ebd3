-- The pretargeting configs of one account (?1).
SELECT *
FROM pretargeting_configs
WHERE account_id = ?1
ORDER BY billing_id NULLS LAST, config_id;
