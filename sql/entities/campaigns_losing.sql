-- Other campaigns that lose one of these creatives have changed.
UPDATE campaigns
SET updated_at = :now
WHERE account_id = :account_id AND campaign_id <> :campaign_id AND status <> 'archived' AND campaign_id IN (
    SELECT campaign_id FROM campaign_creatives
    WHERE account_id = :account_id AND creative_id IN (SELECT value FROM json_each(:creatives))
);
