//! Where a service listens.

use std::fmt;

use hyper::Uri;

use crate::run::error::RunError;

/// A host and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// Name or address, without brackets.
    pub host: String,
    /// Port.
    pub port: u16,
}

impl Place {
    /// Of `http://host:port/path?query` or `https://`; the second part is path and query.
    pub fn of_url(url: &str) -> Result<(Self, String), RunError> {
        let wrong = |why: &str| RunError::Address { address: url.to_owned(), why: why.to_owned() };
        let uri: Uri = url.parse().map_err(|error: hyper::http::uri::InvalidUri| wrong(&error.to_string()))?;
        let usual = match uri.scheme_str() {
            Some("http") => 80,
            Some("https") => 443,
            _ => return Err(wrong("only `http://` and `https://` can be spoken")),
        };
        let host = uri.host().ok_or_else(|| wrong("it has no host"))?;
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Ok((Self { host, port: uri.port_u16().unwrap_or(usual) }, path.to_owned()))
    }

    /// Of `host:port`.
    pub fn of_address(address: &str) -> Result<Self, RunError> {
        let wrong = |why: &str| RunError::Address { address: address.to_owned(), why: why.to_owned() };
        let (host, port) = address.rsplit_once(':').ok_or_else(|| wrong("it has no port"))?;
        let port = port.parse().map_err(|_| wrong("its port is no number from 1 to 65535"))?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() { Err(wrong("it has no host")) } else { Ok(Self { host: host.to_owned(), port }) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let brackets = self.host.contains(':');
        if brackets { write!(f, "[{}]:{}", self.host, self.port) } else { write!(f, "{}:{}", self.host, self.port) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_addresses_name_a_place() {
        let (place, path) = Place::of_url("http://[::1]:8080/health?deep=1").unwrap();
        assert_eq!((place.to_string().as_str(), path.as_str()), ("[::1]:8080", "/health?deep=1"));
        assert_eq!(Place::of_url("http://localhost").unwrap().0.port, 80);
        assert_eq!(Place::of_address("[::1]:80").unwrap().host, "::1");
        assert_eq!(Place::of_url("https://localhost/").unwrap().0.port, 443);
        for wrong in ["ftp://localhost/", "localhost:80", "http://", ""] {
            assert!(Place::of_url(wrong).is_err(), "{wrong}");
        }
        for wrong in ["localhost", ":80", "localhost:99999"] {
            assert!(Place::of_address(wrong).is_err(), "{wrong}");
        }
    }
}
