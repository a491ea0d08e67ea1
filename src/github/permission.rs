//! What a token needs, and the lines of a workflow that give it.

/// A permission of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// To comment.
    PullRequests,
    /// To make a check run.
    Checks,
    /// To set a commit status.
    Statuses,
    /// To read artifacts of other runs.
    Actions,
}

impl Permission {
    fn line(self) -> &'static str {
        match self {
            Self::PullRequests => "  pull-requests: write",
            Self::Checks => "  checks: write",
            Self::Statuses => "  statuses: write",
            Self::Actions => "  actions: read",
        }
    }
}

/// The lines that give the missing permissions, or what to do where no lines can: a fork's token only ever reads.
pub fn cure(missing: &[Permission], from_fork: bool) -> String {
    if from_fork {
        return "the pull request comes from a fork, whose token can only read: the second stage \
                (examples/workflows/fork-publish.yml, `on: workflow_run`) posts for it"
            .to_owned();
    }
    let mut missing = missing.to_vec();
    missing.sort();
    missing.dedup();
    let lines: Vec<&str> = missing.into_iter().map(Permission::line).collect();
    format!("the job's token may not; add to the job:\n\npermissions:\n  contents: read\n{}\n", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cure_is_the_lines_to_paste() {
        let told = cure(&[Permission::Checks, Permission::PullRequests, Permission::Checks], false);
        assert!(told.contains("permissions:\n  contents: read\n  pull-requests: write\n  checks: write\n"), "{told}");
        assert!(cure(&[Permission::Checks], true).contains("workflow_run"));
    }
}
