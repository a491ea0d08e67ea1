//! Where the load goes, and where it may not go.

use std::net::{IpAddr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::atomic::{AtomicUsize, Ordering};

use hyper::http::uri::{Scheme, Uri};
use tokio::net::{TcpSocket, TcpStream};

use super::LoadError;
use super::socket::Socket;
use super::streams::Streams;
use super::tls::Tls;

/// Receive buffer of a client that reads slowly; the kernel doubles it. Set before the connection is
/// made, for the window is agreed on then.
const SMALL_BUFFER: u32 = 4 << 10;

/// The service's addresses.
#[derive(Debug)]
pub(super) struct Address {
    /// `host:port` as it stands in the policy: the `host` header.
    pub(super) host: String,
    sockets: Vec<SocketAddr>,
    /// Which of the sockets answered last: `localhost` has two, and services often listen on one.
    preferred: AtomicUsize,
    /// For `https`.
    tls: Option<Tls>,
    /// For HTTP/2.
    streams: Option<Streams>,
}

impl Address {
    /// Reads and resolves a base URL. Public addresses are refused unless `public` allows them.
    /// `authority` is a file of certificates (PEM) that are trusted besides the system's.
    pub(super) fn resolve(url: &str, authority: Option<&str>, public: bool) -> Result<Self, LoadError> {
        let wrong = || LoadError::BaseUrl { url: url.to_owned() };
        let uri: Uri = url.parse().map_err(|_| wrong())?;
        let place = uri.authority().filter(|place| !place.as_str().contains('@')).ok_or_else(wrong)?;
        let secure = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTP => false,
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            _ => return Err(wrong()),
        };
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(wrong());
        }
        let host = place.as_str().to_owned();
        let name = place.host().trim_start_matches('[').trim_end_matches(']');
        let tls = secure.then(|| Tls::new(name, authority)).transpose()?;
        let found = (name, place.port_u16().unwrap_or(if secure { 443 } else { 80 })).to_socket_addrs();
        let sockets = found.map_err(|source| LoadError::Unresolved { host: host.clone(), source })?;
        let sockets: Vec<SocketAddr> = sockets.collect();
        if sockets.is_empty() {
            let source = std::io::Error::from(std::io::ErrorKind::NotFound);
            return Err(LoadError::Unresolved { host, source });
        }
        match sockets.iter().map(|socket| socket.ip()).find(|ip| !public && !is_private(*ip)) {
            Some(address) => Err(LoadError::PublicAddress { host, address }),
            None => Ok(Self { host, sockets, preferred: AtomicUsize::new(0), tls, streams: None }),
        }
    }

    /// Speaks HTTP/2 with well-behaved clients.
    pub(super) fn speaking_http2(self, http2: bool) -> Self {
        Self { streams: http2.then(Streams::default), ..self }
    }

    /// The connections that requests share, if they do.
    pub(super) fn streams(&self) -> Option<&Streams> {
        self.streams.as_ref()
    }

    /// Opens a connection; `narrow` gives it a small receive buffer, `http2` offers that in a TLS handshake.
    pub(super) async fn connect(&self, narrow: bool, http2: bool) -> std::io::Result<Socket> {
        let stream = self.reach(narrow).await?;
        match &self.tls {
            Some(tls) => Ok(Socket::Tls(Box::new(tls.shake(stream, http2).await?))),
            None => Ok(Socket::Plain(stream)),
        }
    }

    async fn reach(&self, narrow: bool) -> std::io::Result<TcpStream> {
        let first = self.preferred.load(Ordering::Relaxed);
        let mut refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        for step in 0..self.sockets.len() {
            let which = (first + step) % self.sockets.len();
            match connect(self.sockets[which], narrow).await {
                Ok(stream) => {
                    self.preferred.store(which, Ordering::Relaxed);
                    return Ok(stream);
                }
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }
}

async fn connect(to: SocketAddr, narrow: bool) -> std::io::Result<TcpStream> {
    let socket = if to.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    if narrow {
        socket.set_recv_buffer_size(SMALL_BUFFER)?;
    }
    let stream = socket.connect(to).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// This machine or a private network. Link-local addresses are not: clouds keep credentials there.
fn is_private(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_unspecified(),
        IpAddr::V6(ip) => ip == Ipv6Addr::LOCALHOST || ip.is_unspecified() || ip.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_and_private_networks_are_loaded() {
        for url in ["http://127.0.0.1:80", "http://10.1.2.3:8080/", "http://[::1]:80", "http://192.168.0.1"] {
            assert!(Address::resolve(url, None, false).is_ok(), "{url}");
        }
        for url in ["http://93.184.216.34:80", "http://169.254.169.254", "http://[::ffff:8.8.8.8]:80"] {
            assert!(matches!(Address::resolve(url, None, false), Err(LoadError::PublicAddress { .. })), "{url}");
            assert!(Address::resolve(url, None, true).is_ok(), "{url}");
        }
    }

    #[test]
    fn a_base_url_is_scheme_host_and_port() {
        for url in ["", "127.0.0.1:80", "ftp://127.0.0.1", "http://127.0.0.1/api", "http://u:p@127.0.0.1", "http://a b"]
        {
            assert!(matches!(Address::resolve(url, None, false), Err(LoadError::BaseUrl { .. })), "{url}");
        }
    }
}
