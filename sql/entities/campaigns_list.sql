-- Campaigns of one account, the last changed first: of a status, or those that are not archived; of a seat, or all.
SELECT *
FROM campaigns
WHERE account_id = :account_id
    AND (status = :status OR :status IS NULL AND status <> 'archived')
    AND (
        :buyer_id IS NULL OR buyer_id = :buyer_id
        OR campaign_id IN (
            SELECT members.campaign_id
            FROM campaign_creatives AS members
            JOIN creatives USING (account_id, creative_id)
            WHERE members.account_id = :account_id AND creatives.buyer_id = :buyer_id
        )
    )
ORDER BY updated_at DESC, campaign_id DESC;
