//! ZIP archives in ZIP archives.

use super::squeeze::squeeze;
use super::zip::{DEFLATED, Entry, end};
use crate::payload::pieces::CHUNK;
use crate::payload::zeros::{Deflated, crc_of_zeros};
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "zip-nested",
    group: Group::Archives,
    about: About {
        summary: "ZIP archives in ZIP archives, down to files of zeros.",
        provokes: "Unpackers that descend: malware and licence scanners, mail gateways, crawlers, importers of nested \
                   jars. Each level multiplies what there is to unpack, and each open level stays in memory.",
        seen: "42.zip; anchore/syft pull request 5067 (no limit on depth), codelibs/fess-crawler pull request 161, \
               microsoft/sarif-sdk pull request 2877.",
        becomes: "100 files of 10 MiB in three levels are 3.7 kB on the wire, and 1 GiB in Python for a scanner that keeps \
                  what it finds.",
        safe: "4xx from one limit on depth, on files and on bytes for the whole archive, whatever is nested in it.",
    },
    parameters: &[
        Parameter { name: "depth", about: "levels", takes: Takes::Count { least: 1, most: 10, default: 3 } },
        Parameter {
            name: "copies",
            about: "archives in each archive",
            takes: Takes::Count { least: 1, most: 16, default: 10 },
        },
        Parameter {
            name: "size",
            about: "size of the file in each innermost archive",
            takes: Takes::Size { least: 1, most: 64 << 20, default: 10 << 20 },
        },
    ],
    form: Form::Body(make),
};

fn make(values: &Values, _: &Turn) -> Body {
    let archive = archive(values.number("depth"), values.number("copies"), values.number("size"));
    let mut rest = bytes::Bytes::from(archive);
    let size = rest.len() as u64;
    let chunks = std::iter::from_fn(move || {
        let chunk = rest.split_to(rest.len().min(CHUNK));
        (!chunk.is_empty()).then_some(chunk)
    });
    Body::new("application/zip", size, chunks)
}

/// An archive of so many levels. Each level deflates the one in it once, however many copies it holds.
fn archive(depth: u64, copies: u64, size: u64) -> Vec<u8> {
    let zeros: Vec<u8> = Deflated::zeros(size).chunks().flatten().collect();
    let file = Entry { method: DEFLATED, crc: crc_of_zeros(size).finalize(), size, ..Entry::default() };
    let innermost = hold(&file, &zeros, "bin", 1);
    (1..depth).fold(innermost, |inner, _| {
        let size = inner.len() as u64;
        let file = Entry { method: DEFLATED, crc: crc32fast::hash(&inner), size, ..Entry::default() };
        hold(&file, &squeeze(&inner), "zip", copies)
    })
}

/// An archive of so many copies of a file.
fn hold(file: &Entry, packed: &[u8], kind: &str, copies: u64) -> Vec<u8> {
    let (mut archive, mut directory) = (vec![], vec![]);
    for copy in 0..copies {
        let entry = Entry { name: format!("{copy:02}.{kind}"), packed: packed.len() as u64, ..file.clone() };
        directory.extend(entry.central(archive.len() as u64));
        archive.extend(entry.local());
        archive.extend(packed);
    }
    let (size, start) = (directory.len() as u64, archive.len() as u64);
    archive.extend(directory);
    archive.extend(end(copies, size, start));
    archive
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::*;

    /// Bytes and files at the bottom.
    fn unpacked(archive: Vec<u8>) -> (u64, u64) {
        let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
        let (mut bytes, mut files) = (0, 0);
        for at in 0..archive.len() {
            let mut content = Vec::new();
            let mut file = archive.by_index(at).unwrap();
            file.read_to_end(&mut content).unwrap();
            let more = match file.name().unwrap().ends_with("zip") {
                true => unpacked(content),
                false => (content.len() as u64, 1),
            };
            (bytes, files) = (bytes + more.0, files + more.1);
        }
        (bytes, files)
    }

    #[test]
    fn a_real_reader_descends_to_every_file() {
        for (depth, copies, size) in [(1, 1_u64, 1), (2, 3, 100_000), (3, 10, 300_000), (5, 4, 5000)] {
            let files = copies.pow(depth - 1);
            assert_eq!(unpacked(archive(depth.into(), copies, size)), (files * size, files), "{depth} {copies}");
        }
    }

    #[test]
    fn a_gibibyte_is_4_kb_and_the_largest_archive_is_small() {
        assert!((2000..4500).contains(&archive(3, 10, 10 << 20).len()), "{}", archive(3, 10, 10 << 20).len());
        assert!(archive(10, 16, 64 << 20).len() < 100_000, "{}", archive(10, 16, 64 << 20).len());
    }
}
