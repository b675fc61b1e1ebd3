//! Rows in memory: words, row after row, in chunks, so that neither growing nor joining copies.

use crate::report::{NULL_WORD, RowLayout};

const CHUNK_ROWS: usize = 1 << 15;
const TILE_ROWS: usize = 256;

/// Rows of `width` words each. A row's index never changes, but after rows were joined, not every index is a row: only
/// the last chunk of each part may be short.
#[derive(Debug)]
pub(super) struct Rows {
    width: usize,
    chunks: Vec<Vec<u32>>,
    count: usize,
}

impl Rows {
    pub(super) fn new(width: usize) -> Self {
        Self { width, chunks: Vec::new(), count: 0 }
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Above every index.
    pub(super) fn end(&self) -> usize {
        self.chunks.len() * CHUNK_ROWS
    }

    #[inline]
    pub(super) fn push(&mut self, row: &[u32]) {
        debug_assert_eq!(row.len(), self.width);
        self.count += 1;
        match self.chunks.last_mut() {
            Some(chunk) if chunk.len() < CHUNK_ROWS * self.width => chunk.extend_from_slice(row),
            _ => {
                // A first chunk starts small: a file may have many days of few rows.
                let rows = if self.chunks.is_empty() { 256 } else { CHUNK_ROWS };
                let mut chunk = Vec::with_capacity(rows * self.width);
                chunk.extend_from_slice(row);
                self.chunks.push(chunk);
            }
        }
    }

    /// Appends rows that stand one after the other.
    pub(super) fn push_all(&mut self, words: &[u32]) {
        words.chunks_exact(self.width).for_each(|row| self.push(row));
    }

    /// Appends `count` rows that come by column: (word, its value in each row); the other words are those of `null`.
    pub(super) fn push_columns(&mut self, count: usize, null: &[u32], columns: &[(usize, Vec<u32>)]) {
        let width = self.width;
        // A tile of rows stays in the nearest cache while its columns are put in.
        let mut tile = null.repeat(TILE_ROWS);
        for start in (0..count).step_by(TILE_ROWS) {
            let rows = TILE_ROWS.min(count - start);
            for (word, values) in columns {
                for (row, value) in tile.chunks_exact_mut(width).zip(&values[start..start + rows]) {
                    row[*word] = *value;
                }
            }
            tile.chunks_exact(width).take(rows).for_each(|row| self.push(row));
        }
    }

    /// The words of a row.
    #[inline]
    pub(super) fn row(&self, index: usize) -> &[u32] {
        let at = (index % CHUNK_ROWS) * self.width;
        &self.chunks[index / CHUNK_ROWS][at..at + self.width]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        self.chunks.iter().flat_map(|chunk| chunk.chunks_exact(self.width))
    }

    /// All rows, many at once, one after the other.
    pub(super) fn chunks(&self) -> impl Iterator<Item = &[u32]> {
        self.chunks.iter().map(Vec::as_slice)
    }

    /// Appends all rows of `other`, and says what is added to their indexes.
    pub(super) fn append(&mut self, other: Self) -> usize {
        let base = self.end();
        self.count += other.count;
        self.chunks.extend(other.chunks);
        base
    }

    /// Changes rows in place; `change` is given many at once, one after the other.
    pub(super) fn change(&mut self, change: impl Fn(&mut [u32])) {
        self.chunks.iter_mut().for_each(|chunk| change(chunk));
    }

    /// The same rows with the words of another layout.
    pub(super) fn relaid(self, relay: &Relay) -> Self {
        if relay.changes_nothing() {
            return self;
        }
        let relaid = |chunk: Vec<u32>| {
            let mut relaid = Vec::with_capacity(chunk.len() / self.width * relay.words.len());
            relay.extend(&chunk, &mut relaid);
            relaid
        };
        Self { width: relay.words.len(), count: self.count, chunks: self.chunks.into_iter().map(relaid).collect() }
    }

    /// Memory taken.
    pub(super) fn bytes(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.capacity() * 4).sum()
    }
}

/// From the words of one layout to those of another.
#[derive(Debug)]
pub(super) struct Relay {
    width: usize,
    /// By word: where it comes from, else what it is in all rows.
    words: Vec<(Option<usize>, u32)>,
}

impl Relay {
    /// Columns that `from` lacks are null, and so is the word `dropped` of it.
    pub(super) fn new(from: &RowLayout, to: &RowLayout, dropped: Option<usize>) -> Self {
        let null = |text: bool| if text { 0 } else { NULL_WORD };
        let place = |name: &str| from.position(name).filter(|word| Some(*word) != dropped);
        let words = to.columns().iter().map(|column| (place(&column.name), null(crate::report::is_text(column))));
        Self { width: from.width(), words: words.collect() }
    }

    fn changes_nothing(&self) -> bool {
        self.words.len() == self.width && self.words.iter().enumerate().all(|(word, (place, _))| *place == Some(word))
    }

    /// Appends the same rows in the other layout.
    pub(super) fn extend(&self, rows: &[u32], out: &mut Vec<u32>) {
        for row in rows.chunks_exact(self.width) {
            out.extend(self.words.iter().map(|(place, null)| place.map_or(*null, |place| row[place])));
        }
    }
}
