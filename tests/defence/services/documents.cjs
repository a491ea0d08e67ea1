// JSON: parsed as it comes, and looked at before it is parsed.
const http = require("http");

const DEEPEST = 64;

/** Levels of nesting, without parsing. */
function depth(text) {
  let now = 0, most = 0, quoted = false;
  for (let at = 0; at < text.length && most <= DEEPEST; at++) {
    const c = text[at];
    if (quoted) {
      if (c === "\\") at++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === "[" || c === "{") most = Math.max(most, ++now);
    else if (c === "]" || c === "}") now--;
  }
  return most;
}

const server = http.createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const text = Buffer.concat(chunks).toString();
    if (request.url.startsWith("/hardened/") && depth(text) > DEEPEST) return response.writeHead(400).end();
    try {
      JSON.parse(text);
      response.end("parsed");
    } catch {
      response.writeHead(500).end();
    }
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
