-- The sizes of an account's approved creatives; null stands for those without one.
SELECT DISTINCT canonical_size
FROM creatives
WHERE account_id = ?1 AND approval_status = 'APPROVED' AND vanished_at IS NULL;
