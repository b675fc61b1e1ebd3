-- A creative of a campaign: account, campaign, row as JSON, whether clustering made the campaign, now. Where the
-- predecessor does not say who assigned it, whoever made the campaign did. What is assigned here already stays.
INSERT INTO campaign_creatives (account_id, creative_id, campaign_id, assigned_by, assigned_at)
SELECT
    :account_id,
    :row ->> 'creative_id',
    :campaign_id,
    CASE WHEN coalesce(:row ->> 'manually_assigned', NOT :is_ai_generated) THEN 'user' ELSE 'clustering' END,
    coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', :row ->> 'assigned_at'), :now)
WHERE true
ON CONFLICT (account_id, creative_id) DO NOTHING
