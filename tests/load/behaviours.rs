//! Clients that hang up, hardly read, or come all at once.

use std::time::{Duration, Instant};

use plimsoll::policy::{Body, Expect, Load, Request};

use super::profile::{Client, family, get, post, profile, send_ugly, shown};
use super::server::{Server, wait_until};

const MEBIBYTE: usize = 1 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn a_client_hangs_up_in_the_middle_of_the_answer() {
    let server = Server::start();
    let path = format!("/big/{}", 64 * MEBIBYTE);
    let behaviour = Client::Of(family("hang-up", &[("after", 10_000)]));
    let tally = send_ugly(profile(&server.url, 50.0, vec![]), get("", &path), behaviour, 5).await;
    let tally = &tally.requests["ugly"];
    assert_eq!((tally.sent, tally.aborted, shown(&tally.failures)), (5, 5, String::new()));
    assert!((49_000..50_000).contains(&tally.bytes_in), "{}", tally.bytes_in);
    wait_until("five answers cut", || server.cut().len() == 5);
    assert!(server.cut().iter().all(|written| *written < 32 * MEBIBYTE), "{:?}", server.cut());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_hangs_up_right_after_sending_still_sends_everything() {
    let server = Server::start();
    let upload = Body::Payload(family("upload", &[("size", 3_000_000)]));
    let behaviour = Client::Of(family("hang-up", &[("after", 0)]));
    let tally = send_ugly(profile(&server.url, 50.0, vec![]), post("", "/slow/50", upload), behaviour, 4).await;
    let tally = &tally.requests["ugly"];
    assert_eq!((tally.aborted, tally.bytes_out, tally.bytes_in), (4, 12_000_000, 0));
    wait_until("four whole bodies", || {
        server.arrivals().iter().filter(|arrival| arrival.body == 3_000_000).count() == 4
    });
    wait_until("no connection left", || server.open() == 0);
}

#[tokio::test]
async fn an_answer_that_ends_before_the_client_hangs_up_is_an_answer() {
    let server = Server::start();
    let behaviour = Client::Of(family("hang-up", &[("after", 1 << 20)]));
    let request = Request { expect: Expect::Class(4), ..get("", "/close") };
    let tally = send_ugly(profile(&server.url, 50.0, vec![]), request, behaviour, 3).await;
    let tally = &tally.requests["ugly"];
    assert_eq!(
        (tally.aborted, shown(&tally.statuses), shown(&tally.failures)),
        (0, "200: 3".into(), "status 200: 3".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_keeps_the_answer_in_the_service_until_it_gives_up() {
    for rate in [0, 4096] {
        let server = Server::start();
        let path = format!("/big/{}", 64 * MEBIBYTE);
        let behaviour = Client::Of(family("slow-reader", &[("rate", rate), ("hold", 700)]));
        let started = Instant::now();
        let tally = send_ugly(profile(&server.url, 100.0, vec![]), get("", &path), behaviour, 4).await;
        assert!(started.elapsed() >= Duration::from_millis(700));
        let tally = &tally.requests["ugly"];
        assert_eq!((tally.sent, tally.aborted, shown(&tally.failures)), (4, 4, String::new()));
        // All four at once, each at the rate for 0.7 s and a first read.
        assert!(tally.bytes_in <= 4 * rate, "{}", tally.bytes_in);
        assert_eq!(tally.bytes_in > 0, rate > 0);
        // The rest waited in the server: its socket took what the kernel buffers and no more.
        assert!(server.written() < 4 * 8 * MEBIBYTE, "{}", server.written());
        wait_until("four answers cut", || server.cut().len() == 4);
    }
}

#[tokio::test]
async fn a_slow_reader_that_gets_everything_has_an_answer() {
    let server = Server::start();
    let behaviour = Client::Of(family("slow-reader", &[("rate", 10_000), ("hold", 15_000)]));
    let tally = send_ugly(profile(&server.url, 100.0, vec![]), get("", "/big/2000"), behaviour, 2).await;
    let tally = &tally.requests["ugly"];
    assert_eq!((shown(&tally.statuses), tally.aborted, tally.bytes_in), ("200: 2".to_owned(), 0, 4000));
}

#[tokio::test]
async fn a_burst_arrives_at_once_again_and_again() {
    let server = Server::start();
    let load = Load { in_flight: 4, ..profile(&server.url, 200.0, vec![]) };
    let tally = send_ugly(load, get("", "/slow/80"), Client::Burst(20), 60).await;
    assert_eq!(shown(&tally.requests["ugly"].statuses), "200: 60");
    assert_eq!((server.most_busy(), server.connections()), (20, 20), "wider than `in-flight`, and never two bursts");
    let mut arrivals: Vec<Instant> = server.arrivals().iter().map(|arrival| arrival.at).collect();
    arrivals.sort();
    for (burst, next) in arrivals.chunks(20).zip(arrivals.chunks(20).skip(1)) {
        let gap = next[0] - burst[19];
        assert!(gap >= Duration::from_millis(40), "bursts run together: {gap:?}");
    }
}
