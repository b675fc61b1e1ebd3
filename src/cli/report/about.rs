//! What the named questions are: all of them by topic, or one with its parameters.

use std::io::Write;
use std::process::ExitCode;

use crate::analytics::{NamedQuestion, TOPICS, questions};
use crate::cli::failure::Failure;

/// All questions, a line each, by topic; or one object a line.
pub(super) fn list(json: bool) -> Result<ExitCode, Failure> {
    let mut out = std::io::stdout().lock();
    if json {
        for question in questions() {
            serde_json::to_writer(&mut out, question).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let width = questions().iter().map(|question| question.name.len()).max().unwrap_or_default();
    for (topic, heading) in TOPICS {
        let mut of_topic = questions().iter().filter(|question| question.topic == *topic).peekable();
        if of_topic.peek().is_none() {
            continue;
        }
        writeln!(out, "{heading}:")?;
        for question in of_topic {
            writeln!(out, "  {:<width$}  {}", question.name, question.answers)?;
        }
        writeln!(out)?;
    }
    writeln!(out, "`catscan report NAME` asks one, `catscan report NAME --about` says more of it.")?;
    Ok(ExitCode::SUCCESS)
}

/// One question.
pub(super) fn show(question: &NamedQuestion, json: bool) -> Result<ExitCode, Failure> {
    let mut out = std::io::stdout().lock();
    if json {
        serde_json::to_writer(&mut out, question).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        write!(out, "{}", text(question))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn text(question: &NamedQuestion) -> String {
    let mut text = format!("{}: {}\n\n", question.name, question.answers);
    let sources: Vec<String> = question
        .reads
        .iter()
        .map(|reads| match reads.reports.as_slice() {
            [] => reads.table.to_owned(),
            reports => format!("{} reports (table {})", reports.join(", or else "), reads.table),
        })
        .collect();
    let days = match question.days {
        Some(days) => format!("{days} where --days does not say"),
        None => "all; it has no window".to_owned(),
    };
    let lines = [
        ("reads", sources.join("; ")),
        ("days", days),
        ("columns", question.columns.to_owned()),
        ("cost", question.cost.to_owned()),
    ];
    for (name, value) in lines {
        text.push_str(&format!("{name:<10}{value}\n"));
    }
    if !question.parameters.is_empty() {
        text.push_str("\nparameters, as --set name=value:\n");
    }
    let width = question.parameters.iter().map(|parameter| parameter.name.len()).max().unwrap_or_default();
    for parameter in &question.parameters {
        let default = if parameter.default.is_empty() { "needed" } else { parameter.default };
        let (name, meaning, kind) = (parameter.name, parameter.meaning, &parameter.kind);
        text.push_str(&format!("  {name:<width$}  {meaning}; {kind} [{default}]\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics;

    #[test]
    fn a_question_says_what_it_takes_and_gives() {
        insta::assert_snapshot!(text(analytics::question("waste_by_size").unwrap()));
    }
}
