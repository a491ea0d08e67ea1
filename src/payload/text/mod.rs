//! Text that expands, and text where little is expected.

use super::Family;

/// The families of this group.
pub(super) const FAMILIES: &[&Family] = &[];
