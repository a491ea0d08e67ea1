//! `$ref`: followed within the document, a bounded number of steps.

use serde_json::Value;

use super::ImportError;

/// A chain of references that is longer goes in a circle.
const MOST_STEPS: usize = 64;

/// The document in which references are looked up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Document<'a> {
    pub root: &'a Value,
    pub path: &'a str,
}

impl<'a> Document<'a> {
    /// What a value refers to, at the end of the chain; the value itself where it is no reference. `None` where it refers
    /// to another file or to nothing.
    pub fn follow(self, value: &'a Value) -> Result<Option<&'a Value>, ImportError> {
        let mut value = value;
        for _ in 0..MOST_STEPS {
            let Some(reference) = value.get("$ref").and_then(Value::as_str) else { return Ok(Some(value)) };
            let Some(found) = reference.strip_prefix('#').and_then(|pointer| self.root.pointer(&decoded(pointer)))
            else {
                return Ok(None);
            };
            value = found;
        }
        let reference = value.get("$ref").and_then(Value::as_str).unwrap_or("$ref").chars().take(200).collect();
        Err(ImportError::Cyclic { path: self.path.to_owned(), reference })
    }
}

/// A JSON pointer in a URL fragment: percent signs come before `~`.
fn decoded(pointer: &str) -> String {
    let mut bytes = Vec::with_capacity(pointer.len());
    let mut rest = pointer.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = (*first == b'%').then(|| std::str::from_utf8(after.get(..2)?).ok()).flatten();
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| pointer.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn chains_are_followed_circles_refused_and_other_files_left_alone() {
        let root = json!({
            "a": { "$ref": "#/b~1c%20d" }, "b/c d": { "$ref": "#/end" }, "end": 7,
            "x": { "$ref": "#/y" }, "y": { "$ref": "#/x" }, "far": { "$ref": "https://example.com/a.yaml#/b" },
        });
        let document = Document { root: &root, path: "api.json" };
        assert_eq!(document.follow(&root["a"]).unwrap(), Some(&json!(7)));
        assert_eq!(document.follow(&root["far"]).unwrap(), None);
        let error = document.follow(&root["x"]).unwrap_err().to_string();
        assert!(error.contains("refers to itself") && error.contains("#/"), "{error}");
    }
}
