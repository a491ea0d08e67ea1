// Connections: those that leave, those that never read, those that ask without end.
const crypto = require("crypto");
const http = require("http");

const KIB = 1 << 10;
const MIB = 1 << 20;

// What may wait for one client.
const WAITING = 256 * KIB;
const AT_ONCE = 16;
const FRAGMENTS = 1000;

const uploads = new Map();
const waiting = new Set();
let numbers = 0;

/** Uploads are entered when they begin. */
function upload(request, response, hardened) {
  const number = ++numbers;
  const chunks = [];
  uploads.set(number, chunks);
  request.on("data", (chunk) => chunks.push(chunk));
  const done = () => uploads.delete(number);
  request.on("end", () => {
    done();
    response.end("kept");
  });
  request.on("error", () => {});
  if (hardened) request.on("close", done);
}

/** Answered at the next event, which does not come while the test runs. */
function longPoll(request, response, hardened) {
  const client = { response, rows: Buffer.alloc(256 * KIB, "r") };
  waiting.add(client);
  if (hardened) response.on("close", () => waiting.delete(client));
}

function rows(number) {
  return JSON.stringify({ number, rows: "r".repeat(64 * KIB) });
}

function bigExport(request, response, hardened) {
  let number = 0;
  if (!hardened) {
    while (number < 400) response.write(rows(number++));
    return response.end();
  }
  const more = () => {
    while (number < 400) if (!response.write(rows(number++))) return response.once("drain", more);
    response.end();
  };
  more();
  response.setTimeout(1000, () => response.destroy());
}

/** Sends an event to a client every few milliseconds until it is gone. */
function publish(client, hardened, send) {
  let number = 0;
  const timer = setInterval(() => {
    if (hardened && client.writableLength > WAITING) client.destroy();
    else send(rows(number++));
  }, 10);
  client.on("close", () => clearInterval(timer));
  client.on("error", () => {});
}

function events(request, response, hardened) {
  response.writeHead(200, { "content-type": "text/event-stream" });
  publish(response, hardened, (text) => response.write(`data: ${text}\n\n`));
}

/** Each request waits for a backend, with what it needs for the answer. */
function slowLookup(request, response, hardened) {
  const socket = request.socket;
  socket.working = (socket.working ?? 0) + 1;
  if (hardened && socket.working > AT_ONCE) return socket.destroy();
  const found = Buffer.alloc(16 * KIB, "f");
  setTimeout(() => {
    socket.working--;
    response.end(found.subarray(0, 10));
  }, 300);
}

const routes = {
  "hang-up": longPoll,
  "hang-up-sending": upload,
  pipelining: slowLookup,
  "slow-reader": bigExport,
  "sse-reader": events,
};

function split(url) {
  const [, twin, family] = url.split("?")[0].split("/");
  return { hardened: twin === "hardened", family };
}

function floor() {
  gc();
  gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const server = http.createServer((request, response) => {
  if (request.url === "/floor") return void setTimeout(() => response.end(`${floor()}`), 100);
  const { hardened, family } = split(request.url);
  routes[family](request, response, hardened);
});

/** A text frame of a server (RFC 6455). */
function frame(text) {
  const data = Buffer.from(text);
  const head = Buffer.alloc(10);
  head[0] = 0x81;
  head[1] = 127;
  head.writeBigUInt64BE(BigInt(data.length), 2);
  return Buffer.concat([head, data]);
}

/** Calls `each` with the opcode, the end mark and the unmasked data of each frame of a client. */
function readFrames(socket, each) {
  let rest = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      if (rest.length < 2) return;
      let length = rest[1] & 127;
      let start = 2;
      if (length === 126) (length = rest.length < 4 ? Infinity : rest.readUInt16BE(2)), (start = 4);
      if (length === 127) (length = rest.length < 10 ? Infinity : Number(rest.readBigUInt64BE(2))), (start = 10);
      if (rest.length < start + 4 + length) return;
      const mask = rest.subarray(start, start + 4);
      const data = Buffer.from(rest.subarray(start + 4, start + 4 + length));
      for (let at = 0; at < data.length; at++) data[at] ^= mask[at % 4];
      each(rest[0] & 15, rest[0] >> 7 === 1, data);
      rest = rest.subarray(start + 4 + length);
    }
  });
}

const messages = {
  "websocket-reader": (socket, hardened) =>
    readFrames(socket, () => publish(socket, hardened, (text) => socket.write(frame(text)))),
  "websocket-fragments": (socket, hardened) => {
    let fragments = [];
    readFrames(socket, (opcode, last, data) => {
      fragments.push(data);
      if (hardened && fragments.length > FRAGMENTS) {
        fragments = [];
        socket.destroy();
      }
      if (last) fragments = [];
    });
  },
};

server.on("upgrade", (request, socket) => {
  const key = request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  const accept = crypto.createHash("sha1").update(key).digest("base64");
  const head = `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n`;
  socket.write(`${head}sec-websocket-accept: ${accept}\r\n\r\n`);
  socket.on("error", () => {});
  const { hardened, family } = split(request.url);
  messages[family](socket, hardened);
});

server.listen(0, "127.0.0.1", () => console.log(server.address().port));
