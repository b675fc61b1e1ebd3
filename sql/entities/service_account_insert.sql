-- A service account; its key stands in the file.
INSERT INTO service_accounts (
    account_id, service_account_id, client_email, project_id, display_name, credentials_path, created_at)
VALUES (
    :account_id, :service_account_id, :client_email, :project_id, :display_name, :credentials_path, :created_at);
