//! Every family of the catalogue is seen to hurt a service that does the naive thing, and to leave its
//! hardened twin alone. The services are real ones, in Python, Node, Java and Go.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a trial that cannot go on is a failed test")]

mod archives;
mod complete;
mod connections;
mod documents;
mod images;
mod keys;
mod retries;
mod service;
mod text;
mod trial;
mod uploads;
mod work;
