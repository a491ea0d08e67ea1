//! Width and height as parameters.

use crate::payload::{Parameter, Takes, Values};

/// Just under what Pillow refuses by itself (twice 89,478,485 pixels): 13,000 × 13,000 it only warns of.
pub(super) const SIDE: u64 = 13_000;

/// The width of a format whose sides end at `most`.
pub(super) const fn width(most: u64, default: u64) -> Parameter {
    Parameter { name: "width", about: "pixels", takes: Takes::Count { least: 1, most, default } }
}

/// The height of a format whose sides end at `most`.
pub(super) const fn height(most: u64, default: u64) -> Parameter {
    Parameter { name: "height", about: "pixels", takes: Takes::Count { least: 1, most, default } }
}

/// Width and height.
pub(super) fn chosen(values: &Values) -> (u32, u32) {
    (values.number("width") as u32, values.number("height") as u32)
}
