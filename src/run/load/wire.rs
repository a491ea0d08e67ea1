//! A socket that counts what it takes, and lets an answer be read after the service stopped reading.

use std::io::{Error, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;

use super::meter::Meter;
use super::socket::Socket;

/// See the module.
#[derive(Debug)]
pub(super) struct Wire {
    stream: TokioIo<Socket>,
    meter: Arc<Meter>,
    broken: bool,
}

impl Wire {
    pub(super) fn new(stream: Socket, meter: Arc<Meter>) -> Self {
        Self { stream: TokioIo::new(stream), meter, broken: false }
    }

    /// A service that refuses a body answers and closes: writing fails, and the answer waits to be read.
    /// So a failed write never ends; what can be read decides: an answer, or the end of the connection.
    fn unless_broken(&mut self, result: Poll<Result<usize, Error>>) -> Poll<Result<usize, Error>> {
        match ready!(result) {
            Ok(count) => Poll::Ready(Ok(count)),
            Err(_) => {
                self.broken = true;
                Poll::Pending
            }
        }
    }
}

impl Read for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: ReadBufCursor<'_>) -> Poll<Result<(), Error>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl Write for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize, Error>> {
        self.poll_write_vectored(cx, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize, Error>> {
        if self.broken {
            return Poll::Pending;
        }
        // One slice is cheaper to send than a list of one.
        let written = match slices {
            [slice] => Pin::new(&mut self.stream).poll_write(cx, slice),
            _ => Pin::new(&mut self.stream).poll_write_vectored(cx, slices),
        };
        let count = ready!(self.unless_broken(written))?;
        let mut left = count;
        for slice in slices {
            let taken = left.min(slice.len());
            self.meter.take(&slice[..taken]);
            left -= taken;
        }
        Poll::Ready(Ok(count))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
