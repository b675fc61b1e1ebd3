-- What an account's calls to Google took on one day, by route.
SELECT method, route, calls, errors, retries, bytes_sent, bytes_received, elapsed_ms
FROM api_usage
WHERE account_id = ?1 AND usage_date = ?2 AND api = 'realtimebidding'
ORDER BY route, method;
