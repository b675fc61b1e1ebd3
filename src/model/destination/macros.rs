//! Text before it is an address: click macros, escapes, and addresses inside other text.

use super::rules::{Macro, rules};

/// What makes a text an absolute address, beside `//`.
const SCHEMES: [&str; 8] =
    ["https://", "http://", "market://", "itms-apps://", "itms-appss://", "itms://", "intent://", "android-app://"];

/// Levels of escapes that are looked through.
const MOST_ESCAPES: usize = 4;

/// Letters of the longest name of a macro.
const LONGEST_NAME: usize = 64;

/// The absolute address that the text is, after macros in front of it and through its escapes.
pub(super) fn address(text: &str) -> Option<String> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>'));
    let behind = behind_macros(text);
    if let Some(address) = absolute(behind) {
        return Some(address);
    }
    // What the macro expands to ends in the name of a parameter or so, before the address proper.
    if behind.len() < text.len()
        && let Some(address) = embedded(behind)
    {
        return Some(address);
    }
    schemeless(behind)
}

/// The text without the macros that it begins with.
fn behind_macros(mut text: &str) -> &str {
    while let Some((_, length)) = macro_at(text) {
        text = text[length..].trim_start();
    }
    text
}

/// The macro that the text begins with, and its length in bytes.
fn macro_at(text: &str) -> Option<(&'static Macro, usize)> {
    rules().macros.iter().find_map(|known| {
        let inside = strip_ignoring_case(text, &known.open)?;
        let end = if known.close.is_empty() {
            inside.bytes().take_while(|byte| byte.is_ascii_uppercase() || *byte == b'_').count()
        } else {
            find_ignoring_case(inside, &known.close)?
        };
        let name = &inside[..end];
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte));
        (is_name && end > 0).then(|| (known, known.open.len() + end + known.close.len()))
    })
}

/// Whether the text is nothing but macros.
pub(super) fn is_only_macros(text: &str) -> bool {
    !text.is_empty() && behind_macros(text).is_empty()
}

/// The text without the macros that stand nowhere but as macros.
pub(super) fn without_macros(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        match macro_at(rest) {
            Some((known, length)) if known.anywhere => rest = &rest[length..],
            _ => {
                kept.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    kept
}

/// The absolute address that the text is, through its escapes.
fn absolute(text: &str) -> Option<String> {
    let mut text = text.trim_start().to_owned();
    for _ in 0..MOST_ESCAPES {
        if SCHEMES.iter().any(|scheme| strip_ignoring_case(&text, scheme).is_some()) {
            return Some(text);
        }
        if let Some(rest) = text.strip_prefix("//").filter(|rest| rest.contains('.')) {
            return Some(format!("https://{rest}"));
        }
        let decoded = decoded(&text);
        if decoded == text {
            return None;
        }
        text = decoded;
    }
    None
}

/// The first address on the web that stands somewhere in the text, as it is or escaped.
pub(super) fn embedded(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let starts = lower.match_indices("http").map(|(at, _)| at);
    starts.into_iter().find_map(|at| {
        let after = lower[at + 4..].strip_prefix('s').unwrap_or(&lower[at + 4..]);
        let is_one =
            ["://", "%3a%2f%2f", "%253a%252f%252f", "%25253a%25252f%25252f"].iter().any(|s| after.starts_with(s));
        if is_one { absolute(&text[at..]) } else { None }
    })
}

/// `shop.example.com/x` as people write it, where it ends in a suffix that is known.
fn schemeless(text: &str) -> Option<String> {
    let host = text.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let is_host = host.contains('.') && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
    let lower = host.to_ascii_lowercase();
    let is_known = || psl::suffix(lower.as_bytes()).is_some_and(|suffix| suffix.is_known());
    (is_host && (lower.starts_with("www.") || is_known())).then(|| format!("https://{text}"))
}

/// One level of escapes taken away; `+` stays, and what is no escape or no UTF-8 stays as it is.
pub(super) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let escaped = match (first, tail) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)).map(|(high, low)| high * 16 + low),
            _ => None,
        };
        bytes.push(escaped.unwrap_or(first));
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

fn hex(digit: u8) -> Option<u8> {
    // A hexadecimal digit is less than 16.
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn strip_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let start = text.get(..prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

/// Where the text has it, as far as a name of a macro can reach.
fn find_ignoring_case(text: &str, wanted: &str) -> Option<usize> {
    let places = text.char_indices().map(|(at, _)| at).take(LONGEST_NAME);
    places.into_iter().find(|at| strip_ignoring_case(&text[*at..], wanted).is_some())
}
