//! Unsigned numbers of a JSON array, read straight off the bytes.

use crate::heap::HeapError;

/// Reads numbers in order. What is between them (commas, line ends) is skipped.
#[derive(Debug, Clone)]
pub(super) struct Numbers<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Where `bytes` starts in the file, for messages.
    origin: u64,
}

impl<'a> Numbers<'a> {
    pub(super) fn new(bytes: &'a [u8], origin: usize) -> Self {
        Self { bytes, at: 0, origin: origin as u64 }
    }

    /// Position of the next byte, counted from the start of the array.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Goes on from a position that [`Self::position`] gave.
    pub(super) fn seek(&mut self, position: usize) {
        self.at = position.min(self.bytes.len());
    }

    /// The next number, or `None` at the end of the array.
    pub(super) fn next(&mut self) -> Result<Option<u64>, HeapError> {
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b'0'..=b'9' => return self.number().map(Some),
                b',' | b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                _ => return Err(self.error("is no unsigned number")),
            }
        }
        Ok(None)
    }

    /// As [`Self::next`], where the counts in the header say that there is one.
    pub(super) fn expect(&mut self) -> Result<u64, HeapError> {
        match self.next()? {
            Some(number) => Ok(number),
            None => Err(self.error("ends before the count in `snapshot` is reached")),
        }
    }

    /// Skips numbers.
    pub(super) fn skip(&mut self, count: u64) -> Result<(), HeapError> {
        for _ in 0..count {
            self.expect()?;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<u64, HeapError> {
        let mut value: u64 = 0;
        while let Some(digit @ b'0'..=b'9') = self.bytes.get(self.at).copied() {
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
            self.at += 1;
        }
        match self.bytes.get(self.at) {
            Some(b',' | b' ' | b'\n' | b'\r' | b'\t') | None => Ok(value),
            Some(_) => Err(self.error("is no unsigned number")),
        }
    }

    pub(super) fn error(&self, what: &str) -> HeapError {
        HeapError::Malformed {
            offset: self.origin + self.at as u64,
            what: format!("the snapshot's array {what}; take the snapshot again"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_in_order_whatever_separates_them() {
        let mut numbers = Numbers::new(b"1,22\n,333 , 4", 0);
        let mut read = Vec::new();
        while let Some(number) = numbers.next().unwrap() {
            read.push(number);
        }
        assert_eq!(read, [1, 22, 333, 4]);
        assert!(numbers.expect().is_err());
    }

    #[test]
    fn anything_but_a_number_is_an_error_with_its_place() {
        let error = Numbers::new(b"-1", 40).next().unwrap_err().to_string();
        assert!(error.contains("byte `40`"), "{error}");
        assert!(Numbers::new(b"1.5", 0).next().is_err());
        assert!(Numbers::new(b"7x", 0).next().is_err());
    }
}
