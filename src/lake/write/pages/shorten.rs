//! Bounds of long texts, cut so that an index stays small. A cut lower bound is a prefix; a cut upper bound is a prefix
//! whose last character is raised, so that it still stands above what it was cut from.

/// Bounds of at most that many bytes, unless no such upper bound exists.
const LONGEST_BYTES: usize = 64;

/// A lower bound, and whether it is the text itself.
pub(super) fn lower(text: &str) -> (Vec<u8>, bool) {
    let kept = &text[..text.floor_char_boundary(LONGEST_BYTES)];
    (kept.as_bytes().to_vec(), kept.len() == text.len())
}

/// An upper bound, and whether it is the text itself.
pub(super) fn upper(text: &str) -> (Vec<u8>, bool) {
    let kept = &text[..text.floor_char_boundary(LONGEST_BYTES)];
    if kept.len() == text.len() {
        return (text.as_bytes().to_vec(), true);
    }
    match raised(kept) {
        Some(bound) => (bound.into_bytes(), false),
        None => (text.as_bytes().to_vec(), true),
    }
}

/// The text up to its last character that has a successor of the same length, with that successor.
fn raised(text: &str) -> Option<String> {
    text.char_indices().rev().find_map(|(at, character)| {
        let next = char::from_u32(u32::from(character) + 1)?;
        (next.len_utf8() == character.len_utf8()).then(|| format!("{}{next}", &text[..at]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bounds_enclose_the_text_and_are_short(text in "\\PC{0,90}") {
            let ((low, low_exact), (high, high_exact)) = (lower(&text), upper(&text));
            prop_assert!(low.as_slice() <= text.as_bytes() && text.as_bytes() <= high.as_slice());
            prop_assert_eq!(low_exact, low == text.as_bytes());
            prop_assert_eq!(high_exact, high == text.as_bytes());
            prop_assert!(std::str::from_utf8(&low).is_ok() && std::str::from_utf8(&high).is_ok());
            prop_assert!(low.len() <= LONGEST_BYTES);
        }
    }

    #[test]
    fn a_character_without_a_successor_is_dropped() {
        let text = format!("a{}", "\u{10FFFF}".repeat(20));
        assert_eq!(upper(&text), (b"b".to_vec(), false));
        let highest = "\u{10FFFF}".repeat(20);
        assert_eq!(upper(&highest), (highest.as_bytes().to_vec(), true), "no shorter text stands above it");
    }
}
