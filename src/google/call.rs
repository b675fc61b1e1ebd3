//! One call of the API, as data: what a dry run shows is what is sent.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How a call is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads.
    Get,
    /// Does what the address says.
    Post,
    /// Changes the fields that `updateMask` names.
    Patch,
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
        })
    }
}

/// One call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// How it is sent.
    pub method: Method,
    /// The address below the API's, as in `v1/bidders/7/pretargetingConfigs/9`.
    pub path: String,
    /// Names and values after the `?`, not yet escaped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<(String, String)>,
    /// The JSON body, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
}

impl Call {
    /// Reads what is at that path.
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: Method::Get, path: path.into(), query: Vec::new(), body: None }
    }

    /// Does what that path says.
    pub fn post(path: impl Into<String>, body: Value) -> Self {
        Self { method: Method::Post, path: path.into(), query: Vec::new(), body: Some(body) }
    }

    /// Changes the fields of `update_mask` at that path.
    pub fn patch(path: impl Into<String>, update_mask: &[&str], body: Value) -> Self {
        let query = vec![("updateMask".to_owned(), update_mask.join(","))];
        Self { method: Method::Patch, path: path.into(), query, body: Some(body) }
    }

    /// The same with one more parameter.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query.push((name.to_owned(), value.into()));
        self
    }
}
