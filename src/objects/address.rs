//! The address of an object store, and what to say when the store behind it does not do what is asked.

use std::sync::Arc;
use std::time::Duration;

use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreScheme};

use super::ObjectsError;
use super::ask::is_bucket_missing;
use super::connect::{self, Interface};

/// A kind of store: how its addresses begin, and where its credentials come from.
struct Kind {
    schemes: &'static [&'static str],
    interface: Interface,
    /// What its variables of the environment begin with.
    variables: &'static str,
    /// One of these is set where the environment has credentials.
    credentials: &'static [&'static str],
    /// What to set.
    wanted: &'static str,
}

const KINDS: [Kind; 3] = [
    Kind {
        schemes: &["s3", "s3a"],
        interface: Interface::S3,
        variables: "AWS_",
        credentials: &[
            "AWS_ACCESS_KEY_ID",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "AWS_SKIP_SIGNATURE",
        ],
        wanted: "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION (files of the AWS command line are not read)",
    },
    Kind {
        schemes: &["gs"],
        interface: Interface::Gcs,
        variables: "GOOGLE_",
        credentials: &[
            "GOOGLE_APPLICATION_CREDENTIALS",
            "GOOGLE_SERVICE_ACCOUNT",
            "GOOGLE_SERVICE_ACCOUNT_PATH",
            "GOOGLE_SERVICE_ACCOUNT_KEY",
            "GOOGLE_SKIP_SIGNATURE",
        ],
        wanted: "GOOGLE_APPLICATION_CREDENTIALS, the path of a service account's key file",
    },
    Kind {
        schemes: &["az", "azure", "abfs", "abfss", "adl"],
        interface: Interface::Azure,
        variables: "AZURE_",
        credentials: &[
            "AZURE_STORAGE_ACCOUNT_KEY",
            "AZURE_STORAGE_ACCESS_KEY",
            "AZURE_STORAGE_SAS_TOKEN",
            "AZURE_STORAGE_SAS_KEY",
            "AZURE_CLIENT_ID",
            "AZURE_STORAGE_CLIENT_ID",
            "AZURE_FEDERATED_TOKEN_FILE",
            "AZURE_SKIP_SIGNATURE",
        ],
        wanted: "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY",
    },
];

/// The URL names no store that can be opened.
#[derive(Debug, thiserror::Error)]
#[error("'{url}' cannot be used: {what}")]
pub struct AddressError {
    /// The URL, without what might be secret in it.
    pub url: String,
    /// Why, and what would fit.
    pub what: String,
}

/// A store and the keys in it that are meant.
#[derive(Clone, Debug)]
pub struct Address {
    /// The store, which knows nothing of the prefix.
    pub store: Arc<dyn ObjectStore>,
    /// What all keys begin with; may be empty.
    pub prefix: Path,
    /// For people; without what might be secret in it.
    pub shown: String,
    /// False where other programs may write an object piece by piece.
    pub lists_whole_objects: bool,
    /// What to set in the environment, where nothing of it is.
    pub credentials_missing: Option<&'static str>,
    /// How long one question may take, with all its retries.
    pub patience: Duration,
    wanted: Option<&'static str>,
}

impl Address {
    /// The address of `url`, with credentials and settings from these variables of the environment. Nothing is asked of
    /// the store yet.
    pub fn open(
        url: &str,
        environment: impl IntoIterator<Item = (String, String)>,
        patience: Duration,
    ) -> Result<Self, AddressError> {
        let shown = without_secrets(url);
        let refused = |what: String| AddressError { url: shown.clone(), what };
        let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase()).unwrap_or_default();
        let kind = KINDS.iter().find(|kind| kind.schemes.contains(&scheme.as_str()));
        if kind.is_none() && scheme != "file" {
            return Err(refused("write s3://BUCKET/PREFIX, gs://BUCKET/PREFIX or az://CONTAINER/PREFIX".to_owned()));
        }
        let theirs = |name: &str| kind.is_some_and(|kind| name.starts_with(kind.variables));
        let variables: Vec<(String, String)> = environment.into_iter().filter(|(name, _)| theirs(name)).collect();
        let has_credentials =
            |kind: &&Kind| kind.credentials.iter().any(|name| variables.iter().any(|(set, _)| set == name));
        let credentials_missing = kind.filter(|kind| !has_credentials(kind)).map(|kind| kind.wanted);
        // The crate's own type of an address is not named by it; the call below says which one is meant.
        let parsed = match url.parse() {
            Ok(parsed) => parsed,
            Err(_) => return Err(refused("it is no address".to_owned())),
        };
        let (_, prefix) = ObjectStoreScheme::parse(&parsed).map_err(|error| refused(error.to_string()))?;
        let interface = kind.map_or(Interface::Directory, |kind| kind.interface);
        let store = connect::connect(interface, url, &variables, patience).map_err(|error| {
            let wanted = kind.map(|kind| format!("; set {} in the environment", kind.wanted)).unwrap_or_default();
            refused(format!("{}{wanted}", without_secrets(&error.to_string())))
        })?;
        let lists_whole_objects = scheme != "file";
        let wanted = kind.map(|kind| kind.wanted);
        Ok(Self { store, prefix, shown, lists_whole_objects, credentials_missing, patience, wanted })
    }

    /// The key of a path below the address.
    pub fn key(&self, path: &str) -> Result<Path, ObjectsError> {
        let prefix = self.prefix.as_ref();
        let key = if prefix.is_empty() { path.to_owned() } else { format!("{prefix}/{path}") };
        Path::parse(&key).map_err(|error| ObjectsError::Trouble(format!("'{key}' is no key of an object: {error}")))
    }

    /// The path below the address of a key.
    pub fn below(&self, key: &Path) -> String {
        let prefix = self.prefix.as_ref();
        key.as_ref().strip_prefix(prefix).unwrap_or(key.as_ref()).trim_start_matches('/').to_owned()
    }

    /// The store's words, without secrets, and what to set.
    pub fn reason(&self, error: &Error) -> String {
        let denied = matches!(error, Error::Unauthenticated { .. } | Error::PermissionDenied { .. });
        let text = without_secrets(&error.to_string());
        if is_bucket_missing(&text) {
            return format!("{} has no such bucket: make it, or correct the address", self.shown);
        }
        format!("{text}{}", self.hint(denied))
    }

    /// Whether the bucket itself is not there, which no further try mends.
    pub fn is_bucket_missing(&self, error: &Error) -> bool {
        is_bucket_missing(&error.to_string())
    }

    pub(super) fn hint(&self, denied: bool) -> String {
        match (self.credentials_missing, self.wanted) {
            (Some(wanted), _) => format!("; the environment has no credentials for it: set {wanted}"),
            (None, Some(wanted)) if denied => format!("; check {wanted}"),
            _ => String::new(),
        }
    }
}

/// The text without what follows a question mark in its addresses, where signatures stand, and without passwords.
fn without_secrets(text: &str) -> String {
    let plain = |word: &str| {
        let Some((scheme, rest)) = word.split_once("://") else { return word.to_owned() };
        let (place, end) = match rest.split_once('?') {
            Some((place, query)) => (place, query.trim_start_matches(|c: char| !matches!(c, ')' | '"' | ','))),
            None => (rest, ""),
        };
        let user = place.split_once('@').and_then(|(user, _)| user.split_once(':'));
        let place = match user {
            Some((name, password)) => place.replacen(&format!("{name}:{password}@"), &format!("{name}@"), 1),
            None => place.to_owned(),
        };
        format!("{scheme}://{place}{end}")
    };
    text.split(' ').map(plain).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(url: &str, environment: &[(&str, &str)]) -> Result<Address, String> {
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Address::open(url, environment, Duration::from_secs(60)).map_err(|error| error.to_string())
    }

    #[test]
    fn addresses_of_the_large_stores_are_known() {
        for url in ["s3://bucket/mail/reports", "gs://bucket/mail/reports", "az://box/mail/reports"] {
            let address = open(url, &[("AZURE_STORAGE_ACCOUNT_NAME", "acme")]).unwrap();
            assert_eq!((address.prefix.as_ref(), address.shown.as_str()), ("mail/reports", url));
            assert!(address.lists_whole_objects);
        }
        for url in ["bucket/reports", "ftp://host/x", "https://host/x", "s3:/bucket", ""] {
            let message = open(url, &[]).unwrap_err();
            assert!(message.contains("s3://BUCKET/PREFIX"), "{message}");
        }
    }

    #[test]
    fn missing_credentials_are_said_with_what_to_set() {
        let address = open("s3://bucket/x", &[("HOME", "somewhere")]).unwrap();
        assert!(address.credentials_missing.is_some_and(|wanted| wanted.starts_with("AWS_ACCESS_KEY_ID")));
        let message = address.silent("list x", Duration::from_secs(60)).to_string();
        assert!(message.starts_with("cannot list x: no answer within 60 s; the environment has no"), "{message}");
        let with = open("s3://bucket/x", &[("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b")]).unwrap();
        assert_eq!(with.credentials_missing, None);
        let message = open("az://box/x", &[]).unwrap_err();
        assert!(message.contains("AZURE_STORAGE_ACCOUNT_NAME"), "{message}");
    }

    #[test]
    fn no_secret_is_shown() {
        for (text, shown) in [
            ("GET https://host/a/b?sig=abc&se=1 failed", "GET https://host/a/b failed"),
            ("url (https://host/a?sig=abc): no", "url (https://host/a): no"),
            ("s3://name:secret@bucket/x", "s3://name@bucket/x"),
            ("a ? b", "a ? b"),
        ] {
            assert_eq!(without_secrets(text), shown);
        }
    }
}
