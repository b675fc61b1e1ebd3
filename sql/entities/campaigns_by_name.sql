-- The campaigns of an account (?1) with that name (?2), upper and lower case alike.
SELECT *
FROM campaigns
WHERE account_id = ?1 AND name = ?2 COLLATE NOCASE
ORDER BY campaign_id;
