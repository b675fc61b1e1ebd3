-- The recommendations of an account (?1), the most wasteful first.
SELECT *
FROM recommendations
WHERE account_id = ?1
ORDER BY wasted_qps DESC, recommendation_id;
