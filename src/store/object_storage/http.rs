//! Exchanges with a storage, by the HTTP client of the rest of the program: a second one would double what is built and
//! trusted.

use http_body_util::{BodyExt as _, Full};
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody, HttpService,
};
use ureq::tls::{RootCerts, TlsConfig};

use crate::store::LARGEST_FILE;

/// For one exchange with the storage.
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(60);

/// Makes exchanges.
#[derive(Debug)]
pub(super) struct Http;

impl HttpConnector for Http {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let plain = options.get_config_value(&object_store::ClientConfigKey::AllowHttp);
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            .https_only(plain.as_deref() != Some("true"))
            .user_agent(concat!("plimsoll/", env!("CARGO_PKG_VERSION")))
            .tls_config(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build())
            .build();
        Ok(HttpClient::new(Exchange { agent: config.into() }))
    }
}

#[derive(Debug)]
struct Exchange {
    agent: ureq::Agent,
}

impl HttpService for Exchange {
    fn call<'a, 'b>(
        &'a self,
        request: HttpRequest,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await.map_err(|error| HttpError::new(HttpErrorKind::Request, error))?.to_bytes();
            // It blocks, and nothing else runs on this thread: one exchange after the other is all there is.
            let sent = if body.is_empty() && !matches!(parts.method.as_str(), "PUT" | "POST") {
                self.agent.run(ureq::http::Request::from_parts(parts, ()))
            } else {
                self.agent.run(ureq::http::Request::from_parts(parts, body.to_vec()))
            };
            let answer = sent.map_err(failed)?;
            let (parts, body) = answer.into_parts();
            let whole = body.into_with_config().limit(LARGEST_FILE).read_to_vec().map_err(failed)?;
            let body = Full::new(bytes::Bytes::from(whole)).map_err(|never| match never {});
            Ok(HttpResponse::from_parts(parts, HttpResponseBody::new(body)))
        })
    }
}

fn failed(error: ureq::Error) -> HttpError {
    let kind = match &error {
        ureq::Error::Timeout(_) => HttpErrorKind::Timeout,
        ureq::Error::ConnectionFailed | ureq::Error::HostNotFound => HttpErrorKind::Connect,
        ureq::Error::Io(_) => HttpErrorKind::Interrupted,
        _ => HttpErrorKind::Unknown,
    };
    HttpError::new(kind, error)
}
