//! Keys of which there are ever more: each request adds an entry somewhere.

use super::Family;

/// The families of this group.
pub(super) const FAMILIES: &[&Family] = &[];
