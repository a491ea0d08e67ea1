//! The head of an HTTP/1 answer (RFC 9112, sections 4 to 6): its status, and how long its body is.

use std::mem::MaybeUninit;

use httparse::{Header, ParserConfig, Response, Status};

use super::outcome::Failure;

/// A longer head is no head.
pub(super) const LONGEST: usize = 64 << 10;

/// So many fields may a head have.
const MOST_FIELDS: usize = 100;

/// What a head says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AnswerHead {
    pub(super) status: u16,
    pub(super) framing: Framing,
    /// Whether the connection carries no other request after this answer (RFC 9112, section 9.3).
    pub(super) ends: bool,
}

/// Where the body ends (RFC 9112, section 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// After so many bytes.
    Length(u64),
    /// After its last chunk.
    Chunked,
    /// With the connection.
    Close,
}

/// The method that was asked with, as far as it decides whether an answer has a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// With `HEAD`: no body.
    Head,
    /// With `CONNECT`: what follows a consent is no HTTP.
    Connect,
    /// With any other.
    Other,
}

impl Asked {
    pub(super) fn with(method: &str) -> Self {
        match method {
            "HEAD" => Self::Head,
            "CONNECT" => Self::Connect,
            _ => Self::Other,
        }
    }
}

impl AnswerHead {
    /// The head that these bytes begin with, and its length; `None` if it goes on. `show` is given its fields.
    pub(super) fn parse(
        bytes: &[u8],
        asked: Asked,
        show: impl FnOnce(&Self, &[Header<'_>]),
    ) -> Result<Option<(usize, Self)>, Failure> {
        let mut fields = [const { MaybeUninit::uninit() }; MOST_FIELDS];
        let mut response = Response::new(&mut []);
        let parsed = ParserConfig::default().parse_response_with_uninit_headers(&mut response, bytes, &mut fields);
        let length = match parsed {
            Ok(Status::Complete(length)) if length <= LONGEST => length,
            Ok(Status::Partial) if bytes.len() <= LONGEST => return Ok(None),
            Ok(_) | Err(_) => return Err(Failure::Malformed),
        };
        let status = response.code.filter(|status| *status >= 100).ok_or(Failure::Malformed)?;
        let head = Fields::read(response.headers).head(status, asked, response.version != Some(1))?;
        show(&head, response.headers);
        Ok(Some((length, head)))
    }

    /// Whether another head follows (RFC 9110, section 15.2). After 101 the connection speaks another language.
    pub(super) fn interim(&self) -> bool {
        (100..200).contains(&self.status) && self.status != 101
    }
}

/// The fields that frame a body or end a connection.
#[derive(Default)]
struct Fields {
    length: Option<Result<u64, Failure>>,
    /// Whether there is a `transfer-encoding`, and whether its last word is `chunked`.
    chunked: Option<bool>,
    close: bool,
    keep: bool,
}

impl Fields {
    fn read(fields: &[Header<'_>]) -> Self {
        let mut read = Self::default();
        for field in fields {
            if field.name.eq_ignore_ascii_case("content-length") {
                read.length = Some(lengths(field.value, read.length));
            } else if field.name.eq_ignore_ascii_case("transfer-encoding") {
                read.chunked = Some(words(field.value).next_back().is_some_and(|word| is(word, b"chunked")));
            } else if field.name.eq_ignore_ascii_case("connection") {
                read.close |= words(field.value).any(|word| is(word, b"close"));
                read.keep |= words(field.value).any(|word| is(word, b"keep-alive"));
            }
        }
        read
    }

    fn head(self, status: u16, asked: Asked, old: bool) -> Result<AnswerHead, Failure> {
        let consent = asked == Asked::Connect && (200..300).contains(&status);
        let other_language = status == 101 || consent;
        let framing = match (self.chunked, self.length) {
            _ if matches!(status, 100..200 | 204 | 304) || asked == Asked::Head || consent => Framing::Length(0),
            (Some(_), _) if old => return Err(Failure::Malformed),
            (Some(true), _) => Framing::Chunked,
            (None, Some(length)) => Framing::Length(length?),
            (Some(false), _) | (None, None) => Framing::Close,
        };
        // Two lengths that may differ are how requests are smuggled: nothing more is read there.
        let twofold = self.chunked.is_some() && self.length.is_some();
        let ends = self.close || (old && !self.keep) || other_language || twofold || framing == Framing::Close;
        Ok(AnswerHead { status, framing, ends })
    }
}

/// The one number that all values of all `content-length` fields agree on.
fn lengths(value: &[u8], before: Option<Result<u64, Failure>>) -> Result<u64, Failure> {
    let mut agreed = before.transpose()?;
    for word in words(value) {
        let digits = std::str::from_utf8(word).ok().filter(|_| word.iter().all(u8::is_ascii_digit));
        let length = digits.and_then(|digits| digits.parse().ok()).ok_or(Failure::Malformed)?;
        if agreed.replace(length).is_some_and(|other| other != length) {
            return Err(Failure::Malformed);
        }
    }
    agreed.ok_or(Failure::Malformed)
}

fn words(value: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

fn is(word: &[u8], expected: &[u8]) -> bool {
    word.eq_ignore_ascii_case(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str, asked: Asked) -> Result<(Framing, bool), Failure> {
        let text = format!("HTTP/1.{}\r\n\r\n", text.replace('|', "\r\n"));
        let (length, head) = AnswerHead::parse(text.as_bytes(), asked, |_, _| {})?.unwrap();
        assert_eq!(length, text.len());
        Ok((head.framing, head.ends))
    }

    #[test]
    fn a_body_is_framed_as_the_standard_says() {
        for (text, framing, ends) in [
            ("1 200 OK|Content-Length: 5", Framing::Length(5), false),
            ("1 200 OK|content-length: 5, 5|content-length:5", Framing::Length(5), false),
            ("1 200|content-length: 5|connection: x, Close", Framing::Length(5), true),
            ("0 200 OK|content-length: 5", Framing::Length(5), true),
            ("0 200 OK|content-length: 5|connection: keep-alive", Framing::Length(5), false),
            ("0 200 OK|content-length: 5|connection: keep-alive|connection: close", Framing::Length(5), true),
            ("1 200 OK|transfer-encoding: gzip, Chunked", Framing::Chunked, false),
            ("1 200 OK|transfer-encoding: chunked|transfer-encoding: gzip", Framing::Close, true),
            ("1 200 OK|transfer-encoding: chunked|content-length: 3", Framing::Chunked, true),
            ("1 200 OK", Framing::Close, true),
            ("1 204 No|content-length: 5", Framing::Length(0), false),
            ("1 304 Not|transfer-encoding: chunked", Framing::Length(0), false),
            ("1 101 Switching", Framing::Length(0), true),
        ] {
            assert_eq!(head(text, Asked::Other), Ok((framing, ends)), "{text}");
        }
        assert_eq!(head("1 200 OK|content-length: 9", Asked::with("HEAD")), Ok((Framing::Length(0), false)));
        assert_eq!(head("1 200 OK", Asked::with("CONNECT")), Ok((Framing::Length(0), true)));
        assert_eq!(head("1 407 No|content-length: 9", Asked::with("CONNECT")), Ok((Framing::Length(9), false)));
    }

    #[test]
    fn a_head_that_lies_or_never_ends_is_none() {
        for text in [
            "1 200 OK|content-length: 5|content-length: 6",
            "1 200 OK|content-length: 5, 6",
            "1 200 OK|content-length: 99999999999999999999",
            "1 200 OK|content-length: -1",
            "1 200 OK|content-length: +1",
            "1 200 OK|content-length:",
            "0 200 OK|transfer-encoding: chunked",
            "1 099 OK",
            "1 20 OK",
            "2 200 OK",
            "1 200 OK|a b: c",
        ] {
            assert_eq!(head(text, Asked::Other), Err(Failure::Malformed), "{text}");
        }
        assert_eq!(
            head(&format!("1 200 OK{}", "|a: b".repeat(MOST_FIELDS + 1)), Asked::Other),
            Err(Failure::Malformed)
        );
        let parse = |text: &str| AnswerHead::parse(text.as_bytes(), Asked::Other, |_, _| {});
        assert_eq!(parse("SSH-2.0"), Err(Failure::Malformed));
        assert_eq!(parse("HTTP/1.1 200 OK\r\na: b\r\n"), Ok(None));
        assert_eq!(parse(&format!("HTTP/1.1 200 OK\r\na: {}", "b".repeat(LONGEST))), Err(Failure::Malformed));
        assert_eq!(parse(&format!("HTTP/1.1 200 OK\r\na: {}\r\n\r\n", "b".repeat(LONGEST))), Err(Failure::Malformed));
    }
}
