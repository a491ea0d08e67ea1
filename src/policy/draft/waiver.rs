//! `[[waiver]]`: growth that somebody answers for, until a day.

use toml::de::DeValue;

use super::metric::check_metric;
use super::rules::check_pattern;
use super::{At, Section};
use crate::diag::{Code, Diagnostics};
use crate::policy::Waiver;
use crate::units::Bytes;

/// Reads all waivers.
pub(super) fn read_waivers(sections: Vec<Section<'_>>, out: &mut Diagnostics) -> Vec<Waiver> {
    let mut waivers = Vec::with_capacity(sections.len());
    for mut section in sections {
        waivers.extend(read_waiver(&mut section, out));
        section.finish(out);
    }
    waivers
}

fn read_waiver(section: &mut Section<'_>, out: &mut Diagnostics) -> Option<Waiver> {
    let before = out.len();
    let owner = section.text("owner", out);
    if let Some(pattern) = &owner {
        check_pattern(pattern, out);
    }
    let metric = section.text("metric", out).and_then(|text| check_metric(text, out));
    let allow = section.quantity::<Bytes>("allow", "20 MiB", out).map(|at| at.value);
    let until = read_date(section, out);
    let reason = read_words("reason", section, out);
    let by = read_words("by", section, out);
    if owner.is_none() && metric.is_none() && out.len() == before {
        let message = "the waiver does not say what it covers";
        let cure = "add `owner = \"static SymbolTable.*\"` or `metric = \"live.floor\"`";
        out.push(Code::WaiverWithoutSubject, &section.mark, message, cure);
    }
    Some(Waiver {
        place: section.mark.place(),
        owner: owner.map(|at| at.value),
        metric: metric.map(|at| at.value),
        allow,
        until: until?,
        reason: reason?,
        by: by?,
    })
}

fn read_words(key: &'static str, section: &mut Section<'_>, out: &mut Diagnostics) -> Option<String> {
    if !section.has(key) {
        let message = format!("the waiver has no `{key}`");
        out.push(Code::MissingKey, &section.mark, message, format!("add `{key} = \"…\"`: somebody will ask"));
    }
    section.text(key, out).map(|at| at.value)
}

fn read_date(section: &mut Section<'_>, out: &mut Diagnostics) -> Option<jiff::civil::Date> {
    const CURE: &str = "write the last day as `until = 2027-01-31`";
    let Some(At { value, mark }) = section.value("until") else {
        out.push(Code::MissingKey, &section.mark, "the waiver has no end", CURE);
        return None;
    };
    let text = match value {
        DeValue::Datetime(date) => date.to_string(),
        DeValue::String(text) => text.to_string(),
        other => {
            out.push(Code::BadDate, &mark, format!("`until` is of type {} here", other.type_str()), CURE);
            return None;
        }
    };
    // jiff reads the date out of a longer timestamp; a waiver ends with a day.
    let date = (text.len() == "2027-01-31".len()).then(|| text.parse().ok()).flatten();
    if date.is_none() {
        out.push(Code::BadDate, &mark, format!("`{}` is no day", text.escape_debug()), CURE);
    }
    date
}
