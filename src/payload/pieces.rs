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
