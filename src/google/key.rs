//! The key file of a service account, as Google's console gives it.

use std::path::Path;

use yup_oauth2::ServiceAccountKey;

use super::{GoogleError, address};

/// What a service account proves itself with. It has no `Debug`, so that no log ever shows the key.
#[derive(Clone)]
pub struct ServiceKey(ServiceAccountKey);

impl ServiceKey {
    /// Reads a key file; the error says what to do and shows nothing of the key.
    pub fn read(path: &Path) -> Result<Self, GoogleError> {
        let refused = |why: &dyn std::fmt::Display| {
            GoogleError::NoCredentials(format!(
                "the key file of the service account, {}, {why}: add the service account again with its key file",
                path.display()
            ))
        };
        let text = std::fs::read(path).map_err(|error| refused(&format_args!("cannot be read ({error})")))?;
        Self::parse(&text).map_err(|why| refused(&why))
    }

    /// Reads the text of a key file; the error completes "the key file …".
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        // The parser's message may show what stands at the place.
        let key = yup_oauth2::parse_service_account_key(text)
            .map_err(|_| "is not the JSON that Google gives for a service account's key".to_owned())?;
        if key.key_type.as_deref().is_some_and(|of| of != "service_account") {
            return Err("is not of a service account".to_owned());
        }
        address::checked(&key.token_uri).map_err(|why| format!("has a token_uri that {why}"))?;
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
