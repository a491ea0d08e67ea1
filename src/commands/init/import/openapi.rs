//! An OpenAPI description, 3.0 or 3.1, as a mix of requests: one for each operation.

use serde_json::Value;

use super::parameter::text;
use super::reference::Document;
use super::{Import, ImportError, MOST_REQUESTS, encoded, operation};
use crate::plan::route;

/// Methods that a policy knows.
const METHODS: [&str; 6] = ["get", "post", "put", "patch", "delete", "head"];

/// The requests of a description.
pub(super) fn import(root: &Value, path: &str) -> Result<Import, ImportError> {
    check_version(root, path)?;
    let document = Document { root, path };
    let mut import = Import::default();
    let base = base(root, &mut import);
    let paths = root.get("paths").and_then(Value::as_object);
    let mut left_out = 0;
    for (template, item) in paths.into_iter().flatten() {
        let Some(item) = document.follow(item)? else {
            import.notes.push(format!("`{}` is described in another file: left out", shown(template)));
            continue;
        };
        for method in METHODS {
            let Some(operation) = item.get(method).filter(|operation| operation.is_object()) else { continue };
            if import.requests.len() == MOST_REQUESTS {
                left_out += 1;
                continue;
            }
            let full = format!("{base}{template}");
            let request = operation::request(document, (method, &full), (operation, item), &import.requests)?;
            import.requests.push(request);
        }
    }
    if left_out > 0 {
        import.notes.push(format!("{left_out} operations beyond {MOST_REQUESTS} are left out"));
    }
    if import.requests.is_empty() {
        let why = "it describes no operation with get, post, put, patch, delete or head".to_owned();
        return Err(ImportError::Nothing { path: path.to_owned(), why });
    }
    Ok(import)
}

fn check_version(root: &Value, path: &str) -> Result<(), ImportError> {
    let version = |key: &str| match root.get(key) {
        Some(Value::String(text)) => Some(text.chars().take(20).collect::<String>()),
        Some(other) if other.is_number() => Some(other.to_string()),
        _ => None,
    };
    if let Some(version) = version("swagger") {
        return Err(ImportError::Swagger { path: path.to_owned(), version });
    }
    let malformed = |why: String| ImportError::Malformed { path: path.to_owned(), what: "OpenAPI description", why };
    match version("openapi") {
        Some(version) if version.starts_with("3.0") || version.starts_with("3.1") => Ok(()),
        Some(version) => Err(malformed(format!("version `{}` is not known here, 3.0 and 3.1 are", shown(&version)))),
        None => Err(malformed("the key `openapi` is missing".to_owned())),
    }
}

/// The path of the first server, and its port where it is this machine.
fn base(root: &Value, import: &mut Import) -> String {
    let Some(server) = root.get("servers").and_then(Value::as_array).and_then(|all| all.first()) else {
        return String::new();
    };
    let mut url = text(server, "url").to_owned();
    for (name, variable) in server.get("variables").and_then(Value::as_object).into_iter().flatten() {
        url = url.replace(&format!("{{{name}}}"), text(variable, "default"));
    }
    if let Some((_, rest)) = url.split_once("://") {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (name, port) = host.rsplit_once(':').unwrap_or((host, ""));
        if ["localhost", "127.0.0.1", "[::1]"].contains(&name) {
            import.port = port.parse().ok().filter(|port| *port > 0);
        } else {
            import.notes.push(format!("its server `{}` is not loaded: the load goes to `base-url`", shown(host)));
        }
    }
    let path = route::path_of(&url).trim_end_matches('/');
    if path.contains(['{', '}']) { String::new() } else { encoded(path, b"?") }
}

/// Words of a foreign file, for messages.
fn shown(text: &str) -> String {
    text.chars().take(100).map(|c| if c.is_control() || c == '`' { '_' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Values, yaml};
    use super::*;

    const SHOP: &str = r##"
openapi: 3.1.0
servers: [{ url: "http://localhost:{port}/api/v1", variables: { port: { default: "9090" } } }]
security: [{ token: [] }]
paths:
  /orders/{orderId}:
    parameters:
      - { name: orderId, in: path, required: true, schema: { type: integer } }
    get:
      operationId: getOrder
      security: []
      parameters:
        - { $ref: "#/components/parameters/Lang" }
        - { name: verbose, in: query, schema: { type: boolean } }
        - { name: state, in: query, schema: { enum: [open, closed] } }
        - { name: X-Tenant, in: header, required: true, example: "acme {one}" }
      responses: { 200: { description: ok }, 404: { description: none } }
    delete: { responses: { "204": { description: gone } } }
    trace: {}
  /orders:
    post:
      requestBody:
        content:
          application/json: { schema: { $ref: "#/components/schemas/Order" } }
      responses: { 201: { description: made } }
  /upload:
    post:
      requestBody: { content: { image/png: {} } }
components:
  parameters:
    Lang: { name: lang, in: query, required: true, schema: { type: string, default: en } }
  schemas:
    Order: { type: object, properties: { items: { type: array, items: { type: integer, example: 3 } } } }
"##;

    #[test]
    fn each_operation_is_a_request() {
        let import = import(&yaml::read(SHOP).unwrap(), "shop.yaml").unwrap();
        assert_eq!(import.port, Some(9090));
        let names: Vec<&str> = import.requests.iter().map(|request| request.name.as_str()).collect();
        assert_eq!(names, ["post-api-v1-orders", "getOrder", "delete-api-v1-orders-orderId", "post-api-v1-upload"]);
        let [post, get, delete, upload] = &import.requests[..] else { panic!("{names:?}") };
        assert_eq!(post.body, Some(("{\"items\":[3]}".into(), "application/json".into())));
        assert_eq!(post.expect.as_deref(), Some("201"));
        assert!(post.notes[0].contains("`token`"));
        assert_eq!(get.path, "/api/v1/orders/{orderId}?lang=en&state={state}");
        assert_eq!(get.with["orderId"], Values::Zipf(1000));
        assert_eq!(get.with["state"], Values::OneOf(vec!["open".into(), "closed".into()]));
        assert_eq!(get.headers["X-Tenant"], "{X-Tenant}");
        assert!(get.notes.is_empty() && get.expect.is_none(), "{get:?}");
        assert_eq!(delete.expect.as_deref(), Some("204"));
        assert!(upload.body.is_none() && upload.notes[0].contains("image/png"), "{upload:?}");
    }

    #[test]
    fn what_is_no_description_is_refused_with_a_word() {
        let refused = |root: Value| import(&root, "api.json").unwrap_err().to_string();
        assert!(refused(json!({ "swagger": "2.0" })).contains("swagger 2.0"));
        assert!(refused(json!({ "openapi": "4.0" })).contains("`4.0` is not known"));
        assert!(refused(json!([])).contains("`openapi` is missing"));
        assert!(refused(json!({ "openapi": "3.0.1", "paths": { "/a": { "options": {} } } })).contains("no operation"));
        let circle = json!({ "openapi": "3.0.1", "paths": { "/a": { "get": { "parameters": [{ "$ref": "#/x" }] } } }, "x": { "$ref": "#/x" } });
        assert!(refused(circle).contains("`#/x` refers to itself"));
    }

    #[test]
    fn odd_shapes_are_passed_over() {
        for odd in [
            json!({ "openapi": "3.0.0", "servers": [7], "paths": { "a{b": { "get": { "parameters": [1, { "name": 3 }], "responses": 7 } } } }),
            json!({ "openapi": "3.0.0", "paths": { "/{}/{x}/{x y}?é": { "get": { "requestBody": { "content": { "*/*": 1 } } } } } }),
            json!({ "openapi": "3.0.0", "paths": { "/a": { "post": { "requestBody": { "$ref": "http://b/c" }, "security": [1] } } } }),
        ] {
            let import = import(&odd, "api.json").unwrap();
            assert!(import.requests[0].path.is_ascii(), "{import:?}");
        }
    }
}
