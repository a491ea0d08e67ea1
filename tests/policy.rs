//! Policies: what a file means, and what is said about a wrong one.

#![expect(clippy::panic, reason = "a test says what it found instead")]

use plimsoll::diag::{Code, Diagnostics, Source};
use plimsoll::payload::{Choice, Value, find};
use plimsoll::policy::{
    BUILT_IN, Body, DumpPolicy, EngineKind, Expect, Field, Level, PhaseFilter, Policy, Readiness, TallyFormat, parse,
};
use plimsoll::units::{ByteRate, Bytes, Elapsed, Gauge, Percent};

/// The example of the design, whole.
const WHOLE: &str = r#"
version = 1
extends = ["web-service"]

[service]
command = ["java", "-jar", "target/app.jar"]
build   = ["mvn", "-q", "package"]
ready   = { http = "http://127.0.0.1:8080/health", within = "60 s" }
memory-limit = "512 MiB"

[load]
base-url = "http://127.0.0.1:8080"
seed = 7
warm-up = { requests = 500 }
steady  = { requests = 3000, rounds = 12, rate = "400/s" }
cool-down = "10 s"

[load.request.quote]
weight = 9
get = "/quote/{symbol}"
with = { symbol = { zipf = 10000 } }

[load.request.order]
post = "/order"
headers = { X-Request = "{id}" }
body = { json = { id = "{id}", lines = [1, 2.5, true] } }
with = { id = "uuid" }
expect = 201

[load.ugly.zebra]
post = "/evidence"
body = { image-bomb = { format = "png", width = 20000, height = 20000 } }
expect = "4xx"

[load.ugly.apple]
get = "/export"
burst = { width = 50 }

[[bound]]
metric = "rss.peak"
phase  = "ugly"
max = "480 MiB"

[[bound]]
metric = "live.floor"
max-growth = { relative = "2 %", absolute = "512 KiB" }

[[slope]]
metric = "live.floor"
per = "request"
max = "100 B"

[[owner]]
match = "**"
max-growth = "4 MiB"
max-growth-per-request = "32 B"

[[recovery]]
metric = "rss.end"
within = "15 s"
to = "110 %"

[headroom]
limit = "512 MiB"
rate  = "220/s"
survive = "7 d"

[[waiver]]
owner = "static SymbolTable.*"
allow = "20 MiB"
until = 2027-01-31
reason = "interned symbols, JIRA-123"
by = "payments"
"#;

const LEAST: &str = "[service]\ncommand = [\"node\", \"app.js\"]\n[load]\nbase-url = \"http://127.0.0.1:3000\"\n";

fn none(path: &str) -> Result<String, String> {
    Err(format!("no `{path}` here"))
}

fn read(text: &str) -> Result<Policy, Diagnostics> {
    parse(&Source::new("plimsoll.toml", text).in_folder("checkout"), &none)
}

#[track_caller]
fn good(text: &str) -> Policy {
    read(text).unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
}

/// Adds to the smallest policy; `[load]` is open at the end.
fn with(more: &str) -> String {
    format!("{LEAST}{more}")
}

#[test]
fn the_whole_dialect_is_read() {
    let policy = good(WHOLE);
    assert_eq!(policy.name, "checkout");
    assert_eq!(policy.service.command, ["java", "-jar", "target/app.jar"]);
    assert_eq!(policy.service.ready, Readiness::Http("http://127.0.0.1:8080/health".into()));
    assert_eq!(policy.service.memory_limit, Some(Bytes(512 << 20)));
    assert_eq!((policy.load.seed, policy.load.steady.rounds), (7, 12));
    let [order, quote] = [&policy.load.requests[1], &policy.load.requests[0]];
    assert_eq!((quote.name.as_str(), quote.weight, quote.expect), ("quote", 9, Expect::Class(2)));
    assert_eq!(quote.with["symbol"], Field::Zipf(10_000));
    let json = r#"{"id":"{id}","lines":[1,2.5,true]}"#;
    assert_eq!(order.body, Body::Text { template: json.into(), content_type: "application/json".into() });
    assert_eq!((order.expect, &order.with["id"]), (Expect::Status(201), &Field::Uuid));
    assert_eq!(policy.rules.waivers[0].until.to_string(), "2027-01-31");
    assert_eq!(policy.rules.headroom.as_ref().unwrap().rate.0, 220.0);
}

/// A family with some of its numbers.
#[expect(clippy::unwrap_used, reason = "a test may say that this cannot fail")]
fn family(name: &str, numbers: &[(&str, u64)]) -> Choice {
    let defaults = Choice::of(find(name).unwrap());
    numbers.iter().fold(defaults, |choice, (name, number)| choice.with(name, Value::Number(*number)))
}

#[test]
fn ugly_payloads_run_in_the_order_of_the_file() {
    let policy = good(WHOLE);
    let names: Vec<&str> = policy.load.ugly.iter().map(|ugly| ugly.request.name.as_str()).collect();
    assert_eq!(names, ["zebra", "apple"]);
    assert_eq!(policy.load.ugly[0].request.body, Body::Payload(family("image-bomb", &[])));
    assert_eq!(policy.load.ugly[0].request.expect, Expect::Class(4));
    assert_eq!(policy.load.ugly[1].width, 50);
    assert_eq!((policy.load.ugly[1].round.requests, policy.load.ugly[1].round.rounds), (200, 4));
}

#[test]
fn a_command_and_an_address_are_enough() {
    let policy = good(LEAST);
    assert_eq!(policy.service.ready, Readiness::Tcp("127.0.0.1:3000".into()));
    assert_eq!(policy.service.dumps, DumpPolicy::Always);
    assert_eq!(policy.service.ready_within, Elapsed::from_millis(60_000));
    let load = &policy.load;
    assert_eq!((load.warm_up.requests, load.steady.requests, load.steady.rounds), (500, 3000, 12));
    assert_eq!((load.diagnosis.requests, load.diagnosis.rounds, load.in_flight), (500, 2, 64));
    assert_eq!(load.requests[0].path, "/");
    let slope = &policy.rules.slopes[0];
    assert_eq!((slope.gauge, slope.max, slope.phase), (Gauge::Live, ByteRate(100.0), PhaseFilter::Steady));
    assert_eq!(slope.place.file, "web-service (built in)");
    assert!(slope.place.line > 0 && slope.place.text == "[[slope]]", "{:?}", slope.place);
}

#[test]
fn the_address_comes_from_the_readiness_probe() {
    let policy = good("[service]\ncommand = [\"a\"]\nready = { http = \"http://localhost:99/up\" }");
    assert_eq!(policy.load.base_url, "http://localhost:99");
    let policy = good(&with("").replace("[load]", "ready = { http = \"/up\" }\n[load]"));
    assert_eq!(policy.service.ready, Readiness::Http("http://127.0.0.1:3000/up".into()));
}

#[test]
fn behaviours_bodies_and_fields_are_read() {
    let policy = good(&with(
        r#"
[load.ugly.hang]
get = "/a/{k}"
with = { k = "unique" }
payload = { hang-up = { after = "1 KiB" } }
requests = 40
rounds = 8
rate = "5/s"
[load.ugly.slow]
get = "/a"
payload = { slow-reader = { rate = "1 KiB", hold = "5 s" } }
[load.ugly.deep]
post = "/a"
body = { deep-json = { depth = 9 } }
[load.ugly.wide]
post = "/a"
body = { wide-json = { keys = 9 } }
[load.ugly.giant]
post = "/a"
body = { giant-string = { size = "1 MiB" } }
[load.ugly.upload]
put = "/a"
body = { upload = { size = "200 MB", chunked = true } }
[load.ugly.gzip]
patch = "/a"
body = { gzip-bomb = { size = "1 GiB" } }
[load.ugly.text]
delete = "/a"
body = { text = "a{b}", type = "text/csv" }
with = { b = { one-of = ["x", "y"] } }
"#,
    ));
    let bodies: Vec<&Body> = policy.load.ugly.iter().map(|ugly| &ugly.request.body).collect();
    assert_eq!(policy.load.ugly[0].payload, Some(family("hang-up", &[("after", 1024)])));
    assert_eq!((policy.load.ugly[0].round.requests, policy.load.ugly[0].round.rounds), (40, 8));
    assert_eq!(policy.load.ugly[1].payload, Some(family("slow-reader", &[("rate", 1024), ("hold", 5000)])));
    let payload = |at: usize| bodies[at].clone();
    assert_eq!(payload(2), Body::Payload(family("deep-json", &[("depth", 9)])));
    assert_eq!(payload(3), Body::Payload(family("wide-json", &[("keys", 9)])));
    assert_eq!(payload(4), Body::Payload(family("giant-string", &[("size", 1 << 20)])));
    assert_eq!(payload(5), Body::Payload(family("upload", &[("chunked", 1)])));
    assert_eq!(payload(6), Body::Payload(family("gzip-bomb", &[])));
    assert_eq!(payload(7), Body::Text { template: "a{b}".into(), content_type: "text/csv".into() });
    assert_eq!(policy.load.ugly[7].request.with["b"], Field::OneOf(vec!["x".into(), "y".into()]));
}

#[test]
fn requests_alone_find_rounds_that_divide_them() {
    let rounds = |requests: u64| {
        let policy = good(&with(&format!("steady = {{ requests = {requests} }}\n")));
        (policy.load.steady.requests, policy.load.steady.rounds)
    };
    assert_eq!(rounds(2400), (2400, 12));
    assert_eq!(rounds(1000), (1000, 10));
    assert_eq!(rounds(130), (130, 13));
    let policy = good(&with("steady = { rounds = 7 }\n"));
    assert_eq!(policy.load.steady.requests, 428 * 7);
}

#[test]
fn an_own_rule_takes_the_place_of_the_inherited_limit() {
    let own = "extends = [\"strict\"]\n".to_owned()
        + &with(
            "[load.ugly.a]\nget = \"/\"\n[[slope]]\nmetric = \"live.floor\"\nphase = \"steady\"\nmax = \"1 KiB\"\n",
        )
        + "[[owner]]\nmatch = \"**\"\nmax-growth = \"9 MiB\"\n[[recovery]]\nmetric = \"rss.end\"\nlevel = \"off\"\n";
    let rules = good(&own).rules;
    let slopes: Vec<_> =
        rules.slopes.iter().map(|slope| (slope.phase, slope.max.0, slope.place.file.as_str())).collect();
    let expected = [(PhaseFilter::Ugly, 8192.0, "strict (built in)"), (PhaseFilter::Steady, 1024.0, "plimsoll.toml")];
    assert_eq!(slopes, expected);
    let owners: Vec<_> = rules.owners.iter().map(|rule| (rule.max_growth, rule.max_growth_per_request)).collect();
    assert_eq!(owners, [(None, Some(ByteRate(50.0))), (Some(Bytes(9 << 20)), None)]);
    assert_eq!(rules.recoveries[0].level, Level::Off);
    assert_eq!(rules.recoveries[0].to, Percent(150.0));
}

#[test]
fn a_release_blocks_on_warnings_and_doubt() {
    let text = format!("extends = [\"release\"]\n{LEAST}[load.ugly.a]\nget = \"/\"\n");
    let rules = good(&text).rules;
    assert!(rules.fail_when_unsure);
    assert_eq!(rules.recoveries[0].level, Level::Block);
    assert_eq!(rules.headroom.unwrap().place.file, "release (built in)");
}

#[test]
fn inherited_rules_about_payloads_are_off_without_payloads() {
    let rules = good(LEAST).rules;
    let off = rules.bounds.iter().filter(|bound| bound.level == Level::Off).count();
    assert_eq!((off, rules.recoveries[0].level), (1, Level::Off));
    assert!(rules.bounds.iter().all(|bound| (bound.level == Level::Off) == (bound.phase == PhaseFilter::Ugly)));
}

#[test]
fn files_are_found_beside_the_file_that_names_them() {
    let load = |path: &str| match path {
        "ci/base.toml" => Ok("extends = [\"rules/more.toml\"]\n[load]\nseed = 9\n".to_owned()),
        "ci/rules/more.toml" => {
            Ok("[load]\nseed = 8\nin-flight = 3\n[[slope]]\nmetric = \"rss.floor\"\nmax = \"1 MiB\"".to_owned())
        }
        other => Err(format!("`{other}` was asked for")),
    };
    let source = Source::new("ci/plimsoll.toml", format!("extends = [\"base.toml\"]\n{LEAST}"));
    let policy = parse(&source, &load).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    assert_eq!((policy.load.seed, policy.load.in_flight), (9, 3));
    assert_eq!(policy.rules.slopes[0].place.to_string(), "ci/rules/more.toml:4");
    assert!(policy.rules.bounds.is_empty());
}

/// Mistakes, the code that is expected for each, and a part of what is said.
const MISTAKES: &[(&str, Code, &str)] = &[
    ("stedy = { requests = 1 }", Code::UnknownKey, "did you mean `steady`?"),
    (
        "[[bound]]\nmetric = \"live.floor\"\nmax = \"1 MiB\"\nlevle = \"warn\"",
        Code::UnknownKey,
        "did you mean `level`?",
    ),
    ("[[bonud]]\nmetric = \"live.floor\"", Code::UnknownKey, "did you mean `bound`?"),
    ("[[bound]]\nmetric = \"live.floor\"\nmax = 64", Code::MissingUnit, "`max = \"64 MiB\"`"),
    ("[[bound]]\nmetric = \"live.floor\"\nmax = \"64\"", Code::MissingUnit, "has no unit"),
    ("[[bound]]\nmetric = \"live.floor\"\nmax = \"64 mib\"", Code::BadQuantity, "use B, KiB, MiB"),
    ("cool-down = 10", Code::MissingUnit, "`cool-down = \"10 s\"`"),
    ("[[bound]]\nmetric = \"live.flor\"\nmax = \"1 B\"", Code::UnknownMetric, "did you mean `floor`?"),
    ("[[bound]]\nmetric = \"lvie.floor\"\nmax = \"1 B\"", Code::UnknownMetric, "did you mean `live.floor`?"),
    ("[[bound]]\nmetric = \"rss\"\nmax = \"1 B\"", Code::UnknownMetric, "`rss.floor`"),
    ("[[bound]]\nmetric = \"live.peak\"\nmax = \"1 B\"", Code::ImpossibleMetric, "use `live.floor`"),
    ("[[bound]]\nmetric = \"live.slope\"\nmax = \"1 B\"", Code::ImpossibleMetric, "[[slope]]"),
    ("[[slope]]\nmetric = \"rss.peak\"\nmax = \"1 B\"", Code::ImpossibleMetric, "rss.floor"),
    ("[[recovery]]\nmetric = \"rss.peak\"\nto = \"110 %\"", Code::ImpossibleMetric, "rss.end"),
    ("[[bound]]\nmetric = \"rss.peak\"\nphase = \"ugly\"\nmax = \"1 MiB\"", Code::RuleNeverMatches, "no"),
    ("[[recovery]]\nmetric = \"rss.end\"\nto = \"110 %\"", Code::RuleNeverMatches, "[load.ugly.name]"),
    ("[[slope]]\nmetric = \"live.floor\"\nphase = \"ugly\"\nmax = \"1 B\"", Code::RuleNeverMatches, "ugly"),
    ("[[bound]]\nmetric = \"live.floor\"", Code::RuleWithoutLimit, "max-growth"),
    ("[[bound]]\nmetric = \"live.floor\"\nmax-growth = { relative = \"2 %\" }", Code::RelativeOnly, "512 KiB"),
    (
        "[[bound]]\nmetric = \"live.floor\"\nmax = \"1 MiB\"\nlevel = \"blok\"",
        Code::UnknownWord,
        "did you mean `block`?",
    ),
    ("[[bound]]\nmetric = \"live.floor\"\nphase = \"stedy\"\nmax = \"1 MiB\"", Code::UnknownWord, "steady"),
    ("[bound]\nmetric = \"live.floor\"", Code::WrongType, "[[bound]]"),
    ("[[owner]]\nmatch = \"a[\"\nmax-growth = \"1 MiB\"", Code::BadPattern, "unclosed"),
    ("[[waiver]]\nowner = \"{a\"\nuntil = 2027-01-31\nreason = \"a\"\nby = \"b\"", Code::BadPattern, "pattern"),
    ("[[waiver]]\nowner = \"a\"\nuntil = \"31.1.2027\"\nreason = \"a\"\nby = \"b\"", Code::BadDate, "2027-01-31"),
    ("[[waiver]]\nowner = \"a\"\nuntil = 2027-01-31T10:00:00Z\nreason = \"a\"\nby = \"b\"", Code::BadDate, "no day"),
    ("[[waiver]]\nowner = \"a\"\nuntil = 2027-01-31\nreason = \"a\"", Code::MissingKey, "`by`"),
    ("[[waiver]]\nuntil = 2027-01-31\nreason = \"a\"\nby = \"b\"", Code::WaiverWithoutSubject, "owner"),
    ("steady = { requests = 3000, rounds = 7 }", Code::UnequalRounds, "`requests = 2996` or `3003`"),
    ("steady = { requests = 3001 }", Code::UnequalRounds, "equal rounds"),
    ("steady = { rounds = 3 }", Code::TooFewRounds, "rounds = 12"),
    ("[load.request.a]\nget = \"/{symbl}\"\nwith = { symbol = \"uuid\" }", Code::UnknownField, "`{symbol}`?"),
    ("[load.request.a]\nget = \"/\"\nwith = { symbol = \"uuid\" }", Code::UnusedField, "{symbol}"),
    ("[load.request.a]\nget = \"/{s}\"\nwith = { s = \"uiid\" }", Code::UnknownWord, "did you mean `uuid`?"),
    ("[load.request.a]\nget = \"/{s}\"\nwith = { s = { zipf = 0 } }", Code::OutOfRange, "from 1"),
    ("[load.request.a]\nweight = 1", Code::MissingMethod, "get ="),
    ("[load.request.a]\nget = \"a\"", Code::BadPath, "from `/` on"),
    ("[load.request.a]\nget = \"/\"\nput = \"/\"", Code::Conflict, "two methods"),
    ("[load.request.a]\nget = \"/\"\nheaders = { \"a b\" = \"c\" }", Code::BadHeader, "name of a header"),
    ("[load.request.a]\nget = \"/\"\nheaders = { a = \"b\\r\\nc: d\" }", Code::BadHeader, "value of a header"),
    ("[load.request.a]\nget = \"/\"\nexpect = \"6xx\"", Code::OutOfRange, "4xx"),
    ("[load.request.a]\nget = \"/\"\nbody = { }", Code::Conflict, "one content"),
    ("[load.request.a]\nget = \"/\"\nbody = { uplaod = { size = \"1 MiB\" } }", Code::UnknownKey, "`upload`?"),
    ("[load.request.a]\nget = \"/\"\n[load.request.a]\nget = \"/\"", Code::Syntax, "duplicate"),
    ("[load.request.a]\nget = \"/\"\n[load.ugly.a]\nget = \"/\"", Code::DuplicateName, "rename"),
    ("[load.request.\"a b\"]\nget = \"/\"", Code::BadName, "letters"),
    ("[load.ugly.a]\nget = \"/\"\npayload = { hang-up = {}, slow-reader = {} }", Code::Conflict, "keep one"),
    (
        "[[slope]]\nmetric = \"live.floor\"\nmax = \"1 B\"\n[[slope]]\nmetric = \"live.floor\"\nmax = \"2 B\"",
        Code::DuplicateRule,
        "line 5",
    ),
    ("[headroom]\nlimit = \"1 GiB\"", Code::MissingKey, "together"),
    ("seed = ", Code::Syntax, "no TOML"),
    ("seed = -1", Code::OutOfRange, "from 0"),
];

#[test]
fn every_mistake_has_its_code_its_place_and_its_cure() {
    for (mistake, code, part) in MISTAKES {
        let text = with(mistake);
        let diagnostics = match read(&text) {
            Err(diagnostics) => diagnostics,
            Ok(policy) => panic!("{mistake}\nis taken for {policy:#?}"),
        };
        let shown = diagnostics.to_string();
        let mut codes: Vec<Code> = diagnostics.iter().map(|d| d.code).collect();
        // The reader of TOML sees each line of a table that stands twice.
        codes.dedup();
        assert_eq!(codes, [*code], "{mistake}\n{shown}");
        assert!(shown.contains(part) && shown.contains("--> plimsoll.toml:"), "{part} is missing in\n{shown}");
        assert!(
            shown.contains(&format!("error[{code}]")) && shown.contains('^') && shown.contains("help: "),
            "{shown}"
        );
    }
}

#[test]
fn mistakes_of_the_whole_file_have_their_codes_too() {
    let codes = |text: &str| read(text).unwrap_err().iter().map(|d| d.code).collect::<Vec<_>>();
    assert_eq!(codes(""), [Code::MissingKey, Code::MissingKey]);
    assert_eq!(
        codes("version = 2\n[service]\ncommand = [\"a\"]\nready = { tcp = \"a:1\" }"),
        [Code::UnsupportedVersion]
    );
    assert_eq!(codes("[service]\ncommand = \"node app.js\"\nready = { tcp = \"a:1\" }"), [Code::WrongType]);
    assert_eq!(codes("[service]\ncommand = [\"a\"]\nready = { http = \"htp://a\" }"), [Code::MissingKey, Code::BadUrl]);
    assert_eq!(codes("[service]\ncommand = [\"a\"]\n[load]\nbase-url = \"ftp://a\""), [Code::MissingKey, Code::BadUrl]);
    assert_eq!(codes(&format!("extends = [\"stict\"]\n{LEAST}")), [Code::UnreadablePolicy]);
    assert_eq!(codes(&format!("extends = [\"a.toml\"]\n{LEAST}")), [Code::UnreadablePolicy]);
    assert_eq!(codes(&" ".repeat(2 << 20)), [Code::FileTooLarge]);
    let never = LEAST.replace("[load]", "dumps = \"never\"\n[load]") + "[[owner]]\nmax-growth = \"1 MiB\"";
    assert_eq!(codes(&never), [Code::RuleNeverMatches]);
}

#[test]
fn all_mistakes_are_shown_at_once() {
    let text = with("seed = 1\ntimout = \"1 s\"\n[[bound]]\nmetric = \"live.floor\"\nmax = 1\nlevel = \"x\"\n");
    let shown = read(&text).unwrap_err().to_string();
    for part in ["unknown-key", "missing-unit", "unknown-word", "3 mistakes", "plimsoll.toml:6:1"] {
        assert!(shown.contains(part), "{part} is missing in\n{shown}");
    }
}

#[test]
fn a_circle_of_files_is_a_mistake() {
    let load = |path: &str| Ok(format!("extends = [\"{}\"]", if path == "a.toml" { "b.toml" } else { "a.toml" }));
    let source = Source::new("plimsoll.toml", format!("extends = [\"a.toml\"]\n{LEAST}"));
    let diagnostics = parse(&source, &load).unwrap_err();
    assert!(diagnostics.iter().any(|d| d.code == Code::CyclicExtends), "{diagnostics}");
    let fresh = std::cell::Cell::new(0);
    let endless = |_: &str| {
        fresh.set(fresh.get() + 1);
        Ok(format!("extends = [\"{}.toml\", \"x{}.toml\"]", fresh.get(), fresh.get()))
    };
    assert!(parse(&source, &endless).is_err());
    assert!(fresh.get() < 40);
}

#[test]
fn the_policies_that_come_along_are_right() {
    for (name, _) in BUILT_IN {
        let text = format!("extends = [\"{name}\"]\n{LEAST}[load.ugly.a]\nget = \"/\"\n");
        let rules = good(&text).rules;
        assert!(!rules.slopes.is_empty() && !rules.bounds.is_empty() && !rules.owners.is_empty(), "{name}");
        assert!(rules.bounds.iter().all(|bound| bound.level != Level::Off));
    }
}

mod hostile {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

        #[test]
        fn no_text_stops_the_reader(text in "\\PC{0,120}|[\\[\\]{}=\"'.,a-z0-9 \n\r\t#]{0,200}") {
            if let Err(diagnostics) = read(&text) {
                prop_assert!(!diagnostics.is_empty());
                prop_assert!(!diagnostics.render(true).is_empty());
            }
        }

        #[test]
        fn no_damage_to_a_policy_stops_the_reader(at in 0usize..WHOLE.len(), cut in 0usize..60, put in "\\PC{0,6}|[\\[\\]{}=\"0-9\n-]{0,6}") {
            let start = (0..=at).rev().find(|i| WHOLE.is_char_boundary(*i)).unwrap();
            let end = (start + cut).min(WHOLE.len());
            let text = format!("{}{put}{}", &WHOLE[..start], &WHOLE[end..]);
            if let Err(diagnostics) = read(&text) {
                prop_assert!(!diagnostics.is_empty());
                prop_assert!(!diagnostics.render(false).is_empty());
            }
        }

        #[test]
        fn no_value_in_the_wrong_place_stops_the_reader(line in 0usize..80, value in "(\"[^\"\\\\\n]{0,9}\"|[0-9]{1,25}|-1|1e400|nan|inf|\\[\\]|\\{\\}|\\[\\[\\]\\]|true|2027-01-31|0xffffffffffffffffff)") {
            let lines: Vec<String> = WHOLE.lines().enumerate().map(|(i, text)| match text.split_once('=') {
                Some((key, _)) if i == line => format!("{key} = {value}"),
                _ => text.to_owned(),
            }).collect();
            if let Err(diagnostics) = read(&lines.join("\n")) {
                prop_assert!(!diagnostics.render(false).is_empty());
            }
        }
    }
}

/// A policy whose ordinary mix comes from these keys of `[load]`, beside the files of a project.
fn with_engine(keys: &str) -> Result<Policy, Diagnostics> {
    let text = format!(
        "[service]\ncommand = [\"a\"]\n[load]\nbase-url = \"http://127.0.0.1:1\"\n{keys}\n\
         [[slope]]\nmetric = \"live.floor\"\nmax = \"1 B\"\n"
    );
    let files = |path: &str| match path {
        "gate/script.js" => Ok("export default function () {}".to_owned()),
        "gate/users.csv" => Ok("a,b".to_owned()),
        _ => Err("no such file".to_owned()),
    };
    parse(&Source::new("gate/plimsoll.toml", text), &files)
}

#[test]
fn another_engine_sends_the_ordinary_mix() {
    let policy = with_engine("k6 = \"script.js\"\nfiles = [\"users.csv\"]").unwrap_or_else(|d| panic!("{d}"));
    let engine = policy.load.engine.unwrap_or_else(|| panic!("no engine"));
    assert_eq!(engine.kind, EngineKind::K6 { script: "gate/script.js".into() });
    assert!(policy.load.requests.is_empty());
    let alone = with_engine("k6 = \"script.js\"").unwrap_or_else(|d| panic!("{d}")).load.engine;
    assert_ne!(alone.unwrap_or_else(|| panic!("no engine")).digest, engine.digest, "the digest covers the other files");
    let command = with_engine("command = [\"./load\", \"{requests}\", \"{in-flight}\"]\nformat = \"oha-json\"");
    let engine = command.unwrap_or_else(|d| panic!("{d}")).load.engine.unwrap_or_else(|| panic!("no engine"));
    assert!(matches!(engine.kind, EngineKind::Command { format: TallyFormat::OhaJson, .. }));
}

#[test]
fn what_cannot_be_meant_of_an_engine_is_said() {
    let codes = |keys: &str| {
        let diagnostics = with_engine(keys).err().unwrap_or_else(|| panic!("`{keys}` was read"));
        diagnostics.iter().map(|diagnostic| diagnostic.code).collect::<Vec<_>>()
    };
    assert_eq!(codes("k6 = \"none.js\""), [Code::UnreadablePolicy]);
    assert_eq!(codes("k6 = \"script.js\"\nvegeta = \"script.js\""), [Code::Conflict]);
    assert_eq!(codes("command = [\"./load\"]"), [Code::MissingKey]);
    assert_eq!(codes("command = [\"./load\", \"{requets}\"]\nformat = \"tally\""), [Code::UnknownField]);
    assert_eq!(codes("k6 = \"script.js\"\nworkers = 2"), [Code::Conflict]);
    assert_eq!(codes("format = \"tally\""), [Code::Conflict]);
    assert_eq!(codes("locust = \"a.py,b.py\""), [Code::OutOfRange, Code::UnreadablePolicy]);
    assert_eq!(codes("k6 = \"script.js\"\n[load.request.a]\nget = \"/\""), [Code::Conflict]);
}
