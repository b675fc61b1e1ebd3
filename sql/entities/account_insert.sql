-- A new account; gives its number.
INSERT INTO accounts (name, bidder_id, currency, date_format, created_at)
VALUES (:name, :bidder_id, :currency, :date_format, :created_at)
RETURNING account_id;
