//! A form of very many parts.

use std::io::Write as _;

use crate::payload::pieces::{digits, entries, once};
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "multipart-parts",
    group: Group::Uploads,
    about: About {
        summary: "A form of very many parts.",
        provokes: "Form parsers that keep headers, a name, a buffer or even a temporary file for each part: limits \
                   on bytes do not help, as the parts are all but empty.",
        seen: "Go CVE-2022-41725 and CVE-2023-24536, Apache Commons FileUpload CVE-2025-48976, hapijs/hapi issue \
               4425, apache/pekko-http issue 1266, python-multipart GHSA-pp6c-gr5w-3c5g.",
        becomes: "6.2 MB on the wire, 72 MiB in Python's email parser, which reads forms where the standard library \
                  has to do.",
        safe: "413 or 400 after some hundred parts; memory stays flat.",
    },
    parameters: &[
        Parameter { name: "kind", about: "what the parts are", takes: Takes::Word(&["files", "fields"]) },
        Parameter {
            name: "parts",
            about: "how many",
            takes: Takes::Count { least: 1, most: 1_000_000_000, default: 50_000 },
        },
        Parameter {
            name: "length",
            about: "bytes in each",
            takes: Takes::Size { least: 0, most: 16 << 10, default: 1 },
        },
    ],
    form: Form::Body(make),
};

const BOUNDARY: &str = "plimsoll-4c9a1e7b52";

fn make(values: &Values, _: &Turn) -> Body {
    let (parts, files) = (values.number("parts"), values.text("kind") == "files");
    let width = digits(parts);
    let value = vec![b'x'; values.number("length") as usize];
    let write = move |chunk: &mut Vec<u8>, part: u64| {
        // Writing to a vector cannot fail.
        let _ = write!(chunk, "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"f{part:0width$}\"");
        if files {
            let _ = write!(chunk, "; filename=\"{part:0width$}.txt\"\r\ncontent-type: text/plain");
        }
        chunk.extend(b"\r\n\r\n");
        chunk.extend(&value);
        chunk.extend(b"\r\n");
    };
    let mut one = Vec::new();
    write(&mut one, 0);
    let end = format!("--{BOUNDARY}--\r\n");
    let size = parts.saturating_mul(one.len() as u64).saturating_add(end.len() as u64);
    let chunks = entries(parts, write).chain(once(end));
    Body::new(&format!("multipart/form-data; boundary={BOUNDARY}"), size, chunks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::{Choice, Value};

    fn form(kind: &str, parts: u64, length: u64) -> Body {
        let choice = Choice::of(FAMILY).with("kind", Value::Text(kind.into()));
        let choice = choice.with("parts", Value::Number(parts)).with("length", Value::Number(length));
        choice.body(&Turn { index: 0, unique: 0, key: [0; 32] }).unwrap()
    }

    #[test]
    fn a_real_parser_finds_every_part() {
        for (kind, parts, length) in [("files", 1, 0), ("fields", 10, 3), ("files", 2000, 1), ("fields", 1001, 700)] {
            let body = form(kind, parts, length);
            let (bytes, size): (Vec<u8>, u64) = (body.chunks.flatten().collect(), body.size);
            assert_eq!(bytes.len() as u64, size);
            let mut parser = multer::Multipart::with_reader(&bytes[..], BOUNDARY);
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let mut found = 0;
                while let Some(part) = parser.next_field().await.unwrap() {
                    assert_eq!(part.file_name().is_some(), kind == "files");
                    assert_eq!(part.bytes().await.unwrap().len() as u64, length);
                    found += 1;
                }
                assert_eq!(found, parts);
            });
        }
    }

    #[test]
    fn fifty_thousand_files_are_six_megabytes_on_the_wire() {
        assert_eq!(form("files", 50_000, 1).size / 100_000, 61);
    }
}
