//! How the rules of a file stand over those of the files that it extends.
//!
//! A rule about the same thing takes the place of the inherited limit; a rule that states no limit
//! (`level = "warn"`, `level = "off"`) sets the level of what is inherited.

use crate::diag::{Code, Diagnostics};

use super::draft::{ABSOLUTE, GROWTH, RulesDraft, Stated};
use super::{Bound, Headroom, Level, OwnerRule, Recovery, Slope};

/// What the overlay needs to know of a kind of rule.
trait Rule {
    /// What it is about; two rules of one kind that say the same here are about the same thing.
    fn subject(&self) -> String;
    fn level(&mut self) -> &mut Level;
    /// Forgets these limits.
    fn forget(&mut self, limits: u8);
}

impl RulesDraft {
    /// Adds the rules of an extended file.
    pub fn extend(&mut self, base: Self) {
        overlay(base.bounds, &mut self.bounds);
        overlay(base.slopes, &mut self.slopes);
        overlay(base.owners, &mut self.owners);
        overlay(base.recoveries, &mut self.recoveries);
        overlay(base.headroom, &mut self.headroom);
        let own = std::mem::replace(&mut self.waivers, base.waivers);
        self.waivers.extend(own);
        self.warnings_block = self.warnings_block.or(base.warnings_block);
        self.fail_when_unsure = self.fail_when_unsure.or(base.fail_when_unsure);
    }

    /// Reports what one file says twice.
    pub fn check_duplicates(&self, out: &mut Diagnostics) {
        duplicates(&self.bounds, out);
        duplicates(&self.slopes, out);
        duplicates(&self.owners, out);
        duplicates(&self.recoveries, out);
    }

    /// Reports rules that set the level of nothing.
    pub fn check_limits(&self, out: &mut Diagnostics) {
        limitless(&self.bounds, "add `max = \"480 MiB\"` or `max-growth`", out);
        limitless(&self.slopes, "add `max = \"100 B\"`", out);
        limitless(&self.owners, "add `max-growth = \"4 MiB\"` or `max-growth-per-request = \"32 B\"`", out);
        limitless(&self.recoveries, "add `within = \"15 s\"` and `to = \"110 %\"`", out);
        limitless(&self.headroom, "add `limit`, `rate` and `survive`", out);
    }

    /// Makes every rule an inherited one.
    pub fn disown(&mut self) {
        self.bounds.iter_mut().for_each(|rule| rule.own = false);
        self.slopes.iter_mut().for_each(|rule| rule.own = false);
        self.owners.iter_mut().for_each(|rule| rule.own = false);
        self.recoveries.iter_mut().for_each(|rule| rule.own = false);
        self.headroom.iter_mut().for_each(|rule| rule.own = false);
    }
}

fn overlay<R: Rule>(base: Vec<Stated<R>>, own: &mut Vec<Stated<R>>) {
    let mut all = base;
    for rule in own.iter_mut() {
        let subject = rule.rule.subject();
        let level = *rule.rule.level();
        for inherited in all.iter_mut().filter(|inherited| inherited.rule.subject() == subject) {
            if rule.limits == 0 {
                *inherited.rule.level() = level;
                rule.met = true;
            } else {
                inherited.rule.forget(rule.limits);
                inherited.limits &= !rule.limits;
            }
        }
        // A rule that only sets a level stays: the next file may have another limit for it.
        all.retain(|inherited| inherited.limits != 0);
    }
    all.append(own);
    *own = all;
}

fn duplicates<R: Rule>(rules: &[Stated<R>], out: &mut Diagnostics) {
    for (i, rule) in rules.iter().enumerate() {
        let subject = rule.rule.subject();
        let earlier = rules[..i].iter().find(|earlier| {
            earlier.rule.subject() == subject && (earlier.limits & rule.limits != 0 || earlier.limits == rule.limits)
        });
        if let Some(earlier) = earlier {
            let line = earlier.mark.line_column().0;
            let message = format!("{subject} is limited a second time");
            out.push(Code::DuplicateRule, &rule.mark, message, format!("keep this rule or that of line {line}"));
        }
    }
}

fn limitless<R: Rule>(rules: &[Stated<R>], cure: &str, out: &mut Diagnostics) {
    for rule in rules.iter().filter(|rule| rule.limits == 0 && !rule.met) {
        let message = format!("the rule sets no limit, and no extended file has one for {}", rule.rule.subject());
        out.push(Code::RuleWithoutLimit, &rule.mark, message, cure);
    }
}

impl Rule for Bound {
    fn subject(&self) -> String {
        format!("`{}` in {}", self.metric, self.phase.phrase())
    }
    fn level(&mut self) -> &mut Level {
        &mut self.level
    }
    fn forget(&mut self, limits: u8) {
        self.max = self.max.filter(|_| limits & ABSOLUTE == 0);
        self.max_growth = self.max_growth.filter(|_| limits & GROWTH == 0);
    }
}

impl Rule for Slope {
    fn subject(&self) -> String {
        format!("the slope of `{}.floor` in {}", self.gauge, self.phase.phrase())
    }
    fn level(&mut self) -> &mut Level {
        &mut self.level
    }
    fn forget(&mut self, _: u8) {}
}

impl Rule for OwnerRule {
    fn subject(&self) -> String {
        format!("owner `{}`", self.pattern)
    }
    fn level(&mut self) -> &mut Level {
        &mut self.level
    }
    fn forget(&mut self, limits: u8) {
        self.max_growth = self.max_growth.filter(|_| limits & ABSOLUTE == 0);
        self.max_growth_per_request = self.max_growth_per_request.filter(|_| limits & GROWTH == 0);
    }
}

impl Rule for Recovery {
    fn subject(&self) -> String {
        format!("the recovery of `{}`", self.gauge)
    }
    fn level(&mut self) -> &mut Level {
        &mut self.level
    }
    fn forget(&mut self, _: u8) {}
}

impl Rule for Headroom {
    fn subject(&self) -> String {
        "the headroom".to_owned()
    }
    fn level(&mut self) -> &mut Level {
        &mut self.level
    }
    fn forget(&mut self, _: u8) {}
}
