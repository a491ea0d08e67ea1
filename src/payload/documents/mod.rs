//! JSON, XML, YAML, tables and PDF whose parsed form is far larger, or far deeper, than their text.

mod deep_json;
mod giant_string;
mod wide_json;

use super::Family;

/// The families of this group.
pub(super) const FAMILIES: &[&Family] = &[deep_json::FAMILY, giant_string::FAMILY, wide_json::FAMILY];
