//! What two windows of traffic say of a change: deltas and a sentence. Pure; sums are exact, divided once.

use super::rules::rules;
use crate::entities::changes::comparisons::Deltas;
use crate::entities::changes::snapshots::Sums;
use crate::model::Micros;
use crate::query::Days;

/// The traffic of a window.
#[derive(Clone, Debug)]
pub(super) struct Window {
    pub days: Days,
    /// Days of which the account has a report: what means are taken over.
    pub report_days: i64,
    pub sums: Sums,
}

/// A quotient of exact sums.
#[derive(Clone, Copy, Debug)]
struct Ratio {
    over: i128,
    under: i128,
}

impl Ratio {
    fn new(over: i64, under: i64) -> Option<Self> {
        (under != 0).then(|| Self { over: over.into(), under: under.into() })
    }

    /// 100 · (after − before) / before; none where before is 0.
    fn change_pct(before: Option<Self>, after: Option<Self>) -> Option<f64> {
        let (before, after) = (before?, after?);
        let under = before.over * after.under;
        (under != 0).then(|| rounded(100.0 * (after.over * before.under - under) as f64 / under as f64))
    }

    fn value(self) -> f64 {
        self.over as f64 / self.under as f64
    }
}

fn rounded(pct: f64) -> f64 {
    (pct * 100.0).round() / 100.0
}

impl Window {
    fn ctr(&self) -> Option<Ratio> {
        Ratio::new(self.sums.clicks, self.sums.impressions)
    }

    fn cpm(&self) -> Option<Ratio> {
        Ratio::new(self.sums.spend_micros, self.sums.impressions)
    }

    fn waste(&self) -> Option<Ratio> {
        Ratio::new(self.sums.reached - self.sums.impressions, self.sums.reached)
    }

    fn per_day(&self, sum: i64) -> Option<Ratio> {
        Ratio::new(sum, self.report_days)
    }
}

/// After minus before, of sums where both windows have as many report days, else of means per day.
fn delta(before: Option<Ratio>, after: Option<Ratio>) -> Option<i64> {
    let (before, after) = (before?, after?);
    let (over, under) = match before.under == after.under {
        true => (after.over - before.over, 1),
        false => (after.over * before.under - before.over * after.under, before.under * after.under),
    };
    // To the nearest whole, halves away from zero.
    let half = if over < 0 { -under } else { under };
    i64::try_from((2 * over + half) / (2 * under)).ok()
}

/// What changed from one window to the other.
pub(super) fn deltas(before: &Window, after: &Window) -> Deltas {
    let one_currency =
        before.sums.spend_micros == 0 || after.sums.spend_micros == 0 || before.sums.currency == after.sums.currency;
    let impressions = [before, after].map(|window| window.per_day(window.sums.impressions));
    let spend = [before, after].map(|window| window.per_day(window.sums.spend_micros).filter(|_| one_currency));
    Deltas {
        impressions_delta: delta(impressions[0], impressions[1]),
        impressions_delta_pct: Ratio::change_pct(impressions[0], impressions[1]),
        spend_delta_micros: delta(spend[0], spend[1]),
        spend_delta_pct: Ratio::change_pct(spend[0], spend[1]),
        ctr_delta_pct: Ratio::change_pct(before.ctr(), after.ctr()),
        cpm_delta_pct: Ratio::change_pct(before.cpm(), after.cpm()).filter(|_| one_currency),
        waste_delta_pct: Ratio::change_pct(before.waste(), after.waste()),
    }
}

/// The deltas in words, the judgement first.
pub(super) fn conclusion(before: &Window, after: &Window, deltas: &Deltas) -> String {
    let words = &rules().conclusion;
    let went = |pct: Option<f64>| match pct {
        Some(pct) if pct <= -words.notable_pct => -1,
        Some(pct) if pct >= words.notable_pct => 1,
        _ => 0,
    };
    let verdict = match (went(deltas.waste_delta_pct), went(deltas.impressions_delta_pct)) {
        _ if after.sums.reached == 0 && after.sums.impressions == 0 => &words.no_traffic,
        _ if before.sums.reached == 0 && before.sums.impressions == 0 => &words.no_traffic_before,
        (-1, -1) => &words.less_waste_less_won,
        (-1, _) => &words.less_waste,
        (1, 1) => &words.more_waste_more_won,
        (1, _) => &words.more_waste,
        (_, 1) => &words.more_won,
        (_, -1) => &words.less_won,
        _ => &words.no_change,
    };
    let a_day = if before.report_days == after.report_days { "" } else { " a day" };
    let counted = |window: &Window, sum: i64| match before.report_days == after.report_days {
        true => Some(sum),
        false => window.per_day(sum).map(|mean| mean.value().round() as i64),
    };
    let both = |a: Option<String>, b: Option<String>| {
        let shown = |value: Option<String>| value.unwrap_or_else(|| "none".to_owned());
        format!("{} to {}", shown(a), shown(b))
    };
    let pct = |pct: Option<f64>| pct.map_or_else(String::new, |pct| format!(" ({pct:+.1} %)"));
    let number = |window: &Window, sum| counted(window, sum).map(|sum| sum.to_string());
    let money = |window: &Window, sum| counted(window, sum).map(|sum| Micros(sum).to_string());
    let rate = |ratio: Option<Ratio>, times: f64| ratio.map(|ratio| format!("{:.2}", ratio.value() * times));
    let currency = after.sums.currency.as_ref().or(before.sums.currency.as_ref());
    let currency = currency.map_or_else(String::new, |currency| format!(" {currency}"));
    format!(
        "{verdict}: impressions {}{a_day}{}, spend {}{currency}{a_day}{}, CTR {} %{}, CPM {}{currency}{}, \
         waste rate {} %{}; {} of {} days before, {} of {} after have a report",
        both(number(before, before.sums.impressions), number(after, after.sums.impressions)),
        pct(deltas.impressions_delta_pct),
        both(money(before, before.sums.spend_micros), money(after, after.sums.spend_micros)),
        pct(deltas.spend_delta_pct),
        both(rate(before.ctr(), 100.0), rate(after.ctr(), 100.0)),
        pct(deltas.ctr_delta_pct),
        both(rate(before.cpm(), 1e-3), rate(after.cpm(), 1e-3)),
        pct(deltas.cpm_delta_pct),
        both(rate(before.waste(), 100.0), rate(after.waste(), 100.0)),
        pct(deltas.waste_delta_pct),
        before.report_days,
        before.days.count(),
        after.report_days,
        after.days.count(),
    )
}

#[cfg(test)]
mod tests;
