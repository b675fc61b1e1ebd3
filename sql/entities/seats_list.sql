SELECT *
FROM buyer_seats
WHERE account_id = ?1
ORDER BY coalesce(user_name, display_name, ''), buyer_id;
