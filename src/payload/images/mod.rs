//! Pictures that are small files and huge bitmaps.

mod gif;
mod gif_bomb;
mod gif_frames;
mod jpeg;
mod png;
mod sides;
mod svg;
mod tiff;
mod webp;

use super::Family;

/// The families of this group.
pub(super) const FAMILIES: &[&Family] =
    &[png::FAMILY, jpeg::FAMILY, gif_bomb::FAMILY, gif_frames::FAMILY, webp::FAMILY, tiff::FAMILY, svg::FAMILY];
