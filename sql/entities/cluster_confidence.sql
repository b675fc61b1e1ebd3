-- How sure clustering is of a campaign that it made: account, campaign, confidence.
UPDATE campaigns
SET ai_confidence = ?3
WHERE account_id = ?1 AND campaign_id = ?2 AND is_ai_generated = 1 AND ai_confidence IS NOT ?3;
