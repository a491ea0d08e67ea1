//! What the service did wrong under load: dying, being killed for memory, hanging. No rule is needed.

use super::{Amount, Finding, Subject};
use crate::policy::Level;
use crate::record::{Incident, Phase, Recording};

/// A finding for each incident; with the same incident in several rounds or repeats, once.
pub(super) fn findings(candidate: &[Recording]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for record in candidate.iter().flat_map(|recording| &recording.phases) {
        for incident in &record.incidents {
            let finding = finding(&record.phase, incident);
            if !findings.iter().any(|known| known.code == finding.code && known.subject == finding.subject) {
                findings.push(finding);
            }
        }
    }
    findings
}

fn finding(phase: &Phase, incident: &Incident) -> Finding {
    let under = match phase {
        Phase::Ugly { payload, .. } | Phase::Residue { payload } => format!("under payload `{payload}`"),
        _ => format!("in phase `{phase}`"),
    };
    let (code, count, message) = match incident {
        Incident::Died { code, signal } => {
            let how = match (signal, code) {
                (Some(signal), _) => format!("signal {signal}"),
                (None, Some(code)) => format!("exit code {code}"),
                (None, None) => "an unknown end".into(),
            };
            ("service-died", 1, format!("the service died {under} with {how}"))
        }
        Incident::OomKilled { kills } => {
            let times = if *kills == 1 { "once".to_owned() } else { format!("{kills} times") };
            ("oom-killed", *kills, format!("the kernel killed the service for memory {under}, {times}"))
        }
        Incident::Hung { unanswered } => {
            ("service-hung", *unanswered, format!("the service hung {under}: {unanswered} requests without an answer"))
        }
        Incident::WorkerDied { pid } => ("worker-died", 1, format!("worker process {pid} died {under}")),
    };
    let mut finding = Finding::new(code, Level::Block, Amount::Count(count as f64), message);
    finding.subject = Subject { phase: Some(phase.kind().into()), ..Subject::default() };
    if let Phase::Ugly { payload, .. } | Phase::Residue { payload } = phase {
        finding.subject.payload = Some(payload.clone());
    }
    finding
}
