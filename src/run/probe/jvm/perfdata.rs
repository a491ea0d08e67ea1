//! The counters that a HotSpot JVM keeps in a file: `hsperfdata_USER/PID`, format 2.0.
//!
//! Reading them stops nothing. The file belongs to the service: every offset in it is checked.
//! Reference: `perfMemory.hpp`, `sun.jvmstat.perfdata.monitor.v2_0.PerfDataBuffer`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use super::super::process::Process;

/// Largest file that is read, in bytes; the JVM's default is 32 KiB.
const LARGEST: u64 = 4 << 20;

/// The counters of one JVM at one moment.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Counters {
    numbers: BTreeMap<String, i64>,
    texts: BTreeMap<String, String>,
}

/// Why a file is no counters.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Malformed {
    #[error("it does not start as counters do")]
    Magic,
    #[error("the JVM is still starting")]
    Starting,
    #[error("an entry lies outside of the file")]
    Bounds,
}

impl Counters {
    /// The counters of a process; `None` if it is no JVM, or one that keeps none.
    pub fn of(process: &Process) -> Option<Self> {
        let mut bytes = Vec::new();
        File::open(place(process)?).ok()?.take(LARGEST).read_to_end(&mut bytes).ok()?;
        parse(&bytes).ok()
    }

    /// A counter of bytes, ticks or events; negative values are none.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.numbers.get(name).and_then(|value| u64::try_from(*value).ok())
    }

    /// A constant.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str)
    }

    /// The sum of `sun.gc.generation.*.space.*.used`: bytes in use on the heap when it was collected last.
    pub fn used(&self) -> Option<u64> {
        let space =
            |name: &str| name.starts_with("sun.gc.generation.") && name.contains(".space.") && name.ends_with(".used");
        let values: Vec<u64> =
            self.numbers.keys().filter(|name| space(name)).filter_map(|name| self.number(name)).collect();
        (!values.is_empty()).then(|| values.into_iter().fold(0, u64::saturating_add))
    }
}

/// The file of a process: in its own `/tmp`, of its own user.
fn place(process: &Process) -> Option<PathBuf> {
    let folders = std::fs::read_dir(process.path("/tmp")).ok()?.flatten();
    let named = folders.filter(|entry| entry.file_name().to_string_lossy().starts_with("hsperfdata_"));
    let mut files: Vec<PathBuf> = named.map(|entry| entry.path().join(process.inner.to_string())).collect();
    files.sort();
    let own = |file: &PathBuf| {
        let found = std::fs::symlink_metadata(file);
        found.is_ok_and(|found| found.is_file() && found.uid() == process.uid)
    };
    files.into_iter().find(own)
}

/// Whether the process is a JVM that keeps counters.
pub(super) fn exist(process: &Process) -> bool {
    place(process).is_some()
}

fn parse(bytes: &[u8]) -> Result<Counters, Malformed> {
    if bytes.get(..4) != Some(&[0xca, 0xfe, 0xc0, 0xc0]) {
        return Err(Malformed::Magic);
    }
    let file = File2 { bytes, little: bytes.get(4) == Some(&1) };
    if bytes.get(5) != Some(&2) {
        return Err(Malformed::Magic);
    }
    if bytes.get(7) != Some(&1) {
        return Err(Malformed::Starting);
    }
    let (mut at, count) = (file.u32(24)? as usize, file.u32(28)?);
    let mut counters = Counters::default();
    for _ in 0..count {
        let length = file.u32(at)? as usize;
        let end = at.checked_add(length).filter(|end| length >= 20 && *end <= bytes.len()).ok_or(Malformed::Bounds)?;
        counters.add(&file, at, &bytes[at..end])?;
        at = end;
    }
    Ok(counters)
}

impl Counters {
    fn add(&mut self, file: &File2<'_>, at: usize, entry: &[u8]) -> Result<(), Malformed> {
        let name = text(entry.get(file.u32(at + 4)? as usize..).ok_or(Malformed::Bounds)?);
        let (vector, data) = (file.u32(at + 8)? as usize, file.u32(at + 16)? as usize);
        match (entry[12], vector) {
            (b'J', 0) => {
                let value = entry.get(data..).and_then(|rest| rest.first_chunk::<8>()).ok_or(Malformed::Bounds)?;
                self.numbers
                    .insert(name, if file.little { i64::from_le_bytes(*value) } else { i64::from_be_bytes(*value) });
            }
            (b'B', _) => {
                let end = data.checked_add(vector).ok_or(Malformed::Bounds)?;
                self.texts.insert(name, text(entry.get(data..end).ok_or(Malformed::Bounds)?));
            }
            _ => {}
        }
        Ok(())
    }
}

/// The bytes up to the first zero, as text.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// The file with its byte order.
struct File2<'a> {
    bytes: &'a [u8],
    little: bool,
}

impl File2<'_> {
    fn u32(&self, at: usize) -> Result<u32, Malformed> {
        let found = self.bytes.get(at..).and_then(|rest| rest.first_chunk::<4>()).ok_or(Malformed::Bounds)?;
        Ok(if self.little { u32::from_le_bytes(*found) } else { u32::from_be_bytes(*found) })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(name: &str, kind: u8, vector: u32, data: &[u8]) -> Vec<u8> {
        let start = (20 + name.len() + 1).next_multiple_of(8);
        let length = (start + data.len()).next_multiple_of(8);
        let mut bytes = Vec::new();
        for number in [length as u32, 20, vector] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend([kind, 0, 0, 0]);
        bytes.extend((start as u32).to_le_bytes());
        bytes.extend(name.as_bytes());
        bytes.resize(start, 0);
        bytes.extend(data);
        bytes.resize(length, 0);
        bytes
    }

    fn file(entries: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = vec![0xca, 0xfe, 0xc0, 0xc0, 1, 2, 0, 1];
        bytes.extend([0; 16]);
        bytes.extend(32u32.to_le_bytes());
        bytes.extend((entries.len() as u32).to_le_bytes());
        entries.iter().for_each(|entry| bytes.extend(entry));
        bytes
    }

    fn sample() -> Vec<u8> {
        file(&[
            entry("sun.gc.generation.0.space.0.used", b'J', 0, &7i64.to_le_bytes()),
            entry("sun.gc.generation.1.space.0.used", b'J', 0, &35i64.to_le_bytes()),
            entry("sun.gc.policy.name", b'B', 16, b"Copy:MSC\0"),
        ])
    }

    #[test]
    fn counters_and_constants_are_read() {
        let mut bytes = sample();
        bytes.extend([0; 16]);
        let counters = parse(&bytes).unwrap();
        assert_eq!(counters.used(), Some(42));
        assert_eq!(counters.text("sun.gc.policy.name"), Some("Copy:MSC"));
        assert_eq!(counters.number("sun.gc.generation.0.space.0.used"), Some(7));
    }

    #[test]
    fn an_entry_beyond_the_end_is_refused() {
        let bytes = sample();
        assert_eq!(parse(&bytes[..bytes.len() - 9]), Err(Malformed::Bounds));
        let mut endless = sample();
        endless[32..36].copy_from_slice(&0u32.to_le_bytes());
        assert_eq!(parse(&endless), Err(Malformed::Bounds));
    }

    #[test]
    fn a_jvm_that_is_still_starting_is_told_apart() {
        let mut bytes = sample();
        bytes[7] = 0;
        assert_eq!(parse(&bytes), Err(Malformed::Starting));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..400), honest in any::<bool>()) {
            if honest && bytes.len() > 8 {
                bytes[..8].copy_from_slice(&[0xca, 0xfe, 0xc0, 0xc0, 1, 2, 0, 1]);
                bytes.splice(8..8, sample().into_iter().skip(8));
            }
            let _ = parse(&bytes);
        }

        #[test]
        fn no_flipped_byte_makes_the_reader_panic(at in 0usize..200, value in any::<u8>()) {
            let mut bytes = sample();
            let at = at % bytes.len();
            bytes[at] = value;
            let _ = parse(&bytes);
        }
    }
}
