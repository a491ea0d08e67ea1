//! A body in chunks (RFC 9112, section 7.1), however it is cut. Extensions and trailers are read and dropped.

use httparse::{EMPTY_HEADER, Status, parse_chunk_size, parse_headers};

use super::outcome::Failure;

/// Bytes of extensions of a whole body, and of its trailers, at most: more is no way to send data.
const MOST_ASIDE: usize = 16 << 10;

/// Fields of a trailer, at most.
const MOST_TRAILERS: usize = 100;

/// The longest line with a size: 16 digits, its end, and extensions.
const LONGEST_LINE: usize = MOST_ASIDE + 18;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Chunked {
    expected: Expected,
    /// A line that was not whole yet; all trailers.
    line: Vec<u8>,
    /// Bytes of extensions so far.
    extensions: usize,
}

/// What comes next.
#[derive(Debug, Default, PartialEq)]
enum Expected {
    #[default]
    Size,
    /// So many bytes of data.
    Data(u64),
    /// The line break that ends a chunk, and its second byte.
    Return,
    Newline,
    Trailers,
    Nothing,
}

impl Chunked {
    /// Gives the data in these bytes to `take`; how many bytes were the body's.
    pub(super) fn read(&mut self, bytes: &[u8], mut take: impl FnMut(&[u8])) -> Result<usize, Failure> {
        let mut left = bytes;
        while let Some(first) = left.first().filter(|_| !self.ended()) {
            match self.expected {
                Expected::Size => left = self.size(left)?,
                Expected::Data(size) => {
                    let count = size.min(left.len() as u64) as usize;
                    take(&left[..count]);
                    left = &left[count..];
                    self.expected = match size - count as u64 {
                        0 => Expected::Return,
                        more => Expected::Data(more),
                    };
                }
                Expected::Return if *first == b'\r' => (self.expected, left) = (Expected::Newline, &left[1..]),
                Expected::Newline if *first == b'\n' => (self.expected, left) = (Expected::Size, &left[1..]),
                Expected::Trailers => left = self.trailers(left)?,
                Expected::Return | Expected::Newline | Expected::Nothing => return Err(Failure::Malformed),
            }
        }
        Ok(bytes.len() - left.len())
    }

    /// Whether the last chunk and the trailers were read.
    pub(super) fn ended(&self) -> bool {
        self.expected == Expected::Nothing
    }

    fn size<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], Failure> {
        let end = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |newline| newline + 1);
        let (line, rest) = bytes.split_at(end);
        // Most lines are whole: those are not copied.
        let line = match self.line.is_empty() {
            true => line,
            false => {
                self.line.extend_from_slice(line);
                &self.line[..]
            }
        };
        let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        match parse_chunk_size(line) {
            Ok(_) if digits == 0 || line.len() > LONGEST_LINE => return Err(Failure::Malformed),
            Ok(Status::Complete((_, size))) => {
                self.extensions += line.len() - digits - b"\r\n".len();
                self.expected = if size == 0 { Expected::Trailers } else { Expected::Data(size) };
                self.line = Vec::new();
            }
            Ok(Status::Partial) if !line.ends_with(b"\n") && self.line.is_empty() => self.line = line.to_vec(),
            Ok(Status::Partial) if !line.ends_with(b"\n") => {}
            Ok(Status::Partial) | Err(_) => return Err(Failure::Malformed),
        }
        if self.extensions > MOST_ASIDE { Err(Failure::Malformed) } else { Ok(rest) }
    }

    fn trailers<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], Failure> {
        let end = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |newline| newline + 1);
        let (line, rest) = bytes.split_at(end);
        self.line.extend_from_slice(line);
        // A line that ends otherwise would be waited for to no end.
        let bare = self.line.ends_with(b"\n") && !self.line.ends_with(b"\r\n");
        if bare || self.line.len() > MOST_ASIDE {
            return Err(Failure::Malformed);
        }
        if self.line == b"\r\n" || self.line.ends_with(b"\n\r\n") {
            parse_headers(&self.line, &mut [EMPTY_HEADER; MOST_TRAILERS]).map_err(|_| Failure::Malformed)?;
            (self.expected, self.line) = (Expected::Nothing, Vec::new());
        }
        Ok(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8], step: usize) -> Result<(Vec<u8>, usize, bool), Failure> {
        let (mut chunked, mut data, mut used) = (Chunked::default(), Vec::new(), 0);
        for piece in text.chunks(step) {
            used += chunked.read(piece, |bytes| data.extend_from_slice(bytes))?;
        }
        Ok((data, used, chunked.ended()))
    }

    #[test]
    fn chunks_are_put_together_however_they_are_cut() {
        let text = b"3\r\nabc\r\n10 ;x=y\r\n0123456789abcdef\r\n0\r\nx-a: b\r\n\r\nHTTP";
        for step in 1..text.len() {
            assert_eq!(read(text, step), Ok((b"abc0123456789abcdef".to_vec(), text.len() - 4, true)), "{step}");
        }
        assert_eq!(read(b"0\r\n\r\n", 9), Ok((vec![], 5, true)));
        assert_eq!(read(b"5\r\nab", 9), Ok((b"ab".to_vec(), 5, false)));
    }

    #[test]
    fn what_is_no_chunk_is_malformed_however_it_is_cut() {
        let long = format!("1;{}", "x".repeat(MOST_ASIDE + 20));
        let many = "1;abcdefgh\r\nx\r\n".repeat(MOST_ASIDE / 8);
        let trailers = format!("0\r\n{}", "a: b\r\n".repeat(MOST_TRAILERS + 1) + "\r\n");
        let trailer = format!("0\r\na: {}", "b".repeat(MOST_ASIDE));
        for text in [
            "\r\n",
            ";x\r\n",
            "x\r\n",
            "-1\r\n",
            "3\r\nabcd",
            "3\r\nabc\n",
            "3\nabc",
            "1;a\nb\r\n",
            "0\r\na b\r\n\r\n",
            "0\r\n\n",
            "0\r\na: b\n\n",
            "11111111111111111\r\n",
            "FFFFFFFFFFFFFFFFF\r\n",
            &long,
            &many,
            &trailers,
            &trailer,
        ] {
            for step in [1, 2, 3, 1000, usize::MAX] {
                assert_eq!(read(text.as_bytes(), step), Err(Failure::Malformed), "{text:.20} by {step}");
            }
        }
    }

    #[test]
    fn a_huge_size_takes_no_memory() {
        assert_eq!(read(b"FFFFFFFFFFFFFFFF\r\nab", 3), Ok((b"ab".to_vec(), 20, false)));
    }
}
