//! Uploads.

use super::trial::{Answers, MIB, Trial, family};

#[test]
fn upload() {
    let trial = Trial::of("uploads.cjs", family("upload", &[("size", 200 * MIB)]));
    // V8 lets buffers that nobody holds grow to 64 MiB before it collects them (`kExternalAllocationSoftLimit`).
    Trial { naive: 190 * MIB, hardened: 80 * MIB, ..trial }.run();
}

#[test]
fn multipart_parts() {
    let trial = Trial::of("uploads.py", family("multipart-parts", &[]));
    Trial { naive: 36 * MIB, hardened: 4 * MIB, ..trial }.run();
}

#[test]
fn form_fields() {
    let trial = Trial::of("uploads.py", family("form-fields", &[("fields", 300_000)]));
    Trial { naive: 36 * MIB, hardened: 4 * MIB, ..trial }.run();
}

#[test]
fn lying_length() {
    let trial = Trial::of("Uploads.java", family("lying-length", &[("announced", 256 * MIB), ("hold", 1000)]));
    Trial { naive: 128 * MIB, hardened: 40 * MIB, ..trial }.run();
}

#[test]
fn tiny_chunks() {
    let trial = Trial::of("uploads.cjs", family("tiny-chunks", &[("chunks", 500_000)]));
    Trial { naive: 100 * MIB, hardened: 25 * MIB, answers: Answers::Status(200), ..trial }.run();
}

#[test]
fn chunk_extensions() {
    let trial = Trial::of("uploads.py", family("chunk-extensions", &[("extension", 32 * MIB)]));
    Trial { naive: 32 * MIB, hardened: 4 * MIB, answers: Answers::Status(400), ..trial }.run();
}
