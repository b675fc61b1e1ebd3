//! The settings: one small struct per concern, read from `config.toml` and the environment.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::backup::BackupSettings;
use super::campaigns::CampaignSettings;
use super::care::CareSettings;
use super::changes::ChangeSettings;
use super::creatives::CreativesSettings;
use super::google::GoogleSettings;
use super::lake::LakeSettings;
use super::memory;
use crate::model::Thresholds;

/// Every setting with its default, commented out: what `catscan init` writes as `config.toml`.
pub const SAMPLE: &str = include_str!("config.toml");

/// All settings of one process.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The HTTP door.
    pub server: ServerSettings,
    /// Limits on questions.
    pub query: QuerySettings,
    /// Imports.
    pub import: ImportSettings,
    /// Where a server looks for reports.
    pub inbox: InboxSettings,
    /// Backups.
    pub backup: BackupSettings,
    /// The fact store.
    pub lake: LakeSettings,
    /// What a server does for the store unasked.
    pub care: CareSettings,
    /// Campaigns.
    pub campaigns: CampaignSettings,
    /// Changes of pretargeting configs.
    pub changes: ChangeSettings,
    /// Calls to Google.
    pub google: GoogleSettings,
    /// Thumbnails of creatives.
    pub creatives: CreativesSettings,
    /// Where rules begin to speak.
    pub thresholds: Thresholds,
}

/// `[server]`
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerSettings {
    /// Address and port; loopback only.
    pub listen: SocketAddr,
    /// Open connections at once.
    pub max_connections: u32,
    /// Seconds until a connection without a whole request header is cut.
    pub header_timeout_seconds: u32,
    /// Seconds until a stalled request body is cut.
    pub body_idle_timeout_seconds: u32,
    /// Largest JSON body, KiB.
    pub body_limit_kib: u32,
    /// Largest uploaded report, MiB.
    pub upload_limit_mib: u32,
    /// Largest call with rows of an upload that comes in several, MiB.
    pub chunk_limit_mib: u32,
    /// Seconds that running work may take to finish at shutdown.
    pub shutdown_grace_seconds: u32,
}

/// `[query]`
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct QuerySettings {
    /// Memory shared by all running questions, MiB; 0 is 60 % of the machine's. One question gets three quarters of it.
    pub memory_limit_mib: u32,
    /// Seconds until a question is stopped.
    pub deadline_seconds: u32,
    /// Rows after which an answer is cut and says so.
    pub max_rows: u64,
}

/// `[import]`
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImportSettings {
    /// Share of rejected rows, in percent, beyond which a file is refused.
    pub max_rejected_percent: f64,
    /// Seconds that a writing command waits for another one.
    pub lock_wait_seconds: u32,
    /// Largest text that a packed report may unpack to, MiB.
    pub max_unpacked_mib: u32,
    /// Largest text per packed byte; the first 16 MiB are free.
    pub max_unpack_ratio: u32,
    /// Seconds without another call after which an upload in several calls is imported as it is.
    pub upload_quiet_seconds: u32,
    /// Memory for the rows of files that are imported at the same time, MiB; more rows go through tmp/.
    pub rows_memory_mib: u32,
    /// Threads that read and write reports; 0 is one for each processor.
    pub threads: u32,
    /// The days before a day whose mean its rows are measured by.
    pub anomaly_trailing_days: u32,
    /// How many of these must have been imported.
    pub anomaly_imported_days: u32,
    /// Fewer rows than this, in percent of the mean, are an anomaly.
    pub anomaly_low_percent: f64,
    /// More rows than this, in percent of the mean, are an anomaly.
    pub anomaly_high_percent: f64,
}

/// `[inbox]`
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct InboxSettings {
    /// The directory, from the data directory on where it is relative; none where empty.
    pub path: String,
    /// Milliseconds from one look into it to the next.
    pub poll_ms: u32,
    /// An address of an object store; none where empty.
    pub url: String,
    /// Milliseconds from one look there to the next.
    pub url_poll_ms: u32,
    /// Larger objects are refused, MiB.
    pub max_object_mib: u32,
    /// Seconds until a file is tried again that could not be imported for a reason outside it; doubled each time.
    pub retry_seconds: u32,
    /// The longest such wait.
    pub max_retry_seconds: u32,
}

impl Default for InboxSettings {
    fn default() -> Self {
        Self {
            path: "inbox".to_owned(),
            poll_ms: 2_000,
            url: String::new(),
            url_poll_ms: 30_000,
            max_object_mib: 65_536,
            retry_seconds: 10,
            max_retry_seconds: 600,
        }
    }
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8000)),
            max_connections: 512,
            header_timeout_seconds: 15,
            body_idle_timeout_seconds: 30,
            body_limit_kib: 1024,
            upload_limit_mib: 2048,
            chunk_limit_mib: 32,
            shutdown_grace_seconds: 30,
        }
    }
}

impl Default for QuerySettings {
    fn default() -> Self {
        Self { memory_limit_mib: 0, deadline_seconds: 60, max_rows: 1_000_000 }
    }
}

impl Default for ImportSettings {
    fn default() -> Self {
        Self {
            max_rejected_percent: 5.0,
            lock_wait_seconds: 600,
            max_unpacked_mib: 65_536,
            max_unpack_ratio: 200,
            upload_quiet_seconds: 30,
            rows_memory_mib: 1_024,
            threads: 0,
            anomaly_trailing_days: 7,
            anomaly_imported_days: 3,
            anomaly_low_percent: 50.0,
            anomaly_high_percent: 200.0,
        }
    }
}

impl QuerySettings {
    /// Memory shared by all running questions, in bytes.
    pub fn memory_bytes(&self) -> usize {
        let bytes = match self.memory_limit_mib {
            0 => memory::machine_bytes() / 100 * 60,
            mib => u64::from(mib) << 20,
        };
        usize::try_from(bytes).unwrap_or(usize::MAX)
    }

    /// Memory of one question, in bytes: the others must be able to answer beside it.
    pub fn question_memory_bytes(&self) -> usize {
        self.memory_bytes() / 4 * 3
    }
}

impl ImportSettings {
    /// How long a writing command waits for another one.
    pub fn lock_wait(&self) -> Duration {
        Duration::from_secs(self.lock_wait_seconds.into())
    }

    /// How long an upload in several calls waits for the next one.
    pub fn upload_quiet(&self) -> Duration {
        Duration::from_secs(self.upload_quiet_seconds.into())
    }
}

/// A setting cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file is there and cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The settings file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not TOML, has an unknown key or a value of another type; the message shows the line.
    #[error("{path}: {message}")]
    File {
        /// The settings file.
        path: PathBuf,
        /// The parser's words, with line and key.
        message: String,
    },
    /// The environment names a setting that does not exist.
    #[error("environment variable {0} names no setting")]
    UnknownVariable(String),
    /// The environment gives a value that the setting cannot have.
    #[error("environment variable {name}: '{value}' cannot be used: {reason}")]
    Variable {
        /// The variable.
        name: String,
        /// Its value.
        value: String,
        /// What would fit.
        reason: String,
    },
}

impl Config {
    /// Reads the settings of a data directory; a missing file means the defaults.
    ///
    /// `environment` is all variables of the process; those outside `CATSCAN_<SECTION>_` are left alone.
    pub fn load(file: &Path, environment: impl IntoIterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            // A data directory that is no directory is refused by whoever needs it, in better words.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => String::new(),
            Err(source) => return Err(ConfigError::Read { path: file.to_owned(), source }),
        };
        Self::parse(&text, file, environment)
    }

    /// The same of a text; `file` is what messages call it.
    pub fn parse(
        text: &str,
        file: &Path,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut config: Self = toml::from_str(text)
            .map_err(|error| ConfigError::File { path: file.to_owned(), message: error.to_string() })?;
        for (name, value) in environment {
            config = config.with_variable(&name, &value)?;
        }
        Ok(config)
    }

    fn with_variable(self, name: &str, value: &str) -> Result<Self, ConfigError> {
        let refused = |reason: &dyn std::fmt::Display| ConfigError::Variable {
            name: name.to_owned(),
            value: value.to_owned(),
            reason: reason.to_string(),
        };
        let Some(setting) = name.strip_prefix("CATSCAN_").map(str::to_ascii_lowercase) else { return Ok(self) };
        let mut table = toml::Table::try_from(&self).map_err(|error| refused(&error))?;
        let Some((section, key)) = table.keys().find_map(|section| {
            let key = setting.strip_prefix(section.as_str())?.strip_prefix('_')?;
            Some((section.clone(), key.to_owned()))
        }) else {
            return Ok(self);
        };
        let slot = table.get_mut(&section).and_then(toml::Value::as_table_mut).and_then(|keys| keys.get_mut(&key));
        let Some(slot) = slot else { return Err(ConfigError::UnknownVariable(name.to_owned())) };
        *slot = match slot {
            toml::Value::Integer(_) => toml::Value::Integer(value.parse().map_err(|_| refused(&"write an integer"))?),
            toml::Value::Float(_) => toml::Value::Float(value.parse().map_err(|_| refused(&"write a number"))?),
            toml::Value::Boolean(_) => {
                toml::Value::Boolean(value.parse().map_err(|_| refused(&"write true or false"))?)
            }
            _ => toml::Value::String(value.to_owned()),
        };
        table.try_into().map_err(|error: toml::de::Error| refused(&error.message()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(text: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("config.toml");
        std::fs::write(&file, text).unwrap();
        Config::load(&file, environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn the_sample_shows_every_setting_with_its_default() {
        let all_set: String = SAMPLE
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(setting) if setting.contains(" = ") => format!("{setting}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        let shown: toml::Table = toml::from_str(&all_set).unwrap();
        assert_eq!(shown, toml::Table::try_from(Config::default()).unwrap());
        assert_eq!(toml::from_str::<Config>(SAMPLE).unwrap(), Config::default());
    }

    #[test]
    fn a_missing_file_means_the_defaults() {
        assert_eq!(Config::load(Path::new("/nowhere/config.toml"), []).unwrap(), Config::default());
    }

    #[test]
    fn the_environment_wins_over_the_file_and_the_file_over_the_default() {
        let text = "[server]\nlisten = \"127.0.0.1:9000\"\nmax_connections = 7\n";
        let config = loaded(text, &[("CATSCAN_SERVER_LISTEN", "127.0.0.1:9001"), ("CATSCAN_LOG", "debug")]).unwrap();
        assert_eq!(config.server.listen.port(), 9001);
        assert_eq!(config.server.max_connections, 7);
        assert_eq!(config.server.upload_limit_mib, ServerSettings::default().upload_limit_mib);
    }

    #[test]
    fn an_unknown_key_is_named() {
        let message = loaded("[server]\nlisten_on = \"x\"\n", &[]).unwrap_err().to_string();
        assert!(message.contains("listen_on") && message.contains("config.toml"), "{message}");
        let message = loaded("", &[("CATSCAN_IMPORT_REJECTS", "1")]).unwrap_err().to_string();
        assert_eq!(message, "environment variable CATSCAN_IMPORT_REJECTS names no setting");
    }

    #[test]
    fn a_value_of_another_type_says_what_would_fit() {
        let message = loaded("", &[("CATSCAN_QUERY_MAX_ROWS", "many")]).unwrap_err().to_string();
        assert_eq!(message, "environment variable CATSCAN_QUERY_MAX_ROWS: 'many' cannot be used: write an integer");
        let message = loaded("", &[("CATSCAN_SERVER_LISTEN", "8000")]).unwrap_err().to_string();
        assert!(message.contains("socket address"), "{message}");
    }
}
