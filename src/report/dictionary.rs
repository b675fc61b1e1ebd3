//! The distinct texts of one column, and a table from raw bytes to their ids.
//!
//! The hot path of an import: one look-up per text cell. Unquoting, the UTF-8 check, trimming and the vocabulary run once
//! per distinct raw value, everything after runs on ids. Raw values of up to 27 bytes are compared as four words inside
//! an open-addressing table; longer ones go through a map.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::cells::trimmed;
use super::columns::ColumnRules;
use super::{FaultReason, prefetch, quoting, vocabulary};

/// Bytes that must follow the start of any field in a block, so that a field can be loaded as whole words.
pub(super) const WINDOW: usize = 32;
const SHORT: usize = 27;
const EMPTY: [u64; 4] = [0, 0, 0, 0xff << 24];

/// Why a raw field has no id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoId {
    /// Its quotes are astray: the record must be read by the records reader.
    Astray,
    /// The cell itself is at fault.
    Fault(FaultReason),
}

/// Distinct texts by id; id 0 is null.
#[derive(Debug)]
pub struct Dictionary {
    rules: Option<&'static ColumnRules>,
    /// Raw bytes (24 in three words; the fourth has 3 bytes, the length, and the id in its upper half).
    slots: Vec<[u64; 4]>,
    used: usize,
    long: HashMap<Box<[u8]>, u32, RandomState>,
    values: HashMap<Box<str>, u32, RandomState>,
    texts: String,
    ends: Vec<usize>,
}

/// Where a field is looked for.
#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    key: [u64; 4],
    at: usize,
    is_short: bool,
}

impl Dictionary {
    /// No id.
    pub(super) const NOT_FOUND: u32 = u32::MAX;

    /// An empty dictionary of a column with these rules; without rules texts stand as they are.
    pub(super) fn new(rules: Option<&'static ColumnRules>) -> Self {
        let mut empty = Self {
            rules,
            slots: vec![EMPTY; 256],
            used: 1,
            long: HashMap::default(),
            values: HashMap::default(),
            texts: String::new(),
            ends: vec![0],
        };
        // The empty cell is null.
        empty.place([0; 4]);
        empty
    }

    /// An empty dictionary for stored texts.
    pub fn plain() -> Self {
        Self::new(None)
    }

    /// Distinct texts, null counted as one.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether no text was seen.
    pub fn is_empty(&self) -> bool {
        self.len() == 1
    }

    /// The text of an id; None for null, and for the id of a currency that the file did not name.
    pub fn text(&self, id: u32) -> Option<&str> {
        let id = id as usize;
        let end = *self.ends.get(id)?;
        (id > 0).then(|| &self.texts[self.ends[id - 1]..end])
    }

    /// All texts, in the order in which they were first seen.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        (1..self.len() as u32).filter_map(|id| self.text(id))
    }

    /// Whether the text was seen.
    pub fn has(&self, text: &str) -> bool {
        self.values.contains_key(text)
    }

    /// The id of a stored text (not of a cell: no rules are applied).
    pub fn id(&mut self, text: &str) -> u32 {
        if let Some(id) = self.values.get(text) {
            return *id;
        }
        let id = self.ends.len() as u32;
        self.texts.push_str(text);
        self.ends.push(self.texts.len());
        self.values.insert(text.into(), id);
        id
    }

    /// Takes over the texts of another dictionary of the column; the id here of each id there.
    pub(super) fn absorb(&mut self, other: &Self) -> Vec<u32> {
        std::iter::once(0).chain(other.texts().map(|text| self.id(text))).collect()
    }

    /// The id of a cell's content, already unquoted.
    pub(super) fn id_of_cell(&mut self, cell: &[u8]) -> Result<u32, NoId> {
        let bad = NoId::Fault(FaultReason::BadText);
        let text = trimmed(std::str::from_utf8(cell).map_err(|_| bad)?);
        if text.contains('\0') {
            return Err(bad);
        }
        let stored = match self.rules {
            Some(rules) => vocabulary::stored(text, rules),
            None => (!text.is_empty()).then(|| text.to_owned()),
        };
        Ok(stored.map_or(0, |stored| self.id(&stored)))
    }

    /// The id of the raw field `block[start..start + len]`, quotes and all.
    #[inline]
    pub(super) fn id_of_raw(&mut self, block: &[u8], start: usize, len: usize) -> Result<u32, NoId> {
        if len == 0 {
            return Ok(0);
        }
        if len > SHORT {
            return self.id_of_long(&block[start..start + len]);
        }
        let key = key(block, start, len);
        let mask = self.slots.len() - 1;
        let mut at = hash(&key) & mask;
        loop {
            let slot = &self.slots[at];
            if holds(slot, &key) {
                return Ok((slot[3] >> 32) as u32);
            }
            if slot[3] == EMPTY[3] {
                return self.insert(key, &block[start..start + len]);
            }
            at = (at + 1) & mask;
        }
    }

    /// Where the raw field `block[start..start + len]` is looked for first; asks for the memory of that place.
    #[inline]
    pub(super) fn first_place(&self, block: &[u8], start: usize, len: usize) -> Place {
        let key = key(block, start, len.min(SHORT));
        let at = hash(&key) & (self.slots.len() - 1);
        prefetch(&self.slots[at]);
        Place { key, at, is_short: len <= SHORT }
    }

    /// The id of the field if it stands there; has no branches that depend on the text, so that many look-ups run at the
    /// same time.
    #[inline]
    pub(super) fn id_at(&self, place: &Place) -> u32 {
        let slot = &self.slots[place.at];
        let found = holds(slot, &place.key) & place.is_short;
        // All bits where it was not found.
        (slot[3] >> 32) as u32 | u32::from(found).wrapping_sub(1)
    }

    #[cold]
    fn insert(&mut self, key: [u64; 4], raw: &[u8]) -> Result<u32, NoId> {
        let id = self.id_of_cell(&quoting::unquote(raw).ok_or(NoId::Astray)?)?;
        if (self.used + 1) * 2 > self.slots.len() {
            let grown = vec![EMPTY; self.slots.len() * 2];
            for slot in std::mem::replace(&mut self.slots, grown) {
                if slot[3] != EMPTY[3] {
                    self.place(slot);
                }
            }
        }
        self.place([key[0], key[1], key[2], key[3] | u64::from(id) << 32]);
        self.used += 1;
        Ok(id)
    }

    fn place(&mut self, slot: [u64; 4]) {
        let mask = self.slots.len() - 1;
        let mut at = hash(&[slot[0], slot[1], slot[2], slot[3] & 0xffff_ffff]) & mask;
        while self.slots[at][3] != EMPTY[3] {
            at = (at + 1) & mask;
        }
        self.slots[at] = slot;
    }

    #[cold]
    fn id_of_long(&mut self, raw: &[u8]) -> Result<u32, NoId> {
        if let Some(id) = self.long.get(raw) {
            return Ok(*id);
        }
        let id = self.id_of_cell(&quoting::unquote(raw).ok_or(NoId::Astray)?)?;
        self.long.insert(raw.into(), id);
        Ok(id)
    }
}

/// Keeps the first `len` bytes of four little-endian words.
static KEEP: [[u64; 4]; SHORT + 1] = {
    let mut keep = [[0; 4]; SHORT + 1];
    let mut len = 0;
    while len <= SHORT {
        let mut word = 0;
        while word < 4 {
            let bytes = len.saturating_sub(8 * word);
            keep[len][word] = if bytes >= 8 { u64::MAX } else { (1 << (8 * bytes)) - 1 };
            word += 1;
        }
        len += 1;
    }
    keep
};

#[inline]
fn key(block: &[u8], start: usize, len: usize) -> [u64; 4] {
    let Some(window) = block[start..].first_chunk::<WINDOW>() else {
        // Blocks end in WINDOW bytes of padding.
        unreachable!("a field starts at least {WINDOW} bytes before the end of its block");
    };
    let (words, _) = window.as_chunks::<8>();
    let keep = &KEEP[len];
    let word = |at: usize| u64::from_le_bytes(words[at]) & keep[at];
    [word(0), word(1), word(2), word(3) | (len as u64) << 24]
}

/// Whether that slot is the key's.
#[inline]
fn holds(slot: &[u64; 4], key: &[u64; 4]) -> bool {
    (slot[0] ^ key[0]) | (slot[1] ^ key[1]) | (slot[2] ^ key[2]) | ((slot[3] ^ key[3]) & 0xffff_ffff) == 0
}

#[inline]
fn hash(key: &[u64; 4]) -> usize {
    let fold = |a: u64, b: u64| {
        let product = u128::from(a) * u128::from(b);
        (product as u64) ^ (product >> 64) as u64
    };
    (fold(key[0] ^ 0x9e37_79b9_7f4a_7c15, key[1] ^ 0xd1b5_4a32_d192_ed03)
        ^ fold(key[2] ^ 0x8cb9_2ba7_2f3d_8dd7, key[3] ^ 0xa076_1d64_78bd_642f)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn raw_id(dictionary: &mut Dictionary, raw: &[u8]) -> Result<u32, NoId> {
        let mut block = raw.to_vec();
        block.extend_from_slice(&[b'#'; WINDOW]);
        dictionary.id_of_raw(&block, 0, raw.len())
    }

    #[test]
    fn equal_texts_have_one_id_however_they_are_written() {
        let mut dictionary = Dictionary::new(None);
        let id = raw_id(&mut dictionary, b"a publisher").unwrap();
        assert_eq!(raw_id(&mut dictionary, b"\"a publisher\""), Ok(id));
        assert_eq!(raw_id(&mut dictionary, b" a publisher "), Ok(id));
        assert_eq!(dictionary.text(id), Some("a publisher"));
        assert_eq!(raw_id(&mut dictionary, b""), Ok(0));
        assert_eq!(dictionary.text(0), None);
    }

    #[test]
    fn stray_quotes_and_bad_text_have_no_id() {
        let mut dictionary = Dictionary::new(None);
        assert_eq!(raw_id(&mut dictionary, b"a\"b"), Err(NoId::Astray));
        assert_eq!(raw_id(&mut dictionary, b"\xff"), Err(NoId::Fault(FaultReason::BadText)));
        assert_eq!(raw_id(&mut dictionary, b"a\0b"), Err(NoId::Fault(FaultReason::BadText)));
    }

    proptest! {
        #[test]
        fn ids_are_those_of_a_plain_map(cells in prop::collection::vec("[ab ]{0,3}|[a-c]{20,40}|\\PC{0,12}", 0..400)) {
            let mut dictionary = Dictionary::new(None);
            let mut ids: HashMap<String, u32> = HashMap::new();
            for cell in cells.iter().filter(|cell| !cell.contains(['"', '\r', '\0'])) {
                let id = raw_id(&mut dictionary, cell.as_bytes()).unwrap();
                let text = trimmed(cell);
                if text.is_empty() {
                    prop_assert_eq!(id, 0);
                } else {
                    prop_assert_eq!(*ids.entry(text.to_owned()).or_insert(id), id);
                    prop_assert_eq!(dictionary.text(id), Some(text));
                }
            }
            prop_assert_eq!(dictionary.len(), ids.len() + 1);
            for cell in cells.iter().filter(|cell| !cell.contains(['"', '\r', '\0'])) {
                let block = [cell.as_bytes(), &[b'#'; WINDOW]].concat();
                let id = dictionary.id_at(&dictionary.first_place(&block, 0, cell.len()));
                prop_assert!(id == Dictionary::NOT_FOUND || Ok(id) == raw_id(&mut dictionary, cell.as_bytes()));
            }
            prop_assert_eq!(dictionary.id_at(&dictionary.first_place(&[b'#'; WINDOW], 0, 0)), 0);
        }
    }
}
