//! Big-endian numbers at an offset; `None` past the end.

/// Two bytes.
pub(super) fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(data.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

/// Four bytes.
pub(super) fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(data.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// Eight bytes.
pub(super) fn u64_at(data: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_be_bytes(data.get(at..at.checked_add(8)?)?.try_into().ok()?))
}

/// An identifier of `W` bytes, four or eight: the address of an object, or the number of a string.
pub(super) fn id_at<const W: usize>(data: &[u8], at: usize) -> Option<u64> {
    if W == 4 { u32_at(data, at).map(u64::from) } else { u64_at(data, at) }
}
