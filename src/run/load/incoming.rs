//! An HTTP/1 answer on its way in, as a well-behaved client understands it (RFC 9112): pieces in, parts out.
//! A pure function of the bytes: however they are cut, the answer is the same.

use super::answer_head::{AnswerHead, Asked, Framing, LONGEST};
use super::chunked::Chunked;
use super::outcome::Failure;

/// So far a head is looked at as it comes: a service that speaks another language says so in its first bytes. The rest
/// is looked at once its blank line is there, for a head that comes byte by byte would cost the square.
const BEGINNING: usize = 512;

/// What becomes of the parts of an answer.
pub(super) trait Taker {
    /// The head was read, with these fields; interim ones are not shown.
    fn head(&mut self, status: u16, fields: &mut dyn Iterator<Item = (&str, &[u8])>);
    /// Data of the body, without its framing.
    fn data(&mut self, data: &[u8]);
}

/// See the module.
#[derive(Debug)]
pub(super) struct Incoming {
    asked: Asked,
    /// The head, as far as it came in earlier pieces.
    begun: Vec<u8>,
    head: Option<AnswerHead>,
    body: Body,
}

#[derive(Debug)]
enum Body {
    /// So many bytes are still to come.
    Left(u64),
    Chunked(Chunked),
    /// Until the connection ends.
    Endless,
}

impl Incoming {
    /// Nothing came yet of the answer to a request with this method.
    pub(super) fn new(asked: Asked) -> Self {
        Self { asked, begun: Vec::new(), head: None, body: Body::Endless }
    }

    /// Reads on; how many bytes were the answer's. Fewer than there are: the service said more than it was asked.
    pub(super) fn read(&mut self, bytes: &[u8], taker: &mut impl Taker) -> Result<usize, Failure> {
        let mut used = 0;
        while self.head.is_none() && used < bytes.len() {
            used += self.head(&bytes[used..], taker)?;
        }
        let body = &bytes[used..];
        if self.head.is_some() && !body.is_empty() {
            used += match &mut self.body {
                Body::Left(left) => {
                    let count = (*left).min(body.len() as u64) as usize;
                    *left -= count as u64;
                    taker.data(&body[..count]);
                    count
                }
                Body::Chunked(chunked) => chunked.read(body, |data| taker.data(data))?,
                Body::Endless => {
                    taker.data(body);
                    body.len()
                }
            };
        }
        Ok(used)
    }

    /// The head of the answer, once it was read.
    pub(super) fn answered(&self) -> Option<AnswerHead> {
        self.head
    }

    /// Whether nothing more belongs to the answer.
    pub(super) fn whole(&self) -> bool {
        self.head.is_some()
            && match &self.body {
                Body::Left(left) => *left == 0,
                Body::Chunked(chunked) => chunked.ended(),
                Body::Endless => false,
            }
    }

    /// Whether the end of the connection is the end of the answer.
    pub(super) fn ends_with_connection(&self) -> bool {
        self.head.is_some() && matches!(self.body, Body::Endless)
    }

    /// Whether a reset ends it as well as a close: a service that refuses a request before it has read all of it
    /// closes with bytes unread, which resets the connection (RFC 9112, section 9.6).
    pub(super) fn refuses(&self) -> bool {
        self.head.is_some_and(|head| head.status >= 400 && !matches!(head.framing, Framing::Length(_)))
    }

    /// How many of these bytes belong to the head: all if it goes on.
    fn head(&mut self, bytes: &[u8], taker: &mut impl Taker) -> Result<usize, Failure> {
        let before = self.begun.len();
        if before > 0 {
            self.begun.extend_from_slice(bytes);
        }
        let whole = if before > 0 { &self.begun[..] } else { bytes };
        // Blank lines before a head are overlooked, but not for ever: each would have all looked at again.
        let beginning = whole.get(..=BEGINNING).filter(|_| before <= BEGINNING);
        if beginning.is_some_and(|bytes| bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n'))) {
            return Err(Failure::Malformed);
        }
        let mut parsed = None;
        if before < BEGINNING || has_blank_line(&whole[before.saturating_sub(2)..]) {
            parsed = AnswerHead::parse(whole, self.asked, |head, fields| {
                if !head.interim() {
                    taker.head(head.status, &mut fields.iter().map(|field| (field.name, field.value)));
                }
            })?;
        }
        let Some((length, head)) = parsed else {
            if before == 0 {
                self.begun = bytes.to_vec();
            }
            return if self.begun.len() > LONGEST { Err(Failure::Malformed) } else { Ok(bytes.len()) };
        };
        self.begun = Vec::new();
        if !head.interim() {
            self.head = Some(head);
            self.body = match head.framing {
                Framing::Length(length) => Body::Left(length),
                Framing::Chunked => Body::Chunked(Chunked::default()),
                Framing::Close => Body::Endless,
            };
        }
        Ok(length - before)
    }
}

/// Whether an empty line begins in these bytes: a head may end there.
fn has_blank_line(bytes: &[u8]) -> bool {
    memchr::memchr_iter(b'\n', bytes).any(|newline| {
        let rest = &bytes[newline + 1..];
        rest.starts_with(b"\n") || rest.starts_with(b"\r\n")
    })
}

#[cfg(test)]
mod tests {
    use super::super::outcome::Seen;
    use super::*;

    /// Status, bytes of the body, bytes of the answer, whether it is whole; given so many bytes at a time.
    fn read(text: &[u8], asked: Asked, step: usize) -> Result<(Option<u16>, u64, usize, bool), Failure> {
        let (mut incoming, mut seen, mut used) = (Incoming::new(asked), Seen::default(), 0);
        for piece in text.chunks(step) {
            used += incoming.read(piece, &mut seen)?;
        }
        Ok((seen.status, seen.bytes_in, used, incoming.whole()))
    }

    #[test]
    fn an_answer_is_the_same_however_it_is_cut() {
        let long = format!("HTTP/1.1 200 OK\r\nx-a: {}\r\ncontent-length: 2\r\n\r\nok", "a".repeat(2000));
        for (text, rest, status, body, whole) in [
            ("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", "HTTP/1.1 400 No", 200, 5, true),
            ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", "x", 200, 0, true),
            ("HTTP/1.1 204 No\r\ncontent-length: 5\r\n\r\n", "hello", 204, 0, true),
            ("HTTP/1.1 304 Not\r\ntransfer-encoding: chunked\r\n\r\n", "0\r\n\r\n", 304, 0, true),
            ("HTTP/1.1 101 Switch\r\nupgrade: x\r\n\r\n", "x", 101, 0, true),
            (
                "HTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 103 Hints\r\nlink: x\r\n\r\nHTTP/1.1 413 No\r\n\r\nlarge",
                "",
                413,
                5,
                false,
            ),
            ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "H", 200, 5, true),
            ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n1\r\n", "", 200, 5, false),
            ("HTTP/1.0 200 OK\r\n\r\nhello", "", 200, 5, false),
            ("HTTP/1.1 200 OK\ncontent-length: 5\n\nhello", "H", 200, 5, true),
            ("\r\n\r\nHTTP/1.1 200\r\ncontent-length: 9\r\n\r\nhello", "", 200, 5, false),
            (&long, "more", 200, 2, true),
        ] {
            let all = format!("{text}{rest}");
            for step in 1..=all.len() {
                let expected = Ok((Some(status), body, text.len(), whole));
                assert_eq!(read(all.as_bytes(), Asked::Other, step), expected, "{all:.40} by {step}");
            }
        }
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n";
        assert_eq!(read(head, Asked::Head, 7), Ok((Some(200), 0, head.len(), true)));
    }

    #[test]
    fn what_is_no_answer_is_malformed_however_it_is_cut() {
        let endless = format!("HTTP/1.1 200 OK\r\nx-a: {}", "a".repeat(LONGEST));
        let lines = "HTTP/1.1 200 OK\r\n".to_owned() + &"x-a: aaaaaaaa\r\n".repeat(LONGEST / 10);
        for text in [
            "SSH-2.0-dropbear\r\n",
            &"\r\n".repeat(BEGINNING),
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\n bad\r\n\r\n",
            &endless,
            &lines,
        ] {
            for step in [1, 2, 3, 100, 16 << 10] {
                assert_eq!(read(text.as_bytes(), Asked::Other, step), Err(Failure::Malformed), "{text:.40} by {step}");
            }
        }
    }

    #[test]
    fn refusals_are_told_by_status_and_framing() {
        let incoming = |text: &str| {
            let mut incoming = Incoming::new(Asked::Other);
            incoming.read(text.as_bytes(), &mut Seen::default()).unwrap();
            (incoming.refuses(), incoming.ends_with_connection())
        };
        assert_eq!(incoming("HTTP/1.1 413 No\r\n\r\n"), (true, true));
        assert_eq!(incoming("HTTP/1.1 413 No\r\ntransfer-encoding: chunked\r\n\r\n"), (true, false));
        assert_eq!(incoming("HTTP/1.1 413 No\r\ncontent-length: 5\r\n\r\n"), (false, false));
        assert_eq!(incoming("HTTP/1.1 200 OK\r\n\r\n"), (false, true));
    }
}
