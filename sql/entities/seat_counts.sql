-- How many creatives each buyer of an account (?1) has; vanished ones are not counted.
SELECT buyer_id, count(*)
FROM creatives
WHERE account_id = ?1 AND buyer_id IS NOT NULL AND vanished_at IS NULL
GROUP BY buyer_id;
