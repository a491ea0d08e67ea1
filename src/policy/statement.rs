//! Rules in words: one statement for each, for tables and for telling what a change does to them.

use super::rules::{Bound, OwnerRule, Rules};
use crate::diag::Place;
use crate::units::{ByteRate, Bytes, Gauge};

/// One rule in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// `block`, `warn`, `off`, or `waiver`.
    pub level: &'static str,
    /// What it is about.
    pub subject: String,
    /// What it allows.
    pub limit: String,
    /// Where it stands.
    pub place: Place,
}

impl std::fmt::Display for Statement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { level, subject, limit, .. } = self;
        match *level {
            // Its subject begins with the word.
            "waiver" => write!(f, "{subject}: {limit}"),
            level => write!(f, "{level}: {subject}: {limit}"),
        }
    }
}

impl Rules {
    /// Every rule and waiver in words, in the order of their kinds and lines.
    pub fn statements(&self) -> Vec<Statement> {
        let rules = self;
        let mut rows = Vec::new();
        rows.extend(rules.slopes.iter().map(|slope| Statement {
            level: slope.level.name(),
            subject: format!("slope of {}.floor, {}", slope.gauge, slope.phase.phrase()),
            limit: rate(slope.gauge, slope.max),
            place: slope.place.clone(),
        }));
        rows.extend(rules.bounds.iter().map(|bound| Statement {
            level: bound.level.name(),
            subject: format!("{}, {}", bound.metric, bound.phase.phrase()),
            limit: bound_limit(bound),
            place: bound.place.clone(),
        }));
        rows.extend(rules.owners.iter().map(|owner| Statement {
            level: owner.level.name(),
            subject: format!("owner {}", owner.pattern),
            limit: owner_limit(owner),
            place: owner.place.clone(),
        }));
        rows.extend(rules.recoveries.iter().map(|recovery| Statement {
            level: recovery.level.name(),
            subject: format!("recovery of {} after each ugly payload", recovery.gauge),
            limit: format!("to {} within {}", recovery.to, recovery.within),
            place: recovery.place.clone(),
        }));
        rows.extend(rules.headroom.iter().map(|headroom| Statement {
            level: headroom.level.name(),
            subject: format!("headroom below {} at {}", headroom.limit, headroom.rate),
            limit: format!("lives {}", headroom.survive),
            place: headroom.place.clone(),
        }));
        rows.extend(rules.waivers.iter().map(|waiver| Statement {
            level: "waiver",
            subject: format!(
                "waiver of {} by {}: {}",
                waiver.owner.clone().or(waiver.metric.map(|metric| metric.to_string())).unwrap_or_default(),
                waiver.by,
                waiver.reason
            ),
            limit: match waiver.allow {
                Some(allow) => format!("up to {allow}, until {}", waiver.until),
                None => format!("until {}", waiver.until),
            },
            place: waiver.place.clone(),
        }));
        rows
    }
}

fn bound_limit(bound: &Bound) -> String {
    let amount = |amount| if bound.metric.gauge.is_count() { format!("{amount}") } else { Bytes(amount).to_string() };
    let max = bound.max.map(|max| format!("at most {}", amount(max)));
    let growth = bound.max_growth.map(|growth| {
        format!("grows by at most {} or {}, whichever is more", growth.relative, amount(growth.absolute))
    });
    [max, growth].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn owner_limit(owner: &OwnerRule) -> String {
    let growth = owner.max_growth.map(|max| format!("grows by at most {max}"));
    let rate = owner.max_growth_per_request.map(|max| format!("at most {max} within the run"));
    [growth, rate].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn rate(gauge: Gauge, max: ByteRate) -> String {
    if gauge.is_count() { format!("at most {}/request", max.0) } else { format!("at most {max}") }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use crate::diag::Source;

    #[test]
    fn a_rule_is_told_with_its_level_and_limit() {
        let text = "version = 1\n[service]\ncommand = [\"a\"]\nready = { tcp = \"127.0.0.1:1\" }\n[load]\n\
                    base-url = \"http://127.0.0.1:1\"\n[load.request.a]\nget = \"/\"\n[[bound]]\n\
                    metric = \"rss.peak\"\nmax = \"480 MiB\"\nlevel = \"warn\"\n";
        let policy = parse(&Source::new("p.toml", text), &|_| Err("none".into())).unwrap();
        let told: Vec<String> = policy.rules.statements().iter().map(ToString::to_string).collect();
        assert_eq!(told, ["warn: rss.peak, all phases: at most 480 MiB"]);
    }
}
