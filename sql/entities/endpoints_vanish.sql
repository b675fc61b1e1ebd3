-- Endpoints that the whole list (:listed, a JSON array of ids) no longer has.
DELETE FROM rtb_endpoints
WHERE account_id = :account_id AND endpoint_id NOT IN (SELECT value FROM json_each(:listed));
