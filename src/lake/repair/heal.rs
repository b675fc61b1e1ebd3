//! Finding the same bytes elsewhere, and bringing them into the place of a file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use uuid::Uuid;

use super::Source;
use crate::lake::catalog::{load, reasons};
use crate::lake::hashes::Hasher;
use crate::lake::write::Temporary;
use crate::lake::{Lake, LakeError, LiveFile, check, read_only, sweep};

/// Where files go that are not what was written.
const ASIDE: &str = "_damaged";
const READ_BYTES: u64 = 1024 * 1024;

/// The first place that has exactly the file's bytes.
pub(super) fn source(lake: &Lake, file: &LiveFile, backup: Option<&Path>) -> Result<Option<Source>, LakeError> {
    let place = &lake.shared.place;
    let twins = lake.shared.db.read(|tx| {
        let ids = reasons::same_bytes(tx, &file.hashes.file)?;
        let others = ids.into_iter().filter(|id| *id != file.file_id);
        // A row that is damaged is no source.
        Ok::<_, LakeError>(others.filter_map(|id| load::file(tx, id, place).ok()).collect::<Vec<_>>())
    })?;
    if let Some(twin) = twins.into_iter().find(|twin| check::whole(twin).is_ok()) {
        return Ok(Some(Source::Lake(twin.relative)));
    }
    let Some(backup) = backup else { return Ok(None) };
    let candidates = ["", "files", "lake"].map(|folder| backup.join(folder).join(&file.relative));
    let found = candidates.into_iter().find(|path| {
        File::open(path).is_ok_and(|mut bytes| hashes(&mut bytes, |_| Ok(())).is_ok_and(|found| found == of(file)))
    });
    Ok(found.map(Source::File))
}

fn of(file: &LiveFile) -> (u64, [u8; 32]) {
    (file.bytes, file.hashes.file)
}

/// Length and BLAKE3 of what is read; each piece is handed on.
fn hashes(from: &mut dyn Read, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<(u64, [u8; 32])> {
    let mut hasher = Hasher::default();
    let mut buffer = vec![0; READ_BYTES as usize];
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            let (bytes, hashes) = hasher.finish();
            return Ok((bytes, hashes.file));
        }
        hasher.update(&buffer[..read]);
        each(&buffer[..read])?;
    }
}

/// A copy, never a second name: the damage of one must not be that of the other.
pub(super) fn heal(lake: &Lake, file: &LiveFile, source: &Source) -> Result<(), LakeError> {
    let shared = &lake.shared;
    let tmp = shared.tmp.as_ref().ok_or_else(read_only)?;
    let path = tmp.join(format!("{}{}", Uuid::now_v7(), sweep::TEMPORARY_SUFFIX));
    let mut new = shared.disk.create_new(&path).map_err(LakeError::io("create", &path))?;
    let temporary = Temporary::at(&shared.disk, path.clone());
    let mut from: Box<dyn Read> = match source {
        Source::File(from) => Box::new(File::open(from).map_err(LakeError::io("open", from))?),
        Source::Lake(name) => {
            Box::new(Placed { file: shared.place.open(name).map_err(LakeError::io("open", Path::new(name)))?, next: 0 })
        }
    };
    let copied = hashes(&mut *from, |piece| new.write_all(piece)).map_err(LakeError::io("copy to", &path))?;
    if copied != of(file) {
        return Err(LakeError::Damaged(file.damage(format!("and {source} is not what it was a moment ago"))));
    }
    new.sync().map_err(LakeError::io("bring to disk", &path))?;
    set_aside(lake, file)?;
    shared.place.publish(temporary.path(), &file.relative)?;
    temporary.taken();
    shared.place.keep(&[&file.relative])
}

/// A file of the place as a stream.
struct Placed {
    file: std::sync::Arc<dyn crate::lake::place::PlacedFile>,
    next: u64,
}

impl Read for Placed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let end = self.file.bytes().min(self.next + into.len() as u64);
        let bytes = self.file.read_at(self.next..end)?;
        into[..bytes.len()].copy_from_slice(&bytes);
        self.next = end;
        Ok(bytes.len())
    }
}

pub(super) fn set_aside(lake: &Lake, file: &LiveFile) -> Result<Option<String>, LakeError> {
    let place = &lake.shared.place;
    match place.open(&file.relative) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        // One that does not even open is to leave, too.
        _ => {}
    }
    let aside = format!("{ASIDE}/{}.{}", file.relative, Uuid::now_v7());
    place.publish_again(&file.relative, &aside)?;
    place.keep(&[&aside])?;
    place.remove(&file.relative)?;
    Ok(Some(aside))
}
