-- What the store knows of each account beside its facts, and how much of its money has no currency.
SELECT
    accounts.account_id,
    accounts.name,
    accounts.currency,
    coalesce(configs.configs, 0) AS configs,
    coalesce(creatives.creatives, 0) AS creatives,
    coalesce(money.rows, 0) AS rows_without_currency
FROM accounts
LEFT JOIN (
    SELECT account_id, count(*) AS configs
    FROM pretargeting_configs
    WHERE vanished_at IS NULL
    GROUP BY account_id
) AS configs ON configs.account_id = accounts.account_id
LEFT JOIN (
    SELECT account_id, count(*) AS creatives
    FROM creatives
    WHERE approval_status IS NOT NULL AND vanished_at IS NULL
    GROUP BY account_id
) AS creatives ON creatives.account_id = accounts.account_id
LEFT JOIN (
    SELECT account_id, count(*) AS rows
    FROM v_performance
    WHERE spend_micros > 0 AND currency IS NULL
    GROUP BY account_id
) AS money ON money.account_id = accounts.account_id
ORDER BY accounts.account_id
