//! A small tar archive whose one file says that it is huge.

use std::io::Write as _;

use bytes::Bytes;

use crate::payload::pieces::{CHUNK, once};
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "tar-sparse",
    group: Group::Archives,
    about: About {
        summary: "A small tar archive whose one file says that it is huge: holes, or a lie.",
        provokes: "Registries, backups, build contexts, plug-in uploads. Holes cost nothing in the archive and become \
                   zeros when the file is read or copied; the map of holes is itself read into memory; and a header \
                   that lies makes those pay that allocate what it says.",
        seen: "CVE-2025-58183 (Go's archive/tar: map of a PAX 1.0 sparse file without limit; cri-o/cri-o pull request \
               9589, moby/moby pull request 51471).",
        becomes: "512 MiB of holes are 3 kB on the wire (old GNU 1.5 kB, the lie 512 bytes) and 512 MiB in \
                  Python for whoever reads the file, twice that for whoever makes room first.",
        safe: "4xx from the stated size, before the file is read; files written in pieces, never held.",
    },
    parameters: &[
        Parameter {
            name: "kind",
            about: "PAX 1.0 holes, old GNU holes, or a file that is not there",
            takes: Takes::Word(&["pax", "gnu", "cut"]),
        },
        Parameter {
            name: "size",
            about: "what the file says",
            takes: Takes::Size { least: 1, most: 1 << 62, default: 1 << 29 },
        },
        Parameter {
            name: "regions",
            about: "lines in the map of a PAX 1.0 file",
            takes: Takes::Count { least: 1, most: 100_000_000, default: 1 },
        },
    ],
    form: Form::Body(make),
};

fn make(values: &Values, _: &Turn) -> Body {
    let size = values.number("size");
    match values.text("kind") {
        "gnu" => short(vec![gnu(size).to_vec(), END.to_vec()]),
        "cut" => short(vec![Header::new("file", b'0', size).done().to_vec()]),
        _ => pax(size, values.number("regions")),
    }
}

const BLOCK: usize = 512;
const END: [u8; 2 * BLOCK] = [0; 2 * BLOCK];
const TYPE: &str = "application/x-tar";

fn short(parts: Vec<Vec<u8>>) -> Body {
    let parts = parts.concat();
    Body::new(TYPE, parts.len() as u64, once(parts))
}

/// A sparse file of PAX format 1.0: the map is the beginning of its data, and there is nothing else.
fn pax(size: u64, regions: u64) -> Body {
    let mut records = Vec::new();
    for (key, value) in [("major", "1"), ("minor", "0"), ("name", "file"), ("realsize", &size.to_string())] {
        records.extend(record(&format!("GNU.sparse.{key}={value}")));
    }
    let mut head = Header::new("pax", b'x', records.len() as u64).done().to_vec();
    records.resize(records.len().next_multiple_of(BLOCK), 0);
    head.extend(records);
    let count = format!("{regions}\n");
    let map = count.len() as u64 + regions * LINE;
    let fill = map.wrapping_neg() % BLOCK as u64;
    head.extend(Header::new("file", b'0', map + fill).done());
    let whole = head.len() as u64 + map + fill + END.len() as u64;
    let body = once(head).chain(once(count)).chain(lines(size, regions));
    Body::new(TYPE, whole, body.chain(once(vec![0; fill as usize])).chain(once(&END[..])))
}

/// Where a region starts, in 19 digits, and its length: 0.
const LINE: u64 = 19 + 3;

/// The map: empty regions, evenly up to the end of the file.
fn lines(size: u64, regions: u64) -> impl Iterator<Item = Bytes> + Send {
    let mut next = 1;
    std::iter::from_fn(move || {
        let mut chunk = Vec::new();
        while next <= regions && chunk.len() < CHUNK {
            let offset = u128::from(size) * u128::from(next) / u128::from(regions);
            // Writing to a vector cannot fail.
            let _ = write!(chunk, "{offset:019}\n0\n");
            next += 1;
        }
        (!chunk.is_empty()).then(|| chunk.into())
    })
}

/// A record of PAX: its length, which counts its own digits, and what it says.
fn record(text: &str) -> Vec<u8> {
    let rest = text.len() + 2;
    let length = (rest + 1..).find(|length| length.to_string().len() + rest == *length).unwrap_or(rest);
    format!("{length} {text}\n").into_bytes()
}

/// A sparse file of the old GNU format: one empty region at its end.
fn gnu(size: u64) -> [u8; BLOCK] {
    let mut header = Header::new("file", b'S', 0);
    header.0[257..265].copy_from_slice(b"ustar  \0");
    header.number(386, 12, size);
    header.number(398, 12, 0);
    header.number(483, 12, size);
    header.done()
}

/// A header of POSIX 1003.1 (ustar).
struct Header([u8; BLOCK]);

impl Header {
    fn new(name: &str, kind: u8, size: u64) -> Self {
        let mut header = Self([0; BLOCK]);
        header.0[..name.len()].copy_from_slice(name.as_bytes());
        for (at, length, number) in [(100, 8, 0o644), (108, 8, 0), (116, 8, 0), (136, 12, 0)] {
            header.number(at, length, number);
        }
        header.number(124, 12, size);
        header.0[156] = kind;
        header.0[257..265].copy_from_slice(b"ustar\x0000");
        header
    }

    /// A number: octal digits and a zero byte, or base 256 if there are too few.
    fn number(&mut self, at: usize, length: usize, number: u64) {
        let field = &mut self.0[at..at + length];
        let digits = format!("{number:0width$o}", width = length - 1);
        if digits.len() < length {
            field[..length - 1].copy_from_slice(digits.as_bytes());
        } else {
            field[0] = 0x80;
            field[length - 8..].copy_from_slice(&number.to_be_bytes());
        }
    }

    /// With its sum, which counts itself as spaces.
    fn done(mut self) -> [u8; BLOCK] {
        self.0[148..156].fill(b' ');
        let sum: u64 = self.0.iter().map(|byte| u64::from(*byte)).sum();
        self.number(148, 7, sum);
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn wire(body: Body) -> Vec<u8> {
        let size = body.size;
        let wire: Vec<u8> = body.chunks.flatten().collect();
        assert_eq!(wire.len() as u64, size);
        wire
    }

    #[test]
    fn a_real_reader_fills_the_hole() {
        for size in [5, 3_000_000] {
            let wire = wire(short(vec![gnu(size).to_vec(), END.to_vec()]));
            let mut archive = tar::Archive::new(&wire[..]);
            let mut file = archive.entries().unwrap().next().unwrap().unwrap();
            assert_eq!(file.path().unwrap().to_str(), Some("file"));
            let mut zeros = Vec::new();
            file.read_to_end(&mut zeros).unwrap();
            assert_eq!(zeros, vec![0; size as usize]);
        }
    }

    #[test]
    fn a_real_reader_finds_the_records_and_the_map() {
        let wire = wire(pax(1 << 62, 1000));
        let mut archive = tar::Archive::new(&wire[..]);
        let mut file = archive.entries().unwrap().next().unwrap().unwrap();
        let records = file.pax_extensions().unwrap().unwrap();
        let records: Vec<String> = records
            .map(|r| {
                let r = r.unwrap();
                format!("{}={}", r.key().unwrap(), r.value().unwrap())
            })
            .collect();
        assert_eq!(records[3], "GNU.sparse.realsize=4611686018427387904");
        let mut map = String::new();
        file.read_to_string(&mut map).unwrap();
        let numbers: Vec<u64> = map.lines().map_while(|line| line.parse().ok()).collect();
        assert_eq!((numbers.len(), numbers[0], numbers[1999]), (2001, 1000, 1 << 62));
    }

    #[test]
    fn a_lie_is_a_header_and_large_numbers_fit() {
        let body = wire(short(vec![Header::new("file", b'0', 1 << 40).done().to_vec()]));
        assert_eq!(body.len(), BLOCK);
        let mut archive = tar::Archive::new(&body[..]);
        assert_eq!(archive.entries().unwrap().next().unwrap().unwrap().size(), 1 << 40);
    }

    #[test]
    fn half_a_gibibyte_of_holes_is_3_kb() {
        assert_eq!(wire(pax(1 << 29, 1)).len(), 3072);
    }
}
