//! Clients that do not behave: those that hang up, and those that hardly read.
//!
//! They speak HTTP on the bare socket, each on a connection of its own with `connection: close`, so that
//! the end of the connection is the end of the answer. Bytes of the answer are counted as they come off
//! the socket, head included, for the behaviour; without it for the tally.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{BufMut as _, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{ReadHalf, WriteHalf};

use super::address::Address;
use super::exchange::Job;
use super::meter::Meter;
use super::outcome::{End, Failure, Seen};
use super::outgoing::Outgoing;

/// An answer's head that is longer is no head.
const LONGEST_HEAD: usize = 64 << 10;

/// A slow reader reads so often, if its rate gives it a byte each time.
const TICK: Duration = Duration::from_millis(100);

/// Sends the request, reads `after` bytes of the answer, closes.
pub(super) async fn hang_up(job: &Job, address: &Address, after: u64, seen: &mut Seen) -> End {
    let mut stream = match address.connect(false).await {
        Ok(stream) => stream,
        Err(error) => return End::Failed(error.into()),
    };
    let meter = Arc::new(Meter::default());
    let (mut reading, mut writing) = stream.split();
    let mut answer = Answer::default();
    let end = {
        let read = async {
            while answer.read < after {
                match answer.take(&mut reading, after - answer.read).await {
                    Ok(true) => {}
                    Ok(false) => return answer.ended(),
                    Err(failure) => return End::Failed(failure),
                }
            }
            End::Aborted
        };
        if after == 0 {
            write(&mut writing, job, &meter).await;
            End::Aborted
        } else {
            beside(write(&mut writing, job, &meter), read).await
        }
    };
    answer.report(&meter, seen);
    end
}

/// Sends the request over a connection with a small receive buffer and reads `rate` bytes of the answer a
/// second (0: none), for at most `hold`.
pub(super) async fn read_slowly(job: &Job, address: &Address, rate: u64, hold: Duration, seen: &mut Seen) -> End {
    let until = Instant::now() + hold;
    let mut stream = match tokio::time::timeout(hold, address.connect(true)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return End::Failed(error.into()),
        Err(_) => return End::Failed(Failure::Timeout),
    };
    let meter = Arc::new(Meter::default());
    let (mut reading, mut writing) = stream.split();
    let mut answer = Answer::default();
    let read = async {
        if rate == 0 {
            return std::future::pending().await;
        }
        // A byte at a time where the rate is below one for each tick.
        let tick = TICK.max(Duration::from_secs_f64(1.0 / rate as f64));
        let at_once = ((rate as f64 * tick.as_secs_f64()) as u64).max(1);
        let mut ticks = tokio::time::interval(tick);
        loop {
            ticks.tick().await;
            match answer.take(&mut reading, at_once).await {
                Ok(true) if answer.whole() => return answer.ended(),
                Ok(true) => {}
                Ok(false) => return answer.ended(),
                Err(failure) => return End::Failed(failure),
            }
        }
    };
    let both = beside(write(&mut writing, job, &meter), read);
    let end = tokio::time::timeout_at(until.into(), both).await.unwrap_or(End::Aborted);
    answer.report(&meter, seen);
    end
}

/// Writes while it reads: a service may answer before it has read all. The reader decides the end.
async fn beside(write: impl Future<Output = ()>, read: impl Future<Output = End>) -> End {
    let (mut write, mut read) = (std::pin::pin!(write), std::pin::pin!(read));
    tokio::select! {
        end = &mut read => return end,
        () = &mut write => {}
    }
    read.await
}

/// Writes head and body. A failure is left to the reader: the answer may be there already.
async fn write(writing: &mut WriteHalf<'_>, job: &Job, meter: &Arc<Meter>) {
    let mut body = Outgoing::new(&job.planned.body, meter.clone());
    let head = head(job);
    if writing.write_all(&head).await.is_err() {
        return;
    }
    meter.take(&head);
    let chunked = job.planned.body.chunked();
    while let Some(chunk) = body.next() {
        let framed = match chunked {
            true => format!("{:x}\r\n", chunk.len()),
            false => String::new(),
        };
        if writing.write_all(framed.as_bytes()).await.is_err() || writing.write_all(&chunk).await.is_err() {
            return;
        }
        meter.take(&chunk);
        if chunked && writing.write_all(b"\r\n").await.is_err() {
            return;
        }
    }
    if chunked {
        let _ = writing.write_all(b"0\r\n\r\n").await;
    }
}

fn head(job: &Job) -> BytesMut {
    let mut head = BytesMut::with_capacity(512);
    head.put(format!("{} {} HTTP/1.1\r\n", job.head.method(), job.head.uri()).as_bytes());
    let mut header = |name: &str, value: &[u8]| {
        head.put(name.as_bytes());
        head.put(&b": "[..]);
        head.put(value);
        head.put(&b"\r\n"[..]);
    };
    for (name, value) in job.head.headers() {
        header(name.as_str(), value.as_bytes());
    }
    let size = job.planned.body.size();
    match (job.planned.body.chunked(), job.head.method().as_str()) {
        (true, _) => header("transfer-encoding", b"chunked"),
        (false, "GET" | "HEAD" | "DELETE" | "OPTIONS") if size == 0 => {}
        (false, _) => header("content-length", size.to_string().as_bytes()),
    }
    header("connection", b"close");
    head.put(&b"\r\n"[..]);
    head
}

/// What was read of an answer.
#[derive(Default)]
struct Answer {
    /// Bytes off the socket.
    read: u64,
    /// The head, as far as it was read; emptied when it was understood.
    head: Vec<u8>,
    status: Option<u16>,
    /// What `content-length` says.
    length: Option<u64>,
    body: u64,
}

impl Answer {
    /// Reads at most `most` bytes; `false` at the end of the connection.
    async fn take(&mut self, reading: &mut ReadHalf<'_>, most: u64) -> Result<bool, Failure> {
        let mut buffer = [0; 8 << 10];
        let most = most.min(buffer.len() as u64) as usize;
        let count = reading.read(&mut buffer[..most]).await.map_err(|_| Failure::Reset)?;
        self.add(&buffer[..count])?;
        Ok(count > 0)
    }

    fn add(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.read += bytes.len() as u64;
        if self.status.is_some() {
            self.body += bytes.len() as u64;
            return Ok(());
        }
        let searched = self.head.len().saturating_sub(3);
        self.head.extend_from_slice(bytes);
        let Some(end) = self.head[searched..].windows(4).position(|window| window == b"\r\n\r\n") else {
            return if self.head.len() > LONGEST_HEAD { Err(Failure::Malformed) } else { Ok(()) };
        };
        let end = searched + end + 4;
        let rest = self.head.split_off(end);
        let head = std::mem::take(&mut self.head);
        let (status, length) = parse(&head).ok_or(Failure::Malformed)?;
        if (100..200).contains(&status) {
            self.read -= rest.len() as u64;
            return self.add(&rest);
        }
        (self.status, self.length, self.body) = (Some(status), length, rest.len() as u64);
        Ok(())
    }

    fn whole(&self) -> bool {
        self.length.is_some_and(|length| self.body >= length)
    }

    /// How the request ended, given that the connection did.
    fn ended(&self) -> End {
        match self.status {
            Some(status) if self.length.is_none_or(|length| self.body >= length) => End::Answered(status),
            _ => End::Failed(Failure::Reset),
        }
    }

    fn report(&self, meter: &Meter, seen: &mut Seen) {
        (seen.status, seen.bytes_in, seen.bytes_out) = (self.status, self.body, meter.body());
    }
}

/// Status and `content-length` of a head.
fn parse(head: &[u8]) -> Option<(u16, Option<u64>)> {
    let text = std::str::from_utf8(head).ok()?;
    let mut lines = text.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let status = words.next()?.starts_with("HTTP/1.").then(|| words.next())??;
    let status = status.parse().ok().filter(|status| (100..1000).contains(status))?;
    let length = lines.filter_map(|line| line.split_once(':'));
    let length = length.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    Some((status, length.filter_map(|(_, value)| value.trim().parse().ok()).next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str, step: usize) -> Result<Answer, Failure> {
        let mut answer = Answer::default();
        text.as_bytes().chunks(step).try_for_each(|bytes| answer.add(bytes)).map(|()| answer)
    }

    #[test]
    fn an_answer_is_understood_however_it_is_cut() {
        let text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 413 Too Large\r\nContent-Length: 5\r\n\r\nhello";
        for step in 1..text.len() {
            let answer = answer(text, step).unwrap();
            assert_eq!((answer.status, answer.body, answer.whole()), (Some(413), 5, true), "{step}");
            assert_eq!((answer.read, answer.ended()), (text.len() as u64, End::Answered(413)));
        }
    }

    #[test]
    fn a_cut_answer_and_noise_are_no_answers() {
        let cut = answer("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello", 7).unwrap();
        assert_eq!(cut.ended(), End::Failed(Failure::Reset));
        assert_eq!(answer("", 1).unwrap().ended(), End::Failed(Failure::Reset));
        for noise in ["SSH-2.0\r\n\r\n", "HTTP/1.1\r\n\r\n", "HTTP/1.1 2\r\n\r\n", "HTTP/1.1 99999 x\r\n\r\n"] {
            assert_eq!(answer(noise, 5).err(), Some(Failure::Malformed), "{noise}");
        }
        assert_eq!(answer(&"x".repeat(LONGEST_HEAD + 9), 1000).err(), Some(Failure::Malformed));
    }
}
