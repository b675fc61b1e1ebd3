//! What stands between SQLite and the disk in tests: it sees each change of a database's files before it happens, may fail
//! it, and so can also know what was not brought to disk yet.
//!
//! SQLite's own way to the disk stays as it is; in the table of its functions for an open file, those that change something
//! are exchanged for ours, which ask first. Files that nobody stands under are left alone.

use std::collections::HashMap;
use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, Once, PoisonError, Weak};

use rusqlite::ffi::{
    SQLITE_IOERR, SQLITE_IOERR_CLOSE, SQLITE_IOERR_DELETE, SQLITE_OK, SQLITE_OPEN_MAIN_DB, SQLITE_OPEN_MAIN_JOURNAL,
    SQLITE_OPEN_WAL, sqlite3_file, sqlite3_int64, sqlite3_io_methods, sqlite3_vfs, sqlite3_vfs_find,
    sqlite3_vfs_register,
};

/// A change of a file that is about to happen.
#[derive(Debug)]
pub(crate) enum Act<'a> {
    /// These bytes are written there, over the old ones; the file had that size.
    Write { offset: u64, new: &'a [u8], old: Vec<u8>, size: u64 },
    /// The file gets this size; what it loses is given.
    Truncate { to: u64, tail: Vec<u8> },
    /// What was written is brought to disk.
    Sync,
    /// The file is taken away.
    Delete,
}

/// What stands under a directory's databases.
pub(crate) trait Under: Send + Sync {
    /// How many bytes of a write happen (anything for another act), or SQLite's code of the error that it gives. A write
    /// that happens in part gives the code of a full disk.
    fn act(&self, path: &Path, act: Act<'_>) -> Result<usize, c_int>;
}

/// Lets it stand under all databases of that directory (absolute, without links) that are opened from now on, while it is
/// there.
pub(crate) fn stand_under(directory: &Path, under: Weak<dyn Under>) {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(register);
    let mut all = all();
    all.standing.retain(|(_, under)| under.strong_count() > 0);
    all.standing.push((directory.to_owned(), under));
}

struct Open {
    path: PathBuf,
    under: Weak<dyn Under>,
    methods: &'static sqlite3_io_methods,
}

#[derive(Default)]
struct All {
    standing: Vec<(PathBuf, Weak<dyn Under>)>,
    /// By the address of SQLite's file.
    open: HashMap<usize, Arc<Open>>,
}

static ALL: LazyLock<Mutex<All>> = LazyLock::new(Mutex::default);

fn all() -> MutexGuard<'static, All> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The machine's own way to the disk.
fn own() -> &'static sqlite3_vfs {
    // SAFETY: the bundled SQLite always has its default, which lives as long as the process.
    unsafe { &*ORIGINAL.load(Ordering::Relaxed) }
}

static ORIGINAL: AtomicPtr<sqlite3_vfs> = AtomicPtr::new(std::ptr::null_mut());

/// Makes a copy of the default, which opens and deletes by way of us, the new default.
fn register() {
    // SAFETY: the default is there and stays; its copy is leaked, so it stays too. All else in it is as it was, also the data
    // that its functions find by it.
    unsafe {
        let original = sqlite3_vfs_find(std::ptr::null());
        ORIGINAL.store(original, Ordering::Relaxed);
        let ours = sqlite3_vfs {
            zName: c"catscan-test".as_ptr(),
            pNext: std::ptr::null_mut(),
            xOpen: Some(open),
            xDelete: Some(delete),
            ..*original
        };
        assert_eq!(sqlite3_vfs_register(Box::leak(Box::new(ours)), 1), SQLITE_OK);
    }
}

fn under(path: &Path) -> Option<Weak<dyn Under>> {
    let all = all();
    all.standing.iter().rev().find(|(directory, _)| path.starts_with(directory)).map(|(_, under)| Weak::clone(under))
}

/// SAFETY: `name` is null or a name that SQLite ends with a zero.
unsafe fn path_of(name: *const c_char) -> Option<PathBuf> {
    if name.is_null() {
        return None;
    }
    // SAFETY: see above.
    let name = unsafe { CStr::from_ptr(name) };
    Some(PathBuf::from(OsStr::from_bytes(name.to_bytes())))
}

unsafe extern "C" fn open(
    vfs: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    let Some(open) = own().xOpen else { return SQLITE_IOERR };
    // SAFETY: SQLite's own arguments, for its own function; `vfs` differs from its own only in two functions.
    let code = unsafe { open(vfs, name, file, flags, out_flags) };
    let is_kept = flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL) != 0;
    // SAFETY: see `path_of`.
    let Some(path) = (unsafe { path_of(name) }).filter(|_| code == SQLITE_OK && is_kept) else { return code };
    let Some(under) = under(&path) else { return code };
    // SAFETY: an open file has a table of functions, which SQLite has once for each kind of file and never changes.
    let methods: &'static sqlite3_io_methods = unsafe { &*(*file).pMethods };
    let ours = sqlite3_io_methods {
        xClose: Some(close),
        xWrite: Some(write),
        xTruncate: Some(truncate),
        xSync: Some(sync),
        ..*methods
    };
    // A few bytes for each file that a test opens.
    // SAFETY: the file is not in use before this function returns; the table is leaked.
    unsafe { (*file).pMethods = Box::leak(Box::new(ours)) };
    all().open.insert(file as usize, Arc::new(Open { path, under, methods }));
    code
}

unsafe extern "C" fn delete(vfs: *mut sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    // SAFETY: see `path_of`.
    if let Some(path) = unsafe { path_of(name) }
        && let Some(under) = under(&path)
        && under.upgrade().is_some_and(|under| under.act(&path, Act::Delete).is_err())
    {
        return SQLITE_IOERR_DELETE;
    }
    let Some(delete) = own().xDelete else { return SQLITE_IOERR };
    // SAFETY: SQLite's own arguments.
    unsafe { delete(vfs, name, sync) }
}

fn opened(file: *mut sqlite3_file) -> Option<Arc<Open>> {
    all().open.get(&(file as usize)).map(Arc::clone)
}

impl Open {
    /// Where nobody is under it any more, everything happens.
    fn act(&self, act: Act<'_>) -> Result<usize, c_int> {
        self.under.upgrade().map_or(Ok(usize::MAX), |under| under.act(&self.path, act))
    }

    /// SAFETY: `file` is the open file of this description.
    unsafe fn size(&self, file: *mut sqlite3_file) -> u64 {
        let mut size: sqlite3_int64 = 0;
        // SAFETY: see above.
        let code = self.methods.xFileSize.map(|ask| unsafe { ask(file, &raw mut size) });
        assert_eq!(code, Some(SQLITE_OK));
        size.unsigned_abs()
    }

    /// What is there now, as far as the file goes.
    ///
    /// SAFETY: `file` is the open file of this description.
    unsafe fn old(&self, file: *mut sqlite3_file, from: u64, length: u64, size: u64) -> Vec<u8> {
        let mut old = vec![0; length.min(size.saturating_sub(from)) as usize];
        if !old.is_empty() {
            let (into, length) = (old.as_mut_ptr().cast::<c_void>(), old.len() as c_int);
            // SAFETY: see above; `old` has room for that many bytes.
            let code = self.methods.xRead.map(|read| unsafe { read(file, into, length, from as sqlite3_int64) });
            assert_eq!(code, Some(SQLITE_OK));
        }
        old
    }
}

unsafe extern "C" fn write(file: *mut sqlite3_file, bytes: *const c_void, length: c_int, at: sqlite3_int64) -> c_int {
    let Some(open) = opened(file) else { return SQLITE_IOERR };
    let (offset, count) = (at.unsigned_abs(), length.unsigned_abs() as usize);
    // SAFETY: SQLite gives so many bytes, for a file that is open.
    let (new, size) = unsafe { (std::slice::from_raw_parts(bytes.cast::<u8>(), count), open.size(file)) };
    // SAFETY: the file is open.
    let old = unsafe { open.old(file, offset, count as u64, size) };
    let happens = match open.act(Act::Write { offset, new, old, size }) {
        Ok(happens) => happens.min(count),
        Err(code) => return code,
    };
    let Some(write) = open.methods.xWrite else { return SQLITE_IOERR };
    // SAFETY: SQLite's own arguments, at most as many bytes as it gave.
    let code = unsafe { write(file, bytes, happens as c_int, at) };
    if code == SQLITE_OK && happens < count { rusqlite::ffi::SQLITE_FULL } else { code }
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, to: sqlite3_int64) -> c_int {
    let Some(open) = opened(file) else { return SQLITE_IOERR };
    // SAFETY: the file is open.
    let tail = unsafe {
        let size = open.size(file);
        open.old(file, to.unsigned_abs(), size.saturating_sub(to.unsigned_abs()), size)
    };
    if let Err(code) = open.act(Act::Truncate { to: to.unsigned_abs(), tail }) {
        return code;
    }
    // SAFETY: SQLite's own arguments.
    open.methods.xTruncate.map_or(SQLITE_IOERR, |truncate| unsafe { truncate(file, to) })
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    let Some(open) = opened(file) else { return SQLITE_IOERR };
    if let Err(code) = open.act(Act::Sync) {
        return code;
    }
    // SAFETY: SQLite's own arguments.
    open.methods.xSync.map_or(SQLITE_IOERR, |sync| unsafe { sync(file, flags) })
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    let Some(open) = all().open.remove(&(file as usize)) else { return SQLITE_IOERR_CLOSE };
    // SAFETY: SQLite's own argument; nobody uses the file after this.
    open.methods.xClose.map_or(SQLITE_IOERR_CLOSE, |close| unsafe { close(file) })
}
