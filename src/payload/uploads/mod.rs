//! Bodies that are large, many, or not what they say.

mod chunk_extensions;
mod form_fields;
mod lying_length;
mod multipart_parts;
mod tiny_chunks;
mod upload;

use super::Family;

/// The families of this group.
pub(super) const FAMILIES: &[&Family] = &[
    chunk_extensions::FAMILY,
    form_fields::FAMILY,
    lying_length::FAMILY,
    multipart_parts::FAMILY,
    tiny_chunks::FAMILY,
    upload::FAMILY,
];
