// Chunked bodies: a list of what came, or one buffer under a limit.
const http = require("http");

const LARGEST = 2 << 20;

function collect(request, done) {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => done(Buffer.concat(chunks)));
}

/** What comes beyond the limit is taken and forgotten, so that the answer is not lost with the connection. */
function copy(request, done, refuse) {
  let [body, length, refused] = [Buffer.alloc(64 << 10), 0, false];
  request.on("data", (chunk) => {
    if (refused) return;
    if (length + chunk.length > LARGEST) {
      refused = true;
      body = null;
      return refuse();
    }
    if (length + chunk.length > body.length) body = Buffer.concat([body, Buffer.alloc(body.length)]);
    chunk.copy(body, length);
    length += chunk.length;
  });
  request.on("end", () => refused || done(body.subarray(0, length)));
}

const server = http.createServer((request, response) => {
  const done = (body) => response.end(`${body.length}`);
  if (!request.url.startsWith("/hardened/")) return collect(request, done);
  copy(request, done, () => response.writeHead(413).end());
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
