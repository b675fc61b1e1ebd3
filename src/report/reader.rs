//! Records → rows of words: the state of one parse, shared by the block reader and the records reader.

use super::ahead::{Ahead, Records};
use super::blocks::Block;
use super::dictionary::NoId;
use super::fields::{Fields, NULL, Raw, Seen};
use super::lines::{Line, Lines};
use super::renaming::Renaming;
use super::row_rules::{Flag, RowRules};
use super::tally::{self, DateCell, Dates};
use super::{
    Dictionary, FaultReason, Faults, Header, NULL_WORD, ParseError, Parsed, Refusal, ReportKind, RowLayout, RowSink,
    Terms, Words,
};
use crate::model::facts::{Column, Role, ValueType};

/// What to do with the fields of a record, by kind of cell; each (field, word).
#[derive(Debug, Default)]
struct Plan {
    /// None where the report has no such column, and all rows are of the day that the user said.
    date: Option<usize>,
    texts: Vec<(usize, usize)>,
    hours: Vec<(usize, usize)>,
    counts: Vec<(usize, usize)>,
    money: Vec<(usize, usize)>,
    ignored: Vec<usize>,
    /// The word that a row must have.
    needed: Option<usize>,
}

impl Plan {
    fn new(header: &Header, kind: &ReportKind, layout: &RowLayout) -> Self {
        let mut plan = Self::default();
        for (field, column) in header.columns().enumerate() {
            let word = column.and_then(|name| layout.position(name));
            match (column, word) {
                (Some("metric_date"), _) => plan.date = Some(field),
                (_, Some(word)) => plan.cells(layout.columns()[word]).push((field, word)),
                (_, None) => plan.ignored.push(field),
            }
        }
        plan.needed = layout.columns().iter().position(|column| kind.needs_value(&column.name));
        plan
    }

    fn cells(&mut self, column: &Column) -> &mut Vec<(usize, usize)> {
        match (column.role, column.value_type) {
            (Role::Metric, _) if column.name.ends_with("_micros") => &mut self.money,
            (Role::Metric, _) => &mut self.counts,
            (_, ValueType::Text) => &mut self.texts,
            (_, ValueType::Int64 | ValueType::Int32 | ValueType::Date) => &mut self.hours,
        }
    }
}

/// The state of one parse.
pub(super) struct Reader {
    plan: Plan,
    fields: usize,
    layout: RowLayout,
    dictionaries: Vec<Option<Dictionary>>,
    words: Words,
    dates: Dates,
    rules: RowRules,
    row: Vec<u32>,
    /// The numbers of the row by word, [`NULL`] where null.
    values: Vec<i64>,
    currency_word: Option<usize>,
    spend_word: Option<usize>,
    seen: Seen,
    flags: [u64; Flag::ALL.len()],
    rows_read: u64,
    rows_skipped: u64,
    faults: Faults,
    ahead: Ahead,
    /// Where the next record starts.
    line: Line,
    lines: Lines,
}

/// Why a record gave no row.
pub(super) enum NoRow {
    /// Its quotes are astray: only the records reader can tell where it ends.
    Astray,
    /// A row of totals.
    Total,
    /// Rejected; the word of the cell at fault, if it is one cell.
    Fault { cell: Option<(usize, &'static str)>, reason: FaultReason },
}

/// Currency of a row with money whose currency is decided at the end of the file: the first id of that dictionary.
const THE_CURRENCY: u32 = 1;

/// Whether the first cell of a row without a day says that it is one of totals; with its quotes or without.
fn heads_totals(cell: &[u8]) -> bool {
    let is_around = |c: char| c == '"' || c.is_whitespace();
    let first = cell.iter().find(|byte| !is_around(char::from(**byte)));
    matches!(first, Some(b't' | b'T' | b'g' | b'G'))
        && std::str::from_utf8(cell).is_ok_and(|text| tally::is_total(text.trim_matches(is_around)))
}

impl Reader {
    pub(super) fn new(header: &Header, kind: &ReportKind, terms: &Terms) -> Self {
        let layout = RowLayout::of(header, kind);
        let dictionary = |column: &&Column| {
            super::layout::is_text(column).then(|| Dictionary::new(header.rules.columns.get(column.name.as_str())))
        };
        let position = |name| layout.position(name);
        let latest = if kind.strict { terms.today } else { terms.today.plus_days(1) };
        Self {
            plan: Plan::new(header, kind, &layout),
            fields: header.columns().len(),
            dictionaries: layout.columns().iter().map(dictionary).collect(),
            words: Words::default(),
            dates: header.day.map_or_else(|| Dates::until(latest), |day| Dates::of_day(day, latest)),
            rules: RowRules::new(&layout, kind.strict),
            row: vec![NULL_WORD; layout.width()],
            values: vec![NULL; layout.width()],
            currency_word: position("currency"),
            spend_word: position("spend_micros"),
            seen: Seen::default(),
            flags: [0; Flag::ALL.len()],
            rows_read: 0,
            rows_skipped: 0,
            faults: Faults::default(),
            ahead: Ahead::default(),
            line: Line::default(),
            lines: Lines::behind(header),
            layout,
        }
    }

    /// Reads the records of a block; Some(position) where a record starts that the records reader must read.
    pub(super) fn read_block<S: RowSink + ?Sized>(
        &mut self,
        block: &Block,
        sink: &mut S,
    ) -> std::io::Result<Option<usize>> {
        sink.block(block.number);
        self.line = Line::first_of(block.number);
        let Block { bytes: block, start, marks, .. } = block;
        let mut start = *start;
        let mut counted = start;
        let mut separators = &marks.separators[..];
        let mut ahead = std::mem::take(&mut self.ahead);
        for (number, end) in marks.ends.iter().enumerate() {
            if ahead.is_over() {
                let ends = &marks.ends[number..];
                let records = Records { block, start, separators, ends, fields: self.fields };
                let texts = self.plan.texts.iter();
                ahead.look(&records, texts.map(|(field, word)| (*field, self.dictionaries[*word].as_ref())));
            }
            let fits = separators.get(self.fields - 1) == Some(end);
            let count = if fits { self.fields } else { separators.partition_point(|at| at <= end) };
            let (record, rest) = separators.split_at(count);
            separators = rest;
            let fields = Raw { block, start, record, ids: ahead.next() };
            // Lines are counted only where one is wanted: at faults, and for dates that may prove wrong.
            let lines = |from: usize| super::quoting::lines(&block[from..start]);
            match self.read_record(&fields, marks.check) {
                None => {}
                Some(Ok(date)) => {
                    if self.dates.wants_line(date) {
                        self.pass_lines(lines(std::mem::replace(&mut counted, start)));
                    }
                    self.keep(date, sink)?;
                }
                Some(Err(no_row)) => {
                    self.pass_lines(lines(std::mem::replace(&mut counted, start)));
                    if matches!(no_row, NoRow::Astray) {
                        return Ok(Some(start));
                    }
                    self.refuse(&no_row, &fields);
                }
            }
            start = *end as usize + 1;
        }
        self.ahead = ahead;
        self.pass_lines(super::quoting::lines(&block[counted..start]));
        self.lines.end_block(self.line);
        Ok(None)
    }

    /// The next record starts so many lines further down.
    pub(super) fn pass_lines(&mut self, lines: u64) {
        self.line.pass(lines);
    }

    /// The physical line on which the next record starts, where all blocks before were read by this reader.
    pub(super) fn line(&self) -> u64 {
        self.lines.physical(self.line)
    }

    /// Takes over what another reader saw of other blocks; says what its rows' words mean here.
    pub(super) fn absorb(&mut self, other: Self) -> Renaming {
        let text = |(ours, theirs): (&mut Option<Dictionary>, &Option<Dictionary>)| match (ours, theirs) {
            (Some(ours), Some(theirs)) => Some(ours.absorb(theirs)),
            _ => None,
        };
        let mut texts: Vec<_> = self.dictionaries.iter_mut().zip(&other.dictionaries).map(text).collect();
        if let Some(word) = self.currency_word {
            // Its text is known at the end of the file only; until then it is the same word for all.
            texts[word] = None;
        }
        let numbers = self.words.absorb(&other.words);
        let dates = self.dates.absorb(other.dates);
        self.seen.absorb(&other.seen);
        self.flags.iter_mut().zip(other.flags).for_each(|(ours, theirs)| *ours += theirs);
        self.rows_read += other.rows_read;
        self.rows_skipped += other.rows_skipped;
        self.faults.absorb(other.faults);
        self.lines.absorb(other.lines);
        let is_text = |word: usize| self.dictionaries[word].is_some();
        Renaming::new(texts, numbers, dates, is_text)
    }

    /// Reads one record into `self.row` and gives the id of its date; None for a blank line.
    #[inline]
    fn read_record(&mut self, fields: &Raw<'_>, check: bool) -> Option<Result<u32, NoRow>> {
        if check && fields.len() == self.fields && !self.plan.ignored.iter().all(|field| fields.well_quoted(*field)) {
            return Some(Err(NoRow::Astray));
        }
        let result = self.read_row(fields)?;
        // What looks like a fault may be a field whose quotes are astray: then this is no record at all.
        if check && result.is_err() && !(0..fields.len()).all(|field| fields.well_quoted(field)) {
            return Some(Err(NoRow::Astray));
        }
        Some(result)
    }

    /// Reads the fields of one record into `self.row`; the id of its date; None for a blank line.
    #[inline]
    pub(super) fn read_row<F: Fields>(&mut self, fields: &F) -> Option<Result<u32, NoRow>> {
        if fields.len() != self.fields || self.fields == 1 {
            let first = fields.bytes(0);
            match fields.len() {
                1 if first.is_empty() || (F::QUOTED && first == b"\"\"") => return None,
                n if n == self.fields => {}
                _ if heads_totals(first) => return Some(Err(NoRow::Total)),
                _ => return Some(Err(NoRow::Fault { cell: None, reason: FaultReason::FieldCount })),
            }
        }
        Some(self.read_cells(fields))
    }

    #[inline]
    fn read_cells<F: Fields>(&mut self, fields: &F) -> Result<u32, NoRow> {
        let Self { plan, row, values, dictionaries, words, seen, layout, .. } = self;
        let fault = |field: usize, word: usize, no_id| match no_id {
            NoId::Astray => NoRow::Astray,
            NoId::Fault(reason) => NoRow::Fault { cell: Some((field, layout.columns()[word].name.as_str())), reason },
        };
        let date = match plan.date {
            Some(field) => match self.dates.read(fields.bytes(field), F::QUOTED) {
                DateCell::Id(id) => id,
                DateCell::Total => return Err(NoRow::Total),
                DateCell::Bad(reason) => return Err(NoRow::Fault { cell: Some((field, "metric_date")), reason }),
                DateCell::Astray => return Err(NoRow::Astray),
            },
            None if heads_totals(fields.bytes(0)) => return Err(NoRow::Total),
            None => 0,
        };
        for (number, (field, word)) in plan.texts.iter().enumerate() {
            if let Some(id) = fields.known(number) {
                row[*word] = id;
            } else if let Some(dictionary) = &mut dictionaries[*word] {
                row[*word] = fields.text(*field, dictionary).map_err(|no_id| fault(*field, *word, no_id))?;
            }
        }
        for (field, word) in &plan.hours {
            row[*word] = fields.hour(*field).map_err(|no_id| fault(*field, *word, no_id))?;
        }
        for (field, word) in &plan.counts {
            let value = fields.count(*field).map_err(|no_id| fault(*field, *word, no_id))?;
            values[*word] = value;
            row[*word] = if value < 0 { NULL_WORD } else { words.word(value) };
        }
        let mut has_money = false;
        seen.begin_row();
        for (field, word) in &plan.money {
            let value = fields.money(*field, seen).map_err(|no_id| fault(*field, *word, no_id))?;
            values[*word] = value;
            has_money |= value >= 0;
            row[*word] = if value < 0 { NULL_WORD } else { words.word(value) };
        }
        if let Some(word) = self.currency_word {
            row[word] = if has_money { THE_CURRENCY } else { 0 };
        }
        let fault = |cells: &[(usize, usize)], word: usize, reason| {
            let field = cells.iter().find(|(_, w)| *w == word).map_or(0, |(field, _)| *field);
            Err(NoRow::Fault { cell: Some((field, layout.columns()[word].name.as_str())), reason })
        };
        match plan.needed {
            Some(word) if row[word] == 0 => return fault(&plan.texts, word, FaultReason::NoCreativeId),
            _ => {}
        }
        match self.rules.error(values) {
            Some((word, reason)) => fault(&plan.counts, word, reason),
            None => Ok(date),
        }
    }

    /// Counts the row that was read and hands it on.
    #[inline]
    pub(super) fn keep<S: RowSink + ?Sized>(&mut self, date: u32, sink: &mut S) -> std::io::Result<()> {
        self.rows_read += 1;
        self.seen.keep_row();
        self.rules.count(&self.values, &mut self.flags);
        self.dates.count(date, self.spend_word.map_or(NULL, |word| self.values[word]), self.line.0);
        sink.push(date, &self.row)
    }

    /// Counts a record that gave no row.
    pub(super) fn refuse<F: Fields>(&mut self, no_row: &NoRow, fields: &F) {
        self.rows_read += 1;
        match no_row {
            NoRow::Total | NoRow::Astray => self.rows_skipped += 1,
            NoRow::Fault { cell, reason } => {
                let bytes = |field| match F::QUOTED {
                    true => super::quoting::unquote(fields.bytes(field)).unwrap_or_default(),
                    false => fields.bytes(field).into(),
                };
                let value = cell.map(|(field, _)| bytes(field));
                self.faults.push(self.line.0, cell.map(|(_, column)| column), *reason, value.as_deref());
            }
        }
    }

    /// What the whole file says, once its last record was read.
    pub(super) fn finish(mut self, terms: &Terms) -> Result<Parsed, ParseError> {
        let settled = self.dates.settle(terms, &mut self.faults);
        self.lines.name(&mut self.faults);
        let seen = &self.seen.currency;
        if let (Some(first), Some(second)) = (seen.first(), seen.second) {
            let message = format!("the file has amounts in {first} and in {second}: export it with one currency");
            return Err(Refusal::new("two_currencies", message).into());
        }
        let currency = self.currency_word.and(seen.decide(terms.account_currency));
        if let (Some(word), Some(currency)) = (self.currency_word, currency)
            && let Some(dictionary) = &mut self.dictionaries[word]
        {
            let id = dictionary.id(currency.code());
            debug_assert_eq!(id, THE_CURRENCY);
        }
        let unknown = if currency.is_none() { seen.bare } else { 0 };
        let others = [
            ("date_older_than_a_year", if self.rules.strict { 0 } else { settled.old_rows }),
            ("date_format_assumed", u64::from(settled.reading.assumed)),
            ("currency_unknown", unknown),
            ("money_rounded", self.seen.rounded),
        ];
        Ok(Parsed {
            warnings: tally::warnings(self.flags, others),
            layout: self.layout,
            dictionaries: self.dictionaries,
            words: self.words,
            days: settled.days,
            reading: settled.reading,
            rows_read: self.rows_read,
            rows_skipped: self.rows_skipped,
            faults: self.faults,
            spend: self.spend_word.map(|_| tally::micros(settled.spend)),
            currency,
            currency_from_symbol: seen.first().is_some(),
        })
    }
}
