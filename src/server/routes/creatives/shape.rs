//! A creative in the keys that the dashboard reads.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use url::Url;

use crate::creatives::Shown;
use crate::entities::thumbnails::{ThumbnailFault, ThumbnailOutcome};

/// How much of a creative is told, and what it depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Without VAST and markup.
    pub slim: bool,
    /// Whether thumbnails of videos can be made here.
    pub ffmpeg: bool,
}

impl Shape {
    pub(super) fn of(self, shown: &Shown) -> Value {
        let google = &shown.creative.google;
        let line = &shown.line;
        let campaign = line.campaign_id.map(|campaign| campaign.to_string());
        json!({
            "id": google.creative_id,
            "name": google.name.clone().unwrap_or_default(),
            "format": google.format,
            "account_id": google.buyer_id,
            "buyer_id": google.buyer_id,
            "approval_status": google.approval_status,
            "final_url": google.final_url,
            "display_url": google.display_url,
            "utm_source": google.utm_source,
            "utm_medium": google.utm_medium,
            "utm_campaign": google.utm_campaign,
            "utm_content": google.utm_content,
            "utm_term": google.utm_term,
            "advertiser_name": google.advertiser_name,
            "campaign_id": campaign,
            "cluster_id": campaign,
            "seat_name": line.seat_name,
            "width": google.width,
            "height": google.height,
            "country": shown.traffic.countries.first().map(|country| &country.country),
            "video": self.video(shown),
            "html": self.html(shown),
            "native": native(shown),
            "thumbnail_status": self.thumbnail_status(shown),
            "waste_flags": {
                "broken_video": shown.is_broken_video(),
                "zero_engagement": shown.has_no_engagement(),
            },
            "created_at": shown.creative.first_seen_at,
            "updated_at": line.updated_at,
            "performance": {
                "total_spend_micros": shown.traffic.spend_micros,
                "total_impressions": shown.traffic.impressions,
                "total_clicks": shown.traffic.clicks,
                "currency": shown.currency,
                "other_spend_micros": shown.traffic.other_spend_micros,
            },
            "countries": shown.traffic.countries,
            "detected_languages": google.detected_languages,
            "destination_url": google.destination_url,
            "destination_domain": google.destination_domain,
            "destination_app": google.destination_app,
            "raw_data": raw_data(shown),
        })
    }

    fn video(self, shown: &Shown) -> Option<Value> {
        let video = shown.preview.video.as_ref()?;
        Some(json!({
            "video_url": video.video_url,
            "thumbnail_url": thumbnail_url(shown).or_else(|| video.companion_image_url.clone()),
            "vast_xml": video.vast_xml.as_ref().filter(|_| !self.slim),
            "duration": video.duration,
            "wrapper_of": video.wrapper_of,
        }))
    }

    fn html(self, shown: &Shown) -> Option<Value> {
        let html = shown.preview.html.as_ref()?;
        Some(json!({
            "snippet": html.snippet.as_ref().filter(|_| !self.slim),
            "width": html.width,
            "height": html.height,
            "thumbnail_url": thumbnail_url(shown).or_else(|| html.image_url.clone()),
        }))
    }

    /// Of a video that was not tried yet it says whether it can be.
    fn thumbnail_status(self, shown: &Shown) -> Value {
        let record = shown.thumbnail.as_ref();
        // What was made and is lost is to be made again.
        let record = record.filter(|record| shown.has_thumbnail || record.outcome != ThumbnailOutcome::Success);
        let status = record.map(|record| record.outcome).filter(|outcome| *outcome != ThumbnailOutcome::Skipped);
        let reason = match record {
            Some(record) => record.fault.map(ThumbnailFault::code),
            None if shown.preview.video.is_some() && !self.ffmpeg => Some("no_ffmpeg"),
            None => None,
        };
        json!({
            "status": status.map(ThumbnailOutcome::code),
            "error_reason": reason,
            "has_thumbnail": shown.has_thumbnail,
            "thumbnail_url": thumbnail_url(shown),
        })
    }
}

/// The address of the picture that is there. It changes with the picture, so that it can be kept for good.
fn thumbnail_url(shown: &Shown) -> Option<String> {
    let made = shown.thumbnail_made_at()?;
    Some(picture_address(&shown.creative.google.creative_id, made))
}

/// The address of a picture made at that time.
pub(in crate::server::routes) fn picture_address(creative_id: &str, made: DateTime<Utc>) -> String {
    // Only to have the id escaped as a part of a path; the host is not told.
    let mut address = Url::parse("http://localhost/thumbnails").expect("a literal address");
    if let Ok(mut segments) = address.path_segments_mut() {
        segments.push(&format!("{creative_id}.jpg"));
    }
    format!("{}?v={}", address.path(), made.timestamp_millis())
}

fn native(shown: &Shown) -> Option<Value> {
    let native = shown.preview.native.as_ref()?;
    Some(json!({
        "headline": native.headline,
        "body": native.body,
        "call_to_action": native.call_to_action,
        "click_link_url": native.click_link_url,
        "image": native.image,
        "logo": native.logo,
    }))
}

/// Keys that nothing is known for are absent.
fn raw_data(shown: &Shown) -> Value {
    let google = &shown.creative.google;
    let mut raw = json!({ "declaredClickThroughUrls": google.declared_click_through_urls });
    if let Some(reason) = &shown.preview.rejection_reason {
        raw["rejectionReason"] = reason.as_str().into();
    }
    if let Some(app) = &google.destination_app {
        raw["bundleId"] = app.as_str().into();
    }
    raw
}
