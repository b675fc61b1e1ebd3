-- A seat for each buyer of an account (:account_id) that owns creatives and has none. Its name is its only advertiser's or,
-- of several, the one with most creatives; a sync brings Google's name in its place.
INSERT INTO buyer_seats (account_id, buyer_id, bidder_id, display_name, active, created_at)
SELECT
    owner.account_id,
    owner.buyer_id,
    (SELECT bidder_id FROM accounts WHERE account_id = owner.account_id),
    coalesce((
        SELECT named.advertiser_name
        FROM creatives AS named
        WHERE named.account_id = owner.account_id AND named.buyer_id = owner.buyer_id AND named.advertiser_name <> ''
        GROUP BY named.advertiser_name
        ORDER BY count(*) DESC, named.advertiser_name
        LIMIT 1
    ), 'Account ' || owner.buyer_id),
    1,
    :now
FROM creatives AS owner
WHERE owner.account_id = :account_id AND owner.buyer_id <> '' AND owner.vanished_at IS NULL
GROUP BY owner.buyer_id
ON CONFLICT (account_id, buyer_id) DO NOTHING;
