//! The little of URLs that a load profile needs: `http://host:port`.

/// `http://host:port` of a URL, and its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::policy) struct Origin {
    /// Whether it is `https`.
    pub secure: bool,
    /// Host without port; an IPv6 address keeps its brackets.
    pub host: String,
    /// Port; 80 where none is given.
    pub port: u16,
    /// Path with query, from the first `/`; empty where there is none.
    pub path: String,
}

impl Origin {
    /// Splits a URL; an error says what is wrong with it.
    pub fn parse(url: &str) -> Result<Self, String> {
        let (secure, rest) = match (url.strip_prefix("http://"), url.strip_prefix("https://")) {
            (Some(rest), _) => (false, rest),
            (None, Some(rest)) => (true, rest),
            (None, None) => return Err(format!("`{url}` does not begin with `http://` or `https://`")),
        };
        if rest.contains(|c: char| c.is_control() || c.is_whitespace() || c == '#') {
            return Err(format!("`{}` holds a character that a URL cannot hold", url.escape_debug()));
        }
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (host, port) = split_authority(authority).ok_or_else(|| format!("`{authority}` is no `host:port`"))?;
        let port = port.unwrap_or(if secure { 443 } else { 80 });
        Ok(Self { secure, host, port, path: path.to_owned() })
    }

    /// `http://host:port`.
    pub fn url(&self) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        format!("{scheme}://{}:{}", self.host, self.port)
    }

    /// `host:port`.
    pub fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// Host and port of `host`, `host:port` or `[::1]:port`.
pub(super) fn split_authority(authority: &str) -> Option<(String, Option<u16>)> {
    let split = if authority.starts_with('[') {
        let end = authority.find(']')?;
        let inside = &authority[1..end];
        inside.parse::<std::net::Ipv6Addr>().ok()?;
        (&authority[..=end], &authority[end + 1..])
    } else {
        authority.split_at(authority.find(':').unwrap_or(authority.len()))
    };
    let (host, port) = split;
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => None,
        None => return None,
        Some(digits) if digits.chars().all(|c| c.is_ascii_digit()) => {
            Some(digits.parse().ok().filter(|port| *port > 0)?)
        }
        Some(_) => return None,
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let good = host.starts_with('[') || (!host.is_empty() && host.chars().all(plain));
    good.then(|| (host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_split_into_origin_and_path() {
        let origin = Origin::parse("http://127.0.0.1:8080/health?deep=1").unwrap();
        assert_eq!((origin.url().as_str(), origin.path.as_str()), ("http://127.0.0.1:8080", "/health?deep=1"));
        assert_eq!(Origin::parse("http://localhost").unwrap().authority(), "localhost:80");
        assert_eq!(Origin::parse("https://a").unwrap().url(), "https://a:443");
        assert_eq!(Origin::parse("http://[::1]:9/").unwrap().authority(), "[::1]:9");
    }

    #[test]
    fn what_is_no_http_url_is_refused() {
        for url in
            ["", "localhost:80", "ftp://a", "http://", "http://a:b", "http://a:0", "http://a:99999", "http://a b"]
        {
            assert!(Origin::parse(url).is_err(), "{url}");
        }
        for url in ["http://user@a", "http://[::1", "http://[x]:1", "http://a:1:2", "http://a\r\nX:1/", "http://é"] {
            assert!(Origin::parse(url).is_err(), "{url}");
        }
    }
}
