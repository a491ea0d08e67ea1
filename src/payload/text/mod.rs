//! Text that expands, and text where little is expected.

mod giant_header;
mod giant_url;
mod head;
mod many_headers;
mod unicode;

use super::Family;

/// The families of this group.
pub(super) const FAMILIES: &[&Family] =
    &[unicode::FAMILY, giant_header::FAMILY, giant_url::FAMILY, many_headers::FAMILY];
