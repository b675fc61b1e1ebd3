DELETE FROM rtb_endpoints
WHERE account_id = :account_id AND endpoint_id NOT IN (SELECT value FROM json_each(:listed));
