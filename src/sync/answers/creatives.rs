//! `buyers/{buyer}/creatives/{id}`.

use serde_json::Value;

use super::landing::Landing;
use super::node::{AnswerError, Node};
use crate::creatives::Preview;
use crate::entities::TextList;
use crate::entities::creatives::GoogleCreative;
use crate::model::Destination;

/// Google's own limit.
const LONGEST_ID_BYTES: usize = 128;

pub(super) fn read(creative: &Node<'_>) -> Result<GoogleCreative, AnswerError> {
    let creative_id = match creative.text("creativeId")? {
        Some(id) => id,
        None => creative.required_id_in_name("creatives")?,
    };
    if creative_id.len() > LONGEST_ID_BYTES {
        return Err(creative.unexpected("creativeId", "at most 128 bytes", &Value::from(creative_id)));
    }
    // A size of the wrong type is a fault of the answer, whatever is read out of it.
    creative.object("html", |html| Ok((html.count("width")?, html.count("height")?)))?;
    let format = format(creative)?;
    let (width, height) = Preview::of_fields(&format, creative.fields()).dimensions().unzip();
    let decision = creative.object("creativeServingDecision", decision)?.unwrap_or_default();
    let declared = creative.texts("declaredClickThroughUrls")?.unwrap_or_default();
    let native_link = creative.object("native", |native| native.text("clickLinkUrl"))?.flatten();
    let final_url = declared.0.first().or(decision.click_through_urls.0.first()).cloned().or(native_link);
    let landing = final_url.as_deref().map(Landing::of).unwrap_or_default();
    let destination = final_url.as_deref().map(Destination::of).unwrap_or_default();
    Ok(GoogleCreative {
        buyer_id: match creative.text("accountId")? {
            Some(buyer) => Some(buyer),
            None => creative.id_in_name("buyers")?,
        },
        name: creative.text("name")?,
        format,
        canonical_size: width.zip(height).map(|(width, height)| format!("{width}x{height}")),
        width,
        height,
        approval_status: decision.network.status,
        deals_approval_status: decision.deals.status,
        policy_topics: decision.network.topics,
        advertiser_name: creative.text("advertiserName")?,
        display_url: landing.host,
        utm_source: landing.utm_source,
        utm_medium: landing.utm_medium,
        utm_campaign: landing.utm_campaign,
        utm_content: landing.utm_content,
        utm_term: landing.utm_term,
        destination_url: destination.url,
        destination_domain: destination.domain,
        destination_app: destination.app,
        final_url,
        declared_click_through_urls: declared,
        detected_click_through_urls: decision.click_through_urls,
        detected_domains: decision.domains,
        detected_languages: decision.languages,
        api_version: creative.count("version")?,
        api_update_time: creative.time("apiUpdateTime")?,
        raw_data: creative.raw_data(),
        creative_id,
    })
}

/// As Google says it, else by the content that is there.
fn format(creative: &Node<'_>) -> Result<String, AnswerError> {
    let said = creative.text("creativeFormat")?.filter(|format| !format.ends_with("_UNSPECIFIED"));
    if let Some(format) = said {
        return Ok(format);
    }
    for (content, format) in [("html", "HTML"), ("video", "VIDEO"), ("native", "NATIVE")] {
        if creative.object(content, |_| Ok(()))?.is_some() {
            return Ok(format.to_owned());
        }
    }
    creative.required_text("creativeFormat")
}

#[derive(Default)]
struct Decision {
    network: Compliance,
    deals: Compliance,
    domains: TextList,
    languages: TextList,
    click_through_urls: TextList,
}

#[derive(Default)]
struct Compliance {
    status: Option<String>,
    topics: TextList,
}

fn decision(node: &Node<'_>) -> Result<Decision, AnswerError> {
    Ok(Decision {
        network: node.object("networkPolicyCompliance", compliance)?.unwrap_or_default(),
        deals: node.object("dealsPolicyCompliance", compliance)?.unwrap_or_default(),
        domains: node.texts("detectedDomains")?.unwrap_or_default(),
        languages: node.texts("detectedLanguages")?.unwrap_or_default(),
        click_through_urls: node.texts("detectedClickThroughUrls")?.unwrap_or_default(),
    })
}

fn compliance(node: &Node<'_>) -> Result<Compliance, AnswerError> {
    let topics = node.objects("topics", |topic| topic.text("policyTopic"))?;
    Ok(Compliance { status: node.text("status")?, topics: topics.into_iter().flatten().collect() })
}
