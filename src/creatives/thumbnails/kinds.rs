//! What bytes are, told from the first of them: names and types that servers give are not believed.

/// ffmpeg's name of the container of a video; none for what is no video.
pub(super) fn demuxer(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some("mov"),
        [_, _, _, _, b'm', b'o', b'o', b'v', ..] | [_, _, _, _, b'm', b'd', b'a', b't', ..] => Some("mov"),
        [0x1a, 0x45, 0xdf, 0xa3, ..] => Some("matroska"),
        [b'F', b'L', b'V', 1, ..] => Some("flv"),
        [b'O', b'g', b'g', b'S', ..] => Some("ogg"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', b'I', b' ', ..] => Some("avi"),
        [0x47, ..] if bytes.get(188) == Some(&0x47) => Some("mpegts"),
        _ => None,
    }
}

/// The media type of an image that browsers show and that runs nothing; none for anything else.
pub fn image_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some("image/png"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

/// A document of markup, as VAST is.
pub(super) fn is_markup(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_what_they_begin_with() {
        assert_eq!(demuxer(b"\0\0\0\x20ftypisom"), Some("mov"));
        assert_eq!(demuxer(&[0x1a, 0x45, 0xdf, 0xa3, 0]), Some("matroska"));
        assert_eq!(demuxer(b"#EXTM3U\nfile:///etc/passwd"), None, "a playlist opens other files");
        assert_eq!(demuxer(b"ffconcat version 1.0\nfile a"), None);
        assert_eq!(demuxer(b""), None);
        assert_eq!(image_type(b"GIF89a...."), Some("image/gif"));
        assert_eq!(image_type(b"<svg xmlns="), None);
        assert!(is_markup(b"\xef\xbb\xbf \n<VAST>") && !is_markup(b"") && !is_markup(b"GIF89a"));
    }
}
