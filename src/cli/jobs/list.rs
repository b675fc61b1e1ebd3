//! The list of jobs.

use comfy_table::{CellAlignment, Table, presets};

use crate::jobs::JobRecord;

/// One line per job.
pub(super) fn table(records: &[JobRecord], all_accounts: bool) -> String {
    if records.is_empty() {
        return "no jobs\n".to_owned();
    }
    let mut header = vec!["job", "state", "what", "stage", "batch", "asked by", "asked at (UTC)", "why"];
    if all_accounts {
        header.insert(1, "account");
    }
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(&header);
    for (place, name) in header.iter().enumerate() {
        if let Some(column) = ["job", "batch"].contains(name).then(|| table.column_mut(place)).flatten() {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for record in records {
        let dash = || "–".to_owned();
        let mut cells = vec![
            record.job_id.to_string(),
            record.state.clone(),
            record.what.clone().unwrap_or_else(dash),
            stage(record),
            record.batch_id.map_or_else(dash, |batch| batch.to_string()),
            record.asked_by.clone().unwrap_or_else(dash),
            record.queued_at.chars().take(16).collect::<String>().replace('T', " "),
            record.error.as_deref().map_or_else(String::new, first_words),
        ];
        if all_accounts {
            cells.insert(1, record.account_id.map_or_else(dash, |account| account.to_string()));
        }
        table.add_row(cells);
    }
    table.trim_fmt() + "\n"
}

/// The stage, and how far it is while it counts.
pub(super) fn stage(record: &JobRecord) -> String {
    let Some(stage) = &record.stage else { return "–".to_owned() };
    match (record.bytes_done, record.bytes_total) {
        (Some(done), Some(total)) if record.state == "running" && done < total => {
            format!("{stage} {} %", 100 * done / total)
        }
        _ => stage.clone(),
    }
}

/// As much as fits a line; `catscan jobs show` has the rest.
fn first_words(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::model::{AccountId, BatchId, JobId};

    #[test]
    fn a_job_is_a_line() {
        let job = |job_id, state: &str, error: Option<&str>| JobRecord {
            job_id: JobId(job_id),
            account_id: Some(AccountId::FIRST),
            kind: "import".to_owned(),
            state: state.to_owned(),
            what: Some("a.csv".to_owned()),
            asked_by: Some("command".to_owned()),
            queued_at: "2026-11-20T08:30:00.000Z".to_owned(),
            started_at: None,
            finished_at: None,
            stage: Some("reading".to_owned()),
            bytes_done: Some(30),
            bytes_total: Some(40),
            batch_id: (state == "done").then_some(BatchId(7)),
            result: Value::Null,
            error: error.map(str::to_owned),
            upload: None,
            stages: Vec::new(),
        };
        let jobs = [job(3, "running", None), job(2, "done", None), job(1, "failed", Some("no known kind"))];
        insta::assert_snapshot!(table(&jobs, false), @r"
        job  state    what   stage         batch  asked by  asked at (UTC)    why
          3  running  a.csv  reading 75 %      –  command   2026-11-20 08:30
          2  done     a.csv  reading           7  command   2026-11-20 08:30
          1  failed   a.csv  reading           –  command   2026-11-20 08:30  no known kind
        ");
        assert_eq!(table(&[], false), "no jobs\n");
    }
}
