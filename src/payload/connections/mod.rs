//! Clients that hang up, dawdle, or never read.

mod hang_up;
mod slow_reader;

use super::Family;

/// The families of this group.
pub(super) const FAMILIES: &[&Family] = &[hang_up::FAMILY, slow_reader::FAMILY];
