//! Archives and compressed bodies that expand.

mod brotli;
mod gzip;
mod layers;
mod squeeze;
mod stacked;
mod tar_sparse;
mod zip;
mod zip_entries;
mod zip_nested;
mod zip_overlap;
mod zstd;

use super::Family;

/// The families of this group.
pub(super) const FAMILIES: &[&Family] = &[
    gzip::FAMILY,
    brotli::FAMILY,
    zstd::FAMILY,
    stacked::FAMILY,
    zip_overlap::FAMILY,
    zip_nested::FAMILY,
    zip_entries::FAMILY,
    tar_sparse::FAMILY,
];
