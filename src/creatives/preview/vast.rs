//! What a VAST document says of its video: files, duration, a companion image, or the document that it wraps.
//!
//! Entities that a document declares are never expanded; a broken document is read as far as it goes.

use quick_xml::Reader;
use quick_xml::encoding::Decoder;
use quick_xml::events::{BytesStart, Event};

use super::web_address;

/// A VAST document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vast {
    /// The files of its linear creatives, in order.
    pub files: Vec<MediaFile>,
    /// As in `00:00:15`.
    pub duration: Option<String>,
    /// An image that is shown beside the video.
    pub companion_image_url: Option<String>,
    /// The address of the next document, where this one is a wrapper.
    pub wrapper_of: Option<String>,
}

/// A file of a video.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MediaFile {
    /// Where it is.
    pub url: String,
    /// As in `video/mp4`, lower case; empty where it is not said.
    pub mime_type: String,
    /// In pixels.
    pub width: Option<i64>,
    /// In pixels.
    pub height: Option<i64>,
    streamed: bool,
}

impl Vast {
    /// Reads a document.
    pub fn read(xml: &str) -> Self {
        let mut reader = Reader::from_str(xml);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        let mut reading = Reading::default();
        let decoder = reader.decoder();
        loop {
            match reader.read_event() {
                Ok(Event::Start(tag)) => reading.open(&tag, decoder),
                Ok(Event::Empty(tag)) => reading.seen(&tag, decoder),
                Ok(Event::Text(text)) => reading.add(&String::from_utf8_lossy(&text)),
                Ok(Event::CData(text)) => reading.add(&String::from_utf8_lossy(&text)),
                Ok(Event::GeneralRef(reference)) => match reference.resolve_char_ref() {
                    Ok(Some(character)) => reading.add(character.encode_utf8(&mut [0; 4])),
                    _ => reading.add(predefined(&reference)),
                },
                Ok(Event::End(tag)) => reading.close(&name(tag.local_name().as_ref())),
                Ok(Event::Eof) | Err(_) => return reading.vast,
                Ok(_) => {}
            }
        }
    }

    /// The file to show: MP4 before WebM before other videos, each as the first that is not a stream.
    pub fn best_file(&self) -> Option<&MediaFile> {
        self.files
            .iter()
            .filter_map(|file| Some((rank(file)?, file)))
            .min_by_key(|(rank, _)| *rank)
            .map(|(_, file)| file)
    }
}

/// Smaller is better; none for what is no video, such as a script.
fn rank(file: &MediaFile) -> Option<u8> {
    let by_type = match file.mime_type.as_str() {
        "video/mp4" => 0,
        "video/webm" => 1,
        "" => 3,
        other if other.starts_with("video/") => 2,
        "application/x-mpegurl" | "application/vnd.apple.mpegurl" | "application/dash+xml" => 4,
        _ => return None,
    };
    Some(by_type + if file.streamed { 8 } else { 0 })
}

#[derive(Default)]
struct Reading {
    vast: Vast,
    text: String,
    file: MediaFile,
    in_companion: bool,
}

impl Reading {
    fn open(&mut self, tag: &BytesStart<'_>, decoder: Decoder) {
        self.text.clear();
        self.seen(tag, decoder);
    }

    fn seen(&mut self, tag: &BytesStart<'_>, decoder: Decoder) {
        let attribute = |name| attribute(tag, decoder, name);
        match name(tag.local_name().as_ref()).as_str() {
            "mediafile" => {
                let pixels =
                    |name| attribute(name)?.trim().parse().ok().filter(|pixels| (1..=100_000).contains(pixels));
                self.file = MediaFile {
                    url: String::new(),
                    mime_type: attribute("type").unwrap_or_default().trim().to_ascii_lowercase(),
                    width: pixels("width"),
                    height: pixels("height"),
                    streamed: attribute("delivery").is_some_and(|way| way.trim().eq_ignore_ascii_case("streaming")),
                };
            }
            "companion" => self.in_companion = true,
            _ => {}
        }
    }

    fn add(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn close(&mut self, name: &str) {
        match name {
            "mediafile" => {
                if let Some(url) = web_address(&self.text) {
                    self.vast.files.push(MediaFile { url, ..std::mem::take(&mut self.file) });
                }
            }
            "duration" => keep(&mut self.vast.duration, Some(self.text.trim().to_owned())),
            "vastadtaguri" => keep(&mut self.vast.wrapper_of, web_address(&self.text)),
            "staticresource" if self.in_companion => keep(&mut self.vast.companion_image_url, web_address(&self.text)),
            "companion" => self.in_companion = false,
            _ => {}
        }
        self.text.clear();
    }
}

/// The first one counts.
fn keep(slot: &mut Option<String>, found: Option<String>) {
    if slot.is_none() {
        *slot = found.filter(|text| !text.is_empty());
    }
}

fn name(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).to_ascii_lowercase()
}

fn attribute(tag: &BytesStart<'_>, decoder: Decoder, name: &str) -> Option<String> {
    let mut attributes = tag.attributes();
    let found = attributes.with_checks(false).flatten();
    let mut found = found.filter(|attribute| attribute.key.local_name().as_ref().eq_ignore_ascii_case(name.as_bytes()));
    let value = found.next()?;
    value.decode_and_unescape_value(decoder).ok().map(|value| value.into_owned())
}

/// The five that XML has; others are nothing.
fn predefined(name: &[u8]) -> &'static str {
    match name {
        b"amp" => "&",
        b"lt" => "<",
        b"gt" => ">",
        b"quot" => "\"",
        b"apos" => "'",
        _ => "",
    }
}
