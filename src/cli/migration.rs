//! What people read after a migration: a line per table, and the money.

use std::io::{self, Write};

use super::numbers::{count, counted, money};
use crate::model::Micros;
use crate::predecessor::{EntityCounts, FactCounts, HashCounts, Migration, RowFault, Spend};

/// Writes the accounting.
pub fn write(out: &mut impl Write, migration: &Migration) -> io::Result<()> {
    match migration.dry_run {
        true => writeln!(out, "{} would be taken over so; nothing was changed (dry run)", migration.database)?,
        false => writeln!(out, "took over {}", migration.database)?,
    }
    for (table, counts) in &migration.facts {
        line(out, table, &facts(counts))?;
    }
    for (table, counts) in &migration.entities {
        line(out, table, &entities(counts))?;
    }
    for (table, counts) in migration.hashes.iter().filter(|(_, counts)| counts.rows > 0) {
        line(out, &format!("{table} (hashes)"), &hashes(counts))?;
    }
    for (currency, spend) in &migration.spend {
        let label = if currency == "unknown" { "spend".to_owned() } else { format!("spend {currency}") };
        line(out, &label, &checked(spend))?;
    }
    for fault in &migration.faults {
        writeln!(out, "rejected: {}", sentence(fault))?;
    }
    for refused in &migration.refused {
        writeln!(out, "refused: {} ({}): {}", refused.import, counted(refused.rows, "row"), refused.reason)?;
    }
    for left in &migration.left {
        writeln!(out, "not taken: {} ({}): {}", left.table, counted(left.rows, "row"), left.reason)?;
    }
    for note in &migration.notes {
        writeln!(out, "note: {note}")?;
    }
    if migration.spend.contains_key("unknown") {
        writeln!(out, "note: nobody said the currency of the money: --currency, or `catscan account set`, does")?;
    }
    Ok(())
}

fn line(out: &mut impl Write, label: &str, text: &str) -> io::Result<()> {
    writeln!(out, "  {label:<30}{text}")
}

fn facts(counts: &FactCounts) -> String {
    let reasons = counts.faults_by_reason.iter();
    let reasons: Vec<String> =
        reasons.map(|(reason, rows)| format!("{} {}", reason.replace('_', " "), count(*rows))).collect();
    let rejected =
        if reasons.is_empty() { "rejected".to_owned() } else { format!("rejected ({})", reasons.join(", ")) };
    let mut text = format!("{} read: {} imported", counted(counts.rows, "row"), count(counts.imported));
    text.push_str(&outcomes(&[
        (counts.replaced, "replaced"),
        (counts.duplicate, "in the store already"),
        (counts.rejected, &rejected),
        (counts.skipped, "totals skipped"),
        (counts.of_other_days, "of days that another table has"),
        (counts.unowned, "of no known bidder"),
    ]));
    let imports = outcomes(&[(counts.known, "known already"), (counts.refused, "refused")]);
    text + &format!("; {}{imports}", counted(counts.imports, "import"))
}

fn entities(counts: &EntityCounts) -> String {
    let rest = outcomes(&[(counts.kept, "in the store already"), (counts.rejected, "rejected")]);
    format!("{} read: {} added{rest}", counted(counts.rows, "row"), count(counts.added))
}

fn hashes(counts: &HashCounts) -> String {
    let rest = outcomes(&[(counts.known, "remembered already"), (counts.unusable, "of an unknown algorithm")]);
    format!("{} read: {} added{rest}", counted(counts.rows, "row"), count(counts.added))
}

/// `, 3 replaced, 1 rejected` of those that are not 0.
fn outcomes(of: &[(u64, &str)]) -> String {
    of.iter().filter(|(rows, _)| *rows > 0).map(|(rows, word)| format!(", {} {word}", count(*rows))).collect()
}

fn checked(spend: &Spend) -> String {
    let shown = |micros| money(Micros(micros));
    let mut text = format!("{} in the old database, {} read", shown(spend.database_micros), shown(spend.read_micros));
    for (micros, word) in [(spend.rejected_micros, "rejected"), (spend.left_micros, "left out")] {
        if micros != 0 {
            text.push_str(&format!(", {} {word}", shown(micros)));
        }
    }
    if spend.rounded > 0 {
        text.push_str(&format!(", {} rounded to micros", counted(spend.rounded, "amount")));
    }
    match spend.difference_micros {
        0 => text + ": nothing is missing",
        missing => text + &format!(": {} IS NOT ACCOUNTED FOR", shown(missing)),
    }
}

fn sentence(fault: &RowFault) -> String {
    let column = fault.column.as_ref().map_or_else(String::new, |column| format!(", {column}"));
    let value = fault.value.as_ref().map_or_else(String::new, |value| format!(": {value:?}"));
    format!("{} row {}{column}: {}{value}", fault.table, fault.row, fault.reason.replace('_', " "))
}
