//! Bodies as they arrive.

use plimsoll::payload::Choice;
use plimsoll::plan::{PayloadBody, PlannedBody, request};
use plimsoll::policy::{Arrivals, Body, Expect, Request, Round, Ugly};
use plimsoll::record::Phase;
use plimsoll::units::RequestRate;

use super::profile::{Client, family, post, profile, send_ugly, shown};
use super::server::Server;

fn hash(body: &PayloadBody) -> String {
    let mut hasher = blake3::Hasher::new();
    body.chunks().for_each(|chunk| {
        hasher.update(&chunk);
    });
    hasher.finalize().to_hex().to_string()
}

#[tokio::test]
async fn every_payload_arrives_byte_for_byte_as_planned() {
    let bodies = [
        family("image-bomb", &[]),
        family("deep-json", &[]),
        family("wide-json", &[("keys", 50_000)]),
        family("giant-string", &[("size", 5_000_000)]),
        family("upload", &[("size", 5_000_000)]),
        family("upload", &[("size", 5_000_000), ("chunked", 1)]),
        family("gzip-bomb", &[]),
        Choice { form_field: Some("file".into()), ..family("image-bomb", &[]) },
    ];
    for payload in bodies {
        let server = Server::start();
        let post = post("ugly", "/ok", Body::Payload(payload.clone()));
        let mut load = profile(&server.url, 50.0, vec![]);
        let tally = send_ugly(load.clone(), post.clone(), Client::Polite, 2).await;
        let round = Round { requests: 2, rounds: 1, arrivals: Arrivals::Rate(RequestRate(1.0)) };
        load.ugly = vec![Ugly { request: post, payload: None, round, width: 1 }];
        let phase = Phase::Ugly { payload: "ugly".into(), round: 1 };
        let mut planned = Vec::new();
        for index in 0..2 {
            let request = request(&load, &phase, index).unwrap();
            let PlannedBody::Payload(body) = &request.body else { unreachable!() };
            planned.push((body.size(), hash(body)));
        }
        let mut arrived: Vec<_> = server.arrivals().into_iter().map(|arrival| (arrival.body, arrival.hash)).collect();
        assert_eq!(tally.requests["ugly"].bytes_out, planned[0].0 + planned[1].0, "{payload:?}");
        arrived.sort();
        planned.sort();
        assert_eq!(arrived, planned, "{payload:?}");
        let bomb = server.arrivals()[0].head.contains("content-encoding: gzip");
        assert_eq!(bomb, payload.family.name == "gzip-bomb");
    }
}

#[tokio::test]
async fn a_refusal_before_the_end_of_the_body_is_an_answer() {
    for chunked in [false, true] {
        let server = Server::start();
        let upload = Body::Payload(family("upload", &[("size", 256 << 20), ("chunked", u64::from(chunked))]));
        let request = Request { expect: Expect::Status(413), ..post("", "/refuse", upload) };
        let tally = send_ugly(profile(&server.url, 20.0, vec![]), request, Client::Polite, 10).await;
        let tally = &tally.requests["ugly"];
        assert_eq!((shown(&tally.statuses), shown(&tally.failures)), ("413: 10".to_owned(), String::new()));
        assert!(tally.bytes_out < 10 * (64 << 20), "counts what was written: {}", tally.bytes_out);
    }
}
