//! The JSON key file of a service account, as Google's console gives it.
//!
//! Invariant: the private key is read, checked to be there, and never shown.

use serde::Deserialize;

/// What is said of a service account; the key itself stays in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFile {
    /// As Google knows it.
    pub client_email: String,
    /// The project that it belongs to.
    pub project_id: String,
}

/// The text is not the key file of a service account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no key file of a service account: {reason}")]
pub struct KeyFileError {
    reason: String,
}

/// All that Google writes; other fields are left alone.
#[derive(Deserialize)]
struct Fields {
    #[serde(rename = "type")]
    kind: Option<String>,
    client_email: Option<String>,
    private_key: Option<String>,
    project_id: Option<String>,
}

impl KeyFile {
    /// Reads the text of a key file.
    pub fn parse(text: &str) -> Result<Self, KeyFileError> {
        let wrong = |reason: &str| KeyFileError { reason: reason.to_owned() };
        let fields: Fields = serde_json::from_str(text).map_err(|error| {
            // The parser's own words may quote the text, and the text may hold a key.
            wrong(&format!("it is not JSON of that shape (line {}, column {})", error.line(), error.column()))
        })?;
        match fields.kind.as_deref() {
            Some("service_account") => {}
            Some(_) => return Err(wrong("its \"type\" is not \"service_account\"")),
            None => return Err(wrong("it has no field \"type\"")),
        }
        let given = |value: Option<String>, name: &str| {
            let value = value.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
            value.ok_or_else(|| wrong(&format!("it has no field \"{name}\"")))
        };
        let private_key = given(fields.private_key, "private_key")?;
        if !private_key.starts_with("-----BEGIN") {
            return Err(wrong("its \"private_key\" is not in PEM form"));
        }
        let client_email = given(fields.client_email, "client_email")?;
        if !client_email.contains('@') {
            return Err(wrong("its \"client_email\" is no e-mail address"));
        }
        Ok(Self { client_email, project_id: given(fields.project_id, "project_id")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(kind: &str, key: &str) -> String {
        serde_json::json!({"type": kind, "client_email": "sync@p.iam.example", "private_key": key, "project_id": "p"})
            .to_string()
    }

    #[test]
    fn a_key_file_says_who_it_is_and_what_is_wrong_with_it_without_showing_the_key() {
        let key = "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n";
        let read = KeyFile::parse(&text("service_account", key)).unwrap();
        assert_eq!((read.client_email.as_str(), read.project_id.as_str()), ("sync@p.iam.example", "p"));
        assert!(!format!("{read:?}").contains("secret"));
        for (text, named) in [
            (text("authorized_user", key), "\"type\" is not"),
            (text("service_account", ""), "no field \"private_key\""),
            (text("service_account", "secret"), "PEM"),
            ("{\"type\": \"service_account\"}".to_owned(), "private_key"),
            ("secret".to_owned(), "not JSON"),
            ("{\"type\": {\"secret\": 1}}".to_owned(), "line 1"),
        ] {
            let message = KeyFile::parse(&text).unwrap_err().to_string();
            assert!(message.contains(named) && !message.contains("secret"), "{message}");
        }
    }
}
