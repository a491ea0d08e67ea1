//! The catalogue as a list, as pages, and for programs.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::payload::{Family, Form, Group, Parameter, Takes, families};
use crate::report::text::wrap;

const WIDTH: usize = 100;

/// All families, a line each, by group.
pub(super) fn list() -> String {
    let widest = families().map(|family| family.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for group in Group::ALL {
        let _ = writeln!(text, "{}", group.word());
        for family in families().filter(|family| family.group == group) {
            let _ = writeln!(text, "  {:<widest$}  {}", family.name, family.about.summary);
        }
        text.push('\n');
    }
    text.push_str("`plimsoll payload show NAME` tells more; in a policy: `payload = \"NAME\"` below `[load.ugly.…]`\n");
    text
}

/// Everything about one family.
pub(super) fn page(family: &Family) -> String {
    let about = &family.about;
    let mut text = format!("{} ({}): {}\n", family.name, family.group.word(), about.summary);
    for (title, content) in
        [("provokes", about.provokes), ("seen in", about.seen), ("becomes", about.becomes), ("safe answer", about.safe)]
    {
        let _ = writeln!(text, "\n{title}");
        for line in wrap(content, WIDTH - 2) {
            let _ = writeln!(text, "  {line}");
        }
    }
    if !family.parameters.is_empty() {
        let widest = family.parameters.iter().map(|parameter| parameter.name.len()).max().unwrap_or(0);
        text.push_str("\nparameters\n");
        for parameter in family.parameters {
            let Parameter { name, about, takes } = parameter;
            let _ = writeln!(text, "  {name:<widest$}  {about} ({takes}; {} if not stated)", takes.default_text());
        }
    }
    let _ = writeln!(text, "\nin a policy");
    for line in example(family).lines() {
        let _ = writeln!(text, "  {line}");
    }
    text
}

/// Families as chapters of a document.
pub(super) fn markdown(families: impl Iterator<Item = &'static Family>) -> String {
    let mut text = String::new();
    let mut group = None;
    for family in families {
        if group.replace(family.group) != Some(family.group) {
            let _ = writeln!(text, "## {}\n", family.group.word());
        }
        let about = &family.about;
        let _ = writeln!(text, "### {}\n\n{}\n", family.name, about.summary);
        for (title, content) in [
            ("Provokes", about.provokes),
            ("Seen in", about.seen),
            ("Becomes", about.becomes),
            ("Safe answer", about.safe),
        ] {
            let _ = writeln!(text, "- **{title}**: {}", escaped(content));
        }
        for Parameter { name, about, takes } in family.parameters {
            let _ = writeln!(text, "- `{name}`: {about} ({takes}; `{}` if not stated)", takes.default_text());
        }
        let _ = writeln!(text, "\n```toml\n{}```\n", example(family));
    }
    text
}

/// In prose, what looks like a tag is none.
fn escaped(text: &str) -> String {
    text.replace('<', "&lt;").replace('>', "&gt;")
}

fn example(family: &Family) -> String {
    let stated = family.parameters.iter().filter(|parameter| !matches!(parameter.takes, Takes::Flag));
    let stated: Vec<String> =
        stated.map(|parameter| format!("{} = {}", parameter.name, parameter.takes.default_text())).collect();
    let method = match family.form {
        Form::Body(_) => "post = \"/upload\"",
        Form::Request(_) | Form::Client(_) => "get = \"/\"",
    };
    let payload = match stated.is_empty() {
        true => format!("\"{}\"", family.name),
        false => format!("{{ {} = {{ {} }} }}", family.name, stated.join(", ")),
    };
    format!("[load.ugly.{}]\n{method}\npayload = {payload}\n", family.name)
}

/// For programs.
pub(super) fn json(families: impl Iterator<Item = &'static Family>) -> Value {
    let families = families.map(|family| {
        let parameters = family.parameters.iter().map(|parameter| {
            json!({
                "name": parameter.name,
                "about": parameter.about,
                "takes": parameter.takes.to_string(),
                "default": parameter.takes.default_text().trim_matches('"'),
            })
        });
        json!({
            "name": family.name,
            "group": family.group.word(),
            "form": match family.form {
                Form::Body(_) => "body",
                Form::Request(_) => "request",
                Form::Client(_) => "client",
            },
            "summary": family.about.summary,
            "provokes": family.about.provokes,
            "seen": family.about.seen,
            "becomes": family.about.becomes,
            "safe": family.about.safe,
            "parameters": parameters.collect::<Vec<_>>(),
        })
    });
    json!({ "schema": 1, "families": families.collect::<Vec<_>>() })
}
