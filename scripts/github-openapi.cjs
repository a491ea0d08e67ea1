#!/usr/bin/env node
// Cuts GitHub's OpenAPI description down to the requests that Plimsoll sends, so that the judge of the tests starts in
// seconds: npm pack @octokit/openapi, then
//   scripts/github-openapi.cjs package/generated/api.github.com.json | gzip -9n > fixtures/github/openapi.json.gz
const fs = require("fs");

const wanted = {
  "/user": ["get"],
  "/repos/{owner}/{repo}/pulls": ["get"],
  "/repos/{owner}/{repo}/pulls/{pull_number}": ["get"],
  "/repos/{owner}/{repo}/commits/{commit_sha}/pulls": ["get"],
  "/repos/{owner}/{repo}/commits/{ref}/check-runs": ["get"],
  "/repos/{owner}/{repo}/issues/{issue_number}/comments": ["get", "post"],
  "/repos/{owner}/{repo}/issues/comments/{comment_id}": ["patch", "delete"],
  "/repos/{owner}/{repo}/check-runs": ["post"],
  "/repos/{owner}/{repo}/check-runs/{check_run_id}": ["patch"],
  "/repos/{owner}/{repo}/statuses/{sha}": ["post"],
  "/repos/{owner}/{repo}/actions/runs/{run_id}/artifacts": ["get"],
  "/repos/{owner}/{repo}/actions/artifacts": ["get"],
  "/repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}": ["get"],
};

const whole = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const slim = { openapi: whole.openapi, info: whole.info, servers: [], paths: {}, components: {} };
for (const [path, methods] of Object.entries(wanted)) {
  slim.paths[path] = {};
  for (const method of methods) {
    const operation = whole.paths[path]?.[method];
    if (!operation) throw new Error(`the description has no ${method} ${path}`);
    // What GitHub's own clients accept is said under another name only.
    for (const [, answer] of Object.entries(operation.responses)) {
      const resolved = answer.$ref ? answer.$ref.slice(2).split("/").reduce((at, key) => at[key], whole) : answer;
      const json = resolved.content?.["application/json"];
      if (json) resolved.content["application/vnd.github+json"] = json;
    }
    delete operation["x-github"];
    delete operation.description;
    slim.paths[path][method] = operation;
  }
}

// Everything that is referred to, and what that refers to.
const open = [slim.paths];
while (open.length > 0) {
  const value = open.pop();
  if (Array.isArray(value)) open.push(...value);
  else if (value && typeof value === "object") {
    if (typeof value.$ref === "string") {
      const [, kind, name] = value.$ref.slice(2).split("/");
      slim.components[kind] ??= {};
      if (!(name in slim.components[kind])) {
        slim.components[kind][name] = whole.components[kind][name];
        open.push(whole.components[kind][name]);
      }
    }
    open.push(...Object.values(value));
  }
}
process.stdout.write(JSON.stringify(slim));
