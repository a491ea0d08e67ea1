// Keys of the client: an entry for each, for ever, or tables with a bound.
const http = require("http");

const KIB = 1 << 10;
const MOST = 20;

/** Forgets what was not used for longest. */
class Bounded extends Map {
  set(key, value) {
    this.delete(key);
    super.set(key, value);
    if (this.size > MOST) this.delete(this.keys().next().value);
    return this;
  }
}

const tables = { naive: {}, hardened: {} };

/** The entry of a key in a table of a family, made when it is missing. */
function entry(twin, family, key, make) {
  const table = (tables[twin][family] ??= twin === "hardened" ? new Bounded() : new Map());
  const found = table.get(key) ?? make();
  table.set(key, found);
  return found;
}

// What a service keeps for a key: a rendered page, buckets of a histogram, a session, the configuration of a host.
const page = () => Array.from({ length: 500 }, (_, row) => ({ row, name: `row ${row}` }));
const histogram = () => ({ count: 0, buckets: new Float64Array(2 * KIB) });
const session = () => ({ since: Date.now(), cart: page() });

const families = {
  "unique-query": { key: (request) => request.url, make: page },
  "unique-path": { key: (request) => request.url.split("?")[0], make: histogram },
  "unique-header": { key: (request) => request.headers["x-request-id"], make: page },
  "unique-cookie": { key: (request) => request.headers.cookie, make: session },
  "unique-host": { key: (request) => request.headers.host, make: histogram },
  tenants: { key: (request) => request.headers["x-tenant"], make: page },
};

function floor() {
  gc();
  gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const server = http.createServer((request, response) => {
  if (request.url === "/floor") return void setTimeout(() => response.end(`${floor()}`), 100);
  const [, twin, family] = request.url.split("?")[0].split("/");
  const { key, make } = families[family];
  entry(twin, family, key(request), make);
  request.resume();
  response.end("ok");
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
