-- Who puts a creative (?2, a JSON array of them) into a campaign wants it in one.
DELETE FROM campaign_removals
WHERE account_id = ?1 AND creative_id IN (SELECT value FROM json_each(?2));
