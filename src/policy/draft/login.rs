//! `[load.login]`: one request before all others, and what is taken from its answer.

use std::collections::{BTreeMap, BTreeSet};

use super::request::RequestDraft;
use super::{At, Section};
use crate::diag::{Code, Diagnostics};
use crate::policy::{Login, Taken};

/// Reads `login`.
pub(super) fn read_login(section: &mut Section<'_>, out: &mut Diagnostics) -> Option<Login> {
    let mut table = section.section("login", out)?;
    let take = read_take(&mut table, out);
    let name = At { value: "login".to_owned(), mark: table.mark.clone() };
    let RequestDraft { request, .. } = RequestDraft::read(name, &mut table, &BTreeSet::new(), out);
    table.finish(out);
    Some(Login { request, take })
}

fn read_take(table: &mut Section<'_>, out: &mut Diagnostics) -> BTreeMap<String, Taken> {
    let Some(take) = table.section("take", out) else { return BTreeMap::new() };
    let mut taken = BTreeMap::new();
    for (name, mut place) in take.named_sections(out) {
        let mark = place.mark.clone();
        let json = place.text("json", out).map(|at| Taken::Json(at.value));
        let header = place.text("header", out).map(|at| Taken::Header(at.value.to_ascii_lowercase()));
        let cookie = place.text("cookie", out).map(|at| Taken::Cookie(at.value));
        place.finish(out);
        let places: Vec<Taken> = [json, header, cookie].into_iter().flatten().collect();
        match &places[..] {
            [Taken::Json(pointer)] if !pointer.starts_with('/') => {
                let message = format!("`{}` is no JSON pointer", pointer.escape_debug());
                out.push(Code::OutOfRange, &mark, message, "write for example `json = \"/user/token\"`");
            }
            [one] => drop(taken.insert(name.value.to_owned(), one.clone())),
            _ => {
                let message = format!("`{}` is taken from {} places", name.value.escape_debug(), places.len());
                let cure = "write `{ json = \"/token\" }`, `{ header = \"x-csrf\" }` or `{ cookie = \"session\" }`";
                out.push(Code::Conflict, &mark, message, cure);
            }
        }
    }
    taken
}
