//! The parts of an HTTP archive that are read; bodies of answers are passed over.

use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Archive {
    pub log: Log,
}

#[derive(Deserialize)]
pub(super) struct Log {
    pub entries: Vec<Entry>,
}

/// One request with its answer.
#[derive(Deserialize)]
pub(super) struct Entry {
    pub request: Sent,
    #[serde(default)]
    pub response: Answer,
    /// What a browser wanted it for.
    #[serde(rename = "_resourceType", default)]
    pub purpose: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Sent {
    pub method: String,
    pub url: String,
    #[serde(default)]
    pub headers: Vec<Header>,
    #[serde(rename = "postData", default)]
    pub body: Option<Body>,
}

#[derive(Deserialize)]
pub(super) struct Header {
    pub name: String,
    #[serde(default)]
    pub value: String,
}

#[derive(Deserialize)]
pub(super) struct Body {
    #[serde(rename = "mimeType", default)]
    pub kind: String,
    #[serde(default)]
    pub text: Option<String>,
}

#[derive(Deserialize, Default)]
pub(super) struct Answer {
    #[serde(default)]
    pub status: i64,
    #[serde(default)]
    pub content: Content,
}

#[derive(Deserialize, Default)]
pub(super) struct Content {
    #[serde(rename = "mimeType", default)]
    pub kind: String,
}

/// Endings of files that a service does not compute.
const STATIC: [&str; 22] = [
    "js",
    "mjs",
    "css",
    "map",
    "png",
    "jpg",
    "jpeg",
    "gif",
    "svg",
    "ico",
    "webp",
    "avif",
    "woff",
    "woff2",
    "ttf",
    "otf",
    "eot",
    "mp4",
    "webm",
    "mp3",
    "wasm",
    "webmanifest",
];

impl Entry {
    /// Whether it asked for a file rather than for work.
    pub fn is_static(&self) -> bool {
        let path = crate::plan::route::path_of(&self.request.url);
        let file = path.rsplit('/').next().unwrap_or_default();
        let ending = file.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        let purposes = ["image", "stylesheet", "script", "font", "media", "manifest"];
        let kinds = ["image/", "font/", "video/", "audio/", "text/css", "text/javascript", "application/javascript"];
        self.request.method.eq_ignore_ascii_case("get")
            && (ending.is_some_and(|ending| STATIC.contains(&ending.as_str()))
                || self.purpose.as_deref().is_some_and(|purpose| purposes.contains(&purpose))
                || kinds.iter().any(|kind| self.response.content.kind.starts_with(kind)))
    }

    /// `host:port`, where it is plain or encrypted HTTP.
    pub fn host(&self) -> Option<&str> {
        let rest = self.request.url.strip_prefix("http://").or_else(|| self.request.url.strip_prefix("https://"))?;
        let authority = rest.split(['/', '?', '#']).next()?;
        let host = authority.rsplit('@').next()?;
        (!host.is_empty()).then_some(host)
    }
}
