-- The creatives that no import of the account named before: account, batch, now, ids as a JSON array.
INSERT OR IGNORE INTO creative_sightings (account_id, creative_id, batch_id, first_seen_at)
SELECT ?1, value, ?2, ?3
FROM json_each(?4)
WHERE value <> '';
