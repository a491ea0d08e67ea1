//! Bodies that are large, many, or not what they say.

mod upload;

use super::Family;

/// The families of this group.
pub(super) const FAMILIES: &[&Family] = &[upload::FAMILY];
