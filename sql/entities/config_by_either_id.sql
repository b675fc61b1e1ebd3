-- The dashboard names a config by its billing id and, where it has none, by its config id.
SELECT *
FROM pretargeting_configs
WHERE account_id = ?1 AND (billing_id = ?2 OR config_id = ?2)
ORDER BY billing_id = ?2 DESC
LIMIT 1;
