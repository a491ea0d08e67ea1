//! Runs a [`Talk`]: bytes on a bare connection, as no well-behaved client would write or read them.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio::sync::watch;

use super::address::Address;
use super::answer::Answer;
use super::chunked::Chunked;
use super::goal::{Events, Goal, Messages, Through};
use super::meter::Meter;
use super::outcome::{End, Failure, Seen};
use super::socket::Socket;
use crate::payload::{Act, Acts, Ending, Reading, Talk};

/// A slow reader reads so often, if its rate gives it a byte each time.
const TICK: Duration = Duration::from_millis(100);

/// Runs a talk to its end; at most for its `hold`, or for `timeout` if it has none.
pub(super) async fn run(talk: Talk, address: &Address, timeout: Duration) -> (End, Seen) {
    tokio::time::sleep(talk.after).await;
    let until = Instant::now() + talk.hold.unwrap_or(timeout);
    let given_up = match talk.hold {
        Some(_) => End::Aborted,
        None => End::Failed(Failure::Timeout),
    };
    let socket = match tokio::time::timeout_at(until.into(), address.connect(talk.narrow, talk.http2)).await {
        Ok(Ok(socket)) => socket,
        Ok(Err(error)) => return (End::Failed(error.into()), Seen::default()),
        Err(_) => return (End::Failed(Failure::Timeout), Seen::default()),
    };
    if talk.ending == Ending::Reset {
        // Must be said before the socket is split; it takes effect when the socket is closed.
        socket.reset_at_end();
    }
    let (reading, writing) = tokio::io::split(socket);
    let (head, head_seen) = watch::channel(false);
    let mut reader = Reader { reading, answer: Answer::default(), head };
    let mut writer = Writer { writing, meter: Meter::default(), head: head_seen };
    let end = tokio::time::timeout_at(until.into(), side_by_side(&mut reader, &mut writer, &talk.reading, talk.acts));
    let end = end.await.unwrap_or(given_up);
    let seen = reader.answer.seen(writer.meter.after_head());
    // A misbehaving client whose connection the service ends was shown the door: no failure.
    let door = talk.hold.is_some() || (talk.reading == Reading::Answer && seen.status.is_none());
    let end = if door && end == End::Failed(Failure::Reset) { End::Cut } else { end };
    (end, seen)
}

/// Writes while it reads: a service may answer before it has read all. The reader decides the end.
async fn side_by_side(reader: &mut Reader, writer: &mut Writer, reading: &Reading, acts: Acts) -> End {
    if let Reading::Until(0) = reading {
        writer.act(acts).await;
        return End::Aborted;
    }
    let (mut read, mut write) = (std::pin::pin!(reader.read(reading)), std::pin::pin!(writer.act(acts)));
    tokio::select! {
        end = &mut read => return end,
        () = &mut write => {}
    }
    read.await
}

struct Writer {
    writing: WriteHalf<Socket>,
    meter: Meter,
    /// Whether the head of an answer was read.
    head: watch::Receiver<bool>,
}

impl Writer {
    /// Does the acts in order. A failure is left to the reader: the answer may be there already.
    async fn act(&mut self, acts: Acts) {
        for act in acts {
            match act {
                Act::Write(mut bytes) => {
                    while !bytes.is_empty() {
                        match self.writing.write(&bytes).await {
                            Ok(count) if count > 0 => self.meter.take(&bytes.split_to(count)),
                            _ => return,
                        }
                    }
                    // Under TLS what was taken may still be here, and nobody else would send it on.
                    if self.writing.flush().await.is_err() {
                        return;
                    }
                }
                Act::Pause(time) => tokio::time::sleep(time).await,
                Act::AwaitHead => drop(self.head.wait_for(|seen| *seen).await),
                Act::Finish => drop(self.writing.shutdown().await),
            }
        }
    }
}

struct Reader {
    reading: ReadHalf<Socket>,
    answer: Answer,
    head: watch::Sender<bool>,
}

impl Reader {
    async fn read(&mut self, how: &Reading) -> End {
        match how {
            Reading::Nothing => std::future::pending().await,
            Reading::Answer => self.read_until(u64::MAX, true).await,
            Reading::Until(most) => self.read_until(*most, false).await,
            Reading::Everything => self.discard().await,
            Reading::Slowly(rate) => self.read_slowly(*rate).await,
            Reading::Events(count) => self.read_through(&mut Events::new(*count)).await,
            Reading::Messages(count) => self.read_through(&mut Messages::new(*count)).await,
            Reading::Through(end) => self.read_through(&mut Through::new(end.clone())).await,
        }
    }

    /// Reads so many bytes of an answer, or all of it.
    async fn read_until(&mut self, most: u64, whole: bool) -> End {
        while self.answer.read < most {
            match self.take(most - self.answer.read).await {
                Ok(true) if whole && self.answer.whole() => return self.answer.ended(),
                Ok(true) => {}
                Ok(false) => return self.answer.ended(),
                Err(_) if self.answer.refuses() => return self.answer.ended(),
                Err(failure) => return End::Failed(failure),
            }
        }
        End::Aborted
    }

    async fn read_slowly(&mut self, rate: u64) -> End {
        // A byte at a time where the rate is below one for each tick.
        let tick = TICK.max(Duration::from_secs_f64(1.0 / rate.max(1) as f64));
        let at_once = ((rate as f64 * tick.as_secs_f64()) as u64).max(1);
        let mut ticks = tokio::time::interval(tick);
        loop {
            ticks.tick().await;
            match self.take(at_once).await {
                Ok(true) if self.answer.whole() => return self.answer.ended(),
                Ok(true) => {}
                Ok(false) => return self.answer.ended(),
                Err(failure) => return End::Failed(failure),
            }
        }
    }

    /// Reads whatever comes: an HTTP/1 head is understood, anything else only counted.
    async fn discard(&mut self) -> End {
        let mut buffer = vec![0; 32 << 10];
        let mut understood = true;
        loop {
            let count = match self.reading.read(&mut buffer).await {
                Ok(count) if count > 0 => count,
                _ => return End::Failed(Failure::Reset),
            };
            if understood {
                understood = self.answer.add(&buffer[..count]).is_ok();
                self.tell_head();
            } else {
                self.answer.count(count as u64);
            }
        }
    }

    /// Reads until the goal is reached.
    async fn read_through(&mut self, goal: &mut impl Goal) -> End {
        let mut buffer = vec![0; 16 << 10];
        let mut chunks = Chunked::default();
        loop {
            if goal.reached() || chunks.ended() {
                return self.answer.status.map_or(End::Done, End::Answered);
            }
            let count = match self.reading.read(&mut buffer).await {
                Ok(0) if goal.reached_at_end() => return self.answer.status.map_or(End::Done, End::Answered),
                Ok(0) => return self.answer.status.map_or(End::Failed(Failure::Reset), End::Answered),
                Ok(count) => count,
                Err(_) => return End::Failed(Failure::Reset),
            };
            let bytes = &buffer[..count];
            if !goal.speaks_http() || self.answer.status.is_some() {
                self.answer.count(count as u64);
                if let Err(failure) = self.show(goal, &mut chunks, bytes) {
                    return End::Failed(failure);
                }
            } else {
                match self.answer.add(bytes) {
                    Ok(()) if self.answer.status.is_some_and(|status| status != goal.status()) => {
                        return self.read_until(u64::MAX, true).await;
                    }
                    // What came after the head in the same read.
                    Ok(()) => {
                        let rest = bytes.len() - self.answer.rest().min(bytes.len());
                        if let Err(failure) = self.show(goal, &mut chunks, &bytes[rest..]) {
                            return End::Failed(failure);
                        }
                    }
                    Err(failure) => return End::Failed(failure),
                }
                self.tell_head();
            }
        }
    }

    fn show(&self, goal: &mut impl Goal, chunks: &mut Chunked, bytes: &[u8]) -> Result<(), Failure> {
        match self.answer.chunked {
            true => chunks.read(bytes, |data| goal.take(data)).map(drop),
            false => {
                goal.take(bytes);
                Ok(())
            }
        }
    }

    /// Reads at most `most` bytes; `false` at the end of the connection.
    async fn take(&mut self, most: u64) -> Result<bool, Failure> {
        let mut buffer = [0; 8 << 10];
        let most = most.min(buffer.len() as u64) as usize;
        let count = self.reading.read(&mut buffer[..most]).await.map_err(|_| Failure::Reset)?;
        self.answer.add(&buffer[..count])?;
        self.tell_head();
        Ok(count > 0)
    }

    fn tell_head(&self) {
        if self.answer.head_seen() {
            self.head.send_if_modified(|seen| !std::mem::replace(seen, true));
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncRead;

    use super::*;
    use crate::run::load::tls::service::serving;

    /// Reads so many bytes slowly: whoever writes them has to wait, up to the last.
    async fn slowly(stream: &mut (impl AsyncRead + Unpin), mut left: usize) {
        let mut buffer = vec![0; 16 << 10];
        while left > 0 {
            tokio::time::sleep(Duration::from_micros(200)).await;
            left -= stream.read(&mut buffer[..left.min(16 << 10)]).await.unwrap();
        }
    }

    #[tokio::test]
    async fn nothing_stays_here_under_tls_while_an_answer_is_awaited() {
        const BLOCK: usize = 64 << 10;
        const BLOCKS: usize = 128;
        let (address, service) = serving(|mut stream| async move {
            slowly(&mut stream, BLOCK * BLOCKS).await;
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
            stream.flush().await.unwrap();
            let _ = stream.read(&mut [0]).await;
        })
        .await;
        let blocks = std::iter::repeat_with(|| Act::Write(vec![7; BLOCK].into())).take(BLOCKS);
        let talk = Talk {
            after: Duration::ZERO,
            narrow: false,
            http2: false,
            acts: Box::new(blocks.chain([Act::AwaitHead])),
            reading: Reading::Answer,
            hold: None,
            ending: Ending::Close,
        };
        let (end, seen) = run(talk, &address, Duration::from_secs(10)).await;
        assert_eq!((end, seen.status), (End::Answered(200), Some(200)));
        service.await.unwrap();
    }
}
