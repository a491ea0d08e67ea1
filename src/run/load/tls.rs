//! TLS to the service: the system's certificates, and an authority of one's own for tests.

use std::sync::Arc;

use rustls_platform_verifier::Verifier;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};

use super::LoadError;

/// What a handshake needs.
pub(super) struct Tls {
    name: ServerName<'static>,
    http1: TlsConnector,
    http2: TlsConnector,
}

impl Tls {
    /// For a host; `authority` is a file of certificates (PEM) that are trusted besides the system's.
    pub(super) fn new(host: &str, authority: Option<&str>) -> Result<Self, LoadError> {
        let failed = |why: String| LoadError::Tls { host: host.to_owned(), why };
        let name = ServerName::try_from(host.to_owned()).map_err(|error| failed(error.to_string()))?;
        let trusted = authority.map_or_else(|| Ok(Vec::new()), certificates)?;
        let provider = Arc::new(ring::default_provider());
        let config = |protocol: &[u8]| {
            let verifier = Verifier::new_with_extra_roots(trusted.iter().cloned(), provider.clone());
            let verifier = verifier.map_err(|error| failed(error.to_string()))?;
            let config = ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions();
            let config = config.map_err(|error| failed(error.to_string()))?;
            let config = config.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
            let mut config = config.with_no_client_auth();
            config.alpn_protocols = vec![protocol.to_vec()];
            Ok(TlsConnector::from(Arc::new(config)))
        };
        Ok(Self { name, http1: config(b"http/1.1")?, http2: config(b"h2")? })
    }

    /// The handshake.
    pub(super) async fn shake(&self, stream: TcpStream, http2: bool) -> std::io::Result<TlsStream<TcpStream>> {
        let connector = if http2 { &self.http2 } else { &self.http1 };
        connector.connect(self.name.clone(), stream).await
    }
}

fn certificates(file: &str) -> Result<Vec<CertificateDer<'static>>, LoadError> {
    let wrong = |why: String| LoadError::Authority { file: file.to_owned(), why };
    let found = CertificateDer::pem_file_iter(file).map_err(|error| wrong(error.to_string()))?;
    let found: Result<Vec<_>, _> = found.collect();
    let found = found.map_err(|error| wrong(error.to_string()))?;
    if found.is_empty() { Err(wrong("no certificate in it".to_owned())) } else { Ok(found) }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TLS to {:?}", self.name)
    }
}

#[cfg(test)]
pub(super) mod service;
