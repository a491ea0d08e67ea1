//! What every command prints with: results to standard output, errors with their causes.

use std::io::Write as _;

use anyhow::Context as _;

/// Prints a result. A reader that went away (`| head`) has seen enough: that is no error.
///
/// # Errors
/// If standard output cannot be written for another reason, such as a full disk.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("failed to print"),
    }
}

/// An error with its causes, each said once: many messages end with their cause already.
pub(super) fn told(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_said_once() {
        #[derive(Debug, thiserror::Error)]
        #[error("cannot read `a`: {source}")]
        struct Outer {
            source: std::io::Error,
        }
        let outer = || Outer { source: std::io::Error::other("it is a folder") };
        assert_eq!(told(&outer().into()), "cannot read `a`: it is a folder");
        let wrapped = anyhow::Error::from(outer()).context("failed to summarize");
        assert_eq!(told(&wrapped), "failed to summarize: cannot read `a`: it is a folder");
    }
}
