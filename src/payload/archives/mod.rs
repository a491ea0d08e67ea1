//! Archives and compressed bodies that expand.

mod gzip;

use super::Family;

/// The families of this group.
pub(super) const FAMILIES: &[&Family] = &[gzip::FAMILY];
