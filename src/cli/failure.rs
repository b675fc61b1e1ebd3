//! How a command fails: one line that says what happened, one that says what to do, and an exit code.

use std::fmt::{self, Display};
use std::io;
use std::process::ExitCode;

/// Why a command ended without its answer.
#[derive(Debug)]
pub enum Failure {
    /// Say it on standard error.
    Told {
        /// What happened.
        message: String,
        /// What to do.
        help: Option<String>,
        /// 1 for data and surroundings, 2 for a command that was not meant so.
        code: u8,
    },
    /// Everything has been said already.
    Silent {
        /// The exit code.
        code: u8,
    },
}

impl Failure {
    /// Data or surroundings are to blame: exit code 1.
    pub fn new(message: impl Display) -> Self {
        Self::Told { message: message.to_string(), help: None, code: 1 }
    }

    /// The command line is to blame: exit code 2.
    pub fn usage(message: impl Display) -> Self {
        Self::Told { message: message.to_string(), help: None, code: 2 }
    }

    /// Adds what to do.
    pub fn help(self, text: impl Display) -> Self {
        match self {
            Self::Told { message, code, .. } => Self::Told { message, help: Some(text.to_string()), code },
            silent @ Self::Silent { .. } => silent,
        }
    }

    /// Tells it and gives the exit code.
    pub fn report(&self) -> ExitCode {
        match self {
            Self::Told { code, .. } => {
                eprint!("{self}");
                ExitCode::from(*code)
            }
            Self::Silent { code } => ExitCode::from(*code),
        }
    }
}

/// The lines as they are told; none where everything has been said.
impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Told { message, help, .. } = self else { return Ok(()) };
        writeln!(f, "error: {}", message.trim_end())?;
        match help {
            Some(help) => writeln!(f, "help: {}", help.trim_end()),
            None => Ok(()),
        }
    }
}

/// Writing the answer failed; a reader that has seen enough (`| head`) is no failure.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Silent { code: 0 },
            _ => Self::new(format_args!("cannot write the answer: {error}")),
        }
    }
}

/// Turns an error of the program into a failure of the command.
pub trait OrFail<T> {
    /// With the error's own words.
    fn or_fail(self) -> Result<T, Failure>;
    /// With the error's own words and what to do.
    fn or_help(self, help: impl Display) -> Result<T, Failure>;
}

impl<T, E: Display> OrFail<T> for Result<T, E> {
    fn or_fail(self) -> Result<T, Failure> {
        self.map_err(Failure::new)
    }

    fn or_help(self, help: impl Display) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(error).help(help))
    }
}
