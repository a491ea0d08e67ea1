//! The open model: numbers, order, pace, room.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use plimsoll::policy::{Body, Expect, Field, Load, Request};
use plimsoll::run::load::{Progress, Sender};

use super::profile::{STEADY, get, post, profile, send, shown, with};
use super::server::{Server, wait_until};

fn mixed(url: &str) -> Load {
    let template = r#"{"client":"{client}","n":{n}}"#.to_owned();
    let body = Body::Text { template, content_type: "application/json".into() };
    let order = with(with(post("order", "/order", body), "client", Field::Unique), "n", Field::Uniform(1000));
    let quote = with(get("quote", "/quote/{symbol}"), "symbol", Field::Zipf(10_000));
    profile(url, 400.0, vec![Request { weight: 3, ..quote }, order])
}

#[tokio::test]
async fn exactly_the_planned_requests_are_sent_and_tallied_by_name() {
    let server = Server::start();
    let mut load = mixed(&server.url);
    load.requests.push(Request { expect: Expect::Status(404), ..get("missing", "/status/404") });
    load.requests.push(get("broken", "/status/500"));
    let progress = Arc::new(Progress::default());
    let tally = Sender::new(Arc::new(load)).send(&STEADY, 0, 120, &progress).await.unwrap();
    let shown_tally = |name: &str| {
        let tally = &tally.requests[name];
        format!("{} sent, {}; {}", tally.sent, shown(&tally.statuses), shown(&tally.failures))
    };
    assert_eq!(shown_tally("quote"), "60 sent, 200: 60; ");
    assert_eq!(shown_tally("order"), "20 sent, 200: 20; ");
    assert_eq!(shown_tally("missing"), "20 sent, 404: 20; ");
    assert_eq!(shown_tally("broken"), "20 sent, 500: 20; status 500: 20");
    assert_eq!(server.arrivals().len(), 120);
    let order = &tally.requests["order"];
    let bodies: u64 = server.arrivals().iter().map(|arrival| arrival.body).sum();
    assert_eq!((order.bytes_out, order.bytes_in), (bodies, 100));
    assert!(order.latency_us.0 > 0 && order.latency_us.1 >= order.latency_us.0);
    let counts = [&progress.sent, &progress.answered, &progress.failed];
    assert_eq!(counts.map(|count| count.load(std::sync::atomic::Ordering::Relaxed)), [120, 120, 20]);
}

#[tokio::test]
async fn two_runs_send_the_same_bytes_in_the_same_order() {
    let run = async |seed| {
        let server = Server::start();
        // One at a time, so that the order of arrival is the order of sending.
        let load = Load { seed, in_flight: 1, ..mixed(&server.url) };
        let tally = send(load, 100).await.unwrap();
        (server.lines(), tally.digest)
    };
    let (first, second, other) = tokio::join!(run(7), run(7), run(8));
    assert_eq!(first.0.len(), 100);
    assert_eq!(first, second);
    assert_ne!(first.1, other.1);
    assert_ne!(first.0, other.0);
}

#[tokio::test]
async fn later_rounds_go_on_where_the_first_ended() {
    let server = Server::start();
    let load = Arc::new(profile(&server.url, 1000.0, vec![with(get("a", "/{k}"), "k", Field::Unique)]));
    let sender = Sender::new(load);
    let progress = Arc::new(Progress::default());
    let first = sender.send(&STEADY, 0, 50, &progress).await.unwrap();
    let second = sender.send(&STEADY, 50, 50, &progress).await.unwrap();
    let paths: BTreeSet<String> = server.arrivals().into_iter().map(|arrival| arrival.path).collect();
    assert_eq!(paths.len(), 100, "`unique` is unique over rounds");
    assert_ne!(first.digest, second.digest);
}

#[tokio::test]
async fn arrivals_keep_the_rate_and_do_not_wait_for_answers() {
    let server = Server::start();
    let started = Instant::now();
    let tally = send(profile(&server.url, 100.0, vec![get("slow", "/slow/300")]), 50).await.unwrap();
    let took = started.elapsed();
    // 49 gaps of 10 ms and the last answer; one after the other it would be 15 s.
    assert!(took >= Duration::from_millis(790) && took < Duration::from_secs(8), "{took:?}");
    assert!(server.most_busy() >= 15, "{} at once", server.most_busy());
    let arrivals = server.arrivals();
    let span = arrivals.last().unwrap().at - arrivals[0].at;
    assert!(span >= Duration::from_millis(440), "a burst: {span:?}");
    assert_eq!(tally.pacing.shifted.millis(), 0);
}

#[tokio::test]
async fn without_room_the_schedule_moves_and_nothing_is_dropped() {
    let server = Server::start();
    let load = Load { in_flight: 4, ..profile(&server.url, 1000.0, vec![get("slow", "/slow/100")]) };
    let tally = send(load, 40).await.unwrap();
    assert_eq!(shown(&tally.requests["slow"].statuses), "200: 40");
    assert_eq!((server.arrivals().len(), server.most_busy(), server.connections()), (40, 4, 4));
    let shifted = tally.pacing.shifted.millis();
    assert!((700..5000).contains(&shifted), "10 batches of 100 ms instead of 40 ms: {shifted} ms");
    // After a stall the spacing stays: latency counts from the moved schedule, not from the first one.
    let (median, _) = tally.requests["slow"].latency_us;
    assert!((100_000..900_000).contains(&median), "{median} us");
}

#[tokio::test]
async fn connections_are_kept_and_replaced_when_the_service_closes_them() {
    let server = Server::start();
    let tally = send(profile(&server.url, 200.0, vec![get("kept", "/ok")]), 60).await.unwrap();
    assert_eq!(shown(&tally.requests["kept"].statuses), "200: 60");
    assert!(server.connections() < 20, "{}", server.connections());
    for path in ["/close", "/drop-idle"] {
        let server = Server::start();
        let load = Load { in_flight: 1, ..profile(&server.url, 20.0, vec![get("closed", path)]) };
        let tally = send(load, 10).await.unwrap();
        assert_eq!(shown(&tally.requests["closed"].statuses), "200: 10", "{path}");
        assert_eq!(server.connections(), 10, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_end_of_a_phase_and_when_it_is_dropped_every_connection_is_closed() {
    let server = Server::start();
    send(profile(&server.url, 1000.0, vec![get("ok", "/ok")]), 20).await.unwrap();
    wait_until("all closed at the end", || server.open() == 0);
    let load = profile(&server.url, 1000.0, vec![get("never", "/never")]);
    let sender = Sender::new(Arc::new(load));
    let progress = Arc::new(Progress::default());
    let sending = tokio::spawn(async move { sender.send(&STEADY, 0, 1000, &progress).await });
    wait_until("requests in flight", || server.open() == 64);
    sending.abort();
    assert!(sending.await.unwrap_err().is_cancelled());
    wait_until("all closed after the drop", || server.open() == 0);
}
