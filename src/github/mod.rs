//! The edge to GitHub: its events, its HTTP interface, the files of a job. It posts strings that others rendered, and
//! never judges. Reference: <https://docs.github.com/rest>.

mod answer;
mod archive;
mod artifact;
mod check;
mod client;
mod comment;
mod context;
mod error;
mod event;
mod job;
mod patience;
mod permission;
mod pull_request;
mod shelf;
mod token;

pub use archive::{Limits, unpack};
pub use artifact::{Artifact, download, of_branch, of_run};
pub use check::{CheckRun, Conclusion, Note, Severity, post_check, post_status};
pub use client::Client;
pub use comment::{Draft, Posted, post};
pub use context::{Context, ContextError};
pub use error::GithubError;
pub use event::{Event, WorkflowRun};
pub use job::{Job, command};
pub use patience::Patience;
pub use permission::{Permission, cure};
pub use pull_request::{PullRequest, find, get};
pub use shelf::ArtifactShelf;
pub use token::Token;
