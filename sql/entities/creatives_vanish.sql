-- Creatives that came from Google and are not listed any more; those that only an import met were never listed.
UPDATE creatives
SET vanished_at = :now
WHERE account_id = :account_id AND vanished_at IS NULL AND synced_at IS NOT NULL
    AND (:buyers IS NULL OR buyer_id IN (SELECT value FROM json_each(:buyers)))
    AND creative_id NOT IN (SELECT value FROM json_each(:listed));
