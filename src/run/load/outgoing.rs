//! The body of a request on its way out: generated while it is sent.

use bytes::Bytes;

use crate::payload::Chunks;
use crate::plan::PlannedBody;

/// See the module.
pub(super) struct Outgoing {
    content: Content,
    left: u64,
}

enum Content {
    Empty,
    Text(Bytes),
    Payload(Chunks),
}

impl Outgoing {
    /// The body from its beginning.
    pub(super) fn new(body: &PlannedBody) -> Self {
        let content = match body {
            PlannedBody::Empty => Content::Empty,
            PlannedBody::Text(text) => Content::Text(text.clone()),
            PlannedBody::Payload(payload) => Content::Payload(payload.chunks()),
        };
        Self { content, left: body.size() }
    }

    /// The next piece; `None` after the last one.
    pub(super) fn next(&mut self) -> Option<Bytes> {
        if self.left == 0 {
            return None;
        }
        let mut piece = match &mut self.content {
            Content::Empty => None,
            Content::Text(text) => Some(std::mem::take(text)),
            Content::Payload(chunks) => chunks.find(|chunk| !chunk.is_empty()),
        }?;
        // More than was announced would be taken for the next request.
        piece.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
        self.left -= piece.len() as u64;
        Some(piece)
    }

    /// Bytes that were not given yet.
    pub(super) fn left(&self) -> u64 {
        self.left
    }
}
