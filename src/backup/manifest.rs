//! What a backup consists of. The manifest is written last, so where it is the backup is whole.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{BackupError, BackupName};
use crate::lake::Snapshot;
use crate::model::SnapshotId;

/// The form of a backup that this program writes; it reads this one and all before it.
pub(super) const FORMAT: u32 = 1;

/// One backup, as its `manifest.json` describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of the backup.
    pub format: u32,
    /// Its name.
    pub backup: BackupName,
    /// The store that it is of.
    #[serde(with = "as_text")]
    pub store_id: Uuid,
    /// The program that wrote it.
    pub program: String,
    /// The state of the lake that it holds.
    pub snapshot_id: SnapshotId,
    /// When that state was committed.
    pub snapshot_time: DateTime<Utc>,
    /// Rows of all fact tables.
    pub rows: u64,
    /// Days that have rows.
    pub days: u64,
    /// The copy of the database.
    pub database: Piece,
    /// The settings, where the store had any.
    pub config: Option<Piece>,
    /// The data files, by their path below the lake.
    pub files: Vec<DataFile>,
}

/// Length and hash of a file of the backup itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Length in bytes.
    pub bytes: u64,
    /// BLAKE3, in hexadecimal digits.
    pub blake3: String,
}

/// A data file that the backup needs; it stands once for all backups that need it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataFile {
    /// Its path below the lake, and below `files/`.
    pub path: String,
    /// Length in bytes.
    pub bytes: u64,
    /// BLAKE3, in hexadecimal digits.
    pub blake3: String,
}

impl Manifest {
    /// The manifest of a backup of that state.
    pub(super) fn of(
        backup: BackupName,
        store_id: Uuid,
        snapshot: &Snapshot,
        database: Piece,
        config: Option<Piece>,
    ) -> Self {
        let mut days: Vec<_> = snapshot.files().iter().map(|file| file.scope.day).collect();
        days.sort_unstable();
        days.dedup();
        let file = |file: &std::sync::Arc<crate::lake::LiveFile>| DataFile {
            path: file.relative.clone(),
            bytes: file.bytes,
            blake3: hex(&file.hashes.file),
        };
        Self {
            format: FORMAT,
            backup,
            store_id,
            program: concat!("catscan ", env!("CARGO_PKG_VERSION")).to_owned(),
            snapshot_id: snapshot.id,
            snapshot_time: snapshot.time,
            rows: snapshot.files().iter().map(|file| file.rows).sum(),
            days: days.len() as u64,
            database,
            config,
            files: snapshot.files().iter().map(file).collect(),
        }
    }

    /// Bytes of all that it holds.
    pub fn bytes(&self) -> u64 {
        let data: u64 = self.files.iter().map(|file| file.bytes).sum();
        data + self.database.bytes + self.config.as_ref().map_or(0, |config| config.bytes)
    }

    pub(super) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("numbers, texts and times always have a JSON form")
    }

    /// Reads a manifest that stands in the backup of that name.
    pub(super) fn from_json(bytes: &[u8], backup: BackupName) -> Result<Self, BackupError> {
        #[derive(Deserialize)]
        struct Versioned {
            format: u32,
        }
        let damaged = |what: String| BackupError::Manifest { backup, what };
        let Versioned { format } = serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
        if format > FORMAT {
            return Err(BackupError::Newer { backup, format });
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
        if manifest.backup != backup {
            return Err(damaged(format!("it is the manifest of {}", manifest.backup)));
        }
        // Paths become names of files on this machine.
        match manifest.files.iter().find(|file| !is_below_lake(&file.path)) {
            Some(file) => Err(damaged(format!("'{}' is no path of a data file", file.path))),
            None => Ok(manifest),
        }
    }
}

/// Parts of plain names, ending in `.parquet`: nothing leads out of the directory that they are put below.
pub(super) fn is_below_lake(path: &str) -> bool {
    let plain = |part: &str| {
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"_=-.".contains(&byte);
        !part.is_empty() && !part.starts_with(['.', '_']) && part.bytes().all(letters)
    };
    path.ends_with(".parquet") && path.split('/').all(plain)
}

/// The crate's own serde form is a feature that nobody else needs.
mod as_text {
    use serde::{Deserialize, Deserializer, Serializer, de};
    use uuid::Uuid;

    pub(super) fn serialize<S: Serializer>(id: &Uuid, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(id)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Uuid, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

pub(super) fn hex(hash: &[u8; 32]) -> String {
    blake3::Hash::from_bytes(*hash).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(path: &str) -> Manifest {
        Manifest {
            format: FORMAT,
            backup: "2026-11-20T13-35-01Z".parse().unwrap(),
            store_id: Uuid::nil(),
            program: "catscan".to_owned(),
            snapshot_id: SnapshotId(3),
            snapshot_time: DateTime::UNIX_EPOCH,
            rows: 7,
            days: 1,
            database: Piece { bytes: 100, blake3: "00".to_owned() },
            config: None,
            files: vec![DataFile { path: path.to_owned(), bytes: 10, blake3: "11".to_owned() }],
        }
    }

    const DATA: &str = "rtb_daily/account_id=1/report=performance/metric_date=2026-11-19/0.parquet";

    #[test]
    fn what_is_written_is_read_back() {
        let manifest = manifest(DATA);
        assert_eq!(Manifest::from_json(&manifest.to_json(), manifest.backup).unwrap(), manifest);
        assert_eq!(manifest.bytes(), 110);
    }

    #[test]
    fn a_manifest_that_is_cut_of_another_backup_or_leads_elsewhere_is_refused() {
        let whole = manifest(DATA);
        let said = |bytes: &[u8]| Manifest::from_json(bytes, whole.backup).unwrap_err().to_string();
        let json = whole.to_json();
        assert!(said(&json[..json.len() - 1]).contains("2026-11-20T13-35-01Z"), "cut");
        let other = Manifest { backup: "2026-11-21T13-35-01Z".parse().unwrap(), ..whole.clone() };
        assert!(said(&other.to_json()).contains("2026-11-21T13-35-01Z"));
        for path in ["../x.parquet", "/etc/x.parquet", "a//x.parquet", "a/./x.parquet", "a/x.toml", "a\\x.parquet", ""]
        {
            assert!(said(&manifest(path).to_json()).contains("no path of a data file"), "{path}");
        }
    }

    #[test]
    fn a_backup_of_a_later_form_is_refused_with_what_to_do() {
        let later = br#"{"format": 2, "pieces": []}"#;
        let backup = "2026-11-20T13-35-01Z".parse().unwrap();
        let refused = Manifest::from_json(later, backup).unwrap_err();
        assert!(matches!(refused, BackupError::Newer { format: 2, .. }), "{refused}");
    }
}
