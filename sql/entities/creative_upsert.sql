-- A creative as the API has it.
INSERT INTO creatives (
    account_id, creative_id, buyer_id, name, format, width, height, canonical_size, approval_status,
    deals_approval_status, policy_topics, advertiser_name, final_url, display_url, utm_source, utm_medium,
    utm_campaign, utm_content, utm_term, declared_click_through_urls, detected_click_through_urls, detected_domains,
    api_version, api_update_time, raw_data, first_seen_at, synced_at)
VALUES (
    :account_id, :creative_id, :buyer_id, :name, :format, :width, :height, :canonical_size, :approval_status,
    :deals_approval_status, :policy_topics, :advertiser_name, :final_url, :display_url, :utm_source, :utm_medium,
    :utm_campaign, :utm_content, :utm_term, :declared_click_through_urls, :detected_click_through_urls,
    :detected_domains, :api_version, :api_update_time, :raw_data, :now, :now)
ON CONFLICT (account_id, creative_id) DO UPDATE SET
    buyer_id = excluded.buyer_id,
    name = excluded.name,
    format = excluded.format,
    width = excluded.width,
    height = excluded.height,
    canonical_size = excluded.canonical_size,
    approval_status = excluded.approval_status,
    deals_approval_status = excluded.deals_approval_status,
    policy_topics = excluded.policy_topics,
    advertiser_name = excluded.advertiser_name,
    final_url = excluded.final_url,
    display_url = excluded.display_url,
    utm_source = excluded.utm_source,
    utm_medium = excluded.utm_medium,
    utm_campaign = excluded.utm_campaign,
    utm_content = excluded.utm_content,
    utm_term = excluded.utm_term,
    declared_click_through_urls = excluded.declared_click_through_urls,
    detected_click_through_urls = excluded.detected_click_through_urls,
    detected_domains = excluded.detected_domains,
    api_version = excluded.api_version,
    api_update_time = excluded.api_update_time,
    raw_data = excluded.raw_data,
    synced_at = excluded.synced_at,
    vanished_at = NULL;
