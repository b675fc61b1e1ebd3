-- The campaign that loses a creative (account ?1, creative ?2, now ?3) has changed.
UPDATE campaigns
SET updated_at = ?3
WHERE account_id = ?1 AND campaign_id = (
    SELECT campaign_id FROM campaign_creatives
    WHERE account_id = ?1 AND creative_id = ?2 AND assigned_by = 'clustering'
);
