//! How much of a request's body really went into the socket, where a request is written byte by byte.

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Meter {
    /// Bytes after the head that the socket took: the body with its framing.
    after_head: u64,
    /// How much of the blank line that ends the head was seen: 4 is all.
    blank: usize,
}

const BLANK_LINE: &[u8; 4] = b"\r\n\r\n";

impl Meter {
    /// The socket took these bytes.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        let mut body = bytes;
        while self.blank < BLANK_LINE.len() {
            let Some((byte, rest)) = body.split_first() else { break };
            self.blank = if *byte == BLANK_LINE[self.blank] { self.blank + 1 } else { usize::from(*byte == b'\r') };
            body = rest;
        }
        self.after_head += body.len() as u64;
    }

    /// Bytes after the head that the socket took.
    pub(super) fn after_head(&self) -> u64 {
        self.after_head
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_does_not_count_as_body_however_it_is_cut() {
        let wire = b"POST / HTTP/1.1\r\nhost: a\r\n\r\nbody\r\n\r\n";
        for cut in 0..wire.len() {
            let mut meter = Meter::default();
            meter.take(&wire[..cut]);
            meter.take(&wire[cut..]);
            assert_eq!(meter.after_head(), 8, "cut at {cut}");
        }
    }
}
