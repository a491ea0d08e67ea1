//! Requests that make a service do or hold far more than others.

use plimsoll::payload::{Choice, Value};

use super::trial::{Answers, MIB, Moves, Trial, family};

#[test]
fn page_size() {
    let trial = Trial { method: "GET", ..Trial::of("work.py", family("page-size", &[])) };
    Trial { naive: 35 * MIB, hardened: 4 * MIB, answers: Answers::Status(200), ..trial }.run();
}

#[test]
fn giant_export() {
    let trial = Trial { method: "GET", ..Trial::of("work.cjs", family("giant-export", &[])) };
    Trial { naive: 100 * MIB, hardened: 60 * MIB, answers: Answers::Status(200), ..trial }.run();
}

#[test]
fn fan_out() {
    let trial = Trial::of("work.go", family("fan-out", &[("count", 3000)]));
    Trial { hardened: 10 * MIB, answers: Answers::Status(400), ..trial }.run();
}

#[test]
fn range_amplification() {
    let trial = Trial { method: "GET", ..Trial::of("work.py", family("range-amplification", &[("ranges", 200)])) };
    Trial { hardened: 4 * MIB, answers: Answers::Status(200), ..trial }.run();
}

#[test]
fn regex_backtracking() {
    let trial = Trial::of("work.cjs", family("regex-backtracking", &[("size", 100_000)]));
    let trial = Trial { moves: Moves::Cpu, naive: 800, hardened: 300, ..trial };
    Trial { answers: Answers::Status(200), ..trial }.run();
}

/// A field with a list behind it, without spaces.
fn with_products(choice: Choice) -> Choice {
    choice.with("field", Value::Text("products(first:100){name}".into()))
}

#[test]
fn graphql_aliases() {
    let trial = Trial::of("work.cjs", with_products(family("graphql-aliases", &[("count", 3000)])));
    Trial { naive: 60 * MIB, hardened: 15 * MIB, answers: Answers::Status(400), ..trial }.run();
}

#[test]
fn graphql_depth() {
    let choice = family("graphql-depth", &[("depth", 11)]).with("root", Value::Text("me".into()));
    let trial = Trial::of("work.cjs", choice);
    Trial { naive: 50 * MIB, hardened: 15 * MIB, answers: Answers::Status(400), ..trial }.run();
}

#[test]
fn graphql_batch() {
    let trial = Trial::of("work.cjs", with_products(family("graphql-batch", &[("count", 2000)])));
    Trial { naive: 50 * MIB, hardened: 15 * MIB, answers: Answers::Status(400), ..trial }.run();
}

#[test]
fn long_prompt() {
    let trial = Trial::of("work.py", family("long-prompt", &[("words", 20_000)]));
    Trial { naive: 150 * MIB, hardened: 4 * MIB, answers: Answers::Status(400), ..trial }.run();
}

#[test]
fn long_sequence() {
    let trial = Trial::of("work.py", family("long-sequence", &[]));
    Trial { naive: 120 * MIB, hardened: 4 * MIB, answers: Answers::Status(400), ..trial }.run();
}

#[test]
fn image_batch() {
    let trial = Trial::of("work.py", family("image-batch", &[("images", 8)]));
    Trial { naive: 140 * MIB, hardened: 4 * MIB, answers: Answers::Status(400), ..trial }.run();
}
