//! A generated body in a plan.

use std::sync::Arc;

use crate::payload::{Body, Choice, Chunks, Request, Turn};

/// A generated body: its parameters, and which turn it is.
#[derive(Debug, Clone, PartialEq)]
pub struct PayloadBody {
    choice: Arc<Choice>,
    turn: Turn,
    size: u64,
    chunked: bool,
}

/// A digest looks at this much of a body itself; the rest is told by parameters and key.
pub(super) const DIGESTED: u64 = 1 << 20;

impl PayloadBody {
    /// The body that this choice makes in this turn, and the headers that tell what it is. `None` if it
    /// makes none.
    pub fn new(choice: Arc<Choice>, turn: Turn) -> Option<(Self, Vec<(&'static str, String)>)> {
        let Body { headers, size, chunked, .. } = generated(&choice, &turn)?;
        Some((Self { choice, turn, size, chunked }, headers))
    }

    /// Bytes on the wire, without framing.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Whether it goes with `Transfer-Encoding: chunked`.
    pub fn chunked(&self) -> bool {
        self.chunked
    }

    /// The body, generated as it is taken.
    pub fn chunks(&self) -> Chunks {
        generated(&self.choice, &self.turn).map_or_else(|| Box::new(std::iter::empty()) as Chunks, |body| body.chunks)
    }

    /// The body once more, to be written by hand.
    pub(super) fn again(&self) -> Option<Body> {
        generated(&self.choice, &self.turn)
    }

    /// What stands for the body in a digest: parameters, key, and the body's first MiB.
    pub(super) fn digest(&self) -> [Vec<u8>; 3] {
        let mut start = blake3::Hasher::new();
        let mut taken = 0;
        for chunk in self.chunks() {
            start.update(&chunk);
            taken += chunk.len() as u64;
            if taken >= DIGESTED {
                break;
            }
        }
        [self.choice.describe().into_bytes(), self.turn.key.to_vec(), start.finalize().as_bytes().to_vec()]
    }
}

fn generated(choice: &Choice, turn: &Turn) -> Option<Body> {
    let mut request = Request { method: String::new(), path: String::new(), headers: Vec::new(), body: None };
    choice.change(turn, &mut request);
    request.body
}
