//! What a creative's final URL says: host and UTM parameters.

/// The parts of a URL that are stored; what is not there is `None`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Landing {
    pub host: Option<String>,
    pub utm_source: Option<String>,
    pub utm_medium: Option<String>,
    pub utm_campaign: Option<String>,
    pub utm_content: Option<String>,
    pub utm_term: Option<String>,
}

impl Landing {
    /// Reads any text: what is not a URL gives nothing, never an error.
    pub(super) fn of(url: &str) -> Self {
        let without_fragment = url.split('#').next().unwrap_or_default();
        let (address, query) = without_fragment.split_once('?').unwrap_or((without_fragment, ""));
        let mut landing = Self { host: host(address), ..Self::default() };
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            let place = match name {
                "utm_source" => &mut landing.utm_source,
                "utm_medium" => &mut landing.utm_medium,
                "utm_campaign" => &mut landing.utm_campaign,
                "utm_content" => &mut landing.utm_content,
                "utm_term" => &mut landing.utm_term,
                _ => continue,
            };
            if place.is_none() && !value.is_empty() {
                *place = Some(decoded(value));
            }
        }
        landing
    }
}

fn host(address: &str) -> Option<String> {
    let (_, rest) = address.split_once("://")?;
    let authority = rest.split('/').next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default().split(':').next().unwrap_or_default();
    Some(host.to_ascii_lowercase()).filter(|host| !host.is_empty())
}

/// `%41` is a byte, `+` a space; what is no escape stays as it is.
fn decoded(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let escaped = match (first, tail) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)).map(|(high, low)| high * 16 + low),
            _ => None,
        };
        match escaped {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(if first == b'+' { b' ' } else { first });
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| value.to_owned())
}

fn hex(digit: u8) -> Option<u8> {
    // A hexadecimal digit is less than 16.
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_and_utm_parameters_are_read_from_the_first_that_says_them() {
        let landing = Landing::of("https://me@Shop.Example:443/a?x=1&utm_source=n%C3%A9t+1&utm_source=b&utm_term=#top");
        assert_eq!(landing.host.as_deref(), Some("shop.example"));
        assert_eq!(landing.utm_source.as_deref(), Some("nét 1"));
        assert_eq!((landing.utm_term, landing.utm_medium), (None, None));
    }

    #[test]
    fn any_text_is_read_without_complaint() {
        assert_eq!(Landing::of(""), Landing::default());
        assert_eq!(Landing::of("%%CLICK_URL_UNESC%%"), Landing::default());
        assert_eq!(Landing::of("https://").host, None);
        assert_eq!(Landing::of("https://a/?utm_term=100%&utm_content=%zz%f").utm_term.as_deref(), Some("100%"));
        assert_eq!(Landing::of("https://a/?utm_content=%ff").utm_content.as_deref(), Some("%ff"));
    }
}
