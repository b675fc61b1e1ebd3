-- A campaign made by hand, with its name only.
INSERT INTO campaigns (account_id, name, clustering_method, created_at, updated_at)
VALUES (:account_id, :name, 'manual', :now, :now)
RETURNING campaign_id;
