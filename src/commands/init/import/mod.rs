//! The ordinary mix from what a team already has: an OpenAPI description, or recorded traffic (HAR).
//!
//! The files are foreign: size, depth, references and aliases are bounded, nothing is fetched, and no secret of recorded
//! traffic gets into the policy.

mod exchange;
mod har;
mod mix;
mod openapi;
mod operation;
mod parameter;
mod reference;
mod sample;
mod secret;
mod yaml;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

pub(super) use mix::toml;

/// Larger files are refused.
const LARGEST: u64 = 64 << 20;
/// More kinds of request than anybody reads in a policy.
const MOST_REQUESTS: usize = 200;

/// What was found in a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Import {
    /// The requests, in the order in which they are written.
    pub requests: Vec<Request>,
    /// Port of the service, where the file names one on this machine.
    pub port: Option<u16>,
    /// What was left out, changed or guessed.
    pub notes: Vec<String>,
}

/// One kind of request.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub name: String,
    /// Share of the mix.
    pub weight: u64,
    /// In small letters, as the keys of a policy.
    pub method: String,
    /// With `{field}` where a value differs from request to request.
    pub path: String,
    pub headers: BTreeMap<String, String>,
    /// The text of the body and its content type.
    pub body: Option<(String, String)>,
    /// What fields stand for.
    pub with: BTreeMap<String, Values>,
    /// A class or a status, where it is not `2xx`.
    pub expect: Option<String>,
    /// What somebody should look at.
    pub notes: Vec<String>,
}

/// What a field stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Values {
    /// One of these in turn.
    OneOf(Vec<String>),
    /// Numbers below this, low ones more often.
    Zipf(u64),
    Uuid,
    Unique,
}

/// Why a file cannot be imported.
#[derive(Debug, thiserror::Error)]
pub(super) enum ImportError {
    #[error("`{path}` cannot be read: {why}")]
    Unreadable { path: String, why: String },
    #[error("`{path}` has more than 64 MiB: cut it down to what matters")]
    TooLarge { path: String },
    #[error("`{path}` is no {what}: {why}")]
    Malformed { path: String, what: &'static str, why: String },
    #[error("`{path}` is swagger {version}: convert it to openapi 3 first, for example with `swagger2openapi`")]
    Swagger { path: String, version: String },
    #[error("in `{path}`, `{reference}` refers to itself: give it a schema of its own")]
    Cyclic { path: String, reference: String },
    #[error("`{path}` has no request that could be sent: {why}")]
    Nothing { path: String, why: String },
}

/// Reads an OpenAPI description, 3.0 or 3.1, JSON or YAML.
pub(super) fn openapi(path: &Path) -> Result<Import, ImportError> {
    let text = read(path)?;
    let is_json = text.trim_start().starts_with('{');
    let document =
        if is_json { serde_json::from_str(&text).map_err(|error| error.to_string()) } else { yaml::read(&text) };
    let path = path.display().to_string();
    let malformed = |why| ImportError::Malformed { path: path.clone(), what: "OpenAPI description", why };
    openapi::import(&document.map_err(malformed)?, &path)
}

/// Reads recorded traffic as browsers and proxies save it (HTTP archive 1.2).
pub(super) fn har(path: &Path) -> Result<Import, ImportError> {
    har::import(&read(path)?, &path.display().to_string())
}

fn read(path: &Path) -> Result<String, ImportError> {
    let name = path.display().to_string();
    let unreadable = |why: String| ImportError::Unreadable { path: name.clone(), why };
    let file = File::open(path).map_err(|error| unreadable(error.to_string()))?;
    let mut text = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut text).map_err(|error| unreadable(error.to_string()))?;
    if text.len() as u64 > LARGEST {
        return Err(ImportError::TooLarge { path: name });
    }
    let text = String::from_utf8(text).map_err(|_| unreadable("it is no UTF-8 text".to_owned()))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// A name that policies allow, and that no other request has.
fn unique_name(wanted: &str, taken: &[Request]) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '.') { c } else { '-' };
    let plain: String = wanted.chars().map(plain).collect();
    let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    let name: String = words.join("-").trim_start_matches(['.', '-']).chars().take(56).collect();
    let name = if name.is_empty() { "request".to_owned() } else { name };
    let free = |name: &String| taken.iter().all(|other| other.name != *name);
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    std::iter::once(name.clone()).chain(numbered).find(free).unwrap_or(name)
}

/// A name that a field can have.
fn field_name(wanted: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') { c } else { '_' };
    let name: String = wanted.chars().map(plain).take(40).collect();
    if name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') { name } else { format!("p_{name}") }
}

/// Text of a URL in which everything stands that a path may not hold as it is; braces too, which mean fields.
fn encoded(text: &str, also: &[u8]) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"-._~!$'()*,;:@/?=&+%".contains(&byte);
        if plain && !also.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_differ() {
        let taken = [Request { name: "get-a".into(), ..Request::default() }];
        assert_eq!(unique_name("get /a/{", &taken), "get-a-2");
        assert_eq!(unique_name("--", &[]), "request");
        assert_eq!((field_name("user id").as_str(), field_name("2nd").as_str()), ("user_id", "p_2nd"));
        assert_eq!(encoded("a b{é}&", b"&"), "a%20b%7B%C3%A9%7D%26");
    }

    #[test]
    fn a_file_that_is_too_large_is_refused_before_it_is_parsed() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(100 << 20).unwrap();
        assert!(matches!(openapi(file.path()), Err(ImportError::TooLarge { .. })));
        assert!(matches!(har(file.path()), Err(ImportError::TooLarge { .. })));
        assert!(matches!(har(Path::new("/none")), Err(ImportError::Unreadable { .. })));
    }
}
