//! Rules on whole rows. In Google's kinds the row is kept and the flag is counted; in a strict kind (the bidder's own
//! export) nothing is flagged, and what cannot be is an error.

use super::{FaultReason, RowLayout};

/// CTR above this is flagged, in percent.
const HIGH_CTR_PCT: i64 = 10;

/// What a kept row can be flagged with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flag {
    ClicksExceedImpressions,
    HighCtr,
    SpendWithoutImpressions,
    CompletionsExceedStarts,
    ImpressionsExceedReached,
}

impl Flag {
    pub(super) const ALL: [Self; 5] = [
        Self::ClicksExceedImpressions,
        Self::HighCtr,
        Self::SpendWithoutImpressions,
        Self::CompletionsExceedStarts,
        Self::ImpressionsExceedReached,
    ];

    /// The warning's name in answers.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ClicksExceedImpressions => "clicks_exceed_impressions",
            Self::HighCtr => "ctr_above_10_pct",
            Self::SpendWithoutImpressions => "spend_without_impressions",
            Self::CompletionsExceedStarts => "completions_exceed_starts",
            Self::ImpressionsExceedReached => "impressions_exceed_reached",
        }
    }
}

/// Where the numbers stand that the rules compare.
#[derive(Debug)]
pub(super) struct RowRules {
    /// Errors instead of flags.
    pub strict: bool,
    impressions: Option<usize>,
    clicks: Option<usize>,
    spend: Option<usize>,
    starts: Option<usize>,
    completions: Option<usize>,
    reached: Option<usize>,
}

impl RowRules {
    pub(super) fn new(layout: &RowLayout, strict: bool) -> Self {
        Self {
            strict,
            impressions: layout.position("impressions"),
            clicks: layout.position("clicks"),
            spend: layout.position("spend_micros"),
            starts: layout.position("video_starts"),
            completions: layout.position("video_completions"),
            reached: layout.position("reached_queries"),
        }
    }

    /// What rejects a row of a strict kind, and the word at fault.
    #[inline]
    pub(super) fn error(&self, values: &[i64]) -> Option<(usize, FaultReason)> {
        if !self.strict {
            return None;
        }
        let (clicks, impressions) = (self.clicks?, self.impressions?);
        let exceed = values[impressions] >= 0 && values[clicks] > values[impressions];
        exceed.then_some((clicks, FaultReason::ClicksExceedImpressions))
    }

    /// Counts the flags of one row; `values` are its numbers by word, negative where null.
    #[inline]
    pub(super) fn count(&self, values: &[i64], counts: &mut [u64; Flag::ALL.len()]) {
        if self.strict {
            return;
        }
        let value = |at: Option<usize>| at.map_or(-1, |at| values[at]);
        let impressions = value(self.impressions);
        let clicks = value(self.clicks);
        let mut flag = |flag: Flag, raised: bool| counts[flag as usize] += u64::from(raised);
        flag(Flag::ClicksExceedImpressions, impressions >= 0 && clicks > impressions);
        flag(Flag::HighCtr, impressions > 0 && clicks * 100 > impressions * HIGH_CTR_PCT);
        flag(Flag::SpendWithoutImpressions, impressions == 0 && value(self.spend) > 0);
        let starts = value(self.starts);
        flag(Flag::CompletionsExceedStarts, starts >= 0 && value(self.completions) > starts);
        let reached = value(self.reached);
        flag(Flag::ImpressionsExceedReached, reached >= 0 && impressions > reached);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::facts;

    #[test]
    fn flags_need_both_numbers() {
        let table = facts::table("rtb_daily").unwrap();
        let layout = RowLayout::new(table, ["reached_queries", "impressions", "clicks", "spend_micros"]);
        let rules = RowRules::new(&layout, false);
        let flags = |reached, impressions, clicks, spend| {
            let mut counts = [0; Flag::ALL.len()];
            rules.count(&[reached, impressions, clicks, spend], &mut counts);
            Flag::ALL.into_iter().filter(|flag| counts[*flag as usize] > 0).map(Flag::name).collect::<Vec<_>>()
        };
        assert_eq!(layout.position("reached_queries"), Some(0));
        assert_eq!(flags(10, 10, 1, 5), [""; 0]);
        assert_eq!(flags(9, 10, 2, 0), ["ctr_above_10_pct", "impressions_exceed_reached"]);
        assert_eq!(flags(10, 0, 1, 5), ["clicks_exceed_impressions", "spend_without_impressions"]);
        assert_eq!(flags(10, -1, 1, 5), [""; 0]);
    }

    #[test]
    fn a_strict_kind_rejects_and_flags_nothing() {
        let table = facts::table("rtb_daily").unwrap();
        let layout = RowLayout::new(table, ["impressions", "clicks", "spend_micros"]);
        let rules = RowRules::new(&layout, true);
        assert_eq!(rules.error(&[10, 11, 0]), Some((1, FaultReason::ClicksExceedImpressions)));
        assert_eq!((rules.error(&[10, 10, 0]), rules.error(&[-1, 10, 0])), (None, None));
        let mut counts = [0; Flag::ALL.len()];
        rules.count(&[0, 0, 5], &mut counts);
        assert_eq!(counts, [0; Flag::ALL.len()]);
    }
}
