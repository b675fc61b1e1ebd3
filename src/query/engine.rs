//! The engine: one function runs every question.
//!
//! Two runtimes of its own: one computes, one watches. A plan that does not yield can hold a computing thread, never
//! the watch, so that deadline and cancel are told on time, and never the runtime of HTTP. The permit, the memory and
//! the ledger's entry belong to the computing task and go back when it really ends.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use datafusion::common::{ParamValues, ScalarValue};
use datafusion::execution::context::SQLOptions;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::execute_stream;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::Instant;

use super::answer::{Answer, Head, Message, unique_names};
use super::catalog::{AccountScope, Days, Opened, Tables};
use super::deliver::Delivery;
use super::error::QueryError;
use super::guard::{self, Checked};
use super::hidden::Hidden;
use super::joins::Stop;
use super::ledger::{Ledger, Phase, QueryId, Running, Ticket};
use super::limits::{Capacity, Limits};
use super::session::{self, Sessions, Wanted};
use super::{suggest, views};
use crate::lake::At;

/// What is asked, by whom, of which state.
#[derive(Clone, Debug)]
pub struct Question {
    /// One SELECT or EXPLAIN; `$name` stands for a parameter.
    pub sql: String,
    /// Values of the parameters. They are bound to the plan, never put into the text.
    pub params: Vec<(String, ScalarValue)>,
    /// Whose rows it may see.
    pub accounts: AccountScope,
    /// The state of the lake.
    pub at: At,
    /// The days that fact tables hold in this question; none stands for all.
    pub days: Option<Days>,
    /// What it may take; the engine's ceiling holds too.
    pub limits: Limits,
}

impl Question {
    /// The text, of the newest state, over all days, with default limits.
    pub fn new(sql: impl Into<String>, accounts: AccountScope) -> Self {
        Self { sql: sql.into(), params: Vec::new(), accounts, at: At::Latest, days: None, limits: Limits::default() }
    }
}

/// The door. Clones share everything.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    tables: Arc<dyn Tables>,
    sessions: Sessions,
    capacity: Capacity,
    hidden: Hidden,
    permits: Arc<Semaphore>,
    ledger: Ledger,
    /// Taken on drop only.
    compute: Option<Runtime>,
    watch: Option<Runtime>,
}

impl Drop for Shared {
    /// A runtime must not be waited for inside another one, where the last clone may be dropped.
    fn drop(&mut self) {
        for runtime in [self.compute.take(), self.watch.take()].into_iter().flatten() {
            runtime.shutdown_background();
        }
    }
}

/// Plans nest; the default stack of 2 MiB is small for the deepest that the limits allow.
const STACK_BYTES: usize = 16 << 20;
/// Batches that wait for a slow reader.
const WAITING_BATCHES: usize = 2;

impl Engine {
    /// Starts the engine's threads.
    pub fn new(tables: Arc<dyn Tables>, capacity: Capacity) -> Result<Self, QueryError> {
        let start = |name: &str, threads: usize| {
            let mut builder = Builder::new_multi_thread();
            builder.worker_threads(threads).thread_name(name).thread_stack_size(STACK_BYTES).enable_all();
            builder.build().map_err(|error| QueryError::Internal(format!("no threads for questions: {error}")))
        };
        let mut hidden = tables.hidden();
        hidden.push(capacity.spill_dir.clone());
        let shared = Shared {
            sessions: Sessions::new(&capacity, &*tables)?,
            hidden: Hidden::new(hidden),
            permits: Arc::new(Semaphore::new(capacity.concurrent)),
            ledger: Ledger::default(),
            compute: Some(start("question", capacity.threads)?),
            watch: Some(start("question-watch", 1)?),
            tables,
            capacity,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Asks; returns when the first rows are on their way. Dropping the future or the answer cancels the question.
    pub async fn ask(&self, question: Question) -> Result<Answer, QueryError> {
        Answer::receive(self.start(question)?).await
    }

    /// The same for callers without a runtime; it panics inside one.
    pub fn ask_blocking(&self, question: Question) -> Result<Answer, QueryError> {
        let messages = self.start(question)?;
        futures::executor::block_on(Answer::receive(messages))
    }

    /// The questions that run now, oldest first.
    pub fn running(&self) -> Vec<Running> {
        self.shared.ledger.running()
    }

    /// Stops a question; false where none of that id runs.
    pub fn cancel(&self, id: QueryId) -> bool {
        self.shared.ledger.cancel(id)
    }

    /// Memory in bytes that running questions hold.
    pub fn memory_used(&self) -> usize {
        self.shared.sessions.memory_used()
    }

    /// Permits that no question holds.
    pub fn free_permits(&self) -> usize {
        self.shared.permits.available_permits()
    }

    fn start(&self, mut question: Question) -> Result<mpsc::Receiver<Message>, QueryError> {
        let shared = Arc::clone(&self.shared);
        let (Some(compute), Some(watching)) = (&self.shared.compute, &self.shared.watch) else {
            return Err(QueryError::Cancelled);
        };
        question.limits = question.limits.within(&shared.capacity.ceiling);
        let allowed = question.limits.deadline;
        let deadline = Instant::now() + allowed;
        let (ticket, mut stopped) = shared.ledger.enter(&question.sql);
        let (messages, receiver) = mpsc::channel(WAITING_BATCHES);
        let reader = messages.clone();
        let hidden = shared.hidden.clone();
        let stop = Stop::default();
        let stops = stop.clone();
        let mut work = compute.spawn(async move { shared.run(question, ticket, stops, messages).await });
        watching.spawn(async move {
            let verdict = tokio::select! {
                ended = &mut work => match ended {
                    Ok(Ok(())) => return,
                    Ok(Err(error)) => error,
                    Err(panic) => QueryError::Internal(panic.to_string()),
                },
                () = tokio::time::sleep_until(deadline) => QueryError::Timeout(allowed),
                () = until_stopped(&mut stopped) => QueryError::Cancelled,
                () = reader.closed() => QueryError::Cancelled,
            };
            stop.raise();
            work.abort();
            // A reader that does not take what it has is cut off with its answer.
            let told = reader.send_timeout(Message::End(Err(verdict.without(&hidden))), PATIENCE);
            drop(told.await);
        });
        Ok(receiver)
    }
}

/// Ends when the question is cancelled by id. Its ticket leaves when it ends of itself: that is no cancel.
async fn until_stopped(stopped: &mut watch::Receiver<bool>) {
    if stopped.wait_for(|stopped| *stopped).await.is_err() {
        std::future::pending().await
    }
}

/// How long a slow reader may take to make room for the error that ends its answer.
const PATIENCE: Duration = Duration::from_secs(30);

impl Shared {
    /// One question from its text to its last batch.
    async fn run(
        self: Arc<Self>,
        question: Question,
        ticket: Ticket,
        stop: Stop,
        messages: mpsc::Sender<Message>,
    ) -> Result<(), QueryError> {
        let asked = Instant::now();
        let checked = guard::check(&question.sql, &question.limits)?;
        let permits = Arc::clone(&self.permits);
        let _permit = permits.acquire_owned().await.map_err(|_| QueryError::Cancelled)?;
        ticket.enter(Phase::Planning);
        let wanted = wanted(&checked)?;
        let opened = self.open(&question, &wanted).await?;
        known(&checked, &opened)?;
        let session_wants = Wanted {
            tables: (!asks_about_tables(&checked)).then_some(&wanted),
            days: question.days,
            limits: &question.limits,
            stop: &stop,
        };
        let state = self.sessions.build(&opened, &session_wants).await?;
        let plan = state.statement_to_plan(checked.statement).await?;
        reads_only(&plan)?;
        let plan = bind(plan, &question.params)?;
        let plan = state.create_physical_plan(&plan).await?;
        ticket.enter(Phase::Running);
        let stream = execute_stream(plan, state.task_ctx())?;
        let schema = unique_names(&stream.schema());
        let head = Head {
            id: ticket.id,
            schema: Arc::clone(&schema),
            snapshot: opened.snapshot,
            snapshot_time: opened.snapshot_time,
            newest_day: opened.newest_day,
        };
        if messages.send(Message::Head(head)).await.is_err() {
            return Err(QueryError::Cancelled);
        }
        let hidden = checked.explains.then_some(&self.hidden);
        Delivery { schema, limits: &question.limits, hidden, asked }.run(stream, &messages).await
    }

    /// Opens the tables away from the threads that compute.
    async fn open(self: &Arc<Self>, question: &Question, wanted: &BTreeSet<String>) -> Result<Opened, QueryError> {
        let tables = Arc::clone(&self.tables);
        let (at, accounts, wanted) = (question.at, question.accounts.clone(), wanted.clone());
        tokio::task::spawn_blocking(move || tables.open(&at, &accounts, &wanted))
            .await
            .map_err(|error| QueryError::Internal(error.to_string()))?
    }
}

/// The tables that the question reads, through views too.
fn wanted(checked: &Checked) -> Result<BTreeSet<String>, QueryError> {
    let settings = (Some("information_schema"), session::HIDDEN_SETTINGS);
    let asks_settings = checked.tables.iter().any(|(schema, table)| (schema.as_deref(), table.as_str()) == settings);
    if asks_settings && !checked.shows {
        let why = "settings of the engine are no part of the store".to_owned();
        return Err(QueryError::Refused { what: "information_schema.df_settings".to_owned(), why });
    }
    Ok(views::closure(checked.tables.iter().map(|(_, table)| table.clone())))
}

fn asks_about_tables(checked: &Checked) -> bool {
    checked.shows || checked.tables.iter().any(|(schema, _)| schema.as_deref() == Some("information_schema"))
}

/// Names a table that is not there before the planner does, with those that are.
fn known(checked: &Checked, opened: &Opened) -> Result<(), QueryError> {
    let names = session::names(opened);
    for (schema, table) in &checked.tables {
        let there = match schema.as_deref() {
            Some("information_schema") => true,
            None | Some(session::SCHEMA) => names.contains(table),
            Some(_) => false,
        };
        if !there {
            return Err(QueryError::UnknownTable {
                suggestion: suggest::nearest(table, names.iter().map(String::as_str)).map(str::to_owned),
                name: schema.iter().chain([table]).cloned().collect::<Vec<_>>().join("."),
                known: names.into_iter().collect::<Vec<_>>().join(", "),
            });
        }
    }
    Ok(())
}

/// The guard has read the text; this reads the plan, should the two ever disagree.
fn reads_only(plan: &LogicalPlan) -> Result<(), QueryError> {
    let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    options.verify_plan(plan).map_err(|_| QueryError::Refused {
        what: "a statement that changes something".to_owned(),
        why: "questions only read".to_owned(),
    })
}

fn bind(plan: LogicalPlan, params: &[(String, ScalarValue)]) -> Result<LogicalPlan, QueryError> {
    let needed = plan.get_parameter_names()?;
    let given: BTreeSet<&str> = params.iter().map(|(name, _)| name.as_str()).collect();
    if let Some(missing) = needed.iter().find(|name| !given.contains(name.trim_start_matches('$'))) {
        return Err(QueryError::Invalid(format!("the parameter {missing} has no value")));
    }
    if needed.is_empty() {
        return Ok(plan);
    }
    let values: Vec<(&str, ScalarValue)> = params.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    Ok(plan.with_param_values(ParamValues::from(values))?)
}

#[cfg(test)]
mod tests;
