-- The seat of each campaign of an account (?1): that of its creatives, where they are all of one. A campaign without
-- creatives keeps what it had, and rows that have it already are not written.
UPDATE campaigns
SET buyer_id = seats.buyer_id
FROM (
    SELECT
        members.campaign_id,
        CASE WHEN count(DISTINCT creatives.buyer_id) = 1 AND count(creatives.buyer_id) = count(*)
            THEN min(creatives.buyer_id) END AS buyer_id
    FROM campaign_creatives AS members
    JOIN creatives USING (account_id, creative_id)
    WHERE members.account_id = ?1
    GROUP BY members.campaign_id
) AS seats
WHERE campaigns.account_id = ?1 AND campaigns.campaign_id = seats.campaign_id
    AND campaigns.buyer_id IS NOT seats.buyer_id;
