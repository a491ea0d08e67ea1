//! Compressed streams of compressed streams, of zeros in the end.
//!
//! Deflated zeros are a few bytes, a run of zeros and a few bytes. Deflated once more, the bytes are stored
//! and the run shrinks by 1032 again, so that any number of layers is a short list of pieces.

use bytes::Bytes;

use super::gzip::HEADER;
use crate::payload::pieces::{once, repeated};
use crate::payload::zeros::{Deflated, crc_of_zeros};

/// Bytes and runs of zeros, in order.
pub(super) struct Layers(Vec<Piece>);

enum Piece {
    Bytes(Vec<u8>),
    Zeros(u64),
}

/// Zeros that are shorter are stored with the bytes around them.
const SHORT: u64 = 64;

impl Layers {
    /// So many zeros.
    pub(super) fn zeros(count: u64) -> Self {
        Self(vec![Piece::Zeros(count)])
    }

    /// All of it in gzip (RFC 1952).
    pub(super) fn gzip(&self) -> Self {
        let mut gzip = Self(vec![]);
        gzip.push(&HEADER);
        self.deflate(&mut gzip);
        gzip.push(&self.crc().to_le_bytes());
        // RFC 1952: the size modulo 2^32.
        gzip.push(&(self.size() as u32).to_le_bytes());
        gzip
    }

    /// All of it in the zlib format (RFC 1950), which HTTP calls "deflate".
    pub(super) fn zlib(&self) -> Self {
        let mut zlib = Self(vec![]);
        zlib.push(&[0x78, 0x9c]);
        self.deflate(&mut zlib);
        zlib.push(&self.adler().to_be_bytes());
        zlib
    }

    /// Bytes of it.
    pub(super) fn size(&self) -> u64 {
        let size = |piece: &Piece| match piece {
            Piece::Bytes(bytes) => bytes.len() as u64,
            Piece::Zeros(count) => *count,
        };
        self.0.iter().map(size).sum()
    }

    /// All of it.
    pub(super) fn chunks(self) -> impl Iterator<Item = Bytes> + Send {
        self.0.into_iter().flat_map(|piece| {
            let (bytes, zeros) = match piece {
                Piece::Bytes(bytes) => (bytes, 0),
                Piece::Zeros(count) => (vec![], count),
            };
            once(bytes).chain(repeated(&[0], zeros))
        })
    }

    fn deflate(&self, into: &mut Self) {
        for piece in &self.0 {
            match piece {
                Piece::Bytes(bytes) => bytes.chunks(u16::MAX.into()).for_each(|bytes| into.store(0, bytes)),
                Piece::Zeros(count) => {
                    let part = Deflated::part(*count);
                    into.push(&part.head);
                    into.push_zeros(part.zeros);
                    into.push(&part.tail);
                }
            }
        }
        into.store(1, &[]);
    }

    /// A stored block: whether it is the last, its length and the complement, its bytes.
    fn store(&mut self, last: u8, bytes: &[u8]) {
        let length = bytes.len() as u16;
        self.push(&[last]);
        self.push(&[length.to_le_bytes(), (!length).to_le_bytes()].concat());
        self.push(bytes);
    }

    fn push(&mut self, more: &[u8]) {
        match self.0.last_mut() {
            Some(Piece::Bytes(bytes)) => bytes.extend(more),
            _ => self.0.push(Piece::Bytes(more.to_vec())),
        }
    }

    fn push_zeros(&mut self, count: u64) {
        if count < SHORT {
            return self.push(&vec![0; count as usize]);
        }
        self.0.push(Piece::Zeros(count));
    }

    fn crc(&self) -> u32 {
        let mut crc = crc32fast::Hasher::new();
        for piece in &self.0 {
            match piece {
                Piece::Bytes(bytes) => crc.update(bytes),
                Piece::Zeros(count) => crc.combine(&crc_of_zeros(*count)),
            }
        }
        crc.finalize()
    }

    fn adler(&self) -> u32 {
        const MODULUS: u64 = 65_521;
        let (mut sum, mut sums) = (1, 0);
        for piece in &self.0 {
            match piece {
                Piece::Bytes(bytes) => bytes.iter().for_each(|byte| {
                    sum = (sum + u64::from(*byte)) % MODULUS;
                    sums = (sums + sum) % MODULUS;
                }),
                Piece::Zeros(count) => sums = (sums + count % MODULUS * sum) % MODULUS,
            }
        }
        (sums << 16 | sum) as u32
    }
}
