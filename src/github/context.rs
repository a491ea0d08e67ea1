//! Where we are: the variables and the event file of the runner.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::{Client, Event, Job, Patience, Token};

/// A larger payload is none: GitHub's own limit is 25 MB.
const LARGEST_PAYLOAD: u64 = 32 << 20;

/// A job of a workflow.
#[derive(Debug, Clone)]
pub struct Context {
    /// Address of the interface; `https://HOST/api/v3` on an enterprise server.
    pub api: String,
    /// Address of the site.
    pub server: String,
    /// `owner/name`.
    pub repository: String,
    /// The number of the run of the workflow.
    pub run: Option<u64>,
    /// What started it.
    pub event: Event,
    /// The token, where the step was given one.
    pub token: Option<Token>,
    /// The folder of the check-out: paths in annotations count from it.
    pub workspace: Option<PathBuf>,
    /// The branch on which the workflow runs.
    pub branch: Option<String>,
    /// The files through which the job speaks.
    pub job: Job,
}

/// Why it is not known where we are.
#[derive(Debug, thiserror::Error)]
pub enum ContextError {
    /// A variable is missing or makes no sense.
    #[error("`{name}` {why}: `publish` runs in a step of GitHub Actions")]
    Variable {
        /// Of the variable.
        name: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// The event file cannot be used.
    #[error("the event file `{path}`: {why}", path = path.display())]
    Event {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

impl Context {
    /// Reads the variables of the process.
    ///
    /// # Errors
    /// When the process is no step of a job, or its event file cannot be read.
    pub fn from_env() -> Result<Self, ContextError> {
        Self::read(&|name| std::env::var(name).ok())
    }

    /// Reads the variables that `get` knows.
    ///
    /// # Errors
    /// As [`Self::from_env`].
    pub fn read(get: &dyn Fn(&str) -> Option<String>) -> Result<Self, ContextError> {
        let get = |name: &str| get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let repository = get("GITHUB_REPOSITORY").unwrap_or_default();
        if !is_repository(&repository) {
            let why = if repository.is_empty() { "is not set".to_owned() } else { format!("is `{repository}`") };
            return Err(ContextError::Variable { name: "GITHUB_REPOSITORY", why });
        }
        let sha = get("GITHUB_SHA").unwrap_or_default();
        let name = get("GITHUB_EVENT_NAME").unwrap_or_default();
        let event = match get("GITHUB_EVENT_PATH") {
            Some(path) => event(&name, Path::new(&path), &sha)?,
            None => Event::Other { name, sha },
        };
        if !is_commit(event.head()) {
            let why = format!("tells of the commit `{}`, which is none", event.head());
            return Err(ContextError::Variable { name: "GITHUB_EVENT_PATH", why });
        }
        let address = |name, default: &str| get(name).unwrap_or_else(|| default.to_owned());
        Ok(Self {
            api: address("GITHUB_API_URL", "https://api.github.com"),
            server: address("GITHUB_SERVER_URL", "https://github.com"),
            repository,
            run: get("GITHUB_RUN_ID").and_then(|id| id.parse().ok()),
            event,
            token: ["PLIMSOLL_TOKEN", "GITHUB_TOKEN"].into_iter().find_map(|name| Token::new(&get(name)?)),
            workspace: get("GITHUB_WORKSPACE").map(PathBuf::from),
            branch: get("GITHUB_REF_NAME"),
            job: Job {
                summary: get("GITHUB_STEP_SUMMARY").map(PathBuf::from),
                output: get("GITHUB_OUTPUT").map(PathBuf::from),
            },
        })
    }

    /// A client with the job's token.
    pub fn client(&self, patience: Patience) -> Client {
        Client::new(&self.api, self.token.clone(), patience)
    }

    /// Address of the run, where its summary and its artifacts are.
    pub fn address(&self) -> Option<String> {
        Some(format!("{}/{}/actions/runs/{}", self.server.trim_end_matches('/'), self.repository, self.run?))
    }
}

fn event(name: &str, path: &Path, sha: &str) -> Result<Event, ContextError> {
    let failed = |why: String| ContextError::Event { path: path.to_owned(), why };
    let mut payload = Vec::new();
    let file = File::open(path).map_err(|error| failed(error.to_string()))?;
    file.take(LARGEST_PAYLOAD).read_to_end(&mut payload).map_err(|error| failed(error.to_string()))?;
    Event::parse(name, &payload, sha).map_err(failed)
}

/// Whether a text can stand in a path of the interface.
fn is_repository(text: &str) -> bool {
    let sound = |part: &str| {
        !part.is_empty() && part != ".." && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    text.split_once('/').is_some_and(|(owner, name)| sound(owner) && sound(name))
}

fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.chars().all(|c| c.is_ascii_hexdigit())
}
