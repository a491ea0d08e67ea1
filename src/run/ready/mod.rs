//! When the service is ready, whether it still answers, and whether somebody else sits at its address.

mod http;
mod place;
mod taken;

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

pub(crate) use place::Place;
pub(crate) use taken::holder;

use super::error::RunError;
use crate::policy::Readiness;

/// Time between two questions.
const EVERY: Duration = Duration::from_millis(50);
/// How long one question may take.
const ANSWER: Duration = Duration::from_secs(5);

/// How to ask the service.
#[derive(Debug, Clone)]
pub(crate) enum Question {
    /// GET this path there.
    Http(Place, String),
    /// Connect there.
    Tcp(Place),
    /// Only its output tells.
    Log,
}

impl Question {
    /// The question that a policy asks.
    pub fn new(readiness: &Readiness) -> Result<Self, RunError> {
        Ok(match readiness {
            Readiness::Http(url) => {
                let (place, path) = Place::of_url(url)?;
                Self::Http(place, path)
            }
            Readiness::Tcp(address) => Self::Tcp(Place::of_address(address)?),
            Readiness::Log(_) => Self::Log,
        })
    }

    /// Where it is asked.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Http(place, _) | Self::Tcp(place) => Some(place),
            Self::Log => None,
        }
    }

    /// Waits until the service says that it is ready; for [`Self::Log`] for ever.
    pub async fn ready(&self) {
        loop {
            let ready = match self {
                Self::Http(place, path) => {
                    matches!(timeout(ANSWER, http::get(place, path)).await, Ok(Ok(200..=399)))
                }
                Self::Tcp(place) => matches!(timeout(ANSWER, connect(place)).await, Ok(Ok(_))),
                Self::Log => std::future::pending().await,
            };
            if ready {
                return;
            }
            sleep(EVERY).await;
        }
    }

    /// What is waited for, in words.
    pub fn words(&self, readiness: &Readiness) -> String {
        match (self, readiness) {
            (Self::Http(..), Readiness::Http(url)) => format!("`{url}` did not answer 2xx or 3xx"),
            (Self::Tcp(place), _) => format!("`{place}` accepted no connection"),
            (_, Readiness::Log(text)) => format!("no line of its output contained `{text}`"),
            _ => String::new(),
        }
    }
}

/// Whether a service that speaks another language reacts to a question in HTTP/1 within the time: it says
/// something, or closes the connection. A service that hangs does neither.
pub(crate) async fn reacts(place: &Place, within: Duration) -> bool {
    let reaction = async {
        let mut stream = connect(place).await?;
        stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await?;
        // A server that breaks the connection reacts too.
        let _ = stream.read(&mut [0; 1]).await;
        Ok::<_, std::io::Error>(())
    };
    matches!(timeout(within, reaction).await, Ok(Ok(())))
}

/// Whether anything answers HTTP there within the time, whatever the status.
pub(crate) async fn answers(place: &Place, path: &str, within: Duration) -> bool {
    matches!(timeout(within, http::get(place, path)).await, Ok(Ok(_)))
}

/// Whether something accepts connections there.
pub(crate) async fn accepts(place: &Place) -> bool {
    matches!(timeout(Duration::from_secs(1), connect(place)).await, Ok(Ok(_)))
}

async fn connect(place: &Place) -> std::io::Result<TcpStream> {
    TcpStream::connect((place.host.as_str(), place.port)).await
}
