//! Physical lines of a report that is read block by block: a line is known within its block first, and within the file
//! once the lines of all blocks before are counted.

use std::collections::BTreeMap;

use super::{Faults, Header};

/// A place in a report: the number of the block in the upper bits, lines passed in it below. So places compare as the
/// lines do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Line(pub u64);

/// Lines of one block; what is read record by record counts to the last block.
const LINE_BITS: u32 = 40;

impl Line {
    pub(super) fn first_of(block: u64) -> Self {
        Self(block << LINE_BITS)
    }

    pub(super) fn pass(&mut self, lines: u64) {
        self.0 += lines;
    }

    fn block(self) -> u64 {
        self.0 >> LINE_BITS
    }

    fn in_block(self) -> u64 {
        self.0 & ((1 << LINE_BITS) - 1)
    }
}

/// How many lines stand above each block.
#[derive(Debug)]
pub(super) struct Lines {
    above: u64,
    of_block: BTreeMap<u64, u64>,
}

impl Lines {
    /// The lines behind that header.
    pub(super) fn behind(header: &Header) -> Self {
        Self { above: 1 + header.lines, of_block: BTreeMap::new() }
    }

    /// A block was read to its end.
    pub(super) fn end_block(&mut self, line: Line) {
        self.of_block.insert(line.block(), line.in_block());
    }

    /// The line of a place, all blocks before which were read.
    pub(super) fn physical(&self, line: Line) -> u64 {
        self.above + self.of_block.range(..line.block()).map(|(_, lines)| lines).sum::<u64>() + line.in_block()
    }

    pub(super) fn absorb(&mut self, mut other: Self) {
        self.of_block.append(&mut other.of_block);
    }

    /// Gives faults, which are in the order of their places, the lines of these.
    pub(super) fn name(&self, faults: &mut Faults) {
        let mut blocks = self.of_block.iter().peekable();
        let mut above = self.above;
        for fault in &mut faults.kept {
            let line = Line(fault.line);
            while let Some((_, lines)) = blocks.next_if(|(block, _)| **block < line.block()) {
                above += lines;
            }
            fault.line = above + line.in_block();
        }
    }
}
