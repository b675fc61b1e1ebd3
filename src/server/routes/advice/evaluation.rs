//! The advice of an account by priority.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};

use super::{Window, with_analyst};
use crate::advice::{Evaluation, evaluate};
use crate::server::error::ApiError;
use crate::server::state::App;

/// `GET /api/evaluation`: the path of the contract carries `/api` itself.
pub(super) async fn show(
    State(app): State<App>,
    window: Result<Query<Window>, QueryRejection>,
) -> Result<Json<Evaluation>, ApiError> {
    let (account, days) = window?.0.read(&app).await?;
    let evaluated = with_analyst(&app, account, move |_, analyst| {
        let standing = analyst.refresh(days)?;
        evaluate(analyst, &standing)
    });
    Ok(Json(evaluated.await?))
}
