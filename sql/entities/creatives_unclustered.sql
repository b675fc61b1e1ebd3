-- Creatives of an account (?1), and of a seat (?2) where one is named, that Google lists and that no live campaign has.
SELECT creative_id
FROM creatives
WHERE account_id = ?1 AND (?2 IS NULL OR buyer_id = ?2) AND vanished_at IS NULL
    AND creative_id NOT IN (
        SELECT creative_id
        FROM campaign_creatives
        JOIN campaigns USING (account_id, campaign_id)
        WHERE account_id = ?1 AND status <> 'archived'
    )
ORDER BY creative_id;
