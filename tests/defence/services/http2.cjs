// HTTP/2: work that goes on when its stream is gone, and answers that nobody takes.
const http2 = require("http2");

const KIB = 1 << 10;

/** A lookup: the backend answers after a while, and formatting takes another. Ends with its stream, or not. */
function lookup(stream, hardened) {
  const format = () => {
    const found = Buffer.alloc(256 * KIB, "f");
    timer = setTimeout(() => {
      if (!stream.destroyed) stream.end(found.subarray(0, 10));
    }, 1000);
  };
  let timer = setTimeout(format, 200);
  if (hardened) stream.on("close", () => clearTimeout(timer));
}

/** A report, made at once, or as the client takes it. */
function report(stream, hardened) {
  const part = () => Buffer.alloc(64 * KIB, "r");
  if (!hardened) return stream.end(Buffer.concat([part(), part(), part(), part()]));
  let left = 4;
  const more = () => {
    while (left-- > 0) if (!stream.write(part())) return stream.once("drain", more);
    stream.end();
  };
  more();
}

const work = { "http2-rapid-reset": lookup, "http2-streams": report };

function serve(stream, headers) {
  const [, twin, family] = headers[":path"].split("/");
  stream.on("error", () => {});
  work[family](stream, twin === "hardened");
}

const HARDENED = { settings: { maxConcurrentStreams: 20 } };
const servers = [{}, HARDENED].map((options) => http2.createServer(options).on("stream", serve));

/** The twins differ in their connections, so the first request of a connection says which it is. */
const front = require("net").createServer((socket) => {
  socket.on("error", () => {});
  let start = Buffer.alloc(0);
  socket.on("data", function look(chunk) {
    start = Buffer.concat([start, chunk]);
    const hardened = start.includes("/hardened/");
    if (!hardened && !start.includes("/naive/")) return;
    socket.removeListener("data", look);
    socket.pause();
    socket.unshift(start);
    servers[hardened ? 1 : 0].emit("connection", socket);
  });
});
front.listen(0, "127.0.0.1", () => console.log(front.address().port));
