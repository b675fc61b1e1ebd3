//! Whether what the guard lets pass only asks: told from the text alone, so that the parser is not its own judge.

use super::super::limits::Limits;
use super::{check, verb};

/// What does not hold of any bytes as a question.
pub(crate) fn what_passes_asks(bytes: &[u8]) -> Option<String> {
    const ASKING: [&str; 8] = ["SELECT", "WITH", "EXPLAIN", "DESCRIBE", "DESC", "SHOW", "VALUES", "FROM"];
    let sql = std::str::from_utf8(bytes).ok()?;
    let limits = Limits::default();
    match check(sql, &limits) {
        Err(error) => error.to_string().is_empty().then(|| "refused without a reason".to_owned()),
        Ok(_) if sql.len() > limits.text_bytes => Some("longer than allowed".to_owned()),
        Ok(passed) if !ASKING.contains(&verb(sql).as_str()) => Some(format!("'{}' passed: {passed:?}", verb(sql))),
        Ok(passed) => passed.tables.iter().any(|(_, table)| table.is_empty()).then(|| "a table without a name".into()),
    }
}
