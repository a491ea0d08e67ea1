//! Keys of which there are ever more.

use plimsoll::payload::Choice;

use super::trial::{Answers, MIB, Moves, Trial, family};

const KIB: u64 = 1 << 10;

/// Some hundred requests, after which a service keeps what it made for their keys.
fn keeping(service: &'static str, payload: Choice) -> Trial {
    Trial {
        method: "GET",
        requests: 250,
        moves: Moves::Kept,
        naive: 2 * MIB,
        hardened: 1400 * KIB,
        answers: Answers::Status(200),
        ..Trial::of(service, payload)
    }
}

#[test]
fn unique_query() {
    Trial { naive: 4 * MIB, ..keeping("keys.cjs", family("unique-query", &[])) }.run();
}

#[test]
fn unique_path() {
    Trial { naive: 2 * MIB, ..keeping("keys.cjs", family("unique-path", &[])) }.run();
}

#[test]
fn unique_header() {
    Trial { naive: 4 * MIB, ..keeping("keys.cjs", family("unique-header", &[])) }.run();
}

#[test]
fn unique_cookie() {
    Trial { naive: 4 * MIB, ..keeping("keys.cjs", family("unique-cookie", &[])) }.run();
}

#[test]
fn unique_host() {
    Trial { naive: 2 * MIB, ..keeping("keys.cjs", family("unique-host", &[])) }.run();
}

#[test]
fn unique_method() {
    let trial = keeping("keys.go", family("unique-method", &[]));
    Trial { naive: MIB, hardened: MIB / 4, answers: Answers::Status(501), ..trial }.run();
}

#[test]
fn tenants() {
    Trial { naive: 4 * MIB, ..keeping("keys.cjs", family("tenants", &[])) }.run();
}
