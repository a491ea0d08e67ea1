//! A service under TLS that does what a test wants, with a certificate of its own.

use std::future::Future;
use std::sync::Arc;

use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::server::TlsStream;

use crate::run::load::address::Address;

/// Its receive buffer: little, so that whoever sends much has to wait.
const RECEIVED: u32 = 128 << 10;

/// Serves one connection so.
pub(in crate::run::load) async fn serving<F: Future<Output = ()> + Send + 'static>(
    serve: impl FnOnce(TlsStream<TcpStream>) -> F + Send + 'static,
) -> (Address, JoinHandle<()>) {
    let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let secret = PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let config = config.with_single_cert(vec![own.cert.der().clone()], secret).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("ca.pem");
    std::fs::write(&authority, own.cert.pem()).unwrap();
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(RECEIVED).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(8).unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let service = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        serve(TlsAcceptor::from(Arc::new(config)).accept(stream).await.unwrap()).await;
    });
    (Address::resolve(&url, authority.to_str(), false).unwrap(), service)
}
