//! Where the lines of a text come from that was made of the rows of a database, so that its faults name rows.

/// Line → number of the row, kept as runs: rows that follow each other take no space.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowNumbers {
    /// (first line, its row) of each run.
    runs: Vec<(u64, i64)>,
}

impl RowNumbers {
    /// The row that begins on this line; lines come in their order.
    pub fn push(&mut self, line: u64, row: i64) {
        let follows = |(first, number): &(u64, i64)| row.checked_sub(*number) == i64::try_from(line - first).ok();
        if !self.runs.last().is_some_and(follows) {
            self.runs.push((line, row));
        }
    }

    /// The row that begins on this line; the line itself where none was pushed before it.
    pub fn of(&self, line: u64) -> i64 {
        let run = self.runs.partition_point(|(first, _)| *first <= line).checked_sub(1);
        run.map_or(line as i64, |run| self.runs[run].1 + (line - self.runs[run].0) as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_give_their_rows_and_runs_are_short() {
        let mut numbers = RowNumbers::default();
        let pushed = [(2, 10), (3, 11), (4, 12), (6, 13), (7, 40), (8, 41), (9, 7)];
        for (line, row) in pushed {
            numbers.push(line, row);
        }
        assert!(pushed.iter().all(|(line, row)| numbers.of(*line) == *row));
        assert_eq!(numbers.runs, [(2, 10), (6, 13), (7, 40), (9, 7)]);
        assert_eq!(RowNumbers::default().of(5), 5);
    }
}
