//! Limits, waits and lost answers.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

use plimsoll::github::{Client, Patience, Token, get};

use super::fake::{Fake, Fault, patience};
use super::job::Job;

fn status(status: u16, headers: &[(&'static str, &str)], message: &'static str) -> Fault {
    Fault::Status(status, headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(), message)
}

#[test]
fn reading_is_repeated_after_every_passing_failure() {
    for fault in [
        status(502, &[], "Bad gateway"),
        status(429, &[("retry-after", "0")], ""),
        status(403, &[("retry-after", "0")], "You have exceeded a secondary rate limit"),
        Fault::Cut,
        Fault::Slow,
    ] {
        let fake = Fake::start();
        fake.fail("GET", "/pulls/5", fault);
        assert_eq!(get(&fake.client(), &fake.context(), 5).unwrap(), fake.pull_request());
        assert_eq!(fake.count("GET", "/pulls/5"), 2);
    }
}

#[test]
fn a_limit_that_lasts_too_long_is_said_and_not_waited_for() {
    let fake = Fake::start();
    fake.fail(
        "GET",
        "/pulls/5",
        status(
            403,
            &[
                ("x-ratelimit-remaining", "0"),
                ("x-ratelimit-reset", "1767229200"),
                ("date", "Thu, 01 Jan 2026 00:00:00 GMT"),
            ],
            "API rate limit exceeded",
        ),
    );
    let error = get(&fake.client(), &fake.context(), 5).unwrap_err().to_string();
    assert!(error.contains("asks to wait 3600 s more"), "{error}");
    assert_eq!(fake.count("GET", "/pulls/5"), 1);
}

#[test]
fn a_failure_that_stays_ends_after_a_few_attempts() {
    let fake = Fake::start();
    (0..9).for_each(|_| fake.fail("GET", "/pulls/5", status(502, &[], "Bad gateway")));
    let error = get(&fake.client(), &fake.context(), 5).unwrap_err().to_string();
    assert!(error.contains("status 502: Bad gateway"), "{error}");
    assert_eq!(fake.count("GET", "/pulls/5"), patience().attempts as usize);
}

#[test]
fn nobody_there_is_said_with_the_cure_and_without_the_token() {
    let patience = Patience { attempts: 1, ..patience() };
    let client = Client::new("http://127.0.0.1:9/ghs_secret", Token::new("ghs_secret"), patience);
    let error = get(&client, &Fake::start().context(), 5).unwrap_err();
    assert!(error.to_string().contains("GITHUB_API_URL"), "{error}");
    assert!(!format!("{client:?}").contains("Bearer"));
}

#[test]
fn no_right_to_read_is_denied() {
    let fake = Fake::start();
    let client = Client::new(&fake.address, Token::new("other"), patience());
    let error = get(&client, &fake.context(), 5).unwrap_err();
    assert!(error.is_denied() && error.to_string().contains("Bad credentials"), "{error}");
}

/// A proxy that leads every connection to the fake, wherever it was meant for; returns its address.
fn proxy(fake: &Fake) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let behind = fake.address.trim_start_matches("http://").to_owned();
    thread::spawn(move || {
        for client in listener.incoming() {
            let (client, server) = (client.unwrap(), TcpStream::connect(&behind).unwrap());
            thread::spawn(move || {
                let mut reader = BufReader::new(client.try_clone().unwrap());
                let mut head = String::new();
                while reader.read_line(&mut head).unwrap() > 2 {}
                let (mut to_client, mut to_server) = (client, server.try_clone().unwrap());
                if head.starts_with("CONNECT ") {
                    to_client.write_all(b"HTTP/1.1 200 -\r\n\r\n").unwrap();
                } else {
                    to_server.write_all(head.as_bytes()).unwrap();
                }
                thread::spawn(move || std::io::copy(&mut reader, &mut to_server));
                let mut server = server;
                let _ = std::io::copy(&mut server, &mut to_client);
                let _ = to_client.shutdown(std::net::Shutdown::Both);
            });
        }
    });
    address
}

#[test]
fn a_proxy_of_the_environment_is_used_unless_the_host_is_excepted() {
    let job = Job::of(2000);
    let proxy = proxy(&job.fake);
    let api = ("GITHUB_API_URL", "http://github.invalid/api/v3");
    let told = job.run_with(&[api, ("HTTPS_PROXY", &proxy), ("HTTP_PROXY", &proxy)], &["publish", "runs/a"]);
    assert!(job.fake.count("GET", "/api/v3/repos/acme/quotes/pulls/5") > 0, "{}{}", told.out, told.err);
    let excepted = [("HTTPS_PROXY", "http://127.0.0.1:9"), ("HTTP_PROXY", "http://127.0.0.1:9")];
    job.run_with(&[excepted[0], excepted[1], ("NO_PROXY", "127.0.0.1")], &["publish", "runs/a"]);
    assert_eq!(job.fake.count("POST", "/repos/acme/quotes/issues/5/comments"), 1);
}
