//! Shows how a run goes: one live line on a terminal, plain lines elsewhere, on standard error.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use super::Global;
use crate::record::{Event, Incident, Phase, PhaseRecord, Reading};
use crate::run::Sent;
use crate::units::{Bytes, Elapsed, Gauge};

/// Floors in the live sparkline.
const SPARKS: usize = 24;

/// The display of one run.
pub(super) struct Progress {
    face: Face,
    phase: Option<Phase>,
    floors: Vec<u64>,
    rss: u64,
    /// Time and answers at the last two samples.
    pace: [(Elapsed, u64); 2],
    answered: u64,
}

enum Face {
    Live(ProgressBar),
    Plain,
    Quiet,
}

impl Progress {
    /// A live line if standard error is a terminal, nothing with `--quiet`.
    pub fn new(global: &Global) -> Self {
        let face = match (global.quiet, std::io::stderr().is_terminal()) {
            (true, _) => Face::Quiet,
            (false, true) => Face::Live(bar()),
            (false, false) => Face::Plain,
        };
        Self { face, phase: None, floors: Vec::new(), rss: 0, pace: Default::default(), answered: 0 }
    }

    /// Says something that stays.
    pub fn say(&self, text: &str) {
        match &self.face {
            Face::Live(bar) => bar.suspend(|| anstream::eprintln!("{text}")),
            Face::Plain => anstream::eprintln!("{text}"),
            Face::Quiet => {}
        }
    }

    /// Says what is going on.
    pub fn stage(&mut self, stage: &str) {
        match &self.face {
            Face::Live(bar) => {
                bar.set_prefix(stage.to_owned());
                bar.set_message("");
                bar.set_length(0);
            }
            _ => self.say(stage),
        }
    }

    /// Shows how far the load of a phase is.
    pub fn load(&mut self, load: Sent) {
        self.answered = load.answered;
        if let Face::Live(bar) = &self.face {
            bar.set_length(load.planned);
            bar.set_position(load.answered.max(load.sent.min(load.answered + load.failed)));
        }
    }

    /// Shows an event.
    pub fn event(&mut self, event: &Event) {
        match event {
            Event::PhaseBegan { at, phase } => self.begin(*at, phase),
            Event::Sampled { sample } => self.sample(sample.at, &sample.reading),
            Event::Settled { at, phase, floor, peak, .. } => self.settle(*at, phase, floor, peak),
            Event::Incident { phase, incident, .. } => self.say(&format!("!! {} during {phase}", words(incident))),
            Event::Unseen { unseen } => self.say(&format!("not seen: {}: {}", unseen.what, unseen.why)),
            Event::Ended { .. } => self.clear(),
            _ => {}
        }
    }

    /// Takes the live line away.
    pub fn clear(&self) {
        if let Face::Live(bar) = &self.face {
            bar.finish_and_clear();
        }
    }

    fn begin(&mut self, at: Elapsed, phase: &Phase) {
        self.phase = Some(phase.clone());
        self.answered = 0;
        self.pace = [(at, 0); 2];
        if let Face::Live(bar) = &self.face {
            bar.set_prefix(phase.to_string());
            bar.set_position(0);
        }
    }

    fn sample(&mut self, at: Elapsed, reading: &Reading) {
        self.rss = reading.get(&Gauge::Rss).copied().unwrap_or(self.rss);
        if at.0.saturating_sub(self.pace[1].0.0).as_millis() >= 1000 {
            self.pace = [self.pace[1], (at, self.answered)];
        }
        if let Face::Live(bar) = &self.face {
            bar.set_message(self.message());
            bar.tick();
        }
    }

    fn message(&self) -> String {
        let [before, now] = self.pace;
        let seconds = now.0.0.saturating_sub(before.0.0).as_secs_f64();
        let rate = if seconds > 0.0 { now.1.saturating_sub(before.1) as f64 / seconds } else { 0.0 };
        let floor = self.floors.last().map_or_else(String::new, |floor| format!("  live {}", Bytes(*floor)));
        format!("{rate:.0}/s  rss {}{floor} {}", Bytes(self.rss), sparkline(&self.floors))
    }

    fn settle(&mut self, at: Elapsed, phase: &Phase, floor: &Reading, peak: &Reading) {
        let live = floor.get(&Gauge::Live);
        if let (Some(live), Phase::WarmUp | Phase::Steady { .. }) = (live, phase) {
            self.floors.push(*live);
        }
        if matches!(self.face, Face::Plain) {
            let figure = |name: &str, value: Option<&u64>| value.map(|value| format!("  {name} {}", Bytes(*value)));
            let figures =
                [figure("live", live), figure("rss", floor.get(&Gauge::Rss)), figure("peak", peak.get(&Gauge::Rss))];
            let figures: String = figures.into_iter().flatten().collect();
            self.say(&format!("{:>9}  {:<22}{figures}", at.to_string(), phase.to_string()));
        }
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    let template = "{spinner} {prefix:<24} {bar:20} {pos:>6}/{len:<6} {wide_msg}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

/// `▁▂▅█` from the lowest to the highest of the last values.
fn sparkline(values: &[u64]) -> String {
    let values = &values[values.len().saturating_sub(SPARKS)..];
    let (lowest, highest) = (values.iter().min().copied().unwrap_or(0), values.iter().max().copied().unwrap_or(0));
    let step = |value: &u64| match highest - lowest {
        0 => 0,
        span => ((value - lowest) as f64 / span as f64 * 7.0).round() as usize,
    };
    values.iter().filter_map(|value| "▁▂▃▄▅▆▇█".chars().nth(step(value))).collect()
}

fn words(incident: &Incident) -> String {
    match incident {
        Incident::Died { code: Some(code), .. } => format!("the service ended by itself with exit code {code}"),
        Incident::Died { signal: Some(signal), .. } => format!("the service was ended by signal {signal}"),
        Incident::Died { .. } => "the service ended by itself".to_owned(),
        Incident::OomKilled { kills } => format!("the kernel killed {kills} process(es) of the service for memory"),
        Incident::Hung { unanswered } => format!("the service hangs: {unanswered} requests have no answer"),
        Incident::WorkerDied { pid } => format!("worker process {pid} died"),
    }
}

/// The rounds that a recording holds, for the last line of a run that was cut short.
pub(super) fn settled(phases: &[PhaseRecord]) -> usize {
    phases.iter().filter(|record| record.settled.is_some()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sparklines_go_from_lowest_to_highest() {
        assert_eq!(sparkline(&[10, 20, 80]), "▁▂█");
        assert_eq!(sparkline(&[5, 5]), "▁▁");
        assert_eq!(sparkline(&[]), "");
    }
}
