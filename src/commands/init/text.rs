//! The commented policy for a project.

use super::project::Project;

/// The mix where nothing was imported.
const MIX: &str = r#"[load.request.root]
get = "/"

# [load.request.quote]
# weight = 9
# get = "/quote/{symbol}"
# with = { symbol = { zipf = 10000 } }     # or { uniform = 1000 }, "unique", "uuid", ["a", "b"]
"#;

/// The text of `plimsoll.toml`, with these tables as the ordinary mix.
pub(super) fn policy(project: &Project, mix: Option<&str>) -> String {
    let mix = mix.unwrap_or(MIX);
    let command = list(&project.command);
    let build = match &project.build {
        Some(build) => format!("build = {}                # used by --against and bisect\n", list(build)),
        None => String::new(),
    };
    let base = format!("http://127.0.0.1:{}", project.port);
    let ready = match &project.health {
        Some(path) => format!("{{ http = \"{base}{path}\", within = \"60 s\" }}"),
        None => format!("{{ tcp = \"127.0.0.1:{}\", within = \"60 s\" }}", project.port),
    };
    format!(
        r#"# Memory gate of this service. `plimsoll policy check` shows what it means, `plimsoll plan` what is
# sent, `plimsoll run` runs it. Everything but `command` and the address has a default.

version = 1
extends = ["web-service"]     # the rules; also built in: "strict", "release"

[service]
# {why}
command = {command}
{build}ready = {ready}
# A private control group with this limit, where the machine allows it: a kill is a finding.
# memory-limit = "512 MiB"

[load]
base-url = "{base}"
seed = 1                      # the same seed sends the same bytes
warm-up = {{ requests = 500 }}
steady = {{ requests = 3000, rounds = 12, rate = "400/s" }}

# The ordinary mix. Name what production does most; `weight` is its share.
{mix}
# Ugly payloads: each runs by itself, so that a leak or a spike has a name. Point them at the routes
# that take bodies.

# [load.ugly.deep-json]
# post = "/orders"
# body = {{ deep-json = {{ depth = 100000 }} }}
# expect = "4xx"

# [load.ugly.image-bomb]
# post = "/upload"
# body = {{ image-bomb = {{ width = 20000, height = 20000 }} }}
# expect = "4xx"

# [load.ugly.upload]
# post = "/upload"
# body = {{ upload = {{ size = "200 MB" }} }}

# [load.ugly.hang-up]
# get = "/report"
# payload = {{ hang-up = {{ after = "1 KiB" }} }}

# Rules here replace those of "web-service" about the same thing.
# [[bound]]
# metric = "rss.peak"
# phase = "ugly"
# max = "480 MiB"

# [[waiver]]
# owner = "static SymbolTable.*"
# allow = "20 MiB"
# until = 2027-01-31
# reason = "interned symbols"
# by = "payments"
"#,
        why = project.why
    )
}

/// A list of strings in TOML, whose basic strings know the escapes of JSON.
fn list(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| serde_json::Value::from(word.as_str()).to_string()).collect();
    format!("[{}]", words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::project::tests::folder;
    use super::*;
    use crate::diag::Source;
    use crate::policy::parse;

    #[test]
    fn what_is_written_can_be_read_and_so_can_its_comments() {
        let odd = r#"{"scripts": {"start": "node \u0007\\ é.js"}}"#;
        for files in
            [vec![], vec![("package.json", odd)], vec![("requirements.txt", "flask")], vec![("build.gradle", "")]]
        {
            let folder = folder(&files);
            let text = policy(&Project::look_at(folder.path()), None);
            let uncommented: String = text
                .lines()
                .map(|line| match line.strip_prefix("# ") {
                    Some(code) if code.contains(" = ") || code.starts_with('[') => format!("{code}\n"),
                    _ => format!("{line}\n"),
                })
                .collect();
            for text in [text, uncommented] {
                let read = parse(&Source::new("plimsoll.toml", text), &|_| Err("none".into()));
                assert!(read.is_ok(), "{}", read.unwrap_err());
            }
        }
    }
}
