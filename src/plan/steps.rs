//! From a policy to the steps of a run.

use super::{Plan, PlannedStep, digest};
use crate::policy::{DumpPolicy, Load, Policy, Round};
use crate::record::{DumpPoint, Phase};

/// Lays out a run: warm-up, steady rounds, each ugly payload's rounds, cool-down, reference dump,
/// diagnosis rounds, diagnosis dump.
///
/// With dumps switched off the diagnosis rounds go too: they exist only to tell the dumps apart.
pub fn plan(policy: &Policy) -> Plan {
    let load = &policy.load;
    let mut steps = Vec::new();
    let mut mix = Rounds { steps: &mut steps, next: 0 };
    mix.add(load.warm_up, |_| Phase::WarmUp);
    mix.add(load.steady, |round| Phase::Steady { round });
    let next = mix.next;
    for ugly in &load.ugly {
        let payload = &ugly.request.name;
        Rounds { steps: &mut steps, next: 0 }.add(ugly.round, |round| Phase::Ugly { payload: payload.clone(), round });
    }
    steps.push(PlannedStep::CoolDown);
    if policy.service.dumps != DumpPolicy::Never {
        steps.push(PlannedStep::Dump(DumpPoint::Reference));
        Rounds { steps: &mut steps, next }.add(load.diagnosis, |round| Phase::Diagnosis { round });
        if load.diagnosis.requests > 0 {
            steps.push(PlannedStep::Dump(DumpPoint::Diagnosis));
        }
    }
    let digest = digest::digest(load, &steps);
    Plan { scenario: policy.name.clone(), digest, load: load.clone(), steps }
}

struct Rounds<'a> {
    steps: &'a mut Vec<PlannedStep>,
    next: u64,
}

impl Rounds<'_> {
    /// Adds equal rounds; what does not divide evenly goes to the first rounds, so that the total is exact.
    fn add(&mut self, of: Round, phase: impl Fn(u32) -> Phase) {
        let rounds = u64::from(of.rounds).clamp(1, of.requests.max(1));
        for round in 0..rounds {
            let requests = of.requests / rounds + u64::from(round < of.requests % rounds);
            if requests > 0 {
                self.steps.push(PlannedStep::Load { phase: phase(round as u32 + 1), first: self.next, requests });
                self.next += requests;
            }
        }
    }
}

impl Plan {
    /// Requests over all steps, by what [`Phase::kind`] says.
    pub fn requests(&self, kind: &str) -> u64 {
        let of = |step: &PlannedStep| match step {
            PlannedStep::Load { phase, requests, .. } if phase.kind() == kind => *requests,
            _ => 0,
        };
        self.steps.iter().map(of).sum()
    }
}

/// How fast the requests of a phase arrive and how many; `None` for a phase without load or a
/// payload that the profile does not have.
pub(crate) fn round_of(load: &Load, phase: &Phase) -> Option<Round> {
    match phase {
        Phase::WarmUp => Some(load.warm_up),
        Phase::Steady { .. } => Some(load.steady),
        Phase::Diagnosis { .. } => Some(load.diagnosis),
        Phase::Ugly { payload, .. } | Phase::Residue { payload } => {
            load.ugly.iter().find(|ugly| ugly.request.name == *payload).map(|ugly| ugly.round)
        }
        Phase::CoolDown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::request::tests::{get, load, ugly};
    use super::*;
    use crate::policy::{Arrivals, Body, Readiness, Rules, Service};
    use crate::units::{Elapsed, RequestRate};

    fn policy(dumps: DumpPolicy) -> Policy {
        let second = Elapsed::from_millis(1000);
        let round = |requests, rounds| Round { requests, rounds, arrivals: Arrivals::Rate(RequestRate(100.0)) };
        let mut load = load(vec![get("a", 1, "/")]);
        (load.warm_up, load.steady, load.diagnosis) = (round(5, 1), round(20, 2), round(8, 2));
        load.ugly = vec![ugly("big", Body::Empty)];
        load.ugly[0].round = round(4, 2);
        let service = Service {
            command: vec!["true".into()],
            build: None,
            directory: None,
            env: Default::default(),
            ready: Readiness::Tcp("127.0.0.1:1".into()),
            ready_within: second,
            stop_within: second,
            memory_limit: None,
            dumps,
            dump_within: second,
            sample_every: second,
        };
        Policy { name: "s".into(), service, load, rules: Rules::default() }
    }

    fn shown(plan: &Plan) -> Vec<String> {
        let show = |step: &PlannedStep| match step {
            PlannedStep::Load { phase, first, requests } => format!("{phase}: {first}+{requests}"),
            PlannedStep::CoolDown => "cool-down".to_owned(),
            PlannedStep::Dump(point) => format!("dump {point:?}"),
        };
        plan.steps.iter().map(show).collect()
    }

    #[test]
    fn a_run_goes_from_warm_up_to_the_second_dump_and_numbers_the_mix_through() {
        let expected = [
            "warm-up: 0+5",
            "steady 1: 5+10",
            "steady 2: 15+10",
            "ugly big 1: 0+2",
            "ugly big 2: 2+2",
            "cool-down",
            "dump Reference",
            "diagnosis 1: 25+4",
            "diagnosis 2: 29+4",
            "dump Diagnosis",
        ];
        assert_eq!(shown(&plan(&policy(DumpPolicy::Always))), expected);
        assert_eq!(shown(&plan(&policy(DumpPolicy::Never))), expected[..6]);
    }

    #[test]
    fn the_digest_changes_with_what_is_sent_and_not_with_where_it_goes() {
        let digest = |change: fn(&mut Policy)| {
            let mut policy = policy(DumpPolicy::Always);
            change(&mut policy);
            plan(&policy).digest
        };
        let same = digest(|_| ());
        assert_eq!(same, digest(|policy| policy.load.base_url = "http://127.0.0.1:9".into()));
        assert_ne!(same, digest(|policy| policy.load.seed += 1));
        assert_ne!(same, digest(|policy| policy.load.requests[0].path = "/b".into()));
        assert_ne!(same, digest(|policy| policy.load.steady.requests += 2));
        assert_ne!(same, digest(|policy| policy.load.ugly[0].width = 9));
    }
}
