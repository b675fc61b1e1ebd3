-- A campaign that clustering makes.
INSERT INTO campaigns
    (account_id, name, is_ai_generated, ai_confidence, clustering_method, cluster_key, created_at, updated_at)
VALUES (:account_id, :name, 1, :confidence, :method, :cluster_key, :now, :now)
RETURNING campaign_id;
