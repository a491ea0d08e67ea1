//! The one comment about a scenario: found by marker and author, changed when its text changes, never made twice.

use serde::Deserialize;
use serde_json::json;

use super::{Client, Context, GithubError, PullRequest, get};

/// What to say.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// The line by which the comment is found again.
    pub marker: &'a str,
    /// The text, with the marker in it.
    pub body: &'a str,
    /// The text where there is a comment already; `body` if there is none of its own.
    pub update: Option<&'a str>,
    /// Whether to make a comment where there is none.
    pub make: bool,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Posted {
    /// A comment was made, at this address.
    Made(String),
    /// The comment was changed, at this address.
    Changed(String),
    /// It says this already.
    Unchanged(String),
    /// There is none, and there is nothing to say.
    NotNeeded,
    /// The pull request has a newer commit, or is closed: the verdict is about something else.
    Moved,
}

#[derive(Debug, Clone, Deserialize)]
struct Comment {
    id: u64,
    html_url: String,
    body: Option<String>,
    user: Option<User>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct User {
    login: String,
    #[serde(rename = "type")]
    kind: String,
}

/// Posts a comment about the commit `head` on a pull request.
///
/// # Errors
/// As [`GithubError`] tells.
pub fn post(
    client: &Client,
    context: &Context,
    pull_request: &PullRequest,
    head: &str,
    draft: Draft<'_>,
) -> Result<Posted, GithubError> {
    let now = get(client, context, pull_request.number)?;
    if now.head_sha != head || !now.open {
        return Ok(Posted::Moved);
    }
    let thread = Thread { client, context, number: pull_request.number, marker: draft.marker };
    let own = own_name(client);
    let ours = |comment: &Comment| match (&own, &comment.user) {
        (Some(own), Some(user)) => *own == user.login,
        // The token of a job cannot ask who it is. It is a bot, and people cannot be bots.
        (None, Some(user)) => user.kind == "Bot",
        (_, None) => false,
    };
    match (thread.first(&ours)?, draft.make) {
        (Some(comment), _) => thread.change(&comment, draft.update.unwrap_or(draft.body)),
        (None, true) => thread.make(draft.body, &ours),
        (None, false) => Ok(Posted::NotNeeded),
    }
}

/// The comments of a pull request with our marker.
struct Thread<'a> {
    client: &'a Client,
    context: &'a Context,
    number: u64,
    marker: &'a str,
}

impl Thread<'_> {
    fn path(&self) -> String {
        format!("/repos/{}/issues/{}/comments", self.context.repository, self.number)
    }

    /// The oldest comment of ours.
    fn first(&self, ours: &dyn Fn(&Comment) -> bool) -> Result<Option<Comment>, GithubError> {
        let mut first: Option<Comment> = None;
        self.client.pages(&self.path(), "read the comments", |page: &Vec<Comment>| {
            let marked = |one: &&Comment| one.body.as_deref().is_some_and(|body| body.contains(self.marker));
            for comment in page.iter().filter(marked).filter(|one| ours(one)) {
                if first.as_ref().is_none_or(|first| comment.id < first.id) {
                    first = Some(comment.clone());
                }
            }
            false
        })?;
        Ok(first)
    }

    fn change(&self, comment: &Comment, body: &str) -> Result<Posted, GithubError> {
        let same = |text: &str| text.replace("\r\n", "\n").trim() == body.trim();
        if comment.body.as_deref().is_some_and(same) {
            return Ok(Posted::Unchanged(comment.html_url.clone()));
        }
        let path = format!("/repos/{}/issues/comments/{}", self.context.repository, comment.id);
        let changed: Comment = self.client.patch(&path, &json!({ "body": body }), "change the comment")?;
        Ok(Posted::Changed(changed.html_url))
    }

    fn make(&self, body: &str, ours: &dyn Fn(&Comment) -> bool) -> Result<Posted, GithubError> {
        let look = || self.first(ours);
        let made: Comment = self.client.create(&self.path(), &json!({ "body": body }), "comment", look)?;
        // Another job may have been as fast: the older comment stays, and says what the newer would have.
        let by_us = |one: &Comment| one.user == made.user;
        match self.first(&by_us)?.filter(|first| first.id < made.id) {
            None => Ok(Posted::Made(made.html_url)),
            Some(first) => {
                let path = format!("/repos/{}/issues/comments/{}", self.context.repository, made.id);
                self.client.delete(&path, "remove the second comment")?;
                self.change(&first, body)
            }
        }
    }
}

/// Who the token belongs to; the token of a job may not ask.
fn own_name(client: &Client) -> Option<String> {
    client.get::<User>("/user", "ask whose token it is").ok().map(|user| user.login)
}
