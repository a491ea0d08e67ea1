//! The check run on a commit with its annotations, or the plain status where a token may not make check runs.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Client, Context, GithubError};

/// Annotations in one request.
const MOST_NOTES: usize = 50;
/// Characters of `summary` and `text`.
const LONGEST_TEXT: usize = 65_000;
/// Characters of the description of a status.
const LONGEST_DESCRIPTION: usize = 140;

/// What a check comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conclusion {
    /// Green.
    Success,
    /// Grey; a required check that is neutral does not stop a merge.
    Neutral,
    /// Red.
    Failure,
}

/// How loud an annotation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Red.
    Failure,
    /// Yellow.
    Warning,
    /// Grey.
    Notice,
}

/// An annotation at a line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// From the top of the repository.
    pub path: String,
    /// From 1.
    pub line: u32,
    /// How loud.
    pub severity: Severity,
    /// Plain text.
    pub title: String,
    /// Plain text.
    pub message: String,
}

/// A check run to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRun<'a> {
    /// The name by which a branch rule requires it: the same for every run of a scenario.
    pub name: &'a str,
    /// The commit.
    pub head: &'a str,
    /// What it comes to.
    pub conclusion: Conclusion,
    /// The verdict in one line.
    pub title: &'a str,
    /// Markdown.
    pub summary: &'a str,
    /// Where the whole report is.
    pub address: Option<&'a str>,
    /// At policy lines.
    pub notes: &'a [Note],
}

#[derive(Debug, Clone, Deserialize)]
struct Made {
    id: u64,
    html_url: Option<String>,
    external_id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Listed {
    check_runs: Vec<Made>,
}

/// Makes the check run, or changes the one that this run of the workflow made before. Returns its address.
///
/// # Errors
/// As [`GithubError`] tells.
pub fn post_check(client: &Client, context: &Context, check: &CheckRun<'_>) -> Result<String, GithubError> {
    let id = format!("plimsoll-{}", context.run.unwrap_or(0));
    let path = format!("/repos/{}/check-runs", context.repository);
    let what = "make a check run";
    let look = || find(client, context, check, &id);
    let batches: Vec<&[Note]> = check.notes.chunks(MOST_NOTES).collect();
    let first = batches.first().copied().unwrap_or_default();
    let mut body = json!({
        "name": check.name,
        "head_sha": check.head,
        "external_id": id,
        "status": "completed",
        "conclusion": check.conclusion.name(),
        "output": output(check, first),
    });
    if let (Some(address), Value::Object(fields)) = (check.address, &mut body) {
        fields.insert("details_url".to_owned(), json!(address));
    }
    let mut made = match look()? {
        // A repeated step: annotations cannot be taken back, so they are not sent again.
        Some(before) => {
            let body = json!({ "conclusion": check.conclusion.name(), "output": output(check, &[]) });
            return client
                .patch::<Made>(&format!("{path}/{}", before.id), &body, "change the check run")
                .map(|made| made.html_url.unwrap_or_default());
        }
        None => client.create(&path, &body, what, look)?,
    };
    for batch in batches.iter().skip(1) {
        // GitHub adds the annotations of an update to those that are there.
        let body = json!({ "output": output(check, batch) });
        made = client.patch(&format!("{path}/{}", made.id), &body, "annotate the check run")?;
    }
    Ok(made.html_url.unwrap_or_default())
}

fn find(client: &Client, context: &Context, check: &CheckRun<'_>, id: &str) -> Result<Option<Made>, GithubError> {
    let name = super::pull_request::encoded(check.name);
    let path = format!("/repos/{}/commits/{}/check-runs?check_name={name}", context.repository, check.head);
    let mut found = None;
    client.pages(&path, "read the check runs", |page: &Listed| {
        found = page.check_runs.iter().find(|made| made.external_id.as_deref() == Some(id)).cloned();
        found.is_some()
    })?;
    Ok(found)
}

fn output(check: &CheckRun<'_>, notes: &[Note]) -> Value {
    let notes: Vec<Value> = notes
        .iter()
        .map(|note| {
            json!({
                "path": note.path,
                "start_line": note.line,
                "end_line": note.line,
                "annotation_level": note.severity.name(),
                "title": cut(&note.title, 255),
                "message": cut(&note.message, 16_000),
            })
        })
        .collect();
    json!({
        "title": cut(check.title, 255),
        "summary": cut(check.summary, LONGEST_TEXT),
        "annotations": notes,
    })
}

/// Sets the status of a commit: less than a check run, and allowed to more tokens.
///
/// # Errors
/// As [`GithubError`] tells.
pub fn post_status(client: &Client, context: &Context, check: &CheckRun<'_>) -> Result<(), GithubError> {
    let path = format!("/repos/{}/statuses/{}", context.repository, check.head);
    let state = match check.conclusion {
        Conclusion::Success | Conclusion::Neutral => "success",
        Conclusion::Failure => "failure",
    };
    let mut body =
        json!({ "state": state, "context": check.name, "description": cut(check.title, LONGEST_DESCRIPTION) });
    if let (Some(address), Value::Object(fields)) = (check.address, &mut body) {
        fields.insert("target_url".to_owned(), json!(address));
    }
    // Two equal statuses are one: the newest of a context counts.
    client.create::<serde::de::IgnoredAny>(&path, &body, "set the commit status", || Ok(None)).map(|_| ())
}

/// At most so many characters.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most { text.to_owned() } else { text.chars().take(most - 1).chain(['…']).collect() }
}

impl Conclusion {
    fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Neutral => "neutral",
            Self::Failure => "failure",
        }
    }
}

impl Severity {
    fn name(self) -> &'static str {
        match self {
            Self::Failure => "failure",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}
