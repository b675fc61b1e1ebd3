//! Getting writing work done: here when the writer lock is free, by the server when a server holds it, and after a
//! wait when another command does.

use std::io::Write;
use std::time::{Duration, Instant};

use super::failure::{Failure, OrFail};
use super::handover;
use super::session::Session;
use crate::config::{RunningServer, WriterLock};
use crate::jobs::{self, Event, Job, Store};

const POLL: Duration = Duration::from_millis(100);

/// Does the job and tells its events; false when anything was refused.
pub fn perform(session: &Session, command: &str, job: &Job, tell: &(dyn Fn(Event) + Sync)) -> Result<bool, Failure> {
    make_store_directory(session)?;
    let mut wait = Wait::new(session);
    loop {
        if let Some(lock) = WriterLock::try_acquire(&session.dir, command).or_fail()? {
            let store = Store::open_writer(session.dir.clone(), session.config.clone(), lock).or_fail()?;
            return Ok(jobs::run(job, &store, tell));
        }
        if let Some(server) = RunningServer::of(&session.dir)
            && let Some(ok) = handover::send(&server, job, tell)?
        {
            return Ok(ok);
        }
        wait.again()?;
    }
}

/// Takes the writer lock for a command that no server can do in its place.
pub fn lock_for(session: &Session, command: &str) -> Result<WriterLock, Failure> {
    let mut wait = Wait::new(session);
    loop {
        if let Some(lock) = WriterLock::try_acquire(&session.dir, command).or_fail()? {
            return Ok(lock);
        }
        if let Some(server) = RunningServer::of(&session.dir) {
            let message =
                format!("`catscan serve` (process {}) uses this store, at http://{}", server.pid, server.address);
            return Err(Failure::new(message).help("stop it first, or name another store with --data-dir"));
        }
        wait.again()?;
    }
}

/// The server that holds the store's lock now, if one does.
pub fn server_of(session: &Session) -> Result<Option<RunningServer>, Failure> {
    let free = WriterLock::try_acquire(&session.dir, "look").or_fail()?.is_some();
    Ok(if free { None } else { RunningServer::of(&session.dir) })
}

/// Takes the writer lock now, or refuses and says who has it.
pub fn lock_at_once(session: &Session, command: &str) -> Result<WriterLock, Failure> {
    WriterLock::try_acquire(&session.dir, command).or_fail()?.ok_or_else(|| {
        Failure::new(format_args!("{} uses this store", who_holds(session))).help("stop it, or wait until it is done")
    })
}

fn who_holds(session: &Session) -> String {
    match WriterLock::holder(&session.dir) {
        Some(holder) => format!("`catscan {}` (process {})", holder.command, holder.pid),
        None => "another command".to_owned(),
    }
}

/// Makes the data directory where it is missing, and says so.
pub fn make_store_directory(session: &Session) -> Result<(), Failure> {
    let made = session.dir.create().or_help("choose a new or empty directory with --data-dir")?;
    if made {
        session.say(format_args!("made a new store in {}", session.dir.root().display()));
    }
    Ok(())
}

/// A bounded wait for another command, said once.
struct Wait<'a> {
    session: &'a Session,
    since: Option<Instant>,
}

impl<'a> Wait<'a> {
    fn new(session: &'a Session) -> Self {
        Self { session, since: None }
    }

    fn again(&mut self) -> Result<(), Failure> {
        let Some(since) = self.since else {
            // The holder is often gone at the next look, which is not worth a word.
            self.since = Some(Instant::now());
            std::thread::sleep(POLL);
            return Ok(());
        };
        let waited = since.elapsed();
        if waited >= self.session.config.import.lock_wait() {
            let message = format!(
                "{} has been writing to this store for {}",
                who_holds(self.session),
                super::numbers::elapsed(waited)
            );
            return Err(
                Failure::new(message).help("try again when it is done; import.lock_wait_seconds sets how long to wait")
            );
        }
        if waited >= 10 * POLL && waited < 11 * POLL {
            self.session.say(format_args!("waiting for {}, which is writing to this store", who_holds(self.session)));
        }
        std::thread::sleep(POLL);
        Ok(())
    }
}

/// Tells an event in words: sentences to standard output, notes and refusals to standard error, the rest not at all.
pub fn tell_plainly(event: Event) {
    match event {
        Event::Said { text } => {
            // A reader that left early has seen enough.
            let _ = writeln!(std::io::stdout(), "{text}");
        }
        Event::Noted { text } => eprintln!("{text}"),
        Event::Refused { message, help } => {
            eprintln!("error: {message}");
            if let Some(help) = help {
                eprintln!("help: {help}");
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, DataDir};

    #[test]
    fn a_wait_for_another_command_is_bounded_and_names_it() {
        let root = tempfile::tempdir().unwrap();
        let dir = DataDir::at(root.path()).unwrap();
        dir.create().unwrap();
        let mut config = Config::default();
        config.import.lock_wait_seconds = 0;
        let session = Session { dir, config, quiet: true };
        let _held = WriterLock::try_acquire(&session.dir, "import").unwrap().unwrap();
        let Err(Failure::Told { message, help: Some(_), code: 1 }) = lock_for(&session, "serve") else {
            panic!("the lock is held")
        };
        assert!(message.contains("`catscan import`") && message.contains(&std::process::id().to_string()), "{message}");
    }

    #[test]
    fn a_server_that_holds_the_store_is_named_with_its_address() {
        let root = tempfile::tempdir().unwrap();
        let dir = DataDir::at(root.path()).unwrap();
        dir.create().unwrap();
        let session = Session { dir, config: Config::default(), quiet: true };
        let _held = WriterLock::try_acquire(&session.dir, "serve").unwrap().unwrap();
        let server = RunningServer::this_process(([127, 0, 0, 1], 8123).into()).unwrap();
        server.announce(&session.dir).unwrap();
        assert_eq!(server_of(&session).unwrap().map(|server| server.pid), Some(std::process::id()));
        let Err(Failure::Told { message, .. }) = lock_for(&session, "serve") else { panic!("the lock is held") };
        assert!(message.contains("http://127.0.0.1:8123"), "{message}");
    }
}
