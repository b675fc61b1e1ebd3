-- The recommendations of an account (?1), of one status (?2) or all, the most wasteful first.
SELECT *
FROM recommendations
WHERE account_id = ?1 AND (?2 IS NULL OR status = ?2)
ORDER BY wasted_qps DESC, recommendation_id;
