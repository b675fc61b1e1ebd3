-- Where a creative leads: account, creative, address, registrable domain, app.
UPDATE creatives
SET destination_url = ?3, destination_domain = ?4, destination_app = ?5
WHERE account_id = ?1 AND creative_id = ?2;
