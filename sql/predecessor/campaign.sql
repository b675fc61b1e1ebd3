-- A campaign of the predecessor (:row is its row as JSON), unless one of that name and time is there.
INSERT INTO campaigns
    (account_id, name, description, status, is_ai_generated, ai_confidence, clustering_method, created_at, updated_at)
SELECT
    :account_id,
    :row ->> 'name',
    :row ->> 'description',
    CASE WHEN :row ->> 'status' IN ('paused', 'archived') THEN :row ->> 'status' ELSE 'active' END,
    coalesce(:row ->> 'is_ai_generated', 0) <> 0,
    CASE WHEN :row ->> 'ai_confidence' BETWEEN 0 AND 1 THEN CAST(:row ->> 'ai_confidence' AS REAL) END,
    CASE WHEN :row ->> 'clustering_method' IN ('manual', 'domain', 'url', 'advertiser', 'ai')
        THEN :row ->> 'clustering_method' END,
    coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', :row ->> 'created_at'), :now),
    coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', :row ->> 'updated_at'), :now)
WHERE NOT EXISTS (
    SELECT 1 FROM campaigns
    WHERE account_id = :account_id AND name = :row ->> 'name'
        AND created_at = coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', :row ->> 'created_at'), created_at)
)
