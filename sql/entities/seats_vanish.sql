-- Seats that came from Google and are not listed any more; those made from creatives alone are not Google's to drop.
UPDATE buyer_seats
SET vanished_at = :now, active = 0
WHERE account_id = :account_id AND vanished_at IS NULL AND last_synced IS NOT NULL
    AND buyer_id NOT IN (SELECT value FROM json_each(:listed));
