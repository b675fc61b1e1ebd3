//! Whose rows a call is about, where it says nothing else.

use serde::Deserialize;

use crate::model::AccountId;
use crate::server::error::ApiError;
use crate::server::state::App;

/// An account; other parameters are left alone.
#[derive(Debug, Deserialize)]
pub(in crate::server) struct Owner {
    /// Account by name or number; the first one where absent.
    account: Option<String>,
}

/// An account, and nothing else: a parameter that is written wrongly is refused.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::server) struct OnlyOwner {
    /// Account by name or number; the first one where absent.
    account: Option<String>,
}

impl Owner {
    pub(in crate::server) async fn account(self, app: &App) -> Result<AccountId, ApiError> {
        app.account(self.account).await
    }
}

impl OnlyOwner {
    pub(in crate::server) async fn account(self, app: &App) -> Result<AccountId, ApiError> {
        app.account(self.account).await
    }
}
