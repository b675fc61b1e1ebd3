//! The JSON key file of a service account, as Google's console gives it.
//!
//! Invariant: no error and no log shows anything of the key.

use std::path::Path;

use serde::Deserialize;
use yup_oauth2::ServiceAccountKey;

use super::{GoogleError, address};

/// What a service account proves itself with. Its `Debug` shows only whose it is.
#[derive(Clone)]
pub struct ServiceKey(ServiceAccountKey);

/// The text is not the key file of a service account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no key file of a service account: {reason}")]
pub struct KeyFileError {
    reason: String,
}

/// What must be said, so that what is missing can be named.
#[derive(Deserialize)]
struct Fields {
    #[serde(rename = "type")]
    kind: Option<String>,
    client_email: Option<String>,
    private_key: Option<String>,
    project_id: Option<String>,
}

impl Fields {
    fn read(text: &str) -> Result<Self, String> {
        // The parser's own words may quote the text.
        serde_json::from_str(text)
            .map_err(|error| format!("it is not JSON of that shape (line {}, column {})", error.line(), error.column()))
    }

    fn check(&self) -> Result<(), String> {
        let is_there = |value: &Option<String>| value.as_deref().is_some_and(|text| !text.trim().is_empty());
        match self.kind.as_deref() {
            Some("service_account") => {}
            Some(_) => return Err("its \"type\" is not \"service_account\"".to_owned()),
            None => return Err("it has no field \"type\"".to_owned()),
        }
        let fields = [
            ("private_key", &self.private_key),
            ("client_email", &self.client_email),
            ("project_id", &self.project_id),
        ];
        if let Some((name, _)) = fields.iter().find(|(_, value)| !is_there(value)) {
            return Err(format!("it has no field \"{name}\""));
        }
        if !self.private_key.as_deref().is_some_and(|key| key.trim_start().starts_with("-----BEGIN")) {
            return Err("its \"private_key\" is not in PEM form".to_owned());
        }
        if !self.client_email.as_deref().is_some_and(|email| email.contains('@')) {
            return Err("its \"client_email\" is no e-mail address".to_owned());
        }
        Ok(())
    }
}

impl ServiceKey {
    /// Reads a key file; the error says what to do.
    pub fn read(path: &Path) -> Result<Self, GoogleError> {
        let refused = |why: &dyn std::fmt::Display| {
            GoogleError::NoCredentials(format!(
                "{}: {why}; add the service account again with its key file",
                path.display()
            ))
        };
        let text = std::fs::read_to_string(path).map_err(|error| refused(&error))?;
        Self::parse(&text).map_err(|error| refused(&error))
    }

    /// Reads the text of a key file.
    pub fn parse(text: &str) -> Result<Self, KeyFileError> {
        let wrong = |reason: String| KeyFileError { reason };
        Fields::read(text).and_then(|fields| fields.check()).map_err(wrong)?;
        let key = yup_oauth2::parse_service_account_key(text)
            .map_err(|_| wrong("it is not all that Google writes into one (is \"token_uri\" there?)".to_owned()))?;
        address::checked(&key.token_uri).map_err(|why| wrong(format!("its \"token_uri\" {why}")))?;
        Ok(Self(key))
    }

    /// Who it is.
    pub fn client_email(&self) -> &str {
        &self.0.client_email
    }

    /// The project that it belongs to.
    pub fn project_id(&self) -> Option<&str> {
        self.0.project_id.as_deref()
    }

    /// Where tokens come from.
    pub(super) fn token_uri(&self) -> &str {
        &self.0.token_uri
    }

    pub(super) fn into_key(self) -> ServiceAccountKey {
        self.0
    }
}

impl std::fmt::Debug for ServiceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ServiceKey").field(&self.0.client_email).finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(kind: &str, key: &str, token_uri: &str) -> String {
        let whole = json!({"type": kind, "client_email": "sync@p.iam.example", "private_key": key, "project_id": "p",
            "token_uri": token_uri});
        whole.to_string()
    }

    #[test]
    fn a_key_file_says_who_it_is_and_what_is_wrong_with_it_without_showing_the_key() {
        let key = "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n";
        let uri = "https://oauth2.example/token";
        let read = ServiceKey::parse(&text("service_account", key, uri)).unwrap();
        assert_eq!((read.client_email(), read.project_id()), ("sync@p.iam.example", Some("p")));
        assert!(!format!("{read:?}").contains("secret"));
        for (text, named) in [
            (text("authorized_user", key, uri), "\"type\" is not"),
            (text("service_account", "", uri), "no field \"private_key\""),
            (text("service_account", "secret", uri), "PEM"),
            (text("service_account", key, "http://oauth2.example"), "not encrypted"),
            (text("service_account", key, uri).replace("token_uri", "token"), "token_uri"),
            ("{\"type\": \"service_account\"}".to_owned(), "private_key"),
            ("secret".to_owned(), "not JSON"),
            ("{\"type\": {\"secret\": 1}}".to_owned(), "line 1"),
        ] {
            let message = ServiceKey::parse(&text).unwrap_err().to_string();
            assert!(message.contains(named) && !message.contains("secret"), "{message}");
        }
    }
}
