//! The HTTP client: one token, one address, and manners. Proxies come from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`,
//! certificates from the system, so that an enterprise server with its own authority is trusted where the machine does.

use std::thread::sleep;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::http::{HeaderMap, Request};
use ureq::tls::{RootCerts, TlsConfig};

use super::answer::{Answer, seconds_until};
use super::patience::{Next, next};
use super::{GithubError, Patience, Token};

/// No JSON answer that we ask for is larger.
const LARGEST_ANSWER: u64 = 32 << 20;
/// Pages of 100: more comments or artifacts than that are not looked through.
const MOST_PAGES: u32 = 50;

/// A client of one GitHub server.
#[derive(Debug, Clone)]
pub struct Client {
    agent: ureq::Agent,
    address: String,
    token: Option<Token>,
    patience: Patience,
}

/// A method of which a repetition does no harm, or one of which it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    Get,
    Delete,
    Patch,
    Post,
}

impl Client {
    /// A client for the interface at `address`, such as `https://api.github.com`.
    pub fn new(address: &str, token: Option<Token>, patience: Patience) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(patience.timeout))
            .timeout_connect(Some(patience.connect))
            .http_status_as_error(false)
            .user_agent(concat!("plimsoll/", env!("CARGO_PKG_VERSION")))
            .tls_config(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build())
            .build();
        Self { agent: config.into(), address: address.trim().trim_end_matches('/').to_owned(), token, patience }
    }

    /// Whether there is a token.
    pub fn is_authorized(&self) -> bool {
        self.token.is_some()
    }

    /// Reads one thing.
    ///
    /// # Errors
    /// As [`GithubError`] tells.
    pub(super) fn get<T: DeserializeOwned>(&self, path: &str, what: &str) -> Result<T, GithubError> {
        self.parsed(&self.repeated(Method::Get, path, None, what)?, what)
    }

    /// Reads a list, page by page, until `enough` says so.
    pub(super) fn pages<T: DeserializeOwned>(
        &self,
        path: &str,
        what: &str,
        mut enough: impl FnMut(&T) -> bool,
    ) -> Result<(), GithubError> {
        let glue = if path.contains('?') { '&' } else { '?' };
        for page in 1..=MOST_PAGES {
            // The page is counted here: an address from a header could lead the token elsewhere.
            let answer = self.repeated(Method::Get, &format!("{path}{glue}per_page=100&page={page}"), None, what)?;
            if enough(&self.parsed(&answer, what)?) || !answer.has_next {
                break;
            }
        }
        Ok(())
    }

    /// Changes a thing; doing it twice does no harm.
    pub(super) fn patch<T: DeserializeOwned>(&self, path: &str, body: &Value, what: &str) -> Result<T, GithubError> {
        self.parsed(&self.repeated(Method::Patch, path, Some(body), what)?, what)
    }

    /// Removes a thing; one that is gone already is removed.
    pub(super) fn delete(&self, path: &str, what: &str) -> Result<(), GithubError> {
        match self.repeated(Method::Delete, path, None, what) {
            Err(GithubError::Denied { status: 404, .. }) | Ok(_) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Makes a thing. Whenever it is not known whether it was made, `look` tells, and only then it is asked for again.
    pub(super) fn create<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &Value,
        what: &str,
        mut look: impl FnMut() -> Result<Option<T>, GithubError>,
    ) -> Result<T, GithubError> {
        let mut waited = Duration::ZERO;
        for attempt in 0.. {
            let outcome = self.once(Method::Post, path, Some(body), what);
            let answer = outcome.as_ref().ok();
            let broken = match (next(answer, attempt, self.patience), &outcome) {
                (Next::Take, Ok(answer)) if answer.status < 300 => match self.parsed(answer, what) {
                    Ok(made) => return Ok(made),
                    Err(error) => error,
                },
                (Next::Take, Ok(answer)) => return Err(answer.error(what)),
                (Next::Again(wait), _) => {
                    self.wait(wait, &mut waited, attempt, what)?;
                    continue;
                }
                (_, Ok(answer)) => answer.error(what),
                (_, Err(_)) => match outcome {
                    Err(error) => error,
                    Ok(_) => continue,
                },
            };
            let pause = self.patience.pause.saturating_mul(2_u32.saturating_pow(attempt));
            if attempt + 1 >= self.patience.attempts || self.wait(pause, &mut waited, attempt, what).is_err() {
                return look()?.ok_or(broken);
            }
            if let Some(made) = look()? {
                return Ok(made);
            }
        }
        Err(GithubError::Limited { what: what.to_owned(), wait: waited })
    }

    /// Downloads a file of at most `limit` bytes. A redirection to a storage gets no token.
    pub(super) fn download(&self, path: &str, limit: u64, what: &str) -> Result<Vec<u8>, GithubError> {
        let mut waited = Duration::ZERO;
        for attempt in 0.. {
            let outcome = self.send(Method::Get, path, None, limit, what);
            if matches!(outcome, Err(GithubError::TooLarge { .. })) {
                return outcome.map(|answer| answer.body);
            }
            match next(outcome.as_ref().ok(), attempt, self.patience) {
                Next::Take => {
                    let answer = outcome?;
                    return if answer.status < 300 { Ok(answer.body) } else { Err(answer.error(what)) };
                }
                Next::Again(wait) | Next::Look(wait) => {
                    if self.wait(wait, &mut waited, attempt, what).is_err() {
                        return Err(outcome.map_or_else(|error| error, |answer| answer.error(what)));
                    }
                }
            }
        }
        Err(GithubError::Limited { what: what.to_owned(), wait: waited })
    }

    /// A request of which a repetition does no harm.
    fn repeated(&self, method: Method, path: &str, body: Option<&Value>, what: &str) -> Result<Answer, GithubError> {
        let mut waited = Duration::ZERO;
        for attempt in 0.. {
            let outcome = self.once(method, path, body, what);
            match next(outcome.as_ref().ok(), attempt, self.patience) {
                Next::Take => {
                    let answer = outcome?;
                    return if answer.status < 300 { Ok(answer) } else { Err(answer.error(what)) };
                }
                Next::Again(wait) => self.wait(wait, &mut waited, attempt, what)?,
                Next::Look(wait) => {
                    if self.wait(wait, &mut waited, attempt, what).is_err() {
                        return Err(outcome.map_or_else(|error| error, |answer| answer.error(what)));
                    }
                }
            }
        }
        Err(GithubError::Limited { what: what.to_owned(), wait: waited })
    }

    /// Waits, unless that would be too long or too often.
    fn wait(&self, wait: Duration, waited: &mut Duration, attempt: u32, what: &str) -> Result<(), GithubError> {
        if attempt + 1 >= self.patience.attempts || *waited + wait > self.patience.longest {
            return Err(GithubError::Limited { what: what.to_owned(), wait });
        }
        sleep(wait);
        *waited += wait;
        Ok(())
    }

    fn parsed<T: DeserializeOwned>(&self, answer: &Answer, what: &str) -> Result<T, GithubError> {
        serde_json::from_slice(&answer.body)
            .map_err(|error| GithubError::Malformed { what: what.to_owned(), why: error.to_string() })
    }

    /// One exchange; an answer whose JSON is cut counts as none.
    fn once(&self, method: Method, path: &str, body: Option<&Value>, what: &str) -> Result<Answer, GithubError> {
        let answer = self.send(method, path, body, LARGEST_ANSWER, what)?;
        let whole = answer.body.is_empty() || serde_json::from_slice::<serde::de::IgnoredAny>(&answer.body).is_ok();
        if answer.status < 300 && !whole {
            return Err(GithubError::Malformed { what: what.to_owned(), why: "it is no whole JSON".to_owned() });
        }
        Ok(answer)
    }

    fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        limit: u64,
        what: &str,
    ) -> Result<Answer, GithubError> {
        let unreachable = |why: String| GithubError::Unreachable {
            what: what.to_owned(),
            address: self.address.clone(),
            why: self.token.as_ref().map_or(why.clone(), |token| token.hide(&why)),
        };
        let mut request = Request::builder()
            .method(method.name())
            .uri(format!("{}{path}", self.address))
            .header("accept", "application/vnd.github+json")
            .header("x-github-api-version", "2022-11-28");
        if let Some(token) = &self.token {
            request = request.header("authorization", token.header());
        }
        let response = match body {
            Some(body) => {
                let request = request.header("content-type", "application/json").body(body.to_string());
                self.agent.run(request.map_err(|error| unreachable(error.to_string()))?)
            }
            None => self.agent.run(request.body(()).map_err(|error| unreachable(error.to_string()))?),
        };
        let response = response.map_err(|error| unreachable(error.to_string()))?;
        let mut answer = headers(response.status().as_u16(), response.headers());
        let read = response.into_body().into_with_config().limit(limit.saturating_add(1)).read_to_vec();
        answer.body = match read {
            Ok(body) if body.len() as u64 <= limit => body,
            Ok(_) | Err(ureq::Error::BodyExceedsLimit(_)) => {
                return Err(GithubError::TooLarge { what: what.to_owned(), limit });
            }
            Err(error) => return Err(unreachable(error.to_string())),
        };
        Ok(answer)
    }
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Delete => "DELETE",
            Self::Patch => "PATCH",
            Self::Post => "POST",
        }
    }
}

fn headers(status: u16, headers: &HeaderMap) -> Answer {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let number = |name: &str| text(name).and_then(|value| value.trim().parse().ok());
    Answer {
        status,
        body: Vec::new(),
        retry_after: number("retry-after"),
        remaining: number("x-ratelimit-remaining"),
        reset_in: text("x-ratelimit-reset").zip(text("date")).and_then(|(reset, date)| seconds_until(reset, date)),
        has_next: text("link").is_some_and(|link| link.contains("rel=\"next\"")),
    }
}
