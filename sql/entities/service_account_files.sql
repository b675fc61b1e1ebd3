-- The key files that service accounts of any account name: what is in the directory beside them is nobody's.
SELECT credentials_path FROM service_accounts;
