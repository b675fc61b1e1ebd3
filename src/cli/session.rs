//! What every command starts from: the data directory, its settings and the standard streams.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::Args;

use super::failure::{Failure, OrFail};
use crate::config::{self, Config, ConfigError, DataDir};
use crate::telemetry::{self, Level};

/// Options of every command, as typed.
#[derive(Clone, Debug, Args)]
pub struct Globals {
    /// The store's directory [default: ~/.catscan]
    #[arg(
        long,
        global = true,
        display_order = 900,
        env = "CATSCAN_DATA_DIR",
        hide_env_values = true,
        value_name = "DIR"
    )]
    pub data_dir: Option<PathBuf>,
    /// Log what is done, step by step
    #[arg(short, long, global = true, display_order = 901, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Say only answers and errors
    #[arg(short, long, global = true, display_order = 902)]
    pub quiet: bool,
}

/// Options of every command, as meant.
#[derive(Clone, Debug)]
pub struct Session {
    /// The store; it need not exist yet.
    pub dir: DataDir,
    /// Its settings.
    pub config: Config,
    /// Say only answers and errors.
    pub quiet: bool,
}

impl Globals {
    /// The session on the data directory that was named, or on the default one.
    pub fn session(&self, level: Level) -> Result<Session, Failure> {
        let root = match &self.data_dir {
            Some(root) if root.as_os_str().is_empty() => return Err(Failure::usage("--data-dir is empty")),
            Some(root) => root.clone(),
            None => DataDir::default_root().or_help("name one with --data-dir")?,
        };
        self.session_in(DataDir::at(&root).or_fail()?, level)
    }

    /// The session on that data directory.
    pub fn session_in(&self, dir: DataDir, level: Level) -> Result<Session, Failure> {
        self.start_logging(level);
        let config = Config::load(&dir.config_file(), config::environment()).map_err(|error| match error {
            ConfigError::File { .. } => Failure::new(error)
                .help("correct the line; `catscan init` in a new directory writes a config.toml with every setting"),
            other => Failure::new(other),
        })?;
        Ok(Session { dir, config, quiet: self.quiet })
    }

    /// Starts logging as the flags and `CATSCAN_LOG` say.
    pub fn start_logging(&self, level: Level) {
        let level = match (self.quiet, self.verbose) {
            (true, _) => Level::Errors,
            (_, true) => Level::Steps,
            _ => level,
        };
        telemetry::start(level, std::env::var("CATSCAN_LOG").ok().as_deref());
    }
}

impl Session {
    /// Says something beside the answer, unless `--quiet`.
    pub fn say(&self, text: impl std::fmt::Display) {
        if !self.quiet {
            eprintln!("{text}");
        }
    }

    /// Refuses where there is no store to read.
    pub fn require_store(&self) -> Result<(), Failure> {
        self.dir.refuse_unfinished().or_fail()?;
        if self.dir.is_initialised() {
            return Ok(());
        }
        Err(Failure::new(format_args!("there is no store in {}", self.dir.root().display()))
            .help("make one with `catscan init` or `catscan import FILE…`, or name another with --data-dir"))
    }
}

/// True when a person looks at standard error.
pub fn is_watched() -> bool {
    std::io::stderr().is_terminal()
}
