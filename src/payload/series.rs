//! Long series of numbered items, written one after another and handed out in chunks.

use bytes::Bytes;

use super::pieces::CHUNK;

/// Items 0 to `count` − 1, each written by `write`. An item is a few KiB at most.
pub(super) fn series<W>(count: u64, mut write: W) -> impl Iterator<Item = Bytes> + Send
where
    W: FnMut(&mut Vec<u8>, u64) + Send,
{
    let mut next = 0;
    std::iter::from_fn(move || {
        let mut chunk = Vec::with_capacity(if next < count { CHUNK + 256 } else { 0 });
        while next < count && chunk.len() < CHUNK {
            write(&mut chunk, next);
            next += 1;
        }
        (!chunk.is_empty()).then(|| chunk.into())
    })
}

/// Digits that are enough to number so many items from 0.
pub(super) fn digits(count: u64) -> usize {
    count.saturating_sub(1).checked_ilog10().unwrap_or(0) as usize + 1
}

/// Digits of all numbers from `first` on, `count` of them.
pub(super) fn digits_of_all(first: u64, count: u64) -> u64 {
    let end = first.saturating_add(count);
    let (mut total, mut from, mut width) = (0u64, first, digits(first.saturating_add(1)) as u64);
    while from < end {
        let until = 10u64.checked_pow(width as u32).unwrap_or(u64::MAX).min(end);
        total = total.saturating_add((until - from).saturating_mul(width));
        (from, width) = (until, width + 1);
    }
    total
}

/// Size of `count` items of `each` bytes with a byte between two of them.
pub(super) fn joined(count: u64, each: u64) -> u64 {
    count.saturating_mul(each.saturating_add(1)).saturating_sub(u64::from(count > 0))
}

/// A text as the inside of a JSON string.
pub(super) fn escaped(text: &str) -> String {
    let mut inside = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '"' | '\\' => inside.extend(['\\', letter]),
            _ if letter.is_control() => inside.push_str(&format!("\\u{:04x}", u32::from(letter))),
            _ => inside.push(letter),
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_comes_once_in_chunks_of_bounded_length() {
        let write = |chunk: &mut Vec<u8>, item: u64| chunk.extend(format!("{item},").into_bytes());
        let chunks: Vec<Bytes> = series(100_000, write).collect();
        assert!(chunks.iter().all(|chunk| chunk.len() < CHUNK + 256));
        let text = String::from_utf8(chunks.concat()).unwrap();
        let items: Vec<u64> = text.trim_end_matches(',').split(',').map(|item| item.parse().unwrap()).collect();
        assert!(items.iter().copied().eq(0..100_000));
        assert_eq!(series(0, write).count(), 0);
    }

    #[test]
    fn digits_are_counted_without_writing_them() {
        for (first, count) in [(0, 0), (0, 1), (0, 11), (1, 9), (9, 2), (95, 1000), (7, 123_456)] {
            let written: u64 = (first..first + count).map(|number: u64| number.to_string().len() as u64).sum();
            assert_eq!(digits_of_all(first, count), written, "{first} {count}");
        }
        assert_eq!((digits(1), digits(10), digits(11), digits(1001)), (1, 1, 2, 4));
        assert!(digits_of_all(u64::MAX - 5, u64::MAX) >= 100);
    }

    #[test]
    fn escaped_text_is_read_as_it_was() {
        for text in ["", "plain", "a\"b\\c", "\u{1}é"] {
            let read: String = serde_json::from_str(&format!("\"{}\"", escaped(text))).unwrap();
            assert_eq!(read, text);
        }
    }
}
