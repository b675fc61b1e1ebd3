//! Tokens of a service account: kept until shortly before they expire, asked for anew when Google refuses one.

use std::sync::Arc;
use std::time::Duration;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::Mutex;
use yup_oauth2::authenticator::Authenticator;
use yup_oauth2::{CustomHyperClientBuilder, Error, ServiceAccountAuthenticator};

use super::ServiceKey;
use super::trouble::Token;

/// What a token is for.
const SCOPES: [&str; 1] = ["https://www.googleapis.com/auth/realtime-bidding"];

/// The tokens of one service account.
pub(super) struct Tokens {
    authenticator: Authenticator<HttpsConnector<HttpConnector>>,
    /// Held while a token is asked for, so that calls side by side share one.
    asking: Mutex<()>,
    from: String,
}

/// Why there is no token.
pub(super) enum NoToken {
    /// The key is not accepted.
    Refused(String),
    /// No answer, or none that can be read.
    Lost(String),
}

impl Tokens {
    pub(super) async fn of(key: ServiceKey) -> Result<Self, String> {
        let from = key.token_uri().to_owned();
        let client = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector()?);
        let client = CustomHyperClientBuilder::from(client);
        let builder = ServiceAccountAuthenticator::with_client(key.into_key(), client);
        // What a library says of a key may show it.
        let unusable = |_| "its private_key is no RSA key in PEM".to_owned();
        let authenticator = builder.build().await.map_err(unusable)?;
        Ok(Self { authenticator, asking: Mutex::new(()), from })
    }

    /// A token that is good for a while; another one than `rejected`.
    pub(super) async fn token(&self, rejected: Option<&Token>, patience: Duration) -> Result<Token, NoToken> {
        let asking = async {
            let _turn = self.asking.lock().await;
            let token = self.authenticator.token(&SCOPES).await?;
            match token.token() {
                Some(token) if rejected.is_some_and(|rejected| rejected.0 == token) => {
                    self.authenticator.force_refreshed_token(&SCOPES).await
                }
                _ => Ok(token),
            }
        };
        let lost = |why: &str| NoToken::Lost(format!("no token came from {}: {why}", self.from));
        match tokio::time::timeout(patience, asking).await {
            Err(_) => Err(lost("no answer in time")),
            Ok(Ok(token)) => {
                token.token().map(|token| Token(token.to_owned())).ok_or_else(|| lost("the answer has none"))
            }
            Ok(Err(Error::AuthError(refused))) => Err(NoToken::Refused(refused.to_string())),
            Ok(Err(Error::HttpError(_) | Error::HttpClientError(_))) => Err(lost("the connection failed")),
            Ok(Err(Error::JSONError(_))) => Err(lost("the answer is not what was expected")),
            Ok(Err(_)) => Err(lost("the answer has none")),
        }
    }
}

/// HTTPS as this machine trusts it, and HTTP, which only addresses of this machine have ([`super::address`]).
fn connector() -> Result<HttpsConnector<HttpConnector>, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = versions.map_err(|error| error.to_string())?.with_root_certificates(roots).with_no_client_auth();
    Ok(HttpsConnectorBuilder::new().with_tls_config(config).https_or_http().enable_http1().build())
}
