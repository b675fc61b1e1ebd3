//! Tokens for assertions that are signed by the test key.

use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::{Value, json};

const SCOPE: &str = "https://www.googleapis.com/auth/realtime-bidding";

/// The tokens that were given out.
#[derive(Default)]
pub(super) struct Issued {
    good: Vec<String>,
    count: usize,
}

impl Issued {
    /// Answers a request for a token: status and body.
    pub(super) fn grant(&mut self, form: &str, address: &str) -> (u16, Value) {
        let refused = |why: &str| (400, json!({"error": "invalid_grant", "error_description": why}));
        let fields: Vec<(String, String)> = url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
        let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        if field("grant_type") != Some("urn:ietf:params:oauth:grant-type:jwt-bearer") {
            return refused("the grant is none of a service account");
        }
        let Some((signed, signature)) = field("assertion").and_then(|assertion| assertion.rsplit_once('.')) else {
            return refused("there is no assertion");
        };
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, include_bytes!("test-key-public.der"));
        if key.verify(signed.as_bytes(), &decoded(signature)).is_err() {
            return refused("Invalid JWT Signature.");
        }
        let claims: Value = serde_json::from_slice(&decoded(signed.rsplit_once('.').unwrap().1)).unwrap();
        if claims["scope"] != SCOPE || claims["aud"] != format!("{address}/token").as_str() {
            return refused("another scope or audience");
        }
        let (from, to) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
        if !(1..=3_600).contains(&(to - from)) {
            return refused("the assertion is good for more than an hour");
        }
        self.count += 1;
        let token = format!("secret-token-{}", self.count);
        self.good.push(token.clone());
        (200, json!({"access_token": token, "token_type": "Bearer", "expires_in": 3_599}))
    }

    /// Whether the header of a call shows a good token.
    pub(super) fn is_good(&self, authorization: Option<&str>) -> bool {
        let shown = authorization.and_then(|header| header.strip_prefix("Bearer "));
        shown.is_some_and(|shown| self.good.iter().any(|token| token == shown))
    }

    pub(super) fn expire(&mut self) {
        self.good.clear();
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }
}

/// Base64 as URLs have it, padded or not.
fn decoded(text: &str) -> Vec<u8> {
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0u32, 0u32);
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            _ => break,
        };
        held = (held << 6) | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    }
    bytes
}
