//! Every limit of a question and of the process, with its default. A limit of `None` does not cut.

use std::path::PathBuf;
use std::time::Duration;

/// What one question may take. The doors lower these per caller; nobody raises them past the engine's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Length of the SQL text.
    pub text_bytes: usize,
    /// Parentheses inside parentheses, and other nesting of expressions.
    pub nesting: usize,
    /// Operators, AND, OR, commas in IN lists not counted: a chain of them nests in the plan.
    pub operators: usize,
    /// Tables read after common table expressions and views are written out, so that a few lines of WITH cannot
    /// stand for millions of scans.
    pub relations: usize,
    /// Expressions in one SELECT list.
    pub columns: usize,
    /// Rows of the answer; beyond, the answer is cut and says so.
    pub rows: Option<u64>,
    /// Bytes of values in the answer; beyond, the answer is cut and says so.
    pub bytes: Option<u64>,
    /// Memory of joins, groups and sorts of this question.
    pub memory_bytes: usize,
    /// Time from asking to the last row, waiting for a permit included.
    pub deadline: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            text_bytes: 256 << 10,
            nesting: 40,
            operators: 2_000,
            relations: 128,
            columns: 1_000,
            rows: Some(1_000_000),
            bytes: Some(1 << 30),
            memory_bytes: 2 << 30,
            deadline: Duration::from_secs(60),
        }
    }
}

impl Limits {
    /// The stricter of both, limit by limit.
    pub fn within(&self, other: &Self) -> Self {
        Self {
            text_bytes: self.text_bytes.min(other.text_bytes),
            nesting: self.nesting.min(other.nesting),
            operators: self.operators.min(other.operators),
            relations: self.relations.min(other.relations),
            columns: self.columns.min(other.columns),
            rows: stricter(self.rows, other.rows),
            bytes: stricter(self.bytes, other.bytes),
            memory_bytes: self.memory_bytes.min(other.memory_bytes),
            deadline: self.deadline.min(other.deadline),
        }
    }
}

fn stricter(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// What all questions of the process share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Threads that run plans; also the parallelism of one plan.
    pub threads: usize,
    /// Questions that run at once; others wait within their deadline.
    pub concurrent: usize,
    /// Memory of joins, groups and sorts of all questions.
    pub memory_bytes: usize,
    /// Bytes that sorts and groups may write to `spill_dir` at once.
    pub spill_bytes: u64,
    /// Where they write; created when first needed.
    pub spill_dir: PathBuf,
    /// Parquet footers and page indexes kept in memory.
    pub metadata_cache_bytes: usize,
    /// What one question may take at most.
    pub ceiling: Limits,
}

impl Capacity {
    /// The defaults for a machine with `threads` cores, spilling under `spill_dir`.
    pub fn new(threads: usize, spill_dir: PathBuf) -> Self {
        Self {
            threads: threads.max(1),
            concurrent: (threads * 2).max(2),
            memory_bytes: 4 << 30,
            spill_bytes: 16 << 30,
            spill_dir,
            metadata_cache_bytes: 256 << 20,
            ceiling: Limits { rows: None, bytes: None, deadline: Duration::from_secs(3600), ..Limits::default() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stricter_limit_wins() {
        let asked = Limits { rows: None, nesting: 1_000, ..Limits::default() };
        let both = asked.within(&Limits::default());
        assert_eq!(both, Limits::default());
        assert_eq!(stricter(None, None), None);
        assert_eq!(stricter(Some(3), Some(2)), Some(2));
    }
}
