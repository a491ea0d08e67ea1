//! Values of fields that stand in files: CSV (RFC 4180) and JSON lines.

use super::draft::{RowFormat, Rows};

/// More rows than this are a database, not a load profile.
const MOST_ROWS: usize = 1_000_000;

/// The values of a column, in the order of the rows; or what is wrong with the file.
pub(super) fn values(rows: &Rows, text: &str) -> Result<Vec<String>, String> {
    let values = match rows.format {
        RowFormat::Csv => csv(text, &rows.column)?,
        RowFormat::JsonLines => json_lines(text, &rows.column)?,
    };
    match values.len() {
        0 => Err("it has no rows".to_owned()),
        more if more > MOST_ROWS => Err(format!("it has more than {MOST_ROWS} rows")),
        _ => Ok(values),
    }
}

fn csv(text: &str, column: &str) -> Result<Vec<String>, String> {
    let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|error| error.to_string())?;
    let at = headers.iter().position(|header| header.trim() == column).ok_or_else(|| {
        let known: Vec<String> = headers.iter().take(20).map(|header| format!("`{}`", header.escape_debug())).collect();
        format!("it has no column `{column}`, but {}", known.join(", "))
    })?;
    let value = |record: Result<csv::StringRecord, csv::Error>| {
        let record = record.map_err(|error| error.to_string())?;
        Ok(record.get(at).unwrap_or_default().to_owned())
    };
    reader.records().take(MOST_ROWS + 1).map(value).collect()
}

fn json_lines(text: &str, column: &str) -> Result<Vec<String>, String> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let value = |(number, line): (usize, &str)| {
        let number = number + 1;
        let value: serde_json::Value = serde_json::from_str(line).map_err(|error| format!("line {number}: {error}"))?;
        match value.get(column) {
            Some(serde_json::Value::String(text)) => Ok(text.clone()),
            Some(other) => Ok(other.to_string()),
            None => Err(format!("line {number} has no `{column}`")),
        }
    };
    lines.take(MOST_ROWS + 1).map(value).collect()
}
