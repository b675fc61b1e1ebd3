-- What is not said stays.
UPDATE accounts
SET name = coalesce(:name, name),
    bidder_id = coalesce(:bidder_id, bidder_id),
    currency = coalesce(:currency, currency),
    date_format = coalesce(:date_format, date_format)
WHERE account_id = :account_id;
