//! Where the store is and how it is set: the data directory, its writer lock, and the settings.
//!
//! A setting comes from its documented default, then `config.toml` in the data directory, then the environment
//! (`CATSCAN_<SECTION>_<KEY>`), then a flag; the later wins. Invariant: an unknown key is an error that names it, and
//! each setting stands with its default in `config.toml` beside this file, which `catscan init` writes out.

mod backup;
mod campaigns;
mod care;
mod changes;
mod creatives;
mod data_dir;
mod google;
mod inventory;
mod lake;
mod lock;
mod memory;
mod running;
mod settings;

pub use backup::BackupSettings;
pub use care::CareSettings;
pub use changes::ChangeSettings;
pub use creatives::CreativesSettings;
pub use data_dir::{DataDir, DataDirError};
pub use google::GoogleSettings;
pub use inventory::{Inventory, Part};
pub use lake::LakeSettings;
pub use lock::{Holder, LockError, WriterLock};
pub use running::{RunningServer, Token};
pub use settings::{Config, ConfigError, ImportSettings, InboxSettings, QuerySettings, SAMPLE, ServerSettings};

/// The variables of this process that are text: where settings and credentials come from.
pub fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}
