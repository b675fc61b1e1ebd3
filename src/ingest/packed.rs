//! Packed input: gzip, and zip archives with one CSV file, told by their first bytes whatever the file is called.
//!
//! Invariant: unpacking takes constant memory and ends at a limit; a small file that would become a huge one is refused
//! as `compressed_bomb`.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use flate2::Crc;
use flate2::read::{DeflateDecoder, MultiGzDecoder};
use zip::{CompressionMethod, ZipArchive};

use super::Progress;
use crate::report::Refusal;

/// How much may come out of a packed file.
#[derive(Clone, Copy, Debug)]
pub struct UnpackLimits {
    /// Bytes of text.
    pub max_bytes: u64,
    /// Bytes of text per packed byte.
    pub max_ratio: u64,
}

impl Default for UnpackLimits {
    fn default() -> Self {
        Self { max_bytes: 64 << 30, max_ratio: 200 }
    }
}

/// So much may come out of any file: a short report of equal rows packs well and harms nobody.
const RATIO_FREE_BYTES: u64 = 16 << 20;

/// The bytes of a file without their packing.
pub(super) struct Unpacked<'a> {
    pub reader: Box<dyn Read + Send + 'a>,
    /// Bytes that will come, as far as the packing says.
    pub size: Option<u64>,
    /// Which packing was taken off.
    pub note: Option<String>,
}

pub(super) fn open(mut file: File, limits: UnpackLimits, progress: &dyn Progress) -> Result<Unpacked<'_>, Refusal> {
    let mut magic = [0; 4];
    let at_fault = |error: io::Error| Refusal::new("unreadable", format!("the file cannot be read: {error}"));
    let length = file.metadata().map_err(at_fault)?.len();
    let read = read_start(&mut file, &mut magic).map_err(at_fault)?;
    file.rewind().map_err(at_fault)?;
    match magic[..read] {
        [0x1f, 0x8b, ..] => {
            let size = gzip_size(&mut file).map_err(at_fault)?;
            let decoder = MultiGzDecoder::new(Counted { file, progress });
            let reader = Box::new(Limited::new(decoder, limits, length));
            Ok(Unpacked { reader, size, note: Some("the file is packed with gzip".to_owned()) })
        }
        // A zip archive without entries has only its end record.
        [b'P', b'K', 3, 4] | [b'P', b'K', 5, 6] => zip(file, limits, progress),
        _ => Ok(Unpacked { reader: Box::new(Counted { file, progress }), size: Some(length), note: None }),
    }
}

/// Fills `start` as far as the input goes.
pub(super) fn read_start(input: &mut impl Read, start: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    while read < start.len() {
        match input.read(&mut start[read..]) {
            Ok(0) => break,
            Ok(n) => read += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

/// What the trailer says of the length, modulo 4 GiB and of the last member only: good as a hint.
fn gzip_size(file: &mut File) -> io::Result<Option<u64>> {
    let mut trailer = [0; 4];
    let size = match file.seek(SeekFrom::End(-4)) {
        Ok(_) => (read_start(file, &mut trailer)? == 4).then(|| u32::from_le_bytes(trailer).into()),
        Err(_) => None,
    };
    file.rewind()?;
    Ok(size)
}

fn zip(mut file: File, limits: UnpackLimits, progress: &dyn Progress) -> Result<Unpacked<'_>, Refusal> {
    let damaged = |error: &dyn std::fmt::Display| {
        Refusal::new("damaged_archive", format!("the zip archive cannot be read ({error}): fetch the file again"))
    };
    let mut archive = ZipArchive::new(BufReader::new(&file)).map_err(|error| damaged(&error))?;
    let name = one_csv(&archive)?;
    let index = archive.index_for_name(&name).ok_or_else(|| damaged(&"its names are not readable"))?;
    let entry = archive.by_index_raw(index).map_err(|error| damaged(&error))?;
    let (packed, size, crc) = (entry.compressed_size(), entry.size(), entry.crc32());
    let method = entry.compression();
    if entry.encrypted() {
        return Err(Refusal::new("encrypted", "the zip archive has a password: unpack it first"));
    }
    let start = entry.data_start().ok_or_else(|| damaged(&"its file has no beginning"))?;
    drop(entry);
    drop(archive);
    file.seek(SeekFrom::Start(start)).map_err(|error| damaged(&error))?;
    let content = Counted { file, progress }.take(packed);
    let decoder: Box<dyn Read + Send> = match method {
        CompressionMethod::Stored => Box::new(content),
        CompressionMethod::Deflated => Box::new(DeflateDecoder::new(content)),
        other => {
            return Err(Refusal::new(
                "unknown_packing",
                format!("the zip archive is packed with {other:?}: use deflate"),
            ));
        }
    };
    let checked = Checked { decoder, crc: Crc::new(), expected: (crc, size) };
    let note = Some(format!("the file is the zip archive of {name}"));
    Ok(Unpacked { reader: Box::new(Limited::new(checked, limits, packed)), size: Some(size), note })
}

/// The name of the only CSV file of the archive.
fn one_csv<R: Read + Seek>(archive: &ZipArchive<R>) -> Result<String, Refusal> {
    let mut found: Vec<String> = Vec::new();
    for name in archive.file_names().flatten() {
        // Archives made on a Mac hold a shadow of each file.
        let is_shadow = name.starts_with("__MACOSX/");
        if name.to_ascii_lowercase().ends_with(".csv") && !is_shadow {
            found.push(name.into_owned());
        }
    }
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(Refusal::new(
            "not_csv",
            "this is a zip archive or a spreadsheet without a CSV file: export the report as CSV",
        )),
        n => {
            let message = format!(
                "the zip archive holds {n} CSV files, {} and {}, …: unpack it and import each",
                found[0], found[1]
            );
            Err(Refusal::new("several_files", message))
        }
    }
}

/// Tells the bytes of the file as they are read.
struct Counted<'a> {
    file: File,
    progress: &'a dyn Progress,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.progress.read(n as u64);
        Ok(n)
    }
}

/// Holds what was unpacked against the checksum and length of the archive.
struct Checked<R> {
    decoder: R,
    crc: Crc,
    expected: (u32, u64),
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.decoder.read(buffer)?;
        self.crc.update(&buffer[..n]);
        // The amount is kept modulo 4 GiB.
        let (crc, size) = self.expected;
        if n == 0 && !buffer.is_empty() && (self.crc.sum(), self.crc.amount()) != (crc, size as u32) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(n)
    }
}

/// Ends unpacking at the limit, and says of broken packing what it is.
struct Limited<R> {
    decoder: R,
    left: u64,
    limits: UnpackLimits,
}

impl<R: Read> Limited<R> {
    fn new(decoder: R, limits: UnpackLimits, packed: u64) -> Self {
        let by_ratio = packed.saturating_mul(limits.max_ratio).max(RATIO_FREE_BYTES);
        Self { decoder, left: by_ratio.min(limits.max_bytes), limits }
    }

    fn unpack(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.decoder.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => {
                let what = "the packed file is damaged or not complete: fetch it again";
                io::Error::other(Refusal::new("damaged_archive", what))
            }
            _ => error,
        })
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return match self.unpack(&mut [0])? {
                0 => Ok(0),
                _ => Err(io::Error::other(bomb(self.limits))),
            };
        }
        let room = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let n = self.unpack(&mut buffer[..room])?;
        self.left -= n as u64;
        Ok(n)
    }
}

fn bomb(limits: UnpackLimits) -> Refusal {
    let message = format!(
        "the packed file unpacks to more than {} times its size or more than {} MiB: if it is a report, unpack it first, \
         or raise import.max_unpack_ratio or import.max_unpacked_mib",
        limits.max_ratio,
        limits.max_bytes >> 20
    );
    Refusal::new("compressed_bomb", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::read::GzEncoder;

    /// Endless input that counts what was taken from it.
    struct Endless(u64);

    impl Read for &mut Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 += buffer.len() as u64;
            buffer.fill(b'7');
            Ok(buffer.len())
        }
    }

    fn code(error: io::Error) -> &'static str {
        error.downcast::<Refusal>().unwrap().code
    }

    #[test]
    fn unpacking_ends_at_the_ratio_and_at_the_absolute_limit() {
        let limits = UnpackLimits { max_bytes: 1 << 30, max_ratio: 10 };
        for (packed, limits, allowed) in [
            (100, limits, RATIO_FREE_BYTES),
            (4 << 20, limits, 40 << 20),
            (4 << 20, UnpackLimits { max_bytes: 1 << 20, ..limits }, 1 << 20),
        ] {
            let mut input = Endless(0);
            let taken = io::copy(&mut Limited::new(&mut input, limits, packed), &mut io::sink());
            assert_eq!(code(taken.unwrap_err()), "compressed_bomb");
            assert_eq!(input.0, allowed + 1, "{limits:?}");
        }
    }

    #[test]
    fn what_ends_at_the_limit_is_whole() {
        let limits = UnpackLimits { max_bytes: 5, max_ratio: 10 };
        let mut text = String::new();
        Limited::new(&b"12345"[..], limits, 1).read_to_string(&mut text).unwrap();
        assert_eq!(text, "12345");
    }

    #[test]
    fn a_cut_gzip_file_is_named_as_such() {
        let mut packed = Vec::new();
        GzEncoder::new(&b"a report, and more of it"[..], Compression::fast()).read_to_end(&mut packed).unwrap();
        for cut in [12, packed.len() - 2] {
            let read = io::copy(
                &mut Limited::new(MultiGzDecoder::new(&packed[..cut]), UnpackLimits::default(), cut as u64),
                &mut io::sink(),
            );
            assert_eq!(code(read.unwrap_err()), "damaged_archive", "cut at {cut}");
        }
    }
}
