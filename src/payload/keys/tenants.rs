//! As many tenants as wanted, in turn.

use crate::payload::{About, Family, Form, Group, Parameter, Request, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "tenants",
    group: Group::Keys,
    about: About {
        summary: "As many tenants as wanted, each with an entry somewhere.",
        provokes: "Caches, pools and limiters for each tenant: memory that fills until all tenants were seen, or \
                   until there is no more.",
        seen: "elastic/elasticsearch pull request 102672 bounds such a table; every cache that was sized for the \
               tenants of last year.",
        becomes: "One small request; 37 kB for each tenant in a Node service that caches pages by tenant, until all \
                  tenants were seen.",
        safe: "200 with memory that reaches a plateau below the limit however many tenants there are: a bound on \
               tenants that are held, and eviction.",
    },
    parameters: &[
        Parameter {
            name: "tenants",
            about: "how many there are",
            takes: Takes::Count { least: 1, most: 1 << 60, default: 10_000 },
        },
        Parameter { name: "in", about: "where the tenant stands", takes: Takes::Word(&["header", "query", "path"]) },
        Parameter { name: "name", about: "the header or query parameter", takes: Takes::Name("x-tenant") },
    ],
    form: Form::Request(change),
};

fn change(values: &Values, turn: &Turn, request: &mut Request) {
    let tenant = format!("tenant-{}", turn.unique % values.number("tenants").max(1));
    match values.text("in") {
        "query" => request.add_query(values.text("name"), &tenant),
        "path" => request.path.insert_str(request.path.find('?').unwrap_or(request.path.len()), &format!("/{tenant}")),
        _ => request.set_header(values.text("name"), tenant),
    }
}
