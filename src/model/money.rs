//! Money as exact integers: micros of a currency unit, and the currency's ISO 4217 code.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Millionths of a currency unit. Sums are exact; nothing on the way is a float.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Micros(pub i64);

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let magnitude = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:06}", magnitude / 1_000_000, magnitude % 1_000_000)
    }
}

/// Of money in several currencies, the code with the most; the first by name where two have as much.
pub fn most_money<'a>(money: impl IntoIterator<Item = (&'a str, i64)>) -> Option<&'a str> {
    let mut sums: BTreeMap<&str, i128> = BTreeMap::new();
    for (currency, micros) in money {
        *sums.entry(currency).or_default() += i128::from(micros);
    }
    let most = sums.into_iter().max_by(|(a, most_a), (b, most_b)| most_a.cmp(most_b).then_with(|| b.cmp(a)));
    most.map(|(currency, _)| currency)
}

/// The text is no amount.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("'{0}' is not an amount: write it with digits and at most six decimals, for example 1250.50")]
pub struct MicrosError(String);

impl FromStr for Micros {
    type Err = MicrosError;

    /// Decimal text without a sign or a currency, exactly.
    fn from_str(text: &str) -> Result<Self, MicrosError> {
        let wrong = || MicrosError(text.to_owned());
        let (whole, decimals) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + decimals.len() == 0 || decimals.len() > 6 || !digits(whole) || !digits(decimals) {
            return Err(wrong());
        }
        // As one number without the point; its last six digits are the millionths.
        format!("{whole}{decimals:0<6}").parse().map(Self).map_err(|_| wrong())
    }
}

/// An ISO 4217 code: three upper-case letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    /// The code, where the text is three ASCII letters in either case.
    pub fn from_code(code: &str) -> Option<Self> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_alphabetic).then(|| Self(bytes.map(|b| b.to_ascii_uppercase())))
    }

    /// The three letters.
    pub fn code(&self) -> &str {
        // The constructor admits ASCII letters only.
        std::str::from_utf8(&self.0).unwrap_or("???")
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl TryFrom<String> for Currency {
    type Error = String;

    fn try_from(code: String) -> Result<Self, String> {
        Self::from_code(&code)
            .ok_or_else(|| format!("'{code}' is not a currency code: write three letters, for example USD"))
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn micros_show_six_decimals() {
        assert_eq!(Micros(54_694).to_string(), "0.054694");
        assert_eq!(Micros(-1_500_000).to_string(), "-1.500000");
    }

    #[test]
    fn an_amount_is_read_exactly_or_not_at_all() {
        for (text, micros) in
            [("1250.50", 1_250_500_000), ("0.000001", 1), (" 7 ", 7_000_000), (".5", 500_000), ("3.", 3_000_000)]
        {
            assert_eq!(text.parse(), Ok(Micros(micros)), "{text}");
            assert_eq!(Micros(micros).to_string().parse(), Ok(Micros(micros)));
        }
        for wrong in ["", ".", "-1", "+1", "1,000", "0.0000001", "$1", "1e3", "9223372036855", "٣"] {
            assert_eq!(wrong.parse::<Micros>(), Err(MicrosError(wrong.to_owned())));
        }
    }

    #[test]
    fn a_currency_is_three_letters() {
        assert_eq!(Currency::from_code("usd").unwrap().code(), "USD");
        assert_eq!(Currency::from_code("US$"), None);
        assert_eq!(Currency::from_code("EURO"), None);
    }
}
