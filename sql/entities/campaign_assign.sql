-- Puts creatives into a campaign by hand, out of whichever they were in; those that are there already become the user's.
INSERT INTO campaign_creatives (account_id, creative_id, campaign_id, assigned_by, assigned_at)
SELECT :account_id, value, :campaign_id, 'user', :now
FROM json_each(:creatives)
WHERE true
ON CONFLICT (account_id, creative_id) DO UPDATE SET
    campaign_id = excluded.campaign_id,
    assigned_by = excluded.assigned_by,
    assigned_at = excluded.assigned_at;
