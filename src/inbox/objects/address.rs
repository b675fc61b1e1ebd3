//! The address of an object store, and what to say when the store behind it does not do what is asked.

use std::sync::Arc;
use std::time::Duration;

use object_store::ObjectStore;
use object_store::path::Path;

use crate::inbox::InboxError;
use crate::inbox::place::PlaceError;

/// A kind of store: how its addresses begin, and where its credentials come from.
struct Kind {
    schemes: &'static [&'static str],
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

/// A store and the keys in it that are meant.
#[derive(Clone, Debug)]
pub(in crate::inbox) struct Address {
    pub(in crate::inbox) store: Arc<dyn ObjectStore>,
    pub(in crate::inbox) prefix: Path,
    /// For people; without what might be secret in it.
    pub(in crate::inbox) shown: String,
    /// False where other programs may write an object piece by piece.
    pub(in crate::inbox) lists_whole_objects: bool,
    /// What to set in the environment, where nothing of it is.
    pub(in crate::inbox) credentials_missing: Option<&'static str>,
    wanted: Option<&'static str>,
}

impl Address {
    /// The address of `url`, with credentials and settings from these variables of the environment.
    pub fn open(url: &str, environment: impl IntoIterator<Item = (String, String)>) -> Result<Self, InboxError> {
        let shown = without_secrets(url);
        let refused = |what: String| InboxError::Address { url: shown.clone(), what };
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
        let (store, prefix) = object_store::parse_url_opts(&parsed, variables).map_err(|error| {
            let wanted = kind.map(|kind| format!("; set {} in the environment", kind.wanted)).unwrap_or_default();
            refused(format!("{}{wanted}", without_secrets(&error.to_string())))
        })?;
        let lists_whole_objects = scheme != "file";
        let wanted = kind.map(|kind| kind.wanted);
        Ok(Self { store: store.into(), prefix, shown, lists_whole_objects, credentials_missing, wanted })
    }

    /// What is wrong where the store refused.
    pub(super) fn trouble(&self, what: &str, error: &object_store::Error) -> PlaceError {
        let denied =
            matches!(error, object_store::Error::Unauthenticated { .. } | object_store::Error::PermissionDenied { .. });
        let error = without_secrets(&error.to_string());
        PlaceError::Trouble(format!("cannot {what}: {error}{}", self.hint(denied)))
    }

    /// What is wrong where the store did not answer.
    pub(super) fn silent(&self, what: &str, patience: Duration) -> PlaceError {
        let seconds = patience.as_secs();
        PlaceError::Trouble(format!("cannot {what}: no answer within {seconds} s{}", self.hint(false)))
    }

    fn hint(&self, denied: bool) -> String {
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
        Address::open(url, environment).map_err(|error| error.to_string())
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
