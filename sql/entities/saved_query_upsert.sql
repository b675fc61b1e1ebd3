-- A question that a user keeps by name; who first kept it, and when, stays.
INSERT INTO saved_queries (account_id, name, sql, description, created_at, created_by, updated_at)
VALUES (:account_id, :name, :sql, :description, :now, :by, :now)
ON CONFLICT (account_id, name) DO UPDATE SET
    sql = excluded.sql,
    description = excluded.description,
    updated_at = excluded.updated_at;
