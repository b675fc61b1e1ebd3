-- Puts creatives into a campaign by clustering; a user's decisions win, whatever the plan was made from.
INSERT INTO campaign_creatives (account_id, creative_id, campaign_id, assigned_by, assigned_at)
SELECT :account_id, value, :campaign_id, 'clustering', :now
FROM json_each(:creatives)
WHERE value NOT IN (SELECT creative_id FROM campaign_removals WHERE account_id = :account_id)
ON CONFLICT (account_id, creative_id) DO UPDATE SET
    campaign_id = excluded.campaign_id,
    assigned_at = excluded.assigned_at
WHERE assigned_by = 'clustering';
