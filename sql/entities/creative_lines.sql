-- Creatives of one account, without what Google said in full: of a seat, a format, an approval, a campaign, or all.
-- An archived campaign holds nothing.
SELECT
    creatives.creative_id,
    creatives.buyer_id,
    creatives.format,
    creatives.approval_status,
    creatives.advertiser_name,
    creatives.width,
    creatives.height,
    creatives.api_update_time,
    creatives.first_seen_at,
    creatives.vanished_at,
    campaigns.campaign_id,
    campaigns.name AS campaign_name,
    coalesce(seats.user_name, seats.display_name) AS seat_name
FROM creatives
LEFT JOIN campaign_creatives AS members
    ON members.account_id = creatives.account_id AND members.creative_id = creatives.creative_id
LEFT JOIN campaigns
    ON campaigns.account_id = members.account_id AND campaigns.campaign_id = members.campaign_id
    AND campaigns.status <> 'archived'
LEFT JOIN buyer_seats AS seats
    ON seats.account_id = creatives.account_id AND seats.buyer_id = creatives.buyer_id
WHERE creatives.account_id = :account_id
    AND (:creative_id IS NULL OR creatives.creative_id = :creative_id)
    AND (:buyer_id IS NULL OR creatives.buyer_id = :buyer_id)
    AND (:format IS NULL OR creatives.format = :format)
    AND (:approval_status IS NULL OR creatives.approval_status = :approval_status)
    AND (:campaign_id IS NULL OR campaigns.campaign_id = :campaign_id);
