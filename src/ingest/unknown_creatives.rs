//! Creatives of the bidder's own export that the account does not have: a warning, because one of the two is out of date.

use rusqlite::Transaction;

use super::ImportError;
use super::file_rows::DayRows;
use crate::model::AccountId;
use crate::report::Parsed;

/// Counts rows of creatives that no sync has brought.
pub(super) struct UnknownCreatives {
    width: usize,
    word: usize,
    /// By id of the text.
    known: Vec<bool>,
    /// Rows counted so far.
    pub rows: u64,
}

impl UnknownCreatives {
    /// None where the account has no creatives yet: then nothing can be said.
    pub(super) fn of(tx: &Transaction<'_>, account: AccountId, parsed: &Parsed) -> Result<Option<Self>, ImportError> {
        let Some(word) = parsed.layout.position("creative_id") else { return Ok(None) };
        let Some(dictionary) = &parsed.dictionaries[word] else { return Ok(None) };
        let mut ids = tx.prepare("SELECT creative_id FROM creatives WHERE account_id = ?1")?;
        let ids = ids.query_map([account.0], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
        if ids.is_empty() {
            return Ok(None);
        }
        let ids: std::collections::HashSet<&str> = ids.iter().map(String::as_str).collect();
        let is_known = |id| dictionary.text(id).is_none_or(|text| ids.contains(text));
        let known = (0..dictionary.len() as u32).map(is_known).collect();
        Ok(Some(Self { width: parsed.layout.width(), word, known, rows: 0 }))
    }

    /// Counts the rows of one day.
    pub(super) fn count(&mut self, rows: &DayRows) -> std::io::Result<()> {
        rows.each(|words| {
            let unknown = words.chunks_exact(self.width).filter(|row| !self.known[row[self.word] as usize]);
            self.rows += unknown.count() as u64;
            Ok(())
        })
    }
}
