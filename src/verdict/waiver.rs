//! `[[waiver]]`: growth that somebody answers for, until a day.

use globset::Glob;

use super::{Amount, Finding, Standing};
use crate::policy::Waiver;

/// Days before its end from which a waiver is reported.
const ENDS_SOON_DAYS: i32 = 7;

/// Marks the findings that a waiver covers; says which waivers were not needed, have ended or end soon.
pub(super) fn apply(waivers: &[Waiver], findings: &mut [Finding], today: jiff::civil::Date) -> Vec<String> {
    waivers.iter().flat_map(|waiver| apply_one(waiver, findings, today)).collect()
}

fn apply_one(waiver: &Waiver, findings: &mut [Finding], today: jiff::civil::Date) -> Vec<String> {
    let name = format!("the waiver at {} by {} (`{}`)", waiver.place, waiver.by, waiver.reason);
    if waiver.until < today {
        return vec![format!("{name} ended on {}", waiver.until)];
    }
    let mut used = false;
    for finding in findings.iter_mut().filter(|finding| finding.standing == Standing::Fires && covers(waiver, finding))
    {
        finding.standing = Standing::Waived(format!("{} ({}, until {})", waiver.reason, waiver.by, waiver.until));
        used = true;
    }
    let mut notes = Vec::new();
    if !used {
        notes.push(format!("{name} was not needed: remove it"));
    }
    let days = today.until(waiver.until).map_or(i32::MAX, |span| span.get_days());
    if days <= ENDS_SOON_DAYS {
        notes.push(format!("{name} ends on {}", waiver.until));
    }
    notes
}

fn covers(waiver: &Waiver, finding: &Finding) -> bool {
    let owner = waiver.owner.as_ref().is_none_or(|pattern| {
        let matcher = Glob::new(pattern).map(|glob| glob.compile_matcher());
        let path = finding.subject.owner.as_ref().map(ToString::to_string);
        matches!((matcher, path), (Ok(matcher), Some(path)) if super::owner::matches(&matcher, &path))
    });
    let metric = waiver.metric.is_none_or(|metric| finding.subject.metric == Some(metric));
    let within = match (waiver.allow, finding.measured) {
        (Some(allow), Amount::Size(bytes)) => bytes <= allow,
        (Some(allow), Amount::Rate(rate)) => rate.0 <= allow.as_f64(),
        (Some(_), _) => false,
        (None, _) => true,
    };
    (waiver.owner.is_some() || waiver.metric.is_some()) && owner && metric && within
}
