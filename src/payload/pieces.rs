//! Pieces that payload streams are put together from.

use bytes::Bytes;

/// Length of a chunk.
pub(super) const CHUNK: usize = 32 << 10;

/// `length` bytes of a pattern that repeats; all chunks share one piece of memory.
pub(super) fn repeated(pattern: &[u8], length: u64) -> impl Iterator<Item = Bytes> + Send + use<> {
    let times = CHUNK / pattern.len().max(1);
    let whole = Bytes::from(pattern.repeat(times.max(1)));
    let mut left = length;
    std::iter::from_fn(move || {
        let take = left.min(whole.len() as u64);
        left -= take;
        (take > 0).then(|| whole.slice(..take as usize))
    })
}

/// One chunk, or none if it is empty.
pub(super) fn once(bytes: impl Into<Bytes>) -> impl Iterator<Item = Bytes> + Send {
    let bytes = bytes.into();
    (!bytes.is_empty()).then_some(bytes).into_iter()
}

/// As many entries as wanted, each written by its number, in chunks of little more than [`CHUNK`].
pub(super) fn entries<F>(count: u64, mut write: F) -> impl Iterator<Item = Bytes> + Send
where
    F: FnMut(&mut Vec<u8>, u64) + Send,
{
    let mut next = 0;
    std::iter::from_fn(move || {
        let mut chunk = Vec::new();
        while next < count && chunk.len() < CHUNK {
            write(&mut chunk, next);
            next += 1;
        }
        (!chunk.is_empty()).then(|| chunk.into())
    })
}

/// The first bytes of a stream.
pub(super) fn first(chunks: impl Iterator<Item = Bytes> + Send, length: u64) -> impl Iterator<Item = Bytes> + Send {
    let mut left = length;
    chunks.map_while(move |mut chunk| {
        chunk.truncate(left.min(chunk.len() as u64) as usize);
        left -= chunk.len() as u64;
        (!chunk.is_empty()).then_some(chunk)
    })
}

/// Digits of the largest of so many numbers from 0.
pub(super) fn digits(count: u64) -> usize {
    count.saturating_sub(1).checked_ilog10().unwrap_or(0) as usize + 1
}
