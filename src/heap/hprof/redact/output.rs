//! Where the redacted dump goes, with a count of what was overwritten.

use std::io::{self, BufWriter, Write};

/// Pieces in which overwritten content is written.
const PIECE: usize = 1 << 16;

/// A buffered writer of copies and fillings.
pub(super) struct Output<'a> {
    out: BufWriter<&'a mut dyn Write>,
    filled: u64,
    filling: Vec<u8>,
}

impl<'a> Output<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self { out: BufWriter::with_capacity(PIECE, out), filled: 0, filling: vec![0; PIECE] }
    }

    /// Writes bytes as they are.
    pub(super) fn copy(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)
    }

    /// Writes one byte `length` times.
    pub(super) fn fill(&mut self, byte: u8, length: usize) -> io::Result<()> {
        if self.filling[0] != byte {
            self.filling.fill(byte);
        }
        self.filled += length as u64;
        let mut left = length;
        while left > 0 {
            let piece = left.min(PIECE);
            self.out.write_all(&self.filling[..piece])?;
            left -= piece;
        }
        Ok(())
    }

    /// Writes out what is buffered.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Bytes that were filled instead of copied.
    pub(super) fn blanked(&self) -> u64 {
        self.filled
    }
}
