//! Requests to model servers, in the shape that most of them share.

use crate::payload::series::escaped;

/// What comes before and after the text of a prompt of words that need no escape: a completion, or a chat
/// with one message. `also` is further fields, each with a comma before it.
pub(super) fn around(chat: bool, model: &str, also: &str) -> (String, String) {
    let model = escaped(model);
    match chat {
        true => (
            format!("{{\"model\":\"{model}\",\"messages\":[{{\"role\":\"user\",\"content\":\""),
            format!("\"}}]{also}}}"),
        ),
        false => (format!("{{\"model\":\"{model}\",\"prompt\":\""), format!("\"{also}}}")),
    }
}

/// A word that is one token, with its space, for the tokenizers in use.
pub(super) const WORD: &[u8] = b"hello ";
