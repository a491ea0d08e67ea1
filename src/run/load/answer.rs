//! An HTTP/1 answer, read off a bare socket.

use super::outcome::{End, Failure, Seen};

/// An answer's head that is longer is no head.
const LONGEST_HEAD: usize = 64 << 10;

/// What was read of an answer.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// Bytes off the socket, interim answers (1xx) left out.
    pub(super) read: u64,
    /// The head, as far as it was read; emptied when it was understood.
    head: Vec<u8>,
    pub(super) status: Option<u16>,
    interim: bool,
    /// What `content-length` says.
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
        let searched = self.head.len().saturating_sub(3);
        self.head.extend_from_slice(bytes);
        let Some(end) = self.head[searched..].windows(4).position(|window| window == b"\r\n\r\n") else {
            return if self.head.len() > LONGEST_HEAD { Err(Failure::Malformed) } else { Ok(()) };
        };
        let end = searched + end + 4;
        let rest = self.head.split_off(end);
        let head = std::mem::take(&mut self.head);
        let (status, length, chunked) = parse(&head).ok_or(Failure::Malformed)?;
        self.chunked = chunked;
        self.interim = true;
        // After 101 the connection speaks another language: what follows is its body.
        if (100..200).contains(&status) && status != 101 {
            self.read -= rest.len() as u64;
            return self.add(&rest);
        }
        (self.status, self.length, self.body) = (Some(status), length, rest.len() as u64);
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

/// Status and `content-length` of a head, and whether the body is chunked.
fn parse(head: &[u8]) -> Option<(u16, Option<u64>, bool)> {
    let text = std::str::from_utf8(head).ok()?;
    let mut lines = text.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let status = words.next()?.starts_with("HTTP/1.").then(|| words.next())??;
    let status = status.parse().ok().filter(|status| (100..1000).contains(status))?;
    let (mut length, mut chunked) = (None, false);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("content-length") {
            length = length.or(value.trim().parse().ok());
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            chunked |= value.to_ascii_lowercase().contains("chunked");
        }
    }
    Some((status, length, chunked))
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
