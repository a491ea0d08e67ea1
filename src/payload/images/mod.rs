//! Pictures that are small files and huge bitmaps.

mod png;

use super::Family;

/// The families of this group.
pub(super) const FAMILIES: &[&Family] = &[png::FAMILY];
