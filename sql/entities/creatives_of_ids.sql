-- Creatives of one account (?1) with these ids (?2, a JSON array).
SELECT *
FROM creatives
WHERE account_id = ?1 AND creative_id IN (SELECT value FROM json_each(?2));
