//! Check values of rows, and digests of sets of rows. SQLite has none: a bit that flips in a page is another value.
//!
//! Both are against bit rot and mix-ups, not against an attacker, who could write the check values too.

use rusqlite::Row;
use rusqlite::types::ValueRef;

/// First bytes of the BLAKE3 of a row.
pub type CheckValue = [u8; 8];

/// The check value of the row's first columns; it differs where a value, its type or its place differs.
pub fn check_value(row: &Row<'_>, columns: usize) -> rusqlite::Result<CheckValue> {
    let mut hasher = blake3::Hasher::new();
    for column in 0..columns {
        let (kind, number, bytes): (u8, [u8; 8], &[u8]) = match row.get_ref(column)? {
            ValueRef::Null => (0, [0; 8], &[]),
            ValueRef::Integer(value) => (1, value.to_le_bytes(), &[]),
            ValueRef::Real(value) => (2, value.to_le_bytes(), &[]),
            ValueRef::Text(text) => (3, (text.len() as u64).to_le_bytes(), text),
            ValueRef::Blob(blob) => (4, (blob.len() as u64).to_le_bytes(), blob),
        };
        hasher.update(&[kind]).update(&number).update(bytes);
    }
    let mut check = CheckValue::default();
    check.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    Ok(check)
}

/// Which data files are live, in a few words: it follows a change without a look at the files that stay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LiveSet {
    /// How many.
    pub files: i64,
    /// Their rows.
    pub rows: i64,
    /// The sum of the hashes of their ids and check values, so that neither order nor history matters.
    sum: [u64; 4],
}

impl LiveSet {
    /// A set whose digest was kept.
    pub fn kept(files: i64, rows: i64, digest: [u8; 32]) -> Self {
        let mut sum = [0; 4];
        for (word, bytes) in sum.iter_mut().zip(digest.as_chunks().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        Self { files, rows, sum }
    }

    /// The digest to keep.
    pub fn digest(&self) -> [u8; 32] {
        let mut digest = [0; 32];
        for (bytes, word) in digest.as_chunks_mut().0.iter_mut().zip(self.sum) {
            *bytes = word.to_le_bytes();
        }
        digest
    }

    /// A file comes.
    pub fn add(&mut self, file_id: i64, rows: i64, check: CheckValue) {
        (self.files, self.rows) = (self.files.wrapping_add(1), self.rows.wrapping_add(rows));
        self.sum = combine(self.sum, file(file_id, check), u64::wrapping_add);
    }

    /// A file goes.
    pub fn remove(&mut self, file_id: i64, rows: i64, check: CheckValue) {
        (self.files, self.rows) = (self.files.wrapping_sub(1), self.rows.wrapping_sub(rows));
        self.sum = combine(self.sum, file(file_id, check), u64::wrapping_sub);
    }

    /// All that comes with a change, from which what goes with it is taken.
    pub fn join(&mut self, change: &Self) {
        (self.files, self.rows) = (self.files.wrapping_add(change.files), self.rows.wrapping_add(change.rows));
        self.sum = combine(self.sum, change.sum, u64::wrapping_add);
    }
}

fn file(file_id: i64, check: CheckValue) -> [u64; 4] {
    let hash = blake3::Hasher::new().update(&file_id.to_le_bytes()).update(&check).finalize();
    LiveSet::kept(0, 0, *hash.as_bytes()).sum
}

fn combine(mut sum: [u64; 4], other: [u64; 4], how: fn(u64, u64) -> u64) -> [u64; 4] {
    for (word, other) in sum.iter_mut().zip(other) {
        *word = how(*word, other);
    }
    sum
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    fn of(values: &str) -> CheckValue {
        let connection = Connection::open_in_memory().unwrap();
        let sql = format!("SELECT {values}");
        let columns = connection.prepare(&sql).unwrap().column_count();
        connection.query_row(&sql, [], |row| check_value(row, columns)).unwrap()
    }

    #[test]
    fn a_value_its_type_and_its_place_matter() {
        let different = ["1, 2", "2, 1", "'1', 2", "1, NULL", "12", "x'31', 2", "1.0, 2", "'', '12'", "'1', '2'"];
        let checks: std::collections::BTreeSet<_> = different.into_iter().map(of).collect();
        assert_eq!(checks.len(), different.len());
        assert_eq!(of("1, 'a'"), of("1, 'a'"));
    }

    #[test]
    fn a_set_is_the_same_whatever_came_and_went() {
        let (mut set, mut other) = (LiveSet::default(), LiveSet::default());
        set.add(1, 10, [1; 8]);
        set.add(2, 20, [2; 8]);
        other.add(2, 20, [2; 8]);
        other.add(3, 30, [3; 8]);
        other.remove(3, 30, [3; 8]);
        assert_ne!(set, other);
        other.add(1, 10, [1; 8]);
        assert_eq!(set, other);
        assert_eq!(LiveSet::kept(2, 30, set.digest()), set);
        let mut swapped = LiveSet::default();
        swapped.add(1, 10, [2; 8]);
        swapped.add(2, 20, [1; 8]);
        assert_ne!(set, swapped);
    }
}
