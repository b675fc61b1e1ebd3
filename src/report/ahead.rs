//! Texts looked up ahead, for many records at once.
//!
//! Most of the time of a parse goes into waiting for the tables of the dictionaries, which do not fit the nearest cache.
//! So the first place of each text is looked at column by column, without a branch: the processor then waits for many
//! at the same time. What does not stand at its first place is looked up when its record is read.

use super::Dictionary;
use super::dictionary::Place;

/// Records looked up at once: their cells and ids stay in the nearest cache.
const RECORDS: usize = 256;
/// Places asked for before the first of them is looked at.
const GROUP: usize = 32;

/// The ids of the next records' texts, as far as they were found.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    /// By record, then by column of text.
    ids: Vec<u32>,
    texts: usize,
    next: usize,
    records: usize,
}

/// Where the next records of a block stand.
pub(super) struct Records<'a> {
    pub block: &'a [u8],
    /// Where the first record starts.
    pub start: usize,
    pub separators: &'a [u32],
    pub ends: &'a [u32],
    /// The fields that each should have.
    pub fields: usize,
}

impl Records<'_> {
    /// How many of the next records have as many fields as they should.
    fn whole(&self) -> usize {
        let fits = |(record, end)| self.separators.get((record + 1) * self.fields - 1) == Some(end);
        self.ends.iter().take(RECORDS).enumerate().take_while(|(record, end)| fits((*record, *end))).count()
    }
}

impl Ahead {
    /// Nothing was looked up for the record to come.
    #[inline]
    pub(super) fn is_over(&self) -> bool {
        self.next == self.records
    }

    /// The ids of the next record's texts, [`Dictionary::NOT_FOUND`] where they are not known; none where nothing was
    /// looked up for it.
    #[inline]
    pub(super) fn next(&mut self) -> &[u32] {
        if self.is_over() {
            return &[];
        }
        self.next += 1;
        &self.ids[(self.next - 1) * self.texts..self.next * self.texts]
    }

    /// Looks the texts of the next records up: `texts` are (field, its dictionary).
    pub(super) fn look<'d>(
        &mut self,
        records: &Records<'_>,
        texts: impl ExactSizeIterator<Item = (usize, Option<&'d Dictionary>)>,
    ) {
        self.texts = texts.len();
        (self.next, self.records) = (0, records.whole());
        self.ids.clear();
        self.ids.resize(self.records * self.texts, Dictionary::NOT_FOUND);
        let Records { block, start, separators, fields, .. } = *records;
        for (text, (field, dictionary)) in texts.enumerate() {
            let Some(dictionary) = dictionary else { continue };
            let is_last = field + 1 == fields;
            for (group, ids) in self.ids.chunks_mut(self.texts * GROUP).enumerate() {
                let mut places = [Place::default(); GROUP];
                let group_records = ids.len() / self.texts;
                for (place, record) in places[..group_records].iter_mut().zip(group * GROUP..) {
                    let at = record * fields + field;
                    let from = if at == 0 { start } else { separators[at - 1] as usize + 1 };
                    let to = separators[at] as usize;
                    let to = if is_last && to > from && block[to - 1] == b'\r' { to - 1 } else { to };
                    *place = dictionary.first_place(block, from, to - from);
                }
                for (place, ids) in places.iter().zip(ids.chunks_exact_mut(self.texts)) {
                    ids[text] = dictionary.id_at(place);
                }
            }
        }
    }
}
