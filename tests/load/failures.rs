//! What a service can do wrong, and what a profile can.

use std::net::TcpListener;

use plimsoll::policy::Load;
use plimsoll::run::load::LoadError;
use plimsoll::units::Elapsed;

use super::profile::{get, profile, send, shown};
use super::server::Server;

async fn failures(path: &str) -> String {
    let server = Server::start();
    let timeout = Elapsed::from_millis(300);
    let load = Load { timeout, ..profile(&server.url, 100.0, vec![get("a", path)]) };
    let tally = send(load, 10).await.unwrap();
    let tally = &tally.requests["a"];
    assert_eq!(tally.sent, 10);
    assert_eq!(server.arrivals().len(), 10, "nothing is sent twice");
    format!("{} / {}", shown(&tally.statuses), shown(&tally.failures))
}

#[tokio::test]
async fn each_way_to_fail_has_its_word() {
    assert_eq!(failures("/never").await, " / timeout: 10");
    assert_eq!(failures("/reset").await, " / reset: 10");
    assert_eq!(failures("/half").await, " / reset: 10");
    assert_eq!(failures("/noise").await, " / malformed answer: 10");
    assert_eq!(failures("/status/503").await, "503: 10 / status 503: 10");
}

#[tokio::test]
async fn a_service_that_is_gone_refuses_every_request_and_all_are_counted() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let tally = send(profile(&url, 500.0, vec![get("a", "/")]), 25).await.unwrap();
    assert_eq!((tally.requests["a"].sent, shown(&tally.requests["a"].failures)), (25, "refused: 25".to_owned()));
}

#[tokio::test]
async fn a_profile_that_cannot_be_sent_is_an_error_with_a_cure() {
    let error = async |url: &str, path: &str| send(profile(url, 10.0, vec![get("a", path)]), 1).await.unwrap_err();
    let public = error("http://198.51.100.7:80", "/").await;
    assert!(matches!(public, LoadError::PublicAddress { .. }), "{public}");
    assert!(matches!(error("ftp://127.0.0.1:1", "/").await, LoadError::BaseUrl { .. }));
    assert!(matches!(error("http://127.0.0.1:1", "/a b").await, LoadError::Unsendable { .. }));
    assert!(matches!(error("http://127.0.0.1:1", "a").await, LoadError::Unsendable { .. }));
    let empty = send(profile("http://127.0.0.1:1", 10.0, Vec::new()), 1).await.unwrap_err();
    assert!(matches!(empty, LoadError::NoRequests { .. }), "{empty}");
    let mut split = get("a", "/");
    split.headers.insert("x-a".into(), "1\r\nx-b: 2".into());
    let split = send(profile("http://127.0.0.1:1", 10.0, vec![split]), 1).await.unwrap_err();
    assert!(matches!(split, LoadError::Unsendable { .. }), "{split}");
}
