//! Something to send where the policy names no body.

use super::pieces::repeated;
use super::{Body, Wire};

/// The request, with a body of this size if it has none. A `GET` becomes a `POST` then.
pub(super) fn filled(mut wire: Wire, size: u64) -> Wire {
    if wire.request.body.is_none() {
        if matches!(wire.request.method.as_str(), "GET" | "HEAD") {
            wire.request.method = "POST".to_owned();
        }
        wire.request.body = Some(Body::new("application/octet-stream", size, repeated(b"filler; ", size)));
    }
    wire
}
