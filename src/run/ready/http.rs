//! One GET on a connection of its own.

use std::pin::pin;

use http_body_util::Empty;
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;

use super::{Place, connect};

/// The status of the answer. Its body is not read: the connection is closed.
pub(super) async fn get(place: &Place, path: &str) -> Result<u16, Box<dyn std::error::Error + Send + Sync>> {
    let stream = connect(place).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::get(path).header("host", place.to_string()).header("connection", "close");
    let mut answer = pin!(sender.send_request(request.body(Empty::<Bytes>::new())?));
    let answer = tokio::select! {
        answer = &mut answer => answer,
        // It may have ended with the answer.
        _ = connection => answer.await,
    };
    Ok(answer?.status().as_u16())
}
