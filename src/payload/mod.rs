//! The catalogue of ugly payloads: requests that are small for the sender and large for the receiver, or
//! just large, or that no well-behaved client would make.
//!
//! A file is a [`Family`]: what it provokes, where that was seen, what goes over the wire, what it becomes,
//! which answer is safe, its parameters, and the function that makes request *i* of it. What it makes is
//! one of three forms: a [`Body`], a changed [`Request`], or [`Talk`]s, programs of bytes for bare
//! connections. All are streams: however large a body is, its generator holds some tens of KiB. Everything
//! comes from parameters and a [`Turn`] (number and key of the request), and compressed formats are written
//! bit by bit: no byte depends on a library's version.

mod archives;
#[cfg(test)]
mod bare;
mod bits;
mod body;
mod choice;
mod connections;
mod deflated;
mod documents;
mod family;
mod filler;
mod images;
mod keys;
mod pieces;
mod request;
mod retries;
mod series;
mod stated;
mod talk;
mod text;
mod uploads;
mod values;
mod work;
mod zeros;

pub use body::{Again, Body, Chunks};
pub use choice::Choice;
pub use connections::websocket_talk as websocket;
pub use family::{About, Family, Form, Group, Parameter, Takes};
pub use request::{Copies, Request, Turn, Wire};
pub use stated::StatedError;
pub use talk::{Act, Acts, Ending, Reading, Talk};
pub use values::{Value, Values};

/// All families, by group.
pub fn families() -> impl Iterator<Item = &'static Family> + Clone {
    let groups = [
        images::FAMILIES,
        archives::FAMILIES,
        documents::FAMILIES,
        uploads::FAMILIES,
        connections::FAMILIES,
        keys::FAMILIES,
        work::FAMILIES,
        retries::FAMILIES,
        text::FAMILIES,
    ];
    groups.into_iter().flatten().copied()
}

/// The family of this name.
pub fn find(name: &str) -> Option<&'static Family> {
    families().find(|family| family.name == name)
}

#[cfg(test)]
mod tests;
