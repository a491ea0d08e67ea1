//! Archives.

use plimsoll::payload::Value;

use super::trial::{Answers, MIB, Trial, family};

#[test]
fn gzip_bomb() {
    Trial { naive: 150 * MIB, ..Trial::of("archives.py", family("gzip-bomb", &[("size", 256 * MIB)])) }.run();
}

#[test]
fn brotli_bomb() {
    let bomb = family("brotli-bomb", &[("size", 128 * MIB)]);
    Trial { naive: 128 * MIB, hardened: 30 * MIB, ..Trial::of("archives.cjs", bomb) }.run();
}

#[test]
fn zstd_bomb() {
    Trial { naive: 128 * MIB, ..Trial::of("archives.py", family("zstd-bomb", &[("size", 256 * MIB)])) }.run();
}

#[test]
fn stacked_encoding() {
    let gzip = family("stacked-encoding", &[("size", 256 * MIB)]);
    let trial = |payload| Trial { naive: 150 * MIB, ..Trial::of("archives.py", payload) };
    Trial { answers: Answers::Status(415), ..trial(gzip.clone()) }.run();
    // One layer of "deflate" is allowed, up to the limit.
    let deflate = gzip.with("coding", Value::Text("deflate".into())).with("layers", Value::Number(1));
    trial(deflate).run();
}

#[test]
fn zip_overlap() {
    let bomb = family("zip-overlap", &[("files", 50), ("size", 5_000_000)]);
    Trial { naive: 120 * MIB, hardened: 40 * MIB, ..Trial::of("archives.java", bomb) }.run();
}

#[test]
fn zip_nested() {
    let bomb = family("zip-nested", &[("size", 4 * MIB)]);
    Trial { naive: 200 * MIB, ..Trial::of("archives.py", bomb) }.run();
}

#[test]
fn zip_entries() {
    Trial { naive: 40 * MIB, ..Trial::of("archives.py", family("zip-entries", &[])) }.run();
}

#[test]
fn tar_sparse() {
    let holes = family("tar-sparse", &[("size", 256 * MIB)]);
    for kind in ["pax", "gnu", "cut"] {
        let file = holes.clone().with("kind", Value::Text(kind.into()));
        Trial { naive: 128 * MIB, ..Trial::of("archives.py", file) }.run();
    }
}
