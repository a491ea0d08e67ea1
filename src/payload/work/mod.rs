//! Requests that make a service do or hold far more than others.

use super::Family;

/// The families of this group.
pub(super) const FAMILIES: &[&Family] = &[];
