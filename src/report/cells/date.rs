//! Days: ISO, or month and day in an order that is decided once per file from all its dates.

use super::trimmed;
pub use crate::model::DateOrder;
use crate::model::Day;

/// A date text, read as far as one cell allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateText {
    /// The day, whatever the file says.
    Certain(Day),
    /// Two small numbers and a year; the file decides which is the month.
    Numbers {
        /// First number as it stands.
        first: u32,
        /// Second number as it stands.
        second: u32,
        /// Four digits.
        year: i32,
    },
}

impl DateText {
    /// Reads `YYYY-MM-DD`, `a/b/YY` or `a/b/YYYY`; None for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = trimmed(text);
        if let Ok(day) = text.parse() {
            return (text.len() == 10).then_some(Self::Certain(day));
        }
        let mut parts = text.split('/');
        let (first, second, year) = (parts.next()?, parts.next()?, parts.next()?);
        let plain =
            |part: &str, longest| (1..=longest).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        if parts.next().is_some() || !plain(first, 2) || !plain(second, 2) || !plain(year, 4) {
            return None;
        }
        let year = match (year.len(), year.parse::<i32>().ok()?) {
            (2, year) => 2000 + year,
            (4, year) => year,
            _ => return None,
        };
        let date = Self::Numbers { first: first.parse().ok()?, second: second.parse().ok()?, year };
        let readable = date.day(DateOrder::MonthFirst).or(date.day(DateOrder::DayFirst));
        readable.map(|_| date)
    }

    /// The day in that order, where it exists.
    pub fn day(self, order: DateOrder) -> Option<Day> {
        match (self, order) {
            (Self::Certain(day), _) => Some(day),
            (Self::Numbers { first, second, year }, DateOrder::MonthFirst) => Day::from_ymd(year, first, second),
            (Self::Numbers { first, second, year }, DateOrder::DayFirst) => Day::from_ymd(year, second, first),
        }
    }
}

/// How the dates of one file are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateReading {
    /// The order taken.
    pub order: DateOrder,
    /// The file itself shows the order: it fits more rows than the other.
    pub shown_by_file: bool,
    /// Both readings were possible, and nothing but habit decided.
    pub assumed: bool,
}

impl DateReading {
    /// Decides the order from all dates of a file, each with the rows that have it, so that a stray row does not weigh as
    /// much as a day. `asked` overrides; `account` is what the account's earlier files showed, which counts where both
    /// readings fit as many rows; a reading that gives a day outside `earliest..=latest` is out.
    pub fn decide(
        dates: &[(DateText, u64)],
        asked: Option<DateOrder>,
        account: Option<DateOrder>,
        (earliest, latest): (Day, Day),
    ) -> Self {
        let fits = |date: DateText, order| date.day(order).is_some_and(|day| (earliest..=latest).contains(&day));
        let fitting = |order| dates.iter().filter(|(date, _)| fits(*date, order)).map(|(_, rows)| rows).sum::<u64>();
        let (month_first, day_first) = (fitting(DateOrder::MonthFirst), fitting(DateOrder::DayFirst));
        let differ = dates.iter().any(|(date, _)| date.day(DateOrder::MonthFirst) != date.day(DateOrder::DayFirst));
        let (order, shown_by_file, assumed) = match asked {
            Some(order) => (order, false, false),
            None if month_first > day_first => (DateOrder::MonthFirst, true, false),
            None if day_first > month_first => (DateOrder::DayFirst, true, false),
            None => (account.unwrap_or(DateOrder::MonthFirst), false, differ),
        };
        Self { order, shown_by_file, assumed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn decide(dates: &[&str], account: Option<DateOrder>) -> DateReading {
        let dates: Vec<_> = dates.iter().map(|text| (DateText::parse(text).unwrap(), 1)).collect();
        DateReading::decide(&dates, None, account, (day("2000-01-01"), day("2026-11-21")))
    }

    #[test]
    fn iso_dates_are_certain() {
        assert_eq!(DateText::parse("2026-11-20"), Some(DateText::Certain(day("2026-11-20"))));
        for bad in ["2026-02-30", "20261120", "2026-1-2", "13/13/26", "1/2", "1/2/3", "a/b/26", "", "1/2/2026/3"] {
            assert_eq!(DateText::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn one_date_decides_for_the_whole_file() {
        let reading = decide(&["11/3/25", "11/13/25"], None);
        assert_eq!((reading.order, reading.shown_by_file, reading.assumed), (DateOrder::MonthFirst, true, false));
        let reading = decide(&["3/11/2025", "13/11/2025"], None);
        assert_eq!((reading.order, reading.shown_by_file), (DateOrder::DayFirst, true));
    }

    #[test]
    fn a_stray_row_does_not_outweigh_a_day() {
        let dates = [(DateText::parse("2/25/26").unwrap(), 39), (DateText::parse("25/2/26").unwrap(), 1)];
        for account in [None, Some(DateOrder::DayFirst)] {
            let reading = DateReading::decide(&dates, None, account, (day("2000-01-01"), day("2026-11-21")));
            assert_eq!((reading.order, reading.shown_by_file), (DateOrder::MonthFirst, true), "{account:?}");
        }
    }

    #[test]
    fn a_reading_in_the_future_is_out() {
        let reading = decide(&["11/12/26"], None);
        assert_eq!(
            (reading.order, reading.shown_by_file),
            (DateOrder::MonthFirst, true),
            "11 December 2026 is yet to come"
        );
    }

    #[test]
    fn two_possible_readings_take_the_accounts_order_and_say_so() {
        assert_eq!(
            decide(&["12/2/25"], None),
            DateReading { order: DateOrder::MonthFirst, shown_by_file: false, assumed: true }
        );
        assert_eq!(decide(&["12/2/25"], Some(DateOrder::DayFirst)).order, DateOrder::DayFirst);
        assert!(!decide(&["2/2/25"], None).assumed, "both readings agree");
        assert!(!decide(&["2025-02-12"], None).assumed);
    }
}
