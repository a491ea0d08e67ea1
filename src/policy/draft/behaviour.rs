//! `hang-up`, `slow-reader`, `burst`: how the client of an ugly payload behaves.

use super::Section;
use crate::diag::{Code, Diagnostics};
use crate::policy::Behaviour;
use crate::units::{Bytes, Elapsed};

/// Reads how the client of an ugly payload behaves.
pub(super) fn read_behaviour(section: &mut Section<'_>, out: &mut Diagnostics) -> Behaviour {
    let mut found = Vec::new();
    if let Some(mut table) = section.section("hang-up", out) {
        let after = table.quantity::<Bytes>("after", "1 KiB", out).map_or(Bytes(0), |at| at.value);
        found.push((Behaviour::HangUp { after }, table.mark.clone()));
        table.finish(out);
    }
    if let Some(mut table) = section.section("slow-reader", out) {
        let rate = table.quantity::<Bytes>("rate", "1 KiB", out).map_or(Bytes(1024), |at| at.value);
        let hold = table.quantity::<Elapsed>("hold", "5 s", out).map_or(Elapsed::from_millis(5000), |at| at.value);
        found.push((Behaviour::SlowReader { rate, hold }, table.mark.clone()));
        table.finish(out);
    }
    if let Some(mut table) = section.section("burst", out) {
        let width = table.integer("width", 2..=10_000, out).map_or(50, |at| at.value as u32);
        found.push((Behaviour::Burst { width }, table.mark.clone()));
        table.finish(out);
    }
    if let [_, (_, second), ..] = &found[..] {
        let cure = "keep one of `hang-up`, `slow-reader` and `burst`";
        out.push(Code::Conflict, second, "a client behaves in one way only", cure);
    }
    found.into_iter().next().map_or(Behaviour::Polite, |(behaviour, _)| behaviour)
}
