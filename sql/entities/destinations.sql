-- Where the creatives of an account (?1) lead, as Google says it and as it was read.
SELECT creative_id, final_url, destination_url, destination_domain, destination_app
FROM creatives
WHERE account_id = ?1;
