//! Several readers share a report, each with words of its own: what one's words are in the words of another.

use super::{RowLayout, Words};

/// From the words of one reader's rows to those of the report.
#[derive(Debug, Default)]
pub struct Renaming {
    /// By column of text: the id of each id.
    texts: Vec<(usize, Vec<u32>)>,
    /// Columns of numbers, where a number may be a place.
    numbers: Vec<usize>,
    places: Vec<u32>,
    dates: Vec<u32>,
}

impl Renaming {
    pub(super) fn new(
        texts: Vec<Option<Vec<u32>>>,
        places: Vec<u32>,
        dates: Vec<u32>,
        is_text: impl Fn(usize) -> bool,
    ) -> Self {
        let columns = 0..texts.len();
        let numbers = if places.is_empty() { Vec::new() } else { columns.filter(|word| !is_text(*word)).collect() };
        let differs = |ids: &Vec<u32>| ids.iter().zip(0..).any(|(id, own)| *id != own);
        let texts = texts.into_iter().enumerate();
        let texts = texts.filter_map(|(word, ids)| Some((word, ids.filter(differs)?))).collect();
        Self { texts, numbers, places, dates }
    }

    /// The date's id in the report.
    pub fn date(&self, date: u32) -> u32 {
        self.dates.get(date as usize).copied().unwrap_or(date)
    }

    /// Renames the words of rows that stand one after the other.
    pub fn apply(&self, rows: &mut [u32], layout: &RowLayout) {
        for row in rows.chunks_exact_mut(layout.width()) {
            for (word, ids) in &self.texts {
                row[*word] = ids[row[*word] as usize];
            }
            for word in &self.numbers {
                if let Some(place) = Words::place(row[*word]) {
                    row[*word] = self.places[place];
                }
            }
        }
    }
}
