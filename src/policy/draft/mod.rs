//! What one policy file says, before defaults and extended files are added.

mod body;
mod engine;
mod exchange;
mod field;
mod load;
mod login;
mod metric;
mod payload;
mod request;
mod rules;
mod service;
mod template;
mod url;
mod waiver;

use crate::diag::{Code, Diagnostics};

use super::section::{At, Section};

pub(super) use engine::EngineDraft;
pub(super) use field::{RowFormat, Rows};
pub(super) use load::{LoadDraft, RoundDraft, UglyDraft};
pub(super) use request::RequestDraft;
pub(super) use rules::{ABSOLUTE, GROWTH, RulesDraft, Stated};
pub(super) use service::{ReadyDraft, ServiceDraft};
pub(super) use url::Origin;

/// What one policy file says.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub name: Option<String>,
    pub extends: Vec<At<String>>,
    pub service: ServiceDraft,
    pub load: LoadDraft,
    pub rules: RulesDraft,
}

/// Versions of the format that can be read.
const VERSION: u64 = 1;

impl Draft {
    /// Reads the top table of a file.
    pub fn read(mut top: Section<'_>, out: &mut Diagnostics) -> Self {
        if let Some(version) = top.integer("version", 0..=u64::MAX, out)
            && version.value != VERSION
        {
            let message = format!("version `{}` of the format is not known here", version.value);
            out.push(Code::UnsupportedVersion, &version.mark, message, "write `version = 1`, or update plimsoll");
        }
        let draft = Self {
            name: read_name(&mut top, out),
            extends: read_extends(&mut top, out),
            service: top.section("service", out).map(|s| ServiceDraft::read(s, out)).unwrap_or_default(),
            load: top.section("load", out).map(|s| LoadDraft::read(s, out)).unwrap_or_default(),
            rules: RulesDraft::read(&mut top, out),
        };
        top.finish(out);
        draft
    }

    /// Adds what an extended file says; what is said here wins.
    pub fn extend(&mut self, base: Self) {
        self.service.extend(base.service);
        self.load.extend(base.load);
        self.rules.extend(base.rules);
    }
}

fn read_name(top: &mut Section<'_>, out: &mut Diagnostics) -> Option<String> {
    let name = top.text("name", out)?;
    check_name(&At { value: &name.value, mark: name.mark.clone() }, out);
    Some(name.value)
}

fn read_extends(top: &mut Section<'_>, out: &mut Diagnostics) -> Vec<At<String>> {
    let Some(names) = top.texts("extends", "[\"web-service\"]", out) else { return Vec::new() };
    names.value.into_iter().map(|value| At { value, mark: names.mark.clone() }).collect()
}

/// Names stand in file names, tallies and comments: a plain word does no harm in any of them.
fn check_name(name: &At<&String>, out: &mut Diagnostics) {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let good = !name.value.starts_with(['.', '-']) && name.value.chars().all(plain);
    if !good || name.value.is_empty() || name.value.len() > 64 {
        let message = format!("`{}` cannot be a name", name.value);
        let cure = "use up to 64 letters, digits, `-`, `_` and `.`, the first of them a letter or digit";
        out.push(Code::BadName, &name.mark, message, cure);
    }
}
