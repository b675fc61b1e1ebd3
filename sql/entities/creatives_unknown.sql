-- Which of these creatives (?2, a JSON array) the account (?1) does not have.
SELECT value
FROM json_each(?2)
WHERE value NOT IN (SELECT creative_id FROM creatives WHERE account_id = ?1)
ORDER BY value;
