// SVG: rendered as it comes, and only if it draws little on a small sheet.
const http = require("http");
const { Resvg } = require("@resvg/resvg-js");

const ELEMENTS = 10_000;
const SIDE = 4096;

/** Elements that are drawn once every `use` is followed; groups come before those that use them. */
function drawn(text) {
  const count = new Map();
  let last = 0;
  for (const [, id, inner, href] of text.matchAll(/<g id="(\w+)">(.*?)<\/g>|<use xlink:href="#(\w+)"\/>/g)) {
    const uses = [...(inner ?? "").matchAll(/#(\w+)/g)].map(([, used]) => count.get(used) ?? 1);
    if (id) count.set(id, uses.reduce((sum, n) => sum + n, 0));
    else last += count.get(href) ?? 1;
  }
  return last;
}

function small(text) {
  const sides = [...text.slice(0, 400).matchAll(/\s(?:width|height)="(\d+)"/g)].map(([, side]) => Number(side));
  return sides.length > 0 && Math.max(...sides) <= SIDE && drawn(text) <= ELEMENTS;
}

const server = http.createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const text = Buffer.concat(chunks).toString();
    if (request.url.startsWith("/hardened/") && !small(text)) return response.writeHead(413).end();
    try {
      new Resvg(text).render().asPng();
      response.end("rendered");
    } catch {
      response.writeHead(422).end();
    }
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
