//! CSV with very wide rows, or with a quote that nobody closes.

use std::io::Write as _;

use bytes::Bytes;

use crate::payload::pieces::{once, repeated};
use crate::payload::series::{digits, joined, series};
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "csv-width",
    group: Group::Documents,
    about: About {
        summary: "CSV with a hundred thousand columns, or with a quote that is never closed.",
        provokes: "Imports that make a map of every row: a cell of two bytes becomes an entry of a hundred. With the \
                   open quote the whole file is one cell, which readers by line collect without a limit.",
        seen: "super-csv issues 3 and 37 (out of memory), opencsv issue 13, phatcher/CsvReader pull request 21, \
               csvw issue 52, tarql issue 50.",
        becomes: "4.7 MB on the wire; 102 MiB in a list of Python's DictReader. With the open quote: 52 MiB.",
        safe: "400 at the first row: a limit on columns and on the length of a cell (Python's csv: 131,072).",
    },
    parameters: &[
        Parameter {
            name: "columns",
            about: "cells of each row",
            takes: Takes::Count { least: 1, most: 100_000_000, default: 100_000 },
        },
        Parameter {
            name: "rows",
            about: "rows after the one with the names",
            takes: Takes::Count { least: 0, most: 1_000_000, default: 20 },
        },
        Parameter {
            name: "open-quote",
            about: "the first row begins with a quote that is not closed",
            takes: Takes::Flag,
        },
    ],
    form: Form::Body(make),
};

fn make(values: &Values, _: &Turn) -> Body {
    let (columns, rows, quote) = (values.number("columns"), values.number("rows"), values.flag("open-quote"));
    Body::new("text/csv", size(columns, rows, quote), chunks(columns, rows, quote))
}

fn size(columns: u64, rows: u64, quote: bool) -> u64 {
    let head = joined(columns, digits(columns) as u64 + 1) + 1;
    head.saturating_add(columns.saturating_mul(2).saturating_mul(rows)).saturating_add(u64::from(quote))
}

fn chunks(columns: u64, rows: u64, quote: bool) -> impl Iterator<Item = Bytes> + Send {
    let width = digits(columns);
    let name = move |chunk: &mut Vec<u8>, column: u64| {
        let comma = if column == 0 { "" } else { "," };
        // Writing to a vector cannot fail.
        let _ = write!(chunk, "{comma}c{column:0width$}");
    };
    let quote = quote.then(|| Bytes::from_static(b"\""));
    let row = move |_| repeated(b"1,", columns * 2 - 1).chain(once("\n"));
    series(columns, name).chain(once("\n")).chain(quote).chain((0..rows).flat_map(row))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(columns: u64, rows: u64, quote: bool) -> Vec<csv::StringRecord> {
        let text: Vec<u8> = chunks(columns, rows, quote).flatten().collect();
        assert_eq!(text.len() as u64, size(columns, rows, quote));
        csv::ReaderBuilder::new().flexible(true).from_reader(&text[..]).records().map(Result::unwrap).collect()
    }

    #[test]
    fn a_real_parser_finds_every_cell() {
        for (columns, rows) in [(1, 0), (1, 3), (11, 2), (30_000, 3)] {
            let records = read(columns, rows, false);
            assert_eq!(records.len() as u64, rows);
            assert!(
                records.iter().all(|record| record.len() as u64 == columns && record.iter().all(|cell| cell == "1"))
            );
        }
    }

    #[test]
    fn behind_an_open_quote_everything_is_one_cell() {
        let records = read(1000, 50, true);
        assert_eq!((records.len(), records[0].len(), records[0][0].len()), (1, 1, 1000 * 2 * 50));
    }
}
