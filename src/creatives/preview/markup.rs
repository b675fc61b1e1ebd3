//! The first image in markup, found by a tokenizer: no script is run, no style is read.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{HtmlString, StartTag, Token, Tokenizer};

use super::web_address;

/// What shows an image, and the attribute that says where it is.
const IMAGES: &[(&str, &str)] = &[("img", "src"), ("amp-img", "src"), ("video", "poster"), ("image", "href")];

/// The address of the first image that is not a tracking pixel.
pub(super) fn first_image(snippet: &str) -> Option<String> {
    let mut emitter = DefaultEmitter::default();
    // What stands in a script or a style is text.
    emitter.naively_switch_states(true);
    let tokens = Tokenizer::new_with_emitter(snippet, emitter).flatten();
    let tags = tokens.filter_map(|token| if let Token::StartTag(tag) = token { Some(tag) } else { None });
    tags.filter(|tag| !is_pixel(tag)).find_map(|tag| {
        let (_, attribute) = IMAGES.iter().find(|(name, _)| name.as_bytes() == &tag.name[..])?;
        web_address(&value(&tag, attribute)?)
    })
}

/// Said to be at most one pixel wide or high.
fn is_pixel(tag: &StartTag<()>) -> bool {
    let side = |name| value(tag, name).and_then(|text| text.trim().trim_end_matches("px").parse::<u32>().ok());
    [side("width"), side("height")].into_iter().flatten().any(|side| side <= 1)
}

fn value(tag: &StartTag<()>, name: &str) -> Option<String> {
    let value = tag.attributes.get(&HtmlString(name.as_bytes().to_vec()))?;
    Some(String::from_utf8_lossy(&value[..]).into_owned())
}
