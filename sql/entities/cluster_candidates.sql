-- The creatives of an account (?1) with what decides whether clustering may place them.
SELECT
    creatives.creative_id,
    creatives.buyer_id,
    creatives.final_url,
    creatives.advertiser_name,
    creatives.vanished_at IS NOT NULL AS has_vanished,
    members.campaign_id,
    members.assigned_by = 'user' AS by_user,
    coalesce(campaigns.status <> 'archived', 0) AS is_in_live_campaign,
    removals.creative_id IS NOT NULL AS is_removed
FROM creatives
LEFT JOIN campaign_creatives AS members USING (account_id, creative_id)
LEFT JOIN campaigns USING (account_id, campaign_id)
LEFT JOIN campaign_removals AS removals
    ON removals.account_id = creatives.account_id AND removals.creative_id = creatives.creative_id
WHERE creatives.account_id = ?1
ORDER BY creatives.creative_id;
