//! Requests that make a service do or hold far more than others.

mod fan_out;
mod giant_export;
mod graphql_aliases;
mod graphql_batch;
mod graphql_depth;
mod image_batch;
mod long_prompt;
mod long_sequence;
mod page_size;
mod prompt;
mod range;
mod regex;

use super::Family;

/// The families of this group.
pub(super) const FAMILIES: &[&Family] = &[
    page_size::FAMILY,
    giant_export::FAMILY,
    fan_out::FAMILY,
    range::FAMILY,
    regex::FAMILY,
    graphql_aliases::FAMILY,
    graphql_depth::FAMILY,
    graphql_batch::FAMILY,
    long_prompt::FAMILY,
    long_sequence::FAMILY,
    image_batch::FAMILY,
];
