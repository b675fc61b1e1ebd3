-- Campaigns and their creatives of one account (?1).
SELECT campaign_id, creative_id
FROM campaign_creatives
WHERE account_id = ?1
ORDER BY campaign_id, creative_id;
