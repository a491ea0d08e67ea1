//! What a reader waits for in a stream: events, messages, a text.

use bytes::Bytes;

/// What a reader waits for.
pub(super) trait Goal {
    /// Looks at bytes of the stream, in order; of an HTTP answer only at its body.
    fn take(&mut self, bytes: &[u8]);
    /// Whether it is there.
    fn reached(&self) -> bool;
    /// Whether the end of the connection is as good.
    fn reached_at_end(&self) -> bool {
        false
    }
    /// Whether the stream begins with the head of an HTTP answer.
    fn speaks_http(&self) -> bool {
        true
    }
    /// Which status begins such a stream.
    fn status(&self) -> u16 {
        200
    }
}

/// Server-sent events (HTML standard, section 9.2): each ends with an empty line.
pub(super) struct Events {
    left: u32,
    /// Whether the line so far is empty, and whether there was a line with content since the last event.
    line_empty: bool,
    content: bool,
}

impl Events {
    pub(super) fn new(count: u32) -> Self {
        Self { left: count, line_empty: true, content: false }
    }
}

impl Goal for Events {
    fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                b'\n' if self.line_empty => {
                    self.left = self.left.saturating_sub(u32::from(std::mem::take(&mut self.content)));
                }
                b'\n' => self.line_empty = true,
                b'\r' => {}
                _ => (self.line_empty, self.content) = (false, true),
            }
        }
    }

    fn reached(&self) -> bool {
        self.left == 0
    }
}

/// Messages of a WebSocket (RFC 6455): final frames that are no control frames. A close frame ends all.
pub(super) struct Messages {
    left: u32,
    head: Vec<u8>,
    /// Bytes of the frame that are still to come.
    skip: u64,
}

impl Messages {
    pub(super) fn new(count: u32) -> Self {
        Self { left: count, head: Vec::new(), skip: 0 }
    }

    /// Length of the head and of the data, as soon as the head is whole. Servers do not mask.
    fn frame(&self) -> Option<u64> {
        let field = |from: usize, to: usize| {
            let bytes = self.head.get(from..to)?;
            Some(bytes.iter().fold(0, |number: u64, byte| number << 8 | u64::from(*byte)))
        };
        match self.head.get(1)? & 0x7f {
            126 => field(2, 4),
            127 => field(2, 10),
            length => Some(u64::from(length)),
        }
    }
}

impl Goal for Messages {
    fn take(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && self.left > 0 {
            let skipped = self.skip.min(bytes.len() as u64) as usize;
            self.skip -= skipped as u64;
            bytes = &bytes[skipped..];
            let Some((byte, rest)) = bytes.split_first() else { break };
            bytes = rest;
            self.head.push(*byte);
            if let Some(length) = self.frame() {
                const CLOSE: u8 = 8;
                let (last, opcode) = (self.head[0] & 0x80 != 0, self.head[0] & 0x0f);
                match opcode {
                    CLOSE => self.left = 0,
                    0..CLOSE if last => self.left -= 1,
                    _ => {}
                }
                self.skip = length;
                self.head.clear();
            }
        }
    }

    fn reached(&self) -> bool {
        self.left == 0
    }

    fn status(&self) -> u16 {
        101
    }
}

/// A text that ends an answer.
pub(super) struct Through {
    end: Bytes,
    /// The last bytes, one fewer than the text has.
    tail: Vec<u8>,
    reached: bool,
}

impl Through {
    pub(super) fn new(end: Bytes) -> Self {
        Self { end, tail: Vec::new(), reached: false }
    }
}

impl Goal for Through {
    fn take(&mut self, bytes: &[u8]) {
        if self.end.is_empty() || self.reached {
            return;
        }
        self.tail.extend_from_slice(bytes);
        self.reached = memchr::memmem::find(&self.tail, &self.end).is_some();
        let keep = self.tail.len().min(self.end.len() - 1);
        self.tail.drain(..self.tail.len() - keep);
    }

    fn reached(&self) -> bool {
        self.reached
    }

    fn reached_at_end(&self) -> bool {
        self.end.is_empty()
    }

    fn speaks_http(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After how many bytes the goal is reached, given so many at a time.
    fn reached(goal: &mut impl Goal, text: &[u8], step: usize) -> Option<usize> {
        let mut given = 0;
        for piece in text.chunks(step) {
            goal.take(piece);
            given += piece.len();
            if goal.reached() {
                return Some(given);
            }
        }
        None
    }

    #[test]
    fn events_end_with_an_empty_line_however_they_are_cut() {
        let text = b"data: a\n\n\n: comment\nevent: x\r\ndata: b\r\n\r\ndata: c\n";
        for step in 1..text.len() {
            assert!(reached(&mut Events::new(2), text, step).is_some(), "{step}");
            assert!(reached(&mut Events::new(3), text, step).is_none(), "{step}");
        }
    }

    #[test]
    fn messages_are_counted_and_control_frames_are_not() {
        let mut text = vec![0x89, 2, 1, 2, 0x01, 3, b'a', b'b', b'c', 0x80, 0, 0x82, 126, 1, 0];
        text.extend([7; 256]);
        for step in [1, 2, 3, 7, 100, 1000] {
            assert!(reached(&mut Messages::new(2), &text, step).is_some(), "{step}");
            assert!(reached(&mut Messages::new(3), &text, step).is_none(), "{step}");
        }
        assert!(reached(&mut Messages::new(9), &[0x88, 0], 1).is_some(), "a close ends all");
    }

    #[test]
    fn a_text_is_found_across_reads() {
        for step in 1..9 {
            assert!(reached(&mut Through::new("\r\n".into()), b"+PONG\r\n", step).is_some(), "{step}");
            assert!(reached(&mut Through::new("END".into()), b"+ENXD\r\n", step).is_none());
        }
        assert!(Through::new(Bytes::new()).reached_at_end());
    }
}
