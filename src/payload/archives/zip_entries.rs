//! A ZIP archive of very many empty files.

use bytes::Bytes;

use super::zip::{CENTRAL, Entry, LOCAL, end};
use crate::payload::pieces::{CHUNK, once};
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "zip-entries",
    group: Group::Archives,
    about: About {
        summary: "A ZIP archive of very many empty files.",
        provokes: "Libraries that make an object, a name and a place in a table for each entry as soon as the archive \
                   is opened; services that list, index or scan them. Limits on the unpacked size see nothing: it is 0.",
        seen: "CVE-2025-61728 (Go's archive/zip: index of names), Majored/rs-async-zip issue 191, curie-eng/curie issue \
               861 (Python's zipfile).",
        becomes: "100,000 entries are 9.2 MB on the wire and 60 MiB in Python's zipfile before anything is unpacked.",
        safe: "4xx when the end record states more entries than the service wants, before the archive is opened.",
    },
    parameters: &[Parameter {
        name: "entries",
        about: "files in the archive",
        takes: Takes::Count { least: 1, most: 40_000_000, default: 100_000 },
    }],
    form: Form::Body(make),
};

fn make(values: &Values, _: &Turn) -> Body {
    let entries = values.number("entries");
    let (locals, directory) = sizes(entries);
    let size = locals + directory + end(entries, directory, locals).len() as u64;
    Body::new("application/zip", size, chunks(entries))
}

/// All names are as long: eight digits.
const NAME: u64 = 8;

/// Bytes of the files, of the directory.
fn sizes(entries: u64) -> (u64, u64) {
    (entries * (LOCAL + NAME), entries * (CENTRAL + NAME))
}

fn chunks(entries: u64) -> impl Iterator<Item = Bytes> + Send {
    let (locals, directory) = sizes(entries);
    let local = |number| entry(number).local();
    let central = |number| entry(number).central(number * (LOCAL + NAME));
    bundled(entries, local).chain(bundled(entries, central)).chain(once(end(entries, directory, locals)))
}

fn entry(number: u64) -> Entry {
    Entry { name: format!("{number:08}"), ..Entry::default() }
}

/// Records 0 to `count`, as many in a chunk as fit.
fn bundled(count: u64, record: impl Fn(u64) -> Vec<u8> + Send) -> impl Iterator<Item = Bytes> + Send {
    let mut next = 0;
    std::iter::from_fn(move || {
        let mut chunk = Vec::new();
        while next < count && chunk.len() < CHUNK {
            chunk.extend(record(next));
            next += 1;
        }
        (!chunk.is_empty()).then(|| chunk.into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_reader_finds_every_entry_in_zip_and_in_zip64() {
        for entries in [1, 2, 65_534, 65_535, 65_536] {
            let wire: Vec<u8> = chunks(entries).flatten().collect();
            let mut archive = zip::ZipArchive::new(std::io::Cursor::new(wire)).unwrap();
            assert_eq!(archive.len() as u64, entries);
            let last = archive.by_index(entries as usize - 1).unwrap();
            assert_eq!(last.name().unwrap(), format!("{:08}", entries - 1));
            assert_eq!(last.size(), 0);
        }
    }

    #[test]
    fn a_hundred_thousand_entries_are_9_mb() {
        let (locals, directory) = sizes(100_000);
        assert_eq!(locals + directory, 9_200_000);
    }
}
