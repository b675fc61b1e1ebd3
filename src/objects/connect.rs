//! From a URL and variables to a store with retries, over connections that belong to no caller's runtime.

use std::io;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, S3CopyIfNotExists};
use object_store::azure::MicrosoftAzureBuilder;
use object_store::client::SpawnedReqwestConnector;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::local::LocalFileSystem;
use object_store::{BackoffConfig, Error, ObjectStore, Result, RetryConfig};
use tokio::runtime::{Builder, Handle, Runtime};

/// Requests wait for the network and compute little.
const THREADS: usize = 2;

/// Lives as long as the process: connections that are kept for later must not die with the runtime of who asked first.
static RUNTIME: LazyLock<io::Result<Runtime>> =
    LazyLock::new(|| Builder::new_multi_thread().worker_threads(THREADS).thread_name("objects").enable_all().build());

/// The runtime on which requests are made.
pub(super) fn runtime() -> Result<&'static Handle> {
    match &*RUNTIME {
        Ok(runtime) => Ok(runtime.handle()),
        Err(error) => Err(generic(format!("no threads for requests: {error}"))),
    }
}

/// Whose interface a store has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Interface {
    S3,
    Gcs,
    Azure,
    Directory,
}

macro_rules! built {
    ($builder:expr, $variables:expr, $patience:expr) => {{
        let builder = $variables.iter().fold($builder, |builder, (name, value)| {
            match name.to_ascii_lowercase().parse() {
                Ok(key) => builder.with_config(key, value),
                // The environment has variables of other programs that begin in the same way.
                Err(_) => builder,
            }
        });
        let connector = SpawnedReqwestConnector::new(runtime()?.clone());
        Arc::new(builder.with_retry(retries($patience)).with_http_connector(connector).build()?)
    }};
}

/// The store of `url`. A request is tried again until half of `patience` is over, so that a question which is given up
/// then can still say why.
pub(super) fn connect(
    interface: Interface,
    url: &str,
    variables: &[(String, String)],
    patience: Duration,
) -> Result<Arc<dyn ObjectStore>> {
    let is_set = |names: &[&str]| variables.iter().any(|(name, _)| names.contains(&name.as_str()));
    let is_plain = |(name, value): &(String, String)| name.contains("ENDPOINT") && value.starts_with("http://");
    let asks_for_http = variables.iter().any(is_plain);
    Ok(match interface {
        Interface::S3 => {
            let mut builder = AmazonS3Builder::new().with_url(url);
            if !is_set(&["AWS_COPY_IF_NOT_EXISTS"]) {
                builder = builder.with_copy_if_not_exists(S3CopyIfNotExists::Multipart);
            }
            if asks_for_http && !is_set(&["AWS_ALLOW_HTTP"]) {
                builder = builder.with_allow_http(true);
            }
            built!(builder, variables, patience)
        }
        Interface::Gcs => built!(GoogleCloudStorageBuilder::new().with_url(url), variables, patience),
        Interface::Azure => {
            let builder = MicrosoftAzureBuilder::new().with_url(url);
            let allows = asks_for_http && !is_set(&["AZURE_ALLOW_HTTP"]);
            built!(if allows { builder.with_allow_http(true) } else { builder }, variables, patience)
        }
        Interface::Directory => Arc::new(LocalFileSystem::new()),
    })
}

fn retries(patience: Duration) -> RetryConfig {
    let backoff = BackoffConfig {
        init_backoff: Duration::from_millis(100).min(patience / 20),
        max_backoff: Duration::from_secs(5).min(patience / 10),
        base: 2.0,
    };
    RetryConfig { backoff, max_retries: 20, retry_timeout: patience / 2 }
}

fn generic(what: String) -> Error {
    Error::Generic { store: "objects", source: what.into() }
}
