//! Random bytes, as many as wanted.

use bytes::Bytes;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "upload",
    group: Group::Uploads,
    about: About {
        summary: "Random bytes, as many as wanted.",
        provokes: "Services that collect a body in memory before they look at it, temporary files nobody removes, proxies that buffer.",
        seen: "Every upload route that was tested with a small file.",
        becomes: "200 MB on the wire, incompressible; once or twice that in memory where the body is collected.",
        safe: "413 before the body ends, or 2xx with memory that stays flat. A service that answers early and closes is a normal answer, not an error.",
    },
    parameters: &[
        Parameter {
            name: "size",
            about: "bytes",
            takes: Takes::Size { least: 1, most: 1 << 40, default: 200_000_000 },
        },
        Parameter { name: "chunked", about: "without a Content-Length", takes: Takes::Flag },
    ],
    form: Form::Body(make),
};

fn make(values: &Values, turn: &Turn) -> Body {
    let size = values.number("size");
    let chunked = values.flag("chunked");
    Body { chunked, ..Body::new("application/octet-stream", size, chunks(size, turn.key)) }
}

/// A chunk's length: with less, the system calls would cost as much as the random bytes.
const CHUNK: u64 = 16 << 10;

fn chunks(size: u64, key: [u8; 32]) -> impl Iterator<Item = Bytes> + Send {
    let mut generator = ChaCha8Rng::from_seed(key);
    let mut left = size;
    std::iter::from_fn(move || {
        let mut chunk = vec![0; left.min(CHUNK) as usize];
        left -= chunk.len() as u64;
        generator.fill_bytes(&mut chunk);
        (!chunk.is_empty()).then(|| chunk.into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_keys_give_equal_bytes_and_others_do_not_compress() {
        let bytes = |key| chunks(200_000, [key; 32]).flatten().collect::<Vec<u8>>();
        assert_eq!(bytes(1), bytes(1));
        assert_ne!(bytes(1), bytes(2));
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut encoder, &bytes(1)).unwrap();
        assert!(encoder.finish().unwrap().len() > 199_000);
    }
}
