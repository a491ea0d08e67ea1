//! JSON, XML, YAML, tables and PDF whose parsed form is far larger, or far deeper, than their text.

mod csv_width;
mod deep_json;
mod giant_string;
mod json_collisions;
mod json_duplicates;
mod json_empties;
mod json_number;
mod pdf;
mod wide_json;
mod xlsx;
mod xml_attributes;
mod xml_elements;
mod xml_entities;
mod yaml_aliases;

use super::Family;

/// The families of this group.
pub(super) const FAMILIES: &[&Family] = &[
    deep_json::FAMILY,
    giant_string::FAMILY,
    wide_json::FAMILY,
    json_empties::FAMILY,
    json_number::FAMILY,
    json_duplicates::FAMILY,
    json_collisions::FAMILY,
    xml_entities::FAMILY,
    xml_attributes::FAMILY,
    xml_elements::FAMILY,
    yaml_aliases::FAMILY,
    csv_width::FAMILY,
    xlsx::FAMILY,
    pdf::FAMILY,
];
