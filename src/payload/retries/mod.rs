//! The same request again, sooner than the service can bear.

use super::Family;

/// The families of this group.
pub(super) const FAMILIES: &[&Family] = &[];
