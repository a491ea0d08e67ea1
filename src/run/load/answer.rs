//! An HTTP/1 answer as a misbehaving client sees it: bytes off a bare socket, of which only the head is understood.

use super::answer_head::{AnswerHead, Asked, Framing, LONGEST};
use super::outcome::{End, Failure, Seen};

/// What was read of an answer.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// Bytes off the socket.
    pub(super) read: u64,
    /// The head, as far as it was read; emptied when it was understood.
    head: Vec<u8>,
    pub(super) status: Option<u16>,
    interim: bool,
    /// How long the body is, if its head says so.
    length: Option<u64>,
    /// Whether the body comes in chunks.
    pub(super) chunked: bool,
    body: u64,
}

impl Answer {
    /// Adds what came.
    pub(super) fn add(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.read += bytes.len() as u64;
        if self.status.is_some() {
            self.body += bytes.len() as u64;
            return Ok(());
        }
        let mut searched = self.head.len().saturating_sub(3);
        self.head.extend_from_slice(bytes);
        while self.status.is_none() {
            let Some(end) = self.head[searched..].windows(4).position(|window| window == b"\r\n\r\n") else {
                return if self.head.len() > LONGEST { Err(Failure::Malformed) } else { Ok(()) };
            };
            let rest = self.head.split_off(searched + end + 4);
            let head = std::mem::replace(&mut self.head, rest);
            self.understand(&head)?;
            searched = 0;
        }
        self.body = std::mem::take(&mut self.head).len() as u64;
        Ok(())
    }

    fn understand(&mut self, head: &[u8]) -> Result<(), Failure> {
        let (_, head) = AnswerHead::parse(head, Asked::Other, |_, _| {})?.ok_or(Failure::Malformed)?;
        self.interim = true;
        if !head.interim() {
            self.status = Some(head.status);
            self.chunked = head.framing == Framing::Chunked;
            self.length = match head.framing {
                // What follows 101 in its other language counts as its body.
                Framing::Length(length) if head.status != 101 => Some(length),
                _ => None,
            };
        }
        Ok(())
    }

    /// Counts bytes that are no HTTP/1 answer, or no longer.
    pub(super) fn count(&mut self, bytes: u64) {
        self.read += bytes;
        self.body += bytes;
    }

    /// Bytes of the body so far: after the read that ended the head, what it held beyond.
    pub(super) fn rest(&self) -> usize {
        self.body as usize
    }

    /// Whether the head of an answer was read, an interim one (`101`) included.
    pub(super) fn head_seen(&self) -> bool {
        self.interim || self.status.is_some()
    }

    /// Whether the answer ends here; one without a length ends with its connection.
    pub(super) fn whole(&self) -> bool {
        self.length.is_some_and(|length| self.body >= length)
    }

    /// Whether a reset ends it as well as a close: a service that refuses a request before it has read all of it
    /// closes with bytes unread, which resets the connection (RFC 9112 section 9.6).
    pub(super) fn refuses(&self) -> bool {
        self.status.is_some_and(|status| status >= 400) && self.length.is_none()
    }

    /// How the request ended, given that the connection did.
    pub(super) fn ended(&self) -> End {
        match self.status {
            Some(status) if self.length.is_none_or(|length| self.body >= length) => End::Answered(status),
            _ => End::Failed(Failure::Reset),
        }
    }

    /// What was seen of it.
    pub(super) fn seen(&self, bytes_out: u64) -> Seen {
        Seen { status: self.status, bytes_in: self.body, bytes_out }
    }
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
        assert_eq!(answer(&"x".repeat(LONGEST + 9), 1000).err(), Some(Failure::Malformed));
    }
}
