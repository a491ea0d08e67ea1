// A gateway that reads HTTP/2 itself: all fields of a header block, or those under a limit.
const net = require("net");

const PREFACE = 24;
const [HEADERS, SETTINGS, CONTINUATION] = [1, 4, 9];
const END_HEADERS = 4;
const LARGEST = 16 << 10;

/** The literal fields of a part of a header block (RFC 7541), without Huffman code. */
function fields(block, each) {
  const text = (at) => {
    let [length, shift] = [block[at] & 127, 0];
    for (let more = length === 127; more; shift += 7) {
      length += (block[++at] & 127) << shift;
      more = block[at] > 127;
    }
    return [block.subarray(at + 1, at + 1 + length).toString("latin1"), at + 1 + length];
  };
  for (let at = 0; at < block.length; ) {
    if (block[at] & 128) {
      at++;
      continue;
    }
    let name = `:${block[at] & 15}`;
    if (block[at++] === 0) [name, at] = text(at);
    let value;
    [value, at] = text(at);
    each(name, value);
  }
}

const server = net.createServer((socket) => {
  socket.on("error", () => {});
  socket.write(Buffer.from([0, 0, 0, SETTINGS, 0, 0, 0, 0, 0]));
  let [rest, size, hardened, headers] = [Buffer.alloc(0), 0, false, []];
  let skip = PREFACE;
  socket.on("data", (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    if (skip && rest.length < skip) return;
    rest = rest.subarray(skip);
    skip = 0;
    while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
      const length = rest.readUIntBE(0, 3);
      const [kind, flags] = [rest[3], rest[4]];
      const payload = rest.subarray(9, 9 + length);
      rest = rest.subarray(9 + length);
      if (kind !== HEADERS && kind !== CONTINUATION) continue;
      if (kind === HEADERS) hardened = payload.includes("/hardened/");
      size += length;
      if (hardened && size > LARGEST) return socket.destroy();
      fields(payload, (name, value) => headers.push({ name, value }));
      if (flags & END_HEADERS) [size, headers] = [0, []];
    }
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
