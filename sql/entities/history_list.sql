-- Changes of an account's configs, newest first: of the config with that billing id or config id, not older than a
-- moment, found or made by one source; null is any.
SELECT *
FROM pretargeting_history
WHERE account_id = :account_id
    AND (:config IS NULL OR config_id = :config OR billing_id = :config)
    AND (:since IS NULL OR changed_at >= :since)
    AND (:source IS NULL OR change_source = :source)
ORDER BY history_id DESC
LIMIT :limit;
