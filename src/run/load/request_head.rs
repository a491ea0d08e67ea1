//! The head of a request, checked once and rendered once: as bytes for HTTP/1.1, as fields for HTTP/2.

use bytes::Bytes;
use hyper::Request;
use hyper::header::{HOST, HeaderName, HeaderValue};

use super::LoadError;
use super::answer_head::Asked;
use crate::plan::PlannedRequest;

/// See the module.
#[derive(Debug)]
pub(super) struct RequestHead {
    /// Method, path, headers with `host`, without what frames a body.
    pub(super) fields: Request<()>,
    /// The same as HTTP/1.1 writes it (RFC 9112, section 3), with what frames its body, to the blank line.
    pub(super) wire: Bytes,
    pub(super) asked: Asked,
}

impl RequestHead {
    /// The head of a planned request to `host`.
    ///
    /// # Errors
    /// When a method, path or header is none.
    pub(super) fn new(planned: &PlannedRequest, host: &str) -> Result<Self, LoadError> {
        let fields = fields(planned, host)?;
        Ok(Self { wire: render(planned, &fields), fields, asked: Asked::with(&planned.method) })
    }
}

fn fields(planned: &PlannedRequest, host: &str) -> Result<Request<()>, LoadError> {
    let unsendable = |why: String| LoadError::Unsendable { name: planned.name.to_string(), why };
    let mut request = Request::builder().method(&*planned.method).uri(planned.path.as_str());
    if let Some(headers) = request.headers_mut() {
        let host = HeaderValue::from_str(host).map_err(|error| unsendable(error.to_string()))?;
        headers.insert(HOST, host);
        for (name, value) in &planned.headers {
            let wrong = |error: &dyn std::error::Error| unsendable(format!("header `{name}`: {error}"));
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|error| wrong(&error))?;
            let value = HeaderValue::from_str(value).map_err(|error| wrong(&error))?;
            headers.insert(name, value);
        }
    }
    let request = request.body(()).map_err(|error| unsendable(error.to_string()))?;
    if !planned.path.starts_with('/') {
        return Err(unsendable(format!("path `{}` does not start with `/`", planned.path)));
    }
    Ok(request)
}

fn render(planned: &PlannedRequest, fields: &Request<()>) -> Bytes {
    let mut head = format!("{} {} HTTP/1.1\r\n", fields.method(), fields.uri()).into_bytes();
    for (name, value) in fields.headers() {
        head.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    match planned.body.size() {
        // Servers that want a length refuse these methods without one (RFC 9110, section 8.6).
        0 if matches!(fields.method().as_str(), "POST" | "PUT" | "PATCH") => head.extend(b"content-length: 0\r\n"),
        0 => {}
        _ if planned.body.chunked() => head.extend(b"transfer-encoding: chunked\r\n"),
        size => head.extend(format!("content-length: {size}\r\n").into_bytes()),
    }
    head.extend(b"\r\n");
    head.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::PlannedBody;
    use crate::policy::Expect;

    fn wire(method: &str, headers: &[(&str, &str)], body: PlannedBody) -> Result<String, LoadError> {
        let planned = PlannedRequest {
            name: "a".into(),
            method: method.into(),
            path: "/a?b=c".into(),
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            body,
            client: None,
            key: None,
            expect: Expect::Class(2),
        };
        let head = RequestHead::new(&planned, "h:1")?;
        Ok(String::from_utf8(head.wire.to_vec()).unwrap().replace("\r\n", "|"))
    }

    #[test]
    fn a_head_is_written_once_with_what_frames_its_body() {
        let text = || PlannedBody::Text("hello".into());
        assert_eq!(
            wire("GET", &[("b", "2"), ("a", "1")], PlannedBody::Empty).unwrap(),
            "GET /a?b=c HTTP/1.1|host: h:1|b: 2|a: 1||"
        );
        assert_eq!(wire("POST", &[], text()).unwrap(), "POST /a?b=c HTTP/1.1|host: h:1|content-length: 5||");
        for (method, length) in [("POST", "content-length: 0|"), ("PUT", "content-length: 0|"), ("DELETE", "")] {
            let expected = format!("{method} /a?b=c HTTP/1.1|host: h:1|{length}|");
            assert_eq!(wire(method, &[], PlannedBody::Empty).unwrap(), expected);
        }
    }

    #[test]
    fn a_value_cannot_smuggle_another_line() {
        for headers in [[("a", "1\r\nb: 2")], [("a\r\nb", "1")], [("a", "1\n")], [("", "1")]] {
            assert!(
                matches!(wire("GET", &headers, PlannedBody::Empty), Err(LoadError::Unsendable { .. })),
                "{headers:?}"
            );
        }
        assert!(wire("GE T", &[], PlannedBody::Empty).is_err());
    }
}
