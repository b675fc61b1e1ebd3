-- The campaign that stands for a campaign of the predecessor (:row is its row as JSON), and whether clustering made it.
SELECT campaign_id, is_ai_generated FROM campaigns
WHERE account_id = :account_id AND name = :row ->> 'name'
    AND created_at = coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', :row ->> 'created_at'), created_at)
ORDER BY campaign_id LIMIT 1
