//! The program that reads videos: found, asked for one picture, and stopped in time.
//!
//! It is given a local file whose container was told from its first bytes, and may open nothing else: a file that only
//! looks like a video, such as a playlist, would otherwise make it open addresses and other files.

use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::entities::thumbnails::ThumbnailFault;

/// An ffmpeg of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ffmpeg {
    program: PathBuf,
}

/// The largest picture that is taken.
const LARGEST_BYTES: u64 = 4 << 20;

/// A frame that is worth a look among the first, no wider than lists show.
const PICTURE: &str = "thumbnail=30,scale='min(640,iw)':-2";

const BEFORE: &[&str] = &["-nostdin", "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "file,pipe"];
const AFTER: &[&str] = &["-an", "-sn", "-frames:v", "1", "-vf", PICTURE, "-q:v", "4", "-f", "mjpeg", "pipe:1"];

/// How long it may take to say its version.
const VERSION_WITHIN: Duration = Duration::from_secs(3);

const POLL: Duration = Duration::from_millis(10);

impl Ffmpeg {
    /// The program that the setting names, else `ffmpeg`, by its path or in `PATH`.
    pub fn find(setting: &str) -> Option<Self> {
        let named = Path::new(if setting.is_empty() { "ffmpeg" } else { setting });
        if named.components().count() > 1 {
            return is_program(named).then(|| Self { program: named.to_owned() });
        }
        let path = std::env::var_os("PATH")?;
        let program = std::env::split_paths(&path).map(|dir| dir.join(named)).find(|program| is_program(program));
        program.map(|program| Self { program })
    }

    /// What it says its version is.
    pub fn version(&self) -> Option<String> {
        let told = self.run(&[OsStr::new("-version")], VERSION_WITHIN).ok()?;
        let text = String::from_utf8_lossy(&told).into_owned();
        let first = text.lines().next()?;
        let version = first.strip_prefix("ffmpeg version ").and_then(|rest| rest.split(' ').next()).unwrap_or(first);
        Some(version.to_owned())
    }

    /// A picture of the video in the file, as JPEG.
    pub(super) fn picture(&self, file: &Path, demuxer: &str, within: Duration) -> Result<Vec<u8>, ThumbnailFault> {
        let mut arguments: Vec<&OsStr> = BEFORE.iter().map(OsStr::new).collect();
        arguments.extend([OsStr::new("-f"), OsStr::new(demuxer), OsStr::new("-i"), file.as_os_str()]);
        arguments.extend(AFTER.iter().map(OsStr::new));
        let picture = self.run(&arguments, within)?;
        match picture.starts_with(&[0xff, 0xd8, 0xff]) && picture.ends_with(&[0xff, 0xd9]) {
            true => Ok(picture),
            false => Err(ThumbnailFault::Unknown),
        }
    }

    /// What it writes to its standard output, where it ends well and in time.
    fn run(&self, arguments: &[&OsStr], within: Duration) -> Result<Vec<u8>, ThumbnailFault> {
        let until = Instant::now() + within;
        let mut command = Command::new(&self.program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        // A group of its own, so that what it started ends with it.
        command.process_group(0);
        let mut child = command.spawn().map_err(|error| {
            tracing::warn!("{}: {error}", self.program.display());
            ThumbnailFault::Unknown
        })?;
        let ended = wait(&mut child, until);
        if ended.is_err() {
            end(&mut child);
        }
        ended
    }
}

fn wait(child: &mut Child, until: Instant) -> Result<Vec<u8>, ThumbnailFault> {
    let (sender, written) = mpsc::channel();
    if let Some(output) = child.stdout.take() {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = output.take(LARGEST_BYTES + 1).read_to_end(&mut bytes);
            // Nobody listens any more after the deadline.
            let _ = sender.send(read.map(|_| bytes));
        });
    }
    let left = || until.saturating_duration_since(Instant::now());
    let bytes = written.recv_timeout(left()).map_err(|_| ThumbnailFault::Timeout)?;
    let bytes = bytes.map_err(|_| ThumbnailFault::Unknown)?;
    if bytes.len() as u64 > LARGEST_BYTES {
        return Err(ThumbnailFault::Unknown);
    }
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(bytes),
            Ok(Some(_)) | Err(_) => return Err(ThumbnailFault::Unknown),
            Ok(None) if left().is_zero() => return Err(ThumbnailFault::Timeout),
            Ok(None) => std::thread::sleep(POLL),
        }
    }
}

fn end(child: &mut Child) {
    // Where it is gone already, there is nothing to end.
    let _ = rustix::process::kill_process_group(rustix::process::Pid::from_child(child), rustix::process::Signal::KILL);
    let _ = child.wait();
}

fn is_program(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}
