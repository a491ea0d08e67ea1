//! Names of headers, parameters and fields whose values nobody wants in a repository.

use serde_json::Value;

/// Parts of names.
const PARTS: [&str; 20] = [
    "auth",
    "cookie",
    "token",
    "secret",
    "passw",
    "session",
    "csrf",
    "xsrf",
    "apikey",
    "api-key",
    "api_key",
    "credential",
    "signature",
    "jwt",
    "bearer",
    "private",
    "access-key",
    "access_key",
    "otp",
    "ssn",
];
/// Whole names.
const NAMES: [&str; 9] = ["key", "sid", "sig", "code", "state", "nonce", "pin", "pwd", "hash"];

/// What stands for a value that was taken out.
pub(super) const REDACTED: &str = "redacted";

/// Whether the value of this name may be a secret.
pub(super) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    PARTS.iter().any(|part| name.contains(part)) || NAMES.contains(&name.as_str())
}

/// Takes the secrets out of a JSON document; their names, each once.
pub(super) fn redact(document: &mut Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![document];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(list) => open.extend(list),
            Value::Object(table) => {
                for (name, value) in table {
                    if is_secret(name) && !value.is_boolean() && !value.is_null() {
                        *value = Value::String(REDACTED.to_owned());
                        if !found.contains(name) {
                            found.push(name.clone());
                        }
                    } else {
                        open.push(value);
                    }
                }
            }
            _ => {}
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_known_by_their_names() {
        for name in
            ["Authorization", "X-Auth-Token", "Cookie", "X-API-Key", "sessionId", "password", "code", "access_token"]
        {
            assert!(is_secret(name), "{name}");
        }
        for name in ["symbol", "page", "X-Tenant", "accept", "country-code", "keyword"] {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn secrets_are_taken_out_at_any_depth() {
        let mut document = json!({ "user": { "name": "a", "password": "p" }, "all": [{ "token": { "value": "t" } }] });
        assert_eq!(redact(&mut document), ["password", "token"]);
        assert_eq!(document, json!({ "user": { "name": "a", "password": REDACTED }, "all": [{ "token": REDACTED }] }));
    }
}
