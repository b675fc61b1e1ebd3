-- Whether another config of the account has the billing id: account, billing id, config.
SELECT EXISTS (SELECT 1 FROM pretargeting_configs WHERE account_id = ?1 AND billing_id = ?2 AND config_id <> ?3)
