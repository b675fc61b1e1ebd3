//! Lists from Google, page after page.

use std::collections::HashSet;

use super::answers::{AnswerError, Page};
use super::pages::Pages;
use super::{Kind, SyncError};
use crate::google::{Call, Google, GoogleError};

/// Who watches a sync.
pub trait Watch: Sync {
    /// A kind is begun.
    fn begun(&self, _kind: Kind) {}
    /// So many more items of it were listed.
    fn listed(&self, _items: u64) {}
    /// It is over, well or not.
    fn over(&self, _kind: Kind) {}
    /// Whether the sync is to stop.
    fn is_stopping(&self) -> bool {
        false
    }
}

/// Asks for lists.
#[derive(Clone, Copy)]
pub(super) struct Asking<'a> {
    pub google: &'a dyn Google,
    pub watch: &'a dyn Watch,
}

impl Asking<'_> {
    /// All pages of a list.
    pub(super) fn list<T>(
        &self,
        call: &Call,
        page_size: u32,
        read: impl Fn(&[u8]) -> Result<Page<T>, AnswerError>,
    ) -> Result<Pages<T>, SyncError> {
        let list = GoogleError::named(call);
        let first = call.clone().with("pageSize", page_size.to_string());
        let mut pages = Pages::new();
        let mut seen = HashSet::new();
        let mut call = first.clone();
        loop {
            if self.watch.is_stopping() {
                return Err(SyncError::Stopped);
            }
            let page = pages.len() + 1;
            let answer = self.google.send(&call)?;
            let found = read(&answer).map_err(|source| SyncError::Page { list: list.clone(), page, source })?;
            self.watch.listed(found.items.len() as u64);
            let next = found.next.clone();
            pages.push((format!("page {page} of {list}"), found));
            let Some(token) = next else { return Ok(pages) };
            call = first.clone().with("pageToken", token.clone());
            if !seen.insert(token) {
                return Err(SyncError::Circle { list, page });
            }
        }
    }
}
