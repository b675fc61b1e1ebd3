-- The buyer seats of one account (?1), by name.
SELECT *
FROM buyer_seats
WHERE account_id = ?1
ORDER BY coalesce(user_name, display_name, ''), buyer_id;
