//! All that is known of one creative.

use std::fmt::Write as _;
use std::io::Write;
use std::process::ExitCode;

use serde_json::Value;

use super::list::{size, spend};
use crate::cli::entity::minute;
use crate::cli::failure::Failure;
use crate::cli::numbers::count;
use crate::creatives::{Period, Shown};
use crate::entities::thumbnails::ThumbnailFault;
use crate::model::CreativeSize;

/// The most of markup or VAST that is shown to people.
const SHOWN_LETTERS: usize = 400;

/// So many countries are shown to people.
const SHOWN_COUNTRIES: usize = 10;

/// Prints it for people, or as one object.
pub(super) fn print(shown: Shown, period: Period, json: bool) -> Result<ExitCode, Failure> {
    let mut out = std::io::stdout().lock();
    if json {
        writeln!(out, "{}", object(&shown)?)?;
    } else {
        write!(out, "{}", page(&shown, period))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// With the names of what it belongs to, and what Google said as an object instead of its text.
fn object(shown: &Shown) -> Result<Value, Failure> {
    let mut object = serde_json::to_value(shown).map_err(Failure::new)?;
    object["seat_name"] = shown.line.seat_name.clone().into();
    object["campaign_id"] = shown.line.campaign_id.map(|campaign| campaign.0).into();
    object["campaign_name"] = shown.line.campaign_name.clone().into();
    object["raw_data"] = serde_json::from_str(&shown.creative.google.raw_data).unwrap_or_default();
    Ok(object)
}

fn page(shown: &Shown, period: Period) -> String {
    let (google, line) = (&shown.creative.google, &shown.line);
    let mut page = Page(format!("creative {}: {}\n", google.creative_id, google.format));
    let named = google.width.zip(google.height).map(|(width, height)| {
        let (size, name) =
            (size(Some(width), Some(height)).unwrap_or_default(), CreativeSize::of(width, height).to_string());
        if name == size { size } else { format!("{size} ({name})") }
    });
    page.maybe("size", named);
    page.maybe("status", google.approval_status.clone());
    page.maybe("policies", shown.preview.rejection_reason.clone());
    page.maybe("deals", google.deals_approval_status.clone());
    page.maybe("advertiser", google.advertiser_name.clone());
    page.maybe("seat", both(line.seat_name.as_deref(), google.buyer_id.as_deref()));
    page.maybe("campaign", both(line.campaign_name.as_deref(), line.campaign_id.map(|id| id.to_string()).as_deref()));
    page.maybe("leads to", google.destination_url.clone());
    page.maybe("app", google.destination_app.clone());
    page.maybe("declared", google.final_url.clone().filter(|url| google.destination_url.as_ref() != Some(url)));
    page.maybe("languages", Some(google.detected_languages.0.join(", ")));
    page.maybe("updated", line.updated_at.map(minute));
    page.maybe("first seen", Some(minute(shown.creative.first_seen_at)));
    page.maybe("vanished", shown.creative.vanished_at.map(minute));
    preview(&mut page, shown);
    thumbnail(&mut page, shown);
    let traffic = &shown.traffic;
    let number = |number: i64| count(number.unsigned_abs());
    page.maybe("period", Some(period.to_string()));
    page.maybe("reached", traffic.reached_queries.map(number));
    page.maybe("won", Some(format!("{} impressions, {} clicks", number(traffic.impressions), number(traffic.clicks))));
    page.maybe("spend", Some(spend(traffic.spend_micros, shown.currency.as_deref())));
    for (currency, micros) in &traffic.other_spend_micros {
        page.maybe("spend", Some(format!("{}, in none of these sums", spend(*micros, Some(currency)))));
    }
    for country in traffic.countries.iter().take(SHOWN_COUNTRIES) {
        let name = country.name.unwrap_or(&country.country);
        let spend = spend(country.spend_micros, shown.currency.as_deref());
        page.maybe("ran in", Some(format!("{name}: {} impressions, {spend}", number(country.impressions))));
    }
    if let Some(more @ 1..) = traffic.countries.len().checked_sub(SHOWN_COUNTRIES) {
        page.maybe("ran in", Some(format!("and {more} more countries")));
    }
    page.0
}

fn preview(page: &mut Page, shown: &Shown) {
    if let Some(html) = &shown.preview.html {
        page.maybe("image", html.image_url.clone());
        page.maybe("markup", html.snippet.as_deref().map(start));
    }
    if let Some(video) = &shown.preview.video {
        page.maybe("video", video.video_url.clone());
        page.maybe("duration", video.duration.clone());
        page.maybe("companion", video.companion_image_url.clone());
        page.maybe("wraps", video.wrapper_of.clone());
        page.maybe("vast", video.vast_xml.as_deref().map(start));
    }
    if let Some(native) = &shown.preview.native {
        page.maybe("headline", native.headline.clone());
        page.maybe("text", native.body.clone());
        page.maybe("button", native.call_to_action.clone());
        page.maybe("image", native.image.as_ref().and_then(|image| image.url.clone()));
        page.maybe("logo", native.logo.as_ref().and_then(|image| image.url.clone()));
        page.maybe("click", native.click_link_url.clone());
    }
}

fn thumbnail(page: &mut Page, shown: &Shown) {
    let state = match &shown.thumbnail {
        Some(record) if shown.has_thumbnail => Some(format!("made {}", minute(record.attempted_at))),
        Some(record) => record.fault.map(|fault| format!("none: {}", ThumbnailFault::code(fault).replace('_', " "))),
        None => None,
    };
    page.maybe("thumbnail", state);
}

fn both(name: Option<&str>, id: Option<&str>) -> Option<String> {
    match (name, id) {
        (Some(name), Some(id)) => Some(format!("{name} ({id})")),
        (name, id) => name.or(id).map(str::to_owned),
    }
}

/// One line, and no longer than people read.
fn start(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHOWN_LETTERS) {
        Some((end, _)) => format!("{} …", &line[..end]),
        None => line,
    }
}

/// Lines under labels; what creatives say may hold anything, so control characters are left out.
struct Page(String);

impl Page {
    fn maybe(&mut self, label: &str, text: Option<String>) {
        let text: String = text.unwrap_or_default().chars().filter(|letter| !letter.is_control()).collect();
        if !text.is_empty() {
            // Writing to a String does not fail.
            let _ = writeln!(self.0, "  {label:<11}{text}");
        }
    }
}
