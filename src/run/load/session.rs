//! What a login gave: taken once in a run, before the first request of the first phase.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OnceCell;

use super::LoadError;
use super::address::Address;
use super::line::{Line, Whole};
use super::request_head::RequestHead;
use crate::plan::{PlannedRequest, Requests};
use crate::policy::{Load, Login, Taken};

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Session(OnceCell<Arc<Requests>>);

impl Session {
    /// The requests with what the login gave; logs in if nobody has yet.
    pub(super) async fn plan(
        &self,
        load: &Load,
        plan: &Arc<Requests>,
        address: &Address,
    ) -> Result<Arc<Requests>, LoadError> {
        let (Some(login), Some(request)) = (&load.login, Requests::login(load)) else { return Ok(plan.clone()) };
        let logged_in = self.0.get_or_try_init(|| async {
            let answer = ask(&request, address, load.timeout.0).await?;
            let (taken, cookies) = take(login, &answer)?;
            Ok(Arc::new(Requests::clone(plan).taking(taken, cookies)))
        });
        logged_in.await.cloned()
    }
}

async fn ask(request: &PlannedRequest, address: &Address, timeout: Duration) -> Result<Whole, LoadError> {
    let head = RequestHead::new(request, &address.host)?;
    let failed = |why: &str| LoadError::Login { why: why.to_owned() };
    let exchange = async { Line::open(address).await?.whole(&head, &request.body).await };
    let answer = match tokio::time::timeout(timeout, exchange).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(failure)) => return Err(failed(failure.word())),
        Err(_) => return Err(failed("no answer in time")),
    };
    if !request.expect.allows(answer.status) {
        return Err(failed(&format!("it was answered with status {}", answer.status)));
    }
    Ok(answer)
}

type Given = (BTreeMap<String, String>, Option<String>);

/// What was to be taken, and all cookies as a `cookie` header. Values stay out of errors: they are secrets.
fn take(login: &Login, answer: &Whole) -> Result<Given, LoadError> {
    let mut cookies = BTreeMap::new();
    for value in answer.headers.get_all("set-cookie") {
        let pair = value.to_str().ok().and_then(|text| text.split(';').next()).and_then(|pair| pair.split_once('='));
        if let Some((name, value)) = pair {
            cookies.insert(name.trim().to_owned(), value.trim().to_owned());
        }
    }
    let json: Option<serde_json::Value> = serde_json::from_slice(&answer.body).ok();
    let mut taken = BTreeMap::new();
    for (name, place) in &login.take {
        let (value, said) = match place {
            Taken::Json(pointer) => {
                let value = json.as_ref().and_then(|json| json.pointer(pointer));
                let text = value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
                (text, format!("JSON at `{pointer}`"))
            }
            Taken::Header(header) => {
                let value = answer.headers.get(header).and_then(|value| value.to_str().ok());
                (value.map(str::to_owned), format!("header `{header}`"))
            }
            Taken::Cookie(cookie) => (cookies.get(cookie).cloned(), format!("cookie `{cookie}`")),
        };
        let why = || LoadError::Login { why: format!("its answer has no {said}, from which `{name}` is taken") };
        taken.insert(name.clone(), value.ok_or_else(why)?);
    }
    let pairs: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    Ok((taken, (!pairs.is_empty()).then(|| pairs.join("; "))))
}
