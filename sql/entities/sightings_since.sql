-- Creatives of one account (?1) that an import named for the first time since then (?2), newest first.
SELECT creative_id, batch_id, first_seen_at
FROM creative_sightings
WHERE account_id = ?1 AND first_seen_at >= ?2 AND batch_id IS NOT NULL
ORDER BY first_seen_at DESC, creative_id;
