//! Connections.

use plimsoll::payload::{Choice, Value};

use super::trial::{Answers, MIB, Moves, Trial, family};

const KIB: u64 = 1 << 10;

/// A GET whose client leaves as planned, or is shown the door.
fn leaving(service: &'static str, payload: Choice) -> Trial {
    Trial { method: "GET", answers: Answers::Ends, ..Trial::of(service, payload) }
}

#[test]
fn hang_up() {
    let trial = leaving("connections.cjs", family("hang-up", &[]));
    let kept = Moves::Kept;
    Trial { requests: 40, width: 10, moves: kept, naive: 5 * MIB, hardened: MIB, ..trial }.run();
}

#[test]
fn hang_up_sending() {
    let trial = leaving("connections.cjs", family("hang-up-sending", &[("after", 512 * KIB)]));
    let kept = Moves::Kept;
    Trial { method: "POST", requests: 20, width: 5, moves: kept, naive: 5 * MIB, hardened: MIB, ..trial }.run();
}

#[test]
fn slow_reader() {
    let trial = leaving("connections.cjs", family("slow-reader", &[("rate", 0), ("hold", 1500)]));
    Trial { requests: 5, width: 5, naive: 60 * MIB, hardened: 30 * MIB, ..trial }.run();
}

#[test]
fn sse_reader() {
    let trial = leaving("connections.cjs", family("sse-reader", &[("hold", 2000)]));
    Trial { naive: 30 * MIB, hardened: 20 * MIB, ..trial }.run();
}

#[test]
fn websocket_reader() {
    let trial = leaving("connections.cjs", family("websocket-reader", &[("hold", 2500)]));
    Trial { naive: 30 * MIB, hardened: 20 * MIB, ..trial }.run();
}

#[test]
fn websocket_fragments() {
    let trial = leaving("connections.cjs", family("websocket-fragments", &[("hold", 3000)]));
    Trial { naive: 45 * MIB, hardened: 20 * MIB, ..trial }.run();
}

#[test]
fn pipelining() {
    let trial = leaving("connections.cjs", family("pipelining", &[("hold", 3000)]));
    Trial { naive: 100 * MIB, hardened: 20 * MIB, ..trial }.run();
}

#[test]
fn http2_rapid_reset() {
    let trial = leaving("http2.cjs", family("http2-rapid-reset", &[("hold", 1500)]));
    Trial { naive: 150 * MIB, hardened: 40 * MIB, ..trial }.run();
}

#[test]
fn http2_streams() {
    let trial = leaving("http2.cjs", family("http2-streams", &[("hold", 1500)]));
    Trial { naive: 130 * MIB, hardened: 20 * MIB, ..trial }.run();
}

#[test]
fn http2_headers_without_end() {
    let payload = family("http2-streams", &[("hold", 2500)]).with("flood", Value::Text("continuation".into()));
    let trial = leaving("continuation.cjs", payload);
    Trial { naive: 40 * MIB, hardened: 10 * MIB, ..trial }.run();
}

#[test]
fn slow_writer() {
    let trial = Trial::of("connections.py", family("slow-writer", &[("every", 25)]));
    let (moves, answers) = (Moves::Threads, Answers::StatusOrEnds(408));
    Trial { moves, naive: 15, hardened: 3, answers, ..trial }.run();
}

#[test]
fn half_open() {
    let trial = Trial::of("connections.py", family("half-open", &[("connections", 30), ("hold", 1500)]));
    let (moves, answers) = (Moves::Threads, Answers::StatusOrEnds(408));
    Trial { moves, naive: 25, hardened: 3, answers, ..trial }.run();
}

#[test]
fn connection_storm() {
    let trial = leaving("connections.py", family("connection-storm", &[("hold", 1500)]));
    Trial { method: "POST", moves: Moves::Threads, naive: 250, hardened: 3, ..trial }.run();
}
