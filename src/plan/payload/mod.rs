//! Ugly payloads: bodies that are small for the sender and large for the receiver, or just large.
//!
//! Each family is a file that says what it provokes, where that was seen, what goes over the wire,
//! what it becomes, and which answer is safe. All are streams of chunks: however large a body is, its
//! generator holds some tens of KiB. No compressor is involved (the compressed ones are written bit by
//! bit), so the bytes depend on no library's version.

mod deep_json;
mod giant_string;
mod gzip_bomb;
mod image_bomb;
mod pieces;
mod upload;
mod wide_json;
mod zeros;

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::policy::Payload;

/// A generated body: its parameters and the key from which its random bytes come.
#[derive(Debug, Clone, PartialEq)]
pub struct PayloadBody {
    payload: Payload,
    key: [u8; 32],
}

/// The chunks of a body, in order, each of at most 64 KiB.
pub type Chunks = Box<dyn Iterator<Item = Bytes> + Send>;

/// A digest looks at this much of a body itself; the rest is told by parameters and key.
const DIGESTED: u64 = 1 << 20;

impl PayloadBody {
    /// The body of these parameters; `key` decides the bytes where they are random.
    pub fn new(payload: Payload, key: [u8; 32]) -> Self {
        Self { payload, key }
    }

    /// What is generated.
    pub fn payload(&self) -> &Payload {
        &self.payload
    }

    /// Bytes on the wire, without framing.
    pub fn size(&self) -> u64 {
        match self.payload {
            Payload::ImageBomb { width, height } => image_bomb::size(width, height),
            Payload::DeepJson { depth } => deep_json::size(depth),
            Payload::WideJson { keys } => wide_json::size(keys),
            Payload::GiantString { size } => giant_string::size(size.0),
            Payload::Upload { size, .. } => size.0,
            Payload::GzipBomb { size } => gzip_bomb::size(size.0),
        }
    }

    /// Whether it goes with `Transfer-Encoding: chunked`.
    pub fn chunked(&self) -> bool {
        matches!(self.payload, Payload::Upload { chunked: true, .. })
    }

    /// The body, generated as it is taken.
    pub fn chunks(&self) -> Chunks {
        match self.payload {
            Payload::ImageBomb { width, height } => Box::new(image_bomb::chunks(width, height)),
            Payload::DeepJson { depth } => Box::new(deep_json::chunks(depth)),
            Payload::WideJson { keys } => Box::new(wide_json::chunks(keys)),
            Payload::GiantString { size } => Box::new(giant_string::chunks(size.0)),
            Payload::Upload { size, .. } => Box::new(upload::chunks(size.0, self.key)),
            Payload::GzipBomb { size } => Box::new(gzip_bomb::chunks(size.0)),
        }
    }

    /// What stands for the body in a digest: parameters, key where it matters, and the body's first MiB.
    pub(super) fn digest(&self) -> [Vec<u8>; 3] {
        let mut start = blake3::Hasher::new();
        let mut taken = 0;
        for chunk in self.chunks() {
            start.update(&chunk);
            taken += chunk.len() as u64;
            if taken >= DIGESTED {
                break;
            }
        }
        let key = if matches!(self.payload, Payload::Upload { .. }) { self.key.to_vec() } else { Vec::new() };
        [describe(&self.payload).into_bytes(), key, start.finalize().as_bytes().to_vec()]
    }
}

/// The family's name and its parameters, in words that never change: digests are made of them.
pub(super) fn describe(payload: &Payload) -> String {
    match payload {
        Payload::ImageBomb { width, height } => format!("image-bomb png {width} {height}"),
        Payload::DeepJson { depth } => format!("deep-json {depth}"),
        Payload::WideJson { keys } => format!("wide-json {keys}"),
        Payload::GiantString { size } => format!("giant-string {}", size.0),
        Payload::Upload { size, chunked: false } => format!("upload {}", size.0),
        Payload::Upload { size, chunked: true } => format!("upload chunked {}", size.0),
        Payload::GzipBomb { size } => format!("gzip-bomb {}", size.0),
    }
}

/// Headers that tell what the body is; a request's own headers win.
pub(super) fn headers(payload: &Payload) -> BTreeMap<&'static str, &'static str> {
    match payload {
        Payload::ImageBomb { .. } => BTreeMap::from([("content-type", "image/png")]),
        Payload::DeepJson { .. } | Payload::WideJson { .. } | Payload::GiantString { .. } => {
            BTreeMap::from([("content-type", "application/json")])
        }
        Payload::Upload { .. } => BTreeMap::from([("content-type", "application/octet-stream")]),
        Payload::GzipBomb { .. } => {
            BTreeMap::from([("content-type", "application/octet-stream"), ("content-encoding", "gzip")])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Bytes as Size;

    #[test]
    fn every_family_streams_small_chunks_of_exactly_the_size_it_states() {
        let sizes = [0, 1, 257, 258, 259, 65_535, 1_000_003];
        let families = sizes.iter().flat_map(|&n| {
            let (size, small) = (Size(n), (n % 5000) as u32);
            [
                Payload::ImageBomb { width: small + 1, height: 300 },
                Payload::DeepJson { depth: n },
                Payload::WideJson { keys: n },
                Payload::GiantString { size },
                Payload::Upload { size, chunked: false },
                Payload::GzipBomb { size },
            ]
        });
        for payload in families {
            let body = PayloadBody::new(payload.clone(), [1; 32]);
            let lengths: Vec<usize> = body.chunks().map(|chunk| chunk.len()).collect();
            assert_eq!(lengths.iter().sum::<usize>() as u64, body.size(), "{payload:?}");
            assert!(lengths.iter().all(|length| *length > 0 && *length <= 64 << 10), "{payload:?}");
        }
    }

    #[test]
    fn the_largest_parameters_start_at_once() {
        let size = Size(u64::MAX);
        for payload in [
            Payload::ImageBomb { width: u32::MAX, height: u32::MAX },
            Payload::DeepJson { depth: u64::MAX },
            Payload::WideJson { keys: u64::MAX },
            Payload::GiantString { size },
            Payload::Upload { size, chunked: true },
            Payload::GzipBomb { size },
        ] {
            let body = PayloadBody::new(payload, [1; 32]);
            assert!(body.size() > 1 << 40);
            assert!(body.chunks().take(3).all(|chunk| chunk.len() <= 64 << 10));
        }
    }
}
