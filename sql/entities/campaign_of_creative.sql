-- The campaign of a creative (account ?1, creative ?2), where it is not archived.
SELECT campaign_id
FROM campaign_creatives
JOIN campaigns USING (account_id, campaign_id)
WHERE account_id = ?1 AND creative_id = ?2 AND status <> 'archived';
