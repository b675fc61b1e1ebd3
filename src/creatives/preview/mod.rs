//! What a creative shows, as data: read from what Google said of it, never run and never fetched.
//!
//! Invariant: any bytes are read, within limits; what they do not say is `None`.

mod markup;
#[cfg(test)]
mod tests;
mod vast;

use serde::Serialize;
use serde_json::{Map, Value};

pub use vast::Vast;

/// Longer markup and VAST are shown but not looked into.
const LONGEST_READ_BYTES: usize = 1 << 20;

/// What a creative shows. At most one of the three is there.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Preview {
    /// Of an HTML creative.
    pub html: Option<Html>,
    /// Of a video creative.
    pub video: Option<Video>,
    /// Of a native creative.
    pub native: Option<Native>,
    /// Why it may not serve, in Google's words: the policies it breaks.
    pub rejection_reason: Option<String>,
}

/// Markup.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Html {
    /// The markup itself.
    pub snippet: Option<String>,
    /// In pixels.
    pub width: Option<i64>,
    /// In pixels.
    pub height: Option<i64>,
    /// The first image in it that is more than a tracking pixel.
    pub image_url: Option<String>,
}

/// A video.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Video {
    /// Where the video is: as declared (an address of a file or of a VAST document), else the best file of the VAST.
    pub video_url: Option<String>,
    /// The VAST document, where Google was given the document itself.
    pub vast_xml: Option<String>,
    /// As it is said: `15s`, `00:00:15`.
    pub duration: Option<String>,
    /// In pixels, of the file.
    pub width: Option<i64>,
    /// In pixels, of the file.
    pub height: Option<i64>,
    /// An image that the VAST shows beside the video.
    pub companion_image_url: Option<String>,
    /// The VAST only points to another one, whose address this is; the media stand there.
    pub wrapper_of: Option<String>,
}

/// The parts of a native ad.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Native {
    /// Its title.
    pub headline: Option<String>,
    /// Its text.
    pub body: Option<String>,
    /// What the button says.
    pub call_to_action: Option<String>,
    /// Where a click leads.
    pub click_link_url: Option<String>,
    /// The large image.
    pub image: Option<Image>,
    /// The small one.
    pub logo: Option<Image>,
    /// A video in it.
    pub video_url: Option<String>,
}

/// An image of a native ad.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Image {
    /// Where it is.
    pub url: Option<String>,
    /// In pixels.
    pub width: Option<i64>,
    /// In pixels.
    pub height: Option<i64>,
}

impl Preview {
    /// Reads Google's JSON of a creative of that format.
    pub fn of(format: &str, raw_data: &str) -> Self {
        Self::of_fields(format, &serde_json::from_str(raw_data).unwrap_or_default())
    }

    /// The same of its fields.
    pub fn of_fields(format: &str, raw: &Map<String, Value>) -> Self {
        let part = |name| raw.get(name).unwrap_or(&Value::Null);
        let rejection_reason = rejection_reason(part("creativeServingDecision"));
        let mut preview = Self { rejection_reason, ..Self::default() };
        match format {
            "HTML" => preview.html = Some(html(part("html"))),
            "VIDEO" => preview.video = Some(video(part("video"))),
            "NATIVE" => preview.native = Some(native(part("native"))),
            _ => {}
        }
        preview
    }

    /// Width and height in pixels, where both are said: of the markup, the video file or the large image.
    pub fn dimensions(&self) -> Option<(i64, i64)> {
        let html = self.html.as_ref().and_then(|html| html.width.zip(html.height));
        let video = self.video.as_ref().and_then(|video| video.width.zip(video.height));
        let native = self.native.as_ref().and_then(|native| native.image.as_ref());
        html.or(video).or(native.and_then(|image| image.width.zip(image.height)))
    }
}

fn html(html: &Value) -> Html {
    let snippet = text(&html["snippet"]);
    let image_url = snippet.as_deref().filter(|text| is_readable(text)).and_then(markup::first_image);
    Html { image_url, snippet, width: pixels(&html["width"]), height: pixels(&html["height"]) }
}

fn video(video: &Value) -> Video {
    let vast_xml = text(&video["videoVastXml"]);
    let vast = vast_xml.as_deref().filter(|xml| is_readable(xml)).map(Vast::read).unwrap_or_default();
    let file = vast.best_file();
    Video {
        video_url: text(&video["videoUrl"]).or_else(|| file.map(|file| file.url.clone())),
        duration: text(&video["videoMetadata"]["duration"]).or_else(|| vast.duration.clone()),
        width: file.and_then(|file| file.width),
        height: file.and_then(|file| file.height),
        companion_image_url: vast.companion_image_url.clone(),
        wrapper_of: vast.wrapper_of.clone(),
        vast_xml,
    }
}

fn native(native: &Value) -> Native {
    let image = |value: &Value| {
        let image =
            Image { url: text(&value["url"]), width: pixels(&value["width"]), height: pixels(&value["height"]) };
        Some(image).filter(|image| *image != Image::default())
    };
    Native {
        headline: text(&native["headline"]),
        body: text(&native["body"]),
        call_to_action: text(&native["callToAction"]),
        click_link_url: text(&native["clickLinkUrl"]),
        image: image(&native["image"]),
        logo: image(&native["logo"]).or_else(|| image(&native["appIcon"])),
        video_url: text(&native["videoUrl"]),
    }
}

/// The policies of the open auction, else those of deals.
fn rejection_reason(decision: &Value) -> Option<String> {
    ["networkPolicyCompliance", "dealsPolicyCompliance"].into_iter().find_map(|compliance| {
        let topics = decision[compliance]["topics"].as_array()?;
        let topics: Vec<&str> = topics.iter().filter_map(|topic| topic["policyTopic"].as_str()).collect();
        Some(topics.join(", ")).filter(|reason| !reason.is_empty())
    })
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Google writes 64-bit numbers as text.
fn pixels(value: &Value) -> Option<i64> {
    let number = value.as_i64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()));
    number.filter(|number| (0..=MOST_PIXELS).contains(number))
}

/// No screen has more; what says so is not a size.
const MOST_PIXELS: i64 = 100_000;

fn is_readable(text: &str) -> bool {
    text.len() <= LONGEST_READ_BYTES
}

/// An address that may be fetched and shown: `//host/…` is meant as https.
fn web_address(text: &str) -> Option<String> {
    let text = text.trim();
    let whole = if text.starts_with("//") { format!("https:{text}") } else { text.to_owned() };
    let url = url::Url::parse(&whole).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.to_string())
}
