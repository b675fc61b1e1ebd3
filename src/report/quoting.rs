//! RFC 4180 quoting, byte by byte: the plain reference for the few places where speed does not matter.

use std::borrow::Cow;

/// Where the first record of `text` ends (after its line end), or None where it has none.
pub(super) fn record_end(text: &[u8]) -> Option<usize> {
    let mut quoted = false;
    for (i, byte) in text.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => return Some(i + 1),
            // A lone carriage return ends a record, too; what follows shows whether it is lone.
            b'\r' if !quoted && text.get(i + 1).is_some_and(|next| *next != b'\n') => return Some(i + 1),
            _ => {}
        }
    }
    None
}

/// Physical lines that end in `text`: line feeds, and carriage returns without one.
pub(super) fn lines(text: &[u8]) -> u64 {
    let feeds = memchr::memchr_iter(b'\n', text).count();
    let lone = memchr::memchr_iter(b'\r', text).filter(|at| text.get(at + 1) != Some(&b'\n')).count();
    (feeds + lone) as u64
}

/// The fields of one record without its line end, unquoted.
pub(super) fn fields(record: &[u8], delimiter: u8) -> Vec<Cow<'_, [u8]>> {
    let mut fields = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (i, byte) in record.iter().enumerate() {
        match *byte {
            b'"' => quoted = !quoted,
            byte if byte == delimiter && !quoted => {
                fields.push(unquote(&record[start..i]).unwrap_or(Cow::Borrowed(&record[start..i])));
                start = i + 1;
            }
            _ => {}
        }
    }
    fields.push(unquote(&record[start..]).unwrap_or(Cow::Borrowed(&record[start..])));
    fields
}

/// The value of a raw field; None where its quotes are astray (a quote inside an unquoted field, or a lone one).
pub(super) fn unquote(raw: &[u8]) -> Option<Cow<'_, [u8]>> {
    let Some(inner) = raw.strip_prefix(b"\"") else {
        return if memchr::memchr2(b'"', b'\r', raw).is_some() { None } else { Some(Cow::Borrowed(raw)) };
    };
    let inner = inner.strip_suffix(b"\"")?;
    if memchr::memchr(b'"', inner).is_none() {
        return Some(Cow::Borrowed(inner));
    }
    let mut value = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter();
    while let Some(byte) = bytes.next() {
        value.push(*byte);
        if *byte == b'"' && bytes.next() != Some(&b'"') {
            return None;
        }
    }
    Some(Cow::Owned(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_removed_and_doubled_ones_halved() {
        assert_eq!(unquote(b"plain").unwrap().as_ref(), b"plain");
        assert_eq!(unquote(b"\"a,b\"").unwrap().as_ref(), b"a,b");
        assert_eq!(unquote(b"\"a\"\"b\"").unwrap().as_ref(), b"a\"b");
        assert_eq!(unquote(b"\"\"").unwrap().as_ref(), b"");
    }

    #[test]
    fn quotes_astray_are_none() {
        for raw in [&b"a\"b"[..], b"\"", b"\"a\"b\"", b"\"a\"b"] {
            assert_eq!(unquote(raw), None, "{}", String::from_utf8_lossy(raw));
        }
    }
}
