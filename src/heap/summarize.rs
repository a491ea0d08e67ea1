//! From a file to a summary: the format is told by the content, whatever the file is called.

use std::path::Path;

use super::owners::Limits;
use super::{Format, HeapError, HeapSummary, Mapping, Snapshot, hprof, python};
use crate::units::Bytes;

/// How a dump is analyzed.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Options {
    /// How much of the owner tree is told.
    pub limits: Limits,
    /// Which references keep alive in a dump of a JVM.
    pub referents: hprof::Referents,
    /// Whether objects that no root reaches are counted as if one did.
    pub keep_unreachable: bool,
    /// Memory there is, in bytes: a larger analysis of a JVM's dump keeps half of its tables in temporary files.
    /// `None`: as much as it needs.
    pub memory: Option<Bytes>,
    /// Whether references stay in memory once it is known who keeps whom alive; paths need them.
    pub keep_references: bool,
}

/// Analyzes a dump: HPROF, V8 heap snapshot or Python graph, any of them also as gzip or through a pipe.
/// The path `-` is standard input.
///
/// Takes about 0.3 s of CPU and 30 MB of memory for each million objects of a JVM.
///
/// # Errors
/// As [`Snapshot::open`].
pub fn summarize(path: &Path, options: &Options) -> Result<HeapSummary, HeapError> {
    summarize_content(Mapping::open(path)?, path, options)
}

/// Analyzes content that was opened already; `path` is what errors call it.
///
/// # Errors
/// As [`summarize`].
pub fn summarize_content(file: Mapping, path: &Path, options: &Options) -> Result<HeapSummary, HeapError> {
    Ok(Snapshot::read(file, path, options)?.owners().summary())
}

/// Whether content begins as one of the formats does.
pub(super) fn is_dump(head: &[u8]) -> bool {
    format(head).is_ok()
}

/// The format by the first bytes; what they look like otherwise, as the end of "it ...".
pub(super) fn format(file: &[u8]) -> Result<Format, String> {
    let start = file.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(file.len());
    let text = &file[start..file.len().min(start + 64)];
    if hprof::recognizes(file) {
        return Ok(Format::Hprof);
    }
    if file.starts_with(python::MAGIC) {
        return Ok(Format::Python);
    }
    let squeezed: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if squeezed.starts_with(br#"{"snapshot":"#) {
        return Ok(Format::V8);
    }
    Err(looks(file, &squeezed))
}

fn looks(file: &[u8], text: &[u8]) -> String {
    const KNOWN: [(&[u8], &str); 10] = [
        (b"PK\x03\x04", "is a ZIP archive: unpack it first"),
        (b"\x28\xb5\x2f\xfd", "is packed with zstd: unpack it first"),
        (b"\xfd7zXZ", "is packed with xz: unpack it first"),
        (b"BZh", "is packed with bzip2: unpack it first"),
        (
            b"\x7fELF",
            "is an ELF file: a core dump has no heap graph, take a heap dump of the runtime (of OpenJ9: let Eclipse MAT \
             with DTFJ export it as HPROF)",
        ),
        (
            b"\x00\x12portable heap dump",
            "is a portable heap dump of OpenJ9, which knows no fields: take a system dump (`jcmd PID Dump.system`) and let \
             Eclipse MAT with DTFJ export it as HPROF",
        ),
        (b"PLIMPY", "is a Python graph of another version: analyze it with the version that wrote it"),
        (b"FLR\0", "is a Java flight recording, which has no heap graph: use `jcmd PID GC.heap_dump FILE`"),
        (b"{\"head\":", "is a heap profile of V8 (sampled): take a heap snapshot"),
        (b"{\"nodes\":[{", "is a CPU profile of V8: take a heap snapshot"),
    ];
    if file.is_empty() {
        return "is empty: the process was killed before it wrote it, or is still writing".to_owned();
    }
    let known = KNOWN.iter().find(|(magic, _)| file.starts_with(magic) || text.starts_with(magic));
    known.map_or_else(
        || format!("starts with `{}`", file[..file.len().min(12)].escape_ascii()),
        |(_, looks)| (*looks).to_owned(),
    )
}
